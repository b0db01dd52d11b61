//! The view of one source: who each record is, where, how old, and the contract's own columns.

use std::fmt::Write as _;
use std::ops::Range;
use std::sync::Arc;

use arrow::array::{Array, AsArray};
use arrow::array::{ArrayRef, Int32Array, StringArray, StringBuilder};
use arrow::record_batch::RecordBatch;
use hashbrown::{HashMap, HashSet};
use rayon::prelude::*;

use super::super::View;
use super::super::catalogue::Catalogue;
use super::identity::Numbers;
use super::people::{self, People, UNKNOWN};
use super::sink::Target;
use super::{Inputs, assemble};
use crate::config::Role;
use crate::load::push_record_id;
use crate::normalize::IdNumber;
use crate::resolve::id;
use crate::{Error, Result};

/// What the views of all sources are made of, gathered once.
pub(super) struct Sources<'a> {
    pub(super) inputs: &'a Inputs<'a>,
    pub(super) people: &'a People,
    pub(super) numbers: &'a Numbers<'a>,
    /// By source: person who is each record's guardian, `u32::MAX` if none is known.
    pub(super) guardians: &'a [Vec<u32>],
}

/// Builds the view of source `source` chunk by chunk.
pub(super) fn view(
    sources: &Sources<'_>,
    catalogue: &Catalogue,
    source: usize,
    to: &Target<'_>,
) -> Result<View> {
    let inputs = sources.inputs;
    let contract = inputs.contract(source)?;
    let columns = catalogue
        .columns(&contract.name)
        .ok_or_else(|| Error::internal(format!("没有视图“{}”的列表", contract.name)))?;
    let mut sink = to.begin(catalogue, &contract.name)?;
    let first = inputs.resolution.offsets[source] as usize;
    let mut from = 0;
    for own in inputs.loaded[source].records.rows.chunks(|_| true)? {
        let own = own?;
        let range = from..from + own.num_rows();
        from = range.end;
        let chunk = Chunk { sources, source, rows: range.clone(), own: &own };
        // Columns are independent of each other; building them side by side keeps all cores busy.
        let arrays: Vec<Option<ArrayRef>> = columns.par_iter().map(|(name, _)| chunk.column(name)).collect();
        let mut arrays = arrays.into_iter();
        let rows = assemble(catalogue, &contract.name, |_| arrays.next().flatten())?;
        sink.push(rows, |row| inputs.resolution.person[first + range.start + row] as usize)?;
    }
    sink.finish()
}

/// Some rows of a source.
struct Chunk<'a> {
    sources: &'a Sources<'a>,
    source: usize,
    rows: Range<usize>,
    /// The contract's columns of these rows.
    own: &'a RecordBatch,
}

