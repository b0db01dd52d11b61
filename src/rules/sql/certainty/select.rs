//! SELECTs: their tables, conditions and columns.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use sqlparser::ast::{
    BinaryOperator, Distinct, Expr, GroupByExpr, Join, JoinConstraint, JoinOperator, Select, SelectItem,
    TableFactor, TableWithJoins,
};

use super::open_join::NamedColumns;
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
    /// As of [`TableKnowledge`].
    pub(super) merged: bool,
    pub(super) loose: bool,
}

impl RewrittenFrom {
    /// May rows of its tables turn out to be one?
    pub(super) fn coincides(&self) -> bool {
        self.scope.tables.iter().any(|table| table.knowledge.coincide)
    }

    /// Are the columns that tell so among those of the SELECT?
    fn passes_coinciding(&self, items: &[(String, &Expr)]) -> bool {
        let tables = self.scope.tables.iter().filter(|table| table.knowledge.coincide);
        let mut columns = tables.flat_map(|t| t.knowledge.unknown.iter().map(move |column| (t, column)));
        columns.all(|(table, column)| {
            items.iter().any(|(_, expr)| own_column(expr, &table.alias).as_ref() == Some(column))
        })
    }
}

/// Writes a SELECT; see [`super::query::rewrite_body`].
pub(super) fn rewrite_select(
    select: &Select,
    writer: &mut StatementWriter,
    answers: Answers,
    companions: &[usize],
) -> Result<(String, TableKnowledge), String> {
    let clauses = SelectClauses::of(select)?;
    let named = NamedColumns::of_select(select);
    let from = rewrite_from(&clauses, &named, writer, answers)?;
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
        let other = rewrite_from(&clauses, &named, writer, answers.other())?;
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
        undercounts: from.scope.tables.iter().any(|table| table.knowledge.undercounts),
        merged: from.merged,
        loose: from.loose,
        ..TableKnowledge::default()
    };
    for (at, (name, expr)) in items.iter().enumerate() {
        if at > 0 {
            sql.push_str(", ");
        }
        let unknown = from.scope.unknown_value(expr)?;
        // Of whoever may be met no record is known.
        let partial = name == EVIDENCE && unknown.is_some() && answers == Answers::Possible;
        let written = partial.then(|| known_records(expr)).flatten();
        sql += &format!("{} AS {name}", written.unwrap_or_else(|| expr.to_string()));
        if unknown.is_some() || companions.contains(&at) {
            companion_sql += &companion_item(unknown.as_deref().unwrap_or("0"), name);
            known.unknown.insert(name.clone());
        }
        known.columns.push(name.clone());
    }
    if !distinct.is_empty() && known.row_key.is_empty() && known.unknown.is_empty() {
        known.row_key = known.columns.clone();
    }
    known.coincide = match distinct.is_empty() {
        false => !known.unknown.is_empty(),
        true => from.coincides(),
    };
    // Which of the rows that are passed on may be one is told by their unknown cells.
    known.loose |= distinct.is_empty() && !from.passes_coinciding(&items);
    Ok((format!("{sql}{companion_sql}{}", from.sql), known))
}

/// Column that names the records on which a finding rests.
const EVIDENCE: &str = "evidence";

/// Records written one after the other, without those that are not known; `None` of a single one.
fn known_records(expr: &Expr) -> Option<String> {
    let Expr::BinaryOp { left, op: BinaryOperator::StringConcat, right } = expr else { return None };
    let part = |expr: &Expr| match expr {
        Expr::Value(_) => expr.to_string(),
        _ => known_records(expr).unwrap_or_else(|| format!("COALESCE(CAST({expr} AS VARCHAR), '')")),
    };
    Some(format!("{} || {}", part(left), part(right)))
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
pub(super) struct FromWriter<'w> {
    pub(super) writer: &'w mut StatementWriter,
    pub(super) answers: Answers,
    pub(super) scope: TableScope,
    pub(super) sql: String,
    pub(super) conditions: Vec<String>,
    pub(super) uncertain: bool,
    /// All tables so far have one row.
    one_row: bool,
    /// As of [`RewrittenFrom`].
    pub(super) single: bool,
    pub(super) merged: bool,
    pub(super) loose: bool,
    /// What WHERE asks for, all of which must hold.
    pub(super) selection: Vec<&'w Expr>,
    /// Alias of the table of one row.
    pub(super) parameter: Option<String>,
    /// Columns that the SELECT names.
    pub(super) named: &'w NamedColumns,
}

