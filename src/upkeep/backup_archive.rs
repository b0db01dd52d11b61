//! The one file of a backup: a zip archive whose last part says what all others are.

use std::fs::File;
use std::io::{Read, Write};
use std::path::{Component, Path};

use serde::{Deserialize, Serialize};
use zip::ZipArchive;

use crate::answers::StoreFacts;
use crate::publication::manifest::KeyNames;
use crate::table::digest::{DigestingWriter, FileDigest};
use crate::{Error, Result};

/// Name of the part that says what all others are.
pub(super) const CONTENTS: &str = "backup.json";
/// Version of [`BackupContents`].
pub(super) const FORMAT: u32 = 1;
/// The file of answers.
pub(super) const ANSWERS: &str = "answers/answers.sqlite";
/// The two keys.
pub(super) const PSEUDONYM_KEY: &str = "keys/pseudonym.key";
/// See [`PSEUDONYM_KEY`].
pub(super) const IDENTITY_KEY: &str = "keys/pseudonym.identity.key";
/// Of one part that is held in memory: a key, the list of contents.
const LONGEST_TEXT: u64 = 64 << 20;

/// What a backup holds.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct BackupContents {
    pub(super) bidui_backup: u32,
    /// Version of the program that made it.
    pub(super) version: String,
    pub(super) made_at: String,
    pub(super) made_by: String,
    /// Names of the keys in it; `None`: it was made without.
    pub(super) keys: Option<KeyNames>,
    /// Name of the identity secret that publications and answers rest on.
    pub(super) identity: Option<String>,
    /// What the file of answers holds; `None`: there was none.
    pub(super) answers: Option<StoreFacts>,
    /// The publications that were there.
    pub(super) publications: Vec<BackedPublication>,
    /// All parts but this one.
    pub(super) files: Vec<BackedFile>,
}

/// A publication that was there when a backup was made; it is not in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct BackedPublication {
    /// `2018Q3/run-0001-1a2b3c4d`.
    pub(super) folder: String,
    /// SHA-256 of its manifest, in which every other file has its own.
    pub(super) manifest_sha256: String,
    /// The period's current one.
    pub(super) current: bool,
}

/// A part of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct BackedFile {
    pub(super) name: String,
    pub(super) sha256: String,
    pub(super) bytes: u64,
}

/// A backup opened for reading, every part of which is what its list of contents says.
pub(super) struct OpenBackup {
    archive: ZipArchive<File>,
    pub(super) contents: BackupContents,
}

fn damaged(path: &Path, what: &str) -> Error {
    Error::input(format!("备份已损坏：{what}")).in_file(path).hint("换用另一份备份；复制来的，重新复制一次")
}

/// Where a part may go: below the output folder, never out of it.
fn is_safe(name: &str) -> bool {
    let plain = |part: Component<'_>| matches!(part, Component::Normal(_));
    !name.is_empty() && !name.contains(['\\', '\0']) && Path::new(name).components().all(plain)
}

impl OpenBackup {
    /// Opens a backup and compares every part with its list of contents.
    ///
    /// # Errors
    /// The file is not there, no backup, cut off, damaged, or of a later version.
    pub(super) fn open(path: &Path) -> Result<Self> {
        let file =
            File::open(path).map_err(|e| Error::io("打开备份", path, e).hint("核对备份文件的路径和权限"))?;
        if !file.metadata().is_ok_and(|there| there.is_file()) {
            return Err(Error::usage("备份不是普通文件")
                .in_file(path)
                .hint("给出 bidui backup 写的那个文件"));
        }
        let begins = {
            let mut first = [0; 4];
            (&file).read_exact(&mut first).is_ok() && first == *b"PK\x03\x04"
        };
        let foreign = || {
            Error::input("这个文件不是 bidui 做的备份").in_file(path).hint("给出 bidui backup 写的那个文件")
        };
        let mut archive = match ZipArchive::new(file) {
            Ok(archive) => archive,
            Err(_) if begins => return Err(damaged(path, "文件不完整，可能没有复制完")),
            Err(_) => return Err(foreign()),
        };
        if archive.index_for_name(CONTENTS).is_none() {
            return Err(foreign());
        }
        let text = read_text(&mut archive, CONTENTS, path)?;
        #[derive(Deserialize)]
        struct Head {
            bidui_backup: u32,
        }
        let head: Head = serde_json::from_slice(&text).map_err(|_| foreign())?;
        if head.bidui_backup != FORMAT {
            return Err(Error::input(format!("备份的格式版本为{}，本程序只认到{FORMAT}", head.bidui_backup))
                .in_file(path)
                .hint("换用做它的那一版程序，或更新的"));
        }
        let contents: BackupContents =
            serde_json::from_slice(&text).map_err(|_| damaged(path, "清册读不出来"))?;
        let mut open = Self { archive, contents };
        open.check_parts(path)?;
        Ok(open)
    }

