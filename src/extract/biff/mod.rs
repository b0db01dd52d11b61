//! The records of an XLS workbook, gone through before its reader sees them.
//!
//! That reader lays out every worksheet as a full rectangle, all of them at once, and before that sets
//! memory aside for whatever a worksheet says of its extent; two cells in far corners take gigabytes. So
//! the cells are counted first, with the texts that they share, and the reader gets a compound file of the
//! one stream that was gone through, without what it must not believe and what nobody asks for, its cells moved
//! together.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read, Write};
use std::rc::Rc;

use cfb::CompoundFile;

use self::folded_places::FoldedPlaces;
pub(super) use self::text_runs::{BiffFonts, BiffFormats, BiffRuns, biff_letter};
use self::text_runs::{SharedText, rich_text_runs};
use crate::extract::digit_format::DigitFormat;
use crate::extract::marked_text::mark_of_runs;
use crate::extract::number_format::classify_number_format;
use crate::extract::sheet_row_count::CountedRows;
use crate::extract::shown_units::{unit_of_format, unit_of_known_format};
use crate::extract::sniff::password_needed;
use crate::extract::table_limits::MemoryRoom;
use crate::extract::xlsx_marks::SheetMarks;
use crate::{Error, Result};

mod folded_places;
mod text_runs;

/// Record types of [MS-XLS] 2.3.
const FORMULA: u16 = 0x0006;
const END: u16 = 0x000A;
const PASSWORD: u16 = 0x002F;
const FONT: u16 = 0x0031;
const CONTINUE: u16 = 0x003C;
const BOUND_SHEET: u16 = 0x0085;
const MULTIPLE_NUMBERS: u16 = 0x00BD;
const CELL_FORMAT: u16 = 0x00E0;
const RICH_TEXT: u16 = 0x00D6;
const SHARED_STRINGS: u16 = 0x00FC;
const SHARED_STRING_CELL: u16 = 0x00FD;
const DIMENSIONS: u16 = 0x0200;
const NUMBER: u16 = 0x0203;
const LABEL: u16 = 0x0204;
const TRUTH: u16 = 0x0205;
const FORMULA_STRING: u16 = 0x0207;
const ROW: u16 = 0x0208;
const SMALL_NUMBER: u16 = 0x027E;
const NUMBER_FORMAT: u16 = 0x041E;
const BEGIN: u16 = 0x0809;
/// What a worksheet begins with, by version.
const BEGINNINGS: [u16; 4] = [0x0009, 0x0209, 0x0409, BEGIN];
/// No record of the format has a greater type or more bytes.
const GREATEST: u16 = 0x10FF;
const LONGEST: u16 = 8224;
/// No record; readers pass it over.
const NOTHING: u16 = 0;

/// An XLS workbook that may be read, and what its records say that the reader does not tell.
pub(super) struct SoundBiff {
    /// A compound file that holds the workbook and nothing else.
    pub bytes: Vec<u8>,
    /// One entry per sheet, in the order of the workbook.
    pub sheets: Vec<BiffSheet>,
}

/// One sheet of an XLS workbook.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct BiffSheet {
    /// The second count.
    pub counted: CountedRows,
    /// Zero-based places of formulas whose values nobody has calculated.
    pub uncalculated: BTreeSet<(u32, u32)>,
    /// Units that only the formats of numbers show, by the zero-based places of the cells.
    pub units: BTreeMap<(u32, u32), Rc<str>>,
    /// How cells are shown, where that is not what they say.
    pub shown: SheetMarks,
    /// Where the cells belong that the reader finds.
    pub places: FoldedPlaces,
}

