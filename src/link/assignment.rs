//! At most one partner: the heaviest compatible set of pairs.
//!
//! Serves both linkers. Where only one side is limited, each record keeps its best pair. Where
//! both are, it is the assignment of greatest total weight within each connected component.

use std::collections::{BTreeMap, BTreeSet};

use super::disjoint_sets::DisjointSets;

/// Components with more records than this on their smaller side go by weight, heaviest first.
const LARGEST_EXACT: usize = 400;

/// A pair that may be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct WeightedPair {
    /// Record on the one side.
    pub left: u32,
    /// Record on the other side.
    pub right: u32,
    /// Weight in 1/1000 bit.
    pub weight: i64,
}

/// What was kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct KeptPairs {
    /// Whether each edge is kept.
    pub kept: Vec<bool>,
    /// Components that were too large for the exact solution.
    pub greedy_components: usize,
}

/// Keeps the heaviest set of edges in which a left record has one partner (`left_once`) and a
/// right record has one (`right_once`). Edges come best first where weights tie: of equally heavy
/// sets the one with more edges wins, then the one with earlier edges.
pub(crate) fn assign(edges: &[WeightedPair], left_once: bool, right_once: bool) -> KeptPairs {
    let mut out = KeptPairs { kept: vec![true; edges.len()], greedy_components: 0 };
    match (left_once, right_once) {
        (false, false) => {}
        (true, false) => keep_best(edges, &mut out.kept, |e| e.left),
        (false, true) => keep_best(edges, &mut out.kept, |e| e.right),
        (true, true) => {
            for component in components(edges) {
                solve(edges, &component, &mut out);
            }
        }
    }
    out
}

/// Keeps the heaviest edge of each record on one side.
fn keep_best(edges: &[WeightedPair], kept: &mut [bool], side: impl Fn(&WeightedPair) -> u32) {
    let mut best: BTreeMap<u32, usize> = BTreeMap::new();
    for (i, edge) in edges.iter().enumerate() {
        let slot = best.entry(side(edge)).or_insert(i);
        if edge.weight > edges[*slot].weight {
            *slot = i;
        }
    }
    kept.fill(false);
    best.into_values().for_each(|i| kept[i] = true);
}

/// Edges that compete, directly or through others; single edges are left out.
fn components(edges: &[WeightedPair]) -> Vec<Vec<usize>> {
    let mut ids: BTreeMap<(bool, u32), u32> = BTreeMap::new();
    let mut ends = Vec::with_capacity(edges.len());
    for edge in edges {
        let mut id = |key| {
            let next = ids.len() as u32;
            *ids.entry(key).or_insert(next)
        };
        ends.push((id((false, edge.left)), id((true, edge.right))));
    }
    let mut sets = DisjointSets::new(ids.len());
    ends.iter().for_each(|&(a, b)| sets.join(a, b));
    let mut groups: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (i, &(a, _)) in ends.iter().enumerate() {
        groups.entry(sets.find(a)).or_default().push(i);
    }
    groups.into_values().filter(|group| group.len() > 1).collect()
}

fn solve(edges: &[WeightedPair], component: &[usize], out: &mut KeptPairs) {
    let number = |side: &dyn Fn(&WeightedPair) -> u32| {
        // By first appearance, so that ties do not depend on how records are numbered.
        let mut seen = BTreeMap::new();
        for &i in component {
            let next = seen.len();
            seen.entry(side(&edges[i])).or_insert(next);
        }
        seen
    };
    let (left, right) = (number(&|e| e.left), number(&|e| e.right));
    let kept: BTreeSet<usize> = if left.len().min(right.len()) <= LARGEST_EXACT {
        heaviest(edges, component, &left, &right)
    } else {
        out.greedy_components += 1;
        heaviest_first(edges, component)
    };
    for &i in component {
        out.kept[i] = kept.contains(&i);
    }
}

fn heaviest_first(edges: &[WeightedPair], component: &[usize]) -> BTreeSet<usize> {
    let mut order = component.to_vec();
    order.sort_by_key(|&i| (std::cmp::Reverse(edges[i].weight), i));
    let (mut left, mut right) = (BTreeSet::new(), BTreeSet::new());
    order
        .into_iter()
        .filter(|&i| {
            let free = !left.contains(&edges[i].left) && !right.contains(&edges[i].right);
            if free {
                left.insert(edges[i].left);
                right.insert(edges[i].right);
            }
            free
        })
        .collect()
}

