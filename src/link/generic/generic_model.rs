//! What is known about pairs: classes of pairs, and how likely each level is in each class.
//!
//! Two records are of one entity, of strangers, of neighbours (what says where somebody lives may
//! agree) or of relatives (names may agree too). Fields are independent within a class, not
//! across all pairs: that a postcode agrees where the suburb does is no news, and a family shares
//! surname, address and phone without being one person. What speaks for one person is weighed
//! against the likeliest of the other classes.

use super::compare::PlannedComparisons;
use crate::link::pair_weights::PairLevels;
use crate::link::settings::WeightProvenance;

/// What was learned. All numbers are integers of 1/1000 bit, so that a pinned file says the same
/// as the training that wrote it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct GenericModel {
    /// How it was trained.
    pub provenance: WeightProvenance,
    /// Expected number of matching pairs in the tables it was trained on.
    pub expected_matches: u64,
    /// Link columns.
    pub columns: Vec<ModelColumn>,
    /// Classes; the first is the same entity, the second strangers.
    pub classes: Vec<PairClass>,
}

/// One comparison of a model.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ModelColumn {
    /// Link column.
    pub name: String,
    /// Level codes, missing first.
    pub levels: Vec<&'static str>,
}

/// One class of pairs.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct PairClass {
    /// `match`, `strangers`, `neighbours`, `relatives`.
    pub name: String,
    /// Log2 of its share among all pairs.
    pub share: i32,
    /// Log2 of the probability of each level, by column and level; 0 for missing.
    pub levels: Vec<Vec<i32>>,
}

/// Log2 in 1/1000 bit.
pub(super) fn to_millibits(ratio: f64) -> i32 {
    (ratio.max(1e-12).log2() * 1000.0).round() as i32
}

fn from_millibits(bits: i32) -> f64 {
    (f64::from(bits) / 1000.0).exp2()
}

/// A model ready to weigh pairs of given tables.
pub(crate) struct PairWeigher<'a> {
    pub model: &'a GenericModel,
    comparisons: &'a PlannedComparisons<'a>,
    /// Log2 probability that two records agree on a value, by column, class (from the second)
    /// and pool id; empty where values do not matter.
    values: Vec<Vec<Vec<i32>>>,
}

impl<'a> PairWeigher<'a> {
    pub(super) fn new(
        model: &'a GenericModel,
        comparisons: &'a PlannedComparisons<'a>,
        records: u32,
    ) -> Self {
        // How often an entity stands in the tables.
        let repeated = 1.0 + 2.0 * model.expected_matches as f64 / f64::from(records.max(1));
        let values = (0..model.columns.len())
            .map(|c| {
                let shares = comparisons.shares(c, repeated);
                let chance: f64 = shares.iter().skip(1).map(|s| s * s).sum();
                model.classes[1..]
                    .iter()
                    .enumerate()
                    .map(|(k, class)| {
                        // Who shares a value for a reason shares a rare one as often as a common one.
                        let equal = from_millibits(class.levels[c][1]);
                        let reason =
                            if k == 0 { 0.0 } else { ((equal - chance) / (1.0 - chance)).clamp(0.0, 1.0) };
                        shares.iter().map(|share| to_millibits(reason + (1.0 - reason) * share)).collect()
                    })
                    .collect()
            })
            .collect();
        Self { model, comparisons, values }
    }

    /// Log2 probability of a level in a class.
    fn of(&self, c: usize, k: usize, level: u8, left: u32, right: u32) -> i32 {
        let plain = self.model.classes[k].levels[c][usize::from(level)];
        let swapped = level == super::compare::swapped_level(self.model.columns[c].levels.len());
        if k == 0 || level != 1 && !swapped {
            return plain;
        }
        let bits = |node: u32| {
            let value = self.comparisons.value(c, node)?;
            self.values[c][k - 1].get(value as usize).copied()
        };
        match (level, bits(left)) {
            (1, Some(bits)) => bits,
            // Values that changed columns agree by chance as often as values that did not; that they
            // changed says nothing. The commoner of the two is the one that belongs here.
            (l, Some(one)) if l != 1 => {
                self.model.classes[0].levels[c][usize::from(level)]
                    + bits(right).map_or(one, |two| one.max(two))
            }
            _ => plain,
        }
    }

    /// Weight of a pair: log2 odds of one entity against everything else.
    pub(super) fn weight(&self, left: u32, right: u32, levels: &PairLevels) -> i32 {
        let total = |k: usize| -> i32 {
            let class = &self.model.classes[k];
            class.share
                + levels
                    .iter()
                    .take(self.model.columns.len())
                    .enumerate()
                    .map(|(c, &l)| if l == 0 { 0 } else { self.of(c, k, l, left, right) })
                    .sum::<i32>()
        };
        let others = (1..self.model.classes.len()).map(total);
        total(0) - sum_log2(others)
    }

    /// Weight by column against strangers, and what the other classes take off.
    pub(super) fn parts(&self, left: u32, right: u32, levels: &PairLevels) -> WeightParts {
        let fields: Vec<i32> = levels
            .iter()
            .take(self.model.columns.len())
            .enumerate()
            .map(
                |(c, &l)| {
                    if l == 0 { 0 } else { self.of(c, 0, l, left, right) - self.of(c, 1, l, left, right) }
                },
            )
            .collect();
        let prior = self.model.classes[0].share - self.model.classes[1].share;
        let related = self.weight(left, right, levels) - prior - fields.iter().sum::<i32>();
        WeightParts { prior, fields, related }
    }
}

/// A weight taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WeightParts {
    /// Before anything is compared.
    pub prior: i32,
    /// By column.
    pub fields: Vec<i32>,
    /// That neighbours and relatives may agree as much.
    pub related: i32,
}

/// Log2 of a sum of powers of two, all in 1/1000 bit.
fn sum_log2(parts: impl Iterator<Item = i32> + Clone) -> i32 {
    let Some(most) = parts.clone().max() else { return -60_000 };
    let sum: f64 = parts.map(|p| from_millibits(p - most)).sum();
    most + (sum.log2() * 1000.0).round() as i32
}
