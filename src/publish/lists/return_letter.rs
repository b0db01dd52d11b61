//! The letter on top of what is returned to a department: how much was read, what is to be mended, what could not be judged
//! for want of it.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rust_xlsxwriter::Worksheet;

use super::cover::{WIDTHS, write_merged_row, write_note_lines};
use super::list_workbook_error;
use super::rejects::REJECTED;
use super::return_sheets::{OTHER_SPELLINGS, table_name};
use super::return_supplier::ReturnSupplier;
use super::style::SheetStyles;
use super::table_sheet::TableSheet;
use super::workbook::{write_merged_cells, write_sheet_text};
use crate::Result;
use crate::model::file_account::SkipReason;
use crate::model::period::Period;
use crate::model::source_row::TableTotals;
use crate::publication::returned_points::ReturnedPoint;
use crate::publish::PublishedPipeline;

/// Positions of the cells of a returned row that the letter sums up: level, reason and reason code.
const LEVEL: usize = 1;
const REASON: usize = 7;
const CODE: usize = 10;
/// Last column of the sheet.
const LAST: u16 = WIDTHS.len() as u16 - 1;
/// Lines of a part of the letter; of more its sheet tells.
const LINES: usize = 12;

/// What is told to the department or county that delivers a list.
pub(super) struct ReturnLetter<'a> {
    pub(super) supplier: &'a ReturnSupplier<'a>,
    pub(super) catalogue: &'a PublishedPipeline,
    pub(super) period: Period,
    /// By when it is to be mended; `None`: counted from the day on which the letter comes.
    pub(super) due: Option<Date>,
    /// What is to be mended still, and what is mended.
    pub(super) points: (Vec<&'a ReturnedPoint>, Vec<&'a ReturnedPoint>),
    /// The publication that this is told against.
    pub(super) compared_with: Option<&'a str>,
    /// Codes, columns and numbers, rules.
    pub(super) sheets: Vec<TableSheet<'a>>,
}

