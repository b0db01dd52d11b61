//! Keys and answers in one file, and out of it: whole, newer, damaged, interrupted.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use bidui::{Answer, AnswerStore, Snapshot, StandingAnswers};

use crate::answered_runs::{answer, append, secret};
use crate::end_to_end::{bidui, key, key_file, published, run, text, try_to_run};

/// An output folder with the first quarter, its keys, answers and a copy that came back.
struct Office {
    folder: tempfile::TempDir,
}

impl Office {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o700)).unwrap();
        fs::create_dir(folder.path().join("keys")).unwrap();
        key(&folder.path().join("keys"));
        fs::create_dir(folder.path().join("out")).unwrap();
        let copied = Command::new("cp")
            .arg("-a")
            .arg(published().join("out/2018Q3"))
            .arg(folder.path().join("out"))
            .status();
        assert!(copied.unwrap().success());
        let office = Self { folder };
        office.answer("不属实", 30);
        let returned = office.out().join("answers/returned/20181021T093000");
        fs::create_dir_all(&returned).unwrap();
        fs::write(returned.join("北阳镇.xlsx"), "what came back").unwrap();
        office
    }
    fn out(&self) -> PathBuf {
        self.folder.path().join("out")
    }
    fn key(&self) -> PathBuf {
        self.folder.path().join("keys/test.key")
    }
    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
    /// Answers the first findings of the quarter, as one batch.
    fn answer(&self, verdict: &str, count: usize) {
        let rows = Snapshot::open(&self.out().join("2018Q3")).unwrap();
        let rows = rows
            .rows("restricted/exception.parquet", |row| {
                row.get("status") == "new" && row.get("in_review") == "0"
            })
            .unwrap();
        let answers: Vec<Answer> = rows[..count]
            .iter()
            .map(|row| Answer {
                measure: String::new(),
                note: "已入户".to_owned(),
                paper: String::new(),
                recovered: None,
                ..answer(row, verdict, "2018-10-20")
            })
            .collect();
        append(&self.out(), &answers);
    }
    fn call(&self, command: &str, more: &[&str]) -> Output {
        let (out, key) = (self.out(), self.key());
        bidui(&[&[command], more, &["--out", text(&out), "--key-file", text(&key)][..]].concat())
    }
    fn back_up(&self, name: &str, more: &[&str]) -> PathBuf {
        let to = self.path(name);
        let done = self.call("backup", &[&["--to", text(&to), "--by", "操作员"], more].concat());
        assert!(done.status.success(), "{}", said(&done));
        to
    }
    fn restore(&self, from: &Path, more: &[&str]) -> Output {
        self.call("restore", &[&[text(from)], more].concat())
    }
    /// All that a backup holds, as it lies there.
    fn held(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut held = BTreeMap::new();
        for folder in ["keys", "out/answers"] {
            gather(&self.path(folder), &mut held);
        }
        held
    }
    fn standing(&self) -> StandingAnswers {
        match AnswerStore::find(&self.out(), &secret().key_id()).unwrap() {
            Some(store) => {
                store.check_whole().unwrap();
                StandingAnswers::read(&store).unwrap()
            }
            None => StandingAnswers::default(),
        }
    }
    fn lose(&self) {
        fs::remove_dir_all(self.out().join("answers")).unwrap();
        fs::remove_file(self.key()).unwrap();
        fs::remove_file(self.path("keys/test.identity.key")).unwrap();
    }
}

fn gather(folder: &Path, held: &mut BTreeMap<PathBuf, Vec<u8>>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => gather(&path, held),
            false => drop(held.insert(path.clone(), fs::read(&path).unwrap())),
        }
    }
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// Refused with all of these words, and exit code 2.
#[track_caller]
fn refused(output: &Output, words: &[&str]) {
    assert_eq!(output.status.code(), Some(2), "{}", said(output));
    for word in words {
        assert!(said(output).contains(word), "no “{word}”: {}", said(output));
    }
}

/// Every file of a publication with its bytes.
fn files(run: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut held = BTreeMap::new();
    gather(&run.canonicalize().unwrap(), &mut held);
    let base = run.canonicalize().unwrap();
    held.into_iter().map(|(path, bytes)| (path.strip_prefix(&base).unwrap().to_owned(), bytes)).collect()
}

