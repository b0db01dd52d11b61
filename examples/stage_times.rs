//! Wall time of every stage of `bidui link` over a pipeline: where the time goes.
//!
//! `cargo run --release --example stage_times -- PIPELINE DATA [SOURCE…]`
#![allow(clippy::print_stdout)] // A bench for the terminal.

use std::path::Path;
use std::time::Instant;

use bidui::config::Pipeline;
use bidui::config::link::LinkSettings;
use bidui::{link, load, normalize, resolve};

fn peak_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|l| l.starts_with("VmHWM")).unwrap_or("");
    line.split_whitespace().nth(1).and_then(|n| n.parse::<u64>().ok()).unwrap_or(0) / 1024
}

fn main() -> bidui::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (root, data, only) = (Path::new(&arguments[0]), Path::new(&arguments[1]), &arguments[2..]);
    let mut last = Instant::now();
    let mut lap = |name: &str| {
        println!("{name:<12} {:>8.2} s  peak {:>6} MiB", last.elapsed().as_secs_f64(), peak_mib());
        last = Instant::now();
    };
    let pipeline = Pipeline::open(root)?;
    let settings = LinkSettings::open(&root.join("link.toml"))?;
    lap("open");
    let mut loaded = Vec::new();
    for (index, source) in pipeline.sources.iter().enumerate() {
        if only.is_empty() || only.contains(&source.name) {
            loaded.extend(load::load_source(&pipeline, index, data, None)?);
            lap(&source.name);
        }
    }
    let comparables = normalize::normalize(&pipeline, &loaded)?;
    lap("normalize");
    let nodes = link::nodes::Nodes::build(&comparables)?;
    drop(comparables);
    lap("nodes");
    let links = link::link_nodes(&settings, &nodes, &pipeline.divisions)?;
    lap("link");
    for pass in &links.passes {
        println!(
            "    {:<24} {:>10} records {:>10} pairs {:>10} new",
            pass.name, pass.records, pass.pairs, pass.new_pairs
        );
    }
    let accepted = links.decision.iter().filter(|d| **d == link::Decision::Accept).count();
    println!("    {} accepted, {} for review", accepted, links.left.len() - accepted);
    let resolution = resolve::resolve_nodes(&settings, &pipeline, &loaded, &nodes, &links, None)?;
    lap("resolve");
    println!("    {} persons", resolution.person_ids.len());
    Ok(())
}
