//! Delimited text: surveyed once from end to end, then read piece by piece and parsed in parallel.
//!
//! Rows are numbered as a spreadsheet numbers them: one per record, blank ones counted. A text
//! without quotes is cut at any line end; one with quotes only where an even number of them lies
//! before, so that a quoted line break stays inside its cell. Cutting comes before decoding: line
//! ends and quotes are no part of any other character, neither in UTF-8 nor in GB18030 (whose
//! trail bytes do include `|` and `\`), and a decoder never holds anything back over a line end.
//! So the pieces decode to what the whole would.

use crate::model::source_table::EncodingEvidence;
use crate::model::source_table::TextEncoding;
use std::collections::BTreeSet;
use std::ops::Range;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use memchr::{memchr, memmem};
use rayon::prelude::*;

use self::record_cutting::{CellText, CsvDialect, cut_records, first_rows, record_end};
use super::header::{HEADER_DEPTH, KnownHeaders};
use super::piecewise_file::{OpenFile, TextSource, TextSurvey};
use super::row_assembly::{CellHazards, RawTableAssembler, trim_row_cell};
use super::table_limits::{MemoryRoom, check_column_limit, too_many_rows};
use super::text_decoding::{self, TextCharset};
use super::{FileIdentity, RawTable, RawTables, SkippedRow};
use crate::config::read_options::{Encoding, KeyHeaders, ReadOptions};
use crate::model::source_table::{FileFormat, RawTableInfo};
use crate::{Error, Result};

mod record_cutting;

/// Bytes per piece; large enough to amortise, small enough to keep two cores busy.
const PIECE: u64 = 8 << 20;
/// Bytes of one record. A text with two stray quotes, or without line breaks, is one endless record.
const RECORD: u64 = 16 << 20;
/// Bytes among which the header is looked for.
const HEAD: u64 = 64 << 20;

/// A text as it is handed over.
pub(super) enum TextInput {
    /// To be read in pieces; it has no UTF-16 mark.
    File(OpenFile),
    /// Read already: UTF-16, or no regular file.
    Whole(Vec<u8>),
}

pub(super) fn open_delimited(input: TextInput, file: &Path, options: &ReadOptions) -> Result<RawTables> {
    Ok(Box::new(pieces(input, file, options, PIECE)?))
}

fn pieces(input: TextInput, file: &Path, options: &ReadOptions, piece: u64) -> Result<TextPieces> {
    let (survey, body) = TextBody::survey(input, options.encoding, piece)?;
    // An odd number of quotes means that at least one opens nothing: then quotes mean nothing.
    let quoted = survey.quotes > 0 && survey.quotes.is_multiple_of(2);
    let dialects = [',', '\t', ';', '|'].map(|delimiter| CsvDialect { delimiter: delimiter as u8, quoted });
    let mut head = body.head(&survey, quoted)?;
    let known = KnownHeaders::new(options);
    let text = body.charset.lossy(&head);
    let best = dialects
        .iter()
        .map(|d| (d, first_rows(&text, *d)))
        .map(|(d, rows)| (known.find(&rows), *d, rows))
        .max_by_key(|(found, d, _)| (found.as_ref().map_or(0, |f| f.hits), d.delimiter == b','));
    let Some((found, dialect, rows)) = best else {
        return Err(Error::internal("没有可试的分隔符"));
    };
    if rows.iter().all(|row| row.iter().all(|c| trim_row_cell(c).is_empty())) && survey.length < PIECE {
        return Err(Error::input("文件里没有任何内容").hint("向提供部门重新索取，或确认导出是否成功"));
    }
    let found = match found {
        Some(found) => found,
        None => known.require(&rows)?,
    };
    drop(text);
    let mut start = 0;
    for _ in 0..=found.last {
        start = record_end(&head, start, quoted).1;
    }
    head.truncate(start);
    let header_row = found.last as u32 + 1;
    check_column_limit(found.headers.len()).map_err(|e| e.at_row(header_row.into()))?;
    let identity =
        FileIdentity { file: file.to_owned(), sha256: body.sha256.clone(), format: FileFormat::Csv };
    let skipped = found.skipped(&rows, 1);
    let mut info = identity.info(found.headers, header_row);
    info.encoding = Some(body.encoding);
    let ranges = survey.pieces(quoted, body.mark + start as u64);
    Ok(TextPieces {
        body,
        survey,
        head,
        info: Arc::new(info),
        dialect,
        skipped,
        ranges: ranges.into_iter(),
        longest: piece.saturating_add(RECORD),
        room: MemoryRoom::piece,
        ready: Vec::new(),
        next_row: header_row + 1,
        leave_out: options.leave_out.clone(),
        keys: options.key_headers.clone(),
        buffers: Mutex::default(),
    })
}

