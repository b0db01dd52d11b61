//! Rows of an extract as they are counted: rejects, control totals, audit findings.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use super::cell_tally::CellTally;
use super::source_table::{EncodingEvidence, RawTableInfo};
use crate::{Error, Result};

/// A row that was not accepted.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Reject {
    /// Source name.
    pub source: String,
    /// File relative to the data folder.
    pub file: PathBuf,
    /// Worksheet, for workbooks.
    pub sheet: Option<String>,
    /// One-based row.
    pub row: u32,
    /// One-based member of an unpivoted row, 0 otherwise.
    pub member: u8,
    /// Header of the offending column, where one cell is to blame.
    pub column: Option<String>,
    /// Stable machine-readable reason, e.g. `missing_required`, `bad_date`, `bad_number`, `unknown_code`, `duplicate_key`.
    pub reason_code: String,
    /// Reason and cure, in Chinese.
    pub reason: String,
    /// The offending cell's original text (the row's cells joined by tab where no one cell is to blame).
    pub original: String,
}

impl Reject {
    /// The position of the table that it stands in.
    pub(crate) fn table_in(&self, tables: &[Arc<RawTableInfo>]) -> Option<usize> {
        tables.iter().position(|info| info.file == self.file && info.sheet == self.sheet)
    }
}

/// Row counts of one table; `read` counts units after unpivoting (one per filled member).
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct TableTotals {
    /// File relative to the data folder.
    pub file: PathBuf,
    /// SHA-256 of the file.
    pub sha256: String,
    /// Worksheet, for workbooks.
    pub sheet: Option<String>,
    /// Encoding that a text file was decoded with; none for formats that say it of each text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoding: Option<&'static str>,
    /// How that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoding_evidence: Option<EncodingEvidence>,
    /// Data rows of the table (before unpivoting).
    pub data_rows: u64,
    /// Rows that are not data, by reason.
    pub skipped: BTreeMap<String, u64>,
    /// Units offered to the loader.
    pub read: u64,
    /// Units accepted as records.
    pub accepted: u64,
    /// Units rejected.
    pub rejected: u64,
    /// Cells of accepted records that are filled and not known, by column.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub unknown_cells: BTreeMap<String, u64>,
    /// Cells that were not taken as they are written, by column.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub cells: BTreeMap<String, CellTally>,
    /// Values that the code tables do not know, by column and county.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unknown_codes: Vec<UnknownCodes>,
    /// The period or day that the table stands for, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_of: Option<AsOf>,
    /// Accepted rows by county code, where the list says it.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub counties: BTreeMap<String, u64>,
    /// Columns of the contract that the table does not have.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub absent: Vec<String>,
    /// Cells that are not blank, be they known or not, by position of the column in the contract.
    #[serde(skip)]
    pub filled: Vec<u64>,
    /// Those of them that are not known, likewise.
    #[serde(skip)]
    pub unread: Vec<u64>,
    /// What the whole file is made of, with its last table; the manifest says it of the file.
    #[serde(skip)]
    pub account: Option<Arc<super::file_account::FileAccount>>,
}

/// Values of a coded column that its code table does not know, in one table and county.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct UnknownCodes {
    /// Canonical name of the column.
    pub column: String,
    /// County as the rows write it; empty where they do not.
    pub county: String,
    /// Cells with such a value.
    pub cells: u64,
    /// Filled cells.
    pub filled: u64,
    /// The most frequent spellings.
    pub spellings: Vec<UnknownSpelling>,
}

/// A spelling that a code table does not know.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct UnknownSpelling {
    /// As written, long numbers masked.
    pub spelling: String,
    /// Cells that say so.
    pub cells: u64,
    /// The label of the table that is most like it, if any is alike.
    pub nearest: Option<String>,
}

/// The period or day that a table stands for.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct AsOf {
    /// As written: `2018`, `2018秋`, `2018-09-30`.
    pub text: String,
    /// Where it is written.
    pub evidence: AsOfEvidence,
}

/// Where the date of a table is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AsOfEvidence {
    /// In the column of the period: the latest value.
    Column,
    /// In a title above the header.
    Title,
    /// In the file's name.
    FileName,
}

/// Control totals of one source.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct ControlTotals {
    /// Source name.
    pub source: String,
    /// One entry per table.
    pub tables: Vec<TableTotals>,
    /// What each table holds of each place; audits ask for it, nobody publishes it.
    #[serde(skip)]
    pub places: Vec<PlaceCounts>,
}

/// Records of one table and place, and how their columns are filled.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PlaceCounts {
    /// Position of the table.
    pub table: usize,
    /// County as the rows write it; empty where they do not.
    pub county: String,
    /// Township as the rows write it; empty where they do not.
    pub township: String,
    /// Accepted records.
    pub accepted: u64,
    /// Rejected units.
    pub rejected: u64,
    /// Cells with a value, by position of the column in the contract.
    pub filled: Vec<u64>,
    /// Cells that are filled and not known, likewise.
    pub unknown: Vec<u64>,
}

impl ControlTotals {
    /// Units read over all tables.
    pub fn read(&self) -> u64 {
        self.tables.iter().map(|t| t.read).sum()
    }
    /// Records accepted over all tables.
    pub fn accepted(&self) -> u64 {
        self.tables.iter().map(|t| t.accepted).sum()
    }
    /// Units rejected over all tables.
    pub fn rejected(&self) -> u64 {
        self.tables.iter().map(|t| t.rejected).sum()
    }
    /// Fails with an internal error unless every table's read = accepted + rejected.
    ///
    /// # Errors
    /// An internal error that names the table.
    pub fn check(&self) -> Result<()> {
        for t in &self.tables {
            if t.read != t.accepted + t.rejected {
                return Err(Error::internal(format!(
                    "控制总数不平：读入{}≠接受{}+退回{}",
                    t.read, t.accepted, t.rejected
                ))
                .in_file(&t.file));
            }
        }
        Ok(())
    }
}

/// What an audit found about a source as a whole.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct AuditFinding {
    /// Source name.
    pub source: String,
    /// Which audit, e.g. `reject_share`, `row_count_change`, `duplicate_key`, `duplicate_file`.
    pub audit: String,
    /// True if the run must stop.
    pub blocking: bool,
    /// Finding and cure, in Chinese.
    pub message: String,
}

impl AuditFinding {
    /// A finding of an audit about a source.
    pub fn new(source: &str, audit: &str, blocking: bool, message: String) -> Self {
        Self { source: source.to_owned(), audit: audit.to_owned(), blocking, message }
    }
    /// True if it says that something was not delivered or is of another period: told before all others.
    pub fn concerns_delivery(&self) -> bool {
        const DELIVERY: [&str; 31] = [
            "missing_months",
            "late_months",
            "missing_members",
            "swapped_headers",
            "table_below",
            "missing_part",
            "swapped_ends",
            "ends_of_all",
            "missing_county",
            "missing_township",
            "stale_list",
            "unchanged_file",
            "other_quarter",
            "opposite_list",
            "column_of_some",
            "unreadable_part",
            "unusable_numbers",
            "shared_households",
            "ignored_state",
            "unusable_names",
            "unknown_place",
            "implausible_period",
            "unmet_keys",
            "slid_column",
            "late_start",
            "deviating_amounts",
            "cut_at_limit",
            "new_ones_alone",
            "duplicate_rows",
            "places_apart",
            "group_heads",
        ];
        DELIVERY.contains(&self.audit.as_str())
    }
}
