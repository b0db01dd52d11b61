//! The pieces of a text become tables, several at a time.
//!
//! A piece is read as if a record began with it. Hardly ever is that wrong: then the record before lies
//! over the cut, and the piece is read again from where that record ends, so that the tables are those of
//! a reader that goes from record to record. A record that begins in a piece and cannot be judged without
//! what follows is read with the next pieces at hand.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use memchr::{memchr, memmem};
use rayon::prelude::*;

use super::super::piecewise_file::TextSurvey;
use super::super::row_assembly::{CellHazards, RawTableAssembler, trim_row_cell};
use super::super::table_limits::{MemoryRoom, too_many_rows};
use super::super::{RawTable, SkippedRow};
use super::end_mark::EndMark;
use super::record_cutting::{CarriedLines, CsvDialect, CutRecord, QuoteVerdict, cut_records};
use super::record_widths::RecordWidths;
use super::text_body::TextBody;
use super::wide_comma;
use crate::config::read_options::KeyHeaders;
use crate::model::file_account::{FileAccount, PhysicalUnit, TextAccount};
use crate::model::source_table::RawTableInfo;
use crate::{Error, Result};

/// Bytes of one line beyond a piece. A text without line breaks is one endless line.
pub(super) const LONGEST_LINE: u64 = 16 << 20;
/// NUL characters in a row that are no slip of an export: there a file was set aside and never written.
const NO_BYTES: usize = 64;
/// Rows that an account lists of each kind.
const LISTED: usize = 1000;

/// What reading a piece needs; kept for the next one.
#[derive(Default)]
struct PieceBuffers {
    bytes: Vec<u8>,
    text: String,
}

/// The tables of a text, piece by piece.
pub(super) struct TextPieces {
    pub body: TextBody,
    pub survey: TextSurvey,
    /// Bytes of the header and of what lies above it, without the mark.
    pub head: Vec<u8>,
    pub info: Arc<RawTableInfo>,
    pub dialect: CsvDialect,
    /// Cells are told apart by full-width commas.
    pub wide: bool,
    /// What ends the text without being of it.
    pub end_mark: EndMark,
    pub widths: RecordWidths,
    pub skipped: Vec<SkippedRow>,
    pub ranges: Vec<Range<u64>>,
    /// Bytes of a piece whose last line is not endless.
    pub longest: u64,
    pub room: fn() -> MemoryRoom,
    pub next_row: u32,
    pub leave_out: BTreeSet<String>,
    pub keys: KeyHeaders,
    /// What was found so far.
    pub facts: PieceFacts,
    progress: PieceProgress,
    buffers: Mutex<Vec<PieceBuffers>>,
}

/// How far the pieces are read.
#[derive(Default)]
pub(super) struct PieceProgress {
    /// Pieces delivered.
    done: usize,
    /// Pieces read ahead, the next one last.
    ready: Vec<Result<PieceOutcome>>,
    carried: CarriedLines,
}

/// What records are made of, in rows from 0 on.
#[derive(Debug, Default)]
pub(super) struct PieceFacts {
    pub rows: u32,
    pub lines: u64,
    pub several_lines: Vec<u32>,
    pub several_lines_count: u64,
    pub text: TextAccount,
}

/// A piece as it was read.
enum PieceOutcome {
    Read(Box<ReadPiece>),
    /// Its last record cannot be judged without what follows.
    Incomplete,
}

struct ReadPiece {
    table: RawTable,
    facts: PieceFacts,
    carried: CarriedLines,
}

/// All that a text is read by, before its first piece.
pub(super) struct TextPlan {
    pub body: TextBody,
    pub survey: TextSurvey,
    pub head: Vec<u8>,
    pub info: RawTableInfo,
    pub dialect: CsvDialect,
    pub wide: bool,
    pub end_mark: EndMark,
    pub widths: RecordWidths,
    pub skipped: Vec<SkippedRow>,
    pub facts: PieceFacts,
    pub leave_out: BTreeSet<String>,
    pub keys: KeyHeaders,
}

impl TextPieces {
    pub(super) fn new(plan: TextPlan, piece: u64) -> Self {
        let TextPlan { body, survey, head, info, dialect, wide, end_mark, widths, .. } = plan;
        let TextPlan { skipped, facts, leave_out, keys, .. } = plan;
        let ranges = survey.pieces(body.mark + head.len() as u64);
        Self {
            body,
            survey,
            head,
            next_row: info.header_row + 1,
            info: Arc::new(info),
            dialect,
            wide,
            end_mark,
            widths,
            skipped,
            ranges,
            longest: piece.saturating_add(LONGEST_LINE),
            room: MemoryRoom::piece,
            leave_out,
            keys,
            facts,
            progress: PieceProgress::default(),
            buffers: Mutex::default(),
        }
    }
}

