//! Large tables, group of rows by group: what a group says is gathered, its columns are made of
//! that stretch by stretch and encoded, and it is gone before the next one.

use std::io::Write as _;
use std::ops::Range;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, Date32Array, Int32Array, Int64Array, StringArray};
use arrow::buffer::{Buffer, NullBuffer, OffsetBuffer};

use super::output_files::OutputFiles;
use super::small_table_writer::{ParquetFile, PublishedType, TableDef};
use crate::model::id_number::{IdClass, IdNumber};
use crate::model::period::Period;
use crate::model::published_id;
use crate::model::published_id::PublishedId;
use crate::privacy::pseudonym::{CHARACTERS, Pseudonym};
use crate::table::{ColumnHint, ColumnValues, GROUP_ROWS, MISSING};
use crate::{Error, Result};

/// Makes the values of a column for rows of a group.
type BuildValues<'a> = Box<dyn Fn(Range<usize>) -> Result<ColumnValues> + Send + Sync + 'a>;

/// A column of a group of rows. What makes its values is told the row's number in the group.
pub(crate) struct LargeColumn<'a> {
    kind: PublishedType,
    likeness: ColumnHint,
    build: BuildValues<'a>,
}

impl<'a> LargeColumn<'a> {
    fn new<A: Array + 'static>(
        kind: PublishedType,
        build: impl Fn(Range<usize>) -> Result<A> + Send + Sync + 'a,
    ) -> Self {
        let build = move |rows| Ok(ColumnValues::Array(Arc::new(build(rows)?)));
        Self { kind, likeness: ColumnHint::Unknown, build: Box::new(build) }
    }

    /// Positions among `labels`.
    fn of(
        kind: PublishedType,
        labels: ArrayRef,
        position: impl Fn(usize) -> Option<usize> + Send + Sync + 'a,
    ) -> Self {
        let build = move |rows: Range<usize>| {
            let positions = rows.map(|row| position(row).map_or(MISSING, |at| at as u32));
            Ok(ColumnValues::Positions(positions.collect()))
        };
        Self { kind, likeness: ColumnHint::Labels(labels), build: Box::new(build) }
    }

    /// Hardly a value stands twice.
    pub(crate) fn random(self) -> Self {
        Self { likeness: ColumnHint::Random, ..self }
    }
}

/// Missing where `value` is `None`.
pub(crate) fn int32_column<'a>(value: impl Fn(usize) -> Option<i32> + Send + Sync + 'a) -> LargeColumn<'a> {
    LargeColumn::new(PublishedType::Int32, move |rows| Ok(rows.map(&value).collect::<Int32Array>()))
}

/// A column without missing values.
pub(crate) fn count<'a>(value: impl Fn(usize) -> u32 + Send + Sync + 'a) -> LargeColumn<'a> {
    LargeColumn::new(PublishedType::Int32, move |rows| {
        let value = |row| i32::try_from(value(row)).unwrap_or(i32::MAX);
        Ok(Int32Array::from_iter_values(rows.map(value)))
    })
}

/// Numbers from 0 to one less than `end`.
pub(crate) fn code_column<'a>(
    end: i32,
    value: impl Fn(usize) -> usize + Send + Sync + 'a,
) -> LargeColumn<'a> {
    let labels = Arc::new(Int32Array::from_iter_values(0..end));
    LargeColumn::of(PublishedType::Int32, labels, move |row| Some(value(row)))
}

/// 1 and 0.
pub(crate) fn flag_column<'a>(value: impl Fn(usize) -> bool + Send + Sync + 'a) -> LargeColumn<'a> {
    code_column(2, move |row| value(row).into())
}

/// Days since 1970-01-01.
pub(crate) fn date_column<'a>(value: impl Fn(usize) -> Option<i32> + Send + Sync + 'a) -> LargeColumn<'a> {
    LargeColumn::new(PublishedType::Date, move |rows| Ok(rows.map(&value).collect::<Date32Array>()))
}

/// A column without missing values.
pub(crate) fn int64_column<'a>(value: impl Fn(usize) -> i64 + Send + Sync + 'a) -> LargeColumn<'a> {
    LargeColumn::new(PublishedType::Int64, move |rows| Ok(Int64Array::from_iter_values(rows.map(&value))))
}

/// Missing where `value` is `None`.
pub(crate) fn optional_int64_column<'a>(
    value: impl Fn(usize) -> Option<i64> + Send + Sync + 'a,
) -> LargeColumn<'a> {
    LargeColumn::new(PublishedType::Int64, move |rows| Ok(rows.map(&value).collect::<Int64Array>()))
}

/// Texts that exist already.
pub(crate) fn text_column<'a>(
    value: impl Fn(usize) -> Option<&'a str> + Send + Sync + 'a,
) -> LargeColumn<'a> {
    made(16, value, |text, out| {
        out.extend_from_slice(text.as_bytes());
        true
    })
}

/// Periods.
pub(crate) fn period_column<'a>(
    value: impl Fn(usize) -> Option<Period> + Send + Sync + 'a,
) -> LargeColumn<'a> {
    made(8, value, |period: Period, out: &mut Vec<u8>| write!(out, "{period}").is_ok())
}

/// Ids, hardly one of which stands twice.
pub(crate) fn id_column<'a, const LETTER: char>(
    value: impl Fn(usize) -> PublishedId<LETTER> + Send + Sync + 'a,
) -> LargeColumn<'a> {
    let write = |id: PublishedId<LETTER>, out: &mut Vec<u8>| {
        out.extend_from_slice(id.text(&mut [0; published_id::CHARACTERS]).as_bytes());
        true
    };
    made(published_id::CHARACTERS, move |row| Some(value(row)), write).random()
}

