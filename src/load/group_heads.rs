//! Columns of places that are written in the first row of each group alone, as merged cells come out of a spreadsheet.

use arrow::array::{Array as _, AsArray as _};

use super::LoadedSource;
use super::repeated_files::table_name;
use crate::Result;
use crate::config::SourceContract;
use crate::config::source_contract::{ColumnRole, SourceColumn};
use crate::model::source_row::AuditFinding;

/// Blank rows below a filled one, as a number and in 1/100 of the table's, from which it is told.
const LEAST_BLANK: u64 = 10;
const BLANK_PERCENT: u64 = 50;

/// What is counted of a column in a table.
#[derive(Default, Clone, Copy)]
struct GroupCounts {
    rows: u64,
    blank: u64,
    /// Is the first row filled?
    begins: bool,
}

impl GroupCounts {
    fn add(&mut self, filled: bool) {
        self.begins |= self.rows == 0 && filled;
        self.rows += 1;
        self.blank += u64::from(!filled);
    }
    /// Does the first row stand for most of those below it?
    fn are_heads(self) -> bool {
        self.begins && self.blank >= LEAST_BLANK && self.blank * 100 >= self.rows * BLANK_PERCENT
    }
}

/// Tells of tables in which a column of places is filled in the first row of each group alone.
///
/// # Errors
/// Rows that cannot be read back from the disk.
pub(super) fn audit_group_heads(
    contract: &SourceContract,
    loaded: &LoadedSource,
) -> Result<Vec<AuditFinding>> {
    let places = [ColumnRole::County, ColumnRole::Township, ColumnRole::Village];
    let columns: Vec<&SourceColumn> =
        places.iter().filter_map(|role| contract.role(*role)).filter(|column| !column.fill_down).collect();
    let tables = loaded.records.tables.len();
    let mut counts = vec![vec![GroupCounts::default(); tables]; columns.len()];
    let mut first = 0;
    for batch in loaded.records.rows.chunks(|name| columns.iter().any(|column| column.name == name))? {
        let batch = batch?;
        for (column, counts) in columns.iter().zip(&mut counts) {
            let texts = batch.column_by_name(&column.name).and_then(|array| array.as_string_opt::<i32>());
            let Some(texts) = texts else { continue };
            for row in 0..texts.len() {
                counts[loaded.records.keys[first + row].table()].add(texts.is_valid(row));
            }
        }
        first += batch.num_rows();
    }
    let mut findings = Vec::new();
    for (at, table) in loaded.records.tables.iter().enumerate() {
        let heads = columns.iter().zip(&counts).filter(|(_, counts)| counts[at].are_heads());
        let told: Vec<String> = heads
            .map(|(column, counts)| {
                let (blank, rows) = (counts[at].blank, counts[at].rows);
                format!("“{}”{blank}行空白、{}行有", column.label, rows - blank)
            })
            .collect();
        if told.is_empty() {
            continue;
        }
        let message = format!(
            "{}的{}：没有写的人归不到那里；多半是只写在每组的第一行（合并单元格另存后就是这样）：在 sources/{}.toml 的这些列写 fill_down = true，或向{}索取逐行填写的名单",
            table_name(table),
            told.join("，"),
            contract.name,
            contract.owner
        );
        findings.push(AuditFinding::new(&contract.name, "group_heads", false, message));
    }
    Ok(findings)
}
