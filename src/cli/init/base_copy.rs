//! The base rule sets that come with the program, and how one gets beside a new pipeline.
//!
//! Its files are part of the program and are copied into a folder of their own: a pipeline's rules then stay as
//! they were when another edition of the program is installed, can be read and changed by whoever answers for
//! them, and stand in the digest of every publication.

use std::path::{Path, PathBuf};

use super::write_initial_file;
use crate::config::IncludedFolders;
use crate::{Error, Result};

/// Files of the base rule sets, by their path below the folder that holds them.
const FILES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/base_files.rs"));

/// Names under which the base rule sets of the program are known, and their folders: its own, and that of the pipeline
/// it came from.
const NAMES: [(&str, &str); 4] =
    [("base", "base"), ("hebi", "base"), ("base-2025", "base-2025"), ("longan-2025", "base-2025")];

/// Puts what `from` names beside the pipeline `folder`; gives the folder's name there and a word on what was done.
///
/// # Errors
/// Nothing of that name; a folder in the way; a folder that cannot be written.
pub(super) fn put_base(from: &str, folder: &Path) -> Result<(String, String)> {
    let holder = match folder.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    };
    if let Some((_, base)) = NAMES.iter().find(|(name, _)| *name == from) {
        let of_base = |(name, bytes): &(&str, &[u8])| {
            let path = Path::new(name).strip_prefix(base).ok()?;
            Some((path.to_owned(), bytes.to_vec()))
        };
        let files: Vec<(PathBuf, Vec<u8>)> = FILES.iter().filter_map(of_base).collect();
        return copy_base(&files, &holder.join(base), "程序自带的规则集");
    }
    let source = Path::new(from);
    if !source.is_dir() {
        return Err(Error::usage(format!("没有规则集“{from}”"))
            .hint("写 hebi、base 或 longan-2025、base-2025（程序自带），或一个流水线、基础规则集的文件夹"));
    }
    let base = if source.join("base.toml").is_file() {
        source.to_owned()
    } else {
        let layers = IncludedFolders::open(source)?;
        let Some(base) = layers.bases().first() else {
            return Err(Error::usage("这条流水线没有引用基础规则集，没有可以共用的规则")
                .in_file(source)
                .hint("写 --from hebi，采用程序自带的规则集"));
        };
        base.folder.clone()
    };
    let name = base.canonicalize().ok().and_then(|p| p.file_name().map(|n| n.to_string_lossy().into_owned()));
    let target = holder.join(name.unwrap_or_else(|| "base".to_owned()));
    let mut files = Vec::new();
    read_folder(&base, Path::new(""), &mut files)?;
    copy_base(&files, &target, &base.display().to_string())
}

/// What the base `name` beside the pipeline `folder` is about, without the word that it is a base.
pub(super) fn base_subject(folder: &Path, name: &str) -> Option<String> {
    let file = folder.parent().unwrap_or(Path::new("")).join(name).join("base.toml");
    let table: toml::Table = std::fs::read_to_string(file).ok()?.parse().ok()?;
    let title = table.get("title")?.as_str()?;
    Some(title.strip_suffix("基础规则").unwrap_or(title).to_owned())
}

fn read_folder(folder: &Path, prefix: &Path, files: &mut Vec<(PathBuf, Vec<u8>)>) -> Result<()> {
    for path in crate::config::included_folders::sorted_folder_entries(folder)? {
        let name = prefix.join(path.file_name().unwrap_or_default());
        if path.is_dir() {
            read_folder(&path, &name, files)?;
        } else {
            files.push((name, std::fs::read(&path).map_err(|e| Error::io("读取文件", &path, e))?));
        }
    }
    Ok(())
}

/// Writes the files into `target`, or leaves a base that is there as it is.
fn copy_base(files: &[(PathBuf, Vec<u8>)], target: &Path, what: &str) -> Result<(String, String)> {
    let name = target.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let shown = target.display();
    if !target.exists() {
        for (file, bytes) in files {
            write_initial_file(&target.join(file), bytes)?;
        }
        return Ok((name, format!("{what}已复制到 {shown}")));
    }
    if !target.join("base.toml").is_file() {
        return Err(Error::usage("这里要放基础规则集，已有的文件夹却不是规则集（没有 base.toml）")
            .in_file(target)
            .hint("把新流水线建在别的文件夹里，例如 pipelines/滑县"));
    }
    let same =
        files.iter().all(|(file, bytes)| std::fs::read(target.join(file)).is_ok_and(|old| old == *bytes));
    Ok(match same {
        true => (name, format!("采用已有的 {shown}")),
        false => (name, format!("采用已有的 {shown}；它与{what}不同，没有改动")),
    })
}
