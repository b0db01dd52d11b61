//! Writes a backup: keys, answers, what came back, ledgers, and which publications there were.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use serde::Serialize;
use sha2::{Digest as _, Sha256};
use zip::CompressionMethod;
use zip::write::SimpleFileOptions;

use super::backup_archive::{
    ANSWERS, BackedFile, BackedPublication, BackupContents, CONTENTS, FORMAT, IDENTITY_KEY, PSEUDONYM_KEY,
};
use crate::answers::{RETURNED, StoreFacts, check_not_restoring, copy_store, store_path};
use crate::engine::PublishedKeys;
use crate::privacy::Secrets;
use crate::privacy::key_file::real_path;
use crate::publication::layout::{self, LATEST, MANIFEST};
use crate::publication::manifest::KeyNames;
use crate::publication::staging::MIGRATION_FOLDER;
use crate::table::archive_output::ArchiveOutput;
use crate::table::digest::{DigestingWriter, hex_text};
use crate::table::unfinished::UnfinishedPath;
use crate::table::whole_file::WholeFile;
use crate::{Error, Result};

/// An order to write a backup.
#[derive(Debug)]
pub struct BackupPlan {
    /// Folder that holds publications.
    pub out: PathBuf,
    /// The file to be written; there must be none.
    pub to: PathBuf,
    /// Bytes of the pseudonym key and of the identity secret; `None`: the backup is to hold none.
    pub keys: Option<[Vec<u8>; 2]>,
    /// When, `2018-10-20T09:30:00+08:00`.
    pub made_at: String,
    /// By whom.
    pub made_by: String,
}

/// What a backup holds.
#[derive(Debug, Clone, Serialize)]
pub struct BackupSummary {
    /// The file.
    pub file: PathBuf,
    /// It holds the two keys.
    pub with_keys: bool,
    /// What the file of answers holds; `None`: there is none.
    pub answers: Option<StoreFacts>,
    /// Files that came back, as marked-up copies.
    pub returned: u64,
    /// Ledgers of ids.
    pub ledgers: u64,
    /// Publications whose manifests are named; they themselves are not in it.
    pub publications: u64,
    /// Folders of runs without a manifest, which are no publications and are not named in it.
    pub unfinished: Vec<PathBuf>,
    /// Length of the file.
    pub bytes: u64,
}

/// Writes a backup, whole or not at all. Others may import answers meanwhile: those of one moment are in it.
///
/// # Errors
/// The file is there, or lies where others can read it; nothing to be kept; keys other than those of the publications.
pub fn write_backup(plan: &BackupPlan) -> Result<BackupSummary> {
    check_not_restoring(&plan.out)?;
    check_place(plan)?;
    let published = PublishedKeys::find(&plan.out, None)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix("bidui-backup-");
    let begun = UnfinishedPath::begin(|| builder.tempdir(), |scratch| scratch.path().to_owned());
    let (scratch, _unfinished) = begun.map_err(|e| Error::io("准备临时文件夹", &std::env::temp_dir(), e))?;
    let copy = scratch.path().join("answers.sqlite");
    let answers = copy_store(&store_path(&plan.out), &copy)?;
    let (publications, unfinished) = list_publications(&plan.out)?;
    if answers.is_none() && publications.is_empty() {
        return Err(Error::usage("这里没有发布，也没有核查结果，没有可备份的")
            .in_file(&plan.out)
            .hint("给出发布文件夹，即 run 的 --out"));
    }
    let identity = match (&answers, published.identity()) {
        (_, Some(one)) => Some(one.keys.identity.clone()),
        (Some(facts), None) => facts.identity.clone(),
        (None, None) => None,
    };
    let keys =
        plan.keys.as_ref().map(|keys| check_keys(keys, identity.as_deref(), &published)).transpose()?;
    let mut file = WholeFile::create(&plan.to, 0o600)?;
    let mut parts =
        BackupWriter { archive: ArchiveOutput::new(&mut file), path: &plan.to, files: Vec::new() };
    if let Some([pseudonym, identity]) = &plan.keys {
        parts.add(PSEUDONYM_KEY, &mut pseudonym.as_slice())?;
        parts.add(IDENTITY_KEY, &mut identity.as_slice())?;
    }
    if answers.is_some() {
        parts.add_file(ANSWERS, &copy)?;
    }
    let mut counts = [0; 2];
    let ledgers = layout::list_folder_names(&plan.out)?;
    let ledgers = ledgers.into_iter().filter(|name| name.starts_with(MIGRATION_FOLDER));
    for (at, folder) in std::iter::once(RETURNED.to_owned()).chain(ledgers).enumerate() {
        let found = list_files(&plan.out, Path::new(&folder))?;
        counts[usize::from(at > 0)] += if at > 0 { 1 } else { found.len() as u64 };
        for name in found {
            parts.add_file(&name, &plan.out.join(&name))?;
        }
    }
    let contents = BackupContents {
        bidui_backup: FORMAT,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        made_at: plan.made_at.clone(),
        made_by: plan.made_by.clone(),
        keys,
        identity,
        answers: answers.clone(),
        publications,
        files: std::mem::take(&mut parts.files),
    };
    parts.finish(&contents)?;
    file.finish()?;
    let bytes = fs::metadata(&plan.to).map_err(|e| Error::io("读取备份", &plan.to, e))?.len();
    Ok(BackupSummary {
        file: plan.to.clone(),
        with_keys: contents.keys.is_some(),
        answers,
        returned: counts[0],
        ledgers: counts[1],
        publications: contents.publications.len() as u64,
        unfinished,
        bytes,
    })
}

