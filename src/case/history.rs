//! What was answered of a finding, under any of its names.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::answers::{Answer, AnswerAct, AnswerStore};
use crate::model::officer_text::{day_text, money_text, month_text};
use crate::privacy::mask::mask_numbers_in_text;
use crate::publication::layout;
use crate::publication::renamed_ids::{fingerprints_of_run, renamed_ids};
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
    /// What is to be said of its facts, where they are not today's; Chinese.
    pub(crate) of_facts: &'static str,
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
            of_facts: match answer.facts == facts {
                true => "",
                // Carried to another identity secret, or of a version that noted no facts.
                false if answer.facts.is_empty() => "（当时的原值无从比对）",
                false => "（当时的原值与现在不同）",
            },
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
    let Some(own) = AnswerStore::identity(out)? else { return Ok(Vec::new()) };
    let Some(store) = AnswerStore::find(out, &own)? else { return Ok(Vec::new()) };
    let mut names: BTreeSet<String> = BTreeSet::from([exception_id.to_owned()]);
    if !former_keys.is_empty() {
        for (_, folder) in layout::list_periods(out)? {
            for run in layout::list_runs(&folder)? {
                let run = folder.join(run.to_string());
                match fingerprints_of_run(out, &run, EXCEPTIONS, |key| former_keys.contains(&key), &own) {
                    Ok(found) => names.extend(found.into_iter().map(|[_, name]| name)),
                    Err(_) => _ = unread.insert(run),
                }
            }
        }
    }
    if own != identity {
        names.extend(names_under(out, (identity, &own), &names)?);
    }
    store.history(names.iter().map(String::as_str))
}

/// What a ledger says that exceptions are called which an earlier secret named: answers were carried along with it.
fn names_under(out: &Path, (from, own): (&str, &str), names: &BTreeSet<String>) -> Result<Vec<String>> {
    let renamed = renamed_ids(out, (from, own), "exception", |id| names.contains(id))?;
    let renamed = renamed.ok_or_else(|| {
        Error::input(format!("核查结果是在身份密钥{own}下记的，没有从{from}到它的编号对照表"))
            .in_file(out)
            .hint("从备份取回对照表的整个文件夹（identity-migration-…），或对发布文件夹运行 bidui migrate")
    })?;
    Ok(renamed.into_iter().map(|[_, now]| now).collect())
}
