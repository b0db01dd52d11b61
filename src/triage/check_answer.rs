//! Reads the answer of a row and checks that it says one thing and says it whole.

use jiff::civil::Date;

use super::answer_cells::{WITHDRAWN, choice_of, day_of, fen_of, month_of, plain_word};
use super::known_exceptions::KnownException;
use super::returned_sheet::{ReturnedRow, ReturnedSheet};
use crate::answers::{Answer, AnswerAct, ReviewLevel};
use crate::model::answer_column::AnswerColumn;
use crate::privacy::mask::mask_numbers_in_text;
use crate::rules::officer_words::AnswerWords;
use crate::rules::verdict_meaning::{AnswerPart, Closing};

/// Characters of a cell that a message quotes.
const QUOTED: usize = 20;

/// What answers are read with.
#[derive(Debug, Clone, Copy)]
pub(super) struct AnswerReading<'a> {
    pub(super) words: &'a AnswerWords,
    /// Nobody answers later than today.
    pub(super) today: Date,
    /// Who looked at it last.
    pub(super) level: ReviewLevel,
}

/// What a row answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ReadAnswer {
    /// Nothing yet.
    Blank,
    /// This, or that what stood is withdrawn.
    Given(Box<Answer>),
    /// It cannot be taken: a line for each fault, with its column.
    Faulty(Vec<String>),
}

impl AnswerReading<'_> {
    /// The answer of a row to an exception.
    pub(super) fn read(
        &self,
        sheet: &ReturnedSheet,
        row: ReturnedRow,
        exception: &KnownException,
    ) -> ReadAnswer {
        use AnswerColumn::{
            AnsweredBy, AnsweredOn, Measure, Note, Paper, Reason, Recovered, StoppedMonth, Verdict,
        };
        let mut faults = Vec::new();
        for column in [Verdict, Reason, Measure, Note, Paper, Recovered, StoppedMonth, AnsweredBy, AnsweredOn]
        {
            if let Some(fault) = sheet.fault(row, column) {
                faults.push(format!("“{}”{}，看不出算不算：写清楚后再交回", column.title(), fault.label()));
            }
        }
        let cell = |column| sheet.answer(row, column).trim();
        let said = [Reason, Measure, Note, Paper, Recovered, StoppedMonth];
        if faults.is_empty() && cell(Verdict).is_empty() {
            let filled: Vec<&str> = said
                .iter()
                .filter(|&&column| !cell(column).is_empty())
                .map(|column| column.title())
                .collect();
            // A name and a day are often filled in beforehand.
            return match filled.is_empty() {
                true => ReadAnswer::Blank,
                false => ReadAnswer::Faulty(vec![format!(
                    "填了{}，没有填“核查结果”：补上后再交回",
                    filled.join("、")
                )]),
            };
        }
        let mut chosen = |column: AnswerColumn, choices: &[String]| {
            choice_of(cell(column), choices).unwrap_or_else(|nearest| {
                faults.push(not_a_choice(column, cell(column), &nearest, choices));
                String::new()
            })
        };
        let withdrawn = plain_word(cell(Verdict)) == WITHDRAWN
            && !self.words.verdicts.iter().any(|word| word == WITHDRAWN);
        let verdict = if withdrawn { String::new() } else { chosen(Verdict, &self.words.verdicts) };
        let reason = chosen(Reason, &self.words.reasons);
        let measure = chosen(Measure, &self.words.measures);
        let mut told = |column: AnswerColumn, why: String| {
            faults.push(format!("“{}”写的是“{}”，{why}", column.title(), quoted(cell(column))));
        };
        let filled = |column: AnswerColumn| Some(cell(column)).filter(|text| !text.is_empty());
        let recovered =
            filled(Recovered).and_then(|text| fen_of(text).map_err(|why| told(Recovered, why)).ok());
        let stopped_month = filled(StoppedMonth)
            .and_then(|text| month_of(text, self.today).map_err(|why| told(StoppedMonth, why)).ok());
        let answered_on = filled(AnsweredOn)
            .and_then(|text| self.day(text, exception).map_err(|why| told(AnsweredOn, why)).ok());
        let answer = Answer {
            exception_id: exception.exception_id.clone(),
            facts: exception.facts.clone(),
            verdict,
            reason,
            measure,
            note: cell(Note).to_owned(),
            paper: cell(Paper).to_owned(),
            recovered,
            stopped_month,
            answered_by: cell(AnsweredBy).to_owned(),
            answered_on,
            level: self.level,
            expires: None,
            pairs: Vec::new(),
            act: AnswerAct::Given,
        };
        if faults.is_empty() && !withdrawn {
            faults.extend(check_meaning(self.words, &answer));
        }
        if faults.is_empty() { ReadAnswer::Given(Box::new(answer)) } else { ReadAnswer::Faulty(faults) }
    }

    /// A day on which the exception can have been looked at.
    fn day(&self, text: &str, exception: &KnownException) -> Result<Date, String> {
        let day = day_of(text)?;
        let begin = exception.first_seen.last_day();
        if day > self.today {
            return Err(format!("晚于今天（{}）", self.today));
        }
        if day < begin {
            return Err(format!("早于这条疑点的下发（{begin}）"));
        }
        Ok(day)
    }
}

