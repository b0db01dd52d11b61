//! The one writer of Parquet tables: row groups one after the other, their columns encoded side by side.

use std::io::Write;
use std::ops::Range;
use std::sync::Arc;

use arrow::datatypes::{DataType, Schema, SchemaRef};
use arrow::record_batch::RecordBatch;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowRowGroupWriterFactory;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterVersion};
use parquet::file::writer::SerializedFileWriter;
use rayon::prelude::*;

use super::column_encoder::{ColumnEncoder, ColumnHint, ColumnValues, EncodedChunk};
use super::rows::CHUNK_ROWS;

/// Rows of a row group.
pub(crate) const GROUP_ROWS: usize = 4 * CHUNK_ROWS;
/// Rows of a column that are made at a time: they are still in the cache when they are encoded.
pub(super) const STRETCH: usize = 1 << 13;
/// Level of compression: higher ones take longer and save little.
pub(super) const ZSTD_LEVEL: i32 = 1;
/// Rows of a page: fewer pages than by default, each still decoded within the cache.
pub(super) const PAGE_ROWS: usize = 1 << 16;

/// Who wrote a table, in the words that readers take apart: `NAME version X.Y.Z (build HASH)`. By
/// them they decide whether statistics can be trusted. This is the version of the writer, not of
/// the program: it rises when other bytes are written for the same data, and only then.
const CREATED_BY: &str = "bidui version 0.1.0 (build 1)";
/// Version of the tables' columns, in each file's key-value metadata. It rises when a column gets
/// another name, type or meaning, or goes; columns that are appended do not count.
const SCHEMA_VERSION: (&str, &str) = ("bidui.schema_version", "2");

/// Makes the given rows of a column of a row group, by their number in it.
pub(crate) type BuildColumn<'a> = dyn Fn(usize, Range<usize>) -> Result<ColumnValues> + Sync + 'a;

/// Writes one table. The same batches give the same bytes, whatever the number of threads.
pub(crate) struct ParquetWriter<W: Write + Send> {
    file: SerializedFileWriter<W>,
    factory: ArrowRowGroupWriterFactory,
    schema: SchemaRef,
    /// Columns of the row group being written.
    group: Vec<ColumnEncoder>,
    rows_in_group: usize,
    groups: usize,
}

impl<W: Write + Send> ParquetWriter<W> {
    /// Begins a table. A column of a type that not every reader knows is an error.
    pub(crate) fn new(to: W, schema: SchemaRef) -> Result<Self> {
        if let Some(field) = schema.fields().iter().find(|field| !is_plain_column_type(field.data_type())) {
            let (name, kind) = (field.name(), field.data_type());
            return Err(ParquetError::General(format!("column {name}: readers may not know {kind}")));
        }
        let writer = ArrowWriter::try_new(to, schema.clone(), Some(parquet_writer_properties()?))?;
        let (file, factory) = writer.into_serialized_writer()?;
        Ok(Self { file, factory, schema, group: Vec::new(), rows_in_group: 0, groups: 0 })
    }

    /// Begins the columns of a row group.
    fn encoders(&self, likeness: &[ColumnHint]) -> Result<Vec<ColumnEncoder>> {
        let general = self.factory.create_column_writers(self.groups)?;
        let columns = self.file.schema_descr().columns();
        if [columns.len(), likeness.len(), general.len()] != [self.schema.fields().len(); 3] {
            return Err(ParquetError::General("columns do not answer the schema's".to_owned()));
        }
        let parts = self.schema.fields().iter().zip(columns).zip(likeness).zip(general);
        parts
            .map(|(((field, column), likeness), general)| {
                ColumnEncoder::new(field.clone(), column.clone(), likeness, general)
            })
            .collect()
    }

    /// Appends rows.
    pub(crate) fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        let mut from = 0;
        while from < batch.num_rows() {
            if self.group.is_empty() {
                self.group = self.encoders(&vec![ColumnHint::Unknown; batch.num_columns()])?;
            }
            let rows = (GROUP_ROWS - self.rows_in_group).min(batch.num_rows() - from);
            let part = batch.slice(from, rows);
            self.group
                .par_iter_mut()
                .zip(part.columns())
                .try_for_each(|(encoder, array)| encoder.push(ColumnValues::Array(array.clone())))?;
            self.rows_in_group += rows;
            from += rows;
            if self.rows_in_group == GROUP_ROWS {
                self.end_group()?;
            }
        }
        Ok(())
    }

    /// Appends a row group column by column: `build` makes a stretch of one, which is encoded
    /// before the next one is made.
    pub(crate) fn write_group(
        &mut self,
        rows: usize,
        likeness: &[ColumnHint],
        build: &BuildColumn<'_>,
    ) -> Result<()> {
        self.end_group()?;
        let encode = |(column, mut encoder): (usize, ColumnEncoder)| {
            for begin in (0..rows).step_by(STRETCH) {
                encoder.push(build(column, begin..rows.min(begin + STRETCH))?)?;
            }
            encoder.close()
        };
        let chunks = self.encoders(likeness)?.into_par_iter().enumerate().map(encode).collect();
        self.append_group(chunks)
    }

    fn end_group(&mut self) -> Result<()> {
        let columns = std::mem::take(&mut self.group);
        if self.rows_in_group == 0 {
            return Ok(());
        }
        self.rows_in_group = 0;
        self.append_group(columns.into_par_iter().map(ColumnEncoder::close).collect())
    }

    fn append_group(&mut self, chunks: Vec<Result<EncodedChunk>>) -> Result<()> {
        let mut group = self.file.next_row_group()?;
        for chunk in chunks {
            chunk?.append(&mut group)?;
        }
        group.close()?;
        self.groups += 1;
        Ok(())
    }

    /// Ends the table.
    pub(crate) fn finish(mut self) -> Result<W> {
        self.end_group()?;
        self.file.into_inner()
    }
}

/// Says how all columns are written that have no dictionary of ours.
fn parquet_writer_properties() -> Result<WriterProperties> {
    let (key, version) = SCHEMA_VERSION;
    let builder = WriterProperties::builder()
        .set_writer_version(WriterVersion::PARQUET_1_0)
        .set_encoding(Encoding::PLAIN)
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(ZSTD_LEVEL)?))
        .set_data_page_row_count_limit(PAGE_ROWS)
        // Readers skip row groups by these; nobody has looked at those of pages.
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_offset_index_disabled(true)
        // Where a dictionary helps, it is ours.
        .set_dictionary_enabled(false)
        .set_created_by(CREATED_BY.to_owned())
        .set_key_value_metadata(Some(vec![KeyValue::new(key.to_owned(), version.to_owned())]));
    Ok(builder.build())
}

/// Types that every reader knows: no unsigned numbers, views, nested or encoded columns.
fn is_plain_column_type(kind: &DataType) -> bool {
    match kind {
        DataType::Utf8 | DataType::Int32 | DataType::Int64 | DataType::Date32 => true,
        // Wider ones are written in bytes, not as a number.
        DataType::Decimal128(precision, _) => *precision <= 9,
        _ => false,
    }
}

/// Tells the schema that a table was written with, from the one read: what a file says of itself is no
/// part of it.
pub(crate) fn written_schema(read: &SchemaRef) -> SchemaRef {
    let mut schema = Schema::clone(read);
    schema.metadata.remove(SCHEMA_VERSION.0);
    Arc::new(schema)
}
