//! What the reader told of a file besides rows: nothing that it passed over looks like an empty column or like nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::extract::RawTable;
use crate::load::{padding_notice, text_notices};
use crate::model::file_account::{CellFault, FileAccount, SkipReason};
use crate::model::source_table::RawTableInfo;
use crate::privacy::mask::mask_numbers_in_text;

/// Reasons of damaged rows that are told one by one.
const MOST_REASONS: usize = 5;

/// What the reader told of one table while its pieces arrive.
#[derive(Debug, Default)]
pub(super) struct ReadingNotices {
    /// Cells that hold no value although they are not blank, by column.
    faults: BTreeMap<(u32, CellFault), u64>,
    /// Rows that could not be cut into cells, by reason.
    malformed: BTreeMap<String, u64>,
    /// Rows that are no data.
    skipped: BTreeMap<SkipReason, u64>,
    account: Option<Arc<FileAccount>>,
}

impl ReadingNotices {
    pub(super) fn add(&mut self, piece: &RawTable) {
        for fault in &piece.faults {
            *self.faults.entry((fault.column, fault.fault)).or_default() += 1;
        }
        for row in &piece.malformed {
            *self.malformed.entry(row.reason.clone()).or_default() += 1;
        }
        for row in &piece.skipped {
            *self.skipped.entry(row.reason).or_default() += 1;
        }
        if piece.account.is_some() {
            self.account.clone_from(&piece.account);
        }
    }
    /// Rows that are no data, by kind, Chinese.
    pub(super) fn skipped_words(&self) -> Vec<String> {
        self.skipped.iter().map(|(reason, rows)| format!("{}{rows}", reason.label())).collect()
    }
    /// Everything else, Chinese: a line for each.
    pub(super) fn lines(&self, info: &RawTableInfo) -> Vec<String> {
        let place = info.sheet.as_ref().map_or_else(String::new, |sheet| format!("工作表“{sheet}”："));
        let mut lines: Vec<String> = info.notes.iter().map(|note| format!("{place}{note}")).collect();
        for ((column, fault), cells) in &self.faults {
            let header = info.headers.get(*column as usize).map_or("", String::as_str);
            lines.push(format!("{place}列“{header}”有{cells}格{}", fault.label()));
        }
        let mut reasons: Vec<(&String, &u64)> = self.malformed.iter().collect();
        reasons.sort_by_key(|(_, rows)| std::cmp::Reverse(**rows));
        for (reason, rows) in reasons.iter().take(MOST_REASONS) {
            lines.push(format!("{place}{rows}行读不出：{reason}"));
        }
        if let Some(account) = &self.account {
            if let Some(text) = &account.text {
                lines.extend(text_notices("", info, text).into_iter().map(|notice| notice.message));
            }
            if account.padded_cells > 0 {
                lines.push(padding_notice("", info, account.padded_cells).message);
            }
            for sheet in account.sheets.iter().filter(|sheet| sheet.was_left()) {
                let rows = if sheet.rows > 0 { format!("，有{}行", sheet.rows) } else { String::new() };
                lines.push(format!("工作表“{}”没有读入（{}{rows}）", sheet.name, sheet.fate.label()));
            }
        }
        lines.iter().map(|line| mask_numbers_in_text(line).into_owned()).collect()
    }
}