    fn check_parts(&mut self, path: &Path) -> Result<()> {
        let listed = self.contents.files.clone();
        if self.archive.len() != listed.len() + 1 {
            return Err(damaged(path, "里面的文件与清册对不上"));
        }
        for one in &listed {
            if !is_safe(&one.name) {
                return Err(damaged(path, "清册里的文件名指向别处"));
            }
            let found = self.copy_part(one, &mut std::io::sink(), path)?;
            if (found.sha256.as_str(), found.bytes) != (one.sha256.as_str(), one.bytes) {
                return Err(damaged(path, &format!("{}与清册不符", one.name)));
            }
        }
        let names = |name: &str| listed.iter().any(|one| one.name == name);
        let keys = [PSEUDONYM_KEY, IDENTITY_KEY].map(names);
        if keys != [self.contents.keys.is_some(); 2] || names(ANSWERS) != self.contents.answers.is_some() {
            return Err(damaged(path, "里面的文件与清册对不上"));
        }
        Ok(())
    }

    /// Copies a part.
    ///
    /// # Errors
    /// It cannot be read, or `to` not be written.
    pub(super) fn copy_part(
        &mut self,
        one: &BackedFile,
        to: &mut dyn Write,
        path: &Path,
    ) -> Result<FileDigest> {
        let part = self.archive.by_name(&one.name);
        let mut part = part.map_err(|_| damaged(path, &format!("{}读不出来", one.name)))?;
        let mut to = DigestingWriter::new(to);
        let mut buffer = vec![0; 1 << 16];
        loop {
            let read = part.read(&mut buffer).map_err(|_| damaged(path, &format!("{}读不出来", one.name)))?;
            if read == 0 {
                return Ok(to.finish().1);
            }
            // What is longer than listed is not read to its end.
            if to.bytes() + read as u64 > one.bytes {
                return Err(damaged(path, &format!("{}与清册不符", one.name)));
            }
            to.write_all(&buffer[..read])
                .map_err(|e| Error::io("解开备份", Path::new(&one.name), e).hint("检查磁盘是否已满"))?;
        }
    }

    /// A part that fits in memory.
    ///
    /// # Errors
    /// As [`OpenBackup::copy_part`].
    pub(super) fn part(&mut self, name: &str, path: &Path) -> Result<Vec<u8>> {
        read_text(&mut self.archive, name, path)
    }

    /// What is listed of a part.
    pub(super) fn listed(&self, name: &str) -> Option<&BackedFile> {
        self.contents.files.iter().find(|one| one.name == name)
    }
}

fn read_text(archive: &mut ZipArchive<File>, name: &str, path: &Path) -> Result<Vec<u8>> {
    let unreadable = || damaged(path, &format!("{name}读不出来"));
    let part = archive.by_name(name).map_err(|_| unreadable())?;
    let mut bytes = Vec::new();
    part.take(LONGEST_TEXT + 1).read_to_end(&mut bytes).map_err(|_| unreadable())?;
    if bytes.len() as u64 > LONGEST_TEXT { Err(unreadable()) } else { Ok(bytes) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_stay_below_the_output_folder() {
        for name in ["answers/answers.sqlite", "answers/returned/20181020/北阳镇.xlsx"] {
            assert!(is_safe(name), "{name}");
        }
        for name in ["", "/etc/passwd", "../key", "answers/../../key", "a\\b", "answers/./a/../b"] {
            assert!(!is_safe(name), "{name}");
        }
    }
}
