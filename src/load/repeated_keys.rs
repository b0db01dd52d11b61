//! Rows of a list whose keys repeat.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use arrow::array::{Array as _, ArrayRef, AsArray as _};
use arrow::datatypes::{DataType, Date32Type, Int32Type, Int64Type};
use rayon::prelude::*;
use xxhash_rust::xxh3::xxh3_128;

use super::SourceRecords;
use crate::Result;
use crate::config::SourceContract;
use crate::config::source_contract::{ColumnRole, SourceColumn};
use crate::table::key_index::KeySieve;
use crate::table::rows::Rows;

/// Rows of a list whose ID number stands in several rows, found once: whatever else of a row repeats with its number can
/// only stand in these.
pub(super) struct RepeatedNumbers<'a> {
    /// The column of the numbers; none where the list has none.
    column: Option<&'a str>,
    /// (row, first row with the same number), ascending.
    pub(super) repeats: Vec<(usize, usize)>,
    /// Which rows share their number with another, a bit a row.
    rows: Vec<u64>,
}

impl<'a> RepeatedNumbers<'a> {
    /// Finds the rows of the list that share their ID number.
    ///
    /// # Errors
    /// Rows that cannot be read back from the disk.
    pub(super) fn find(contract: &'a SourceContract, records: &SourceRecords) -> Result<Self> {
        let none = Self { column: None, repeats: Vec::new(), rows: Vec::new() };
        let id = contract.role(ColumnRole::IdNumber);
        let Some(id) = id.filter(|id| records.rows.schema().index_of(&id.name).is_ok()) else {
            return Ok(none);
        };
        let repeats = find_repeated_keys(records, &[id], 1, &none)?.repeats;
        let mut rows = vec![0; records.rows.count().div_ceil(64)];
        for row in repeats.iter().flat_map(|&(row, first)| [row, first]) {
            rows[row / 64] |= 1 << (row % 64);
        }
        Ok(Self { column: Some(&id.name), repeats, rows })
    }

    /// The rows to look for repeats of a key in, where the key names the number; none where all are to be looked at.
    fn among(&self, parts: &[&SourceColumn]) -> Option<&[u64]> {
        let column = self.column?;
        parts.iter().any(|part| part.name == column).then_some(&self.rows[..])
    }
}

/// Keys that repeat.
pub(super) struct RepeatedKeys {
    /// (row, first row with the same key), ascending.
    pub(super) repeats: Vec<(usize, usize)>,
    /// Rows with a key by table.
    pub(super) keyed: Vec<u64>,
}

/// Finds the keys that repeat. Keys of which one of the first `needed` parts is empty do not count; another empty
/// part is a part. `numbers` are those of the same rows.
///
/// # Errors
/// Rows that cannot be read back from the disk.
pub(super) fn find_repeated_keys(
    records: &SourceRecords,
    columns: &[&SourceColumn],
    needed: usize,
    numbers: &RepeatedNumbers<'_>,
) -> Result<RepeatedKeys> {
    let rows = &records.rows;
    let among = numbers.among(&columns[..needed]);
    let mut keyed = vec![0; records.tables.len()];
    // Nearly all keys stand once, which half of a hash tells; the others are looked at again.
    let sieve = KeySieve::new(rows.count());
    let mut halves: Vec<u64> = Vec::with_capacity(rows.count());
    each_key(rows, (columns, needed), among, &|_| true, &mut |keys| {
        let from = halves.len();
        let places = records.keys[from..].iter().zip(&keys).filter(|(_, key)| key.is_some());
        places.for_each(|(place, _)| keyed[place.table()] += 1);
        let half = |key: Option<u128>| key.filter(|&key| key != ALONE).map_or(NONE, half_key_hash);
        halves.par_extend(keys.into_par_iter().map(half));
        halves[from..].par_chunks(1 << 14).for_each(|some| {
            sieve.add(some.iter().copied().filter(|half| *half != NONE));
        });
    })?;
    let mut twice: Vec<u64> =
        halves.into_par_iter().filter(|&h| h != NONE && sieve.may_hold_twice(h)).collect();
    drop(sieve);
    twice.par_sort_unstable();
    let mut twice: Vec<u64> = twice.windows(2).filter(|w| w[0] == w[1]).map(|w| w[0]).collect();
    twice.dedup();
    if twice.is_empty() {
        return Ok(RepeatedKeys { repeats: Vec::new(), keyed });
    }
    let mut seen: HashMap<u128, usize> = HashMap::new();
    let (mut found, mut row) = (Vec::new(), 0);
    each_key(
        rows,
        (columns, needed),
        among,
        &|key| key != ALONE && twice.binary_search(&half_key_hash(key)).is_ok(),
        &mut |keys| {
            for key in keys {
                match key.map(|key| seen.entry(key)) {
                    None => {}
                    Some(Entry::Vacant(place)) => {
                        place.insert(row);
                    }
                    Some(Entry::Occupied(place)) => found.push((row, *place.get())),
                }
                row += 1;
            }
        },
    )?;
    Ok(RepeatedKeys { repeats: found, keyed })
}

