//! Parquet tables: one writer for all that is written, its columns encoded side by side.
//!
//! What is written here is opened by analysts' tools, old ones among them: types, encodings and
//! pages are those that every reader knows (ADR 0010). Only scratch files ([`crate::table::rows`]), which
//! nobody else opens, are written otherwise.

use std::sync::Arc;

use arrow::array::{ArrayRef, StringBuilder};
use rayon::prelude::*;

use crate::Error;
use crate::table::rows::CHUNK_ROWS;

pub(crate) mod archive_output;
mod column_chunk;
mod column_encoder;
mod dictionary_encoding;
pub(crate) mod digest;
pub(crate) mod heap;
mod hybrid_encoding;
pub(crate) mod key_index;
mod parquet_writer;
mod plain_encoding;
pub(crate) mod rows;
pub(crate) mod string_interner;
pub(crate) mod unfinished;
pub(crate) mod whole_file;

pub(crate) use column_encoder::{ColumnHint, ColumnValues};
pub(crate) use dictionary_encoding::MISSING;
pub(crate) use parquet_writer::ParquetWriter;
pub(crate) use parquet_writer::{GROUP_ROWS, written_schema};

/// A column of texts, written by `text` row by row into an empty buffer.
pub(crate) fn build_text_array(
    rows: usize,
    text: &(dyn Fn(usize, &mut String) + Sync),
) -> crate::Result<ArrayRef> {
    let parts: Vec<ArrayRef> = (0..rows.div_ceil(CHUNK_ROWS).max(1))
        .into_par_iter()
        .map(|part| {
            let range = part * CHUNK_ROWS..((part + 1) * CHUNK_ROWS).min(rows);
            let mut out = StringBuilder::with_capacity(range.len(), range.len() * 32);
            let mut buffer = String::new();
            for row in range {
                buffer.clear();
                text(row, &mut buffer);
                out.append_value(&buffer);
            }
            Arc::new(out.finish()) as ArrayRef
        })
        .collect();
    let parts: Vec<&dyn arrow::array::Array> = parts.iter().map(AsRef::as_ref).collect();
    arrow::compute::concat(&parts).map_err(|e| Error::internal("合并列失败").caused_by(e))
}

#[cfg(test)]
mod tests;
