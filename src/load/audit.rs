//! Checks of a source as a whole: what one row cannot show.

use std::cmp::Reverse;
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use std::path::Path;

use super::LoadedSource;
use super::cell_trouble::keeps_cell_value;
use super::data_folder::{masked_file_name, masked_table_name};
use super::group_heads::audit_group_heads;
use super::masked_copies::audit_masked_copies;
use super::number_audit::audit_numbers;
use super::pasted_rows::audit_pasted_rows;
use super::place_counts::{RejectedPlaces, audit_parts, count_places, place_of_row};
use super::repeated_files::{audit_repeated_lists, audit_repeated_rows, audit_shared_persons};
use super::repeated_keys::{RepeatedKeys, RepeatedNumbers, find_repeated_keys};
use super::row_batches::limit_row_text;
use super::shared_households::audit_shared_households;
use crate::Result;
use crate::config::SourceContract;
use crate::config::source_contract::{AuditAction, SourceColumn, UniqueAction};
use crate::model::source_row::{AuditFinding, Reject};
use crate::table::rows::RowStore;

/// Share of rejected rows above which a source is not usable, where the contract sets none.
const MAX_REJECT_SHARE: f64 = 0.05;
/// Rejected rows from which their share stops: one bad cell of a short list does not.
const FEWEST_STOPPING: u64 = 3;
/// Share of unreadable cells of one column above which the column is not usable.
const MAX_CELL_SHARE: f64 = 0.2;

/// Adds the findings of all audits to `loaded`, and what it holds of each place; `rejected` are the units rejected so far,
/// by table.
pub(super) fn audit_source(
    contract: &SourceContract,
    loaded: &mut LoadedSource,
    rejected: &mut [RejectedPlaces],
    previous_rows: Option<u64>,
    store: &RowStore,
) -> Result<()> {
    audit_duplicate_files(contract, loaded);
    let mut numbers = RepeatedNumbers::find(contract, &loaded.records)?;
    let rows = loaded.records.keys.len();
    audit_unique_keys(contract, loaded, rejected, &numbers, store)?;
    if loaded.records.keys.len() < rows {
        numbers = RepeatedNumbers::find(contract, &loaded.records)?;
    }
    audit_pasted_rows(contract, loaded, &numbers)?;
    audit_masked_copies(contract, loaded, &numbers)?;
    // What repeats may have been rejected: places are counted of what is left.
    loaded.totals.places = count_places(contract, &loaded.records, rejected)?;
    let limit = contract.audits.max_reject_share.unwrap_or(MAX_REJECT_SHARE);
    let mut findings = Vec::new();
    let mut find = |audit: &str, blocking: bool, message: String| {
        findings.push(AuditFinding::new(&contract.name, audit, blocking, message));
    };
    let (read, accepted, rejected) =
        (loaded.totals.read(), loaded.totals.accepted(), loaded.totals.rejected());
    let title = &contract.title;
    if read == 0 {
        find("empty_source", true, format!("“{title}”的文件里没有任何数据行；核对提取文件"));
    }
    for file in files_without_rows(loaded).filter(|_| read > 0) {
        find(
            "empty_source",
            true,
            format!(
                "“{title}”的文件“{}”只有表头，没有任何数据行，别的文件有：多半是没有查出数据就导出了；向{}索取后重新运行；确实没有人的，移出这个文件",
                masked_file_name(file),
                contract.owner
            ),
        );
    }
    let several = rejected >= FEWEST_STOPPING || rejected * 2 > read;
    if several && rejected as f64 > limit * read as f64 {
        find(
            "reject_share",
            true,
            format!(
                "“{title}”读入{read}条，退回{rejected}条（{}{}），超过上限{}；按退回清单改正后重报",
                audit_percent_text(rejected, read),
                most_frequent_reasons(loaded.rejects.iter()),
                audit_percent_of(limit)
            ),
        );
    }
    if let (Some(limit), Some(previous)) =
        (contract.audits.row_count_change, previous_rows.filter(|&n| n > 0))
    {
        let change = accepted.abs_diff(previous);
        if change as f64 > limit * previous as f64 {
            find(
                "row_count_change",
                contract.audits.row_count_action == AuditAction::Block,
                format!(
                    "“{title}”本期{accepted}条，上期{previous}条，变化{}超过{}；核对是否漏报或重复报送",
                    audit_percent_text(change, previous),
                    audit_percent_of(limit)
                ),
            );
        }
    }
    for (column, count) in count_unreadable_cells(loaded) {
        if count as f64 > MAX_CELL_SHARE * accepted as f64 && count > 5 {
            let message =
                format!("“{title}”的列“{column}”有{count}格无法读取（共{accepted}条）；核对该列的格式");
            find("unreadable_column", false, message);
        }
    }
    loaded.audits.extend(findings);
    audit_parts(contract, loaded, limit);
    audit_numbers(contract, loaded, &numbers)?;
    let shared = audit_shared_households(contract, loaded)?;
    let heads = audit_group_heads(contract, loaded)?;
    loaded.audits.splice(0..0, shared.into_iter().chain(heads));
    Ok(())
}

