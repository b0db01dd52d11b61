//! `bidui diff`: what changed between two publications.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use super::Console;
use crate::Result;
use crate::model::exception::{Status, row_key, row_number};
use crate::publication::snapshot::Snapshot;
use crate::publication::table_reader::TableRow;

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
    // Pseudonyms under other keys have nothing in common; what lists call an exception, now or earlier, has.
    let open = match publications[0].keys() == publications[1].keys() {
        true => open_by_pseudonym,
        false => open_by_number,
    };
    let [before, after] = [open(&publications[0])?, open(&publications[1])?];
    let mut changes: BTreeMap<String, RuleChange> = BTreeMap::new();
    let names = |open: &[OpenException]| -> BTreeSet<String> {
        open.iter().flat_map(|one| one.names.iter().cloned()).collect()
    };
    let (names_before, names_after) = (names(&before), names(&after));
    for one in &before {
        let change = changes.entry(one.rule.clone()).or_default();
        change.before += 1;
        change.disappeared += u64::from(!one.names.iter().any(|name| names_after.contains(name)));
    }
    for one in &after {
        let change = changes.entry(one.rule.clone()).or_default();
        change.after += 1;
        change.appeared += u64::from(!one.names.iter().any(|name| names_before.contains(name)));
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

/// An open exception and what it is called.
struct OpenException {
    rule: String,
    names: Vec<String>,
}

fn open_exceptions(
    publication: &Snapshot,
    table: &str,
    names: impl Fn(&TableRow) -> Vec<String>,
) -> Result<Vec<OpenException>> {
    // Closed ones stand in the restricted table for ever.
    let rows = publication.rows(table, |row| Status::is_open_code(row.get("status")))?;
    let one = |row: &TableRow| OpenException { rule: row.get("rule_code").to_owned(), names: names(row) };
    Ok(rows.iter().map(one).collect())
}

fn open_by_pseudonym(publication: &Snapshot) -> Result<Vec<OpenException>> {
    open_exceptions(publication, "tables/fact_exception.parquet", |row| {
        vec![row.get("exception_id").to_owned()]
    })
}

/// By the numbers of sheets.
fn open_by_number(publication: &Snapshot) -> Result<Vec<OpenException>> {
    open_exceptions(publication, "restricted/exception.parquet", |row| {
        let key = row_key(row.get("listed_id"), row.get("exception_id"));
        let number = row_number(row.get("rule_code"), row.get("first_seen"), key);
        let former = row.get("former_numbers").split(';').filter(|former| !former.is_empty());
        std::iter::once(number).chain(former.map(str::to_owned)).collect()
    })
}