impl ReturnLetter<'_> {
    /// Is there nothing to tell beside returned rows? Columns that no rule needs are no reason for a letter.
    pub(super) fn says_nothing(&self) -> bool {
        self.points.0.is_empty()
            && self.points.1.is_empty()
            && self.supplier.lacked(self.catalogue).is_empty()
            && self.sheets.iter().all(|sheet| sheet.rows.is_empty() || sheet.name == "没读出的列和数")
    }

    /// Writes the sheet; `rows`: what is returned, as it is listed.
    pub(super) fn write(
        &self,
        sheet: &mut Worksheet,
        rows: &[[String; REJECTED]],
        styles: &SheetStyles,
    ) -> Result<()> {
        sheet.set_name("退回函").map_err(list_workbook_error)?;
        for (column, width) in (0..).zip(WIDTHS) {
            sheet.set_column_width(column, width).map_err(list_workbook_error)?;
        }
        sheet.set_paper_size(9).set_print_fit_to_pages(1, 0);
        sheet.set_margins(0.5, 0.5, 0.5, 0.5, 0.2, 0.2);
        sheet.set_row_height(0, 30).map_err(list_workbook_error)?;
        let title = format!("退回函：{}", self.supplier.title(self.catalogue));
        write_sheet_text(sheet, 0, 0, &title, &styles.title)?;
        let owner = self.catalogue.source_owner(self.supplier.source());
        let to = format!("致：{}{owner}    {}", self.supplier.county, self.period.title());
        write_merged_row(sheet, 1, &to, &styles.note)?;
        let mut r = write_note_lines(sheet, 1, &self.opening(rows), styles)? + 2;
        r = self.write_tables(sheet, r, styles)? + 1;
        r = write_reasons(sheet, r, rows, styles)?;
        for (heading, lines) in [
            ("与上次相比", self.compared()),
            ("认不出的代码（见“认不出的代码”）", self.codes()),
            ("没读出的列和数（见“没读出的列和数”）", self.unread()),
            ("因此没有判断的规则（没有判断的，不等于没有疑点；见“没有判断的规则”）", self.held()),
        ] {
            if !lines.is_empty() {
                write_sheet_text(sheet, r, 0, heading, &styles.heading)?;
                r = write_note_lines(sheet, r, &lines, styles)? + 2;
            }
        }
        Ok(())
    }

    /// What is asked for, by when, and how the rows that came add up.
    fn opening(&self, rows: &[[String; REJECTED]]) -> Vec<String> {
        let days = self.catalogue.outputs.return_days;
        let by = match self.due {
            Some(day) => format!("请在{day}前（下发后{days}个工作日）"),
            None => format!("请在收到后{days}个工作日内"),
        };
        let whole = rows.iter().filter(|row| row[LEVEL] == "整行退回").count();
        let mut lines = Vec::new();
        if !self.supplier.is_delivered() {
            lines.push(format!("{by}报来：本期没有收到这份名单。没有名单不等于没有这些人。"));
            return lines;
        }
        let lacked = self.supplier.lacked(self.catalogue);
        let nothing = self.points.0.is_empty()
            && rows.is_empty()
            && lacked.is_empty()
            && self.codes().is_empty()
            && self.held().is_empty();
        lines.push(match rows.is_empty() {
            true if nothing => "上次请改的都已改正，这次没有要改的。".to_owned(),
            true => format!("{by}改正后重报：没有退回的行，要改的见下。"),
            false => format!(
                "{by}按“退回行”逐行改正后重报：整行退回{whole}行，另有{}格未读入或请核对。退回的行里有人的，凭“不在名单里”得出的疑点对他们不下结论。",
                rows.len() - whole
            ),
        });
        if !lacked.is_empty() {
            let told = some_lines(lacked.iter().map(|one| format!("{one}。")));
            lines.push(format!("请补报：{}没有报来的，不等于没有这些人。", told.concat()));
        }
        let sum = |count: fn(&TableTotals) -> u64| -> u64 {
            self.supplier.tables.iter().map(|one| count(one)).sum()
        };
        let mut skipped: BTreeMap<&str, u64> = BTreeMap::new();
        for (kind, count) in self.supplier.tables.iter().flat_map(|table| &table.skipped) {
            *skipped.entry(kind).or_default() += count;
        }
        let (accepted, rejected) = (sum(|table| table.accepted), sum(|table| table.rejected));
        let mut line = format!("收到：读入{} = 接受{accepted} + 退回{rejected}。", sum(|table| table.read));
        if !skipped.is_empty() {
            let kinds =
                skipped.iter().map(|(kind, count)| format!("{}{count}行", SkipReason::label_of(kind)));
            line += &format!("不是数据、没有读入的行：{}。", kinds.collect::<Vec<_>>().join("、"));
        }
        lines.push(line);
        lines
    }

    fn compared(&self) -> Vec<String> {
        let Some(before) = self.compared_with else { return Vec::new() };
        let (points, mended) = &self.points;
        let count = |of: fn(&ReturnedPoint) -> bool| points.iter().filter(|point| of(point)).count();
        let still = count(|point| point.checked && point.before.is_some());
        let unchecked = count(|point| !point.checked);
        let new = count(|point| point.checked && point.before.is_none());
        if still + unchecked + new + mended.len() == 0 {
            return Vec::new();
        }
        let mut line = format!("与{before}相比：已改正{}项，仍有{still}项，新出现{new}项。", mended.len());
        if unchecked > 0 {
            line += &format!("另有{unchecked}项，这次没有报来，不知道改没改。");
        }
        let mut lines = vec![line];
        let told = mended.iter().map(|point| {
            let (text, unit) = (&point.text, point.kind.unit());
            format!("已改正：{text}（上次{}{unit}，从{}起）。", point.count, point.since)
        });
        lines.extend(told.take(LINES));
        lines
    }

    fn sheet(&self, name: &str) -> &[Vec<String>] {
        self.sheets.iter().find(|sheet| sheet.name == name).map_or(&[], |sheet| &sheet.rows)
    }

    fn codes(&self) -> Vec<String> {
        let line = |row: &Vec<String>| {
            let [_, county, column, text, cells, nearest] = row.as_slice() else { return String::new() };
            if text == OTHER_SPELLINGS {
                return format!("{county}“{column}”其余的写法{cells}格。");
            }
            let nearest =
                if nearest.is_empty() { String::new() } else { format!("，是不是“{nearest}”") };
            format!("{county}“{column}”写着“{text}”{cells}格{nearest}。")
        };
        some_lines(self.sheet("认不出的代码").iter().map(line))
    }

    fn unread(&self) -> Vec<String> {
        let lines = self.sheet("没读出的列和数").iter().filter(|row| !row[3].is_empty());
        some_lines(lines.map(|row| format!("{}“{}”：{}。", row[0], row[1], row[2])))
    }

    /// By what is lacking: which rules, and how many subjects they leave undecided.
    fn held(&self) -> Vec<String> {
        let mut by_lack: Vec<(&str, Vec<String>, u64)> = Vec::new();
        for row in self.sheet("没有判断的规则") {
            let (lacks, rule) = (row[1].as_str(), format!("{}“{}”", row[2], row[3]));
            let undecided = row[4].parse().unwrap_or(0);
            match by_lack.iter_mut().find(|known| known.0 == lacks) {
                Some(known) => {
                    known.1.push(rule);
                    known.2 += undecided;
                }
                None => by_lack.push((lacks, vec![rule], undecided)),
            }
        }
        let line = |(lacks, rules, undecided): (&str, Vec<String>, u64)| {
            let more = if rules.len() > NAMED { format!("等{}条", rules.len()) } else { String::new() };
            let named = rules.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join("、");
            match undecided {
                0 => format!("{lacks}，以下规则没有判断：{named}{more}。"),
                _ => format!("{lacks}，以下规则没有判断：{named}{more}；{undecided}个对象没有结论。"),
            }
        };
        some_lines(by_lack.into_iter().map(line))
    }

    fn write_tables(&self, sheet: &mut Worksheet, first: u32, styles: &SheetStyles) -> Result<u32> {
        if !self.supplier.is_delivered() {
            return Ok(first);
        }
        write_merged_cells(sheet, first, (0, 2), "文件", &styles.header)?;
        for (c, title) in (3..).zip(["数据行", "跳过的行", "读入", "接受", "退回"]) {
            write_sheet_text(sheet, first, c, title, &styles.header)?;
        }
        let mut r = first + 1;
        for table in &self.supplier.tables {
            write_merged_cells(sheet, r, (0, 2), &table_name(table), &styles.long)?;
            let skipped = table.skipped.values().sum();
            let figures = [table.data_rows, skipped, table.read, table.accepted, table.rejected];
            for (c, figure) in (3..).zip(figures) {
                sheet
                    .write_number_with_format(r, c, figure as f64, &styles.number)
                    .map_err(list_workbook_error)?;
            }
            r += 1;
        }
        Ok(r)
    }
}

