//! What follows a migration: another one, the same quarter once more, a ledger that is not whole; and keys that are missed.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use bidui::testing::publication::snapshot::Snapshot;

use super::other_keys;
use crate::departments::copy;
use crate::end_to_end::{bidui, key, key_file, ok, published, run, text, try_to_run};

/// The rules that are run: few are enough.
const FEW: [&str; 3] = ["--select", "R08,R37", "--rotate-key"];

/// A third pair of keys.
fn third_keys(folder: &Path) -> PathBuf {
    key_file(&folder.join("third.identity.key"), b"yet another invented secret here");
    key_file(&folder.join("third.key"), b"a third invented key of 32 bytes")
}

/// An output folder with the published 2018Q3.
fn out_with_q3(folder: &Path) -> PathBuf {
    let out = folder.join("out");
    copy(&published().join("out/2018Q3"), &out.join("2018Q3"), "");
    out
}

fn refused(output: &std::process::Output) -> String {
    let said = String::from_utf8(output.stderr.clone()).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("提示："), "without a cure: {said}");
    said
}

/// Numbers that sheets of a publication bear for the rule, whole.
fn numbers(publication: &Path, rule: &str) -> BTreeSet<String> {
    let rows = Snapshot::open(publication).unwrap();
    let rows = rows.rows("restricted/exception.parquet", |row| row.get("rule_code") == rule).unwrap();
    let number = |row: &bidui::TableRow| format!("{rule}-{}-{}", row.get("first_seen"), row.get("listed_id"));
    rows.iter().map(number).collect()
}

/// Former numbers of the exceptions of a publication, each with the present one.
fn former(publication: &Path) -> BTreeMap<String, String> {
    let rows = Snapshot::open(publication).unwrap();
    let rows = rows.rows("restricted/exception.parquet", |_| true).unwrap();
    let mut all = BTreeMap::new();
    for row in &rows {
        for number in row.get("former_numbers").split(';').filter(|number| !number.is_empty()) {
            all.insert(number.to_owned(), row.get("listed_id").to_owned());
        }
    }
    all
}

#[test]
fn after_two_migrations_a_run_goes_on_under_either_secret() {
    let folder = tempfile::tempdir().unwrap();
    let out = out_with_q3(folder.path());
    let sheets = numbers(&out.join("2018Q3"), "R08");
    assert!(!sheets.is_empty());
    let keys = [other_keys(folder.path()), third_keys(folder.path())];
    for key in &keys {
        ok(&["migrate", text(&out), "--key-file", text(key)]);
    }
    for (at, key) in keys.iter().enumerate() {
        let out_of_one = folder.path().join(format!("out{at}"));
        copy(&out, &out_of_one, "");
        run("2018Q4", &out_of_one, key, &FEW);
        let known = former(&out_of_one.join("2018Q4"));
        assert!(sheets.iter().all(|number| known.contains_key(number)), "{at}");
        // Now the other is not the one that goes on.
        let said = refused(&try_to_run("2018Q4", &out_of_one, &keys[1 - at], &FEW));
        assert!(said.contains("身份密钥与发布的不同") && said.contains("migrate"), "{said}");
    }
}

