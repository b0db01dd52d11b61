//! Which encoding explains the lines of a text, and lines that another one than the file's explains.
//!
//! A file is UTF-8 if that explains most of its lines that are not plain ASCII, GB18030 otherwise: one bad
//! byte spoils its row, not the file. A line counts for UTF-8 also where it is damaged but mostly valid.
//! Files put together of two encodings exist; a line of the other one is read as such only where nothing
//! else can be meant: pairs of GB 2312 throughout in a file of UTF-8, ideographs of UTF-8 throughout in a
//! file of GB18030. Any other line that does not decode is rejected with its row.

use std::str::from_utf8;

use encoding_rs::Encoding;
use memchr::memchr2;

use super::text_decoding::TextCharset;

/// Lines longer than this are judged in parts of it.
const LONGEST: usize = 1 << 20;
/// Bytes of a line, from its first that is not ASCII, that tell damaged UTF-8 from another encoding.
const JUDGED: usize = 64;

/// Counts the lines of a text, seen block by block, by what they are valid in.
#[derive(Debug, Default)]
pub(super) struct LineEncodings {
    /// A line that the last block did not end.
    open: Vec<u8>,
    /// Lines of UTF-8 that are not ASCII alone.
    pub utf8: u64,
    /// Lines that are UTF-8 but for some bytes.
    pub damaged: u64,
    /// Lines that are something else.
    pub other: u64,
}

impl LineEncodings {
    pub(super) fn block(&mut self, mut block: &[u8]) {
        while let Some(length) = memchr2(b'\n', b'\r', block) {
            if self.open.is_empty() && length <= LONGEST {
                self.line(&block[..length]);
            } else {
                self.extend(&block[..length]);
                self.finish();
            }
            block = &block[length + 1..];
        }
        self.extend(block);
    }
    fn extend(&mut self, mut bytes: &[u8]) {
        while self.open.len() + bytes.len() > LONGEST {
            let (now, later) = bytes.split_at(LONGEST - self.open.len().min(LONGEST));
            self.open.extend_from_slice(now);
            bytes = later;
            // A character that lies across the end goes to the next part.
            let tail = (1..4).find(|back| self.open[LONGEST - back] >= 0xC0).unwrap_or(0);
            let rest = self.open.split_off(LONGEST - tail);
            self.finish();
            self.open = rest;
        }
        self.open.extend_from_slice(bytes);
    }
    /// Counts the line at the end, which nothing ends.
    pub(super) fn finish(&mut self) {
        let open = std::mem::take(&mut self.open);
        self.line(&open);
        self.open = open;
        self.open.clear();
    }
    fn line(&mut self, line: &[u8]) {
        let plain = Encoding::ascii_valid_up_to(line);
        if plain == line.len() {
            return;
        }
        let rest = &line[plain..];
        if Encoding::utf8_valid_up_to(rest) == rest.len() {
            self.utf8 += 1;
        } else if mostly_utf8(rest) {
            self.damaged += 1;
        } else {
            self.other += 1;
        }
    }
    /// Is all of it UTF-8?
    pub(super) fn all_utf8(&self) -> bool {
        self.damaged + self.other == 0
    }
    /// The encoding that explains most lines.
    pub(super) fn charset(&self) -> TextCharset {
        if self.utf8 + self.damaged >= self.other { TextCharset::Utf8 } else { TextCharset::Gb18030 }
    }
}

/// Is a text that begins with a byte beyond ASCII UTF-8 but for a few bytes?
fn mostly_utf8(rest: &[u8]) -> bool {
    let (mut valid, mut invalid) = (0, 0);
    for chunk in rest[..rest.len().min(JUDGED)].utf8_chunks() {
        valid += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        invalid += usize::from(!chunk.invalid().is_empty());
    }
    valid > 2 * invalid
}

