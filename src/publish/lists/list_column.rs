//! The columns of a list: what one needs to act comes first, then the answers, then what is seldom read.

use crate::config::pipeline_settings::ListAudience;
use crate::model::answer_column::AnswerColumn;

/// A column of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::publish) enum ListColumn {
    /// Township, in lists of more than one.
    Township,
    Village,
    /// Head and number of the household.
    Household,
    Name,
    /// Age and number, or a mark that stands for it.
    Identity,
    /// What contradicts what, in a line.
    Finding,
    /// What to do.
    Advice,
    Due,
    /// What an officer fills in, and what brings it back.
    Answer(AnswerColumn),
    Rule,
    Kind,
    Severity,
    Status,
    /// Whether it comes on top of a sheet that is out.
    Supplement,
    /// What was answered last, and what changed since.
    LastAnswer,
    Owner,
    Helper,
    Phone,
    Address,
    Match,
    Confidence,
    FirstSeen,
    Periods,
    Issued,
    Related,
    Evidence,
    /// All that the rule advises.
    AllAdvice,
}

/// Use of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ListColumnKind {
    /// Short text, centred.
    Short,
    /// Long text, wrapped.
    Long,
    /// Filled in by the officer.
    Answer,
    /// Not shown; brings answers back to their row.
    Hidden,
}

/// Pixels of a screen's first view that cells have, beside the numbers of the rows and the scroll bar.
#[cfg(test)]
pub(super) const SCREEN: u32 = 1366 - 50;

use AnswerColumn as A;
use ListColumn as L;

/// What a list has up to its last answer, which is what is printed.
const BEFORE_ANSWERS: [ListColumn; 8] =
    [L::Answer(A::Number), L::Village, L::Household, L::Name, L::Identity, L::Finding, L::Advice, L::Due];
const ANSWERS: [ListColumn; 9] = [
    L::Answer(A::Verdict),
    L::Answer(A::Reason),
    L::Answer(A::Measure),
    L::Answer(A::Note),
    L::Answer(A::Paper),
    L::Answer(A::Recovered),
    L::Answer(A::StoppedMonth),
    L::Answer(A::AnsweredBy),
    L::Answer(A::AnsweredOn),
];
const SELDOM_READ: [ListColumn; 18] = [
    L::Supplement,
    L::LastAnswer,
    L::Rule,
    L::Kind,
    L::Severity,
    L::Status,
    L::Owner,
    L::Helper,
    L::Phone,
    L::Address,
    L::Match,
    L::Confidence,
    L::FirstSeen,
    L::Periods,
    L::Issued,
    L::Related,
    L::Evidence,
    L::AllAdvice,
];
const HIDDEN: [ListColumn; 2] = [L::Answer(A::RowKey), L::Answer(A::RowVersion)];

impl ListColumn {
    /// Header.
    pub(super) fn title(self) -> &'static str {
        match self {
            L::Township => "乡镇（街道）",
            L::Village => "村（社区）",
            L::Household => "户主·户编号",
            L::Name => "姓名",
            L::Identity => "证件号·年龄",
            L::Finding => "说明",
            L::Advice => "怎么办",
            L::Due => "期限",
            L::Answer(column) => column.title(),
            L::Rule => "规则编号",
            L::Kind => "疑点类型",
            L::Severity => "严重程度",
            L::Status => "状态",
            L::Supplement => "本次下发",
            L::LastAnswer => "上次核查结果",
            L::Owner => "责任部门",
            L::Helper => "帮扶人",
            L::Phone => "电话",
            L::Address => "地址",
            L::Match => "匹配方式",
            L::Confidence => "匹配置信度",
            L::FirstSeen => "首次发现期间",
            L::Periods => "连续期数",
            L::Issued => "下发日期",
            L::Related => "同因疑点",
            L::Evidence => "涉及来源与原值",
            L::AllAdvice => "核查建议",
        }
    }

    /// Width in characters. Of columns up to the last answer, characters of two columns each fit without a rest: three take
    /// 5.8, four 7.8; a little more where a line must not be lost in programs that take a unit for less than seven pixels.
    pub(super) fn width(self) -> f64 {
        match self {
            L::Answer(A::Number) => 11.8,
            L::Village => 6.0,
            L::Household => 10.0,
            L::Name => 6.0,
            L::Identity => 17.2,
            L::Finding => 33.6,
            L::Advice => 17.8,
            L::Due => 9.7,
            L::Answer(A::Verdict | A::Reason | A::Measure | A::Recovered) => 7.8,
            L::Answer(A::Note) => 8.0,
            L::Answer(A::Paper | A::StoppedMonth | A::AnsweredBy | A::AnsweredOn) => 6.0,
            L::Answer(A::RowKey | A::RowVersion) => 28.0,
            L::Rule | L::Severity | L::Confidence | L::Helper => 8.0,
            L::Status | L::Periods => 7.0,
            L::FirstSeen => 9.0,
            L::Township | L::Owner | L::Issued => 12.0,
            L::Phone => 13.0,
            L::Match | L::Supplement => 16.0,
            L::Kind | L::Address => 18.0,
            L::Related => 21.0,
            L::AllAdvice | L::LastAnswer => 32.0,
            L::Evidence => 46.0,
        }
    }

    /// What it is for.
    pub(super) fn kind(self) -> ListColumnKind {
        match self {
            L::Answer(A::RowKey | A::RowVersion) => ListColumnKind::Hidden,
            L::Answer(A::Number) => ListColumnKind::Short,
            L::Answer(_) => ListColumnKind::Answer,
            L::Finding
            | L::Advice
            | L::Kind
            | L::Address
            | L::Match
            | L::Related
            | L::Evidence
            | L::LastAnswer
            | L::AllAdvice => ListColumnKind::Long,
            _ => ListColumnKind::Short,
        }
    }

    /// Pixels that the column takes on a screen, at the sizes that spreadsheets begin with.
    #[cfg(test)]
    pub(super) fn pixels(self) -> u32 {
        (self.width() * 7.0 + 0.5) as u32 + 5
    }
}

