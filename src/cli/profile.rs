//! `bidui profile`: what a new extract looks like, and a draft contract for it.

use std::path::PathBuf;

use clap::Args;

use super::Console;
use crate::Result;
use crate::profile;

/// Arguments of `bidui profile`.
#[derive(Debug, Args)]
pub(super) struct ProfileArguments {
    /// 要看的文件
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// 只输出起草的数据来源文件(TOML)
    #[arg(long)]
    draft: bool,
}

pub(super) fn execute(arguments: &ProfileArguments, console: &mut Console<'_>) -> Result<u8> {
    let profile = profile::profile_read_by(console.worker.as_ref(), &arguments.files)?;
    if console.json {
        console.json(&profile)?;
    } else if arguments.draft {
        console.line(profile.draft.trim_end())?;
    } else {
        console.line(profile.text().trim_end())?;
    }
    Ok(0)
}
