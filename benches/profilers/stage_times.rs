//! Wall time of every stage of `bidui link` over a pipeline: where the time goes.
//!
//! `cargo bench --bench stage_times -- PIPELINE DATA [SOURCE…]`
#![allow(clippy::print_stdout)] // A bench for the terminal.

mod arguments;
mod usage;

use std::path::Path;
use std::time::Instant;

use bidui::testing::config::Pipeline;
use bidui::testing::link;
use bidui::testing::link::settings::LinkSettings;
use bidui::testing::load;
use bidui::testing::normalize;
use bidui::testing::resolve;
use usage::{cpu, peak_mib};

fn main() -> bidui::Result<()> {
    let Some(arguments) = arguments::after_the_dashes("stage_times PIPELINE DATA [SOURCE…]", 2) else {
        return Ok(());
    };
    let (root, data, only) = (Path::new(&arguments[0]), Path::new(&arguments[1]), &arguments[2..]);
    let mut last = Instant::now();
    let mut before = 0.0;
    let mut lap = |name: &str| {
        let (wall, now) = (last.elapsed().as_secs_f64(), cpu());
        println!("{name:<16} {wall:>8.2} s  cpu {:>6.2} s  peak {:>6} MiB", now - before, peak_mib());
        before = now;
        last = Instant::now();
    };
    let pipeline = Pipeline::open(root)?;
    let settings = LinkSettings::open(&root.join("link.toml"))?;
    lap("open");
    let loaded = load::load_several(pipeline.sources.len(), |index| match &pipeline.sources[index] {
        source if only.is_empty() || only.contains(&source.name) => {
            load::load_for_linking(&pipeline, index, data, None)
        }
        _ => Ok(None),
    })?;
    lap("load");
    let comparables = normalize::normalize_for(&pipeline, &loaded, &|column| settings.uses(column))?;
    lap("normalize");
    let nodes = link::nodes::LinkNodes::build(&comparables)?;
    lap("nodes");
    let links = link::link_nodes(&settings, &nodes, &pipeline.divisions)?;
    lap("link");
    for pass in &links.passes {
        println!(
            "    {:<24} {:>10} records {:>10} pairs {:>10} new",
            pass.name, pass.records, pass.pairs, pass.new_pairs
        );
    }
    let accepted =
        links.decision.iter().filter(|d| **d == bidui::testing::model::links::Decision::Accept).count();
    println!("    {} accepted, {} for review", accepted, links.left.len() - accepted);
    let resolution = resolve::resolve_nodes(
        &settings,
        &pipeline,
        &loaded,
        &nodes,
        &links,
        Some(&bidui::testing::privacy::test_identity()?),
        None,
    )?;
    lap("resolve");
    println!("    {} persons", resolution.person_ids.len());
    Ok(())
}
