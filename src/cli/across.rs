//! `bidui across`: who stands in the publications of several prefectures.

use std::path::PathBuf;

use clap::Args;

use super::{BarProgress, Console, plans};
use crate::Result;
use crate::across::{AcrossPlan, find_shared_persons};

/// Arguments of `bidui across`.
#[derive(Debug, Args)]
pub(super) struct AcrossArguments {
    /// 各市同一期的发布，例如 鹤壁/2018Q3 安阳/2018Q3，至少两个
    #[arg(required = true, num_args = 2..)]
    publications: Vec<PathBuf>,
    /// 写到哪个文件夹
    #[arg(long)]
    out: PathBuf,
    /// 内存预算；证号太多时分几遍比对
    #[arg(long, default_value = "1GB", value_parser = super::run::parse_run_memory)]
    memory: u64,
    /// 线程数（默认：全部核心）
    #[arg(long)]
    threads: Option<usize>,
}

pub(super) fn execute(arguments: &AcrossArguments, console: &mut Console<'_>) -> Result<u8> {
    let plan = AcrossPlan {
        publications: arguments.publications.clone(),
        out: arguments.out.clone(),
        memory: arguments.memory,
    };
    let bar = BarProgress::new(console.progress, plans::ACROSS);
    let summary = super::run::run_with_threads(arguments.threads, || find_shared_persons(&plan, &bar))??;
    bar.finish();
    if console.json {
        console.json(&summary)?;
        return Ok(0);
    }
    console.line("发布\t有证号的人")?;
    for (publication, persons) in &summary.persons {
        console.line(&format!("{publication}\t{persons}"))?;
    }
    console.line("\n甲\t乙\t同一人\t证号相同而姓名不同")?;
    for between in &summary.between {
        console
            .line(&format!("{}\t{}\t{}\t{}", between.left, between.right, between.same, between.differ))?;
    }
    for file in &summary.files {
        console.say(&format!("写出 {}", file.display()))?;
    }
    Ok(0)
}
