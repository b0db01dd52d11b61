//! XML spreadsheets of 2003, which many systems name `.xls`.

use std::collections::BTreeMap;
use std::rc::Rc;

use calamine::Dimensions;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};

use super::digit_format::DigitFormat;
use super::html_marks::HtmlMarks;
use super::html_tables::decode_markup;
use super::marked_text::{CellMark, MarkedText, TextMarks};
use super::sheet_row_count::{CountedRows, count_spreadsheet_ml_rows};
use super::shown_units::unit_of_format;
use super::table_limits::{CELLS_OF_SHEET, MemoryRoom};
use super::workbook::filled_sheet::{SheetBuilder, SheetCell, iso_day_text};
use super::workbook::open_workbook::{ReadSheet, unreadable_workbook};
use crate::config::read_options::Encoding;
use crate::model::file_account::CellFault;
use crate::model::source_table::TextEncoding;
use crate::{Error, Result};

/// Reads all worksheets.
///
/// # Errors
/// Damaged XML, more than may be held.
pub(super) fn read_spreadsheet_ml(
    bytes: Vec<u8>,
    declared: Encoding,
) -> Result<(Vec<ReadSheet>, TextEncoding)> {
    let length = bytes.len() as u64;
    let decoded = decode_markup(bytes, declared);
    let counted = count_spreadsheet_ml_rows(&decoded.text);
    // An XML that is cut off ends without this.
    if !decoded.text.trim_end().ends_with('>') || !decoded.text.contains("Workbook>") {
        return Err(unreadable_workbook("XML 不完整"));
    }
    let is_1904 = decoded.text.contains("Date1904");
    let mut reader = quick_xml::Reader::from_str(&decoded.text);
    reader.config_mut().expand_empty_elements = true;
    let room = MemoryRoom::sheets(length);
    let mut sheets = Vec::new();
    // A style may build on one before it.
    let (mut styles, mut style) = (BTreeMap::<String, ShownStyle>::new(), String::new());
    loop {
        match reader.read_event().map_err(unreadable_workbook)? {
            Event::Start(tag) if tag.local_name().as_ref() == "Worksheet" => {
                let name = xml_attribute(&tag, "Name").unwrap_or_default();
                let counted = counted.get(sheets.len()).copied().unwrap_or_default();
                room.take(CELLS_OF_SHEET, 0)?;
                let builder = SheetBuilder::new(&room, is_1904);
                let read = read_worksheet(&mut reader, builder, &styles, counted);
                let mut sheet = read.map_err(|e| e.in_sheet(&name))?;
                sheet.name = name;
                sheet.sheet.damaged = decoded.damaged;
                sheets.push(sheet);
            }
            Event::Start(tag) if tag.local_name().as_ref() == "Style" => {
                style = xml_attribute(&tag, "ID").unwrap_or_default();
                let parent = xml_attribute(&tag, "Parent").and_then(|parent| styles.get(&parent).cloned());
                styles.insert(style.clone(), parent.unwrap_or_default());
            }
            Event::Start(tag) if tag.local_name().as_ref() == "Font" => {
                let struck = xml_attribute(&tag, "StrikeThrough");
                if let (Some(shown), Some(struck)) = (styles.get_mut(&style), struck) {
                    shown.struck = matches!(struck.trim(), "1" | "true");
                }
            }
            Event::Start(tag) if tag.local_name().as_ref() == "NumberFormat" => {
                let format = xml_attribute(&tag, "Format").unwrap_or_default();
                if let Some(shown) = styles.get_mut(&style) {
                    shown.unit = unit_of_format(&format);
                    shown.digits = DigitFormat::of(&format).map(Rc::new);
                }
            }
            Event::DocType(declared) => refuse_own_entities(&declared.xml10_content())?,
            Event::Eof => break,
            _ => {}
        }
    }
    Ok((sheets, decoded.encoding))
}

/// Refuses a document type that makes entities of its own: nobody follows them, so that cells would say
/// something else than what is meant, and few bytes of them can stand for any number.
///
/// # Errors
/// It does.
pub(super) fn refuse_own_entities(document_type: &str) -> Result<()> {
    if !document_type.contains("<!ENTITY") {
        return Ok(());
    }
    Err(Error::input("文件里定义了自己的 XML 实体，不是表格程序写出的，拒绝读取")
        .hint("确认来源；用 Excel 或 WPS 打开，核对内容后另存为 .xlsx，再放回原处"))
}

/// The value of the attribute with this local name.
pub(super) fn xml_attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let mut attributes = tag.attributes();
    let mut attributes = attributes.with_checks(false).flatten();
    let found = attributes.find(|attribute| attribute.key.local_name().as_ref() == name)?;
    match found.normalized_value(XmlVersion::Implicit1_0) {
        Ok(value) => Some(value.into_owned()),
        Err(_) => Some(found.value.into_owned()),
    }
}

