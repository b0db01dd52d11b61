//! At most one record per person and source, where the source promises it.
//!
//! Accepted pairs between two such sources must be an assignment. Conflicts form small
//! components; the best total weight wins there, and what loses goes to review. Rows that stand in a list twice are one:
//! a second row with a damaged number does not take the partner of the first.

use hashbrown::HashMap;

use super::assignment::{WeightedPair, assign};
use super::nodes::LinkNodes;
use super::{ScoredPair, block};
use crate::model::links::{Decision, Tier};

/// Turns accepted pairs that lose against better ones into review pairs. `single`: by source,
/// at most one record per person.
pub(crate) fn settle_one_to_one(scored: &mut [ScoredPair], nodes: &LinkNodes, single: &[bool]) {
    let rows = DoubledRows::new(scored, nodes, single);
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
        keep_contested_pairs(scored, &rows, &mut pairs, limits, &mut partners);
        // Heaviest first; what the records say, not where they stand, breaks ties.
        pairs.sort_by_cached_key(|&at| {
            let (a, b) = block::unpack_pair(scored[at].pair);
            let (x, y) = (nodes.content(a), nodes.content(b));
            (std::cmp::Reverse(scored[at].weight), x.min(y), x.max(y))
        });
        // Of the pairs between doubled rows the heaviest stands for all.
        let mut edges: Vec<WeightedPair> = Vec::with_capacity(pairs.len());
        let mut edge_of: HashMap<(u32, u32), usize> = HashMap::with_capacity(pairs.len());
        let of_pair: Vec<usize> = (pairs.iter())
            .map(|&at| {
                let (left, right) = rows.ends(scored[at].pair);
                *edge_of.entry((left, right)).or_insert_with(|| {
                    edges.push(WeightedPair { left, right, weight: i64::from(scored[at].weight) });
                    edges.len() - 1
                })
            })
            .collect();
        let kept = assign(&edges, limits.0, limits.1).kept;
        for (at, _) in pairs.into_iter().zip(of_pair).filter(|(_, edge)| !kept[*edge]) {
            scored[at].outcome = Some((Tier::T6, Decision::Review));
        }
    }
}

/// Rows of single sources that stand there twice, as accepted pairs within the source say.
struct DoubledRows(HashMap<u32, u32>);

impl DoubledRows {
    fn new(scored: &[ScoredPair], nodes: &LinkNodes, single: &[bool]) -> Self {
        let within = scored.iter().filter(|one| one.accepted()).map(|one| block::unpack_pair(one.pair));
        let mut first: HashMap<u32, u32> = HashMap::new();
        // Pairs ascend: the first row of three comes before the others.
        for (a, b) in within {
            let source = nodes.source[a as usize];
            // One name in one household, a boy and a girl: the rows are two people's.
            let sexes = [nodes.stated_sex(a), nodes.stated_sex(b)];
            if !sexes.contains(&0) && sexes[0] != sexes[1] {
                continue;
            }
            if source == nodes.source[b as usize] && single[usize::from(source)] {
                let row = first.get(&a).copied().unwrap_or(a);
                first.entry(b).or_insert(row);
            }
        }
        Self(first)
    }

    /// The first of the rows that a pair's records stand in.
    fn ends(&self, pair: u64) -> (u32, u32) {
        let (a, b) = block::unpack_pair(pair);
        let row = |node: u32| self.0.get(&node).copied().unwrap_or(node);
        (row(a), row(b))
    }
}

/// Keeps the pairs one of whose records has several partners; `partners` is all 0 before and
/// after.
fn keep_contested_pairs(
    scored: &[ScoredPair],
    rows: &DoubledRows,
    pairs: &mut Vec<usize>,
    limits: (bool, bool),
    partners: &mut [u8],
) {
    let ends = |at: usize| {
        let (a, b) = rows.ends(scored[at].pair);
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
    fn a_row_that_stands_twice_is_one() {
        // 0 and 1 are two rows of one person, whose records in b are 3; the heavier pair is that of the second row.
        let twice = [(0, 1, 60), (0, 3, 40), (1, 3, 50)];
        assert_eq!(kept(&twice, [true, false]), [true, true, true]);
        assert_eq!(kept(&twice[1..], [true, true]), [false, true], "two people");
        // Somebody else's row loses against both.
        let other = [(0, 1, 60), (0, 3, 40), (1, 3, 50), (2, 3, 45)];
        assert_eq!(kept(&other, [true, true]), [true, true, true, false]);
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
