//! What the server holds: the findings of one publication, what was answered of them, who may see what.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock};

use hashbrown::HashSet;
use jiff::civil::Date;
use rayon::prelude::*;

use super::case_view::PageColumn;
use super::facets::{AnswerState, DueState, FindingState};
use super::finding_index::{FindingColumns, FindingNames, FindingTexts};
use super::findings::{PageFinding, read_findings};
use super::link_review::{DoubtfulPair, read_doubtful_pairs};
use super::newer_run::NewerRuns;
use super::page_answers::PageAnswers;
use super::seat::PageSeat;
use crate::answers::{
    Answer, AnswerSource, AnswerStore, AppendedBatch, BatchOrigin, DrawCandidate, DrawPlan, DrawResult,
    DrawnAnswer, ReviewLevel, StandingAnswer, StandingAnswers, draw,
};
use crate::case::CaseArchive;
use crate::model::exception::ResolvedBy;
use crate::privacy::IdentitySecret;
use crate::privacy::told_error::render_error;
use crate::publication::snapshot::Snapshot;
use crate::rules::officer_words::OfficerWords;
use crate::rules::verdict_meaning::Closing;
use crate::track::previous_exceptions::EXCEPTIONS;
use crate::track::{answer_closes, answer_would_close};
use crate::triage::{identity_of, inseparable_fault, note_ruled_pairs};
use crate::{Error, Result};

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
    pub(super) words: OfficerWords,
    pub(super) findings: Vec<PageFinding>,
    pub(super) columns_of_findings: FindingColumns,
    pub(super) texts: FindingTexts,
    names: FindingNames,
    pub(super) newer: NewerRuns,
    fingerprints: OnceLock<HashSet<String>>,
    pub(super) seats: Vec<PageSeat>,
    pub(super) now: Arc<dyn Fn() -> PageMoment + Send + Sync>,
    /// The publication's cases.
    pub(super) archive: CaseArchive,
    answers: RwLock<Arc<PageAnswers>>,
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
        let archive = CaseArchive::open(snapshot.clone(), columns, true)?;
        let pairs = read_doubtful_pairs(&snapshot, &archive.titles, secret.as_ref())?;
        let (columns_of_findings, names) = (FindingColumns::of(&findings), FindingNames::of(&findings));
        let state = Self {
            answers: RwLock::default(),
            columns_of_findings,
            texts: FindingTexts::of(&findings),
            names,
            newer: NewerRuns::new(&out, &snapshot),
            fingerprints: OnceLock::new(),
            store: Mutex::default(),
            archive,
            out,
            snapshot,
            words,
            secret,
            pairs,
            findings,
            seats,
            now,
            identity,
        };
        state.answers_now()?;
        Ok(state)
    }

    /// What stands, also what another program appended meanwhile.
    ///
    /// # Errors
    /// The store is damaged.
    pub(super) fn answers_now(&self) -> Result<Arc<PageAnswers>> {
        let (known, today) = (self.answers(), (self.now)().today);
        let counter = AnswerStore::change_counter(&self.out);
        if known.states.len() == self.findings.len() && known.change_counter == counter && known.day == today
        {
            return Ok(known);
        }
        let store = AnswerStore::find(&self.out, &self.identity)?;
        let (standing, mut draws) = match &store {
            Some(store) => StandingAnswers::read_with_draws(store)?,
            None => Default::default(),
        };
        let known = match (&self.secret, standing.is_empty()) {
            (None, false) => Some(self.known_fingerprints()?),
            _ => None,
        };
        let mut answers = PageAnswers::of_standing(
            standing,
            (&self.findings, &self.names),
            &self.words.answers,
            self.secret.as_ref(),
            |one| known.is_some_and(|known| known.contains(one)),
        );
        let called = answers.called_now();
        if let Some(store) = store.filter(|_| !called.is_empty() && !draws.is_empty()) {
            draws = store.draws_called(&called)?;
        }
        answers.hold_draws(draws);
        answers.change_counter = counter;
        answers.day = today;
        answers.states = self.findings.par_iter().map(|one| self.state_of(one, &answers, today)).collect();
        let answers = Arc::new(answers);
        *self.answers.write().unwrap_or_else(PoisonError::into_inner) = answers.clone();
        Ok(answers)
    }

    /// Fingerprints that the publication has, those of closed findings too; read once.
    fn known_fingerprints(&self) -> Result<&HashSet<String>> {
        if let Some(known) = self.fingerprints.get() {
            return Ok(known);
        }
        let mut known = HashSet::new();
        self.snapshot.scan(EXCEPTIONS, ["exception_id"], |_, [fingerprint]| {
            known.insert(fingerprint.to_owned());
        })?;
        Ok(self.fingerprints.get_or_init(|| known))
    }

    /// What stands, as it was when it was last looked at.
    pub(super) fn answers(&self) -> Arc<PageAnswers> {
        self.answers.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The finding that lists call so, or called so earlier.
    pub(super) fn find(&self, key: &str) -> Option<&PageFinding> {
        self.names.find(key).map(|at| &self.findings[at])
    }

    /// The finding with a fingerprint.
    pub(super) fn with_fingerprint(&self, fingerprint: &str) -> Option<&PageFinding> {
        self.names.with_fingerprint(fingerprint).map(|at| &self.findings[at])
    }

    /// Can records be named?
    pub(super) fn has_secret(&self) -> bool {
        self.secret.is_some()
    }

    /// How far a finding is on a day: closed where the run says so, or where the next run will.
    pub(super) fn state_of(&self, one: &PageFinding, answers: &PageAnswers, today: Date) -> FindingState {
        let standing = answers.of(&one.exception_id);
        let answered = match standing {
            None if one.resolved_by == Some(ResolvedBy::Waiver) => AnswerState::Closed,
            None if answers.returned(one).is_some() => AnswerState::Returned,
            None if self.is_looked_at_with_cause(one, answers) => AnswerState::ByCause,
            None => AnswerState::Open,
            Some(answer) if self.closes(answer, one) => AnswerState::Closed,
            Some(answer) if self.is_pending(answer, one) => AnswerState::Pending,
            Some(answer) if self.awaits_review(answer, one) => AnswerState::InReview,
            Some(_) => AnswerState::Outdated,
        };
        let due = match days_until(today, one.due) {
            ..0 => DueState::Overdue,
            0..=SOON => DueState::Soon,
            _ => DueState::Later,
        };
        let level = standing.filter(|_| answered.is_looked_at()).map(|standing| standing.answer.level);
        let drawn = [ReviewLevel::County, ReviewLevel::City];
        let drawn = drawn.map(|level| answers.drawn(&one.exception_id, level));
        FindingState { answered, due, level, drawn }
    }

    fn closes(&self, answer: &StandingAnswer, one: &PageFinding) -> bool {
        answer_closes(answer, &one.facts, &self.words.answers, self.snapshot.period())
    }

    /// Does an answer hold that says that something is wrong with the finding that it follows from?
    fn is_looked_at_with_cause(&self, one: &PageFinding, answers: &PageAnswers) -> bool {
        let Some(cause) = self.with_fingerprint(&one.cause) else { return false };
        let words = &self.words.answers;
        answers.of(&cause.exception_id).is_some_and(|answer| {
            words.confirms(&answer.answer.verdict)
                && words.is_reviewed(answer.answer.level)
                && (self.is_pending(answer, cause) || self.closes(answer, cause))
        })
    }

    /// Would it close the finding if the highest level had looked at it?
    fn awaits_review(&self, answer: &StandingAnswer, one: &PageFinding) -> bool {
        answer_would_close(answer, &one.facts, &self.words.answers, self.snapshot.period())
    }

    /// Is it an answer to what is found today that closes nothing?
    fn is_pending(&self, answer: &StandingAnswer, one: &PageFinding) -> bool {
        answer.holds(&one.facts, self.snapshot.period().last_day())
            && self.words.answers.meaning_of(&answer.answer.verdict).closes == Closing::No
    }

    /// Can the records that a finding rests on be said to be several persons'?
    ///
    /// # Errors
    /// The publication is damaged.
    pub(super) fn is_separable(&self, one: &PageFinding) -> Result<bool> {
        self.archive.is_separable(&one.evidence)
    }

    /// An answer, unless it says of a finding that its records are several persons' that were not taken for one.
    ///
    /// # Errors
    /// Why it cannot be taken, Chinese.
    pub(super) fn check_separable(
        &self,
        one: &PageFinding,
        answer: Answer,
    ) -> std::result::Result<Answer, Vec<String>> {
        let fault = |is_separable: bool| {
            inseparable_fault(&self.words.answers, &answer.verdict, is_separable)
                .map(|fault| format!("{}：{fault}", one.number))
        };
        if fault(false).is_none() {
            return Ok(answer);
        }
        let found = self.is_separable(one).map(fault);
        match found.unwrap_or_else(|error| Some(render_error(&error, false))) {
            Some(fault) => Err(vec![fault]),
            None => Ok(answer),
        }
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
        let mut store = AnswerStore::open(&self.out, &self.identity)?;
        let before = store.last_batch()?;
        let batch = store.append(&self.origin(&seat.name), answers)?;
        self.take(&store, (before, batch), answers)?;
        Ok((batch, unbound))
    }

    /// Takes over what was appended here, if nobody else appended meanwhile; what somebody else did is read at the next
    /// request.
    fn take(
        &self,
        store: &AnswerStore,
        (before, batch): (AppendedBatch, AppendedBatch),
        answers: &[Answer],
    ) -> Result<()> {
        let mut held = self.answers.write().unwrap_or_else(PoisonError::into_inner);
        let counter = AnswerStore::change_counter(&self.out);
        let alone = held.last_batch().unwrap_or(AppendedBatch(0)) == before
            && batch.0 == before.0 + 1
            && store.last_batch()? == batch;
        if !alone {
            return Ok(());
        }
        let held = Arc::make_mut(&mut held);
        let day = held.day;
        for answer in answers {
            let at = self.names.with_fingerprint(&answer.exception_id);
            held.take((batch, answer, Some(day)), at.map(|at| &self.findings[at]), &self.words.answers);
            let follow = self.names.consequences(&answer.exception_id);
            for at in at.into_iter().chain(follow) {
                held.states[at] = self.state_of(&self.findings[at], held, day);
            }
        }
        held.change_counter = counter;
        Ok(())
    }

    /// Undoes what was appended from the page.
    ///
    /// # Errors
    /// No such batch, or it is undone already; the store cannot be written.
    pub(super) fn undo(&self, seat: &PageSeat, batch: AppendedBatch) -> Result<()> {
        let _one = self.writer();
        let moment = (self.now)().recorded_at;
        AnswerStore::open(&self.out, &self.identity)?.undo(batch, &moment, &seat.name).map(drop)
    }

    /// Everything that was ever answered of a finding, under any of its names, and not undone, the oldest first.
    ///
    /// # Errors
    /// The store is damaged.
    pub(super) fn history(&self, exception_id: &str) -> Result<Vec<Answer>> {
        let Some(store) = AnswerStore::find(&self.out, &self.identity)? else { return Ok(Vec::new()) };
        store.history(self.answers().names(exception_id))
    }

    /// Draws answered findings for checking again, among those that `seen` lets through. Comes back with the batch of the
    /// draw, whether it is a new one (the same seed over the same answers draws the same), and how many are drawn.
    ///
    /// # Errors
    /// The store cannot be written.
    pub(super) fn draw(
        &self,
        plan: &DrawPlan,
        by: &str,
        seen: impl Fn(usize) -> bool,
    ) -> Result<(AppendedBatch, bool, usize)> {
        let answers = self.answers_now()?;
        let looked_at = |at: &usize| seen(*at) && answers.states[*at].answered.is_looked_at();
        let found = (0..self.findings.len()).filter(looked_at).filter_map(|at| {
            let one = &self.findings[at];
            Some((one, answers.of(&one.exception_id)?))
        });
        let found: Vec<(&PageFinding, &StandingAnswer)> = found.collect();
        let candidates: Vec<DrawCandidate<'_>> = found
            .iter()
            .map(|(one, standing)| DrawCandidate {
                key: &one.key,
                township: &one.township,
                officer: &standing.answer.answered_by,
            })
            .collect();
        let drawn: Vec<DrawnAnswer> = draw(plan, &candidates)
            .into_iter()
            .map(|at| DrawnAnswer {
                exception_id: found[at].0.exception_id.clone(),
                verdict: found[at].1.answer.verdict.clone(),
                answered_by: found[at].1.answer.answered_by.clone(),
                result: DrawResult::Open,
            })
            .collect();
        if drawn.is_empty() {
            return Err(Error::input("没有可抽的：范围里还没有核查结果").hint("等有了核查结果再抽"));
        }
        let _one = self.writer();
        let mut store = AnswerStore::open(&self.out, &self.identity)?;
        let before = store.last_batch()?;
        let batch = store.append_draw(&self.origin(by), plan, &drawn)?;
        Ok((batch, batch > before, drawn.len()))
    }

    /// What the page appends by somebody now.
    fn origin(&self, by: &str) -> BatchOrigin {
        BatchOrigin {
            source: AnswerSource::Page,
            recorded_at: (self.now)().recorded_at,
            recorded_by: by.to_owned(),
            file: String::new(),
            file_sha256: String::new(),
        }
    }

    fn writer(&self) -> MutexGuard<'_, ()> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Days from one day to another, less than none to an earlier one.
fn days_until(from: Date, to: Date) -> i32 {
    from.until(to).map_or(i32::MAX, |span| span.get_days())
}
