//! Levels of a pair in every comparison, and what they weigh together.

use std::sync::Arc;

use hashbrown::HashMap;

use super::block::{pack_pair, unpack_pair};
use super::compare::{
    HanNameLevel, IdLevel, TextLevel, code_level, date_level, division_level, han_name_level, id_level,
    may_be_equal, text_level,
};
use super::household_ties::HouseholdTies;
use super::nodes::{LinkNodes, NodeColumn};
use crate::link::settings::{Comparison, ComparisonKind, LinkSettings};
use crate::model::division::DivisionTree;
use crate::model::id_number::IdNumber;
use crate::{Error, Result};

/// Most comparisons of one model.
pub(crate) const MOST: usize = 24;
/// A rare value counts at least as if this many records had it.
const FEWEST: f64 = 3.0;
/// Share of records that have a value whose agreement weighs what the configuration says.
const USUAL: f64 = 1.0 / 3000.0;
/// Bounds of the term-frequency adjustment, in 1/1000 bit.
const TF_BOUNDS: (f64, f64) = (-5000.0, 4000.0);

/// What a different number weighs at most against a record whose number is probably not its own.
const DOUBTFUL_ID: i32 = -1000;

/// Levels of one pair.
pub(crate) type PairLevels = [u8; MOST];

/// Comparisons ready to run.
pub(crate) struct PairScorer<'a> {
    nodes: &'a LinkNodes<'a>,
    tree: &'a DivisionTree,
    households: &'a HouseholdTies,
    /// Records whose ID number is probably somebody else's.
    doubtful: &'a [bool],
    parts: ComparisonParts<'a>,
}

/// The comparisons of a linkage, prepared once for scorers that differ in what else is known.
pub(crate) type ComparisonParts<'a> = Arc<[ComparisonPart<'a>]>;

/// One comparison, ready to run.
pub(crate) struct ComparisonPart<'a> {
    kind: ComparisonKind,
    column: Option<&'a NodeColumn<'a>>,
    /// Weight by level number.
    weights: Vec<i32>,
    /// The largest of them.
    most: i32,
    /// Adjustment by pool id.
    frequency: Option<Vec<i32>>,
    /// The largest of them, at least 0.
    rarest: i32,
}

impl<'a> PairScorer<'a> {
    /// Prepares the comparisons; weights by level number.
    pub(crate) fn new(
        settings: &LinkSettings,
        nodes: &'a LinkNodes<'a>,
        tree: &'a DivisionTree,
        households: &'a HouseholdTies,
        doubtful: &'a [bool],
    ) -> Result<Self> {
        Ok(Self::with(comparison_parts(settings, nodes)?, nodes, tree, households, doubtful))
    }

    /// [`Self::new`] with comparisons prepared before.
    pub(crate) fn with(
        parts: ComparisonParts<'a>,
        nodes: &'a LinkNodes<'a>,
        tree: &'a DivisionTree,
        households: &'a HouseholdTies,
        doubtful: &'a [bool],
    ) -> Self {
        Self { nodes, tree, households, doubtful, parts }
    }

    /// Levels of a pair.
    pub(crate) fn levels(&self, a: u32, b: u32) -> PairLevels {
        let mut levels = [[0; MOST]];
        self.levels_of(&[pack_pair(a, b)], &mut levels, |_| true);
        levels[0]
    }

    /// Levels of several pairs in the comparisons of the wanted kinds.
    pub(crate) fn levels_of(
        &self,
        pairs: &[u64],
        levels: &mut [PairLevels],
        wanted: impl Fn(ComparisonKind) -> bool,
    ) {
        for c in (0..self.parts.len()).filter(|&c| wanted(self.parts[c].kind)) {
            self.level_of(c, pairs, |at, level| levels[at][c] = level);
        }
    }

    /// The most that a pair can weigh whose levels are known in comparisons of `known` kinds; the
    /// first answer costs little.
    pub(crate) fn bounds(
        &self,
        pair: u64,
        levels: &PairLevels,
        known: impl Fn(ComparisonKind) -> bool + Copy,
    ) -> impl Iterator<Item = i32> {
        let (a, b) = unpack_pair(pair);
        [false, true].into_iter().map(move |rare| {
            let most = |(part, &level): (&ComparisonPart<'_>, &u8)| match part.kind {
                kind if known(kind) => self.weight_of(part, a, b, level),
                ComparisonKind::Household if self.households.of(a) == 0 || self.households.of(b) == 0 => 0,
                _ => part.most + if rare { rarity(part, self.nodes, a, b) } else { part.rarest },
            };
            self.parts.iter().zip(levels).map(most).sum()
        })
    }

