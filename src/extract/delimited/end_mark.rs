//! Ctrl-Z (0x1A) behind the last row: how DOS and FoxPro end a text.

use super::super::piecewise_file::TextSource;
use crate::Result;

/// The mark itself.
const CTRL_Z: u8 = 0x1A;
/// Bytes at the end among which it is looked for: blocks of a disk are filled up behind it.
const FILLED_UP: u64 = 64 << 10;

/// What ends a text without being of it: one Ctrl-Z or several, and what a block is filled up with behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct EndMark {
    /// How many bytes.
    pub bytes: usize,
    /// It stands in a line of its own, which counting lines by their ends alone takes for one.
    pub own_line: bool,
}

impl EndMark {
    /// Looks at the end of a text.
    ///
    /// # Errors
    /// What cannot be read.
    pub(super) fn of(source: &TextSource, length: u64) -> Result<Self> {
        let mut buffer = Vec::new();
        let tail = source.part(length - length.min(FILLED_UP)..length, &mut buffer)?;
        Ok(Self::at_end_of(tail))
    }
    fn at_end_of(tail: &[u8]) -> Self {
        let rest = tail.strip_suffix(b"\n").unwrap_or(tail);
        let rest = rest.strip_suffix(b"\r").unwrap_or(rest);
        let filled = rest.iter().rev().take_while(|b| matches!(**b, CTRL_Z | 0 | b' ')).count();
        let from = rest.len() - filled;
        let Some(mark) = rest[from..].iter().position(|&b| b == CTRL_Z).map(|at| from + at) else {
            return Self::default();
        };
        let own_line = mark == 0 || matches!(tail[mark - 1], b'\n' | b'\r');
        Self { bytes: tail.len() - mark, own_line }
    }
    /// What is told of it.
    pub(super) fn note(self) -> Option<String> {
        (self.bytes > 0).then(|| {
            format!(
                "文件以结束标志（Ctrl-Z）结尾，它和后面的空字节共{}字节没有当作内容；前面的各行都读了",
                self.bytes
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_mark_is_told_from_content() {
        let mark = |bytes, own_line| EndMark { bytes, own_line };
        for (text, found) in [
            (&b"a,b\n\x1a"[..], mark(1, true)),
            (b"a,b\r\n\x1a\x1a\x1a", mark(3, true)),
            (b"a,b\n\x1a\0\0\0\0", mark(5, true)),
            (b"a,b\n\x1a\r\n", mark(3, true)),
            (b"a,b\x1a", mark(1, false)),
            (b"a,b \x1a", mark(1, false)),
            (b"\x1a", mark(1, true)),
            (b"a,b\n", mark(0, false)),
            (b"a,b\n\0\0\0", mark(0, false)),
            (b"a\x1ab\n", mark(0, false)),
            (b"", mark(0, false)),
        ] {
            assert_eq!(EndMark::at_end_of(text), found, "{text:?}");
        }
    }
}
