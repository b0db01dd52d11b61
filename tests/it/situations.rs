//! The book of situations: every situation holds, the document is fresh, slips are told at their place.

use bidui::testing::config::Pipeline;
use bidui::testing::reconcile::execution::situation_runner::run_situations_alone;
use bidui::testing::reconcile::run_situations;
use bidui::testing::rules::rule_set::RuleSet;
use bidui::testing::rules::situation_document::document_situations;
use bidui::testing::rules::situation_file::read_situations;

use crate::departments::copy;
use crate::end_to_end::root;

fn opened(name: &str) -> (Pipeline, RuleSet) {
    let pipeline = Pipeline::open(&root().join("pipelines").join(name)).unwrap();
    let rules = RuleSet::load(&pipeline).unwrap();
    (pipeline, rules)
}

#[test]
fn every_situation_holds() {
    check_situations("hebi", 100, 100);
}

#[test]
fn every_situation_of_a_month_holds() {
    check_situations("longan-2025", 60, 50);
}

/// At least so many situations of a pipeline hold, and find so much.
fn check_situations(name: &str, least: usize, findings: usize) {
    let (pipeline, rules) = opened(name);
    let report = run_situations(&pipeline, &rules).unwrap();
    let failures: Vec<String> = report.failures.iter().map(ToString::to_string).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(report.held >= least && report.findings >= findings, "{} {}", report.held, report.findings);
    let told = report.held + report.pending.len();
    assert_eq!(told, report.situations, "a situation is neither held nor told");
    // Each rule finds somebody in one, and stays silent for a stated reason in another.
    assert_eq!(report.never_found, Vec::<String>::new(), "no situation makes them find anything");
    assert_eq!(report.never_silent, Vec::<String>::new(), "no situation says why they stay silent");
}

/// Every tenth situation, run with nothing beside it, has the findings that it has among all.
#[test]
fn a_situation_alone_is_what_it_is_among_all() {
    for (name, every, least) in [("hebi", 10, 10), ("longan-2025", 6, 10)] {
        let (pipeline, rules) = opened(name);
        let compared = run_situations_alone(&pipeline, &rules, every).unwrap();
        let differ: Vec<&String> = compared.iter().filter(|(_, same)| !same).map(|(name, _)| name).collect();
        assert!(compared.len() >= least && differ.is_empty(), "{name}: {differ:?}");
    }
}

#[test]
fn the_book_of_situations_is_fresh() {
    for (name, file) in [("hebi", "docs/situations.md"), ("longan-2025", "docs/situations-2025.md")] {
        let (pipeline, rules) = opened(name);
        let document = document_situations(&rules, &read_situations(&pipeline).unwrap());
        let committed = std::fs::read_to_string(root().join(file)).unwrap();
        assert!(
            committed.trim_end() == document.trim_end(),
            "{file} is stale: bidui rules pipelines/{name} --situations > {file}"
        );
    }
}

/// One situation in a copy of the pipeline, and the complaints about it.
fn complaints(situation: &str) -> Vec<(String, Option<usize>, String)> {
    let folder = tempfile::tempdir().unwrap();
    for name in ["base", "hebi"] {
        copy(&root().join("pipelines").join(name), &folder.path().join(name), "");
    }
    let own = folder.path().join("hebi/situations");
    std::fs::remove_dir_all(&own).unwrap();
    std::fs::create_dir(&own).unwrap();
    std::fs::write(own.join("one.toml"), format!("theme = \"试\"\n{situation}")).unwrap();
    let pipeline = Pipeline::open(&folder.path().join("hebi")).unwrap();
    let rules = RuleSet::load(&pipeline).unwrap();
    let failures = match run_situations(&pipeline, &rules) {
        Ok(report) => report.failures,
        Err(error) => vec![error],
    };
    let told = |error: &bidui::Error| {
        (
            error.to_string(),
            error.line_column().map(|(line, _)| line),
            error.hint_text().unwrap_or("").to_owned(),
        )
    };
    failures.iter().map(told).collect()
}

/// A man without insurance; line 6 is his row in the insurance's list.
const STORY: &str = r#"[[situation]]
name = "一"
story = "一人。"
given = """
dibao @P1 #H1 start_month=201701
insurance @P1 #H1 insured_category=农村低保
registry_person @P1 #H1 birth_date=1970-03-02 relation=本人或户主 sex=男 dibao_flag=1
"""
expect = []
rests_on = "常识"
"#;

