//! SELECTs: their tables, conditions and columns.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use sqlparser::ast::{
    BinaryOperator, Distinct, Expr, GroupByExpr, Join, JoinConstraint, JoinOperator, Select, SelectItem,
    TableFactor, TableWithJoins,
};

use super::query::{StatementWriter, companion_item, item_name, rewrite_nested};
use super::table_scope::{ScopedTable, TableScope};
use super::{Answers, NumberRange, TableKnowledge, grouped};
use crate::rules::sql::clauses::SelectClauses;
use crate::rules::view_catalogue::PARAMETER;

/// FROM and WHERE of a SELECT as they are written for some answers.
pub(super) struct RewrittenFrom {
    pub(super) scope: TableScope,
    /// ` FROM … WHERE …`.
    pub(super) sql: String,
    /// Some of its rows may not be there.
    pub(super) uncertain: bool,
    /// Each of its rows is of one row of the first table, and no two of the same.
    pub(super) single: bool,
}

/// Writes a SELECT; see [`super::query::rewrite_body`].
pub(super) fn rewrite_select(
    select: &Select,
    writer: &mut StatementWriter,
    answers: Answers,
    companions: &[usize],
) -> Result<(String, TableKnowledge), String> {
    let clauses = SelectClauses::of(select)?;
    let from = rewrite_from(&clauses, writer, answers)?;
    let groups = match clauses.group_by {
        GroupByExpr::Expressions(groups, modifiers) if modifiers.is_empty() => groups.as_slice(),
        GroupByExpr::Expressions(..) | GroupByExpr::All(_) => {
            return Err("GROUP BY without a list of columns".to_owned());
        }
    };
    let items = clauses.projection.iter().map(select_item).collect::<Result<Vec<_>, String>>()?;
    let distinct = match clauses.distinct {
        None | Some(Distinct::All) => "",
        Some(Distinct::Distinct) => "DISTINCT ",
        Some(Distinct::On(_)) => return Err("DISTINCT ON".to_owned()),
    };
    if clauses.qualify.is_some() {
        return Err("QUALIFY".to_owned());
    }
    if !groups.is_empty()
        || clauses.having.is_some()
        || items.iter().any(|(_, expr)| grouped::is_of_several_rows(expr))
    {
        let other = rewrite_from(&clauses, writer, answers.other())?;
        let all = grouped::GroupedSelect { items: &items, groups, having: clauses.having.as_ref(), distinct };
        let windows = groups.is_empty()
            && clauses.having.is_none()
            && items.iter().all(|(_, expr)| !grouped::is_of_group(expr));
        let passed = if windows { passed_key(&from, &items) } else { Vec::new() };
        let ranges = ranges(&from.scope, &items);
        let (sql, known) = all.rewrite([from, other], writer, answers, companions)?;
        let row_key = if windows { passed } else { known.row_key.clone() };
        return Ok((sql, TableKnowledge { row_key, ranges, ..known }));
    }
    let mut sql = format!("SELECT {distinct}");
    let mut companion_sql = String::new();
    let mut known = TableKnowledge {
        uncertain: from.uncertain,
        row_key: passed_key(&from, &items),
        ranges: ranges(&from.scope, &items),
        counts: passed_counts(&from.scope, &items),
        ..TableKnowledge::default()
    };
    for (at, (name, expr)) in items.iter().enumerate() {
        if at > 0 {
            sql.push_str(", ");
        }
        sql += &format!("{expr} AS {name}");
        let unknown = from.scope.unknown_value(expr)?;
        if unknown.is_some() || companions.contains(&at) {
            companion_sql += &companion_item(unknown.as_deref().unwrap_or("0"), name);
            known.unknown.insert(name.clone());
        }
        known.columns.push(name.clone());
    }
    if !distinct.is_empty() && known.row_key.is_empty() && known.unknown.is_empty() {
        known.row_key = known.columns.clone();
    }
    Ok((format!("{sql}{companion_sql}{}", from.sql), known))
}

