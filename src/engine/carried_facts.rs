//! What the facts of answers given under another identity secret are called under the present one.
//!
//! Nobody can rename them: they are keyed, and the cells are in no publication. But where a period is compared again under the
//! present secret, a finding that rests on the very same rows under the same pipeline and version has the same facts, and so
//! the answers to it hold as they did.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use hashbrown::HashMap;

use super::identity_migration::secret_of;
use super::replaced_runs::ReplacedRuns;
use crate::Result;
use crate::answers::{AnswerStore, ForeignFacts, StandingAnswers};
use crate::model::exception::{TrackedException, number_key};
use crate::model::period::Period;
use crate::privacy::IdentitySecret;
use crate::publication::id_ledger::list_ledgers;
use crate::publication::renamed_ids::renamed_ids;
use crate::publication::snapshot::Snapshot;
use crate::publication::staging::MIGRATION_FOLDER;
use crate::track::previous_exceptions::PreviousExceptions;
use crate::track::settle_former_numbers;

/// Facts under the present secret, by what the store calls the exception and what the facts are called under the other.
#[derive(Debug, Default)]
pub(super) struct ProvenFacts(BTreeMap<(String, String), String>);

impl ProvenFacts {
    /// Those of answers of which it is proven.
    pub(super) fn named<'a>(&'a self, foreign: &'a [ForeignFacts]) -> Vec<(&'a ForeignFacts, &'a str)> {
        let facts = |one: &ForeignFacts| self.0.get(&(one.exception_id.clone(), one.facts.clone()));
        foreign.iter().filter_map(|one| Some((one, facts(one)?.as_str()))).collect()
    }
}

/// What a run under the present secret found, by everything that its findings were ever called.
#[derive(Debug)]
pub(super) struct ComparedRun<'a> {
    period: Period,
    version: &'a str,
    pipeline_digest: &'a str,
    by_name: HashMap<&'a str, &'a TrackedException>,
}

impl<'a> ComparedRun<'a> {
    pub(super) fn of(
        found: &'a [TrackedException],
        period: Period,
        (version, pipeline_digest): (&'a str, &'a str),
    ) -> Self {
        let mut by_name: HashMap<&str, &TrackedException> =
            found.iter().map(|one| (one.exception_id.as_str(), one)).collect();
        for one in found {
            for key in one.former_numbers.iter().filter_map(|number| number_key(number)) {
                by_name.entry(key).or_insert(one);
            }
        }
        Self { period, version, pipeline_digest, by_name }
    }

    /// Adds what an earlier run of the period under another secret proves of `asked`.
    ///
    /// # Errors
    /// The earlier run is damaged.
    pub(super) fn prove(
        &self,
        before: &Snapshot,
        secret: &IdentitySecret,
        asked: &[ForeignFacts],
        proven: &mut ProvenFacts,
    ) -> Result<()> {
        let from = secret_of(before);
        let wanted: BTreeSet<(&str, &str)> = (asked.iter().filter(|one| one.facts_of == from))
            .map(|one| (one.exception_id.as_str(), one.facts.as_str()))
            .collect();
        if wanted.is_empty()
            || before.version() != self.version
            || before.pipeline_digest() != self.pipeline_digest
        {
            return Ok(());
        }
        let then = PreviousExceptions::read(before)?.exceptions;
        let renamed = PreviousExceptions::read(&before.clone().read_under(secret))?.exceptions;
        for (then, renamed) in then.into_iter().zip(renamed) {
            if !wanted.contains(&(&renamed.exception_id, &then.facts)) {
                continue;
            }
            let found = self.by_name.get(renamed.exception_id.as_str());
            let Some(now) = found.or_else(|| self.by_name.get(then.listed_id.as_str())) else { continue };
            // Ids of records name the file's bytes: the same ids are the same rows.
            let same = then.exception.evidence == now.exception.evidence
                && [&then.last_seen, &now.last_seen].into_iter().all(|seen| *seen == self.period)
                && then.checked
                && now.checked;
            if same && !now.facts.is_empty() {
                proven.0.insert((renamed.exception_id, then.facts), now.facts.clone());
            }
        }
        Ok(())
    }
}

/// Names the facts of answers that a run proves, in the store and among the answers that the run has read. `compared` is asked
/// for where there are such answers alone. What is noted is true whatever becomes of the run.
///
/// # Errors
/// The store cannot be written; an earlier run is damaged.
pub(super) fn name_proven_facts<'a>(
    out: &Path,
    (compared, replaced): (impl FnOnce() -> ComparedRun<'a>, &ReplacedRuns),
    secret: &IdentitySecret,
    answers: &mut StandingAnswers,
) -> Result<()> {
    let Some(mut store) = AnswerStore::find(out, &secret.key_id())? else { return Ok(()) };
    let foreign = store.foreign_facts()?;
    if foreign.is_empty() {
        return Ok(());
    }
    let (compared, mut proven) = (compared(), ProvenFacts::default());
    for run in replaced.under_other_secrets(&secret.key_id()) {
        compared.prove(run, secret, &foreign, &mut proven)?;
    }
    let named = proven.named(&foreign);
    if !named.is_empty() {
        store.name_facts(&named)?;
        answers.name_facts(&named);
    }
    Ok(())
}

/// Writes down beside the numbers that findings had under another secret those which a migration gave them under this one:
/// answers were carried to these. A number that another finding bears today is its own.
///
/// # Errors
/// A ledger that is damaged.
pub(super) fn follow_ledgers(
    out: &Path,
    secret: &IdentitySecret,
    tracked: &mut [TrackedException],
) -> Result<()> {
    let own = secret.key_id();
    let keys = |one: &TrackedException| -> Vec<String> {
        one.former_numbers.iter().filter_map(|number| number_key(number)).map(str::to_owned).collect()
    };
    let former: BTreeSet<String> = tracked.iter().flat_map(keys).collect();
    if former.is_empty() {
        return Ok(());
    }
    let mut since: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for ledger in list_ledgers(out)? {
        let names = ledger.folder.strip_prefix(MIGRATION_FOLDER).and_then(|keys| keys.split_once('-'));
        let Some((from, _)) = names.filter(|(_, to)| *to == own) else { continue };
        let is_former = |number: &str| number_key(number).is_some_and(|key| former.contains(key));
        for [old, now] in renamed_ids(out, (from, &own), "number", is_former)?.unwrap_or_default() {
            if let Some(key) = number_key(&old) {
                since.entry(key.to_owned()).or_default().insert(now);
            }
        }
    }
    if since.is_empty() {
        return Ok(());
    }
    let borne: BTreeSet<String> = tracked.iter().map(|one| one.listed_id.clone()).collect();
    for one in tracked.iter_mut() {
        let numbers = keys(one).into_iter().filter_map(|key| since.get(&key)).flatten();
        let numbers = numbers.filter(|number| number_key(number).is_some_and(|key| !borne.contains(key)));
        let numbers: Vec<String> = numbers.cloned().collect();
        one.former_numbers.extend(numbers);
    }
    settle_former_numbers(tracked);
    Ok(())
}
