//! One case on the page: the model that `bidui explain` shows too ([`crate::case`]), with what stands of its answers.

use serde::Serialize;

use super::facets::{AnswerState, FindingState, REOPENED};
use super::findings::PageFinding;
use super::page_answers::PageAnswers;
use super::state::PageState;
use crate::Result;
pub use crate::case::CaseColumn as PageColumn;
use crate::case::{AnswerLine, Case, CaseSubject, NumbersShown, household_number, period_words};
use crate::model::exception::Status;
use crate::privacy::mask::mask_numbers_in_text;

/// A case, ready to be shown.
#[derive(Debug, Serialize)]
pub(super) struct CaseView {
    pub(super) finding: FindingLine,
    pub(super) title: String,
    #[serde(flatten)]
    pub(super) case: Case,
    /// The finding that it follows from.
    pub(super) cause: Option<FindingLine>,
    /// Other findings of the household.
    pub(super) others: Vec<FindingLine>,
}

/// A finding in one line.
#[derive(Debug, Clone, Serialize)]
pub(super) struct FindingLine {
    pub(super) key: String,
    pub(super) number: String,
    pub(super) rule: String,
    pub(super) rule_title: String,
    pub(super) severity: String,
    pub(super) owner: String,
    pub(super) county: String,
    pub(super) township: String,
    pub(super) village: String,
    pub(super) name: String,
    pub(super) id_number: String,
    pub(super) household_no: String,
    pub(super) message: String,
    pub(super) first_seen: String,
    pub(super) due: String,
    pub(super) due_code: &'static str,
    pub(super) due_title: &'static str,
    pub(super) state_code: &'static str,
    pub(super) state_title: &'static str,
    /// Its answer, if there is one.
    pub(super) verdict: String,
    /// Its reason and whatever else it says.
    pub(super) details: String,
    pub(super) review: bool,
    pub(super) status: &'static str,
}

impl FindingLine {
    /// A finding as the page shows it.
    pub(super) fn of(
        page: &PageState,
        one: &PageFinding,
        state: FindingState,
        (verdict, details): (&str, &str),
    ) -> Self {
        let titles = &page.archive.titles;
        let state_title = match state.answered {
            AnswerState::Open if one.status == Status::Reopened => REOPENED.1,
            answered => answered.title(),
        };
        Self {
            key: one.key.clone(),
            number: one.number.clone(),
            rule: one.rule.to_string(),
            rule_title: titles.rule(&one.rule).to_owned(),
            severity: one.severity.to_string(),
            owner: one.owner.to_string(),
            county: titles.division(&one.county).to_owned(),
            township: titles.division(&one.township).to_owned(),
            village: titles.division(&one.village).to_owned(),
            name: one.name.to_string(),
            id_number: one.id_number.clone(),
            household_no: household_number(&one.household_no),
            message: mask_numbers_in_text(&one.message).into_owned(),
            first_seen: period_words(&one.first_seen),
            due: one.due.to_string(),
            due_code: state.due.code(),
            due_title: state.due.title(),
            state_code: state.answered.code(),
            state_title,
            verdict: verdict.to_owned(),
            details: details.to_owned(),
            review: one.in_review,
            status: one.status.title(),
        }
    }
}

/// The verdict on a finding, and its reason with whatever else was said: nobody reviews a verdict alone. Of one that was sent
/// back why it was.
pub(super) fn answered_words(answers: &PageAnswers, one: &PageFinding) -> (String, String) {
    if let Some(returned) = answers.returned(one) {
        return (format!("原因：{}", mask_numbers_in_text(&returned.returned.note)), String::new());
    }
    answers.of(&one.exception_id).map_or_else(Default::default, |standing| {
        let line = AnswerLine::of(&standing.answer, &one.facts);
        (standing.answer.verdict.clone(), line.details)
    })
}

/// Gathers a case; `visible`: what the seat may see of the household's other findings.
///
/// # Errors
/// The publication or the store is damaged.
pub(super) fn case_view(
    page: &PageState,
    one: &PageFinding,
    visible: impl Fn(&PageFinding) -> bool,
) -> Result<CaseView> {
    let (answers, today) = (page.answers(), (page.now)().today);
    let line = |one: &PageFinding| {
        let (verdict, details) = answered_words(&answers, one);
        FindingLine::of(page, one, page.state_of(one, &answers, today), (&verdict, &details))
    };
    let household = page.findings.iter().filter(|other| {
        !one.household.is_empty()
            && other.household == one.household
            && other.key != one.key
            && visible(other)
    });
    let subject = CaseSubject {
        rule: &one.rule,
        rule_key: &one.rule_key,
        person: &one.person,
        household: &one.household,
        evidence: &one.evidence,
        changed: &one.changed,
        facts: &one.facts,
    };
    Ok(CaseView {
        finding: line(one),
        cause: page.with_fingerprint(&one.cause).filter(|cause| visible(cause)).map(line),
        title: page.archive.titles.rule(&one.rule).to_owned(),
        case: page.archive.case(&subject, &page.history(&one.exception_id)?, NumbersShown::Masked)?,
        others: household.map(line).collect(),
    })
}
