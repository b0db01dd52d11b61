//! The files of a linkage result as one: written beside their places, put there together, the report with the digests of
//! the others last.

use std::fs::File;
use std::path::{Path, PathBuf};

use arrow::record_batch::RecordBatch;
use serde::{Deserialize, Serialize};

use crate::table::ParquetWriter;
use crate::table::digest::{DigestingWriter, FileDigest, digest_file};
use crate::table::whole_file::WholeFile;
use crate::{Error, Result};

/// Ids of records may be the numbers of persons.
const MODE: u32 = 0o600;
/// The report of a linkage task.
pub(crate) const REPORT: &str = "report.json";

/// A file of the result in the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ResultFile {
    path: String,
    sha256: String,
    bytes: u64,
}

/// A file of the result that is written whole and not yet in its place.
#[derive(Debug)]
pub(crate) struct WrittenResult {
    file: WholeFile,
    name: String,
    digest: FileDigest,
}

impl WrittenResult {
    /// Writes a table beside its place.
    ///
    /// # Errors
    /// The folder cannot be written, the disk is full.
    pub(super) fn table(path: &Path, batch: &RecordBatch) -> Result<Self> {
        let failed = |e: parquet::errors::ParquetError| Error::io("写表", path, std::io::Error::other(e));
        let file = DigestingWriter::new(WholeFile::create(path, MODE)?);
        let mut writer = ParquetWriter::new(file, batch.schema()).map_err(failed)?;
        writer.write(batch).map_err(failed)?;
        let (file, digest) = writer.finish().map_err(failed)?.finish();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Self { file, name, digest })
    }

    /// As the report lists it.
    pub(super) fn listed(&self) -> ResultFile {
        let FileDigest { sha256, bytes } = self.digest.clone();
        ResultFile { path: self.name.clone(), sha256, bytes }
    }

    /// Puts it in its place.
    ///
    /// # Errors
    /// As for [`WholeFile::finish`].
    pub(crate) fn finish(self) -> Result<()> {
        self.file.finish()
    }
}

/// Puts all files of a result in their places, the report last.
pub(super) fn finish_result(files: Vec<WrittenResult>, out: &Path, report: &str) -> Result<()> {
    use std::io::Write as _;
    let path = out.join(REPORT);
    let mut last = WholeFile::create(&path, MODE)?;
    last.write_all(report.as_bytes()).map_err(|e| Error::io("写文件", &path, e).hint("检查磁盘是否已满"))?;
    files.into_iter().try_for_each(WrittenResult::finish)?;
    last.finish()
}

/// Compares the files of a linkage result with its report; results without one, or from before reports listed files, pass.
///
/// # Errors
/// A file that is missing or of another result: a run was broken off between them, or somebody changed it.
pub(crate) fn check_result_files(folder: &Path) -> Result<()> {
    #[derive(Deserialize)]
    struct Head {
        #[serde(default)]
        outputs: Vec<ResultFile>,
    }
    let report = std::fs::read(folder.join(REPORT)).unwrap_or_default();
    let head: Head = serde_json::from_slice(&report).unwrap_or(Head { outputs: Vec::new() });
    for listed in head.outputs {
        let path: PathBuf = folder.join(&listed.path);
        let digest = File::open(&path).and_then(|file| digest_file(&file));
        if digest.map_err(|e| Error::io("读取匹配结果", &path, e))?.sha256 != listed.sha256 {
            return Err(Error::input("匹配结果的几个文件不是同一次写出的，或被改动过")
                .in_file(path)
                .hint("重新运行 bidui link"));
        }
    }
    Ok(())
}
