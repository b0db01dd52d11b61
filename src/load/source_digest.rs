//! What a list is held against other lists by, once all are loaded: the numbers that must stand in two lists, and the
//! names that its ID numbers carry.

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::{AsArray as _, StringArray};
use xxhash_rust::xxh3::xxh3_64;

use super::LoadedSource;
use super::delivered_places::code_of;
use super::place_counts::filled_text;
use crate::Result;
use crate::config::{ColumnRole, Pipeline, SourceContract};
use crate::model::broken_names::hides_characters;
use crate::model::division::TOWNSHIP;
use crate::model::han::is_han;
use crate::model::id_number::IdNumber;

/// Names by number that are kept of one list; of a longer one those of a part of the numbers, the same in all lists.
const MOST_NAMES: usize = 200_000;
/// Townships as they are written whose codes are kept at hand.
const MOST_TOWNSHIPS: usize = 20_000;

/// A number and the name beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct NamedNumber {
    /// The ID number.
    pub(super) id: u64,
    /// Hash of the name.
    pub(super) name: u32,
    /// Hash of the code of the township; 0 where none is known.
    pub(super) township: u32,
    /// Position in [`SourceDigest::parts`].
    pub(super) part: u32,
}

/// What is kept of a list for the questions that only several lists together answer.
#[derive(Debug, Clone, Default)]
pub struct SourceDigest {
    /// Hashes of the numbers of each column that is to meet another, by county code, ascending and each once.
    pub(super) keys: BTreeMap<String, BTreeMap<String, Vec<u64>>>,
    /// Position of a table and code of a county: where the named numbers stand.
    pub(super) parts: Vec<(usize, String)>,
    /// Ascending, each once.
    pub(super) names: Vec<NamedNumber>,
}

/// Columns of a list that are to meet those of another, be it by its own contract or the other's.
fn meeting_columns<'p>(pipeline: &'p Pipeline, contract: &'p SourceContract) -> BTreeSet<&'p str> {
    let own = contract.audits.meets.iter().map(|meeting| meeting.column.as_str());
    let others = pipeline.sources.iter().flat_map(|source| &source.audits.meets);
    own.chain(others.filter(|m| m.source == contract.name).map(|m| m.with.as_str())).collect()
}

