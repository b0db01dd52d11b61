//! Ordinary situations of one rule each (`tests/data/rule_cases.toml`): what an officer expects.

use std::collections::BTreeMap;
use std::path::Path;

use bidui::testing::config::Pipeline;
use bidui::testing::model::period::Period;
use bidui::testing::reconcile::run_examples;
use bidui::testing::rules::rule_file::RuleExample;
use bidui::testing::rules::rule_set::RuleSet;
use serde::Deserialize;

#[derive(Deserialize)]
struct CaseFile {
    case: Vec<RuleCase>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleCase {
    rule: String,
    case: String,
    given: String,
    expect: Vec<String>,
    /// Subjects that unknown cells (`?`) leave open.
    #[serde(default)]
    undecided: Vec<String>,
    /// Whose parameters hold; the examples' own without.
    period: Option<Period>,
    /// Why it is decided otherwise.
    open: Option<String>,
}

fn cases() -> Vec<RuleCase> {
    let text = std::fs::read_to_string("tests/data/rule_cases.toml").unwrap();
    toml::from_str::<CaseFile>(&text).unwrap().case
}

#[test]
fn ordinary_situations_come_out_as_an_officer_expects() {
    let pipeline = Pipeline::open(Path::new("pipelines/hebi")).unwrap();
    let all = RuleSet::load(&pipeline).unwrap();
    let mut by_period: BTreeMap<Option<Period>, Vec<RuleCase>> = BTreeMap::new();
    for one in cases().into_iter().filter(|c| c.open.is_none()) {
        by_period.entry(one.period).or_default().push(one);
    }
    let mut failures = Vec::new();
    for (period, cases) in by_period {
        let mut rules = all.clone();
        rules.settings.example_quarter = period.or(rules.settings.example_quarter);
        rules.rules.retain(|rule| cases.iter().any(|c| c.rule == rule.header.code));
        for rule in &mut rules.rules {
            let own = cases.iter().filter(|c| c.rule == rule.header.code);
            rule.header.example = own
                .map(|c| RuleExample {
                    case: c.case.clone(),
                    given: c.given.clone(),
                    expect: c.expect.clone(),
                    undecided: c.undecided.clone(),
                })
                .collect();
        }
        let known = |code: &str| rules.rules.iter().any(|rule| rule.header.code == code);
        failures.extend(cases.iter().filter(|c| !known(&c.rule)).map(|c| format!("no rule {}", c.rule)));
        let report = run_examples(&pipeline, &rules).unwrap();
        // A rule that has one case only is no fault here.
        let told = report.failures.iter().map(ToString::to_string).filter(|text| text.contains("的例子“"));
        failures.extend(told);
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn few_situations_are_put_off_and_each_says_why() {
    let cases = cases();
    assert_eq!(cases.len(), 79);
    let put_off: Vec<&RuleCase> = cases.iter().filter(|c| c.open.is_some()).collect();
    assert!(put_off.len() <= 6);
    let questions = std::fs::read_to_string("docs/open-questions.md").unwrap();
    for one in put_off {
        let why = one.open.as_ref().unwrap();
        assert!(why.chars().count() > 10, "{}", one.case);
        assert!(questions.contains(&one.rule), "{}", one.rule);
    }
}
