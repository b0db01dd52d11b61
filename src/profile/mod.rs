//! What an unknown file holds, and a draft of its source contract.
//!
//! In: files as delivered. Out: [`ProfiledFiles`], for people ([`ProfiledFiles::text`]) and for programs
//! (serde). A profile may be mailed around, so nothing in it identifies a person: ID numbers,
//! names and dates are shown masked or as their shape only.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{Array as _, StringArray};
use rayon::prelude::*;
use serde::Serialize;

use crate::config::clean_config_header;
use crate::extract::RawTable;
use crate::model::source_table::{EncodingEvidence, FileFormat, RawTableInfo};
use crate::worker::{self, Worker};
use crate::{Error, Result};

mod column_profile;
mod content_roles;
mod draft_contract;
mod file_names;
mod found_divisions;
mod header_search;
pub(crate) mod like;
mod masked_example;
mod member_columns;
mod profile_text;
mod reading_notices;
mod value_guess;

pub(crate) use column_profile::ColumnProfile;
pub(crate) use content_roles::FoundRole;
pub(crate) use draft_contract::DraftContract;
pub(crate) use found_divisions::{DivisionRow, FoundDivisions, find_divisions};
use reading_notices::ReadingNotices;
pub use value_guess::ColumnGuess;

/// Rows by which roles are found.
const SAMPLE: usize = 4_000;

/// What some files hold.
#[derive(Debug, Clone, Serialize)]
pub struct ProfiledFiles {
    /// One entry per file, in the order given.
    pub files: Vec<FileProfile>,
    /// Drafts of `sources/<source>.toml`, one after the other.
    pub draft: String,
    /// The drafts: files of one shape share one.
    pub drafts: Vec<DraftContract>,
}

/// What one file holds.
#[derive(Debug, Clone, Serialize)]
pub struct FileProfile {
    /// Path as given.
    pub file: PathBuf,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// Format by content.
    pub format: FileFormat,
    /// True where the suffix says something else than the content.
    pub suffix_misleads: bool,
    /// Encoding of text formats.
    pub encoding: Option<String>,
    /// How it is known.
    pub encoding_evidence: Option<EncodingEvidence>,
    /// Its tables: one, or one per worksheet.
    pub tables: Vec<TableProfile>,
    /// What the reader told: cells without a value, damaged rows, sheets that were not read, a missing memo file;
    /// Chinese.
    pub notices: Vec<String>,
}

/// What one table holds.
#[derive(Debug, Clone, Serialize)]
pub struct TableProfile {
    /// Worksheet name.
    pub sheet: Option<String>,
    /// One-based row of the header; 0 where the format names its columns itself.
    pub header_row: u32,
    /// Data rows.
    pub rows: u64,
    /// Rows that are not data: titles, totals, footers, blank ones.
    pub skipped: u64,
    /// How many of each kind, Chinese.
    pub skipped_kinds: Vec<String>,
    /// Rows that could not be cut into cells or decoded.
    pub malformed: u64,
    /// Its columns, in order.
    pub columns: Vec<ColumnProfile>,
    /// What each column tells the linker, if anything.
    pub roles: Vec<Option<FoundRole>>,
    /// Some rows, for questions that the counts do not answer.
    #[serde(skip)]
    pub(crate) sample: Vec<StringArray>,
}

/// Profiles files of one source.
///
/// # Errors
/// No file given; a file that [`crate::extract::open_file`] refuses.
pub fn profile(files: &[PathBuf]) -> Result<ProfiledFiles> {
    profile_read_by(None, files)
}

/// [`profile`] of files that a worker reads.
pub(crate) fn profile_read_by(worker: Option<&Worker>, files: &[PathBuf]) -> Result<ProfiledFiles> {
    profile_with(worker, files, &[])
}

