//! Files of every format become raw tables, and no row is lost.

use std::path::Path;

use bidui::extract::{FileFormat, RawTable, ReadOptions, SkipReason, open_file};

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
    assert_eq!(table.info.encoding.as_deref(), Some("gb18030"));
    assert_eq!(table.info.header_row, 2);
    assert_eq!(table.rows, [3, 5]);
    assert_eq!(column(table, 2), [Some("善堂镇"), Some("善堂镇,东")]);
    let kinds: Vec<_> = table.skipped.iter().map(|s| s.1).collect();
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

proptest::proptest! {
    #[test]
    fn any_bytes_never_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..400)) {
        let _ = read("x.csv", &bytes);
    }

    #[test]
    fn every_line_is_accounted_for(body in "([a-z0-9,\"\u{4e00}-\u{4e20} ]{0,30}\n){0,40}") {
        let text = format!("姓名,证件号码,乡镇,金额\n{body}");
        if let Ok(tables) = read("x.csv", text.as_bytes()) {
            let given = if text.matches('"').count() % 2 == 1 || !text.contains('"') {
                Some(text.lines().count())
            } else {
                None
            };
            let mut numbers: Vec<u32> = tables
                .iter()
                .flat_map(|t| t.rows.iter().copied().chain(t.skipped.iter().map(|s| s.0)).chain(t.malformed.iter().map(|m| m.row)))
                .collect();
            numbers.sort_unstable();
            let expected: Vec<u32> = (1..=numbers.len() as u32).collect();
            proptest::prop_assert_eq!(&numbers, &expected);
            if let Some(given) = given {
                proptest::prop_assert_eq!(numbers.len(), given);
            }
        }
    }
}
