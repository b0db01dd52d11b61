//! Workbooks of every format: every sheet is accounted for, those that are read are tables.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow::array::{Array, StringArray};
use arrow::buffer::NullBuffer;

use self::continuation::ReadColumns;
use self::filled_sheet::day_of_1904;
use self::open_workbook::{OpenWorkbook, catch_workbook_panic};
use super::header::{FoundHeader, HEADER_DEPTH, KnownHeaders};
use super::plain_rows::{PlainRows, plain_headers};
use super::row_assembly::RawTableAssembler;
use super::table_limits::{MemoryRoom, check_column_limit};
use super::{FileIdentity, RawTable, RawTables, SkipReason, SkippedRow};
use crate::config::clean_config_header;
use crate::config::read_options::ReadOptions;
use crate::model::file_account::{CellFault, FaultyCell, FileAccount, PhysicalUnit, SheetAccount, SheetFate};
use crate::model::source_table::FileFormat;
use crate::privacy::mask::mask_numbers_in_text;
use crate::{Error, Result};

mod continuation;
pub(super) mod filled_sheet;
mod marked_cells;
pub(super) mod open_workbook;
mod sheet_cells;
mod wide_cells;

pub(super) use self::filled_sheet::{FilledSheet, workbook_number_text};

/// Cells of a table as its header and its filled rows span it.
const MAX_RECTANGLE: usize = 100_000_000;
/// A column may lack the values of its formulas in one row of so many.
const FEW_FORMULAS: usize = 10;
/// Characters of a faulty cell, and of a row that is no data, that are kept.
const KEPT_CHARACTERS: usize = 500;

pub(super) fn open_workbook(
    bytes: Vec<u8>,
    identity: &FileIdentity,
    options: &ReadOptions,
    wants_sheet: &dyn Fn(&str) -> bool,
) -> Result<RawTables> {
    let book = catch_workbook_panic(|| OpenWorkbook::open(bytes, identity.format, options))?;
    let mut reading = WorkbookReading {
        book,
        identity,
        options,
        known: KnownHeaders::new(options),
        room: MemoryRoom::workbook(),
        tables: Vec::new(),
        sheets: Vec::new(),
        before: None,
        headless: None,
    };
    for index in 0..reading.book.heads.len() {
        let fate = reading.read_sheet(index, wants_sheet)?;
        let counted = reading.book.counted(index);
        reading.sheets.push(SheetAccount {
            name: reading.book.heads[index].name.clone(),
            fate,
            rows: counted.filled,
            hidden_rows: counted.hidden,
        });
    }
    reading.finish()
}

/// A workbook while its sheets are read one after the other.
struct WorkbookReading<'a> {
    book: OpenWorkbook,
    identity: &'a FileIdentity,
    options: &'a ReadOptions,
    known: KnownHeaders,
    room: MemoryRoom,
    tables: Vec<RawTable>,
    sheets: Vec<SheetAccount>,
    /// The sheet that was read last.
    before: Option<ReadColumns>,
    /// The error of the first sheet without a header.
    headless: Option<Error>,
}

