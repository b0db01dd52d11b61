//! A record's place in an extract and its published identifier.

use std::sync::Arc;

use super::decimal::{LONGEST, write_decimal};
use super::source_table::RawTableInfo;

/// Place of a record: source, table, row and member, packed so that it sorts by place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordKey(u64);

impl RecordKey {
    /// `source`: position in the pipeline's sources; `table`: position in
    /// the source's tables; `row`: one-based row; `member`: one-based member of an unpivoted
    /// household row, 0 where rows are not unpivoted.
    pub fn new(source: u8, table: u16, row: u32, member: u8) -> Self {
        Self(u64::from(source) << 56 | u64::from(table) << 40 | u64::from(row) << 8 | u64::from(member))
    }
    /// Position of the source.
    pub fn source(self) -> usize {
        (self.0 >> 56) as usize
    }
    /// Position of the table within the source.
    pub fn table(self) -> usize {
        (self.0 >> 40 & 0xFFFF) as usize
    }
    /// One-based row.
    pub fn row(self) -> u32 {
        (self.0 >> 8) as u32
    }
    /// One-based member, 0 if not unpivoted.
    pub fn member(self) -> u8 {
        self.0 as u8
    }
}

/// Writes the published identifier of a record: `source:hash8[.sN].rROW[.mMEMBER]`, where `hash8`
/// is the start of the file's SHA-256, `N` the worksheet's position, `ROW` the one-based row and
/// `MEMBER` the one-based member of an unpivoted row.
pub(crate) fn record_id(source: &str, tables: &[Arc<RawTableInfo>], key: RecordKey) -> String {
    let mut id = String::new();
    push_record_id(source, tables, key, &mut id);
    id
}

/// Appends what [`record_id`] gives.
pub(crate) fn push_record_id(source: &str, tables: &[Arc<RawTableInfo>], key: RecordKey, id: &mut String) {
    push_record_table_part(source, &tables[key.table()], id);
    push_record_place_part(key.row(), key.member(), |text| id.push_str(text));
}

/// Appends the part of a record's id that all records of a table share: `source:hash8[.sN]`.
pub(crate) fn push_record_table_part(source: &str, table: &RawTableInfo, id: &mut String) {
    id.push_str(source);
    id.push(':');
    id.push_str(&table.sha256[..HASH_CHARACTERS]);
    if table.sheet_index > 0 {
        id.push_str(".s");
        id.push_str(write_decimal(table.sheet_index.into(), &mut [0; LONGEST]));
    }
}

/// Writes the part of record ids that all records of a table share.
pub(crate) fn record_table_part(source: &str, table: &RawTableInfo) -> String {
    let mut part = String::new();
    push_record_table_part(source, table, &mut part);
    part
}

/// Hands `push` the part of a record's id after that of its table: `.rROW[.mMEMBER]`.
pub(crate) fn push_record_place_part(row: u32, member: u8, mut push: impl FnMut(&str)) {
    push(".r");
    push(write_decimal(row.into(), &mut [0; LONGEST]));
    if member > 0 {
        push(".m");
        push(write_decimal(member.into(), &mut [0; LONGEST]));
    }
}

/// Characters of a file's digest in a record's id.
const HASH_CHARACTERS: usize = 8;

/// A record's id taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RecordIdParts<'a> {
    /// Part that all records of the table share: `source:hash8[.sN]`.
    pub table: &'a str,
    /// One-based row.
    pub row: u32,
    /// One-based member, 0 if not unpivoted.
    pub member: u8,
}

impl<'a> RecordIdParts<'a> {
    /// Parses what [`record_id`] writes; `None` for any other text.
    pub(crate) fn parse(id: &'a str) -> Option<Self> {
        let (table, place) = id.rsplit_once(".r")?;
        let (row, member) = match place.split_once(".m") {
            Some((row, member)) => (parse_record_number(row)?, parse_record_number(member)?),
            None => (parse_record_number(place)?, 0),
        };
        table.contains(':').then_some(Self { table, row, member: u8::try_from(member).ok()? })
    }
    /// Name of the source.
    pub(crate) fn source(&self) -> &'a str {
        self.table.split_once(':').map_or("", |(source, _)| source)
    }
    /// Start of the digest of the table's file, and its worksheet's position, 0 where there are no sheets.
    pub(crate) fn table_place(&self) -> Option<(&'a str, u16)> {
        let (_, place) = self.table.split_once(':')?;
        let (hash, sheet) = match place.split_once(".s") {
            Some((hash, sheet)) => (hash, u16::try_from(parse_record_number(sheet)?).ok()?),
            None => (place, 0),
        };
        (hash.len() == HASH_CHARACTERS).then_some((hash, sheet))
    }
    /// True if a record of this table of its source has the id.
    pub(crate) fn is_of(&self, table: &RawTableInfo) -> bool {
        self.table_place()
            .is_some_and(|(hash, sheet)| sheet == table.sheet_index && table.sha256.starts_with(hash))
    }
}

/// A number as ids have it: digits alone, none of them a leading zero.
fn parse_record_number(text: &str) -> Option<u32> {
    let plain = text.bytes().all(|b| b.is_ascii_digit()) && !text.starts_with('0');
    text.parse().ok().filter(|_| plain)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::source_table::FileFormat;

    fn table(sheet_index: u16) -> Arc<RawTableInfo> {
        Arc::new(RawTableInfo {
            file: std::path::PathBuf::new(),
            sha256: "0123456789".to_owned(),
            sheet: None,
            sheet_index,
            format: FileFormat::Csv,
            encoding: None,
            headers: Vec::new(),
            header_row: 1,
            notes: Vec::new(),
            around: Vec::new(),
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(sheet in 0u16.., row in 1u32.., member: u8) {
            let tables = [table(sheet)];
            let id = record_id("list", &tables, RecordKey::new(3, 0, row, member));
            let parts = RecordIdParts::parse(&id).expect("an id");
            prop_assert_eq!((parts.source(), parts.row, parts.member), ("list", row, member));
            prop_assert_eq!(parts.table, record_table_part("list", &tables[0]));
            prop_assert!(parts.is_of(&tables[0]));
            prop_assert!(!parts.is_of(&table(sheet.wrapping_add(1))));
        }
    }

    #[test]
    fn other_texts_are_no_ids() {
        for text in
            ["", "list", "list:01234567", "list.r1", "list:01234567.r01", "list:01234567.r", "a:b.r1.m256"]
        {
            assert_eq!(RecordIdParts::parse(text), None, "{text}");
        }
    }
}
