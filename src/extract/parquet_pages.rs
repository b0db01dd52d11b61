//! The pages of a Parquet file, counted before any of them is unpacked.
//!
//! A page says how large it unpacks and how many values it has, a dictionary how many texts; the library
//! sets memory aside accordingly. All these numbers stand in headers between the pages, which can be gone
//! through without unpacking anything.

use std::sync::Arc;

use bytes::Bytes;
use parquet::arrow::arrow_reader::ArrowReaderMetadata;
use parquet::basic::{Compression, Type};
use parquet::column::page::{Page, PageReader};
use parquet::errors::ParquetError;
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::reader::{ChunkReader, Length};
use parquet::file::serialized_reader::SerializedPageReader;

use super::parquet_file::ParquetInput;
use super::parquet_header::{self, DATA, DATA_V2, DICTIONARY, PageHeader};
use super::parquet_unpacking;
use super::table_limits::{MAX_ROWS, check_column_limit, too_many_rows};
use crate::{Error, Result};

/// Rows that are decoded together.
const BATCH: u64 = 8192;
/// Bytes of the footer. What it becomes in memory takes a multiple of it.
const MAX_FOOTER: u64 = 32 << 20;
/// Bytes that one page may unpack to.
const MAX_PAGE: u64 = 256 << 20;
/// Pages without any value that a part of a column may have.
const MAX_EMPTY_PAGES: u64 = 1000;
/// Bytes of all pages that the rows of one batch lie in.
const MAX_TOGETHER: u64 = 2 << 30;
/// Bytes that the texts of one batch may take up in columns that are copied value by value.
const MAX_COPIED: u64 = 512 << 20;
/// Rows that a file of any size may have, and how many more for every byte of it.
const ROWS: u64 = 1 << 20;
const ROWS_PER_BYTE: u64 = 16;
/// Bytes of a value of fixed length: the longest are decimals of 32.
const MAX_FIXED: i32 = 64;
/// Bytes of a page header: mostly few, with statistics more.
const HEADERS: [u64; 3] = [1 << 10, 64 << 10, 16 << 20];
/// Bytes that the place of a text takes up, in memory.
const PLACE: u64 = 16;
/// Encodings whose texts are written as lengths or differences.
const DELTA_LENGTHS: i64 = 6;
const DELTA_TEXTS: i64 = 7;

/// The error of a file that is not what it should be.
pub(super) fn damaged_parquet(why: impl std::fmt::Display) -> Error {
    Error::input(format!("Parquet 文件已损坏：{why}")).hint("重新复制或重新导出该文件")
}

fn oversized_parquet(what: String) -> Error {
    Error::input(format!("Parquet {what}，拒绝读取")).hint("确认来源；用通常的设置重新导出，或改交 CSV")
}

/// Refuses a footer that is too large to be looked at.
///
/// # Errors
/// So it is, or cannot be read.
pub(super) fn check_footer(input: &ParquetInput) -> Result<()> {
    let start = input.len().saturating_sub(8);
    let end = input.get_bytes(start, 8).map_err(damaged_parquet)?;
    let length = u64::from(u32::from_le_bytes([end[0], end[1], end[2], end[3]]));
    if length > start {
        return Err(damaged_parquet("缺少一部分"));
    }
    if length > MAX_FOOTER {
        return Err(oversized_parquet(format!("文件的目录有{}MB", length >> 20)));
    }
    Ok(())
}

/// What the pages of a file come to.
#[derive(Debug, Clone, Copy)]
pub(super) struct PageWeights {
    /// Rows to be decoded together.
    pub batch: usize,
    /// Values of the first column, as the headers of its pages count them.
    pub values: u64,
}

