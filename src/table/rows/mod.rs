//! Rows of a table, in memory or in a scratch file: who reads them does not know which.
//!
//! The engine decides through its [`RowStore`] where the tables between stages lie. Rows come
//! and go in chunks, so that a stage holds a few thousand of them at a time wherever they are.

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{Array, UInt32Array};
use arrow::datatypes::{Schema, SchemaRef};
use arrow::record_batch::RecordBatch;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
};
use parquet::arrow::arrow_writer::ArrowWriter;
use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use rustix::fs::{AtFlags, CWD, linkat};

use crate::error::system_words;
use crate::table::digest::{DigestingWriter, FileDigest};
use crate::table::{ParquetWriter, written_schema};
use crate::{Error, Result};

mod positioned_file;
mod writer;

pub(crate) use positioned_file::PositionedFile;
use positioned_file::PositionedReader;
use writer::count_stored_values;
pub(crate) use writer::{MemoryRows, RowsWriter};

/// Rows of a chunk. Stages that build tables build them in chunks of this many rows, so that
/// files are the same bytes wherever the rows lay before.
pub(crate) const CHUNK_ROWS: usize = 65_536;
/// Rows of a row group of a [`RowsPurpose::Scratch`] file: several are written side by side.
const SCRATCH_GROUP: usize = 16_384;

/// Rows of one table.
#[derive(Debug, Clone)]
pub struct Rows {
    schema: SchemaRef,
    count: usize,
    /// Values that are not null, by column.
    filled: Vec<u64>,
    place: RowsPlace,
    /// Of the file of a `RowsPurpose::Published` table.
    digest: Option<FileDigest>,
}

#[derive(Debug, Clone)]
enum RowsPlace {
    Memory(Vec<RecordBatch>),
    File(PositionedFile, ArrowReaderMetadata),
}

