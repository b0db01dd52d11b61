//! Sheets, titles and lines among rows that say another quarter, an export from before the period, or a later list.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::LoadedSource;
use super::data_folder::masked_table_name;
use super::delivery::DeliveryCheck;
use super::lines_within::LineWithin;
use crate::config::SourceContract;
use crate::config::source_contract::Cadence;
use crate::model::file_account::SkipReason;
use crate::model::leaving_words::is_title_text;
use crate::model::source_row::AuditFinding;
use crate::model::written_period::{
    WrittenPeriod, find_other_period, find_written_period, find_yearless_months,
};

/// Words before the day of an export.
const EXPORT_WORDS: [&str; 16] = [
    "导出",
    "打印",
    "制表",
    "生成",
    "下载",
    "截止",
    "截至",
    "统计日期",
    "填报日期",
    "填报时间",
    "填表日期",
    "填表时间",
    "上报日期",
    "上报时间",
    "报送日期",
    "提取时间",
];

/// The days of an export that a text says, each within so many characters of its word.
fn export_days(text: &str, near: usize) -> impl Iterator<Item = (String, WrittenPeriod)> {
    EXPORT_WORDS.iter().filter_map(move |word| {
        let rest = &text[text.find(word)?..];
        let (words, day) = find_written_period(rest)?;
        let at = rest.find(&words[..4]).map_or(0, |at| rest[..at].chars().count());
        (at <= near).then_some((words, day))
    })
}

/// Words of what a line among the rows of a list is the title of.
const LISTED: [&str; 7] = ["名单", "名册", "台账", "明细表", "一览表", "汇总表", "统计表"];
/// Words of those who came or went in a period, who are a part of the list of another.
const PART: [&str; 5] = ["新增", "纳入", "新批", "停", "退"];
/// Characters from a word of an export to its day in a line that may be a sentence.
const NEAR: usize = 12;

/// The period of which a title says that the list is, the day of its export left out.
fn period_of_title(title: &str) -> Option<(String, WrittenPeriod)> {
    let end = EXPORT_WORDS.iter().filter_map(|word| title.find(word)).min().unwrap_or(title.len());
    title[..end]
        .split('\t')
        .filter(|text| is_title_text(text) && !text.contains('起'))
        .find_map(find_written_period)
}

/// Is it a day, which an export may be named after?
fn is_day(words: &str) -> bool {
    words.ends_with('日')
        || words.chars().filter(char::is_ascii_digit).count() == 8
        || words.chars().filter(|c| matches!(c, '-' | '.' | '/')).count() == 2
}

/// Finds the tables of lists of a quarter whose file, sheet or title names a later month. An export may be named so:
/// they are told and stop nothing.
pub(super) fn lists_of_later_months(
    check: &DeliveryCheck<'_>,
    contract: &SourceContract,
    loaded: &LoadedSource,
) -> Vec<AuditFinding> {
    if contract.period.cadence != Cadence::Quarter {
        return Vec::new();
    }
    let wanted = WrittenPeriod::of(check.period);
    let later = |(words, period): &(String, WrittenPeriod)| {
        period.first > wanted.last && period.first == period.last && !is_day(words)
    };
    // Without a year, the month after the period is the one of the export, and one before it no later one.
    let yearless = |name: &str| {
        let (words, first, last) = find_yearless_months(name)?;
        (first == last && first > wanted.last % 100 + 1 && find_written_period(name).is_none())
            .then_some(words)
    };
    let named = |name: &str| {
        find_written_period(name).filter(later).map(|(words, _)| words).or_else(|| yearless(name))
    };
    let mut findings = Vec::new();
    for (at, info) in loaded.records.tables.iter().enumerate() {
        let titles = || {
            let rows = loaded.skipped.iter().filter(|(table, _)| usize::from(*table) == at);
            let mut rows = rows.filter(|(_, row)| row.reason == SkipReason::Title);
            rows.find_map(|(_, row)| Some((row.row, period_of_title(&row.text).filter(later)?.0)))
        };
        let sheet = || info.sheet.as_deref().and_then(named).map(|words| format!("的工作表名写的是{words}"));
        let title = || titles().map(|(row, words)| format!("第{row}行的标题写的是{words}"));
        let file = || named(&info.file.to_string_lossy()).map(|words| format!("的文件名写的是{words}"));
        let Some(said) = title().or_else(sheet).or_else(file) else { continue };
        let message = format!(
            "{}{said}，晚于本次运行的{}：本期以后才进入或离开名单的人会当作本期的；核对是不是本期的名单，不是的，\
             向{}索取本期的名单后重新运行",
            masked_table_name(&info.file, info.sheet.as_deref()),
            check.period.title(),
            contract.owner
        );
        findings.push(AuditFinding::new(&contract.name, "other_quarter", false, message));
    }
    findings
}