/// Columns by which rows are told apart, where each comes of one row of the first table.
fn passed_key(from: &RewrittenFrom, items: &[(String, &Expr)]) -> Vec<String> {
    let Some(table) = from.scope.tables.first().filter(|_| from.single) else { return Vec::new() };
    let passed = |key: &String| {
        let is_key = |expr: &Expr| own_column(expr, &table.alias).as_ref() == Some(key);
        items.iter().find(|(_, expr)| is_key(expr)).map(|(name, _)| name.clone())
    };
    table.knowledge.row_key.iter().map(passed).collect::<Option<Vec<_>>>().unwrap_or_default()
}

/// Columns that are counts of a table that is read.
fn passed_counts(scope: &TableScope, items: &[(String, &Expr)]) -> BTreeSet<String> {
    let passed = items.iter().filter(|(_, expr)| scope.is_count(expr));
    passed.map(|(name, _)| name.clone()).collect()
}

/// Ranges of the columns that have one.
fn ranges(scope: &TableScope, items: &[(String, &Expr)]) -> BTreeMap<String, NumberRange> {
    let range = |(name, expr): &(String, &Expr)| {
        let expr = grouped::extreme_of(expr).map_or(*expr, |(_, argument)| argument);
        scope.range(expr).map(|range| (name.clone(), range))
    };
    items.iter().filter_map(range).collect()
}

/// Name and expression of a column of a SELECT.
fn select_item(item: &SelectItem) -> Result<(String, &Expr), String> {
    let name = item_name(item)?;
    match item {
        SelectItem::ExprWithAlias { expr, .. } | SelectItem::UnnamedExpr(expr) => Ok((name, expr)),
        _ => Err("a column without a name of its own".to_owned()),
    }
}

/// FROM and WHERE on their way.
struct FromWriter<'w> {
    writer: &'w mut StatementWriter,
    answers: Answers,
    scope: TableScope,
    sql: String,
    conditions: Vec<String>,
    uncertain: bool,
    /// All tables so far have one row.
    one_row: bool,
    /// As of [`RewrittenFrom`].
    single: bool,
}

fn rewrite_from(
    clauses: &SelectClauses<'_>,
    writer: &mut StatementWriter,
    answers: Answers,
) -> Result<RewrittenFrom, String> {
    let mut from = FromWriter {
        writer,
        answers,
        scope: TableScope::default(),
        sql: String::new(),
        conditions: Vec::new(),
        uncertain: false,
        one_row: false,
        single: true,
    };
    match clauses.from {
        [] => {}
        [TableWithJoins { relation, joins }] => {
            let (text, table) = from.table(relation, answers)?;
            from.sql = format!("\nFROM {text}");
            from.uncertain = table.knowledge.uncertain;
            from.one_row = is_parameter(relation);
            from.scope.tables.push(table);
            joins.iter().try_for_each(|join| from.join(join))?;
        }
        _ => return Err("tables put together by commas".to_owned()),
    }
    if let Some(condition) = clauses.selection {
        from.uncertain |= !from.scope.flags(condition)?.is_empty();
        let condition = from.scope.condition(condition, answers)?;
        from.conditions.push(condition);
    }
    let FromWriter { scope, mut sql, conditions, uncertain, single, .. } = from;
    if !conditions.is_empty() {
        sql += &format!("\nWHERE {}", conditions.join(" AND "));
    }
    Ok(RewrittenFrom { scope, sql, uncertain, single })
}

/// Conditions that all must hold.
fn split_conjuncts(expr: &Expr) -> Vec<&Expr> {
    match expr {
        Expr::Nested(inner) => split_conjuncts(inner),
        Expr::BinaryOp { left, op: BinaryOperator::And, right } => {
            let mut all = split_conjuncts(left);
            all.extend(split_conjuncts(right));
            all
        }
        one => vec![one],
    }
}