impl Rows {
    /// Rows in memory.
    pub fn of(batch: RecordBatch) -> Self {
        let slice = |from: usize| batch.slice(from, CHUNK_ROWS.min(batch.num_rows() - from));
        let mut filled = vec![0; batch.num_columns()];
        count_stored_values(&mut filled, &batch);
        Self {
            schema: batch.schema(),
            count: batch.num_rows(),
            filled,
            place: RowsPlace::Memory((0..batch.num_rows()).step_by(CHUNK_ROWS).map(slice).collect()),
            digest: None,
        }
    }
    /// Rows of a Parquet file, read when asked for.
    ///
    /// # Errors
    /// A file that is no Parquet.
    pub(crate) fn open(file: PositionedFile) -> Result<Self> {
        let mut rows = Self::in_file(file, Vec::new())?;
        for at in 0..rows.schema.fields().len() {
            let filled = match rows.told_filled(at) {
                Some(filled) => filled,
                None => rows.count_filled(at)?,
            };
            rows.filled.push(filled);
        }
        Ok(rows)
    }
    /// Values of a column that are not null, as the file's statistics tell.
    fn told_filled(&self, at: usize) -> Option<u64> {
        let RowsPlace::File(_, metadata) = &self.place else { return None };
        let groups = metadata.metadata().row_groups().iter();
        let mut filled = groups.map(|group| {
            let column = group.columns().get(at)?;
            // In a damaged file more may be missing than there are.
            u64::try_from(column.num_values()).ok()?.checked_sub(column.statistics()?.null_count_opt()?)
        });
        filled.try_fold(0u64, |sum, filled| sum.checked_add(filled?))
    }
    fn count_filled(&self, at: usize) -> Result<u64> {
        let name = self.schema.field(at).name();
        self.chunks(|column| column == name)?
            .map(|rows| {
                let column = rows?.column(0).clone();
                Ok((column.len() - column.null_count()) as u64)
            })
            .sum()
    }
    fn in_file(file: PositionedFile, filled: Vec<u64>) -> Result<Self> {
        let metadata = ArrowReaderMetadata::load(&file, Default::default()).map_err(scratch_table_error)?;
        let schema = ArrowReaderOptions::new().with_schema(written_schema(metadata.schema()));
        let metadata =
            ArrowReaderMetadata::try_new(metadata.metadata().clone(), schema).map_err(scratch_table_error)?;
        let mut groups = metadata.metadata().row_groups().iter();
        let count = groups.try_fold(0usize, |sum, g| sum.checked_add(usize::try_from(g.num_rows()).ok()?));
        Ok(Self {
            schema: metadata.schema().clone(),
            count: count
                .ok_or_else(|| scratch_table_error(ParquetError::General("行数不是数".to_owned())))?,
            filled,
            place: RowsPlace::File(file, metadata),
            digest: None,
        })
    }
    /// Columns.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }
    /// Number of rows.
    pub fn count(&self) -> usize {
        self.count
    }
    /// Values of a column that are not null; `None` without such a column.
    pub fn filled(&self, column: &str) -> Option<u64> {
        self.schema.index_of(column).ok().map(|at| self.filled[at])
    }
    /// The rows in order, in chunks, with the columns that `keep` wants.
    ///
    /// # Errors
    /// A scratch file that cannot be read.
    pub fn chunks(&self, keep: impl Fn(&str) -> bool) -> Result<RowChunks> {
        let wanted: Vec<usize> = (self.schema.fields().iter().enumerate())
            .filter(|(_, field)| keep(field.name()))
            .map(|(at, _)| at)
            .collect();
        match &self.place {
            RowsPlace::Memory(batches) => {
                let parts: std::result::Result<Vec<_>, _> =
                    batches.iter().map(|batch| batch.project(&wanted)).collect();
                Ok(Box::new(parts.map_err(unreadable_rows_error)?.into_iter().map(Ok)))
            }
            RowsPlace::File(file, metadata) => {
                let builder =
                    ParquetRecordBatchReaderBuilder::new_with_metadata(file.clone(), metadata.clone());
                let mask = ProjectionMask::roots(builder.parquet_schema(), wanted);
                let reader = builder
                    .with_projection(mask)
                    .with_batch_size(CHUNK_ROWS)
                    .build()
                    .map_err(scratch_table_error)?;
                Ok(Box::new(reader.map(|batch| batch.map_err(unreadable_rows_error))))
            }
        }
    }
    /// Some of the rows, in memory; `places` ascending.
    ///
    /// # Errors
    /// A scratch file that cannot be read.
    pub fn pick(&self, places: &[usize]) -> Result<RecordBatch> {
        self.pick_columns(places, |_| true)
    }
    /// Some of the rows, with the columns that `keep` wants, in memory; `places` ascending.
    ///
    /// # Errors
    /// A scratch file that cannot be read.
    pub fn pick_columns(&self, places: &[usize], keep: impl Fn(&str) -> bool) -> Result<RecordBatch> {
        let fields = self.schema.fields().iter().filter(|field| keep(field.name()));
        let schema: SchemaRef = Arc::new(Schema::new(fields.cloned().collect::<Vec<_>>()));
        if schema.fields().is_empty() || places.is_empty() {
            return Ok(RecordBatch::new_empty(schema));
        }
        let mut picked = Vec::new();
        let (mut from, mut next) = (0, 0);
        for rows in self.chunks(keep)? {
            let rows = rows?;
            let to = from + rows.num_rows();
            let end = next + places[next..].partition_point(|&place| place < to);
            if end > next {
                let places = places[next..end].iter().map(|place| (place - from) as u32);
                let places = UInt32Array::from_iter_values(places);
                picked
                    .push(arrow::compute::take_record_batch(&rows, &places).map_err(unreadable_rows_error)?);
            }
            (from, next) = (to, end);
            if next == places.len() {
                break;
            }
        }
        arrow::compute::concat_batches(&schema, &picked).map_err(unreadable_rows_error)
    }
    /// The rows changed chunk by chunk; `change` is told the number of the chunk's first row.
    ///
    /// # Errors
    /// A scratch file that cannot be read or written; the first error of `change`.
    pub fn rewrite(
        &self,
        store: &RowStore,
        change: impl Fn(usize, RecordBatch) -> Result<RecordBatch>,
    ) -> Result<Self> {
        let mut writer = store.writer(self.schema.clone(), RowsPurpose::Scratch)?;
        let mut first = 0;
        for rows in self.chunks(|_| true)? {
            let rows = rows?;
            let next = first + rows.num_rows();
            writer.push(change(first, rows)?)?;
            first = next;
        }
        writer.finish()
    }
    /// All rows as one batch.
    ///
    /// # Errors
    /// A scratch file that cannot be read.
    pub fn batch(&self) -> Result<RecordBatch> {
        let chunks = self.chunks(|_| true)?.collect::<Result<Vec<_>>>()?;
        arrow::compute::concat_batches(&self.schema, &chunks).map_err(unreadable_rows_error)
    }
    /// Gives the file of a `RowsPurpose::Published` table a name; `None` where the rows lie in memory.
    /// The table and the named file share their bytes from then on, and nobody changes them.
    ///
    /// # Errors
    /// The file cannot be written or named.
    pub fn name_file(&self, path: &Path, mode: u32) -> Result<Option<(Arc<File>, FileDigest)>> {
        let (RowsPlace::File(from, _), Some(digest)) = (&self.place, &self.digest) else { return Ok(None) };
        let failed = |e| Error::io("写入文件", path, e).hint("检查磁盘是否已满");
        let mode = std::fs::Permissions::from_mode(mode);
        from.file.set_permissions(mode.clone()).map_err(failed)?;
        let nameless = format!("/proc/self/fd/{}", from.file.as_raw_fd());
        let file = match linkat(CWD, nameless, CWD, path, AtFlags::SYMLINK_FOLLOW) {
            Ok(()) => from.file.clone(),
            // Not every file system names files later on.
            Err(_) => {
                let mut to = File::create_new(path).map_err(failed)?;
                to.set_permissions(mode).map_err(failed)?;
                io::copy(&mut PositionedReader { file: from.file.clone(), at: 0 }, &mut to)
                    .map_err(failed)?;
                Arc::new(to)
            }
        };
        Ok(Some((file, digest.clone())))
    }
}

