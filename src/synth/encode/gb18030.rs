//! Much text in GB18030: the library searches for the bytes of every character anew, which takes
//! longer than inventing the people. Here each character is looked up once.

use std::sync::atomic::{AtomicU32, Ordering};

/// Bytes of the characters below U+10000 that were met so far, as a big-endian number; 0: not yet.
/// All threads share it: whoever writes an entry writes the same.
static KNOWN: [AtomicU32; 0x1_0000] = [const { AtomicU32::new(0) }; 0x1_0000];

/// The same bytes as [`super::encode_text`] with GB18030.
pub(crate) fn encode_gb18030(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii() {
            out.push(c as u8);
            continue;
        }
        let Some(entry) = KNOWN.get(c as usize) else {
            out.extend(encode_gb18030_char(c));
            continue;
        };
        let mut known = entry.load(Ordering::Relaxed);
        if known == 0 {
            let bytes = encode_gb18030_char(c);
            // A character that has no code becomes a numeric reference, which is longer.
            if bytes.len() > 4 {
                out.extend(bytes);
                continue;
            }
            known = bytes.iter().fold(0, |number, &byte| number << 8 | u32::from(byte));
            entry.store(known, Ordering::Relaxed);
        }
        let bytes = known.to_be_bytes();
        out.extend_from_slice(&bytes[if known > 0xFFFF { 0 } else { 2 }..]);
    }
    out
}

fn encode_gb18030_char(c: char) -> Vec<u8> {
    super::encode_text(c.encode_utf8(&mut [0; 4]), encoding_rs::GB18030)
}

#[cfg(test)]
mod tests {
    #[test]
    fn same_bytes_as_the_library() {
        // Two bytes, four bytes, private use with and without a code, beyond U+FFFF; twice, so that
        // the table is asked as well.
        let text: String = ['a', '中', '㐀', '\u{E5E5}', '\u{E000}', '\u{E863}', '𠮷', '€', 'é', '\u{FFFF}']
            .into_iter()
            .chain((0x3400..0x3500).filter_map(char::from_u32))
            .chain((0x9F00..0xA000).filter_map(char::from_u32))
            .collect();
        for _ in 0..2 {
            assert_eq!(super::encode_gb18030(&text), super::super::encode_text(&text, encoding_rs::GB18030));
        }
    }
}
