//! Accepted pairs become persons: best evidence first, and never against what a person can be.

use hashbrown::HashMap;
use rayon::prelude::*;

use crate::link::block::{pack_pair, unpack_pair};
use crate::link::disjoint_sets::DisjointSets;
use crate::link::nodes::LinkNodes;
use crate::link::settings::LinkSettings;
use crate::model::links::{Decision, Links, Node, Tier};

/// Records grouped into persons.
#[derive(Debug, Default)]
pub(super) struct PersonClusters {
    /// Dense person number of each record, in order of each person's first record.
    pub person: Vec<u32>,
    /// Number of persons.
    pub count: usize,
    /// Strongest tier that binds each record to its person.
    pub tier: Vec<Tier>,
    /// Something that touches the record is unresolved.
    pub in_review: Vec<bool>,
    /// The record carries somebody else's ID number.
    pub foreign: Vec<bool>,
}

/// What a growing person must not contain twice.
#[derive(Debug, Default, Clone, Copy)]
struct HeldFacts {
    /// Single sources that have a record in it, one bit each.
    sources: u64,
    /// The one confirmed ID number plus one; 0 if none.
    id: u64,
}

impl HeldFacts {
    /// May the two be one person? `doubled`: the pair itself is a doubled row of one source.
    fn fits(self, other: Self, doubled: bool) -> bool {
        let ids = self.id == other.id || self.id == 0 || other.id == 0;
        ids && (doubled || self.sources & other.sources == 0)
    }

    /// The two are one person.
    fn take(&mut self, other: Self) {
        self.sources |= other.sources;
        self.id = if self.id != 0 { self.id } else { other.id };
    }
}

struct PersonBuilder {
    sets: DisjointSets,
    /// By set: what its person holds, kept at the smallest member.
    holds: Vec<HeldFacts>,
}

impl PersonBuilder {
    fn join(&mut self, a: u32, b: u32) {
        let (person, other) = (a.min(b), self.holds[a.max(b) as usize]);
        self.sets.join(a, b);
        self.holds[person as usize].take(other);
    }
}

/// Whom a person must not contain, since somebody said so.
#[derive(Debug, Default)]
struct PersonBars {
    /// By set, at its smallest member: records of other persons.
    barred: HashMap<u32, Vec<u32>>,
}

impl PersonBars {
    fn new(apart: &[u64]) -> Self {
        let mut barred: HashMap<u32, Vec<u32>> = HashMap::new();
        for (left, right) in apart.iter().map(|&pair| unpack_pair(pair)) {
            barred.entry(left).or_default().push(right);
            barred.entry(right).or_default().push(left);
        }
        Self { barred }
    }

    /// Must the persons with these smallest members stay apart?
    fn keep_apart(&self, sets: &mut DisjointSets, a: u32, b: u32) -> bool {
        self.barred.get(&a).is_some_and(|barred| barred.iter().any(|&node| sets.find(node) == b))
    }

    /// The two are one person now.
    fn join(&mut self, a: u32, b: u32) {
        if let Some(more) = self.barred.remove(&a.max(b)) {
            self.barred.entry(a.min(b)).or_default().extend(more);
        }
    }
}

/// Groups records.
pub(super) fn cluster(settings: &LinkSettings, nodes: &LinkNodes<'_>, links: &Links) -> PersonClusters {
    // A bit each; sources beyond the 64th are not guarded here (one-to-one still is).
    let bit = |source: usize| if source < 64 { 1u64 << source } else { 0 };
    let single: Vec<u64> = (nodes.names.iter().enumerate())
        .map(|(at, name)| if settings.resolve.one_per_person.contains(name) { bit(at) } else { 0 })
        .collect();
    let foreign = find_foreign_ids(nodes, links);
    let own = |node: u32| {
        let id = nodes.id(node);
        let own = id.trusted() && !foreign[node as usize];
        let id = if own { id.key + 1 } else { 0 };
        HeldFacts { sources: single[usize::from(nodes.source[node as usize])], id }
    };
    let accepted =
        || (0..links.left.len()).into_par_iter().filter(|&i| links.decision[i] == Decision::Accept);
    let mut builder =
        PersonBuilder { sets: DisjointSets::new(nodes.len()), holds: nodes.all().map(own).collect() };
    // Nearly all persons may be joined in any order. Which may not is known when all are joined.
    for i in 0..links.left.len() {
        if links.decision[i] == Decision::Accept {
            builder.sets.join(links.left[i], links.right[i]);
        }
    }
    let mut contested = vec![false; nodes.len()];
    for node in 0..nodes.len() as u32 {
        let root = builder.sets.find(node);
        // The smallest member comes first.
        if root != node {
            let (person, one) = (builder.holds[root as usize], builder.holds[node as usize]);
            contested[root as usize] |= !person.fits(one, false);
            builder.holds[root as usize].take(one);
        }
    }
    let mut bars = PersonBars::new(&links.ruled.apart);
    for (left, right) in links.ruled.apart.iter().map(|&pair| unpack_pair(pair)) {
        let root = builder.sets.find(left);
        contested[root as usize] |= root == builder.sets.find(right);
    }
    let roots: Vec<u32> = (0..nodes.len() as u32).map(|node| builder.sets.find(node)).collect();
    let contested = |node: u32| contested[roots[node as usize] as usize];
    let ruled_same = |i: usize| links.ruled.are_same(pack_pair(links.left[i], links.right[i]));
    // Heaviest first; what the records say, not where they stand, breaks ties.
    let mut order: Vec<(std::cmp::Reverse<i32>, u64, u64, u32)> = accepted()
        .filter(|&i| contested(links.left[i]))
        .map(|i| {
            let (x, y) = (nodes.content(links.left[i]), nodes.content(links.right[i]));
            // What was ruled comes before what only weighs much.
            let weight = if ruled_same(i) { i32::MAX } else { links.weight[i] };
            (std::cmp::Reverse(weight), x.min(y), x.max(y), i as u32)
        })
        .collect();
    order.par_sort_unstable();
    for node in (0..nodes.len() as u32).filter(|&node| contested(node)) {
        builder.sets.separate(node);
        builder.holds[node as usize] = own(node);
    }
    let mut refused = Vec::new();
    for i in order.into_iter().map(|(.., i)| i as usize) {
        let (left, right) = (links.left[i], links.right[i]);
        let (a, b) = (builder.sets.find(left), builder.sets.find(right));
        if a == b {
            continue;
        }
        let doubled =
            nodes.source[left as usize] == nodes.source[right as usize] && links.tier[i] == Tier::T1;
        let fits = ruled_same(i) || builder.holds[a as usize].fits(builder.holds[b as usize], doubled);
        if fits && !bars.keep_apart(&mut builder.sets, a, b) {
            builder.join(a, b);
            bars.join(a, b);
        } else {
            refused.push(i);
        }
    }
    drop(roots);
    finish(builder, nodes.len(), links, &refused, foreign, settings.decision.accept)
}

