//! What an officer's verdict says of an exception: `[answers.meaning."不属实"]` of `rules/rules.toml`.

use serde::Deserialize;

use crate::model::answer_column::AnswerColumn;

/// How long a verdict closes an exception.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Closing {
    /// Not at all: it stays open until the lists no longer show it.
    #[default]
    No,
    /// Until the next period, whose lists must not show it any more: found again, it is open again.
    Period,
    /// As long as it rests on the same facts.
    Facts,
}

/// A part of an answer that a verdict asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AnswerPart {
    /// 原因代码.
    Reason,
    /// 处理措施.
    Measure,
    /// 备注.
    Note,
    /// 佐证材料.
    Paper,
    /// 追缴金额.
    Recovered,
    /// 停发月份.
    StoppedMonth,
    /// 核查人.
    AnsweredBy,
    /// 核查日期.
    AnsweredOn,
}

impl AnswerPart {
    /// Word in rule files and in forms.
    pub fn code(self) -> &'static str {
        match self {
            Self::Reason => "reason",
            Self::Measure => "measure",
            Self::Note => "note",
            Self::Paper => "paper",
            Self::Recovered => "recovered",
            Self::StoppedMonth => "stopped_month",
            Self::AnsweredBy => "answered_by",
            Self::AnsweredOn => "answered_on",
        }
    }

    /// The column of a list that the part is written in.
    pub fn column(self) -> AnswerColumn {
        match self {
            Self::Reason => AnswerColumn::Reason,
            Self::Measure => AnswerColumn::Measure,
            Self::Note => AnswerColumn::Note,
            Self::Paper => AnswerColumn::Paper,
            Self::Recovered => AnswerColumn::Recovered,
            Self::StoppedMonth => AnswerColumn::StoppedMonth,
            Self::AnsweredBy => AnswerColumn::AnsweredBy,
            Self::AnsweredOn => AnswerColumn::AnsweredOn,
        }
    }
}

/// What a verdict means, what has to come with it, and what goes with it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct VerdictMeaning {
    /// How long it closes the exception; absent: not at all.
    pub closes: Closing,
    /// It says of the records that the exception rests on that they are one person's (`true`) or several persons'
    /// (`false`): later runs link them so.
    pub same_person: Option<bool>,
    /// Parts without which the answer is refused.
    pub needs: Vec<AnswerPart>,
    /// Reasons that go with it; empty: all.
    pub reasons: Vec<String>,
    /// Measures that go with it; empty: all.
    pub measures: Vec<String>,
}
