//! Training the weights of a pipeline's linker.
//!
//! u comes from seeded random pairs. m comes from EM over each blocking pass, which leaves the
//! comparisons it blocks on out of its estimates (as Splink does), or from labels. A comparison
//! with term frequencies is weighed as the scorer will use it: the weight is that of a value of
//! usual rarity. What is so rare that random pairs do not show it (two people with one ID number)
//! is counted among the candidates that turn out to be two people.

use std::collections::BTreeMap;
use std::path::Path;

use rayon::prelude::*;

use super::block::{self, unpack_pair};
use super::household_ties::HouseholdTies;
use super::nodes::LinkNodes;
use super::pair_weights::{MOST, PairLevels, PairScorer};
use super::seeded_random::SplitMix;
use crate::Result;
use crate::link::settings::{
    BlockingPass, Comparison, ComparisonKind, LinkSettings, PassKind, WeightProvenance, WeightsFile,
};
use crate::model::division::DivisionTree;
use crate::model::links::{Decision, Links};
use crate::normalize::ComparableSource;
use crate::table::whole_file::write_whole_file;

mod em;

use em::{LevelPatterns, estimate};

/// Random pairs for u.
const RANDOM_PAIRS: u64 = 2_000_000;
/// A level that fewer random pairs show than this is counted among the candidates, too.
const FEW: f64 = 30.0;
/// Pseudo counts of every level.
const SMOOTH: f64 = 0.5;
/// Weights beyond these bounds would claim more than any list can know.
const BOUNDS: (i32, i32) = (-20_000, 26_000);

/// What training needs besides the settings.
#[derive(Debug, Clone, Default)]
pub(crate) struct TrainOptions {
    /// Seed of the random pairs.
    pub seed: u64,
    /// True entity of every record (by node) where known; trains from labels.
    pub labels: Option<Vec<Option<u32>>>,
    /// Digest of the inputs, for the file.
    pub inputs: String,
}

/// Trains the weights of all comparisons. The links under the present weights connect the
/// households; nothing else of the present weights enters.
pub(crate) fn train_link_weights(
    settings: &LinkSettings,
    comparables: &[ComparableSource],
    tree: &DivisionTree,
    options: &TrainOptions,
) -> Result<WeightsFile> {
    let nodes = LinkNodes::build(comparables)?;
    let links = super::link(settings, comparables, tree)?;
    let mut households = HouseholdTies::new(&nodes, &settings.resolve.household_anchor, &[]);
    households.connect(accepted_training_pairs(&links).collect::<Vec<_>>().into_par_iter());
    // With weights of zero a contribution is the adjustment alone.
    let mut plain = settings.clone();
    for comparison in &mut plain.comparisons {
        comparison.weights.values_mut().for_each(|w| *w = 0);
    }
    let scorer = PairScorer::new(&plain, &nodes, tree, &households, &[])?;
    let work = TrainingTask { settings, nodes: &nodes, tree, scorer: &scorer, options };
    let random = work.random();
    let matches_known = accepted_training_pairs(&links).count() as f64;
    let all = nodes.len() as f64 * (nodes.len() as f64 - 1.0) / 2.0;
    let counts: Vec<usize> = settings.comparisons.iter().map(|c| c.kind.levels().len()).collect();
    let mut u = LevelSums::new(&counts);
    let mut hits = LevelSums::new(&counts);
    for (levels, factors) in &random {
        for c in 0..counts.len() {
            let level = usize::from(levels[c]);
            u.0[c][level] += factors[c];
            hits.0[c][level] += 1.0;
        }
    }
    let (m, rare, pairs, rounds) = match &options.labels {
        Some(labels) => work.by_labels(labels, &counts)?,
        None => work.over_passes(&u, &counts)?,
    };
    let mut file = WeightsFile {
        provenance: WeightProvenance {
            method: if options.labels.is_some() { "labels" } else { "em" }.to_owned(),
            seed: options.seed,
            pairs: pairs + random.len() as u64,
            random_pairs: random.len() as u64,
            records: nodes.len() as u64,
            rounds,
            inputs: options.inputs.clone(),
        },
        ..WeightsFile::default()
    };
    for (c, comparison) in settings.comparisons.iter().enumerate() {
        let known = |sums: &LevelSums| sums.0[c][1..].iter().sum::<f64>();
        let (matches, drawn) = (known(&m), known(&hits));
        if matches < 1.0 || drawn < 1.0 {
            // Nothing to learn from: what is, stays.
            file.weights.insert(comparison.name.clone(), comparison.weights.clone());
            continue;
        }
        // Random pairs hold matches, too, as many as there are among all pairs.
        let same = if options.labels.is_some() { 0.0 } else { matches_known / all };
        // Pairs in which both sides are known.
        let both = all * drawn / random.len().max(1) as f64;
        let levels = (counts[c] - 1) as f64;
        for (number, (code, _)) in comparison.kind.levels().into_iter().enumerate().skip(1) {
            let m = (m.0[c][number] + SMOOTH) / (matches + SMOOTH * levels);
            let factor = if hits.0[c][number] > 0.0 { u.0[c][number] / hits.0[c][number] } else { 1.0 };
            let shown = (hits.0[c][number] - same * m * drawn).max(0.0);
            let mut chance = shown / drawn * factor;
            if shown < FEW {
                chance = chance.max((rare.0[c][number] + SMOOTH) / both * factor);
            }
            let bits = |p: f64| (p.max(1e-12).log2() * 1000.0).round() as i32;
            let insert = |into: &mut BTreeMap<String, BTreeMap<String, i32>>, value: i32| {
                into.entry(comparison.name.clone()).or_default().insert(code.to_owned(), value);
            };
            insert(&mut file.m, bits(m));
            insert(&mut file.u, bits(chance));
            insert(&mut file.weights, (bits(m) - bits(chance)).clamp(BOUNDS.0, BOUNDS.1));
        }
    }
    Ok(file)
}

