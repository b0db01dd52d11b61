//! The records of an XLS workbook, gone through before its reader sees them.
//!
//! That reader lays out every worksheet as a full rectangle, all of them at once, and before that sets
//! memory aside for whatever a worksheet says of its extent; two cells in far corners take gigabytes. So
//! the rectangles are measured first, with the texts that cells share, and the reader gets a compound file
//! of the one stream that was measured, without what it must not believe and what nobody asks for.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read, Write};

use cfb::CompoundFile;

use super::number_format::classify_number_format;
use super::sheet_row_count::CountedRows;
use super::sniff::password_needed;
use super::table_limits::MemoryRoom;
use crate::{Error, Result};

/// Record types of [MS-XLS] 2.3.
const FORMULA: u16 = 0x0006;
const END: u16 = 0x000A;
const PASSWORD: u16 = 0x002F;
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
    let mut room = MemoryRoom::rectangles(stream.len() as u64);
    let sheets = measure_biff_stream(&mut stream, &mut room)?;
    let sound = CompoundFile::create_with_version(cfb::Version::V3, Cursor::new(Vec::new()));
    let mut sound = sound.map_err(failed)?;
    sound.create_stream("/Workbook").and_then(|mut s| s.write_all(&stream)).map_err(failed)?;
    sound.flush().map_err(failed)?;
    Ok(SoundBiff { bytes: sound.into_inner().into_inner(), sheets })
}

fn damaged_biff() -> Error {
    Error::input("XLS 文件已损坏或不完整").hint("文件在传输中被截断；重新复制，或用 Excel 打开后另存为 .xlsx")
}

/// Measures all worksheets and takes out what the reader must not believe.
fn measure_biff_stream(stream: &mut [u8], room: &mut MemoryRoom) -> Result<Vec<BiffSheet>> {
    let mut sheets = Vec::new();
    let mut strings = Vec::new();
    let (mut own_formats, mut cell_formats) = (BTreeMap::new(), Vec::new());
    let mut version = 0x0600;
    let mut at = 0;
    while let Some(record) = BiffRecord::at(stream, at)? {
        let data = &stream[record.data.clone()];
        match record.kind {
            BEGIN if at == 0 => version = biff_u16(data, 0).ok_or_else(damaged_biff)?,
            PASSWORD => return Err(password_needed()),
            NUMBER_FORMAT => {
                let number = biff_u16(data, 0).ok_or_else(damaged_biff)?;
                own_formats.insert(number, classify_number_format(&biff_format_text(&data[2..], version)));
            }
            CELL_FORMAT => cell_formats.push(record.data.start + 2),
            BOUND_SHEET => sheets.push(biff_u32(data, 0).ok_or_else(damaged_biff)? as usize),
            SHARED_STRINGS => strings = shared_strings(stream, &record)?,
            END => break,
            _ => {}
        }
        at = record.data.end;
    }
    // The reader takes some numbers for formats that everybody has; what the workbook says of them holds.
    for at in cell_formats {
        let number = biff_u16(stream, at).ok_or_else(damaged_biff)?;
        if let Some(format) = own_formats.get(&number) {
            stream[at..at + 2].copy_from_slice(&format.number_of_its_kind().to_le_bytes());
        }
    }
    // Worksheets lie one behind the other; many that lie in the same place would be read as often.
    let mut left = stream.len().saturating_mul(2);
    let mut facts = Vec::new();
    for start in sheets {
        let (end, sheet) = measure_biff_sheet(stream, start, &strings, room)?;
        left = left.checked_sub(end - start).ok_or_else(damaged_biff)?;
        facts.push(sheet);
    }
    Ok(facts)
}

