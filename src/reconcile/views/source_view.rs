//! The view of one source: who each record is, where, how old, and the contract's own columns.

use std::fmt::Write as _;
use std::ops::Range;
use std::sync::Arc;

use arrow::array::{Array, AsArray};
use arrow::array::{ArrayRef, Int32Array, Int64Array, StringArray, StringBuilder};
use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatch;
use hashbrown::{HashMap, HashSet};
use rayon::prelude::*;

use super::super::execution::numbered_ids::{NumberedIds, household_number, person_number, record_number};
use super::super::views::rule_view::{MakeRows, ViewChunks, engine_schema, view_mismatch};
use super::identity_view::RecordNumbers;
use super::person_views::{self, PersonFacts, UNKNOWN};
use super::unknown_columns;
use super::{ViewInputs, view_batch, view_schema};
use crate::Result;
use crate::config::{ColumnRole, SourceColumn};
use crate::model::division::{COUNTY, TOWNSHIP, VILLAGE};
use crate::model::id_number::{IdClass, IdNumber};
use crate::model::published_id;
use crate::model::published_id::PublishedId;
use crate::model::record_id::push_record_id;
use crate::rules::sql::certainty::UNKNOWN_SUFFIX;
use crate::rules::view_catalogue::{ViewCatalogue, is_common_view_column};
use crate::table::rows::CHUNK_ROWS;

/// What the views are made of, gathered once.
pub(super) struct ViewSources<'a> {
    pub(super) inputs: ViewInputs<'a>,
    pub(super) people: PersonFacts,
    pub(super) numbers: RecordNumbers,
    /// By source: person who is each record's guardian, `u32::MAX` if none is known.
    pub(super) guardians: Vec<Vec<u32>>,
    pub(super) ids: Arc<NumberedIds>,
    /// By source and table: the table's number in record ids.
    tables: Vec<Vec<usize>>,
}

impl<'a> ViewSources<'a> {
    /// Looks at every record; `order`: sources in the order in which their address counts.
    pub(super) fn gather(inputs: &ViewInputs<'a>, order: &[usize], ids: &Arc<NumberedIds>) -> Result<Self> {
        let numbers = RecordNumbers::gather(inputs);
        Ok(Self {
            inputs: *inputs,
            people: PersonFacts::gather(inputs, order, &numbers),
            guardians: (0..inputs.loaded.len()).map(|source| source_guardians(inputs, source)).collect(),
            tables: inputs.loaded.iter().map(|l| ids.tables_of(&l.records)).collect::<Result<_>>()?,
            ids: ids.clone(),
            numbers,
        })
    }
}

/// The view of one source.
pub(super) struct SourceView<'a> {
    sources: Arc<ViewSources<'a>>,
    source: usize,
    schema: SchemaRef,
    /// Rows of counties whose part of the list lacks the ID numbers, ascending.
    without_numbers: Vec<usize>,
}

impl<'a> SourceView<'a> {
    pub(super) fn new(
        sources: &Arc<ViewSources<'a>>,
        catalogue: &ViewCatalogue,
        source: usize,
    ) -> Result<Self> {
        let contract = sources.inputs.contract(source)?;
        let schema = view_schema(catalogue, &contract.name)?;
        let number = contract.role(ColumnRole::IdNumber);
        let without_numbers = number.map_or_else(Vec::new, |column| {
            unknown_columns::records_without_numbers(&sources.inputs, source, &column.name)
        });
        Ok(Self { sources: sources.clone(), source, schema, without_numbers })
    }
}

impl MakeRows for SourceView<'_> {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }
    fn count(&self) -> usize {
        self.sources.inputs.rows(self.source)
    }
    fn filled(&self, column: &str) -> Option<u64> {
        // A column that is computed may hide one of the contract's.
        let own = &self.sources.inputs.loaded[self.source].records.rows;
        own.filled(column).filter(|_| !is_common_view_column(column))
    }
    fn chunks(&self, columns: Vec<usize>, engine: bool) -> Result<ViewChunks<'_>> {
        let schema = Arc::new(self.schema.project(&columns).map_err(view_mismatch)?);
        let records = &self.sources.inputs.loaded[self.source].records;
        let household = self.sources.inputs.contract(self.source)?.role(ColumnRole::Household);
        let household = household.map(|column| column.name.as_str());
        let asked = |name: &str| {
            (schema.index_of(name).is_ok() && !is_common_view_column(name))
                || (household == Some(name) && schema.index_of("source_household_id").is_ok())
        };
        // Most columns are computed: then the records' own rows are not read.
        let own: Box<dyn Iterator<Item = Result<Option<RecordBatch>>> + Send> =
            match records.rows.schema().fields().iter().any(|f| asked(f.name())) {
                true => Box::new(records.rows.chunks(asked)?.map(|rows| rows.map(Some))),
                false => Box::new(std::iter::repeat_with(|| Ok(None))),
            };
        let shown = if engine { engine_schema(&schema) } else { schema };
        let starts = (0..records.rows.count()).step_by(CHUNK_ROWS);
        Ok(Box::new(starts.zip(own).map(move |(from, own)| {
            let rows = from..(from + CHUNK_ROWS).min(records.rows.count());
            let chunk = SourceChunk { view: self, rows, own: own?, engine };
            // Columns are independent of each other; building them side by side keeps all cores busy.
            let arrays: Vec<Option<ArrayRef>> =
                shown.fields().par_iter().map(|field| chunk.column(field.name())).collect();
            let mut arrays = arrays.into_iter();
            view_batch(shown.clone(), &records.source, |_| arrays.next().flatten())
        })))
    }
}

