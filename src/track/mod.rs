//! Stage 7: this quarter's exceptions against the previous quarter's: new, persisting,
//! resolved, reopened.
//!
//! In: [`Findings`] and the [`PreviousExceptions`] of the previous publication. Out: one
//! [`TrackedException`] per fingerprint. A fingerprint names rule, subject and the rule's own
//! key, so it survives row order, file names and wording. Exceptions of a rule that could not
//! run stay open, unchecked: absence of a source is not evidence that anything was resolved.

use std::collections::{BTreeMap, BTreeSet};

use crate::Result;
use crate::reconcile::{Exception, Findings};
use crate::resolve::IdentityChange;

mod fingerprint;
pub mod quarter;

pub use fingerprint::{fingerprint, short_number};
pub use quarter::{due_date, quarters_between};

/// Where an exception stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// First seen this quarter.
    New,
    /// Seen in the previous quarter too.
    Persisting,
    /// Seen in the previous quarter, not any more.
    Resolved,
    /// Was resolved, is back.
    Reopened,
}

impl Status {
    /// Word in published tables.
    pub fn code(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Persisting => "persisting",
            Self::Resolved => "resolved",
            Self::Reopened => "reopened",
        }
    }
    /// Word in lists and reports.
    pub fn title(self) -> &'static str {
        match self {
            Self::New => "新增",
            Self::Persisting => "持续",
            Self::Resolved => "已消除",
            Self::Reopened => "复现",
        }
    }
    /// Reads [`Status::code`] back.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::New, Self::Persisting, Self::Resolved, Self::Reopened].into_iter().find(|s| s.code() == code)
    }
}

/// An exception with its history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrackedException {
    /// Fingerprint: 26 base-32 characters of a hash of rule, subject and rule key.
    pub exception_id: String,
    /// The finding. For resolved ones, as it was last seen.
    pub exception: Exception,
    /// Quarter it was first seen in.
    pub first_seen: String,
    /// Status.
    pub status: Status,
    /// Due date, ISO `yyyy-mm-dd`; counted from the end of the quarter in which it was first
    /// seen or reopened, so an overdue exception stays overdue.
    pub due_date: String,
    /// Quarter in which the data last showed it.
    pub last_seen: String,
    /// Quarter from which on the data showed it no more; `None` while open.
    pub resolved_in: Option<String>,
    /// False if the rule did not run this quarter and the exception is only carried forward.
    pub checked: bool,
}

impl TrackedException {
    /// True unless resolved.
    pub fn is_open(&self) -> bool {
        self.status != Status::Resolved
    }
    /// True if it rests on a link that a human must confirm first; such exceptions are listed
    /// and counted apart.
    pub fn in_review(&self) -> bool {
        self.exception.in_review || self.exception.confidence >= 6
    }
    /// True if it was already closed before `quarter`: kept so that its return is known as one.
    pub fn is_history(&self, quarter: &str) -> bool {
        self.resolved_in.as_deref().is_some_and(|q| q != quarter)
    }
}

/// What the previous publication knew.
#[derive(Debug, Clone, Default)]
pub struct PreviousExceptions {
    /// Quarter of that publication.
    pub quarter: String,
    /// All exceptions, also those resolved long ago.
    pub exceptions: Vec<TrackedException>,
}

/// Compares this quarter's findings with the previous publication's. `ledger` renames subjects
/// that were merged since. Output is sorted by fingerprint.
pub fn track(
    findings: &Findings,
    previous: Option<&PreviousExceptions>,
    ledger: &[IdentityChange],
    quarter: &str,
) -> Result<Vec<TrackedException>> {
    let merged: BTreeMap<&str, &str> = ledger
        .iter()
        .filter(|change| change.kind == "merge")
        .map(|change| (change.previous_id.as_str(), change.current_id.as_str()))
        .collect();
    let mut before = BTreeMap::new();
    for old in previous.map_or(&[][..], |p| &p.exceptions) {
        let old = renamed(old, &merged);
        // Two subjects that became one may bring the same exception twice: the older one stays.
        match before.entry(old.exception_id.clone()) {
            std::collections::btree_map::Entry::Vacant(slot) => {
                slot.insert(old);
            }
            std::collections::btree_map::Entry::Occupied(mut slot) => {
                let other = slot.get_mut();
                if (old.resolved_in.is_some(), &old.first_seen)
                    < (other.resolved_in.is_some(), &other.first_seen)
                {
                    *other = old;
                }
            }
        }
    }
    let mut out = BTreeMap::new();
    for exception in &findings.exceptions {
        let id = fingerprint(exception);
        let old = before.remove(&id);
        let tracked = seen(id.clone(), exception, old, quarter)?;
        out.entry(id).or_insert(tracked);
    }
    let not_run: BTreeSet<&str> = findings.not_run.iter().map(|n| n.rule_code.as_str()).collect();
    for (id, old) in before {
        let unchecked = not_run.contains(old.exception.rule_code.as_str());
        out.entry(id).or_insert_with(|| unseen(old, unchecked, quarter));
    }
    Ok(out.into_values().collect())
}

fn seen(
    exception_id: String,
    exception: &Exception,
    old: Option<TrackedException>,
    quarter: &str,
) -> Result<TrackedException> {
    let due = due_date(quarter, exception.due_days)?;
    let (status, first_seen, due_date) = match old {
        None => (Status::New, quarter.to_owned(), due),
        Some(old) if old.resolved_in.is_some() => (Status::Reopened, old.first_seen, due),
        Some(old) => (Status::Persisting, old.first_seen, old.due_date),
    };
    Ok(TrackedException {
        exception_id,
        exception: exception.clone(),
        first_seen,
        status,
        due_date,
        last_seen: quarter.to_owned(),
        resolved_in: None,
        checked: true,
    })
}

fn unseen(old: TrackedException, unchecked: bool, quarter: &str) -> TrackedException {
    match (&old.resolved_in, unchecked) {
        (Some(_), _) => TrackedException { checked: !unchecked, ..old },
        (None, true) => TrackedException { status: Status::Persisting, checked: false, ..old },
        (None, false) => TrackedException {
            status: Status::Resolved,
            resolved_in: Some(quarter.to_owned()),
            checked: true,
            ..old
        },
    }
}

/// The old exception under the ids its subject has now.
fn renamed(old: &TrackedException, merged: &BTreeMap<&str, &str>) -> TrackedException {
    let mut new = old.clone();
    let follow = |id: &mut String| {
        if let Some(&current) = merged.get(id.as_str()) {
            current.clone_into(id);
        }
    };
    follow(&mut new.exception.subject_id);
    new.exception.person_id.as_mut().map(follow);
    new.exception.household_id.as_mut().map(follow);
    if new.exception.subject_id != old.exception.subject_id {
        new.exception_id = fingerprint(&new.exception);
    }
    new
}

#[cfg(test)]
mod tests;
