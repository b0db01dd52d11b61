//! Published ids from what a person or household is.

use std::fmt::Write as _;

use hashbrown::{HashMap, HashSet};
use rayon::prelude::*;

use crate::link::nodes::LinkNodes;
use crate::model::division::DivisionTree;
use crate::model::division::VILLAGE;
use crate::model::id_number::Digits;
use crate::model::published_id::PublishedId;
use crate::privacy::IdentitySecret;

/// No ID number tells who the person is.
const NONE: u64 = u64::MAX;
/// Bits of an ID number's key; above them stands its rank.
const KEY_BITS: u32 = 60;

/// What the published id of a person is made of, before any previous quarter has its say: the
/// smallest confirmed ID number of its own, else the smallest usable one, else what the records
/// say. Distinct for distinct persons.
#[derive(Debug, Default)]
pub(super) struct PersonKeys {
    /// An ID number that no other person has, or [`NONE`].
    numbers: Vec<u64>,
    /// Of persons without one, ascending: what the records say; with the number where several
    /// persons share it.
    says: Vec<(u32, String)>,
}

impl PersonKeys {
    /// Canonical key of each person.
    pub(super) fn new(
        nodes: &LinkNodes,
        tree: &DivisionTree,
        person: &[u32],
        count: usize,
        foreign: &[bool],
    ) -> Self {
        let mut numbers = vec![NONE; count];
        for (node, (&person, &foreign)) in (0u32..).zip(person.iter().zip(foreign)) {
            let id = nodes.id(node);
            if let Some(key) = id.id18_key() {
                let rank = u64::from(!id.trusted()) + 2 * u64::from(foreign);
                let best = &mut numbers[person as usize];
                *best = (*best).min(rank << KEY_BITS | key);
            }
        }
        let known = numbers.par_iter_mut().filter(|number| **number != NONE);
        known.for_each(|number| *number &= (1 << KEY_BITS) - 1);
        // Two persons under one number are told apart by what their records say.
        let mut shared: Vec<u64> = numbers.par_iter().copied().filter(|&number| number != NONE).collect();
        shared.par_sort_unstable();
        let mut shared: Vec<u64> = shared.windows(2).filter(|w| w[0] == w[1]).map(|w| w[0]).collect();
        shared.dedup();
        let mut keys = Self { numbers, says: Vec::new() };
        keys.says = keys.says(nodes, tree, person, &shared);
        for &(person, _) in &keys.says {
            keys.numbers[person as usize] = NONE;
        }
        keys
    }

    /// What the records say of persons whose number is none or among `shared`.
    fn says(
        &self,
        nodes: &LinkNodes,
        tree: &DivisionTree,
        person: &[u32],
        shared: &[u64],
    ) -> Vec<(u32, String)> {
        let numbers = self.numbers.par_iter();
        let asked: Vec<bool> = numbers.map(|n| *n == NONE || shared.binary_search(n).is_ok()).collect();
        let mut says: Vec<(u32, String)> = (0..nodes.len() as u32)
            .into_par_iter()
            .filter(|&node| asked[person[node as usize] as usize])
            .map(|node| {
                let name = nodes.name(node).map_or("", |name| name.clean());
                let village = tree.code_at(nodes.division(node), VILLAGE);
                let said = format!("{name}|{}|{village}|{:016x}", nodes.birth(node), nodes.content(node));
                (person[node as usize], said)
            })
            .collect();
        says.par_sort_unstable();
        says.dedup_by_key(|(person, _)| *person);
        for (person, said) in &mut says {
            let number = self.numbers[*person as usize];
            if number != NONE {
                *said = format!("{}|{said}", Digits::from_key(number).to_text());
            }
        }
        number_equal_identities(&mut says);
        says
    }

    /// Number of persons.
    pub(super) fn len(&self) -> usize {
        self.numbers.len()
    }

    /// Appends the key of a person as text, the stuff of ids.
    pub(super) fn push_to(&self, person: usize, out: &mut String) {
        match self.numbers[person] {
            NONE => {
                let at = self.says.partition_point(|(other, _)| (*other as usize) < person);
                out.push_str(self.says.get(at).map_or("", |(_, said)| said));
            }
            number => Digits::from_key(number).push_to(out),
        }
    }
}

/// Persons whose records say exactly the same are numbered; which is which cannot matter.
fn number_equal_identities(says: &mut [(u32, String)]) {
    let mut seen: HashMap<String, u32> = HashMap::with_capacity(says.len());
    for (_, said) in says {
        let times = seen.entry_ref(said.as_str()).or_default();
        *times += 1;
        if *times > 1 {
            let _ = write!(said, "|{times}");
        }
    }
}

/// Ids for canonical keys, under the secret; without one they are numbered. `push` appends the key at a position.
pub(super) fn name_identities<const LETTER: char>(
    secret: Option<&IdentitySecret>,
    count: usize,
    push: &(dyn Fn(usize, &mut String) + Sync),
) -> Vec<PublishedId<LETTER>> {
    let Some(secret) = secret else { return (0..count as u64).map(PublishedId::of_bits).collect() };
    let key = |at: usize| {
        let mut key = String::new();
        push(at, &mut key);
        key
    };
    let mut ids: Vec<PublishedId<LETTER>> = secret.name(count, push);
    let mut taken = ids.clone();
    taken.par_sort_unstable();
    let mut twice: Vec<PublishedId<LETTER>> =
        taken.windows(2).filter(|w| w[0] == w[1]).map(|w| w[0]).collect();
    twice.dedup();
    if twice.is_empty() {
        return ids;
    }
    // Different keys of one name: the first by text keeps it, the others try again.
    let alike = (0..count).filter(|&at| twice.binary_search(&ids[at]).is_ok());
    let mut alike: Vec<(PublishedId<LETTER>, String, usize)> =
        alike.map(|at| (ids[at], key(at), at)).collect();
    alike.sort_unstable();
    let mut fresh = HashSet::new();
    for same in alike.chunk_by(|a, b| a.0 == b.0) {
        for (_, key, at) in &same[1..] {
            let attempts = (1..).map(|attempt| secret.name_again(key, attempt));
            let free = { attempts }.find(|id| taken.binary_search(id).is_err() && fresh.insert(*id));
            ids[*at] = free.unwrap_or_default();
        }
    }
    ids
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_distinct_and_depend_on_the_key_alone() {
        let secret = IdentitySecret::new(b"an invented key of 32 bytes long").unwrap();
        let ids = name_identities::<'P'>(Some(&secret), 2, &|at, key| key.push_str(["b", "a"][at]));
        assert_eq!(ids[0], name_identities(Some(&secret), 1, &|_, key| key.push('b'))[0]);
        assert_ne!(ids[0], ids[1]);
    }

    #[test]
    fn who_is_the_same_person_twice_by_key_has_two_ids() {
        let secret = IdentitySecret::new(b"an invented key of 32 bytes long").unwrap();
        let ids = name_identities::<'P'>(Some(&secret), 3, &|_, key| key.push('b'));
        assert!(ids[0] != ids[1] && ids[1] != ids[2] && ids[0] != ids[2]);
    }

    #[test]
    fn who_says_the_same_is_numbered() {
        let mut says: Vec<(u32, String)> = (0..3).map(|person| (person, "张三|0||".to_owned())).collect();
        number_equal_identities(&mut says);
        assert_eq!(
            says.iter().map(|s| s.1.as_str()).collect::<Vec<_>>(),
            ["张三|0||", "张三|0|||2", "张三|0|||3"]
        );
    }
}
