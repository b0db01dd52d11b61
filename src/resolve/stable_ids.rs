//! Ids as in the previous quarter: who a person was, by where its records are now.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use hashbrown::{HashMap, HashSet};
use rayon::prelude::*;
use xxhash_rust::xxh3::xxh3_64;

use super::previous_records::{PreviousParts, PreviousRecord};
use crate::Result;
use crate::link::nodes::LinkNodes;
use crate::load::LoadedSource;
use crate::model::division::DivisionTree;
use crate::model::division::VILLAGE;
use crate::model::published_id::CHARACTERS;
use crate::model::published_id::{HouseholdId, PersonId, PublishedId};
use crate::model::resolution::IdentityChange;
use crate::privacy::IdentitySecret;
use crate::table::key_index::KeyGroups;

/// The records of this quarter, and who each of them is.
pub(super) struct PresentRecords<'a> {
    pub(super) loaded: &'a [LoadedSource],
    pub(super) nodes: &'a LinkNodes<'a>,
    pub(super) tree: &'a DivisionTree,
}

/// Records of the previous quarter say that who had this id is now the one with this number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct IdVote<const LETTER: char> {
    id: PublishedId<LETTER>,
    number: u32,
    /// How many say so.
    times: u32,
}

/// What the records of the previous quarter say about current numbers. Most of them confirm the id
/// that a number has anyhow: these are counted, and only the others are held.
pub(super) struct VoteCount<'a, const LETTER: char> {
    ids: &'a [PublishedId<LETTER>],
    /// Number of each node.
    numbers: &'a [u32],
    /// By number: how many confirm its id.
    confirmed: Vec<AtomicU32>,
}

impl<'a, const LETTER: char> VoteCount<'a, LETTER> {
    pub(super) fn new(ids: &'a [PublishedId<LETTER>], numbers: &'a [u32]) -> Self {
        Self { ids, numbers, confirmed: ids.iter().map(|_| AtomicU32::new(0)).collect() }
    }

    /// A record that is among these nodes now had this id; what does not confirm one goes to `votes`.
    fn cast(&self, nodes: &[(u64, u32)], id: PublishedId<LETTER>, votes: &mut Vec<IdVote<LETTER>>) {
        let mut cast = |number: u32| {
            if self.ids[number as usize] == id {
                self.confirmed[number as usize].fetch_add(1, Ordering::Relaxed);
            } else {
                votes.push(IdVote { id, number, times: 1 });
            }
        };
        if let [(_, one)] = nodes {
            return cast(self.numbers[*one as usize]);
        }
        let mut numbers: Vec<u32> = nodes.iter().map(|&(_, node)| self.numbers[node as usize]).collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers.into_iter().for_each(cast);
    }

    /// All votes about ids and numbers that more than one vote is about; the confirmation of an id
    /// that nobody else claims changes nothing.
    fn contested(self, mut votes: Vec<IdVote<LETTER>>) -> Vec<IdVote<LETTER>> {
        let ids: HashSet<PublishedId<LETTER>> = votes.iter().map(|vote| vote.id).collect();
        let numbers: HashSet<u32> = votes.iter().map(|vote| vote.number).collect();
        let confirmed = self.confirmed.into_iter().zip(self.ids).zip(0u32..);
        votes.extend(confirmed.filter_map(|((times, &id), number)| {
            let times = times.into_inner();
            let asked = times > 0 && (numbers.contains(&number) || ids.contains(&id));
            asked.then_some(IdVote { id, number, times })
        }));
        votes
    }
}

/// Contested ids of persons and of households.
pub(super) struct ContestedIds {
    pub(super) persons: Vec<IdVote<'P'>>,
    pub(super) households: Vec<IdVote<'H'>>,
}

/// What some records of the previous quarter say.
#[derive(Default)]
struct LastQuarterVotes {
    persons: Vec<IdVote<'P'>>,
    households: Vec<IdVote<'H'>>,
    /// To be found by name, birth date and village, if at all.
    by_name: Vec<(u64, (PersonId, HouseholdId))>,
}

