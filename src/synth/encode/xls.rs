//! BIFF8 workbooks in a compound file: the `.xls` that older systems still export. Only what a
//! table needs: shared strings, numbers, merged cells.

use std::collections::HashMap;

use super::{EncodedBytes, SheetLayout};
use crate::synth::village_rows::InventedCell;

const SECTOR: usize = 512;

fn push_biff_record(out: &mut Vec<u8>, kind: u16, body: &[u8]) {
    out.extend(kind.to_le_bytes());
    out.extend((body.len() as u16).to_le_bytes());
    out.extend(body);
}

fn biff_words(values: &[u16]) -> Vec<u8> {
    values.iter().flat_map(|v| v.to_le_bytes()).collect()
}

fn utf16(text: &str) -> Vec<u8> {
    biff_words(&text.encode_utf16().collect::<Vec<_>>())
}

/// Strings of all sheets, each once.
#[derive(Default)]
struct SharedStrings {
    texts: Vec<String>,
    index: HashMap<String, u32>,
    uses: u32,
}

impl SharedStrings {
    fn add(&mut self, text: &str) -> u32 {
        self.uses += 1;
        if let Some(&at) = self.index.get(text) {
            return at;
        }
        let at = self.texts.len() as u32;
        self.index.insert(text.to_owned(), at);
        self.texts.push(text.to_owned());
        at
    }

    fn records(&self, out: &mut Vec<u8>) {
        // A record holds at most 8224 bytes; a continuation starts at a whole string here.
        let mut kind = 0x00FC;
        let mut body = self.uses.to_le_bytes().to_vec();
        body.extend((self.texts.len() as u32).to_le_bytes());
        for text in &self.texts {
            let units = text.encode_utf16().count();
            if body.len() + 3 + units * 2 > 8_200 {
                push_biff_record(out, kind, &body);
                kind = 0x003C;
                body.clear();
            }
            body.extend((units as u16).to_le_bytes());
            body.push(1);
            body.extend(utf16(text));
        }
        push_biff_record(out, kind, &body);
    }
}

/// A workbook of some sheets.
pub(crate) fn encode_xls_workbook(sheets: &[SheetLayout]) -> EncodedBytes {
    let mut strings = SharedStrings::default();
    let pages: Vec<Vec<u8>> = sheets.iter().map(|s| xls_sheet_stream(s, &mut strings)).collect();
    // The globals' length depends only on the names, so a first pass finds the sheets' offsets.
    let mut start = globals(sheets, &strings, &vec![0; sheets.len()]).len();
    let mut offsets = Vec::new();
    for page in &pages {
        offsets.push(start as u32);
        start += page.len();
    }
    let mut stream = globals(sheets, &strings, &offsets);
    pages.iter().for_each(|p| stream.extend(p));
    Ok(write_compound("Workbook", stream))
}

fn globals(sheets: &[SheetLayout], strings: &SharedStrings, offsets: &[u32]) -> Vec<u8> {
    let mut out = Vec::new();
    push_biff_record(&mut out, 0x0809, &biff_words(&[0x0600, 0x0005, 0x0DBB, 0x07CC, 0, 0, 0x0006, 0]));
    push_biff_record(&mut out, 0x0042, &biff_words(&[0x04B0]));
    push_biff_record(&mut out, 0x003D, &biff_words(&[0, 0, 0x3000, 0x2000, 0x38, 0, 0, 1, 0x0258]));
    push_biff_record(&mut out, 0x0022, &biff_words(&[0]));
    for _ in 0..5 {
        let mut font = biff_words(&[220, 0, 0x7FFF, 400, 0]);
        font.extend([0, 0, 0, 0]);
        font.extend([2, 1]);
        font.extend(utf16("宋体"));
        push_biff_record(&mut out, 0x0031, &font);
    }
    for index in 0..16u16 {
        let style = if index < 15 { 0xFFF5 } else { 0x0001 };
        push_biff_record(&mut out, 0x00E0, &biff_words(&[0, 0, style, 0x0020, 0, 0, 0, 0, 0, 0x20C0]));
    }
    push_biff_record(&mut out, 0x0293, &[0x00, 0x80, 0x00, 0xFF]);
    for (sheet, offset) in sheets.iter().zip(offsets) {
        let mut body = offset.to_le_bytes().to_vec();
        body.extend([0, 0, sheet.name.encode_utf16().count() as u8, 1]);
        body.extend(utf16(&sheet.name));
        push_biff_record(&mut out, 0x0085, &body);
    }
    strings.records(&mut out);
    push_biff_record(&mut out, 0x000A, &[]);
    out
}

