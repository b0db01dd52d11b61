//! Large tables column by column: every value is made from a row number when its stretch of
//! rows is encoded, so that no table, no column and no text of it is held whole.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, Date32Array, DictionaryArray, Int32Array, Int64Array, StringArray, StringBuilder,
};
use arrow::datatypes::Int32Type;

use super::files::Outputs;
use super::frame::{Kind, ParquetFile, TableDef};
use super::people::{People, Place, push_id};
use super::restricted::related_ids;
use crate::load::push_record_id;
use crate::normalize::{IdClass, IdNumber};
use crate::privacy::pseudonym::{CHARACTERS, Pseudonym};
use crate::resolve::id::{self, PublishedId};
use crate::track::TrackedException;
use crate::{Error, Result};

/// Makes the values of a column for rows given by number.
type Build<'a> = Box<dyn Fn(&[u32]) -> Result<ArrayRef> + Send + Sync + 'a>;

/// A column of a large table.
pub(super) struct Column<'a> {
    kind: Kind,
    /// Hardly a value stands twice.
    random: bool,
    build: Build<'a>,
}

impl<'a> Column<'a> {
    fn new<A: Array + 'static>(kind: Kind, build: impl Fn(&[u32]) -> A + Send + Sync + 'a) -> Self {
        let build = move |rows: &[u32]| Ok(Arc::new(build(rows)) as ArrayRef);
        Self { kind, random: false, build: Box::new(build) }
    }

    fn random(self) -> Self {
        Self { random: true, ..self }
    }
}

/// Missing where `value` is `None`.
pub(super) fn int32<'a>(value: impl Fn(usize) -> Option<i32> + Send + Sync + 'a) -> Column<'a> {
    Column::new(Kind::Int32, move |rows| -> Int32Array {
        rows.iter().map(|&row| value(row as usize)).collect()
    })
}

/// A column without missing values.
pub(super) fn count<'a>(value: impl Fn(usize) -> u32 + Send + Sync + 'a) -> Column<'a> {
    Column::new(Kind::Int32, move |rows| {
        let value = |&row: &u32| i32::try_from(value(row as usize)).unwrap_or(i32::MAX);
        Int32Array::from_iter_values(rows.iter().map(value))
    })
}

/// 1 and 0.
pub(super) fn flag<'a>(value: impl Fn(usize) -> bool + Send + Sync + 'a) -> Column<'a> {
    count(move |row| value(row).into())
}

/// Days since 1970-01-01.
pub(super) fn date<'a>(value: impl Fn(usize) -> Option<i32> + Send + Sync + 'a) -> Column<'a> {
    Column::new(Kind::Date, move |rows| -> Date32Array {
        rows.iter().map(|&row| value(row as usize)).collect()
    })
}

/// A column without missing values.
pub(super) fn int64<'a>(value: impl Fn(usize) -> i64 + Send + Sync + 'a) -> Column<'a> {
    Column::new(Kind::Int64, move |rows| {
        Int64Array::from_iter_values(rows.iter().map(|&row| value(row as usize)))
    })
}

/// Texts that exist already.
pub(super) fn text<'a>(value: impl Fn(usize) -> Option<&'a str> + Send + Sync + 'a) -> Column<'a> {
    Column::new(Kind::Text, move |rows| {
        // Found first and copied then: rows in a random order wait for memory side by side.
        let texts: Vec<Option<&str>> = rows.iter().map(|&row| value(row as usize)).collect();
        let bytes = texts.iter().flatten().map(|text| text.len()).sum();
        let mut values = StringBuilder::with_capacity(rows.len(), bytes);
        texts.into_iter().for_each(|text| values.append_option(text));
        values.finish()
    })
}

/// Ids, hardly one of which stands twice.
pub(super) fn ids<'a, const LETTER: char>(
    value: impl Fn(usize) -> PublishedId<LETTER> + Send + Sync + 'a,
) -> Column<'a> {
    Column::new(Kind::Text, move |rows| id::texts(rows.iter().map(|&row| Some(value(row as usize))))).random()
}

/// Texts that `write` appends to an empty buffer; false where there is none.
pub(super) fn written<'a>(write: impl Fn(usize, &mut String) -> bool + Send + Sync + 'a) -> Column<'a> {
    Column::new(Kind::Text, move |rows| {
        let mut values = StringBuilder::with_capacity(rows.len(), rows.len() * 32);
        let mut buffer = String::new();
        for &row in rows {
            buffer.clear();
            match write(row as usize, &mut buffer) {
                true => values.append_value(&buffer),
                false => values.append_null(),
            }
        }
        values.finish()
    })
}

