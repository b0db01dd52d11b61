//! `bidui train`: match weights from the data, written to a file that is then pinned.

use std::path::{Path, PathBuf};

use clap::Args;

use super::{BarProgress, Console, plans};
use crate::engine;
use crate::link::{generic, train};
use crate::progress::Progress as _;
use crate::{Error, Result};

/// Arguments of `bidui train`.
#[derive(Debug, Args)]
pub(super) struct TrainArguments {
    /// 流水线文件夹（或其 link.toml），或单独的匹配配置，例如 pipelines/febrl4/link.toml
    config: PathBuf,
    /// 权重写到哪个文件（之后在 link.toml 里写 weights = "文件名" 固定下来）
    #[arg(long)]
    out: PathBuf,
    /// 数据文件所在文件夹（单独的匹配配置默认：配置文件所在文件夹）
    #[arg(long)]
    data: Option<PathBuf>,
    /// 按已知答案训练：bidui synth 写出的 truth 文件夹，或含 record_id 与 entity(person)的文件（仅流水线）
    #[arg(long)]
    truth: Option<PathBuf>,
    /// 随机抽样的种子（仅流水线；单独的匹配配置写在文件里）
    #[arg(long, default_value_t = 20_181_231)]
    seed: u64,
    /// 只用这些数据来源（仅流水线；逗号分开）
    #[arg(long, value_delimiter = ',')]
    sources: Vec<String>,
    /// 线程数（默认：全部核心）
    #[arg(long)]
    threads: Option<usize>,
}

pub(super) fn execute(arguments: &TrainArguments, console: &mut Console<'_>) -> Result<u8> {
    let bar = BarProgress::new(console.progress, plans::UNKNOWN);
    let worker = console.worker.clone();
    let config = match arguments.config.is_dir() {
        true => arguments.config.join("link.toml"),
        false => arguments.config.clone(),
    };
    let root = config.parent().unwrap_or(Path::new("."));
    if !root.join("pipeline.toml").is_file() {
        if arguments.truth.is_some() {
            return Err(Error::usage("单独的匹配配置只按数据训练，不用 --truth"));
        }
        bar.stage("训练", None);
        let model = super::run::run_with_threads(arguments.threads, || {
            generic::train_on_lists(&config, arguments.data.as_deref(), &arguments.out, worker.as_ref())
        })??;
        bar.finish();
        if console.json {
            console.json(&model)?;
            return Ok(0);
        }
        console.line(&format!(
            "{}条记录，比较{}对（其中随机{}对），{}轮；估计同一人的记录对{}对",
            model.provenance.records,
            model.provenance.pairs,
            model.provenance.random_pairs,
            model.provenance.rounds,
            model.expected_matches
        ))?;
        console.line("链接列\t等级\tm\tu\t权重（比特）")?;
        for (c, column) in model.columns.iter().enumerate() {
            for (l, code) in column.levels.iter().enumerate().skip(1) {
                let [m, u] = [0, 1].map(|k| model.classes[k].levels[c][l]);
                print_trained_level(&column.name, code, Some((m, u)), m - u, console)?;
            }
        }
    } else {
        let data = arguments.data.as_deref().ok_or_else(|| {
            Error::usage("缺少 --data").in_file(&config).hint("用 --data 指向本期提取数据所在的文件夹")
        })?;
        let trained = super::run::run_with_threads(arguments.threads, || {
            engine::train_pipeline(
                root,
                data,
                arguments.truth.as_deref(),
                &arguments.sources,
                arguments.seed,
                worker.as_ref(),
                &bar,
            )
        })??;
        let file = trained.weights;
        let title = crate::link::settings::LinkSettings::open(&config)?.title;
        train::write_weights_file(&file, &title, &arguments.out)?;
        bar.finish();
        for line in &trained.unread {
            console.say(&format!("  未读  {line}"))?;
        }
        if console.json {
            console.json(&file)?;
            return Ok(0);
        }
        let p = &file.provenance;
        console.line(&format!(
            "{}条记录，比较{}对（其中随机{}对），{}轮",
            p.records, p.pairs, p.random_pairs, p.rounds
        ))?;
        console.line("比较项\t等级\tm\tu\t权重（比特）")?;
        for (name, levels) in &file.weights {
            for (code, weight) in levels {
                let at = |table: &std::collections::BTreeMap<
                    String,
                    std::collections::BTreeMap<String, i32>,
                >| { table.get(name).and_then(|levels| levels.get(code)).copied() };
                print_trained_level(name, code, at(&file.m).zip(at(&file.u)), *weight, console)?;
            }
        }
    }
    console.say(&format!("  写出 {}", arguments.out.display()))?;
    Ok(0)
}

fn print_trained_level(
    name: &str,
    code: &str,
    shares: Option<(i32, i32)>,
    weight: i32,
    console: &mut Console<'_>,
) -> Result<()> {
    let share = |bits: i32| format!("{:.6}", (f64::from(bits) / 1000.0).exp2());
    let (m, u) = shares.map_or((String::new(), String::new()), |(m, u)| (share(m), share(u)));
    console.line(&format!("{name}\t{code}\t{m}\t{u}\t{:.3}", f64::from(weight) / 1000.0))
}
