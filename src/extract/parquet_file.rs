//! Parquet files, every column cast to text.

use std::io::{BufReader, Read};
use std::sync::Arc;

use arrow::datatypes::DataType;
use arrow::record_batch::RecordBatch;
use bytes::Bytes;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};
use parquet::errors::ParquetError;
use parquet::file::reader::{ChunkReader, Length};

use super::dbf_cells::is_day_number;
use super::parquet_columns::{self, ColumnTexts};
use super::parquet_pages::{self, damaged_parquet};
use super::piecewise_file::OpenFile;
use super::row_assembly::RawTableAssembler;
use super::table_limits::{MemoryRoom, too_many_rows};
use super::workbook::knows;
use super::{FileIdentity, RawTable, RawTables};
use crate::Result;
use crate::config::read_options::{KeyHeaders, ReadOptions};
use crate::error::caught_panic::catch_panic;
use crate::model::file_account::{CellFault, FaultyCell, FileAccount, PhysicalUnit};
use crate::model::source_table::RawTableInfo;

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

/// Opens a Parquet file; columns of an index that the contract does not know are left out.
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
    let opened = catch_panic(|| OpenedParquet::new(input, options));
    let OpenedParquet { reader, rows, values, length, utc, notes } =
        opened.unwrap_or_else(|| Err(damaged_parquet("内部结构不合规")))?;
    let schema = arrow::array::RecordBatchReader::schema(&reader);
    let headers: Vec<String> = schema.fields().iter().map(|f| f.name().clone()).collect();
    let fields = schema.fields().iter();
    let days = fields.map(|f| f.data_type().is_numeric() && knows(&options.date_headers, f.name())).collect();
    let rows_per_piece = PIECE_ROWS.min(PIECE_CELLS / headers.len().max(1));
    let mut info = identity.info(headers, 0);
    info.notes = notes;
    Ok(Box::new(ParquetPieces {
        reader: Some(reader),
        keys: options.key_headers.clone(),
        file,
        rows,
        rows_per_piece,
        info: Arc::new(info),
        utc,
        days,
        read: 0,
        counted: values,
        delivered: 0,
        padded: 0,
        begun: false,
        text: MemoryRoom::file(length),
    }))
}

/// A reader that may be let loose.
struct OpenedParquet {
    reader: ParquetRecordBatchReader,
    /// Rows of the file.
    rows: u64,
    /// Values of its first column, by the headers of the pages.
    values: u64,
    /// Bytes of the file.
    length: u64,
    /// Which of the columns that are read hold moments of Greenwich without saying so.
    utc: Vec<bool>,
    notes: Vec<String>,
}

impl OpenedParquet {
    fn new(input: ParquetInput, options: &ReadOptions) -> Result<Self> {
        parquet_pages::check_footer(&input)?;
        let metadata =
            ArrowReaderMetadata::load(&input, ArrowReaderOptions::new()).map_err(damaged_parquet)?;
        parquet_columns::check_parquet_codec(metadata.metadata())?;
        let left_out = parquet_columns::pandas_index_columns(metadata.metadata(), metadata.schema(), options);
        let schema =
            parquet_columns::readable_parquet_schema(metadata.metadata(), metadata.schema(), &left_out.at)?;
        let copied: Vec<bool> = (schema.fields().iter())
            .map(|f| !matches!(f.data_type(), DataType::Utf8View | DataType::BinaryView))
            .collect();
        let kept: Vec<usize> = (0..copied.len()).filter(|at| !left_out.at.contains(at)).collect();
        let utc = parquet_columns::utc_int96_columns(metadata.metadata(), &schema);
        let utc = kept.iter().map(|at| utc.contains(at)).collect();
        let options = ArrowReaderOptions::new().with_schema(Arc::new(schema));
        let metadata = ArrowReaderMetadata::try_new(Arc::clone(metadata.metadata()), options)
            .map_err(damaged_parquet)?;
        let rows = metadata.metadata().file_metadata().num_rows() as u64;
        let input = Arc::new(input);
        let weights = parquet_pages::weigh_parquet_pages(&input, &metadata, &copied)?;
        let wanted = ProjectionMask::roots(metadata.metadata().file_metadata().schema_descr(), kept);
        let reader = ParquetRecordBatchReaderBuilder::new_with_metadata((*input).clone(), metadata)
            .with_batch_size(weights.batch)
            .with_projection(wanted)
            .build()
            .map_err(damaged_parquet)?;
        let (values, length) = (weights.values, input.len());
        Ok(Self { reader, rows, values, length, utc, notes: left_out.notes })
    }
}

