//! Rows that were not accepted, back to the department that delivered them.

use std::collections::BTreeSet;
use std::path::Path;

use jiff::civil::Date;

use super::book_plan::untaken;
use super::return_letter::ReturnLetter;
use super::return_points::{counties_of, points_of, reason_and_cure};
use super::return_sheets::{compared_sheet, return_sheets};
use super::return_supplier::{ReturnSupplier, return_suppliers};
use super::style::{SheetStyles, document_properties, new_list_workbook};
use super::table_sheet::TableSheet;
use super::{list_workbook_error, safe_names};
use crate::Result;
use crate::load::{LoadedSource, keeps_cell_value, masked_file_name};
use crate::model::period::Period;
use crate::model::source_row::Reject;
use crate::privacy::mask::mask_numbers_in_text;
use crate::publication::manifest::RuleRun;
use crate::publication::output_files::{CsvFile, OutputFiles, make_output_folder};
use crate::publication::returned_points::ReturnedPoints;
use crate::publish::{PublicationInputs, PublishedPipeline};

/// Columns of a list of returned rows.
pub(super) const REJECTED: usize = 11;
/// Their titles and widths.
pub(super) const REJECT_COLUMNS: [(&str, f64); REJECTED] = [
    ("序号", 6.0),
    ("级别", 12.0),
    ("文件", 26.0),
    ("工作表", 12.0),
    ("行", 8.0),
    ("成员序号", 10.0),
    ("列", 16.0),
    ("原因", 36.0),
    ("怎么改", 36.0),
    ("原文（长号码已遮盖）", 40.0),
    ("原因代码", 19.0),
];
/// Positions of the columns that hold numbers, and of those that hold sentences.
const NUMBERS: [usize; 3] = [0, 4, 5];
const SENTENCES: [usize; 4] = [2, 7, 8, 9];

/// What letters are written from, beside the lists.
struct ReturnedTo<'a> {
    catalogue: &'a PublishedPipeline,
    period: Period,
    /// Day on which they are handed out; `None` for a run that is refused.
    issued: Option<Date>,
    rules: &'a [RuleRun],
    points: &'a ReturnedPoints,
}

/// Writes a letter and its sheets for every supplier that something is to be told of.
pub(in crate::publish) fn write_return_letters(
    inputs: &PublicationInputs<'_>,
    rules: &[RuleRun],
    points: &ReturnedPoints,
    outputs: &mut OutputFiles,
) -> Result<()> {
    let (catalogue, period, issued) = (inputs.catalogue, inputs.period, Some(inputs.issued));
    write_letters(inputs.loaded, &ReturnedTo { catalogue, period, issued, rules, points }, outputs)
}

/// Writes `lists/退回/<source>.xlsx` and `.csv` of a run that is refused: of what it could read.
pub(in crate::publish) fn write_reject_lists(
    loaded: &[LoadedSource],
    (catalogue, period): (&PublishedPipeline, Period),
    outputs: &mut OutputFiles,
) -> Result<()> {
    let points = ReturnedPoints::default();
    write_letters(
        loaded,
        &ReturnedTo { catalogue, period, issued: None, rules: &[], points: &points },
        outputs,
    )
}

fn write_letters(loaded: &[LoadedSource], to: &ReturnedTo<'_>, outputs: &mut OutputFiles) -> Result<()> {
    let mut taken = BTreeSet::new();
    for loaded in loaded {
        let told = counties_of(to.points, &loaded.records.source);
        for supplier in return_suppliers(loaded, to.catalogue, to.rules, &told) {
            write_letter(&supplier, to, &mut taken, outputs)?;
        }
    }
    // Of a list of which nothing came whoever ought to have delivered it is asked, too.
    let came: BTreeSet<&str> = loaded.iter().map(|one| one.records.source.as_str()).collect();
    for source in to.catalogue.sources.iter().filter(|source| !came.contains(source.name.as_str())) {
        write_letter(&ReturnSupplier::of_missing(&source.name), to, &mut taken, outputs)?;
    }
    Ok(())
}

