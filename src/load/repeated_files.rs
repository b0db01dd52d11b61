//! The same list twice: files or worksheets of a source that hold the same rows, whatever their bytes and order.

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::{Array as _, ArrayRef};
use xxhash_rust::xxh3::xxh3_64;

use super::LoadedSource;
use super::audit::audit_percent_text;
use super::data_folder::masked_file_name;
use super::repeated_keys::{RepeatedKeys, RepeatedNumbers, find_repeated_keys, push_cell_bytes};
use crate::Result;
use crate::config::SourceContract;
use crate::config::source_contract::{ColumnRole, SourceColumn};
use crate::model::column_type::ContractType;
use crate::model::source_row::AuditFinding;
use crate::model::source_table::RawTableInfo;

/// Share of the rows of the smaller of two lists that the other has too, from which they are one list, in 1/100.
const SAME_LIST_PERCENT: u64 = 95;
/// Rows from which a list that another holds whole is one list with it: a few rows may be a supplement.
const LEAST_ROWS: u64 = 10;

/// Rows of one list that another one has, too, from which the two are named together.
const LEAST_OVERLAP: u64 = 5;
/// Exact repeats within one table, as a number and in 1/100 of its rows, from which a list was pasted twice.
const LEAST_PASTED: u64 = 20;
const PASTED_PERCENT: u64 = 20;
/// Persons of the smaller of two lists that the other has too, as a number and in 1/100 (more than that), from which
/// both report the same people.
pub(super) const LEAST_PERSONS: u64 = 20;
const SAME_PERSONS_PERCENT: u64 = 55;

/// Finds tables in which a large share of the rows repeats an earlier row to the letter. `repeats` are whole rows.
pub(super) fn audit_repeated_rows(
    contract: &SourceContract,
    loaded: &LoadedSource,
    repeats: &[(usize, usize)],
) -> Vec<AuditFinding> {
    let table = |row: usize| loaded.records.keys[row].table();
    let mut within: BTreeMap<usize, (u64, usize, usize)> = BTreeMap::new();
    for &(row, first) in repeats.iter().filter(|(row, first)| table(*row) == table(*first)) {
        within.entry(table(row)).or_insert((0, row, first)).0 += 1;
    }
    let mut findings = Vec::new();
    for (at, (count, row, first)) in within {
        let rows = loaded.totals.tables[at].accepted;
        if count >= LEAST_PASTED && count * 100 >= rows * PASTED_PERCENT {
            let number = |row: usize| loaded.records.keys[row].row();
            let message = format!(
                "{}有{count}条记录与前面的完全相同（占{}，例如第{}行与第{}行）：同一份名单粘贴了两遍；删去重复的行后重新运行",
                table_name(&loaded.records.tables[at]),
                audit_percent_text(count, rows),
                number(row),
                number(first)
            );
            findings.push(AuditFinding::new(&contract.name, "duplicate_rows", true, message));
        }
    }
    findings
}

/// Adds the pairs of tables that hold mostly the same persons, whatever their other columns say. A list that
/// rightly names a person again names the period, the day or the kind of what it says, and so do two files that each
/// hold one kind.
///
/// # Errors
/// Rows that cannot be read back from the disk.
pub(super) fn audit_shared_persons(
    contract: &SourceContract,
    loaded: &mut LoadedSource,
    numbers: &RepeatedNumbers<'_>,
) -> Result<()> {
    let records = &loaded.records;
    let Some((id, name)) = columns_of_persons(contract, loaded) else { return Ok(()) };
    let loaded_columns = records.rows.schema().clone();
    let tells_apart = |column: &&SourceColumn| {
        let dated = matches!(column.kind, ContractType::Date | ContractType::Month) && !column.end;
        let period = contract.period.column.as_ref() == Some(&column.name);
        column.role.is_none() && (column.required || dated || period)
    };
    let mut columns = vec![id, name];
    columns.extend(contract.columns.iter().filter(tells_apart));
    columns.retain(|column| loaded_columns.index_of(&column.name).is_ok());
    if columns.len() < 2 {
        return Ok(());
    }
    let RepeatedKeys { repeats, keyed } = find_repeated_keys(records, &columns, 2, numbers)?;
    let mut findings = Vec::new();
    let mut single: Option<Vec<Vec<SingleValue>>> = None;
    for ((earlier, later), rows) in shared_rows(loaded, &repeats) {
        let (a, b) = (&records.tables[earlier], &records.tables[later]);
        let (shared, least) = (rows.len() as u64, keyed[earlier].min(keyed[later]));
        if !are_same_persons(shared, least) || is_told_as_one_list(loaded, a, b) {
            continue;
        }
        let values = match &mut single {
            Some(values) => values,
            none => none.insert(single_values(contract, loaded)?),
        };
        if hold_different_kinds(&values[earlier], &values[later]) {
            continue;
        }
        let message = format!(
            "{}与{}报了同一批人：有{shared}人两份都有，占较小一份{least}人的{}，会重复计算；只留本期的一份，补报的表里只留新增的人",
            table_name(b),
            table_name(a),
            audit_percent_text(shared, least)
        );
        findings.push(AuditFinding::new(&contract.name, "duplicate_file", true, message));
    }
    loaded.audits.extend(findings);
    Ok(())
}

/// The columns that say who a row is about, where persons of several tables can be compared.
pub(super) fn columns_of_persons<'a>(
    contract: &'a SourceContract,
    loaded: &LoadedSource,
) -> Option<(&'a SourceColumn, &'a SourceColumn)> {
    let several = loaded.records.tables.len() > 1;
    contract.role(ColumnRole::IdNumber).zip(contract.role(ColumnRole::Name)).filter(|_| several)
}

