//! `bidui link`: record linkage alone, generic columns, one or many tables.

use std::path::{Path, PathBuf};

use clap::Args;

use super::{BarProgress, Console, charts, plans};
use crate::engine;
use crate::link::generic;
use crate::progress::Progress as _;
use crate::{Error, Result};

/// Arguments of `bidui link`.
#[derive(Debug, Args)]
pub(super) struct LinkArguments {
    /// 匹配配置，例如 pipelines/febrl4/link.toml
    config: PathBuf,
    /// 结果文件夹（写入 link.parquet、cluster.parquet；单独的匹配配置另写 report.json）
    #[arg(long)]
    out: PathBuf,
    /// 数据文件所在文件夹（默认：配置文件所在文件夹）
    #[arg(long)]
    data: Option<PathBuf>,
    /// 只匹配这些数据来源（仅用于流水线的 link.toml；逗号分开）
    #[arg(long, value_delimiter = ',')]
    sources: Vec<String>,
    /// 另存一个网页：权重分布、无法匹配的记录、各轮次比较了多少对、m 与 u
    #[arg(long, value_name = "FILE")]
    charts: Option<PathBuf>,
    /// 线程数（默认：全部核心）
    #[arg(long)]
    threads: Option<usize>,
}

pub(super) fn execute(arguments: &LinkArguments, console: &mut Console<'_>) -> Result<u8> {
    // A link.toml beside a pipeline.toml speaks of that pipeline's sources.
    let root = arguments.config.parent().unwrap_or(Path::new("."));
    if root.join("pipeline.toml").is_file() {
        return pipeline(arguments, root, console);
    }
    let bar = BarProgress::new(console.progress, plans::UNKNOWN);
    bar.stage("匹配", None);
    let worker = console.worker.clone();
    let summary = super::run::run_with_threads(arguments.threads, || {
        let data = arguments.data.as_deref();
        generic::link_lists_read_by(worker.as_ref(), &arguments.config, data, &arguments.out)
    })??;
    bar.finish();
    if let Some(file) = &arguments.charts {
        charts::write(file, &summary.title, &arguments.out, &charts::of_report(&arguments.out)?)?;
    }
    if console.json {
        console.json(&summary)?;
        return Ok(0);
    }
    console.line(&summary.title)?;
    for (table, records) in &summary.records {
        console.line(&format!("  表 {table}\t{records}条记录"))?;
    }
    console.line(&format!("  比较\t{}对", summary.candidates))?;
    console.line(&format!("  接受\t{}对，归为{}组", summary.accepted, summary.clusters))?;
    console.line(&format!("  待审\t{}对", summary.review))?;
    if summary.refused > 0 {
        console.line(&format!("  权重够而组内不一致、未接受\t{}对", summary.refused))?;
    }
    for (keys, blocks, records) in &summary.skipped {
        console.line(&format!("  过大未比较\t{keys}：{blocks}块，{records}条记录"))?;
    }
    say_linked_files(&summary.files, console)
}

fn pipeline(arguments: &LinkArguments, root: &Path, console: &mut Console<'_>) -> Result<u8> {
    let data = arguments.data.as_deref().ok_or_else(|| {
        Error::usage("缺少 --data").in_file(&arguments.config).hint("用 --data 指向本期提取数据所在的文件夹")
    })?;
    let bar = BarProgress::new(console.progress, plans::LINK);
    let worker = console.worker.clone();
    let summary = super::run::run_with_threads(arguments.threads, || {
        engine::link_only(root, data, &arguments.out, &arguments.sources, worker.as_ref(), &bar)
    })??;
    bar.finish();
    if let Some(file) = &arguments.charts {
        let charts = charts::of_pipeline(&arguments.config, &summary.passes)?;
        charts::write(file, &summary.title, &arguments.out, &charts)?;
    }
    if console.json {
        console.json(&summary)?;
        return Ok(0);
    }
    console.line(&summary.title)?;
    for (source, records) in &summary.records {
        console.line(&format!("  {source}\t{records}条记录"))?;
    }
    console.line(&format!("  接受\t{}对，共{}人", summary.accepted, summary.persons))?;
    console.line(&format!("  待审\t{}对", summary.review))?;
    for line in &summary.unread {
        console.line(&format!("  未读\t{line}"))?;
    }
    say_linked_files(&summary.files, console)
}

fn say_linked_files(files: &[PathBuf], console: &mut Console<'_>) -> Result<u8> {
    for file in files {
        console.say(&format!("  写出 {}", file.display()))?;
    }
    Ok(0)
}
