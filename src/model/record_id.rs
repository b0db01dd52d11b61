//! A record's place in an extract and its published identifier.

use std::sync::Arc;

use super::decimal::{LONGEST, decimal};
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

/// See [`Records::record_id`].
pub fn record_id(source: &str, tables: &[Arc<RawTableInfo>], key: RecordKey) -> String {
    let mut id = String::new();
    push_record_id(source, tables, key, &mut id);
    id
}

/// Appends what [`record_id`] gives.
pub fn push_record_id(source: &str, tables: &[Arc<RawTableInfo>], key: RecordKey, id: &mut String) {
    let table = &tables[key.table()];
    id.push_str(source);
    id.push(':');
    id.push_str(&table.sha256[..8]);
    if table.sheet_index > 0 {
        id.push_str(".s");
        push_number(table.sheet_index.into(), id);
    }
    id.push_str(".r");
    push_number(key.row(), id);
    if key.member() > 0 {
        id.push_str(".m");
        push_number(key.member().into(), id);
    }
}

fn push_number(number: u32, text: &mut String) {
    text.push_str(decimal(number.into(), &mut [0; LONGEST]));
}
