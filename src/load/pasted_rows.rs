//! Rows that a file repeats further down or on another sheet, in their order, be it with other amounts: a list that was
//! pasted again. Rules would find that its people are paid twice.

use std::collections::BTreeMap;

use arrow::array::{Array as _, AsArray as _};
use arrow::record_batch::RecordBatch;

use super::LoadedSource;
use super::audit::audit_percent_text;
use super::repeated_files::table_name;
use super::repeated_keys::{RepeatedKeys, RepeatedNumbers, find_repeated_keys, push_cell_bytes};
use crate::Result;
use crate::config::SourceContract;
use crate::config::source_contract::{ColumnRole, SourceColumn};
use crate::model::column_type::ContractType;
use crate::model::source_row::AuditFinding;

/// Households, or people where there are none, that follow each other as before, from which they were pasted; fewer may
/// rightly stand twice.
const LEAST_HOMES: u64 = 3;
/// Pasted rows of a table, as a number and in 1/100, from which the whole list is there twice.
const LEAST_ROWS: u64 = 20;
const PASTED_PERCENT: u64 = 20;
/// Share of a sheet, in 1/100, from which it is the other one again.
const SAME_SHEET_PERCENT: u64 = 95;
/// Blocks that a message names, and rows that are held against each other.
const NAMED: usize = 3;
const MOST_COMPARED: usize = 1_000;
/// Repeats of a list beyond which they are not looked at one by one.
const MOST_REPEATS: usize = 500_000;

/// Rows that repeat others in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct PastedBlock {
    /// First and last row.
    rows: (usize, usize),
    /// First and last of those that they repeat.
    before: (usize, usize),
    homes: u64,
}

/// Tells of the tables whose rows repeat earlier ones of their file by number, name, household and all columns that
/// tell two rows of a person apart, amounts aside; a list that stands there twice is not usable.
///
/// # Errors
/// Rows that cannot be read back from the disk.
pub(super) fn audit_pasted_rows(
    contract: &SourceContract,
    loaded: &mut LoadedSource,
    numbers: &RepeatedNumbers<'_>,
) -> Result<()> {
    let records = &loaded.records;
    let schema = records.rows.schema().clone();
    let (Some(id), Some(name)) = (contract.role(ColumnRole::IdNumber), contract.role(ColumnRole::Name))
    else {
        return Ok(());
    };
    let household = contract.role(ColumnRole::Household);
    let mut columns: Vec<&SourceColumn> = vec![id, name];
    columns.extend(household);
    columns.extend(contract.columns.iter().filter(|column| tells_rows_apart(column)));
    if columns.iter().any(|column| schema.index_of(&column.name).is_err()) {
        return Ok(());
    }
    // In most lists everybody stands once, which these few columns tell.
    let persons = &columns[..2 + usize::from(household.is_some())];
    if (find_repeated_keys(records, persons, 2, numbers)?.repeats.len() as u64) < LEAST_HOMES {
        return Ok(());
    }
    let RepeatedKeys { mut repeats, .. } = find_repeated_keys(records, &columns, 2, numbers)?;
    let table = |row: usize| records.keys[row].table();
    repeats.retain(|(row, first)| records.tables[table(*row)].file == records.tables[table(*first)].file);
    if repeats.is_empty() || repeats.len() > MOST_REPEATS {
        return Ok(());
    }
    let homes = homes_of(loaded, household, &repeats)?;
    let mut pairs: BTreeMap<(usize, usize), Vec<PastedBlock>> = BTreeMap::new();
    for block in pasted_blocks(loaded, &repeats, &homes) {
        pairs.entry((table(block.before.0), table(block.rows.0))).or_default().push(block);
    }
    let mut findings = Vec::new();
    for ((earlier, later), blocks) in pairs {
        findings.extend(tell_pasted(contract, loaded, (earlier, later), &blocks)?);
    }
    loaded.audits.extend(findings);
    Ok(())
}

/// Does a column tell two rows of one person apart: a period, a day, a kind, an item?
fn tells_rows_apart(column: &SourceColumn) -> bool {
    let amount = matches!(column.kind, ContractType::Money | ContractType::Area | ContractType::Flag);
    let remark = column.kind == ContractType::Text
        && ["备注", "说明", "原因"].iter().any(|word| column.label.contains(word));
    column.role.is_none() && !amount && !column.end && !remark
}

/// What tells the households of repeated rows apart, by hash; the row in the file where there are no households.
fn homes_of(
    loaded: &LoadedSource,
    household: Option<&SourceColumn>,
    repeats: &[(usize, usize)],
) -> Result<Vec<u64>> {
    let rows: Vec<usize> = repeats.iter().map(|(row, _)| *row).collect();
    let of_row = |row: usize| u64::from(loaded.records.keys[row].row());
    let Some(household) = household else { return Ok(rows.into_iter().map(of_row).collect()) };
    let picked = loaded.records.rows.pick_columns(&rows, |name| name == household.name)?;
    let texts = picked.column_by_name(&household.name).and_then(|array| array.as_string_opt::<i32>());
    let home = |(at, row): (usize, usize)| match texts.filter(|texts| texts.is_valid(at)) {
        Some(texts) => xxhash_rust::xxh3::xxh3_64(texts.value(at).as_bytes()),
        None => of_row(row),
    };
    Ok(rows.into_iter().enumerate().map(home).collect())
}

