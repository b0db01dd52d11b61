//! Candidate pairs: every cheap enough key, and pairs of keys where one alone is too coarse.
//!
//! A key is one form of one column (the value, its sound, its year and month …). A pass joins
//! records that share a key or a combination of two keys. What a pass would yield is counted
//! before it is run; passes are taken from the cheapest upward within a budget, and a combination
//! is left out where one of its keys is already a pass of its own. Passes may also be configured.
//!
//! Pairs are never all in memory: a pass is a hash by record, and a pair is visited by the first
//! pass in which both hashes are equal.

use rayon::prelude::*;
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::{GenericNodes, GenericSettings};
use crate::link::compare::nysiis_code;
use crate::normalize::{ComparableColumn, LinkColumnKind};

/// Most passes of one task.
const MOST_PASSES: usize = 64;
/// Passes in all may yield this many times what one may.
const PASSES_WORTH: u64 = 6;

/// One blocking pass, planned and (where used) run.
#[derive(Debug, Clone, Default, serde::Serialize)]
pub struct PlannedPass {
    /// Keys, e.g. `surname:sound + postcode:value`.
    pub keys: String,
    /// Columns they take.
    #[serde(skip)]
    pub columns: Vec<usize>,
    /// Pairs it yields, also found by others or not.
    pub pairs: u64,
    /// Pairs that no earlier pass had.
    pub new_pairs: u64,
    /// False if it was left out for its cost.
    pub used: bool,
    /// Blocks too large to be compared whole, split by a second key.
    pub split_blocks: u64,
    /// Blocks too large even then; their pairs are not compared in this pass.
    pub skipped_blocks: u64,
    /// Records in them.
    pub skipped_records: u64,
    /// Estimated share of the matching pairs that it finds, 1/10000: measured on matches that
    /// passes over other columns found. Absent where there are none.
    pub recall: Option<u32>,
}

/// Planned passes, ready to be walked.
pub(crate) struct PlannedPasses {
    /// All that were considered, cheapest first (or as configured).
    pub passes: Vec<PlannedPass>,
    /// Positions of the used ones.
    pub used: Vec<usize>,
    /// Hash by record of every used pass; 0 is missing.
    hashes: Vec<Vec<u64>>,
}

struct KeyColumn {
    name: String,
    columns: Vec<usize>,
    /// Hash by node; 0 is missing.
    hashes: Vec<u64>,
}

impl PlannedPasses {
    /// Plans the passes and counts what each would yield; compares nothing.
    pub(super) fn plan(settings: &GenericSettings, nodes: &GenericNodes<'_>) -> Self {
        let keys = keys(settings, nodes);
        let mut plan = Self { passes: Vec::new(), used: Vec::new(), hashes: Vec::new() };
        if settings.passes.is_empty() {
            plan.automatic(settings, nodes, &keys);
        } else {
            plan.configured(settings, nodes, &keys);
        }
        plan
    }

    fn configured(&mut self, settings: &GenericSettings, nodes: &GenericNodes<'_>, keys: &[KeyColumn]) {
        let find = |text: &String| {
            let text = if text.contains(':') { text.clone() } else { format!("{text}:value") };
            keys.iter().find(|k| k.name == text)
        };
        for configured in settings.passes.iter().take(MOST_PASSES) {
            let parts: Vec<&KeyColumn> = configured.keys.iter().filter_map(find).collect();
            let Some((first, rest)) = parts.split_first() else { continue };
            let hashes =
                rest.iter().fold(first.hashes.clone(), |all, key| combine_block_keys(&all, &key.hashes));
            let mut pass = PlannedPass {
                keys: parts.iter().map(|k| k.name.as_str()).collect::<Vec<_>>().join(" + "),
                columns: parts.iter().flat_map(|k| k.columns.clone()).collect(),
                used: true,
                ..PlannedPass::default()
            };
            let most = configured.max_block.unwrap_or(settings.max_block);
            let hashes = match configured.split.as_ref().and_then(find) {
                Some(key) => split_oversized_blocks(hashes, &[key], most, nodes, &mut pass),
                None => split_oversized_blocks(
                    hashes,
                    &finest_block_keys(keys, &pass.columns),
                    most,
                    nodes,
                    &mut pass,
                ),
            };
            pass.pairs = block_pair_cost(&hashes, settings, nodes);
            self.used.push(self.passes.len());
            self.passes.push(pass);
            self.hashes.push(hashes);
        }
    }

