//! Households as evidence: who else of the two households is linked.

use std::collections::BTreeSet;

use hashbrown::{HashMap, HashSet};
use rayon::prelude::*;

use super::block::{pack, unpack};
use super::nodes::Nodes;

super::compare::levels! {
    /// How two records' households are connected.
    HouseholdLevel {
        /// The same number in one numbering.
        SameNumber = "同一户编号",
        /// Other members of the two households are the same people.
        MembersLinked = "户内其他成员已匹配",
        /// The guardian is a member of the other household.
        Guardian = "监护人在同一户",
        /// Both households are known, and nothing connects them.
        Apart = "两户无联系",
    }
}

/// Households of all records, and how accepted pairs connect them.
#[derive(Debug, Default)]
pub struct Households {
    /// Own household number of each record (0 none).
    pub own: Vec<u32>,
    /// Household of the guardian, where the record has none of its own (0 none).
    pub guardian: Vec<u32>,
    /// First member of each household in `members`; one more entry than households.
    starts: Vec<u32>,
    /// Members (own and by guardian), by household, ascending.
    members: Vec<u32>,
    /// (household pair, accepted pair between them), ascending.
    links: Vec<(u64, u64)>,
    /// Where the links of a household pair begin.
    first: HashMap<u64, u32>,
}

/// Largest household whose members are compared; larger ones are institutions.
const MOST_MEMBERS: usize = 20;

impl Households {
    /// Reads household numbers, and finds guardians by their ID numbers.
    pub fn new(nodes: &Nodes, anchors: &[String], doubtful: &[bool]) -> Self {
        let own: Vec<u32> = nodes.all().map(|node| nodes.household(node)).collect();
        let guardian = guardians(nodes, &own, anchors, doubtful);
        let mut this = Self { own, guardian, ..Self::default() };
        let both = || this.own.iter().zip(&this.guardian).map(|(&own, &other)| [own, other]);
        let count = both().flatten().max().unwrap_or(0) as usize + 1;
        let mut starts = vec![0u32; count + 1];
        for household in both().flatten().filter(|h| *h != 0) {
            starts[household as usize + 1] += 1;
        }
        for at in 0..count {
            starts[at + 1] += starts[at];
        }
        let mut next = starts.clone();
        let mut members = vec![0; starts[count] as usize];
        for (node, households) in (0u32..).zip(both()) {
            for household in households.into_iter().filter(|h| *h != 0) {
                let place = &mut next[household as usize];
                members[*place as usize] = node;
                *place += 1;
            }
        }
        (this.starts, this.members) = (starts, members);
        this
    }

    /// The household a record counts in.
    pub fn of(&self, node: u32) -> u32 {
        match self.own[node as usize] {
            0 => self.guardian[node as usize],
            own => own,
        }
    }

    fn members(&self, household: u32) -> &[u32] {
        let at = household as usize;
        &self.members[self.starts[at] as usize..self.starts[at + 1] as usize]
    }

    /// Takes accepted pairs as evidence, instead of earlier ones.
    pub fn connect(&mut self, accepted: impl ParallelIterator<Item = u64>) {
        self.links = accepted
            .filter_map(|pair| {
                let (a, b) = unpack(pair);
                let (p, q) = (self.of(a), self.of(b));
                (p != 0 && q != 0 && p != q).then(|| (pack(p, q), pair))
            })
            .collect();
        self.links.par_sort_unstable();
        self.first.clear();
        for (at, link) in (0u32..).zip(&self.links) {
            self.first.entry(link.0).or_insert(at);
        }
    }

