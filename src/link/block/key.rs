//! Passes by key: records that share every part of it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use rayon::prelude::*;
use xxhash_rust::xxh3::xxh3_64;

use super::pack_pair;
use super::same_id::{equal_ranges, sorted_pieces};
use crate::link::nodes::{LinkNodes, NodeColumn, SourceRow, SourceValues};
use crate::link::settings::{BlockingPass, KeyBy, KeyPart, LinkSettings};
use crate::model::division::DivisionTree;
use crate::model::division::{TOWNSHIP, VILLAGE};
use crate::model::id_number::IdNumber;
use crate::model::links::PassReport;
use crate::normalize::{DistinctPool, NameForm};
use crate::table::key_index::{KeyGroups, KeySieve, SEED, mix_key_hash};
use crate::{Error, Result};

/// Most keys of one record in one pass; more combinations than that say nothing.
const MOST_KEYS: usize = 64;

/// Keys, and records that have them.
type KeyEntries = Vec<(u64, u32)>;

/// Keys of one record.
struct RecordKeys {
    values: [u64; MOST_KEYS],
    count: usize,
}

impl RecordKeys {
    fn new() -> Self {
        Self { values: [0; MOST_KEYS], count: 0 }
    }

    fn add(&mut self, key: u64) {
        if self.count < MOST_KEYS {
            self.values[self.count] = key;
            self.count += 1;
        }
    }

    fn all(&self) -> &[u64] {
        &self.values[..self.count]
    }
}

/// Keys by value; value 0 has none.
#[derive(Default)]
struct KeyTable {
    /// First key of each value, 0 for none: mostly the only one.
    first: Vec<u64>,
    /// A bit for each value that has more.
    several: Vec<u64>,
    /// Where the further keys of each value begin; empty if none has any.
    starts: Vec<u32>,
    further: Vec<u64>,
}

impl KeyTable {
    /// One key each, from value 1 on; key 0 is none.
    fn single(keys: impl Iterator<Item = u64>) -> Self {
        let first: Vec<u64> = std::iter::once(0).chain(keys).collect();
        Self { several: vec![0; first.len().div_ceil(64)], first, ..Self::default() }
    }

    /// Several keys each, from value 0 on: how many each has, and all of them.
    fn of_parts(parts: Vec<(Vec<u32>, Vec<u64>)>) -> Self {
        let mut table = Self { starts: vec![0], ..Self::default() };
        for (counts, keys) in parts {
            let mut keys = keys.into_iter();
            for count in counts {
                let value = table.first.len();
                if value.is_multiple_of(64) {
                    table.several.push(0);
                }
                table.several[value / 64] |= u64::from(count > 1) << (value % 64);
                table.first.push(if count > 0 { keys.next().unwrap_or(0) } else { 0 });
                table.further.extend(keys.by_ref().take(count.saturating_sub(1) as usize));
                table.starts.push(table.further.len() as u32);
            }
        }
        table
    }

    /// Gives the keys of a value.
    fn each(&self, value: u32, mut found: impl FnMut(u64)) {
        let value = value as usize;
        match self.first[value] {
            0 => {}
            key => found(key),
        }
        if self.several[value / 64] >> (value % 64) & 1 == 1 {
            let further = self.starts[value] as usize..self.starts[value + 1] as usize;
            self.further[further].iter().copied().for_each(found);
        }
    }
}

/// Reading keys by pool of names: several passes ask, and most names are borne by many.
#[derive(Default)]
pub(super) struct ReadingKeys(Mutex<BTreeMap<usize, Arc<KeyTable>>>);

impl ReadingKeys {
    fn of(&self, pool: &DistinctPool<NameForm>) -> Arc<KeyTable> {
        let mut pools = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let place = std::ptr::from_ref(pool) as usize;
        Arc::clone(pools.entry(place).or_insert_with(|| {
            let parts = pool.values.par_chunks(8192).map(|names| {
                let (mut counts, mut keys) = (Vec::with_capacity(names.len()), Vec::new());
                for name in names {
                    let before = keys.len();
                    keys.extend(name.reading_keys());
                    counts.push((keys.len() - before) as u32);
                }
                (counts, keys)
            });
            Arc::new(KeyTable::of_parts(parts.collect()))
        }))
    }
}

/// A pass ready to run.
pub(super) struct KeyPass<'a> {
    pass: &'a BlockingPass,
    pub(super) nodes: &'a LinkNodes<'a>,
    parts: Vec<KeyReader<'a>>,
    split: Option<KeyReader<'a>>,
    /// Only records without a full number look for partners.
    for_damaged: bool,
}

