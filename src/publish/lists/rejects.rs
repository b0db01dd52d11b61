//! Rows that were not accepted, back to the department that delivered them.

use std::path::Path;

use super::cells::row_height;
use super::return_letter::ReturnLetter;
use super::style::{SheetStyles, document_properties, new_list_workbook};
use super::workbook::write_sheet_text;
use super::{list_workbook_error, safe_names};
use crate::Result;
use crate::load::{LoadedSource, keeps_cell_value, masked_file_name};
use crate::model::period::Period;
use crate::model::source_row::Reject;
use crate::privacy::mask::mask_numbers_in_text;
use crate::publication::output_files::{CsvFile, OutputFiles, make_output_folder};
use crate::publish::PublishedPipeline;
use crate::publish::held_notices::HeldNotice;
use crate::publish::tables::returned_rows;

/// Titles and widths of the columns of a list of returned rows.
pub(super) const REJECT_COLUMNS: [(&str, f64); 10] = [
    ("序号", 6.0),
    ("级别", 12.0),
    ("文件", 26.0),
    ("工作表", 12.0),
    ("行", 8.0),
    ("成员序号", 10.0),
    ("列", 16.0),
    ("原因", 46.0),
    ("原文（长号码已遮盖）", 40.0),
    ("原因代码", 19.0),
];
/// Positions of the columns that hold numbers, and of those that hold sentences.
const NUMBERS: [usize; 3] = [0, 4, 5];
const SENTENCES: [usize; 3] = [2, 7, 8];

