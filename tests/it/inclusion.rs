//! Pipelines that include base rule sets: what holds, what is said aloud, what is refused.

use std::path::Path;

use bidui::testing::config::{Pipeline, RuleParameter};
use bidui::testing::link::settings::LinkSettings;
use bidui::testing::reconcile::check_rules;
use bidui::testing::rules::rule_set::RuleSet;
use tempfile::TempDir;

use crate::folder;

const PLAIN: &str =
    "title = \"基础\"\n[parameters.default]\ngrace_days = 10\nlimit = 5\n[parameters.2018]\nlimit = 6\n";

fn rule(code: &str, title: &str) -> String {
    format!(
        "/*\ncode = \"{code}\"\ntitle = \"{title}\"\nwhy = \"乙\"\npolicy = {{ clause = \"一\", quote = \"丙\" }}\n\
         owner = \"民政局\"\nseverity = \"S2\"\nsubject = \"person\"\nsources = [\"dibao\"]\nmessage = \"丁\"\n*/\n\
         SELECT d.person_id AS subject_id, d.record_id AS evidence FROM dibao d\n"
    )
}

/// A folder of pipelines: `own` (a good one that includes `base`), `base`, and further files, which
/// take the place of those of the same name.
fn pipelines(more: &[(&str, &str)]) -> TempDir {
    let holder = tempfile::tempdir().unwrap();
    let own = format!("{}\n[rules]\nfrom = [\"../base\"]\n", folder::PIPELINE);
    let first = rule("R01", "一");
    let codes = "table,code,label,canonical\n与户主关系,01,本人或户主,\n与户主关系,02,配偶,\n";
    let files = [
        ("own/pipeline.toml", own.as_str()),
        ("own/codes/counties.csv", "code,name\n410621,浚县\n"),
        ("own/codes/townships.csv", "code,name_2017\n410621101,善堂镇\n"),
        ("own/codes/villages.csv", "code_2017,name_2017\n410621101201,东村村委会\n"),
        ("base/base.toml", PLAIN),
        ("base/sources/dibao.toml", folder::DIBAO),
        ("base/codes/registry.csv", codes),
        ("base/rules/a/R01_one.sql", &first),
    ];
    for (name, text) in files.iter().chain(more) {
        let path = holder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    holder
}

fn own(holder: &TempDir) -> Pipeline {
    folder::open(&holder.path().join("own"))
}

fn load(holder: &TempDir) -> bidui::Result<RuleSet> {
    RuleSet::load(&Pipeline::open(&holder.path().join("own"))?)
}

/// What is said of a folder that must be refused, its path left out.
fn refused(more: &[(&str, &str)]) -> String {
    let holder = pipelines(more);
    let error = load(&holder).map(|_| ()).expect_err("accepted");
    assert_eq!(error.kind().exit_code(), 2);
    bidui::testing::error::render_error(&error, false).replace(&format!("{}/", holder.path().display()), "")
}

#[test]
fn what_a_base_has_is_there() {
    let holder = pipelines(&[]);
    let pipeline = own(&holder);
    assert_eq!(pipeline.name, "own");
    assert_eq!(pipeline.source("dibao").unwrap().title, "农村低保");
    let rules = RuleSet::load(&pipeline).unwrap();
    assert_eq!(rules.rule("R01").unwrap().header.title, "一");
    assert!(check_rules(&rules).is_empty() && rules.replaced.is_empty());
    // The folder's default holds against all that the base sets.
    let at = |quarter: &str| pipeline.parameters(quarter.parse().unwrap());
    assert_eq!(at("2018Q3")["grace_days"], RuleParameter::Integer(30));
    assert_eq!(at("2018Q3")["limit"], RuleParameter::Integer(6));
    assert_eq!(at("2019Q3")["limit"], RuleParameter::Integer(5));
}

#[test]
fn what_the_folder_sets_for_a_year_holds_for_its_quarters() {
    let text = format!("{}\n[rules]\nfrom = [\"../base\"]\n", folder::PIPELINE)
        .replace("[parameters.2018]", "[parameters.2018]\nlimit = 7");
    let base = format!("{PLAIN}[parameters.2018Q3]\nlimit = 8\n");
    let holder = pipelines(&[("own/pipeline.toml", &text), ("base/base.toml", &base)]);
    let at = |quarter: &str| own(&holder).parameters(quarter.parse().unwrap())["limit"].clone();
    assert_eq!(at("2018Q3"), RuleParameter::Integer(7));
    assert_eq!(at("2019Q3"), RuleParameter::Integer(5));
}

#[test]
fn the_digest_covers_the_base() {
    let digest = |more: &[(&str, &str)]| own(&pipelines(more)).digest;
    let plain = digest(&[]);
    assert_eq!(plain, digest(&[]), "wherever the folders lie");
    let second = rule("R02", "二");
    for (file, text) in [
        ("base/base.toml", "title = \"又名\"\n"),
        ("base/rules/a/R02_two.sql", second.as_str()),
        ("base/link.toml", "x"),
        ("own/note.txt", "x"),
    ] {
        assert_ne!(plain, digest(&[(file, text)]), "{file}");
    }
}

#[test]
fn a_rule_of_the_folder_stands_in_for_that_of_the_base() {
    let (ours, extra) = (rule("R01", "我们的"), rule("R02", "二"));
    let holder = pipelines(&[("own/rules/b/R01_ours.sql", &ours), ("own/rules/b/R02_two.sql", &extra)]);
    let rules = load(&holder).unwrap();
    assert_eq!(rules.rule("R01").unwrap().header.title, "我们的");
    assert_eq!((rules.rules.len(), rules.replaced.len()), (2, 1));
    assert_eq!(rules.replaced[0].what, "规则“R01”");
    assert!(rules.replaced[0].by.ends_with("own/rules/b/R01_ours.sql"));
    assert!(rules.replaced[0].of.ends_with("base/rules/a/R01_one.sql"));
    // A wrong file of the base is named where it is.
    let wrong = rule("R01", "一").replace("d.record_id AS", "d.record_idd AS");
    let holder = pipelines(&[("base/rules/a/R01_one.sql", &wrong)]);
    let complaint = bidui::testing::error::render_error(&check_rules(&load(&holder).unwrap())[0], false);
    assert!(complaint.contains("base/rules/a/R01_one.sql:12:"), "{complaint}");
    assert!(!complaint.contains(".."), "{complaint}");
}

#[test]
fn rules_are_switched_off_for_a_reason() {
    let off =
        |words: &str| format!("{}\n[rules]\nfrom = [\"../base\"]\n[rules.off]\n{words}\n", folder::PIPELINE);
    let rules = load(&pipelines(&[("own/pipeline.toml", &off("R01 = \"本市没有这份名单\""))])).unwrap();
    assert_eq!(rules.off["R01"], "本市没有这份名单");
    let said = refused(&[("own/pipeline.toml", &off("R1 = \"甲\""))]);
    assert!(said.contains("没有编号为“R1”的规则") && said.contains("own/pipeline.toml:"), "{said}");
    assert!(said.contains("是不是“R01”"), "{said}");
    assert!(refused(&[("own/pipeline.toml", &off("R01 = \" \""))]).contains("没有写为什么停用规则“R01”"));
}

#[test]
fn two_bases_with_one_code_need_somebody_to_decide() {
    let from = |list: &str| format!("{}\n[rules]\nfrom = [{list}]\n", folder::PIPELINE);
    let both = from("\"../base\", \"../other\"");
    let (theirs, ours) = (rule("R01", "别的"), rule("R01", "定了"));
    let more = [
        ("own/pipeline.toml", both.as_str()),
        ("other/base.toml", "title = \"另一套\"\n"),
        ("other/rules/a/R01_other.sql", &theirs),
    ];
    let said = refused(&more);
    for words in ["两个基础规则集都有规则“R01”", "other/rules/a/R01_other.sql", "base/rules/a/R01_one.sql"]
    {
        assert!(said.contains(words), "{words} in\n{said}");
    }
    let decided = [&more[..], &[("own/rules/a/R01_ours.sql", &ours)]].concat();
    assert_eq!(load(&pipelines(&decided)).unwrap().rule("R01").unwrap().header.title, "定了");
    // A base that includes the other one has decided.
    let over =
        [&more[..], &[("other/base.toml", "title = \"另一套\"\n[rules]\nfrom = [\"../base\"]\n")]].concat();
    assert_eq!(load(&pipelines(&over)).unwrap().rule("R01").unwrap().header.title, "别的");
    // Parameters likewise.
    let parameters =
        [&over[..1], &[("other/base.toml", "title = \"另一套\"\n[parameters.default]\nlimit = 9\n")]]
            .concat();
    let said = refused(&parameters);
    assert!(said.contains("参数“limit”(default)不同") && said.contains("base/base.toml"), "{said}");
}

#[test]
fn circles_strangers_and_missing_bases_are_refused() {
    let from = |list: &str| format!("{}\n[rules]\nfrom = [{list}]\n", folder::PIPELINE);
    let circle = "title = \"基础\"\n[rules]\nfrom = [\"../own\"]\n";
    let said = refused(&[("base/base.toml", circle)]);
    assert!(said.contains("own/pipeline.toml → base/base.toml → own/pipeline.toml"), "{said}");
    let said = refused(&[("own/pipeline.toml", &from("\"../bas\""))]);
    assert!(said.contains("引用的基础规则集不存在：bas") && said.contains("own/pipeline.toml:"), "{said}");
    for outside in ["..", "../..", "../../elsewhere/..", "../base/../.."] {
        let said = refused(&[("own/pipeline.toml", &from(&format!("\"{outside}\"")))]);
        assert!(said.contains("之外") || said.contains("不存在"), "{outside}: {said}");
    }
    for absolute in ["/etc", ""] {
        let said = refused(&[("own/pipeline.toml", &from(&format!("\"{absolute}\"")))]);
        assert!(said.contains("应写相对路径"), "{absolute}: {said}");
    }
    let said = refused(&[("own/pipeline.toml", &from("\"../nothing\"")), ("nothing/x.txt", "")]);
    assert!(said.contains("nothing 不是规则集：没有 base.toml"), "{said}");
    let said = refused(&[("base/base.toml", "title = \"基础\"\nprefecture = 1\n")]);
    assert!(said.contains("base/base.toml:2:1") && said.contains("不认识的键“prefecture”"), "{said}");
}

#[test]
fn a_base_is_no_pipeline() {
    let error = Pipeline::open(&pipelines(&[]).path().join("base")).unwrap_err();
    assert!(error.message().contains("供引用") && error.hint_text().is_some(), "{error}");
}

#[cfg(unix)]
#[test]
fn a_link_does_not_lead_out_of_the_folder() {
    let holder = pipelines(&[]);
    let elsewhere = tempfile::tempdir().unwrap();
    std::fs::write(elsewhere.path().join("base.toml"), "title = \"外面\"\n").unwrap();
    std::fs::remove_dir_all(holder.path().join("base")).unwrap();
    std::os::unix::fs::symlink(elsewhere.path(), holder.path().join("base")).unwrap();
    let error = Pipeline::open(&holder.path().join("own")).unwrap_err();
    assert!(error.message().contains("之外"), "{error}");
}

#[test]
fn a_contract_is_added_to() {
    let extra = "owner = \"社会救助局\"\nrequired = true\npatterns = [\"**/救助对象*\"]\nignore_headers = [\"备注\"]\n\
                 [headers]\nhousehold_no = [\"户号\"]\n\
                 [[column]]\nname = \"note\"\nlabel = \"说明\"\n\
                 [[variant]]\nfiles = \"*某县*\"\naliases = { note = [\"附注\"] }\n";
    let holder = pipelines(&[("own/sources/dibao.extra.toml", extra)]);
    let pipeline = own(&holder);
    let dibao = pipeline.source("dibao").unwrap();
    assert_eq!((dibao.owner.as_str(), dibao.required), ("社会救助局", true));
    assert!(dibao.owns_file("x/救助对象.csv") && dibao.owns_file("x/低保.csv"));
    assert!(dibao.column("household_no").unwrap().headers.contains(&"户号".to_owned()));
    assert_eq!(dibao.columns.last().unwrap().name, "note");
    assert_eq!(dibao.variants.len(), 2);
    assert_eq!(pipeline.sources.len(), 1, "what is added is no source of its own");
    for (from, to, words, line) in [
        ("household_no = [", "household_number = [", "没有列“household_number”", 6),
        ("[\"户号\"]", "[\"类别\"]", "表头“类别”已由列“household_no”使用", 6),
        ("name = \"note\"", "name = \"Note\"", "列名“Note”不合规", 8),
        ("label = \"说明\"", "label = \"类别\"", "表头“类别”已由列“category”使用", 9),
        ("{ note =", "{ nota =", "没有列“nota”", 12),
        ("[\"备注\"]", "[\"类别\"]", "表头“类别”已由列“category”使用", 4),
        ("**/救助对象*", "../救助对象*", "", 3),
        ("owner =", "ownr =", "不认识的键“ownr”", 1),
    ] {
        let said = refused(&[("own/sources/dibao.extra.toml", &extra.replacen(from, to, 1))]);
        assert!(said.contains(words), "{to}: {said}");
        assert!(said.contains(&format!("own/sources/dibao.extra.toml:{line}:")), "{to}: {said}");
    }
    let said = refused(&[("own/sources/dibo.extra.toml", "owner = \"甲\"\n")]);
    assert!(said.contains("没有可以补充的数据来源“dibo”"), "{said}");
}

#[test]
fn a_contract_or_code_table_of_the_folder_stands_in_for_that_of_the_base() {
    let contract = folder::DIBAO.replace("农村低保", "城乡低保");
    let codes = "table,code,label,canonical\n与户主关系,01,户主本人,本人或户主\n";
    let holder = pipelines(&[("own/sources/dibao.toml", &contract), ("own/codes/registry.csv", codes)]);
    let pipeline = own(&holder);
    let dibao = pipeline.source("dibao").unwrap();
    assert_eq!(dibao.title, "城乡低保");
    assert_eq!(pipeline.replaced.len(), 1);
    assert!(dibao.column("relation").unwrap().codes.label("户主本人").is_some());
    assert!(dibao.column("relation").unwrap().codes.label("02").is_none());
}

#[test]
fn settings_of_the_folder_hold_against_those_of_the_base() {
    let base = "example_quarter = \"2018Q3\"\n[dates]\na = { from = \"quarter_end\", minus_days = 9 }\n\
                b = { from = \"quarter_end\" }\n[severities.S1]\ntitle = \"错发\"\nmarked = true\n\
                [answers]\nverdicts = [\"属实\", \"不属实\"]\n";
    let ours = "[dates]\na = { from = \"quarter_start\" }\n[severities.S1]\ntitle = \"要紧\"\n\
                [answers]\nverdicts = [\"是\", \"否\", \"已改\"]\n";
    let holder = pipelines(&[("base/rules/rules.toml", base), ("own/rules/rules.toml", ours)]);
    let rules = load(&holder).unwrap();
    let row = rules.parameters(&own(&holder), "2018Q3".parse().unwrap()).unwrap();
    let day = |name: &str| match row[name] {
        RuleParameter::Date(day) => bidui::testing::model::day::day_from_date32(day).unwrap().to_string(),
        ref other => panic!("{other:?}"),
    };
    assert_eq!((day("a"), day("b")), ("2018-07-01".to_owned(), "2018-09-30".to_owned()));
    let words = rules.settings.words();
    let worst = bidui::testing::model::exception::Severity::S1;
    assert_eq!(words.severity_title(worst), "S1 要紧");
    assert!(words.is_marked(worst));
    assert_eq!(words.answers.verdicts, ["是", "否", "已改"]);
    // A complaint names the file that says it.
    let wrong = base.replace("[\"属实\", \"不属实\"]", "[\"属实\", \"属实\"]");
    let holder = pipelines(&[("base/rules/rules.toml", &wrong)]);
    let complaint = bidui::testing::error::render_error(&check_rules(&load(&holder).unwrap())[0], false);
    assert!(complaint.contains("base/rules/rules.toml:9:"), "{complaint}");
}

#[test]
fn a_quote_must_stand_in_one_of_the_policy_texts() {
    let text = |name: &str| format!("policy_text = \"{name}\"\n");
    let more = |words: &'static str| {
        pipelines(&[("own/rules/rules.toml", &text("plan.txt")), ("own/plan.txt", words)])
    };
    assert!(check_rules(&load(&more("甲丙乙")).unwrap()).is_empty());
    assert_eq!(check_rules(&load(&more("甲乙")).unwrap()).len(), 1);
    let both = pipelines(&[
        ("own/rules/rules.toml", &text("plan.txt")),
        ("own/plan.txt", "甲乙"),
        ("base/rules/rules.toml", &text("old.txt")),
        ("base/old.txt", "丙"),
    ]);
    assert!(check_rules(&load(&both).unwrap()).is_empty());
}

#[test]
fn linking_is_that_of_the_base_unless_the_folder_has_its_own() {
    let base = Path::new(env!("CARGO_MANIFEST_DIR")).join("pipelines/base");
    let read = |name: &str| std::fs::read_to_string(base.join(name)).unwrap();
    let (link, weights) = (read("link.toml"), read("weights.toml"));
    let holder = pipelines(&[("base/link.toml", &link), ("base/weights.toml", &weights)]);
    let asked = holder.path().join("own/link.toml");
    let settings = LinkSettings::open(&asked).unwrap();
    assert!(settings.path.ends_with("base/link.toml"));
    // Weights trained on the prefecture's own lists.
    let own = weights.replacen("equal = 24000", "equal = 23000", 1);
    assert_ne!(own, weights);
    std::fs::write(holder.path().join("own/weights.toml"), own).unwrap();
    let trained = LinkSettings::open(&asked).unwrap();
    let changed = |s: &LinkSettings| s.comparisons.iter().any(|c| c.weights.values().any(|w| *w == 23_000));
    assert!(changed(&trained) && !changed(&settings));
}