/// The runs of repeats that follow each other as those before do; short ones left out.
fn pasted_blocks(loaded: &LoadedSource, repeats: &[(usize, usize)], homes: &[u64]) -> Vec<PastedBlock> {
    let table = |row: usize| loaded.records.keys[row].table();
    let mut blocks: Vec<PastedBlock> = Vec::new();
    let mut home = None;
    for (&(row, first), &here) in repeats.iter().zip(homes) {
        let follows = |block: &PastedBlock| {
            block.rows.1 + 1 == row
                && block.before.1 + 1 == first
                && table(block.rows.0) == table(row)
                && table(block.before.0) == table(first)
                // Rows that repeat the ones just before them are no list again.
                && first < block.rows.0
        };
        match blocks.last_mut().filter(|block| follows(block)) {
            Some(block) => {
                (block.rows.1, block.before.1) = (row, first);
                block.homes += u64::from(home != Some(here));
            }
            None => blocks.push(PastedBlock { rows: (row, row), before: (first, first), homes: 1 }),
        }
        home = Some(here);
    }
    blocks.retain(|block| block.homes >= LEAST_HOMES);
    blocks
}

fn tell_pasted(
    contract: &SourceContract,
    loaded: &LoadedSource,
    (earlier, later): (usize, usize),
    blocks: &[PastedBlock],
) -> Result<Option<AuditFinding>> {
    let tables = &loaded.records.tables;
    let length = |block: &PastedBlock| (block.rows.1 - block.rows.0 + 1) as u64;
    let rows: u64 = blocks.iter().map(length).sum();
    let accepted = loaded.totals.tables[later].accepted;
    let of_file = table_name(&tables[later]);
    let known = |audits: &[&str]| {
        loaded.audits.iter().any(|audit| {
            audits.contains(&audit.audit.as_str())
                && audit.message.contains(&of_file)
                && (earlier == later || audit.message.contains(&table_name(&tables[earlier])))
        })
    };
    if known(&["duplicate_rows", "duplicate_file"]) {
        return Ok(None);
    }
    let differing = differing_rows(loaded, blocks)?;
    let same_sheet = earlier != later && rows * 100 >= accepted * SAME_SHEET_PERCENT;
    let stops = rows >= LEAST_ROWS && rows * 100 >= accepted * PASTED_PERCENT
        || same_sheet && (rows >= LEAST_ROWS || differing == 0);
    if !stops && known(&["overlapping_files"]) {
        return Ok(None);
    }
    let number = |row: usize| loaded.records.keys[row].row();
    let range = |(first, last): (usize, usize)| format!("第{}至{}行", number(first), number(last));
    let told: Vec<String> = { blocks.iter().take(NAMED) }
        .map(|block| format!("{}与{}", range(block.rows), range(block.before)))
        .collect();
    let other_sheet = match earlier == later {
        true => String::new(),
        false => format!("与{}的", table_name(&tables[earlier])),
    };
    let more = if blocks.len() > NAMED { "等" } else { "" };
    let amounts = if differing > 0 { "，有的金额不一样" } else { "" };
    let what = format!(
        "{of_file}有{rows}条按原来的次序又列了一遍（占{}）：{other_sheet}{}{more}是同样的人、同样的户{amounts}",
        audit_percent_text(rows, accepted),
        told.join("，"),
    );
    let cure = match (stops, same_sheet) {
        (true, true) => {
            "：这张工作表多半是草稿，会当作领了两次；删去它，或在数据来源文件 [files] 的 skip_sheets 里写上它，再重新运行"
        }
        (true, false) => "：同一份名单粘贴了两遍，会当作领了两次；删去重复的行后重新运行",
        (false, _) => "：多半是粘贴时重复了，会当作领了两次；核对后删去重复的行",
    };
    Ok(Some(AuditFinding::new(&contract.name, "duplicate_rows", stops, what + cure)))
}

/// Rows of some blocks that are not what they repeat to the letter; of many rows the first are asked.
fn differing_rows(loaded: &LoadedSource, blocks: &[PastedBlock]) -> Result<usize> {
    let pairs = blocks.iter().flat_map(|block| (block.rows.0..=block.rows.1).zip(block.before.0..));
    let pairs: Vec<(usize, usize)> = pairs.take(MOST_COMPARED).collect();
    let mut places: Vec<usize> = pairs.iter().flat_map(|&(row, first)| [row, first]).collect();
    places.sort_unstable();
    places.dedup();
    let picked = loaded.records.rows.pick(&places)?;
    let at = |row: usize| places.binary_search(&row).unwrap_or_default();
    let differ =
        |&(row, first): &(usize, usize)| row_bytes(&picked, at(row)) != row_bytes(&picked, at(first));
    Ok(pairs.iter().filter(|pair| differ(pair)).count())
}

fn row_bytes(rows: &RecordBatch, row: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    for array in rows.columns() {
        if array.is_valid(row) {
            push_cell_bytes(&mut bytes, array, row);
        }
        bytes.push(0x1F);
    }
    bytes
}
