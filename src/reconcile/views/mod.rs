//! The tables that rules read, built from records, comparable fields and the resolution.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{ArrayRef, Date32Array, Int32Array, Int64Array, StringArray};
use arrow::datatypes::{Field, Schema};
use arrow::record_batch::RecordBatch;

use super::View;
use super::catalogue::{Catalogue, Origin, PREVIOUS};
use super::rule_set::RuleSet;
use crate::config::{Parameter, Pipeline, Quarter, SourceContract};
use crate::load::Loaded;
use crate::normalize::{Comparable, DivisionTree};
use crate::resolve::{IdentityChange, Resolution};
use crate::rows::Store;
use crate::{Error, Result};

mod identity;
mod people;
mod sink;
mod source;
mod split;

use people::People;
use sink::Target;
use source::Sources;
use split::Split;

/// Everything the views of a quarter are made of. `loaded`, `comparables` and the offsets of
/// `resolution` list the same sources in the same order; a source that was not delivered is in none.
#[derive(Clone, Copy)]
pub struct Inputs<'a> {
    /// Contracts, divisions, parameters.
    pub pipeline: &'a Pipeline,
    /// Records by source.
    pub loaded: &'a [Loaded],
    /// Comparable fields by source.
    pub comparables: &'a [Comparable],
    /// Who every record is.
    pub resolution: &'a Resolution,
    /// The quarter.
    pub quarter: Quarter,
}

impl<'a> Inputs<'a> {
    /// Node of a record.
    fn node(&self, source: usize, row: usize) -> usize {
        self.resolution.offsets[source] as usize + row
    }
    /// Dense person of a record.
    fn person(&self, source: usize, row: usize) -> usize {
        self.resolution.person[self.node(source, row)] as usize
    }
    /// Divisions of a source's records as column values; empty if it has none.
    fn divisions(&self, source: usize) -> &'a [u32] {
        self.comparables[source].divisions("division").unwrap_or(&[])
    }
    fn tree(&self) -> &'a DivisionTree {
        &self.pipeline.divisions
    }
    /// Rows of a source.
    fn rows(&self, source: usize) -> usize {
        self.comparables[source].rows
    }
    /// Contract of a delivered source.
    fn contract(&self, source: usize) -> Result<&'a SourceContract> {
        let name = &self.loaded[source].records.source;
        self.pipeline.source(name).ok_or_else(|| Error::internal(format!("没有名为“{name}”的数据来源")))
    }
    /// Position of a delivered source.
    fn position(&self, name: &str) -> Option<usize> {
        self.loaded.iter().position(|l| l.records.source == name)
    }
    fn check(&self) -> Result<()> {
        let sources = self.loaded.len();
        let aligned = self.comparables.len() == sources
            && self.resolution.offsets.len() == sources + 1
            && (0..sources).all(|s| {
                self.loaded[s].records.source == self.comparables[s].source
                    && self.loaded[s].records.keys.len() == self.rows(s)
                    && self.loaded[s].records.rows.count() == self.rows(s)
                    && (self.resolution.offsets[s + 1] - self.resolution.offsets[s]) as usize == self.rows(s)
            });
        if aligned {
            Ok(())
        } else {
            Err(Error::internal("记录、比对字段与归并结果的行数或次序不一致"))
        }
    }
}

/// How the views of a run are built.
#[derive(Debug, Clone, Default)]
pub struct Placement {
    /// Where their rows lie.
    pub store: Store,
    /// Number of buckets that rules are run in; 0 or 1: rules see all rows at once.
    pub buckets: usize,
}

/// Views of a quarter, by name: one per source that was delivered, the derived ones, and those
/// of `previous` (last quarter's) that rules may read, under their `_previous` names.
pub fn build(
    inputs: &Inputs<'_>,
    rules: &RuleSet,
    previous: Vec<View>,
    placement: &Placement,
) -> Result<Vec<View>> {
    inputs.check()?;
    let catalogue = &rules.catalogue;
    let read = rules.columns_read();
    let guardians: Vec<Vec<u32>> =
        (0..inputs.loaded.len()).map(|source| source::guardians(inputs, source)).collect();
    let previous = as_previous(previous, catalogue, &inputs.resolution.ledger, &placement.store)?;
    let split = match placement.buckets {
        0 | 1 => None,
        count => Some(Split::of(inputs, &guardians, &rules.household_numbers(), &previous, count)?),
    };
    let to = Target { store: &placement.store, split: split.as_ref(), read: &read };
    let numbers = identity::Numbers::gather(inputs);
    let people = People::gather(inputs, &home_order(inputs, rules), &numbers);
    let mut views = vec![parameter_view(inputs, rules)?, division_view(inputs.tree(), catalogue)?];
    views.push(people::person_view(inputs, catalogue, &people, &to)?);
    views.push(people::household_view(inputs, catalogue, &people, &to)?);
    views.push(identity::view(inputs, catalogue, &numbers, &to)?);
    let sources = Sources { inputs, people: &people, numbers: &numbers, guardians: &guardians };
    for source in (0..inputs.loaded.len()).filter(|&s| !inputs.loaded[s].records.tables.is_empty()) {
        views.push(source::view(&sources, catalogue, source, &to)?);
    }
    for view in previous {
        views.push(match &split {
            Some(split) => split_previous(view, split, &to)?,
            None => view,
        });
    }
    views.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(views)
}

