//! Header of a DBF: which fields a record has, how many records there are, and in which encoding.

use std::collections::BTreeSet;

use super::sniff;
use super::text_decoding::{self, TextCharset};
use crate::config::read_options::Encoding;
use crate::model::source_table::EncodingEvidence;
use crate::{Error, Result};

/// Length of what precedes the field descriptors, and of each of those.
const BLOCK: usize = 32;
/// Ends the field descriptors.
const END_OF_FIELDS: u8 = 0x0D;
/// Stands behind the last record.
const END_OF_FILE: u8 = 0x1A;
/// Versions of Visual FoxPro.
const VISUAL: [u8; 3] = [0x30, 0x31, 0x32];
/// Versions that may be dBase 7, whose descriptors are longer.
const SEVEN: [u8; 2] = [0x04, 0x8C];
/// Language drivers that mean code page 936: of DOS, of Windows.
const DRIVERS_OF_GBK: [u8; 2] = [0x4D, 0x7A];
/// Language drivers of other languages with characters of two bytes.
const OTHER_DRIVERS: [(u8, &str); 6] = [
    (0x4F, "繁体中文 Big5"),
    (0x78, "繁体中文 Big5"),
    (0x13, "日文"),
    (0x7B, "日文"),
    (0x4E, "韩文"),
    (0x79, "韩文"),
];

/// How the bytes of a field are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DbfKind {
    Text,
    Number,
    /// Eight digits.
    Date,
    Logical,
    /// Four bytes.
    Integer,
    /// Eight bytes.
    Double,
    /// Eight bytes of 1/10000.
    Currency,
    /// Day and milliseconds.
    Moment,
    /// Number of a block in the memo file.
    Memo,
    /// Text whose length may stand in its last byte.
    Varchar,
    /// No text can be made of it; what it is.
    Unreadable(&'static str),
}

pub(super) struct DbfField {
    /// As it lies in the file.
    pub name: Vec<u8>,
    pub kind: DbfKind,
    pub start: usize,
    pub width: usize,
    /// Which bit of the null flags says that the cell is null.
    pub null_bit: Option<usize>,
    /// Which says that the length stands in the last byte.
    pub length_bit: Option<usize>,
}

/// What the header says, once it is known to be possible.
pub(super) struct DbfLayout {
    pub version: u8,
    pub fields: Vec<DbfField>,
    /// Where the null flags of Visual FoxPro stand in a record.
    pub null_flags: Option<std::ops::Range<usize>>,
    /// Length of the header.
    pub header: usize,
    /// Length of a record.
    pub width: usize,
    pub count: usize,
    /// What should be told of the file.
    pub notes: Vec<String>,
}

pub(super) fn damaged_dbf(why: &str) -> Error {
    Error::input(format!("DBF 文件不完整或已损坏：{why}"))
        .hint("重新复制该文件；若仍不行，请提供部门重新导出")
}

impl DbfLayout {
    pub(super) fn read(bytes: &[u8]) -> Result<Self> {
        if bytes.len() < BLOCK {
            return Err(damaged_dbf("文件比表头还短"));
        }
        let short = |at: usize| usize::from(u16::from_le_bytes([bytes[at], bytes[at + 1]]));
        let (header, width) = (short(8), short(10));
        let count = u32::from_le_bytes([bytes[4], bytes[5], bytes[6], bytes[7]]) as usize;
        if header > bytes.len() {
            return Err(damaged_dbf("文件比自己的表头还短"));
        }
        if header <= BLOCK {
            return Err(damaged_dbf(&format!("表头长度{header}，容不下字段说明")));
        }
        if width == 0 {
            return Err(damaged_dbf("记录长度为0"));
        }
        let version = bytes[0];
        let (fields, null_flags) = read_dbf_fields(&bytes[..header], width).map_err(|error| {
            if SEVEN.contains(&version) {
                return Error::input(format!("DBF 读不出来，可能是 dBase 7 格式：{}", error.message()))
                    .hint("在原系统中另存为 dBase III、dBase IV 或 FoxPro 的 DBF，或改交 CSV、XLSX");
            }
            error
        })?;
        let mut layout = Self { version, fields, null_flags, header, width, count, notes: Vec::new() };
        layout.check_size(&bytes[header..])?;
        Ok(layout)
    }

