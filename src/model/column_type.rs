//! Types of columns: those a contract names, and the four that tables have.

use arrow::datatypes::DataType;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Columns of a table, in order.
pub(crate) type ColumnTypes = Vec<(String, ColumnType)>;

/// The four column types that records and views have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnType {
    /// Text.
    Text,
    /// 32-bit integer.
    Int32,
    /// 64-bit integer.
    Int64,
    /// Calendar date.
    Date,
}

impl ColumnType {
    /// Arrow type of the column.
    pub fn arrow(self) -> DataType {
        match self {
            Self::Text => DataType::Utf8,
            Self::Int32 => DataType::Int32,
            Self::Int64 => DataType::Int64,
            Self::Date => DataType::Date32,
        }
    }
    /// Kind of an Arrow type, if it is one of the four.
    pub fn of(arrow: &DataType) -> Option<Self> {
        Some(match arrow {
            DataType::Utf8 => Self::Text,
            DataType::Int32 => Self::Int32,
            DataType::Int64 => Self::Int64,
            DataType::Date32 => Self::Date,
            _ => return None,
        })
    }
}

/// Type of a column's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ContractType {
    /// Text, trimmed (Utf8).
    #[default]
    Text,
    /// Canonical label of a code table (Utf8).
    Code,
    /// Whole number (Int32).
    Integer,
    /// Amount in fen (Int64); the name ends in `_fen`.
    Money,
    /// Area in 1/100 square metre (Int64); the name ends in `_centi`.
    Area,
    /// Day (Date32).
    Date,
    /// Month as `yyyymm` (Int32).
    Month,
    /// Yes 1, no 0 (Int32).
    Flag,
}
