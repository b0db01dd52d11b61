//! Expressions: which columns of views a value depends on.

use sqlparser::ast::{
    Array, CaseWhen, DuplicateTreatment, Expr, Function, FunctionArg, FunctionArgExpr,
    FunctionArgumentClause, FunctionArgumentList, FunctionArguments, HavingBound, Ident, Interval,
    OrderByExpr, Query, TypedString, WindowFrame, WindowFrameBound, WindowSpec, WindowType,
};

use super::Traced;
use super::from::NameScope;
use super::query::trace_nested;
use super::relation::{ColumnFeeds, ColumnOrigins, TracedTable, TracedTables};
use crate::rules::sql::{FunctionRows, function_rows};

/// Functions of a group of rows to which it is all the same how often a row is there.
const OF_SET: &[&str] = &["min", "max"];

/// What an expression can name, and what is counted where it stands.
pub(super) struct ExpressionContext<'a> {
    scope: &'a NameScope<'a>,
    tables: &'a TracedTables,
    /// Columns of the SELECT: the engine may take a name without an alias for one of them.
    pub(super) aliases: Vec<(String, ColumnFeeds)>,
    /// What the rows are grouped by.
    groups: &'a [Expr],
    /// What feeds that.
    grouped: ColumnFeeds,
}

impl<'a> ExpressionContext<'a> {
    pub(super) fn of(scope: &'a NameScope<'a>, tables: &'a TracedTables) -> Self {
        Self { scope, tables, aliases: Vec::new(), groups: &[], grouped: ColumnFeeds::default() }
    }

    /// From here on rows are those of groups.
    pub(super) fn group_by(&mut self, groups: &'a [Expr], grouped: ColumnFeeds) {
        (self.groups, self.grouped) = (groups, grouped);
    }

