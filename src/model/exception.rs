//! A rule's finding on one subject, and its history.

use std::fmt;
use std::sync::Arc;

use super::answer::Answer;
use super::period::Period;

/// How much harm an exception of the rule does, S1 worst.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    serde::Serialize,
    serde::Deserialize,
    schemars::JsonSchema,
)]
pub enum Severity {
    /// Money wrongly paid or a gap in the three guarantees.
    S1,
    /// Entitlement or coverage mismatch.
    S2,
    /// Record inconsistency.
    S3,
    /// Indicator.
    S4,
}

impl Severity {
    /// All severities, the worst first.
    pub const ALL: [Self; 4] = [Self::S1, Self::S2, Self::S3, Self::S4];

    /// Word in published tables.
    pub fn code(self) -> &'static str {
        match self {
            Self::S1 => "S1",
            Self::S2 => "S2",
            Self::S3 => "S3",
            Self::S4 => "S4",
        }
    }
    /// Reads [`Severity::code`] back.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|severity| severity.code() == code)
    }
}

/// What a rule's finding is about.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    serde::Serialize,
    serde::Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum SubjectKind {
    /// A resolved person.
    Person,
    /// A resolved household.
    Household,
    /// One record.
    Record,
    /// A division or the run as a whole.
    Unit,
}

impl SubjectKind {
    /// All kinds.
    pub const ALL: [Self; 4] = [Self::Person, Self::Household, Self::Record, Self::Unit];

    /// Word in published tables and rule files.
    pub fn code(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Household => "household",
            Self::Record => "record",
            Self::Unit => "unit",
        }
    }
    /// Reads [`SubjectKind::code`] back.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// A rule's finding on one subject. What many of them say alike, they share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exception {
    /// Rule code.
    pub rule_code: Arc<str>,
    /// Severity of the rule.
    pub severity: Severity,
    /// Kind of subject.
    pub subject_kind: SubjectKind,
    /// person_id, household_id, record_id or division code.
    pub subject_id: Arc<str>,
    /// The rule's own key within the subject (`''` if none), e.g. a term or a case number.
    pub rule_key: Arc<str>,
    /// Person the exception is shown under, if any.
    pub person_id: Option<Arc<str>>,
    /// Household the exception is shown under, if any.
    pub household_id: Option<Arc<str>>,
    /// 6-digit county code, `''` if unknown.
    pub county_code: Arc<str>,
    /// 9-digit township code, `''` if unknown.
    pub township_code: Arc<str>,
    /// 12-digit village code, `''` if unknown.
    pub village_code: Arc<str>,
    /// Department that owns the correction.
    pub owner: Arc<str>,
    /// Records it rests on; the first is a record of the subject.
    pub evidence: Vec<String>,
    /// What is wrong, in Chinese, without names or numbers of people.
    pub message: Arc<str>,
    /// Weakest link tier it rests on (1-6).
    pub confidence: u8,
    /// Days an officer has, from the rule.
    pub due_days: u32,
    /// True if a record it rests on is touched by an unresolved review-tier pair: shown apart.
    pub in_review: bool,
    /// Other exceptions of the same cause, the likely root cause first.
    pub related: Vec<RelatedException>,
    /// The exception this one follows from; `None` if it stands for itself.
    pub cause: Option<Box<RelatedException>>,
}

/// Names another exception of the same quarter.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RelatedException {
    /// Its rule.
    pub rule_code: Arc<str>,
    /// Its subject.
    pub subject_id: Arc<str>,
    /// Its key.
    pub rule_key: Arc<str>,
}

/// Where an exception stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// First seen this quarter.
    New,
    /// Seen in the previous quarter too.
    Persisting,
    /// Seen in the previous quarter, not any more.
    Resolved,
    /// Was resolved, is back.
    Reopened,
    /// Its rule is asked no more: closed, though nothing shows that it was put right.
    Retired,
    /// The lists show it, and an officer's answer to the same facts closes it.
    Answered,
}

impl Status {
    /// Word in published tables.
    pub fn code(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Persisting => "persisting",
            Self::Resolved => "resolved",
            Self::Reopened => "reopened",
            Self::Retired => "retired",
            Self::Answered => "answered",
        }
    }
    /// Word in lists and reports.
    pub fn title(self) -> &'static str {
        match self {
            Self::New => "新增",
            Self::Persisting => "持续",
            Self::Resolved => "已消除",
            Self::Reopened => "复现",
            Self::Retired => "规则停用",
            Self::Answered => "已核",
        }
    }
    /// Reads [`Status::code`] back.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::New, Self::Persisting, Self::Resolved, Self::Reopened, Self::Retired, Self::Answered]
            .into_iter()
            .find(|s| s.code() == code)
    }
    /// True unless resolved, retired or answered.
    pub fn is_open(self) -> bool {
        !matches!(self, Self::Resolved | Self::Retired | Self::Answered)
    }
    /// True if a published word says that an exception is open.
    pub(crate) fn is_open_code(code: &str) -> bool {
        Self::from_code(code).is_none_or(Self::is_open)
    }
}

/// What closed an exception. What nothing proves to be closed stays open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ResolvedBy {
    /// Its rule ran and does not find it; its subject is still known, where it was.
    Data,
    /// Its rule is asked no more.
    RuleRetired,
    /// Its subject stands in no list any more.
    SubjectGone,
    /// Its rule ran and does not find it; its subject is known in another township now, so nobody there need have put
    /// anything right.
    Moved,
    /// The lists show it still; an officer's answer closes it.
    Answer,
    /// The lists show it still; its rule is waived in its area for a while.
    Waiver,
    /// The lists show it still; an answer closes the finding that it follows from, as true and put right.
    Cause,
}

