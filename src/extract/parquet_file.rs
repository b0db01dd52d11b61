//! Parquet files, every column cast to text.

use std::io::{BufReader, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, StringArray, StringViewArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Schema};
use arrow::record_batch::RecordBatch;
use bytes::Bytes;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};
use parquet::errors::ParquetError;
use parquet::file::reader::{ChunkReader, Length};

use super::parquet_pages::{self, damaged_parquet};
use super::piecewise_file::OpenFile;
use super::row_assembly::RawTableAssembler;
use super::table_limits::{MemoryRoom, too_many_rows};
use super::{FileIdentity, RawTable, RawTables};
use crate::config::read_options::{KeyHeaders, ReadOptions};
use crate::model::source_table::RawTableInfo;
use crate::{Error, Result};

/// Rows of a piece, and cells of one that is wide.
const PIECE_ROWS: usize = 1 << 17;
const PIECE_CELLS: usize = 1 << 25;

/// A Parquet file as it is handed over.
#[derive(Clone)]
pub(super) enum ParquetInput {
    File(Arc<OpenFile>),
    Whole(Bytes),
}

impl Length for ParquetInput {
    fn len(&self) -> u64 {
        match self {
            Self::File(file) => file.length(),
            Self::Whole(bytes) => bytes.len() as u64,
        }
    }
}

impl ChunkReader for ParquetInput {
    type T = Box<dyn Read>;

