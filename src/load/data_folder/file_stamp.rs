//! What a file of the data folder was when the folder was listed: one that is another by the time it has been read was
//! read half, or not at all.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use super::masked_file_name;
use crate::{Error, Result};

/// Tells a file from what takes its place, and what was written into it since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FileStamp {
    length: u64,
    /// Seconds and nanoseconds of its last writing, and of the last change to its place, name or permissions.
    written: (i64, i64),
    changed: (i64, i64),
    device: u64,
    inode: u64,
}

impl FileStamp {
    pub(super) fn of(file: &Metadata) -> Self {
        Self {
            length: file.len(),
            written: (file.mtime(), file.mtime_nsec()),
            changed: (file.ctime(), file.ctime_nsec()),
            device: file.dev(),
            inode: file.ino(),
        }
    }

    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// What is wrong with a file that bore this stamp when the folder was listed.
    pub(super) fn complaint(&self, data_dir: &Path, file: &Path) -> Result<Option<Error>> {
        let path = data_dir.join(file);
        let wrong = |what: &str| {
            Error::input(format!("文件在读取期间{what}，没有采用"))
                .in_file(masked_file_name(file))
                .hint("等文件全部放好、没有人再改动数据文件夹时重新运行")
        };
        let now = match std::fs::symlink_metadata(&path) {
            Ok(now) => Self::of(&now),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Some(wrong("不见了"))),
            Err(e) => return Err(Error::io("核对文件", Path::new(&masked_file_name(file)), e)),
        };
        Ok(match () {
            () if now == *self => None,
            () if (now.device, now.inode) != (self.device, self.inode) => Some(wrong("被换成了另一个文件")),
            () => Some(wrong("被改动了")),
        })
    }
}

/// Files that came into the folder since it was listed.
pub(super) fn newcomer(file: &str) -> Error {
    Error::input("文件在读取期间才放进数据文件夹，没有读入")
        .in_file(masked_file_name(&PathBuf::from(file)))
        .hint("等文件全部放好、没有人再改动数据文件夹时重新运行")
}
