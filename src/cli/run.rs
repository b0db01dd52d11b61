//! `bidui run`: one quarter, from extracts to publication.

use std::path::PathBuf;

use clap::Args;
use jiff::civil::Date;

use super::key_files::KeyArguments;
use super::{BarProgress, Console, plans};
use crate::config::Pipeline;
use crate::engine::baseline::find_baseline;
use crate::engine::{self, BegunRun, Engine, RunPlan, RunTolerance};
use crate::link::settings::LinkSettings;
use crate::model::exception::Severity;
use crate::model::period::Period;
use crate::publication::snapshot::Snapshot;
use crate::rules::rule_set::RuleSet;
use crate::{Error, Result};

/// Arguments of `bidui run`, as typed.
#[derive(Debug, Args)]
pub(super) struct RunArguments {
    #[command(flatten)]
    pipeline: super::PipelineArgument,
    /// 期别，例如 2018Q3 或 2025M03
    #[arg(long, visible_alias = "period")]
    quarter: String,
    /// 提取数据所在文件夹
    #[arg(long)]
    data: PathBuf,
    /// 清单下发的日期，例如 2018-10-12，期限从这一天起按工作日计（默认：期末那天）
    #[arg(long, value_parser = parse_issue_day)]
    issued: Option<Date>,
    /// 发布文件夹（其下生成 2018Q3/run-… 和指向它的 2018Q3/latest）
    #[arg(long)]
    out: PathBuf,
    /// 要接着的发布，例如 out/2018Q2（默认：发布文件夹中最近的更早一期）
    #[arg(long)]
    previous: Option<PathBuf>,
    /// 第一次发布：没有可对照的更早的发布，疑点全部算新增
    #[arg(long, conflicts_with = "previous")]
    first: bool,
    /// 在哪里运行各阶段
    #[arg(long, value_enum)]
    engine: Option<EngineKind>,
    /// 内存预算，例如 2GB；给出后大表放在发布文件夹的临时文件里，逐桶运行规则
    #[arg(long, value_parser = parse_run_memory)]
    memory: Option<u64>,
    /// 线程数（默认：全部核心）
    #[arg(long)]
    threads: Option<usize>,
    /// 数据文件夹里有不属于任何来源、又可能有数据的文件时也继续（逐个列出）
    #[arg(long)]
    allow_unclaimed: bool,
    /// 数据不齐（期别不符、缺县、部分文件缺列）也继续，作为首要提醒列出
    #[arg(long)]
    allow_partial: bool,
    /// 只运行这些规则（编号或编号前缀，可多次给出或用逗号分开）
    #[arg(long, visible_alias = "only", value_delimiter = ',')]
    select: Vec<String>,
    /// 有达到此严重程度的未解决疑点时，退出码为 1
    #[arg(long, value_enum)]
    fail_on: Option<FailOn>,
    #[command(flatten)]
    keys: KeyArguments,
    /// 更换假名密钥：tables/ 里的假名全部换新，编号、疑点和核查结果不受影响
    #[arg(long)]
    rotate_key: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum EngineKind {
    /// 全部在内存中（默认）
    Memory,
    /// 大表在磁盘上，逐桶运行（给出 --memory 时的默认；内存预算默认 2GB）
    Buckets,
}

/// The day on which lists are handed out.
fn parse_issue_day(text: &str) -> std::result::Result<Date, String> {
    text.parse().map_err(|_| "应为日期，例如 2018-10-12".to_owned())
}

/// The memory of a run: at least 100 MB.
pub(super) fn parse_run_memory(text: &str) -> std::result::Result<u64, String> {
    match parse_memory(text)? {
        bytes if bytes < 100_000_000 => Err("内存预算至少 100MB".to_owned()),
        bytes => Ok(bytes),
    }
}

/// `2GB`, `1500MB`, `800MiB`: decimal and binary units, or plain bytes.
pub(super) fn parse_memory(text: &str) -> std::result::Result<u64, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = match text[digits.len()..].to_ascii_uppercase().as_str() {
        "" | "B" => 1,
        "M" | "MB" => 1_000_000,
        "MIB" => 1 << 20,
        "G" | "GB" => 1_000_000_000,
        "GIB" => 1 << 30,
        _ => return Err("单位应为 MB、GB、MiB 或 GiB，例如 2GB".to_owned()),
    };
    let number: f64 = digits.trim().parse().map_err(|_| "应为数量加单位，例如 2GB".to_owned())?;
    Ok((number * f64::from(unit)) as u64)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
#[value(rename_all = "UPPER")]
enum FailOn {
    S1,
    S2,
    S3,
    S4,
}

impl From<FailOn> for Severity {
    fn from(value: FailOn) -> Self {
        match value {
            FailOn::S1 => Self::S1,
            FailOn::S2 => Self::S2,
            FailOn::S3 => Self::S3,
            FailOn::S4 => Self::S4,
        }
    }
}

pub(super) fn execute(arguments: &RunArguments, console: &mut Console<'_>) -> Result<u8> {
    let (plan, begun) = plan(arguments, console)?;
    let bar = BarProgress::new(console.progress, plans::RUN);
    let outcome = run_with_threads(arguments.threads, || engine::run_begun(&plan, begun, &bar));
    bar.finish();
    let outcome = outcome??;
    for warning in &outcome.publication.warnings {
        let _ = console.say(&format!("提醒：{warning}"));
    }
    let told = match console.json {
        true => console.json(&outcome.publication),
        false => console.line(&outcome.summary),
    };
    // It is published, whether or not anybody can be told.
    if told.is_err() {
        let folder = outcome.publication.folder.display();
        let _ = console.say(&format!("提醒：已发布到 {folder}，但结果写不到标准输出"));
    }
    let failing =
        arguments.fail_on.is_some_and(|limit| outcome.worst_open.is_some_and(|w| w <= limit.into()));
    Ok(u8::from(failing))
}

/// Raw arguments → everything checked that can be checked before reading data. Then the output folder is locked, and only
/// then it is looked what the run goes on from, and keys are made.
fn plan(arguments: &RunArguments, console: &mut Console<'_>) -> Result<(RunPlan, BegunRun)> {
    let period: Period = arguments.quarter.parse()?;
    let pipeline = Pipeline::open(&arguments.pipeline.pipeline)?;
    let mut rules = RuleSet::load(&pipeline)?;
    if let Some(first) = crate::reconcile::check_rules(&rules).into_iter().next() {
        return Err(first);
    }
    select_rules_to_run(&mut rules, &arguments.select)?;
    let link = LinkSettings::of_pipeline(&pipeline)?;
    if !arguments.data.is_dir() {
        return Err(Error::usage("找不到提取数据文件夹")
            .in_file(&arguments.data)
            .hint("用 --data 指向本期提取数据所在的文件夹"));
    }
    let engine = match (arguments.engine, arguments.memory) {
        (Some(EngineKind::Memory), Some(_)) => {
            return Err(Error::usage("--memory 与 --engine memory 不能同时给出")
                .hint("内存预算用于 --engine buckets；去掉其中一个"));
        }
        (Some(EngineKind::Memory) | None, None) => Engine::Memory,
        (_, memory) => Engine::Buckets { memory: memory.unwrap_or(2_000_000_000) },
    };
    let mut folders =
        vec![("发布文件夹", arguments.out.as_path()), ("提取数据文件夹", arguments.data.as_path())];
    folders.extend(pipeline.layers.all().iter().map(|layer| ("流水线文件夹", layer.folder.as_path())));
    arguments.keys.check_places(&folders)?;
    let (places, what) = ((&*arguments.data, &*arguments.out), (period, &pipeline));
    let begun = BegunRun::begin(places, what, || match &arguments.previous {
        Some(folder) => Snapshot::open(folder).map(Some),
        None => find_baseline(&arguments.out, period, arguments.first),
    })?;
    let previous = begun.previous.clone();
    folders.extend(previous.as_ref().map(|previous| ("上一期的发布", previous.folder())));
    let secrets = arguments.keys.secrets(&begun.published, &folders, arguments.rotate_key, console)?;
    let plan = RunPlan {
        engine,
        tolerance: RunTolerance {
            unclaimed: arguments.allow_unclaimed,
            partial: arguments.allow_partial,
            rotated_key: arguments.rotate_key,
        },
        worker: console.worker.clone(),
        pipeline,
        rules,
        link,
        period,
        issued: arguments.issued,
        data: arguments.data.clone(),
        out: arguments.out.clone(),
        previous,
        secrets,
    };
    Ok((plan, begun))
}

/// Keeps the rules whose code is, or begins with, one of `wanted`; all if nothing is wanted.
fn select_rules_to_run(rules: &mut RuleSet, wanted: &[String]) -> Result<()> {
    for code in wanted {
        if !rules.rules.iter().any(|r| r.header.code.starts_with(code.as_str())) {
            return Err(
                Error::usage(format!("没有编号以“{code}”开头的规则")).hint("用 bidui rules 查看全部编号")
            );
        }
    }
    if !wanted.is_empty() {
        let asked = |code: &str| wanted.iter().any(|w| code.starts_with(w.as_str()));
        let codes = rules.rules.iter().map(|r| r.header.code.clone());
        rules.unasked = codes.filter(|code| !asked(code)).collect();
        rules.rules.retain(|r| asked(&r.header.code));
    }
    Ok(())
}

/// Runs `work` on a pool of `threads` threads (default: one per core).
pub(super) fn run_with_threads<T: Send>(
    threads: Option<usize>,
    work: impl FnOnce() -> T + Send,
) -> Result<T> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads.unwrap_or(0))
        .build()
        .map_err(Error::no_thread)?;
    Ok(pool.install(work))
}
