//! Scores of a publication against what was made to happen (`bidui synth --events`).
//!
//! A rule that some injected wrong names is measured: a finding of it on somebody without such a wrong is false, whatever
//! the rule's own definition says. False findings are laid to the ordinary life that they fell upon, or to the clerks'
//! slips, or to nothing at all. Rules that no wrong names are listed with what they found, and not measured.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Serialize;
use xxhash_rust::xxh3::xxh3_64;

use super::exceptions::{
    ExceptionTruth, exception_truth_folder, read_records, read_truth_columns, score_share,
};
use crate::Result;
use crate::model::exception::Status;
use crate::publication::snapshot::Snapshot;

/// Where [`evaluate_events`] finds what happened.
const EVENTS_FILE: &str = "events.csv";
/// Events that are told by the slips in the records.
const SLIPS: [&str; 2] = ["identity_differs", "number_damaged"];

/// Findings counted against injected wrongs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub(crate) struct WrongCounts {
    /// Wrongs that must be said.
    pub wrongs: u64,
    /// Of them found.
    pub found: u64,
    /// Of them kept apart, because they rest on a match that a human must confirm first.
    pub in_review: u64,
    /// Findings that follow from another wrong or that may be made: neither asked for nor false.
    pub follows: u64,
    /// False findings.
    pub false_findings: u64,
    /// False findings among those kept apart.
    pub false_in_review: u64,
}

impl WrongCounts {
    /// Share of findings that a wrong asked for, those that merely follow left out.
    pub(crate) fn precision(&self) -> f64 {
        score_share(self.found, self.found + self.false_findings)
    }
    /// Share of wrongs found.
    pub(crate) fn recall(&self) -> f64 {
        score_share(self.found, self.wrongs)
    }
    /// Share of wrongs found or kept apart for review.
    pub(crate) fn recall_with_review(&self) -> f64 {
        score_share(self.found + self.in_review, self.wrongs)
    }
    fn add(&mut self, other: &Self) {
        self.wrongs += other.wrongs;
        self.found += other.found;
        self.in_review += other.in_review;
        self.follows += other.follows;
        self.false_findings += other.false_findings;
        self.false_in_review += other.false_in_review;
    }
}

/// One false finding or missed wrong.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct JudgedCase {
    /// True person or household.
    pub entity: String,
    /// What happened to it: events, slips (`slip:…`), or `none`.
    pub happened: Vec<String>,
}

/// Score of a rule that some wrong names.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(crate) struct MeasuredRule {
    pub rule_code: String,
    pub severity: String,
    /// False if the run left the rule out.
    pub ran: bool,
    #[serde(flatten)]
    pub counts: WrongCounts,
    pub precision: f64,
    pub recall: f64,
    pub recall_with_review: f64,
    pub missed: Vec<JudgedCase>,
    pub false_cases: Vec<JudgedCase>,
}

/// What became of one kind of event.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct EventOutcome {
    pub event: String,
    /// What officers would call it.
    pub label: String,
    /// `wrong` or `ordinary`.
    pub kind: String,
    /// How many times it happened.
    pub happened: u64,
    /// Wrongs by rule that should say it: all, and found.
    pub said: BTreeMap<String, (u64, u64)>,
    /// False findings by rule.
    pub false_findings: BTreeMap<String, u64>,
}

/// A rule that no injected wrong names.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct UnmeasuredRule {
    pub rule_code: String,
    pub findings: u64,
}

/// Score of a publication against injected events.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(crate) struct EventScore {
    pub rules: Vec<MeasuredRule>,
    pub severities: BTreeMap<String, WrongCounts>,
    pub all: WrongCounts,
    pub events: Vec<EventOutcome>,
    /// False findings on people whose records have a slip (`slip:…`) or to whom nothing happened (`none`), by rule.
    pub without_event: BTreeMap<String, BTreeMap<String, u64>>,
    pub unmeasured: Vec<UnmeasuredRule>,
}

/// Rule and true entity.
type Claim = (String, String);

