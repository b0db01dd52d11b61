//! What a queue may be narrowed by, and how many findings each choice would leave.

use std::collections::BTreeMap;

use super::finding_index::{FacetColumn, FindingColumns, FindingTexts};
use super::findings::PageFinding;
use super::queue::QueueFilter;
use super::seat::PageSeat;
use crate::answers::DrawResult;
use crate::model::answer::ReviewLevel;
use crate::model::exception::Status;

/// A way to narrow a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Facet {
    Severity,
    Owner,
    Rule,
    County,
    Township,
    Village,
    Status,
    Due,
    Review,
    Level,
    Drawn,
}

impl Facet {
    /// All of them, as the page shows them.
    pub(super) const ALL: [Self; 11] = [
        Self::Severity,
        Self::Status,
        Self::Due,
        Self::Level,
        Self::Drawn,
        Self::Review,
        Self::Owner,
        Self::County,
        Self::Township,
        Self::Village,
        Self::Rule,
    ];

    /// Name in addresses.
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Severity => "severity",
            Self::Owner => "owner",
            Self::Rule => "rule",
            Self::County => "county",
            Self::Township => "township",
            Self::Village => "village",
            Self::Status => "status",
            Self::Due => "due",
            Self::Review => REVIEW.0,
            Self::Level => "level",
            Self::Drawn => "drawn",
        }
    }
    /// Name on the page.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Severity => "严重程度",
            Self::Owner => "责任部门",
            Self::Rule => "疑点类型",
            Self::County => "县（区）",
            Self::Township => "乡镇（街道）",
            Self::Village => "村（社区）",
            Self::Status => "核查状态",
            Self::Due => "期限",
            Self::Review => "匹配",
            Self::Level => "审核",
            Self::Drawn => "抽查",
        }
    }
}

/// Code and title of a finding that was closed, is back, and was not answered since.
pub(super) const REOPENED: (&str, &str) = ("reopened", "复现，未核查");
/// Codes and titles of findings that rest on a link which somebody must confirm, and of others.
const REVIEW: (&str, &str) = ("review", "待确认");
const CERTAIN: (&str, &str) = ("certain", "已确认");
/// Codes and titles of how far the review of an answer is, for whoever looks.
const LEVELS: [(&str, &str); 5] = [
    ("due", "待审核"),
    ("below", "待下级审核"),
    ("passed", "本级或上级已看"),
    ("returned", "已退回"),
    ("none", "没有核查结果"),
];

/// Codes and titles of what was drawn for checking again.
const DRAWN: [(&str, &str); 4] =
    [(NOT_DRAWN, "没有抽中"), ("to_check", "抽中，待复查"), ("same", "复查一致"), ("differs", "复查不一致")];
/// Of what nobody drew.
pub(super) const NOT_DRAWN: &str = "not_drawn";

/// Title of a state, a due date or a certainty by its code.
pub(super) fn state_title(code: &str) -> Option<&'static str> {
    let answers = AnswerState::ALL.into_iter().map(|state| (state.code(), state.title()));
    let dues = DueState::ALL.into_iter().map(|due| (due.code(), due.title()));
    let mut all = answers.chain(dues).chain([REOPENED, REVIEW, CERTAIN]).chain(LEVELS).chain(DRAWN);
    all.find(|one| one.0 == code).map(|one| one.1)
}

/// What is known of a finding beside what the publication says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FindingState {
    /// How far its answer is.
    pub(super) answered: AnswerState,
    /// How far its due date is.
    pub(super) due: DueState,
    /// Who looked at its answer last, if one stands that is of today's facts.
    pub(super) level: Option<ReviewLevel>,
    /// What checking again said, where a county or the city drew it.
    pub(super) drawn: [Option<DrawResult>; 2],
}

impl FindingState {
    /// What a seat of a level sees of its own level's draws, as a position in [`DRAWN`].
    fn drawn_code(self, seat: ReviewLevel) -> u32 {
        let drawn = match seat {
            ReviewLevel::County => self.drawn[0],
            ReviewLevel::City => self.drawn[1],
            ReviewLevel::Village | ReviewLevel::Township => None,
        };
        match drawn {
            None => 0,
            Some(DrawResult::Open) => 1,
            Some(DrawResult::Same) => 2,
            Some(DrawResult::Differs) => 3,
        }
    }

    /// How far the review is for a seat of a level, as a position in [`LEVELS`].
    fn review_code(self, seat: ReviewLevel) -> u32 {
        match (self.answered, self.level) {
            (AnswerState::Returned, _) => 3,
            (_, None) => 4,
            (_, Some(level)) if level >= seat => 2,
            (_, Some(level)) => u32::from(Some(level) != seat.below()),
        }
    }
}

/// How far the answer to a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AnswerState {
    /// Nobody answered.
    Open,
    /// Somebody answered, and it closes nothing: to be put right.
    Pending,
    /// An answer closes it.
    Closed,
    /// It was answered of other facts, or back then.
    Outdated,
    /// An answer closes it once a higher level has looked at it.
    InReview,
    /// A higher level took the answer back.
    Returned,
    /// An answer says of the finding that it follows from that something is wrong there: it was looked at with that.
    ByCause,
}

impl AnswerState {
    const ALL: [Self; 7] = [
        Self::Open,
        Self::Pending,
        Self::Closed,
        Self::Outdated,
        Self::InReview,
        Self::Returned,
        Self::ByCause,
    ];

