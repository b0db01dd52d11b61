//! Rows as the bytes of a file, in each format that departments deliver. Same rows, same bytes.

use crate::{Error, Result};

use super::village_rows::{InventedCell, InventedRow};

pub(super) mod csv;
pub(super) mod dbf;
pub(super) mod gb18030;
pub(super) mod parquet;
pub(super) mod xls;
pub(super) mod xlsx;

/// One table as it is laid out in a file.
#[derive(Debug, Clone)]
pub(super) struct SheetLayout {
    /// Worksheet name; empty where the format has none.
    pub name: String,
    /// Rows above the header.
    pub titles: Vec<Vec<InventedCell>>,
    /// Header texts.
    pub header: Vec<String>,
    /// Data rows.
    pub rows: Vec<InventedRow>,
    /// Rows below the data: totals, who made the table.
    pub footers: Vec<Vec<InventedCell>>,
    /// Columns whose equal neighbours are merged into one tall cell.
    pub merged: Vec<usize>,
}

impl SheetLayout {
    /// A bare table.
    pub(super) fn plain(name: impl Into<String>, header: Vec<String>, rows: Vec<InventedRow>) -> Self {
        Self { name: name.into(), titles: vec![], header, rows, footers: vec![], merged: vec![] }
    }
    /// Spreadsheet row of data row `index`.
    pub(super) fn row_number(&self, index: usize) -> u64 {
        (self.titles.len() + 1 + index + 1) as u64
    }
    /// Everything above and below as one grid, top to bottom.
    fn grid(&self) -> Vec<Vec<InventedCell>> {
        let mut grid = self.titles.clone();
        grid.push(self.header.iter().map(|h| InventedCell::Text(h.clone())).collect());
        grid.extend(self.rows.iter().map(|r| r.cells.clone()));
        grid.extend(self.footers.iter().cloned());
        grid
    }
    /// Merged ranges (first row, last row, column), zero-based; their lower cells are blanked in `grid`.
    fn merge(&self, grid: &mut [Vec<InventedCell>]) -> Vec<(usize, usize, usize)> {
        let first = self.titles.len() + 1;
        let last = first + self.rows.len();
        let mut ranges = Vec::new();
        for &column in &self.merged {
            let mut top = first;
            for row in first + 1..=last {
                if row == last || grid[row][column] != grid[top][column] {
                    if row - top > 1 {
                        ranges.push((top, row - 1, column));
                    }
                    top = row;
                }
            }
        }
        for &(top, bottom, column) in &ranges {
            for row in &mut grid[top + 1..=bottom] {
                row[column] = InventedCell::Empty;
            }
        }
        ranges
    }
}

/// A writer of a format failed on invented data.
fn broken(what: &str, error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::internal(format!("生成{what}失败：{error}")).caused_by(error)
}

/// Encodes text, unmappable characters as numeric references (what exporters do).
pub(super) fn encode_text(text: &str, encoding: &'static encoding_rs::Encoding) -> Vec<u8> {
    encoding.encode(text).0.into_owned()
}

/// Result of a format writer.
pub(super) type EncodedBytes = Result<Vec<u8>>;