/// Goes through all pages. `copied`: which columns are not handed over as they lie in their pages.
///
/// # Errors
/// More columns or rows than a table may have, pages that are too large, or fewer rows in them than the
/// file says.
pub(super) fn weigh_parquet_pages(
    input: &Arc<ParquetInput>,
    metadata: &ArrowReaderMetadata,
    copied: &[bool],
) -> Result<PageWeights> {
    let metadata = metadata.metadata();
    let columns = metadata.file_metadata().schema_descr().columns();
    check_column_limit(columns.len())?;
    for column in columns {
        let fixed = column.physical_type() == Type::FIXED_LEN_BYTE_ARRAY;
        if fixed && !(1..=MAX_FIXED).contains(&column.type_length()) {
            return Err(
                oversized_parquet(format!("列的值长{}字节", column.type_length())).in_column(column.name())
            );
        }
    }
    let rows =
        u64::try_from(metadata.file_metadata().num_rows()).map_err(|_| damaged_parquet("行数是负的"))?;
    if rows > MAX_ROWS {
        return Err(too_many_rows());
    }
    if rows > ROWS + input.len().saturating_mul(ROWS_PER_BYTE) {
        return Err(oversized_parquet(format!("文件只有{}字节，声称有{rows}行", input.len())));
    }
    let mut scale = PageScale {
        input,
        together: vec![0; (rows / BATCH) as usize + 1],
        copied: vec![0; columns.len()],
        values: 0,
    };
    let mut first = 0;
    for group in metadata.row_groups() {
        let count = u64::try_from(group.num_rows()).map_err(|_| damaged_parquet("行数是负的"))?;
        let end = first + count;
        if end > rows || group.columns().len() != columns.len() {
            return Err(damaged_parquet("各部分的行数、列数与总数不符"));
        }
        for (at, chunk) in group.columns().iter().enumerate() {
            let is_copied = copied.get(at).copied().unwrap_or(true);
            scale.chunk(at, chunk, first..end, is_copied).map_err(|e| e.in_column(columns[at].name()))?;
        }
        first = end;
    }
    if first != rows {
        return Err(damaged_parquet(format!("应有{rows}行，实际只有{first}行")));
    }
    let together = scale.together.iter().max().copied().unwrap_or(0);
    if together > MAX_TOGETHER {
        return Err(oversized_parquet(format!("每{BATCH}行解开后有{}MB", together >> 20)));
    }
    let longest: u64 = scale.copied.iter().sum();
    let batch = BATCH.min(MAX_COPIED / longest.max(1)).max(1) as usize;
    Ok(PageWeights { batch, values: scale.values })
}

struct PageScale<'a> {
    input: &'a Arc<ParquetInput>,
    /// For every batch of rows, the bytes of the pages it lies in.
    together: Vec<u64>,
    /// For every column, the most bytes that one of its values can have once it is copied.
    copied: Vec<u64>,
    /// Values of the first column.
    values: u64,
}

