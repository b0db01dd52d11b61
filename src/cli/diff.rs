//! `bidui diff`: what changed between two publications.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;

use super::Console;
use crate::publication::table_reader;
use crate::{Error, Result};

/// Arguments of `bidui diff`.
#[derive(Debug, Args)]
pub struct DiffArguments {
    /// 较早的发布(quarter=… 文件夹)
    before: PathBuf,
    /// 较晚的发布
    after: PathBuf,
}

/// Open exceptions of one rule before and after.
#[derive(Debug, Default, Serialize)]
struct Change {
    title: String,
    before: u64,
    after: u64,
    appeared: u64,
    disappeared: u64,
}

pub fn execute(arguments: &DiffArguments, console: &mut Console<'_>) -> Result<u8> {
    let before = open_exceptions(&arguments.before)?;
    let after = open_exceptions(&arguments.after)?;
    let mut changes: BTreeMap<String, Change> = BTreeMap::new();
    for (id, rule) in &before {
        let change = changes.entry(rule.clone()).or_default();
        change.before += 1;
        change.disappeared += u64::from(!after.contains_key(id));
    }
    for (id, rule) in &after {
        let change = changes.entry(rule.clone()).or_default();
        change.after += 1;
        change.appeared += u64::from(!before.contains_key(id));
    }
    for folder in [&arguments.before, &arguments.after] {
        for row in table_reader::rows(&folder.join("tables/dim_rule.parquet"), |_| true)? {
            if let Some(change) = changes.get_mut(row.get("rule_code")) {
                change.title = row.get("title").to_owned();
            }
        }
    }
    if console.json {
        console.json(&changes)?;
        return Ok(0);
    }
    console.line("规则\t疑点类型\t之前\t之后\t新出现\t已消除")?;
    for (rule, c) in &changes {
        console.line(&format!(
            "{rule}\t{}\t{}\t{}\t+{}\t-{}",
            c.title, c.before, c.after, c.appeared, c.disappeared
        ))?;
    }
    Ok(0)
}

/// Exception id → rule code of what is open in a publication.
fn open_exceptions(folder: &Path) -> Result<BTreeMap<String, String>> {
    let file = folder.join("tables/fact_exception.parquet");
    if !file.is_file() {
        return Err(Error::usage("不是一个发布:缺少 tables/fact_exception.parquet")
            .in_file(folder)
            .hint("参数应为 quarter=… 文件夹"));
    }
    let rows = table_reader::rows(&file, |row| row.get("status") != "resolved")?;
    Ok(rows.into_iter().map(|r| (r.get("exception_id").to_owned(), r.get("rule_code").to_owned())).collect())
}
