//! Cells that are filled and not known: neither a value nor a blank.

use std::collections::BTreeMap;
use std::ops::Range;

/// Which cells of a source's records are unknown, by column and position of the record.
///
/// A null in a loaded column that is not named here is a blank: the department says that there is nothing. A
/// source without unknown cells costs nothing; each unknown cell costs four bytes, and a column that a whole table
/// lacks eight (docs/adr/0012).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UnknownCells {
    /// Canonical name of a column → positions of records, ascending; no column without any.
    columns: BTreeMap<String, Vec<u32>>,
    /// Canonical name of a column → records of tables that do not have it, ascending, apart and not empty; no
    /// column without any.
    absent: BTreeMap<String, Vec<Range<u32>>>,
}

impl UnknownCells {
    /// True if every cell is known or blank.
    pub fn is_empty(&self) -> bool {
        self.columns.is_empty() && self.absent.is_empty()
    }
    /// Columns with unknown cells and the positions of their records, by name; records whose whole table lacks the
    /// column are in [`Self::absent`] alone.
    pub fn columns(&self) -> impl Iterator<Item = (&str, &[u32])> {
        self.columns.iter().map(|(name, records)| (name.as_str(), records.as_slice()))
    }
    /// Positions of the records whose cell of `column` is filled and unknown, ascending.
    pub fn records(&self, column: &str) -> &[u32] {
        self.columns.get(column).map_or(&[], Vec::as_slice)
    }
    /// Records whose table does not have `column`, which is unknown for all of them: ranges of positions, ascending
    /// and apart.
    pub fn absent(&self, column: &str) -> &[Range<u32>] {
        self.absent.get(column).map_or(&[], Vec::as_slice)
    }
    /// Columns that some table lacks, with the ranges of its records, by name.
    pub fn absent_columns(&self) -> impl Iterator<Item = (&str, &[Range<u32>])> {
        self.absent.iter().map(|(name, ranges)| (name.as_str(), ranges.as_slice()))
    }
    /// Is the cell of `column` of the record at `position` unknown, be it that its table lacks the column?
    pub fn is_unknown(&self, column: &str, position: usize) -> bool {
        let Ok(position) = u32::try_from(position) else { return false };
        let ranges = self.absent(column);
        let at = ranges.partition_point(|range| range.end <= position);
        ranges.get(at).is_some_and(|range| range.contains(&position))
            || self.records(column).binary_search(&position).is_ok()
    }
    /// Adds cells of records behind all that were added for the column before.
    pub(super) fn append(&mut self, column: &str, records: impl IntoIterator<Item = u32>) {
        let mut records = records.into_iter().peekable();
        if records.peek().is_some() {
            self.columns.entry(column.to_owned()).or_default().extend(records);
        }
    }
    /// Adds the records of a table without the column, behind all that were added for the column before.
    pub(super) fn append_absent(&mut self, column: &str, records: Range<u32>) {
        if records.is_empty() {
            return;
        }
        let ranges = self.absent.entry(column.to_owned()).or_default();
        match ranges.last_mut() {
            Some(last) if last.end == records.start => last.end = records.end,
            _ => ranges.push(records),
        }
    }
    /// Adds cells of any records.
    pub(crate) fn insert(&mut self, column: &str, records: &[u32]) {
        if records.is_empty() {
            return;
        }
        let all = self.columns.entry(column.to_owned()).or_default();
        all.extend(records);
        all.sort_unstable();
        all.dedup();
    }
    /// Takes out the cells of some records, ascending.
    pub(super) fn take(&mut self, column: &str, records: &[u32]) {
        if let Some(cells) = self.columns.get_mut(column) {
            cells.retain(|cell| records.binary_search(cell).is_err());
        }
        self.columns.retain(|_, cells| !cells.is_empty());
    }
    /// Takes out all cells of a column.
    pub(super) fn remove(&mut self, column: &str) {
        self.absent.remove(column);
        self.columns.remove(column);
    }
    /// Follows the records when those are taken out for which `keep` says no.
    pub(super) fn retain(&mut self, keep: &[bool]) {
        if self.is_empty() {
            return;
        }
        let moved = positions_among_kept(keep);
        let kept_before =
            |end: u32| moved.get(end as usize).copied().unwrap_or_else(|| kept_records(keep, &moved));
        for ranges in self.absent.values_mut() {
            ranges.iter_mut().for_each(|range| *range = kept_before(range.start)..kept_before(range.end));
            ranges.retain(|range| !range.is_empty());
        }
        self.absent.retain(|_, ranges| !ranges.is_empty());
        self.columns.retain(|_, records| {
            records.retain(|&record| keep[record as usize]);
            records.iter_mut().for_each(|record| *record = moved[*record as usize]);
            !records.is_empty()
        });
    }
}

/// How many records are kept, given how many are before each.
fn kept_records(keep: &[bool], moved: &[u32]) -> u32 {
    moved.last().map_or(0, |before| before + u32::from(keep.last().copied().unwrap_or(false)))
}

/// For each record how many are kept before it: its position, if it is kept itself.
pub(super) fn positions_among_kept(keep: &[bool]) -> Vec<u32> {
    let kept_before = |next: &mut u32, &kept: &bool| Some(std::mem::replace(next, *next + u32::from(kept)));
    keep.iter().scan(0, kept_before).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_cells_follow_their_records() {
        let mut unknown = UnknownCells::default();
        unknown.append("name", [0, 2, 5]);
        unknown.append("sex", [1]);
        unknown.append("village", []);
        assert_eq!(unknown.columns().count(), 2);
        unknown.retain(&[true, false, true, true, false, true]);
        assert_eq!(unknown.records("name"), [0, 1, 3]);
        assert!(unknown.is_unknown("name", 3) && !unknown.is_unknown("name", 2));
        assert!(unknown.records("sex").is_empty() && unknown.columns().count() == 1);
        unknown.insert("name", &[2, 3]);
        assert_eq!(unknown.records("name"), [0, 1, 2, 3]);
        unknown.retain(&[false; 4]);
        assert!(unknown.is_empty());
    }

    #[test]
    fn tables_without_a_column_are_ranges_that_follow_their_records() {
        let mut unknown = UnknownCells::default();
        unknown.append_absent("status", 2..4);
        unknown.append_absent("status", 4..4);
        unknown.append_absent("status", 4..5);
        unknown.append_absent("status", 7..9);
        unknown.append_absent("sex", 0..1);
        assert_eq!(unknown.absent("status"), [2..5, 7..9], "neighbours are one range");
        let of = |unknown: &UnknownCells| -> Vec<usize> {
            (0..10).filter(|at| unknown.is_unknown("status", *at)).collect()
        };
        assert_eq!(of(&unknown), [2, 3, 4, 7, 8]);
        assert!(unknown.records("status").is_empty() && !unknown.is_empty());
        unknown.retain(&[false, true, true, false, true, true, true, false, true]);
        assert_eq!(unknown.absent("status"), [1..3, 5..6]);
        assert_eq!(of(&unknown), [1, 2, 5]);
        assert_eq!(unknown.absent_columns().count(), 1);
    }
}
