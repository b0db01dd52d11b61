//! Whether a publication is whole: every file as its manifest lists it, and no other.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use parquet::file::reader::FileReader as _;
use parquet::file::serialized_reader::SerializedFileReader;
use rayon::prelude::*;
use serde::Serialize;

use super::checked_files::{ListedFile, open_as_listed};
use super::deleted_files::{DELETED, DeletedFiles};
use super::layout::MANIFEST;
use super::manifest::OutputFile;
use super::snapshot::Snapshot;
use crate::model::period::Period;
use crate::table::rows::PositionedFile;
use crate::{Error, Result};

/// What [`Snapshot::verify_all`] found.
#[derive(Debug, Clone, Serialize)]
pub struct Verification {
    /// Folder of the run.
    pub folder: PathBuf,
    /// Its period.
    pub period: Period,
    /// Files that the manifest lists.
    pub files: usize,
    /// Bytes that it lists.
    pub bytes: u64,
    /// Files that were deleted because their time was over: no fault.
    pub deleted: usize,
    /// When and by which rules: `restricted = "2 years"，2020-12-31`.
    pub deleted_by: Vec<String>,
    /// True without faults.
    pub whole: bool,
    /// Files that are not as listed, in the manifest's order; then those that it does not list, sorted.
    pub faults: Vec<VerificationFault>,
}

/// A file that is not as its manifest says.
#[derive(Debug, Clone, Serialize)]
pub struct VerificationFault {
    /// Path within the publication.
    pub file: String,
    /// What is wrong with it.
    #[serde(flatten)]
    pub fault: FileFault,
}

/// What is wrong with a file of a publication.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "fault", rename_all = "snake_case")]
pub enum FileFault {
    /// It is listed and not there.
    Missing,
    /// Its bytes are not those that were published, or it is no file.
    Changed,
    /// It has another number of rows than is listed: the manifest is wrong.
    Rows {
        /// Rows that are listed.
        listed: u64,
        /// Rows that it has.
        found: u64,
    },
    /// It is there and not listed.
    Foreign,
}

impl FileFault {
    /// The fault as an operator reads it, Chinese.
    pub fn words(&self) -> String {
        match self {
            Self::Missing => "缺少文件".to_owned(),
            Self::Changed => "内容与清册不符".to_owned(),
            Self::Rows { listed, found } => format!("行数与清册不符：清册{listed}行，文件{found}行"),
            Self::Foreign => "清册里没有这个文件".to_owned(),
        }
    }
}

impl Snapshot {
    /// Compares every file of the publication with its manifest: digests, lengths, and the rows of tables and CSV
    /// lists; of a workbook's rows its digest tells.
    ///
    /// # Errors
    /// A file or folder that may not be read.
    pub fn verify_all(&self) -> Result<Verification> {
        let outputs = self.outputs();
        let found: Vec<Option<FileFault>> =
            outputs.par_iter().map(|listed| compare(self.folder(), listed)).collect::<Result<_>>()?;
        let fault = |(listed, fault): (&OutputFile, Option<FileFault>)| {
            fault.map(|fault| VerificationFault { file: listed.path.clone(), fault })
        };
        let deleted_files = DeletedFiles::read(self.folder())?;
        let mut faults: Vec<VerificationFault> = outputs.iter().zip(found).filter_map(fault).collect();
        let all = faults.len();
        faults.retain(|one| one.fault != FileFault::Missing || deleted_files.of(&one.file).is_none());
        let deleted = all - faults.len();
        let mut there = BTreeSet::new();
        list_files(self.folder(), Path::new(""), &mut there)?;
        let known: BTreeSet<&str> =
            outputs.iter().map(|o| o.path.as_str()).chain([MANIFEST, DELETED]).collect();
        let foreign = there.into_iter().filter(|file| !known.contains(file.as_str()));
        faults.extend(foreign.map(|file| VerificationFault { file, fault: FileFault::Foreign }));
        Ok(Verification {
            folder: self.folder().to_owned(),
            period: self.period(),
            files: outputs.len(),
            bytes: outputs.iter().map(|o| o.bytes).sum(),
            deleted,
            deleted_by: deleted_files
                .deletions
                .iter()
                .map(|one| format!("{}，{}", one.rule, one.on))
                .collect(),
            whole: faults.is_empty(),
            faults,
        })
    }
}

fn compare(folder: &Path, listed: &OutputFile) -> Result<Option<FileFault>> {
    let path = folder.join(&listed.path);
    let file = match open_as_listed(&path, listed)? {
        ListedFile::Missing => return Ok(Some(FileFault::Missing)),
        ListedFile::Changed => return Ok(Some(FileFault::Changed)),
        ListedFile::Same(file) => file,
    };
    let Some(rows) = listed.rows else { return Ok(None) };
    let counted = match path.extension().and_then(|extension| extension.to_str()) {
        Some("parquet") => count_table_rows(file),
        Some("csv") => count_csv_rows(file),
        _ => return Ok(None),
    };
    // What has the right digest and cannot be read was written so, with the digest of what is there.
    Ok(match counted {
        Some(found) if found == rows => None,
        Some(found) => Some(FileFault::Rows { listed: rows, found }),
        None => Some(FileFault::Changed),
    })
}

fn count_table_rows(file: PositionedFile) -> Option<u64> {
    let table = SerializedFileReader::new(file).ok()?;
    u64::try_from(table.metadata().file_metadata().num_rows()).ok()
}

/// Rows below the header.
fn count_csv_rows(file: PositionedFile) -> Option<u64> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(file.reader());
    let mut record = csv::ByteRecord::new();
    let mut rows = 0;
    while reader.read_byte_record(&mut record).ok()? {
        rows += 1;
    }
    Some(rows)
}

/// Paths of everything below `folder` that is no folder, within the publication.
fn list_files(folder: &Path, within: &Path, found: &mut BTreeSet<String>) -> Result<()> {
    let here = folder.join(within);
    let failed = |e| Error::io("读取发布", &here, e);
    for entry in std::fs::read_dir(&here).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let path = within.join(entry.file_name());
        if entry.file_type().map_err(failed)?.is_dir() {
            list_files(folder, &path, found)?;
        } else {
            found.insert(path.to_string_lossy().into_owned());
        }
    }
    Ok(())
}
