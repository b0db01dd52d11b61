//! Every rule a second time, in DuckDB over the published views, as an analyst would: the same
//! subjects, keys, evidence and indicators as the program's own result.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::departments::copy;
use crate::end_to_end::{published, root};

fn duckdb(pipeline: &Path, quarter: &str) -> Output {
    let python = root().join(".venv/bin/python");
    assert!(
        python.is_file(),
        "run the tests through scripts/test.sh: it installs the second reader into .venv"
    );
    let folder = |quarter: &str| published().join("out").join(format!("{quarter}/latest"));
    let mut command = Command::new(python);
    command.arg(root().join("scripts/rules_in_duckdb.py")).arg("publication");
    command.arg(pipeline).arg(folder(quarter));
    if quarter == "2018Q4" {
        command.arg("--previous").arg(folder("2018Q3"));
    }
    command.output().unwrap()
}

fn hebi() -> PathBuf {
    root().join("pipelines/hebi")
}

fn folder(quarter: &str) -> PathBuf {
    published().join("out").join(format!("{quarter}/latest"))
}

/// How many rules stand in the folder.
fn rules() -> usize {
    let pipeline = bidui::testing::config::Pipeline::open(&hebi()).unwrap();
    bidui::testing::rules::rule_set::RuleSet::load(&pipeline).unwrap().rules.len()
}

#[test]
fn every_rule_gives_the_same_in_duckdb() {
    for quarter in ["2018Q3", "2018Q4"] {
        let output = duckdb(&hebi(), quarter);
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
        // Both engines run the same rules: all in the folder but those that the publication says were not
        // run. With every department's list most are.
        let manifest = folder(quarter).join("manifest.json");
        let manifest: serde_json::Value = serde_json::from_slice(&std::fs::read(manifest).unwrap()).unwrap();
        let listed = manifest["rules"].as_array().unwrap();
        let ran = listed.iter().filter(|rule| rule["ran"] == true).count();
        let (all, not_run) = (rules(), listed.len() - ran);
        assert_eq!(listed.len(), all);
        assert!(said.contains(&format!(" {ran} rules run in DuckDB, {not_run} not run; ")), "{said}");
        assert!(ran * 5 >= all * 4, "{ran} of {all} rules ran");
    }
}

#[test]
fn a_changed_rule_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let pipeline = folder.path().join("hebi");
    let base = folder.path().join("base");
    copy(&hebi(), &pipeline, "");
    copy(&root().join("pipelines/base"), &base, "");
    for (rule, from, to) in [
        ("insurance/R37_insured_as_poor_not_registered.sql", "'正常参保'", "'暂停'"),
        ("insurance/R33_no_commercial_cover.sql", "c.evidence_order AS", "0 - c.evidence_order AS"),
        ("insurance/R35_five_layer_cover.sql", "1 AS denominator", "2 AS denominator"),
    ] {
        let path = base.join("rules").join(rule);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{rule}");
        let sql = text.find("*/").unwrap();
        std::fs::write(&path, format!("{}{}", &text[..sql], text[sql..].replace(from, to))).unwrap();
    }
    let output = duckdb(&pipeline, "2018Q3");
    assert_eq!(output.status.code(), Some(1));
    let faults = String::from_utf8_lossy(&output.stderr);
    for code in ["R37: only", "R33: ('P", "R35: ('"] {
        assert!(faults.contains(code), "{code} in\n{faults}");
    }
    assert!(faults.lines().all(|l| ["R37", "R33", "R35"].iter().any(|c| l.starts_with(c))), "{faults}");
}
