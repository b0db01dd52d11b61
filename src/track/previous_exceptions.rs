//! Reads what the previous publication knew of exceptions.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::Array as _;
use hashbrown::HashMap;

use super::exception_fingerprint;
use crate::Result;
use crate::model::day::day_from_date32;
use crate::model::exception::{Exception, ResolvedBy, Severity, Status, SubjectKind, TrackedException};
use crate::model::period::Period;
use crate::model::published_id::{HouseholdId, PersonId};
use crate::privacy::IdentitySecret;
use crate::publication::batch_columns::BatchColumns;
use crate::publication::snapshot::Snapshot;
use crate::table::string_interner::StringInterner;

/// Every exception, closed ones too.
pub(crate) const EXCEPTIONS: &str = "restricted/exception.parquet";

/// What the previous publication knew.
#[derive(Debug, Clone)]
pub struct PreviousExceptions {
    /// Period of that publication.
    pub period: Period,
    /// All exceptions, also those resolved long ago.
    pub exceptions: Vec<TrackedException>,
}

impl PreviousExceptions {
    /// Reads all exceptions of a publication.
    ///
    /// # Errors
    /// The table is missing, damaged, or lacks a column.
    pub fn read(snapshot: &Snapshot) -> Result<Self> {
        let (mut exceptions, mut texts) = (Vec::<TrackedException>::new(), StringInterner::default());
        for batch in snapshot.batches(EXCEPTIONS)? {
            let rows = BatchColumns::new(&batch, snapshot.folder());
            for row in 0..batch.num_rows() {
                exceptions.push(read_previous_exception(&rows, row, &mut texts)?);
            }
        }
        if let Some(secret) = snapshot.carrier() {
            carry_exceptions(&mut exceptions, secret, &mut texts);
        }
        Ok(Self { period: snapshot.period(), exceptions })
    }

    /// The same with persons and households by the names that they have now; `called`: of those who have another.
    #[must_use]
    pub fn called(mut self, called: &BTreeMap<String, Arc<str>>) -> Self {
        for TrackedException { exception_id, exception, .. } in &mut self.exceptions {
            let mut renamed = false;
            let own = [&mut exception.subject_id, &mut exception.rule_key];
            let shown = [&mut exception.person_id, &mut exception.household_id];
            for id in own.into_iter().chain(shown.into_iter().flatten()) {
                if let Some(now) = called.get(&**id) {
                    *id = now.clone();
                    renamed = true;
                }
            }
            if renamed {
                *exception_id = exception_fingerprint(exception);
            }
        }
        self
    }

    /// The same with findings of rules that got another code under that code; `renamed`: former codes with today's.
    #[must_use]
    pub fn under_codes(mut self, renamed: &BTreeMap<String, Arc<str>>) -> Self {
        for TrackedException { exception_id, exception, .. } in &mut self.exceptions {
            if let Some(code) = renamed.get(&*exception.rule_code) {
                exception.rule_code = code.clone();
                *exception_id = exception_fingerprint(exception);
            }
        }
        self
    }
}

/// Gives the subjects the names that they have in this run, and the exceptions their fingerprints.
fn carry_exceptions(
    exceptions: &mut [TrackedException],
    secret: &IdentitySecret,
    texts: &mut StringInterner,
) {
    let mut known: HashMap<Arc<str>, Arc<str>> = HashMap::new();
    let mut carried = |id: &mut Arc<str>| {
        if let Some(now) = known.get(id) {
            *id = now.clone();
        } else if let Some(now) = carried_id(secret, id) {
            let now = texts.share(&now);
            known.insert(std::mem::replace(id, now.clone()), now);
        }
    };
    for TrackedException { exception_id, facts, fact_columns, exception, .. } in exceptions {
        // What the cells were is not known any more: they cannot be named under this secret.
        facts.clear();
        fact_columns.clear();
        let subject = &mut exception.subject_id;
        [&mut exception.rule_key, subject].into_iter().for_each(&mut carried);
        [&mut exception.person_id, &mut exception.household_id].into_iter().flatten().for_each(&mut carried);
        *exception_id = exception_fingerprint(exception);
    }
}