    fn automatic(&mut self, settings: &GenericSettings, nodes: &GenericNodes<'_>, keys: &[KeyColumn]) {
        let budget = u64::from(nodes.len()) * u64::from(settings.pairs_per_record);
        let planned = |a: usize, b: Option<usize>| {
            let mut pass = PlannedPass {
                keys: keys[a].name.clone(),
                columns: keys[a].columns.clone(),
                ..PlannedPass::default()
            };
            let mut hashes = keys[a].hashes.clone();
            if let Some(b) = b {
                pass.keys = format!("{} + {}", keys[a].name, keys[b].name);
                pass.columns.extend(&keys[b].columns);
                hashes = combine_block_keys(&hashes, &keys[b].hashes);
            }
            let hashes = split_oversized_blocks(
                hashes,
                &finest_block_keys(keys, &pass.columns),
                settings.max_block,
                nodes,
                &mut pass,
            );
            pass.pairs = block_pair_cost(&hashes, settings, nodes);
            pass
        };
        let alone: Vec<PlannedPass> = (0..keys.len()).into_par_iter().map(|a| planned(a, None)).collect();
        // A key that had to be split still wants its combinations: they hold what splitting lost.
        let single: Vec<bool> = alone.iter().map(|p| p.pairs <= budget && p.split_blocks == 0).collect();
        let combinations: Vec<(usize, usize)> = (0..keys.len())
            .flat_map(|a| (a + 1..keys.len()).map(move |b| (a, b)))
            .filter(|&(a, b)| {
                keys[a].columns.iter().all(|c| !keys[b].columns.contains(c)) && !single[a] && !single[b]
            })
            .collect();
        let joint: Vec<PlannedPass> = combinations.par_iter().map(|&(a, b)| planned(a, Some(b))).collect();
        let mut all: Vec<(PlannedPass, usize, Option<usize>)> =
            alone.into_iter().enumerate().map(|(a, pass)| (pass, a, None)).collect();
        all.extend(joint.into_iter().zip(combinations).map(|(pass, (a, b))| (pass, a, Some(b))));
        all.sort_by_key(|x| (x.0.pairs, x.1, x.2));
        let mut left = budget.saturating_mul(PASSES_WORTH);
        for (mut pass, a, b) in all {
            pass.used = pass.pairs > 0 && pass.pairs <= budget.min(left) && self.used.len() < MOST_PASSES;
            if pass.used {
                left -= pass.pairs;
                let hashes = b.map_or_else(
                    || keys[a].hashes.clone(),
                    |b| combine_block_keys(&keys[a].hashes, &keys[b].hashes),
                );
                let mut again = PlannedPass::default();
                self.used.push(self.passes.len());
                self.hashes.push(split_oversized_blocks(
                    hashes,
                    &finest_block_keys(keys, &pass.columns),
                    settings.max_block,
                    nodes,
                    &mut again,
                ));
            }
            self.passes.push(pass);
        }
    }

    /// Calls `visit` once with every candidate pair (left < right), in parallel; what the visitors
    /// gathered comes back in any order. `visit` also gets the position among the used passes of
    /// the first pass that has the pair.
    pub(super) fn each<A: Send>(
        &self,
        settings: &GenericSettings,
        nodes: &GenericNodes<'_>,
        init: impl Fn() -> A + Sync + Send,
        visit: impl Fn(&mut A, u32, u32, usize) + Sync + Send,
    ) -> Vec<A> {
        let mut out = Vec::new();
        for (at, hashes) in self.hashes.iter().enumerate() {
            let entries = group_by_block_key(hashes);
            let blocks: Vec<&[(u64, u32)]> = blocks_of_entries(&entries).collect();
            let gathered: Vec<A> = blocks
                .par_iter()
                .fold(&init, |mut gathered, block| {
                    for (index, &(_, left)) in block.iter().enumerate() {
                        let table = nodes.table_of(left);
                        for &(_, right) in &block[index + 1..] {
                            let wanted = nodes.table_of(right) != table || settings.within(table);
                            if wanted && !self.shares(left, right, at) {
                                visit(&mut gathered, left, right, at);
                            }
                        }
                    }
                    gathered
                })
                .collect();
            out.extend(gathered);
        }
        out
    }

    /// Do two records share a key of one of the first `passes` passes?
    fn shares(&self, left: u32, right: u32, passes: usize) -> bool {
        self.hashes[..passes].iter().any(|h| {
            let hash = h[left as usize];
            hash != 0 && hash == h[right as usize]
        })
    }

    /// Is the pair a candidate?
    pub(super) fn has(&self, left: u32, right: u32) -> bool {
        self.shares(left, right, self.hashes.len())
    }