/// Rows on their way: see [`Rows::chunks`].
pub(crate) type RowChunks = Box<dyn Iterator<Item = Result<RecordBatch>> + Send>;

/// What a file of rows is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RowsPurpose {
    /// It becomes a published table as it is.
    Published,
    /// It is read back soon and never seen: quick to write and read.
    Scratch,
}

/// Where the tables between stages lie.
#[derive(Debug, Clone, Default)]
pub enum RowStore {
    /// In memory.
    #[default]
    Memory,
    /// In nameless files of this folder: they are gone with the process, however it ends.
    Folder(PathBuf),
}

impl RowStore {
    /// Between stages: where tables lie on the disk because memory is short, what was freed
    /// goes back to the operating system.
    pub fn give_back(&self) {
        if let Self::Folder(_) = self {
            crate::table::heap::release_free_heap();
        }
    }
    /// Begins a table.
    ///
    /// # Errors
    /// A scratch file that cannot be made.
    pub(crate) fn writer(&self, schema: SchemaRef, form: RowsPurpose) -> Result<RowsWriter> {
        let filled = vec![0; schema.fields().len()];
        Ok(match (self, form) {
            (Self::Memory, _) => RowsWriter::Memory(MemoryRows::new(schema)),
            (Self::Folder(folder), RowsPurpose::Published) => {
                let file = DigestingWriter::new(create_scratch_file(folder)?);
                let writer = ParquetWriter::new(file, schema).map_err(scratch_table_error)?;
                RowsWriter::Published(Box::new(writer), filled)
            }
            (Self::Folder(folder), RowsPurpose::Scratch) => {
                let properties = WriterProperties::builder()
                    .set_compression(Compression::SNAPPY)
                    .set_dictionary_enabled(false)
                    .set_statistics_enabled(EnabledStatistics::Chunk)
                    .set_max_row_group_row_count(Some(SCRATCH_GROUP))
                    .build();
                let writer = ArrowWriter::try_new(create_scratch_file(folder)?, schema, Some(properties));
                RowsWriter::Scratch(Box::new(writer.map_err(scratch_table_error)?), filled)
            }
        })
    }
}

