//! Bytes of a text file become UTF-8.

use std::borrow::Cow;

use encoding_rs::{CoderResult, GB18030, UTF_8, UTF_16BE, UTF_16LE};
use memchr::memchr_iter;

use super::line_encodings::{LineEncodings, decode_by_line};
use crate::config::read_options::Encoding;
use crate::model::source_table::{EncodingEvidence, TextEncoding};

/// Byte order mark of UTF-8.
pub(super) const UTF8_MARK: [u8; 3] = [0xEF, 0xBB, 0xBF];

/// Bytes of a text that tell UTF-16 without its mark.
const UNMARKED: usize = 8192;
/// Characters of ASCII that such a text has at least: fewer zero bytes may be damage.
const LEAST_PLAIN: usize = 4;

/// Is a text UTF-16, by its mark or by its first bytes?
pub(super) fn is_utf16(head: &[u8]) -> bool {
    byte_order(head).is_some()
}

/// Is a UTF-16 text little-endian, and does a mark say so? `None` if it is none. Without its mark it is told by what it
/// says one way alone: a tenth of ASCII at least, line ends or tabs among it, and no control character.
fn byte_order(head: &[u8]) -> Option<(bool, bool)> {
    match head {
        [0xFF, 0xFE, ..] => return Some((true, true)),
        [0xFE, 0xFF, ..] => return Some((false, true)),
        [0xEF, 0xBB, 0xBF, ..] => return None,
        _ => {}
    }
    let head = &head[..head.len().min(UNMARKED)];
    memchr::memchr(0, head)?;
    let says = |little: bool| {
        let units = head.as_chunks::<2>().0.iter();
        let units =
            units.map(|&pair| if little { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) });
        let (mut all, mut plain, mut ends) = (0, 0, 0);
        for unit in units {
            match unit {
                0x09 | 0x0A | 0x0D | 0x2C => (plain, ends) = (plain + 1, ends + 1),
                0x20..=0x7E => plain += 1,
                0x1A => {}
                0..0x20 | 0x7F..0xA0 | 0xFFFE | 0xFFFF | 0xE000..=0xF8FF => return false,
                _ => {}
            }
            all += 1;
        }
        plain >= LEAST_PLAIN && plain * 10 >= all && ends > 0
    };
    match (says(true), says(false)) {
        (true, false) => Some((true, false)),
        (false, true) => Some((false, false)),
        _ => None,
    }
}

/// An encoding whose texts can be cut at line ends and decoded part by part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TextCharset {
    Utf8,
    Gb18030,
}

impl TextCharset {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Utf8 => UTF_8.name(),
            Self::Gb18030 => GB18030.name(),
        }
    }
    /// Text of `bytes`, in `buffer` unless it lies there as it is, and whether some of them could
    /// not be decoded.
    pub(super) fn decode<'a>(self, bytes: &'a [u8], buffer: &'a mut String) -> (&'a str, bool) {
        if self == Self::Utf8 {
            // Much faster than the standard library's check.
            return match UTF_8.decode_without_bom_handling_and_without_replacement(bytes) {
                Some(Cow::Borrowed(text)) => (text, false),
                _ => {
                    *buffer = String::from_utf8_lossy(bytes).into_owned();
                    (buffer, true)
                }
            };
        }
        buffer.clear();
        // Two bytes per character become three; anything else is rare.
        buffer.reserve(bytes.len() / 2 * 3 + 64);
        let mut decoder = GB18030.new_decoder_without_bom_handling();
        let (mut at, mut damaged) = (0, false);
        loop {
            let (result, read, errors) = decoder.decode_to_string(&bytes[at..], buffer, true);
            at += read;
            damaged |= errors;
            if result == CoderResult::InputEmpty {
                return (buffer, damaged);
            }
            buffer.reserve((bytes.len() - at) * 3 + 64);
        }
    }
    pub(super) fn lossy(self, bytes: &[u8]) -> String {
        let mut buffer = String::new();
        self.decode(bytes, &mut buffer).0.to_owned()
    }
}

