//! The filled part of a worksheet, whatever it was read from.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use calamine::{Data, Dimensions};

use super::sheet_cells::SheetCells;
use crate::extract::marked_text::CellMark;
use crate::extract::page_lines::LinesAround;
use crate::extract::table_limits::{MAX_COLUMNS, MemoryRoom};
use crate::model::cell_words::is_error_word;
use crate::model::file_account::CellFault;
use crate::{Error, Result};

/// Rows of the XLSX format.
const MAX_ROWS: u32 = 1 << 20;
/// Cells that an empty row counts for: so much it takes up.
const CELLS_OF_ROW: u64 = 3;

/// The filled part of a worksheet.
#[derive(Default)]
pub(in crate::extract) struct FilledSheet {
    /// Zero-based row of the first filled cell.
    pub top: u32,
    /// Zero-based column of the first filled cell.
    pub left: u32,
    /// Texts; where a cell is faulty, what it says.
    pub cells: SheetCells,
    pub merged: Vec<Dimensions>,
    /// Faulty cells, by their place in `cells`.
    pub faults: BTreeMap<(usize, usize), CellFault>,
    /// What faulty cells said before some of it was left out, by their place in `cells`.
    pub originals: BTreeMap<(usize, usize), String>,
    /// Days and months typed as digits into cells that show numbers as dates, by their place in `cells`.
    pub typed_days: BTreeSet<(usize, usize)>,
    /// What number formats show of numbers with more digits than those have, by their place in `cells`.
    pub shown_digits: BTreeMap<(usize, usize), String>,
    /// Plain numbers, be they texts, by their place in `cells`: kept where days are counted from 1904.
    pub plain_numbers: BTreeSet<(usize, usize)>,
    /// What is to be told of the sheet besides, Chinese.
    pub remarks: Vec<String>,
    /// What a web page says before and behind the table.
    pub around: LinesAround,
    /// Cells with text that a page does not show; it is not in `cells`.
    pub hidden_texts: u64,
    /// Some texts could not be decoded: U+FFFD stands in them.
    pub damaged: bool,
}

