//! The examples of every rule as JSON, for another engine to run and compare
//! (`scripts/rules_in_duckdb.py examples`).
//!
//! `cargo bench --bench rule_cases -- PIPELINE > CASES.json`
#![allow(clippy::print_stdout)] // Data for a script.

mod arguments;

use std::path::Path;

use bidui::Error;
use bidui::Result;
use bidui::testing::config::Pipeline;
use bidui::testing::reconcile::execution::example_runner;
use bidui::testing::rules::rule_set::RuleSet;

fn main() -> Result<()> {
    let Some(arguments) = arguments::after_the_dashes("rule_cases PIPELINE > CASES.json", 1) else {
        return Ok(());
    };
    let pipeline = Pipeline::open(Path::new(&arguments[0]))?;
    let rules = RuleSet::load(&pipeline)?;
    let cases = example_runner::all_cases(&pipeline, &rules)?;
    let text = serde_json::to_string(&cases).map_err(|e| Error::internal(format!("无法写成 JSON：{e}")))?;
    println!("{text}");
    Ok(())
}
