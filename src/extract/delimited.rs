//! Delimited text: decoded as a whole, cut at row ends, parsed in parallel.
//!
//! Rows are numbered as a spreadsheet numbers them: one per record, blank ones counted. A text
//! without quotes is cut at any line end; one with quotes only where an even number of them lies
//! before, so that a quoted line break stays inside its cell.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use memchr::{memchr, memchr_iter};
use rayon::prelude::*;

use super::assemble::{Assembler, Rare, trim};
use super::header::{HEADER_DEPTH, KnownHeaders};
use super::{FileIdentity, RawTable, RawTableInfo, RawTables, ReadOptions, SkipReason, text};
use crate::{Error, Result};

/// Bytes per piece; large enough to amortise, small enough to keep two cores busy.
const PIECE: usize = 8 << 20;

pub(super) fn open(bytes: Vec<u8>, identity: FileIdentity, options: &ReadOptions) -> Result<RawTables> {
    let decoded = text::decode(bytes, options.encoding);
    let body = decoded.text;
    // An odd number of quotes means that at least one opens nothing: then quotes mean nothing.
    let quotes = memchr_iter(b'"', body.as_bytes()).count();
    let dialects = [',', '\t', ';', '|'].map(|delimiter| Dialect {
        delimiter: delimiter as u8,
        quoted: quotes > 0 && quotes.is_multiple_of(2),
    });
    let known = KnownHeaders::new(options);
    let best = dialects
        .iter()
        .map(|d| (d, first_rows(&body, *d)))
        .map(|(d, rows)| (known.find(&rows), *d, rows))
        .max_by_key(|(found, d, _)| (found.as_ref().map_or(0, |f| f.hits), d.delimiter == b','));
    let Some((found, dialect, rows)) = best else {
        return Err(Error::internal("没有可试的分隔符"));
    };
    if rows.iter().all(|row| row.iter().all(|c| trim(c).is_empty())) && body.len() < PIECE {
        return Err(Error::input("文件里没有任何内容").hint("向提供部门重新索取,或确认导出是否成功"));
    }
    let found = match found {
        Some(found) => found,
        None => known.require(&rows)?,
    };
    let mut start = 0;
    for _ in 0..=found.last {
        start = record_end(body.as_bytes(), start, dialect).1;
    }
    let header_row = found.last as u32 + 1;
    let mut info = identity.info(found.headers, header_row);
    info.encoding = Some(decoded.encoding.to_owned());
    let skipped = (0..header_row)
        .map(|row| {
            (row + 1, if row as usize >= found.first { SkipReason::Header } else { SkipReason::Title })
        })
        .collect();
    let pieces = cut(body.as_bytes(), start, dialect);
    Ok(Box::new(Pieces {
        body,
        info: Arc::new(info),
        dialect,
        damaged: decoded.damaged,
        skipped,
        pieces: pieces.into_iter(),
        ready: Vec::new(),
        next_row: header_row + 1,
        delivered: false,
        leave_out: options.leave_out.clone(),
    }))
}

#[derive(Debug, Clone, Copy)]
struct Dialect {
    delimiter: u8,
    quoted: bool,
}

fn first_rows(body: &str, dialect: Dialect) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    let mut start = 0;
    let mut cells = Vec::new();
    while start < body.len() && rows.len() <= HEADER_DEPTH {
        let (end, next) = record_end(body.as_bytes(), start, dialect);
        split(&body[start..end], dialect, &mut cells);
        rows.push(cells.iter().map(|c| c.text().trim().to_owned()).collect());
        start = next;
    }
    rows
}

/// End of the record that begins at `start` (without its line break), and start of the next.
fn record_end(body: &[u8], start: usize, dialect: Dialect) -> (usize, usize) {
    let mut from = start;
    let mut inside = false;
    loop {
        let Some(length) = memchr(b'\n', &body[from..]) else { return (body.len(), body.len()) };
        let newline = from + length;
        if dialect.quoted {
            inside ^= memchr_iter(b'"', &body[from..newline]).count() % 2 == 1;
        }
        if !inside {
            let end = if newline > start && body[newline - 1] == b'\r' { newline - 1 } else { newline };
            return (end, newline + 1);
        }
        from = newline + 1;
    }
}

