//! A secret in a file of its own, outside everything that is handed on.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use super::key_strength::{LONGEST_KEY, check_key_strength};
use crate::{Error, Result};

/// Bytes of a new key.
const KEY_BYTES: usize = 32;

/// A file that holds a secret.
#[derive(Debug, Clone, Copy)]
pub(crate) struct KeyFile<'a> {
    /// What it is for, Chinese: `身份密钥`.
    pub(crate) title: &'a str,
    /// The option that names it, for cures.
    pub(crate) option: &'a str,
    pub(crate) path: &'a Path,
}

impl KeyFile<'_> {
    /// Refuses a place within one of `folders` (each with what it is called): whoever gets a copy of the folder would
    /// get the key.
    ///
    /// # Errors
    /// The place, and the cure.
    pub(crate) fn check_place(&self, folders: &[(&str, &Path)]) -> Result<()> {
        if self.path.as_os_str().is_empty() {
            return Err(self.refuse("没有说在哪里").hint(format!("用 {} 指定文件", self.option)));
        }
        let place = real_path(self.path)?;
        for (what, folder) in folders {
            if place.starts_with(real_path(folder)?) {
                let moved =
                    format!("用 {} 指定这些文件夹以外的位置；拿到数据的人不应同时拿到密钥", self.option);
                return Err(self.refuse(&format!("不能放在{what}里")).hint(moved));
            }
        }
        Ok(())
    }

    /// The secret, or `None` if there is no such file.
    ///
    /// # Errors
    /// A file that cannot be read, is no regular file, belongs to somebody else, may be read by others, or
    /// holds a weak key.
    pub(crate) fn read(&self) -> Result<Option<Vec<u8>>> {
        let failed = |e| Error::io(&format!("读取{}", self.title), self.path, e);
        // Looked at before it is opened: opening a pipe waits for its writer.
        match fs::metadata(self.path) {
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            found => self.check_owner(&found.map_err(failed)?)?,
        }
        let file = File::open(self.path).map_err(failed)?;
        self.check_owner(&file.metadata().map_err(failed)?)?;
        let mut bytes = Vec::new();
        file.take(LONGEST_KEY as u64 + 1).read_to_end(&mut bytes).map_err(failed)?;
        match check_key_strength(&bytes) {
            Ok(()) => Ok(Some(bytes)),
            Err(weak) => {
                let hint = format!("{}；{}", self.other_file(), weak.hint_text().unwrap_or_default());
                Err(self.refuse(&format!("不能用：{}", weak.message())).hint(hint))
            }
        }
    }

    fn check_owner(&self, found: &Metadata) -> Result<()> {
        let path = self.path.display();
        if !found.is_file() {
            return Err(self.refuse("不是普通文件").hint(self.other_file()));
        }
        let own = rustix::process::geteuid().as_raw();
        if found.uid() != own {
            let owner = format!("属于另一个用户（用户号{}，本程序以{own}运行）", found.uid());
            return Err(self
                .refuse(&owner)
                .hint(format!("确认密钥是自己的，再执行 chown {own} {path}；或换用密钥所属的用户运行")));
        }
        if found.mode() & 0o077 != 0 {
            return Err(self.refuse("可被其他用户读写").hint(format!("执行 chmod 600 {path}")));
        }
        Ok(())
    }

    /// Makes a new secret from the operating system's randomness. Of two that do so at once one is first, and both
    /// have its key.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub(crate) fn create(&self) -> Result<Vec<u8>> {
        let failed = |e| {
            Error::io(&format!("新建{}", self.title), self.path, e)
                .hint(format!("用 {} 指定可以写入的位置", self.option))
        };
        let folder = self.path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(failed)?;
        let bytes = random_bytes().map_err(failed)?;
        check_key_strength(&bytes)?;
        let name = self.path.file_name().unwrap_or_default().to_string_lossy();
        let temporary = folder.join(format!(".{name}.{}", std::process::id()));
        let _ = fs::remove_file(&temporary);
        let mut out =
            OpenOptions::new().write(true).create_new(true).mode(0o600).open(&temporary).map_err(failed)?;
        // Written beside and linked into place, so that a killed run leaves no half key.
        let written = out.write_all(&bytes).and_then(|()| out.sync_all());
        let linked = written.and_then(|()| fs::hard_link(&temporary, self.path));
        let _ = fs::remove_file(&temporary);
        match linked {
            Ok(()) => {
                // A key that is lost with the power would be missed by the publication made with it.
                File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)?;
                Ok(bytes)
            }
            Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => {
                self.read()?.ok_or_else(|| self.refuse("刚建好又不见了"))
            }
            Err(e) => Err(failed(e)),
        }
    }

    /// A refusal of the file.
    pub(crate) fn refuse(&self, what: &str) -> Error {
        Error::usage(format!("{}文件{what}", self.title)).in_file(self.path)
    }

    fn other_file(&self) -> String {
        format!("确认没有指错文件（{}）", self.option)
    }
}

