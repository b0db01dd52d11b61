//! How the texts and numbers of an XLSX workbook are shown, where that is not what they say: struck through, raised, with
//! digits of a number format. The reader of workbooks tells neither.

use std::collections::BTreeMap;
use std::rc::Rc;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::digit_format::DigitFormat;
use super::marked_text::{CellMark, TextMarks, TextRuns, mark_of_runs};
use super::markup_scan::{MarkupEvent, MarkupScan};
use super::spreadsheet_ml::{push_xml_text, xml_attribute};

/// What the parts of styles and shared texts say.
#[derive(Default)]
pub(super) struct XlsxMarks {
    /// Whether each cell format strikes its cells through.
    struck: Vec<bool>,
    /// The digits that each cell format shows.
    digits: Vec<Option<Rc<DigitFormat>>>,
    /// Shared texts of several runs, by their numbers.
    strings: BTreeMap<usize, TextRuns>,
    /// Whether each format that a condition gives strikes its cells through.
    conditional: Vec<bool>,
}

/// How the cells of one sheet are shown, by their zero-based places.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct SheetMarks {
    pub marks: BTreeMap<(u32, u32), CellMark>,
    pub digits: BTreeMap<(u32, u32), Rc<DigitFormat>>,
    /// Ranges of which a condition strikes some cells through: which ones, nobody calculates here.
    pub struck_by_condition: Vec<String>,
    /// What is to be told of the sheet besides.
    pub remarks: Vec<String>,
}

/// Ranges of conditions that are told of a sheet, and bytes of one.
const MOST_RANGES: usize = 100;
const LONGEST_RANGE: usize = 200;

impl SheetMarks {
    /// What is to be told of the sheet, Chinese.
    pub(super) fn told(&self) -> Vec<String> {
        let ranges: Vec<&str> = self.struck_by_condition.iter().map(String::as_str).collect();
        let more = if ranges.len() > 3 { format!("等{}处", ranges.len()) } else { String::new() };
        let condition = (!ranges.is_empty()).then(|| {
            format!(
                "{}{more}有条件格式会给一部分内容划删除线，划掉了哪些没有计算，都照没有划掉的读入；\
                 请提供部门把划掉的人删去，或另列一列写明，再重报",
                ranges.iter().take(3).copied().collect::<Vec<_>>().join("、")
            )
        });
        condition.into_iter().chain(self.remarks.iter().cloned()).collect()
    }
}

/// May a part hold runs of text that are set off?
pub(super) fn may_hold_marks(part: &[u8]) -> bool {
    ["strike", "vertAlign"].iter().any(|word| memchr::memmem::find(part, word.as_bytes()).is_some())
}

