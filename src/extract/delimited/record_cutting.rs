//! A text is cut into records and cells, by the rule that [`super`] states.

use std::borrow::Cow;

use memchr::{memchr, memchr_iter, memchr2};

use super::cell_reading::{CellReader, CellSpan, Incomplete, Reading};
use super::record_widths::RecordWidths;

/// Lines that a record may lie over.
pub(super) const REACH_LINES: usize = 200;
/// Lines that are good records by themselves, enough to tell that a quote before them encloses nothing.
const GOOD_LINES: usize = 8;
/// Lines of one record of which it is asked whether a record begins with them: each may be as long.
pub(super) const BEGUN: usize = 8;
/// Openings of one line that may be the one whose cell goes on in the next.
const OPENINGS: usize = 4;

/// How lines end, and how cells are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct CsvDialect {
    /// An ASCII character.
    pub delimiter: u8,
    pub ends: LineEnds,
}

/// What ends the lines of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LineEnds {
    /// Line feeds, with or without a return before them.
    LineFeed,
    /// Returns; the text has no line feed.
    Return,
    /// Both, each alone or together.
    Both,
}

/// A line: where it ends, and where the next begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Line {
    pub end: usize,
    pub next: usize,
}

impl LineEnds {
    /// The line that begins at `start`.
    pub(super) fn line(self, bytes: &[u8], start: usize) -> Line {
        let found = match self {
            Self::LineFeed => memchr(b'\n', &bytes[start..]),
            Self::Return => memchr(b'\r', &bytes[start..]),
            Self::Both => memchr2(b'\n', b'\r', &bytes[start..]),
        };
        let Some(length) = found else { return Line { end: bytes.len(), next: bytes.len() } };
        let at = start + length;
        match self {
            Self::LineFeed if at > start && bytes[at - 1] == b'\r' => Line { end: at - 1, next: at + 1 },
            Self::Both if bytes[at] == b'\r' && bytes.get(at + 1) == Some(&b'\n') => {
                Line { end: at, next: at + 2 }
            }
            _ => Line { end: at, next: at + 1 },
        }
    }
    /// Lines of `bytes`, each with its beginning.
    pub(super) fn lines(self, bytes: &[u8]) -> impl Iterator<Item = (usize, Line)> {
        let mut start = 0;
        std::iter::from_fn(move || {
            let line = (start < bytes.len()).then(|| self.line(bytes, start))?;
            Some((std::mem::replace(&mut start, line.next), line))
        })
    }
}

/// A record as it was cut.
pub(super) struct CutRecord<'a> {
    pub text: &'a str,
    /// Lines it lies over.
    pub lines: u32,
    pub quotes: QuoteVerdict,
}

/// What is to be said of a record's quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum QuoteVerdict {
    /// Nothing.
    Fine,
    /// Some enclose nothing and are characters; the record has as many cells as others.
    Stray,
    /// They do not pair up, and it has not as many cells as others.
    Unpaired,
    /// It has not as many cells as others, and a quote above it may enclose it.
    Fragment,
}

/// Where the reading of a piece ends: lines of the next pieces that are consumed already, and lines from
/// there on that a quote may enclose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct CarriedLines {
    pub consumed: u64,
    pub doubtful: u64,
}

/// Cuts a text into records.
pub(super) struct RecordCutter<'a> {
    text: &'a str,
    cells: CellReader<'a>,
    widths: RecordWidths,
    /// Lines that begin before this may be parts of a record that is not believed.
    doubtful: usize,
    spans: Vec<CellSpan>,
    other: Vec<CellSpan>,
}

impl<'a> RecordCutter<'a> {
    /// `open`: the text goes on, though not here.
    pub(super) fn new(text: &'a str, dialect: CsvDialect, widths: RecordWidths, open: bool) -> Self {
        let cells = CellReader::new(text.as_bytes(), dialect, open);
        Self { text, cells, widths, doubtful: 0, spans: Vec::new(), other: Vec::new() }
    }

    /// The record that begins at `start`, its cells in `cells`, and where the next one begins.
    pub(super) fn record(
        &mut self,
        start: usize,
        cells: &mut Vec<Cow<'a, str>>,
    ) -> Result<(CutRecord<'a>, usize), Incomplete> {
        let (reading, quotes) = self.decide(start)?;
        cells.clear();
        cells.extend(self.spans.iter().map(|span| span.text(self.text)));
        let record = CutRecord { text: &self.text[start..reading.line.end], lines: reading.lines, quotes };
        Ok((record, reading.line.next))
    }

