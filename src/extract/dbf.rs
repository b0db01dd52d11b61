//! dBase tables (old finance and audit systems), read as text.
//!
//! Own reader: the layout is 32-byte field descriptors and fixed-width records, and Chinese files
//! carry GBK bytes whatever their language driver byte says. Delivered in pieces: a table may have more
//! records than fit beside each other.

use crate::model::source_table::EncodingEvidence;
use crate::model::source_table::TextEncoding;
use std::sync::Arc;

use super::row_assembly::RawTableAssembler;
use super::table_limits::MemoryRoom;
use super::text_decoding::TextCharset;
use super::{FileIdentity, RawTable, RawTables};
use crate::config::read_options::{Encoding, KeyHeaders, ReadOptions};
use crate::model::source_table::RawTableInfo;
use crate::{Error, Result};

/// Bytes of records per piece.
const PIECE: usize = 8 << 20;
/// Length of what precedes the field descriptors, and of each of those.
const BLOCK: usize = 32;
/// Ends the field descriptors.
const END_OF_FIELDS: u8 = 0x0D;
/// Language drivers that mean code page 936: of DOS, of Windows.
const DRIVERS_OF_GBK: [u8; 2] = [0x4D, 0x7A];

struct FieldSpec {
    /// As it lies in the file.
    name: Vec<u8>,
    kind: u8,
    start: usize,
    width: usize,
}

/// What the header says, once it is known to be possible.
struct DbfLayout {
    fields: Vec<FieldSpec>,
    /// Length of the header.
    header: usize,
    /// Length of a record.
    width: usize,
    count: usize,
}

pub(super) fn open_dbf(bytes: Vec<u8>, identity: &FileIdentity, options: &ReadOptions) -> Result<RawTables> {
    let layout = DbfLayout::read(&bytes)?;
    let (charset, evidence) = layout.charset(&bytes, options.encoding);
    let headers = layout.fields.iter().map(|f| charset.lossy(&f.name).trim().to_owned()).collect();
    let mut info = identity.info(headers, 0);
    info.encoding = Some(TextEncoding { name: charset.name(), evidence });
    let keys = options.key_headers.clone();
    Ok(Box::new(DbfPieces { bytes, layout, charset, info: Arc::new(info), keys, next: Some(0) }))
}

fn damaged_dbf(why: &str) -> Error {
    Error::input(format!("DBF 文件不完整或已损坏：{why}"))
        .hint("重新复制该文件；若仍不行，请提供部门重新导出")
}

impl DbfLayout {
    fn read(bytes: &[u8]) -> Result<Self> {
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
        let fields = read_dbf_fields(&bytes[..header], width)?;
        let body = &bytes[header..];
        let length = count.saturating_mul(width);
        if body.len() < length {
            let whole = body.len() / width;
            return Err(damaged_dbf(&format!("应有{count}条记录，实际只有{whole}条")));
        }
        // Behind the last record stands the end mark, if anything does.
        if matches!(body.get(length), Some(b' ' | b'*')) && body.len() - length >= width {
            return Err(damaged_dbf(&format!("表头说有{count}条记录，后面还有没有计入的记录")));
        }
        Ok(Self { fields, header, width, count })
    }

    fn body<'a>(&self, bytes: &'a [u8]) -> &'a [u8] {
        &bytes[self.header..self.header + self.count * self.width]
    }

    /// Decided once for the file: a cell of two characters in GBK may pass for UTF-8 by chance.
    fn charset(&self, bytes: &[u8], declared: Encoding) -> (TextCharset, EncodingEvidence) {
        match declared {
            Encoding::Utf8 => return (TextCharset::Utf8, EncodingEvidence::Declared),
            Encoding::Gb18030 => return (TextCharset::Gb18030, EncodingEvidence::Declared),
            Encoding::Auto => {}
        }
        let body = self.body(bytes);
        // The records decide; where they are plain ASCII, the names of the fields. Those are cut at ten
        // bytes, be it within a character.
        let (ascii, utf8) = if body.is_ascii() {
            let begins_as_utf8 =
                |name: &[u8]| std::str::from_utf8(name).err().is_none_or(|e| e.error_len().is_none());
            (
                self.fields.iter().all(|f| f.name.is_ascii()),
                self.fields.iter().all(|f| begins_as_utf8(&f.name)),
            )
        } else {
            (false, std::str::from_utf8(body).is_ok())
        };
        let driver = DRIVERS_OF_GBK.contains(&bytes[29]);
        match utf8 {
            true if !(ascii && driver) => (TextCharset::Utf8, EncodingEvidence::Validity),
            _ if driver => (TextCharset::Gb18030, EncodingEvidence::LanguageDriver),
            _ => (TextCharset::Gb18030, EncodingEvidence::Validity),
        }
    }
}

