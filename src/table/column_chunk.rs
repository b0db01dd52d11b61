//! What the column chunks that are encoded here have in common, whatever their pages hold.

use parquet::basic::{Compression, Encoding, PageType, ZstdLevel};
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::Result;
use parquet::file::metadata::{ColumnChunkMetaData, ColumnChunkMetaDataBuilder, PageEncodingStats};
use parquet::schema::types::ColumnDescPtr;

use super::hybrid_encoding;
use super::parquet_writer::ZSTD_LEVEL;

/// Appends which rows of a page have a value, with its length before it; nothing for a column that cannot miss any.
/// `there`: for each row 1, or 0 where the value is missing; `None`: none is.
pub(super) fn push_definition_levels(
    column: &ColumnDescPtr,
    rows: usize,
    there: Option<&[u32]>,
    page: &mut Vec<u8>,
) {
    if column.max_def_level() == 0 {
        return;
    }
    let begin = page.len();
    page.extend([0; 4]);
    match there {
        Some(there) => hybrid_encoding::push_hybrid(there, 1, page),
        None => hybrid_encoding::push_hybrid_run(rows, 1, 1, page),
    }
    let length = (page.len() - begin - 4) as u32;
    page[begin..begin + 4].copy_from_slice(&length.to_le_bytes());
}

/// How many pages of a kind a chunk has.
pub(super) fn page_count(page_type: PageType, encoding: Encoding, count: usize) -> PageEncodingStats {
    PageEncodingStats { page_type, encoding, count: count as i32 }
}

/// Begins what the file says of a chunk.
pub(super) fn begin_chunk_metadata(column: ColumnDescPtr, rows: usize) -> Result<ColumnChunkMetaDataBuilder> {
    Ok(ColumnChunkMetaData::builder(column)
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(ZSTD_LEVEL)?))
        .set_num_values(rows as i64))
}

/// A finished chunk; `saved`: bytes that compression took from its pages.
pub(super) fn close_chunk(
    chunk: Vec<u8>,
    saved: i64,
    rows: usize,
    metadata: ColumnChunkMetaDataBuilder,
) -> Result<(Vec<u8>, ColumnCloseResult)> {
    let length = chunk.len();
    let metadata = metadata
        .set_total_compressed_size(length as i64)
        .set_total_uncompressed_size(length as i64 + saved)
        .build()?;
    let close = ColumnCloseResult {
        bytes_written: length as u64,
        rows_written: rows as u64,
        metadata,
        bloom_filter: None,
        column_index: None,
        offset_index: None,
    };
    Ok((chunk, close))
}
