//! A list and its copy with hidden ID numbers, delivered side by side: the same people twice.

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::{Array as _, AsArray as _};

use super::LoadedSource;
use super::audit::audit_percent_text;
use super::repeated_files::{
    LEAST_PERSONS, are_same_persons, columns_of_persons, is_told_as_one_list, shared_rows, table_name,
};
use super::repeated_keys::{RepeatedKeys, RepeatedNumbers, find_repeated_keys};
use crate::Result;
use crate::config::SourceContract;
use crate::config::source_contract::{ColumnRole, SourceColumn};
use crate::model::id_number::{IdClass, IdNumber};
use crate::model::source_row::AuditFinding;

/// Adds the pairs of tables of which one holds hidden numbers and whose rows are the same but for what is hidden.
///
/// # Errors
/// Rows that cannot be read back from the disk.
pub(super) fn audit_masked_copies(
    contract: &SourceContract,
    loaded: &mut LoadedSource,
    numbers: &RepeatedNumbers<'_>,
) -> Result<()> {
    let records = &loaded.records;
    let Some((id, name)) = columns_of_persons(contract, loaded) else { return Ok(()) };
    let hidden = tables_of_hidden_numbers(loaded, id)?;
    if hidden.is_empty() {
        return Ok(());
    }
    let kept = columns_not_hidden(contract, loaded, &hidden)?;
    // Where names are hidden too, the day of birth says with the rest of a row who it is about.
    let telling = [Some(name), contract.role(ColumnRole::BirthDate)].into_iter().flatten();
    let Some(telling) = telling.into_iter().find(|column| kept.contains(column.name.as_str())) else {
        return Ok(());
    };
    let mut columns = vec![telling];
    columns.extend(contract.columns.iter().filter(|column| {
        column.name != telling.name
            && column.role != Some(ColumnRole::IdNumber)
            && kept.contains(column.name.as_str())
    }));
    let RepeatedKeys { repeats, keyed } = find_repeated_keys(records, &columns, 1, numbers)?;
    let mut findings = Vec::new();
    for ((earlier, later), rows) in shared_rows(loaded, &repeats) {
        if !hidden.contains(&earlier) && !hidden.contains(&later) {
            continue;
        }
        let (shared, least) = (rows.len() as u64, keyed[earlier].min(keyed[later]));
        let told = is_told_as_one_list(loaded, &records.tables[earlier], &records.tables[later]);
        if told || !are_same_persons(shared, least) {
            continue;
        }
        let (copy, original) = if hidden.contains(&later) { (later, earlier) } else { (earlier, later) };
        let message = format!(
            "{}是{}的脱敏副本：除被星号遮盖的号码外，有{shared}行（占较小一份{least}行的{}）两份都有，会重复计算；只留号码完整的一份",
            table_name(&records.tables[copy]),
            table_name(&records.tables[original]),
            audit_percent_text(shared, least)
        );
        findings.push(AuditFinding::new(&contract.name, "duplicate_file", true, message));
    }
    loaded.audits.extend(findings);
    Ok(())
}

/// Tables in which at least half of the filled ID numbers, and as many as make a list, are partly hidden.
fn tables_of_hidden_numbers(loaded: &LoadedSource, id: &SourceColumn) -> Result<BTreeSet<usize>> {
    let mut counts = vec![(0_u64, 0_u64); loaded.records.tables.len()];
    let mut first = 0;
    for batch in loaded.records.rows.chunks(|name| name == id.name)? {
        let batch = batch?;
        let Some(ids) = batch.column_by_name(&id.name).and_then(|array| array.as_string_opt::<i32>()) else {
            return Ok(BTreeSet::new());
        };
        for row in (0..ids.len()).filter(|&row| ids.is_valid(row)) {
            let text = ids.value(row);
            // Nearly all numbers are digits alone: what hides some of them is another sign.
            let whole = text.bytes().all(|byte| byte.is_ascii_digit());
            let (filled, masked) = &mut counts[loaded.records.keys[first + row].table()];
            *filled += 1;
            *masked += u64::from(!whole && IdNumber::parse(text).class == IdClass::Mask);
        }
        first += batch.num_rows();
    }
    let hidden = |&(filled, masked): &(u64, u64)| masked >= LEAST_PERSONS && masked * 2 >= filled;
    Ok(counts.iter().enumerate().filter(|(_, count)| hidden(count)).map(|(table, _)| table).collect())
}

/// Names of the loaded columns that say the same in a copy: those filled there, but for texts of which half are hidden.
fn columns_not_hidden<'a>(
    contract: &'a SourceContract,
    loaded: &LoadedSource,
    hidden: &BTreeSet<usize>,
) -> Result<BTreeSet<&'a str>> {
    // By column: filled cells of the copies, and those of them with a sign that hides.
    let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let mut first = 0;
    for batch in loaded.records.rows.chunks(|_| true)? {
        let batch = batch?;
        let of_copy: Vec<usize> = (0..batch.num_rows())
            .filter(|&row| hidden.contains(&loaded.records.keys[first + row].table()))
            .collect();
        for column in &contract.columns {
            let Some(array) = batch.column_by_name(&column.name) else { continue };
            let texts = array.as_string_opt::<i32>();
            let hides = |row: usize| texts.is_some_and(|texts| texts.value(row).contains(['*', '＊']));
            let (filled, covered) = counts.entry(&column.name).or_default();
            for &row in of_copy.iter().filter(|&&row| array.is_valid(row)) {
                *filled += 1;
                *covered += usize::from(hides(row));
            }
        }
        first += batch.num_rows();
    }
    let says_the_same = |&(_, (filled, covered)): &(&str, (usize, usize))| filled > 0 && covered * 2 < filled;
    Ok(counts.into_iter().filter(says_the_same).map(|(name, _)| name).collect())
}
