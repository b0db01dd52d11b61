//! Files of a publication that are read only once they are known to be what the manifest lists.

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::ErrorKind;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use super::deleted_files::{DeletedFiles, deleted_by_time};
use super::manifest::OutputFile;
use crate::table::digest::digest_file;
use crate::table::rows::PositionedFile;
use crate::{Error, Result};

/// The files that were compared, by their path in the publication. They stay open: what is read of one is of the file
/// that was compared, whatever takes its name meanwhile.
#[derive(Debug, Clone, Default)]
pub(super) struct CheckedFiles(Arc<Mutex<BTreeMap<String, PositionedFile>>>);

impl CheckedFiles {
    /// Opens a file of the publication in `folder`, and the first time compares it with what is listed of it.
    ///
    /// # Errors
    /// Input: it is not there, or not what was published. Io: it cannot be read.
    pub(super) fn open(&self, folder: &Path, listed: &OutputFile) -> Result<PositionedFile> {
        let known = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(file) = known().get(&listed.path) {
            return Ok(file.clone());
        }
        // Others read other files meanwhile: the lock is not held.
        let path = folder.join(&listed.path);
        match open_as_listed(&path, listed)? {
            ListedFile::Same(file) => {
                known().insert(listed.path.clone(), file.clone());
                Ok(file)
            }
            ListedFile::Missing => Err(match DeletedFiles::read(folder)?.of(&listed.path) {
                Some(deletion) => deleted_by_time(&path, deletion),
                None => not_as_published("发布不完整：缺少文件", &path),
            }),
            ListedFile::Changed => Err(not_as_published("文件与发布时的不同：内容与清册不符", &path)),
        }
    }
}

/// What there is of a file that a manifest lists.
pub(super) enum ListedFile {
    /// The same bytes.
    Same(PositionedFile),
    /// Other bytes, or no file at all under its name.
    Changed,
    Missing,
}

/// Compares the file at `path` with what a manifest lists of it.
///
/// # Errors
/// Io: it cannot be read.
pub(super) fn open_as_listed(path: &Path, listed: &OutputFile) -> Result<ListedFile> {
    let failed =
        |e| Error::io("读取发布", path, e).hint("检查是否有权读取；restricted/ 只有运行程序的用户能读");
    // A pipe of that name must not make the program wait.
    let file = match OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK).open(path) {
        Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(ListedFile::Missing);
        }
        other => other.map_err(failed)?,
    };
    let there = file.metadata().map_err(failed)?;
    if !there.is_file() || there.len() != listed.bytes {
        return Ok(ListedFile::Changed);
    }
    let digest = digest_file(&file).map_err(failed)?;
    if digest.sha256 != listed.sha256 {
        return Ok(ListedFile::Changed);
    }
    PositionedFile::new(file).map(ListedFile::Same).map_err(failed)
}

/// A file is not the one that was published, and the cure.
pub(super) fn not_as_published(what: &str, file: &Path) -> Error {
    Error::input(what).in_file(file).hint(
        "用 bidui verify 核对整个发布；从备份取回，或重新运行该期（运行后一期可用 --previous 指向完好的发布）",
    )
}
