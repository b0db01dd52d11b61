//! ID numbers that stand in more than one publication.

use arrow::array::{Array as _, AsArray as _, RecordBatch, StringArray};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use rayon::prelude::*;

use crate::model::id_number::IdNumber;
use crate::progress::Progress;
use crate::publication::snapshot::Snapshot;
use crate::table::key_index::{SEED, mix_key_hash};
use crate::table::rows::PositionedFile;
use crate::{Error, Result};

/// Persons of a publication with their numbers.
const IDENTITIES: &str = "restricted/person_identity.parquet";
/// Memory that a number takes while its part is compared: it is collected, then sorted.
const BYTES_PER_NUMBER: u64 = 2 * size_of::<HeldNumber>() as u64;
/// Most parts to compare the numbers in.
const MOST_PARTS: u32 = 1_024;
/// Rows read at a time.
const BATCH: usize = 1 << 16;

/// A number, the publication and the row of the person who holds it.
type HeldNumber = (u64, u16, u32);

/// What one part of the numbers shares.
pub(super) struct SharedNumbers {
    /// Publication and row of everyone under a shared number, number by number.
    pub(super) places: Vec<(u16, u32)>,
    /// How many of them each number has.
    pub(super) groups: Vec<usize>,
    /// Persons with a number of this part, by publication.
    pub(super) numbered: Vec<u64>,
}

/// Persons in a table of identities.
pub(super) fn count_numbered_persons(of: &Snapshot) -> Result<u64> {
    let builder = open_numbers_table(of)?;
    let mut groups = builder.metadata().row_groups().iter();
    // Rows are numbered with 32 bits.
    let rows = groups.try_fold(0u32, |sum, group| sum.checked_add(u32::try_from(group.num_rows()).ok()?));
    rows.map(u64::from).ok_or_else(|| damaged_numbers_table(of, &"行数超出范围"))
}

/// Parts to compare so many persons in.
pub(super) fn parts_for_memory(persons: u64, memory: u64) -> u32 {
    let parts = persons.saturating_mul(BYTES_PER_NUMBER).div_ceil(memory.max(1)).clamp(1, MOST_PARTS.into());
    u32::try_from(parts).unwrap_or(MOST_PARTS)
}

/// Numbers of one part (which of how many) that several publications have.
pub(super) fn read_shared_numbers(
    publications: &[Snapshot],
    part: (u32, u32),
    progress: &dyn Progress,
) -> Result<SharedNumbers> {
    let held: Vec<Vec<HeldNumber>> = publications
        .par_iter()
        .enumerate()
        .map(|(publication, of)| {
            let held = read_held_numbers(of, publication as u16, part)?;
            progress.advance(1);
            Ok(held)
        })
        .collect::<Result<_>>()?;
    let numbered = held.iter().map(|one| one.len() as u64).collect();
    let mut all = Vec::with_capacity(held.iter().map(Vec::len).sum());
    // One by one, so that only one publication's numbers are there twice.
    for one in held {
        all.extend(one);
    }
    all.par_sort_unstable();
    let (mut places, mut groups) = (Vec::new(), Vec::new());
    for group in all.chunk_by(|a, b| a.0 == b.0) {
        // Sorted by publication: the ends differ if any two do.
        if group.first().map(|held| held.1) != group.last().map(|held| held.1) {
            places.extend(group.iter().map(|&(_, publication, row)| (publication, row)));
            groups.push(group.len());
        }
    }
    Ok(SharedNumbers { places, groups, numbered })
}

fn read_held_numbers(of: &Snapshot, publication: u16, (part, parts): (u32, u32)) -> Result<Vec<HeldNumber>> {
    let mut held = Vec::new();
    let mut row = 0u32;
    for batch in read_number_columns(of, &["id_number"])? {
        let batch = batch?;
        for number in number_text_column(of, &batch, "id_number")? {
            // Shorter ones are damaged: what is left of a number is nobody's.
            if let Some(text) = number.filter(|text| text.len() == 18)
                && let Some(key) = IdNumber::parse(text).id18_key()
                && mix_key_hash(SEED, key) % u64::from(parts) == u64::from(part)
            {
                held.push((key, publication, row));
            }
            row += 1;
        }
    }
    Ok(held)
}

/// Rows of a published table with these columns.
pub(super) fn read_number_columns<'a>(
    of: &'a Snapshot,
    columns: &[&str],
) -> Result<impl Iterator<Item = Result<RecordBatch>> + 'a> {
    let builder = open_numbers_table(of)?;
    let mask = ProjectionMask::columns(builder.parquet_schema(), columns.iter().copied());
    let reader = builder.with_projection(mask).with_batch_size(BATCH).build();
    let reader = reader.map_err(|e| damaged_numbers_table(of, &e))?;
    Ok(reader.map(move |batch| batch.map_err(|e| damaged_numbers_table(of, &e))))
}

/// A column of texts.
pub(super) fn number_text_column<'a>(
    of: &Snapshot,
    batch: &'a RecordBatch,
    name: &str,
) -> Result<&'a StringArray> {
    let column = batch.column_by_name(name).and_then(|column| column.as_string_opt::<i32>());
    column.filter(|column| column.len() == batch.num_rows()).ok_or_else(|| {
        Error::input(format!("发布的人员身份表缺少列“{name}”"))
            .in_file(of.path(IDENTITIES))
            .hint("用本版程序重新运行该期")
    })
}

fn open_numbers_table(of: &Snapshot) -> Result<ParquetRecordBatchReaderBuilder<PositionedFile>> {
    let open = of.checked_file(IDENTITIES)?;
    ParquetRecordBatchReaderBuilder::try_new(open).map_err(|e| damaged_numbers_table(of, &e))
}

fn damaged_numbers_table(of: &Snapshot, error: &dyn std::fmt::Display) -> Error {
    Error::input(format!("数据表无法读取：{error}"))
        .in_file(of.path(IDENTITIES))
        .hint("文件可能被改动；请重新运行该期")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn less_memory_takes_more_parts() {
        assert_eq!(parts_for_memory(1_000, 2_000_000_000), 1);
        assert!(parts_for_memory(80_000_000, 500_000_000) > parts_for_memory(80_000_000, 2_000_000_000));
        assert_eq!((parts_for_memory(u64::MAX, 0), parts_for_memory(0, 0)), (MOST_PARTS, 1));
    }
}
