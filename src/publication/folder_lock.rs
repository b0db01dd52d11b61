//! The lock on an output folder: one program writes there at a time, and the next is told who does.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read as _, Seek as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use crate::answers::check_not_restoring;
use crate::{Error, Result};

/// Name of the file that is locked.
pub(super) const LOCK: &str = ".bidui.lock";
/// The command that may write where a restoring was begun: it goes on with it.
pub(crate) const RESTORE: &str = "restore";
/// Bytes of what the holder says that are shown.
const SHOWN: u64 = 400;

/// The lock, held until dropped: the operating system releases it even if the process is killed.
#[derive(Debug)]
pub(crate) struct FolderLock {
    path: PathBuf,
    file: File,
}

/// An output folder that is there and may not be written in.
pub(super) fn not_writable(out: &Path, error: std::io::Error) -> Error {
    Error::io("写入发布文件夹", out, error).hint(
        "换一个能写入的 --out 文件夹，或让管理员给运行程序的用户写权限（chmod、chown）；只读挂载的，换到可写的磁盘",
    )
}

/// What this machine is called; empty where it does not say so.
pub(crate) fn host_name() -> String {
    fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default().trim().to_owned()
}

impl FolderLock {
    /// Makes the folder if need be, and locks it; `command` is what those are told who come while it is held.
    ///
    /// # Errors
    /// Another process writes there, which is named; the folder cannot be written; what is called like the lock is no
    /// file.
    pub(super) fn take(out: &Path, command: &str) -> Result<Self> {
        let failed =
            |e| Error::io("准备发布文件夹", out, e).hint("检查该文件夹是否存在、是否可写、磁盘是否已满");
        DirBuilder::new().recursive(true).mode(0o755).create(out).map_err(failed)?;
        let path = out.join(LOCK);
        let lock = |e| Error::io("锁定发布文件夹", &path, e).hint("检查发布文件夹是否可写");
        // A pipe of that name must not make the program wait.
        let mut options = OpenOptions::new();
        options.read(true).custom_flags(libc::O_NONBLOCK | libc::O_NOFOLLOW);
        let open = options.clone().write(true).create(true).mode(0o644).open(&path);
        let file = match open {
            // That of another user can be locked all the same.
            Err(e) if matches!(e.kind(), ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem) => {
                match options.open(&path) {
                    Ok(file) => file,
                    // There is none, and none can be made.
                    Err(none) if none.kind() == ErrorKind::NotFound => return Err(not_writable(out, e)),
                    Err(other) => return Err(lock(other)),
                }
            }
            other => other.map_err(lock)?,
        };
        if !file.metadata().map_err(lock)?.is_file() {
            return Err(Error::usage("发布文件夹的锁文件不是普通文件")
                .in_file(&path)
                .hint("移走它再运行，或换一个 --out 文件夹"));
        }
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(Error::usage(format!("另一个程序正在写这个发布文件夹：{}", holder(&file)))
                    .in_file(out)
                    .hint("等它结束后再运行，或换一个 --out 文件夹"));
            }
            Err(TryLockError::Error(e)) => return Err(lock(e)),
        }
        if command != RESTORE {
            check_not_restoring(out)?;
        }
        let mut held = Self { path, file };
        held.sign(command);
        Ok(held)
    }

    /// Says in the file who holds it. Who cannot be named is not kept from working.
    fn sign(&mut self, command: &str) {
        let text = format!("进程{}，主机{}，命令 {command}\n", std::process::id(), host_name());
        let _ = self.file.set_len(0);
        let _ = self.file.rewind();
        let _ = self.file.write_all(text.as_bytes());
    }

    /// Fails if the lock is no longer what protects the folder: somebody removed or replaced its file, and another may
    /// hold the new one.
    pub(super) fn check(&self) -> Result<()> {
        let lost = || {
            Error::usage("发布文件夹的锁文件在运行期间被移走或换掉了，没有发布")
                .in_file(&self.path)
                .hint("别的程序可能也在写这个文件夹；确认没有之后重新运行")
        };
        let own = self.file.metadata().map_err(|e| Error::io("核对发布文件夹的锁", &self.path, e))?;
        let there = fs::symlink_metadata(&self.path).map_err(|_| lost())?;
        if (own.dev(), own.ino()) == (there.dev(), there.ino()) { Ok(()) } else { Err(lost()) }
    }

    #[cfg(test)]
    pub(super) fn release(&self) {
        self.file.unlock().unwrap();
    }
}

