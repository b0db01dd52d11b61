//! Reads the indicators of an earlier publication.

use crate::Result;
use crate::model::indicator::PreviousIndicator;
use crate::publication::snapshot::Snapshot;
use crate::publication::table_reader::TableRow;

/// Every indicator.
pub(crate) const INDICATORS: &str = "tables/fact_indicator.parquet";

/// Reads the indicators that could be computed.
///
/// # Errors
/// The table is missing or damaged.
pub fn previous_indicators(snapshot: &Snapshot) -> Result<Vec<PreviousIndicator>> {
    let number = |row: &TableRow, column: &str| row.get(column).parse::<i64>().ok();
    let rows = snapshot.rows(INDICATORS, |row| row.value("numerator").is_some())?;
    Ok(rows
        .iter()
        .filter_map(|row| {
            Some(PreviousIndicator {
                rule_code: row.get("rule_code").to_owned(),
                indicator: row.get("indicator").to_owned(),
                unit_code: row.get("unit_code").to_owned(),
                numerator: number(row, "numerator")?,
                denominator: number(row, "denominator"),
            })
        })
        .collect())
}