impl PageScale<'_> {
    /// The pages that hold some rows of one column.
    fn chunk(
        &mut self,
        column: usize,
        chunk: &ColumnChunkMetaData,
        rows: std::ops::Range<u64>,
        mut copied: bool,
    ) -> Result<()> {
        let texts = chunk.column_type() == Type::BYTE_ARRAY;
        let (mut at, mut left) = chunk.byte_range();
        if at.checked_add(left).is_none_or(|end| end > self.input.len()) {
            return Err(damaged_parquet("数据在文件之外"));
        }
        let (mut first, mut largest, mut lengths) = (rows.start, 0, false);
        let (mut dictionary, mut empty) = (false, 0u64);
        while left > 0 {
            let (length, header) = self.header(at, left)?;
            let body = u64::try_from(header.compressed).ok().filter(|body| length + body <= left);
            let (Some(body), Ok(unpacked)) = (body, u64::try_from(header.unpacked)) else {
                return Err(damaged_parquet("数据页的长度不对"));
            };
            let packed = at + length;
            (at, left) = (at + length + body, left - length - body);
            let size = unpacked.max(body);
            if size > MAX_PAGE {
                return Err(oversized_parquet(format!("数据页解开后有{}MB", size >> 20)));
            }
            self.check_unpacking(chunk, packed, body, &header)?;
            let values = u64::try_from(header.values).map_err(|_| damaged_parquet("数据页的行数是负的"))?;
            let mut held = size;
            let over = match header.kind {
                // Every text has its length before it, everything else at least a byte.
                DICTIONARY if std::mem::replace(&mut dictionary, true) => {
                    return Err(damaged_parquet("一列的一部分有两个字典"));
                }
                DICTIONARY if values > size / if texts { 4 } else { 1 } => {
                    return Err(damaged_parquet("字典的项数与长度不符"));
                }
                // A dictionary stays for all rows of the part, with the places of its values.
                DICTIONARY => {
                    held += values * PLACE;
                    rows.clone()
                }
                DATA | DATA_V2 => {
                    self.values += if column == 0 { values } else { 0 };
                    // Each is unpacked for nothing.
                    empty += u64::from(values == 0);
                    if empty > MAX_EMPTY_PAGES {
                        return Err(oversized_parquet(format!("有超过{MAX_EMPTY_PAGES}个空的数据页")));
                    }
                    let page = first..first + values;
                    first = page.end;
                    page
                }
                _ => continue,
            };
            if over.end > rows.end {
                return Err(damaged_parquet("数据页的行数多于总数"));
            }
            largest = largest.max(size);
            if texts && matches!(header.encoding, DELTA_LENGTHS | DELTA_TEXTS) {
                lengths = true;
                copied |= header.encoding == DELTA_TEXTS;
            }
            if !over.is_empty() {
                let batches = (over.start / BATCH) as usize..=((over.end - 1) / BATCH) as usize;
                self.together[batches].iter_mut().for_each(|bytes| *bytes += held);
            }
        }
        if first != rows.end {
            let (expected, found) = (rows.end - rows.start, first - rows.start);
            return Err(damaged_parquet(format!("应有{expected}行，实际只有{found}行")));
        }
        if texts && copied {
            self.copied[column] = self.copied[column].max(largest);
        }
        if lengths { self.lengths(chunk, rows.end - rows.start) } else { Ok(()) }
    }

    /// Refuses a page whose packed bytes, from `start` on, unpack to more than it says.
    fn check_unpacking(
        &self,
        chunk: &ColumnChunkMetaData,
        start: u64,
        length: u64,
        header: &PageHeader,
    ) -> Result<()> {
        let levels = u64::try_from(header.levels).map_err(|_| damaged_parquet("数据页的长度不对"))?;
        let codec = chunk.compression();
        if matches!(codec, Compression::UNCOMPRESSED | Compression::SNAPPY | Compression::ZSTD(_))
            || levels > length
        {
            return Ok(());
        }
        let packed =
            (self.input).get_bytes(start + levels, (length - levels) as usize).map_err(damaged_parquet)?;
        let said = (header.unpacked as u64).saturating_sub(levels);
        if parquet_unpacking::unpacks_to_more(codec, &packed, said) {
            return Err(oversized_parquet("数据页解开后比它说的大".to_owned()));
        }
        Ok(())
    }

    /// Length of the page header at some place, and what it says.
    fn header(&self, at: u64, left: u64) -> Result<(u64, PageHeader)> {
        for window in HEADERS.map(|window| window.min(left)) {
            let bytes = self.input.get_bytes(at, window as usize).map_err(damaged_parquet)?;
            match parquet_header::read_page_header(&bytes) {
                Some((length, header)) => return Ok((length as u64, header)),
                None if window == left => break,
                None => {}
            }
        }
        Err(damaged_parquet("数据页的表头读不出来"))
    }

    /// Texts written as lengths: their number stands inside the page, and must be that of the header.
    fn lengths(&self, chunk: &ColumnChunkMetaData, rows: u64) -> Result<()> {
        let pages = SerializedPageReader::new(Arc::clone(self.input), chunk, rows as usize, None);
        let mut pages = pages.map_err(damaged_parquet)?;
        let optional = chunk.column_descr().max_def_level() > 0;
        while let Some(page) = pages.get_next_page().map_err(damaged_parquet)? {
            let (encoding, values, body) = match page {
                Page::DataPage { buf, encoding, num_values, .. } => {
                    // Which rows have a value comes first, with its length.
                    let levels = match buf.get(..4) {
                        Some(length) if optional => {
                            4 + u32::from_le_bytes([length[0], length[1], length[2], length[3]]) as usize
                        }
                        _ => 0,
                    };
                    (encoding, num_values, page_behind_levels(buf, levels)?)
                }
                Page::DataPageV2 {
                    buf,
                    encoding,
                    num_values,
                    def_levels_byte_len,
                    rep_levels_byte_len,
                    ..
                } => {
                    let levels = u64::from(def_levels_byte_len) + u64::from(rep_levels_byte_len);
                    (encoding, num_values, page_behind_levels(buf, levels as usize)?)
                }
                Page::DictionaryPage { .. } => continue,
            };
            let blocks = match encoding {
                parquet::basic::Encoding::DELTA_LENGTH_BYTE_ARRAY => 1,
                parquet::basic::Encoding::DELTA_BYTE_ARRAY => 2,
                _ => continue,
            };
            let mut rest = &body[..];
            for _ in 0..blocks {
                rest = parquet_header::skip_parquet_lengths(rest, u64::from(values))
                    .ok_or_else(|| damaged_parquet("文字的长度表不对"))?;
            }
        }
        Ok(())
    }
}

fn page_behind_levels(page: Bytes, length: usize) -> Result<Bytes> {
    if length > page.len() {
        Err(damaged_parquet(ParquetError::EOF("levels".to_owned())))
    } else {
        Ok(page.slice(length..))
    }
}

#[cfg(test)]
mod tests {
    use parquet::file::metadata::{FileMetaData, ParquetMetaData, RowGroupMetaData};
    use parquet::schema::parser::parse_message_type;
    use parquet::schema::types::SchemaDescriptor;

    use super::super::parquet_header::tests::written;
    use super::*;

    const TEXT: i64 = 0;

