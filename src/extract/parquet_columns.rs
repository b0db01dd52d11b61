//! Columns of a Parquet file: which are read, and how their values become texts.

use std::collections::BTreeSet;

use arrow::array::{Array, ArrayRef, AsArray, BinaryViewArray, PrimitiveArray, StringArray, StringViewArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float32Type, Float64Type, Int64Type, Schema, TimeUnit};
use parquet::basic::{Compression, Type};
use parquet::file::metadata::ParquetMetaData;

use super::dbf_cells::moment_text;
use super::workbook::workbook_number_text;
use crate::config::clean_config_header;
use crate::config::read_options::ReadOptions;
use crate::{Error, Result};

/// Beijing is so many seconds before Greenwich.
const BEIJING: i64 = 8 * 3600;
const CURE: &str = "嵌套的列请展开成普通列，二进制的列请去掉；导出为文字、数字或日期列，或改交 CSV";

/// Columns by position that are not read, and what is to be told of them.
pub(super) struct LeftOutColumns {
    pub at: BTreeSet<usize>,
    pub notes: Vec<String>,
}

/// Columns that pandas wrote for the index of its table: no column of the list, unless the contract knows
/// the header.
pub(super) fn pandas_index_columns(
    metadata: &ParquetMetaData,
    schema: &Schema,
    options: &ReadOptions,
) -> LeftOutColumns {
    let known: BTreeSet<String> = options.known_headers.iter().map(|h| clean_config_header(h)).collect();
    let pairs = metadata.file_metadata().key_value_metadata();
    let said = pairs.into_iter().flatten().find(|pair| pair.key == "pandas").and_then(|p| p.value.as_deref());
    let said: Option<serde_json::Value> = said.and_then(|text| serde_json::from_str(text).ok());
    // A number range has no column; it stands there as an object.
    let names = said.as_ref().and_then(|v| v["index_columns"].as_array()).into_iter().flatten();
    let names: BTreeSet<&str> = names.filter_map(|name| name.as_str()).collect();
    let nameless = |name: &str| {
        let number = name.strip_prefix("__index_level_").and_then(|rest| rest.strip_suffix("__"));
        number.is_some_and(|number| number.parse::<u32>().is_ok())
    };
    let is_index = |name: &str| {
        let unknown = !known.contains(&clean_config_header(name));
        unknown && (nameless(name) || names.contains(name) && !known.is_empty())
    };
    let fields = schema.fields().iter().enumerate().filter(|(_, field)| is_index(field.name()));
    let (at, titles): (BTreeSet<usize>, Vec<&str>) = fields.map(|(at, f)| (at, f.name().as_str())).unzip();
    let notes = if titles.is_empty() {
        Vec::new()
    } else {
        vec![format!("列“{}”是 pandas 的行索引，不是名单内容，没有读入", titles.join("”“"))]
    };
    LeftOutColumns { at, notes }
}

/// Refuses a codec that cannot be read.
///
/// # Errors
/// Some column is compressed with LZO.
pub(super) fn check_parquet_codec(metadata: &ParquetMetaData) -> Result<()> {
    let lzo = |c: &parquet::file::metadata::ColumnChunkMetaData| matches!(c.compression(), Compression::LZO);
    if metadata.row_groups().iter().flat_map(|group| group.columns()).any(lzo) {
        return Err(Error::input("Parquet 文件用 LZO 压缩，读不了")
            .hint("重新导出，压缩方式选 Snappy、ZSTD、GZIP、LZ4、Brotli 或不压缩"));
    }
    Ok(())
}

/// How the columns that are not left out are read.
///
/// # Errors
/// Nested columns and others that are no texts, all by name.
pub(super) fn readable_parquet_schema(
    metadata: &ParquetMetaData,
    schema: &Schema,
    left_out: &BTreeSet<usize>,
) -> Result<Schema> {
    let (mut fields, mut unreadable) = (Vec::new(), Vec::new());
    let flat = metadata.file_metadata().schema_descr();
    for (at, field) in schema.fields().iter().enumerate() {
        let kind = match readable_parquet_type(field.data_type()) {
            // In nanoseconds, 64 bits end in 2262; 9999-12-31 is a common way to say “no end”.
            Some(DataType::Timestamp(TimeUnit::Nanosecond, zone)) if is_int96(flat, at, schema) => {
                DataType::Timestamp(TimeUnit::Microsecond, zone)
            }
            Some(kind) => kind,
            None if left_out.contains(&at) && !field.data_type().is_nested() => field.data_type().clone(),
            None => {
                unreadable.push((field.name(), field.data_type()));
                continue;
            }
        };
        fields.push(field.as_ref().clone().with_data_type(kind));
    }
    let Some((first, _)) = unreadable.first() else {
        return Ok(Schema::new_with_metadata(fields, schema.metadata().clone()));
    };
    let what = |kind: &DataType| if kind.is_nested() { "嵌套" } else { "二进制" };
    let names: Vec<String> = unreadable.iter().map(|(n, kind)| format!("“{n}”（{}）", what(kind))).collect();
    Err(Error::input(format!("Parquet 列不是可读成文字的类型：{}", names.join("、")))
        .in_column(*first)
        .hint(CURE))
}

