//! GROUP BY, aggregates and windows: what is computed of several rows.
//!
//! The rows are grouped once for the certain and once for the possible answers. Where a group has the same number of
//! rows in both, nothing of it is in doubt; else all that is computed of it is unknown, but for the greatest number of
//! those that there can be once a row has it for certain (and the least of MIN): others cannot exceed it.
//!
//! A row whose key is unknown may be of any group that has its other keys (a *stray*): what is computed of these is
//! unknown, and by itself it is a group that there may be.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use sqlparser::ast::{
    DuplicateTreatment, Expr, Function, FunctionArguments, Visit, Visitor, WindowSpec, WindowType,
};

use super::condition::{any_of, plain_arguments};
use super::query::{EqualValue, PossibleRows, StatementWriter, companion_item};
use super::select::RewrittenFrom;
use super::table_scope::TableScope;
use super::{Answers, TableKnowledge, UNKNOWN_SUFFIX};
use crate::rules::sql::clauses::{column_name, is_aggregate};

/// What is put behind the name of a column for whether a row of its group settles it.
const SETTLED_SUFFIX: &str = "__settled";

/// A SELECT with groups, aggregates or windows.
pub(super) struct GroupedSelect<'a> {
    pub(super) items: &'a [(String, &'a Expr)],
    pub(super) groups: &'a [Expr],
    pub(super) having: Option<&'a Expr>,
    /// `DISTINCT ` or nothing.
    pub(super) distinct: &'a str,
}

/// Is a value computed of several rows?
pub(super) fn is_of_several_rows(expr: &Expr) -> bool {
    !group_functions(expr).is_empty()
}

/// Aggregates and window functions in an expression.
fn group_functions(expr: &Expr) -> Vec<Function> {
    struct FunctionReader(Vec<Function>);
    impl Visitor for FunctionReader {
        type Break = ();
        fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
            if let Expr::Function(function) = expr
                && (function.over.is_some() || is_aggregate(function))
            {
                self.0.push(function.clone());
            }
            ControlFlow::Continue(())
        }
    }
    let mut reader = FunctionReader(Vec::new());
    let _ = expr.visit(&mut reader);
    reader.0
}

/// Is a value computed of the rows of a group, not of a window?
pub(super) fn is_of_group(expr: &Expr) -> bool {
    group_functions(expr).iter().any(|function| function.over.is_none())
}

/// Which end of the values of a group is asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Extreme {
    Least,
    Greatest,
}

/// MIN or MAX of a group and its argument, if that is all that an expression is.
pub(super) fn extreme_of(expr: &Expr) -> Option<(Extreme, &Expr)> {
    let Expr::Function(function) = expr else { return None };
    let extreme = match function.name.to_string().to_ascii_lowercase().as_str() {
        "min" => Extreme::Least,
        "max" => Extreme::Greatest,
        _ => return None,
    };
    match plain_arguments(function).ok()?.as_slice() {
        [argument] if function.over.is_none() && function.filter.is_none() => Some((extreme, argument)),
        _ => None,
    }
}

/// Does a function find the least or the greatest value?
fn is_extreme(function: &Function) -> bool {
    let name = function.name.to_string();
    ["min", "max"].iter().any(|extreme| name.eq_ignore_ascii_case(extreme))
}

/// Does it matter to a function how often a value is there?
fn counts_rows(function: &Function) -> bool {
    let distinct = matches!(&function.args, FunctionArguments::List(list)
        if list.duplicate_treatment == Some(DuplicateTreatment::Distinct));
    !is_extreme(function) && !distinct
}

/// Does an expression count the rows of a group, or the values that they have?
fn is_count(expr: &Expr) -> bool {
    matches!(expr, Expr::Function(function)
        if function.name.to_string().eq_ignore_ascii_case("count") && function.over.is_none() && function.filter.is_none())
}

/// What rows are put together by.
struct GroupKey {
    sql: String,
    /// Companion of a column that may be unknown.
    unknown: Option<String>,
}

impl GroupKey {
    /// Name of the column that says whether the key is unknown.
    fn unknown_name(at: usize) -> String {
        format!("key__{at}{UNKNOWN_SUFFIX}")
    }
}

