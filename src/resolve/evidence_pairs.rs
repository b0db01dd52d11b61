//! Which pairs of records a verdict on an exception is about, by marks that later runs find again.

use std::collections::{BTreeMap, BTreeSet};

use crate::Result;
use crate::link::rulings::MarkedRecord;
use crate::privacy::IdentitySecret;
use crate::publication::batch_columns::BatchColumns;
use crate::publication::snapshot::Snapshot;
use crate::publication::table_reader::TableRow;

use super::previous_records::RECORDS;

/// Scored pairs of a publication.
pub(crate) const LINKS: &str = "restricted/link.parquet";

/// What an officer said of the records that an exception rests on.
#[derive(Debug, Clone, Copy)]
pub struct SaidOfEvidence<'a> {
    /// Ids of the records, in the publication that is read.
    pub record_ids: &'a [String],
    /// One person's (`true`) or several persons'.
    pub same: bool,
}

/// A record of the publication that some verdict is about.
struct RuledRecord {
    person: String,
    who: MarkedRecord,
}

/// Records that verdicts are about, and which pairs of them the run left to people.
pub(crate) struct EvidenceRecords {
    records: BTreeMap<String, RuledRecord>,
    review: BTreeSet<(String, String)>,
}

/// The pairs of marks that each verdict is about, in order of `said`.
///
/// That they are several persons: records that the run took for one person and that differ in number or name; if none
/// differ, all those of different lists. That they are one: pairs that the run left for review. Of either kind no pair is
/// named of which one record is no evidence: nobody was asked about it.
///
/// # Errors
/// A publication that is damaged.
pub fn evidence_pairs(
    snapshot: &Snapshot,
    secret: &IdentitySecret,
    said: &[SaidOfEvidence<'_>],
) -> Result<Vec<Vec<[String; 2]>>> {
    let asked: BTreeSet<&str> = said.iter().flat_map(|one| one.record_ids).map(String::as_str).collect();
    if asked.is_empty() {
        return Ok(vec![Vec::new(); said.len()]);
    }
    let found = EvidenceRecords::read(snapshot, &asked)?;
    let digests: Vec<String> = found.records.values().map(|record| record.who.digest()).collect();
    let marks: BTreeMap<&str, String> =
        found.records.keys().map(String::as_str).zip(secret.record_marks(&digests)).collect();
    let marked = |one: &SaidOfEvidence<'_>| {
        let mark = |id: &str| marks.get(id).cloned().unwrap_or_default();
        let mut pairs: Vec<[String; 2]> = found.pairs(one).into_iter().map(|pair| pair.map(mark)).collect();
        pairs.iter_mut().for_each(|pair| pair.sort_unstable());
        pairs.sort_unstable();
        pairs.dedup();
        pairs
    };
    Ok(said.iter().map(marked).collect())
}

impl EvidenceRecords {
    /// Reads those that are asked for.
    ///
    /// # Errors
    /// A publication that is damaged.
    pub(crate) fn read(snapshot: &Snapshot, asked: &BTreeSet<&str>) -> Result<Self> {
        if asked.is_empty() {
            return Ok(Self { records: BTreeMap::new(), review: BTreeSet::new() });
        }
        Ok(Self {
            records: read_ruled_records(snapshot, asked)?,
            review: read_review_pairs(snapshot, asked)?,
        })
    }

    /// Of rows of the records and of the scored pairs.
    pub(crate) fn of_rows(records: &[TableRow], links: &[TableRow]) -> Self {
        let text = |row: &TableRow, column: &str| row.get(column).to_owned();
        let record = |row: &TableRow| {
            let who = MarkedRecord {
                source: text(row, "source"),
                id_number: text(row, "id_number"),
                name: text(row, "name"),
                ..MarkedRecord::default()
            };
            (text(row, "record_id"), RuledRecord { person: text(row, "person_id"), who })
        };
        let review = links.iter().filter(|row| row.get("decision") == "review");
        Self {
            records: records.iter().map(record).collect(),
            review: review.map(|row| (text(row, "left_record_id"), text(row, "right_record_id"))).collect(),
        }
    }

