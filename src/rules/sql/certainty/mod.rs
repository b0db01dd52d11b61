//! Certain and possible answers: what a SELECT finds whatever the unknown cells hold, and what it finds if they hold
//! what it asks for (docs/adr/0014).
//!
//! A cell may be unknown: filled with something that nobody can read, or of a column that its file lacks. The view
//! then has null there and 1 in the column's companion `<column>__unknown`. Each SELECT over such views is written
//! anew, twice. The *certain* answers are rows that are there whatever the unknown cells hold; the *possible* ones
//! may be there. Between the two lies what is undecided. Both are plain SQL over the same views.
//!
//! A condition holds certainly if its known part says so, and possibly if it may; NOT turns one into the other, and so
//! does an anti join. Rows that meet a row which may be there are neither met nor missed for certain. Where rows are
//! grouped or numbered, what is computed of a group is unknown as soon as one of its rows is only possible. SELECTs that
//! read nothing unknown stay as they are, to the letter.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::ParsedSelect;
use super::syntax::SyntaxError;

mod condition;
mod grouped;
mod open_join;
mod query;
mod select;
mod table_scope;

/// What is put behind the name of a column for its companion: 1 where the cell is unknown, else 0.
pub(crate) const UNKNOWN_SUFFIX: &str = "__unknown";

/// Column that names the record that a row of a list is.
const RECORD: &str = "record_id";

/// Which answers are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answers {
    /// Whatever the unknown cells hold.
    Certain,
    /// If the unknown cells hold what is asked for.
    Possible,
}

impl Answers {
    /// Both, in the order in which they are written.
    pub(crate) const BOTH: [Self; 2] = [Self::Certain, Self::Possible];

    /// The other answers: NOT and anti joins ask for them.
    fn other(self) -> Self {
        match self {
            Self::Certain => Self::Possible,
            Self::Possible => Self::Certain,
        }
    }

    /// Name of a table's version with these answers.
    pub(crate) fn table_name(self, table: &str) -> String {
        match self {
            Self::Certain => format!("{table}__certain"),
            Self::Possible => format!("{table}__possible"),
        }
    }
}

/// Is a text one that was written for certain or possible answers? It names companions or versions of tables.
pub(crate) fn is_rewritten(sql: &str) -> bool {
    sql.contains(UNKNOWN_SUFFIX) || Answers::BOTH.iter().any(|answers| sql.contains(&answers.table_name("")))
}

/// What may be unknown of a table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct TableKnowledge {
    /// Names of its columns, in order, without companions.
    pub(crate) columns: Vec<String>,
    /// Columns with companions.
    pub(crate) unknown: BTreeSet<String>,
    /// Some of its possible rows may not be there.
    pub(crate) uncertain: bool,
    /// It is a view: there is one version of it.
    pub(crate) view: bool,
    /// Columns of which no two of its rows have the same values together, none of them unknown; empty if none are known
    /// to be such.
    pub(crate) row_key: Vec<String>,
    /// Columns that count rows: they only grow with the rows that there may be. Of possible rows they are the most.
    pub(crate) counts: BTreeSet<String>,
    /// Of possible rows these counts may be fewer than there are.
    pub(crate) undercounts: bool,
    /// One of its possible rows may stand for several.
    pub(crate) merged: bool,
    /// So may one that is certain: there is at least one of them.
    pub(crate) loose: bool,
    /// Rows of it that differ in unknown cells alone may be one: DISTINCT and UNION keep each row once, and do not know.
    pub(crate) coincide: bool,
    /// Columns that hold nothing or a number from the first to the last.
    pub(crate) ranges: BTreeMap<String, NumberRange>,
}

/// Least and greatest of the numbers that a value can be.
pub(crate) type NumberRange = (i64, i64);

impl TableKnowledge {
    /// A view whose columns `unknown` have companions.
    pub(crate) fn view(columns: Vec<String>, unknown: BTreeSet<String>) -> Self {
        Self { columns, unknown, view: true, ..Self::default() }
    }

    /// The same of a table in which each row has a record of its own.
    pub(crate) fn by_record(self) -> Self {
        let row_key = self.columns.iter().filter(|column| *column == RECORD).cloned().collect();
        Self { row_key, ..self }
    }

    /// Do rows that have the same values in these columns never meet another of its rows?
    fn is_single_by(&self, columns: &[String]) -> bool {
        !self.row_key.is_empty() && self.row_key.iter().all(|key| columns.contains(key))
    }

    /// Is anything of it unknown?
    pub(crate) fn is_touched(&self) -> bool {
        self.uncertain || !self.unknown.is_empty()
    }

    /// Name of the table with these answers.
    fn name(&self, table: &str, answers: Answers) -> String {
        match self.view || !self.is_touched() {
            true => table.to_owned(),
            false => answers.table_name(table),
        }
    }
}

/// Tables by name, or why one's answers cannot be told apart, in English.
pub(crate) type KnownTables = BTreeMap<String, Result<Arc<TableKnowledge>, String>>;

/// A SELECT written for both answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AnswerSelects {
    /// What finds the certain answers.
    pub(crate) certain: String,
    /// What finds the possible ones.
    pub(crate) possible: String,
    /// What may be unknown of its outcome.
    pub(crate) outcome: TableKnowledge,
}

impl ParsedSelect {
    /// Writes the SELECT for certain and possible answers; `None` if nothing that it reads and uses is unknown.
    ///
    /// # Errors
    /// Says in English which form cannot be written so.
    pub(crate) fn for_answers(&self, tables: &KnownTables) -> Result<Option<AnswerSelects>, String> {
        let query = self.query().map_err(|error: SyntaxError| error.message)?;
        let (certain, outcome) = query::rewrite_statement(&query, tables, Answers::Certain)?;
        if !outcome.is_touched() {
            return Ok(None);
        }
        let (possible, _) = query::rewrite_statement(&query, tables, Answers::Possible)?;
        Ok(Some(AnswerSelects { certain, possible, outcome }))
    }

    /// Names of the columns that the SELECT yields, in order.
    ///
    /// # Errors
    /// Says in English that a column has no name.
    pub(crate) fn column_names(&self) -> Result<Vec<String>, String> {
        let query = self.query().map_err(|error: SyntaxError| error.message)?;
        query::column_names(&query)
    }
}
