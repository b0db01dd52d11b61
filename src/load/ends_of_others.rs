//! Columns of ends that hold something else: the beginnings, where the two headers were swapped, or what is filled in for
//! everybody of one county and hardly anybody of the others.

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::{Array as _, ArrayRef, AsArray as _};
use arrow::datatypes::{DataType, Date32Type, Int32Type};

use super::LoadedSource;
use super::data_folder::masked_table_name;
use crate::Result;
use crate::config::{ColumnRole, SourceContract};
use crate::model::source_row::AuditFinding;
use crate::privacy::mask::mask_numbers_in_text;

/// Rows by which a table or county can be judged.
const LEAST_ROWS: u64 = 20;
/// Share, in 1/100, from which a column is filled in nearly all rows, and of rows that contradict.
const NEARLY_ALL_PERCENT: u64 = 90;
/// Share, in 1/100, below which a column is hardly filled.
const HARDLY_PERCENT: u64 = 50;
/// Different months from which ends without any beginning are rather beginnings.
const MANY_MONTHS: usize = 8;

/// A column of ends and that of the beginnings, by position in the contract.
#[derive(Clone, Copy)]
struct EndAndStart {
    end: usize,
    start: usize,
}

/// Takes such columns for unknown where they hold something else, and tells it. `crossed`: by table and column of ends,
/// records whose end lies before their start.
///
/// # Errors
/// Rows that cannot be read back from the disk.
pub(super) fn forget_ends_of_others(
    contract: &SourceContract,
    loaded: &mut LoadedSource,
    crossed: &[BTreeMap<usize, u64>],
) -> Result<()> {
    let mut findings = Vec::new();
    for pair in ends_and_starts(contract) {
        findings.extend(forget_swapped(contract, loaded, pair, crossed)?);
        findings.extend(forget_ends_of_all(contract, loaded, pair.end)?);
    }
    loaded.audits.splice(0..0, findings);
    Ok(())
}

/// `stop_month` and `start_month` and the like.
fn ends_and_starts(contract: &SourceContract) -> Vec<EndAndStart> {
    let columns = contract.columns.iter().enumerate().filter(|(_, column)| column.end);
    columns
        .filter_map(|(end, column)| {
            let what = column.name.strip_prefix("stop_").or_else(|| column.name.strip_prefix("end_"))?;
            let start = contract.position(&format!("start_{what}"))?;
            (contract.columns[start].kind == column.kind).then_some(EndAndStart { end, start })
        })
        .collect()
}

/// What is counted of a table.
#[derive(Default)]
struct CountedEnds {
    /// Rows with both, the end not before the start.
    both: u64,
    starts: u64,
    months: BTreeSet<i32>,
}

fn forget_swapped(
    contract: &SourceContract,
    loaded: &mut LoadedSource,
    pair: EndAndStart,
    crossed: &[BTreeMap<usize, u64>],
) -> Result<Vec<AuditFinding>> {
    let (start, end) = (&contract.columns[pair.start], &contract.columns[pair.end]);
    let mut counted: Vec<CountedEnds> = Vec::new();
    counted.resize_with(loaded.records.tables.len(), CountedEnds::default);
    let mut first = 0;
    for batch in loaded.records.rows.chunks(|name| name == start.name || name == end.name)? {
        let batch = batch?;
        let (Some(starts), Some(ends)) = (batch.column_by_name(&start.name), batch.column_by_name(&end.name))
        else {
            return Ok(Vec::new());
        };
        for row in 0..batch.num_rows() {
            let of = &mut counted[loaded.records.keys[first + row].table()];
            of.starts += u64::from(starts.is_valid(row));
            of.both += u64::from(starts.is_valid(row) && ends.is_valid(row));
            if of.months.len() < MANY_MONTHS {
                of.months.extend(value(ends, row));
            }
        }
        first += batch.num_rows();
    }
    let mut findings = Vec::new();
    for (table, of) in counted.into_iter().enumerate() {
        let totals = &loaded.totals.tables[table];
        let (rows, ends) = (totals.accepted, totals.filled[pair.end]);
        let wrong = crossed[table].get(&pair.end).copied().unwrap_or(0);
        let both = of.both + wrong;
        let against = both >= LEAST_ROWS && wrong * 100 >= both * NEARLY_ALL_PERCENT;
        let one_sided = ends * 100 >= rows * NEARLY_ALL_PERCENT && of.starts * 100 < rows * HARDLY_PERCENT;
        let beginnings = if both > 0 { wrong * 2 >= both } else { of.months.len() >= MANY_MONTHS };
        if rows < LEAST_ROWS || totals.absent.contains(&start.name) || !(against || one_sided && beginnings) {
            continue;
        }
        let info = &loaded.records.tables[table];
        let message = format!(
            "{}里“{}”和“{}”的表头多半写反了：{rows}行里前一列填了{}行，后一列填了{ends}行，两列都填的{both}行里有{wrong}行止在起之前；\
             这两列按不清楚处理，用到的规则在那里不作判断；对照内容改正表头后重报",
            masked_table_name(&info.file, info.sheet.as_deref()),
            start.label,
            end.label,
            of.starts,
        );
        findings.push(AuditFinding::new(&contract.name, "swapped_ends", false, message));
        let of_table = |at: usize| loaded.records.keys[at].table() == table;
        let records: Vec<u32> =
            (0..loaded.records.keys.len()).filter(|&at| of_table(at)).map(|at| at as u32).collect();
        for at in [pair.start, pair.end] {
            loaded.records.forget_cells(&contract.columns[at].name, &records)?;
            let totals = &mut loaded.totals.tables[table];
            (totals.filled[at], totals.unread[at]) = (rows, rows);
            for place in loaded.totals.places.iter_mut().filter(|place| place.table == table) {
                (place.filled[at], place.unknown[at]) = (0, place.accepted);
            }
        }
    }
    Ok(findings)
}

