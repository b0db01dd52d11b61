//! Pairs of records that are, or may be, the same person.

/// Position of a record among all records of the run: source offset + row.
pub(crate) type Node = u32;

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

impl Tier {
    /// The tier of a number as it is published; the weakest for any other number.
    pub(crate) fn of_number(number: i32) -> Self {
        match number {
            1 => Self::T1,
            2 => Self::T2,
            3 => Self::T3,
            4 => Self::T4,
            5 => Self::T5,
            _ => Self::T6,
        }
    }
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
    /// What each pass brought.
    pub passes: Vec<PassReport>,
    /// Pairs that somebody ruled about.
    pub ruled: RuledPairs,
}

impl Links {
    /// Was this pair, in either order, left to people?
    pub(crate) fn is_in_review(&self, a: Node, b: Node) -> bool {
        let wanted = (a.min(b), a.max(b));
        let from = self.left.partition_point(|&left| left < wanted.0);
        let until = from + self.left[from..].partition_point(|&left| left == wanted.0);
        let at = self.right[from..until].binary_search(&wanted.1);
        at.is_ok_and(|at| self.decision[from + at] == Decision::Review)
    }
}

/// Pairs of records that an officer ruled about, `left << 32 | right`, ascending.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RuledPairs {
    /// Pairs that are one person.
    pub same: Vec<u64>,
    /// Pairs that are not.
    pub apart: Vec<u64>,
}

impl RuledPairs {
    /// Did somebody say that the two are one person?
    pub(crate) fn are_same(&self, pair: u64) -> bool {
        self.same.binary_search(&pair).is_ok()
    }

    /// Did somebody say that the two are several persons?
    pub(crate) fn are_apart(&self, pair: u64) -> bool {
        self.apart.binary_search(&pair).is_ok()
    }
}

/// What one pass did.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct PassReport {
    /// Name of the pass.
    pub name: String,
    /// Records that have the key.
    pub records: u64,
    /// Pairs that share it, pairs of settled records left out.
    pub pairs: u64,
    /// Pairs that no earlier pass had.
    pub new_pairs: u64,
    /// Blocks that were too large and were split.
    pub split_blocks: u64,
    /// Blocks that were too large even then; their pairs are not compared.
    pub skipped_blocks: u64,
    /// Records in them.
    pub skipped_records: u64,
}

impl PassReport {
    /// Adds what a part of the pass met.
    pub(crate) fn add(&mut self, part: &Self) {
        self.records += part.records;
        self.split_blocks += part.split_blocks;
        self.skipped_blocks += part.skipped_blocks;
        self.skipped_records += part.skipped_records;
    }
}
