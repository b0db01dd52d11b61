//! What all records of a person together say: birth, sex, home, and which sources list them.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use arrow::array::{ArrayRef, Date32Array, Int32Array, StringArray, StringBuilder};
use arrow::datatypes::SchemaRef;
use rayon::prelude::*;

use super::super::views::rule_view::{MakeRows, ViewChunks, number_ids, view_mismatch};
use super::identity_view::RecordNumbers;
use super::source_view::ViewSources;
use super::{ViewInputs, view_batch, view_schema};
use crate::Result;
use crate::model::day::{self, day_from_date32};
use crate::model::division::{COUNTY, TOWNSHIP, VILLAGE};
use crate::model::id_number::{IdNumber, Sex};
use crate::model::period::Period;
use crate::model::published_id;
use crate::rules::view_catalogue::ViewCatalogue;
use crate::table::rows::CHUNK_ROWS;

/// No household.
const NONE: u32 = u32::MAX;

/// A person.
#[derive(Debug, Clone, Copy)]
pub(super) struct ViewPerson {
    /// Birth date as days since 1970, `UNKNOWN` if no record tells.
    pub(super) birth: i32,
    /// Division and dense household of the record whose address counts.
    division: u32,
    household: u32,
    /// Sources that list the person, by position.
    listed: u64,
    /// How well the birth date is known; smaller is better.
    birth_rank: u8,
    /// 1 male, 2 female, 0 unknown.
    pub(super) sex: u8,
}

/// Facts by dense person.
pub(super) struct PersonFacts {
    persons: Vec<ViewPerson>,
    /// Codes by level from that of counties on, then by value of a division column.
    codes: [Vec<String>; 3],
}

pub(super) const UNKNOWN: i32 = i32::MIN;

/// Calendar date packed as `yyyymmdd` as days since 1970; `UNKNOWN` unless complete.
pub(super) fn packed_days(packed: u32) -> i32 {
    day::day_to_epoch_days(packed).unwrap_or(UNKNOWN)
}

/// Full years from birth to the period's last day.
pub(crate) fn age_in(birth: i32, period: Period) -> Option<i32> {
    let born = (birth != UNKNOWN).then(|| day_from_date32(birth)).flatten()?;
    let end = period.last_day();
    let had_birthday = (end.month(), end.day()) >= (born.month(), born.day());
    let years = i32::from(end.year()) - i32::from(born.year()) - i32::from(!had_birthday);
    (0..=150).contains(&years).then_some(years)
}

/// What one record says of the birth: stated, by its ID number, and how far that is trusted.
/// 0 stated, 1 trusted ID, 3 an ID whose check fails or that is only partly there. `id` is the
/// record's number unless it is somebody else's.
pub(super) fn stated_birth(dates: Option<&[u32]>, id: Option<IdNumber>, row: usize) -> Option<(u8, i32)> {
    let stated = dates.map_or(UNKNOWN, |d| packed_days(d[row]));
    if stated != UNKNOWN {
        return Some((0, stated));
    }
    let id = id?;
    let days = packed_days(id.birth()?);
    (days != UNKNOWN).then_some((if id.trusted() { 1 } else { 3 }, days))
}