    /// The number of records against the length of the file, both ways: nothing is read short.
    fn check_size(&mut self, body: &[u8]) -> Result<()> {
        let (count, width) = (self.count, self.width);
        let length = count.saturating_mul(width);
        if body.len() < length {
            let whole = body.len() / width;
            return Err(damaged_dbf(&format!("应有{count}条记录，实际只有{whole}条")));
        }
        let filler = |b: &u8| matches!(b, 0 | b' ' | b'\r' | b'\n' | &END_OF_FILE);
        let tail = &body[length..];
        if tail.iter().all(filler) {
            // Blank records set aside for later: they are read as such.
            self.count += tail.chunks_exact(width).take_while(|record| record[0] == b' ').count();
            return Ok(());
        }
        let left = tail.len() / width;
        let content = tail.iter().position(|b| !filler(b)).unwrap_or(0);
        if sniff::looks_like_dbf(&tail[content..]) {
            return Err(Error::input(format!(
                "DBF 文件里接着另一个 DBF：第一个有{count}条记录，它的后面又是一个 DBF 的表头，后面的记录不会读到"
            ))
            .hint("多半是几个 DBF 用 copy /b 之类拼成一个：请提供部门分开交来，各一个文件；或在原系统里追加成一张表后重新导出"));
        }
        let lost = self.lost_records(&body[..length], tail);
        if lost > 0 {
            return Err(Error::input(format!(
                "DBF 文件的表头和结束标志都说有{count}条记录，后面却还有{lost}条没有删除、前面也没有的记录"
            ))
            .hint(
                "多半是追加以后表头没有更新：在原系统（或 FoxPro）里打开该表、整理后重新导出，并核对记录数",
            ));
        }
        if tail[0] == END_OF_FILE {
            // The header and the end mark agree: what lies behind was given up by the program.
            self.notes.push(format!(
                "DBF 的结束标志之后还有{}字节没有读（多为整理时删去的旧记录）；表头与结束标志都说有{count}条记录",
                tail.len() - 1
            ));
            return Ok(());
        }
        let more = match left {
            0 => "后面还有不完整的内容".to_owned(),
            _ => format!("后面还有没有计入的记录（约{left}条）"),
        };
        Err(Error::input(format!("DBF 文件不完整或已损坏：表头说有{count}条记录，{more}")).hint(
            "多半是写文件的程序中途退出；在原系统（或 FoxPro）里打开该表、整理后重新导出，并核对记录数",
        ))
    }

    /// Records behind the end mark that are not marked as deleted, and that no record before it repeats. A mark that took
    /// the place of a record's first byte says that the program gave up that record and what follows; so do copies, which
    /// closing the gaps of deleted records leaves behind. A mark between two records says neither.
    fn lost_records(&self, body: &[u8], tail: &[u8]) -> usize {
        let Some(behind) = tail.strip_prefix(&[END_OF_FILE]) else { return 0 };
        let end = behind.iter().rposition(|b| !matches!(*b, 0 | END_OF_FILE)).map_or(0, |last| last + 1);
        let behind = &behind[..end];
        let between = behind.len().is_multiple_of(self.width)
            && behind.chunks_exact(self.width).all(|record| matches!(record[0], b' ' | b'*'));
        if !between {
            return 0;
        }
        let held: BTreeSet<&[u8]> = body.chunks_exact(self.width).map(|record| &record[1..]).collect();
        let filled = |record: &[u8]| record[1..].iter().any(|b| !matches!(b, 0 | b' '));
        let records = behind.chunks_exact(self.width);
        records.filter(|record| record[0] == b' ' && filled(record) && !held.contains(&record[1..])).count()
    }