/// Finds the tables of lists of a quarter whose sheet or title says another one, each with its file.
pub(super) fn sheets_of_other_quarters(
    check: &DeliveryCheck<'_>,
    contract: &SourceContract,
    loaded: &LoadedSource,
    within: &[LineWithin],
) -> Vec<(AuditFinding, PathBuf)> {
    if contract.period.cadence != Cadence::Quarter {
        return Vec::new();
    }
    let wanted = WrittenPeriod::of(check.period);
    let mut told = BTreeSet::new();
    let mut findings = Vec::new();
    let mut tell = |at: usize, what: String| {
        let Some(info) = loaded.records.tables.get(at).filter(|_| told.insert(at)) else { return };
        let message = format!(
            "{}{what}，本次运行的是{}；向{}索取本期的名单后重新运行；确认就用这一份，加 --allow-partial",
            masked_table_name(&info.file, info.sheet.as_deref()),
            check.period.title(),
            contract.owner
        );
        let finding = AuditFinding::new(&contract.name, "other_quarter", !check.partial, message);
        findings.push((finding, info.file.clone()));
    };
    for (at, info) in loaded.records.tables.iter().enumerate() {
        let Some(sheet) = info.sheet.as_deref() else { continue };
        let named = find_other_period(sheet, check.period);
        let yearless = || {
            let months = (wanted.first % 100, wanted.last % 100);
            let other = |(_, first, last): &(String, i32, i32)| {
                last - first == 2 && (*first, *last) != months || first == last && *last < months.0
            };
            find_yearless_months(sheet).filter(|_| find_written_period(sheet).is_none()).filter(other)
        };
        // A month, not the year in which those on a sheet came.
        let earlier = || {
            let (words, named) = find_written_period(sheet)?;
            let short =
                named.last / 100 * 12 + named.last % 100 < named.first / 100 * 12 + named.first % 100 + 3;
            (short && named.last < wanted.first && !is_day(&words)).then_some(words)
        };
        let other = named.map(|named| named.title()).or_else(|| yearless().map(|(words, ..)| words));
        if let Some(words) = other.or_else(earlier) {
            tell(at, format!("的工作表名写的是{words}"));
        }
    }
    for (table, row) in loaded.skipped.iter().filter(|(_, row)| row.reason == SkipReason::Title) {
        if let Some((words, _)) = export_days(&row.text, usize::MAX).find(|(_, day)| day.last < wanted.first)
        {
            tell(usize::from(*table), format!("第{}行写着导出或截止的日期是{words}，早于本期", row.row));
        }
        if let Some((words, named)) = period_of_title(&row.text)
            && named.first > wanted.last
            && named.first < named.last
            && contract.period.column.is_none()
        {
            tell(usize::from(*table), format!("第{}行的标题写的是{words}，晚于本期", row.row));
        }
    }
    for line in within {
        if let Some((words, _)) = export_days(&line.text, NEAR).find(|(_, day)| day.last < wanted.first) {
            tell(line.table, format!("第{}行写着导出或截止的日期是{words}，早于本期", line.row));
        }
        let says = |words: &[&str]| words.iter().any(|word| line.text.contains(word));
        let listed = says(&LISTED) && !says(&PART);
        if let Some((words, named)) =
            period_of_title(&line.text).filter(|(words, _)| listed && !is_day(words))
            && !named.overlaps(wanted)
        {
            tell(line.table, format!("第{}行写着它下面是{words}的名单", line.row));
        }
    }
    findings
}
