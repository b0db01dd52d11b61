//! The first sheet of a workbook: what is handed over to whom, by when, what was not judged, how to fill it in, who signs.

use std::collections::{BTreeMap, BTreeSet};

use rust_xlsxwriter::{Format, Worksheet};

use super::answer_help::cover_lines;
use super::book_plan::{BookKind, ListBook};
use super::cells::line_count;
use super::list_row::ListEntry;
use super::style::SheetStyles;
use super::workbook::{write_merged_cells, write_sheet_text};
use super::{COVER_SHEET, REVIEW_SHEET, list_workbook_error};
use crate::Result;
use crate::model::exception::Severity;
use crate::publish::PublicationInputs;
use crate::publish::quarter_totals::{tier_confidence, tier_title};
use crate::rules::officer_words::AnswerWords;

/// Widths of the columns, in characters.
pub(super) const WIDTHS: [f64; 8] = [24.0, 9.0, 9.0, 9.0, 9.0, 9.0, 11.0, 13.0];
/// Characters of all of them together, with what stands between columns.
const WIDTH: f64 = 98.0;
/// Last of them.
const LAST: u16 = WIDTHS.len() as u16 - 1;
/// Rules that a line names.
const RULES_IN_LINE: usize = 15;
/// Rows that fit a page.
const ROWS_OF_PAGE: u32 = 65;
/// Points that a line takes.
const LINE: f64 = 13.5;

const WARNING: &str = "匹配结果只是核查线索。任何待遇的停发、追缴、纳入，都须经入户核查认定，不得仅凭本表办理。\
                       本表含个人信息，仅供承办人员核查使用，不得外传、公示或张贴。";

/// What is to be known before anything is filled in, and after; between them stands what verdicts need.
const HOW_TO_ANSWER: [&str; 3] = [
    "先看“按村按户”：按村、按户排列，每村最要紧的户在前，一户的疑点排在一起，先列原因，后列由它引起的。编号为红字的是最要紧的；期限红底的已超过期限。",
    "“待确认匹配”里的疑点，先核对是否同一人，再核对疑点；不是同一人的，核查结果选“不是同一人”。",
    "只填黄色的列：核查结果、原因代码、处理措施从下拉列表中选择，其余直接填写；停发月份写成 2018-10，核查日期写成 2018-10-08。",
];
const HOW_TO_RETURN: [&str; 5] = [
    "“说明”写什么和什么对不上、谁说的；各部门名单里的文件、行号和原值在右边“涉及来源与原值”，不打印。",
    "可以筛选、排序、调整列宽，不要改动其他列；首列的疑点编号用来把核查结果对回系统，请勿改动，隐藏列请勿删除。改动会在导入时列出，不作数。",
    "来源数据有误的，由责任部门在本系统更正，下次比对后疑点自动消除。",
    "一条疑点只在一份乡镇清单里填报；县台账、部门台账只供查看，填了不作数。",
    "填好后保存为 xlsx 格式，交回汇总单位导入；只交 csv 的也可以。",
];

const HOW_TO_READ: [&str; 3] = [
    "1. 本台账只供查看，不用于填报：核查结果填在各乡镇的清单里（同一疑点编号），由乡镇交回。",
    "2. 按乡镇、村、户排列，每村最要紧的户在前。编号为红字的是最要紧的；期限红底的已超过期限。",
    "3. 来源数据有误的，由责任部门在本系统更正，下次比对后疑点自动消除。",
];

/// What rows are counted by: what it sorts by, and what it is called.
type EntryGroup<'f> = dyn Fn(&ListEntry<'_>) -> (String, String) + 'f;

