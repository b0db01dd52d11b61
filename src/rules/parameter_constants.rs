//! The one row of the view `parameter`, written into a SELECT in place of the view.
//!
//! Nearly every rule joins it. The engine would join and copy whole tables for a few constants, and
//! cannot see in time that a condition on them is one on a single table.

use crate::rules::sql::ParsedSelect;
use crate::rules::sql::parse_expression;
use std::collections::BTreeMap;
use std::ops::ControlFlow;

use polars::prelude::{AnyValue, DataFrame};
use sqlparser::ast::{
    BinaryOperator, Expr, GroupByExpr, Ident, JoinConstraint, JoinOperator, Query, Select, SelectItem,
    TableFactor, TableWithJoins, Visit, VisitMut, Visitor, VisitorMut,
};

use super::view_catalogue::PARAMETER;

/// Columns of a table of one row, as SQL.
pub(crate) struct ParameterConstants(BTreeMap<String, Expr>);

impl ParameterConstants {
    /// `None` unless the table has one row.
    pub(crate) fn of(frame: &DataFrame) -> Option<Self> {
        let value = |column: &polars::prelude::Column| {
            let text = match column.get(0).ok()? {
                AnyValue::Int32(number) => format!("CAST({number} AS INTEGER)"),
                AnyValue::Int64(number) => format!("CAST({number} AS BIGINT)"),
                AnyValue::Date(days) => format!("CAST({days} AS DATE)"),
                AnyValue::String(text) => format!("'{}'", text.replace('\'', "''")),
                AnyValue::StringOwned(text) => format!("'{}'", text.replace('\'', "''")),
                // What is not set is compared with nothing: there the view stays.
                _ => return None,
            };
            Some((column.name().to_string(), parse_expression(&text)?))
        };
        (frame.height() == 1).then(|| Self(frame.columns().iter().filter_map(value).collect()))
    }

    /// The statement with constants where that surely means the same; else `None`.
    pub(crate) fn write_into(&self, select: &ParsedSelect) -> Option<String> {
        let mut query = select.query().ok()?;
        let mut writer = ConstantWriter { constants: self, written: false };
        match VisitMut::visit(&mut query, &mut writer) {
            ControlFlow::Continue(()) if writer.written => Some(query.to_string()),
            _ => None,
        }
    }
}

/// Goes through the SELECTs of a statement.
struct ConstantWriter<'a> {
    constants: &'a ParameterConstants,
    written: bool,
}

impl VisitorMut for ConstantWriter<'_> {
    type Break = ();

    fn pre_visit_query(&mut self, query: &mut Query) -> ControlFlow<()> {
        // It may name columns that the SELECT has no more.
        if query.order_by.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    fn pre_visit_select(&mut self, select: &mut Select) -> ControlFlow<()> {
        self.written |= write_parameter_constants(select, self.constants).is_some();
        ControlFlow::Continue(())
    }
}

/// Name under which a FROM item reads the view.
fn parameter_alias(factor: &TableFactor) -> Option<String> {
    let TableFactor::Table { name, alias, args: None, .. } = factor else { return None };
    let [part] = &name.0[..] else { return None };
    let name = part.as_ident().filter(|name| name.value == PARAMETER)?;
    Some(alias.as_ref().map_or(name, |alias| &alias.name).value.clone())
}

