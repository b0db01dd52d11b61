//! The staging folder, the lock, and the one rename that makes a publication visible.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, RenameFlags, renameat_with};

use super::layout::folder_name;
use crate::model::period::Period;
use crate::{Error, Result};

const LOCK: &str = ".bidui.lock";
const STAGING: &str = ".staging-";
const RETIRED: &str = ".retired-";

/// A publication being written. Dropping it without [`Staging::commit`] removes what was
/// written; a killed process leaves it for the next run to remove.
#[derive(Debug)]
pub(crate) struct Staging {
    out: PathBuf,
    folder: PathBuf,
    target: PathBuf,
    retired: PathBuf,
    /// Held until dropped: the operating system releases it even if the process is killed.
    _lock: File,
}

impl Staging {
    /// Locks `out`, removes what killed runs left, and makes an empty staging folder.
    pub(crate) fn begin(out: &Path, period: Period) -> Result<Self> {
        let failed =
            |e| Error::io("准备发布文件夹", out, e).hint("检查该文件夹是否存在、是否可写、磁盘是否已满");
        fs::create_dir_all(out).map_err(failed)?;
        let lock = lock(out)?;
        recover(out)?;
        let folder = out.join(format!("{STAGING}{period}"));
        fs::create_dir(&folder).map_err(failed)?;
        let target = out.join(folder_name(period));
        let retired = out.join(format!("{RETIRED}{period}"));
        Ok(Self { out: out.to_owned(), folder, target, retired, _lock: lock })
    }

    /// Where files are written.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where the publication will be.
    pub(crate) fn target(&self) -> &Path {
        &self.target
    }

    /// Makes the publication visible, then removes the one it replaces.
    pub(crate) fn commit(self) -> Result<()> {
        let failed = |e: std::io::Error| Error::io("启用新的发布", &self.target, e);
        sync_folders(&self.folder)?;
        if self.target.exists() {
            // One step where the file system can exchange two folders, so that not even an
            // instant without a publication exists; two steps elsewhere, which `recover` mends.
            match renameat_with(CWD, &self.folder, CWD, &self.target, RenameFlags::EXCHANGE) {
                Ok(()) => {
                    sync(&self.out)?;
                    return fs::remove_dir_all(&self.folder).map_err(failed);
                }
                Err(_) => fs::rename(&self.target, &self.retired).map_err(failed)?,
            }
        }
        fs::rename(&self.folder, &self.target).map_err(failed)?;
        sync(&self.out)?;
        if self.retired.exists() {
            fs::remove_dir_all(&self.retired).map_err(failed)?;
        }
        Ok(())
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        // After a commit the folder no longer exists. Errors here only leave work for `recover`.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn lock(out: &Path) -> Result<File> {
    let path = out.join(LOCK);
    let file = fs::OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(|e| Error::io("锁定发布文件夹", &path, e).hint("检查发布文件夹是否可写"))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::usage("另一个程序正在写这个发布文件夹")
            .in_file(out)
            .hint("等它结束后再运行，或换一个 --out 文件夹")),
        Err(TryLockError::Error(e)) => Err(Error::io("锁定发布文件夹", &path, e)),
    }
}

/// Undoes what a killed run left: a publication moved aside comes back if its successor did
/// not arrive; everything else under a staging name goes.
fn recover(out: &Path) -> Result<()> {
    let failed = |e| Error::io("清理上次中断的发布", out, e).hint("检查发布文件夹是否可写");
    let mut names = Vec::new();
    for entry in fs::read_dir(out).map_err(failed)? {
        names.push(entry.map_err(failed)?.file_name());
    }
    names.sort();
    for name in names.iter().filter_map(|n| n.to_str()) {
        let path = out.join(name);
        if let Some(quarter) = name.strip_prefix(RETIRED) {
            let target = out.join(format!("quarter={quarter}"));
            if target.exists() {
                fs::remove_dir_all(&path).map_err(failed)?;
            } else {
                fs::rename(&path, &target).map_err(failed)?;
            }
        } else if name.starts_with(STAGING) {
            fs::remove_dir_all(&path).map_err(failed)?;
        }
    }
    Ok(())
}

/// Syncs every folder below `folder`, so that the names of the files survive a power cut too.
fn sync_folders(folder: &Path) -> Result<()> {
    let failed = |e| Error::io("同步发布文件夹", folder, e);
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if entry.file_type().map_err(failed)?.is_dir() {
            sync_folders(&entry.path())?;
        }
    }
    sync(folder)
}

fn sync(folder: &Path) -> Result<()> {
    File::open(folder).and_then(|f| f.sync_all()).map_err(|e| Error::io("同步发布文件夹", folder, e))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(staging: &Staging, text: &str) {
        fs::write(staging.folder().join("manifest.json"), text).unwrap();
    }

    #[test]
    fn replaces_whole_and_leaves_nothing_behind() {
        let out = tempfile::tempdir().unwrap();
        for text in ["one", "two"] {
            let staging = Staging::begin(out.path(), "2018Q3".parse().unwrap()).unwrap();
            put(&staging, text);
            staging.commit().unwrap();
            let manifest = out.path().join("quarter=2018Q3/manifest.json");
            assert_eq!(fs::read_to_string(manifest).unwrap(), text);
            let mut names: Vec<_> =
                fs::read_dir(out.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
            names.sort();
            assert_eq!(names, [LOCK, "quarter=2018Q3"]);
        }
    }

    #[test]
    fn an_abandoned_run_leaves_the_old_publication() {
        let out = tempfile::tempdir().unwrap();
        let first = Staging::begin(out.path(), "2018Q3".parse().unwrap()).unwrap();
        put(&first, "one");
        first.commit().unwrap();
        let second = Staging::begin(out.path(), "2018Q3".parse().unwrap()).unwrap();
        put(&second, "half");
        // As a kill would: neither commit nor drop runs, but the lock is released.
        let Staging { .. } = &second;
        second._lock.unlock().unwrap();
        std::mem::forget(second);
        assert_eq!(fs::read_to_string(out.path().join("quarter=2018Q3/manifest.json")).unwrap(), "one");
        let third = Staging::begin(out.path(), "2018Q3".parse().unwrap()).unwrap();
        assert_eq!(fs::read_dir(third.folder()).unwrap().count(), 0, "no remains of the killed run");
    }

    #[test]
    fn a_kill_between_two_renames_is_mended() {
        let out = tempfile::tempdir().unwrap();
        let retired = out.path().join(".retired-2018Q3");
        fs::create_dir(&retired).unwrap();
        fs::write(retired.join("manifest.json"), "old").unwrap();
        drop(Staging::begin(out.path(), "2018Q4".parse().unwrap()).unwrap());
        assert_eq!(fs::read_to_string(out.path().join("quarter=2018Q3/manifest.json")).unwrap(), "old");
    }

    #[test]
    fn two_runs_cannot_meet() {
        let out = tempfile::tempdir().unwrap();
        let _first = Staging::begin(out.path(), "2018Q3".parse().unwrap()).unwrap();
        let error = Staging::begin(out.path(), "2018Q4".parse().unwrap()).unwrap_err();
        assert_eq!(error.kind(), crate::ErrorKind::Usage);
    }
}
