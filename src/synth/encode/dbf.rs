//! dBase III tables with GBK bytes, as old accounting systems write them.

use super::{EncodedBytes, SheetLayout, encode_text};
use crate::synth::village_rows::InventedCell;

/// One table: character fields as wide as their widest value, numbers as `N(12,2)`.
pub(crate) fn encode_dbf_table(sheet: &SheetLayout) -> EncodedBytes {
    let rows: Vec<Vec<Vec<u8>>> = sheet
        .rows
        .iter()
        .map(|row| row.cells.iter().map(|c| encode_text(&c.text(), encoding_rs::GBK)).collect())
        .collect();
    let fields: Vec<(bool, usize)> = (0..sheet.header.len())
        .map(|at| {
            let numeric = sheet.rows.iter().any(|r| matches!(r.cells[at], InventedCell::Number(_)));
            let widest = rows.iter().map(|r| r[at].len()).max().unwrap_or(1);
            (numeric, if numeric { 12 } else { widest.clamp(1, 254) })
        })
        .collect();
    let record: usize = 1 + fields.iter().map(|f| f.1).sum::<usize>();
    let header = 32 + 32 * fields.len() + 1;
    let mut out = vec![0x03, 118, 9, 30];
    out.extend((rows.len() as u32).to_le_bytes());
    out.extend((header as u16).to_le_bytes());
    out.extend((record as u16).to_le_bytes());
    out.resize(29, 0);
    // Language driver 4D: code page 936.
    out.extend([0x4D, 0, 0]);
    for (name, (numeric, width)) in sheet.header.iter().zip(&fields) {
        let mut field = [0u8; 32];
        let name = encode_text(name, encoding_rs::GBK);
        let len = name.len().min(10);
        field[..len].copy_from_slice(&name[..len]);
        field[11] = if *numeric { b'N' } else { b'C' };
        field[16] = *width as u8;
        field[17] = if *numeric { 2 } else { 0 };
        out.extend(field);
    }
    out.push(0x0D);
    for (row, source) in rows.iter().zip(&sheet.rows) {
        out.push(b' ');
        for ((cell, (numeric, width)), original) in row.iter().zip(&fields).zip(&source.cells) {
            let mut value = match original {
                InventedCell::Number(number) => format!("{number:>12.2}").into_bytes(),
                _ => cell.clone(),
            };
            value.truncate(*width);
            if !numeric || value.len() < *width {
                value.resize(*width, b' ');
            }
            out.extend(value);
        }
    }
    out.push(0x1A);
    Ok(out)
}
