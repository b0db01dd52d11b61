//! Files of other programs' formats are read by a child process: what it delivers, and what becomes of one that
//! does not.

use std::path::{Path, PathBuf};
use std::time::Duration;

use bidui::Error;
use bidui::testing::config::Pipeline;
use bidui::testing::config::read_options::ReadOptions;
use bidui::testing::engine::{Engine, RunPlan};
use bidui::testing::error::{ErrorKind, render_error};
use bidui::testing::extract::{RawTable, open_file};
use bidui::testing::link::settings::LinkSettings;
use bidui::testing::progress::Silent;
use bidui::testing::rules::rule_set::RuleSet;
use bidui::testing::worker::{Worker, WorkerLimits, read_tables};

use crate::end_to_end::{bidui, root, text};
use crate::inputs_dbf::{memos_of_three, with_memo};

fn worker() -> Worker {
    Worker::new(env!("CARGO_BIN_EXE_bidui"))
}

/// A worker with little memory besides what a file holds.
fn worker_with_memory(bytes: u64) -> Worker {
    Worker::with_limits(
        env!("CARGO_BIN_EXE_bidui"),
        WorkerLimits { memory: bytes, ..WorkerLimits::default() },
    )
}

fn foreign_files(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            foreign_files(&path, found);
        } else if path.extension().is_some_and(|e| e != "csv" && e != "toml" && e != "json") {
            found.push(path);
        }
    }
}

/// Everything that was read, or why not.
fn outcome(tables: bidui::Result<Vec<RawTable>>) -> String {
    match tables {
        Ok(tables) => format!("{tables:?}"),
        Err(error) => render_error(&error, false),
    }
}

#[test]
fn a_child_reads_what_this_process_reads() {
    let mut files = Vec::new();
    for folder in ["fixtures/hebi/2018Q3", "fixtures/broken"] {
        foreign_files(&root().join(folder), &mut files);
    }
    assert!(files.len() > 30, "{files:?}");
    let worker = worker();
    let options = ReadOptions::default();
    for path in &files {
        let (folder, name) = (path.parent().unwrap(), Path::new(path.file_name().unwrap()));
        let own = open_file(folder, name, &options, &|_| true).and_then(Iterator::collect);
        let of_child = read_tables(&worker, folder, name, &options, &|_| true);
        assert!(outcome(of_child) == outcome(own), "{}", path.display());
    }
    // The child asks which worksheets are wanted.
    let (folder, name) = (root().join("fixtures/hebi/2018Q3"), Path::new("农村低保_浚县.xlsx"));
    let asked = std::cell::RefCell::new(Vec::new());
    let none = read_tables(&worker, &folder, name, &options, &|sheet| {
        asked.borrow_mut().push(sheet.to_owned());
        false
    });
    let own = open_file(&folder, name, &options, &|_| false).and_then(Iterator::collect);
    assert_eq!(outcome(none), outcome(own));
    assert!(!asked.into_inner().is_empty());
    assert!(worker.confinement().is_some());
}

#[test]
fn a_child_reads_the_memos_beside_a_dbf() {
    let folder = tempfile::tempdir().unwrap();
    let (dbf, options) = (Path::new("名单.dbf"), ReadOptions::default());
    std::fs::write(folder.path().join(dbf), with_memo(0x83).bytes()).unwrap();
    for (memo, faults) in [(None, 3), (Some("名单.DBT"), 1)] {
        if let Some(memo) = memo {
            std::fs::write(folder.path().join(memo), memos_of_three()).unwrap();
        }
        let own: Vec<RawTable> =
            open_file(folder.path(), dbf, &options, &|_| true).and_then(Iterator::collect).unwrap();
        assert_eq!(own[0].faults.len(), faults);
        let of_child = read_tables(&worker(), folder.path(), dbf, &options, &|_| true);
        assert_eq!(outcome(of_child), outcome(Ok(own)));
    }
}

// Children that do not do what they should.

