//! `bidui triage bulletin`: how far counties and townships are, as a document. The clock is read here alone.

use std::path::PathBuf;

use clap::Args;

use super::Console;
use super::triage::{day, now, pipeline_folder};
use crate::bulletin::{BulletinPlan, write_bulletin};
use crate::config::Pipeline;
use crate::model::period::Period;
use crate::publication::snapshot::Snapshot;
use crate::rules::rule_set::RuleSet;
use crate::{Error, Result};

/// Arguments of `bidui triage bulletin`.
#[derive(Debug, Args)]
pub(super) struct BulletinArguments {
    /// 发布文件夹，即 run 的 --out
    #[arg(long)]
    out: PathBuf,
    /// 通报哪一期，例如 2018Q3（默认：最新一期）
    #[arg(long, visible_alias = "period")]
    quarter: Option<String>,
    /// 通报写到哪个文件（.docx，可再改）；已有的会被换掉
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
    /// 算到哪一天：谁超期、哪些核查结果还有效（默认：今天）
    #[arg(long, value_name = "DAY")]
    on: Option<String>,
    /// 流水线文件夹（默认在 pipelines/ 中按发布的标题找）
    #[arg(long)]
    pipeline: Option<PathBuf>,
}

pub(super) fn execute(arguments: &BulletinArguments, console: &mut Console<'_>) -> Result<u8> {
    let on = day(arguments.on.as_deref(), now().date())?;
    let ending = arguments.to.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    if ending.as_deref() != Some("docx") {
        return Err(Error::usage("通报只写成 .docx").in_file(&arguments.to).hint("例如 --to 通报.docx"));
    }
    let period = arguments.quarter.as_ref().map(|text| text.parse::<Period>()).transpose()?;
    let publication = match period {
        None => Snapshot::newest(&arguments.out)?,
        Some(period) => Snapshot::find(&arguments.out, period)?.ok_or_else(|| {
            Error::usage(format!("这里没有{period}的发布"))
                .in_file(&arguments.out)
                .hint("核对 --out 和 --quarter")
        })?,
    };
    let pipeline = Pipeline::open(&pipeline_folder(arguments.pipeline.as_deref(), &arguments.out)?)?;
    let words = RuleSet::load(&pipeline)?.settings.words().answers;
    let (out, to) = (arguments.out.clone(), arguments.to.clone());
    let done = write_bulletin(&BulletinPlan { out, publication, pipeline, words, on, to })?;
    if console.json {
        console.json(&done)?;
        return Ok(0);
    }
    let total = &done.counts.total;
    console.line(&format!(
        "通报：{}（应核查{}条，已核查{}条，属实{}条，超期{}条；{}个县区，{}个乡镇）",
        done.file.display(),
        total.due,
        total.checked,
        total.confirmed,
        total.overdue,
        done.counts.counties.len(),
        done.counts.townships.len()
    ))?;
    Ok(0)
}