/// How values of a type are read; none if they are no texts. Texts stay in the pages they lie in: a short
/// page may hold one long text and a million places where it stands.
fn readable_parquet_type(kind: &DataType) -> Option<DataType> {
    match kind {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => Some(DataType::Utf8View),
        // Categories are read as what they stand for.
        DataType::Dictionary(_, value) => readable_parquet_type(value),
        // Older programs do not say of their texts that they are texts.
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView => Some(DataType::BinaryView),
        DataType::FixedSizeBinary(_) => None,
        other => (!other.is_nested()).then(|| other.clone()),
    }
}

fn is_int96(flat: &parquet::schema::types::SchemaDescriptor, at: usize, schema: &Schema) -> bool {
    flat.num_columns() == schema.fields().len() && flat.column(at).physical_type() == Type::INT96
}

/// Are the moments of INT96 columns those of Greenwich? Spark and Hive write them so; others write what the
/// clock shows.
pub(super) fn int96_is_utc(metadata: &ParquetMetaData) -> bool {
    metadata.file_metadata().created_by().is_some_and(|by| by.starts_with("parquet-mr"))
}

/// Which columns are INT96 with moments of Greenwich.
pub(super) fn utc_int96_columns(metadata: &ParquetMetaData, schema: &Schema) -> BTreeSet<usize> {
    if !int96_is_utc(metadata) {
        return BTreeSet::new();
    }
    let flat = metadata.file_metadata().schema_descr();
    (0..schema.fields().len()).filter(|&at| is_int96(flat, at, schema)).collect()
}

/// The texts of a column: each somewhere in its page, or one behind the other.
pub(super) enum ColumnTexts {
    Apart(StringViewArray),
    Joined(StringArray),
    /// Texts if they are UTF-8.
    Bytes(BinaryViewArray),
}

impl ColumnTexts {
    /// `utc`: a moment without a zone is one of Greenwich.
    ///
    /// # Errors
    /// Values of a type that cannot be made text.
    pub(super) fn of(column: &ArrayRef, header: &str, utc: bool) -> Result<Self> {
        let text = match column.data_type() {
            DataType::Utf8View => return Ok(Self::Apart(column.as_string_view().clone())),
            DataType::BinaryView => return Ok(Self::Bytes(column.as_binary_view().clone())),
            DataType::Timestamp(unit, zone) => {
                moment_texts(column, *unit, if utc || zone.is_some() { BEIJING } else { 0 })
            }
            DataType::Float64 => Ok(number_texts(column.as_primitive::<Float64Type>(), workbook_number_text)),
            DataType::Float32 => Ok(number_texts(column.as_primitive::<Float32Type>(), |number| {
                if number.abs() < 1e15 && number.fract() != 0.0 {
                    return number.to_string();
                }
                workbook_number_text(f64::from(number))
            })),
            _ => cast(column, &DataType::Utf8).map(|texts| texts.as_string().clone()),
        };
        text.map(Self::Joined)
            .map_err(|e| Error::input("Parquet 列不能读成文字").in_column(header).hint(CURE).caused_by(e))
    }

    /// Empty where there is none; none if the bytes are no text.
    pub(super) fn get(&self, row: usize) -> Option<&str> {
        match self {
            Self::Apart(texts) if texts.is_valid(row) => Some(texts.value(row)),
            Self::Joined(texts) if texts.is_valid(row) => Some(texts.value(row)),
            Self::Bytes(bytes) if bytes.is_valid(row) => std::str::from_utf8(bytes.value(row)).ok(),
            _ => Some(""),
        }
    }
}

/// Numbers as a spreadsheet shows them; what is no number is nothing, as pandas writes it.
fn number_texts<T: arrow::datatypes::ArrowPrimitiveType>(
    numbers: &PrimitiveArray<T>,
    text: impl Fn(T::Native) -> String,
) -> StringArray {
    let texts = numbers.iter().map(|number| number.map(&text).filter(|text| text != "NaN"));
    texts.collect()
}

/// Days with their times, unless those are midnight, `later` seconds later.
fn moment_texts(
    column: &ArrayRef,
    unit: TimeUnit,
    later: i64,
) -> std::result::Result<StringArray, arrow::error::ArrowError> {
    let numbers = cast(column, &DataType::Int64)?;
    let per_second = match unit {
        TimeUnit::Second => 1,
        TimeUnit::Millisecond => 1_000,
        TimeUnit::Microsecond => 1_000_000,
        TimeUnit::Nanosecond => 1_000_000_000,
    };
    let text = |number: i64| {
        // What lies outside the calendar stays the number that it is, and is no date.
        let moment = number.div_euclid(per_second).checked_add(later).and_then(moment_text);
        moment.unwrap_or_else(|| number.to_string())
    };
    Ok(numbers.as_primitive::<Int64Type>().iter().map(|number| number.map(text)).collect())
}