    /// What feeds an expression.
    pub(super) fn expression(&self, expr: &Expr) -> Traced<ColumnFeeds> {
        // Named one by one, so that a form the parser learns is looked at here.
        match expr {
            Expr::Identifier(name) => self.in_group(expr, self.column(name)?),
            Expr::CompoundIdentifier(parts) => match &parts[..] {
                [alias, name] => self.in_group(expr, self.scope.column(Some(alias), name)?),
                _ => Err(format!("{expr} is no column")),
            },
            Expr::Value(_) | Expr::TypedString(TypedString { .. }) => Ok(ColumnFeeds::default()),
            Expr::IsFalse(inner)
            | Expr::IsNotFalse(inner)
            | Expr::IsTrue(inner)
            | Expr::IsNotTrue(inner)
            | Expr::IsNull(inner)
            | Expr::IsNotNull(inner)
            | Expr::IsUnknown(inner)
            | Expr::IsNotUnknown(inner)
            | Expr::Nested(inner)
            | Expr::UnaryOp { op: _, expr: inner }
            | Expr::IsNormalized { expr: inner, form: _, negated: _ }
            | Expr::Cast { kind: _, expr: inner, data_type: _, array: _, format: _ }
            | Expr::Extract { field: _, syntax: _, expr: inner }
            | Expr::Ceil { expr: inner, field: _ }
            | Expr::Floor { expr: inner, field: _ }
            | Expr::Collate { expr: inner, collation: _ } => self.expression(inner),
            Expr::Interval(Interval {
                value,
                leading_field: _,
                leading_precision: _,
                last_field: _,
                fractional_seconds_precision: _,
            }) => self.expression(value),
            Expr::IsDistinctFrom(left, right)
            | Expr::IsNotDistinctFrom(left, right)
            | Expr::BinaryOp { left, op: _, right }
            | Expr::AnyOp { left, compare_op: _, right, is_some: _ }
            | Expr::AllOp { left, compare_op: _, right }
            | Expr::Like { negated: _, any: _, expr: left, pattern: right, escape_char: _ }
            | Expr::ILike { negated: _, any: _, expr: left, pattern: right, escape_char: _ }
            | Expr::SimilarTo { negated: _, expr: left, pattern: right, escape_char: _ }
            | Expr::RLike { negated: _, expr: left, pattern: right, regexp: _ }
            | Expr::AtTimeZone { timestamp: left, time_zone: right }
            | Expr::Position { expr: left, r#in: right } => self.all([&**left, &**right]),
            Expr::Between { expr, negated: _, low, high } => self.all([&**expr, &**low, &**high]),
            Expr::InList { expr, list, negated: _ } => self.all(std::iter::once(&**expr).chain(list)),
            Expr::Substring { expr, substring_from, substring_for, special: _, shorthand: _ } => self.all(
                [Some(expr), substring_from.as_ref(), substring_for.as_ref()]
                    .into_iter()
                    .flatten()
                    .map(|e| &**e),
            ),
            Expr::Trim { trim_where: _, trim_what, expr, trim_characters } => {
                let what = trim_what.iter().map(|e| &**e);
                self.all(what.chain([&**expr]).chain(trim_characters.iter().flatten()))
            }
            Expr::Overlay { expr, overlay_what, overlay_from, overlay_for } => {
                let length = overlay_for.iter().map(|e| &**e);
                self.all([&**expr, &**overlay_what, &**overlay_from].into_iter().chain(length))
            }
            Expr::Convert { is_try: _, expr, data_type: _, charset: _, target_before_value: _, styles } => {
                self.all(std::iter::once(&**expr).chain(styles))
            }
            Expr::Tuple(items) | Expr::Array(Array { elem: items, named: _ }) => self.all(items),
            Expr::Case { case_token: _, end_token: _, operand, conditions, else_result } => {
                let results = conditions.iter().map(|CaseWhen { condition: _, result }| result);
                let mut feeds = self.all(results.chain(else_result.iter().map(|e| &**e)))?;
                let whens = conditions.iter().map(|CaseWhen { condition, result: _ }| condition);
                feeds.choose_by(&self.all(whens.chain(operand.iter().map(|e| &**e)))?);
                Ok(feeds)
            }
            Expr::Function(function) => self.function(function),
            Expr::InSubquery { expr, subquery, negated: _ } => {
                let relation = self.subquery(subquery)?;
                let mut feeds = self.expression(expr)?;
                relation.columns.iter().for_each(|(_, column)| feeds.add(column));
                feeds.choices.extend(relation.rows);
                Ok(feeds)
            }
            Expr::Exists { subquery, negated: _ } => {
                let relation = self.subquery(subquery)?;
                Ok(ColumnFeeds { values: ColumnOrigins::new(), choices: relation.rows })
            }
            Expr::Subquery(subquery) => {
                let relation = self.subquery(subquery)?;
                let mut feeds = ColumnFeeds { values: ColumnOrigins::new(), choices: relation.rows };
                relation.columns.iter().for_each(|(_, column)| feeds.add(column));
                feeds.choices.extend(relation.copies);
                Ok(feeds)
            }
            Expr::CompoundFieldAccess { .. }
            | Expr::JsonAccess { .. }
            | Expr::InUnnest { .. }
            | Expr::Prefixed { .. }
            | Expr::GroupingSets(_)
            | Expr::Cube(_)
            | Expr::Rollup(_)
            | Expr::Struct { .. }
            | Expr::Named { .. }
            | Expr::Dictionary(_)
            | Expr::Map(_)
            | Expr::MatchAgainst { .. }
            | Expr::Wildcard(_)
            | Expr::QualifiedWildcard(..)
            | Expr::OuterJoin(_)
            | Expr::Prior(_)
            | Expr::Lambda(_)
            | Expr::MemberOf(_) => Err(format!("{expr} is not understood")),
        }
    }

    fn all<'e>(&self, exprs: impl IntoIterator<Item = &'e Expr>) -> Traced<ColumnFeeds> {
        let mut feeds = ColumnFeeds::default();
        for expr in exprs {
            feeds.add(&self.expression(expr)?);
        }
        Ok(feeds)
    }

    /// A name without an alias.
    fn column(&self, name: &Ident) -> Traced<ColumnFeeds> {
        let named = self.aliases.iter().filter(|(known, _)| *known == name.value);
        let found = named.map(|(_, feeds)| feeds.clone()).chain(self.scope.find(None, name));
        let feeds = found.reduce(|mut all, one| {
            all.add(&one);
            all
        });
        feeds.ok_or_else(|| format!("{name} is not known"))
    }

    /// Of a column by which rows are not grouped, a group has one value or all: the group decides.
    fn in_group(&self, column: &Expr, mut feeds: ColumnFeeds) -> Traced<ColumnFeeds> {
        if !self.groups.contains(column) {
            feeds.choose_by(&self.grouped);
        }
        Ok(feeds)
    }

    fn subquery(&self, query: &Query) -> Traced<TracedTable> {
        trace_nested(query, self.tables, Some(self.scope))
    }

