//! Wall and CPU time and peak memory of every stage of `bidui run`: where the time goes.
//!
//! `cargo bench --bench run_times -- PIPELINE DATA QUARTER OUT [PREVIOUS [MEGABYTES]]`
#![allow(clippy::print_stdout)] // A bench for the terminal.

mod arguments;
mod usage;

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Instant;

use bidui::testing::config::Pipeline;
use bidui::testing::engine::{Engine, RunPlan, run};
use bidui::testing::link::settings::LinkSettings;
use bidui::testing::progress::Progress;
use bidui::testing::publication::snapshot::Snapshot;
use bidui::testing::rules::rule_set::RuleSet;
use usage::{cpu, peak_mib};

/// Prints a line whenever the next stage begins.
struct Laps(Mutex<(String, Instant, f64)>);

impl Progress for Laps {
    fn stage(&self, title: &str, _units: Option<u64>) {
        if let Ok(mut lap) = self.0.lock() {
            let now = cpu();
            println!(
                "{:>8.2} s  cpu {:>7.2} s  peak {:>6} MiB  {}",
                lap.1.elapsed().as_secs_f64(),
                now - lap.2,
                peak_mib(),
                lap.0
            );
            *lap = (title.to_owned(), Instant::now(), now);
        }
    }
    fn advance(&self, _units: u64) {}
}

fn main() -> bidui::Result<()> {
    let Some(arguments) =
        arguments::after_the_dashes("run_times PIPELINE DATA QUARTER OUT [PREVIOUS [MEGABYTES]]", 4)
    else {
        return Ok(());
    };
    let root = Path::new(&arguments[0]);
    let whole = Instant::now();
    let laps = Laps(Mutex::new(("打开流水线".to_owned(), Instant::now(), 0.0)));
    let pipeline = Pipeline::open(root)?;
    let rules = RuleSet::load(&pipeline)?;
    let plan = RunPlan {
        tolerance: Default::default(),
        worker: None,
        pipeline,
        rules,
        link: LinkSettings::open(&root.join("link.toml"))?,
        period: arguments[2].parse()?,
        issued: None,
        data: PathBuf::from(&arguments[1]),
        out: PathBuf::from(&arguments[3]),
        previous: arguments
            .get(4)
            .filter(|a| !a.is_empty())
            .map(|folder| Snapshot::open(folder.as_ref()))
            .transpose()?,
        engine: match arguments.get(5).and_then(|megabytes| megabytes.parse::<u64>().ok()) {
            Some(megabytes) => Engine::Buckets { memory: megabytes * 1_000_000 },
            None => Engine::Memory,
        },
        secrets: bidui::testing::privacy::test_secrets()?,
    };
    run(&plan, &laps)?;
    laps.stage("", None);
    println!("{:>8.2} s in all", whole.elapsed().as_secs_f64());
    Ok(())
}
