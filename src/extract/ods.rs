//! OpenDocument spreadsheets, packed (ODS) or as one XML text (FODS).
//!
//! Own reader: rows and cells may be repeated a million times by one attribute, so what they take up is
//! counted before it is taken.

use std::collections::BTreeSet;

use calamine::Dimensions;
use quick_xml::events::{BytesStart, Event};

use super::cell_comments::CellComments;
use super::digit_format::digits_shown;
use super::html_tables::decode_markup;
use super::marked_text::{CellMark, MarkedText, TextMarks};
use super::ods_marks::{DefaultStyles, MAX_STYLES, OdsMarks};
use super::package_parts::PackageParts;
use super::sheet_row_count::count_ods_rows;
use super::shown_units::unit_of_shown;
use super::sniff::password_needed;
use super::spreadsheet_ml::{push_xml_text, refuse_own_entities, xml_attribute};
use super::table_limits::{CELLS_OF_SHEET, MemoryRoom};
use super::workbook::filled_sheet::{SheetBuilder, SheetCell, iso_day_text};
use super::workbook::open_workbook::{ReadSheet, unreadable_workbook};
use super::xlsx_package::{MAX_RATIO, MAX_UNPACKED, damaged_xlsx_package, oversized_xlsx_package};
use crate::Result;
use crate::config::read_options::Encoding;
use crate::model::file_account::CellFault;

/// Reads all tables.
///
/// # Errors
/// Encrypted, damaged, or more than may be held.
pub(super) fn read_ods_workbook(bytes: &[u8]) -> Result<Vec<ReadSheet>> {
    let content = match bytes.starts_with(b"PK") {
        true => unpacked_content(bytes)?,
        // Other encodings than UTF-8 are rare.
        false if std::str::from_utf8(bytes).is_ok() => bytes.to_vec(),
        false => decode_markup(bytes.to_vec(), Encoding::Auto).text.into_bytes(),
    };
    let counted = count_ods_rows(&content);
    let room = MemoryRoom::sheets(content.len() as u64);
    let text = std::str::from_utf8(&content).map_err(unreadable_workbook)?;
    let mut reader = quick_xml::Reader::from_str(text.trim_start_matches('\u{FEFF}'));
    reader.config_mut().expand_empty_elements = true;
    let mut sheets = Vec::new();
    let mut hidden_styles = BTreeSet::new();
    let mut marks = OdsMarks::default();
    if let Some(common) = common_styles(bytes) {
        marks.read(&String::from_utf8_lossy(&common));
    }
    let mut style = None;
    let mut ended = false;
    loop {
        match reader.read_event().map_err(unreadable_workbook)? {
            Event::Start(tag) => match tag.local_name().as_ref() {
                "style" | "default-style" => {
                    style = xml_attribute(&tag, "name");
                    marks.begin(&tag);
                }
                "text-properties" => marks.take(&tag),
                "table-properties" if xml_attribute(&tag, "display").as_deref() == Some("false") => {
                    hidden_styles.extend(style.clone());
                }
                "table" => {
                    let name = xml_attribute(&tag, "name").unwrap_or_default();
                    let of_style = xml_attribute(&tag, "style-name");
                    room.take(CELLS_OF_SHEET, 0)?;
                    let mut builder = SheetBuilder::new(&room, false);
                    read_table(&mut reader, &mut builder, &marks).map_err(|e| e.in_sheet(&name))?;
                    let (sheet, filled) = builder.finish();
                    let hidden = of_style.is_some_and(|style| hidden_styles.contains(&style));
                    let counted = counted.get(sheets.len()).copied().unwrap_or_default();
                    sheets.push(ReadSheet { name, hidden, sheet, filled, counted });
                }
                _ => {}
            },
            Event::End(tag) => {
                ended |= matches!(tag.local_name().as_ref(), "document-content" | "document");
            }
            Event::DocType(declared) => refuse_own_entities(&declared.xml10_content())?,
            Event::Eof => break,
            _ => {}
        }
    }
    if !ended || counted.len() != sheets.len() {
        return Err(unreadable_workbook("XML 不完整"));
    }
    Ok(sheets)
}

