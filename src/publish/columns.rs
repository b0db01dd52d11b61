//! Large tables, group of rows by group: what a group says is gathered, its columns are made of
//! that stretch by stretch and encoded, and it is gone before the next one.

use std::ops::Range;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, Date32Array, Int32Array, Int64Array, StringArray};
use arrow::buffer::{Buffer, NullBuffer, OffsetBuffer};

use super::files::Outputs;
use super::frame::{Kind, ParquetFile, TableDef};
use super::people::{People, Place, push_id};
use super::restricted::{ByFinding, related_ids};
use crate::normalize::{IdClass, IdNumber};
use crate::privacy::pseudonym::{CHARACTERS, Pseudonym};
use crate::resolve::id::{self, PublishedId};
use crate::table::{GROUP_ROWS, Likeness, MISSING, Values};
use crate::track::TrackedException;
use crate::{Error, Result};

/// Makes the values of a column for rows of a group.
type Build<'a> = Box<dyn Fn(Range<usize>) -> Result<Values> + Send + Sync + 'a>;

/// A column of a group of rows. What makes its values is told the row's number in the group.
pub(super) struct Column<'a> {
    kind: Kind,
    likeness: Likeness,
    build: Build<'a>,
}

impl<'a> Column<'a> {
    fn new<A: Array + 'static>(
        kind: Kind,
        build: impl Fn(Range<usize>) -> Result<A> + Send + Sync + 'a,
    ) -> Self {
        let build = move |rows| Ok(Values::Array(Arc::new(build(rows)?)));
        Self { kind, likeness: Likeness::Unknown, build: Box::new(build) }
    }

    /// Positions among `labels`.
    fn of(
        kind: Kind,
        labels: ArrayRef,
        position: impl Fn(usize) -> Option<usize> + Send + Sync + 'a,
    ) -> Self {
        let build = move |rows: Range<usize>| {
            let positions = rows.map(|row| position(row).map_or(MISSING, |at| at as u32));
            Ok(Values::Positions(positions.collect()))
        };
        Self { kind, likeness: Likeness::Labels(labels), build: Box::new(build) }
    }

    /// Hardly a value stands twice.
    pub(super) fn random(self) -> Self {
        Self { likeness: Likeness::Random, ..self }
    }
}

/// Missing where `value` is `None`.
pub(super) fn int32<'a>(value: impl Fn(usize) -> Option<i32> + Send + Sync + 'a) -> Column<'a> {
    Column::new(Kind::Int32, move |rows| Ok(rows.map(&value).collect::<Int32Array>()))
}

/// A column without missing values.
pub(super) fn count<'a>(value: impl Fn(usize) -> u32 + Send + Sync + 'a) -> Column<'a> {
    Column::new(Kind::Int32, move |rows| {
        let value = |row| i32::try_from(value(row)).unwrap_or(i32::MAX);
        Ok(Int32Array::from_iter_values(rows.map(value)))
    })
}

/// Numbers from 0 to one less than `end`.
pub(super) fn code<'a>(end: i32, value: impl Fn(usize) -> usize + Send + Sync + 'a) -> Column<'a> {
    let labels = Arc::new(Int32Array::from_iter_values(0..end));
    Column::of(Kind::Int32, labels, move |row| Some(value(row)))
}

/// 1 and 0.
pub(super) fn flag<'a>(value: impl Fn(usize) -> bool + Send + Sync + 'a) -> Column<'a> {
    code(2, move |row| value(row).into())
}

/// Days since 1970-01-01.
pub(super) fn date<'a>(value: impl Fn(usize) -> Option<i32> + Send + Sync + 'a) -> Column<'a> {
    Column::new(Kind::Date, move |rows| Ok(rows.map(&value).collect::<Date32Array>()))
}

/// A column without missing values.
pub(super) fn int64<'a>(value: impl Fn(usize) -> i64 + Send + Sync + 'a) -> Column<'a> {
    Column::new(Kind::Int64, move |rows| Ok(Int64Array::from_iter_values(rows.map(&value))))
}

/// Texts that exist already.
pub(super) fn text<'a>(value: impl Fn(usize) -> Option<&'a str> + Send + Sync + 'a) -> Column<'a> {
    made(16, value, |text, out| {
        out.extend_from_slice(text.as_bytes());
        true
    })
}

/// Ids, hardly one of which stands twice.
pub(super) fn ids<'a, const LETTER: char>(
    value: impl Fn(usize) -> PublishedId<LETTER> + Send + Sync + 'a,
) -> Column<'a> {
    let write = |id: PublishedId<LETTER>, out: &mut Vec<u8>| {
        out.extend_from_slice(id.text(&mut [0; id::CHARACTERS]).as_bytes());
        true
    };
    made(id::CHARACTERS, move |row| Some(value(row)), write).random()
}

/// Texts of about `length` bytes that `write` appends; false where there is none.
pub(super) fn written<'a>(
    length: usize,
    write: impl Fn(usize, &mut Vec<u8>) -> bool + Send + Sync + 'a,
) -> Column<'a> {
    Column::new(Kind::Text, move |rows| texts(length, rows, &write))
}

