//! The two secrets of a run. Under the identity secret persons and households are named, for life; under
//! the pseudonym key `tables/` names them anew, and that key may change at any time (ADR 0015).

use std::sync::Arc;

use rayon::prelude::*;

use super::pseudonym::{Pseudonym, Pseudonymizer};
use crate::model::published_id::{CHARACTERS as ID_CHARACTERS, PublishedId};
use crate::{Error, Result};

/// Ids that are made at a time.
const PART: usize = 4_096;
/// Characters of a name of facts.
const FACTS_CHARACTERS: usize = 13;
/// Letters of a number's mark.
const MARK_LETTERS: usize = 4;
/// Characters of a key's id.
const KEY_ID_CHARACTERS: usize = 16;

/// The name of a secret, which does not tell the secret.
const KEY_ID: &[u8] = b"key id\0";
/// What a person or household is, by the letter of the id.
const NEW_ID: [&[u8]; 2] = [b"new person\0", b"new household\0"];
/// An id that was given without this secret.
const CARRIED_ID: [&[u8]; 2] = [b"carried person\0", b"carried household\0"];
/// A finding on lists.
const LISTED: &[u8] = b"listed exception\0";
/// What findings were found by.
const FACTS: &[u8] = b"facts of exception\0";
/// Records by what they say of who they are.
const RECORD_MARKS: &[u8] = b"record mark\0";
/// What tells two ID numbers apart on a list.
const MARK: &[u8] = b"mark of number\0";
/// What makes a file's digest tell nothing of the file.
const SALT: &[u8] = b"salt\0";

/// The secrets of a run; only the command line reads them from files.
///
/// ```
/// let secrets = bidui::Secrets::new(b"an invented key of 32 bytes long", b"another invented key of 32 bytes")?;
/// assert_ne!(secrets.identity_id(), secrets.pseudonym_id());
/// assert!(bidui::Secrets::new(&[0; 32], b"another invented key of 32 bytes").is_err());
/// # Ok::<(), bidui::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Secrets {
    /// Names persons, households and the rows of lists.
    pub(crate) identity: IdentitySecret,
    /// Names persons, households and exceptions in `tables/`.
    pub(crate) pseudonyms: Pseudonymizer,
}

impl Secrets {
    /// The secrets with these bytes.
    ///
    /// # Errors
    /// One that is weak, or both the same.
    pub fn new(identity: &[u8], pseudonyms: &[u8]) -> Result<Self> {
        if identity == pseudonyms {
            return Err(Error::usage("身份密钥与假名密钥相同")
                .hint("两个密钥各用各的：假名密钥可以随时换，身份密钥要一直用下去"));
        }
        Ok(Self { identity: IdentitySecret::new(identity)?, pseudonyms: Pseudonymizer::new(pseudonyms)? })
    }

    /// Name of the identity secret, as in manifests.
    pub fn identity_id(&self) -> String {
        self.identity.key_id()
    }

    /// Name of the pseudonym key, as in manifests.
    pub fn pseudonym_id(&self) -> String {
        secret_name(&self.pseudonyms)
    }
}

fn secret_name(secret: &Pseudonymizer) -> String {
    let mut name = secret.key(KEY_ID, "").to_string();
    name.truncate(KEY_ID_CHARACTERS);
    name
}

/// The secret that names persons and households, kept for life.
#[derive(Debug, Clone)]
pub struct IdentitySecret(Arc<Pseudonymizer>);

impl IdentitySecret {
    /// The secret with these bytes.
    ///
    /// # Errors
    /// A weak one.
    pub fn new(bytes: &[u8]) -> Result<Self> {
        Ok(Self(Arc::new(Pseudonymizer::new(bytes)?)))
    }

    /// Its name, as in manifests.
    pub fn key_id(&self) -> String {
        secret_name(&self.0)
    }

    /// Ids of `count` persons or households; `push` appends what the one at a position is.
    pub(crate) fn name<const LETTER: char>(
        &self,
        count: usize,
        push: &(dyn Fn(usize, &mut String) + Sync),
    ) -> Vec<PublishedId<LETTER>> {
        let mut ids = vec![PublishedId::default(); count];
        ids.par_chunks_mut(PART).enumerate().for_each_init(Vec::new, |texts, (part, ids)| {
            texts.resize(ids.len(), String::new());
            for (at, text) in texts.iter_mut().enumerate() {
                text.clear();
                push(part * PART + at, text);
            }
            self.fill(NEW_ID, texts, ids);
        });
        ids
    }

    /// Id of one; `attempt` tells apart those that try again because another had the id.
    pub(crate) fn name_again<const LETTER: char>(&self, what: &str, attempt: u32) -> PublishedId<LETTER> {
        id_of_key(self.0.key(domain::<LETTER>(NEW_ID), &format!("{what}\0{attempt}")))
    }

    /// What ids that were given without this secret are called under it.
    pub(crate) fn carry<const LETTER: char>(&self, ids: &mut [PublishedId<LETTER>]) {
        ids.par_chunks_mut(PART).for_each(|ids| {
            let mut buffers = vec![[0; ID_CHARACTERS]; ids.len()];
            let texts: Vec<&str> =
                buffers.iter_mut().zip(&*ids).map(|(buffer, id)| id.text(buffer)).collect();
            self.fill(CARRIED_ID, &texts, ids);
        });
    }

