use super::*;
use crate::rules::rule_file::parse_rule_file;

/// A rule on people of the registry who stand in no list: of students with the key `school`, of the insured
/// among `insured_person` with any other.
const RULE: &str = r#"/*
code = "R01"
title = "甲"
why = "乙"
policy = { clause = "一", quote = "丙" }
owner = "扶贫办"
severity = "S1"
subject = "person"
sources = ["registry_person", "insurance", "student"]
absent_from = [
    { list = "insurance", rows = "insured_person" },
    { list = "student", of = "registry_household", key = "school" },
]
message = "丁。"
*/
SELECT 1
"#;

fn row(record: i64, source: &str, candidate: i64, score: i32) -> NearMissRow {
    NearMissRow {
        record,
        source: source.into(),
        order: 0,
        candidate,
        person: 100 + record,
        candidate_person: 100 + candidate,
        score,
        likely: score >= 0,
    }
}

fn nearest(key: &str, evidence: &[i64], rows: &[NearMissRow]) -> Option<(i64, bool)> {
    nearest_in(None, key, evidence, rows)
}

/// The nearest to a finding with this evidence, which may name the lists it is missing from; records under 10 are the
/// registry's persons, under 20 its households, the others of lists.
fn nearest_in(
    lists: Option<&[&str]>,
    key: &str,
    evidence: &[i64],
    rows: &[NearMissRow],
) -> Option<(i64, bool)> {
    let rule = parse_rule_file("rules/a/R01_x.sql".as_ref(), "a", RULE.to_owned()).unwrap();
    let finding = RuleFinding {
        subject: crate::reconcile::findings::select_outcome::FindingSubject::Id(1),
        rule_key: key.into(),
        evidence: evidence.into(),
        message: "丁。".into(),
        missing_from: lists.map(|lists| lists.iter().map(|list| Arc::from(*list)).collect()),
        to_confirm: false,
        near: None,
    };
    let listed: ListedPersons = [("insured_person".to_owned(), vec![121, 122, 123])].into();
    let mut rows = rows.to_vec();
    rows.sort_unstable();
    let found = NearMissIndex::of(&rows, &listed).nearest(&rule.header, &finding, |record| match record {
        0..10 => Some("registry_person"),
        10..20 => Some("registry_household"),
        _ => None,
    });
    found.map(|near| (near.candidate, near.likely))
}

#[test]
fn the_nearest_record_of_the_list_goes_with_the_finding() {
    let rows = [row(1, "insurance", 21, -50), row(1, "insurance", 22, 50), row(2, "insurance", 23, 90)];
    assert_eq!(nearest("", &[1], &rows), Some((22, true)));
    assert_eq!(nearest("", &[1], &rows[..1]), Some((21, false)));
    assert_eq!(nearest("", &[1, 2], &rows), Some((23, true)), "the nearest to any of the evidence");
    assert_eq!(nearest("", &[3], &rows), None);
}

#[test]
fn who_would_not_have_saved_the_subject_is_no_candidate() {
    let rows = [row(1, "insurance", 21, -50), row(1, "insurance", 29, 50)];
    assert_eq!(nearest("", &[1], &rows), Some((21, false)), "29 is of nobody among the insured");
}

#[test]
fn other_lists_other_keys_and_other_evidence_are_not_asked() {
    let student = [row(1, "student", 21, 50), row(11, "student", 22, 50)];
    assert_eq!(nearest("", &[1, 11], &student), None);
    assert_eq!(nearest("school", &[1, 11], &student), Some((22, true)));
    assert_eq!(nearest("school", &[1], &student), None);
    assert_eq!(
        nearest("", &[11], &[row(11, "insurance", 21, 50)]),
        None,
        "not a record of the registry's persons"
    );
}

#[test]
fn a_finding_that_names_its_list_asks_no_other() {
    let rows = [row(1, "insurance", 22, 50)];
    assert_eq!(nearest_in(Some(&["insurance"]), "", &[1], &rows), Some((22, true)));
    assert_eq!(nearest_in(Some(&["student"]), "", &[1], &rows), None);
    assert_eq!(nearest_in(Some(&[]), "", &[1], &rows), None, "missing from none");
}

#[test]
fn of_equals_the_first_record_is_taken() {
    let rows = [row(1, "insurance", 22, 50), row(1, "insurance", 21, 50)];
    assert_eq!(nearest("", &[1], &rows), Some((21, true)));
}