impl<'a> KeyPass<'a> {
    /// Checks that the keys suit their columns.
    pub(super) fn new(
        settings: &LinkSettings,
        pass: &'a BlockingPass,
        nodes: &'a LinkNodes<'a>,
        tree: &DivisionTree,
        readings: &ReadingKeys,
    ) -> Result<Self> {
        for part in pass.keys.iter().chain(&pass.split) {
            if !fits(nodes, part) {
                return Err(Error::configuration(format!(
                    "比对轮次“{}”的键 {} 不能按 {:?} 取",
                    pass.name, part.column, part.by
                ))
                .in_file(&settings.path)
                .hint("检查列名，以及 by 是否适合这一列"));
            }
        }
        let reader = |part: &KeyPart| KeyReader::new(nodes, tree, readings, part);
        Ok(Self {
            pass,
            nodes,
            parts: pass.keys.iter().map(reader).collect(),
            split: pass.split.as_ref().map(reader),
            for_damaged: pass.keys.iter().any(|part| matches!(part.by, KeyBy::Prefix15 | KeyBy::Ends)),
        })
    }

    /// Pairs of records that share a key, at least one of them not settled (nor, in passes for
    /// damaged numbers, one with a full number: two such differ by more than damage).
    pub(super) fn pairs(&self, settled: &[bool], report: &mut PassReport) -> Vec<u64> {
        let full = |node: usize| self.nodes.id(node as u32).edit_key().is_some();
        let firm: Vec<bool>;
        let settled = if self.for_damaged {
            firm = settled.par_iter().enumerate().map(|(node, settled)| *settled || full(node)).collect();
            &firm
        } else {
            settled
        };
        let sieve = KeySieve::new(settled.par_iter().filter(|settled| !**settled).count());
        let add = |part: &mut KeyEntries| sieve.add(part.iter().map(|entry| entry.0));
        let (mut entries, loose) = self.entries(&|node| !settled[node as usize], &|_| true, &add);
        // Settled records are partners of the others at most. Where those are few, the first part
        // of the key tells nearly always that one is not.
        let begins = self.begins(&entries);
        let begin = |key| begins.as_ref().is_none_or(|begins| begins.may_hold(key));
        let partners = |part: &mut KeyEntries| {
            part.retain(|entry| sieve.may_hold(entry.0));
            add(part);
        };
        let (partners, firm) = self.entries(&|node| settled[node as usize], &begin, &partners);
        // Most keys are those of one record, which has no partner.
        entries.par_iter_mut().for_each(|part| part.retain(|entry| sieve.may_hold_twice(entry.0)));
        entries.extend(partners);
        let groups = KeyGroups::new(entries, |key| key);
        report.records = loose + firm;
        let entries = groups.entries();
        let parts: Vec<(Vec<u64>, PassReport)> = sorted_pieces(entries)
            .into_par_iter()
            .map(|range| {
                let (mut found, mut small) = (Vec::new(), PassReport::default());
                for block in entries[range].chunk_by(|a, b| a.0 == b.0) {
                    if block.len() > 1 {
                        self.block(block, settled, &mut found, &mut small);
                    }
                }
                (found, small)
            })
            .collect();
        let mut all = Vec::with_capacity(parts.iter().map(|p| p.0.len()).sum());
        for (found, small) in parts {
            all.extend(found);
            report.add(&small);
        }
        all
    }

    /// Pairs of one block, split if they are too many.
    pub(super) fn block(
        &self,
        block: &[(u64, u32)],
        settled: &[bool],
        found: &mut Vec<u64>,
        report: &mut PassReport,
    ) {
        let most = u64::from(self.pass.max_block) * u64::from(self.pass.max_block) / 2;
        if key_pair_count(block, settled) <= most {
            return key_block_pairs(block, settled, found);
        }
        report.split_blocks += 1;
        let mut smaller = Vec::new();
        match &self.split {
            Some(part) => {
                for &(_, node) in block {
                    part.keys(node, self.nodes.place(node), |key| smaller.push((key, node)));
                }
            }
            None => smaller.extend_from_slice(block),
        }
        smaller.sort_unstable();
        for block in smaller.chunk_by(|a, b| a.0 == b.0) {
            if key_pair_count(block, settled) <= most {
                key_block_pairs(block, settled, found);
            } else {
                report.skipped_blocks += 1;
                report.skipped_records += block.len() as u64;
            }
        }
    }

