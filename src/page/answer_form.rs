//! An answer as the page's form sends it.

use super::findings::PageFinding;
use super::seat::PageSeat;
use super::state::PageMoment;
use crate::answers::Answer;
use crate::rules::officer_words::AnswerWords;
use crate::triage::{check_meaning, fen_of, month_of};

/// What was sent: names and values.
pub(super) struct AnswerForm<'a>(pub(super) &'a [(String, String)]);

impl AnswerForm<'_> {
    /// A field's value; empty if it was not sent.
    pub(super) fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value.trim())
    }

    /// All values of a field, empty ones left out.
    pub(super) fn all(&self, name: &str) -> Vec<&str> {
        let values = self.0.iter().filter(|(field, _)| field == name).map(|(_, value)| value.trim());
        values.filter(|value| !value.is_empty()).collect()
    }

    /// The answer to a finding.
    ///
    /// # Errors
    /// Why it cannot be taken, a line each, Chinese.
    pub(super) fn answer(
        &self,
        words: &AnswerWords,
        one: &PageFinding,
        seat: &PageSeat,
        moment: &PageMoment,
    ) -> Result<Answer, Vec<String>> {
        let mut faults = Vec::new();
        let mut chosen = |name: &str, title: &str, choices: &[String]| {
            let value = self.get(name);
            if !value.is_empty() && !choices.is_empty() && !choices.iter().any(|choice| choice == value) {
                faults.push(format!("“{title}”没有“{value}”这个选项"));
            }
            value.to_owned()
        };
        let verdict = chosen("verdict", "核查结果", &words.verdicts);
        let reason = chosen("reason", "原因代码", &words.reasons);
        let measure = chosen("measure", "处理措施", &words.measures);
        if verdict.is_empty() {
            faults.push("没有选核查结果".to_owned());
        }
        let mut amount = |name: &str, title: &str, read: &dyn Fn(&str) -> Result<i64, String>| {
            let text = self.get(name);
            if text.is_empty() {
                return None;
            }
            read(text).map_err(|why| faults.push(format!("“{title}”写的是“{text}”，{why}"))).ok()
        };
        let recovered = amount("recovered", "追缴金额（元）", &|text| fen_of(text));
        let stopped =
            amount("stopped_month", "停发月份", &|text| month_of(text, moment.today).map(i64::from));
        let answer = Answer {
            reason,
            measure,
            note: self.get("note").to_owned(),
            paper: self.get("paper").to_owned(),
            recovered,
            stopped_month: stopped.and_then(|month| i32::try_from(month).ok()),
            answered_by: seat.name.clone(),
            answered_on: Some(moment.today),
            level: seat.level(),
            ..Answer::of(&one.exception_id, &one.facts, &verdict)
        };
        if faults.is_empty() {
            faults = check_meaning(words, &answer);
        }
        if faults.is_empty() { Ok(answer) } else { Err(faults) }
    }
}
