//! Rows that say why somebody has left and not that he has: a reason beside no day, or beside a state of those who are
//! still there. Whether he has is not known.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use arrow::array::{Array as _, AsArray as _};

use super::audit::by_frequency;
use super::data_folder::masked_file_name;
use super::opposite_lists::EndsOfRows;
use super::{LoadedSource, cell_cleaning};
use crate::Result;
use crate::config::SourceContract;
use crate::config::source_contract::SourceColumn;
use crate::model::column_type::ContractType;
use crate::model::source_row::AuditFinding;
use crate::privacy::mask::mask_numbers_in_text;

/// What a column of reasons says of those who are still there, besides what a column of ends says of them.
const NO_REASON: [&str; 14] = [
    "参保",
    "已参保",
    "参保缴费",
    "正常参保",
    "正常缴费",
    "正常续保",
    "正常在享",
    "正常享受待遇",
    "未停止参保",
    "未停止发放",
    "没有停保",
    "没有停发",
    "无停保",
    "在岗",
];

/// Does a cell in a column of reasons say that nothing has ended: `正常参保`, `（在保）`, `参保中`? 正常死亡 is a reason.
pub(super) fn says_nothing_ended(text: &str) -> bool {
    let text = cell_cleaning::strip_cell_quote(text).trim_matches(['(', ')', '\u{FF08}', '\u{FF09}', '。']);
    let bare = ["中", "状态", "人员"].iter().find_map(|end| text.strip_suffix(end)).unwrap_or(text);
    [text, bare].iter().any(|text| cell_cleaning::says_not_ended(text) || NO_REASON.contains(text))
}

/// What is counted of a file.
#[derive(Default)]
struct CountedReasons {
    rows: u64,
    first_row: u32,
    words: BTreeMap<String, u64>,
}

/// Takes the columns of ends and states for unknown in rows with a reason that they contradict, and tells how many there
/// are.
///
/// # Errors
/// Rows that cannot be read back from the disk.
pub(super) fn forget_ends_beside_reasons(
    contract: &SourceContract,
    loaded: &mut LoadedSource,
) -> Result<Vec<AuditFinding>> {
    let says = EndsOfRows::of(contract);
    let Some(reason) = column_of_reasons(contract).filter(|_| !says.is_empty()) else {
        return Ok(Vec::new());
    };
    let mut files: BTreeMap<&Path, CountedReasons> = BTreeMap::new();
    let mut contradicted: BTreeSet<u32> = BTreeSet::new();
    let mut first = 0;
    for batch in loaded.records.rows.chunks(|name| name == reason.name || says.reads(name))? {
        let batch = batch?;
        let reasons = batch.column_by_name(&reason.name).and_then(|array| array.as_string_opt::<i32>());
        for row in 0..batch.num_rows() {
            let Some(why) = reasons.filter(|reasons| reasons.is_valid(row)).map(|reasons| reasons.value(row))
            else {
                continue;
            };
            let open =
                says.columns().any(|column| !loaded.records.unknown.is_unknown(&column.name, first + row));
            if !open || says.ended(&batch, row) {
                continue;
            }
            let key = loaded.records.keys[first + row];
            let of = files.entry(&loaded.records.tables[key.table()].file).or_default();
            if of.rows == 0 {
                of.first_row = key.row();
            }
            of.rows += 1;
            *of.words.entry(mask_numbers_in_text(why).into_owned()).or_default() += 1;
            contradicted.extend(u32::try_from(first + row));
        }
        first += batch.num_rows();
    }
    let ends: Vec<String> = says.columns().map(|column| format!("“{}”", column.label)).collect();
    let tell = |(file, of): (&Path, CountedReasons)| {
        let told: Vec<String> =
            by_frequency(of.words).iter().take(3).map(|(words, rows)| format!("{words}：{rows}条")).collect();
        let message = format!(
            "文件“{}”有{}条写了“{}”（{}；例如第{}行），{}却没有写明已经停止：停没停按不清楚处理，用到的规则对这些人不下结论；\
             请提供部门核对，停了的填上，没停的删去原因",
            masked_file_name(file),
            of.rows,
            reason.label,
            told.join("，"),
            of.first_row,
            ends.join("、"),
        );
        AuditFinding::new(&contract.name, "reason_without_end", false, message)
    };
    let findings = files.into_iter().map(tell).collect();
    let columns: Vec<&SourceColumn> = says.columns().collect();
    for column in columns.into_iter().filter(|_| !contradicted.is_empty()) {
        forget(loaded, &column.name, &contradicted)?;
    }
    Ok(findings)
}

/// The column that says why somebody has left.
fn column_of_reasons(contract: &SourceContract) -> Option<&SourceColumn> {
    contract.columns.iter().find(|column| is_reason_of_end(column))
}

/// Does a column say why something has ended?
pub(super) fn is_reason_of_end(column: &SourceColumn) -> bool {
    let end = ["停", "退", "终止", "注销", "结束"].iter().any(|word| column.label.contains(word));
    column.kind == ContractType::Text && column.label.contains("原因") && end
}

/// Makes cells of a column unknown that were not yet.
fn forget(loaded: &mut LoadedSource, column: &str, records: &BTreeSet<u32>) -> Result<()> {
    let known: Vec<u32> = (records.iter().copied())
        .filter(|&record| !loaded.records.unknown.is_unknown(column, record as usize))
        .collect();
    for &record in &known {
        let table = loaded.records.keys[record as usize].table();
        *loaded.totals.tables[table].unknown_cells.entry(column.to_owned()).or_default() += 1;
    }
    loaded.records.forget_cells(column, &known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_in_place_of_a_reason() {
        for text in ["正常参保", "正常", "在保", "未停", "（未停）", "参保中", "在保人员", "否", "参保状态"]
        {
            assert!(says_nothing_ended(text), "{text}");
        }
        for text in [
            "正常死亡",
            "参军",
            "无力缴费",
            "未停工资",
            "停保",
            "死亡",
            "在外参保",
            "重复参保",
            "欠费",
            "集中",
        ] {
            assert!(!says_nothing_ended(text), "{text}");
        }
    }
}
