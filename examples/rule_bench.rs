//! Work bench for rule authors: `check`, `examples`, `cases` (JSON for another engine), `doc`
//! (docs/rules.md) and
//! `mutate [CODE]` (which conditions no example protects), over a pipeline folder.

use std::io::Write as _;
use std::path::Path;

use bidui::Result;
use bidui::testing::config::Pipeline;
use bidui::testing::reconcile::execution::example_runner;
use bidui::testing::rules::rule_set::RuleSet;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let command = arguments.first().map_or("check", String::as_str);
    let pipeline = Pipeline::open(Path::new("pipelines/hebi"))?;
    let rules = RuleSet::load(&pipeline)?;
    let mut lines: Vec<String> = Vec::new();
    match command {
        "cases" => {
            let cases = example_runner::all_cases(&pipeline, &rules)?;
            lines.push(serde_json::to_string(&cases).unwrap_or_default());
        }
        "doc" => {
            lines.push(bidui::testing::rules::documentation::document_rules(&rules).trim_end().to_owned())
        }
        "mutate" => {
            let reports =
                example_runner::run_mutations(&pipeline, &rules, arguments.get(1).map(String::as_str))?;
            let tried: usize = reports.iter().map(|r| r.tried).sum();
            for report in &reports {
                lines.extend(report.unnoticed.iter().map(|change| format!("{}: {change}", report.code)));
            }
            lines.push(format!("{} rules, {tried} mutants, {} unnoticed", reports.len(), lines.len()));
        }
        _ => {
            let complaints = bidui::testing::reconcile::check_rules(&rules);
            for error in &complaints {
                lines.push(format!("{error}  [{}]", error.hint_text().unwrap_or_default()));
                if let Some(cause) = std::error::Error::source(error) {
                    lines.push(format!("    {cause}"));
                }
            }
            if command == "examples" && complaints.is_empty() {
                let report = example_runner::run_examples(&pipeline, &rules)?;
                for error in &report.failures {
                    lines.push(format!("{error}"));
                    if let Some(cause) = std::error::Error::source(error) {
                        lines.push(format!("    {cause}"));
                    }
                }
                lines.push(format!(
                    "{} rules, {} examples, {} failures",
                    report.rules,
                    report.examples,
                    report.failures.len()
                ));
            }
            lines.push(format!("{} complaints", complaints.len()));
        }
    }
    let mut out = std::io::stdout().lock();
    for line in lines {
        let _ = writeln!(out, "{line}");
    }
    Ok(())
}
