//! Candidate pairs: every cheap enough key, and pairs of keys where one alone is too coarse.
//!
//! A key is one form of one column (the value, its sound, its year and month …). A pass joins
//! records that share a key or a combination of two keys. What a pass would yield is counted
//! before it is run; passes are taken from the cheapest upward within a budget, and a combination
//! is left out where one of its keys is already a pass of its own.

use rayon::prelude::*;
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::{GenericSettings, Nodes};
use crate::link::compare::nysiis;
use crate::normalize::{ColumnKind, ComparableColumn};

/// Candidates and how they came about.
pub(crate) struct Candidates {
    /// `left << 32 | right`, left < right, ascending, each once.
    pub pairs: Vec<u64>,
    pub passes: Vec<Pass>,
}

/// One blocking pass.
#[derive(Debug, Clone, serde::Serialize)]
pub(crate) struct Pass {
    /// Keys, e.g. `surname:sound + postcode:value`.
    pub keys: String,
    /// Pairs it yields, also found by others or not.
    pub pairs: u64,
    /// False if it was left out for its cost.
    pub used: bool,
}

struct Key {
    name: String,
    column: usize,
    /// Hash by node; 0 is missing.
    hashes: Vec<u64>,
}

pub(super) fn candidates(settings: &GenericSettings, nodes: &Nodes<'_>) -> Candidates {
    let keys = keys(settings, nodes);
    let n = u64::from(nodes.len());
    let budget = n * u64::from(settings.pairs_per_record);
    let mut planned: Vec<(u64, usize, Option<usize>)> = Vec::new();
    let mut single = vec![false; keys.len()];
    let costs: Vec<u64> = keys.par_iter().map(|k| cost(&k.hashes, settings, nodes)).collect();
    for (index, &pairs) in costs.iter().enumerate() {
        single[index] = pairs <= budget;
        planned.push((pairs, index, None));
    }
    let combinations: Vec<(usize, usize)> = (0..keys.len())
        .flat_map(|a| (a + 1..keys.len()).map(move |b| (a, b)))
        .filter(|&(a, b)| keys[a].column != keys[b].column && !single[a] && !single[b])
        .collect();
    planned.par_extend(
        combinations
            .into_par_iter()
            .map(|(a, b)| (cost(&combined(&keys[a].hashes, &keys[b].hashes), settings, nodes), a, Some(b))),
    );
    planned.sort_unstable();
    let mut left = budget.saturating_mul(6);
    let mut passes = Vec::new();
    let mut pairs = Vec::new();
    for (cost, a, b) in planned {
        let name = match b {
            None => keys[a].name.clone(),
            Some(b) => format!("{} + {}", keys[a].name, keys[b].name),
        };
        let used = cost > 0 && cost <= budget.min(left);
        if used {
            left -= cost;
            let hashes =
                b.map_or_else(|| keys[a].hashes.clone(), |b| combined(&keys[a].hashes, &keys[b].hashes));
            emit(&hashes, settings, nodes, &mut pairs);
        }
        passes.push(Pass { keys: name, pairs: cost, used });
    }
    pairs.par_sort_unstable();
    pairs.dedup();
    Candidates { pairs, passes }
}

fn combined(a: &[u64], b: &[u64]) -> Vec<u64> {
    a.iter()
        .zip(b)
        .map(
            |(&a, &b)| {
                if a == 0 || b == 0 {
                    0
                } else {
                    a.rotate_left(21) ^ b.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1
                }
            },
        )
        .collect()
}

fn keys(settings: &GenericSettings, nodes: &Nodes<'_>) -> Vec<Key> {
    let mut keys = Vec::new();
    for (column, (name, spec)) in settings.columns.iter().enumerate() {
        for form in forms(spec.kind()) {
            let mut hashes = vec![0u64; nodes.len() as usize];
            for (table, offset) in nodes.tables.iter().zip(&nodes.offsets) {
                if let Some(values) = table.columns.get(name) {
                    let slice = &mut hashes[*offset as usize..*offset as usize + table.rows];
                    slice.par_iter_mut().enumerate().for_each(|(row, hash)| *hash = form.hash(values, row));
                }
            }
            keys.push(Key { name: format!("{name}:{}", form.name()), column, hashes });
        }
    }
    keys
}

#[derive(Clone, Copy)]
enum Form {
    Value,
    Sound,
    Start,
    YearMonth,
    MonthDay,
}

fn forms(kind: ColumnKind) -> &'static [Form] {
    match kind {
        ColumnKind::WesternName => &[Form::Value, Form::Sound, Form::Start],
        ColumnKind::HanName => &[Form::Value, Form::Sound],
        ColumnKind::Date => &[Form::Value, Form::YearMonth, Form::MonthDay],
        ColumnKind::Text => &[Form::Value, Form::Start],
        ColumnKind::Relation => &[],
        _ => &[Form::Value],
    }
}

impl Form {
    fn name(self) -> &'static str {
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
                _ => text(&pool.get(ids[row]).clean),
            },
            ComparableColumn::Text(ids, pool) => {
                let value = pool.get(ids[row]).as_str();
                match self {
                    Self::Sound => number(nysiis(value)),
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
fn grouped(hashes: &[u64]) -> Vec<(u64, u32)> {
    let mut entries: Vec<(u64, u32)> =
        hashes.iter().enumerate().filter(|(_, h)| **h != 0).map(|(node, h)| (*h, node as u32)).collect();
    entries.sort_unstable();
    entries
}

fn blocks(entries: &[(u64, u32)]) -> impl Iterator<Item = &[(u64, u32)]> {
    entries.chunk_by(|a, b| a.0 == b.0).filter(|block| block.len() > 1)
}

/// Pairs that sharing a hash would yield.
fn cost(hashes: &[u64], settings: &GenericSettings, nodes: &Nodes<'_>) -> u64 {
    let entries = grouped(hashes);
    let mut sizes = vec![0u64; nodes.tables.len()];
    let mut total = 0;
    for block in blocks(&entries) {
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

fn emit(hashes: &[u64], settings: &GenericSettings, nodes: &Nodes<'_>, pairs: &mut Vec<u64>) {
    let entries = grouped(hashes);
    for block in blocks(&entries) {
        for (index, &(_, left)) in block.iter().enumerate() {
            let table = nodes.table_of(left);
            for &(_, right) in &block[index + 1..] {
                if nodes.table_of(right) != table || settings.within(table) {
                    pairs.push(u64::from(left) << 32 | u64::from(right));
                }
            }
        }
    }
}