/// Makes a compound file that holds the workbook and nothing else.
///
/// # Errors
/// No workbook in it, an encrypted one, records cut off, or worksheets that would take up too much.
pub(super) fn rebuild_biff_workbook(bytes: Vec<u8>) -> Result<SoundBiff> {
    let length = bytes.len() as u64;
    let failed = |e: std::io::Error| damaged_biff().caused_by(e);
    let mut file = CompoundFile::open(Cursor::new(bytes)).map_err(failed)?;
    let name = if file.exists("/Workbook") { "/Workbook" } else { "/Book" };
    let mut stream = Vec::new();
    // No stream is longer than its file, whatever it says.
    file.open_stream(name).map_err(failed)?.take(length).read_to_end(&mut stream).map_err(failed)?;
    drop(file);
    let room = MemoryRoom::sheets(stream.len() as u64);
    let sheets = measure_biff_stream(&mut stream, &room)?;
    let space = Vec::with_capacity(stream.len() + stream.len() / 64 + 4096);
    let sound = CompoundFile::create_with_version(cfb::Version::V3, Cursor::new(space));
    let mut sound = sound.map_err(failed)?;
    sound.create_stream("/Workbook").and_then(|mut s| s.write_all(&stream)).map_err(failed)?;
    sound.flush().map_err(failed)?;
    Ok(SoundBiff { bytes: sound.into_inner().into_inner(), sheets })
}

fn damaged_biff() -> Error {
    Error::input("XLS 文件已损坏或不完整").hint("文件在传输中被截断；重新复制，或用 Excel 打开后另存为 .xlsx")
}

/// Measures all worksheets and takes out what the reader must not believe.
fn measure_biff_stream(stream: &mut [u8], room: &MemoryRoom) -> Result<Vec<BiffSheet>> {
    let mut sheets = Vec::new();
    let mut strings = Vec::new();
    let mut fonts = BiffFonts::default();
    let mut digits: BTreeMap<u16, Rc<DigitFormat>> = BTreeMap::new();
    let (mut own_formats, mut cell_formats) = (BTreeMap::new(), Vec::new());
    let mut shown = BTreeMap::new();
    let mut version = 0x0600;
    let mut at = 0;
    while let Some(record) = BiffRecord::at(stream, at)? {
        let data = &stream[record.data.clone()];
        match record.kind {
            BEGIN if at == 0 => version = biff_u16(data, 0).ok_or_else(damaged_biff)?,
            PASSWORD => return Err(password_needed()),
            NUMBER_FORMAT => {
                let number = biff_u16(data, 0).ok_or_else(damaged_biff)?;
                let format = biff_format_text(&data[2..], version);
                own_formats.insert(number, classify_number_format(&format));
                shown.extend(unit_of_format(&format).map(|unit| (number, Rc::from(unit))));
                digits.extend(DigitFormat::of(&format).map(|format| (number, Rc::new(format))));
            }
            FONT => fonts.add(data),
            CELL_FORMAT => cell_formats.push(record.data.start + 2),
            BOUND_SHEET => sheets.push(biff_u32(data, 0).ok_or_else(damaged_biff)? as usize),
            SHARED_STRINGS => strings = shared_strings(stream, &record)?,
            END => break,
            _ => {}
        }
        at = record.data.end;
    }
    // The reader takes some numbers for formats that everybody has; what the workbook says of them holds.
    let mut formats = BiffFormats::default();
    for at in cell_formats {
        let number = biff_u16(stream, at).ok_or_else(damaged_biff)?;
        let known = || unit_of_known_format(number).filter(|_| !own_formats.contains_key(&number));
        formats.units.push(shown.get(&number).cloned().or_else(|| known().map(Rc::from)));
        formats.marks.push(biff_u16(stream, at - 2).map(|font| fonts.marks(font)).unwrap_or_default());
        formats.digits.push(digits.get(&number).cloned());
        if let Some(format) = own_formats.get(&number) {
            stream[at..at + 2].copy_from_slice(&format.number_of_its_kind().to_le_bytes());
        }
    }
    // Worksheets lie one behind the other; those that lie in the same place would be read as often.
    let mut ends: BTreeMap<usize, usize> = BTreeMap::new();
    let mut facts = Vec::new();
    for start in sheets {
        // Its cells have been moved already.
        if ends.range(..=start).next_back().is_some_and(|(_, &end)| end > start) {
            return Err(damaged_biff());
        }
        let next = ends.range(start..).next().map(|(&next, _)| next);
        let (end, sheet) = measure_biff_sheet(stream, start, (&strings, &formats, &fonts, version), room)?;
        if next.is_some_and(|next| end > next) {
            return Err(damaged_biff());
        }
        ends.insert(start, end);
        facts.push(sheet);
    }
    Ok(facts)
}