/// What a person or household is called under the secret; `None` for what names neither.
fn carried_id(secret: &IdentitySecret, text: &str) -> Option<String> {
    if let Some(id) = PersonId::parse(text) {
        let mut ids = [id];
        secret.carry(&mut ids);
        return Some(ids[0].to_string());
    }
    let mut ids = [HouseholdId::parse(text)?];
    secret.carry(&mut ids);
    Some(ids[0].to_string())
}

fn split_list(text: &str) -> Vec<String> {
    text.split(';').filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

fn read_previous_exception(
    rows: &BatchColumns<'_>,
    row: usize,
    texts: &mut StringInterner,
) -> Result<TrackedException> {
    let severity =
        Severity::from_code(&rows.text("severity", row)?).ok_or_else(|| rows.missing("severity"))?;
    let subject_kind = SubjectKind::from_code(&rows.text("subject_kind", row)?)
        .ok_or_else(|| rows.missing("subject_kind"))?;
    let due = rows.dates("due_date").filter(|d| d.is_valid(row)).map(|d| d.value(row));
    let due = due.ok_or_else(|| rows.missing("due_date"))?;
    let due_date = day_from_date32(due).ok_or_else(|| rows.missing("due_date"))?;
    let evidence = rows.text("evidence_record_ids", row)?;
    let status = Status::from_code(&rows.text("status", row)?).ok_or_else(|| rows.missing("status"))?;
    let exception_id = rows.text("exception_id", row)?;
    // Before there were keys, lists called it by its fingerprint.
    let listed_id = rows.optional_text("listed_id", row).unwrap_or_else(|| exception_id.clone());
    let former = rows.optional_text("former_numbers", row).unwrap_or_default();
    let mut tracked = TrackedException {
        exception_id,
        listed_id,
        facts: rows.optional_text("facts", row).unwrap_or_default(),
        fact_columns: rows.optional_text("fact_columns", row).unwrap_or_default(),
        changed: split_list(&rows.optional_text("changed_columns", row).unwrap_or_default()),
        answer: None,
        cause_answer: None,
        former_numbers: split_list(&former),
        exception: Exception {
            rule_code: rows.shared("rule_code", row, texts)?,
            severity,
            subject_kind,
            subject_id: rows.shared("subject_id", row, texts)?,
            rule_key: rows.shared("rule_key", row, texts)?,
            person_id: rows.optional_shared("person_id", row, texts),
            household_id: rows.optional_shared("household_id", row, texts),
            county_code: rows.shared("county_code", row, texts)?,
            township_code: rows.shared("township_code", row, texts)?,
            village_code: rows.shared("village_code", row, texts)?,
            owner: rows.shared("owner", row, texts)?,
            evidence: split_list(&evidence),
            message: rows.shared("message", row, texts)?,
            confidence: u8::try_from(rows.int("confidence", row)?).unwrap_or(6),
            due_days: u32::try_from(rows.int("due_days", row)?).unwrap_or(0),
            in_review: rows.int("in_review", row)? == 1,
            // What shares a cause is found anew every period.
            related: Vec::new(),
            cause: None,
        },
        first_seen: rows.period("first_seen", row)?,
        status,
        due_date: texts.share(&due_date.to_string()),
        last_seen: rows.period("last_seen", row)?,
        resolved_in: rows.optional_period("resolved_in", row)?,
        // Versions before told it of retired rules alone.
        resolved_by: match rows.optional_text("resolved_by", row) {
            Some(code) => Some(ResolvedBy::from_code(&code).ok_or_else(|| rows.missing("resolved_by"))?),
            None => (status == Status::Retired).then_some(ResolvedBy::RuleRetired),
        },
        checked: rows.int("checked", row)? == 1,
    };
    // Whatever becomes of it, a sheet with this number may be out.
    let number = tracked.long_number();
    tracked.former_numbers.push(number);
    Ok(tracked)
}
