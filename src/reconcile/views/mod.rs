//! The tables that rules read, built from records, comparable fields and the resolution.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{ArrayRef, Date32Array, Int32Array, Int64Array, StringArray};
use arrow::datatypes::{Field, Schema, SchemaRef};
use arrow::record_batch::RecordBatch;

use super::execution::numbered_ids::{NumberedIds, household_number, person_number};
use super::near_misses::NearMissRow;
use super::views::rule_view::{View, view_mismatch};
use crate::config::{Pipeline, RuleParameter, SourceContract};
use crate::link::near_miss::NearMissLinker;
use crate::load::LoadedSource;
use crate::model::column_type::ColumnType;
use crate::model::division::{COUNTY, DivisionTree};
use crate::model::period::Period;
use crate::model::record_id::RecordKey;
use crate::model::resolution::Resolution;
use crate::normalize::ComparableSource;
use crate::rules::rule_set::RuleSet;
use crate::rules::view_catalogue::{COUNTY_PARAMETER, PARAMETER, ViewCatalogue};
use crate::table::rows::RowStore;
use crate::{Error, Result};

mod bucket_split;
mod carried_view;
pub(crate) mod earlier_view;
mod identity_view;
mod person_views;
mod previous_view;
pub(crate) mod published_views;
pub(crate) mod replayed_quarter;
pub(crate) mod rule_view;
mod source_view;
pub(crate) mod unknown_columns;
pub(crate) mod view_placement;

use bucket_split::BucketSplit;
pub(crate) use person_views::age_in;
use person_views::{HouseholdView, PersonView};
use previous_view::PreviousViews;
use source_view::{SourceView, ViewSources};
use view_placement::{RowOwner, ViewTarget};

/// Most sources of a quarter: who lists a person is a bit of 64.
const MOST_SOURCES: usize = 64;

/// Everything the views of a quarter are made of. `loaded`, `comparables` and the offsets of
/// `resolution` list the same sources in the same order; a source that was not delivered is in none.
#[derive(Clone, Copy)]
pub struct ViewInputs<'a> {
    /// Contracts, divisions, parameters.
    pub pipeline: &'a Pipeline,
    /// Records by source.
    pub loaded: &'a [LoadedSource],
    /// Comparable fields by source.
    pub comparables: &'a [ComparableSource],
    /// Who every record is.
    pub resolution: &'a Resolution,
    /// The period.
    pub period: Period,
}

impl<'a> ViewInputs<'a> {
    /// Node of a record.
    pub(super) fn node(&self, source: usize, row: usize) -> usize {
        self.resolution.offsets[source] as usize + row
    }
    /// Source and row of a node.
    pub(super) fn place(&self, node: usize) -> (usize, usize) {
        let offsets = &self.resolution.offsets;
        let source = offsets.partition_point(|&first| first as usize <= node) - 1;
        (source, node - offsets[source] as usize)
    }
    /// Dense person of a record.
    fn person(&self, source: usize, row: usize) -> usize {
        self.resolution.person[self.node(source, row)] as usize
    }
    /// Person of a record as a number.
    pub(super) fn person_number(&self, node: usize) -> i64 {
        let person = self.resolution.person[node] as usize;
        person_number(self.resolution.person_ids[person])
    }
    /// Household of a record as a number.
    pub(super) fn household_number(&self, node: usize) -> i64 {
        let household = self.resolution.household[node] as usize;
        household_number(self.resolution.household_ids[household])
    }
    /// Dense persons of a source's records.
    fn persons(&self, source: usize) -> &'a [u32] {
        &self.resolution.person[self.node(source, 0)..self.node(source + 1, 0)]
    }
    /// Divisions of a source's records as column values; empty if it has none.
    pub(super) fn divisions(&self, source: usize) -> &'a [u32] {
        self.comparables[source].divisions("division").unwrap_or(&[])
    }
    /// Records of a source by county; `""`: without one.
    pub(super) fn county_records(&self, source: usize) -> BTreeMap<&'a str, u64> {
        let divisions = self.divisions(source);
        let mut counts = BTreeMap::new();
        for row in 0..self.rows(source) {
            let division = divisions.get(row).copied().unwrap_or(0);
            *counts.entry(self.tree().code_at(division, COUNTY)).or_default() += 1;
        }
        counts
    }
    pub(super) fn tree(&self) -> &'a DivisionTree {
        &self.pipeline.divisions
    }
    /// Rows of a source.
    pub(super) fn rows(&self, source: usize) -> usize {
        self.comparables[source].rows
    }
    /// Contract of a delivered source.
    fn contract(&self, source: usize) -> Result<&'a SourceContract> {
        let name = &self.loaded[source].records.source;
        self.pipeline.source(name).ok_or_else(|| Error::internal(format!("没有名为“{name}”的数据来源")))
    }
    /// Position of a delivered source.
    pub(super) fn position(&self, name: &str) -> Option<usize> {
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
        match aligned {
            true if sources > MOST_SOURCES => {
                Err(Error::input(format!("一个季度最多核查{MOST_SOURCES}个来源，提取数据有{sources}个")))
            }
            true => Ok(()),
            false => Err(Error::internal("记录、比对字段与归并结果的行数或次序不一致")),
        }
    }
}

