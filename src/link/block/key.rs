//! Passes by key: records that share every part of it.

use std::collections::BTreeMap;
use std::sync::{Mutex, OnceLock, PoisonError};

use rayon::prelude::*;
use xxhash_rust::xxh3::xxh3_64;

use super::same_id::pieces;
use super::{PassReport, pack};
use crate::config::link::{KeyBy, KeyPart, LinkSettings, Pass};
use crate::link::hash::{SEED, Sieve, mix};
use crate::link::nodes::{Column, Nodes};
use crate::normalize::division::{TOWNSHIP, VILLAGE};
use crate::normalize::{DivisionTree, NameForm, Pool};
use crate::{Error, Result};

/// Most keys of one record in one pass; more combinations than that say nothing.
const MOST_KEYS: usize = 64;

/// Keys of one record.
struct Keys {
    values: [u64; MOST_KEYS],
    count: usize,
}

impl Keys {
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

/// Reading keys by pool of names: several passes ask, and most names are borne by many.
#[derive(Default)]
pub(super) struct Readings(Mutex<BTreeMap<usize, std::sync::Arc<ReadingKeys>>>);

struct ReadingKeys {
    starts: Vec<u32>,
    keys: Vec<u64>,
}

impl ReadingKeys {
    fn of(&self, name: u32) -> &[u64] {
        &self.keys[self.starts[name as usize] as usize..self.starts[name as usize + 1] as usize]
    }
}

impl Readings {
    fn of(&self, pool: &Pool<NameForm>) -> std::sync::Arc<ReadingKeys> {
        let mut pools = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let place = std::ptr::from_ref(pool) as usize;
        std::sync::Arc::clone(pools.entry(place).or_insert_with(|| {
            let parts: Vec<(Vec<u32>, Vec<u64>)> = pool
                .values
                .par_chunks(8192)
                .map(|names| {
                    let (mut counts, mut keys) = (Vec::with_capacity(names.len()), Vec::new());
                    for name in names {
                        let before = keys.len();
                        keys.extend(name.reading_keys());
                        counts.push((keys.len() - before) as u32);
                    }
                    (counts, keys)
                })
                .collect();
            let mut all = ReadingKeys { starts: vec![0], keys: Vec::new() };
            let mut end = 0;
            for (counts, keys) in parts {
                all.keys.extend(keys);
                all.starts.extend(counts.into_iter().map(|count| {
                    end += count;
                    end
                }));
            }
            std::sync::Arc::new(all)
        }))
    }
}

/// A pass ready to run.
pub(super) struct KeyPass<'a> {
    pass: &'a Pass,
    pub(super) nodes: &'a Nodes,
    tree: &'a DivisionTree,
    readings: &'a Readings,
    prepared: OnceLock<BTreeMap<&'a str, std::sync::Arc<ReadingKeys>>>,
}

impl<'a> KeyPass<'a> {
    /// Checks that the keys suit their columns.
    pub(super) fn new(
        settings: &LinkSettings,
        pass: &'a Pass,
        nodes: &'a Nodes,
        tree: &'a DivisionTree,
        readings: &'a Readings,
    ) -> Result<Self> {
        for part in pass.keys.iter().chain(&pass.split) {
            if !fits(nodes, part) {
                return Err(Error::configuration(format!(
                    "比对轮次“{}”的键 {} 不能按 {:?} 取",
                    pass.name, part.column, part.by
                ))
                .in_file(&settings.path)
                .hint("检查列名,以及 by 是否适合这一列"));
            }
        }
        Ok(Self { pass, nodes, tree, readings, prepared: OnceLock::new() })
    }

