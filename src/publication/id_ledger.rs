//! The ledgers of ids that other identity secrets leave beside the publications, old → new: whether they are there, and whole.

use std::path::{Path, PathBuf};

use parquet::file::reader::FileReader as _;
use parquet::file::serialized_reader::SerializedFileReader;
use serde::{Deserialize, Serialize};

use super::checked_files::{ListedFile, open_as_listed};
use super::layout;
use super::manifest::OutputFile;
use super::own_marks::MIGRATION;
use super::staging::MIGRATION_FOLDER;
use crate::table::rows::PositionedFile;
use crate::{Error, Result};

/// The ledger within its folder, for its owner's eyes only.
pub(crate) const LEDGER: &str = "restricted/renamed_ids.parquet";
/// Version of [`LedgerHead`]: 1 did not tell the file's digest, nor through which secret it leads.
pub(crate) const HEAD_VERSION: u32 = 2;

/// Says of a ledger's folder what it is.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct LedgerHead {
    pub(crate) identity_migration: u32,
    /// Name of the secret before, `none` before there were any.
    pub(crate) from: String,
    /// Name of the secret that it leads to.
    pub(crate) to: String,
    /// Under which ids were renamed in between: those of `from` are not called by `to` directly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) through: Option<String>,
    /// The file of ids; `None` in version 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) ledger: Option<OutputFile>,
}

/// A ledger as the publications made after it name it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedLedger {
    /// Its folder in the output folder.
    pub folder: String,
    /// Ids that it had; later it may have more.
    pub rows: u64,
}

/// Name of a ledger's folder.
pub(crate) fn ledger_folder(from: &str, to: &str) -> String {
    format!("{MIGRATION_FOLDER}{from}-{to}")
}

/// The ledger in `out` that leads from one secret to the other, if there is one.
///
/// # Errors
/// There is one, and it is not whole.
pub(crate) fn find_ledger(out: &Path, from: &str, to: &str) -> Result<Option<LedgerHead>> {
    let folder = out.join(ledger_folder(from, to));
    if folder.symlink_metadata().is_err() {
        return Ok(None);
    }
    let head = read_head(&folder).filter(|head| head.from == from && head.to == to);
    let head = head.ok_or_else(|| damaged(&folder.join(MIGRATION)))?;
    count_rows(&folder, &head)?;
    Ok(Some(head))
}

/// All ledgers in `out`, by name.
///
/// # Errors
/// One of them is not whole.
pub(crate) fn list_ledgers(out: &Path) -> Result<Vec<ListedLedger>> {
    let mut ledgers = Vec::new();
    for name in layout::list_folder_names(out)? {
        let Some((from, to)) = name.strip_prefix(MIGRATION_FOLDER).and_then(|keys| keys.split_once('-'))
        else {
            continue;
        };
        // A second name is given where the first could not be removed.
        if to.contains('-') {
            continue;
        }
        let folder = out.join(&name);
        let head = read_head(&folder).filter(|head| head.from == from && head.to == to);
        let head = head.ok_or_else(|| damaged(&folder.join(MIGRATION)))?;
        ledgers.push(ListedLedger { rows: count_rows(&folder, &head)?, folder: name });
    }
    Ok(ledgers)
}

/// Refuses an output folder from which ledgers are gone that its publications name, or ids of theirs. `there`: the ledgers that
/// it has; `publication` names the others.
///
/// # Errors
/// Which is gone, and the cure.
pub(crate) fn check_ledgers(
    out: &Path,
    there: &[ListedLedger],
    publication: &Path,
    listed: &[ListedLedger],
) -> Result<()> {
    for one in listed {
        let file = out.join(&one.folder).join(LEDGER);
        let error = match there.iter().find(|ledger| ledger.folder == one.folder) {
            Some(ledger) if ledger.rows >= one.rows => continue,
            Some(ledger) => {
                Error::input(format!("编号对照表少了内容：原有{}个编号，现在只有{}个", one.rows, ledger.rows))
            }
            None => Error::input(format!("编号对照表不在了，而发布 {} 是接着它做的", publication.display())),
        };
        return Err(error.in_file(file).hint(CURE));
    }
    Ok(())
}

pub(super) const CURE: &str =
    "从备份取回对照表的整个文件夹；没有备份的，用现在的身份密钥运行 bidui migrate，由以前的发布重新生成";

fn read_head(folder: &Path) -> Option<LedgerHead> {
    let path = folder.join(MIGRATION);
    // A pipe of that name must not make the program wait.
    let is_file = std::fs::metadata(&path).is_ok_and(|there| there.is_file());
    let text = is_file.then(|| std::fs::read(path).ok()).flatten()?;
    serde_json::from_slice(&text).ok()
}

/// Rows of a ledger that is what its head says.
fn count_rows(folder: &Path, head: &LedgerHead) -> Result<u64> {
    let path: PathBuf = folder.join(LEDGER);
    let rows = |file: PositionedFile| {
        let table = SerializedFileReader::new(file).ok()?;
        u64::try_from(table.metadata().file_metadata().num_rows()).ok()
    };
    let counted = match &head.ledger {
        Some(listed) => match open_as_listed(&path, listed)? {
            ListedFile::Same(file) => rows(file).filter(|rows| Some(*rows) == listed.rows),
            ListedFile::Missing | ListedFile::Changed => None,
        },
        None => std::fs::metadata(&path)
            .ok()
            .filter(std::fs::Metadata::is_file)
            .and_then(|_| PositionedFile::new(std::fs::File::open(&path).ok()?).ok())
            .and_then(rows),
    };
    counted.ok_or_else(|| damaged(&path))
}

fn damaged(file: &Path) -> Error {
    Error::input("编号对照表已损坏：被清空、截断或改动过").in_file(file).hint(CURE)
}
