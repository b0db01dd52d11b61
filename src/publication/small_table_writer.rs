//! Parquet tables: definitions with Chinese labels, and the writer of small ones, row by row.
//! Large ones are written by [`super::large_table_writer`].

use std::ops::Range;
use std::sync::Arc;

use super::output_files::{NewFile, OutputFiles, output_file_mode};
use crate::error::system_words;
use crate::table::rows::{CHUNK_ROWS, Rows};
use crate::table::{ColumnHint, ColumnValues, GROUP_ROWS, ParquetWriter};
use crate::{Error, Result};
use arrow::array::{
    ArrayRef, Date32Builder, Decimal128Builder, Int32Builder, Int64Builder, RecordBatch, StringBuilder,
};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use parquet::errors::ParquetError;

/// Rows held as builders before they go to the Parquet writer.
const BATCH_ROWS: usize = 32_768;

/// Type of a published column; the only ones a BI tool has to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PublishedType {
    Text,
    Int32,
    Int64,
    Date,
    /// Decimal(9, 4).
    Rate,
}

impl PublishedType {
    /// Name in the data dictionary.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Text => "utf8",
            Self::Int32 => "int32",
            Self::Int64 => "int64",
            Self::Date => "date32",
            Self::Rate => "decimal(9,4)",
        }
    }
    fn arrow(self) -> DataType {
        match self {
            Self::Text => DataType::Utf8,
            Self::Int32 => DataType::Int32,
            Self::Int64 => DataType::Int64,
            Self::Date => DataType::Date32,
            Self::Rate => DataType::Decimal128(9, 4),
        }
    }
}

/// A published column.
#[derive(Debug, Clone)]
pub(crate) struct ColumnDef {
    pub(crate) name: String,
    pub(crate) kind: PublishedType,
    pub(crate) label: String,
    pub(crate) description: String,
}

/// A published table.
#[derive(Debug, Clone)]
pub(crate) struct TableDef {
    pub(crate) title: String,
    pub(crate) columns: Vec<ColumnDef>,
    /// See [`TableDef::salted`].
    salt: Option<String>,
}

impl TableDef {
    /// `columns`: name, kind, Chinese label, Chinese description.
    pub(crate) fn new(title: &str, columns: &[(&str, PublishedType, &str, &str)]) -> Self {
        let mut def = Self { title: title.to_owned(), columns: Vec::new(), salt: None };
        for &(name, kind, label, description) in columns {
            def.add(name, kind, label, description);
        }
        def
    }
    /// With a secret in the file's metadata. The manifest, which everybody may read, has the digest of every file: of a
    /// table that holds nothing but what others know and one number, the number could be tried by it.
    pub(crate) fn salted(mut self, salt: String) -> Self {
        self.salt = Some(salt);
        self
    }
    /// Appends a column.
    pub(crate) fn add(&mut self, name: &str, kind: PublishedType, label: &str, description: &str) {
        let (name, label, description) = (name.to_owned(), label.to_owned(), description.to_owned());
        self.columns.push(ColumnDef { name, kind, label, description });
    }
    /// The file's schema, labels in its metadata.
    pub(crate) fn schema(&self) -> SchemaRef {
        let fields: Vec<Field> = self
            .columns
            .iter()
            .map(|c| {
                let metadata = [("label", &c.label), ("description", &c.description)];
                let metadata = metadata.map(|(k, v)| (k.to_owned(), v.clone()));
                Field::new(&c.name, c.kind.arrow(), true)
                    .with_metadata(std::collections::BTreeMap::from(metadata))
            })
            .collect();
        let mut table = std::collections::BTreeMap::from([("label".to_owned(), self.title.clone())]);
        table.extend(self.salt.clone().map(|salt| ("salt".to_owned(), salt)));
        Arc::new(Schema::new(fields).with_metadata(table))
    }
}

/// One value of a row.
#[derive(Debug, Clone, Copy)]
pub(crate) enum TableCell<'a> {
    Null,
    Text(&'a str),
    Int(i64),
    /// Days since 1970-01-01.
    Day(i32),
    /// 1/10000.
    Rate(i64),
}

