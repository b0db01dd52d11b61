//! Where the rows of a view go: to the view itself, and, where rules are run bucket by bucket,
//! the columns that rules read to the bucket of the row's person.

use std::sync::Arc;

use arrow::array::UInt32Array;
use arrow::datatypes::{Field, Schema, SchemaRef};
use arrow::record_batch::RecordBatch;

use super::super::View;
use super::super::catalogue::Catalogue;
use super::super::rule_set::ColumnsByTable;
use super::mismatch;
use super::split::Split;
use crate::rows::{Form, Rows, RowsWriter, Store};
use crate::{Error, Result};

/// Where views are built.
pub struct Target<'a> {
    /// Where their rows lie.
    pub store: &'a Store,
    /// How rows are split into buckets, if they are.
    pub split: Option<&'a Split>,
    /// Columns that rules read, by view.
    pub read: &'a ColumnsByTable,
}

impl Target<'_> {
    /// Begins a view with the catalogue's columns.
    pub(super) fn begin(&self, catalogue: &Catalogue, name: &str) -> Result<Sink<'_>> {
        let columns =
            catalogue.columns(name).ok_or_else(|| Error::internal(format!("没有视图“{name}”的列表")))?;
        let fields: Vec<Field> = columns.iter().map(|(c, kind)| Field::new(c, kind.arrow(), true)).collect();
        self.begin_with(name, Arc::new(Schema::new(fields)))
    }

    /// Begins a table of these columns.
    pub(super) fn begin_with(&self, name: &str, schema: SchemaRef) -> Result<Sink<'_>> {
        let mut kept = Vec::new();
        let mut parts = Vec::new();
        if let (Some(split), Some(read)) = (self.split, self.read.get(name)) {
            kept = (0..schema.fields().len()).filter(|&at| read.contains(schema.field(at).name())).collect();
            let schema = Arc::new(schema.project(&kept).map_err(mismatch)?);
            parts = (0..split.count)
                .map(|_| self.store.writer(schema.clone(), Form::Scratch))
                .collect::<Result<_>>()?;
        }
        let whole = self.store.writer(schema, Form::Published)?;
        Ok(Sink { name: name.to_owned(), whole, parts, kept, split: self.split })
    }
}

/// A view being written.
pub(super) struct Sink<'a> {
    name: String,
    whole: RowsWriter,
    parts: Vec<RowsWriter>,
    kept: Vec<usize>,
    split: Option<&'a Split>,
}

impl Sink<'_> {
    /// Appends rows; `person`: dense person of each.
    pub(super) fn push(&mut self, rows: RecordBatch, person: impl Fn(usize) -> usize) -> Result<()> {
        match self.split {
            Some(split) => self.push_split(rows, |row| split.person[person(row)]),
            None => self.whole.push(rows),
        }
    }

    /// Appends rows of households, the first of which has the dense number `first`.
    pub(super) fn push_households(&mut self, rows: RecordBatch, first: usize) -> Result<()> {
        match self.split {
            Some(split) => self.push_split(rows, |row| split.household[first + row]),
            None => self.whole.push(rows),
        }
    }

    /// Appends rows; `bucket` of each.
    pub(super) fn push_split(&mut self, rows: RecordBatch, bucket: impl Fn(usize) -> u16) -> Result<()> {
        if !self.parts.is_empty() {
            let mut places: Vec<Vec<u32>> = vec![Vec::new(); self.parts.len()];
            for row in 0..rows.num_rows() {
                places[usize::from(bucket(row))].push(row as u32);
            }
            let kept = rows.project(&self.kept).map_err(mismatch)?;
            for (part, places) in self.parts.iter_mut().zip(places).filter(|(_, p)| !p.is_empty()) {
                let rows = arrow::compute::take_record_batch(&kept, &UInt32Array::from(places));
                part.push(rows.map_err(mismatch)?)?;
            }
        }
        self.whole.push(rows)
    }

    pub(super) fn finish(self) -> Result<View> {
        let buckets: Vec<Rows> = self.parts.into_iter().map(RowsWriter::finish).collect::<Result<_>>()?;
        Ok(View { name: self.name, rows: self.whole.finish()?, buckets })
    }
}
