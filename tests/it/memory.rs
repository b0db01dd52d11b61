//! Memory of `bidui run` and `bidui link`: what they hold for next to nobody, and what every further
//! record adds. Counted are the bytes that the program asks its allocator for, on one thread and in a
//! process of its own, so that the figures are the same on every machine and under any load. Both
//! bounds are about a quarter above what was counted: they leave room for another version of a library,
//! not for a table that is kept twice.

use std::alloc::{GlobalAlloc, Layout, System};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use bidui::testing::synth::{FixtureFormats, SynthOptions, generate_extracts};

/// Counts the bytes that are held, once it is told to.
struct Counting;

static COUNTS: AtomicBool = AtomicBool::new(false);
static HELD: AtomicI64 = AtomicI64::new(0);
static MOST: AtomicI64 = AtomicI64::new(0);

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn count(taken: usize, given_back: usize) {
    if COUNTS.load(Ordering::Relaxed) {
        let change = taken as i64 - given_back as i64;
        let held = HELD.fetch_add(change, Ordering::Relaxed) + change;
        MOST.fetch_max(held, Ordering::Relaxed);
    }
}

// SAFETY: the system's allocator does all the work; counting touches no memory of its.
#[allow(unsafe_code)]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size(), 0);
        unsafe { System.alloc(layout) }
    }
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size(), 0);
        unsafe { System.alloc_zeroed(layout) }
    }
    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size, layout.size());
        unsafe { System.realloc(memory, layout, size) }
    }
    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        count(0, layout.size());
        unsafe { System.dealloc(memory, layout) }
    }
}

/// What a command may hold.
struct Bound {
    /// KiB for few people: tables of codes, names and shapes, the rules, buffers.
    base_kib: i64,
    /// Bytes for every record of many people that few people do not have.
    per_record: i64,
}

/// Counted: 24,156 KiB and 788 bytes.
const RUN: Bound = Bound { base_kib: 30_200, per_record: 985 };
/// With `--memory 100MB`, whose rules run in several buckets. Counted: 25,240 KiB and 267 bytes.
const BUCKETS: Bound = Bound { base_kib: 31_500, per_record: 325 };
/// Counted: 5,494 KiB and 356 bytes.
const LINK: Bound = Bound { base_kib: 6_500, per_record: 450 };

const FEW: u64 = 1_500;
const MANY: u64 = 8_000;

/// Names the command line, one argument a line, to the process that runs it.
const COMMAND: &str = "BIDUI_TEST_COMMAND";
/// What that process says before the number.
const SAID: &str = "most bytes held: ";

/// Most KiB that a command holds at a time. The test `name` runs once more for it, in a process where
/// nothing else is counted.
fn most_kib(name: &str, arguments: &[&str]) -> i64 {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture", "--test-threads", "1"])
        .env(COMMAND, arguments.join("\n"))
        .env("POLARS_MAX_THREADS", "1")
        .env("RAYON_NUM_THREADS", "1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "bidui {}: {said}", arguments.join(" "));
    let most = said.lines().find_map(|line| line.strip_prefix(SAID)).expect("nothing was counted");
    most.parse::<i64>().unwrap() / 1024
}

/// Runs a command line and tells what it held.
fn run_counted(command: &str) {
    let arguments: Vec<OsString> = ["bidui"].into_iter().chain(command.lines()).map(OsString::from).collect();
    let (mut out, mut err) = (Vec::new(), Vec::new());
    COUNTS.store(true, Ordering::Relaxed);
    let code = bidui::testing::cli::main(arguments, &mut out, &mut err);
    let most = MOST.load(Ordering::Relaxed);
    assert_eq!(code, ExitCode::SUCCESS, "{}", String::from_utf8_lossy(&err));
    eprintln!("{SAID}{most}");
}

/// Folder of extracts, and their records.
fn invented(persons: u64, out: &Path) -> (PathBuf, u64) {
    let pipeline = Path::new(env!("CARGO_MANIFEST_DIR")).join("pipelines/hebi");
    let mut options = SynthOptions::new(&pipeline, persons, 20_180_930);
    options.formats = FixtureFormats::CsvUtf8;
    let report = generate_extracts(&options, out).unwrap();
    (out.join("2018Q3"), report.records)
}

/// Checks the command whose arguments `of` gives for a folder of extracts and one for the outcome.
fn check(name: &str, bound: &Bound, of: impl Fn(&str, &str) -> Vec<String>) {
    if let Some(command) = std::env::var_os(COMMAND) {
        return run_counted(command.to_str().unwrap());
    }
    let folder = tempfile::tempdir().unwrap();
    let measured = |persons: u64| {
        let own = folder.path().join(persons.to_string());
        let (data, records) = invented(persons, &own);
        let arguments = of(data.to_str().unwrap(), own.join("out").to_str().unwrap());
        let mut arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        arguments.extend(["--threads", "1", "--quiet"]);
        (most_kib(name, &arguments), records as i64)
    };
    let ((base, few), (most, many)) = (measured(FEW), measured(MANY));
    let each = (most - base) * 1024 / (many - few);
    eprintln!("{name}: {base} KiB, {most} KiB, {each} bytes a record");
    assert!(base <= bound.base_kib, "{name}: {base} KiB for next to nobody, at most {}", bound.base_kib);
    assert!(each <= bound.per_record, "{name}: {each} bytes a record, at most {}", bound.per_record);
}

fn hebi(file: &str) -> String {
    format!("{}/pipelines/hebi{file}", env!("CARGO_MANIFEST_DIR"))
}

/// `bidui run` with more arguments.
fn check_run(name: &str, bound: &Bound, more: &[&str]) {
    check(name, bound, |data, out| {
        let (pipeline, key) = (hebi(""), format!("{out}.key"));
        let run = ["run", &pipeline, "--quarter", "2018Q3", "--data", data, "--out", out, "--key-file", &key];
        run.iter().chain(more).map(ToString::to_string).collect()
    });
}

#[test]
fn a_run_takes_bounded_memory() {
    check_run("memory::a_run_takes_bounded_memory", &RUN, &[]);
}

#[test]
fn a_run_in_buckets_takes_less() {
    check_run("memory::a_run_in_buckets_takes_less", &BUCKETS, &["--memory", "100MB"]);
}

#[test]
fn linking_takes_bounded_memory() {
    check("memory::linking_takes_bounded_memory", &LINK, |data, out| {
        ["link", &hebi("/link.toml"), "--data", data, "--out", out].map(str::to_owned).to_vec()
    });
}
