//! Which tables, columns and functions a SELECT names, and where.

use std::ops::{ControlFlow, Range};

use sqlparser::ast::{
    Expr, FunctionArg, FunctionArgExpr, FunctionArguments, Ident, JoinConstraint, JoinOperator, Query,
    Select, SelectFlavor, SelectItem, SetExpr, Spanned, TableFactor, TableWithJoins, Value, ValueWithSpan,
    Visit, Visitor,
};
use sqlparser::tokenizer::{Span, Token};

use super::portable::{UnportableForm, UnportableUse, table_function, unportable_function};
use super::text_layout::TextLayout;

/// A use of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableUse {
    /// Name, without quotes.
    pub name: String,
    /// Bytes of the name.
    pub span: Range<usize>,
    /// Alias it gets there, else its name.
    pub alias: String,
}

/// A use of a function, or a name that WITH gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameUse {
    /// Name as written, without quotes.
    pub name: String,
    /// Bytes of the name.
    pub span: Range<usize>,
}

/// A use of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnUse {
    /// Alias written before it.
    pub alias: Option<String>,
    /// Table for which the alias stands in the innermost SELECT around that has it; `None` if that is
    /// a subquery or a name of WITH, if no SELECT has it, or if no alias is written.
    pub table: Option<String>,
    /// Name, without quotes.
    pub name: String,
    /// Bytes of the name.
    pub span: Range<usize>,
}

/// Everything a SELECT names, in the order of the parser's tree.
#[derive(Debug, Clone, Default)]
pub(super) struct SelectNames {
    pub(super) tables: Vec<TableUse>,
    pub(super) with: Vec<NameUse>,
    pub(super) columns: Vec<ColumnUse>,
    pub(super) functions: Vec<NameUse>,
    pub(super) unportable: Vec<UnportableUse>,
}

impl SelectNames {
    pub(super) fn of(query: &Query, layout: &TextLayout) -> Self {
        let names = Self::default();
        let mut reader =
            NameReader { layout, names, with: Vec::new(), given: Vec::new(), aliases: Vec::new() };
        let _ = query.visit(&mut reader);
        let mut names = reader.names;
        names.tables.sort_by_key(|table| table.span.start);
        names.columns.sort_by_key(|column| column.span.start);
        names.functions.sort_by_key(|function| function.span.start);
        names.unportable.sort_by_key(|form| form.span.start);
        names
    }
}

struct NameReader<'a> {
    layout: &'a TextLayout,
    names: SelectNames,
    /// Names of WITH that hold at the current place, those of the outermost query first.
    with: Vec<Vec<String>>,
    /// Queries of WITH not yet left, and the names they get then.
    given: Vec<(*const Query, String)>,
    /// Aliases of the SELECTs around, with the tables for which they stand.
    aliases: Vec<Vec<(String, Option<String>)>>,
}

impl NameReader<'_> {
    fn is_with(&self, name: &str) -> bool {
        self.with.iter().flatten().any(|known| known == name)
    }

    fn complain(&mut self, kind: UnportableForm, span: Span) {
        let tokens = self.layout.tokens_in(span);
        let span = self.layout.bytes_of(&(tokens.start..tokens.end.min(tokens.start + 1)));
        self.names.unportable.push(UnportableUse { kind, span });
    }

    fn column(&mut self, alias: Option<&Ident>, name: &Ident) {
        let frames = self.aliases.iter().rev().flatten();
        let meant = alias.and_then(|alias| frames.into_iter().find(|(known, _)| *known == alias.value));
        self.names.columns.push(ColumnUse {
            alias: alias.map(|alias| alias.value.clone()),
            table: meant.and_then(|(_, table)| table.clone()),
            name: name.value.clone(),
            span: self.layout.bytes(name.span),
        });
    }

    fn alias(&self, factor: &TableFactor) -> Option<(String, Option<String>)> {
        match factor {
            TableFactor::Table { name, alias, args: None, .. } => {
                let name = name.0.last()?.as_ident()?.value.clone();
                let table = (!self.is_with(&name)).then(|| name.clone());
                Some((alias.as_ref().map_or(name, |alias| alias.name.value.clone()), table))
            }
            TableFactor::Derived { alias, .. } => Some((alias.as_ref()?.name.value.clone(), None)),
            _ => None,
        }
    }

    /// What the joins of a SELECT name outside of expressions.
    fn joins(&mut self, from: &TableWithJoins, aliases: &mut Vec<(String, Option<String>)>) {
        let TableWithJoins { relation, joins } = from;
        let relations = std::iter::once(relation).chain(joins.iter().map(|join| &join.relation));
        for relation in relations {
            if let TableFactor::NestedJoin { table_with_joins, .. } = relation {
                self.joins(table_with_joins, aliases);
            }
            aliases.extend(self.alias(relation));
        }
        for join in joins {
            match join_constraint(&join.join_operator) {
                Some(JoinConstraint::Using(columns)) => {
                    for name in columns.iter().filter_map(|column| column.0.last()?.as_ident()) {
                        self.column(None, name);
                    }
                }
                Some(JoinConstraint::Natural) => {
                    self.complain(UnportableForm::NaturalJoin, join.relation.span());
                }
                Some(JoinConstraint::On(_) | JoinConstraint::None) | None => {}
            }
        }
    }

    /// Span of the last `word` before a span.
    fn word_before(&self, word: &str, span: Span) -> Range<usize> {
        let before = self.layout.tokens_in(span).start;
        let at = (0..=before).rev().find(|&at| self.layout.is(at, word));
        at.map_or(self.layout.bytes(span), |at| self.layout.bytes(self.layout.tokens[at].span))
    }

    fn every_column(&mut self, set: &SetExpr) {
        match set {
            SetExpr::SetOperation { left, right, .. } => {
                self.every_column(left);
                self.every_column(right);
            }
            SetExpr::Table(_) => {
                let whole = self.layout.tokens.iter().find(|token| match &token.token {
                    Token::Word(word) => word.value.eq_ignore_ascii_case("table"),
                    _ => false,
                });
                let span = whole.map_or(Span::empty(), |token| token.span);
                self.complain(UnportableForm::EveryColumn, span);
            }
            _ => {}
        }
    }
}