/// The text of a number format. Its letters tell what it is; what stands in quotes may be anything.
fn biff_format_text(data: &[u8], version: u16) -> String {
    if version < 0x0600 {
        return data.iter().skip(1).map(|&byte| char::from(byte)).collect();
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
    strings: &[u64],
    room: &mut MemoryRoom,
) -> Result<(usize, BiffSheet)> {
    let mut sheet = BiffSheet::default();
    let (mut filled, mut hidden) = (BTreeSet::new(), BTreeSet::new());
    let mut latest = None;
    let (mut values, mut formulas) = (SheetExtent::default(), SheetExtent::default());
    let mut formula = (0, 0);
    // Charts inside a worksheet have records of their own.
    let mut depth = 0;
    let mut at = start;
    while let Some(record) = BiffRecord::at(stream, at)? {
        at = record.data.end;
        match record.kind {
            BEGIN => depth += 1,
            END if depth <= 1 => break,
            END => depth -= 1,
            _ if depth > 1 => continue,
            _ => {}
        }
        let data = &mut stream[record.data.clone()];
        let place = biff_u16(data, 0).zip(biff_u16(data, 2));
        let mut text = 0;
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
                formula = place.ok_or_else(damaged_biff)?;
                formulas.add(formula);
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
                values.add(formula);
                continue;
            }
            FORMULA_STRING => {
                values.add(formula);
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
                text = string.copied().ok_or_else(damaged_biff)?;
                shows = text > 0;
            }
            MULTIPLE_NUMBERS => {
                let last = data.len().checked_sub(2).and_then(|end| biff_u16(data, end));
                values.add(place.map(|(row, _)| row).zip(last).ok_or_else(damaged_biff)?);
            }
            NUMBER | TRUTH | SMALL_NUMBER => {}
            _ => continue,
        }
        let place = if record.kind == FORMULA_STRING { formula } else { place.ok_or_else(damaged_biff)? };
        if record.kind != FORMULA_STRING {
            values.add(place);
        }
        if shows && latest.replace(place.0) != Some(place.0) {
            filled.insert(place.0);
        }
        room.take(0, text)?;
    }
    room.take(values.cells() + formulas.cells(), 0)?;
    sheet.counted.filled = filled.len() as u64;
    sheet.counted.hidden = filled.intersection(&hidden).count() as u64;
    Ok((at, sheet))
}

/// Rows and columns between which cells lie.
#[derive(Default)]
struct SheetExtent(Option<[(u16, u16); 2]>);

