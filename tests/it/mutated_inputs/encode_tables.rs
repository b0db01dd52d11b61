//! Grids as tables whose format names the columns itself: DBF with its memo file, Parquet.

use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, StringArray};
use arrow::record_batch::RecordBatch;
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::{WriterProperties, WriterVersion};

use super::invented::{Book, Cell, Numbers, Row};

fn gbk(text: &str) -> Vec<u8> {
    encoding_rs::GB18030.encode(text).0.into_owned()
}

fn header_and_rows(book: &Book) -> (Vec<String>, &[Row]) {
    let sheet = &book.sheets[0];
    let header = sheet.header.unwrap();
    (sheet.rows[header].cells.iter().map(Cell::shown).collect(), &sheet.rows[header + 1..])
}

fn is_numeric(rows: &[Row], column: usize) -> bool {
    let mut cells = rows.iter().filter_map(|row| row.cells.get(column)).filter(|cell| **cell != Cell::Blank);
    cells.clone().next().is_some() && cells.all(|cell| matches!(cell, Cell::Number(_)))
}

fn shown(row: &Row, column: usize) -> String {
    row.cells.get(column).map(Cell::shown).unwrap_or_default()
}

/// A DBF, and the memo file for its last column unless that holds numbers.
pub(super) fn dbf(book: &Book) -> (Vec<u8>, Vec<u8>) {
    let (header, rows) = header_and_rows(book);
    let mut memos = vec![0; 512];
    let memo_column = header.len().checked_sub(1).filter(|&at| !is_numeric(rows, at));
    let widths: Vec<usize> = (0..header.len())
        .map(|at| {
            let widest = rows.iter().map(|row| gbk(&shown(row, at)).len()).max().unwrap_or(1);
            if Some(at) == memo_column || is_numeric(rows, at) { 10 } else { widest.clamp(1, 254) }
        })
        .collect();
    let width = 1 + widths.iter().sum::<usize>();
    let mut out = vec![0x83, 118, 9, 30];
    out.extend((rows.len() as u32).to_le_bytes());
    out.extend((33 + 32 * header.len() as u16).to_le_bytes());
    out.extend((width as u16).to_le_bytes());
    out.resize(32, 0);
    out[29] = 0x4D;
    for (at, name) in header.iter().enumerate() {
        let mut field = [0u8; 32];
        let name = gbk(name);
        let length = name.len().min(10);
        field[..length].copy_from_slice(&name[..length]);
        field[11] = match () {
            () if Some(at) == memo_column => b'M',
            () if is_numeric(rows, at) => b'N',
            () => b'C',
        };
        field[16] = widths[at] as u8;
        out.extend(field);
    }
    out.push(0x0D);
    for row in rows {
        out.push(b' ');
        for (at, &width) in widths.iter().enumerate() {
            let text = gbk(&shown(row, at));
            let mut bytes = match () {
                () if text.is_empty() => Vec::new(),
                () if Some(at) == memo_column => {
                    let block = memos.len() / 512;
                    memos.extend([&text[..], &[0x1A, 0x1A]].concat());
                    memos.resize(memos.len().div_ceil(512) * 512, 0);
                    format!("{block:>10}").into_bytes()
                }
                () if is_numeric(rows, at) => format!("{:>10}", shown(row, at)).into_bytes(),
                () => text,
            };
            bytes.resize(width, b' ');
            out.extend(bytes);
        }
    }
    out.push(0x1A);
    (out, memos)
}

/// A Parquet file with some codec, page version and dictionaries.
pub(super) fn parquet(book: &Book, numbers: &mut Numbers) -> Vec<u8> {
    let (header, rows) = header_and_rows(book);
    let column = |at: usize| -> ArrayRef {
        if is_numeric(rows, at) {
            let number = |row: &Row| match row.cells.get(at) {
                Some(Cell::Number(number)) => Some(*number),
                _ => None,
            };
            Arc::new(Int64Array::from(rows.iter().map(number).collect::<Vec<_>>()))
        } else {
            let texts = rows.iter().map(|row| Some(shown(row, at)).filter(|text| !text.is_empty()));
            Arc::new(StringArray::from(texts.collect::<Vec<_>>()))
        }
    };
    let columns = header.iter().enumerate().map(|(at, name)| (name.as_str(), column(at), true));
    let batch = RecordBatch::try_from_iter_with_nullable(columns).unwrap();
    let codec = numbers.of_list(&[Compression::UNCOMPRESSED, Compression::SNAPPY, Compression::LZ4_RAW]);
    let version = numbers.of_list(&[WriterVersion::PARQUET_1_0, WriterVersion::PARQUET_2_0]);
    let properties = WriterProperties::builder()
        .set_compression(codec)
        .set_writer_version(version)
        .set_dictionary_enabled(numbers.one_in(2))
        .build();
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.into_inner().unwrap()
}
