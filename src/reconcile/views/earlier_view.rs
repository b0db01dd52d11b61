//! Rows of the last publication for the view of earlier ones (`<source>_earlier`): those of its own list and those that it
//! had of publications before it, as this run's catalogue has their columns and under the ids that persons have now.
//!
//! Each publication keeps what it read, so that ids go on from one to the next as findings do, and nothing older than the
//! last publication is opened.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{
    Array as _, ArrayRef, AsArray as _, BooleanArray, Int32Array, StringArray, new_null_array,
};
use arrow::datatypes::{Field, Int32Type, Schema, SchemaRef};
use arrow::record_batch::RecordBatch;

use super::rule_view::{View, ViewRows, view_mismatch};
use crate::model::column_type::ColumnType;
use crate::model::resolution::IdentityChange;
use crate::reconcile::execution::numbered_ids::IdKind;
use crate::rules::sql::certainty::UNKNOWN_SUFFIX;
use crate::rules::view_catalogue::{EARLIER, ViewCatalogue};
use crate::table::rows::{CHUNK_ROWS, RowStore, RowsPurpose, RowsWriter};
use crate::{Error, Result};

/// A row of an earlier publication, as far as it tells whether it is taken.
pub(crate) struct EarlierRow<'r> {
    /// The file that it stood in, by the part of its record's id.
    pub(crate) file: &'r str,
    /// County code, `""`: unknown.
    pub(crate) county: &'r str,
    /// `yyyymm`.
    pub(crate) month: i32,
}

/// Shows the rows of a published view that say a month.
///
/// # Errors
/// A column that it lacks, by its name; rows that cannot be read.
pub(crate) fn see_earlier_rows(
    rows: &ViewRows<'_>,
    month: &str,
    mut see: impl FnMut(EarlierRow<'_>),
) -> Result<()> {
    for chunk in rows.chunks(|name| ["record_id", "county_code", month].contains(&name))? {
        let chunk = chunk?;
        let columns = TellingColumns::of(&chunk, month)?;
        (0..chunk.num_rows()).filter_map(|row| columns.row(row)).for_each(&mut see);
    }
    Ok(())
}

/// Says whether a published view has the columns without which none of its rows can be taken.
pub(crate) fn has_telling_columns(rows: &ViewRows<'_>, month: &str) -> bool {
    TellingColumns::of(&RecordBatch::new_empty(rows.schema().clone()), month).is_ok()
}

struct TellingColumns {
    record: StringArray,
    county: StringArray,
    month: Int32Array,
}

impl TellingColumns {
    fn of(chunk: &RecordBatch, month: &str) -> Result<Self> {
        let lacking = |name: &str| Error::internal(format!("以前各期的名单没有列“{name}”"));
        let text = |name: &str| {
            let column = chunk.column_by_name(name).and_then(|c| c.as_string_opt::<i32>());
            column.cloned().ok_or_else(|| lacking(name))
        };
        let months = chunk.column_by_name(month).and_then(|c| c.as_primitive_opt::<Int32Type>());
        Ok(Self {
            record: text("record_id")?,
            county: text("county_code")?,
            month: months.cloned().ok_or_else(|| lacking(month))?,
        })
    }

    fn row(&self, row: usize) -> Option<EarlierRow<'_>> {
        let month = self.month.is_valid(row).then(|| self.month.value(row))?;
        let text = |column: &'_ StringArray| column.is_valid(row);
        let record = if text(&self.record) { self.record.value(row) } else { "" };
        let county = if text(&self.county) { self.county.value(row) } else { "" };
        // `source:hash.sheet.row`: the file is all before the first point.
        let file = record.split('.').next().unwrap_or(record);
        Some(EarlierRow { file, county, month })
    }
}