    pub(super) fn body<'a>(&self, bytes: &'a [u8]) -> &'a [u8] {
        &bytes[self.header..self.header + self.count * self.width]
    }

    /// Decided once for the file: a cell of two characters in GBK may pass for UTF-8 by chance.
    ///
    /// # Errors
    /// The language driver names another language, and the texts are not UTF-8.
    pub(super) fn charset(
        &self,
        bytes: &[u8],
        declared: Encoding,
        code_page: Option<&str>,
    ) -> Result<(TextCharset, EncodingEvidence)> {
        match declared {
            Encoding::Utf8 => return Ok((TextCharset::Utf8, EncodingEvidence::Declared)),
            Encoding::Gb18030 => return Ok((TextCharset::Gb18030, EncodingEvidence::Declared)),
            Encoding::Auto => {}
        }
        let texts = self.text_evidence(self.body(bytes));
        // What a file beside it says counts unless the texts say otherwise.
        match code_page.and_then(charset_of_code_page) {
            Some(TextCharset::Utf8) if texts.other == 0 && self.names_are_utf8() => {
                return Ok((TextCharset::Utf8, EncodingEvidence::CodePageFile));
            }
            Some(TextCharset::Gb18030) if !(texts.utf8() && texts.han > 0) => {
                return Ok((TextCharset::Gb18030, EncodingEvidence::CodePageFile));
            }
            _ => {}
        }
        // The texts decide; where they are plain ASCII, the names of the fields. Those are cut at ten
        // bytes, be it within a character.
        let (ascii, utf8) = if texts.ascii() {
            (self.fields.iter().all(|f| f.name.is_ascii()), self.names_are_utf8())
        } else {
            (false, texts.utf8())
        };
        let driver = bytes[29];
        let gbk = DRIVERS_OF_GBK.contains(&driver);
        let other = OTHER_DRIVERS.iter().find(|(number, _)| *number == driver);
        match (utf8, other) {
            (true, _) if !(ascii && gbk) => Ok((TextCharset::Utf8, EncodingEvidence::Validity)),
            (false, Some((_, language))) => {
                Err(Error::input(format!("DBF 的语言标志是{language}，内容不是 UTF-8")).hint(
                    "请导出为 GBK 或 UTF-8；若内容其实是 GBK，在数据来源文件的 [files] 里写 encoding = \"gb18030\"",
                ))
            }
            _ if gbk => Ok((TextCharset::Gb18030, EncodingEvidence::LanguageDriver)),
            _ => Ok((TextCharset::Gb18030, EncodingEvidence::Validity)),
        }
    }

    fn names_are_utf8(&self) -> bool {
        self.fields.iter().all(|f| utf8_up_to_its_end(&f.name))
    }

    fn text_evidence(&self, body: &[u8]) -> TextEvidence {
        let mut found = TextEvidence::default();
        let texts = |f: &&DbfField| matches!(f.kind, DbfKind::Text | DbfKind::Varchar);
        let texts: Vec<&DbfField> = self.fields.iter().filter(texts).collect();
        for record in body.chunks_exact(self.width) {
            for field in &texts {
                let cell = &record[field.start..field.start + field.width];
                if cell.is_ascii() {
                    continue;
                }
                let cell = trim_cell_end(cell);
                if !utf8_up_to_its_end(cell) {
                    found.other += 1;
                } else if cell.iter().any(|&b| b >= 0xE0) {
                    found.han += 1;
                } else {
                    found.short += 1;
                }
            }
        }
        found
    }
}

/// The encoding that a `.cpg` file names, if it is one of ours.
fn charset_of_code_page(name: &str) -> Option<TextCharset> {
    let plain: String =
        name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_uppercase();
    let plain = ["ANSI", "CP", "WINDOWS", "MS", "OEM"]
        .iter()
        .fold(&*plain, |rest, start| rest.strip_prefix(start).unwrap_or(rest));
    match plain {
        "UTF8" | "65001" => Some(TextCharset::Utf8),
        "936" | "GBK" | "GB2312" | "GB18030" | "54936" | "EUCCN" => Some(TextCharset::Gb18030),
        _ => None,
    }
}

/// Cells with other characters than ASCII.
#[derive(Default)]
struct TextEvidence {
    /// UTF-8 (up to a character that is cut off) with a character of three bytes or more.
    han: u64,
    /// UTF-8 with characters of two bytes alone, as 女 is in GBK.
    short: u64,
    /// No UTF-8.
    other: u64,
}

impl TextEvidence {
    fn ascii(&self) -> bool {
        self.han + self.short + self.other == 0
    }
    /// A few damaged cells do not make Han characters in UTF-8 a text in GBK.
    fn utf8(&self) -> bool {
        self.other == 0 || self.han >= 9 * self.other
    }
}

/// Is it UTF-8, but perhaps for a last character that is cut off?
fn utf8_up_to_its_end(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).err().is_none_or(|e| e.error_len().is_none())
}

/// A cell without what fills it up.
pub(super) fn trim_cell_end(cell: &[u8]) -> &[u8] {
    let end = cell.iter().rposition(|&b| !matches!(b, b' ' | 0)).map_or(0, |last| last + 1);
    &cell[..end]
}

