//! Households as evidence: who else of the two households is linked.

use std::collections::BTreeSet;

use hashbrown::{HashMap, HashSet};

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
    /// Members (own and by guardian), by household; sorted.
    members: HashMap<u32, Vec<u32>>,
    /// (household, household) → accepted pairs between them (up to a few).
    links: HashMap<u64, Vec<u64>>,
}

/// Largest household whose members are compared; larger ones are institutions.
const MOST_MEMBERS: usize = 20;

impl Households {
    /// Reads household numbers, and finds guardians by their ID numbers.
    pub fn new(nodes: &Nodes, anchors: &[String], doubtful: &[bool]) -> Self {
        let mut this =
            Self { own: (0..nodes.len() as u32).map(|n| nodes.household(n)).collect(), ..Self::default() };
        this.guardian = guardians(nodes, &this.own, anchors, doubtful);
        for node in 0..nodes.len() {
            for household in [this.own[node], this.guardian[node]] {
                if household != 0 {
                    this.members.entry(household).or_default().push(node as u32);
                }
            }
        }
        this
    }

    /// The household a record counts in.
    pub fn of(&self, node: u32) -> u32 {
        match self.own[node as usize] {
            0 => self.guardian[node as usize],
            own => own,
        }
    }

    /// Takes accepted pairs as evidence.
    pub fn connect(&mut self, accepted: impl Iterator<Item = u64>) {
        self.links.clear();
        for pair in accepted {
            let (a, b) = unpack(pair);
            let (p, q) = (self.of(a), self.of(b));
            if p != 0 && q != 0 && p != q {
                let list = self.links.entry(pack(p, q)).or_default();
                if list.len() < 64 {
                    list.push(pair);
                }
            }
        }
    }

    /// Pairs of members of connected households, and of records with the household's guardian.
    pub fn candidates(&self, nodes: &Nodes, wanted: &(dyn Fn(u32, u32) -> bool + Sync)) -> Vec<u64> {
        let mut out = Vec::new();
        let alike = |a: u32, b: u32| match (nodes.name(a), nodes.name(b)) {
            (Some(x), Some(y)) => {
                super::compare::han_name_level(x, y) <= super::compare::HanNameLevel::OneCharacter
            }
            _ => false,
        };
        let mut meet = |p: u32, q: u32| {
            let (Some(ms), Some(ns)) = (self.members.get(&p), self.members.get(&q)) else { return };
            if ms.len() > MOST_MEMBERS || ns.len() > MOST_MEMBERS {
                return;
            }
            for &a in ms {
                for &b in ns {
                    if a != b && (p != q || a < b) && wanted(a, b) && alike(a, b) {
                        out.push(pack(a, b));
                    }
                }
            }
        };
        for &households in self.links.keys() {
            let (p, q) = unpack(households);
            meet(p, q);
        }
        for &household in self.members.keys() {
            meet(household, household);
        }
        // Order of the maps must not be seen.
        out.sort_unstable();
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
        let supported = self.links.get(&pack(p, q)).is_some_and(|links| {
            links.iter().any(|&link| {
                let (c, d) = unpack(link);
                // Somebody else than the two must connect the households.
                c != a && c != b && d != a && d != b
            })
        });
        match supported {
            true if by_guardian => Guardian,
            true => MembersLinked,
            false => {
                let alone = |h| self.members.get(&h).is_none_or(|m| m.len() < 2);
                if by_guardian || alone(p) || alone(q) { Missing } else { Apart }
            }
        }
    }
}

/// Household of each record's guardian: the one in the best anchor source that has the
/// guardian's ID number.
fn guardians(nodes: &Nodes, own: &[u32], anchors: &[String], doubtful: &[bool]) -> Vec<u32> {
    let mut out = vec![0; own.len()];
    let Some(ids) = nodes.ids("id_number") else { return out };
    let Some((_, pool)) = nodes.texts("household") else { return out };
    let stated = nodes.ids("guardian_id");
    // Whose number stands on a row that is not theirs is most often a parent.
    let guardian = |node: usize| {
        stated
            .and_then(|ids| ids[node].id18_key())
            .or_else(|| doubtful.get(node).is_some_and(|d| *d).then(|| ids[node].id18_key()).flatten())
    };
    let wanted: HashSet<u64> = (0..own.len()).filter_map(guardian).collect();
    let ranks: Vec<usize> = nodes
        .names
        .iter()
        .map(|name| anchors.iter().position(|anchor| anchor == name).unwrap_or(anchors.len()))
        .collect();
    // Compared by text, because pool ids depend on the order of rows.
    let mut homes: HashMap<u64, (usize, &str, u32)> = HashMap::new();
    for (node, id) in ids.iter().enumerate() {
        let Some(key) = id.id18_key().filter(|key| own[node] != 0 && wanted.contains(key)) else { continue };
        let home = (ranks[usize::from(nodes.source[node])], pool.get(own[node]).as_str(), own[node]);
        let kept = homes.entry(key).or_insert(home);
        *kept = (*kept).min(home);
    }
    // Wards of one guardian belong together even where no list has the guardian's household.
    let homeless: BTreeSet<u64> = wanted.iter().copied().filter(|key| !homes.contains_key(key)).collect();
    let numbers: HashMap<u64, u32> = homeless.into_iter().zip(pool.len() as u32..).collect();
    for (node, out) in out.iter_mut().enumerate() {
        if let Some(key) = guardian(node) {
            *out = match homes.get(&key) {
                Some(home) => home.2,
                None => numbers.get(&key).copied().unwrap_or(0),
            };
        }
    }
    out
}
