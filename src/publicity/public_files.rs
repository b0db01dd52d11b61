//! Public lists as files: a workbook to be printed and a CSV file each, all of them or none.

use std::fs;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::Path;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, XlsxError};

use super::PublicityPlan;
use super::leak_check::PublicColumn;
use super::public_lines::PublicList;
use crate::config::publicity_settings::PublicitySettings;
use crate::config::source_contract::ColumnRole;
use crate::model::column_type::ContractType;
use crate::model::period::Period;
use crate::privacy::formula_cells::is_formula_cell;
use crate::privacy::officers_csv::OfficersCsv;
use crate::publish::lists::safe_file_name;
use crate::table::unfinished::UnfinishedPath;
use crate::table::whole_file::write_whole_file;
use crate::{Error, ErrorKind, Result};

/// Titles of the columns that every list has.
const NUMBER: &str = "序号";
const HOUSEHOLD: &str = "户序号";
/// Millimetres and points that paper has are asked of the program that prints: A4 on its short side.
const A4: u8 = 9;
/// Characters that fit in the width of the paper.
const PAPER: f64 = 84.0;

/// Writes all lists.
///
/// # Errors
/// The folder is there, or cannot be written.
pub(super) fn write_lists(
    plan: &PublicityPlan,
    settings: &PublicitySettings,
    columns: &[PublicColumn],
    lists: &[PublicList],
) -> Result<()> {
    let to = &plan.to;
    let failed = |e| Error::io("写公示名单", to, e).hint("检查上一级文件夹是否存在、是否可写、磁盘是否已满");
    if to.symlink_metadata().is_ok() {
        return Err(Error::usage("公示名单的文件夹已经有了，不会改动它").in_file(to).hint("换一个 --to"));
    }
    let above = to.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".bidui-writing-");
    let begun = UnfinishedPath::begin(|| builder.tempdir_in(above), |aside| aside.path().to_owned());
    let (aside, _unfinished) = begun.map_err(failed)?;
    let period = plan.publication.period();
    for list in lists {
        let mut folder = aside.path().to_owned();
        let (name, above) =
            list.places.split_last().map_or(("名单", &[][..]), |(name, above)| (name.as_str(), above));
        above.iter().for_each(|place| folder.push(safe_file_name(place)));
        fs::DirBuilder::new().recursive(true).mode(0o755).create(&folder).map_err(failed)?;
        let title = format!("{}{}公示名单", list.title, settings.title);
        let name = safe_file_name(name);
        let book = book_of((&title, period), settings, columns, list).map_err(|e| book_error(e, to))?;
        write_whole_file(&folder.join(format!("{name}.xlsx")), 0o644, &book)?;
        let csv = csv_of(columns, list).map_err(failed)?;
        write_whole_file(&folder.join(format!("{name}.csv")), 0o644, &csv)?;
    }
    // As it is to be handed on.
    let mode = fs::Permissions::from_mode(0o755);
    fs::set_permissions(aside.path(), mode).and_then(|()| fs::rename(aside.path(), to)).map_err(failed)?;
    // Its name is another now.
    drop(aside.keep());
    Ok(())
}

fn book_error(error: XlsxError, to: &Path) -> Error {
    Error::new(ErrorKind::Io, format!("写公示名单失败：{}", crate::error::system_words(&error)))
        .in_file(to)
        .hint("检查磁盘是否已满")
        .caused_by(error)
}

fn csv_of(columns: &[PublicColumn], list: &PublicList) -> std::io::Result<Vec<u8>> {
    let mut csv = OfficersCsv::begin(Vec::new())?;
    let titles = [NUMBER, HOUSEHOLD].into_iter().chain(columns.iter().map(|one| one.title.as_str()));
    csv.row(&titles.collect::<Vec<_>>())?;
    for (number, line) in (1u32..).zip(&list.lines) {
        let first = [number.to_string(), line.household.to_string()];
        csv.row(&first.iter().chain(&line.cells).collect::<Vec<_>>())?;
    }
    csv.finish()
}