impl WorkbookReading<'_> {
    /// Does the contract ask for hidden sheets, all or this one?
    fn wants_hidden(&self, name: &str) -> bool {
        self.options.hidden_sheets || self.options.named_sheets.iter().any(|named| named == name)
    }

    fn read_sheet(&mut self, index: usize, wants_sheet: &dyn Fn(&str) -> bool) -> Result<SheetFate> {
        let head = &self.book.heads[index];
        let name = head.name.clone();
        if head.no_table {
            return Ok(SheetFate::NoTable);
        }
        if head.hidden && !self.options.plain_rows && !self.wants_hidden(&name) {
            return Ok(SheetFate::Hidden);
        }
        if !wants_sheet(&name) {
            return Ok(SheetFate::NotWanted);
        }
        let room = self.book.sheet_room();
        let book = &mut self.book;
        let (sheet, filled) =
            catch_workbook_panic(|| book.sheet(index, &room)).map_err(|e| e.in_sheet(&name))?;
        let counted = self.book.counted(index);
        if counted.filled != filled {
            return Err(Error::input(format!(
                "两次数到的行数不一样：读出{filled}行有内容，文件里有{}行",
                counted.filled
            ))
            .in_sheet(&name)
            .hint("用 Excel 或 WPS 打开，核对行数后另存为 .xlsx，再放回原处"));
        }
        if sheet.filled_rows().next().is_none() {
            return Ok(SheetFate::Empty);
        }
        if self.options.plain_rows {
            let table = self.plain_table(index, sheet).map_err(|e| e.in_sheet(&name))?;
            self.tables.push(table);
            return Ok(SheetFate::Read);
        }
        // A sheet is a table before the next is read.
        let head = sheet.cells.head(HEADER_DEPTH + 1);
        match self.known.find(&head) {
            Some(found) => {
                found.check_above(&head, sheet.top + 1).map_err(|e| e.in_sheet(&name))?;
                let table = self.table_of_sheet(index, sheet, Ok(found)).map_err(|e| e.in_sheet(&name))?;
                self.tables.push(table);
                Ok(SheetFate::Read)
            }
            None => self.read_headless(index, sheet).map_err(|e| e.in_sheet(&name)),
        }
    }

    /// A sheet without a header: goes on with the list of the sheet before it, or holds words only.
    fn read_headless(&mut self, index: usize, mut sheet: FilledSheet) -> Result<SheetFate> {
        if let Some(before) = self.before.take() {
            if before.continues_in(&sheet) {
                sheet.shift_to(before.left);
                let table = self.table_of_sheet(index, sheet, Err(before))?;
                self.tables.push(table);
                return Ok(SheetFate::Continued);
            }
            self.before = Some(before);
        }
        let loose = matches!(self.identity.format, FileFormat::Html | FileFormat::Mhtml);
        let missing = || {
            let error = self.known.missing(&sheet.cells.head(HEADER_DEPTH + 1));
            let hint = error.hint_text().unwrap_or_default().to_owned();
            const LOGIN: [&str; 6] = ["登录", "登陆", "用户名", "密码", "验证码", "统一认证"];
            let asks = |cell: &str| LOGIN.iter().any(|word| cell.contains(word));
            if loose && sheet.filled_rows().flat_map(|row| sheet.cells.row(row)).any(asks) {
                Error::input("这是网页，里面没有名单：像是登录页面")
                    .hint("多半是登录过期以后下载的：重新登录业务系统，再导出一次，打开看到名单后放回原处")
            } else if loose {
                Error::input(format!("网页里的表格{}", error.message())).hint(hint)
            } else {
                error
            }
        };
        if continuation::holds_words_only(&sheet, loose) || self.options.known_headers.is_empty() {
            if self.headless.is_none() {
                self.headless = Some(missing().in_sheet(&self.book.heads[index].name));
            }
            return Ok(SheetFate::Notes);
        }
        if self.book.heads.len() == 1 {
            return Err(missing());
        }
        let rows = sheet.filled_rows().count();
        let fits = if self.before.is_some() { "，列也与前一张表对不上" } else { "" };
        Err(Error::input(format!("这张工作表有{rows}行内容，却没有认得出的表头{fits}"))
            .hint("补上表头后另存；若不是要读的名单，请在数据来源文件 [files] 的 skip_sheets 里写上它的名称"))
    }

    /// The rows of a sheet as they stand.
    fn plain_table(&mut self, index: usize, mut sheet: FilledSheet) -> Result<RawTable> {
        let width = (0..sheet.cells.len()).map(|row| sheet.cells.width(row)).max().unwrap_or(0);
        let filled = sheet.filled_rows().count();
        if width.saturating_mul(filled) > MAX_RECTANGLE {
            return Err(Error::input(format!("工作表有{width}列，与{filled}行相乘超出可读的范围"))
                .hint("删去右边远处的零散内容后另存"));
        }
        let merged = sheet.fill_merged(None, width, &[])?;
        let mut info = self.identity.info(plain_headers(width), 0);
        if !merged.is_empty() {
            info.notes.push(format!("有{}处上下合并的单元格，每一行都读作格里的内容", merged.len()));
        }
        info.notes.append(&mut sheet.remarks);
        if self.book.named {
            info.sheet = Some(self.book.heads[index].name.clone());
            info.sheet_index = u16::try_from(index + 1).unwrap_or(u16::MAX);
        }
        info.encoding = self.book.encoding;
        let mut rows = PlainRows::new(info, &self.room);
        for row in 0..sheet.cells.len() {
            rows.push(sheet.top + row as u32 + 1, sheet.cells.row(row))?;
        }
        let mut table = rows.finish();
        deliver_faults(&mut table, &sheet);
        Ok(table)
    }

    /// The table of a sheet under its own header, or under that of the sheet before it.
    fn table_of_sheet(
        &mut self,
        index: usize,
        mut sheet: FilledSheet,
        header: std::result::Result<FoundHeader, ReadColumns>,
    ) -> Result<RawTable> {
        let (headers, title, last) = match header {
            Ok(found) => (found.headers, found.first, Some(found.last)),
            Err(before) => (before.headers, continuation::first_row_of_list(&sheet), None),
        };
        let header_row = last.map_or(0, |last| sheet.top + last as u32 + 1);
        let columns = headers.len();
        check_column_limit(columns).map_err(|e| e.at_row(header_row.into()))?;
        let keys = &self.options.key_headers;
        let persons: BTreeSet<String> = { keys.own_numbers.iter().chain(&keys.names) }
            .filter(|_| !keys.own_numbers.is_empty())
            .map(|header| clean_config_header(header))
            .collect();
        let persons: Vec<usize> = { headers.iter().enumerate() }
            .filter(|(_, header)| knows(&persons, header))
            .map(|(at, _)| at)
            .collect();
        let struck_rows = marked_cells::struck_rows(&sheet, last);
        let merged = sheet.fill_merged(last, columns, &persons)?;
        let filled = (0..sheet.cells.len()).filter(|&row| sheet.cells.width(row) > 0).count();
        if columns.saturating_mul(filled) > MAX_RECTANGLE {
            // One stray cell far to the right of the header makes every row as wide.
            return Err(Error::input(format!("表头行有{columns}列，与{filled}行相乘超出可读的范围"))
                .at_row(header_row.into())
                .hint("删去表头行右边远处的零散内容后另存"));
        }
        self.set_days_of_1904(&mut sheet, &headers, last)?;
        let mut notes = self.set_shown_digits(&mut sheet, &headers, last)?;
        notes.extend(marked_cells::tell_marked_cells(&sheet, &headers, last, &struck_rows));
        notes.extend(wide_cells::part_wide_cells(&mut sheet, &headers, last, keys)?);
        notes.append(&mut sheet.remarks);
        if sheet.hidden_texts > 0 {
            notes.push(format!(
                "网页里有{}格含有不显示的文字（多半是排序用的），没有读作内容，只读看得见的",
                sheet.hidden_texts
            ));
        }
        let mut info = self.identity.info(headers, header_row);
        info.notes = notes;
        if self.book.named {
            info.sheet = Some(self.book.heads[index].name.clone());
            info.sheet_index = u16::try_from(index + 1).unwrap_or(u16::MAX);
        }
        info.encoding = self.book.encoding;
        info.around = rows_around(&sheet);
        let headers = info.headers.iter().enumerate();
        for (at, header) in headers.filter(|(_, header)| knows(&self.options.amount_headers, header)) {
            let rows = merged.iter().filter(|(column, _)| *column == at).map(|(_, rows)| rows);
            let (places, rows) = rows.fold((0, 0), |(places, all), rows| (places + 1, all + rows));
            if places > 0 {
                info.notes.push(format!(
                    "“{header}”有{places}处合并单元格，盖住{rows}行，每一行都读作格里的数；如果它是这几行的合计，\
                     请提供部门拆开，一行写一行的数"
                ));
            }
        }
        let info = Arc::new(info);
        let mut out = RawTableAssembler::new(&info, sheet.cells.len(), &mut self.room)?
            .with_keys(&self.options.key_headers);
        let mut row: Vec<&str> = Vec::new();
        for position in 0..sheet.cells.len() {
            row.clear();
            row.extend(sheet.cells.row(position));
            let number = sheet.top + position as u32 + 1;
            if position < title {
                out.skip(number, SkipReason::Title);
            } else if last.is_some_and(|last| position <= last) {
                out.skip(number, SkipReason::Header);
            } else if sheet.damaged && row.iter().any(|cell| cell.contains('\u{FFFD}')) {
                let reason = "这一行有不能解读的字节；请提供部门重新导出";
                out.reject(number, &row.join("\t"), reason.to_owned())?;
            } else {
                out.push(number, &row).map_err(|e| e.at_row(number.into()))?;
            }
        }
        let mut table = out.finish(Arc::clone(&info));
        for skipped in &mut table.skipped {
            if skipped.text.is_empty() && skipped.reason != SkipReason::Blank {
                let row: Vec<&str> = sheet.cells.row((skipped.row - sheet.top - 1) as usize).collect();
                skipped.text = row.join("\t").chars().take(KEPT_CHARACTERS).collect();
            }
        }
        deliver_faults(&mut table, &sheet);
        self.check_formulas(&table)?;
        self.before = Some(ReadColumns::new(&table, sheet.left));
        Ok(table)
    }

    /// Plain numbers below the headers of dates are days of the 1904 system: they are delivered as days.
    fn set_days_of_1904(
        &self,
        sheet: &mut FilledSheet,
        headers: &[String],
        last: Option<usize>,
    ) -> Result<()> {
        if sheet.plain_numbers.is_empty() {
            return Ok(());
        }
        let dates: BTreeSet<usize> =
            (0..headers.len()).filter(|&at| knows(&self.options.date_headers, &headers[at])).collect();
        for &(row, column) in &sheet.plain_numbers {
            if dates.contains(&column)
                && last.is_none_or(|last| row > last)
                && let Some(day) = day_of_1904(sheet.cells.get(row, column))
            {
                sheet.cells.set(row, column, &day)?;
            }
        }
        Ok(())
    }

    /// Numbers below the headers of texts are delivered as they are shown, where that has digits of the format; tells it.
    ///
    /// # Errors
    /// More text than a sheet may have.
    fn set_shown_digits(
        &self,
        sheet: &mut FilledSheet,
        headers: &[String],
        last: Option<usize>,
    ) -> Result<Vec<String>> {
        let texts: BTreeSet<usize> =
            (0..headers.len()).filter(|&at| knows(&self.options.text_headers, &headers[at])).collect();
        let mut told: BTreeMap<usize, (usize, String)> = BTreeMap::new();
        for (&(row, column), shown) in &sheet.shown_digits {
            if !texts.contains(&column) || last.is_some_and(|last| row <= last) {
                continue;
            }
            let held = sheet.cells.get(row, column).to_owned();
            let first = || {
                let (held, shown) = (mask_numbers_in_text(&held), mask_numbers_in_text(shown));
                format!("第{}行，格里的数是{held}，显示成{shown}", sheet.top + row as u32 + 1)
            };
            told.entry(column).or_insert_with(|| (0, first())).0 += 1;
            sheet.cells.set(row, column, shown)?;
        }
        let tell = |(column, (cells, first)): (usize, (usize, String))| {
            format!(
                "“{}”有{cells}格的数字格式添了数字（{first}），按显示的读入；请提供部门改成文字后重报",
                headers[column]
            )
        };
        Ok(told.into_iter().map(tell).collect())
    }

    /// Refuses a table whose formulas lack their values where that would say nothing true of its records.
    fn check_formulas(&self, table: &RawTable) -> Result<()> {
        if self.options.known_headers.is_empty() {
            return Ok(());
        }
        // By column: the first row without a value, and how many there are.
        let mut lacking: BTreeMap<usize, (u32, usize)> = BTreeMap::new();
        for fault in table.faults.iter().filter(|f| f.fault == CellFault::FormulaWithoutValue) {
            lacking.entry(fault.column as usize).or_insert((fault.row, 0)).1 += 1;
        }
        for (column, (first, count)) in lacking {
            let header = &table.info.headers[column];
            let many = count * FEW_FORMULAS > table.rows.len();
            if knows(&self.options.required_headers, header)
                || many && !knows(&self.options.ignored_headers, header)
            {
                return Err(Error::input(format!(
                    "“{header}”列有{count}格是没有算出结果的公式，读不到值（共{}行数据）",
                    table.rows.len()
                ))
                .at_row(first.into())
                .in_column(header)
                .hint("用 Excel 或 WPS 打开，重新计算后保存，再放回原处"));
            }
        }
        Ok(())
    }

    fn finish(self) -> Result<RawTables> {
        let Self { mut tables, sheets, headless, .. } = self;
        let Some(last) = tables.last_mut() else { return Err(nothing_read(&sheets, headless)) };
        let read = |sheet: &&SheetAccount| {
            matches!(sheet.fate, SheetFate::Read | SheetFate::Continued | SheetFate::Notes | SheetFate::Empty)
        };
        let account = FileAccount {
            unit: PhysicalUnit::SheetRow,
            counted: sheets.iter().filter(read).map(|sheet| sheet.rows).sum(),
            several_lines: Vec::new(),
            several_lines_count: 0,
            padded_cells: 0,
            text: None,
            sheets,
        };
        last.account = Some(Arc::new(account));
        Ok(Box::new(tables.into_iter().map(Ok)))
    }
}

