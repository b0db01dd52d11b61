//! Every rule runs on the fixtures, or is told with the list or the column that it waits for.

use std::collections::BTreeSet;
use std::path::Path;

use bidui::testing::config::Pipeline;
use bidui::testing::publication::table_reader::read_rows;
use bidui::testing::rules::rule_set::RuleSet;

use crate::departments::copy;
use crate::end_to_end::{published, root};
use crate::fixture_world::{LONGAN, World};

#[test]
fn rules_that_wait_name_their_column() {
    let publication = published().join("out/2018Q4/latest");
    let mut waiting = String::new();
    let mut ran = 0;
    for rule in read_rows(&publication.join("tables/dim_rule.parquet"), |_| true).unwrap() {
        if rule.get("rule_group") == "targets" {
            continue;
        }
        if rule.get("ran") == "1" {
            ran += 1;
            continue;
        }
        let (code, reason) = (rule.get("rule_code"), rule.get("not_run_reason"));
        // Of another time than the fixtures.
        if reason.starts_with('自') && reason.ends_with("起适用") {
            continue;
        }
        let column = reason.strip_prefix("提取数据没有这一列，或整列为空：");
        assert!(
            column.is_some_and(|column| !column.is_empty()),
            "{code} does not run on the fixtures: {reason}"
        );
        waiting += &format!("| {code} | {} |\n", column.unwrap());
    }
    assert!(ran > 200, "{ran}");
    let told = std::fs::read_to_string("docs/coverage.md").unwrap();
    assert!(told.contains(&waiting), "docs/coverage.md lists other rules; now they are:\n{waiting}");
}

/// Why rules of the month did not run, when parameters are set otherwise.
fn not_run(world: &World, codes: &[&str]) -> Vec<(String, String)> {
    let findings = world.run_only(&BTreeSet::from_iter(codes.iter().copied()));
    findings.not_run.into_iter().map(|one| (one.rule_code, one.reason)).collect()
}

#[test]
fn a_rule_whose_parameter_is_not_set_says_so_and_finds_nothing_in_silence() {
    let mut world = World::of(LONGAN);
    assert_eq!(not_run(&world, &["M03", "M32"]), []);
    for layer in world.pipeline.settings.parameters.values_mut() {
        layer.remove("posts_most");
        layer.remove("dibao_month_fen");
    }
    // Each county sets its own line.
    let told = |code: &str, reason: &str| (code.to_owned(), format!("本期没有设定参数：{reason}"));
    assert_eq!(not_run(&world, &["M03", "M32"]), [told("M32", "posts_most")]);
    world.pipeline.settings.county_parameters.remove("529722");
    assert_eq!(not_run(&world, &["M03"]), [told("M03", "dibao_month_fen（石桥县）")]);
}

/// A pipeline with more in its pipeline.toml, beside its base.
fn with_more(more: &str) -> (tempfile::TempDir, bidui::Result<RuleSet>, Pipeline) {
    let folder = tempfile::tempdir().unwrap();
    for name in ["base", "hebi"] {
        copy(&root().join("pipelines").join(name), &folder.path().join(name), "situations");
    }
    let file = folder.path().join("hebi/pipeline.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, format!("{text}\n{more}")).unwrap();
    let pipeline = Pipeline::open(&folder.path().join("hebi")).unwrap();
    let rules = RuleSet::load(&pipeline);
    (folder, rules, pipeline)
}

#[test]
fn a_county_s_parameter_that_no_rule_reads_there_is_refused_or_told() {
    for unread in ["house_area_limit_centi", "grace_days"] {
        let more = format!("[county_parameters.\"410622\".2018]\n{unread} = 1\n");
        let (_folder, rules, _) = match unread {
            "grace_days" => with_more(&more),
            _ => with_more(&format!("{more}\n[parameters.2017]\n{unread} = 2\n")),
        };
        let error = rules.unwrap_err();
        assert!(error.message().contains(&format!("没有一条规则按县（区）读参数“{unread}”")), "{error}");
        assert!(error.line_column().is_some());
    }
    // What some rules read for the county and others for all is told.
    let (_folder, rules, pipeline) =
        with_more("[county_parameters.\"410622\".2018]\npoverty_line_fen = 330000\n");
    let told = rules.unwrap().county_parameter_use(&pipeline);
    assert_eq!(told.len(), 1);
    let lines = told[0].told();
    assert!(told[0].taken_for_all.iter().any(|code| code == "R01"), "{told:?}");
    assert!(!told[0].taken_for_all.iter().any(|code| code == "R17b"), "{told:?}");
    assert!(lines[0].contains("浚县") && lines[0].ends_with("没有另定，用全市的值"), "{lines:?}");
    assert!(lines[1].starts_with("参数“poverty_line_fen”有县（区）另定，规则R01"), "{lines:?}");
}

#[test]
fn a_parameter_that_no_rule_reads_is_told_with_the_one_that_is_meant() {
    let (_folder, rules, pipeline) = with_more("");
    assert_eq!(rules.unwrap().unread_parameters(&pipeline).unwrap(), Vec::<String>::new());
    let (_folder, rules, pipeline) =
        with_more("[parameters.2017]\npoverty_line_fne = 330000\n[parameters.2016]\nnobody_asks = 1\n");
    let told = rules.unwrap().unread_parameters(&pipeline).unwrap();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].contains("“nobody_asks”没有一条规则读"), "{told:?}");
    assert!(
        told[1].contains("“poverty_line_fne”") && told[1].ends_with("是不是“poverty_line_fen”？"),
        "{told:?}"
    );
}

#[test]
fn years_without_holidays_are_known_to_be_so() {
    let pipeline = Pipeline::open(Path::new("pipelines/longan-2025")).unwrap();
    let rules = RuleSet::load(&pipeline).unwrap();
    let years = |period: &str| rules.years_without_holidays(&pipeline, period.parse().unwrap()).unwrap();
    assert_eq!(years("2025M02"), Vec::<i16>::new());
    assert_eq!(years("2026M12"), Vec::<i16>::new());
    // Twenty working days before the end of January begin in the year before.
    assert_eq!(years("2027M01"), [2027]);
    assert_eq!(years("2025M01"), [2024]);
}
