//! Stage 1: a department's files become raw text columns.
//!
//! In: one file as delivered (CSV in any Chinese encoding, XLSX, XLS, DBF, Parquet; known by
//! content, never by suffix). Out: [`RawTable`]s of text cells with the row each came from.
//! Nothing is typed here: an ID number read as a number is an ID number lost. A workbook cell
//! that *is stored* as a number of 16 or more digits is written in scientific notation
//! (`4.10621197001011E+17`), the form a damaged export shows, so later stages see the damage.

use std::path::PathBuf;
use std::sync::Arc;

use arrow::array::StringArray;

/// What a file turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FileFormat {
    /// Delimited text.
    Csv,
    /// Office Open XML workbook.
    Xlsx,
    /// BIFF workbook in a compound file.
    Xls,
    /// dBase III/IV/FoxPro table.
    Dbf,
    /// Apache Parquet.
    Parquet,
}

/// Identity of one table: a file, or one worksheet of a workbook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawTableInfo {
    /// Path relative to the data folder.
    pub file: PathBuf,
    /// SHA-256 of the file's bytes, lower-case hexadecimal.
    pub sha256: String,
    /// Worksheet name, for workbooks.
    pub sheet: Option<String>,
    /// One-based worksheet position; 0 where the format has no sheets.
    pub sheet_index: u16,
    /// Format found by content.
    pub format: FileFormat,
    /// Encoding name for text formats (`UTF-8`, `gb18030`).
    pub encoding: Option<String>,
    /// Header texts as found (trimmed, inner line breaks removed; multi-row headers joined by `/`).
    pub headers: Vec<String>,
    /// One-based row of the (last) header row; 0 where the format names its columns itself.
    pub header_row: u32,
}

/// Why a row of a file is not a data row. Such rows are counted, never silently dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SkipReason {
    /// Title or note above the header.
    Title,
    /// The header itself (or its repetition further down).
    Header,
    /// No cell holds anything.
    Blank,
    /// 合计/小计/总计 row.
    Total,
    /// 制表人/审核人/说明 below the data.
    Footer,
}

/// Some rows of one table, in file order. A large file arrives as several of these.
#[derive(Debug, Clone)]
pub struct RawTable {
    /// Which table the rows belong to.
    pub info: Arc<RawTableInfo>,
    /// One text column per header, null where the cell is empty. All have `rows.len()` values.
    pub columns: Vec<StringArray>,
    /// One-based row number of each data row, as a spreadsheet shows it (DBF, Parquet: record number).
    pub rows: Vec<u32>,
    /// Rows between or around them that are not data.
    pub skipped: Vec<(u32, SkipReason)>,
}
