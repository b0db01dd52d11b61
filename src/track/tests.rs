use super::*;
use crate::model::division::DivisionTree;
use crate::model::exception::Status;
use crate::model::exception::TrackedException;
use crate::model::exception::{Severity, SubjectKind};
use crate::model::published_id::{HouseholdId, PersonId};
use crate::model::resolution::Resolution;
use crate::normalize::{ComparableColumn, ComparableSource};

fn finding(rule: &str, subject: &str, key: &str) -> Exception {
    Exception {
        rule_code: rule.into(),
        severity: Severity::S1,
        subject_kind: SubjectKind::Person,
        subject_id: subject.into(),
        rule_key: key.into(),
        person_id: Some(subject.into()),
        household_id: None,
        county_code: "".into(),
        township_code: "".into(),
        village_code: "".into(),
        owner: "民政局".into(),
        evidence: vec!["dibao:00000000.r2".into()],
        message: "说明".into(),
        confidence: 1,
        due_days: 30,
        in_review: false,
        related: Vec::new(),
        cause: None,
    }
}

fn period(text: &str) -> Period {
    text.parse().unwrap()
}

/// Tracks what was found against the quarter before.
fn next(
    found: &[Exception],
    not_run: &[NotRun],
    before: Option<(&str, Vec<TrackedException>)>,
    ledger: &[IdentityChange],
    quarter: &str,
) -> Vec<TrackedException> {
    next_of_known(found, (not_run, None), before, ledger, quarter)
}

/// As [`next`]; `known`: whom the lists of the quarter know.
fn next_of_known(
    found: &[Exception],
    (not_run, known): (&[NotRun], Option<&KnownSubjects>),
    before: Option<(&str, Vec<TrackedException>)>,
    ledger: &[IdentityChange],
    quarter: &str,
) -> Vec<TrackedException> {
    let secret = IdentitySecret::new(b"an invented key of 32 bytes long").unwrap();
    let before =
        before.map(|(quarter, exceptions)| PreviousExceptions { period: period(quarter), exceptions });
    let unjudged = Unjudged { not_run, undecided: &[], held: &[], known, returned: None };
    track(found.to_vec(), &unjudged, before, ledger, period(quarter), &secret).unwrap()
}

#[test]
fn life_of_an_exception() {
    let a = finding("R07", "P1", "");
    let q3 = next(std::slice::from_ref(&a), &[], None, &[], "2018Q3");
    assert_eq!((q3[0].status, &*q3[0].due_date), (Status::New, "2018-10-30"));

    let mut reworded = a.clone();
    reworded.message = "另一种说法".into();
    reworded.evidence = vec!["dibao:ffffffff.r9".into()];
    let q4 = next(&[reworded], &[], Some(("2018Q3", q3)), &[], "2018Q4");
    assert_eq!((q4[0].status, q4[0].first_seen), (Status::Persisting, period("2018Q3")));
    assert_eq!(&*q4[0].due_date, "2018-10-30", "an overdue exception stays overdue");

    let q5 = next(&[], &[], Some(("2018Q4", q4)), &[], "2019Q1");
    assert_eq!((q5[0].status, q5[0].resolved_in), (Status::Resolved, Some(period("2019Q1"))));
    assert_eq!(q5[0].last_seen, period("2018Q4"));

    let q6 = next(&[], &[], Some(("2019Q1", q5)), &[], "2019Q2");
    assert!(q6[0].is_history(period("2019Q2")), "remembered, but not counted again");

    let q7 = next(&[a], &[], Some(("2019Q2", q6)), &[], "2019Q3");
    assert_eq!((q7[0].status, q7[0].first_seen), (Status::Reopened, period("2018Q3")));
    assert_eq!(&*q7[0].due_date, "2019-10-30");
}

#[test]
fn a_rule_that_did_not_run_resolves_nothing() {
    let q3 = next(&[finding("R30", "P1", "")], &[], None, &[], "2018Q3");
    let not_run = [NotRun { rule_code: "R30".into(), reason: "缺少来源".into(), retired: false }];
    let q4 = next(&[], &not_run, Some(("2018Q3", q3)), &[], "2018Q4");
    assert_eq!((q4[0].status, q4[0].checked), (Status::Persisting, false));
    assert_eq!(q4[0].last_seen, period("2018Q3"));
}

#[test]
fn what_a_retired_rule_found_is_closed_as_such() {
    let q4 = next(&[finding("R84", "P1", "")], &[], None, &[], "2018Q4");
    let not_run = [NotRun { rule_code: "R84".into(), reason: "适用至2018Q4".into(), retired: true }];
    let q1 = next(&[], &not_run, Some(("2018Q4", q4)), &[], "2019Q1");
    assert_eq!((q1[0].status, q1[0].checked, q1[0].is_open()), (Status::Retired, false, false));
    assert_eq!(q1[0].resolved_in, Some(period("2019Q1")));
    assert_eq!(q1[0].resolved_by, Some(ResolvedBy::RuleRetired));
    let q2 = next(&[], &not_run, Some(("2019Q1", q1)), &[], "2019Q2");
    assert!(q2[0].is_history(period("2019Q2")));
    let q3 = next(&[finding("R84", "P1", "")], &[], Some(("2019Q2", q2)), &[], "2019Q3");
    assert_eq!(q3[0].status, Status::Reopened);
}

