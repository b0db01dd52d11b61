//! XLSX and XLS workbooks, every worksheet a table.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use calamine::{Data, DataRef, Dimensions, Reader, Xls, Xlsx};

use super::header::{FoundHeader, HEADER_DEPTH, KnownHeaders};
use super::row_assembly::RawTableAssembler;
use super::table_limits::{MAX_COLUMNS, MemoryRoom, check_column_limit};
use super::xlsx_package::{self, WeighedPackage};
use super::{FileIdentity, RawTable, RawTables, SkipReason, biff};
use crate::config::read_options::ReadOptions;
use crate::model::source_table::FileFormat;
use crate::{Error, Result};

/// Rows of the XLSX format.
const MAX_ROWS: u32 = 1 << 20;
/// Cells of a table as its header and its filled rows span it.
const MAX_RECTANGLE: usize = 100_000_000;

/// The filled part of a worksheet. Rows are as long as they need to be, not all alike.
#[derive(Default)]
struct FilledSheet {
    /// Zero-based row of the first filled cell.
    top: u32,
    /// Zero-based column of the first filled cell.
    left: u32,
    rows: Vec<Vec<String>>,
    merged: Vec<Dimensions>,
}

/// An open workbook.
enum OpenWorkbook {
    Xlsx { reader: Box<Xlsx<Cursor<Vec<u8>>>>, weighed: WeighedPackage },
    Xls { reader: Box<Xls<Cursor<Vec<u8>>>>, length: u64 },
}

pub(super) fn open_workbook(
    bytes: Vec<u8>,
    identity: &FileIdentity,
    options: &ReadOptions,
    wants_sheet: &dyn Fn(&str) -> bool,
) -> Result<RawTables> {
    let mut book = catch_workbook_panic(|| OpenWorkbook::open(bytes, identity.format))?;
    let known = KnownHeaders::new(options);
    let mut room = MemoryRoom::workbook();
    let mut tables = Vec::new();
    let mut headless = None;
    for (index, name) in book.names().into_iter().enumerate() {
        if !wants_sheet(&name) {
            continue;
        }
        // A worksheet is a table before the next is read.
        let mut read_room = MemoryRoom::sheet(book.bytes());
        let sheet =
            catch_workbook_panic(|| book.sheet(&name, &mut read_room)).map_err(|e| e.in_sheet(&name))?;
        if sheet.rows.is_empty() {
            continue;
        }
        match known.require(&sheet.rows[..sheet.rows.len().min(HEADER_DEPTH + 1)]) {
            Ok(found) => {
                let table = table_of_sheet(identity, (index + 1, &name), sheet, found, &mut room);
                tables.push(Ok(table.map_err(|e| e.in_sheet(&name))?));
            }
            // A cover or notes sheet has no header; it is an error only if no sheet has one.
            Err(error) => headless = Some(headless.unwrap_or_else(|| error.in_sheet(&name))),
        }
    }
    match headless {
        Some(error) if tables.is_empty() => Err(error),
        None if tables.is_empty() => {
            Err(Error::input("工作簿里没有任何内容").hint("确认数据在要读的工作表里，且不是图片"))
        }
        _ => Ok(Box::new(tables.into_iter())),
    }
}

/// Readers of foreign binary formats may panic on hostile bytes; that must not end the run.
fn catch_workbook_panic<T>(read: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| Err(unreadable_workbook("内部结构不合规")))
}

fn unreadable_workbook(why: impl std::fmt::Display) -> Error {
    Error::input(format!("工作簿已损坏，读不出来：{why}"))
        .hint("用 Excel 或 WPS 打开后另存为 .xlsx，再放回原处")
}

