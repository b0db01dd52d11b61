//! A sheet without a header: does it go on with the list of the sheet before it?

use super::filled_sheet::FilledSheet;
use crate::extract::RawTable;
use crate::privacy::mask::holds_identity_number;

/// Rows by which the columns of a list are told.
const SAMPLE: usize = 2000;

/// What the values of a column look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ColumnShape {
    /// Numbers of 15 or 18 digits.
    IdNumber,
    /// Two to four Han characters: a name of a person or place.
    ShortHan,
}

/// A table that was read, as far as another may go on with it.
pub(super) struct ReadColumns {
    pub headers: Vec<String>,
    /// Zero-based column of the sheet that the first header stands in.
    pub left: u32,
    shapes: Vec<Option<ColumnShape>>,
    /// Columns up to the last that is filled anywhere.
    width: usize,
}

impl ReadColumns {
    pub(super) fn new(table: &RawTable, left: u32) -> Self {
        let values = |at: usize| table.columns[at].iter().flatten().take(SAMPLE);
        let columns = 0..table.columns.len();
        let shapes = columns.clone().map(|at| shape_of(values(at))).collect();
        let width = columns.rev().find(|&at| values(at).next().is_some()).map_or(0, |at| at + 1);
        Self { headers: table.info.headers.clone(), left, shapes, width }
    }
    /// Is a sheet as wide, with ID numbers and names in the same columns?
    pub(super) fn continues_in(&self, sheet: &FilledSheet) -> bool {
        let Some(ahead) = sheet.left.checked_sub(self.left).map(|ahead| ahead as usize) else { return false };
        let ends = sheet.filled_rows().map(|row| {
            ahead + sheet.cells.row(row).rposition(|cell| !cell.trim().is_empty()).map_or(0, |at| at + 1)
        });
        // Last columns may be blank for a whole sheet; none may come to the right of them.
        let widest = ends.max().unwrap_or(0);
        if widest > self.headers.len() || widest * 2 < self.width {
            return false;
        }
        let value = |row: usize, at: usize| -> Option<&str> {
            let cell = sheet.cells.get(row, at.checked_sub(ahead)?).trim();
            (!cell.is_empty()).then_some(cell)
        };
        let sample: Vec<usize> = sheet.filled_rows().take(SAMPLE).collect();
        // Without a known header it may still have one: whose words would become a person.
        let first = first_row_of_list(sheet);
        let headed = |(at, shape): (usize, &Option<ColumnShape>)| {
            *shape == Some(ColumnShape::IdNumber)
                && value(first, at).is_some_and(|v| !v.bytes().any(|b| b.is_ascii_digit()))
        };
        if self.shapes.iter().enumerate().any(headed) {
            return false;
        }
        let mut told = 0;
        for (at, shape) in self.shapes.iter().enumerate() {
            let Some(shape) = shape else { continue };
            let values: Vec<&str> = sample.iter().filter_map(|&row| value(row, at)).collect();
            if values.is_empty() {
                continue;
            }
            if shape_of(values.into_iter()) != Some(*shape) {
                return false;
            }
            told += 1;
        }
        let ids = self.shapes.iter().flatten().filter(|shape| **shape == ColumnShape::IdNumber).count();
        told >= 2 || told == 1 && ids == 1
    }
}

impl FilledSheet {
    /// Makes a column of the sheet the first; those before its own are blank.
    pub(super) fn shift_to(&mut self, left: u32) {
        let ahead = self.left.saturating_sub(left) as usize;
        if ahead == 0 {
            return;
        }
        self.cells.shift(ahead);
        let moved = |(row, column): (usize, usize)| (row, column + ahead);
        let faults = std::mem::take(&mut self.faults);
        self.faults = faults.into_iter().map(|(place, fault)| (moved(place), fault)).collect();
        for texts in [&mut self.originals, &mut self.shown_digits] {
            *texts = std::mem::take(texts).into_iter().map(|(place, text)| (moved(place), text)).collect();
        }
        self.typed_days = std::mem::take(&mut self.typed_days).into_iter().map(moved).collect();
        self.plain_numbers = std::mem::take(&mut self.plain_numbers).into_iter().map(moved).collect();
        self.left = left;
    }
}

/// Position of the first row that is no title: more than two of its cells are filled.
pub(super) fn first_row_of_list(sheet: &FilledSheet) -> usize {
    (0..sheet.cells.len()).position(|row| filled_cells(sheet, row) > 2).unwrap_or(0)
}

/// Four of five values look the same.
fn shape_of<'a>(values: impl Iterator<Item = &'a str>) -> Option<ColumnShape> {
    let (mut count, mut ids, mut short) = (0usize, 0usize, 0usize);
    for value in values {
        count += 1;
        ids += usize::from(looks_like_id_number(value));
        short += usize::from(is_short_han(value));
    }
    match count {
        0 => None,
        _ if ids * 5 >= count * 4 => Some(ColumnShape::IdNumber),
        _ if short * 5 >= count * 4 => Some(ColumnShape::ShortHan),
        _ => None,
    }
}

fn looks_like_id_number(value: &str) -> bool {
    let bare: String = value.chars().filter(|c| c.is_ascii_alphanumeric()).collect();
    matches!(bare.len(), 15 | 18) && bare.bytes().filter(u8::is_ascii_digit).count() + 1 >= bare.len()
}

fn is_short_han(value: &str) -> bool {
    (2..=4).contains(&value.chars().count())
        && value.chars().all(|c| ('\u{3400}'..='\u{9FFF}').contains(&c) || c > '\u{1FFFF}')
}

/// Is there no list in a sheet, but words: no row of more than two cells (of a `loose` page, or no more
/// than two rows), and nothing that looks like an ID number?
pub(super) fn holds_words_only(sheet: &FilledSheet, loose: bool) -> bool {
    let narrow = sheet.filled_rows().all(|row| filled_cells(sheet, row) <= 2);
    let short = loose && sheet.filled_rows().count() <= 2;
    (narrow || short) && !sheet.filled_rows().flat_map(|row| sheet.cells.row(row)).any(holds_identity_number)
}

fn filled_cells(sheet: &FilledSheet, row: usize) -> usize {
    sheet.cells.row(row).filter(|cell| !cell.trim().is_empty()).count()
}
