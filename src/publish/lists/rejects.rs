//! Rows that were not accepted, back to the department that delivered them.

use rust_xlsxwriter::ProtectionOptions;

use super::list_workbook_error;
use super::safe_names;
use super::style::{SheetStyles, document_properties, new_list_workbook};
use crate::Result;
use crate::load::{LoadedSource, masked_file_name};
use crate::model::period::Period;
use crate::model::source_row::Reject;
use crate::privacy::mask::mask_numbers_in_text;
use crate::publication::output_files::{CsvFile, OutputFiles, make_output_folder};
use crate::publish::PublishedPipeline;
use crate::publish::tables::returned_rows;

/// Titles and widths of the columns of a list of returned rows.
pub(super) const REJECT_COLUMNS: [(&str, f64); 10] = [
    ("序号", 6.0),
    ("级别", 12.0),
    ("文件", 30.0),
    ("工作表", 14.0),
    ("行", 8.0),
    ("成员序号", 8.0),
    ("列", 16.0),
    ("原因", 46.0),
    ("原文（长号码已遮盖）", 46.0),
    ("原因代码", 20.0),
];

/// Writes `lists/退回/<source>.xlsx` and `.csv` for every source with rejects.
pub(in crate::publish) fn write_reject_lists(
    loaded: &[LoadedSource],
    catalogue: &PublishedPipeline,
    period: Period,
    outputs: &mut OutputFiles,
) -> Result<()> {
    for loaded in loaded {
        let returned: Vec<_> = returned_rows(std::slice::from_ref(loaded)).collect();
        if returned.is_empty() {
            continue;
        }
        let title = catalogue.source_title(&loaded.records.source);
        let stem = format!("lists/退回/{}", safe_names::safe_file_name(title));
        make_output_folder(&outputs.path("lists/退回"), 0o750)?;
        let rows: Vec<[String; 10]> =
            returned.iter().enumerate().map(|(i, (r, severity))| reject_cells(i + 1, r, severity)).collect();
        let book = reject_workbook(period, title, &rows)?;
        outputs.bytes(&format!("{stem}.xlsx"), &book, Some(rows.len() as u64))?;
        let mut csv = CsvFile::begin(outputs, &format!("{stem}.csv"))?;
        csv.row(&REJECT_COLUMNS.map(|(title, _)| title))?;
        rows.iter().try_for_each(|row| csv.row(row))?;
        csv.finish(outputs)?;
    }
    Ok(())
}

/// The cells of one returned row.
pub(super) fn reject_cells(number: usize, reject: &Reject, severity: &str) -> [String; 10] {
    [
        number.to_string(),
        if severity == "warn" { "此值未读入" } else { "整行退回" }.to_owned(),
        masked_file_name(&reject.file),
        mask_numbers_in_text(reject.sheet.as_deref().unwrap_or_default()).into_owned(),
        reject.row.to_string(),
        if reject.member > 0 { reject.member.to_string() } else { String::new() },
        mask_numbers_in_text(reject.column.as_deref().unwrap_or_default()).into_owned(),
        mask_numbers_in_text(&reject.reason).into_owned(),
        mask_numbers_in_text(&reject.original).replace('\t', " | "),
        reject.reason_code.clone(),
    ]
}

fn reject_workbook(period: Period, title: &str, rows: &[[String; 10]]) -> Result<Vec<u8>> {
    let styles = SheetStyles::new();
    let mut book = new_list_workbook();
    book.set_properties(&document_properties(&format!("{title}退回行({period})"), period)?);
    let sheet = book.add_worksheet_with_constant_memory().map_err(list_workbook_error)?;
    sheet.set_name("退回行").map_err(list_workbook_error)?;
    for (c, (_, width)) in REJECT_COLUMNS.iter().enumerate() {
        sheet.set_column_width(c as u16, *width).map_err(list_workbook_error)?;
    }
    sheet.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0);
    sheet.set_repeat_rows(0, 0).map_err(list_workbook_error)?;
    sheet.set_header(format!("&L{title}退回行 {period}&R内部资料 注意保密")).set_footer("&C第&P页 共&N页");
    sheet.set_freeze_panes(1, 0).map_err(list_workbook_error)?;
    sheet
        .autofilter(0, 0, rows.len() as u32, REJECT_COLUMNS.len() as u16 - 1)
        .map_err(list_workbook_error)?;
    sheet.protect_with_options(&ProtectionOptions {
        use_autofilter: true,
        format_columns: true,
        format_rows: true,
        ..ProtectionOptions::new()
    });
    for (c, (title, _)) in REJECT_COLUMNS.iter().enumerate() {
        sheet.write_string_with_format(0, c as u16, *title, &styles.header).map_err(list_workbook_error)?;
    }
    for (r, row) in rows.iter().enumerate() {
        for (c, text) in row.iter().enumerate() {
            let format = if matches!(c, 2 | 7 | 8) { &styles.long } else { &styles.short };
            super::workbook::write_sheet_text(sheet, r as u32 + 1, c as u16, text, format)?;
        }
    }
    book.save_to_buffer().map_err(list_workbook_error)
}
