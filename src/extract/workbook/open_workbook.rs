//! One way to ask workbooks of every format for their sheets.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;
use std::rc::Rc;

use calamine::{
    Data, DataRef, Reader, Sheet, SheetType, SheetVisible, Xls, Xlsb, Xlsx, XlsxError, XlsxFormulaMetadata,
};

use super::super::texts_beside_cells::told_texts;
use super::filled_sheet::{FilledSheet, SheetBuilder, SheetCell};
use crate::config::read_options::ReadOptions;
use crate::error::caught_panic::catch_panic;
use crate::extract::biff::{BiffSheet, rebuild_biff_workbook};
use crate::extract::digit_format::DigitFormat;
use crate::extract::package_parts::{PackageParts, XlsxSheets, refuse_unlisted_rows, repacked};
use crate::extract::sheet_row_count::CountedRows;
use crate::extract::shown_units::{units_as_texts, units_of_xlsx_styles};
use crate::extract::sniff::password_needed;
use crate::extract::table_limits::MemoryRoom;
use crate::extract::xlsb_records::{self, XlsbSheet};
use crate::extract::xlsx_errors::unknown_errors_as_texts;
use crate::extract::xlsx_marks::{SheetMarks, XlsxMarks};
use crate::extract::xlsx_package::{self, WeighedPackage};
use crate::extract::{html_tables, mhtml, ods, spreadsheet_ml};
use crate::model::file_account::CellFault;
use crate::model::source_table::{FileFormat, TextEncoding};
use crate::privacy::mask::mask_numbers_in_text;
use crate::{Error, Result};

/// What a workbook says of one of its sheets.
pub(super) struct SheetHead {
    pub name: String,
    /// Cells cannot be read from it: a chart, macros.
    pub no_table: bool,
    pub hidden: bool,
}

/// A sheet that is read as a whole with its workbook.
pub(in crate::extract) struct ReadSheet {
    pub name: String,
    pub hidden: bool,
    pub sheet: FilledSheet,
    /// Rows with a filled cell, as the reader counts them.
    pub filled: u64,
    /// The second count.
    pub counted: CountedRows,
}

/// An open workbook.
pub(super) struct OpenWorkbook {
    pub heads: Vec<SheetHead>,
    /// Encoding of a text that holds tables.
    pub encoding: Option<TextEncoding>,
    /// Its sheets have names of their own, or there are several.
    pub named: bool,
    book: Book,
}

enum Book {
    Xlsx {
        reader: Box<Xlsx<Cursor<Vec<u8>>>>,
        weighed: Box<WeighedPackage>,
        parts: XlsxSheets,
        /// By the normal name of the sheet's part.
        marks: BTreeMap<String, SheetMarks>,
    },
    Xls {
        reader: Box<Xls<Cursor<Vec<u8>>>>,
        length: u64,
        sheets: Vec<BiffSheet>,
    },
    Xlsb {
        reader: Box<Xlsb<Cursor<Vec<u8>>>>,
        unpacked: u64,
        sheets: Vec<XlsbSheet>,
    },
    Read {
        sheets: Vec<Option<ReadSheet>>,
        counted: Vec<CountedRows>,
    },
}

/// Readers of foreign binary formats may panic on hostile bytes; that must not end the run.
pub(super) fn catch_workbook_panic<T>(read: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_panic(read).unwrap_or_else(|| Err(unreadable_workbook("内部结构不合规")))
}

pub(in crate::extract) fn unreadable_workbook(why: impl std::fmt::Display) -> Error {
    // What the reader says may quote the file.
    Error::input(format!("工作簿已损坏，读不出来：{}", mask_numbers_in_text(&why.to_string())))
        .hint("用 Excel 或 WPS 打开后另存为 .xlsx，再放回原处")
}

fn failed_xlsx(error: XlsxError) -> Error {
    match error {
        XlsxError::Password => password_needed(),
        XlsxError::CellError(value) => {
            Error::input(format!("单元格里是认不出的错误值“{}”", mask_numbers_in_text(&value)))
                .hint("用 Excel 或 WPS 打开，改掉或删去出错的公式，另存后放回原处")
        }
        other => unreadable_workbook(other),
    }
}