    /// Bit of every used pass that has the pair.
    pub(super) fn mask(&self, left: u32, right: u32) -> u64 {
        self.hashes.iter().enumerate().fold(0, |mask, (at, h)| {
            let hash = h[left as usize];
            mask | u64::from(hash != 0 && hash == h[right as usize]) << at
        })
    }

    /// Estimates the recall of every pass from scored pairs: (bits of the passes, probability).
    /// A pass is measured on matches that passes over none of its columns found.
    pub(super) fn estimate_recall(&mut self, found: &[(u64, f64)]) {
        let columns: Vec<Vec<usize>> = self.used.iter().map(|&at| self.passes[at].columns.clone()).collect();
        for (bit, mine) in columns.iter().enumerate() {
            let others = columns.iter().enumerate().fold(0u64, |mask, (at, theirs)| {
                mask | u64::from(theirs.iter().all(|c| !mine.contains(c))) << at
            });
            let (mut all, mut hit) = (0.0, 0.0);
            for &(mask, probability) in found.iter().filter(|f| f.0 & others != 0) {
                all += probability;
                hit += probability * f64::from(mask >> bit & 1 == 1);
            }
            let pass = &mut self.passes[self.used[bit]];
            pass.recall = (all >= 1.0).then(|| (10_000.0 * hit / all).round() as u32);
        }
    }
}

/// Keys of other columns, finest first: what splits oversized blocks.
fn finest_block_keys<'k>(keys: &'k [KeyColumn], columns: &[usize]) -> Vec<&'k KeyColumn> {
    let mut others: Vec<(usize, usize)> = Vec::new();
    for (at, key) in keys.iter().enumerate() {
        if key.columns.iter().all(|c| !columns.contains(c)) {
            let filled = key.hashes.iter().filter(|h| **h != 0).count();
            others.push((key.hashes.len() - filled, at));
        }
    }
    // A value that most records have splits; one that few have would drop the rest.
    others.sort_unstable();
    others.into_iter().take(2).map(|(_, at)| &keys[at]).collect()
}

/// Gives the records of oversized blocks the combination with each of `by` in turn, and no key
/// where even that leaves too many together.
fn split_oversized_blocks(
    mut hashes: Vec<u64>,
    by: &[&KeyColumn],
    most: u32,
    nodes: &GenericNodes<'_>,
    pass: &mut PlannedPass,
) -> Vec<u64> {
    debug_assert_eq!(hashes.len(), nodes.len() as usize);
    for (round, key) in by.iter().map(Some).chain([None]).enumerate() {
        let entries = group_by_block_key(&hashes);
        let large: Vec<&[(u64, u32)]> =
            blocks_of_entries(&entries).filter(|b| b.len() > most as usize).collect();
        if large.is_empty() {
            return hashes;
        }
        if round == 0 {
            pass.split_blocks = large.len() as u64;
        }
        for block in large {
            if key.is_none() {
                pass.skipped_blocks += 1;
                pass.skipped_records += block.len() as u64;
            }
            for &(hash, node) in block {
                hashes[node as usize] = match key.map(|k| k.hashes[node as usize]) {
                    Some(other) if other != 0 => mix_block_key(hash, other),
                    _ => 0,
                };
            }
        }
    }
    hashes
}

fn mix_block_key(a: u64, b: u64) -> u64 {
    a.rotate_left(21) ^ b.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1
}

fn combine_block_keys(a: &[u64], b: &[u64]) -> Vec<u64> {
    a.iter().zip(b).map(|(&a, &b)| if a == 0 || b == 0 { 0 } else { mix_block_key(a, b) }).collect()
}

fn keys(settings: &GenericSettings, nodes: &GenericNodes<'_>) -> Vec<KeyColumn> {
    let mut keys: Vec<KeyColumn> = Vec::new();
    let mut names: Vec<usize> = Vec::new();
    for (column, (name, spec)) in settings.columns.iter().enumerate() {
        for form in key_forms(spec.kind()) {
            let mut hashes = vec![0u64; nodes.len() as usize];
            for (table, offset) in nodes.tables.iter().zip(&nodes.offsets) {
                if let Some(values) = table.columns.get(name) {
                    let slice = &mut hashes[*offset as usize..*offset as usize + table.rows];
                    slice.par_iter_mut().enumerate().for_each(|(row, hash)| *hash = form.hash(values, row));
                }
            }
            if spec.kind() == LinkColumnKind::WesternName && *form == KeyForm::Value {
                names.push(keys.len());
            }
            keys.push(KeyColumn { name: format!("{name}:{}", form.name()), columns: vec![column], hashes });
        }
    }
    // The whole name whatever stands in which column.
    if let [first, second] = names[..] {
        let hashes = keys[first].hashes.iter().zip(&keys[second].hashes);
        let hashes = hashes
            .map(|(&a, &b)| if a == 0 || b == 0 { 0 } else { mix_block_key(a.min(b), a.max(b)) })
            .collect();
        let columns = [keys[first].columns[0], keys[second].columns[0]].to_vec();
        let part = |key: &KeyColumn| key.name.trim_end_matches(":value").to_owned();
        let name = format!("{}|{}:any_order", part(&keys[first]), part(&keys[second]));
        keys.push(KeyColumn { name, columns, hashes });
    }
    keys
}