    /// Level of several pairs in one comparison: what it compares is fetched for all of them before
    /// the first is compared, so that the fetches wait for memory side by side.
    pub(crate) fn level_of(&self, comparison: usize, pairs: &[u64], mut found: impl FnMut(usize, u8)) {
        let (nodes, part) = (self.nodes, &self.parts[comparison]);
        match (part.kind, part.column) {
            (ComparisonKind::Birth, _) => {
                let birth = |node| {
                    let stated = nodes.stated_birth(node);
                    (stated, self.believed(node, stated, |id| id.birth().unwrap_or(0)))
                };
                each_pair_level(pairs, birth, &mut found, |(stated, p), (other, q)| {
                    // Two dates from ID numbers say nothing that the numbers do not say.
                    if stated == 0 && other == 0 { 0 } else { date_level(p, q).number() }
                });
            }
            (ComparisonKind::Sex, _) => {
                let sex = |node| {
                    let stated = nodes.stated_sex(node);
                    (stated, self.believed(node, stated, |id| id.sex().map_or(0, |sex| sex as u8)))
                };
                each_pair_level(pairs, sex, &mut found, |(stated, p), (other, q)| {
                    if stated == 0 && other == 0 { 0 } else { equal_code_level(p, q) }
                });
            }
            (ComparisonKind::Household, _) => {
                let home = |node| (node, self.households.of(node));
                each_pair_level(pairs, home, &mut found, |(a, p), (b, q)| {
                    if p == 0 || q == 0 { 0 } else { self.households.level(a, b).number() }
                });
            }
            (ComparisonKind::IdNumber, Some(NodeColumn::Id(v))) => {
                each_pair_level(
                    pairs,
                    |node| v.at(nodes.place(node)),
                    &mut found,
                    |p, q| id_level(p, q).number(),
                );
            }
            (ComparisonKind::HanName, Some(NodeColumn::Name(v, pool))) => {
                each_pair_level(
                    pairs,
                    |node| v.at(nodes.place(node)),
                    &mut found,
                    |p, q| han_name_level(pool.get(p), pool.get(q)).number(),
                );
            }
            (ComparisonKind::Date, Some(NodeColumn::Date(v))) => {
                each_pair_level(
                    pairs,
                    |node| v.at(nodes.place(node)),
                    &mut found,
                    |p, q| date_level(p, q).number(),
                );
            }
            (ComparisonKind::Division, Some(NodeColumn::Division(v))) => {
                each_pair_level(
                    pairs,
                    |node| v.at(nodes.place(node)),
                    &mut found,
                    |p, q| division_level(self.tree, p, q).number(),
                );
            }
            (ComparisonKind::Text | ComparisonKind::Code, Some(NodeColumn::Text(v, pool))) => {
                let level = if part.kind == ComparisonKind::Text { text_level } else { code_level };
                each_pair_level(
                    pairs,
                    |node| v.at(nodes.place(node)),
                    &mut found,
                    |p, q| match p != 0 && p == q {
                        true => TextLevel::Equal.number(),
                        false => level(pool.get(p), pool.get(q)).number(),
                    },
                );
            }
            _ => (0..pairs.len()).for_each(|at| found(at, 0)),
        }
    }

    /// May the numbers of a pair be equal in this comparison? Never wrongly no.
    pub(crate) fn may_be_equal(&self, comparison: usize, pair: u64) -> bool {
        let (a, b) = unpack_pair(pair);
        match self.parts[comparison].column {
            Some(NodeColumn::Id(v)) => may_be_equal(v.at(self.nodes.place(a)), v.at(self.nodes.place(b))),
            _ => false,
        }
    }

    /// Has the record all digits of a number in this comparison?
    pub(crate) fn has_full_number(&self, comparison: usize, node: u32) -> bool {
        match self.parts[comparison].column {
            Some(NodeColumn::Id(v)) => v.at(self.nodes.place(node)).edit_key().is_some(),
            _ => false,
        }
    }