/// What the truth says.
#[derive(Default)]
struct ToldEvents {
    /// Must be said, and by which events.
    raises: BTreeMap<Claim, BTreeSet<String>>,
    /// May be said.
    may_raise: BTreeSet<Claim>,
    /// Rules that some wrong names.
    named: BTreeSet<String>,
    /// By person or household: events, and whether they are wrongs.
    happened: BTreeMap<String, BTreeSet<(String, bool)>>,
    outcomes: BTreeMap<String, EventOutcome>,
}

fn read_events(folder: &Path) -> Result<ToldEvents> {
    let mut told = ToldEvents::default();
    let mut counted: BTreeSet<(String, String, String)> = BTreeSet::new();
    let columns =
        ["event", "label", "kind", "subject_kind", "person", "household", "since", "rule_code", "role"];
    read_truth_columns(
        &folder.join(EVENTS_FILE),
        columns,
        |[event, label, kind, subject, person, household, since, rule, role]| {
            let entity = if subject == "household" { household } else { person };
            for of in [person, household] {
                told.happened.entry(of.to_owned()).or_default().insert((event.to_owned(), kind == "wrong"));
            }
            let outcome = told.outcomes.entry(event.to_owned()).or_default();
            (outcome.event, outcome.label) = (event.to_owned(), label.to_owned());
            outcome.kind = kind.to_owned();
            if role != "also" && counted.insert((event.to_owned(), household.to_owned(), since.to_owned())) {
                outcome.happened += 1;
            }
            let claim = (rule.to_owned(), entity.to_owned());
            if role == "raises" {
                told.named.insert(rule.to_owned());
                told.raises.entry(claim).or_default().insert(event.to_owned());
            } else if role == "may_raise" {
                told.may_raise.insert(claim);
            }
        },
    )?;
    Ok(told)
}

/// What may explain a false finding, the nearest first: ordinary life, another wrong, a slip, nothing.
fn explanation(
    entities: [&str; 2],
    told: &ToldEvents,
    slips: &BTreeMap<String, BTreeSet<String>>,
) -> Vec<String> {
    let events = |entity: &str, wrong: bool| -> Vec<String> {
        let of = told.happened.get(entity);
        of.into_iter().flatten().filter(|(_, w)| *w == wrong).map(|(event, _)| event.clone()).collect()
    };
    for (entity, wrong) in
        [(entities[0], false), (entities[0], true), (entities[1], false), (entities[1], true)]
    {
        let found = events(entity, wrong);
        // That somebody's number differs is told by the slips below.
        let found: Vec<String> = found.into_iter().filter(|e| !SLIPS.contains(&e.as_str())).collect();
        if !found.is_empty() {
            return found;
        }
    }
    for entity in entities {
        if let Some(kinds) = slips.get(entity) {
            return kinds.iter().map(|kind| format!("slip:{kind}")).collect();
        }
    }
    vec!["none".to_owned()]
}

/// Slips by person and by household.
fn slips_of(records: &ExceptionTruth) -> BTreeMap<String, BTreeSet<String>> {
    let mut slips: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for entity in records.records.values() {
        let kinds = &records.kinds.texts[entity.kinds as usize];
        for kind in kinds.split(';').filter(|k| !k.is_empty()) {
            for name in [
                &records.persons.texts[entity.person as usize],
                &records.households.texts[entity.household as usize],
            ] {
                slips.entry(name.clone()).or_default().insert(kind.to_owned());
            }
        }
    }
    slips
}

