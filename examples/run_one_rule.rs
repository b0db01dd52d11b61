//! Lesson 3: run one rule, over its own examples and over a quarter.
//!
//! A rule is one SQL file in a pipeline folder: a header that says why and on which clause it rests,
//! examples with what is expected of them, and one SELECT. R37 finds people whose insurance was paid
//! for as poor, though no list has them as poor.
//!
//! `cargo run --example run_one_rule`, from the root of the repository. All people are invented.
#![allow(clippy::print_stdout)] // A lesson shows what it found.

use std::path::Path;

use bidui::{
    Engine, Error, LinkSettings, Pipeline, Result, RuleSet, RunPlan, Secrets, Silent, Snapshot, run_examples,
};

fn main() -> Result<()> {
    let folder = tempfile::tempdir().map_err(|e| Error::io("新建文件夹", &std::env::temp_dir(), e))?;
    let (pipeline, rules) = only("R37")?;
    let examples = run_examples(&pipeline, &rules)?;
    println!("{} examples, {} of them fail", examples.examples, examples.failures.len());
    let found = run(pipeline, rules, Path::new("fixtures/hebi/2018Q3"), folder.path())?;
    println!("{} exceptions, among them:", found.len());
    found.iter().take(3).for_each(|exception| println!("  {exception}"));
    Ok(())
}

/// Opens the pipeline and keeps one of its rules.
pub(crate) fn only(code: &str) -> Result<(Pipeline, RuleSet)> {
    // Contracts, codes and settings are read and checked; a mistake is told with its line.
    let pipeline = Pipeline::open(Path::new("pipelines/hebi"))?;
    let mut rules = RuleSet::load(&pipeline)?;
    rules.rules.retain(|rule| rule.header.code == code);
    Ok((pipeline, rules))
}

/// Runs the rules over the extracts in `data` and returns what they found: the records that each
/// exception rests on, and what is wrong.
pub(crate) fn run(pipeline: Pipeline, rules: RuleSet, data: &Path, out: &Path) -> Result<Vec<String>> {
    let plan = RunPlan {
        tolerance: Default::default(),
        worker: None,
        // Which records are one person's is decided before any rule runs, by `link.toml`.
        link: LinkSettings::of_pipeline(&pipeline)?,
        pipeline,
        rules,
        period: "2018Q3".parse()?,
        issued: None,
        data: data.to_owned(),
        out: out.to_owned(),
        previous: None,
        engine: Engine::Memory,
        // Persons are named under the first secret, for life; pseudonyms in the tables are made with the second, which
        // may change. Real ones lie in files of their own.
        secrets: Secrets::new(b"an invented key of 32 bytes long", b"another invented key of 32 bytes")?,
    };
    let outcome = bidui::run(&plan, &Silent)?;
    let published = Snapshot::open(&outcome.publication.folder)?;
    let found = published.rows("restricted/exception.parquet", |_| true)?;
    // A record's id names its file (by the first digits of its SHA-256) and its row.
    Ok(found.iter().map(|row| format!("{} {}", row.get("evidence_record_ids"), row.get("message"))).collect())
}
