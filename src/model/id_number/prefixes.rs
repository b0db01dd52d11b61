//! Six-digit prefixes: where a number was first issued. They only ever warn: people marry in and
//! move, and tables of old prefixes are incomplete.

use std::collections::BTreeMap;
use std::path::Path;

use super::IdNumber;
use crate::{Error, Result};

/// First two digits of every province-level unit, Taiwan, Hong Kong, Macao and the numbers of
/// foreigners with permanent residence included.
const PROVINCES: [u32; 36] = [
    11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46, 50, 51, 52, 53, 54,
    61, 62, 63, 64, 65, 71, 81, 82, 83, 91,
];

impl IdNumber {
    /// False if the number begins with no province's digits; true where nothing is known of it.
    pub fn has_known_province(self) -> bool {
        self.region6().is_none_or(|region| PROVINCES.contains(&(region / 10_000)))
    }
}

/// Prefixes that numbers of a prefecture's people carry, with the years of their use.
#[derive(Debug, Clone, Default)]
pub struct KnownPrefixes {
    names: BTreeMap<u32, Vec<String>>,
}

impl KnownPrefixes {
    /// Reads a CSV with the columns `prefix` and `name`; a prefix may have several names.
    pub fn load(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).map_err(|e| Error::io("读取证件号码前缀表", path, e))?;
        let mut reader =
            csv::ReaderBuilder::new().comment(Some(b'#')).flexible(true).from_reader(text.as_bytes());
        let mut known = Self::default();
        for record in reader.records() {
            let record =
                record.map_err(|e| Error::configuration("前缀表不是合格的CSV").in_file(path).caused_by(e))?;
            let row = record.position().map_or(0, csv::Position::line);
            let prefix = record.get(0).filter(|p| p.len() == 6).and_then(|p| p.parse().ok());
            let prefix = prefix.ok_or_else(|| {
                Error::configuration("前缀应为6位数字").in_file(path).at_row(row).in_column("prefix")
            })?;
            known.names.entry(prefix).or_default().push(record.get(1).unwrap_or("").trim().to_owned());
        }
        Ok(known)
    }

    /// Names of the units that gave out the number's prefix; empty for a prefix from elsewhere.
    pub fn names(&self, id: IdNumber) -> &[String] {
        id.region6().and_then(|region| self.names.get(&region)).map_or(&[], Vec::as_slice)
    }

    /// Was the number first issued here?
    pub fn is_local(&self, id: IdNumber) -> bool {
        !self.names(id).is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn local_foreign_and_impossible() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("pipelines/hebi/codes/id_prefixes.csv");
        let known = KnownPrefixes::load(&path).expect("good table");
        let local = IdNumber::parse("412125197001311237");
        assert!(known.is_local(local) && local.has_known_province());
        let foreign = IdNumber::parse("11010519491231002X");
        assert!(!known.is_local(foreign) && foreign.has_known_province());
        assert!(!IdNumber::parse("991105194912310025").has_known_province());
        assert!(IdNumber::parse("").has_known_province());
    }
}
