//! Files whose digest is known when they are written, without reading them again.

use std::fs::File;
use std::io::{self, Read as _, Write};

use sha2::{Digest as _, Sha256};

/// What was written to a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileDigest {
    /// SHA-256, hexadecimal.
    pub sha256: String,
    /// Length.
    pub bytes: u64,
}

/// Hands on what is written, and digests it.
#[derive(Debug)]
pub(crate) struct DigestingWriter<W> {
    to: W,
    hash: Sha256,
    bytes: u64,
}

impl<W: Write> DigestingWriter<W> {
    /// Digests everything that is written to `to` from now on.
    pub(crate) fn new(to: W) -> Self {
        Self { to, hash: Sha256::new(), bytes: 0 }
    }

    /// Bytes that it was given so far.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The file, and the digest of what it was given.
    pub(crate) fn finish(self) -> (W, FileDigest) {
        (self.to, FileDigest { sha256: hex_text(&self.hash.finalize()), bytes: self.bytes })
    }
}

impl<W: Write> Write for DigestingWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.to.write(bytes)?;
        self.hash.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }
    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

/// Digest of a file from where it stands to its end.
///
/// # Errors
/// It cannot be read.
pub(crate) fn digest_file(mut file: &File) -> io::Result<FileDigest> {
    let mut digest = DigestingWriter::new(io::sink());
    let mut buffer = vec![0u8; 1 << 16];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(digest.finish().1),
            read => digest.write_all(&buffer[..read])?,
        }
    }
}

/// Lower-case hexadecimal.
pub(crate) fn hex_text(bytes: &[u8]) -> String {
    bytes.iter().flat_map(|b| [b >> 4, b & 15]).filter_map(|n| char::from_digit(n.into(), 16)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_is_that_of_the_bytes_in_whatever_portions() {
        let mut file = DigestingWriter::new(Vec::new());
        file.write_all(b"ab").unwrap();
        file.write_all(b"c").unwrap();
        let (bytes, digest) = file.finish();
        assert_eq!((bytes.as_slice(), digest.bytes), (&b"abc"[..], 3));
        assert_eq!(digest.sha256, hex_text(&Sha256::digest(b"abc")));
    }
}
