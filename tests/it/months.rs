//! A month is run as a quarter is: 龙安's two months through the binary.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use bidui::testing::config::{Pipeline, RuleParameter};
use bidui::testing::publication::table_reader;

use crate::end_to_end::{bidui, book_parts, key, ok, root, text};

pub(crate) fn run(period: &str, data: &str, out: &Path, key: &Path) -> std::process::Output {
    let words = ["run", "pipelines/longan-2025", "--period", period, "--data", data, "--out", text(out)];
    bidui(&[&words[..], &["--key-file", text(key)]].concat())
}

/// Both months in `out`, published once for all tests, and the summary of the second in `summary.txt`.
pub(crate) fn published() -> &'static Path {
    static OUT: OnceLock<tempfile::TempDir> = OnceLock::new();
    OUT.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let key = key(folder.path());
        for period in ["2025M02", "2025M03"] {
            let data = format!("fixtures/longan-2025/{period}");
            let output = run(period, &data, &folder.path().join("out"), &key);
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            std::fs::write(folder.path().join("summary.txt"), output.stdout).unwrap();
        }
        folder
    })
    .path()
}

pub(crate) fn publication(period: &str) -> PathBuf {
    published().join("out").join(period).join("latest")
}

fn rows(period: &str, name: &str) -> Vec<table_reader::TableRow> {
    table_reader::read_rows(&publication(period).join(name), |_| true).unwrap()
}

#[test]
fn a_month_goes_on_from_the_month_before() {
    let summary = std::fs::read_to_string(published().join("summary.txt")).unwrap();
    assert!(summary.contains("2025年3月") && summary.contains("与2025年2月的发布"), "{summary}");
    let exceptions = rows("2025M03", "restricted/exception.parquet");
    let of = |status: &str| exceptions.iter().filter(|row| row.get("status") == status).count();
    assert!(of("new") > 20 && of("persisting") > 100 && of("resolved") > 20, "{summary}");
    let first: BTreeMap<&str, usize> = exceptions.iter().fold(BTreeMap::new(), |mut counts, row| {
        *counts.entry(row.get("first_seen")).or_default() += 1;
        counts
    });
    assert_eq!(first.keys().copied().collect::<Vec<_>>(), ["2025M02", "2025M03"]);
    // What is new is due so many working days after the month's last day: 5 after 2025-03-31, past the days of Qingming.
    let due = |rule: &str| {
        let new = |row: &&table_reader::TableRow| row.get("rule_code") == rule && row.get("status") == "new";
        exceptions.iter().find(new).map(|row| row.get("due_date").to_owned())
    };
    assert_eq!(due("M21").as_deref(), Some("2025-04-08"));
    // A lead goes by its number, whatever row it stands in: what was open last month is late now, not begun anew.
    let leads = exceptions.iter().filter(|row| row.get("rule_code") == "M21");
    let (old, others): (Vec<_>, Vec<_>) = leads.partition(|row| row.get("status") == "persisting");
    assert!(old.len() >= 5 && old.iter().all(|row| row.get("first_seen") == "2025M02"), "{}", old.len());
    assert!(old.iter().all(|row| row.get("due_date") < "2025-03-31"));
    assert!(others.iter().any(|row| row.get("status") == "resolved"));
}

#[test]
fn a_sum_rests_on_all_that_was_added_up() {
    let exceptions = rows("2025M03", "restricted/exception.parquet");
    for rule in ["M01", "M02"] {
        let open =
            exceptions.iter().filter(|row| row.get("rule_code") == rule && row.get("status") != "resolved");
        let bills = open.map(|row| row.get("evidence_record_ids").matches("medical_burden:").count());
        let bills: Vec<usize> = bills.collect();
        assert!(bills.iter().all(|bills| *bills > 0), "{rule} {bills:?}");
        assert!(rule == "M02" || bills.iter().any(|bills| *bills > 1), "{rule} {bills:?}");
    }
}

/// A lead is the same from month to month by its number: it goes on, and whoever lets it lie is late.
#[test]
fn a_lead_goes_on_and_becomes_overdue() {
    let leads = |period: &str| {
        let mut rows = rows(period, "restricted/exception.parquet");
        rows.retain(|row| row.get("rule_code") == "M21");
        rows
    };
    let key =
        |row: &table_reader::TableRow| (row.get("person_id").to_owned(), row.get("rule_key").to_owned());
    let (first, second) = (leads("2025M02"), leads("2025M03"));
    let mut gone_on = 0;
    for row in second.iter().filter(|row| row.get("status") == "persisting") {
        gone_on += 1;
        assert!(first.iter().any(|one| key(one) == key(row)), "{:?}", key(row));
        assert_eq!((row.get("first_seen"), row.get("due_date")), ("2025M02", "2025-03-07"));
    }
    assert!(gone_on >= 5, "{gone_on} of {}", second.len());
    let new = second.iter().filter(|row| row.get("status") == "new");
    assert!(new.clone().all(|row| !first.iter().any(|one| key(one) == key(row))), "a known lead began anew");
}

