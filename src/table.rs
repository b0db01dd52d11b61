//! Parquet tables: one writer for all that is written, its columns encoded side by side.

use std::io::Write;
use std::ops::Range;

use arrow::array::{ArrayRef, StringBuilder};
use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatch;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::{
    ArrowColumnChunk, ArrowColumnWriter, ArrowRowGroupWriterFactory, compute_leaves,
};
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::errors::Result;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::ColumnPath;
use rayon::prelude::*;

use crate::Error;

/// Rows of a row group.
const GROUP_ROWS: usize = 500_000;
/// Texts that one task builds, and rows of a column that are in memory before they are encoded.
const CHUNK: usize = 1 << 16;
/// Rows of a page: fewer pages than by default, each still decoded within the cache.
const PAGE_ROWS: usize = 1 << 16;

/// Makes the given rows of a column, by number.
pub(crate) type BuildColumn<'a> = dyn Fn(usize, Range<usize>) -> Result<ArrayRef> + Sync + 'a;

/// Writes one table. The same batches give the same bytes, whatever the number of threads.
pub struct ParquetWriter<W: Write + Send> {
    file: SerializedFileWriter<W>,
    factory: ArrowRowGroupWriterFactory,
    schema: SchemaRef,
    /// Columns of the row group being written.
    group: Vec<ArrowColumnWriter>,
    rows_in_group: usize,
    groups: usize,
}

impl<W: Write + Send> ParquetWriter<W> {
    /// Begins a table.
    pub fn new(to: W, schema: SchemaRef) -> Result<Self> {
        Self::with_random(to, schema, std::iter::empty())
    }

    /// Begins a table with `random` columns: hardly a value of theirs stands twice, so that a
    /// dictionary would only be given up.
    pub(crate) fn with_random<'a>(
        to: W,
        schema: SchemaRef,
        random: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self> {
        let mut properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?))
            .set_data_page_row_count_limit(PAGE_ROWS)
            // Readers skip row groups by these; nobody has looked at those of pages.
            .set_statistics_enabled(EnabledStatistics::Chunk)
            // No version: the same data must give the same bytes after an update, too.
            .set_created_by("bidui".to_owned());
        for field in schema.fields().iter().filter(|field| is_record_id(field.name())) {
            // All different, and each like the one before.
            let column = ColumnPath::from(field.name().as_str());
            properties = properties
                .set_column_dictionary_enabled(column.clone(), false)
                .set_column_encoding(column, Encoding::DELTA_BYTE_ARRAY);
        }
        for column in random {
            properties = properties.set_column_dictionary_enabled(ColumnPath::from(column), false);
        }
        let writer = ArrowWriter::try_new(to, schema.clone(), Some(properties.build()))?;
        let (file, factory) = writer.into_serialized_writer()?;
        Ok(Self { file, factory, schema, group: Vec::new(), rows_in_group: 0, groups: 0 })
    }

    /// Appends rows.
    pub fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        let mut from = 0;
        while from < batch.num_rows() {
            if self.group.is_empty() {
                self.group = self.factory.create_column_writers(self.groups)?;
            }
            let rows = (GROUP_ROWS - self.rows_in_group).min(batch.num_rows() - from);
            let part = batch.slice(from, rows);
            let fields = self.schema.fields();
            self.group.par_iter_mut().zip(part.columns()).zip(fields.par_iter()).try_for_each(
                |((writer, array), field)| {
                    compute_leaves(field, array)?.iter().try_for_each(|leaf| writer.write(leaf))
                },
            )?;
            self.rows_in_group += rows;
            from += rows;
            if self.rows_in_group == GROUP_ROWS {
                self.end_group()?;
            }
        }
        Ok(())
    }

    /// Appends `rows` rows that exist nowhere yet: `build` makes a stretch of one column, which
    /// is encoded before the next one is made.
    pub(crate) fn write_built(&mut self, rows: usize, build: &BuildColumn<'_>) -> Result<()> {
        self.end_group()?;
        for from in (0..rows).step_by(GROUP_ROWS) {
            let to = rows.min(from + GROUP_ROWS);
            let writers = self.factory.create_column_writers(self.groups)?;
            let fields = self.schema.fields();
            let encode = |(column, mut writer): (usize, ArrowColumnWriter)| {
                for begin in (from..to).step_by(CHUNK) {
                    let array = build(column, begin..to.min(begin + CHUNK))?;
                    for leaf in compute_leaves(&fields[column], &array)? {
                        writer.write(&leaf)?;
                    }
                }
                writer.close()
            };
            let chunks = writers.into_par_iter().enumerate().map(encode).collect();
            self.append_group(chunks)?;
        }
        Ok(())
    }

    fn end_group(&mut self) -> Result<()> {
        let columns = std::mem::take(&mut self.group);
        if self.rows_in_group == 0 {
            return Ok(());
        }
        self.rows_in_group = 0;
        self.append_group(columns.into_par_iter().map(ArrowColumnWriter::close).collect())
    }

    fn append_group(&mut self, chunks: Vec<Result<ArrowColumnChunk>>) -> Result<()> {
        let mut group = self.file.next_row_group()?;
        for chunk in chunks {
            chunk?.append_to_row_group(&mut group)?;
        }
        group.close()?;
        self.groups += 1;
        Ok(())
    }

    /// Ends the table.
    pub fn finish(mut self) -> Result<W> {
        self.end_group()?;
        self.file.into_inner()
    }
}

fn is_record_id(column: &str) -> bool {
    column == "record_id" || column.ends_with("_record_id")
}

/// A column of texts, written by `text` row by row into an empty buffer.
pub(crate) fn texts(rows: usize, text: &(dyn Fn(usize, &mut String) + Sync)) -> crate::Result<ArrayRef> {
    let parts: Vec<ArrayRef> = (0..rows.div_ceil(CHUNK).max(1))
        .into_par_iter()
        .map(|part| {
            let range = part * CHUNK..((part + 1) * CHUNK).min(rows);
            let mut out = StringBuilder::with_capacity(range.len(), range.len() * 32);
            let mut buffer = String::new();
            for row in range {
                buffer.clear();
                text(row, &mut buffer);
                out.append_value(&buffer);
            }
            std::sync::Arc::new(out.finish()) as ArrayRef
        })
        .collect();
    let parts: Vec<&dyn arrow::array::Array> = parts.iter().map(AsRef::as_ref).collect();
    arrow::compute::concat(&parts).map_err(|e| Error::internal("合并列失败").caused_by(e))
}
