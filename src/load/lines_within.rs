//! Lines below a header that are nobody's row: `二、停保人员`, `注：以上金额单位为万元`, `共12000条记录`.

use std::sync::Arc;

use crate::model::file_account::{SkipReason, SkippedRow};
use crate::model::source_row::Reject;
use crate::model::source_table::RawTableInfo;

/// A line of words among or below the rows of a table.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct LineWithin {
    /// Position of the table.
    pub table: usize,
    /// One-based row.
    pub row: u32,
    /// What it says.
    pub text: String,
    /// It was taken for somebody's row, and rejected.
    pub rejected: bool,
}

/// The lines of all tables, in order: rows that were skipped as notes or ends of a page, and rejected rows of which one
/// cell is filled.
pub(super) fn lines_within(
    tables: &[Arc<RawTableInfo>],
    skipped: &[(u16, SkippedRow)],
    rejects: &[Reject],
) -> Vec<LineWithin> {
    let noted = skipped.iter().filter_map(|(table, row)| {
        let line = matches!(row.reason, SkipReason::Note | SkipReason::Footer | SkipReason::Line);
        line.then(|| LineWithin {
            table: usize::from(*table),
            row: row.row,
            text: row.text.clone(),
            rejected: false,
        })
    });
    let alone = rejects.iter().filter_map(|reject| {
        let text = lone_cell(reject)?;
        let table = reject.table_in(tables)?;
        Some(LineWithin { table, row: reject.row, text: text.to_owned(), rejected: true })
    });
    let mut lines: Vec<LineWithin> = noted.chain(alone).collect();
    lines.sort();
    lines.dedup();
    lines
}

/// The only filled cell of a rejected row; of a cell merged over several columns each may say the same.
fn lone_cell(reject: &Reject) -> Option<&str> {
    // Of others it is the cell to blame that is kept.
    let parted: &[char] = match reject.reason_code.as_str() {
        "missing_required" | "no_member" => &['\t'],
        "malformed_row" => &['\t', ','],
        _ => return None,
    };
    let mut cells = reject.original.split(parted).map(str::trim).filter(|cell| !cell.is_empty());
    let first = cells.next()?;
    cells.all(|cell| cell == first).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_with_one_filled_cell_is_a_line() {
        let lone = |code: &str, original: &str| {
            let reject = Reject {
                source: String::new(),
                file: "a.csv".into(),
                sheet: None,
                row: 9,
                member: 0,
                column: None,
                reason_code: code.to_owned(),
                reason: String::new(),
                original: original.to_owned(),
            };
            lone_cell(&reject).map(str::to_owned)
        };
        assert_eq!(lone("missing_required", "\t二、停保人员\t\t").as_deref(), Some("二、停保人员"));
        assert_eq!(lone("no_member", "停保人员\t停保人员\t").as_deref(), Some("停保人员"));
        assert_eq!(lone("malformed_row", "停保人员,").as_deref(), Some("停保人员"));
        assert_eq!(lone("missing_required", "浚县\t停保人员"), None);
        assert_eq!(lone("bad_date", "停保"), None, "it is a cell of somebody's row");
    }
}
