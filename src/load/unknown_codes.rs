//! Values that a code table does not know: counted by county and column, with their spellings.

use std::collections::BTreeMap;

use arrow::array::{Array as _, AsArray as _};

use super::LoadedSource;
use super::audit::audit_percent_text;
use crate::Result;
use crate::config::SourceContract;
use crate::config::source_contract::{AuditAction, ColumnRole};
use crate::config::toml_file::nearest_name;
use crate::model::column_type::ContractType;
use crate::model::source_row::{AuditFinding, UnknownCodes, UnknownSpelling};
use crate::model::undecided::are_many_unknown;
use crate::privacy::mask::mask_numbers_in_text;

/// Spellings that are kept of a county and column, and those that are told.
const MOST_KEPT: usize = 1000;
const MOST_TOLD: usize = 5;

/// Spellings outside the code tables of some rows: (column, county) → spelling → cells.
#[derive(Debug, Clone, Default)]
pub(super) struct CodeCounts(BTreeMap<(usize, String), BTreeMap<String, u64>>);

impl CodeCounts {
    /// Counts a cell. The county is as the row writes it; empty where it does not.
    pub(super) fn add(&mut self, column: usize, county: &str, spelling: &str, cells: u64) {
        let spellings = self.0.entry((column, county.to_owned())).or_default();
        let spelling: String = spelling.chars().take(40).collect();
        // What is no code at all (a name in the wrong column) must not fill the memory.
        let spelling = if spellings.len() < MOST_KEPT || spellings.contains_key(&spelling) {
            spelling
        } else {
            "…".into()
        };
        *spellings.entry(spelling).or_default() += cells;
    }
    /// Adds the counts of further rows.
    pub(super) fn join(&mut self, other: Self) {
        for ((column, county), spellings) in other.0 {
            for (spelling, cells) in spellings {
                self.add(column, &county, &spelling, cells);
            }
        }
    }
}

/// What a county writes in a column, over all tables of the source.
#[derive(Default)]
struct CountedCodes {
    /// Cells with a value that the code table does not know.
    cells: u64,
    /// Filled cells.
    filled: u64,
    spellings: BTreeMap<String, u64>,
}

/// Writes the counts of each table into its totals, and the findings before all others.
pub(super) fn audit_unknown_codes(
    contract: &SourceContract,
    loaded: &mut LoadedSource,
    counts: Vec<CodeCounts>,
) -> Result<()> {
    if counts.iter().all(|counts| counts.0.is_empty()) {
        return Ok(());
    }
    let known = count_known_codes(contract, loaded)?;
    let mut together: BTreeMap<(String, usize), CountedCodes> = BTreeMap::new();
    for (table, counts) in counts.into_iter().enumerate() {
        for ((column, county), spellings) in counts.0 {
            let cells: u64 = spellings.values().sum();
            let filled = cells + known.get(&(table, column, county.clone())).copied().unwrap_or(0);
            loaded.totals.tables[table].unknown_codes.push(UnknownCodes {
                column: contract.columns[column].name.clone(),
                county: county.clone(),
                cells,
                filled,
                spellings: most_frequent(contract, column, &spellings),
            });
            let all = together.entry((county, column)).or_default();
            (all.cells, all.filled) = (all.cells + cells, all.filled + filled);
            for (spelling, cells) in spellings {
                *all.spellings.entry(spelling).or_default() += cells;
            }
        }
    }
    let mut findings = Vec::new();
    for ((county, column), CountedCodes { cells, filled, spellings }) in together {
        if !are_many_unknown(cells, filled) {
            continue;
        }
        let told: Vec<String> = most_frequent(contract, column, &spellings)
            .iter()
            .map(|one| match &one.nearest {
                Some(nearest) => format!("“{}”{}格（最接近“{nearest}”）", one.spelling, one.cells),
                None => format!("“{}”{}格", one.spelling, one.cells),
            })
            .collect();
        let of = if county.is_empty() { String::new() } else { format!("“{county}”的") };
        let message = format!(
            "“{}”{of}列“{}”有{cells}格不在代码表内，占{}，按“不清楚”处理：{}{}；在代码表里补上这些写法，或请部门更正",
            contract.title,
            contract.columns[column].label,
            audit_percent_text(cells, filled),
            told.join("、"),
            if spellings.len() > told.len() { "等" } else { "" },
        );
        let blocking = contract.audits.unknown_codes == AuditAction::Block;
        findings.push(AuditFinding::new(&contract.name, "unknown_codes", blocking, message));
    }
    loaded.audits.splice(0..0, findings);
    Ok(())
}