/// Some rows of a source.
struct SourceChunk<'v, 'a> {
    view: &'v SourceView<'a>,
    rows: Range<usize>,
    /// The contract's columns of these rows, where any is asked for.
    own: Option<RecordBatch>,
    engine: bool,
}

impl SourceChunk<'_, '_> {
    fn column(&self, name: &str) -> Option<ArrayRef> {
        let sources = &*self.view.sources;
        let ViewSources { inputs, people, numbers, guardians, .. } = sources;
        let (source, rows) = (self.view.source, self.rows.clone());
        let records = &inputs.loaded[source].records;
        let resolution = inputs.resolution;
        let fields = &inputs.comparables[source];
        let first = inputs.node(source, 0);
        let nodes = first + rows.start..first + rows.end;
        let ids = fields.id_numbers("id_number");
        let flag = |values: Vec<i32>| Arc::new(Int32Array::from(values)) as ArrayRef;
        Some(match name {
            "record_id" if self.engine => {
                let tables = &sources.tables[source];
                let numbers = records.keys[rows].iter().map(|key| record_number(tables[key.table()], *key));
                Arc::new(Int64Array::from_iter_values(numbers))
            }
            "record_id" => source_text_column(rows, 28, |row, text| {
                push_record_id(&records.source, &records.tables, records.keys[row], text);
                true
            }),
            "person_id" => self.ids(&resolution.person[nodes], &resolution.person_ids, person_number),
            "household_id" => {
                self.ids(&resolution.household[nodes], &resolution.household_ids, household_number)
            }
            "source_household_id" => {
                let number =
                    inputs.contract(source).ok()?.role(ColumnRole::Household).map(|c| c.name.as_str());
                let numbers = number
                    .and_then(|n| self.own.as_ref()?.column_by_name(n))
                    .and_then(|c| c.as_string_opt::<i32>());
                source_text_column(rows, 24, |row, text| {
                    match numbers.filter(|n| !n.is_null(row - self.rows.start)) {
                        Some(numbers) => {
                            write!(text, "{}:{}", records.source, numbers.value(row - self.rows.start))
                                .is_ok()
                        }
                        None => false,
                    }
                })
            }
            "county_code" => self.division(COUNTY),
            "township_code" => self.division(TOWNSHIP),
            "village_code" => self.division(VILLAGE),
            "link_tier" => flag(resolution.tier[nodes].iter().map(|tier| *tier as i32).collect()),
            "in_review" => flag(resolution.in_review[nodes].iter().map(|r| i32::from(*r)).collect()),
            "id18" => source_id_column(ids, rows),
            "id_class" => {
                let class = |row: usize| ids.map_or_else(Default::default, |ids| ids[row].class).code();
                Arc::new(StringArray::from_iter_values(rows.map(class)))
            }
            "birth_date" => person_views::birth_date_array(
                rows.map(|row| source_row_birth(inputs, people, numbers, source, row)),
            ),
            "age" => Arc::new(
                rows.map(|row| {
                    person_views::age_in(
                        source_row_birth(inputs, people, numbers, source, row),
                        inputs.period,
                    )
                })
                .collect::<Int32Array>(),
            ),
            "sex" => {
                let sex = |row: usize| {
                    let own =
                        person_views::own_sex(fields.codes("sex"), numbers.own(inputs, source, row), row);
                    if own == 0 { people.of(inputs.person(source, row)).sex } else { own }
                };
                Arc::new(rows.map(|row| person_views::sex_label(sex(row))).collect::<StringArray>())
            }
            "guardian_id18" => source_id_column(fields.id_numbers("guardian_id"), rows),
            "guardian_person_id" => {
                self.ids(guardians[source].get(rows)?, &resolution.person_ids, person_number)
            }
            own => match own.strip_suffix(UNKNOWN_SUFFIX) {
                Some(column) => self.companion(column)?,
                None => self.own.as_ref()?.column_by_name(own)?.clone(),
            },
        })
    }