/// The part of a packed spreadsheet that holds its tables.
fn unpacked_content(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut parts = PackageParts::open(bytes)?;
    let manifest = parts.read("meta-inf/manifest.xml", 1 << 24).unwrap_or_default();
    if String::from_utf8_lossy(&manifest).contains("encryption-data") {
        return Err(password_needed());
    }
    let most = MAX_UNPACKED.min((bytes.len() as u64).saturating_mul(MAX_RATIO));
    let content = parts.read("content.xml", most + 1).ok_or_else(damaged_xlsx_package)?;
    if content.len() as u64 > most {
        return Err(oversized_xlsx_package(bytes.len() as u64));
    }
    Ok(content)
}

/// The part of a packed spreadsheet that holds the styles which somebody named.
fn common_styles(bytes: &[u8]) -> Option<Vec<u8>> {
    let packed = bytes.starts_with(b"PK").then(|| PackageParts::open(bytes).ok()).flatten();
    packed?.read("styles.xml", MAX_STYLES)
}

/// A cell while it is read.
#[derive(Default)]
struct OdsCell {
    kind: String,
    value: Option<String>,
    formula: bool,
    /// Columns that it stands in.
    repeated: u32,
    text: MarkedText,
    paragraphs: u32,
    /// Whether its own style, or that of its row or column, strikes it through.
    marks: TextMarks,
}

fn read_table(
    reader: &mut quick_xml::Reader<&[u8]>,
    builder: &mut SheetBuilder<'_>,
    marks: &OdsMarks,
) -> Result<()> {
    let mut defaults = DefaultStyles::default();
    // The marks of the spans that are open.
    let mut spans: Vec<TextMarks> = Vec::new();
    let (mut row, mut rows, mut column) = (0u32, 1u32, 0u32);
    let mut cell: Option<OdsCell> = None;
    let mut cells: Vec<(u32, OdsCell)> = Vec::new();
    // Inside a comment on a cell; inside a paragraph.
    let (mut note, mut paragraph) = (false, false);
    let (mut comments, mut noted) = (CellComments::default(), String::new());
    loop {
        let event = reader.read_event().map_err(unreadable_workbook)?;
        match &event {
            Event::Start(tag) => match tag.local_name().as_ref() {
                "table-column" => defaults.column(tag, marks),
                "table-row" => {
                    defaults.of_row = marks.default_of(tag);
                    rows = repeated(tag, "number-rows-repeated");
                    column = 0;
                    cells.clear();
                }
                "table-cell" | "covered-table-cell" => {
                    let span =
                        |name| xml_attribute(tag, name).and_then(|n| n.parse::<u32>().ok()).unwrap_or(1);
                    let down = span("number-rows-spanned");
                    if down > 1 {
                        builder.room().take(1, 0)?;
                        let across = span("number-columns-spanned").clamp(1, 1 << 14);
                        let end = (row.saturating_add(down - 1), column.saturating_add(across - 1));
                        builder.merge(Dimensions { start: (row, column), end });
                    }
                    let value = ["value", "date-value", "time-value", "boolean-value"]
                        .iter()
                        .find_map(|name| xml_attribute(tag, name));
                    cell = Some(OdsCell {
                        // The one of `calcext` tells errors from texts.
                        kind: kind_of_cell(tag),
                        value: value.filter(|value| !value.is_empty()),
                        formula: xml_attribute(tag, "formula").is_some_and(|formula| !formula.is_empty()),
                        repeated: repeated(tag, "number-columns-repeated"),
                        marks: match xml_attribute(tag, "style-name") {
                            Some(style) => marks.of(&style),
                            None => defaults.marks(column),
                        },
                        ..OdsCell::default()
                    });
                }
                "span" if paragraph && !note => {
                    let style = xml_attribute(tag, "style-name");
                    let inside = style.map_or_else(TextMarks::default, |style| marks.of(&style));
                    spans.push(spans.last().copied().unwrap_or_default() | inside);
                }
                "annotation" => {
                    note = true;
                    noted.clear();
                }
                // A chart in the sheet has a table of its own.
                "object" => {
                    reader.read_to_end(tag.name()).map_err(unreadable_workbook)?;
                }
                "p" if !note => {
                    paragraph = true;
                    if let Some(cell) = &mut cell {
                        if cell.paragraphs > 0 {
                            cell.text.push("\n", TextMarks::default());
                        }
                        cell.paragraphs += 1;
                    }
                }
                "s" if paragraph && !note => {
                    let count = repeated(tag, "c").min(100) as usize;
                    let inside = spans.last().copied().unwrap_or_default();
                    cell.iter_mut().for_each(|cell| cell.text.push(&" ".repeat(count), inside));
                }
                name @ ("tab" | "line-break") if paragraph && !note => {
                    let space = if name == "tab" { " " } else { "\n" };
                    cell.iter_mut().for_each(|cell| cell.text.push(space, TextMarks::default()));
                }
                _ => {}
            },
            Event::End(tag) => match tag.local_name().as_ref() {
                "annotation" => {
                    note = false;
                    comments.add(&format!("{}{}", column_letters(column), row.saturating_add(1)), &noted);
                }
                "p" if !note => {
                    paragraph = false;
                    spans.clear();
                }
                "span" if paragraph && !note => drop(spans.pop()),
                "table-cell" | "covered-table-cell" => {
                    if let Some(cell) = cell.take() {
                        let next = column.saturating_add(cell.repeated);
                        cells.push((column, cell));
                        column = next;
                    }
                }
                "table-row" => {
                    put_row(builder, row, rows, &cells)?;
                    row = row.saturating_add(rows);
                }
                "table" => {
                    comments.told().into_iter().for_each(|told| builder.remark(told));
                    return Ok(());
                }
                _ => {}
            },
            Event::Eof => return Err(unreadable_workbook("content.xml 不完整")),
            text if note && noted.len() < LONGEST_NOTE => push_xml_text(&mut noted, text),
            text if paragraph && !note => {
                let mut run = String::new();
                push_xml_text(&mut run, text);
                let inside = spans.last().copied().unwrap_or_default();
                cell.iter_mut().for_each(|cell| cell.text.push(&run, inside));
            }
            _ => {}
        }
    }
}

