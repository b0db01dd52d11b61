//! The same list twice, lists of another period, counties and columns that were not delivered.

use std::fs;
use std::path::Path;

use bidui::testing::config::Pipeline;
use bidui::testing::load::load_source;

use crate::end_to_end::{bidui, key, root, text, with_notices};
use crate::inputs_folder::copy_folder;

const LIST: &str = "医保参保_淇县.csv";

fn fixtures(quarter: &str) -> tempfile::TempDir {
    let data = tempfile::tempdir().unwrap();
    copy_folder(&root().join("fixtures/hebi").join(quarter), data.path());
    data
}

/// Reads a list of the fixtures as text, whatever its encoding, and writes it back changed.
fn change(file: &Path, change: impl Fn(&[Vec<String>]) -> Vec<Vec<String>>) {
    let bytes = fs::read(file).unwrap();
    let text = match std::str::from_utf8(&bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => encoding_rs::GB18030.decode(&bytes).0.into_owned(),
    };
    let rows: Vec<Vec<String>> =
        text.lines().map(|line| line.split(',').map(str::to_owned).collect()).collect();
    let lines: Vec<String> = change(&rows).iter().map(|row| row.join(",")).collect();
    fs::write(file, lines.join("\n")).unwrap();
}

fn of_last_year(rows: &[Vec<String>]) -> Vec<Vec<String>> {
    let mut rows = rows.to_vec();
    for cell in rows.iter_mut().map(|row| &mut row[0]).filter(|cell| *cell == "2018") {
        "2017".clone_into(cell);
    }
    rows
}

fn without(rows: &[Vec<String>], header: &str) -> Vec<Vec<String>> {
    let head = rows.iter().position(|row| row.iter().any(|cell| cell == header)).unwrap();
    let at = rows[head].iter().position(|cell| cell == header).unwrap();
    rows.iter()
        .map(|row| row.iter().enumerate().filter(|(i, _)| *i != at).map(|(_, c)| c.clone()).collect())
        .collect()
}

/// Blocking audits of a source of the base when its folder holds these files.
fn blocking(source: &str, data: &Path) -> Vec<(String, String)> {
    let pipeline = Pipeline::open(&root().join("pipelines/hebi")).unwrap();
    let index = pipeline.source_index(source).unwrap();
    let loaded = load_source(&pipeline, index, data, None)
        .unwrap_or_else(|e| panic!("{}", bidui::testing::error::render_error(&e, false)))
        .unwrap();
    loaded.audits.into_iter().filter(|a| a.blocking).map(|a| (a.audit, a.message)).collect()
}

#[test]
fn a_list_saved_again_is_found_by_its_rows() {
    let data = tempfile::tempdir().unwrap();
    let from = root().join("fixtures/hebi/2018Q3");
    for county in ["淇县", "浚县"] {
        let name = format!("医保参保_{county}.csv");
        fs::copy(from.join(&name), data.path().join(&name)).unwrap();
    }
    assert!(blocking("insurance", data.path()).is_empty(), "two counties share few rows");
    // One more line end, so another digest.
    let again = data.path().join("医保参保_淇县(1).csv");
    let mut bytes = fs::read(data.path().join(LIST)).unwrap();
    bytes.push(b'\n');
    fs::write(&again, &bytes).unwrap();
    let told = blocking("insurance", data.path());
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0].0, "duplicate_file");
    assert!(told[0].1.contains("医保参保_淇县(1).csv") && told[0].1.contains(LIST), "{told:?}");
    // In another order, a column that is no key changed, and a tenth of it cut off: a part of the list is no other.
    change(&again, |rows| {
        let mut rows = rows.to_vec();
        rows.truncate(rows.len() * 9 / 10);
        rows[1..].reverse();
        rows.iter_mut().skip(1).for_each(|row| "999".clone_into(&mut row[12]));
        rows
    });
    assert_eq!(blocking("insurance", data.path()).len(), 1);
    // Half of it new: another list.
    change(&again, |rows| {
        let mut rows = rows.to_vec();
        rows.iter_mut().skip(1).step_by(2).for_each(|row| row[1].push('甲'));
        rows
    });
    assert!(blocking("insurance", data.path()).is_empty());
}

#[test]
fn a_list_without_a_key_is_compared_by_whole_rows() {
    let data = tempfile::tempdir().unwrap();
    let from = root().join("fixtures/hebi/2018Q3");
    for (file, to) in
        [("农村低保_淇县.csv", "农村低保_淇县.csv"), ("农村低保_淇县.csv", "农村低保_淇县_副本.csv")]
    {
        fs::copy(from.join(file), data.path().join(to)).unwrap();
    }
    let copy = data.path().join("农村低保_淇县_副本.csv");
    change(&copy, |rows| {
        let mut rows = rows.to_vec();
        rows[1..].reverse();
        rows
    });
    let told = blocking("dibao", data.path());
    assert!(told.len() == 1 && told[0].0 == "duplicate_file", "{told:?}");
    // What it says of them has changed: it still reports the same people, as last month's list does.
    change(&copy, |rows| {
        let at = rows[0].iter().position(|cell| cell == "月保障金").unwrap_or(rows[0].len() - 6);
        let mut rows = rows.to_vec();
        rows.iter_mut().skip(1).for_each(|row| "77".clone_into(&mut row[at]));
        rows
    });
    let told = blocking("dibao", data.path());
    assert!(told.len() == 1 && told[0].1.contains("报了同一批人"), "{told:?}");
}

fn run(data: &Path, quarter: &str, out: &Path, more: &[&str]) -> std::process::Output {
    let key = key(out.parent().unwrap());
    let line = ["run", "pipelines/hebi", "--quarter", quarter, "--select", "R30,R37", "--data", text(data)];
    bidui(&[&line[..], &["--out", text(out), "--key-file", text(&key)], more].concat())
}

