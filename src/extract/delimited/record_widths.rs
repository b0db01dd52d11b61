//! How many cells the records of a table have: what tells a record from a part of one.

/// Lines without quotes by which it is known how many cells every line has.
const UNIFORM_LINES: usize = 5;

/// The numbers of cells that a whole record may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RecordWidths {
    /// The least; 0 as long as the header is not known.
    pub low: usize,
    /// The most.
    pub high: usize,
    /// The header's, if all lines that may be records have as many at least; else 0.
    pub every: usize,
}

impl RecordWidths {
    /// What holds above the header.
    pub(super) const UNKNOWN: Self = Self { low: 0, high: usize::MAX, every: 0 };

    /// By the header's cells, and by those of lines below it, 0 where one holds quotes. Lines may all have a cell
    /// more than the header (a delimiter at their end), or end at their last filled cell.
    pub(super) fn of(header: usize, mut lines: Vec<usize>) -> Self {
        lines.retain(|&cells| cells * 3 >= header * 2);
        lines.sort_unstable();
        let uniform = lines.len() >= UNIFORM_LINES && lines.first().is_some_and(|&least| least >= header);
        let every = if uniform { header } else { 0 };
        let most = lines.chunk_by(|a, b| a == b).max_by_key(|same| same.len()).map_or(header, |same| same[0]);
        let (mut low, high) = (header.min(most), header.max(most));
        let others = lines.iter().filter(|cells| !(low..=high).contains(cells)).count();
        if others * 5 >= lines.len().max(1)
            && let Some(&least) = lines.first()
        {
            low = low.min(least);
        }
        Self { low: low.max(1), high: high.max(1), every }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_header_and_the_lines_below_it() {
        for (header, lines, low, high, every) in [
            (10, vec![], 10, 10, 0),
            (10, vec![10, 10, 3, 10], 10, 10, 0),
            (10, vec![11, 11, 11], 10, 11, 0),
            (10, vec![7, 8, 9, 10, 8, 10], 7, 10, 0),
            (10, vec![10, 10, 10, 10, 10, 9], 10, 10, 0),
            (10, vec![11, 10, 11, 0, 3, 11, 11], 10, 11, 10),
            (0, vec![0, 1], 1, 1, 0),
        ] {
            assert_eq!(RecordWidths::of(header, lines), RecordWidths { low, high, every });
        }
    }
}
