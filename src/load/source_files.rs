//! Which files of the data folder belong to which source.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::config::{Pipeline, SourceContract};
use crate::{Error, Result};

/// All files of the data folder by their path in it (`/` between segments), sorted. Hidden
/// files, lock files of office programs and symbolic links are not extracts.
pub(crate) fn list_data_files(data_dir: &Path) -> Result<Vec<String>> {
    if !data_dir.is_dir() {
        return Err(Error::input("数据文件夹不存在")
            .in_file(data_dir)
            .hint("用 --data 指定当季各部门提取文件所在的文件夹"));
    }
    let mut files = Vec::new();
    walk_data_folder(data_dir, "", &mut files)?;
    files.sort();
    Ok(files)
}

fn walk_data_folder(folder: &Path, prefix: &str, files: &mut Vec<String>) -> Result<()> {
    for entry in std::fs::read_dir(folder).map_err(|e| Error::io("读取数据文件夹", folder, e))? {
        let entry = entry.map_err(|e| Error::io("读取数据文件夹", folder, e))?;
        let kind = entry.file_type().map_err(|e| Error::io("读取数据文件夹", folder, e))?;
        let name = entry.file_name();
        let name = name.to_str().ok_or_else(|| {
            Error::input("文件名不是 UTF-8 编码").in_file(entry.path()).hint("改用普通中文或英文文件名")
        })?;
        if name.starts_with('.') || name.starts_with("~$") {
            continue;
        }
        if kind.is_dir() {
            walk_data_folder(&entry.path(), &format!("{prefix}{name}/"), files)?;
        } else if kind.is_file() {
            files.push(format!("{prefix}{name}"));
        }
    }
    Ok(())
}

/// Files of one source, sorted. A file that a second source claims too is refused: its rows
/// would count twice.
pub(super) fn files_of_source(
    pipeline: &Pipeline,
    contract: &SourceContract,
    data_dir: &Path,
) -> Result<Vec<PathBuf>> {
    let mut own = Vec::new();
    for file in list_data_files(data_dir)? {
        if !contract.owns_file(&file) {
            continue;
        }
        if let Some(other) = pipeline.sources.iter().find(|s| s.name != contract.name && s.owns_file(&file)) {
            return Err(Error::input(format!(
                "文件同时符合“{}”和“{}”的文件模式",
                contract.title, other.title
            ))
            .in_file(&file)
            .hint(format!(
                "改文件名，或改 sources/{}.toml、sources/{}.toml 的 [files] patterns",
                contract.name, other.name
            )));
        }
        own.push(PathBuf::from(file));
    }
    Ok(own)
}

/// What lies in a data folder: files by source (every source listed), and files of none.
#[derive(Debug, Clone, Default)]
pub struct FolderSurvey {
    /// Source name → its files, sorted.
    pub sources: BTreeMap<String, Vec<PathBuf>>,
    /// Files that no source claims, sorted.
    pub unclaimed: Vec<PathBuf>,
}

/// Sorts the files of a data folder by source without opening them.
///
/// # Errors
/// A folder that cannot be listed; a file that two sources claim; a pattern that is none.
pub fn survey_data_folder(pipeline: &Pipeline, data_dir: &Path) -> Result<FolderSurvey> {
    let mut survey = FolderSurvey::default();
    for contract in &pipeline.sources {
        survey.sources.insert(contract.name.clone(), files_of_source(pipeline, contract, data_dir)?);
    }
    for file in list_data_files(data_dir)? {
        if !pipeline.sources.iter().any(|s| s.owns_file(&file)) {
            survey.unclaimed.push(PathBuf::from(file));
        }
    }
    Ok(survey)
}