    /// Pairs of records that share a key, at least one of them not settled.
    pub(super) fn pairs(&self, settled: &[bool], report: &mut PassReport) -> Vec<u64> {
        let (mut entries, loose) = self.entries(&|node| !settled[node as usize], &|_| true);
        let mut sieve = Sieve::new(entries.len());
        entries.iter().for_each(|entry| sieve.add(entry.0));
        let (partners, firm) = self.entries(&|node| settled[node as usize], &|key| sieve.may_hold(key));
        entries.extend(partners);
        entries.par_sort_unstable();
        entries.dedup();
        report.records = loose + firm;
        let parts: Vec<(Vec<u64>, PassReport)> = pieces(&entries)
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
            report.take(&small);
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
        if pair_count(block, settled) <= most {
            return all_pairs(block, settled, found);
        }
        report.split_blocks += 1;
        let mut smaller = Vec::new();
        match &self.pass.split {
            Some(part) => {
                for &(_, node) in block {
                    let mut keys = Keys { values: [0; MOST_KEYS], count: 0 };
                    self.keys_of(node, part, &mut |key| keys.add(key));
                    smaller.extend(keys.all().iter().map(|&key| (key, node)));
                }
            }
            None => smaller.extend_from_slice(block),
        }
        smaller.sort_unstable();
        for block in smaller.chunk_by(|a, b| a.0 == b.0) {
            if pair_count(block, settled) <= most {
                all_pairs(block, settled, found);
            } else {
                report.skipped_blocks += 1;
                report.skipped_records += block.len() as u64;
            }
        }
    }

    /// (key, node) of every wanted record that has all parts, and how many records these are.
    fn entries(
        &self,
        wanted: &(dyn Fn(u32) -> bool + Sync),
        keep: &(dyn Fn(u64) -> bool + Sync),
    ) -> (Vec<(u64, u32)>, u64) {
        const CHUNK: usize = 1 << 15;
        let count = self.nodes.len();
        let parts: Vec<(Vec<(u64, u32)>, u64)> = (0..count.div_ceil(CHUNK))
            .into_par_iter()
            .map(|chunk| {
                let (mut out, mut records) = (Vec::new(), 0);
                let mut keys = Keys { values: [0; MOST_KEYS], count: 0 };
                let mut longer = Keys { values: [0; MOST_KEYS], count: 0 };
                for node in (chunk * CHUNK..((chunk + 1) * CHUNK).min(count)).map(|node| node as u32) {
                    if !wanted(node) {
                        continue;
                    }
                    (keys.values[0], keys.count) = (SEED, 1);
                    for part in &self.pass.keys {
                        longer.count = 0;
                        self.keys_of(node, part, &mut |key| {
                            keys.all().iter().for_each(|&base| longer.add(mix(base, key)));
                        });
                        std::mem::swap(&mut keys, &mut longer);
                        if keys.count == 0 {
                            break;
                        }
                    }
                    records += u64::from(keys.count > 0);
                    out.extend(keys.all().iter().filter(|key| keep(**key)).map(|&key| (key, node)));
                }
                (out, records)
            })
            .collect();
        let records = parts.iter().map(|p| p.1).sum();
        let mut all = Vec::with_capacity(parts.iter().map(|p| p.0.len()).sum());
        parts.into_iter().for_each(|(part, _)| all.extend(part));
        (all, records)
    }

    fn keys_of(&self, node: u32, part: &KeyPart, found: &mut dyn FnMut(u64)) {
        if part.by == KeyBy::Reading
            && let Some((names, _)) = self.nodes.han(&part.column)
            && let Some(keys) = self.prepared().get(part.column.as_str())
        {
            return keys.of(names[node as usize]).iter().for_each(|&key| found(key));
        }
        keys_of(self.nodes, self.tree, node, part, found);
    }

    fn prepared(&self) -> &BTreeMap<&'a str, std::sync::Arc<ReadingKeys>> {
        self.prepared.get_or_init(|| {
            let parts = self.pass.keys.iter().chain(&self.pass.split);
            parts
                .filter(|part| part.by == KeyBy::Reading)
                .filter_map(|part| {
                    let (_, pool) = self.nodes.han(&part.column)?;
                    Some((part.column.as_str(), self.readings.of(pool)))
                })
                .collect()
        })
    }
}

fn is_settled(settled: &[bool], node: u32) -> bool {
    settled.get(node as usize).copied().unwrap_or(false)
}

fn pair_count(block: &[(u64, u32)], settled: &[bool]) -> u64 {
    let loose = block.iter().filter(|e| !is_settled(settled, e.1)).count() as u64;
    loose * (loose.max(1) - 1) / 2 + loose * (block.len() as u64 - loose)
}