#[test]
fn merged_persons_keep_their_exceptions() {
    let q3 = next(&[finding("R07", "P1", ""), finding("R07", "P2", "")], &[], None, &[], "2018Q3");
    let ledger = [IdentityChange { kind: "merge".into(), previous_id: "P2".into(), current_id: "P1".into() }];
    let q4 = next(&[finding("R07", "P1", "")], &[], Some(("2018Q3", q3)), &ledger, "2018Q4");
    assert_eq!(q4.len(), 1);
    assert_eq!(q4[0].status, Status::Persisting);
}

#[test]
fn fingerprint_parts_do_not_run_together() {
    assert_ne!(
        exception_fingerprint(&finding("R1", "1P", "")),
        exception_fingerprint(&finding("R11", "P", ""))
    );
    assert_ne!(
        exception_fingerprint(&finding("R1", "P", "1")),
        exception_fingerprint(&finding("R1", "P1", ""))
    );
    assert_eq!(exception_fingerprint(&finding("R1", "P", "")).len(), 26);
}

#[test]
fn numbers_of_sheets_are_remembered_where_lists_call_it_otherwise_now() {
    let both = [finding("R07", "P1", ""), finding("R07", "P2", "")];
    let mut q3 = next(&both, &[], None, &[], "2018Q3");
    // As they are read from a publication.
    for one in &mut q3 {
        one.former_numbers.push(one.long_number());
    }
    let [number_1, number_2] =
        ["P1", "P2"].map(|id| q3.iter().find(|one| &*one.exception.subject_id == id).unwrap().long_number());
    assert_ne!(number_1, number_2);
    let same = next(&both, &[], Some(("2018Q3", q3.clone())), &[], "2018Q4");
    assert!(
        same.iter().all(|one| one.former_numbers.is_empty()),
        "a number that still holds is no former one"
    );
    let merge = IdentityChange { kind: "merge".into(), previous_id: "P2".into(), current_id: "P1".into() };
    let q4 = next(&both[..1], &[], Some(("2018Q3", q3)), &[merge], "2018Q4");
    assert_eq!((q4.len(), q4[0].long_number()), (1, number_1));
    assert_eq!(q4[0].former_numbers, [number_2]);
}

#[test]
fn t1_findings_of_a_renamed_rule_go_on_under_its_code() {
    let mut q3 = next(&[finding("R52", "P1", "a"), finding("R9", "P1", "")], &[], None, &[], "2018Q3");
    for one in &mut q3 {
        one.former_numbers.push(one.long_number());
    }
    let sheet = q3.iter().find(|one| &*one.exception.rule_code == "R52").unwrap().long_number();
    let renamed = [("R52".to_owned(), "R52x".into())].into();
    let before = PreviousExceptions { period: period("2018Q3"), exceptions: q3 }.under_codes(&renamed);
    let found = [finding("R52x", "P1", "a"), finding("R9", "P1", "")];
    let q4 = next(&found, &[], Some(("2018Q3", before.exceptions)), &[], "2018Q4");
    assert_eq!(q4.len(), 2);
    assert!(q4.iter().all(|one| one.status == Status::Persisting && &*one.due_date == "2018-10-30"));
    let one = q4.iter().find(|one| &*one.exception.rule_code == "R52x").unwrap();
    assert_eq!(one.former_numbers, [sheet]);
    assert!(one.long_number().starts_with("R52x-2018Q3-"));
}

#[test]
fn t4_what_closes_a_finding_is_told() {
    let id = |bits: u64| PersonId::of_bits(bits).to_string();
    let at = |bits: u64, township: &str| {
        let mut one = finding("R07", &id(bits), "");
        (one.county_code, one.township_code) = ("410622".into(), township.into());
        one
    };
    let found: Vec<Exception> = (1..=5).map(|bits| at(bits, "410622100")).collect();
    let q3 = next(&found, &[], None, &[], "2018Q3");
    let before = PreviousExceptions { period: period("2018Q3"), exceptions: q3.clone() };
    let units = "code,name\n410622,淇县\n410622100,北阳镇\n410622101,西岗镇\n";
    let tree = DivisionTree::parse(units, std::path::Path::new("divisions.csv")).unwrap();
    // One stays where it was, one has moved, of one no list says where, one became another; one is in no list.
    let resolution = Resolution {
        offsets: vec![0, 4],
        person: vec![0, 1, 2, 3],
        household: vec![0; 4],
        person_ids: [1, 2, 3, 9].map(PersonId::of_bits).to_vec(),
        household_ids: vec![HouseholdId::of_bits(1)],
        ledger: vec![IdentityChange { kind: "merge".into(), previous_id: id(4), current_id: id(9) }],
        ..Resolution::default()
    };
    let comparable = ComparableSource {
        source: "dibao".into(),
        rows: 4,
        columns: [("division".to_owned(), ComparableColumn::Division(vec![2, 3, 0, 2]))].into(),
    };
    let known = KnownSubjects::of(&before, &tree, &[comparable], &resolution);
    let q4 = next_of_known(&[], (&[], Some(&known)), Some(("2018Q3", q3)), &resolution.ledger, "2018Q4");
    let by = |bits: u64| {
        let id = id(bits);
        q4.iter().find(|one| *one.exception.subject_id == *id).unwrap().resolved_by.unwrap().code()
    };
    assert_eq!([1, 2, 3, 9, 5].map(by), ["data", "moved", "data", "data", "subject_gone"]);
    let again = next(&found[..1], &[], Some(("2018Q4", q4)), &[], "2019Q1");
    let one = again.iter().find(|one| one.status == Status::Reopened).unwrap();
    assert_eq!((one.resolved_in, one.resolved_by), (None, None));
}