/// What a cell of a worksheet holds.
pub(in crate::extract) enum SheetCell<'a> {
    Text(&'a str),
    /// A number that no format makes a date, and the unit that its format shows and that changes it.
    Number(f64, Option<&'a str>),
    Data(&'a Data),
    Faulty(CellFault, &'a str),
}

/// Puts cells where they belong, within a room, in whatever order they come.
pub(in crate::extract) struct SheetBuilder<'a> {
    sheet: FilledSheet,
    /// The first filled row and column so far.
    first: (u32, u32),
    filled: BTreeSet<u32>,
    latest: Option<u32>,
    keeps_numbers: bool,
    /// A number as it is written.
    written: String,
    room: &'a MemoryRoom,
}

impl<'a> SheetBuilder<'a> {
    /// `is_1904`: the workbook counts days from 1904.
    pub(in crate::extract) fn new(room: &'a MemoryRoom, is_1904: bool) -> Self {
        Self {
            sheet: FilledSheet::default(),
            first: (u32::MAX, u32::MAX),
            filled: BTreeSet::new(),
            latest: None,
            keeps_numbers: is_1904,
            written: String::new(),
            room,
        }
    }
    /// Puts a cell into its (zero-based) place.
    ///
    /// # Errors
    /// No room left; the place is none of a spreadsheet, or taken.
    pub(in crate::extract) fn put(&mut self, (row, column): (u32, u32), cell: &SheetCell<'_>) -> Result<()> {
        let mut written = std::mem::take(&mut self.written);
        written.clear();
        let text = match cell {
            SheetCell::Text(text) | SheetCell::Faulty(_, text) => *text,
            SheetCell::Number(number, unit) => {
                write_workbook_number(&mut written, *number);
                written.push_str(unit.unwrap_or_default());
                &written
            }
            SheetCell::Data(data) => {
                written = workbook_cell_text(data);
                &written
            }
        };
        let put = self.put_text((row, column), cell, text);
        self.written = written;
        put
    }
    fn put_text(&mut self, (row, column): (u32, u32), cell: &SheetCell<'_>, text: &str) -> Result<()> {
        if row >= MAX_ROWS || column as usize >= MAX_COLUMNS {
            return Err(Error::input("单元格位置超出范围")
                .at_row(u64::from(row) + 1)
                .hint("用 Excel 或 WPS 打开后另存为 .xlsx，再放回原处"));
        }
        let fault = match cell {
            SheetCell::Faulty(fault, _) => Some(*fault),
            SheetCell::Text(text) if is_error_text(text) => Some(CellFault::ErrorValue),
            _ if text.is_empty() => return Ok(()),
            _ => None,
        };
        self.first = (self.first.0.min(row), self.first.1.min(column));
        self.count_row(row);
        let place = (row as usize, column as usize);
        let cells = &mut self.sheet.cells;
        let rows = (place.0 + 1).saturating_sub(cells.len()) as u64;
        let more = (place.1 + 1).saturating_sub(cells.width(place.0)) as u64;
        let taken = self.room.take(more + CELLS_OF_ROW * rows, text.len() as u64);
        taken.map_err(|e| e.at_row(u64::from(row) + 1))?;
        if !cells.get(place.0, place.1).is_empty() {
            return Err(Error::input("同一个单元格写了两次，不知道哪个才对")
                .at_row(u64::from(row) + 1)
                .hint("用 Excel 或 WPS 打开后另存为 .xlsx，再放回原处"));
        }
        cells.set(place.0, place.1, text)?;
        if let Some(fault) = fault {
            self.sheet.faults.insert(place, fault);
        }
        if let SheetCell::Data(Data::DateTime(moment)) = cell
            && typed_as_digits(moment.as_f64())
        {
            self.room.take(1, 0).map_err(|e| e.at_row(u64::from(row) + 1))?;
            self.sheet.typed_days.insert(place);
        }
        let plain = match cell {
            SheetCell::Number(_, unit) => unit.is_none(),
            SheetCell::Text(text) => !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()),
            _ => false,
        };
        if self.keeps_numbers && plain {
            self.sheet.plain_numbers.insert(place);
        }
        Ok(())
    }
    /// Says how the text of a cell that was put is set off. One that is faulty already, or holds nothing, stays as it is.
    ///
    /// # Errors
    /// No room left.
    pub(in crate::extract) fn mark(&mut self, (row, column): (u32, u32), mark: &CellMark) -> Result<()> {
        let place = (row as usize, column as usize);
        let sheet = &mut self.sheet;
        if sheet.cells.get(place.0, place.1).is_empty() || sheet.faults.contains_key(&place) {
            return Ok(());
        }
        match mark {
            CellMark::Struck => drop(sheet.faults.insert(place, CellFault::StruckOut)),
            CellMark::Part { kept, shown, fault } => {
                let taken = self.room.take(1, (kept.len() + shown.len()) as u64);
                taken.map_err(|e| e.at_row(u64::from(row) + 1))?;
                sheet.cells.set(place.0, place.1, kept)?;
                sheet.faults.insert(place, *fault);
                sheet.originals.insert(place, shown.clone());
            }
        }
        Ok(())
    }
    /// Notes what is shown of a number that was put.
    ///
    /// # Errors
    /// No room left.
    pub(in crate::extract) fn show(&mut self, (row, column): (u32, u32), shown: String) -> Result<()> {
        self.room.take(1, shown.len() as u64).map_err(|e| e.at_row(u64::from(row) + 1))?;
        self.sheet.shown_digits.insert((row as usize, column as usize), shown);
        Ok(())
    }
    /// Notes that cells are merged.
    pub(in crate::extract) fn merge(&mut self, region: Dimensions) {
        self.sheet.merged.push(region);
    }
    /// Keeps what is to be told of the sheet.
    pub(in crate::extract) fn remark(&mut self, remark: String) {
        self.sheet.remarks.push(remark);
    }
    /// Counts a cell with text that is not shown.
    pub(in crate::extract) fn hide(&mut self, (row, _): (u32, u32)) {
        self.sheet.hidden_texts += 1;
        self.count_row(row);
    }
    /// Columns that the cell that was merged last takes up beside its own, if it stands here.
    pub(in crate::extract) fn merged_across(&self, place: (u32, u32)) -> u32 {
        let last = self.sheet.merged.last().filter(|region| region.start == place);
        last.map_or(0, |region| region.end.1.saturating_sub(place.1))
    }
    pub(in crate::extract) fn room(&self) -> &'a MemoryRoom {
        self.room
    }
    /// The sheet, and how many of its rows have a filled cell.
    pub(in crate::extract) fn finish(self) -> (FilledSheet, u64) {
        let mut sheet = self.sheet;
        if sheet.cells.len() == 0 {
            let hidden_texts = sheet.hidden_texts;
            return (FilledSheet { hidden_texts, ..FilledSheet::default() }, self.filled.len() as u64);
        }
        (sheet.top, sheet.left) = self.first;
        let (top, left) = (sheet.top as usize, sheet.left as usize);
        sheet.cells.cut(top, left);
        let moved = |(row, column): (usize, usize)| (row - top, column - left);
        sheet.faults = sheet.faults.into_iter().map(|(place, fault)| (moved(place), fault)).collect();
        sheet.originals = sheet.originals.into_iter().map(|(place, text)| (moved(place), text)).collect();
        sheet.shown_digits =
            sheet.shown_digits.into_iter().map(|(place, text)| (moved(place), text)).collect();
        sheet.typed_days = sheet.typed_days.into_iter().map(moved).collect();
        sheet.plain_numbers = sheet.plain_numbers.into_iter().map(moved).collect();
        (sheet, self.filled.len() as u64)
    }
    /// Counts a row as filled, although none of its cells may have a text.
    pub(in crate::extract) fn count_row(&mut self, row: u32) {
        if self.latest.replace(row) != Some(row) {
            self.filled.insert(row);
        }
    }
}

