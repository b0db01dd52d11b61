//! Columns that are not read although their headers say whether somebody is still on the list.

use arrow::array::Array as _;

use super::data_folder::masked_table_name;
use super::headers::ColumnPlan;
use crate::config::SourceContract;
use crate::extract::RawTable;
use crate::model::cell_words::cell_without_value;
use crate::model::source_row::AuditFinding;
use crate::model::source_table::RawTableInfo;
use crate::model::state_headers::may_say_left;

/// Cells that may say that somebody has left, of the ignored columns of one table whose headers say a state.
#[derive(Debug, Default)]
pub(super) struct IgnoredStates {
    /// Column of the file, cells.
    columns: Vec<(usize, u64)>,
}

impl IgnoredStates {
    /// The columns to be counted in a table with such headers.
    pub(super) fn new(plan: &ColumnPlan) -> Self {
        Self { columns: plan.ignored_states.iter().map(|&column| (column, 0)).collect() }
    }

    /// Counts further rows: cells that may say that somebody has left.
    pub(super) fn add(&mut self, raw: &RawTable) {
        for (column, filled) in &mut self.columns {
            let Some(cells) = raw.columns.get(*column).filter(|cells| cells.null_count() < cells.len())
            else {
                continue;
            };
            let header = &raw.info.headers[*column];
            let said = cells.iter().flatten().map(str::trim);
            *filled += said
                .filter(|cell| {
                    !cell.is_empty() && cell_without_value(cell).is_none() && may_say_left(header, cell)
                })
                .count() as u64;
        }
    }

    /// Tells of those that hold anything.
    pub(super) fn tell(&self, contract: &SourceContract, info: &RawTableInfo) -> Option<AuditFinding> {
        let filled = self.columns.iter().filter(|(_, filled)| *filled > 0);
        let told: Vec<String> =
            filled.map(|(column, filled)| format!("“{}”{filled}格", info.headers[*column])).collect();
        (!told.is_empty()).then(|| {
            let message = format!(
                "{}的{}写的是停发、死亡、退出或在不在册，照约定没有读（ignore_headers）：已经停的会当作还在；要用的，在 sources/{}.toml 里写进停的年月、状态一类的列",
                masked_table_name(&info.file, info.sheet.as_deref()),
                told.join("、"),
                contract.name
            );
            AuditFinding::new(&contract.name, "ignored_state", false, message)
        })
    }
}
