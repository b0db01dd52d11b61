//! Time and rows of every definition and rule over a quarter's extracts: which SELECT costs what.
//!
//! `cargo bench --bench rule_times -- PIPELINE DATA QUARTER`
#![allow(clippy::print_stdout)] // A bench for the terminal.

mod arguments;
mod usage;

use std::path::Path;
use std::time::Instant;

use bidui::Result;
use bidui::testing::config::Pipeline;
use bidui::testing::link;
use bidui::testing::link::settings::LinkSettings;
use bidui::testing::load;
use bidui::testing::normalize;
use bidui::testing::reconcile::execution::planner::SqlSession;
use bidui::testing::reconcile::execution::polars_bridge::{empty_frame, to_frame};
use bidui::testing::reconcile::views::{self, ViewInputs, ViewPlacement};
use bidui::testing::resolve;
use bidui::testing::rules::rule_file::SqlFile;
use bidui::testing::rules::rule_set::RuleSet;
use bidui::testing::track;
use usage::{cpu, peak_mib};

/// Prints what was used since the last time.
struct Lap(Instant, f64);

impl Lap {
    fn new() -> Self {
        Self(Instant::now(), cpu())
    }
    fn text(&self) -> String {
        let (wall, used) = (self.0.elapsed().as_secs_f64(), cpu() - self.1);
        format!("{:>8.1} ms  cpu {:>5.0} ms", wall * 1e3, used * 1e3)
    }
}

fn main() -> Result<()> {
    let Some(arguments) = arguments::after_the_dashes("rule_times PIPELINE DATA QUARTER", 3) else {
        return Ok(());
    };
    let root = Path::new(&arguments[0]);
    let pipeline = Pipeline::open(root)?;
    let rules = RuleSet::load(&pipeline)?;
    let settings = LinkSettings::open(&root.join("link.toml"))?;
    let read = |i| load::load_source(&pipeline, i, Path::new(&arguments[1]), None);
    let loaded = load::load_several(pipeline.sources.len(), read)?;
    let comparables = normalize::normalize_for(&pipeline, &loaded, &|column| settings.uses(column))?;
    let nodes = link::nodes::LinkNodes::build(&comparables)?;
    let links = link::link_nodes(&settings, &nodes, &pipeline.divisions)?;
    let secret = bidui::testing::privacy::test_identity()?;
    let resolution =
        resolve::resolve_nodes(&settings, &pipeline, &loaded, &nodes, &links, Some(&secret), None)?;
    drop((nodes, links));
    let inputs = ViewInputs {
        pipeline: &pipeline,
        loaded: &loaded,
        comparables: &comparables,
        resolution: &resolution,
        period: arguments[2].parse()?,
    };
    println!("{} MiB before the views", peak_mib());
    let lap = Lap::new();
    let views = views::build_views(&inputs, &rules, Vec::new(), &ViewPlacement::default())?;
    println!("{}  peak {} MiB  views", lap.text(), peak_mib());

    let lap = Lap::new();
    let found = bidui::testing::reconcile::run_rules(&rules, &views, inputs.period, &mut |_, _| {})?;
    println!("{}  peak {} MiB  all rules, {} found", lap.text(), peak_mib(), found.exceptions.len());
    let lap = Lap::new();
    track::track(
        found.exceptions,
        &track::Unjudged {
            not_run: &found.not_run,
            undecided: &found.undecided,
            held: &found.held,
            known: None,
            returned: &[],
        },
        None,
        &resolution.ledger,
        inputs.period,
        &secret,
    )?;
    println!("{}  peak {} MiB  tracking", lap.text(), peak_mib());

    let columns = rules.columns_read();
    let mut session = SqlSession::new();
    for (name, view) in &rules.catalogue.views {
        let (Some(columns), Some(table)) = (columns.get(name), views.get(name)) else {
            session.register(name, empty_frame(&view.columns));
            continue;
        };
        let lap = Lap::new();
        let frame = to_frame(&table.rows, &views.ids, |column| columns.contains(column))?;
        let names = frame.get_column_names();
        let (size, all) = (frame.estimated_size() >> 20, table.rows.schema().fields().len());
        println!("{} {:>9} rows {size:>5} MiB  {name}, of {all}: {names:?}", lap.text(), table.rows.count());
        session.register(name, frame);
    }
    let mut lines = Vec::new();
    let mut timed = |session: &SqlSession, name: &str, file: &SqlFile| -> Result<_> {
        let lap = Lap::new();
        let frame = session.select(&file.select)?;
        let (height, size) = (frame.height(), frame.estimated_size() >> 20);
        lines.push((lap.0.elapsed(), format!("{} {height:>9} rows {size:>5} MiB  {name}", lap.text())));
        Ok(frame)
    };
    let lap = Lap::new();
    for definition in &rules.definitions {
        let frame = timed(&session, &definition.header.name, &definition.file)?;
        session.register(&definition.header.name, frame);
    }
    println!("{} definitions", lap.text());
    for rule in &rules.rules {
        timed(&session, &rule.header.code, &rule.file)?;
    }
    println!("{} definitions and rules, one after the other", lap.text());
    lines.sort_by_key(|line| std::cmp::Reverse(line.0));
    lines.iter().for_each(|line| println!("{}", line.1));
    Ok(())
}