impl OpenWorkbook {
    pub(super) fn open(bytes: Vec<u8>, format: FileFormat, options: &ReadOptions) -> Result<Self> {
        match format {
            FileFormat::Xls => {
                let sound = rebuild_biff_workbook(bytes)?;
                let length = sound.bytes.len() as u64;
                let reader = Box::new(Xls::new(Cursor::new(sound.bytes)).map_err(unreadable_workbook)?);
                let heads = heads(reader.sheets_metadata(), sound.sheets.len())?;
                Ok(Self {
                    heads,
                    encoding: None,
                    named: true,
                    book: Book::Xls { reader, length, sheets: sound.sheets },
                })
            }
            FileFormat::Xlsx => {
                let weighed = xlsx_package::weigh_xlsx_package(&bytes)?;
                let mut package = PackageParts::open(&bytes)?;
                let mut parts = package.xlsx_sheets()?;
                for name in &parts.unlisted {
                    // Packed in a way that nobody here unpacks: whether it has rows is not known.
                    let rows = weighed.rows.get(name).ok_or_else(xlsx_package::damaged_xlsx_package)?;
                    refuse_unlisted_rows(name, rows.filled)?;
                }
                let styles = package.styles(&parts).unwrap_or_default();
                let units = units_of_xlsx_styles(&styles);
                let strings = package.shared_strings(&parts, weighed.unpacked).unwrap_or_default();
                let shown_otherwise = XlsxMarks::of(&styles, &strings);
                drop(strings);
                let mut marks: BTreeMap<String, SheetMarks> = BTreeMap::new();
                for name in &parts.parts {
                    let may_mark = weighed.marked.contains(name) || !shown_otherwise.is_empty();
                    if let Some(part) = may_mark.then(|| package.read(name, weighed.unpacked)).flatten() {
                        let found = shown_otherwise.of_sheet(&String::from_utf8_lossy(&part));
                        marks.insert(name.clone(), found);
                    }
                    let printed = weighed.printed.get(name).map_or("", String::as_str);
                    // Lists that come back have what this program printed above them.
                    let beside = (!options.plain_rows)
                        .then(|| told_texts(printed, &package.drawn_words(name, weighed.unpacked)))
                        .flatten();
                    let comments = package.comments(name, weighed.unpacked).told();
                    if comments.is_some() || beside.is_some() {
                        marks
                            .entry(name.clone())
                            .or_default()
                            .remarks
                            .extend(comments.into_iter().chain(beside));
                    }
                }
                let changing = |name: &&String| weighed.odd_values.contains(name) || !units.is_empty();
                let names: BTreeSet<&String> = weighed.odd_values.iter().chain(&parts.parts).collect();
                for name in names.into_iter().filter(changing) {
                    let part = package.read(name, weighed.unpacked).unwrap_or_default();
                    let text = String::from_utf8_lossy(&part);
                    let known = unknown_errors_as_texts(&text);
                    let shown = units_as_texts(known.as_deref().unwrap_or(&text), &units);
                    if let Some(changed) = shown.or(known) {
                        parts.changes.replaced.push((name.clone(), changed.into_bytes()));
                    }
                }
                drop(package);
                let bytes = match parts.changes.is_empty() {
                    false => repacked(&bytes, &parts.changes)?,
                    true => bytes,
                };
                let reader = Box::new(Xlsx::new(Cursor::new(bytes)).map_err(failed_xlsx)?);
                let heads = heads(reader.sheets_metadata(), parts.parts.len())?;
                let book = Book::Xlsx { reader, weighed: Box::new(weighed), parts, marks };
                Ok(Self { heads, encoding: None, named: true, book })
            }
            FileFormat::Xlsb => {
                let sound = xlsb_records::rebuild_xlsb_workbook(bytes)?;
                let reader = Box::new(Xlsb::new(Cursor::new(sound.bytes)).map_err(unreadable_workbook)?);
                let heads = heads(reader.sheets_metadata(), sound.sheets.len())?;
                let book = Book::Xlsb { reader, unpacked: sound.unpacked, sheets: sound.sheets };
                Ok(Self { heads, encoding: None, named: true, book })
            }
            FileFormat::Ods => Self::of_read(ods::read_ods_workbook(&bytes)?, None, format),
            FileFormat::SpreadsheetMl => {
                let (sheets, encoding) = spreadsheet_ml::read_spreadsheet_ml(bytes, options.encoding)?;
                Self::of_read(sheets, Some(encoding), format)
            }
            FileFormat::Mhtml => Self::of_read(mhtml::read_mhtml(&bytes, options.encoding)?, None, format),
            _ => {
                let (sheets, encoding) = html_tables::read_html(bytes, options.encoding)?;
                Self::of_read(sheets, Some(encoding), format)
            }
        }
    }
    fn of_read(sheets: Vec<ReadSheet>, encoding: Option<TextEncoding>, format: FileFormat) -> Result<Self> {
        let captioned = sheets.first().is_some_and(|sheet| sheet.name.contains(' '));
        let named = sheets.len() > 1 || captioned || format != FileFormat::Html;
        let heads: Vec<SheetHead> = sheets
            .iter()
            .map(|s| SheetHead { name: s.name.clone(), no_table: false, hidden: s.hidden })
            .collect();
        check_names(&heads)?;
        let counted = sheets.iter().map(|s| s.counted).collect();
        let book = Book::Read { sheets: sheets.into_iter().map(Some).collect(), counted };
        Ok(Self { heads, encoding, named, book })
    }
    /// The second count of a sheet.
    pub(super) fn counted(&self, index: usize) -> CountedRows {
        match &self.book {
            Book::Xlsx { weighed, parts, .. } => {
                let part = parts.parts.get(index);
                part.and_then(|part| weighed.rows.get(part)).copied().unwrap_or_default()
            }
            Book::Xls { sheets, .. } => sheets.get(index).map(|s| s.counted).unwrap_or_default(),
            Book::Xlsb { sheets, .. } => sheets.get(index).map(|s| s.counted).unwrap_or_default(),
            Book::Read { counted, .. } => counted.get(index).copied().unwrap_or_default(),
        }
    }
    /// Does the workbook count days from 1904?
    fn is_1904(&self) -> bool {
        match &self.book {
            Book::Xlsx { reader, .. } => reader.has_1904_epoch(),
            Book::Xls { reader, .. } => reader.has_1904_epoch(),
            Book::Xlsb { reader, .. } => reader.has_1904_epoch(),
            Book::Read { .. } => false,
        }
    }
    /// Room for the cells of one sheet.
    pub(super) fn sheet_room(&self) -> MemoryRoom {
        MemoryRoom::sheet(match &self.book {
            Book::Xlsx { weighed, .. } => weighed.unpacked,
            Book::Xls { length, .. } => *length,
            Book::Xlsb { unpacked, .. } => *unpacked,
            Book::Read { .. } => 0,
        })
    }
    /// The filled part of a sheet, and how many of its rows have a filled cell.
    ///
    /// # Errors
    /// It is damaged, or takes up too much.
    pub(super) fn sheet(&mut self, index: usize, room: &MemoryRoom) -> Result<(FilledSheet, u64)> {
        let is_1904 = self.is_1904();
        let name = &self.heads[index].name;
        let mut builder = SheetBuilder::new(room, is_1904);
        match &mut self.book {
            Book::Xlsx { reader, weighed, parts, marks } => {
                let shown = parts.parts.get(index).and_then(|part| marks.remove(part)).unwrap_or_default();
                xlsx_cells(reader, name, (parts.calculates_on_load, &shown), &mut builder)?;
                shown.marks.iter().try_for_each(|(place, mark)| builder.mark(*place, mark))?;
                shown.told().into_iter().for_each(|remark| builder.remark(remark));
                if weighed.merged {
                    let merged = reader.merge_cells_by_sheet_name(name).unwrap_or_default();
                    merged.into_iter().for_each(|region| builder.merge(region));
                }
            }
            Book::Xls { reader, sheets, .. } => {
                let range = reader.worksheet_range(name).map_err(unreadable_workbook)?;
                let (top, left) = range.start().unwrap_or((0, 0));
                let known = sheets.get(index);
                let uncalculated = known.map(|s| &s.uncalculated);
                for (row, column, data) in range.used_cells() {
                    let folded = (top + row as u32, left + column as u32);
                    let place = known.and_then(|sheet| sheet.places.unfold(folded.0, folded.1));
                    let place = place.ok_or_else(|| unreadable_workbook("内部结构不合规"))?;
                    if uncalculated.is_some_and(|places| places.contains(&place)) {
                        continue;
                    }
                    let unit = known.and_then(|sheet| sheet.units.get(&place)).map(|unit| &**unit);
                    put_data(&mut builder, place, data, unit)?;
                    let number = match data {
                        Data::Float(number) => *number,
                        Data::Int(number) => *number as f64,
                        _ => continue,
                    };
                    let format = known.and_then(|sheet| sheet.shown.digits.get(&place));
                    show_digits(&mut builder, place, number, format)?;
                }
                let marks = known.into_iter().flat_map(|sheet| &sheet.shown.marks);
                marks.into_iter().try_for_each(|(place, mark)| builder.mark(*place, mark))?;
                for place in uncalculated.into_iter().flatten() {
                    builder.put(*place, &SheetCell::Faulty(CellFault::FormulaWithoutValue, "（公式）"))?;
                }
                let merged = reader.merge_cells_by_sheet_name(name).unwrap_or_default();
                merged.into_iter().for_each(|region| builder.merge(region));
            }
            Book::Xlsb { reader, sheets, .. } => {
                let mut cells = reader.worksheet_cells_reader(name).map_err(unreadable_workbook)?;
                let units = sheets.get(index).map(|sheet| &sheet.units);
                while let Some(cell) = cells.next_cell().map_err(unreadable_workbook)? {
                    let place = cell.get_position();
                    let unit = units.and_then(|units| units.get(&place)).map(|unit| &**unit);
                    put_cell(&mut builder, place, cell.get_value(), unit)?;
                    if let DataRef::Float(number) = *cell.get_value() {
                        let format = sheets.get(index).and_then(|sheet| sheet.shown.digits.get(&place));
                        show_digits(&mut builder, place, number, format)?;
                    }
                }
                let Some(sheet) = sheets.get_mut(index) else { return Ok(builder.finish()) };
                sheet.shown.marks.iter().try_for_each(|(place, mark)| builder.mark(*place, mark))?;
                for &(place, code) in &sheet.errors {
                    builder.put(place, &SheetCell::Faulty(CellFault::ErrorValue, error_text(code)))?;
                }
                let merged = std::mem::take(&mut sheet.merged);
                merged.into_iter().for_each(|region| builder.merge(region));
            }
            Book::Read { sheets, .. } => {
                let sheet = sheets.get_mut(index).and_then(Option::take);
                let sheet = sheet.ok_or_else(|| Error::internal("工作表读了两次"))?;
                return Ok((sheet.sheet, sheet.filled));
            }
        }
        Ok(builder.finish())
    }
}

