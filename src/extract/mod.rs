//! Stage 1: a department's files become raw text columns.
//!
//! In: one file as delivered (CSV in any Chinese encoding, workbooks, web pages, DBF, Parquet; known by
//! content, never by suffix). Out: [`RawTable`]s of text cells with the row each came from.
//! Nothing is typed here: an ID number read as a number is an ID number lost. A workbook cell
//! that *is stored* as a number of 16 or more digits is written in scientific notation
//! (`4.10621197001011E+17`), the form a damaged export shows, so later stages see the damage.

use std::fs::File;
use std::io::{Read, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::StringArray;
use sha2::{Digest, Sha256};

use self::delimited::TextInput;
use self::piecewise_file::OpenFile;
use self::table_limits::{MAX_WHOLE, check_whole_file_limit};
use crate::config::read_options::ReadOptions;
use crate::model::file_account::{FaultyCell, FileAccount};
pub(crate) use dbf_memo::find_companion_files;

pub(crate) use row_words::{is_id_text, is_name_text};

pub use crate::model::file_account::{SkipReason, SkippedRow};
use crate::model::source_table::{FileFormat, RawTableInfo};
use crate::{Error, Result};

mod biff;
mod cell_comments;
mod dbf;
mod dbf_cells;
mod dbf_layout;
mod dbf_memo;
mod delimited;
mod digit_format;
mod header;
mod html_marks;
mod html_tables;
mod line_count;
mod line_encodings;
mod marked_text;
mod markup_scan;
mod mhtml;
mod number_format;
mod ods;
mod ods_marks;
mod package_parts;
mod page_lines;
mod parquet_columns;
mod parquet_file;
mod parquet_header;
mod parquet_pages;
mod parquet_unpacking;
mod part_edits;
mod piecewise_file;
mod plain_rows;
mod row_assembly;
mod row_words;
mod rows_below_header;
mod sheet_row_count;
mod shown_units;
mod sniff;
mod spreadsheet_ml;
mod table_limits;
mod text_decoding;
mod texts_beside_cells;
mod workbook;
mod xlsb_records;
mod xlsx_errors;
mod xlsx_marks;
mod xlsx_package;

/// Some rows of one table, in file order. A large file arrives as several of these.
#[derive(Debug, Clone)]
pub struct RawTable {
    /// Which table the rows belong to.
    pub info: Arc<RawTableInfo>,
    /// One text column per header, null where the cell is empty. All have `rows.len()` values.
    pub columns: Vec<StringArray>,
    /// One-based row number of each data row, as a spreadsheet shows it (DBF, Parquet: record number).
    pub rows: Vec<u32>,
    /// Rows between or around them that are not data.
    pub skipped: Vec<SkippedRow>,
    /// Rows that could not be cut into cells or decoded: the loader rejects them.
    pub malformed: Vec<MalformedRow>,
    /// Cells of data rows that hold something which is no value: the loader takes them for unknown.
    pub faults: Vec<FaultyCell>,
    /// What the whole file is made of, with the last table of each file.
    pub account: Option<Arc<FileAccount>>,
}

/// A data row that cannot be delivered as cells.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct MalformedRow {
    /// One-based row.
    pub row: u32,
    /// What the row says, as far as it can be read (at most 500 characters).
    pub original: String,
    /// What is wrong and how to cure it, Chinese.
    pub reason: String,
}

/// The tables of one file; see [`open_file`].
pub(crate) type RawTables = Box<dyn Iterator<Item = Result<RawTable>> + Send>;

/// Opens one file and delivers its tables. A large delimited file arrives in pieces of the same
/// table, one after the other; a workbook sheet by sheet, those without any content left out.
///
/// `wants_sheet` decides which worksheets are read.
///
/// # Errors
/// Unreadable, empty, truncated, encrypted or unknown files; no header row. Errors name the file
/// and the cure.
pub fn open_file(
    data_dir: &Path,
    relative: &Path,
    options: &ReadOptions,
    wants_sheet: &dyn Fn(&str) -> bool,
) -> Result<RawTables> {
    let path = data_dir.join(relative);
    let named = |e: Error| if e.location().file.is_some() { e } else { e.in_file(&path) };
    let tables = open_named(&path, relative, options, wants_sheet);
    tables.map_err(named).map(|tables| {
        let path = path.clone();
        let tables: RawTables = Box::new(
            tables
                .map(move |t| t.map_err(|e| if e.location().file.is_some() { e } else { e.in_file(&path) })),
        );
        tables
    })
}

/// True if the file is of another program's format, which a few bytes can make ask for very much and which
/// libraries read; false for delimited text, for what cannot be opened, and for pipes, which are read only once.
pub(crate) fn is_foreign_format(path: &Path) -> bool {
    let first_bytes = || -> std::io::Result<(Vec<u8>, u64, Vec<u8>)> {
        let mut file = File::open(path)?;
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Ok((Vec::new(), 0, Vec::new()));
        }
        let (mut head, mut end) = (Vec::new(), Vec::new());
        (&file).take(sniff::HEAD as u64).read_to_end(&mut head)?;
        file.seek(SeekFrom::Start(metadata.len().saturating_sub(4)))?;
        (&file).take(4).read_to_end(&mut end)?;
        Ok((head, metadata.len(), end))
    };
    let Ok((head, length, end)) = first_bytes() else { return false };
    sniff::sniff_needs_all(&head)
        || sniff::sniff(&head, length, &end).is_ok_and(|format| format != FileFormat::Csv)
}

