//! The view of one source: who each record is, where, how old, and the contract's own columns.

use std::fmt::Write as _;
use std::sync::Arc;

use arrow::array::{Array, AsArray};
use arrow::array::{ArrayRef, Int32Array, StringArray, StringBuilder};
use hashbrown::{HashMap, HashSet};
use rayon::prelude::*;

use super::super::View;
use super::super::catalogue::Catalogue;
use super::identity::Numbers;
use super::people::{self, People, UNKNOWN};
use super::{Inputs, assemble};
use crate::config::Role;
use crate::normalize::IdNumber;
use crate::{Error, Result};

/// Builds the view of source `source`.
pub(super) fn view(
    inputs: &Inputs<'_>,
    catalogue: &Catalogue,
    people: &People,
    numbers: &Numbers<'_>,
    source: usize,
) -> Result<View> {
    let contract = inputs.contract(source)?;
    let columns = catalogue
        .columns(&contract.name)
        .ok_or_else(|| Error::internal(format!("没有视图“{}”的列表", contract.name)))?;
    // Columns are independent of each other; building them side by side keeps all cores busy.
    let arrays: Vec<Option<ArrayRef>> =
        columns.par_iter().map(|(name, _)| column(inputs, people, numbers, source, name)).collect();
    let mut arrays = arrays.into_iter();
    assemble(catalogue, &contract.name, |_| arrays.next().flatten())
}

fn column(
    inputs: &Inputs<'_>,
    people: &People,
    numbers: &Numbers<'_>,
    source: usize,
    name: &str,
) -> Option<ArrayRef> {
    let records = &inputs.loaded[source].records;
    let resolution = inputs.resolution;
    let fields = &inputs.comparables[source];
    let rows = inputs.rows(source);
    let first = resolution.offsets[source] as usize;
    let nodes = first..first + rows;
    let ids = fields.id_numbers("id_number");
    let flag = |values: Vec<i32>| Arc::new(Int32Array::from(values)) as ArrayRef;
    Some(match name {
        "record_id" => texts(rows, 28, |row, text| {
            let _ = text.write_str(&records.record_id(row));
            true
        }),
        "person_id" => texts(rows, 14, |row, text| {
            let _ = text.write_str(&resolution.person_ids[resolution.person[first + row] as usize]);
            true
        }),
        "household_id" => texts(rows, 14, |row, text| {
            let _ = text.write_str(&resolution.household_ids[resolution.household[first + row] as usize]);
            true
        }),
        "source_household_id" => {
            let number = inputs.contract(source).ok()?.role(Role::Household).map(|c| c.name.as_str());
            let numbers =
                number.and_then(|n| records.batch.column_by_name(n)).and_then(|c| c.as_string_opt::<i32>());
            texts(rows, 24, |row, text| match numbers.filter(|n| !n.is_null(row)) {
                Some(numbers) => write!(text, "{}:{}", records.source, numbers.value(row)).is_ok(),
                None => false,
            })
        }
        "county_code" => division(inputs, source, 2),
        "township_code" => division(inputs, source, 3),
        "village_code" => division(inputs, source, 4),
        "link_tier" => flag(nodes.map(|n| resolution.tier[n] as i32).collect()),
        "in_review" => flag(nodes.map(|n| i32::from(resolution.in_review[n])).collect()),
        "id18" => id_texts(ids, rows),
        "id_class" => texts(rows, 8, |row, text| {
            let class = ids.map_or_else(Default::default, |ids| ids[row].class);
            text.write_str(class.code()).is_ok()
        }),
        "birth_date" => people::date_array((0..rows).map(|row| birth(inputs, people, numbers, source, row))),
        "age" => Arc::new(
            (0..rows)
                .map(|row| people::age(birth(inputs, people, numbers, source, row), inputs.quarter))
                .collect::<Int32Array>(),
        ),
        "sex" => texts(rows, 3, |row, text| {
            let own = people::own_sex(fields.codes("sex"), numbers.own(first + row), row);
            let sex = if own == 0 { people.sex(inputs.person(source, row)) } else { own };
            people::sex_label(sex).is_some_and(|label| text.write_str(label).is_ok())
        }),
        "guardian_id18" => id_texts(fields.id_numbers("guardian_id"), rows),
        "guardian_person_id" => guardians(inputs, fields.id_numbers("guardian_id")?),
        own => records.batch.column_by_name(own)?.clone(),
    })
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

fn texts(rows: usize, width: usize, mut write: impl FnMut(usize, &mut String) -> bool) -> ArrayRef {
    let mut builder = StringBuilder::with_capacity(rows, rows * width);
    let mut text = String::new();
    for row in 0..rows {
        text.clear();
        if write(row, &mut text) { builder.append_value(&text) } else { builder.append_null() }
    }
    Arc::new(builder.finish())
}

fn division(inputs: &Inputs<'_>, source: usize, level: u8) -> ArrayRef {
    let values = inputs.divisions(source);
    let codes = (0..inputs.rows(source))
        .map(|row| Some(inputs.tree().code_at(values.get(row).copied().unwrap_or(0), level)));
    Arc::new(codes.collect::<StringArray>())
}

fn id_texts(ids: Option<&[IdNumber]>, rows: usize) -> ArrayRef {
    texts(rows, 18, |row, text| match ids.and_then(|ids| ids[row].to_text()) {
        Some(id) => text.write_str(&id).is_ok(),
        None => false,
    })
}

/// Person who carries the guardian's number on some record; null if none or more than one does.
fn guardians(inputs: &Inputs<'_>, guardian_ids: &[IdNumber]) -> ArrayRef {
    const SEVERAL: u32 = u32::MAX;
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
    let person = |id: &IdNumber| id.id18_key().and_then(|key| bearer.get(&key)).filter(|p| **p != SEVERAL);
    let ids = &inputs.resolution.person_ids;
    Arc::new(
        guardian_ids.iter().map(|id| person(id).map(|&p| ids[p as usize].as_str())).collect::<StringArray>(),
    )
}
