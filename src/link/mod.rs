//! Stage 4: which records are the same person: block → compare → weigh → decide.
//!
//! In: one [`crate::normalize::Comparable`] per source. Out: [`Links`], accepted and review
//! pairs with weight, tier and the level reached in every comparison (the evidence).

pub mod compare;
pub mod generic;

/// Position of a record among all records of the run: source offset + row.
pub type Node = u32;

/// What is done with a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Decision {
    /// The pair is the same person.
    Accept = 1,
    /// A human must look.
    Review = 2,
}

/// Match tier an officer understands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Tier {
    /// ID and name agree.
    T1 = 1,
    /// ID agrees, name differs.
    T2 = 2,
    /// One slip in the ID, name agrees.
    T3 = 3,
    /// Damaged or 15-digit ID and name.
    T4 = 4,
    /// Name, birth and village or household, without ID.
    T5 = 5,
    /// Review.
    T6 = 6,
}

/// Scored pairs, sorted by (left, right); parallel vectors.
#[derive(Debug, Clone, Default)]
pub struct Links {
    /// Names of the comparisons, in the order of `levels`.
    pub comparisons: Vec<String>,
    /// Lower node.
    pub left: Vec<Node>,
    /// Higher node.
    pub right: Vec<Node>,
    /// Total match weight in 1/1000 bit.
    pub weight: Vec<i32>,
    /// Tier.
    pub tier: Vec<Tier>,
    /// Decision.
    pub decision: Vec<Decision>,
    /// `levels[c][i]`: level of pair `i` in comparison `c` (0 = missing, then from best 1 downward).
    pub levels: Vec<Vec<u8>>,
}
