//! The profile for people.

use std::fmt::Write as _;

use super::{ColumnProfile, FileFormat, FileProfile, ProfiledFiles, TableProfile};

pub(crate) fn profile_text(profile: &ProfiledFiles) -> String {
    let mut out = String::new();
    for file in &profile.files {
        show_file(&mut out, file);
    }
    // Names and values of a file are no orders to a terminal.
    out.retain(|c| c == '\n' || !c.is_control());
    out.push_str("起草的数据来源文件：\n\n");
    out.push_str(&profile.draft);
    out
}

fn show_file(out: &mut String, file: &FileProfile) {
    let format = match file.format {
        FileFormat::Csv => "CSV",
        FileFormat::Xlsx => "XLSX",
        FileFormat::Xls => "XLS",
        FileFormat::Xlsb => "XLSB",
        FileFormat::Ods => "ODS",
        FileFormat::Html => "网页表格(HTML)",
        FileFormat::SpreadsheetMl => "XML 表格 2003",
        FileFormat::Mhtml => "网页档案(MHTML)",
        FileFormat::Dbf => "DBF",
        FileFormat::Parquet => "Parquet",
    };
    let _ = write!(out, "{}：{format}", file.file.display());
    if let Some(encoding) = &file.encoding {
        let _ = write!(out, "，{encoding}");
    }
    if let Some(evidence) = file.encoding_evidence {
        let _ = write!(out, "（{}）", evidence.label());
    }
    if file.suffix_misleads {
        out.push_str("（与扩展名不符，按内容读取）");
    }
    out.push('\n');
    for notice in &file.notices {
        let _ = writeln!(out, "  注意：{notice}");
    }
    for table in &file.tables {
        show_table(out, table);
    }
}

fn show_table(out: &mut String, table: &TableProfile) {
    out.push_str("  ");
    if let Some(sheet) = &table.sheet {
        let _ = write!(out, "工作表“{sheet}”，");
    }
    if table.header_row > 0 {
        let _ = write!(out, "表头第{}行，", table.header_row);
    }
    let kinds = match table.skipped_kinds.is_empty() {
        true => String::new(),
        false => format!("（{}）", table.skipped_kinds.join("、")),
    };
    let _ = writeln!(
        out,
        "{}列，数据{}行，跳过{}行{kinds}，读不出{}行",
        table.columns.len(),
        table.rows,
        table.skipped,
        table.malformed
    );
    for column in &table.columns {
        show_column(out, column);
    }
    out.push('\n');
}

fn show_column(out: &mut String, column: &ColumnProfile) {
    let header = if column.header.is_empty() { "（无表头）" } else { &column.header };
    let _ = write!(out, "    {header}：{}，空{:.1}%", column.guess.label(), column.null_share * 100.0);
    if let Some(valid) = column.valid_share {
        let _ = write!(out, "，合规{:.1}%", valid * 100.0);
    }
    let more = if column.distinct_is_minimum { "超过" } else { "" };
    let _ = write!(out, "，不同值{more}{}", column.distinct);
    let shown: Vec<String> = match column.top.is_empty() {
        true => column.examples.clone(),
        false => column.top.iter().map(|(value, count)| format!("{value}×{count}")).collect(),
    };
    if !shown.is_empty() {
        let _ = write!(out, "；{} {}", if column.top.is_empty() { "例" } else { "常见" }, shown.join("、"));
    }
    out.push('\n');
}