/// Makes the view of earlier publications of a list of what the last one has; nothing where no row is taken.
///
/// # Errors
/// Rows that cannot be read or written.
pub(crate) fn earlier_view(
    (source, month): (&str, &str),
    before: &[View<'_>],
    catalogue: &ViewCatalogue,
    ledger: &[IdentityChange],
    store: &RowStore,
    mut takes: impl FnMut(EarlierRow<'_>) -> bool,
) -> Result<Option<View<'static>>> {
    let name = format!("{source}{EARLIER}");
    let Some(columns) = catalogue.columns(&name) else { return Ok(None) };
    let has = |column: &str| before.iter().any(|view| view.rows.schema().index_of(column).is_ok());
    // A column that one of them lacks is not known there.
    let lacking = |column: &str| before.iter().any(|view| view.rows.schema().index_of(column).is_err());
    let mut fields: Vec<Field> = columns.iter().map(|(c, kind)| Field::new(c, kind.arrow(), true)).collect();
    let companions = columns.iter().map(|(column, _)| (column, format!("{column}{UNKNOWN_SUFFIX}")));
    let companions = companions.filter(|(column, companion)| has(companion) || lacking(column));
    fields.extend(companions.map(|(_, companion)| Field::new(companion, ColumnType::Int32.arrow(), true)));
    let schema: SchemaRef = Arc::new(Schema::new(fields));
    let merges = ledger.iter().filter(|change| change.kind == "merge");
    let merged: BTreeMap<&str, &str> =
        merges.map(|change| (change.previous_id.as_str(), change.current_id.as_str())).collect();
    let mut rows =
        WholeChunks { writer: store.writer(schema.clone(), RowsPurpose::Published)?, waiting: Vec::new() };
    let mut taken = 0;
    for view in before {
        for chunk in view.rows.chunks(|_| true)? {
            let chunk = chunk?;
            let telling = TellingColumns::of(&chunk, month)?;
            let mask: BooleanArray =
                (0..chunk.num_rows()).map(|row| Some(telling.row(row).is_some_and(&mut takes))).collect();
            if mask.true_count() == 0 {
                continue;
            }
            taken += mask.true_count();
            let chunk = arrow::compute::filter_record_batch(&chunk, &mask).map_err(view_mismatch)?;
            rows.push(as_of_now(&chunk, &schema, &merged)?)?;
        }
    }
    let rows = rows.finish(&schema)?;
    Ok((taken > 0).then(|| View::stored(&name, rows)))
}

/// Rows with the columns of this run's view, persons and households by their present ids.
fn as_of_now(chunk: &RecordBatch, schema: &SchemaRef, merged: &BTreeMap<&str, &str>) -> Result<RecordBatch> {
    let column = |field: &Arc<Field>| -> ArrayRef {
        let own = chunk.column_by_name(field.name()).filter(|own| own.data_type() == field.data_type());
        match (own, field.name().strip_suffix(UNKNOWN_SUFFIX), IdKind::of(field.name())) {
            (Some(ids), _, Some(IdKind::Person | IdKind::Household)) if !merged.is_empty() => {
                let now = |id| merged.get(id).copied().unwrap_or(id);
                match ids.as_string_opt::<i32>() {
                    Some(ids) => Arc::new(ids.iter().map(|id| id.map(now)).collect::<StringArray>()),
                    None => ids.clone(),
                }
            }
            (Some(own), ..) => own.clone(),
            // It was known wherever the publication had the column and said nothing else.
            (None, Some(of), _) => {
                let unknown = i32::from(chunk.column_by_name(of).is_none());
                Arc::new(Int32Array::from(vec![unknown; chunk.num_rows()]))
            }
            (None, None, _) => new_null_array(field.data_type(), chunk.num_rows()),
        }
    };
    let columns = schema.fields().iter().map(column).collect();
    RecordBatch::try_new(schema.clone(), columns).map_err(view_mismatch)
}

/// Writes rows in chunks of the same size, so that the file is the same wherever they lay before.
struct WholeChunks {
    writer: RowsWriter,
    waiting: Vec<RecordBatch>,
}

impl WholeChunks {
    fn push(&mut self, rows: RecordBatch) -> Result<()> {
        let schema = rows.schema();
        self.waiting.push(rows);
        while self.waiting.iter().map(RecordBatch::num_rows).sum::<usize>() >= CHUNK_ROWS {
            let all = arrow::compute::concat_batches(&schema, &self.waiting).map_err(view_mismatch)?;
            self.writer.push(all.slice(0, CHUNK_ROWS))?;
            self.waiting = vec![all.slice(CHUNK_ROWS, all.num_rows() - CHUNK_ROWS)];
        }
        Ok(())
    }

    fn finish(mut self, schema: &SchemaRef) -> Result<crate::table::rows::Rows> {
        let rest = arrow::compute::concat_batches(schema, &self.waiting).map_err(view_mismatch)?;
        if rest.num_rows() > 0 {
            self.writer.push(rest)?;
        }
        self.writer.finish()
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use arrow::array::Int64Array;
    use arrow::datatypes::Int64Type;

    use super::*;
    use crate::config::Pipeline;
    use crate::model::published_id::PersonId;
    use crate::rules::rule_set::RuleSet;

    #[test]
    fn whoever_was_merged_has_one_id_and_a_column_that_was_lacking_is_unknown() {
        let pipeline = Pipeline::open(Path::new("pipelines/longan-2025")).unwrap();
        let catalogue = RuleSet::load(&pipeline).unwrap().catalogue;
        let [before, now] = [1, 2].map(|bits| PersonId::of_bits(bits).to_string());
        let text = |cells: [&str; 3]| Arc::new(StringArray::from(cells.to_vec())) as ArrayRef;
        let rows = RecordBatch::try_from_iter([
            ("record_id", text(["medical_burden:0a.r2", "medical_burden:0a.r3", "medical_burden:0a.s1.r4"])),
            ("person_id", text([&before, &now, &now])),
            ("county_code", text(["529721", "529721", ""])),
            ("month", Arc::new(Int32Array::from(vec![202_501, 202_501, 202_412])) as ArrayRef),
            ("self_paid_fen", Arc::new(Int64Array::from(vec![300_000, 200_000, 1])) as ArrayRef),
        ])
        .unwrap();
        let views = [View::of("medical_burden", rows)];
        let change = |kind: &str, previous: &str, current: &str| IdentityChange {
            kind: kind.to_owned(),
            previous_id: previous.to_owned(),
            current_id: current.to_owned(),
        };
        let ledger = [change("merge", &before, &now), change("split", &now, &before)];
        let mut seen = Vec::new();
        let made = earlier_view(
            ("medical_burden", "month"),
            &views,
            &catalogue,
            &ledger,
            &RowStore::Memory,
            |row| {
                seen.push((row.file.to_owned(), row.county.to_owned()));
                row.month == 202_501
            },
        );
        let made = made.unwrap().unwrap();
        assert_eq!(made.name, "medical_burden_earlier");
        let rows = made.rows.batch().unwrap();
        let column = |name: &str| rows.column_by_name(name).unwrap().clone();
        let persons = column("person_id");
        assert_eq!(persons.as_string::<i32>().iter().collect::<Vec<_>>(), [Some(&*now), Some(&*now)]);
        assert_eq!(column("self_paid_fen").as_primitive::<Int64Type>().values(), &[300_000, 200_000]);
        assert_eq!(column("kind").null_count(), 2);
        assert_eq!(column("kind__unknown").as_primitive::<Int32Type>().values(), &[1, 1]);
        assert!(rows.column_by_name("self_paid_fen__unknown").is_none());
        let file = || "medical_burden:0a".to_owned();
        assert_eq!(
            seen,
            [(file(), "529721".to_owned()), (file(), "529721".to_owned()), (file(), String::new())]
        );
        let nothing =
            earlier_view(("medical_burden", "month"), &views, &catalogue, &ledger, &RowStore::Memory, |_| {
                false
            });
        assert!(nothing.unwrap().is_none());
    }
}