/// Width of the column of a list that `is_it` says yes to the title of, up to the last answer, in characters.
pub(crate) fn width_of_column(is_it: impl Fn(&str) -> bool) -> Option<f64> {
    let mut printed = BEFORE_ANSWERS.into_iter().chain(ANSWERS);
    printed.find(|column| is_it(column.title())).map(ListColumn::width)
}

/// Columns of a list, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ListLayout {
    pub(super) columns: Vec<ListColumn>,
    /// Columns that stay in view when the others are scrolled.
    pub(super) frozen: u16,
    /// Columns that are printed.
    pub(super) printed: u16,
}

impl ListLayout {
    /// Of a list that is filled in. `said`: what some row says of whoever is visited.
    pub(super) fn of_answers(audience: ListAudience, said: &[ListColumn]) -> Self {
        let columns = BEFORE_ANSWERS.into_iter().chain(ANSWERS);
        let seldom = seldom_read(audience, said);
        Self::of(columns.chain(seldom).chain(HIDDEN).collect(), L::Answer(A::AnsweredOn))
    }

    /// Of a list that is only read, of more than one township.
    pub(super) fn of_ledger(audience: ListAudience, said: &[ListColumn]) -> Self {
        let seldom = seldom_read(audience, said);
        let [number, rest @ ..] = BEFORE_ANSWERS;
        let before = [number, L::Township].into_iter().chain(rest).chain([L::Owner, L::Status, L::Kind]);
        let mut columns: Vec<ListColumn> = before.collect();
        columns.extend(seldom.filter(|column| !matches!(column, L::Owner | L::Status | L::Kind)));
        Self::of(columns, L::Kind)
    }

    fn of(columns: Vec<ListColumn>, last_printed: ListColumn) -> Self {
        let after = |wanted: ListColumn| {
            columns.iter().position(|column| *column == wanted).map_or(columns.len(), |at| at + 1) as u16
        };
        let (frozen, printed) = (after(L::Name), after(last_printed));
        Self { columns, frozen, printed }
    }

    /// Position of a column.
    pub(super) fn position(&self, wanted: ListColumn) -> Option<u16> {
        self.columns.iter().position(|column| *column == wanted).map(|at| at as u16)
    }

    /// Headers.
    pub(super) fn titles(&self) -> Vec<&'static str> {
        self.columns.iter().map(|column| column.title()).collect()
    }
}

/// Columns that are seldom read, without those that nobody may read in a list for this audience or that say nothing.
fn seldom_read(audience: ListAudience, said: &[ListColumn]) -> impl Iterator<Item = ListColumn> {
    SELDOM_READ.into_iter().filter(move |column| match column {
        L::Phone => audience == ListAudience::Inner && said.contains(column),
        L::Helper | L::Address | L::LastAnswer | L::Supplement => said.contains(column),
        _ => true,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [ListColumn; 3] = [L::Helper, L::Phone, L::Address];

    #[test]
    fn who_what_when_and_all_answers_fit_the_first_screen() {
        for audience in [ListAudience::Inner, ListAudience::Masked] {
            let layout = ListLayout::of_answers(audience, &ALL);
            let to_last_answer = &layout.columns[..usize::from(layout.printed)];
            for wanted in [L::Name, L::Finding, L::Advice, L::Due].into_iter().chain(ANSWERS) {
                assert!(to_last_answer.contains(&wanted), "{wanted:?}");
            }
            let pixels: u32 = to_last_answer.iter().map(|column| column.pixels()).sum();
            assert!(pixels <= SCREEN, "{pixels}");
            assert_eq!(layout.columns[usize::from(layout.frozen) - 1], L::Name);
            assert_eq!(layout.columns[0], L::Answer(A::Number));
        }
    }

    #[test]
    fn letters_of_a_printed_list_are_eight_points_high() {
        for layout in [
            ListLayout::of_answers(ListAudience::Inner, &ALL),
            ListLayout::of_ledger(ListAudience::Inner, &ALL),
        ] {
            let pixels: u32 = layout.columns[..usize::from(layout.printed)].iter().map(|c| c.pixels()).sum();
            // A4 lies on its long side, with a quarter of an inch left and right; a pixel is three quarters of a point.
            let scale = (841.9 - 36.0) / (f64::from(pixels) * 0.75);
            assert!(scale * super::super::style::FONT_SIZE >= 8.0, "{scale}");
        }
    }

    #[test]
    fn every_answer_has_one_column_and_a_ledger_has_none() {
        let list = ListLayout::of_answers(ListAudience::Masked, &[]);
        for column in AnswerColumn::ALL {
            assert_eq!(list.columns.iter().filter(|one| **one == L::Answer(column)).count(), 1, "{column:?}");
        }
        let ledger = ListLayout::of_ledger(ListAudience::Masked, &[]);
        let answers = |column: &&ListColumn| matches!(column, L::Answer(a) if *a != A::Number);
        assert_eq!(ledger.columns.iter().filter(answers).count(), 0);
        assert!(!list.columns.contains(&L::Phone) && !list.columns.contains(&L::Helper));
    }
}
