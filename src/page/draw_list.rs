//! Draws of answered findings for checking again: making one, and what of each is to be seen.

use std::path::PathBuf;
use std::sync::Arc;

use serde::Serialize;

use super::findings::PageFinding;
use super::state::{PageMoment, PageState};
use crate::Result;
use crate::answers::{AppendedBatch, DrawPlan, DrawnAnswer, StoredDraw};
use crate::error::Error;
use crate::privacy::IdentitySecret;
use crate::rules::officer_words::OfficerWords;

/// A draw from the command line.
pub(crate) struct DrawRequest {
    /// Output folder, with the publications and the answers.
    pub(crate) out: PathBuf,
    /// What an officer may answer.
    pub(crate) words: OfficerWords,
    /// By which answers under former names are found.
    pub(crate) identity: Option<IdentitySecret>,
    /// How it is drawn.
    pub(crate) plan: DrawPlan,
    /// By whom.
    pub(crate) by: String,
    /// The moment.
    pub(crate) now: Arc<dyn Fn() -> PageMoment + Send + Sync>,
}

/// A draw, and what was drawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct DrawnList {
    /// Its batch, by which it is undone.
    pub(crate) batch: i64,
    /// It was appended; otherwise the same draw was there.
    pub(crate) is_new: bool,
    /// How it was drawn.
    pub(crate) plan: DrawPlan,
    /// What was drawn.
    pub(crate) rows: Vec<DrawnRow>,
}

/// A drawn finding in one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct DrawnRow {
    /// 疑点编号.
    pub(crate) number: String,
    /// Key of its row on lists.
    pub(crate) key: String,
    /// Where it is.
    pub(crate) place: String,
    /// Village.
    pub(crate) village: String,
    /// Whom it is about.
    pub(crate) name: String,
    /// His number, masked.
    pub(crate) id_number: String,
    /// Rule, with its title.
    pub(crate) rule: String,
    /// What was answered.
    pub(crate) verdict: String,
    /// By whom.
    pub(crate) answered_by: String,
    /// What checking again said, Chinese.
    pub(crate) result: &'static str,
}

impl DrawnRow {
    /// What the columns of a list of these are called.
    pub(crate) const TITLES: [&'static str; 9] =
        ["疑点编号", "县乡", "村", "姓名", "证件号", "疑点类型", "核查结果", "核查人", "复查"];

    /// The cells of a line, in the order of the titles.
    pub(crate) fn cells(&self) -> [&str; 9] {
        [
            &self.number,
            &self.place,
            &self.village,
            &self.name,
            &self.id_number,
            &self.rule,
            &self.verdict,
            &self.answered_by,
            self.result,
        ]
    }

    fn of(page: &PageState, one: &PageFinding, drawn: &DrawnAnswer) -> Self {
        let titles = &page.archive.titles;
        Self {
            number: one.number.clone(),
            key: one.key.clone(),
            place: titles.place(&one.county, &one.township),
            village: titles.division(&one.village).to_owned(),
            name: one.name.to_string(),
            id_number: one.id_number.clone(),
            rule: format!("{} {}", one.rule, titles.rule(&one.rule)),
            verdict: drawn.verdict.clone(),
            answered_by: drawn.answered_by.clone(),
            result: drawn.result.title(),
        }
    }
}

/// What of a draw somebody may see, and how many of it the page does not have: findings that are closed by now.
pub(super) fn rows_of(
    page: &PageState,
    draw: &StoredDraw,
    visible: impl Fn(&PageFinding) -> bool,
) -> (Vec<DrawnRow>, usize) {
    let mut gone = 0;
    let mut rows = Vec::new();
    for drawn in &draw.drawn {
        match page.with_fingerprint(&drawn.exception_id) {
            Some(one) if visible(one) => rows.push(DrawnRow::of(page, one, drawn)),
            Some(_) => {}
            None => gone += 1,
        }
    }
    (rows, gone)
}

/// Draws answered findings of the newest publication for checking again.
///
/// # Errors
/// No publication; nothing is answered there; the store cannot be written.
pub(crate) fn draw_answers(request: DrawRequest) -> Result<DrawnList> {
    let DrawRequest { out, words, identity, plan, by, now } = request;
    let page = PageState::read(out, (words, identity), Default::default(), Vec::new(), now)?;
    let (batch, is_new, _) = page.draw(&plan, &by, page.columns_of_findings.within(&plan.area))?;
    let answers = page.answers_now()?;
    let draw = answers.draws.iter().find(|draw| draw.batch == batch);
    let draw = draw.ok_or_else(|| Error::internal("刚记下的抽查找不到了"))?;
    let (rows, _) = rows_of(&page, draw, |_| true);
    let AppendedBatch(batch) = batch;
    Ok(DrawnList { batch, is_new, plan, rows })
}
