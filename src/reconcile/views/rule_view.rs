//! A table that rules may read: as it is published, and as the engine reads it.

use std::sync::Arc;

use arrow::array::ArrayRef;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::record_batch::RecordBatch;

use crate::reconcile::execution::numbered_ids::{IdKind, NumberedIds};
use crate::table::rows::Rows;
use crate::{Error, Result};

/// A table that rules may read.
#[derive(Debug, Clone)]
pub struct View<'a> {
    /// SQL name.
    pub name: String,
    /// Utf8, Int32, Int64 and Date32 columns only.
    pub rows: ViewRows<'a>,
    /// The rows by bucket, with the columns that rules read as the engine has them; empty where
    /// rules are run over all rows at once, and for views that every bucket reads whole.
    pub buckets: Vec<Rows>,
}

impl View<'_> {
    /// A view that lies in memory, whole.
    pub fn of(name: &str, rows: RecordBatch) -> Self {
        Self::stored(name, Rows::of(rows))
    }
    /// A view that lies somewhere.
    pub fn stored(name: &str, rows: Rows) -> Self {
        Self { name: name.to_owned(), rows: ViewRows::Stored(rows), buckets: Vec::new() }
    }
}

/// Rows of a view on their way, a chunk at a time.
pub(crate) type ViewChunks<'a> = Box<dyn Iterator<Item = Result<RecordBatch>> + Send + 'a>;

/// Makes the rows of a view.
pub trait MakeRows: Send + Sync {
    /// Columns.
    fn schema(&self) -> &SchemaRef;
    /// Number of rows.
    fn count(&self) -> usize;
    /// Number of values that are not null in a column, where that is known.
    fn filled(&self, column: &str) -> Option<u64>;
    /// The rows with the columns at these positions; `engine`: ids as numbers.
    fn chunks(&self, columns: Vec<usize>, engine: bool) -> Result<ViewChunks<'_>>;
}

/// Rows of a view, wherever they are.
#[derive(Clone)]
pub enum ViewRows<'a> {
    /// They lie in memory or in a file.
    Stored(Rows),
    /// They are made of what the stages before hold, as often as they are asked for: the texts of
    /// a view take several times the memory of what they are made of.
    Made(Arc<dyn MakeRows + 'a>),
}

impl std::fmt::Debug for ViewRows<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} rows of {:?}", self.count(), self.schema())
    }
}

impl ViewRows<'_> {
    /// Columns.
    pub fn schema(&self) -> &SchemaRef {
        match self {
            Self::Stored(rows) => rows.schema(),
            Self::Made(made) => made.schema(),
        }
    }
    /// Number of rows.
    pub fn count(&self) -> usize {
        match self {
            Self::Stored(rows) => rows.count(),
            Self::Made(made) => made.count(),
        }
    }
    /// Rows with a value in the column, where that is known without reading them.
    pub(super) fn filled(&self, column: &str) -> Option<u64> {
        match self {
            Self::Stored(rows) => rows.filled(column),
            Self::Made(made) => made.filled(column),
        }
    }
    /// Whether any row has a value in the column.
    pub fn has_values(&self, column: &str) -> Result<bool> {
        match self.filled(column) {
            Some(filled) => Ok(filled > 0),
            None if self.schema().index_of(column).is_err() => Ok(false),
            None => {
                let mut chunks = self.chunks(|name| name == column)?;
                chunks.try_fold(false, |any, rows| {
                    let column = rows?.column(0).clone();
                    Ok(any || column.null_count() < column.len())
                })
            }
        }
    }
    /// The rows as they are published, with the columns that `keep` wants.
    pub fn chunks(&self, keep: impl Fn(&str) -> bool) -> Result<ViewChunks<'_>> {
        match self {
            Self::Stored(rows) => rows.chunks(keep).map(|chunks| chunks as ViewChunks<'_>),
            Self::Made(made) => made.chunks(rule_view_positions(made.schema(), keep), false),
        }
    }
    /// The rows as the engine reads them.
    pub fn engine_chunks<'s>(
        &'s self,
        ids: &'s NumberedIds,
        keep: impl Fn(&str) -> bool,
    ) -> Result<ViewChunks<'s>> {
        match self {
            Self::Stored(rows) => {
                let chunks = rows.chunks(keep)?;
                Ok(Box::new(chunks.map(|rows| number_ids(ids, &rows?))))
            }
            Self::Made(made) => made.chunks(rule_view_positions(made.schema(), keep), true),
        }
    }
    /// All rows as they are published, as one batch.
    pub fn batch(&self) -> Result<RecordBatch> {
        let chunks = self.chunks(|_| true)?.collect::<Result<Vec<_>>>()?;
        arrow::compute::concat_batches(self.schema(), &chunks).map_err(view_mismatch)
    }
}

fn rule_view_positions(schema: &Schema, keep: impl Fn(&str) -> bool) -> Vec<usize> {
    (0..schema.fields().len()).filter(|&at| keep(schema.field(at).name())).collect()
}

/// Columns as the engine has them.
pub(crate) fn engine_schema(schema: &Schema) -> SchemaRef {
    let fields = schema.fields().iter().map(|field| match IdKind::of(field.name()) {
        Some(_) => Arc::new(Field::new(field.name(), DataType::Int64, true)),
        None => field.clone(),
    });
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

/// Rows as the engine has them.
pub(crate) fn number_ids(ids: &NumberedIds, rows: &RecordBatch) -> Result<RecordBatch> {
    let columns = rows.schema_ref().fields().iter().zip(rows.columns());
    let columns: Vec<ArrayRef> =
        columns.map(|(field, array)| ids.numbered(field.name(), array)).collect::<Result<_>>()?;
    RecordBatch::try_new(engine_schema(rows.schema_ref()), columns).map_err(view_mismatch)
}

pub(crate) fn view_mismatch(error: arrow::error::ArrowError) -> Error {
    Error::internal(format!("视图不能成为表格：{error}"))
}