/// A text, and how its bytes become characters.
struct TextBody {
    source: TextSource,
    sha256: String,
    charset: TextCharset,
    /// The encoding as delivered.
    encoding: TextEncoding,
    /// Length of the byte order mark.
    mark: u64,
    /// Could some byte, anywhere in the text, not be decoded? Known once it had to be.
    damaged: OnceLock<bool>,
}

impl TextBody {
    fn survey(input: TextInput, declared: Encoding, piece: u64) -> Result<(TextSurvey, Self)> {
        let file = match input {
            TextInput::File(file) => file,
            TextInput::Whole(bytes) => {
                let sha256 = super::sha256(&bytes);
                let decoded = text_decoding::decode_text(bytes, declared);
                let source = TextSource::Memory(decoded.text.into_bytes());
                let (charset, encoding, damaged) =
                    (TextCharset::Utf8, decoded.encoding, decoded.damaged.into());
                let survey = source.survey(piece, false)?;
                return Ok((survey, Self { source, sha256, charset, encoding, mark: 0, damaged }));
            }
        };
        let mut first = [0; 3];
        let length = file.length().min(3) as usize;
        file.read_exact(&mut first[..length], 0)?;
        let marked = first == text_decoding::UTF8_MARK;
        let source = TextSource::File(file);
        let open = declared == Encoding::Auto && !marked;
        let survey = source.survey(piece, open)?;
        let charset = match declared {
            _ if marked || survey.utf8 => TextCharset::Utf8,
            Encoding::Utf8 => TextCharset::Utf8,
            Encoding::Auto | Encoding::Gb18030 => TextCharset::Gb18030,
        };
        let damaged = if survey.utf8 { false.into() } else { OnceLock::new() };
        let evidence = match declared {
            _ if marked => EncodingEvidence::ByteOrderMark,
            Encoding::Auto => EncodingEvidence::Validity,
            Encoding::Utf8 | Encoding::Gb18030 => EncodingEvidence::Declared,
        };
        let encoding = TextEncoding { name: charset.name(), evidence };
        let (sha256, mark) = (survey.sha256.clone(), 3 * u64::from(marked));
        Ok((survey, Self { source, sha256, charset, encoding, mark, damaged }))
    }
    /// The records that may hold the header, undecoded, without the mark.
    fn head(&self, survey: &TextSurvey, quoted: bool) -> Result<Vec<u8>> {
        let mut size = 64 << 10;
        loop {
            if size > HEAD {
                let what = format!("前{}行超过{}MB，不像表格", HEADER_DEPTH + 1, HEAD >> 20);
                return Err(Error::input(what).hint("核对文件；多半是引号不成对，或行末没有换行"));
            }
            let end = (self.mark + size).min(survey.length);
            let mut buffer = Vec::new();
            let head = self.source.part(self.mark..end, &mut buffer)?;
            let mut start = 0;
            for _ in 0..=HEADER_DEPTH {
                start = record_end(head, start, quoted).1;
            }
            if start < head.len() || end == survey.length {
                return Ok(head[..start].to_vec());
            }
            size *= 4;
        }
    }
}

/// What reading a piece needs; kept for the next one.
#[derive(Default)]
struct PieceBuffers {
    bytes: Vec<u8>,
    text: String,
}

struct TextPieces {
    body: TextBody,
    survey: TextSurvey,
    /// Bytes of the header and of what lies above it, without the mark.
    head: Vec<u8>,
    info: Arc<RawTableInfo>,
    dialect: CsvDialect,
    skipped: Vec<SkippedRow>,
    ranges: std::vec::IntoIter<Range<u64>>,
    /// Bytes of a piece whose last record is not endless.
    longest: u64,
    room: fn() -> MemoryRoom,
    ready: Vec<Result<(RawTable, u32)>>,
    next_row: u32,
    leave_out: BTreeSet<String>,
    keys: KeyHeaders,
    buffers: Mutex<Vec<PieceBuffers>>,
}

