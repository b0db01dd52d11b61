//! A workbook of exceptions, but for the rows of its lists: see [`super::workbook_package`].

use std::path::Path;

use rust_xlsxwriter::{Format, Worksheet};

use super::answer_help::{HELPED, answer_validation};
use super::book_plan::{BookKind, ListBook};
use super::cells::shorten_cell;
use super::cover::write_cover_sheet;
use super::list_column::{ListColumn, ListColumnKind, ListLayout};
use super::list_workbook_error;
use super::style::{SheetStyles, document_properties, new_list_workbook};
use crate::Result;
use crate::privacy::formula_cells::is_formula_cell;
use crate::publish::PublicationInputs;
use crate::rules::officer_words::AnswerWords;

/// The workbook with empty lists; what is written of it meanwhile lies in `scratch`.
pub(super) fn build_list_workbook(
    inputs: &PublicationInputs<'_>,
    (list_book, layout): (&ListBook<'_>, &ListLayout),
    scratch: &Path,
) -> Result<Vec<u8>> {
    let styles = SheetStyles::new();
    let mut book = new_list_workbook(scratch)?;
    let what = match list_book.kind {
        BookKind::Township => "疑点清单",
        BookKind::County | BookKind::Department => "疑点台账",
    };
    let title = format!("{}{what}（{}）", list_book.of, inputs.period);
    book.set_properties(&document_properties(&title, inputs.period)?);
    let sheet = book.add_worksheet_with_constant_memory().map_err(list_workbook_error)?;
    styles.number(sheet)?;
    write_cover_sheet(sheet, inputs, list_book, &styles)?;
    for (name, entries) in &list_book.sheets {
        let sheet = book.add_worksheet_with_constant_memory().map_err(list_workbook_error)?;
        sheet.set_name(*name).map_err(list_workbook_error)?;
        let answers = (list_book.kind == BookKind::Township).then_some(&inputs.catalogue.words.answers);
        write_list_sheet(
            sheet,
            layout,
            entries.len() as u32,
            (&format!("{title} {name}"), answers),
            &styles,
        )?;
    }
    book.save_to_buffer().map_err(list_workbook_error)
}

/// Text that no spreadsheet runs, also after a save as CSV.
pub(super) fn write_sheet_text(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    text: &str,
    format: &Format,
) -> Result<()> {
    let text = shorten_cell(text);
    let text = text.as_ref();
    if is_formula_cell(text) {
        let quoted = format.clone().set_quote_prefix();
        sheet.write_string_with_format(row, column, text, &quoted).map_err(list_workbook_error)?;
    } else {
        sheet.write_string_with_format(row, column, text, format).map_err(list_workbook_error)?;
    }
    Ok(())
}

/// Text across the cells of a row.
pub(super) fn write_merged_cells(
    sheet: &mut Worksheet,
    row: u32,
    (from, to): (u16, u16),
    text: &str,
    format: &Format,
) -> Result<()> {
    sheet.merge_range(row, from, row, to, "", format).map_err(list_workbook_error)?;
    write_sheet_text(sheet, row, from, text, format)
}

fn write_list_sheet(
    sheet: &mut Worksheet,
    layout: &ListLayout,
    last_row: u32,
    (title, answers): (&str, Option<&AnswerWords>),
    styles: &SheetStyles,
) -> Result<()> {
    let last_column = layout.columns.len() as u16 - 1;
    for (c, column) in (0..).zip(&layout.columns) {
        sheet.set_column_width(c, column.width()).map_err(list_workbook_error)?;
        if column.kind() == ListColumnKind::Hidden {
            sheet.set_column_hidden(c).map_err(list_workbook_error)?;
        }
    }
    set_sheet_printing(sheet, title, (last_row, layout.printed - 1))?;
    sheet.set_freeze_panes(1, layout.frozen).map_err(list_workbook_error)?;
    sheet.autofilter(0, 0, last_row, last_column).map_err(list_workbook_error)?;
    if let Some(answers) = answers {
        for column in HELPED {
            if let Some(at) = layout.position(ListColumn::Answer(column)) {
                let validation = answer_validation(answers, column).map_err(list_workbook_error)?;
                sheet
                    .add_data_validation(1, at, last_row.max(1), at, &validation)
                    .map_err(list_workbook_error)?;
            }
        }
    }
    sheet.set_row_height(0, 30).map_err(list_workbook_error)?;
    for (c, column) in (0..).zip(&layout.columns) {
        let format =
            if column.kind() == ListColumnKind::Answer { &styles.answer_header } else { &styles.header };
        write_sheet_text(sheet, 0, c, column.title(), format)?;
    }
    // The last cell, so that the sheet knows its size.
    sheet.write_blank(last_row, last_column, &styles.short).map_err(list_workbook_error)?;
    Ok(())
}

/// A4 on its long side, one page wide, the header on every page; what is seldom read is not printed.
fn set_sheet_printing(sheet: &mut Worksheet, title: &str, last: (u32, u16)) -> Result<()> {
    sheet.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0);
    sheet.set_repeat_rows(0, 0).map_err(list_workbook_error)?;
    sheet.set_print_area(0, 0, last.0, last.1).map_err(list_workbook_error)?;
    sheet.set_margins(0.25, 0.25, 0.5, 0.5, 0.2, 0.2);
    sheet.set_header(format!("&L{title}&R内部资料 注意保密"));
    sheet.set_footer("&C第&P页 共&N页");
    Ok(())
}
