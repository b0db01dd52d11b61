//! The parts that a child sends its parent, and the parent its child.
//!
//! A frame is one byte that says what it is, its length (eight bytes, little-endian) and as many bytes. The
//! first frame from the child is [`FrameKind::Hello`] with [`VERSION`]: both are one program, but it may be
//! replaced by another version while it runs.

use std::io::{Read, Write};

/// Of the frames and what stands in them.
pub(super) const VERSION: u16 = 1;
/// What [`FrameKind::Hello`] begins with.
pub(super) const MAGIC: [u8; 8] = *b"bidui\0rd";
/// Longest frame of words and numbers; those of cells may be as long as columns can be.
const MOST_TOLD: u64 = 512 << 20;

/// What a frame holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FrameKind {
    /// To the child: how to read, JSON.
    Request,
    /// [`MAGIC`], [`VERSION`], and 1 if the kernel refuses other files.
    Hello,
    /// Name of a worksheet; the parent answers with one byte, 1 if it is to be read.
    Sheet,
    /// The file is open: tables follow.
    Opened,
    /// A table: everything but its cells and row numbers, JSON. Its rows follow, then two frames for each column.
    Table,
    /// Row numbers, four bytes each.
    Rows,
    /// A column: 1 and a bit for each value if some are missing, else 0; the length of each text, four bytes.
    Lengths,
    /// Its texts, one after the other.
    Texts,
    /// Why the file cannot be read, JSON. Nothing follows.
    Failure,
    /// All tables were sent. Nothing follows.
    End,
}

const KINDS: [(FrameKind, u8); 10] = [
    (FrameKind::Request, b'q'),
    (FrameKind::Hello, b'h'),
    (FrameKind::Sheet, b's'),
    (FrameKind::Opened, b'o'),
    (FrameKind::Table, b't'),
    (FrameKind::Rows, b'r'),
    (FrameKind::Lengths, b'l'),
    (FrameKind::Texts, b'x'),
    (FrameKind::Failure, b'f'),
    (FrameKind::End, b'e'),
];

impl FrameKind {
    fn most(self) -> u64 {
        match self {
            Self::Hello | Self::Opened | Self::End => 64,
            Self::Sheet => 64 << 10,
            Self::Failure => 1 << 20,
            Self::Request | Self::Table => MOST_TOLD,
            Self::Rows | Self::Lengths => 5 * u64::from(u32::MAX),
            Self::Texts => i32::MAX as u64,
        }
    }
}

/// Writes one frame.
///
/// # Errors
/// Whoever reads it is gone.
pub(super) fn write_frame(out: &mut dyn Write, kind: FrameKind, parts: &[&[u8]]) -> std::io::Result<()> {
    let letter = KINDS.iter().find_map(|(k, letter)| (*k == kind).then_some(*letter)).unwrap_or(0);
    let length: u64 = parts.iter().map(|part| part.len() as u64).sum();
    out.write_all(&[letter])?;
    out.write_all(&length.to_le_bytes())?;
    parts.iter().try_for_each(|part| out.write_all(part))
}

/// Why no frame could be read.
#[derive(Debug)]
pub(super) enum FrameFault {
    /// The pipe is closed at the end of a frame or within one.
    Closed,
    /// What comes is no frame, longer than such a frame may be, or not what was to come next.
    Unfit(&'static str),
    /// More has come than the whole file may.
    TooMuch,
}

/// Reads frames and counts their bytes.
pub(super) struct FrameReader<R> {
    input: R,
    /// Bytes that may still come.
    left: u64,
}

impl<R: Read> FrameReader<R> {
    pub(super) fn new(input: R, most: u64) -> Self {
        Self { input, left: most }
    }
    /// The next frame. Memory is taken for what has come, not for what is announced.
    pub(super) fn read(&mut self) -> Result<(FrameKind, Vec<u8>), FrameFault> {
        let mut head = [0u8; 9];
        self.input.read_exact(&mut head).map_err(|_| FrameFault::Closed)?;
        let kind = KINDS.iter().find_map(|(kind, letter)| (*letter == head[0]).then_some(*kind));
        let kind = kind.ok_or(FrameFault::Unfit("unknown frame"))?;
        let length = u64::from_le_bytes(head[1..].try_into().unwrap_or_default());
        if length > kind.most() {
            return Err(FrameFault::Unfit("frame too long"));
        }
        self.left = self.left.checked_sub(length + head.len() as u64).ok_or(FrameFault::TooMuch)?;
        let mut bytes = Vec::with_capacity(length.min(1 << 20) as usize);
        let come = (&mut self.input).take(length).read_to_end(&mut bytes).map_err(|_| FrameFault::Closed)?;
        if come as u64 == length { Ok((kind, bytes)) } else { Err(FrameFault::Closed) }
    }
    /// The next frame, which must be of this kind.
    pub(super) fn expect(&mut self, wanted: FrameKind) -> Result<Vec<u8>, FrameFault> {
        match self.read()? {
            (kind, bytes) if kind == wanted => Ok(bytes),
            _ => Err(FrameFault::Unfit("frame out of turn")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_come_back_and_lies_about_their_length_take_no_memory() {
        let mut sent = Vec::new();
        write_frame(&mut sent, FrameKind::Sheet, &["浚".as_bytes(), "县".as_bytes()]).unwrap();
        write_frame(&mut sent, FrameKind::End, &[]).unwrap();
        let mut reader = FrameReader::new(sent.as_slice(), 1_000);
        assert_eq!(reader.expect(FrameKind::Sheet).unwrap(), "浚县".as_bytes());
        assert!(matches!(reader.read().unwrap(), (FrameKind::End, _)));
        assert!(matches!(reader.read().unwrap_err(), FrameFault::Closed));
        let announced = |letter: u8, length: u64, most: u64| {
            let bytes: Vec<u8> = [letter].into_iter().chain(length.to_le_bytes()).chain(*b"short").collect();
            FrameReader::new(bytes.as_slice(), most).read().unwrap_err()
        };
        assert!(matches!(announced(b'x', 2_000_000_000, u64::MAX), FrameFault::Closed));
        assert!(matches!(announced(b'x', 2_000_000_000, 1_000_000), FrameFault::TooMuch));
        assert!(matches!(announced(b'x', u64::MAX, u64::MAX), FrameFault::Unfit(_)));
        assert!(matches!(announced(b'?', 5, u64::MAX), FrameFault::Unfit(_)));
    }
}