/// A column as it is written inside, where the rows are put together.
struct InnerColumn {
    /// SQL that is 1 for a row that makes it unknown; `None` if none does.
    unknown: Option<String>,
    /// Rows that may not be there make it unknown.
    of_several: bool,
    /// SQL that is 1 for a row that settles it whatever the others hold: of MAX, one that is known to hold the greatest
    /// number that there can be.
    settled: Option<String>,
}

impl GroupedSelect<'_> {
    /// Writes the SELECT; `from` and `other`: its tables with these answers and with the others.
    pub(super) fn rewrite(
        &self,
        [from, other]: [RewrittenFrom; 2],
        writer: &mut StatementWriter,
        answers: Answers,
        companions: &[usize],
    ) -> Result<(String, TableKnowledge), String> {
        let names: Vec<String> = self.items.iter().map(|(name, _)| name.clone()).collect();
        let windows = self.windows()?;
        if !windows.is_empty() && !self.groups.is_empty() {
            return Err("windows over groups".to_owned());
        }
        let columns = self
            .items
            .iter()
            .map(|(_, expr)| inner_column(&from.scope, expr))
            .collect::<Result<Vec<_>, String>>()?;
        let having = self.having.map(|having| inner_column(&from.scope, having)).transpose()?;
        let touched = from.uncertain
            || self.keyed_by_unknown(&from.scope)
            || columns.iter().any(|column| column.unknown.is_some())
            || having.as_ref().is_some_and(|having| having.unknown.is_some());
        if !touched {
            let known = names.iter().enumerate().filter(|(at, _)| companions.contains(at));
            let (mut sql, mut unknown) =
                (format!("SELECT {}{}", self.distinct, self.plain_items()), BTreeSet::new());
            for (_, name) in known {
                sql += &companion_item("0", name);
                unknown.insert(name.clone());
            }
            sql += &from.sql;
            sql += &self.group_clause();
            if let Some(having) = self.having {
                sql += &format!("\nHAVING {having}");
            }
            let row_key = self.group_names();
            return Ok((
                sql,
                TableKnowledge { columns: names, unknown, row_key, ..TableKnowledge::default() },
            ));
        }
        if from.loose || (!windows.is_empty() && from.coincides()) {
            return Err("groups of rows of which there may be more, or fewer".to_owned());
        }
        let keys = self.keys(&from.scope, &windows)?;
        let table = writer.new_name("rows");
        for (wanted, from) in [(answers, &from), (answers.other(), &other)] {
            let sql = self.inner_sql(from, &keys, &windows)?;
            writer.add_table(&wanted.table_name(&table), sql);
        }
        Ok(self.outer_sql(
            &table,
            &columns,
            having.as_ref(),
            &keys,
            !windows.is_empty(),
            (from.uncertain, from.merged),
            answers,
            companions,
            writer,
        ))
    }

    fn plain_items(&self) -> String {
        let items: Vec<String> = self.items.iter().map(|(name, expr)| format!("{expr} AS {name}")).collect();
        items.join(", ")
    }

    fn group_clause(&self) -> String {
        let groups: Vec<String> = self.groups.iter().map(Expr::to_string).collect();
        if groups.is_empty() { String::new() } else { format!("\nGROUP BY {}", groups.join(", ")) }
    }

    /// Names of the columns that hold the groups, where each group has one.
    fn group_names(&self) -> Vec<String> {
        let name = |group: &Expr| {
            let own = |(name, expr): &&(String, &Expr)| {
                **expr == *group || matches!(group, Expr::Identifier(known) if known.value == *name)
            };
            self.items.iter().find(own).map(|(name, _)| name.clone())
        };
        self.groups.iter().map(name).collect::<Option<Vec<_>>>().unwrap_or_default()
    }

    /// The windows of the columns.
    fn windows(&self) -> Result<Vec<WindowSpec>, String> {
        let functions = self.items.iter().flat_map(|(_, expr)| group_functions(expr));
        let windows = functions.filter_map(|function| function.over).map(|over| match over {
            WindowType::WindowSpec(window) => Ok(window),
            WindowType::NamedWindow(_) => Err("a window with a name".to_owned()),
        });
        windows.collect()
    }

    /// SQL of what the rows are put together by.
    fn keys(&self, scope: &TableScope, windows: &[WindowSpec]) -> Result<Vec<GroupKey>, String> {
        let keys: Vec<&Expr> = match windows {
            [] => self.groups.iter().map(|group| self.meant_group(group)).collect::<Result<_, String>>()?,
            [first, others @ ..] => {
                if others.iter().any(|window| window.partition_by != first.partition_by) {
                    return Err("windows of different rows".to_owned());
                }
                first.partition_by.iter().collect()
            }
        };
        if keys.is_empty() {
            return Err("one group of all rows".to_owned());
        }
        let mut all = Vec::new();
        for key in keys {
            let unknown = scope.flags(key)?.pop_first();
            // Rows are put together by columns alone.
            let is_column =
                column_name(key).is_some() && unknown.as_ref().is_none_or(|flag| !flag.contains(' '));
            if unknown.is_some() && !(windows.is_empty() && is_column) {
                return Err(format!("groups by what may be unknown: {key}"));
            }
            all.push(GroupKey { sql: key.to_string(), unknown });
        }
        Ok(all)
    }

    /// May a column by which rows are put together be unknown?
    fn keyed_by_unknown(&self, scope: &TableScope) -> bool {
        let flags = |group| self.meant_group(group).and_then(|key| scope.flags(key));
        self.groups.iter().any(|group| flags(group).is_ok_and(|flags| !flags.is_empty()))
    }

    /// A group may be a column of the SELECT.
    fn meant_group<'e>(&'e self, group: &'e Expr) -> Result<&'e Expr, String> {
        match group {
            Expr::Identifier(name) => {
                let item = self.items.iter().find(|(known, _)| *known == name.value);
                Ok(item.map_or(group, |(_, expr)| expr))
            }
            Expr::Value(_) => Err("a group by its place".to_owned()),
            _ => Ok(group),
        }
    }

    /// The rows put together, with their keys and their number.
    fn inner_sql(
        &self,
        from: &RewrittenFrom,
        keys: &[GroupKey],
        windows: &[WindowSpec],
    ) -> Result<String, String> {
        let over = match windows.is_empty() {
            true => String::new(),
            false => {
                let keys: Vec<&str> = keys.iter().map(|key| key.sql.as_str()).collect();
                format!(" OVER (PARTITION BY {})", keys.join(", "))
            }
        };
        let mut groups = self.group_clause();
        let mut sql = format!("SELECT {}", self.plain_items());
        let mut add_unknown = |name: &str, column: InnerColumn| {
            if let Some(unknown) = column.unknown {
                let unknown = if column.of_several { format!("MAX({unknown}){over}") } else { unknown };
                sql += &companion_item(&unknown, name);
            }
            if let Some(settled) = column.settled {
                sql += &format!(", MAX({settled}) AS {name}{SETTLED_SUFFIX}");
            }
        };
        for (name, expr) in self.items {
            add_unknown(name, inner_column(&from.scope, expr)?);
        }
        if let Some(having) = self.having {
            add_unknown("having", inner_column(&from.scope, having)?);
            sql += &format!(", CASE WHEN {having} THEN 1 ELSE 0 END AS having__holds");
        }
        for (at, GroupKey { sql: key, unknown }) in keys.iter().enumerate() {
            sql += &format!(", {key} AS key__{at}");
            if let Some(flag) = unknown {
                sql += &format!(", {flag} AS {}", GroupKey::unknown_name(at));
                groups += &format!(", {flag}");
            }
        }
        Ok(format!("{sql}, COUNT(*){over} AS number__of_rows{}{groups}", from.sql))
    }

    #[allow(clippy::too_many_arguments, reason = "the parts of one text")]
    fn outer_sql(
        &self,
        table: &str,
        columns: &[InnerColumn],
        having: Option<&InnerColumn>,
        keys: &[GroupKey],
        windows: bool,
        (uncertain, merged): (bool, bool),
        answers: Answers,
        companions: &[usize],
        writer: &mut StatementWriter,
    ) -> (String, TableKnowledge) {
        let (own, other) = (answers.table_name(table), answers.other().table_name(table));
        // A group of one possible row is that row or is not there: nothing that is computed of it is in doubt.
        let doubt = match answers {
            Answers::Certain => "o.number__of_rows IS NULL OR o.number__of_rows <> g.number__of_rows",
            Answers::Possible if merged => {
                "o.number__of_rows IS NULL OR o.number__of_rows <> g.number__of_rows"
            }
            Answers::Possible => {
                "g.number__of_rows > 1 AND (o.number__of_rows IS NULL OR o.number__of_rows <> g.number__of_rows)"
            }
        };
        let open: Vec<usize> = (0..keys.len()).filter(|&at| keys[at].unknown.is_some()).collect();
        let strays = (!open.is_empty()).then(|| add_strays(table, keys, &open, writer));
        // Rows that are there for certain.
        let sure = if uncertain && answers == Answers::Possible { "o" } else { "g" };
        let unknown_of = |name: &str, column: &InnerColumn| {
            let own = column.unknown.as_ref().map(|_| format!("g.{name}{UNKNOWN_SUFFIX}"));
            let mut cases = Vec::new();
            if column.settled.is_some() {
                cases.push(format!("WHEN {sure}.{name}{SETTLED_SUFFIX} = 1 THEN 0"));
            }
            if column.of_several && uncertain {
                cases.push(format!("WHEN {doubt} THEN 1"));
            }
            if let Some((_, stray)) = strays.as_ref().filter(|_| column.of_several) {
                cases.push(format!("WHEN {stray} THEN 1"));
            }
            match (cases.is_empty(), own) {
                (true, own) => own,
                (false, None) if !uncertain && strays.is_none() => None,
                (false, own) => {
                    Some(format!("CASE {} ELSE {} END", cases.join(" "), own.as_deref().unwrap_or("0")))
                }
            }
        };
        let mut known = TableKnowledge {
            uncertain: uncertain || !open.is_empty(),
            undercounts: merged || !open.is_empty(),
            merged: !open.is_empty(),
            ..TableKnowledge::default()
        };
        let mut sql = format!("SELECT {}", self.distinct);
        let mut companion_sql = String::new();
        for (at, ((name, _), column)) in self.items.iter().zip(columns).enumerate() {
            sql += &format!("{}g.{name} AS {name}", if at > 0 { ", " } else { "" });
            let unknown = unknown_of(name, column);
            if unknown.is_some() || companions.contains(&at) {
                companion_sql += &companion_item(unknown.as_deref().unwrap_or("0"), name);
                known.unknown.insert(name.clone());
            }
            known.columns.push(name.clone());
        }
        let counting = self
            .items
            .iter()
            .zip(columns)
            .filter(|((_, expr), column)| is_count(expr) && column.unknown.is_none());
        if !self.groups.is_empty() && open.is_empty() {
            known.row_key = self.group_names();
        }
        known.counts = counting.map(|((name, _), _)| name.clone()).collect();
        known.coincide = !self.distinct.is_empty() && !known.unknown.is_empty();
        sql = format!("{sql}{companion_sql}\nFROM {own} AS g");
        if uncertain {
            let keys: Vec<String> = (0..keys.len()).map(|at| format!("key__{at}")).collect();
            let mut listed: Vec<String> = keys.iter().map(|key| format!("x.{key} AS {key}")).collect();
            let names = self.items.iter().map(|(name, _)| name.as_str()).zip(columns);
            for (name, _) in
                names.chain(having.map(|one| ("having", one))).filter(|(_, one)| one.settled.is_some())
            {
                listed.push(format!("x.{name}{SETTLED_SUFFIX} AS {name}{SETTLED_SUFFIX}"));
            }
            let known: Vec<String> =
                open.iter().map(|&at| format!("x.{} = 0", GroupKey::unknown_name(at))).collect();
            let known =
                if known.is_empty() { String::new() } else { format!("\nWHERE {}", known.join(" AND ")) };
            // A window has as many rows as its rows are: one is enough.
            let distinct = if windows { "DISTINCT " } else { "" };
            let counts = writer.new_name("counts");
            writer.add_table(
                &counts,
                format!(
                    "SELECT {distinct}{}, x.number__of_rows AS number__of_rows\nFROM {other} AS x{known}",
                    listed.join(", ")
                ),
            );
            let same: Vec<String> = keys.iter().map(|key| format!("o.{key} = g.{key}")).collect();
            sql += &format!("\nLEFT JOIN {counts} AS o ON {}", same.join(" AND "));
        }
        if let Some((joined, _)) = &strays {
            sql += joined;
        }
        let mut conditions = Vec::new();
        if answers == Answers::Certain {
            // They may be of a group that is there without them.
            conditions.extend(open.iter().map(|&at| format!("g.{} = 0", GroupKey::unknown_name(at))));
        }
        if let Some(having) = having {
            let unknown = unknown_of("having", having);
            known.uncertain |= unknown.is_some();
            conditions.push(match (unknown, answers) {
                (None, _) => "g.having__holds = 1".to_owned(),
                (Some(unknown), Answers::Certain) => format!("g.having__holds = 1 AND {unknown} = 0"),
                (Some(unknown), Answers::Possible) => format!("(g.having__holds = 1 OR {unknown} = 1)"),
            });
        }
        if !conditions.is_empty() {
            sql += &format!("\nWHERE {}", conditions.join(" AND "));
        }
        (sql, known)
    }
}

