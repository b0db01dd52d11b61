//! Accepted pairs become persons: best evidence first, and never against what a person can be.

use hashbrown::HashMap;
use rayon::prelude::*;

use crate::config::link::LinkSettings;
use crate::link::nodes::Nodes;
use crate::link::sets::DisjointSets;
use crate::link::{Decision, Links, Node, Tier};

/// Records grouped into persons.
#[derive(Debug, Default)]
pub(super) struct Clusters {
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
#[derive(Debug, Default, Clone)]
struct Holds {
    /// Single sources that have a record in it, and how many.
    sources: Vec<(u8, Node)>,
    /// The one confirmed ID number.
    id: Option<u64>,
}

struct Builder<'a> {
    nodes: &'a Nodes,
    single: Vec<bool>,
    sets: DisjointSets,
    holds: HashMap<u32, Holds>,
    foreign: Vec<bool>,
}

impl Builder<'_> {
    fn of(&self, root: u32) -> Holds {
        match self.holds.get(&root) {
            Some(holds) => holds.clone(),
            None => {
                let at = root as usize;
                let source = self.nodes.source[at];
                let id = self.nodes.id(root);
                Holds {
                    sources: if self.single[usize::from(source)] { vec![(source, root)] } else { Vec::new() },
                    id: (id.trusted() && !self.foreign[at]).then_some(id.key),
                }
            }
        }
    }

    /// May the two be one person? `doubled`: the pair itself is a doubled row of one source.
    fn compatible(&self, p: &Holds, q: &Holds, doubled: bool) -> bool {
        let ids = match (p.id, q.id) {
            (Some(x), Some(y)) => x == y,
            _ => true,
        };
        ids && (doubled || p.sources.iter().all(|(s, _)| q.sources.iter().all(|(t, _)| s != t)))
    }

    fn join(&mut self, a: u32, b: u32, p: Holds, q: Holds) {
        let (low, high) = (a.min(b), a.max(b));
        self.sets.join(low, high);
        let mut holds = p;
        holds.sources.extend(q.sources);
        holds.sources.sort_unstable();
        holds.sources.dedup_by_key(|s| s.0);
        holds.id = holds.id.or(q.id);
        self.holds.remove(&high);
        self.holds.insert(low, holds);
    }
}

/// Groups records.
pub(super) fn cluster(settings: &LinkSettings, nodes: &Nodes, links: &Links) -> Clusters {
    let single: Vec<bool> =
        nodes.names.iter().map(|name| settings.resolve.one_per_person.contains(name)).collect();
    let contents: Vec<u64> = (0..nodes.len() as u32).into_par_iter().map(|n| nodes.content(n)).collect();
    let foreign = foreign(nodes, links);
    let mut order: Vec<usize> =
        (0..links.left.len()).filter(|&i| links.decision[i] == Decision::Accept).collect();
    order.par_sort_unstable_by_key(|&i| {
        let (x, y) = (contents[links.left[i] as usize], contents[links.right[i] as usize]);
        (std::cmp::Reverse(links.weight[i]), x.min(y), x.max(y), i)
    });
    let mut builder =
        Builder { nodes, single, sets: DisjointSets::new(nodes.len()), holds: HashMap::new(), foreign };
    let mut refused = Vec::new();
    for &i in &order {
        let (left, right) = (links.left[i], links.right[i]);
        let (a, b) = (builder.sets.find(left), builder.sets.find(right));
        if a == b {
            continue;
        }
        let (p, q) = (builder.of(a), builder.of(b));
        let doubled =
            nodes.source[left as usize] == nodes.source[right as usize] && links.tier[i] == Tier::T1;
        if builder.compatible(&p, &q, doubled) {
            builder.join(a, b, p, q);
        } else {
            refused.push(i);
        }
    }
    finish(builder, links, &refused, settings.decision.accept)
}

fn finish(mut builder: Builder<'_>, links: &Links, refused: &[usize], accept: i32) -> Clusters {
    let count = builder.nodes.len();
    let roots: Vec<u32> = (0..count as u32).map(|n| builder.sets.find(n)).collect();
    let mut dense: HashMap<u32, u32> = HashMap::new();
    let mut out = Clusters {
        person: Vec::with_capacity(count),
        tier: vec![Tier::T1; count],
        in_review: vec![false; count],
        ..Clusters::default()
    };
    for &root in &roots {
        let next = dense.len() as u32;
        out.person.push(*dense.entry(root).or_insert(next));
    }
    out.count = dense.len();
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
            let (p, q) = (builder.of(roots[a]), builder.of(roots[b]));
            let heavy = links.weight[i] >= accept;
            if builder.compatible(&p, &q, heavy) {
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
    out.foreign = builder.foreign;
    out
}

/// Records that carry somebody else's number: an accepted pair joins them to a record with
/// another confirmed number, and it is this side that contradicts itself or shares its number
/// with another name.
fn foreign(nodes: &Nodes, links: &Links) -> Vec<bool> {
    let mut out = vec![false; nodes.len()];
    let mut shared = vec![false; nodes.len()];
    let same_id = |a: Node, b: Node| {
        nodes.id(a).trusted() && nodes.id(b).trusted() && nodes.id(a).key == nodes.id(b).key
    };
    for i in 0..links.left.len() {
        let (a, b) = (links.left[i], links.right[i]);
        if links.decision[i] == Decision::Review && same_id(a, b) {
            shared[a as usize] = true;
            shared[b as usize] = true;
        }
    }
    for i in 0..links.left.len() {
        let (a, b) = (links.left[i], links.right[i]);
        if links.decision[i] != Decision::Accept
            || !nodes.id(a).trusted()
            || !nodes.id(b).trusted()
            || nodes.id(a).key == nodes.id(b).key
        {
            continue;
        }
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
