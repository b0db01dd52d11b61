//! The cells of a record, its quotes taken one way or the other.
//!
//! A quote opens a cell at its beginning only, blanks before it aside. It closes it before a delimiter or a
//! line end only, blanks behind it aside; two in a row stand for one. Where quotes close does not depend on
//! where a cell begins, but for quotes right behind the opening one: so what was found once serves all
//! openings before it, and a text of stray quotes is searched once.

use std::borrow::Cow;

use memchr::memchr;

use super::record_cutting::{CsvDialect, Line, LineEnds, REACH_LINES, count_plain_cells};

/// Bytes among which a cell that goes on in the next line must end: more than a spreadsheet's longest cell.
const REACH: usize = 128 << 10;

/// More of the text must be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Incomplete;

/// Where a cell lies in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct CellSpan {
    from: usize,
    to: usize,
    /// Was it enclosed in quotes?
    quoted: bool,
}

impl CellSpan {
    /// Do quotes enclose a line that lies here, and the ends of the lines around it?
    pub(super) fn holds(self, from: usize, to: usize) -> bool {
        self.quoted && self.from < from && to < self.to
    }
    /// What it holds of a line in which its quotes close, having opened above.
    pub(super) fn part_of_line(self, text: &str, (from, end): (usize, usize)) -> Option<&str> {
        (self.quoted && self.from < from && from <= self.to && self.to < end).then(|| &text[from..self.to])
    }
    /// Its text, with quotes that are doubled written once.
    pub(super) fn text(self, text: &str) -> Cow<'_, str> {
        let cell = &text[self.from..self.to];
        if self.quoted && memchr(b'"', cell.as_bytes()).is_some() {
            return cell.replace("\"\"", "\"").into();
        }
        Cow::Borrowed(cell)
    }
}

/// How a record was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reading {
    /// The line it ends with.
    pub line: Line,
    pub lines: u32,
    /// Openings without a closing quote; they were taken for characters.
    pub unclosed: usize,
    /// A quote within a quoted cell is not doubled.
    pub irregular: bool,
}

/// A closing quote searched for: none from `from` to before `to`; `found` lies at `to`.
#[derive(Debug, Clone, Copy, Default)]
struct Searched {
    from: usize,
    to: usize,
    found: bool,
}

/// Reads cells from a text.
pub(super) struct CellReader<'a> {
    bytes: &'a [u8],
    dialect: CsvDialect,
    open: bool,
    searched: Searched,
    scratch: Vec<CellSpan>,
}

impl<'a> CellReader<'a> {
    pub(super) fn new(bytes: &'a [u8], dialect: CsvDialect, open: bool) -> Self {
        Self { bytes, dialect, open, searched: Searched::default(), scratch: Vec::new() }
    }
    pub(super) fn delimiter(&self) -> u8 {
        self.dialect.delimiter
    }
    /// The line that begins at `start`.
    pub(super) fn line(&self, start: usize) -> Line {
        self.dialect.ends.line(self.bytes, start)
    }
    /// Does a return without a line feed end this line, in a text that has line feeds?
    pub(super) fn lone_return(&self, line: Line) -> bool {
        self.dialect.ends == LineEnds::Both && line.next == line.end + 1 && self.bytes[line.end] == b'\r'
    }
    /// Does a line hold nothing but blanks?
    pub(super) fn blank(&self, start: usize, line: Line) -> bool {
        self.skip_blanks(start, line.end) == line.end
    }
    /// How many cells a line has by itself.
    pub(super) fn count(&mut self, start: usize, line: Line) -> usize {
        if memchr(b'"', &self.bytes[start..line.end]).is_none() {
            return count_plain_cells(&self.bytes[start..line.end], self.dialect.delimiter);
        }
        let mut scratch = std::mem::take(&mut self.scratch);
        self.read_line(start, line, false, &mut scratch);
        self.scratch = scratch;
        self.scratch.len()
    }

    /// Reads a line as a record of its own. `strict`: quotes enclose something only if all in it are doubled.
    pub(super) fn read_line(
        &mut self,
        start: usize,
        line: Line,
        strict: bool,
        out: &mut Vec<CellSpan>,
    ) -> Reading {
        // Without openings to go on with nothing beyond the line is asked for.
        self.read(start, line, strict, usize::MAX, out).unwrap_or(Reading {
            line,
            lines: 1,
            unclosed: 0,
            irregular: true,
        })
    }
    /// Reads a record that begins in a line; openings without a closing quote there, but for the first
    /// `literal`, may be closed in lines below.
    pub(super) fn read_lines(
        &mut self,
        start: usize,
        line: Line,
        literal: usize,
        out: &mut Vec<CellSpan>,
    ) -> Result<Reading, Incomplete> {
        self.read(start, line, false, literal, out)
    }

