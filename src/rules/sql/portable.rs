//! What of SQL both engines run alike, and what they do not.

use std::ops::Range;

use sqlparser::ast::{CastKind, Expr, TableFactor};

/// Which rows a function looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FunctionRows {
    /// One row.
    Row,
    /// A group of rows, whatever their order.
    Group,
    /// The rows of a window, in its order.
    Window,
}

/// Functions that Polars and DuckDB compute alike, and the rows that each looks at.
pub(crate) const PORTABLE_FUNCTIONS: &[(&str, FunctionRows)] = &[
    ("count", FunctionRows::Group),
    ("sum", FunctionRows::Group),
    ("min", FunctionRows::Group),
    ("max", FunctionRows::Group),
    ("coalesce", FunctionRows::Row),
    ("cast", FunctionRows::Row),
    ("abs", FunctionRows::Row),
    ("row_number", FunctionRows::Window),
    ("rank", FunctionRows::Window),
    ("dense_rank", FunctionRows::Window),
    ("starts_with", FunctionRows::Row),
    ("ends_with", FunctionRows::Row),
    ("length", FunctionRows::Row),
    ("lower", FunctionRows::Row),
    ("upper", FunctionRows::Row),
    ("greatest", FunctionRows::Row),
    ("least", FunctionRows::Row),
    ("nullif", FunctionRows::Row),
];

/// The rows that a function looks at, by its name in small letters; `None`: it is not one of the portable ones.
pub(crate) fn function_rows(name: &str) -> Option<FunctionRows> {
    PORTABLE_FUNCTIONS.iter().find(|(known, _)| *known == name).map(|(_, rows)| *rows)
}

/// A form that rules must not use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnportableForm {
    /// `SELECT *`, `a.*`, `TABLE a`, `FROM a` alone: columns that are not named.
    EveryColumn,
    /// A subquery in the place of a value.
    ScalarSubquery,
    /// `NATURAL JOIN`: which columns it compares depends on which were read.
    NaturalJoin,
    /// `?`, `$1`: nothing fills it in.
    Placeholder,
}

/// Where a form stands that rules must not use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnportableUse {
    /// Which form.
    pub kind: UnportableForm,
    /// Bytes of its first word.
    pub span: Range<usize>,
}

/// Name of a function that has a syntax of its own. Every form of the parser is named here, so that
/// one it learns is looked at before rules may use it.
pub(super) fn unportable_function(expr: &Expr) -> Option<&'static str> {
    Some(match expr {
        Expr::Cast { kind: CastKind::TryCast, .. } => "TRY_CAST",
        Expr::Cast { kind: CastKind::SafeCast, .. } => "SAFE_CAST",
        Expr::Convert { is_try: true, .. } => "TRY_CONVERT",
        Expr::Convert { .. } => "CONVERT",
        Expr::Extract { .. } => "EXTRACT",
        Expr::Ceil { .. } => "CEIL",
        Expr::Floor { .. } => "FLOOR",
        Expr::Position { .. } => "POSITION",
        Expr::Substring { shorthand: true, .. } => "SUBSTR",
        Expr::Substring { .. } => "SUBSTRING",
        Expr::Trim { .. } => "TRIM",
        Expr::Overlay { .. } => "OVERLAY",
        Expr::Struct { .. } => "STRUCT",
        Expr::Map(_) => "MAP",
        Expr::MatchAgainst { .. } => "MATCH",
        Expr::InUnnest { .. } => "UNNEST",
        Expr::GroupingSets(_) => "GROUPING SETS",
        Expr::Cube(_) => "CUBE",
        Expr::Rollup(_) => "ROLLUP",
        Expr::MemberOf(_) => "MEMBER",
        // A function is known by its own name; the others are no functions.
        Expr::Function(_)
        | Expr::Cast { .. }
        | Expr::Identifier(_)
        | Expr::CompoundIdentifier(_)
        | Expr::CompoundFieldAccess { .. }
        | Expr::JsonAccess { .. }
        | Expr::IsFalse(_)
        | Expr::IsNotFalse(_)
        | Expr::IsTrue(_)
        | Expr::IsNotTrue(_)
        | Expr::IsNull(_)
        | Expr::IsNotNull(_)
        | Expr::IsUnknown(_)
        | Expr::IsNotUnknown(_)
        | Expr::IsDistinctFrom(..)
        | Expr::IsNotDistinctFrom(..)
        | Expr::IsNormalized { .. }
        | Expr::InList { .. }
        | Expr::InSubquery { .. }
        | Expr::Between { .. }
        | Expr::BinaryOp { .. }
        | Expr::Like { .. }
        | Expr::ILike { .. }
        | Expr::SimilarTo { .. }
        | Expr::RLike { .. }
        | Expr::AnyOp { .. }
        | Expr::AllOp { .. }
        | Expr::UnaryOp { .. }
        | Expr::AtTimeZone { .. }
        | Expr::Collate { .. }
        | Expr::Nested(_)
        | Expr::Value(_)
        | Expr::Prefixed { .. }
        | Expr::TypedString(_)
        | Expr::Case { .. }
        | Expr::Exists { .. }
        | Expr::Subquery(_)
        | Expr::Tuple(_)
        | Expr::Named { .. }
        | Expr::Dictionary(_)
        | Expr::Array(_)
        | Expr::Interval(_)
        | Expr::Wildcard(_)
        | Expr::QualifiedWildcard(..)
        | Expr::OuterJoin(_)
        | Expr::Prior(_)
        | Expr::Lambda(_) => return None,
    })
}

/// Name of the function, or of the form like one, that stands in FROM for a table; `None` for a table,
/// a subquery, and joins in parentheses.
pub(super) fn table_function(factor: &TableFactor) -> Option<String> {
    Some(match factor {
        TableFactor::Table { args: None, .. }
        | TableFactor::Derived { .. }
        | TableFactor::NestedJoin { .. } => return None,
        TableFactor::Table { name, .. } | TableFactor::Function { name, .. } => name.to_string(),
        TableFactor::TableFunction { .. } => "TABLE".to_owned(),
        TableFactor::UNNEST { .. } => "UNNEST".to_owned(),
        TableFactor::JsonTable { .. } => "JSON_TABLE".to_owned(),
        TableFactor::OpenJsonTable { .. } => "OPENJSON".to_owned(),
        TableFactor::Pivot { .. } => "PIVOT".to_owned(),
        TableFactor::Unpivot { .. } => "UNPIVOT".to_owned(),
        TableFactor::MatchRecognize { .. } => "MATCH_RECOGNIZE".to_owned(),
        TableFactor::XmlTable { .. } => "XMLTABLE".to_owned(),
        TableFactor::SemanticView { .. } => "SEMANTIC_VIEW".to_owned(),
    })
}
