//! One table of an extract: a file, or one worksheet of a workbook.

use std::path::PathBuf;

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
