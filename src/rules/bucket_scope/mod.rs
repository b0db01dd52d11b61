//! Which rules may be run bucket by bucket, the outcomes together being the whole outcome.
//!
//! Rows of all views are split into buckets by component: whatever shares a value of a *key
//! column* lies in one bucket (see [`KeyKind`] for which values count as shared). A SELECT looks
//! at one component at a time if its tables are joined, its rows grouped and told apart by key
//! columns only; then it finds in a bucket what it would find of these rows among all rows.
//! This is decided from the text of the SELECT, without data, and conservatively: what is not
//! surely local needs all rows at once.
//!
//! Null is the one trap. A null key joins nothing, in a bucket as among all rows; but nulls of
//! different buckets are one group to `GROUP BY` and `DISTINCT`. So rows may be joined by any
//! key, but grouped only by one that is never null where the grouping happens.

use crate::rules::sql::ParsedSelect;
use std::collections::{BTreeMap, BTreeSet};

use super::rule_set::RuleSet;
use super::view_catalogue::{COUNTY_PARAMETER, NEAR_MISS, PARAMETER, ViewInfo, ViewOrigin};

mod expression;
mod join;
mod select;

/// How a SELECT may be evaluated when rows are split by component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RuleScope {
    /// Bucket by bucket; the outcomes together are the whole outcome, row for row.
    Local {
        /// Output columns that are key columns: rows with the same value are in one bucket. The
        /// value may be null.
        keys: BTreeSet<String>,
    },
    /// Reads only tables that every bucket holds whole: the same in each.
    Shared,
    /// Needs all rows at once; why, in English.
    Whole(String),
}

/// The scope of every definition and rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RuleScopes {
    /// By name. A definition that is [`RuleScope::Whole`] is computed once over all rows and then
    /// given to every bucket, so to what reads it it is a shared table.
    pub definitions: BTreeMap<String, RuleScope>,
    /// By code.
    pub rules: BTreeMap<String, RuleScope>,
}

/// Views that every bucket holds whole.
pub(crate) const SHARED_VIEWS: [&str; 4] = [PARAMETER, COUNTY_PARAMETER, "division", NEAR_MISS];

/// Values of one kind are in one component wherever they stand; the same text of another kind
/// (a person's and a household's id) says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyKind {
    /// A resolved person, also as a guardian, of this or the previous quarter.
    Person,
    /// A resolved household, of this or the previous quarter.
    Household,
    /// A department's own household number, whatever department and column.
    Number,
    /// The same with the source's name before it; of this quarter.
    SourceHousehold,
    /// A record of this quarter.
    Record,
    /// A record of an earlier publication.
    PreviousRecord,
}

/// A key column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TableKey {
    pub(crate) kind: KeyKind,
    /// Never null: rows may be grouped by it.
    pub(crate) filled: bool,
}

/// A column of a local table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeyedColumn {
    /// `""` for an expression without a name.
    pub(crate) name: String,
    pub(crate) key: Option<TableKey>,
}

/// What a SELECT reads or yields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ScopedTable {
    /// Every bucket holds all of it.
    Shared,
    /// Every row is in exactly one bucket, that of its keys.
    Local(Vec<KeyedColumn>),
}

/// Tables by name.
pub(crate) type ScopedTables = BTreeMap<String, ScopedTable>;

/// A table, or why all rows are needed.
type ScopeVerdict<T = ScopedTable> = Result<T, String>;

impl RuleScopes {
    /// Looks at every definition and rule.
    pub(crate) fn of(rules: &RuleSet) -> Self {
        let mut tables: ScopedTables = BTreeMap::new();
        for (name, view) in &rules.catalogue.views {
            tables.insert(name.clone(), view_table(name, view, &rules.household_columns));
        }
        let mut definitions = BTreeMap::new();
        // A definition comes after those it reads.
        for definition in &rules.definitions {
            let verdict = judge_scope(&definition.file.select, &tables);
            let name = &definition.header.name;
            tables.insert(name.clone(), verdict.clone().unwrap_or(ScopedTable::Shared));
            definitions.insert(name.clone(), RuleScope::from(verdict));
        }
        let rules = (rules.rules.iter())
            .map(|rule| (rule.header.code.clone(), judge_scope(&rule.file.select, &tables).into()))
            .collect();
        Self { definitions, rules }
    }
}

impl From<ScopeVerdict> for RuleScope {
    fn from(verdict: ScopeVerdict) -> Self {
        match verdict {
            Ok(ScopedTable::Local(columns)) => {
                let keys = columns.iter().filter(|c| find_table_key(&columns, &c.name).is_some());
                Self::Local { keys: keys.map(|c| c.name.clone()).collect() }
            }
            Ok(ScopedTable::Shared) => Self::Shared,
            Err(reason) => Self::Whole(reason),
        }
    }
}

/// The key that a column name stands for, if it stands for one column.
fn find_table_key(columns: &[KeyedColumn], name: &str) -> Option<TableKey> {
    let mut named = columns.iter().filter(|c| c.name == name && !name.is_empty());
    let first = named.next()?;
    if named.next().is_some() { None } else { first.key }
}

/// A view, with the key columns that the buckets are made by. `numbers`: columns of household
/// numbers, and whether they are always filled.
pub(crate) fn view_table(name: &str, view: &ViewInfo, numbers: &BTreeMap<String, bool>) -> ScopedTable {
    if SHARED_VIEWS.contains(&name) {
        return ScopedTable::Shared;
    }
    let previous = matches!(view.origin, ViewOrigin::Previous | ViewOrigin::Earlier);
    let key = |column: &str| {
        let (kind, filled) = match column {
            "person_id" => (KeyKind::Person, true),
            // A person whose home is not known has none in the view of persons.
            "household_id" => (KeyKind::Household, view.origin != ViewOrigin::Derived || name == "household"),
            "guardian_person_id" => (KeyKind::Person, false),
            "record_id" if previous => (KeyKind::PreviousRecord, true),
            "record_id" => (KeyKind::Record, true),
            "source_household_id" if !previous => (KeyKind::SourceHousehold, false),
            // What the contract requires now it need not have required a quarter ago.
            number => (KeyKind::Number, *numbers.get(number)? && !previous),
        };
        Some(TableKey { kind, filled })
    };
    ScopedTable::Local(
        view.columns.iter().map(|(c, _)| KeyedColumn { name: c.clone(), key: key(c) }).collect(),
    )
}

/// Judges a definition or rule.
fn judge_scope(select: &ParsedSelect, tables: &ScopedTables) -> ScopeVerdict {
    let query = select.query().map_err(|error| error.message)?;
    select::judge_statement(&query, tables)
}

#[cfg(test)]
mod tests;
