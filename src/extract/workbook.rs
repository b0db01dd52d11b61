//! XLSX and XLS workbooks, every worksheet a table.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use calamine::{Data, Dimensions, Reader, Xls, Xlsx};

use super::assemble::Assembler;
use super::header::{HEADER_DEPTH, KnownHeaders};
use super::{FileIdentity, RawTable, RawTables, SkipReason, row_number};
use crate::config::read_options::ReadOptions;
use crate::model::source_table::FileFormat;
use crate::{Error, Result};

/// Limits of the XLSX format, and of what is read of one worksheet.
const MAX_ROWS: u32 = 1 << 20;
const MAX_COLUMNS: u32 = 1 << 14;
const MAX_CELLS: u64 = 100_000_000;

/// The filled part of a worksheet. Rows are as long as they need to be, not all alike.
struct Sheet {
    /// One-based position in the workbook.
    index: usize,
    name: String,
    /// Zero-based row and column of the first filled cell.
    top: u32,
    left: u32,
    rows: Vec<Vec<String>>,
    merged: Vec<Dimensions>,
}

pub(super) fn open(
    bytes: Vec<u8>,
    identity: &FileIdentity,
    options: &ReadOptions,
    wants_sheet: &dyn Fn(&str) -> bool,
) -> Result<RawTables> {
    // The reader of a foreign binary format may panic on hostile bytes; that must not end the run.
    let sheets = catch_unwind(AssertUnwindSafe(|| match identity.format {
        FileFormat::Xlsx => xlsx(bytes, wants_sheet),
        _ => xls(bytes, wants_sheet),
    }))
    .unwrap_or_else(|_| Err("内部结构不合规".to_owned()))
    .map_err(|why| {
        Error::input(format!("工作簿已损坏,读不出来:{why}"))
            .hint("用 Excel 或 WPS 打开后另存为 .xlsx,再放回原处")
    })?;
    let known = KnownHeaders::new(options);
    let mut tables = Vec::new();
    let mut headless = None;
    for sheet in sheets {
        if sheet.rows.is_empty() {
            continue;
        }
        let name = sheet.name.clone();
        match table(identity, &known, sheet) {
            Ok(table) => tables.push(Ok(table)),
            // A cover or notes sheet has no header; it is an error only if no sheet has one.
            Err(error) => headless = Some(headless.unwrap_or_else(|| error.in_sheet(&name))),
        }
    }
    match headless {
        Some(error) if tables.is_empty() => Err(error),
        None if tables.is_empty() => {
            Err(Error::input("工作簿里没有任何内容").hint("确认数据在要读的工作表里,且不是图片"))
        }
        _ => Ok(Box::new(tables.into_iter())),
    }
}

fn xlsx(bytes: Vec<u8>, wants_sheet: &dyn Fn(&str) -> bool) -> std::result::Result<Vec<Sheet>, String> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|e| e.to_string())?;
    let names = book.sheet_names();
    let mut sheets = Vec::new();
    for (index, name) in names.into_iter().enumerate() {
        if wants_sheet(&name) {
            let (top, left, rows) = filled_cells(&mut book, &name)?;
            let merged = book.merge_cells_by_sheet_name(&name).unwrap_or_default();
            sheets.push(Sheet { index: index + 1, name, top, left, rows, merged });
        }
    }
    Ok(sheets)
}

fn xls(bytes: Vec<u8>, wants_sheet: &dyn Fn(&str) -> bool) -> std::result::Result<Vec<Sheet>, String> {
    let mut book: Xls<_> = Xls::new(Cursor::new(bytes)).map_err(|e| e.to_string())?;
    let names = book.sheet_names();
    let mut sheets = Vec::new();
    for (index, name) in names.into_iter().enumerate() {
        if wants_sheet(&name) {
            let range = book.worksheet_range(&name).map_err(|e| e.to_string())?;
            let (top, left) = range.start().unwrap_or((0, 0));
            let rows = range.rows().map(|row| row.iter().map(cell_text).collect()).collect();
            let merged = book.merge_cells_by_sheet_name(&name).unwrap_or_default();
            sheets.push(Sheet { index: index + 1, name, top, left, rows, merged });
        }
    }
    Ok(sheets)
}