    /// Do records among these stand for one person, or may they, so that somebody can say that they are several persons'?
    pub(crate) fn is_separable(&self, record_ids: &[String]) -> bool {
        !self.pairs(&SaidOfEvidence { record_ids, same: false }).is_empty()
    }

    /// The pairs of records that a verdict is about: see [`evidence_pairs`].
    fn pairs<'a>(&self, said: &SaidOfEvidence<'a>) -> Vec<[&'a str; 2]> {
        let (mut apart, mut alike, mut doubtful) = (Vec::new(), Vec::new(), Vec::new());
        for (at, left) in said.record_ids.iter().enumerate() {
            for right in &said.record_ids[at + 1..] {
                let (Some(a), Some(b)) = (self.records.get(left), self.records.get(right)) else { continue };
                let is_doubtful = self.review.contains(&(left.clone(), right.clone()))
                    || self.review.contains(&(right.clone(), left.clone()));
                let equal = (&a.who.id_number, &a.who.name) == (&b.who.id_number, &b.who.name);
                let pair = [left.as_str(), right.as_str()];
                match () {
                    () if is_doubtful => doubtful.push(pair),
                    () if a.person != b.person => {}
                    () if !equal => apart.push(pair),
                    () if a.who.source != b.who.source => alike.push(pair),
                    () => {}
                }
            }
        }
        if !said.same {
            doubtful.extend(if apart.is_empty() { alike } else { apart });
        }
        doubtful
    }
}

/// Digests of all records, as marks are made of them.
///
/// # Errors
/// A publication that is damaged.
pub(crate) fn record_digests(snapshot: &Snapshot) -> Result<Vec<String>> {
    let mut digests = Vec::new();
    for batch in snapshot.batches(RECORDS)? {
        let rows = BatchColumns::new(&batch, snapshot.folder());
        for row in 0..batch.num_rows() {
            digests.push(marked_record(&rows, row)?.digest());
        }
    }
    Ok(digests)
}

fn marked_record(rows: &BatchColumns<'_>, row: usize) -> Result<MarkedRecord> {
    let text = |column: &str| rows.optional_text(column, row).unwrap_or_default();
    Ok(MarkedRecord {
        source: rows.text("source", row)?,
        id_number: text("id_number"),
        name: text("name"),
        birth: rows.optional_int("birth_date", row).unwrap_or_default().into(),
        household: text("household"),
    })
}

fn read_ruled_records(snapshot: &Snapshot, asked: &BTreeSet<&str>) -> Result<BTreeMap<String, RuledRecord>> {
    let mut found = BTreeMap::new();
    for batch in snapshot.batches(RECORDS)? {
        let rows = BatchColumns::new(&batch, snapshot.folder());
        for row in 0..batch.num_rows() {
            let id = rows.text("record_id", row)?;
            if !asked.contains(id.as_str()) {
                continue;
            }
            let who = marked_record(&rows, row)?;
            found.insert(id, RuledRecord { person: rows.text("person_id", row)?, who });
        }
    }
    Ok(found)
}

fn read_review_pairs(snapshot: &Snapshot, asked: &BTreeSet<&str>) -> Result<BTreeSet<(String, String)>> {
    let mut found = BTreeSet::new();
    for batch in snapshot.batches(LINKS)? {
        let rows = BatchColumns::new(&batch, snapshot.folder());
        for row in 0..batch.num_rows() {
            let left = rows.text("left_record_id", row)?;
            let right = rows.text("right_record_id", row)?;
            if asked.contains(left.as_str())
                && asked.contains(right.as_str())
                && rows.text("decision", row)? == "review"
            {
                found.insert((left, right));
            }
        }
    }
    Ok(found)
}
