//! Published ids: from what the person is, or as in the previous quarter.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use super::IdentityChange;
use crate::link::nodes::Nodes;
use crate::normalize::DivisionTree;
use crate::normalize::id_number::Digits;
use crate::publish::previous::PreviousRecord;

/// What the published id of a person is made of, before any previous quarter has its say: the
/// smallest confirmed ID number of its own, else the smallest usable one, else what the records
/// say. Distinct for distinct persons.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum PersonKey {
    /// An ID number that no other person has.
    Number(u64),
    /// What the records say; with the number where several persons share it.
    Says(String),
}

impl PersonKey {
    /// As text, the stuff of ids.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Number(key) => Digits::from_key(*key).to_text(),
            Self::Says(text) => text.clone(),
        }
    }
}

/// Canonical key of each person.
pub(super) fn person_keys(
    nodes: &Nodes,
    tree: &DivisionTree,
    person: &[u32],
    count: usize,
    foreign: &[bool],
) -> Vec<PersonKey> {
    const NONE: (u8, u64) = (9, 0);
    let mut best = vec![NONE; count];
    for node in 0..nodes.len() as u32 {
        let at = node as usize;
        let id = nodes.id(node);
        if let Some(key) = id.id18_key() {
            let rank = u8::from(!id.trusted()) + 2 * u8::from(foreign[at]);
            let slot = &mut best[person[at] as usize];
            *slot = (*slot).min((rank, key));
        }
    }
    let mut numbers: Vec<u64> = best.iter().filter(|b| **b != NONE).map(|b| b.1).collect();
    numbers.par_sort_unstable();
    // Two persons under one number are told apart by what their records say.
    let shared: Vec<u64> = numbers.windows(2).filter(|w| w[0] == w[1]).map(|w| w[0]).collect();
    let speaks = |number: usize| best[number] == NONE || shared.binary_search(&best[number].1).is_ok();
    let mut says: BTreeMap<u32, String> = BTreeMap::new();
    for node in 0..nodes.len() as u32 {
        let number = person[node as usize];
        if !speaks(number as usize) {
            continue;
        }
        let name = nodes.name(node).map_or("", |n| n.clean.as_str());
        let village = tree.code_at(nodes.division(node), crate::normalize::division::VILLAGE);
        let plain = format!("{name}|{}|{village}|{:016x}", nodes.birth(node), nodes.content(node));
        match says.entry(number) {
            Entry::Vacant(slot) => {
                slot.insert(plain);
            }
            Entry::Occupied(mut slot) if plain < *slot.get() => {
                slot.insert(plain);
            }
            Entry::Occupied(_) => {}
        }
    }
    let mut keys: Vec<PersonKey> = (best.iter().enumerate())
        .map(|(number, &(rank, key))| {
            let said = says.remove(&(number as u32));
            match said {
                None => PersonKey::Number(key),
                Some(said) if (rank, key) == NONE => PersonKey::Says(said),
                Some(said) => PersonKey::Says(format!("{}|{said}", Digits::from_key(key).to_text())),
            }
        })
        .collect();
    tell_apart(&mut keys);
    keys
}

/// Persons whose records say exactly the same are numbered; which is which cannot matter.
fn tell_apart(keys: &mut [PersonKey]) {
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    for key in keys.iter_mut() {
        if let PersonKey::Says(text) = key {
            let times = seen.entry(text.clone()).or_default();
            *times += 1;
            if *times > 1 {
                text.push_str(&format!("|{times}"));
            }
        }
    }
}

