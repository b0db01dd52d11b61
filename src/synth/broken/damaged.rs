//! Files that are not what their name says, or not whole.

use std::io::Write as _;

use super::{BrokenCase, aid_header, aid_rows, broken_case_sheet, csv_text, encode};
use crate::synth::department_records::SourceKind;
use crate::synth::layout;
use crate::{Error, Result};

const AID: &str = "student_aid";

pub(super) fn damaged_cases() -> Result<Vec<BrokenCase>> {
    let table = || broken_case_sheet(aid_header(), aid_rows());
    let xlsx = encode::xlsx::encode_xlsx_workbook(&[table()])?;
    let xls = encode::xls::encode_xls_workbook(&[table()])?;
    let parquet = parquet_to_damage(&aid_header(), aid_rows())?;
    let dbf = dbf_to_damage()?;
    let half = |bytes: &[u8]| bytes[..bytes.len() / 2].to_vec();
    let empty = encode::xlsx::encode_xlsx_workbook(&[broken_case_sheet(vec![], vec![])])?;
    let mut nonsense = vec![0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
    nonsense.extend((0..2_000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8));
    let html = "<html><head><meta charset=\"utf-8\"></head><body><table><tr><td>学校</td><td>姓名</td></tr></table></body></html>";
    let noise: Vec<u8> = (0..2_000u32).map(|i| (i.wrapping_mul(2_246_822_519) >> 23) as u8).collect();
    Ok(vec![
        BrokenCase::refused("empty_file", "空文件", AID, "文件是空的（0字节）").file("data/学生资助.csv", ""),
        BrokenCase::refused("truncated_xlsx", "传输中断的 XLSX", AID, "XLSX 文件已损坏或不完整")
            .file("data/学生资助.xlsx", half(&xlsx)),
        BrokenCase::refused("truncated_xls", "传输中断的 XLS", AID, "已损坏")
            .file("data/学生资助.xls", half(&xls)),
        BrokenCase::refused("nonsense_xls", "开头像 XLS 的乱码", AID, "XLS 文件已损坏或不完整")
            .file("data/学生资助.xls", nonsense),
        BrokenCase::refused("encrypted_workbook", "设了打开密码的工作簿", AID, "打开密码").file(
            "data/学生资助.xlsx",
            encode::xls::write_compound("EncryptedPackage", b"secret".repeat(100)),
        ),
        BrokenCase::refused("truncated_parquet", "传输中断的 Parquet", AID, "Parquet 文件不完整")
            .file("data/学生资助.parquet", half(&parquet)),
        BrokenCase::refused("corrupt_parquet", "中间被改坏的 Parquet", AID, "Parquet 文件已损坏")
            .file("data/学生资助.parquet", corrupt_parquet_footer(parquet)),
        BrokenCase::refused("truncated_dbf", "传输中断的 DBF", "tekun", "DBF 文件不完整或已损坏")
            .file("data/特困供养.dbf", half(&dbf)),
        BrokenCase::refused("html_named_xls", "改名为 XLS 的网页", AID, "网页")
            .file("data/学生资助.xls", html),
        BrokenCase::refused("unknown_format", "认不出的二进制文件", AID, "认不出的文件格式")
            .file("data/学生资助.dat", noise),
        BrokenCase::refused("zip_not_workbook", "没有解开的压缩包", AID, "不是 XLSX 工作簿").file(
            "data/学生资助.zip",
            zip(&[("学生资助.csv", csv_text(&aid_header(), &aid_rows()).as_bytes(), None)]),
        ),
        BrokenCase::refused("zip_bomb", "声称解开后极大的工作簿", AID, "压缩炸弹").file(
            "data/学生资助.xlsx",
            zip(&[
                ("xl/workbook.xml", b"<workbook/>", None),
                ("xl/worksheets/sheet1.xml", b"<worksheet/>", Some(0xF000_0000)),
            ]),
        ),
        BrokenCase::refused("zip_lies", "目录把解开后的大小写小了的工作簿", AID, "压缩炸弹")
            .file("data/学生资助.xlsx", lying_zip()?),
        BrokenCase::refused("dbf_zero_width", "DBF 有宽度为0的字段", "tekun", "字段宽度为0")
            .file("data/特困供养.dbf", patch_dbf(&dbf, |bytes| bytes[WIDTHS[0]] = 0)),
        BrokenCase::refused("dbf_uncounted_records", "DBF 的记录多于表头所说", "tekun", "表头说有19条记录")
            .file("data/特困供养.dbf", patch_dbf(&dbf, |bytes| bytes[4] -= 1)),
        BrokenCase::refused("empty_sheet", "工作簿里只有空表", AID, "没有任何内容")
            .file("data/学生资助.xlsx", empty),
        BrokenCase::partly("text_named_xlsx", "改名为 XLSX 的 CSV:照读", AID, 40, 0, "")
            .file("data/学生资助.xlsx", csv_text(&aid_header(), &aid_rows())),
    ])
}

fn parquet_to_damage(header: &[String], rows: Vec<Vec<String>>) -> Result<Vec<u8>> {
    let schema = encode::parquet::parquet_schema(header, &[]);
    let mut writer = encode::parquet::parquet_writer(Vec::new(), schema.clone())?;
    encode::parquet::append(
        &mut writer,
        &encode::parquet::parquet_batch(&schema, &broken_case_sheet(header.to_vec(), rows).rows)?,
    )?;
    encode::parquet::finish(writer)
}

/// Spoils the footer and leaves both marks.
fn corrupt_parquet_footer(mut bytes: Vec<u8>) -> Vec<u8> {
    let end = bytes.len() - 8;
    for byte in &mut bytes[end - 200..end] {
        *byte ^= 0x5A;
    }
    bytes
}

fn dbf_to_damage() -> Result<Vec<u8>> {
    let rows = (0..20)
        .map(|i| {
            let mut row = vec!["张三".to_owned(), super::broken_case_id(i)];
            row.resize(12, String::new());
            row
        })
        .collect();
    encode::dbf::encode_dbf_table(&broken_case_sheet(layout::source_headers(SourceKind::Tekun, false), rows))
}

/// Where the widths of the first two fields of a DBF stand.
const WIDTHS: [usize; 2] = [32 + 16, 64 + 16];

/// Changes a DBF; what the first field gives away, the second takes: records stay as long.
fn patch_dbf(dbf: &[u8], change: impl Fn(&mut [u8])) -> Vec<u8> {
    let mut bytes = dbf.to_vec();
    change(&mut bytes);
    bytes[WIDTHS[1]] += dbf[WIDTHS[0]] - bytes[WIDTHS[0]];
    bytes
}

/// A workbook that unpacks to a thousand times its size, and says that it does not.
fn lying_zip() -> Result<Vec<u8>> {
    let failed = |e: zip::result::ZipError| Error::internal("压缩包写不出来").caused_by(e);
    let mut out = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in
        [("xl/workbook.xml", "<workbook/>".to_owned()), ("xl/worksheets/sheet1.xml", " ".repeat(BOMB))]
    {
        out.start_file(name, zip::write::SimpleFileOptions::default()).map_err(failed)?;
        out.write_all(content.as_bytes()).map_err(|e| failed(e.into()))?;
    }
    let mut bytes = out.finish().map_err(failed)?.into_inner();
    let truth = (BOMB as u32).to_le_bytes();
    for at in 0..bytes.len() - truth.len() {
        if bytes[at..].starts_with(&truth) {
            bytes[at..at + truth.len()].copy_from_slice(&100u32.to_le_bytes());
        }
    }
    Ok(bytes)
}

/// Bytes that it unpacks to.
const BOMB: usize = 1 << 20;

/// An archive of stored entries; `claimed`: the size it says an entry unpacks to.
fn zip(entries: &[(&str, &[u8], Option<u32>)]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut directory = Vec::new();
    for (name, bytes, claimed) in entries {
        let mut fields = Vec::new();
        // Version, flags (UTF-8 name), method, time, date of 1980, checksum, sizes, lengths.
        let method = if claimed.is_some() { 8u16 } else { 0 };
        for value in [20u16, 0x0800, method, 0, 0x0021] {
            fields.extend(value.to_le_bytes());
        }
        for value in [crc32(bytes), bytes.len() as u32, claimed.unwrap_or(bytes.len() as u32)] {
            fields.extend(value.to_le_bytes());
        }
        fields.extend((name.len() as u16).to_le_bytes());
        fields.extend([0, 0]);
        let offset = out.len() as u32;
        out.extend(b"PK\x03\x04");
        out.extend(&fields);
        out.extend(name.as_bytes());
        out.extend(*bytes);
        directory.extend(b"PK\x01\x02\x14\x00");
        directory.extend(&fields);
        directory.extend([0; 10]);
        directory.extend(offset.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let (start, count) = (out.len() as u32, entries.len() as u16);
    out.extend(&directory);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend(count.to_le_bytes());
    out.extend(count.to_le_bytes());
    out.extend((directory.len() as u32).to_le_bytes());
    out.extend(start.to_le_bytes());
    out.extend([0, 0]);
    out
}

fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for &byte in bytes {
        crc ^= u32::from(byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 };
        }
    }
    !crc
}