fn heads(sheets: &[Sheet], known: usize) -> Result<Vec<SheetHead>> {
    if sheets.len() != known {
        return Err(unreadable_workbook(format!("两次数到的工作表不一样多：{}、{known}", sheets.len())));
    }
    let heads: Vec<SheetHead> = sheets
        .iter()
        .map(|sheet| SheetHead {
            name: sheet.name.clone(),
            no_table: sheet.typ != SheetType::WorkSheet,
            hidden: sheet.visible != SheetVisible::Visible,
        })
        .collect();
    check_names(&heads)?;
    Ok(heads)
}

/// Sheets are asked for by name: of two that share one, the second would never be read.
fn check_names(heads: &[SheetHead]) -> Result<()> {
    let mut names = BTreeSet::new();
    match heads.iter().find(|head| !names.insert(&head.name)) {
        Some(head) => Err(Error::input("两张工作表同名")
            .in_sheet(&head.name)
            .hint("用 Excel 或 WPS 打开，给工作表改名后另存")),
        None => Ok(()),
    }
}

/// Cells of an XLSX worksheet.
///
/// The crate's own range is a full rectangle: two stray cells in opposite corners of a sheet
/// would take hundreds of gigabytes.
fn xlsx_cells(
    book: &mut Xlsx<Cursor<Vec<u8>>>,
    name: &str,
    (calculates_on_load, shown): (bool, &SheetMarks),
    builder: &mut SheetBuilder<'_>,
) -> Result<()> {
    let mut reader = match book.worksheet_cells_reader(name) {
        Ok(reader) => reader,
        // A chart sheet holds no cells.
        Err(XlsxError::NotAWorksheet(_)) => return Ok(()),
        Err(error) => return Err(failed_xlsx(error)),
    };
    // Formulas that say zero: told from calculated ones when all are known.
    let (mut zeros, mut calculated) = (Vec::new(), false);
    while let Some(cell) = reader.next_cell_with_formula_metadata().map_err(failed_xlsx)? {
        let place = cell.pos;
        if let DataRef::Float(number) = cell.value {
            show_digits(builder, place, number, shown.digits.get(&place))?;
        }
        let Some(formula) = cell.formula else {
            put_cell(builder, place, &cell.value, None)?;
            continue;
        };
        builder.count_row(place.0);
        match cell.value {
            DataRef::Empty => {
                let lacks = CellFault::FormulaWithoutValue;
                builder.put(place, &SheetCell::Faulty(lacks, &formula_text(&formula)))?;
            }
            DataRef::Float(0.0) if calculates_on_load => zeros.push((place, formula_text(&formula))),
            value => {
                calculated = true;
                put_cell(builder, place, &value, None)?;
            }
        }
    }
    for (place, formula) in zeros {
        // Nobody has opened the workbook since a program wrote it, and all its formulas say zero.
        if calculated {
            builder.put(place, &SheetCell::Number(0.0, None))?;
        } else {
            builder.put(place, &SheetCell::Faulty(CellFault::FormulaWithoutValue, &formula))?;
        }
    }
    Ok(())
}

