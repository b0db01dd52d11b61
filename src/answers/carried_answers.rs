//! Answers under another identity secret: what exceptions and records are called changes, what was answered does not.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, params};

use super::answer_events::{AppendedBatch, read_pairs, written_pairs};
use super::answer_store::{AnswerStore, IDENTITY, unreadable};
use super::pair_answers::{is_pair_subject, marks_of_subject, pair_subject};
use crate::Result;

/// Triggers that refuse changes, without which nothing can be called anew; they are there again, word for word, before
/// anybody else looks.
const TRIGGERS: &str = "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' \
                        AND name IN ('answer_event_stays', 'answer_drawn_stays')";
const EVENTS: &str = "SELECT event, exception_id, pairs FROM answer_event ORDER BY event";
const DRAWN: &str = "SELECT batch, place, exception_id FROM answer_drawn ORDER BY batch, place";
const CALL_EVENT: &str = "UPDATE answer_event SET exception_id = ?2, pairs = ?3 WHERE event = ?1";
const CALL_DRAWN: &str = "UPDATE answer_drawn SET exception_id = ?3 WHERE batch = ?1 AND place = ?2";
/// Facts keep the name that they had; whoever carries answers back finds them as they were.
const FACTS: &str = "UPDATE answer_event SET facts_of = \
                     CASE facts_of WHEN '' THEN ?1 WHEN ?2 THEN '' ELSE facts_of END WHERE facts <> ''";

/// An event with what it is about and the pairs that it rules on.
type AnsweredSubject = (i64, String, Vec<[String; 2]>);

/// What exceptions and records are called under the secret that answers are carried to.
#[derive(Debug, Default)]
pub(crate) struct NewNames {
    /// Fingerprints of exceptions, by the former ones.
    pub(crate) exceptions: BTreeMap<String, String>,
    /// Marks of records, by the former ones.
    pub(crate) marks: BTreeMap<String, String>,
}

/// What became of the answers of a store.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CarriedAnswers {
    /// Answers, withdrawals and reviews that are about an exception of some publication still.
    pub(crate) carried: u64,
    /// Others: they stay as they were, no publication knows the exception any more.
    pub(crate) unknown: u64,
    /// Answers that say of records whether they are one person's, which the linker cannot obey any more: no publication has
    /// the records, or nobody can say what they were called.
    pub(crate) lost_rulings: u64,
}

/// Facts of an answer that are named under another secret than the store's.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ForeignFacts {
    event: i64,
    /// The batch that it came with.
    pub(crate) batch: AppendedBatch,
    /// Fingerprint of the exception, as the store calls it.
    pub(crate) exception_id: String,
    /// Name of the facts, and of the secret.
    pub(crate) facts: String,
    pub(crate) facts_of: String,
}

impl AnswerStore {
    /// How many answers say of records whether they are one person's, undone ones too.
    ///
    /// # Errors
    /// The file is damaged.
    pub(crate) fn count_rulings(&self) -> Result<u64> {
        let rulings = self.subjects()?.into_iter().filter(|(_, subject, pairs)| is_ruling(subject, pairs));
        Ok(rulings.count() as u64)
    }

    /// Names of all exceptions that anything was answered of, undone answers too.
    ///
    /// # Errors
    /// The file is damaged.
    pub(crate) fn exceptions(&self) -> Result<BTreeSet<String>> {
        let subjects = self.subjects()?.into_iter().map(|(_, subject, _)| subject);
        Ok(subjects.filter(|subject| !is_pair_subject(subject)).collect())
    }

