//! Counts of findings and of what was answered, by county and township.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::BulletinPlan;
use crate::Result;
use crate::answers::{AnswerStore, StandingAnswers};
use crate::model::answer::Answer;
use crate::model::exception::{ResolvedBy, Status, number_key};
use crate::publication::layout;
use crate::publication::renamed_ids::fingerprints_of_run;
use crate::publication::table_reader::TableRow;
use crate::rules::verdict_meaning::Closing;
use crate::track::answer_that_counts;
use crate::track::previous_exceptions::EXCEPTIONS;

/// What a place is called that the divisions do not know.
pub(super) const UNKNOWN_PLACE: &str = "（地区不明）";

/// Counts of one place or of all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct CheckCounts {
    /// 应核查: findings on the lists of the period, those that an answer closed too.
    pub due: u64,
    /// 已核查: of them those with an answer to what the lists say today.
    pub checked: u64,
    /// 属实: of them those of which something has to be put right, or was.
    pub confirmed: u64,
    /// 尚未核清: of them those handed on, or of which nobody could tell.
    pub undecided: u64,
    /// 超期: not checked, and past the due date.
    pub overdue: u64,
    /// 追缴金额, fen.
    pub recovered_fen: i64,
    /// Answers that name an amount.
    pub recoveries: u64,
    /// Answers that name a month from which on something is paid no more.
    pub stopped: u64,
    /// Persons of findings that are confirmed, each once.
    pub persons: u64,
}

impl CheckCounts {
    /// Checked in tenths of a hundredth of those due; `None`: there are none.
    pub(super) fn checked_rate(&self) -> Option<u64> {
        (self.checked * 1000).checked_div(self.due)
    }
    /// Confirmed in tenths of a hundredth of those checked; `None`: there are none.
    pub(super) fn confirmed_rate(&self) -> Option<u64> {
        (self.confirmed * 1000).checked_div(self.checked)
    }
}

/// Counts of a place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlaceCounts {
    /// County, and township if it is one.
    pub place: Vec<String>,
    /// Its counts.
    #[serde(flatten)]
    pub counts: CheckCounts,
}

/// All that a bulletin counts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct BulletinCounts {
    /// Of the prefecture.
    pub total: CheckCounts,
    /// By county code.
    pub counties: Vec<PlaceCounts>,
    /// By township code.
    pub townships: Vec<PlaceCounts>,
    /// Answers by verdict, in the order of the pipeline's words.
    pub verdicts: Vec<(String, u64)>,
    /// Answers of confirmed findings by measure, in the order of the pipeline's words.
    pub measures: Vec<(String, u64)>,
    /// Findings of the period before that the lists no longer show.
    pub resolved: u64,
    /// Findings that were there in the period before, too.
    pub persisting: u64,
    /// Answers that no longer count: what the lists say has changed, or their time is over.
    pub outdated: u64,
    /// Answers given after the day: not counted.
    pub later: u64,
    /// Of those checked, findings that follow from one which was answered as true.
    pub with_cause: u64,
    /// Earlier runs that cannot be read: what was answered of a finding under its name there is not counted.
    pub unread_runs: u64,
}

/// What findings were called in earlier publications: answers given then are about them still.
#[derive(Debug, Default)]
struct FormerNames {
    /// Fingerprints by the row's key on the lists of then.
    by_key: BTreeMap<String, BTreeSet<String>>,
    unread: u64,
}