#[test]
fn the_monitoring_system_is_scored_for_each_county() {
    let scores = rows("2025M03", "tables/fact_quality.parquet");
    let counties: Vec<_> = scores.iter().filter(|row| row.get("unit_level") == "2").collect();
    assert_eq!(counties.len(), 3, "{}", scores.len());
    for county in counties {
        let number = |name: &str| county.get(name).parse::<f64>().unwrap();
        assert!(number("asked") > 100.0 && number("deducted") > 0.0);
    }
}

#[test]
fn parameters_hold_from_their_month_on() {
    let pipeline = Pipeline::open(&root().join("pipelines/longan-2025")).unwrap();
    let of = |period: &str, name: &str| {
        pipeline.settings.county_parameters("529722", period.parse().unwrap())[name].clone()
    };
    assert_eq!(of("2025M02", "dibao_month_fen"), RuleParameter::Integer(61_000));
    assert_eq!(of("2025M03", "dibao_month_fen"), RuleParameter::Integer(64_000));
    assert_eq!(of("2024M12", "dibao_month_fen"), RuleParameter::Integer(58_000));
    assert_eq!(of("2025M03", "watch_line_year_fen"), RuleParameter::Integer(820_000));
}

#[test]
fn a_folder_of_another_month_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let output =
        run("2025M03", "fixtures/longan-2025/2025M02", &folder.path().join("out"), &key(folder.path()));
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("2025年2月") && said.contains("2025年3月"), "{said}");
}

#[test]
fn lists_offer_the_answers_of_the_monitoring_system() {
    let lists = publication("2025M03").join("lists/云梯县/响水乡.xlsx");
    let book = book_parts(&lists).concat();
    for word in ["纳入监测", "风险消除", "继续监测", "公益性岗位"] {
        assert!(book.contains(word), "{word}");
    }
    for word in ["首次发现期间", "下次比对后"] {
        assert!(book.contains(word), "{word}");
    }
}

#[test]
fn every_rule_of_a_month_gives_the_same_in_duckdb() {
    let python = root().join(".venv/bin/python");
    assert!(
        python.is_file(),
        "run the tests through scripts/test.sh: it installs the second reader into .venv"
    );
    // The first month has no month before it, which one rule asks.
    for (period, previous, ran) in [
        ("2025M02", None, " 52 rules run in DuckDB, 2 not run; "),
        ("2025M03", Some("2025M02"), " 53 rules run in DuckDB, 1 not run; "),
    ] {
        let mut command = Command::new(&python);
        command.arg(root().join("scripts/rules_in_duckdb.py")).arg("publication");
        command.arg(root().join("pipelines/longan-2025")).arg(publication(period));
        if let Some(previous) = previous {
            command.arg("--previous").arg(publication(previous));
        }
        let output = command.output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
        assert!(said.contains(ran), "{said}");
    }
}

/// Every rule that runs finds somebody in one of the months, or counts something.
#[test]
fn the_two_months_have_something_for_every_rule() {
    let mut silent: Vec<String> = Vec::new();
    let found: Vec<String> = ["2025M02", "2025M03"]
        .iter()
        .flat_map(|period| rows(period, "restricted/exception.parquet"))
        .map(|row| row.get("rule_code").to_owned())
        .collect();
    for rule in rows("2025M03", "tables/dim_rule.parquet") {
        let code = rule.get("rule_code");
        if rule.get("ran") == "1" && rule.get("is_indicator") != "1" && !found.iter().any(|one| one == code) {
            silent.push(code.to_owned());
        }
    }
    assert!(silent.is_empty(), "{silent:?}");
}

#[test]
fn a_new_place_begins_with_the_base_of_2025() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("shayuan");
    ok(&[
        "init",
        text(&place),
        "--from",
        "longan-2025",
        "--code",
        "629721",
        "--name",
        "沙原县",
        "--prefecture",
        "沙原市",
    ]);
    let written = std::fs::read_to_string(place.join("pipeline.toml")).unwrap();
    assert!(written.contains("沙原县防止返贫和低收入人口动态监测比对"), "{written}");
    assert!(written.contains("from = [\"../base-2025\"]"), "{written}");
    assert!(ok(&["check", text(&place)]).contains("54条规则"));
}
