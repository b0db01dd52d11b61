//! A file read in pieces: memory holds a few pieces, never the file.
//!
//! The first pass ([`TextSurvey`]) takes the digest and finds where the text may be cut; the second
//! reads one piece at a time, from any thread. Between the passes the file could change, and the
//! digest would then describe bytes that were not parsed. So the first pass also notes a short
//! hash of every stretch between two possible cuts, and a piece whose hashes differ is an error:
//! unlike the time of modification, that holds on any file system and costs a hundredth of the
//! digest.

use std::fs::{File, Metadata};
use std::ops::Range;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use memchr::{memchr, memchr_iter, memchr2};
use sha2::{Digest, Sha256};
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

use super::hexadecimal;
use super::line_count::LineCounter;
use super::line_encodings::LineEncodings;
use crate::{Error, Result};

/// Bytes looked at together in the first pass: they stay in the processor's cache.
const BLOCK: usize = 256 << 10;
/// Bytes among which a piece looks for a line end that no quotes enclose, before it takes any.
const OUTSIDE_QUOTES: u64 = 64 << 10;

/// An open file that should stay as it is while it is read.
#[derive(Debug)]
pub(super) struct OpenFile {
    file: File,
    path: PathBuf,
    length: u64,
    modified: Option<SystemTime>,
}

impl OpenFile {
    pub(super) fn new(file: File, metadata: &Metadata, path: &Path) -> Self {
        let (length, modified) = (metadata.len(), metadata.modified().ok());
        Self { file, path: path.to_owned(), length, modified }
    }
    /// Bytes when it was opened.
    pub(super) fn length(&self) -> u64 {
        self.length
    }
    /// Fills `buffer` from `offset` on; fewer bytes than that mean that the file was cut off.
    pub(super) fn read_exact(&self, buffer: &mut [u8], offset: u64) -> Result<()> {
        let mut filled = 0;
        while filled < buffer.len() {
            match self.read(&mut buffer[filled..], offset + filled as u64)? {
                0 => return Err(self.changed()),
                more => filled += more,
            }
        }
        Ok(())
    }
    fn read(&self, buffer: &mut [u8], offset: u64) -> Result<usize> {
        loop {
            match self.file.read_at(buffer, offset) {
                Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
                other => return other.map_err(|e| Error::io("读取提取数据", &self.path, e)),
            }
        }
    }
    /// Gives the whole file to `each`, block by block.
    pub(super) fn blocks(&self, mut each: impl FnMut(&[u8])) -> Result<()> {
        let mut block = vec![0; BLOCK];
        let mut offset = 0;
        loop {
            let length = self.read(&mut block, offset)?;
            if length == 0 {
                return Ok(());
            }
            each(&block[..length]);
            offset += length as u64;
        }
    }
    pub(super) fn sha256(&self) -> Result<String> {
        let mut digest = Sha256::new();
        self.blocks(|block| digest.update(block))?;
        Ok(hexadecimal(&digest.finalize()))
    }
    /// An error unless the file has the length it was opened with.
    pub(super) fn same_length(&self) -> Result<()> {
        let now = self.metadata()?;
        if now.len() == self.length { Ok(()) } else { Err(self.changed()) }
    }
    /// An error if the file was written to since it was opened.
    pub(super) fn untouched(&self) -> Result<()> {
        let now = self.metadata()?;
        let same = now.len() == self.length && now.modified().ok() == self.modified;
        if same { Ok(()) } else { Err(self.changed()) }
    }
    fn metadata(&self) -> Result<Metadata> {
        self.file.metadata().map_err(|e| Error::io("读取提取数据", &self.path, e))
    }
    fn changed(&self) -> Error {
        let why = std::io::Error::other("文件在读取过程中被改动或截断");
        Error::io("读取提取数据", &self.path, why).hint("等文件复制完、不再有程序写入之后再运行")
    }
}

/// Where the bytes of a text lie.
#[derive(Debug)]
pub(super) enum TextSource {
    File(OpenFile),
    Memory(Vec<u8>),
}

impl TextSource {
    /// First pass, for pieces of about `piece` bytes; `judge`: are encodings to be told?
    pub(super) fn survey(&self, piece: u64, judge: bool) -> Result<TextSurvey> {
        let mut survey = TextSurveyor::new(piece, judge);
        match self {
            Self::File(file) => file.blocks(|block| survey.block(block))?,
            Self::Memory(bytes) => bytes.chunks(BLOCK).for_each(|block| survey.block(block)),
        }
        Ok(survey.finish())
    }
    /// These bytes; `buffer` holds them if they do not lie in memory already.
    pub(super) fn part<'a>(&'a self, range: Range<u64>, buffer: &'a mut Vec<u8>) -> Result<&'a [u8]> {
        match self {
            Self::Memory(bytes) => Ok(&bytes[range.start as usize..range.end as usize]),
            Self::File(file) => {
                let length = (range.end - range.start) as usize;
                if buffer.len() < length {
                    // Pieces differ by a record: the next one should fit as well.
                    *buffer = vec![0; length + (64 << 10)];
                }
                file.read_exact(&mut buffer[..length], range.start)?;
                Ok(&buffer[..length])
            }
        }
    }
    /// A piece, the same bytes as in the first pass.
    pub(super) fn piece<'a>(
        &'a self,
        survey: &TextSurvey,
        range: Range<u64>,
        buffer: &'a mut Vec<u8>,
    ) -> Result<&'a [u8]> {
        let bytes = self.part(range.clone(), buffer)?;
        if let Self::File(file) = self {
            if !survey.describes(&range, bytes) {
                return Err(file.changed());
            }
            if range.end == survey.length {
                file.same_length()?;
            }
        }
        Ok(bytes)
    }
    /// The error of a text that is no longer what it was.
    pub(super) fn changed(&self) -> Error {
        match self {
            Self::File(file) => file.changed(),
            Self::Memory(_) => Error::internal("内存里的文字变了"),
        }
    }
}

