//! At most one record per person and source, where the source promises it.
//!
//! Accepted pairs between two such sources must be an assignment. Conflicts form small
//! components; the best total weight wins there (exactly, by search), and ties go to review.

use hashbrown::HashMap;

use super::nodes::Nodes;
use super::sets::DisjointSets;
use super::{Decision, Scored, Tier, block};

/// Largest component that is solved exactly (in pairs); larger ones go by weight.
const EXACT: usize = 18;

/// Turns accepted pairs that lose against better ones into review pairs. `single`: by source,
/// at most one record per person.
pub(crate) fn settle(scored: &mut [Scored], nodes: &Nodes, single: &[bool]) {
    // Conflicts only arise between pairs of the same two sources, one of them single.
    let mut by_sources: HashMap<(u8, u8), Vec<usize>> = HashMap::new();
    for (at, one) in scored.iter().enumerate() {
        if !matches!(one.outcome, Some((_, Decision::Accept))) {
            continue;
        }
        let (a, b) = block::unpack(one.pair);
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
        contested(scored, &mut pairs, limits, &mut partners);
        for component in components(scored, &pairs, limits) {
            resolve(scored, &component, limits, nodes);
        }
    }
}

/// Keeps the pairs one of whose records has several partners; `partners` is all 0 before and
/// after.
fn contested(scored: &[Scored], pairs: &mut Vec<usize>, limits: (bool, bool), partners: &mut [u8]) {
    let ends = |at: usize| {
        let (a, b) = block::unpack(scored[at].pair);
        [limits.0.then_some(a), limits.1.then_some(b)].into_iter().flatten().map(|node| node as usize)
    };
    let all = pairs.clone();
    for node in all.iter().flat_map(|&at| ends(at)) {
        partners[node] = partners[node].saturating_add(1);
    }
    pairs.retain(|&at| ends(at).any(|node| partners[node] > 1));
    all.iter().flat_map(|&at| ends(at)).for_each(|node| partners[node] = 0);
}

/// Pairs that conflict, directly or through others.
fn components(scored: &[Scored], pairs: &[usize], limits: (bool, bool)) -> Vec<Vec<usize>> {
    let mut sets = DisjointSets::new(pairs.len());
    let mut first: HashMap<(u32, bool), u32> = HashMap::new();
    for (i, &at) in (0u32..).zip(pairs) {
        let (a, b) = block::unpack(scored[at].pair);
        for key in [limits.0.then_some((a, false)), limits.1.then_some((b, true))].into_iter().flatten() {
            let other = *first.entry(key).or_insert(i);
            sets.join(other, i);
        }
    }
    let mut groups: HashMap<u32, Vec<usize>> = HashMap::new();
    for (i, &at) in (0u32..).zip(pairs) {
        groups.entry(sets.find(i)).or_default().push(at);
    }
    let mut out: Vec<Vec<usize>> = groups.into_values().filter(|g| g.len() > 1).collect();
    out.sort_unstable();
    out
}

/// Keeps the heaviest compatible set of a component.
fn resolve(scored: &mut [Scored], component: &[usize], limits: (bool, bool), nodes: &Nodes) {
    let mut order = component.to_vec();
    let key = |at: usize| {
        let (a, b) = block::unpack(scored[at].pair);
        let (x, y) = (nodes.content(a), nodes.content(b));
        (std::cmp::Reverse(scored[at].weight), x.min(y), x.max(y))
    };
    order.sort_by_key(|&at| key(at));
    let ends: Vec<(u32, u32)> = order.iter().map(|&at| block::unpack(scored[at].pair)).collect();
    let weights: Vec<i64> = order.iter().map(|&at| i64::from(scored[at].weight)).collect();
    let clash = |i: usize, j: usize| limits.0 && ends[i].0 == ends[j].0 || limits.1 && ends[i].1 == ends[j].1;
    let kept = if order.len() <= EXACT {
        let mut best = (-1, 0u32);
        search(0, 0, 0, &weights, &clash, &mut best);
        best.1
    } else {
        0
    };
    let mut greedy: Vec<usize> = Vec::new();
    for (i, &at) in order.iter().enumerate() {
        let keep = if order.len() <= EXACT {
            kept >> i & 1 == 1
        } else {
            let free = greedy.iter().all(|&j| !clash(i, j));
            if free {
                greedy.push(i);
            }
            free
        };
        if !keep {
            scored[at].outcome = Some((Tier::T6, Decision::Review));
        }
    }
}

/// Heaviest compatible subset; the first found wins ties, and heavier pairs are tried first.
fn search(
    at: usize,
    chosen: u32,
    total: i64,
    weights: &[i64],
    clash: &dyn Fn(usize, usize) -> bool,
    best: &mut (i64, u32),
) {
    if at == weights.len() {
        if total > best.0 {
            *best = (total, chosen);
        }
        return;
    }
    if total + weights[at..].iter().sum::<i64>() <= best.0 {
        return;
    }
    if (0..at).all(|j| chosen >> j & 1 == 0 || !clash(at, j)) {
        search(at + 1, chosen | 1 << at, total + weights[at], weights, clash, best);
    }
    search(at + 1, chosen, total, weights, clash, best);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Heaviest compatible subset by trying all.
    fn all_subsets(weights: &[i64], clash: &dyn Fn(usize, usize) -> bool) -> i64 {
        (0u32..1 << weights.len())
            .filter(|set| {
                let has = |i: usize| set >> i & 1 == 1;
                (0..weights.len()).all(|i| (0..i).all(|j| !(has(i) && has(j) && clash(i, j))))
            })
            .map(|set| (0..weights.len()).filter(|&i| set >> i & 1 == 1).map(|i| weights[i]).sum())
            .max()
            .unwrap_or(0)
    }

    proptest! {
        #[test]
        fn the_search_finds_the_heaviest_assignment(pairs in prop::collection::vec((0u8..4, 0u8..4, 1i64..50), 1..9)) {
            let weights: Vec<i64> = pairs.iter().map(|p| p.2).collect();
            let clash = |i: usize, j: usize| pairs[i].0 == pairs[j].0 || pairs[i].1 == pairs[j].1;
            let mut best = (-1, 0);
            search(0, 0, 0, &weights, &clash, &mut best);
            prop_assert_eq!(best.0, all_subsets(&weights, &clash));
        }
    }
}
