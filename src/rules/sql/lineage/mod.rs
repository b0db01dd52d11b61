//! Which columns of the views decide a rule's findings, and which are merely shown with them.
//!
//! A column *decides* if other values in it could make a finding come out or stay away: it stands in a
//! condition, in the key of a join, a group or a window, in what is told apart or counted, or in the
//! subject or key of the finding. What only fills the message or names the records of evidence is
//! *shown*: whatever it holds, the same subjects come out.
//!
//! Columns are followed through aliases, WITH, subqueries and definitions to the views. What a table
//! yields is told by [`TracedTable`]: its columns, each with the columns of views that feed it, the columns
//! that decide which rows there are, and those that only decide how often a row is there (what DISTINCT
//! and GROUP BY fold): the last matter where rows are counted. Both are too many rather than too few:
//! where a SELECT is not understood, every column of every view that it reads decides.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use relation::ColumnOrigins;
pub(crate) use relation::{TracedTable, TracedTables};
pub(crate) use shown_names::naming_columns;

use crate::Error;
use crate::rules::rule_file::{Rule, SqlFile};
use crate::rules::rule_set::RuleSet;
use crate::rules::sql::ParsedSelect;

mod expression;
mod from;
mod query;
mod relation;
mod shown_names;

/// View and column.
pub(crate) type ViewColumn = (String, String);

/// The columns of the views that a rule rests on, definitions included.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lineage {
    /// Columns that decide which subjects and keys come out; of an indicator, which counts.
    pub deciding: BTreeSet<ViewColumn>,
    /// Columns that are shown with a finding and decide nothing; none of them is among the deciding.
    pub shown: BTreeSet<ViewColumn>,
    /// Why the SELECT could not be followed, in English; then all columns that it may read decide.
    pub untraced: Option<String>,
}

/// A table, or why its SELECT is not understood.
pub(crate) type Traced<T> = Result<T, String>;

/// Columns that say which records a finding rests on and in which order.
const EVIDENCE: [&str; 2] = ["evidence", "evidence_order"];

impl RuleSet {
    /// The lineage of every rule, by code.
    pub fn lineages(&self) -> BTreeMap<String, Lineage> {
        let tables = self.traced_tables();
        let lineage = |rule: &Rule| {
            Lineage::trace(&rule.file.select, &tables, rule.header.indicator)
                .unwrap_or_else(|reason| self.untraced(&rule.file, reason))
        };
        self.rules.iter().map(|rule| (rule.header.code.clone(), lineage(rule))).collect()
    }

    /// Complaints about messages that would show a name or an address.
    pub(crate) fn check_messages(&self) -> Vec<Error> {
        let tables = self.traced_tables();
        self.rules.iter().filter_map(|rule| shown_names::complain_of_names(self, rule, &tables)).collect()
    }

    /// Views and definitions.
    fn traced_tables(&self) -> TracedTables {
        let mut tables = TracedTables::new();
        for (name, view) in &self.catalogue.views {
            tables.insert(name.clone(), Ok(Arc::new(TracedTable::view(name, &view.columns))));
        }
        // A definition comes after those it reads.
        for definition in &self.definitions {
            let tree = definition.file.select.query().map_err(|error| error.message);
            let table = tree.and_then(|tree| query::trace_statement(&tree, &tables)).map(Arc::new);
            tables.insert(definition.header.name.clone(), table);
        }
        tables
    }

    /// Every column of every view that a SELECT reads, through definitions too.
    fn untraced(&self, file: &SqlFile, reason: String) -> Lineage {
        let definitions = self.definitions_of(file).into_iter().map(|definition| &definition.file);
        let tables = std::iter::once(file).chain(definitions).flat_map(|file| file.select.table_names());
        let columns = tables.filter_map(|table| Some((table, self.catalogue.columns(table)?)));
        let deciding = columns
            .flat_map(|(view, columns)| columns.iter().map(|(name, _)| (view.to_owned(), name.clone())))
            .collect();
        Lineage { deciding, shown: BTreeSet::new(), untraced: Some(reason) }
    }
}

impl Lineage {
    /// Follows the columns of a SELECT over tables to the views; of an indicator, all that it yields decides.
    ///
    /// # Errors
    /// Says in English what of the SELECT is not understood.
    pub(crate) fn trace(select: &ParsedSelect, tables: &TracedTables, indicator: bool) -> Traced<Self> {
        let query = select.query().map_err(|error| error.message)?;
        query::trace_statement(&query, tables).map(|outcome| Self::of(&outcome, indicator))
    }

    fn of(outcome: &TracedTable, indicator: bool) -> Self {
        let mut deciding: ColumnOrigins = outcome.rows.clone();
        let mut shown = ColumnOrigins::new();
        for (name, feeds) in &outcome.columns {
            match name.as_str() {
                _ if indicator => deciding.extend(feeds.all()),
                "subject_id" | "rule_key" => deciding.extend(feeds.all()),
                name if EVIDENCE.contains(&name) => shown.extend(feeds.all()),
                _ => {
                    // Which of several things is said is decided, too.
                    deciding.extend(feeds.choices.iter().cloned());
                    shown.extend(feeds.values.iter().cloned());
                }
            }
        }
        if indicator {
            deciding.extend(outcome.copies.iter().cloned());
        }
        shown.retain(|column| !deciding.contains(column));
        Self { deciding, shown, untraced: None }
    }
}