/// Takes down what a list is held against others by.
///
/// # Errors
/// Rows that cannot be read back from the disk.
pub(super) fn digest_source(
    pipeline: &Pipeline,
    contract: &SourceContract,
    loaded: &LoadedSource,
) -> Result<SourceDigest> {
    let meeting = meeting_columns(pipeline, contract);
    let of = |role| contract.role(role).map(|column| column.name.as_str());
    let (county, id, name) = (of(ColumnRole::County), of(ColumnRole::IdNumber), of(ColumnRole::Name));
    let township = of(ColumnRole::Township);
    let mut digest = SourceDigest::default();
    if meeting.is_empty() && (id.is_none() || name.is_none()) {
        return Ok(digest);
    }
    let wanted = |column: &str| {
        meeting.contains(column) || [county, township, id, name].into_iter().any(|c| c == Some(column))
    };
    let mut known_townships: BTreeMap<(String, String), u32> = BTreeMap::new();
    let mut names = NameSample::default();
    let mut parts: BTreeMap<(usize, String), u32> = BTreeMap::new();
    let mut first = 0;
    for batch in loaded.records.rows.chunks(wanted)? {
        let batch = batch?;
        let texts = |column: Option<&str>| -> Option<&StringArray> {
            batch.column_by_name(column?)?.as_string_opt::<i32>()
        };
        let (counties, townships) = (texts(county), texts(township));
        let (ids, people) = (texts(id), texts(name));
        let keys: Vec<(&str, &StringArray)> =
            meeting.iter().filter_map(|column| Some((*column, texts(Some(column))?))).collect();
        let mut here: Option<(usize, &str)> = None;
        let mut there: Option<(&str, &str)> = None;
        let (mut part, mut township_hash) = (0, 0);
        let mut code = String::new();
        for row in 0..batch.num_rows() {
            let table = loaded.records.keys[first + row].table();
            let place = (table, filled_text(counties, row).unwrap_or(""));
            if here != Some(place) {
                here = Some(place);
                code = pipeline.divisions.find_county(place.1).unwrap_or("").to_owned();
                let next = parts.len() as u32;
                part = *parts.entry((table, code.clone())).or_insert(next);
            }
            let texts = (place.1, filled_text(townships, row).unwrap_or(""));
            if there != Some(texts) {
                there = Some(texts);
                let key = (texts.0.to_owned(), texts.1.to_owned());
                township_hash = match known_townships.get(&key) {
                    Some(&hash) => hash,
                    None => {
                        let hash = code_of(&pipeline.divisions, texts, TOWNSHIP)
                            .map_or(0, |code| (xxh3_64(code.as_bytes()) as u32).max(1));
                        // A column of free text in the place of townships must not fill the memory.
                        if known_townships.len() < MOST_TOWNSHIPS {
                            known_townships.insert(key, hash);
                        }
                        hash
                    }
                };
            }
            for (column, array) in &keys {
                if let Some(key) = filled_text(Some(array), row) {
                    let of = digest.keys.entry((*column).to_owned()).or_default();
                    match of.get_mut(&code) {
                        Some(hashes) => hashes.push(xxh3_64(key.as_bytes())),
                        None => {
                            of.insert(code.clone(), vec![xxh3_64(key.as_bytes())]);
                        }
                    }
                }
            }
            if let (Some(number), Some(person)) = (filled_text(ids, row), filled_text(people, row)) {
                names.add(number, person, (part, township_hash));
            }
        }
        first += batch.num_rows();
        digest.keys.values_mut().flat_map(BTreeMap::values_mut).for_each(|hashes| {
            hashes.sort_unstable();
            hashes.dedup();
        });
    }
    digest.names = names.finish();
    let mut by_position: Vec<((usize, String), u32)> = parts.into_iter().collect();
    by_position.sort_by_key(|(_, position)| *position);
    digest.parts = by_position.into_iter().map(|(part, _)| part).collect();
    Ok(digest)
}

/// Names by number as they are gathered; of long lists a part.
#[derive(Default)]
struct NameSample {
    kept: Vec<NamedNumber>,
    /// Numbers whose hash has a one among so many last bits are left out.
    bits: u32,
}

impl NameSample {
    fn add(&mut self, number: &str, person: &str, (part, township): (u32, u32)) {
        let id = IdNumber::parse(number);
        let (Some(key), true) = (id.id18_key(), id.trusted()) else { return };
        if !self.keeps(key) {
            return;
        }
        // What is hidden, in letters or too short says nothing against another name.
        let name: String = person.chars().filter(|c| !c.is_whitespace() && *c != '·').collect();
        if name.chars().count() < 2 || !name.chars().all(is_han) || hides_characters(&name) {
            return;
        }
        self.kept.push(NamedNumber { id: key, name: xxh3_64(name.as_bytes()) as u32, township, part });
        if self.kept.len() >= 2 * MOST_NAMES {
            self.tidy();
        }
    }
    fn keeps(&self, id: u64) -> bool {
        self.bits == 0 || xxh3_64(&id.to_le_bytes()).trailing_zeros() >= self.bits
    }
    fn tidy(&mut self) {
        self.kept.sort_unstable();
        self.kept.dedup();
        while self.kept.len() > MOST_NAMES {
            self.bits += 1;
            let mut kept = std::mem::take(&mut self.kept);
            kept.retain(|one| self.keeps(one.id));
            self.kept = kept;
        }
    }
    fn finish(mut self) -> Vec<NamedNumber> {
        self.tidy();
        self.kept.shrink_to_fit();
        self.kept
    }
}
