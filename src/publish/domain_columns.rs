//! Columns of large tables that are made of what this stage knows: places, records, evidence.

use crate::model::exception::TrackedException;
use crate::publication::large_table_writer::{LargeColumn, label_column, written_column};
use crate::publish::people::{DivisionPlace, RecordOwners};
use crate::publish::restricted::{ByFinding, related_ids};

/// County, township and village of a division value.
pub(crate) fn place_columns<'a>(
    places: &[DivisionPlace<'a>],
    division: impl Fn(usize) -> u32 + Copy + Send + Sync + 'a,
) -> [LargeColumn<'a>; 3] {
    let levels: [fn(&DivisionPlace<'a>) -> &'a str; 3] = [|p| p.county, |p| p.township, |p| p.village];
    let known = places.len();
    levels.map(|level| {
        // Divisions nobody knows are at the first place, which is nowhere.
        label_column(places.iter().map(level), move |row| {
            Some(division(row) as usize).filter(|&d| d < known).or(Some(0))
        })
    })
}

/// Ids of the records that `node` names.
pub(crate) fn record_id_column<'a>(
    people: &'a RecordOwners<'_>,
    node: impl Fn(usize) -> u32 + Send + Sync + 'a,
) -> LargeColumn<'a> {
    let write = move |row, out: &mut Vec<u8>| {
        people.push_record_id(node(row), out);
        true
    };
    written_column(32, write).random()
}

/// Ids of the records that an exception rests on.
pub(crate) fn evidence_column<'a>(
    exception: impl Fn(usize) -> &'a TrackedException + Send + Sync + 'a,
) -> LargeColumn<'a> {
    written_column(64, move |i, out| {
        join_published_ids(exception(i).exception.evidence.iter().map(String::as_str), out)
    })
}

/// Fingerprints of the exceptions with the same cause.
pub(crate) fn related_column<'a>(
    by_finding: &'a ByFinding<'a>,
    exception: impl Fn(usize) -> &'a TrackedException + Send + Sync + 'a,
) -> LargeColumn<'a> {
    written_column(32, move |i, out| join_published_ids(related_ids(by_finding, exception(i)), out))
}

fn join_published_ids<'a>(parts: impl Iterator<Item = &'a str>, out: &mut Vec<u8>) -> bool {
    for (at, part) in parts.enumerate() {
        if at > 0 {
            out.push(b';');
        }
        out.extend_from_slice(part.as_bytes());
    }
    true
}
