//! Pseudonyms of persons and households by their dense numbers.

use rayon::prelude::*;

use crate::model::published_id::PersonId;
use crate::model::published_id::{CHARACTERS, PublishedId};
use crate::privacy::{Pseudonym, Pseudonymizer};
use crate::publish::PublicationInputs;
use crate::table::rows::RowStore;

/// Ids whose pseudonyms are made at a time.
const PART: usize = 4096;

/// Pseudonyms of everybody.
pub(in crate::publish) struct PseudonymKeys<'a> {
    person_ids: &'a [PersonId],
    pseudonyms: &'a Pseudonymizer,
    /// `None` where memory is short, and few tables ask for them: a pseudonym takes longer to make
    /// again than to keep, but those of ten million persons are 165 MB.
    persons: Option<Vec<Pseudonym>>,
    households: Vec<Pseudonym>,
}

impl<'a> PseudonymKeys<'a> {
    pub(in crate::publish) fn new(inputs: &PublicationInputs<'a>) -> Self {
        let pseudonyms = &inputs.secrets.pseudonyms;
        let (person_ids, household_ids) = (&inputs.resolution.person_ids, &inputs.resolution.household_ids);
        let household = |household| household as u32;
        let households =
            compute_pseudonym_keys(household_ids, household_ids.len(), household, |ids, keys| {
                pseudonyms.households(ids, keys);
            });
        let mut keys = Self { person_ids, pseudonyms, persons: None, households };
        if matches!(inputs.store, RowStore::Memory) {
            keys.persons = Some(keys.persons(person_ids.len(), |person| person as u32));
        }
        keys
    }

    /// Those of `count` persons; `person` tells their numbers.
    pub(in crate::publish) fn persons(
        &self,
        count: usize,
        person: impl Fn(usize) -> u32 + Sync,
    ) -> Vec<Pseudonym> {
        match &self.persons {
            Some(known) => reorder_pseudonym_keys(known, count, person),
            None => compute_pseudonym_keys(self.person_ids, count, person, |ids, keys| {
                self.pseudonyms.persons(ids, keys)
            }),
        }
    }

    /// Those of `count` households; `household` tells their numbers.
    pub(in crate::publish) fn households(
        &self,
        count: usize,
        household: impl Fn(usize) -> u32 + Sync,
    ) -> Vec<Pseudonym> {
        reorder_pseudonym_keys(&self.households, count, household)
    }

    /// That of a household.
    pub(in crate::publish) fn household(&self, number: u32) -> Pseudonym {
        self.households[number as usize]
    }
}

fn reorder_pseudonym_keys(
    known: &[Pseudonym],
    count: usize,
    number: impl Fn(usize) -> u32 + Sync,
) -> Vec<Pseudonym> {
    (0..count).into_par_iter().with_min_len(PART).map(|at| known[number(at) as usize]).collect()
}

fn compute_pseudonym_keys<const LETTER: char>(
    ids: &[PublishedId<LETTER>],
    count: usize,
    number: impl Fn(usize) -> u32 + Sync,
    fill: impl Fn(&[&str], &mut [Pseudonym]) + Sync,
) -> Vec<Pseudonym> {
    let mut keys = vec![Pseudonym::default(); count];
    keys.par_chunks_mut(PART).enumerate().for_each(|(part, keys)| {
        let mut buffers = vec![[0; CHARACTERS]; keys.len()];
        let ids = (part * PART..).map(|at| ids[number(at) as usize]);
        let texts: Vec<&str> = buffers.iter_mut().zip(ids).map(|(buffer, id)| id.text(buffer)).collect();
        fill(&texts, keys);
    });
    keys
}
