//! Stage 7: this period's exceptions against the previous period's: new, persisting,
//! resolved, reopened.
//!
//! In: the [`Exception`]s found and the [`PreviousExceptions`] of the previous publication. Out: one
//! [`TrackedException`] per fingerprint. A fingerprint names rule, subject and the rule's own
//! key, so it survives row order, file names and wording. Exceptions of a rule that could not
//! run stay open, unchecked: absence of a source is not evidence that anything was resolved. Those of a
//! rule that is asked no more are closed as retired: nothing would ever resolve them.

use std::collections::BTreeMap;
use std::sync::Arc;

use hashbrown::HashSet;
use hashbrown::hash_map::{Entry, HashMap};
use rayon::prelude::*;

use crate::Result;
use crate::model::exception::{Exception, ResolvedBy, Status, TrackedException};
use crate::model::indicator::NotRun;
use crate::model::period::Period;
use crate::model::resolution::IdentityChange;
use crate::model::undecided::{ANY_KEY, HeldRule, UndecidedSubject};
use crate::privacy::IdentitySecret;

mod answered;
mod due_dates;
mod facts;
mod fingerprint;
pub(crate) mod known_subjects;
pub(crate) mod previous_exceptions;
pub(crate) mod replaced_runs;
mod returned_people;

pub use answered::apply_answers;
pub(crate) use answered::{answer_closes, answer_that_counts, answer_would_close};
pub use due_dates::DueDates;
pub use facts::note_facts;
pub(crate) use fingerprint::{bare_key, exception_fingerprint, short_number};
pub use known_subjects::KnownSubjects;
pub use previous_exceptions::PreviousExceptions;
pub use returned_people::ReturnedPeople;

/// Compares the exceptions of this period with the previous publication's. `unjudged`: what
/// could not be judged; `ledger` renames subjects that were merged since; lists call exceptions by names under
/// `secret`. Output is sorted by fingerprint.
///
/// # Errors
/// A previous publication that is damaged.
pub fn track(
    exceptions: Vec<Exception>,
    unjudged: &Unjudged<'_>,
    previous: Option<PreviousExceptions>,
    ledger: &[IdentityChange],
    period: Period,
    secret: &IdentitySecret,
) -> Result<Vec<TrackedException>> {
    let mut due = DueDates::from_end_of(period);
    track_again(exceptions, unjudged, (previous, None), ledger, (period, &mut due), secret)
}