/// What a key takes of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum KeyForm {
    Value,
    Sound,
    Start,
    YearMonth,
    MonthDay,
}

pub(super) fn key_forms(kind: LinkColumnKind) -> &'static [KeyForm] {
    match kind {
        LinkColumnKind::WesternName => &[KeyForm::Value, KeyForm::Sound, KeyForm::Start],
        LinkColumnKind::HanName => &[KeyForm::Value, KeyForm::Sound],
        LinkColumnKind::Date => &[KeyForm::Value, KeyForm::YearMonth, KeyForm::MonthDay],
        LinkColumnKind::Text => &[KeyForm::Value, KeyForm::Start],
        LinkColumnKind::Relation => &[],
        _ => &[KeyForm::Value],
    }
}

impl KeyForm {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Value => "value",
            Self::Sound => "sound",
            Self::Start => "start",
            Self::YearMonth => "year_month",
            Self::MonthDay => "month_day",
        }
    }
    fn hash(self, column: &ComparableColumn, row: usize) -> u64 {
        let text = |text: &str| if text.is_empty() { 0 } else { xxh3_64_with_seed(text.as_bytes(), 7) | 1 };
        let number = |n: u64| if n == 0 { 0 } else { n.wrapping_mul(0xD6E8_FEB8_6659_FD93) | 1 };
        match column {
            ComparableColumn::IdNumber(ids) => number(ids[row].key),
            ComparableColumn::Name(ids, pool) => match self {
                Self::Sound => number(pool.get(ids[row]).reading_key),
                _ => text(pool.get(ids[row]).clean()),
            },
            ComparableColumn::Text(ids, pool) => {
                let value = pool.get(ids[row]);
                match self {
                    Self::Sound => number(nysiis_code(value)),
                    Self::Start => text(&value.chars().take(4).collect::<String>()),
                    _ => text(value),
                }
            }
            ComparableColumn::Date(dates) => {
                let date = u64::from(dates[row]);
                match self {
                    Self::YearMonth => number(date / 100),
                    Self::MonthDay if date > 0 => number(date % 10_000 + 1),
                    Self::MonthDay => 0,
                    _ => number(date),
                }
            }
            ComparableColumn::Division(units) => number(u64::from(units[row])),
            ComparableColumn::Code(codes) => number(u64::from(codes[row])),
        }
    }
}

/// Nodes by hash, missing ones left out, as (hash, node) in order.
fn group_by_block_key(hashes: &[u64]) -> Vec<(u64, u32)> {
    let mut entries: Vec<(u64, u32)> =
        hashes.iter().enumerate().filter(|(_, h)| **h != 0).map(|(node, h)| (*h, node as u32)).collect();
    entries.sort_unstable();
    entries
}

fn blocks_of_entries(entries: &[(u64, u32)]) -> impl Iterator<Item = &[(u64, u32)]> {
    entries.chunk_by(|a, b| a.0 == b.0).filter(|block| block.len() > 1)
}

/// Pairs that sharing a hash would yield.
fn block_pair_cost(hashes: &[u64], settings: &GenericSettings, nodes: &GenericNodes<'_>) -> u64 {
    let entries = group_by_block_key(hashes);
    let mut sizes = vec![0u64; nodes.tables.len()];
    let mut total = 0;
    for block in blocks_of_entries(&entries) {
        sizes.fill(0);
        for (_, node) in block {
            sizes[nodes.table_of(*node)] += 1;
        }
        for (table, &size) in sizes.iter().enumerate() {
            let after: u64 = sizes[table + 1..].iter().sum();
            total += size * after;
            if settings.within(table) {
                total += size * size.saturating_sub(1) / 2;
            }
        }
    }
    total
}
