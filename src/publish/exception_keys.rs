//! Pseudonyms of exceptions: what `tables/` call them.

use rayon::prelude::*;

use super::PublicationInputs;
use crate::model::exception::TrackedException;
use crate::privacy::Pseudonym;

/// Fingerprints whose pseudonyms are made at a time.
const PART: usize = 4_096;

/// Pseudonyms of all exceptions of a run.
pub(super) struct ExceptionKeys<'a> {
    /// In order of their fingerprints.
    tracked: &'a [TrackedException],
    keys: Vec<Pseudonym>,
}

impl<'a> ExceptionKeys<'a> {
    pub(super) fn new(inputs: &PublicationInputs<'a>) -> Self {
        let (tracked, pseudonyms) = (inputs.tracked, &inputs.secrets.pseudonyms);
        let mut keys = vec![Pseudonym::default(); tracked.len()];
        keys.par_chunks_mut(PART).zip(tracked.par_chunks(PART)).for_each(|(keys, tracked)| {
            let ids: Vec<&str> = tracked.iter().map(|one| one.exception_id.as_str()).collect();
            pseudonyms.exceptions(&ids, keys);
        });
        Self { tracked, keys }
    }

    /// That of an exception of the run.
    pub(super) fn of(&self, exception: &TrackedException) -> Pseudonym {
        let at = self.tracked.binary_search_by(|one| one.exception_id.cmp(&exception.exception_id));
        at.map_or_else(|_| Pseudonym::default(), |at| self.keys[at])
    }
}
