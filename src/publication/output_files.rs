//! The files of a publication as they are written: modes, digests, and the way to the disk.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use super::disk_sync::{DiskSync, ToDisk};
use super::manifest::OutputFile;
use super::small_table_writer::TableDef;
use crate::privacy::officers_csv::OfficersCsv;
use crate::table::digest::{DigestingWriter, FileDigest, digest_file};
use crate::{Error, Result};

/// Collects what was written into a staging folder.
#[derive(Debug)]
pub(crate) struct OutputFiles {
    root: PathBuf,
    written: Vec<OutputFile>,
    dictionary: Vec<[String; 6]>,
    disk: ToDisk,
    side_by_side: bool,
}

/// Writes some files and notes them.
pub(crate) type FileWriter<'a> = &'a (dyn Fn(&mut OutputFiles) -> Result<()> + Sync);

impl OutputFiles {
    /// Begins a publication; its files are on the disk when the [`DiskSync`] is finished, after
    /// the outputs. `side_by_side`: may buffers of several large files be in memory?
    pub(crate) fn new(root: &Path, side_by_side: bool) -> Result<(Self, DiskSync)> {
        for (folder, mode) in [("tables", 0o755), ("bi", 0o755), ("restricted", 0o700), ("lists", 0o700)] {
            make_output_folder(&root.join(folder), mode)?;
        }
        make_output_folder(&root.join("restricted/view"), 0o700)?;
        let (threads, disk) = DiskSync::new()?;
        let root = root.to_owned();
        Ok((Self { root, written: Vec::new(), dictionary: Vec::new(), disk, side_by_side }, threads))
    }

    /// Begins a folder beside the publications, that of a refused run for one, see [`OutputFiles::new`].
    pub(crate) fn beside(root: &Path) -> Result<(Self, DiskSync)> {
        let (threads, disk) = DiskSync::new()?;
        let root = root.to_owned();
        Ok((Self { root, written: Vec::new(), dictionary: Vec::new(), disk, side_by_side: false }, threads))
    }

    /// For files that are noted apart.
    fn part(&self) -> Self {
        let (root, disk) = (self.root.clone(), self.disk.clone());
        Self { root, written: Vec::new(), dictionary: Vec::new(), disk, side_by_side: self.side_by_side }
    }

    /// Folder that is written to, which is on the disk where there is to be room.
    pub(crate) fn folder(&self) -> &Path {
        &self.root
    }