impl<'a> From<&'a str> for TableCell<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}
impl<'a> From<&'a String> for TableCell<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(text)
    }
}
impl<'a, T: Into<TableCell<'a>>> From<Option<T>> for TableCell<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}
impl From<i64> for TableCell<'_> {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}
impl From<u32> for TableCell<'_> {
    fn from(value: u32) -> Self {
        Self::Int(value.into())
    }
}
impl From<i32> for TableCell<'_> {
    fn from(value: i32) -> Self {
        Self::Int(value.into())
    }
}
impl From<u8> for TableCell<'_> {
    fn from(value: u8) -> Self {
        Self::Int(value.into())
    }
}
impl From<bool> for TableCell<'_> {
    fn from(value: bool) -> Self {
        Self::Int(value.into())
    }
}

enum SmallColumnBuilder {
    Text(StringBuilder),
    Int32(Int32Builder),
    Int64(Int64Builder),
    Date(Date32Builder),
    Rate(Decimal128Builder),
}

impl SmallColumnBuilder {
    fn new(kind: PublishedType) -> Result<Self> {
        Ok(match kind {
            PublishedType::Text => Self::Text(StringBuilder::new()),
            PublishedType::Int32 => Self::Int32(Int32Builder::new()),
            PublishedType::Int64 => Self::Int64(Int64Builder::new()),
            PublishedType::Date => Self::Date(Date32Builder::new()),
            PublishedType::Rate => Self::Rate(
                Decimal128Builder::new()
                    .with_precision_and_scale(9, 4)
                    .map_err(|e| Error::internal(e.to_string()))?,
            ),
        })
    }
    /// False if the value does not fit the column.
    fn push(&mut self, cell: TableCell<'_>) -> bool {
        match (self, cell) {
            (Self::Text(b), TableCell::Text(v)) => b.append_value(v),
            (Self::Text(b), TableCell::Null) => b.append_null(),
            (Self::Int32(b), TableCell::Int(v)) => match i32::try_from(v) {
                Ok(v) => b.append_value(v),
                Err(_) => return false,
            },
            (Self::Int32(b), TableCell::Null) => b.append_null(),
            (Self::Int64(b), TableCell::Int(v)) => b.append_value(v),
            (Self::Int64(b), TableCell::Null) => b.append_null(),
            (Self::Date(b), TableCell::Day(v)) => b.append_value(v),
            (Self::Date(b), TableCell::Null) => b.append_null(),
            (Self::Rate(b), TableCell::Rate(v)) => b.append_value(v.into()),
            (Self::Rate(b), TableCell::Null) => b.append_null(),
            _ => return false,
        }
        true
    }
    fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Text(b) => Arc::new(b.finish()),
            Self::Int32(b) => Arc::new(b.finish()),
            Self::Int64(b) => Arc::new(b.finish()),
            Self::Date(b) => Arc::new(b.finish()),
            Self::Rate(b) => Arc::new(b.finish()),
        }
    }
}

/// A table being written.
pub(crate) struct TableWriter {
    file: ParquetFile,
    relative: String,
    def: TableDef,
    schema: SchemaRef,
    builders: Vec<SmallColumnBuilder>,
    pending: usize,
}

impl TableWriter {
    /// Starts `relative` (a path of the publication).
    pub(crate) fn create(outputs: &OutputFiles, relative: &str, def: TableDef) -> Result<Self> {
        let schema = def.schema();
        let file = ParquetFile::create(outputs, relative, schema.clone())?;
        let builders = def.columns.iter().map(|c| SmallColumnBuilder::new(c.kind)).collect::<Result<_>>()?;
        Ok(Self { file, relative: relative.to_owned(), def, schema, builders, pending: 0 })
    }

