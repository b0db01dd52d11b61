//! How many cells the records of a table have: what tells a record from a part of one.

/// The numbers of cells that a whole record may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RecordWidths {
    /// The least; 0 as long as the header is not known.
    pub low: usize,
    /// The most.
    pub high: usize,
}

impl RecordWidths {
    /// What holds above the header.
    pub(super) const UNKNOWN: Self = Self { low: 0, high: usize::MAX };

    /// By the header's cells, and by those of lines below it that hold no quotes. Lines may all have a cell
    /// more than the header (a delimiter at their end), or end at their last filled cell.
    pub(super) fn of(header: usize, mut lines: Vec<usize>) -> Self {
        lines.retain(|&cells| cells * 3 >= header * 2);
        lines.sort_unstable();
        let most = lines.chunk_by(|a, b| a == b).max_by_key(|same| same.len()).map_or(header, |same| same[0]);
        let (mut low, high) = (header.min(most), header.max(most));
        let others = lines.iter().filter(|cells| !(low..=high).contains(cells)).count();
        if others * 5 >= lines.len().max(1)
            && let Some(&least) = lines.first()
        {
            low = low.min(least);
        }
        Self { low: low.max(1), high: high.max(1) }
    }
    /// Is the header known?
    pub(super) fn known(self) -> bool {
        self.low > 0
    }
    /// May a whole record have so many cells?
    pub(super) fn fit(self, cells: usize) -> bool {
        (self.low..=self.high).contains(&cells)
    }
}

/// Lines without quotes by which it is known how many cells every line has.
const UNIFORM_LINES: usize = 5;

/// The cells that every line has, if all that may be records have as many as the header at least; else 0.
/// `lines` are the cells of lines below the header, 0 where one holds quotes.
pub(super) fn cells_of_every_line(header: usize, lines: &[usize]) -> usize {
    let records = lines.iter().filter(|&&cells| cells * 3 >= header * 2);
    let (count, least) =
        records.fold((0, usize::MAX), |(count, least), &cells| (count + 1, cells.min(least)));
    if count >= UNIFORM_LINES && least >= header { header } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_header_and_the_lines_below_it() {
        for (header, lines, low, high) in [
            (10, vec![], 10, 10),
            (10, vec![10, 10, 3, 10], 10, 10),
            (10, vec![11, 11, 11], 10, 11),
            (10, vec![7, 8, 9, 10, 8, 10], 7, 10),
            (10, vec![10, 10, 10, 10, 10, 9], 10, 10),
            (0, vec![0, 1], 1, 1),
        ] {
            assert_eq!(RecordWidths::of(header, lines), RecordWidths { low, high });
        }
    }
}
