//! Doubtful links: two records at a time, and whether they are one person. What the linker thought of them is not shown, so
//! that whoever judges them judges the records.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::Result;
use crate::answers::{Answer, SAME_PERSON, SEVERAL_PERSONS, UNDECIDED_PAIR, pair_subject};
use crate::case::{CaseTitles, household_number};
use crate::privacy::IdentitySecret;
use crate::privacy::mask::{mask_id_for_list, mask_numbers_in_text};
use crate::publication::batch_columns::BatchColumns;
use crate::publication::snapshot::Snapshot;
use crate::resolve::evidence_pairs::{LINKS, SaidOfEvidence, evidence_pairs};
use crate::resolve::previous_records::RECORDS;

use super::page_answers::PageAnswers;
use super::seat::PageSeat;
use super::state::PageMoment;

/// What may be said of a pair.
pub(super) const VERDICTS: [&str; 3] = [SAME_PERSON, SEVERAL_PERSONS, UNDECIDED_PAIR];

/// Two records that the linker left to people.
#[derive(Debug, Clone, Serialize)]
pub(super) struct DoubtfulPair {
    /// By which it is answered.
    pub(super) subject: String,
    #[serde(skip)]
    pub(super) marks: [String; 2],
    pub(super) records: [ShownRecord; 2],
    /// Fields of which both say something, and not the same.
    pub(super) differing: Vec<&'static str>,
    #[serde(skip)]
    places: [(String, String); 2],
}

/// A record as it is shown.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct ShownRecord {
    pub(super) list: String,
    pub(super) name: String,
    pub(super) id_number: String,
    pub(super) birth: String,
    pub(super) sex: String,
    pub(super) place: String,
    pub(super) household: String,
    pub(super) relation: String,
    /// File and row.
    pub(super) origin: String,
}

impl DoubtfulPair {
    /// May a seat see it? One of the records must be of its area.
    pub(super) fn is_seen_by(&self, seat: &PageSeat) -> bool {
        self.places.iter().any(|(county, township)| seat.sees(county, township))
    }

    /// What was said of it.
    pub(super) fn verdict<'a>(&self, answers: &'a PageAnswers) -> &'a str {
        answers.of(&self.subject).map_or("", |standing| standing.answer.verdict.as_str())
    }

    /// An answer to it.
    pub(super) fn answer(&self, verdict: &str, seat: &PageSeat, moment: &PageMoment) -> Answer {
        Answer {
            answered_by: seat.name.clone(),
            answered_on: Some(moment.today),
            level: seat.level(),
            pairs: vec![self.marks.clone()],
            ..Answer::of(&self.subject, "", verdict)
        }
    }
}

/// Reads the pairs that the linker left to people, in order of the places of their records; none without the secret, by
/// which records are named.
///
/// # Errors
/// The publication is damaged.
pub(super) fn read_doubtful_pairs(
    snapshot: &Snapshot,
    titles: &CaseTitles,
    secret: Option<&IdentitySecret>,
) -> Result<Vec<DoubtfulPair>> {
    let Some(secret) = secret else { return Ok(Vec::new()) };
    let mut pairs: Vec<[String; 2]> = Vec::new();
    for batch in snapshot.batches(LINKS)? {
        let rows = BatchColumns::new(&batch, snapshot.folder());
        for row in 0..batch.num_rows() {
            if rows.text("decision", row)? == "review" {
                pairs.push([rows.text("left_record_id", row)?, rows.text("right_record_id", row)?]);
            }
        }
    }
    let said: Vec<SaidOfEvidence<'_>> =
        pairs.iter().map(|pair| SaidOfEvidence { record_ids: pair, same: true }).collect();
    let marks = evidence_pairs(snapshot, secret, &said)?;
    let records = read_records(snapshot, titles, &pairs)?;
    let mut doubtful: Vec<DoubtfulPair> = Vec::new();
    let mut seen: BTreeSet<String> = BTreeSet::new();
    for (pair, marks) in pairs.iter().zip(marks) {
        let (Some(left), Some(right)) = (records.get(&pair[0]), records.get(&pair[1])) else { continue };
        let Some(marks) = marks.into_iter().next() else { continue };
        let subject = pair_subject(&marks);
        // Records that say the same are one question.
        if seen.insert(subject.clone()) {
            doubtful.push(DoubtfulPair {
                subject,
                marks,
                differing: differing(&left.0, &right.0),
                records: [left.0.clone(), right.0.clone()],
                places: [left.1.clone(), right.1.clone()],
            });
        }
    }
    doubtful.sort_by(|a, b| (&a.places, &a.subject).cmp(&(&b.places, &b.subject)));
    Ok(doubtful)
}

type PlacedRecord = (ShownRecord, (String, String));

fn read_records(
    snapshot: &Snapshot,
    titles: &CaseTitles,
    pairs: &[[String; 2]],
) -> Result<BTreeMap<String, PlacedRecord>> {
    let wanted: BTreeSet<&str> = pairs.iter().flatten().map(String::as_str).collect();
    let mut found = BTreeMap::new();
    for batch in snapshot.batches(RECORDS)? {
        let rows = BatchColumns::new(&batch, snapshot.folder());
        for row in 0..batch.num_rows() {
            let id = rows.text("record_id", row)?;
            if !wanted.contains(id.as_str()) {
                continue;
            }
            let text = |column: &str| rows.optional_text(column, row).unwrap_or_default();
            let source = text("source");
            let (county, township, village) =
                (text("county_code"), text("township_code"), text("village_code"));
            let place = [&village, &township, &county].into_iter().find(|code| !code.is_empty());
            let number = text("id_number");
            let record = ShownRecord {
                list: titles.source(&source).to_owned(),
                name: text("name"),
                id_number: if number.is_empty() { String::new() } else { mask_id_for_list(&number) },
                // The day stays out of sight, as in the number.
                birth: rows
                    .optional_int("birth_date", row)
                    .map_or_else(String::new, |day| format!("{}年", day / 10_000)),
                sex: match rows.optional_int("sex", row) {
                    Some(1) => "男".to_owned(),
                    Some(2) => "女".to_owned(),
                    _ => String::new(),
                },
                place: place.map_or_else(String::new, |code| titles.division(code).to_owned()),
                household: household_number(&text("household")),
                relation: text("relation"),
                origin: format!(
                    "{} 第{}行",
                    mask_numbers_in_text(&text("file")),
                    rows.optional_long("row", row).unwrap_or_default()
                ),
            };
            found.insert(id, (record, (county, township)));
        }
    }
    Ok(found)
}

fn differing(left: &ShownRecord, right: &ShownRecord) -> Vec<&'static str> {
    let fields: [(&str, &str, &str); 5] = [
        ("name", &left.name, &right.name),
        ("id_number", &left.id_number, &right.id_number),
        ("birth", &left.birth, &right.birth),
        ("sex", &left.sex, &right.sex),
        ("place", &left.place, &right.place),
    ];
    let both = fields.into_iter().filter(|(_, a, b)| !a.is_empty() && !b.is_empty() && a != b);
    both.map(|(name, ..)| name).collect()
}
