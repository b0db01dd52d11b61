//! Reads who every record of the previous period was, for stable ids.

use arrow::array::{Array as _, Int32Array, RecordBatch, StringArray};
use parquet::arrow::ProjectionMask;

use crate::Result;
use crate::model::published_id::{HouseholdId, PersonId, PublishedId};
use crate::publication::batch_columns::BatchColumns;
use crate::publication::snapshot::Snapshot;
use crate::table::rows::CHUNK_ROWS;

/// Who every record was.
pub(crate) const RECORDS: &str = "restricted/record.parquet";

/// Who a record of the previous quarter was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PreviousRecord<'a> {
    /// Record id of that quarter.
    pub record_id: &'a str,
    /// Person.
    pub person: PersonId,
    /// Household.
    pub household: HouseholdId,
    /// Normalized ID number; 15 digits where the rest was lost.
    pub id_number: Option<&'a str>,
    /// Normalized name.
    pub name: Option<&'a str>,
    /// `yyyymmdd`.
    pub birth_date: Option<i32>,
    /// Village code.
    pub village_code: &'a str,
}

/// Some records of the previous quarter.
#[derive(Debug)]
pub struct PreviousRecords {
    record_id: StringArray,
    person: Vec<PersonId>,
    household: Vec<HouseholdId>,
    id_number: Option<StringArray>,
    name: Option<StringArray>,
    birth_date: Option<Int32Array>,
    village_code: StringArray,
}

impl PreviousRecords {
    /// Columns that are read.
    const COLUMNS: [&'static str; 7] =
        ["record_id", "person_id", "household_id", "id_number", "name", "birth_date", "village_code"];

    fn new(batch: &RecordBatch, of: &Snapshot) -> Result<Self> {
        let rows = BatchColumns::new(batch, of.folder());
        let texts = |column: &str| {
            let texts = rows.texts(column).filter(|texts| texts.null_count() == 0);
            texts.cloned().ok_or_else(|| rows.missing(column))
        };
        Ok(Self {
            record_id: texts("record_id")?,
            person: parse_previous_ids(of, &texts("person_id")?).ok_or_else(|| rows.missing("person_id"))?,
            household: parse_previous_ids(of, &texts("household_id")?)
                .ok_or_else(|| rows.missing("household_id"))?,
            id_number: rows.texts("id_number").cloned(),
            name: rows.texts("name").cloned(),
            birth_date: rows.ints("birth_date").cloned(),
            village_code: texts("village_code")?,
        })
    }

    /// How many they are.
    pub fn len(&self) -> usize {
        self.person.len()
    }

    /// True without records.
    pub fn is_empty(&self) -> bool {
        self.person.is_empty()
    }

    /// One of them.
    pub fn get(&self, row: usize) -> PreviousRecord<'_> {
        PreviousRecord {
            record_id: self.record_id.value(row),
            person: self.person[row],
            household: self.household[row],
            id_number: self.id_number.as_ref().filter(|t| t.is_valid(row)).map(|t| t.value(row)),
            name: self.name.as_ref().filter(|t| t.is_valid(row)).map(|t| t.value(row)),
            birth_date: self.birth_date.as_ref().filter(|d| d.is_valid(row)).map(|d| d.value(row)),
            village_code: self.village_code.value(row),
        }
    }
}

/// The records of the previous quarter in parts, which several threads may read.
#[derive(Debug, Clone, Copy)]
pub struct PreviousParts<'a> {
    of: &'a Snapshot,
    count: usize,
}

impl<'a> PreviousParts<'a> {
    /// Opens the records of a publication.
    ///
    /// # Errors
    /// The table is missing or damaged.
    pub fn open(of: &'a Snapshot) -> Result<Self> {
        let builder = of.open_file(RECORDS)?;
        Ok(Self { of, count: builder.metadata().num_row_groups() })
    }

    /// How many parts they are in.
    pub fn count(&self) -> usize {
        self.count
    }

    /// The records of a part, some at a time.
    ///
    /// # Errors
    /// A publication that is damaged.
    pub fn read(&self, part: usize) -> Result<impl Iterator<Item = Result<PreviousRecords>> + 'a> {
        let of = self.of;
        let builder = of.open_file(RECORDS)?;
        let fields = builder.schema().fields().iter().enumerate();
        let wanted = fields.filter(|(_, field)| PreviousRecords::COLUMNS.contains(&field.name().as_str()));
        let mask = ProjectionMask::roots(builder.parquet_schema(), wanted.map(|(at, _)| at));
        let builder = builder.with_projection(mask).with_row_groups(vec![part]);
        let reader = builder.with_batch_size(CHUNK_ROWS).build();
        let reader = reader.map_err(|e| of.damaged(RECORDS, &e.to_string()))?;
        Ok(reader.map(move |batch| {
            let batch = batch.map_err(|e| of.damaged(RECORDS, &e.to_string()))?;
            PreviousRecords::new(&batch, of)
        }))
    }
}

/// Ids as they are called in this quarter.
fn parse_previous_ids<const LETTER: char>(
    of: &Snapshot,
    texts: &StringArray,
) -> Option<Vec<PublishedId<LETTER>>> {
    let mut ids: Vec<PublishedId<LETTER>> =
        texts.iter().map(|text| PublishedId::parse(text?)).collect::<Option<_>>()?;
    of.carry_ids(&mut ids);
    Some(ids)
}