impl PresentRecords<'_> {
    /// Finds the records of the previous quarter again: by their place in the same file, else
    /// by number and name, else by name, birth date and village. The first that leads somewhere
    /// decides.
    pub(super) fn votes(
        &self,
        previous: &PreviousParts<'_>,
        persons: VoteCount<'_, 'P'>,
        households: VoteCount<'_, 'H'>,
    ) -> Result<ContestedIds> {
        let places = FilesByRecordPrefix::of(self.loaded);
        let numbers = self.groups(|node, text| self.number_key(node, text));
        let cast = |found: &[(u64, u32)], (person, household), said: &mut LastQuarterVotes| {
            persons.cast(found, person, &mut said.persons);
            households.cast(found, household, &mut said.households);
        };
        let look_up = |part: usize| -> Result<LastQuarterVotes> {
            let (mut said, mut text) = (LastQuarterVotes::default(), String::new());
            for records in previous.read(part)? {
                let records = records?;
                let mut asked = Vec::new();
                for row in 0..records.len() {
                    let record = records.get(row);
                    let ids = (record.person, record.household);
                    if let Some((source, row)) = places.find(record.record_id) {
                        let found = [(0, self.nodes.offsets[source] + row)];
                        cast(&found, ids, &mut said);
                    } else if let Some(id) = record.id_number.filter(|id| id.len() == 18) {
                        let key = stable_number_key(id, record.name.unwrap_or(""), &mut text);
                        asked.push((numbers.bucket(key), key, row));
                    } else if let Some(key) = key_by_name(&record, &mut text) {
                        said.by_name.push((key, ids));
                    }
                }
                // In order of where answers lie, so that what one brings near helps the next.
                asked.sort_unstable();
                for (_, key, row) in asked {
                    let (found, record) = (numbers.of(key..=key), records.get(row));
                    let ids = (record.person, record.household);
                    if !found.is_empty() {
                        cast(found, ids, &mut said);
                    } else if let Some(key) = key_by_name(&record, &mut text) {
                        said.by_name.push((key, ids));
                    }
                }
            }
            Ok(said)
        };
        let mut all = LastQuarterVotes::default();
        for said in (0..previous.count()).into_par_iter().map(look_up).collect::<Result<Vec<_>>>()? {
            all.persons.extend(said.persons);
            all.households.extend(said.households);
            all.by_name.extend(said.by_name);
        }
        drop(numbers);
        let by_name = std::mem::take(&mut all.by_name);
        let asked: HashSet<u64> = by_name.iter().map(|(key, ..)| *key).collect();
        if !asked.is_empty() {
            let asked = |key: &u64| asked.contains(key);
            let names = self.groups(|node, text| self.name_key(node, text).filter(asked));
            for (key, ids) in by_name {
                cast(names.of(key..=key), ids, &mut all);
            }
        }
        let (persons, households) = (persons.contested(all.persons), households.contested(all.households));
        Ok(ContestedIds { persons, households })
    }

    /// All records that have a key, by it.
    fn groups(&self, key: impl Fn(u32, &mut String) -> Option<u64> + Sync) -> KeyGroups {
        let entry = |text: &mut String, node| Some((key(node, text)?, node));
        let entries: Vec<(u64, u32)> = self.nodes.all().map_init(String::new, entry).flatten_iter().collect();
        KeyGroups::new(vec![entries], |key| key)
    }

    fn name(&self, node: u32) -> &str {
        self.nodes.name(node).map_or("", |name| name.clean())
    }

    fn number_key(&self, node: u32, text: &mut String) -> Option<u64> {
        let id = self.nodes.id(node).to_text()?;
        Some(stable_number_key(&id, self.name(node), text))
    }

    fn name_key(&self, node: u32, text: &mut String) -> Option<u64> {
        let village = self.tree.code_at(self.nodes.division(node), VILLAGE);
        stable_name_key(self.name(node), self.nodes.birth(node), village, text)
    }
}

fn stable_number_key(id: &str, name: &str, text: &mut String) -> u64 {
    text.clear();
    [id, "|", name].into_iter().for_each(|part| text.push_str(part));
    xxh3_64(text.as_bytes())
}

fn stable_name_key(name: &str, birth: u32, village: &str, text: &mut String) -> Option<u64> {
    if name.is_empty() || birth == 0 {
        return None;
    }
    text.clear();
    let _ = write!(text, "{name}|{birth}|{village}");
    Some(xxh3_64(text.as_bytes()))
}

/// Files of the quarter by what record ids begin with.
struct FilesByRecordPrefix<'a> {
    loaded: &'a [LoadedSource],
    sources: HashMap<&'a str, usize>,
}

impl<'a> FilesByRecordPrefix<'a> {
    fn of(loaded: &'a [LoadedSource]) -> Self {
        let sources = loaded.iter().enumerate().map(|(at, one)| (one.records.source.as_str(), at)).collect();
        Self { loaded, sources }
    }

    /// Source and row of the record that has this id.
    fn find(&self, record_id: &str) -> Option<(usize, u32)> {
        let source = *self.sources.get(record_id.split_once(':')?.0)?;
        Some((source, self.loaded[source].records.find(record_id)? as u32))
    }
}