impl FilledSheet {
    /// A merged cell below the header holds for all its rows (a township over its people), not its columns.
    ///
    /// `header`: position of the last row of the header; `width`: columns of the table.
    /// `persons`: columns of names and ID numbers. A cell of theirs does not hold for a row that fills another of them:
    /// somebody else stands there.
    ///
    /// Tells the column of each merged cell that was filled, and how many rows it holds for.
    ///
    /// # Errors
    /// Too much would be filled.
    pub(super) fn fill_merged(
        &mut self,
        header: Option<usize>,
        width: usize,
        persons: &[usize],
    ) -> Result<Vec<(usize, usize)>> {
        let mut filled = Vec::new();
        if self.merged.is_empty() {
            return Ok(filled);
        }
        // A row that holds nothing else is blank, not a person of that township.
        let blank: Vec<bool> =
            (0..self.cells.len()).map(|row| self.cells.row(row).all(str::is_empty)).collect();
        // Before anything is filled: who has a cell of their own.
        let somebody: Vec<bool> = (0..self.cells.len())
            .map(|row| {
                let own = |column: &&usize| **column < self.cells.width(row);
                persons.iter().filter(own).any(|&column| !self.cells.get(row, column).is_empty())
            })
            .collect();
        let room = MemoryRoom::sheet(0);
        for region in &self.merged {
            let Some(column) = region.start.1.checked_sub(self.left).map(|c| c as usize) else { continue };
            let Some(first) = region.start.0.checked_sub(self.top).map(|r| r as usize) else { continue };
            if header.is_some_and(|header| first <= header)
                || first >= self.cells.len()
                || column >= width
                || region.end.0 <= region.start.0
                || column >= self.cells.width(first)
            {
                continue;
            }
            let length = self.cells.get(first, column).len() as u64;
            let fault = self.faults.get(&(first, column)).copied();
            let last = ((region.end.0 - self.top) as usize).min(self.cells.len() - 1);
            let mut rows = 1;
            for (at, &blank) in blank.iter().enumerate().take(last + 1).skip(first + 1) {
                // Regions do not overlap, so that each row counts once for a column.
                room.take(1 + (column + 1).saturating_sub(self.cells.width(at)) as u64, 0)?;
                if blank {
                    continue;
                }
                if self.cells.get(at, column).is_empty() && somebody[at] && persons.contains(&column) {
                    // Not the number of the one above, and not none.
                    if length > 0 {
                        self.faults.insert((at, column), CellFault::MergedNumber);
                        let original = self.cells.get(first, column).to_owned();
                        room.take(0, length)?;
                        self.originals.insert((at, column), original);
                    }
                } else if self.cells.get(at, column).is_empty() {
                    room.take(0, length)?;
                    self.cells.repeat((first, column), at, column);
                    rows += 1;
                    if let Some(fault) = fault {
                        self.faults.insert((at, column), fault);
                    }
                    if let Some(original) = self.originals.get(&(first, column)).cloned() {
                        room.take(0, original.len() as u64)?;
                        self.originals.insert((at, column), original);
                    }
                    if let Some(shown) = self.shown_digits.get(&(first, column)).cloned() {
                        room.take(0, shown.len() as u64)?;
                        self.shown_digits.insert((at, column), shown);
                    }
                }
            }
            if rows > 1 && length > 0 {
                filled.push((column, rows));
            }
        }
        Ok(filled)
    }
    /// Rows with anything in them.
    pub(super) fn filled_rows(&self) -> impl Iterator<Item = usize> {
        (0..self.cells.len()).filter(|&row| self.cells.row(row).any(|cell| !cell.trim().is_empty()))
    }
}

