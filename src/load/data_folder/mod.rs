//! What lies in the data folder, listed once: which source reads each file, and what becomes of the others.

use std::path::{Path, PathBuf};

use super::LoadedSource;
use crate::config::{Pipeline, SourceContract};
use crate::model::data_file::{DataFile, FileFate};
use crate::model::file_account::FileAccount;
use crate::privacy::told_text::told_name;
use crate::publication::own_marks;
use crate::{Error, Result};

mod file_kind;
mod file_stamp;
mod nearest_source;

use file_kind::FileKind;
use file_stamp::FileStamp;

/// Everything in a data folder, by path.
#[derive(Debug, Clone, Default)]
pub struct DataFolder {
    /// Files, and links and folders that are not looked into, sorted by path.
    pub files: Vec<DataFile>,
    /// Bytes of the files that sources read.
    pub bytes: u64,
    /// What each of the files was when the folder was listed, in their order; of those that are looked into.
    stamps: Vec<Option<FileStamp>>,
}

/// A file of the folder before it is known whose it is.
struct FoundFile {
    path: String,
    /// What it is, where that is known already.
    fate: Option<FileFate>,
    note: Option<String>,
    stamp: Option<FileStamp>,
}

/// Lists the data folder once and says of every file which source reads it or why none does. Files of no source
/// are looked into, the others by their marks only.
///
/// # Errors
/// A folder that cannot be listed.
pub fn survey_data_folder(pipeline: &Pipeline, data_dir: &Path) -> Result<DataFolder> {
    let found = list_data_folder(data_dir)?;
    let mut folder = DataFolder::default();
    for one in &found {
        let file = sort_file(pipeline, data_dir, one, &found);
        if file.fate == FileFate::Read {
            // A file with holes may tell any length.
            folder.bytes = folder.bytes.saturating_add(one.stamp.as_ref().map_or(0, FileStamp::length));
        }
        folder.files.push(file);
        folder.stamps.push(one.stamp.clone());
    }
    Ok(folder)
}

/// Files of a data folder that may be lists, sorted: what is no regular file, hidden, or bidui's own is left out.
///
/// # Errors
/// A folder that cannot be listed.
pub(crate) fn list_data_files(data_dir: &Path) -> Result<Vec<PathBuf>> {
    let found = list_data_folder(data_dir)?;
    let may_be_list = |one: &&FoundFile| {
        let path = data_dir.join(&one.path);
        one.fate.is_none() && !own_marks::is_own_file(&path) && kind_of_found(data_dir, one, &found).opens
    };
    Ok(found.iter().filter(may_be_list).map(|one| data_dir.join(&one.path)).collect())
}

/// Kind of a file of the folder by its content and by what lies beside it.
fn kind_of_found(data_dir: &Path, one: &FoundFile, all: &[FoundFile]) -> FileKind {
    let there = |name: &str| all.iter().any(|other| other.path.eq_ignore_ascii_case(name));
    file_kind::kind_of_file(&data_dir.join(&one.path), &one.path, &there)
}

/// Everything in the folder, sorted by path.
fn list_data_folder(data_dir: &Path) -> Result<Vec<FoundFile>> {
    if !data_dir.is_dir() {
        return Err(Error::input("数据文件夹不存在")
            .in_file(data_dir)
            .hint("用 --data 指定本期各部门提取文件所在的文件夹"));
    }
    let mut found = Vec::new();
    walk_data_folder(data_dir, "", &mut found)?;
    found.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(found)
}

fn walk_data_folder(folder: &Path, prefix: &str, found: &mut Vec<FoundFile>) -> Result<()> {
    for entry in std::fs::read_dir(folder).map_err(|e| Error::io("读取数据文件夹", folder, e))? {
        let entry = entry.map_err(|e| Error::io("读取数据文件夹", folder, e))?;
        let kind = entry.file_type().map_err(|e| Error::io("读取数据文件夹", folder, e))?;
        let name = entry.file_name();
        let path = format!("{prefix}{}", name.to_string_lossy());
        let mut tell = |fate: Option<FileFate>, note: Option<&str>| {
            // A file that is gone by now is missed when it is read.
            let stamp = fate.is_none().then(|| entry.metadata().ok()).flatten();
            let stamp = stamp.map(|file| FileStamp::of(&file));
            found.push(FoundFile { path: path.clone(), fate, note: note.map(str::to_owned), stamp });
        };
        let Some(name) = name.to_str() else {
            tell(Some(FileFate::Unclaimed), Some("文件名不是 UTF-8 编码；改用普通中文或英文文件名"));
            continue;
        };
        if kind.is_symlink() {
            tell(Some(FileFate::Link), None);
        } else if name.starts_with("~$") {
            tell(Some(FileFate::Lock), None);
        } else if file_kind::is_system_name(name) {
            tell(Some(FileFate::System), None);
        } else if name.starts_with('.') {
            tell(Some(FileFate::Hidden), None);
        } else if kind.is_dir() {
            if own_marks::is_own_folder(&entry.path()) {
                tell(Some(FileFate::OwnOutput), Some("整个文件夹是一次运行的结果，没有读入"));
            } else {
                walk_data_folder(&entry.path(), &format!("{path}/"), found)?;
            }
        } else if kind.is_file() {
            tell(None, None);
        } else {
            tell(Some(FileFate::Special), None);
        }
    }
    Ok(())
}