#[test]
fn after_loss_and_restoring_the_next_run_equals_that_without_loss() {
    let office = Office::new();
    let before = office.held();
    let backup = office.back_up("a.bidui-backup", &[]);
    assert_eq!(fs::metadata(&backup).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(office.held(), before, "a backup changes nothing");
    let copied = Command::new("cp").arg("-a").arg(office.out()).arg(office.path("without-loss")).status();
    assert!(copied.unwrap().success());
    run("2018Q4", &office.path("without-loss"), &office.key(), &[]);

    office.lose();
    let lost = try_to_run("2018Q4", &office.out(), &office.key(), &[]);
    refused(&lost, &["密钥", "bidui restore"]);
    let dry = office.restore(&backup, &["--dry-run"]);
    assert!(dry.status.success() && said(&dry).contains("将写入"), "{}", said(&dry));
    assert!(office.held().is_empty());
    let done = office.restore(&backup, &[]);
    assert!(done.status.success() && said(&done).contains("已恢复"), "{}", said(&done));
    let after = office.held();
    for (path, bytes) in before.iter().filter(|(path, _)| !path.ends_with("answers.sqlite")) {
        assert_eq!(after.get(path), Some(bytes), "{}", path.display());
        assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    assert_eq!(after.len(), before.len());
    assert_eq!(office.standing().len(), 30);
    run("2018Q4", &office.out(), &office.key(), &[]);
    let run_of = |out: PathBuf| files(&out.join("2018Q4/latest"));
    assert!(run_of(office.out()) == run_of(office.path("without-loss")), "the run differs");
    // Once more: nothing is left to be done.
    let again = office.restore(&backup, &[]);
    assert!(said(&again).contains("没有要恢复的"), "{}", said(&again));
}

#[test]
fn newer_answers_and_other_keys_are_replaced_only_on_demand_and_kept_beside() {
    let office = Office::new();
    let backup = office.back_up("a.bidui-backup", &[]);
    office.answer("属实", 7);
    office.answer("不属实", 3);
    let now = office.held();
    let told = office.restore(&backup, &[]);
    refused(&told, &["比备份新：多2批", "2018-10-21", "--replace"]);
    key_file(&office.key(), b"one more invented key, 32 bytes!");
    refused(&office.restore(&backup, &[]), &["假名密钥与备份的不同", "比备份新"]);
    key(&office.path("keys"));
    fs::write(office.out().join("answers/returned/20181021T093000/北阳镇.xlsx"), "other").unwrap();
    refused(&office.restore(&backup, &[]), &["内容与备份的不同", "北阳镇.xlsx"]);
    assert_eq!(office.held().len(), now.len(), "nothing is touched");
    let done = office.restore(&backup, &["--replace"]);
    assert!(done.status.success() && said(&done).contains("原来的留在"), "{}", said(&done));
    assert_eq!(office.standing().iter().filter(|(_, one)| one.answer.verdict == "属实").count(), 0);
    let former = office.out().join("answers/answers.sqlite.before-restore-1");
    fs::rename(former, office.out().join("answers/answers.sqlite")).unwrap();
    assert_eq!(office.standing().iter().filter(|(_, one)| one.answer.verdict == "属实").count(), 4);
    let copies = office.out().join("answers/returned/20181021T093000");
    assert_eq!(fs::read(copies.join("北阳镇.xlsx")).unwrap(), b"what came back");
    assert_eq!(fs::read(copies.join("北阳镇.xlsx.before-restore-1")).unwrap(), b"other");
}

#[test]
fn a_damaged_file_of_answers_is_kept_beside_and_replaced() {
    let office = Office::new();
    let backup = office.back_up("a.bidui-backup", &[]);
    fs::write(office.out().join("answers/answers.sqlite"), "nothing that could be read").unwrap();
    refused(&office.call("backup", &["--to", text(&office.path("b"))]), &["已损坏", "bidui restore"]);
    refused(&office.restore(&backup, &[]), &["已损坏", "--replace"]);
    let done = office.restore(&backup, &["--replace"]);
    assert!(done.status.success(), "{}", said(&done));
    assert_eq!(office.standing().len(), 30);
    let former = fs::read(office.out().join("answers/answers.sqlite.before-restore-1")).unwrap();
    assert_eq!(former, b"nothing that could be read");
}

#[test]
fn without_keys_none_are_in_the_file() {
    let office = Office::new();
    let backup = office.back_up("a.bidui-backup", &["--without-keys"]);
    let archive = zip::ZipArchive::new(fs::File::open(&backup).unwrap()).unwrap();
    let names: Vec<String> = archive.file_names().map(|name| name.unwrap().into_owned()).collect();
    assert!(names.iter().all(|name| !name.contains("key")), "{names:?}");
    fs::remove_dir_all(office.out().join("answers")).unwrap();
    let done = office.restore(&backup, &[]);
    assert!(done.status.success() && said(&done).contains("备份里没有密钥"), "{}", said(&done));
    assert_eq!(office.standing().len(), 30);
}

#[test]
fn a_run_without_a_manifest_is_told() {
    let office = Office::new();
    fs::create_dir(office.out().join("2018Q3/run-0099-0123abcd")).unwrap();
    let to = office.path("a.bidui-backup");
    let done = office.call("backup", &["--to", text(&to), "--by", "操作员"]);
    assert!(done.status.success(), "{}", said(&done));
    assert!(said(&done).contains("没有清册，不是完整的发布，没有记：") && said(&done).contains("run-0099"));
    let to = office.path("b.bidui-backup");
    let done = office.call("backup", &["--to", text(&to), "--by", "操作员", "--format", "json"]);
    let told: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!(told["unfinished"].as_array().unwrap().len(), 1, "{told}");
}

#[test]
fn damaged_truncated_and_foreign_backups_are_refused_by_name() {
    let office = Office::new();
    let backup = office.back_up("a.bidui-backup", &[]);
    let whole = fs::read(&backup).unwrap();
    office.lose();
    let bad = office.path("bad");
    let mut tried = 0;
    for at in (0..whole.len()).step_by(whole.len() / 40) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x20;
        fs::write(&bad, &bytes).unwrap();
        let told = office.restore(&bad, &["--dry-run"]);
        if told.status.success() {
            // What no reader looks at: times and attributes of entries.
            let done = office.restore(&bad, &[]);
            assert!(done.status.success());
            assert_eq!(office.standing().len(), 30);
            office.lose();
        } else {
            tried += 1;
            refused(&told, &["bad"]);
            assert!(
                ["备份已损坏", "不是 bidui 做的备份", "格式版本"]
                    .iter()
                    .any(|word| said(&told).contains(word))
            );
        }
        fs::write(&bad, &whole[..at]).unwrap();
        refused(&office.restore(&bad, &[]), &["bad"]);
        assert!(office.held().is_empty(), "nothing is touched");
    }
    assert!(tried > 20, "{tried}");
    let lists = Snapshot::open(&office.out().join("2018Q3")).unwrap();
    let book = lists.outputs().iter().find(|one| one.path.ends_with(".xlsx")).unwrap();
    for bytes in [b"a letter".to_vec(), fs::read(lists.path(&book.path)).unwrap()] {
        fs::write(&bad, bytes).unwrap();
        refused(&office.restore(&bad, &[]), &["不是 bidui 做的备份"]);
    }
    refused(&office.restore(&office.path("keys"), &[]), &["不是普通文件"]);
    // Of another office.
    let other = tempfile::tempdir().unwrap();
    fs::set_permissions(other.path(), fs::Permissions::from_mode(0o700)).unwrap();
    key_file(&other.path().join("test.identity.key"), b"quite another secret, for tests.");
    let key = key_file(&other.path().join("test.key"), b"one more invented key, 32 bytes!");
    drop(AnswerStore::open(&other.path().join("out"), "ANOTHER").unwrap());
    let to = other.path().join("other");
    let out = other.path().join("out");
    let made = bidui(&[
        "backup",
        "--to",
        text(&to),
        "--out",
        text(&out),
        "--key-file",
        text(&key),
        "--without-keys",
    ]);
    assert!(made.status.success(), "{}", said(&made));
    refused(&office.restore(&to, &[]), &["不是这个发布文件夹的"]);
}

#[test]
fn places_where_others_look_and_keys_of_others_are_refused() {
    let office = Office::new();
    let open = office.path("open");
    fs::create_dir(&open).unwrap();
    fs::set_permissions(&open, fs::Permissions::from_mode(0o755)).unwrap();
    let to = open.join("a");
    refused(&office.call("backup", &["--to", text(&to)]), &["密钥", "mkdir -m 700", "--without-keys"]);
    let to = office.out().join("a");
    refused(&office.call("backup", &["--to", text(&to)]), &["不能放在发布文件夹里"]);
    let backup = office.back_up("a", &[]);
    refused(&office.call("backup", &["--to", text(&backup)]), &["已有这个文件"]);
    refused(&office.call("backup", &["--to", text(&office.path("none/a"))]), &["mkdir -m 700"]);
    key_file(&office.path("keys/test.identity.key"), b"quite another secret, for tests.");
    refused(
        &office.call("backup", &["--to", text(&office.path("b"))]),
        &["身份密钥不是发布和核查结果所用的"],
    );
    fs::remove_file(office.key()).unwrap();
    refused(&office.call("backup", &["--to", text(&office.path("b"))]), &["假名密钥", "--without-keys"]);
    assert!(!office.path("b").exists());
}

#[test]
fn a_backup_taken_while_others_write_is_of_one_moment() {
    let office = Office::new();
    std::thread::scope(|scope| {
        let writing = scope.spawn(|| (0..15).for_each(|_| office.answer("属实", 20)));
        let mut backups = Vec::new();
        while !writing.is_finished() || backups.len() < 3 {
            backups.push(office.back_up(&format!("b{}", backups.len()), &[]));
        }
        for backup in backups {
            let mut archive = zip::ZipArchive::new(fs::File::open(&backup).unwrap()).unwrap();
            let contents: serde_json::Value =
                serde_json::from_reader(archive.by_name("backup.json").unwrap()).unwrap();
            let number = |of: &str| contents["answers"][of].as_u64().unwrap();
            assert_eq!(number("events"), 30 + 20 * (number("batches") - 1), "{contents:#}");
        }
    });
}

#[test]
fn a_restoring_that_is_killed_leaves_what_was_or_what_is_to_be() {
    let office = Office::new();
    let backup = office.back_up("a", &[]);
    office.answer("属实", 7);
    let newer = office.back_up("newer", &[]);
    let old = office.standing();
    let verdicts =
        |standing: &StandingAnswers| standing.iter().filter(|(_, one)| one.answer.verdict == "属实").count();
    assert_eq!(verdicts(&old), 7);
    let (out, key) = (office.out(), office.key());
    let mut seen = [0; 3];
    for trial in 0u64..12 {
        let mut child = Command::new(env!("CARGO_BIN_EXE_bidui"))
            .args(["restore", text(&backup), "--replace", "--out", text(&out), "--key-file", text(&key)])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mark = out.join(".bidui-restoring");
        // Two thirds while the mark is there.
        if trial % 3 > 0 {
            while child.try_wait().unwrap().is_none() && !mark.exists() {}
            std::thread::sleep(Duration::from_micros(700 * trial));
        } else {
            std::thread::sleep(Duration::from_millis(8 * trial));
        }
        let _ = child.kill();
        child.wait().unwrap();
        if mark.exists() {
            seen[2] += 1;
            let told = office.call("backup", &["--to", text(&office.path("no")), "--without-keys"]);
            refused(&told, &["恢复", "再执行一次 bidui restore"]);
            if seen[2] == 1 {
                refused(&try_to_run("2018Q4", &out, &key, &[]), &["再执行一次 bidui restore"]);
            }
            let done = office.restore(&backup, &["--replace"]);
            assert!(done.status.success(), "{}", said(&done));
            assert_eq!(verdicts(&office.standing()), 0);
        }
        match verdicts(&office.standing()) {
            7 => seen[0] += 1,
            0 => seen[1] += 1,
            other => panic!("neither: {other}"),
        }
        let done = office.restore(&newer, &["--replace"]);
        assert!(done.status.success(), "{}", said(&done));
        assert_eq!(verdicts(&office.standing()), 7);
    }
    assert!(seen[0] > 0 && seen[1] > 0, "old, new, between: {seen:?}");
    eprintln!("killed restorings: old {}, new {}, between {}", seen[0], seen[1], seen[2]);
}
