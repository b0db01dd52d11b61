//! Amounts of one county that are many times those of all others, or not of the size that is usual: most likely they are
//! in another unit.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use arrow::array::{Array as _, AsArray as _, BooleanArray, StringArray};
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
/// The same where the contract says what is usual.
const LEAST_UNUSUAL: u64 = 5;
/// Other counties that must agree among themselves.
const LEAST_OTHERS: usize = 2;
/// Share of a county's amounts, in 1/100, that are not usual from which they are told, and times of the greatest usual one
/// from which a single one is.
const UNUSUAL_PERCENT: u64 = 10;
const TIMES_USUAL: i64 = 10;
/// Times by which a county's middle amount differs from that of every other.
const TIMES: i64 = 10;

/// How many amounts there are of each size, in steps of an eighth of a doubling: enough for a middle one.
#[derive(Default)]
struct AmountSizes {
    sizes: BTreeMap<i64, u64>,
    all: u64,
    /// Amounts of nothing, which have no size.
    zeros: u64,
}

impl AmountSizes {
    fn add(&mut self, amount: i64) {
        // The three digits behind the highest one, in the binary system.
        let shift = amount.ilog2().saturating_sub(3);
        *self.sizes.entry(amount >> shift << shift).or_default() += 1;
        self.all += 1;
    }
    /// How many are above the greatest of two sizes, or below half of the least: a size is that of the smallest in its step.
    fn outside(&self, [least, most]: [i64; 2]) -> u64 {
        let outside = self.sizes.iter().filter(|(size, _)| **size < least / 2 || **size > most);
        outside.map(|(_, count)| count).sum()
    }
    fn middle(&self) -> Option<i64> {
        let mut before = 0;
        self.sizes.iter().find_map(|(&size, count)| {
            before += count;
            (before * 2 >= self.all).then_some(size)
        })
    }
}

/// Tells the counties whose amounts in a column are ten times those of all others, or a tenth, or beyond what the contract
/// says to be usual, and takes the column for unknown there. To be called before places are counted.
///
/// # Errors
/// Rows that cannot be read back or written.
pub(super) fn forget_deviating_amounts(
    contract: &SourceContract,
    loaded: &mut LoadedSource,
    store: &RowStore,
) -> Result<()> {
    let county = contract.role(ColumnRole::County).map(|column| column.name.as_str());
    let schema = loaded.records.rows.schema().clone();
    let amounts: Vec<&SourceColumn> = (contract.columns.iter())
        .filter(|column| matches!(column.kind, ContractType::Money | ContractType::Area))
        .filter(|column| schema.index_of(&column.name).is_ok())
        .collect();
    let all_sizes = amount_sizes(loaded, &amounts, county)?;
    for swapped in swapped_amounts(&amounts, &all_sizes) {
        for column in [swapped.empty, swapped.filled] {
            forget_amounts(loaded, (&column.name, county, &swapped.county), store)?;
        }
        let message = format!(
            "“{}”的列“{}”和“{}”在{}多半写反了：前一列那里多半是0，后一列几乎没有0，其他县正相反；那里按“不清楚”处理，用到这两列的规则在那里不作判断；向{}核对表头，改正后重报",
            contract.title,
            swapped.empty.label,
            swapped.filled.label,
            mask_numbers_in_text(&swapped.county),
            contract.owner
        );
        loaded.audits.push(AuditFinding::new(&contract.name, "swapped_headers", false, message));
    }
    for (column, sizes) in amounts.iter().zip(all_sizes) {
        let unit = if column.kind == ContractType::Money { "元" } else { "平方米" };
        let size = |amount: i64| format!("{}.{:02}{unit}", amount / 100, amount % 100);
        for deviating in deviating_counties(column, &sizes) {
            forget_amounts(loaded, (&column.name, county, deviating.county), store)?;
            let place = match (deviating.county, county) {
                (place, Some(_)) if !place.is_empty() => format!("在{}", mask_numbers_in_text(place)),
                (_, Some(_)) => "没有写明县的各行".to_owned(),
                (_, None) => String::new(),
            };
            let [least, most] = deviating.others.map(size);
            let others = match deviating.usual {
                true => {
                    format!("通常在{least}到{most}之间（sources/{}.toml 里这一列的 usual）", contract.name)
                }
                false => format!("其他县都在{least}到{most}之间"),
            };
            let message = format!(
                "“{}”的列“{}”{place}多半是{}上下，{others}：多半是换了单位（元、万元，月、年，平方米、亩）；那里按“不清楚”处理，用到这一列的规则在那里不作判断；向{}核对单位，改正后重报",
                contract.title,
                column.label,
                size(deviating.own),
                contract.owner
            );
            loaded.audits.push(AuditFinding::new(&contract.name, "deviating_amounts", false, message));
        }
        loaded.audits.extend(unusual_amounts(contract, column, &sizes, &size));
    }
    Ok(())
}

