//! What a file is, by its first and last bytes; its name is not asked.

use std::io::Cursor;

use super::package_parts::PackageParts;
use super::text_decoding::is_utf16;
use super::xlsx_package::{self, MAX_RATIO, MAX_UNPACKED};
use crate::model::source_table::FileFormat;
use crate::{Error, Result};

/// Bytes at the beginning that decide, except for workbooks.
pub(super) const HEAD: usize = 8192;
/// What a Parquet file begins and ends with.
pub(super) const PARQUET: [u8; 4] = *b"PAR1";

/// Must [`sniff`] see the whole file, given its first bytes?
pub(super) fn sniff_needs_all(head: &[u8]) -> bool {
    head.starts_with(b"PK") || head.starts_with(&[0xD0, 0xCF]) || sniff_text_format(head).is_some()
}

/// Format of a file's content, or why it cannot be one of ours. `bytes`: at least the first
/// [`HEAD`] of `length`, all of them if [`sniff_needs_all`]; `end`: the last four.
pub(super) fn sniff(bytes: &[u8], length: u64, end: &[u8]) -> Result<FileFormat> {
    if bytes.is_empty() {
        return Err(Error::input("文件是空的（0字节）").hint("向提供部门重新索取，或确认导出是否成功"));
    }
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        return sniff_zip(bytes);
    }
    if bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]) {
        return sniff_compound(bytes);
    }
    if bytes.starts_with(&PARQUET) {
        if length < 12 || end != PARQUET {
            return Err(
                Error::input("Parquet 文件不完整（缺少结尾）").hint("文件在传输中被截断；重新复制后再运行")
            );
        }
        return Ok(FileFormat::Parquet);
    }
    if is_utf32(bytes) {
        return Err(Error::input("文字的编码是 UTF-32，读不了")
            .hint("用记事本或 WPS 打开，编码选 UTF-8 另存，或存成 .xlsx，再放回原处"));
    }
    if let Some(format) = sniff_text_format(bytes) {
        return format.ok_or_else(|| {
            Error::input("这是 XML 文件，不是表格").hint("请提供部门导出为 .xlsx 或 CSV，再放回原处")
        });
    }
    if bytes.starts_with(&[0x1F, 0x8B])
        || bytes.starts_with(b"7z\xBC\xAF\x27\x1C")
        || bytes.starts_with(b"Rar!")
    {
        return Err(Error::input("这是压缩文件（GZ、7z 或 RAR），不是表格")
            .hint("解开后把里面的表格放到数据文件夹，移出压缩文件"));
    }
    if looks_like_dbf(bytes) {
        return Ok(FileFormat::Dbf);
    }
    if looks_binary(bytes) {
        return Err(Error::input("认不出的文件格式").hint(
            "可读的格式：CSV、XLSX、XLS、XLSB、ODS、FODS、网页表格、DBF、Parquet；若是压缩包请先解开",
        ));
    }
    match text_of_other_kind(bytes) {
        Some(kind) => Err(Error::input(format!("这是{kind}，不是可读的表格"))
            .hint("用 Excel 或 WPS 打开后另存为 .xlsx，或请提供部门导出为 .xlsx 或 CSV，再放回原处")),
        None => Ok(FileFormat::Csv),
    }
}

/// Is a text UTF-32, by its mark, or because every four bytes make a character?
fn is_utf32(bytes: &[u8]) -> bool {
    if bytes.starts_with(&[0xFF, 0xFE, 0, 0]) || bytes.starts_with(&[0, 0, 0xFE, 0xFF]) {
        return true;
    }
    let (head, _) = bytes[..bytes.len().min(HEAD)].as_chunks::<4>();
    let says = |number: fn([u8; 4]) -> u32| {
        let character = |unit: &[u8; 4]| {
            char::from_u32(number(*unit)).is_some_and(|c| matches!(c, '\t' | '\n' | '\r') || !c.is_control())
        };
        head.len() >= 8 && head.iter().all(character)
    };
    says(u32::from_le_bytes) || says(u32::from_be_bytes)
}

/// What a text is whose rows are not lines with delimiters: what programs write for each other.
fn text_of_other_kind(bytes: &[u8]) -> Option<&'static str> {
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(HEAD)]);
    let text = text.trim_start_matches(super::row_assembly::is_outer_space);
    let within = |open: char| text.strip_prefix(open).map(str::trim_start).unwrap_or_default();
    if within('{').starts_with('"') && text.contains("\":") || within('[').starts_with(['{', '[']) {
        return Some("JSON 文件");
    }
    let mut lines = text.lines().map(str::trim_end);
    let first = lines.next().unwrap_or_default();
    if first.starts_with("ID;P") && text.contains("\nC;") {
        return Some("SYLK 文件(.slk)");
    }
    if first == "TABLE" && lines.next() == Some("0,1") {
        return Some("DIF 文件(.dif)");
    }
    let upper = text.to_ascii_uppercase();
    let begins = ["INSERT INTO ", "CREATE ", "DROP ", "SET ", "USE ", "--", "/*"];
    (begins.iter().any(|word| upper.starts_with(word)) && upper.contains("INSERT INTO "))
        .then_some("SQL 脚本")
}