/// What a spreadsheet shows for an error, or for a number wider than its column: pasted as a text, or in a
/// page that holds what was shown, it is still no value.
pub(in crate::extract) fn is_error_text(text: &str) -> bool {
    let text = text.trim();
    // Most texts end here; `＃` begins with EF.
    matches!(text.as_bytes().first(), Some(b'#' | b'E' | 0xEF)) && is_error_word(text)
}

/// A cell as text. Numbers of 16 or more digits lost some: they are written as such.
pub(super) fn workbook_cell_text(cell: &Data) -> String {
    match cell {
        Data::Empty => String::new(),
        Data::Error(error) => error.to_string(),
        Data::String(text) => text.clone(),
        Data::Int(number) => workbook_number_text(*number as f64),
        // A truth is no number: in a column of amounts it is not one yuan.
        Data::Bool(flag) => if *flag { "TRUE" } else { "FALSE" }.to_owned(),
        Data::Float(number) => workbook_number_text(*number),
        Data::DateTime(moment) => date_text(moment),
        Data::DateTimeIso(text) | Data::DurationIso(text) => iso_day_text(text),
    }
}

/// `2018-03-15T00:00:00.000` is a day.
pub(in crate::extract) fn iso_day_text(text: &str) -> String {
    match text.split_once('T') {
        Some((day, time)) if time.chars().all(|c| matches!(c, '0' | ':' | '.' | 'Z')) => day.to_owned(),
        Some((day, time)) => {
            let seconds = time.trim_end_matches('Z').split('.').next().unwrap_or(time);
            format!("{day} {seconds}")
        }
        None => text.to_owned(),
    }
}

pub(in crate::extract) fn workbook_number_text(number: f64) -> String {
    let mut text = String::new();
    write_workbook_number(&mut text, number);
    text
}

fn write_workbook_number(out: &mut String, number: f64) {
    // Writing to a text does not fail.
    let _ = if number.abs() >= 1e15 {
        // 15 significant digits are all that a spreadsheet keeps.
        let text = format!("{number:.14e}");
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let mantissa = mantissa.trim_end_matches('0').trim_end_matches('.');
        write!(out, "{mantissa}E+{exponent}")
    } else if number.fract() == 0.0 && (number != 0.0 || number.is_sign_positive()) {
        write!(out, "{}", number as i64)
    } else if number.fract() == 0.0 {
        write!(out, "{number:.0}")
    } else {
        // The shortest text that reads back the same, as the spreadsheet shows it.
        write!(out, "{}", (number * 1e9).round() / 1e9)
    };
}

fn date_text(moment: &calamine::ExcelDateTime) -> String {
    if moment.is_duration() || typed_as_digits(moment.as_f64()) {
        return workbook_number_text(moment.as_f64());
    }
    let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
    if hour == 0 && minute == 0 && second == 0 {
        format!("{year:04}-{month:02}-{day:02}")
    } else {
        format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
    }
}

/// Was a day or month typed as its digits into a cell that shows numbers as dates? 19800305 lies beyond the last day that a
/// spreadsheet knows, 201603 in 2451, of which no list speaks.
fn typed_as_digits(number: f64) -> bool {
    if number.fract() != 0.0 || !(190_001.0..=21_001_231.0).contains(&number) {
        return false;
    }
    let number = number as u32;
    let month = if number > 999_999 { number / 100 } else { number };
    let day = if number > 999_999 { number % 100 } else { 1 };
    (1900..=2100).contains(&(month / 100)) && (1..=12).contains(&(month % 100)) && (1..=31).contains(&day)
}

