//! What exceptions that another identity secret named are called now, as the ledgers beside the publications say.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::id_ledger::{CURE, LEDGER, find_ledger, ledger_folder};
use super::snapshot::Snapshot;
use super::staging::NO_SECRET;
use super::table_reader::{self, TableRow};
use crate::{Error, Result};

/// What things of a kind (`exception`, `number`) are called under the secret `to`, by what they were called under `from`:
/// of those that `wanted` names. `None`: no ledger leads there.
///
/// # Errors
/// The ledger is damaged.
pub(crate) fn renamed_ids(
    out: &Path,
    (from, to): (&str, &str),
    kind: &str,
    wanted: impl Fn(&str) -> bool,
) -> Result<Option<Vec<[String; 2]>>> {
    if find_ledger(out, from, to)?.is_none() {
        return Ok(None);
    }
    let ledger = out.join(ledger_folder(from, to)).join(LEDGER);
    let of_kind = |row: &TableRow| row.get("kind") == kind && wanted(row.get("previous_id"));
    let rows = table_reader::read_rows(&ledger, of_kind)?;
    Ok(Some(
        rows.iter().map(|row| [row.get("previous_id"), row.get("current_id")].map(str::to_owned)).collect(),
    ))
}

/// Fingerprints of exceptions of the run in `run` that its lists call by one of `keys`, as they are called under the secret
/// `own`: each with the key.
///
/// # Errors
/// The run cannot be read; it was made under another secret, and no ledger leads from there.
pub(crate) fn fingerprints_of_run(
    out: &Path,
    run: &Path,
    exceptions: &str,
    keys: impl Fn(&str) -> bool,
    own: &str,
) -> Result<Vec<[String; 2]>> {
    let snapshot = Snapshot::open(run)?;
    // Without restricted tables nobody knows what it called them.
    if !snapshot.lists(exceptions) {
        return Err(Error::input("这个发布没有 restricted/").in_file(run));
    }
    let mut found: Vec<[String; 2]> = Vec::new();
    snapshot.scan(exceptions, ["exception_id", "listed_id"], |_, [fingerprint, listed]| {
        if keys(listed) {
            found.push([listed, fingerprint].map(str::to_owned));
        }
    })?;
    let from = snapshot.keys().map_or(NO_SECRET, |keys| &keys.identity);
    if from == own || found.is_empty() {
        return Ok(found);
    }
    let wanted: BTreeSet<&str> = found.iter().map(|[_, fingerprint]| fingerprint.as_str()).collect();
    let renamed = renamed_ids(out, (from, own), "exception", |id| wanted.contains(id))?;
    let renamed = renamed
        .ok_or_else(|| Error::input(format!("没有从{from}到{own}的编号对照表")).in_file(run).hint(CURE))?;
    let renamed: BTreeMap<String, String> = renamed.into_iter().map(|[old, now]| (old, now)).collect();
    for [_, fingerprint] in &mut found {
        if let Some(now) = renamed.get(fingerprint) {
            fingerprint.clone_from(now);
        }
    }
    Ok(found)
}
