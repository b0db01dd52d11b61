//! Statements, WITH and UNION.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use sqlparser::ast::{Cte, Query, SelectItem, SetExpr, SetOperator, SetQuantifier, With};

use super::select::rewrite_select;
use super::table_scope::join_ranges;
use super::{Answers, KnownTables, TableKnowledge, UNKNOWN_SUFFIX};
use crate::rules::sql::clauses::{QueryClauses, column_name};

/// The tables that a statement may read, and those of WITH that its new text needs.
pub(super) struct StatementWriter {
    pub(super) tables: KnownTables,
    /// Names and texts of WITH, in order.
    with: Vec<(String, String)>,
    made: usize,
}

impl StatementWriter {
    /// Adds a table to WITH.
    pub(super) fn add_table(&mut self, name: &str, sql: String) {
        if self.with.iter().all(|(known, _)| known != name) {
            self.with.push((name.to_owned(), sql));
        }
    }

    /// A name that no table of the statement has.
    pub(super) fn new_name(&mut self, purpose: &str) -> String {
        self.made += 1;
        format!("{purpose}__{}", self.made)
    }

    /// Adds a table of the equal values for which there is a row that may be met: how it is joined, and a condition that holds
    /// where there is one.
    pub(super) fn add_presence(&mut self, purpose: &str, rows: &PossibleRows<'_>) -> (String, String) {
        // Names that no other table has: the engine drops a column and then looks for one of the same name.
        let name = self.new_name(purpose);
        let PossibleRows { from, any, filter, equal } = rows;
        let holds = format!("COALESCE({name}.{name}__maybe, 0) = 1");
        if equal.is_empty() {
            // Of a column: an engine takes the greatest of a written number without rows, too.
            let greatest = format!("MAX(CASE WHEN {any} THEN 1 ELSE 0 END) AS {name}__maybe");
            self.add_table(&name, format!("SELECT {greatest}\nFROM {from}\nWHERE {filter}"));
            return (format!("\nCROSS JOIN {name}"), holds);
        }
        let listed: Vec<String> =
            equal.iter().map(|one| format!("{} AS {name}__{}", one.value, one.column)).collect();
        let listed = listed.join(", ");
        self.add_table(
            &name,
            format!("SELECT DISTINCT {listed}, 1 AS {name}__maybe\nFROM {from}\nWHERE {filter}"),
        );
        let same: Vec<String> =
            equal.iter().map(|one| format!("{name}.{name}__{} = {}", one.column, one.met)).collect();
        (format!("\nLEFT JOIN {name} ON {}", same.join(" AND ")), holds)
    }

    /// What is known of a table.
    pub(super) fn table(&self, name: &str) -> Result<Arc<TableKnowledge>, String> {
        self.tables.get(name).ok_or_else(|| format!("{name} is not known"))?.clone()
    }
}

/// Rows that may be met by an unknown cell, see [`StatementWriter::add_presence`]; all SQL.
pub(super) struct PossibleRows<'p> {
    /// Their tables, as after FROM.
    pub(super) from: &'p str,
    /// Holds of a row that has such a cell.
    pub(super) any: &'p str,
    /// Holds of the rows that are asked for.
    pub(super) filter: &'p str,
    /// What must be equal for a row to be met.
    pub(super) equal: &'p [EqualValue],
}

/// A value of a row that may be met, and what it must equal.
pub(super) struct EqualValue {
    pub(super) value: String,
    /// What it is called.
    pub(super) column: String,
    pub(super) met: String,
}