/// Normalized ID numbers.
pub(super) fn id_number<'a>(id: impl Fn(usize) -> Option<IdNumber> + Send + Sync + 'a) -> Column<'a> {
    let column = Column::new(Kind::Text, move |rows| {
        let ids: Vec<Option<IdNumber>> = rows.iter().map(|&row| id(row as usize)).collect();
        let mut values = StringBuilder::with_capacity(rows.len(), rows.len() * 18);
        let mut buffer = String::new();
        for id in ids {
            buffer.clear();
            match id.is_some_and(|id| push_id(id, &mut buffer)) {
                true => values.append_value(&buffer),
                false => values.append_null(),
            }
        }
        values.finish()
    });
    column.random()
}

/// A keyed pseudonym.
pub(super) fn pseudonym<'a>(key: impl Fn(usize) -> Option<Pseudonym> + Send + Sync + 'a) -> Column<'a> {
    let column = Column::new(Kind::Text, move |rows| {
        let keys: Vec<Option<Pseudonym>> = rows.iter().map(|&row| key(row as usize)).collect();
        let mut values = StringBuilder::with_capacity(rows.len(), rows.len() * CHARACTERS);
        let mut buffer = [0; CHARACTERS];
        for key in keys {
            match key {
                Some(key) => values.append_value(key.text(&mut buffer)),
                None => values.append_null(),
            }
        }
        values.finish()
    });
    column.random()
}

/// One of few texts, by its position; they are handed on as positions, not copied.
pub(super) fn label<'a, T: AsRef<str>>(
    labels: impl IntoIterator<Item = T>,
    value: impl Fn(usize) -> Option<usize> + Send + Sync + 'a,
) -> Column<'a> {
    let labels: ArrayRef = Arc::new(StringArray::from_iter_values(labels));
    let build = move |rows: &[u32]| {
        let positions: Int32Array = rows.iter().map(|&row| value(row as usize).map(|v| v as i32)).collect();
        let values = DictionaryArray::<Int32Type>::try_new(positions, labels.clone());
        Ok(Arc::new(values.map_err(|e| Error::internal(e.to_string()))?) as ArrayRef)
    };
    Column { kind: Kind::Text, random: false, build: Box::new(build) }
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
    written(move |i, out| {
        let (source, row) = people.locate(node(i));
        let records = &people.inputs.loaded[source].records;
        push_record_id(&records.source, &records.tables, records.keys[row], out);
        true
    })
}

/// Ids of the records that an exception rests on.
pub(super) fn evidence<'a>(
    exception: impl Fn(usize) -> &'a TrackedException + Send + Sync + 'a,
) -> Column<'a> {
    written(move |i, out| joined(exception(i).exception.evidence.iter().map(String::as_str), out))
}

/// Fingerprints of the exceptions with the same cause.
pub(super) fn related<'a>(
    people: &'a People<'_>,
    exception: impl Fn(usize) -> &'a TrackedException + Send + Sync + 'a,
) -> Column<'a> {
    written(move |i, out| joined(related_ids(&people.by_finding, exception(i)), out))
}

fn joined<'a>(parts: impl Iterator<Item = &'a str>, out: &mut String) -> bool {
    for (at, part) in parts.enumerate() {
        if at > 0 {
            out.push(';');
        }
        out.push_str(part);
    }
    true
}

/// Which rows a table has, and in which order.
#[derive(Clone, Copy)]
pub(super) enum Rows<'a> {
    /// From 0 to one less than this.
    All(usize),
    /// These.
    Order(&'a [u32]),
}

impl Rows<'_> {
    fn count(self) -> usize {
        match self {
            Self::All(rows) => rows,
            Self::Order(order) => order.len(),
        }
    }
    fn part(&self, range: Range<usize>) -> Cow<'_, [u32]> {
        match self {
            Self::All(_) => Cow::Owned((range.start as u32..range.end as u32).collect()),
            Self::Order(order) => Cow::Borrowed(&order[range]),
        }
    }
}

/// Writes a table; `columns` answer the definition's one by one.
pub(super) fn write(
    outputs: &mut Outputs,
    relative: &str,
    def: TableDef,
    rows: Rows<'_>,
    columns: Vec<Column<'_>>,
) -> Result<()> {
    if !def.columns.iter().map(|c| c.kind).eq(columns.iter().map(|c| c.kind)) {
        return Err(Error::internal(format!("表{relative}的列与定义不符")));
    }
    let random = def.columns.iter().zip(&columns).filter(|(_, column)| column.random);
    let random = random.map(|(def, _)| def.name.as_str());
    let mut file = ParquetFile::create_random(outputs, relative, def.schema(), random)?;
    file.write_built(rows.count(), &|column, range| (columns[column].build)(&rows.part(range)))?;
    outputs.describe(relative, &def);
    file.finish(outputs)
}
