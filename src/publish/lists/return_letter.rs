//! The letter on top of what is returned to a department: how much was read, what is to be mended, what could not be judged
//! for want of it.

use std::collections::BTreeMap;

use rust_xlsxwriter::Worksheet;

use super::cover::{WIDTHS, write_merged_row, write_note_lines};
use super::list_workbook_error;
use super::style::SheetStyles;
use super::workbook::write_sheet_text;
use crate::Result;
use crate::load::{LoadedSource, masked_file_name};
use crate::model::period::Period;
use crate::model::source_row::TableTotals;
use crate::privacy::mask::mask_numbers_in_text;
use crate::publish::PublishedPipeline;
use crate::publish::held_notices::HeldNotice;

/// Positions of the cells of a returned row that the letter sums up: level, reason and reason code.
const LEVEL: usize = 1;
const REASON: usize = 7;
const CODE: usize = 9;
/// Last column of the sheet.
const LAST: u16 = WIDTHS.len() as u16 - 1;

/// What is told to the department that delivers a list.
#[derive(Debug, Default)]
pub(super) struct ReturnLetter<'a> {
    owner: &'a str,
    title: &'a str,
    period: String,
    tables: &'a [TableTotals],
    /// Lines about values that no code table knows.
    unknown: Vec<String>,
    /// Rules that the list holds, in words.
    held: Vec<&'a str>,
}

impl<'a> ReturnLetter<'a> {
    pub(super) fn new(
        loaded: &'a LoadedSource,
        catalogue: &'a PublishedPipeline,
        period: Period,
        held: &'a [HeldNotice],
    ) -> Self {
        let source = loaded.records.source.as_str();
        let tables = loaded.totals.tables.as_slice();
        let codes = tables.iter().flat_map(|table| &table.unknown_codes);
        let unknown = codes.map(|of| {
            let spellings = of.spellings.iter().map(|one| {
                let nearest =
                    one.nearest.as_ref().map(|near| format!("，是不是“{near}”")).unwrap_or_default();
                format!("“{}”{}格{nearest}", mask_numbers_in_text(&one.spelling), one.cells)
            });
            let spellings = spellings.collect::<Vec<_>>().join("；");
            let column = catalogue.column_title(source, &of.column);
            let county = mask_numbers_in_text(&of.county);
            format!("{county}“{column}”{}/{}格不在代码表里：{spellings}。", of.cells, of.filled)
        });
        let held = held.iter().filter(|notice| notice.source == source).map(|notice| notice.text.as_str());
        Self {
            owner: catalogue.source_owner(source),
            title: catalogue.source_title(source),
            period: period.title(),
            tables,
            unknown: unknown.collect(),
            held: held.collect(),
        }
    }

    /// Is there nothing to tell beside returned rows?
    pub(super) fn says_nothing(&self) -> bool {
        self.unknown.is_empty() && self.held.is_empty()
    }

    /// Writes the sheet; `rows`: what is returned, as it is listed.
    pub(super) fn write(
        &self,
        sheet: &mut Worksheet,
        rows: &[[String; 10]],
        styles: &SheetStyles,
    ) -> Result<()> {
        sheet.set_name("退回函").map_err(list_workbook_error)?;
        for (column, width) in (0..).zip(WIDTHS) {
            sheet.set_column_width(column, width).map_err(list_workbook_error)?;
        }
        sheet.set_paper_size(9).set_print_fit_to_pages(1, 0);
        sheet.set_margins(0.5, 0.5, 0.5, 0.5, 0.2, 0.2);
        sheet.set_row_height(0, 30).map_err(list_workbook_error)?;
        write_sheet_text(sheet, 0, 0, &format!("退回函：{}", self.title), &styles.title)?;
        write_merged_row(sheet, 1, &format!("致：{}    {}", self.owner, self.period), &styles.note)?;
        let whole = rows.iter().filter(|row| row[LEVEL] == "整行退回").count();
        let line = format!(
            "请按“退回行”逐行改正后重报：整行退回{whole}行，另有{}格未读入或请核对。退回的行里有人的，凭“不在名单里”得出的疑点对他们不下结论。",
            rows.len() - whole
        );
        let mut r = write_note_lines(sheet, 1, &[line], styles)? + 2;
        r = self.write_tables(sheet, r, styles)? + 1;
        r = write_reasons(sheet, r, rows, styles)?;
        for (heading, lines) in [
            ("认不出的代码", self.unknown.iter().map(String::as_str).collect::<Vec<_>>()),
            ("因此没有判断的规则（没有判断的，不等于没有疑点）", self.held.clone()),
        ] {
            if !lines.is_empty() {
                write_sheet_text(sheet, r, 0, heading, &styles.heading)?;
                r = write_note_lines(sheet, r, &lines, styles)? + 2;
            }
        }
        Ok(())
    }

    fn write_tables(&self, sheet: &mut Worksheet, first: u32, styles: &SheetStyles) -> Result<u32> {
        merged(sheet, first, (0, 4), "文件", &styles.header)?;
        for (c, title) in (5..).zip(["读入", "接受", "退回"]) {
            write_sheet_text(sheet, first, c, title, &styles.header)?;
        }
        let mut r = first + 1;
        for table in self.tables {
            let mut file = masked_file_name(&table.file);
            if let Some(name) = &table.sheet {
                file.push_str(&format!(" 工作表“{}”", mask_numbers_in_text(name)));
            }
            merged(sheet, r, (0, 4), &file, &styles.long)?;
            for (c, figure) in (5..).zip([table.read, table.accepted, table.rejected]) {
                sheet
                    .write_number_with_format(r, c, figure as f64, &styles.number)
                    .map_err(list_workbook_error)?;
            }
            r += 1;
        }
        Ok(r)
    }
}

/// What is wrong and how often, the most frequent first. Comes back with the row that follows.
fn write_reasons(
    sheet: &mut Worksheet,
    first: u32,
    rows: &[[String; 10]],
    styles: &SheetStyles,
) -> Result<u32> {
    if rows.is_empty() {
        return Ok(first);
    }
    let mut reasons: BTreeMap<(&str, &str), (usize, &str)> = BTreeMap::new();
    for row in rows {
        reasons.entry((&row[LEVEL], &row[CODE])).or_insert((0, &row[REASON])).0 += 1;
    }
    let mut reasons: Vec<_> = reasons.into_iter().collect();
    reasons.sort_by(|a, b| b.1.0.cmp(&a.1.0).then_with(|| a.0.cmp(&b.0)));
    write_sheet_text(sheet, first, 0, "级别", &styles.header)?;
    merged(sheet, first, (1, LAST - 1), "原因（第一例）", &styles.header)?;
    write_sheet_text(sheet, first, LAST, "处数", &styles.header)?;
    let mut r = first + 1;
    for ((level, _), (count, reason)) in reasons {
        sheet.set_row_height(r, 30).map_err(list_workbook_error)?;
        write_sheet_text(sheet, r, 0, level, &styles.short)?;
        merged(sheet, r, (1, LAST - 1), reason, &styles.long)?;
        sheet.write_number_with_format(r, LAST, count as f64, &styles.number).map_err(list_workbook_error)?;
        r += 1;
    }
    Ok(r + 1)
}

fn merged(
    sheet: &mut Worksheet,
    row: u32,
    (from, to): (u16, u16),
    text: &str,
    format: &rust_xlsxwriter::Format,
) -> Result<()> {
    sheet.merge_range(row, from, row, to, "", format).map_err(list_workbook_error)?;
    write_sheet_text(sheet, row, from, text, format)
}