/// Writes the file.
///
/// # Errors
/// The file cannot be written.
pub fn write_weights_file(file: &WeightsFile, title: &str, path: &Path) -> Result<()> {
    use std::fmt::Write as _;
    let mut text = format!(
        "# Weights of “{title}”, written by `bidui train`: 1/1000 bit; 1000 means that the level is twice\n\
         # as likely between records of one person (m) as between records of two (u).\n{}",
        file.provenance.to_toml()
    );
    for (section, tables) in [("weights", &file.weights), ("m", &file.m), ("u", &file.u)] {
        for (name, levels) in tables {
            let _ = write!(text, "\n[{section}.{name}]\n");
            for (code, value) in levels {
                let _ = writeln!(text, "{code} = {value}");
            }
        }
    }
    write_whole_file(path, 0o644, text.as_bytes())
}

fn accepted_training_pairs(links: &Links) -> impl Iterator<Item = u64> + '_ {
    (0..links.left.len())
        .filter(|&i| links.decision[i] == Decision::Accept)
        .map(|i| block::pack_pair(links.left[i], links.right[i]))
}

/// Counts by comparison and level.
struct LevelSums(Vec<Vec<f64>>);

impl LevelSums {
    fn new(counts: &[usize]) -> Self {
        Self(counts.iter().map(|&n| vec![0.0; n]).collect())
    }
}

struct TrainingTask<'a> {
    settings: &'a LinkSettings,
    nodes: &'a LinkNodes<'a>,
    tree: &'a DivisionTree,
    scorer: &'a PairScorer<'a>,
    options: &'a TrainOptions,
}

