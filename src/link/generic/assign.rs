//! From scored pairs to links and clusters.
//!
//! Where both tables hold an entity at most once, links are a matching: the one of greatest total
//! weight within each connected component. Else links are all pairs over the threshold, and
//! clusters their components.

use super::{GenericSettings, Nodes, ScoredPair};
use crate::link::sets::DisjointSets;

/// Components larger than this are matched greedily by weight.
const LARGEST_EXACT: usize = 200;

/// Links and clusters.
pub(crate) struct Decided {
    /// Accepted and review pairs in pair order.
    pub pairs: Vec<ScoredPair>,
    /// Whether each pair is accepted (else review).
    pub accepted: Vec<bool>,
    /// Cluster of every node: its smallest node.
    pub clusters: Vec<u32>,
    /// Components matched greedily for their size.
    pub greedy_components: usize,
}

pub(super) fn decide(settings: &GenericSettings, nodes: &Nodes<'_>, scored: &mut Vec<ScoredPair>) -> Decided {
    let accept = settings.accept_weight();
    let pairs = std::mem::take(scored);
    let mut accepted: Vec<bool> = pairs.iter().map(|p| p.weight >= accept).collect();
    let unique: Vec<bool> = settings.table.iter().map(|t| t.deduplicated).collect();
    let mut greedy_components = 0;
    for left_table in 0..nodes.tables.len() {
        for right_table in left_table + 1..nodes.tables.len() {
            if unique[left_table] || unique[right_table] {
                let among: Vec<usize> = (0..pairs.len())
                    .filter(|&i| {
                        accepted[i]
                            && nodes.table_of(pairs[i].left) == left_table
                            && nodes.table_of(pairs[i].right) == right_table
                    })
                    .collect();
                greedy_components +=
                    restrict(&pairs, &among, unique[left_table], unique[right_table], &mut accepted);
            }
        }
    }
    let mut sets = DisjointSets::new(nodes.len() as usize);
    for (pair, _) in pairs.iter().zip(&accepted).filter(|(_, accepted)| **accepted) {
        sets.join(pair.left, pair.right);
    }
    let clusters = (0..nodes.len()).map(|node| sets.find(node)).collect();
    Decided { pairs, accepted, clusters, greedy_components }
}

/// Leaves at most one accepted pair per record where the other side holds an entity once.
fn restrict(
    pairs: &[ScoredPair],
    among: &[usize],
    left_unique: bool,
    right_unique: bool,
    accepted: &mut [bool],
) -> usize {
    use std::collections::{BTreeMap, BTreeSet};
    if !(left_unique && right_unique) {
        // A record belongs to one entity: its best pair into the table without repetitions.
        let mut best: BTreeMap<u32, usize> = BTreeMap::new();
        for &i in among {
            let many = if left_unique { pairs[i].right } else { pairs[i].left };
            let slot = best.entry(many).or_insert(i);
            if pairs[i].weight > pairs[*slot].weight {
                *slot = i;
            }
        }
        let keep: BTreeSet<usize> = best.into_values().collect();
        among.iter().filter(|i| !keep.contains(i)).for_each(|&i| accepted[i] = false);
        return 0;
    }
    let mut ids: BTreeMap<u32, u32> = BTreeMap::new();
    for &i in among {
        for node in [pairs[i].left, pairs[i].right] {
            let next = ids.len() as u32;
            ids.entry(node).or_insert(next);
        }
    }
    let mut sets = DisjointSets::new(ids.len());
    for &i in among {
        sets.join(ids[&pairs[i].left], ids[&pairs[i].right]);
    }
    let mut components: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for &i in among {
        components.entry(sets.find(ids[&pairs[i].left])).or_default().push(i);
    }
    let mut greedy = 0;
    for edges in components.into_values().filter(|edges| edges.len() > 1) {
        let left: BTreeSet<u32> = edges.iter().map(|&i| pairs[i].left).collect();
        let right: BTreeSet<u32> = edges.iter().map(|&i| pairs[i].right).collect();
        let chosen = if left.len().max(right.len()) <= LARGEST_EXACT {
            best_matching(
                pairs,
                &edges,
                &left.into_iter().collect::<Vec<_>>(),
                &right.into_iter().collect::<Vec<_>>(),
            )
        } else {
            greedy += 1;
            greedy_matching(pairs, &edges)
        };
        for &i in &edges {
            accepted[i] = chosen.contains(&i);
        }
    }
    greedy
}

