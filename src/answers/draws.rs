//! Draws of answered exceptions that are to be checked again (抽查): who is drawn follows from a seed and from what each is
//! called, not from any order, so that the same seed draws the same again.

use std::collections::BTreeMap;

use rusqlite::params;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::answer_events::{AppendedBatch, BatchOrigin, append_batch};
use super::answer_store::{AnswerStore, unreadable};
use crate::Result;
use crate::model::answer::{Answer, AnswerAct, ReviewLevel};

/// Of what so many are drawn.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DrawPer {
    /// Of all together.
    #[default]
    All,
    /// Of each township.
    Township,
    /// Of each officer's.
    Officer,
}

impl DrawPer {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::All, Self::Township, Self::Officer];

    /// Word in the store and on the page.
    pub fn code(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Township => "township",
            Self::Officer => "officer",
        }
    }
    /// Word for officers.
    pub fn title(self) -> &'static str {
        match self {
            Self::All => "一共",
            Self::Township => "每个乡镇",
            Self::Officer => "每个核查人",
        }
    }
    /// Reads [`DrawPer::code`] back.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|per| per.code() == code)
    }
}

/// How a draw is made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DrawPlan {
    /// The same draws the same.
    pub seed: u32,
    /// So many.
    pub number: u32,
    /// Of what.
    pub per: DrawPer,
    /// County or township; empty: everywhere.
    pub area: String,
    /// Who checks again.
    #[serde(serialize_with = "level_code")]
    pub level: ReviewLevel,
}

fn level_code<S: serde::Serializer>(level: &ReviewLevel, to: S) -> std::result::Result<S::Ok, S::Error> {
    to.serialize_str(level.code())
}

/// An answered exception that may be drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DrawCandidate<'a> {
    /// What lists call it.
    pub(crate) key: &'a str,
    /// Its township.
    pub(crate) township: &'a str,
    /// Who answered it.
    pub(crate) officer: &'a str,
}

/// What checking a drawn exception again said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DrawResult {
    /// Nobody has checked it yet.
    Open,
    /// The same as what was answered.
    Same,
    /// Something else, or the answer was taken back.
    Differs,
}

impl DrawResult {
    /// Word on the page and in lists.
    pub fn title(self) -> &'static str {
        match self {
            Self::Open => "待复查",
            Self::Same => "一致",
            Self::Differs => "不一致",
        }
    }
}

/// An exception that was drawn, with what stood then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DrawnAnswer {
    /// Fingerprint of the exception.
    pub exception_id: String,
    /// What was answered.
    pub verdict: String,
    /// By whom.
    pub answered_by: String,
    /// What checking it again said.
    pub result: DrawResult,
}

/// A draw as the store has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredDraw {
    /// Its batch, by which it is undone.
    pub batch: AppendedBatch,
    /// How it was made.
    pub plan: DrawPlan,
    /// When and by whom.
    pub recorded_at: String,
    /// By whom.
    pub recorded_by: String,
    /// In the order in which they were drawn.
    pub drawn: Vec<DrawnAnswer>,
}

impl StoredDraw {
    /// Takes note of an event: the first of the draw's level or a higher one after the draw is what checking again said.
    pub(crate) fn take(&mut self, batch: AppendedBatch, answer: &Answer) {
        if batch <= self.batch || answer.level < self.plan.level {
            return;
        }
        let open = |one: &&mut DrawnAnswer| {
            one.result == DrawResult::Open && one.exception_id == answer.exception_id
        };
        if let Some(one) = self.drawn.iter_mut().find(open) {
            let same = answer.act != AnswerAct::Returned && answer.verdict == one.verdict;
            one.result = if same { DrawResult::Same } else { DrawResult::Differs };
        }
    }

    /// How many have such a result.
    pub fn count(&self, result: DrawResult) -> usize {
        self.drawn.iter().filter(|one| one.result == result).count()
    }
}

