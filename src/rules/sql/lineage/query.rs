//! Queries, set operations and SELECTs: what they yield of the tables they read.

use std::sync::Arc;

use sqlparser::ast::{
    Cte, Distinct, Expr, Fetch, GroupByExpr, LimitClause, Offset, OrderBy, OrderByExpr, OrderByKind, Query,
    Select, SelectItem, SetExpr, SetOperator, SetQuantifier, Value, With,
};

use super::Traced;
use super::expression::ExpressionContext;
use super::from::NameScope;
use super::relation::{ColumnFeeds, ColumnOrigins, TracedTable, TracedTables};
use crate::rules::sql::clauses::{QueryClauses, SelectClauses, column_name};

/// A whole statement: the one place where WITH may stand.
pub(super) fn trace_statement(query: &Query, tables: &TracedTables) -> Traced<TracedTable> {
    match &query.with {
        None => trace_query_body(query, tables, None),
        Some(with) => trace_query_body(query, &with_tables(with, tables)?, None),
    }
}

/// A query inside another. The engine does not scope an inner WITH as SQL does.
pub(super) fn trace_nested(
    query: &Query,
    tables: &TracedTables,
    outer: Option<&NameScope<'_>>,
) -> Traced<TracedTable> {
    match &query.with {
        None => trace_query_body(query, tables, outer),
        Some(_) => Err("WITH inside a subquery".to_owned()),
    }
}

fn with_tables(with: &With, tables: &TracedTables) -> Traced<TracedTables> {
    let With { with_token: _, recursive, cte_tables } = with;
    if *recursive {
        return Err("WITH RECURSIVE".to_owned());
    }
    let mut known = tables.clone();
    for part in cte_tables {
        let Cte { alias, query, from, materialized: _, closing_paren_token: _ } = part;
        if from.is_some() || !alias.columns.is_empty() {
            return Err("WITH renames columns".to_owned());
        }
        let table = trace_nested(query, &known, None).map(Arc::new);
        if known.insert(alias.name.value.clone(), table).is_some() {
            return Err(format!("two tables are called {}", alias.name.value));
        }
    }
    Ok(known)
}

fn trace_query_body(
    query: &Query,
    tables: &TracedTables,
    outer: Option<&NameScope<'_>>,
) -> Traced<TracedTable> {
    let QueryClauses { body, order_by, limit_clause, fetch } = QueryClauses::of(query)?;
    let order = order_by.as_ref().map(trace_query_order).transpose()?;
    let mut relation = trace_query_set(body, tables, outer, order.as_ref())?;
    let limited = match limit_clause {
        None => false,
        Some(LimitClause::LimitOffset { limit, offset, limit_by }) => {
            let offset = offset.as_ref().map(|Offset { value, rows: _ }| value);
            trace_query_limit(limit.iter().chain(offset).chain(limit_by))?;
            limit.is_some() || offset.is_some() || !limit_by.is_empty()
        }
        Some(LimitClause::OffsetCommaLimit { offset, limit }) => {
            trace_query_limit([offset, limit])?;
            true
        }
    };
    if let Some(Fetch { with_ties: _, percent: _, quantity }) = fetch {
        trace_query_limit(quantity)?;
    }
    if limited || fetch.is_some() {
        relation.pick();
    }
    Ok(relation)
}

/// LIMIT and its like are plain numbers.
fn trace_query_limit<'e>(numbers: impl IntoIterator<Item = &'e Expr>) -> Traced<()> {
    match numbers.into_iter().all(|number| matches!(number, Expr::Value(_))) {
        true => Ok(()),
        false => Err("LIMIT by something computed".to_owned()),
    }
}

/// What ORDER BY names; `None` for ALL.
type RowOrder<'q> = Option<&'q [OrderByExpr]>;

fn trace_query_order(order: &OrderBy) -> Traced<RowOrder<'_>> {
    match order {
        OrderBy { kind: OrderByKind::Expressions(by), interpolate: None } => Ok(Some(by)),
        OrderBy { kind: OrderByKind::All(_), interpolate: None } => Ok(None),
        OrderBy { kind: _, interpolate: Some(_) } => Err("ORDER BY fills in rows".to_owned()),
    }
}

fn trace_query_set(
    expression: &SetExpr,
    tables: &TracedTables,
    outer: Option<&NameScope<'_>>,
    order: Option<&RowOrder<'_>>,
) -> Traced<TracedTable> {
    match expression {
        SetExpr::Select(inner) => trace_query_select(inner, tables, outer, order),
        SetExpr::Query(inner) => add_query_order(trace_nested(inner, tables, outer)?, order),
        SetExpr::SetOperation { left, op, set_quantifier, right } => {
            let (left, right) =
                (trace_query_set(left, tables, outer, None)?, trace_query_set(right, tables, outer, None)?);
            add_query_order(combine(left, right, *op, *set_quantifier)?, order)
        }
        SetExpr::Values(_)
        | SetExpr::Insert(_)
        | SetExpr::Update(_)
        | SetExpr::Delete(_)
        | SetExpr::Merge(_)
        | SetExpr::Table(_) => Err("neither SELECT nor UNION".to_owned()),
    }
}