/// How the bytes of one text become characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TextDecoder {
    pub charset: TextCharset,
    /// May single lines be of the other encoding? Only where the contract declares none.
    pub mixed: bool,
}

impl TextDecoder {
    /// Text of `bytes`, whole lines, in `buffer` unless it lies there as it is; whether some of them could not
    /// be decoded; and how many lines are of the other encoding.
    pub(super) fn decode<'a>(self, bytes: &'a [u8], buffer: &'a mut String) -> (&'a str, bool, u64) {
        let whole = self.charset == TextCharset::Utf8
            && encoding_rs::Encoding::utf8_valid_up_to(bytes) == bytes.len();
        if self.mixed && !whole {
            let (damaged, others) = decode_by_line(self.charset, bytes, buffer);
            return (buffer, damaged, others);
        }
        let (text, damaged) = self.charset.decode(bytes, buffer);
        (text, damaged, 0)
    }
}

/// Decodes UTF-16, whether it has its mark or not. A byte that is missing or too much spoils its own line: the next line end
/// that stands where no character begins begins anew.
pub(super) fn decode_utf16(bytes: &[u8]) -> DecodedText {
    let (little, marked) = byte_order(bytes).unwrap_or((false, false));
    let encoding = if little { UTF_16LE } else { UTF_16BE };
    let (mut text, mut damaged) = (String::with_capacity(bytes.len()), false);
    let mut rest = bytes.get(if marked { 2 } else { 0 }..).unwrap_or_default();
    while !rest.is_empty() {
        let end = utf16_line_end(rest, little);
        let (line, odd) = rest[..end].as_chunks::<2>();
        let shifted = !odd.is_empty();
        let (line, bad) = encoding.decode_without_bom_handling(line.as_flattened());
        text.push_str(&line);
        if shifted {
            // The line end itself was not decoded: it lies across two pairs.
            text.push('\u{FFFD}');
            if rest[..end].ends_with(if little { &[b'\n', 0] } else { &[0, b'\n'] }) {
                text.push('\n');
            }
        }
        damaged |= bad || shifted;
        rest = &rest[end..];
    }
    let evidence = if marked { EncodingEvidence::ByteOrderMark } else { EncodingEvidence::Validity };
    let encoding = TextEncoding { name: encoding.name(), evidence };
    DecodedText { text, encoding, damaged }
}

/// Where the line ends that these bytes begin with, or all of them: behind its line feed.
fn utf16_line_end(bytes: &[u8], little: bool) -> usize {
    for at in memchr_iter(b'\n', bytes) {
        // No character of a script in use has a line feed for its one byte and a neighbour without its own.
        let end = match little {
            true if bytes.get(at + 1) == Some(&0) => at + 2,
            false if at > 0 && bytes[at - 1] == 0 => at + 1,
            _ => continue,
        };
        return end;
    }
    bytes.len()
}

/// Decoded text, its encoding, and whether some bytes could not be decoded (each such
/// place is U+FFFD).
pub(super) struct DecodedText {
    pub text: String,
    pub encoding: TextEncoding,
    pub damaged: bool,
}

