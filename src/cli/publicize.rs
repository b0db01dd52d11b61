//! `bidui publicize`: lists that are hung out.

use std::path::PathBuf;

use clap::Args;

use super::Console;
use super::triage::pipeline_folder;
use crate::Result;
use crate::config::Pipeline;
use crate::publication::snapshot::Snapshot;
use crate::publicity::{PublicityPlan, write_public_lists};

/// Arguments of `bidui publicize`.
#[derive(Debug, Args)]
pub(super) struct PublicizeArguments {
    /// 发布，例如 out/2018Q3；给出发布文件夹时用最新一期
    publication: PathBuf,
    /// 公示名单写到哪个文件夹（新建）
    #[arg(long, value_name = "DIR")]
    to: PathBuf,
    /// 流水线文件夹，公示谁、哪些列写在它的 pipeline.toml 的 publicity 一节（默认在 pipelines/ 中按发布的标题找）
    #[arg(long)]
    pipeline: Option<PathBuf>,
}

pub(super) fn execute(arguments: &PublicizeArguments, console: &mut Console<'_>) -> Result<u8> {
    let pipeline = pipeline_folder(arguments.pipeline.as_deref(), &arguments.publication)?;
    let plan = PublicityPlan {
        pipeline: Pipeline::open(&pipeline)?,
        publication: Snapshot::newest(&arguments.publication)?,
        to: arguments.to.clone(),
    };
    let done = write_public_lists(&plan)?;
    if console.json {
        console.json(&done)?;
        return Ok(0);
    }
    console.line(&format!(
        "公示名单{}份（每份有 xlsx 和 csv），{}户{}行：{}",
        done.lists,
        done.households,
        done.lines,
        done.folder.display()
    ))?;
    console.line(&format!("按 [publicity] 不公示的记录{}条", done.left_out))?;
    for (count, what) in [
        (done.minors, "未成年人，只写监护人"),
        (done.unknown_age, "年龄不明，按未成年人处理，只写监护人"),
        (done.without_guardian, "找不到监护人，没有写姓名，请核对后补"),
        (done.without_place, "不知道是哪个乡镇的，不在任何一份名单上"),
    ] {
        if count > 0 {
            console.line(&format!("{count}条{what}"))?;
        }
    }
    console.say("张贴前请逐份看一遍；公示期满后收回，不在网上长期保留")?;
    Ok(0)
}
