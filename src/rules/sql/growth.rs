//! Can rows that a list has beyond those that are there only add to what a SELECT finds? Then what it finds without them
//! stands.
//!
//! Rows are followed from table to table. A SELECT only adds where the rows that come of the list are joined, put together
//! and counted, never looked for in vain, and where numbers that grow with them (counts, sums of what is never less than
//! nothing) are at most asked whether they reach something. What is not surely so is not.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use sqlparser::ast::{
    BinaryOperator, Distinct, Expr, GroupByExpr, JoinConstraint, JoinOperator, Query, Select, SelectFlavor,
    SelectItem, SetExpr, SetOperator, SetQuantifier, TableAlias, TableFactor, TableWithJoins, Visit, Visitor,
};

use super::clauses::{QueryClauses, SelectClauses, column_name, is_aggregate};

/// What more rows of the list do to a table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct TableGrowth {
    columns: Vec<String>,
    /// It may get rows; else it stays as it is.
    gets_rows: bool,
    /// Columns whose numbers may become greater, never less.
    grows: BTreeSet<String>,
    /// Columns that may have other values.
    changes: BTreeSet<String>,
    /// Columns that are never less than nothing.
    amounts: BTreeSet<String>,
}

/// Tables by name; `None`: one that may lose rows, or that is not understood.
pub(crate) type GrowthByTable = BTreeMap<String, Option<TableGrowth>>;

impl TableGrowth {
    /// A view; `gets_rows`: it is the list that may have more.
    pub(crate) fn view(columns: Vec<String>, gets_rows: bool, amounts: BTreeSet<String>) -> Self {
        Self { columns, gets_rows, amounts, ..Self::default() }
    }

    /// Is a column the same whatever rows there are more?
    pub(crate) fn keeps(&self, column: &str) -> bool {
        !self.grows.contains(column) && !self.changes.contains(column)
    }
}

/// What more rows of the list do to what a statement yields; `None` where it may lose rows, or is not understood.
pub(crate) fn growth_of(query: &Query, tables: &GrowthByTable) -> Option<TableGrowth> {
    let mut own = tables.clone();
    if let Some(with) = &query.with {
        if with.recursive {
            return None;
        }
        for part in &with.cte_tables {
            if part.from.is_some() || !part.alias.columns.is_empty() {
                return None;
            }
            let growth = of_body(&part.query, &own);
            own.insert(part.alias.name.value.clone(), growth);
        }
    }
    of_body(query, &own)
}

fn of_body(query: &Query, tables: &GrowthByTable) -> Option<TableGrowth> {
    let QueryClauses { body, order_by: _, limit_clause, fetch } = QueryClauses::of(query).ok()?;
    (limit_clause.is_none() && fetch.is_none()).then(|| of_set(body, tables))?
}

fn of_set(expression: &SetExpr, tables: &GrowthByTable) -> Option<TableGrowth> {
    match expression {
        SetExpr::Select(select) => of_select(select, tables),
        SetExpr::Query(inner) if inner.with.is_none() => of_body(inner, tables),
        SetExpr::SetOperation { left, op: SetOperator::Union, set_quantifier, right } => {
            use SetQuantifier::{All, Distinct, None as Plain};
            if !matches!(set_quantifier, All | Distinct | Plain) {
                return None;
            }
            let (left, right) = (of_set(left, tables)?, of_set(right, tables)?);
            if left.columns.len() != right.columns.len() {
                return None;
            }
            let pairs: Vec<(String, String)> =
                left.columns.iter().cloned().zip(right.columns.clone()).collect();
            let either = |of: fn(&TableGrowth) -> &BTreeSet<String>| -> BTreeSet<String> {
                let is = |(a, b): &&(String, String)| of(&left).contains(a) || of(&right).contains(b);
                pairs.iter().filter(is).map(|(a, _)| a.clone()).collect()
            };
            let both = |(a, b): &&(String, String)| left.amounts.contains(a) && right.amounts.contains(b);
            Some(TableGrowth {
                gets_rows: left.gets_rows || right.gets_rows,
                grows: either(|side| &side.grows),
                changes: either(|side| &side.changes),
                amounts: pairs.iter().filter(both).map(|(a, _)| a.clone()).collect(),
                columns: left.columns,
            })
        }
        _ => None,
    }
}