fn greedy_matching(pairs: &[ScoredPair], edges: &[usize]) -> std::collections::BTreeSet<usize> {
    let mut order = edges.to_vec();
    order.sort_by_key(|&i| (std::cmp::Reverse(pairs[i].weight), i));
    let mut used = std::collections::BTreeSet::new();
    order
        .into_iter()
        .filter(|&i| {
            let free = !used.contains(&pairs[i].left) && !used.contains(&pairs[i].right);
            if free {
                used.extend([pairs[i].left, pairs[i].right]);
            }
            free
        })
        .collect()
}

/// Matching of greatest total weight (Kuhn 1955, Munkres 1957, with potentials): rows may stay
/// unmatched at weight 0.
fn best_matching(
    pairs: &[ScoredPair],
    edges: &[usize],
    left: &[u32],
    right: &[u32],
) -> std::collections::BTreeSet<usize> {
    let (rows, columns) = (left.len(), right.len() + left.len());
    // Cost of leaving a row alone is 0; of a pair, minus its weight above the smallest accepted one.
    let mut cost = vec![vec![1i64 << 40; columns + 1]; rows + 1];
    let mut edge = vec![vec![usize::MAX; right.len()]; rows];
    for row in 0..rows {
        cost[row + 1][right.len() + row + 1] = 0;
    }
    let lowest = edges.iter().map(|&i| i64::from(pairs[i].weight)).min().unwrap_or(0);
    for &i in edges {
        let (Ok(row), Ok(column)) =
            (left.binary_search(&pairs[i].left), right.binary_search(&pairs[i].right))
        else {
            continue;
        };
        cost[row + 1][column + 1] = -(i64::from(pairs[i].weight) - lowest.min(0) + 1);
        edge[row][column] = i;
    }
    let (mut u, mut v) = (vec![0i64; rows + 1], vec![0i64; columns + 1]);
    let mut match_of = vec![0usize; columns + 1];
    for row in 1..=rows {
        match_of[0] = row;
        let mut way = vec![0usize; columns + 1];
        let mut least = vec![i64::MAX; columns + 1];
        let mut used = vec![false; columns + 1];
        let mut column = 0;
        loop {
            used[column] = true;
            let current = match_of[column];
            let (mut delta, mut next) = (i64::MAX, 0);
            for other in 1..=columns {
                if !used[other] {
                    let reduced = cost[current][other] - u[current] - v[other];
                    if reduced < least[other] {
                        least[other] = reduced;
                        way[other] = column;
                    }
                    if least[other] < delta {
                        delta = least[other];
                        next = other;
                    }
                }
            }
            for other in 0..=columns {
                if used[other] {
                    u[match_of[other]] += delta;
                    v[other] -= delta;
                } else {
                    least[other] = least[other].saturating_sub(delta);
                }
            }
            column = next;
            if match_of[column] == 0 {
                break;
            }
        }
        while column != 0 {
            let previous = way[column];
            match_of[column] = match_of[previous];
            column = previous;
        }
    }
    (1..=right.len())
        .filter(|&column| match_of[column] > 0)
        .map(|column| edge[match_of[column] - 1][column - 1])
        .filter(|&i| i != usize::MAX)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(left: u32, right: u32, weight: i32) -> ScoredPair {
        ScoredPair { left, right, weight, levels: Vec::new() }
    }

    /// Greatest total weight by trying everything.
    fn brute(pairs: &[ScoredPair], from: usize, used: &mut Vec<u32>) -> i64 {
        let Some(p) = pairs.get(from) else { return 0 };
        let mut best = brute(pairs, from + 1, used);
        if !used.contains(&p.left) && !used.contains(&(p.right + 100)) {
            used.extend([p.left, p.right + 100]);
            best = best.max(i64::from(p.weight) + brute(pairs, from + 1, used));
            used.truncate(used.len() - 2);
        }
        best
    }

    proptest::proptest! {
        #[test]
        fn matching_is_the_heaviest(edges in proptest::collection::btree_map((0u32..5, 0u32..5), 1i32..60, 1..12)) {
            let pairs: Vec<ScoredPair> = edges.iter().map(|(&(l, r), &w)| pair(l, r + 10, w)).collect();
            let left: Vec<u32> = (0..5).filter(|l| pairs.iter().any(|p| p.left == *l)).collect();
            let right: Vec<u32> = (10..15).filter(|r| pairs.iter().any(|p| p.right == *r)).collect();
            let all: Vec<usize> = (0..pairs.len()).collect();
            let chosen = best_matching(&pairs, &all, &left, &right);
            // Each pair counts one more than its weight: of equally heavy matchings the larger wins.
            let total: i64 = chosen.iter().map(|&i| i64::from(pairs[i].weight) + 1).sum();
            let heavier: Vec<ScoredPair> = pairs.iter().map(|p| pair(p.left, p.right, p.weight + 1)).collect();
            proptest::prop_assert_eq!(total, brute(&heavier, 0, &mut Vec::new()));
        }
    }
}
