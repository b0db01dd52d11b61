//! How far everybody is: by township, and by officer.

use std::collections::BTreeMap;

use hashbrown::HashMap;
use serde::Serialize;

use super::facets::{AnswerState, DueState};
use super::seat::PageSeat;
use super::state::PageState;
use crate::answers::DrawResult;

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
    /// Of these, not closed by it: true and to be put right, handed on, nobody could tell, or not reviewed.
    pub(super) pending: u64,
    /// Not looked at and past their due date.
    pub(super) overdue: u64,
    /// Drawn for checking again by the county or the city.
    pub(super) drawn: u64,
    /// Of these, checked.
    pub(super) checked: u64,
    /// Of these, found to be otherwise than answered.
    pub(super) differing: u64,
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
pub(super) fn progress_board(page: &PageState, seat: &PageSeat) -> ProgressBoard {
    let (answers, columns) = (page.answers(), &page.columns_of_findings);
    let seen = columns.within(&seat.area);
    let mut total = ProgressRow::default();
    let mut townships: HashMap<(u32, u32), ProgressRow> = HashMap::new();
    let mut officers: BTreeMap<String, u64> = BTreeMap::new();
    for (at, state) in answers.states.iter().enumerate().filter(|(at, _)| seen(*at)) {
        let looked_at = state.answered.is_looked_at();
        let place = (columns.county.codes[at], columns.township.codes[at]);
        for row in [&mut total, townships.entry(place).or_default()] {
            row.all += 1;
            row.answered += u64::from(looked_at);
            row.closed += u64::from(state.answered == AnswerState::Closed);
            row.pending += u64::from(looked_at && state.answered != AnswerState::Closed);
            let results = state.drawn.into_iter().flatten();
            row.drawn += u64::from(results.clone().count() > 0);
            row.checked += u64::from(results.clone().any(|result| result != DrawResult::Open));
            row.differing += u64::from(results.clone().any(|result| result == DrawResult::Differs));
            row.overdue += u64::from(!looked_at && state.due == DueState::Overdue);
        }
        if let Some(standing) = looked_at.then(|| answers.of(&page.findings[at].exception_id)).flatten() {
            *officers.entry(standing.answer.answered_by.clone()).or_default() += 1;
        }
    }
    let named = |(county, township): (u32, u32)| {
        let (county, township) = (county as usize, township as usize);
        page.archive.titles.place(&columns.county.values[county], &columns.township.values[township])
    };
    // Codes ascend as what they stand for.
    let townships: BTreeMap<(u32, u32), ProgressRow> = townships.into_iter().collect();
    let mut officers: Vec<(String, u64)> = officers.into_iter().collect();
    officers.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    ProgressBoard {
        total: total.finish("合计".to_owned()),
        townships: townships.into_iter().map(|(place, row)| row.finish(named(place))).collect(),
        officers,
    }
}