impl PersonFacts {
    /// Looks at every record once, sources in the order in which their address counts.
    pub(super) fn gather(inputs: &ViewInputs<'_>, order: &[usize], numbers: &RecordNumbers) -> Self {
        let nobody = ViewPerson {
            birth: UNKNOWN,
            division: 0,
            household: NONE,
            listed: 0,
            birth_rank: u8::MAX,
            sex: 0,
        };
        let mut persons = vec![nobody; inputs.resolution.person_ids.len()];
        for &source in order {
            let fields = &inputs.comparables[source];
            let (dates, sexes) = (fields.dates("birth_date"), fields.codes("sex"));
            let divisions = inputs.divisions(source);
            for row in 0..inputs.rows(source) {
                let person = &mut persons[inputs.person(source, row)];
                person.listed |= 1 << source;
                let division = divisions.get(row).copied().unwrap_or(0);
                if person.household == NONE || (division != 0 && person.division == 0) {
                    person.division = division;
                    person.household = inputs.resolution.household[inputs.node(source, row)];
                }
                let id = numbers.own(inputs, source, row);
                if let Some((rank, days)) = stated_birth(dates, id, row) {
                    // For the person as a whole a trusted number is worth more than a stated date.
                    let rank = match rank {
                        0 => 2,
                        other => other,
                    };
                    if rank < person.birth_rank {
                        person.birth_rank = rank;
                        person.birth = days;
                    }
                }
                if person.sex == 0 {
                    person.sex = own_sex(sexes, id, row);
                }
            }
        }
        let tree = inputs.tree();
        let codes = [COUNTY, TOWNSHIP, VILLAGE].map(|level| {
            (0..=tree.units.len() as u32).map(|value| tree.code_at(value, level).to_owned()).collect()
        });
        Self { persons, codes }
    }
    /// A person by dense number.
    pub(super) fn of(&self, person: usize) -> &ViewPerson {
        &self.persons[person]
    }
    /// Codes at a level of values of a division column.
    pub(super) fn codes(&self, level: u8, values: impl ExactSizeIterator<Item = u32>) -> ArrayRef {
        let known = &self.codes[usize::from(level - COUNTY)];
        let mut codes = StringBuilder::with_capacity(values.len(), values.len() * 12);
        values.for_each(|value| codes.append_value(known.get(value as usize).map_or("", String::as_str)));
        Arc::new(codes.finish())
    }
}

/// Sex that a record states or its trusted number tells; 0 unknown.
pub(super) fn own_sex(sexes: Option<&[u8]>, id: Option<IdNumber>, row: usize) -> u8 {
    match sexes.map_or(0, |s| s[row]) {
        0 => match id.filter(|id| id.trusted()).and_then(IdNumber::sex) {
            Some(Sex::Male) => 1,
            Some(Sex::Female) => 2,
            None => 0,
        },
        stated => stated,
    }
}

/// Label of a sex code.
pub(super) fn sex_label(code: u8) -> Option<&'static str> {
    match code {
        1 => Some("男"),
        2 => Some("女"),
        _ => None,
    }
}

pub(super) fn birth_date_array(days: impl Iterator<Item = i32>) -> ArrayRef {
    Arc::new(days.map(|d| (d != UNKNOWN).then_some(d)).collect::<Date32Array>())
}

/// Positions of the sources that columns `in_<source>` are about, by column; none for one that
/// was not delivered.
fn person_source_flags<'s>(
    inputs: &ViewInputs<'_>,
    schema: &'s SchemaRef,
) -> BTreeMap<&'s str, Option<usize>> {
    let names = schema.fields().iter().filter_map(|field| field.name().strip_prefix("in_"));
    let known = names.filter(|name| inputs.pipeline.source(name).is_some());
    known.map(|name| (name, inputs.position(name))).collect()
}

/// The column of a flag.
fn person_flag_column(listed: impl Iterator<Item = u64>, source: Option<usize>) -> ArrayRef {
    let bit = |listed: u64| source.map_or(0, |source| (listed >> source & 1) as i32);
    Arc::new(Int32Array::from_iter_values(listed.map(bit)))
}

/// The view `person`.
pub(super) struct PersonView<'a> {
    sources: Arc<ViewSources<'a>>,
    schema: SchemaRef,
}

impl<'a> PersonView<'a> {
    pub(super) fn new(sources: &Arc<ViewSources<'a>>, catalogue: &ViewCatalogue) -> Result<Self> {
        Ok(Self { sources: sources.clone(), schema: view_schema(catalogue, "person")? })
    }

    fn column(&self, name: &str, rows: Range<usize>) -> Option<ArrayRef> {
        let ViewSources { inputs, people, .. } = &*self.sources;
        let resolution = inputs.resolution;
        let persons = &people.persons[rows.clone()];
        let division = || persons.iter().map(|p| p.division);
        Some(match name {
            "person_id" => {
                Arc::new(published_id::id_texts(resolution.person_ids[rows].iter().copied().map(Some)))
            }
            "household_id" => {
                let id = |p: &ViewPerson| resolution.household_ids.get(p.household as usize).copied();
                Arc::new(published_id::id_texts(persons.iter().map(id)))
            }
            "birth_date" => birth_date_array(persons.iter().map(|p| p.birth)),
            "age" => Arc::new(persons.iter().map(|p| age_in(p.birth, inputs.period)).collect::<Int32Array>()),
            "sex" => Arc::new(persons.iter().map(|p| sex_label(p.sex)).collect::<StringArray>()),
            "county_code" => people.codes(COUNTY, division()),
            "township_code" => people.codes(TOWNSHIP, division()),
            "village_code" => people.codes(VILLAGE, division()),
            other => {
                let source =
                    person_source_flags(inputs, &self.schema).get(other.strip_prefix("in_")?).copied()?;
                person_flag_column(persons.iter().map(|p| p.listed), source)
            }
        })
    }
}