impl Chunk<'_> {
    fn column(&self, name: &str) -> Option<ArrayRef> {
        let Sources { inputs, people, numbers, guardians } = *self.sources;
        let (source, rows) = (self.source, self.rows.clone());
        let records = &inputs.loaded[source].records;
        let resolution = inputs.resolution;
        let fields = &inputs.comparables[source];
        let first = resolution.offsets[source] as usize;
        let nodes = first + rows.start..first + rows.end;
        let ids = fields.id_numbers("id_number");
        let flag = |values: Vec<i32>| Arc::new(Int32Array::from(values)) as ArrayRef;
        let person_id = |person: u32| resolution.person_ids[person as usize];
        Some(match name {
            "record_id" => texts(rows, 28, |row, text| {
                push_record_id(&records.source, &records.tables, records.keys[row], text);
                true
            }),
            "person_id" => texts(rows, 14, |row, text| {
                person_id(resolution.person[first + row]).push_to(text);
                true
            }),
            "household_id" => texts(rows, 14, |row, text| {
                resolution.household_ids[resolution.household[first + row] as usize].push_to(text);
                true
            }),
            "source_household_id" => {
                let number = inputs.contract(source).ok()?.role(Role::Household).map(|c| c.name.as_str());
                let numbers =
                    number.and_then(|n| self.own.column_by_name(n)).and_then(|c| c.as_string_opt::<i32>());
                texts(rows, 24, |row, text| match numbers.filter(|n| !n.is_null(row - self.rows.start)) {
                    Some(numbers) => {
                        write!(text, "{}:{}", records.source, numbers.value(row - self.rows.start)).is_ok()
                    }
                    None => false,
                })
            }
            "county_code" => self.division(2),
            "township_code" => self.division(3),
            "village_code" => self.division(4),
            "link_tier" => flag(nodes.map(|n| resolution.tier[n] as i32).collect()),
            "in_review" => flag(nodes.map(|n| i32::from(resolution.in_review[n])).collect()),
            "id18" => id_texts(ids, rows),
            "id_class" => texts(rows, 8, |row, text| {
                let class = ids.map_or_else(Default::default, |ids| ids[row].class);
                text.write_str(class.code()).is_ok()
            }),
            "birth_date" => people::date_array(rows.map(|row| birth(inputs, people, numbers, source, row))),
            "age" => Arc::new(
                rows.map(|row| people::age(birth(inputs, people, numbers, source, row), inputs.quarter))
                    .collect::<Int32Array>(),
            ),
            "sex" => texts(rows, 3, |row, text| {
                let own = people::own_sex(fields.codes("sex"), numbers.own(first + row), row);
                let sex = if own == 0 { people.sex(inputs.person(source, row)) } else { own };
                people::sex_label(sex).is_some_and(|label| text.write_str(label).is_ok())
            }),
            "guardian_id18" => id_texts(fields.id_numbers("guardian_id"), rows),
            "guardian_person_id" => {
                let known = |&p: &u32| (p != u32::MAX).then(|| person_id(p));
                Arc::new(id::texts(guardians[source].get(rows)?.iter().map(known)))
            }
            own => self.own.column_by_name(own)?.clone(),
        })
    }

    fn division(&self, level: u8) -> ArrayRef {
        let inputs = self.sources.inputs;
        let values = inputs.divisions(self.source);
        let codes = self
            .rows
            .clone()
            .map(|row| Some(inputs.tree().code_at(values.get(row).copied().unwrap_or(0), level)));
        Arc::new(codes.collect::<StringArray>())
    }
}

/// Birth of a record: stated there, else by its trusted number, else what the person's other
/// records say, else by a doubtful number.
fn birth(inputs: &Inputs<'_>, people: &People, numbers: &Numbers<'_>, source: usize, row: usize) -> i32 {
    let fields = &inputs.comparables[source];
    let own = people::stated_birth(fields.dates("birth_date"), numbers.own(inputs.node(source, row)), row);
    match own {
        Some((0 | 1, days)) => days,
        _ => match people.birth(inputs.person(source, row)) {
            (_, UNKNOWN) => own.map_or(UNKNOWN, |(_, days)| days),
            (_, days) => days,
        },
    }
}

fn texts(rows: Range<usize>, width: usize, mut write: impl FnMut(usize, &mut String) -> bool) -> ArrayRef {
    let mut builder = StringBuilder::with_capacity(rows.len(), rows.len() * width);
    let mut text = String::new();
    for row in rows {
        text.clear();
        if write(row, &mut text) { builder.append_value(&text) } else { builder.append_null() }
    }
    Arc::new(builder.finish())
}

fn id_texts(ids: Option<&[IdNumber]>, rows: Range<usize>) -> ArrayRef {
    texts(rows, 18, |row, text| match ids.and_then(|ids| ids[row].to_text()) {
        Some(id) => text.write_str(&id).is_ok(),
        None => false,
    })
}

/// By record of a source, the person who carries its guardian's number on some record;
/// `u32::MAX` if none or more than one does. Empty for a source without guardians' numbers.
pub(super) fn guardians(inputs: &Inputs<'_>, source: usize) -> Vec<u32> {
    const SEVERAL: u32 = u32::MAX;
    let Some(guardian_ids) = inputs.comparables[source].id_numbers("guardian_id") else {
        return Vec::new();
    };
    let wanted: HashSet<u64> = guardian_ids.iter().filter_map(|id| id.id18_key()).collect();
    let mut bearer: HashMap<u64, u32> = HashMap::with_capacity(wanted.len());
    for (source, fields) in inputs.comparables.iter().enumerate() {
        for (row, id) in fields.id_numbers("id_number").unwrap_or(&[]).iter().enumerate() {
            let Some(key) = id.id18_key().filter(|key| wanted.contains(key)) else { continue };
            let person = inputs.person(source, row) as u32;
            bearer
                .entry(key)
                .and_modify(|p| *p = if *p == person { person } else { SEVERAL })
                .or_insert(person);
        }
    }
    let person = |id: &IdNumber| id.id18_key().and_then(|key| bearer.get(&key)).copied().unwrap_or(SEVERAL);
    guardian_ids.iter().map(person).collect()
}