struct ParquetPieces {
    /// None at the end, and once it has failed.
    reader: Option<ParquetRecordBatchReader>,
    file: Option<Arc<OpenFile>>,
    info: Arc<RawTableInfo>,
    keys: KeyHeaders,
    /// Which columns hold moments of Greenwich without saying so.
    utc: Vec<bool>,
    /// Which of them hold numbers, and are columns of days.
    days: Vec<bool>,
    /// Rows that the file says it has.
    rows: u64,
    rows_per_piece: usize,
    /// Rows read so far.
    read: u64,
    /// Rows by the second counter, and those that were delivered, skipped or refused.
    counted: u64,
    delivered: u64,
    /// Cells filled up with zero bytes so far.
    padded: u64,
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
        let piece = catch_panic(|| self.piece(&mut reader));
        match piece.unwrap_or_else(|| Err(damaged_parquet("数据页不合规"))) {
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
        let (first, mut faults) = (self.read, Vec::new());
        while self.read - first < self.rows_per_piece as u64 && !out.room().half_taken() {
            let Some(batch) = reader.next() else { break };
            self.append(&batch.map_err(damaged_parquet)?, &mut out, &mut faults)?;
        }
        if self.begun && self.read == first {
            return Ok(None);
        }
        self.begun = true;
        let mut table = out.finish(info);
        faults.retain(|fault: &FaultyCell| table.rows.binary_search(&fault.row).is_ok());
        table.faults = faults;
        self.delivered += (table.rows.len() + table.skipped.len() + table.malformed.len()) as u64;
        if self.read == self.rows {
            if self.delivered != self.counted {
                let (counted, delivered) = (self.counted, self.delivered);
                return Err(damaged_parquet(format!("数据页里有{counted}行，读出{delivered}行")));
            }
            table.account = Some(Arc::new(FileAccount {
                unit: PhysicalUnit::Value,
                counted: self.counted,
                several_lines: Vec::new(),
                several_lines_count: 0,
                padded_cells: self.padded,
                text: None,
                sheets: Vec::new(),
            }));
        }
        Ok(Some(table))
    }

    fn append(
        &mut self,
        batch: &RecordBatch,
        out: &mut RawTableAssembler<'_>,
        faults: &mut Vec<FaultyCell>,
    ) -> Result<()> {
        let columns = batch.columns().iter().zip(&self.info.headers).zip(&self.utc);
        let columns: Vec<ColumnTexts> = columns
            .map(|((column, header), &utc)| ColumnTexts::of(column, header, utc))
            .collect::<Result<_>>()?;
        let mut cells: Vec<&str> = Vec::with_capacity(columns.len());
        for at in 0..batch.num_rows() {
            cells.clear();
            self.read += 1;
            let row = u32::try_from(self.read).map_err(|_| too_many_rows())?;
            let of_this_row = faults.len();
            for ((place, column), &days) in (0u32..).zip(&columns).zip(&self.days) {
                let mut faulty = |fault: CellFault, original: &str| {
                    faults.push(FaultyCell { row, column: place, fault, original: original.to_owned() });
                    ""
                };
                let text = match column.get(at) {
                    Some(text) if days && is_day_number(text) => faulty(CellFault::DayNumber, text),
                    Some(text) => text,
                    None => faulty(CellFault::UnreadableType, "不是 UTF-8 文字的字节"),
                };
                // Columns of a fixed width are filled up; within a text such a byte is damage.
                let bare = text.trim_end_matches(['\0', ' ']);
                let padded = bare.len() < text.len() && text.ends_with('\0');
                self.padded += u64::from(padded);
                cells.push(if padded { bare } else { text });
            }
            let text = cells.iter().map(|cell| cell.len() as u64).sum();
            let only_faults = faults.len() > of_this_row && text == 0;
            let taken = self.text.take(0, text).and_then(|()| {
                if only_faults {
                    let reason = "这一行有内容的格都读不出来；请导出为文字列";
                    return out.reject(row, &faults[of_this_row].original, reason.to_owned());
                }
                out.push(row, &cells)
            });
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
