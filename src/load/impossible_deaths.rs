//! Days of death that cannot be: after the period, or before the person was born. They are unknown.

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::{Array as _, AsArray as _};
use arrow::datatypes::Date32Type;

use super::LoadedSource;
use super::data_folder::masked_table_name;
use super::delivery::DeliveryCheck;
use super::placeholder_birth_dates::day_of_id;
use crate::Result;
use crate::config::{ColumnRole, SourceContract};
use crate::model::column_type::ContractType;
use crate::model::day::day_to_date32;
use crate::model::source_row::AuditFinding;

/// Days after the period up to which a list that came later may speak of a death.
const DELIVERED_WITHIN: u32 = 31;

/// What is impossible in the rows of a table.
#[derive(Default)]
struct Impossible {
    late: u64,
    unborn: u64,
    first_row: u32,
}

/// Takes days of death for unknown that lie more than a month after the period or not after the birth that the row states, and
/// tells how many there are.
///
/// # Errors
/// Rows that cannot be read back from the disk; a period at the end of the calendar.
pub(super) fn forget_impossible_deaths(
    check: &DeliveryCheck<'_>,
    contract: &SourceContract,
    loaded: &mut LoadedSource,
) -> Result<Vec<AuditFinding>> {
    let last = day_to_date32(check.period.days_after(DELIVERED_WITHIN)?);
    let id = contract.role(ColumnRole::IdNumber).map(|column| column.name.as_str());
    let birth = contract.role(ColumnRole::BirthDate).map(|column| column.name.as_str());
    let deaths = contract
        .columns
        .iter()
        .filter(|column| column.kind == ContractType::Date && column.label.contains("死亡"));
    let mut findings = Vec::new();
    for column in deaths {
        let mut tables: BTreeMap<usize, Impossible> = BTreeMap::new();
        let mut forgotten: BTreeSet<u32> = BTreeSet::new();
        let mut first = 0;
        let read = |name: &str| name == column.name || Some(name) == id || Some(name) == birth;
        for batch in loaded.records.rows.chunks(read)? {
            let batch = batch?;
            let Some(days) = batch.column_by_name(&column.name) else { break };
            let days = days.as_primitive::<Date32Type>();
            let ids = id.and_then(|id| batch.column_by_name(id)).and_then(|ids| ids.as_string_opt::<i32>());
            let births = birth.and_then(|birth| batch.column_by_name(birth));
            let births = births.and_then(|births| births.as_primitive_opt::<Date32Type>());
            for row in (0..days.len()).filter(|&row| days.is_valid(row)) {
                let stated = ids.filter(|ids| ids.is_valid(row)).and_then(|ids| day_of_id(ids.value(row)));
                let written = || births.filter(|days| days.is_valid(row)).map(|days| days.value(row));
                let late = days.value(row) > last;
                let unborn = stated.or_else(written).is_some_and(|born| days.value(row) <= born);
                if !(late || unborn) {
                    continue;
                }
                let key = loaded.records.keys[first + row];
                let of = tables.entry(key.table()).or_default();
                if of.late + of.unborn == 0 {
                    of.first_row = key.row();
                }
                of.late += u64::from(late);
                of.unborn += u64::from(unborn && !late);
                forgotten.extend(u32::try_from(first + row));
            }
            first += batch.num_rows();
        }
        if forgotten.is_empty() {
            continue;
        }
        let forgotten: Vec<u32> = forgotten.into_iter().collect();
        loaded.records.forget_cells(&column.name, &forgotten)?;
        for (table, of) in tables {
            let info = &loaded.records.tables[table];
            *loaded.totals.tables[table].unknown_cells.entry(column.name.clone()).or_default() +=
                of.late + of.unborn;
            let message = format!(
                "{}有{}条的“{}”不可能（晚于{}一个月以上{}条，不晚于出生{}条；例如第{}行），按不清楚处理；核对改正后重报",
                masked_table_name(&info.file, info.sheet.as_deref()),
                of.late + of.unborn,
                column.label,
                check.period.title(),
                of.late,
                of.unborn,
                of.first_row
            );
            findings.push(AuditFinding::new(&contract.name, "impossible_day", false, message));
        }
    }
    Ok(findings)
}