/// What is said of a file, named as in `fake_reader.sh`, whose reader misbehaves.
fn refusal(name: &str) -> Error {
    let folder = tempfile::tempdir().unwrap();
    let name = format!("{name}.xls");
    std::fs::write(folder.path().join(&name), b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1").unwrap();
    let limits =
        WorkerLimits { time: Duration::from_millis(400), answer: 1 << 20, ..WorkerLimits::default() };
    let worker = Worker::with_limits(root().join("tests/data/worker/fake_reader.sh"), limits);
    // More than a pipe holds: a child that does not listen must not keep its parent.
    let headers = if name.contains("hangs-at-once") { vec!["姓名".repeat(50_000)] } else { Vec::new() };
    let options = ReadOptions { known_headers: headers, ..ReadOptions::default() };
    let error = read_tables(&worker, folder.path(), Path::new(&name), &options, &|_| true).expect_err(&name);
    assert_eq!(error.kind(), ErrorKind::Input, "{error}");
    assert!(error.message().starts_with("工作簿读不出来："), "{error}");
    assert!(error.location().file.as_ref().is_some_and(|file| file.ends_with(&name)), "{error}");
    assert!(error.hint_text().is_some_and(|hint| hint.contains("另存为")), "{error}");
    assert!(!render_error(&error, false).contains("410621"), "{error}");
    error
}

fn assert_refused(name: &str, reason: &str) {
    let error = refusal(name);
    assert!(error.message().contains(reason), "{name}: {error}");
}

#[test]
fn a_child_that_hangs_is_ended() {
    assert_refused("hangs-at-once", "时间超过0.4秒");
    assert_refused("hangs-within", "时间超过0.4秒");
    assert_refused("table-of-lies", "不合约定");
    assert_refused("closes-and-hangs", "中止");
}

#[test]
fn a_child_that_dies_is_told_with_the_reason() {
    assert_refused("aborts-at-once", "中止（信号6）");
    assert_refused("aborts-when-open", "中止（信号11）");
    assert_refused("out-of-memory", "内存超过上限（512MB");
    assert_refused("out-of-time", "时间超过");
    assert_refused("ends-early", "没有读完");
    assert_refused("with-a-code", "退出码101");
    // Nothing of the parent's environment reaches it.
    assert_refused("environment", "退出码77");
}

#[test]
fn a_child_that_sends_rubbish_is_not_believed() {
    assert_refused("other-program", "不合约定");
    assert_refused("another-version", "不合约定");
    assert_refused("floods-with-words", "不合约定");
    assert_refused("floods-with-a-frame", "远多于文件本身");
    refusal("floods-with-questions");
}

#[test]
fn a_program_that_is_not_there_is_named() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.xls"), b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1").unwrap();
    let worker = Worker::new(folder.path().join("nothing"));
    let options = ReadOptions::default();
    let error = read_tables(&worker, folder.path(), Path::new("a.xls"), &options, &|_| true).unwrap_err();
    assert_eq!(error.kind().exit_code(), 3);
    assert!(error.message().contains("nothing") && error.hint_text().is_some(), "{error}");
    assert!(error.location().file.as_ref().is_some_and(|file| file.ends_with("a.xls")), "{error}");
    // Delimited text needs none.
    std::fs::write(folder.path().join("a.csv"), "姓名,证件号码\n张三,1\n").unwrap();
    assert!(read_tables(&worker, folder.path(), Path::new("a.csv"), &options, &|_| true).is_ok());
}

#[test]
fn readers_that_cannot_be_started_are_no_fault_of_the_lists() {
    let folder = tempfile::tempdir().unwrap();
    let pipeline = Pipeline::open(&root().join("pipelines/hebi")).unwrap();
    let plan = RunPlan {
        tolerance: Default::default(),
        worker: Some(Worker::new(folder.path().join("nothing"))),
        rules: RuleSet::load(&pipeline).unwrap(),
        link: LinkSettings::open(&root().join("pipelines/hebi/link.toml")).unwrap(),
        pipeline,
        period: "2018Q3".parse().unwrap(),
        issued: None,
        data: root().join("fixtures/hebi/2018Q3"),
        out: folder.path().join("out"),
        previous: None,
        engine: Engine::Memory,
        secrets: bidui::testing::privacy::test_secrets().unwrap(),
    };
    let error = bidui::testing::engine::run(&plan, &Silent).unwrap_err();
    // One message, however many files wait; what of the lists was not read is not given back to anybody.
    assert_eq!((error.kind().exit_code(), error.further().len()), (3, 0), "{error}");
    let left: Vec<_> =
        std::fs::read_dir(&plan.out).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, [".bidui.lock"]);
}

