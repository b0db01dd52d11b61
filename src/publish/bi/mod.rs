//! `bi/`: what a BI tool or a spreadsheet opens at once, without a manual.
//!
//! `tables.duckdb` holds views over `tables/` with Chinese comments, `tables.sql` is what it is made of, `tables.pq` loads
//! the same in Power Query; they depend on the columns of the tables alone, not on a publication, and are made by
//! `scripts/bi_database.py`. `汇总.xlsx` and the CSV files beside it have the figures by area, rule and status, and the
//! indicators.

mod summary_book;

use super::PublicationInputs;
use crate::Result;
use crate::publication::output_files::OutputFiles;

/// Files that are the same in all publications.
const ASSETS: [(&str, &[u8]); 4] = [
    ("bi/tables.duckdb", include_bytes!("../../../bi/tables.duckdb")),
    ("bi/tables.sql", include_bytes!("../../../bi/tables.sql")),
    ("bi/tables.pq", include_bytes!("../../../bi/tables.pq")),
    ("bi/说明.txt", include_bytes!("../../../bi/说明.txt")),
];

/// Writes the folder.
///
/// # Errors
/// A disk that is full.
pub(super) fn write_bi(inputs: &PublicationInputs<'_>, outputs: &mut OutputFiles) -> Result<()> {
    for (relative, bytes) in ASSETS {
        outputs.bytes(relative, bytes, None)?;
    }
    summary_book::write_summary_book(inputs, outputs)
}
