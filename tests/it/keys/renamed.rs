//! Another identity secret, with a ledger of ids.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use bidui::testing::publication::snapshot::Snapshot;

use super::other_keys;
use crate::departments::copy;
use crate::end_to_end::{bidui, key, ok, published, root, run, text, try_to_run};

/// What became of every exception, by what it is about; how many are told alike.
fn history(publication: &Path) -> BTreeMap<String, usize> {
    let columns =
        ["rule_code", "rule_key", "evidence_record_ids", "status", "first_seen", "last_seen", "due_date"];
    let mut history = BTreeMap::new();
    for row in bidui::read_rows(&publication.join("restricted/exception.parquet"), |_| true).unwrap() {
        *history.entry(columns.map(|column| row.get(column)).join(" ")).or_default() += 1;
    }
    history
}

#[test]
fn a_migration_carries_persons_exceptions_and_sheets_on_to_another_secret() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    copy(&published().join("out/2018Q3"), &out.join("2018Q3"), "");
    let old = Snapshot::open(&out.join("2018Q3")).unwrap();
    let sheets = old.rows("restricted/exception.parquet", |row| row.get("rule_code") == "R08").unwrap();
    let key = other_keys(folder.path());
    let json = ok(&["migrate", text(&out), "--key-file", text(&key), "--format", "json"]);
    let done: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert!(
        done["ledgers"][0]["persons"].as_u64() > Some(1_000)
            && done["ledgers"][0]["exceptions"].as_u64() > Some(500),
        "{json}"
    );
    assert_eq!(done["ledgers"][0]["from"].as_str(), old.keys().map(|keys| keys.identity.as_str()));
    let ledger =
        Path::new(done["ledgers"][0]["folder"].as_str().unwrap()).join("restricted/renamed_ids.parquet");
    let rows = bidui::read_rows(&ledger, |_| true).unwrap();
    let renamed = |id: &str| rows.iter().find(|row| row.get("previous_id") == id).unwrap().get("current_id");

    run("2018Q4", &out, &key, &["--rotate-key"]);
    let new = Snapshot::open(&out.join("2018Q4")).unwrap();
    let today = history(&published().join("out/2018Q4/latest"));
    for status in ["persisting", "resolved", "new"] {
        assert!(today.keys().any(|one| one.contains(status)), "{status}");
    }
    // Of a household that came apart in two halves either may keep the id, and with it the exceptions.
    let found = history(new.folder());
    let other: Vec<&String> =
        today.iter().filter(|(one, times)| found.get(*one) != Some(times)).map(|(one, _)| one).collect();
    assert!(other.len() * 200 <= today.len(), "every exception goes on as it would have: {other:?}");
    let ids = |of: &Snapshot, column: &str| -> BTreeSet<String> {
        let rows = of.rows("restricted/record.parquet", |_| true).unwrap();
        rows.iter().map(|row| row.get(column).to_owned()).collect()
    };
    for column in ["person_id", "household_id"] {
        assert!(ids(&old, column).is_disjoint(&ids(&new, column)), "{column}");
    }
    // A sheet that was handed out before: its number, its hidden key.
    let there = new.rows("restricted/exception.parquet", |row| row.get("rule_code") == "R08").unwrap();
    let mut followed = 0;
    for sheet in &sheets {
        let now = renamed(sheet.get("exception_id"));
        let now = there.iter().find(|row| row.get("exception_id") == now).expect("carried on");
        assert_eq!(renamed(sheet.get("subject_id")), now.get("subject_id"));
        let number = format!("R08-{}-{}", sheet.get("first_seen"), &sheet.get("listed_id")[..8]);
        if followed < 2 {
            for called in [number.as_str(), sheet.get("listed_id"), now.get("exception_key")] {
                let said = ok(&["explain", called, "--publication", text(new.folder())]);
                assert!(said.contains(&now.get("listed_id")[..8]), "{called}\n{said}");
            }
            followed += 1;
        }
    }
    assert_eq!(followed, 2);
    // Both quarters are compared by what sheets called the exceptions; the two halves show here as well.
    let compared = |out: &Path| ok(&["diff", text(&out.join("2018Q3")), text(&out.join("2018Q4"))]);
    let (here, there) = (compared(&out), compared(&published().join("out")));
    assert_eq!(here.lines().count(), there.lines().count());
    let differ = here.lines().zip(there.lines()).filter(|(here, there)| here != there).count();
    assert!(differ <= other.len(), "{differ} rules differ\n{here}\n{there}");
    // All the newer publications are made under the secret: nothing is left to do for them.
    let again = ok(&["migrate", text(&out), "--key-file", text(&key)]);
    assert!(again.contains("→"), "{again}");
    let nothing = bidui(&["migrate", text(&folder.path().join("nowhere")), "--key-file", text(&key)]);
    assert_eq!(nothing.status.code(), Some(2));
}

#[test]
fn a_second_loss_follows_the_ledger_of_the_first() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    std::fs::create_dir(&out).unwrap();
    // Before there were keys, then under A, which is lost.
    let before = root().join("fixtures/compat/1/quarter=2018Q3");
    std::os::unix::fs::symlink(&before, out.join("quarter=2018Q3")).unwrap();
    run("2018Q4", &out, &key(folder.path()), &[]);
    let other = other_keys(folder.path());
    ok(&["migrate", text(&out), "--key-file", text(&other)]);
    let name = |keys: &Path| {
        let identity = std::fs::read(keys.with_extension("identity.key")).unwrap();
        bidui::Secrets::new(&identity, &std::fs::read(keys).unwrap()).unwrap().identity_id()
    };
    let [a, b] = [name(&folder.path().join("test.key")), name(&other)];
    let ledger = |from: &str, to: &str| -> BTreeMap<[String; 2], String> {
        let file = out.join(format!("identity-migration-{from}-{to}/restricted/renamed_ids.parquet"));
        let rows = bidui::read_rows(&file, |_| true).unwrap();
        let id = |row: &bidui::TableRow, column: &str| row.get(column).to_owned();
        rows.iter().map(|row| ([id(row, "kind"), id(row, "previous_id")], id(row, "current_id"))).collect()
    };
    let (first, second, whole) = (ledger("none", &a), ledger(&a, &b), ledger("none", &b));
    let mut followed = BTreeMap::new();
    for ([kind, old], then) in &first {
        let Some(now) = second.get(&[kind.clone(), then.clone()]) else { continue };
        assert_eq!(whole.get(&[kind.clone(), old.clone()]), Some(now), "{kind} {old}");
        *followed.entry(kind.as_str()).or_insert(0) += 1;
    }
    assert!(followed.len() == 4 && followed.values().all(|&count| count > 100), "{followed:?}");
    assert!(whole.keys().all(|known| first.contains_key(known)));
    // The quarter that A went on with cannot be run again under B.
    let again = try_to_run("2018Q4", &out, &other, &["--rotate-key"]);
    let said = String::from_utf8(again.stderr).unwrap();
    assert!(again.status.code() == Some(2) && said.contains("已按身份密钥"), "{said}");
}
