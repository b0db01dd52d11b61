//! The figures of a quarter, for the report and the summary.

use std::collections::BTreeMap;

use serde::Serialize;

use super::PublicationInputs;
use super::people::{PublishedPersons, RecordOwners};
use super::previous_figures::PreviousFigures;
use crate::Result;
use crate::model::exception::Severity;
use crate::model::exception::{ResolvedBy, Status, TrackedException};
use crate::model::id_number::IdClass;
use crate::model::links::Tier;
use crate::publication::manifest::SourceRun;

/// Open exceptions of one group.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct OpenCount {
    /// Open and certain: new + persisting + reopened.
    pub open: u64,
    /// New this quarter.
    pub new: u64,
    /// Open before, too.
    pub persisting: u64,
    /// Back after being resolved.
    pub reopened: u64,
    /// Resolved this quarter.
    pub resolved: u64,
    /// Shown by the lists, and closed by an officer's answer; not in `open`.
    pub answered: u64,
    /// Of these, those whose rule is waived in their area.
    pub waived: u64,
    /// Of these, those that follow from a finding of which an answer says that it was true and is put right.
    pub by_cause: u64,
    /// Open, but resting on a link that a human must confirm; not in `open`.
    pub review: u64,
    /// Open and certain, past the due date when the lists are handed out.
    pub overdue: u64,
    /// Of these, those that nobody has answered as they stand now.
    pub unanswered: u64,
    /// Open and certain, by severity.
    pub severity: BTreeMap<String, u64>,
}

impl OpenCount {
    pub(super) fn add(&mut self, t: &TrackedException, issued: &str) {
        if t.status == Status::Resolved {
            self.resolved += 1;
        } else if t.status == Status::Answered {
            self.answered += 1;
            self.waived += u64::from(t.resolved_by == Some(ResolvedBy::Waiver));
            self.by_cause += u64::from(t.resolved_by == Some(ResolvedBy::Cause));
        } else if t.status == Status::Retired {
            // Neither open nor put right.
        } else if t.in_review() {
            self.review += 1;
        } else {
            self.open += 1;
            if *t.due_date < *issued {
                self.overdue += 1;
                self.unanswered += u64::from(!is_answered(t));
            }
            *self.severity.entry(t.exception.severity.code().to_owned()).or_default() += 1;
            match t.status {
                Status::New => self.new += 1,
                Status::Persisting => self.persisting += 1,
                Status::Reopened => self.reopened += 1,
                Status::Resolved | Status::Retired | Status::Answered => {}
            }
        }
    }
    /// Open exceptions of one severity.
    pub fn of(&self, severity: Severity) -> u64 {
        self.severity.get(severity.code()).copied().unwrap_or(0)
    }
}

/// All figures. Maps are keyed by code or title and sorted.
#[derive(Debug, Clone, Default, Serialize)]
pub struct PublicationTotals {
    /// Everything together.
    pub all: OpenCount,
    /// By rule code.
    pub by_rule: BTreeMap<String, OpenCount>,
    /// By owner.
    pub by_owner: BTreeMap<String, OpenCount>,
    /// By county code; `''` unknown.
    pub by_county: BTreeMap<String, OpenCount>,
    /// By township code; `''` unknown.
    pub by_township: BTreeMap<String, OpenCount>,
    /// What the publication compared with said was open; nothing in a first one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<PreviousFigures>,
    /// Open and certain ones of each township by home, for how sure its rate is: their sum, and that of their squares.
    #[serde(skip)]
    pub(super) spread_by_township: BTreeMap<String, (u64, u64)>,
    /// Open ones past their due date when the lists are handed out.
    pub overdue: u64,
    /// Open and certain ones that follow from another exception.
    pub explained: u64,
    /// Resolved this quarter by something else than the data, by what.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub resolved_otherwise: BTreeMap<&'static str, u64>,
    /// Persons per county code, by the most trusted source.
    pub persons_by_county: BTreeMap<String, u64>,
    /// Persons per township code.
    pub persons_by_township: BTreeMap<String, u64>,
    /// Sources with control totals.
    pub sources: Vec<SourceRun>,
    /// Records by link tier 1-6.
    pub records_by_tier: [u64; 6],
    /// Accepted links by tier 1-6.
    pub links_by_tier: [u64; 6],
    /// Pairs for review.
    pub review_pairs: u64,
    /// Records by source name, then by class of the ID column.
    pub id_classes: BTreeMap<String, BTreeMap<String, u64>>,
    /// Persons.
    pub persons: u64,
    /// Households.
    pub households: u64,
    /// Rules not run: code and reason.
    pub not_run: Vec<(String, String)>,
    /// Subjects that rules leave undecided; one that several rules leave counts for each.
    pub undecided: u64,
    /// The same by rule code; rules that leave none are not there.
    pub undecided_by_rule: BTreeMap<String, u64>,
    /// The same by county code; `''` unknown.
    pub undecided_by_county: BTreeMap<String, u64>,
    /// The same by township code; `''` unknown.
    pub undecided_by_township: BTreeMap<String, u64>,
}

