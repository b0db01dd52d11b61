//! Reads any published table as rows of text, for commands that compare or explain.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow::util::display::{ArrayFormatter, FormatOptions};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::file::reader::ChunkReader;

use crate::{Error, Result};

/// A row of a published table.
#[derive(Debug, Clone)]
pub struct TableRow {
    columns: Arc<[String]>,
    values: Vec<Option<String>>,
}

impl TableRow {
    /// Value of a column; `""` where it is missing.
    pub fn get(&self, column: &str) -> &str {
        self.value(column).unwrap_or("")
    }
    /// Value of a column; `None` where it is missing.
    pub fn value(&self, column: &str) -> Option<&str> {
        let at = self.columns.iter().position(|c| c == column)?;
        self.values[at].as_deref()
    }
    /// Columns and values in table order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        self.columns.iter().map(String::as_str).zip(self.values.iter().map(Option::as_deref))
    }
}

/// Rows of a published Parquet file that `wanted` keeps, in file order.
///
/// # Errors
/// A file that is missing, damaged, or not Parquet.
pub fn read_rows(file: &Path, wanted: impl Fn(&TableRow) -> bool) -> Result<Vec<TableRow>> {
    let open = File::open(file)
        .map_err(|e| Error::io("读取数据表", file, e).hint("发布或结果可能不完整；请重新运行"))?;
    read_opened_rows(open, file, wanted)
}

/// As [`read_rows`], of a file that is open and that errors call `file`.
pub(super) fn read_opened_rows(
    open: impl ChunkReader + 'static,
    file: &Path,
    wanted: impl Fn(&TableRow) -> bool,
) -> Result<Vec<TableRow>> {
    let damaged = |why: String| {
        Error::input(format!("数据表无法读取：{why}")).in_file(file).hint("文件可能被改动；请重新运行该季度")
    };
    let builder = ParquetRecordBatchReaderBuilder::try_new(open).map_err(|e| damaged(e.to_string()))?;
    let columns: Arc<[String]> = builder.schema().fields().iter().map(|f| f.name().clone()).collect();
    let mut out = Vec::new();
    for batch in builder.build().map_err(|e| damaged(e.to_string()))? {
        let batch = batch.map_err(|e| damaged(e.to_string()))?;
        let options = FormatOptions::default();
        let formatters = batch
            .columns()
            .iter()
            .map(|c| ArrayFormatter::try_new(c, &options))
            .collect::<std::result::Result<Vec<_>, _>>()
            .map_err(|e| damaged(e.to_string()))?;
        for row in 0..batch.num_rows() {
            let value = |(c, f): (usize, &ArrayFormatter<'_>)| {
                batch.column(c).is_valid(row).then(|| f.value(row).to_string())
            };
            let values = formatters.iter().enumerate().map(value).collect();
            let row = TableRow { columns: columns.clone(), values };
            if wanted(&row) {
                out.push(row);
            }
        }
    }
    Ok(out)
}
