//! What an unknown file holds, and a draft of its source contract.
//!
//! In: files as delivered. Out: [`ProfiledFiles`], for people ([`ProfiledFiles::text`]) and for programs
//! (serde). A profile may be mailed around, so nothing in it identifies a person: ID numbers,
//! names and dates are shown masked or as their shape only.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;
use serde::Serialize;

use crate::config::clean_config_header;
use crate::config::read_options::ReadOptions;
use crate::extract::RawTable;
use crate::model::source_table::{EncodingEvidence, FileFormat, RawTableInfo};
use crate::worker::{self, Worker};
use crate::{Error, Result};

mod column_profile;
mod draft_contract;
mod masked_example;
mod profile_text;
mod value_guess;

pub(crate) use column_profile::ColumnProfile;
pub use value_guess::ColumnGuess;

/// What some files hold.
#[derive(Debug, Clone, Serialize)]
pub struct ProfiledFiles {
    /// One entry per file, in the order given.
    pub files: Vec<FileProfile>,
    /// Draft of `sources/<source>.toml` that reads all of them.
    pub draft: String,
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
    /// Rows that could not be cut into cells or decoded.
    pub malformed: u64,
    /// Its columns, in order.
    pub columns: Vec<ColumnProfile>,
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
    if files.is_empty() {
        return Err(Error::usage("没有指定文件").hint("例如 bidui profile 低保.xls"));
    }
    let files = files.iter().map(|file| file_profile(worker, file)).collect::<Result<Vec<_>>>()?;
    let draft = draft_contract::draft_contract(&files);
    Ok(ProfiledFiles { files, draft })
}

impl ProfiledFiles {
    /// The profile for people, Chinese.
    pub fn text(&self) -> String {
        profile_text::profile_text(self)
    }
}

fn file_profile(worker: Option<&Worker>, path: &Path) -> Result<FileProfile> {
    let name = path.file_name().ok_or_else(|| {
        Error::usage("这不是文件").in_file(path).hint("给出文件，不是文件夹：bidui profile 文件…")
    })?;
    if path.is_dir() {
        return Err(Error::usage("这是文件夹，不是文件").in_file(path).hint("逐个列出其中的文件"));
    }
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut tables: Vec<TableWork> = Vec::new();
    for piece in worker::open_file(worker, folder, Path::new(name), &ReadOptions::default(), &|_| true)? {
        let piece = piece?;
        // Pieces of one table come one after the other.
        if tables.last().is_none_or(|t| !Arc::ptr_eq(&t.info, &piece.info)) {
            tables.push(TableWork::new(&piece.info));
        }
        if let Some(table) = tables.last_mut() {
            table.add(&piece);
        }
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
        FileFormat::Ods => &["ods"],
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
    columns: Vec<column_profile::ColumnCounter>,
}

impl TableWork {
    fn new(info: &Arc<RawTableInfo>) -> Self {
        let columns =
            info.headers.iter().map(|h| column_profile::ColumnCounter::new(clean_config_header(h))).collect();
        Self { info: Arc::clone(info), rows: 0, skipped: 0, malformed: 0, columns }
    }
    fn add(&mut self, piece: &RawTable) {
        self.rows += piece.rows.len() as u64;
        self.skipped += piece.skipped.len() as u64;
        self.malformed += piece.malformed.len() as u64;
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
            malformed: self.malformed,
            columns,
        }
    }
}
