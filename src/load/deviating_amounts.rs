//! Amounts of one county that are many times those of all others: most likely they are in another unit.

use std::cell::RefCell;
use std::collections::BTreeMap;

use arrow::array::{Array as _, AsArray as _, BooleanArray};
use arrow::datatypes::Int64Type;
use arrow::record_batch::RecordBatch;

use super::LoadedSource;
use crate::config::SourceContract;
use crate::config::source_contract::{ColumnRole, SourceColumn};
use crate::model::column_type::ContractType;
use crate::model::source_row::AuditFinding;
use crate::privacy::mask::mask_numbers_in_text;
use crate::table::rows::RowStore;
use crate::{Error, Result};

/// Amounts of a county from which its middle one says something.
const LEAST_AMOUNTS: u64 = 20;
/// Other counties that must agree among themselves.
const LEAST_OTHERS: usize = 2;
/// Times by which a county's middle amount differs from that of every other.
const TIMES: i64 = 10;

/// How many amounts there are of each size, in steps of an eighth of a doubling: enough for a middle one.
#[derive(Default)]
struct AmountSizes {
    sizes: BTreeMap<i64, u64>,
    all: u64,
}

impl AmountSizes {
    fn add(&mut self, amount: i64) {
        // The three digits behind the highest one, in the binary system.
        let shift = amount.ilog2().saturating_sub(3);
        *self.sizes.entry(amount >> shift << shift).or_default() += 1;
        self.all += 1;
    }
    fn middle(&self) -> Option<i64> {
        let mut before = 0;
        self.sizes.iter().find_map(|(&size, count)| {
            before += count;
            (before * 2 >= self.all).then_some(size)
        })
    }
}

/// Tells the counties whose amounts in a column are ten times those of all others, or a tenth, and takes the column for
/// unknown there. To be called before places are counted.
///
/// # Errors
/// Rows that cannot be read back or written.
pub(super) fn forget_deviating_amounts(
    contract: &SourceContract,
    loaded: &mut LoadedSource,
    store: &RowStore,
) -> Result<()> {
    let Some(county) = contract.role(ColumnRole::County) else { return Ok(()) };
    let schema = loaded.records.rows.schema().clone();
    let amounts: Vec<&SourceColumn> = (contract.columns.iter())
        .filter(|column| matches!(column.kind, ContractType::Money | ContractType::Area))
        .filter(|column| schema.index_of(&column.name).is_ok())
        .collect();
    for (column, sizes) in amounts.iter().zip(amount_sizes(loaded, &amounts, county)?) {
        for deviating in deviating_counties(&sizes) {
            forget_amounts(loaded, (&column.name, &county.name, deviating.county), store)?;
            let unit = if column.kind == ContractType::Money { "元" } else { "平方米" };
            let size = |amount: i64| format!("{}.{:02}{unit}", amount / 100, amount % 100);
            let message = format!(
                "“{}”的列“{}”在{}多半是{}上下，其他县都在{}到{}之间：多半是换了单位（元、万元，平方米、亩）；那里按“不清楚”处理，用到这一列的规则在那里不作判断；向{}核对单位，改正后重报",
                contract.title,
                column.label,
                mask_numbers_in_text(deviating.county),
                size(deviating.own),
                size(deviating.others.0),
                size(deviating.others.1),
                contract.owner
            );
            loaded.audits.push(AuditFinding::new(&contract.name, "deviating_amounts", false, message));
        }
    }
    Ok(())
}

/// Sizes of the amounts of each column, by county as the rows write it.
fn amount_sizes(
    loaded: &LoadedSource,
    amounts: &[&SourceColumn],
    county: &SourceColumn,
) -> Result<Vec<BTreeMap<String, AmountSizes>>> {
    let mut sizes: Vec<BTreeMap<String, AmountSizes>> = amounts.iter().map(|_| BTreeMap::new()).collect();
    if amounts.is_empty() {
        return Ok(sizes);
    }
    let wanted = |name: &str| name == county.name || amounts.iter().any(|column| name == column.name);
    for batch in loaded.records.rows.chunks(wanted)? {
        let batch = batch?;
        let names = batch.column_by_name(&county.name).and_then(|array| array.as_string_opt::<i32>());
        let Some(names) = names else { break };
        for (column, sizes) in amounts.iter().zip(&mut sizes) {
            let Some(values) = batch.column_by_name(&column.name) else { continue };
            let values = values.as_primitive::<Int64Type>();
            for row in (0..values.len()).filter(|&row| values.is_valid(row) && names.is_valid(row)) {
                let (amount, name) = (values.value(row), names.value(row));
                if amount <= 0 {
                    continue;
                }
                match sizes.get_mut(name) {
                    Some(sizes) => sizes.add(amount),
                    None => sizes.entry(name.to_owned()).or_default().add(amount),
                }
            }
        }
    }
    Ok(sizes)
}

/// A county whose amounts are many times those of all others.
struct DeviatingCounty<'a> {
    county: &'a str,
    /// Its middle amount.
    own: i64,
    /// The least and the greatest middle amount of the others.
    others: (i64, i64),
}

fn deviating_counties(sizes: &BTreeMap<String, AmountSizes>) -> Vec<DeviatingCounty<'_>> {
    let middles: Vec<(&str, i64)> = (sizes.iter())
        .filter(|(_, sizes)| sizes.all >= LEAST_AMOUNTS)
        .filter_map(|(name, sizes)| Some((name.as_str(), sizes.middle()?)))
        .collect();
    let deviating = middles.iter().filter_map(|&(county, own)| {
        let others = || middles.iter().filter(|(other, _)| *other != county).map(|(_, middle)| *middle);
        let (least, most) = (others().min()?, others().max()?);
        let agree = others().count() >= LEAST_OTHERS && most < least.saturating_mul(TIMES);
        let far = own.saturating_mul(TIMES) <= least || own >= most.saturating_mul(TIMES);
        (agree && far).then_some(DeviatingCounty { county, own, others: (least, most) })
    });
    deviating.collect()
}

/// Takes a column of a county for unknown.
fn forget_amounts(
    loaded: &mut LoadedSource,
    (column, county, name): (&str, &str, &str),
    store: &RowStore,
) -> Result<()> {
    let failed = |e| Error::internal("金额列不能改写").caused_by(e);
    let forgotten = RefCell::new(Vec::<u32>::new());
    let rows = loaded.records.rows.rewrite(store, |first, batch| {
        let schema = batch.schema();
        let Ok(at) = schema.index_of(column) else { return Ok(batch) };
        let names = batch.column_by_name(county).and_then(|array| array.as_string_opt::<i32>());
        let Some(names) = names else { return Ok(batch) };
        let array = batch.column(at);
        let lost: BooleanArray = (0..array.len())
            .map(|row| Some(array.is_valid(row) && names.is_valid(row) && names.value(row) == name))
            .collect();
        let positions = (0..array.len()).filter(|&row| lost.value(row));
        forgotten.borrow_mut().extend(positions.filter_map(|row| u32::try_from(first + row).ok()));
        let mut columns = batch.columns().to_vec();
        columns[at] = arrow::compute::nullif(array, &lost).map_err(failed)?;
        RecordBatch::try_new(schema, columns).map_err(failed)
    })?;
    loaded.records.rows = rows;
    loaded.records.unknown.insert(column, &forgotten.into_inner());
    Ok(())
}
