//! Scores of a publication against what was made to happen (`bidui synth --events`).
//!
//! A rule that some injected wrong names is measured: a finding of it on somebody without such a wrong is false, whatever
//! the rule's own definition says. False findings are laid to the ordinary life that they fell upon, or to the clerks'
//! slips, or to nothing at all. Rules that no wrong names are listed with what they found, and not measured.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Serialize;

use super::exceptions::{
    ExceptionTruth, exception_truth_folder, read_records, read_truth_columns, score_share,
};
use crate::Result;
use crate::model::exception::Status;
use crate::publication::snapshot::Snapshot;

/// Where [`evaluate_events`] finds what happened.
const EVENTS_FILE: &str = "events.csv";
/// The event of a person whose number or name is written differently from list to list.
pub(crate) const IDENTITY_DIFFERS: &str = "identity_differs";
/// The event of a person whose number was cut short by a spreadsheet.
pub(crate) const NUMBER_DAMAGED: &str = "number_damaged";
/// Events that nobody draws: the slips in the records tell them.
pub const SLIP_EVENTS: [&str; 2] = [IDENTITY_DIFFERS, NUMBER_DAMAGED];

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

/// Events and whether they are wrongs, by person or household.
type EventsByEntity = BTreeMap<String, BTreeSet<(String, bool)>>;

/// What the truth says.
#[derive(Default)]
struct ToldEvents {
    /// Must be said, and by which events.
    raises: BTreeMap<Claim, BTreeSet<String>>,
    /// May be said.
    may_raise: BTreeSet<Claim>,
    /// Rules that some wrong names.
    named: BTreeSet<String>,
    /// By the person or household it happened to: events, and whether they are wrongs.
    happened: EventsByEntity,
    /// The same of what happened to single persons, by their household.
    happened_within: EventsByEntity,
    outcomes: BTreeMap<String, EventOutcome>,
}