/// The tables of a SELECT by alias.
struct JoinedTables(Vec<(String, TableGrowth)>);

/// What a column or expression may do.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum ValueGrowth {
    Stays,
    Grows,
    Changes,
}

fn of_select(select: &Select, tables: &GrowthByTable) -> Option<TableGrowth> {
    let SelectClauses { distinct, projection, from, selection, group_by, having, qualify, flavor } =
        SelectClauses::of(select).ok()?;
    if qualify.is_some() || *flavor != SelectFlavor::Standard || matches!(distinct, Some(Distinct::On(_))) {
        return None;
    }
    let joined = JoinedTables::of(from, tables)?;
    if selection.iter().chain(having).any(|condition| !joined.only_adds(condition)) {
        return None;
    }
    let GroupByExpr::Expressions(groups, modifiers) = group_by else { return None };
    if !modifiers.is_empty() || groups.iter().any(|group| joined.value(group) != Some(ValueGrowth::Stays)) {
        return None;
    }
    let mut found = TableGrowth { gets_rows: joined.get_rows(), ..TableGrowth::default() };
    for item in projection {
        let (expr, name) = match item {
            SelectItem::UnnamedExpr(expr) => (expr, column_name(expr)?),
            SelectItem::ExprWithAlias { expr, alias } => (expr, alias.value.as_str()),
            _ => return None,
        };
        match joined.value(expr)? {
            ValueGrowth::Stays => {}
            ValueGrowth::Grows => {
                found.grows.insert(name.to_owned());
            }
            ValueGrowth::Changes => {
                found.changes.insert(name.to_owned());
            }
        }
        if joined.is_amount(expr) {
            found.amounts.insert(name.to_owned());
        }
        found.columns.push(name.to_owned());
    }
    Some(found)
}

impl JoinedTables {
    /// Joins the tables; `None` where a row may be lost for one that is there beyond the others.
    fn of(items: &[TableWithJoins], tables: &GrowthByTable) -> Option<Self> {
        let mut all = Self(Vec::new());
        for item in items {
            all.0.push(relation(&item.relation, tables)?);
            for join in &item.joins {
                use JoinOperator as O;
                let (alias, table) = relation(&join.relation, tables)?;
                // (the table only says which rows stay, it may get rows)
                let (only_asked, may_grow, constraint) = match &join.join_operator {
                    O::Join(c) | O::Inner(c) | O::CrossJoin(c) => (false, true, c),
                    O::Left(c) | O::LeftOuter(c) => (false, false, c),
                    O::Semi(c) | O::LeftSemi(c) => (true, true, c),
                    O::Anti(c) | O::LeftAnti(c) => (true, false, c),
                    _ => return None,
                };
                if table.gets_rows && !may_grow {
                    return None;
                }
                let is_asked_in_vain = matches!(&join.join_operator, O::Anti(_) | O::LeftAnti(_));
                all.0.push((alias, table));
                match constraint {
                    JoinConstraint::On(condition) if is_asked_in_vain || !may_grow => {
                        // Met or not, it must be the same with more rows.
                        (all.value(condition)? == ValueGrowth::Stays).then_some(())?;
                    }
                    JoinConstraint::On(condition) => all.only_adds(condition).then_some(())?,
                    JoinConstraint::None => {}
                    _ => return None,
                }
                if only_asked {
                    let (_, asked) = all.0.pop()?;
                    // Rows come with those that they are met by.
                    if asked.gets_rows
                        && let Some((_, first)) = all.0.first_mut()
                    {
                        first.gets_rows = true;
                    }
                }
            }
        }
        Some(all)
    }

    fn get_rows(&self) -> bool {
        self.0.iter().any(|(_, table)| table.gets_rows)
    }

    /// Does a condition hold of whatever it held of, however much numbers grow?
    fn only_adds(&self, condition: &Expr) -> bool {
        match condition {
            Expr::Nested(inner) => self.only_adds(inner),
            Expr::BinaryOp { left, op: BinaryOperator::And | BinaryOperator::Or, right } => {
                self.only_adds(left) && self.only_adds(right)
            }
            Expr::BinaryOp { left, op: BinaryOperator::Gt | BinaryOperator::GtEq, right } => {
                let stays = self.value(right) == Some(ValueGrowth::Stays);
                stays && self.value(left).is_some_and(|value| value < ValueGrowth::Changes)
            }
            other => self.value(other) == Some(ValueGrowth::Stays),
        }
    }

