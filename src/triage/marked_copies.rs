//! Copies of the files that came back, with a column that says what became of each row, to be sent back.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use rust_xlsxwriter::{Color, Format, Workbook, Worksheet, XlsxError};

use super::judge_rows::JudgedRow;
use super::returned_sheet::{ReturnedFile, ReturnedSheet, plain_title};
use crate::model::answer_column::AnswerColumn;
use crate::privacy::formula_cells::is_formula_cell;
use crate::table::whole_file::write_whole_file;
use crate::{Error, ErrorKind, Result};

/// Title of the column.
pub(super) const RESULT: &str = "导入结果";
/// Characters of a cell that every spreadsheet opens.
const LONGEST: usize = 32_000;
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
    file: &ReturnedFile,
    rows: &[JudgedRow],
    dry_run: bool,
) -> Result<()> {
    let failed = |e: XlsxError| {
        Error::new(ErrorKind::Io, format!("写批注副本失败：{}", crate::error::system_words(&e)))
            .in_file(path)
            .hint("检查文件夹是否可写、磁盘是否已满")
            .caused_by(e)
    };
    let bytes = build_copy(path, file, rows, dry_run).map_err(failed)?;
    write_whole_file(path, 0o600, &bytes)
}

fn build_copy(
    path: &Path,
    file: &ReturnedFile,
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
        write_sheet(page, sheet, rows.iter().filter(|row| row.sheet == at), dry_run)?;
    }
    book.save_to_buffer()
}

fn write_sheet<'r>(
    page: &mut Worksheet,
    sheet: &ReturnedSheet,
    rows: impl Iterator<Item = &'r JudgedRow>,
    dry_run: bool,
) -> std::result::Result<(), XlsxError> {
    let plain = Format::new().set_text_wrap();
    let quoted = plain.clone().set_quote_prefix();
    let header = Format::new().set_bold().set_text_wrap().set_background_color(Color::RGB(0xEE_F3_F8));
    let refused = plain.clone().set_bold().set_background_color(Color::RGB(0xFD_EC_EA));
    let taken = plain.clone().set_background_color(Color::RGB(0xE8_F5_E9));
    let result = sheet.table.columns.len() as u16;
    for column in 0..result {
        page.set_column_width(column, 14)?;
    }
    page.set_column_width(result, 60)?;
    let key_titles = [AnswerColumn::RowKey.title(), AnswerColumn::RowVersion.title()];
    for header in &sheet.headers {
        for column in 0..result {
            if key_titles.contains(&plain_title(sheet.cell(header.at, column as usize)).as_str()) {
                page.set_column_hidden(column)?;
            }
        }
    }
    let mut rows = rows.peekable();
    for at in 0..sheet.table.rows.len() {
        let number = sheet.table.rows[at] - 1;
        let is_header = sheet.headers.iter().any(|header| header.at == at);
        for column in 0..result {
            let text = sheet.cell(at, column as usize);
            if text.is_empty() {
                continue;
            }
            let format = if is_header {
                &header
            } else if is_formula_cell(text) {
                &quoted
            } else {
                &plain
            };
            page.write_string_with_format(number, column, short(text), format)?;
        }
        if is_header {
            page.write_string_with_format(number, result, RESULT, &header)?;
        } else if let Some(row) = rows.next_if(|row| row.row.at == at) {
            let format = match row.fate {
                fate if fate.is_refused() || !row.changed_cells.is_empty() => &refused,
                fate if fate.is_appended() => &taken,
                _ => &plain,
            };
            page.write_string_with_format(number, result, short(&result_text(row, dry_run)), format)?;
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