/// Writes a whole statement: the one place where WITH may stand.
pub(super) fn rewrite_statement(
    query: &Query,
    tables: &KnownTables,
    answers: Answers,
) -> Result<(String, TableKnowledge), String> {
    let mut writer = StatementWriter { tables: tables.clone(), with: Vec::new(), made: 0 };
    for part in with_parts(query.with.as_ref())? {
        let name = &part.alias.name.value;
        let (sql, known) = rewrite_body(&part.query, &mut writer, answers, &[])?;
        let known = Arc::new(TableKnowledge { view: false, ..known });
        match known.is_touched() {
            false => writer.add_table(name, sql),
            true => {
                // Each part is written for both: whoever reads it asks for one or the other.
                for wanted in Answers::BOTH {
                    let (sql, _) = rewrite_body(&part.query, &mut writer, wanted, &[])?;
                    writer.add_table(&wanted.table_name(name), sql);
                }
            }
        }
        if writer.tables.insert(name.clone(), Ok(known)).is_some() {
            return Err(format!("two tables are called {name}"));
        }
    }
    let (body, known) = rewrite_body(query, &mut writer, answers, &[])?;
    let with = needed_tables(&writer.with, &body);
    let with = match with.is_empty() {
        true => String::new(),
        false => format!("WITH {}\n", with.join(",\n")),
    };
    Ok((format!("{with}{body}"), TableKnowledge { view: false, ..known }))
}

/// The tables of WITH that a text reads, directly or by others of them.
fn needed_tables(with: &[(String, String)], body: &str) -> Vec<String> {
    let words = |text: &str| -> BTreeSet<String> {
        text.split(|c: char| !c.is_alphanumeric() && c != '_').map(str::to_owned).collect()
    };
    let mut named = words(body);
    let mut needed = Vec::new();
    for (name, sql) in with.iter().rev() {
        if named.contains(name) {
            named.extend(words(sql));
            needed.push(format!("{name} AS (\n{sql}\n)"));
        }
    }
    needed.reverse();
    needed
}

fn with_parts(with: Option<&With>) -> Result<&[Cte], String> {
    match with {
        None => Ok(&[]),
        Some(With { recursive: true, .. }) => Err("WITH RECURSIVE".to_owned()),
        Some(With { cte_tables, .. }) if cte_tables.iter().any(|part| !part.alias.columns.is_empty()) => {
            Err("WITH renames columns".to_owned())
        }
        Some(With { cte_tables, .. }) => Ok(cte_tables),
    }
}

/// Writes a query behind its WITH. The columns at the positions `companions` get companions whether or not
/// anything of them is unknown.
pub(super) fn rewrite_body(
    query: &Query,
    writer: &mut StatementWriter,
    answers: Answers,
    companions: &[usize],
) -> Result<(String, TableKnowledge), String> {
    let QueryClauses { body, order_by, limit_clause, fetch } = QueryClauses::of(query)?;
    let (sql, known) = rewrite_set(body, writer, answers, companions)?;
    let limited = limit_clause.is_some() || fetch.is_some();
    if limited && known.is_touched() {
        return Err("LIMIT".to_owned());
    }
    let order = order_by.as_ref().map(|order| format!(" {order}")).unwrap_or_default();
    let limit = limit_clause.as_ref().map(|limit| format!(" {limit}")).unwrap_or_default();
    let fetch = fetch.as_ref().map(|fetch| format!(" {fetch}")).unwrap_or_default();
    Ok((format!("{sql}{order}{limit}{fetch}"), known))
}

/// Writes a query inside another.
pub(super) fn rewrite_nested(
    query: &Query,
    writer: &mut StatementWriter,
    answers: Answers,
) -> Result<(String, TableKnowledge), String> {
    match query.with {
        None => rewrite_body(query, writer, answers, &[]),
        Some(_) => Err("WITH inside a subquery".to_owned()),
    }
}