/// Cuts `body[start..]` into pieces that begin and end at record ends.
fn cut(body: &[u8], mut start: usize, dialect: Dialect) -> Vec<Range<usize>> {
    let mut pieces = Vec::new();
    while start < body.len() {
        let mut end = (start + PIECE).min(body.len());
        if end < body.len() {
            let mut inside = dialect.quoted && memchr_iter(b'"', &body[start..end]).count() % 2 == 1;
            while let Some(length) = memchr(b'\n', &body[end..]) {
                if dialect.quoted {
                    inside ^= memchr_iter(b'"', &body[end..end + length]).count() % 2 == 1;
                }
                end += length + 1;
                if !inside {
                    break;
                }
                if end == body.len() {
                    break;
                }
            }
            if inside || memchr(b'\n', &body[end - 1..end]).is_none() {
                end = body.len();
            }
        }
        pieces.push(start..end);
        start = end;
    }
    pieces
}

/// A cell as it lies in the text, or rewritten where quotes were doubled.
enum CellText<'a> {
    Plain(&'a str),
    Unquoted(String),
}

impl CellText<'_> {
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
fn split<'a>(record: &'a str, dialect: Dialect, cells: &mut Vec<CellText<'a>>) {
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

struct Pieces {
    body: String,
    info: Arc<RawTableInfo>,
    dialect: Dialect,
    damaged: bool,
    skipped: Vec<(u32, SkipReason)>,
    pieces: std::vec::IntoIter<Range<usize>>,
    ready: Vec<(RawTable, u32)>,
    next_row: u32,
    delivered: bool,
    leave_out: BTreeSet<String>,
}

impl Iterator for Pieces {
    type Item = Result<RawTable>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ready.is_empty() {
            let group: Vec<Range<usize>> =
                self.pieces.by_ref().take(rayon::current_num_threads().max(1)).collect();
            let this = &*self;
            let ready = group.into_par_iter().map(|piece| this.parse(piece)).collect();
            self.ready = ready;
            self.ready.reverse();
        }
        let Some((mut table, records)) = self.ready.pop() else {
            // A header without data still is a table: its totals are zero, not unknown.
            if self.delivered {
                return None;
            }
            self.delivered = true;
            let mut table = Assembler::new(&self.info, 0).finish(Arc::clone(&self.info));
            table.skipped = std::mem::take(&mut self.skipped);
            return Some(Ok(table));
        };
        self.delivered = true;
        // Pieces number their rows from 0; only now is it known how many came before.
        let base = self.next_row;
        table.rows.iter_mut().for_each(|row| *row += base);
        table.skipped.iter_mut().for_each(|(row, _)| *row += base);
        table.malformed.iter_mut().for_each(|m| m.row += base);
        table.skipped.splice(0..0, std::mem::take(&mut self.skipped));
        self.next_row += records;
        Some(Ok(table))
    }
}

impl Pieces {
    /// Rows of one piece, numbered from 0, and how many records it has.
    fn parse(&self, piece: Range<usize>) -> (RawTable, u32) {
        let (piece, dialect) = (&self.body[piece], self.dialect);
        let mut rows = Assembler::without(&self.info, piece.len() / 128, &self.leave_out);
        rows.rare = Rare { nul: memchr(0, piece.as_bytes()).is_some(), entities: piece.contains("&#") };
        let mut cells = Vec::with_capacity(self.info.headers.len());
        let (mut start, mut row) = (0, 0u32);
        while start < piece.len() {
            let (end, next) = record_end(piece.as_bytes(), start, dialect);
            let record = &piece[start..end];
            if self.damaged && record.contains('\u{FFFD}') {
                let reason =
                    "这一行有不能按该编码解读的字节;请提供部门用 UTF-8 或 GB18030 重新导出".to_owned();
                rows.reject(row, record, reason);
            } else {
                split(record, dialect, &mut cells);
                rows.push(row, &cells);
            }
            row += 1;
            start = next;
        }
        (rows.finish(Arc::clone(&self.info)), row)
    }
}