#[test]
fn slips_in_a_situation_are_told_at_their_place() {
    assert_eq!(complaints(STORY), []);
    let told = |right: &str, wrong: &str| {
        assert!(STORY.contains(right), "{right}");
        let complaints = complaints(&STORY.replacen(right, wrong, 1));
        assert_eq!(complaints.len(), 1, "{complaints:?}");
        complaints.into_iter().next().unwrap()
    };
    for (right, wrong, line, says, hint) in [
        ("rests_on", "rest_on", 11, "不认识的键“rest_on”", "rests_on"),
        ("insurance @P1", "insurence @P1", 7, "没有名为“insurence”的视图", "insurance"),
        ("insured_category", "insured_categry", 7, "没有列“insured_categry”", "insured_category"),
        ("start_month=201701", "start_month=a", 6, "“a”不能作为列“start_month”的值", "数字写整数"),
        ("registry_person @P1", "registry_person:老汉 @P1", 8, "没有名为“老汉”的一种行", "老人"),
        ("expect = []", "expect = [\"R999 P1\"]", 10, "没有编号为“R999”的规则", "R"),
        ("expect = []", "expect = [\"R35 H1\"]", 10, "R35是指标", "指标"),
        ("expect = []", "expect = [\"R30\"]", 10, "不是“规则编号 对象”", "R30 P1"),
        ("expect = []", "expect = [\"R30 H1\"]", 10, "本情形里没有“H1”", "P1"),
        ("expect = []", "expect = [\"R50 P1\"]", 10, "规则R50在本情形里没有运行", "empty"),
        ("expect = []", "expect = [\"R30 P1\"]", 10, "应有而没有：R30 P1", "改规则"),
        ("expect = []", "expect = []\nsilent = { R50 = \"无\" }", 11, "规则R50在本情形里没有运行", "empty"),
        ("expect = []", "expect = []\nsilent = { R30 = \" \" }", 11, "没有写为什么不列", "原因"),
        ("expect = []", "expect = []\nempty = [\"dibao\"]", 11, "“dibao”在 given 里有行", "删去"),
        ("expect = []", "expect = []\nabsent = [\"x\"]", 11, "没有名为“x”的数据来源", "dibao"),
        ("expect = []", "expect = []\nabsent = [\"insurance 410699\"]", 11, "没有县区“410699”的行", "410621"),
        ("expect = []", "expect = []\nstale = [\"dibao 41062\"]", 11, "没有县区“41062”的行", "410621"),
        ("expect = []", "expect = []\npending = \"没有\"", 11, "已经相符", "删去 pending"),
        ("常识", "“应管尽管”", 11, "引文“应管尽管”与政策文本不一致", "原文"),
        ("expect = []", "expect = []\nperiod = \"2018Q9\"", 11, "", ""),
    ] {
        let (message, at, cure) = told(right, wrong);
        assert!(message.contains(says) && cure.contains(hint), "{wrong}: {message} / {cure}");
        assert_eq!(at, Some(line), "{wrong}: {message}");
    }
    // What is not expected is told with its words, and never passes in silence.
    let surplus = told("insurance @P1", "insurance @P2");
    assert!(surplus.0.contains("不应有而有：R30 P1（未参加基本医保"), "{}", surplus.0);
}

#[test]
fn what_unknown_cells_leave_open_must_be_expected_and_nothing_else() {
    let unknown = STORY.replace("dibao_flag=1", "dibao_flag=?");
    let told = complaints(&unknown);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].0.contains("不应未判断的：R06 P1"), "{told:?}");
    let expected = "expect = []\nundecided = [\"R06 P1\"]";
    assert_eq!(complaints(&unknown.replace("expect = []", expected)), []);
    let held = "expect = []\nheld = [\"R06 410621\"]";
    assert_eq!(complaints(&unknown.replace("expect = []", held)), []);
    let too_much = complaints(&STORY.replace("expect = []", expected));
    assert!(too_much[0].0.contains("应未判断而判断了：R06 P1"), "{too_much:?}");
}
