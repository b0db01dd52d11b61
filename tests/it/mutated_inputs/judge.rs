//! What must hold of a mutated file that was read: every row that is in it is delivered as it stands, or named.

use std::collections::BTreeSet;

use bidui::testing::extract::{RawTable, SkipReason};
use bidui::testing::model::file_account::CellFault;

use super::invented::{Book, Cell, HEADER, ID, NAME, Row, Sheet};
use super::mutate::names_person;

/// How a format numbers rows and columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Numbering {
    /// From the first row of the grid, columns from the first.
    Text,
    /// From the first row of the sheet, columns from the first filled one.
    Sheet,
    /// Records, the header is none.
    Record,
}

/// A text without what no reader need keep: white space and invisible characters.
pub(super) fn bare(text: &str) -> String {
    text.chars()
        .filter(|c| !(c.is_whitespace() || c.is_control() || "\u{feff}\u{200b}".contains(*c)))
        .collect()
}

fn is_blank(cell: &Cell) -> bool {
    let bare = bare(&cell.shown());
    bare.is_empty() || bare == "\\N"
}

/// The tables that a sheet of the grid became; `at`: its position among the sheets that hold anything.
fn tables_of(tables: &[RawTable], position: usize) -> Vec<&RawTable> {
    let of = |table: &&RawTable| match table.info.sheet_index {
        0 => position == 0,
        index => usize::from(index) == position + 1,
    };
    tables.iter().filter(of).collect()
}

/// What a delivered row says in some column, and whether it is named as faulty.
fn delivered(table: &RawTable, at: usize, column: usize) -> (String, bool) {
    let cell = table.columns[column].iter().nth(at).flatten().unwrap_or_default();
    let fault = |f: &bidui::testing::model::file_account::FaultyCell| {
        f.row == table.rows[at] && f.column as usize == column
    };
    (bare(cell), table.faults.iter().any(fault))
}

/// Complaints about a file whose grid is known cell by cell.
pub(super) fn check_grid(book: &Book, tables: &[RawTable], numbering: Numbering, pages: bool) -> Vec<String> {
    let mut complaints = Vec::new();
    let mut position = 0;
    for sheet in &book.sheets {
        let blank = sheet.rows.iter().all(|row| row.cells.iter().all(is_blank));
        // Tables of a page that hold nothing are none.
        if blank && pages {
            continue;
        }
        let of_sheet = tables_of(tables, position);
        position += 1;
        if blank {
            continue;
        }
        if of_sheet.is_empty() {
            complaints.push(format!("sheet {} is nowhere", sheet.name));
            continue;
        }
        let left = if numbering == Numbering::Sheet { first_column(sheet) } else { 0 };
        check_sheet(sheet, &of_sheet, (numbering, left), &mut complaints);
    }
    complaints
}

fn first_column(sheet: &Sheet) -> usize {
    let firsts = sheet.rows.iter().filter_map(|row| row.cells.iter().position(|cell| *cell != Cell::Blank));
    firsts.min().unwrap_or(0)
}

