//! Levels of a pair in every comparison, and what they weigh together.

use std::sync::Arc;

use hashbrown::HashMap;

use super::compare::{
    HanNameLevel, IdLevel, TextLevel, code_level, date_level, division_level, han_name_level, id_level,
    text_level,
};
use super::household::Households;
use super::nodes::{Column, Nodes};
use crate::config::link::{Comparison, ComparisonKind, LinkSettings};
use crate::normalize::DivisionTree;
use crate::{Error, Result};

/// Most comparisons of one model.
pub const MOST: usize = 24;
/// A rare value counts at least as if this many records had it.
const FEWEST: f64 = 3.0;
/// Share of records that have a value whose agreement weighs what the configuration says.
const USUAL: f64 = 1.0 / 3000.0;
/// Bounds of the term-frequency adjustment, in 1/1000 bit.
const TF_BOUNDS: (f64, f64) = (-5000.0, 4000.0);

/// What a different number weighs at most against a record whose number is probably not its own.
const DOUBTFUL_ID: i32 = -1000;

/// Levels of one pair.
pub type Levels = [u8; MOST];

/// Comparisons ready to run.
pub struct Scorer<'a> {
    nodes: &'a Nodes<'a>,
    tree: &'a DivisionTree,
    households: &'a Households,
    /// Records whose ID number is probably somebody else's.
    doubtful: &'a [bool],
    parts: Parts<'a>,
}

/// The comparisons of a linkage, prepared once for scorers that differ in what else is known.
pub type Parts<'a> = Arc<[Part<'a>]>;

/// One comparison, ready to run.
pub struct Part<'a> {
    kind: ComparisonKind,
    column: Option<&'a Column<'a>>,
    /// Weight by level number.
    weights: Vec<i32>,
    /// Adjustment by pool id.
    frequency: Option<Vec<i32>>,
}

impl<'a> Scorer<'a> {
    /// Prepares the comparisons; weights by level number.
    pub fn new(
        settings: &LinkSettings,
        nodes: &'a Nodes<'a>,
        tree: &'a DivisionTree,
        households: &'a Households,
        doubtful: &'a [bool],
    ) -> Result<Self> {
        Ok(Self::with(parts(settings, nodes)?, nodes, tree, households, doubtful))
    }

    /// [`Self::new`] with comparisons prepared before.
    pub fn with(
        parts: Parts<'a>,
        nodes: &'a Nodes<'a>,
        tree: &'a DivisionTree,
        households: &'a Households,
        doubtful: &'a [bool],
    ) -> Self {
        Self { nodes, tree, households, doubtful, parts }
    }

    /// Levels of a pair.
    pub fn levels(&self, a: u32, b: u32) -> Levels {
        let mut levels = [0; MOST];
        for (level, part) in levels.iter_mut().zip(&*self.parts) {
            *level = self.level(part, a, b);
        }
        levels
    }

    /// Weight of a pair with these levels.
    pub fn weight(&self, a: u32, b: u32, levels: &Levels) -> i32 {
        self.parts.iter().zip(levels).map(|(part, &level)| self.weight_of(part, a, b, level)).sum()
    }

    /// Weight by comparison, for explanations.
    pub fn contributions(&self, a: u32, b: u32, levels: &Levels) -> Vec<i32> {
        self.parts.iter().zip(levels).map(|(part, &level)| self.weight_of(part, a, b, level)).collect()
    }

    fn is_doubtful(&self, node: u32) -> bool {
        self.doubtful.get(node as usize).copied().unwrap_or(false)
    }

    fn weight_of(&self, part: &Part<'_>, a: u32, b: u32, level: u8) -> i32 {
        // Somebody else's number cannot disagree.
        let far = part.kind == ComparisonKind::IdNumber && level > IdLevel::Compatible.number();
        if far && (self.is_doubtful(a) || self.is_doubtful(b)) {
            return weight_of(part, self.nodes, a, b, level).max(DOUBTFUL_ID);
        }
        if part.kind == ComparisonKind::IdNumber && level == IdLevel::Compatible.number() {
            let known = |node| self.nodes.id(node).known_ends().map_or(i32::MAX, shown);
            return weight_of(part, self.nodes, a, b, level).min(known(a)).min(known(b));
        }
        weight_of(part, self.nodes, a, b, level)
    }

    /// Birth date as far as it can be believed.
    fn birth(&self, node: u32) -> u32 {
        match self.is_doubtful(node) {
            true => self.nodes.stated_birth(node),
            false => self.nodes.birth(node),
        }
    }

    /// Sex as far as it can be believed.
    fn sex(&self, node: u32) -> u8 {
        match self.is_doubtful(node) {
            true => self.nodes.stated_sex(node),
            false => self.nodes.sex(node),
        }
    }