/// Decodes a text line by line; `true`: some bytes mean nothing.
pub(super) fn decode_by_line(charset: TextCharset, bytes: &[u8], out: &mut String) -> (bool, u64) {
    let (mut start, mut damaged, mut others) = (0, false, 0);
    let mut buffer = String::new();
    out.clear();
    out.reserve(bytes.len() + bytes.len() / 2);
    while start < bytes.len() {
        let end = memchr2(b'\n', b'\r', &bytes[start..]).map_or(bytes.len(), |length| start + length);
        let line = &bytes[start..end];
        let other = match charset {
            _ if line.is_ascii() => None,
            TextCharset::Utf8 => {
                (from_utf8(line).is_err() && is_gb2312(line)).then_some(TextCharset::Gb18030)
            }
            TextCharset::Gb18030 => is_han_utf8(line).then_some(TextCharset::Utf8),
        };
        others += u64::from(other.is_some());
        let (text, bad) = other.unwrap_or(charset).decode(line, &mut buffer);
        out.push_str(text);
        damaged |= bad;
        if let Some(&end_byte) = bytes.get(end) {
            out.push(char::from(end_byte));
        }
        start = end + 1;
    }
    (damaged, others)
}

/// Is a line made of ASCII and pairs of GB 2312 alone? Bytes of UTF-8 do not pair up so.
fn is_gb2312(line: &[u8]) -> bool {
    let (mut at, mut pairs) = (0, 0);
    while at < line.len() {
        match line[at..] {
            [0..=0x7F, ..] => at += 1,
            [0xA1..=0xA9 | 0xB0..=0xF7, 0xA1..=0xFE, ..] => (at, pairs) = (at + 2, pairs + 1),
            _ => return false,
        }
    }
    pairs > 1 && !mostly_utf8(&line[Encoding::ascii_valid_up_to(line)..])
}

/// Is a line UTF-8 whose characters beyond ASCII are several ideographs and their punctuation?
fn is_han_utf8(line: &[u8]) -> bool {
    let Ok(text) = from_utf8(line) else { return false };
    let mut count = 0;
    let han = |c: char| matches!(c, '\u{3000}'..='\u{303F}' | '\u{4E00}'..='\u{9FFF}' | '\u{FEFF}' | '\u{FF00}'..='\u{FFEF}');
    text.chars().filter(|c| !c.is_ascii()).all(|c| {
        count += 1;
        han(c)
    }) && count > 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encodings(bytes: &[u8], block: usize) -> LineEncodings {
        let mut lines = LineEncodings::default();
        bytes.chunks(block).for_each(|block| lines.block(block));
        lines.finish();
        lines
    }

    #[test]
    fn most_lines_decide() {
        let utf8 = "学校,姓名\n小河镇第一中学,张三\n1,2\n".as_bytes();
        let gbk = encoding_rs::GB18030.encode("学校,姓名\n小河镇第一中学,张三\n").0.into_owned();
        let mut damaged = utf8.to_vec();
        damaged.remove(20);
        for (bytes, charset, counts) in [
            (utf8.to_vec(), TextCharset::Utf8, [2, 0, 0]),
            (damaged, TextCharset::Utf8, [1, 1, 0]),
            (gbk.clone(), TextCharset::Gb18030, [0, 0, 2]),
            ([utf8, &gbk, &gbk].concat(), TextCharset::Gb18030, [2, 0, 4]),
            ([utf8, utf8, &gbk].concat(), TextCharset::Utf8, [4, 0, 2]),
        ] {
            for block in [1, 7, 1000] {
                let found = encodings(&bytes, block);
                assert_eq!([found.utf8, found.damaged, found.other], counts);
                assert_eq!(found.charset(), charset);
            }
        }
    }

    #[test]
    fn a_line_of_the_other_encoding_is_read_as_such() {
        let text = "学校,姓名\n小河镇第一中学,张三\n";
        let gbk = encoding_rs::GB18030.encode(text).0.into_owned();
        let both = [text.as_bytes(), &gbk, b"\xE5\xB0,\xE6\n"].concat();
        for charset in [TextCharset::Utf8, TextCharset::Gb18030] {
            let mut out = String::new();
            let (damaged, others) = decode_by_line(charset, &both, &mut out);
            assert_eq!(others, 2);
            assert_eq!(&out[..2 * text.len()], [text, text].concat());
            assert!(damaged);
        }
    }

    #[test]
    fn long_lines_are_judged_in_parts() {
        let text = "学".repeat(LONGEST);
        let found = encodings(text.as_bytes(), 100_000);
        assert!(found.all_utf8() && found.utf8 == 4, "{} {}", found.utf8, found.damaged);
    }
}
