//! Last quarter's views under their `_previous` names, and those of earlier publications. A person or household that was merged since
//! is read by its present id, so that rules can join the two quarters.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray as _, Int64Array};
use arrow::datatypes::{Int64Type, SchemaRef};
use arrow::record_batch::RecordBatch;
use hashbrown::HashMap;

use super::super::execution::numbered_ids::{IdKind, NumberedIds};
use super::super::views::rule_view::{MakeRows, View, ViewChunks, ViewRows, number_ids, view_mismatch};
use crate::Result;
use crate::model::resolution::IdentityChange;
use crate::rules::view_catalogue::{PREVIOUS, ViewCatalogue, ViewOrigin};

/// What rules may read of the last quarter and of earlier publications.
pub(super) struct PreviousViews<'a> {
    views: Vec<(String, ViewRows<'a>)>,
    /// Tables that its record ids name.
    pub(super) tables: BTreeSet<String>,
    /// Previous and present id of persons and households that were merged into others.
    merged: Vec<(String, String)>,
}

impl<'a> PreviousViews<'a> {
    pub(super) fn of(
        views: Vec<View<'a>>,
        catalogue: &ViewCatalogue,
        ledger: &[IdentityChange],
    ) -> Result<Self> {
        let mut tables = BTreeSet::new();
        let mut known = Vec::new();
        for view in views {
            let origin = |name: &str| catalogue.views.get(name).map(|v| v.origin);
            let name = match origin(&view.name) {
                Some(ViewOrigin::Earlier) => view.name.clone(),
                _ => format!("{}{PREVIOUS}", view.name),
            };
            if !matches!(origin(&name), Some(ViewOrigin::Previous | ViewOrigin::Earlier)) {
                continue;
            }
            for ids in view.rows.chunks(|column| column == "record_id")? {
                NumberedIds::add_tables(ids?.column(0).as_string(), &mut tables);
            }
            known.push((name, view.rows));
        }
        let merges = ledger.iter().filter(|change| change.kind == "merge");
        let merged = merges.map(|change| (change.previous_id.clone(), change.current_id.clone())).collect();
        Ok(Self { views: known, tables, merged })
    }

    pub(super) fn views(self, ids: &Arc<NumberedIds>) -> Vec<View<'a>> {
        let number =
            |id: &str| [IdKind::Person, IdKind::Household].into_iter().find_map(|kind| ids.number(kind, id));
        let merged = self.merged.iter().filter_map(|(old, new)| Some((number(old)?, number(new)?)));
        let merged: Arc<HashMap<i64, i64>> = Arc::new(merged.collect());
        let view = |(name, rows)| {
            let rows =
                ViewRows::Made(Arc::new(RenamedView { rows, ids: ids.clone(), merged: merged.clone() }));
            View { name, rows, buckets: Vec::new() }
        };
        self.views.into_iter().map(view).collect()
    }
}

/// A view of last quarter with the ids of this one.
struct RenamedView<'a> {
    rows: ViewRows<'a>,
    ids: Arc<NumberedIds>,
    merged: Arc<HashMap<i64, i64>>,
}

impl RenamedView<'_> {
    fn now(&self, rows: &RecordBatch) -> Result<RecordBatch> {
        let now = |(name, array): (&str, &ArrayRef)| match IdKind::of(name) {
            None | Some(IdKind::Record) => array.clone(),
            Some(_) => {
                let ids = array.as_primitive::<Int64Type>().iter();
                let present = |id: i64| self.merged.get(&id).copied().unwrap_or(id);
                Arc::new(ids.map(|id| id.map(present)).collect::<Int64Array>())
            }
        };
        let names = rows.schema_ref().fields().iter().map(|field| field.name().as_str());
        let columns = names.zip(rows.columns()).map(now).collect();
        RecordBatch::try_new(rows.schema(), columns).map_err(view_mismatch)
    }
}

impl MakeRows for RenamedView<'_> {
    fn schema(&self) -> &SchemaRef {
        self.rows.schema()
    }
    fn count(&self) -> usize {
        self.rows.count()
    }
    fn filled(&self, column: &str) -> Option<u64> {
        self.rows.filled(column)
    }
    fn chunks(&self, columns: Vec<usize>, engine: bool) -> Result<ViewChunks<'_>> {
        let schema = self.rows.schema().clone();
        let keep = |name: &str| columns.iter().any(|&at| schema.field(at).name() == name);
        if !engine {
            return self.rows.chunks(keep);
        }
        let chunks = self.rows.chunks(keep)?.map(|rows| number_ids(&self.ids, &rows?));
        if self.merged.is_empty() {
            return Ok(Box::new(chunks));
        }
        Ok(Box::new(chunks.map(|rows| self.now(&rows?))))
    }
}