/// Do two lists that share so many persons, of so many of the smaller one, report the same people?
pub(super) fn are_same_persons(shared: u64, least: u64) -> bool {
    shared >= LEAST_PERSONS && shared * 100 > least * SAME_PERSONS_PERCENT
}

/// Is it told already that two tables are one list? The same bytes are told by themselves.
pub(super) fn is_told_as_one_list(loaded: &LoadedSource, a: &RawTableInfo, b: &RawTableInfo) -> bool {
    let name = |table: &RawTableInfo| format!("“{}”", masked_file_name(&table.file));
    a.sha256 == b.sha256 && a.file != b.file
        || loaded.audits.iter().any(|audit| {
            audit.audit == "duplicate_file"
                && audit.message.contains(&name(a))
                && audit.message.contains(&name(b))
        })
}

/// Rows of an earlier table that a later one has too, by pair of tables.
pub(super) fn shared_rows(
    loaded: &LoadedSource,
    repeats: &[(usize, usize)],
) -> BTreeMap<(usize, usize), BTreeSet<usize>> {
    let table = |row: usize| loaded.records.keys[row].table();
    let mut shared: BTreeMap<(usize, usize), BTreeSet<usize>> = BTreeMap::new();
    for &(row, first) in repeats {
        if table(row) != table(first) {
            shared.entry((table(first), table(row))).or_default().insert(first);
        }
    }
    shared
}

/// Does some column hold one value throughout a table and another throughout the other?
fn hold_different_kinds(one: &[SingleValue], other: &[SingleValue]) -> bool {
    let mut columns = one.iter().zip(other);
    columns.any(|values| matches!(values, (SingleValue::One(a), SingleValue::One(b)) if a != b))
}

/// What a column holds throughout a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SingleValue {
    /// No value.
    Blank,
    /// One value, by its hash; blanks aside.
    One(u64),
    Several,
}

/// What the columns that may tell kinds apart hold throughout each table.
fn single_values(contract: &SourceContract, loaded: &LoadedSource) -> Result<Vec<Vec<SingleValue>>> {
    let told: Vec<&SourceColumn> = (contract.columns.iter())
        .filter(|c| c.role.is_none() && !matches!(c.kind, ContractType::Money | ContractType::Area))
        .collect();
    let mut values = vec![vec![SingleValue::Blank; told.len()]; loaded.records.tables.len()];
    let mut first = 0;
    for batch in loaded.records.rows.chunks(|name| told.iter().any(|c| c.name == name))? {
        let batch = batch?;
        let arrays: Vec<Option<&ArrayRef>> = told.iter().map(|c| batch.column_by_name(&c.name)).collect();
        let mut buffer = Vec::new();
        for row in 0..batch.num_rows() {
            let of_table = &mut values[loaded.records.keys[first + row].table()];
            for (array, value) in arrays.iter().zip(of_table) {
                let open = *value != SingleValue::Several;
                let Some(array) = array.filter(|array| open && array.is_valid(row)) else { continue };
                buffer.clear();
                push_cell_bytes(&mut buffer, array, row);
                let here = SingleValue::One(xxh3_64(&buffer));
                *value =
                    if *value == SingleValue::Blank || *value == here { here } else { SingleValue::Several };
            }
        }
        first += batch.num_rows();
    }
    Ok(values)
}

/// Finds the tables that are the same list. `repeats`: rows whose key an earlier row has, with that row; `keyed`:
/// rows with a key by table.
pub(super) fn audit_repeated_lists(
    contract: &SourceContract,
    loaded: &LoadedSource,
    repeats: &[(usize, usize)],
    keyed: &[u64],
) -> Vec<AuditFinding> {
    let tables = &loaded.records.tables;
    let mut findings = Vec::new();
    for ((earlier, later), rows) in shared_rows(loaded, repeats) {
        let (a, b) = (&tables[earlier], &tables[later]);
        let count = |at: usize| keyed.get(at).copied().unwrap_or(0);
        let (least, most) = (count(earlier).min(count(later)), count(earlier).max(count(later)));
        let same = |of: u64| rows.len() as u64 * 100 >= of * SAME_LIST_PERCENT;
        let one_list = same(least) && (least >= LEAST_ROWS || same(most) && most > 1);
        // The same bytes are told by themselves.
        let same_bytes = a.sha256 == b.sha256 && a.file != b.file;
        let shared = rows.len() as u64;
        let (tables, share) =
            (format!("{}与{}", table_name(b), table_name(a)), audit_percent_text(shared, least));
        let told = match one_list {
            true if same_bytes => continue,
            true => (
                "duplicate_file",
                format!(
                    "{tables}是同一份名单：较小的一份{least}行，有{shared}行（{share}）两份都有；只留一份，删去另一个"
                ),
            ),
            false if shared < LEAST_OVERLAP => continue,
            false => (
                "overlapping_files",
                format!(
                    "{tables}有{shared}行两份都有（占较小一份{least}行的{share}）：多半是分几次导出时重叠了，或补报的表里又写了原来的人；核对后只在一份里保留"
                ),
            ),
        };
        findings.push(AuditFinding::new(&contract.name, told.0, one_list, told.1));
    }
    findings
}

/// Names a file, and its worksheet, for a message.
pub(super) fn table_name(table: &RawTableInfo) -> String {
    let file = masked_file_name(&table.file);
    match &table.sheet {
        Some(sheet) => format!("文件“{file}”的工作表“{sheet}”"),
        None => format!("文件“{file}”"),
    }
}