impl FromWriter<'_> {
    /// Text of a table with these answers, with its alias, and what is known of it.
    fn table(&mut self, factor: &TableFactor, answers: Answers) -> Result<(String, ScopedTable), String> {
        let scoped = |alias: &str, name: Option<&str>, knowledge| ScopedTable {
            alias: alias.to_owned(),
            name: name.map(str::to_owned),
            knowledge,
            answers,
            outer: false,
            doubt: None,
        };
        match factor {
            TableFactor::Table { name, alias, args: None, .. } => {
                let table = match &name.0[..] {
                    [part] => part.as_ident().map(|name| name.value.as_str()),
                    _ => None,
                };
                let table = table.ok_or_else(|| format!("{name} is no table"))?;
                let alias = alias.as_ref().map_or(table, |alias| alias.name.value.as_str());
                let knowledge = self.writer.table(table)?;
                Ok((
                    format!("{} AS {alias}", knowledge.name(table, answers)),
                    scoped(alias, Some(table), knowledge),
                ))
            }
            TableFactor::Derived { lateral: false, subquery, alias: Some(alias), sample: None } => {
                let alias = &alias.name.value;
                let (sql, knowledge) = rewrite_nested(subquery, self.writer, answers)?;
                Ok((format!("(\n{sql}\n) AS {alias}"), scoped(alias, None, Arc::new(knowledge))))
            }
            _ => Err("FROM something that is no table".to_owned()),
        }
    }

    fn join(&mut self, join: &Join) -> Result<(), String> {
        use JoinOperator as O;
        let (answers, other) = (self.answers, self.answers.other());
        match &join.join_operator {
            O::CrossJoin(JoinConstraint::None) => {
                let (text, table) = self.table(&join.relation, answers)?;
                self.uncertain |= table.knowledge.uncertain;
                self.one_row &= is_parameter(&join.relation);
                self.single &= is_parameter(&join.relation);
                self.sql += &format!("\nCROSS JOIN {text}");
                self.scope.tables.push(table);
                Ok(())
            }
            O::Join(JoinConstraint::On(on)) | O::Inner(JoinConstraint::On(on)) => {
                self.inner_join(&join.relation, on)
            }
            O::Left(JoinConstraint::On(on)) | O::LeftOuter(JoinConstraint::On(on)) => {
                self.left_join(&join.relation, on)
            }
            O::Semi(JoinConstraint::On(on)) | O::LeftSemi(JoinConstraint::On(on)) => {
                self.filter_join("SEMI", &join.relation, on, answers)
            }
            O::Anti(JoinConstraint::On(on)) | O::LeftAnti(JoinConstraint::On(on)) => {
                self.filter_join("ANTI", &join.relation, on, other)
            }
            _ => Err("an unusual JOIN".to_owned()),
        }
    }

    fn inner_join(&mut self, relation: &TableFactor, on: &Expr) -> Result<(), String> {
        let alone = self.one_row;
        let (text, table) = self.table(relation, self.answers)?;
        let single = is_parameter(relation);
        self.one_row &= single;
        self.uncertain |= table.knowledge.uncertain;
        self.scope.tables.push(table.clone());
        let (mut keys, mut equal) = (Vec::new(), Vec::new());
        for part in split_conjuncts(on) {
            match self.scope.flags(part)?.is_empty() {
                true => {
                    keys.push(part.to_string());
                    equal.push(part);
                }
                false => {
                    // The engines join by what is equal alone; the rest is asked of the rows that met.
                    self.uncertain = true;
                    self.conditions.push(self.scope.condition(part, self.answers)?);
                }
            }
        }
        self.single &= single || table.knowledge.is_single_by(&met_columns(&equal, &table.alias));
        self.sql += &match keys.is_empty() {
            false => format!("\nJOIN {text} ON {}", keys.join(" AND ")),
            true if single || alone => format!("\nCROSS JOIN {text}"),
            true => return Err(format!("a JOIN by what may be unknown: {on}")),
        };
        Ok(())
    }

    /// A row of `relation` that is only possible makes unknown what is met.
    fn left_join(&mut self, relation: &TableFactor, on: &Expr) -> Result<(), String> {
        let (text, mut table) = self.table(relation, self.answers)?;
        table.outer = true;
        self.scope.tables.push(table.clone());
        if !self.scope.flags(on)?.is_empty() {
            return Err(format!("a LEFT JOIN by what may be unknown: {on}"));
        }
        self.sql += &format!("\nLEFT JOIN {text} ON {on}");
        let single = table.knowledge.is_single_by(&met_columns(&split_conjuncts(on), &table.alias));
        self.single &= single;
        if !table.knowledge.uncertain {
            return Ok(());
        }
        // Beside a row that is met for certain another may be.
        self.uncertain |= !single;
        let (mut own, mut outside) = (Vec::new(), Vec::new());
        for part in split_conjuncts(on) {
            let Expr::BinaryOp { left, op: BinaryOperator::Eq, right } = part else {
                return Err(format!("a LEFT JOIN by more than equal columns: {on}"));
            };
            let (column, met) = match (own_column(left, &table.alias), own_column(right, &table.alias)) {
                (Some(column), None) => (column, right),
                (None, Some(column)) => (column, left),
                _ => return Err(format!("a LEFT JOIN by more than equal columns: {on}")),
            };
            own.push(column);
            outside.push(met);
        }
        let (other_text, _) = self.table(relation, self.answers.other())?;
        let keys: Vec<String> = own.iter().map(|key| format!("{}.{key} AS {key}", table.alias)).collect();
        let marks = self.writer.new_name("met");
        let distinct = format!("SELECT DISTINCT {}, 1 AS maybe\nFROM {other_text}", keys.join(", "));
        self.writer.add_table(&marks, distinct);
        let same: Vec<String> =
            own.iter().zip(&outside).map(|(key, met)| format!("{marks}.{key} = {met}")).collect();
        self.sql += &format!("\nLEFT JOIN {marks} ON {}", same.join(" AND "));
        let met = format!("{}.{}", table.alias, own[0]);
        let doubt = match self.answers {
            Answers::Certain => format!("{met} IS NULL AND {marks}.maybe IS NOT NULL"),
            Answers::Possible => format!("{met} IS NOT NULL AND {marks}.maybe IS NULL"),
        };
        if let Some(table) = self.scope.tables.last_mut() {
            table.doubt = Some(doubt);
        }
        Ok(())
    }

    fn filter_join(
        &mut self,
        kind: &str,
        relation: &TableFactor,
        on: &Expr,
        answers: Answers,
    ) -> Result<(), String> {
        let (text, table) = self.table(relation, answers)?;
        self.uncertain |= table.knowledge.uncertain;
        self.scope.tables.push(table);
        if !self.scope.flags(on)?.is_empty() {
            return Err(format!("a {kind} JOIN by what may be unknown: {on}"));
        }
        self.scope.tables.pop();
        self.sql += &format!("\n{kind} JOIN {text} ON {on}");
        Ok(())
    }
}

/// Columns of a table that must equal something else for its rows to be met.
fn met_columns(parts: &[&Expr], alias: &str) -> Vec<String> {
    let equal = parts.iter().filter_map(|part| match part {
        Expr::BinaryOp { left, op: BinaryOperator::Eq, right } => {
            match (own_column(left, alias), own_column(right, alias)) {
                (Some(column), None) | (None, Some(column)) => Some(column),
                _ => None,
            }
        }
        _ => None,
    });
    equal.collect()
}

/// The column of a table that an expression names by the table's alias.
fn own_column(expr: &Expr, alias: &str) -> Option<String> {
    match expr {
        Expr::CompoundIdentifier(parts) => match &parts[..] {
            [table, column] if table.value == alias => Some(column.value.clone()),
            _ => None,
        },
        _ => None,
    }
}

/// Is it the table of one row?
fn is_parameter(factor: &TableFactor) -> bool {
    matches!(factor, TableFactor::Table { name, .. } if name.to_string() == PARAMETER)
}
