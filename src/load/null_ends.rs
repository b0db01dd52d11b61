//! `NULL` in a column of ends: unknown like everywhere, unless it is what the export writes where nothing has ended.

use std::collections::BTreeMap;

use super::unknown_cells::UnknownCells;
use crate::config::SourceContract;
use crate::model::source_row::TableTotals;

/// Rows that say so from which it can be the blank of an export.
const LEAST_ROWS: u64 = 5;
/// Their share of the rows without an end, in 1/100: an export writes one word for all blanks.
const ALL_BLANKS_PERCENT: u64 = 95;

/// The cells of ends of one table in which a program's word for nothing stands.
#[derive(Debug, Default)]
pub(super) struct NullEnds {
    /// Column of the contract → records, ascending, and cells; several records may share one.
    columns: BTreeMap<usize, (Vec<u32>, u64)>,
}

impl NullEnds {
    /// Adds cells of records behind all that were added before.
    pub(super) fn add(&mut self, column: usize, records: impl Iterator<Item = u32>, cells: u64) {
        let of = self.columns.entry(column).or_default();
        of.0.extend(records);
        of.1 += cells;
    }

    /// Takes them for blanks where nearly every row of the table without an end has one, and counts them as no ends.
    pub(super) fn read_as_no_end(
        &self,
        contract: &SourceContract,
        totals: &mut TableTotals,
        unknown: &mut UnknownCells,
    ) {
        for (&at, (records, cells)) in &self.columns {
            let nulls = records.len() as u64;
            let ended = totals.filled[at] - totals.unread[at];
            if nulls < LEAST_ROWS || nulls * 100 < (totals.accepted - ended) * ALL_BLANKS_PERCENT {
                continue;
            }
            let name = &contract.columns[at].name;
            unknown.take(name, records);
            totals.filled[at] -= nulls;
            totals.unread[at] -= nulls;
            let tally = totals.cells.entry(name.clone()).or_default();
            tally.not_stated -= cells;
            tally.no_end += cells;
        }
    }
}