/// The fields of a table whose records are `width` bytes long, and where its null flags stand.
fn read_dbf_fields(header: &[u8], width: usize) -> Result<(Vec<DbfField>, Option<std::ops::Range<usize>>)> {
    let visual = VISUAL.contains(&header[0]);
    let mut descriptors = Vec::new();
    let mut rest = &header[BLOCK..];
    while rest.first().is_some_and(|&first| first != END_OF_FIELDS) {
        let Some((descriptor, behind)) = rest.split_at_checked(BLOCK) else {
            return Err(damaged_dbf(&format!("表头长度{}，与字段说明不符", header.len())));
        };
        descriptors.push(descriptor);
        rest = behind;
    }
    // A text field over 255 wide keeps the high byte where numbers keep their decimals. Not every
    // program knows that, and some leave anything there.
    let narrow = |d: &&[u8]| usize::from(d[16]);
    let wide = |d: &&[u8]| narrow(d) + if d[11] == b'C' { usize::from(d[17]) << 8 } else { 0 };
    let sum = |widths: &[usize]| 1 + widths.iter().sum::<usize>();
    let mut widths: Vec<usize> = descriptors.iter().map(wide).collect();
    if sum(&widths) != width {
        widths = descriptors.iter().map(narrow).collect();
    }
    if descriptors.is_empty() || sum(&widths) != width {
        return Err(damaged_dbf(&format!("字段宽度合计{}，与记录长度{width}不符", sum(&widths))));
    }
    let (mut fields, mut null_flags) = (Vec::new(), None);
    let (mut start, mut bits) = (1, 0);
    for (descriptor, width) in descriptors.into_iter().zip(widths) {
        let end = descriptor[..11].iter().position(|&b| b == 0).unwrap_or(11);
        let name = descriptor[..end].to_vec();
        if width == 0 {
            let name = text_decoding::decode_text(name, Encoding::Auto).text;
            return Err(damaged_dbf("字段宽度为0").in_column(name));
        }
        let here = start..start + width;
        start += width;
        if visual && descriptor[11] == b'0' {
            null_flags = Some(here);
            continue;
        }
        let mut next_bit = |wanted: bool| {
            let bit = wanted.then_some(bits);
            bits += usize::from(wanted);
            bit
        };
        let length_bit = next_bit(visual && matches!(descriptor[11], b'V' | b'Q'));
        let null_bit = next_bit(visual && descriptor[18] & 0x02 != 0);
        let kind = dbf_kind(descriptor[11], width, visual);
        fields.push(DbfField { name, kind, start: here.start, width, null_bit, length_bit });
    }
    let room = null_flags.as_ref().map_or(0, |flags| flags.len() * 8);
    if room < bits {
        // Without flags nothing is null, and nothing has a length of its own.
        if fields.iter().any(|f| f.length_bit.is_some()) || null_flags.is_some() {
            return Err(damaged_dbf("空值标志的宽度与字段数不符"));
        }
        fields.iter_mut().for_each(|f| f.null_bit = None);
    }
    Ok((fields, null_flags))
}

fn dbf_kind(letter: u8, width: usize, visual: bool) -> DbfKind {
    match (letter.to_ascii_uppercase(), width) {
        (b'C', _) => DbfKind::Text,
        (b'V', _) if visual => DbfKind::Varchar,
        (b'N' | b'F', _) => DbfKind::Number,
        (b'D', 8) => DbfKind::Date,
        (b'L', 1) => DbfKind::Logical,
        (b'I', 4) => DbfKind::Integer,
        (b'B', 8) => DbfKind::Double,
        (b'Y', 8) => DbfKind::Currency,
        (b'T', 8) => DbfKind::Moment,
        (b'M', _) => DbfKind::Memo,
        (b'G', _) => DbfKind::Unreadable("OLE 对象(G)"),
        (b'P', _) => DbfKind::Unreadable("图片(P)"),
        (b'W', _) => DbfKind::Unreadable("大对象(W)"),
        (b'Q', _) => DbfKind::Unreadable("二进制(Q)"),
        (b'B', _) => DbfKind::Unreadable("二进制备注(B)"),
        // What a letter or a width does not say, the bytes may: they are told, not taken for text.
        _ => DbfKind::Unreadable("未知的字段类型"),
    }
}
