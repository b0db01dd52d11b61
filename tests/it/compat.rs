//! Publications of the version before, `fixtures/compat/1`: every command that reads one reads them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use bidui::testing::publication::snapshot::Snapshot;
use bidui::testing::publication::table_reader;

use crate::end_to_end::{bidui, key, ok, published, root, run, text};

fn before(quarter: &str) -> PathBuf {
    root().join("fixtures/compat/1").join(format!("quarter={quarter}"))
}

/// What became of every exception, by rule, key and records: its id is another since it is made under a secret.
fn history(publication: &Path) -> BTreeMap<String, [String; 5]> {
    let columns = ["status", "first_seen", "last_seen", "resolved_in", "due_date"];
    table_reader::read_rows(&publication.join("restricted/exception.parquet"), |_| true)
        .unwrap()
        .iter()
        .map(|row| {
            let what = ["rule_code", "rule_key", "evidence_record_ids"].map(|c| row.get(c)).join(" ");
            (what, columns.map(|c| row.get(c).to_owned()))
        })
        .collect()
}

#[test]
fn a_run_goes_on_from_it() {
    let folder = tempfile::tempdir().unwrap();
    let key = key(folder.path());
    let today = history(&published().join("out/2018Q4/latest"));
    for status in ["new", "persisting", "resolved"] {
        assert!(today.values().any(|one| one[0] == status), "{status}");
    }
    // Named, and found in the folder where the version before left it.
    let named = folder.path().join("named");
    run("2018Q4", &named, &key, &["--previous", text(&before("2018Q3"))]);
    let beside = folder.path().join("beside");
    std::fs::create_dir(&beside).unwrap();
    std::os::unix::fs::symlink(before("2018Q3"), beside.join("quarter=2018Q3")).unwrap();
    run("2018Q4", &beside, &key, &[]);
    // Rules have changed since: what both versions had, and what neither had, has the same history.
    let (earlier, earlier_today) =
        (history(&before("2018Q3")), history(&published().join("out/2018Q3/latest")));
    for out in [named, beside] {
        let found = history(&out.join("2018Q4/latest"));
        let alike = |id: &str| earlier.contains_key(id) == earlier_today.contains_key(id);
        let of_both = |from: &BTreeMap<String, [String; 5]>| -> BTreeMap<String, [String; 5]> {
            from.iter().filter(|(id, _)| alike(id)).map(|(id, one)| (id.clone(), one.clone())).collect()
        };
        assert!(of_both(&found) == of_both(&today), "{}", out.display());
        assert!(of_both(&found).len() * 10 > today.len() * 8, "{}", of_both(&found).len());
    }
}

#[test]
fn questions_to_it_are_answered() {
    let third = before("2018Q3");
    let rows =
        table_reader::read_rows(&third.join("restricted/exception.parquet"), |r| r.get("rule_code") == "R37");
    let rows = rows.unwrap();
    let said = ok(&["explain", rows[0].get("exception_id"), "--publication", text(&third)]);
    assert!(said.contains("R37") && said.contains("依据"), "{said}");
    // The folder above names its latest period.
    let above = third.parent().unwrap();
    assert_eq!(Snapshot::newest(above).unwrap().period().to_string(), "2018Q4");

    let truth = "fixtures/hebi/truth/2018Q3";
    let json = ok(&["evaluate", text(&third), "--truth", truth, "--format", "json"]);
    let score: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert!(score["persons"]["true_positive"].as_u64().unwrap() > 1000, "{json}");

    let changes = ok(&["diff", text(&third), text(&before("2018Q4"))]);
    assert!(changes.contains("R37"), "{changes}");

    Snapshot::open(&third).unwrap().verify().unwrap();
}

#[test]
fn it_stands_beside_one_of_today() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let today = published().join("out/2018Q3");
    let json =
        ok(&["across", text(&before("2018Q3")), text(&today), "--out", text(&out), "--format", "json"]);
    let summary: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert!(summary["between"][0]["same"].as_u64().unwrap() > 1000, "{json}");
    // The list says which run was read.
    let run = std::fs::read_link(today.join("latest")).unwrap();
    assert!(summary["persons"][1][0].as_str().unwrap().ends_with(text(&run)), "{json}");

    let refused = bidui(&["across", text(&before("2018Q3")), text(&before("2018Q4")), "--out", text(&out)]);
    assert_eq!(refused.status.code(), Some(2));
}