fn key_by_name(record: &PreviousRecord<'_>, text: &mut String) -> Option<u64> {
    let birth = record.birth_date.and_then(|birth| u32::try_from(birth).ok()).unwrap_or(0);
    stable_name_key(record.name.unwrap_or(""), birth, record.village_code, text)
}

/// Gives current numbers the previous ids that most of their records had, and writes down what
/// merged and what split.
pub(super) fn keep_stable_ids<const LETTER: char>(
    secret: &IdentitySecret,
    ids: &mut [PublishedId<LETTER>],
    mut votes: Vec<IdVote<LETTER>>,
    ledger: &mut Vec<IdentityChange>,
) {
    votes.par_sort_unstable();
    votes.dedup_by(|next, kept| {
        let same = (next.id, next.number) == (kept.id, kept.number);
        kept.times += if same { next.times } else { 0 };
        same
    });
    let won = winning_id_votes(ids, &votes);
    let mut given = vec![false; ids.len()];
    // Ids that belong to somebody else than their hash says.
    let mut moved: HashSet<PublishedId<LETTER>> = HashSet::new();
    for (vote, _) in votes.iter().zip(&won).filter(|(_, won)| **won) {
        given[vote.number as usize] = true;
        if ids[vote.number as usize] != vote.id {
            moved.insert(vote.id);
            ids[vote.number as usize] = vote.id;
        }
    }
    replace_moved_ids(secret, ids, &given, &moved);
    let mut changes = Vec::new();
    let mut from = 0;
    for group in votes.chunk_by(|a, b| a.id == b.id) {
        // The id lives on elsewhere: part of it split off. Otherwise it went into this one.
        let lives = won[from..from + group.len()].contains(&true);
        let kind = if lives { "split" } else { "merge" };
        let elsewhere = group.iter().filter(|vote| ids[vote.number as usize] != vote.id);
        changes.extend(elsewhere.map(|vote| (kind, vote.id, ids[vote.number as usize])));
        from += group.len();
    }
    changes.sort_unstable();
    ledger.extend(changes.into_iter().map(|(kind, previous, current)| IdentityChange {
        kind: kind.to_owned(),
        previous_id: previous.to_string(),
        current_id: current.to_string(),
    }));
}

/// For each id the present one that most of its records have now, where that is another; of equals the id itself, else the first.
pub(super) fn most_votes<const LETTER: char>(
    ids: &[PublishedId<LETTER>],
    mut votes: Vec<IdVote<LETTER>>,
    called: &mut BTreeMap<String, Arc<str>>,
) {
    votes.par_sort_unstable();
    for group in votes.chunk_by(|a, b| a.id == b.id) {
        let mut best: Option<(u32, bool, u32)> = None;
        for same in group.chunk_by(|a, b| a.number == b.number) {
            let (number, times) = (same[0].number, same.iter().map(|vote| vote.times).sum());
            let own = ids[number as usize] == same[0].id;
            if best.is_none_or(|(most, kept, _)| (times, own) > (most, kept)) {
                best = Some((times, own, number));
            }
        }
        if let Some((_, false, number)) = best {
            called.insert(group[0].id.to_string(), ids[number as usize].to_string().into());
        }
    }
}

/// Which votes prevail: most records first, and of equals the own id first, so that nothing
/// changes without need. `votes` ascend.
fn winning_id_votes<const LETTER: char>(ids: &[PublishedId<LETTER>], votes: &[IdVote<LETTER>]) -> Vec<bool> {
    let mut claims = vec![0u8; ids.len()];
    for vote in votes {
        let claims = &mut claims[vote.number as usize];
        *claims = claims.saturating_add(1);
    }
    let mut won = vec![false; votes.len()];
    // Who is alone with an id has it; only the others compete.
    let mut order = Vec::new();
    let (mut from, mut groups) = (0, 0u32);
    for group in votes.chunk_by(|a, b| a.id == b.id) {
        for (at, vote) in (from..).zip(group) {
            if group.len() == 1 && claims[vote.number as usize] == 1 {
                won[at] = true;
            } else {
                let change = ids[vote.number as usize] != vote.id;
                order.push((std::cmp::Reverse(vote.times), change, at, groups));
            }
        }
        from += group.len();
        groups += 1;
    }
    order.par_sort_unstable();
    let mut given = vec![false; ids.len()];
    let mut used = vec![false; groups as usize];
    for (_, _, at, group) in order {
        let number = votes[at].number as usize;
        if !given[number] && !used[group as usize] {
            (given[number], used[group as usize], won[at]) = (true, true, true);
        }
    }
    won
}