/// The fields of a table whose records are `width` bytes long.
fn read_dbf_fields(header: &[u8], width: usize) -> Result<Vec<FieldSpec>> {
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
    let mut start = 1;
    let field = |(descriptor, width): (&[u8], usize)| {
        let end = descriptor[..11].iter().position(|&b| b == 0).unwrap_or(11);
        let name = descriptor[..end].to_vec();
        if width == 0 {
            let name = super::text_decoding::decode_text(name, Encoding::Auto).text;
            return Err(damaged_dbf("字段宽度为0").in_column(name));
        }
        start += width;
        Ok(FieldSpec { name, kind: descriptor[11], start: start - width, width })
    };
    descriptors.into_iter().zip(widths).map(field).collect()
}

/// The records, piece by piece.
struct DbfPieces {
    bytes: Vec<u8>,
    layout: DbfLayout,
    charset: TextCharset,
    info: Arc<RawTableInfo>,
    keys: KeyHeaders,
    /// First record of the next piece; none after the last. A table without records is one piece.
    next: Option<usize>,
}

impl Iterator for DbfPieces {
    type Item = Result<RawTable>;

    fn next(&mut self) -> Option<Self::Item> {
        let first = self.next.take()?;
        let end = self.layout.count.min(first + (PIECE / self.layout.width).max(1));
        let table = self.table(first, end);
        self.next = (table.is_ok() && end < self.layout.count).then_some(end);
        Some(table)
    }
}

impl DbfPieces {
    fn table(&self, first: usize, end: usize) -> Result<RawTable> {
        let width = self.layout.width;
        let records = &self.layout.body(&self.bytes)[first * width..end * width];
        let mut room = MemoryRoom::piece();
        let mut out = RawTableAssembler::new(&self.info, end - first, &mut room)?.with_keys(&self.keys);
        let mut buffer = String::new();
        let mut cells = Vec::with_capacity(self.layout.fields.len());
        for (index, record) in records.chunks_exact(width).enumerate() {
            let row = u32::try_from(first + index + 1).unwrap_or(u32::MAX);
            let mut broken = false;
            cells.clear();
            cells.extend(self.layout.fields.iter().map(|field| {
                let bytes = &record[field.start..field.start + field.width];
                let (text, damaged) = self.charset.decode(bytes, &mut buffer);
                broken |= damaged;
                dbf_cell_text(field.kind, text.trim_matches(|c: char| c.is_whitespace() || c == '\0'))
            }));
            let taken = if record[0] == b'*' {
                let reason = "该记录在 DBF 中已标记删除；若仍有效，请在原系统中恢复后重新导出";
                out.reject(row, &cells.join("\t"), reason.to_owned())
            } else if broken {
                let reason = "这一条有不能解读的字节；请提供部门重新导出";
                out.reject(row, &cells.join("\t"), reason.to_owned())
            } else {
                out.push(row, &cells)
            };
            taken.map_err(|e| e.at_row(row.into()))?;
        }
        Ok(out.finish(Arc::clone(&self.info)))
    }
}

fn dbf_cell_text(kind: u8, text: &str) -> String {
    match kind {
        b'D' if text.len() == 8 && text.is_ascii() => {
            format!("{}-{}-{}", &text[..4], &text[4..6], &text[6..])
        }
        b'L' => match text {
            "T" | "t" | "Y" | "y" => "1".to_owned(),
            "F" | "f" | "N" | "n" => "0".to_owned(),
            _ => String::new(),
        },
        _ => text.to_owned(),
    }
}
