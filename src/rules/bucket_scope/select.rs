//! Queries, UNIONs and SELECTs: what they yield of the tables they read.

use std::ops::ControlFlow;

use sqlparser::ast::{
    Distinct, Expr, GroupByExpr, Query, Select, SelectFlavor, SelectItem, SetExpr, SetOperator,
    SetQuantifier, Visit, With,
};

use super::expression::{ExpressionWalk, not_null, split_conjuncts};
use super::join::{self, BoundTables};
use super::{KeyedColumn, ScopeVerdict, ScopedTable, ScopedTables, TableKey};
use crate::rules::sql::clauses::{QueryClauses, SelectClauses, UNKNOWN_CLAUSE, column_name};

/// A whole statement: the one place where WITH may stand.
pub(crate) fn judge_statement(query: &Query, tables: &ScopedTables) -> ScopeVerdict {
    match &query.with {
        None => body(query, tables),
        Some(with) => body(query, &with_tables(with, tables)?),
    }
}

/// A query inside another. The engine does not scope an inner WITH as SQL does.
pub(crate) fn judge_nested(query: &Query, tables: &ScopedTables) -> ScopeVerdict {
    match &query.with {
        None => body(query, tables),
        Some(_) => Err("WITH inside a subquery".to_owned()),
    }
}

fn with_tables(with: &With, tables: &ScopedTables) -> ScopeVerdict<ScopedTables> {
    if with.recursive {
        return Err("WITH RECURSIVE".to_owned());
    }
    let mut tables = tables.clone();
    for part in &with.cte_tables {
        if part.from.is_some() || !part.alias.columns.is_empty() {
            return Err("WITH renames columns".to_owned());
        }
        let table = judge_nested(&part.query, &tables)?;
        tables.insert(part.alias.name.value.clone(), table);
    }
    Ok(tables)
}

fn body(query: &Query, tables: &ScopedTables) -> ScopeVerdict {
    // The order of the rows does not matter to anybody.
    let QueryClauses { body, order_by: _, limit_clause, fetch } = QueryClauses::of(query)?;
    if limit_clause.is_some() || fetch.is_some() {
        return Err("LIMIT counts all rows".to_owned());
    }
    set(body, tables)
}

fn set(expression: &SetExpr, tables: &ScopedTables) -> ScopeVerdict {
    match expression {
        SetExpr::Select(inner) => select(inner, tables),
        SetExpr::Query(inner) => judge_nested(inner, tables),
        SetExpr::SetOperation { left, op: SetOperator::Union, set_quantifier, right } => {
            let distinct = match set_quantifier {
                SetQuantifier::All => false,
                SetQuantifier::None | SetQuantifier::Distinct => true,
                _ => return Err("UNION BY NAME".to_owned()),
            };
            union(set(left, tables)?, set(right, tables)?, distinct)
        }
        SetExpr::SetOperation { op, .. } => Err(format!("{op}")),
        _ => Err("neither SELECT nor UNION".to_owned()),
    }
}

fn union(left: ScopedTable, right: ScopedTable, distinct: bool) -> ScopeVerdict {
    let (left, right) = match (left, right) {
        (ScopedTable::Shared, ScopedTable::Shared) => return Ok(ScopedTable::Shared),
        (ScopedTable::Local(left), ScopedTable::Local(right)) if left.len() == right.len() => (left, right),
        (ScopedTable::Local(_), ScopedTable::Local(_)) => return Err("UNION of different columns".to_owned()),
        // Every bucket would yield the shared rows again.
        _ => return Err("UNION of local and shared rows".to_owned()),
    };
    let both = |a: Option<TableKey>, b: Option<TableKey>| match (a, b) {
        (Some(a), Some(b)) if a.kind == b.kind => {
            Some(TableKey { kind: a.kind, filled: a.filled && b.filled })
        }
        _ => None,
    };
    let columns: Vec<KeyedColumn> = left
        .into_iter()
        .zip(right)
        .map(|(a, b)| KeyedColumn { name: a.name, key: both(a.key, b.key) })
        .collect();
    if distinct && !told_apart(&columns) {
        return Err("UNION without ALL of rows without a key".to_owned());
    }
    Ok(ScopedTable::Local(columns))
}

