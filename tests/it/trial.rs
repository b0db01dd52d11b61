//! Rules tried over the lists of a publication: one that is as it was finds what was published and nothing else, one that
//! is changed gains and loses exactly what the change says.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use bidui::testing::config::Pipeline;
use bidui::testing::publication::snapshot::Snapshot;
use bidui::testing::rules::rule_set::RuleSet;
use bidui::testing::trial::{RuleTrial, ShownFinding, TrialPlan, try_rules};
use bidui::{TableRow, read_rows};
use serde_json::Value;

use crate::departments::copy;
use crate::end_to_end::{bidui, key, ok, published, root, text};
use crate::inputs_folder::copy_folder;

/// Every rule of the pipeline as it is, over a publication.
fn try_every_rule(publication: &Path, previous: Option<&Path>) -> Vec<RuleTrial> {
    let pipeline = Pipeline::open(&root().join("pipelines/hebi")).unwrap();
    let rules = RuleSet::load(&pipeline).unwrap();
    let codes = rules.rules.iter().map(|rule| rule.header.code.clone()).collect();
    let publication = Snapshot::open(publication).unwrap();
    let previous = previous.map(|folder| Snapshot::open(folder).unwrap());
    try_rules(&TrialPlan { pipeline, rules, codes, publication, previous }).unwrap()
}

/// What a rule changes that nobody has changed.
fn differences(trials: &[RuleTrial]) -> Vec<String> {
    let mut told = Vec::new();
    for trial in trials {
        let lists: [(&str, &[ShownFinding]); 7] = [
            ("gained", &trial.gained),
            ("lost", &trial.lost),
            ("to be confirmed", &trial.now_to_confirm),
            ("certain", &trial.now_certain),
            ("told otherwise", &trial.told_otherwise),
            ("undecided", &trial.undecided_gained),
            ("decided", &trial.undecided_lost),
        ];
        let each = lists.into_iter().flat_map(|(kind, list)| list.iter().map(move |one| (kind, one)));
        told.extend(
            each.map(|(kind, one)| format!("{} {kind}: {}/{}", trial.code, one.subject_id, one.rule_key)),
        );
        told.extend(trial.counts.iter().map(|count| format!("{} counts: {count:?}", trial.code)));
        told.extend(trial.is_new.then(|| format!("{} is new", trial.code)));
    }
    told
}

fn count(trials: &[RuleTrial], of: impl Fn(&RuleTrial) -> usize) -> usize {
    trials.iter().map(of).sum()
}

/// Codes of the rules that a publication says it did not run, and of those that cannot be run now.
fn not_run(publication: &Path, trials: &[RuleTrial]) -> [BTreeSet<String>; 2] {
    let rules = read_rows(&publication.join("tables/dim_rule.parquet"), |row| row.get("ran") == "0").unwrap();
    let then = rules.iter().map(|row| row.get("rule_code").to_owned()).collect();
    let now = trials.iter().filter(|trial| trial.not_run.is_some()).map(|trial| trial.code.clone()).collect();
    [then, now]
}

#[test]
fn unchanged_rules_gain_and_lose_nothing() {
    let out = published().join("out");
    let [third, fourth] = ["2018Q3/latest", "2018Q4/latest"].map(|quarter| out.join(quarter));
    for (publication, previous) in [(&third, None), (&fourth, Some(third.as_path()))] {
        let trials = try_every_rule(publication, previous);
        assert_eq!(differences(&trials), Vec::<String>::new());
        let [then, now] = not_run(publication, &trials);
        // Whether a rule has its target only is no matter of running it.
        assert!(now.is_subset(&then), "{now:?} {then:?}");
        let (found, all) = (count(&trials, |trial| trial.found), count(&trials, |trial| trial.published));
        assert_eq!(found, all);
        assert!(all > 1000 && trials.len() > 100, "{all} findings of {} rules", trials.len());
    }
}

/// A quarter in which a county's list did not come, and codes of another's cannot be read.
fn with_gaps(folder: &Path) -> PathBuf {
    let data = folder.join("data");
    copy_folder(&root().join("fixtures/hebi/2018Q3"), &data);
    fs::remove_file(data.join("农村低保_浚县.xlsx")).unwrap();
    let file = data.join("医保参保_鹤山区.csv");
    let bytes = fs::read(&file).unwrap();
    let (status, _, _) = encoding_rs::GB18030.encode("正常参保");
    let [status, unread] = match std::str::from_utf8(&bytes) {
        Ok(_) => ["正常参保", "正参常保"].map(|word| word.as_bytes().to_vec()),
        Err(_) => [status.to_vec(), encoding_rs::GB18030.encode("正参常保").0.to_vec()],
    };
    let mut garbled = bytes.clone();
    let places = (0..bytes.len() - status.len()).filter(|&at| bytes[at..].starts_with(&status));
    for at in places.step_by(3) {
        garbled[at..at + status.len()].copy_from_slice(&unread);
    }
    assert_ne!(bytes, garbled);
    fs::write(&file, garbled).unwrap();
    let out = folder.join("out");
    let (key, data) = (key(folder), text(&data).to_owned());
    ok(&[
        "run",
        "pipelines/hebi",
        "--quarter",
        "2018Q3",
        "--data",
        &data,
        "--out",
        text(&out),
        "--key-file",
        text(&key),
    ]);
    out.join("2018Q3/latest")
}

