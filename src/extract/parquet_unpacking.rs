//! How far the packed bytes of a page unpack.
//!
//! The library stops at the size that a page says it has where it uses Snappy, ZSTD and raw LZ4. GZIP, Brotli
//! and framed LZ4 it unpacks to their end, whatever that is, and compares then.

use std::io::Read;

use parquet::basic::Compression;

/// Bytes that a page may unpack to without being counted first.
const UNCOUNTED: u64 = 512 << 20;
/// A byte of deflate stands for at most so many, one of LZ4 for so many.
const DEFLATE: u64 = 1032;
const LZ4: u64 = 255;

/// Do the packed bytes of a page unpack to more than it says? Bytes that cannot be unpacked do not.
pub(super) fn unpacks_to_more(codec: Compression, packed: &[u8], said: u64) -> bool {
    let length = packed.len() as u64;
    match codec {
        Compression::GZIP(_) if length * DEFLATE > UNCOUNTED => {
            more_than(flate2::read::MultiGzDecoder::new(packed), said)
        }
        Compression::LZ4 if length * LZ4 > UNCOUNTED => {
            more_than(lz4_flex::frame::FrameDecoder::new(packed), said)
        }
        // A few bytes of Brotli may stand for any number.
        Compression::BROTLI(_) => more_than(brotli::Decompressor::new(packed, 4096), said),
        _ => false,
    }
}

fn more_than(unpacked: impl Read, said: u64) -> bool {
    let mut sink = std::io::sink();
    std::io::copy(&mut unpacked.take(said.saturating_add(1)), &mut sink).is_ok_and(|read| read > said)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn more_than_a_page_says_is_found_without_unpacking_it() {
        let mut packed = Vec::new();
        brotli::CompressorWriter::new(&mut packed, 4096, 5, 22).write_all(&vec![0; 64 << 20]).unwrap();
        assert!(packed.len() < 1000);
        let brotli = Compression::BROTLI(Default::default());
        assert!(unpacks_to_more(brotli, &packed, 1000));
        assert!(!unpacks_to_more(brotli, &packed, 64 << 20));
        assert!(!unpacks_to_more(brotli, b"no brotli at all", 10));
        // So small that it cannot become much.
        assert!(!unpacks_to_more(Compression::GZIP(Default::default()), b"x", 0));
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::none());
        gzip.write_all(&vec![7; 1 << 20]).unwrap();
        let gzip = gzip.finish().unwrap();
        assert!(unpacks_to_more(Compression::GZIP(Default::default()), &gzip, 1000));
        assert!(!unpacks_to_more(Compression::GZIP(Default::default()), &gzip, 1 << 20));
    }
}
