//! Which pairs are compared at all: several passes, unioned.

mod id_slip;
mod key;
mod same_id;

use crate::model::links::PassReport;
use rayon::prelude::*;

use super::nodes::LinkNodes;
use crate::Result;
use crate::link::settings::{LinkSettings, PassKind};
use crate::model::division::DivisionTree;

use key::KeyPass;
use same_id::NumberCarriers;

/// Candidate pairs, `left << 32 | right` with left < right, ascending, without doubles.
#[derive(Debug, Clone, Default)]
pub struct CandidatePairs {
    /// Pairs.
    pub pairs: Vec<u64>,
    /// Records that share a confirmed number and a name with another record: two of them are
    /// compared only by number.
    pub settled: Vec<bool>,
    /// By pass.
    pub reports: Vec<PassReport>,
}

/// Packs a pair.
pub fn pack_pair(a: u32, b: u32) -> u64 {
    let (left, right) = if a < b { (a, b) } else { (b, a) };
    u64::from(left) << 32 | u64::from(right)
}

/// Unpacks a pair.
pub fn unpack_pair(pair: u64) -> (u32, u32) {
    ((pair >> 32) as u32, pair as u32)
}

/// Runs every pass that needs no links. `single`: by source, at most one record per person; without
/// it no record counts as settled, and every pass gives all its pairs.
///
/// # Errors
/// More records than can be numbered (2^32).
pub fn block_pairs(
    settings: &LinkSettings,
    nodes: &LinkNodes,
    tree: &DivisionTree,
    single: Option<&[bool]>,
) -> Result<CandidatePairs> {
    let mut all = CandidatePairs { settled: vec![false; nodes.len()], ..CandidatePairs::default() };
    let carriers = NumberCarriers::new(nodes);
    let readings = key::ReadingKeys::default();
    // What each pass found that none before it had.
    let mut found: Vec<Vec<u64>> = Vec::new();
    for pass in settings.passes.iter().filter(|p| p.kind != PassKind::Household) {
        let mut report = PassReport { name: pass.name.clone(), ..PassReport::default() };
        let by_key = KeyPass::new(settings, pass, nodes, tree, &readings)?;
        let mut pairs = match pass.kind {
            PassKind::IdSlip => id_slip::block_id_slips(nodes, &carriers, &all.settled, &mut report),
            PassKind::SameId => {
                let systems = settings.systems(&nodes.names);
                let single = single.map(|single| (single, systems.as_slice()));
                let (pairs, settled) = same_id::block_same_id(&by_key, &carriers, single, &mut report);
                if let Some(settled) = settled {
                    all.settled = settled;
                }
                pairs
            }
            _ => by_key.pairs(&all.settled, &mut report),
        };
        pairs.par_sort_unstable();
        pairs.dedup();
        report.pairs = pairs.len() as u64;
        remove_known_pairs(&mut pairs, &found);
        report.new_pairs = pairs.len() as u64;
        found.push(pairs);
        all.reports.push(report);
    }
    // The small ones first: the large ones are copied once.
    found.sort_by_key(Vec::len);
    for pairs in found {
        all.pairs = if all.pairs.is_empty() { pairs } else { union_pairs(&all.pairs, &pairs) };
    }
    Ok(all)
}

/// Leaves out what some of the ascending lists have.
fn remove_known_pairs(pairs: &mut Vec<u64>, found: &[Vec<u64>]) {
    for known in found {
        let mut rest = &known[..];
        pairs.retain(|pair| {
            // Steps of doubling length to where the pair would be.
            let mut step = 1;
            while step < rest.len() && rest[step] < *pair {
                step *= 2;
            }
            rest = &rest[step / 2..];
            rest = &rest[rest[..rest.len().min(step)].partition_point(|known| known < pair)..];
            rest.first() != Some(pair)
        });
    }
}

/// Union of two ascending lists.
pub fn union_pairs(a: &[u64], b: &[u64]) -> Vec<u64> {
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