    /// Reads the record that begins at `start` into `spans`.
    fn decide(&mut self, start: usize) -> Result<(Reading, QuoteVerdict), Incomplete> {
        let line = self.cells.line(start);
        let plain = self.cells.read_line(start, line, false, &mut self.spans);
        if plain.unclosed == 0 && !plain.irregular {
            if let Some(joined) = self.join_over_returns(start, line) {
                return Ok((joined, QuoteVerdict::Fine));
            }
            return Ok((plain, self.fine_or_fragment(start)));
        }
        for literal in 0..plain.unclosed.min(OPENINGS) {
            let long = self.cells.read_lines(start, line, literal, &mut self.other)?;
            if long.lines < 2 {
                continue;
            }
            match self.judge(start, long)? {
                LongRecord::Believed => {
                    std::mem::swap(&mut self.spans, &mut self.other);
                    return Ok((long, self.fine_or_fragment(start)));
                }
                LongRecord::Records => {}
                LongRecord::Doubtful => self.doubtful = self.doubtful.max(long.line.next),
            }
        }
        if !self.widths.known() || self.widths.fit(self.spans.len()) {
            return Ok((plain, QuoteVerdict::Stray));
        }
        // Quotes that enclose something only where all in it is doubled.
        let strict = self.cells.read_line(start, line, true, &mut self.other);
        if self.widths.fit(self.other.len()) {
            std::mem::swap(&mut self.spans, &mut self.other);
            return Ok((strict, QuoteVerdict::Stray));
        }
        Ok((plain, QuoteVerdict::Unpaired))
    }

    /// The verdict on a record with nothing wrong in itself.
    fn fine_or_fragment(&self, start: usize) -> QuoteVerdict {
        let fragment = start < self.doubtful && !self.widths.fit(self.spans.len());
        if fragment { QuoteVerdict::Fragment } else { QuoteVerdict::Fine }
    }

    /// Is a record over several lines, its cells in `other`, one?
    fn judge(&mut self, start: usize, long: Reading) -> Result<LongRecord, Incomplete> {
        let cells = self.other.len();
        if self.widths.high == 1 {
            return Ok(if long.irregular { LongRecord::Records } else { LongRecord::Believed });
        }
        let (mut good, mut lines, mut swallowed) = (0, 0, false);
        // Does the first line have the cells of a record by itself, or more, and is the last one a record? Is any in
        // which quotes close one, beginning with a filled cell?
        let (mut first_is_full, mut last_fits, mut row_begins) = (false, false, false);
        let mut begun = 0;
        let mut at = start;
        while at < long.line.next {
            let line = self.cells.line(at);
            let count = self.cells.count(at, line);
            let fits = match self.widths.known() {
                true => self.widths.fit(count),
                false => count >= cells,
            };
            good += usize::from(fits);
            first_is_full |= at == start && count >= self.widths.low;
            last_fits = fits;
            let mut parts = self.other.iter().filter_map(|cell| cell.part_of_line(self.text, (at, line.end)));
            if self.widths.known() && parts.any(|part| self.begins_with_cell(part)) {
                begun += 1;
                row_begins |= fits || begun <= BEGUN && self.begins_record(at, line, long.line.next)?;
            }
            // A line that a cell holds whole.
            swallowed |= fits && self.other.iter().any(|cell| cell.holds(at, line.end));
            lines += usize::from(!self.cells.blank(at, line));
            if good >= GOOD_LINES {
                return Ok(LongRecord::Records);
            }
            at = line.next;
        }
        if good * 2 > lines {
            return Ok(LongRecord::Records);
        }
        // Between a quote too many and one of the next row there is one that is not doubled.
        let looks_like_rows = row_begins || self.widths.known() && first_is_full && last_fits;
        let believed = !(long.irregular || swallowed || looks_like_rows)
            && (!self.widths.known() || self.widths.fit(cells) || good == 0 && cells <= self.widths.high);
        Ok(if believed { LongRecord::Believed } else { LongRecord::Doubtful })
    }

    /// Does a record over several lines begin at `start`, one as records of the table are, that ends before `end`?
    fn begins_record(&mut self, start: usize, line: Line, end: usize) -> Result<bool, Incomplete> {
        let mut spans = Vec::new();
        let record = self.cells.read_lines(start, line, 0, &mut spans)?;
        let sound = record.unclosed == 0 && !record.irregular && record.line.next <= end;
        Ok(sound && self.widths.fit(spans.len()))
    }

    /// Does a text hold a whole filled cell at its beginning, with the delimiter behind it?
    fn begins_with_cell(&self, text: &str) -> bool {
        let end = memchr(self.cells.delimiter(), text.as_bytes());
        end.is_some_and(|end| text.bytes().take(end).any(|byte| !matches!(byte, b' ' | b'\t')))
    }

    /// A return that no line feed follows may stand in a cell: if the lines around it are no records by
    /// themselves, but together are one.
    fn join_over_returns(&mut self, start: usize, line: Line) -> Option<Reading> {
        if !self.widths.known() || !self.cells.lone_return(line) {
            return None;
        }
        let mut all_fit = self.widths.fit(self.spans.len());
        let mut last = line;
        for lines in 2..20 {
            let (from, before) = (last.next, last);
            if !self.cells.lone_return(before) || from >= self.text.len() {
                return None;
            }
            last = self.cells.line(from);
            if self.cells.blank(from, last) {
                return None;
            }
            all_fit &= self.widths.fit(self.cells.count(from, last));
            if all_fit {
                return None;
            }
            let joined = self.cells.read_line(start, last, false, &mut self.other);
            if joined.unclosed > 0 || joined.irregular {
                return None;
            }
            if self.widths.fit(self.other.len()) {
                std::mem::swap(&mut self.spans, &mut self.other);
                return Some(Reading { lines, ..joined });
            }
        }
        None
    }
}

