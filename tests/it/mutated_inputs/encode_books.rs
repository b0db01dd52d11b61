//! Grids as workbooks: the parts of XLSX, XLSB and ODS packages, and XLS.

use std::collections::BTreeMap;
use std::io::{Cursor, Write as _};

use super::invented::{Book, Cell, Numbers, Sheet};
use crate::inputs_books::{numbers, record, wide};

/// The parts of a package, in their order.
pub(super) type Parts = Vec<(String, Vec<u8>)>;

pub(super) fn packed(parts: &Parts, stored: bool) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let method = if stored { zip::CompressionMethod::Stored } else { zip::CompressionMethod::Deflated };
    for (name, content) in parts {
        let options = zip::write::SimpleFileOptions::default().compression_method(method);
        zip.start_file(name.as_str(), options).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// `A1` of zero-based places.
fn place(row: usize, column: usize) -> String {
    format!("{}{}", char::from(b'A' + column as u8), row + 1)
}

/// Texts that cells share, each once.
#[derive(Default)]
struct SharedTexts {
    texts: Vec<String>,
    index: BTreeMap<String, usize>,
    uses: usize,
}

impl SharedTexts {
    fn add(&mut self, text: &str) -> usize {
        self.uses += 1;
        let next = self.texts.len();
        let at = *self.index.entry(text.to_owned()).or_insert(next);
        if at == next {
            self.texts.push(text.to_owned());
        }
        at
    }
}

const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";

fn relations(targets: impl Iterator<Item = (String, String)>) -> Vec<u8> {
    let mut out = format!("<Relationships xmlns=\"{PACKAGE}/relationships\">");
    for (at, (kind, target)) in targets.enumerate() {
        out +=
            &format!("<Relationship Id=\"rId{}\" Type=\"{RELATIONS}/{kind}\" Target=\"{target}\"/>", at + 1);
    }
    (out + "</Relationships>").into_bytes()
}

pub(super) fn xlsx_parts(book: &Book, numbers: &mut Numbers) -> Parts {
    let inline = numbers.one_in(3);
    let mut shared = SharedTexts::default();
    let sheets: Vec<String> = book.sheets.iter().map(|s| xlsx_sheet(s, inline, &mut shared)).collect();
    let listed = |at: usize, sheet: &Sheet| {
        format!("<sheet name=\"{}\" sheetId=\"{}\" r:id=\"rId{}\"/>", sheet.name, at + 1, at + 1)
    };
    let listed: String = book.sheets.iter().enumerate().map(|(at, sheet)| listed(at, sheet)).collect();
    let workbook = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><workbook xmlns=\"{MAIN}\" xmlns:r=\"{RELATIONS}\">\
         <sheets>{listed}</sheets></workbook>"
    );
    let texts: String = shared
        .texts
        .iter()
        .map(|t| format!("<si><t xml:space=\"preserve\">{}</t></si>", escaped(t)))
        .collect();
    let strings = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><sst xmlns=\"{MAIN}\" count=\"{}\" uniqueCount=\"{}\">{texts}</sst>",
        shared.uses,
        shared.texts.len()
    );
    let targets = (0..sheets.len())
        .map(|at| ("worksheet".to_owned(), format!("worksheets/sheet{}.xml", at + 1)))
        .chain([("sharedStrings".to_owned(), "sharedStrings.xml".to_owned())]);
    let document = ("officeDocument".to_owned(), "xl/workbook.xml".to_owned());
    let mut parts = vec![
        (
            "[Content_Types].xml".to_owned(),
            format!("<Types xmlns=\"{PACKAGE}/content-types\"><Default Extension=\"xml\" ContentType=\"application/xml\"/></Types>")
                .into_bytes(),
        ),
        ("_rels/.rels".to_owned(), relations([document].into_iter())),
        ("xl/workbook.xml".to_owned(), workbook.into_bytes()),
        ("xl/_rels/workbook.xml.rels".to_owned(), relations(targets)),
        ("xl/sharedStrings.xml".to_owned(), strings.into_bytes()),
    ];
    for (at, sheet) in sheets.into_iter().enumerate() {
        parts.push((format!("xl/worksheets/sheet{}.xml", at + 1), sheet.into_bytes()));
    }
    parts
}