fn rewrite_set(
    expression: &SetExpr,
    writer: &mut StatementWriter,
    answers: Answers,
    companions: &[usize],
) -> Result<(String, TableKnowledge), String> {
    match expression {
        SetExpr::Select(select) => rewrite_select(select, writer, answers, companions),
        SetExpr::Query(inner) if inner.with.is_none() => {
            let (sql, known) = rewrite_body(inner, writer, answers, companions)?;
            Ok((format!("({sql})"), known))
        }
        SetExpr::SetOperation { left, op: SetOperator::Union, set_quantifier, right } => {
            let quantifier = match set_quantifier {
                SetQuantifier::All => "UNION ALL",
                SetQuantifier::None | SetQuantifier::Distinct => "UNION",
                SetQuantifier::ByName | SetQuantifier::AllByName | SetQuantifier::DistinctByName => {
                    return Err("UNION BY NAME".to_owned());
                }
            };
            let (left_sql, left_known) = rewrite_set(left, writer, answers, companions)?;
            let (right_sql, right_known) = rewrite_set(right, writer, answers, companions)?;
            if left_known.columns.len() != right_known.columns.len() {
                return Err("UNION of different columns".to_owned());
            }
            // What is unknown in one of them has a companion in both.
            let positions: Vec<usize> = (0..left_known.columns.len())
                .filter(|&at| {
                    left_known.unknown.contains(&left_known.columns[at])
                        || right_known.unknown.contains(&right_known.columns[at])
                        || companions.contains(&at)
                })
                .collect();
            // A side that lacks one is written again; of many UNIONs most never are.
            let mut complete = |side: &SetExpr, sql: String, known: &TableKnowledge| match positions
                .iter()
                .all(|&at| known.unknown.contains(&known.columns[at]))
            {
                true => Ok(sql),
                false => rewrite_set(side, writer, answers, &positions).map(|(sql, _)| sql),
            };
            let left = complete(left, left_sql, &left_known)?;
            let right = complete(right, right_sql, &right_known)?;
            let unknown: BTreeSet<String> =
                positions.iter().map(|&at| left_known.columns[at].clone()).collect();
            let row_key = match quantifier {
                "UNION" if unknown.is_empty() => left_known.columns.clone(),
                _ => Vec::new(),
            };
            let coincide = match quantifier {
                "UNION" => !unknown.is_empty(),
                _ => left_known.coincide || right_known.coincide,
            };
            let (mut ranges, mut counts) = (BTreeMap::new(), BTreeSet::new());
            for (column, other) in left_known.columns.iter().zip(&right_known.columns) {
                if left_known.counts.contains(column) && right_known.counts.contains(other) {
                    counts.insert(column.clone());
                }
                let both = (left_known.ranges.get(column).copied(), right_known.ranges.get(other).copied());
                if let Some(range) = join_ranges(both.0, both.1) {
                    ranges.insert(column.clone(), range);
                }
            }
            let known = TableKnowledge {
                columns: left_known.columns,
                unknown,
                uncertain: left_known.uncertain || right_known.uncertain,
                undercounts: left_known.undercounts || right_known.undercounts,
                merged: left_known.merged || right_known.merged,
                loose: left_known.loose || right_known.loose,
                coincide,
                row_key,
                ranges,
                counts,
                ..TableKnowledge::default()
            };
            Ok((format!("{left}\n{quantifier}\n{right}"), known))
        }
        _ => Err("neither SELECT nor UNION".to_owned()),
    }
}

/// Names of the columns that a query yields.
pub(super) fn column_names(query: &Query) -> Result<Vec<String>, String> {
    let mut body = &*query.body;
    loop {
        body = match body {
            SetExpr::SetOperation { left, .. } => left,
            SetExpr::Query(inner) => &inner.body,
            SetExpr::Select(select) => return select.projection.iter().map(item_name).collect(),
            _ => return Err("neither SELECT nor UNION".to_owned()),
        }
    }
}

/// Name of a column of a SELECT.
pub(super) fn item_name(item: &SelectItem) -> Result<String, String> {
    match item {
        SelectItem::ExprWithAlias { alias, .. } => Ok(alias.value.clone()),
        SelectItem::UnnamedExpr(expr) => {
            let name = column_name(expr).map(str::to_owned);
            name.ok_or_else(|| format!("{expr} has no name"))
        }
        SelectItem::ExprWithAliases { .. } | SelectItem::QualifiedWildcard(..) | SelectItem::Wildcard(_) => {
            Err("a column without a name of its own".to_owned())
        }
    }
}

/// `, <companion> AS <name>__unknown` for a column.
pub(super) fn companion_item(sql: &str, name: &str) -> String {
    format!(", {sql} AS {name}{UNKNOWN_SUFFIX}")
}
