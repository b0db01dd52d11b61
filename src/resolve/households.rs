//! Persons become households: by the number of the anchor source, else by their own list's
//! number, which goes where most of its members are.

use rayon::prelude::*;

use super::identity::PersonKeys;
use crate::link::nodes::LinkNodes;
use crate::link::settings::LinkSettings;
use crate::normalize::TextPool;

/// No household number.
const NONE: u32 = u32::MAX;
/// A source whose household numbers do not count for persons.
const UNRANKED: u8 = u8::MAX;

/// Households as assembled.
#[derive(Debug)]
pub(super) struct AssembledHouseholds<'a> {
    /// Dense household of each record.
    pub household: Vec<u32>,
    /// What each household is named by.
    keys: Vec<HouseholdKey>,
    texts: Option<&'a TextPool>,
    persons: &'a PersonKeys,
}

/// What a household is named by.
#[derive(Debug, Clone, Copy)]
enum HouseholdKey {
    /// A household number (pool id).
    Number(u32),
    /// The one person in it.
    Person(u32),
}

impl AssembledHouseholds<'_> {
    /// Number of households.
    pub(super) fn count(&self) -> usize {
        self.keys.len()
    }

    /// Appends the canonical key of a household.
    pub(super) fn push_key(&self, at: usize, out: &mut String) {
        match self.keys[at] {
            HouseholdKey::Number(id) => {
                out.push_str("number|");
                out.push_str(self.texts.map_or("", |texts| texts.get(id)));
            }
            HouseholdKey::Person(number) => {
                out.push_str("person|");
                self.persons.push_to(number as usize, out);
            }
        }
    }
}

/// Puts every record into a household.
pub(super) fn assemble_households<'a>(
    settings: &LinkSettings,
    nodes: &'a LinkNodes<'a>,
    person: &[u32],
    persons: &'a PersonKeys,
) -> AssembledHouseholds<'a> {
    let count = persons.len();
    let Some((_, pool)) = nodes.texts("household") else {
        let keys = (0..count as u32).map(HouseholdKey::Person).collect();
        return AssembledHouseholds { household: person.to_vec(), keys, texts: None, persons };
    };
    let rank = |name: &String| settings.resolve.household_anchor.iter().position(|a| a == name);
    let ranks: Vec<u8> = nodes
        .names
        .iter()
        .map(|name| rank(name).and_then(|r| r.try_into().ok()).unwrap_or(UNRANKED))
        .collect();
    // Pool ids depend on the order of rows, so ties go by text.
    let first = |a: u32, b: u32| if a == b || pool.get(a) <= pool.get(b) { a } else { b };
    let anchored = anchor_households(nodes, person, count, &ranks, &first);
    // Where the members of every other number are, by vote.
    let loose = |node: u32| match nodes.household(node) {
        0 => None,
        number => (ranks[usize::from(nodes.source[node as usize])] == UNRANKED).then_some(number),
    };
    let mut votes: Vec<(u32, u32)> = nodes
        .all()
        .filter_map(|node| Some((loose(node)?, anchored[person[node as usize] as usize])))
        .filter(|&(_, home)| home != NONE)
        .collect();
    votes.par_sort_unstable();
    let mut homes: Vec<u32> = (0..pool.len() as u32).collect();
    for number in votes.chunk_by(|a, b| a.0 == b.0) {
        let mut best = (0, NONE);
        for home in number.chunk_by(|a, b| a.1 == b.1) {
            let (times, id) = (home.len(), home[0].1);
            if times > best.0 || times == best.0 && first(id, best.1) == id {
                best = (times, id);
            }
        }
        homes[number[0].0 as usize] = best.1;
    }
    drop(votes);
    let mut own = vec![NONE; count];
    for (node, &person) in (0u32..).zip(person) {
        let Some(number) = loose(node) else { continue };
        let slot = &mut own[person as usize];
        let home = homes[number as usize];
        *slot = if *slot == NONE { home } else { first(*slot, home) };
    }
    let mut dense = vec![NONE; pool.len()];
    let mut keys = Vec::new();
    let mut of_person = anchored;
    for (number, (home, own)) in (0u32..).zip(of_person.iter_mut().zip(own)) {
        let next = keys.len() as u32;
        let named = if *home != NONE { *home } else { own };
        if named == NONE {
            keys.push(HouseholdKey::Person(number));
            *home = next;
            continue;
        }
        let slot = &mut dense[named as usize];
        if *slot == NONE {
            keys.push(HouseholdKey::Number(named));
            *slot = next;
        }
        *home = *slot;
    }
    let household = person.par_iter().map(|&p| of_person[p as usize]).collect();
    AssembledHouseholds { household, keys, texts: Some(pool), persons }
}

/// Household number of each person in the best anchor source; of several in one source, the
/// first by text.
fn anchor_households(
    nodes: &LinkNodes<'_>,
    person: &[u32],
    count: usize,
    ranks: &[u8],
    first: &dyn Fn(u32, u32) -> u32,
) -> Vec<u32> {
    let mut best = vec![UNRANKED; count];
    let mut out = vec![NONE; count];
    for (node, &person) in (0u32..).zip(person) {
        let rank = ranks[usize::from(nodes.source[node as usize])];
        if rank == UNRANKED {
            continue;
        }
        let id = nodes.household(node);
        if id == 0 {
            continue;
        }
        let at = person as usize;
        out[at] = match rank.cmp(&best[at]) {
            std::cmp::Ordering::Less => id,
            std::cmp::Ordering::Equal => first(out[at], id),
            std::cmp::Ordering::Greater => continue,
        };
        best[at] = rank;
    }
    out
}
