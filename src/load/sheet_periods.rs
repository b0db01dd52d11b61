//! Sheets that are named after another quarter, and titles that say an export from before the period.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::LoadedSource;
use super::data_folder::masked_table_name;
use super::delivery::DeliveryCheck;
use crate::config::SourceContract;
use crate::config::source_contract::Cadence;
use crate::model::file_account::SkipReason;
use crate::model::source_row::AuditFinding;
use crate::model::written_period::{
    WrittenPeriod, find_written_period, find_written_quarter, find_yearless_months,
};

/// Words before the day of an export.
const EXPORT_WORDS: [&str; 8] = ["导出", "打印", "制表", "生成", "下载", "截止", "截至", "统计日期"];

/// The part of a title from its word of an export on.
fn export_day(title: &str) -> Option<(String, WrittenPeriod)> {
    let from = EXPORT_WORDS.iter().filter_map(|word| title.find(word)).min()?;
    find_written_period(&title[from..])
}

/// Finds the tables of lists of a quarter whose sheet or title says another one, each with its file.
pub(super) fn sheets_of_other_quarters(
    check: &DeliveryCheck<'_>,
    contract: &SourceContract,
    loaded: &LoadedSource,
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
        let named = find_written_quarter(sheet).filter(|named| *named != check.period.holding_quarter());
        let yearless = || {
            let months = (wanted.first % 100, wanted.last % 100);
            let other =
                |(_, first, last): &(String, i32, i32)| last - first == 2 && (*first, *last) != months;
            find_yearless_months(sheet).filter(|_| find_written_period(sheet).is_none()).filter(other)
        };
        if let Some(words) = named.map(|named| named.title()).or_else(|| yearless().map(|(words, ..)| words))
        {
            tell(at, format!("的工作表名写的是{words}"));
        }
    }
    for (table, row) in loaded.skipped.iter().filter(|(_, row)| row.reason == SkipReason::Title) {
        if let Some((words, day)) = export_day(&row.text)
            && day.last < wanted.first
        {
            tell(usize::from(*table), format!("第{}行写着导出或截止的日期是{words}，早于本期", row.row));
        }
    }
    findings
}