/// The text of a number format. Its letters tell what it is; what stands in quotes may be anything.
fn biff_format_text(data: &[u8], version: u16) -> String {
    if version < 0x0600 {
        return encoding_rs::GBK.decode_without_bom_handling(data.get(1..).unwrap_or(&[])).0.into_owned();
    }
    match data.get(2).map(|flags| flags & 1) {
        Some(0) => data[3..].iter().map(|&byte| char::from(byte)).collect(),
        Some(_) => {
            let units: Vec<u16> =
                data[3..].chunks_exact(2).map(|unit| u16::from_le_bytes([unit[0], unit[1]])).collect();
            String::from_utf16_lossy(&units)
        }
        None => String::new(),
    }
}

/// Is the value of a formula none that was calculated? Libraries that do not calculate ask for it to be
/// done on opening, and leave nothing or a zero.
fn lacks_value(data: &[u8]) -> bool {
    const CALCULATE_ON_LOAD: u16 = 2;
    let asked = biff_u16(data, 14).is_some_and(|flags| flags & CALCULATE_ON_LOAD != 0);
    let nothing = data.get(6..14).is_some_and(|value| {
        value.iter().all(|&byte| byte == 0) || (value[0] == 3 && value[6..] == [0xFF, 0xFF])
    });
    asked && nothing
}

/// Does a formula hold its value itself, and one that shows?
fn holds_value(data: &[u8]) -> bool {
    data.get(6..14).is_some_and(|value| value[6..] != [0xFF, 0xFF] || matches!(value[0], 1 | 2))
}

