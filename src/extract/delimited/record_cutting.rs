//! A text is cut into records and cells.

use memchr::{memchr, memchr_iter};

use super::super::header::HEADER_DEPTH;
use super::super::table_limits::MAX_COLUMNS;

/// How cells are told apart.
#[derive(Debug, Clone, Copy)]
pub(super) struct CsvDialect {
    pub delimiter: u8,
    /// Do quotes mean anything?
    pub quoted: bool,
}

/// Cells of the rows that may hold the header.
pub(super) fn first_rows(body: &str, dialect: CsvDialect) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    let mut start = 0;
    let mut cells = Vec::new();
    while start < body.len() && rows.len() <= HEADER_DEPTH {
        let (end, next) = record_end(body.as_bytes(), start, dialect.quoted);
        cut_record_cells(&body[start..end], dialect, &mut cells);
        // A column more than can be read is enough to see that there are too many.
        rows.push(cells.iter().take(MAX_COLUMNS + 1).map(|c| c.text().trim().to_owned()).collect());
        start = next;
    }
    rows
}

/// End of the record that begins at `start` (without its line break), and start of the next.
pub(super) fn record_end(body: &[u8], start: usize, quoted: bool) -> (usize, usize) {
    let mut from = start;
    let mut inside = false;
    loop {
        let Some(length) = memchr(b'\n', &body[from..]) else { return (body.len(), body.len()) };
        let newline = from + length;
        if quoted {
            inside ^= memchr_iter(b'"', &body[from..newline]).count() % 2 == 1;
        }
        if !inside {
            let end = if newline > start && body[newline - 1] == b'\r' { newline - 1 } else { newline };
            return (end, newline + 1);
        }
        from = newline + 1;
    }
}

/// A cell as it lies in the text, or rewritten where quotes were doubled.
pub(super) enum CellText<'a> {
    Plain(&'a str),
    Unquoted(String),
}

impl CellText<'_> {
    /// Its text.
    fn text(&self) -> &str {
        match self {
            Self::Plain(text) => text,
            Self::Unquoted(text) => text,
        }
    }
}

impl AsRef<str> for CellText<'_> {
    fn as_ref(&self) -> &str {
        self.text()
    }
}

/// Cuts a record into cells.
fn cut_record_cells<'a>(record: &'a str, dialect: CsvDialect, cells: &mut Vec<CellText<'a>>) {
    cells.clear();
    if !dialect.quoted || memchr(b'"', record.as_bytes()).is_none() {
        let mut start = 0;
        for comma in memchr_iter(dialect.delimiter, record.as_bytes()) {
            cells.push(CellText::Plain(&record[start..comma]));
            start = comma + 1;
        }
        cells.push(CellText::Plain(&record[start..]));
        return;
    }
    let delimiter = dialect.delimiter as char;
    let mut cell = String::new();
    let mut inside = false;
    let mut chars = record.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if inside && chars.peek() == Some(&'"') => {
                chars.next();
                cell.push('"');
            }
            '"' if inside => inside = false,
            '"' if cell.trim().is_empty() => {
                cell.clear();
                inside = true;
            }
            _ if c == delimiter && !inside => cells.push(CellText::Unquoted(std::mem::take(&mut cell))),
            _ => cell.push(c),
        }
    }
    cells.push(CellText::Unquoted(cell));
}

/// Gives `each` the records of a piece and their cells.
pub(super) fn cut_records<'a>(
    piece: &'a str,
    dialect: CsvDialect,
    mut each: impl FnMut(&'a str, &[CellText<'a>]),
) {
    let bytes = piece.as_bytes();
    let mut cells = Vec::new();
    if dialect.quoted && memchr(b'"', bytes).is_some() {
        let mut start = 0;
        while start < piece.len() {
            let (end, next) = record_end(bytes, start, true);
            cut_record_cells(&piece[start..end], dialect, &mut cells);
            each(&piece[start..end], &cells);
            start = next;
        }
        return;
    }
    let (mut record, mut cell) = (0, 0);
    find_cutting_bytes(bytes, [dialect.delimiter, b'\n'], |at| {
        if bytes[at] != b'\n' {
            cells.push(CellText::Plain(&piece[cell..at]));
            cell = at + 1;
            return;
        }
        let end = if at > record && bytes[at - 1] == b'\r' { at - 1 } else { at };
        cells.push(CellText::Plain(&piece[cell..end]));
        each(&piece[record..end], &cells);
        cells.clear();
        (record, cell) = (at + 1, at + 1);
    });
    if record < piece.len() {
        cells.push(CellText::Plain(&piece[cell..]));
        each(&piece[record..], &cells);
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
