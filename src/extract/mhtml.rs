//! Web archives: the pages of a workbook in one file, as Excel saves them.

use std::collections::{BTreeMap, BTreeSet};

use super::html_tables::{decode_markup, table_name, tables_of_page};
use super::table_limits::MemoryRoom;
use super::workbook::open_workbook::ReadSheet;
use crate::config::read_options::Encoding;
use crate::privacy::mask::mask_numbers_in_text;
use crate::{Error, Result};

/// Parts inside parts.
const MAX_DEPTH: usize = 4;

/// Reads the tables of all pages of an archive.
///
/// # Errors
/// No tables; more than may be held.
pub(super) fn read_mhtml(bytes: &[u8], declared: Encoding) -> Result<Vec<ReadSheet>> {
    let (mut pages, mut attached) = (Vec::new(), Vec::new());
    let whole = collect_pages(bytes, 0, &mut pages, &mut attached);
    if !attached.is_empty() {
        return Err(Error::input(format!("这是一封邮件，名单多半在附件里：{}", attached.join("、")))
            .hint("用邮件程序打开，把附件里的名单另存到数据文件夹，邮件移出去"));
    }
    if !whole {
        return Err(
            Error::input("网页档案(MHTML)不完整，缺少结尾").hint("文件在传输中被截断；重新复制后再运行")
        );
    }
    let room = MemoryRoom::sheets(bytes.len() as u64);
    let mut sheets = Vec::new();
    for (at, page) in pages.into_iter().enumerate() {
        let decoded = decode_markup(page.body, declared);
        let tables = tables_of_page(&decoded.text, decoded.damaged, &room)?;
        let several = tables.len() > 1;
        for (number, mut table) in tables.into_iter().enumerate() {
            let name = page.name.clone().unwrap_or_else(|| format!("第{}页", at + 1));
            let name = if several { format!("{name} 表格{}", number + 1) } else { name };
            table.name = table_name(name, &table.name);
            sheets.push(table);
        }
    }
    name_apart(&mut sheets);
    if sheets.is_empty() {
        return Err(Error::input("这是网页档案(MHTML)，里面没有表格")
            .hint("用 Excel 或 WPS 打开后另存为 .xlsx，再放回原处"));
    }
    Ok(sheets)
}

/// Marks names that have come before: `甲`, `甲′`, `甲′′`, then with a number.
fn name_apart(sheets: &mut [ReadSheet]) {
    let mut seen = BTreeSet::new();
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    for sheet in sheets {
        let plain = sheet.name.clone();
        let time = times.entry(plain.clone()).or_default();
        while !seen.insert(sheet.name.clone()) {
            *time += 1;
            sheet.name = match *time {
                few @ 1..=3 => plain.clone() + &"′".repeat(few),
                many => format!("{plain}′{many}"),
            };
        }
    }
}

struct ArchivedPage {
    /// Its file name.
    name: Option<String>,
    body: Vec<u8>,
}

/// The value of a header, continued lines joined.
fn header_value(headers: &[(String, String)], name: &str) -> Option<String> {
    headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone())
}

/// A parameter of a header's value: `boundary="…"`.
fn parameter(value: &str, name: &str) -> Option<String> {
    let lower = value.to_ascii_lowercase();
    let at = lower.find(&format!("{name}="))? + name.len() + 1;
    let rest = &value[at..];
    Some(match rest.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next().unwrap_or_default().to_owned(),
        None => rest.split([';', ' ', '\t']).next().unwrap_or_default().to_owned(),
    })
}

/// Collects the pages of a part and of the parts inside it; false if it is cut off.
fn collect_pages(
    part: &[u8],
    depth: usize,
    pages: &mut Vec<ArchivedPage>,
    attached: &mut Vec<String>,
) -> bool {
    let (headers, body) = split_headers(part);
    let kind = header_value(&headers, "content-type").unwrap_or_default();
    if kind.to_ascii_lowercase().starts_with("multipart/") {
        let Some(boundary) = parameter(&kind, "boundary").filter(|_| depth < MAX_DEPTH) else {
            return false;
        };
        let (parts, around, ended) = split_parts(body, boundary.as_bytes());
        // A part whose boundary is damaged stands before the first one or behind the last.
        let whole = ended && !around.into_iter().any(holds_part);
        return parts
            .into_iter()
            .fold(whole, |whole, part| collect_pages(part, depth + 1, pages, attached) && whole);
    }
    if let Some(name) = attachment(&headers, &kind) {
        attached.push(name);
        return true;
    }
    let encoding = header_value(&headers, "content-transfer-encoding").unwrap_or_default();
    let decoded = match &encoding.trim().to_ascii_lowercase()[..] {
        "quoted-printable" => Some(decode_quoted_printable(body)),
        "base64" => Some(decode_base64(body)),
        "" | "7bit" | "8bit" | "binary" => Some(body.to_vec()),
        _ => None,
    };
    // What a part is called does not decide: one that holds a table is a page.
    let page = kind.to_ascii_lowercase().starts_with("text/html");
    let Some(body) = decoded else { return !page };
    if !page && (kind.to_ascii_lowercase().starts_with("image/") || !holds_table(&body)) {
        return true;
    }
    if !body.contains(&b'<') && body.iter().any(|byte| !byte.is_ascii_whitespace()) {
        return false;
    }
    let name = header_value(&headers, "content-location").and_then(|location| {
        let file = location.trim().rsplit(['/', '\\']).next()?.to_owned();
        (!file.is_empty()).then_some(file)
    });
    pages.push(ArchivedPage { name, body });
    true
}

