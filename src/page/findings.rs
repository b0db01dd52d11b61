//! The findings of a publication as the page holds them: all in memory, so that queues and facets are made at once.

use std::sync::Arc;

use hashbrown::HashMap;
use jiff::civil::Date;

use crate::Result;
use crate::model::exception::{ResolvedBy, Status, number_key, row_key, short_row_number};
use crate::privacy::mask::mask_id_for_list;
use crate::publication::batch_columns::BatchColumns;
use crate::publication::snapshot::Snapshot;
use crate::resolve::previous_records::RECORDS;
use crate::table::string_interner::StringInterner;
use crate::track::previous_exceptions::EXCEPTIONS;

/// A finding that is open, or that an answer closes.
#[derive(Debug, Clone)]
pub(super) struct PageFinding {
    pub(super) exception_id: String,
    pub(super) facts: String,
    /// What lists call it; the page's addresses do too.
    pub(super) key: String,
    /// What lists called it earlier.
    pub(super) former_keys: Vec<String>,
    /// 疑点编号.
    pub(super) number: String,
    pub(super) rule: Arc<str>,
    pub(super) rule_key: Arc<str>,
    pub(super) severity: Arc<str>,
    pub(super) owner: Arc<str>,
    pub(super) county: Arc<str>,
    pub(super) township: Arc<str>,
    pub(super) village: Arc<str>,
    pub(super) person: Arc<str>,
    pub(super) household: Arc<str>,
    pub(super) message: Arc<str>,
    pub(super) first_seen: Arc<str>,
    pub(super) due: Date,
    pub(super) status: Status,
    /// Fingerprint of the finding that it follows from; empty: of none.
    pub(super) cause: String,
    /// What closes it, if something does.
    pub(super) resolved_by: Option<ResolvedBy>,
    pub(super) in_review: bool,
    pub(super) evidence: Vec<String>,
    /// Columns that say something else than when it was last seen, `source.column`.
    pub(super) changed: Vec<String>,
    /// Whom it is about.
    pub(super) name: Arc<str>,
    /// His number, masked.
    pub(super) id_number: String,
    /// Number of his household in the list.
    pub(super) household_no: Arc<str>,
}

/// Reads the findings that are open or answered, the worst first, then by due date and place.
///
/// # Errors
/// The publication is damaged.
pub(super) fn read_findings(snapshot: &Snapshot) -> Result<Vec<PageFinding>> {
    let (mut findings, mut texts) = (Vec::new(), StringInterner::default());
    for batch in snapshot.batches(EXCEPTIONS)? {
        let rows = BatchColumns::new(&batch, snapshot.folder());
        for row in 0..batch.num_rows() {
            let status =
                Status::from_code(&rows.text("status", row)?).ok_or_else(|| rows.missing("status"))?;
            if status.is_open() || status == Status::Answered {
                findings.push(read_finding(&rows, (row, status), &mut texts)?);
            }
        }
    }
    name_subjects(snapshot, &mut findings, &mut texts)?;
    findings.sort_unstable_by(|a, b| order_of(a).cmp(&order_of(b)));
    Ok(findings)
}

fn order_of(one: &PageFinding) -> (&str, Date, [&str; 6]) {
    let place = [&*one.county, &one.township, &one.village, &one.household, &one.rule, &one.key];
    (&one.severity, one.due, place)
}

fn read_finding(
    rows: &BatchColumns<'_>,
    (row, status): (usize, Status),
    texts: &mut StringInterner,
) -> Result<PageFinding> {
    let exception_id = rows.text("exception_id", row)?;
    let listed = rows.optional_text("listed_id", row).unwrap_or_default();
    let key = row_key(&listed, &exception_id).to_owned();
    let rule = rows.shared("rule_code", row, texts)?;
    let first_seen = rows.shared("first_seen", row, texts)?;
    let list = |column: &str| -> Vec<String> {
        let text = rows.optional_text(column, row).unwrap_or_default();
        text.split(';').filter(|part| !part.is_empty()).map(str::to_owned).collect()
    };
    let due = rows.dates("due_date").map(|days| days.value(row));
    let due = due.and_then(crate::model::day::day_from_date32).ok_or_else(|| rows.missing("due_date"))?;
    Ok(PageFinding {
        number: short_row_number(&rule, &first_seen, &key),
        facts: rows.optional_text("facts", row).unwrap_or_default(),
        exception_id,
        key,
        rule,
        rule_key: rows.optional_shared("rule_key", row, texts).unwrap_or_default(),
        severity: rows.shared("severity", row, texts)?,
        owner: rows.shared("owner", row, texts)?,
        county: rows.shared("county_code", row, texts)?,
        township: rows.shared("township_code", row, texts)?,
        village: rows.shared("village_code", row, texts)?,
        person: rows.optional_shared("person_id", row, texts).unwrap_or_default(),
        household: rows.optional_shared("household_id", row, texts).unwrap_or_default(),
        message: rows.shared("message", row, texts)?,
        first_seen,
        due,
        status,
        cause: rows.optional_text("cause", row).unwrap_or_default(),
        resolved_by: rows.optional_text("resolved_by", row).and_then(|code| ResolvedBy::from_code(&code)),
        in_review: rows.int("in_review", row)? == 1 || rows.int("confidence", row)? >= 6,
        former_keys: list("former_numbers")
            .iter()
            .filter_map(|one| number_key(one))
            .map(str::to_owned)
            .collect(),
        evidence: list("evidence_record_ids"),
        changed: list("changed_columns"),
        name: "".into(),
        id_number: String::new(),
        household_no: "".into(),
    })
}

/// Puts name, masked number and household of the first record beside each finding.
fn name_subjects(
    snapshot: &Snapshot,
    findings: &mut [PageFinding],
    texts: &mut StringInterner,
) -> Result<()> {
    let mut about: HashMap<String, Vec<usize>> = HashMap::new();
    for (at, one) in findings.iter().enumerate() {
        if let Some(first) = one.evidence.first() {
            about.entry(first.clone()).or_default().push(at);
        }
    }
    for batch in snapshot.batches(RECORDS)? {
        let rows = BatchColumns::new(&batch, snapshot.folder());
        let ids = rows.texts("record_id").ok_or_else(|| rows.missing("record_id"))?;
        for row in 0..batch.num_rows() {
            let Some(places) = about.get(ids.value(row)) else { continue };
            let text = |column: &str| rows.optional_text(column, row).unwrap_or_default();
            let (name, household) = (texts.share(&text("name")), texts.share(&text("household")));
            let number = text("id_number");
            for &at in places {
                let one = &mut findings[at];
                one.name = name.clone();
                one.household_no = household.clone();
                one.id_number = if number.is_empty() { String::new() } else { mask_id_for_list(&number) };
            }
        }
    }
    Ok(())
}