/// Tells of values that open code tables do not have, column by column: they are read as they are written.
pub(super) fn tell_open_codes(contract: &SourceContract, counts: CodeCounts) -> Vec<AuditFinding> {
    let mut columns: BTreeMap<usize, BTreeMap<String, u64>> = BTreeMap::new();
    for ((column, _), spellings) in counts.0 {
        for (spelling, cells) in spellings {
            *columns.entry(column).or_default().entry(spelling).or_default() += cells;
        }
    }
    let told = columns.into_iter().map(|(column, spellings)| {
        let frequent: Vec<String> = most_frequent(contract, column, &spellings)
            .iter()
            .map(|one| format!("“{}”{}格", one.spelling, one.cells))
            .collect();
        let message = format!(
            "“{}”的列“{}”有{}格不在代码表内，照写的读入：{}{}；同义的写法补进代码表，才与表内的取值算作一样",
            contract.title,
            contract.columns[column].label,
            spellings.values().sum::<u64>(),
            frequent.join("、"),
            if spellings.len() > frequent.len() { "等" } else { "" },
        );
        AuditFinding::new(&contract.name, "open_codes", false, message)
    });
    told.collect()
}

fn most_frequent(
    contract: &SourceContract,
    column: usize,
    spellings: &BTreeMap<String, u64>,
) -> Vec<UnknownSpelling> {
    let mut sorted: Vec<(&String, u64)> = spellings.iter().map(|(text, &cells)| (text, cells)).collect();
    sorted.sort_by_key(|&(text, cells)| (std::cmp::Reverse(cells), text));
    let codes = &contract.columns[column].codes;
    let one = |(text, cells): (&String, u64)| UnknownSpelling {
        spelling: mask_numbers_in_text(text).into_owned(),
        cells,
        nearest: nearest_code(text, codes.labels().iter().map(String::as_str)).map(str::to_owned),
    };
    sorted.into_iter().take(MOST_TOLD).map(one).collect()
}

/// The label that is nearest to a spelling, never one that says the opposite: 参保 is nearer to 未参保 than to 正常参保.
fn nearest_code<'l>(spelling: &str, labels: impl Iterator<Item = &'l str>) -> Option<&'l str> {
    let denies = |text: &str| text.contains(['未', '不', '无', '非', '没']);
    let denied = denies(spelling);
    nearest_name(spelling, labels.filter(|label| denies(label) == denied))
}

/// Known cells of coded columns: (table, column, county) → cells.
fn count_known_codes(
    contract: &SourceContract,
    loaded: &LoadedSource,
) -> Result<BTreeMap<(usize, usize, String), u64>> {
    let coded: Vec<(usize, &str)> = (contract.columns.iter().enumerate())
        .filter(|(_, column)| column.kind == ContractType::Code)
        .map(|(at, column)| (at, column.name.as_str()))
        .collect();
    let county = contract.role(ColumnRole::County).map(|column| column.name.as_str());
    let wanted = |name: &str| county == Some(name) || coded.iter().any(|(_, coded)| *coded == name);
    let mut counts: BTreeMap<(usize, usize, String), u64> = BTreeMap::new();
    let mut first = 0;
    for batch in loaded.records.rows.chunks(wanted)? {
        let batch = batch?;
        let counties =
            county.and_then(|name| batch.column_by_name(name)).and_then(|c| c.as_string_opt::<i32>());
        for &(column, name) in &coded {
            let Some(values) = batch.column_by_name(name) else { continue };
            // Rows of a county lie together.
            let mut run: (usize, &str, u64) = (0, "", 0);
            let mut put = |(table, county, cells): (usize, &str, u64)| {
                if cells > 0 {
                    *counts.entry((table, column, county.to_owned())).or_default() += cells;
                }
            };
            for row in (0..batch.num_rows()).filter(|&row| !values.is_null(row)) {
                let table = loaded.records.keys[first + row].table();
                let county = counties.filter(|c| !c.is_null(row)).map_or("", |c| c.value(row));
                if (run.0, run.1) != (table, county) {
                    put(run);
                    run = (table, county, 0);
                }
                run.2 += 1;
            }
            put(run);
        }
        first += batch.num_rows();
    }
    Ok(counts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_label_is_proposed_that_says_the_opposite() {
        let labels = || ["未参保", "正常参保", "暂停参保"].into_iter();
        assert_ne!(nearest_code("参保", labels()), Some("未参保"));
        assert_ne!(nearest_code("参保有效", labels()), Some("未参保"));
        assert_eq!(nearest_code("正常参保了", labels()), Some("正常参保"));
        assert_eq!(nearest_code("没参保", labels()), Some("未参保"));
    }
}
