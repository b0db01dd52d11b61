//! Delimited text as people write it: surveyed once from end to end, then read piece by piece in parallel.
//!
//! **Lines and rows.** Lines end with a line feed, a return, or both; records are made of whole lines, and
//! rows are numbered as a spreadsheet numbers them: one per record, blank ones counted. Lines are counted a
//! second time by their ends alone ([`super::line_count`]); unless the lines of all records are as many, the
//! file is refused.
//!
//! **Quotes.** RFC 4180 where it is kept, and one row in doubt where it is not:
//!
//! 1. A quote opens a cell only at its beginning (blanks before it aside). Anywhere else in a cell that no
//!    quotes enclose it is a character.
//! 2. It closes the cell only before a delimiter or a line end (blanks aside). Two in a row stand for one;
//!    a single one before anything else is a character.
//! 3. An opening quote that nothing closes in its line is looked after in the lines below, within 200 lines and
//!    128 KiB, which is more than the longest cell of a spreadsheet. Nothing there: it is a character.
//! 4. A record over several lines is believed if all quotes in its cells are doubled, it has as many cells as
//!    records have, and neither more than half of its lines nor any that lies in a cell as a whole would have so by
//!    themselves. Nor may a line in which quotes close have so, or a record that begins with it, if a filled cell and a
//!    delimiter come before the quote, nor the last line, if the first has as many or more: that is a row, and one above
//!    it lacks a quote. Fewer cells do where no line of it would have so. How many cells records have, the header
//!    tells and the lines without quotes below it ([`record_widths`]).
//! 5. If its lines are the better records, the quote is a character and swallows none of them. If neither can be
//!    said, what begins in its lines and has not as many cells as records have is rejected, named with its row;
//!    what has, stays.
//! 6. A record whose quotes do not pair up by these rules is accepted if it has as many cells as records have,
//!    reading its quotes loosely (rule 2) or, failing that, taking a cell for enclosed only if all quotes in it
//!    are doubled; its row is listed in the account. Otherwise it is rejected, and it alone.
//!
//! Above the header, where it is not known how many cells records have, a record over several lines must have
//! its quotes doubled, and more cells than most of its lines have.
//!
//! A return that no line feed follows, in a text that has line feeds, ends a line, unless the lines around it
//! are no records by themselves but together are one.
//!
//! **Pieces.** The text is cut at line ends; a record that lies over a cut is found when the pieces are put
//! in order ([`text_pieces`]). Cutting comes before decoding: line ends are no part of any other character,
//! neither in UTF-8 nor in GB18030 (whose trail bytes do include `|`, `^` and `\`), and a decoder never holds
//! anything back over one. So the pieces decode to what the whole would.

use std::path::Path;

use self::end_mark::EndMark;
use self::foreign_text::{foreign_text_error, signs_between_headers};
use self::record_cutting::{CsvDialect, LineEnds, RecordCutter, count_plain_cells};
use self::record_widths::RecordWidths;
use self::text_body::TextBody;
use self::text_pieces::{PieceFacts, TextPieces, TextPlan};
use super::header::{HEADER_DEPTH, KnownHeaders};
use super::piecewise_file::OpenFile;
use super::row_assembly::trim_row_cell;
use super::table_limits::{MAX_COLUMNS, check_column_limit};
use super::{FileIdentity, RawTables};
use crate::config::read_options::ReadOptions;
use crate::model::source_table::FileFormat;
use crate::{Error, Result};

mod cell_reading;
mod end_mark;
mod foreign_text;
mod record_cutting;
mod record_widths;
mod text_body;
mod text_pieces;
mod wide_comma;