fn rewrite_from<'w>(
    clauses: &SelectClauses<'w>,
    named: &'w NamedColumns,
    writer: &'w mut StatementWriter,
    answers: Answers,
) -> Result<RewrittenFrom, String> {
    let mut from = FromWriter {
        writer,
        merged: false,
        loose: false,
        selection: clauses.selection.as_ref().map(split_conjuncts).unwrap_or_default(),
        parameter: parameter_alias(clauses.from),
        named,
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
    let FromWriter { scope, mut sql, conditions, uncertain, single, mut merged, mut loose, .. } = from;
    merged |= scope.tables.iter().any(|table| table.knowledge.merged);
    loose |= scope.tables.iter().any(|table| table.knowledge.loose);
    if !conditions.is_empty() {
        sql += &format!("\nWHERE {}", conditions.join(" AND "));
    }
    Ok(RewrittenFrom { scope, sql, uncertain, single, merged, loose })
}

/// Alias of the table of one row, if it is read.
fn parameter_alias(from: &[TableWithJoins]) -> Option<String> {
    let joins = from.iter().flat_map(|one| &one.joins).map(|join| &join.relation);
    let table = from.iter().map(|one| &one.relation).chain(joins).find(|table| is_parameter(table))?;
    match table {
        TableFactor::Table { alias: Some(alias), .. } => Some(alias.name.value.clone()),
        _ => Some(PARAMETER.to_owned()),
    }
}

/// Conditions that all must hold.
pub(super) fn split_conjuncts(expr: &Expr) -> Vec<&Expr> {
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
    pub(super) fn table(
        &mut self,
        factor: &TableFactor,
        answers: Answers,
    ) -> Result<(String, ScopedTable), String> {
        let scoped = |alias: &str, name: Option<&str>, knowledge| ScopedTable {
            alias: alias.to_owned(),
            name: name.map(str::to_owned),
            knowledge,
            answers,
            outer: false,
            doubt: None,
            absent: false,
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
        let (mut keys, mut equal, mut open) = (Vec::new(), Vec::new(), Vec::new());
        for part in split_conjuncts(on) {
            match self.scope.flags(part)?.is_empty() {
                true => {
                    keys.push(part.to_string());
                    equal.push(part);
                }
                false => open.push(part),
            }
        }
        if keys.is_empty() && !single && !alone {
            self.scope.tables.pop();
            return self.open_join(relation, (text, table), on);
        }
        for part in open {
            // The engines join by what is equal alone; the rest is asked of the rows that met.
            self.uncertain = true;
            self.conditions.push(self.scope.condition(part, self.answers)?);
        }
        self.single &= single || table.knowledge.is_single_by(&met_columns(&equal, &table.alias));
        self.sql += &match keys.is_empty() {
            false => format!("\nJOIN {text} ON {}", keys.join(" AND ")),
            true => format!("\nCROSS JOIN {text}"),
        };
        Ok(())
    }

    /// A row of `relation` that is only possible makes unknown what is met.
    fn left_join(&mut self, relation: &TableFactor, on: &Expr) -> Result<(), String> {
        let (text, mut table) = self.table(relation, self.answers)?;
        table.outer = true;
        self.scope.tables.push(table.clone());
        if !self.scope.flags(on)?.is_empty() {
            self.scope.tables.pop();
            return self.open_left_join(relation, (text, table), on);
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
            outside.push(&**met);
        }
        let doubt = self.add_marks(relation, &table.alias, &own, &outside)?;
        if let Some(table) = self.scope.tables.last_mut() {
            table.doubt = Some(doubt);
        }
        Ok(())
    }

    /// Joins which rows the table has of the other answers; SQL that holds where they meet a row and these do not, or the
    /// other way round.
    pub(super) fn add_marks(
        &mut self,
        relation: &TableFactor,
        alias: &str,
        own: &[String],
        outside: &[&Expr],
    ) -> Result<String, String> {
        let (other_text, _) = self.table(relation, self.answers.other())?;
        let keys: Vec<String> = own.iter().map(|key| format!("{alias}.{key} AS {key}")).collect();
        let marks = self.writer.new_name("met");
        let distinct = format!("SELECT DISTINCT {}, 1 AS maybe\nFROM {other_text}", keys.join(", "));
        self.writer.add_table(&marks, distinct);
        let same: Vec<String> =
            own.iter().zip(outside).map(|(key, met)| format!("{marks}.{key} = {met}")).collect();
        self.sql += &format!("\nLEFT JOIN {marks} ON {}", same.join(" AND "));
        let met = format!("{alias}.{}", own[0]);
        Ok(match self.answers {
            Answers::Certain => format!("{met} IS NULL AND {marks}.maybe IS NOT NULL"),
            Answers::Possible => format!("{met} IS NOT NULL AND {marks}.maybe IS NULL"),
        })
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
        self.scope.tables.push(table.clone());
        let is_open = !self.scope.flags(on)?.is_empty();
        self.scope.tables.pop();
        if is_open {
            return self.open_filter_join(relation, (text, table), on, (kind == "SEMI", answers));
        }
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
pub(super) fn own_column(expr: &Expr, alias: &str) -> Option<String> {
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
