//! `bidui tidy`: deletes what has had its time. The clock and the user's name are read here alone.

use std::path::PathBuf;

use clap::Args;
use jiff::civil::Date;

use super::Console;
use super::key_files::KeyArguments;
use super::triage::{by_whom, day, identity, moment, now, pipeline_folder};
use crate::config::Pipeline;
use crate::upkeep::{TidyPlan, TidySummary, tidy};
use crate::{Error, Result};

/// Arguments of `bidui tidy`.
#[derive(Debug, Args)]
pub(super) struct TidyArguments {
    /// 发布文件夹，即 run 的 --out
    #[arg(long)]
    out: PathBuf,
    /// 按哪一天算到没到期限，例如 2026-11-28（不能晚于今天；默认：今天）
    #[arg(long, value_name = "DAY")]
    on: Option<String>,
    /// 只看会删什么，什么也不删
    #[arg(long)]
    dry_run: bool,
    /// 流水线文件夹，期限写在它的 pipeline.toml 的 retention 一节（默认在 pipelines/ 中按发布的标题找）
    #[arg(long)]
    pipeline: Option<PathBuf>,
    /// 经手人，记入删除日志（默认：登录名）
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
    #[command(flatten)]
    keys: KeyArguments,
}

pub(super) fn execute(arguments: &TidyArguments, console: &mut Console<'_>) -> Result<u8> {
    let now = now();
    let on = day(arguments.on.as_deref(), now.date())?;
    if on > now.date() {
        return Err(
            Error::usage(format!("--on {on} 晚于今天：还没到期限的会被删掉")).hint("写今天或更早的日期")
        );
    }
    let pipeline = Pipeline::open(&pipeline_folder(arguments.pipeline.as_deref(), &arguments.out)?)?;
    let retention = pipeline.settings.retention.clone();
    if retention.is_empty() {
        return Err(Error::configuration("pipeline.toml 里没有写保存期限（[retention]），不知道什么该删")
            .in_file(pipeline.root.join("pipeline.toml"))
            .hint("例如 [retention] restricted = \"2 years\"、runs = \"4 runs\"、answers = \"5 years\"、returned = \"2 years\""));
    }
    let done = tidy(&TidyPlan {
        out: arguments.out.clone(),
        on,
        retention,
        identity: identity(&arguments.keys, &arguments.out)?,
        dry_run: arguments.dry_run,
        recorded_at: moment(&now),
        recorded_by: by_whom(arguments.by.as_ref()),
    })?;
    match console.json {
        true => console.whole_json(&done)?,
        false => tell(&done, on, console)?,
    }
    Ok(0)
}

fn tell(done: &TidySummary, on: Date, console: &mut Console<'_>) -> Result<()> {
    let verb = if done.dry_run { "将删除" } else { "已删除" };
    for one in &done.deleted {
        let due = one.due.as_ref().map_or_else(String::new, |due| format!("，期限{due}"));
        console.line(&format!(
            "{verb}\t{}\t{}\t{}个，{}字节（{}{due}）",
            one.kind.title(),
            one.place,
            one.count,
            one.bytes,
            one.rule
        ))?;
    }
    for one in &done.kept {
        console.line(&format!(
            "没有删\t{}\t{}\t{}个：{}",
            one.kind.title(),
            one.place,
            one.count,
            one.why
        ))?;
    }
    if done.finished > 0 {
        console.line(&format!(
            "上次中断的删除{}处，{}",
            done.finished,
            if done.dry_run { "将接着删完" } else { "已接着删完" }
        ))?;
    }
    if done.deleted.is_empty() {
        console.line(&format!("按{on}算，没有要删的"))?;
    } else if !done.dry_run {
        console.line("已记入删除日志 deletions.jsonl")?;
    }
    if !done.without_time.is_empty() {
        console.say(&format!("提醒：没有写期限、一直保存的：{}", done.without_time.join("、")))?;
    }
    for note in &done.notes {
        console.say(&format!("提醒：{note}"))?;
    }
    Ok(())
}