    fn read(
        &mut self,
        start: usize,
        line: Line,
        strict: bool,
        literal: usize,
        out: &mut Vec<CellSpan>,
    ) -> Result<Reading, Incomplete> {
        out.clear();
        let delimiter = self.dialect.delimiter;
        let mut reading = Reading { line, lines: 1, unclosed: 0, irregular: false };
        if memchr(b'"', &self.bytes[start..line.end]).is_none() {
            let mut from = start;
            for length in memchr::memchr_iter(delimiter, &self.bytes[start..line.end]) {
                out.push(CellSpan { from, to: start + length, quoted: false });
                from = start + length + 1;
            }
            out.push(CellSpan { from, to: line.end, quoted: false });
            return Ok(reading);
        }
        let mut at = start;
        loop {
            let end = reading.line.end;
            let quote = self.skip_blanks(at, end);
            let mut span = None;
            if quote < end && self.bytes[quote] == b'"' {
                let inside = self.closing(quote, end)?.filter(|&closing| closing < end);
                let closing = match inside {
                    None if reading.unclosed >= literal => self.beyond(quote, &mut reading)?,
                    None => None,
                    inside => inside,
                };
                match closing {
                    None => reading.unclosed += 1,
                    Some(closing) => {
                        let irregular = !self.doubled(quote + 1, closing);
                        reading.irregular |= irregular;
                        if !(strict && irregular) {
                            span = Some(CellSpan { from: quote + 1, to: closing, quoted: true });
                        }
                    }
                }
            }
            let end = reading.line.end;
            let span = span.unwrap_or_else(|| {
                let to = memchr(delimiter, &self.bytes[at..end]).map_or(end, |length| at + length);
                CellSpan { from: at, to, quoted: false }
            });
            out.push(span);
            at = if span.quoted { self.skip_blanks(span.to + 1, end) } else { span.to };
            if at >= end {
                return Ok(reading);
            }
            at += 1;
        }
    }

    /// The closing quote of a cell that the quote at `quote` opens, if it lies in a later line that is not
    /// too far away; the reading goes on there.
    fn beyond(&mut self, quote: usize, reading: &mut Reading) -> Result<Option<usize>, Incomplete> {
        let Some(closing) = self.closing(quote, quote + REACH)? else { return Ok(None) };
        let (mut line, mut lines) = (reading.line, reading.lines);
        while line.end < closing {
            line = self.line(line.next);
            lines += 1;
            if lines as usize > REACH_LINES {
                return Ok(None);
            }
        }
        (reading.line, reading.lines) = (line, lines);
        Ok(Some(closing))
    }

    /// The quote that closes what the one at `quote` opens, looked for before `limit` or a little further.
    fn closing(&mut self, quote: usize, limit: usize) -> Result<Option<usize>, Incomplete> {
        // Quotes right behind the opening one belong to the same row of quotes.
        let behind = self.run_end(quote);
        if (behind - quote).is_multiple_of(2) && self.ends_cell(behind) {
            return Ok(Some(behind - 1));
        }
        let mut searched = self.searched;
        let known = searched.from <= behind && behind <= searched.to;
        if !known {
            searched = Searched { from: behind, to: behind, found: false };
        }
        while !searched.found && searched.to < limit.min(self.bytes.len()) {
            let until = limit.min(self.bytes.len());
            let Some(length) = memchr(b'"', &self.bytes[searched.to..until]) else {
                searched.to = until;
                break;
            };
            let first = searched.to + length;
            let end = self.run_end(first);
            searched.found = !(end - first).is_multiple_of(2) && self.ends_cell(end);
            searched.to = if searched.found { end - 1 } else { end };
        }
        self.searched = searched;
        if searched.found {
            return Ok((searched.to < limit).then_some(searched.to));
        }
        // A line lies here whole; what is beyond it may not.
        if self.open && limit > self.bytes.len() { Err(Incomplete) } else { Ok(None) }
    }
    fn run_end(&self, quote: usize) -> usize {
        self.bytes[quote..].iter().position(|&byte| byte != b'"').map_or(self.bytes.len(), |n| quote + n)
    }
    /// Does a cell end here, blanks aside?
    fn ends_cell(&self, at: usize) -> bool {
        let at = self.skip_blanks(at, self.bytes.len());
        self.bytes
            .get(at)
            .is_none_or(|&byte| byte == self.dialect.delimiter || byte == b'\n' || byte == b'\r')
    }
    /// Are all quotes here doubled?
    fn doubled(&self, from: usize, to: usize) -> bool {
        let mut at = from;
        while let Some(length) = memchr(b'"', &self.bytes[at..to]) {
            let first = at + length;
            at = self.run_end(first).min(to);
            if !(at - first).is_multiple_of(2) {
                return false;
            }
        }
        true
    }
    /// First byte from `at` on that begins no blank; a byte order mark is one where texts were put together.
    fn skip_blanks(&self, mut at: usize, end: usize) -> usize {
        while at < end {
            at += match self.bytes[at..end] {
                [b' ', ..] => 1,
                [b'\t', ..] if self.dialect.delimiter != b'\t' => 1,
                [0xEF, 0xBB, 0xBF, ..] | [0xE3, 0x80, 0x80, ..] | [0xE2, 0x80, 0x8B, ..] => 3,
                [0xC2, 0xA0, ..] => 2,
                _ => break,
            };
        }
        at
    }
}
