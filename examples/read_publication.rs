//! Lesson 2: read what a run has published, and list its exceptions by severity.
//!
//! `bidui run … --out OUT` leaves one folder for each quarter, `OUT/2018Q3`. It holds `tables/` (Parquet without
//! names or numbers), `restricted/` (who the people are), `lists/` for officers and a report.
//!
//! `cargo run --example read_publication -- OUT/2018Q3`; without a folder it reads one of invented
//! people that the repository keeps.
#![allow(clippy::print_stdout)] // A lesson shows what it found.

use std::collections::BTreeMap;
use std::path::Path;

use bidui::{Result, Snapshot};

/// Number of exceptions by title of their rule.
pub(crate) type FindingsByRule = BTreeMap<String, u64>;

fn main() -> Result<()> {
    let folder = std::env::args().nth(1).unwrap_or("fixtures/compat/1/quarter=2018Q3".to_owned());
    // Opening looks the link `latest` up once: whatever is read after is of the same run, even if
    // another run finishes meanwhile.
    let snapshot = Snapshot::open(Path::new(&folder))?;
    println!("{} {}", snapshot.pipeline(), snapshot.period());
    for (severity, findings) in by_severity(&snapshot)? {
        println!("{severity}: {} exceptions", findings.values().sum::<u64>());
        let mut rules: Vec<(&String, &u64)> = findings.iter().collect();
        rules.sort_by_key(|(title, count)| (std::cmp::Reverse(**count), *title));
        for (title, count) in rules.into_iter().take(3) {
            println!("  {count:>4} {title}");
        }
    }
    Ok(())
}

/// Counts the open exceptions by severity (`S1` is the worst) and rule.
pub(crate) fn by_severity(snapshot: &Snapshot) -> Result<BTreeMap<String, FindingsByRule>> {
    // The tables form a star: `fact_…` holds one row for each event, `dim_…` what its codes mean.
    // `data_dictionary.csv` beside them explains every column.
    let titles: BTreeMap<String, String> = snapshot
        .rows("tables/dim_rule.parquet", |_| true)?
        .iter()
        .map(|rule| (rule.get("rule_code").to_owned(), rule.get("title").to_owned()))
        .collect();
    // An exception stays in the tables after the data have been put right, as `resolved`.
    let open = snapshot.rows("tables/fact_exception.parquet", |row| row.get("status") != "resolved")?;
    let mut counts: BTreeMap<String, FindingsByRule> = BTreeMap::new();
    for exception in &open {
        let title = titles.get(exception.get("rule_code")).cloned().unwrap_or_default();
        *counts.entry(exception.get("severity").to_owned()).or_default().entry(title).or_default() += 1;
    }
    Ok(counts)
}
