//! Columns of days and months of which most lie before the person of the row was born: they were written in another way
//! than they are read in, and none of them is known.

use std::collections::BTreeMap;

use arrow::array::{Array as _, ArrayRef, AsArray as _};
use arrow::datatypes::{Date32Type, Int32Type};

use super::LoadedSource;
use super::data_folder::masked_table_name;
use super::placeholder_birth_dates::day_of_id;
use crate::Result;
use crate::config::{ColumnRole, SourceContract};
use crate::model::column_type::ContractType;
use crate::model::day::{day_from_epoch_days, day_to_epoch_days};
use crate::model::source_row::AuditFinding;

/// Rows before the birth from which a column of a table is one that was read wrongly, if they are more than half.
const FEWEST: usize = 10;

/// What is compared in a table.
#[derive(Default)]
struct ComparedDays {
    compared: usize,
    before: usize,
    first_row: u32,
    filled: Vec<u32>,
}

/// Takes columns of days and months of a table for unknown of which most lie before the births of their rows, and tells
/// which. Columns of births and of deaths are judged elsewhere.
///
/// # Errors
/// Rows that cannot be read back from the disk.
pub(super) fn forget_days_before_birth(
    contract: &SourceContract,
    loaded: &mut LoadedSource,
) -> Result<Vec<AuditFinding>> {
    let id = contract.role(ColumnRole::IdNumber).map(|column| column.name.as_str());
    let birth = contract.role(ColumnRole::BirthDate).map(|column| column.name.as_str());
    let columns = contract.columns.iter().filter(|column| {
        let day = matches!(column.kind, ContractType::Date | ContractType::Month);
        day && column.role.is_none() && !["出生", "死亡"].iter().any(|word| column.label.contains(word))
    });
    let mut findings = Vec::new();
    for column in columns {
        let mut tables: BTreeMap<usize, ComparedDays> = BTreeMap::new();
        let mut first = 0;
        let read = |name: &str| name == column.name || Some(name) == id || Some(name) == birth;
        for batch in loaded.records.rows.chunks(read)? {
            let batch = batch?;
            let Some(days) = batch.column_by_name(&column.name) else { break };
            let ids = id.and_then(|id| batch.column_by_name(id)).and_then(|ids| ids.as_string_opt::<i32>());
            let births = birth.and_then(|birth| batch.column_by_name(birth));
            let births = births.and_then(|births| births.as_primitive_opt::<Date32Type>());
            for row in (0..days.len()).filter(|&row| days.is_valid(row)) {
                let key = loaded.records.keys[first + row];
                let of = tables.entry(key.table()).or_default();
                of.filled.extend(u32::try_from(first + row));
                let stated = ids.filter(|ids| ids.is_valid(row)).and_then(|ids| day_of_id(ids.value(row)));
                let written = || births.filter(|days| days.is_valid(row)).map(|days| days.value(row));
                let Some(born) = stated.or_else(written) else { continue };
                of.compared += 1;
                if last_day(days, row).is_some_and(|day| day < born) {
                    if of.before == 0 {
                        of.first_row = key.row();
                    }
                    of.before += 1;
                }
            }
            first += batch.num_rows();
        }
        tables.retain(|_, of| of.before >= FEWEST && of.before * 2 > of.compared);
        let mut forgotten: Vec<u32> = tables.values().flat_map(|of| of.filled.iter().copied()).collect();
        if forgotten.is_empty() {
            continue;
        }
        forgotten.sort_unstable();
        loaded.records.forget_cells(&column.name, &forgotten)?;
        for (table, of) in tables {
            let info = &loaded.records.tables[table];
            *loaded.totals.tables[table].unknown_cells.entry(column.name.clone()).or_default() +=
                of.filled.len() as u64;
            let message = format!(
                "{}有{}条的“{}”早于本人出生（占{}条的一半以上；例如第{}行）：多半是日期的写法或起算日与读法不同，\
                 这一列都按不清楚处理；请提供部门写成 2018-03-01 后重报",
                masked_table_name(&info.file, info.sheet.as_deref()),
                of.before,
                column.label,
                of.compared,
                of.first_row
            );
            findings.push(AuditFinding::new(&contract.name, "before_birth", false, message));
        }
    }
    Ok(findings)
}

/// The day of a cell, or the last one of its month, counted from 1970.
fn last_day(days: &ArrayRef, row: usize) -> Option<i32> {
    if let Some(days) = days.as_primitive_opt::<Date32Type>() {
        return Some(days.value(row));
    }
    let month = u32::try_from(days.as_primitive_opt::<Int32Type>()?.value(row)).ok()?;
    let first = day_to_epoch_days(month * 100 + 1)?;
    // A month later at most; births are days of the month itself.
    (first..first + 31).rev().find(|&day| day_from_epoch_days(day) / 100 == month)
}