    /// What more rows do to a value; `None` where it is not understood.
    fn value(&self, expr: &Expr) -> Option<ValueGrowth> {
        if let Expr::Nested(inner) = expr {
            return self.value(inner);
        }
        if let Some(column) = self.column(expr) {
            return Some(column);
        }
        if let Expr::Function(function) = expr
            && is_aggregate(function)
        {
            let name = function.name.to_string().to_ascii_lowercase();
            if function.over.is_some() || function.filter.is_some() {
                return None;
            }
            let mut reader = ColumnReader::of(self, true);
            let argument = match function.args.visit(&mut reader) {
                ControlFlow::Continue(()) => reader.most,
                ControlFlow::Break(()) => return None,
            };
            let text = function.args.to_string();
            let sums_amounts = || {
                let inner = text.trim_start_matches('(').trim_end_matches(')');
                self.is_amount_named(inner)
            };
            return Some(match (self.get_rows(), argument, name.as_str()) {
                (false, argument, _) => argument,
                (true, ValueGrowth::Stays, "count") => ValueGrowth::Grows,
                (true, ValueGrowth::Stays, "sum") if sums_amounts() => ValueGrowth::Grows,
                (true, ..) => ValueGrowth::Changes,
            });
        }
        let mut reader = ColumnReader::of(self, false);
        match expr.visit(&mut reader) {
            // Something made of what grows may become less.
            ControlFlow::Continue(()) if reader.most == ValueGrowth::Stays => Some(ValueGrowth::Stays),
            ControlFlow::Continue(()) => Some(ValueGrowth::Changes),
            ControlFlow::Break(()) => None,
        }
    }

    /// That of a column, if the expression is one.
    fn column(&self, expr: &Expr) -> Option<ValueGrowth> {
        let (alias, name) = match expr {
            Expr::CompoundIdentifier(parts) => match &parts[..] {
                [alias, name] => (Some(alias.value.as_str()), name.value.as_str()),
                _ => return None,
            },
            Expr::Identifier(name) => (None, name.value.as_str()),
            _ => return None,
        };
        let tables = self.0.iter().filter(|(known, _)| alias.is_none_or(|alias| alias == known));
        let of = |table: &TableGrowth| match (table.grows.contains(name), table.changes.contains(name)) {
            (_, true) => ValueGrowth::Changes,
            (true, false) => ValueGrowth::Grows,
            (false, false) => ValueGrowth::Stays,
        };
        Some(tables.map(|(_, table)| of(table)).max().unwrap_or(ValueGrowth::Stays))
    }

    fn is_amount(&self, expr: &Expr) -> bool {
        matches!(expr, Expr::CompoundIdentifier(_)) && self.is_amount_named(&expr.to_string())
    }

    /// `alias.column`.
    fn is_amount_named(&self, text: &str) -> bool {
        text.split_once('.').is_some_and(|(alias, column)| {
            self.0.iter().any(|(known, table)| known == alias && table.amounts.contains(column))
        })
    }
}

/// The most that any column of an expression does. Stops at queries, windows and, outside one, aggregates.
struct ColumnReader<'t> {
    tables: &'t JoinedTables,
    within_aggregate: bool,
    most: ValueGrowth,
}

impl<'t> ColumnReader<'t> {
    fn of(tables: &'t JoinedTables, within_aggregate: bool) -> Self {
        Self { tables, within_aggregate, most: ValueGrowth::Stays }
    }
}

impl Visitor for ColumnReader<'_> {
    type Break = ();

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        if let Expr::Function(function) = expr {
            let of_group = is_aggregate(function);
            if function.over.is_some() || of_group && self.within_aggregate {
                return ControlFlow::Break(());
            }
            if of_group && self.tables.get_rows() {
                self.most = ValueGrowth::Changes;
            }
        }
        if let Some(column) = self.tables.column(expr) {
            self.most = self.most.max(column);
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_query(&mut self, _: &Query) -> ControlFlow<()> {
        ControlFlow::Break(())
    }
}

