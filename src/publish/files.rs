//! The files of a publication as they are written: modes, syncing, digests.

use std::fs::{self, File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use sha2::{Digest as _, Sha256};

use super::frame::TableDef;
use super::manifest::OutputFile;
use crate::{Error, Result};

/// Collects what was written into a staging folder.
#[derive(Debug)]
pub(super) struct Outputs {
    root: PathBuf,
    written: Vec<(String, Option<u64>)>,
    dictionary: Vec<[String; 6]>,
}

/// Writes some files and notes them.
pub(super) type Writer<'a> = &'a (dyn Fn(&mut Outputs) -> Result<()> + Sync);

impl Outputs {
    pub(super) fn new(root: &Path) -> Result<Self> {
        for (folder, mode) in [("tables", 0o755), ("restricted", 0o700), ("lists", 0o750)] {
            make_folder(&root.join(folder), mode)?;
        }
        make_folder(&root.join("restricted/view"), 0o700)?;
        Ok(Self { root: root.to_owned(), written: Vec::new(), dictionary: Vec::new() })
    }

    /// Path of a file of the publication.
    pub(super) fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// Runs writers of different files side by side; what they note comes in their order.
    pub(super) fn side_by_side(&mut self, writers: &[Writer<'_>]) -> Result<()> {
        let root = &self.root;
        let parts: Vec<Result<Self>> = writers
            .par_iter()
            .map(|write| {
                let mut own = Self { root: root.clone(), written: Vec::new(), dictionary: Vec::new() };
                write(&mut own).map(|()| own)
            })
            .collect();
        for part in parts {
            let part = part?;
            self.written.extend(part.written);
            self.dictionary.extend(part.dictionary);
        }
        Ok(())
    }

    /// Notes a finished file; `rows` for tables and lists.
    pub(super) fn note(&mut self, relative: &str, rows: Option<u64>) {
        self.written.push((relative.to_owned(), rows));
    }

    /// Adds a table's columns to the data dictionary.
    pub(super) fn describe(&mut self, file: &str, table: &TableDef) {
        for column in &table.columns {
            self.dictionary.push([
                file.to_owned(),
                table.title.clone(),
                column.name.clone(),
                column.kind.name().to_owned(),
                column.label.clone(),
                column.description.clone(),
            ]);
        }
    }

    /// Writes `data_dictionary.csv`.
    pub(super) fn dictionary(&mut self) -> Result<()> {
        let header = ["file", "table", "column", "type", "label", "description"].map(String::from);
        let rows = std::iter::once(&header).chain(&self.dictionary);
        write_csv(&self.path("data_dictionary.csv"), 0o644, rows)?;
        self.note("data_dictionary.csv", Some(self.dictionary.len() as u64));
        Ok(())
    }

    /// Hashes every file; sorted by path.
    pub(super) fn finish(mut self) -> Result<Vec<OutputFile>> {
        self.written.sort();
        self.written
            .par_iter()
            .map(|(path, rows)| {
                let (sha256, bytes) = digest(&self.root.join(path))?;
                Ok(OutputFile { path: path.clone(), sha256, bytes, rows: *rows })
            })
            .collect()
    }
}

/// Makes one folder with a mode that does not depend on the umask granting more.
pub(super) fn make_folder(path: &Path, mode: u32) -> Result<()> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(mode)
        .create(path)
        .map_err(|e| Error::io("新建文件夹", path, e).hint("检查发布文件夹是否可写、磁盘是否已满"))
}

/// Creates a file that must not exist yet.
pub(super) fn create(path: &Path, mode: u32) -> Result<File> {
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(mode)
        .open(path)
        .map_err(|e| Error::io("新建文件", path, e).hint("检查发布文件夹是否可写、磁盘是否已满"))
}

/// Writes and syncs a whole file.
pub(super) fn write_bytes(path: &Path, mode: u32, bytes: &[u8]) -> Result<()> {
    let mut file = create(path, mode)?;
    file.write_all(bytes)
        .and_then(|()| file.sync_all())
        .map_err(|e| Error::io("写入文件", path, e).hint("检查磁盘是否已满"))
}

/// CSV that a spreadsheet opens right away: UTF-8 with byte order mark, CRLF, nothing active.
pub(super) fn write_csv<R: AsRef<[String]>>(
    path: &Path,
    mode: u32,
    rows: impl IntoIterator<Item = R>,
) -> Result<()> {
    let failed = |e: csv::Error| Error::internal(format!("生成CSV失败：{e}")).in_file(path);
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer("\u{FEFF}".as_bytes().to_vec());
    for row in rows {
        for cell in row.as_ref() {
            writer.write_field(crate::privacy::neutralize(cell).as_bytes()).map_err(failed)?;
        }
        writer.write_record(None::<&[u8]>).map_err(failed)?;
    }
    let bytes = writer.into_inner().map_err(|e| Error::internal(format!("生成CSV失败：{e}")))?;
    write_bytes(path, mode, &bytes)
}

/// SHA-256 in hexadecimal, and length.
pub(super) fn digest(path: &Path) -> Result<(String, u64)> {
    let failed = |e| Error::io("核对已写文件", path, e);
    let mut file = File::open(path).map_err(failed)?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0u8; 1 << 16];
    let mut bytes = 0;
    loop {
        let n = file.read(&mut buffer).map_err(failed)?;
        if n == 0 {
            return Ok((hex(&hash.finalize()), bytes));
        }
        hash.update(&buffer[..n]);
        bytes += n as u64;
    }
}

/// Lower-case hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().flat_map(|b| [b >> 4, b & 15]).filter_map(|n| char::from_digit(n.into(), 16)).collect()
}
