//! Findings that officers have answered: closed for as long as what they said holds, back when it does not.

use std::sync::Arc;

use hashbrown::HashMap;

use super::DueDates;
use crate::Result;
use crate::answers::{Answer, StandingAnswer, StandingAnswers};
use crate::model::exception::{ResolvedBy, Status, TrackedException, number_key};
use crate::model::period::Period;
use crate::privacy::IdentitySecret;
use crate::rules::officer_words::AnswerWords;
use crate::rules::verdict_meaning::Closing;
use crate::rules::waiver::Waiver;

/// Puts beside each finding what was answered of it, and closes those of which the answer holds. A finding that an answer
/// closed before is open again where none does any more. `words`: what the verdicts mean.
///
/// `waivers`: rules whose findings are left alone in an area for a while; a finding that one covers is closed too, and open
/// again with a new due date once none does.
///
/// What follows from a finding of which an answer holds that says that something is wrong there bears that answer, too, and is
/// closed as long as the answer closes its cause: nobody is asked for what was looked at with the cause. Where the cause is
/// found no more, or its answer says that nothing is wrong, it stands for itself again.
///
/// An answer is found under every name that the finding ever had. Facts are compared, so they must be noted before.
///
/// # Errors
/// A due date beyond the calendar.
pub fn apply_answers(
    tracked: &mut [TrackedException],
    answers: &StandingAnswers,
    (words, waivers): (&AnswerWords, &[Waiver]),
    (period, due): (Period, &mut DueDates<'_>),
    secret: &IdentitySecret,
) -> Result<()> {
    let fingerprints: Vec<&str> = answers.iter().map(|(fingerprint, _)| fingerprint).collect();
    let names = secret.listed(&fingerprints);
    let by_name: HashMap<&str, &StandingAnswer> =
        names.iter().map(String::as_str).zip(answers.iter().map(|(_, one)| one)).collect();
    let mut closed_by: Vec<Option<ResolvedBy>> = Vec::with_capacity(tracked.len());
    for one in tracked.iter_mut() {
        let answer = answer_to(one, &by_name, words);
        let closes = answer.is_some_and(|answer| answer_closes(answer, &one.facts, words, period));
        one.answer = answer.map(|found| Arc::new(found.answer.clone()));
        let waived = || waivers.iter().any(|waiver| waiver.covers(&one.exception, period));
        closed_by.push(match closes {
            true => Some(ResolvedBy::Answer),
            false => waived().then_some(ResolvedBy::Waiver),
        });
        one.cause_answer = None;
    }
    for (at, cause) in answered_causes(tracked, &closed_by, words, period) {
        tracked[at].cause_answer = Some(cause.answer);
        if cause.closes {
            closed_by[at] = closed_by[at].or(Some(ResolvedBy::Cause));
        }
    }
    for (one, by) in tracked.iter_mut().zip(closed_by) {
        match (one.status, by) {
            (Status::New | Status::Persisting | Status::Reopened | Status::Answered, Some(by)) => {
                one.status = Status::Answered;
                one.resolved_by = Some(by);
            }
            // Withdrawn or undone: as if nobody had answered.
            (Status::Answered, None)
                if one.answer.is_none() && one.resolved_by == Some(ResolvedBy::Answer) =>
            {
                one.status = if one.first_seen == period { Status::New } else { Status::Persisting };
                one.resolved_by = None;
            }
            // Its rule did not run, so nobody knows what it follows from: nothing says that it is back.
            (Status::Answered, None) if !one.checked && one.resolved_by == Some(ResolvedBy::Cause) => {}
            // The answer to its cause was withdrawn before it was ever gone.
            (Status::Answered, None)
                if one.first_seen == period && one.resolved_by == Some(ResolvedBy::Cause) =>
            {
                one.status = Status::New;
                one.resolved_by = None;
            }
            (Status::Answered, None) => {
                one.status = Status::Reopened;
                one.resolved_by = None;
                one.due_date = due.due(one.exception.due_days)?;
            }
            _ => {}
        }
    }
    Ok(())
}

/// What was answered of a finding's cause.
struct AnsweredCause {
    answer: Arc<Answer>,
    /// The answer closes the cause.
    closes: bool,
}

/// Positions of findings that follow from one of which an answer holds that says that something is wrong there. `closed_by`:
/// what closes each finding by itself.
fn answered_causes(
    tracked: &[TrackedException],
    closed_by: &[Option<ResolvedBy>],
    words: &AnswerWords,
    period: Period,
) -> Vec<(usize, AnsweredCause)> {
    let mut confirmed: HashMap<(&str, &str, &str), AnsweredCause> = HashMap::new();
    for (one, by) in tracked.iter().zip(closed_by) {
        let Some(answer) = one.answer.as_ref().filter(|answer| confirms_finding(answer, one, words, period))
        else {
            continue;
        };
        let closes = *by == Some(ResolvedBy::Answer);
        // What is put right by the next lists, and was not, is no answer any more.
        if closes || words.meaning_of(&answer.verdict).closes == Closing::No {
            let e = &one.exception;
            let cause = AnsweredCause { answer: answer.clone(), closes };
            confirmed.insert((&e.rule_code, &e.subject_id, &e.rule_key), cause);
        }
    }
    if confirmed.is_empty() {
        return Vec::new();
    }
    let cause_of = |(at, one): (usize, &TrackedException)| {
        let cause = one.exception.cause.as_ref()?;
        let found = confirmed.get(&(&*cause.rule_code, &*cause.subject_id, &*cause.rule_key))?;
        Some((at, AnsweredCause { answer: found.answer.clone(), closes: found.closes }))
    };
    tracked.iter().enumerate().filter_map(cause_of).collect()
}

/// Does an answer to what a finding rests on today say that something is wrong, and has whoever must looked at it?
fn confirms_finding(answer: &Answer, one: &TrackedException, words: &AnswerWords, period: Period) -> bool {
    !one.facts.is_empty()
        && answer.facts == one.facts
        && answer.expires.is_none_or(|last| last >= period.last_day())
        && words.is_reviewed(answer.level)
        && words.confirms(&answer.verdict)
}

/// The answer to a finding under any of its names. Where two findings became one and both were answered, what keeps it open
/// stands before what closes it, and the later before the earlier.
fn answer_to<'a>(
    one: &TrackedException,
    by_name: &HashMap<&str, &'a StandingAnswer>,
    words: &AnswerWords,
) -> Option<&'a StandingAnswer> {
    if by_name.is_empty() {
        return None;
    }
    let former = one.former_numbers.iter().filter_map(|number| number_key(number));
    let found = std::iter::once(one.listed_id.as_str()).chain(former);
    let found = found.filter_map(|name| by_name.get(name).copied());
    answer_that_counts(found, (&one.exception_id, &one.facts), words)
}