/// Writes the first sheet.
pub(super) fn write_cover_sheet(
    sheet: &mut Worksheet,
    inputs: &PublicationInputs<'_>,
    book: &ListBook<'_>,
    styles: &SheetStyles,
) -> Result<()> {
    let is_handed_over = book.kind == BookKind::Township;
    sheet.set_name(COVER_SHEET).map_err(list_workbook_error)?;
    for (column, width) in (0..).zip(WIDTHS) {
        sheet.set_column_width(column, width).map_err(list_workbook_error)?;
    }
    sheet.set_paper_size(9).set_print_fit_to_pages(1, 0);
    sheet.set_margins(0.5, 0.5, 0.5, 0.5, 0.2, 0.2);
    sheet.set_footer("&C第&P页 共&N页");
    sheet.set_row_height(0, 30).map_err(list_workbook_error)?;
    let title = match is_handed_over {
        true => format!("{} 疑点核查交办单", book.of),
        false => format!("{} 疑点台账（不用于填报）", book.of),
    };
    write_sheet_text(sheet, 0, 0, &title, &styles.title)?;
    let period = format!("{}  {}  下发日期 {}", inputs.catalogue.title, inputs.period.title(), inputs.issued);
    write_merged_row(sheet, 1, &period, &styles.note)?;
    let mut r = write_note_lines(sheet, 1, &[totals_text(book)], styles)? + 2;
    sheet.set_row_height(r, 30).map_err(list_workbook_error)?;
    write_merged_row(sheet, r, WARNING, &styles.warning)?;
    r += 2;
    let confirmed = book.sheets.iter().filter(|(name, _)| *name != REVIEW_SHEET);
    let confirmed: Vec<&ListEntry<'_>> = confirmed.flat_map(|(_, entries)| entries).collect();
    let issued = inputs.issued.to_string();
    let township = |entry: &ListEntry<'_>| {
        let code = &*entry.tracked.exception.township_code;
        let name = if code.is_empty() { "未定乡镇" } else { inputs.catalogue.county_name(code) };
        (code.to_owned(), name.to_owned())
    };
    let owner = |entry: &ListEntry<'_>| {
        let owner = entry.tracked.exception.owner.to_string();
        (owner.clone(), owner)
    };
    let due = |entry: &ListEntry<'_>| match entry.overdue {
        true => (String::new(), format!("{issued}前已到期")),
        false => (entry.tracked.due_date.to_string(), entry.tracked.due_date.to_string()),
    };
    if !is_handed_over {
        r = write_counts(sheet, r, "乡镇（街道）", (&confirmed, &township), styles)? + 1;
    }
    if book.kind != BookKind::Department {
        r = write_counts(sheet, r, "责任部门", (&confirmed, &owner), styles)? + 1;
    }
    r = write_counts(sheet, r, "期限", (&confirmed, &due), styles)? + 1;
    r = write_unjudged(sheet, r, inputs, book, styles)?;
    write_sheet_text(sheet, r, 0, if is_handed_over { "怎样填写" } else { "怎样看" }, &styles.heading)?;
    r = match is_handed_over {
        true => write_note_lines(sheet, r, &how_to_answer(&inputs.catalogue.words.answers), styles)?,
        false => write_note_lines(sheet, r, &HOW_TO_READ, styles)?,
    } + 2;
    if is_handed_over {
        r = write_receipt(sheet, r, styles)? + 1;
    }
    write_sheet_text(sheet, r, 0, "严重程度与匹配置信度", &styles.heading)?;
    let mut lines: Vec<String> =
        vec![Severity::ALL.map(|severity| inputs.catalogue.words.severity_title(severity)).join("；")];
    let tiers = (1..=6).map(|tier| format!("{}（{}）", tier_confidence(tier), tier_title(tier)));
    lines.push(tiers.collect::<Vec<_>>().join("；"));
    let last = write_note_lines(sheet, r, &lines, styles)?;
    // Hardly more than a page is made one; more would be too small to read.
    if last < ROWS_OF_PAGE {
        sheet.set_print_fit_to_pages(1, 1);
    }
    Ok(())
}

/// How a list is filled in and returned, numbered.
fn how_to_answer(words: &AnswerWords) -> Vec<String> {
    let before = HOW_TO_ANSWER.map(str::to_owned).into_iter().chain(cover_lines(words));
    let all = before.chain(HOW_TO_RETURN.map(str::to_owned));
    all.zip(1..).map(|(line, number)| format!("{number}. {line}")).collect()
}

/// How much there is to do, in a sentence.
fn totals_text(book: &ListBook<'_>) -> String {
    let of =
        |name: &str| book.sheets.iter().find(|(sheet, _)| *sheet == name).map_or(&[][..], |(_, rows)| rows);
    let (open, review) = (of(super::VISIT_SHEET), of(REVIEW_SHEET));
    let homes: BTreeSet<_> = open.iter().map(ListEntry::home).collect();
    let mut text = format!("共{}条疑点，{}户。", open.len(), homes.len());
    let overdue = open.iter().filter(|entry| entry.overdue).count();
    let next = open.iter().filter(|entry| !entry.overdue).map(|entry| &*entry.tracked.due_date).min();
    if overdue > 0 {
        text += &format!("已超过期限{overdue}条。");
    }
    if let Some(next) = next {
        text += &format!("最近的期限{next}。");
    }
    if !review.is_empty() {
        text += &format!("待确认匹配{}条另表，不计在内。", review.len());
    }
    if book.covered > 0 {
        text += &format!("另有{}条由本表疑点引起，不单列，见各行“说明”和“同因疑点”。", book.covered);
    }
    if book.resolved > 0 {
        text += &format!("本期已消除{}条。", book.resolved);
    }
    text
}