/// What the first pass found.
#[derive(Debug)]
pub(super) struct TextSurvey {
    pub length: u64,
    pub sha256: String,
    /// What its lines are valid in; nothing where that was not asked.
    pub encodings: LineEncodings,
    /// Lines by their ends alone.
    pub lines: LineCounter,
    /// Number of `"`.
    quotes: u64,
    /// Where pieces may begin: behind line feeds, or, in a text without any, behind returns.
    cuts: Vec<u64>,
    return_cuts: Vec<u64>,
    /// End and hash of every stretch between two of those.
    stretches: Vec<(u64, u64)>,
}

impl TextSurvey {
    /// Pieces of the text, at least one. The first holds everything up to `start` and more.
    pub(super) fn pieces(&self, start: u64) -> Vec<Range<u64>> {
        let cuts = if self.lines.line_feeds() == 0 { &self.return_cuts } else { &self.cuts };
        let mut begin = 0;
        let ends = cuts.iter().copied().filter(|&cut| cut > start && cut < self.length);
        ends.chain([self.length]).map(|end| std::mem::replace(&mut begin, end)..end).collect()
    }
    fn describes(&self, range: &Range<u64>, bytes: &[u8]) -> bool {
        let first = self.stretches.partition_point(|(end, _)| *end <= range.start);
        let mut at = range.start;
        for &(end, hash) in self.stretches[first..].iter().take_while(|(end, _)| *end <= range.end) {
            if xxh3_64(&bytes[(at - range.start) as usize..(end - range.start) as usize]) != hash {
                return false;
            }
            at = end;
        }
        at == range.end
    }
}

struct TextSurveyor {
    piece: u64,
    digest: Sha256,
    /// Are encodings asked for?
    judge: bool,
    found: TextSurvey,
    /// The next line end from here on ends a piece.
    due: u64,
    return_due: u64,
    hash: Xxh3,
}

impl TextSurveyor {
    fn new(piece: u64, judge: bool) -> Self {
        Self {
            piece,
            digest: Sha256::new(),
            judge,
            found: TextSurvey {
                length: 0,
                sha256: String::new(),
                encodings: LineEncodings::default(),
                lines: LineCounter::default(),
                quotes: 0,
                cuts: Vec::new(),
                return_cuts: Vec::new(),
                stretches: Vec::new(),
            },
            due: piece,
            return_due: piece,
            hash: Xxh3::new(),
        }
    }
    fn block(&mut self, block: &[u8]) {
        self.digest.update(block);
        if self.judge {
            self.found.encodings.block(block);
        }
        let begin = self.found.length;
        let end = begin + block.len() as u64;
        let before = (self.found.cuts.len(), self.found.return_cuts.len());
        while self.due < end {
            let Some(cut) = self.cut(block) else { break };
            self.found.cuts.push(cut);
            self.due = cut + self.piece;
        }
        // Returns matter only where no line feed is anywhere; most texts have one at once.
        while self.found.lines.line_feeds() == 0 && self.return_due < end {
            let from = self.return_due.saturating_sub(begin) as usize;
            let Some(found) = memchr(b'\r', &block[from..]) else { break };
            if memchr(b'\n', &block[..from + found]).is_some() {
                break;
            }
            let cut = begin + (from + found) as u64 + 1;
            self.found.return_cuts.push(cut);
            self.return_due = cut + self.piece;
        }
        self.found.lines.block(block);
        self.found.quotes += memchr_iter(b'"', block).count() as u64;
        let mut cuts = [&self.found.cuts[before.0..], &self.found.return_cuts[before.1..]].concat();
        cuts.sort_unstable();
        cuts.dedup();
        let mut at = 0;
        for cut in cuts {
            let to = (cut - begin) as usize;
            self.hash.update(&block[at..to]);
            self.found.stretches.push((cut, self.hash.digest()));
            self.hash.reset();
            at = to;
        }
        self.hash.update(&block[at..]);
        self.found.length = end;
    }
    /// The next cut that is due, if it lies in this block: where quotes are paired, a line end between
    /// records is found, so that hardly a record lies over a cut. Where they are not, any will do.
    fn cut(&self, block: &[u8]) -> Option<u64> {
        let begin = self.found.length;
        let place = |at: u64| (at.saturating_sub(begin) as usize).min(block.len());
        let (from, any) = (place(self.due), place(self.due + OUTSIDE_QUOTES));
        let quotes = self.found.quotes + memchr_iter(b'"', &block[..from]).count() as u64;
        let outside = newline_outside(&block[from..any], !quotes.is_multiple_of(2)).map(|at| from + at);
        let newline = outside.or_else(|| Some(any + memchr(b'\n', &block[any..])?))?;
        Some(begin + newline as u64 + 1)
    }
    fn finish(self) -> TextSurvey {
        let mut found = self.found;
        if found.stretches.last().is_none_or(|(end, _)| *end < found.length) {
            found.stretches.push((found.length, self.hash.digest()));
        }
        found.sha256 = hexadecimal(&self.digest.finalize());
        found.encodings.finish();
        found
    }
}

