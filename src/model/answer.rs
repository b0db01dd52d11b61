//! One officer's answer to one exception.

use jiff::civil::Date;

/// Who looked at it last.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum ReviewLevel {
    /// Village.
    Village,
    /// Township.
    Township,
    /// County.
    County,
    /// Prefecture.
    City,
}

impl ReviewLevel {
    /// All levels, the nearest to the household first.
    pub const ALL: [Self; 4] = [Self::Village, Self::Township, Self::County, Self::City];

    /// Word in the store and in published tables.
    pub fn code(self) -> &'static str {
        match self {
            Self::Village => "village",
            Self::Township => "township",
            Self::County => "county",
            Self::City => "city",
        }
    }
    /// Word on sheets and on the page.
    pub fn title(self) -> &'static str {
        match self {
            Self::Village => "村",
            Self::Township => "乡",
            Self::County => "县",
            Self::City => "市",
        }
    }
    /// Reads [`ReviewLevel::code`] back.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.code() == code)
    }
    /// The level below, whose answers this one reviews.
    pub fn below(self) -> Option<Self> {
        Self::ALL.into_iter().rev().find(|level| *level < self)
    }
}

/// What an event does with the answer to an exception.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AnswerAct {
    /// It answers, or withdraws what was answered.
    #[default]
    Given,
    /// A higher level has looked at the answer and lets it stand: the same answer, of that level.
    Approved,
    /// A higher level takes the answer back for the reason in the note: it stands no more.
    Returned,
}

impl AnswerAct {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Given, Self::Approved, Self::Returned];

    /// Word in the store.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Given => "answer",
            Self::Approved => "approval",
            Self::Returned => "return",
        }
    }
    /// Reads [`AnswerAct::code`] back.
    pub(crate) fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|act| act.code() == code)
    }
}

/// Where an answer was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AnswerSource {
    /// On a sheet that came back.
    Sheet,
    /// On the page.
    Page,
}

impl AnswerSource {
    /// Word in the store.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Sheet => "sheet",
            Self::Page => "page",
        }
    }
}

/// What an officer answered of one exception. Texts that were not given are empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Fingerprint of the exception, which it keeps for life.
    pub exception_id: String,
    /// The facts that the officer looked at: an answer to other facts closes nothing.
    pub facts: String,
    /// What was found, by the words of the pipeline; empty: the answer is withdrawn.
    pub verdict: String,
    /// Why it came about.
    pub reason: String,
    /// What was done.
    pub measure: String,
    /// In the officer's own words.
    pub note: String,
    /// Where the evidence on paper lies.
    pub paper: String,
    /// Money that came back, in hundredths of a yuan.
    pub recovered: Option<i64>,
    /// Month from which on a payment is stopped, `yyyymm`.
    pub stopped_month: Option<i32>,
    /// Name of the officer.
    pub answered_by: String,
    /// Day of the answer.
    pub answered_on: Option<Date>,
    /// Who looked at it last.
    pub level: ReviewLevel,
    /// Last day on which it stands; `None`: it does not end.
    pub expires: Option<Date>,
    /// Pairs of records that the verdict is about, by their marks, where it says whether they are one person.
    pub pairs: Vec<[String; 2]>,
    /// What the event does.
    pub act: AnswerAct,
}

impl Answer {
    /// A verdict on an exception that rests on these facts, and nothing besides.
    pub fn of(exception_id: &str, facts: &str, verdict: &str) -> Self {
        Self {
            exception_id: exception_id.to_owned(),
            facts: facts.to_owned(),
            verdict: verdict.to_owned(),
            reason: String::new(),
            measure: String::new(),
            note: String::new(),
            paper: String::new(),
            recovered: None,
            stopped_month: None,
            answered_by: String::new(),
            answered_on: None,
            level: ReviewLevel::Township,
            expires: None,
            pairs: Vec::new(),
            act: AnswerAct::Given,
        }
    }
    /// The same answer, which a higher level has looked at.
    #[must_use]
    pub fn approved(&self, level: ReviewLevel) -> Self {
        Self { level, act: AnswerAct::Approved, ..self.clone() }
    }
    /// Takes the answer back: who does, of which level, and why.
    #[must_use]
    pub fn returned(&self, level: ReviewLevel, by: &str, reason: &str) -> Self {
        Self {
            note: reason.to_owned(),
            answered_by: by.to_owned(),
            level,
            act: AnswerAct::Returned,
            ..Self::of(&self.exception_id, &self.facts, "")
        }
    }
    /// True if it takes the answer before it back.
    pub fn is_withdrawal(&self) -> bool {
        self.verdict.is_empty()
    }
    /// True if it says the same, whoever says it and when.
    pub fn says_same(&self, other: &Self) -> bool {
        let said = |one: &Self| {
            (
                one.verdict.clone(),
                one.reason.clone(),
                one.measure.clone(),
                one.note.clone(),
                one.paper.clone(),
            )
        };
        let counted = |one: &Self| (one.recovered, one.stopped_month, one.expires);
        self.exception_id == other.exception_id
            && self.facts == other.facts
            && said(self) == said(other)
            && counted(self) == counted(other)
    }
}
