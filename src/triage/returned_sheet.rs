//! One file that came back, as rows with the columns of answers found by their titles.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use arrow::array::Array as _;

use super::saved_answers::SavedAnswers;
use crate::config::read_options::ReadOptions;
use crate::extract::RawTable;
use crate::model::answer_column::{ANSWER_PAGE, AnswerColumn};
use crate::model::file_account::{CellFault, SheetAccount};
use crate::model::source_table::FileFormat;
use crate::worker::{self, Worker};
use crate::{Error, Result};

/// Bytes of a file in which a page says what it is, also where a browser that saved it wrote in front.
const PAGE_HEAD: u64 = 16 << 10;
/// Most columns of a header that are named in an error.
const NAMED_COLUMNS: usize = 40;

/// A file that came back.
#[derive(Debug)]
pub(super) struct ReturnedFile {
    /// As it is told: relative to what was given, within its archive.
    pub(super) name: String,
    pub(super) sha256: String,
    /// Sheets with a list.
    pub(super) sheets: Vec<ReturnedSheet>,
    /// What is to be told of the file besides, Chinese.
    pub(super) notes: Vec<String>,
    /// Rows that a filter or somebody hid; they are read like the others. `None`: the format does not say.
    pub(super) hidden_rows: Option<u64>,
}

/// A sheet with a list, rows as they came.
#[derive(Debug)]
pub(super) struct ReturnedSheet {
    /// Empty where the format has no sheets.
    pub(super) name: String,
    pub(super) table: RawTable,
    /// Headers, from above; a sheet into which several were pasted has several.
    pub(super) headers: Vec<ReturnedHeader>,
    pub(super) rows: Vec<ReturnedRow>,
    /// What a page that saved it says that it has.
    saved: Option<SavedAnswers>,
    faults: BTreeMap<(u32, u32), CellFault>,
}

/// A header and where its columns stand.
#[derive(Debug, Default)]
pub(super) struct ReturnedHeader {
    /// Position among the table's rows.
    pub(super) at: usize,
    answers: BTreeMap<AnswerColumn, usize>,
    /// The others: title and column.
    pub(super) protected: Vec<(String, usize)>,
}

/// A row with a key, a number, or an answer without either.
#[derive(Debug, Clone, Copy)]
pub(super) struct ReturnedRow {
    /// Position among the table's rows.
    pub(super) at: usize,
    /// Position of its header among the sheet's.
    pub(super) header: usize,
}

impl ReturnedHeader {
    /// Position of a column of answers; `None`: it is not there.
    pub(super) fn column_of(&self, column: AnswerColumn) -> Option<usize> {
        self.answers.get(&column).copied()
    }
}

impl ReturnedSheet {
    /// What stands in a cell; nothing where the column is not there.
    pub(super) fn answer(&self, row: ReturnedRow, column: AnswerColumn) -> &str {
        let at = self.headers[row.header].answers.get(&column);
        at.map_or("", |&column| self.cell(row.at, column))
    }
    /// What stands in a cell of keys, numbers or versions, as it is compared.
    pub(super) fn key(&self, row: ReturnedRow, column: AnswerColumn) -> String {
        plain_key(self.answer(row, column))
    }
    /// What is wrong with a cell whose content cannot be believed.
    pub(super) fn fault(&self, row: ReturnedRow, column: AnswerColumn) -> Option<CellFault> {
        let column = *self.headers[row.header].answers.get(&column)?;
        self.faults.get(&(self.number(row), column as u32)).copied()
    }
    /// Has the list the column?
    pub(super) fn has(&self, row: ReturnedRow, column: AnswerColumn) -> bool {
        self.headers[row.header].answers.contains_key(&column)
    }
    /// Row as a spreadsheet numbers it.
    pub(super) fn number(&self, row: ReturnedRow) -> u32 {
        self.table.rows[row.at]
    }
    pub(super) fn cell(&self, at: usize, column: usize) -> &str {
        let column = &self.table.columns[column];
        if column.is_valid(at) { column.value(at) } else { "" }
    }
}

/// Reads a file. `path` is where it lies, `name` what it is called when it is told.
///
/// # Errors
/// It cannot be read, or holds no list; it says what was seen and what to do.
pub(super) fn read_returned_file(worker: Option<&Worker>, path: &Path, name: &str) -> Result<ReturnedFile> {
    read_file(worker, path, name).map_err(|e| e.in_file(name))
}