fn read_events(folder: &Path) -> Result<ToldEvents> {
    let mut told = ToldEvents::default();
    let mut counted: BTreeSet<(String, String, String)> = BTreeSet::new();
    let columns = [
        "event",
        "label",
        "kind",
        "happened_to",
        "subject_kind",
        "person",
        "household",
        "since",
        "rule_code",
        "role",
    ];
    read_truth_columns(
        &folder.join(EVENTS_FILE),
        columns,
        |[event, label, kind, happened_to, subject, person, household, since, rule, role]| {
            let entity = if subject == "household" { household } else { person };
            let what = (event.to_owned(), kind == "wrong");
            if happened_to == "household" {
                told.happened.entry(household.to_owned()).or_default().insert(what);
            } else {
                told.happened.entry(person.to_owned()).or_default().insert(what.clone());
                told.happened_within.entry(household.to_owned()).or_default().insert(what);
            }
            let outcome = told.outcomes.entry(event.to_owned()).or_default();
            (outcome.event, outcome.label) = (event.to_owned(), label.to_owned());
            outcome.kind = kind.to_owned();
            let met = if happened_to == "household" { household } else { person };
            if role != "also" && counted.insert((event.to_owned(), met.to_owned(), since.to_owned())) {
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

/// What may explain a false finding on a person or household, the nearest first: what happened to the subject, then
/// to the household as a whole, the subject's slips, what happened to others of the household, their slips, nothing.
fn explanation(
    [subject, household]: [&str; 2],
    told: &ToldEvents,
    slips: &BTreeMap<String, BTreeSet<String>>,
) -> Vec<String> {
    let drawn = |from: &EventsByEntity, entity: &str| -> Vec<String> {
        let of = |wrong: bool| -> Vec<String> {
            let all = from.get(entity).into_iter().flatten();
            all.filter(|(event, w)| *w == wrong && !SLIP_EVENTS.contains(&event.as_str()))
                .map(|(event, _)| event.clone())
                .collect()
        };
        // Ordinary life before wrongs of another kind.
        if of(false).is_empty() { of(true) } else { of(false) }
    };
    let slipped = |entity: &str| -> Vec<String> {
        slips.get(entity).into_iter().flatten().map(|kind| format!("slip:{kind}")).collect()
    };
    let explained = [
        drawn(&told.happened, subject),
        drawn(&told.happened, household),
        if subject == household { Vec::new() } else { slipped(subject) },
        drawn(&told.happened_within, household),
        slipped(household),
    ];
    explained.into_iter().find(|what| !what.is_empty()).unwrap_or_else(|| vec!["none".to_owned()])
}

/// Slips by person and by household.
fn slips_of(records: &ExceptionTruth) -> BTreeMap<String, BTreeSet<String>> {
    let mut slips: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    #[allow(clippy::iter_over_hash_type, reason = "gathered into ordered sets")]
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
        let [person, household] = records.entities(evidence);
        let entities = if kind == "household" { [household.clone(), household] } else { [person, household] };
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

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::sync::Arc;

    use arrow::array::{ArrayRef, Int32Array, RecordBatch, StringArray};
    use parquet::arrow::ArrowWriter;

    use super::*;
    use crate::publication::snapshot::open_as_publication;

    fn write(path: &Path, columns: Vec<(&str, ArrayRef)>) {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let batch = RecordBatch::try_from_iter(columns).unwrap();
        let mut writer = ArrowWriter::try_new(File::create(path).unwrap(), batch.schema(), None).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
    }

    fn texts(values: &[&str]) -> ArrayRef {
        Arc::new(StringArray::from(values.to_vec()))
    }

    fn example() -> (tempfile::TempDir, EventScore) {
        let dir = tempfile::tempdir().unwrap();
        let truth = dir.path().join("truth");
        std::fs::create_dir_all(&truth).unwrap();
        let records = "record_id,source,person,household,error_kinds\n\
            a:1,a,p1,h1,\na:2,a,p2,h1,\na:3,a,p3,h2,\na:4,a,p4,h3,id_typo\na:5,a,p5,h4,\na:6,a,p6,h5,\n";
        std::fs::write(truth.join("records.csv"), records).unwrap();
        let events = "event,label,kind,happened_to,subject_kind,person,household,since,rule_code,role\n\
            forgotten,漏保,wrong,person,person,p1,h1,20180101,R30,raises\n\
            forgotten,漏保,wrong,person,household,p1,h1,20180101,R105,may_raise\n\
            forgotten,漏保,wrong,person,person,p6,h5,20180101,R30,raises\n\
            lapsed,欠费,wrong,person,person,p5,h4,20180101,R30,raises\n\
            water,饮水,wrong,household,household,p5,h4,20180101,R105,raises\n\
            newborn,刚出生,ordinary,person,person,p3,h2,20180901,,\n\
            newborn,刚出生,ordinary,person,person,p7,h2,20180901,,\n";
        std::fs::write(truth.join("events.csv"), events).unwrap();
        // R30: p1 right, p2 (his brother) false, p3 a newborn, p4 a slip, p6 kept apart. R105: h1 follows, h4 right.
        // R01 is named by no wrong.
        let rules = ["R30", "R30", "R30", "R30", "R30", "R105", "R105", "R01"];
        let kinds = ["person", "person", "person", "person", "person", "household", "household", "household"];
        let evidence = ["a:1", "a:2", "a:3", "a:4", "a:6", "a:2", "a:5", "a:1"];
        write(
            &dir.path().join("restricted/exception.parquet"),
            vec![
                ("rule_code", texts(&rules)),
                ("subject_kind", texts(&kinds)),
                ("evidence_record_ids", texts(&evidence)),
                ("status", texts(&["new"; 8])),
                ("in_review", Arc::new(Int32Array::from(vec![0, 0, 0, 0, 1, 0, 0, 0]))),
            ],
        );
        write(
            &dir.path().join("tables/dim_rule.parquet"),
            vec![
                ("rule_code", texts(&["R30", "R105", "R01"])),
                ("severity", texts(&["S1", "S2", "S2"])),
                ("ran", Arc::new(Int32Array::from(vec![1, 1, 1]))),
            ],
        );
        let score = evaluate_events(&open_as_publication(dir.path()).unwrap(), dir.path()).unwrap().unwrap();
        (dir, score)
    }

    #[test]
    fn findings_are_measured_against_the_wrongs_that_were_put_in() {
        let (_dir, score) = example();
        let of = |code: &str| score.rules.iter().find(|r| r.rule_code == code).unwrap();
        let counts = WrongCounts {
            wrongs: 3,
            found: 1,
            in_review: 1,
            follows: 0,
            false_findings: 3,
            false_in_review: 0,
        };
        assert_eq!((of("R30").counts, of("R30").severity.as_str(), of("R30").ran), (counts, "S1", true));
        assert_eq!((of("R30").precision, of("R105").precision, of("R105").recall), (0.25, 1.0, 1.0));
        assert_eq!((of("R105").counts.follows, of("R105").counts.false_findings), (1, 0));
        assert_eq!(of("R30").missed, [JudgedCase { entity: "p5".into(), happened: vec!["lapsed".into()] }]);
        assert_eq!((score.all.found, score.severities["S1"].false_findings), (2, 3));
    }

    #[test]
    fn false_findings_are_laid_to_what_happened() {
        let (_dir, score) = example();
        let event = |name: &str| score.events.iter().find(|e| e.event == name).unwrap();
        assert_eq!(event("newborn").false_findings["R30"], 1);
        // Twins are two.
        assert_eq!(event("newborn").happened, 2);
        // His brother was forgotten; he was not.
        assert_eq!((event("forgotten").false_findings["R30"], event("forgotten").happened), (1, 2));
        assert_eq!(event("forgotten").said["R30"], (2, 1));
        assert_eq!(score.without_event["slip:id_typo"]["R30"], 1);
        assert_eq!(score.unmeasured, [UnmeasuredRule { rule_code: "R01".into(), findings: 1 }]);
    }

    #[test]
    fn a_truth_without_events_is_left_to_the_rules_definitions() {
        let (dir, _) = example();
        std::fs::remove_file(dir.path().join("truth/events.csv")).unwrap();
        assert_eq!(evaluate_events(&open_as_publication(dir.path()).unwrap(), dir.path()).unwrap(), None);
    }
}