fn create_scratch_file(folder: &Path) -> Result<File> {
    tempfile::tempfile_in(folder)
        .map_err(|e| Error::io("新建临时文件", folder, e).hint("检查该文件夹是否可写、磁盘是否已满"))
}

fn scratch_table_error(error: ParquetError) -> Error {
    Error::new(crate::ErrorKind::Io, format!("临时数据表不能读写：{}", system_words(&error)))
        .hint("检查磁盘是否已满")
        .caused_by(error)
}

fn unreadable_rows_error(error: arrow::error::ArrowError) -> Error {
    Error::new(crate::ErrorKind::Io, format!("数据表不能读取：{}", system_words(&error))).caused_by(error)
}

#[cfg(test)]
mod tests {
    use arrow::array::{ArrayRef, Int32Array, StringArray};

    use super::*;

    fn table(rows: i32) -> RecordBatch {
        let number = Int32Array::from_iter((0..rows).map(|n| (n % 3 > 0).then_some(n)));
        let text = StringArray::from_iter_values((0..rows).map(|n| format!("户{n}")));
        RecordBatch::try_from_iter_with_nullable([
            ("number", Arc::new(number) as ArrayRef, true),
            ("text", Arc::new(text) as ArrayRef, true),
        ])
        .unwrap()
    }

    fn kept(store: &RowStore, batch: &RecordBatch, form: RowsPurpose) -> Rows {
        let mut writer = store.writer(batch.schema(), form).unwrap();
        // Not in the chunks that it comes back in.
        for from in (0..batch.num_rows()).step_by(50_000) {
            writer.push(batch.slice(from, 50_000.min(batch.num_rows() - from))).unwrap();
        }
        writer.finish().unwrap()
    }

    fn back(rows: &Rows) -> RecordBatch {
        let chunks: Vec<RecordBatch> = rows.chunks(|_| true).unwrap().map(Result::unwrap).collect();
        arrow::compute::concat_batches(rows.schema(), &chunks).unwrap()
    }

    #[test]
    fn rows_are_the_same_wherever_they_lie() {
        let folder = tempfile::tempdir().unwrap();
        let batch = table(150_000);
        for store in [RowStore::Memory, RowStore::Folder(folder.path().to_owned())] {
            for form in [RowsPurpose::Published, RowsPurpose::Scratch] {
                let rows = kept(&store, &batch, form);
                assert_eq!((rows.count(), rows.filled("number")), (150_000, Some(100_000)));
                assert_eq!(rows.filled("other"), None);
                assert_eq!(back(&rows).columns(), batch.columns());
                let text: usize =
                    rows.chunks(|name| name == "text").unwrap().map(|c| c.unwrap().num_columns()).sum();
                assert_eq!(text, 3, "chunks of one column");
            }
        }
        assert_eq!(folder.path().read_dir().unwrap().count(), 0, "scratch files have no name");
    }

    #[test]
    fn a_published_file_tells_what_is_filled() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("table.parquet");
        let mut writer = ParquetWriter::new(File::create(&path).unwrap(), table(9).schema()).unwrap();
        writer.write(&table(9)).unwrap();
        writer.finish().unwrap();
        let rows = Rows::open(PositionedFile::new(File::open(&path).unwrap()).unwrap()).unwrap();
        assert_eq!((rows.count(), rows.filled("number"), rows.filled("text")), (9, Some(6), Some(9)));
        let picked = rows.pick(&[2, 7]).unwrap();
        assert_eq!(
            (picked.slice(0, 1), picked.slice(1, 1)),
            (back(&rows).slice(2, 1), back(&rows).slice(7, 1))
        );
    }

    #[test]
    fn two_readers_do_not_disturb_each_other() {
        let folder = tempfile::tempdir().unwrap();
        let rows = kept(&RowStore::Folder(folder.path().to_owned()), &table(100_000), RowsPurpose::Scratch);
        let (mut one, mut two) = (rows.chunks(|_| true).unwrap(), rows.chunks(|_| true).unwrap());
        for _ in 0..2 {
            assert_eq!(one.next().unwrap().unwrap(), two.next().unwrap().unwrap());
        }
    }
}