/// Ids for canonical keys: a letter and 13 characters of base 32. `text` gives the key at a
/// position.
pub(super) fn ids(letter: char, count: usize, text: &(dyn Fn(usize) -> String + Sync)) -> Vec<String> {
    let mut hashes: Vec<(u64, u32)> = (0..count as u32)
        .into_par_iter()
        .with_min_len(4096)
        .map(|at| (xxh3_64_with_seed(text(at as usize).as_bytes(), 0), at))
        .collect();
    let mut out: Vec<String> = hashes.par_iter().map(|&(hash, _)| encode(letter, hash)).collect();
    hashes.par_sort_unstable();
    // Different keys of one hash: the first by text keeps it, the others try other seeds.
    for same in hashes.chunk_by(|a, b| a.0 == b.0).filter(|same| same.len() > 1) {
        let mut order: Vec<(String, u32)> = same.iter().map(|&(_, at)| (text(at as usize), at)).collect();
        order.sort_unstable();
        for (key, at) in order.into_iter().skip(1) {
            let taken = |hash: u64| hashes.binary_search_by_key(&hash, |h| h.0).is_ok();
            let free = (1..).map(|seed| xxh3_64_with_seed(key.as_bytes(), seed)).find(|h| !taken(*h));
            out[at as usize] = encode(letter, free.unwrap_or_default());
        }
    }
    out
}

fn encode(letter: char, hash: u64) -> String {
    const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    let mut out = String::with_capacity(14);
    out.push(letter);
    for place in (0..13).rev() {
        out.push(char::from(ALPHABET[(hash >> (5 * place) & 31) as usize]));
    }
    out
}

/// Which current person (or household) a previous one's records are in: votes by
/// (previous id, current number).
pub(super) type Votes = BTreeMap<(String, u32), u32>;

/// Votes of the previous quarter's records, for persons and households.
pub(super) fn votes(
    nodes: &Nodes,
    record_ids: &dyn Fn(u32) -> String,
    tree: &DivisionTree,
    person: &[u32],
    household: &[u32],
    previous: &[PreviousRecord],
) -> (Votes, Votes) {
    let mut index: BTreeMap<u64, BTreeSet<u32>> = BTreeMap::new();
    for node in 0..nodes.len() as u32 {
        let name = nodes.name(node).map_or("", |n| n.clean.as_str());
        let village = tree.code_at(nodes.division(node), crate::normalize::division::VILLAGE);
        let id = nodes.id(node).to_text();
        for key in keys(&record_ids(node), id.as_deref(), name, nodes.birth(node), village) {
            index.entry(key).or_default().insert(node);
        }
    }
    let (mut persons, mut homes) = (Votes::new(), Votes::new());
    for record in previous {
        let birth = record.birth_date.unwrap_or(0) as u32;
        let name = record.name.as_deref().unwrap_or("");
        let id = record.id_number.as_deref().filter(|id| id.len() == 18);
        // The first key that leads somewhere decides.
        let found = keys(&record.record_id, id, name, birth, &record.village_code)
            .into_iter()
            .find_map(|key| index.get(&key));
        let Some(found) = found else { continue };
        let people: BTreeSet<u32> = found.iter().map(|&n| person[n as usize]).collect();
        for one in people {
            *persons.entry((record.person_id.clone(), one)).or_default() += 1;
        }
        let houses: BTreeSet<u32> = found.iter().map(|&n| household[n as usize]).collect();
        for one in houses {
            *homes.entry((record.household_id.clone(), one)).or_default() += 1;
        }
    }
    (persons, homes)
}

/// Keys by which a record of another quarter is found again, best first.
fn keys(record_id: &str, id: Option<&str>, name: &str, birth: u32, village: &str) -> Vec<u64> {
    let mut out = vec![xxh3_64(format!("r|{record_id}").as_bytes())];
    if let Some(id) = id {
        out.push(xxh3_64(format!("i|{id}|{name}").as_bytes()));
    }
    if !name.is_empty() && birth != 0 {
        out.push(xxh3_64(format!("n|{name}|{birth}|{village}").as_bytes()));
    }
    out
}