/// [`profile`] where some headers are known already.
///
/// # Errors
/// As [`profile`].
pub(crate) fn profile_with(
    worker: Option<&Worker>,
    files: &[PathBuf],
    vocabulary: &[String],
) -> Result<ProfiledFiles> {
    if files.is_empty() {
        return Err(Error::usage("没有指定文件").hint("例如 bidui profile 低保.xls"));
    }
    let (mut profiled, mut problems) = (Vec::new(), Vec::new());
    for file in files {
        match file_profile(worker, file, vocabulary) {
            Ok(file) => profiled.push(file),
            Err(problem) => problems.push(problem),
        }
    }
    if let Some(problems) = Error::together(problems) {
        return Err(problems);
    }
    let files = profiled;
    let drafts: Vec<DraftContract> = shapes_of(&files)
        .iter()
        .map(|shape| draft_contract::draft_contract(&shape.iter().map(|&at| &files[at]).collect::<Vec<_>>()))
        .collect();
    let draft = match &drafts[..] {
        [one] => one.text.clone(),
        several => {
            let titled = several.iter().enumerate().map(|(at, draft)| {
                format!("# ==== 第{}种表，存成 sources/{}.toml ====\n{}", at + 1, draft.name, draft.text)
            });
            titled.collect::<Vec<_>>().join("\n")
        }
    };
    Ok(ProfiledFiles { files, draft, drafts })
}

/// Positions of files by shape: those whose fullest tables have the same headers, or nearly.
pub(crate) fn shapes_of(files: &[FileProfile]) -> Vec<Vec<usize>> {
    let headers = |file: &FileProfile| -> BTreeSet<String> {
        let table = file.fullest_table();
        let all = table.into_iter().flat_map(|t| &t.columns).map(|c| clean_config_header(&c.header));
        all.filter(|header| !header.is_empty()).collect()
    };
    let mut shapes: Vec<(BTreeSet<String>, Vec<usize>)> = Vec::new();
    for (at, file) in files.iter().enumerate() {
        let own = headers(file);
        let alike = |known: &BTreeSet<String>| {
            let (both, all) = (known.intersection(&own).count(), known.union(&own).count());
            both * 10 >= all * 9
        };
        match shapes.iter_mut().find(|(known, _)| alike(known)) {
            Some((_, members)) => members.push(at),
            None => shapes.push((own, vec![at])),
        }
    }
    shapes.into_iter().map(|(_, members)| members).collect()
}

impl FileProfile {
    /// The table with the most rows.
    pub(crate) fn fullest_table(&self) -> Option<&TableProfile> {
        self.tables.iter().rev().max_by_key(|table| table.rows)
    }
    /// Its name without folder and suffix.
    pub(crate) fn stem(&self) -> String {
        self.file.file_stem().map_or_else(String::new, |s| s.to_string_lossy().into_owned())
    }
}

impl ProfiledFiles {
    /// What the reader told of each file, with its name, Chinese.
    pub fn notices(&self) -> impl Iterator<Item = String> {
        let of = |file: &FileProfile| {
            let name = file.file.display().to_string();
            file.notices.iter().map(move |notice| format!("{name}：{notice}")).collect::<Vec<_>>()
        };
        self.files.iter().flat_map(of)
    }
    /// The profile for people, Chinese.
    pub fn text(&self) -> String {
        profile_text::profile_text(self)
    }
}

