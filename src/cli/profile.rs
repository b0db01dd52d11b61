//! `bidui profile`: what a new extract looks like, which contract of a pipeline it fits, and what to write.

use std::path::{Path, PathBuf};

use clap::Args;

use super::Console;
use crate::config::Pipeline;
use crate::profile::like::{self, PipelineFit};
use crate::table::whole_file::write_whole_file;
use crate::{Error, Result, profile};

/// Arguments of `bidui profile`.
#[derive(Debug, Args)]
pub(super) struct ProfileArguments {
    /// 要看的文件
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// 只输出起草的数据来源文件(TOML)
    #[arg(long)]
    draft: bool,
    /// 与此流水线的各份约定相比：每个文件是哪一份名单，差什么
    #[arg(long, value_name = "PIPELINE", conflicts_with = "draft")]
    like: Option<PathBuf>,
    /// 把补充的约定写进 --like 的流水线文件夹（原有内容保留）
    #[arg(long, requires = "like")]
    write: bool,
}

pub(super) fn execute(arguments: &ProfileArguments, console: &mut Console<'_>) -> Result<u8> {
    if let Some(folder) = &arguments.like {
        let pipeline = Pipeline::open(folder)?;
        let fit = like::fit_to_pipeline(console.worker.as_ref(), &arguments.files, &pipeline)?;
        tell_notices(&fit.profile, console)?;
        if console.json {
            console.json(&fit)?;
        } else {
            console.line(fit.text(folder).trim_end())?;
        }
        return if arguments.write { write_changes(&fit, folder, console) } else { Ok(0) };
    }
    let profile = profile::profile_read_by(console.worker.as_ref(), &arguments.files)?;
    if console.json {
        console.json(&profile)?;
    } else if arguments.draft {
        tell_notices(&profile, console)?;
        console.line(profile.draft.trim_end())?;
    } else {
        console.line(profile.text().trim_end())?;
    }
    Ok(0)
}

/// Says what the reader told of the files, where the output does not.
fn tell_notices(profile: &profile::ProfiledFiles, console: &mut Console<'_>) -> Result<()> {
    profile.notices().try_for_each(|notice| console.say(&format!("注意：{notice}")))
}

/// Writes what was planned, unless the files could not be read with it.
fn write_changes(fit: &PipelineFit, folder: &Path, console: &mut Console<'_>) -> Result<u8> {
    if let Some(refused) = &fit.refused {
        return Err(Error::configuration(format!("没有写：按这些约定还读不进文件：{refused}"))
            .in_file(folder)
            .hint("逐个文件运行 bidui profile 文件 --like 流水线，看是哪一份"));
    }
    for change in &fit.changes {
        let path = folder.join(&change.path);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(|e| Error::io("新建文件夹", parent, e))?;
        }
        write_whole_file(&path, 0o644, change.text.as_bytes())?;
        let done = if change.exists { "已补充（原有内容保留）" } else { "已新建" };
        console.say(&format!("{done} {}", path.display()))?;
    }
    if fit.changes.is_empty() {
        console.say("没有要写的")?;
    }
    console.say(&format!("下一步：bidui check {} --data 数据文件夹", folder.display()))?;
    Ok(0)
}
