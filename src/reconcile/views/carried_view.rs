//! A view of a publication that was made under another identity secret: persons and households by what this run
//! calls them.

use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray as _};
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

/// A column of ids by other names; what is no id stays.
fn carry_column<const LETTER: char>(secret: &IdentitySecret, array: &ArrayRef) -> ArrayRef {
    let Some(texts) = array.as_string_opt::<i32>() else { return array.clone() };
    let ids: Option<Vec<Option<PublishedId<LETTER>>>> =
        texts.iter().map(|text| text.map(PublishedId::parse).map_or(Some(None), |id| id.map(Some))).collect();
    let Some(ids) = ids else { return array.clone() };
    let mut there: Vec<PublishedId<LETTER>> = ids.iter().copied().flatten().collect();
    secret.carry(&mut there);
    let mut there = there.into_iter();
    let ids: Vec<_> = ids.into_iter().map(|id| id.and_then(|_| there.next())).collect();
    Arc::new(id_texts(ids.into_iter()))
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
