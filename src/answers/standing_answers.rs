//! What stands of all that was answered.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::answer_events::AppendedBatch;
use super::answer_store::AnswerStore;
use super::carried_answers::ForeignFacts;
use super::draws::StoredDraw;
use crate::Result;
use crate::model::answer::{Answer, AnswerAct};

/// The last answer to an exception, and the batch that it came with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandingAnswer {
    /// What was answered.
    pub answer: Answer,
    /// The batch.
    pub batch: AppendedBatch,
    /// The day on which the batch was recorded.
    pub recorded_on: Option<Date>,
}

impl StandingAnswer {
    /// The day of the answer: the one that the officer wrote, else that of its batch.
    pub fn day(&self) -> Option<Date> {
        self.answer.answered_on.or(self.recorded_on)
    }
    /// Does it answer these facts on such a day? After its last day, or to other facts, it does not.
    pub fn holds(&self, facts: &str, day: Date) -> bool {
        self.answer.facts == facts && self.answer.expires.is_none_or(|last| day <= last)
    }
}

/// An answer that a higher level took back, and nobody answered since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnedAnswer {
    /// Who took it back, of which level, and in the note why.
    pub returned: Answer,
    /// What stood until then.
    pub answer: Option<Answer>,
}

/// The last answer to each exception, by fingerprint. Later answers take the place of earlier ones; one that is withdrawn
/// or undone leaves what stood before the withdrawn one nowhere: a withdrawal says that nothing is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StandingAnswers {
    by_exception: BTreeMap<String, StandingAnswer>,
    /// Of these nothing stands that once did.
    withdrawn: BTreeSet<String>,
    returned: BTreeMap<String, ReturnedAnswer>,
    last_batch: Option<AppendedBatch>,
}

impl StandingAnswers {
    /// Reads what stands.
    ///
    /// # Errors
    /// The store is damaged.
    pub fn read(store: &AnswerStore) -> Result<Self> {
        Self::read_events(store, |_, _, _| true)
    }

    /// Reads what stands, and the draws with what checking said so far, in one pass over the events.
    ///
    /// # Errors
    /// The store is damaged.
    pub(crate) fn read_with_draws(store: &AnswerStore) -> Result<(Self, Vec<StoredDraw>)> {
        let mut draws = store.draws_before_checking()?;
        let standing = Self::read_events(store, |batch, answer, _| {
            draws.iter_mut().for_each(|draw| draw.take(batch, answer));
            true
        })?;
        Ok((standing, draws))
    }

    /// Reads what stood at the end of a day: what was given, approved or sent back later is not there yet. Of an answer the day
    /// counts that the officer wrote, of what somebody else did with it that on which it was recorded.
    ///
    /// # Errors
    /// The store is damaged.
    pub fn read_as_of(store: &AnswerStore, day: Date) -> Result<Self> {
        Self::read_events(store, |_, answer, recorded_on| {
            let given = match answer.act {
                AnswerAct::Given if !answer.is_withdrawal() => answer.answered_on.or(recorded_on),
                _ => recorded_on,
            };
            given.is_none_or(|given| given <= day)
        })
    }

    fn read_events(
        store: &AnswerStore,
        mut is_wanted: impl FnMut(AppendedBatch, &Answer, Option<Date>) -> bool,
    ) -> Result<Self> {
        let mut standing = Self::default();
        let days = store.batch_days()?;
        for (batch, answer) in store.events()? {
            let recorded_on = days.get(&batch).copied();
            if is_wanted(batch, &answer, recorded_on) {
                standing.take(batch, answer, recorded_on);
            }
        }
        standing.last_batch = days.keys().next_back().copied();
        Ok(standing)
    }

    /// Takes an event that was appended after all others.
    pub(crate) fn take(&mut self, batch: AppendedBatch, answer: Answer, recorded_on: Option<Date>) {
        let exception = answer.exception_id.clone();
        self.last_batch = self.last_batch.max(Some(batch));
        if answer.is_withdrawal() {
            let before = self.by_exception.remove(&exception);
            self.withdrawn.insert(exception.clone());
            self.returned.remove(&exception);
            if answer.act == AnswerAct::Returned {
                let answer = ReturnedAnswer { returned: answer, answer: before.map(|one| one.answer) };
                self.returned.insert(exception, answer);
            }
        } else {
            self.withdrawn.remove(&exception);
            self.returned.remove(&exception);
            self.by_exception.insert(exception, StandingAnswer { answer, batch, recorded_on });
        }
    }