/// Counts of rows by what `group` says of them and by severity, with overdue rows and the next due date.
fn write_counts(
    sheet: &mut Worksheet,
    first: u32,
    title: &str,
    (entries, group): (&[&ListEntry<'_>], &EntryGroup<'_>),
    styles: &SheetStyles,
) -> Result<u32> {
    let mut groups: BTreeMap<(String, String), Vec<&ListEntry<'_>>> = BTreeMap::new();
    for entry in entries {
        groups.entry(group(entry)).or_default().push(entry);
    }
    let codes = Severity::ALL.map(Severity::code);
    let header = std::iter::once(title).chain(codes).chain(["合计", "已超期限", "最近的期限"]);
    for (c, title) in (0..).zip(header) {
        write_sheet_text(sheet, first, c, title, &styles.header)?;
    }
    let mut r = first + 1;
    for ((_, name), entries) in &groups {
        write_sheet_text(sheet, r, 0, name, &styles.short)?;
        write_figures(sheet, r, entries, &styles.number)?;
        r += 1;
    }
    write_sheet_text(sheet, r, 0, "合计", &styles.total)?;
    write_figures(sheet, r, entries, &styles.total)?;
    Ok(r + 1)
}

fn write_figures(sheet: &mut Worksheet, r: u32, entries: &[&ListEntry<'_>], format: &Format) -> Result<()> {
    let count = |of: &dyn Fn(&ListEntry<'_>) -> bool| entries.iter().filter(|entry| of(entry)).count() as u32;
    let by_severity = Severity::ALL.map(|severity| count(&|entry| entry.severity() == severity));
    let overdue = count(&|entry| entry.overdue);
    for (c, figure) in (1..).zip(by_severity.into_iter().chain([entries.len() as u32, overdue])) {
        sheet.write_number_with_format(r, c, figure, format).map_err(list_workbook_error)?;
    }
    let next = entries.iter().filter(|entry| !entry.overdue).map(|entry| &*entry.tracked.due_date).min();
    write_sheet_text(sheet, r, LAST, next.unwrap_or_default(), format)
}

/// What no list of the book may be taken to deny: rules that left its people open, and rules that did not run.
/// Nothing where every rule judged everybody. Comes back with the row that follows.
fn write_unjudged(
    sheet: &mut Worksheet,
    first: u32,
    inputs: &PublicationInputs<'_>,
    book: &ListBook<'_>,
    styles: &SheetStyles,
) -> Result<u32> {
    let mut lines: Vec<String> = Vec::new();
    if !book.undecided.is_empty() {
        let rules = book.undecided.iter().map(|(code, count)| {
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
    lines.extend(book.held.iter().map(|text| format!("{text}。")));
    let not_run: Vec<&str> = inputs.findings.not_run.iter().map(|one| one.rule_code.as_str()).collect();
    if !not_run.is_empty() {
        let lines_of_codes = not_run.chunks(RULES_IN_LINE).map(|some| some.join("、"));
        lines.push(format!("没有运行的规则{}条（原因见 report.html）：", not_run.len()));
        lines.extend(lines_of_codes);
    }
    if lines.is_empty() {
        return Ok(first);
    }
    write_sheet_text(sheet, first, 0, "没有判断的，不等于没有疑点", &styles.heading)?;
    Ok(write_note_lines(sheet, first, &lines, styles)? + 2)
}

/// Who hands over and who signs. Comes back with the row that follows.
fn write_receipt(sheet: &mut Worksheet, first: u32, styles: &SheetStyles) -> Result<u32> {
    write_sheet_text(sheet, first, 0, "签收", &styles.heading)?;
    let mut r = first;
    for [left, right] in [
        ["交办单位（盖章）", "承办单位（盖章）"],
        ["交办人、日期", "签收人、日期"],
        ["联系电话", "联系电话"],
        ["要求反馈日期", "实际反馈日期"],
    ] {
        r += 1;
        sheet.set_row_height(r, 22).map_err(list_workbook_error)?;
        write_sheet_text(sheet, r, 0, left, &styles.short)?;
        sheet.merge_range(r, 1, r, 3, "", &styles.short).map_err(list_workbook_error)?;
        sheet.merge_range(r, 4, r, 5, right, &styles.short).map_err(list_workbook_error)?;
        sheet.merge_range(r, 6, r, LAST, "", &styles.short).map_err(list_workbook_error)?;
    }
    Ok(r + 1)
}

/// Lines below a row, as high as their texts. Comes back with the last row written.
pub(super) fn write_note_lines(
    sheet: &mut Worksheet,
    mut row: u32,
    lines: &[impl AsRef<str>],
    styles: &SheetStyles,
) -> Result<u32> {
    for line in lines {
        row += 1;
        let line = line.as_ref();
        let height = LINE * line_count(line, WIDTH) as f64 + 3.0;
        sheet.set_row_height(row, height).map_err(list_workbook_error)?;
        write_merged_row(sheet, row, line, &styles.note)?;
    }
    Ok(row)
}

/// Text across the sheet's columns.
pub(super) fn write_merged_row(sheet: &mut Worksheet, row: u32, text: &str, format: &Format) -> Result<()> {
    write_merged_cells(sheet, row, (0, LAST), text, format)
}
