//! Why a text has no header that is known: what parts its columns, or its encoding, is none that is read.

use encoding_rs::BIG5;

use super::super::header::KnownHeaders;
use super::super::text_decoding::TextCharset;
use super::text_body::TextBody;
use crate::Error;

/// Words of headers in traditional characters.
const TRADITIONAL: [&str; 8] = ["身份證", "證件", "學校", "縣", "鄉鎮", "戶", "姓名", "性別"];
/// What can be read between cells, as it is told.
const READABLE: &str = "逗号、制表符、分号、竖线（|）、脱字符（^）";

/// The error that says so, where it can be said. `text`: the first lines, `bytes`: as they lie in the file.
pub(super) fn foreign_text_error(
    known: &KnownHeaders,
    body: &TextBody,
    (bytes, text): (&[u8], &str),
) -> Option<Error> {
    if body.decoder.charset == TextCharset::Gb18030
        && let Some(text) = BIG5.decode_without_bom_handling_and_without_replacement(bytes)
        && TRADITIONAL.iter().any(|word| text.contains(word))
    {
        return Some(
            Error::input("这份文字是繁体中文的 Big5 编码，不能读")
                .hint("请提供部门用简体另存为 UTF-8 或 GB18030（记事本、Excel 的“CSV UTF-8”）后重新交来"),
        );
    }
    text.lines().take(30).find_map(|line| parted_line_error(known, line))
}

/// The error of a line of known headers that something else parts.
fn parted_line_error(known: &KnownHeaders, line: &str) -> Option<Error> {
    let line = line.trim();
    let inner = line.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    if let Some(inner) =
        inner.filter(|inner| !inner.contains('"') && known.fits(inner.split([',', ';', '\t'])))
    {
        let first: String = inner.chars().take(20).collect();
        return Some(
            Error::input(format!("每一行都整个包在一对引号里（第一行：\"{first}…），拆不成列"))
                .hint("去掉每行开头和末尾的引号，或请提供部门重新导出：引号只包住一格的内容"),
        );
    }
    let separator = separators(line).into_iter().find(|separator| known.fits(line.split(separator)))?;
    Some(
        Error::input(format!("各列之间用“{}”分隔，不能读", shown(separator)))
            .hint(format!("可读的分隔符：{READABLE}；请提供部门改用其中一种重新导出，或导出为 .xlsx")),
    )
}

/// Runs of signs that stand in a line twice or more, each once.
fn separators(line: &str) -> Vec<&str> {
    let sign = |c: char| {
        !(c.is_alphanumeric() || c.is_whitespace() || matches!(c, '(' | ')' | '（' | '）' | '_' | '"'))
    };
    let mut found: Vec<&str> = Vec::new();
    let mut rest = line;
    while let Some(at) = rest.find(sign) {
        rest = &rest[at..];
        let run = rest.split(|c| !sign(c)).next().unwrap_or(rest);
        if !found.contains(&run) && line.matches(run).count() >= 2 {
            found.push(run);
        }
        rest = &rest[run.len()..];
    }
    found
}

/// The error of headers that are signs alone, again and again: parts of what stands between the cells.
pub(super) fn signs_between_headers(headers: &[String], delimiter: u8) -> Option<Error> {
    let signs = |header: &&String| !header.is_empty() && !header.chars().any(char::is_alphanumeric);
    let sign = headers.iter().find(signs)?;
    if headers.iter().filter(|header| *header == sign).count() < 3 {
        return None;
    }
    let delimiter = char::from(delimiter);
    Some(
        Error::input(format!("各列之间用“{delimiter}{sign}{delimiter}”分隔，不能读"))
            .hint(format!("可读的分隔符：{READABLE}；请提供部门改用其中一种重新导出，或导出为 .xlsx")),
    )
}

/// Signs as they can be shown.
fn shown(signs: &str) -> String {
    let shown =
        |c: char| if c.is_control() { format!("控制字符 0x{:02X}", u32::from(c)) } else { c.to_string() };
    signs.chars().map(shown).collect()
}