/// Absolute path with the existing part resolved, so that links cannot hide where a key lies.
pub(crate) fn real_path(path: &Path) -> Result<PathBuf> {
    let path = std::path::absolute(path).map_err(|e| Error::io("解析路径", path, e))?;
    let mut rest = Vec::new();
    let mut head = path.as_path();
    loop {
        if let Ok(real) = head.canonicalize() {
            return Ok(rest.iter().rev().fold(real, |p, part| p.join(part)));
        }
        match (head.parent(), head.file_name()) {
            (Some(parent), Some(name)) => {
                rest.push(name.to_owned());
                head = parent;
            }
            _ => return Ok(path),
        }
    }
}

/// As many bytes as a key has, from the operating system's randomness.
pub(crate) fn random_bytes() -> std::io::Result<Vec<u8>> {
    let mut bytes = vec![0u8; KEY_BYTES];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn key_file(path: &Path) -> KeyFile<'_> {
        KeyFile { title: "假名密钥", option: "--key-file", path }
    }

    #[test]
    fn made_once_and_private() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config/bidui/pseudonym.key");
        let file = key_file(&path);
        assert!(file.read().unwrap().is_none());
        let first = file.create().unwrap();
        assert_eq!(first.len(), KEY_BYTES);
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        assert_eq!(fs::metadata(path.parent().unwrap()).unwrap().mode() & 0o777, 0o700);
        assert_eq!(file.read().unwrap(), Some(first.clone()));
        assert_eq!(file.create().unwrap(), first, "the first one stays");
    }

    #[test]
    fn no_place_within_what_is_handed_on() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("out");
        let refused = |path: &Path| key_file(path).check_place(&[("发布文件夹", &out)]).is_err();
        assert!(refused(&out.join("key")));
        assert!(refused(&out.join("sub/../key")));
        assert!(refused(Path::new("")));
        fs::create_dir(&out).unwrap();
        std::os::unix::fs::symlink(&out, folder.path().join("alias")).unwrap();
        assert!(refused(&folder.path().join("alias/key")));
        assert!(!refused(&folder.path().join("key")));
    }

    #[test]
    fn weak_foreign_and_open_keys_are_refused_with_the_cure() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        let write = |bytes: &[u8], mode: u32| {
            let _ = fs::remove_file(&path);
            fs::write(&path, bytes).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            key_file(&path).read()
        };
        let strong = b"an invented key of 32 bytes long";
        assert!(write(strong, 0o600).is_ok());
        for mode in [0o644, 0o640, 0o604, 0o620, 0o602] {
            let error = write(strong, mode).unwrap_err();
            assert!(error.hint_text().unwrap().contains("chmod 600"), "{mode:o}");
        }
        for weak in [&[0u8; 32][..], &[7; 32], b"short", &[b'x'; 10_000_000]] {
            let error = write(weak, 0o600).unwrap_err();
            assert!(error.message().contains("等于没有密钥"), "{}", error.message());
        }
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        assert!(key_file(&path).read().unwrap_err().message().contains("不是普通文件"));
        // Nobody but root can make a file of somebody else, and root's pass for nobody's own.
        if rustix::process::geteuid().is_root() {
            let other = folder.path().join("other");
            fs::write(&other, strong).unwrap();
            fs::set_permissions(&other, fs::Permissions::from_mode(0o600)).unwrap();
            std::os::unix::fs::chown(&other, Some(12_345), None).unwrap();
            let error = key_file(&other).read().unwrap_err();
            assert!(error.message().contains("另一个用户"), "{}", error.message());
            assert!(error.hint_text().unwrap().contains("chown"));
        }
    }
}