    /// Calls exceptions and records by their names under the secret `to`, all of them or none.
    ///
    /// # Errors
    /// The file is damaged, or cannot be written.
    pub(crate) fn carry_to(&mut self, from: &str, to: &str, names: &NewNames) -> Result<CarriedAnswers> {
        let subjects = self.subjects()?;
        let mut carried = CarriedAnswers::default();
        self.write(|connection| {
            without_triggers(connection, || {
                let mut call = connection.prepare(CALL_EVENT)?;
                for (event, subject, pairs) in &subjects {
                    let marked: Option<Vec<_>> = pairs.iter().map(|pair| names.pair(pair)).collect();
                    let called = match marks_of_subject(subject) {
                        Some(marks) => names.pair(&marks).map(|marks| pair_subject(&marks)),
                        None => names.exceptions.get(subject).cloned(),
                    };
                    let is_lost = marked.is_none() || (is_pair_subject(subject) && called.is_none());
                    carried.lost_rulings += u64::from(is_lost);
                    *(if called.is_some() { &mut carried.carried } else { &mut carried.unknown }) += 1;
                    let called = called.unwrap_or_else(|| subject.clone());
                    let marked = written_pairs(&marked.unwrap_or_else(|| pairs.clone()));
                    call.execute(params![event, called, marked])?;
                }
                let mut call = connection.prepare(CALL_DRAWN)?;
                for (batch, place, drawn) in drawn(connection)? {
                    if let Some(called) = names.exceptions.get(&drawn) {
                        call.execute(params![batch, place, called])?;
                    }
                }
                connection.execute(FACTS, [from, to])?;
                let own = "UPDATE store_fact SET value = ?2 WHERE name = ?1";
                connection.execute(own, [IDENTITY, to]).map(drop)
            })
        })?;
        Ok(carried)
    }

    /// Answers with facts that are named under another secret, undone ones too.
    ///
    /// # Errors
    /// The file is damaged.
    pub(crate) fn foreign_facts(&self) -> Result<Vec<ForeignFacts>> {
        let read = || {
            let mut asked = self.connection.prepare(
                "SELECT event, exception_id, facts, facts_of, batch FROM answer_event WHERE facts_of <> '' ORDER BY event",
            )?;
            let rows = asked.query_map([], |row| {
                Ok(ForeignFacts {
                    event: row.get(0)?,
                    exception_id: row.get(1)?,
                    facts: row.get(2)?,
                    facts_of: row.get(3)?,
                    batch: AppendedBatch(row.get(4)?),
                })
            })?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        };
        read().map_err(|e| unreadable(&self.path, e))
    }

    /// Names facts under the store's own secret, of which it is proven what they are called there.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(crate) fn name_facts(&mut self, proven: &[(&ForeignFacts, &str)]) -> Result<()> {
        self.write(|connection| {
            without_triggers(connection, || {
                let mut name = connection
                    .prepare("UPDATE answer_event SET facts = ?2, facts_of = '' WHERE event = ?1")?;
                proven.iter().try_for_each(|(one, facts)| name.execute(params![one.event, facts]).map(drop))
            })
        })
    }

    /// Every event with what it is about and the pairs that it rules on.
    fn subjects(&self) -> Result<Vec<AnsweredSubject>> {
        let read = || {
            let mut asked = self.connection.prepare(EVENTS)?;
            let rows = asked
                .query_map([], |row| Ok((row.get(0)?, row.get(1)?, read_pairs(&row.get::<_, String>(2)?))))?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        };
        read().map_err(|e| unreadable(&self.path, e))
    }
}

impl NewNames {
    /// A pair by its new marks, in the order that pairs have.
    fn pair(&self, [left, right]: &[String; 2]) -> Option<[String; 2]> {
        let mut pair = [self.marks.get(left)?.clone(), self.marks.get(right)?.clone()];
        pair.sort_unstable();
        Some(pair)
    }
}

fn is_ruling(subject: &str, pairs: &[[String; 2]]) -> bool {
    is_pair_subject(subject) || !pairs.is_empty()
}

fn drawn(connection: &Connection) -> rusqlite::Result<Vec<(i64, i64, String)>> {
    let mut asked = connection.prepare(DRAWN)?;
    let rows = asked.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    rows.collect()
}

fn without_triggers(
    connection: &Connection,
    what: impl FnOnce() -> rusqlite::Result<()>,
) -> rusqlite::Result<()> {
    let triggers = (connection.prepare(TRIGGERS)?)
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<Vec<(String, String)>>>()?;
    for (name, _) in &triggers {
        connection.execute_batch(&format!("DROP TRIGGER {name}"))?;
    }
    what()?;
    triggers.iter().try_for_each(|(_, sql)| connection.execute_batch(sql))
}
