//! Places of cells that lie close together, for a reader that lays out the rectangle around all cells.

use super::{biff_u16, damaged_biff};
use crate::Result;

/// Columns of a folded row. No record of a legal workbook has more cells.
const WIDTH: usize = 1024;

/// For each cell of a worksheet, in the order of its records, where it belongs. The reader is told instead that
/// it is the first, the second … of rows of [`WIDTH`] cells: two cells in far corners make a rectangle of two.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::extract) struct FoldedPlaces(Vec<(u16, u16)>);

impl FoldedPlaces {
    /// Folds the place in a record of one cell; gives the place that it had.
    ///
    /// # Errors
    /// No place in it, or no more to be had.
    pub(super) fn fold(&mut self, data: &mut [u8]) -> Result<(u16, u16)> {
        let place = biff_u16(data, 0).zip(biff_u16(data, 2)).ok_or_else(damaged_biff)?;
        self.take(place, 1, data)?;
        Ok(place)
    }
    /// Folds a record of several cells beside each other; gives their row, and how many they are.
    ///
    /// # Errors
    /// As above, or more cells than a row of a workbook has.
    pub(super) fn fold_several(&mut self, data: &mut [u8]) -> Result<(u16, usize)> {
        let end = data.len().checked_sub(2).ok_or_else(damaged_biff)?;
        let place = biff_u16(data, 0).zip(biff_u16(data, 2)).ok_or_else(damaged_biff)?;
        let last = biff_u16(data, end).ok_or_else(damaged_biff)?;
        let count = usize::from(last.checked_sub(place.1).ok_or_else(damaged_biff)?) + 1;
        if count > WIDTH {
            return Err(damaged_biff());
        }
        let column = self.take(place, count, data)?;
        data[end..].copy_from_slice(&(column + count as u16 - 1).to_le_bytes());
        Ok((place.0, count))
    }
    /// Writes the next place into a record; gives its column.
    fn take(&mut self, (row, column): (u16, u16), count: usize, data: &mut [u8]) -> Result<u16> {
        if self.0.len() % WIDTH + count > WIDTH {
            self.0.resize(self.0.len().next_multiple_of(WIDTH), (u16::MAX, u16::MAX));
        }
        let first = self.0.len();
        let folded = u16::try_from(first / WIDTH).map_err(|_| damaged_biff())?;
        self.0.extend((0..count).map(|at| (row, column + at as u16)));
        data[..2].copy_from_slice(&folded.to_le_bytes());
        data[2..4].copy_from_slice(&((first % WIDTH) as u16).to_le_bytes());
        Ok((first % WIDTH) as u16)
    }
    /// Where the cell belongs that the reader found at a folded place.
    pub(in crate::extract) fn unfold(&self, row: u32, column: u32) -> Option<(u32, u32)> {
        let at = row as usize * WIDTH + column as usize;
        let (row, column) = *self.0.get(at).filter(|_| (column as usize) < WIDTH)?;
        Some((row.into(), column.into()))
    }
}
