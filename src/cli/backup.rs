//! `bidui backup` and `bidui restore`: keys and answers in one file, and out of it. The clock, the user's name and the files of
//! the keys are read here alone.

use std::path::PathBuf;

use clap::Args;

use super::Console;
use super::key_files::KeyArguments;
use super::triage::{by_whom, moment, now};
use crate::Result;
use crate::upkeep::{BackupPlan, RestorePlan, restore_backup, write_backup};

/// Arguments of `bidui backup`.
#[derive(Debug, Args)]
pub(super) struct BackupArguments {
    /// 发布文件夹，即 run 的 --out
    #[arg(long)]
    out: PathBuf,
    /// 备份写到哪个文件（不能已经有；有密钥时，所在文件夹只能自己看）
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
    /// 备份里不放密钥
    #[arg(long)]
    without_keys: bool,
    /// 备份人（默认：登录名）
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
    #[command(flatten)]
    keys: KeyArguments,
}

/// Arguments of `bidui restore`.
#[derive(Debug, Args)]
pub(super) struct RestoreArguments {
    /// 备份文件，即 backup 的 --to
    from: PathBuf,
    /// 发布文件夹，即 run 的 --out
    #[arg(long)]
    out: PathBuf,
    /// 现有的与备份不同或比备份新也要恢复：现有的改名留在旁边，不合并
    #[arg(long)]
    replace: bool,
    /// 不恢复密钥
    #[arg(long)]
    without_keys: bool,
    /// 只看会怎样，什么也不写
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    keys: KeyArguments,
}

pub(super) fn back_up(arguments: &BackupArguments, console: &mut Console<'_>) -> Result<u8> {
    let keys = match arguments.without_keys {
        true => None,
        false => Some(arguments.keys.both()?),
    };
    let done = write_backup(&BackupPlan {
        out: arguments.out.clone(),
        to: arguments.to.clone(),
        keys,
        made_at: moment(&now()),
        made_by: by_whom(arguments.by.as_ref()),
    })?;
    if console.json {
        console.whole_json(&done)?;
        return Ok(0);
    }
    console.line(&format!("已备份：{}（{}字节）", done.file.display(), done.bytes))?;
    match &done.answers {
        Some(answers) => console.line(&format!(
            "核查结果{}条（{}批，最后一批{}），交回的清单副本{}份",
            answers.events, answers.batches, answers.last_recorded_at, done.returned
        ))?,
        None => console.line("还没有核查结果")?,
    }
    if done.ledgers > 0 {
        console.line(&format!("编号对照表{}份", done.ledgers))?;
    }
    console.line(&format!("发布{}个，只记了清册的校验值，发布本身不在备份里", done.publications))?;
    for folder in &done.unfinished {
        console.say(&format!("注意  没有清册，不是完整的发布，没有记：{}", folder.display()))?;
    }
    console.line(match done.with_keys {
        true => "含两个密钥：谁拿到这个文件，谁就能由假名认出人。没有加密，只存放在只有自己能看的地方",
        false => "不含密钥：密钥要另行备份，没有它编号接不上",
    })?;
    Ok(0)
}

pub(super) fn restore(arguments: &RestoreArguments, console: &mut Console<'_>) -> Result<u8> {
    let keys = match arguments.without_keys {
        true => None,
        false => {
            arguments.keys.check_places(&[("发布文件夹", arguments.out.as_path())])?;
            Some(arguments.keys.restored()?)
        }
    };
    let done = restore_backup(&RestorePlan {
        from: arguments.from.clone(),
        out: arguments.out.clone(),
        keys,
        replace: arguments.replace,
        dry_run: arguments.dry_run,
    })?;
    if console.json {
        console.whole_json(&done)?;
        return Ok(0);
    }
    console.line(&format!("备份完好：{}由{}做的", done.made_at, done.made_by))?;
    if let Some(answers) = &done.answers {
        console.line(&format!(
            "其中核查结果{}条（{}批，最后一批{}）",
            answers.events, answers.batches, answers.last_recorded_at
        ))?;
    }
    let verb = if done.dry_run { "将写入" } else { "已恢复" };
    for path in &done.written {
        console.line(&format!("{verb}\t{}", path.display()))?;
    }
    let verb = if done.dry_run { "将改名留下" } else { "原来的留在" };
    for path in &done.kept {
        console.line(&format!("{verb}\t{}", path.display()))?;
    }
    console.line(&match (done.written.is_empty(), done.unchanged) {
        (true, all) => format!("{all}个文件都与备份相同，没有要恢复的"),
        (false, same) => format!("另有{same}个文件与备份相同，没有动"),
    })?;
    for note in &done.notes {
        console.say(&format!("提醒：{note}"))?;
    }
    Ok(0)
}