/// The error of a workbook of which no sheet was read.
fn nothing_read(sheets: &[SheetAccount], headless: Option<Error>) -> Error {
    let of = |fate: SheetFate| -> String {
        let names = sheets.iter().filter(|s| s.fate == fate && s.rows > 0).map(|s| s.name.as_str());
        names.take(5).collect::<Vec<_>>().join("、")
    };
    let (hidden, not_wanted) = (of(SheetFate::Hidden), of(SheetFate::NotWanted));
    if let Some(error) = headless {
        if hidden.is_empty() {
            return error;
        }
        let hint = format!(
            "{}；隐藏的工作表有内容，没有读：{hidden}；名单若在里面，取消隐藏后另存",
            error.hint_text().unwrap_or_default()
        );
        return error.hint(hint);
    }
    if !hidden.is_empty() {
        return Error::input(format!("看得见的工作表都没有内容，有内容的是隐藏的工作表：{hidden}")).hint(
            "取消隐藏后另存；若确要读隐藏的工作表，请在数据来源文件 [files] 里写 hidden_sheets = true",
        );
    }
    if !not_wanted.is_empty() {
        return Error::input(format!("没有一张工作表是要读的；有内容的是：{not_wanted}"))
            .hint("核对数据来源文件 [files] 的 sheets、skip_sheets 与工作表的名称");
    }
    Error::input("工作簿里没有任何内容").hint("确认数据在要读的工作表里，且不是图片")
}

