//! What was answered of the findings that the page shows, as the run sees it: under every name that a finding ever had.

use std::collections::{BTreeMap, BTreeSet};

use hashbrown::HashMap;
use jiff::civil::Date;

use super::facets::FindingState;
use super::finding_index::FindingNames;
use super::findings::PageFinding;
use crate::answers::{
    Answer, AppendedBatch, DrawResult, ReturnedAnswer, ReviewLevel, StandingAnswer, StandingAnswers,
    StoredDraw, is_pair_subject,
};
use crate::privacy::IdentitySecret;
use crate::rules::officer_words::AnswerWords;
use crate::track::answer_that_counts;

/// Answers, and how far they bring each finding.
#[derive(Debug, Clone, Default)]
pub(super) struct PageAnswers {
    standing: StandingAnswers,
    /// Of findings that something was answered of under another name, by their fingerprints: all names that it was answered
    /// under, and the one whose answer counts.
    renamed: BTreeMap<String, RenamedFinding>,
    /// Answers to what may be a finding under a former name: without the secret nobody can tell.
    pub(super) unnamed: u64,
    /// Draws for checking again, the oldest first.
    pub(super) draws: Vec<StoredDraw>,
    /// Which draw of a level drew a finding last, and where it stands there.
    drawn: HashMap<ReviewLevel, HashMap<String, (usize, usize)>>,
    /// The store was so when it was read.
    pub(super) change_counter: Option<u32>,
    /// How far each finding is, by position, on the day.
    pub(super) states: Vec<FindingState>,
    pub(super) day: Date,
}

#[derive(Debug, Clone, Default)]
struct RenamedFinding {
    names: BTreeSet<String>,
    counts: Option<String>,
}

impl PageAnswers {
    /// Answers as they stand. `known`: fingerprints that the publication has, closed ones too; asked without the secret alone.
    pub(super) fn of_standing(
        standing: StandingAnswers,
        (findings, names): (&[PageFinding], &FindingNames),
        words: &AnswerWords,
        secret: Option<&IdentitySecret>,
        known: impl Fn(&str) -> bool,
    ) -> Self {
        let mut answers = Self::default();
        let subjects: Vec<&str> = standing.subjects().filter(|one| !is_pair_subject(one)).collect();
        let mut renamed: BTreeMap<usize, BTreeSet<String>> = BTreeMap::new();
        match secret {
            Some(secret) => {
                for (fingerprint, key) in subjects.iter().zip(secret.listed(&subjects)) {
                    for at in names.ever_called(&key) {
                        if findings[at].exception_id != *fingerprint {
                            renamed.entry(at).or_default().insert((*fingerprint).to_owned());
                        }
                    }
                }
            }
            None => {
                let unnamed = subjects.iter().filter(|one| standing.of(one).is_some() && !known(one));
                answers.unnamed = unnamed.count() as u64;
            }
        }
        answers.standing = standing;
        for (at, mut called) in renamed {
            let one = &findings[at];
            called.insert(one.exception_id.clone());
            let renamed = RenamedFinding { names: called, counts: None };
            answers.renamed.insert(one.exception_id.clone(), renamed);
            answers.choose(one, words);
        }
        answers
    }

    /// Chooses the answer that counts of a finding with several names.
    fn choose(&mut self, one: &PageFinding, words: &AnswerWords) {
        if let Some(renamed) = self.renamed.get_mut(&one.exception_id) {
            let found = renamed.names.iter().filter_map(|name| self.standing.of(name));
            let counts = answer_that_counts(found, (&one.exception_id, &one.facts), words);
            renamed.counts = counts.map(|counts| counts.answer.exception_id.clone());
        }
    }

    /// Takes an answer that was appended after all others, to a finding if it is about one.
    pub(super) fn take(
        &mut self,
        (batch, answer, day): (AppendedBatch, &Answer, Option<Date>),
        one: Option<&PageFinding>,
        words: &AnswerWords,
    ) {
        self.draws.iter_mut().for_each(|draw| draw.take(batch, answer));
        self.standing.take(batch, answer.clone(), day);
        if let Some(one) = one {
            self.choose(one, words);
        }
    }

    /// The answer that counts of a finding, by its fingerprint, or of a pair of records.
    pub(super) fn of(&self, subject: &str) -> Option<&StandingAnswer> {
        match self.renamed.get(subject) {
            Some(renamed) => self.standing.of(renamed.counts.as_deref()?),
            None => self.standing.of(subject),
        }
    }

    /// What a higher level took back of a finding, if it rests on the same and nobody answered since.
    pub(super) fn returned(&self, one: &PageFinding) -> Option<&ReturnedAnswer> {
        if self.of(&one.exception_id).is_some() {
            return None;
        }
        let names = self.names(&one.exception_id).into_iter();
        let mut returned = names.filter_map(|name| self.standing.returned(name));
        returned.find(|returned| returned.returned.facts == one.facts)
    }

    /// The finding with the batch of its answer, as forms send it back: whoever reviews an answer must have seen it.
    pub(super) fn seen(&self, one: &PageFinding) -> String {
        format!("{}:{}", one.key, self.of(&one.exception_id).map_or(0, |standing| standing.batch.0))
    }

    /// What stands under each of a finding's names.
    pub(super) fn all_of<'a>(&'a self, one: &'a PageFinding) -> impl Iterator<Item = &'a StandingAnswer> {
        self.names(&one.exception_id).into_iter().filter_map(|name| self.standing.of(name))
    }

    /// What checking a finding again said that seats of a level drew; `None`: none of them did.
    pub(super) fn drawn(&self, exception_id: &str, level: ReviewLevel) -> Option<DrawResult> {
        let (draw, at) = self.drawn.get(&level)?.get(exception_id)?;
        Some(self.draws[*draw].drawn[*at].result)
    }

    /// What findings are called now that something was answered of under another name, by that name.
    pub(super) fn called_now(&self) -> BTreeMap<String, String> {
        let mut called = BTreeMap::new();
        for (own, renamed) in &self.renamed {
            for name in renamed.names.iter().filter(|name| *name != own) {
                called.entry(name.clone()).or_insert_with(|| own.clone());
            }
        }
        called
    }

    /// Takes the draws of the store, the oldest first.
    pub(super) fn hold_draws(&mut self, draws: Vec<StoredDraw>) {
        self.drawn.clear();
        for (number, draw) in draws.iter().enumerate() {
            let of_level = self.drawn.entry(draw.plan.level).or_default();
            of_level.extend(
                draw.drawn.iter().enumerate().map(|(at, one)| (one.exception_id.clone(), (number, at))),
            );
        }
        self.draws = draws;
    }

    /// All names that something was answered of a finding under, its own among them.
    pub(super) fn names<'a>(&'a self, exception_id: &'a str) -> Vec<&'a str> {
        match self.renamed.get(exception_id) {
            Some(renamed) => renamed.names.iter().map(String::as_str).collect(),
            None => vec![exception_id],
        }
    }

    /// The last batch that is known of.
    pub(super) fn last_batch(&self) -> Option<AppendedBatch> {
        self.standing.last_batch()
    }
}
