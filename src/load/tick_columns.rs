//! Yes/no columns of lists that tick what is so and leave the rest blank: there, a blank is a no.
//!
//! Told by the table as a whole: a column in which something is ticked and nothing is written
//! otherwise. Where a list writes 是 and 否 (or 1 and 0), a blank stays unknown.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray as _, Int32Array};
use arrow::datatypes::Int32Type;
use arrow::record_batch::RecordBatch;

use super::column::ColumnCells;
use super::source_loading::unfit_source_rows;
use super::{UnknownCells, cell_cleaning};
use crate::Result;
use crate::model::record_id::RecordKey;
use crate::table::rows::{RowStore, Rows};

/// How the cells of a yes/no column are filled.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct TickStyle {
    ticked: bool,
    written: bool,
}

impl TickStyle {
    /// Marks of some cells.
    pub(super) fn of(cells: &ColumnCells<'_>) -> Self {
        let mut marks = Self::default();
        // The texts are few.
        let mut seen = [""; 4];
        for text in (0..cells.len()).filter_map(|index| cells.get(index)) {
            let seen = &mut seen[text.len() % 4];
            if *seen == text {
                continue;
            }
            *seen = text;
            match cell_cleaning::clean_cell(text).as_deref() {
                None => {}
                Some("√" | "✓" | "✔" | "☑") => marks.ticked = true,
                Some(text)
                    if cell_cleaning::parse_flag(text).is_some() || !cell_cleaning::is_nothing_cell(text) =>
                {
                    marks.written = true
                }
                Some(_) => {}
            }
        }
        marks
    }
    /// Adds those of further rows of the table.
    pub(super) fn join(&mut self, other: Self) {
        self.ticked |= other.ticked;
        self.written |= other.written;
    }
    /// Whether a blank cell of the table is a no.
    pub(super) fn blank_is_no(self) -> bool {
        self.ticked && !self.written
    }
}

/// The rows with the yes/no columns of lists that only tick what is so read as yes or no.
///
/// # Errors
/// Rows that cannot be read or stored.
pub(super) fn blanks_read_as_no(
    store: &RowStore,
    rows: Rows,
    wanted: &[bool],
    marks: &[Vec<TickStyle>],
    (keys, unknown): (&[RecordKey], &UnknownCells),
) -> Result<Rows> {
    let ticked = |table: usize| -> Vec<usize> {
        let marks = marks[table].iter().zip(wanted).filter_map(|(m, w)| w.then_some(m.blank_is_no()));
        marks.enumerate().filter_map(|(at, ticked)| ticked.then_some(at)).collect()
    };
    let ticked: Vec<Vec<usize>> = (0..marks.len()).map(ticked).collect();
    if ticked.iter().all(Vec::is_empty) {
        return Ok(rows);
    }
    rows.rewrite(store, |first, batch| {
        let mut columns = batch.columns().to_vec();
        let tables = keys[first..first + batch.num_rows()].chunk_by(|a, b| a.table() == b.table());
        let mut from = 0;
        let mut parts = Vec::new();
        for run in tables {
            let mut part = batch.slice(from, run.len()).columns().to_vec();
            for &at in &ticked[run[0].table()] {
                let known =
                    |row: usize| !unknown.is_unknown(batch.schema_ref().field(at).name(), first + from + row);
                part[at] = tick_blanks_as_no(&part[at], known);
            }
            parts.push(part);
            from += run.len();
        }
        for (at, column) in columns.iter_mut().enumerate() {
            let parts: Vec<&dyn Array> = parts.iter().map(|part| part[at].as_ref()).collect();
            *column = arrow::compute::concat(&parts).map_err(unfit_source_rows)?;
        }
        RecordBatch::try_new(batch.schema(), columns).map_err(unfit_source_rows)
    })
}

/// The flags with every blank read as no; what is not `known` stays without a value.
fn tick_blanks_as_no(flags: &ArrayRef, known: impl Fn(usize) -> bool) -> ArrayRef {
    let flags = flags.as_primitive::<Int32Type>().iter().enumerate();
    Arc::new(flags.map(|(row, flag)| flag.or_else(|| known(row).then_some(0))).collect::<Int32Array>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blank_is_no(cells: &[&str]) -> bool {
        TickStyle::of(&ColumnCells::Units(cells.iter().map(|&c| (!c.is_empty()).then_some(c)).collect()))
            .blank_is_no()
    }

    #[test]
    fn only_ticks_make_blanks_a_no() {
        assert!(blank_is_no(&["√", "", "✓"]));
        assert!(blank_is_no(&["", " √ ", "/"]));
        assert!(!blank_is_no(&["", ""]), "nobody is ticked: the column may not be kept at all");
        assert!(!blank_is_no(&["是", ""]));
        assert!(!blank_is_no(&["√", "×", ""]));
        assert!(!blank_is_no(&["√", "无", ""]));
        assert!(!blank_is_no(&["√", "看情况", ""]));
    }

    #[test]
    fn rows_read_apart_count_together() {
        let mut marks = TickStyle::of(&ColumnCells::Units(vec![Some("√"), None]));
        marks.join(TickStyle::of(&ColumnCells::Units(vec![None])));
        assert!(marks.blank_is_no());
        marks.join(TickStyle::of(&ColumnCells::Units(vec![Some("否")])));
        assert!(!marks.blank_is_no());
        let flags: ArrayRef = Arc::new(Int32Array::from(vec![Some(1), None]));
        let read = tick_blanks_as_no(&flags, |_| true);
        assert_eq!(read.as_primitive::<Int32Type>().values(), &[1, 0]);
        let read = tick_blanks_as_no(&flags, |row| row != 1);
        assert_eq!(read.as_primitive::<Int32Type>().iter().collect::<Vec<_>>(), [Some(1), None]);
    }
}
