//! The rules of pipelines/hebi: they plan, their examples hold, and a broken rule is seen.

use std::path::Path;

use bidui::config::Pipeline;
use bidui::reconcile::execution::example_runner;
use bidui::reconcile::run_examples;
use bidui::rules::rule_set::RuleSet;

fn hebi() -> (Pipeline, RuleSet) {
    let pipeline = Pipeline::open(Path::new("pipelines/hebi")).unwrap();
    let rules = RuleSet::load(&pipeline).unwrap();
    (pipeline, rules)
}

#[test]
fn every_rule_plans_against_the_contracts() {
    let (_, rules) = hebi();
    let complaints: Vec<String> =
        bidui::reconcile::check_rules(&rules).iter().map(ToString::to_string).collect();
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    for code in "R01 R02 R03 R04 R07 R08 R14 R30 R35 R37 R50 R52 R53 R73 R75".split(' ') {
        assert!(rules.rule(code).is_some(), "{code}");
    }
}

#[test]
fn every_example_holds() {
    let (pipeline, rules) = hebi();
    let report = run_examples(&pipeline, &rules).unwrap();
    let failures: Vec<String> = report.failures.iter().map(ToString::to_string).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(report.examples >= 2 * report.rules);
}

#[test]
fn breaking_a_condition_is_noticed() {
    let (pipeline, rules) = hebi();
    let reports = example_runner::run_mutations(&pipeline, &rules, Some("R08")).unwrap();
    assert!(reports[0].tried >= 2, "{reports:?}");
    assert!(reports[0].unnoticed.is_empty(), "{reports:?}");
}

#[test]
fn the_catalogue_document_is_fresh() {
    let (_, rules) = hebi();
    let document = bidui::rules::documentation::document(&rules);
    let committed = std::fs::read_to_string("docs/rules.md").unwrap();
    assert!(
        committed.trim_end() == document.trim_end(),
        "docs/rules.md is stale: cargo run --example rule_bench doc > docs/rules.md"
    );
}

#[test]
fn a_target_that_the_plan_does_not_have_is_refused() {
    let (_, mut rules) = hebi();
    assert!(rules.targets.topic.iter().map(|t| t.target.len()).sum::<usize>() >= 30);
    rules.targets.topic[0].target[0].policy.quote = "增加到28种".to_owned();
    let complaints: Vec<String> =
        bidui::reconcile::check_rules(&rules).iter().map(ToString::to_string).collect();
    assert_eq!(complaints.len(), 1, "{complaints:?}");
    assert!(complaints[0].contains("引文"), "{complaints:?}");
    rules.targets.topic.truncate(1);
    rules.targets.topic[0].code = "R44".to_owned();
    assert!(bidui::reconcile::check_rules(&rules).iter().any(|e| e.to_string().contains("重复")));
}

#[test]
fn a_column_that_no_source_of_the_rule_has_is_refused() {
    let path = Path::new("pipelines/base/rules/registry/household_field_blank.sql");
    let text = std::fs::read_to_string(path).unwrap();
    let complaints = |wrong: &str| {
        let (_, mut rules) = hebi();
        let changed = text.replace("\"registry_household.{{column}}\"", wrong);
        assert_ne!(changed, text);
        let family = bidui::rules::family::parse(path, "registry", changed).unwrap();
        let rule = family.into_iter().find(|rule| rule.header.code == "Q46").unwrap();
        let place = rules.rules.iter().position(|r| r.header.code == "Q46").unwrap();
        rules.rules[place] = rule;
        bidui::reconcile::check_rules(&rules)
            .iter()
            .map(|e| format!("{e} {}", e.hint_text().unwrap_or_default()))
            .collect::<String>()
    };
    assert!(complaints("\"registry_household.toilett\"").contains("toilet"), "the nearest is named");
    assert!(complaints("\"student.school\"").contains("不是语句所用来源的列"));
}