fn file_profile(worker: Option<&Worker>, path: &Path, vocabulary: &[String]) -> Result<FileProfile> {
    let name = path.file_name().ok_or_else(|| {
        Error::usage("这不是文件").in_file(path).hint("给出文件，不是文件夹：bidui profile 文件…")
    })?;
    if path.is_dir() {
        return Err(Error::usage("这是文件夹，不是文件").in_file(path).hint("逐个列出其中的文件"));
    }
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut tables: Vec<TableWork> = Vec::new();
    let options = header_search::search_headers(worker, folder, Path::new(name), vocabulary)?;
    for piece in worker::open_file(worker, folder, Path::new(name), &options, &|_| true)? {
        let piece = piece?;
        // Pieces of one table come one after the other.
        if tables.last().is_none_or(|t| !Arc::ptr_eq(&t.info, &piece.info)) {
            tables.push(TableWork::new(&piece.info));
        }
        if let Some(table) = tables.last_mut() {
            table.add(&piece);
        }
    }
    // Headers are shown as they are; a row of data in their place must not be.
    let long = |header: &String| header.split(|c: char| !c.is_ascii_digit()).any(|run| run.len() >= 11);
    if let Some(table) = tables.iter().find(|t| t.info.headers.iter().any(long)) {
        return Err(Error::input("表头行里有长号码：这份表多半没有表头，第一行就是数据")
            .in_file(path)
            .at_row(u64::from(table.info.header_row))
            .hint("在第一行补上表头再试"));
    }
    let Some(info) = tables.first().map(|t| Arc::clone(&t.info)) else {
        return Err(Error::input("文件里没有任何表").in_file(path).hint("确认导出是否成功"));
    };
    Ok(FileProfile {
        file: path.to_owned(),
        sha256: info.sha256.clone(),
        format: info.format,
        suffix_misleads: has_misleading_suffix(path, info.format),
        encoding: info.encoding.map(|e| e.name.to_owned()),
        encoding_evidence: info.encoding.map(|e| e.evidence),
        notices: tables.iter().flat_map(|table| table.notices.lines(&table.info)).collect(),
        tables: tables.into_iter().map(TableWork::finish).collect(),
    })
}

fn has_misleading_suffix(path: &Path, format: FileFormat) -> bool {
    let suffix = path.extension().and_then(|s| s.to_str()).unwrap_or("").to_ascii_lowercase();
    let usual: &[&str] = match format {
        FileFormat::Csv => &["csv", "txt", "tsv"],
        FileFormat::Xlsx => &["xlsx", "xlsm"],
        FileFormat::Xls => &["xls", "et"],
        FileFormat::Xlsb => &["xlsb"],
        FileFormat::Ods => &["ods", "fods"],
        FileFormat::Html => &["html", "htm"],
        FileFormat::SpreadsheetMl => &["xml"],
        FileFormat::Mhtml => &["mht", "mhtml"],
        FileFormat::Dbf => &["dbf"],
        FileFormat::Parquet => &["parquet", "pq"],
    };
    !suffix.is_empty() && !usual.contains(&suffix.as_str())
}

/// A table while its pieces arrive.
struct TableWork {
    info: Arc<RawTableInfo>,
    rows: u64,
    skipped: u64,
    malformed: u64,
    notices: ReadingNotices,
    columns: Vec<column_profile::ColumnCounter>,
    sample: Vec<StringArray>,
}

impl TableWork {
    fn new(info: &Arc<RawTableInfo>) -> Self {
        let columns =
            info.headers.iter().map(|h| column_profile::ColumnCounter::new(clean_config_header(h))).collect();
        Self {
            info: Arc::clone(info),
            rows: 0,
            skipped: 0,
            malformed: 0,
            notices: ReadingNotices::default(),
            columns,
            sample: Vec::new(),
        }
    }
    fn add(&mut self, piece: &RawTable) {
        if self.sample.first().is_none_or(|column| column.is_empty()) {
            self.sample = piece.columns.iter().map(|c| c.slice(0, c.len().min(SAMPLE))).collect();
        }
        self.rows += piece.rows.len() as u64;
        self.skipped += piece.skipped.len() as u64;
        self.malformed += piece.malformed.len() as u64;
        self.notices.add(piece);
        self.columns.par_iter_mut().zip(&piece.columns).for_each(|(counter, cells)| {
            for cell in cells {
                counter.add(cell);
            }
        });
    }
    fn finish(self) -> TableProfile {
        let columns =
            self.columns.into_iter().zip(&self.info.headers).map(|(c, header)| c.finish(header)).collect();
        TableProfile {
            sheet: self.info.sheet.clone(),
            header_row: self.info.header_row,
            rows: self.rows,
            skipped: self.skipped,
            skipped_kinds: self.notices.skipped_words(),
            malformed: self.malformed,
            columns,
            roles: content_roles::find_roles(&self.info.headers, &self.sample),
            sample: self.sample,
        }
    }
}