/// Matching of greatest total weight (Kuhn 1955, Munkres 1957, with potentials): rows may stay
/// unmatched at weight 0. Cost: rows² × columns.
fn heaviest(
    edges: &[WeightedPair],
    component: &[usize],
    left: &BTreeMap<u32, usize>,
    right: &BTreeMap<u32, usize>,
) -> BTreeSet<usize> {
    // The smaller side makes the rows.
    let turned = left.len() > right.len();
    let (row_of, column_of) = if turned { (right, left) } else { (left, right) };
    let (rows, real) = (row_of.len(), column_of.len());
    let columns = real + rows;
    // Cost of leaving a row alone is 0; of a pair, minus its weight above the smallest one.
    let mut cost = vec![vec![1i64 << 40; columns + 1]; rows + 1];
    let mut edge = vec![vec![usize::MAX; real]; rows];
    for row in 0..rows {
        cost[row + 1][real + row + 1] = 0;
    }
    let lowest = component.iter().map(|&i| edges[i].weight).min().unwrap_or(0).min(0);
    for &i in component {
        let (a, b) = if turned { (edges[i].right, edges[i].left) } else { (edges[i].left, edges[i].right) };
        let (row, column) = (row_of[&a], column_of[&b]);
        let this = -(edges[i].weight - lowest + 1);
        if this < cost[row + 1][column + 1] {
            cost[row + 1][column + 1] = this;
            edge[row][column] = i;
        }
    }
    let match_of = assign_rows(&cost, rows, columns);
    (1..=real)
        .filter(|&column| match_of[column] > 0)
        .map(|column| edge[match_of[column] - 1][column - 1])
        .filter(|&i| i != usize::MAX)
        .collect()
}

/// Row matched to each column (from 1; 0 none), by shortest augmenting paths.
fn assign_rows(cost: &[Vec<i64>], rows: usize, columns: usize) -> Vec<usize> {
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
    match_of
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Greatest total weight by trying everything.
    fn brute(edges: &[WeightedPair], from: usize, used: &mut Vec<(bool, u32)>, once: (bool, bool)) -> i64 {
        let Some(e) = edges.get(from) else { return 0 };
        let mut best = brute(edges, from + 1, used, once);
        let free = |limited: bool, key| !limited || !used.contains(&key);
        if free(once.0, (false, e.left)) && free(once.1, (true, e.right)) {
            used.extend([(false, e.left), (true, e.right)]);
            best = best.max(e.weight + brute(edges, from + 1, used, once));
            used.truncate(used.len() - 2);
        }
        best
    }

    proptest::proptest! {
        #[test]
        fn the_kept_set_is_the_heaviest(
            pairs in proptest::collection::btree_map((0u32..5, 0u32..5), 1i64..60, 1..12),
            left_once: bool,
            right_once: bool,
        ) {
            // Each pair counts one more than its weight: of equally heavy sets the larger wins.
            let edges: Vec<WeightedPair> =
                pairs.iter().map(|(&(left, right), &weight)| WeightedPair { left, right, weight }).collect();
            let found = assign(&edges, left_once, right_once);
            let more: Vec<WeightedPair> = edges.iter().map(|e| WeightedPair { weight: e.weight + 1, ..*e }).collect();
            let total: i64 = more.iter().zip(&found.kept).filter(|(_, kept)| **kept).map(|(e, _)| e.weight).sum();
            proptest::prop_assert_eq!(total, brute(&more, 0, &mut Vec::new(), (left_once, right_once)));
            // And it is compatible.
            for (i, a) in edges.iter().enumerate().filter(|(i, _)| found.kept[*i]) {
                for (j, b) in edges.iter().enumerate().filter(|(j, _)| found.kept[*j]) {
                    proptest::prop_assert!(i == j || !(left_once && a.left == b.left || right_once && a.right == b.right));
                }
            }
        }
    }

    #[test]
    fn a_component_of_forty_pairs_is_solved_exactly() {
        // A chain in which taking the heaviest pair first costs everything else.
        let mut edges = Vec::new();
        for n in 0..20 {
            edges.push(WeightedPair { left: n, right: n, weight: 10 });
            edges.push(WeightedPair { left: n, right: n + 1, weight: 11 });
        }
        let kept = assign(&edges, true, true).kept;
        let total: i64 = edges.iter().zip(&kept).filter(|(_, k)| **k).map(|(e, _)| e.weight).sum();
        assert_eq!(total, 20 * 11);
        edges.push(WeightedPair { left: 20, right: 20, weight: 500 });
        let kept = assign(&edges, true, true).kept;
        let total: i64 = edges.iter().zip(&kept).filter(|(_, k)| **k).map(|(e, _)| e.weight).sum();
        assert_eq!(total, 500 + 19 * 11);
    }
}