/// Writes the constants into one SELECT; `None`, and nothing is changed, where that may not mean the
/// same.
fn write_parameter_constants(select: &mut Select, constants: &ParameterConstants) -> Option<()> {
    let [TableWithJoins { relation, joins }] = &select.from[..] else { return None };
    if parameter_alias(relation).is_some() {
        return None;
    }
    let mut read =
        joins.iter().enumerate().filter_map(|(at, join)| Some((at, parameter_alias(&join.relation)?)));
    let (at, alias) = read.next().filter(|_| read.next().is_none())?;
    let condition = match &joins[at].join_operator {
        JoinOperator::CrossJoin(_) => None,
        JoinOperator::Join(JoinConstraint::On(condition))
        | JoinOperator::Inner(JoinConstraint::On(condition)) => Some(condition.clone()),
        _ => return None,
    };
    let mut names = ConstantNames { alias: &alias, constants, written: 0, harmful: false };
    for (_, join) in joins.iter().enumerate().filter(|(other, _)| *other != at) {
        use JoinOperator as O;
        let kept = matches!(
            join.join_operator,
            O::Join(_)
                | O::Inner(_)
                | O::CrossJoin(_)
                | O::Left(_)
                | O::LeftOuter(_)
                | O::Semi(_)
                | O::LeftSemi(_)
                | O::Anti(_)
                | O::LeftAnti(_)
        );
        // The engine joins by columns only.
        if !kept || !names.look(&join.join_operator) || names.written > 0 {
            return None;
        }
    }
    let grouped = matches!(&select.group_by, GroupByExpr::Expressions(_, modifiers) if modifiers.is_empty());
    // A number there would be the place of a column.
    if !grouped || !names.look(&select.group_by) || names.written > 0 || !select.sort_by.is_empty() {
        return None;
    }
    let looked = names.look(&select.projection)
        && names.look(&select.selection)
        && names.look(&select.having)
        && names.look(&condition);
    if !looked || !select.projection.iter().any(reads_rows(&alias)) {
        return None;
    }
    let TableWithJoins { joins, .. } = &mut select.from[0];
    joins.remove(at);
    for item in &mut select.projection {
        if let SelectItem::UnnamedExpr(Expr::CompoundIdentifier(parts)) = item
            && let [table, column] = &parts[..]
            && table.value == alias
        {
            let (column, expr) = (column.clone(), Expr::CompoundIdentifier(parts.clone()));
            *item = SelectItem::ExprWithAlias { expr, alias: column };
        }
    }
    let nested = |expr: Expr| Box::new(Expr::Nested(Box::new(expr)));
    select.selection = match (condition, select.selection.take()) {
        (None, selection) => selection,
        (Some(condition), None) => Some(condition),
        (Some(left), Some(right)) => {
            Some(Expr::BinaryOp { left: nested(left), op: BinaryOperator::And, right: nested(right) })
        }
    };
    let mut replace = ConstantReplacement { alias: &alias, constants };
    let _ = VisitMut::visit(&mut select.projection, &mut replace);
    let _ = VisitMut::visit(&mut select.selection, &mut replace);
    let _ = VisitMut::visit(&mut select.having, &mut replace);
    Some(())
}

/// Whether an item of a SELECT is more than constants: those alone would be one row.
fn reads_rows(parameter: &str) -> impl Fn(&SelectItem) -> bool {
    struct Rows<'a>(&'a str);
    impl Visitor for Rows<'_> {
        type Break = ();
        fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
            match expr {
                Expr::CompoundIdentifier(parts) if parts[0].value != self.0 => ControlFlow::Break(()),
                Expr::Identifier(_) => ControlFlow::Break(()),
                _ => ControlFlow::Continue(()),
            }
        }
    }
    move |item| item.visit(&mut Rows(parameter)).is_break()
}

/// Where a clause names columns of the view.
struct ConstantNames<'a> {
    alias: &'a str,
    constants: &'a ParameterConstants,
    written: usize,
    harmful: bool,
}

impl ConstantNames<'_> {
    /// Looks through a clause; false if it cannot do without the view.
    fn look(&mut self, clause: &impl Visit) -> bool {
        let _ = clause.visit(self);
        !self.harmful
    }
}

impl Visitor for ConstantNames<'_> {
    type Break = ();

    fn pre_visit_query(&mut self, _: &Query) -> ControlFlow<()> {
        // A subquery may mean another table by the alias.
        self.harmful = true;
        ControlFlow::Break(())
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        match expr {
            Expr::CompoundIdentifier(parts) if parts[0].value == self.alias => {
                self.written += 1;
                self.harmful |= find_parameter_constant(self.constants, self.alias, parts).is_none();
            }
            // Without an alias it may be a column of the view.
            Expr::Identifier(name) => self.harmful |= self.constants.0.contains_key(&name.value),
            _ => {}
        }
        ControlFlow::Continue(())
    }
}

