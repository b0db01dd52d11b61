//! Stage 2: raw text columns become typed records, or rejects that say why.
//!
//! In: [`crate::extract::RawTable`]s of one source and its contract. Out: [`Loaded`]. The
//! invariant `read = accepted + rejected` is checked by [`ControlTotals::check`] and written
//! to the manifest.

use std::path::PathBuf;
use std::sync::Arc;

mod audit;
mod cell;
mod column;
pub mod date;
mod files;
mod headers;
mod number;
mod piece;
mod source;
mod ticks;
mod unit;

pub(crate) use audit::percent;
pub use files::{Survey, list, survey};
pub use source::{load_for_linking, load_into, load_several, load_source, load_tables, load_with};
pub use unit::check_unit;

use crate::decimal::{LONGEST, decimal};
use crate::extract::RawTableInfo;
use crate::rows::Rows;
use crate::{Error, Result};

/// Place of a record: source, table, row and member, packed so that it sorts by place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordKey(u64);

impl RecordKey {
    /// `source`: position in [`crate::config::Pipeline::sources`]; `table`: position in
    /// [`Records::tables`]; `row`: one-based row; `member`: one-based member of an unpivoted
    /// household row, 0 where rows are not unpivoted.
    pub fn new(source: u8, table: u16, row: u32, member: u8) -> Self {
        Self(u64::from(source) << 56 | u64::from(table) << 40 | u64::from(row) << 8 | u64::from(member))
    }
    /// Position of the source.
    pub fn source(self) -> usize {
        (self.0 >> 56) as usize
    }
    /// Position of the table within the source.
    pub fn table(self) -> usize {
        (self.0 >> 40 & 0xFFFF) as usize
    }
    /// One-based row.
    pub fn row(self) -> u32 {
        (self.0 >> 8) as u32
    }
    /// One-based member, 0 if not unpivoted.
    pub fn member(self) -> u8 {
        self.0 as u8
    }
}

/// Accepted rows of one source in one quarter.
#[derive(Debug, Clone)]
pub struct Records {
    /// Source name (file stem of its contract, also the name of its SQL view).
    pub source: String,
    /// Typed columns named as in the contract. Only Utf8, Int32, Int64 and Date32 occur:
    /// flags are Int32 0/1, months Int32 `yyyymm`, money Int64 in fen (column ends in `_fen`),
    /// coded columns hold the canonical Chinese label. Null means missing.
    pub rows: Rows,
    /// Place of each row, ascending.
    pub keys: Vec<RecordKey>,
    /// Tables the rows came from, in reading order (files sorted by name).
    pub tables: Vec<Arc<RawTableInfo>>,
}

impl Records {
    /// Published identifier of row `index`: `source:hash8[.sN].rROW[.mMEMBER]`, where `hash8`
    /// is the start of the file's SHA-256. The same file gives the same ids wherever it lies.
    pub fn record_id(&self, index: usize) -> String {
        record_id(&self.source, &self.tables, self.keys[index])
    }

    /// Row with this identifier; `None` if the record is not among these.
    pub fn find(&self, record_id: &str) -> Option<usize> {
        let place = record_id.strip_prefix(&self.source)?.strip_prefix(':')?;
        let mut parts = place.split('.');
        let hash = parts.next().filter(|hash| hash.len() == 8)?;
        let (mut sheet, mut row, mut member) = (0, 0, 0);
        for part in parts {
            let number: u32 = part.get(1..)?.parse().ok()?;
            match part.as_bytes()[0] {
                b's' => sheet = u16::try_from(number).ok()?,
                b'r' => row = number,
                b'm' => member = u8::try_from(number).ok()?,
                _ => return None,
            }
        }
        let source = self.keys.first()?.source() as u8;
        let is_table = |table: &RawTableInfo| table.sheet_index == sheet && table.sha256.starts_with(hash);
        (0u16..)
            .zip(&self.tables)
            .filter(|(_, table)| is_table(table))
            .find_map(|(table, _)| self.keys.binary_search(&RecordKey::new(source, table, row, member)).ok())
    }
}