/// The name of what a part brings to a mail, if that is a file of its own and no picture of the page.
fn attachment(headers: &[(String, String)], kind: &str) -> Option<String> {
    let placed = header_value(headers, "content-disposition").unwrap_or_default();
    let lower = kind.to_ascii_lowercase();
    let named = parameter(&placed, "filename").or_else(|| parameter(kind, "name"));
    let file = placed.to_ascii_lowercase().starts_with("attachment")
        || lower.starts_with("application/") && named.is_some() && !lower.contains("xml");
    if !file || lower.starts_with("image/") {
        return None;
    }
    let name = named.map(|name| decode_words(&name)).filter(|name| !name.trim().is_empty());
    Some(name.map_or_else(|| "（没有写名称）".to_owned(), |name| mask_numbers_in_text(&name).into_owned()))
}

/// A header's value with words of other letters: `=?UTF-8?B?5a2m55Sf?=`.
fn decode_words(value: &str) -> String {
    let (mut text, mut rest) = (String::new(), value);
    while let Some((before, word)) = rest.split_once("=?") {
        let mut parts = word.splitn(4, '?');
        let (Some(charset), Some(how), Some(coded)) = (parts.next(), parts.next(), parts.next()) else {
            break;
        };
        let bytes = match how {
            "B" | "b" => decode_base64(coded.as_bytes()),
            _ => decode_quoted_printable(coded.replace('_', " ").as_bytes()),
        };
        let encoding = encoding_rs::Encoding::for_label(charset.as_bytes()).unwrap_or(encoding_rs::UTF_8);
        text.push_str(before.trim());
        text.push_str(&encoding.decode_without_bom_handling(&bytes).0);
        rest = parts.next().unwrap_or_default();
        rest = rest.strip_prefix('=').unwrap_or(rest);
    }
    text + rest
}

fn holds_table(body: &[u8]) -> bool {
    memchr::memchr_iter(b'<', body)
        .any(|at| body.get(at..at + 6).is_some_and(|tag| tag.eq_ignore_ascii_case(b"<table")))
}

fn line_end(bytes: &[u8], from: usize) -> usize {
    memchr::memchr(b'\n', &bytes[from..]).map_or(bytes.len(), |at| from + at + 1)
}

