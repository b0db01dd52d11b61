//! A column of few different values: a dictionary, and each row's position in it.
//!
//! The general writer looks up every value by its hash, and lists every row that is not missing
//! before it does. Positions that are known already, and values that stand many times in a row,
//! need neither; most columns of most tables are such.

use std::hash::Hash;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray as _, Int32Array, Int64Array, StringArray, UInt32Array};
use arrow::datatypes::{DataType, Date32Type, Int32Type, Int64Type};
use bytes::Bytes;
use hashbrown::{HashMap, HashTable};
use parquet::basic::{Encoding, PageType};
use parquet::column::page::{CompressedPage, Page, PageWriter as _};
use parquet::column::writer::ColumnCloseResult;
use parquet::data_type::ByteArray;
use parquet::errors::Result;
use parquet::file::statistics::Statistics;
use parquet::file::writer::{SerializedPageWriter, TrackedWrite};
use parquet::schema::types::ColumnDescPtr;
use xxhash_rust::xxh3::xxh3_64;

use super::column_chunk::{begin_chunk_metadata, close_chunk, page_count, push_definition_levels};
use super::hybrid_encoding;
use super::parquet_writer::{PAGE_ROWS, ZSTD_LEVEL};

/// Position of a missing value.
pub(crate) const MISSING: u32 = u32::MAX;

/// A column chunk being encoded.
pub(super) struct DictionaryColumn {
    column: ColumnDescPtr,
    dictionary: ValueDictionary,
    /// Positions of rows that do not fill a page yet.
    waiting: Vec<u32>,
    /// Bodies of finished pages, and their rows.
    pages: Vec<(Vec<u8>, usize)>,
    missing: u64,
}

/// The different values, in order of first appearance.
enum ValueDictionary {
    /// Positions come as positions among these.
    Labels {
        labels: ArrayRef,
        positions: Vec<u32>,
        used: Vec<u32>,
    },
    Text(DistinctTexts),
    Int32(DistinctNumbers<i32>),
    Int64(DistinctNumbers<i64>),
}

impl DictionaryColumn {
    /// A column whose rows come as positions among `labels`, texts or numbers of 32 bits.
    pub(super) fn of_labels(column: ColumnDescPtr, labels: ArrayRef) -> Self {
        let positions = vec![MISSING; labels.len()];
        Self::begin(column, ValueDictionary::Labels { labels, positions, used: Vec::new() })
    }

    /// A column whose rows come as values; `None` for types that have no dictionary here.
    pub(super) fn of_values(column: ColumnDescPtr, kind: &DataType) -> Option<Self> {
        let dictionary = match kind {
            DataType::Utf8 => ValueDictionary::Text(DistinctTexts::default()),
            DataType::Int32 | DataType::Date32 => ValueDictionary::Int32(DistinctNumbers::default()),
            DataType::Int64 => ValueDictionary::Int64(DistinctNumbers::default()),
            _ => return None,
        };
        Some(Self::begin(column, dictionary))
    }

    fn begin(column: ColumnDescPtr, dictionary: ValueDictionary) -> Self {
        Self { column, dictionary, waiting: Vec::new(), pages: Vec::new(), missing: 0 }
    }

    /// Appends rows given by their positions among the labels.
    pub(super) fn push_labels(&mut self, rows: &[u32]) {
        let ValueDictionary::Labels { positions, used, .. } = &mut self.dictionary else { return };
        self.waiting.extend(rows.iter().map(|&label| {
            if label == MISSING {
                return MISSING;
            }
            let position = &mut positions[label as usize];
            if *position == MISSING {
                *position = used.len() as u32;
                used.push(label);
            }
            *position
        }));
        self.end_pages();
    }

    /// Appends rows given by their values.
    pub(super) fn push_values(&mut self, values: &dyn Array) {
        let waiting = &mut self.waiting;
        match &mut self.dictionary {
            ValueDictionary::Labels { .. } => {}
            ValueDictionary::Text(texts) => {
                let values = values.as_string::<i32>();
                extend_dictionary_positions(waiting, values, |row| texts.position(values, row));
            }
            ValueDictionary::Int32(numbers) => {
                let plain = match values.as_primitive_opt::<Int32Type>() {
                    Some(values) => values.values(),
                    None => values.as_primitive::<Date32Type>().values(),
                };
                extend_dictionary_positions(waiting, values, |row| numbers.position(plain[row]));
            }
            ValueDictionary::Int64(numbers) => {
                let plain = values.as_primitive::<Int64Type>().values();
                extend_dictionary_positions(waiting, values, |row| numbers.position(plain[row]));
            }
        }
        self.end_pages();
    }

    fn end_pages(&mut self) {
        while self.waiting.len() >= PAGE_ROWS {
            self.end_page(PAGE_ROWS);
        }
    }

