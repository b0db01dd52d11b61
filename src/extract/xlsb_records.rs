//! The records of an XLSB workbook, gone through before its reader sees them.
//!
//! The second count of rows, formulas that yield errors (the reader passes over them), merged cells, and
//! number formats that the workbook defines anew (the reader takes them for those that everybody has).

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read};
use std::rc::Rc;

use calamine::Dimensions;
use zip::ZipArchive;

use super::biff::{BiffFonts, BiffFormats, BiffRuns, biff_letter};
use super::digit_format::DigitFormat;
use super::marked_text::mark_of_runs;
use super::number_format::{WorkbookFormat, classify_number_format};
use super::package_parts::{
    PackageChanges, PackageParts, refuse_shared_parts, refuse_unlisted_rows, repacked,
};
use super::sheet_row_count::CountedRows;
use super::shown_units::{unit_of_format, unit_of_known_format};
use super::workbook::open_workbook::unreadable_workbook;
use super::xlsx_marks::SheetMarks;
use super::xlsx_package::{MAX_RATIO, MAX_UNPACKED, oversized_xlsx_package};
use crate::Result;

/// Record types of [MS-XLSB] 2.3.
const ROW: u32 = 0;
const CELL_BLANK: u32 = 1;
const CELL_TEXT: u32 = 6;
const SHARED_TEXT: u32 = 7;
const FORMULA_TEXT: u32 = 8;
const FORMULA_ERROR: u32 = 11;
const SHARED_STRING: u32 = 0x13;
const FONT: u32 = 0x2B;
const NUMBER_FORMAT: u32 = 0x2C;
const CELL_FORMAT: u32 = 0x2F;
const BUNDLED_SHEET: u32 = 0x9C;
const MERGED_CELL: u32 = 0xB0;
const BEGIN_CELL_FORMATS: u32 = 0x269;
const END_CELL_FORMATS: u32 = 0x26A;

/// The part that says where the sheets lie.
const RELATIONS: &str = "xl/_rels/workbook.bin.rels";

/// An XLSB workbook that may be read.
pub(super) struct SoundXlsb {
    pub bytes: Vec<u8>,
    /// Bytes that it unpacks to.
    pub unpacked: u64,
    /// One entry per sheet, in the order of the workbook.
    pub sheets: Vec<XlsbSheet>,
}

/// One sheet of an XLSB workbook.
#[derive(Debug, Default)]
pub(super) struct XlsbSheet {
    /// The second count.
    pub counted: CountedRows,
    /// Zero-based places of formulas that yield an error, and its code.
    pub errors: Vec<((u32, u32), u8)>,
    /// Units that only the formats of numbers show, by the zero-based places of the cells.
    pub units: BTreeMap<(u32, u32), Rc<str>>,
    /// How cells are shown, where that is not what they say.
    pub shown: SheetMarks,
    pub merged: Vec<Dimensions>,
}

/// Goes through all records.
///
/// # Errors
/// Parts missing or damaged; the workbook would take up too much.
pub(super) fn rebuild_xlsb_workbook(bytes: Vec<u8>) -> Result<SoundXlsb> {
    let unpacked = unpacked_bytes(&bytes)?;
    let damaged = || unreadable_workbook("缺少应有的部件");
    let mut parts = PackageParts::open(&bytes)?;
    let workbook = parts.read("xl/workbook.bin", unpacked).ok_or_else(damaged)?;
    let relations = parts.relation_targets("xl", RELATIONS).ok_or_else(damaged)?;
    let mut names: Vec<&str> = Vec::new();
    for record in XlsbRecords::of(&workbook) {
        let (kind, data) = record?;
        if kind != BUNDLED_SHEET {
            continue;
        }
        let length = xlsb_u32(data, 8).unwrap_or(u32::MAX);
        // A sheet without a part is none that the reader lists.
        if length == u32::MAX {
            continue;
        }
        let id: Vec<u16> = data
            .get(12..12 + length as usize * 2)
            .ok_or_else(damaged)?
            .chunks_exact(2)
            .map(|unit| u16::from_le_bytes([unit[0], unit[1]]))
            .collect();
        names.push(relations.get(&String::from_utf16_lossy(&id)).map_or("", String::as_str));
    }
    refuse_shared_parts(names.iter().copied())?;
    for name in parts.unlisted_sheets("xl", RELATIONS, &names) {
        let part = parts.read(&name, unpacked).ok_or_else(damaged)?;
        refuse_unlisted_rows(&name, XlsbSheet::read(&part, &XlsbStyles::default())?.counted.filled)?;
    }
    let styles = parts.read("xl/styles.bin", unpacked).map(own_formats_replaced).transpose()?;
    let (styles, mut shown) = styles.unwrap_or_default();
    if let Some(strings) = parts.read("xl/sharedstrings.bin", unpacked) {
        shown.strings = shared_strings(&strings)?;
    }
    let mut sheets = Vec::new();
    for name in names {
        sheets.push(match parts.read(name, unpacked) {
            Some(part) => XlsbSheet::read(&part, &shown)?,
            None => XlsbSheet::default(),
        });
    }
    drop(parts);
    let bytes = match styles {
        Some(styles) => {
            let replaced = vec![("xl/styles.bin".to_owned(), styles)];
            repacked(&bytes, &PackageChanges { replaced, moved: Vec::new() })?
        }
        None => bytes,
    };
    Ok(SoundXlsb { bytes, unpacked, sheets })
}