/// Refuses a file that is there, and one with keys where others may look.
fn check_place(plan: &BackupPlan) -> Result<()> {
    let to = &plan.to;
    if to.symlink_metadata().is_ok() {
        return Err(Error::usage("已有这个文件，不会覆盖").in_file(to).hint("换一个文件名，例如带上日期"));
    }
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let there = fs::metadata(folder).ok().filter(fs::Metadata::is_dir).ok_or_else(|| {
        Error::usage("放备份的文件夹不存在")
            .in_file(folder)
            .hint(format!("先建好：mkdir -m 700 {}", folder.display()))
    })?;
    if real_path(to)?.starts_with(real_path(&plan.out)?) {
        return Err(Error::usage("备份不能放在发布文件夹里：丢了发布文件夹，备份也就丢了")
            .in_file(to)
            .hint("放到另一块磁盘上"));
    }
    if plan.keys.is_some() && there.mode() & 0o077 != 0 {
        return Err(Error::usage("备份里有密钥，不能放在别人也能看的文件夹里").in_file(folder).hint(
            "先建一个只有自己能看的文件夹：mkdir -m 700 备份，放到那里；不要密钥的，加 --without-keys",
        ));
    }
    Ok(())
}

/// The names of the keys, which must be those that the publications and answers rest on: a backup of others brings nothing back.
fn check_keys(
    [pseudonym, identity]: &[Vec<u8>; 2],
    needed: Option<&str>,
    published: &PublishedKeys,
) -> Result<KeyNames> {
    let secrets = Secrets::new(identity, pseudonym)?;
    let own = KeyNames { identity: secrets.identity_id(), pseudonym: secrets.pseudonym_id() };
    let other = |title: &str, option: &str, needed: &str, own: &str| {
        Error::usage(format!("{title}不是发布和核查结果所用的：用的是{needed}，现在给的是{own}"))
            .hint(format!("用 {option} 指向所用的密钥；不备份密钥的，加 --without-keys"))
    };
    match needed {
        Some(needed) if needed != own.identity => {
            return Err(other("身份密钥", "--identity-file", needed, &own.identity));
        }
        _ => {}
    }
    match published.pseudonym().map(|one| one.keys.pseudonym.as_str()) {
        Some(needed) if needed != own.pseudonym => {
            Err(other("假名密钥", "--key-file", needed, &own.pseudonym))
        }
        _ => Ok(own),
    }
}

