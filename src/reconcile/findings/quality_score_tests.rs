//! Ways to look better than one is: none of them may pay.

use std::sync::Arc;

use arrow::array::{ArrayRef, Int32Array, Int64Array, StringArray};

use super::*;
use crate::model::exception::{Severity, SubjectKind};

/// Name, household, county, ethnicity, whether of school age, status of the pupil.
type PersonCells =
    (&'static str, &'static str, &'static str, Option<&'static str>, bool, Option<&'static str>);

/// A register in the making: persons and households by name, with one cell each.
#[derive(Default, Clone)]
struct Register {
    persons: Vec<PersonCells>,
    /// Name, county, income.
    households: Vec<(&'static str, &'static str, Option<i64>)>,
    findings: Vec<Exception>,
    undecided: Vec<UndecidedSubject>,
}

const A: &str = "410621";
const B: &str = "410622";

fn check(code: &str, of_households: bool, weight: i64, flag: &str, cells: &[&str]) -> QualityCheck {
    let cells = cells.iter().map(|cell| (*cell).to_owned()).collect();
    QualityCheck { code: code.to_owned(), of_households, weight, flag: flag.to_owned(), cells }
}

/// Ethnicity, pupil's status and head of household, as in docs/quality.md, and income.
fn checks() -> Vec<QualityCheck> {
    vec![
        check("Q29", false, 1, "", &["ethnicity"]),
        check("Q31", false, 1, "pupil_age", &["student_status"]),
        check("Q34", true, 3, "", &[]),
    ]
}

impl Register {
    fn person(mut self, name: &'static str, household: &'static str, county: &'static str) -> Self {
        self.persons.push((name, household, county, Some("汉族"), false, None));
        self
    }
    fn household(mut self, name: &'static str, county: &'static str) -> Self {
        self.households.push((name, county, Some(400_000)));
        self
    }
    /// Four persons in two households of A, two in one of B.
    fn usual() -> Self {
        let people = Self::default().person("P1", "H1", A).person("P2", "H1", A).person("P3", "H1", A);
        let people = people.person("P4", "H2", A).person("P5", "H3", B).person("P6", "H3", B);
        people.household("H1", A).household("H2", A).household("H3", B)
    }
    fn without_ethnicity(mut self, names: &[&str]) -> Self {
        for person in self.persons.iter_mut().filter(|person| names.contains(&person.0)) {
            person.3 = None;
        }
        self
    }
    fn found(mut self, code: &str, subject: &'static str, county: &str) -> Self {
        let of_household = subject.starts_with('H');
        self.findings.push(Exception {
            rule_code: code.into(),
            severity: Severity::S3,
            subject_kind: if of_household { SubjectKind::Household } else { SubjectKind::Person },
            subject_id: subject.into(),
            rule_key: "".into(),
            person_id: (!of_household).then(|| subject.into()),
            household_id: of_household.then(|| subject.into()),
            county_code: county.into(),
            township_code: "".into(),
            village_code: "".into(),
            owner: "".into(),
            evidence: Vec::new(),
            message: "".into(),
            confidence: 1,
            due_days: 30,
            in_review: false,
            related: Vec::new(),
            cause: None,
        });
        self
    }
    fn left_open(mut self, code: &str, subject: &str, county: &str) -> Self {
        self.undecided.push(UndecidedSubject {
            rule_code: code.into(),
            subject_kind: SubjectKind::Person,
            subject_id: subject.into(),
            rule_key: "".into(),
            person_id: Some(subject.into()),
            household_id: None,
            county_code: county.into(),
            township_code: "".into(),
            village_code: "".into(),
        });
        self
    }
    fn scored_by(&self, checks: &[QualityCheck], lacked: bool) -> Vec<QualityScore> {
        let names = self.persons.iter().map(|p| p.0).chain(self.households.iter().map(|h| h.0));
        let ids = NumberedIds::listed(names.map(str::to_owned).collect());
        let number = |name: &str| ids.number(IdKind::Person, name).unwrap_or(-1);
        let numbers = |names: Vec<&str>| -> ArrayRef {
            Arc::new(Int64Array::from_iter_values(names.into_iter().map(number)))
        };
        let texts = |texts: Vec<Option<&str>>| -> ArrayRef { Arc::new(StringArray::from(texts)) };
        let places = |counties: Vec<&str>| {
            let none: Vec<Option<&str>> = vec![None; counties.len()];
            [
                ("county_code", texts(counties.into_iter().map(Some).collect())),
                ("township_code", texts(none.clone())),
                ("village_code", texts(none)),
            ]
        };
        let persons = RecordBatch::try_from_iter(
            [
                ("person_id", numbers(self.persons.iter().map(|p| p.0).collect())),
                ("household_id", numbers(self.persons.iter().map(|p| p.1).collect())),
                ("ethnicity", texts(self.persons.iter().map(|p| p.3).collect())),
                ("student_status", texts(self.persons.iter().map(|p| p.5).collect())),
                (
                    "pupil_age",
                    Arc::new(Int32Array::from_iter_values(self.persons.iter().map(|p| p.4.into()))),
                ),
            ]
            .into_iter()
            .chain(places(self.persons.iter().map(|p| p.2).collect())),
        );
        let incomes = self.households.iter().map(|h| h.2);
        let households = RecordBatch::try_from_iter(
            [
                ("household_id", numbers(self.households.iter().map(|h| h.0).collect())),
                ("income", Arc::new(Int64Array::from_iter(incomes)) as ArrayRef),
            ]
            .into_iter()
            .chain(places(self.households.iter().map(|h| h.1).collect())),
        );
        let judged = JudgedSubjects::of(&ids, &self.findings, &self.undecided);
        score_quality(checks, "410600", &[persons.unwrap(), households.unwrap()], &judged, |_, _| lacked)
            .unwrap()
    }
    fn scored(&self) -> Vec<QualityScore> {
        self.scored_by(&checks(), false)
    }
}

fn of<'q>(quality: &'q [QualityScore], code: &str) -> &'q QualityScore {
    quality.iter().find(|q| q.unit_code == code).unwrap()
}