fn split_previous(view: View, split: &Split, to: &Target<'_>) -> Result<View> {
    let mut sink = to.begin_with(&view.name, view.rows.schema().clone())?;
    for rows in view.rows.chunks(|_| true)? {
        let rows = rows?;
        let buckets = split.of_previous(&rows);
        sink.push_split(rows, |row| buckets[row])?;
    }
    sink.finish()
}

/// Last quarter's source views under their `_previous` names. A person or household that was
/// merged since carries its present id, so that rules can join the two quarters.
fn as_previous(
    views: Vec<View>,
    catalogue: &Catalogue,
    ledger: &[IdentityChange],
    store: &Store,
) -> Result<Vec<View>> {
    let renamed: BTreeMap<&str, &str> = ledger
        .iter()
        .filter(|change| change.kind == "merge")
        .map(|change| (change.previous_id.as_str(), change.current_id.as_str()))
        .collect();
    let mut previous = Vec::new();
    for view in views {
        let name = format!("{}{PREVIOUS}", view.name);
        if catalogue.views.get(&name).is_none_or(|v| v.origin != Origin::Previous) {
            continue;
        }
        let mut rows = view.rows;
        if !renamed.is_empty() {
            rows = rows.rewrite(store, |_, batch| with_present_ids(&batch, &renamed))?;
        }
        previous.push(View { name, rows, buckets: Vec::new() });
    }
    Ok(previous)
}

fn with_present_ids(batch: &RecordBatch, renamed: &BTreeMap<&str, &str>) -> Result<RecordBatch> {
    let columns = batch.schema_ref().fields().iter().zip(batch.columns()).map(|(field, array)| {
        let id = ["person_id", "household_id", "guardian_person_id"].contains(&field.name().as_str());
        match array.as_any().downcast_ref::<StringArray>() {
            Some(texts) if id => {
                let now = texts.iter().map(|t| t.map(|t| *renamed.get(t).unwrap_or(&t)));
                Arc::new(now.collect::<StringArray>()) as ArrayRef
            }
            _ => array.clone(),
        }
    });
    RecordBatch::try_new(batch.schema(), columns.collect()).map_err(mismatch)
}

/// Sources in the order in which their address counts: home sources first.
fn home_order(inputs: &Inputs<'_>, rules: &RuleSet) -> Vec<usize> {
    let mut order: Vec<usize> =
        rules.settings.home_sources.iter().filter_map(|name| inputs.position(name)).collect();
    order.extend((0..inputs.loaded.len()).filter(|s| !order.contains(s)).collect::<Vec<_>>());
    order
}

/// A view with the catalogue's columns; `column` gives each by name.
fn assemble(
    catalogue: &Catalogue,
    name: &str,
    mut column: impl FnMut(&str) -> Option<ArrayRef>,
) -> Result<RecordBatch> {
    let columns =
        catalogue.columns(name).ok_or_else(|| Error::internal(format!("没有视图“{name}”的列表")))?;
    let mut fields = Vec::with_capacity(columns.len());
    let mut arrays = Vec::with_capacity(columns.len());
    for (column_name, kind) in columns {
        let array = column(column_name)
            .ok_or_else(|| Error::internal(format!("视图“{name}”缺少列“{column_name}”")))?;
        fields.push(Field::new(column_name, kind.arrow(), true));
        arrays.push(array);
    }
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).map_err(mismatch)
}

fn mismatch(error: arrow::error::ArrowError) -> Error {
    Error::internal(format!("视图不能成为表格:{error}"))
}

fn parameter_view(inputs: &Inputs<'_>, rules: &RuleSet) -> Result<View> {
    use super::frame::ColumnKind;
    let values = rules.parameters(inputs.pipeline, inputs.quarter)?;
    let kinds: BTreeMap<&str, ColumnKind> = rules
        .catalogue
        .columns("parameter")
        .into_iter()
        .flatten()
        .map(|(name, kind)| (name.as_str(), *kind))
        .collect();
    let row = assemble(&rules.catalogue, "parameter", |name| {
        // A parameter that is not set for this year is null: comparisons with it find nothing.
        let array: ArrayRef = match (values.get(name), kinds.get(name)?) {
            (Some(Parameter::Integer(n)), _) => Arc::new(Int64Array::from(vec![Some(*n)])),
            (Some(Parameter::Text(text)), _) => Arc::new(StringArray::from(vec![Some(text.as_str())])),
            (Some(Parameter::Date(days)), _) => Arc::new(Date32Array::from(vec![Some(*days)])),
            (None, ColumnKind::Text) => Arc::new(StringArray::from(vec![None::<&str>])),
            (None, ColumnKind::Date) => Arc::new(Date32Array::from(vec![None])),
            (None, _) => Arc::new(Int64Array::from(vec![None])),
        };
        Some(array)
    })?;
    Ok(View::of("parameter", row))
}

fn division_view(tree: &DivisionTree, catalogue: &Catalogue) -> Result<View> {
    let rows = assemble(catalogue, "division", |name| {
        let units = tree.units.iter();
        Some(match name {
            "code" => Arc::new(units.map(|u| Some(u.code.as_str())).collect::<StringArray>()) as ArrayRef,
            "name" => Arc::new(units.map(|u| Some(u.name.as_str())).collect::<StringArray>()),
            "parent_code" => Arc::new(
                units
                    .map(|u| u.parent.and_then(|p| tree.units.get(p as usize)).map(|p| p.code.as_str()))
                    .collect::<StringArray>(),
            ),
            "level" => Arc::new(units.map(|u| Some(i32::from(u.level))).collect::<Int32Array>()),
            _ => return None,
        })
    })?;
    Ok(View::of("division", rows))
}

#[cfg(test)]
mod tests;