/// What becomes of one file.
fn sort_file(pipeline: &Pipeline, data_dir: &Path, found: &FoundFile, all: &[FoundFile]) -> DataFile {
    let mut file = DataFile {
        file: PathBuf::from(&found.path),
        fate: found.fate.unwrap_or(FileFate::Read),
        source: None,
        note: found.note.clone(),
        account: None,
    };
    let may_hold_rows = matches!(found.fate, None | Some(FileFate::Link | FileFate::Special));
    if may_hold_rows && pipeline.settings.data.ignores(&found.path) {
        file.fate = FileFate::NotWanted;
        return file;
    }
    if found.fate == Some(FileFate::Special) {
        file.source = pipeline.sources.iter().find(|s| s.owns_file(&found.path)).map(|s| s.name.clone());
    }
    if found.fate.is_some() {
        return file;
    }
    let path = data_dir.join(&found.path);
    if own_marks::is_own_file(&path) {
        file.fate = FileFate::OwnOutput;
        return file;
    }
    let mut claims = pipeline.sources.iter().filter(|source| source.owns_file(&found.path));
    match (claims.next(), claims.next()) {
        (Some(one), None) => {
            file.source = Some(one.name.clone());
            if file_kind::may_be_no_list(&found.path) {
                let kind = kind_of_found(data_dir, found, all);
                let letter = matches!(kind.fate, FileFate::Letter | FileFate::Picture);
                if letter || kind.fate == FileFate::Memo {
                    file.fate = kind.fate;
                    file.note = letter.then(|| {
                        format!(
                            "文件名符合“{}”，但它是{}；名单若在里面，向{}索取表格",
                            one.title,
                            kind.fate.label(),
                            one.owner
                        )
                    });
                }
            }
        }
        (Some(one), Some(other)) => {
            file.fate = FileFate::ClaimedTwice;
            file.source = Some(one.name.clone());
            file.note = Some(other.name.clone());
        }
        (None, _) => {
            let kind = kind_of_found(data_dir, found, all);
            file.fate = kind.fate;
            file.note = kind.what.map(str::to_owned);
            if kind.fate == FileFate::Unclaimed {
                let (source, why) =
                    nearest_source::nearest_source(pipeline, data_dir, &found.path, kind.opens);
                file.source = source;
                file.note = Some([file.note, why].into_iter().flatten().collect::<Vec<_>>().join("；"));
            }
        }
    }
    file
}

impl DataFolder {
    /// Takes over what the files that were read are made of.
    pub fn take_accounts(&mut self, loaded: &[LoadedSource]) {
        for table in loaded.iter().flat_map(|one| &one.totals.tables) {
            let Some(account) = &table.account else { continue };
            if let Ok(at) = self.files.binary_search_by(|f| f.file.as_os_str().cmp(table.file.as_os_str())) {
                self.files[at].account = Some(FileAccount::clone(account));
            }
        }
    }

    /// Files that a source reads, sorted.
    pub fn of_source(&self, source: &str) -> Vec<PathBuf> {
        let own =
            self.files.iter().filter(|f| f.fate == FileFate::Read && f.source.as_deref() == Some(source));
        own.map(|f| f.file.clone()).collect()
    }

    /// Files that may hold rows and belong to no source, sorted.
    pub fn unclaimed(&self) -> impl Iterator<Item = &DataFile> {
        self.files.iter().filter(|f| f.fate == FileFate::Unclaimed)
    }