/// Cells of an XLSX worksheet: first row, first column, and the rows from there on.
///
/// The crate's own range is a full rectangle: two stray cells in opposite corners of a sheet
/// would take hundreds of gigabytes.
fn filled_cells(
    book: &mut Xlsx<Cursor<Vec<u8>>>,
    name: &str,
) -> std::result::Result<(u32, u32, Vec<Vec<String>>), String> {
    let mut reader = match book.worksheet_cells_reader(name) {
        Ok(reader) => reader,
        // A chart sheet holds no cells.
        Err(calamine::XlsxError::NotAWorksheet(_)) => return Ok((0, 0, Vec::new())),
        Err(error) => return Err(error.to_string()),
    };
    let mut cells: Vec<(u32, u32, String)> = Vec::new();
    let (mut top, mut left) = (u32::MAX, u32::MAX);
    let mut widths: Vec<u32> = Vec::new();
    while let Some(cell) = reader.next_cell().map_err(|e| e.to_string())? {
        let (row, column) = cell.get_position();
        if matches!(cell.get_value(), calamine::DataRef::Empty) {
            continue;
        }
        if row >= MAX_ROWS || column >= MAX_COLUMNS {
            return Err(format!("工作表“{name}”的单元格位置超出范围"));
        }
        (top, left) = (top.min(row), left.min(column));
        if widths.len() <= row as usize {
            widths.resize(row as usize + 1, 0);
        }
        let width = &mut widths[row as usize];
        *width = (*width).max(column + 1);
        cells.push((row, column, cell_text(&Data::from(cell.get_value().clone()))));
    }
    if cells.is_empty() {
        return Ok((0, 0, Vec::new()));
    }
    let widths: Vec<u32> = widths[top as usize..].iter().map(|w| w.saturating_sub(left)).collect();
    if widths.iter().map(|&w| u64::from(w)).sum::<u64>() > MAX_CELLS {
        return Err(format!("工作表“{name}”的单元格超过{MAX_CELLS}个,请分成几个文件或改交 CSV"));
    }
    let mut rows: Vec<Vec<String>> = widths.iter().map(|&w| vec![String::new(); w as usize]).collect();
    for (row, column, text) in cells {
        rows[(row - top) as usize][(column - left) as usize] = text;
    }
    Ok((top, left, rows))
}

fn table(identity: &FileIdentity, known: &KnownHeaders, sheet: Sheet) -> Result<RawTable> {
    let Sheet { index, name, top, left, mut rows, merged } = sheet;
    let head = &rows[..rows.len().min(HEADER_DEPTH + 1)];
    let found = known.require(head)?;
    fill_merged(&mut rows, &merged, (top, left), found.last, found.headers.len());
    if found.headers.len() as u64 * rows.len() as u64 > MAX_CELLS {
        // One stray cell far to the right of the header makes every row as wide.
        return Err(Error::input(format!("表头行有{}列,与行数相乘超出可读的范围", found.headers.len()))
            .hint("删去表头行右边远处的零散内容后另存"));
    }
    let header_row = row_number(top, found.last + 1)?;
    let mut info = identity.info(found.headers, header_row);
    info.sheet_index = u16::try_from(index).map_err(|_| {
        Error::input(format!("工作簿的工作表超过{}个", u16::MAX)).hint("分成几个文件，再放回原处")
    })?;
    info.sheet = Some(name);
    let info = Arc::new(info);
    let mut out = Assembler::new(&info, rows.len());
    for (position, row) in rows.iter().enumerate() {
        let number = row_number(top, position + 1)?;
        if position < found.first {
            out.skip(number, SkipReason::Title);
        } else if position <= found.last {
            out.skip(number, SkipReason::Header);
        } else {
            out.push(number, row);
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
) {
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
        let last = (region.end.0.saturating_sub(top) as usize).min(rows.len().saturating_sub(1));
        for row in &mut rows[first + 1..=last] {
            // A row that holds nothing else is blank, not a person of that township.
            if row.iter().all(String::is_empty) {
                continue;
            }
            if row.len() <= column {
                row.resize(column + 1, String::new());
            }
            if row[column].is_empty() {
                row[column].clone_from(&text);
            }
        }
    }
}

/// A cell as text. Numbers of 16 or more digits lost some: they are written as such.
fn cell_text(cell: &Data) -> String {
    match cell {
        Data::Empty | Data::Error(_) => String::new(),
        Data::String(text) => text.clone(),
        Data::Int(number) => number.to_string(),
        Data::Bool(flag) => if *flag { "1" } else { "0" }.to_owned(),
        Data::Float(number) => number_text(*number),
        Data::DateTime(moment) => date_text(moment),
        Data::DateTimeIso(text) | Data::DurationIso(text) => text.trim_end_matches("T00:00:00").to_owned(),
    }
}

fn number_text(number: f64) -> String {
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

/// Numbers of days, 1900-01-01 to 9999-12-31. The reader takes a number beyond them for the nearest of
/// them: an empty date (0) or a wrong number would become somebody's birthday.
const SERIALS: std::ops::Range<f64> = 1.0..2_958_466.0;

fn date_text(moment: &calamine::ExcelDateTime) -> String {
    if moment.is_duration() || !SERIALS.contains(&moment.as_f64()) {
        return number_text(moment.as_f64());
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

    #[test]
    fn ruined_numbers_look_ruined() {
        assert_eq!(number_text(410_621_197_001_011_264.0), "4.10621197001011E+17");
        assert_eq!(number_text(450.0), "450");
        assert_eq!(number_text(450.5), "450.5");
        assert_eq!(number_text(0.1 + 0.2), "0.3");
    }

    #[test]
    fn a_number_of_days_that_no_calendar_has_is_no_date() {
        use calamine::{ExcelDateTime, ExcelDateTimeType};
        let text = |days| date_text(&ExcelDateTime::new(days, ExcelDateTimeType::DateTime, false));
        assert_eq!([text(1.0), text(43_160.0)], ["1900-01-01", "2018-03-01"]);
        assert_eq!(text(2_958_465.0), "9999-12-31");
        assert_eq!(text(43_160.5), "2018-03-01 12:00:00");
        for days in [0.0, -1.0, 2_958_466.0, 410_621_197_001_011_264.0, f64::MAX, f64::NEG_INFINITY, f64::NAN]
        {
            let shown = text(days);
            assert_eq!(crate::load::date::parse(&shown), None, "{days}: {shown}");
        }
    }
}
