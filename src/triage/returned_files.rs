//! Which files came back: those that are named, those of a folder, those in an archive of a county.

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use zip::ZipArchive;

use crate::table::unfinished::UnfinishedPath;
use crate::{Error, Result};

/// Files in all: a county has dozens.
const MOST_FILES: usize = 10_000;
/// What the files of an archive may unpack to, bytes.
const MOST_UNPACKED: u64 = 4 << 30;
/// Endings of files that lie beside lists and are none: evidence, letters, what programs leave.
const NO_LISTS: [&str; 22] = [
    "jpg", "jpeg", "png", "gif", "bmp", "tif", "tiff", "heic", "webp", "pdf", "ofd", "doc", "docx", "wps",
    "ppt", "pptx", "mp4", "db", "ini", "lnk", "tmp", "bidui",
];

/// Files that came back.
#[derive(Debug, Default)]
pub(super) struct ReturnedFiles {
    /// Where each lies and what it is called.
    pub(super) files: Vec<(PathBuf, String)>,
    /// Those that are no tables.
    pub(super) passed_over: Vec<String>,
    /// Archives that cannot be opened.
    pub(super) unreadable: Vec<Error>,
    /// How many were unpacked.
    unpacked: usize,
    /// Where they lie, as long as this is there: what archives hold is about persons.
    scratch: Option<(TempDir, UnfinishedPath)>,
}

impl ReturnedFiles {
    /// Lists files, those of a folder in order of their names; archives are unpacked.
    ///
    /// # Errors
    /// A path that is not there; too many files; the folder for temporary files cannot be written.
    pub(super) fn gather(paths: &[PathBuf]) -> Result<Self> {
        let mut found = Self::default();
        for path in paths {
            if !path.exists() {
                return Err(Error::usage("找不到要导入的文件或文件夹").in_file(path).hint("核对路径"));
            }
            match path.is_dir() {
                true => found.add_folder(path)?,
                false => found.add(path.clone(), path.display().to_string(), true)?,
            }
        }
        // What folders hold may be archives.
        let mut files = Vec::new();
        std::mem::swap(&mut files, &mut found.files);
        for (path, name) in files {
            let inner = found.scratch.as_ref().is_some_and(|(scratch, _)| path.starts_with(scratch.path()));
            found.add(path, name, !inner)?;
        }
        if found.files.is_empty() && found.unreadable.is_empty() {
            return Err(Error::usage("没有要导入的清单")
                .hint("给出交回的清单、放清单的文件夹，或一个县的压缩包（.zip）"));
        }
        Ok(found)
    }

    fn add_folder(&mut self, folder: &Path) -> Result<()> {
        let failed = |e| Error::io("打开文件夹", folder, e);
        let mut entries: Vec<PathBuf> = Vec::new();
        for entry in fs::read_dir(folder).map_err(failed)? {
            entries.push(entry.map_err(failed)?.path());
        }
        entries.sort();
        for path in entries {
            // A link may lead round in a circle.
            if path.is_dir() && !path.is_symlink() {
                self.add_folder(&path)?;
            } else if path.is_file() {
                let name = path.display().to_string();
                match is_beside_lists(&path) {
                    true => self.passed_over.push(name),
                    false => self.push(path, name)?,
                }
            }
        }
        Ok(())
    }

    fn push(&mut self, path: PathBuf, name: String) -> Result<()> {
        if self.files.len() >= MOST_FILES {
            return Err(Error::input(format!("文件超过{MOST_FILES}个")).hint("分几次导入"));
        }
        self.files.push((path, name));
        Ok(())
    }

    /// `unpacks`: it is unpacked if it is an archive.
    fn add(&mut self, path: PathBuf, name: String, unpacks: bool) -> Result<()> {
        let archive = if unpacks { open_archive(&path) } else { Ok(None) };
        match archive {
            Ok(None) => self.push(path, name),
            Ok(Some(archive)) => {
                if let Err(error) = self.unpack(archive, &name)? {
                    self.unreadable.push(error.in_file(name));
                }
                Ok(())
            }
            // What it is says the reader.
            Err(_) => self.push(path, name),
        }
    }

    /// Where the next file of an archive is put: named by us, since what an archive calls its files leads nowhere.
    fn next_place(&mut self) -> Result<PathBuf> {
        if self.scratch.is_none() {
            let mut builder = tempfile::Builder::new();
            builder.prefix("bidui-triage-");
            let begun = UnfinishedPath::begin(|| builder.tempdir(), |scratch| scratch.path().to_owned());
            let failed = |e| Error::io("准备解压的临时文件夹", &std::env::temp_dir(), e);
            self.scratch = Some(begun.map_err(failed)?);
        }
        let folder = self.scratch.as_ref().map(|(scratch, _)| scratch.path().to_owned()).unwrap_or_default();
        self.unpacked += 1;
        Ok(folder.join(format!("{:05}", self.unpacked)))
    }

