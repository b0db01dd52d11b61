//! Persons become households: by the number of the anchor source, else by their own list's
//! number, which goes where most of its members are.

use rayon::prelude::*;

use super::identity::PersonKey;
use crate::config::link::LinkSettings;
use crate::link::nodes::Nodes;

/// No household number, no rank.
const NONE: u32 = u32::MAX;

/// Households as assembled.
#[derive(Debug, Default)]
pub(super) struct Assembled<'a> {
    /// Dense household of each record.
    pub household: Vec<u32>,
    /// What each household is named by.
    keys: Vec<Key>,
    texts: Option<&'a [String]>,
    persons: &'a [PersonKey],
}

/// What a household is named by.
#[derive(Debug, Clone, Copy)]
enum Key {
    /// A household number (pool id).
    Number(u32),
    /// The one person in it.
    Person(u32),
}

impl Assembled<'_> {
    /// Number of households.
    pub(super) fn count(&self) -> usize {
        self.keys.len()
    }

    /// Canonical key of a household.
    pub(super) fn key(&self, at: usize) -> String {
        match self.keys[at] {
            Key::Number(id) => format!("number|{}", self.texts.map_or("", |t| t[id as usize].as_str())),
            Key::Person(number) => format!("person|{}", self.persons[number as usize].text()),
        }
    }
}

/// Puts every record into a household.
pub(super) fn assemble<'a>(
    settings: &LinkSettings,
    nodes: &'a Nodes,
    person: &[u32],
    persons: &'a [PersonKey],
) -> Assembled<'a> {
    let count = persons.len();
    let Some((numbers, pool)) = nodes.texts("household") else {
        let keys = (0..count as u32).map(Key::Person).collect();
        return Assembled { household: person.to_vec(), keys, texts: None, persons };
    };
    let ranks: Vec<Option<usize>> = nodes
        .names
        .iter()
        .map(|name| settings.resolve.household_anchor.iter().position(|a| a == name))
        .collect();
    // Pool ids depend on the order of rows, so ties go by text.
    let first = |a: u32, b: u32| if a == b || pool.get(a) <= pool.get(b) { a } else { b };
    let anchored = anchored(nodes, numbers, person, count, &ranks, &first);
    // Where the members of every other number are, by vote.
    let loose = |node: usize| numbers[node] != 0 && ranks[usize::from(nodes.source[node])].is_none();
    let mut votes: Vec<(u32, u32)> = (0..nodes.len())
        .into_par_iter()
        .filter(|&node| loose(node) && anchored[person[node] as usize] != NONE)
        .map(|node| (numbers[node], anchored[person[node] as usize]))
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
    let mut own = vec![NONE; count];
    for node in (0..nodes.len()).filter(|&node| loose(node)) {
        let slot = &mut own[person[node] as usize];
        let home = homes[numbers[node] as usize];
        *slot = if *slot == NONE { home } else { first(*slot, home) };
    }
    let mut dense = vec![NONE; pool.len()];
    let mut keys = Vec::new();
    let of_person: Vec<u32> = (0..count)
        .map(|number| {
            let home = if anchored[number] != NONE { anchored[number] } else { own[number] };
            let next = keys.len() as u32;
            if home == NONE {
                keys.push(Key::Person(number as u32));
                return next;
            }
            let slot = &mut dense[home as usize];
            if *slot == NONE {
                keys.push(Key::Number(home));
                *slot = next;
            }
            *slot
        })
        .collect();
    let household = person.iter().map(|&p| of_person[p as usize]).collect();
    Assembled { household, keys, texts: Some(&pool.values), persons }
}

/// Household number of each person in the best anchor source; of several in one source, the
/// first by text.
fn anchored(
    nodes: &Nodes,
    numbers: &[u32],
    person: &[u32],
    count: usize,
    ranks: &[Option<usize>],
    first: &dyn Fn(u32, u32) -> u32,
) -> Vec<u32> {
    let mut best = vec![usize::MAX; count];
    let mut out = vec![NONE; count];
    for node in 0..nodes.len() {
        let (Some(rank), id) = (ranks[usize::from(nodes.source[node])], numbers[node]) else { continue };
        if id == 0 {
            continue;
        }
        let at = person[node] as usize;
        out[at] = match rank.cmp(&best[at]) {
            std::cmp::Ordering::Less => id,
            std::cmp::Ordering::Equal => first(out[at], id),
            std::cmp::Ordering::Greater => continue,
        };
        best[at] = rank;
    }
    out
}
