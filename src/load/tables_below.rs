//! A second table below the first, with columns of its own: its people are not of this list, and its rows do not say why
//! they are returned.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::data_folder::masked_table_name;
use crate::config::SourceContract;
use crate::model::source_row::{AuditFinding, Reject};
use crate::model::source_table::RawTableInfo;

/// Cells of a row from which it can be a header, and characters of the longest.
const LEAST_CELLS: usize = 3;
const LONGEST: usize = 14;
/// What headers of people say.
const NAME_WORDS: [&str; 3] = ["姓名", "户主", "申请人"];
const PERSON_WORDS: [&str; 8] =
    ["身份证", "证件号", "公民身份", "原因", "家庭住址", "与户主关系", "性别", "备注"];

/// Tells of rejected rows that are the header of another table, with how many rows below were rejected.
pub(super) fn tables_below(
    contract: &SourceContract,
    tables: &[Arc<RawTableInfo>],
    rejects: &[Reject],
) -> Vec<AuditFinding> {
    let mut found: BTreeMap<usize, (u32, String, u64)> = BTreeMap::new();
    let mut sorted: Vec<&Reject> = rejects.iter().filter(|reject| reject.member == 0).collect();
    sorted.sort_by_key(|reject| reject.row);
    for reject in sorted {
        let Some(table) = reject.table_in(tables) else { continue };
        if let Some((_, _, below)) = found.get_mut(&table) {
            *below += 1;
        } else if let Some(words) = header_words(&reject.original) {
            found.insert(table, (reject.row, words, 0));
        }
    }
    let tell = |(table, (row, words, below)): (usize, (u32, String, u64))| {
        let info = &tables[table];
        let message = format!(
            "{}第{row}行起像是另一张表（它的表头：{words}），下面有{below}行不合这份名单的列，已退回；把两张表分成两个文件，\
             确实是这份名单里的人，补到上面的表里",
            masked_table_name(&info.file, info.sheet.as_deref()),
        );
        AuditFinding::new(&contract.name, "table_below", false, message)
    };
    found.into_iter().map(tell).collect()
}

/// The words of a row that is a header of people, and nothing else.
fn header_words(row: &str) -> Option<String> {
    let cells: Vec<&str> = row.split(['\t', ',']).map(str::trim).filter(|cell| !cell.is_empty()).collect();
    let plain = |cell: &&str| {
        cell.chars().count() <= LONGEST
            && !cell.contains(|c: char| c.is_ascii_digit())
            && !cell.contains(['：', '。'])
    };
    let says = |words: &[&str]| cells.iter().any(|cell| words.iter().any(|word| cell.contains(word)));
    let header =
        cells.len() >= LEAST_CELLS && cells.iter().all(plain) && says(&NAME_WORDS) && says(&PERSON_WORDS);
    header.then(|| cells.join("、"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_told_from_rows() {
        assert_eq!(
            header_words("序号\t姓名\t身份证号\t停发原因\t\t").as_deref(),
            Some("序号、姓名、身份证号、停发原因")
        );
        for row in [
            "张三\t男\t务农",
            "姓名：\t身份证号：\t",
            "1\t张三\t死亡\t2018",
            "姓名\t身份证号",
            "合计\t户主\t备注\t12",
        ] {
            assert_eq!(header_words(row), None, "{row}");
        }
    }
}