/// Tells the counties in which amounts beyond what is usual are too many for one by one, or one is far beyond it.
fn unusual_amounts(
    contract: &SourceContract,
    column: &SourceColumn,
    sizes: &BTreeMap<String, AmountSizes>,
    size: &dyn Fn(i64) -> String,
) -> Vec<AuditFinding> {
    let Some(usual) = usual_sizes(column) else { return Vec::new() };
    let of_county = |(county, sizes): (&String, &AmountSizes)| {
        // What is told as a whole county is not told again.
        if sizes.all >= LEAST_UNUSUAL
            && !sizes.middle().is_some_and(|own| (usual[0]..=usual[1]).contains(&own))
        {
            return None;
        }
        let far = sizes.outside([0, usual[1].saturating_mul(TIMES_USUAL)]);
        let many = sizes.outside(usual);
        let many =
            if many >= LEAST_UNUSUAL && many * 100 >= sizes.all * UNUSUAL_PERCENT { many } else { far };
        let mut strange = sizes.sizes.keys().copied().filter(|size| *size < usual[0] / 2 || *size > usual[1]);
        let least = strange.next()?;
        let greatest = strange.next_back().unwrap_or(least);
        let example = match least == greatest {
            true => format!("如{}", size(least)),
            false => format!("从{}到{}", size(least), size(greatest)),
        };
        (many > 0).then(|| {
            let place = if county.is_empty() { String::new() } else { format!("在{}", mask_numbers_in_text(county)) };
            let message = format!(
                "“{}”的列“{}”{place}有{many}个数不在通常的{}到{}之间（sources/{}.toml 里这一列的 usual；这些数{example}上下）：\
                 可能是换了单位、填了一年的数，或一格里写了两个数；照写的读入，向{}核对",
                contract.title,
                column.label,
                size(usual[0]),
                size(usual[1]),
                contract.name,
                contract.owner
            );
            AuditFinding::new(&contract.name, "unusual_amounts", false, message)
        })
    };
    sizes.iter().filter_map(of_county).collect()
}

/// What the contract says to be usual in a column, in hundredths as amounts are kept.
fn usual_sizes(column: &SourceColumn) -> Option<[i64; 2]> {
    column.usual.map(|usual| usual.map(|whole| i64::from(whole) * 100))
}

/// Sizes of the amounts of each column, by county as the rows write it.
fn amount_sizes(
    loaded: &LoadedSource,
    amounts: &[&SourceColumn],
    county: Option<&str>,
) -> Result<Vec<BTreeMap<String, AmountSizes>>> {
    let mut sizes: Vec<BTreeMap<String, AmountSizes>> = amounts.iter().map(|_| BTreeMap::new()).collect();
    if amounts.is_empty() {
        return Ok(sizes);
    }
    let wanted = |name: &str| Some(name) == county || amounts.iter().any(|column| name == column.name);
    for batch in loaded.records.rows.chunks(wanted)? {
        let batch = batch?;
        let names = county.and_then(|county| batch.column_by_name(county)?.as_string_opt::<i32>());
        for (column, sizes) in amounts.iter().zip(&mut sizes) {
            let Some(values) = batch.column_by_name(&column.name) else { continue };
            let values = values.as_primitive::<Int64Type>();
            for row in (0..values.len()).filter(|&row| values.is_valid(row)) {
                let (amount, name) = (values.value(row), county_of_row(names, row));
                let sizes = match sizes.get_mut(name) {
                    Some(sizes) => sizes,
                    None => sizes.entry(name.to_owned()).or_default(),
                };
                match amount {
                    0 => sizes.zeros += 1,
                    1.. => sizes.add(amount),
                    _ => {}
                }
            }
        }
    }
    Ok(sizes)
}

/// Two columns of amounts that one county has the other way round.
struct SwappedAmounts<'a> {
    county: String,
    /// Mostly zero there, and hardly ever elsewhere.
    empty: &'a SourceColumn,
    /// The other way round.
    filled: &'a SourceColumn,
}

