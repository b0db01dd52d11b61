//! Stage 2: raw text columns become typed records, or rejects that say why.
//!
//! In: [`crate::extract::RawTable`]s of one source and its contract. Out: [`LoadedSource`]. The
//! invariant `read = accepted + rejected` is checked by [`ControlTotals::check`] and written
//! to the manifest.

use std::sync::Arc;

use arrow::array::{Array as _, ArrayRef, BooleanArray};
use arrow::record_batch::RecordBatch;

use crate::model::record_id::{RecordIdParts, RecordKey, record_id};
use crate::model::source_row::{AuditFinding, ControlTotals, Reject};
use crate::model::undecided::LackedPlace;

mod absent_columns;
mod across_lists;
mod audit;
mod cell_cleaning;
mod cell_trouble;
mod column;
mod column_contents;
mod cut_lists;
mod data_folder;
mod days_before_birth;
mod delivered_places;
mod delivery;
mod deviating_amounts;
mod ends_of_others;
mod group_heads;
mod guardian_numbers;
mod header_unit;
mod headers;
mod ignored_states;
mod impossible_deaths;
mod key_number;
mod late_starts;
mod lines_within;
mod lost_letters;
mod masked_copies;
mod missing_members;
mod missing_parts;
mod null_ends;
mod number;
mod number_audit;
mod opposite_lists;
mod other_lists;
mod pasted_rows;
mod person_cells;
mod place_counts;
mod placeholder_birth_dates;
mod places_apart;
mod reasons_without_end;
mod rejected_people;
mod repeated_files;
mod repeated_keys;
mod row_batches;
mod shared_households;
mod sheet_periods;
mod slid_rows;
mod source_digest;
mod source_loader;
mod source_loading;
mod stated_totals;
mod stated_units;
mod swapped_accounts;
mod tables_below;
mod text_column;
mod text_notices;
mod tick_columns;
mod unheard_words;
mod unknown_cells;
mod unknown_codes;

pub(crate) use absent_columns::{is_supplement, lacking_counties, lacking_tables};
pub(crate) use audit::audit_percent_text;
pub(crate) use cell_trouble::keeps_cell_value;
pub use data_folder::{DataFolder, survey_data_folder};
pub(crate) use data_folder::{list_data_files, masked_file_name, masked_table_name};
pub(crate) use delivery::{DeliveryCheck, audit_folder, audit_list_period};
pub(crate) use headers::{HeaderMatcher, HeaderTarget};
pub(crate) use source_loader::{load_all, load_attempt, load_files_for_linking};
pub use source_loader::{load_for_linking, load_several, load_source, load_tables};
pub(crate) use text_notices::{padding_notice, text_notices};

pub use rejected_people::RejectedPerson;
pub(crate) use source_digest::SourceDigest;
pub use unknown_cells::UnknownCells;

use crate::model::file_account::SkippedRow;
use crate::model::source_table::RawTableInfo;
use crate::table::rows::{RowStore, Rows};
use crate::{Error, Result};

/// Accepted rows of one source in one quarter.
#[derive(Debug, Clone)]
pub struct SourceRecords {
    /// Source name (file stem of its contract, also the name of its SQL view).
    pub source: String,
    /// Typed columns named as in the contract. Only Utf8, Int32, Int64 and Date32 occur:
    /// flags are Int32 0/1, months Int32 `yyyymm`, money Int64 in fen (column ends in `_fen`),
    /// coded columns hold the canonical Chinese label. Null means that there is no value: a blank,
    /// or a cell that [`Self::unknown`] names.
    pub rows: Rows,
    /// Cells that are filled and not known.
    pub unknown: UnknownCells,
    /// Place of each row, ascending.
    pub keys: Vec<RecordKey>,
    /// Tables the rows came from, in reading order (files sorted by name).
    pub tables: Vec<Arc<RawTableInfo>>,
}

impl SourceRecords {
    /// Published identifier of row `index`: `source:hash8[.sN].rROW[.mMEMBER]`, where `hash8`
    /// is the start of the file's SHA-256. The same file gives the same ids wherever it lies.
    pub fn record_id(&self, index: usize) -> String {
        record_id(&self.source, &self.tables, self.keys[index])
    }

    /// Puts other values into a column; the cells at the positions `unknown` are unknown from now on, all others known or
    /// blank.
    ///
    /// # Errors
    /// A column that the records do not have, or values of another length or type.
    pub fn replace_column(&mut self, column: &str, values: ArrayRef, unknown: &[u32]) -> Result<()> {
        let mismatch =
            |error: arrow::error::ArrowError| Error::internal(format!("列“{column}”换不了：{error}"));
        let rows = self.rows.batch()?;
        let at = rows.schema().index_of(column).map_err(mismatch)?;
        let mut columns = rows.columns().to_vec();
        columns[at] = values;
        self.rows = Rows::of(RecordBatch::try_new(rows.schema(), columns).map_err(mismatch)?);
        self.unknown.remove(column);
        self.unknown.insert(column, unknown);
        Ok(())
    }