fn unpacked_bytes(bytes: &[u8]) -> Result<u64> {
    let most = MAX_UNPACKED.min((bytes.len() as u64).saturating_mul(MAX_RATIO));
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(unreadable_workbook)?;
    let mut sum = 0;
    for index in 0..archive.len() {
        let Ok(part) = archive.by_index(index) else { continue };
        let read = std::io::copy(&mut part.take(most - sum + 1), &mut std::io::sink());
        sum += read.map_err(unreadable_workbook)?;
        if sum > most {
            return Err(oversized_xlsx_package(bytes.len() as u64));
        }
    }
    Ok(sum)
}

impl XlsbSheet {
    fn read(part: &[u8], styles: &XlsbStyles) -> Result<Self> {
        let mut sheet = Self::default();
        let (mut row, mut hidden) = (0, false);
        let mut filled = BTreeMap::new();
        for record in XlsbRecords::of(part) {
            let (kind, data) = record?;
            if data.len() < least_xlsb_length(kind, data) {
                return Err(unreadable_workbook("记录不完整"));
            }
            match kind {
                ROW => {
                    row = xlsb_u32(data, 0).unwrap_or_default();
                    hidden = data.get(11).is_some_and(|flags| flags & 0x10 != 0);
                }
                CELL_BLANK => {}
                CELL_TEXT | FORMULA_TEXT if xlsb_u32(data, 8) == Some(0) => {}
                2..=FORMULA_ERROR => {
                    filled.insert(row, hidden);
                    if let (FORMULA_ERROR, Some(column)) = (kind, xlsb_u32(data, 0)) {
                        sheet.errors.push(((row, column), data.get(8).copied().unwrap_or_default()));
                    }
                    // Of the style three bytes.
                    if let (Some(column), Some(style)) = (xlsb_u32(data, 0), xlsb_u32(data, 4)) {
                        let style = u16::try_from(style & 0xFF_FFFF).ok();
                        let number = matches!(kind, 2 | 5 | 9);
                        let text = xlsb_u32(data, 8).filter(|_| kind == SHARED_TEXT);
                        sheet.show(((row, column), style, number), text, styles);
                    }
                }
                MERGED_CELL => {
                    let at = |place| xlsb_u32(data, place).unwrap_or_default();
                    sheet.merged.push(Dimensions { start: (at(0), at(8)), end: (at(4), at(12)) });
                }
                _ => {}
            }
        }
        sheet.counted.filled = filled.len() as u64;
        sheet.counted.hidden = filled.values().filter(|&&hidden| hidden).count() as u64;
        Ok(sheet)
    }
}

impl XlsbSheet {
    /// Notes how a cell is shown: its place, its style, whether it holds a number; and which shared text it holds.
    fn show(
        &mut self,
        (place, style, number): ((u32, u32), Option<u16>, bool),
        text: Option<u32>,
        styles: &XlsbStyles,
    ) {
        let formats = &styles.formats;
        if number {
            let unit = style.and_then(|style| formats.units.get(usize::from(style)).cloned().flatten());
            self.units.extend(unit.map(|unit| (place, unit)));
        }
        match text.and_then(|number| styles.strings.get(&number)) {
            Some(runs) => {
                let mark = mark_of_runs(&styles.fonts.runs(runs), formats.marks_of(style));
                self.shown.marks.extend(mark.map(|mark| (place, mark)));
            }
            None => formats.show(style, place, number, &mut self.shown),
        }
    }
}

/// Bytes that a record of a worksheet must have; of one that is shorter the reader takes the rest from the
/// record before it.
fn least_xlsb_length(kind: u32, data: &[u8]) -> usize {
    match kind {
        ROW => 4,
        CELL_BLANK => 8,
        CELL_TEXT | FORMULA_TEXT => text_end(data, 8),
        // Integers, and numbers of shared strings.
        2 | 7 => 12,
        // Errors and truths.
        3 | 4 | 10 | FORMULA_ERROR => 9,
        5 | 9 => 16,
        MERGED_CELL => 16,
        _ => 0,
    }
}

/// Where a text ends that begins, with its length, at some place.
fn text_end(data: &[u8], at: usize) -> usize {
    let length = xlsb_u32(data, at).map_or(usize::MAX, |length| length as usize);
    length.saturating_mul(2).saturating_add(at + 4)
}

