//! A view of a publication that was made under another identity secret: persons and households by what this run
//! calls them.

use std::sync::Arc;

use arrow::array::{Array as _, ArrayRef, AsArray as _, StringArray};
use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatch;

use super::rule_view::{MakeRows, ViewChunks, ViewRows, view_mismatch};
use crate::Result;
use crate::model::published_id::{PublishedId, id_texts};
use crate::privacy::IdentitySecret;
use crate::reconcile::execution::numbered_ids::IdKind;

/// The view, and the secret under which its ids are read.
pub(super) struct CarriedView<'a> {
    rows: ViewRows<'a>,
    secret: IdentitySecret,
}

impl<'a> CarriedView<'a> {
    pub(super) fn rows(rows: ViewRows<'a>, secret: IdentitySecret) -> ViewRows<'a> {
        ViewRows::Made(Arc::new(Self { rows, secret }))
    }

    fn carried(&self, rows: &RecordBatch) -> Result<RecordBatch> {
        let names = rows.schema_ref().fields().iter().map(|field| field.name().as_str());
        let columns = names.zip(rows.columns()).map(|(name, array)| match IdKind::of(name) {
            Some(IdKind::Person) => carry_column::<'P'>(&self.secret, array),
            Some(IdKind::Household) => carry_column::<'H'>(&self.secret, array),
            None | Some(IdKind::Record) => array.clone(),
        });
        RecordBatch::try_new(rows.schema(), columns.collect()).map_err(view_mismatch)
    }
}

/// A column of ids by other names; a cell that holds no id stays.
fn carry_column<const LETTER: char>(secret: &IdentitySecret, array: &ArrayRef) -> ArrayRef {
    let Some(texts) = array.as_string_opt::<i32>() else { return array.clone() };
    let parsed = || texts.iter().map(|text| text.and_then(PublishedId::<LETTER>::parse));
    let mut there: Vec<PublishedId<LETTER>> = parsed().flatten().collect();
    secret.carry(&mut there);
    let whole = there.len() + texts.null_count() == texts.len();
    let mut there = there.into_iter();
    let carried = parsed().map(|id| id.and_then(|_| there.next()));
    if whole {
        return Arc::new(id_texts(carried.collect::<Vec<_>>().into_iter()));
    }
    let cells = carried.zip(texts).map(|(id, text)| id.map(|id| id.to_string()).or(text.map(str::to_owned)));
    Arc::new(cells.collect::<StringArray>())
}

impl MakeRows for CarriedView<'_> {
    fn schema(&self) -> &SchemaRef {
        self.rows.schema()
    }
    fn count(&self) -> usize {
        self.rows.count()
    }
    fn filled(&self, column: &str) -> Option<u64> {
        self.rows.filled(column)
    }
    fn chunks(&self, columns: Vec<usize>, _engine: bool) -> Result<ViewChunks<'_>> {
        let schema = self.rows.schema().clone();
        let keep = |name: &str| columns.iter().any(|&at| schema.field(at).name() == name);
        let chunks = self.rows.chunks(keep)?;
        Ok(Box::new(chunks.map(|rows| self.carried(&rows?))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::published_id::PersonId;

    #[test]
    fn a_cell_that_is_no_id_does_not_keep_the_others_from_being_carried() {
        let secret = IdentitySecret::new(b"an invented key of 32 bytes long").unwrap();
        let id = PersonId::of_bits(1);
        let mut carried = [id];
        secret.carry(&mut carried);
        let carried = carried[0].to_string();
        let texts: StringArray = [Some(id.to_string()), None, Some("—".to_owned())].into_iter().collect();
        let now = carry_column::<'P'>(&secret, &(Arc::new(texts) as ArrayRef));
        let now: Vec<Option<&str>> = now.as_string::<i32>().iter().collect();
        assert_eq!(now, [Some(carried.as_str()), None, Some("—")]);
    }
}
