//! Columns of ID numbers that were stored as numbers: those that end in X cannot be, and are blank.

use arrow::array::{Array as _, AsArray as _};

use super::LoadedSource;
use super::data_folder::masked_table_name;
use crate::Result;
use crate::config::{ColumnRole, SourceContract};
use crate::model::source_row::AuditFinding;

/// Numbers of 18 characters of which one in eleven ends in X: that none of so many does is no chance.
const LEAST_NUMBERS: u64 = 80;
/// Of so many numbers one is blank at least, where those with X are.
const BLANKS_IN: u64 = 30;

/// Counts of a table.
#[derive(Default, Clone, Copy)]
struct LetterCounts {
    numbers: u64,
    with_letter: u64,
    /// Records with a name and without a number.
    blank: u64,
}

/// Tells of tables of whose ID numbers none ends in X while many records with a name have none.
///
/// # Errors
/// Rows that cannot be read back.
pub(super) fn tell_lost_letters(contract: &SourceContract, loaded: &mut LoadedSource) -> Result<()> {
    let role = |role| contract.role(role).map(|column| column.name.as_str());
    let (Some(id), Some(name)) = (role(ColumnRole::IdNumber), role(ColumnRole::Name)) else { return Ok(()) };
    let mut tables = vec![LetterCounts::default(); loaded.records.tables.len()];
    let mut first = 0;
    for batch in loaded.records.rows.chunks(|column| column == id || column == name)? {
        let batch = batch?;
        let texts = |column| batch.column_by_name(column).and_then(|array| array.as_string_opt::<i32>());
        let (Some(ids), Some(names)) = (texts(id), texts(name)) else { return Ok(()) };
        for row in 0..batch.num_rows() {
            let counts = &mut tables[loaded.records.keys[first + row].table()];
            match ids.is_valid(row).then(|| ids.value(row)) {
                None => counts.blank += u64::from(names.is_valid(row)),
                Some(number) => {
                    counts.numbers += u64::from(number.len() == 18);
                    counts.with_letter += u64::from(number.ends_with(['x', 'X']));
                }
            }
        }
        first += batch.num_rows();
    }
    let label = contract.role(ColumnRole::IdNumber).map_or("", |column| column.label.as_str());
    for (info, counts) in loaded.records.tables.iter().zip(tables) {
        let LetterCounts { numbers, with_letter, blank } = counts;
        if numbers < LEAST_NUMBERS || with_letter > 0 || blank * BLANKS_IN < numbers {
            continue;
        }
        let message = format!(
            "{}的“{label}”有{blank}格空白，填了的{numbers}个号码没有一个以X结尾（通常每11个有1个）：多半是这一列存成了数字，以X结尾的号码丢了；请提供部门把这一列存成文字后重新导出",
            masked_table_name(&info.file, info.sheet.as_deref()),
        );
        loaded.audits.push(AuditFinding::new(&contract.name, "lost_letters", false, message));
    }
    Ok(())
}