    /// What stops a run: files that several sources claim, and unless they are allowed files of none that may hold
    /// rows, links, and pipes that bear the name of a list.
    pub fn complaints(&self, pipeline: &Pipeline, allow_unclaimed: bool) -> Vec<Error> {
        let allowed = allow_unclaimed || pipeline.settings.data.allow_unclaimed;
        const TYPES: &str = "[Content_Types].xml";
        // Folders that are workbooks taken apart.
        let unpacked: Vec<String> = { self.files.iter() }
            .filter_map(|file| file.file.to_string_lossy().strip_suffix(TYPES).map(str::to_owned))
            .collect();
        let complain = |file: &DataFile| {
            let path = file.file.to_string_lossy();
            let within = unpacked.iter().any(|folder| path.starts_with(folder.as_str()));
            match file.fate {
            FileFate::Unclaimed if !allowed && within => path.ends_with(TYPES).then(|| {
                Error::input("这个文件夹是解开了的 XLSX 工作簿，没有读入").in_file(masked_file_name(&file.file)).hint(
                    "向提供部门索取原来的 .xlsx 文件，按来源命名后放到数据文件夹，移出这个文件夹",
                )
            }),
            FileFate::ClaimedTwice => Some(claimed_twice(pipeline, file)),
            FileFate::Unclaimed if !allowed => Some(
                Error::input("文件不属于任何数据来源，没有读入").in_file(masked_file_name(&file.file)).hint(format!(
                    "{}；是数据就按来源改文件名，不是就移出数据文件夹；确认不用可加 --allow-unclaimed，或写进 pipeline.toml 的 [data] ignore",
                    file.note.as_deref().unwrap_or_default()
                )),
            ),
            FileFate::Link if !allowed => Some(
                Error::input("数据文件夹里有符号链接，没有跟随，它指向的文件或文件夹没有读入")
                    .in_file(masked_file_name(&file.file))
                    .hint("把链接换成真正的文件或文件夹；确认不用可加 --allow-unclaimed，或写进 pipeline.toml 的 [data] ignore"),
            ),
            FileFate::Special if !allowed && file.source.is_some() => Some(
                Error::input("文件名符合数据来源，但它是管道、设备一类，不是普通文件，没有读入")
                    .in_file(masked_file_name(&file.file))
                    .hint("换成真正的文件；确认不用可加 --allow-unclaimed，或写进 pipeline.toml 的 [data] ignore"),
            ),
            _ => None,
        }
        };
        self.files.iter().filter_map(complain).collect()
    }

    /// What became another since the folder was listed: files that changed, were replaced or vanished, and files that
    /// may be lists and came later. To be asked once everything was read.
    ///
    /// # Errors
    /// A folder or file that cannot be looked at any more.
    pub fn changes(&self, pipeline: &Pipeline, data_dir: &Path) -> Result<Vec<Error>> {
        let mut complaints = Vec::new();
        // What nobody reads may come and go.
        let is_read = |fate| matches!(fate, FileFate::Read | FileFate::Unclaimed | FileFate::ClaimedTwice);
        for (file, stamp) in self.files.iter().zip(&self.stamps) {
            let Some(stamp) = stamp.as_ref().filter(|_| is_read(file.fate)) else { continue };
            complaints.extend(stamp.complaint(data_dir, &file.file)?);
        }
        let known = |path: &str| {
            self.files.binary_search_by(|file| file.file.as_os_str().cmp(std::ffi::OsStr::new(path))).is_ok()
        };
        let now = list_data_folder(data_dir)?;
        let new = now.iter().filter(|one| one.fate.is_none() && !known(&one.path));
        let new = new.filter(|one| is_read(sort_file(pipeline, data_dir, one, &now).fate));
        complaints.extend(new.map(|one| file_stamp::newcomer(&one.path)));
        Ok(complaints)
    }
}

/// Files of one source, sorted; those of none are not looked into.
///
/// # Errors
/// A file that a second source claims too: its rows would count twice.
pub(super) fn files_of_source(
    pipeline: &Pipeline,
    contract: &SourceContract,
    data_dir: &Path,
) -> Result<Vec<PathBuf>> {
    let found = list_data_folder(data_dir)?;
    let mine = found.iter().filter(|one| one.fate.is_none() && contract.owns_file(&one.path));
    let mut files = Vec::new();
    for one in mine {
        let file = sort_file(pipeline, data_dir, one, &found);
        match file.fate {
            FileFate::Read => files.push(file.file),
            FileFate::ClaimedTwice => return Err(claimed_twice(pipeline, &file)),
            _ => {}
        }
    }
    Ok(files)
}

/// A file name as it may be told: long numbers in it are masked, and it stays within its line.
pub(crate) fn masked_file_name(file: &Path) -> String {
    told_name(&file.to_string_lossy()).into_owned()
}

/// A file, or a worksheet of one, as it may be told.
pub(crate) fn masked_table_name(file: &Path, sheet: Option<&str>) -> String {
    let file = masked_file_name(file);
    sheet.map_or_else(|| file.clone(), |sheet| format!("{file}“{sheet}”"))
}

fn claimed_twice(pipeline: &Pipeline, file: &DataFile) -> Error {
    let (one, other) = (file.source.as_deref().unwrap_or(""), file.note.as_deref().unwrap_or(""));
    let title = |name: &str| pipeline.source(name).map_or(name, |s| s.title.as_str()).to_owned();
    Error::input(format!("文件同时符合“{}”和“{}”的文件模式", title(one), title(other)))
        .in_file(masked_file_name(&file.file))
        .hint(format!("改文件名，或改 sources/{one}.toml、sources/{other}.toml 的 [files] patterns"))
}