/// Counts the lines of a text as the second counter does beside the reader, to measure what that costs.
#[doc(hidden)]
pub fn count_text_lines(text: &[u8]) -> u64 {
    let mut counter = line_count::LineCounter::default();
    text.chunks(256 << 10).for_each(|block| counter.block(block));
    counter.lines()
}

/// Counts the filled rows of an unpacked worksheet of XLSX as the second counter does beside the reader, to measure
/// what that costs.
#[doc(hidden)]
pub fn count_xlsx_part_rows(part: &[u8]) -> u64 {
    let mut counter = sheet_row_count::XlsxRowCounter::new();
    part.chunks(8 << 10).for_each(|block| counter.feed(block));
    counter.counted().filled
}

/// Text and Parquet files, which may be large, are read in pieces; the rest as a whole.
fn open_named(
    path: &Path,
    relative: &Path,
    options: &ReadOptions,
    wants_sheet: &dyn Fn(&str) -> bool,
) -> Result<RawTables> {
    let failed = |e: std::io::Error| Error::io("读取提取数据", path, e);
    let file = File::open(path).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    let mut bytes = Vec::new();
    (&file).take(sniff::HEAD as u64).read_to_end(&mut bytes).map_err(failed)?;
    // What is no regular file (a named pipe) can be read only once.
    let whole = !metadata.is_file() || sniff::sniff_needs_all(&bytes) || text_decoding::is_utf16(&bytes);
    if whole {
        check_whole_file_limit(metadata.len())?;
        // Growing by itself it would end up to twice as large.
        bytes.reserve_exact((metadata.len() as usize + 1).saturating_sub(bytes.len()));
        (&file).take(MAX_WHOLE + 1).read_to_end(&mut bytes).map_err(failed)?;
        check_whole_file_limit(bytes.len() as u64)?;
    }
    let open = OpenFile::new(file, &metadata, path);
    let (length, end) = if whole || open.length() <= bytes.len() as u64 {
        (bytes.len() as u64, bytes[bytes.len().saturating_sub(4)..].to_vec())
    } else {
        let mut end = vec![0; 4];
        open.read_exact(&mut end, open.length() - 4)?;
        (open.length(), end)
    };
    let format = sniff::sniff(&bytes, length, &end)?;
    let rest = |mut bytes: Vec<u8>| -> Result<Vec<u8>> {
        if !whole {
            check_whole_file_limit(length)?;
            bytes.resize(length as usize, 0);
            open.read_exact(&mut bytes, 0)?;
        }
        Ok(bytes)
    };
    let identity = |sha256| FileIdentity { file: relative.to_owned(), sha256, format };
    match format {
        FileFormat::Csv if options.plain_rows => {
            let bytes = rest(bytes)?;
            let identity = identity(sha256(&bytes));
            Ok(Box::new(std::iter::once(plain_rows::read_plain_text(bytes, &identity))))
        }
        FileFormat::Csv if whole => delimited::open_delimited(TextInput::Whole(bytes), relative, options),
        FileFormat::Csv => delimited::open_delimited(TextInput::File(open), relative, options),
        FileFormat::Xlsx
        | FileFormat::Xls
        | FileFormat::Xlsb
        | FileFormat::Ods
        | FileFormat::Html
        | FileFormat::SpreadsheetMl
        | FileFormat::Mhtml => {
            let identity = identity(sha256(&bytes));
            workbook::open_workbook(bytes, &identity, options, wants_sheet)
        }
        FileFormat::Dbf => {
            let bytes = rest(bytes)?;
            let identity = identity(sha256(&bytes));
            dbf::open_dbf(bytes, path, &identity, options)
        }
        FileFormat::Parquet if whole => {
            let identity = identity(sha256(&bytes));
            parquet_file::open_parquet(parquet_file::ParquetInput::Whole(bytes.into()), identity, options)
        }
        FileFormat::Parquet => {
            let identity = identity(open.sha256()?);
            parquet_file::open_parquet(parquet_file::ParquetInput::File(Arc::new(open)), identity, options)
        }
    }
}

/// What every table of a file has in common.
#[derive(Debug, Clone)]
struct FileIdentity {
    file: PathBuf,
    sha256: String,
    format: FileFormat,
}

impl FileIdentity {
    fn info(&self, headers: Vec<String>, header_row: u32) -> RawTableInfo {
        RawTableInfo {
            file: self.file.clone(),
            sha256: self.sha256.clone(),
            sheet: None,
            sheet_index: 0,
            format: self.format,
            encoding: None,
            headers,
            header_row,
            notes: Vec::new(),
            around: Vec::new(),
        }
    }
}

fn sha256(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