/// Texts of about `length` bytes that `write` appends; false where there is none.
fn texts<T>(
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
) -> Column<'a> {
    Column::new(Kind::Text, move |rows| {
        let values: Vec<Option<T>> = rows.map(&value).collect();
        texts(length, values.into_iter(), |value, out| value.is_some_and(|value| write(value, out)))
    })
}

/// Normalized ID numbers.
pub(super) fn id_number<'a>(id: impl Fn(usize) -> Option<IdNumber> + Send + Sync + 'a) -> Column<'a> {
    made(18, id, push_id).random()
}

/// A keyed pseudonym.
pub(super) fn pseudonym<'a>(key: impl Fn(usize) -> Option<Pseudonym> + Send + Sync + 'a) -> Column<'a> {
    let write = |key: Pseudonym, out: &mut Vec<u8>| {
        out.extend_from_slice(&key.characters());
        true
    };
    made(CHARACTERS, key, write).random()
}

/// One of few texts, by its position.
pub(super) fn label<'a, T: AsRef<str>>(
    labels: impl IntoIterator<Item = T>,
    value: impl Fn(usize) -> Option<usize> + Send + Sync + 'a,
) -> Column<'a> {
    Column::of(Kind::Text, Arc::new(StringArray::from_iter_values(labels)), value)
}

/// County, township and village of a division value.
pub(super) fn place<'a>(
    places: &[Place<'a>],
    division: impl Fn(usize) -> u32 + Copy + Send + Sync + 'a,
) -> [Column<'a>; 3] {
    let levels: [fn(&Place<'a>) -> &'a str; 3] = [|p| p.county, |p| p.township, |p| p.village];
    let known = places.len();
    levels.map(|level| {
        // Divisions nobody knows are at the first place, which is nowhere.
        label(places.iter().map(level), move |row| {
            Some(division(row) as usize).filter(|&d| d < known).or(Some(0))
        })
    })
}

/// Class of an ID number, by its code.
pub(super) fn classes<'a>(class: impl Fn(usize) -> IdClass + Send + Sync + 'a) -> Column<'a> {
    label(IdClass::ALL.map(IdClass::code), move |row| Some(class(row) as usize))
}

/// Ids of the records that `node` names.
pub(super) fn record_id<'a>(
    people: &'a People<'_>,
    node: impl Fn(usize) -> u32 + Send + Sync + 'a,
) -> Column<'a> {
    let write = move |row, out: &mut Vec<u8>| {
        people.push_record_id(node(row), out);
        true
    };
    written(32, write).random()
}

/// Ids of the records that an exception rests on.
pub(super) fn evidence<'a>(
    exception: impl Fn(usize) -> &'a TrackedException + Send + Sync + 'a,
) -> Column<'a> {
    written(64, move |i, out| joined(exception(i).exception.evidence.iter().map(String::as_str), out))
}

/// Fingerprints of the exceptions with the same cause.
pub(super) fn related<'a>(
    by_finding: &'a ByFinding<'a>,
    exception: impl Fn(usize) -> &'a TrackedException + Send + Sync + 'a,
) -> Column<'a> {
    written(32, move |i, out| joined(related_ids(by_finding, exception(i)), out))
}

fn joined<'a>(parts: impl Iterator<Item = &'a str>, out: &mut Vec<u8>) -> bool {
    for (at, part) in parts.enumerate() {
        if at > 0 {
            out.push(b';');
        }
        out.extend_from_slice(part.as_bytes());
    }
    true
}

/// A large table being written.
pub(super) struct LargeTable<'a> {
    outputs: &'a mut Outputs,
    file: ParquetFile,
    relative: &'a str,
    def: TableDef,
}

impl<'a> LargeTable<'a> {
    pub(super) fn create(outputs: &'a mut Outputs, relative: &'a str, def: TableDef) -> Result<Self> {
        let file = ParquetFile::create(outputs, relative, def.schema())?;
        Ok(Self { outputs, file, relative, def })
    }

    /// Appends a group of rows; `columns` answer the definition's one by one.
    pub(super) fn group(&mut self, rows: usize, columns: Vec<Column<'_>>) -> Result<()> {
        if !self.def.columns.iter().map(|c| c.kind).eq(columns.iter().map(|c| c.kind)) {
            return Err(Error::internal(format!("表{}的列与定义不符", self.relative)));
        }
        let likeness: Vec<Likeness> = columns.iter().map(|c| c.likeness.clone()).collect();
        self.file.group(rows, &likeness, &|column, range| (columns[column].build)(range))
    }

    /// Ends the table.
    pub(super) fn finish(self) -> Result<()> {
        self.outputs.describe(self.relative, &self.def);
        self.file.finish(self.outputs)
    }
}

/// Numbers of the rows from 0 to one less than `rows`, group by group.
pub(super) fn groups(rows: usize) -> impl Iterator<Item = Range<usize>> {
    (0..rows).step_by(GROUP_ROWS).map(move |from| from..rows.min(from + GROUP_ROWS))
}

/// Writes a table of rows that need no gathering.
pub(super) fn write<'a>(
    outputs: &mut Outputs,
    relative: &str,
    def: TableDef,
    rows: usize,
    columns: impl Fn(usize) -> Vec<Column<'a>>,
) -> Result<()> {
    let mut table = LargeTable::create(outputs, relative, def)?;
    for group in groups(rows) {
        table.group(group.len(), columns(group.start))?;
    }
    table.finish()
}