fn finish(
    mut builder: PersonBuilder,
    count: usize,
    links: &Links,
    refused: &[usize],
    foreign: Vec<bool>,
    accept: i32,
) -> PersonClusters {
    let roots: Vec<u32> = (0..count as u32).map(|n| builder.sets.find(n)).collect();
    let mut out = PersonClusters {
        person: vec![0; count],
        tier: vec![Tier::T1; count],
        in_review: vec![false; count],
        foreign,
        ..PersonClusters::default()
    };
    // The smallest member is the first met: its number is known when the others ask.
    for (node, &root) in roots.iter().enumerate() {
        out.person[node] = if root as usize == node {
            out.count += 1;
            out.count as u32 - 1
        } else {
            out.person[root as usize]
        };
    }
    let mut best: Vec<Option<Tier>> = vec![None; count];
    for i in 0..links.left.len() {
        let (a, b) = (links.left[i] as usize, links.right[i] as usize);
        if roots[a] == roots[b] {
            if links.decision[i] == Decision::Accept {
                for node in [a, b] {
                    best[node] = Some(best[node].map_or(links.tier[i], |t| t.min(links.tier[i])));
                }
            }
        } else if links.decision[i] == Decision::Review {
            // A pair that could not be one person anyway is settled; one that only a better
            // partner in a source of single records outweighed is not.
            let heavy = links.weight[i] >= accept;
            if builder.holds[roots[a] as usize].fits(builder.holds[roots[b] as usize], heavy) {
                out.in_review[a] = true;
                out.in_review[b] = true;
            }
        }
    }
    for &i in refused {
        out.in_review[links.left[i] as usize] = true;
        out.in_review[links.right[i] as usize] = true;
    }
    for (tier, best) in out.tier.iter_mut().zip(best) {
        *tier = best.unwrap_or(Tier::T1);
    }
    out
}

/// Records that carry somebody else's number: an accepted pair joins them to a record with
/// another confirmed number, and it is this side that contradicts itself or shares its number
/// with another name.
fn find_foreign_ids(nodes: &LinkNodes<'_>, links: &Links) -> Vec<bool> {
    let mut out = vec![false; nodes.len()];
    let mut shared = vec![false; nodes.len()];
    let same_id = |a: Node, b: Node| {
        nodes.id(a).trusted() && nodes.id(b).trusted() && nodes.id(a).key == nodes.id(b).key
    };
    let two_numbers = |a: Node, b: Node| {
        nodes.id(a).trusted() && nodes.id(b).trusted() && nodes.id(a).key != nodes.id(b).key
    };
    let telling: Vec<usize> = (0..links.left.len())
        .into_par_iter()
        .with_min_len(4096)
        .filter(|&i| {
            let (a, b) = (links.left[i], links.right[i]);
            match links.decision[i] {
                Decision::Review => same_id(a, b),
                Decision::Accept => two_numbers(a, b),
            }
        })
        .collect();
    for &i in telling.iter().filter(|&&i| links.decision[i] == Decision::Review) {
        shared[links.left[i] as usize] = true;
        shared[links.right[i] as usize] = true;
    }
    for &i in telling.iter().filter(|&&i| links.decision[i] == Decision::Accept) {
        let (a, b) = (links.left[i], links.right[i]);
        let mut blame = [a, b].map(|n| crate::link::contradicts_own_id(nodes, n));
        if blame[0] == blame[1] {
            blame = [a, b].map(|n| shared[n as usize]);
        }
        if blame[0] == blame[1] {
            blame = [true, true];
        }
        out[a as usize] |= blame[0];
        out[b as usize] |= blame[1];
    }
    out
}

#[cfg(test)]
mod tests;