/// The files of which no table has a row, whatever others have; each once, in the order in which they were read.
fn files_without_rows(loaded: &LoadedSource) -> impl Iterator<Item = &Path> {
    let mut rows: Vec<(&Path, u64)> = Vec::new();
    for table in &loaded.totals.tables {
        match rows.last_mut().filter(|(file, _)| *file == table.file) {
            Some((_, rows)) => *rows += table.data_rows,
            None => rows.push((&table.file, table.data_rows)),
        }
    }
    rows.into_iter().filter(|(_, rows)| *rows == 0).map(|(file, _)| file)
}

/// Names the two most frequent reasons of some rejects, each with its count, after a colon; nothing of none.
pub(super) fn most_frequent_reasons<'a>(rejects: impl Iterator<Item = &'a Reject>) -> String {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for reject in rejects {
        let reason = reject.reason.split('；').next().unwrap_or(&reject.reason);
        *counts.entry(reason).or_default() += 1;
    }
    let counts = by_frequency(counts);
    let told: Vec<String> =
        counts.iter().take(2).map(|(reason, count)| format!("{reason}：{count}条")).collect();
    let more = if counts.len() > 2 { "等" } else { "" };
    if told.is_empty() { String::new() } else { format!("，原因：{}{more}", told.join("，")) }
}

/// The counted things, the most frequent first, those of one count in their order.
pub(super) fn by_frequency<T>(counts: BTreeMap<T, u64>) -> Vec<(T, u64)> {
    let mut counts: Vec<(T, u64)> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| Reverse(*count));
    counts
}

/// Names the three most frequent of some words, each with its rows.
pub(super) fn most_frequent_words(words: BTreeMap<String, u64>) -> String {
    let words = by_frequency(words);
    let told: Vec<String> = words.iter().take(3).map(|(words, rows)| format!("“{words}”{rows}行")).collect();
    told.join("、")
}

/// Writes `part` of `whole` as a percentage with at most one decimal; `0%` of nothing.
pub(crate) fn audit_percent_text(part: u64, whole: u64) -> String {
    audit_percent_of(part as f64 / whole.max(1) as f64)
}

pub(super) fn audit_percent_of(share: f64) -> String {
    let text = format!("{:.1}", share * 100.0);
    format!("{}%", text.strip_suffix(".0").unwrap_or(&text))
}

/// The same bytes under two names would count every record twice.
fn audit_duplicate_files(contract: &SourceContract, loaded: &mut LoadedSource) {
    let mut first: HashMap<&str, &Path> = HashMap::new();
    let mut findings = Vec::new();
    let mut told = BTreeSet::new();
    for table in &loaded.records.tables {
        match first.entry(&table.sha256) {
            Entry::Vacant(place) => {
                place.insert(&table.file);
            }
            Entry::Occupied(place) if *place.get() != table.file.as_path() && told.insert(&table.file) => {
                let message = format!(
                    "文件“{}”与“{}”内容完全相同；删去其中一个",
                    masked_file_name(&table.file),
                    masked_file_name(place.get())
                );
                findings.push(AuditFinding::new(&contract.name, "duplicate_file", true, message));
            }
            Entry::Occupied(_) => {}
        }
    }
    loaded.audits.extend(findings);
}

fn count_unreadable_cells(loaded: &LoadedSource) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for warning in loaded.cell_warnings.iter().filter(|w| !keeps_cell_value(&w.reason_code)) {
        *counts.entry(warning.column.clone().unwrap_or_default()).or_insert(0) += 1;
    }
    counts
}