#[test]
fn what_was_left_undecided_and_held_is_so_again() {
    let folder = tempfile::tempdir().unwrap();
    let trials = try_every_rule(&with_gaps(folder.path()), None);
    assert_eq!(differences(&trials), Vec::<String>::new());
    let undecided = count(&trials, |trial| trial.undecided_published);
    assert!(undecided > 100, "{undecided}");
    let held: Vec<&String> = trials.iter().flat_map(|trial| &trial.held).collect();
    assert!(held.iter().any(|held| held.contains("浚县缺本期的农村低保")), "{held:?}");
    assert!(held.iter().any(|held| held.contains("鹤山区医保参保的“参保状态”有")), "{held:?}");
}

/// A copy of the pipelines in which something is written otherwise.
fn changed_pipelines(file: &str, from: &str, to: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    copy(&root().join("pipelines"), folder.path(), "people");
    let path = folder.path().join(file);
    let before = fs::read_to_string(&path).unwrap();
    assert_eq!(before.matches(from).count(), 1, "{from}");
    fs::write(&path, before.replace(from, to)).unwrap();
    folder
}

const R75: &str = "base/rules/housing/R75_renovated_still_listed.sql";

fn third() -> PathBuf {
    published().join("out/2018Q3")
}

fn tried(arguments: &[&str]) -> Value {
    let publication = third();
    let all = [&["try"], arguments, &["--publication", text(&publication), "--format", "json"]].concat();
    serde_json::from_str(&ok(&all)).unwrap()
}

/// Subjects and keys of a list of findings.
fn subjects(trial: &Value, list: &str) -> BTreeSet<(String, String)> {
    let one = |one: &Value| {
        (one["subject_id"].as_str().unwrap().to_owned(), one["rule_key"].as_str().unwrap().to_owned())
    };
    trial[list].as_array().unwrap().iter().map(one).collect()
}

fn published_rows(table: &str, wanted: impl Fn(&TableRow) -> bool) -> Vec<TableRow> {
    read_rows(&third().join("latest").join(table), wanted).unwrap()
}

/// What was published by R75 about the ledger, of houses accepted within these days.
fn ledger_findings(days: std::ops::RangeInclusive<&str>) -> BTreeSet<(String, String)> {
    let houses = published_rows("restricted/view/housing.parquet", |row| {
        row.get("accept_result") == "合格"
            && row.get("ledger_status") == "在账"
            && days.contains(&row.get("accept_date"))
    });
    houses.iter().map(|row| (row.get("household_id").to_owned(), "ledger".to_owned())).collect()
}

#[test]
fn a_parameter_that_is_changed_loses_exactly_what_it_excuses() {
    let folder = changed_pipelines("base/base.toml", "grace_days = 30", "grace_days = 90");
    let hebi = folder.path().join("hebi");
    let trial = &tried(&["R75", text(&hebi)])[0];
    // 90 days before the quarter's end is July 2; the grace was over on August 31.
    let expected = ledger_findings("2018-07-03"..="2018-08-31");
    assert!(!expected.is_empty());
    assert_eq!(subjects(trial, "lost"), expected);
    for empty in ["gained", "now_to_confirm", "now_certain", "told_otherwise", "counts"] {
        assert_eq!(trial[empty].as_array().unwrap().len(), 0, "{empty}");
    }
    assert_eq!(
        trial["published"].as_u64().unwrap() - trial["found"].as_u64().unwrap(),
        expected.len() as u64
    );
    let counties: u64 =
        trial["counties"].as_array().unwrap().iter().map(|county| county["lost"].as_u64().unwrap()).sum();
    assert_eq!(counties, expected.len() as u64);
    // Whose number it is stands there masked alone.
    let number = trial["lost"][0]["id_number"].as_str().unwrap();
    assert!(number.contains('*') && !trial["lost"][0]["name"].as_str().unwrap().is_empty(), "{trial}");
}