impl TrainingTask<'_> {
    /// Levels of random pairs, and by which factor each comparison adjusts.
    fn random(&self) -> Vec<(PairLevels, [f64; MOST])> {
        let mut random = SplitMix(self.options.seed);
        let mut order: Vec<(u64, u32)> = self.nodes.all().map(|n| (self.nodes.content(n), n)).collect();
        // By content, so that the order of rows does not matter.
        order.par_sort_unstable();
        let count = order.len() as u32;
        if count < 2 {
            return Vec::new();
        }
        let drawn: Vec<(u32, u32)> = (0..RANDOM_PAIRS)
            .map(|_| (order[random.below(count) as usize].1, order[random.below(count) as usize].1))
            .filter(|(a, b)| a != b && !self.same(*a, *b))
            .collect();
        drawn
            .par_iter()
            .map(|&(a, b)| {
                let levels = self.scorer.levels(a.min(b), a.max(b));
                let mut factors = [1.0; MOST];
                let bits = self.scorer.contributions(a.min(b), a.max(b), &levels);
                factors.iter_mut().zip(bits).for_each(|(f, bits)| *f = (f64::from(bits) / 1000.0).exp2());
                (levels, factors)
            })
            .collect()
    }

    /// Do the labels say that two records are one person?
    fn same(&self, a: u32, b: u32) -> bool {
        self.options
            .labels
            .as_ref()
            .is_some_and(|labels| labels[a as usize].is_some() && labels[a as usize] == labels[b as usize])
    }

    /// Pairs of one pass.
    fn pairs(&self, pass: &BlockingPass) -> Result<Vec<u64>> {
        let mut one = self.settings.clone();
        one.passes = vec![pass.clone()];
        Ok(block::block_pairs(&one, self.nodes, self.tree, None)?.pairs)
    }

    fn levels(&self, pairs: &[u64]) -> LevelPatterns {
        let levels: Vec<PairLevels> = pairs
            .par_iter()
            .with_min_len(1024)
            .map(|&pair| {
                let (a, b) = unpack_pair(pair);
                self.scorer.levels(a, b)
            })
            .collect();
        let mut counts: BTreeMap<PairLevels, u64> = BTreeMap::new();
        levels.into_iter().for_each(|levels| *counts.entry(levels).or_default() += 1);
        counts.into_iter().map(|(levels, count)| (levels, count as f64)).collect()
    }

    /// m by EM over every pass; pairs of two people by level; pairs; rounds.
    fn over_passes(&self, u: &LevelSums, counts: &[usize]) -> Result<(LevelSums, LevelSums, u64, u64)> {
        let chance: Vec<Vec<f64>> =
            u.0.iter()
                .map(|levels| {
                    let total: f64 = levels[1..].iter().sum::<f64>() + 1.0;
                    levels.iter().map(|n| (n + 1.0 / levels.len() as f64) / total).collect()
                })
                .collect();
        let (mut m, mut rare) = (LevelSums::new(counts), LevelSums::new(counts));
        let (mut compared, mut rounds) = (0, 0);
        for pass in self.settings.passes.iter().filter(|p| p.kind != PassKind::Household) {
            let patterns = self.levels(&self.pairs(pass)?);
            let used: Vec<bool> =
                self.settings.comparisons.iter().map(|c| !pass_blocks_comparison(pass, c)).collect();
            let found = estimate(&patterns, &chance, &used, counts);
            compared += patterns.iter().map(|p| p.1 as u64).sum::<u64>();
            rounds += found.rounds as u64;
            for c in 0..counts.len() {
                for level in 1..counts[c] {
                    if used[c] {
                        m.0[c][level] += found.matches[c][level];
                    }
                    rare.0[c][level] = rare.0[c][level].max(found.others[c][level]);
                }
            }
        }
        Ok((m, rare, compared, rounds))
    }

    /// m from the pairs of one entity; pairs of two people by level; pairs; rounds (none).
    fn by_labels(
        &self,
        labels: &[Option<u32>],
        counts: &[usize],
    ) -> Result<(LevelSums, LevelSums, u64, u64)> {
        let mut members: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for (node, label) in (0u32..).zip(labels) {
            if let Some(label) = label {
                members.entry(*label).or_default().push(node);
            }
        }
        let mut pairs = Vec::new();
        for group in members.values() {
            for (i, &a) in group.iter().enumerate() {
                pairs.extend(group[i + 1..].iter().map(|&b| block::pack_pair(a, b)));
            }
        }
        let mut candidates = block::block_pairs(self.settings, self.nodes, self.tree, None)?.pairs;
        candidates.retain(|&pair| {
            let (a, b) = unpack_pair(pair);
            labels[a as usize].is_some() && labels[b as usize].is_some() && !self.same(a, b)
        });
        let mut sums = [LevelSums::new(counts), LevelSums::new(counts)];
        for (sums, pairs) in sums.iter_mut().zip([&pairs, &candidates]) {
            for (levels, count) in self.levels(pairs) {
                for (sums, &level) in sums.0.iter_mut().zip(&levels) {
                    sums[usize::from(level)] += count;
                }
            }
        }
        let [m, rare] = sums;
        Ok((m, rare, (pairs.len() + candidates.len()) as u64, 0))
    }
}

/// Does the pass select pairs by what the comparison compares?
fn pass_blocks_comparison(pass: &BlockingPass, comparison: &Comparison) -> bool {
    if pass.kind == PassKind::IdSlip {
        return comparison.kind == ComparisonKind::IdNumber;
    }
    pass.keys.iter().any(|key| match comparison.kind {
        // A birth date stands in the number, too.
        ComparisonKind::IdNumber => key.column == comparison.column() || key.column == "birth",
        ComparisonKind::Birth => key.column == "birth",
        // A household lies in one village.
        ComparisonKind::Division => {
            key.column == comparison.column() || matches!(key.column.as_str(), "household" | "guardian_id")
        }
        ComparisonKind::Household => matches!(key.column.as_str(), "household" | "guardian_id"),
        _ => key.column == comparison.column(),
    })
}