    fn function(&self, function: &Function) -> Traced<ColumnFeeds> {
        let Function {
            name,
            uses_odbc_syntax: _,
            parameters,
            args,
            filter,
            null_treatment: _,
            over,
            within_group,
        } = function;
        let name = name.to_string().to_ascii_lowercase();
        let mut feeds = ColumnFeeds::default();
        let mut folded = OF_SET.contains(&name.as_str());
        for arguments in [parameters, args] {
            match arguments {
                FunctionArguments::None => {}
                FunctionArguments::Subquery(_) => return Err(format!("{name}() of a subquery")),
                FunctionArguments::List(list) => folded |= self.arguments(list, &mut feeds)?,
            }
        }
        let ordered = within_group.iter().map(trace_sort_expression).collect::<Traced<Vec<_>>>()?;
        feeds.choose_by(&self.all(ordered)?);
        feeds.choose_by(&self.all(filter.iter().map(|e| &**e))?);
        match over {
            None if function_rows(&name) == Some(FunctionRows::Row) => return Ok(feeds),
            None => {}
            Some(WindowType::WindowSpec(window)) => feeds.choose_by(&self.window(window)?),
            Some(WindowType::NamedWindow(_)) => return Err(format!("{name}() over a window with a name")),
        }
        // Rows are looked at together: those of a group, and how many there are.
        feeds.choose_by(&self.grouped);
        if !folded {
            feeds.choices.extend(self.scope.copies.iter().cloned());
        }
        Ok(feeds)
    }

    /// Adds what feeds the arguments; whether only different values count.
    fn arguments(&self, list: &FunctionArgumentList, feeds: &mut ColumnFeeds) -> Traced<bool> {
        let FunctionArgumentList { duplicate_treatment, args, clauses } = list;
        for argument in args {
            let (FunctionArg::Named { name: _, arg, operator: _ }
            | FunctionArg::ExprNamed { name: _, arg, operator: _ }
            | FunctionArg::Unnamed(arg)) = argument;
            match arg {
                FunctionArgExpr::Expr(expr) => feeds.add(&self.expression(expr)?),
                // `COUNT(*)` looks at no column.
                FunctionArgExpr::Wildcard => {}
                FunctionArgExpr::QualifiedWildcard(_) | FunctionArgExpr::WildcardWithOptions(_) => {
                    return Err("a function of all columns".to_owned());
                }
            }
        }
        for clause in clauses {
            match clause {
                FunctionArgumentClause::OrderBy(by) => {
                    let by = by.iter().map(trace_sort_expression).collect::<Traced<Vec<_>>>()?;
                    feeds.choose_by(&self.all(by)?);
                }
                FunctionArgumentClause::Limit(expr)
                | FunctionArgumentClause::Having(HavingBound(_, expr)) => {
                    feeds.choose_by(&self.expression(expr)?);
                }
                FunctionArgumentClause::IgnoreOrRespectNulls(_)
                | FunctionArgumentClause::Separator(_)
                | FunctionArgumentClause::JsonNullClause(_)
                | FunctionArgumentClause::JsonReturningClause(_) => {}
                FunctionArgumentClause::OnOverflow(_) => return Err("a function that overflows".to_owned()),
            }
        }
        Ok(*duplicate_treatment == Some(DuplicateTreatment::Distinct))
    }

    fn window(&self, window: &WindowSpec) -> Traced<ColumnFeeds> {
        let WindowSpec { window_name, partition_by, order_by, window_frame } = window;
        if window_name.is_some() {
            return Err("a window with a name".to_owned());
        }
        let order = order_by.iter().map(trace_sort_expression).collect::<Traced<Vec<_>>>()?;
        let mut bounds = Vec::new();
        if let Some(WindowFrame { units: _, start_bound, end_bound }) = window_frame {
            for bound in std::iter::once(start_bound).chain(end_bound) {
                match bound {
                    WindowFrameBound::CurrentRow => {}
                    WindowFrameBound::Preceding(rows) | WindowFrameBound::Following(rows) => {
                        bounds.extend(rows.as_deref());
                    }
                }
            }
        }
        self.all(partition_by.iter().chain(order).chain(bounds))
    }
}

/// What rows are sorted by.
fn trace_sort_expression(by: &OrderByExpr) -> Traced<&Expr> {
    match by {
        OrderByExpr { expr, options: _, with_fill: None } => Ok(expr),
        OrderByExpr { expr: _, options: _, with_fill: Some(_) } => Err("ORDER BY fills in rows".to_owned()),
    }
}