/// The shared strings of several runs, by their numbers.
///
/// # Errors
/// A string is longer than its record.
fn shared_strings(part: &[u8]) -> Result<BTreeMap<u32, BiffRuns>> {
    const RUNS: u8 = 1;
    let (mut rich, mut number) = (BTreeMap::new(), 0);
    for record in XlsbRecords::of(part) {
        let (kind, data) = record?;
        if kind != SHARED_STRING {
            continue;
        }
        let end = text_end(data, 1);
        if data.len() < end {
            return Err(unreadable_workbook("记录不完整"));
        }
        if data.first().is_some_and(|flags| flags & RUNS != 0) {
            let letters = data[5..end].chunks_exact(2).map(biff_letter).collect();
            let runs = data.get(end + 4..).unwrap_or_default().chunks_exact(4);
            let runs = runs.take(xlsb_u32(data, end).unwrap_or_default() as usize);
            let fonts = runs.map(|run| (biff_letter(&run[..2]), biff_letter(&run[2..]))).collect();
            rich.insert(number, BiffRuns { letters, fonts });
        }
        number += 1;
    }
    Ok(rich)
}

/// What the styles and shared strings of a workbook make of its cells.
#[derive(Default)]
struct XlsbStyles {
    formats: BiffFormats,
    fonts: BiffFonts,
    /// Strings of several runs, by their numbers.
    strings: BTreeMap<u32, BiffRuns>,
}

/// The styles with the numbers of own formats replaced by those of formats that everybody has, none if there are no
/// own formats; and what they make of cells.
fn own_formats_replaced(mut styles: Vec<u8>) -> Result<(Option<Vec<u8>>, XlsbStyles)> {
    let mut own: BTreeMap<u16, WorkbookFormat> = BTreeMap::new();
    let mut shown: BTreeMap<u16, Rc<str>> = BTreeMap::new();
    let mut digits: BTreeMap<u16, Rc<DigitFormat>> = BTreeMap::new();
    // No font of this format lacks the number four.
    let mut found = XlsbStyles { fonts: BiffFonts::without_gap(), ..XlsbStyles::default() };
    let mut places = BTreeSet::new();
    let mut of_cells = false;
    let mut records = XlsbRecords::of(&styles);
    while let Some(record) = records.next() {
        let (kind, data) = record?;
        match kind {
            NUMBER_FORMAT if data.len() >= 6 => {
                let text: Vec<u16> =
                    data[6..].chunks_exact(2).map(|unit| u16::from_le_bytes([unit[0], unit[1]])).collect();
                let (number, text) =
                    (u16::from_le_bytes([data[0], data[1]]), String::from_utf16_lossy(&text));
                own.insert(number, classify_number_format(&text));
                shown.extend(unit_of_format(&text).map(|unit| (number, Rc::from(unit))));
                digits.extend(DigitFormat::of(&text).map(|format| (number, Rc::new(format))));
            }
            FONT => found.fonts.add(data),
            BEGIN_CELL_FORMATS => of_cells = true,
            END_CELL_FORMATS => of_cells = false,
            CELL_FORMAT if of_cells && data.len() >= 4 => {
                places.insert(records.at - data.len() + 2);
            }
            _ => {}
        }
    }
    let mut changed = false;
    for at in places {
        let number = u16::from_le_bytes([styles[at], styles[at + 1]]);
        let known = || unit_of_known_format(number).filter(|_| !own.contains_key(&number));
        found.formats.units.push(shown.get(&number).cloned().or_else(|| known().map(Rc::from)));
        found.formats.digits.push(digits.get(&number).cloned());
        let font = styles.get(at + 2..at + 4).map_or(0, biff_letter);
        found.formats.marks.push(found.fonts.marks(font));
        if let Some(format) = own.get(&number) {
            styles[at..at + 2].copy_from_slice(&format.number_of_its_kind().to_le_bytes());
            changed = true;
        }
    }
    Ok((changed.then_some(styles), found))
}

/// The records of a part: type and data.
struct XlsbRecords<'a> {
    part: &'a [u8],
    at: usize,
}

impl<'a> XlsbRecords<'a> {
    fn of(part: &'a [u8]) -> Self {
        Self { part, at: 0 }
    }
    fn byte(&mut self) -> Option<u8> {
        let byte = *self.part.get(self.at)?;
        self.at += 1;
        Some(byte)
    }
    fn record(&mut self) -> Option<(u32, &'a [u8])> {
        let low = self.byte()?;
        let kind = match low & 0x80 {
            0 => u32::from(low),
            _ => u32::from(low & 0x7F) | u32::from(self.byte()? & 0x7F) << 7,
        };
        let mut length = 0usize;
        for shift in 0..4 {
            let byte = self.byte()?;
            length |= usize::from(byte & 0x7F) << (7 * shift);
            if byte & 0x80 == 0 {
                break;
            }
        }
        let data = self.part.get(self.at..self.at.checked_add(length)?)?;
        self.at += length;
        Some((kind, data))
    }
}

impl<'a> Iterator for XlsbRecords<'a> {
    type Item = Result<(u32, &'a [u8])>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.at >= self.part.len() {
            return None;
        }
        let record = self.record().ok_or_else(|| unreadable_workbook("记录不完整"));
        if record.is_err() {
            self.at = self.part.len();
        }
        Some(record)
    }
}

fn xlsb_u32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}