/// See [`Records::record_id`].
pub fn record_id(source: &str, tables: &[Arc<RawTableInfo>], key: RecordKey) -> String {
    let mut id = String::new();
    push_record_id(source, tables, key, &mut id);
    id
}

/// Appends what [`record_id`] gives.
pub fn push_record_id(source: &str, tables: &[Arc<RawTableInfo>], key: RecordKey, id: &mut String) {
    let table = &tables[key.table()];
    id.push_str(source);
    id.push(':');
    id.push_str(&table.sha256[..8]);
    if table.sheet_index > 0 {
        id.push_str(".s");
        push_number(table.sheet_index.into(), id);
    }
    id.push_str(".r");
    push_number(key.row(), id);
    if key.member() > 0 {
        id.push_str(".m");
        push_number(key.member().into(), id);
    }
}

fn push_number(number: u32, text: &mut String) {
    text.push_str(decimal(number.into(), &mut [0; LONGEST]));
}

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

/// Row counts of one table; `read` counts units after unpivoting (one per filled member).
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct TableTotals {
    /// File relative to the data folder.
    pub file: PathBuf,
    /// SHA-256 of the file.
    pub sha256: String,
    /// Worksheet, for workbooks.
    pub sheet: Option<String>,
    /// Data rows of the table (before unpivoting).
    pub data_rows: u64,
    /// Rows that are not data, by reason.
    pub skipped: std::collections::BTreeMap<String, u64>,
    /// Units offered to the loader.
    pub read: u64,
    /// Units accepted as records.
    pub accepted: u64,
    /// Units rejected.
    pub rejected: u64,
}

/// Control totals of one source.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct ControlTotals {
    /// Source name.
    pub source: String,
    /// One entry per table.
    pub tables: Vec<TableTotals>,
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
    pub fn check(&self) -> Result<()> {
        for t in &self.tables {
            if t.read != t.accepted + t.rejected {
                return Err(Error::internal(format!(
                    "控制总数不平:读入{}≠接受{}+退回{}",
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

/// Output of the stage for one source.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// Accepted rows.
    pub records: Records,
    /// Rows not accepted, in place order.
    pub rejects: Vec<Reject>,
    /// Cells that could not be read in rows that were accepted: the record has no value
    /// there. Same form as rejects, in place order; published with severity `warn`.
    pub cell_warnings: Vec<Reject>,
    /// Row counts; always balanced.
    pub totals: ControlTotals,
    /// Audit findings; a blocking one stops the run after all sources were read.
    pub audits: Vec<AuditFinding>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(sha256: &str, sheet_index: u16) -> Arc<RawTableInfo> {
        Arc::new(RawTableInfo {
            file: PathBuf::new(),
            sha256: sha256.to_owned(),
            sheet: None,
            sheet_index,
            format: crate::extract::FileFormat::Csv,
            encoding: None,
            headers: Vec::new(),
            header_row: 1,
        })
    }

    #[test]
    fn a_record_is_found_by_its_id() {
        let keys = [(0, 2, 0), (0, 4_294_967_295, 0), (1, 10, 1), (1, 10, 2)];
        let records = Records {
            source: "list".to_owned(),
            rows: Rows::of(arrow::record_batch::RecordBatch::new_empty(
                arrow::datatypes::Schema::empty().into(),
            )),
            keys: keys.map(|(table, row, member)| RecordKey::new(3, table, row, member)).to_vec(),
            tables: vec![table("0123456789", 0), table("abcdef0123", 2)],
        };
        let ids: Vec<String> = (0..4).map(|row| records.record_id(row)).collect();
        assert_eq!(ids[1], "list:01234567.r4294967295");
        assert_eq!(ids[3], "list:abcdef01.s2.r10.m2");
        assert_eq!(ids.iter().map(|id| records.find(id)).collect::<Vec<_>>(), [0, 1, 2, 3].map(Some));
        for other in
            ["", "list", "other:01234567.r2", "list:01234567.r3", "list:abcdef01.r10.m2", "list:01234567.x2"]
        {
            assert_eq!(records.find(other), None, "{other}");
        }
    }
}