/// Deducted and asked.
fn share(quality: &[QualityScore], code: &str) -> (i64, i64) {
    let unit = of(quality, code);
    (unit.deducted, unit.asked)
}

#[test]
fn quality_example_by_hand_of_the_documentation() {
    let mut register = Register::usual().without_ethnicity(&["P1", "P5", "P6"]).found("Q34", "H2", A);
    register.persons[1].4 = true;
    register.persons[1].5 = Some("小学");
    let quality = register.scored();
    assert_eq!(
        [share(&quality, A), share(&quality, B), share(&quality, "410600")],
        [(4, 17), (2, 8), (6, 25)]
    );
    assert_eq!([A, B, "410600"].map(|code| of(&quality, code).per_hundred_centi), [9_803, 10_416, 10_000]);
    assert_eq!([A, B].map(|code| of(&quality, code).score), [7_648, 7_500]);
    assert_eq!([A, B].map(|code| of(&quality, code).rank), [1, 2]);
    assert_eq!(
        (of(&quality, A).unjudged, of(&quality, A).findings, of(&quality, A).deducted_unjudged),
        (1, 1, 1)
    );
    for page in ["docs/quality.md", "docs/quality.zh-CN.md"] {
        let text = std::fs::read_to_string(page).unwrap();
        for told in ["4 ÷ 17", "2 ÷ 8", "98.03", "104.16", "0.7648", "0.7500"] {
            assert!(text.contains(told), "{page} says {told}");
        }
    }
}

#[test]
fn quality_a_column_left_wholly_blank_costs_more_than_half_of_it() {
    let half = Register::usual()
        .without_ethnicity(&["P1", "P2"])
        .found("Q29", "P1", A)
        .found("Q29", "P2", A)
        .scored();
    let whole = Register::usual().without_ethnicity(&["P1", "P2", "P3", "P4"]).scored();
    assert_eq!((share(&half, A).0, share(&whole, A).0), (2, 4), "and a blank that is found is charged once");
    assert_eq!((of(&whole, A).rank, of(&whole, B).rank), (2, 1));
}

#[test]
fn quality_one_filled_cell_excuses_nobody() {
    let quality = Register::usual().without_ethnicity(&["P2", "P3", "P4"]).scored();
    assert_eq!(share(&quality, A).0, 3);
}

