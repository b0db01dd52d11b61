//! Reads the views that an earlier publication kept.

use super::carried_view::CarriedView;
use super::rule_view::View;
use crate::Result;
use crate::publication::snapshot::Snapshot;
use crate::table::rows::Rows;

/// Opens the views of the wanted names, in name order, with ids as this run calls them.
///
/// # Errors
/// A view's file is missing, or not what was published.
pub fn published_views(snapshot: &Snapshot, wanted: impl Fn(&str) -> bool) -> Result<Vec<View<'static>>> {
    let mut views = Vec::new();
    for output in snapshot.outputs() {
        let Some(name) = view_name(&output.path).filter(|name| wanted(name)) else { continue };
        let rows = Rows::open(snapshot.checked_file(&output.path)?)
            .map_err(|e| snapshot.damaged(&output.path, &e.to_string()))?;
        let view = View::stored(name, rows);
        views.push(match snapshot.carrier() {
            None => view,
            Some(secret) => View { rows: CarriedView::rows(view.rows, secret.clone()), ..view },
        });
    }
    Ok(views)
}

/// The view that a file of a publication holds, if it holds one.
pub(crate) fn view_name(file: &str) -> Option<&str> {
    file.strip_prefix("restricted/view/")?.strip_suffix(".parquet")
}