/// A day or month as a number.
fn value(array: &ArrayRef, row: usize) -> Option<i32> {
    let array = Some(array).filter(|array| array.is_valid(row))?;
    match array.data_type() {
        DataType::Date32 => Some(array.as_primitive::<Date32Type>().value(row)),
        DataType::Int32 => Some(array.as_primitive::<Int32Type>().value(row)),
        _ => None,
    }
}

/// Counties in which nearly everybody has an end, while in the rest of the list, which is larger, hardly anybody has.
fn forget_ends_of_all(
    contract: &SourceContract,
    loaded: &mut LoadedSource,
    end: usize,
) -> Result<Vec<AuditFinding>> {
    let column = &contract.columns[end];
    // Rows, and those with an end.
    let mut counties: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for place in loaded.totals.places.iter().filter(|place| !place.county.is_empty()) {
        let of = counties.entry(&place.county).or_default();
        *of = (of.0 + place.accepted, of.1 + place.filled[end]);
    }
    let (of_all, others): (Vec<_>, Vec<_>) = counties
        .into_iter()
        .partition(|(_, (rows, ended))| *rows >= LEAST_ROWS && ended * 100 >= rows * NEARLY_ALL_PERCENT);
    let sum = |counties: &[(&str, (u64, u64))]| {
        counties.iter().fold((0, 0), |sum: (u64, u64), (_, of)| (sum.0 + of.0, sum.1 + of.1))
    };
    let (rows, ended) = sum(&others);
    if of_all.is_empty()
        || !column.optional
        || rows < LEAST_ROWS.max(sum(&of_all).0)
        || ended * 100 >= rows * HARDLY_PERCENT
    {
        return Ok(Vec::new());
    }
    let told: Vec<String> = (of_all.iter())
        .map(|(county, (rows, ended))| format!("{}（{rows}行填了{ended}行）", mask_numbers_in_text(county)))
        .collect();
    let message = format!(
        "“{}”的列“{}”在{}几乎每行都填了，别的县{rows}行只填了{ended}行：多半填的是别的（如发放到哪个月、有效期到哪天），或只交了已经停止的人；\
         在那里按不清楚处理，用到的规则不作判断；向{}核对，没有停的留空",
        contract.title,
        column.label,
        told.join("、"),
        contract.owner
    );
    let names: BTreeSet<String> = of_all.iter().map(|(county, _)| (*county).to_owned()).collect();
    let Some(county) = contract.role(ColumnRole::County) else { return Ok(Vec::new()) };
    let (mut records, mut first) = (Vec::new(), 0u32);
    for batch in loaded.records.rows.chunks(|name| name == county.name)? {
        let batch = batch?;
        let texts = batch.column_by_name(&county.name).and_then(|array| array.as_string_opt::<i32>());
        let here =
            |row: usize| texts.is_some_and(|texts| texts.is_valid(row) && names.contains(texts.value(row)));
        records.extend((0..batch.num_rows()).filter(|&row| here(row)).map(|row| first + row as u32));
        first += batch.num_rows() as u32;
    }
    loaded.records.forget_cells(&column.name, &records)?;
    for place in loaded.totals.places.iter_mut().filter(|place| names.contains(&place.county)) {
        let totals = &mut loaded.totals.tables[place.table];
        totals.unread[end] += place.filled[end];
        place.unknown[end] += std::mem::take(&mut place.filled[end]);
    }
    Ok(vec![AuditFinding::new(&contract.name, "ends_of_all", false, message)])
}