impl XlsxMarks {
    pub(super) fn of(styles: &[u8], strings: &[u8]) -> Self {
        let mut marks = Self::default();
        marks.read_styles(styles);
        if may_hold_marks(strings) || marks.struck.contains(&true) {
            marks.read_strings(&String::from_utf8_lossy(strings));
        }
        marks
    }
    /// Does nothing in the styles and shared texts show cells otherwise?
    pub(super) fn is_empty(&self) -> bool {
        !self.conditional.contains(&true)
            && !self.struck.contains(&true)
            && self.digits.iter().all(Option::is_none)
            && self.strings.is_empty()
    }
    fn read_styles(&mut self, styles: &[u8]) {
        let mut formats: BTreeMap<String, Option<Rc<DigitFormat>>> = BTreeMap::new();
        let mut fonts: Vec<bool> = Vec::new();
        let (mut of_fonts, mut of_cells, mut of_conditions) = (false, false, false);
        let mut conditional: Vec<bool> = Vec::new();
        let mut cells: Vec<(Option<usize>, Option<String>)> = Vec::new();
        MarkupScan::xml().feed(styles, &mut |event| match event {
            MarkupEvent::Open { tag, .. } => match tag.local_name() {
                "numFmt" => {
                    if let (Some(id), Some(code)) = (tag.attribute("numFmtId"), tag.attribute("formatCode")) {
                        let code = quick_xml::escape::unescape(code).unwrap_or_else(|_| code.into());
                        formats.insert(id.to_owned(), DigitFormat::of(&code).map(Rc::new));
                    }
                }
                "fonts" => of_fonts = true,
                "font" if of_fonts => fonts.push(false),
                "strike" if of_fonts => {
                    if let Some(font) = fonts.last_mut() {
                        *font = says_yes(tag.attribute("val"));
                    }
                }
                "dxfs" => of_conditions = true,
                "dxf" if of_conditions => conditional.push(false),
                "strike" if of_conditions => {
                    if let Some(strikes) = conditional.last_mut() {
                        *strikes = says_yes(tag.attribute("val"));
                    }
                }
                "cellXfs" => of_cells = true,
                "xf" if of_cells => {
                    let font = tag.attribute("fontId").and_then(|id| id.trim().parse().ok());
                    cells.push((font, tag.attribute("numFmtId").map(str::to_owned)));
                }
                _ => {}
            },
            MarkupEvent::Close { name: "fonts" } => of_fonts = false,
            MarkupEvent::Close { name: "cellXfs" } => of_cells = false,
            MarkupEvent::Close { name: "dxfs" } => of_conditions = false,
            _ => {}
        });
        self.conditional = conditional;
        for (font, format) in cells {
            self.struck.push(font.and_then(|font| fonts.get(font)).copied().unwrap_or_default());
            self.digits.push(format.and_then(|id| formats.get(&id).cloned()).flatten());
        }
    }
    /// Keeps the texts of several runs; a part that is no XML has none that its reader would read.
    fn read_strings(&mut self, part: &str) {
        let mut reader = Reader::from_str(part);
        reader.config_mut().check_end_names = false;
        reader.config_mut().expand_empty_elements = true;
        let mut number = 0;
        while let Ok(event) = reader.read_event() {
            match event {
                Event::Eof => break,
                Event::Start(tag) if tag.local_name().as_ref() == "si" => {
                    let runs = read_runs(&mut reader, "si");
                    if runs.len() > 1 || runs.iter().any(|(_, marks)| marks.is_some_and(TextMarks::any)) {
                        self.strings.insert(number, runs);
                    }
                    number += 1;
                }
                _ => {}
            }
        }
    }
    /// How the cells of a worksheet are shown; those that are shown as they are have no entry.
    pub(super) fn of_sheet(&self, part: &str) -> SheetMarks {
        let mut found = SheetMarks::default();
        let mut reader = Reader::from_str(part);
        reader.config_mut().check_end_names = false;
        reader.config_mut().expand_empty_elements = true;
        let (mut row, mut column) = (0u32, 0u32);
        let mut cell: Option<OpenCell> = None;
        let mut value = false;
        // The range of a condition, whether it strikes, and whether its range is being read.
        let (mut range, mut strikes, mut of_range) = (String::new(), false, false);
        while let Ok(event) = reader.read_event() {
            match &event {
                Event::Eof => break,
                Event::Start(tag) => match tag.local_name().as_ref() {
                    "conditionalFormatting" => {
                        range = attribute(tag, "sqref").unwrap_or_default();
                        strikes = false;
                    }
                    "cfRule" => {
                        let format = attribute(tag, "dxfId").and_then(|id| id.trim().parse::<usize>().ok());
                        strikes |=
                            format.and_then(|at| self.conditional.get(at)).copied().unwrap_or_default();
                    }
                    // Newer programs write the format into the rule.
                    "strike" if cell.is_none() => strikes |= says_yes(attribute(tag, "val").as_deref()),
                    "sqref" => of_range = true,
                    "row" => {
                        let number = attribute(tag, "r").and_then(|r| r.trim().parse::<u32>().ok());
                        row = number.map_or(row, |number| number.saturating_sub(1));
                        column = 0;
                    }
                    "c" => {
                        let (mut style, mut kind) = (0, CellKind::Number);
                        // Many cells have these three; none of them is worth a text of its own.
                        for said in tag.attributes().with_checks(false).flatten() {
                            match said.key.as_ref() {
                                "r" => (row, column) = place_of(&said.value).unwrap_or((row, column)),
                                "s" => style = said.value.trim().parse().unwrap_or_default(),
                                "t" => kind = CellKind::of(&said.value),
                                _ => {}
                            }
                        }
                        cell = Some(OpenCell {
                            struck: self.struck.get(style).copied().unwrap_or_default(),
                            digits: self.digits.get(style).cloned().flatten(),
                            kind,
                            value: String::new(),
                            runs: None,
                        });
                    }
                    "is" => {
                        let runs = read_runs(&mut reader, "is");
                        cell.iter_mut().for_each(|cell| cell.runs = Some(runs.clone()));
                    }
                    "v" => value = true,
                    _ => {}
                },
                Event::End(tag) => match tag.local_name().as_ref() {
                    "v" => value = false,
                    "sqref" => of_range = false,
                    "conditionalFormatting"
                        if std::mem::take(&mut strikes) && found.struck_by_condition.len() < MOST_RANGES =>
                    {
                        found.struck_by_condition.push(std::mem::take(&mut range));
                    }
                    "row" => row = row.saturating_add(1),
                    "c" => {
                        if let Some(cell) = cell.take() {
                            self.take_cell((row, column), cell, &mut found);
                        }
                        column = column.saturating_add(1);
                    }
                    _ => {}
                },
                text if of_range && range.len() < LONGEST_RANGE => push_xml_text(&mut range, text),
                text if value => {
                    let shared = cell.iter_mut().filter(|cell| cell.kind == CellKind::Shared);
                    shared.for_each(|cell| push_xml_text(&mut cell.value, text));
                }
                _ => {}
            }
        }
        found
    }
    fn take_cell(&self, place: (u32, u32), cell: OpenCell, found: &mut SheetMarks) {
        let of_cell = TextMarks { struck: cell.struck, raised: false };
        let shared = match cell.kind {
            CellKind::Shared => {
                cell.value.trim().parse::<usize>().ok().and_then(|number| self.strings.get(&number))
            }
            _ => cell.runs.as_ref(),
        };
        let mark = match shared {
            Some(runs) => mark_of_runs(runs, of_cell),
            None if cell.struck => Some(CellMark::Struck),
            None => None,
        };
        found.marks.extend(mark.map(|mark| (place, mark)));
        if let (Some(digits), CellKind::Number) = (cell.digits, cell.kind) {
            found.digits.insert(place, digits);
        }
    }
}

