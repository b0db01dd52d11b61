//! Publications of the version before, `fixtures/compat/1`: every command that reads one reads them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use bidui::testing::publication::snapshot::Snapshot;
use bidui::testing::publication::table_reader;

use crate::end_to_end::{bidui, key, ok, published, root, run, text};

fn before(quarter: &str) -> PathBuf {
    root().join("fixtures/compat/1").join(format!("quarter={quarter}"))
}

/// What became of an exception, and its fingerprint.
type History = BTreeMap<String, (String, [String; 5])>;

/// What became of every exception, by rule, key and records: fingerprints are made under a secret since.
fn history(publication: &Path) -> History {
    let columns = ["status", "first_seen", "last_seen", "resolved_in", "due_date"];
    table_reader::read_rows(&publication.join("restricted/exception.parquet"), |_| true)
        .unwrap()
        .iter()
        .map(|row| {
            let what = ["rule_code", "rule_key", "evidence_record_ids"].map(|c| row.get(c)).join(" ");
            (what, (row.get("exception_id").to_owned(), columns.map(|c| row.get(c).to_owned())))
        })
        .collect()
}

/// What fingerprints of the version before are now, as the run wrote down.
fn carried(out: &Path) -> BTreeSet<String> {
    ledger(out, "exception").iter().map(|row| row.get("current_id").to_owned()).collect()
}

/// What the run wrote down of the ids of one kind.
fn ledger(out: &Path, kind: &str) -> Vec<table_reader::TableRow> {
    let ledger = std::fs::read_dir(out).unwrap().map(|entry| entry.unwrap().path()).find(|path| {
        path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("identity-migration-none-"))
    });
    let ledger = ledger.unwrap().join("restricted/renamed_ids.parquet");
    table_reader::read_rows(&ledger, |row| row.get("kind") == kind).unwrap()
}

/// The ledger leads from ids that the publication before has, each to another.
fn assert_leads_from(out: &Path, publication: &Path) {
    for (kind, table, column) in [
        ("exception", "restricted/exception.parquet", "exception_id"),
        ("person", "restricted/record.parquet", "person_id"),
        ("household", "restricted/record.parquet", "household_id"),
    ] {
        let rows = table_reader::read_rows(&publication.join(table), |_| true).unwrap();
        let had: BTreeSet<&str> = rows.iter().map(|row| row.get(column)).collect();
        let renamed = ledger(out, kind);
        let known = renamed.iter().filter(|row| had.contains(row.get("previous_id"))).count();
        // Subjects that no record stands for any more are in it, too.
        assert!(
            renamed.len() > 100 && known * 10 > renamed.len() * 9,
            "{kind}: {known} of {}",
            renamed.len()
        );
        assert!(renamed.iter().all(|row| row.get("previous_id") != row.get("current_id")), "{kind}");
    }
}

#[test]
fn t19_a_run_goes_on_from_what_an_earlier_program_published() {
    let folder = tempfile::tempdir().unwrap();
    let key = key(folder.path());
    let today = history(&published().join("out/2018Q4/latest"));
    for status in ["new", "persisting", "resolved"] {
        assert!(today.values().any(|(_, one)| one[0] == status), "{status}");
    }
    // Named, and found in the folder where the version before left it.
    let named = folder.path().join("named");
    run("2018Q4", &named, &key, &["--previous", text(&before("2018Q3"))]);
    let beside = folder.path().join("beside");
    std::fs::create_dir(&beside).unwrap();
    std::os::unix::fs::symlink(before("2018Q3"), beside.join("quarter=2018Q3")).unwrap();
    run("2018Q4", &beside, &key, &[]);
    // Rules have changed since: what both versions had, and what neither had, has the same history.
    let earlier_today: BTreeSet<String> =
        history(&published().join("out/2018Q3/latest")).into_values().map(|(id, _)| id).collect();
    for out in [named, beside] {
        assert_leads_from(&out, &before("2018Q3"));
        let (found, earlier) = (history(&out.join("2018Q4/latest")), carried(&out));
        let mut compared = 0;
        for (what, (id, became)) in &found {
            let Some((id_today, today)) = today.get(what) else { continue };
            if earlier.contains(id) == earlier_today.contains(id_today) {
                // Due dates stay as they were given: before, they did not count working days.
                let [.., due] = became;
                let [same @ .., due_today] = today;
                assert_eq!(&became[..4], same, "{what}");
                assert!(due == due_today || became[1] == "2018Q3", "{what}: {due} {due_today}");
                compared += 1;
            }
        }
        assert!(compared * 10 > today.len() * 8, "{compared}");
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
