//! Tables that meet by columns of which some may be unknown, and by nothing else.
//!
//! An unknown cell may be that of anybody. Pairs of all rows would be too many: a possible row of an inner join is written once
//! more without the table that is joined, all of whose columns are unknown then. It stands for all rows that may be met, and so
//! whoever the rows before are about stays in. Only rows that may be met make it: of those that the rest of the SELECT
//! lets through, any whose key is unknown, or any at all if the key that is looked for is. Whether there are such is asked for
//! equal values of what else is known of both.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use sqlparser::ast::{BinaryOperator, Expr, Select, TableFactor, Visit, Visitor};

use super::Answers;
use super::query::{EqualValue, PossibleRows};
use super::select::{FromWriter, own_column, split_conjuncts};
use super::table_scope::{ScopedTable, TableScope};
use crate::rules::view_catalogue::PARAMETER;

/// Columns that a text names.
#[derive(Debug, Clone, Default)]
pub(super) struct NamedColumns {
    /// By alias and name.
    of_tables: BTreeSet<(String, String)>,
    /// Without an alias.
    bare: BTreeSet<String>,
}

impl NamedColumns {
    /// All columns that a SELECT names.
    pub(super) fn of_select(select: &Select) -> Self {
        let mut named = Self::default();
        let _ = select.visit(&mut named);
        named
    }

    fn of(expr: &Expr) -> Self {
        let mut named = Self::default();
        let _ = expr.visit(&mut named);
        named
    }

    fn aliases(&self) -> impl Iterator<Item = &str> {
        self.of_tables.iter().map(|(alias, _)| alias.as_str())
    }

    /// Are no columns of a table named but its `keys`?
    fn are_only(&self, table: &ScopedTable, keys: &[JoinKey<'_>]) -> bool {
        let is_key = |column: &String| keys.iter().any(|key| key.own == *column);
        self.of_tables.iter().all(|(alias, column)| *alias != table.alias || is_key(column))
            && !table.knowledge.columns.iter().any(|column| self.bare.contains(column))
    }
}

impl Visitor for NamedColumns {
    type Break = ();
    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        match expr {
            Expr::Identifier(name) => {
                self.bare.insert(name.value.clone());
            }
            Expr::CompoundIdentifier(parts) => {
                if let [alias, name] = &parts[..] {
                    self.of_tables.insert((alias.value.clone(), name.value.clone()));
                }
            }
            _ => {}
        }
        ControlFlow::Continue(())
    }
}

/// A column of a table that is joined, and what it must equal.
struct JoinKey<'e> {
    own: String,
    met: &'e Expr,
    /// SQL that is 1 where the column's cell is unknown; nothing if it never is.
    own_flag: Option<String>,
    /// The same of what it must equal.
    met_flag: Option<String>,
}

impl JoinKey<'_> {
    fn is_known(&self) -> bool {
        self.own_flag.is_none() && self.met_flag.is_none()
    }
}

/// Conditions that some flags are set.
fn set_flags<'k>(flags: impl Iterator<Item = Option<&'k String>>) -> Vec<String> {
    flags.flatten().map(|flag| format!("{flag} = 1")).collect()
}