    /// Takes cells of a column for unknown, whatever they hold; `records` ascending. What is unknown already stays so.
    ///
    /// # Errors
    /// A column that the records do not have; rows that cannot be read back.
    pub(crate) fn forget_cells(&mut self, column: &str, records: &[u32]) -> Result<()> {
        let mismatch = |error: arrow::error::ArrowError| Error::internal("格不能置空").caused_by(error);
        let places: Vec<usize> = records.iter().map(|&record| record as usize).collect();
        let cells = self.rows.pick_columns(&places, |name| name == column)?;
        if cells.columns().iter().any(|cells| cells.null_count() < cells.len()) {
            let rows = self.rows.batch()?;
            let at = rows.schema().index_of(column).map_err(mismatch)?;
            let lost = (0..rows.num_rows() as u32).map(|row| Some(records.binary_search(&row).is_ok()));
            let mut columns = rows.columns().to_vec();
            let lost = BooleanArray::from_iter(lost);
            columns[at] = arrow::compute::nullif(&columns[at], &lost).map_err(mismatch)?;
            self.rows = Rows::of(RecordBatch::try_new(rows.schema(), columns).map_err(mismatch)?);
        }
        self.unknown.insert(column, records);
        Ok(())
    }

    /// Keeps the records for which `keep` says so, by position, and no others; the rows lie in `store` from now on.
    ///
    /// # Errors
    /// Rows that cannot be read back or written, or another number of answers.
    pub fn retain(&mut self, keep: &[bool], store: &RowStore) -> Result<()> {
        if keep.len() != self.rows.count() {
            return Err(Error::internal(format!("{}条记录有{}个取舍", self.rows.count(), keep.len())));
        }
        self.rows = self.rows.rewrite(store, |first, batch| {
            let mask = BooleanArray::from(keep[first..first + batch.num_rows()].to_vec());
            arrow::compute::filter_record_batch(&batch, &mask)
                .map_err(|error| Error::internal("记录取不出").caused_by(error))
        })?;
        self.unknown.retain(keep);
        let mut kept = keep.iter();
        self.keys.retain(|_| kept.next().copied().unwrap_or(false));
        Ok(())
    }

    /// Row with this identifier; `None` if the record is not among these.
    pub fn find(&self, record_id: &str) -> Option<usize> {
        let parts = RecordIdParts::parse(record_id).filter(|parts| parts.source() == self.source)?;
        let source = self.keys.first()?.source() as u8;
        (0u16..).zip(&self.tables).filter(|(_, table)| parts.is_of(table)).find_map(|(table, _)| {
            self.keys.binary_search(&RecordKey::new(source, table, parts.row, parts.member)).ok()
        })
    }
}

/// Output of the stage for one source.
#[derive(Debug, Clone)]
pub struct LoadedSource {
    /// Accepted rows.
    pub records: SourceRecords,
    /// Rows not accepted, in place order.
    pub rejects: Vec<Reject>,
    /// Cells that could not be read in rows that were accepted: the record has no value
    /// there. Same form as rejects, in place order; published with severity `warn`.
    pub cell_warnings: Vec<Reject>,
    /// Rows that are no data, blanks aside: (position of the table, row), at most 10,000 of a file. All are
    /// counted in the totals.
    pub skipped: Vec<(u16, SkippedRow)>,
    /// Row counts; always balanced.
    pub totals: ControlTotals,
    /// Audit findings; a blocking one stops the run after all sources were read.
    pub audits: Vec<AuditFinding>,
    /// Places whose part of the list is not there, by code, each once.
    pub lacked: Vec<LackedPlace>,
    /// Who stands in rows that were not accepted, as far as these say, in order, each once.
    pub rejected_people: Vec<RejectedPerson>,
    /// What is held against the other lists when all are loaded.
    pub digest: SourceDigest,
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    fn table(sha256: &str, sheet_index: u16) -> Arc<RawTableInfo> {
        Arc::new(RawTableInfo {
            file: PathBuf::new(),
            sha256: sha256.to_owned(),
            sheet: None,
            sheet_index,
            format: crate::model::source_table::FileFormat::Csv,
            encoding: None,
            headers: Vec::new(),
            header_row: 1,
            notes: Vec::new(),
            around: Vec::new(),
        })
    }

    #[test]
    fn a_record_is_found_by_its_id() {
        let keys = [(0, 2, 0), (0, 4_294_967_295, 0), (1, 10, 1), (1, 10, 2)];
        let records = SourceRecords {
            source: "list".to_owned(),
            rows: Rows::of(RecordBatch::new_empty(arrow::datatypes::Schema::empty().into())),
            unknown: UnknownCells::default(),
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
