//! A workbook as a file: a shell with everything but rows, and the rows put into it.

use std::borrow::Cow;
use std::io::{BufWriter, Cursor, Read as _, Write as _};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive};

use super::book_plan::ListBook;
use super::cells::SheetRowWriter;
use super::list_column::ListLayout;
use super::list_row::RowMaterial;
use super::style::EFFORT;
use super::workbook;
use crate::publication::output_files::{OutputFiles, output_write_error};
use crate::publish::PublicationInputs;
use crate::table::archive_output::ArchiveOutput;
use crate::{Error, Result};

/// Bytes of rows that are compressed at a time.
const PORTION: usize = 1 << 18;

/// Writes a workbook, and tells the cells of each row as it does.
pub(super) fn write_workbook_package(
    inputs: &PublicationInputs<'_>,
    material: &RowMaterial<'_>,
    (book, layout): (&ListBook<'_>, &ListLayout),
    relative: &str,
    outputs: &mut OutputFiles,
    mut tell: impl FnMut(&[Cow<'_, str>]) -> Result<()>,
) -> Result<()> {
    let path = outputs.path(relative);
    let failed = |e: std::io::Error| output_write_error(&path, e);
    let shell = workbook::build_list_workbook(inputs, (book, layout), outputs.folder())?;
    let mut shell = ZipArchive::new(Cursor::new(shell)).map_err(|e| failed(e.into()))?;
    let mut package = ArchiveOutput::new(BufWriter::new(outputs.create(relative)?));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(EFFORT))
        .last_modified_time(DateTime::default());
    for part in 0..shell.len() {
        let mut part = shell.by_index(part).map_err(|e| failed(e.into()))?;
        let name = part.name().map_err(|e| failed(e.into()))?.into_owned();
        let mut text = String::new();
        part.read_to_string(&mut text).map_err(failed)?;
        package.start_file(&name, options).map_err(failed)?;
        match sheet_part_position(&name).and_then(|number| book.sheets.get(number)) {
            None => package.write_all(text.as_bytes()).map_err(failed)?,
            Some((_, entries)) => {
                let (begin, end) = split_sheet_part(&text)?;
                package.write_all(begin.as_bytes()).map_err(failed)?;
                let mut writer = SheetRowWriter::new(layout);
                let mut portion = String::with_capacity(PORTION + PORTION / 16);
                for (entry, number) in entries.iter().zip(2..) {
                    let row = material.row(entry, layout);
                    tell(&row.cells)?;
                    writer.push(number, &row, &mut portion);
                    if portion.len() >= PORTION {
                        package.write_all(portion.as_bytes()).map_err(failed)?;
                        portion.clear();
                    }
                }
                package.write_all(portion.as_bytes()).map_err(failed)?;
                package.write_all(end.as_bytes()).map_err(failed)?;
            }
        }
    }
    let file = package.finish().map_err(failed)?;
    let file = file.into_inner().map_err(|e| failed(e.into_error()))?;
    outputs.finish(file, Some(book.rows()))
}

/// Position of a list among the lists of its workbook; the first sheet is the cover.
fn sheet_part_position(part: &str) -> Option<usize> {
    let number = part.strip_prefix("xl/worksheets/sheet")?.strip_suffix(".xml")?;
    number.parse::<usize>().ok()?.checked_sub(2)
}

/// A list without rows, up to the end of its header and from the end of its rows.
fn split_sheet_part(sheet: &str) -> Result<(&str, &str)> {
    let header = sheet.find("</row>").map(|at| at + "</row>".len());
    match (header, sheet.find("</sheetData>")) {
        (Some(header), Some(end)) if header <= end => Ok((&sheet[..header], &sheet[end..])),
        _ => Err(Error::internal("清单的工作表没有表头")),
    }
}
