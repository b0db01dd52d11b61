//! Household numbers that several households have: serials that begin again in each township, numbers dragged down, ends
//! that a spreadsheet made zeros. Linking would make one household of them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use arrow::array::AsArray as _;
use xxhash_rust::xxh3::xxh3_64;

use super::LoadedSource;
use super::audit::{audit_percent_text, audited_row_place};
use super::data_folder::masked_file_name;
use super::place_counts::filled_text;
use crate::Result;
use crate::config::SourceContract;
use crate::config::source_contract::ColumnRole;
use crate::model::source_row::AuditFinding;

/// Households of a file under shared numbers from which they are told, and their share in percent.
const LEAST_TOLD: u64 = 3;
const TOLD_PERCENT: u64 = 2;
/// The same from which the list is not usable.
const LEAST_STOPPING: u64 = 10;
const STOP_PERCENT: u64 = 50;
/// Share of a file's households, in percent, from which two heads in one village under one number are two households. Below
/// it they are one household in which two people call themselves the head.
const OPEN_PERCENT: u64 = 5;
/// Numbers beyond which a list is not asked.
const MOST_HOUSEHOLDS: usize = 4_000_000;

/// What a row says of its household, as hashes; 0 where it says nothing.
#[derive(Clone, Copy, Default)]
struct HouseholdWords {
    number: u64,
    township: u64,
    village: u64,
    /// The head's name, in the head's row.
    head: u64,
    /// Another head's name.
    second_head: u64,
}

/// How the rows of one number speak of different households.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Contradiction {
    /// Two places, of people of whom one is not the head: somebody may be registered elsewhere.
    Members,
    /// Two heads in one place.
    TwoHeads,
    /// Heads in two places, or more than two heads.
    Households,
}

impl HouseholdWords {
    /// Do the two speak of different households?
    fn contradiction(self, other: Self) -> Option<Contradiction> {
        let differ = |a: u64, b: u64| a != 0 && b != 0 && a != b;
        let two_heads = self.head != 0 && other.head != 0;
        if differ(self.township, other.township) || differ(self.village, other.village) {
            return Some(if two_heads { Contradiction::Households } else { Contradiction::Members });
        }
        if !differ(self.head, other.head) {
            return None;
        }
        Some(if differ(self.second_head, other.head) {
            Contradiction::Households
        } else {
            Contradiction::TwoHeads
        })
    }
    /// Adds what only the other says; where the household is, its head says best.
    fn join(&mut self, other: Self) {
        let first = |a: u64, b: u64| if a == 0 { b } else { a };
        if self.head == 0 && other.head != 0 {
            self.township = first(other.township, self.township);
            self.village = first(other.village, self.village);
        } else {
            self.township = first(self.township, other.township);
            self.village = first(self.village, other.village);
        }
        self.head = first(self.head, other.head);
        if other.head != self.head {
            self.second_head = first(self.second_head, other.head);
        }
    }
}

/// Counts of one file.
#[derive(Default)]
struct SharedCounts {
    /// Households, by their heads; rows where the list names no heads.
    households: u64,
    /// Those under the number of another one, and those that may be.
    sharing: u64,
    open: u64,
    numbers: BTreeSet<u64>,
    open_numbers: BTreeSet<u64>,
}

impl SharedCounts {
    /// Counts the open ones with the others where they are too many for mistakes.
    fn count_open(&mut self) {
        if self.open * 100 >= self.households * OPEN_PERCENT {
            self.sharing += std::mem::take(&mut self.open);
            self.numbers.append(&mut self.open_numbers);
        }
    }
}