/// Positions of the candidates that are drawn, in the order of the draw within each group; groups in the order of what they
/// are called.
pub(crate) fn draw(plan: &DrawPlan, candidates: &[DrawCandidate<'_>]) -> Vec<usize> {
    let mut groups: BTreeMap<&str, Vec<([u8; 32], usize)>> = BTreeMap::new();
    for (at, one) in candidates.iter().enumerate() {
        let group = match plan.per {
            DrawPer::All => "",
            DrawPer::Township => one.township,
            DrawPer::Officer => one.officer,
        };
        let rank = Sha256::digest(format!("{}\0{}", plan.seed, one.key));
        groups.entry(group).or_default().push((rank.into(), at));
    }
    let mut drawn = Vec::new();
    for mut group in groups.into_values() {
        group.sort_unstable();
        drawn.extend(group.into_iter().take(plan.number as usize).map(|(_, at)| at));
    }
    drawn
}

impl AnswerStore {
    /// Appends a draw. The same draw with the same outcome is not appended again: it gives that one.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn append_draw(
        &mut self,
        origin: &BatchOrigin,
        plan: &DrawPlan,
        drawn: &[DrawnAnswer],
    ) -> Result<AppendedBatch> {
        let ids = |drawn: &[DrawnAnswer]| -> Vec<String> {
            drawn.iter().map(|one| one.exception_id.clone()).collect()
        };
        let same = |draw: &StoredDraw| draw.plan == *plan && ids(&draw.drawn) == ids(drawn);
        let stored = self.draws_before_checking()?;
        if let Some(there) = stored.into_iter().find(same) {
            return Ok(there.batch);
        }
        self.write(|connection| {
            let batch = append_batch(connection, origin, &[], None)?;
            let new = "INSERT INTO answer_draw (batch, seed, number, per, area, level) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
            let (per, level) = (plan.per.code(), plan.level.code());
            connection.execute(new, params![batch.0, plan.seed, plan.number, per, plan.area, level])?;
            let new = "INSERT INTO answer_drawn (batch, place, exception_id, verdict, answered_by) \
                       VALUES (?1, ?2, ?3, ?4, ?5)";
            let mut new = connection.prepare(new)?;
            for (place, one) in (1_i64..).zip(drawn) {
                new.execute(params![batch.0, place, one.exception_id, one.verdict, one.answered_by])?;
            }
            Ok(batch)
        })
    }

    /// All draws that no undo took back, the oldest first, with what checking said so far: the first event of the draw's
    /// level or a higher one after it.
    ///
    /// # Errors
    /// The file is damaged.
    pub fn draws(&self) -> Result<Vec<StoredDraw>> {
        self.draws_called(&BTreeMap::new())
    }

    /// As [`AnswerStore::draws`], with exceptions by the names that they have now; `called`: of those who have another.
    ///
    /// # Errors
    /// The file is damaged.
    pub(crate) fn draws_called(&self, called: &BTreeMap<String, String>) -> Result<Vec<StoredDraw>> {
        let rename = |name: &mut String| {
            if let Some(now) = called.get(name) {
                name.clone_from(now);
            }
        };
        let mut draws = self.draws_before_checking()?;
        if draws.is_empty() {
            return Ok(draws);
        }
        draws.iter_mut().flat_map(|draw| &mut draw.drawn).for_each(|one| rename(&mut one.exception_id));
        for (batch, mut answer) in self.events()? {
            rename(&mut answer.exception_id);
            draws.iter_mut().for_each(|draw| draw.take(batch, &answer));
        }
        Ok(draws)
    }

    /// Draws as they were made: nothing is checked yet.
    pub(super) fn draws_before_checking(&self) -> Result<Vec<StoredDraw>> {
        self.stored_draws().map_err(|e| unreadable(&self.path, e))
    }

    fn stored_draws(&self) -> rusqlite::Result<Vec<StoredDraw>> {
        let asked = "SELECT d.batch, d.seed, d.number, d.per, d.area, d.level, b.recorded_at, b.recorded_by \
                     FROM answer_draw d JOIN answer_batch b ON b.batch = d.batch \
                     WHERE d.batch NOT IN (SELECT undoes FROM answer_batch WHERE undoes IS NOT NULL) ORDER BY d.batch";
        let mut asked = self.connection.prepare(asked)?;
        let draws = asked.query_map([], |row| {
            let (per, level): (String, String) = (row.get(3)?, row.get(5)?);
            let plan = DrawPlan {
                seed: row.get(1)?,
                number: row.get(2)?,
                per: DrawPer::from_code(&per).unwrap_or_default(),
                area: row.get(4)?,
                level: ReviewLevel::from_code(&level).unwrap_or(ReviewLevel::City),
            };
            let (recorded_at, recorded_by) = (row.get(6)?, row.get(7)?);
            Ok(StoredDraw {
                batch: AppendedBatch(row.get(0)?),
                plan,
                recorded_at,
                recorded_by,
                drawn: Vec::new(),
            })
        });
        let mut draws = draws?.collect::<rusqlite::Result<Vec<StoredDraw>>>()?;
        let items =
            "SELECT exception_id, verdict, answered_by FROM answer_drawn WHERE batch = ?1 ORDER BY place";
        let mut items = self.connection.prepare(items)?;
        for draw in &mut draws {
            let drawn = items.query_map([draw.batch.0], |row| {
                let (exception_id, verdict, answered_by) = (row.get(0)?, row.get(1)?, row.get(2)?);
                Ok(DrawnAnswer { exception_id, verdict, answered_by, result: DrawResult::Open })
            });
            draw.drawn = drawn?.collect::<rusqlite::Result<_>>()?;
        }
        Ok(draws)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(seed: u32, per: DrawPer) -> DrawPlan {
        DrawPlan { seed, number: 2, per, area: String::new(), level: ReviewLevel::County }
    }

    #[test]
    fn a_drawn_finding_is_checked_under_the_name_that_it_has_now() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = AnswerStore::open(folder.path(), "ID1").unwrap();
        let origin = BatchOrigin {
            source: crate::model::answer::AnswerSource::Page,
            recorded_at: "2018-10-22T09:30:00+08:00".to_owned(),
            recorded_by: "县审核员".to_owned(),
            file: String::new(),
            file_sha256: String::new(),
        };
        let drawn = DrawnAnswer {
            exception_id: "E1".to_owned(),
            verdict: "不属实".to_owned(),
            answered_by: "罗德合".to_owned(),
            result: DrawResult::Open,
        };
        store.append_draw(&origin, &plan(7, DrawPer::All), &[drawn]).unwrap();
        let again = Answer {
            answered_by: "县审核员".to_owned(),
            level: ReviewLevel::County,
            ..Answer::of("E9", "F1", "属实")
        };
        store.append(&origin, &[again]).unwrap();
        assert_eq!(store.draws().unwrap()[0].drawn[0].result, DrawResult::Open);
        let called = BTreeMap::from([("E1".to_owned(), "E9".to_owned())]);
        let drawn = &store.draws_called(&called).unwrap()[0].drawn[0];
        assert_eq!((drawn.exception_id.as_str(), drawn.result), ("E9", DrawResult::Differs));
    }

    #[test]
    fn a_seed_draws_the_same_whatever_the_order_and_whoever_else_is_there() {
        let keys: Vec<String> = (0..40).map(|at| format!("KEY{at}")).collect();
        let candidate = |at: usize| DrawCandidate {
            key: &keys[at],
            township: ["甲", "乙", "丙"][at % 3],
            officer: ["罗德合", "王干事"][at % 2],
        };
        let drawn = |plan: &DrawPlan, order: &[usize]| -> Vec<&str> {
            let candidates: Vec<_> = order.iter().map(|&at| candidate(at)).collect();
            draw(plan, &candidates).into_iter().map(|at| candidates[at].key).collect()
        };
        let forward: Vec<usize> = (0..40).collect();
        let backward: Vec<usize> = (0..40).rev().collect();
        for (per, count) in [(DrawPer::All, 2), (DrawPer::Township, 6), (DrawPer::Officer, 4)] {
            let first = drawn(&plan(7, per), &forward);
            assert_eq!(first.len(), count);
            assert_eq!(first, drawn(&plan(7, per), &backward));
            assert_ne!(first, drawn(&plan(8, per), &forward));
        }
        // Whoever is not drawn makes no difference.
        let first = drawn(&plan(7, DrawPer::All), &forward);
        let without: Vec<usize> =
            forward.iter().copied().filter(|&at| at % 5 > 0 || first.contains(&&*keys[at])).collect();
        assert_eq!(first, drawn(&plan(7, DrawPer::All), &without));
    }
}
