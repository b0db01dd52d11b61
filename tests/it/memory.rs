//! Peak memory of `bidui run` and `bidui link`: what they take for next to nobody, and what every
//! further record adds. Both bounds are about one and a half times what was measured (in November
//! 2026, test build, two threads): they leave room for another allocator or kernel, not for a table
//! that is kept twice.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use bidui::synth::{Formats, SynthOptions, generate};

/// What a command may take.
struct Bound {
    /// KiB for 1,500 people: the program, its tables, the rules, buffers of two threads.
    base_kib: u64,
    /// Bytes for every record of 20,000 people that 1,500 people do not have.
    per_record: u64,
}

/// Measured: 147 MiB and 840 bytes. So few people take little beside the program; a release build over 10 M
/// people takes 630 bytes for a record.
const RUN: Bound = Bound { base_kib: 220 * 1024, per_record: 1_500 };
/// With `--memory 100MB`, whose rules run in many buckets. Measured: 147 MiB and 750 bytes; a release build over
/// 10 M people takes 220 bytes for a record.
const BUCKETS: Bound = Bound { base_kib: 220 * 1024, per_record: 1_350 };
/// Measured: 70 MiB and 510 bytes.
const LINK: Bound = Bound { base_kib: 105 * 1024, per_record: 900 };

/// Highest resident memory of a process that still runs, in KiB.
fn high_water(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// Runs the program and watches it. The kernel keeps the peak, so only what is gained and lost within
/// the last two milliseconds before the end can be missed.
fn peak_kib(arguments: &[&str]) -> u64 {
    let mut child = Command::new(env!("CARGO_BIN_EXE_bidui"))
        .args(arguments)
        .args(["--threads", "2", "--quiet"])
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let mut peak = 0;
    let status = loop {
        // Before asking whether it has ended: afterwards nothing is known of it.
        peak = high_water(child.id()).unwrap_or(0).max(peak);
        match child.try_wait().unwrap() {
            Some(status) => break status,
            None => std::thread::sleep(Duration::from_millis(2)),
        }
    };
    assert!(status.success(), "bidui {}", arguments.join(" "));
    assert!(peak > 4096, "nothing was measured: {peak} KiB");
    peak
}

/// Folder of extracts, and their records.
fn invented(persons: u64, out: &Path) -> (PathBuf, u64) {
    let pipeline = Path::new(env!("CARGO_MANIFEST_DIR")).join("pipelines/hebi");
    let mut options = SynthOptions::new(&pipeline, persons, 20_180_930);
    options.formats = Formats::CsvUtf8;
    let report = generate(&options, out).unwrap();
    (out.join("2018Q3"), report.records)
}

fn check(what: &str, bound: &Bound, measure: impl Fn(&Path) -> u64) {
    let folder = tempfile::tempdir().unwrap();
    let (few, few_records) = invented(1_500, &folder.path().join("few"));
    let (many, many_records) = invented(20_000, &folder.path().join("many"));
    let (base, peak) = (measure(&few), measure(&many));
    let each = peak.saturating_sub(base) * 1024 / (many_records - few_records);
    eprintln!("{what}: {base} KiB, {peak} KiB, {each} bytes a record");
    assert!(base <= bound.base_kib, "{what}: {base} KiB for next to nobody, at most {}", bound.base_kib);
    assert!(each <= bound.per_record, "{what}: {each} bytes a record, at most {}", bound.per_record);
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// `bidui run` with more arguments.
fn check_run(what: &str, bound: &Bound, more: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let (out, key) = (folder.path().join("out"), folder.path().join("pseudonym.key"));
    let pipeline = Path::new(env!("CARGO_MANIFEST_DIR")).join("pipelines/hebi");
    check(what, bound, |data| {
        let _ = std::fs::remove_dir_all(&out);
        let (data, out, key) = (text(data), text(&out), text(&key));
        let quarter = ["run", text(&pipeline), "--quarter", "2018Q3", "--data", data];
        peak_kib(&[&quarter[..], &["--out", out, "--key-file", key], more].concat())
    });
}

#[test]
fn a_run_takes_bounded_memory() {
    check_run("run", &RUN, &[]);
}

#[test]
fn a_run_in_buckets_takes_less() {
    check_run("run in buckets", &BUCKETS, &["--memory", "100MB"]);
}

#[test]
fn linking_takes_bounded_memory() {
    let folder = tempfile::tempdir().unwrap();
    let config = Path::new(env!("CARGO_MANIFEST_DIR")).join("pipelines/hebi/link.toml");
    check("link", &LINK, |data| {
        peak_kib(&["link", text(&config), "--data", text(data), "--out", text(folder.path())])
    });
}