/// What a JOIN compares.
pub(super) fn join_constraint(operator: &JoinOperator) -> Option<&JoinConstraint> {
    use JoinOperator as O;
    match operator {
        O::Join(constraint)
        | O::Inner(constraint)
        | O::Left(constraint)
        | O::LeftOuter(constraint)
        | O::Right(constraint)
        | O::RightOuter(constraint)
        | O::FullOuter(constraint)
        | O::CrossJoin(constraint)
        | O::Semi(constraint)
        | O::LeftSemi(constraint)
        | O::RightSemi(constraint)
        | O::Anti(constraint)
        | O::LeftAnti(constraint)
        | O::RightAnti(constraint)
        | O::AsOf { constraint, .. }
        | O::StraightJoin(constraint) => Some(constraint),
        O::CrossApply | O::OuterApply | O::ArrayJoin | O::LeftArrayJoin | O::InnerArrayJoin => None,
    }
}

impl Visitor for NameReader<'_> {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        self.with.push(Vec::new());
        for part in query.with.iter().flat_map(|with| &with.cte_tables) {
            let name = &part.alias.name;
            self.names.with.push(NameUse { name: name.value.clone(), span: self.layout.bytes(name.span) });
            self.given.push((std::ptr::from_ref(&*part.query), name.value.clone()));
        }
        self.every_column(&query.body);
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        self.with.pop();
        // A name of WITH holds behind its own query only.
        let own = self.given.iter().position(|(given, _)| *given == std::ptr::from_ref(query));
        if let Some(own) = own {
            let (_, name) = self.given.remove(own);
            self.with.last_mut().into_iter().for_each(|names| names.push(name.clone()));
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<()> {
        let mut aliases = Vec::new();
        for from in &select.from {
            self.joins(from, &mut aliases);
        }
        self.aliases.push(aliases);
        for item in &select.projection {
            if let SelectItem::Wildcard(options) | SelectItem::QualifiedWildcard(_, options) = item {
                self.complain(UnportableForm::EveryColumn, options.wildcard_token.0.span);
            }
        }
        if select.flavor == SelectFlavor::FromFirstNoSelect {
            self.complain(UnportableForm::EveryColumn, select.select_token.0.span);
        }
        ControlFlow::Continue(())
    }

    fn post_visit_select(&mut self, _: &Select) -> ControlFlow<()> {
        self.aliases.pop();
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<()> {
        if let Some(name) = table_function(factor) {
            let span = match factor {
                TableFactor::Table { name, .. } | TableFactor::Function { name, .. } => {
                    self.layout.bytes(name.span())
                }
                other => self.word_before(&name, other.span()),
            };
            self.names.functions.push(NameUse { name, span });
        } else if let TableFactor::Table { name, alias, .. } = factor {
            let written = match &name.0[..] {
                [part] => part.as_ident().map_or_else(|| name.to_string(), |name| name.value.clone()),
                _ => name.to_string(),
            };
            if !self.is_with(&written) {
                let alias = alias.as_ref().map_or(&written, |alias| &alias.name.value).clone();
                let span = self.layout.bytes(name.span());
                self.names.tables.push(TableUse { name: written, span, alias });
            }
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        match expr {
            Expr::Identifier(name) => self.column(None, name),
            Expr::CompoundIdentifier(parts) => match &parts[..] {
                [.., alias, name] => self.column(Some(alias), name),
                [name] => self.column(None, name),
                [] => {}
            },
            Expr::Function(function) => {
                let span = self.layout.bytes(function.name.span());
                let name = match &function.name.0[..] {
                    [part] => {
                        part.as_ident().map_or_else(|| function.name.to_string(), |name| name.value.clone())
                    }
                    _ => function.name.to_string(),
                };
                self.names.functions.push(NameUse { name, span });
                if let FunctionArguments::List(list) = &function.args {
                    for argument in &list.args {
                        let (FunctionArg::Named { arg, .. }
                        | FunctionArg::ExprNamed { arg, .. }
                        | FunctionArg::Unnamed(arg)) = argument;
                        if matches!(
                            arg,
                            FunctionArgExpr::QualifiedWildcard(_) | FunctionArgExpr::WildcardWithOptions(_)
                        ) {
                            self.complain(UnportableForm::EveryColumn, function.name.span());
                        }
                    }
                }
            }
            Expr::Subquery(query) => self.complain(UnportableForm::ScalarSubquery, query.span()),
            Expr::Wildcard(_) | Expr::QualifiedWildcard(..) => {
                self.complain(UnportableForm::EveryColumn, expr.span());
            }
            _ => {}
        }
        if let Some(name) = unportable_function(expr) {
            let span = self.word_before(name.split(' ').next().unwrap_or(name), expr.span());
            self.names.functions.push(NameUse { name: name.to_owned(), span });
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_value(&mut self, value: &ValueWithSpan) -> ControlFlow<()> {
        if let Value::Placeholder(_) = value.value {
            self.complain(UnportableForm::Placeholder, value.span);
        }
        ControlFlow::Continue(())
    }
}
