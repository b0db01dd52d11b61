//! Cells that are filled and not known: neither a value nor a blank.

use std::collections::BTreeMap;

/// Which cells of a source's records are unknown, by column and position of the record.
///
/// A null in a loaded column that is not named here is a blank: the department says that there is nothing. A
/// source without unknown cells costs nothing; each unknown cell costs four bytes (docs/adr/0012).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UnknownCells {
    /// Canonical name of a column → positions of records, ascending; no column without any.
    columns: BTreeMap<String, Vec<u32>>,
}

impl UnknownCells {
    /// True if every cell is known or blank.
    pub fn is_empty(&self) -> bool {
        self.columns.is_empty()
    }
    /// Columns with unknown cells and the positions of their records, by name.
    pub fn columns(&self) -> impl Iterator<Item = (&str, &[u32])> {
        self.columns.iter().map(|(name, records)| (name.as_str(), records.as_slice()))
    }
    /// Positions of the records whose cell of `column` is unknown, ascending.
    pub fn records(&self, column: &str) -> &[u32] {
        self.columns.get(column).map_or(&[], Vec::as_slice)
    }
    /// Is the cell of `column` of the record at `position` unknown?
    pub fn is_unknown(&self, column: &str, position: usize) -> bool {
        u32::try_from(position).is_ok_and(|position| self.records(column).binary_search(&position).is_ok())
    }
    /// Adds cells of records behind all that were added for the column before.
    pub(super) fn append(&mut self, column: &str, records: impl IntoIterator<Item = u32>) {
        let mut records = records.into_iter().peekable();
        if records.peek().is_some() {
            self.columns.entry(column.to_owned()).or_default().extend(records);
        }
    }
    /// Adds cells of any records.
    pub(super) fn insert(&mut self, column: &str, records: &[u32]) {
        if records.is_empty() {
            return;
        }
        let all = self.columns.entry(column.to_owned()).or_default();
        all.extend(records);
        all.sort_unstable();
        all.dedup();
    }
    /// Takes out all cells of a column.
    pub(super) fn remove(&mut self, column: &str) {
        self.columns.remove(column);
    }
    /// Follows the records when those are taken out for which `keep` says no.
    pub(super) fn retain(&mut self, keep: &[bool]) {
        if self.is_empty() {
            return;
        }
        let moved = positions_among_kept(keep);
        self.columns.retain(|_, records| {
            records.retain(|&record| keep[record as usize]);
            records.iter_mut().for_each(|record| *record = moved[*record as usize]);
            !records.is_empty()
        });
    }
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
}