/// As [`track`], where the period was run before: `within` is what its current run knew, its subjects by the names that they have
/// now. What only that run found is kept: closed within the period if something proves it, open if nothing does. What it
/// had closed and is found again is reopened. A run over the same lists changes nothing.
///
/// # Errors
/// A previous publication that is damaged.
pub fn track_again(
    exceptions: Vec<Exception>,
    unjudged: &Unjudged<'_>,
    (previous, within): (Option<PreviousExceptions>, Option<PreviousExceptions>),
    ledger: &[IdentityChange],
    (period, due): (Period, &mut DueDates<'_>),
    secret: &IdentitySecret,
) -> Result<Vec<TrackedException>> {
    let within = within.map_or(Vec::new(), |run| run.exceptions).into_iter();
    let mut within: HashMap<String, TrackedException> =
        within.map(|old| (old.exception_id.clone(), old)).collect();
    let merged: HashMap<&str, Arc<str>> = ledger
        .iter()
        .filter(|change| change.kind == "merge")
        .map(|change| (change.previous_id.as_str(), change.current_id.as_str().into()))
        .collect();
    let mut before: HashMap<String, TrackedException> = HashMap::new();
    for old in previous.map_or(Vec::new(), |p| p.exceptions) {
        let old = renamed(old, &merged);
        // Two subjects that became one may bring the same exception twice: the older one stays.
        match before.entry(old.exception_id.clone()) {
            Entry::Vacant(slot) => {
                slot.insert(old);
            }
            Entry::Occupied(mut slot) => {
                let age = |one: &TrackedException| (one.resolved_in.is_some(), one.first_seen);
                let other = match age(&old) < age(slot.get()) {
                    true => slot.insert(old),
                    false => old,
                };
                // Sheets with either number are about what stays.
                slot.get_mut().former_numbers.extend(other.former_numbers);
            }
        }
    }
    let mut now = PresentQuarter { period, due };
    let ids: Vec<String> = exceptions.par_iter().map(exception_fingerprint).collect();
    follow_splits(&mut before, &ids, ledger);
    let mut out = Vec::with_capacity(exceptions.len() + before.len());
    for (exception, id) in exceptions.into_iter().zip(ids) {
        let (old, run) = (before.remove(&id), within.remove(&id));
        out.push(now.seen(id, exception, old, run)?);
    }
    // What the earlier period knew goes on from there, whatever a run of this period made of it.
    within.retain(|id, _| !before.contains_key(id));
    for old in before.into_values().chain(within.into_values()) {
        let not_run = unjudged.not_run.iter().find(|rule| rule.rule_code == *old.exception.rule_code);
        let open = unjudged.leaves_open(&old.exception);
        let by = unjudged.known.map_or(ResolvedBy::Data, |known| known.resolved_by(&old.exception));
        out.push(now.unseen(old, not_run, (open, by)));
    }
    // Of equals the first stays: a stable sort.
    out.par_sort_by(|a, b| a.exception_id.cmp(&b.exception_id));
    out.dedup_by(|later, first| later.exception_id == first.exception_id);
    name_for_lists(&mut out, secret);
    Ok(out)
}

/// Where a subject was split and the rule finds it of the part that got another id, the earlier exception goes on there:
/// with its age, and with what was answered of it as far as it rests on the same. If it is found of the part that kept the id
/// too, it goes on with that one.
fn follow_splits(before: &mut HashMap<String, TrackedException>, ids: &[String], ledger: &[IdentityChange]) {
    let mut parts: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for change in ledger.iter().filter(|change| change.kind == "split") {
        parts.entry(&change.previous_id).or_default().push(&change.current_id);
    }
    if parts.is_empty() {
        return;
    }
    let found: HashSet<&str> = ids.iter().map(String::as_str).collect();
    let mut gone: Vec<&String> = before
        .iter()
        .filter(|(id, old)| !found.contains(id.as_str()) && parts.contains_key(&*old.exception.subject_id))
        .map(|(id, _)| id)
        .collect();
    gone.sort_unstable();
    let mut moves: Vec<(String, &str, String)> = Vec::new();
    for id in gone {
        let mut exception = before[id].exception.clone();
        for &part in &parts[&*exception.subject_id.clone()] {
            exception.subject_id = part.into();
            let now = exception_fingerprint(&exception);
            if found.contains(now.as_str()) && !before.contains_key(&now) {
                moves.push((id.clone(), part, now));
                break;
            }
        }
    }
    for (id, part, now) in moves {
        let Some(mut old) = before.remove(&id) else { continue };
        let exception = &mut old.exception;
        let former = std::mem::replace(&mut exception.subject_id, part.into());
        for shown in [&mut exception.person_id, &mut exception.household_id].into_iter().flatten() {
            if *shown == former {
                *shown = part.into();
            }
        }
        old.exception_id.clone_from(&now);
        before.entry(now).or_insert(old);
    }
}

/// Names exceptions as lists do. What they were called before, and are no longer, stays written down.
fn name_for_lists(exceptions: &mut [TrackedException], secret: &IdentitySecret) {
    let fingerprints: Vec<&str> = exceptions.iter().map(|one| one.exception_id.as_str()).collect();
    let names = secret.listed(&fingerprints);
    for (one, name) in exceptions.iter_mut().zip(names) {
        one.listed_id = name;
    }
    settle_former_numbers(exceptions);
}

/// Sorts former numbers; the present one is none.
pub(crate) fn settle_former_numbers(exceptions: &mut [TrackedException]) {
    for one in exceptions.iter_mut().filter(|one| !one.former_numbers.is_empty()) {
        let number = one.long_number();
        one.former_numbers.retain(|former| *former != number);
        one.former_numbers.sort_unstable();
        one.former_numbers.dedup();
    }
}

/// What of this period says nothing of an earlier exception.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unjudged<'a> {
    /// Rules that could not run or are asked no more.
    pub not_run: &'a [NotRun],
    /// Subjects that rules leave undecided, sorted by (rule, subject, key).
    pub undecided: &'a [UndecidedSubject],
    /// Rules held for a county, sorted.
    pub held: &'a [HeldRule],
    /// Whom the lists know; `None`: not asked.
    pub known: Option<&'a KnownSubjects>,
    /// Whose rows were returned, of those whom each earlier publication knew.
    pub returned: &'a [ReturnedPeople],
}

impl Unjudged<'_> {
    /// Is its subject undecided, was a row of the subject returned, or did a list that the rule reads not come from its
    /// county?
    fn leaves_open(&self, old: &Exception) -> bool {
        if self.returned.iter().any(|returned| returned.leaves_open(old)) {
            return true;
        }
        let of_list = |one: &&HeldRule| one.is_of_list() && one.rule_code == *old.rule_code;
        if self.held.iter().filter(of_list).any(|one| one.county_code == *old.county_code) {
            return true;
        }
        let subject = (&*old.rule_code, &*old.subject_id);
        let from = self.undecided.partition_point(|one| (&*one.rule_code, &*one.subject_id) < subject);
        let mut same =
            self.undecided[from..].iter().take_while(|one| (&*one.rule_code, &*one.subject_id) == subject);
        same.any(|one| one.rule_key == old.rule_key || &*one.rule_key == ANY_KEY)
    }
}