    /// Encodes the first `rows` of those that wait.
    fn end_page(&mut self, rows: usize) {
        let rest = self.waiting.split_off(rows);
        let mut positions = std::mem::replace(&mut self.waiting, rest);
        let mut body = Vec::new();
        let is_there = |&position: &u32| u32::from(position != MISSING);
        let there =
            positions.contains(&MISSING).then(|| positions.iter().map(is_there).collect::<Vec<u32>>());
        push_definition_levels(&self.column, rows, there.as_deref(), &mut body);
        if there.is_some() {
            positions.retain(|&p| p != MISSING);
            self.missing += (rows - positions.len()) as u64;
        }
        let width = hybrid_encoding::bit_width(self.dictionary.len());
        body.push(width as u8);
        hybrid_encoding::push_hybrid(&positions, width, &mut body);
        self.pages.push((body, rows));
    }

    /// The encoded chunk.
    pub(super) fn close(mut self) -> Result<(Vec<u8>, ColumnCloseResult)> {
        if !self.waiting.is_empty() {
            self.end_page(self.waiting.len());
        }
        let rows: usize = self.pages.iter().map(|page| page.1).sum();
        let count = self.pages.len();
        let mut chunk = TrackedWrite::new(Vec::new());
        let mut writer = SerializedPageWriter::new(&mut chunk);
        let mut saved = 0;
        let mut write = |bytes: &[u8], page: &dyn Fn(Bytes) -> Page| {
            let compressed = zstd::bulk::compress(bytes, ZSTD_LEVEL)?;
            saved += bytes.len() as i64 - compressed.len() as i64;
            writer.write_page(CompressedPage::new(page(compressed.into()), bytes.len()))
        };
        let values = self.dictionary.values()?;
        write(&dictionary_values_plain(&values), &|buf| Page::DictionaryPage {
            buf,
            num_values: values.len() as u32,
            encoding: Encoding::PLAIN,
            is_sorted: false,
        })?;
        let mut data_page_offset = None;
        for (body, rows) in self.pages {
            let written = write(&body, &|buf| Page::DataPage {
                buf,
                num_values: rows as u32,
                encoding: Encoding::RLE_DICTIONARY,
                def_level_encoding: Encoding::RLE,
                rep_level_encoding: Encoding::RLE,
                statistics: None,
            })?;
            data_page_offset = data_page_offset.or(Some(written.offset as i64));
        }
        let of = begin_chunk_metadata(self.column, rows)?
            .set_encodings(vec![Encoding::PLAIN, Encoding::RLE, Encoding::RLE_DICTIONARY])
            .set_page_encoding_stats(vec![
                page_count(PageType::DICTIONARY_PAGE, Encoding::PLAIN, 1),
                page_count(PageType::DATA_PAGE, Encoding::RLE_DICTIONARY, count),
            ])
            .set_dictionary_page_offset(Some(0))
            .set_data_page_offset(data_page_offset.unwrap_or_default())
            .set_statistics(dictionary_statistics(&values, self.missing));
        close_chunk(chunk.into_inner()?, saved, rows, of)
    }
}

/// Appends the position of every value, [`MISSING`] where there is none.
fn extend_dictionary_positions(
    to: &mut Vec<u32>,
    values: &dyn Array,
    mut position: impl FnMut(usize) -> u32,
) {
    match values.nulls() {
        None => to.extend((0..values.len()).map(position)),
        Some(nulls) => {
            to.extend(
                nulls.iter().enumerate().map(|(row, there)| if there { position(row) } else { MISSING }),
            );
        }
    }
}

impl ValueDictionary {
    fn len(&self) -> usize {
        match self {
            Self::Labels { used, .. } => used.len(),
            Self::Text(texts) => texts.ends.len(),
            Self::Int32(numbers) => numbers.values.len(),
            Self::Int64(numbers) => numbers.values.len(),
        }
    }

    fn values(&self) -> Result<ArrayRef> {
        Ok(match self {
            Self::Labels { labels, used, .. } => {
                arrow::compute::take(labels, &UInt32Array::from_iter_values(used.iter().copied()), None)?
            }
            Self::Text(texts) => {
                Arc::new(StringArray::from_iter_values((0..texts.ends.len()).map(|at| texts.get(at))))
            }
            Self::Int32(numbers) => Arc::new(Int32Array::from_iter_values(numbers.values.iter().copied())),
            Self::Int64(numbers) => Arc::new(Int64Array::from_iter_values(numbers.values.iter().copied())),
        })
    }
}

/// Values as Parquet writes them plainly.
fn dictionary_values_plain(values: &dyn Array) -> Vec<u8> {
    if let Some(texts) = values.as_string_opt::<i32>() {
        let bytes = |text: &str| [&(text.len() as u32).to_le_bytes(), text.as_bytes()].concat();
        texts.iter().flatten().flat_map(bytes).collect()
    } else if let Some(numbers) = values.as_primitive_opt::<Int32Type>() {
        numbers.values().iter().flat_map(|number| number.to_le_bytes()).collect()
    } else {
        let numbers = values.as_primitive::<Int64Type>();
        numbers.values().iter().flat_map(|number| number.to_le_bytes()).collect()
    }
}