    /// What the keys of these records begin with; `None` if they are many.
    fn begins(&self, entries: &[KeyEntries]) -> Option<KeySieve> {
        let count = entries.iter().map(Vec::len).sum::<usize>();
        let first = self.parts.first().filter(|_| count < self.nodes.len() / 16)?;
        let mut begins = Vec::with_capacity(count);
        for &(_, node) in entries.iter().flatten() {
            first.keys(node, self.nodes.place(node), |key| begins.push(mix_key_hash(SEED, key)));
        }
        let sieve = KeySieve::new(begins.len());
        sieve.add(begins.into_iter());
        Some(sieve)
    }

    /// (key, node) of every wanted record that has all parts, and how many records these are.
    /// `begin`: may keys begin like this; `done` is shown each part of the entries.
    fn entries(
        &self,
        wanted: &(impl Fn(u32) -> bool + Sync),
        begin: &(impl Fn(u64) -> bool + Sync),
        done: &(impl Fn(&mut KeyEntries) + Sync),
    ) -> (Vec<KeyEntries>, u64) {
        let Some((first, further)) = self.parts.split_first() else { return (Vec::new(), 0) };
        let parts: Vec<(KeyEntries, u64)> = equal_ranges(self.nodes.len())
            .into_par_iter()
            .map(|nodes| {
                let (mut out, mut records) = (Vec::new(), 0);
                let (mut one, mut other) = (RecordKeys::new(), RecordKeys::new());
                let (mut keys, mut longer) = (&mut one, &mut other);
                for node in nodes.filter(|&node| wanted(node)) {
                    let place = self.nodes.place(node);
                    keys.count = 0;
                    first.keys(node, place, |key| {
                        let key = mix_key_hash(SEED, key);
                        if begin(key) {
                            keys.add(key);
                        }
                    });
                    for part in further {
                        if keys.count == 0 {
                            break;
                        }
                        longer.count = 0;
                        part.keys(node, place, |key| {
                            keys.all().iter().for_each(|&base| longer.add(mix_key_hash(base, key)));
                        });
                        std::mem::swap(&mut keys, &mut longer);
                    }
                    records += u64::from(keys.count > 0);
                    let distinct = |(at, key): &(usize, &u64)| !keys.all()[..*at].contains(key);
                    let keys = keys.all().iter().enumerate().filter(distinct);
                    out.extend(keys.map(|(_, &key)| (key, node)));
                }
                done(&mut out);
                (out, records)
            })
            .collect();
        let records = parts.iter().map(|part| part.1).sum();
        (parts.into_iter().map(|part| part.0).collect(), records)
    }
}

fn is_block_key_settled(settled: &[bool], node: u32) -> bool {
    settled.get(node as usize).copied().unwrap_or(false)
}

fn key_pair_count(block: &[(u64, u32)], settled: &[bool]) -> u64 {
    let loose = block.iter().filter(|e| !is_block_key_settled(settled, e.1)).count() as u64;
    loose * (loose.max(1) - 1) / 2 + loose * (block.len() as u64 - loose)
}

fn key_block_pairs(block: &[(u64, u32)], settled: &[bool], out: &mut Vec<u64>) {
    for (i, &(_, a)) in block.iter().enumerate() {
        let firm = is_block_key_settled(settled, a);
        for &(_, b) in &block[i + 1..] {
            if a != b && !(firm && is_block_key_settled(settled, b)) {
                out.push(pack_pair(a, b));
            }
        }
    }
}

/// Does the part suit the column? Absent columns suit: no record has the key.
fn fits(nodes: &LinkNodes, part: &KeyPart) -> bool {
    use KeyBy::*;
    match nodes.column(&part.column) {
        None => true,
        Some(NodeColumn::Id(_)) => matches!(part.by, Value | Prefix15 | Ends),
        Some(NodeColumn::Name(..)) => matches!(part.by, Value | Reading | Surname | Given | Characters),
        Some(NodeColumn::Text(..)) => matches!(part.by, Value | Start3),
        Some(NodeColumn::Date(_)) => matches!(part.by, Value | Year | DayMonth),
        Some(NodeColumn::Division(_)) => matches!(part.by, Value | Township),
        Some(NodeColumn::Code(_)) => part.by == Value,
    }
}

/// Where the keys of one part come from, looked up once for all records.
enum KeyReader<'a> {
    /// No source has the column.
    Nothing,
    /// The stated birth date, or the one in the ID number; both where they contradict.
    Birth(&'a LinkNodes<'a>, KeyBy),
    Id(&'a SourceValues<'a, IdNumber>, KeyBy),
    /// Keys by value: names by reading, texts, divisions; none for a value without.
    Table(&'a SourceValues<'a, u32>, Arc<KeyTable>),
    Date(&'a SourceValues<'a, u32>, KeyBy),
    Code(&'a SourceValues<'a, u8>),
}

