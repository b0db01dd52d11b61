//! Apache Parquet: text columns, and real dates where a system stores them.

use std::io::Write;
use std::sync::Arc;

use arrow::array::{ArrayRef, Date32Builder, StringBuilder};
use arrow::datatypes::{DataType, Field, Schema};
use arrow::record_batch::RecordBatch;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use super::broken;
use crate::Result;
use crate::synth::calendar::date_to_days;
use crate::synth::village_rows::{InventedCell, InventedRow};

/// Columns of a table; `dates`: positions of date columns.
pub(crate) fn parquet_schema(header: &[String], dates: &[usize]) -> Arc<Schema> {
    let fields: Vec<Field> = header
        .iter()
        .enumerate()
        .map(|(at, name)| {
            let kind = if dates.contains(&at) { DataType::Date32 } else { DataType::Utf8 };
            Field::new(name, kind, true)
        })
        .collect();
    Arc::new(Schema::new(fields))
}

/// A column being filled.
enum ParquetCells {
    Text(StringBuilder),
    Date(Date32Builder),
}

/// Rows on their way into a batch of one schema.
pub(crate) struct BatchBuilder {
    schema: Arc<Schema>,
    columns: Vec<ParquetCells>,
}

impl BatchBuilder {
    /// An empty batch.
    pub(crate) fn new(schema: Arc<Schema>) -> Self {
        let column = |field: &Arc<Field>| match field.data_type() {
            DataType::Date32 => ParquetCells::Date(Date32Builder::new()),
            _ => ParquetCells::Text(StringBuilder::new()),
        };
        let columns = schema.fields().iter().map(column).collect();
        Self { schema, columns }
    }
    /// Appends one row.
    pub(crate) fn push(&mut self, row: &InventedRow) {
        for (column, cell) in self.columns.iter_mut().zip(&row.cells) {
            match (column, cell) {
                (ParquetCells::Date(to), InventedCell::Date(day)) => to.append_value(date_to_days(*day)),
                (ParquetCells::Date(to), _) => to.append_null(),
                (ParquetCells::Text(to), InventedCell::Empty) => to.append_null(),
                (ParquetCells::Text(to), cell) => to.append_value(cell.text()),
            }
        }
    }
    /// The rows so far.
    pub(crate) fn finish(self) -> Result<RecordBatch> {
        let array = |column: ParquetCells| -> ArrayRef {
            match column {
                ParquetCells::Text(mut c) => Arc::new(c.finish()),
                ParquetCells::Date(mut c) => Arc::new(c.finish()),
            }
        };
        let columns = self.columns.into_iter().map(array).collect();
        RecordBatch::try_new(self.schema, columns).map_err(|e| broken("Parquet", e))
    }
}

/// Some rows as a batch of `schema`.
pub(crate) fn parquet_batch(schema: &Arc<Schema>, rows: &[InventedRow]) -> Result<RecordBatch> {
    let mut batch = BatchBuilder::new(schema.clone());
    rows.iter().for_each(|row| batch.push(row));
    batch.finish()
}

/// A writer whose bytes depend on the rows alone.
pub(crate) fn parquet_writer<W: Write + Send>(out: W, schema: Arc<Schema>) -> Result<ArrowWriter<W>> {
    let properties = WriterProperties::builder()
        .set_created_by("invented".to_owned())
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_max_row_group_row_count(Some(500_000))
        .build();
    ArrowWriter::try_new(out, schema, Some(properties)).map_err(|e| broken("Parquet", e))
}

/// Appends a batch.
pub(crate) fn append<W: Write + Send>(writer: &mut ArrowWriter<W>, batch: &RecordBatch) -> Result<()> {
    writer.write(batch).map_err(|e| broken("Parquet", e))
}

/// Finishes the file and hands back what it was written to.
pub(crate) fn finish<W: Write + Send>(writer: ArrowWriter<W>) -> Result<W> {
    writer.into_inner().map_err(|e| broken("Parquet", e))
}
