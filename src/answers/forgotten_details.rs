//! Takes out of old answers who gave them and what he noted. What was decided stays with the number of the paper that proves it,
//! and so does every event.

use std::collections::BTreeSet;

use rusqlite::params;

use super::answer_store::{AnswerStore, unreadable};
use crate::Result;

/// The triggers that refuse changes, without which details cannot be taken out; they are there again, word for word, before
/// anybody else looks.
const TRIGGERS: &str = "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' \
                        AND name IN ('answer_event_stays', 'answer_batch_stays', 'answer_drawn_stays')";
/// Events that say who answered or what he noted.
const DETAILED: &str = "SELECT e.event, e.batch, e.exception_id, substr(b.recorded_at, 1, 10) \
                        FROM answer_event e JOIN answer_batch b USING (batch) \
                        WHERE e.note <> '' OR e.answered_by <> '' ORDER BY e.event";
/// Where the answer was drawn for checking again, the draw named who gave it.
const TAKE_OUT_OF_DRAWN: &str = "UPDATE answer_drawn SET answered_by = '' \
     WHERE (exception_id, answered_by) = (SELECT exception_id, answered_by FROM answer_event WHERE event = ?1)";
const TAKE_OUT_OF_EVENT: &str = "UPDATE answer_event SET note = '', answered_by = '' WHERE event = ?1";
/// A batch all of whose events are without details says no more who brought it in, nor in a file of which name: files are named by
/// people.
const TAKE_OUT_OF_BATCH: &str = "UPDATE answer_batch SET recorded_by = '', file = '' WHERE batch = ?1 AND NOT EXISTS \
     (SELECT 1 FROM answer_event e WHERE e.batch = ?1 AND (e.note <> '' OR e.answered_by <> ''))";
/// Nor does a draw none of whose answers names anybody any more, or what undid such a batch.
const TAKE_OUT_OF_DRAWS: &str = "UPDATE answer_batch SET recorded_by = '' WHERE recorded_by <> '' \
     AND batch IN (SELECT batch FROM answer_draw) \
     AND NOT EXISTS (SELECT 1 FROM answer_drawn d WHERE d.batch = answer_batch.batch AND d.answered_by <> '')";
const TAKE_OUT_OF_UNDOINGS: &str = "UPDATE answer_batch SET recorded_by = '' WHERE recorded_by <> '' \
     AND undoes IN (SELECT batch FROM answer_batch WHERE recorded_by = '')";

/// Answers that say who gave them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DetailedAnswer {
    event: i64,
    batch: i64,
    /// Fingerprint of the exception.
    pub(crate) exception_id: String,
    /// The day on which it was recorded; empty where the store does not say it.
    pub(crate) recorded_on: String,
}

impl AnswerStore {
    /// Answers that say who gave them or what he noted, undone ones too.
    ///
    /// # Errors
    /// The file is damaged.
    pub(crate) fn detailed_answers(&self) -> Result<Vec<DetailedAnswer>> {
        let read = || {
            let mut asked = self.connection.prepare(DETAILED)?;
            let rows = asked.query_map([], |row| {
                Ok(DetailedAnswer {
                    event: row.get(0)?,
                    batch: row.get(1)?,
                    exception_id: row.get(2)?,
                    recorded_on: row.get(3)?,
                })
            })?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        };
        read().map_err(|e| unreadable(&self.path, e))
    }

    /// Takes out of answers who gave them and what he noted, all of them or none; what they decide stays. The bytes are
    /// overwritten (`secure_delete`).
    ///
    /// # Errors
    /// The file cannot be written.
    pub(crate) fn forget_details(&mut self, of: &[DetailedAnswer]) -> Result<()> {
        let batches: BTreeSet<i64> = of.iter().map(|one| one.batch).collect();
        self.write(|connection| {
            let triggers = (connection.prepare(TRIGGERS)?)
                .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect::<rusqlite::Result<Vec<(String, String)>>>()?;
            for (name, _) in &triggers {
                connection.execute_batch(&format!("DROP TRIGGER {name}"))?;
            }
            let mut drawn = connection.prepare(TAKE_OUT_OF_DRAWN)?;
            let mut event = connection.prepare(TAKE_OUT_OF_EVENT)?;
            for one in of {
                drawn.execute(params![one.event])?;
                event.execute(params![one.event])?;
            }
            let mut batch = connection.prepare(TAKE_OUT_OF_BATCH)?;
            for one in &batches {
                batch.execute(params![one])?;
            }
            if !batches.is_empty() {
                connection.execute_batch(&format!("{TAKE_OUT_OF_DRAWS}; {TAKE_OUT_OF_UNDOINGS}"))?;
            }
            triggers.iter().try_for_each(|(_, sql)| connection.execute_batch(sql))
        })
    }
}