impl<'w> FromWriter<'w> {
    /// The keys by which a table is joined that is not in the scope yet.
    fn join_keys<'e>(&self, table: &ScopedTable, on: &[&'e Expr]) -> Result<Vec<JoinKey<'e>>, String> {
        let alone = TableScope { tables: vec![table.clone()] };
        let mut keys = Vec::new();
        for part in on {
            let unusual = || format!("a JOIN by what may be unknown: {part}");
            let Expr::BinaryOp { left, op: BinaryOperator::Eq, right } = part else { return Err(unusual()) };
            let (own, met, column) = match (own_column(left, &table.alias), own_column(right, &table.alias)) {
                (Some(own), None) => (own, &**right, left),
                (None, Some(own)) => (own, &**left, right),
                _ => return Err(unusual()),
            };
            let (own_flag, met_flag) = (alone.unknown_column(column)?, self.scope.unknown_value(met)?);
            keys.push(JoinKey { own, met, own_flag, met_flag });
        }
        Ok(keys)
    }

    /// Joins a table by columns of which some may be unknown, all of ON.
    pub(super) fn open_join(
        &mut self,
        relation: &TableFactor,
        (text, mut table): (String, ScopedTable),
        on: &Expr,
    ) -> Result<(), String> {
        let parts = split_conjuncts(on);
        let keys = self.join_keys(&table, &parts)?;
        let Some(first) = keys.first() else { return Err("a JOIN by nothing".to_owned()) };
        (self.uncertain, self.merged, self.single) = (true, true, false);
        if self.answers == Answers::Certain {
            // Never, but its columns have companions as those of the possible rows.
            table.doubt = Some(format!("{0}.{1} <> {0}.{1}", table.alias, first.own));
            self.scope.tables.push(table);
            self.sql += &format!("\nJOIN {text} ON {on}");
            for part in parts {
                self.conditions.push(self.scope.condition(part, Answers::Certain)?);
            }
            return Ok(());
        }
        let ways = self.writer.new_name("ways");
        let way = |number: u8| format!("SELECT DISTINCT {number} AS {ways}__way\nFROM {text}");
        self.writer.add_table(&ways, format!("{}\nUNION ALL\n{}", way(0), way(1)));
        self.sql += &format!("\nCROSS JOIN {ways}\nLEFT JOIN {text} ON {on}");
        let mut open = set_flags(keys.iter().map(|key| key.met_flag.as_ref()));
        let equal = self.equal_elsewhere(&table)?;
        let filters = self.own_filters(&table);
        open.extend(self.add_open_rows(relation, &keys, &equal, &filters)?);
        self.conditions.push(format!(
            "(({ways}.{ways}__way = 0 AND {}.{} IS NOT NULL) OR ({ways}.{ways}__way = 1 AND ({})))",
            table.alias,
            first.own,
            open.join(" OR ")
        ));
        (table.outer, table.absent) = (true, true);
        table.doubt = Some(format!("{ways}.{ways}__way = 1"));
        self.scope.tables.push(table);
        Ok(())
    }

    /// The same of a LEFT JOIN: where something else than what is met may be, the table's columns are unknown.
    pub(super) fn open_left_join(
        &mut self,
        relation: &TableFactor,
        (text, mut table): (String, ScopedTable),
        on: &Expr,
    ) -> Result<(), String> {
        let keys = self.join_keys(&table, &split_conjuncts(on))?;
        let Some(first) = keys.first() else { return Err("a LEFT JOIN by nothing".to_owned()) };
        self.sql += &format!("\nLEFT JOIN {text} ON {on}");
        let mut doubts = set_flags(keys.iter().map(|key| key.met_flag.as_ref()));
        let flags = keys.iter().filter_map(|key| key.own_flag.as_ref());
        doubts.extend(flags.map(|flag| format!("COALESCE({flag}, 0) = 1")));
        if let Some(open) = self.add_open_rows(relation, &keys, &known_equal(&keys), &[])? {
            // Whoever is met for certain stays so; only what else is read of the table may be of another row.
            doubts.push(match self.named.are_only(&table, &keys) {
                true => format!("({open} AND {}.{} IS NULL)", table.alias, first.own),
                false => open,
            });
        }
        if table.knowledge.uncertain {
            let own: Vec<String> = keys.iter().map(|key| key.own.clone()).collect();
            let met: Vec<&Expr> = keys.iter().map(|key| key.met).collect();
            doubts.push(format!("({})", self.add_marks(relation, &table.alias, &own, &met)?));
        }
        (self.uncertain, self.loose, self.single) = (true, true, false);
        (table.outer, table.absent) = (true, true);
        table.doubt = Some(doubts.join(" OR "));
        self.scope.tables.push(table);
        Ok(())
    }

    /// The same of a SEMI or ANTI JOIN with the rows of `answers`.
    pub(super) fn open_filter_join(
        &mut self,
        relation: &TableFactor,
        (text, table): (String, ScopedTable),
        on: &Expr,
        (is_semi, answers): (bool, Answers),
    ) -> Result<(), String> {
        let keys = self.join_keys(&table, &split_conjuncts(on))?;
        let marks = self.writer.new_name("met");
        let listed: Vec<String> =
            keys.iter().map(|key| format!("{}.{} AS {marks}__{}", table.alias, key.own, key.own)).collect();
        let known: Vec<String> =
            keys.iter().filter_map(|key| key.own_flag.as_ref()).map(|flag| format!("{flag} = 0")).collect();
        let filter =
            if known.is_empty() { String::new() } else { format!("\nWHERE {}", known.join(" AND ")) };
        self.writer.add_table(
            &marks,
            format!("SELECT DISTINCT {}, 1 AS {marks}__maybe\nFROM {text}{filter}", listed.join(", ")),
        );
        let same: Vec<String> =
            keys.iter().map(|key| format!("{marks}.{marks}__{} = {}", key.own, key.met)).collect();
        self.sql += &format!("\nLEFT JOIN {marks} ON {}", same.join(" AND "));
        let met = format!("{marks}.{marks}__maybe IS NOT NULL");
        let mut open = set_flags(keys.iter().map(|key| key.met_flag.as_ref()));
        let holds = match answers {
            Answers::Certain if open.is_empty() => met,
            Answers::Certain => format!("{met} AND NOT ({})", open.join(" OR ")),
            Answers::Possible => {
                open.push(met);
                open.extend(self.add_open_rows(relation, &keys, &known_equal(&keys), &[])?);
                open.join(" OR ")
            }
        };
        self.conditions.push(if is_semi { format!("({holds})") } else { format!("NOT ({holds})") });
        self.uncertain = true;
        Ok(())
    }

    /// Joins whether any row of a table may be met whose key is unknown: of the rows that `filters` let through, with the
    /// same values in columns that must equal something. A condition that holds if there is one; nothing if there never is.
    fn add_open_rows(
        &mut self,
        relation: &TableFactor,
        keys: &[JoinKey<'_>],
        equal: &[(String, String)],
        filters: &[&Expr],
    ) -> Result<Option<String>, String> {
        let unknown = set_flags(keys.iter().map(|key| key.own_flag.as_ref()));
        if unknown.is_empty() {
            return Ok(None);
        }
        let (mut text, table) = self.table(relation, Answers::Possible)?;
        let mut alone = TableScope { tables: vec![table] };
        let names: Vec<NamedColumns> = filters.iter().map(|filter| NamedColumns::of(filter)).collect();
        let parameter = self
            .parameter
            .clone()
            .filter(|alias| names.iter().any(|named| named.aliases().any(|one| one == alias)));
        if let Some(alias) = parameter {
            text += &format!("\nCROSS JOIN {PARAMETER} AS {alias}");
            alone.tables.push(ScopedTable {
                alias,
                name: Some(PARAMETER.to_owned()),
                knowledge: self.writer.table(PARAMETER)?,
                answers: Answers::Possible,
                outer: false,
                doubt: None,
                absent: false,
            });
        }
        let mut conditions = vec![format!("({})", unknown.join(" OR "))];
        for filter in filters {
            conditions.push(alone.condition(filter, Answers::Possible)?);
        }
        let alias = &alone.tables[0].alias;
        let equal: Vec<EqualValue> = equal
            .iter()
            .map(|(own, met)| EqualValue {
                value: format!("{alias}.{own}"),
                column: own.clone(),
                met: met.clone(),
            })
            .collect();
        let (any, filter) = (unknown.join(" OR "), conditions.join(" AND "));
        let rows = PossibleRows { from: &text, any: &any, filter: &filter, equal: &equal };
        let (joined, holds) = self.writer.add_presence("open", &rows);
        self.sql += &joined;
        let mut holds = vec![holds];
        // A blank meets nothing; what is unknown may be filled.
        holds.extend(keys.iter().map(|key| match &key.met_flag {
            None => format!("({}) IS NOT NULL", key.met),
            Some(flag) => format!("(({}) IS NOT NULL OR {flag} = 1)", key.met),
        }));
        Ok(Some(format!("({})", holds.join(" AND "))))
    }

    /// What WHERE says of a table and of parameters alone.
    fn own_filters(&self, table: &ScopedTable) -> Vec<&'w Expr> {
        let is_own = |alias: &str| alias == table.alias || self.parameter.as_deref() == Some(alias);
        let own = self.selection.iter().copied().filter(|part| {
            let named = NamedColumns::of(part);
            named.bare.is_empty()
                && named.aliases().any(|alias| alias == table.alias)
                && named.aliases().all(is_own)
        });
        own.collect()
    }

    /// Columns of a table that is joined which WHERE asks to equal columns of those before, both known.
    fn equal_elsewhere(&self, table: &ScopedTable) -> Result<Vec<(String, String)>, String> {
        let mut equal: Vec<(String, String)> = Vec::new();
        for part in &self.selection {
            let Expr::BinaryOp { left, op: BinaryOperator::Eq, right } = part else { continue };
            for (own, met) in [(left, right), (right, left)] {
                let Some(column) = own_column(own, &table.alias) else { continue };
                let before = self.scope.tables.iter().any(|one| own_column(met, &one.alias).is_some());
                let is_new = equal.iter().all(|(known, _)| *known != column);
                let known = before
                    && !table.knowledge.unknown.contains(&column)
                    && self.scope.unknown_column(met)?.is_none();
                if known && is_new {
                    equal.push((column, met.to_string()));
                }
            }
        }
        Ok(equal)
    }
}

/// Keys of which nothing is unknown, and what they must equal.
fn known_equal(keys: &[JoinKey<'_>]) -> Vec<(String, String)> {
    keys.iter().filter(|key| key.is_known()).map(|key| (key.own.clone(), key.met.to_string())).collect()
}