#[test]
fn a_file_with_another_condition_gains_and_loses_exactly_what_it_says() {
    let (from, to) = ("WHERE o.ledger_status = '在账'", "WHERE o.ledger_status = '销档'");
    let folder = changed_pipelines(R75, from, to);
    let (file, list) = (folder.path().join(R75), folder.path().join("changes.csv"));
    let trial = &tried(&[text(&file), "--csv", text(&list)])[0];
    let houses = published_rows("restricted/view/housing.parquet", |row| {
        row.get("accept_result") == "合格"
            && row.get("ledger_status") == "销档"
            && row.get("accept_date") <= "2018-08-31"
    });
    let gained: BTreeSet<_> =
        houses.iter().map(|row| (row.get("household_id").to_owned(), "ledger".to_owned())).collect();
    let lost: BTreeSet<_> = ledger_findings("2000-01-01"..="2018-08-31");
    let both: BTreeSet<_> = gained.intersection(&lost).cloned().collect();
    let only = |all: &BTreeSet<(String, String)>| -> BTreeSet<_> { all.difference(&both).cloned().collect() };
    assert!(gained.len() > 5 && lost.len() > 5);
    assert_eq!((subjects(trial, "gained"), subjects(trial, "lost")), (only(&gained), only(&lost)));
    let list = fs::read_to_string(list).unwrap();
    let lines = list.matches("新增疑点").count() + list.matches("消失的疑点").count();
    assert_eq!(lines, only(&gained).len() + only(&lost).len());
}

#[test]
fn a_rule_that_reads_less_of_its_definition_loses_those_of_that_age() {
    let of_age = |age: &str| -> BTreeSet<String> {
        let rows = published_rows("restricted/exception.parquet", |row| {
            row.get("rule_code") == "R50" && row.get("message").contains(&format!("现年{age}周岁"))
        });
        rows.iter().map(|row| row.get("subject_id").to_owned()).collect()
    };
    let r50 = fs::read_dir(root().join("pipelines/base/rules/education")).unwrap();
    let r50 = r50.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let r50 = r50.into_iter().find(|name| name.starts_with("R50_")).unwrap();
    let from = "FROM out_of_school p\n";
    let folder = changed_pipelines(
        &format!("base/rules/education/{r50}"),
        from,
        "FROM out_of_school p\nWHERE p.age <> 15\n",
    );
    let hebi = folder.path().join("hebi");
    let trial = &tried(&["R50", text(&hebi)])[0];
    let lost: BTreeSet<String> = subjects(trial, "lost").into_iter().map(|(subject, _)| subject).collect();
    assert!(!lost.is_empty());
    assert_eq!((lost, subjects(trial, "gained").len()), (of_age("15"), 0));
}

#[test]
fn what_cannot_be_tried_is_said_with_its_cure() {
    let publication = third();
    let refused = |arguments: &[&str]| {
        let output = bidui(&[&["try"], arguments].concat());
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    let with = |rule: &str| refused(&[rule, "pipelines/hebi", "--publication", text(&publication)]);
    assert!(with("R9999").contains("没有编号为“R9999”的规则"));
    assert!(with("nowhere/R1_x.sql").contains("规则文件读不出来"));
    assert!(refused(&["R50", "--publication", "fixtures"]).contains("不是完整的发布"));
    let other = refused(&["R50", "pipelines/example_prefecture", "--publication", text(&publication)]);
    assert!(other.contains("流水线“") && other.contains("写出它的流水线文件夹"), "{other}");
    let folder = tempfile::tempdir().unwrap();
    copy(&publication.join("latest/"), folder.path(), "student.parquet");
    let lacking = refused(&["R50", "pipelines/hebi", "--publication", text(folder.path())]);
    assert!(lacking.contains("没有核查视图“student”") && lacking.contains("restricted = true"), "{lacking}");
    let manifest = folder.path().join("manifest.json");
    let older = fs::read_to_string(&manifest).unwrap().replacen(env!("CARGO_PKG_VERSION"), "0.0.9", 1);
    fs::remove_file(&manifest).unwrap();
    fs::write(&manifest, older).unwrap();
    let old = refused(&["R50", "pipelines/hebi", "--publication", text(folder.path())]);
    assert!(old.contains("程序版本“0.0.9”") && old.contains("重新运行该期"), "{old}");
    // Lists of the quarter before are asked for where a rule reads them.
    let alone = tempfile::tempdir().unwrap();
    copy(&published().join("out/2018Q4/latest/"), alone.path(), "");
    let rules = RuleSet::load(&Pipeline::open(&root().join("pipelines/hebi")).unwrap()).unwrap();
    let code = rules.rules.iter().find(|rule| rule.header.sources.iter().any(|s| s.ends_with("_previous")));
    let code = code.unwrap().header.code.clone();
    let previous = refused(&[&code, "pipelines/hebi", "--publication", text(alone.path())]);
    assert!(previous.contains("--previous 指向2018Q3的发布"), "{previous}");
}