    /// Removes what was unpacked, once it is read.
    pub(super) fn remove_unpacked(&mut self) {
        self.scratch = None;
    }

    /// The outer error ends the import, the inner one is the archive's.
    fn unpack(&mut self, mut archive: ZipArchive<File>, name: &str) -> Result<Result<()>> {
        let mut left = MOST_UNPACKED;
        for at in 0..archive.len() {
            let mut entry = match archive.by_index(at) {
                Ok(entry) => entry,
                Err(zip::result::ZipError::UnsupportedArchive(_)) => {
                    return Ok(Err(Error::input("压缩包有密码，或用了不认识的压缩方法")
                        .hint("去掉密码，用普通的 zip 重新压缩，或解压后导入文件夹")));
                }
                Err(error) => {
                    return Ok(Err(Error::input("压缩包已损坏")
                        .hint("重新压缩，或解压后导入文件夹")
                        .caused_by(error)));
                }
            };
            if entry.is_dir() {
                continue;
            }
            let inner = entry_name(entry.name_raw());
            let told = format!("{name}/{inner}");
            if is_beside_lists(Path::new(&inner)) || inner.starts_with("__MACOSX/") {
                self.passed_over.push(told);
                continue;
            }
            let path = self.next_place()?;
            let failed = |e| Error::io("解压交回的清单", &path, e).hint("检查磁盘是否已满");
            let file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
            let mut file = file.map_err(failed)?;
            let mut buffer = vec![0; 1 << 16];
            loop {
                let read = match entry.read(&mut buffer) {
                    Ok(0) => break,
                    Ok(read) => read,
                    Err(error) => {
                        return Ok(Err(Error::input(format!("压缩包里的“{inner}”已损坏"))
                            .hint("重新压缩，或解压后导入文件夹")
                            .caused_by(error)));
                    }
                };
                let Some(rest) = left.checked_sub(read as u64) else {
                    return Ok(Err(Error::input("压缩包解开后太大").hint("解压后分几次导入")));
                };
                left = rest;
                file.write_all(&buffer[..read]).map_err(failed)?;
            }
            self.push(path, told)?;
        }
        Ok(Ok(()))
    }
}

/// The archive that a file is; `None` of a workbook, which is one too, and of any other file.
fn open_archive(path: &Path) -> std::result::Result<Option<ZipArchive<File>>, zip::result::ZipError> {
    let mut file = File::open(path)?;
    let mut head = [0; 4];
    if file.read(&mut head)? < 4 || !head.starts_with(b"PK") {
        return Ok(None);
    }
    let mut archive = ZipArchive::new(File::open(path)?)?;
    for at in 0..archive.len() {
        let entry = archive.by_index_raw(at)?;
        // Parts by which a workbook and a document are known.
        if matches!(entry.name_raw(), b"[Content_Types].xml" | b"mimetype") {
            return Ok(None);
        }
    }
    Ok(Some(archive))
}

/// Windows writes names in GBK and does not say so.
fn entry_name(raw: &[u8]) -> String {
    let name = match std::str::from_utf8(raw) {
        Ok(name) => name.to_owned(),
        Err(_) => encoding_rs::GB18030.decode_without_bom_handling(raw).0.into_owned(),
    };
    name.replace('\\', "/").chars().filter(|c| !c.is_control()).collect()
}

/// Evidence, and what programs leave: `~$` of a workbook that somebody has open, `.~lock` …
fn is_beside_lists(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let ending = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    name.starts_with("~$") || name.starts_with('.') || NO_LISTS.contains(&ending.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_beside_lists_are_named_and_not_read() {
        for name in ["~$北阳镇.xlsx", ".DS_Store", "Thumbs.db", "证明.JPG", "情况说明.docx"] {
            assert!(is_beside_lists(Path::new(name)), "{name}");
        }
        for name in ["北阳镇.xlsx", "北阳镇.et", "a.csv", "县.zip", "无后缀"] {
            assert!(!is_beside_lists(Path::new(name)), "{name}");
        }
        let gbk = encoding_rs::GB18030.encode("淇县\\北阳镇.xlsx").0;
        assert_eq!(entry_name(&gbk), "淇县/北阳镇.xlsx");
        assert_eq!(entry_name("淇县/北阳镇.xlsx".as_bytes()), "淇县/北阳镇.xlsx");
    }
}
