//! Copies of the files that came back, with a column that says what became of each row, to be sent back.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use rust_xlsxwriter::{Color, Format, Workbook, Worksheet, XlsxError};

use super::judge_rows::JudgedRow;
use super::returned_sheet::{ReturnedFile, ReturnedSheet, plain_title};
use crate::model::answer_column::AnswerColumn;
use crate::privacy::formula_cells::is_formula_cell;
use crate::publish::lists::{HELPED, answer_validation, width_of_column};
use crate::rules::officer_words::AnswerWords;
use crate::table::whole_file::write_whole_file;
use crate::{Error, ErrorKind, Result};

/// Title of the column.
pub(super) const RESULT: &str = "导入结果";
/// Characters of a cell that every spreadsheet opens.
const LONGEST: usize = 32_000;
/// Characters of the column, and of one that no list has.
const RESULT_WIDTH: f64 = 32.0;
const OTHER_WIDTH: f64 = 14.0;
/// A header further down does not stay in view: what stands above it would take the screen.
const MOST_FROZEN: u32 = 6;
/// Least effort of compression: what is sent back lives for a day.
const EFFORT: u8 = 1;

/// Names of the copies of files, each once, in their order.
pub(super) fn copy_names(files: &[ReturnedFile]) -> Vec<String> {
    let mut taken = BTreeSet::new();
    let mut names = Vec::with_capacity(files.len());
    for file in files {
        let path = Path::new(&file.name);
        let safe = |text: &std::ffi::OsStr| -> String {
            let unsafe_in_names = |c: char| c.is_control() || "/\\:*?\"<>|".contains(c);
            text.to_string_lossy()
                .chars()
                .map(|c| if unsafe_in_names(c) { '_' } else { c })
                .take(80)
                .collect()
        };
        let own = safe(path.file_stem().unwrap_or_default()).trim_start_matches('.').to_owned();
        let above = path.parent().and_then(Path::file_name).map(|above| format!("{}_{own}", safe(above)));
        let counted = (2..).map(|number| format!("{own}_{number}"));
        let free =
            std::iter::once(own.clone()).chain(above).chain(counted).find(|name| taken.insert(name.clone()));
        names.push(format!("{}.xlsx", free.unwrap_or(own)));
    }
    names
}

/// Writes the copy of a file, for its owner's eyes only. `dry_run`: nothing was taken.
///
/// # Errors
/// The folder cannot be written.
pub(super) fn write_marked_copy(
    path: &PathBuf,
    (file, words): (&ReturnedFile, &AnswerWords),
    rows: &[JudgedRow],
    dry_run: bool,
) -> Result<()> {
    let failed = |e: XlsxError| {
        Error::new(ErrorKind::Io, format!("写批注副本失败：{}", crate::error::system_words(&e)))
            .in_file(path)
            .hint("检查文件夹是否可写、磁盘是否已满")
            .caused_by(e)
    };
    let bytes = build_copy(path, (file, words), rows, dry_run).map_err(failed)?;
    write_whole_file(path, 0o600, &bytes)
}

fn build_copy(
    path: &Path,
    (file, words): (&ReturnedFile, &AnswerWords),
    rows: &[JudgedRow],
    dry_run: bool,
) -> std::result::Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    book.set_zip_compression_level(EFFORT);
    if let Some(folder) = path.parent() {
        book.set_tempdir(folder)?;
    }
    for (at, sheet) in file.sheets.iter().enumerate() {
        let page = book.add_worksheet_with_constant_memory();
        let page = page?;
        // CSV has no sheets.
        let name = if sheet.name.is_empty() { "清单" } else { sheet.name.as_str() };
        if page.set_name(name).is_err() {
            page.set_name(format!("清单{}", at + 1))?;
        }
        write_sheet(page, (sheet, words), rows.iter().filter(|row| row.sheet == at), dry_run)?;
    }
    book.save_to_buffer()
}

/// Columns of a copy, from the left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CopyColumn {
    /// One that came, by its position.
    Came(usize),
    /// What became of the row.
    Result,
}

/// The columns that came, with the result before the first that an officer fills in: who opens it sees both at once. What an
/// earlier copy said is not repeated.
fn copy_columns(sheet: &ReturnedSheet) -> Vec<CopyColumn> {
    let is_old = |column: usize| {
        sheet.headers.iter().any(|header| plain_title(sheet.cell(header.at, column)) == RESULT)
    };
    let came = (0..sheet.table.columns.len()).filter(|&column| !is_old(column));
    let mut columns: Vec<CopyColumn> = came.map(CopyColumn::Came).collect();
    let first =
        sheet.headers.first().and_then(|header| HELPED.iter().filter_map(|&one| header.column_of(one)).min());
    let at = first.and_then(|first| columns.iter().position(|column| *column == CopyColumn::Came(first)));
    columns.insert(at.unwrap_or(columns.len()), CopyColumn::Result);
    columns
}

