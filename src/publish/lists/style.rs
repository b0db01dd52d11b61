//! Cell formats shared by all workbooks.

use std::path::Path;

use rust_xlsxwriter::{
    Color, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet,
};

use super::list_workbook_error;
use crate::Result;
use crate::model::period::Period;

const FONT: &str = "宋体";
/// Points of the letters of a list.
pub(super) const FONT_SIZE: f64 = 10.0;
const BORDER: Color = Color::RGB(0xC8_CF_D8);

/// Formats of a workbook.
pub(in crate::publish) struct SheetStyles {
    pub(super) title: Format,
    pub(super) heading: Format,
    pub(super) note: Format,
    pub(super) warning: Format,
    pub(super) header: Format,
    pub(super) answer_header: Format,
    pub(super) short: Format,
    pub(super) long: Format,
    pub(super) far: Format,
    pub(super) number: Format,
    pub(super) total: Format,
    pub(super) answer: Format,
    pub(super) written: Format,
    pub(super) name: Format,
    pub(super) severe: Format,
    pub(super) overdue: Format,
}

/// Formats of the cells of a list, by the numbers that [`SheetStyles::number`] gives them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CellStyle {
    Short = 1,
    /// With an apostrophe that a spreadsheet hides.
    ShortQuoted,
    Long,
    LongQuoted,
    Answer,
    /// An answer that stays as it is typed: a day, a month.
    Written,
    Name,
    Severe,
    Overdue,
    /// Long text that is seldom read: in one line, so that no row is high because of it.
    Far,
    FarQuoted,
}

impl SheetStyles {
    /// Has the workbook number the formats of [`CellStyle`], which it does as it meets them; on
    /// its first sheet, before anything else is written.
    pub(super) fn number(&self, sheet: &mut Worksheet) -> Result<()> {
        let quoted = |format: &Format| format.clone().set_quote_prefix();
        let in_order = [
            &self.short,
            &quoted(&self.short),
            &self.long,
            &quoted(&self.long),
            &self.answer,
            &self.written,
            &self.name,
            &self.severe,
            &self.overdue,
            &self.far,
            &quoted(&self.far),
        ];
        for format in in_order {
            // The cell is written anew afterwards.
            sheet.write_blank(0, 0, format).map_err(list_workbook_error)?;
        }
        Ok(())
    }

    pub(in crate::publish) fn new() -> Self {
        let base = || {
            Format::new().set_font_name(FONT).set_font_size(FONT_SIZE).set_align(FormatAlign::VerticalCenter)
        };
        let boxed = || base().set_border(FormatBorder::Thin).set_border_color(BORDER);
        let header = || {
            boxed()
                .set_bold()
                .set_text_wrap()
                .set_align(FormatAlign::Center)
                .set_font_color(Color::White)
                .set_background_color(Color::RGB(0x1F_4E_79))
        };
        // Nothing is locked: on a sheet with locked cells nobody can sort. What was changed is seen at import.
        let cell = || boxed().set_text_wrap().set_unlocked();
        let short = || cell().set_align(FormatAlign::Center);
        let answer = || cell().set_background_color(Color::RGB(0xFF_F8_E1));
        Self {
            title: base().set_font_size(16).set_bold().set_font_color(Color::RGB(0x1F_4E_79)),
            heading: base().set_font_size(12).set_bold(),
            note: base().set_text_wrap().set_align(FormatAlign::Top),
            warning: base()
                .set_text_wrap()
                .set_bold()
                .set_font_color(Color::RGB(0x9C_1C_1C))
                .set_background_color(Color::RGB(0xFD_EC_EA)),
            header: header(),
            answer_header: header().set_background_color(Color::RGB(0x8A_5A_00)),
            short: short(),
            // From the top: where fonts are wider than those that heights are made for, the end is cut off alone.
            long: cell().set_align(FormatAlign::Left).set_align(FormatAlign::Top),
            far: boxed().set_unlocked().set_align(FormatAlign::Left),
            number: boxed().set_align(FormatAlign::Right),
            total: boxed()
                .set_align(FormatAlign::Right)
                .set_bold()
                .set_background_color(Color::RGB(0xEE_F3_F8)),
            answer: answer(),
            written: answer().set_num_format("@"),
            name: short().set_bold(),
            severe: short().set_bold().set_font_color(Color::RGB(0xB0_1E_1E)),
            overdue: short()
                .set_font_color(Color::RGB(0x9C_1C_1C))
                .set_background_color(Color::RGB(0xFD_EC_EA)),
        }
    }
}

/// Pixels of a row and of a column that nothing is said of, in that font: its digits are seven pixels wide.
const DEFAULT_ROW: u32 = 17;
const DEFAULT_COLUMN: u32 = 64;

/// Effort of compression. Rows are much alike: more than the least saves little space and takes
/// most of the time.
pub(super) const EFFORT: i64 = 1;

/// An empty workbook; what is written of it meanwhile lies in `scratch`, never in a small folder for temporary files.
pub(in crate::publish) fn new_list_workbook(scratch: &Path) -> Result<Workbook> {
    let mut book = Workbook::new();
    // Columns are as wide as digits of the default font are: those of a font that an office lacks come out wider, and sheets
    // print smaller.
    let default = Format::new().set_font_name(FONT).set_font_size(FONT_SIZE);
    book.set_default_format(&default, DEFAULT_ROW, DEFAULT_COLUMN).map_err(list_workbook_error)?;
    book.set_zip_compression_level(EFFORT as u8);
    book.set_tempdir(scratch).map_err(list_workbook_error)?;
    Ok(book)
}

/// Fixed properties: the time of writing would make every workbook differ.
pub(in crate::publish) fn document_properties(title: &str, period: Period) -> Result<DocProperties> {
    let end = period.last_day();
    let date = ExcelDateTime::from_ymd(
        end.year().unsigned_abs(),
        end.month().unsigned_abs(),
        end.day().unsigned_abs(),
    )
    .map_err(list_workbook_error)?;
    Ok(DocProperties::new().set_title(title).set_author("bidui").set_creation_datetime(&date))
}