/// No key.
const NONE: u64 = 0;
/// The hash of a key that is not looked at, as its number stands once.
const ALONE: u128 = 0;

fn half_key_hash(key: u128) -> u64 {
    (key as u64).max(NONE + 1)
}

/// Gives `each` the hash of the key of every row, chunk by chunk; none for keys of which one of the first
/// `needed` parts is empty, and for those that `wanted` refuses; [`ALONE`] for rows that are not `among` those to look at.
fn each_key(
    rows: &Rows,
    (columns, needed): (&[&SourceColumn], usize),
    among: Option<&[u64]>,
    wanted: &(dyn Fn(u128) -> bool + Sync),
    each: &mut dyn FnMut(Vec<Option<u128>>),
) -> Result<()> {
    let mut first = 0;
    for batch in rows.chunks(|name| columns.iter().any(|c| c.name == name))? {
        let batch = batch?;
        let looked_at = |row: usize| among.is_none_or(|rows| rows[row / 64] >> (row % 64) & 1 == 1);
        let arrays: Vec<&ArrayRef> = columns.iter().filter_map(|c| batch.column_by_name(&c.name)).collect();
        let key = |buffer: &mut Vec<u8>, row: usize| {
            if !looked_at(first + row) {
                let whole = arrays.iter().take(needed).all(|array| array.is_valid(row));
                return Some(ALONE).filter(|&key| whole && wanted(key));
            }
            buffer.clear();
            for (part, array) in arrays.iter().enumerate() {
                if array.is_null(row) {
                    if part < needed {
                        return None;
                    }
                    buffer.push(0x1E);
                    continue;
                }
                push_cell_bytes(buffer, array, row);
                buffer.push(0x1F);
            }
            Some(xxh3_128(buffer).max(ALONE + 1)).filter(|&key| wanted(key))
        };
        let rows = (0..batch.num_rows()).into_par_iter().with_min_len(8192);
        each(rows.map_init(Vec::new, key).collect());
        first += batch.num_rows();
    }
    Ok(())
}

/// Appends the bytes of a cell that is there.
pub(super) fn push_cell_bytes(buffer: &mut Vec<u8>, array: &ArrayRef, row: usize) {
    match array.data_type() {
        DataType::Utf8 => buffer.extend(array.as_string::<i32>().value(row).as_bytes()),
        DataType::Int64 => buffer.extend(array.as_primitive::<Int64Type>().value(row).to_le_bytes()),
        DataType::Date32 => buffer.extend(array.as_primitive::<Date32Type>().value(row).to_le_bytes()),
        _ => buffer.extend(array.as_primitive::<Int32Type>().value(row).to_le_bytes()),
    }
}