impl ResolvedBy {
    /// All of them.
    const ALL: [Self; 7] = [
        Self::Data,
        Self::RuleRetired,
        Self::SubjectGone,
        Self::Moved,
        Self::Answer,
        Self::Waiver,
        Self::Cause,
    ];

    /// Word in published tables.
    pub fn code(self) -> &'static str {
        match self {
            Self::Data => "data",
            Self::RuleRetired => "rule_retired",
            Self::SubjectGone => "subject_gone",
            Self::Moved => "moved",
            Self::Answer => "answer",
            Self::Waiver => "waiver",
            Self::Cause => "cause",
        }
    }
    /// Word in summaries and reports.
    pub fn title(self) -> &'static str {
        match self {
            Self::Data => "数据已改",
            Self::RuleRetired => "规则停用",
            Self::SubjectGone => "对象不在任何名单",
            Self::Moved => "对象已迁出",
            Self::Answer => "核查结果",
            Self::Waiver => "批准豁免",
            Self::Cause => "由原因已核",
        }
    }
    /// Reads [`ResolvedBy::code`] back.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }
}

/// The key of an exception's row on sheets: before there were secrets, its fingerprint.
pub(crate) fn row_key<'k>(listed_id: &'k str, fingerprint: &'k str) -> &'k str {
    if listed_id.is_empty() { fingerprint } else { listed_id }
}

/// What sheets call an exception: rule, first period and as much of its key as is given.
pub(crate) fn row_number(rule: &str, first_seen: impl fmt::Display, key: &str) -> String {
    format!("{rule}-{first_seen}-{key}")
}

/// The key in what sheets call an exception; `None`: it is no such number.
pub(crate) fn number_key(number: &str) -> Option<&str> {
    number.rsplit_once('-').map(|(_, key)| key)
}

/// Characters of a row's key in the number that officers read.
const SHORT_KEY: usize = 8;

/// The beginning of a row's key that stands in the number which officers read.
pub(crate) fn short_key(key: &str) -> &str {
    key.get(..SHORT_KEY).unwrap_or(key)
}

/// The number that officers read (疑点编号), of a row's whole key.
pub(crate) fn short_row_number(rule: &str, first_seen: impl fmt::Display, key: &str) -> String {
    row_number(rule, first_seen, short_key(key))
}

/// An exception with its history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrackedException {
    /// Fingerprint: 26 base-32 characters of a hash of rule, subject and rule key. It stands in `restricted/` alone.
    pub exception_id: String,
    /// What lists call it: 26 base-32 characters of the fingerprint under the identity secret.
    pub listed_id: String,
    /// What it was found by: 13 base-32 characters of the delivered cells that decide its rule, under the identity secret;
    /// as last seen. `""`: not known, as of findings from versions before.
    pub facts: String,
    /// What each column says of them, `source.column=digest` separated by semicolons, ascending: two periods side by side
    /// show which columns changed. `""`: not known.
    pub fact_columns: String,
    /// Columns that say something else than when the finding was last seen: `source.column`, ascending.
    pub changed: Vec<String>,
    /// The last answer to it, if there is one: whether it closes it the status says.
    pub answer: Option<Arc<Answer>>,
    /// The answer to the finding that it follows from, if that answer holds and says that something is wrong there: with the
    /// cause this one was looked at, too, and with it it is put right.
    pub cause_answer: Option<Arc<Answer>>,
    /// Numbers that sheets handed out earlier bear for it, see [`TrackedException::long_number`]: from before two
    /// subjects were found to be one, or another identity secret was taken; ascending.
    pub former_numbers: Vec<String>,
    /// The finding. For resolved ones, as it was last seen.
    pub exception: Exception,
    /// Period it was first seen in.
    pub first_seen: Period,
    /// Status.
    pub status: Status,
    /// Due date, ISO `yyyy-mm-dd`; counted from the day on which it was first handed out or handed out again as reopened, so
    /// an overdue exception stays overdue.
    pub due_date: Arc<str>,
    /// Period in which the data last showed it.
    pub last_seen: Period,
    /// Period from which on the data showed it no more, or its rule was asked no more; `None` while open.
    pub resolved_in: Option<Period>,
    /// What closed it; `None` while open, and where an earlier version did not say.
    pub resolved_by: Option<ResolvedBy>,
    /// False if the rule did not run this quarter and the exception is only carried forward.
    pub checked: bool,
}

impl TrackedException {
    /// Rule, first period and what lists call it: `R07-2018Q3-0123456789ABCDEFGHJKMNPQRS`. Its first characters are
    /// the number that officers read (疑点编号), its last the row's hidden key.
    pub fn long_number(&self) -> String {
        row_number(&self.exception.rule_code, self.first_seen, &self.listed_id)
    }
    /// True unless resolved, retired or answered.
    pub fn is_open(&self) -> bool {
        self.status.is_open()
    }
    /// True if it rests on a link that a human must confirm first; such exceptions are listed
    /// and counted apart.
    pub fn in_review(&self) -> bool {
        self.exception.in_review || self.exception.confidence >= 6
    }
    /// True if it was already closed before `period`: kept so that its return is known as one.
    pub fn is_history(&self, period: Period) -> bool {
        self.resolved_in.is_some_and(|resolved| resolved != period)
    }
}
