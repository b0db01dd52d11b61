//! Code tables: what a source writes, and the one label that records carry.
//!
//! Local codes are not the national standards (registry 民族 02 is 满族), so every column
//! names its own table; a raw code never leaves the loader.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use crate::{Error, Result};

/// Accepted spellings of one coded column and their canonical labels.
#[derive(Debug, Clone, Default)]
pub struct CodeMap {
    labels: Vec<String>,
    spellings: HashMap<String, u32>,
}

impl CodeMap {
    /// Adds a spelling (code or label) of the canonical `label`. Returns the label that the
    /// spelling already stands for if that is a different one.
    pub fn add(&mut self, spelling: &str, label: &str) -> Option<&str> {
        let index = match self.labels.iter().position(|l| l == label) {
            Some(index) => index as u32,
            None => {
                self.labels.push(label.to_owned());
                self.spellings.entry(label.to_owned()).or_insert(self.labels.len() as u32 - 1);
                self.labels.len() as u32 - 1
            }
        };
        let mut clash = None;
        let mut put = |key: &str| match self.spellings.get(key) {
            Some(&other) if other != index => clash = Some(other),
            Some(_) => {}
            None => {
                self.spellings.insert(key.to_owned(), index);
            }
        };
        put(spelling);
        put(&clean_code_text(spelling));
        // A spreadsheet turns 01 into 1; both must mean the same.
        let short = spelling.trim_start_matches('0');
        if !short.is_empty() && short.len() < spelling.len() && short.bytes().all(|b| b.is_ascii_digit()) {
            put(short);
        }
        clash.map(|other| self.labels[other as usize].as_str())
    }
    /// Canonical labels, in the order of the table.
    pub fn labels(&self) -> &[String] {
        &self.labels
    }
    /// Position in [`Self::labels`] of what `text` stands for. Full-width forms, spaces and
    /// leading zeros make no difference.
    pub fn find(&self, text: &str) -> Option<usize> {
        if let Some(&index) = self.spellings.get(text) {
            return Some(index as usize);
        }
        let clean = clean_code_text(text);
        let short = clean.trim_start_matches('0');
        [clean.as_str(), short].into_iter().find_map(|t| self.spellings.get(t)).map(|&index| index as usize)
    }
    /// Canonical label of `text`.
    pub fn label(&self, text: &str) -> Option<&str> {
        self.find(text).map(|index| self.labels[index].as_str())
    }
    /// Code of each spelling, sorted, for reports and fixtures: (spelling, label).
    pub fn spellings(&self) -> BTreeMap<&str, &str> {
        self.spellings.iter().map(|(k, &v)| (k.as_str(), self.labels[v as usize].as_str())).collect()
    }
    /// True if nothing was added.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }
}

fn clean_code_text(text: &str) -> String {
    use unicode_normalization::UnicodeNormalization as _;
    text.nfkc().filter(|c| !c.is_whitespace()).collect()
}

/// Reads a file of code tables: CSV with the columns `table,code,label,canonical` (others are
/// notes). `code` may be empty (an extra spelling); `canonical` empty means `label`. Lines
/// that begin with `#` are comments.
pub(crate) fn read_code_tables(path: &Path) -> Result<BTreeMap<String, CodeMap>> {
    let bytes = std::fs::read(path).map_err(|e| Error::io("读取代码表", path, e))?;
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).flexible(true).from_reader(&bytes[..]);
    let bad = |e: csv::Error| {
        let line = e.position().map_or(0, csv::Position::line);
        Error::configuration("代码表不是合法的 CSV").in_file(path).at_row(line).caused_by(e)
    };
    let headers = reader.headers().map_err(bad)?.clone();
    let position = |name: &str| headers.iter().position(|h| h.trim_start_matches('\u{feff}') == name);
    let (Some(table), Some(code), Some(label)) = (position("table"), position("code"), position("label"))
    else {
        return Err(Error::configuration("代码表缺少 table、code、label 三列之一").in_file(path).at_row(1));
    };
    let canonical = position("canonical");
    let mut tables: BTreeMap<String, CodeMap> = BTreeMap::new();
    for record in reader.records() {
        let record = record.map_err(bad)?;
        let line = record.position().map_or(0, csv::Position::line);
        let cell = |index: usize| record.get(index).unwrap_or("").trim();
        let (name, label) = (cell(table), cell(label));
        if name.is_empty() || label.is_empty() {
            return Err(Error::configuration("代码表的 table 和 label 不能为空").in_file(path).at_row(line));
        }
        let target = canonical.map(cell).filter(|c| !c.is_empty()).unwrap_or(label);
        let map = tables.entry(name.to_owned()).or_default();
        for spelling in [cell(code), label] {
            if spelling.is_empty() {
                continue;
            }
            if let Some(other) = map.add(spelling, target) {
                let message = format!("代码表“{name}”里“{spelling}”既是“{other}”又是“{target}”");
                return Err(Error::configuration(message)
                    .in_file(path)
                    .at_row(line)
                    .hint("一个写法只能对应一个标准名称"));
            }
        }
    }
    Ok(tables)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_labels_and_lost_zeros() {
        let mut map = CodeMap::default();
        assert_eq!(map.add("01", "男"), None);
        assert_eq!(map.add("02", "女"), None);
        for (text, label) in [("01", "男"), ("1", "男"), ("002", "女"), ("女", "女")] {
            assert_eq!(map.label(text), Some(label), "{text}");
        }
        assert_eq!(map.label("1"), Some("男"));
        assert_eq!(map.label("3"), None);
        assert_eq!(map.label("0"), None);
        assert_eq!(map.add("1", "女"), Some("男"));
    }
}