    /// Says of which rows a column's cell is unknown; one that something else tells is known.
    fn companion(&self, column: &str) -> Option<ArrayRef> {
        let inputs = &self.view.sources.inputs;
        let (source, rows) = (self.view.source, self.rows.clone());
        let contract = inputs.contract(source).ok()?;
        let behind = unknown_columns::columns_behind(contract, column);
        let is_number = |column: &SourceColumn| column.role == Some(ColumnRole::IdNumber);
        let others: &[usize] = match behind.iter().any(|column| is_number(column)) {
            true => &self.view.without_numbers,
            false => &[],
        };
        let plain = behind.iter().filter(|column| !is_number(column));
        let names: Vec<&str> = plain.map(|column| column.name.as_str()).collect();
        let records = &inputs.loaded[source].records;
        Some(match is_common_view_column(column) {
            false => unknown_columns::companion_column(records, &names, others, rows, |_| true),
            true => {
                let values = self.column(column)?;
                let texts = values.as_string_opt::<i32>().filter(|_| column == "id_class");
                let start = rows.start;
                // No number is a class of its own.
                let numbers = &self.view.sources.numbers;
                let is_told = |row: usize| match texts {
                    Some(classes) => classes.value(row) != IdClass::Empty.code(),
                    None => !values.is_null(row) && !numbers.is_unsure_of(inputs.person(source, start + row)),
                };
                unknown_columns::companion_column(records, &names, others, rows, |row| !is_told(row - start))
            }
        })
    }

    /// A column of ids: of each row the one at its dense number, none at `u32::MAX`.
    fn ids<const LETTER: char>(
        &self,
        dense: &[u32],
        ids: &[PublishedId<LETTER>],
        number: impl Fn(PublishedId<LETTER>) -> i64,
    ) -> ArrayRef {
        let ids = dense.iter().map(|&at| ids.get(at as usize).copied());
        match self.engine {
            true => Arc::new(ids.map(|id| id.map(&number)).collect::<Int64Array>()),
            false => Arc::new(published_id::id_texts(ids)),
        }
    }

    fn division(&self, level: u8) -> ArrayRef {
        let inputs = &self.view.sources.inputs;
        let values = inputs.divisions(self.view.source);
        let value = |row: usize| values.get(row).copied().unwrap_or(0);
        self.view.sources.people.codes(level, self.rows.clone().map(value))
    }
}

/// Birth of a record: by its own trusted number, else stated there, else what the person's other
/// records say, else by a doubtful number. What is due at which age is due by the number: a list that states
/// another day (the lunar one, a slip) does not make anybody older.
fn source_row_birth(
    inputs: &ViewInputs<'_>,
    people: &PersonFacts,
    numbers: &RecordNumbers,
    source: usize,
    row: usize,
) -> i32 {
    let id = numbers.own(inputs, source, row);
    if let Some((1, days)) = person_views::stated_birth(None, id, row) {
        return days;
    }
    let dates = inputs.comparables[source].dates("birth_date");
    let own = person_views::stated_birth(dates, id, row);
    match own {
        Some((0, days)) => days,
        _ => match people.of(inputs.person(source, row)).birth {
            UNKNOWN => own.map_or(UNKNOWN, |(_, days)| days),
            days => days,
        },
    }
}

fn source_text_column(
    rows: Range<usize>,
    width: usize,
    mut write: impl FnMut(usize, &mut String) -> bool,
) -> ArrayRef {
    let mut builder = StringBuilder::with_capacity(rows.len(), rows.len() * width);
    let mut text = String::new();
    for row in rows {
        text.clear();
        if write(row, &mut text) { builder.append_value(&text) } else { builder.append_null() }
    }
    Arc::new(builder.finish())
}

fn source_id_column(ids: Option<&[IdNumber]>, rows: Range<usize>) -> ArrayRef {
    source_text_column(rows, 18, |row, text| match ids.and_then(|ids| ids[row].to_text()) {
        Some(id) => text.write_str(&id).is_ok(),
        None => false,
    })
}

/// By record of a source, the person who carries its guardian's number on some record;
/// `u32::MAX` if none or more than one does. Empty for a source without guardians' numbers.
fn source_guardians(inputs: &ViewInputs<'_>, source: usize) -> Vec<u32> {
    const SEVERAL: u32 = u32::MAX;
    let Some(guardian_ids) = inputs.comparables[source].id_numbers("guardian_id") else {
        return Vec::new();
    };
    let wanted: HashSet<u64> = guardian_ids.iter().filter_map(|id| id.id18_key()).collect();
    let bearers = inputs.comparables.par_iter().enumerate().flat_map(|(source, fields)| {
        let ids = fields.id_numbers("id_number").unwrap_or(&[]).par_iter().with_min_len(CHUNK_ROWS);
        ids.zip(inputs.persons(source)).filter_map(|(id, &person)| {
            id.id18_key().filter(|key| wanted.contains(key)).map(|key| (key, person))
        })
    });
    let mut bearer: HashMap<u64, u32> = HashMap::with_capacity(wanted.len());
    for (key, person) in bearers.collect::<Vec<_>>() {
        bearer.entry(key).and_modify(|p| *p = if *p == person { person } else { SEVERAL }).or_insert(person);
    }
    let person = |id: &IdNumber| id.id18_key().and_then(|key| bearer.get(&key)).copied().unwrap_or(SEVERAL);
    guardian_ids.iter().map(person).collect()
}
