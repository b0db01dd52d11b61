//! The memo file beside a DBF: `.dbt` of dBase III and IV, `.fpt` of FoxPro.

use std::ffi::OsStr;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::table_limits::check_whole_file_limit;
use crate::{Error, Result};

/// Bytes of a block, where the memo file does not say.
const BLOCK: usize = 512;
/// Bytes that one memo may have.
const LONGEST: usize = 16 << 20;
/// Begins a block of dBase IV.
const BLOCK_OF_FOUR: [u8; 4] = [0xFF, 0xFF, 0x08, 0x00];
/// Ends a memo of dBase III.
const END: u8 = 0x1A;
/// Suffixes of memo files: of dBase, of FoxPro.
const SUFFIXES: [&str; 2] = ["dbt", "fpt"];
/// Suffix of the file that names the encoding.
const CODE_PAGE: &str = "cpg";
/// Bytes of it that are looked at.
const CODE_PAGE_BYTES: u64 = 64;
/// Versions whose memos lie in a `.fpt`.
const FOXPRO: [u8; 4] = [0x30, 0x31, 0x32, 0xF5];
/// Says in `.fpt` that a block holds text.
const TEXT: u32 = 1;

/// Where the memos of a table are.
pub(super) enum DbfMemos {
    Open(MemoFile),
    /// Nowhere; the name that the file should have.
    Missing(String),
}

/// A memo file, read whole.
pub(super) struct MemoFile {
    bytes: Vec<u8>,
    block: usize,
    foxpro: bool,
}

/// Files beside a DBF that hold its memos or name its encoding: those of its name, whatever the case, with the suffix
/// of such a file.
///
/// # Errors
/// The folder cannot be listed.
pub(crate) fn find_companion_files(dbf: &Path) -> Result<Vec<PathBuf>> {
    let stem = path_part(dbf.file_stem()).to_lowercase();
    let folder = dbf.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let failed = |e| Error::io("读取数据文件夹", folder, e);
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let path = entry.path();
        let suffix = path_part(path.extension());
        if SUFFIXES.iter().chain([&CODE_PAGE]).any(|known| suffix.eq_ignore_ascii_case(known))
            && path_part(path.file_stem()).to_lowercase() == stem
            && entry.file_type().is_ok_and(|kind| kind.is_file())
        {
            found.push(path);
        }
    }
    Ok(found)
}

fn companions(dbf: &Path, known: Option<&[PathBuf]>) -> Result<Vec<PathBuf>> {
    known.map_or_else(|| find_companion_files(dbf), |known| Ok(known.to_vec()))
}

/// What the `.cpg` file beside a DBF says of its encoding (at most 64 bytes), if there is one.
///
/// # Errors
/// The folder or the file cannot be read.
pub(super) fn named_code_page(dbf: &Path, known: Option<&[PathBuf]>) -> Result<Option<String>> {
    let is_code_page = |path: &PathBuf| path_part(path.extension()).eq_ignore_ascii_case(CODE_PAGE);
    let Some(path) = companions(dbf, known)?.into_iter().filter(is_code_page).min() else { return Ok(None) };
    let failed = |e| Error::io("读取编码文件", &path, e);
    let mut bytes = Vec::new();
    let file = std::fs::File::open(&path).map_err(failed)?;
    file.take(CODE_PAGE_BYTES).read_to_end(&mut bytes).map_err(failed)?;
    let text = String::from_utf8_lossy(&bytes);
    let name = text.trim_matches(|c: char| c.is_whitespace() || c.is_control() || c == '\u{FEFF}');
    Ok(Some(name.to_owned()).filter(|name| !name.is_empty()))
}

fn path_part(part: Option<&OsStr>) -> String {
    part.map_or_else(String::new, |part| part.to_string_lossy().into_owned())
}