#[test]
fn a_quarter_run_again_after_a_migration_knows_the_numbers_on_its_sheets() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    // A run of all rules would stay the current one.
    run("2018Q3", &out, &key(folder.path()), &FEW[..2]);
    let first = fs::canonicalize(out.join("2018Q3/latest")).unwrap();
    let mut sheets = numbers(&first, "R08");
    let count = sheets.len();
    for (at, keys) in [other_keys(folder.path()), third_keys(folder.path())].iter().enumerate() {
        ok(&["migrate", text(&out), "--key-file", text(keys)]);
        run("2018Q3", &out, keys, &FEW);
        let latest = fs::canonicalize(out.join("2018Q3/latest")).unwrap();
        let (present, known) = (numbers(&latest, "R08"), former(&latest));
        assert_eq!(present.len(), count);
        assert!(present.is_disjoint(&sheets), "another secret gives other numbers");
        let of_r08 = |number: &String| present.contains(&format!("R08-2018Q3-{}", known[number]));
        assert!(sheets.iter().all(|number| known.contains_key(number) && of_r08(number)), "{at}");
        let said = ok(&["explain", sheets.first().unwrap(), "--publication", text(&latest)]);
        assert!(said.contains(&known[sheets.first().unwrap()][..8]), "{said}");
        // Once more: the same, with what it took over.
        run("2018Q3", &out, keys, &FEW);
        assert_eq!(fs::canonicalize(out.join("2018Q3/latest")).unwrap(), latest);
        sheets.extend(present);
    }
    // Whoever removes the first run keeps the numbers that later ones took over.
    fs::remove_dir_all(&first).unwrap();
    run("2018Q3", &out, &third_keys(folder.path()), &["--select", "R08"]);
    let known = former(&out.join("2018Q3"));
    assert_eq!(sheets.iter().filter(|number| known.contains_key(*number)).count(), 2 * count);
    // One that is damaged is not passed over.
    let mut runs = fs::read_dir(out.join("2018Q3")).unwrap().map(|entry| entry.unwrap().path());
    let second = runs.find(|run| run.to_str().unwrap().contains("run-0002-")).unwrap();
    fs::write(second.join("restricted/exception.parquet"), "").unwrap();
    let said = refused(&try_to_run("2018Q3", &out, &third_keys(folder.path()), &FEW));
    assert!(said.contains("restricted/exception.parquet") && said.contains(text(&second)), "{said}");
}

#[test]
fn a_ledger_that_is_not_whole_or_gone_stops_the_run_with_the_cure() {
    let folder = tempfile::tempdir().unwrap();
    let out = out_with_q3(folder.path());
    let keys = other_keys(folder.path());
    let migrate = || ok(&["migrate", text(&out), "--key-file", text(&keys)]);
    migrate();
    let mut ledger = fs::read_dir(&out).unwrap().map(|entry| entry.unwrap().path());
    let ledger = ledger.find(|path| path.to_str().unwrap().contains("identity-migration-")).unwrap();
    let (table, head) =
        (ledger.join("restricted/renamed_ids.parquet"), ledger.join("identity-migration.json"));
    let whole = fs::read(&table).unwrap();
    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 1;
    for (file, bytes) in [
        (&table, &b""[..]),
        (&table, &whole[..whole.len() - 9]),
        (&table, &flipped),
        (&head, b""),
        (&head, b"{}"),
    ] {
        fs::write(file, bytes).unwrap();
        let said = refused(&try_to_run("2018Q4", &out, &keys, &FEW));
        assert!(said.contains("编号对照表已损坏") && said.contains(text(file)), "{said}");
        // The cure is one.
        migrate();
        assert_eq!(fs::read(&table).unwrap(), whole);
    }
    fs::remove_file(&table).unwrap();
    assert!(refused(&try_to_run("2018Q4", &out, &keys, &FEW)).contains("已损坏"));
    migrate();
    run("2018Q4", &out, &keys, &FEW);
    // Nothing names the ledger any more but what was made after it.
    fs::remove_dir_all(out.join("2018Q3")).unwrap();
    let kept = folder.path().join("kept");
    fs::rename(&ledger, &kept).unwrap();
    let said = refused(&try_to_run("2018Q4", &out, &keys, &FEW));
    assert!(said.contains("编号对照表不在了") && said.contains("从备份取回"), "{said}");
    fs::rename(&kept, &ledger).unwrap();
    run("2018Q4", &out, &keys, &FEW);
}

