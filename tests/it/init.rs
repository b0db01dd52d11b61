//! `bidui init`: the new folder passes every check as it stands and can run a quarter.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use bidui::testing::config::{ColumnRole, Pipeline, RuleParameter};

fn bidui(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_bidui")).args(arguments).output().unwrap()
}

fn ok(arguments: &[&str]) -> String {
    let output = bidui(arguments);
    let err = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "bidui {}\n{err}", arguments.join(" "));
    String::from_utf8(output.stdout).unwrap()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A new pipeline under `folder`.
fn new_pipeline(folder: &Path) -> PathBuf {
    let root = folder.join("pipelines").join("new");
    ok(&["init", text(&root)]);
    root
}

#[test]
fn the_new_folder_opens() {
    let folder = tempfile::tempdir().unwrap();
    let pipeline = Pipeline::open(&new_pipeline(folder.path()))
        .unwrap_or_else(|e| panic!("{}", bidui::testing::error::render_error(&e, false)));
    assert_eq!(pipeline.name, "new");
    let people = pipeline.source("people").unwrap();
    for role in [
        ColumnRole::IdNumber,
        ColumnRole::Name,
        ColumnRole::BirthDate,
        ColumnRole::Sex,
        ColumnRole::Household,
        ColumnRole::Village,
    ] {
        assert!(people.role(role).is_some(), "{role:?}");
    }
    let parameters = pipeline.parameters("2018Q3".parse().unwrap());
    assert_eq!(parameters["poverty_line_fen"], RuleParameter::Integer(320_800));
    // The prefecture, one county, one township, two villages.
    assert_eq!(pipeline.divisions.units.len(), 5);
}

#[test]
fn the_new_folder_passes_the_check() {
    let folder = tempfile::tempdir().unwrap();
    let root = new_pipeline(folder.path());
    let said = ok(&["check", text(&root)]);
    assert!(said.contains("配置正确：1个数据来源，0条规则"), "{said}");
}

#[test]
fn the_new_folder_runs_a_quarter() {
    let folder = tempfile::tempdir().unwrap();
    let root = new_pipeline(folder.path());
    let data = folder.path().join("data");
    std::fs::create_dir(&data).unwrap();
    // Every header the contract teaches, with both names of the township and of the village.
    std::fs::write(
        data.join("人员名单.csv"),
        "序号,县区,乡镇,行政村,户编号,姓名,身份证号,性别,出生日期,与户主关系,月补助金额,起始年月,是否残疾\n\
         1,鹤山区,中北街道,西一巷居委会,1,王小麦,,女,1980-01-02,户主,200,201801,否\n\
         2,鹤山区,中山北路街道,西一巷社区居民委员会,1,李谷子,,1,1979-03-04,配偶,200.5,2018年2月,是\n",
    )
    .unwrap();
    let key = crate::end_to_end::key(folder.path());
    let out = folder.path().join("out");
    ok(&[
        "run",
        text(&root),
        "--quarter",
        "2018Q3",
        "--data",
        text(&data),
        "--out",
        text(&out),
        "--key-file",
        text(&key),
    ]);
    assert!(out.join("2018Q3/latest").is_dir());
}

#[test]
fn an_existing_folder_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let root = new_pipeline(folder.path());
    let file = root.join("pipeline.toml");
    std::fs::write(&file, "title = \"mine\"\n").unwrap();
    let output = bidui(&["init", text(&root)]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("不覆盖"));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "title = \"mine\"\n");
}
