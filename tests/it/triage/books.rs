//! A list as an office works on it: read as it was handed out, filled in, cut about, and saved in some format.

use std::path::{Path, PathBuf};

use calamine::{Data, Reader as _};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};

use crate::hostile_formats::{label, xls_of_cells};

/// Titles of the columns that officers fill in.
pub(super) const FILLED: [&str; 9] = [
    "核查结果",
    "原因代码",
    "处理措施",
    "备注",
    "佐证材料",
    "追缴金额（元）",
    "停发月份",
    "核查人",
    "核查日期",
];

/// A workbook as texts.
#[derive(Clone)]
pub(super) struct ReturnedBook {
    pub(super) sheets: Vec<ReturnedSheet>,
    /// Rows of the list that are hidden.
    pub(super) hidden: Vec<usize>,
    /// Cells of the list merged downwards: column, first and last row.
    pub(super) merged: Vec<(usize, usize, usize)>,
    /// Cells of the list that hold a real day: row and column.
    pub(super) days: Vec<(usize, usize)>,
}

#[derive(Clone)]
pub(super) struct ReturnedSheet {
    pub(super) name: String,
    pub(super) rows: Vec<Vec<String>>,
}

impl ReturnedBook {
    pub(super) fn read(path: &Path) -> Self {
        let mut book: calamine::Xlsx<_> = calamine::open_workbook(path).unwrap();
        let names = book.sheet_names();
        let cell = |cell: &Data| match cell {
            Data::Empty => String::new(),
            other => other.to_string(),
        };
        let sheets = names.into_iter().map(|name| {
            let range = book.worksheet_range(&name).unwrap();
            let rows = range.rows().map(|row| row.iter().map(cell).collect()).collect();
            ReturnedSheet { name, rows }
        });
        let mut book =
            Self { sheets: sheets.collect(), hidden: Vec::new(), merged: Vec::new(), days: Vec::new() };
        for title in FILLED {
            book.add_column(title);
        }
        book
    }
    /// The largest list.
    pub(super) fn at(&self) -> usize {
        self.find_list().unwrap()
    }
    fn find_list(&self) -> Option<usize> {
        let is_list = |sheet: &ReturnedSheet| {
            sheet.rows.first().is_some_and(|row| row.iter().any(|title| title == "疑点编号"))
        };
        let lists = self.sheets.iter().enumerate().filter(|(_, sheet)| is_list(sheet));
        lists.max_by_key(|(at, sheet)| (sheet.rows.len(), usize::MAX - at)).map(|(at, _)| at)
    }
    pub(super) fn list(&mut self) -> &mut ReturnedSheet {
        let at = self.at();
        &mut self.sheets[at]
    }
    fn add_column(&mut self, title: &str) {
        for sheet in &mut self.sheets {
            let Some(header) = sheet.rows.first() else { continue };
            if header.iter().any(|own| own == "疑点编号") && !header.iter().any(|own| own == title) {
                for (at, row) in sheet.rows.iter_mut().enumerate() {
                    row.push(if at == 0 { title.to_owned() } else { String::new() });
                }
            }
        }
    }
    pub(super) fn column(&self, title: &str) -> usize {
        self.sheets[self.at()].rows[0].iter().position(|own| own == title).unwrap()
    }
    /// Fills in cells of a row of the largest list; the first below the header is 1.
    pub(super) fn fill(&mut self, row: usize, cells: &[(&str, &str)]) -> &mut Self {
        for (title, text) in cells {
            let column = self.column(title);
            (*text).clone_into(&mut self.list().rows[row][column]);
        }
        self
    }
    /// A whole answer that nothing is wrong with.
    pub(super) fn answer(&mut self, row: usize, verdict: &str) -> &mut Self {
        let more: &[(&str, &str)] = match verdict {
            "属实" | "已整改" => &[("处理措施", "退出")],
            "不属实" | "政策允许" => &[("原因代码", "政策允许")],
            _ => &[],
        };
        self.fill(row, &[("核查结果", verdict), ("核查人", "罗德合"), ("核查日期", "2018-10-20")])
            .fill(row, more)
    }
    pub(super) fn key(&self, row: usize) -> String {
        self.sheets[self.at()].rows[row][self.column("行键")].clone()
    }
    pub(super) fn number(&self, row: usize) -> String {
        self.sheets[self.at()].rows[row][self.column("疑点编号")].clone()
    }
    pub(super) fn drop_column(&mut self, title: &str) -> &mut Self {
        for sheet in &mut self.sheets {
            if let Some(column) = sheet.rows.first().and_then(|row| row.iter().position(|own| own == title)) {
                sheet.rows.iter_mut().for_each(|row| drop(row.remove(column)));
            }
        }
        self
    }
    /// Drops all lists but the largest, as an office that answers one.
    pub(super) fn only_list(&mut self) -> &mut Self {
        let list = self.list().clone();
        self.sheets.retain(|sheet| {
            sheet.rows.first().is_none_or(|row| !row.iter().any(|title| title == "疑点编号"))
                || sheet.name == list.name
        });
        self
    }
    pub(super) fn save(&self, path: &Path) -> PathBuf {
        let mut book = Workbook::new();
        let day = Format::new().set_num_format("yyyy/m/d");
        let list = self.find_list();
        for (at, sheet) in self.sheets.iter().enumerate() {
            let page = book.add_worksheet();
            page.set_name(&sheet.name).unwrap();
            let is_list = list == Some(at);
            for (r, row) in sheet.rows.iter().enumerate() {
                for (c, cell) in row.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
                    if is_list && self.days.contains(&(r, c)) {
                        let date = ExcelDateTime::parse_from_str(cell).unwrap();
                        page.write_with_format(r as u32, c as u16, &date, &day).unwrap();
                    } else {
                        page.write_string(r as u32, c as u16, cell).unwrap();
                    }
                }
            }
            if is_list {
                for &row in &self.hidden {
                    page.set_row_hidden(row as u32).unwrap();
                }
                for &(column, first, last) in &self.merged {
                    let text = &sheet.rows[first][column];
                    page.merge_range(
                        first as u32,
                        column as u16,
                        last as u32,
                        column as u16,
                        text,
                        &Format::new(),
                    )
                    .unwrap();
                }
            }
        }
        book.save(path).unwrap();
        path.to_owned()
    }
    /// The largest list as a spreadsheet saves it as CSV: cells as they are shown.
    pub(super) fn csv(&self, shown: impl Fn(&str) -> String) -> String {
        let quoted = |cell: &String| format!("\"{}\"", shown(cell).replace('"', "\"\""));
        let line = |row: &Vec<String>| row.iter().map(quoted).collect::<Vec<_>>().join(",");
        self.sheets[self.at()].rows.iter().map(|row| line(row) + "\r\n").collect()
    }
    /// The largest list as an XLS workbook.
    pub(super) fn xls(&self) -> Vec<u8> {
        let mut cells = Vec::new();
        for (r, row) in self.sheets[self.at()].rows.iter().enumerate() {
            for (c, cell) in row.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
                cells.extend(label(r as u16, c as u16, &cell.chars().take(2_000).collect::<String>()));
            }
        }
        xls_of_cells(&cells)
    }
}

/// What Excel shows of a CSV cell that it opened: long numbers in scientific notation, days in its own form, no zeros at
/// either end.
pub(super) fn shown_by_excel(cell: &str) -> String {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if let Ok(day) = cell.parse::<jiff::civil::Date>() {
        return format!("{}/{}/{}", day.year(), day.month(), day.day());
    }
    if digits(cell) && cell.len() > 11 {
        let (first, rest) = cell.split_at(1);
        return format!("{first}.{}E+{}", &rest[..5], rest.len());
    }
    // What looks like a number in scientific notation is one to Excel.
    let scientific = cell
        .split_once(['E', 'e'])
        .is_some_and(|(before, power)| digits(before) && digits(power) && power.len() < 4);
    if digits(cell) || scientific {
        return cell.parse::<f64>().map_or(cell.to_owned(), |number| number.to_string());
    }
    cell.to_owned()
}
