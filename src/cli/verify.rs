//! `bidui verify`: is a publication what was published, file by file?

use std::path::PathBuf;

use clap::Args;

use super::Console;
use crate::publication::snapshot::Snapshot;
use crate::publication::verification::VerificationFault;
use crate::{Error, Result};

/// Arguments of `bidui verify`.
#[derive(Debug, Args)]
pub(super) struct VerifyArguments {
    /// 发布，例如 out/2018Q3、out/2018Q3/latest 或其中的 run-… 文件夹
    publication: PathBuf,
}

pub(super) fn execute(arguments: &VerifyArguments, console: &mut Console<'_>) -> Result<u8> {
    let found = Snapshot::open(&arguments.publication)?.verify_all()?;
    if console.json {
        console.json(&found)?;
        return Ok(if found.whole { 0 } else { 2 });
    }
    if !found.whole {
        let fault =
            |one: &VerificationFault| Error::input(one.fault.words()).in_file(found.folder.join(&one.file));
        // The last word is what to do about all of them.
        let cure = Error::input(format!("发布不完好：{}个文件有问题", found.faults.len()))
            .in_file(&found.folder)
            .hint("从备份取回，或重新运行该期；清册里没有的文件移到别处");
        let all = found.faults.iter().map(fault).chain([cure]);
        return Error::together(all).map_or(Ok(2), Err);
    }
    console.line(&format!(
        "发布完好：{}（{}，{}个文件，{}字节）",
        found.folder.display(),
        found.period,
        found.files,
        found.bytes
    ))?;
    if found.deleted > 0 {
        console.line(&format!(
            "其中{}个文件按期限已删除，不是损坏（{}）",
            found.deleted,
            found.deleted_by.join("；")
        ))?;
    }
    Ok(0)
}
