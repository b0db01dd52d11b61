//! Things that begin after the period that a list is asked for: it may be the list of a later day.

use std::collections::BTreeMap;

use arrow::array::{Array as _, AsArray as _};
use arrow::datatypes::{DataType, Date32Type, Int32Type};

use super::LoadedSource;
use super::data_folder::masked_file_name;
use super::delivery::DeliveryCheck;
use crate::Result;
use crate::config::SourceContract;
use crate::model::column_type::ContractType;
use crate::model::day::day_from_epoch_days;
use crate::model::source_row::AuditFinding;

/// Files with rows whose start (a day or month in a column `start_…`) lies after the month that follows the period.
///
/// # Errors
/// Rows that cannot be read back from the disk; a period at the end of the calendar.
pub(super) fn late_starts(
    check: &DeliveryCheck<'_>,
    contract: &SourceContract,
    loaded: &LoadedSource,
) -> Result<Vec<AuditFinding>> {
    // What is granted now often begins next month.
    let next_month = check.period.days_after(28)?;
    let last = i32::from(next_month.year()) * 100 + i32::from(next_month.month());
    let starts = contract.columns.iter().filter(|column| {
        column.name.starts_with("start_") && matches!(column.kind, ContractType::Date | ContractType::Month)
    });
    let mut findings = Vec::new();
    for column in starts {
        // By table: rows, the first of them and the latest month.
        let mut late: BTreeMap<usize, (u64, u32, i32)> = BTreeMap::new();
        let mut first = 0;
        for batch in loaded.records.rows.chunks(|name| name == column.name)? {
            let batch = batch?;
            let Some(array) = batch.column_by_name(&column.name) else { break };
            for row in (0..array.len()).filter(|&row| array.is_valid(row)) {
                let month = match array.data_type() {
                    DataType::Date32 => {
                        (day_from_epoch_days(array.as_primitive::<Date32Type>().value(row)) / 100) as i32
                    }
                    _ => array.as_primitive::<Int32Type>().value(row),
                };
                if month > last {
                    let key = loaded.records.keys[first + row];
                    let of = late.entry(key.table()).or_insert((0, key.row(), month));
                    *of = (of.0 + 1, of.1, of.2.max(month));
                }
            }
            first += batch.num_rows();
        }
        for (table, (rows, row, latest)) in late {
            let message = format!(
                "“{}”的文件“{}”有{rows}行的“{}”比{}晚一个月以上（例如第{row}行；最晚{:04}-{:02}）：多半是后来才导出的名单，或年月写错；向{}核对，索取本期的名单",
                contract.title,
                masked_file_name(&loaded.records.tables[table].file),
                column.label,
                check.period.title(),
                latest / 100,
                latest % 100,
                contract.owner
            );
            findings.push(AuditFinding::new(&contract.name, "late_start", false, message));
        }
    }
    Ok(findings)
}