/// What a cell holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CellKind {
    Number,
    /// The number of a shared text.
    Shared,
    Other,
}

impl CellKind {
    fn of(kind: &str) -> Self {
        match kind {
            "n" => Self::Number,
            "s" => Self::Shared,
            _ => Self::Other,
        }
    }
}

/// A cell while it is read.
struct OpenCell {
    struck: bool,
    digits: Option<Rc<DigitFormat>>,
    kind: CellKind,
    value: String,
    runs: Option<TextRuns>,
}

/// The runs of a text up to the end of its element; readings of Japanese above it are none of them.
fn read_runs(reader: &mut Reader<&[u8]>, element: &str) -> TextRuns {
    let mut runs = TextRuns::new();
    let mut marks: Option<TextMarks> = None;
    let (mut text, mut phonetic) = (false, false);
    while let Ok(event) = reader.read_event() {
        match &event {
            Event::Eof => break,
            Event::Start(tag) => match tag.local_name().as_ref() {
                "r" => marks = None,
                "rPr" => marks = Some(TextMarks::default()),
                "rPh" => phonetic = true,
                "strike" => {
                    let struck = says_yes(attribute(tag, "val").as_deref());
                    marks.iter_mut().for_each(|marks| marks.struck = struck);
                }
                "vertAlign" => {
                    let how = attribute(tag, "val").unwrap_or_default();
                    let raised = matches!(&how[..], "superscript" | "subscript");
                    marks.iter_mut().for_each(|marks| marks.raised = raised);
                }
                "t" if !phonetic => {
                    text = true;
                    runs.push((String::new(), marks));
                }
                _ => {}
            },
            Event::End(tag) => match tag.local_name().as_ref() {
                "t" => text = false,
                "rPh" => phonetic = false,
                name if name == element => break,
                _ => {}
            },
            part if text => {
                if let Some((run, _)) = runs.last_mut() {
                    push_xml_text(run, part);
                }
            }
            _ => {}
        }
    }
    runs
}

fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    xml_attribute(tag, name)
}

/// What stands without a value is so.
fn says_yes(value: Option<&str>) -> bool {
    !matches!(value.map(str::trim), Some("0" | "false" | "off"))
}