fn xlsx_sheet(sheet: &Sheet, inline: bool, shared: &mut SharedTexts) -> String {
    let mut rows = String::new();
    for (at, row) in sheet.rows.iter().enumerate() {
        rows += &format!("<row r=\"{}\">", at + 1);
        for (column, cell) in row.cells.iter().enumerate() {
            let place = place(at, column);
            rows += &match cell {
                Cell::Blank => continue,
                Cell::Number(number) => format!("<c r=\"{place}\"><v>{number}</v></c>"),
                Cell::Error(text) => format!("<c r=\"{place}\" t=\"e\"><v>{text}</v></c>"),
                other if inline => format!(
                    "<c r=\"{place}\" t=\"inlineStr\"><is><t xml:space=\"preserve\">{}</t></is></c>",
                    escaped(&other.shown())
                ),
                other => format!("<c r=\"{place}\" t=\"s\"><v>{}</v></c>", shared.add(&other.shown())),
            };
        }
        rows += "</row>";
    }
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><worksheet xmlns=\"{MAIN}\"><sheetData>{rows}</sheetData></worksheet>"
    )
}

/// The code by which binary formats write an error.
fn error_code(text: &str) -> u8 {
    match text {
        "#DIV/0!" => 0x07,
        "#REF!" => 0x17,
        _ => 0x2A,
    }
}

pub(super) fn xlsb_parts(book: &Book) -> Parts {
    let mut workbook = [record(0x83, &[]), record(0x8F, &[])].concat();
    for (at, sheet) in book.sheets.iter().enumerate() {
        let bundled = [numbers(&[0, at as u32 + 1]), wide(&format!("rId{}", at + 1)), wide(&sheet.name)];
        workbook.extend(record(0x9C, &bundled.concat()));
    }
    workbook.extend([record(0x90, &[]), record(0x84, &[])].concat());
    let targets =
        (0..book.sheets.len()).map(|at| ("worksheet".to_owned(), format!("worksheets/sheet{}.bin", at + 1)));
    let mut parts = vec![
        ("xl/workbook.bin".to_owned(), workbook),
        ("xl/_rels/workbook.bin.rels".to_owned(), relations(targets)),
    ];
    for (at, sheet) in book.sheets.iter().enumerate() {
        let columns = sheet.rows.iter().map(|row| row.cells.len()).max().unwrap_or(1) as u32;
        let extent = numbers(&[0, (sheet.rows.len() as u32).saturating_sub(1), 0, columns.saturating_sub(1)]);
        let mut part = [record(0x81, &[]), record(0x94, &extent), record(0x91, &[])].concat();
        for (row_at, row) in sheet.rows.iter().enumerate() {
            part.extend(record(0, &numbers(&[row_at as u32, 0, 0, 0])));
            for (column, cell) in row.cells.iter().enumerate() {
                let head = numbers(&[column as u32, 0]);
                part.extend(match cell {
                    Cell::Blank => continue,
                    Cell::Number(number) => {
                        record(5, &[head, (*number as f64).to_le_bytes().to_vec()].concat())
                    }
                    Cell::Error(text) => record(3, &[head, vec![error_code(text)]].concat()),
                    other => record(6, &[head, wide(&other.shown())].concat()),
                });
            }
        }
        part.extend([record(0x92, &[]), record(0x82, &[])].concat());
        parts.push((format!("xl/worksheets/sheet{}.bin", at + 1), part));
    }
    parts
}

pub(super) fn ods_parts(book: &Book) -> Parts {
    let mut content = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><office:document-content \
        xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" \
        xmlns:table=\"urn:oasis:names:tc:opendocument:xmlns:table:1.0\" \
        xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\"><office:body><office:spreadsheet>"
        .to_owned();
    for sheet in &book.sheets {
        content += &format!("<table:table table:name=\"{}\">", sheet.name);
        for row in &sheet.rows {
            content += "<table:table-row>";
            for cell in &row.cells {
                let shown = escaped(&cell.shown());
                let lines: String =
                    shown.split('\n').map(|line| format!("<text:p>{line}</text:p>")).collect();
                let kind = match cell {
                    Cell::Blank => {
                        content += "<table:table-cell/>";
                        continue;
                    }
                    Cell::Number(number) => {
                        format!("office:value-type=\"float\" office:value=\"{number}\"")
                    }
                    Cell::Error(_) => {
                        "table:formula=\"of:=X\" office:value-type=\"string\" calcext:value-type=\"error\""
                            .to_owned()
                    }
                    _ => "office:value-type=\"string\"".to_owned(),
                };
                content += &format!("<table:table-cell {kind}>{lines}</table:table-cell>");
            }
            content += "</table:table-row>";
        }
        content += "</table:table>";
    }
    content += "</office:spreadsheet></office:body></office:document-content>";
    vec![
        ("mimetype".to_owned(), b"application/vnd.oasis.opendocument.spreadsheet".to_vec()),
        ("content.xml".to_owned(), content.into_bytes()),
    ]
}

