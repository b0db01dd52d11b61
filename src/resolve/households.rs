//! Persons become households: by the number of the anchor source, else by their own list's
//! number, which goes where most of its members are.

use std::collections::BTreeMap;

use crate::config::link::LinkSettings;
use crate::link::nodes::Nodes;

/// Dense household of each record, and the canonical key of each household.
pub(super) fn assemble(
    settings: &LinkSettings,
    nodes: &Nodes,
    person: &[u32],
    person_keys: &[String],
) -> (Vec<u32>, Vec<String>) {
    let count = person_keys.len();
    let ranks: Vec<Option<usize>> = nodes
        .names
        .iter()
        .map(|name| settings.resolve.household_anchor.iter().position(|a| a == name))
        .collect();
    let Some((numbers, pool)) = nodes.texts("household") else {
        return ((person.to_vec()), person_keys.iter().map(|k| alone(k)).collect());
    };
    let text = |id: u32| pool.get(id).as_str();
    // Number in the best anchor source; of several in one source, the first by text.
    let mut anchored: Vec<Option<(usize, &str)>> = vec![None; count];
    for node in 0..nodes.len() {
        let (Some(rank), id) = (ranks[usize::from(nodes.source[node])], numbers[node]) else { continue };
        if id != 0 {
            let slot = &mut anchored[person[node] as usize];
            let new = (rank, text(id));
            *slot = Some(slot.map_or(new, |old| old.min(new)));
        }
    }
    // Where the members of every other number are, by vote.
    let mut votes: BTreeMap<&str, BTreeMap<&str, u32>> = BTreeMap::new();
    for node in 0..nodes.len() {
        let id = numbers[node];
        if id == 0 || ranks[usize::from(nodes.source[node])].is_some() {
            continue;
        }
        let number = votes.entry(text(id)).or_default();
        if let Some((_, home)) = anchored[person[node] as usize] {
            *number.entry(home).or_default() += 1;
        }
    }
    let homes: BTreeMap<&str, &str> = votes
        .into_iter()
        .map(|(number, votes)| {
            let best = votes.iter().max_by_key(|(home, n)| (**n, std::cmp::Reverse(**home)));
            (number, best.map_or(number, |(home, _)| *home))
        })
        .collect();
    let mut own: Vec<Option<&str>> = vec![None; count];
    for node in 0..nodes.len() {
        if numbers[node] != 0
            && let Some(home) = homes.get(text(numbers[node]))
        {
            let slot = &mut own[person[node] as usize];
            *slot = Some(slot.map_or(*home, |old: &str| old.min(home)));
        }
    }
    let mut dense: BTreeMap<String, u32> = BTreeMap::new();
    let mut keys = Vec::new();
    let mut of_person = Vec::with_capacity(count);
    for number in 0..count {
        let key = match (anchored[number], own[number]) {
            (Some((_, home)), _) | (None, Some(home)) => format!("number|{home}"),
            (None, None) => alone(&person_keys[number]),
        };
        let next = keys.len() as u32;
        let household = *dense.entry(key.clone()).or_insert_with(|| {
            keys.push(key);
            next
        });
        of_person.push(household);
    }
    (person.iter().map(|&p| of_person[p as usize]).collect(), keys)
}

fn alone(person_key: &str) -> String {
    format!("person|{person_key}")
}