/// The answer that counts of those that were given to a finding under its names; `exception_id` and `facts`: its own name, and
/// what it rests on.
pub(crate) fn answer_that_counts<'a>(
    found: impl Iterator<Item = &'a StandingAnswer>,
    (exception_id, facts): (&str, &str),
    words: &AnswerWords,
) -> Option<&'a StandingAnswer> {
    let found: Vec<&StandingAnswer> = found.collect();
    // Who answers it by its present name has seen what was answered before under another.
    let own = found.iter().filter(|one| one.answer.exception_id == exception_id && one.answer.facts == facts);
    let anew = own.map(|one| one.batch).max();
    found.into_iter().filter(|one| anew.is_none_or(|anew| one.batch >= anew)).max_by_key(|answer| {
        let open = words.meaning_of(&answer.answer.verdict).closes == Closing::No;
        (answer.answer.facts == facts, open, answer.batch)
    })
}

/// Does an answer close a finding that rests on these facts, in a period?
pub(crate) fn answer_closes(
    answer: &StandingAnswer,
    facts: &str,
    words: &AnswerWords,
    period: Period,
) -> bool {
    words.is_reviewed(answer.answer.level) && answer_would_close(answer, facts, words, period)
}

/// Does an answer close a finding once the level has looked at it that must?
pub(crate) fn answer_would_close(
    answer: &StandingAnswer,
    facts: &str,
    words: &AnswerWords,
    period: Period,
) -> bool {
    if facts.is_empty() || !answer.holds(facts, period.last_day()) {
        return false;
    }
    match words.meaning_of(&answer.answer.verdict).closes {
        Closing::No => false,
        Closing::Facts => true,
        // Lists of a day after the answer must show what was done.
        Closing::Period => answer.day().is_some_and(|day| day > period.last_day()),
    }
}