    /// Appends a row, one cell per column.
    pub(crate) fn row<'a>(&mut self, cells: impl IntoIterator<Item = TableCell<'a>>) -> Result<()> {
        let mut filled = 0;
        for (i, cell) in cells.into_iter().enumerate() {
            let fits = self.builders.get_mut(i).is_some_and(|b| b.push(cell));
            if !fits {
                return Err(Error::internal(format!("表{}第{}列的值与列类型不符", self.relative, i + 1)));
            }
            filled = i + 1;
        }
        if filled != self.builders.len() {
            return Err(Error::internal(format!("表{}缺少列", self.relative)));
        }
        self.pending += 1;
        if self.pending == BATCH_ROWS { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<()> {
        let columns = self.builders.iter_mut().map(SmallColumnBuilder::finish).collect();
        self.pending = 0;
        let batch =
            RecordBatch::try_new(self.schema.clone(), columns).map_err(|e| Error::internal(e.to_string()))?;
        self.file.write(&batch)
    }

    /// Closes and syncs the file and notes it.
    pub(crate) fn finish(mut self, outputs: &mut OutputFiles) -> Result<()> {
        if self.pending > 0 {
            self.flush()?;
        }
        outputs.describe(&self.relative, &self.def);
        self.file.finish(outputs)
    }
}

/// A Parquet file being written with the settings all published files share.
pub(crate) struct ParquetFile {
    writer: ParquetWriter<NewFile>,
    relative: String,
    rows: u64,
}

impl ParquetFile {
    pub(crate) fn create(outputs: &OutputFiles, relative: &str, schema: SchemaRef) -> Result<Self> {
        let writer = ParquetWriter::new(outputs.create(relative)?, schema)
            .map_err(|e| Error::internal(e.to_string()).in_file(relative))?;
        Ok(Self { writer, relative: relative.to_owned(), rows: 0 })
    }

    pub(crate) fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        self.rows += batch.num_rows() as u64;
        self.writer.write(batch).map_err(|e| table_write_error(&self.relative, e))
    }

    /// A row group that is made column by column while it is written.
    pub(crate) fn group(
        &mut self,
        rows: usize,
        likeness: &[ColumnHint],
        build: &(dyn Fn(usize, Range<usize>) -> Result<ColumnValues> + Sync),
    ) -> Result<()> {
        self.rows += rows as u64;
        let build = |column, range| build(column, range).map_err(|e| ParquetError::External(Box::new(e)));
        self.writer.write_group(rows, likeness, &build).map_err(|e| table_write_error(&self.relative, e))
    }

    pub(crate) fn finish(self, outputs: &mut OutputFiles) -> Result<()> {
        let file = self.writer.finish().map_err(|e| table_write_error(&self.relative, e))?;
        outputs.finish(file, Some(self.rows))
    }
}

/// Writes chunks of rows as they come, a row group at a time.
///
/// # Errors
/// Those of the chunks, and a disk that is full.
pub(crate) fn write_chunks(
    outputs: &mut OutputFiles,
    relative: &str,
    schema: &SchemaRef,
    mut chunks: impl Iterator<Item = Result<RecordBatch>>,
) -> Result<()> {
    let mut file = ParquetFile::create(outputs, relative, schema.clone())?;
    let likeness = vec![ColumnHint::Unknown; schema.fields().len()];
    loop {
        // All columns of a group side by side, so that one waits for the others once a group.
        let group: Vec<RecordBatch> = chunks.by_ref().take(GROUP_ROWS / CHUNK_ROWS).collect::<Result<_>>()?;
        let count = group.iter().map(RecordBatch::num_rows).sum();
        if count == 0 {
            return file.finish(outputs);
        }
        file.group(count, &likeness, &|column, range| {
            let (chunk, from) = (range.start / CHUNK_ROWS, range.start % CHUNK_ROWS);
            Ok(ColumnValues::Array(group[chunk].column(column).slice(from, range.len())))
        })?;
    }
}

/// Publishes a table that lies in a file as that file; false where it lies in memory.
///
/// # Errors
/// The file cannot be given its name.
pub(crate) fn publish_table_file(outputs: &mut OutputFiles, relative: &str, rows: &Rows) -> Result<bool> {
    match rows.name_file(&outputs.path(relative), output_file_mode(relative))? {
        None => Ok(false),
        Some((file, digest)) => {
            outputs.note(relative, file, digest, Some(rows.count() as u64)).map(|()| true)
        }
    }
}

/// Writing goes wrong for one reason in practice: the disk.
fn table_write_error(relative: &str, error: ParquetError) -> Error {
    Error::new(crate::ErrorKind::Io, format!("写入数据表失败：{}", system_words(&error)))
        .in_file(relative)
        .hint("检查磁盘是否已满")
        .caused_by(error)
}