    /// Most that a comparison can weigh, term frequencies left out.
    pub(crate) fn most(&self, comparison: usize) -> i32 {
        self.parts[comparison].most
    }

    /// What a level of a comparison weighs, term frequencies left out.
    pub(crate) fn plain_weight(&self, comparison: usize, level: u8) -> i32 {
        self.parts[comparison].weights.get(usize::from(level)).copied().unwrap_or(0)
    }

    /// Weight of a pair with these levels.
    pub(crate) fn weight(&self, a: u32, b: u32, levels: &PairLevels) -> i32 {
        self.parts.iter().zip(levels).map(|(part, &level)| self.weight_of(part, a, b, level)).sum()
    }

    /// Weight by comparison, for explanations.
    pub(crate) fn contributions(&self, a: u32, b: u32, levels: &PairLevels) -> Vec<i32> {
        self.parts.iter().zip(levels).map(|(part, &level)| self.weight_of(part, a, b, level)).collect()
    }

    fn is_doubtful(&self, node: u32) -> bool {
        self.doubtful.get(node as usize).copied().unwrap_or(false)
    }

    fn weight_of(&self, part: &ComparisonPart<'_>, a: u32, b: u32, level: u8) -> i32 {
        // Somebody else's number cannot disagree.
        let far = part.kind == ComparisonKind::IdNumber && level > IdLevel::Compatible.number();
        if far && (self.is_doubtful(a) || self.is_doubtful(b)) {
            return weight_of(part, self.nodes, a, b, level).max(DOUBTFUL_ID);
        }
        if part.kind == ComparisonKind::IdNumber && level == IdLevel::Compatible.number() {
            let known = |node| self.nodes.id(node).known_ends().map_or(i32::MAX, weight_of_shown_digits);
            return weight_of(part, self.nodes, a, b, level).min(known(a)).min(known(b));
        }
        weight_of(part, self.nodes, a, b, level)
    }

    /// What a record states, else what its number says, unless that is somebody else's.
    fn believed<T: Default + PartialEq>(&self, node: u32, stated: T, own: impl Fn(IdNumber) -> T) -> T {
        if stated != T::default() || self.is_doubtful(node) { stated } else { own(self.nodes.id(node)) }
    }
}

/// Gives the level of each pair: fetches the values of all of them first.
fn each_pair_level<T: Copy>(
    pairs: &[u64],
    value: impl Fn(u32) -> T,
    found: &mut impl FnMut(usize, u8),
    level: impl Fn(T, T) -> u8,
) {
    let fetch = |pair: &u64| {
        let (a, b) = unpack_pair(*pair);
        (value(a), value(b))
    };
    let values: Vec<(T, T)> = pairs.iter().map(fetch).collect();
    values.into_iter().enumerate().for_each(|(at, (p, q))| found(at, level(p, q)));
}

/// What agreement on the shown ends of a number weighs: region digits are shared by neighbours,
/// birth digits by many, the last four by few.
fn weight_of_shown_digits((prefix, suffix): (usize, usize)) -> i32 {
    (500 * prefix.min(6)
        + 1800 * prefix.saturating_sub(6)
        + 2500 * suffix.min(4)
        + 1800 * suffix.saturating_sub(4)) as i32
}

fn equal_code_level(a: u8, b: u8) -> u8 {
    match (a, b) {
        (0, _) | (_, 0) => 0,
        (a, b) if a == b => 1,
        _ => 2,
    }
}

fn weight_of(part: &ComparisonPart<'_>, nodes: &LinkNodes<'_>, a: u32, b: u32, level: u8) -> i32 {
    let base = part.weights.get(usize::from(level)).copied().unwrap_or(0);
    let Some(frequency) = &part.frequency else { return base };
    let agrees = match part.kind {
        // A variant, a homophone and a look-alike are as rare as the rarer of the two.
        ComparisonKind::HanName => level != 0 && level <= HanNameLevel::Swapped.number(),
        _ => level == 1,
    };
    if !agrees {
        return base;
    }
    let Some(NodeColumn::Name(values, _) | NodeColumn::Text(values, _)) = part.column else { return base };
    let of = |node| frequency[values.at(nodes.place(node)) as usize];
    let (p, q) = (of(a), of(b));
    base + if level == 1 { p.min(q) } else { p.min(q).min(0) }
}