/// Decodes a whole file; a byte order mark decides over everything else.
pub(super) fn decode_text(bytes: Vec<u8>, declared: Encoding) -> DecodedText {
    use EncodingEvidence::{ByteOrderMark, Declared, Validity};
    let whole = |encoding: &'static encoding_rs::Encoding, evidence, bytes: &[u8]| {
        let (text, damaged) = encoding.decode_without_bom_handling(bytes);
        let encoding = TextEncoding { name: encoding.name(), evidence };
        let mut text = text.into_owned();
        // Room was made for the longest text that so many bytes can be.
        text.shrink_to_fit();
        DecodedText { text, encoding, damaged }
    };
    if is_utf16(&bytes) {
        return decode_utf16(&bytes);
    }
    let marked = bytes.starts_with(&UTF8_MARK);
    if declared == Encoding::Gb18030 && !marked {
        return whole(GB18030, Declared, &bytes);
    }
    let evidence = match declared {
        _ if marked => ByteOrderMark,
        Encoding::Auto => Validity,
        Encoding::Utf8 | Encoding::Gb18030 => Declared,
    };
    let utf8 = TextEncoding { name: UTF_8.name(), evidence };
    match String::from_utf8(bytes) {
        Ok(mut text) => {
            if marked {
                text.drain(..3);
            }
            DecodedText { text, encoding: utf8, damaged: false }
        }
        // A mark or the contract says UTF-8, some rows are not: those rows alone are rejected.
        Err(error) if marked || declared == Encoding::Utf8 => {
            let bytes = error.into_bytes();
            let text = String::from_utf8_lossy(if marked { &bytes[3..] } else { &bytes }).into_owned();
            DecodedText { text, encoding: utf8, damaged: true }
        }
        // A bad byte spoils its line, not the encoding of the whole.
        Err(error) => {
            let bytes = error.into_bytes();
            let mut lines = LineEncodings::default();
            lines.block(&bytes);
            lines.finish();
            let (charset, mut text) = (lines.charset(), String::new());
            let (damaged, _) = decode_by_line(charset, &bytes, &mut text);
            let encoding = TextEncoding { name: charset.name(), evidence: Validity };
            DecodedText { text, encoding, damaged }
        }
    }
}