fn xls_sheet_stream(sheet: &SheetLayout, strings: &mut SharedStrings) -> Vec<u8> {
    let mut grid = sheet.grid();
    let ranges = sheet.merge(&mut grid);
    let mut out = Vec::new();
    push_biff_record(&mut out, 0x0809, &biff_words(&[0x0600, 0x0010, 0x0DBB, 0x07CC, 0, 0, 0x0006, 0]));
    let mut size = (0u32).to_le_bytes().to_vec();
    size.extend((grid.len() as u32).to_le_bytes());
    size.extend(biff_words(&[0, sheet.header.len() as u16, 0]));
    push_biff_record(&mut out, 0x0200, &size);
    for (r, cells) in grid.iter().enumerate() {
        for (c, cell) in cells.iter().enumerate() {
            let mut body = biff_words(&[r as u16, c as u16, 15]);
            match cell {
                InventedCell::Empty => continue,
                InventedCell::Number(number) => {
                    body.extend(number.to_le_bytes());
                    push_biff_record(&mut out, 0x0203, &body);
                }
                other => {
                    body.extend(strings.add(&other.text()).to_le_bytes());
                    push_biff_record(&mut out, 0x00FD, &body);
                }
            }
        }
    }
    for some in ranges.chunks(1_000) {
        let mut body = biff_words(&[some.len() as u16]);
        for &(top, bottom, column) in some {
            body.extend(biff_words(&[top as u16, bottom as u16, column as u16, column as u16]));
        }
        push_biff_record(&mut out, 0x00E5, &body);
    }
    push_biff_record(&mut out, 0x023E, &biff_words(&[0x00B6, 0, 0, 0x0040, 0, 0, 0, 0, 0]));
    push_biff_record(&mut out, 0x000A, &[]);
    out
}

/// Wraps one stream in a compound file without any timestamp.
pub(crate) fn write_compound(name: &str, mut stream: Vec<u8>) -> Vec<u8> {
    const FREE: u32 = 0xFFFF_FFFF;
    const END: u32 = 0xFFFF_FFFE;
    // Shorter streams would belong into the mini stream.
    stream.resize(stream.len().max(4_096), 0);
    let size = stream.len() as u32;
    stream.resize(stream.len().div_ceil(SECTOR) * SECTOR, 0);
    let data = stream.len() / SECTOR;
    let mut tables = 1;
    while tables * (SECTOR / 4) < data + 1 + tables {
        tables += 1;
    }
    // Sectors: allocation tables, directory, data.
    let directory = tables as u32;
    let first = directory + 1;
    let mut out = vec![0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
    out.resize(24, 0);
    out.extend(biff_words(&[0x003E, 0x0003, 0xFFFE, 9, 6, 0, 0, 0]));
    out.extend(0u32.to_le_bytes());
    for value in [tables as u32, directory, 0, 4_096, END, 0, END, 0] {
        out.extend(value.to_le_bytes());
    }
    for slot in 0..109u32 {
        out.extend((if (slot as usize) < tables { slot } else { FREE }).to_le_bytes());
    }
    let mut chain: Vec<u32> = vec![0xFFFF_FFFD; tables];
    chain.push(END);
    chain.extend((0..data as u32).map(|i| if i + 1 == data as u32 { END } else { first + i + 1 }));
    chain.resize(tables * SECTOR / 4, FREE);
    chain.iter().for_each(|v| out.extend(v.to_le_bytes()));
    let entry = |name: &str, kind: u8, child: u32, start: u32, size: u32| {
        let mut e = utf16(name);
        let length = if name.is_empty() { 0 } else { e.len() as u16 + 2 };
        e.resize(64, 0);
        e.extend(length.to_le_bytes());
        e.extend([kind, 1]);
        for value in [FREE, FREE, child] {
            e.extend(value.to_le_bytes());
        }
        e.resize(116, 0);
        e.extend(start.to_le_bytes());
        e.extend(size.to_le_bytes());
        e.extend([0; 4]);
        e
    };
    out.extend(entry("Root Entry", 5, 1, END, 0));
    out.extend(entry(name, 2, FREE, first, size));
    out.extend(entry("", 0, FREE, 0, 0));
    out.extend(entry("", 0, FREE, 0, 0));
    out.extend(stream);
    out
}
