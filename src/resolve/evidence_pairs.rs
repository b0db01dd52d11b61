//! Which pairs of records a verdict on an exception is about, by marks that later runs find again.

use std::collections::{BTreeMap, BTreeSet};

use crate::Result;
use crate::link::rulings::MarkedRecord;
use crate::privacy::IdentitySecret;
use crate::publication::batch_columns::BatchColumns;
use crate::publication::snapshot::Snapshot;

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
    mark: String,
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
    let records = read_ruled_records(snapshot, secret, &asked)?;
    let review = read_review_pairs(snapshot, &asked)?;
    Ok(said.iter().map(|one| pairs_of(one, &records, &review)).collect())
}

fn pairs_of(
    said: &SaidOfEvidence<'_>,
    records: &BTreeMap<String, RuledRecord>,
    review: &BTreeSet<(String, String)>,
) -> Vec<[String; 2]> {
    let (mut apart, mut alike, mut doubtful) = (Vec::new(), Vec::new(), Vec::new());
    for (at, left) in said.record_ids.iter().enumerate() {
        for right in &said.record_ids[at + 1..] {
            let (Some(a), Some(b)) = (records.get(left), records.get(right)) else { continue };
            let pair = match a.mark <= b.mark {
                true => [a.mark.clone(), b.mark.clone()],
                false => [b.mark.clone(), a.mark.clone()],
            };
            if review.contains(&(left.clone(), right.clone()))
                || review.contains(&(right.clone(), left.clone()))
            {
                doubtful.push(pair);
            } else if a.person == b.person {
                let equal = (&a.who.id_number, &a.who.name) == (&b.who.id_number, &b.who.name);
                if !equal {
                    apart.push(pair);
                } else if a.who.source != b.who.source {
                    alike.push(pair);
                }
            }
        }
    }
    let mut pairs = doubtful;
    if !said.same {
        pairs.extend(if apart.is_empty() { alike } else { apart });
    }
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}

fn read_ruled_records(
    snapshot: &Snapshot,
    secret: &IdentitySecret,
    asked: &BTreeSet<&str>,
) -> Result<BTreeMap<String, RuledRecord>> {
    let mut found = Vec::new();
    for batch in snapshot.batches(RECORDS)? {
        let rows = BatchColumns::new(&batch, snapshot.folder());
        for row in 0..batch.num_rows() {
            let id = rows.text("record_id", row)?;
            if !asked.contains(id.as_str()) {
                continue;
            }
            let text = |column: &str| rows.optional_text(column, row).unwrap_or_default();
            let who = MarkedRecord {
                source: rows.text("source", row)?,
                id_number: text("id_number"),
                name: text("name"),
                birth: rows.optional_int("birth_date", row).unwrap_or_default().into(),
                household: text("household"),
            };
            found.push((id, rows.text("person_id", row)?, who));
        }
    }
    let digests: Vec<String> = found.iter().map(|(_, _, who)| who.digest()).collect();
    let marks = secret.record_marks(&digests);
    let ruled = found.into_iter().zip(marks);
    Ok(ruled.map(|((id, person, who), mark)| (id, RuledRecord { person, who, mark })).collect())
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