/// Decodes `&#NNNN;` and `&#xHHHH;`, which exporters write for characters that their encoding lacks, and the
/// few names that pages give to characters (`&amp;`, `&middot;`).
pub(super) fn decode_entities(cell: &str) -> Cow<'_, str> {
    if !cell.contains('&') {
        return Cow::Borrowed(cell);
    }
    let mut out = String::with_capacity(cell.len());
    let mut rest = cell;
    while let Some(start) = rest.find('&') {
        out.push_str(&rest[..start]);
        let tail = &rest[start + 1..];
        let end = tail.bytes().take(9).position(|byte| byte == b';');
        match end.and_then(|end| Some((entity(&tail[..end])?, end))) {
            Some((c, end)) => {
                out.push(c);
                rest = &tail[end + 1..];
            }
            None => {
                out.push('&');
                rest = tail;
            }
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// The character that stands between `&` and `;`.
fn entity(name: &str) -> Option<char> {
    let Some(number) = name.strip_prefix('#') else {
        return Some(match name {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "apos" => '\'',
            "nbsp" | "ensp" | "emsp" => ' ',
            "middot" => '\u{B7}',
            _ => return None,
        });
    };
    let code = match number.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok(),
        None => number.parse().ok(),
    };
    code.and_then(char::from_u32).filter(|c| !c.is_control())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_and_how_they_are_known() {
        use EncodingEvidence::{ByteOrderMark, Declared, Validity};
        let gbk = GB18030.encode("姓名,张三\n").0.into_owned();
        let utf8 = "姓名".as_bytes().to_vec();
        let marked = "\u{feff}姓名".as_bytes().to_vec();
        let utf16 = vec![0xFF, 0xFE, 0x53, 0x4E];
        for (bytes, declared, text, name, evidence) in [
            (gbk.clone(), Encoding::Auto, "姓名,张三\n", "gb18030", Validity),
            (gbk, Encoding::Gb18030, "姓名,张三\n", "gb18030", Declared),
            (utf8.clone(), Encoding::Auto, "姓名", "UTF-8", Validity),
            (utf8, Encoding::Utf8, "姓名", "UTF-8", Declared),
            (marked.clone(), Encoding::Auto, "姓名", "UTF-8", ByteOrderMark),
            (marked, Encoding::Gb18030, "姓名", "UTF-8", ByteOrderMark),
            (utf16.clone(), Encoding::Auto, "\u{4E53}", "UTF-16LE", ByteOrderMark),
            (utf16, Encoding::Gb18030, "\u{4E53}", "UTF-16LE", ByteOrderMark),
        ] {
            let decoded = decode_text(bytes, declared);
            let encoding = TextEncoding { name, evidence };
            assert_eq!((decoded.text.as_str(), decoded.encoding, decoded.damaged), (text, encoding, false));
        }
        assert!(decode_text(vec![0xEF, 0xBB, 0xBF, b'a', 0xFF], Encoding::Auto).damaged);
        let mut one_byte_short = "<tr><td>张三\n<tr><td>李四\n<tr><td>王五\n".as_bytes().to_vec();
        one_byte_short.remove(8);
        let decoded = decode_text(one_byte_short, Encoding::Auto);
        assert!(decoded.damaged && decoded.text.contains("<tr><td>李四\n<tr><td>王五"), "{}", decoded.text);
    }

    #[test]
    fn utf16_without_its_mark_is_told_by_what_it_says() {
        let text = "姓名\t证件号码\r\n一二\t410621198404200795\r\n";
        for little in [true, false] {
            let unit = |c: u16| if little { c.to_le_bytes() } else { c.to_be_bytes() };
            let bytes: Vec<u8> = text.encode_utf16().flat_map(unit).collect();
            assert_eq!(byte_order(&bytes), Some((little, false)));
            let decoded = decode_text(bytes, Encoding::Auto);
            assert_eq!(
                (decoded.text.as_str(), decoded.encoding.evidence),
                (text, EncodingEvidence::Validity)
            );
        }
        let gbk = GB18030.encode(text).0.into_owned();
        for other in [
            text.as_bytes(),
            &gbk,
            &[gbk.clone(), vec![0; 200]].concat(),
            b"a,b\n\0,c\n",
            b"\xEF\xBB\xBF,\na\0a\0,\0b\0\n\0",
            b",\n 0aa 0 a\n\n\0",
            b"PK\x03\x04\x14\0\0\0",
        ] {
            assert_eq!(byte_order(other), None, "{other:?}");
        }
    }

    #[test]
    fn numeric_entities() {
        assert_eq!(decode_entities("王&#14214;"), "王㞆");
        assert_eq!(decode_entities("王&#x4DAE;三"), "王䶮三");
        assert_eq!(decode_entities("A&#B"), "A&#B");
        assert_eq!(decode_entities("&#99999999;"), "&#99999999;");
        assert_eq!(decode_entities("买买提&middot;艾力&amp;&#x;&nosuch;"), "买买提·艾力&&#x;&nosuch;");
    }

    #[test]
    fn a_byte_missing_from_utf16_spoils_its_line_only() {
        let text = "姓名,证件\r\n张三,1\r\n李四,2\r\n王五,3\r\n";
        for little in [true, false] {
            let unit = |c: u16| if little { c.to_le_bytes() } else { c.to_be_bytes() };
            let mark = unit(0xFEFF);
            let bytes: Vec<u8> = mark.into_iter().chain(text.encode_utf16().flat_map(unit)).collect();
            let whole = decode_utf16(&bytes);
            assert_eq!((whole.text.as_str(), whole.damaged), (text, false));
            // Within 张三: two bytes of mark, seven characters, half of the first.
            let mut short = bytes.clone();
            short.remove(2 + 14 + 1);
            let found = decode_utf16(&short);
            let lines: Vec<&str> = found.text.lines().collect();
            assert_eq!((lines.len(), lines[0], &lines[2..]), (4, "姓名,证件", &["李四,2", "王五,3"][..]));
            assert!(found.damaged && lines[1].contains('\u{FFFD}'), "{lines:?}");
            let longer = [bytes, vec![b'1']].concat();
            assert_eq!(decode_utf16(&longer).text, format!("{text}\u{FFFD}"));
        }
    }
}
