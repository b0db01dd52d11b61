//! Parquet files, every column cast to text.

use std::io::{BufReader, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use arrow::array::{Array, AsArray, StringArray};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use arrow::record_batch::RecordBatch;
use bytes::Bytes;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::errors::ParquetError;
use parquet::file::reader::{ChunkReader, Length};

use super::assemble::Assembler;
use super::stream::OpenFile;
use super::{FileIdentity, RawTable, RawTables, row_number};
use crate::model::source_table::RawTableInfo;
use crate::{Error, Result};

/// A Parquet file as it is handed over.
#[derive(Clone)]
pub(super) enum Input {
    File(Arc<OpenFile>),
    Whole(Bytes),
}

impl Length for Input {
    fn len(&self) -> u64 {
        match self {
            Self::File(file) => file.length(),
            Self::Whole(bytes) => bytes.len() as u64,
        }
    }
}

impl ChunkReader for Input {
    type T = Box<dyn Read>;

    fn get_read(&self, start: u64) -> parquet::errors::Result<Self::T> {
        Ok(match self {
            Self::Whole(bytes) => Box::new(bytes.get_read(start)?),
            Self::File(file) => Box::new(BufReader::new(From(Arc::clone(file), start))),
        })
    }
    fn get_bytes(&self, start: u64, length: usize) -> parquet::errors::Result<Bytes> {
        match self {
            // A damaged length must not become an allocation.
            _ if start.checked_add(length as u64).is_none_or(|end| end > self.len()) => {
                Err(ParquetError::EOF(format!("{start}+{length} > {}", self.len())))
            }
            Self::Whole(bytes) => bytes.get_bytes(start, length),
            Self::File(file) => {
                let mut bytes = vec![0; length];
                file.read_exact(&mut bytes, start).map_err(|e| ParquetError::External(e.into()))?;
                Ok(bytes.into())
            }
        }
    }
}

/// A file from some place on.
struct From(Arc<OpenFile>, u64);

impl Read for From {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let left = self.0.length().saturating_sub(self.1);
        let length = buffer.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        self.0.read_exact(&mut buffer[..length], self.1).map_err(std::io::Error::other)?;
        self.1 += length as u64;
        Ok(length)
    }
}

pub(super) fn open(input: Input, identity: FileIdentity) -> Result<RawTables> {
    let damaged =
        |why: String| Error::input(format!("Parquet 文件已损坏:{why}")).hint("重新复制或重新导出该文件");
    let file = match &input {
        Input::File(file) => Some(Arc::clone(file)),
        Input::Whole(_) => None,
    };
    let reader = catch_unwind(AssertUnwindSafe(|| {
        ParquetRecordBatchReaderBuilder::try_new(input).and_then(|b| b.with_batch_size(1 << 17).build())
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
    let mut file = file;
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
                let table = row_number(first, batch.num_rows()).and_then(|next| {
                    let table = table(&batch, &info, first)?;
                    first = next;
                    Ok(table)
                });
                if table.is_err() {
                    reader = None;
                }
                Some(table)
            }
            Some(Err(error)) => {
                reader = None;
                delivered = true;
                Some(Err(damaged(error.to_string())))
            }
            // The digest was taken before: it must be that of the rows delivered.
            None if delivered => file.take().and_then(|file| file.untouched().err()).map(Err),
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
        out.push(row_number(first, row)?, &cells);
    }
    Ok(out.finish(Arc::clone(info)))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use arrow::array::{
        ArrayRef, Date32Array, Date64Array, Decimal128Array, Float64Array, Int64Array,
        TimestampMillisecondArray, TimestampNanosecondArray,
    };
    use parquet::arrow::ArrowWriter;

    use super::*;
    use crate::extract::FileFormat;

    fn identity() -> FileIdentity {
        FileIdentity {
            file: PathBuf::from("甲.parquet"),
            sha256: "0".repeat(64),
            format: FileFormat::Parquet,
        }
    }

    #[test]
    fn values_at_the_limits_of_their_type_are_texts_or_an_error() {
        let (least, most) = (i64::MIN, i64::MAX);
        let decimals = Decimal128Array::from(vec![i128::from(least), i128::from(most)]);
        let columns: [(&str, ArrayRef); 8] = [
            ("date32", Arc::new(Date32Array::from(vec![i32::MIN, i32::MAX]))),
            ("date64", Arc::new(Date64Array::from(vec![least, most]))),
            ("seconds", Arc::new(TimestampMillisecondArray::from(vec![least, most]))),
            ("nanoseconds", Arc::new(TimestampNanosecondArray::from(vec![least, most]))),
            ("whole", Arc::new(Int64Array::from(vec![least, most]))),
            ("float", Arc::new(Float64Array::from(vec![f64::MIN, f64::NAN]))),
            ("decimal", Arc::new(decimals.clone().with_precision_and_scale(38, 37).unwrap())),
            ("shifted", Arc::new(decimals.with_precision_and_scale(38, -38).unwrap())),
        ];
        let mut read = 0;
        for (name, column) in columns {
            let batch = RecordBatch::try_from_iter([(name, column)]).unwrap();
            let mut bytes = Vec::new();
            // What cannot be written is in no file.
            let Ok(mut writer) = ArrowWriter::try_new(&mut bytes, batch.schema(), None) else { continue };
            writer.write(&batch).unwrap();
            writer.close().unwrap();
            for table in open(Input::Whole(bytes.into()), identity()).unwrap() {
                match table {
                    Ok(table) => read += table.rows.len(),
                    Err(error) => assert!(error.message().contains("Parquet"), "{name}: {error}"),
                }
            }
        }
        assert!(read >= 4, "whole numbers and floats at least: {read}");
    }

    #[test]
    fn rows_beyond_what_a_number_counts_are_an_error() {
        let column: ArrayRef = Arc::new(Int64Array::from(vec![1, 2, 3]));
        let batch = RecordBatch::try_from_iter([("甲", column)]).unwrap();
        let info = Arc::new(identity().info(vec!["甲".to_owned()], 0));
        assert_eq!(table(&batch, &info, u32::MAX - 2).unwrap().rows, [u32::MAX - 2, u32::MAX - 1, u32::MAX]);
        let error = table(&batch, &info, u32::MAX - 1).unwrap_err();
        assert!(error.message().contains("行数超过"), "{error}");
    }
}
