//! Office Open XML workbooks.

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, XlsxError};

use super::{EncodedBytes, SheetLayout, broken};
use crate::synth::village_rows::InventedCell;

/// A workbook of some sheets.
pub(crate) fn encode_xlsx_workbook(sheets: &[SheetLayout]) -> EncodedBytes {
    encode_xlsx_parts(sheets).map_err(|e| broken("XLSX", e))
}

fn encode_xlsx_parts(sheets: &[SheetLayout]) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    // The clock must not show in the bytes.
    let made = ExcelDateTime::from_ymd(2018, 9, 30)?;
    book.set_properties(&DocProperties::new().set_creation_datetime(&made));
    let date = Format::new().set_num_format("yyyy/m/d");
    let plain = Format::new();
    for sheet in sheets {
        let page = book.add_worksheet();
        page.set_name(&sheet.name)?;
        let mut grid = sheet.grid();
        let ranges = sheet.merge(&mut grid);
        for (top, bottom, column) in ranges {
            let text = grid[top][column].text().into_owned();
            page.merge_range(top as u32, column as u16, bottom as u32, column as u16, &text, &plain)?;
        }
        for (r, cells) in grid.iter().enumerate() {
            for (c, cell) in cells.iter().enumerate() {
                let (r, c) = (r as u32, c as u16);
                match cell {
                    InventedCell::Empty => {}
                    InventedCell::Text(text) => {
                        page.write_string(r, c, text)?;
                    }
                    InventedCell::Number(number) => {
                        page.write_number(r, c, *number)?;
                    }
                    InventedCell::Date(d) => {
                        let day = ExcelDateTime::from_ymd(
                            (d / 10_000) as u16,
                            (d / 100 % 100) as u8,
                            (d % 100) as u8,
                        )?;
                        page.write_datetime_with_format(r, c, &day, &date)?;
                    }
                }
            }
        }
    }
    book.save_to_buffer()
}
