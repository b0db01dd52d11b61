//! Files, sheets and titles that say the opposite of their list: `停保名单` among those of people on it.

use std::collections::BTreeMap;

use arrow::array::{Array as _, AsArray as _};
use arrow::datatypes::DataType;

use super::LoadedSource;
use super::data_folder::{masked_file_name, masked_table_name};
use crate::Result;
use crate::config::SourceContract;
use crate::config::source_contract::SourceColumn;
use crate::model::column_type::ContractType;
use crate::model::file_account::SkipReason;
use crate::model::leaving_words::{find_leaving_word, find_leaving_word_in_title};
use crate::model::source_row::AuditFinding;

/// Finds the tables whose file, sheet or title says that their people have left the list (`退保`, `停发` …). Nothing is against a list whose own title, patterns or sheets say so, nor against a table of which every
/// accepted row has an end or a state that says it, too.
///
/// # Errors
/// Rows that cannot be read back from the disk.
pub(super) fn opposite_lists(contract: &SourceContract, loaded: &LoadedSource) -> Result<Vec<AuditFinding>> {
    let files = &contract.files;
    let own = std::iter::once(&contract.title).chain(&files.patterns).chain(&files.sheets);
    if files.people_who_left || own.into_iter().any(|text| find_leaving_word(text).is_some()) {
        return Ok(Vec::new());
    }
    let mut told = tables_that_say_so(loaded);
    if told.is_empty() {
        return Ok(Vec::new());
    }
    let open = rows_without_end(contract, loaded)?;
    told.retain(|table, _| open.get(table).is_some_and(|rows| *rows > 0));
    let findings = told.into_iter().map(|(table, said)| {
        let message = format!("{}；{}", said.what, said.cure(contract, open[&table]));
        AuditFinding::new(&contract.name, "opposite_list", true, message)
    });
    Ok(findings.collect())
}

/// Where a table says that its people have left.
struct SaidSo {
    what: String,
    sheet: bool,
}

impl SaidSo {
    fn cure(&self, contract: &SourceContract, rows: u64) -> String {
        let out = match self.sheet {
            true => "从文件里删去这张工作表，或在数据来源文件 [files] 的 skip_sheets 里写上它",
            false => "移出这个文件",
        };
        let ends: Vec<String> = (contract.columns.iter().filter(|column| tells_end(column)))
            .map(|column| format!("“{}”", column.label))
            .collect();
        let ends = match ends.is_empty() {
            true => String::new(),
            false => format!("请提供部门逐行填上{}；", ends.join("或")),
        };
        format!(
            "里面有{rows}条没有写明已经停止，会当作“{}”现有的人：{out}；确实该读的，{ends}\
             这份名单本来就含这些人的，在 sources/{}.toml 的 [files] 里写 people_who_left = true",
            contract.title, contract.name
        )
    }
}

/// The tables whose file, sheet or title says so, by their place.
fn tables_that_say_so(loaded: &LoadedSource) -> BTreeMap<usize, SaidSo> {
    let mut told = BTreeMap::new();
    for (at, info) in loaded.records.tables.iter().enumerate() {
        let table = masked_table_name(&info.file, info.sheet.as_deref());
        if let Some(word) = info.sheet.as_deref().and_then(find_leaving_word) {
            told.insert(at, SaidSo { what: format!("{table}的工作表名写着“{word}”"), sheet: true });
        } else if let Some(word) = find_leaving_word(&info.file.to_string_lossy()) {
            let what = format!("文件“{}”的名称写着“{word}”", masked_file_name(&info.file));
            told.insert(at, SaidSo { what, sheet: false });
        }
    }
    for (table, row) in loaded.skipped.iter().filter(|(_, row)| row.reason == SkipReason::Title) {
        let at = usize::from(*table);
        let Some(info) = loaded.records.tables.get(at).filter(|_| !told.contains_key(&at)) else { continue };
        if let Some(word) = row.text.split('\t').find_map(find_leaving_word_in_title) {
            let table = masked_table_name(&info.file, info.sheet.as_deref());
            let what = format!("{table}第{}行的标题写着“{word}”", row.row);
            told.insert(at, SaidSo { what, sheet: info.sheet.is_some() });
        }
    }
    told
}

/// Accepted rows of each table that say of nobody that he has left.
fn rows_without_end(contract: &SourceContract, loaded: &LoadedSource) -> Result<BTreeMap<usize, u64>> {
    let says: Vec<(&SourceColumn, Vec<&str>)> = (contract.columns.iter())
        .map(|column| (column, labels_of_those_who_left(column)))
        .filter(|(column, labels)| tells_end(column) || !labels.is_empty())
        .collect();
    let mut open = BTreeMap::new();
    let mut first = 0;
    for batch in loaded
        .records
        .rows
        .chunks(|name| says.is_empty() || says.iter().any(|(column, _)| column.name == name))?
    {
        let batch = batch?;
        for row in 0..batch.num_rows() {
            let ended = says.iter().any(|(column, labels)| {
                let Some(array) = batch.column_by_name(&column.name).filter(|array| array.is_valid(row))
                else {
                    return false;
                };
                match array.data_type() {
                    DataType::Utf8 => labels.contains(&array.as_string::<i32>().value(row)),
                    _ => tells_end(column),
                }
            });
            *open.entry(loaded.records.keys[first + row].table()).or_insert(0) += u64::from(!ended);
        }
        first += batch.num_rows();
    }
    Ok(open)
}

/// The labels of a code table that say that somebody has left, by any of their spellings. A reason says it only beside
/// its day, which rules ask for.
fn labels_of_those_who_left(column: &SourceColumn) -> Vec<&str> {
    if column.label.contains("原因") {
        return Vec::new();
    }
    let spellings = column.codes.spellings().into_iter();
    let said = spellings
        .filter(|(spelling, label)| [spelling, label].into_iter().any(|t| find_leaving_word(t).is_some()));
    said.map(|(_, label)| label).collect()
}

/// Does a column hold the day or month of an end?
fn tells_end(column: &SourceColumn) -> bool {
    column.end && matches!(column.kind, ContractType::Date | ContractType::Month)
}
