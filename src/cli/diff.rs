//! `bidui diff`: what changed between two publications.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use super::Console;
use crate::Result;
use crate::model::exception::Status;
use crate::publication::snapshot::Snapshot;

/// Arguments of `bidui diff`.
#[derive(Debug, Args)]
pub(super) struct DiffArguments {
    /// 较早的发布，例如 out/2018Q3
    before: PathBuf,
    /// 较晚的发布
    after: PathBuf,
}

/// Open exceptions of one rule before and after.
#[derive(Debug, Default, Serialize)]
struct RuleChange {
    title: String,
    before: u64,
    after: u64,
    appeared: u64,
    disappeared: u64,
}

pub(super) fn execute(arguments: &DiffArguments, console: &mut Console<'_>) -> Result<u8> {
    let publications = [Snapshot::open(&arguments.before)?, Snapshot::open(&arguments.after)?];
    let [before, after] = [exceptions_to_diff(&publications[0])?, exceptions_to_diff(&publications[1])?];
    let mut changes: BTreeMap<String, RuleChange> = BTreeMap::new();
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
    for publication in &publications {
        for row in publication.rows("tables/dim_rule.parquet", |_| true)? {
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
fn exceptions_to_diff(publication: &Snapshot) -> Result<BTreeMap<String, String>> {
    let rows =
        publication.rows("tables/fact_exception.parquet", |row| Status::is_open_code(row.get("status")))?;
    Ok(rows.into_iter().map(|r| (r.get("exception_id").to_owned(), r.get("rule_code").to_owned())).collect())
}
