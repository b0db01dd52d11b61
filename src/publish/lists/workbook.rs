//! One township's workbook, but for the rows of its lists: see [`super::workbook_package`].

use std::path::Path;

use rust_xlsxwriter::{DataValidation, DataValidationErrorStyle, Format, ProtectionOptions, Worksheet};

use super::cells::{line_count, shorten_cell};
use super::list_row::{COLUMNS, ListColumn, ListColumnKind, ListEntry};
use super::style::{SheetStyles, document_properties, new_list_workbook};
use super::{NOTES_SHEET, REVIEW_SHEET, TownshipLists, list_workbook_error};
use crate::Result;
use crate::model::exception::Severity;
use crate::privacy::formula_cells::is_formula_cell;
use crate::publish::PublicationInputs;
use crate::publish::quarter_totals::{tier_confidence, tier_title};
use crate::rules::officer_words::AnswerWords;

/// The workbook of a township with empty lists; what is written of it meanwhile lies in `scratch`.
pub(super) fn build_township_workbook(
    inputs: &PublicationInputs<'_>,
    township: &TownshipLists<'_>,
    scratch: &Path,
) -> Result<Vec<u8>> {
    let styles = SheetStyles::new();
    let mut book = new_list_workbook(scratch)?;
    let title = format!("{}{}疑点清单（{}）", township.county, township.name, inputs.period);
    book.set_properties(&document_properties(&title, inputs.period)?);
    let sheet = book.add_worksheet_with_constant_memory().map_err(list_workbook_error)?;
    styles.number(sheet)?;
    write_notes_sheet(sheet, inputs, township, &styles)?;
    for (name, entries) in &township.sheets {
        let sheet = book.add_worksheet_with_constant_memory().map_err(list_workbook_error)?;
        sheet.set_name(name).map_err(list_workbook_error)?;
        let answers = &inputs.catalogue.words.answers;
        write_list_sheet(sheet, entries.len() as u32, &format!("{title} {name}"), answers, &styles)?;
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

fn write_list_sheet(
    sheet: &mut Worksheet,
    last_row: u32,
    title: &str,
    answers: &AnswerWords,
    styles: &SheetStyles,
) -> Result<()> {
    let last_column = COLUMNS.len() as u16 - 1;
    for (c, column) in COLUMNS.iter().enumerate() {
        let c = c as u16;
        sheet.set_column_width(c, column.width).map_err(list_workbook_error)?;
        if column.kind == ListColumnKind::Hidden {
            sheet.set_column_hidden(c).map_err(list_workbook_error)?;
        }
    }
    set_sheet_printing(sheet, title)?;
    sheet.set_freeze_panes(1, 2).map_err(list_workbook_error)?;
    sheet.autofilter(0, 0, last_row, last_column).map_err(list_workbook_error)?;
    add_answer_choices(sheet, "核查结果", &answers.verdicts, last_row)?;
    add_answer_choices(sheet, "原因代码", &answers.reasons, last_row)?;
    add_answer_choices(sheet, "处理措施", &answers.measures, last_row)?;
    sheet.protect_with_options(&ProtectionOptions {
        use_autofilter: true,
        sort: true,
        format_columns: true,
        format_rows: true,
        ..ProtectionOptions::new()
    });
    sheet.set_row_height(0, 32).map_err(list_workbook_error)?;
    for (c, column) in COLUMNS.iter().enumerate() {
        let format =
            if column.kind == ListColumnKind::Answer { &styles.answer_header } else { &styles.header };
        write_sheet_text(sheet, 0, c as u16, column.title, format)?;
    }
    // The last cell, so that the sheet knows its size.
    sheet.write_blank(last_row, last_column, &styles.short).map_err(list_workbook_error)?;
    Ok(())
}

/// A4 landscape, two pages wide: finding on the left one, answers on the right one, and the
/// number of the exception on both.
fn set_sheet_printing(sheet: &mut Worksheet, title: &str) -> Result<()> {
    sheet.set_landscape().set_paper_size(9).set_print_fit_to_pages(2, 0);
    sheet.set_repeat_rows(0, 0).map_err(list_workbook_error)?;
    sheet.set_repeat_columns(0, 1).map_err(list_workbook_error)?;
    sheet.set_margins(0.4, 0.4, 0.6, 0.6, 0.3, 0.3);
    sheet.set_header(format!("&L{title}&R内部资料 注意保密"));
    sheet.set_footer("&C第&P页 共&N页");
    Ok(())
}

/// A drop-down that refuses anything else: free answers cannot be counted. None where the rule set
/// names no choices.
fn add_answer_choices(sheet: &mut Worksheet, title: &str, list: &[String], last_row: u32) -> Result<()> {
    if list.is_empty() {
        return Ok(());
    }
    let validation = DataValidation::new()
        .allow_list_strings(list)
        .map_err(list_workbook_error)?
        .set_error_style(DataValidationErrorStyle::Stop)
        .set_error_title("请从列表中选择")
        .map_err(list_workbook_error)?
        .set_error_message("请从下拉列表中选择；补充情况写在“备注”。")
        .map_err(list_workbook_error)?;
    let column = ListColumn::position(title)? as u16;
    sheet
        .add_data_validation(1, column, last_row.max(1), column, &validation)
        .map_err(list_workbook_error)?;
    Ok(())
}

fn write_notes_sheet(
    sheet: &mut Worksheet,
    inputs: &PublicationInputs<'_>,
    township: &TownshipLists<'_>,
    styles: &SheetStyles,
) -> Result<()> {
    sheet.set_name(NOTES_SHEET).map_err(list_workbook_error)?;
    for (column, width) in [26.0, 12.0, 12.0, 12.0, 12.0, 12.0, 14.0].into_iter().enumerate() {
        sheet.set_column_width(column as u16, width).map_err(list_workbook_error)?;
    }
    sheet.set_paper_size(9).set_print_fit_to_pages(1, 0);
    sheet.protect();
    sheet.set_row_height(0, 30).map_err(list_workbook_error)?;
    write_sheet_text(sheet, 0, 0, &format!("{} {} 疑点清单", township.county, township.name), &styles.title)?;
    write_sheet_text(
        sheet,
        1,
        0,
        &format!("{}  {}", inputs.catalogue.title, inputs.period.title()),
        &styles.note,
    )?;
    sheet.set_row_height(3, 48).map_err(list_workbook_error)?;
    write_merged_row(
        sheet,
        3,
        "匹配结果只是核查线索。任何待遇的停发、追缴、纳入，都须经入户核查认定，不得仅凭本表办理。\
         本表含个人信息，仅供承办人员核查使用，不得外传、公示或张贴。",
        &styles.warning,
    )?;
    let mut r = write_sheet_totals(sheet, 5, township, styles)? + 1;
    r = write_unjudged(sheet, r, inputs, township, styles)?;
    write_sheet_text(sheet, r, 0, "怎样填写", &styles.heading)?;
    r = write_note_lines(sheet, r, &HOW_TO, styles)? + 2;
    write_sheet_text(sheet, r, 0, "严重程度与匹配方式", &styles.heading)?;
    for severity in Severity::ALL {
        r += 1;
        write_merged_row(sheet, r, &inputs.catalogue.words.severity_title(severity), &styles.note)?;
    }
    for tier in 1..=6 {
        r += 1;
        write_merged_row(
            sheet,
            r,
            &format!("匹配置信度“{}”：{}", tier_confidence(tier), tier_title(tier)),
            &styles.note,
        )?;
    }
    Ok(())
}

/// Rules that a line names.
const RULES_IN_LINE: usize = 20;

/// What no list of the township may be taken to deny: rules that left its people open, and rules that did not run.
/// Nothing where every rule judged everybody. Comes back with the row that follows.
fn write_unjudged(
    sheet: &mut Worksheet,
    first: u32,
    inputs: &PublicationInputs<'_>,
    township: &TownshipLists<'_>,
    styles: &SheetStyles,
) -> Result<u32> {
    let mut lines: Vec<String> = Vec::new();
    if !township.undecided.is_empty() {
        let rules = township.undecided.iter().map(|(code, count)| {
            let title = inputs.catalogue.rule(code).map_or("", |rule| rule.title.as_str());
            format!("{code}“{title}”{count}个")
        });
        let rules: Vec<String> = rules.collect();
        // A row is no higher than a page: many rules take several.
        lines.extend(
            rules
                .chunks(RULES_IN_LINE)
                .map(|some| format!("要看的值看不出，或名单没有报来，没有判断的对象：{}。", some.join("、"))),
        );
    }
    lines.extend(township.held.iter().map(|text| format!("{text}。")));
    let not_run: Vec<&str> = inputs.findings.not_run.iter().map(|one| one.rule_code.as_str()).collect();
    if !not_run.is_empty() {
        lines.push(format!(
            "没有运行的规则{}条（原因见 report.html）：{}。",
            not_run.len(),
            not_run.join("、")
        ));
    }
    if lines.is_empty() {
        return Ok(first);
    }
    write_sheet_text(sheet, first, 0, "没有判断的，不等于没有疑点", &styles.heading)?;
    Ok(write_note_lines(sheet, first, &lines, styles)? + 2)
}

/// Lines below a row, as high as their texts. Comes back with the last row written.
fn write_note_lines(
    sheet: &mut Worksheet,
    mut row: u32,
    lines: &[impl AsRef<str>],
    styles: &SheetStyles,
) -> Result<u32> {
    for line in lines {
        row += 1;
        let line = line.as_ref();
        sheet.set_row_height(row, 13.5 * line_count(line, 100) as f64 + 3.0).map_err(list_workbook_error)?;
        write_merged_row(sheet, row, line, &styles.note)?;
    }
    Ok(row)
}

/// Text across the sheet's seven columns.
fn write_merged_row(sheet: &mut Worksheet, row: u32, text: &str, format: &Format) -> Result<()> {
    sheet.merge_range(row, 0, row, 6, text, format).map_err(list_workbook_error)?;
    Ok(())
}

const HOW_TO: [&str; 7] = [
    "1. 每个责任部门一张工作表；“待确认匹配”表中的疑点依据不确定的匹配，请先核对是否同一人，再核对疑点。",
    "2. 只填黄色的列：核查结果、原因代码、处理措施从下拉列表中选择，备注、核查人、核查日期直接填写。",
    "3. 其余单元格受保护，可以筛选、排序和调整列宽，请不要改动。隐藏列用于把核查结果对回系统，请勿删除。",
    "4. “涉及来源与原值”逐条列出各部门名单中的记录：文件、行号、姓名、证件号（隐去出生日期）和原值。",
    "5. “下发日期”按季末日计，“反馈期限”自首次发现的季末起算；红底表示已超过期限。",
    "6. 来源数据有误的，由责任部门在本系统更正，下季度比对后疑点自动消除。",
    "7. 填好后原样保存为 xlsx 格式，交回汇总单位导入。",
];

fn write_sheet_totals(
    sheet: &mut Worksheet,
    first: u32,
    township: &TownshipLists<'_>,
    styles: &SheetStyles,
) -> Result<u32> {
    write_sheet_text(sheet, first, 0, "本表疑点数", &styles.heading)?;
    let codes = Severity::ALL.map(Severity::code);
    let header = std::iter::once("责任部门").chain(codes).chain(["合计", "已超期限"]);
    for (c, title) in header.enumerate() {
        write_sheet_text(sheet, first + 1, c as u16, title, &styles.header)?;
    }
    let mut sums = [0u32; Severity::ALL.len() + 2];
    let mut r = first + 2;
    for (name, entries) in &township.sheets {
        write_sheet_text(sheet, r, 0, name, &styles.short)?;
        let count =
            |f: &dyn Fn(&ListEntry<'_>) -> bool| entries.iter().filter(|entry| f(entry)).count() as u32;
        let of = |severity: Severity| count(&|entry| entry.tracked.exception.severity == severity);
        let others = [entries.len() as u32, count(&|entry| entry.overdue)];
        for (c, figure) in Severity::ALL.map(of).into_iter().chain(others).enumerate() {
            sheet
                .write_number_with_format(r, c as u16 + 1, figure, &styles.number)
                .map_err(list_workbook_error)?;
            if name != REVIEW_SHEET {
                sums[c] += figure;
            }
        }
        r += 1;
    }
    write_sheet_text(sheet, r, 0, "合计（不含待确认匹配）", &styles.total)?;
    for (c, figure) in sums.into_iter().enumerate() {
        sheet
            .write_number_with_format(r, c as u16 + 1, figure, &styles.total)
            .map_err(list_workbook_error)?;
    }
    write_sheet_text(sheet, r + 1, 0, &format!("本季已消除的疑点：{}条", township.resolved), &styles.note)?;
    Ok(r + 2)
}
