//! Reads any published table as rows of text, for commands that compare or explain.

use std::fs::File;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use arrow::util::display::{ArrayFormatter, FormatOptions};
use parquet::arrow::arrow_reader::{ParquetRecordBatchReaderBuilder, RowSelection};
use parquet::file::reader::ChunkReader;

use crate::{Error, Result};

/// A row of a published table.
#[derive(Debug, Clone)]
pub struct TableRow {
    columns: Arc<[String]>,
    values: Vec<Option<String>>,
}

impl TableRow {
    /// A row of such columns and values.
    #[cfg(test)]
    pub(crate) fn of(cells: &[(&str, &str)]) -> Self {
        let columns = cells.iter().map(|(name, _)| (*name).to_owned()).collect();
        Self { columns, values: cells.iter().map(|(_, value)| Some((*value).to_owned())).collect() }
    }
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
    let builder = ParquetRecordBatchReaderBuilder::try_new(open).map_err(|e| damaged(file, &e))?;
    read_built_rows(builder, file, wanted)
}

/// Rows of an opened file at these places, ascending, in file order; whole groups of rows without any are not read.
pub(super) fn read_rows_at(
    open: impl ChunkReader + 'static,
    file: &Path,
    places: &[u32],
) -> Result<Vec<TableRow>> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(open).map_err(|e| damaged(file, &e))?;
    let (mut groups, mut ranges) = (Vec::new(), Vec::new());
    // Where a group begins in the file, and where among the groups that are read.
    let (mut begin, mut read) = (0usize, 0usize);
    for (at, group) in builder.metadata().row_groups().iter().enumerate() {
        let rows = usize::try_from(group.num_rows()).unwrap_or(0);
        let own =
            places.iter().map(|place| *place as usize).filter(|place| (begin..begin + rows).contains(place));
        let own: Vec<Range<usize>> =
            own.map(|place| place - begin + read..place - begin + read + 1).collect();
        if !own.is_empty() {
            groups.push(at);
            ranges.extend(own);
            read += rows;
        }
        begin += rows;
    }
    if groups.is_empty() {
        return Ok(Vec::new());
    }
    let selection = RowSelection::from_consecutive_ranges(ranges.into_iter(), read);
    read_built_rows(builder.with_row_groups(groups).with_row_selection(selection), file, |_| true)
}

fn damaged(file: &Path, why: &dyn std::fmt::Display) -> Error {
    Error::input(format!("数据表无法读取：{why}")).in_file(file).hint("文件可能被改动；请重新运行这一期")
}

fn read_built_rows<T: ChunkReader + 'static>(
    builder: ParquetRecordBatchReaderBuilder<T>,
    file: &Path,
    wanted: impl Fn(&TableRow) -> bool,
) -> Result<Vec<TableRow>> {
    let damaged = |why: String| damaged(file, &why);
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
