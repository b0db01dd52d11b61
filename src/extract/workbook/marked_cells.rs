//! What is told of a sheet with text that is struck through, raised, or merged over several people.

use std::collections::{BTreeMap, BTreeSet};

use super::FilledSheet;
use crate::model::file_account::CellFault;

/// Rows that are named.
const NAMED: usize = 10;

/// Rows below the header that are crossed out, by their place: two cells at least, and half of those that are filled.
pub(super) fn struck_rows(sheet: &FilledSheet, last: Option<usize>) -> BTreeSet<usize> {
    let mut struck: BTreeMap<usize, usize> = BTreeMap::new();
    for (&(row, _), fault) in &sheet.faults {
        if *fault == CellFault::StruckOut && last.is_none_or(|last| row > last) {
            *struck.entry(row).or_default() += 1;
        }
    }
    let filled = |row: usize| sheet.cells.row(row).filter(|cell| !cell.trim().is_empty()).count();
    struck
        .into_iter()
        .filter(|&(row, cells)| cells >= 2 && cells * 2 >= filled(row))
        .map(|(row, _)| row)
        .collect()
}

/// Tells of such rows, and of cells elsewhere.
pub(super) fn tell_marked_cells(
    sheet: &FilledSheet,
    headers: &[String],
    last: Option<usize>,
    struck_rows: &BTreeSet<usize>,
) -> Vec<String> {
    let number = |row: usize| sheet.top + row as u32 + 1;
    let named = |rows: &[usize]| {
        let told: Vec<String> = rows.iter().take(NAMED).map(|&row| number(row).to_string()).collect();
        format!("第{}行{}", told.join("、"), if rows.len() > NAMED { "等" } else { "" })
    };
    let mut notes = Vec::new();
    if !struck_rows.is_empty() {
        let rows: Vec<usize> = struck_rows.iter().copied().collect();
        notes.push(format!(
            "有{}行整行划了删除线（{}），是不是已经划掉的人看不出，没有当作名单里的人读入；已经划掉的删去这些行，没有划掉的取消删除线，再重报",
            rows.len(),
            named(&rows)
        ));
    }
    let mut cells: BTreeMap<(usize, CellFault), Vec<usize>> = BTreeMap::new();
    for (&(row, column), &fault) in &sheet.faults {
        let below = last.is_none_or(|last| row > last) && column < headers.len();
        if below && !(fault == CellFault::StruckOut && struck_rows.contains(&row)) {
            cells.entry((column, fault)).or_default().push(row);
        }
    }
    let mut typed: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for &(row, column) in sheet
        .typed_days
        .iter()
        .filter(|(row, column)| last.is_none_or(|last| *row > last) && *column < headers.len())
    {
        typed.entry(column).or_default().push(row);
    }
    for (column, rows) in typed {
        let seen = sheet.cells.get(rows[0], column);
        notes.push(format!(
            "“{}”有{}格的格式是日期，格里却是直接打进去的数字（{}，如{seen}，打开后显示成一串#或很远的年份），按数字的写法读入；\
             请提供部门改成文字，或写成 2018-03-01 这样的日期",
            headers[column],
            rows.len(),
            named(&rows)
        ));
    }
    for ((column, fault), rows) in cells {
        let done = match fault {
            CellFault::StruckOut => "不知道还算不算数，按不清楚处理",
            CellFault::StruckPart => "只读入没有划掉的部分",
            CellFault::RaisedPart => "多半是注释号，没有读作内容",
            CellFault::MergedNumber => "只算第一行的人的，这些行按不清楚处理",
            _ => continue,
        };
        notes.push(format!(
            "“{}”有{}格{}（{}），{done}；请核对改正后重报",
            headers[column],
            rows.len(),
            fault.label(),
            named(&rows)
        ));
    }
    notes
}
