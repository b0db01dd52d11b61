//! The secret behind the pseudonyms, in a file of its own outside every publication.

use std::fs;
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use crate::{Error, Result};

/// Bytes of a new key.
pub(crate) const KEY_BYTES: usize = 32;

/// Reads the key, or makes one from the operating system's randomness on first use.
///
/// `outputs` is the folder of publications: a key inside it would travel with the tables it
/// protects, so that is refused.
pub(crate) fn load_or_create_key(file: &Path, outputs: &Path) -> Result<Vec<u8>> {
    load_key_with_random(file, outputs, |buffer| fs::File::open("/dev/urandom")?.read_exact(buffer))
}

/// As [`load_or_create_key`], with the randomness given.
pub(crate) fn load_key_with_random(
    file: &Path,
    outputs: &Path,
    random: impl FnOnce(&mut [u8]) -> std::io::Result<()>,
) -> Result<Vec<u8>> {
    if absolute_key_path(file)?.starts_with(absolute_key_path(outputs)?) {
        return Err(Error::usage("假名密钥文件不能放在发布文件夹里")
            .in_file(file)
            .hint("用 --key-file 指定发布文件夹以外的位置；拿到数据表的人不应同时拿到密钥"));
    }
    match fs::read(file) {
        Ok(bytes) => check_key_bytes(file, bytes),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => create_key_file(file, random),
        Err(e) => Err(Error::io("读取假名密钥", file, e)),
    }
}

fn check_key_bytes(file: &Path, bytes: Vec<u8>) -> Result<Vec<u8>> {
    if bytes.len() < 16 {
        return Err(Error::usage("假名密钥文件太短，不像密钥")
            .in_file(file)
            .hint("至少16字节；确认没有指错文件"));
    }
    let mode = fs::metadata(file).map_err(|e| Error::io("检查假名密钥", file, e))?.permissions().mode();
    if mode & 0o077 != 0 {
        return Err(Error::usage("假名密钥文件可被其他用户读取")
            .in_file(file)
            .hint(format!("执行 chmod 600 {}", file.display())));
    }
    Ok(bytes)
}

/// Writes beside and links into place, so that a killed run leaves no half key and two first
/// runs agree on one key.
fn create_key_file(file: &Path, random: impl FnOnce(&mut [u8]) -> std::io::Result<()>) -> Result<Vec<u8>> {
    let folder = file.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let failed = |e| Error::io("新建假名密钥", file, e);
    fs::create_dir_all(folder).map_err(failed)?;
    let mut bytes = vec![0u8; KEY_BYTES];
    random(&mut bytes).map_err(failed)?;
    let temporary = folder.join(format!(
        ".{}.{}",
        file.file_name().unwrap_or_default().to_string_lossy(),
        std::process::id()
    ));
    let _ = fs::remove_file(&temporary);
    let mut out =
        fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&temporary).map_err(failed)?;
    let written = out.write_all(&bytes).and_then(|()| out.sync_all());
    let linked = written.and_then(|()| fs::hard_link(&temporary, file));
    let _ = fs::remove_file(&temporary);
    match linked {
        Ok(()) => Ok(bytes),
        Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => {
            check_key_bytes(file, fs::read(file).map_err(|e| Error::io("读取假名密钥", file, e))?)
        }
        Err(e) => Err(failed(e)),
    }
}

/// Absolute path with the existing part resolved, so that links cannot hide where a key lies.
fn absolute_key_path(path: &Path) -> Result<PathBuf> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn made_once_private_and_outside_the_outputs() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config/bidui/pseudonym.key");
        let out = folder.path().join("out");
        let first = load_or_create_key(&file, &out).unwrap();
        assert_eq!(first.len(), KEY_BYTES);
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(first, load_or_create_key(&file, &out).unwrap());
        assert!(load_or_create_key(&out.join("key"), &out).is_err());
        assert!(load_or_create_key(&out.join("sub/../key"), &out).is_err());
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(load_or_create_key(&file, &out).unwrap_err().hint_text().unwrap().contains("chmod"));
    }
}