// Files that ask for too much.

#[test]
fn hostile_files_end_in_one_message_within_little_memory() {
    let folder = root().join("tests/data/hostile");
    let mut files = Vec::new();
    foreign_files(&folder, &mut files);
    assert!(files.len() >= 7, "{files:?}");
    let worker = worker_with_memory(64 << 20);
    for path in files {
        let name = Path::new(path.file_name().unwrap());
        match read_tables(&worker, &folder, name, &ReadOptions::default(), &|_| true) {
            Ok(tables) => assert!(tables.iter().map(|t| t.rows.len()).sum::<usize>() < 100_000),
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::Input, "{error}");
                assert!(error.location().file.is_some() && error.hint_text().is_some(), "{error}");
            }
        }
    }
}

#[test]
fn the_command_line_says_what_was_too_much_and_for_which_file() {
    // A format that needs more than thrice the file; a packed one may do with what the program has left.
    let file = root().join("fixtures/hebi/2018Q3/农村低保_淇滨区.xls");
    let output = bidui(&["profile", text(&file), "--read-memory", "0"]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(
        said.contains("工作簿读不出来：读取所需的内存超过上限（0MB") && said.contains("淇滨区.xls"),
        "{said}"
    );
    assert!(said.contains("--read-memory") && output.stdout.is_empty(), "{said}");
    assert!(!said.contains("memory allocation"), "{said}");
    assert!(bidui(&["profile", text(&file), "--read-memory", "48MiB"]).status.success());
}

#[test]
fn a_child_without_its_parent_reads_nothing() {
    let file = root().join("fixtures/hebi/2018Q3/农村低保_浚县.xlsx");
    let line = ["__read", "--memory", "100000000", "--seconds", "5", "--parent", "1", "--", "", text(&file)];
    let output = bidui(&line);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(3), 0));
}

/// Kills the parent of a child that waits for its request; the child must go with it.
#[cfg(target_os = "linux")]
#[test]
fn a_child_dies_with_its_parent() {
    use std::io::{BufRead as _, BufReader, Read as _};
    use std::process::{Command, Stdio};

    let script = r#"exec 3<&0
        "$0" __read --memory 100000000 --seconds 600 --parent $$ -- "" nothing <&3 & echo $!; wait"#;
    let mut parent = Command::new("/bin/sh")
        .args(["-c", script, env!("CARGO_BIN_EXE_bidui")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(parent.stdout.take().unwrap());
    let mut child = String::new();
    said.read_line(&mut child).unwrap();
    // It has limited itself: from here on nothing but its parent's end makes it end.
    let limits = format!("/proc/{}/limits", child.trim());
    let limited = || {
        let limits = std::fs::read_to_string(&limits).unwrap_or_default();
        limits.lines().any(|line| line.starts_with("Max core file size") && line.contains(" 0 "))
            && limits.lines().any(|line| line.starts_with("Max open files") && line.contains(" 16 "))
    };
    while !limited() {
        assert!(Path::new("/proc").join(child.trim()).exists(), "the child ended by itself");
        std::thread::yield_now();
    }
    let (tell, ended) = std::sync::mpsc::channel();
    std::thread::spawn(move || tell.send(said.read_to_end(&mut Vec::new()).is_ok()));
    parent.kill().unwrap();
    // Its standard input is still open; its output closes when it ends, and not before.
    let (input, _) = (parent.stdin.take(), parent.wait().unwrap());
    assert_eq!(ended.recv_timeout(Duration::from_secs(60)), Ok(true), "the child outlives its parent");
    drop(input);
}
