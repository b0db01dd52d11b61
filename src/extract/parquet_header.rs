//! Headers of Parquet pages (Thrift's compact protocol), as far as sizes and counts go.
//!
//! The library's own parser is not public. This one takes less: a number must be written as a number.

/// Kinds of pages.
pub(super) const DATA: i64 = 0;
pub(super) const DICTIONARY: i64 = 2;
pub(super) const DATA_V2: i64 = 3;

/// What a header says of its page.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct PageHeader {
    pub kind: i64,
    /// Bytes of the page unpacked, and as it lies in the file.
    pub unpacked: i64,
    pub compressed: i64,
    /// Rows of a data page, texts of a dictionary.
    pub values: i64,
    /// How the values of a data page are written.
    pub encoding: i64,
    /// Bytes at the beginning of a page of the second version that are never packed.
    pub levels: i64,
}

/// Reads a header and gives its length; none if it is no header, or goes on behind `bytes`.
pub(super) fn read_page_header(bytes: &[u8]) -> Option<(usize, PageHeader)> {
    let mut from = CompactReader(bytes);
    let mut header = PageHeader { kind: -1, unpacked: -1, compressed: -1, ..PageHeader::default() };
    let mut last = 0;
    while let Some((field, kind)) = from.field(&mut last)? {
        match (field, kind) {
            (1, INT32) => header.kind = from.number()?,
            (2, INT32) => header.unpacked = from.number()?,
            (3, INT32) => header.compressed = from.number()?,
            (5 | 7, STRUCT) => from.page(&mut header, 2)?,
            (8, STRUCT) => from.page(&mut header, 4)?,
            (1..=3 | 5 | 7 | 8, _) => return None,
            _ => from.skip(kind, 0)?,
        }
    }
    Some((bytes.len() - from.0.len(), header))
}

/// What lies behind a block of lengths written as differences; none unless they are at most `most`.
pub(super) fn skip_parquet_lengths(bytes: &[u8], most: u64) -> Option<&[u8]> {
    let mut from = CompactReader(bytes);
    let (block, parts, mut left) = (from.varint()?, from.varint()?, from.varint()?);
    from.varint()?;
    if left > most || parts == 0 || parts > bytes.len() as u64 {
        return None;
    }
    let each = block / parts;
    // The first value stands in the head.
    left = left.saturating_sub(1);
    while left > 0 {
        from.varint()?;
        let widths = from.take(usize::try_from(parts).ok()?)?;
        for &width in widths {
            if left > 0 {
                from.take(usize::try_from(u64::from(width).checked_mul(each)? / 8).ok()?)?;
                left = left.saturating_sub(each.max(1));
            }
        }
    }
    Some(from.0)
}

const TRUE: u8 = 1;
const FALSE: u8 = 2;
const BYTE: u8 = 3;
const INT16: u8 = 4;
const INT32: u8 = 5;
const INT64: u8 = 6;
const DOUBLE: u8 = 7;
const BINARY: u8 = 8;
const LIST: u8 = 9;
const SET: u8 = 10;
const STRUCT: u8 = 12;
/// Structures within structures.
const DEEPEST: usize = 16;

/// Bytes that are still to be read.
struct CompactReader<'a>(&'a [u8]);