/// The least and the greatest value: readers skip whole chunks by them.
fn dictionary_statistics(values: &dyn Array, missing: u64) -> Statistics {
    let missing = Some(missing);
    if let Some(texts) = values.as_string_opt::<i32>() {
        let (least, greatest) = (texts.iter().flatten().min(), texts.iter().flatten().max());
        Statistics::byte_array(
            least.map(ByteArray::from),
            greatest.map(ByteArray::from),
            None,
            missing,
            false,
        )
    } else if let Some(numbers) = values.as_primitive_opt::<Int32Type>() {
        let numbers = numbers.values().iter().copied();
        Statistics::int32(numbers.clone().min(), numbers.max(), None, missing, false)
    } else {
        let numbers = values.as_primitive::<Int64Type>().values().iter().copied();
        Statistics::int64(numbers.clone().min(), numbers.max(), None, missing, false)
    }
}

/// Different texts, one after the other.
#[derive(Default)]
struct DistinctTexts {
    all: String,
    ends: Vec<usize>,
    table: HashTable<(u64, u32)>,
    /// Positions of texts that are numbers, too: comparing those takes one step.
    short: HashMap<u128, u32>,
    /// The text before as a number, and its position: sorted tables repeat themselves.
    last: (u128, u32),
}

impl DistinctTexts {
    fn get(&self, at: usize) -> &str {
        text_at(&self.all, &self.ends, at)
    }

    fn position(&mut self, texts: &StringArray, row: usize) -> u32 {
        let Some(number) = as_number(texts, row) else { return self.look_up(texts.value(row)) };
        if number != self.last.0 {
            let position = match self.short.get(&number) {
                Some(&position) => position,
                None => {
                    let position = self.look_up(texts.value(row));
                    self.short.insert(number, position);
                    position
                }
            };
            self.last = (number, position);
        }
        self.last.1
    }

    fn look_up(&mut self, text: &str) -> u32 {
        let hash = xxh3_64(text.as_bytes());
        let (all, ends) = (&self.all, &self.ends);
        let same = |&(h, at): &(u64, u32)| h == hash && text_at(all, ends, at as usize) == text;
        match self.table.find(hash, same) {
            Some(&(_, at)) => at,
            None => {
                let at = self.ends.len() as u32;
                self.all.push_str(text);
                self.ends.push(self.all.len());
                self.table.insert_unique(hash, (hash, at), |&(hash, _)| hash);
                at
            }
        }
    }
}

/// A text of at most 15 bytes with its length as a number, never 0; `None` for longer ones, and
/// where fewer than 16 bytes are left.
fn as_number(texts: &StringArray, row: usize) -> Option<u128> {
    const LONGEST: usize = 15;
    let offsets = texts.value_offsets();
    let (begin, end) = (offsets[row] as usize, offsets[row + 1] as usize);
    let length = end - begin;
    let bytes = texts.value_data().get(begin..)?.first_chunk::<16>().filter(|_| length <= LONGEST)?;
    let kept = (1u128 << (8 * length)) - 1;
    Some(u128::from_le_bytes(*bytes) & kept | (length as u128 + 1) << (8 * LONGEST))
}

fn text_at<'a>(all: &'a str, ends: &[usize], at: usize) -> &'a str {
    let begin = at.checked_sub(1).map_or(0, |before| ends[before]);
    &all[begin..ends[at]]
}

/// Different numbers.
struct DistinctNumbers<T> {
    values: Vec<T>,
    positions: HashMap<T, u32>,
    /// The number before and its position.
    last: Option<(T, u32)>,
}

impl<T> Default for DistinctNumbers<T> {
    fn default() -> Self {
        Self { values: Vec::new(), positions: HashMap::new(), last: None }
    }
}

impl<T: Copy + Eq + Hash> DistinctNumbers<T> {
    fn position(&mut self, number: T) -> u32 {
        if let Some((last, position)) = self.last
            && last == number
        {
            return position;
        }
        let values = &mut self.values;
        let position = *self.positions.entry(number).or_insert_with(|| {
            values.push(number);
            values.len() as u32 - 1
        });
        self.last = Some((number, position));
        position
    }
}

/// True if the first values are so few that the column is better off with a dictionary. They
/// decide for the whole chunk: a dictionary that grows large all the same is slow, not wrong.
pub(super) fn is_dictionary_worth_it(first: &[ArrayRef], rows: usize) -> bool {
    /// Rows for each different value.
    const TIMES: usize = 4;
    let most = rows / TIMES;
    let mut texts = DistinctTexts::default();
    let mut numbers = DistinctNumbers::<i64>::default();
    let mut left = rows;
    for array in first {
        let few = array.slice(0, left.min(array.len()));
        left -= few.len();
        for row in (0..few.len()).filter(|&row| few.is_valid(row)) {
            let different = match few.data_type() {
                DataType::Utf8 => texts.position(few.as_string::<i32>(), row),
                DataType::Int32 => numbers.position(few.as_primitive::<Int32Type>().value(row).into()),
                DataType::Date32 => numbers.position(few.as_primitive::<Date32Type>().value(row).into()),
                DataType::Int64 => numbers.position(few.as_primitive::<Int64Type>().value(row)),
                _ => return false,
            };
            if different as usize >= most {
                return false;
            }
        }
    }
    true
}