/// Bytes per piece; large enough to amortise, small enough to keep two cores busy.
const PIECE: u64 = 8 << 20;
/// What may stand between cells; [`wide_comma::UNIT`] for the full-width comma. Of several that do equally
/// well the last is taken.
const DELIMITERS: [u8; 6] = [wide_comma::UNIT, b'^', b'|', b';', b'\t', b','];

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
    let ends = match (survey.lines.line_feeds(), survey.lines.lone_returns()) {
        (_, 0) => LineEnds::LineFeed,
        (0, _) => LineEnds::Return,
        _ => LineEnds::Both,
    };
    let mut head = body.head(&survey, ends)?;
    let mut buffer = String::new();
    let text = body.decoder.decode(&head.bytes, &mut buffer).0;
    let narrow = wide_comma::narrow(text);
    let known = KnownHeaders::new(options);
    let best = DELIMITERS
        .map(|delimiter| CsvDialect { delimiter, ends })
        .into_iter()
        .map(|dialect| {
            let wide = dialect.delimiter == wide_comma::UNIT;
            let rows = first_rows(if wide { &narrow } else { text }, dialect, head.open);
            (known.find(&rows.cells), dialect, rows)
        })
        .max_by_key(|(found, _, _)| found.as_ref().map_or(0, |f| f.hits));
    let Some((found, dialect, rows)) = best else {
        return Err(Error::internal("没有可试的分隔符"));
    };
    if rows.cells.iter().all(|row| row.iter().all(|c| trim_row_cell(c).is_empty())) && survey.length < PIECE {
        return Err(Error::input("文件里没有任何内容").hint("向提供部门重新索取，或确认导出是否成功"));
    }
    let found = match found {
        Some(found) => found,
        None => match foreign_text_error(&known, &body, (&head.bytes, text)) {
            Some(error) => return Err(error),
            None => known.require(&rows.cells)?,
        },
    };
    found.check_above(&rows.cells, 1)?;
    if let Some(error) = signs_between_headers(&found.headers, dialect.delimiter) {
        return Err(error.at_row(found.last as u64 + 1));
    }
    let wide = dialect.delimiter == wide_comma::UNIT;
    let lines: u32 = rows.lines[..=found.last].iter().sum();
    let header_row = found.last as u32 + 1;
    check_column_limit(found.headers.len()).map_err(|e| e.at_row(header_row.into()))?;
    let header = rows.cells[found.first..=found.last].iter().map(Vec::len).max().unwrap_or(0);
    let below = if wide { &narrow } else { text };
    let below = ends.lines(below.as_bytes()).skip(lines as usize).map(|(start, line)| {
        let line = &below.as_bytes()[start..line.end];
        if line.contains(&b'"') { 0 } else { count_plain_cells(line, dialect.delimiter) }
    });
    let widths = RecordWidths::of(header, below.collect());
    let mut facts = PieceFacts { lines: lines.into(), ..PieceFacts::default() };
    for (row, &lines) in (1..=header_row).zip(&rows.lines) {
        if lines > 1 {
            facts.several_lines.push(row);
            facts.several_lines_count += 1;
        }
    }
    let skipped = found.skipped(&rows.cells, 1);
    let end = ends.lines(&head.bytes).take(lines as usize).last().map_or(0, |(_, line)| line.next);
    head.bytes.truncate(end);
    let identity =
        FileIdentity { file: file.to_owned(), sha256: body.sha256.clone(), format: FileFormat::Csv };
    let mut info = identity.info(found.headers, header_row);
    info.encoding = Some(body.encoding);
    let end_mark = EndMark::of(&body.source, survey.length)?;
    info.notes.extend(end_mark.note());
    let plan = TextPlan {
        body,
        survey,
        head: head.bytes,
        info,
        dialect,
        wide,
        end_mark,
        widths,
        skipped,
        facts,
        leave_out: options.leave_out.clone(),
        keys: options.key_headers.clone(),
    };
    Ok(TextPieces::new(plan, piece))
}

/// The rows that may hold the header: their cells, and how many lines each lies over.
struct FirstRows {
    cells: Vec<Vec<String>>,
    lines: Vec<u32>,
}

fn first_rows(text: &str, dialect: CsvDialect, open: bool) -> FirstRows {
    let mut rows = FirstRows { cells: Vec::new(), lines: Vec::new() };
    let mut cutter = RecordCutter::new(text, dialect, RecordWidths::UNKNOWN, open);
    let (mut start, mut cells) = (0, Vec::new());
    while start < text.len() && rows.cells.len() <= HEADER_DEPTH {
        // What cannot be judged without more of the text lies far below any header.
        let Ok((record, next)) = cutter.record(start, &mut cells) else { break };
        // A column more than can be read is enough to see that there are too many.
        rows.cells.push(cells.iter().take(MAX_COLUMNS + 1).map(|c| c.trim().to_owned()).collect());
        rows.lines.push(record.lines);
        start = next;
    }
    rows
}

#[cfg(test)]
mod differential;
#[cfg(test)]
mod tests;
