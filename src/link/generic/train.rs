//! Fellegi-Sunter weights without labels: u from random pairs, m by EM over the candidates.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::compare::Comparisons;
use super::{GenericSettings, Nodes, ScoredPair};

/// Random pairs for u.
const RANDOM_PAIRS: u64 = 1_000_000;
const MOST_ROUNDS: usize = 100;

/// What was learned.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Model {
    /// Log2 odds that two records of the tables match, in 1/1000 bit.
    pub prior: i32,
    /// Expected number of matching pairs among the candidates.
    pub expected_matches: f64,
    /// Rounds of EM.
    pub rounds: usize,
    /// Comparisons in column order.
    pub comparisons: Vec<TrainedComparison>,
}

/// Parameters of one comparison.
#[derive(Debug, Clone, serde::Serialize)]
pub struct TrainedComparison {
    /// Link column.
    pub column: String,
    /// Level codes.
    pub levels: Vec<&'static str>,
    /// P(level | match).
    pub m: Vec<f64>,
    /// P(level | no match).
    pub u: Vec<f64>,
    /// Weight of each level in 1/1000 bit; 0 for missing.
    pub weight: Vec<i32>,
}

pub(super) fn train(
    settings: &GenericSettings,
    nodes: &Nodes<'_>,
    comparisons: &Comparisons<'_>,
    pairs: &[u64],
) -> Model {
    let u = estimate_u(settings, nodes, comparisons);
    let patterns = patterns(comparisons, pairs);
    let (m, share, rounds) = estimate_m(comparisons, &u, &patterns);
    let expected = share * pairs.len() as f64;
    let all = all_pairs(settings, nodes);
    let odds = (expected.max(1.0) / (all - expected).max(1.0)).log2();
    let trained = comparisons
        .columns
        .iter()
        .enumerate()
        .map(|(c, column)| TrainedComparison {
            column: column.name.clone(),
            levels: (0..column.levels as u8).map(|level| comparisons.level_code(c, level)).collect(),
            weight: (0..column.levels)
                .map(|level| if level == 0 { 0 } else { millibits(m[c][level] / u[c][level]) })
                .collect(),
            m: m[c].clone(),
            u: u[c].clone(),
        })
        .collect();
    Model { prior: (odds * 1000.0).round() as i32, expected_matches: expected, rounds, comparisons: trained }
}

fn millibits(ratio: f64) -> i32 {
    (ratio.log2() * 1000.0).round() as i32
}

fn all_pairs(settings: &GenericSettings, nodes: &Nodes<'_>) -> f64 {
    let rows: Vec<f64> = nodes.tables.iter().map(|t| t.rows as f64).collect();
    let mut total = 0.0;
    for (index, &size) in rows.iter().enumerate() {
        total += size * rows[index + 1..].iter().sum::<f64>();
        if settings.within(index) {
            total += size * (size - 1.0) / 2.0;
        }
    }
    total.max(2.0)
}

/// SplitMix64: small, seeded, the same everywhere.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u32) -> u32 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((u128::from(z ^ z >> 31) * u128::from(limit)) >> 64) as u32
    }
}

/// Shares of the levels among random pairs; of equality from the values' own frequencies.
fn estimate_u(settings: &GenericSettings, nodes: &Nodes<'_>, comparisons: &Comparisons<'_>) -> Vec<Vec<f64>> {
    let mut random = Random(settings.seed);
    let mut counts: Vec<Vec<f64>> = comparisons.columns.iter().map(|c| vec![0.0; c.levels]).collect();
    let mut drawn = Vec::new();
    let mut tries = 0;
    let order = nodes.by_content();
    while (drawn.len() as u64) < RANDOM_PAIRS && tries < 4 * RANDOM_PAIRS && nodes.len() > 1 {
        tries += 1;
        let (a, b) = (order[random.below(nodes.len()) as usize], order[random.below(nodes.len()) as usize]);
        let table = nodes.table_of(a);
        if a != b && (table != nodes.table_of(b) || settings.within(table)) {
            drawn.push((a.min(b), a.max(b)));
        }
    }
    let drawn_levels: Vec<Vec<u8>> = drawn
        .par_iter()
        .map(|&(a, b)| {
            let mut levels = Vec::new();
            comparisons.levels(a, b, &mut levels);
            levels
        })
        .collect();
    for levels in &drawn_levels {
        for (c, &level) in levels.iter().enumerate() {
            counts[c][usize::from(level)] += 1.0;
        }
    }
    counts
        .into_iter()
        .enumerate()
        .map(|(c, mut counts)| {
            counts[0] = 0.0;
            let total: f64 = counts.iter().sum::<f64>().max(1.0);
            let levels = counts.len() as f64;
            let mut u: Vec<f64> = counts.iter().map(|n| (n + 0.5) / (total + 0.5 * levels)).collect();
            if let Some(chance) = comparisons.chance_equal(c) {
                u[1] = chance.max(1e-9);
            }
            u
        })
        .collect()
}

