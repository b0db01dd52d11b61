//! One column of one row group, encoded as its values ask for.

use std::mem;

use arrow::array::{Array as _, ArrayRef, AsArray as _};
use arrow::datatypes::{DataType, FieldRef};
use bytes::Bytes;
use parquet::arrow::arrow_writer::{ArrowColumnChunk, ArrowColumnWriter, compute_leaves};
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::{ParquetError, Result};
use parquet::file::writer::SerializedRowGroupWriter;
use parquet::schema::types::ColumnDescPtr;

use super::dictionary_encoding::{DictionaryColumn, is_dictionary_worth_it};
use super::parquet_writer::STRETCH;
use super::plain_encoding::PlainTextColumn;

/// First rows of a chunk that decide how it is encoded.
const SAMPLE: usize = 1 << 14;

/// What the values of a column are like.
#[derive(Debug, Clone, Default)]
pub(crate) enum ColumnHint {
    /// The first values tell.
    #[default]
    Unknown,
    /// Hardly a value stands twice.
    Random,
    /// Every value is one of these, texts or numbers of 32 bits, and comes as
    /// [`ColumnValues::Positions`].
    Labels(ArrayRef),
}

/// A stretch of a column.
pub(crate) enum ColumnValues {
    Array(ArrayRef),
    /// Positions among the column's labels, [`super::MISSING`] where there is none.
    Positions(Vec<u32>),
}

/// A column chunk being encoded: by a dictionary of its own, texts without one plainly, or else as the
/// library does it.
pub(super) struct ColumnEncoder {
    field: FieldRef,
    column: ColumnDescPtr,
    /// Rows that come before it is decided which of the two.
    first: Option<(Vec<ArrayRef>, usize)>,
    own: Option<DictionaryColumn>,
    texts: Option<PlainTextColumn>,
    general: Option<ArrowColumnWriter>,
    /// Rows that it was given.
    rows: usize,
}

/// An encoded column chunk.
pub(super) enum EncodedChunk {
    Own(Bytes, Box<ColumnCloseResult>),
    General(Box<ArrowColumnChunk>),
}

impl ColumnEncoder {
    pub(super) fn new(
        field: FieldRef,
        column: ColumnDescPtr,
        likeness: &ColumnHint,
        general: ArrowColumnWriter,
    ) -> Result<Self> {
        let labels = |labels: &ArrayRef| DictionaryColumn::of_labels(column.clone(), labels.clone());
        let (first, own) = match likeness {
            ColumnHint::Unknown => (Some((Vec::new(), 0)), None),
            ColumnHint::Random => (None, None),
            ColumnHint::Labels(of) => (None, Some(labels(of))),
        };
        let texts = (own.is_none() && *field.data_type() == DataType::Utf8)
            .then(|| PlainTextColumn::new(column.clone(), matches!(likeness, ColumnHint::Random)))
            .transpose()?;
        let general = (own.is_none() && texts.is_none()).then_some(general);
        Ok(Self { field, column, first, own, texts, general, rows: 0 })
    }

    pub(super) fn push(&mut self, values: ColumnValues) -> Result<()> {
        match (values, &mut self.own, &mut self.first) {
            (ColumnValues::Positions(positions), Some(own), _) => {
                own.push_labels(&positions);
                Ok(())
            }
            (ColumnValues::Positions(_), None, _) => {
                Err(ParquetError::General("a column without labels".into()))
            }
            (ColumnValues::Array(array), _, Some((waiting, rows))) => {
                *rows += array.len();
                waiting.push(array);
                if *rows < SAMPLE { Ok(()) } else { self.decide() }
            }
            (ColumnValues::Array(array), _, None) => self.encode(&array),
        }
    }

    /// Decides by the first rows, and encodes them.
    fn decide(&mut self) -> Result<()> {
        let Some((waiting, rows)) = mem::take(&mut self.first) else { return Ok(()) };
        if is_dictionary_worth_it(&waiting, rows.min(SAMPLE)) {
            self.own = DictionaryColumn::of_values(self.column.clone(), self.field.data_type());
        }
        waiting.iter().try_for_each(|array| self.encode(array))
    }

    fn encode(&mut self, array: &ArrayRef) -> Result<()> {
        if let Some(own) = &mut self.own {
            own.push_values(array);
        } else if let Some(texts) = &mut self.texts {
            texts.push(array.as_string())?;
        } else if let Some(general) = &mut self.general {
            // The library ends pages by what it is given at a time.
            let mut from = 0;
            while from < array.len() {
                let rows = (STRETCH - self.rows % STRETCH).min(array.len() - from);
                for leaf in compute_leaves(&self.field, &array.slice(from, rows))? {
                    general.write(&leaf)?;
                }
                from += rows;
                self.rows += rows;
            }
        }
        Ok(())
    }

    pub(super) fn close(mut self) -> Result<EncodedChunk> {
        self.decide()?;
        let own = |(bytes, close): (Vec<u8>, _)| EncodedChunk::Own(bytes.into(), Box::new(close));
        match (self.own, self.texts, self.general) {
            (Some(dictionary), _, _) => dictionary.close().map(own),
            (None, Some(texts), _) => texts.close().map(own),
            (None, None, Some(general)) => Ok(EncodedChunk::General(Box::new(general.close()?))),
            (None, None, None) => Err(ParquetError::General("a column without an encoder".into())),
        }
    }
}

impl EncodedChunk {
    pub(super) fn append<W: std::io::Write + Send>(
        self,
        group: &mut SerializedRowGroupWriter<'_, W>,
    ) -> Result<()> {
        match self {
            Self::Own(bytes, close) => group.append_column(&bytes, *close),
            Self::General(chunk) => chunk.append_to_row_group(group),
        }
    }
}