fn book_of(
    (title, period): (&str, Period),
    settings: &PublicitySettings,
    columns: &[PublicColumn],
    list: &PublicList,
) -> std::result::Result<Vec<u8>, XlsxError> {
    let base = || Format::new().set_font_name("宋体").set_font_size(11);
    let cell = base().set_border(FormatBorder::Thin).set_text_wrap().set_align(FormatAlign::VerticalCenter);
    let centred = cell.clone().set_align(FormatAlign::Center);
    let header = centred.clone().set_bold();
    let big = base()
        .set_font_size(18)
        .set_bold()
        .set_align(FormatAlign::Center)
        .set_align(FormatAlign::VerticalCenter);
    let note = base().set_text_wrap().set_align(FormatAlign::VerticalCenter);
    let mut book = Workbook::new();
    // The time of writing would make every workbook differ.
    let end = period.last_day();
    let [month, day] = [end.month(), end.day()].map(i8::unsigned_abs);
    let date = ExcelDateTime::from_ymd(end.year().unsigned_abs(), month, day)?;
    book.set_properties(
        &DocProperties::new().set_title(title).set_author("bidui").set_creation_datetime(&date),
    );
    let page = book.add_worksheet();
    page.set_name("公示名单")?;
    page.set_paper_size(A4).set_portrait().set_print_fit_to_pages(1, 0).set_print_center_horizontally(true);
    page.set_margins(0.6, 0.6, 0.7, 0.7, 0.3, 0.3);
    page.set_footer("&C第&P页 共&N页");
    let last = columns.len() as u16 + 1;
    page.merge_range(0, 0, 0, last, title, &big)?;
    page.set_row_height(0, 34)?;
    let told = format!(
        "{}，共{}户{}行",
        period.title(),
        list.lines.last().map_or(0, |line| line.household),
        list.lines.len()
    );
    page.merge_range(1, 0, 1, last, &told, &base().set_align(FormatAlign::Center))?;
    let mut row = 2;
    if !settings.note.is_empty() {
        page.merge_range(row, 0, row, last, &settings.note, &note)?;
        let lines = settings.note.chars().count() as f64 * 2.0 / PAPER;
        page.set_row_height(row, 18.0 * lines.ceil())?;
        row += 1;
    }
    page.set_repeat_rows(row, row)?;
    let widths = [6.0, 8.0].into_iter().chain(columns.iter().map(width));
    for (column, width) in (0..).zip(widths) {
        page.set_column_width(column, width)?;
    }
    for (column, name) in
        (0..).zip([NUMBER, HOUSEHOLD].into_iter().chain(columns.iter().map(|one| one.title.as_str())))
    {
        page.write_string_with_format(row, column, name, &header)?;
    }
    page.set_row_height(row, 24)?;
    for (number, line) in (1u32..).zip(&list.lines) {
        row += 1;
        page.write_number_with_format(row, 0, number, &centred)?;
        page.write_number_with_format(row, 1, line.household, &centred)?;
        for (column, (text, of)) in (2..).zip(line.cells.iter().zip(columns)) {
            let format = if of.kind == ContractType::Text && of.role.is_none() { &cell } else { &centred };
            match is_formula_cell(text) {
                true => {
                    page.write_string_with_format(row, column, text, &format.clone().set_quote_prefix())?
                }
                false => page.write_string_with_format(row, column, text, format)?,
            };
        }
    }
    book.save_to_buffer()
}

/// Characters of a column.
fn width(column: &PublicColumn) -> f64 {
    match (column.role, column.kind) {
        (Some(ColumnRole::Name | ColumnRole::GuardianName), _) => 16.0,
        (Some(ColumnRole::County | ColumnRole::Township | ColumnRole::Village), _) => 14.0,
        (_, ContractType::Text) => 18.0,
        _ => 12.0,
    }
}
