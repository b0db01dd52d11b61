//! One county's list in words that nobody knows, or without a column: nobody is accused for it, the county and the column
//! are told first, and the second engine comes to the same.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use bidui::testing::publication::table_reader;

use crate::departments::copy;
use crate::end_to_end::{key, ok, published, root, text, with_notices};

/// Findings of a publication as rule, subject and key.
fn found(publication: &Path) -> BTreeSet<[String; 3]> {
    let rows = table_reader::read_rows(&publication.join("restricted/exception.parquet"), |_| true).unwrap();
    rows.iter()
        .map(|row| ["rule_code", "subject_id", "rule_key"].map(|name| row.get(name).to_owned()))
        .collect()
}

/// County of each finding of a publication, by rule and subject.
fn counties(publication: &Path) -> BTreeMap<[String; 2], String> {
    let rows = table_reader::read_rows(&publication.join("restricted/exception.parquet"), |_| true).unwrap();
    let of = |row: &table_reader::TableRow| ["rule_code", "subject_id"].map(|name| row.get(name).to_owned());
    rows.iter().map(|row| (of(row), row.get("county_code").to_owned())).collect()
}

/// Changes the text of a list in GB18030.
fn rewrite(file: &Path, change: impl FnOnce(&str) -> String) {
    let bytes = std::fs::read(file).unwrap();
    let (before, _, damaged) = encoding_rs::GB18030.decode(&bytes);
    assert!(!damaged);
    let after = change(&before);
    assert!(after != before, "{}", file.display());
    std::fs::write(file, encoding_rs::GB18030.encode(&after).0).unwrap();
}

/// A run over the lists of 2018Q3 after `change`; what it says, and what is new and what is gone against the untouched.
fn changed(change: impl FnOnce(&Path)) -> (String, Vec<[String; 3]>, Vec<[String; 3]>) {
    let folder = tempfile::tempdir().unwrap();
    let (data, out) = (folder.path().join("data"), folder.path().join("out"));
    copy(&root().join("fixtures/hebi/2018Q3"), &data, "");
    change(&data);
    let key = key(folder.path());
    let said = with_notices(&ok(&[
        "run",
        "pipelines/hebi",
        "--quarter",
        "2018Q3",
        "--data",
        text(&data),
        "--out",
        text(&out),
        "--key-file",
        text(&key),
        "--allow-partial",
    ]));
    let publication = out.join("2018Q3/latest");
    let (before, after) = (found(&published().join("out/2018Q3/latest")), found(&publication));
    // Whoever is gone is left open, by name.
    let rows = table_reader::read_rows(&publication.join("restricted/undecided.parquet"), |_| true).unwrap();
    let open: BTreeSet<[String; 2]> =
        rows.iter().map(|row| ["rule_code", "subject_id"].map(|name| row.get(name).to_owned())).collect();
    // A rule that is held in a county for want of a list finds less there, and there alone.
    let held = table_reader::read_rows(&publication.join("tables/fact_held.parquet"), |_| true).unwrap();
    let held: BTreeSet<[&str; 2]> = held
        .iter()
        .filter(|row| row.get("column_name").is_empty())
        .map(|row| ["rule_code", "county_code"].map(|name| row.get(name)))
        .collect();
    let counties = counties(&published().join("out/2018Q3/latest"));
    for [rule, subject, _] in before.difference(&after) {
        let one = [rule.clone(), subject.clone()];
        let is_open = open.contains(&one) || held.contains(&[rule, counties[&one].as_str()]);
        assert!(is_open, "{rule} {subject} is gone without a word");
    }
    let script = root().join("scripts/rules_in_duckdb.py");
    let mut replay = Command::new(root().join(".venv/bin/python"));
    let replay = replay.arg(script).arg("publication").arg(root().join("pipelines/hebi")).arg(&publication);
    let replayed = replay.output().unwrap();
    assert!(replayed.status.success(), "{}", String::from_utf8_lossy(&replayed.stderr));
    let difference =
        |a: &BTreeSet<[String; 3]>, b: &BTreeSet<[String; 3]>| a.difference(b).cloned().collect();
    (said, difference(&after, &before), difference(&before, &after))
}

#[test]
fn an_insurance_status_in_unknown_words_accuses_nobody_of_the_county() {
    let (said, new, gone) = changed(|data| {
        rewrite(&data.join("医保参保_淇县.csv"), |list| list.replace("正常参保", "参保有效"));
    });
    assert!(new.is_empty(), "{new:?}");
    assert!(!gone.is_empty());
    let first = said.lines().find(|line| line.starts_with("  未判断")).unwrap();
    assert!(first.contains("未判断") && first.contains("淇县医保参保的“参保状态”"), "{first}");
    assert!(first.contains("R30"), "{first}");
}

#[test]
fn a_list_without_the_month_of_its_beginning_accuses_nobody_of_the_county() {
    let (said, new, gone) = changed(|data| {
        rewrite(&data.join("农村低保_淇县.csv"), |list| {
            let mut lines = list.lines();
            let at = lines.next().unwrap().split(',').position(|title| title == "起保年月").unwrap();
            let without = |line: &str| {
                let cells = line.split(',').enumerate().filter(|(position, _)| *position != at);
                cells.map(|(_, cell)| cell).collect::<Vec<_>>().join(",")
            };
            assert!(!list.contains('"'));
            list.lines().map(|line| without(line) + "\n").collect()
        });
    });
    assert!(new.is_empty(), "{new:?}");
    assert!(!gone.is_empty());
    let told = said.lines().find(|line| line.starts_with("  未判断")).unwrap();
    assert!(told.contains("淇县农村低保的“起保年月”") && told.contains("R06"), "{told}");
}

#[test]
fn a_county_s_list_that_did_not_come_accuses_nobody_and_is_told_first() {
    let (said, new, gone) = changed(|data| {
        std::fs::remove_file(data.join("医保参保_淇县.csv")).unwrap();
    });
    assert!(new.is_empty(), "{new:?}");
    assert!(gone.iter().any(|[rule, ..]| rule == "R37"), "{gone:?}");
    assert!(gone.iter().all(|[rule, ..]| rule != "R01"), "R01 reads no insurance: {gone:?}");
    let told = said.lines().find(|line| line.starts_with("  未判断")).unwrap();
    assert!(told.contains("淇县没有报来本期的医保参保（现有0条）"), "{told}");
    let told = said.lines().find(|line| line.starts_with("  淇县没有报来")).unwrap();
    assert!(
        told.contains("淇县没有报来本期的医保参保（现有0条）") && told.contains("请医保局报来"),
        "{told}"
    );
}

#[test]
fn a_column_that_the_whole_list_lacks_accuses_nobody() {
    let (said, new, _) = changed(|data| {
        for county in ["山城区", "浚县", "淇县", "淇滨区", "鹤山区"] {
            rewrite(&data.join(format!("医保参保_{county}.csv")), |list| {
                // One file has a title above its header.
                let at = list.lines().find_map(|line| line.split(',').position(|title| title == "参保状态"));
                let at = at.unwrap();
                let without = |line: &str| {
                    let cells = line.split(',').enumerate().filter(|(position, _)| *position != at);
                    cells.map(|(_, cell)| cell).collect::<Vec<_>>().join(",")
                };
                list.lines().map(|line| without(line) + "\n").collect()
            });
        }
    });
    assert!(new.is_empty(), "{new:?}");
    let told = said.lines().find(|line| line.starts_with("  未判断")).unwrap();
    assert!(told.contains("医保参保的“参保状态”"), "{told}");
}