/// One worksheet; gives the place behind it.
fn measure_biff_sheet(
    stream: &mut [u8],
    start: usize,
    (strings, formats, fonts, version): (&[SharedText], &BiffFormats, &BiffFonts, u16),
    room: &MemoryRoom,
) -> Result<(usize, BiffSheet)> {
    let mut sheet = BiffSheet::default();
    let (mut filled, mut hidden) = (BTreeSet::new(), BTreeSet::new());
    let mut latest = None;
    let mut formula = (0, 0);
    // Charts inside a worksheet have records of their own.
    let mut depth = 0;
    let mut at = start;
    // A stream that lacks some bytes points to where no worksheet begins, or goes on in the middle of a record.
    if BiffRecord::at(stream, at)?.is_none_or(|first| !BEGINNINGS.contains(&first.kind)) {
        return Err(damaged_biff());
    }
    loop {
        let record = BiffRecord::at(stream, at)?.ok_or_else(damaged_biff)?;
        at = record.data.end;
        match record.kind {
            BEGIN => depth += 1,
            END if !record.data.is_empty() => return Err(damaged_biff()),
            END if depth <= 1 => break,
            END => depth -= 1,
            _ if depth > 1 => continue,
            _ => {}
        }
        let data = &mut stream[record.data.clone()];
        let (mut text, mut cells) = (0, 1);
        let mut runs = None;
        let mut shows = true;
        match record.kind {
            ROW => {
                const HIDDEN: u16 = 0x20;
                if biff_u16(data, 12).is_some_and(|flags| flags & HIDDEN != 0) {
                    hidden.extend(biff_u16(data, 0));
                }
                continue;
            }
            DIMENSIONS => {
                stream[record.start..record.start + 2].copy_from_slice(&NOTHING.to_le_bytes());
                continue;
            }
            FORMULA => {
                let unit = formats.unit(data, 4);
                let style = biff_u16(data, 4);
                formula = sheet.places.fold(data)?;
                let place = (formula.0.into(), formula.1.into());
                sheet.units.extend(unit.map(|unit| (place, unit)));
                formats.show(style, place, true, &mut sheet.shown);
                let lacks = lacks_value(data);
                if lacks {
                    sheet.uncalculated.insert((formula.0.into(), formula.1.into()));
                }
                if lacks || holds_value(data) {
                    filled.insert(formula.0);
                }
                // Its value is asked for, not its expression, which names worksheets at length.
                if let Some(length) = data.get_mut(20..22) {
                    length.fill(0);
                }
                room.take(1, 0)?;
                continue;
            }
            FORMULA_STRING => {
                text = biff_u16(data, 0).map_or(0, u64::from) * 3;
                shows = text > 0;
            }
            LABEL | RICH_TEXT => {
                text = biff_u16(data, 6).map_or(0, u64::from) * 3;
                shows = text > 0;
            }
            SHARED_STRING_CELL => {
                let string = biff_u32(data, 6).and_then(|index| strings.get(index as usize));
                // The reader passes over a cell whose text is nowhere.
                let string = string.ok_or_else(damaged_biff)?;
                text = string.bytes;
                shows = text > 0;
                runs = string.runs.as_ref().map(|runs| fonts.runs(runs));
            }
            MULTIPLE_NUMBERS | NUMBER | TRUTH | SMALL_NUMBER => {}
            _ => continue,
        }
        let row = match record.kind {
            FORMULA_STRING => formula.0,
            MULTIPLE_NUMBERS => {
                let first = biff_u16(data, 2).unwrap_or_default();
                let (row, several) = sheet.places.fold_several(data)?;
                cells = several as u64;
                for at in 0..several {
                    // A format and a number of six bytes together.
                    let unit = formats.unit(data, 4 + 6 * at);
                    let place = (u32::from(row), u32::from(first) + at as u32);
                    sheet.units.extend(unit.map(|unit| (place, unit)));
                    formats.show(biff_u16(data, 4 + 6 * at), place, true, &mut sheet.shown);
                }
                row
            }
            kind => {
                if kind == RICH_TEXT {
                    runs = rich_text_runs(data, version).map(|runs| fonts.runs(&runs));
                }
                let place = sheet.places.fold(data)?;
                let here = (place.0.into(), place.1.into());
                let number = matches!(kind, NUMBER | SMALL_NUMBER);
                if number {
                    sheet.units.extend(formats.unit(data, 4).map(|unit| (here, unit)));
                }
                match runs {
                    Some(runs) => {
                        let of_cell = formats.marks_of(biff_u16(data, 4));
                        sheet.shown.marks.extend(mark_of_runs(&runs, of_cell).map(|mark| (here, mark)));
                    }
                    None => formats.show(biff_u16(data, 4), here, number, &mut sheet.shown),
                }
                place.0
            }
        };
        if shows && latest.replace(row) != Some(row) {
            filled.insert(row);
        }
        room.take(cells, text)?;
    }
    sheet.counted.filled = filled.len() as u64;
    sheet.counted.hidden = filled.intersection(&hidden).count() as u64;
    Ok((at, sheet))
}

/// Where a record lies.
struct BiffRecord {
    kind: u16,
    start: usize,
    data: std::ops::Range<usize>,
}

impl BiffRecord {
    /// None at the end of the stream.
    fn at(stream: &[u8], start: usize) -> Result<Option<Self>> {
        if start == stream.len() {
            return Ok(None);
        }
        let head = biff_u16(stream, start).zip(biff_u16(stream, start + 2));
        let (kind, length) = head.ok_or_else(damaged_biff)?;
        let data = start + 4..start + 4 + usize::from(length);
        if data.end > stream.len() || kind > GREATEST || length > LONGEST {
            return Err(damaged_biff());
        }
        Ok(Some(Self { kind, start, data }))
    }
}