/// What a record over several lines turns out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LongRecord {
    /// One record.
    Believed,
    /// Its lines are records: the quotes are characters.
    Records,
    /// Neither can be said.
    Doubtful,
}

/// Gives `each` the records that begin in the first `own` bytes of a piece, and their cells. The rest is there
/// to be looked at; `open`: even more follows it.
///
/// # Errors
/// More of the text must be seen.
pub(super) fn cut_records<'a>(
    piece: &'a str,
    (own, open): (usize, bool),
    dialect: CsvDialect,
    widths: RecordWidths,
    carried: CarriedLines,
    mut each: impl FnMut(CutRecord<'a>, &[Cow<'a, str>]),
) -> Result<CarriedLines, Incomplete> {
    let bytes = piece.as_bytes();
    let mut start = 0;
    for at in 0..carried.consumed {
        if start >= own {
            let doubtful = carried.doubtful.saturating_sub(at);
            return Ok(CarriedLines { consumed: carried.consumed - at, doubtful });
        }
        start = dialect.ends.line(bytes, start).next;
    }
    let plain = dialect.ends != LineEnds::Both && carried.doubtful == 0;
    if plain && memchr(b'"', &bytes[..own]).is_none() {
        cut_plain_records(&piece[start..own], dialect, each);
        return Ok(CarriedLines::default());
    }
    let mut cutter = RecordCutter::new(piece, dialect, widths, open);
    let mut at = 0;
    for _ in 0..carried.doubtful {
        if at >= own {
            break;
        }
        at = dialect.ends.line(bytes, at).next;
        cutter.doubtful = at;
    }
    let doubtful_lines = dialect.ends.lines(&bytes[..at]).count() as u64;
    let mut cells = Vec::new();
    while start < own {
        let (record, next) = cutter.record(start, &mut cells)?;
        each(record, &cells);
        start = next;
    }
    let beyond = |end: usize| match end > own {
        true => dialect.ends.lines(&bytes[own..end]).count() as u64,
        false => 0,
    };
    let doubtful = beyond(cutter.doubtful).max(carried.doubtful - doubtful_lines);
    Ok(CarriedLines { consumed: beyond(start), doubtful })
}

/// Records of a text without quotes: each line is one.
fn cut_plain_records<'a>(
    piece: &'a str,
    dialect: CsvDialect,
    mut each: impl FnMut(CutRecord<'a>, &[Cow<'a, str>]),
) {
    let bytes = piece.as_bytes();
    let mut cells = Vec::new();
    let record = |text| CutRecord { text, lines: 1, quotes: QuoteVerdict::Fine };
    let newline = if dialect.ends == LineEnds::Return { b'\r' } else { b'\n' };
    let (mut start, mut cell) = (0, 0);
    find_cutting_bytes(bytes, [dialect.delimiter, newline], |at| {
        if bytes[at] != newline {
            cells.push(Cow::Borrowed(&piece[cell..at]));
            cell = at + 1;
            return;
        }
        let end = if newline == b'\n' && at > start && bytes[at - 1] == b'\r' { at - 1 } else { at };
        cells.push(Cow::Borrowed(&piece[cell..end]));
        each(record(&piece[start..end]), &cells);
        cells.clear();
        (start, cell) = (at + 1, at + 1);
    });
    if start < piece.len() {
        cells.push(Cow::Borrowed(&piece[cell..]));
        each(record(&piece[start..]), &cells);
    }
}

/// Calls `found` with every place of one of two bytes, ascending. Eight bytes are looked at as one
/// number: cells are short, and a search for the end of each costs more than the cell.
fn find_cutting_bytes(bytes: &[u8], wanted: [u8; 2], mut found: impl FnMut(usize)) {
    const SEVEN: u64 = 0x7F7F_7F7F_7F7F_7F7F;
    let patterns = wanted.map(|byte| u64::from_ne_bytes([byte; 8]));
    // The highest bit of every byte that is zero.
    let zeros = |word: u64| !(((word & SEVEN) + SEVEN) | word | SEVEN);
    let (words, rest) = bytes.as_chunks::<8>();
    for (at, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let mut hits = zeros(word ^ patterns[0]) | zeros(word ^ patterns[1]);
        while hits != 0 {
            found(at * 8 + hits.trailing_zeros() as usize / 8);
            hits &= hits - 1;
        }
    }
    let from = words.len() * 8;
    rest.iter().enumerate().filter(|(_, byte)| wanted.contains(byte)).for_each(|(at, _)| found(from + at));
}

/// Cells of a line without quotes.
pub(super) fn count_plain_cells(line: &[u8], delimiter: u8) -> usize {
    memchr_iter(delimiter, line).count() + 1
}
