//! What the second counter costs: the lines of texts and the rows of worksheets, counted without the reader.
//!
//! `cargo bench --bench second_count -- DATA [PIPELINE QUARTER OUT]`; with a pipeline, also as a share of a whole run.
#![allow(clippy::print_stdout)] // A bench for the terminal.

mod arguments;
#[allow(dead_code, reason = "its memory is no matter here")]
mod usage;

use std::hint::black_box;
use std::io::{Cursor, Read as _};
use std::path::{Path, PathBuf};

use bidui::testing::config::Pipeline;
use bidui::testing::config::read_options::ReadOptions;
use bidui::testing::engine::{Engine, RunPlan, run};
use bidui::testing::extract::{count_text_lines, count_xlsx_part_rows, open_file};
use bidui::testing::link::settings::LinkSettings;
use bidui::testing::progress::Silent;
use bidui::testing::rules::rule_set::RuleSet;
use usage::cpu;

/// The system accounts for time in hundredths of a second: what is short is done again until it is this long.
const LEAST: f64 = 0.5;

/// CPU seconds (user and system) of doing something once.
fn seconds(mut once: impl FnMut() -> bidui::Result<()>) -> bidui::Result<f64> {
    let begun = cpu();
    let mut times = 0.0;
    loop {
        once()?;
        times += 1.0;
        if cpu() - begun >= LEAST {
            return Ok((cpu() - begun) / times);
        }
    }
}

fn files_below(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
        if path.is_dir() {
            files_below(&path, found);
        } else if path.extension().is_some_and(|e| e == "csv" || e == "xlsx") {
            found.push(path);
        }
    }
}

/// The worksheets of an XLSX workbook, unpacked.
fn worksheets(bytes: &[u8]) -> Vec<Vec<u8>> {
    let Ok(mut archive) = zip::ZipArchive::new(Cursor::new(bytes)) else { return Vec::new() };
    let mut parts = Vec::new();
    for at in 0..archive.len() {
        let Ok(mut part) = archive.by_index(at) else { continue };
        let mut content = Vec::new();
        let worksheet = String::from_utf8_lossy(part.name_raw()).contains("worksheets/sheet");
        if worksheet && part.read_to_end(&mut content).is_ok() {
            parts.push(content);
        }
    }
    parts
}

fn main() -> bidui::Result<()> {
    let Some(arguments) = arguments::after_the_dashes("second_count DATA [PIPELINE QUARTER OUT]", 1) else {
        return Ok(());
    };
    let data = PathBuf::from(&arguments[0]);
    let mut files = Vec::new();
    files_below(&data, &mut files);
    files.sort();
    let options = ReadOptions::default();
    // Of texts, of workbooks: reading, counting.
    let mut sums = [[0.0; 2]; 2];
    println!("reading ms  counting ms  share  rows or lines  file");
    for file in &files {
        let (folder, name) = (Path::new(""), file.as_path());
        let reading = seconds(|| {
            open_file(folder, name, &options, &|_| true)?.try_for_each(|table| table.map(|_| ()))
        })?;
        let Ok(bytes) = std::fs::read(file) else { continue };
        let book = file.extension().is_some_and(|e| e == "xlsx");
        let mut counted = 0;
        let counting = if book {
            let parts = worksheets(&bytes);
            seconds(|| {
                counted = parts.iter().map(|part| count_xlsx_part_rows(black_box(part))).sum();
                Ok(())
            })?
        } else {
            seconds(|| {
                counted = count_text_lines(black_box(&bytes));
                Ok(())
            })?
        };
        let sum = &mut sums[usize::from(book)];
        *sum = [sum[0] + reading, sum[1] + counting];
        println!(
            "{:>10.1}  {:>11.1}  {:>4.1}%  {counted:>13}  {}",
            reading * 1e3,
            counting * 1e3,
            counting / reading * 100.0,
            file.display()
        );
    }
    for (what, [reading, counting]) in ["texts", "workbooks"].iter().zip(sums) {
        println!(
            "{what}: {counting:.3} of {reading:.3} s of reading ({:.1}%)",
            counting / f64::max(reading, f64::MIN_POSITIVE) * 100.0
        );
    }
    if let [_, root, quarter, out, ..] = &arguments[..] {
        let root = Path::new(root);
        let pipeline = Pipeline::open(root)?;
        let plan = RunPlan {
            rules: RuleSet::load(&pipeline)?,
            pipeline,
            link: LinkSettings::open(&root.join("link.toml"))?,
            period: quarter.parse()?,
            issued: None,
            data,
            out: PathBuf::from(out),
            previous: None,
            engine: Engine::Memory,
            worker: None,
            tolerance: Default::default(),
            secrets: bidui::testing::privacy::test_secrets()?,
        };
        let before = cpu();
        run(&plan, &Silent)?;
        let whole = cpu() - before;
        let counting = sums[0][1] + sums[1][1];
        println!("whole run: {counting:.3} of {whole:.2} s ({:.2}%)", counting / whole * 100.0);
    }
    Ok(())
}