#[test]
fn lists_of_another_year_are_refused_together_and_columns_of_some_told_first() {
    let data = fixtures("2018Q3");
    change(&data.path().join(LIST), of_last_year);
    change(&data.path().join("医保参保_鹤山区.csv"), |rows| without(rows, "参保状态"));
    fs::write(data.path().join("未知名单.csv"), "甲,乙,丙\n1,2,3\n4,5,6\n").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let refused = run(data.path(), "2018Q3", &out, &[]);
    let told = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(2), "{told}");
    assert_eq!(told.matches("错误：").count(), 3, "two, and where they are written down: {told}");
    for part in [
        "未知名单.csv",
        "文件“医保参保_淇县.csv”没有2018年第3季度的行（“参保年度”是2017：",
        "--allow-partial",
    ] {
        assert!(told.contains(part), "no “{part}” in {told}");
    }
    // What is wrong and whom it concerns is left in the output folder, where nothing was published.
    let left: Vec<_> =
        fs::read_dir(&out).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    let left: Vec<&String> = left.iter().filter(|name| !name.starts_with('.')).collect();
    assert!(left.len() == 1 && left[0].starts_with("refused-2018Q3-"), "{left:?}");
    let lists = out.join(left[0]).join("lists");
    assert!(fs::read_to_string(lists.join("问题.txt")).unwrap().contains("未知名单.csv"));
    assert!(
        lists.join("退回/医保参保（淇县）.csv").is_file()
            && lists.join("退回/医保参保（淇县）.xlsx").is_file()
    );
    let again = run(data.path(), "2018Q3", &out, &[]);
    assert!(
        String::from_utf8(again.stderr).unwrap().contains(left[0].as_str()),
        "the same reasons, the same name"
    );
    copy_folder(&out.join(left[0]), &data.path().join("上次"));
    let checked = bidui(&["check", "pipelines/hebi", "--data", text(data.path()), "--quarter", "2018Q3"]);
    let said = String::from_utf8(checked.stdout).unwrap();
    let told = String::from_utf8(checked.stderr).unwrap();
    assert_eq!((checked.status.code(), told.matches("错误：").count()), (Some(2), 2), "{told}");
    assert!(said.contains("（本程序写出的结果：整个文件夹是一次运行的结果，没有读入）\t上次"), "{said}");
    let done = run(data.path(), "2018Q3", &out, &["--allow-partial", "--allow-unclaimed"]);
    let summary = String::from_utf8(done.stdout).unwrap();
    assert_eq!(done.status.code(), Some(0), "{}", String::from_utf8_lossy(&done.stderr));
    let second = summary.lines().nth(1).unwrap();
    assert!(second.starts_with("  警示  医保参保："), "{summary}");
    assert_eq!(summary.matches("  警示  ").count(), 2, "{summary}");
    let lacking = "的列“参保状态”只有部分文件有，这些文件或县没有，或大多没有填：医保参保_鹤山区.csv";
    let told = with_notices(&summary);
    assert!(told.contains(lacking), "{told}");
    let manifest = fs::read_to_string(out.join("2018Q3/latest/manifest.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_str(&manifest).unwrap();
    let sources = manifest["sources"].as_array().unwrap();
    let list = sources.iter().find(|s| s["source"] == "insurance").unwrap();
    let table = |file: &str| list["tables"].as_array().unwrap().iter().find(|t| t["file"] == file).unwrap();
    assert_eq!(table(LIST)["as_of"]["text"], "2017");
    assert_eq!(table("医保参保_浚县.csv")["as_of"]["evidence"], "column");
    assert!(table("医保参保_浚县.csv")["counties"]["410621"].as_u64().unwrap() > 500);
    assert!(table("医保参保_鹤山区.csv")["absent"].as_array().unwrap().iter().any(|c| c == "status"));
}

#[test]
fn a_folder_of_another_quarter_and_a_list_of_the_last_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("2018Q3");
    copy_folder(&root().join("fixtures/hebi/2018Q4"), &data);
    fs::copy(root().join("fixtures/hebi/2018Q3").join(LIST), data.join(LIST)).unwrap();
    fs::rename(data.join("特困供养.dbf"), data.join("2018年三季度特困供养.dbf")).unwrap();
    let before = root().join("fixtures/compat/1/quarter=2018Q3");
    let refused = run(&data, "2018Q4", &folder.path().join("out"), &["--previous", text(&before)]);
    let told = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(2), "{told}");
    for part in [
        "数据文件夹“2018Q3”的名称写的是2018年第3季度，本次运行的是2018年第4季度",
        "文件“医保参保_淇县.csv”与2018年第3季度的那一份完全相同",
        "文件“2018年三季度特困供养.dbf”的名称写的是2018年第3季度",
    ] {
        assert!(told.contains(part), "no “{part}” in {told}");
    }
}

#[test]
fn a_county_that_did_not_deliver_is_named_first() {
    let data = fixtures("2018Q3");
    fs::remove_file(data.path().join(LIST)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let done = run(data.path(), "2018Q3", &folder.path().join("out"), &[]);
    let summary = String::from_utf8(done.stdout).unwrap();
    let second = summary.lines().nth(1).unwrap_or_default();
    let told = String::from_utf8(done.stderr).unwrap();
    assert!(second.starts_with("  警示  医保参保：“医保参保”没有淇县的数据"), "{summary}{told}");
    // In lines that the screen holds, and in one in the file.
    assert!(summary.replace("\n          ", "").contains("没有数据不等于没有这些人"), "{summary}");
    assert!(with_notices(&summary).contains("没有数据不等于没有这些人"));
}