/// First newline that no quotes enclose.
fn newline_outside(bytes: &[u8], mut inside: bool) -> Option<usize> {
    let mut at = 0;
    loop {
        let rest = &bytes[at..];
        let found = if inside { memchr(b'"', rest)? } else { memchr2(b'"', b'\n', rest)? };
        if rest[found] == b'\n' {
            return Some(at + found);
        }
        inside = !inside;
        at += found + 1;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn survey(blocks: &[&[u8]], piece: u64) -> TextSurvey {
        let mut surveyor = TextSurveyor::new(piece, true);
        blocks.iter().for_each(|block| surveyor.block(block));
        surveyor.finish()
    }

    proptest! {
        /// However the bytes arrive, the findings are those of the whole.
        #[test]
        fn blocks_do_not_matter(
            bytes in proptest::collection::vec(
                prop_oneof![
                    Just("张".as_bytes().to_vec()), Just("𠮷".as_bytes().to_vec()), Just("é".as_bytes().to_vec()),
                    Just(b"\"".to_vec()), Just(b"\n".to_vec()), Just(b"\r".to_vec()), Just(b"a,".to_vec()),
                    prop_oneof![9 => Just(Vec::new()), 1 => Just(vec![0xFF])],
                ],
                0..60,
            ),
            size in 1usize..9,
            piece in 1u64..20,
        ) {
            let bytes = bytes.concat();
            let blocks: Vec<&[u8]> = bytes.chunks(size).collect();
            let (parts, whole) = (survey(&blocks, piece), survey(&[&bytes], piece));
            prop_assert_eq!(&parts.sha256, &super::super::sha256(&bytes));
            prop_assert_eq!(parts.encodings.all_utf8(), std::str::from_utf8(&bytes).is_ok());
            prop_assert_eq!(parts.quotes as usize, bytes.iter().filter(|b| **b == b'"').count());
            prop_assert_eq!(parts.lines.lines(), whole.lines.lines());
            prop_assert_eq!(&parts.cuts, &whole.cuts);
            prop_assert_eq!(&parts.return_cuts, &whole.return_cuts);
            prop_assert_eq!(&parts.stretches, &whole.stretches);
            for range in parts.pieces(0) {
                let piece = &bytes[range.start as usize..range.end as usize];
                prop_assert!(parts.describes(&range, piece));
                let end = if parts.lines.line_feeds() == 0 { b'\r' } else { b'\n' };
                prop_assert!(range.end == parts.length || piece.last() == Some(&end));
                if let Some(other) = piece.first().map(|b| b ^ 1) {
                    let mut changed = piece.to_vec();
                    changed[0] = other;
                    prop_assert!(!parts.describes(&range, &changed));
                }
            }
        }
    }

    #[test]
    fn a_file_cut_off_or_overwritten_between_the_passes_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("甲.csv");
        let text = "姓名,证件号码\n张三,410621197001011234\n".repeat(20);
        let open = || {
            std::fs::write(&path, &text).unwrap();
            let file = File::open(&path).unwrap();
            let metadata = file.metadata().unwrap();
            TextSource::File(OpenFile::new(file, &metadata, &path))
        };
        let read = |source: &TextSource, survey: &TextSurvey| {
            let mut buffer = Vec::new();
            let pieces = survey.pieces(0);
            pieces.into_iter().try_for_each(|p| source.piece(survey, p, &mut buffer).map(|_| ()))
        };
        let source = open();
        let survey = source.survey(100, true).unwrap();
        assert!(survey.pieces(0).len() > 3);
        read(&source, &survey).unwrap();
        for changed in [text[..text.len() / 2].to_owned(), text.replace("234", "235"), format!("{text}李")] {
            let source = open();
            let survey = source.survey(100, true).unwrap();
            std::fs::write(&path, changed).unwrap();
            let error = read(&source, &survey).unwrap_err();
            assert!(error.to_string().contains("被改动或截断"), "{error}");
            assert!(error.hint_text().is_some());
        }
    }
}
