//! Files of every format become raw tables, and no row is lost.

use std::path::Path;

use bidui::testing::config::read_options::ReadOptions;
use bidui::testing::extract::{RawTable, SkipReason, open_file};
use bidui::testing::model::source_table::FileFormat;
use bidui::testing::model::source_table::{EncodingEvidence, TextEncoding};

fn options() -> ReadOptions {
    ReadOptions {
        known_headers: ["姓名", "证件号码", "乡镇", "金额"].map(str::to_owned).to_vec(),
        minimum_headers: 3,
        ..ReadOptions::default()
    }
}

fn read(name: &str, bytes: &[u8]) -> bidui::Result<Vec<RawTable>> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(name), bytes).unwrap();
    open_file(folder.path(), Path::new(name), &options(), &|_| true)?.collect()
}

fn column(table: &RawTable, index: usize) -> Vec<Option<&str>> {
    table.columns[index].iter().collect()
}

#[test]
fn gb18030_csv_with_title_total_and_footer() {
    let text = "某县名单,,,\n姓名,证件号码,乡镇,金额\n张三,410621197001011234,善堂镇,300\n\n\
                李四,'410621197001011235,\"善堂镇,东\",\"1,200\"\n合计,,,1500\n制表人:王五,,,\n";
    let (bytes, _, _) = encoding_rs::GB18030.encode(text);
    let tables = read("名单.xls", &bytes).unwrap();
    let table = &tables[0];
    assert_eq!(table.info.format, FileFormat::Csv);
    let encoding = TextEncoding { name: "gb18030", evidence: EncodingEvidence::Validity };
    assert_eq!(table.info.encoding, Some(encoding));
    assert_eq!(table.info.header_row, 2);
    assert_eq!(table.rows, [3, 5]);
    assert_eq!(column(table, 2), [Some("善堂镇"), Some("善堂镇,东")]);
    let kinds: Vec<_> = table.skipped.iter().map(|s| s.reason).collect();
    use SkipReason::{Blank, Footer, Header, Title, Total};
    assert_eq!(kinds, [Title, Header, Blank, Total, Footer]);
}

#[test]
fn rows_that_do_not_fit_are_reported() {
    let tables = read(
        "a.csv",
        "姓名,证件号码,乡镇,金额\n张三,1,善堂镇,3,多,余\n李\0四,2,善堂镇,4\n王五,3\n".as_bytes(),
    );
    let table = &tables.unwrap()[0];
    assert_eq!(table.rows, [4]);
    assert_eq!(table.malformed.iter().map(|m| m.row).collect::<Vec<_>>(), [2, 3]);
    assert!(table.malformed[0].reason.contains("6格"));
}

#[test]
fn workbook_sheets_numbers_and_merged_cells() {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet().set_name("善堂镇").unwrap();
    sheet.write(0, 0, "某县名单").unwrap();
    for (i, h) in ["乡镇", "姓名", "证件号码", "金额"].iter().enumerate() {
        sheet.write(1, i as u16, *h).unwrap();
    }
    sheet.merge_range(2, 0, 3, 0, "善堂镇", &rust_xlsxwriter::Format::new()).unwrap();
    sheet.write(2, 1, "张三").unwrap();
    sheet.write(2, 2, 410_621_197_001_011_234_f64).unwrap();
    sheet.write(3, 1, "李四").unwrap();
    sheet.write(3, 3, 450).unwrap();
    book.add_worksheet().set_name("说明").unwrap().write(0, 0, "填表说明").unwrap();
    let bytes = book.save_to_buffer().unwrap();
    let tables = read("a.csv", &bytes).unwrap();
    assert_eq!(tables.len(), 1);
    let table = &tables[0];
    assert_eq!((table.info.sheet.as_deref(), table.info.sheet_index), (Some("善堂镇"), 1));
    assert_eq!(table.rows, [3, 4]);
    assert_eq!(column(table, 0), [Some("善堂镇"), Some("善堂镇")]);
    assert_eq!(column(table, 2), [Some("4.10621197001011E+17"), None]);
    assert_eq!(column(table, 3), [None, Some("450")]);
    let truncated = read("b.xlsx", &bytes[..bytes.len() / 2]).unwrap_err();
    assert!(truncated.message().contains("损坏"), "{truncated}");
}

#[test]
fn stray_cells_in_far_corners_cost_nothing() {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (i, h) in ["乡镇", "姓名", "证件号码"].iter().enumerate() {
        sheet.write(0, i as u16, *h).unwrap();
        sheet.write(1, i as u16, format!("{h}1")).unwrap();
    }
    // As a full rectangle this sheet would be 17 thousand million cells.
    sheet.write(1_048_575, 16_383, "x").unwrap();
    let tables = read("a.xlsx", &book.save_to_buffer().unwrap()).unwrap();
    let table = &tables[0];
    assert_eq!(table.rows, [2]);
    assert_eq!(table.info.headers, ["乡镇", "姓名", "证件号码"]);
    assert_eq!(table.malformed.iter().map(|m| m.row).collect::<Vec<_>>(), [1_048_576]);
    assert_eq!(table.skipped.len(), 1_048_574);
}

