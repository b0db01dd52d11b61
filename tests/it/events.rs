//! Rules against what was made to happen in a small world: every wrong is said, and nobody is flagged for living.
//!
//! Records are linked as the truth says and nobody misspells, so that whatever is missed or said too much is the
//! rules' own fault.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use bidui::testing::config::Pipeline;
use bidui::testing::evaluate::events::SLIP_EVENTS;
use bidui::testing::model::exception::SubjectKind;
use bidui::testing::model::published_id::{HouseholdId, PersonId};
use bidui::testing::rules::rule_set::RuleSet;
use bidui::testing::synth::{EventRates, FixtureFormats, SynthOptions, generate_extracts};

use crate::rules_truth::{findings_in, number, truth_records_of};
use crate::synth::assert_same;

/// Wrongs that a rule is known not to say: rule, event.
const KNOWN_MISSES: &[(&str, &str)] = &[];

/// Ordinary life that a rule is known to flag, until the rule is mended: rule, event, why the officer would not.
const KNOWN_FALSE: &[(&str, &str, &str)] = &[];

const CATALOGUE: &str = "src/synth/data/events.toml";

fn options(events: EventRates, persons: u64) -> SynthOptions {
    let pipeline = Path::new(env!("CARGO_MANIFEST_DIR")).join("pipelines/hebi");
    SynthOptions {
        formats: FixtureFormats::CsvUtf8,
        events: Some(events),
        error_multiplier: 0.0,
        ..SynthOptions::new(&pipeline, persons, 7)
    }
}

/// A line of `events.csv`.
struct Told {
    event: String,
    wrong: bool,
    /// The subject that rules of this line name, as they name it.
    subject: String,
    person: String,
    household: String,
    rule: String,
    role: String,
}

fn told(data: &Path) -> Vec<Told> {
    let mut reader = csv::Reader::from_path(crate::truth_of(data).join("events.csv")).unwrap();
    let lines = reader.records().map(|row| row.unwrap()).map(|row| {
        let person = PersonId::of_bits(number(&row[5])).to_string();
        let household = HouseholdId::of_bits(number(&row[6])).to_string();
        Told {
            event: row[0].to_owned(),
            wrong: &row[2] == "wrong",
            subject: if &row[4] == "household" { household.clone() } else { person.clone() },
            person,
            household,
            rule: row[8].to_owned(),
            role: row[9].to_owned(),
        }
    });
    lines.collect()
}

#[test]
fn the_catalogue_knows_the_subjects_of_the_rules_it_names() {
    let catalogue: toml::Table = std::fs::read_to_string(CATALOGUE).unwrap().parse().unwrap();
    let codes = |table: &toml::Table, key: &str| -> Vec<String> {
        let listed = table.get(key).and_then(toml::Value::as_array).into_iter().flatten();
        listed.map(|code| code.as_str().unwrap().to_owned()).collect()
    };
    let events = catalogue["event"].as_array().unwrap().iter().map(|event| event.as_table().unwrap());
    let named: BTreeSet<String> =
        events.flat_map(|event| [codes(event, "raises"), codes(event, "may_raise")].concat()).collect();
    let pipeline = Pipeline::open(Path::new("pipelines/hebi")).unwrap();
    let subjects: BTreeMap<String, SubjectKind> = RuleSet::load(&pipeline)
        .unwrap()
        .rules
        .into_iter()
        .map(|rule| (rule.header.code, rule.header.subject))
        .collect();
    let of_kind = |kind: SubjectKind| -> BTreeSet<&String> {
        named.iter().filter(|code| subjects[*code] == kind).collect()
    };
    let (persons, households) = (of_kind(SubjectKind::Person), of_kind(SubjectKind::Household));
    let told = codes(&catalogue, "household_rules");
    assert_eq!(told.iter().collect::<BTreeSet<_>>(), households);
    assert_eq!(persons.len() + households.len(), named.len());
}