    /// Path of a file of the publication.
    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// Runs writers of large files side by side, or where memory is short one after the other:
    /// then it holds the buffers of one, whose columns do not always keep all processors busy.
    pub(crate) fn write_all(&mut self, writers: &[FileWriter<'_>]) -> Result<()> {
        match self.side_by_side {
            true => self.each(writers, |write, own| write(own)),
            false => writers.iter().try_for_each(|write| {
                crate::table::heap::release_free_heap();
                write(self)
            }),
        }
    }

    /// Writes files for each of `items` side by side; what is noted comes in their order.
    pub(crate) fn each<T: Sync>(
        &mut self,
        items: &[T],
        write: impl Fn(&T, &mut Self) -> Result<()> + Sync,
    ) -> Result<()> {
        let whole = &*self;
        let parts: Vec<Result<Self>> = items
            .par_iter()
            .map(|item| {
                let mut own = whole.part();
                write(item, &mut own).map(|()| own)
            })
            .collect();
        for part in parts {
            let part = part?;
            self.written.extend(part.written);
            self.dictionary.extend(part.dictionary);
        }
        Ok(())
    }

    /// Begins a file that must not exist yet.
    pub(crate) fn create(&self, relative: &str) -> Result<NewFile> {
        let file = create_output_file(&self.path(relative), output_file_mode(relative))?;
        Ok(NewFile { file: DigestingWriter::new(file), relative: relative.to_owned() })
    }

    /// Notes a file that is written whole; `rows` for tables and lists.
    pub(crate) fn finish(&mut self, file: NewFile, rows: Option<u64>) -> Result<()> {
        let (written, digest) = file.file.finish();
        self.note(&file.relative, Arc::new(written), digest, rows)
    }

    /// Notes a finished file and has it synced.
    pub(crate) fn note(
        &mut self,
        relative: &str,
        file: Arc<File>,
        digest: FileDigest,
        rows: Option<u64>,
    ) -> Result<()> {
        let FileDigest { sha256, bytes } = digest;
        self.written.push(OutputFile { path: relative.to_owned(), sha256, bytes, rows });
        self.disk.send(self.path(relative), file)
    }

    /// Writes a whole file.
    pub(crate) fn bytes(&mut self, relative: &str, bytes: &[u8], rows: Option<u64>) -> Result<()> {
        let mut file = self.create(relative)?;
        file.write_all(bytes).map_err(|e| output_write_error(&self.path(relative), e))?;
        self.finish(file, rows)
    }

    /// Adds a table's columns to the data dictionary.
    pub(crate) fn describe(&mut self, file: &str, table: &TableDef) {
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

    /// Writes `data_dictionary.csv`, tables in order of their names, those for everybody first.
    pub(crate) fn dictionary(&mut self) -> Result<()> {
        self.dictionary.sort_by(|a, b| {
            let place = |row: &[String; 6]| row[0].starts_with("restricted/");
            place(a).cmp(&place(b)).then_with(|| a[0].cmp(&b[0]))
        });
        let mut csv = CsvFile::begin(self, "data_dictionary.csv")?;
        csv.row(&["file", "table", "column", "type", "label", "description"])?;
        self.dictionary.iter().try_for_each(|row| csv.row(row))?;
        csv.finish(self)
    }

    /// What was written last.
    pub(crate) fn last_written(&self) -> Option<&OutputFile> {
        self.written.last()
    }

    /// What was written, sorted by path.
    pub(crate) fn into_written(mut self) -> Vec<OutputFile> {
        self.written.sort_by(|a, b| a.path.cmp(&b.path));
        self.written
    }
}

/// A file being written; [`OutputFiles::finish`] ends it.
#[derive(Debug)]
pub(crate) struct NewFile {
    file: DigestingWriter<File>,
    relative: String,
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }
    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// CSV that a spreadsheet opens right away: UTF-8 with byte order mark, CRLF, nothing active.
pub(crate) struct CsvFile {
    writer: OfficersCsv<NewFile>,
    path: PathBuf,
    /// The header included.
    rows: u64,
}

impl CsvFile {
    pub(crate) fn begin(outputs: &OutputFiles, relative: &str) -> Result<Self> {
        let path = outputs.path(relative);
        let writer = OfficersCsv::begin(outputs.create(relative)?);
        let writer = writer.map_err(|e| output_write_error(&path, e))?;
        Ok(Self { writer, path, rows: 0 })
    }

    pub(crate) fn row(&mut self, cells: &[impl AsRef<str>]) -> Result<()> {
        self.rows += 1;
        self.writer.row(cells).map_err(|e| output_write_error(&self.path, e))
    }

    pub(crate) fn finish(self, outputs: &mut OutputFiles) -> Result<()> {
        let rows = self.rows.saturating_sub(1);
        let file = self.writer.finish().map_err(|e| output_write_error(&self.path, e))?;
        outputs.finish(file, Some(rows))
    }
}

/// Makes one folder with a mode that does not depend on the umask granting more.
pub(crate) fn make_output_folder(path: &Path, mode: u32) -> Result<()> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(mode)
        .create(path)
        .map_err(|e| Error::io("新建文件夹", path, e).hint("检查发布文件夹是否可写、磁盘是否已满"))
}

/// Who may read a file of the publication.
pub(crate) fn output_file_mode(relative: &str) -> u32 {
    match relative.split_once('/') {
        Some(("restricted" | "lists", _)) => 0o600,
        _ => 0o644,
    }
}

fn create_output_file(path: &Path, mode: u32) -> Result<File> {
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(mode)
        .open(path)
        .map_err(|e| Error::io("新建文件", path, e).hint("检查发布文件夹是否可写、磁盘是否已满"))
}

/// Writing goes wrong for one reason in practice: the disk.
pub(crate) fn output_write_error(path: &Path, error: io::Error) -> Error {
    Error::io("写入文件", path, error).hint("检查磁盘是否已满")
}

/// Writes and syncs a whole file that stands outside the manifest.
pub(crate) fn write_output_bytes(path: &Path, mode: u32, bytes: &[u8]) -> Result<()> {
    let mut file = create_output_file(path, mode)?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(|e| output_write_error(path, e))
}

/// Digest of a file that was written earlier.
pub(crate) fn digest_output_file(path: &Path) -> Result<FileDigest> {
    File::open(path).and_then(|file| digest_file(&file)).map_err(|e| Error::io("核对已写文件", path, e))
}
