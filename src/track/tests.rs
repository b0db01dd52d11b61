use super::*;
use crate::answers::{Answer, AnswerSource, AnswerStore, BatchOrigin, StandingAnswers};
use crate::model::division::DivisionTree;
use crate::model::exception::Status;
use crate::model::exception::TrackedException;
use crate::model::exception::{RelatedException, Severity, SubjectKind};
use crate::model::published_id::{HouseholdId, PersonId};
use crate::model::resolution::Resolution;
use crate::normalize::{ComparableColumn, ComparableSource};
use crate::rules::officer_words::AnswerWords;
use crate::rules::verdict_meaning::{Closing, VerdictMeaning};
use crate::rules::waiver::Waiver;

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
    let unjudged = Unjudged { not_run, undecided: &[], held: &[], known, returned: &[] };
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
    let not_run =
        [NotRun {
            rule_code: "R30".into(), reason: "缺少来源".into(), retired: false, missing: Vec::new()
        }];
    let q4 = next(&[], &not_run, Some(("2018Q3", q3)), &[], "2018Q4");
    assert_eq!((q4[0].status, q4[0].checked), (Status::Persisting, false));
    assert_eq!(q4[0].last_seen, period("2018Q3"));
}

#[test]
fn what_a_retired_rule_found_is_closed_as_such() {
    let q4 = next(&[finding("R84", "P1", "")], &[], None, &[], "2018Q4");
    let not_run = [NotRun {
        rule_code: "R84".into(),
        reason: "适用至2018Q4".into(),
        retired: true,
        missing: Vec::new(),
    }];
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
    let of_renamed = q3.iter().find(|one| &*one.exception.rule_code == "R52").unwrap();
    let (sheet, answers) = (of_renamed.long_number(), answered(of_renamed, "不属实", ("F1", "2018-10-20")));
    let renamed = [("R52".to_owned(), "R52x".into())].into();
    let before = PreviousExceptions { period: period("2018Q3"), exceptions: q3 }.under_codes(&renamed);
    let found = [finding("R52x", "P1", "a"), finding("R9", "P1", "")];
    let q4 = next(&found, &[], Some(("2018Q3", before.exceptions)), &[], "2018Q4");
    assert_eq!(q4.len(), 2);
    assert!(q4.iter().all(|one| one.status == Status::Persisting && &*one.due_date == "2018-10-30"));
    let one = q4.iter().find(|one| &*one.exception.rule_code == "R52x").unwrap();
    assert_eq!(one.former_numbers, [sheet]);
    assert!(one.long_number().starts_with("R52x-2018Q3-"));
    // What was answered under the former code is answered.
    let status = |code: &str, facts: &str| {
        let judged = judged(q4.clone(), facts, &answers, "2018Q4");
        judged.iter().find(|one| &*one.exception.rule_code == code).unwrap().status
    };
    assert_eq!(status("R52x", "F1"), Status::Answered);
    assert_eq!(status("R52x", "F2"), Status::Persisting);
    assert_eq!(status("R9", "F1"), Status::Persisting, "nobody answered the other");
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
    let known = KnownSubjects::of(before.exceptions.iter(), &tree, &[comparable], &resolution);
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

/// What was answered of an exception on a day of October, to facts.
fn answered(exception: &TrackedException, verdict: &str, (facts, day): (&str, &str)) -> StandingAnswers {
    let folder = tempfile::tempdir().unwrap();
    let mut store = AnswerStore::open(folder.path(), "ID1").unwrap();
    let origin = BatchOrigin {
        source: AnswerSource::Sheet,
        recorded_at: format!("{day}T09:30:00+08:00"),
        recorded_by: "操作员".to_owned(),
        file: String::new(),
        file_sha256: String::new(),
    };
    let answer = Answer {
        answered_by: "罗德合".to_owned(),
        answered_on: Some(day.parse().unwrap()),
        expires: (verdict == "批准到期").then(|| "2018-11-15".parse().unwrap()),
        ..Answer::of(&exception.exception_id, facts, verdict)
    };
    store.append(&origin, &[answer]).unwrap();
    StandingAnswers::read(&store).unwrap()
}

/// Appends an answer that was given on the page.
fn say_on_page(store: &mut AnswerStore, answer: &Answer) {
    let origin = BatchOrigin {
        source: AnswerSource::Page,
        recorded_at: "2018-10-21T09:30:00+08:00".to_owned(),
        recorded_by: "操作员".to_owned(),
        file: String::new(),
        file_sha256: String::new(),
    };
    store.append(&origin, std::slice::from_ref(answer)).unwrap();
}

/// As they are read back from a publication: with the numbers that its sheets bear.
fn read_back(mut tracked: Vec<TrackedException>) -> Vec<TrackedException> {
    for one in &mut tracked {
        one.former_numbers.push(one.long_number());
    }
    tracked
}

fn words() -> AnswerWords {
    let closing = |closes| VerdictMeaning { closes, ..VerdictMeaning::default() };
    let mut words = AnswerWords::default();
    for (verdict, closes) in [
        ("不属实", Closing::Facts),
        ("批准到期", Closing::Facts),
        ("已整改", Closing::Period),
        ("属实", Closing::No),
    ] {
        words.verdicts.push(verdict.to_owned());
        words.meaning.insert(verdict.to_owned(), closing(closes));
    }
    for verdict in ["已整改", "属实"] {
        if let Some(meaning) = words.meaning.get_mut(verdict) {
            meaning.measures.push("追缴".to_owned());
        }
    }
    words
}

/// The quarter's exceptions of which each rests on the same facts, with what was answered.
fn judged(
    mut tracked: Vec<TrackedException>,
    facts: &str,
    answers: &StandingAnswers,
    quarter: &str,
) -> Vec<TrackedException> {
    let secret = IdentitySecret::new(b"an invented key of 32 bytes long").unwrap();
    for one in tracked.iter_mut().filter(|one| one.checked && one.last_seen == period(quarter)) {
        one.facts = facts.to_owned();
    }
    let mut due = DueDates::from_end_of(period(quarter));
    apply_answers(&mut tracked, answers, (&words(), &[]), (period(quarter), &mut due), &secret).unwrap();
    tracked
}

#[test]
fn t9_what_was_answered_stays_closed_for_the_same_facts_and_is_no_resolved_one() {
    let a = finding("R07", "P1", "");
    let none = StandingAnswers::default();
    let q3 = judged(next(std::slice::from_ref(&a), &[], None, &[], "2018Q3"), "F1", &none, "2018Q3");
    assert_eq!(q3[0].status, Status::New);
    let answers = answered(&q3[0], "不属实", ("F1", "2018-10-20"));
    // A further run of the same quarter, and the quarter behind it.
    let again = judged(next(std::slice::from_ref(&a), &[], None, &[], "2018Q3"), "F1", &answers, "2018Q3");
    for (tracked, quarter) in [
        (again.clone(), "2018Q3"),
        (
            judged(
                next(std::slice::from_ref(&a), &[], Some(("2018Q3", again)), &[], "2018Q4"),
                "F1",
                &answers,
                "2018Q4",
            ),
            "2018Q4",
        ),
    ] {
        let one = &tracked[0];
        assert_eq!((one.status, one.resolved_by), (Status::Answered, Some(ResolvedBy::Answer)), "{quarter}");
        // T8: the lists show it, so it is not resolved as well.
        assert_eq!((one.is_open(), one.resolved_in), (false, None), "{quarter}");
        assert_eq!(one.answer.as_ref().unwrap().verdict, "不属实");
        assert_eq!((one.first_seen, &*one.due_date), (period("2018Q3"), "2018-10-30"));
    }
}

#[test]
fn t12_other_facts_bring_it_back_with_its_age() {
    let a = finding("R07", "P1", "");
    let q3 = next(std::slice::from_ref(&a), &[], None, &[], "2018Q3");
    let answers = answered(&q3[0], "不属实", ("F1", "2018-10-20"));
    let q3 = judged(q3, "F1", &answers, "2018Q3");
    assert_eq!(q3[0].status, Status::Answered);
    let q4 = next(std::slice::from_ref(&a), &[], Some(("2018Q3", q3)), &[], "2018Q4");
    let q4 = judged(q4, "F2", &answers, "2018Q4");
    assert_eq!((q4[0].status, q4[0].resolved_by), (Status::Reopened, None));
    assert_eq!(
        (q4[0].first_seen, &*q4[0].due_date),
        (period("2018Q3"), "2019-01-30"),
        "a new day to answer by"
    );
    assert_eq!(q4[0].answer.as_ref().unwrap().facts, "F1", "the last answer is shown all the same");
}

#[test]
fn t15_an_answer_that_expires_brings_it_back() {
    let a = finding("R07", "P1", "");
    let q3 = next(std::slice::from_ref(&a), &[], None, &[], "2018Q3");
    let answers = answered(&q3[0], "批准到期", ("F1", "2018-10-20"));
    let q3 = judged(q3, "F1", &answers, "2018Q3");
    assert_eq!(q3[0].status, Status::Answered);
    let q4 = judged(
        next(std::slice::from_ref(&a), &[], Some(("2018Q3", q3)), &[], "2018Q4"),
        "F1",
        &answers,
        "2018Q4",
    );
    assert_eq!((q4[0].status, q4[0].first_seen), (Status::Reopened, period("2018Q3")));
    assert_eq!(&*q4[0].due_date, "2019-01-30");
}

#[test]
fn what_was_said_to_be_mended_must_be_gone_from_the_next_lists() {
    let a = finding("R07", "P1", "");
    let q3 = next(std::slice::from_ref(&a), &[], None, &[], "2018Q3");
    let answers = answered(&q3[0], "已整改", ("F1", "2018-10-20"));
    let q3 = judged(q3, "F1", &answers, "2018Q3");
    assert_eq!(q3[0].status, Status::Answered, "the lists are older than the answer");
    let q4 = next(std::slice::from_ref(&a), &[], Some(("2018Q3", q3.clone())), &[], "2018Q4");
    assert_eq!(judged(q4, "F1", &answers, "2018Q4")[0].status, Status::Reopened);
    let q4 = next(&[], &[], Some(("2018Q3", q3)), &[], "2018Q4");
    let q4 = judged(q4, "F1", &answers, "2018Q4");
    assert_eq!((q4[0].status, q4[0].resolved_by), (Status::Resolved, Some(ResolvedBy::Data)));
}

#[test]
fn what_is_true_and_what_is_withdrawn_closes_nothing() {
    let a = finding("R07", "P1", "");
    let q3 = next(std::slice::from_ref(&a), &[], None, &[], "2018Q3");
    let answers = answered(&q3[0], "属实", ("F1", "2018-10-20"));
    assert_eq!(judged(q3.clone(), "F1", &answers, "2018Q3")[0].status, Status::New);
    let answers = answered(&q3[0], "不属实", ("F1", "2018-10-20"));
    let closed = judged(q3, "F1", &answers, "2018Q3");
    // Withdrawn: nothing stands any more.
    let q4 = next(std::slice::from_ref(&a), &[], Some(("2018Q3", closed.clone())), &[], "2018Q4");
    let withdrawn = judged(q4, "F1", &StandingAnswers::default(), "2018Q4");
    assert_eq!((withdrawn[0].status, &*withdrawn[0].due_date), (Status::Persisting, "2018-10-30"));
    // Nothing is known of the facts: an answer to none is no answer.
    let answers = answered(&closed[0], "不属实", ("", "2018-10-20"));
    let q4 = next(std::slice::from_ref(&a), &[], Some(("2018Q3", closed)), &[], "2018Q4");
    assert_eq!(judged(q4, "", &answers, "2018Q4")[0].status, Status::Reopened);
}

#[test]
fn an_answered_one_that_cannot_be_judged_stays_answered() {
    let a = finding("R07", "P1", "");
    let q3 = next(std::slice::from_ref(&a), &[], None, &[], "2018Q3");
    let answers = answered(&q3[0], "不属实", ("F1", "2018-10-20"));
    let q3 = judged(q3, "F1", &answers, "2018Q3");
    let not_run = [NotRun {
        rule_code: "R07".to_owned(),
        reason: "没有名单".to_owned(),
        retired: false,
        missing: Vec::new(),
    }];
    let q4 = judged(next(&[], &not_run, Some(("2018Q3", q3)), &[], "2018Q4"), "F9", &answers, "2018Q4");
    assert_eq!((q4[0].status, q4[0].checked), (Status::Answered, false));
}

#[test]
fn t13_of_two_that_became_one_what_keeps_it_open_stands() {
    let (a, b) = (finding("R07", "P1", ""), finding("R07", "P2", ""));
    let q3 = read_back(next(&[a, b.clone()], &[], None, &[], "2018Q3"));
    let of = |subject: &str| q3.iter().find(|one| &*one.exception.subject_id == subject).unwrap();
    let merge = IdentityChange {
        kind: "merge".to_owned(),
        previous_id: "P1".to_owned(),
        current_id: "P2".to_owned(),
    };
    // What was answered of the one that is gone is known of the one that stays.
    let answers = answered(of("P1"), "不属实", ("F1", "2018-10-20"));
    let found = std::slice::from_ref(&b);
    let q4 = next(found, &[], Some(("2018Q3", q3.clone())), std::slice::from_ref(&merge), "2018Q4");
    assert_eq!(judged(q4.clone(), "F1", &answers, "2018Q4")[0].status, Status::Answered);
    assert!(judged(q4.clone(), "F2", &answers, "2018Q4")[0].is_open(), "they rest on something else");
    let folder = tempfile::tempdir().unwrap();
    let mut store = AnswerStore::open(folder.path(), "ID1").unwrap();
    for (subject, verdict) in [("P2", "属实"), ("P1", "不属实")] {
        let said = answered(of(subject), verdict, ("F1", "2018-10-20"));
        let (_, one) = said.iter().next().unwrap();
        say_on_page(&mut store, &one.answer);
    }
    let both = StandingAnswers::read(&store).unwrap();
    let q4 = judged(q4, "F1", &both, "2018Q4");
    assert!(q4[0].is_open());
    assert_eq!(q4[0].answer.as_ref().unwrap().verdict, "属实", "the stricter one, though it is older");
}

#[test]
fn who_answers_a_finding_by_its_present_name_has_seen_what_was_said_under_another() {
    let found = finding("R07", "P2", "");
    let mut q3 = next(std::slice::from_ref(&found), &[], None, &[], "2018Q3");
    let former = next(&[finding("R07", "P1", "")], &[], None, &[], "2018Q3").remove(0);
    q3[0].former_numbers.push(former.long_number());
    let folder = tempfile::tempdir().unwrap();
    let mut store = AnswerStore::open(folder.path(), "ID1").unwrap();
    for (of, verdict) in [(&former, "属实"), (&q3[0], "不属实")] {
        let said = answered(of, verdict, ("F1", "2018-10-20"));
        let (_, one) = said.iter().next().unwrap();
        say_on_page(&mut store, &one.answer);
    }
    let both = StandingAnswers::read(&store).unwrap();
    assert_eq!(judged(q3, "F1", &both, "2018Q3")[0].status, Status::Answered);
}

#[test]
fn t14_the_answer_follows_the_part_that_is_found() {
    let a = finding("R07", "P1", "");
    let q3 = next(std::slice::from_ref(&a), &[], None, &[], "2018Q3");
    let answers = answered(&q3[0], "不属实", ("F1", "2018-10-20"));
    let q3 = read_back(judged(q3, "F1", &answers, "2018Q3"));
    let split = IdentityChange {
        kind: "split".to_owned(),
        previous_id: "P1".to_owned(),
        current_id: "P9".to_owned(),
    };
    let ledger = std::slice::from_ref(&split);
    // Only the part with the new id is found: the exception goes on there, with its sheets.
    let part = finding("R07", "P9", "");
    let q4 = next(std::slice::from_ref(&part), &[], Some(("2018Q3", q3.clone())), ledger, "2018Q4");
    assert_eq!((q4.len(), q4[0].first_seen), (1, period("2018Q3")));
    assert_eq!(q4[0].former_numbers.len(), 1, "a sheet with the former number can come back");
    assert_eq!(judged(q4, "F1", &answers, "2018Q4")[0].status, Status::Answered);
    // Both parts are found: the one that kept the id goes on, the other is new.
    let q4 = next(&[a, part], &[], Some(("2018Q3", q3)), ledger, "2018Q4");
    let mut seen: Vec<(&str, Status)> =
        q4.iter().map(|one| (&*one.exception.subject_id, one.status)).collect();
    seen.sort_unstable();
    assert_eq!(seen, [("P1", Status::Answered), ("P9", Status::New)]);
}

/// Tracks what a further run of a period found against the period's current run.
fn rerun(
    found: &[Exception],
    not_run: &[NotRun],
    (before, within): (Option<(&str, Vec<TrackedException>)>, &[TrackedException]),
    quarter: &str,
) -> Vec<TrackedException> {
    let secret = IdentitySecret::new(b"an invented key of 32 bytes long").unwrap();
    let of = |quarter: &str, exceptions| PreviousExceptions { period: period(quarter), exceptions };
    let before = before.map(|(quarter, exceptions)| of(quarter, exceptions));
    let within = of(quarter, read_back(within.to_vec()));
    let unjudged = Unjudged { not_run, ..Unjudged::default() };
    let mut due = DueDates::from_end_of(period(quarter));
    let when = (period(quarter), &mut due);
    track_again(found.to_vec(), &unjudged, (before, Some(within)), &[], when, &secret).unwrap()
}

#[test]
fn what_a_corrected_list_mended_within_the_quarter_is_told_as_mended() {
    let (a, b) = (finding("R07", "P1", ""), finding("R07", "P2", ""));
    let status = |tracked: &[TrackedException]| -> Vec<(String, Status, Option<Period>)> {
        let mut all: Vec<_> = tracked
            .iter()
            .map(|one| (one.exception.subject_id.to_string(), one.status, one.resolved_in))
            .collect();
        all.sort_unstable_by(|x, y| x.0.cmp(&y.0));
        all
    };
    let q3 = Some(period("2018Q3"));
    let first = next(&[a.clone(), b.clone()], &[], None, &[], "2018Q3");
    let second = rerun(std::slice::from_ref(&a), &[], (None, &first), "2018Q3");
    let told = [("P1".to_owned(), Status::New, None), ("P2".to_owned(), Status::Resolved, q3)];
    assert_eq!(status(&second), told);
    assert!(!second.iter().any(|one| one.is_history(period("2018Q3"))), "it is shown as of this quarter");
    // The same lists once more: nothing moves.
    let third = rerun(std::slice::from_ref(&a), &[], (None, &second), "2018Q3");
    assert_eq!(third, second);
    // Back again: it is no new one, and has a new day.
    let fourth = rerun(&[a.clone(), b.clone()], &[], (None, &third), "2018Q3");
    assert_eq!(status(&fourth)[1].1, Status::Reopened);
    assert_eq!(rerun(&[a.clone(), b], &[], (None, &fourth), "2018Q3"), fourth);
    // A rule that did not run closes nothing, and says so.
    let not_run = [NotRun {
        rule_code: "R07".to_owned(),
        reason: "没有名单".to_owned(),
        retired: false,
        missing: Vec::new(),
    }];
    let held = rerun(&[], &not_run, (None, &first), "2018Q3");
    assert!(held.iter().all(|one| one.status == Status::New && !one.checked));
    // And the quarter behind goes on from the last run.
    let q4 = next(std::slice::from_ref(&a), &[], Some(("2018Q3", second)), &[], "2018Q4");
    let gone = q4.iter().find(|one| &*one.exception.subject_id == "P2").unwrap();
    assert!(gone.is_history(period("2018Q4")));
}

#[test]
fn a_further_run_over_the_same_lists_changes_nothing_of_older_findings() {
    let (a, b, c) = (finding("R07", "P1", ""), finding("R07", "P2", ""), finding("R07", "P3", ""));
    let q3 = read_back(next(&[a.clone(), b], &[], None, &[], "2018Q3"));
    let found = [a, c];
    let first = next(&found, &[], Some(("2018Q3", q3.clone())), &[], "2018Q4");
    let second = rerun(&found, &[], (Some(("2018Q3", q3)), &first), "2018Q4");
    assert_eq!(second, first);
}

#[test]
fn t15_a_waiver_that_expires_in_the_quarter_brings_findings_back() {
    let a = finding("R07", "P1", "");
    let secret = IdentitySecret::new(b"an invented key of 32 bytes long").unwrap();
    let waiver = Waiver {
        rule: "R07".to_owned(),
        area: None,
        reason: "系统升级".to_owned(),
        approved_by: "市扶贫办".to_owned(),
        from: None,
        until: "2018-11-15".to_owned(),
    };
    let none = StandingAnswers::default();
    let waived = |mut tracked: Vec<TrackedException>, quarter: &str| {
        let said = (&words(), std::slice::from_ref(&waiver));
        let mut due = DueDates::from_end_of(period(quarter));
        apply_answers(&mut tracked, &none, said, (period(quarter), &mut due), &secret).unwrap();
        tracked
    };
    let q3 = waived(next(std::slice::from_ref(&a), &[], None, &[], "2018Q3"), "2018Q3");
    assert_eq!((q3[0].status, q3[0].resolved_by), (Status::Answered, Some(ResolvedBy::Waiver)));
    let q4 = waived(next(std::slice::from_ref(&a), &[], Some(("2018Q3", q3)), &[], "2018Q4"), "2018Q4");
    assert_eq!(
        (q4[0].status, q4[0].first_seen, q4[0].resolved_by),
        (Status::Reopened, period("2018Q3"), None)
    );
    assert_eq!(&*q4[0].due_date, "2019-01-30");
}

#[test]
fn t7_two_findings_of_one_name_are_one_and_nothing_is_resolved() {
    let a = finding("R07", "P1", "");
    let q3 = next(&[a.clone(), a.clone()], &[], None, &[], "2018Q3");
    assert_eq!(q3.len(), 1);
    let q4 = next(&[a.clone(), a], &[], Some(("2018Q3", q3)), &[], "2018Q4");
    assert_eq!((q4.len(), q4[0].status), (1, Status::Persisting));
}

#[test]
fn t16_t17_another_owner_or_place_changes_neither_name_nor_answer() {
    let mut a = finding("R07", "P1", "");
    (a.owner, a.township_code, a.village_code) = ("扶贫办".into(), "410621100".into(), "410621100200".into());
    let q3 = next(std::slice::from_ref(&a), &[], None, &[], "2018Q3");
    let answers = answered(&q3[0], "不属实", ("F1", "2018-10-20"));
    let q3 = judged(q3, "F1", &answers, "2018Q3");
    let number = q3[0].long_number();
    (a.owner, a.township_code, a.village_code) =
        ("乡村振兴局".into(), "410621101".into(), "410621101999".into());
    let q4 = next(std::slice::from_ref(&a), &[], Some(("2018Q3", q3)), &[], "2018Q4");
    let q4 = judged(q4, "F1", &answers, "2018Q4");
    let one = &q4[0];
    assert_eq!(
        (one.status, one.long_number()),
        (Status::Answered, number),
        "the old sheet can still come back"
    );
    assert_eq!((&*one.exception.owner, &*one.exception.village_code), ("乡村振兴局", "410621101999"));
}

#[test]
fn what_follows_from_an_answered_cause_is_looked_at_with_it() {
    let cause = finding("R14", "P1", "");
    let mut follows = finding("R30", "P1", "");
    let name = RelatedException {
        rule_code: cause.rule_code.clone(),
        subject_id: cause.subject_id.clone(),
        rule_key: cause.rule_key.clone(),
    };
    follows.cause = Some(Box::new(name));
    let both = [cause.clone(), follows.clone()];
    let of = |tracked: &[TrackedException], rule: &str| {
        tracked.iter().find(|one| &*one.exception.rule_code == rule).unwrap().clone()
    };
    let found = next(&both, &[], None, &[], "2018Q3");
    let root = of(&found, "R14");
    let said = |verdict: &str, day: &str, quarter: &str, tracked: Vec<TrackedException>| {
        let answers = answered(&root, verdict, ("F1", day));
        let tracked = judged(tracked, "F1", &answers, quarter);
        let one = of(&tracked, "R30");
        let verdict = one.cause_answer.as_ref().map(|answer| answer.verdict.clone());
        ((one.status, one.resolved_by, verdict.unwrap_or_default()), tracked)
    };
    // True and to be put right: open like its cause, and looked at with it.
    let pending = said("属实", "2018-10-20", "2018Q3", found.clone()).0;
    assert_eq!(pending, (Status::New, None, "属实".to_owned()));
    // Nothing is wrong with the cause: it explains nothing.
    let refuted = said("不属实", "2018-10-20", "2018Q3", found.clone()).0;
    assert_eq!(refuted, (Status::New, None, String::new()));
    // Put right: closed with its cause until the next lists.
    let (mended, again) = said("已整改", "2018-10-20", "2018Q3", found);
    assert_eq!(mended, (Status::Answered, Some(ResolvedBy::Cause), "已整改".to_owned()));
    // They show both still: open again, with new due dates.
    let q4 = next(&both, &[], Some(("2018Q3", again.clone())), &[], "2018Q4");
    let back = said("已整改", "2018-10-20", "2018Q4", q4).0;
    assert_eq!(back, (Status::Reopened, None, String::new()));
    // They show the consequence alone: it stands for itself.
    follows.cause = None;
    let q4 = next(&[follows], &[], Some(("2018Q3", again.clone())), &[], "2018Q4");
    let alone = said("已整改", "2018-10-20", "2018Q4", q4).0;
    assert_eq!(alone, (Status::Reopened, None, String::new()));
    // Withdrawn within the period: as if nobody had answered.
    let rerun = next(&both, &[], None, &[], "2018Q3");
    let mut rerun: Vec<TrackedException> = rerun;
    for one in &mut rerun {
        let before = of(&again, &one.exception.rule_code.clone());
        (one.status, one.resolved_by) = (before.status, before.resolved_by);
    }
    let none = judged(rerun, "F1", &StandingAnswers::default(), "2018Q3");
    assert!(none.iter().all(|one| (one.status, one.resolved_by) == (Status::New, None)), "{none:?}");
}