/// How the views of a run are built.
#[derive(Debug, Clone, Default)]
pub struct ViewPlacement {
    /// Where their rows lie.
    pub store: RowStore,
    /// Number of buckets that rules are run in; 0 or 1: rules see all rows at once.
    pub buckets: usize,
}

/// The views of a quarter.
pub struct QuarterViews<'a> {
    /// By name.
    pub list: Vec<View<'a>>,
    /// What the numbers of ids mean within the engine.
    pub ids: Arc<NumberedIds>,
    pub(super) inputs: ViewInputs<'a>,
    /// Source and table that record ids name; of last quarter's tables none.
    tables: BTreeMap<usize, (usize, usize)>,
    /// By node: the record carries somebody else's number.
    pub(super) foreign: Vec<bool>,
    /// Who is asked for near misses, if anybody.
    pub(super) linker: Option<NearMissLinker<'a>>,
    /// Near misses known so far, ascending.
    pub(super) near_misses: Vec<NearMissRow>,
}

impl<'a> QuarterViews<'a> {
    /// View by name.
    pub fn get(&self, name: &str) -> Option<&View<'a>> {
        self.list.iter().find(|view| view.name == name)
    }
    /// Source and row of a record of this quarter.
    pub(super) fn find(&self, record: i64) -> Option<(usize, usize)> {
        let (table, row, member) = self.ids.place(record);
        let &(source, table) = self.tables.get(&table)?;
        let keys = &self.inputs.loaded[source].records.keys;
        let key = RecordKey::new(keys.first()?.source() as u8, table as u16, row, member);
        Some((source, keys.binary_search(&key).ok()?))
    }
}

/// Views of a quarter: one per source that was delivered, the derived ones, and those of `previous` that rules may read:
/// last quarter's under their `_previous` names, and those of earlier publications.
///
/// # Errors
/// A column or record that a view needs and the earlier stages do not have; scratch files that cannot be written.
pub fn build_views<'a>(
    inputs: &ViewInputs<'a>,
    rules: &RuleSet,
    previous: Vec<View<'a>>,
    placement: &ViewPlacement,
) -> Result<QuarterViews<'a>> {
    inputs.check()?;
    let catalogue = &rules.catalogue;
    let read = rules.columns_read();
    let previous = PreviousViews::of(previous, catalogue, &inputs.resolution.ledger)?;
    let records = inputs.loaded.iter().map(|l| &l.records);
    let ids = Arc::new(NumberedIds::of_records(records, &previous.tables)?);
    let sources = Arc::new(ViewSources::gather(inputs, &home_order(inputs, rules), &ids)?);
    let previous = previous.views(&ids);
    let split = match placement.buckets {
        0 | 1 => None,
        count => Some(BucketSplit::of(&sources, &rules.household_numbers(), &previous, count)?),
    };
    let to = ViewTarget { store: &placement.store, split: split.as_ref(), read: &read, ids: &ids };
    let mut list = vec![division_view(inputs.tree(), catalogue)?];
    list.extend(parameter_views(inputs, rules)?);
    list.push(to.place("person", PersonView::new(&sources, catalogue)?, &RowOwner::Persons)?);
    list.push(to.place("household", HouseholdView::new(&sources, catalogue)?, &RowOwner::Households)?);
    list.push(identity_view::identity_view(&sources, catalogue, &to)?);
    for source in (0..inputs.loaded.len()).filter(|&s| !inputs.loaded[s].records.tables.is_empty()) {
        let (name, persons) = (&inputs.loaded[source].records.source, inputs.persons(source));
        list.push(to.place(
            name,
            SourceView::new(&sources, catalogue, source)?,
            &RowOwner::Records(persons),
        )?);
    }
    for view in previous {
        list.push(to.split_previous(view)?);
    }
    list.sort_by(|a, b| a.name.cmp(&b.name));
    let tables = record_tables(inputs, &ids)?;
    let foreign = sources.numbers.foreign().to_vec();
    let (linker, near_misses) = (None, Vec::new());
    Ok(QuarterViews { list, ids, inputs: *inputs, tables, foreign, linker, near_misses })
}

