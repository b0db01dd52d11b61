//! Rows that lack a cell in the middle: all behind it stand one column too early, and a blank one stands at the end; and
//! rows that have a cell too many, those behind it one column too late.
//!
//! Such a row may have as many cells as the others. What gives it away is that cells do not fit their columns and all fit the
//! next: a guardian's ID number in the column of his name, an amount in that of a category.

use std::collections::{BTreeMap, BTreeSet};

use super::cell_cleaning;
use super::cell_trouble::CellTrouble;
use super::column::{ColumnCells, ColumnFindings, build_column};
use super::row_batches::RowBatch;
use crate::config::source_contract::ColumnRole;
use crate::extract::{is_id_text, is_name_text};
use crate::model::cell_words::cell_without_value;
use crate::model::column_type::ContractType;

/// Cells that hold more than a number or a code as short as this are in the right column by no chance.
const TELLING: usize = 6;

/// Rows with cells that do not fit a column of which this many are looked at first,
const SAMPLE: usize = 100;
/// unless they are no more than one of so many.
const FEW: usize = 20;

/// Those of some rows that lack a cell or have one too many, the column of the contract where that is, and which of both.
pub(super) fn slid_rows(
    batch: &RowBatch<'_>,
    suspects: &BTreeSet<usize>,
) -> BTreeMap<usize, (usize, CellTrouble)> {
    let columns = ColumnFits::new(batch);
    let slide = |&row: &usize| Some((row, columns.slide(row)?));
    // Where a column is written otherwise in many rows, a sample tells whether that is why.
    let many = suspects.len() > SAMPLE && suspects.len() * FEW > batch.raw.rows.len();
    if many && !suspects.iter().take(SAMPLE).any(|row| columns.slide(*row).is_some()) {
        return BTreeMap::new();
    }
    suspects.iter().filter_map(slide).collect()
}

/// Rows with a number in a column of names, or a word in one of numbers; those whose last cell is filled lack none.
pub(super) fn rows_with_people_elsewhere(batch: &RowBatch<'_>) -> BTreeSet<usize> {
    let columns = ColumnFits::new(batch);
    let Some(last) = columns.fed.len().checked_sub(1) else { return BTreeSet::new() };
    let role = |raw: usize| batch.contract.columns[columns.fed[raw]?].role;
    let people: Vec<(usize, bool)> = (0..=last)
        .filter_map(|raw| match role(raw)? {
            ColumnRole::IdNumber | ColumnRole::GuardianId => Some((raw, true)),
            ColumnRole::Name | ColumnRole::GuardianName => Some((raw, false)),
            _ => None,
        })
        .collect();
    // The first byte tells nearly all.
    let elsewhere = |row: usize| {
        people.iter().any(|&(raw, number)| match columns.cell(row, raw).as_bytes().first() {
            Some(first) => *first >= 0x80 && number || first.is_ascii_digit() && !number,
            None => false,
        })
    };
    (0..batch.raw.rows.len()).filter(|&row| columns.cell(row, last).is_empty() && elsewhere(row)).collect()
}

/// What fits the raw columns of a table.
struct ColumnFits<'a> {
    batch: &'a RowBatch<'a>,
    /// The column of the contract that each feeds.
    fed: Vec<Option<usize>>,
}

impl<'a> ColumnFits<'a> {
    fn new(batch: &'a RowBatch<'a>) -> Self {
        let mut fed = vec![None; batch.raw.columns.len()];
        let own = batch.plan.columns.iter().enumerate().filter_map(|(at, raw)| Some(((*raw)?, at)));
        let members = batch.plan.members.iter().flatten().map(|&(at, raw)| (raw, at));
        for (raw, at) in own.chain(members) {
            fed[raw] = Some(at);
        }
        Self { batch, fed }
    }
    fn cell(&self, row: usize, raw: usize) -> &str {
        use arrow::array::Array as _;
        let array = &self.batch.raw.columns[raw];
        if array.is_null(row) { "" } else { array.value(row).trim() }
    }
    /// Does a text fit a column? `None`: the column may hold any text, or it is blank.
    fn fits(&self, raw: usize, text: &str) -> Option<bool> {
        let at = self.fed[raw]?;
        let column = &self.batch.contract.columns[at];
        let clean = cell_cleaning::clean_cell(text)?;
        if cell_without_value(&clean).is_some() {
            return None;
        }
        if column.kind == ContractType::Text {
            return match column.role {
                Some(ColumnRole::IdNumber | ColumnRole::GuardianId) => Some(is_id_text(&clean)),
                Some(ColumnRole::Name | ColumnRole::GuardianName) => Some(is_name_text(&clean)),
                _ => is_id_text(&clean).then_some(false),
            };
        }
        let mut found = ColumnFindings::default();
        let plan = &self.batch.plan;
        let cells = ColumnCells::Units(vec![Some(text)]);
        build_column(column, &cells, (plan.factors[at], plan.months[at]), &mut found);
        Some(found.troubles.is_empty() && found.open_codes.is_empty())
    }
    /// Which cell a row lacks, or has too many, if it does.
    fn slide(&self, row: usize) -> Option<(usize, CellTrouble)> {
        let width = self.fed.len();
        let last = width.checked_sub(1)?;
        let misfits: Vec<usize> =
            (0..width).filter(|&raw| self.fits(raw, self.cell(row, raw)) == Some(false)).collect();
        let first = *misfits.first()?;
        // The last place where it may have happened is the likeliest.
        let places = || (0..=first).rev().filter(|&at| self.fed[at].is_some());
        // The cell that is missing leaves a blank one at the end.
        let blank = self.cell(row, last).is_empty();
        let lacks = places().filter(|_| blank).find(|&at| {
            let moved = (at + 1..=last).map(|raw| (raw, self.cell(row, raw - 1)));
            // One cell that fits the next column may have been written there by mistake.
            self.all_fit(moved, if misfits.len() > 1 { 1 } else { 2 })
        });
        let found = match lacks {
            Some(at) => Some((at, CellTrouble::SlidRow)),
            // Where nothing is blank, one cell that does not fit says no more than that.
            None => places()
                .filter(|_| misfits.len() > 1)
                .find(|&at| {
                    let moved = (at..last).map(|raw| (raw, self.cell(row, raw + 1)));
                    self.all_fit(moved, 2)
                })
                .map(|at| (at, CellTrouble::ExtraCell)),
        };
        found.and_then(|(at, trouble)| Some((self.fed[at]?, trouble)))
    }
    /// Do all of these cells fit that do not fit anywhere, so many at least, and one of them by no chance?
    fn all_fit<'c>(&self, cells: impl Iterator<Item = (usize, &'c str)>, least: usize) -> bool {
        let (mut fitting, mut telling) = (0, false);
        for (raw, text) in cells {
            match self.fits(raw, text) {
                Some(false) => return false,
                Some(true) => {
                    fitting += 1;
                    // Any word of two characters may be a name.
                    let long = text.len() >= TELLING || text.chars().any(char::is_alphabetic);
                    telling |= long && !self.holds_names(raw);
                }
                None => {}
            }
        }
        telling && fitting >= least
    }
    fn holds_names(&self, raw: usize) -> bool {
        let role = self.fed[raw].and_then(|at| self.batch.contract.columns[at].role);
        matches!(role, Some(ColumnRole::Name | ColumnRole::GuardianName))
    }
}
