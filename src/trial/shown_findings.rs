//! Findings as they are shown: place, person and masked number as on lists.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::RuleTrial;
use crate::Result;
use crate::model::exception::Exception;
use crate::model::undecided::UndecidedSubject;
use crate::privacy::mask::{mask_id_for_list, mask_numbers_in_text};
use crate::publication::snapshot::Snapshot;
use crate::publication::table_reader::TableRow;

/// A finding, or a subject left undecided, as it is shown.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize)]
pub struct ShownFinding {
    /// `person`, `household`, `record` or `unit`.
    pub subject_kind: String,
    /// Subject.
    pub subject_id: String,
    /// Key of the rule's own, `""` if it has none.
    pub rule_key: String,
    /// Person it is about, `""` if there is none.
    pub person_id: String,
    /// County code, `""` if it is not known.
    pub county_code: String,
    /// Township code, `""` if it is not known.
    pub township_code: String,
    /// Village code, `""` if it is not known.
    pub village_code: String,
    /// Name of the person, or of the first record of the evidence.
    pub name: String,
    /// Masked number of the same.
    pub id_number: String,
    /// Must it be confirmed first?
    pub to_confirm: bool,
    /// Message; numbers of persons are masked.
    pub message: String,
    /// Record ids.
    pub evidence: Vec<String>,
}

impl ShownFinding {
    /// A row of the table of exceptions or of undecided subjects.
    pub(super) fn of_row(row: &TableRow) -> Self {
        let text = |name: &str| row.get(name).to_owned();
        Self {
            subject_kind: text("subject_kind"),
            subject_id: text("subject_id"),
            rule_key: text("rule_key"),
            person_id: text("person_id"),
            county_code: text("county_code"),
            township_code: text("township_code"),
            village_code: text("village_code"),
            to_confirm: row.get("in_review") == "1",
            message: mask_numbers_in_text(row.get("message")).into_owned(),
            evidence: evidence(row.get("evidence_record_ids")),
            ..Self::default()
        }
    }

    pub(super) fn of_exception(exception: &Exception) -> Self {
        Self {
            subject_kind: exception.subject_kind.code().to_owned(),
            subject_id: exception.subject_id.to_string(),
            rule_key: exception.rule_key.to_string(),
            person_id: exception.person_id.as_deref().unwrap_or("").to_owned(),
            county_code: exception.county_code.to_string(),
            township_code: exception.township_code.to_string(),
            village_code: exception.village_code.to_string(),
            to_confirm: exception.in_review,
            message: mask_numbers_in_text(&exception.message).into_owned(),
            evidence: exception.evidence.clone(),
            ..Self::default()
        }
    }

    pub(super) fn of_undecided(subject: &UndecidedSubject) -> Self {
        Self {
            subject_kind: subject.subject_kind.code().to_owned(),
            subject_id: subject.subject_id.to_string(),
            rule_key: subject.rule_key.to_string(),
            person_id: subject.person_id.as_deref().unwrap_or("").to_owned(),
            county_code: subject.county_code.to_string(),
            township_code: subject.township_code.to_string(),
            village_code: subject.village_code.to_string(),
            ..Self::default()
        }
    }

    /// The record that names somebody where no person is said.
    fn naming_record(&self) -> Option<&str> {
        match (self.person_id.is_empty(), self.evidence.first()) {
            (true, Some(first)) => Some(first),
            (true, None) if self.subject_kind == "record" => Some(&self.subject_id),
            _ => None,
        }
    }
}

fn evidence(ids: &str) -> Vec<String> {
    ids.split(';').filter(|id| !id.is_empty()).map(str::to_owned).collect()
}

/// Names everybody who is shown, with masked numbers.
///
/// # Errors
/// A table that is missing or damaged.
pub(super) fn name_people<'t>(
    snapshot: &Snapshot,
    trials: impl Iterator<Item = &'t mut RuleTrial>,
) -> Result<()> {
    let mut shown: Vec<&mut ShownFinding> = trials.flat_map(RuleTrial::shown_mut).collect();
    let persons: BTreeSet<&str> = shown.iter().map(|one| one.person_id.as_str()).collect();
    let records: BTreeSet<&str> = shown.iter().filter_map(|one| one.naming_record()).collect();
    let mut named = read_names(snapshot, "restricted/person_identity.parquet", "person_id", &persons)?;
    named.extend(read_names(snapshot, "restricted/record.parquet", "record_id", &records)?);
    for one in &mut shown {
        let by = one.naming_record().unwrap_or(&one.person_id);
        if let Some((name, id_number)) = named.get(by).cloned() {
            (one.name, one.id_number) = (name, id_number);
        }
    }
    Ok(())
}

/// Name and masked number by id.
fn read_names(
    snapshot: &Snapshot,
    table: &str,
    column: &str,
    wanted: &BTreeSet<&str>,
) -> Result<BTreeMap<String, (String, String)>> {
    if wanted.iter().all(|id| id.is_empty()) {
        return Ok(BTreeMap::new());
    }
    let rows = snapshot.rows(table, |row| wanted.contains(row.get(column)))?;
    let named = |row: &TableRow| {
        let number = mask_id_for_list(row.get("id_number"));
        (row.get(column).to_owned(), (row.get("name").to_owned(), number))
    };
    Ok(rows.iter().map(named).collect())
}