impl OpenWorkbook {
    fn open(bytes: Vec<u8>, format: FileFormat) -> Result<Self> {
        if format == FileFormat::Xlsx {
            let weighed = xlsx_package::weigh_xlsx_package(&bytes)?;
            let reader = Box::new(Xlsx::new(Cursor::new(bytes)).map_err(unreadable_workbook)?);
            return Ok(Self::Xlsx { reader, weighed });
        }
        let sound = biff::rebuild_biff_workbook(bytes)?;
        let length = sound.len() as u64;
        Ok(Self::Xls { reader: Box::new(Xls::new(Cursor::new(sound)).map_err(unreadable_workbook)?), length })
    }
    fn names(&self) -> Vec<String> {
        match self {
            Self::Xlsx { reader, .. } => reader.sheet_names(),
            Self::Xls { reader, .. } => reader.sheet_names(),
        }
    }
    /// Bytes that its worksheets are read from.
    fn bytes(&self) -> u64 {
        match self {
            Self::Xlsx { weighed, .. } => weighed.unpacked,
            Self::Xls { length, .. } => *length,
        }
    }
    fn sheet(&mut self, name: &str, room: &mut MemoryRoom) -> Result<FilledSheet> {
        match self {
            Self::Xlsx { reader, weighed } => {
                let mut sheet = filled_cells(reader, name, room)?;
                if weighed.merged {
                    sheet.merged = reader.merge_cells_by_sheet_name(name).unwrap_or_default();
                }
                Ok(sheet)
            }
            Self::Xls { reader, .. } => {
                let range = reader.worksheet_range(name).map_err(unreadable_workbook)?;
                let (top, left) = range.start().unwrap_or((0, 0));
                let mut rows = Vec::with_capacity(range.height());
                for row in range.rows() {
                    let end = row.iter().rposition(|cell| *cell != Data::Empty).map_or(0, |at| at + 1);
                    let row: Vec<String> = row[..end].iter().map(workbook_cell_text).collect();
                    room.take(0, row.iter().map(|text| text.len() as u64).sum())?;
                    rows.push(row);
                }
                let merged = reader.merge_cells_by_sheet_name(name).unwrap_or_default();
                Ok(FilledSheet { top, left, rows, merged })
            }
        }
    }
}

/// Cells of an XLSX worksheet.
///
/// The crate's own range is a full rectangle: two stray cells in opposite corners of a sheet
/// would take hundreds of gigabytes.
fn filled_cells(book: &mut Xlsx<Cursor<Vec<u8>>>, name: &str, room: &mut MemoryRoom) -> Result<FilledSheet> {
    let mut reader = match book.worksheet_cells_reader(name) {
        Ok(reader) => reader,
        // A chart sheet holds no cells.
        Err(calamine::XlsxError::NotAWorksheet(_)) => return Ok(FilledSheet::default()),
        Err(error) => return Err(unreadable_workbook(error)),
    };
    let (mut top, mut left) = (u32::MAX, u32::MAX);
    let mut rows: Vec<Vec<String>> = Vec::new();
    while let Some(cell) = reader.next_cell().map_err(unreadable_workbook)? {
        let (row, column) = cell.get_position();
        let length = match cell.get_value() {
            DataRef::Empty => continue,
            // As long as it is for every cell that shares it.
            DataRef::SharedString(text) => text.len(),
            DataRef::String(text) => text.len(),
            _ => 0,
        };
        if row >= MAX_ROWS || column as usize >= MAX_COLUMNS {
            return Err(Error::input("单元格位置超出范围")
                .at_row(u64::from(row) + 1)
                .hint("用 Excel 或 WPS 打开后另存为 .xlsx，再放回原处"));
        }
        (top, left) = (top.min(row), left.min(column));
        let (row, column) = (row as usize, column as usize);
        if rows.len() <= row {
            rows.resize(row + 1, Vec::new());
        }
        let more = (column + 1).saturating_sub(rows[row].len());
        room.take(more as u64, length as u64).map_err(|e| e.at_row(row as u64 + 1))?;
        if more > 0 {
            rows[row].resize(column + 1, String::new());
        }
        rows[row][column] = workbook_cell_text(&Data::from(cell.get_value().clone()));
    }
    if rows.is_empty() {
        return Ok(FilledSheet::default());
    }
    rows.drain(..top as usize);
    for row in &mut rows {
        row.drain(..row.len().min(left as usize));
    }
    Ok(FilledSheet { top, left, rows, merged: Vec::new() })
}

