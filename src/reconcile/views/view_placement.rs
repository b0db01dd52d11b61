//! Where the rows of a view go: nowhere, where memory holds what they are made of; else to the view
//! itself, and, where rules are run bucket by bucket, the columns that rules read to the bucket of
//! the row's person.

use std::sync::Arc;

use arrow::array::UInt32Array;
use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatch;

use super::super::execution::numbered_ids::{IdKind, NumberedIds};
use super::super::views::rule_view::{
    MakeRows, View, ViewChunks, ViewRows, engine_schema, number_ids, view_mismatch,
};
use super::bucket_split::BucketSplit;
use crate::Result;
use crate::rules::rule_set::ColumnsByTable;
use crate::table::rows::{CHUNK_ROWS, RowStore, Rows, RowsPurpose, RowsWriter};

/// Where views are built.
pub(crate) struct ViewTarget<'a> {
    /// Where their rows lie.
    pub(crate) store: &'a RowStore,
    /// How rows are split into buckets, if they are.
    pub(crate) split: Option<&'a BucketSplit>,
    /// Columns that rules read, by view.
    pub(crate) read: &'a ColumnsByTable,
    /// Numbers of ids.
    pub(crate) ids: &'a NumberedIds,
}

/// Whose rows a view has.
pub(crate) enum RowOwner<'a> {
    /// One row a person.
    Persons,
    /// One row a household.
    Households,
    /// Dense person of each row.
    Records(&'a [u32]),
}

impl RowOwner<'_> {
    fn bucket(&self, split: &BucketSplit, row: usize) -> u16 {
        match self {
            Self::Persons => split.person[row],
            Self::Households => split.household[row],
            Self::Records(persons) => split.person[persons[row] as usize],
        }
    }
}

impl ViewTarget<'_> {
    /// A view of these rows.
    pub(crate) fn place<'v>(
        &self,
        name: &str,
        made: impl MakeRows + 'v,
        whose: &RowOwner<'_>,
    ) -> Result<View<'v>> {
        if matches!((self.store, self.split), (RowStore::Memory, None)) {
            let rows = ViewRows::Made(Arc::new(made));
            return Ok(View { name: name.to_owned(), rows, buckets: Vec::new() });
        }
        let schema = made.schema().clone();
        let mut whole = self.store.writer(schema.clone(), RowsPurpose::Published)?;
        let mut parts = self.parts(name, &schema)?;
        let all = (0..schema.fields().len()).collect();
        let ids = parts.as_ref().map_or(Vec::new(), |parts| parts.ids(&schema));
        let mut ids: ViewChunks<'_> = match ids.is_empty() {
            true => Box::new(std::iter::empty()),
            false => made.chunks(ids, true)?,
        };
        let mut first = 0;
        for rows in made.chunks(all, false)? {
            let rows = rows?;
            if let (Some(parts), Some(split)) = (&mut parts, self.split) {
                let engine = parts.kept(&rows, ids.next().transpose()?.as_ref())?;
                parts.push(&engine, |row| whose.bucket(split, first + row))?;
            }
            first += rows.num_rows();
            whole.push(rows)?;
        }
        let buckets = parts.map_or(Ok(Vec::new()), BucketParts::finish)?;
        Ok(View { name: name.to_owned(), rows: ViewRows::Stored(whole.finish()?), buckets })
    }

    /// A small view whose rows were made all at once; `persons`: dense person of each.
    pub(crate) fn put(&self, name: &str, rows: &RecordBatch, persons: &[u32]) -> Result<View<'static>> {
        let mut whole = self.store.writer(rows.schema(), RowsPurpose::Published)?;
        let mut parts = self.parts(name, rows.schema_ref())?;
        if let (Some(parts), Some(split)) = (&mut parts, self.split) {
            let engine = number_ids(self.ids, &parts.kept(rows, None)?)?;
            parts.push(&engine, |row| split.person[persons[row] as usize])?;
        }
        // In chunks, so that the file is the same wherever the rows are.
        for from in (0..rows.num_rows()).step_by(CHUNK_ROWS) {
            whole.push(rows.slice(from, CHUNK_ROWS.min(rows.num_rows() - from)))?;
        }
        let buckets = parts.map_or(Ok(Vec::new()), BucketParts::finish)?;
        Ok(View { name: name.to_owned(), rows: ViewRows::Stored(whole.finish()?), buckets })
    }

    /// A view of the previous quarter, in buckets as well if there are any.
    pub(crate) fn split_previous<'v>(&self, mut view: View<'v>) -> Result<View<'v>> {
        let schema = view.rows.schema().clone();
        let (Some(split), Some(mut parts)) = (self.split, self.parts(&view.name, &schema)?) else {
            return Ok(view);
        };
        for rows in view.rows.engine_chunks(self.ids, |_| true)? {
            let rows = rows?;
            let buckets = split.of_previous(&rows);
            parts.push(&rows.project(&parts.columns).map_err(view_mismatch)?, |row| buckets[row])?;
        }
        view.buckets = parts.finish()?;
        Ok(view)
    }

    fn parts(&self, name: &str, schema: &SchemaRef) -> Result<Option<BucketParts>> {
        let (Some(split), Some(read)) = (self.split, self.read.get(name)) else { return Ok(None) };
        let columns: Vec<usize> =
            (0..schema.fields().len()).filter(|&at| read.contains(schema.field(at).name())).collect();
        let schema = engine_schema(&schema.project(&columns).map_err(view_mismatch)?);
        let writer = |_| self.store.writer(schema.clone(), RowsPurpose::Scratch);
        let writers = (0..split.count).map(writer).collect::<Result<_>>()?;
        Ok(Some(BucketParts { columns, schema, writers }))
    }
}

/// The rows of a view by bucket, being written.
struct BucketParts {
    /// Positions of the columns that rules read.
    columns: Vec<usize>,
    schema: SchemaRef,
    writers: Vec<RowsWriter>,
}

impl BucketParts {
    /// Of the columns that rules read those that hold ids.
    fn ids(&self, schema: &SchemaRef) -> Vec<usize> {
        let is_id = |at: &usize| IdKind::of(schema.field(*at).name()).is_some();
        self.columns.iter().copied().filter(is_id).collect()
    }

    /// The columns that rules read; those of `ids` instead of the texts.
    fn kept(&self, rows: &RecordBatch, ids: Option<&RecordBatch>) -> Result<RecordBatch> {
        let kept = rows.project(&self.columns).map_err(view_mismatch)?;
        let Some(ids) = ids else { return Ok(kept) };
        let names = self.schema.fields().iter().map(|field| field.name());
        let columns =
            names.zip(kept.columns()).map(|(name, texts)| ids.column_by_name(name).unwrap_or(texts));
        RecordBatch::try_new(self.schema.clone(), columns.cloned().collect()).map_err(view_mismatch)
    }

    fn push(&mut self, rows: &RecordBatch, bucket: impl Fn(usize) -> u16) -> Result<()> {
        let mut places: Vec<Vec<u32>> = vec![Vec::new(); self.writers.len()];
        for row in 0..rows.num_rows() {
            places[usize::from(bucket(row))].push(row as u32);
        }
        for (writer, places) in self.writers.iter_mut().zip(places).filter(|(_, p)| !p.is_empty()) {
            let rows = arrow::compute::take_record_batch(rows, &UInt32Array::from(places));
            writer.push(rows.map_err(view_mismatch)?)?;
        }
        Ok(())
    }

    fn finish(self) -> Result<Vec<Rows>> {
        self.writers.into_iter().map(RowsWriter::finish).collect()
    }
}
