//! The rules of pipelines/hebi: they plan, their examples hold, and a broken rule is seen.

use std::path::Path;

use bidui::testing::config::Pipeline;
use bidui::testing::reconcile::execution::example_runner;
use bidui::testing::reconcile::run_examples;
use bidui::testing::rules::documentation;
use bidui::testing::rules::documentation::RuleFilter;
use bidui::testing::rules::rule_set::RuleSet;

fn hebi() -> (Pipeline, RuleSet) {
    opened("hebi")
}

fn opened(name: &str) -> (Pipeline, RuleSet) {
    let pipeline = Pipeline::open(&Path::new("pipelines").join(name)).unwrap();
    let rules = RuleSet::load(&pipeline).unwrap();
    (pipeline, rules)
}

#[test]
fn every_rule_plans_against_the_contracts() {
    for name in ["hebi", "longan-2025"] {
        let (_, rules) = opened(name);
        let complaints: Vec<String> =
            bidui::testing::reconcile::check_rules(&rules).iter().map(ToString::to_string).collect();
        assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    }
    let (_, rules) = hebi();
    for code in "R01 R02 R03 R04 R07 R08 R14 R30 R35 R37 R50 R52 R53 R73 R75".split(' ') {
        assert!(rules.rule(code).is_some(), "{code}");
    }
}

/// What to do first stands in the list: more than three lines of nine characters push a finding off the first screen.
#[test]
fn what_to_do_first_is_told_in_three_lines() {
    let (_, rules) = hebi();
    for rule in &rules.rules {
        let first = rule.header.advice.first().map_or("", |advice| advice.split('；').next().unwrap());
        assert!(first.chars().count() <= 27, "{} {first}", rule.header.code);
    }
}

#[test]
fn every_example_holds() {
    for name in ["hebi", "longan-2025"] {
        let (pipeline, rules) = opened(name);
        let report = run_examples(&pipeline, &rules).unwrap();
        let failures: Vec<String> = report.failures.iter().map(ToString::to_string).collect();
        assert!(failures.is_empty(), "{name}: {}", failures.join("\n"));
        assert!(report.examples >= 2 * report.rules, "{name}");
    }
}

/// Every condition of the rules of 2025 decides some example.
#[test]
fn breaking_any_condition_of_2025_is_noticed() {
    let (pipeline, rules) = opened("longan-2025");
    let reports = example_runner::run_mutations(&pipeline, &rules, None).unwrap();
    let unnoticed: Vec<_> = reports.iter().filter(|report| !report.unnoticed.is_empty()).collect();
    assert!(unnoticed.is_empty(), "{unnoticed:?}");
    assert!(reports.iter().map(|report| report.tried).sum::<usize>() > 200);
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
    for (name, file) in [("hebi", "docs/rules.md"), ("longan-2025", "docs/rules-2025.md")] {
        let (_, rules) = opened(name);
        let document = documentation::document_rules(&rules);
        let committed = std::fs::read_to_string(file).unwrap();
        assert!(
            committed.trim_end() == document.trim_end(),
            "{file} is stale: bidui rules pipelines/{name} --document > {file}"
        );
    }
}