/// Days between the first days of the two systems.
const DAYS_TO_1904: f64 = 1462.0;

/// The day that a plain number of a workbook of the 1904 system stands for.
pub(super) fn day_of_1904(text: &str) -> Option<String> {
    let number: f64 = text.parse().ok()?;
    let since_1900 = number + DAYS_TO_1904;
    // Numbers of other lengths are days or months as digits: 20180315, 201803.
    if !(10_000.0..73_051.0).contains(&since_1900) {
        return None;
    }
    let kind = calamine::ExcelDateTimeType::DateTime;
    Some(date_text(&calamine::ExcelDateTime::new(number, kind, true)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ruined_numbers_look_ruined() {
        assert_eq!(workbook_number_text(410_621_197_001_011_264.0), "4.10621197001011E+17");
        assert_eq!(workbook_number_text(450.0), "450");
        assert_eq!(workbook_number_text(450.5), "450.5");
        assert_eq!(workbook_number_text(0.1 + 0.2), "0.3");
    }

    #[test]
    fn shown_errors_are_errors() {
        assert!(
            [
                "#N/A",
                " #REF! ",
                "#div/0!",
                "#####",
                "Err:502",
                "#SPILL!",
                "#BLOCKED!",
                "#N/D",
                "#ССЫЛКА!",
                "#¡VALOR!"
            ]
            .into_iter()
            .all(is_error_text)
        );
        assert!(!["#1", "##", "E", "Err:5", "3#N/A", ""].into_iter().any(is_error_text));
    }

    #[test]
    fn days_of_both_systems() {
        assert_eq!(day_of_1904("41712").as_deref(), Some("2018-03-15"));
        assert_eq!(day_of_1904("20180315"), None);
        assert_eq!(iso_day_text("2018-03-15T00:00:00.000"), "2018-03-15");
        assert_eq!(iso_day_text("2018-03-15T08:30:00Z"), "2018-03-15 08:30:00");
    }

    #[test]
    fn digits_of_a_day_in_a_cell_of_dates_are_that_day() {
        for (number, digits) in [(19_800_305.0, true), (201_603.0, true), (209_912.0, true)] {
            assert_eq!(typed_as_digits(number), digits, "{number}");
        }
        for number in
            [43_000.0, 2_958_465.0, 201_613.0, 19_801_305.0, 19_800_332.0, 201_603.5, 73_050.0, -1.0]
        {
            assert!(!typed_as_digits(number), "{number}");
        }
    }

    #[test]
    fn merged_ranges_over_and_over_are_counted() {
        let mut sheet = FilledSheet::default();
        (0..1001).for_each(|row| sheet.cells.set(row, 1, "x").unwrap());
        sheet.cells.set(1, 0, "善堂镇").unwrap();
        let region = Dimensions { start: (1, 0), end: (1000, 0) };
        sheet.merged = vec![region];
        sheet.fill_merged(Some(0), 2, &[]).unwrap();
        assert_eq!(sheet.cells.get(1000, 0), "善堂镇");
        sheet.merged = vec![region; 110_000];
        assert!(sheet.fill_merged(Some(0), 2, &[]).unwrap_err().message().contains("单元格超过"));
    }

    #[test]
    fn rows_that_hold_nothing_are_counted() {
        let room = MemoryRoom::of(3_000_000, 1 << 20);
        let mut builder = SheetBuilder::new(&room, false);
        builder.put((900_000, 0), &SheetCell::Text("张三")).unwrap();
        let mut builder = SheetBuilder::new(&room, false);
        assert!(
            builder.put((900_000, 0), &SheetCell::Text("李四")).unwrap_err().message().contains("单元格超过")
        );
    }

    #[test]
    fn a_cell_that_comes_twice_is_refused() {
        let room = MemoryRoom::sheet(0);
        let mut builder = SheetBuilder::new(&room, false);
        builder.put((4, 2), &SheetCell::Text("张三")).unwrap();
        assert!(builder.put((4, 2), &SheetCell::Text("李四")).unwrap_err().message().contains("写了两次"));
    }
}