/// Appends what an event adds to a text.
pub(super) fn push_xml_text(text: &mut String, event: &Event<'_>) {
    match event {
        Event::Text(part) => text.push_str(&part.xml10_content()),
        Event::CData(part) => text.push_str(&part.xml10_content()),
        Event::GeneralRef(reference) => {
            let name = reference.xml10_content();
            match reference.resolve_char_ref() {
                Ok(Some(c)) => text.push(c),
                _ => match quick_xml::escape::resolve_predefined_entity(&name) {
                    Some(known) => text.push_str(known),
                    None => text.push_str(&format!("&{name};")),
                },
            }
        }
        _ => {}
    }
}

/// How a style shows cells.
#[derive(Clone, Default)]
struct ShownStyle {
    /// The unit that its number format shows.
    unit: Option<String>,
    /// The digits that it shows.
    digits: Option<Rc<DigitFormat>>,
    struck: bool,
}

impl ShownStyle {
    fn is_plain(&self) -> bool {
        self.unit.is_none() && self.digits.is_none() && !self.struck
    }
}

/// A cell while it is read.
#[derive(Default)]
struct CellReading {
    kind: String,
    text: MarkedText,
    /// The elements that are open in its text, and how they set it off.
    open: Vec<TextMarks>,
    formula: bool,
    data: bool,
    style: Option<String>,
}

fn read_worksheet(
    reader: &mut quick_xml::Reader<&[u8]>,
    mut builder: SheetBuilder<'_>,
    styles: &BTreeMap<String, ShownStyle>,
    counted: CountedRows,
) -> Result<ReadSheet> {
    let (mut row, mut column) = (0u32, 0u32);
    let mut hidden = false;
    // A cell without a style has that of its row, or else of its column.
    let (mut of_row, mut of_columns, mut next_column) = (None, BTreeMap::new(), 0u32);
    let mut cell = CellReading::default();
    // Inside the data of a cell; inside a comment on it, which has data too; inside what it says of its
    // being seen.
    let (mut data, mut comment, mut visible) = (false, false, false);
    loop {
        let event = reader.read_event().map_err(unreadable_workbook)?;
        match &event {
            Event::Start(tag) => match tag.local_name().as_ref() {
                "Row" => {
                    if let Some(index) = one_based(tag, "Index") {
                        row = index;
                    }
                    column = 0;
                    of_row = xml_attribute(tag, "StyleID");
                }
                "Column" => {
                    let first = one_based(tag, "Index").unwrap_or(next_column);
                    let span = xml_attribute(tag, "Span").and_then(|n| n.parse::<u32>().ok()).unwrap_or(0);
                    next_column = first.saturating_add(span).saturating_add(1).min(1 << 14);
                    let plain = |style: &String| styles.get(style).is_none_or(ShownStyle::is_plain);
                    if let Some(style) = xml_attribute(tag, "StyleID").filter(|style| !plain(style)) {
                        of_columns.extend((first..next_column).map(|column| (column, style.clone())));
                    }
                }
                "Cell" => {
                    if let Some(index) = one_based(tag, "Index") {
                        column = index;
                    }
                    cell = CellReading {
                        formula: xml_attribute(tag, "Formula").is_some(),
                        style: xml_attribute(tag, "StyleID")
                            .or_else(|| of_row.clone())
                            .or_else(|| of_columns.get(&column).cloned()),
                        ..CellReading::default()
                    };
                    let more = |name| xml_attribute(tag, name).and_then(|n| n.parse::<u32>().ok());
                    let (across, down) = (more("MergeAcross"), more("MergeDown"));
                    if across.is_some() || down.is_some() {
                        let end = (
                            row.saturating_add(down.unwrap_or(0)),
                            column.saturating_add(across.unwrap_or(0)).min(1 << 14),
                        );
                        builder.room().take(1, 0)?;
                        builder.merge(Dimensions { start: (row, column), end });
                    }
                }
                "Data" if !comment => {
                    data = true;
                    cell.data = true;
                    cell.kind = xml_attribute(tag, "Type").unwrap_or_default();
                }
                "Comment" => comment = true,
                "Visible" => visible = true,
                name if data && !comment => {
                    let marks =
                        HtmlMarks::default().of_element(name.to_ascii_lowercase().as_bytes(), None, None);
                    cell.open.push(cell.open.last().copied().unwrap_or_default() | marks);
                }
                _ => {}
            },
            Event::End(tag) => match tag.local_name().as_ref() {
                "Row" => row = row.saturating_add(1),
                "Cell" => {
                    let shown = cell.style.as_ref().and_then(|style| styles.get(style));
                    put_cell(&mut builder, (row, column), &cell, shown)
                        .map_err(|e| e.at_row(u64::from(row) + 1))?;
                    column = column.saturating_add(1 + builder.merged_across((row, column)));
                }
                "Data" => data = false,
                "Comment" => comment = false,
                "Visible" => visible = false,
                "Worksheet" => break,
                _ if data && !comment => drop(cell.open.pop()),
                _ => {}
            },
            Event::Eof => return Err(unreadable_workbook("XML 不完整")),
            text if data && !comment => {
                let mut run = String::new();
                push_xml_text(&mut run, text);
                cell.text.push(&run, cell.open.last().copied().unwrap_or_default());
            }
            Event::Text(text) if visible => hidden |= text.xml10_content().contains("Hidden"),
            _ => {}
        }
    }
    let (sheet, filled) = builder.finish();
    Ok(ReadSheet { name: String::new(), hidden, sheet, filled, counted })
}