fn write_sheet<'r>(
    page: &mut Worksheet,
    (sheet, words): (&ReturnedSheet, &AnswerWords),
    rows: impl Iterator<Item = &'r JudgedRow>,
    dry_run: bool,
) -> std::result::Result<(), XlsxError> {
    let plain = Format::new().set_text_wrap();
    let far = Format::new();
    let header = Format::new().set_bold().set_text_wrap().set_background_color(Color::RGB(0xEE_F3_F8));
    let refused = plain.clone().set_bold().set_background_color(Color::RGB(0xFD_EC_EA));
    let taken = plain.clone().set_background_color(Color::RGB(0xE8_F5_E9));
    let columns = copy_columns(sheet);
    let last_answer = lay_out(page, sheet, &columns)?;
    add_choices(page, sheet, &columns, words)?;
    let mut rows = rows.peekable();
    for at in 0..sheet.table.rows.len() {
        let number = sheet.table.rows[at] - 1;
        let is_header = sheet.headers.iter().any(|header| header.at == at);
        let row = if is_header { None } else { rows.next_if(|row| row.row.at == at) };
        for (place, column) in (0..).zip(&columns) {
            let (text, format): (Cow<'_, str>, &Format) = match (column, row) {
                (CopyColumn::Result, _) if is_header => (RESULT.into(), &header),
                (CopyColumn::Result, Some(row)) => {
                    let format = match row.fate {
                        fate if fate.is_refused() || !row.changed_cells.is_empty() => &refused,
                        fate if fate.is_appended() => &taken,
                        _ => &plain,
                    };
                    (result_text(row, dry_run).into(), format)
                }
                (CopyColumn::Result, None) => continue,
                (CopyColumn::Came(column), _) => {
                    let format = match is_header {
                        true => &header,
                        // What is seldom read stands in one line, so that no row is high because of it.
                        false if place > last_answer => &far,
                        false => &plain,
                    };
                    (sheet.cell(at, *column).into(), format)
                }
            };
            if text.is_empty() {
                continue;
            }
            let quoted = is_formula_cell(&text).then(|| format.clone().set_quote_prefix());
            page.write_string_with_format(number, place, short(&text), quoted.as_ref().unwrap_or(format))?;
        }
    }
    Ok(())
}

/// Widths of a list that was handed out, its keys hidden, its header and who it is about always in view. Comes back with the
/// last column that an officer fills in.
fn lay_out(
    page: &mut Worksheet,
    sheet: &ReturnedSheet,
    columns: &[CopyColumn],
) -> std::result::Result<u16, XlsxError> {
    let key_titles = [AnswerColumn::RowKey.title(), AnswerColumn::RowVersion.title()];
    let (mut frozen, mut last_answer) = (0, 0);
    for (place, column) in (0..).zip(columns) {
        let CopyColumn::Came(column) = *column else {
            page.set_column_width(place, RESULT_WIDTH)?;
            continue;
        };
        let titles = sheet.headers.iter().map(|header| plain_title(sheet.cell(header.at, column)));
        let titles: Vec<String> = titles.collect();
        let is = |title: &str| titles.iter().any(|own| *own == plain_title(title));
        page.set_column_width(place, width_of_column(is).unwrap_or(OTHER_WIDTH))?;
        if key_titles.iter().any(|title| is(title)) {
            page.set_column_hidden(place)?;
        }
        if is(AnswerColumn::Number.title()) || is("姓名") {
            frozen = frozen.max(place + 1);
        }
        if HELPED.iter().any(|answer| is(answer.title())) {
            last_answer = last_answer.max(place);
        }
    }
    // A name that stands behind the answers would leave nothing to scroll.
    if let Some(result) = columns.iter().position(|column| *column == CopyColumn::Result) {
        frozen = frozen.min(result as u16);
    }
    let first = sheet.headers.first().map_or(0, |header| sheet.table.rows[header.at]);
    page.set_freeze_panes(if first <= MOST_FROZEN { first } else { 0 }, frozen)?;
    Ok(last_answer)
}

/// The choices of the list that was handed out, for what is to be put right.
fn add_choices(
    page: &mut Worksheet,
    sheet: &ReturnedSheet,
    columns: &[CopyColumn],
    words: &AnswerWords,
) -> std::result::Result<(), XlsxError> {
    let below = |at: usize| sheet.table.rows[at];
    for (at, header) in sheet.headers.iter().enumerate() {
        let end = sheet.headers.get(at + 1).map_or(sheet.table.rows.len(), |next| next.at);
        if end <= header.at + 1 {
            continue;
        }
        // Rows as a spreadsheet numbers them begin at 1, here at 0.
        let (first, last) = (below(header.at), below(end - 1) - 1);
        for answer in HELPED {
            let Some(came) = header.column_of(answer) else { continue };
            let place = columns.iter().position(|column| *column == CopyColumn::Came(came));
            if let Some(place) = place {
                let validation = answer_validation(words, answer)?;
                page.add_data_validation(first, place as u16, last, place as u16, &validation)?;
            }
        }
    }
    Ok(())
}

/// What the column says of a row.
pub(super) fn result_text(row: &JudgedRow, dry_run: bool) -> String {
    let mut text = row.fate.title().to_owned();
    if dry_run && row.fate.is_appended() {
        text.insert_str(0, "可以");
    }
    if !row.told.is_empty() {
        text.push('：');
        text.push_str(&row.told);
    }
    if !row.changed_cells.is_empty() {
        text.push_str(&format!("；{}", changed_text(&row.changed_cells)));
    }
    text
}

/// What is said of cells that are not the officer's.
pub(super) fn changed_text(titles: &[String]) -> String {
    format!(
        "下发时不是这样的格：{}（改动不采用；要答复的写在“核查结果”等列，来源数据有误的由责任部门更正）",
        titles.join("、")
    )
}

fn short(text: &str) -> &str {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => &text[..end],
        None => text,
    }
}
