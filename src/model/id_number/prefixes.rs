//! Six-digit prefixes: where a number was first issued. They only ever warn: people marry in and
//! move, and tables of old prefixes are incomplete.

use std::collections::BTreeSet;
use std::path::Path;

use crate::{Error, Result};

/// First two digits of every province-level unit, Taiwan, Hong Kong, Macao and the numbers of
/// foreigners with permanent residence included.
const PROVINCES: [u32; 36] = [
    11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46, 50, 51, 52, 53, 54,
    61, 62, 63, 64, 65, 71, 81, 82, 83, 91,
];

/// Tells whether a six-digit prefix begins with the digits of a province.
pub(crate) fn is_province_prefix(prefix: u32) -> bool {
    PROVINCES.contains(&(prefix / 10_000))
}

/// Prefixes that numbers of a prefecture's people carry, whatever the year of issue.
#[derive(Debug, Clone, Default)]
pub struct KnownPrefixes {
    prefixes: BTreeSet<u32>,
}

impl KnownPrefixes {
    /// Reads a CSV whose first column is `prefix`; a prefix may stand in several rows.
    ///
    /// # Errors
    /// A file that cannot be read or is no CSV; a prefix that is not six digits, at its row.
    pub fn load(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).map_err(|e| Error::io("读取证件号码前缀表", path, e))?;
        let mut reader =
            csv::ReaderBuilder::new().comment(Some(b'#')).flexible(true).from_reader(text.as_bytes());
        let mut known = Self::default();
        for record in reader.records() {
            let record =
                record.map_err(|e| Error::configuration("前缀表不是合格的CSV").in_file(path).caused_by(e))?;
            let row = record.position().map_or(0, csv::Position::line);
            let six_digits = |p: &&str| p.len() == 6 && p.bytes().all(|b| b.is_ascii_digit());
            let prefix = record.get(0).filter(six_digits).and_then(|p| p.parse().ok()).ok_or_else(|| {
                Error::configuration("前缀应为6位数字")
                    .in_file(path)
                    .at_row(row)
                    .in_column("prefix")
                    .hint("第一列写证件号码的前6位，例如 410621")
            })?;
            known.prefixes.insert(prefix);
        }
        Ok(known)
    }

    /// Tells whether the table has the prefix.
    pub fn contains(&self, prefix: u32) -> bool {
        self.prefixes.contains(&prefix)
    }
}
