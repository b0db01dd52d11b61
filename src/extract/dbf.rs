//! dBase tables (old finance and audit systems), read as text.
//!
//! Own reader: the layout is 32-byte field descriptors and fixed-width records, and Chinese files
//! carry GBK bytes whatever their language driver byte says.

use std::sync::Arc;

use super::assemble::Assembler;
use super::{FileIdentity, Malformed, RawTables, row_number, text};
use crate::config::read_options::{Encoding, ReadOptions};
use crate::{Error, Result};

struct FieldSpec {
    name: String,
    kind: u8,
    start: usize,
    width: usize,
}

pub(super) fn open(bytes: &[u8], identity: &FileIdentity, options: &ReadOptions) -> Result<RawTables> {
    let damaged = |why: &str| {
        Error::input(format!("DBF 文件不完整或已损坏:{why}"))
            .hint("重新复制该文件;若仍不行,请提供部门重新导出")
    };
    let &[_, _, _, _, a, b, c, d, header_low, header_high, width_low, width_high, ..] = bytes else {
        return Err(damaged("文件比自己的表头还短"));
    };
    let count = u32::from_le_bytes([a, b, c, d]) as usize;
    let header = usize::from(u16::from_le_bytes([header_low, header_high]));
    let width = usize::from(u16::from_le_bytes([width_low, width_high]));
    let Some((described, body)) = bytes.split_at_checked(header) else {
        return Err(damaged("文件比自己的表头还短"));
    };
    let Some(descriptors) = described.get(32..).filter(|_| width > 0) else {
        return Err(damaged("表头或记录的长度为零"));
    };
    // Decided once for the file: a cell of two characters in GBK may pass for UTF-8 by chance.
    let encoding = match options.encoding {
        Encoding::Auto if std::str::from_utf8(body).is_ok() => Encoding::Utf8,
        Encoding::Auto => Encoding::Gb18030,
        declared => declared,
    };
    let decode = |raw: &[u8]| text::decode(raw.to_vec(), encoding);
    let mut fields = Vec::new();
    let mut start = 1;
    for descriptor in descriptors.chunks_exact(32) {
        if descriptor[0] == 0x0D {
            break;
        }
        let end = descriptor[..11].iter().position(|&b| b == 0).unwrap_or(11);
        // Character fields over 255 wide keep the high byte where numbers keep decimals.
        let kind = descriptor[11];
        let length =
            usize::from(descriptor[16]) + if kind == b'C' { usize::from(descriptor[17]) << 8 } else { 0 };
        fields.push(FieldSpec {
            name: decode(&descriptor[..end]).text.trim().to_owned(),
            kind,
            start,
            width: length,
        });
        start += length;
    }
    if fields.is_empty() || start > width {
        return Err(damaged("字段说明与记录长度不符"));
    }
    if body.len() < count.saturating_mul(width) {
        let whole = body.len() / width;
        return Err(damaged(&format!("应有{count}条记录,实际只有{whole}条")));
    }
    let mut info = identity.info(fields.iter().map(|f| f.name.clone()).collect(), 0);
    info.encoding = Some("gb18030".to_owned());
    let info = Arc::new(info);
    let mut out = Assembler::new(&info, count);
    let mut deleted = Vec::new();
    for (index, record) in body.chunks_exact(width).take(count).enumerate() {
        let row = row_number(1, index)?;
        let mut broken = false;
        let cells: Vec<String> = fields
            .iter()
            .map(|field| {
                let decoded = decode(&record[field.start..field.start + field.width]);
                broken |= decoded.damaged;
                cell(field.kind, decoded.text.trim_matches(|c: char| c.is_whitespace() || c == '\0'))
            })
            .collect();
        if record[0] == b'*' {
            deleted.push(Malformed {
                row,
                original: cells.join("\t"),
                reason: "该记录在 DBF 中已标记删除;若仍有效,请在原系统中恢复后重新导出".to_owned(),
            });
        } else if broken {
            out.reject(row, &cells.join("\t"), "这一条有不能解读的字节;请提供部门重新导出".to_owned());
        } else {
            out.push(row, &cells);
        }
    }
    let mut table = out.finish(Arc::clone(&info));
    table.malformed.extend(deleted);
    table.malformed.sort_by_key(|m| m.row);
    Ok(Box::new(std::iter::once(Ok(table))))
}

fn cell(kind: u8, text: &str) -> String {
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

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use proptest::prelude::*;

    use super::*;
    use crate::extract::{FileFormat, RawTable};

    fn read(bytes: &[u8]) -> Result<Vec<RawTable>> {
        let identity =
            FileIdentity { file: PathBuf::from("甲.dbf"), sha256: "0".repeat(64), format: FileFormat::Dbf };
        open(bytes, &identity, &ReadOptions::default())?.collect()
    }

    /// A table of one field of these numbers, and these bytes of records.
    fn table(count: u32, header: u16, width: u16, field: (u8, u8, u8), records: &[u8]) -> Vec<u8> {
        let mut bytes = vec![3, 118, 9, 30];
        bytes.extend(count.to_le_bytes());
        bytes.extend(header.to_le_bytes());
        bytes.extend(width.to_le_bytes());
        bytes.resize(32, 0);
        bytes.extend(*b"NAME\0\0\0\0\0\0\0");
        bytes.extend([field.0, 0, 0, 0, 0, field.1, field.2]);
        bytes.resize(64, 0);
        bytes.push(0x0D);
        bytes.extend(records);
        bytes
    }

    #[test]
    fn lengths_that_cannot_be_are_refused() {
        assert_eq!(read(&table(1, 65, 4, (b'N', 3, 0), b" 123")).unwrap()[0].rows, [1]);
        for (count, header, width, field) in [
            (u32::MAX, 65, 4, (b'N', 3, 0)),
            (1, 0, 4, (b'N', 3, 0)),
            (1, 31, 4, (b'N', 3, 0)),
            (1, u16::MAX, 4, (b'N', 3, 0)),
            (0, 65, 0, (b'N', 3, 0)),
            (1, 65, 0, (b'N', 0, 0)),
            (1, 65, 4, (b'N', 4, 0)),
            (1, 65, 4, (b'C', 255, 255)),
        ] {
            let error = read(&table(count, header, width, field, b" 123")).unwrap_err();
            assert!(error.message().contains("DBF"), "{count} {header} {width}: {error}");
        }
        for length in 0..64 {
            assert!(read(&table(1, 65, 4, (b'N', 3, 0), b" 123")[..length]).is_err(), "{length}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(
            count in prop_oneof![0u32..4, Just(u32::MAX), any::<u32>()],
            header in prop_oneof![0u16..70, Just(65), any::<u16>()],
            width in prop_oneof![0u16..6, any::<u16>()],
            field in (any::<u8>(), prop_oneof![0u8..6, any::<u8>()], prop_oneof![Just(0u8), any::<u8>()]),
            records in proptest::collection::vec(any::<u8>(), 0..40),
        ) {
            let _ = read(&table(count, header, width, field, &records)).map_err(|error| error.to_string());
        }
    }
}
