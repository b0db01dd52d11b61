//! Grids as text formats: delimited text, web pages, XML spreadsheets, web archives.

use std::ops::Range;

use super::invented::{Book, Cell, Numbers, Sheet};

/// A file and where each of its rows lies in it.
#[derive(Default)]
pub(super) struct EncodedText {
    pub bytes: Vec<u8>,
    /// Sheet, row, bytes with the line end.
    pub spans: Vec<(usize, usize, Range<usize>)>,
}

type Encode = fn(&str) -> Vec<u8>;

impl EncodedText {
    fn push(&mut self, text: &str, encode: Encode) {
        self.bytes.extend(encode(text));
    }
    fn row(&mut self, place: (usize, usize), text: &str, encode: Encode) {
        let start = self.bytes.len();
        self.push(text, encode);
        self.spans.push((place.0, place.1, start..self.bytes.len()));
    }
}

fn utf8(text: &str) -> Vec<u8> {
    text.as_bytes().to_vec()
}

fn gb18030(text: &str) -> Vec<u8> {
    encoding_rs::GB18030.encode(text).0.into_owned()
}

fn utf16_le(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn utf16_be(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_be_bytes).collect()
}

/// Delimited text in some encoding, with some delimiter and line end.
pub(super) fn delimited(book: &Book, delimiter: char, numbers: &mut Numbers) -> EncodedText {
    let (mark, encode): (&[u8], Encode) = match numbers.below(6) {
        0 | 1 => (&[], utf8),
        2 => (&[0xEF, 0xBB, 0xBF], utf8),
        3 => (&[], gb18030),
        4 => (&[0xFF, 0xFE], utf16_le),
        _ => (&[0xFE, 0xFF], utf16_be),
    };
    let (quote_all, last_end) = (numbers.one_in(4), !numbers.one_in(5));
    let end = numbers.of_list(&["\n", "\r\n"]);
    let sheet = &book.sheets[0];
    let width = sheet.rows.iter().map(|row| row.cells.len()).max().unwrap_or(0);
    let mut out = EncodedText { bytes: mark.to_vec(), spans: Vec::new() };
    for (at, row) in sheet.rows.iter().enumerate() {
        let all = if row.short { row.cells.len() } else { width };
        let cells = (0..all).map(|at| match row.cells.get(at).unwrap_or(&Cell::Blank) {
            Cell::Raw(text) => text.clone(),
            cell => {
                let text = cell.shown();
                let must = text.contains([delimiter, '\n', '\r', '"']);
                if must || quote_all && !text.is_empty() {
                    format!("\"{}\"", text.replace('"', "\"\""))
                } else {
                    text
                }
            }
        });
        let line = cells.collect::<Vec<_>>().join(&delimiter.to_string());
        let end = if at + 1 == sheet.rows.len() && !last_end { "" } else { end };
        out.row((0, at), &format!("{line}{end}"), encode);
    }
    out
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn page_table(out: &mut EncodedText, (at, sheet): (usize, &Sheet), closed: bool, encode: Encode) {
    out.push("<table border=1>\r\n", encode);
    for (row_at, row) in sheet.rows.iter().enumerate() {
        let (end, row_end) = if closed { ("</td>", "</tr>") } else { ("", "") };
        let cells: String =
            row.cells.iter().map(|cell| format!("<td>{}{end}", escaped(&cell.shown()))).collect();
        out.row((at, row_at), &format!("<tr>{cells}{row_end}\r\n"), encode);
    }
    out.push("</table>\r\n", encode);
}

/// A web page, with or without what a page should have.
pub(super) fn web_page(book: &Book, numbers: &mut Numbers) -> EncodedText {
    let encode: Encode = numbers.of_list(&[utf8 as Encode, gb18030, utf16_le]);
    let closed = !numbers.one_in(4);
    let whole = numbers.one_in(2);
    let mut out = EncodedText::default();
    if encode("<") == [b'<', 0] {
        out.bytes.extend([0xFF, 0xFE]);
    }
    if whole {
        out.push("<html><head><title>导出</title></head><body>\r\n", encode);
    }
    for sheet in book.sheets.iter().enumerate() {
        page_table(&mut out, sheet, closed, encode);
    }
    if whole {
        out.push("</body></html>\r\n", encode);
    }
    out
}

/// A web archive with one page for each sheet, its pages in one of the three ways of transfer.
pub(super) fn web_archive(book: &Book, numbers: &mut Numbers) -> EncodedText {
    let transfer = numbers.of_list(&["8bit", "quoted-printable", "base64"]);
    let mut out = EncodedText::default();
    let head = "MIME-Version: 1.0\r\nX-Document-Type: Workbook\r\nContent-Type: multipart/related; \
                boundary=\"----=_B\"\r\n\r\n";
    out.push(head, utf8);
    for (at, sheet) in book.sheets.iter().enumerate() {
        let part = format!(
            "------=_B\r\nContent-Location: file:///C:/a.files/sheet{:03}.htm\r\n\
             Content-Transfer-Encoding: {transfer}\r\nContent-Type: text/html; charset=\"utf-8\"\r\n\r\n",
            at + 1
        );
        out.push(&part, utf8);
        let mut page = EncodedText::default();
        let encode = if transfer == "quoted-printable" { quoted_printable } else { utf8 };
        page.push("<html>", encode);
        page_table(&mut page, (at, sheet), true, encode);
        page.push("</html>\r\n", encode);
        let begin = out.bytes.len();
        // A damaged line of base64 is harmed as a whole.
        let moved = |span: &Range<usize>| match transfer {
            "base64" => begin + span.start / 57 * 78..begin + (span.end / 57 + 1) * 78,
            _ => begin + span.start..begin + span.end,
        };
        out.spans.extend(page.spans.iter().map(|(sheet, row, span)| (*sheet, *row, moved(span))));
        match transfer {
            "base64" => out.bytes.extend(base64(&page.bytes)),
            _ => out.bytes.extend(&page.bytes),
        }
        out.push("\r\n", utf8);
    }
    out.push("------=_B--\r\n", utf8);
    out
}

fn quoted_printable(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut line = 0;
    for byte in text.bytes() {
        let written = match byte {
            b'\r' | b'\n' => vec![byte],
            b'=' | 0x80.. => format!("={byte:02X}").into_bytes(),
            _ => vec![byte],
        };
        line = if byte == b'\n' { 0 } else { line + written.len() };
        if line > 72 {
            out.extend(b"=\r\n");
            line = written.len();
        }
        out.extend(written);
    }
    out
}

/// Lines of 76 characters.
fn base64(bytes: &[u8]) -> Vec<u8> {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = Vec::new();
    for line in bytes.chunks(57) {
        for three in line.chunks(3) {
            let bits = (0..3).fold(0u32, |bits, at| bits << 8 | u32::from(*three.get(at).unwrap_or(&0)));
            let letters = (0..4).map(|at| LETTERS[(bits >> (18 - 6 * at) & 63) as usize]);
            out.extend(letters.enumerate().map(|(at, letter)| if at > three.len() { b'=' } else { letter }));
        }
        out.extend(b"\r\n");
    }
    out
}

/// An XML spreadsheet of 2003.
pub(super) fn xml_spreadsheet(book: &Book) -> EncodedText {
    let mut out = EncodedText::default();
    let head = "<?xml version=\"1.0\"?>\n<?mso-application progid=\"Excel.Sheet\"?>\n<Workbook \
                xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\" \
                xmlns:ss=\"urn:schemas-microsoft-com:office:spreadsheet\">\n";
    out.push(head, utf8);
    for (at, sheet) in book.sheets.iter().enumerate() {
        out.push(&format!("<Worksheet ss:Name=\"{}\"><Table>\n", sheet.name), utf8);
        for (row_at, row) in sheet.rows.iter().enumerate() {
            let cells = row.cells.iter().enumerate().filter(|(_, cell)| **cell != Cell::Blank);
            let cells: String = cells
                .map(|(at, cell)| {
                    let kind = match cell {
                        Cell::Number(_) => "Number",
                        Cell::Error(_) => "Error",
                        _ => "String",
                    };
                    let text = escaped(&cell.shown()).replace('\n', "&#10;");
                    format!("<Cell ss:Index=\"{}\"><Data ss:Type=\"{kind}\">{text}</Data></Cell>", at + 1)
                })
                .collect();
            out.row((at, row_at), &format!("<Row ss:Index=\"{}\">{cells}</Row>\n", row_at + 1), utf8);
        }
        out.push("</Table></Worksheet>\n", utf8);
    }
    out.push("</Workbook>\n", utf8);
    out
}