fn split_headers(part: &[u8]) -> (Vec<(String, String)>, &[u8]) {
    let mut headers: Vec<(String, String)> = Vec::new();
    let mut at = 0;
    while at < part.len() {
        let end = line_end(part, at);
        let line = String::from_utf8_lossy(&part[at..end]);
        let line = line.trim_end();
        let token = |key: &str| key.trim().bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        let header = line.starts_with([' ', '\t']) || line.split_once(':').is_some_and(|(key, _)| token(key));
        // A damaged head may lack the blank line behind it: what is no header is no part of it.
        if !(line.is_empty() || header) && (!headers.is_empty() || line.contains('<')) {
            break;
        }
        at = end;
        if line.is_empty() {
            // Blank lines before the first header are none of its end.
            if headers.is_empty() {
                continue;
            }
            break;
        }
        if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = headers.last_mut() {
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if let Some((key, value)) = line.split_once(':') {
            headers.push((key.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
    (headers, &part[at..])
}

/// Is what stands outside all parts one itself: a page, or what begins as parts do?
fn holds_part(outside: &[u8]) -> bool {
    let begins = |line: &[u8]| line.get(..8).is_some_and(|word| word.eq_ignore_ascii_case(b"content-"));
    holds_table(outside) || outside.split(|&byte| byte == b'\n').any(begins)
}

/// The parts between boundaries, what stands before and behind them, and whether the last boundary is there.
fn split_parts<'a>(body: &'a [u8], boundary: &[u8]) -> (Vec<&'a [u8]>, [&'a [u8]; 2], bool) {
    let mut parts = Vec::new();
    let (mut at, mut begin) = (0, None);
    let mut before: &[u8] = &[];
    while at < body.len() {
        let end = line_end(body, at);
        let line = &body[at..end];
        if let Some(rest) = line.strip_prefix(b"--").and_then(|rest| rest.strip_prefix(boundary)) {
            match begin.replace(end) {
                Some(begin) => parts.push(&body[begin..at]),
                None => before = &body[..at],
            }
            if rest.starts_with(b"--") {
                return (parts, [before, &body[end..]], true);
            }
        }
        at = end;
    }
    (parts, [before, &[]], false)
}

fn decode_quoted_printable(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len());
    let mut at = 0;
    let digit = |at: usize| body.get(at).and_then(|&byte| char::from(byte).to_digit(16));
    while at < body.len() {
        match (body[at], digit(at + 1), digit(at + 2)) {
            (b'=', Some(high), Some(low)) => {
                out.push((high * 16 + low) as u8);
                at += 3;
            }
            // A line that goes on.
            (b'=', _, _) if body[at + 1..].starts_with(b"\r\n") => at += 3,
            (b'=', _, _) if body[at + 1..].starts_with(b"\n") => at += 2,
            (byte, _, _) => {
                out.push(byte);
                at += 1;
            }
        }
    }
    out.shrink_to_fit();
    out
}

/// Marks what was lost: none of a text.
const NO_TEXT: u8 = 0xFF;

/// A damaged line spoils itself: where lines hold whole bytes, as they are written, each is decoded by itself.
fn decode_base64(body: &[u8]) -> Vec<u8> {
    let filled = |line: &&[u8]| line.iter().any(|byte| !byte.is_ascii_whitespace());
    let whole =
        |line: &&[u8]| line.iter().filter(|byte| !byte.is_ascii_whitespace()).count().is_multiple_of(4);
    let lines = || body.split(|&byte| byte == b'\n').filter(filled);
    let mut out = Vec::with_capacity(body.len() / 4 * 3);
    if lines().filter(whole).count() * 2 < lines().count() {
        decode_base64_line(body, &mut out);
        return out;
    }
    for line in lines() {
        decode_base64_line(line, &mut out);
        if !whole(&line) {
            out.push(NO_TEXT);
        }
    }
    out
}

fn decode_base64_line(line: &[u8], out: &mut Vec<u8>) {
    let end = line.iter().rposition(|&byte| !byte.is_ascii_whitespace() && byte != b'=');
    let (mut bits, mut count) = (0u32, 0);
    for &byte in &line[..end.map_or(0, |last| last + 1)] {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ if byte.is_ascii_whitespace() => continue,
            // A character stood here: those behind it keep their places.
            _ => {
                out.push(NO_TEXT);
                0
            }
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count) as u8);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transfer_encodings() {
        assert_eq!(decode_quoted_printable(b"=E5=BC=A0=\r\nA=3D"), "张A=".as_bytes());
        assert_eq!(decode_base64(b"5byg\r\n5LiJ"), "张三".as_bytes());
        assert_eq!(decode_base64(b"5by\r\ng5L\r\niJYQ==\r\n"), "张三a".as_bytes());
        // A character that is lost or none spoils its line.
        for damaged in [&b"5bg\r\n5LiJ\r\n5LiJ"[..], b"5*yg\r\n5LiJ\r\n5LiJ"] {
            let text = decode_base64(damaged);
            assert!(text.ends_with("三三".as_bytes()) && text.contains(&0xFF), "{text:?}");
        }
    }

    #[test]
    fn pages_of_an_archive() {
        let archive = "MIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n boundary=\"--=_X\"\r\n\r\n\
            ----=_X\r\nContent-Location: file:///C:/a/sheet001.htm\r\nContent-Type: text/html; charset=utf-8\r\n\
            Content-Transfer-Encoding: quoted-printable\r\n\r\n<table><tr><td>=E5=BC=A0</table>\r\n\
            ----=_X\r\nContent-Type: image/png\r\n\r\n<table><tr><td>x</table>\r\n----=_X--\r\n";
        let sheets = read_mhtml(archive.as_bytes(), Encoding::Auto).unwrap();
        assert_eq!(sheets.len(), 1);
        let cut = read_mhtml(&archive.as_bytes()[..archive.len() - 12], Encoding::Auto);
        assert!(cut.err().unwrap().message().contains("不完整"));
        // A part whose boundary is damaged is none; nor is it left out.
        for damaged in [
            archive.replacen("----=_X\r\n", "--e\r\n", 1),
            archive.replacen("----=_X\r\nContent-Location", "Content-Location", 1),
            format!("{archive}Content-Type: text/html\r\n\r\n<table><tr><td>x</table>\r\n"),
        ] {
            let error = read_mhtml(damaged.as_bytes(), Encoding::Auto).err().unwrap();
            assert!(error.message().contains("不完整"), "{error}");
        }
        let greeted =
            archive.replacen("----=_X\r\n", "This is a message in several parts.\r\n----=_X\r\n", 1);
        assert_eq!(read_mhtml(greeted.as_bytes(), Encoding::Auto).unwrap().len(), 1);
        // A damaged word in the head of a part does not make its rows disappear.
        let renamed = archive.replace("text/html", "text/htmk");
        assert_eq!(read_mhtml(renamed.as_bytes(), Encoding::Auto).unwrap().len(), 1);
        let short = archive
            .replace("Content-Type: text/html; charset=utf-8\r\n", "")
            .replace("printable\r\n\r\n", "printable\r\n");
        assert_eq!(read_mhtml(short.as_bytes(), Encoding::Auto).unwrap()[0].sheet.cells.get(0, 0), "张");
        let renamed = archive.replace("quoted-printable", "quoted-printaole");
        assert!(read_mhtml(renamed.as_bytes(), Encoding::Auto).is_err());
        assert_eq!((&sheets[0].name[..], sheets[0].sheet.cells.get(0, 0)), ("sheet001.htm", "张"));
    }
}