#[test]
fn every_wrong_is_said_and_no_ordinary_life_is_flagged() {
    let out = tempfile::tempdir().unwrap();
    let report = generate_extracts(&options(EventRates::Oversampled, 6_000), out.path()).unwrap();
    let data: PathBuf = out.path().join("2018Q3");
    let expected = std::fs::read_to_string(crate::truth_of(&data).join("exceptions.csv")).unwrap();
    assert_eq!(report.exceptions, expected.lines().skip(1).count() as u64);
    let told = told(&data);
    let findings = findings_in(&data, "2018Q3");
    let found: BTreeSet<(String, String)> =
        findings.exceptions.iter().map(|e| (e.rule_code.to_string(), e.subject_id.to_string())).collect();
    let named: BTreeSet<&str> = told.iter().filter(|t| t.role == "raises").map(|t| t.rule.as_str()).collect();
    let happened: BTreeSet<&str> = told.iter().map(|t| t.event.as_str()).collect();
    let catalogue = std::fs::read_to_string(CATALOGUE).unwrap();
    for name in catalogue.lines().filter_map(|l| l.strip_prefix("name = \"")).map(|l| l.trim_end_matches('"'))
    {
        // Nobody misspells here.
        assert!(SLIP_EVENTS.contains(&name) || happened.contains(name), "nobody met with {name}");
    }
    let mut faults: BTreeMap<(String, String), usize> = BTreeMap::new();
    for t in told.iter().filter(|t| t.role == "raises") {
        let said = found.contains(&(t.rule.clone(), t.subject.clone()));
        if !said && !KNOWN_MISSES.contains(&(t.rule.as_str(), t.event.as_str())) {
            *faults.entry((format!("{} misses", t.rule), t.event.clone())).or_default() += 1;
        }
    }
    let claims: BTreeSet<(&str, &str)> =
        told.iter().filter(|t| !t.rule.is_empty()).map(|t| (t.rule.as_str(), t.subject.as_str())).collect();
    let homes: BTreeMap<String, String> = truth_records_of(&data)
        .into_values()
        .map(|(person, home)| {
            let home = HouseholdId::of_bits(number(&home)).to_string();
            (PersonId::of_bits(number(&person)).to_string(), home)
        })
        .collect();
    for (rule, subject) in found.iter().filter(|(rule, _)| named.contains(rule.as_str())) {
        if claims.contains(&(rule.as_str(), subject.as_str())) {
            continue;
        }
        // What happened to the subject before what happened in its household; ordinary life first.
        let home = homes.get(subject).unwrap_or(subject);
        let near = |t: &&Told| t.person == *subject || t.household == *home;
        let mut events: Vec<&Told> = told.iter().filter(near).collect();
        events.sort_by_key(|t| (t.person != *subject, t.wrong));
        let event = events.first().map_or("nothing", |t| t.event.as_str());
        if !KNOWN_FALSE.iter().any(|(r, e, _)| (*r, *e) == (rule.as_str(), event)) {
            *faults.entry((format!("{rule} flags"), event.to_owned())).or_default() += 1;
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn events_do_not_depend_on_threads_and_go_on_in_the_next_quarter() {
    let options =
        SynthOptions { quarters: 2, error_multiplier: 1.0, ..options(EventRates::Oversampled, 2_500) };
    let write = |threads: usize| {
        let out = tempfile::tempdir().unwrap();
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| generate_extracts(&options, out.path())).unwrap();
        out
    };
    let (one, four) = (write(1), write(4));
    assert_same(one.path(), four.path());
    let of = |quarter: &str| -> BTreeSet<(String, String)> {
        told(&one.path().join(quarter)).into_iter().map(|t| (t.event, t.person)).collect()
    };
    let (first, second) = (of("2018Q3"), of("2018Q4"));
    let both = first.intersection(&second).count();
    assert!(both * 10 > first.len() * 8, "{both} of {}", first.len());
}

#[test]
fn events_happen_as_often_as_they_do() {
    let out = tempfile::tempdir().unwrap();
    generate_extracts(&options(EventRates::Usual, 6_000), out.path()).unwrap();
    let told = told(&out.path().join("2018Q3"));
    let wrongs = told.iter().filter(|t| t.wrong).count();
    // Some hundred registered people; far fewer wrongs than when they are sought.
    assert!((5..400).contains(&wrongs), "{wrongs}");
}