impl MakeRows for PersonView<'_> {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }
    fn count(&self) -> usize {
        self.sources.people.persons.len()
    }
    fn filled(&self, _column: &str) -> Option<u64> {
        None
    }
    fn chunks(&self, columns: Vec<usize>, engine: bool) -> Result<ViewChunks<'_>> {
        let schema = Arc::new(self.schema.project(&columns).map_err(view_mismatch)?);
        chunks(&self.sources, schema, "person", self.count(), engine, |name, rows| self.column(name, rows))
    }
}

/// Chunks of rows that are made column by column.
fn chunks<'v>(
    sources: &'v ViewSources<'_>,
    schema: SchemaRef,
    view: &'static str,
    count: usize,
    engine: bool,
    column: impl Fn(&str, Range<usize>) -> Option<ArrayRef> + Send + Sync + 'v,
) -> Result<ViewChunks<'v>> {
    Ok(Box::new((0..count).step_by(CHUNK_ROWS).map(move |from| {
        let rows = from..(from + CHUNK_ROWS).min(count);
        let made: Vec<Option<ArrayRef>> =
            schema.fields().par_iter().map(|field| column(field.name(), rows.clone())).collect();
        let mut made = made.into_iter();
        let rows = view_batch(schema.clone(), view, |_| made.next().flatten())?;
        if engine { number_ids(&sources.ids, &rows) } else { Ok(rows) }
    })))
}

/// A household.
#[derive(Debug, Clone, Copy, Default)]
struct ViewHousehold {
    persons: i32,
    /// Where the first of its persons lives.
    division: u32,
    /// Sources that list any of them.
    listed: u64,
}

/// The view `household`.
pub(super) struct HouseholdView<'a> {
    sources: Arc<ViewSources<'a>>,
    schema: SchemaRef,
    households: Vec<ViewHousehold>,
}

impl<'a> HouseholdView<'a> {
    pub(super) fn new(sources: &Arc<ViewSources<'a>>, catalogue: &ViewCatalogue) -> Result<Self> {
        let mut households = vec![ViewHousehold::default(); sources.inputs.resolution.household_ids.len()];
        for person in &sources.people.persons {
            let Some(household) = households.get_mut(person.household as usize) else { continue };
            if household.persons == 0 {
                household.division = person.division;
            }
            household.persons += 1;
            household.listed |= person.listed;
        }
        Ok(Self { sources: sources.clone(), schema: view_schema(catalogue, "household")?, households })
    }

    fn column(&self, name: &str, rows: Range<usize>) -> Option<ArrayRef> {
        let ViewSources { inputs, people, .. } = &*self.sources;
        let household_ids = &inputs.resolution.household_ids;
        let households = &self.households[rows.clone()];
        let division = || households.iter().map(|h| h.division);
        Some(match name {
            "household_id" => Arc::new(published_id::id_texts(household_ids[rows].iter().copied().map(Some))),
            "persons" => Arc::new(Int32Array::from_iter_values(households.iter().map(|h| h.persons))),
            "county_code" => people.codes(COUNTY, division()),
            "township_code" => people.codes(TOWNSHIP, division()),
            "village_code" => people.codes(VILLAGE, division()),
            other => {
                let source =
                    person_source_flags(inputs, &self.schema).get(other.strip_prefix("in_")?).copied()?;
                person_flag_column(households.iter().map(|h| h.listed), source)
            }
        })
    }
}

impl MakeRows for HouseholdView<'_> {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }
    fn count(&self) -> usize {
        self.households.len()
    }
    fn filled(&self, _column: &str) -> Option<u64> {
        None
    }
    fn chunks(&self, columns: Vec<usize>, engine: bool) -> Result<ViewChunks<'_>> {
        let schema = Arc::new(self.schema.project(&columns).map_err(view_mismatch)?);
        chunks(&self.sources, schema, "household", self.count(), engine, |name, rows| self.column(name, rows))
    }
}
