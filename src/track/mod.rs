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

use hashbrown::hash_map::{Entry, HashMap};
use rayon::prelude::*;

use crate::Result;
use crate::model::exception::{Exception, ResolvedBy, Status, TrackedException};
use crate::model::indicator::NotRun;
use crate::model::period::Period;
use crate::model::resolution::IdentityChange;
use crate::model::undecided::{ANY_KEY, HeldRule, UndecidedSubject};
use crate::privacy::IdentitySecret;

mod due_dates;
mod facts;
mod fingerprint;
pub(crate) mod known_subjects;
pub(crate) mod previous_exceptions;
pub(crate) mod replaced_runs;
mod returned_people;

pub(crate) use due_dates::set_due_dates;
pub use facts::note_facts;
pub(crate) use fingerprint::{exception_fingerprint, short_number};
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
    let mut now = PresentQuarter { period, due: BTreeMap::new() };
    let ids: Vec<String> = exceptions.par_iter().map(exception_fingerprint).collect();
    let mut out = Vec::with_capacity(exceptions.len() + before.len());
    for (exception, id) in exceptions.into_iter().zip(ids) {
        let old = before.remove(&id);
        out.push(now.seen(id, exception, old)?);
    }
    for old in before.into_values() {
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
fn settle_former_numbers(exceptions: &mut [TrackedException]) {
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
    /// Whose rows were returned; `None`: not asked.
    pub returned: Option<&'a ReturnedPeople>,
}

impl Unjudged<'_> {
    /// Is its subject undecided, was a row of the subject returned, or did a list that the rule reads not come from its
    /// county?
    fn leaves_open(&self, old: &Exception) -> bool {
        if self.returned.is_some_and(|returned| returned.leaves_open(old)) {
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

/// The period, and due dates by days that an officer has.
struct PresentQuarter {
    period: Period,
    due: BTreeMap<u32, Arc<str>>,
}

impl PresentQuarter {
    fn due(&mut self, days: u32) -> Result<Arc<str>> {
        if let Some(date) = self.due.get(&days) {
            return Ok(date.clone());
        }
        let date: Arc<str> = self.period.days_after(days)?.to_string().into();
        self.due.insert(days, date.clone());
        Ok(date)
    }

    fn seen(
        &mut self,
        exception_id: String,
        exception: Exception,
        mut old: Option<TrackedException>,
    ) -> Result<TrackedException> {
        let due = self.due(exception.due_days)?;
        let former_numbers =
            old.as_mut().map(|old| std::mem::take(&mut old.former_numbers)).unwrap_or_default();
        let (status, first_seen, due_date) = match old {
            None => (Status::New, self.period, due),
            Some(old) if old.resolved_in.is_some() => (Status::Reopened, old.first_seen, due),
            Some(old) => (Status::Persisting, old.first_seen, old.due_date),
        };
        Ok(TrackedException {
            exception_id,
            facts: String::new(),
            listed_id: String::new(),
            former_numbers,
            exception,
            first_seen,
            status,
            due_date,
            last_seen: self.period,
            resolved_in: None,
            resolved_by: None,
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
        match (&old.resolved_in, not_run) {
            (Some(_), _) => TrackedException { checked: not_run.is_none() && !open, ..old },
            (None, Some(rule)) if rule.retired => closed(Status::Retired, ResolvedBy::RuleRetired, old),
            (None, Some(_)) => TrackedException { status: Status::Persisting, checked: false, ..old },
            (None, None) if open => TrackedException { status: Status::Persisting, checked: false, ..old },
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