/// Source and table by the table's number in record ids.
fn record_tables(inputs: &ViewInputs<'_>, ids: &NumberedIds) -> Result<BTreeMap<usize, (usize, usize)>> {
    let mut tables = BTreeMap::new();
    for (source, one) in inputs.loaded.iter().enumerate() {
        let numbers = ids.tables_of(&one.records)?.into_iter().enumerate();
        tables.extend(numbers.map(|(at, table)| (table, (source, at))));
    }
    Ok(tables)
}

/// Sources in the order in which their address counts: home sources first.
fn home_order(inputs: &ViewInputs<'_>, rules: &RuleSet) -> Vec<usize> {
    let mut order: Vec<usize> =
        rules.settings.home_sources.iter().filter_map(|name| inputs.position(name)).collect();
    order.extend((0..inputs.loaded.len()).filter(|s| !order.contains(s)).collect::<Vec<_>>());
    order
}

/// The columns of a view.
fn view_schema(catalogue: &ViewCatalogue, name: &str) -> Result<SchemaRef> {
    let columns =
        catalogue.columns(name).ok_or_else(|| Error::internal(format!("没有视图“{name}”的列表")))?;
    let fields: Vec<Field> = columns.iter().map(|(c, kind)| Field::new(c, kind.arrow(), true)).collect();
    Ok(Arc::new(Schema::new(fields)))
}

/// A view with the catalogue's columns; `column` gives each by name.
pub(super) fn assemble_view(
    catalogue: &ViewCatalogue,
    name: &str,
    column: impl FnMut(&str) -> Option<ArrayRef>,
) -> Result<RecordBatch> {
    view_batch(view_schema(catalogue, name)?, name, column)
}

/// Rows with these columns; `column` gives each by name.
fn view_batch(
    schema: SchemaRef,
    view: &str,
    mut column: impl FnMut(&str) -> Option<ArrayRef>,
) -> Result<RecordBatch> {
    let array =
        |name: &str| column(name).ok_or_else(|| Error::internal(format!("视图“{view}”缺少列“{name}”")));
    let arrays = schema.fields().iter().map(|field| field.name().as_str()).map(array);
    RecordBatch::try_new(schema.clone(), arrays.collect::<Result<_>>()?).map_err(view_mismatch)
}

/// What the pipeline sets for the period, for the prefecture and for each of its counties.
fn parameter_views(inputs: &ViewInputs<'_>, rules: &RuleSet) -> Result<[View<'static>; 2]> {
    let whole = rules.parameters(inputs.pipeline, inputs.period)?;
    let mut counties = Vec::new();
    for unit in inputs.tree().units.iter().filter(|unit| unit.level == COUNTY) {
        counties
            .push((unit.code.as_str(), rules.county_parameters(inputs.pipeline, &unit.code, inputs.period)?));
    }
    let view = |name: &str, rows: &[(&str, BTreeMap<String, RuleParameter>)]| -> Result<View<'static>> {
        let kinds: BTreeMap<&str, ColumnType> = rules
            .catalogue
            .columns(name)
            .into_iter()
            .flatten()
            .map(|(name, kind)| (name.as_str(), *kind))
            .collect();
        let batch = assemble_view(&rules.catalogue, name, |column| {
            if name == COUNTY_PARAMETER && column == "county_code" {
                return Some(
                    Arc::new(rows.iter().map(|row| Some(row.0)).collect::<StringArray>()) as ArrayRef
                );
            }
            // A parameter that is not set for this year is null: comparisons with it find nothing.
            let values = rows.iter().map(|(_, values)| values.get(column));
            Some(match kinds.get(column)? {
                ColumnType::Text => Arc::new(
                    values
                        .map(|value| match value {
                            Some(RuleParameter::Text(text)) => Some(text.as_str()),
                            _ => None,
                        })
                        .collect::<StringArray>(),
                ),
                ColumnType::Date => Arc::new(
                    values
                        .map(|value| match value {
                            Some(RuleParameter::Date(days)) => Some(*days),
                            _ => None,
                        })
                        .collect::<Date32Array>(),
                ),
                _ => Arc::new(
                    values
                        .map(|value| match value {
                            Some(RuleParameter::Integer(number)) => Some(*number),
                            _ => None,
                        })
                        .collect::<Int64Array>(),
                ),
            })
        })?;
        Ok(View::of(name, batch))
    };
    Ok([view(COUNTY_PARAMETER, &counties)?, view(PARAMETER, &[("", whole)])?])
}

fn division_view(tree: &DivisionTree, catalogue: &ViewCatalogue) -> Result<View<'static>> {
    let rows = assemble_view(catalogue, "division", |name| {
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