/// What agreement adds at most where the values are rare.
fn rarity(part: &ComparisonPart<'_>, nodes: &LinkNodes<'_>, a: u32, b: u32) -> i32 {
    match (&part.frequency, part.column) {
        (Some(frequency), Some(NodeColumn::Name(values, _) | NodeColumn::Text(values, _))) => {
            let of = |node| frequency[values.at(nodes.place(node)) as usize];
            of(a).min(of(b)).max(0)
        }
        _ => 0,
    }
}

/// Prepares the comparisons; weights by level number.
pub(crate) fn comparison_parts<'a>(
    settings: &LinkSettings,
    nodes: &'a LinkNodes<'a>,
) -> Result<ComparisonParts<'a>> {
    if settings.comparisons.len() > MOST {
        return Err(Error::configuration(format!("比较项太多（最多{MOST}个）")).in_file(&settings.path));
    }
    settings.comparisons.iter().map(|comparison| part(settings, nodes, comparison)).collect()
}

fn part<'a>(
    settings: &LinkSettings,
    nodes: &'a LinkNodes<'a>,
    comparison: &Comparison,
) -> Result<ComparisonPart<'a>> {
    use ComparisonKind::*;
    let column = nodes.column(comparison.column());
    let suits = match (comparison.kind, column) {
        (Birth | Sex | Household, _) | (_, None) => true,
        (IdNumber, Some(c)) => matches!(c, NodeColumn::Id(_)),
        (HanName, Some(c)) => matches!(c, NodeColumn::Name(..)),
        (Date, Some(c)) => matches!(c, NodeColumn::Date(_)),
        (Division, Some(c)) => matches!(c, NodeColumn::Division(_)),
        (Text | Code, Some(c)) => matches!(c, NodeColumn::Text(..)),
    };
    if !suits {
        return Err(Error::configuration(format!(
            "比较项“{}”的比较方法不适合列“{}”",
            comparison.name,
            comparison.column()
        ))
        .in_file(&settings.path)
        .hint("检查 kind 和 column"));
    }
    let levels = comparison.kind.levels();
    let mut weights = vec![0; levels.len()];
    for (weight, (code, _)) in weights.iter_mut().zip(&levels) {
        *weight = comparison.weights.get(*code).copied().unwrap_or(0);
    }
    let frequency = if comparison.term_frequency { frequency_weights(column) } else { None };
    let most = weights.iter().copied().max().unwrap_or(0);
    let rarest = frequency.iter().flatten().copied().max().unwrap_or(0).max(0);
    Ok(ComparisonPart { kind: comparison.kind, column, weights, most, frequency, rarest })
}

/// log2([`USUAL`] share / share of this value), in 1/1000 bit, by pool id. Han names
/// that fold alike count together.
fn frequency_weights(column: Option<&NodeColumn<'_>>) -> Option<Vec<i32>> {
    let (values, groups): (_, Vec<u64>) = match column? {
        NodeColumn::Name(v, pool) => (v, pool.values.iter().map(|n| n.fold_key).collect()),
        NodeColumn::Text(v, pool) => (v, (0..pool.len() as u64).collect()),
        _ => return None,
    };
    let mut of_value = vec![0u32; groups.len()];
    values.iter().for_each(|value| of_value[value as usize] += 1);
    let mut counts: HashMap<u64, u32> = HashMap::with_capacity(groups.len());
    let mut total = 0u64;
    for (group, count) in groups.iter().zip(of_value).skip(1) {
        *counts.entry(*group).or_default() += count;
        total += u64::from(count);
    }
    let total = total.max(1) as f64;
    Some(
        groups
            .iter()
            .map(|group| {
                let count = f64::from(counts.get(group).copied().unwrap_or(1)).max(FEWEST);
                let bits = (USUAL / (count / total)).log2() * 1000.0;
                bits.clamp(TF_BOUNDS.0, TF_BOUNDS.1).round() as i32
            })
            .collect(),
    )
}

/// Is the level one of a full number that differs by a slip?
pub(crate) fn is_id_slip_level(level: u8) -> bool {
    let level = IdLevel::from_number(level);
    matches!(level, IdLevel::Transposition | IdLevel::OneSubstitution | IdLevel::OneInsertDelete)
}