    fn level(&self, part: &Part<'_>, a: u32, b: u32) -> u8 {
        let nodes = self.nodes;
        match part.kind {
            ComparisonKind::Birth => {
                // Two dates from ID numbers say nothing that the numbers do not say.
                if nodes.stated_birth(a) == 0 && nodes.stated_birth(b) == 0 {
                    return 0;
                }
                return date_level(self.birth(a), self.birth(b)).number();
            }
            ComparisonKind::Sex => {
                if nodes.stated_sex(a) == 0 && nodes.stated_sex(b) == 0 {
                    return 0;
                }
                return equal(self.sex(a), self.sex(b));
            }
            ComparisonKind::Household => return self.households.level(a, b).number(),
            _ => {}
        }
        let (x, y) = (nodes.place(a), nodes.place(b));
        match (part.kind, part.column) {
            (ComparisonKind::IdNumber, Some(Column::Id(v))) => id_level(v.at(x), v.at(y)).number(),
            (ComparisonKind::HanName, Some(Column::Name(v, pool))) => {
                han_name_level(pool.get(v.at(x)), pool.get(v.at(y))).number()
            }
            (ComparisonKind::Date, Some(Column::Date(v))) => date_level(v.at(x), v.at(y)).number(),
            (ComparisonKind::Division, Some(Column::Division(v))) => {
                division_level(self.tree, v.at(x), v.at(y)).number()
            }
            (ComparisonKind::Text | ComparisonKind::Code, Some(Column::Text(v, pool))) => {
                let (p, q) = (v.at(x), v.at(y));
                if p != 0 && p == q {
                    return TextLevel::Equal.number();
                }
                let level = if part.kind == ComparisonKind::Text { text_level } else { code_level };
                level(pool.get(p), pool.get(q)).number()
            }
            _ => 0,
        }
    }
}

/// What agreement on the shown ends of a number weighs: region digits are shared by neighbours,
/// birth digits by many, the last four by few.
fn shown((prefix, suffix): (usize, usize)) -> i32 {
    (500 * prefix.min(6)
        + 1800 * prefix.saturating_sub(6)
        + 2500 * suffix.min(4)
        + 1800 * suffix.saturating_sub(4)) as i32
}

fn equal(a: u8, b: u8) -> u8 {
    match (a, b) {
        (0, _) | (_, 0) => 0,
        (a, b) if a == b => 1,
        _ => 2,
    }
}

fn weight_of(part: &Part<'_>, nodes: &Nodes<'_>, a: u32, b: u32, level: u8) -> i32 {
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
    let Some(Column::Name(values, _) | Column::Text(values, _)) = part.column else { return base };
    let of = |node| frequency[values.at(nodes.place(node)) as usize];
    let (p, q) = (of(a), of(b));
    base + if level == 1 { p.min(q) } else { p.min(q).min(0) }
}

/// Prepares the comparisons; weights by level number.
pub fn parts<'a>(settings: &LinkSettings, nodes: &'a Nodes<'a>) -> Result<Parts<'a>> {
    if settings.comparisons.len() > MOST {
        return Err(Error::configuration(format!("比较项太多(最多{MOST}个)")).in_file(&settings.path));
    }
    settings.comparisons.iter().map(|comparison| part(settings, nodes, comparison)).collect()
}

fn part<'a>(
    settings: &LinkSettings,
    nodes: &'a Nodes<'a>,
    comparison: &Comparison,
) -> Result<Part<'a>> {
    use ComparisonKind::*;
    let column = nodes.column(comparison.column());
    let suits = match (comparison.kind, column) {
        (Birth | Sex | Household, _) | (_, None) => true,
        (IdNumber, Some(c)) => matches!(c, Column::Id(_)),
        (HanName, Some(c)) => matches!(c, Column::Name(..)),
        (Date, Some(c)) => matches!(c, Column::Date(_)),
        (Division, Some(c)) => matches!(c, Column::Division(_)),
        (Text | Code, Some(c)) => matches!(c, Column::Text(..)),
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
    let frequency = if comparison.term_frequency { frequencies(column) } else { None };
    Ok(Part { kind: comparison.kind, column, weights, frequency })
}

/// log2([`USUAL`] share / share of this value), in 1/1000 bit, by pool id. Han names
/// that fold alike count together.
fn frequencies(column: Option<&Column<'_>>) -> Option<Vec<i32>> {
    let (values, groups): (_, Vec<u64>) = match column? {
        Column::Name(v, pool) => (v, pool.values.iter().map(|n| n.fold_key).collect()),
        Column::Text(v, pool) => (v, (0..pool.len() as u64).collect()),
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
pub fn is_slip(level: u8) -> bool {
    let level = IdLevel::from_number(level);
    matches!(level, IdLevel::Transposition | IdLevel::OneSubstitution | IdLevel::OneInsertDelete)
}