/// Alias and table of what stands after FROM or JOIN.
fn relation(factor: &TableFactor, tables: &GrowthByTable) -> Option<(String, TableGrowth)> {
    let alias = |alias: &Option<TableAlias>| match alias {
        Some(alias) if alias.columns.is_empty() => Some(Some(alias.name.value.clone())),
        Some(_) => None,
        None => Some(None),
    };
    match factor {
        TableFactor::Table { name, alias: named, args: None, .. } => {
            let [part] = &name.0[..] else { return None };
            let table = part.as_ident()?.value.as_str();
            let growth = tables.get(table)?.clone()?;
            Some((alias(named)?.unwrap_or_else(|| table.to_owned()), growth))
        }
        TableFactor::Derived { lateral: false, subquery, alias: named, .. } if subquery.with.is_none() => {
            Some((alias(named)??, of_body(subquery, tables)?))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::ParsedSelect;
    use super::*;

    fn growth(sql: &str) -> Option<TableGrowth> {
        let view = |columns: &[&str], gets_rows: bool, amounts: &[&str]| {
            let columns = columns.iter().map(|name| (*name).to_owned()).collect();
            let amounts = amounts.iter().map(|name| (*name).to_owned()).collect();
            Some(TableGrowth::view(columns, gets_rows, amounts))
        };
        let tables = GrowthByTable::from([
            ("bill".to_owned(), view(&["record_id", "person_id", "paid_fen", "rest"], true, &["paid_fen"])),
            ("now".to_owned(), view(&["record_id", "person_id", "paid_fen", "rest"], false, &["paid_fen"])),
            ("person".to_owned(), view(&["record_id", "person_id"], false, &[])),
        ]);
        growth_of(&ParsedSelect::parse(sql).unwrap().query().unwrap(), &tables)
    }

    #[test]
    fn sums_of_amounts_only_grow() {
        let all = "WITH every AS (SELECT n.person_id, n.paid_fen FROM now n UNION ALL SELECT b.person_id, b.paid_fen FROM bill b), \
                   total AS (SELECT e.person_id, SUM(e.paid_fen) AS paid_fen FROM every e GROUP BY e.person_id) ";
        let found = growth(&format!(
            "{all}SELECT t.person_id AS subject_id, t.paid_fen AS shown FROM total t \
             JOIN person p ON p.person_id = t.person_id CROSS JOIN person q WHERE t.paid_fen >= 5 AND p.record_id = 'a'"
        ));
        let found = found.unwrap();
        assert!(found.gets_rows && found.keeps("subject_id") && !found.keeps("shown"));
        for (asked, adds) in [
            ("t.paid_fen > 5", true),
            ("t.paid_fen < 5", false),
            ("t.paid_fen - 1 > 5", false),
            ("NOT t.paid_fen >= 5", false),
            ("5 > t.paid_fen", false),
            ("t.paid_fen = 5", false),
            ("t.person_id IN (SELECT b.person_id FROM bill b)", false),
        ] {
            let sql = format!("{all}SELECT t.person_id AS subject_id FROM total t WHERE {asked}");
            assert_eq!(growth(&sql).is_some(), adds, "{asked}");
        }
        // What may be less than nothing may bring a sum down.
        let rest = "SELECT b.person_id, SUM(b.rest) AS n FROM bill b GROUP BY b.person_id";
        assert!(!growth(rest).unwrap().keeps("n") && growth(rest).unwrap().grows.is_empty());
        assert!(growth(&format!("{rest} HAVING SUM(b.rest) > 3")).is_none());
        assert!(
            growth("SELECT b.person_id, COUNT(*) AS n FROM bill b GROUP BY b.person_id HAVING COUNT(*) > 3")
                .is_some()
        );
    }

    #[test]
    fn whoever_is_looked_for_in_vain_may_be_found_with_more_rows() {
        let of = |join: &str| {
            growth(&format!("SELECT p.person_id FROM person p {join} b ON b.person_id = p.person_id"))
        };
        assert!(of("SEMI JOIN bill").unwrap().gets_rows);
        assert!(of("JOIN bill").unwrap().gets_rows);
        assert!(of("ANTI JOIN bill").is_none());
        assert!(of("LEFT JOIN bill").is_none());
        assert!(!of("ANTI JOIN now").unwrap().gets_rows);
        assert!(
            growth("SELECT b.person_id FROM bill b ANTI JOIN person p ON p.person_id = b.person_id")
                .is_some()
        );
        assert!(growth("SELECT b.person_id FROM bill b LIMIT 1").is_none());
    }
}