fn check_sheet(
    sheet: &Sheet,
    tables: &[&RawTable],
    (numbering, left): (Numbering, usize),
    complaints: &mut Vec<String>,
) {
    let first = sheet.header.map_or(0, |header| header + 1);
    for (at, row) in sheet.rows.iter().enumerate().skip(first) {
        let number = match numbering {
            Numbering::Record => at + 1 - first,
            _ => at + 1,
        } as u32;
        let mut complain = |what: &str| {
            let cells: Vec<String> = row.cells.iter().map(Cell::shown).collect();
            complaints.push(format!(
                "row {number} {what}: {}",
                cells.join(" | ").chars().take(120).collect::<String>()
            ));
        };
        let data: Vec<(&RawTable, usize)> = tables
            .iter()
            .flat_map(|&t| t.rows.iter().enumerate().filter(|(_, r)| **r == number).map(move |(i, _)| (t, i)))
            .collect();
        let rejected = tables.iter().flat_map(|t| &t.malformed).filter(|m| m.row == number).count();
        let skipped: Vec<SkipReason> =
            tables.iter().flat_map(|t| &t.skipped).filter(|s| s.row == number).map(|s| s.reason).collect();
        let places = data.len() + rejected + skipped.len();
        if row.cells.iter().all(is_blank) {
            if !data.is_empty() || rejected > 0 {
                complain("is blank and delivered");
            }
            continue;
        }
        match (places, data.first(), skipped.first()) {
            (0, ..) => complain("is nowhere"),
            (2.., ..) => complain("is there twice"),
            (_, None, Some(SkipReason::Blank)) => complain("is taken for blank"),
            (_, None, Some(reason)) if names_person(row) => {
                complain(&format!("of a person is skipped as {reason:?}"))
            }
            (_, Some(&(table, at)), _) => check_cells(row, table, at, left, &mut complain),
            _ => {}
        }
    }
}

fn check_cells(row: &Row, table: &RawTable, at: usize, left: usize, complain: &mut impl FnMut(&str)) {
    let width = table.columns.len();
    for (column, cell) in row.cells.iter().enumerate() {
        let Some(place) = column.checked_sub(left) else { continue };
        let wanted = bare(&cell.shown());
        if place >= width {
            // What stands behind the last header is named.
            let named = table.faults.iter().any(|fault| {
                fault.fault == CellFault::NoHeader
                    && (fault.row, fault.column) == (table.rows[at], place as u32)
                    && bare(&fault.original) == wanted
            });
            if !is_blank(cell) && !named {
                complain(&format!("has lost its cell {}", column + 1));
            }
            continue;
        }
        let (found, fault) = delivered(table, at, place);
        let same = found == wanted || is_blank(cell) && found.is_empty();
        // An error is no value; what is faulty is named.
        if !(same || fault && found.is_empty()) {
            complain(&format!("has “{found}” for its cell {}", column + 1));
        }
    }
}

/// Complaints about rows of delimited text that end before the others and are delivered without a word.
pub(super) fn check_short_rows(book: &Book, tables: &[RawTable]) -> Vec<String> {
    let named: Vec<u32> = tables
        .iter()
        .filter_map(|t| t.account.as_ref()?.text.as_ref())
        .flat_map(|t| t.short_rows.clone())
        .collect();
    let short = book.sheets[0].rows.iter().zip(1u32..).filter(|(row, _)| row.short);
    let delivered = |number: u32| tables.iter().any(|t| t.rows.contains(&number));
    short
        .filter(|(_, number)| delivered(*number) && !named.contains(number))
        .map(|(_, number)| format!("row {number} is shorter than the others without a word"))
        .collect()
}

/// How many rows a damage may harm beyond those that it is known to touch.
#[derive(Debug, Clone, Copy)]
pub(super) struct Allowed {
    /// Rows that may be other than written without a word.
    pub rows: usize,
    /// Only names and ID numbers are compared: other texts are shared by many rows.
    pub keys_only: bool,
    /// Bytes that may be other than written in as many rows as hold them: packed pages write a byte once and point
    /// back at it.
    pub pointed_at: usize,
}

