//! Opens a finished publication for reading: the one door through which tables of an earlier
//! period come back. Each stage reads its own table through it.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::manifest::{FORMAT, OutputFile, READABLE};
use crate::model::period::Period;
use crate::{Error, Result};

/// A finished publication, opened for reading.
#[derive(Debug, Clone)]
pub struct Snapshot {
    folder: PathBuf,
    period: Period,
    accepted: BTreeMap<String, u64>,
    read: BTreeMap<String, u64>,
    outputs: Vec<OutputFile>,
}

#[derive(serde::Deserialize)]
struct ManifestHead {
    format: u32,
    /// `quarter` in format 1.
    #[serde(alias = "quarter")]
    period: Period,
    sources: Vec<SourceHead>,
    outputs: Vec<OutputFile>,
}

#[derive(serde::Deserialize)]
struct SourceHead {
    source: String,
    present: bool,
    read: u64,
    accepted: u64,
}

impl Snapshot {
    /// Opens a `quarter=…` folder; refuses one without a manifest.
    pub fn open(folder: &Path) -> Result<Self> {
        let path = folder.join("manifest.json");
        let text = std::fs::read(&path).map_err(|e| {
            Error::new(crate::ErrorKind::Input, "不是完整的发布：读不到 manifest.json")
                .in_file(&path)
                .hint("应指向 quarter=… 文件夹；若上次运行中断，请先重新运行上一季度")
                .caused_by(e)
        })?;
        let head: ManifestHead = serde_json::from_slice(&text).map_err(|e| {
            Error::input(format!("manifest.json 无法读取：{e}"))
                .in_file(&path)
                .hint("文件可能被改动；请重新运行该季度")
        })?;
        if !READABLE.contains(&head.format) {
            return Err(Error::input(format!("发布的格式版本为{}，本程序只认到{FORMAT}", head.format))
                .in_file(&path)
                .hint("用本版程序重新运行该季度"));
        }
        let present = || head.sources.iter().filter(|s| s.present);
        Ok(Self {
            folder: folder.to_owned(),
            period: head.period,
            accepted: present().map(|s| (s.source.clone(), s.accepted)).collect(),
            read: present().map(|s| (s.source.clone(), s.read)).collect(),
            outputs: head.outputs,
        })
    }

    /// Opens `out/quarter=…` if it exists.
    pub fn find(out: &Path, period: Period) -> Result<Option<Self>> {
        let folder = out.join(super::layout::folder_name(period));
        if folder.join("manifest.json").is_file() { Self::open(&folder).map(Some) } else { Ok(None) }
    }

    /// Folder of the publication.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Files of the publication as the manifest lists them.
    pub fn outputs(&self) -> &[OutputFile] {
        &self.outputs
    }

    /// Its period.
    pub fn period(&self) -> Period {
        self.period
    }

    /// Records accepted from a source, for audits.
    pub fn accepted(&self, source: &str) -> Option<u64> {
        self.accepted.get(source).copied()
    }

    /// Units read from a source, for audits.
    pub fn read(&self, source: &str) -> Option<u64> {
        self.read.get(source).copied()
    }

    /// Compares every file with the manifest's digest.
    pub fn verify(&self) -> Result<()> {
        for output in &self.outputs {
            let path = self.folder.join(&output.path);
            if super::output_files::digest(&path)?.sha256 != output.sha256 {
                return Err(Error::input("文件与清册不符，可能被改动").in_file(path).hint("重新运行该季度"));
            }
        }
        Ok(())
    }

    /// Reads a whole table.
    ///
    /// # Errors
    /// The file is missing or damaged.
    pub(crate) fn batches(&self, relative: &str) -> Result<Vec<RecordBatch>> {
        let reader = self.open_file(relative)?.build();
        let reader = reader.map_err(|e| self.damaged(relative, &e.to_string()))?;
        let batches = reader.collect::<std::result::Result<Vec<_>, _>>();
        batches.map_err(|e| self.damaged(relative, &e.to_string()))
    }

    /// Opens a table of the publication for reading.
    ///
    /// # Errors
    /// The file is missing or damaged.
    pub(crate) fn open_file(&self, relative: &str) -> Result<ParquetRecordBatchReaderBuilder<File>> {
        let path = self.folder.join(relative);
        let file = File::open(&path).map_err(|e| Error::io("读取上一季度的发布", &path, e))?;
        ParquetRecordBatchReaderBuilder::try_new(file).map_err(|e| self.damaged(relative, &e.to_string()))
    }

    /// Says that a file of the publication cannot be read, and the cure.
    pub(crate) fn damaged(&self, relative: &str, why: &str) -> Error {
        Error::input(format!("上一季度的发布已损坏：{why}"))
            .in_file(self.folder.join(relative))
            .hint("重新运行上一季度，或用 --previous 指向完好的发布")
    }
}
