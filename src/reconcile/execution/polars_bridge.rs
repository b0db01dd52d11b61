//! Bridge between the tables of the stages (Arrow) and those of the SQL engine (Polars).
//! The two share no memory layout in safe code, so columns are copied, and only the columns
//! that some rule names.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Date32Array, Int32Array, Int64Array, StringArray};
use arrow::datatypes::{
    ArrowPrimitiveType, DataType as ArrowType, Date32Type, Field, Int32Type, Int64Type, Schema as ArrowSchema,
};
use arrow::record_batch::RecordBatch;
use polars::prelude::*;
use rayon::prelude::*;

use super::numbered_ids::{IdKind, NumberedIds};
use crate::model::column_type::ColumnType;
use crate::reconcile::views::rule_view::ViewRows;
use crate::{Error, Result};

/// Type of the column `name` in the engine, where ids are numbers.
fn polars_type(kind: ColumnType, name: &str) -> DataType {
    if IdKind::of(name).is_some() {
        return DataType::Int64;
    }
    match kind {
        ColumnType::Text => DataType::String,
        ColumnType::Int32 => DataType::Int32,
        ColumnType::Int64 => DataType::Int64,
        ColumnType::Date => DataType::Date,
    }
}

/// Empty engine table with `columns`.
pub fn empty_frame(columns: &[(String, ColumnType)]) -> DataFrame {
    let schema: Schema =
        columns.iter().map(|(name, kind)| (name.as_str().into(), polars_type(*kind, name))).collect();
    DataFrame::empty_with_schema(&schema)
}

/// Engine table with the columns of `rows` that `keep` wants; ids are numbers there.
///
/// # Errors
/// An internal error for a column of a type that views do not have.
pub fn to_frame(rows: &ViewRows<'_>, ids: &NumberedIds, keep: impl Fn(&str) -> bool) -> Result<DataFrame> {
    let fields: Vec<_> = rows.schema().fields().iter().filter(|f| keep(f.name())).cloned().collect();
    // Column by column: no row is in memory a second time as a whole.
    let columns = fields
        .par_iter()
        .map(|field| {
            let chunks = rows.engine_chunks(ids, |name| name == field.name())?;
            let arrays = chunks.map(|chunk| Ok(chunk?.column(0).clone()));
            let kind = match IdKind::of(field.name()) {
                Some(_) => &ArrowType::Int64,
                None => field.data_type(),
            };
            column_to_polars(field.name(), kind, rows.count(), arrays)
        })
        .collect::<Result<Vec<_>>>()?;
    DataFrame::new(rows.count(), columns).map_err(engine_failure)
}

fn column_to_polars(
    name: &str,
    kind: &ArrowType,
    rows: usize,
    chunks: impl Iterator<Item = Result<ArrayRef>>,
) -> Result<Column> {
    let short: PlSmallStr = name.into();
    let series = match kind {
        ArrowType::Utf8 => {
            let mut texts = StringChunkedBuilder::new(short, rows);
            for chunk in chunks {
                chunk?.as_string::<i32>().iter().for_each(|text| texts.append_option(text));
            }
            texts.finish().into_series()
        }
        ArrowType::Int32 => {
            numbers_to_polars::<Int32Type, polars::prelude::Int32Type>(short, rows, chunks)?.into_series()
        }
        ArrowType::Int64 => {
            numbers_to_polars::<Int64Type, polars::prelude::Int64Type>(short, rows, chunks)?.into_series()
        }
        ArrowType::Date32 => {
            numbers_to_polars::<Date32Type, polars::prelude::Int32Type>(short, rows, chunks)?
                .into_date()
                .into_series()
        }
        other => return Err(Error::internal(format!("列“{name}”的类型{other}不能交给规则引擎"))),
    };
    Ok(series.into())
}

fn numbers_to_polars<A, P>(
    name: PlSmallStr,
    rows: usize,
    chunks: impl Iterator<Item = Result<ArrayRef>>,
) -> Result<ChunkedArray<P>>
where
    A: ArrowPrimitiveType,
    P: PolarsNumericType<Native = A::Native>,
{
    let mut column = PrimitiveChunkedBuilder::<P>::new(name, rows);
    for chunk in chunks {
        let chunk = chunk?;
        let numbers = chunk.as_primitive::<A>();
        match numbers.null_count() {
            0 => numbers.values().iter().for_each(|number| column.append_value(*number)),
            _ => numbers.iter().for_each(|number| column.append_option(number)),
        }
    }
    Ok(column.finish())
}

/// Table of the stages from an engine table; integers of other widths become Int64.
pub(crate) fn to_batch(frame: &DataFrame) -> Result<RecordBatch> {
    let mut fields = Vec::new();
    let mut arrays: Vec<ArrayRef> = Vec::new();
    for column in frame.columns() {
        let series = column.as_materialized_series();
        let array: ArrayRef = match column.dtype() {
            DataType::String => {
                Arc::new(series.str().map_err(engine_failure)?.iter().collect::<StringArray>())
            }
            DataType::Int32 => Arc::new(series.i32().map_err(engine_failure)?.iter().collect::<Int32Array>()),
            DataType::Date => {
                Arc::new(series.date().map_err(engine_failure)?.physical().iter().collect::<Date32Array>())
            }
            _ => {
                let wide = series.cast(&DataType::Int64).map_err(engine_failure)?;
                Arc::new(wide.i64().map_err(engine_failure)?.iter().collect::<Int64Array>())
            }
        };
        fields.push(Field::new(column.name().as_str(), array.data_type().clone(), true));
        arrays.push(array);
    }
    RecordBatch::try_new(Arc::new(ArrowSchema::new(fields)), arrays)
        .map_err(|e| Error::internal("规则结果不能转回表格").caused_by(e))
}

/// An engine failure that no rule author can have caused.
pub(crate) fn engine_failure(error: PolarsError) -> Error {
    Error::internal(format!("规则引擎内部错误：{error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::rows::Rows;

    #[test]
    fn a_table_survives_the_round_trip() {
        let batch = RecordBatch::try_from_iter_with_nullable([
            ("t", Arc::new(StringArray::from(vec![Some("张"), None])) as ArrayRef, true),
            ("i", Arc::new(Int32Array::from(vec![None, Some(2)])) as ArrayRef, true),
            ("l", Arc::new(Int64Array::from(vec![Some(1), None])) as ArrayRef, true),
            ("d", Arc::new(Date32Array::from(vec![Some(17_804), None])) as ArrayRef, true),
        ])
        .unwrap();
        let (rows, ids) = (ViewRows::Stored(Rows::of(batch.clone())), NumberedIds::Listed(Vec::new()));
        let frame = to_frame(&rows, &ids, |_| true).unwrap();
        assert_eq!(to_batch(&frame).unwrap(), batch);
        assert_eq!(to_frame(&rows, &ids, |name| name == "d").unwrap().width(), 1);
    }
}