/// Adds a table of the groups that strays may be of: how it is joined, and a condition that holds where there are such rows.
fn add_strays(
    table: &str,
    keys: &[GroupKey],
    open: &[usize],
    writer: &mut StatementWriter,
) -> (String, String) {
    let any: Vec<String> = open.iter().map(|&at| format!("x.{} = 1", GroupKey::unknown_name(at))).collect();
    let (any, from) = (any.join(" OR "), format!("{} AS x", Answers::Possible.table_name(table)));
    let known: Vec<usize> = (0..keys.len()).filter(|at| !open.contains(at)).collect();
    let key = |at: &usize| EqualValue {
        value: format!("x.key__{at}"),
        column: format!("key{at}"),
        met: format!("g.key__{at}"),
    };
    let equal: Vec<EqualValue> = known.iter().map(key).collect();
    let rows = PossibleRows { from: &from, any: &any, filter: &any, equal: &equal };
    let (joined, holds) = writer.add_presence("strays", &rows);
    if known.is_empty() {
        return (joined, holds);
    }
    // A blank is a group, and meets nothing.
    let blank: Vec<String> = known.iter().map(|at| format!("g.key__{at} IS NULL")).collect();
    (joined, format!("{holds} OR {}", blank.join(" OR ")))
}

fn inner_column(scope: &TableScope, expr: &Expr) -> Result<InnerColumn, String> {
    let functions = group_functions(expr);
    if functions.is_empty() {
        return Ok(InnerColumn { unknown: scope.unknown_value(expr)?, of_several: false, settled: None });
    }
    // Which of several records is shown decides nothing.
    let records = |function: &Function| {
        let arguments = plain_arguments(function).unwrap_or_default();
        is_extreme(function)
            && function.over.is_none()
            && arguments.iter().any(|argument| column_name(argument) == Some("record_id"))
    };
    if functions.iter().all(records) {
        return Ok(InnerColumn { unknown: None, of_several: false, settled: None });
    }
    let unknown = match expr {
        Expr::Function(function) if function.over.is_none() => {
            match plain_arguments(function).unwrap_or_default().as_slice() {
                [argument] => scope.unknown_value(argument)?,
                _ => scope.any_unknown(expr)?,
            }
        }
        _ => scope.any_unknown(expr)?,
    };
    let mut flags = match functions.iter().any(counts_rows) {
        true => scope.coinciding_flags()?,
        false => BTreeSet::new(),
    };
    let unknown = match flags.is_empty() {
        true => unknown,
        false => {
            flags.extend(unknown);
            Some(any_of(flags))
        }
    };
    let settled = match extreme_of(expr) {
        None => None,
        Some((extreme, argument)) => scope.range(argument).map(|(least, greatest)| {
            let end = if extreme == Extreme::Least { least } else { greatest };
            let known = scope.unknown_value(argument).map(|unknown| match unknown {
                None => String::new(),
                Some(unknown) => format!(" AND {unknown} = 0"),
            });
            known.map(|known| format!("CASE WHEN ({argument}) = {end}{known} THEN 1 ELSE 0 END"))
        }),
    };
    Ok(InnerColumn { unknown, of_several: true, settled: settled.transpose()? })
}