fn biff_u16(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at.checked_add(2)?)?.try_into().ok()?))
}

fn biff_u32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

/// The shared strings. They run on over records that continue the first.
fn shared_strings(stream: &[u8], first: &BiffRecord) -> Result<Vec<SharedText>> {
    let mut parts = vec![first.data.clone()];
    let mut at = first.data.end;
    while let Some(record) = BiffRecord::at(stream, at)?.filter(|record| record.kind == CONTINUE) {
        at = record.data.end;
        parts.push(record.data);
    }
    let mut cursor = BiffParts { stream, parts: parts.into_iter(), rest: &[] };
    cursor.next_part();
    // Two counts, which need not be true.
    cursor.take(8)?;
    let mut strings = Vec::new();
    while !cursor.rest.is_empty() || cursor.next_part() {
        strings.push(cursor.string()?);
    }
    Ok(strings)
}

/// The data of a record and of those that continue it.
struct BiffParts<'a> {
    stream: &'a [u8],
    parts: std::vec::IntoIter<std::ops::Range<usize>>,
    rest: &'a [u8],
}

impl<'a> BiffParts<'a> {
    fn next_part(&mut self) -> bool {
        let part = self.parts.next();
        self.rest = part.clone().map_or(&[], |part| &self.stream[part]);
        part.is_some()
    }
    fn take(&mut self, length: usize) -> Result<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or_else(damaged_biff)?;
        self.rest = rest;
        Ok(taken)
    }
    fn skip(&mut self, mut length: usize) -> Result<()> {
        while length > 0 {
            if self.rest.is_empty() && !self.next_part() {
                return Err(damaged_biff());
            }
            let taken = length.min(self.rest.len());
            self.take(taken)?;
            length -= taken;
        }
        Ok(())
    }
    /// `XLUnicodeRichExtendedString` [MS-XLS] 2.5.293.
    fn string(&mut self) -> Result<SharedText> {
        if self.rest.is_empty() {
            return Ok(SharedText::default());
        }
        let mut letters: Vec<u16> = Vec::new();
        let head = self.take(3)?;
        let (characters, flags) = (usize::from(u16::from_le_bytes([head[0], head[1]])), head[2]);
        let runs = if flags & 8 != 0 { biff_u16(self.take(2)?, 0).map_or(0, usize::from) } else { 0 };
        let further = if flags & 4 != 0 { biff_u32(self.take(4)?, 0).map_or(0, |n| n as usize) } else { 0 };
        let (mut left, mut wide) = (characters, flags & 1 != 0);
        while left > 0 {
            let each = if wide { 2 } else { 1 };
            let here = left.min(self.rest.len() / each);
            let text = self.take(here * each)?;
            if runs > 0 {
                letters.extend(text.chunks_exact(each).map(biff_letter));
            }
            left -= here;
            if left > 0 {
                // A text that goes on says anew how wide its characters are.
                if !self.next_part() {
                    return Err(damaged_biff());
                }
                wide = self.take(1)?[0] & 1 != 0;
            }
        }
        let fonts = self.runs(runs)?;
        self.skip(further)?;
        let runs = (!fonts.is_empty()).then_some(BiffRuns { letters, fonts });
        Ok(SharedText { bytes: characters as u64 * 3, runs })
    }
    /// Where runs of other fonts begin, and those; one may lie over the end of a record.
    fn runs(&mut self, count: usize) -> Result<Vec<(u16, u16)>> {
        let mut runs = Vec::new();
        for _ in 0..count {
            let mut run = [0; 4];
            for byte in &mut run {
                if self.rest.is_empty() && !self.next_part() {
                    return Err(damaged_biff());
                }
                *byte = self.take(1)?[0];
            }
            runs.push((u16::from_le_bytes([run[0], run[1]]), u16::from_le_bytes([run[2], run[3]])));
        }
        Ok(runs)
    }
}

#[cfg(test)]
mod tests;