fn table_of_sheet(
    identity: &FileIdentity,
    (index, name): (usize, &str),
    sheet: FilledSheet,
    found: FoundHeader,
    room: &mut MemoryRoom,
) -> Result<RawTable> {
    let FilledSheet { top, left, mut rows, merged } = sheet;
    let header_row = top + found.last as u32 + 1;
    let columns = found.headers.len();
    check_column_limit(columns).map_err(|e| e.at_row(header_row.into()))?;
    fill_merged(&mut rows, &merged, (top, left), found.last, columns)?;
    let filled = rows.iter().filter(|row| !row.is_empty()).count();
    if columns.saturating_mul(filled) > MAX_RECTANGLE {
        // One stray cell far to the right of the header makes every row as wide.
        return Err(Error::input(format!("表头行有{columns}列，与{filled}行相乘超出可读的范围"))
            .at_row(header_row.into())
            .hint("删去表头行右边远处的零散内容后另存"));
    }
    let mut info = identity.info(found.headers, header_row);
    info.sheet = Some(name.to_owned());
    info.sheet_index = u16::try_from(index).unwrap_or(u16::MAX);
    let info = Arc::new(info);
    let mut out = RawTableAssembler::new(&info, rows.len(), room)?;
    for (position, row) in rows.iter().enumerate() {
        let number = top + position as u32 + 1;
        if position < found.first {
            out.skip(number, SkipReason::Title);
        } else if position <= found.last {
            out.skip(number, SkipReason::Header);
        } else {
            out.push(number, row).map_err(|e| e.at_row(number.into()))?;
        }
    }
    Ok(out.finish(Arc::clone(&info)))
}

/// A merged cell below the header holds for all its rows (a township over its people), not its columns.
fn fill_merged(
    rows: &mut [Vec<String>],
    merged: &[Dimensions],
    (top, left): (u32, u32),
    header: usize,
    width: usize,
) -> Result<()> {
    if merged.is_empty() {
        return Ok(());
    }
    // A row that holds nothing else is blank, not a person of that township.
    let blank: Vec<bool> = rows.iter().map(|row| row.iter().all(String::is_empty)).collect();
    let mut room = MemoryRoom::sheet(0);
    for region in merged {
        let Some(column) = region.start.1.checked_sub(left).map(|c| c as usize) else { continue };
        let Some(first) = region.start.0.checked_sub(top).map(|r| r as usize) else { continue };
        if first <= header
            || first >= rows.len()
            || column >= width
            || region.end.0 <= region.start.0
            || region.start.1 != region.end.1
        {
            continue;
        }
        let Some(text) = rows.get(first).and_then(|r| r.get(column)).cloned() else { continue };
        let last = ((region.end.0 - top) as usize).min(rows.len() - 1);
        for at in first + 1..=last {
            let row = &mut rows[at];
            // Regions do not overlap, so that each row counts once for a column.
            room.take(1 + (column + 1).saturating_sub(row.len()) as u64, 0)?;
            if blank[at] {
                continue;
            }
            if row.len() <= column {
                row.resize(column + 1, String::new());
            }
            if row[column].is_empty() {
                room.take(0, text.len() as u64)?;
                row[column].clone_from(&text);
            }
        }
    }
    Ok(())
}

/// A cell as text. Numbers of 16 or more digits lost some: they are written as such.
fn workbook_cell_text(cell: &Data) -> String {
    match cell {
        Data::Empty | Data::Error(_) => String::new(),
        Data::String(text) => text.clone(),
        Data::Int(number) => number.to_string(),
        Data::Bool(flag) => if *flag { "1" } else { "0" }.to_owned(),
        Data::Float(number) => workbook_number_text(*number),
        Data::DateTime(moment) => date_text(moment),
        Data::DateTimeIso(text) | Data::DurationIso(text) => text.trim_end_matches("T00:00:00").to_owned(),
    }
}

