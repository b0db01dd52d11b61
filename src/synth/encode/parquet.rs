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
use crate::synth::calendar::to_days;
use crate::synth::rows::{Cell, Row};

/// Columns of a table; `dates`: positions of date columns.
pub fn schema(header: &[String], dates: &[usize]) -> Arc<Schema> {
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

/// Some rows as a batch of `schema`.
pub fn batch(schema: &Arc<Schema>, rows: &[Row]) -> Result<RecordBatch> {
    let columns: Vec<ArrayRef> = schema
        .fields()
        .iter()
        .enumerate()
        .map(|(at, field)| -> ArrayRef {
            if field.data_type() == &DataType::Date32 {
                let mut out = Date32Builder::with_capacity(rows.len());
                for row in rows {
                    match row.cells[at] {
                        Cell::Date(d) => out.append_value(to_days(d)),
                        _ => out.append_null(),
                    }
                }
                return Arc::new(out.finish());
            }
            let mut out = StringBuilder::with_capacity(rows.len(), rows.len() * 12);
            for row in rows {
                match &row.cells[at] {
                    Cell::Empty => out.append_null(),
                    cell => out.append_value(cell.text()),
                }
            }
            Arc::new(out.finish())
        })
        .collect();
    RecordBatch::try_new(schema.clone(), columns).map_err(|e| broken("Parquet", e))
}

/// A writer whose bytes depend on the rows alone.
pub fn writer<W: Write + Send>(out: W, schema: Arc<Schema>) -> Result<ArrowWriter<W>> {
    let properties = WriterProperties::builder()
        .set_created_by("invented".to_owned())
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_max_row_group_row_count(Some(500_000))
        .build();
    ArrowWriter::try_new(out, schema, Some(properties)).map_err(|e| broken("Parquet", e))
}

/// Appends a batch.
pub fn append<W: Write + Send>(writer: &mut ArrowWriter<W>, batch: &RecordBatch) -> Result<()> {
    writer.write(batch).map_err(|e| broken("Parquet", e))
}

/// Finishes the file and hands back what it was written to.
pub fn finish<W: Write + Send>(writer: ArrowWriter<W>) -> Result<W> {
    writer.into_inner().map_err(|e| broken("Parquet", e))
}