fn biff(out: &mut Vec<u8>, kind: u16, data: &[u8]) {
    out.extend(kind.to_le_bytes());
    out.extend((data.len() as u16).to_le_bytes());
    out.extend(data);
}

fn words(values: &[u16]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

fn units(text: &str) -> Vec<u8> {
    words(&text.encode_utf16().collect::<Vec<_>>())
}

/// An XLS workbook; `old`: without rows of their own and extents, as small programs write it.
pub(super) fn xls(book: &Book, old: bool) -> Vec<u8> {
    let mut shared = SharedTexts::default();
    let sheets: Vec<Vec<u8>> = book.sheets.iter().map(|sheet| xls_sheet(sheet, old, &mut shared)).collect();
    let globals = |offsets: &[u32]| {
        let mut out = Vec::new();
        biff(&mut out, 0x0809, &words(&[0x0600, 0x0005, 0x0DBB, 0x07CC, 0, 0, 6, 0]));
        biff(&mut out, 0x0042, &words(&[0x04B0]));
        for index in 0..16u16 {
            let style = if index < 15 { 0xFFF5 } else { 1 };
            biff(&mut out, 0x00E0, &words(&[0, 0, style, 0x20, 0, 0, 0, 0, 0, 0x20C0]));
        }
        for (sheet, offset) in book.sheets.iter().zip(offsets) {
            let head = [0, 0, sheet.name.encode_utf16().count() as u8, 1];
            biff(&mut out, 0x0085, &[&offset.to_le_bytes()[..], &head, &units(&sheet.name)].concat());
        }
        let mut kind = 0x00FC;
        let mut data = numbers(&[shared.uses as u32, shared.texts.len() as u32]);
        for text in &shared.texts {
            let text_units = units(text);
            if data.len() + 3 + text_units.len().min(2) > 8_200 {
                biff(&mut out, kind, &data);
                (kind, data) = (0x003C, Vec::new());
            }
            data.extend(((text_units.len() / 2) as u16).to_le_bytes());
            data.push(1);
            // A record holds 8,224 bytes; where a text goes on in the next one, it says its width again.
            let mut left = &text_units[..];
            loop {
                let room = (8_200usize.saturating_sub(data.len()) & !1).min(left.len());
                data.extend(&left[..room]);
                left = &left[room..];
                if left.is_empty() {
                    break;
                }
                biff(&mut out, kind, &data);
                (kind, data) = (0x003C, vec![1]);
            }
        }
        biff(&mut out, kind, &data);
        biff(&mut out, 0x000A, &[]);
        out
    };
    let mut start = globals(&vec![0; sheets.len()]).len();
    let mut offsets = Vec::new();
    for sheet in &sheets {
        offsets.push(start as u32);
        start += sheet.len();
    }
    let mut stream = globals(&offsets);
    sheets.iter().for_each(|sheet| stream.extend(sheet));
    let mut file = cfb::CompoundFile::create_with_version(cfb::Version::V3, Cursor::new(Vec::new())).unwrap();
    file.create_stream("/Workbook").unwrap().write_all(&stream).unwrap();
    file.flush().unwrap();
    file.into_inner().into_inner()
}

fn xls_sheet(sheet: &Sheet, old: bool, shared: &mut SharedTexts) -> Vec<u8> {
    let mut out = Vec::new();
    biff(&mut out, 0x0809, &words(&[0x0600, 0x0010, 0x0DBB, 0x07CC, 0, 0, 6, 0]));
    let columns = sheet.rows.iter().map(|row| row.cells.len()).max().unwrap_or(0) as u16;
    if !old {
        let extent = [numbers(&[0, sheet.rows.len() as u32]), words(&[0, columns, 0])].concat();
        biff(&mut out, 0x0200, &extent);
        for row in 0..sheet.rows.len() as u16 {
            biff(&mut out, 0x0208, &words(&[row, 0, columns, 0x00FF, 0, 0, 0x0100, 0x000F]));
        }
    }
    for (row_at, row) in sheet.rows.iter().enumerate() {
        for (column, cell) in row.cells.iter().enumerate() {
            let mut data = words(&[row_at as u16, column as u16, 15]);
            match cell {
                Cell::Blank => {}
                Cell::Number(number) => {
                    data.extend((*number as f64).to_le_bytes());
                    biff(&mut out, 0x0203, &data);
                }
                Cell::Error(text) => {
                    data.extend([error_code(text), 1]);
                    biff(&mut out, 0x0205, &data);
                }
                other => {
                    data.extend((shared.add(&other.shown()) as u32).to_le_bytes());
                    biff(&mut out, 0x00FD, &data);
                }
            }
        }
    }
    biff(&mut out, 0x000A, &[]);
    out
}
