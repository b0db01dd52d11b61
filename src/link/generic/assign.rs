//! From scored pairs to links and clusters.
//!
//! Where a table holds an entity at most once, links into it are an assignment
//! ([`crate::link::assignment`]). Records are then clustered from the heaviest pair down: two
//! clusters join if their records agree on average, pairs that no pass had included, and if no
//! table that holds an entity once would be in twice. Links are the pairs within clusters.

use std::collections::{BTreeMap, BTreeSet};

use super::compare::PlannedComparisons;
use super::generic_model::PairWeigher;
use super::{GenericNodes, GenericSettings, ScoredPair};
use crate::link::assignment::{WeightedPair, assign};
use crate::link::disjoint_sets::DisjointSets;

/// A pair speaks for or against two clusters at most this much (1/1000 bit).
const LOUDEST: i32 = 15_000;
/// Of larger clusters only this many members are asked.
const MOST_ASKED: usize = 30;

/// Links and clusters.
pub(crate) struct LinksAndClusters {
    /// Accepted and review pairs in pair order.
    pub pairs: Vec<ScoredPair>,
    /// Whether each pair is accepted (else review).
    pub accepted: Vec<bool>,
    /// Cluster of every node: its smallest node.
    pub clusters: Vec<u32>,
    /// Components matched greedily for their size.
    pub greedy_components: usize,
    /// Heavy enough pairs whose clusters do not agree.
    pub refused: u64,
}

pub(super) fn decide_generic_links(
    settings: &GenericSettings,
    nodes: &GenericNodes<'_>,
    comparisons: &PlannedComparisons<'_>,
    weigher: &PairWeigher<'_>,
    mut pairs: Vec<ScoredPair>,
) -> LinksAndClusters {
    let accept = settings.accept_weight();
    let contents = nodes.contents();
    let place = |i: usize, pairs: &[ScoredPair]| {
        let (x, y) = (contents[pairs[i].left as usize], contents[pairs[i].right as usize]);
        (std::cmp::Reverse(pairs[i].weight), x.min(y), x.max(y), i)
    };
    let mut order: Vec<usize> = (0..pairs.len()).filter(|&i| pairs[i].weight >= accept).collect();
    order.sort_unstable_by_key(|&i| place(i, &pairs));
    let unique: Vec<bool> = settings.table.iter().map(|t| t.deduplicated).collect();
    let (kept, greedy_components) = one_partner(&pairs, &order, nodes, &unique);
    let mut builder = ClusterBuilder {
        settings,
        nodes,
        comparisons,
        weigher,
        unique: &unique,
        sets: DisjointSets::new(nodes.len() as usize),
        members: BTreeMap::new(),
        known: order.iter().map(|&i| ((pairs[i].left, pairs[i].right), pairs[i].weight)).collect(),
    };
    // What one round refuses may agree once the clusters have grown.
    let mut open: Vec<usize> = order.into_iter().filter(|i| kept.contains(i)).collect();
    loop {
        let before = open.len();
        open.retain(|&i| !builder.join(pairs[i].left, pairs[i].right));
        if open.len() == before || open.is_empty() {
            break;
        }
    }
    let refused = open.len() as u64;
    let inside = builder.inside(&pairs);
    pairs.extend(inside);
    pairs.sort_unstable_by_key(|p| (p.left, p.right));
    let clusters: Vec<u32> = (0..nodes.len()).map(|node| builder.sets.find(node)).collect();
    let accepted = pairs.iter().map(|p| clusters[p.left as usize] == clusters[p.right as usize]).collect();
    LinksAndClusters { pairs, accepted, clusters, greedy_components, refused }
}

