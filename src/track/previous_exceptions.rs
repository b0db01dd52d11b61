//! Reads what the previous publication knew of exceptions.

use arrow::array::Array as _;

use crate::Result;
use crate::model::day::day_from_date32;
use crate::model::exception::{Exception, Severity, Status, SubjectKind, TrackedException};
use crate::model::period::Period;
use crate::publication::batch_columns::BatchColumns;
use crate::publication::snapshot::Snapshot;
use crate::table::string_interner::StringInterner;

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
        let (mut exceptions, mut texts) = (Vec::new(), StringInterner::default());
        for batch in snapshot.batches("restricted/exception.parquet")? {
            let rows = BatchColumns::new(&batch, snapshot.folder());
            for row in 0..batch.num_rows() {
                exceptions.push(read_previous_exception(&rows, row, &mut texts)?);
            }
        }
        Ok(Self { period: snapshot.period(), exceptions })
    }
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
    Ok(TrackedException {
        exception_id: rows.text("exception_id", row)?,
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
            evidence: evidence.split(';').filter(|p| !p.is_empty()).map(str::to_owned).collect(),
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
        checked: rows.int("checked", row)? == 1,
    })
}
