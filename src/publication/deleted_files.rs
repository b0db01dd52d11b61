//! Files of a publication that were deleted because their time was over. A file in the run's folder says which, so that nobody
//! takes them for lost; it is written before anything is deleted.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::table::whole_file::write_whole_file;
use crate::{Error, Result};

/// The file in a run's folder; no manifest lists it.
pub(crate) const DELETED: &str = "deleted.json";
/// Version of [`DeletedFiles`].
const VERSION: u32 = 1;

/// What was deleted of a publication.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DeletedFiles {
    bidui_deleted: u32,
    pub(crate) deletions: Vec<TimedDeletion>,
}

/// What was deleted at a time, by one rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TimedDeletion {
    /// The day that counted, `2020-12-31`.
    pub(crate) on: String,
    /// The rule, as `pipeline.toml` has it: `restricted = "2 years"`.
    pub(crate) rule: String,
    /// Paths within the publication.
    pub(crate) files: Vec<String>,
}

impl Default for DeletedFiles {
    fn default() -> Self {
        Self { bidui_deleted: VERSION, deletions: Vec::new() }
    }
}

impl DeletedFiles {
    /// What a run's folder says of itself; nothing where it says nothing.
    ///
    /// # Errors
    /// It cannot be read, or is of a later version: then nobody knows what is lost and what was deleted.
    pub(crate) fn read(run: &Path) -> Result<Self> {
        let path = run.join(DELETED);
        let text = match fs::read(&path) {
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(Self::default()),
            other => other.map_err(|e| Error::io("读取删除记录", &path, e))?,
        };
        let read = serde_json::from_slice(&text).ok().filter(|read: &Self| read.bidui_deleted == VERSION);
        read.ok_or_else(|| {
            Error::input("删除记录读不出来，或是较新的程序写的")
                .in_file(&path)
                .hint("从备份取回这个文件，或换用较新的程序")
        })
    }

    /// The deletion of a file; `None`: it was not deleted.
    pub(crate) fn of(&self, file: &str) -> Option<&TimedDeletion> {
        self.deletions.iter().find(|one| one.files.iter().any(|deleted| deleted == file))
    }

    /// Notes a deletion that is about to be made.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub(crate) fn note(&mut self, run: &Path, deletion: TimedDeletion) -> Result<()> {
        self.deletions.push(deletion);
        let mut text = serde_json::to_vec_pretty(self).map_err(|e| Error::internal(e.to_string()))?;
        text.push(b'\n');
        write_whole_file(&run.join(DELETED), 0o644, &text)
    }

    /// Files that are noted, of those that `run` still has: a deletion was interrupted.
    pub(crate) fn left(&self, run: &Path) -> Vec<PathBuf> {
        let noted = self.deletions.iter().flat_map(|one| &one.files).map(|file| run.join(file));
        noted.filter(|path| path.symlink_metadata().is_ok()).collect()
    }
}

/// Says that a file is not lost: its time was over.
pub(crate) fn deleted_by_time(path: &Path, deletion: &TimedDeletion) -> Error {
    Error::input(format!("按期限已删除：{}按“{}”删除，不是损坏", deletion.on, deletion.rule))
        .in_file(path)
        .hint("名单明细过了保存期限就不再有；汇总表（tables/）和报告还在，要比对的改用较新的发布")
}