/// Rows put in order by columns of their own.
fn add_query_order(mut relation: TracedTable, order: Option<&RowOrder<'_>>) -> Traced<TracedTable> {
    // The order matters to whoever counts rows or takes the first ones; all columns, for simplicity.
    if order.is_some() {
        relation.rows.extend(relation.every_column());
    }
    Ok(relation)
}

fn combine(
    left: TracedTable,
    right: TracedTable,
    op: SetOperator,
    quantifier: SetQuantifier,
) -> Traced<TracedTable> {
    if left.columns.len() != right.columns.len() {
        return Err(format!("{op} of different columns"));
    }
    let folded = match quantifier {
        SetQuantifier::All => false,
        SetQuantifier::None | SetQuantifier::Distinct => true,
        SetQuantifier::ByName | SetQuantifier::AllByName | SetQuantifier::DistinctByName => {
            return Err(format!("{op} BY NAME"));
        }
    };
    let mut both = TracedTable { columns: left.columns, rows: left.rows, copies: left.copies };
    for ((_, feeds), (_, other)) in both.columns.iter_mut().zip(&right.columns) {
        feeds.add(other);
    }
    both.rows.extend(right.rows);
    both.copies.extend(right.copies);
    match op {
        SetOperator::Union if folded => both.fold(),
        SetOperator::Union => {}
        SetOperator::Except | SetOperator::Intersect | SetOperator::Minus => both.pick(),
    }
    Ok(both)
}

fn trace_query_select(
    select: &Select,
    tables: &TracedTables,
    outer: Option<&NameScope<'_>>,
    order: Option<&RowOrder<'_>>,
) -> Traced<TracedTable> {
    let SelectClauses { distinct, projection, from, selection, group_by, having, qualify, flavor: _ } =
        SelectClauses::of(select)?;
    let mut scope = NameScope::of(from, tables, outer)?;
    if let Some(condition) = selection {
        let feeds = ExpressionContext::of(&scope, tables).expression(condition)?;
        scope.rows.extend(feeds.all());
    }
    let groups = match group_by {
        GroupByExpr::Expressions(groups, modifiers) if modifiers.is_empty() => groups,
        GroupByExpr::Expressions(..) | GroupByExpr::All(_) => {
            return Err("GROUP BY without a list of columns".to_owned());
        }
    };
    let items = projection.iter().map(trace_select_item).collect::<Traced<Vec<_>>>()?;
    let mut context = ExpressionContext::of(&scope, tables);
    // A group may mean a column of the SELECT, which is then looked at without the groups.
    let alone = |(name, expr): &(&str, &Expr)| Ok(((*name).to_owned(), context.expression(expr)?));
    context.aliases = items.iter().map(alone).collect::<Traced<Vec<_>>>()?;
    let mut grouped = ColumnFeeds::default();
    for group in groups {
        grouped.add(&trace_order_item(group, &items, &context)?);
    }
    let mut relation = TracedTable { rows: scope.rows.clone(), ..TracedTable::default() };
    relation.copies = match groups.is_empty() {
        true => scope.copies.clone(),
        false => grouped.all().collect(),
    };
    context.group_by(groups, grouped);
    for (name, expr) in &items {
        relation.columns.push(((*name).to_owned(), context.expression(expr)?));
    }
    context.aliases = relation.columns.clone();
    for condition in [having, qualify].into_iter().flatten() {
        relation.rows.extend(context.expression(condition)?.all());
    }
    let ordered: ColumnOrigins = match order {
        None => ColumnOrigins::new(),
        Some(None) => relation.every_column(),
        Some(Some(by)) => {
            let mut all = ColumnOrigins::new();
            for OrderByExpr { expr, options: _, with_fill } in *by {
                if with_fill.is_some() {
                    return Err("ORDER BY fills in rows".to_owned());
                }
                all.extend(trace_order_item(expr, &items, &context)?.all());
            }
            all
        }
    };
    relation.rows.extend(ordered);
    match distinct {
        None | Some(Distinct::All) => {}
        Some(Distinct::Distinct) => relation.fold(),
        Some(Distinct::On(keys)) => {
            for key in keys {
                relation.rows.extend(context.expression(key)?.all());
            }
            relation.pick();
        }
    }
    Ok(relation)
}

/// Name and expression of a column of a SELECT; `""` if it has no name.
fn trace_select_item(item: &SelectItem) -> Traced<(&str, &Expr)> {
    match item {
        SelectItem::UnnamedExpr(expr) => Ok((column_name(expr).unwrap_or_default(), expr)),
        SelectItem::ExprWithAlias { expr, alias } => Ok((&alias.value, expr)),
        SelectItem::ExprWithAliases { .. } => Err("a column with several names".to_owned()),
        SelectItem::QualifiedWildcard(..) | SelectItem::Wildcard(_) => Err("SELECT *".to_owned()),
    }
}

/// What GROUP BY or ORDER BY names: a column of the SELECT by its place, or an expression.
fn trace_order_item(
    expr: &Expr,
    items: &[(&str, &Expr)],
    context: &ExpressionContext<'_>,
) -> Traced<ColumnFeeds> {
    if let Expr::Value(value) = expr
        && let Value::Number(number, _) = &value.value
    {
        let place = number.to_string().parse::<usize>().ok().and_then(|place| place.checked_sub(1));
        let item = place.and_then(|place| items.get(place));
        return context.expression(item.ok_or("a place that no column has")?.1);
    }
    context.expression(expr)
}
