//! What a table yields: columns of views that feed its columns and decide its rows.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Traced, ViewColumn};
use crate::model::column_type::ColumnTypes;

/// Columns of views.
pub(crate) type ColumnOrigins = BTreeSet<ViewColumn>;

/// Tables by name: views, definitions and names of WITH, or why one is not understood.
pub(crate) type TracedTables = BTreeMap<String, Traced<Arc<TracedTable>>>;

/// Columns of views that a value depends on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ColumnFeeds {
    /// Their values go into it.
    pub(super) values: ColumnOrigins,
    /// They only choose what goes into it: conditions of CASE, keys of windows and groups.
    pub(super) choices: ColumnOrigins,
}

impl ColumnFeeds {
    /// Both kinds.
    pub(super) fn all(&self) -> impl Iterator<Item = ViewColumn> {
        self.values.iter().chain(&self.choices).cloned()
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.values.extend(other.values.iter().cloned());
        self.choices.extend(other.choices.iter().cloned());
    }

    /// The other decides about this.
    pub(super) fn choose_by(&mut self, other: &Self) {
        self.choices.extend(other.all());
    }
}

/// A table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct TracedTable {
    /// Columns by name, in order; `""` for an expression without one.
    pub(super) columns: Vec<(String, ColumnFeeds)>,
    /// What decides which rows there are, two that are alike counting once: whichever of the columns
    /// one looks at, the set of their values depends on these and on what feeds them.
    pub(super) rows: ColumnOrigins,
    /// What beside that decides how often a row is there.
    pub(super) copies: ColumnOrigins,
}

impl TracedTable {
    /// A view, whose rows are given.
    pub(crate) fn view(view: &str, columns: &ColumnTypes) -> Self {
        let own = |name: &String| {
            let values = ColumnOrigins::from([(view.to_owned(), name.clone())]);
            (name.clone(), ColumnFeeds { values, choices: ColumnOrigins::new() })
        };
        Self { columns: columns.iter().map(|(name, _)| own(name)).collect(), ..Self::default() }
    }

    /// What feeds the columns of a name; `None` if there is none.
    pub(super) fn column(&self, name: &str) -> Option<ColumnFeeds> {
        let mut named = self.columns.iter().filter(|(known, _)| known == name && !name.is_empty());
        let mut feeds = named.next()?.1.clone();
        named.for_each(|(_, other)| feeds.add(other));
        Some(feeds)
    }

    /// What feeds any column.
    pub(super) fn every_column(&self) -> ColumnOrigins {
        self.columns.iter().flat_map(|(_, feeds)| feeds.all()).collect()
    }

    /// Rows are told apart by all columns: how often one was there no longer matters.
    pub(super) fn fold(&mut self) {
        self.copies = self.every_column();
    }

    /// Which rows there are hangs on all columns and on how often each is there.
    pub(super) fn pick(&mut self) {
        self.rows.extend(self.every_column());
        self.rows.append(&mut self.copies);
    }
}
