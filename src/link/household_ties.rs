//! Households as evidence: who else of the two households is linked.

use rayon::prelude::*;

use super::block::{pack_pair, unpack_pair};
use super::nodes::LinkNodes;
use crate::table::key_index::KeySieve;

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
pub(crate) struct HouseholdTies {
    /// Household each record counts in: its own, else the guardian's (0 none).
    home: Vec<u32>,
    /// Who counts in the guardian's.
    ward: Vec<bool>,
    /// First member of each household in `members`; one more entry than households.
    starts: Vec<u32>,
    /// Members (own and by guardian), by household.
    members: Vec<u32>,
    /// (household pair, accepted pair between them), ascending.
    links: Vec<(u64, u64)>,
    /// Where the links of each household begin, by the smaller one of a pair.
    first: Vec<u32>,
}

/// Largest household whose members are compared; larger ones are institutions.
const MOST_MEMBERS: usize = 20;

impl HouseholdTies {
    /// Reads household numbers, and finds guardians by their ID numbers.
    pub(crate) fn new(nodes: &LinkNodes<'_>, anchors: &[String], doubtful: &[bool]) -> Self {
        let mut this =
            Self { home: nodes.all().map(|node| nodes.household(node)).collect(), ..Self::default() };
        let guardian = find_household_guardians(nodes, &this.home, anchors, doubtful);
        let both = || this.home.iter().copied().zip(0u32..).chain(guardian.iter().copied());
        let count = both().map(|(household, _)| household).max().unwrap_or(0) as usize + 1;
        let mut starts = vec![0u32; count + 1];
        for (household, _) in both().filter(|(household, _)| *household != 0) {
            starts[household as usize + 1] += 1;
        }
        for at in 0..count {
            starts[at + 1] += starts[at];
        }
        let mut next = starts.clone();
        let mut members = vec![0; starts[count] as usize];
        for (household, node) in both().filter(|(household, _)| *household != 0) {
            let place = &mut next[household as usize];
            members[*place as usize] = node;
            *place += 1;
        }
        (this.starts, this.members) = (starts, members);
        this.ward = vec![false; this.home.len()];
        for (household, node) in guardian {
            if this.home[node as usize] == 0 {
                this.home[node as usize] = household;
                this.ward[node as usize] = true;
            }
        }
        this
    }

    /// The household a record counts in.
    pub(crate) fn of(&self, node: u32) -> u32 {
        self.home[node as usize]
    }

    fn members(&self, household: u32) -> &[u32] {
        let at = household as usize;
        &self.members[self.starts[at] as usize..self.starts[at + 1] as usize]
    }

    /// Takes accepted pairs as evidence, instead of earlier ones.
    pub(crate) fn connect(&mut self, accepted: impl ParallelIterator<Item = u64>) {
        self.links = accepted
            .filter_map(|pair| {
                let (a, b) = unpack_pair(pair);
                let (p, q) = (self.of(a), self.of(b));
                (p != 0 && q != 0 && p != q).then(|| (pack_pair(p, q), pair))
            })
            .collect();
        self.links.par_sort_unstable();
        self.first = vec![0; self.starts.len() + 1];
        for (pair, _) in &self.links {
            self.first[unpack_pair(*pair).0 as usize + 1] += 1;
        }
        (0..self.starts.len()).for_each(|at| self.first[at + 1] += self.first[at]);
    }

