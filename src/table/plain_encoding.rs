//! A column of texts of which hardly one stands twice (ids, pseudonyms, names, numbers), written plainly.
//!
//! The general writer lists every row, copies every text into a value of its own and compares it with
//! the least and the greatest; here a text goes into its page at once, and eight of its bytes tell most
//! of the time that it is neither.

use std::cmp::Ordering;

use arrow::array::{Array as _, StringArray};
use bytes::Bytes;
use parquet::basic::{Encoding, PageType};
use parquet::column::page::{CompressedPage, Page, PageWriter as _};
use parquet::column::writer::ColumnCloseResult;
use parquet::data_type::ByteArray;
use parquet::errors::Result;
use parquet::file::statistics::Statistics;
use parquet::file::writer::{SerializedPageWriter, TrackedWrite};
use parquet::schema::types::ColumnDescPtr;
use zstd::bulk::Compressor;
use zstd::zstd_safe::{CParameter, ParamSwitch};

use super::column_chunk::{begin_chunk_metadata, close_chunk, page_count, push_definition_levels};
use super::parquet_writer::{PAGE_ROWS, ZSTD_LEVEL};

/// Bytes after which a page of long texts ends before it has all its rows.
const PAGE_BYTES: usize = 1 << 20;

/// A column chunk being encoded.
pub(super) struct PlainTextColumn {
    column: ColumnDescPtr,
    compressor: Compressor<'static>,
    /// Lengths and texts of the page that is being filled.
    body: Vec<u8>,
    /// For each row of that page 1, or 0 where the text is missing.
    there: Vec<u32>,
    /// Finished pages, compressed: their bytes, their length before, their rows.
    pages: Vec<(Vec<u8>, usize, usize)>,
    missing: u64,
    least: Option<ExtremeText>,
    greatest: Option<ExtremeText>,
}

/// The least or the greatest text so far.
struct ExtremeText {
    /// Its first eight bytes, as [`leading_bytes`] gives them.
    leading: u64,
    text: String,
}

impl PlainTextColumn {
    /// Begins a chunk; `random` says that hardly a text stands twice.
    pub(super) fn new(column: ColumnDescPtr, random: bool) -> Result<Self> {
        Ok(Self {
            column,
            compressor: plain_text_compressor(random)?,
            body: Vec::new(),
            there: Vec::new(),
            pages: Vec::new(),
            missing: 0,
            least: None,
            greatest: None,
        })
    }

    /// Appends rows.
    pub(super) fn push(&mut self, texts: &StringArray) -> Result<()> {
        for row in 0..texts.len() {
            if texts.is_valid(row) {
                let text = texts.value(row);
                self.body.extend((text.len() as u32).to_le_bytes());
                self.body.extend(text.as_bytes());
                self.there.push(1);
                keep_extreme(&mut self.least, text, Ordering::Less);
                keep_extreme(&mut self.greatest, text, Ordering::Greater);
            } else {
                self.missing += 1;
                self.there.push(0);
            }
            if self.there.len() == PAGE_ROWS || self.body.len() >= PAGE_BYTES {
                self.end_page()?;
            }
        }
        Ok(())
    }

    /// Compresses the page that is being filled.
    fn end_page(&mut self) -> Result<()> {
        let rows = self.there.len();
        let mut page = Vec::with_capacity(self.body.len() + 16);
        let there = self.there.contains(&0).then_some(&self.there[..]);
        push_definition_levels(&self.column, rows, there, &mut page);
        page.append(&mut self.body);
        self.there.clear();
        self.pages.push((self.compressor.compress(&page)?, page.len(), rows));
        Ok(())
    }

    /// The encoded chunk.
    pub(super) fn close(mut self) -> Result<(Vec<u8>, ColumnCloseResult)> {
        if !self.there.is_empty() {
            self.end_page()?;
        }
        let count = self.pages.len();
        let rows: usize = self.pages.iter().map(|page| page.2).sum();
        let mut chunk = TrackedWrite::new(Vec::new());
        let mut writer = SerializedPageWriter::new(&mut chunk);
        let mut saved = 0;
        for (compressed, length, rows) in self.pages {
            saved += length as i64 - compressed.len() as i64;
            let page = Page::DataPage {
                buf: Bytes::from(compressed),
                num_values: rows as u32,
                encoding: Encoding::PLAIN,
                def_level_encoding: Encoding::RLE,
                rep_level_encoding: Encoding::RLE,
                statistics: None,
            };
            writer.write_page(CompressedPage::new(page, length))?;
        }
        let value = |extreme: Option<ExtremeText>| extreme.map(|one| ByteArray::from(one.text.into_bytes()));
        let (least, greatest) = (value(self.least), value(self.greatest));
        let of = begin_chunk_metadata(self.column, rows)?
            .set_encodings(vec![Encoding::PLAIN, Encoding::RLE])
            .set_page_encoding_stats(vec![page_count(PageType::DATA_PAGE, Encoding::PLAIN, count)])
            .set_data_page_offset(0)
            .set_statistics(Statistics::byte_array(least, greatest, None, Some(self.missing), false));
        close_chunk(chunk.into_inner()?, saved, rows, of)
    }
}

/// Makes the compressor of a chunk. In random texts there is next to nothing to find again: there it
/// looks less (a small table, longer steps), and leaves the work to the coding of single bytes, which
/// the library would otherwise give up together with the search.
fn plain_text_compressor(random: bool) -> Result<Compressor<'static>> {
    let mut compressor = Compressor::new(ZSTD_LEVEL)?;
    if random {
        compressor.set_parameter(CParameter::HashLog(10))?;
        compressor.set_parameter(CParameter::TargetLength(3))?;
        compressor.set_parameter(CParameter::LiteralCompressionMode(ParamSwitch::Enable))?;
    }
    Ok(compressor)
}

/// The first eight bytes of a text as a number that orders as they do; 0 stands for those it lacks.
fn leading_bytes(text: &str) -> u64 {
    let bytes = text.as_bytes();
    match bytes.first_chunk::<8>() {
        Some(first) => u64::from_be_bytes(*first),
        None => {
            let mut first = [0; 8];
            first[..bytes.len()].copy_from_slice(bytes);
            u64::from_be_bytes(first)
        }
    }
}

/// Keeps the text if it is further in this direction than the one so far.
fn keep_extreme(extreme: &mut Option<ExtremeText>, text: &str, further: Ordering) {
    let leading = leading_bytes(text);
    let is_further = extreme.as_ref().is_none_or(|one| {
        let order = leading.cmp(&one.leading);
        order == further || (order == Ordering::Equal && text.cmp(&one.text) == further)
    });
    if is_further {
        *extreme = Some(ExtremeText { leading, text: text.to_owned() });
    }
}
