//! How far everybody is: by township, and by officer.

use std::collections::BTreeMap;

use serde::Serialize;

use super::facets::{AnswerState, DueState};
use super::findings::PageFinding;
use super::state::PageState;

/// Counts of a township or of all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(super) struct ProgressRow {
    /// Name of the place.
    pub(super) place: String,
    /// Findings to be looked at.
    pub(super) all: u64,
    /// Looked at: an answer to today's facts.
    pub(super) answered: u64,
    /// Of these, closed by the answer.
    pub(super) closed: u64,
    /// Of these, not closed by it: true and to be put right, handed on, or nobody could tell.
    pub(super) pending: u64,
    /// Not looked at and past their due date.
    pub(super) overdue: u64,
    /// Answered in hundredths of all.
    pub(super) answered_percent: u64,
    /// Not closed in hundredths of those looked at.
    pub(super) pending_percent: u64,
}

impl ProgressRow {
    fn finish(mut self, place: String) -> Self {
        self.place = place;
        self.answered_percent = (self.answered * 100).checked_div(self.all).unwrap_or(0);
        self.pending_percent = (self.pending * 100).checked_div(self.answered).unwrap_or(0);
        self
    }
}

/// The board.
#[derive(Debug, Serialize)]
pub(super) struct ProgressBoard {
    pub(super) total: ProgressRow,
    pub(super) townships: Vec<ProgressRow>,
    /// Officer and how many answers of his stand.
    pub(super) officers: Vec<(String, u64)>,
}

/// Counts what a seat may see.
pub(super) fn progress_board(page: &PageState, visible: impl Fn(&PageFinding) -> bool) -> ProgressBoard {
    let (answers, today) = (page.answers(), (page.now)().today);
    let mut total = ProgressRow::default();
    let mut townships: BTreeMap<(&str, &str), ProgressRow> = BTreeMap::new();
    let mut officers: BTreeMap<String, u64> = BTreeMap::new();
    for one in page.findings.iter().filter(|one| visible(one)) {
        let state = page.state_of(one, &answers, today);
        let looked_at = matches!(state.answered, AnswerState::Pending | AnswerState::Closed);
        let own = townships.entry((&one.county, &one.township)).or_default();
        for row in [&mut total, own] {
            row.all += 1;
            row.answered += u64::from(looked_at);
            row.closed += u64::from(state.answered == AnswerState::Closed);
            row.pending += u64::from(state.answered == AnswerState::Pending);
            row.overdue += u64::from(!looked_at && state.due == DueState::Overdue);
        }
        if let Some(standing) = answers.of(&one.exception_id).filter(|_| looked_at) {
            *officers.entry(standing.answer.answered_by.clone()).or_default() += 1;
        }
    }
    let named = |(county, township): (&str, &str)| {
        format!("{} {}", page.titles.division(county), page.titles.division(township))
    };
    let mut officers: Vec<(String, u64)> = officers.into_iter().collect();
    officers.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    ProgressBoard {
        total: total.finish("合计".to_owned()),
        townships: townships.into_iter().map(|(place, row)| row.finish(named(place))).collect(),
        officers,
    }
}
