//! Columns of a batch by name, with complaints that name the publication they come from.

use std::path::Path;
use std::sync::Arc;

use arrow::array::{Array as _, ArrayRef, AsArray as _, Date32Array, Int32Array, RecordBatch, StringArray};
use arrow::datatypes::{Date32Type, Int32Type, Int64Type};
use hashbrown::HashMap;

use crate::model::period::Period;
use crate::table::string_interner::StringInterner;
use crate::{Error, Result};

/// Columns of a batch by name.
pub(crate) struct BatchColumns<'a> {
    columns: HashMap<&'a str, &'a ArrayRef>,
    folder: &'a Path,
}

impl<'a> BatchColumns<'a> {
    pub(crate) fn new(batch: &'a RecordBatch, folder: &'a Path) -> Self {
        let names = batch.schema_ref().fields().iter().map(|field| field.name().as_str());
        Self { columns: names.zip(batch.columns()).collect(), folder }
    }
    pub(crate) fn missing(&self, column: &str) -> Error {
        Error::input(format!("上一期的发布缺少列{column}"))
            .in_file(self.folder)
            .hint("用本版程序重新运行上一期")
    }
    pub(crate) fn texts(&self, column: &str) -> Option<&'a StringArray> {
        self.columns.get(column).and_then(|c| c.as_string_opt())
    }
    pub(crate) fn ints(&self, column: &str) -> Option<&'a Int32Array> {
        self.columns.get(column).and_then(|c| c.as_primitive_opt::<Int32Type>())
    }
    pub(crate) fn dates(&self, column: &str) -> Option<&'a Date32Array> {
        self.columns.get(column).and_then(|c| c.as_primitive_opt::<Date32Type>())
    }
    pub(crate) fn optional_text(&self, column: &str, row: usize) -> Option<String> {
        let array = self.texts(column)?;
        array.is_valid(row).then(|| array.value(row).to_owned())
    }
    pub(crate) fn optional_int(&self, column: &str, row: usize) -> Option<i32> {
        let array = self.ints(column)?;
        array.is_valid(row).then(|| array.value(row))
    }
    pub(crate) fn optional_long(&self, column: &str, row: usize) -> Option<i64> {
        let array = self.columns.get(column)?.as_primitive_opt::<Int64Type>()?;
        array.is_valid(row).then(|| array.value(row))
    }
    pub(crate) fn text(&self, column: &str, row: usize) -> Result<String> {
        self.optional_text(column, row).ok_or_else(|| self.missing(column))
    }
    pub(crate) fn int(&self, column: &str, row: usize) -> Result<i32> {
        self.optional_int(column, row).ok_or_else(|| self.missing(column))
    }

    /// A period; `None` where the cell is empty.
    pub(crate) fn optional_period(&self, column: &str, row: usize) -> Result<Option<Period>> {
        let Some(array) = self.texts(column).filter(|array| array.is_valid(row)) else { return Ok(None) };
        array.value(row).parse().map(Some).map_err(|_| self.missing(column))
    }
    pub(crate) fn period(&self, column: &str, row: usize) -> Result<Period> {
        self.optional_period(column, row)?.ok_or_else(|| self.missing(column))
    }
    pub(crate) fn optional_shared(
        &self,
        column: &str,
        row: usize,
        texts: &mut StringInterner,
    ) -> Option<Arc<str>> {
        let array = self.texts(column)?;
        array.is_valid(row).then(|| texts.share(array.value(row)))
    }
    pub(crate) fn shared(&self, column: &str, row: usize, texts: &mut StringInterner) -> Result<Arc<str>> {
        self.optional_shared(column, row, texts).ok_or_else(|| self.missing(column))
    }
}
