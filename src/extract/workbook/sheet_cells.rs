//! The texts of a worksheet's cells, one behind the other, and where each of them stands.
//!
//! A cell takes eight bytes and its text; a text that is the same as the one above it is kept once. A text of
//! its own for each of twenty million cells would take three times as much.

use crate::{Error, Result};

/// Cells of a row for which room is made when the row above has as many.
const LIKE_ABOVE: usize = 64;

/// Rows of texts, each as long as it needs to be.
#[derive(Default)]
pub(in crate::extract) struct SheetCells {
    texts: String,
    rows: Vec<Vec<TextPlace>>,
}

/// Where a text stands.
#[derive(Clone, Copy, Default)]
struct TextPlace {
    start: u32,
    length: u32,
}

impl SheetCells {
    /// Rows, empty ones as well.
    pub(in crate::extract) fn len(&self) -> usize {
        self.rows.len()
    }
    /// Cells of a row up to its last.
    pub(super) fn width(&self, row: usize) -> usize {
        self.rows.get(row).map_or(0, Vec::len)
    }
    /// The text of a cell; nothing where there is none.
    pub(in crate::extract) fn get(&self, row: usize, column: usize) -> &str {
        self.rows.get(row).and_then(|row| row.get(column)).map_or("", |place| self.text(*place))
    }
    /// The texts of a row.
    pub(super) fn row(&self, row: usize) -> impl DoubleEndedIterator<Item = &str> + ExactSizeIterator {
        self.rows.get(row).map_or(&[][..], Vec::as_slice).iter().map(|place| self.text(*place))
    }
    /// The first rows.
    pub(in crate::extract) fn head(&self, rows: usize) -> Vec<Vec<String>> {
        (0..self.len().min(rows)).map(|row| self.row(row).map(str::to_owned).collect()).collect()
    }
    fn text(&self, place: TextPlace) -> &str {
        &self.texts[place.start as usize..][..place.length as usize]
    }
    /// Writes a cell, for which rows and columns may have to be added.
    ///
    /// # Errors
    /// More text than places can name.
    pub(super) fn set(&mut self, row: usize, column: usize, text: &str) -> Result<()> {
        let above = row.checked_sub(1).map_or("", |above| self.get(above, column));
        let place = if above == text && !text.is_empty() {
            self.rows[row - 1][column]
        } else {
            let (start, length) = (u32::try_from(self.texts.len()), u32::try_from(text.len()));
            let (Ok(start), Ok(length)) = (start, length) else {
                return Err(Error::internal("工作表的文字太多"));
            };
            let short = text.len() > self.texts.capacity() - self.texts.len();
            if short {
                // By a quarter: twice as much would often not fit beside it.
                self.texts.reserve_exact(text.len().max(self.texts.len() / 4).max(256));
            }
            self.texts.push_str(text);
            TextPlace { start, length }
        };
        *self.cell(row, column) = place;
        Ok(())
    }
    /// Has a cell say the same as another.
    pub(super) fn repeat(&mut self, from: (usize, usize), row: usize, column: usize) {
        let place = self.rows[from.0][from.1];
        *self.cell(row, column) = place;
    }
    fn cell(&mut self, row: usize, column: usize) -> &mut TextPlace {
        if self.rows.len() <= row {
            self.rows.resize(row + 1, Vec::new());
        }
        let above = row.checked_sub(1).map_or(0, |above| self.rows[above].len()).min(LIKE_ABOVE);
        let cells = &mut self.rows[row];
        if cells.len() <= column {
            if cells.is_empty() {
                cells.reserve_exact(above.max(column + 1));
            }
            cells.resize(column + 1, TextPlace::default());
        }
        &mut cells[column]
    }
    /// Drops the first rows, and the first columns of those that are left.
    pub(super) fn cut(&mut self, top: usize, left: usize) {
        if top > 0 {
            self.rows.drain(..top);
            self.rows.shrink_to_fit();
        }
        if left > 0 {
            self.rows.iter_mut().for_each(|row| drop(row.drain(..row.len().min(left))));
        }
    }
    /// Puts empty columns before the first, in rows that have any.
    pub(super) fn shift(&mut self, ahead: usize) {
        for row in self.rows.iter_mut().filter(|row| !row.is_empty()) {
            row.splice(0..0, std::iter::repeat_n(TextPlace::default(), ahead));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(texts: &[(usize, usize, &str)]) -> SheetCells {
        let mut cells = SheetCells::default();
        texts.iter().for_each(|&(row, column, text)| cells.set(row, column, text).unwrap());
        cells
    }

    #[test]
    fn cells_are_where_they_were_put() {
        let mut cells = cells(&[(1, 2, "张三"), (1, 1, "浚县"), (2, 1, "浚县"), (3, 3, "李四"), (2, 2, "")]);
        assert_eq!((cells.len(), cells.width(0), cells.width(1), cells.get(9, 9)), (4, 0, 3, ""));
        cells.cut(1, 1);
        assert_eq!(cells.head(9), [vec!["浚县", "张三"], vec!["浚县", ""], vec!["", "", "李四"]]);
        cells.shift(1);
        cells.repeat((0, 2), 1, 0);
        assert_eq!(cells.row(1).collect::<Vec<_>>(), ["张三", "浚县", ""]);
    }

    #[test]
    fn a_text_below_itself_is_kept_once() {
        let long = "善堂镇".repeat(1000);
        let texts: Vec<_> = (0..1000).map(|row| (row, 0, long.as_str())).collect();
        assert_eq!(cells(&texts).texts.len(), long.len());
    }

    #[test]
    fn little_room_is_made_for_cells_that_may_never_come() {
        let mut cells = cells(&[(0, 16_000, "张三")]);
        (1..1000).for_each(|row| cells.set(row, 0, "李四").unwrap());
        let held: usize = cells.rows[1..].iter().map(Vec::capacity).sum();
        assert!(held <= 1000 * LIKE_ABOVE, "{held}");
    }
}
