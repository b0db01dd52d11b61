//! What a queue may be narrowed by, and how many findings each choice would leave.

use std::collections::BTreeMap;

use super::findings::PageFinding;
use super::queue::QueueFilter;
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
}

impl Facet {
    /// All of them, as the page shows them.
    pub(super) const ALL: [Self; 9] = [
        Self::Severity,
        Self::Status,
        Self::Due,
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
        }
    }
}

/// Code and title of a finding that was closed, is back, and was not answered since.
pub(super) const REOPENED: (&str, &str) = ("reopened", "复现，未核查");
/// Codes and titles of findings that rest on a link which somebody must confirm, and of others.
const REVIEW: (&str, &str) = ("review", "待确认");
const CERTAIN: (&str, &str) = ("certain", "已确认");

/// Title of a state, a due date or a certainty by its code.
pub(super) fn state_title(code: &str) -> Option<&'static str> {
    let answers = AnswerState::ALL.into_iter().map(|state| (state.code(), state.title()));
    let dues = DueState::ALL.into_iter().map(|due| (due.code(), due.title()));
    let mut all = answers.chain(dues).chain([REOPENED, REVIEW, CERTAIN]);
    all.find(|one| one.0 == code).map(|one| one.1)
}

/// What is known of a finding beside what the publication says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FindingState {
    /// How far its answer is.
    pub(super) answered: AnswerState,
    /// How far its due date is.
    pub(super) due: DueState,
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
}

impl AnswerState {
    const ALL: [Self; 4] = [Self::Open, Self::Pending, Self::Closed, Self::Outdated];

    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Pending => "pending",
            Self::Closed => "closed",
            Self::Outdated => "outdated",
        }
    }
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Open => "未核查",
            Self::Pending => "已核，待整改",
            Self::Closed => "已核，已关闭",
            Self::Outdated => "原核查已失效",
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

/// What a facet says of a finding.
pub(super) fn value_of(facet: Facet, one: &PageFinding, state: FindingState) -> &str {
    match facet {
        Facet::Severity => &one.severity,
        Facet::Owner => &one.owner,
        Facet::Rule => &one.rule,
        Facet::County => &one.county,
        Facet::Township => &one.township,
        Facet::Village => &one.village,
        Facet::Status => match state.answered {
            // The lists do not show it as long as its rule did not run.
            AnswerState::Open if one.status == Status::Reopened => REOPENED.0,
            answered => answered.code(),
        },
        Facet::Due => state.due.code(),
        Facet::Review => {
            if one.in_review {
                "review"
            } else {
                CERTAIN.0
            }
        }
    }
}

/// Findings that a filter keeps, by position, and by facet how many each of its values would leave if the facet alone were
/// chosen anew.
#[derive(Debug, Default)]
pub(super) struct NarrowedQueue {
    pub(super) found: Vec<u32>,
    pub(super) counts: BTreeMap<Facet, BTreeMap<String, u64>>,
}

/// Narrows findings by a filter, in one pass. `state`: of the finding at a position.
pub(super) fn narrow(
    findings: &[PageFinding],
    visible: impl Fn(&PageFinding) -> bool,
    state: impl Fn(usize) -> FindingState,
    filter: &QueueFilter,
) -> NarrowedQueue {
    let mut queue = NarrowedQueue::default();
    let mut counts: Vec<hashbrown::HashMap<&str, u64>> = vec![hashbrown::HashMap::new(); Facet::ALL.len()];
    for (at, one) in findings.iter().enumerate() {
        if !visible(one) || !filter.finds(one) {
            continue;
        }
        let state = state(at);
        let mut failed = Facet::ALL.iter().enumerate().filter(|(_, facet)| {
            let chosen = filter.chosen(**facet);
            !chosen.is_empty() && chosen != value_of(**facet, one, state)
        });
        match (failed.next(), failed.next()) {
            (None, _) => {
                queue.found.push(at as u32);
                for (place, facet) in Facet::ALL.iter().enumerate() {
                    *counts[place].entry(value_of(*facet, one, state)).or_default() += 1;
                }
            }
            (Some((place, facet)), None) => {
                *counts[place].entry(value_of(*facet, one, state)).or_default() += 1;
            }
            _ => {}
        }
    }
    for (facet, counts) in Facet::ALL.into_iter().zip(counts) {
        let counts = counts.into_iter().map(|(value, count)| (value.to_owned(), count));
        queue.counts.insert(facet, counts.collect());
    }
    queue
}