    fn get_read(&self, start: u64) -> parquet::errors::Result<Self::T> {
        Ok(match self {
            Self::Whole(bytes) => Box::new(bytes.get_read(start)?),
            Self::File(file) => Box::new(BufReader::new(ParquetFileSection(Arc::clone(file), start))),
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
struct ParquetFileSection(Arc<OpenFile>, u64);

impl Read for ParquetFileSection {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let left = self.0.length().saturating_sub(self.1);
        let length = buffer.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        self.0.read_exact(&mut buffer[..length], self.1).map_err(std::io::Error::other)?;
        self.1 += length as u64;
        Ok(length)
    }
}

pub(super) fn open_parquet(
    input: ParquetInput,
    identity: FileIdentity,
    options: &ReadOptions,
) -> Result<RawTables> {
    let file = match &input {
        ParquetInput::File(file) => Some(Arc::clone(file)),
        ParquetInput::Whole(_) => None,
    };
    // The library may panic on hostile bytes; that must not end the run.
    let opened = catch_unwind(AssertUnwindSafe(|| OpenedParquet::new(input)));
    let OpenedParquet { reader, rows, length } =
        opened.unwrap_or_else(|_| Err(damaged_parquet("内部结构不合规")))?;
    let schema = arrow::array::RecordBatchReader::schema(&reader);
    let headers: Vec<String> = schema.fields().iter().map(|f| f.name().clone()).collect();
    Ok(Box::new(ParquetPieces {
        reader: Some(reader),
        keys: options.key_headers.clone(),
        file,
        rows,
        rows_per_piece: PIECE_ROWS.min(PIECE_CELLS / headers.len().max(1)),
        info: Arc::new(identity.info(headers, 0)),
        read: 0,
        begun: false,
        text: MemoryRoom::file(length),
    }))
}

/// A reader that may be let loose.
struct OpenedParquet {
    reader: ParquetRecordBatchReader,
    /// Rows of the file.
    rows: u64,
    /// Bytes of the file.
    length: u64,
}

impl OpenedParquet {
    fn new(input: ParquetInput) -> Result<Self> {
        parquet_pages::check_footer(&input)?;
        let metadata =
            ArrowReaderMetadata::load(&input, ArrowReaderOptions::new()).map_err(damaged_parquet)?;
        let mut fields = Vec::new();
        for field in metadata.schema().fields() {
            let kind = readable_parquet_type(field.data_type()).ok_or_else(|| {
                Error::input("Parquet 列不是可读成文字的类型")
                    .in_column(field.name())
                    .hint("请导出为文字、数字或日期列")
            })?;
            fields.push(field.as_ref().clone().with_data_type(kind));
        }
        let copied: Vec<bool> = fields.iter().map(|f| *f.data_type() != DataType::Utf8View).collect();
        let schema = Arc::new(Schema::new_with_metadata(fields, metadata.schema().metadata().clone()));
        let options = ArrowReaderOptions::new().with_schema(schema);
        let metadata = ArrowReaderMetadata::try_new(Arc::clone(metadata.metadata()), options)
            .map_err(damaged_parquet)?;
        let rows = metadata.metadata().file_metadata().num_rows() as u64;
        let input = Arc::new(input);
        let batch = parquet_pages::weigh_parquet_pages(&input, &metadata, &copied)?;
        let reader = ParquetRecordBatchReaderBuilder::new_with_metadata((*input).clone(), metadata)
            .with_batch_size(batch)
            .build()
            .map_err(damaged_parquet)?;
        Ok(Self { reader, rows, length: input.len() })
    }
}

/// How values of a type are read; none if they are no texts. Texts stay in the pages they lie in: a short
/// page may hold one long text and a million places where it stands.
fn readable_parquet_type(kind: &DataType) -> Option<DataType> {
    match kind {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => Some(DataType::Utf8View),
        DataType::Dictionary(_, value) => {
            readable_parquet_type(value).filter(|kind| *kind == DataType::Utf8View)
        }
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView | DataType::FixedSizeBinary(_) => {
            None
        }
        other => (!other.is_nested()).then(|| other.clone()),
    }
}

struct ParquetPieces {
    /// None at the end, and once it has failed.
    reader: Option<ParquetRecordBatchReader>,
    file: Option<Arc<OpenFile>>,
    info: Arc<RawTableInfo>,
    keys: KeyHeaders,
    /// Rows that the file says it has.
    rows: u64,
    rows_per_piece: usize,
    /// Rows read so far.
    read: u64,
    /// A table without rows is one piece, too.
    begun: bool,
    /// Room of all texts of the file.
    text: MemoryRoom,
}

impl Iterator for ParquetPieces {
    type Item = Result<RawTable>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut reader = self.reader.take()?;
        // A damaged page may panic deep inside; the iterator then ends with an error.
        let piece = catch_unwind(AssertUnwindSafe(|| self.piece(&mut reader)));
        match piece.unwrap_or_else(|_| Err(damaged_parquet("数据页不合规"))) {
            Ok(Some(table)) => {
                self.reader = Some(reader);
                Some(Ok(table))
            }
            Ok(None) => self.end().err().map(Err),
            Err(error) => Some(Err(error)),
        }
    }
}

impl ParquetPieces {
    /// The next rows, if there are any.
    fn piece(&mut self, reader: &mut ParquetRecordBatchReader) -> Result<Option<RawTable>> {
        let info = Arc::clone(&self.info);
        let left = self.rows.saturating_sub(self.read);
        let about = self.rows_per_piece.min(usize::try_from(left).unwrap_or(usize::MAX));
        let mut room = MemoryRoom::piece();
        let mut out = RawTableAssembler::new(&info, about, &mut room)?.with_keys(&self.keys);
        let first = self.read;
        while self.read - first < self.rows_per_piece as u64 && !out.room().half_taken() {
            let Some(batch) = reader.next() else { break };
            self.append(&batch.map_err(damaged_parquet)?, &mut out)?;
        }
        if self.begun && self.read == first {
            return Ok(None);
        }
        self.begun = true;
        Ok(Some(out.finish(info)))
    }

    fn append(&mut self, batch: &RecordBatch, out: &mut RawTableAssembler<'_>) -> Result<()> {
        let text = |(column, header): (&ArrayRef, &String)| match column.data_type() {
            DataType::Utf8View => Ok(ColumnTexts::Apart(column.as_string_view().clone())),
            _ => cast(column, &DataType::Utf8)
                .map(|texts| ColumnTexts::Joined(texts.as_string().clone()))
                .map_err(|e| {
                    Error::input("Parquet 列不能读成文字")
                        .in_column(header)
                        .hint("请导出为文字、数字或日期列")
                        .caused_by(e)
                }),
        };
        let columns: Vec<ColumnTexts> =
            batch.columns().iter().zip(&self.info.headers).map(text).collect::<Result<_>>()?;
        let mut cells: Vec<&str> = Vec::with_capacity(columns.len());
        for at in 0..batch.num_rows() {
            cells.clear();
            cells.extend(columns.iter().map(|column| column.get(at)));
            self.read += 1;
            let row = u32::try_from(self.read).map_err(|_| too_many_rows())?;
            let text = cells.iter().map(|cell| cell.len() as u64).sum();
            let taken = self.text.take(0, text).and_then(|()| out.push(row, &cells));
            taken.map_err(|e| e.at_row(row.into()))?;
        }
        Ok(())
    }

    /// What can be said only behind the last row.
    fn end(&mut self) -> Result<()> {
        if self.read != self.rows {
            return Err(damaged_parquet(format!("应有{}行，实际只有{}行", self.rows, self.read)));
        }
        // The digest was taken before: it must be that of the rows delivered.
        self.file.take().map_or(Ok(()), |file| file.untouched())
    }
}

/// The texts of a column: each somewhere in its page, or one behind the other.
enum ColumnTexts {
    Apart(StringViewArray),
    Joined(StringArray),
}

impl ColumnTexts {
    /// Empty where there is none.
    fn get(&self, row: usize) -> &str {
        match self {
            Self::Apart(texts) if texts.is_valid(row) => texts.value(row),
            Self::Joined(texts) if texts.is_valid(row) => texts.value(row),
            _ => "",
        }
    }
}