/// Is a header, or its lower part, among cleaned ones?
pub(super) fn knows(cleaned: &BTreeSet<String>, header: &str) -> bool {
    let is = |text: &str| {
        let clean = clean_config_header(text);
        cleaned.contains(&clean)
            || clean.split(['(', '[', '【']).next().is_some_and(|bare| cleaned.contains(bare))
    };
    !cleaned.is_empty() && (is(header) || header.rsplit_once('/').is_some_and(|(_, lower)| is(lower)))
}

/// The lines around a table of a web page, as titles above its first row and notes below its last.
fn rows_around(sheet: &FilledSheet) -> Vec<SkippedRow> {
    let below = sheet.top + sheet.cells.len() as u32 + 1;
    let rows = |reason: SkipReason, row: u32, lines: &[String]| -> Vec<SkippedRow> {
        lines.iter().map(|text| SkippedRow { row, reason, text: text.clone() }).collect()
    };
    let mut around = rows(SkipReason::Title, sheet.top + 1, &sheet.around.above);
    around.extend(rows(SkipReason::Footer, below, &sheet.around.below));
    around
}

/// Faulty cells of data rows hold no value; what they say is told.
fn deliver_faults(table: &mut RawTable, sheet: &FilledSheet) {
    let mut places: Vec<Vec<usize>> = vec![Vec::new(); table.columns.len()];
    for (&(row, column), &fault) in &sheet.faults {
        let number = sheet.top + row as u32 + 1;
        let (Ok(at), true) = (table.rows.binary_search(&number), column < places.len()) else { continue };
        if !fault.keeps_value() {
            places[column].push(at);
        }
        let said = sheet.originals.get(&(row, column)).map(String::as_str);
        let said = said.unwrap_or_else(|| sheet.cells.get(row, column));
        let original = said.chars().take(KEPT_CHARACTERS).collect();
        table.faults.push(FaultyCell { row: number, column: column as u32, fault, original });
    }
    table.faults.sort_by_key(|cell| (cell.row, cell.column));
    for (column, places) in table.columns.iter_mut().zip(places) {
        if places.is_empty() {
            continue;
        }
        let mut valid: Vec<bool> = (0..column.len()).map(|at| column.is_valid(at)).collect();
        places.into_iter().for_each(|at| valid[at] = false);
        let (offsets, values, _) = column.clone().into_parts();
        *column = StringArray::new(offsets, values, Some(NullBuffer::from(valid)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let options = ReadOptions::default();
        let book = OpenWorkbook::open(book.save_to_buffer().unwrap(), FileFormat::Xlsx, &options).unwrap();
        let identity =
            FileIdentity { file: "甲.xlsx".into(), sha256: String::new(), format: FileFormat::Xlsx };
        let mut reading = WorkbookReading {
            book,
            identity: &identity,
            options: &options,
            known: KnownHeaders::new(&options),
            room: MemoryRoom::of(45, 1000),
            tables: Vec::new(),
            sheets: Vec::new(),
            before: None,
            headless: None,
        };
        let mut read = |index| reading.read_sheet(index, &|_| true);
        assert_eq!((read(0).unwrap(), read(1).unwrap()), (SheetFate::Read, SheetFate::Read));
        let error = read(2).unwrap_err();
        assert_eq!((error.location().row, error.kind()), (Some(4), crate::error::ErrorKind::Input));
    }
}