/// Records whose key columns repeat an earlier record. Keys with an empty part do not count.
fn audit_unique_keys(
    contract: &SourceContract,
    loaded: &mut LoadedSource,
    rejected: &mut [RejectedPlaces],
    numbers: &RepeatedNumbers<'_>,
    store: &RowStore,
) -> Result<()> {
    let columns: Vec<&SourceColumn> = (contract.audits.unique.iter())
        .filter_map(|name| contract.columns.get(contract.position(name)?))
        .collect();
    if loaded.records.keys.is_empty() {
        return Ok(());
    }
    let several = loaded.records.tables.len() > 1;
    // Without a key whole rows are compared, where all of them were loaded.
    let all: Vec<&SourceColumn> = contract.columns.iter().collect();
    let whole = loaded.records.rows.schema().fields().len() == all.len();
    if columns.is_empty() {
        if whole {
            let RepeatedKeys { repeats, keyed } = find_repeated_keys(&loaded.records, &all, 0, numbers)?;
            loaded.audits.extend(audit_repeated_rows(contract, loaded, &repeats));
            if several {
                loaded.audits.extend(audit_repeated_lists(contract, loaded, &repeats, &keyed));
            }
        }
        return audit_shared_persons(contract, loaded, numbers);
    }
    let RepeatedKeys { repeats, keyed } =
        find_repeated_keys(&loaded.records, &columns, columns.len(), numbers)?;
    if several {
        loaded.audits.extend(audit_repeated_lists(contract, loaded, &repeats, &keyed));
    }
    // Whole rows repeat where their keys do; where many have no key, rows are asked for themselves.
    let rows = loaded.records.keys.len() as u64;
    if whole && (repeats.len() as u64 * 20 >= rows || keyed.iter().sum::<u64>() * 5 < rows * 4) {
        let whole_rows = find_repeated_keys(&loaded.records, &all, 0, numbers)?;
        loaded.audits.extend(audit_repeated_rows(contract, loaded, &whole_rows.repeats));
    }
    audit_shared_persons(contract, loaded, numbers)?;
    if repeats.is_empty() {
        return Ok(());
    }
    let labels: Vec<&str> = columns.iter().map(|c| c.label.as_str()).collect();
    let labels = labels.join("+");
    let places: Vec<String> = repeats
        .iter()
        .take(5)
        .map(|&(row, first)| {
            format!("{}与{}", audited_row_place(loaded, row), audited_row_place(loaded, first))
        })
        .collect();
    let action = contract.audits.unique_action;
    let message = format!(
        "“{}”有{}条记录的“{labels}”与前面的记录重复（{}{}）；{}",
        contract.title,
        repeats.len(),
        places.join("，"),
        if repeats.len() > 5 { "等" } else { "" },
        if action == UniqueAction::Reject { "后出现的已退回" } else { "核对后删去重复行" }
    );
    let blocking = action == UniqueAction::Block;
    loaded.audits.push(AuditFinding::new(&contract.name, "duplicate_key", blocking, message));
    if action == UniqueAction::Reject {
        reject_repeats(contract, loaded, rejected, &repeats, (&columns, &labels), store)?;
    }
    Ok(())
}

/// Where a row stands, in words.
pub(super) fn audited_row_place(loaded: &LoadedSource, row: usize) -> String {
    let key = loaded.records.keys[row];
    let table = &loaded.records.tables[key.table()];
    format!("{}第{}行", masked_table_name(&table.file, table.sheet.as_deref()), key.row())
}

fn reject_repeats(
    contract: &SourceContract,
    loaded: &mut LoadedSource,
    rejected: &mut [RejectedPlaces],
    repeats: &[(usize, usize)],
    (columns, labels): (&[&SourceColumn], &str),
    store: &RowStore,
) -> Result<()> {
    let mut keep = vec![true; loaded.records.keys.len()];
    let places: Vec<usize> = repeats.iter().map(|&(row, _)| row).collect();
    let repeated = loaded.records.rows.pick(&places)?;
    for (at, &(row, first)) in repeats.iter().enumerate() {
        keep[row] = false;
        let key = loaded.records.keys[row];
        let table = &loaded.records.tables[key.table()];
        let totals = &mut loaded.totals.tables[key.table()];
        totals.accepted -= 1;
        totals.rejected += 1;
        let (county, township) = place_of_row(contract, &repeated, at);
        *rejected[key.table()].entry((county.to_owned(), township.to_owned())).or_default() += 1;
        let values: Vec<String> = columns
            .iter()
            .filter_map(|c| repeated.column_by_name(&c.name))
            .map(|c| arrow::util::display::array_value_to_string(c, at).unwrap_or_default())
            .collect();
        loaded.rejects.push(Reject {
            source: contract.name.clone(),
            file: table.file.clone(),
            sheet: table.sheet.clone(),
            row: key.row(),
            member: key.member(),
            column: None,
            reason_code: "duplicate_key".to_owned(),
            reason: format!("“{labels}”与{}重复；核对后删去其中一行", audited_row_place(loaded, first)),
            original: limit_row_text(values.join("\t")),
        });
    }
    loaded.records.retain(&keep, store)
}
