//! At most one record per person and source, where the source promises it.
//!
//! Accepted pairs between two such sources must be an assignment. Conflicts form small
//! components; the best total weight wins there, and what loses goes to review.

use hashbrown::HashMap;

use super::assignment::{WeightedPair, assign};
use super::nodes::LinkNodes;
use super::{ScoredPair, block};
use crate::model::links::{Decision, Tier};

/// Turns accepted pairs that lose against better ones into review pairs. `single`: by source,
/// at most one record per person.
pub(crate) fn settle_one_to_one(scored: &mut [ScoredPair], nodes: &LinkNodes, single: &[bool]) {
    // Conflicts only arise between pairs of the same two sources, one of them single.
    let mut by_sources: HashMap<(u8, u8), Vec<usize>> = HashMap::new();
    for (at, one) in scored.iter().enumerate() {
        if !one.accepted() {
            continue;
        }
        let (a, b) = block::unpack_pair(one.pair);
        let (s, t) = (nodes.source[a as usize], nodes.source[b as usize]);
        if s != t && (single[usize::from(s)] || single[usize::from(t)]) {
            by_sources.entry((s, t)).or_default().push(at);
        }
    }
    let mut groups: Vec<_> = by_sources.into_iter().collect();
    groups.sort_unstable();
    let mut partners = vec![0u8; nodes.len()];
    for ((s, t), mut pairs) in groups {
        // A record may have one partner in a single source.
        let limits = (single[usize::from(t)], single[usize::from(s)]);
        keep_contested_pairs(scored, &mut pairs, limits, &mut partners);
        // Heaviest first; what the records say, not where they stand, breaks ties.
        pairs.sort_by_cached_key(|&at| {
            let (a, b) = block::unpack_pair(scored[at].pair);
            let (x, y) = (nodes.content(a), nodes.content(b));
            (std::cmp::Reverse(scored[at].weight), x.min(y), x.max(y))
        });
        let edges: Vec<WeightedPair> = (pairs.iter())
            .map(|&at| {
                let (left, right) = block::unpack_pair(scored[at].pair);
                WeightedPair { left, right, weight: i64::from(scored[at].weight) }
            })
            .collect();
        let kept = assign(&edges, limits.0, limits.1).kept;
        for (at, _) in pairs.into_iter().zip(kept).filter(|(_, kept)| !kept) {
            scored[at].outcome = Some((Tier::T6, Decision::Review));
        }
    }
}

/// Keeps the pairs one of whose records has several partners; `partners` is all 0 before and
/// after.
fn keep_contested_pairs(
    scored: &[ScoredPair],
    pairs: &mut Vec<usize>,
    limits: (bool, bool),
    partners: &mut [u8],
) {
    let ends = |at: usize| {
        let (a, b) = block::unpack_pair(scored[at].pair);
        [limits.0.then_some(a), limits.1.then_some(b)].into_iter().flatten().map(|node| node as usize)
    };
    let all = pairs.clone();
    for node in all.iter().flat_map(|&at| ends(at)) {
        partners[node] = partners[node].saturating_add(1);
    }
    pairs.retain(|&at| ends(at).any(|node| partners[node] > 1));
    all.iter().flat_map(|&at| ends(at)).for_each(|node| partners[node] = 0);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::link::pair_weights::MOST;

    fn scored(left: u32, right: u32, weight: i32) -> ScoredPair {
        let outcome = Some((Tier::T1, Decision::Accept));
        ScoredPair { pair: block::pack_pair(left, right), weight, levels: [0; MOST], own: outcome, outcome }
    }

    /// A source of three records, without columns.
    fn comparable(source: &str) -> crate::normalize::ComparableSource {
        crate::normalize::ComparableSource {
            source: source.to_owned(),
            rows: 3,
            columns: std::collections::BTreeMap::new(),
        }
    }

    fn kept(pairs: &[(u32, u32, i32)], single: [bool; 2]) -> Vec<bool> {
        let mut all: Vec<ScoredPair> = pairs.iter().map(|&(l, r, w)| scored(l, r, w)).collect();
        settle_one_to_one(&mut all, &LinkNodes::build(&["a", "b"].map(comparable)).unwrap(), &single);
        all.iter().map(ScoredPair::accepted).collect()
    }

    #[test]
    fn the_heaviest_assignment_wins_not_the_heaviest_pair() {
        // 0-4 is the heaviest pair, but 0-3 and 1-4 together weigh more.
        let pairs = [(0, 3, 40), (0, 4, 50), (1, 4, 45)];
        assert_eq!(kept(&pairs, [true, true]), [true, false, true]);
    }

    #[test]
    fn only_a_single_source_limits() {
        // Source a is single: a record of b has one partner there; b is not.
        let pairs = [(0, 3, 40), (0, 4, 50), (1, 4, 45)];
        assert_eq!(kept(&pairs, [true, false]), [true, true, false]);
        assert_eq!(kept(&pairs, [false, true]), [false, true, true]);
        assert_eq!(kept(&pairs, [false, false]), [true, true, true]);
    }
}