pub(super) fn workbook_number_text(number: f64) -> String {
    if number.abs() >= 1e15 {
        // 15 significant digits are all that a spreadsheet keeps.
        let text = format!("{number:.14e}");
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let mantissa = mantissa.trim_end_matches('0').trim_end_matches('.');
        format!("{mantissa}E+{exponent}")
    } else if number.fract() == 0.0 {
        format!("{number:.0}")
    } else {
        // The shortest text that reads back the same, as the spreadsheet shows it.
        format!("{}", (number * 1e9).round() / 1e9)
    }
}

fn date_text(moment: &calamine::ExcelDateTime) -> String {
    if moment.is_duration() {
        return workbook_number_text(moment.as_f64());
    }
    let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
    if hour == 0 && minute == 0 && second == 0 {
        format!("{year:04}-{month:02}-{day:02}")
    } else {
        format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A workbook of one worksheet whose cells all share one text.
    fn shared(cells: u32, text: &str) -> OpenWorkbook {
        let mut book = rust_xlsxwriter::Workbook::new();
        let sheet = book.add_worksheet();
        for row in 0..cells {
            sheet.write(row, 0, text).unwrap();
        }
        OpenWorkbook::open(book.save_to_buffer().unwrap(), FileFormat::Xlsx).unwrap()
    }

    #[test]
    fn a_shared_text_counts_for_every_cell() {
        let text = "善堂镇".repeat(100);
        let read =
            |most| shared(50, &text).sheet("Sheet1", &mut MemoryRoom::of(50, most)).map(|s| s.rows.len());
        assert_eq!(read(50 * 900).unwrap(), 50);
        let error = read(10 * 900).unwrap_err();
        assert!(error.message().contains("文字超过"), "{error}");
        assert_eq!(error.location().row, Some(11));
    }

    #[test]
    fn all_worksheets_share_one_room() {
        let mut book = rust_xlsxwriter::Workbook::new();
        for _ in 0..3 {
            let sheet = book.add_worksheet();
            ["姓名", "证件号码"].iter().enumerate().for_each(|(at, h)| {
                sheet.write(0, at as u16, *h).unwrap();
            });
            for row in 1..=10 {
                sheet.write(row, 0, "张三").unwrap();
            }
        }
        let mut book = OpenWorkbook::open(book.save_to_buffer().unwrap(), FileFormat::Xlsx).unwrap();
        let identity =
            FileIdentity { file: "甲.xlsx".into(), sha256: String::new(), format: FileFormat::Xlsx };
        let known = KnownHeaders::new(&ReadOptions::default());
        let mut room = MemoryRoom::of(45, 1000);
        let mut read = |name: &str| {
            let sheet = book.sheet(name, &mut MemoryRoom::sheet(0)).unwrap();
            let found = known.require(&sheet.rows).unwrap();
            table_of_sheet(&identity, (1, name), sheet, found, &mut room).map(|t| t.rows.len())
        };
        assert_eq!((read("Sheet1").unwrap(), read("Sheet2").unwrap()), (10, 10));
        let error = read("Sheet3").unwrap_err();
        assert_eq!((error.location().row, error.kind()), (Some(4), crate::error::ErrorKind::Input));
    }

    #[test]
    fn merged_ranges_over_and_over_are_counted() {
        let row = |text: &str| vec![text.to_owned(), "x".to_owned()];
        let mut rows: Vec<Vec<String>> = (0..1001).map(|_| row("")).collect();
        rows[1] = row("善堂镇");
        let region = Dimensions { start: (1, 0), end: (1000, 0) };
        fill_merged(&mut rows, &[region], (0, 0), 0, 2).unwrap();
        assert_eq!(rows[1000][0], "善堂镇");
        let many = vec![region; 110_000];
        assert!(fill_merged(&mut rows, &many, (0, 0), 0, 2).unwrap_err().message().contains("单元格超过"));
    }

    #[test]
    fn ruined_numbers_look_ruined() {
        assert_eq!(workbook_number_text(410_621_197_001_011_264.0), "4.10621197001011E+17");
        assert_eq!(workbook_number_text(450.0), "450");
        assert_eq!(workbook_number_text(450.5), "450.5");
        assert_eq!(workbook_number_text(0.1 + 0.2), "0.3");
    }
}
