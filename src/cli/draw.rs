//! `bidui triage draw`: answered findings that are to be checked again.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::Console;
use super::key_files::KeyArguments;
use super::triage::{LevelArgument, by_whom, clock, identity, pipeline_folder};
use crate::answers::{DrawPer, DrawPlan, ReviewLevel};
use crate::config::Pipeline;
use crate::page::{DrawRequest, DrawnRow, draw_answers};
use crate::privacy::officers_csv::OfficersCsv;
use crate::rules::rule_set::RuleSet;
use crate::{Error, Result};

/// Arguments of `bidui triage draw`.
#[derive(Debug, Args)]
pub(super) struct DrawArguments {
    /// 发布文件夹，即 run 的 --out
    #[arg(long)]
    out: PathBuf,
    /// 抽几条
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=1000))]
    number: u32,
    /// 种子：同一个种子、同样的核查结果，抽出的相同
    #[arg(long)]
    seed: u32,
    /// 抽这么多条：一共，每个乡镇，或每个核查人
    #[arg(long, value_enum, default_value_t = PerArgument::All)]
    per: PerArgument,
    /// 只抽一个县或乡镇（代码）
    #[arg(long, value_name = "CODE", default_value = "")]
    area: String,
    /// 由哪一级复查：县（county）或市（city）
    #[arg(long, value_enum, default_value_t = LevelArgument::County)]
    level: LevelArgument,
    /// 抽查人（默认：登录名）
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
    /// 流水线文件夹（默认在 pipelines/ 中按发布的标题找）
    #[arg(long)]
    pipeline: Option<PathBuf>,
    #[command(flatten)]
    keys: KeyArguments,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum PerArgument {
    /// 一共
    All,
    /// 每个乡镇
    Township,
    /// 每个核查人
    Officer,
}

pub(super) fn execute(arguments: &DrawArguments, console: &mut Console<'_>) -> Result<u8> {
    let level = ReviewLevel::from(arguments.level);
    if level < ReviewLevel::County {
        return Err(Error::usage("抽查由县级或市级办理").hint("用 --level county 或 --level city"));
    }
    let pipeline = Pipeline::open(&pipeline_folder(arguments.pipeline.as_deref(), &arguments.out)?)?;
    if !arguments.area.is_empty() && pipeline.divisions.name_of(&arguments.area).is_none() {
        return Err(Error::usage(format!("区划表里没有代码“{}”", arguments.area)).hint("县写6位，乡镇写9位"));
    }
    let per = match arguments.per {
        PerArgument::All => DrawPer::All,
        PerArgument::Township => DrawPer::Township,
        PerArgument::Officer => DrawPer::Officer,
    };
    let (seed, number, area) = (arguments.seed, arguments.number, arguments.area.clone());
    let drawn = draw_answers(DrawRequest {
        out: arguments.out.clone(),
        words: RuleSet::load(&pipeline)?.settings.words(),
        identity: identity(&arguments.keys, &arguments.out)?,
        plan: DrawPlan { seed, number, per, area, level },
        by: by_whom(arguments.by.as_ref()),
        now: clock(),
    })?;
    if console.json {
        console.json(&drawn)?;
        return Ok(0);
    }
    let lines = std::iter::once(DrawnRow::TITLES).chain(drawn.rows.iter().map(DrawnRow::cells));
    for cells in lines {
        let line = if console.csv { csv_line(&cells)? } else { cells.join("\t") };
        console.line(&line)?;
    }
    let told = match drawn.is_new {
        true => format!("抽出{}条，记为第{}批；撤销用 bidui triage undo", drawn.rows.len(), drawn.batch),
        false => format!("同样的抽查已经有了（第{}批），没有另记", drawn.batch),
    };
    console.say(&told)?;
    Ok(0)
}

/// A row as CSV, without the end of its line.
fn csv_line(cells: &[&str]) -> Result<String> {
    let mut csv = OfficersCsv::piped(Vec::new());
    let bytes = csv.row(cells).and_then(|()| csv.finish());
    let bytes = bytes.map_err(|e| Error::internal("写不成 CSV").caused_by(e))?;
    Ok(String::from_utf8_lossy(&bytes).trim_end_matches('\n').to_owned())
}