    /// What lists call the exceptions with these fingerprints.
    pub(crate) fn listed(&self, fingerprints: &[impl AsRef<str> + Sync]) -> Vec<String> {
        self.named(LISTED, fingerprints)
    }

    /// Names of facts by digests of them: a digest alone could be tried, what cells may say is soon told.
    pub(crate) fn facts(&self, digests: &[impl AsRef<str> + Sync]) -> Vec<String> {
        let mut names = self.named(FACTS, digests);
        names.iter_mut().for_each(|name| name.truncate(FACTS_CHARACTERS));
        names
    }

    /// Marks of records by digests of what they say of who they are.
    pub(crate) fn record_marks(&self, digests: &[impl AsRef<str> + Sync]) -> Vec<String> {
        let mut names = self.named(RECORD_MARKS, digests);
        names.iter_mut().for_each(|name| name.truncate(FACTS_CHARACTERS));
        names
    }

    /// Four letters that stand for an ID number on a list: the same for the same number, others for all but one in
    /// 456,976 numbers. Without the secret they tell nothing.
    pub(crate) fn number_mark(&self, number: &str) -> String {
        let mut left = self.0.key(MARK, number).begin();
        let letter = |_| {
            let letter = b'A' + (left % 26) as u8;
            left /= 26;
            char::from(letter)
        };
        (0..MARK_LETTERS).map(letter).collect()
    }

    fn named(&self, domain: &[u8], texts: &[impl AsRef<str> + Sync]) -> Vec<String> {
        let names = |some: &[_]| {
            let mut keys = vec![Pseudonym::default(); some.len()];
            self.0.keys(domain, some, &mut keys);
            keys.into_iter().map(|key| key.to_string()).collect::<Vec<_>>()
        };
        texts.par_chunks(PART).flat_map_iter(names).collect()
    }

    /// A text for a file that only who may read the file knows.
    pub(crate) fn salt(&self, file: &str) -> String {
        self.0.key(SALT, file).to_string()
    }

    fn fill<const LETTER: char>(
        &self,
        domains: [&[u8]; 2],
        texts: &[impl AsRef<str>],
        ids: &mut [PublishedId<LETTER>],
    ) {
        let mut keys = vec![Pseudonym::default(); ids.len()];
        self.0.keys(domain::<LETTER>(domains), texts, &mut keys);
        ids.iter_mut().zip(keys).for_each(|(id, key)| *id = id_of_key(key));
    }
}

fn domain<const LETTER: char>(domains: [&[u8]; 2]) -> &[u8] {
    if LETTER == 'P' { domains[0] } else { domains[1] }
}

fn id_of_key<const LETTER: char>(key: Pseudonym) -> PublishedId<LETTER> {
    PublishedId::of_bits(key.begin())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::published_id::{HouseholdId, PersonId};

    fn secret(of: u8) -> IdentitySecret {
        let bytes: Vec<u8> = (0..32u32).map(|at| (at * at + 3 * at) as u8 ^ of).collect();
        IdentitySecret::new(&bytes).unwrap()
    }

    #[test]
    fn ids_depend_on_the_secret_on_what_is_named_and_on_how() {
        let what = |at: usize, text: &mut String| text.push_str(["410602199803124217", "王二"][at % 2]);
        let (a, b) = (secret(1), secret(2));
        let ids: Vec<PersonId> = a.name(2, &what);
        assert_eq!(ids, a.name(2, &what));
        assert_ne!(ids[0], ids[1]);
        assert_ne!(ids, b.name::<'P'>(2, &what));
        let homes: Vec<HouseholdId> = a.name(2, &what);
        assert_ne!(ids[0].bits(), homes[0].bits());
        assert_ne!(a.name_again::<'P'>("410602199803124217", 1), ids[0]);
        let mut carried = ids.clone();
        a.carry(&mut carried);
        assert_ne!(carried, ids);
        assert_ne!(a.key_id(), b.key_id());
        assert_ne!(a.listed(&["A"]), b.listed(&["A"]));
        assert_ne!(a.facts(&["A"]), b.facts(&["A"]));
        assert_eq!(a.facts(&["A"])[0].len(), 13);
        assert!(!a.listed(&["A"])[0].starts_with(&a.facts(&["A"])[0]));
    }

    #[test]
    fn marks_tell_numbers_apart_and_depend_on_the_secret() {
        let numbers: Vec<String> = (0..300).map(|at| format!("41062119840420{at:04}")).collect();
        let marks = |of: u8| numbers.iter().map(|one| secret(of).number_mark(one)).collect::<Vec<_>>();
        let (one, other) = (marks(1), marks(2));
        assert!(one.iter().all(|mark| mark.len() == 4 && mark.bytes().all(|b| b.is_ascii_uppercase())));
        assert_eq!(one, marks(1));
        let distinct: std::collections::BTreeSet<&String> = one.iter().collect();
        assert!(distinct.len() >= 298, "{}", distinct.len());
        assert!(one.iter().zip(&other).filter(|(a, b)| a == b).count() <= 1);
    }

    #[test]
    fn many_are_named_as_each_is() {
        let all: Vec<PersonId> = secret(1).name(2 * PART + 5, &|at, text| text.push_str(&at.to_string()));
        for at in [0, PART - 1, PART, 2 * PART + 4] {
            assert_eq!(all[at], secret(1).name(1, &|_, text| text.push_str(&at.to_string()))[0]);
        }
    }
}