    /// Did somebody look at what is found today, and does that stand?
    pub(super) fn is_looked_at(self) -> bool {
        matches!(self, Self::Pending | Self::Closed | Self::InReview | Self::ByCause)
    }

    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Pending => "pending",
            Self::Closed => "closed",
            Self::Outdated => "outdated",
            Self::InReview => "in_review",
            Self::Returned => "sent_back",
            Self::ByCause => "by_cause",
        }
    }
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Open => "未核查",
            Self::Pending => "已核，待整改",
            Self::Closed => "已核，已关闭",
            Self::Outdated => "原核查已失效",
            Self::InReview => "已核，待审核",
            Self::Returned => "已退回，重新核查",
            Self::ByCause => "由原因已核",
        }
    }
}

/// How far the due date of a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DueState {
    /// It is past.
    Overdue,
    /// It is within a week.
    Soon,
    /// Later.
    Later,
}

impl DueState {
    const ALL: [Self; 3] = [Self::Overdue, Self::Soon, Self::Later];

    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Overdue => "overdue",
            Self::Soon => "soon",
            Self::Later => "later",
        }
    }
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Overdue => "已超期",
            Self::Soon => "七天内到期",
            Self::Later => "七天以后",
        }
    }
}

/// Code of [`REOPENED`] behind those of the states.
const REOPENED_CODE: u32 = AnswerState::ALL.len() as u32;

fn texts(column: &FacetColumn) -> Vec<&str> {
    column.values.iter().map(|one| &**one).collect()
}

/// Values that a facet may have, by their codes.
fn values_of(facet: Facet, columns: &FindingColumns) -> Vec<&str> {
    match facet {
        Facet::Severity => texts(&columns.severity),
        Facet::Owner => texts(&columns.owner),
        Facet::Rule => texts(&columns.rule),
        Facet::County => texts(&columns.county),
        Facet::Township => texts(&columns.township),
        Facet::Village => texts(&columns.village),
        Facet::Status => AnswerState::ALL.iter().map(|state| state.code()).chain([REOPENED.0]).collect(),
        Facet::Due => DueState::ALL.iter().map(|due| due.code()).collect(),
        Facet::Review => vec![CERTAIN.0, REVIEW.0],
        Facet::Level => LEVELS.iter().map(|level| level.0).collect(),
        Facet::Drawn => DRAWN.iter().map(|drawn| drawn.0).collect(),
    }
}

/// What a facet says of the finding at a position, as a code.
fn code_of(
    facet: Facet,
    columns: &FindingColumns,
    (at, one): (usize, &PageFinding),
    (state, seat): (FindingState, ReviewLevel),
) -> u32 {
    match facet {
        Facet::Severity => columns.severity.codes[at],
        Facet::Owner => columns.owner.codes[at],
        Facet::Rule => columns.rule.codes[at],
        Facet::County => columns.county.codes[at],
        Facet::Township => columns.township.codes[at],
        Facet::Village => columns.village.codes[at],
        // The lists do not show it as long as its rule did not run.
        Facet::Status if state.answered == AnswerState::Open && one.status == Status::Reopened => {
            REOPENED_CODE
        }
        Facet::Status => state.answered as u32,
        Facet::Due => state.due as u32,
        Facet::Review => u32::from(one.in_review),
        Facet::Level => state.review_code(seat),
        Facet::Drawn => state.drawn_code(seat),
    }
}

/// Findings that a filter keeps, by position, and by facet how many each of its values would leave if the facet alone were
/// chosen anew.
#[derive(Debug, Default)]
pub(super) struct NarrowedQueue {
    pub(super) found: Vec<u32>,
    pub(super) counts: BTreeMap<Facet, BTreeMap<String, u64>>,
}

/// Narrows the findings that a seat sees by a filter, in one pass over codes. `states`: of each finding.
pub(super) fn narrow(
    (findings, columns, texts): (&[PageFinding], &FindingColumns, &FindingTexts),
    states: &[FindingState],
    seat: &PageSeat,
    filter: &QueueFilter,
) -> NarrowedQueue {
    let mut queue = NarrowedQueue::default();
    let values: Vec<Vec<&str>> = Facet::ALL.iter().map(|facet| values_of(*facet, columns)).collect();
    let mut counts: Vec<Vec<u64>> = values.iter().map(|values| vec![0; values.len()]).collect();
    // A value that no finding has keeps none.
    let chosen: Vec<Option<u32>> = (Facet::ALL.iter().zip(&values))
        .map(|(facet, values)| match filter.chosen(*facet) {
            "" => None,
            chosen => Some(values.iter().position(|value| *value == chosen).map_or(u32::MAX, |at| at as u32)),
        })
        .collect();
    let (seen, level, found) = (columns.within(&seat.area), seat.level(), texts.find(&filter.words()));
    let mut codes = [0; Facet::ALL.len()];
    for (at, one) in findings.iter().enumerate() {
        if !seen(at) || found.as_ref().is_some_and(|found| !found[at]) {
            continue;
        }
        let (mut failed, mut last_failed) = (0, 0);
        for (place, facet) in Facet::ALL.into_iter().enumerate() {
            let code = code_of(facet, columns, (at, one), (states[at], level));
            codes[place] = code;
            if chosen[place].is_some_and(|chosen| chosen != code) {
                (failed, last_failed) = (failed + 1, place);
            }
        }
        match failed {
            0 => {
                queue.found.push(at as u32);
                for (counts, &code) in counts.iter_mut().zip(&codes) {
                    counts[code as usize] += 1;
                }
            }
            1 => counts[last_failed][codes[last_failed] as usize] += 1,
            _ => {}
        }
    }
    for ((facet, values), counts) in Facet::ALL.into_iter().zip(values).zip(counts) {
        let counted = values.into_iter().zip(counts).filter(|(_, count)| *count > 0);
        queue.counts.insert(facet, counted.map(|(value, count)| (value.to_owned(), count)).collect());
    }
    queue
}
