//! Training without labels: one EM over all pairs.
//!
//! Candidates count each, pairs outside of them are represented by a seeded random sample; so
//! shares and u are those of all pairs, and m is not bent by what the passes select. Strangers
//! start from the random pairs; neighbours and relatives may leave u only in the columns that
//! people share for a reason (see [`super::generic_model`]), so that they cannot take over the matches.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::block::PlannedPasses;
use super::compare::PlannedComparisons;
use super::generic_model::{GenericModel, ModelColumn, PairClass, to_millibits};
use super::{GenericNodes, GenericSettings};
use crate::link::pair_weights::{MOST, PairLevels};
use crate::link::seeded_random::SplitMix;
use crate::link::settings::WeightProvenance;
use crate::normalize::LinkColumnKind;

/// Random pairs.
const RANDOM_PAIRS: u64 = 300_000;
/// Candidates that are compared for training; of more, every n-th by content.
const TRAINING_PAIRS: u64 = 8_000_000;
const MOST_ROUNDS: usize = 200;
/// Pairs that the start counts for in m.
const PRIOR_PAIRS: f64 = 4.0;

/// Share of matches whose birth dates or numbers may differ altogether.
const MOST_DIFFERENT: f64 = 0.25;
/// Relatives of one birth date: twins.
const TWINS: f64 = 0.01;

/// Levels of pairs and how many pairs have them.
type LevelPatterns = Vec<(PairLevels, f64)>;

/// How a class may differ from strangers.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ClassRole {
    Match,
    Strangers,
    Neighbours,
    Relatives,
}

impl ClassRole {
    fn name(self) -> &'static str {
        match self {
            Self::Match => "match",
            Self::Strangers => "strangers",
            Self::Neighbours => "neighbours",
            Self::Relatives => "relatives",
        }
    }
    /// May the class have its own probabilities in columns of this kind?
    fn free(self, kind: LinkColumnKind) -> bool {
        use LinkColumnKind::*;
        let personal = matches!(kind, Date | Code | IdNumber | Sex);
        let name = matches!(kind, WesternName | HanName);
        match self {
            Self::Match | Self::Strangers => true,
            Self::Neighbours => !personal && !name,
            Self::Relatives => !personal,
        }
    }
}

struct ClassEstimate {
    role: ClassRole,
    share: f64,
    levels: Vec<Vec<f64>>,
}

pub(super) fn train_generic_model(
    settings: &GenericSettings,
    nodes: &GenericNodes<'_>,
    comparisons: &PlannedComparisons<'_>,
    blocking: &PlannedPasses,
    inputs: String,
) -> GenericModel {
    let all = count_trainable_pairs(settings, nodes);
    let (candidates, compared, known) = candidate_patterns(settings, nodes, comparisons, blocking);
    let (random, drawn) = random_patterns(settings, nodes, comparisons, blocking);
    let rest: f64 = random.iter().map(|p| p.1).sum();
    let weight = if rest > 0.0 { (all - known as f64).max(1.0) / rest } else { 0.0 };
    let mut counted: BTreeMap<PairLevels, f64> = BTreeMap::new();
    candidates.iter().for_each(|(levels, count)| *counted.entry(*levels).or_default() += count);
    random.iter().for_each(|(levels, count)| *counted.entry(*levels).or_default() += count * weight);
    let patterns: LevelPatterns = counted.into_iter().collect();
    let mut classes = starting_estimates(settings, nodes, comparisons, &patterns, all);
    let rounds = expectation_maximization(comparisons, &patterns, &mut classes, all);
    let expected = classes[0].share * all;
    GenericModel {
        provenance: WeightProvenance {
            method: "em".to_owned(),
            seed: settings.seed,
            pairs: compared + drawn,
            random_pairs: drawn,
            records: u64::from(nodes.len()),
            rounds: rounds as u64,
            inputs,
        },
        expected_matches: expected.round() as u64,
        columns: comparisons
            .columns
            .iter()
            .enumerate()
            .map(|(c, column)| ModelColumn {
                name: column.name.clone(),
                levels: (0..column.levels as u8).map(|level| comparisons.level_code(c, level)).collect(),
            })
            .collect(),
        classes: classes
            .into_iter()
            .map(|class| PairClass {
                name: class.role.name().to_owned(),
                share: to_millibits(class.share),
                levels: class
                    .levels
                    .iter()
                    .map(|levels| {
                        levels
                            .iter()
                            .enumerate()
                            .map(|(l, p)| if l == 0 { 0 } else { to_millibits(*p) })
                            .collect()
                    })
                    .collect(),
            })
            .collect(),
    }
}