/// Rows of different buckets differ in a column.
fn told_apart(columns: &[KeyedColumn]) -> bool {
    columns.iter().any(|c| c.key.is_some_and(|k| k.filled))
}

fn select(select: &Select, tables: &ScopedTables) -> ScopeVerdict {
    let SelectClauses { distinct, projection, from, selection, group_by, having, qualify, flavor } =
        SelectClauses::of(select)?;
    if qualify.is_some() || *flavor != SelectFlavor::Standard {
        return Err(UNKNOWN_CLAUSE.to_owned());
    }
    let mut bound = join::judge_from(from, tables)?;
    if let Some(condition) = selection {
        let mut walk = ExpressionWalk::new(&bound, tables);
        walk.condition = true;
        run(condition, &mut walk)?;
        for part in split_conjuncts(condition) {
            if let Some((alias, column)) = not_null(part).and_then(|e| bound.place(e)) {
                bound.fill(alias, column);
            }
        }
    }
    let mut walk = ExpressionWalk::new(&bound, tables);
    run(projection, &mut walk)?;
    run(having, &mut walk)?;
    let (aggregates, windows) = (walk.aggregates, walk.windows);
    let groups = match group_by {
        GroupByExpr::Expressions(groups, modifiers) if modifiers.is_empty() => groups,
        _ if !bound.local => return Ok(ScopedTable::Shared),
        _ => return Err("GROUP BY without a list of columns".to_owned()),
    };
    let mut walk = ExpressionWalk::new(&bound, tables);
    run(groups, &mut walk)?;
    if !bound.local {
        return Ok(ScopedTable::Shared);
    }
    if walk.aggregates || walk.windows {
        return Err("GROUP BY something counted".to_owned());
    }
    let grouped = !groups.is_empty() || aggregates || having.is_some();
    if grouped && windows {
        return Err("a window over groups".to_owned());
    }
    let group_key = |e: &Expr| bound.key(e).filter(|_| !hidden(e, projection));
    if grouped && !groups.iter().any(|e| group_key(e).is_some_and(|k| k.filled)) {
        return Err(match groups.is_empty() {
            true => "an aggregate over all rows".to_owned(),
            false => "GROUP BY without a key".to_owned(),
        });
    }
    let mut columns = Vec::new();
    for item in projection {
        let (expr, name) = match item {
            SelectItem::UnnamedExpr(expr) => (expr, column_name(expr).unwrap_or_default()),
            SelectItem::ExprWithAlias { expr, alias } => (expr, alias.value.as_str()),
            _ => return Err("SELECT *".to_owned()),
        };
        let passed = !grouped || groups.iter().any(|g| bound.place(g) == bound.place(expr));
        let meant = matches!(expr, Expr::CompoundIdentifier(_)) || !hidden(expr, projection);
        let key = bound.key(expr).filter(|_| passed && meant);
        columns.push(KeyedColumn { name: name.to_owned(), key });
    }
    match distinct {
        None | Some(Distinct::All) => {}
        Some(Distinct::Distinct) if told_apart(&columns) => {}
        Some(Distinct::Distinct) => return Err("DISTINCT of rows without a key".to_owned()),
        Some(Distinct::On(_)) => return Err("DISTINCT ON".to_owned()),
    }
    Ok(ScopedTable::Local(columns))
}

/// Looks at the expressions of a clause.
pub(crate) fn run(clause: &impl Visit, walk: &mut ExpressionWalk<'_>) -> ScopeVerdict<()> {
    match clause.visit(walk) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(reason) => Err(reason),
    }
}

/// Whether the SELECT gives the name of this column to something else: the engine may then
/// group by that.
fn hidden(expr: &Expr, projection: &[SelectItem]) -> bool {
    projection.iter().any(|item| match item {
        SelectItem::ExprWithAlias { expr: other, alias } => {
            column_name(expr) == Some(&alias.value) && other != expr
        }
        _ => false,
    })
}

impl BoundTables {
    /// The key that an expression is, if it is just a key column.
    pub(crate) fn key(&self, expr: &Expr) -> Option<TableKey> {
        let (alias, column) = self.place(expr)?;
        self.column(alias, column)?.key
    }
}