    fn links(&self, p: u32, q: u32) -> impl Iterator<Item = u64> + '_ {
        let key = pack(p, q);
        let start = self.first.get(&key).map_or(self.links.len(), |&at| at as usize);
        self.links[start..].iter().take_while(move |link| link.0 == key).map(|link| link.1)
    }

    /// Pairs of members of one household with names alike: heads and their own rows, wards and
    /// their households. At least one of each pair is not settled.
    pub fn within(&self, nodes: &Nodes, settled: &[bool]) -> Vec<u64> {
        let households: Vec<u32> = (1..self.starts.len() as u32 - 1).collect();
        self.meetings(nodes, settled, households.par_iter().map(|&h| (h, h)))
    }

    /// Pairs of members of connected households, likewise.
    pub fn across(&self, nodes: &Nodes, settled: &[bool]) -> Vec<u64> {
        let mut connected: Vec<u64> = self.links.iter().map(|link| link.0).collect();
        connected.dedup();
        self.meetings(nodes, settled, connected.par_iter().map(|&pair| unpack(pair)))
    }

    fn meetings(
        &self,
        nodes: &Nodes,
        settled: &[bool],
        households: impl ParallelIterator<Item = (u32, u32)>,
    ) -> Vec<u64> {
        let alike = |a: u32, b: u32| match (nodes.name(a), nodes.name(b)) {
            (Some(x), Some(y)) => {
                super::compare::han_name_level(x, y) <= super::compare::HanNameLevel::OneCharacter
            }
            _ => false,
        };
        let mut out: Vec<u64> = households
            .fold(Vec::new, |mut out, (p, q)| {
                let (ms, ns) = (self.members(p), self.members(q));
                if ms.len() > MOST_MEMBERS || ns.len() > MOST_MEMBERS {
                    return out;
                }
                for &a in ms {
                    for &b in ns {
                        let done = settled[a as usize] && settled[b as usize];
                        if a != b && (p != q || a < b) && !done && alike(a, b) {
                            out.push(pack(a, b));
                        }
                    }
                }
                out
            })
            .reduce(Vec::new, |mut x, mut y| {
                x.append(&mut y);
                x
            });
        // Order of the pieces must not be seen.
        out.par_sort_unstable();
        out.dedup();
        out
    }

    /// Level of a pair.
    pub fn level(&self, a: u32, b: u32) -> HouseholdLevel {
        use HouseholdLevel::*;
        let (p, q) = (self.of(a), self.of(b));
        if p == 0 || q == 0 {
            return Missing;
        }
        let by_guardian = self.own[a as usize] == 0 || self.own[b as usize] == 0;
        if p == q {
            return if by_guardian { Guardian } else { SameNumber };
        }
        let supported = self.links(p, q).any(|link| {
            let (c, d) = unpack(link);
            // Somebody else than the two must connect the households.
            c != a && c != b && d != a && d != b
        });
        match supported {
            true if by_guardian => Guardian,
            true => MembersLinked,
            false => {
                let alone = |h| self.members(h).len() < 2;
                if by_guardian || alone(p) || alone(q) { Missing } else { Apart }
            }
        }
    }
}

/// Household of each record's guardian: the one in the best anchor source that has the
/// guardian's ID number.
fn guardians(nodes: &Nodes, own: &[u32], anchors: &[String], doubtful: &[bool]) -> Vec<u32> {
    let mut out = vec![0; own.len()];
    let Some((_, pool)) = nodes.texts("household") else { return out };
    let stated = nodes.ids("guardian_id");
    // Whose number stands on a row that is not theirs is most often a parent.
    let guardian = |node: u32| {
        let stated = stated.and_then(|ids| ids.at(nodes.place(node)).id18_key());
        let doubtful = || doubtful.get(node as usize).is_some_and(|d| *d);
        stated.or_else(|| if doubtful() { nodes.id(node).id18_key() } else { None })
    };
    let wanted: HashSet<u64> = (0..own.len() as u32).filter_map(guardian).collect();
    let ranks: Vec<usize> = nodes
        .names
        .iter()
        .map(|name| anchors.iter().position(|anchor| anchor == name).unwrap_or(anchors.len()))
        .collect();
    // Compared by text, because pool ids depend on the order of rows.
    let mut homes: HashMap<u64, (usize, &str, u32)> = HashMap::new();
    for (node, &own) in (0u32..).zip(own).filter(|(_, own)| **own != 0) {
        let Some(key) = nodes.id(node).id18_key().filter(|key| wanted.contains(key)) else { continue };
        let home = (ranks[nodes.place(node).source], pool.get(own), own);
        let kept = homes.entry(key).or_insert(home);
        *kept = (*kept).min(home);
    }
    // Wards of one guardian belong together even where no list has the guardian's household.
    let homeless: BTreeSet<u64> = wanted.iter().copied().filter(|key| !homes.contains_key(key)).collect();
    let numbers: HashMap<u64, u32> = homeless.into_iter().zip(pool.len() as u32..).collect();
    for (node, out) in (0u32..).zip(&mut out) {
        if let Some(key) = guardian(node) {
            *out = match homes.get(&key) {
                Some(home) => home.2,
                None => numbers.get(&key).copied().unwrap_or(0),
            };
        }
    }
    out
}