#[test]
fn quality_a_column_that_nobody_delivers_is_charged_unless_its_edition_lacks_it() {
    let all = ["P1", "P2", "P3", "P4", "P5", "P6"];
    let register = Register::usual().without_ethnicity(&all);
    assert_eq!(share(&register.scored(), A).0, 4);
    let quality = register.scored_by(&checks(), true);
    assert_eq!(share(&quality, A), (0, 12), "it divides nothing either");
    let some = Register::usual().without_ethnicity(&all[..4]).scored_by(&checks(), true);
    assert_eq!(share(&some, A).0, 4, "where others have the column, lacking it is charged");
}

#[test]
fn quality_what_cannot_be_read_is_charged() {
    let quality = Register::usual().left_open("Q29", "P1", A).left_open("Q29", "P2", A).scored();
    assert_eq!((share(&quality, A).0, of(&quality, A).unjudged), (2, 2));
}

#[test]
fn quality_households_of_any_size_weigh_their_persons() {
    let one = Register::default().person("P1", "H1", A).person("P2", "H1", A).household("H1", A);
    let two = one.person("P3", "H2", B).person("P4", "H3", B).household("H2", B).household("H3", B);
    let quality = two.found("Q34", "H1", A).found("Q34", "H2", B).found("Q34", "H3", B).scored();
    assert_eq!(
        share(&quality, A),
        share(&quality, B),
        "two persons live in households that fail, here and there"
    );
    assert_eq!((of(&quality, A).rank, of(&quality, B).rank), (1, 1));
    let empty = Register::usual().household("H9", A).found("Q34", "H9", A).scored();
    assert_eq!(share(&empty, A), (3, 19), "a household without members counts as one person");
}

#[test]
fn quality_whoever_is_not_asked_divides_nothing() {
    let asked = [check("Q31", false, 1, "pupil_age", &[])];
    let mut register = Register::usual();
    register.persons[0].4 = true;
    register.persons[1].4 = true;
    let register = register.found("Q31", "P1", A);
    let before = register.scored_by(&asked, false);
    let after = register.person("P7", "H2", A).person("P8", "H2", A).scored_by(&asked, false);
    assert_eq!((share(&before, A), share(&after, A)), ((1, 2), (1, 2)));
    assert_eq!(of(&before, A).score, of(&after, A).score);
}

#[test]
fn quality_whoever_was_found_was_asked() {
    let asked = [check("Q31", false, 1, "pupil_age", &[])];
    let quality = Register::usual().found("Q31", "P1", A).scored_by(&asked, false);
    assert_eq!(share(&quality, A), (1, 1));
}

#[test]
fn quality_one_subject_is_charged_once_for_a_check() {
    let quality = Register::usual().found("Q34", "H1", A).found("Q34", "H1", A).scored();
    assert_eq!((share(&quality, A).0, of(&quality, A).findings), (9, 2));
}

#[test]
fn quality_matches_to_be_confirmed_do_not_count() {
    let mut register = Register::usual().found("Q34", "H1", A);
    register.findings[0].in_review = true;
    assert_eq!(share(&register.scored(), A).0, 0);
}

#[test]
fn quality_ranks_do_not_rest_on_rounding() {
    let of = |code: &str, deducted, asked| QualityScore {
        level: IndicatorLevel::County,
        unit_code: code.into(),
        persons: 1,
        households: 1,
        findings: 0,
        unjudged: 0,
        deducted,
        deducted_unjudged: 0,
        asked,
        flawed_households: 0,
        per_hundred_centi: 0,
        score: 9_999,
        rank: 0,
    };
    let mut all = [of("a", 2, 100_000), of("b", 1, 100_000), of("c", 4, 200_000), of("d", 0, 0)];
    rank(&mut all);
    assert_eq!(all.map(|q| q.rank), [3, 2, 3, 1]);
}

#[test]
fn quality_a_share_of_any_size_is_one_of_ten_thousand() {
    let shares = [quality_share(0, 0), quality_share(1, 3), quality_share(3, 3), quality_share(5, 3)];
    assert_eq!(shares, [0, 3_333, 10_000, 10_000]);
    assert_eq!([quality_share(i64::MAX, i64::MAX), quality_share(i64::MAX / 2, i64::MAX)], [10_000, 4_999]);
}

#[test]
fn quality_unknown_divisions_count_for_the_levels_above() {
    let found: Vec<_> = quality_units("410600", ["410621", "", ""]).collect();
    assert_eq!(found, [(IndicatorLevel::City, "410600"), (IndicatorLevel::County, "410621")]);
}