/// Tells of files many of whose households have the number of another one.
///
/// # Errors
/// Rows that cannot be read back from the disk.
pub(super) fn audit_shared_households(
    contract: &SourceContract,
    loaded: &LoadedSource,
) -> Result<Vec<AuditFinding>> {
    let Some(number) = contract.role(ColumnRole::Household) else { return Ok(Vec::new()) };
    let mut homes: HashMap<u64, (HouseholdWords, usize)> = HashMap::new();
    // Number to what its rows contradict each other in and the two that show it best.
    let mut shared: BTreeMap<u64, (Contradiction, usize, usize)> = BTreeMap::new();
    let mut heads = 0u64;
    each_row(contract, loaded, &mut |row, said| {
        heads += u64::from(said.head != 0);
        if said.number == 0 || homes.len() >= MOST_HOUSEHOLDS {
            return;
        }
        match homes.get_mut(&said.number) {
            Some((known, first)) => {
                if let Some(contradiction) = known.contradiction(said) {
                    let best = shared.entry(said.number).or_insert((contradiction, *first, row));
                    if best.0 < contradiction {
                        *best = (contradiction, *first, row);
                    }
                }
                known.join(said);
            }
            None => {
                homes.insert(said.number, (said, row));
            }
        }
    })?;
    drop(homes);
    if shared.is_empty() {
        return Ok(Vec::new());
    }
    let mut files: BTreeMap<usize, SharedCounts> = BTreeMap::new();
    let mut table_of_file: BTreeMap<&std::path::Path, usize> = BTreeMap::new();
    let tables = &loaded.records.tables;
    let first_tables: Vec<usize> =
        (0..tables.len()).map(|at| *table_of_file.entry(&tables[at].file).or_insert(at)).collect();
    each_row(contract, loaded, &mut |row, said| {
        if said.number == 0 || heads > 0 && said.head == 0 {
            return;
        }
        let counts = files.entry(first_tables[loaded.records.keys[row].table()]).or_default();
        counts.households += 1;
        match shared.get(&said.number) {
            Some((Contradiction::Households, ..)) => {
                counts.sharing += 1;
                counts.numbers.insert(said.number);
            }
            Some((Contradiction::Members, ..)) if heads > 0 => {}
            Some(_) => {
                counts.open += 1;
                counts.open_numbers.insert(said.number);
            }
            None => {}
        }
    })?;
    files.values_mut().for_each(SharedCounts::count_open);
    let told = files.into_iter().filter(|(_, counts)| {
        counts.sharing >= LEAST_TOLD && counts.sharing * 100 >= counts.households * TOLD_PERCENT
    });
    Ok(told
        .map(|(table, counts)| {
            let stops = counts.sharing >= LEAST_STOPPING
                && counts.sharing * 100 >= counts.households * STOP_PERCENT;
            let mut examples: Vec<(usize, usize)> =
                counts.numbers.iter().filter_map(|number| shared.get(number)).map(|&(_, a, b)| (a, b)).collect();
            examples.sort_unstable();
            let examples: Vec<String> = { examples.iter().take(3) }
                .map(|&(first, row)| {
                    format!("{}与{}", audited_row_place(loaded, first), audited_row_place(loaded, row))
                })
                .collect();
            let unit = if heads > 0 { "户" } else { "行" };
            let message = format!(
                "“{}”的文件“{}”有{}{unit}（占{}）与别的户用同一个“{}”（共{}个编号，乡镇、村或户主却不同，例如{}）：多半是编号在各乡镇从头编起、\
                 向下复制或尾数变成了0，会当成同一户；向{}索取编号不重复的名单{}",
                contract.title,
                masked_file_name(&tables[table].file),
                counts.sharing,
                audit_percent_text(counts.sharing, counts.households),
                number.label,
                counts.numbers.len(),
                examples.join("，"),
                contract.owner,
                if stops { "后重新运行" } else { "核对" }
            );
            AuditFinding::new(&contract.name, "shared_households", stops, message)
        })
        .collect())
}

/// Gives `each` the position of every row and what it says of its household.
fn each_row(
    contract: &SourceContract,
    loaded: &LoadedSource,
    each: &mut dyn FnMut(usize, HouseholdWords),
) -> Result<()> {
    let of = |role| contract.role(role).map(|column| column.name.as_str());
    let roles = [
        ColumnRole::Household,
        ColumnRole::Township,
        ColumnRole::Village,
        ColumnRole::Name,
        ColumnRole::Relation,
    ]
    .map(of);
    let mut row = 0;
    for batch in loaded.records.rows.chunks(|name| roles.contains(&Some(name)))? {
        let batch = batch?;
        let [numbers, townships, villages, names, relations] = roles.map(|name| {
            name.and_then(|name| batch.column_by_name(name)).and_then(|array| array.as_string_opt::<i32>())
        });
        let hash = |text: Option<&str>| text.map_or(0, |text| xxh3_64(text.as_bytes()).max(1));
        for at in 0..batch.num_rows() {
            let is_head = filled_text(relations, at).is_some_and(is_head_word);
            each(
                row,
                HouseholdWords {
                    number: hash(filled_text(numbers, at)),
                    township: hash(filled_text(townships, at)),
                    village: hash(filled_text(villages, at)),
                    head: if is_head { hash(filled_text(names, at)) } else { 0 },
                    second_head: 0,
                },
            );
            row += 1;
        }
    }
    Ok(())
}

/// Whether what a row says of its relation to the head is that it is the head.
fn is_head_word(relation: &str) -> bool {
    let word: String = relation.chars().filter(|c| c.is_alphanumeric()).collect();
    matches!(word.as_str(), "户主" | "本人" | "本人或户主" | "户主本人" | "本人户主" | "户主或本人")
}