impl<'a> KeyReader<'a> {
    fn new(nodes: &'a LinkNodes<'a>, tree: &DivisionTree, readings: &ReadingKeys, part: &KeyPart) -> Self {
        if part.column == "birth" && nodes.column("birth").is_none() {
            return Self::Birth(nodes, part.by);
        }
        match nodes.column(&part.column) {
            None => Self::Nothing,
            Some(NodeColumn::Id(ids)) => Self::Id(ids, part.by),
            Some(NodeColumn::Name(ids, pool)) => match part.by {
                KeyBy::Reading => Self::Table(ids, readings.of(pool)),
                by => {
                    let key = |name: &NameForm| match by {
                        KeyBy::Surname => u64::from(name.surname_char() as u32),
                        KeyBy::Given if name.given().len() < 2 || name.surname_len == 0 => 0,
                        KeyBy::Given => name.given_key(),
                        KeyBy::Characters => characters_key(name.chars()),
                        _ => name.fold_key,
                    };
                    Self::Table(ids, Arc::new(KeyTable::single(pool.values.iter().skip(1).map(key))))
                }
            },
            Some(NodeColumn::Text(ids, pool)) => {
                let texts = (1u64..).zip(pool.iter().skip(1));
                let keys =
                    texts.map(|(id, text)| if part.by == KeyBy::Start3 { start3_key(text) } else { id });
                Self::Table(ids, Arc::new(KeyTable::single(keys)))
            }
            Some(NodeColumn::Date(dates)) => Self::Date(dates, part.by),
            Some(NodeColumn::Division(units)) => {
                let most = units.iter().max().unwrap_or(0);
                let keys = (1..=most).map(|unit| division_key(tree, unit, part.by));
                Self::Table(units, Arc::new(KeyTable::single(keys)))
            }
            Some(NodeColumn::Code(codes)) => Self::Code(codes),
        }
    }

    /// Keys of one record: none if it lacks the value.
    fn keys(&self, node: u32, at: SourceRow, mut found: impl FnMut(u64)) {
        match self {
            Self::Nothing => {}
            Self::Birth(nodes, by) => {
                let (stated, own) = (nodes.stated_birth(node), nodes.id(node).birth().unwrap_or(0));
                if stated != 0 {
                    date_keys(stated, *by, &mut found);
                }
                if own != 0 && own != stated {
                    date_keys(own, *by, &mut found);
                }
            }
            Self::Id(ids, KeyBy::Ends) => ids.at(at).ends().into_iter().for_each(found),
            Self::Id(ids, KeyBy::Prefix15) => ids.at(at).prefix15().into_iter().for_each(found),
            Self::Id(ids, _) => ids.at(at).id18_key().into_iter().for_each(found),
            Self::Table(values, table) => table.each(values.at(at), found),
            Self::Date(dates, by) => match dates.at(at) {
                0 => {}
                date => date_keys(date, *by, &mut found),
            },
            Self::Code(codes) => match codes.at(at) {
                0 => {}
                code => found(u64::from(code)),
            },
        }
    }
}

/// A village as merged with others later; 0 for a record that knows less than asked.
fn division_key(tree: &DivisionTree, unit: u32, by: KeyBy) -> u64 {
    u64::from(match by {
        KeyBy::Township => tree.at_level(unit, TOWNSHIP),
        _ if tree.at_level(unit, VILLAGE) == 0 => 0,
        _ => tree.lineage(unit),
    })
}

fn date_keys(date: u32, by: KeyBy, found: &mut impl FnMut(u64)) {
    let (month, day) = (date / 100 % 100, date % 100);
    match by {
        KeyBy::Year => found(u64::from(date / 10_000)),
        KeyBy::DayMonth if month != 0 && day != 0 => found(u64::from(month.min(day) * 100 + month.max(day))),
        KeyBy::DayMonth => {}
        _ => found(u64::from(date)),
    }
}

/// Hash of the characters of a name whatever their order; 0 without any.
fn characters_key(characters: &[char]) -> u64 {
    let mut sorted = characters.to_vec();
    sorted.sort_unstable();
    sorted.iter().fold(0, |hash, character| mix_key_hash(hash, u64::from(*character as u32)))
}

/// Hash of the first three characters.
fn start3_key(text: &str) -> u64 {
    let end = text.char_indices().nth(3).map_or(text.len(), |(i, _)| i);
    xxh3_64(&text.as_bytes()[..end])
}