/// Rules that a line names.
const NAMED: usize = 6;

/// The first lines; of more, how many there are.
fn some_lines(lines: impl Iterator<Item = String>) -> Vec<String> {
    let mut all: Vec<String> = lines.collect();
    if let Some(more) = all.len().checked_sub(LINES).filter(|more| *more > 0) {
        all.truncate(LINES);
        all.push(format!("另有{more}行，见表。"));
    }
    all
}

/// What is wrong and how often, the most frequent first. Comes back with the row that follows.
fn write_reasons(
    sheet: &mut Worksheet,
    first: u32,
    rows: &[[String; REJECTED]],
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
    write_merged_cells(sheet, first, (1, LAST - 1), "原因（第一例）", &styles.header)?;
    write_sheet_text(sheet, first, LAST, "处数", &styles.header)?;
    let mut r = first + 1;
    for ((level, _), (count, reason)) in reasons {
        sheet.set_row_height(r, 30).map_err(list_workbook_error)?;
        write_sheet_text(sheet, r, 0, level, &styles.short)?;
        write_merged_cells(sheet, r, (1, LAST - 1), reason, &styles.long)?;
        sheet.write_number_with_format(r, LAST, count as f64, &styles.number).map_err(list_workbook_error)?;
        r += 1;
    }
    Ok(r + 1)
}
