//! Bytes of a text file become UTF-8.

use std::borrow::Cow;

use encoding_rs::{CoderResult, GB18030, UTF_8, UTF_16BE, UTF_16LE};

use crate::config::read_options::Encoding;
use crate::model::source_table::{EncodingEvidence, TextEncoding};

/// Byte order mark of UTF-8.
pub(super) const UTF8_MARK: [u8; 3] = [0xEF, 0xBB, 0xBF];

/// Do the first bytes of a text say that it is UTF-16?
pub(super) fn is_utf16(head: &[u8]) -> bool {
    head.starts_with(&[0xFF, 0xFE]) || head.starts_with(&[0xFE, 0xFF])
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
        DecodedText { text: text.into_owned(), encoding, damaged }
    };
    if let Some(rest) = bytes.strip_prefix(&[0xFF, 0xFE]) {
        return whole(UTF_16LE, ByteOrderMark, rest);
    }
    if let Some(rest) = bytes.strip_prefix(&[0xFE, 0xFF]) {
        return whole(UTF_16BE, ByteOrderMark, rest);
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
        Err(error) => whole(GB18030, Validity, error.as_bytes()),
    }
}

/// Decodes `&#NNNN;` and `&#xHHHH;`, which exporters write for characters that their encoding lacks.
pub(super) fn decode_entities(cell: &str) -> Cow<'_, str> {
    if !cell.contains("&#") {
        return Cow::Borrowed(cell);
    }
    let mut out = String::with_capacity(cell.len());
    let mut rest = cell;
    while let Some(start) = rest.find("&#") {
        out.push_str(&rest[..start]);
        let tail = &rest[start + 2..];
        let decoded = tail.find(';').filter(|&end| end <= 8).and_then(|end| {
            let digits = &tail[..end];
            let code = match digits.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok(),
                None => digits.parse().ok(),
            };
            code.and_then(char::from_u32).filter(|c| !c.is_control()).map(|c| (c, end))
        });
        match decoded {
            Some((c, end)) => {
                out.push(c);
                rest = &tail[end + 1..];
            }
            None => {
                out.push_str("&#");
                rest = tail;
            }
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
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
    }

    #[test]
    fn numeric_entities() {
        assert_eq!(decode_entities("王&#14214;"), "王㞆");
        assert_eq!(decode_entities("王&#x4DAE;三"), "王䶮三");
        assert_eq!(decode_entities("A&#B"), "A&#B");
        assert_eq!(decode_entities("&#99999999;"), "&#99999999;");
    }
}