    /// Takes note of what facts are called under the store's secret ([`AnswerStore::name_facts`]).
    pub(crate) fn name_facts(&mut self, proven: &[(&ForeignFacts, &str)]) {
        for (one, facts) in proven {
            // One batch answers an exception once.
            let standing = self.by_exception.get_mut(&one.exception_id).filter(|it| it.batch == one.batch);
            if let Some(standing) = standing.filter(|standing| standing.answer.facts.is_empty()) {
                standing.answer.facts = (*facts).to_owned();
            }
        }
    }

    /// Fingerprints of all exceptions of which anything was answered, whether it stands or not.
    pub(crate) fn subjects(&self) -> impl Iterator<Item = &str> {
        self.by_exception.keys().chain(&self.withdrawn).map(String::as_str)
    }

    /// The answer to an exception.
    pub fn of(&self, exception_id: &str) -> Option<&StandingAnswer> {
        self.by_exception.get(exception_id)
    }

    /// The answer to an exception that a higher level took back, if nobody answered since.
    pub fn returned(&self, exception_id: &str) -> Option<&ReturnedAnswer> {
        self.returned.get(exception_id)
    }

    /// The last batch that was appended, undone ones and undoings too; `None`: there is none.
    pub fn last_batch(&self) -> Option<AppendedBatch> {
        self.last_batch
    }