fn patterns(comparisons: &Comparisons<'_>, pairs: &[u64]) -> Vec<(Vec<u8>, f64)> {
    let counted: BTreeMap<Vec<u8>, u64> = pairs
        .par_chunks(1 << 16)
        .map(|chunk| {
            let mut counts = BTreeMap::new();
            let mut levels = Vec::new();
            for pair in chunk {
                comparisons.levels((pair >> 32) as u32, *pair as u32, &mut levels);
                match counts.get_mut(&levels) {
                    Some(count) => *count += 1,
                    None => {
                        counts.insert(levels.clone(), 1u64);
                    }
                }
            }
            counts
        })
        .reduce(BTreeMap::new, |mut all, some| {
            for (levels, count) in some {
                *all.entry(levels).or_insert(0) += count;
            }
            all
        });
    counted.into_iter().map(|(levels, count)| (levels, count as f64)).collect()
}

/// EM with u held fixed. Returns m, the share of matches among the candidates, and the rounds.
fn estimate_m(
    comparisons: &Comparisons<'_>,
    u: &[Vec<f64>],
    patterns: &[(Vec<u8>, f64)],
) -> (Vec<Vec<f64>>, f64, usize) {
    // Start: matches mostly agree, each lower level half as often.
    let mut m: Vec<Vec<f64>> = comparisons
        .columns
        .iter()
        .map(|column| {
            let mut start: Vec<f64> =
                (0..column.levels).map(|l| if l <= 1 { 1.0 } else { 0.15 / l as f64 }).collect();
            start[0] = 0.0;
            let total: f64 = start.iter().sum();
            start.iter().map(|s| s / total).collect()
        })
        .collect();
    let total: f64 = patterns.iter().map(|p| p.1).sum::<f64>().max(1.0);
    let mut share: f64 = 0.05;
    for round in 1..=MOST_ROUNDS {
        let mut sums: Vec<Vec<f64>> = m.iter().map(|levels| vec![0.0; levels.len()]).collect();
        let mut matches = 0.0;
        for (levels, count) in patterns {
            let mut odds = (share / (1.0 - share)).ln();
            for (c, &level) in levels.iter().enumerate() {
                if level > 0 {
                    let level = usize::from(level);
                    odds += (m[c][level] / u[c][level]).ln();
                }
            }
            let posterior = count / (1.0 + (-odds).exp());
            matches += posterior;
            for (c, &level) in levels.iter().enumerate() {
                sums[c][usize::from(level)] += posterior;
            }
        }
        let mut change: f64 = 0.0;
        for (c, sums) in sums.iter().enumerate() {
            let known: f64 = sums[1..].iter().sum();
            let levels = (sums.len() - 1) as f64;
            for level in 1..sums.len() {
                let new = (sums[level] + 0.2) / (known + 0.2 * levels);
                change = change.max((new - m[c][level]).abs());
                m[c][level] = new;
            }
        }
        share = (matches / total).clamp(1e-6, 0.999);
        if change < 1e-5 {
            return (m, share, round);
        }
    }
    (m, share, MOST_ROUNDS)
}

/// Scores the candidates and keeps those of at least `least` (1/1000 bit), in pair order.
pub(super) fn score(
    model: &Model,
    comparisons: &Comparisons<'_>,
    pairs: &[u64],
    least: i32,
) -> Vec<ScoredPair> {
    pairs
        .par_chunks(1 << 14)
        .flat_map_iter(|chunk| {
            let mut kept = Vec::new();
            let mut levels = Vec::new();
            for pair in chunk {
                let (left, right) = ((pair >> 32) as u32, *pair as u32);
                comparisons.levels(left, right, &mut levels);
                let weight = weigh(model, comparisons, left, &levels);
                if weight >= least {
                    kept.push(ScoredPair { left, right, weight, levels: levels.clone() });
                }
            }
            kept
        })
        .collect()
}

/// Weight of a pair: prior, level weights, and for equal values what their rarity adds.
fn weigh(model: &Model, comparisons: &Comparisons<'_>, left: u32, levels: &[u8]) -> i32 {
    let mut weight = model.prior;
    for (c, &level) in levels.iter().enumerate() {
        let trained = &model.comparisons[c];
        weight += trained.weight[usize::from(level)];
        if level == 1
            && let Some(frequency) = comparisons.frequency(c, left)
        {
            // A value seen once or twice is no rarer than the data can tell.
            let floor = 2.0 / comparisons.columns[c].filled().max(2) as f64;
            weight += millibits(trained.u[1] / frequency.max(floor));
        }
    }
    weight
}
