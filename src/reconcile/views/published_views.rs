//! Reads the views that an earlier publication kept.

use super::rule_view::View;
use crate::Result;
use crate::publication::snapshot::Snapshot;
use crate::table::rows::Rows;

/// Opens the views of the wanted names, in name order.
///
/// # Errors
/// A view's file is missing or damaged.
pub fn published_views(snapshot: &Snapshot, wanted: impl Fn(&str) -> bool) -> Result<Vec<View<'static>>> {
    let mut views = Vec::new();
    for output in snapshot.outputs() {
        let name = output.path.strip_prefix("restricted/view/").and_then(|p| p.strip_suffix(".parquet"));
        let Some(name) = name.filter(|name| wanted(name)) else { continue };
        let rows = Rows::open(&snapshot.folder().join(&output.path))
            .map_err(|e| snapshot.damaged(&output.path, &e.to_string()))?;
        views.push(View::stored(name, rows));
    }
    Ok(views)
}