fn all_pairs(block: &[(u64, u32)], settled: &[bool], out: &mut Vec<u64>) {
    for (i, &(_, a)) in block.iter().enumerate() {
        let firm = is_settled(settled, a);
        for &(_, b) in &block[i + 1..] {
            if a != b && !(firm && is_settled(settled, b)) {
                out.push(pack(a, b));
            }
        }
    }
}

/// Does the part suit the column? Absent columns suit: no record has the key.
fn fits(nodes: &Nodes, part: &KeyPart) -> bool {
    use KeyBy::*;
    match nodes.column(&part.column) {
        None => true,
        Some(Column::Id(_)) => matches!(part.by, Value | Prefix15 | Ends),
        Some(Column::Name(..)) => matches!(part.by, Value | Reading | Surname),
        Some(Column::Text(..)) => matches!(part.by, Value | Start3),
        Some(Column::Date(_)) => matches!(part.by, Value | Year | DayMonth),
        Some(Column::Division(_)) => matches!(part.by, Value | Township),
        Some(Column::Code(_)) => part.by == Value,
    }
}

/// Keys of one record for one part: none if it lacks the value. The column `birth` is the
/// stated birth date, or the one in the ID number; both where they contradict.
pub fn keys_of(nodes: &Nodes, tree: &DivisionTree, node: u32, part: &KeyPart, found: &mut dyn FnMut(u64)) {
    let at = node as usize;
    if part.column == "birth" && nodes.column("birth").is_none() {
        let (stated, own) = (nodes.stated_birth(node), nodes.id(node).birth().unwrap_or(0));
        if stated != 0 {
            date_keys(stated, part.by, found);
        }
        if own != 0 && own != stated {
            date_keys(own, part.by, found);
        }
        return;
    }
    match nodes.column(&part.column) {
        None => {}
        Some(Column::Id(ids)) => match part.by {
            KeyBy::Ends => ids[at].ends().into_iter().for_each(found),
            KeyBy::Prefix15 => ids[at].prefix15().into_iter().for_each(found),
            _ => ids[at].id18_key().into_iter().for_each(found),
        },
        Some(Column::Name(ids, pool)) if ids[at] != 0 => {
            let name = pool.get(ids[at]);
            match part.by {
                KeyBy::Reading => name.reading_keys().for_each(found),
                KeyBy::Surname => found(u64::from(name.surname_char() as u32)),
                _ => found(name.fold_key),
            }
        }
        Some(Column::Text(ids, pool)) if ids[at] != 0 => {
            text_keys(ids[at], pool.get(ids[at]), part.by, found)
        }
        Some(Column::Date(dates)) if dates[at] != 0 => date_keys(dates[at], part.by, found),
        Some(Column::Division(units)) if units[at] != 0 => division_keys(tree, units[at], part.by, found),
        Some(Column::Code(codes)) if codes[at] != 0 => found(u64::from(codes[at])),
        Some(_) => {}
    }
}

/// A village as merged with others later; nothing for a record that knows less than asked.
fn division_keys(tree: &DivisionTree, unit: u32, by: KeyBy, found: &mut dyn FnMut(u64)) {
    let key = match by {
        KeyBy::Township => tree.at_level(unit, TOWNSHIP),
        _ if tree.at_level(unit, VILLAGE) == 0 => 0,
        _ => tree.lineage(unit),
    };
    if key != 0 {
        found(u64::from(key));
    }
}

fn date_keys(date: u32, by: KeyBy, found: &mut dyn FnMut(u64)) {
    let (month, day) = (date / 100 % 100, date % 100);
    match by {
        KeyBy::Year => found(u64::from(date / 10_000)),
        KeyBy::DayMonth if month != 0 && day != 0 => found(u64::from(month.min(day) * 100 + month.max(day))),
        KeyBy::DayMonth => {}
        _ => found(u64::from(date)),
    }
}

fn text_keys(id: u32, text: &str, by: KeyBy, found: &mut dyn FnMut(u64)) {
    match by {
        KeyBy::Start3 => {
            let end = text.char_indices().nth(3).map_or(text.len(), |(i, _)| i);
            found(xxh3_64(&text.as_bytes()[..end]));
        }
        _ => found(u64::from(id)),
    }
}