/// Faults of an answer: what its verdict needs and is not there, and what contradicts it, Chinese.
pub(crate) fn check_meaning(words: &AnswerWords, answer: &Answer) -> Vec<String> {
    let mut faults = Vec::new();
    let verdict = &answer.verdict;
    let meaning = words.meaning_of(verdict);
    for part in words.needs(verdict, &answer.reason) {
        let there = match part {
            AnswerPart::Reason => !answer.reason.is_empty(),
            AnswerPart::Measure => !answer.measure.is_empty(),
            AnswerPart::Note => !answer.note.is_empty(),
            AnswerPart::Paper => !answer.paper.is_empty(),
            AnswerPart::Recovered => answer.recovered.is_some(),
            AnswerPart::StoppedMonth => answer.stopped_month.is_some(),
            AnswerPart::AnsweredBy => !answer.answered_by.is_empty(),
            AnswerPart::AnsweredOn => answer.answered_on.is_some(),
        };
        if !there {
            // What only the reason asks for is told by it.
            let of = match meaning.needs.contains(&part) {
                true => format!("核查结果是“{verdict}”"),
                false => format!("{}是“{}”", AnswerColumn::Reason.title(), answer.reason),
            };
            faults.push(format!("{of}，要填“{}”", part.column().title()));
        }
    }
    for (column, word, fitting) in [
        (AnswerColumn::Reason, &answer.reason, &meaning.reasons),
        (AnswerColumn::Measure, &answer.measure, &meaning.measures),
    ] {
        if !word.is_empty() && !fitting.is_empty() && !fitting.contains(word) {
            faults.push(format!(
                "核查结果“{verdict}”与{}“{word}”矛盾；与它相配的：{}",
                column.title(),
                fitting.join("、")
            ));
        }
    }
    // Where nothing is wrong nothing is paid back or stopped.
    if meaning.closes == Closing::Facts {
        for (column, given) in [
            (AnswerColumn::Recovered, answer.recovered.is_some_and(|fen| fen > 0)),
            (AnswerColumn::StoppedMonth, answer.stopped_month.is_some()),
        ] {
            if given {
                faults.push(format!(
                    "核查结果“{verdict}”与填了“{}”矛盾：改核查结果，或删去这一格",
                    column.title()
                ));
            }
        }
    }
    faults
}

/// What is wrong with saying that records are several persons' of a finding without records that were taken, or may be taken,
/// for one person's: what the verdict were about nobody could tell, and no later run could obey it.
pub(crate) fn inseparable_fault(words: &AnswerWords, verdict: &str, is_separable: bool) -> Option<String> {
    let says_several = words.meaning_of(verdict).same_person == Some(false);
    (says_several && !is_separable).then(|| {
        format!(
            "核查结果不能是“{verdict}”：这条疑点没有把几条记录认作一个人，没有可以分开的；改填别的核查结果"
        )
    })
}

fn not_a_choice(column: AnswerColumn, text: &str, nearest: &[String], choices: &[String]) -> String {
    let cure = match nearest.is_empty() {
        false => format!("最接近的是“{}”", nearest.join("”“")),
        true => format!("可选：{}", choices.join("、")),
    };
    format!("“{}”没有“{}”这个选项，{cure}", column.title(), quoted(text))
}

/// The beginning of a cell, without numbers of persons.
pub(super) fn quoted(text: &str) -> String {
    let masked = mask_numbers_in_text(text);
    let mut short: String = masked.chars().filter(|c| !c.is_control()).take(QUOTED).collect();
    if masked.chars().count() > QUOTED {
        short.push('…');
    }
    short
}