impl FormerNames {
    /// Looks through the other publications of the folder, where a finding ever had another name.
    fn of(plan: &BulletinPlan, rows: &[TableRow]) -> Result<Self> {
        let mut names = Self::default();
        let own = plan.publication.keys().map_or("", |keys| keys.identity.as_str());
        let keys: BTreeSet<&str> = rows.iter().flat_map(former_keys).collect();
        if keys.is_empty() {
            return Ok(names);
        }
        for place in layout::list_period_folders(&plan.out)? {
            let runs = if place.runs.is_empty() { vec![place.folder] } else { place.runs };
            for run in runs.into_iter().filter(|run| run != plan.publication.folder()) {
                match fingerprints_of_run(&plan.out, &run, EXCEPTIONS, |key| keys.contains(key), own) {
                    Ok(found) => found.into_iter().for_each(|[key, fingerprint]| {
                        names.by_key.entry(key).or_default().insert(fingerprint);
                    }),
                    Err(_) => names.unread += 1,
                }
            }
        }
        Ok(names)
    }

    /// All that a finding was ever called.
    fn of_row<'a>(&'a self, row: &'a TableRow) -> BTreeSet<&'a str> {
        let former = former_keys(row).filter_map(|key| self.by_key.get(key)).flatten();
        std::iter::once(row.get("exception_id")).chain(former.map(String::as_str)).collect()
    }
}

/// Keys that lists of other publications have for a finding.
fn former_keys(row: &TableRow) -> impl Iterator<Item = &str> {
    row.get("former_numbers").split(';').filter_map(number_key)
}

/// Counts what the publication and the answers that stand say on the day.
///
/// # Errors
/// One of them cannot be read.
pub(super) fn count(plan: &BulletinPlan) -> Result<BulletinCounts> {
    let store = match plan.publication.keys() {
        Some(keys) => AnswerStore::find(&plan.out, &keys.identity)?,
        None => None,
    };
    let now = store.as_ref().map(StandingAnswers::read).transpose()?.unwrap_or_default();
    let on_day = store.as_ref().map(|store| StandingAnswers::read_as_of(store, plan.on)).transpose()?;
    let on_day = on_day.unwrap_or_default();
    let rows = plan.publication.rows(EXCEPTIONS, |_| true)?;
    let mut all = BulletinCounts::default();
    let names = match store {
        Some(_) => FormerNames::of(plan, &rows)?,
        None => FormerNames::default(),
    };
    all.unread_runs = names.unread;
    let facts: BTreeMap<String, String> =
        rows.iter().map(|row| (row.get("exception_id").to_owned(), row.get("facts").to_owned())).collect();
    let stood = |of: &StandingAnswers, row: &TableRow| -> (bool, Option<Answer>) {
        let found = names.of_row(row).into_iter().filter_map(|name| of.of(name));
        let given = answer_that_counts(found, (row.get("exception_id"), row.get("facts")), &plan.words);
        let holds = given.filter(|one| one.holds(row.get("facts"), plan.on));
        (given.is_some(), holds.map(|one| one.answer.clone()))
    };
    let (mut counties, mut townships) = (BTreeMap::new(), BTreeMap::new());
    let (mut verdicts, mut measures) = (BTreeMap::new(), BTreeMap::new());
    let mut persons: BTreeMap<Vec<String>, BTreeSet<String>> = BTreeMap::new();
    let period = plan.publication.period().to_string();
    for row in &rows {
        let status = row.get("status");
        if Status::from_code(status) == Some(Status::Resolved) {
            all.resolved += u64::from(row.get("resolved_in") == period);
            continue;
        }
        if !is_due(row) {
            continue;
        }
        all.persisting += u64::from(row.get("first_seen") != period);
        let (is_given, answer) = stood(&on_day, row);
        let answer = answer.as_ref();
        all.outdated += u64::from(is_given && answer.is_none());
        all.later += u64::from(answer.is_none() && stood(&now, row).1.is_some());
        let with_cause = answer.is_none() && {
            let cause = row.get("cause");
            let of_cause = on_day.of(cause).filter(|one| {
                facts.get(cause).is_some_and(|facts| one.holds(facts, plan.on))
                    && plan.words.is_reviewed(one.answer.level)
            });
            of_cause.is_some_and(|one| plan.words.confirms(&one.answer.verdict))
        };
        all.with_cause += u64::from(with_cause);
        let says = answer.map(|answer| meaning_of(plan, answer));
        let name =
            |code: &str| plan.pipeline.divisions.name_of(row.get(code)).unwrap_or(UNKNOWN_PLACE).to_owned();
        let (county, township) = (row.get("county_code"), row.get("township_code"));
        let in_county = (county.to_owned(), vec![name("county_code")]);
        let in_township = (township.to_owned(), vec![name("county_code"), name("township_code")]);
        if says == Some(Verdict::Confirmed) && !row.get("person_id").is_empty() {
            for place in [Vec::new(), in_county.1.clone(), in_township.1.clone()] {
                persons.entry(place).or_default().insert(row.get("person_id").to_owned());
            }
        }
        let own_county: &mut CheckCounts = counties.entry(in_county).or_default();
        let own_township: &mut CheckCounts = townships.entry(in_township).or_default();
        for counts in [&mut all.total, own_county, own_township] {
            counts.due += 1;
            counts.checked += u64::from(answer.is_some() || with_cause);
            counts.confirmed += u64::from(says == Some(Verdict::Confirmed));
            counts.undecided += u64::from(says == Some(Verdict::Undecided));
            let late = row.get("due_date").parse().is_ok_and(|due: jiff::civil::Date| due < plan.on);
            counts.overdue += u64::from(answer.is_none() && !with_cause && late);
            let recovered = answer.and_then(|answer| answer.recovered);
            counts.recovered_fen += recovered.unwrap_or(0);
            counts.recoveries += u64::from(recovered.is_some());
            counts.stopped += u64::from(answer.is_some_and(|answer| answer.stopped_month.is_some()));
        }
        if let Some(answer) = answer {
            *verdicts.entry(answer.verdict.clone()).or_default() += 1;
            if says == Some(Verdict::Confirmed) && !answer.measure.is_empty() {
                *measures.entry(answer.measure.clone()).or_default() += 1;
            }
        }
    }
    let persons_of = |place: &[String]| persons.get(place).map_or(0, |persons| persons.len() as u64);
    all.total.persons = persons_of(&[]);
    let finish = |((_, place), counts): ((String, Vec<String>), CheckCounts)| {
        let persons = persons_of(&place);
        PlaceCounts { place, counts: CheckCounts { persons, ..counts } }
    };
    all.counties = counties.into_iter().map(finish).collect();
    all.townships = townships.into_iter().map(finish).collect();
    all.verdicts = in_order(&plan.words.verdicts, verdicts);
    all.measures = in_order(&plan.words.measures, measures);
    Ok(all)
}

