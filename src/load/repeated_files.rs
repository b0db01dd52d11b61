//! The same list twice: files or worksheets of a source that hold the same rows, whatever their bytes and order.

use std::collections::{BTreeMap, BTreeSet};

use super::LoadedSource;
use super::data_folder::masked_file_name;
use crate::config::SourceContract;
use crate::model::source_row::AuditFinding;
use crate::model::source_table::RawTableInfo;

/// Share of the rows of the smaller of two lists that the other has too, from which they are one list, in 1/100.
const SAME_LIST_PERCENT: u64 = 95;
/// Rows from which a list that another holds whole is one list with it: a few rows may be a supplement.
const LEAST_ROWS: u64 = 10;

/// Finds the tables that are the same list. `repeats`: rows whose key an earlier row has, with that row; `keyed`:
/// rows with a key by table.
pub(super) fn audit_repeated_lists(
    contract: &SourceContract,
    loaded: &LoadedSource,
    repeats: &[(usize, usize)],
    keyed: &[u64],
) -> Vec<AuditFinding> {
    let table = |row: usize| loaded.records.keys[row].table();
    let mut shared: BTreeMap<(usize, usize), BTreeSet<usize>> = BTreeMap::new();
    for &(row, first) in repeats {
        if table(row) != table(first) {
            shared.entry((table(first), table(row))).or_default().insert(first);
        }
    }
    let tables = &loaded.records.tables;
    let mut findings = Vec::new();
    for ((earlier, later), rows) in shared {
        let (a, b) = (&tables[earlier], &tables[later]);
        let count = |at: usize| keyed.get(at).copied().unwrap_or(0);
        let (least, most) = (count(earlier).min(count(later)), count(earlier).max(count(later)));
        let same = |of: u64| rows.len() as u64 * 100 >= of * SAME_LIST_PERCENT;
        let one_list = same(least) && (least >= LEAST_ROWS || same(most) && most > 1);
        // The same bytes are told by themselves.
        if one_list && (a.sha256 != b.sha256 || a.file == b.file) {
            let message = format!(
                "{}与{}是同一份名单：较小的一份{least}行，有{}行（{}）两份都有；只留一份，删去另一个",
                table_name(b),
                table_name(a),
                rows.len(),
                super::audit_percent_text(rows.len() as u64, least)
            );
            findings.push(AuditFinding::new(&contract.name, "duplicate_file", true, message));
        }
    }
    findings
}

fn table_name(table: &RawTableInfo) -> String {
    let file = masked_file_name(&table.file);
    match &table.sheet {
        Some(sheet) => format!("文件“{file}”的工作表“{sheet}”"),
        None => format!("文件“{file}”"),
    }
}
