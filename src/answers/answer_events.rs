//! Appends answers, and undoes what was appended.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rusqlite::{Connection, OptionalExtension as _, Row, TransactionBehavior, params};

use super::answer_store::{AnswerStore, unreadable};
use crate::model::answer::{Answer, AnswerAct, AnswerSource, ReviewLevel};
use crate::{Error, Result};

/// Who appends a batch, when, and from what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchOrigin {
    /// Where its answers were given.
    pub source: AnswerSource,
    /// When it is appended, `2018-10-20T09:30:00+08:00`.
    pub recorded_at: String,
    /// By whom.
    pub recorded_by: String,
    /// Name of the file that came back, empty for the page.
    pub file: String,
    /// Its SHA-256, hexadecimal.
    pub file_sha256: String,
}

/// Number of a batch; an undo names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct AppendedBatch(pub i64);

const NEW_BATCH: &str = "INSERT INTO answer_batch (recorded_at, recorded_by, source, file, file_sha256, undoes, import) \
                         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
const NEW_EVENT: &str = "INSERT INTO answer_event (batch, exception_id, facts, verdict, reason, measure, note, paper, \
                         recovered, stopped_month, answered_by, answered_on, level, expires, pairs, act) \
                         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)";
/// Events that no batch undoes, in the order in which they were appended.
const STANDING: &str = "SELECT exception_id, facts, verdict, reason, measure, note, paper, recovered, stopped_month, \
                        answered_by, answered_on, level, expires, batch, pairs, act, facts_of \
                        FROM answer_event WHERE batch NOT IN (SELECT undoes FROM answer_batch WHERE undoes IS NOT NULL)";

impl AnswerStore {
    /// Appends a batch of answers, all of it or nothing; once this returns it is on the disk.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn append(&mut self, origin: &BatchOrigin, answers: &[Answer]) -> Result<AppendedBatch> {
        self.write(|connection| append_batch(connection, origin, answers, None))
    }

    /// Undoes a batch: what stood before it stands again. What was appended stays in the file.
    ///
    /// # Errors
    /// There is no such batch, or it is undone already, or is an undo itself; the file cannot be written.
    pub fn undo(
        &mut self,
        batch: AppendedBatch,
        recorded_at: &str,
        recorded_by: &str,
    ) -> Result<AppendedBatch> {
        let failed = |e| unreadable(&self.path, e);
        let asked = "SELECT b.source, u.batch FROM answer_batch b LEFT JOIN answer_batch u ON u.undoes = b.batch \
                     WHERE b.batch = ?1";
        let found: Option<(String, Option<i64>)> = self
            .connection
            .query_row(asked, [batch.0], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()
            .map_err(failed)?;
        let number = batch.0;
        let refused = match found {
            None => format!("没有第{number}批核查结果"),
            Some((source, _)) if source == "undo" => format!("第{number}批本身就是一次撤销"),
            Some((_, Some(_))) => format!("第{number}批已经撤销过了"),
            Some((_, None)) => {
                return self.write(|connection| append_undo(connection, number, recorded_at, recorded_by));
            }
        };
        Err(Error::usage(refused).hint("用 bidui triage log 看各批的编号"))
    }

    /// All answers that no undo took back, in the order in which they were appended, each with its batch.
    ///
    /// # Errors
    /// The file is damaged.
    pub fn events(&self) -> Result<Vec<(AppendedBatch, Answer)>> {
        let read = || {
            let mut events = self.connection.prepare(&format!("{STANDING} ORDER BY event"))?;
            let read = events.query_map([], read_event)?;
            read.collect::<rusqlite::Result<Vec<_>>>()
        };
        read().map_err(|e| unreadable(&self.path, e))
    }

    /// What was answered of the exceptions with these fingerprints and no undo took back, in the order in which it was
    /// appended. Of an approval it is told who approved, and when: who approved an answer is not who gave it.
    ///
    /// # Errors
    /// The file is damaged.
    pub(crate) fn history<'a>(&self, fingerprints: impl IntoIterator<Item = &'a str>) -> Result<Vec<Answer>> {
        let read = || {
            let mut found = Vec::new();
            let mut events =
                self.connection.prepare(&format!("{STANDING} AND exception_id = ?1 ORDER BY event"))?;
            for fingerprint in fingerprints {
                for event in events.query_map([fingerprint], read_event)? {
                    found.push(event?);
                }
            }
            // One batch answers an exception once.
            found.sort_by_key(|(batch, _)| *batch);
            Ok(found)
        };
        let mut found: Vec<(AppendedBatch, Answer)> = read().map_err(|e| unreadable(&self.path, e))?;
        for (batch, answer) in found.iter_mut().filter(|(_, one)| one.act == AnswerAct::Approved) {
            (answer.answered_by, answer.answered_on) = self.recorded(*batch)?;
        }
        Ok(found.into_iter().map(|(_, answer)| answer).collect())
    }

    /// By whom and on which day a batch was recorded.
    ///
    /// # Errors
    /// The file is damaged; there is no such batch.
    fn recorded(&self, batch: AppendedBatch) -> Result<(String, Option<Date>)> {
        let asked = "SELECT recorded_by, recorded_at FROM answer_batch WHERE batch = ?1";
        let read = |row: &Row<'_>| Ok((row.get(0)?, row.get::<_, String>(1)?));
        let (by, at) =
            self.connection.query_row(asked, [batch.0], read).map_err(|e| unreadable(&self.path, e))?;
        Ok((by, recorded_day(&at)))
    }

    /// The day on which each batch was recorded.
    ///
    /// # Errors
    /// The file is damaged.
    pub(super) fn batch_days(&self) -> Result<BTreeMap<AppendedBatch, Date>> {
        let read = || {
            let mut batches = self.connection.prepare("SELECT batch, recorded_at FROM answer_batch")?;
            let read = batches.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            read.collect::<rusqlite::Result<Vec<(i64, String)>>>()
        };
        let batches = read().map_err(|e| unreadable(&self.path, e))?;
        let day = |(batch, at): &(i64, String)| Some((AppendedBatch(*batch), recorded_day(at)?));
        Ok(batches.iter().filter_map(day).collect())
    }

    pub(super) fn write<T>(&mut self, what: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T> {
        let path = self.path.clone();
        let written = self.connection.transaction_with_behavior(TransactionBehavior::Immediate).and_then(
            |transaction| {
                let out = what(&transaction)?;
                transaction.commit()?;
                Ok(out)
            },
        );
        written.map_err(|e| unreadable(&path, e))
    }
}