#[test]
fn a_slip_in_a_select_is_told_at_its_place() {
    let path = Path::new("pipelines/base/rules/finance/R101_overdue_not_extended.sql");
    let text = std::fs::read_to_string(path).unwrap();
    let (_, all) = hebi();
    let told = |right: &str, wrong: &str| {
        let changed = text.replacen(right, wrong, 1);
        assert_ne!(changed, text, "{right}");
        let complaint =
            match bidui::testing::rules::rule_file::parse_rule_file(path, "finance", changed.clone()) {
                Err(error) => error,
                Ok(rule) => {
                    // The header may no longer fit, either; that is said before.
                    let mut alone = all.clone();
                    alone.rules = vec![rule];
                    bidui::testing::reconcile::check_rules(&alone).pop().unwrap()
                }
            };
        let (line, column) = complaint.line_column().unwrap();
        let rest: String = changed.lines().nth(line - 1).unwrap().chars().skip(column - 1).take(12).collect();
        let hint: String = complaint.hint_text().unwrap().chars().take(24).collect();
        format!("{} | {rest} | {hint}", complaint.message())
    };
    let all = [
        told("FROM micro_loan m", "FROM micro_loans m"),
        told("FROM micro_loan m", "FROM \"micro_loan \" m"),
        told("m.overdue_fen >", "m.overdue_fens >"),
        told("m.overdue_fen >", "\"m\".\"overdue_fens\" >"),
        told("m.overdue_fen >", "SUBSTR(m.overdue_fen) >"),
        told("m.overdue_fen > 0", "n.overdue_fen > 0"),
        told("m.overdue_fen > 0", "m.overdue_fen > 0 AND AND"),
        told("m.overdue_fen > 0", "m.overdue_fen ＞ 0"),
        told("m.overdue_fen > 0", "m.overdue_fen > (SELECT MAX(n.overdue_fen) FROM micro_loan n)"),
        told("m.overdue_fen > 0", "m.overdue_fen > ?"),
        told("FROM micro_loan m", "FROM micro_loan m NATURAL JOIN payment"),
        told("SELECT m.person_id", "SELECT *, m.person_id"),
        told("SELECT m.person_id", "WITH payment AS (SELECT m.kind FROM micro_loan m) SELECT m.person_id"),
        told("FROM micro_loan m", "FROM read_csv('/etc/passwd') m"),
        told("FROM micro_loan m", "FROM (SELECT x.kind FROM micro_loan x) AS m"),
    ];
    insta::assert_snapshot!(all.join("\n"), @r#"
    没有名为“micro_loans”的视图 | micro_loans  | 是不是“micro_loan”？可用的视图：ai
    没有名为“micro_loan ”的视图 | "micro_loan  | 是不是“micro_loan”？可用的视图：ai
    视图“micro_loan”没有列“overdue_fens” | overdue_fens | 是不是“overdue_fen”？可用的列：ag
    视图“micro_loan”没有列“overdue_fens” | "overdue_fen | 是不是“overdue_fen”？可用的列：ag
    函数“SUBSTR”不在可移植的范围内 | SUBSTR(m.ove | 可用：count、sum、min、max、coa
    没有名为“n”的列，或别名写错 | n.overdue_fe | 是不是“name”？
    引擎不能理解此处的“AND” | AND m.overdu | 检查两边的类型是否一致（文字与数字不能比较），以
    SQL 语法错误：此处应为语句的结尾，不是“＞” | ＞ 0 AND (m.e | 把“＞”改成半角：SQL 里的引号、括号、逗号和
    这里不能用子查询取一个值 | SELECT MAX(n | 改写成 WITH 里的聚合再 JOIN，两种引擎
    语句里不能有占位符 | ? AND (m.ext | 把值写进 pipeline.toml 的参数，从
    不能写 NATURAL JOIN | payment | 用 JOIN … ON 写明哪些列相等：引擎只读
    不能写 SELECT * | *, m.person_ | 逐个写出需要的列：引擎只读用到的列
    WITH 的名字“payment”与视图同名 | payment AS ( | 换一个名字
    函数“read_csv”不在可移植的范围内 | read_csv('/e | 可用：count、sum、min、max、coa
    没有名为“overdue_fen”的列，或别名写错 | overdue_fen  | 此处的别名给不出“overdue_fen”：它若
    "#);
}

#[test]
fn the_list_tells_what_decides_and_what_is_shown() {
    let (_, rules) = hebi();
    let filter = RuleFilter { text: Some("R101".to_owned()), ..RuleFilter::default() };
    let listed = documentation::list_rules(&rules, &filter);
    let listed = serde_json::to_value(&listed).unwrap();
    let decided = ["extended", "kind", "overdue_fen", "overdue_reason", "settled"];
    for column in decided {
        assert!(listed[0]["deciding"].as_array().unwrap().contains(&format!("micro_loan.{column}").into()));
    }
    assert_eq!(listed[0]["shown"], serde_json::json!(["micro_loan.record_id"]));
}

#[test]
fn a_target_that_the_plan_does_not_have_is_refused() {
    let (_, mut rules) = hebi();
    assert!(rules.targets.topic.iter().map(|t| t.target.len()).sum::<usize>() >= 30);
    rules.targets.topic[0].target[0].policy.quote = "增加到28种".to_owned();
    let complaints: Vec<String> =
        bidui::testing::reconcile::check_rules(&rules).iter().map(ToString::to_string).collect();
    assert_eq!(complaints.len(), 1, "{complaints:?}");
    assert!(complaints[0].contains("引文"), "{complaints:?}");
    rules.targets.topic.truncate(1);
    rules.targets.topic[0].code = "R44".to_owned();
    assert!(bidui::testing::reconcile::check_rules(&rules).iter().any(|e| e.to_string().contains("重复")));
}

#[test]
fn a_time_limit_that_leads_out_of_the_calendar_is_refused_at_its_line() {
    let path = Path::new("pipelines/base/rules/registry/Q92_child_with_labour.sql");
    let text = std::fs::read_to_string(path).unwrap();
    let parsed = |days: &str| {
        let changed = text.replace("due_days = 60", &format!("due_days = {days}"));
        assert_ne!(changed, text);
        bidui::testing::rules::rule_file::parse_rule_file(path, "registry", changed)
    };
    assert_eq!(parsed("3660").unwrap().header.due_days, 3_660);
    for days in ["3661", "4294967295"] {
        let error = parsed(days).unwrap_err();
        assert!(error.message().contains(days) && error.line_column().is_some(), "{error:?}");
    }
    assert!(parsed("4294967296").is_err() && parsed("-1").is_err());
}

#[test]
fn quality_settings_are_checked() {
    let (pipeline, _) = hebi();
    let complaints =
        |change: &dyn Fn(&mut bidui::testing::rules::quality_settings::QualitySettings)| -> String {
            let mut rules = RuleSet::load(&pipeline).unwrap();
            change(rules.settings.quality.as_mut().unwrap());
            bidui::testing::reconcile::check_rules(&rules).iter().map(|e| e.message().to_owned()).collect()
        };
    assert_eq!(complaints(&|_| {}), "");
    let asked = |q: &mut bidui::testing::rules::quality_settings::QualitySettings, code: &str, flag: &str| {
        q.asked.entry(code.to_owned()).or_default().flag = flag.to_owned();
    };
    assert!(complaints(&|q| asked(q, "Q31", "pupil_ages")).contains("没有列“pupil_ages”"));
    assert!(complaints(&|q| asked(q, "Q999", "pupil_age")).contains("没有编号为“Q999”的规则"));
    let weight = |q: &mut bidui::testing::rules::quality_settings::QualitySettings, weight| {
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
    let path = Path::new("pipelines/base/rules/registry/household_field_blank.sql");
    let text = std::fs::read_to_string(path).unwrap();
    let complaints = |wrong: &str| {
        let (_, mut rules) = hebi();
        let changed = text.replace("\"registry_household.{{column}}\"", wrong);
        assert_ne!(changed, text);
        let family = bidui::testing::rules::family::parse_family(path, "registry", changed).unwrap();
        let rule = family.into_iter().find(|rule| rule.header.code == "Q46").unwrap();
        let place = rules.rules.iter().position(|r| r.header.code == "Q46").unwrap();
        rules.rules[place] = rule;
        bidui::testing::reconcile::check_rules(&rules)
            .iter()
            .map(|e| format!("{e} {}", e.hint_text().unwrap_or_default()))
            .collect::<String>()
    };
    assert!(complaints("\"registry_household.toilett\"").contains("toilet"), "the nearest is named");
    assert!(complaints("\"student.school\"").contains("不是语句所用来源的列"));
}

#[test]
fn a_message_that_names_somebody_is_refused() {
    let path = Path::new("pipelines/base/rules/housing/R79_subsidy_over_cap.sql");
    let text = std::fs::read_to_string(path).unwrap();
    let complaints = |shown: &str| {
        let (_, mut rules) = hebi();
        let changed = text.replacen("o.danger_level AS danger_level", &format!("{shown} AS danger_level"), 1);
        assert_ne!(changed, text);
        let rule = bidui::testing::rules::rule_file::parse_rule_file(path, "housing", changed).unwrap();
        let place = rules.rules.iter().position(|r| r.header.code == "R79").unwrap();
        rules.rules[place] = rule;
        bidui::testing::reconcile::check_rules(&rules).iter().map(ToString::to_string).collect::<String>()
    };
    for value in [
        "o.head_name",
        "COALESCE(o.danger_level, o.head_name)",
        "MAX(o.head_name) OVER (PARTITION BY o.village_code)",
    ] {
        let told = complaints(value);
        assert!(told.contains("“{danger_level}”写出了姓名或住址"), "{value}: {told}");
    }
    // What a name merely decides is no name.
    assert_eq!(complaints("CASE WHEN o.head_name IS NULL THEN '没有姓名' ELSE '' END"), "");
}

#[test]
fn a_list_that_a_finding_is_missing_from_must_be_one_of_the_header() {
    let path = Path::new("pipelines/base/rules/housing/R74_beneficiary_not_listed.sql");
    let text = std::fs::read_to_string(path).unwrap();
    let changed = text.replacen("ELSE 'tekun' END AS list", "ELSE 'tekuns' END AS list", 1);
    assert_ne!(changed, text);
    let (pipeline, mut rules) = hebi();
    rules.rules = vec![bidui::testing::rules::rule_file::parse_rule_file(path, "housing", changed).unwrap()];
    let told = match run_examples(&pipeline, &rules) {
        Ok(report) => report.failures.iter().map(ToString::to_string).collect::<String>(),
        Err(error) => error.to_string(),
    };
    assert!(told.contains("“missing_from”写了“tekuns”"), "{told}");
}

#[test]
fn sources_and_rule_folders_that_are_not_there_are_refused() {
    let complaints = |spoil: &dyn Fn(&mut RuleSet)| {
        let (_, mut rules) = hebi();
        spoil(&mut rules);
        bidui::testing::reconcile::check_rules(&rules)
            .iter()
            .map(|e| format!("{e} {}", e.hint_text().unwrap_or_default()))
            .collect::<String>()
    };
    let home = complaints(&|rules| rules.settings.home_sources[0] = "registry_persons".to_owned());
    assert!(
        home.contains("没有名为“registry_persons”的数据来源") && home.contains("“registry_person”？"),
        "{home}"
    );
    let previous = complaints(&|rules| rules.settings.home_sources[0] = "dibao_previous".to_owned());
    assert!(previous.contains("没有名为“dibao_previous”的数据来源"), "{previous}");
    let group =
        complaints(&|rules| rules.settings.quality.as_mut().unwrap().groups[0] = "registy".to_owned());
    assert!(group.contains("没有规则文件夹“registy”") && group.contains("“registry”？"), "{group}");
}

#[test]
fn a_rule_that_stands_where_nobody_reads_it_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    crate::inputs_folder::copy_folder(&root.join("pipelines/example_prefecture"), &folder.path().join("own"));
    crate::inputs_folder::copy_folder(&root.join("pipelines/base"), &folder.path().join("base"));
    let own = folder.path().join("own");
    let load = || RuleSet::load(&Pipeline::open(&own).unwrap());
    assert!(load().is_ok());
    for place in [
        "R900_mine.sql",
        "assistance/R900_mine.SQL",
        "assistance/R900_mine.sql.txt",
        "assistance/mine/R900.sql",
    ] {
        let path = own.join("rules").join(place);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, "SELECT 1").unwrap();
        let error = load().unwrap_err();
        assert!(error.message().contains("没有人读它"), "{place}: {error}");
        std::fs::remove_file(&path).unwrap();
    }
    assert!(load().is_ok());
}
