//! dBase tables (old finance and audit systems), read as text.
//!
//! Own reader: the layout is 32-byte field descriptors and fixed-width records, and Chinese files
//! carry GBK bytes whatever their language driver byte says.

use std::sync::Arc;

use super::assemble::Assembler;
use super::{FileIdentity, Malformed, RawTables, text};
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
    let header = usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    let width = usize::from(u16::from_le_bytes([bytes[10], bytes[11]]));
    let count = u32::from_le_bytes([bytes[4], bytes[5], bytes[6], bytes[7]]) as usize;
    if header > bytes.len() {
        return Err(damaged("文件比自己的表头还短"));
    }
    // Decided once for the file: a cell of two characters in GBK may pass for UTF-8 by chance.
    let encoding = match options.encoding {
        Encoding::Auto if std::str::from_utf8(&bytes[header..]).is_ok() => Encoding::Utf8,
        Encoding::Auto => Encoding::Gb18030,
        declared => declared,
    };
    let decode = |raw: &[u8]| text::decode(raw.to_vec(), encoding);
    let mut fields = Vec::new();
    let mut start = 1;
    for descriptor in bytes[32..header].chunks_exact(32) {
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
    let body = &bytes[header..];
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
        let row = u32::try_from(index + 1).unwrap_or(u32::MAX);
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