/// The day of a moment as batches have it.
fn recorded_day(at: &str) -> Option<Date> {
    at.get(..10)?.parse().ok()
}

/// Pairs as the store keeps them: `mark-mark;mark-mark`.
pub(super) fn written_pairs(pairs: &[[String; 2]]) -> String {
    pairs.iter().map(|pair| pair.join("-")).collect::<Vec<_>>().join(";")
}

pub(super) fn read_pairs(text: &str) -> Vec<[String; 2]> {
    let pair = |one: &str| one.split_once('-').map(|(left, right)| [left.to_owned(), right.to_owned()]);
    text.split(';').filter_map(pair).collect()
}

/// Appends a batch within a transaction; `import`: the first batch of the import that it belongs to, if that is another.
pub(super) fn append_batch(
    connection: &Connection,
    origin: &BatchOrigin,
    answers: &[Answer],
    import: Option<AppendedBatch>,
) -> rusqlite::Result<AppendedBatch> {
    connection.execute(
        NEW_BATCH,
        params![
            origin.recorded_at,
            origin.recorded_by,
            origin.source.code(),
            origin.file,
            origin.file_sha256,
            None::<i64>,
            import.map(|import| import.0),
        ],
    )?;
    let batch = connection.last_insert_rowid();
    let mut event = connection.prepare(NEW_EVENT)?;
    for answer in answers {
        event.execute(params![
            batch,
            answer.exception_id,
            answer.facts,
            answer.verdict,
            answer.reason,
            answer.measure,
            answer.note,
            answer.paper,
            answer.recovered,
            answer.stopped_month,
            answer.answered_by,
            answer.answered_on.map(|day| day.to_string()),
            answer.level.code(),
            answer.expires.map(|day| day.to_string()),
            written_pairs(&answer.pairs),
            answer.act.code(),
        ])?;
    }
    Ok(AppendedBatch(batch))
}

/// Appends the undoing of a batch within a transaction.
pub(super) fn append_undo(
    connection: &Connection,
    batch: i64,
    recorded_at: &str,
    recorded_by: &str,
) -> rusqlite::Result<AppendedBatch> {
    let undo = params![recorded_at, recorded_by, "undo", "", "", batch, None::<i64>];
    connection.execute(NEW_BATCH, undo)?;
    Ok(AppendedBatch(connection.last_insert_rowid()))
}

fn read_event(row: &Row<'_>) -> rusqlite::Result<(AppendedBatch, Answer)> {
    let day = |at: usize| -> rusqlite::Result<_> {
        let text: Option<String> = row.get(at)?;
        let wrong = |_| rusqlite::Error::InvalidColumnType(at, "day".to_owned(), rusqlite::types::Type::Text);
        text.map(|text| text.parse().map_err(wrong)).transpose()
    };
    let level: String = row.get(11)?;
    let answer = Answer {
        exception_id: row.get(0)?,
        // Facts under another secret are not known.
        facts: if row.get::<_, String>(16)?.is_empty() { row.get(1)? } else { String::new() },
        verdict: row.get(2)?,
        reason: row.get(3)?,
        measure: row.get(4)?,
        note: row.get(5)?,
        paper: row.get(6)?,
        recovered: row.get(7)?,
        stopped_month: row.get(8)?,
        answered_by: row.get(9)?,
        answered_on: day(10)?,
        level: ReviewLevel::from_code(&level).unwrap_or(ReviewLevel::Township),
        expires: day(12)?,
        pairs: read_pairs(&row.get::<_, String>(14)?),
        act: AnswerAct::from_code(&row.get::<_, String>(15)?).unwrap_or_default(),
    };
    Ok((AppendedBatch(row.get(13)?), answer))
}
