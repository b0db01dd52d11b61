//! The tables that rules read, built from records, comparable fields and the resolution.

use std::sync::Arc;

use arrow::array::{ArrayRef, Date32Array, Int32Array, Int64Array, StringArray};
use arrow::datatypes::{Field, Schema};
use arrow::record_batch::RecordBatch;
use rayon::prelude::*;

use super::View;
use super::catalogue::{Catalogue, Origin, PREVIOUS};
use super::rule_set::RuleSet;
use crate::config::{Parameter, Pipeline, Quarter, SourceContract};
use crate::load::Loaded;
use crate::normalize::{Comparable, DivisionTree};
use crate::resolve::{IdentityChange, Resolution};
use crate::{Error, Result};

mod identity;
mod people;
mod source;

use people::People;

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
                    && self.loaded[s].records.batch.num_rows() == self.rows(s)
                    && (self.resolution.offsets[s + 1] - self.resolution.offsets[s]) as usize == self.rows(s)
            });
        if aligned {
            Ok(())
        } else {
            Err(Error::internal("记录、比对字段与归并结果的行数或次序不一致"))
        }
    }
}

/// Views of a quarter, by name: one per source that was delivered, and the derived ones.
pub fn build(inputs: &Inputs<'_>, rules: &RuleSet) -> Result<Vec<View>> {
    inputs.check()?;
    let numbers = identity::Numbers::gather(inputs);
    let people = People::gather(inputs, &home_order(inputs, rules), &numbers);
    let catalogue = &rules.catalogue;
    let delivered: Vec<usize> =
        (0..inputs.loaded.len()).filter(|&s| !inputs.loaded[s].records.tables.is_empty()).collect();
    let mut views: Vec<View> = delivered
        .par_iter()
        .map(|&s| source::view(inputs, catalogue, &people, &numbers, s))
        .collect::<Result<_>>()?;
    views.push(parameter_view(inputs, rules)?);
    views.push(division_view(inputs.tree(), catalogue)?);
    views.push(people::person_view(inputs, catalogue, &people)?);
    views.push(people::household_view(inputs, catalogue, &people)?);
    views.push(identity::view(inputs, catalogue, &numbers)?);
    views.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(views)
}

/// Last quarter's source views under their `_previous` names. A person or household that was
/// merged since carries its present id, so that rules can join the two quarters.
pub fn as_previous(views: Vec<View>, catalogue: &Catalogue, ledger: &[IdentityChange]) -> Result<Vec<View>> {
    let renamed: std::collections::BTreeMap<&str, &str> = ledger
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
        let mut columns = Vec::new();
        for (field, array) in view.batch.schema_ref().fields().iter().zip(view.batch.columns()) {
            let id = ["person_id", "household_id", "guardian_person_id"].contains(&field.name().as_str());
            match array.as_any().downcast_ref::<StringArray>() {
                Some(texts) if id && !renamed.is_empty() => {
                    let now = texts.iter().map(|t| t.map(|t| *renamed.get(t).unwrap_or(&t)));
                    columns.push(Arc::new(now.collect::<StringArray>()) as ArrayRef);
                }
                _ => columns.push(array.clone()),
            }
        }
        let batch = RecordBatch::try_new(view.batch.schema(), columns).map_err(mismatch)?;
        previous.push(View { name, batch });
    }
    Ok(previous)
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
) -> Result<View> {
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
    let batch = RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).map_err(mismatch)?;
    Ok(View { name: name.to_owned(), batch })
}

fn mismatch(error: arrow::error::ArrowError) -> Error {
    Error::internal(format!("视图不能成为表格:{error}"))
}

fn parameter_view(inputs: &Inputs<'_>, rules: &RuleSet) -> Result<View> {
    use super::frame::ColumnKind;
    let row = rules.parameters(inputs.pipeline, inputs.quarter)?;
    let kinds: std::collections::BTreeMap<&str, ColumnKind> = rules
        .catalogue
        .columns("parameter")
        .into_iter()
        .flatten()
        .map(|(name, kind)| (name.as_str(), *kind))
        .collect();
    assemble(&rules.catalogue, "parameter", |name| {
        // A parameter that is not set for this year is null: comparisons with it find nothing.
        let array: ArrayRef = match (row.get(name), kinds.get(name)?) {
            (Some(Parameter::Integer(n)), _) => Arc::new(Int64Array::from(vec![Some(*n)])),
            (Some(Parameter::Text(text)), _) => Arc::new(StringArray::from(vec![Some(text.as_str())])),
            (Some(Parameter::Date(days)), _) => Arc::new(Date32Array::from(vec![Some(*days)])),
            (None, ColumnKind::Text) => Arc::new(StringArray::from(vec![None::<&str>])),
            (None, ColumnKind::Date) => Arc::new(Date32Array::from(vec![None])),
            (None, _) => Arc::new(Int64Array::from(vec![None])),
        };
        Some(array)
    })
}

fn division_view(tree: &DivisionTree, catalogue: &Catalogue) -> Result<View> {
    assemble(catalogue, "division", |name| {
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
    })
}

#[cfg(test)]
mod tests;