fn one_based(tag: &BytesStart<'_>, name: &str) -> Option<u32> {
    xml_attribute(tag, name)?.parse::<u32>().ok()?.checked_sub(1)
}

fn put_cell(
    builder: &mut SheetBuilder<'_>,
    place: (u32, u32),
    cell: &CellReading,
    shown: Option<&ShownStyle>,
) -> Result<()> {
    put_value(builder, place, cell, shown)?;
    let struck = shown.is_some_and(|shown| shown.struck).then_some(CellMark::Struck);
    match struck.or_else(|| cell.text.mark()) {
        Some(mark) => builder.mark(place, &mark),
        None => Ok(()),
    }
}

fn put_value(
    builder: &mut SheetBuilder<'_>,
    place: (u32, u32),
    cell: &CellReading,
    shown: Option<&ShownStyle>,
) -> Result<()> {
    let text = cell.text.all.as_str();
    if cell.formula {
        builder.count_row(place.0);
        if !cell.data {
            return builder.put(place, &SheetCell::Faulty(CellFault::FormulaWithoutValue, "（公式）"));
        }
    }
    if cell.data && !text.is_empty() {
        builder.count_row(place.0);
    }
    match &cell.kind[..] {
        "Number" => match text.trim().parse::<f64>() {
            // A number that a program wrote digit by digit has all of them.
            Ok(_) if text.trim().bytes().all(|b| b.is_ascii_digit()) && text.trim().len() > 15 => {
                builder.put(place, &SheetCell::Text(text.trim()))
            }
            Ok(number) => {
                let unit = shown.and_then(|shown| shown.unit.as_deref());
                builder.put(place, &SheetCell::Number(number, unit))?;
                match shown.and_then(|shown| shown.digits.as_ref()?.shown(number)) {
                    Some(digits) => builder.show(place, digits),
                    None => Ok(()),
                }
            }
            Err(_) => builder.put(place, &SheetCell::Text(text)),
        },
        "Boolean" => {
            let truth = matches!(text.trim(), "1" | "true" | "TRUE");
            builder.put(place, &SheetCell::Text(if truth { "TRUE" } else { "FALSE" }))
        }
        "DateTime" => builder.put(place, &SheetCell::Text(&iso_day_text(text))),
        "Error" => builder.put(place, &SheetCell::Faulty(CellFault::ErrorValue, text)),
        _ => builder.put(place, &SheetCell::Text(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_where_they_belong() {
        let xml = "<?xml version=\"1.0\"?><Workbook xmlns:ss=\"urn:schemas-microsoft-com:office:spreadsheet\">\
            <Worksheet ss:Name=\"名单\"><Table><Row ss:Index=\"3\"><Cell ss:MergeAcross=\"1\"><Data ss:Type=\"String\">甲&amp;乙\
            </Data><Comment><Data>批注</Data></Comment></Cell><Cell><Data ss:Type=\"Number\">410621197001011234</Data></Cell>\
            <Cell ss:Index=\"6\"><Data ss:Type=\"DateTime\">2018-03-15T00:00:00.000</Data></Cell></Row>\
            <Row><Cell ss:Formula=\"=1\"/><Cell><Data ss:Type=\"Error\">#N/A</Data></Cell></Row></Table>\
            <WorksheetOptions><Visible>SheetHidden</Visible></WorksheetOptions></Worksheet></Workbook>";
        let (sheets, _) = read_spreadsheet_ml(xml.as_bytes().to_vec(), Encoding::Auto).unwrap();
        let read = &sheets[0];
        assert_eq!((read.sheet.top, read.hidden, read.filled, read.counted.filled), (2, true, 2, 2));
        assert_eq!(read.sheet.cells.head(1)[0], ["甲&乙", "", "410621197001011234", "", "", "2018-03-15"]);
        assert_eq!(read.sheet.faults.len(), 2);
    }
}
