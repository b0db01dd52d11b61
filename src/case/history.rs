//! What was answered of a finding, under any of its names.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::answers::{Answer, AnswerAct, AnswerStore};
use crate::model::officer_text::{day_text, money_text, month_text};
use crate::privacy::mask::mask_numbers_in_text;
use crate::publication::layout;
use crate::publication::snapshot::Snapshot;
use crate::track::previous_exceptions::EXCEPTIONS;
use crate::{Error, Result};

/// An answer in one line.
#[derive(Debug, Serialize)]
pub(crate) struct AnswerLine {
    pub(crate) verdict: String,
    pub(crate) details: String,
    pub(crate) by: String,
    pub(crate) on: String,
    pub(crate) level: &'static str,
    /// It is of today's facts.
    pub(crate) same_facts: bool,
}

impl AnswerLine {
    /// An answer to a finding that rests on `facts` today.
    pub(crate) fn of(answer: &Answer, facts: &str) -> Self {
        let money = answer.recovered.map(|fen| format!("追缴{}", money_text(fen)));
        let month = answer.stopped_month.map(|month| format!("{}起停发", month_text(month.into())));
        let paper =
            Some(&answer.paper).filter(|paper| !paper.is_empty()).map(|paper| format!("佐证：{paper}"));
        let texts =
            [&answer.reason, &answer.measure, &answer.note].into_iter().filter(|text| !text.is_empty());
        let details: Vec<String> = texts.cloned().chain(money).chain(month).chain(paper).collect();
        Self {
            verdict: match answer.act {
                AnswerAct::Returned => "退回".to_owned(),
                AnswerAct::Approved => format!("{}（审核通过）", answer.verdict),
                AnswerAct::Given if answer.is_withdrawal() => "撤回".to_owned(),
                AnswerAct::Given => answer.verdict.clone(),
            },
            details: mask_numbers_in_text(&details.join("；")).into_owned(),
            by: answer.answered_by.clone(),
            on: answer.answered_on.map_or_else(String::new, day_text),
            level: answer.level.title(),
            same_facts: answer.facts == facts,
        }
    }
}

/// All that was answered of a finding and not undone, the oldest first: also under what it was called in earlier
/// publications of the folder, `former_keys` on their lists. `unread`: takes the runs whose exceptions cannot be looked
/// through, damaged or deleted as their time was over; what was answered under their names is not known.
///
/// # Errors
/// The store is damaged.
pub(crate) fn former_answers(
    out: &Path,
    identity: &str,
    (exception_id, former_keys): (&str, &[&str]),
    unread: &mut BTreeSet<PathBuf>,
) -> Result<Vec<Answer>> {
    let Some(store) = AnswerStore::find(out, identity)? else { return Ok(Vec::new()) };
    let mut names: BTreeSet<String> = BTreeSet::from([exception_id.to_owned()]);
    if !former_keys.is_empty() {
        for (_, folder) in layout::list_periods(out)? {
            for run in layout::list_runs(&folder)? {
                let run = folder.join(run.to_string());
                if add_names(&run, former_keys, &mut names).is_err() {
                    unread.insert(run);
                }
            }
        }
    }
    store.history(names.iter().map(String::as_str))
}

/// Adds the fingerprints that a run has for exceptions that its lists call so.
fn add_names(run: &Path, keys: &[&str], names: &mut BTreeSet<String>) -> Result<()> {
    let snapshot = Snapshot::open(run)?;
    // Without restricted tables nobody knows what it called them.
    if !snapshot.lists(EXCEPTIONS) {
        return Err(Error::input("这个发布没有 restricted/").in_file(run));
    }
    snapshot.scan(EXCEPTIONS, ["exception_id", "listed_id"], |_, [fingerprint, listed]| {
        if keys.contains(&listed) {
            names.insert(fingerprint.to_owned());
        }
    })
}