/// The zero-based place that `B7` names.
fn place_of(text: &str) -> Option<(u32, u32)> {
    let split = text.find(|c: char| c.is_ascii_digit())?;
    let mut column = 0u32;
    for letter in text[..split].bytes().filter(u8::is_ascii_alphabetic) {
        let value = u32::from(letter.to_ascii_uppercase() - b'A') + 1;
        column = column.checked_mul(26)?.checked_add(value)?;
    }
    let row: u32 = text[split..].parse().ok()?;
    Some((row.checked_sub(1)?, column.checked_sub(1)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::file_account::CellFault;

    #[test]
    fn struck_raised_and_padded_cells_have_their_places() {
        let styles = b"<styleSheet><numFmts><numFmt numFmtId=\"164\" formatCode=\"&quot;4106&quot;0000\"/></numFmts>\
            <fonts><font><sz/></font><font><strike/></font><font><strike val=\"0\"/></font></fonts>\
            <cellStyleXfs><xf fontId=\"1\"/></cellStyleXfs><cellXfs><xf fontId=\"0\"/><xf fontId=\"1\"/><xf fontId=\"2\"/>\
            <xf numFmtId=\"164\"/></cellXfs><dxfs><dxf><font><strike/></font></dxf></dxfs></styleSheet>";
        let strings = "<sst><si><t>plain</t></si><si><r><rPr><strike/></rPr><t>500</t></r><r><rPr/><t>625</t></r></si>\
            <si><r><t>625</t></r><r><rPr><vertAlign val=\"superscript\"/></rPr><t>1</t></r><rPh><t>x</t></rPh></si></sst>";
        let marks = XlsxMarks::of(styles, strings.as_bytes());
        let part = "<sheetData><row r=\"2\"><c r=\"A2\" t=\"s\"><v>0</v></c><c r=\"B2\" t=\"s\"><v>1</v></c>\
            <c t=\"s\"><v>2</v></c></row><row><c s=\"1\"><v>5</v></c><c s=\"2\"><v>5</v></c><c s=\"3\"><v>7</v></c>\
            <c t=\"inlineStr\"><is><r><rPr><strike val=\"true\"/></rPr><t>a</t></r><r><t>b</t></r></is></c></row></sheetData>";
        let found = marks.of_sheet(part);
        let part = |kept: &str, shown: &str, fault| CellMark::Part {
            kept: kept.to_owned(),
            shown: shown.to_owned(),
            fault,
        };
        let expected = [
            ((1, 1), part("625", "【划掉：500】625", CellFault::StruckPart)),
            ((1, 2), part("625", "625【上下标：1】", CellFault::RaisedPart)),
            ((2, 0), CellMark::Struck),
            ((2, 3), part("b", "【划掉：a】b", CellFault::StruckPart)),
        ];
        assert_eq!(found.marks, BTreeMap::from(expected));
        let shown: Vec<_> = found.digits.iter().map(|(place, format)| (*place, format.shown(7.0))).collect();
        assert_eq!(shown, [((2, 2), Some("41060007".to_owned()))]);
        assert!(XlsxMarks::of(b"<styleSheet/>", b"<sst/>").is_empty());
    }

    #[test]
    fn ranges_that_a_condition_strikes_are_known() {
        let styles = b"<styleSheet><fonts><font/></fonts><cellXfs><xf fontId=\"0\"/></cellXfs><dxfs><dxf><font><b/></font></dxf>\
            <dxf><font><strike/></font></dxf></dxfs></styleSheet>";
        let marks = XlsxMarks::of(styles, b"<sst/>");
        assert!(!marks.is_empty());
        let part = "<worksheet><sheetData><row><c><v>5</v></c></row></sheetData>\
            <conditionalFormatting sqref=\"A1:A9\"><cfRule dxfId=\"0\"/></conditionalFormatting>\
            <conditionalFormatting sqref=\"B2:F40\"><cfRule dxfId=\"1\"><formula>1</formula></cfRule></conditionalFormatting>\
            <extLst><x14:conditionalFormatting><x14:cfRule><x14:dxf><font><strike/></font></x14:dxf></x14:cfRule>\
            <xm:sqref>G2:G40</xm:sqref></x14:conditionalFormatting></extLst></worksheet>";
        let found = marks.of_sheet(part);
        assert_eq!(found.struck_by_condition, ["B2:F40", "G2:G40"]);
        let [told] = &found.told()[..] else { panic!() };
        assert!(told.contains("B2:F40、G2:G40") && told.contains("没有计算"), "{told}");
    }
}
