//! `bidui migrate`: another identity secret, with a ledger of ids old → new.

use std::path::PathBuf;

use clap::Args;

use super::Console;
use super::key_files::KeyArguments;
use crate::Result;
use crate::engine::{PublishedKeys, migrate_identities};
use crate::privacy::IdentitySecret;

/// Arguments of `bidui migrate`.
#[derive(Debug, Args)]
pub(super) struct MigrateArguments {
    /// 发布文件夹，即 run 的 --out
    out: PathBuf,
    #[command(flatten)]
    keys: KeyArguments,
}

pub(super) fn execute(arguments: &MigrateArguments, console: &mut Console<'_>) -> Result<u8> {
    let folders = [("发布文件夹", arguments.out.as_path())];
    // A new secret is what is asked for: no publication needs the old one.
    let secret = || {
        let bytes = arguments.keys.identity(&PublishedKeys::default(), &folders, console)?;
        IdentitySecret::new(&bytes)
    };
    let done = migrate_identities(&arguments.out, secret)?;
    if console.json {
        console.whole_json(&done)?;
        return Ok(0);
    }
    if done.is_empty() {
        console.line("所有发布用的都是这个身份密钥，没有要换的编号")?;
    }
    for one in &done {
        console.line(&format!(
            "{} → {}\t人员{}个，户{}个，疑点{}条\t对照表 {}",
            one.from,
            one.to,
            one.persons,
            one.households,
            one.exceptions,
            one.folder.display()
        ))?;
    }
    if !done.is_empty() {
        console.say("以前的发布不变；以后的运行按新编号接续，已发出清单上的疑点编号仍可查到")?;
    }
    Ok(0)
}