/// Bytes of a comment that are kept.
const LONGEST_NOTE: usize = 4000;

/// The letters of a zero-based column: 27 is AB.
fn column_letters(column: u32) -> String {
    let (mut letters, mut left) = (String::new(), column + 1);
    while left > 0 {
        letters.insert(0, char::from(b'A' + ((left - 1) % 26) as u8));
        left = (left - 1) / 26;
    }
    letters
}

fn repeated(tag: &BytesStart<'_>, name: &str) -> u32 {
    xml_attribute(tag, name).and_then(|count| count.parse().ok()).unwrap_or(1).max(1)
}

fn kind_of_cell(tag: &BytesStart<'_>) -> String {
    let mut attributes = tag.attributes();
    let kinds = attributes
        .with_checks(false)
        .flatten()
        .filter(|attribute| attribute.key.local_name().as_ref() == "value-type");
    let kinds: Vec<String> = kinds.map(|attribute| attribute.value.into_owned()).collect();
    let error = kinds.iter().find(|kind| *kind == "error");
    error.or(kinds.first()).cloned().unwrap_or_default()
}

fn put_row(builder: &mut SheetBuilder<'_>, row: u32, rows: u32, cells: &[(u32, OdsCell)]) -> Result<()> {
    let shown = |cell: &OdsCell| cell.value.is_some() || cell.formula || !cell.text.all.trim().is_empty();
    // Rows without anything may be repeated to the end of the sheet.
    if !cells.iter().any(|(_, cell)| shown(cell)) {
        return Ok(());
    }
    // All of it, before the first is taken.
    let in_row: u64 =
        cells.iter().filter(|(_, cell)| shown(cell)).map(|(_, cell)| u64::from(cell.repeated)).sum();
    MemoryRoom::sheets(0).take(in_row.saturating_mul(rows.into()), 0)?;
    for at in row..row.saturating_add(rows) {
        builder.count_row(at);
        for (column, cell) in cells.iter().filter(|(_, cell)| shown(cell)) {
            for column in *column..column.saturating_add(cell.repeated) {
                put_cell(builder, (at, column), cell)?;
                let struck = cell.marks.struck.then_some(CellMark::Struck);
                if let Some(mark) = struck.or_else(|| cell.text.mark()) {
                    builder.mark((at, column), &mark)?;
                }
            }
        }
    }
    Ok(())
}

