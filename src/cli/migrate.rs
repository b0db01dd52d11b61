//! `bidui migrate`: another identity secret, with a ledger of ids old → new, and the answers that were given so far.

use std::path::PathBuf;

use clap::Args;

use super::Console;
use super::key_files::{KeyArguments, read_identity};
use crate::Result;
use crate::engine::{AnswerMigration, FormerSecret, PublishedKeys, migrate_identities};
use crate::privacy::IdentitySecret;

/// Arguments of `bidui migrate`.
#[derive(Debug, Args)]
pub(super) struct MigrateArguments {
    /// 发布文件夹，即 run 的 --out
    out: PathBuf,
    #[command(flatten)]
    keys: KeyArguments,
    /// 原来的身份密钥文件：核查结果里是否同一人的判断，要有它才能带过来
    #[arg(long, value_name = "FILE")]
    former_identity_file: Option<PathBuf>,
    /// 原来的身份密钥没有了：是否同一人的判断带不过来，匹配时不再照办；其他核查结果照样带过来
    #[arg(long, conflicts_with = "former_identity_file")]
    lose_rulings: bool,
}

pub(super) fn execute(arguments: &MigrateArguments, console: &mut Console<'_>) -> Result<u8> {
    let folders = [("发布文件夹", arguments.out.as_path())];
    // A new secret is what is asked for: no publication needs the old one.
    let secret = || {
        let bytes = arguments.keys.identity(&PublishedKeys::default(), &folders, console)?;
        IdentitySecret::new(&bytes)
    };
    let former = arguments.former_identity_file.as_deref().map(read_identity).transpose()?;
    let former = FormerSecret { secret: former.as_ref(), may_lose_rulings: arguments.lose_rulings };
    let outcome = migrate_identities(&arguments.out, secret, former)?;
    if console.json {
        console.whole_json(&outcome)?;
        return Ok(0);
    }
    let done = &outcome.ledgers;
    if done.is_empty() {
        console.line("所有发布用的都是这个身份密钥，没有要换的编号")?;
    }
    for one in done {
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
    outcome.answers.map_or(Ok(()), |answers| tell_answers(&answers, console))?;
    Ok(0)
}

fn tell_answers(answers: &AnswerMigration, console: &mut Console<'_>) -> Result<()> {
    if !answers.from.is_empty() {
        console.line(&format!("核查结果带过来{}条", answers.carried))?;
        if answers.unknown > 0 {
            console.line(&format!("另有{}条留在文件里：所答的疑点已不在任何发布中", answers.unknown))?;
        }
        if answers.lost_rulings > 0 {
            console.line(&format!("{}条是否同一人的判断没有带过来：匹配时不再照办", answers.lost_rulings))?;
        }
    }
    if answers.proven_facts > 0 {
        console.line(&format!(
            "其中{}条经同一期重新比对证实，所依据的原值未变，照旧有效",
            answers.proven_facts
        ))?;
    }
    if answers.unknown_facts > 0 {
        console.line(&format!(
            "{}条的原值还无从比对：所答的疑点下次运行会重新列出，请确认",
            answers.unknown_facts
        ))?;
        console.say(
            "要照旧有效：先用现在的身份密钥、原来的名单和配置把作答的那一期重新运行一次，再运行下一期",
        )?;
    }
    Ok(())
}
