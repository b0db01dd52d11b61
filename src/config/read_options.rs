//! What the reader of a file is told beforehand.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// Declared encoding of a text file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub enum Encoding {
    /// Byte order mark, then UTF-8 if most lines are, then GB18030 (which contains GBK and GB2312).
    #[default]
    Auto,
    /// UTF-8.
    Utf8,
    /// GB18030.
    Gb18030,
}

/// What the reader of a file is told beforehand. What is not said is as in [`Default`], so that a request written by
/// hand (`scripts/big_foreign_files.py`) need not follow every new field.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ReadOptions {
    /// Header texts that may occur: they find the header row. Empty: the first row that looks like one.
    pub known_headers: Vec<String>,
    /// How many known headers a row must hold to be the header row.
    pub minimum_headers: usize,
    /// Encoding of text formats.
    pub encoding: Encoding,
    /// Cleaned headers of columns that nobody will ask for: delimited text delivers them empty.
    pub leave_out: BTreeSet<String>,
    /// Headers of the columns that only rows of data fill.
    pub key_headers: KeyHeaders,
    /// Cleaned headers of columns without which a record is rejected.
    pub required_headers: BTreeSet<String>,
    /// Cleaned headers of columns of dates and months.
    pub date_headers: BTreeSet<String>,
    /// Cleaned headers of columns of amounts and areas.
    pub amount_headers: BTreeSet<String>,
    /// Cleaned headers of columns of texts, codes, days and months: what is shown of a number is what they say.
    pub text_headers: BTreeSet<String>,
    /// Cleaned headers of columns that are known and not read.
    pub ignored_headers: BTreeSet<String>,
    /// Hidden worksheets are read like the others.
    pub hidden_sheets: bool,
    /// Worksheets that are asked for by their whole names: they are read even if they are hidden.
    pub named_sheets: Vec<String>,
    /// Files that may hold the memos of a DBF or name its encoding, where they were looked for already; a reader that may open no other
    /// file cannot look.
    pub memo_files: Option<Vec<PathBuf>>,
    /// Every filled row of every worksheet is delivered as it stands, under headers that count the columns: whoever asks
    /// finds the header himself. What else is said here does not count.
    pub plain_rows: bool,
}

/// Headers of the columns that only rows of data fill: a row that says who it is about is never a total or a
/// signature. Empty: they are guessed by their words.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct KeyHeaders {
    /// Columns of ID numbers.
    pub id_numbers: Vec<String>,
    /// Columns of names of persons.
    pub names: Vec<String>,
    /// Columns of household numbers.
    pub households: Vec<String>,
    /// Columns of the ID number of the person whom a row is about, where a row is about one: a cell of theirs merged
    /// over rows with other names is not the number of all. Empty: not asked.
    pub own_numbers: Vec<String>,
    /// Columns that tell something of a person besides: sex, birth, relation, address, telephone …
    pub facts: Vec<String>,
    /// Columns of counties, townships and villages.
    pub places: Vec<String>,
    /// Names of divisions that the pipeline knows, with what they end with and without.
    pub known_places: BTreeSet<String>,
    /// Which column each known header feeds, cleaned: two headers of one column are the same in a header that
    /// stands again. Headers that are known and not read feed the column of no name.
    pub columns: BTreeMap<String, String>,
}

impl KeyHeaders {
    /// True if no column is named.
    pub fn is_empty(&self) -> bool {
        self.id_numbers.is_empty() && self.names.is_empty() && self.households.is_empty()
    }
}