/// Pairs that could be compared at all.
fn count_trainable_pairs(settings: &GenericSettings, nodes: &GenericNodes<'_>) -> f64 {
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

/// Patterns of the candidates, how many were compared, and how many there are.
fn candidate_patterns(
    settings: &GenericSettings,
    nodes: &GenericNodes<'_>,
    comparisons: &PlannedComparisons<'_>,
    blocking: &PlannedPasses,
) -> (LevelPatterns, u64, u64) {
    let planned: u64 = blocking.used.iter().map(|&at| blocking.passes[at].pairs).sum();
    let step = planned.div_ceil(TRAINING_PAIRS).max(1);
    let contents = if step > 1 { nodes.contents() } else { Vec::new() };
    let gathered = blocking.each(
        settings,
        nodes,
        || (BTreeMap::<PairLevels, u64>::new(), 0u64),
        |(counts, known), left, right, _| {
            *known += 1;
            let chosen = step == 1
                || (contents[left as usize] ^ contents[right as usize]).wrapping_mul(0x9E37_79B9_7F4A_7C15)
                    % step
                    == 0;
            if chosen {
                *counts.entry(comparisons.levels(left, right)).or_default() += 1;
            }
        },
    );
    let mut counts: BTreeMap<PairLevels, u64> = BTreeMap::new();
    let mut known = 0;
    for (some, candidates) in gathered {
        known += candidates;
        for (levels, count) in some {
            *counts.entry(levels).or_default() += count;
        }
    }
    let compared: u64 = counts.values().sum();
    let weight = if compared == 0 { 1.0 } else { known as f64 / compared as f64 };
    (counts.into_iter().map(|(l, n)| (l, n as f64 * weight)).collect(), compared, known)
}

/// Patterns of random pairs that are no candidates, and how many pairs were drawn.
fn random_patterns(
    settings: &GenericSettings,
    nodes: &GenericNodes<'_>,
    comparisons: &PlannedComparisons<'_>,
    blocking: &PlannedPasses,
) -> (LevelPatterns, u64) {
    let mut random = SplitMix(settings.seed);
    let mut drawn = Vec::new();
    let mut tries = 0;
    let order = nodes.by_content();
    let wanted = RANDOM_PAIRS.min(count_trainable_pairs(settings, nodes) as u64);
    while (drawn.len() as u64) < wanted && tries < 4 * wanted && nodes.len() > 1 {
        tries += 1;
        let (a, b) = (order[random.below(nodes.len()) as usize], order[random.below(nodes.len()) as usize]);
        let table = nodes.table_of(a);
        if a != b && (table != nodes.table_of(b) || settings.within(table)) {
            drawn.push((a.min(b), a.max(b)));
        }
    }
    let levels: Vec<Option<PairLevels>> =
        drawn.par_iter().map(|&(a, b)| (!blocking.has(a, b)).then(|| comparisons.levels(a, b))).collect();
    let mut counts: BTreeMap<PairLevels, u64> = BTreeMap::new();
    for levels in levels.into_iter().flatten() {
        *counts.entry(levels).or_default() += 1;
    }
    (counts.into_iter().map(|(l, n)| (l, n as f64)).collect(), drawn.len() as u64)
}

/// Where EM starts: matches mostly agree; strangers agree as all pairs do; neighbours and
/// relatives lie between, in the columns where they may.
fn starting_estimates(
    settings: &GenericSettings,
    nodes: &GenericNodes<'_>,
    comparisons: &PlannedComparisons<'_>,
    patterns: &LevelPatterns,
    all: f64,
) -> Vec<ClassEstimate> {
    let m: Vec<Vec<f64>> =
        comparisons.columns.iter().map(|column| starting_agreement_levels(column.levels)).collect();
    let mut counts: Vec<Vec<f64>> = comparisons.columns.iter().map(|c| vec![0.0; c.levels]).collect();
    for (levels, count) in patterns {
        for (sums, &level) in counts.iter_mut().zip(levels) {
            sums[usize::from(level)] += count;
        }
    }
    let u: Vec<Vec<f64>> = counts.iter().map(|sums| smooth_level_shares(sums, 0.5, None)).collect();
    let between = |role: ClassRole, part: f64| -> Vec<Vec<f64>> {
        comparisons
            .columns
            .iter()
            .enumerate()
            .map(|(c, column)| {
                let part = if role.free(column.kind) { part } else { 0.0 };
                m[c].iter().zip(&u[c]).map(|(m, u)| part * m + (1.0 - part) * u).collect()
            })
            .collect()
    };
    // One match for every second record, until the data say more.
    let share = (0.5 * f64::from(nodes.len()) / all).min(0.2);
    let kinds: Vec<LinkColumnKind> = settings.columns.values().map(super::GenericColumn::kind).collect();
    let mut out = vec![ClassEstimate { role: ClassRole::Match, share, levels: m.clone() }];
    let strangers = ClassEstimate { role: ClassRole::Strangers, share: 1.0, levels: u.clone() };
    out.push(strangers);
    // Without a column that relatives do not share they could not be told from one person.
    let personal = kinds.iter().any(|k| !ClassRole::Relatives.free(*k));
    let places = kinds.iter().filter(|k| ClassRole::Neighbours.free(**k)).count();
    let names = kinds.iter().any(|k| matches!(k, LinkColumnKind::WesternName | LinkColumnKind::HanName));
    if places > 0 && (names || personal) {
        out.push(ClassEstimate {
            role: ClassRole::Neighbours,
            share: 0.01,
            levels: between(ClassRole::Neighbours, 0.5),
        });
    }
    if personal && names {
        out.push(ClassEstimate {
            role: ClassRole::Relatives,
            share,
            levels: between(ClassRole::Relatives, 0.7),
        });
    }
    out[1].share = 1.0 - share - out[2..].iter().map(|e| e.share).sum::<f64>();
    out
}

/// Levels of pairs that mostly agree.
fn starting_agreement_levels(levels: usize) -> Vec<f64> {
    let mut start: Vec<f64> = (0..levels).map(|l| if l <= 1 { 1.0 } else { 0.25 / l as f64 }).collect();
    start[0] = 0.0;
    let total: f64 = start.iter().sum();
    start.iter().map(|s| s / total).collect()
}

/// Shares of the levels but missing; `pseudo` counts are spread evenly, or as `like` says.
fn smooth_level_shares(sums: &[f64], pseudo: f64, like: Option<&[f64]>) -> Vec<f64> {
    let even = 1.0 / (sums.len() - 1) as f64;
    let total: f64 = sums[1..].iter().sum::<f64>() + pseudo;
    let mut out: Vec<f64> = sums
        .iter()
        .enumerate()
        .map(|(l, n)| (n + pseudo * like.map_or(even, |like| like[l])) / total)
        .collect();
    out[0] = 0.0;
    out
}

/// Runs EM; returns the rounds it took.
fn expectation_maximization(
    comparisons: &PlannedComparisons<'_>,
    patterns: &LevelPatterns,
    classes: &mut [ClassEstimate],
    all: f64,
) -> usize {
    let first = comparisons.columns.iter().map(|c| starting_agreement_levels(c.levels)).collect::<Vec<_>>();
    for round in 1..=MOST_ROUNDS {
        let sums = expect(comparisons, patterns, classes);
        let mut change: f64 = 0.0;
        let count = classes.len();
        let (mut matched, mut stranger): (Vec<Vec<f64>>, Vec<Vec<f64>>) = Default::default();
        for (k, class) in classes.iter_mut().enumerate() {
            class.share = (sums[k].0 / all).clamp(1e-12, 1.0);
            for (c, column) in comparisons.columns.iter().enumerate() {
                let own = &sums[k].1[c];
                let new = match class.role {
                    ClassRole::Match => smooth_level_shares(own, PRIOR_PAIRS, Some(&first[c])),
                    ClassRole::Strangers => smooth_level_shares(own, 1.0, None),
                    role if role.free(column.kind) => smooth_level_shares(own, 1.0, Some(&stranger[c])),
                    _ => stranger[c].clone(),
                };
                let mut new = new;
                let personal = matches!(
                    column.kind,
                    LinkColumnKind::Date | LinkColumnKind::Code | LinkColumnKind::IdNumber
                );
                if class.role == ClassRole::Match && personal {
                    // Namesakes of one place are no matches, however many: what is personal agrees.
                    let last = new.len() - 2;
                    let excess = (new[last] - MOST_DIFFERENT).max(0.0);
                    new[last] -= excess;
                    new[1] += excess;
                }
                if class.role != ClassRole::Match {
                    // That values changed columns says nothing: as likely as among matches.
                    let last = new.len() - 1;
                    new[last] = matched[c][last] * new[1];
                }
                if class.role == ClassRole::Relatives && column.kind == LinkColumnKind::Date {
                    let more = TWINS.max(new[1]) - new[1];
                    new[1] += more;
                    let last = new.len() - 2;
                    new[last] = (new[last] - more).max(1e-6);
                }
                if class.role == ClassRole::Match {
                    change = new.iter().zip(&class.levels[c]).fold(change, |d, (a, b)| d.max((a - b).abs()));
                }
                class.levels[c] = new;
            }
            if class.role == ClassRole::Match {
                matched = class.levels.clone();
            }
            if class.role == ClassRole::Strangers {
                stranger = class.levels.clone();
            }
        }
        if change < 1e-5 && count > 0 {
            return round;
        }
    }
    MOST_ROUNDS
}

/// Expected pairs and levels of every class.
fn expect(
    comparisons: &PlannedComparisons<'_>,
    patterns: &LevelPatterns,
    classes: &[ClassEstimate],
) -> Vec<(f64, Vec<Vec<f64>>)> {
    let columns = comparisons.columns.len();
    let zero = || -> Vec<(f64, Vec<Vec<f64>>)> {
        classes.iter().map(|c| (0.0, c.levels.iter().map(|l| vec![0.0; l.len()]).collect())).collect()
    };
    let logs: Vec<(f64, Vec<[f64; MOST]>)> = classes
        .iter()
        .map(|class| {
            let of = |levels: &Vec<f64>| {
                let mut out = [0.0; MOST];
                levels.iter().enumerate().skip(1).for_each(|(l, p)| out[l] = p.max(1e-300).ln());
                out
            };
            (class.share.ln(), class.levels.iter().map(of).collect())
        })
        .collect();
    // Chunks are added up in order, so that the sums do not depend on the number of threads.
    let parts: Vec<_> = patterns
        .par_chunks(4096)
        .map(|chunk| {
            let mut sums = zero();
            let mut odds = vec![0.0; classes.len()];
            for (levels, count) in chunk {
                for (odd, (share, logs)) in odds.iter_mut().zip(&logs) {
                    *odd = share + (0..columns).map(|c| logs[c][usize::from(levels[c])]).sum::<f64>();
                }
                let most = odds.iter().copied().fold(f64::MIN, f64::max);
                let total: f64 = odds.iter().map(|o| (o - most).exp()).sum();
                for (k, odd) in odds.iter().enumerate() {
                    let expected = count * (odd - most).exp() / total;
                    sums[k].0 += expected;
                    for (sums, &level) in sums[k].1.iter_mut().zip(levels) {
                        sums[usize::from(level)] += expected;
                    }
                }
            }
            sums
        })
        .collect();
    parts.into_iter().fold(zero(), |mut all, some| {
        for (all, some) in all.iter_mut().zip(some) {
            all.0 += some.0;
            for (all, some) in all.1.iter_mut().zip(some.1) {
                all.iter_mut().zip(some).for_each(|(a, s)| *a += s);
            }
        }
        all
    })
}
