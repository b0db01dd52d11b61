//! Parquet files, every column cast to text.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use arrow::array::{Array, AsArray, StringArray};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use arrow::record_batch::RecordBatch;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::assemble::Assembler;
use super::{FileIdentity, RawTable, RawTableInfo, RawTables};
use crate::{Error, Result};

pub(super) fn open(bytes: Vec<u8>, identity: FileIdentity) -> Result<RawTables> {
    let damaged =
        |why: String| Error::input(format!("Parquet 文件已损坏:{why}")).hint("重新复制或重新导出该文件");
    let bytes = bytes::Bytes::from(bytes);
    let reader = catch_unwind(AssertUnwindSafe(|| {
        ParquetRecordBatchReaderBuilder::try_new(bytes).and_then(|b| b.with_batch_size(1 << 17).build())
    }))
    .map_err(|_| damaged("内部结构不合规".to_owned()))?
    .map_err(|e| damaged(e.to_string()))?;
    let schema = arrow::array::RecordBatchReader::schema(&reader);
    let headers: Vec<String> = schema.fields().iter().map(|f| f.name().clone()).collect();
    for field in schema.fields() {
        if field.data_type().is_nested()
            || matches!(field.data_type(), DataType::Binary | DataType::LargeBinary)
        {
            return Err(Error::input("Parquet 列不是可读成文字的类型")
                .in_column(field.name())
                .hint("请导出为文字、数字或日期列"));
        }
    }
    let info = Arc::new(identity.info(headers, 0));
    let mut first = 1u32;
    let mut delivered = false;
    let mut reader = Some(reader);
    Ok(Box::new(std::iter::from_fn(move || {
        // A damaged page may panic deep inside; the iterator then ends with an error.
        let next = match catch_unwind(AssertUnwindSafe(|| reader.as_mut().and_then(Iterator::next))) {
            Ok(next) => next,
            Err(_) => {
                reader = None;
                return Some(Err(damaged("数据页不合规".to_owned())));
            }
        };
        match next {
            Some(Ok(batch)) => {
                delivered = true;
                let table = table(&batch, &info, first);
                first += batch.num_rows() as u32;
                Some(table)
            }
            Some(Err(error)) => {
                reader = None;
                delivered = true;
                Some(Err(damaged(error.to_string())))
            }
            None if delivered => None,
            None => {
                delivered = true;
                Some(Ok(Assembler::new(&info, 0).finish(Arc::clone(&info))))
            }
        }
    })))
}

fn table(batch: &RecordBatch, info: &Arc<RawTableInfo>, first: u32) -> Result<RawTable> {
    let columns: Vec<StringArray> = batch
        .columns()
        .iter()
        .zip(&info.headers)
        .map(|(column, header)| {
            cast(column, &DataType::Utf8)
                .map(|text| text.as_string::<i32>().clone())
                .map_err(|e| Error::input("Parquet 列不能读成文字").in_column(header).caused_by(e))
        })
        .collect::<Result<_>>()?;
    let mut out = Assembler::new(info, batch.num_rows());
    let mut cells: Vec<&str> = Vec::with_capacity(columns.len());
    for row in 0..batch.num_rows() {
        cells.clear();
        cells.extend(columns.iter().map(|c| if c.is_null(row) { "" } else { c.value(row) }));
        out.push(first + row as u32, &cells);
    }
    Ok(out.finish(Arc::clone(info)))
}