impl Iterator for TextPieces {
    type Item = Result<RawTable>;

    fn next(&mut self) -> Option<Self::Item> {
        let at = self.progress.done;
        if at >= self.ranges.len() {
            return None;
        }
        if self.progress.ready.is_empty() {
            let end = self.ranges.len().min(at + rayon::current_num_threads().max(1));
            let this = &*self;
            let read = |at| this.read(at..at + 1, CarriedLines::default());
            let mut ready: Vec<_> = (at..end).into_par_iter().map(read).collect();
            ready.reverse();
            self.progress.ready = ready;
        }
        let ahead = self.progress.ready.pop()?;
        self.progress.done += 1;
        let piece = match ahead {
            Ok(PieceOutcome::Read(piece)) if self.progress.carried == CarriedLines::default() => Ok(piece),
            Err(error) if self.progress.carried == CarriedLines::default() => Err(error),
            _ => self.read_again(at),
        };
        let table = piece.and_then(|piece| self.deliver(*piece));
        if table.is_err() {
            // Rows behind a piece that cannot be read have no number.
            self.progress.done = self.ranges.len();
        }
        Some(table.map_err(|error| match error.location().row {
            Some(row) => error.at_row(row + u64::from(self.next_row)),
            None => error,
        }))
    }
}

impl TextPieces {
    /// Numbers the rows of a piece: only now is it known how many came before.
    fn deliver(&mut self, piece: ReadPiece) -> Result<RawTable> {
        let ReadPiece { mut table, facts, carried } = piece;
        let base = self.next_row;
        self.next_row = base.checked_add(facts.rows).ok_or_else(too_many_rows)?;
        table.rows.iter_mut().for_each(|row| *row += base);
        table.skipped.iter_mut().for_each(|skipped| skipped.row += base);
        table.faults.iter_mut().for_each(|cell| cell.row += base);
        table.malformed.iter_mut().for_each(|m| m.row += base);
        table.skipped.splice(0..0, std::mem::take(&mut self.skipped));
        self.progress.carried = carried;
        self.facts.add(facts, base);
        if self.progress.done == self.ranges.len() {
            table.account = Some(Arc::new(self.account()?));
        }
        Ok(table)
    }
    /// What the text is made of, if the lines of its records are those that were counted.
    fn account(&mut self) -> Result<FileAccount> {
        let counted = self.survey.lines.lines() - u64::from(self.body.mark > 0 && self.survey.length == 3);
        let counted = counted - u64::from(self.end_mark.own_line);
        let facts = std::mem::take(&mut self.facts);
        if facts.lines != counted {
            return Err(Error::input(format!(
                "逐行计数是{counted}行，读成记录的是{}行，两者不符，拒绝读取",
                facts.lines
            ))
            .hint("请提供部门重新导出；若仍然如此，请把文件交给开发人员核对"));
        }
        Ok(FileAccount {
            unit: PhysicalUnit::Line,
            counted,
            several_lines: facts.several_lines,
            several_lines_count: facts.several_lines_count,
            padded_cells: 0,
            sheets: Vec::new(),
            text: Some(facts.text),
        })
    }
    /// A piece whose first lines belong to the record before, or whose last record ends beyond it.
    fn read_again(&self, at: usize) -> Result<Box<ReadPiece>> {
        for end in at + 1..=self.ranges.len() {
            if let PieceOutcome::Read(piece) = self.read(at..end, self.progress.carried)? {
                return Ok(piece);
            }
        }
        Err(Error::internal("最后一段文字没有读完"))
    }
    /// Rows that begin in the first of some pieces, the others being there to be looked at.
    fn read(&self, pieces: Range<usize>, carried: CarriedLines) -> Result<PieceOutcome> {
        let open = pieces.end < self.ranges.len();
        let mut buffers = self.buffers().pop().unwrap_or_default();
        let (first, further) = (self.ranges[pieces.start].clone(), pieces.start + 1..pieces.end);
        let (text, damaged, other) = self.text(first, &mut buffers)?;
        let mut text = if self.wide { Cow::Owned(wide_comma::narrow(text)) } else { Cow::Borrowed(text) };
        let own = text.len();
        let mut damaged = damaged;
        for at in further {
            let mut buffers = PieceBuffers::default();
            let (more, bad, _) = self.text(self.ranges[at].clone(), &mut buffers)?;
            damaged |= bad;
            match self.wide {
                true => text.to_mut().push_str(&wide_comma::narrow(more)),
                false => text.to_mut().push_str(more),
            }
        }
        if damaged {
            let _ = self.body.damaged.set(true);
        }
        let outcome = self.parse(&text, (own, open), carried, self.rejects(&text)?)?;
        drop(text);
        self.buffers().push(buffers);
        let Some(mut piece) = outcome else { return Ok(PieceOutcome::Incomplete) };
        piece.facts.text.other_encoding = other;
        Ok(PieceOutcome::Read(Box::new(piece)))
    }
    /// Text of a piece below the header; whether it is damaged, and how many lines have another encoding.
    fn text<'a>(&'a self, range: Range<u64>, buffers: &'a mut PieceBuffers) -> Result<(&'a str, bool, u64)> {
        let (first, last) = (range.start == 0, range.end == self.survey.length);
        let head = if first { self.head.len() as u64 } else { 0 };
        if range.end - range.start > self.longest.saturating_add(head) {
            return Err(endless_line().at_row(0));
        }
        let PieceBuffers { bytes, text } = buffers;
        let mut bytes = self.body.source.piece(&self.survey, range, bytes)?;
        if first {
            bytes = bytes.get(self.body.mark as usize..).unwrap_or_default();
            bytes = bytes.strip_prefix(&*self.head).ok_or_else(|| self.body.source.changed())?;
        }
        let (text, damaged, other) = self.body.decoder.decode(bytes, text);
        // Each byte of the mark is a character of its own in every encoding.
        let end = text.len().saturating_sub(if last { self.end_mark.bytes } else { 0 });
        Ok((text.get(..end).unwrap_or(text), damaged, other))
    }
    fn buffers(&self) -> std::sync::MutexGuard<'_, Vec<PieceBuffers>> {
        self.buffers.lock().unwrap_or_else(PoisonError::into_inner)
    }
    /// Do replacement characters of this text stand for bytes that could not be decoded?
    ///
    /// In a text without any such byte they are what the department wrote; that takes all of it
    /// to tell, and is asked only where such a character occurs in a piece without damage.
    fn rejects(&self, text: &str) -> Result<bool> {
        let known = self.body.damaged.get().copied();
        if known == Some(false) || memmem::find(text.as_bytes(), REPLACEMENT.as_bytes()).is_none() {
            return Ok(false);
        }
        if known == Some(true) {
            return Ok(true);
        }
        let mut buffers = PieceBuffers::default();
        let mut any = false;
        for range in self.survey.pieces(0) {
            let mark = if range.start == 0 { self.body.mark } else { 0 };
            let bytes = self.body.source.piece(&self.survey, range, &mut buffers.bytes)?;
            let bytes = bytes.get(mark as usize..).unwrap_or_default();
            any = self.body.decoder.decode(bytes, &mut buffers.text).1;
            if any {
                break;
            }
        }
        Ok(*self.body.damaged.get_or_init(|| any))
    }
    fn parse(
        &self,
        piece: &str,
        (own, open): (usize, bool),
        carried: CarriedLines,
        damaged: bool,
    ) -> Result<Option<ReadPiece>> {
        let mut room = (self.room)();
        let mut rows = RawTableAssembler::without(&self.info, own / 128, &self.leave_out, &mut room)?
            .with_keys(&self.keys);
        rows.rare = CellHazards {
            nul: memchr(0, piece.as_bytes()).is_some(),
            entities: memchr(b'&', piece.as_bytes()).is_some(),
            exported: memmem::find(piece.as_bytes(), b"=\"").is_some()
                || memmem::find(piece.as_bytes(), b"\"=\"\"").is_some()
                || memmem::find(piece.as_bytes(), b"\\N").is_some(),
        };
        rows.least = self.widths.every;
        let mut facts = PieceFacts::default();
        let mut outcome = Ok(());
        // Cells of the last record, if it is one of data.
        let mut last_cells = None;
        let each = |record: CutRecord<'_>, cells: &[Cow<'_, str>]| {
            if outcome.is_err() {
                return;
            }
            let (row, before, damaged_before) = (facts.rows, rows.data_rows(), rows.damaged_rows());
            outcome = self.push(&mut rows, row, &record, cells, damaged);
            // What is left of a character that lost a byte is no row that breaks off.
            let remains = cells.len() == 1 && record.text.contains(REPLACEMENT);
            let counts = rows.data_rows() > before || rows.damaged_rows() > damaged_before;
            last_cells = (counts && !remains).then_some(cells.len());
            if outcome.is_ok() {
                if cells.len() < self.widths.low && rows.data_rows() > before {
                    list(&mut facts.text.short_rows, row);
                    facts.text.short_rows_count += 1;
                }
                facts.record(&record);
            }
        };
        let Ok(carried) = cut_records(piece, (own, open), self.dialect, self.widths, carried, each) else {
            return Ok(None);
        };
        outcome.map_err(|e| e.at_row(facts.rows.into()))?;
        // Does the last of these records end where the text does? Others may have been there to be looked at only.
        let at_end = || self.dialect.ends.lines(&piece.as_bytes()[own..]).count() as u64 == carried.consumed;
        if let Some(cells) = last_cells.filter(|&cells| cells < self.widths.every)
            && !open
            && !piece.ends_with(['\n', '\r'])
            && at_end()
        {
            return Err(Error::input(format!(
                "文件在这一行中断：最后一行只有{cells}格，别的行都有{}格，行末也没有换行；后面的行可能都没有了",
                self.widths.every
            ))
            .at_row(facts.rows.saturating_sub(1).into())
            .hint("多半是导出、复制或下载没有完成：请提供部门重新导出，核对行数"));
        }
        facts.text.formula_texts = rows.formula_texts;
        Ok(Some(ReadPiece { table: rows.finish(Arc::clone(&self.info)), facts, carried }))
    }
    /// Adds a record to the rows, or says why it is none.
    fn push(
        &self,
        rows: &mut RawTableAssembler<'_>,
        row: u32,
        record: &CutRecord<'_>,
        cells: &[Cow<'_, str>],
        damaged: bool,
    ) -> Result<()> {
        let widened: Vec<Cow<'_, str>>;
        let (mut text, mut cells) = (Cow::Borrowed(record.text), cells);
        if self.wide {
            text = wide_comma::widen(record.text);
            widened = cells.iter().map(|cell| wide_comma::widen(cell)).collect();
            cells = &widened;
        }
        if rows.rare.nul && memmem::find(record.text.as_bytes(), &[0; NO_BYTES]).is_some() {
            return Err(Error::input("从这一行起是一片空字节(NUL)：这里原来的行已经丢失")
                .hint("多半是复制或下载没有完成：请重新复制，或请提供部门重新导出"));
        }
        let (count, wanted) = (cells.len(), self.info.headers.len());
        let reason = match record.quotes {
            _ if damaged && record.text.contains(REPLACEMENT) => {
                "这一行有不能按该编码解读的字节；请提供部门用 UTF-8 或 GB18030 重新导出".to_owned()
            }
            QuoteVerdict::Fine | QuoteVerdict::Stray => return rows.push(row, cells),
            _ if cells.iter().all(|cell| trim_row_cell(cell).is_empty()) => return rows.push(row, cells),
            QuoteVerdict::Unpaired => format!(
                "这一行的引号没有配对，读成{count}格，表头是{wanted}列；请在来源系统里补上或去掉多余的引号后重新导出"
            ),
            QuoteVerdict::Fragment => format!(
                "上面有一行的引号没有配对，这一行可能是那一格里的换行：读成{count}格，表头是{wanted}列；\
                 请在来源系统里补上或去掉多余的引号后重新导出"
            ),
        };
        rows.reject(row, &text, reason)
    }
}