/// Pairs that survive the assignment between tables of which one or both hold an entity once.
fn one_partner(
    pairs: &[ScoredPair],
    order: &[usize],
    nodes: &GenericNodes<'_>,
    unique: &[bool],
) -> (BTreeSet<usize>, usize) {
    let mut kept: BTreeSet<usize> = order.iter().copied().collect();
    let mut greedy = 0;
    for left in 0..nodes.tables.len() {
        for right in left + 1..nodes.tables.len() {
            if !unique[left] && !unique[right] {
                continue;
            }
            let among: Vec<usize> = order
                .iter()
                .copied()
                .filter(|&i| nodes.table_of(pairs[i].left) == left && nodes.table_of(pairs[i].right) == right)
                .collect();
            let edges: Vec<WeightedPair> = among
                .iter()
                .map(|&i| WeightedPair {
                    left: pairs[i].left,
                    right: pairs[i].right,
                    weight: i64::from(pairs[i].weight),
                })
                .collect();
            // A left record has one partner where the right table holds an entity once.
            let solved = assign(&edges, unique[right], unique[left]);
            greedy += solved.greedy_components;
            for (i, keep) in among.into_iter().zip(solved.kept) {
                if !keep {
                    kept.remove(&i);
                }
            }
        }
    }
    (kept, greedy)
}

struct ClusterBuilder<'a> {
    settings: &'a GenericSettings,
    nodes: &'a GenericNodes<'a>,
    comparisons: &'a PlannedComparisons<'a>,
    weigher: &'a PairWeigher<'a>,
    unique: &'a [bool],
    sets: DisjointSets,
    /// Members of clusters of two or more, by their name.
    members: BTreeMap<u32, Vec<u32>>,
    known: BTreeMap<(u32, u32), i32>,
}

impl ClusterBuilder<'_> {
    /// Joins the clusters of two records; false if they do not agree.
    fn join(&mut self, left: u32, right: u32) -> bool {
        let (a, b) = (self.sets.find(left), self.sets.find(right));
        if a == b {
            return true;
        }
        let (p, q) = (self.of(a), self.of(b));
        if !self.agree(&p, &q) {
            return false;
        }
        self.sets.join(a, b);
        let (low, high) = (a.min(b), a.max(b));
        self.members.remove(&high);
        let mut all = [p, q].concat();
        all.sort_unstable();
        self.members.insert(low, all);
        true
    }

    fn of(&self, cluster: u32) -> Vec<u32> {
        self.members.get(&cluster).cloned().unwrap_or_else(|| vec![cluster])
    }

    fn agree(&self, p: &[u32], q: &[u32]) -> bool {
        let table = |n: &u32| self.nodes.table_of(*n);
        if p.iter().any(|a| self.unique[table(a)] && q.iter().any(|b| table(a) == table(b))) {
            return false;
        }
        if p.len() == 1 && q.len() == 1 {
            return true;
        }
        let (mut sum, mut count) = (0i64, 0i64);
        for &a in p.iter().take(MOST_ASKED) {
            for &b in q.iter().take(MOST_ASKED) {
                if self.settings.wanted(table(&a), table(&b)) {
                    sum += i64::from(self.weight(a, b).clamp(-LOUDEST, LOUDEST));
                    count += 1;
                }
            }
        }
        count == 0 || sum >= i64::from(self.settings.accept_weight()) * count
    }

    fn weight(&self, a: u32, b: u32) -> i32 {
        let (left, right) = (a.min(b), a.max(b));
        match self.known.get(&(left, right)) {
            Some(weight) => *weight,
            None => self.weigher.weight(left, right, &self.comparisons.levels(left, right)),
        }
    }

    /// Pairs within clusters that are not among `pairs`, scored.
    fn inside(&self, pairs: &[ScoredPair]) -> Vec<ScoredPair> {
        let known: BTreeSet<(u32, u32)> = pairs.iter().map(|p| (p.left, p.right)).collect();
        let mut out = Vec::new();
        for members in self.members.values() {
            for (i, &left) in members.iter().enumerate() {
                for &right in &members[i + 1..] {
                    let (s, t) = (self.nodes.table_of(left), self.nodes.table_of(right));
                    if self.settings.wanted(s, t) && !known.contains(&(left, right)) {
                        let levels = self.comparisons.levels(left, right);
                        out.push(ScoredPair {
                            left,
                            right,
                            weight: self.weigher.weight(left, right, &levels),
                            levels,
                        });
                    }
                }
            }
        }
        out
    }
}
