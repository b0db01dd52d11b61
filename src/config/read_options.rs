//! What the reader of a file is told beforehand.

use std::collections::BTreeSet;

/// Declared encoding of a text file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub enum Encoding {
    /// Byte order mark, then strict UTF-8, then GB18030 (which contains GBK and GB2312).
    #[default]
    Auto,
    /// UTF-8.
    Utf8,
    /// GB18030.
    Gb18030,
}

/// What the reader of a file is told beforehand.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
pub struct ReadOptions {
    /// Header texts that may occur: they find the header row. Empty: the first row that looks like one.
    pub known_headers: Vec<String>,
    /// How many known headers a row must hold to be the header row.
    pub minimum_headers: usize,
    /// Encoding of text formats.
    pub encoding: Encoding,
    /// Cleaned headers of columns that nobody will ask for: delimited text delivers them empty.
    pub leave_out: BTreeSet<String>,
}