#[test]
fn a_migration_adds_to_the_ledger_and_takes_nothing_away() {
    let folder = tempfile::tempdir().unwrap();
    let out = out_with_q3(folder.path());
    copy(&published().join("out/2018Q4"), &out.join("2018Q4"), "");
    let keys = other_keys(folder.path());
    let rows = || -> BTreeSet<[String; 3]> {
        let json = ok(&["migrate", text(&out), "--key-file", text(&keys), "--format", "json"]);
        let done: serde_json::Value = serde_json::from_str(&json).unwrap();
        let ledger =
            Path::new(done["ledgers"][0]["folder"].as_str().unwrap()).join("restricted/renamed_ids.parquet");
        let rows = bidui::read_rows(&ledger, |_| true).unwrap();
        let texts =
            |row: &bidui::TableRow| ["kind", "previous_id", "current_id"].map(|c| row.get(c).to_owned());
        rows.iter().map(texts).collect()
    };
    let both = rows();
    // A publication is put away in between.
    fs::rename(out.join("2018Q4"), folder.path().join("archive")).unwrap();
    assert!(rows() == both);
    // While somebody else writes there, nothing is read, and no key is made.
    let lock = fs::File::create(out.join(".bidui.lock")).unwrap();
    lock.lock().unwrap();
    let fresh = folder.path().join("fresh.key");
    let said = refused(&bidui(&["migrate", text(&out), "--key-file", text(&fresh)]));
    assert!(said.contains("另一个程序正在写"), "{said}");
    assert!(!folder.path().join("fresh.identity.key").exists());
    drop(lock);
    // Runs that no link names may be somebody's publication.
    fs::remove_file(out.join("2018Q3/latest")).unwrap();
    let said = refused(&bidui(&["migrate", text(&out), "--key-file", text(&fresh)]));
    assert!(said.contains("latest") && said.contains("ln -sfn"), "{said}");
    assert!(!folder.path().join("fresh.identity.key").exists());
}

#[test]
fn no_key_is_made_where_a_run_of_the_quarter_names_one_or_cannot_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let out = out_with_q3(folder.path());
    let latest = fs::canonicalize(out.join("2018Q3/latest")).unwrap();
    let name = Snapshot::open(&latest).unwrap().keys().unwrap().clone();
    let missing = folder.path().join("keys/new.key");
    let try_without_keys = |what: &str| {
        let said = refused(&try_to_run("2018Q3", &out, &missing, &["--select", "R37"]));
        assert!(!missing.parent().unwrap().exists(), "{what}: a key was made");
        said
    };
    let only_identity = || {
        let own = key(folder.path());
        let file = folder.path().join("lost.identity.key");
        let more = ["--select", "R37", "--identity-file", text(&file)];
        let said = refused(&try_to_run("2018Q3", &out, &own, &more));
        assert!(!file.exists());
        said
    };
    // The link is lost: what looks like the rest of a killed run stays, too.
    fs::remove_file(out.join("2018Q3/latest")).unwrap();
    let said = try_without_keys("no link");
    assert!(said.contains(&name.pseudonym) && said.contains("ln -sfn"), "{said}");
    assert!(only_identity().contains(&name.identity));
    assert!(latest.join("manifest.json").is_file());
    // A newer run is the current one and damaged; the older one names the key.
    let newer = out.join("2018Q3/run-0002-00000000");
    fs::create_dir(&newer).unwrap();
    fs::write(newer.join("manifest.json"), "{").unwrap();
    std::os::unix::fs::symlink("run-0002-00000000", out.join("2018Q3/latest")).unwrap();
    let said = try_without_keys("an older run");
    assert!(said.contains(&name.pseudonym) && said.contains(text(&latest)), "{said}");
    assert!(only_identity().contains(&name.identity));
    // Another secret is refused by what the older run names.
    let said = refused(&try_to_run("2018Q3", &out, &other_keys(folder.path()), &FEW));
    assert!(said.contains("身份密钥与发布的不同"), "{said}");
    // There is nothing else that could tell.
    fs::remove_dir_all(&latest).unwrap();
    let said = try_without_keys("nothing to be read");
    assert!(said.contains("读不出用的是哪个密钥") && said.contains("移走"), "{said}");
    assert!(only_identity().contains("读不出用的是哪个密钥"));
    // With the keys, running it again is the cure.
    run("2018Q3", &out, &key(folder.path()), &["--select", "R37"]);
}