fn find_parameter_constant<'c>(
    constants: &'c ParameterConstants,
    alias: &str,
    parts: &[Ident],
) -> Option<&'c Expr> {
    match parts {
        [table, column] if table.value == alias => constants.0.get(&column.value),
        _ => None,
    }
}

struct ConstantReplacement<'a> {
    alias: &'a str,
    constants: &'a ParameterConstants,
}

impl VisitorMut for ConstantReplacement<'_> {
    type Break = ();

    fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        if let Expr::CompoundIdentifier(parts) = expr
            && let Some(constant) = find_parameter_constant(self.constants, self.alias, parts)
        {
            *expr = constant.clone();
        }
        ControlFlow::Continue(())
    }
}

#[cfg(test)]
mod tests {
    use polars::prelude::*;

    use super::*;

    fn written(sql: &str) -> Option<String> {
        let row = df!("year" => [2018i64], "term" => ["it's"], "least" => [-5i64], "unset" => [None::<i64>]);
        ParameterConstants::of(&row.unwrap()).unwrap().write_into(&ParsedSelect::parse(sql).unwrap())
    }

    #[track_caller]
    fn becomes(sql: &str, expected: &str) {
        assert_eq!(written(sql).as_deref(), Some(expected), "{sql}");
    }

    #[test]
    fn constants_take_the_place_of_the_view() {
        becomes(
            "SELECT i.id, q.year FROM insurance i CROSS JOIN parameter q WHERE i.born < q.year OR i.x = 1",
            "SELECT i.id, CAST(2018 AS BIGINT) AS year FROM insurance i WHERE i.born < CAST(2018 AS BIGINT) OR i.x = 1",
        );
        becomes(
            "SELECT i.id FROM insurance i JOIN parameter q ON q.year = i.year LEFT JOIN p ON p.id = i.id WHERE i.x = 1 OR i.y = q.term",
            "SELECT i.id FROM insurance i LEFT JOIN p ON p.id = i.id WHERE (CAST(2018 AS BIGINT) = i.year) AND (i.x = 1 OR i.y = 'it''s')",
        );
        becomes(
            "WITH a AS (SELECT s.id FROM student s JOIN parameter q ON q.term = s.term) SELECT a.id, a.n - q.least AS n FROM a CROSS JOIN parameter AS q",
            "WITH a AS (SELECT s.id FROM student s WHERE 'it''s' = s.term) SELECT a.id, a.n - CAST(-5 AS BIGINT) AS n FROM a",
        );
    }

    #[test]
    fn where_it_might_mean_something_else_the_view_stays() {
        for sql in [
            "SELECT q.year FROM parameter q",
            "SELECT q.year AS y FROM a CROSS JOIN parameter q",
            "SELECT a.id FROM a CROSS JOIN parameter q WHERE a.n = q.unset",
            "SELECT a.id FROM a CROSS JOIN parameter q WHERE year = 3",
            "SELECT q.year, COUNT(*) AS n FROM a CROSS JOIN parameter q GROUP BY q.year",
            "SELECT a.id FROM a LEFT JOIN parameter q ON q.year = a.year",
            "SELECT a.id FROM a CROSS JOIN parameter q LEFT JOIN b ON b.id = a.id AND b.year = q.year",
            "SELECT a.id FROM a JOIN parameter q ON q.year = a.year RIGHT JOIN b ON b.id = a.id",
            "SELECT a.id FROM a CROSS JOIN parameter q WHERE a.id IN (SELECT b.id FROM b WHERE b.year = q.year)",
            "SELECT a.id FROM a CROSS JOIN parameter q ORDER BY q.year",
            "SELECT a.id FROM a",
        ] {
            assert_eq!(written(sql), None, "{sql}");
        }
    }
}