#[test]
fn a_stray_cell_beside_the_header_costs_only_as_many_rows_as_are_filled() {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (i, h) in ["乡镇", "姓名", "证件号码"].iter().enumerate() {
        sheet.write(0, i as u16, *h).unwrap();
    }
    sheet.write(0, 16_383, "x").unwrap();
    sheet.write(1_048_575, 0, "善堂镇").unwrap();
    let tables = read("a.xlsx", &book.save_to_buffer().unwrap()).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!((tables[0].columns.len(), &tables[0].rows[..]), (16_384, &[1_048_576][..]));
}

#[test]
fn merged_cells_fill_rows_that_end_before_them() {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (i, h) in ["姓名", "证件号码", "乡镇"].iter().enumerate() {
        sheet.write(0, i as u16, *h).unwrap();
    }
    sheet.write(1, 0, "张三").unwrap();
    sheet.write(2, 0, "李四").unwrap();
    sheet.merge_range(1, 2, 2, 2, "善堂镇", &rust_xlsxwriter::Format::new()).unwrap();
    let tables = read("a.xlsx", &book.save_to_buffer().unwrap()).unwrap();
    assert_eq!(column(&tables[0], 2), [Some("善堂镇"), Some("善堂镇")]);
}

/// A dBase table of one GBK text and one date field.
fn dbf(rows: &[(u8, &str, &str)]) -> Vec<u8> {
    let mut out = vec![0x03, 118, 9, 30];
    out.extend((rows.len() as u32).to_le_bytes());
    out.extend(97u16.to_le_bytes());
    out.extend(19u16.to_le_bytes());
    out.resize(32, 0);
    for (name, kind, width) in [("姓名", b'C', 10u8), ("日期", b'D', 8)] {
        let mut field = [0u8; 32];
        let name = encoding_rs::GBK.encode(name).0;
        field[..name.len()].copy_from_slice(&name);
        (field[11], field[16]) = (kind, width);
        out.extend(field);
    }
    out.push(0x0D);
    for (mark, name, date) in rows {
        let start = out.len();
        out.push(*mark);
        out.extend(encoding_rs::GBK.encode(name).0.iter());
        out.resize(start + 11, b' ');
        out.extend(date.bytes());
        out.resize(start + 19, b' ');
    }
    out.push(0x1A);
    out
}

#[test]
fn dbf_text_dates_and_deleted_records() {
    let bytes = dbf(&[(b' ', "张三", "20180301"), (b'*', "李四", "20180302"), (b' ', "王五", "")]);
    let tables = read("名单.dat", &bytes).unwrap();
    let table = &tables[0];
    assert_eq!(table.info.format, FileFormat::Dbf);
    assert_eq!(table.info.headers, ["姓名", "日期"]);
    assert_eq!(table.rows, [1, 3]);
    assert_eq!(column(table, 0), [Some("张三"), Some("王五")]);
    assert_eq!(column(table, 1), [Some("2018-03-01"), None]);
    assert_eq!((table.skipped[0].row, table.skipped[0].reason), (2, SkipReason::Deleted));
    assert!(table.malformed.is_empty());
    let error = read("名单.dbf", &bytes[..bytes.len() - 25]).unwrap_err();
    assert!(error.message().contains("应有3条"), "{error}");
}

#[test]
fn damaged_files_of_every_format_are_refused_without_a_panic() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/hebi/2018Q4");
    let mut seen = std::collections::BTreeMap::new();
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    paths.sort_by_key(|p| std::fs::metadata(p).unwrap().len());
    for path in paths.into_iter().filter(|p| p.is_file()) {
        let suffix = path.extension().unwrap().to_str().unwrap().to_owned();
        if seen.insert(suffix, ()).is_some() {
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        let mut state = 7u64;
        let mut next = |below: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % below
        };
        for _ in 0..12 {
            let _ = read("x", &bytes[..next(bytes.len())]);
            let mut flipped = bytes.clone();
            for _ in 0..8 {
                let place = next(flipped.len());
                flipped[place] ^= 1 << next(8);
            }
            let _ = read("x", &flipped);
        }
    }
    assert!(seen.len() >= 5, "{seen:?}");
}

proptest::proptest! {
    #[test]
    fn any_bytes_never_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..400)) {
        let _ = read("x.csv", &bytes);
    }

    #[test]
    fn every_line_is_accounted_for(body in "([a-z0-9,\"\u{4e00}-\u{4e20} ]{0,30}\n){0,40}") {
        let text = format!("姓名,证件号码,乡镇,金额\n{body}");
        if let Ok(tables) = read("x.csv", text.as_bytes()) {
            let mut numbers: Vec<u32> = tables
                .iter()
                .flat_map(|t| t.rows.iter().copied().chain(t.skipped.iter().map(|s| s.row)).chain(t.malformed.iter().map(|m| m.row)))
                .collect();
            numbers.sort_unstable();
            let expected: Vec<u32> = (1..=numbers.len() as u32).collect();
            proptest::prop_assert_eq!(&numbers, &expected);
            let account = tables.last().unwrap().account.as_ref().unwrap();
            proptest::prop_assert_eq!(account.counted, text.lines().count() as u64);
            if account.several_lines_count == 0 {
                proptest::prop_assert_eq!(numbers.len(), text.lines().count());
            }
        }
    }
}