/// What the holder wrote, and since when it holds the lock. Who may not write in the file has not signed it: what stands
/// there then is of somebody long gone, as the list of locks tells.
fn holder(file: &File) -> String {
    let mut text = String::new();
    let read = file.take(SHOWN).read_to_string(&mut text).is_ok();
    let text = text.trim();
    let signed = text.strip_prefix("进程").and_then(|rest| rest.split_once('，')?.0.parse().ok());
    match (signed, holding_processes(file)) {
        _ if !read || text.is_empty() => return "没有留下名字".to_owned(),
        (signed, holding) if !holding.is_empty() && !signed.is_some_and(|one| holding.contains(&one)) => {
            return format!("进程{}，没有留下名字", holding[0]);
        }
        _ => {}
    }
    let since = file.metadata().and_then(|file| file.modified()).ok();
    let since = since.and_then(|time| jiff::Timestamp::try_from(time).ok());
    let since = since.map(|time| {
        time.to_zoned_datetime(jiff::tz::TimeZone::system()).strftime("%Y-%m-%d %H:%M:%S").to_string()
    });
    since.map_or(text.to_owned(), |since| format!("{text}，{since}开始"))
}

/// Processes of this machine that hold the lock on the file; none where the system does not tell, or another machine holds
/// it.
fn holding_processes(file: &File) -> Vec<u32> {
    let Ok(own) = file.metadata() else { return Vec::new() };
    let inode = format!(":{}", own.ino());
    let locks = fs::read_to_string("/proc/locks").unwrap_or_default();
    let holding = locks.lines().filter_map(|line| {
        // 1: FLOCK  ADVISORY  WRITE 708 08:01:131 0 EOF
        let mut words = line.split_whitespace().skip(1);
        let (kind, process, file) = (words.next()?, words.nth(2)?, words.next()?);
        let holds = kind == "FLOCK" && file.ends_with(&inode);
        process.parse().ok().filter(|_| holds)
    });
    holding.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_comes_second_is_told_who_holds_it() {
        let out = tempfile::tempdir().unwrap();
        let first = FolderLock::take(out.path(), "run --quarter 2018Q3").unwrap();
        let error = FolderLock::take(out.path(), "run --quarter 2018Q4").unwrap_err();
        assert_eq!(error.kind(), crate::ErrorKind::Usage);
        let pid = format!("进程{}，", std::process::id());
        for part in [pid.as_str(), "主机", "run --quarter 2018Q3", "开始"] {
            assert!(error.message().contains(part), "{error}");
        }
        drop(first);
        let second = FolderLock::take(out.path(), "run").unwrap();
        second.check().unwrap();
        // Somebody tidies up while it is held, and another locks what is there then.
        fs::remove_file(out.path().join(LOCK)).unwrap();
        assert!(second.check().is_err());
        let third = FolderLock::take(out.path(), "run").unwrap();
        assert!(second.check().is_err());
        third.check().unwrap();
    }

    #[test]
    fn who_is_long_gone_is_not_named() {
        let out = tempfile::tempdir().unwrap();
        let first = FolderLock::take(out.path(), "run --quarter 2018Q3").unwrap();
        // As it stands where the holder may not write in the file of another user.
        fs::write(out.path().join(LOCK), "进程1，主机elsewhere，命令 run --quarter 2017Q1\n").unwrap();
        let error = FolderLock::take(out.path(), "run").unwrap_err();
        assert!(!error.message().contains("2017Q1"), "{error}");
        assert!(error.message().contains(&format!("进程{}", std::process::id())), "{error}");
        drop(first);
    }

    #[test]
    fn what_is_no_file_is_refused_without_waiting() {
        let out = tempfile::tempdir().unwrap();
        let mode = rustix::fs::Mode::from_raw_mode(0o600);
        let path = out.path().join(LOCK);
        rustix::fs::mknodat(rustix::fs::CWD, &path, rustix::fs::FileType::Fifo, mode, 0).unwrap();
        let error = FolderLock::take(out.path(), "run").unwrap_err();
        assert_eq!(error.location().file.as_deref(), Some(path.as_path()), "{error}");
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        assert!(FolderLock::take(out.path(), "run").is_err());
    }
}