/// Writes `lists/退回/<source>.xlsx` and `.csv` for every source with rejects, unknown codes or rules that it holds.
pub(in crate::publish) fn write_reject_lists(
    loaded: &[LoadedSource],
    (catalogue, period): (&PublishedPipeline, Period),
    held: &[HeldNotice],
    outputs: &mut OutputFiles,
) -> Result<()> {
    for loaded in loaded {
        let returned: Vec<_> = returned_rows(std::slice::from_ref(loaded)).collect();
        let letter = ReturnLetter::new(loaded, catalogue, period, held);
        if returned.is_empty() && letter.says_nothing() {
            continue;
        }
        let title = catalogue.source_title(&loaded.records.source);
        let stem = format!("lists/退回/{}", safe_names::safe_file_name(title));
        make_output_folder(&outputs.path("lists/退回"), 0o700)?;
        let rows: Vec<[String; 10]> =
            returned.iter().enumerate().map(|(i, (r, severity))| reject_cells(i + 1, r, severity)).collect();
        let book = reject_workbook((period, title), &letter, &rows, outputs.folder())?;
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
    let masked = |text: &str| mask_numbers_in_text(text).into_owned();
    [
        number.to_string(),
        match severity {
            "warn" if keeps_cell_value(&reject.reason_code) => "已读入，请核对",
            "warn" => "此值未读入",
            _ => "整行退回",
        }
        .to_owned(),
        masked_file_name(&reject.file),
        masked(reject.sheet.as_deref().unwrap_or_default()),
        reject.row.to_string(),
        if reject.member > 0 { reject.member.to_string() } else { String::new() },
        masked(reject.column.as_deref().unwrap_or_default()),
        masked(&reject.reason),
        mask_numbers_in_text(&reject.original).replace('\t', " | "),
        reject.reason_code.clone(),
    ]
}

fn reject_workbook(
    (period, title): (Period, &str),
    letter: &ReturnLetter<'_>,
    rows: &[[String; 10]],
    scratch: &Path,
) -> Result<Vec<u8>> {
    let styles = SheetStyles::new();
    let mut book = new_list_workbook(scratch)?;
    book.set_properties(&document_properties(&format!("{title}退回行（{period}）"), period)?);
    letter.write(book.add_worksheet_with_constant_memory().map_err(list_workbook_error)?, rows, &styles)?;
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
    for (c, (title, _)) in REJECT_COLUMNS.iter().enumerate() {
        sheet.write_string_with_format(0, c as u16, *title, &styles.header).map_err(list_workbook_error)?;
    }
    sheet.set_row_height(0, 24).map_err(list_workbook_error)?;
    for (r, row) in (1u32..).zip(rows) {
        // Readers do not fit rows that are written with a height, and without one some lay the lines over each other.
        let cells = row.iter().zip(REJECT_COLUMNS).map(|(text, (_, width))| (text.as_str(), width));
        sheet.set_row_height(r, row_height(cells, 1)).map_err(list_workbook_error)?;
        for (c, text) in row.iter().enumerate() {
            let column = c as u16;
            match text.parse::<u32>() {
                Ok(number) if NUMBERS.contains(&c) => {
                    sheet
                        .write_number_with_format(r, column, number, &styles.short)
                        .map_err(list_workbook_error)?;
                }
                _ => {
                    let format = if SENTENCES.contains(&c) { &styles.long } else { &styles.short };
                    write_sheet_text(sheet, r, column, text, format)?;
                }
            }
        }
    }
    book.save_to_buffer().map_err(list_workbook_error)
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read as _};

    use super::*;

    #[test]
    fn no_cell_of_a_returned_row_holds_a_number_of_a_person() {
        let number = "410602199803124217";
        let reject = Reject {
            source: "dibao".to_owned(),
            file: format!("低保{number}.csv").into(),
            sheet: Some(format!("表{number}")),
            row: 7,
            member: 0,
            column: Some(format!("列{number}")),
            reason_code: "unknown_code".to_owned(),
            reason: format!("“{number}”不在代码表里"),
            original: format!("王某\t{number}"),
        };
        let cells = reject_cells(1, &reject, "warn");
        assert!(cells.iter().all(|cell| !cell.contains(number)), "{cells:?}");
        assert_eq!(cells.iter().filter(|cell| cell.contains("410602********4217")).count(), 5, "{cells:?}");
    }

    #[test]
    fn rows_are_as_high_as_their_texts_and_numbers_are_numbers() {
        let row = |reason: &str, severity: &str, code: &str| {
            let reject = Reject {
                source: "list".to_owned(),
                file: "名单.csv".into(),
                sheet: None,
                row: 7,
                member: 0,
                column: Some("金额".to_owned()),
                reason_code: code.to_owned(),
                reason: reason.to_owned(),
                original: "-450".to_owned(),
            };
            reject_cells(1, &reject, severity)
        };
        let rows = [
            row("“金额”是负数", "warn", "negative_amount"),
            row(&"很长的原因".repeat(20), "reject", "malformed_row"),
            row("“停保年月”可能是1月，也可能是10月", "warn", "month_doubtful"),
        ];
        let levels: Vec<&str> = rows.iter().map(|row| row[1].as_str()).collect();
        assert_eq!(levels, ["此值未读入", "整行退回", "已读入，请核对"]);
        let letter = ReturnLetter::default();
        let scratch = std::env::temp_dir();
        let book = reject_workbook(("2018Q3".parse().unwrap(), "名单"), &letter, &rows, &scratch).unwrap();
        let mut archive = zip::ZipArchive::new(Cursor::new(book)).unwrap();
        let mut sheet = String::new();
        archive.by_name("xl/worksheets/sheet2.xml").unwrap().read_to_string(&mut sheet).unwrap();
        let height = |number: u32| -> f64 {
            let row = sheet.split(&format!("<row r=\"{number}\"")).nth(1).unwrap();
            let (tag, _) = row.split_once('>').unwrap();
            tag.split_once("ht=\"").unwrap().1.split_once('"').unwrap().0.parse().unwrap()
        };
        assert!(height(3) > 4.0 * height(2), "{} {}", height(3), height(2));
        let cell = sheet.split("<c r=\"E2\"").nth(1).unwrap().split_once("</c>").unwrap().0;
        assert!(cell.ends_with("<v>7</v>") && !cell.contains("t="), "{cell}");
    }
}