/// All runs of all periods, with the digests of their manifests, and the folders that have none.
pub(super) fn list_publications(out: &Path) -> Result<(Vec<BackedPublication>, Vec<PathBuf>)> {
    let (mut found, mut without) = (Vec::new(), Vec::new());
    for period in layout::list_period_folders(out)? {
        // What the link names is current, whatever became of it.
        let current = match fs::read_link(period.folder.join(LATEST)) {
            Ok(named) => named.file_name().map(ToOwned::to_owned),
            Err(_) => period.current.then(|| period.folder.file_name().map(ToOwned::to_owned)).flatten(),
        };
        let own = period.runs.is_empty().then(|| period.folder.clone());
        for run in period.runs.iter().cloned().chain(own) {
            let path = run.join(MANIFEST);
            let manifest = match fs::read(&path) {
                Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
                    without.push(run);
                    continue;
                }
                other => other.map_err(|e| Error::io("读取清册", &path, e))?,
            };
            let within = run.strip_prefix(out).unwrap_or(&run);
            found.push(BackedPublication {
                folder: within.to_string_lossy().into_owned(),
                manifest_sha256: hex_text(&Sha256::digest(&manifest)),
                current: current.is_some() && current.as_deref() == run.file_name(),
            });
        }
    }
    Ok((found, without))
}

/// Files below a folder of the output folder, as they are called from there, sorted; links are not followed.
///
/// # Errors
/// A folder that cannot be read, or a name that is not UTF-8.
pub(super) fn list_files(out: &Path, within: &Path) -> Result<Vec<String>> {
    let folder = out.join(within);
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for name in list_names(&folder)? {
        let within = within.join(&name);
        let there = folder.join(&name).symlink_metadata();
        let there = there.map_err(|e| Error::io("读取要备份的文件", &folder.join(&name), e))?;
        if there.is_dir() {
            found.extend(list_files(out, &within)?);
        } else if there.is_file() {
            found.push(within.to_string_lossy().into_owned());
        }
    }
    Ok(found)
}

/// Names in a folder of this program's, sorted; none if there is no such folder. A name that is not UTF-8 is refused: whoever
/// passed over it would lose the file in silence.
pub(super) fn list_names(folder: &Path) -> Result<Vec<String>> {
    let refused = |name: OsString| {
        Error::input("文件名不是 UTF-8，无法处理")
            .in_file(folder.join(name))
            .hint("改名，或移到别处，再执行一次")
    };
    let names = layout::read_folder_names("读取文件夹", folder)?;
    names.into_iter().map(|name| name.into_string().map_err(refused)).collect()
}

/// The archive while it is written.
struct BackupWriter<'p> {
    archive: ArchiveOutput<&'p mut WholeFile>,
    path: &'p Path,
    files: Vec<BackedFile>,
}

impl BackupWriter<'_> {
    fn failed(&self, error: impl Into<std::io::Error>) -> Error {
        Error::io("写备份", self.path, error.into()).hint("检查磁盘是否已满")
    }

    fn begin(&mut self, name: &str) -> Result<()> {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .unix_permissions(0o600)
            .large_file(true);
        let begun = self.archive.start_file(name, options);
        begun.map_err(|e| self.failed(e))
    }

    fn add_file(&mut self, name: &str, path: &Path) -> Result<()> {
        let file = File::open(path).map_err(|e| Error::io("读取要备份的文件", path, e));
        self.add(name, &mut file?)
    }

    fn add(&mut self, name: &str, from: &mut dyn std::io::Read) -> Result<()> {
        self.begin(name)?;
        let mut to = DigestingWriter::new(&mut self.archive);
        let copied = std::io::copy(from, &mut to);
        let (_, digest) = to.finish();
        copied.map_err(|e| self.failed(e))?;
        self.files.push(BackedFile { name: name.to_owned(), sha256: digest.sha256, bytes: digest.bytes });
        Ok(())
    }

    /// Writes what all parts are.
    fn finish(mut self, contents: &BackupContents) -> Result<()> {
        let mut text = serde_json::to_vec_pretty(contents).map_err(|e| Error::internal(e.to_string()))?;
        text.push(b'\n');
        self.begin(CONTENTS)?;
        self.archive.write_all(&text).map_err(|e| self.failed(e))?;
        let path = self.path;
        let failed = |e| Error::io("写备份", path, e).hint("检查磁盘是否已满");
        self.archive.finish().map(drop).map_err(failed)
    }
}
