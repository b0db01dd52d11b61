//! Lines of a text, counted by their line ends alone. What the reader of delimited text says it consumed
//! is held against this: it shares no code with it, and knows neither quotes nor cells.

use memchr::memchr_iter;

/// Counts lines block by block.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct LineCounter {
    line_feeds: u64,
    returns: u64,
    /// Returns that a line feed follows: the two are one line end.
    pairs: u64,
    last: Option<u8>,
}

impl LineCounter {
    /// Goes on with the next bytes of the text.
    pub(super) fn block(&mut self, block: &[u8]) {
        let Some(&last) = block.last() else { return };
        self.pairs += u64::from(self.last == Some(b'\r') && block[0] == b'\n');
        self.line_feeds += memchr_iter(b'\n', block).count() as u64;
        let returns = memchr_iter(b'\r', block).count() as u64;
        if returns > 0 {
            let paired = memchr_iter(b'\r', block).filter(|at| block.get(at + 1) == Some(&b'\n')).count();
            (self.returns, self.pairs) = (self.returns + returns, self.pairs + paired as u64);
        }
        self.last = Some(last);
    }
    /// Lines of the text; what follows the last line end is one if it is anything.
    pub(super) fn lines(&self) -> u64 {
        let ended = matches!(self.last, None | Some(b'\n' | b'\r'));
        self.line_feeds + self.returns - self.pairs + u64::from(!ended)
    }
    /// Line feeds, with a return before them or not.
    pub(super) fn line_feeds(&self) -> u64 {
        self.line_feeds
    }
    /// Returns that no line feed follows.
    pub(super) fn lone_returns(&self) -> u64 {
        self.returns - self.pairs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_line_end_in_blocks_of_any_size() {
        for (text, lines, lone) in [
            ("", 0, 0),
            ("a", 1, 0),
            ("a\n", 1, 0),
            ("a\nb", 2, 0),
            ("a\r\nb\r\n", 2, 0),
            ("a\rb\r", 2, 2),
            ("a\r\r\nb", 3, 1),
            ("\n\r\r\n\n", 4, 1),
        ] {
            for size in 1..5 {
                let mut counter = LineCounter::default();
                text.as_bytes().chunks(size).for_each(|block| counter.block(block));
                assert_eq!((counter.lines(), counter.lone_returns()), (lines, lone), "{text:?} by {size}");
            }
        }
    }
}