/// The period, and due dates of what is found in it.
struct PresentQuarter<'d, 'c> {
    period: Period,
    due: &'d mut DueDates<'c>,
}

impl PresentQuarter<'_, '_> {
    fn seen(
        &mut self,
        exception_id: String,
        exception: Exception,
        mut old: Option<TrackedException>,
        mut run: Option<TrackedException>,
    ) -> Result<TrackedException> {
        let due = self.due.due(exception.due_days)?;
        let mut former_numbers =
            old.as_mut().map(|old| std::mem::take(&mut old.former_numbers)).unwrap_or_default();
        former_numbers.extend(run.iter_mut().flat_map(|run| std::mem::take(&mut run.former_numbers)));
        // What changed since the period before stays told as long as runs of this one find it by the same.
        let changed = run.as_mut().map(|run| std::mem::take(&mut run.changed)).unwrap_or_default();
        let (facts, fact_columns) = run
            .as_mut()
            .or(old.as_mut())
            .map(|last| (std::mem::take(&mut last.facts), std::mem::take(&mut last.fact_columns)))
            .unwrap_or_default();
        let closed_by = run.as_ref().or(old.as_ref()).and_then(|last| last.resolved_by);
        let (status, first_seen, due_date) = match old {
            None => (Status::New, self.period, due.clone()),
            Some(old) if old.resolved_in.is_some() => (Status::Reopened, old.first_seen, due.clone()),
            // Whether an answer still closes it is asked once its facts are known.
            Some(old) if old.status == Status::Answered => (Status::Answered, old.first_seen, old.due_date),
            Some(old) => (Status::Persisting, old.first_seen, old.due_date),
        };
        let (status, due_date) = match run {
            None => (status, due_date),
            Some(run) if run.resolved_in.is_some() => (Status::Reopened, due),
            Some(run) if matches!(run.status, Status::Answered | Status::Reopened) => {
                (run.status, run.due_date)
            }
            Some(_) if status == Status::New && self.due.anew => (status, due),
            // A day that was told stands.
            Some(run) => (status, run.due_date),
        };
        Ok(TrackedException {
            exception_id,
            facts,
            fact_columns,
            changed,
            answer: None,
            cause_answer: None,
            listed_id: String::new(),
            former_numbers,
            exception,
            first_seen,
            status,
            due_date,
            last_seen: self.period,
            resolved_in: None,
            resolved_by: closed_by.filter(|_| status == Status::Answered),
            checked: true,
        })
    }

    /// `open`: nothing proves that it is closed; else `by` closes it.
    fn unseen(
        &self,
        old: TrackedException,
        not_run: Option<&NotRun>,
        (open, by): (bool, ResolvedBy),
    ) -> TrackedException {
        let closed = |status: Status, by: ResolvedBy, old: TrackedException| TrackedException {
            status,
            resolved_in: Some(self.period),
            resolved_by: Some(by),
            checked: status == Status::Resolved,
            ..old
        };
        let kept_open = |old: TrackedException| match old.status {
            // Whether an answer still closes it is asked later.
            Status::Answered => TrackedException { checked: false, ..old },
            // An earlier run of the period found it.
            _ if old.last_seen == self.period => TrackedException { checked: false, ..old },
            _ => TrackedException { status: Status::Persisting, checked: false, ..old },
        };
        match (&old.resolved_in, not_run) {
            (Some(_), _) => TrackedException { checked: not_run.is_none() && !open, ..old },
            (None, Some(rule)) if rule.retired => closed(Status::Retired, ResolvedBy::RuleRetired, old),
            (None, Some(_)) => kept_open(old),
            (None, None) if open => kept_open(old),
            (None, None) => closed(Status::Resolved, by, old),
        }
    }
}

/// The old exception under the ids its subject has now.
fn renamed(mut old: TrackedException, merged: &HashMap<&str, Arc<str>>) -> TrackedException {
    let follow = |id: &mut Arc<str>| match merged.get(&**id) {
        Some(current) => {
            *id = current.clone();
            true
        }
        None => false,
    };
    old.exception.person_id.as_mut().map(follow);
    old.exception.household_id.as_mut().map(follow);
    if follow(&mut old.exception.subject_id) {
        old.exception_id = exception_fingerprint(&old.exception);
    }
    old
}

#[cfg(test)]
mod tests;