/// Complaints about a file with damaged bytes. `harmed`: rows whose bytes were touched.
pub(super) fn check_rows(
    book: &Book,
    tables: &[RawTable],
    harmed: &dyn Fn(usize, usize) -> bool,
    allowed: Allowed,
) -> Vec<String> {
    let mut lost = Vec::new();
    let named: String = tables
        .iter()
        .flat_map(|t| t.malformed.iter().map(|m| &m.original).chain(t.skipped.iter().map(|s| &s.text)))
        .flat_map(|text| [text.as_str(), "\n"])
        .collect();
    let named = bare(&named);
    let rejected: usize = tables.iter().map(|t| t.malformed.len()).sum();
    let deleted = tables.iter().flat_map(|t| &t.skipped).filter(|s| s.reason == SkipReason::Deleted).count();
    let doubtful =
        tables.iter().filter_map(|t| t.account.as_ref()?.text.as_ref()).any(|t| t.stray_quotes_count > 0);
    let mut people = 0;
    let mut bytes: Option<BTreeSet<(u8, u8)>> = Some(BTreeSet::new());
    for (sheet_at, sheet) in book.sheets.iter().enumerate() {
        let first = sheet.header.map_or(0, |header| header + 1);
        for (at, row) in sheet.rows.iter().enumerate().skip(first).filter(|(_, row)| names_person(row)) {
            if harmed(sheet_at, at) {
                continue;
            }
            people += 1;
            let id = row.cells[ID].shown();
            if !(is_delivered(row, tables, allowed.keys_only) || named.contains(&id)) {
                bytes = bytes.zip(other_bytes(row, tables)).map(|(all, own)| &all | &own);
                let cells: Vec<String> = row.cells.iter().map(Cell::shown).collect();
                lost.push(format!("row {} is lost or misread: {}", at + 1, cells.join(" | ")));
            }
        }
    }
    let pointed_at = bytes.is_some_and(|bytes| bytes.len() <= allowed.pointed_at);
    if pointed_at || lost.len() <= allowed.rows || book.several_lines && (rejected > 0 || doubtful) {
        lost.clear();
    }
    // Rows may run into each other, but not without one of them being named, but for those that a flipped byte may take.
    let data: usize = tables.iter().map(|t| t.rows.len()).sum();
    if data + 2 * (rejected + deleted) + allowed.rows < people {
        lost.push(format!("{people} people, {data} rows of data, {rejected} rejected"));
    }
    lost
}

/// What bytes of a person's name and number became which others, in the row that says nearly the same.
fn other_bytes(row: &Row, tables: &[RawTable]) -> Option<BTreeSet<(u8, u8)>> {
    let wanted = [NAME, ID].map(|column| bare(&row.cells[column].shown()));
    let rows = tables.iter().flat_map(|table| (0..table.rows.len()).map(move |at| (table, at)));
    let pairs = |(table, at): (&RawTable, usize)| {
        let found = [NAME, ID].map(|column| match column < table.columns.len() {
            true => delivered(table, at, column).0,
            false => String::new(),
        });
        let mut others = BTreeSet::new();
        for (wanted, found) in wanted.iter().zip(&found) {
            if wanted.len() == found.len() {
                let bytes = wanted.bytes().zip(found.bytes());
                others.extend(bytes.filter(|(wanted, found)| wanted != found));
            } else if is_stretched(wanted, found) {
                // A text that begins as the one before is written as how much of it to take: a number that is another.
                others.insert((0, 0));
            } else {
                return None;
            }
        }
        Some(others)
    };
    rows.filter_map(pairs).min_by_key(BTreeSet::len)
}

/// Is one text the other with a piece put in or left out?
fn is_stretched(wanted: &str, found: &str) -> bool {
    let (short, long) = if wanted.len() < found.len() { (wanted, found) } else { (found, wanted) };
    let begin = short.bytes().zip(long.bytes()).take_while(|(a, b)| a == b).count();
    let end = short.bytes().rev().zip(long.bytes().rev()).take_while(|(a, b)| a == b).count();
    begin + end >= short.len()
}

fn is_delivered(row: &Row, tables: &[RawTable], keys_only: bool) -> bool {
    let wanted: Vec<String> = row.cells.iter().map(|cell| bare(&cell.shown())).collect();
    let columns: Vec<usize> = if keys_only { vec![NAME, ID] } else { (0..HEADER.len()).collect() };
    tables.iter().any(|table| {
        (0..table.rows.len()).any(|at| {
            columns.iter().all(|&column| {
                let (found, fault) = match column < table.columns.len() {
                    true => delivered(table, at, column),
                    false => (String::new(), false),
                };
                found == wanted.get(column).map_or("", String::as_str) || fault
            })
        })
    })
}