fn sniff_zip(bytes: &[u8]) -> Result<FileFormat> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes))
        .map_err(|e| xlsx_package::damaged_xlsx_package().caused_by(e))?;
    // What the archive says of itself; what it really unpacks to is counted before it is read.
    let size = bytes.len() as u64;
    let mut unpacked = 0u64;
    for index in 0..archive.len() {
        if let Ok(entry) = archive.by_index_raw(index) {
            unpacked = unpacked.saturating_add(entry.size());
        }
    }
    if unpacked > MAX_UNPACKED || unpacked / size.max(1) > MAX_RATIO {
        return Err(xlsx_package::oversized_xlsx_package(size));
    }
    drop(archive);
    let mut parts = PackageParts::open(bytes)?;
    if let Some(format) = parts.format() {
        return Ok(format);
    }
    match parts.other_kind() {
        Some(kind) => Err(Error::input(format!("这是{kind}，不是 XLSX 工作簿"))
            .hint("把其中的表格存成 .xlsx，再放到数据文件夹")),
        None => {
            Err(Error::input("这是压缩包，但不是 XLSX 工作簿")
                .hint("解开压缩包，把里面的表格文件放到数据文件夹"))
        }
    }
}

fn sniff_compound(bytes: &[u8]) -> Result<FileFormat> {
    let damaged = || {
        Error::input("XLS 文件已损坏或不完整")
            .hint("文件在传输中被截断；重新复制，或用 Excel 打开后另存为 .xlsx")
    };
    let file = cfb::CompoundFile::open(Cursor::new(bytes)).map_err(|e| damaged().caused_by(e))?;
    if file.exists("/EncryptedPackage") {
        return Err(password_needed());
    }
    if file.exists("/Workbook") || file.exists("/Book") {
        return Ok(FileFormat::Xls);
    }
    if file.exists("/__properties_version1.0") {
        return Err(Error::input("这是 Outlook 邮件(.msg)，不是表格")
            .hint("打开邮件，把附件里的名单另存到数据文件夹，邮件移出去"));
    }
    for (stream, kind) in [("/WordDocument", "Word 文档"), ("/PowerPoint Document", "演示文稿")] {
        if file.exists(stream) {
            return Err(Error::input(format!("这是{kind}，不是 XLS 工作簿"))
                .hint("把其中的表格存成 .xlsx，再放到数据文件夹"));
        }
    }
    Err(damaged())
}

/// The error of a workbook that is encrypted.
pub(super) fn password_needed() -> Error {
    Error::input("工作簿设了打开密码，内容是加密的")
        .hint("用 Excel 或 WPS 打开，去掉打开密码（只设了“保护工作簿”的也要撤销），另存后放回原处")
}

/// Which format with tags a text has, by its beginning: a web page, XML of a spreadsheet, a web archive.
/// The inner `None`: XML of something else. `None`: no tags.
#[allow(clippy::option_option)]
fn sniff_text_format(bytes: &[u8]) -> Option<Option<FileFormat>> {
    const PAGE: [&str; 18] = [
        "html",
        "!doctype html",
        "head",
        "body",
        "meta",
        "title",
        "style",
        "script",
        "table",
        "thead",
        "tbody",
        "tr",
        "div",
        "center",
        "form",
        "link",
        "base",
        "font",
    ];
    let start = &bytes[..bytes.len().min(HEAD)];
    let text = text_of_head(start);
    let mut text = text.trim_start_matches(super::row_assembly::is_outer_space);
    let lower = text.to_ascii_lowercase();
    let header_line = [
        "mime-version:",
        "from:",
        "to:",
        "content-type:",
        "subject:",
        "date:",
        "message-id:",
        "received:",
        "return-path:",
        "delivered-to:",
        "reply-to:",
        "sender:",
        "dkim-signature:",
        "authentication-results:",
        "x-",
    ];
    if header_line.iter().any(|begin| lower.starts_with(begin))
        && lower.contains("mime-version:")
        && lower.contains("content-type:")
    {
        return Some(Some(FileFormat::Mhtml));
    }
    // What may stand before the first element.
    let declared = lower.starts_with("<?xml");
    loop {
        let end = match text {
            _ if text.starts_with("<!--") => "-->",
            _ if text.starts_with("<?") => "?>",
            _ => break,
        };
        let Some((_, rest)) = text.split_once(end) else { break };
        text = rest.trim_start();
    }
    let lower = text.to_ascii_lowercase();
    let first = lower.strip_prefix('<')?;
    let is = |name: &str| {
        let rest = first.strip_prefix(name);
        rest.is_some_and(|rest| rest.starts_with(|c: char| c.is_whitespace() || matches!(c, '>' | '/')))
    };
    if PAGE.iter().any(|name| is(name)) {
        return Some(Some(FileFormat::Html));
    }
    if lower.contains("urn:schemas-microsoft-com:office:spreadsheet") {
        return Some(Some(FileFormat::SpreadsheetMl));
    }
    if lower.contains("application/vnd.oasis.opendocument.spreadsheet") {
        return Some(Some(FileFormat::Ods));
    }
    declared.then_some(None)
}