/// Notes the digits that a number format shows of a number.
fn show_digits(
    builder: &mut SheetBuilder<'_>,
    place: (u32, u32),
    number: f64,
    format: Option<&Rc<DigitFormat>>,
) -> Result<()> {
    match format.and_then(|format| format.shown(number)) {
        Some(shown) => builder.show(place, shown),
        None => Ok(()),
    }
}

/// What an error of this code shows.
fn error_text(code: u8) -> &'static str {
    match code {
        0x00 => "#NULL!",
        0x07 => "#DIV/0!",
        0x0F => "#VALUE!",
        0x17 => "#REF!",
        0x1D => "#NAME?",
        0x24 => "#NUM!",
        0x2A => "#N/A",
        _ => "#?",
    }
}

/// A formula as far as it is written in its cell.
fn formula_text(formula: &XlsxFormulaMetadata) -> String {
    match formula {
        XlsxFormulaMetadata::Normal { formula } | XlsxFormulaMetadata::Shared { formula, .. }
            if !formula.is_empty() =>
        {
            format!("={formula}")
        }
        _ => "（公式）".to_owned(),
    }
}

/// `unit`: what the format of a number shows.
fn put_cell(
    builder: &mut SheetBuilder<'_>,
    place: (u32, u32),
    value: &DataRef<'_>,
    unit: Option<&str>,
) -> Result<()> {
    match value {
        DataRef::Empty => Ok(()),
        DataRef::SharedString(text) => {
            builder.count_row(place.0);
            builder.put(place, &SheetCell::Text(text))
        }
        DataRef::String(text) => builder.put(place, &SheetCell::Text(text)),
        other => put_data(builder, place, &Data::from(other.clone()), unit),
    }
}