fn read_file(worker: Option<&Worker>, path: &Path, name: &str) -> Result<ReturnedFile> {
    let folder = path.parent().filter(|f| !f.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let file = path.file_name().map(PathBuf::from).unwrap_or_default();
    let options = ReadOptions { plain_rows: true, hidden_sheets: true, ..ReadOptions::default() };
    let mut returned = ReturnedFile {
        name: name.to_owned(),
        sha256: String::new(),
        sheets: Vec::new(),
        notes: Vec::new(),
        hidden_rows: None,
    };
    if is_answer_page(path)? {
        let note = "这是网页清单本身，填的内容不在里面，没有读：在网页里点“保存答复”，交回存下来的 CSV";
        returned.notes.push(note.to_owned());
        return Ok(returned);
    }
    let (mut accounts, mut others): (Vec<SheetAccount>, Vec<String>) = (Vec::new(), Vec::new());
    let mut ledger = false;
    for table in worker::open_file(worker, folder, &file, &options, &|_| true)? {
        let table = table?;
        if matches!(table.info.format, FileFormat::Dbf | FileFormat::Parquet) {
            return Err(no_list("这是 DBF 或 Parquet 文件，不是清单"));
        }
        returned.sha256.clone_from(&table.info.sha256);
        if let Some(account) = &table.account {
            accounts.clone_from(&account.sheets);
        }
        let sheet = table.info.sheet.clone().unwrap_or_default();
        let notes = table.info.notes.iter();
        returned.notes.extend(
            notes.map(|note| {
                if sheet.is_empty() { note.clone() } else { format!("工作表“{sheet}”：{note}") }
            }),
        );
        match find_rows(table).map_err(|e| if sheet.is_empty() { e } else { e.in_sheet(&sheet) })? {
            FoundSheet::List(found) => {
                returned.notes.extend(found.saved.as_ref().map_or(Ok(None), |saved| saved.compare(&found))?);
                returned.sheets.push(*found);
            }
            FoundSheet::Ledger => {
                ledger = true;
                returned.notes.push("台账、补报清单没有填报的列，没有读：结果填在乡镇的清单里".to_owned());
            }
            FoundSheet::Other => others.push(sheet),
        }
    }
    if returned.sheets.is_empty() && !ledger {
        return Err(no_list("没有找到清单：没有一行表头同时有“疑点编号”（或“行键”）和“核查结果”"));
    }
    if !accounts.is_empty() {
        let of_list =
            |account: &&SheetAccount| returned.sheets.iter().any(|sheet| sheet.name == account.name);
        returned.hidden_rows = Some(accounts.iter().filter(of_list).map(|account| account.hidden_rows).sum());
    }
    for missing in missing_columns(&returned.sheets) {
        returned.notes.push(missing);
    }
    Ok(returned)
}

/// Is it the list that a browser fills in? What was filled in stands in the file that it saves, never here.
fn is_answer_page(path: &Path) -> Result<bool> {
    let failed = |e| Error::io("读取交回的清单", path, e);
    let mut head = Vec::with_capacity(PAGE_HEAD as usize);
    File::open(path).and_then(|file| file.take(PAGE_HEAD).read_to_end(&mut head)).map_err(failed)?;
    let mark = format!("name=\"generator\" content=\"{ANSWER_PAGE}\"");
    Ok(memchr::memmem::find(&head, mark.as_bytes()).is_some())
}

fn no_list(what: &str) -> Error {
    Error::input(what).hint("交回本程序下发的清单，或至少有“疑点编号”“核查结果”两列、列名不改的表格")
}

/// Columns of answers that a sheet lacks: nothing is known of them, which is not nothing.
fn missing_columns(sheets: &[ReturnedSheet]) -> Vec<String> {
    let mut told = Vec::new();
    let wanted = [
        AnswerColumn::RowKey,
        AnswerColumn::RowVersion,
        AnswerColumn::Reason,
        AnswerColumn::Measure,
        AnswerColumn::Note,
    ];
    for sheet in sheets {
        let lacks =
            |column: &&AnswerColumn| sheet.headers.iter().any(|header| !header.answers.contains_key(column));
        let lacking: Vec<&str> = wanted.iter().filter(lacks).map(|column| column.title()).collect();
        if !lacking.is_empty() {
            let place =
                if sheet.name.is_empty() { String::new() } else { format!("工作表“{}”", sheet.name) };
            told.push(format!("{place}没有这些列：{}", lacking.join("、")));
        }
    }
    told
}

/// What a sheet turns out to be.
enum FoundSheet {
    /// A list with its headers and rows.
    List(Box<ReturnedSheet>),
    /// What a county or a department looks at: it has no columns of answers.
    Ledger,
    /// Something else.
    Other,
}

/// Titles that a ledger has beside the number of the exception.
const LEDGER: [&str; 3] = ["说明", "责任部门", "核查建议"];
/// What a supplement has, which tells what comes on top of sheets that are out and takes no answers either.
const SUPPLEMENT: &str = "补报情况";

/// Is a row the header of a ledger?
fn is_ledger_header(sheet: &ReturnedSheet, at: usize) -> bool {
    let titles: Vec<String> =
        (0..sheet.table.columns.len()).map(|column| plain_title(sheet.cell(at, column))).collect();
    let answers = titles.iter().filter_map(|title| column_titled(title));
    if !answers.eq([AnswerColumn::Number]) {
        return false;
    }
    titles.iter().any(|title| title == SUPPLEMENT)
        || LEDGER.iter().all(|wanted| titles.iter().any(|title| *title == plain_title(wanted)))
}

/// Headers and rows of a sheet.
fn find_rows(table: RawTable) -> Result<FoundSheet> {
    let faults = table.faults.iter().map(|fault| ((fault.row, fault.column), fault.fault)).collect();
    let name = table.info.sheet.clone().unwrap_or_default();
    let mut sheet = ReturnedSheet { name, table, headers: Vec::new(), rows: Vec::new(), saved: None, faults };
    let (mut numbered, mut first_numbered) = (0u64, 0);
    let mut ledger = false;
    for at in 0..sheet.table.rows.len() {
        if let Some(header) = header_at(&sheet, at)? {
            sheet.headers.push(header);
            continue;
        }
        let Some(last) = sheet.headers.len().checked_sub(1) else {
            ledger |= is_ledger_header(&sheet, at);
            sheet.saved = sheet.saved.take().or_else(|| SavedAnswers::read(&sheet, at));
            if (0..sheet.table.columns.len()).any(|column| is_exception_number(sheet.cell(at, column))) {
                numbered += 1;
                first_numbered = if first_numbered == 0 { sheet.table.rows[at] } else { first_numbered };
            }
            continue;
        };
        let row = ReturnedRow { at, header: last };
        let filled = [AnswerColumn::Number, AnswerColumn::RowKey, AnswerColumn::Verdict];
        if filled
            .iter()
            .any(|&column| !sheet.answer(row, column).is_empty() || sheet.fault(row, column).is_some())
        {
            sheet.rows.push(row);
        }
    }
    if ledger {
        return Ok(FoundSheet::Ledger);
    }
    if numbered > 0 {
        return Err(Error::input(format!("有{numbered}行写着疑点编号，上面却没有认得出的表头"))
            .at_row(first_numbered.into())
            .hint("补上表头（至少“疑点编号”“核查结果”，列名照下发的清单写），再导入一次"));
    }
    Ok(match sheet.headers.is_empty() {
        true => FoundSheet::Other,
        false => FoundSheet::List(Box::new(sheet)),
    })
}

/// The header that a row is, if it is one.
///
/// # Errors
/// It has no column of verdicts, or two of one title.
fn header_at(sheet: &ReturnedSheet, at: usize) -> Result<Option<ReturnedHeader>> {
    let mut header = ReturnedHeader { at, ..ReturnedHeader::default() };
    let mut twice = BTreeSet::new();
    for column in 0..sheet.table.columns.len() {
        let text = sheet.cell(at, column);
        if text.is_empty() {
            continue;
        }
        match column_titled(text) {
            Some(known) if header.answers.contains_key(&known) => drop(twice.insert(known)),
            Some(known) => drop(header.answers.insert(known, column)),
            None => header.protected.push((plain_title(text), column)),
        }
    }
    let has = |column: AnswerColumn| header.answers.contains_key(&column);
    let keyed = has(AnswerColumn::Number) || has(AnswerColumn::RowKey);
    // Whose titles of both are gone still has several of the others.
    let least = if keyed || has(AnswerColumn::Verdict) { 2 } else { 3 };
    if header.answers.len() < least {
        return Ok(None);
    }
    let row = u64::from(sheet.table.rows[at]);
    let titles = || {
        let titles = (0..sheet.table.columns.len())
            .map(|column| sheet.cell(at, column))
            .filter(|text| !text.is_empty());
        titles.take(NAMED_COLUMNS).collect::<Vec<_>>().join("、")
    };
    if let Some(column) = twice.first() {
        return Err(Error::input(format!("表头有两列“{}”，不知道哪一列才算", column.title()))
            .at_row(row)
            .hint("删去多出的一列，再导入一次"));
    }
    if !has(AnswerColumn::Verdict) {
        return Err(Error::input(format!("表头没有“核查结果”列；看到的列：{}", titles()))
            .at_row(row)
            .hint("列名改过的改回“核查结果”，再导入一次"));
    }
    if !keyed {
        // The title is gone or another; what stands below still tells.
        find_keys_below(sheet, &mut header);
        if header.answers.len() < 2
            || !(header.answers.contains_key(&AnswerColumn::Number)
                || header.answers.contains_key(&AnswerColumn::RowKey))
        {
            return Err(Error::input(format!(
                "表头没有“疑点编号”列，也没有“行键”列；看到的列：{}",
                titles()
            ))
            .at_row(row)
            .hint("列名改过的改回“疑点编号”；整列删去了的，从下发的清单抄回来，再导入一次"));
        }
    }
    Ok(Some(header))
}

/// Finds the columns of numbers and keys by what stands in the row below the header.
fn find_keys_below(sheet: &ReturnedSheet, header: &mut ReturnedHeader) {
    let below = header.at + 1;
    if below >= sheet.table.rows.len() {
        return;
    }
    for column in 0..sheet.table.columns.len() {
        let text = sheet.cell(below, column);
        let found = match text {
            text if is_exception_number(&plain_key(text)) => AnswerColumn::Number,
            text if is_row_key(&plain_key(text)) => AnswerColumn::RowKey,
            _ => continue,
        };
        header.answers.entry(found).or_insert(column);
        header.protected.retain(|(_, protected)| *protected != column);
    }
}

/// A title without what people and programs add to it: blanks, marks, a unit in brackets.
pub(super) fn plain_title(text: &str) -> String {
    let folded = text.chars().map(half_width);
    let kept: String =
        folded.filter(|c| !c.is_whitespace() && !matches!(c, '*' | ':' | '"' | '\'')).collect();
    match kept.split_once(['(', '[']) {
        Some((before, _)) if !before.is_empty() => before.to_owned(),
        _ => kept,
    }
}

fn column_titled(text: &str) -> Option<AnswerColumn> {
    let title = plain_title(text);
    AnswerColumn::ALL.into_iter().find(|column| plain_title(column.title()) == title)
}

/// A full-width form as the character that it is a form of.
pub(super) fn half_width(c: char) -> char {
    match c {
        '\u{3000}' => ' ',
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
        '【' => '[',
        '】' => ']',
        _ => c,
    }
}

fn is_key_character(c: char) -> bool {
    c.is_ascii_digit() || c.is_ascii_uppercase()
}

/// A key or a number without blanks, full width, and the dashes that programs put in place of others.
pub(super) fn plain_key(text: &str) -> String {
    let dashed = |c| if matches!(c, '—' | '–' | '−' | '‐' | '‑') { '-' } else { half_width(c) };
    text.chars()
        .filter(|c| !c.is_whitespace() && !c.is_control())
        .map(dashed)
        .filter(|c| *c != '\'')
        .collect()
}

/// `R37-2018Q3-0KS0G8DD`.
fn is_exception_number(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [rule, period, key] = &parts[..] else { return false };
    !rule.is_empty()
        && rule.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && period.parse::<crate::model::period::Period>().is_ok()
        && key.len() >= 8
        && key.chars().all(is_key_character)
}

/// 26 characters, or 27 of which the first is the letter that keeps them from being a number.
fn is_row_key(text: &str) -> bool {
    matches!(text.len(), 26 | 27) && text.chars().all(is_key_character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_known_however_they_are_decorated() {
        for (text, column) in [
            ("核查结果", AnswerColumn::Verdict),
            (" 核 查\n结果 *", AnswerColumn::Verdict),
            ("追缴金额(元)", AnswerColumn::Recovered),
            ("追缴金额", AnswerColumn::Recovered),
            ("疑点编号：", AnswerColumn::Number),
        ] {
            assert_eq!(column_titled(text), Some(column), "{text}");
        }
        assert_eq!(column_titled("核实结果"), None);
        assert!(is_exception_number("R37-2018Q3-0KS0G8DD") && !is_exception_number("R37-2018Q3"));
        assert!(!is_exception_number("2018-10-08") && !is_exception_number("R37-2018Q5-0KS0G8DD"));
        assert_eq!(plain_key(" R37—2018Ｑ3－0KS0G8DD\n"), "R37-2018Q3-0KS0G8DD");
        assert!(is_row_key("0KS0G8DDA1HJ2BNHEZ4K4DFG91") && !is_row_key("R37"));
    }
}
