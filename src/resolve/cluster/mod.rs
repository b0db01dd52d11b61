//! Accepted pairs become persons: best evidence first, and never against what a person can be.

use hashbrown::HashMap;
use rayon::prelude::*;

use crate::link::block::{pack_pair, unpack_pair};
use crate::link::compare::{HanNameLevel, han_name_level};
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
    /// May the two be one person? `doubled`: sources of which the pair itself is a row that stands there twice.
    fn fits(self, other: Self, doubled: u64) -> bool {
        let ids = self.id == other.id || self.id == 0 || other.id == 0;
        ids && self.sources & other.sources & !doubled == 0
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

/// Every source, one bit each.
const EVERY_SOURCE: u64 = u64::MAX;

/// Of which sources a joined pair is a row that stands there twice. With one number and name it is, in whatever lists
/// both have partners. With a damaged number or none it is where everything else that a list of one record a person
/// says is the same: the name, and the household or, where the list has none, the village; of that list alone.
fn doubled_sources(nodes: &LinkNodes<'_>, left: Node, right: Node, tier: Tier) -> u64 {
    let source = nodes.source[left as usize];
    if source != nodes.source[right as usize] {
        return 0;
    }
    if tier == Tier::T1 {
        return EVERY_SOURCE;
    }
    let (Some(name), Some(other)) = (nodes.name(left), nodes.name(right)) else { return 0 };
    let same_name = matches!(
        han_name_level(name, other),
        HanNameLevel::Exact | HanNameLevel::Variant | HanNameLevel::Note
    );
    let both = |a: u32, b: u32| (a != 0 || b != 0).then_some(a == b);
    let same_place = both(nodes.household(left), nodes.household(right))
        .or_else(|| both(nodes.division(left), nodes.division(right)));
    let known = source < 64 && tier != Tier::T2;
    if known && same_name && same_place == Some(true) { 1 << source } else { 0 }
}

/// Groups records.
pub(super) fn cluster(settings: &LinkSettings, nodes: &LinkNodes<'_>, links: &Links) -> PersonClusters {
    // A bit each; sources beyond the 64th are not guarded here (one-to-one still is).
    let bit = |source: usize| if source < 64 { 1u64 << source } else { 0 };
    let single = settings.single_sources(&nodes.names).into_iter().enumerate();
    let single: Vec<u64> = single.map(|(at, one)| if one { bit(at) } else { 0 }).collect();
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
            contested[root as usize] |= !person.fits(one, 0);
            builder.holds[root as usize].take(one);
        }
    }
    let roots: Vec<u32> = (0..nodes.len() as u32).map(|node| builder.sets.find(node)).collect();
    let mut apart = links.ruled.apart.clone();
    apart.extend(members_of_one_household(nodes, &roots));
    for (left, right) in apart.iter().map(|&pair| unpack_pair(pair)) {
        let root = roots[left as usize];
        contested[root as usize] |= root == roots[right as usize];
    }
    let mut bars = PersonBars::new(&apart);
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
        let doubled = doubled_sources(nodes, left, right, links.tier[i]);
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

/// Pairs of records that are members of one list's household, differ in name, and would become one person through
/// others. `roots`: by record, the first record of its person. A row without a name is kept apart from nobody: it is not
/// known to be another member's. (That it is the same member's is not known either: no pair joins it, `link::decide`.)
fn members_of_one_household(nodes: &LinkNodes<'_>, roots: &[u32]) -> Vec<u64> {
    let mut members: Vec<(u32, u32, u8, u32)> = nodes
        .all()
        .filter_map(|node| {
            let household = nodes.household(node);
            let at = node as usize;
            (household != 0).then(|| (roots[at], household, nodes.source[at], node))
        })
        .collect();
    members.par_sort_unstable();
    let same = |a: &(u32, u32, u8, u32), b: &(u32, u32, u8, u32)| (a.0, a.1, a.2) == (b.0, b.1, b.2);
    let mut found = Vec::new();
    for group in members.chunk_by(same).filter(|group| group.len() > 1) {
        for (at, one) in group.iter().enumerate() {
            for other in &group[at + 1..] {
                let (Some(name), Some(other_name)) = (nodes.name(one.3), nodes.name(other.3)) else {
                    continue;
                };
                if han_name_level(name, other_name) > HanNameLevel::Wildcard {
                    found.push(pack_pair(one.3, other.3));
                }
            }
        }
    }
    found
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
            let heavy = if links.weight[i] >= accept { EVERY_SOURCE } else { 0 };
            if builder.holds[roots[a] as usize].fits(builder.holds[roots[b] as usize], heavy) {
                out.in_review[a] = true;
                out.in_review[b] = true;
            }
        }
    }
    // Two whom another pair joined after all are no question.
    let apart = |i: &&usize| roots[links.left[**i] as usize] != roots[links.right[**i] as usize];
    for &i in refused.iter().filter(apart) {
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