/// The beginning of a text, as far as tags can be told in it.
fn text_of_head(bytes: &[u8]) -> String {
    let decode = |encoding: &'static encoding_rs::Encoding| encoding.decode(bytes).0.into_owned();
    match bytes {
        [0xFF, 0xFE, ..] | [b'<', 0, ..] => decode(encoding_rs::UTF_16LE),
        [0xFE, 0xFF, ..] | [0, b'<', ..] => decode(encoding_rs::UTF_16BE),
        _ => String::from_utf8_lossy(bytes).into_owned(),
    }
}

pub(super) fn looks_like_dbf(bytes: &[u8]) -> bool {
    const VERSIONS: [u8; 12] = [0x02, 0x03, 0x04, 0x05, 0x30, 0x31, 0x32, 0x43, 0x83, 0x8B, 0x8C, 0xF5];
    if bytes.len() < 33 || !VERSIONS.contains(&bytes[0]) {
        return false;
    }
    let header = usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    let record = u16::from_le_bytes([bytes[10], bytes[11]]);
    let (month, day) = (bytes[2], bytes[3]);
    // No text begins with a control character. Where the version is a letter or digit, more must fit.
    let no_text = bytes[0] < 0x09;
    month <= 12 && day <= 31 && (no_text || header >= 65 && record >= 2)
}

/// Text holds no more than a stray NUL; UTF-16 announces itself by its mark.
fn looks_binary(bytes: &[u8]) -> bool {
    if is_utf16(bytes) {
        return false;
    }
    let start = &bytes[..bytes.len().min(HEAD)];
    let strange = start.iter().filter(|&&b| b < 0x20 && !matches!(b, b'\t' | b'\n' | b'\r' | 0x1A)).count();
    strange * 20 > start.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sniff(bytes: &[u8]) -> Result<FileFormat> {
        super::sniff(bytes, bytes.len() as u64, &bytes[bytes.len().saturating_sub(4)..])
    }

    #[test]
    fn known_by_content() {
        assert_eq!(sniff("姓名,证件号码\n".as_bytes()).unwrap(), FileFormat::Csv);
        assert!(sniff(b"").unwrap_err().message().contains("空"));
        assert!(sniff(b"PAR1....").unwrap_err().message().contains("不完整"));
        assert!(sniff(b"PK\x03\x04junk").unwrap_err().message().contains("损坏"));
        assert_eq!(sniff(b"\n <HTML><table>").unwrap(), FileFormat::Html);
        assert_eq!(sniff(b"<?xml version=\"1.0\"?><!-- x -->\n<html>").unwrap(), FileFormat::Html);
        assert_eq!(sniff(b"<tr><td>1").unwrap(), FileFormat::Html);
        assert_eq!(sniff(b"<\0t\0a\0b\0l\0e\0>\0").unwrap(), FileFormat::Html);
        let xml = b"<?xml version=\"1.0\"?><Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\">";
        assert_eq!(sniff(xml).unwrap(), FileFormat::SpreadsheetMl);
        assert_eq!(
            sniff(b"MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n").unwrap(),
            FileFormat::Mhtml
        );
        assert!(sniff(b"<?xml version=\"1.0\"?><a/>").unwrap_err().message().contains("XML"));
        for (text, kind) in [
            ("[\n {\n \"姓名\": \"张三\"", "JSON"),
            ("{\"姓名\": \"张三\"}\n{", "JSON"),
            ("ID;PWXL\r\nC;X1;Y1;K\"姓名\"", "SYLK"),
            ("TABLE\r\n0,1\r\n", "DIF"),
            ("-- dump\nINSERT INTO cb VALUES ('2018');", "SQL"),
        ] {
            assert!(sniff(text.as_bytes()).unwrap_err().message().contains(kind), "{text}");
        }
        for text in ["ID;姓名\n1;张三\n", "[姓名],证件号码\n", "--\n姓名,证件号码\n"] {
            assert_eq!(sniff(text.as_bytes()).unwrap(), FileFormat::Csv, "{text}");
        }
        assert_eq!(sniff("<姓名>,1\n".as_bytes()).unwrap(), FileFormat::Csv);
        assert!(sniff(&[0, 1, 2, 3, 0, 0, 0, 9]).unwrap_err().message().contains("认不出"));
        assert!(sniff(&[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, 0, 0]).is_err());
    }
}
