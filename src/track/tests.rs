use super::*;
use crate::reconcile::{NotRun, Severity, SubjectKind};

fn finding(rule: &str, subject: &str, key: &str) -> Exception {
    Exception {
        rule_code: rule.into(),
        severity: Severity::S1,
        subject_kind: SubjectKind::Person,
        subject_id: subject.into(),
        rule_key: key.into(),
        person_id: Some(subject.into()),
        household_id: None,
        county_code: String::new(),
        township_code: String::new(),
        village_code: String::new(),
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

fn findings(exceptions: &[Exception]) -> Findings {
    Findings { exceptions: exceptions.to_vec(), ..Findings::default() }
}

fn previous(quarter: &str, exceptions: Vec<TrackedException>) -> PreviousExceptions {
    PreviousExceptions { quarter: quarter.into(), exceptions }
}

#[test]
fn life_of_an_exception() {
    let a = finding("R07", "P1", "");
    let q3 = track(&findings(std::slice::from_ref(&a)), None, &[], "2018Q3").unwrap();
    assert_eq!((q3[0].status, q3[0].due_date.as_str()), (Status::New, "2018-10-30"));

    let mut reworded = a.clone();
    reworded.message = "另一种说法".into();
    reworded.evidence = vec!["dibao:ffffffff.r9".into()];
    let q4 = track(&findings(&[reworded]), Some(&previous("2018Q3", q3)), &[], "2018Q4").unwrap();
    assert_eq!((q4[0].status, q4[0].first_seen.as_str()), (Status::Persisting, "2018Q3"));
    assert_eq!(q4[0].due_date, "2018-10-30", "an overdue exception stays overdue");

    let q5 = track(&findings(&[]), Some(&previous("2018Q4", q4)), &[], "2019Q1").unwrap();
    assert_eq!((q5[0].status, q5[0].resolved_in.as_deref()), (Status::Resolved, Some("2019Q1")));
    assert_eq!(q5[0].last_seen, "2018Q4");

    let q6 = track(&findings(&[]), Some(&previous("2019Q1", q5)), &[], "2019Q2").unwrap();
    assert!(q6[0].is_history("2019Q2"), "remembered, but not counted again");

    let q7 = track(&findings(&[a]), Some(&previous("2019Q2", q6)), &[], "2019Q3").unwrap();
    assert_eq!((q7[0].status, q7[0].first_seen.as_str()), (Status::Reopened, "2018Q3"));
    assert_eq!(q7[0].due_date, "2019-10-30");
}

#[test]
fn a_rule_that_did_not_run_resolves_nothing() {
    let q3 = track(&findings(&[finding("R30", "P1", "")]), None, &[], "2018Q3").unwrap();
    let mut none = findings(&[]);
    none.not_run.push(NotRun { rule_code: "R30".into(), reason: "缺少来源".into() });
    let q4 = track(&none, Some(&previous("2018Q3", q3)), &[], "2018Q4").unwrap();
    assert_eq!((q4[0].status, q4[0].checked), (Status::Persisting, false));
    assert_eq!(q4[0].last_seen, "2018Q3");
}

#[test]
fn merged_persons_keep_their_exceptions() {
    let q3 = track(&findings(&[finding("R07", "P1", ""), finding("R07", "P2", "")]), None, &[], "2018Q3");
    let ledger = [IdentityChange { kind: "merge".into(), previous_id: "P2".into(), current_id: "P1".into() }];
    let now = findings(&[finding("R07", "P1", "")]);
    let q4 = track(&now, Some(&previous("2018Q3", q3.unwrap())), &ledger, "2018Q4").unwrap();
    assert_eq!(q4.len(), 1);
    assert_eq!(q4[0].status, Status::Persisting);
}

#[test]
fn fingerprint_parts_do_not_run_together() {
    assert_ne!(fingerprint(&finding("R1", "1P", "")), fingerprint(&finding("R11", "P", "")));
    assert_ne!(fingerprint(&finding("R1", "P", "1")), fingerprint(&finding("R1", "P1", "")));
    assert_eq!(fingerprint(&finding("R1", "P", "")).len(), 26);
}