/// Texts of about `length` bytes that `write` appends; false where there is none.
pub(crate) fn written_column<'a>(
    length: usize,
    write: impl Fn(usize, &mut Vec<u8>) -> bool + Send + Sync + 'a,
) -> LargeColumn<'a> {
    LargeColumn::new(PublishedType::Text, move |rows| write_text_array(length, rows, &write))
}

/// Texts of about `length` bytes that `write` appends; false where there is none.
fn write_text_array<T>(
    length: usize,
    of: impl ExactSizeIterator<Item = T>,
    write: impl Fn(T, &mut Vec<u8>) -> bool,
) -> Result<StringArray> {
    let mut all: Vec<u8> = Vec::with_capacity(of.len() * length);
    let mut ends = Vec::with_capacity(of.len() + 1);
    ends.push(0);
    let there: Vec<bool> = of
        .map(|one| {
            let there = write(one, &mut all);
            ends.push(i32::try_from(all.len()).unwrap_or(i32::MAX));
            there
        })
        .collect();
    let missing = there.contains(&false).then(|| NullBuffer::from(there));
    StringArray::try_new(OffsetBuffer::new(ends.into()), Buffer::from_vec(all), missing)
        .map_err(|e| Error::internal(e.to_string()))
}

/// Texts made of values, which are found first: rows in a random order wait for memory side by
/// side.
fn made<'a, T>(
    length: usize,
    value: impl Fn(usize) -> Option<T> + Send + Sync + 'a,
    write: impl Fn(T, &mut Vec<u8>) -> bool + Send + Sync + 'a,
) -> LargeColumn<'a> {
    LargeColumn::new(PublishedType::Text, move |rows| {
        let values: Vec<Option<T>> = rows.map(&value).collect();
        write_text_array(length, values.into_iter(), |value, out| {
            value.is_some_and(|value| write(value, out))
        })
    })
}

/// Normalized ID numbers.
pub(crate) fn id_number<'a>(id: impl Fn(usize) -> Option<IdNumber> + Send + Sync + 'a) -> LargeColumn<'a> {
    made(18, id, |id: IdNumber, out: &mut Vec<u8>| id.push_to(out)).random()
}

/// A keyed pseudonym.
pub(crate) fn pseudonym_column<'a>(
    key: impl Fn(usize) -> Option<Pseudonym> + Send + Sync + 'a,
) -> LargeColumn<'a> {
    let write = |key: Pseudonym, out: &mut Vec<u8>| {
        out.extend_from_slice(&key.characters());
        true
    };
    made(CHARACTERS, key, write).random()
}

/// One of few texts, by its position.
pub(crate) fn label_column<'a, T: AsRef<str>>(
    labels: impl IntoIterator<Item = T>,
    value: impl Fn(usize) -> Option<usize> + Send + Sync + 'a,
) -> LargeColumn<'a> {
    LargeColumn::of(PublishedType::Text, Arc::new(StringArray::from_iter_values(labels)), value)
}

/// Class of an ID number, by its code.
pub(crate) fn id_class_column<'a>(class: impl Fn(usize) -> IdClass + Send + Sync + 'a) -> LargeColumn<'a> {
    label_column(IdClass::ALL.map(IdClass::code), move |row| Some(class(row) as usize))
}

/// A large table being written.
pub(crate) struct LargeTable<'a> {
    outputs: &'a mut OutputFiles,
    file: ParquetFile,
    relative: &'a str,
    def: TableDef,
}

impl<'a> LargeTable<'a> {
    pub(crate) fn create(outputs: &'a mut OutputFiles, relative: &'a str, def: TableDef) -> Result<Self> {
        let file = ParquetFile::create(outputs, relative, def.schema())?;
        Ok(Self { outputs, file, relative, def })
    }

    /// Appends a group of rows; `columns` answer the definition's one by one.
    pub(crate) fn group(&mut self, rows: usize, columns: Vec<LargeColumn<'_>>) -> Result<()> {
        if !self.def.columns.iter().map(|c| c.kind).eq(columns.iter().map(|c| c.kind)) {
            return Err(Error::internal(format!("表{}的列与定义不符", self.relative)));
        }
        let likeness: Vec<ColumnHint> = columns.iter().map(|c| c.likeness.clone()).collect();
        self.file.group(rows, &likeness, &|column, range| (columns[column].build)(range))
    }

    /// Ends the table.
    pub(crate) fn finish(self) -> Result<()> {
        self.outputs.describe(self.relative, &self.def);
        self.file.finish(self.outputs)
    }
}

/// Numbers of the rows from 0 to one less than `rows`, group by group.
pub(crate) fn row_groups(rows: usize) -> impl Iterator<Item = Range<usize>> {
    (0..rows).step_by(GROUP_ROWS).map(move |from| from..rows.min(from + GROUP_ROWS))
}

/// Writes a table of rows that need no gathering.
pub(crate) fn write_large_table<'a>(
    outputs: &mut OutputFiles,
    relative: &str,
    def: TableDef,
    rows: usize,
    columns: impl Fn(usize) -> Vec<LargeColumn<'a>>,
) -> Result<()> {
    let mut table = LargeTable::create(outputs, relative, def)?;
    for group in row_groups(rows) {
        table.group(group.len(), columns(group.start))?;
    }
    table.finish()
}