impl PublicationTotals {
    pub(super) fn build(
        inputs: &PublicationInputs<'_>,
        people: &RecordOwners<'_>,
        all: &PublishedPersons,
        sources: Vec<SourceRun>,
    ) -> Result<Self> {
        let mut totals = Self { sources, ..Self::default() };
        totals.before = inputs.previous_figures.cloned();
        totals.count_exceptions(inputs);
        totals.count_spread(inputs);
        totals.count_records(inputs, people, all);
        for n in &inputs.findings.not_run {
            totals.not_run.push((n.rule_code.clone(), n.reason.clone()));
        }
        totals.count_undecided(inputs);
        Ok(totals)
    }

    fn count_exceptions(&mut self, inputs: &PublicationInputs<'_>) {
        let issued = inputs.issued.to_string();
        for t in inputs.tracked.iter().filter(|t| !t.is_history(inputs.period)) {
            let e = &t.exception;
            self.all.add(t, &issued);
            self.by_rule.entry(e.rule_code.to_string()).or_default().add(t, &issued);
            self.by_owner.entry(e.owner.to_string()).or_default().add(t, &issued);
            self.by_county.entry(e.county_code.to_string()).or_default().add(t, &issued);
            self.by_township.entry(e.township_code.to_string()).or_default().add(t, &issued);
            let otherwise =
                t.resolved_by.filter(|by| t.status == Status::Resolved && *by != ResolvedBy::Data);
            if let Some(by) = otherwise {
                *self.resolved_otherwise.entry(by.title()).or_default() += 1;
            }
            if t.is_open() && !t.in_review() {
                self.explained += u64::from(e.cause.is_some());
            }
        }
        self.overdue = self.all.overdue;
    }

    /// Homes with many findings must not make a township look more certain than it is.
    fn count_spread(&mut self, inputs: &PublicationInputs<'_>) {
        // Few bytes a finding: there are millions. Townships are numbered as they come.
        let mut townships: BTreeMap<&str, u32> = BTreeMap::new();
        let mut homes: Vec<(u32, u64)> = Vec::new();
        for t in inputs.tracked.iter().filter(|t| t.is_open() && !t.in_review()) {
            let e = &t.exception;
            let next = townships.len() as u32;
            let township = *townships.entry(&e.township_code).or_insert(next);
            let home = e.household_id.as_deref().or(e.person_id.as_deref()).unwrap_or(&e.subject_id);
            homes.push((township, xxhash_rust::xxh3::xxh3_64(home.as_bytes())));
        }
        homes.sort_unstable();
        let mut spread = vec![(0_u64, 0_u64); townships.len()];
        for home in homes.chunk_by(|a, b| a == b) {
            let (count, of) = (home.len() as u64, &mut spread[home[0].0 as usize]);
            *of = (of.0 + count, of.1 + count * count);
        }
        self.spread_by_township =
            townships.into_iter().map(|(code, at)| (code.to_owned(), spread[at as usize])).collect();
    }

    fn count_undecided(&mut self, inputs: &PublicationInputs<'_>) {
        let undecided = &inputs.findings.undecided;
        self.undecided = undecided.len() as u64;
        for one in undecided {
            *self.undecided_by_rule.entry(one.rule_code.to_string()).or_default() += 1;
            *self.undecided_by_county.entry(one.county_code.to_string()).or_default() += 1;
            *self.undecided_by_township.entry(one.township_code.to_string()).or_default() += 1;
        }
    }

