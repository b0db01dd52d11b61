//! The rules of pipelines/hebi: they plan, their examples hold, and a broken rule is seen.

use std::path::Path;

use bidui::config::Pipeline;
use bidui::reconcile::{RuleSet, examples, run_examples};

fn hebi() -> (Pipeline, RuleSet) {
    let pipeline = Pipeline::open(Path::new("pipelines/hebi")).unwrap();
    let rules = RuleSet::load(&pipeline).unwrap();
    (pipeline, rules)
}

#[test]
fn every_rule_plans_against_the_contracts() {
    let (_, rules) = hebi();
    let complaints: Vec<String> = rules.check().iter().map(ToString::to_string).collect();
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
    let reports = examples::run_mutations(&pipeline, &rules, Some("R08")).unwrap();
    assert!(reports[0].tried >= 2, "{reports:?}");
    assert!(reports[0].unnoticed.is_empty(), "{reports:?}");
}

#[test]
fn the_catalogue_document_is_fresh() {
    let (_, rules) = hebi();
    let document = bidui::reconcile::rules_doc::document(&rules);
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
    let complaints: Vec<String> = rules.check().iter().map(ToString::to_string).collect();
    assert_eq!(complaints.len(), 1, "{complaints:?}");
    assert!(complaints[0].contains("引文"), "{complaints:?}");
    rules.targets.topic.truncate(1);
    rules.targets.topic[0].code = "R44".to_owned();
    assert!(rules.check().iter().any(|e| e.to_string().contains("重复")));
}

#[test]
fn a_column_that_no_source_of_the_rule_has_is_refused() {
    let path = Path::new("pipelines/hebi/rules/registry/Q46_toilet_blank.sql");
    let text = std::fs::read_to_string(path).unwrap();
    let complaints = |wrong: &str| {
        let (_, mut rules) = hebi();
        let changed = text.replace("\"registry_household.toilet\"", wrong);
        assert_ne!(changed, text);
        let rule = bidui::reconcile::rule_file::parse(path, "registry", changed).unwrap();
        let place = rules.rules.iter().position(|r| r.header.code == "Q46").unwrap();
        rules.rules[place] = rule;
        rules.check().iter().map(|e| format!("{e} {}", e.hint_text().unwrap_or_default())).collect::<String>()
    };
    assert!(complaints("\"registry_household.toilett\"").contains("toilet"), "the nearest is named");
    assert!(complaints("\"student.school\"").contains("不是语句所用来源的列"));
}

#[test]
fn sources_and_rule_folders_that_are_not_there_are_refused() {
    let complaints = |spoil: &dyn Fn(&mut RuleSet)| {
        let (_, mut rules) = hebi();
        spoil(&mut rules);
        rules.check().iter().map(|e| format!("{e} {}", e.hint_text().unwrap_or_default())).collect::<String>()
    };
    let home = complaints(&|rules| rules.settings.home_sources[0] = "registry_persons".to_owned());
    assert!(
        home.contains("没有名为“registry_persons”的数据来源") && home.contains("“registry_person”?"),
        "{home}"
    );
    let previous = complaints(&|rules| rules.settings.home_sources[0] = "dibao_previous".to_owned());
    assert!(previous.contains("没有名为“dibao_previous”的数据来源"), "{previous}");
    let group =
        complaints(&|rules| rules.settings.quality.as_mut().unwrap().groups[0] = "registy".to_owned());
    assert!(group.contains("没有规则文件夹“registy”") && group.contains("“registry”?"), "{group}");
}