fn put_cell(builder: &mut SheetBuilder<'_>, place: (u32, u32), cell: &OdsCell) -> Result<()> {
    let text = cell.text.all.as_str();
    if cell.kind == "error" {
        return builder.put(place, &SheetCell::Faulty(CellFault::ErrorValue, text));
    }
    match (&cell.kind[..], &cell.value) {
        // 625.00% is no amount of 6.25.
        ("percentage", Some(_)) if text.contains('%') => builder.put(place, &SheetCell::Text(text)),
        ("float" | "currency" | "percentage", Some(value)) => match value.parse() {
            Ok(number) => {
                builder.put(place, &SheetCell::Number(number, unit_of_shown(number, text).as_deref()))?;
                match digits_shown(number, text) {
                    Some(shown) => builder.show(place, shown),
                    None => Ok(()),
                }
            }
            Err(_) => builder.put(place, &SheetCell::Text(value)),
        },
        ("date", Some(value)) => builder.put(place, &SheetCell::Text(&iso_day_text(value))),
        ("boolean", Some(value)) => {
            builder.put(place, &SheetCell::Text(if value == "true" { "TRUE" } else { "FALSE" }))
        }
        ("", None) if cell.formula && text.is_empty() => {
            builder.put(place, &SheetCell::Faulty(CellFault::FormulaWithoutValue, "（公式）"))
        }
        _ => builder.put(place, &SheetCell::Text(text)),
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use super::*;

    fn ods(table: &str) -> Vec<u8> {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let options = zip::write::SimpleFileOptions::default();
        zip.start_file("content.xml", options).unwrap();
        let content = format!(
            "<office:document-content><office:automatic-styles><style:style style:name=\"ta2\">\
             <style:table-properties table:display=\"false\"/></style:style></office:automatic-styles>\
             <office:spreadsheet>{table}</office:spreadsheet></office:document-content>"
        );
        zip.write_all(content.as_bytes()).unwrap();
        zip.finish().unwrap().into_inner()
    }

    #[test]
    fn cells_where_they_belong() {
        let bytes = ods("<table:table table:name=\"名单\" table:style-name=\"ta2\"><table:table-row \
            table:number-rows-repeated=\"2\"><table:table-cell table:number-columns-repeated=\"1000\"/></table:table-row>\
            <table:table-row table:number-rows-repeated=\"2\"><table:table-cell/><table:table-cell office:value-type=\"string\">\
            <office:annotation><text:p>批注</text:p></office:annotation><text:p>张<text:span>三</text:span></text:p></table:table-cell>\
            <table:table-cell office:value-type=\"date\" office:date-value=\"2018-03-15\"><text:p>15/3</text:p></table:table-cell>\
            <table:table-cell table:formula=\"of:=1\"/><table:table-cell table:formula=\"of:=NA()\" office:value-type=\"string\" \
            calcext:value-type=\"error\"><text:p>#N/A</text:p></table:table-cell></table:table-row>\
            <table:table-row table:number-rows-repeated=\"1048000\"><table:table-cell/></table:table-row></table:table>");
        let sheets = read_ods_workbook(&bytes).unwrap();
        let read = &sheets[0];
        assert_eq!((read.hidden, read.sheet.top, read.sheet.left), (true, 2, 1));
        assert_eq!((read.filled, read.counted.filled), (2, 2));
        assert_eq!(read.sheet.cells.head(2)[1], ["张三", "2018-03-15", "（公式）", "#N/A"]);
        assert_eq!(read.sheet.faults.len(), 4);
    }

    #[test]
    fn repeats_are_counted_before_they_are_taken() {
        let bytes = ods(
            "<table:table table:name=\"a\"><table:table-row table:number-rows-repeated=\"1048576\"><table:table-cell \
            table:number-columns-repeated=\"16384\" office:value-type=\"float\" office:value=\"1\"/></table:table-row></table:table>",
        );
        assert!(read_ods_workbook(&bytes).err().unwrap().message().contains("单元格超过"));
    }
}