    /// All of them, by fingerprint.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &StandingAnswer)> {
        self.by_exception.iter().map(|(fingerprint, answer)| (fingerprint.as_str(), answer))
    }

    /// Exceptions with an answer.
    pub fn len(&self) -> usize {
        self.by_exception.len()
    }

    /// True if nothing is answered.
    pub fn is_empty(&self) -> bool {
        self.by_exception.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::answers::{AnswerSource, BatchOrigin};

    fn answer(exception: &str, verdict: &str) -> Answer {
        Answer {
            recovered: Some(30_050),
            stopped_month: Some(201_810),
            answered_by: "罗德合".to_owned(),
            answered_on: Some(date(2018, 10, 20)),
            expires: Some(date(2018, 12, 31)),
            ..Answer::of(exception, "F1", verdict)
        }
    }

    fn origin() -> BatchOrigin {
        BatchOrigin {
            source: AnswerSource::Sheet,
            recorded_at: "2018-10-20T09:30:00+08:00".to_owned(),
            recorded_by: "操作员".to_owned(),
            file: "北阳镇.xlsx".to_owned(),
            file_sha256: "00".repeat(32),
        }
    }

    #[test]
    fn later_answers_stand_and_undone_ones_do_not() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = AnswerStore::open(folder.path(), "ID1").unwrap();
        let first = store.append(&origin(), &[answer("E1", "属实"), answer("E2", "不属实")]).unwrap();
        let second = store.append(&origin(), &[answer("E1", "已整改"), answer("E3", "属实")]).unwrap();
        assert!(first < second);
        let verdict = |store: &AnswerStore, of: &str| {
            StandingAnswers::read(store).unwrap().of(of).map(|one| one.answer.verdict.clone())
        };
        assert_eq!(verdict(&store, "E1").as_deref(), Some("已整改"));
        store.undo(second, "2018-10-21T00:00:00+08:00", "操作员").unwrap();
        assert_eq!(verdict(&store, "E1").as_deref(), Some("属实"), "what stood before stands again");
        assert_eq!(verdict(&store, "E3"), None);
        assert!(store.undo(second, "2018-10-21T00:00:00+08:00", "操作员").is_err(), "it is undone once");
        assert!(store.undo(AppendedBatch(77), "2018-10-21T00:00:00+08:00", "操作员").is_err());
        store.append(&origin(), &[answer("E1", "")]).unwrap();
        assert_eq!(verdict(&store, "E1"), None, "it was withdrawn");
        // All this is there for whoever opens it next.
        drop(store);
        let store = AnswerStore::find(folder.path(), "ID1").unwrap().unwrap();
        store.check_whole().unwrap();
        let all = StandingAnswers::read(&store).unwrap();
        assert_eq!(all.len(), 1);
        assert_eq!(all.of("E2").unwrap().answer, answer("E2", "不属实"), "nothing of it is lost");
    }

    #[test]
    fn an_answer_holds_for_its_facts_until_its_last_day() {
        let one =
            StandingAnswer {
                answer: answer("E1", "符合实际"), batch: AppendedBatch(1), recorded_on: None
            };
        assert!(one.holds("F1", date(2018, 12, 31)));
        assert!(!one.holds("F1", date(2019, 1, 1)));
        assert!(!one.holds("F2", date(2018, 12, 31)));
    }

    #[test]
    fn of_a_day_only_that_stands_which_was_given_until_then() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = AnswerStore::open(folder.path(), "ID1").unwrap();
        let on = |day: &str| BatchOrigin { recorded_at: format!("{day}T09:30:00+08:00"), ..origin() };
        // Given on the 20th and recorded two days later, given without a day, answered anew, withdrawn.
        store.append(&on("2018-10-22"), &[answer("E1", "属实")]).unwrap();
        let undated = Answer { answered_on: None, ..answer("E2", "不属实") };
        store.append(&on("2018-10-23"), &[undated]).unwrap();
        let anew = Answer { answered_on: Some(date(2018, 10, 24)), ..answer("E1", "已整改") };
        store.append(&on("2018-10-24"), &[anew]).unwrap();
        store.append(&on("2018-10-25"), &[answer("E2", "")]).unwrap();
        let stood = |day: i8| {
            let standing = StandingAnswers::read_as_of(&store, date(2018, 10, day)).unwrap();
            ["E1", "E2"].map(|of| standing.of(of).map_or(String::new(), |one| one.answer.verdict.clone()))
        };
        assert_eq!(stood(19), ["", ""]);
        assert_eq!(stood(20), ["属实", ""]);
        assert_eq!(stood(23), ["属实", "不属实"]);
        assert_eq!(stood(24), ["已整改", "不属实"]);
        assert_eq!(stood(25), ["已整改", ""]);
    }

    #[test]
    fn nothing_that_was_appended_can_be_changed() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = AnswerStore::open(folder.path(), "ID1").unwrap();
        store.append(&origin(), &[answer("E1", "属实")]).unwrap();
        for change in [
            "UPDATE answer_event SET verdict = '不属实'",
            "DELETE FROM answer_event",
            "DELETE FROM answer_batch",
        ] {
            assert!(store.connection.execute_batch(change).is_err(), "{change}");
        }
    }

    #[test]
    fn a_store_of_another_secret_or_version_and_another_file_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        drop(AnswerStore::open(folder.path(), "ID1").unwrap());
        let error = AnswerStore::open(folder.path(), "ID2").unwrap_err();
        assert!(error.message().contains("另一个身份密钥"), "{error:?}");
        let store = AnswerStore::open(folder.path(), "ID1").unwrap();
        store.connection.execute_batch("PRAGMA user_version = 99").unwrap();
        drop(store);
        assert!(AnswerStore::find(folder.path(), "ID1").unwrap_err().message().contains("较新的程序"));
        let path = folder.path().join("answers/answers.sqlite");
        std::fs::write(&path, "没有核查结果").unwrap();
        assert!(AnswerStore::find(folder.path(), "ID1").unwrap_err().message().contains("已损坏"));
        std::fs::remove_file(&path).unwrap();
        rusqlite::Connection::open(&path).unwrap().execute_batch("CREATE TABLE other (a)").unwrap();
        assert!(AnswerStore::open(folder.path(), "ID1").unwrap_err().message().contains("不是核查结果文件"));
        assert!(AnswerStore::find(&folder.path().join("none"), "ID1").unwrap().is_none());
    }

    #[test]
    fn the_file_is_for_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        drop(AnswerStore::open(folder.path(), "ID1").unwrap());
        let mode =
            std::fs::metadata(folder.path().join("answers/answers.sqlite")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