    fn links(&self, p: u32, q: u32) -> impl Iterator<Item = u64> + '_ {
        let key = pack_pair(p, q);
        let of = |household: usize| self.first.get(household).map_or(0, |&at| at as usize);
        let smaller = p.min(q) as usize;
        let own = &self.links[of(smaller)..of(smaller + 1)];
        let start = own.partition_point(|link| link.0 < key);
        own[start..].iter().take_while(move |link| link.0 == key).map(|link| link.1)
    }

    /// Pairs of members of one household with names alike: heads and their own rows, wards and
    /// their households. At least one of each pair is not settled.
    pub(crate) fn within(&self, nodes: &LinkNodes<'_>, settled: &[bool]) -> Vec<u64> {
        let households: Vec<u32> = (1..self.starts.len() as u32 - 1).collect();
        self.meetings(nodes, settled, households.par_iter().map(|&h| (h, h)))
    }

    /// Pairs of members of connected households, likewise.
    pub(crate) fn across(&self, nodes: &LinkNodes<'_>, settled: &[bool]) -> Vec<u64> {
        let mut connected: Vec<u64> = self.links.iter().map(|link| link.0).collect();
        connected.dedup();
        self.meetings(nodes, settled, connected.par_iter().map(|&pair| unpack_pair(pair)))
    }

    fn meetings(
        &self,
        nodes: &LinkNodes<'_>,
        settled: &[bool],
        households: impl ParallelIterator<Item = (u32, u32)>,
    ) -> Vec<u64> {
        let alike = |a: u32, b: u32| match (nodes.name(a), nodes.name(b)) {
            (Some(x), Some(y)) => {
                super::compare::han_name_level(x, y) <= super::compare::HanNameLevel::OtherSurname
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
                            out.push(pack_pair(a, b));
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
    pub(crate) fn level(&self, a: u32, b: u32) -> HouseholdLevel {
        use HouseholdLevel::*;
        let (p, q) = (self.of(a), self.of(b));
        if p == 0 || q == 0 {
            return Missing;
        }
        let by_guardian = self.ward[a as usize] || self.ward[b as usize];
        if p == q {
            return if by_guardian { Guardian } else { SameNumber };
        }
        let supported = self.links(p, q).any(|link| {
            let (c, d) = unpack_pair(link);
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

/// Household of each ward's guardian, and the ward: the household in the best anchor source that
/// has the guardian's ID number.
fn find_household_guardians(
    nodes: &LinkNodes<'_>,
    own: &[u32],
    anchors: &[String],
    doubtful: &[bool],
) -> Vec<(u32, u32)> {
    let (Some(_), Some((_, pool))) = (nodes.ids("id_number"), nodes.texts("household")) else {
        return Vec::new();
    };
    let stated = nodes.ids("guardian_id");
    // Whose number stands on a row that is not theirs is most often a parent.
    let guardian = |node: u32| {
        let stated = stated.and_then(|ids| ids.at(nodes.place(node)).id18_key());
        let doubtful = || doubtful.get(node as usize).is_some_and(|d| *d);
        let key = stated.or_else(|| if doubtful() { nodes.id(node).id18_key() } else { None })?;
        Some((key, node))
    };
    let wards: Vec<(u64, u32)> = nodes.all().filter_map(guardian).collect();
    let mut wanted: Vec<u64> = wards.iter().map(|(key, _)| *key).collect();
    wanted.par_sort_unstable();
    wanted.dedup();
    let ranks: Vec<usize> = nodes
        .names
        .iter()
        .map(|name| anchors.iter().position(|anchor| anchor == name).unwrap_or(anchors.len()))
        .collect();
    let sieve = KeySieve::new(wanted.len());
    sieve.add(wanted.iter().copied());
    let found: Vec<(usize, (usize, u32))> = nodes
        .all()
        .filter(|&node| own[node as usize] != 0)
        .filter_map(|node| {
            let key = nodes.id(node).id18_key().filter(|&key| sieve.may_hold(key))?;
            let at = wanted.binary_search(&key).ok()?;
            Some((at, (ranks[nodes.place(node).source], own[node as usize])))
        })
        .collect();
    // Compared by text, because pool ids depend on the order of rows.
    let mut homes: Vec<Option<(usize, u32)>> = vec![None; wanted.len()];
    for (at, home) in found {
        let text = |home: (usize, u32)| (home.0, pool.get(home.1));
        let kept = homes[at].get_or_insert(home);
        if text(home) < text(*kept) {
            *kept = home;
        }
    }
    // Wards of one guardian belong together even where no list has the guardian's household.
    let mut homeless = pool.len() as u32;
    let numbers: Vec<u32> = (homes.into_iter())
        .map(|home| match home {
            Some((_, number)) => number,
            None => {
                homeless += 1;
                homeless - 1
            }
        })
        .collect();
    let number = |key| wanted.binary_search(&key).map_or(0, |at| numbers[at]);
    wards.into_par_iter().map(|(key, node)| (number(key), node)).collect()
}