impl<'a> CompactReader<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }
    fn byte(&mut self) -> Option<u8> {
        Some(self.take(1)?[0])
    }
    fn varint(&mut self) -> Option<u64> {
        let mut number = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7F) << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }
    /// A number of 32 bits.
    fn number(&mut self) -> Option<i64> {
        let number = self.varint()?;
        let number = (number >> 1) as i64 ^ -((number & 1) as i64);
        i32::try_from(number).ok().map(i64::from)
    }
    /// Number and type of the next field; none at the end of the structure.
    fn field(&mut self, last: &mut i64) -> Option<Option<(i64, u8)>> {
        let byte = self.byte()?;
        if byte & 0xF == 0 {
            return Some(None);
        }
        *last = match byte >> 4 {
            0 => self.number()?,
            more => *last + i64::from(more),
        };
        Some(Some((*last, byte & 0xF)))
    }
    /// What is said of data or a dictionary: how many values, and how they are written.
    fn page(&mut self, header: &mut PageHeader, encoding: i64) -> Option<()> {
        let mut last = 0;
        while let Some((field, kind)) = self.field(&mut last)? {
            match (field, kind) {
                (1, INT32) => header.values = self.number()?,
                (_, INT32) if field == encoding => header.encoding = self.number()?,
                // Only the second version has its encoding in the fourth place.
                (5 | 6, INT32) if encoding == 4 => {
                    header.levels = header.levels.checked_add(self.number()?)?
                }
                (1, _) => return None,
                _ => self.skip(kind, 0)?,
            }
        }
        Some(())
    }
    fn skip(&mut self, kind: u8, depth: usize) -> Option<()> {
        match kind {
            TRUE | FALSE => {}
            BYTE => drop(self.byte()?),
            INT16 | INT32 | INT64 => drop(self.varint()?),
            DOUBLE => drop(self.take(8)?),
            BINARY => {
                let length = usize::try_from(self.varint()?).ok()?;
                self.take(length)?;
            }
            LIST | SET => {
                let head = self.byte()?;
                let size = if head >> 4 == 15 { self.varint()? } else { u64::from(head >> 4) };
                for _ in 0..size {
                    match head & 0xF {
                        TRUE | FALSE => drop(self.byte()?),
                        kind => self.skip(kind, depth + 1)?,
                    }
                }
            }
            STRUCT if depth < DEEPEST => {
                let mut last = 0;
                while let Some((_, kind)) = self.field(&mut last)? {
                    self.skip(kind, depth + 1)?;
                }
            }
            _ => return None,
        }
        Some(())
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    fn varint(mut number: u64) -> Vec<u8> {
        let mut out = Vec::new();
        while number >= 0x80 {
            out.push(number as u8 | 0x80);
            number >>= 7;
        }
        out.push(number as u8);
        out
    }

    fn number(value: i64) -> Vec<u8> {
        varint((value << 1 ^ value >> 63) as u64)
    }

    /// A header as a program would write it, with a checksum and statistics that nobody asks for.
    pub(crate) fn written(header: PageHeader) -> Vec<u8> {
        let (field, encoding) = match header.kind {
            DATA => (5, 2),
            DATA_V2 => (8, 4),
            _ => (7, 2),
        };
        let levels: &[u8] = if header.kind == DATA { &[0x15, 6, 0x15, 6] } else { &[] };
        let statistics = [&[0x18, 3][..], b"abc", &[0x21, 0x00]].concat();
        [
            &[0x15][..],
            &number(header.kind),
            &[0x15],
            &number(header.unpacked),
            &[0x15],
            &number(header.compressed),
            &[0x15],
            &number(-5),
            &[(field - 4) << 4 | STRUCT, 0x15],
            &number(header.values),
            &[(encoding - 1) << 4 | INT32],
            &number(header.encoding),
            levels,
            &[0x9C],
            &statistics,
            &[0, 0],
        ]
        .concat()
    }

    #[test]
    fn headers_are_read_and_their_length_is_known() {
        for kind in [DATA, DICTIONARY, DATA_V2] {
            let header = PageHeader {
                kind,
                unpacked: 70_000,
                compressed: 300,
                values: i64::from(i32::MAX),
                encoding: 8,
                levels: 0,
            };
            let bytes = written(header);
            let more = [&bytes[..], b"data"].concat();
            assert_eq!(read_page_header(&more), Some((bytes.len(), header)));
            (0..bytes.len()).for_each(|end| assert_eq!(read_page_header(&bytes[..end]), None));
        }
    }

    #[test]
    fn what_is_no_header_is_none() {
        // A size that is written as a text, or larger than sizes are.
        assert_eq!(read_page_header(&[0x15, 0, 0x18, 1, b'x', 0]), None);
        assert_eq!(read_page_header(&[&[0x15, 0, 0x15][..], &varint(1 << 40), &[0]].concat()), None);
        // Structures without end.
        assert_eq!(read_page_header(&[0x9C; 200]), None);
    }

    #[test]
    fn lengths_end_where_they_say() {
        // Block of 128, four parts, then 33 lengths: the first in the head, one part of 32 with two bits each.
        let mut block = [varint(128), varint(4), varint(33), number(3), number(0)].concat();
        block.extend([2, 9, 9, 9]);
        block.extend([0x55; 8]);
        block.extend(b"behind");
        assert_eq!(skip_parquet_lengths(&block, 33), Some(&b"behind"[..]));
        assert_eq!(skip_parquet_lengths(&block, 32), None);
        let many = [varint(128), varint(4), varint(1 << 40), number(0)].concat();
        assert_eq!(skip_parquet_lengths(&many, 1000), None);
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_end(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
            let _ = (read_page_header(&bytes), skip_parquet_lengths(&bytes, 1000));
        }
    }
}
