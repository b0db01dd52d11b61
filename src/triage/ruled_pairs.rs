//! Verdicts that records are one person's, or several persons': which records they are about.

use std::collections::{BTreeMap, BTreeSet};

use crate::Result;
use crate::answers::Answer;
use crate::privacy::IdentitySecret;
use crate::publication::batch_columns::BatchColumns;
use crate::publication::snapshot::Snapshot;
use crate::resolve::evidence_pairs::{EvidenceRecords, SaidOfEvidence, evidence_pairs};
use crate::rules::officer_words::AnswerWords;
use crate::track::previous_exceptions::EXCEPTIONS;

/// Notes the pairs that answers are about, as `snapshot` has the exceptions. Comes back with how many answers ought to bind the
/// linker and do not: without the secret no record can be named.
///
/// # Errors
/// A publication that is damaged.
pub(crate) fn note_ruled_pairs(
    answers: &mut [&mut Answer],
    words: &AnswerWords,
    snapshot: &Snapshot,
    secret: Option<&IdentitySecret>,
) -> Result<u64> {
    let same = |answer: &Answer| words.meaning_of(&answer.verdict).same_person;
    // Who answers a pair names it himself.
    let open = |answer: &Answer| answer.pairs.is_empty() && !answer.is_withdrawal();
    let ruling: Vec<usize> =
        (0..answers.len()).filter(|&at| open(answers[at]) && same(answers[at]).is_some()).collect();
    let Some(secret) = secret.filter(|_| !ruling.is_empty()) else { return Ok(ruling.len() as u64) };
    let evidence = evidence_of(snapshot, ruling.iter().map(|&at| answers[at].exception_id.as_str()))?;
    let said: Vec<SaidOfEvidence<'_>> = ruling
        .iter()
        .map(|&at| SaidOfEvidence {
            record_ids: &evidence[&answers[at].exception_id],
            same: same(answers[at]).unwrap_or_default(),
        })
        .collect();
    let mut without = 0;
    for (&at, pairs) in ruling.iter().zip(evidence_pairs(snapshot, secret, &said)?) {
        without += u64::from(pairs.is_empty());
        answers[at].pairs = pairs;
    }
    Ok(without)
}

/// Exceptions, of those asked for, with records that the run took, or may take, for one person's.
///
/// # Errors
/// A publication that is damaged.
pub(super) fn separable_exceptions<'a>(
    snapshot: &Snapshot,
    asked: impl Iterator<Item = &'a str>,
) -> Result<BTreeSet<String>> {
    let evidence = evidence_of(snapshot, asked)?;
    let ids: BTreeSet<&str> = evidence.values().flatten().map(String::as_str).collect();
    let records = EvidenceRecords::read(snapshot, &ids)?;
    let separable = evidence.iter().filter(|(_, ids)| records.is_separable(ids));
    Ok(separable.map(|(exception, _)| exception.clone()).collect())
}

/// Records that exceptions rest on.
fn evidence_of<'a>(
    snapshot: &Snapshot,
    asked: impl Iterator<Item = &'a str>,
) -> Result<BTreeMap<String, Vec<String>>> {
    let mut evidence: BTreeMap<String, Vec<String>> = asked.map(|one| (one.to_owned(), Vec::new())).collect();
    if evidence.is_empty() {
        return Ok(evidence);
    }
    for batch in snapshot.batches(EXCEPTIONS)? {
        let rows = BatchColumns::new(&batch, snapshot.folder());
        for row in 0..batch.num_rows() {
            if let Some(records) = evidence.get_mut(&rows.text("exception_id", row)?) {
                let ids = rows.text("evidence_record_ids", row)?;
                *records = ids.split(';').filter(|id| !id.is_empty()).map(str::to_owned).collect();
            }
        }
    }
    Ok(evidence)
}