/// Writes the letter to a supplier, if there is something to tell.
fn write_letter(
    supplier: &ReturnSupplier<'_>,
    to: &ReturnedTo<'_>,
    taken: &mut BTreeSet<String>,
    outputs: &mut OutputFiles,
) -> Result<()> {
    let returned = supplier.returned();
    let days = to.catalogue.outputs.return_days;
    let due = to.issued.map(|issued| to.catalogue.calendar.working_days_after(issued, days));
    let letter = ReturnLetter {
        supplier,
        catalogue: to.catalogue,
        period: to.period,
        due: due.transpose()?,
        points: points_of(to.points, supplier),
        compared_with: to.points.compared_with.as_deref(),
        sheets: return_sheets(supplier, to.catalogue, to.rules),
    };
    if returned.is_empty() && letter.says_nothing() {
        return Ok(());
    }
    make_output_folder(&outputs.path("lists/退回"), 0o700)?;
    let name = safe_names::safe_file_name(&supplier.title(to.catalogue));
    let stem = format!("lists/退回/{}", untaken(taken, name, supplier.source()));
    let cells = |(i, (reject, severity)): (usize, &(&Reject, &str))| reject_cells(i + 1, reject, severity);
    let rows: Vec<[String; REJECTED]> = returned.iter().enumerate().map(cells).collect();
    let book = reject_workbook(&letter, &rows, outputs.folder())?;
    outputs.bytes(&format!("{stem}.xlsx"), &book, Some(rows.len() as u64))?;
    let mut csv = CsvFile::begin(outputs, &format!("{stem}.csv"))?;
    csv.row(&REJECT_COLUMNS.map(|(title, _)| title))?;
    rows.iter().try_for_each(|row| csv.row(row))?;
    csv.finish(outputs)
}

/// The cells of one returned row.
pub(super) fn reject_cells(number: usize, reject: &Reject, severity: &str) -> [String; REJECTED] {
    let (reason, cure) = reason_and_cure(&reject.reason);
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
        masked(reason),
        masked(cure),
        mask_numbers_in_text(&reject.original).replace('\t', " | "),
        reject.reason_code.clone(),
    ]
}

fn reject_workbook(
    letter: &ReturnLetter<'_>,
    rows: &[[String; REJECTED]],
    scratch: &Path,
) -> Result<Vec<u8>> {
    let styles = SheetStyles::new();
    let mut book = new_list_workbook(scratch)?;
    let title = letter.supplier.title(letter.catalogue);
    book.set_properties(&document_properties(&format!("{title}退回函（{}）", letter.period), letter.period)?);
    letter.write(book.add_worksheet_with_constant_memory().map_err(list_workbook_error)?, rows, &styles)?;
    let header = format!("{title}退回函 {}", letter.period);
    if !rows.is_empty() {
        let rows: Vec<&[String]> = rows.iter().map(<[String; REJECTED]>::as_slice).collect();
        let sheet = TableSheet {
            name: "退回行",
            columns: &REJECT_COLUMNS,
            numbers: &NUMBERS,
            sentences: &SENTENCES,
            rows: rows.into_iter().map(<[String]>::to_vec).collect(),
        };
        sheet.write(&mut book, &header, &styles)?;
    }
    for sheet in letter.sheets.iter().filter(|sheet| !sheet.rows.is_empty()) {
        sheet.write(&mut book, &header, &styles)?;
    }
    let compared = compared_sheet(&letter.points);
    if !compared.rows.is_empty() && letter.compared_with.is_some() {
        compared.write(&mut book, &header, &styles)?;
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
            row("“停保年月”可能是1月，也可能是10月；写成 201710", "warn", "month_doubtful"),
        ];
        let levels: Vec<&str> = rows.iter().map(|row| row[1].as_str()).collect();
        assert_eq!(levels, ["此值未读入", "整行退回", "已读入，请核对"]);
        assert_eq!((&*rows[2][7], &*rows[2][8]), ("“停保年月”可能是1月，也可能是10月", "写成 201710"));
        let sheet = TableSheet {
            name: "退回行",
            columns: &REJECT_COLUMNS,
            numbers: &NUMBERS,
            sentences: &SENTENCES,
            rows: rows.iter().map(|row| row.to_vec()).collect(),
        };
        let mut book = new_list_workbook(&std::env::temp_dir()).unwrap();
        sheet.write(&mut book, "名单退回函", &SheetStyles::new()).unwrap();
        let book = book.save_to_buffer().unwrap();
        let mut archive = zip::ZipArchive::new(Cursor::new(book)).unwrap();
        let mut sheet = String::new();
        archive.by_name("xl/worksheets/sheet1.xml").unwrap().read_to_string(&mut sheet).unwrap();
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
