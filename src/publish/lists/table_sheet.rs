//! A sheet that is a table and nothing else: header, rows as high as their texts, printed on A4.

use rust_xlsxwriter::{Workbook, Worksheet};

use super::cells::row_height;
use super::list_workbook_error;
use super::style::SheetStyles;
use super::workbook::write_sheet_text;
use crate::Result;

/// A sheet with a header and rows.
#[derive(Debug)]
pub(in crate::publish) struct TableSheet<'s> {
    pub(in crate::publish) name: &'s str,
    /// Titles and widths.
    pub(in crate::publish) columns: &'s [(&'s str, f64)],
    /// Positions of the columns that hold numbers, and of those that hold sentences.
    pub(in crate::publish) numbers: &'s [usize],
    pub(in crate::publish) sentences: &'s [usize],
    pub(in crate::publish) rows: Vec<Vec<String>>,
}

impl TableSheet<'_> {
    /// Writes it as the workbook's next sheet.
    pub(in crate::publish) fn write(
        &self,
        book: &mut Workbook,
        header: &str,
        styles: &SheetStyles,
    ) -> Result<()> {
        let sheet = book.add_worksheet_with_constant_memory().map_err(list_workbook_error)?;
        self.fill(sheet, header, styles)
    }

    fn fill(&self, sheet: &mut Worksheet, header: &str, styles: &SheetStyles) -> Result<()> {
        sheet.set_name(self.name).map_err(list_workbook_error)?;
        for (c, (_, width)) in self.columns.iter().enumerate() {
            sheet.set_column_width(c as u16, *width).map_err(list_workbook_error)?;
        }
        sheet.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0);
        sheet.set_repeat_rows(0, 0).map_err(list_workbook_error)?;
        sheet
            .set_header(format!("&L{} {}&R内部资料 注意保密", header.replace('&', "&&"), self.name))
            .set_footer("&C第&P页 共&N页");
        sheet.set_freeze_panes(1, 0).map_err(list_workbook_error)?;
        sheet
            .autofilter(0, 0, self.rows.len() as u32, self.columns.len() as u16 - 1)
            .map_err(list_workbook_error)?;
        for (c, (title, _)) in self.columns.iter().enumerate() {
            sheet
                .write_string_with_format(0, c as u16, *title, &styles.header)
                .map_err(list_workbook_error)?;
        }
        sheet.set_row_height(0, 24).map_err(list_workbook_error)?;
        for (r, row) in (1u32..).zip(&self.rows) {
            // Readers do not fit rows that are written with a height, and without one some lay the lines over each other.
            let cells = row.iter().zip(self.columns).map(|(text, (_, width))| (text.as_str(), *width));
            sheet.set_row_height(r, row_height(cells, 1)).map_err(list_workbook_error)?;
            for (c, text) in row.iter().enumerate() {
                let column = c as u16;
                match plain_number(text) {
                    Some(number) if self.numbers.contains(&c) => {
                        sheet
                            .write_number_with_format(r, column, number, &styles.short)
                            .map_err(list_workbook_error)?;
                    }
                    _ => {
                        let format = if self.sentences.contains(&c) { &styles.long } else { &styles.short };
                        write_sheet_text(sheet, r, column, text, format)?;
                    }
                }
            }
        }
        Ok(())
    }
}

/// A number as it is written in digits; nothing that a spreadsheet would show otherwise.
fn plain_number(text: &str) -> Option<f64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    // A spreadsheet holds fifteen digits.
    let shown = digits(whole) && digits(fraction) && text.len() <= 15;
    shown.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_plain_digits_alone() {
        assert_eq!((plain_number("12"), plain_number("180.50")), (Some(12.0), Some(180.5)));
        for text in ["", "1e5", "-3", ".5", "5.", "1234567890123456", "三"] {
            assert_eq!(plain_number(text), None, "{text}");
        }
    }
}