impl PieceFacts {
    fn record(&mut self, record: &CutRecord<'_>) {
        if record.lines > 1 {
            list(&mut self.several_lines, self.rows);
            self.several_lines_count += 1;
        }
        if record.quotes == QuoteVerdict::Stray {
            list(&mut self.text.stray_quotes, self.rows);
            self.text.stray_quotes_count += 1;
        }
        self.lines += u64::from(record.lines);
        self.rows += 1;
    }
    fn add(&mut self, piece: Self, base: u32) {
        piece.several_lines.into_iter().for_each(|row| list(&mut self.several_lines, base + row));
        self.several_lines_count += piece.several_lines_count;
        self.lines += piece.lines;
        let (text, more) = (&mut self.text, piece.text);
        more.stray_quotes.into_iter().for_each(|row| list(&mut text.stray_quotes, base + row));
        text.stray_quotes_count += more.stray_quotes_count;
        more.short_rows.into_iter().for_each(|row| list(&mut text.short_rows, base + row));
        text.short_rows_count += more.short_rows_count;
        text.formula_texts += more.formula_texts;
        text.other_encoding += more.other_encoding;
    }
}

fn list(rows: &mut Vec<u32>, row: u32) {
    if rows.len() < LISTED {
        rows.push(row);
    }
}

/// The error of a line that does not end where lines do.
fn endless_line() -> Error {
    Error::input(format!("有一行超过{}MB：多半是行末没有换行", LONGEST_LINE >> 20))
        .hint("核对文件的换行符，重新导出")
}

/// What a decoder writes for bytes that mean nothing.
const REPLACEMENT: &str = "\u{FFFD}";
