//! What the server holds: the findings of one publication, what was answered of them, who may see what.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use jiff::civil::Date;

use super::case_view::PageColumn;
use super::facets::{AnswerState, DueState, FindingState};
use super::findings::{PageFinding, PageTitles, read_findings};
use super::link_review::{DoubtfulPair, read_doubtful_pairs};
use super::seat::PageSeat;
use crate::Result;
use crate::answers::{
    Answer, AnswerSource, AnswerStore, AppendedBatch, BatchOrigin, StandingAnswer, StandingAnswers,
};
use crate::case::CaseArchive;
use crate::model::exception::ResolvedBy;
use crate::privacy::IdentitySecret;
use crate::publication::snapshot::Snapshot;
use crate::rules::officer_words::OfficerWords;
use crate::rules::verdict_meaning::Closing;
use crate::track::answer_closes;
use crate::triage::{identity_of, note_ruled_pairs};

/// Days before the due date from which on a finding is soon due.
const SOON: i32 = 7;

/// The moment of a request, as whoever starts the server tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageMoment {
    /// Today.
    pub today: Date,
    /// `2018-10-20T09:30:00+08:00`.
    pub recorded_at: String,
}

/// What all requests share.
pub(super) struct PageState {
    pub(super) out: PathBuf,
    pub(super) snapshot: Snapshot,
    pub(super) titles: PageTitles,
    pub(super) words: OfficerWords,
    pub(super) findings: Vec<PageFinding>,
    pub(super) seats: Vec<PageSeat>,
    pub(super) now: Arc<dyn Fn() -> PageMoment + Send + Sync>,
    /// The publication's cases.
    pub(super) archive: CaseArchive,
    answers: RwLock<Arc<StandingAnswers>>,
    /// One writes at a time.
    store: Mutex<()>,
    identity: String,
    secret: Option<IdentitySecret>,
    /// Pairs of records that the linker left to people.
    pub(super) pairs: Vec<DoubtfulPair>,
}

impl PageState {
    /// Reads the newest publication below `out` and what was answered of it.
    ///
    /// # Errors
    /// No publication, or a damaged one; a damaged store.
    pub(super) fn read(
        out: PathBuf,
        (words, secret): (OfficerWords, Option<IdentitySecret>),
        columns: BTreeMap<String, PageColumn>,
        seats: Vec<PageSeat>,
        now: Arc<dyn Fn() -> PageMoment + Send + Sync>,
    ) -> Result<Self> {
        let snapshot = Snapshot::newest(&out)?;
        let identity = identity_of(&snapshot)?;
        let findings = read_findings(&snapshot)?;
        let titles = PageTitles::read(&snapshot)?;
        let pairs = read_doubtful_pairs(&snapshot, &titles, secret.as_ref())?;
        let state = Self {
            answers: RwLock::default(),
            store: Mutex::default(),
            archive: CaseArchive::open(snapshot.clone(), columns, true)?,
            out,
            snapshot,
            titles,
            words,
            secret,
            pairs,
            findings,
            seats,
            now,
            identity,
        };
        state.read_answers()?;
        Ok(state)
    }

    fn read_answers(&self) -> Result<()> {
        let standing = match AnswerStore::find(&self.out, &self.identity)? {
            Some(store) => StandingAnswers::read(&store)?,
            None => StandingAnswers::default(),
        };
        *self.answers.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(standing);
        Ok(())
    }

    /// What stands.
    pub(super) fn answers(&self) -> Arc<StandingAnswers> {
        self.answers.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The finding that lists call so.
    pub(super) fn find(&self, key: &str) -> Option<&PageFinding> {
        self.findings.iter().find(|one| one.key == key)
    }

    /// Can records be named?
    pub(super) fn has_secret(&self) -> bool {
        self.secret.is_some()
    }

    /// How far a finding is on a day: closed where the run says so, or where the next run will.
    pub(super) fn state_of(&self, one: &PageFinding, answers: &StandingAnswers, today: Date) -> FindingState {
        let period = self.snapshot.period();
        let answered = match answers.of(&one.exception_id) {
            None if one.resolved_by == Some(ResolvedBy::Waiver) => AnswerState::Closed,
            None => AnswerState::Open,
            Some(answer) if answer_closes(answer, &one.facts, &self.words.answers, period) => {
                AnswerState::Closed
            }
            Some(answer) if self.is_pending(answer, one) => AnswerState::Pending,
            Some(_) => AnswerState::Outdated,
        };
        let due = match days_until(today, one.due) {
            ..0 => DueState::Overdue,
            0..=SOON => DueState::Soon,
            _ => DueState::Later,
        };
        FindingState { answered, due }
    }

    /// Is it an answer to what is found today that closes nothing?
    fn is_pending(&self, answer: &StandingAnswer, one: &PageFinding) -> bool {
        answer.holds(&one.facts, self.snapshot.period().last_day())
            && self.words.answers.meaning_of(&answer.answer.verdict).closes == Closing::No
    }

    /// Appends answers, all of them or none. Comes back with how many ought to bind the linker and will not.
    ///
    /// # Errors
    /// The store cannot be written.
    pub(super) fn append(&self, seat: &PageSeat, answers: &mut [Answer]) -> Result<(AppendedBatch, u64)> {
        let mut ruling: Vec<&mut Answer> = answers.iter_mut().collect();
        let unbound =
            note_ruled_pairs(&mut ruling, &self.words.answers, &self.snapshot, self.secret.as_ref())?;
        let _one = self.writer();
        let origin = BatchOrigin {
            source: AnswerSource::Page,
            recorded_at: (self.now)().recorded_at,
            recorded_by: seat.name.clone(),
            file: String::new(),
            file_sha256: String::new(),
        };
        let batch = AnswerStore::open(&self.out, &self.identity)?.append(&origin, answers)?;
        self.read_answers()?;
        Ok((batch, unbound))
    }

    /// Undoes what was appended from the page.
    ///
    /// # Errors
    /// No such batch, or it is undone already; the store cannot be written.
    pub(super) fn undo(&self, seat: &PageSeat, batch: AppendedBatch) -> Result<()> {
        let _one = self.writer();
        let moment = (self.now)().recorded_at;
        AnswerStore::open(&self.out, &self.identity)?.undo(batch, &moment, &seat.name)?;
        self.read_answers()
    }

    /// Everything that was ever answered of an exception and not undone, the oldest first.
    ///
    /// # Errors
    /// The store is damaged.
    pub(super) fn history(&self, exception_id: &str) -> Result<Vec<Answer>> {
        let store = AnswerStore::find(&self.out, &self.identity)?;
        store.map_or(Ok(Vec::new()), |store| store.answers_to(exception_id))
    }

    fn writer(&self) -> MutexGuard<'_, ()> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Days from one day to another, less than none to an earlier one.
fn days_until(from: Date, to: Date) -> i32 {
    from.until(to).map_or(i32::MAX, |span| span.get_days())
}