/// Scores a publication against the events of a truth folder; `None` if the folder tells of none.
///
/// # Errors
/// Files that are missing or damaged.
pub(crate) fn evaluate_events(publication: &Snapshot, truth: &Path) -> Result<Option<EventScore>> {
    let folder = exception_truth_folder(truth);
    if !folder.join(EVENTS_FILE).is_file() {
        return Ok(None);
    }
    let mut told = read_events(&folder)?;
    let records = read_records(&folder)?;
    let slips = slips_of(&records);
    let mut rules: BTreeMap<String, MeasuredRule> = BTreeMap::new();
    for row in publication.rows("tables/dim_rule.parquet", |row| told.named.contains(row.get("rule_code")))? {
        let rule = rules.entry(row.get("rule_code").to_owned()).or_default();
        rule.severity = row.get("severity").to_owned();
        rule.ran = row.get("ran") == "1";
    }
    for code in &told.named {
        rules.entry(code.clone()).or_default().rule_code.clone_from(code);
    }
    let open =
        publication.rows("restricted/exception.parquet", |row| Status::is_open_code(row.get("status")))?;
    let mut unmeasured: BTreeMap<String, u64> = BTreeMap::new();
    // What is found counts before what is kept apart.
    let mut findings: BTreeMap<Claim, (bool, [String; 2])> = BTreeMap::new();
    for row in &open {
        let [rule, kind, evidence] = ["rule_code", "subject_kind", "evidence_record_ids"].map(|c| row.get(c));
        if !told.named.contains(rule) {
            *unmeasured.entry(rule.to_owned()).or_default() += 1;
            continue;
        }
        let first = evidence.split(';').next().unwrap_or("").trim();
        let entities = match records.records.get(&xxh3_64(first.as_bytes())) {
            Some(e) => {
                let person = records.persons.texts[e.person as usize].clone();
                let household = records.households.texts[e.household as usize].clone();
                if kind == "household" { [household, person] } else { [person, household] }
            }
            None => [format!("?{first}"), String::new()],
        };
        let review = row.get("in_review") == "1";
        let entry =
            findings.entry((rule.to_owned(), entities[0].clone())).or_insert_with(|| (review, entities));
        entry.0 &= review;
    }
    let mut score = EventScore::default();
    for (claim, (review, entities)) in &findings {
        let Some(rule) = rules.get_mut(&claim.0) else { continue };
        let entities = [entities[0].as_str(), entities[1].as_str()];
        if told.raises.contains_key(claim) {
            *(if *review { &mut rule.counts.in_review } else { &mut rule.counts.found }) += 1;
        } else if told.may_raise.contains(claim) {
            rule.counts.follows += 1;
        } else if *review {
            rule.counts.false_in_review += 1;
        } else {
            rule.counts.false_findings += 1;
            let happened = explanation(entities, &told, &slips);
            for event in &happened {
                let count = match told.outcomes.get_mut(event) {
                    Some(outcome) => outcome.false_findings.entry(claim.0.clone()),
                    None => score.without_event.entry(event.clone()).or_default().entry(claim.0.clone()),
                };
                *count.or_default() += 1;
            }
            rule.false_cases.push(JudgedCase { entity: claim.1.clone(), happened });
        }
    }
    for (claim, events) in &told.raises {
        let Some(rule) = rules.get_mut(&claim.0) else { continue };
        rule.counts.wrongs += 1;
        let found = findings.get(claim);
        for event in events {
            if let Some(outcome) = told.outcomes.get_mut(event) {
                let said = outcome.said.entry(claim.0.clone()).or_default();
                said.0 += 1;
                said.1 += u64::from(found.is_some_and(|(review, _)| !review));
            }
        }
        if found.is_none() {
            let mut happened: Vec<String> = events.iter().cloned().collect();
            happened.extend(slips.get(&claim.1).into_iter().flatten().map(|kind| format!("slip:{kind}")));
            rule.missed.push(JudgedCase { entity: claim.1.clone(), happened });
        }
    }
    for rule in rules.values_mut() {
        let counts = rule.counts;
        (rule.precision, rule.recall) = (counts.precision(), counts.recall());
        rule.recall_with_review = counts.recall_with_review();
        score.all.add(&counts);
        score.severities.entry(rule.severity.clone()).or_default().add(&counts);
    }
    score.rules = rules.into_values().collect();
    score.events = told.outcomes.into_values().collect();
    score.unmeasured =
        unmeasured.into_iter().map(|(rule_code, findings)| UnmeasuredRule { rule_code, findings }).collect();
    Ok(Some(score))
}
