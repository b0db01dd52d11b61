//! Columns of a list that an officer fills in, and those that bring the answers back to their exceptions.
//!
//! Lists are written with these titles and read back by them, in whatever order they come.

/// A column of a list that answers are read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AnswerColumn {
    /// Visible number of the exception; enough to bring an answer back.
    Number,
    /// What was found.
    Verdict,
    /// Why it came about.
    Reason,
    /// What was done.
    Measure,
    /// In the officer's own words.
    Note,
    /// Where the evidence on paper lies.
    Paper,
    /// Money that came back, in yuan.
    Recovered,
    /// Month from which on a payment is stopped.
    StoppedMonth,
    /// Name of the officer.
    AnsweredBy,
    /// Day of the answer.
    AnsweredOn,
    /// Hidden: name of the exception as lists call it, in full; begins with a letter.
    RowKey,
    /// Hidden: what the row showed of the exception; begins with a letter.
    RowVersion,
}

/// First cell of a file of answers that a page saved; behind it stand how many rows it has and a check of what they say.
pub(crate) const ANSWER_FILE: &str = "答复文件";
/// What a list to be filled in by a browser says that it is.
pub(crate) const ANSWER_PAGE: &str = "bidui answer page";

impl AnswerColumn {
    /// All columns, in the order in which a list has them.
    pub const ALL: [Self; 12] = [
        Self::Number,
        Self::Verdict,
        Self::Reason,
        Self::Measure,
        Self::Note,
        Self::Paper,
        Self::Recovered,
        Self::StoppedMonth,
        Self::AnsweredBy,
        Self::AnsweredOn,
        Self::RowKey,
        Self::RowVersion,
    ];

    /// Header on a list.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Number => "疑点编号",
            Self::Verdict => "核查结果",
            Self::Reason => "原因代码",
            Self::Measure => "处理措施",
            Self::Note => "备注",
            Self::Paper => "佐证材料",
            Self::Recovered => "追缴金额（元）",
            Self::StoppedMonth => "停发月份",
            Self::AnsweredBy => "核查人",
            Self::AnsweredOn => "核查日期",
            Self::RowKey => "行键",
            Self::RowVersion => "行版本",
        }
    }
}
