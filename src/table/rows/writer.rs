//! A table being written, to memory or to a file.

use std::fs::File;

use arrow::array::Array;
use arrow::datatypes::SchemaRef;
use arrow::record_batch::{RecordBatch, RecordBatchOptions};
use parquet::arrow::arrow_writer::ArrowWriter;
use rayon::prelude::*;

use super::positioned_file::PositionedFile;
use super::{CHUNK_ROWS, Rows, RowsPlace, scratch_table_error, unreadable_rows_error};
use crate::Result;
use crate::table::ParquetWriter;
use crate::table::digest::DigestingWriter;

/// Writes a table chunk by chunk.
pub(crate) enum RowsWriter {
    /// Into memory.
    Memory(MemoryRows),
    /// Into a file that will be published.
    Published(Box<ParquetWriter<DigestingWriter<File>>>, Vec<u64>),
    /// Into a file that only this run reads.
    Scratch(Box<ArrowWriter<File>>, Vec<u64>),
}

/// Adds the values of `rows` that are not null, by column.
pub(crate) fn count_stored_values(filled: &mut [u64], rows: &RecordBatch) {
    for (filled, column) in filled.iter_mut().zip(rows.columns()) {
        *filled += (column.len() - column.null_count()) as u64;
    }
}

impl RowsWriter {
    /// Appends rows.
    pub(crate) fn push(&mut self, rows: RecordBatch) -> Result<()> {
        match self {
            Self::Memory(memory) => memory.push(rows),
            Self::Published(writer, filled) => {
                count_stored_values(filled, &rows);
                writer.write(&rows).map_err(scratch_table_error)
            }
            Self::Scratch(writer, filled) => {
                count_stored_values(filled, &rows);
                writer.write(&rows).map_err(scratch_table_error)
            }
        }
    }
    /// The table.
    pub(crate) fn finish(self) -> Result<Rows> {
        match self {
            Self::Memory(memory) => memory.finish(),
            Self::Published(writer, filled) => {
                let (file, digest) = writer.finish().map_err(scratch_table_error)?.finish();
                Ok(Rows { digest: Some(digest), ..Rows::in_file(positioned(file)?, filled)? })
            }
            Self::Scratch(writer, filled) => {
                Rows::in_file(positioned(writer.into_inner().map_err(scratch_table_error)?)?, filled)
            }
        }
    }
}

fn positioned(file: File) -> Result<PositionedFile> {
    PositionedFile::new(file).map_err(|e| scratch_table_error(e.into()))
}

/// Rows being gathered in memory, in chunks of [`CHUNK_ROWS`] whatever they come in.
pub(crate) struct MemoryRows {
    schema: SchemaRef,
    filled: Vec<u64>,
    count: usize,
    batches: Vec<RecordBatch>,
    /// Rows that do not fill a chunk yet, and their number.
    waiting: Vec<RecordBatch>,
    waiting_rows: usize,
}

impl MemoryRows {
    pub(crate) fn new(schema: SchemaRef) -> Self {
        let filled = vec![0; schema.fields().len()];
        Self { filled, schema, count: 0, batches: Vec::new(), waiting: Vec::new(), waiting_rows: 0 }
    }
    fn push(&mut self, rows: RecordBatch) -> Result<()> {
        self.count += rows.num_rows();
        count_stored_values(&mut self.filled, &rows);
        let mut from = 0;
        while from < rows.num_rows() {
            let taken = (CHUNK_ROWS - self.waiting_rows).min(rows.num_rows() - from);
            self.waiting.push(rows.slice(from, taken));
            self.waiting_rows += taken;
            from += taken;
            if self.waiting_rows == CHUNK_ROWS {
                self.end_chunk()?;
            }
        }
        Ok(())
    }
    fn end_chunk(&mut self) -> Result<()> {
        let rows = std::mem::take(&mut self.waiting_rows);
        let mut waiting = std::mem::take(&mut self.waiting);
        match waiting.len() {
            0 => {}
            1 => self.batches.append(&mut waiting),
            _ => {
                let joined = |column: usize| {
                    let parts: Vec<&dyn Array> = waiting.iter().map(|w| w.column(column).as_ref()).collect();
                    arrow::compute::concat(&parts)
                };
                let columns = (0..self.schema.fields().len()).into_par_iter().map(joined);
                let columns =
                    columns.collect::<std::result::Result<_, _>>().map_err(unreadable_rows_error)?;
                let options = RecordBatchOptions::new().with_row_count(Some(rows));
                let chunk = RecordBatch::try_new_with_options(self.schema.clone(), columns, &options);
                self.batches.push(chunk.map_err(unreadable_rows_error)?);
            }
        }
        Ok(())
    }
    fn finish(mut self) -> Result<Rows> {
        self.end_chunk()?;
        Ok(Rows {
            schema: self.schema,
            count: self.count,
            filled: self.filled,
            place: RowsPlace::Memory(self.batches),
            digest: None,
        })
    }
}
