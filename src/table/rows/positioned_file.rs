//! Files of rows that several threads read.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::os::unix::fs::FileExt as _;
use std::sync::Arc;

use bytes::Bytes;
use parquet::file::reader::{ChunkReader, Length};

/// A file read at places, so that several readers do not move each other's position.
#[derive(Debug, Clone)]
pub(crate) struct PositionedFile {
    pub(crate) file: Arc<File>,
    length: u64,
}

impl PositionedFile {
    pub(crate) fn new(file: File) -> io::Result<Self> {
        let length = file.metadata()?.len();
        Ok(Self { file: Arc::new(file), length })
    }

    /// Reads it from its beginning.
    pub(crate) fn reader(&self) -> PositionedReader {
        PositionedReader { file: self.file.clone(), at: 0 }
    }
}

impl Length for PositionedFile {
    fn len(&self) -> u64 {
        self.length
    }
}

impl ChunkReader for PositionedFile {
    type T = BufReader<PositionedReader>;

    fn get_read(&self, start: u64) -> parquet::errors::Result<Self::T> {
        Ok(BufReader::with_capacity(1 << 16, PositionedReader { file: self.file.clone(), at: start }))
    }
    fn get_bytes(&self, start: u64, length: usize) -> parquet::errors::Result<Bytes> {
        let mut bytes = vec![0; length];
        self.file.read_exact_at(&mut bytes, start)?;
        Ok(bytes.into())
    }
}

/// Reads a [`PositionedFile`] file onwards from a place.
#[derive(Debug)]
pub(crate) struct PositionedReader {
    pub(crate) file: Arc<File>,
    pub(crate) at: u64,
}

impl Read for PositionedReader {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read_at(into, self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}
