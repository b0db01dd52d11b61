//! Lists that say of themselves that they are not whole: `仅导出前300条`, `第1页 共40页`, `未完待续`; and those that end
//! just where a format or a program ends them.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::data_folder::masked_table_name;
use super::lines_within::LineWithin;
use crate::config::SourceContract;
use crate::model::file_account::{SkipReason, SkippedRow};
use crate::model::source_row::{AuditFinding, TableTotals};
use crate::model::source_table::RawTableInfo;

/// What they say.
const CUT: [&str; 50] = [
    "未全部返回",
    "系统繁忙",
    "会话已过期",
    "会话过期",
    "登录超时",
    "请重试",
    "Fatal error",
    "仅导出",
    "只导出",
    "仅显示",
    "只显示",
    "仅列",
    "只列",
    "仅为部分",
    "部分人员",
    "部分对象",
    "部分数据",
    "部分名单",
    "待续",
    "其余见",
    "其余的见",
    "其余另",
    "其余详见",
    "余下见",
    "其他见附",
    "其它见附",
    "其他人员见",
    "续见",
    "数据量过大",
    "超出部分",
    "未全部导出",
    "未导出完",
    // Programs that broke off say so in the last line.
    "导出失败",
    "导出异常",
    "导出出错",
    "导出中断",
    "查询失败",
    "查询超时",
    "查询异常",
    "连接超时",
    "连接中断",
    "系统异常",
    "系统错误",
    "内存不足",
    "ORA-",
    "Exception",
    "OutOfMemory",
    "Error:",
    "exhausted",
    "未完",
];

/// Does a text say that its list is not whole?
pub(super) fn says_cut(text: &str) -> bool {
    CUT.iter().any(|word| text.contains(word))
}

/// Where a table says that more belongs to it: the row, and what it says.
pub(super) fn cut_tables(
    skipped: &[(u16, SkippedRow)],
    lines: &[LineWithin],
) -> BTreeMap<usize, (u32, String)> {
    let titles =
        skipped.iter().filter(|(_, row)| matches!(row.reason, SkipReason::Title | SkipReason::Total));
    let titles = titles.map(|(table, row)| (usize::from(*table), row.row, row.text.as_str()));
    let lines = lines.iter().map(|line| (line.table, line.row, line.text.as_str()));
    // Words of a table, and its last page with the number of all.
    let mut cut: BTreeMap<usize, (u32, String)> = BTreeMap::new();
    let mut pages: BTreeMap<usize, (u32, u64, u64)> = BTreeMap::new();
    for (table, row, text) in titles.chain(lines) {
        if let Some(word) = CUT.iter().find(|word| text.contains(**word)) {
            cut.entry(table).or_insert_with(|| (row, format!("“{word}”")));
        }
        if let Some((page, all)) = page_of(text) {
            let last = pages.entry(table).or_insert((row, page, all));
            if (page, all) > (last.1, last.2) {
                *last = (row, page, all);
            }
        }
    }
    for (table, (row, page, all)) in pages.into_iter().filter(|(_, (_, page, all))| page < all) {
        cut.entry(table).or_insert_with(|| (row, format!("第{page}页、共{all}页，后面没有别的页")));
    }
    cut
}

/// Tells of the tables of which a title or a line says that more belongs to them.
pub(super) fn cut_lists(
    contract: &SourceContract,
    tables: &[Arc<RawTableInfo>],
    skipped: &[(u16, SkippedRow)],
    lines: &[LineWithin],
) -> Vec<AuditFinding> {
    let findings = cut_tables(skipped, lines).into_iter().filter_map(|(table, (row, said))| {
        let info = tables.get(table)?;
        let message = format!(
            "{}第{row}行写着{said}：这份名单可能不全，没有列出的人不等于不在名单里；核对后请提供部门一次导出全部",
            masked_table_name(&info.file, info.sheet.as_deref())
        );
        Some(AuditFinding::new(&contract.name, "stated_total", false, message))
    });
    findings.collect()
}

/// Rows of one sheet that the formats of workbooks can hold.
const MOST_ROWS: [(u64, &str); 2] = [(65_536, "XLS"), (1_048_576, "XLSX")];
/// Programs that cut what they export do it after so many rows, or a multiple.
const ROUND: [u64; 2] = [10_000, 100_000];

/// Tells of tables that have just as many rows as a format can hold, or as a program exports at once.
pub(super) fn cut_at_limits(
    contract: &SourceContract,
    tables: &[Arc<RawTableInfo>],
    totals: &[TableTotals],
    last_rows: &[u32],
) -> Vec<AuditFinding> {
    let findings = tables.iter().zip(totals).zip(last_rows).filter_map(|((info, totals), &last)| {
        let (place, rows) = (masked_table_name(&info.file, info.sheet.as_deref()), totals.data_rows);
        let limit = MOST_ROWS.iter().find(|(most, _)| u64::from(last) == *most || rows == *most || rows + 1 == *most);
        if let Some((most, format)) = limit {
            let message = format!(
                "{place}有{rows}行，读到第{last}行为止，正好是{format}一张表最多的{most}行：后面的人可能没有导出来，\
                 没有列出的人不等于不在名单里；请提供部门核对总数，分几个文件导出或改交 CSV"
            );
            return Some(AuditFinding::new(&contract.name, "cut_at_limit", false, message));
        }
        let [small, large] = ROUND;
        let round = rows > 0 && (rows % large == 0 || rows <= large && rows % small == 0);
        round.then(|| {
            let message = format!(
                "{place}正好有{rows}行，像是系统一次最多导出的行数：后面的人可能没有导出来；请提供部门核对总数，不全的分次导出"
            );
            AuditFinding::new(&contract.name, "round_row_count", false, message)
        })
    });
    findings.collect()
}

/// The page and the number of pages that a text says: `第1页 共40页`, `第1/40页`, `共40页 到第1页`.
fn page_of(text: &str) -> Option<(u64, u64)> {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    if let Some((page, rest)) = between(&text, "第", "/")
        && let Some((all, _)) = between(rest, "/", "页")
    {
        return Some((page, all));
    }
    let (page, _) = between(&text, "第", "页")?;
    Some((page, between(&text, "共", "页")?.0))
}

/// The first number between two words, and what follows it.
fn between<'t>(text: &'t str, before: &str, behind: &str) -> Option<(u64, &'t str)> {
    text.match_indices(before).find_map(|(at, _)| {
        let rest = &text[at + before.len()..];
        let (number, rest) = rest.split_at(rest.bytes().take_while(u8::is_ascii_digit).count());
        Some((number.parse().ok()?, rest)).filter(|(_, rest)| rest.starts_with(behind))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_counted() {
        for (text, pages) in [
            ("第1页 共40页", Some((1, 40))),
            ("第 3 页，共 3 页", Some((3, 3))),
            ("共917人 第1/1页", Some((1, 1))),
            ("共 3 页 到第 1 页 每页 10 条 共 29 条 下一页", Some((1, 3))),
            ("共917人，第1页，共4页", Some((1, 4))),
            ("第1页", None),
            ("第二季度共40页", None),
            ("第3批 共40人", None),
        ] {
            assert_eq!(page_of(text), pages, "{text}");
        }
    }
}