impl SheetExtent {
    fn add(&mut self, (row, column): (u16, u16)) {
        let [rows, columns] = self.0.get_or_insert([(row, row), (column, column)]);
        *rows = (rows.0.min(row), rows.1.max(row));
        *columns = (columns.0.min(column), columns.1.max(column));
    }
    fn cells(&self) -> u64 {
        let length = |(first, last): (u16, u16)| u64::from(last - first) + 1;
        self.0.map_or(0, |[rows, columns]| length(rows) * length(columns))
    }
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
        if data.end > stream.len() {
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

/// The most bytes that each shared string takes up. Strings run on over records that continue the first.
fn shared_strings(stream: &[u8], first: &BiffRecord) -> Result<Vec<u64>> {
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
    /// `XLUnicodeRichExtendedString` [MS-XLS] 2.5.293: the most bytes it takes up as UTF-8.
    fn string(&mut self) -> Result<u64> {
        if self.rest.is_empty() {
            return Ok(0);
        }
        let head = self.take(3)?;
        let (characters, flags) = (usize::from(u16::from_le_bytes([head[0], head[1]])), head[2]);
        let runs = if flags & 8 != 0 { biff_u16(self.take(2)?, 0).map_or(0, usize::from) } else { 0 };
        let further = if flags & 4 != 0 { biff_u32(self.take(4)?, 0).map_or(0, |n| n as usize) } else { 0 };
        let (mut left, mut wide) = (characters, flags & 1 != 0);
        while left > 0 {
            let each = if wide { 2 } else { 1 };
            let here = left.min(self.rest.len() / each);
            self.take(here * each)?;
            left -= here;
            if left > 0 {
                // A text that goes on says anew how wide its characters are.
                if !self.next_part() {
                    return Err(damaged_biff());
                }
                wide = self.take(1)?[0] & 1 != 0;
            }
        }
        self.skip(runs * 4)?;
        self.skip(further)?;
        Ok(characters as u64 * 3)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(kind: u16, data: &[u8]) -> Vec<u8> {
        [&kind.to_le_bytes()[..], &(data.len() as u16).to_le_bytes(), data].concat()
    }

    fn words(values: &[u16]) -> Vec<u8> {
        values.iter().flat_map(|v| v.to_le_bytes()).collect()
    }

    fn number(row: u16, column: u16) -> Vec<u8> {
        record(NUMBER, &[words(&[row, column, 0]), 1f64.to_le_bytes().to_vec()].concat())
    }

    fn begin() -> Vec<u8> {
        record(BEGIN, &words(&[0x0600, 0x0010, 0, 0, 0, 0, 0, 0]))
    }

    /// A workbook stream of worksheets; all of the same content if `sheets` asks for more than there are.
    fn stream(globals: &[Vec<u8>], contents: &[Vec<Vec<u8>>], sheets: usize) -> Vec<u8> {
        let bound = |name: usize, at: usize| {
            let head = (at as u32).to_le_bytes();
            record(
                BOUND_SHEET,
                &[&head[..], &[0, 0, 2, 0, b'A' + (name / 26) as u8, b'A' + (name % 26) as u8]].concat(),
            )
        };
        let length = begin().len() + globals.concat().len() + sheets * bound(0, 0).len() + 4;
        let pages: Vec<Vec<u8>> =
            contents.iter().map(|c| [begin(), c.concat(), record(END, &[])].concat()).collect();
        let place =
            |name: usize| length + pages[..name.min(pages.len() - 1)].iter().map(Vec::len).sum::<usize>();
        let bounds: Vec<Vec<u8>> = (0..sheets).map(|name| bound(name, place(name))).collect();
        [begin(), globals.concat(), bounds.concat(), record(END, &[]), pages.concat()].concat()
    }

    fn file(stream: &[u8]) -> Vec<u8> {
        let mut file = CompoundFile::create(Cursor::new(Vec::new())).unwrap();
        file.create_stream("/Workbook").unwrap().write_all(stream).unwrap();
        file.into_inner().into_inner()
    }

    fn refusal(globals: &[Vec<u8>], contents: &[Vec<Vec<u8>>], sheets: usize) -> String {
        let error = rebuild_biff_workbook(file(&stream(globals, contents, sheets))).err().unwrap();
        assert!(error.hint_text().is_some());
        error.message().to_owned()
    }

    #[test]
    fn cells_in_far_corners_are_refused_before_they_are_laid_out() {
        let text = refusal(&[], &[vec![number(0, 0), number(u16::MAX, u16::MAX)]], 1);
        assert!(text.contains("单元格超过67108864个"), "{text}");
        // So are the rectangles of all worksheets together,
        let corners = vec![number(0, 0), number(u16::MAX, 255)];
        rebuild_biff_workbook(file(&stream(&[], &vec![corners.clone(); 4], 4))).unwrap();
        assert!(refusal(&[], &vec![corners; 5], 5).contains("单元格超过"));
        // of formulas,
        let formula = |row: u16, column: u16| {
            record(FORMULA, &[words(&[row, column, 0]), vec![0; 14], words(&[0])].concat())
        };
        assert!(refusal(&[], &[vec![formula(0, 0), formula(u16::MAX, 600)]], 1).contains("单元格超过"));
        // and of rows of numbers in one record.
        let row = record(MULTIPLE_NUMBERS, &words(&[u16::MAX, u16::MAX - 1, 0, 0, 0, 0, 0, 0, u16::MAX]));
        assert!(refusal(&[], &[vec![number(0, 0), row]], 1).contains("单元格超过"));
    }

    #[test]
    fn a_text_counts_for_every_cell_that_shares_it() {
        let (long, cells) = (u16::MAX, 2_000u16);
        let head = [&[1, 0, 0, 0, 1, 0, 0, 0][..], &long.to_le_bytes(), &[0]].concat();
        let mut globals = vec![record(SHARED_STRINGS, &head)];
        // The text goes on over eight records, here wide and there narrow.
        let mut left = usize::from(long);
        while left > 0 {
            let wide = left % 2 == 1;
            let here = left.min(if wide { 4_000 } else { 8_001 });
            globals.push(record(
                CONTINUE,
                &[vec![u8::from(wide)], vec![b'A'; here * (1 + usize::from(wide))]].concat(),
            ));
            left -= here;
        }
        let cell = |row: u16| record(SHARED_STRING_CELL, &words(&[row, 0, 0, 0, 0]));
        let page: Vec<Vec<u8>> = (0..cells).map(cell).collect();
        rebuild_biff_workbook(file(&stream(&globals, std::slice::from_ref(&page), 1))).unwrap();
        // Two worksheets of such cells are 790 megabytes, more than a small file may stand for.
        assert!(refusal(&globals, &[page.clone(), page], 2).contains("文字超过"));
        // A cell may claim a text that it does not have.
        let label = |row: u16| record(LABEL, &words(&[row, 0, 0, u16::MAX, 0]));
        let page: Vec<Vec<u8>> = (0..3_000).map(label).collect();
        assert!(refusal(&[], &[page], 1).contains("文字超过"));
    }

    #[test]
    fn worksheets_in_one_place_are_refused() {
        let page = vec![vec![number(0, 0); 1000]];
        rebuild_biff_workbook(file(&stream(&[], &page, 1))).unwrap();
        assert!(refusal(&[], &page, 600).contains("已损坏"));
    }

    #[test]
    fn what_a_worksheet_says_of_its_extent_is_not_believed() {
        let extent = |rows: u32| {
            record(DIMENSIONS, &[&0u32.to_le_bytes()[..], &rows.to_le_bytes(), &words(&[0, 255, 0])].concat())
        };
        let sound = rebuild_biff_workbook(file(&stream(&[], &[vec![extent(u32::MAX - 1), number(3, 1)]], 1)))
            .unwrap();
        let mut book: calamine::Xls<_> = calamine::Reader::new(Cursor::new(sound.bytes)).unwrap();
        let range = calamine::Reader::worksheet_range(&mut book, "AA").unwrap();
        assert_eq!((range.start(), range.get_size()), (Some((3, 1)), (1, 1)));
    }

    #[test]
    fn an_encrypted_workbook_wants_its_password() {
        for kind in [0u16, 1] {
            let text = refusal(&[record(PASSWORD, &words(&[kind, 0, 0]))], &[vec![]], 1);
            assert!(text.contains("打开密码"), "{text}");
        }
    }

    #[test]
    fn formats_of_the_workbook_s_own_come_first() {
        let format = |number: u16, text: &str| {
            let head = words(&[number, text.len() as u16]);
            record(NUMBER_FORMAT, &[&head[..], &[0], text.as_bytes()].concat())
        };
        let cell = |number: u16| record(CELL_FORMAT, &words(&[0, number, 0, 0, 0, 0, 0, 0, 0, 0]));
        let globals = [format(50, "000000000000000"), format(5, "yyyy-mm-dd"), cell(50), cell(5), cell(51)];
        let number = |row: u16, format: u16| {
            record(NUMBER, &[words(&[row, 0, format]), 43_174f64.to_le_bytes().to_vec()].concat())
        };
        let page = vec![number(0, 0), number(1, 1), number(2, 2)];
        let sound = rebuild_biff_workbook(file(&stream(&globals, &[page], 1))).unwrap();
        let mut book: calamine::Xls<_> = calamine::Reader::new(Cursor::new(sound.bytes)).unwrap();
        let range = calamine::Reader::worksheet_range(&mut book, "AA").unwrap();
        let dates: Vec<bool> =
            range.cells().map(|(_, _, data)| matches!(data, calamine::Data::DateTime(_))).collect();
        // The last is what everybody has.
        assert_eq!(dates, [false, true, true]);
    }

    #[test]
    fn rows_are_counted_and_formulas_without_values_told() {
        let formula = |row: u16, value: [u8; 8], flags: u16| {
            record(FORMULA, &[&words(&[row, 1, 0])[..], &value, &words(&[flags, 0, 0, 0])].concat())
        };
        let blank = [3, 0, 0, 0, 0, 0, 0xFF, 0xFF];
        let hidden = record(ROW, &words(&[2, 0, 1, 0, 0, 0, 0x20, 0]));
        let page = vec![
            hidden,
            number(0, 0),
            number(0, 1),
            number(2, 0),
            record(LABEL, &words(&[3, 0, 0, 0])),
            formula(4, [0; 8], 2),
            formula(5, blank, 2),
            formula(6, [0; 8], 0),
            formula(7, blank, 0),
        ];
        let sound = rebuild_biff_workbook(file(&stream(&[], &[page], 1))).unwrap();
        let sheet = &sound.sheets[0];
        assert_eq!(sheet.counted, CountedRows { filled: 5, hidden: 1 });
        assert_eq!(sheet.uncalculated, BTreeSet::from([(4, 1), (5, 1)]));
    }

    #[test]
    fn records_cut_off_are_refused() {
        let whole = stream(&[], &[vec![number(0, 0), number(1, 1)]], 1);
        rebuild_biff_workbook(file(&whole)).unwrap();
        let mut cut = whole.clone();
        cut.truncate(whole.len() - 7);
        assert!(rebuild_biff_workbook(file(&cut)).is_err());
        let mut elsewhere = whole;
        let bound = elsewhere.windows(2).position(|w| w == BOUND_SHEET.to_le_bytes()).unwrap();
        elsewhere[bound + 4..bound + 8].copy_from_slice(&u32::MAX.to_le_bytes());
        assert!(rebuild_biff_workbook(file(&elsewhere)).is_err());
    }
}