/// Gives current numbers the previous ids that most of their records had, and writes down what
/// merged and what split.
pub(super) fn keep(ids: &mut [String], votes: &Votes, ledger: &mut Vec<IdentityChange>) {
    let mut order: Vec<(&(String, u32), &u32)> = votes.iter().collect();
    order.sort_by(|x, y| {
        // The own id first among equals, so that nothing changes without need.
        let own = |k: &(String, u32)| ids[k.1 as usize] != k.0;
        (std::cmp::Reverse(x.1), own(x.0), x.0).cmp(&(std::cmp::Reverse(y.1), own(y.0), y.0))
    });
    let mut given: BTreeMap<u32, &str> = BTreeMap::new();
    let mut used: BTreeMap<&str, u32> = BTreeMap::new();
    for ((previous, current), _) in &order {
        if !given.contains_key(current) && !used.contains_key(previous.as_str()) {
            given.insert(*current, previous);
            used.insert(previous, *current);
        }
    }
    for (current, previous) in &given {
        ids[*current as usize] = (*previous).to_owned();
    }
    // An id that belongs to somebody else now must not come up again by its hash.
    let mut seen: BTreeMap<String, u32> =
        given.iter().map(|(current, previous)| ((*previous).to_owned(), *current)).collect();
    for (at, id) in (0u32..).zip(ids.iter_mut()) {
        let mut seed = 1;
        while seen.get(id).is_some_and(|&owner| owner != at) {
            let letter = id.chars().next().unwrap_or('P');
            *id = encode(letter, xxh3_64_with_seed(id.as_bytes(), seed));
            seed += 1;
        }
        seen.insert(id.clone(), at);
    }
    let mut changes = BTreeSet::new();
    for (previous, current) in votes.keys() {
        let now = &ids[*current as usize];
        if now == previous {
            continue;
        }
        // The id lives on elsewhere: part of it split off. Otherwise it went into this one.
        let kind = if used.contains_key(previous.as_str()) { "split" } else { "merge" };
        changes.insert((kind, previous.clone(), now.clone()));
    }
    ledger.extend(changes.into_iter().map(|(kind, previous_id, current_id)| IdentityChange {
        kind: kind.to_owned(),
        previous_id,
        current_id,
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(ids: &[&str], votes: &[(&str, u32, u32)]) -> (Vec<String>, Vec<(String, String, String)>) {
        let mut ids: Vec<String> = ids.iter().map(|id| (*id).to_owned()).collect();
        let votes = votes.iter().map(|&(previous, now, n)| ((previous.to_owned(), now), n)).collect();
        let mut ledger = Vec::new();
        keep(&mut ids, &votes, &mut ledger);
        let ledger = ledger.into_iter().map(|c| (c.kind, c.previous_id, c.current_id)).collect();
        (ids, ledger)
    }

    #[test]
    fn ids_are_distinct_and_depend_on_the_key_alone() {
        let ids = ids('P', 2, &|at| ["b", "a"][at].to_owned());
        assert_eq!(ids[0], super::ids('P', 1, &|_| "b".to_owned())[0]);
        assert_ne!(ids[0], ids[1]);
        assert!(ids.iter().all(|id| id.len() == 14 && id.starts_with('P')));
    }

    #[test]
    fn a_person_keeps_the_id_of_most_of_its_records() {
        let (ids, ledger) = kept(&["Pnew"], &[("Pold", 0, 3)]);
        assert_eq!((ids[0].as_str(), ledger.len()), ("Pold", 0));
    }

    #[test]
    fn merges_and_splits_are_written_down() {
        // Two become one.
        let (ids, ledger) = kept(&["Px"], &[("Pa", 0, 3), ("Pb", 0, 1)]);
        assert_eq!(ids, ["Pa"]);
        assert_eq!(ledger, [("merge".to_owned(), "Pb".to_owned(), "Pa".to_owned())]);
        // One becomes two: the larger part keeps the id.
        let (ids, ledger) = kept(&["Px", "Py"], &[("Pa", 0, 1), ("Pa", 1, 3)]);
        assert_eq!(ids, ["Px", "Pa"]);
        assert_eq!(ledger, [("split".to_owned(), "Pa".to_owned(), "Px".to_owned())]);
    }

    #[test]
    fn an_id_given_away_does_not_come_up_again() {
        // Number 1 would be called Pa by its key, but Pa belongs to number 0 since last quarter.
        let (ids, _) = kept(&["Px", "Pa"], &[("Pa", 0, 2)]);
        assert_eq!(ids[0], "Pa");
        assert_ne!(ids[1], "Pa");
    }
}
