//! What an operator is told of a delimited text that was not written as it should be.

use super::data_folder::masked_file_name;
use crate::model::file_account::TextAccount;
use crate::model::source_row::AuditFinding;
use crate::model::source_table::RawTableInfo;

/// Rows that a notice names.
const NAMED: usize = 20;

/// Notice of cells whose text was filled up with zero bytes.
pub(crate) fn padding_notice(source: &str, info: &RawTableInfo, cells: u64) -> AuditFinding {
    let message = format!(
        "{}有{cells}格的末尾用空字符(NUL)补足长度（定长的 CHAR 列），去掉后读入；请提供部门导出时去掉补足的字符",
        masked_file_name(&info.file)
    );
    AuditFinding::new(source, "padded_cells", false, message)
}

/// Notices of what was read otherwise than it is written.
pub(crate) fn text_notices(source: &str, info: &RawTableInfo, text: &TextAccount) -> Vec<AuditFinding> {
    let file = masked_file_name(&info.file);
    let notice = |audit: &str, message: String| AuditFinding::new(source, audit, false, message);
    let mut notices = Vec::new();
    let named = |rows: &[u32], count: u64| {
        let rows: Vec<String> = rows.iter().take(NAMED).map(u32::to_string).collect();
        let more = if count > rows.len() as u64 { "等" } else { "" };
        format!("第{}行{more}", rows.join("、"))
    };
    if text.stray_quotes_count > 0 {
        let message = format!(
            "{file}有{}行的引号没有配对，当作普通字符读入：{}；请核对这些行，并请提供部门改正导出程序",
            text.stray_quotes_count,
            named(&text.stray_quotes, text.stray_quotes_count)
        );
        notices.push(notice("stray_quotes", message));
    }
    if text.short_rows_count > 0 {
        let message = format!(
            "{file}有{}行的格比其余各行少，行末缺的格按空白读入：{}；若是中间少了一格，后面各格都错开了，请逐行核对",
            text.short_rows_count,
            named(&text.short_rows, text.short_rows_count)
        );
        notices.push(notice("short_rows", message));
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