/// Is a finding one that somebody had to look at in the period? Those that a waiver covers are not.
fn is_due(row: &TableRow) -> bool {
    let status = row.get("status");
    let by = ResolvedBy::from_code(row.get("resolved_by"));
    let by_answer = matches!(by, Some(ResolvedBy::Answer | ResolvedBy::Cause));
    match Status::from_code(status) {
        Some(Status::Answered) => by_answer,
        _ => Status::is_open_code(status),
    }
}

/// What a verdict comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// Something has to be put right, or was.
    Confirmed,
    /// There is nothing to be put right.
    Unfounded,
    /// Handed on, or nobody could tell.
    Undecided,
}

fn meaning_of(plan: &BulletinPlan, answer: &Answer) -> Verdict {
    let meaning = plan.words.meaning_of(&answer.verdict);
    match (meaning.closes, meaning.measures.is_empty()) {
        (Closing::Facts, _) => Verdict::Unfounded,
        (_, false) => Verdict::Confirmed,
        (_, true) => Verdict::Undecided,
    }
}

/// Counts in the order of the pipeline's words; words of earlier pipelines last.
fn in_order(words: &[String], mut counts: BTreeMap<String, u64>) -> Vec<(String, u64)> {
    let known: Vec<(String, u64)> = words.iter().filter_map(|word| counts.remove_entry(word)).collect();
    known.into_iter().chain(counts).collect()
}