    fn count_records(
        &mut self,
        inputs: &PublicationInputs<'_>,
        people: &RecordOwners<'_>,
        all: &PublishedPersons,
    ) {
        for &tier in &inputs.resolution.tier {
            self.records_by_tier[tier_index(tier)] += 1;
        }
        for (&tier, &decision) in inputs.links.tier.iter().zip(&inputs.links.decision) {
            match decision {
                crate::model::links::Decision::Accept => self.links_by_tier[tier_index(tier)] += 1,
                crate::model::links::Decision::Review => self.review_pairs += 1,
            }
        }
        for (fields, (loaded, comparable)) in
            people.fields().iter().zip(inputs.loaded.iter().zip(inputs.comparables))
        {
            let mut counts = [0; IdClass::ALL.len()];
            (0..comparable.rows).for_each(|row| counts[fields.id(row).class as usize] += 1);
            let classes = IdClass::ALL.into_iter().zip(counts).filter(|(_, count)| *count > 0);
            let classes = classes.map(|(class, count)| (class.code().to_owned(), count));
            self.id_classes.insert(loaded.records.source.clone(), classes.collect());
        }
        let mut by_division: Vec<u64> = vec![0; people.places.len()];
        for person in all.persons.iter().filter(|p| p.records > 0) {
            let known = (person.division as usize) < by_division.len();
            by_division[if known { person.division as usize } else { 0 }] += 1;
        }
        for (place, count) in people.places.iter().zip(by_division).filter(|(_, count)| *count > 0) {
            self.persons += count;
            *self.persons_by_county.entry(place.county.to_owned()).or_default() += count;
            *self.persons_by_township.entry(place.township.to_owned()).or_default() += count;
        }
        let mut homes = vec![false; inputs.resolution.household_ids.len()];
        inputs.resolution.household.iter().for_each(|&home| homes[home as usize] = true);
        self.households = homes.into_iter().filter(|&home| home).count() as u64;
    }

    /// Worst severity among open, certain exceptions.
    pub fn worst_open(&self) -> Option<Severity> {
        Severity::ALL.into_iter().find(|&s| self.all.of(s) > 0)
    }
}

/// Has somebody answered it as it stands now?
pub(super) fn is_answered(t: &TrackedException) -> bool {
    t.cause_answer.is_some()
        || t.answer.as_ref().is_some_and(|answer| !t.facts.is_empty() && answer.facts == t.facts)
}

fn tier_index(tier: Tier) -> usize {
    tier as usize - 1
}

/// Share in 1/10000, half up.
pub(super) fn ratio_permyriad(numerator: i64, denominator: i64) -> i64 {
    if denominator == 0 {
        return 0;
    }
    let (n, d) = (i128::from(numerator), i128::from(denominator));
    i64::try_from((n * 20_000 + d).div_euclid(2 * d)).unwrap_or(i64::MAX)
}

/// Share as text, `99.42%`.
pub(super) fn percent_text(numerator: i64, denominator: i64) -> String {
    percent_of(ratio_permyriad(numerator, denominator))
}

/// 1/10000 as text, without trailing zeros: `100%`, `99.4%`.
pub(super) fn percent_of(share: i64) -> String {
    let text = format!("{}.{:02}", share / 100, share % 100);
    format!("{}%", text.trim_end_matches('0').trim_end_matches('.'))
}

/// Number with thousands separators.
pub(super) fn grouped_text(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// Tier as an officer reads it.
pub(super) fn tier_title(tier: u8) -> &'static str {
    match tier {
        1 => "证件号、姓名均一致",
        2 => "证件号一致，姓名不同",
        3 => "证件号差一处，姓名一致",
        4 => "旧号或损坏证件号+姓名",
        5 => "无证件号：姓名+出生日期+村或户，或再无同名的人",
        _ => "待人工确认",
    }
}

/// How sure a match of the tier is, in one word.
pub(super) fn tier_confidence(tier: u8) -> &'static str {
    match tier {
        1 => "高",
        2 | 3 => "较高",
        4 | 5 => "中",
        _ => "待确认",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_as_text() {
        assert_eq!(grouped_text(1_234_567), "1,234,567");
        assert_eq!(grouped_text(999), "999");
        assert_eq!(percent_text(1, 3), "33.33%");
        assert_eq!(percent_text(2, 2), "100%");
        assert_eq!(percent_text(199, 200), "99.5%");
        assert_eq!(percent_text(1, 0), "0%");
        assert_eq!(percent_of(10_000), "100%");
    }
}
