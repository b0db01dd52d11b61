//! Rows as they stand, for whoever finds the header himself: a sheet that an officer sends back is no list of a department,
//! and none of its rows may be taken for a total, a note or an example.

use std::sync::Arc;

use arrow::array::{StringArray, StringBuilder};

use super::row_assembly::trim_row_cell;
use super::table_limits::{MemoryRoom, check_column_limit};
use super::text_decoding::decode_text;
use super::{FileIdentity, RawTable};
use crate::config::read_options::Encoding;
use crate::model::source_table::RawTableInfo;
use crate::{Error, Result};

/// What may stand between cells; of several that do equally well the first is taken.
const DELIMITERS: [u8; 4] = *b",\t;|";
/// Bytes of a text that is read so.
const MOST_TEXT: usize = 1 << 30;
/// Records by which the delimiter is found.
const LOOKED_AT: usize = 40;

/// Headers that count columns, from 1.
pub(super) fn plain_headers(width: usize) -> Vec<String> {
    (1..=width).map(|number| number.to_string()).collect()
}

/// Collects rows as they stand; empty ones are left out.
pub(super) struct PlainRows<'a> {
    info: RawTableInfo,
    columns: Vec<StringBuilder>,
    rows: Vec<u32>,
    room: &'a MemoryRoom,
}

impl<'a> PlainRows<'a> {
    pub(super) fn new(info: RawTableInfo, room: &'a MemoryRoom) -> Self {
        let columns = info.headers.iter().map(|_| StringBuilder::new()).collect();
        Self { info, columns, rows: Vec::new(), room }
    }

    /// Adds a row; outer spaces are not content.
    ///
    /// # Errors
    /// No room left.
    pub(super) fn push<'t>(&mut self, number: u32, cells: impl Iterator<Item = &'t str>) -> Result<()> {
        let cells: Vec<&str> = cells.map(trim_row_cell).collect();
        if cells.iter().all(|cell| cell.is_empty()) {
            return Ok(());
        }
        let text: usize = cells.iter().map(|cell| cell.len()).sum();
        self.room.take(self.columns.len() as u64, text as u64).map_err(|e| e.at_row(number.into()))?;
        for (at, column) in self.columns.iter_mut().enumerate() {
            match cells.get(at) {
                None | Some(&"") => column.append_null(),
                Some(cell) => column.append_value(cell),
            }
        }
        self.rows.push(number);
        Ok(())
    }

    pub(super) fn finish(self) -> RawTable {
        RawTable {
            info: Arc::new(self.info),
            columns: self.columns.into_iter().map(|mut column| -> StringArray { column.finish() }).collect(),
            rows: self.rows,
            skipped: Vec::new(),
            malformed: Vec::new(),
            faults: Vec::new(),
            account: None,
        }
    }
}

/// Reads delimited text; rows are numbered as its records are.
///
/// # Errors
/// It holds nothing, or too much.
pub(super) fn read_plain_text(bytes: Vec<u8>, identity: &FileIdentity) -> Result<RawTable> {
    if bytes.len() > MOST_TEXT {
        return Err(Error::input("文件太大").hint("一个清单不会有这么大；请分成几个文件"));
    }
    let room = MemoryRoom::file(bytes.len() as u64);
    let decoded = decode_text(bytes, Encoding::Auto);
    let text = decoded.text.trim_start_matches('\u{feff}');
    let reader = |delimiter: u8| {
        let mut builder = csv::ReaderBuilder::new();
        builder.has_headers(false).flexible(true).delimiter(delimiter);
        builder.from_reader(text.as_bytes())
    };
    let most_cells = |delimiter: u8| {
        let records = reader(delimiter).into_records().take(LOOKED_AT);
        records.map_while(|record| record.ok()).map(|record| record.len()).max().unwrap_or(0)
    };
    let delimiter = DELIMITERS.into_iter().rev().max_by_key(|&delimiter| most_cells(delimiter));
    let delimiter = delimiter.unwrap_or(DELIMITERS[0]);
    let damaged = |e: csv::Error| Error::input("文字无法分成各格").caused_by(e);
    let width = reader(delimiter)
        .into_records()
        .try_fold(0, |width, record| record.map(|record| record.len().max(width)).map_err(damaged))?;
    check_column_limit(width)?;
    let mut info = identity.info(plain_headers(width), 0);
    info.encoding = Some(decoded.encoding);
    if decoded.damaged {
        info.notes.push("有不能解读的字节，读作“\u{FFFD}”".to_owned());
    }
    let mut rows = PlainRows::new(info, &room);
    for (record, number) in reader(delimiter).into_records().zip(1..) {
        rows.push(number, record.map_err(damaged)?.iter())?;
    }
    let table = rows.finish();
    if table.rows.is_empty() {
        return Err(Error::input("文件里没有任何内容").hint("确认保存是否成功，再交回一次"));
    }
    Ok(table)
}
