//! What an operator is told of a delimited text that was not written as it should be.

use super::data_folder::masked_file_name;
use crate::model::file_account::TextAccount;
use crate::model::source_row::AuditFinding;
use crate::model::source_table::RawTableInfo;

/// Rows that a notice names.
const NAMED: usize = 20;

/// Notices of what was read otherwise than it is written.
pub(crate) fn text_notices(source: &str, info: &RawTableInfo, text: &TextAccount) -> Vec<AuditFinding> {
    let file = masked_file_name(&info.file);
    let notice = |audit: &str, message: String| AuditFinding::new(source, audit, false, message);
    let mut notices = Vec::new();
    if text.stray_quotes_count > 0 {
        let rows: Vec<String> = text.stray_quotes.iter().take(NAMED).map(u32::to_string).collect();
        let more = if text.stray_quotes_count > rows.len() as u64 { "等" } else { "" };
        let message = format!(
            "{file}有{}行的引号没有配对，当作普通字符读入：第{}行{more}；请核对这些行，并请提供部门改正导出程序",
            text.stray_quotes_count,
            rows.join("、")
        );
        notices.push(notice("stray_quotes", message));
    }
    if text.formula_texts > 0 {
        let message = format!("{file}有{}格写成公式（=\"…\"），已按其中的文字读入", text.formula_texts);
        notices.push(notice("formula_texts", message));
    }
    if text.other_encoding > 0 {
        let message = format!(
            "{file}有{}行的编码与其余各行不同，已按各自的编码读入；请核对是不是几个文件拼成的",
            text.other_encoding
        );
        notices.push(notice("mixed_encodings", message));
    }
    notices
}