impl DbfMemos {
    /// Opens the memo file of a DBF of some version; `known`: the files that may be it, where they were looked for.
    ///
    /// # Errors
    /// The folder or the memo file cannot be read.
    pub(super) fn beside(dbf: &Path, version: u8, known: Option<&[PathBuf]>) -> Result<Self> {
        let wanted = SUFFIXES[usize::from(FOXPRO.contains(&version))];
        let stem = path_part(dbf.file_stem());
        let files = companions(dbf, known)?;
        let is_memo = |path: &PathBuf| !path_part(path.extension()).eq_ignore_ascii_case(CODE_PAGE);
        // The same spelling before another one, the suffix of the version before the other.
        let order = |path: &PathBuf| {
            let other = !path_part(path.extension()).eq_ignore_ascii_case(wanted);
            (path_part(path.file_stem()) != stem, other, path.clone())
        };
        let Some(path) = files.into_iter().filter(is_memo).min_by_key(order) else {
            return Ok(Self::Missing(format!("{stem}.{wanted}")));
        };
        let failed = |e| Error::io("读取备注文件", &path, e);
        check_whole_file_limit(std::fs::metadata(&path).map_err(failed)?.len())
            .map_err(|e| e.in_file(&path))?;
        let bytes = std::fs::read(&path).map_err(failed)?;
        let foxpro = path.extension().is_some_and(|s| s.eq_ignore_ascii_case("fpt"));
        Ok(Self::Open(MemoFile::new(bytes, foxpro, version)))
    }
}

impl MemoFile {
    fn new(bytes: Vec<u8>, foxpro: bool, version: u8) -> Self {
        let two = |at: usize| bytes.get(at..at + 2).map_or([0; 2], |b| [b[0], b[1]]);
        let block = match (foxpro, version) {
            (true, _) => usize::from(u16::from_be_bytes(two(6))).max(1),
            // The header of dBase III says nothing about it.
            (false, 0x03 | 0x83) => BLOCK,
            (false, _) => match usize::from(u16::from_le_bytes(two(20))) {
                0 => BLOCK,
                size => size,
            },
        };
        Self { bytes, block, foxpro }
    }

    /// Bytes of the memo that begins at a block; none if there is no text.
    pub(super) fn text(&self, block: u64) -> Option<&[u8]> {
        let start = usize::try_from(block).ok()?.checked_mul(self.block)?;
        let from = self.bytes.get(start..).filter(|from| !from.is_empty())?;
        let number = |at: usize| from.get(at..at + 4).map(|b| [b[0], b[1], b[2], b[3]]);
        let text = if self.foxpro {
            if u32::from_be_bytes(number(0)?) != TEXT {
                return None;
            }
            let length = u32::from_be_bytes(number(4)?) as usize;
            from.get(8..8usize.checked_add(length)?)?
        } else if from.starts_with(&BLOCK_OF_FOUR) {
            let length = u32::from_le_bytes(number(4)?) as usize;
            from.get(8..length)?
        } else {
            let end = memchr::memchr(END, from).unwrap_or(from.len());
            &from[..end]
        };
        (text.len() <= LONGEST).then_some(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memos_of_three_kinds() {
        let mut three = vec![0; 1536];
        three[512..519].copy_from_slice(b"zhang\x1a\x1a");
        three[1024..1027].copy_from_slice(b"li\x1a");
        let memos = MemoFile::new(three, false, 0x83);
        assert_eq!((memos.text(1), memos.text(2)), (Some(&b"zhang"[..]), Some(&b"li"[..])));
        assert_eq!((memos.text(3), memos.text(u64::MAX)), (None, None));

        let mut four = vec![0; 4096];
        four[20..22].copy_from_slice(&1024u16.to_le_bytes());
        four[2048..2061].copy_from_slice(b"\xff\xff\x08\x00\x0d\x00\x00\x00zhang");
        four[3072..3080].copy_from_slice(b"\xff\xff\x08\x00\xff\xff\x00\x00");
        let memos = MemoFile::new(four, false, 0x8B);
        assert_eq!((memos.text(2), memos.text(3)), (Some(&b"zhang"[..]), None));

        let mut fox = vec![0; 704];
        fox[6..8].copy_from_slice(&64u16.to_be_bytes());
        fox[512..525].copy_from_slice(b"\0\0\0\x01\0\0\0\x05zhang");
        fox[576..584].copy_from_slice(b"\0\0\0\0\0\0\0\x05");
        let memos = MemoFile::new(fox, true, 0x30);
        assert_eq!((memos.text(8), memos.text(9)), (Some(&b"zhang"[..]), None));
    }
}