    /// What is made of a file of one column with these pages (each of ten bytes), as its footer has it.
    fn weighed(column: &str, pages: &[PageHeader], rows: i64, of_file: i64) -> Result<usize> {
        let pages: Vec<Vec<u8>> = pages.iter().map(|page| [written(*page), vec![0; 10]].concat()).collect();
        let bytes = pages.concat();
        let schema = parse_message_type(&format!("message m {{ optional {column}; }}")).unwrap();
        let schema = Arc::new(SchemaDescriptor::new(Arc::new(schema)));
        let chunk = ColumnChunkMetaData::builder(schema.column(0))
            .set_compression(Compression::UNCOMPRESSED)
            .set_data_page_offset(0)
            .set_num_values(rows)
            .set_total_compressed_size(bytes.len() as i64)
            .build()
            .unwrap();
        let group = RowGroupMetaData::builder(Arc::clone(&schema))
            .set_num_rows(rows)
            .set_column_metadata(vec![chunk])
            .build()
            .unwrap();
        let file = FileMetaData::new(1, of_file, None, None, schema, None);
        let metadata = ParquetMetaData::new(file, vec![group]);
        let metadata = ArrowReaderMetadata::try_new(Arc::new(metadata), Default::default()).unwrap();
        weigh_parquet_pages(
            &Arc::new(ParquetInput::Whole(bytes.into())),
            &metadata,
            &[!column.contains("UTF8")],
        )
        .map(|weights| weights.batch)
    }

    fn page(kind: i64, unpacked: i64, values: i64) -> PageHeader {
        PageHeader { kind, unpacked, compressed: 10, values, encoding: TEXT, levels: 0 }
    }

    fn refusal(pages: &[PageHeader], rows: i64) -> String {
        let error = weighed("binary a (UTF8)", pages, rows, rows).unwrap_err();
        assert!(error.hint_text().is_some());
        error.message().to_owned()
    }

    #[test]
    fn pages_say_what_they_unpack_to() {
        let text = "binary a (UTF8)";
        let (dictionary, data) = (page(DICTIONARY, 40, 10), page(DATA, 100, 50));
        assert_eq!(weighed(text, &[dictionary, data, data], 100, 100).unwrap(), 8192);
        assert!(refusal(&[page(DATA, 300 << 20, 50)], 50).contains("数据页解开后有300MB"));
        // As much in several pages, where the same rows need them at the same time.
        let large = page(DATA, 255 << 20, 1);
        assert_eq!(weighed(text, &[large; 8], 8, 8).unwrap(), 8192);
        assert!(refusal(&[large; 9], 9).contains("每8192行解开后有"));
        let apart = page(DATA_V2, 255 << 20, 10_000);
        weighed(text, &[apart; 9], 90_000, 90_000).unwrap();
        // A dictionary stays.
        assert!(
            refusal(&[page(DICTIONARY, 200 << 20, 50 << 20), large, large, large, large, large], 5)
                .contains("每8192行解开后有")
        );
        assert!(refusal(&[page(DATA, -1, 50)], 50).contains("长度不对"));
    }

    #[test]
    fn more_entries_than_fit_are_refused() {
        assert!(refusal(&[page(DICTIONARY, 40, 11), page(DATA, 100, 50)], 50).contains("字典"));
        let numbers = [page(DICTIONARY, 40, 40), page(DATA, 100, 50)];
        weighed("int64 a", &numbers, 50, 50).unwrap();
    }

    #[test]
    fn rows_that_are_not_there_are_missed() {
        assert!(refusal(&[page(DATA, 100, 50)], 60).contains("应有60行，实际只有50行"));
        assert!(refusal(&[page(DATA, 100, 50)], 40).contains("多于总数"));
        let error = weighed("int32 a", &[page(DATA, 100, 50)], 50, 80).unwrap_err();
        assert!(error.message().contains("应有80行，实际只有50行"), "{error}");
        let many = page(DATA, 100, 2_000_000);
        assert!(refusal(&[many], 2_000_000).contains("声称有2000000行"));
        assert!(refusal(&[page(DATA, 100, 50)], i64::from(u32::MAX) + 1).contains("行数超过"));
    }

    #[test]
    fn values_of_great_fixed_length_are_refused() {
        let error =
            weighed("fixed_len_byte_array(1073741824) a", &[page(DATA, 100, 50)], 50, 50).unwrap_err();
        assert_eq!(error.location().column.as_deref(), Some("a"));
    }

    #[test]
    fn texts_that_are_copied_come_few_at_a_time() {
        let mut differences = page(DATA, 10, 50);
        differences.encoding = DELTA_TEXTS;
        // Its lengths are ten zeros, which is no length table.
        assert!(refusal(&[differences], 50).contains("长度表"));
        let decimals = page(DATA, 1 << 20, 50);
        assert_eq!(weighed("binary a (DECIMAL(9,2))", &[decimals], 50, 50).unwrap(), 512);
    }
}