/// An id that belongs to somebody else now must not come up again for the number it was made of.
fn replace_moved_ids<const LETTER: char>(
    secret: &IdentitySecret,
    ids: &mut [PublishedId<LETTER>],
    given: &[bool],
    moved: &HashSet<PublishedId<LETTER>>,
) {
    let twice: Vec<usize> = (0..ids.len()).filter(|&at| !given[at] && moved.contains(&ids[at])).collect();
    if twice.is_empty() {
        return;
    }
    let mut taken = ids.to_vec();
    taken.par_sort_unstable();
    let mut fresh = HashSet::new();
    for at in twice {
        let mut attempt = 1;
        while taken.binary_search(&ids[at]).is_ok() || !fresh.insert(ids[at]) {
            let mut buffer = [0; CHARACTERS];
            ids[at] = secret.name_again(ids[at].text(&mut buffer), attempt);
            attempt += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn secret() -> IdentitySecret {
        IdentitySecret::new(b"an invented key of 32 bytes long").unwrap()
    }

    fn kept(ids: &[u64], votes: &[(u64, u32, u32)]) -> (Vec<u64>, Vec<(String, String, String)>) {
        let mut ids: Vec<PersonId> = ids.iter().copied().map(PersonId::of_bits).collect();
        let votes = votes
            .iter()
            .flat_map(|&(id, number, times)| {
                (0..times).map(move |_| IdVote { id: PersonId::of_bits(id), number, times: 1 })
            })
            .collect();
        let mut ledger = Vec::new();
        keep_stable_ids(&secret(), &mut ids, votes, &mut ledger);
        let ledger = ledger.into_iter().map(|c| (c.kind, c.previous_id, c.current_id)).collect();
        (ids.into_iter().map(PersonId::bits).collect(), ledger)
    }

    fn change(kind: &str, previous: u64, current: u64) -> (String, String, String) {
        let text = |bits| PersonId::of_bits(bits).to_string();
        (kind.to_owned(), text(previous), text(current))
    }

    #[test]
    fn a_person_keeps_the_id_of_most_of_its_records() {
        let (ids, ledger) = kept(&[90], &[(1, 0, 3)]);
        assert_eq!((ids[0], ledger.len()), (1, 0));
    }

    #[test]
    fn merges_and_splits_are_written_down() {
        // Two become one.
        let (ids, ledger) = kept(&[90], &[(1, 0, 3), (2, 0, 1)]);
        assert_eq!(ids, [1]);
        assert_eq!(ledger, [change("merge", 2, 1)]);
        // One becomes two: the larger part keeps the id.
        let (ids, ledger) = kept(&[90, 91], &[(1, 0, 1), (1, 1, 3)]);
        assert_eq!(ids, [90, 1]);
        assert_eq!(ledger, [change("split", 1, 90)]);
    }

    #[test]
    fn of_equal_votes_the_own_id_prevails() {
        assert_eq!(kept(&[2, 91], &[(1, 0, 1), (2, 0, 1), (1, 1, 1)]).0, [2, 1]);
    }

    #[test]
    fn an_id_given_away_does_not_come_up_again() {
        // Number 1 would be called 1 by its key, but 1 belongs to number 0 since last quarter.
        let (ids, _) = kept(&[90, 1], &[(1, 0, 2)]);
        assert_eq!(ids[0], 1);
        assert_ne!(ids[1], 1);
    }

    proptest! {
        #[test]
        fn confirmations_that_nobody_contests_change_nothing(
            said in prop::collection::vec((0u64..14, 0u32..9), 0..40),
        ) {
            let own: Vec<PersonId> = (0..9).map(PersonId::of_bits).collect();
            let numbers: Vec<u32> = (0..9).collect();
            let ballot = VoteCount::new(&own, &numbers);
            let mut votes = Vec::new();
            for &(id, node) in &said {
                ballot.cast(&[(0, node)], PersonId::of_bits(id), &mut votes);
            }
            let vote = |&(id, number): &(u64, u32)| IdVote { id: PersonId::of_bits(id), number, times: 1 };
            let (mut few, mut all) = ((own.clone(), Vec::new()), (own.clone(), Vec::new()));
            keep_stable_ids(&secret(), &mut few.0, ballot.contested(votes), &mut few.1);
            keep_stable_ids(&secret(), &mut all.0, said.iter().map(vote).collect(), &mut all.1);
            prop_assert_eq!(few, all);
        }
    }
}