/// Finds the counties in which one column is zero in half of the rows or more and another hardly ever, while all others have it
/// the other way round.
fn swapped_amounts<'a>(
    amounts: &[&'a SourceColumn],
    sizes: &[BTreeMap<String, AmountSizes>],
) -> Vec<SwappedAmounts<'a>> {
    let known = |sizes: &AmountSizes| sizes.all + sizes.zeros >= LEAST_AMOUNTS;
    let mostly_zero = |sizes: &AmountSizes| sizes.zeros * 2 >= sizes.all + sizes.zeros;
    let hardly_zero = |sizes: &AmountSizes| sizes.zeros * 10 <= sizes.all + sizes.zeros;
    // The columns that in a county are so, and in two others and more are all the opposite.
    let alone = |county: &str, here: &dyn Fn(&AmountSizes) -> bool, there: &dyn Fn(&AmountSizes) -> bool| {
        let columns = amounts.iter().zip(sizes).filter(|(_, counties)| {
            let mut others =
                counties.iter().filter(|(name, sizes)| *name != county && !name.is_empty() && known(sizes));
            let count = others.clone().count();
            counties.get(county).is_some_and(|sizes| known(sizes) && here(sizes))
                && count >= LEAST_OTHERS
                && others.all(|(_, sizes)| there(sizes))
        });
        columns.map(|(column, _)| *column).collect::<Vec<_>>()
    };
    let counties: BTreeSet<&String> = sizes.iter().flat_map(BTreeMap::keys).collect();
    let swapped = counties.into_iter().filter(|county| !county.is_empty()).filter_map(|county| {
        let empty = alone(county, &mostly_zero, &hardly_zero);
        let filled = alone(county, &hardly_zero, &mostly_zero);
        match (&empty[..], &filled[..]) {
            ([empty], [filled]) => Some(SwappedAmounts { county: county.clone(), empty, filled }),
            _ => None,
        }
    });
    swapped.collect()
}

/// The county of a row as it is written; empty where none is.
fn county_of_row(names: Option<&StringArray>, row: usize) -> &str {
    names.filter(|names| names.is_valid(row)).map_or("", |names| names.value(row))
}

/// A county whose amounts are many times those of all others, or not of the usual size.
struct DeviatingCounty<'a> {
    county: &'a str,
    /// Its middle amount.
    own: i64,
    /// The least and the greatest middle amount of the others, or what is usual.
    others: [i64; 2],
    /// It is told by what is usual.
    usual: bool,
}

fn deviating_counties<'a>(
    column: &SourceColumn,
    sizes: &'a BTreeMap<String, AmountSizes>,
) -> Vec<DeviatingCounty<'a>> {
    let middles: Vec<(&str, u64, i64)> =
        sizes.iter().filter_map(|(name, sizes)| Some((name.as_str(), sizes.all, sizes.middle()?))).collect();
    let usual = usual_sizes(column);
    let compared = || middles.iter().filter(|(county, all, _)| !county.is_empty() && *all >= LEAST_AMOUNTS);
    let deviating = middles.iter().filter_map(|&(county, all, own)| {
        if let Some(usual) = usual.filter(|_| all >= LEAST_UNUSUAL)
            && !(usual[0]..=usual[1]).contains(&own)
        {
            return Some(DeviatingCounty { county, own, others: usual, usual: true });
        }
        if county.is_empty() || all < LEAST_AMOUNTS {
            return None;
        }
        let others = || compared().filter(|(other, ..)| *other != county).map(|(.., middle)| *middle);
        let (least, most) = (others().min()?, others().max()?);
        let agree = others().count() >= LEAST_OTHERS && most < least.saturating_mul(TIMES);
        let far = own.saturating_mul(TIMES) <= least || own >= most.saturating_mul(TIMES);
        (agree && far).then_some(DeviatingCounty { county, own, others: [least, most], usual: false })
    });
    deviating.collect()
}

/// Takes a column of a county for unknown.
fn forget_amounts(
    loaded: &mut LoadedSource,
    (column, county, name): (&str, Option<&str>, &str),
    store: &RowStore,
) -> Result<()> {
    let failed = |e| Error::internal("金额列不能改写").caused_by(e);
    let forgotten = RefCell::new(Vec::<u32>::new());
    let rows = loaded.records.rows.rewrite(store, |first, batch| {
        let schema = batch.schema();
        let Ok(at) = schema.index_of(column) else { return Ok(batch) };
        let names = county.and_then(|county| batch.column_by_name(county)?.as_string_opt::<i32>());
        let array = batch.column(at);
        let lost: BooleanArray = (0..array.len())
            .map(|row| Some(array.is_valid(row) && county_of_row(names, row) == name))
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
