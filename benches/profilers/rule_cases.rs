//! The examples of every rule as JSON, for another engine to run and compare
//! (`scripts/rules_in_duckdb.py examples`).
//!
//! `cargo bench --bench rule_cases -- PIPELINE > CASES.json`
#![allow(clippy::print_stdout)] // Data for a script.

mod arguments;

use std::path::Path;

use bidui::config::Pipeline;
use bidui::reconcile::execution::example_runner;
use bidui::rules::rule_set::RuleSet;
use bidui::{Error, Result};

fn main() -> Result<()> {
    let Some(arguments) = arguments::after_the_dashes("rule_cases PIPELINE > CASES.json", 1) else {
        return Ok(());
    };
    let pipeline = Pipeline::open(Path::new(&arguments[0]))?;
    let rules = RuleSet::load(&pipeline)?;
    let cases = example_runner::cases(&pipeline, &rules)?;
    let text = serde_json::to_string(&cases).map_err(|e| Error::internal(format!("无法写成 JSON：{e}")))?;
    println!("{text}");
    Ok(())
}