impl Iterator for TextPieces {
    type Item = Result<RawTable>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ready.is_empty() {
            let group: Vec<Range<u64>> =
                self.ranges.by_ref().take(rayon::current_num_threads().max(1)).collect();
            let this = &*self;
            let ready = group.into_par_iter().map(|range| this.read(range)).collect();
            self.ready = ready;
            self.ready.reverse();
        }
        let (mut table, records) = match self.ready.pop()? {
            Ok(piece) => piece,
            Err(error) => {
                // Rows behind a piece that cannot be read have no number.
                self.end();
                let row = error.location().row.map(|row| row + u64::from(self.next_row));
                return Some(Err(match row {
                    Some(row) => error.at_row(row),
                    None => error,
                }));
            }
        };
        // Pieces number their rows from 0; only now is it known how many came before.
        let base = self.next_row;
        let Some(next_row) = base.checked_add(records) else {
            self.end();
            return Some(Err(too_many_rows()));
        };
        table.rows.iter_mut().for_each(|row| *row += base);
        table.skipped.iter_mut().for_each(|skipped| skipped.row += base);
        table.faults.iter_mut().for_each(|cell| cell.row += base);
        table.malformed.iter_mut().for_each(|m| m.row += base);
        table.skipped.splice(0..0, std::mem::take(&mut self.skipped));
        self.next_row = next_row;
        Some(Ok(table))
    }
}

impl TextPieces {
    /// Delivers nothing more.
    fn end(&mut self) {
        self.ready.clear();
        self.ranges = Vec::new().into_iter();
    }
    /// Rows of one piece, numbered from 0, and how many records it has.
    fn read(&self, range: Range<u64>) -> Result<(RawTable, u32)> {
        let first = range.start == 0;
        let head = if first { self.head.len() as u64 } else { 0 };
        if range.end - range.start > self.longest.saturating_add(head) {
            return Err(endless_record().at_row(0));
        }
        let mut buffers = self.buffers().pop().unwrap_or_default();
        let mut bytes = self.body.source.piece(&self.survey, range, &mut buffers.bytes)?;
        if first {
            bytes = bytes.get(self.body.mark as usize..).unwrap_or_default();
            bytes = bytes.strip_prefix(&*self.head).ok_or_else(|| self.body.source.changed())?;
        }
        let (text, damaged) = self.body.charset.decode(bytes, &mut buffers.text);
        if damaged {
            let _ = self.body.damaged.set(true);
        }
        let piece = self.parse(text, self.rejects(text)?)?;
        self.buffers().push(buffers);
        Ok(piece)
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
        for range in self.survey.pieces(self.dialect.quoted, 0) {
            let mark = if range.start == 0 { self.body.mark } else { 0 };
            let bytes = self.body.source.piece(&self.survey, range, &mut buffers.bytes)?;
            any = self.body.charset.decode(&bytes[mark as usize..], &mut buffers.text).1;
            if any {
                break;
            }
        }
        Ok(*self.body.damaged.get_or_init(|| any))
    }
    fn parse(&self, piece: &str, damaged: bool) -> Result<(RawTable, u32)> {
        let mut room = (self.room)();
        let mut rows = RawTableAssembler::without(&self.info, piece.len() / 128, &self.leave_out, &mut room)?
            .with_keys(&self.keys);
        rows.rare =
            CellHazards { nul: memchr(0, piece.as_bytes()).is_some(), entities: piece.contains("&#") };
        let mut row = 0u32;
        let mut outcome = Ok(());
        let each = |record: &str, cells: &[CellText<'_>]| {
            if outcome.is_err() {
                return;
            }
            outcome = if damaged && record.contains(REPLACEMENT) {
                let reason =
                    "这一行有不能按该编码解读的字节；请提供部门用 UTF-8 或 GB18030 重新导出".to_owned();
                rows.reject(row, record, reason)
            } else {
                rows.push(row, cells)
            };
            row += u32::from(outcome.is_ok());
        };
        cut_records(piece, self.dialect, each);
        outcome.map_err(|e| e.at_row(row.into()))?;
        Ok((rows.finish(Arc::clone(&self.info)), row))
    }
}

/// The error of a record that does not end where records do.
fn endless_record() -> Error {
    Error::input(format!("有一条记录超过{}MB：多半是引号不成对，或行末没有换行", RECORD >> 20))
        .hint("补上或去掉多余的引号后重新导出")
}

/// What a decoder writes for bytes that mean nothing.
const REPLACEMENT: &str = "\u{FFFD}";

#[cfg(test)]
mod tests;
