//! What it costs to read files of other programs' formats in a child process instead of this one.
//!
//! `cargo bench --bench worker_times -- PROGRAM PIPELINE DATA QUARTER OUT`; PROGRAM is the `bidui` of the same build.
#![allow(clippy::print_stdout)] // A bench for the terminal.

mod arguments;
mod usage;

use std::path::{Path, PathBuf};
use std::time::Instant;

use bidui::testing::config::Pipeline;
use bidui::testing::config::read_options::ReadOptions;
use bidui::testing::engine::{Engine, RunPlan, run};
use bidui::testing::extract::open_file;
use bidui::testing::link::settings::LinkSettings;
use bidui::testing::progress::Silent;
use bidui::testing::rules::rule_set::RuleSet;
use bidui::testing::worker::{Worker, read_tables};
use usage::{cpu, peak_mib};

const TIMES: usize = 5;

/// Median of several times, in milliseconds.
fn median(mut once: impl FnMut() -> bidui::Result<()>) -> bidui::Result<f64> {
    let mut times = Vec::new();
    for _ in 0..TIMES {
        let begun = Instant::now();
        once()?;
        times.push(begun.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    Ok(times[TIMES / 2])
}

/// Files whose names end like those of the formats that a child reads.
fn foreign_files(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
        if path.is_dir() {
            foreign_files(&path, found);
        } else if path.extension().is_some_and(|e| ["xls", "xlsx", "dbf", "parquet"].iter().any(|k| e == *k))
        {
            found.push(path);
        }
    }
}

fn main() -> bidui::Result<()> {
    let Some(arguments) = arguments::after_the_dashes("worker_times PROGRAM PIPELINE DATA QUARTER OUT", 5)
    else {
        return Ok(());
    };
    let worker = Worker::new(&arguments[0]);
    let (root, data) = (Path::new(&arguments[1]), PathBuf::from(&arguments[2]));
    let mut files = Vec::new();
    foreign_files(&data, &mut files);
    files.sort();
    let options = ReadOptions::default();
    let mut sums = [0.0; 2];
    println!("here ms  child ms  file");
    for file in &files {
        let (folder, name) = (Path::new(""), file.as_path());
        let here =
            median(|| open_file(folder, name, &options, &|_| true)?.try_for_each(|table| table.map(|_| ())))?;
        let child = median(|| read_tables(&worker, folder, name, &options, &|_| true).map(|_| ()))?;
        println!("{here:>7.1}  {child:>8.1}  {}", file.display());
        sums = [sums[0] + here, sums[1] + child];
    }
    let each = (sums[1] - sums[0]) / files.len().max(1) as f64;
    println!("{:>7.1}  {:>8.1}  all {}; {each:.1} ms more a file", sums[0], sums[1], files.len());
    for (what, worker) in
        [("here", None), ("child", Some(worker.clone())), ("here", None), ("child", Some(worker))]
    {
        let pipeline = Pipeline::open(root)?;
        let plan = RunPlan {
            rules: RuleSet::load(&pipeline)?,
            pipeline,
            link: LinkSettings::open(&root.join("link.toml"))?,
            period: arguments[3].parse()?,
            issued: None,
            data: data.clone(),
            out: PathBuf::from(&arguments[4]),
            previous: None,
            engine: Engine::Memory,
            worker,
            tolerance: Default::default(),
            secrets: bidui::testing::privacy::test_secrets()?,
        };
        let (begun, before) = (Instant::now(), cpu());
        run(&plan, &Silent)?;
        let seconds = begun.elapsed().as_secs_f64();
        println!("run, {what}: {seconds:.2} s, cpu {:.2} s, peak so far {} MiB", cpu() - before, peak_mib());
    }
    Ok(())
}
