//! Which pairs are compared at all: several passes, unioned.

mod id_slip;
mod key;

use rayon::prelude::*;

use super::nodes::Nodes;
use crate::Result;
use crate::config::link::{LinkSettings, PassKind};
use crate::normalize::DivisionTree;

pub use key::keys_of;

/// What one pass did.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct PassReport {
    /// Name of the pass.
    pub name: String,
    /// Records that have the key.
    pub records: u64,
    /// Pairs that share it.
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

/// Candidate pairs, `left << 32 | right` with left < right, ascending, without doubles.
#[derive(Debug, Clone, Default)]
pub struct Candidates {
    /// Pairs.
    pub pairs: Vec<u64>,
    /// By pass.
    pub reports: Vec<PassReport>,
}

/// Packs a pair.
pub fn pack(a: u32, b: u32) -> u64 {
    let (left, right) = if a < b { (a, b) } else { (b, a) };
    u64::from(left) << 32 | u64::from(right)
}

/// Unpacks a pair.
pub fn unpack(pair: u64) -> (u32, u32) {
    ((pair >> 32) as u32, pair as u32)
}

/// Runs every pass that needs no links. `wanted` says whether two records may be compared
/// (link two tables, deduplicate one, or both).
pub fn candidates(
    settings: &LinkSettings,
    nodes: &Nodes,
    tree: &DivisionTree,
    wanted: &(dyn Fn(u32, u32) -> bool + Sync),
) -> Result<Candidates> {
    let mut all = Candidates::default();
    for pass in settings.passes.iter().filter(|p| p.kind != PassKind::Household) {
        let mut report = PassReport { name: pass.name.clone(), ..PassReport::default() };
        let mut pairs = match pass.kind {
            PassKind::IdSlip => id_slip::pairs(nodes, wanted, &mut report),
            _ => key::pairs(settings, pass, nodes, tree, wanted, &mut report)?,
        };
        pairs.par_sort_unstable();
        pairs.dedup();
        report.pairs = pairs.len() as u64;
        let before = all.pairs.len();
        all.pairs = union(&all.pairs, &pairs);
        report.new_pairs = (all.pairs.len() - before) as u64;
        all.reports.push(report);
    }
    Ok(all)
}

/// Union of two ascending lists.
pub fn union(a: &[u64], b: &[u64]) -> Vec<u64> {
    let mut out = Vec::with_capacity(a.len() + b.len());
    let (mut i, mut j) = (0, 0);
    while i < a.len() && j < b.len() {
        match a[i].cmp(&b[j]) {
            std::cmp::Ordering::Less => {
                out.push(a[i]);
                i += 1;
            }
            std::cmp::Ordering::Greater => {
                out.push(b[j]);
                j += 1;
            }
            std::cmp::Ordering::Equal => {
                out.push(a[i]);
                i += 1;
                j += 1;
            }
        }
    }
    out.extend_from_slice(&a[i..]);
    out.extend_from_slice(&b[j..]);
    out
}
