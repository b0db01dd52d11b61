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
fn a_time_limit_that_leads_out_of_the_calendar_is_refused_at_its_line() {
    let path = Path::new("pipelines/hebi/rules/registry/Q46_toilet_blank.sql");
    let text = std::fs::read_to_string(path).unwrap();
    let parsed = |days: &str| {
        let changed = text.replace("due_days = 60", &format!("due_days = {days}"));
        assert_ne!(changed, text);
        bidui::rules::rule_file::parse(path, "registry", changed)
    };
    assert_eq!(parsed("3660").unwrap().header.due_days, 3_660);
    for days in ["3661", "4294967295"] {
        let error = parsed(days).unwrap_err();
        assert!(error.message().contains(days) && error.line_column().is_some(), "{error:?}");
    }
    assert!(parsed("4294967296").is_err() && parsed("-1").is_err());
}

#[test]
fn weights_of_the_quality_score_are_bounded() {
    let (pipeline, _) = hebi();
    let complaints = |change: &dyn Fn(&mut bidui::rules::quality_settings::QualitySettings)| -> String {
        let mut rules = RuleSet::load(&pipeline).unwrap();
        change(rules.settings.quality.as_mut().unwrap());
        bidui::reconcile::check_rules(&rules).iter().map(|e| e.message().to_owned()).collect()
    };
    assert_eq!(complaints(&|_| {}), "");
    assert!(complaints(&|q| q.index_percent = u32::MAX).contains("占比4294967295"));
    assert!(complaints(&|q| q.households_percent = 101).contains("占比101"));
    let weight = |q: &mut bidui::rules::quality_settings::QualitySettings, weight| {
        *q.severity_weights.values_mut().next().unwrap() = weight;
    };
    assert!(complaints(&|q| weight(q, 10_001)).contains("扣分10001"));
    assert_eq!(complaints(&|q| weight(q, 10_000)), "");
    assert!(
        complaints(&|q| q.rule_weights = [("Q46".to_owned(), u32::MAX)].into()).contains("扣分4294967295")
    );
}

#[test]
fn a_column_that_no_source_of_the_rule_has_is_refused() {
    let path = Path::new("pipelines/hebi/rules/registry/Q46_toilet_blank.sql");
    let text = std::fs::read_to_string(path).unwrap();
    let complaints = |wrong: &str| {
        let (_, mut rules) = hebi();
        let changed = text.replace("\"registry_household.toilet\"", wrong);
        assert_ne!(changed, text);
        let rule = bidui::rules::rule_file::parse(path, "registry", changed).unwrap();
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