/// `unit`: what the format of a number shows.
fn put_data(
    builder: &mut SheetBuilder<'_>,
    place: (u32, u32),
    data: &Data,
    unit: Option<&str>,
) -> Result<()> {
    match data {
        Data::Empty => Ok(()),
        Data::Error(error) => {
            builder.put(place, &SheetCell::Faulty(CellFault::ErrorValue, &error.to_string()))
        }
        Data::Float(number) => builder.put(place, &SheetCell::Number(*number, unit)),
        // Of a length of time, the number.
        Data::DateTime(moment) if moment.is_duration() => {
            builder.put(place, &SheetCell::Number(moment.as_f64(), None))
        }
        Data::Int(number) => builder.put(place, &SheetCell::Number(*number as f64, unit)),
        Data::String(text) => builder.put(place, &SheetCell::Text(text)),
        other => builder.put(place, &SheetCell::Data(other)),
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
        let bytes = book.save_to_buffer().unwrap();
        OpenWorkbook::open(bytes, FileFormat::Xlsx, &ReadOptions::default()).unwrap()
    }

    #[test]
    fn a_shared_text_counts_for_every_cell() {
        let text = "善堂镇".repeat(100);
        let read = |most| shared(50, &text).sheet(0, &MemoryRoom::of(200, most)).map(|s| s.0.cells.len());
        assert_eq!(read(50 * 900).unwrap(), 50);
        let error = read(10 * 900).unwrap_err();
        assert!(error.message().contains("文字超过"), "{error}");
        assert_eq!(error.location().row, Some(11));
    }
}
