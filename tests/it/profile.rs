//! A profile tells what a file holds, drafts a contract that works, and names nobody.

use std::path::{Path, PathBuf};

use bidui::testing::config::{ColumnRole, Pipeline};
use bidui::testing::model::column_type::ContractType;
use bidui::testing::model::source_table::EncodingEvidence;
use bidui::testing::model::source_table::FileFormat;
use bidui::testing::profile::{ColumnGuess, ProfiledFiles, profile};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn fixtures() -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(root().join("fixtures/hebi/2018Q3"))
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.is_file())
        .collect();
    files.sort();
    assert!(files.len() >= 10, "{files:?}");
    files
}

fn guess(profile: &ProfiledFiles, header: &str) -> ColumnGuess {
    let columns = profile.files.iter().flat_map(|f| &f.tables).flat_map(|t| &t.columns);
    columns.clone().find(|c| c.header == header).unwrap_or_else(|| panic!("no column {header}")).guess
}

/// The draft as the only contract of a pipeline.
fn open_draft(draft: &str) -> Pipeline {
    let folder = tempfile::tempdir().unwrap();
    let hebi = root().join("pipelines/hebi");
    for part in ["codes", "sources"] {
        std::fs::create_dir(folder.path().join(part)).unwrap();
    }
    let text = std::fs::read_to_string(hebi.join("pipeline.toml")).unwrap();
    std::fs::write(folder.path().join("pipeline.toml"), text.replace("from = [\"../base\"]", "")).unwrap();
    for codes in [hebi.join("codes"), root().join("pipelines/base/codes")] {
        for entry in std::fs::read_dir(codes).unwrap() {
            let path = entry.unwrap().path();
            std::fs::copy(&path, folder.path().join("codes").join(path.file_name().unwrap())).unwrap();
        }
    }
    std::fs::write(folder.path().join("sources/draft.toml"), draft).unwrap();
    Pipeline::open(folder.path())
        .unwrap_or_else(|e| panic!("{}\n{draft}", bidui::testing::error::render_error(&e, false)))
}

#[test]
fn a_small_list() {
    let folder = tempfile::tempdir().unwrap();
    let mut text = String::from("某县名单,,,,,,\n姓名,身份证号,乡镇,类别,起保年月,月保障金(元),age\n");
    for row in 0..60 {
        let kind = ["一般", "低保"][row % 2];
        text += &format!(
            "张小{},41060219800101{row:04},善堂镇,{kind},2018{:02},{}.5,{row}\n",
            ["三", "四", "五"][row % 3],
            row % 12 + 1,
            300 + row
        );
    }
    text += "合计,,,,,20000,\n";
    let path = folder.path().join("名单.xls");
    std::fs::write(&path, encoding_rs::GB18030.encode(&text).0).unwrap();
    let profile = profile(&[path]).unwrap();
    let file = &profile.files[0];
    assert_eq!(
        (file.format, file.encoding.as_deref(), file.suffix_misleads),
        (FileFormat::Csv, Some("gb18030"), true)
    );
    assert_eq!(file.encoding_evidence, Some(EncodingEvidence::Validity));
    assert!(profile.text().contains("gb18030（按内容判断）"), "{}", profile.text());
    let table = &file.tables[0];
    assert_eq!((table.header_row, table.rows, table.skipped, table.malformed), (2, 60, 3, 0));
    assert_eq!(guess(&profile, "姓名"), ColumnGuess::PersonName);
    assert_eq!(guess(&profile, "身份证号"), ColumnGuess::IdNumber);
    assert_eq!(guess(&profile, "类别"), ColumnGuess::Code);
    assert_eq!(guess(&profile, "起保年月"), ColumnGuess::Month);
    assert_eq!(guess(&profile, "月保障金(元)"), ColumnGuess::Money);
    let pipeline = open_draft(&profile.draft);
    let contract = pipeline.source("draft").unwrap();
    assert_eq!(contract.role(ColumnRole::IdNumber).unwrap().label, "身份证号");
    assert_eq!(contract.role(ColumnRole::Township).unwrap().name, "township");
    let money = contract.columns.iter().find(|c| c.kind == ContractType::Money).unwrap();
    assert!(money.name.ends_with("_fen"), "{}", money.name);
    // A name that the views use themselves is not proposed.
    assert!(contract.column("age").is_none() && contract.columns.iter().any(|c| c.label == "age"));
    assert!(contract.owns_file("2018Q3/名单.xls"));
}

#[test]
fn every_fixture_has_a_draft_that_opens_and_names_nobody() {
    let mut formats = Vec::new();
    for path in fixtures() {
        let profile = profile(std::slice::from_ref(&path)).unwrap();
        let file = &profile.files[0];
        formats.push(file.format);
        let text = matches!(file.format, FileFormat::Csv | FileFormat::Dbf);
        assert_eq!((file.encoding.is_some(), file.encoding_evidence.is_some()), (text, text));
        assert!(file.tables.iter().map(|t| t.rows).sum::<u64>() > 0, "{}", path.display());
        open_draft(&profile.draft);
        let shown = profile.text() + &serde_json::to_string(&profile.files).unwrap();
        // The file's own hash may hold a long run of digits; nothing else may.
        let shown = shown.replace(&file.sha256, "");
        let longest = shown.split(|c: char| !c.is_ascii_digit()).map(str::len).max();
        assert!(longest < Some(9), "{shown}");
        assert!(shown.contains("****"), "{}", path.display());
    }
    for format in [FileFormat::Csv, FileFormat::Xlsx, FileFormat::Xls, FileFormat::Dbf, FileFormat::Parquet] {
        assert!(formats.contains(&format), "{format:?}");
    }
}

#[test]
fn names_of_persons_do_not_appear() {
    let path = fixtures().into_iter().find(|p| p.extension().is_some_and(|e| e == "parquet")).unwrap();
    let profile = profile(std::slice::from_ref(&path)).unwrap();
    let text = profile.text();
    let folder = path.parent().unwrap();
    let name = Path::new(path.file_name().unwrap());
    let all = bidui::testing::extract::open_file(folder, name, &Default::default(), &|_| true).unwrap();
    let mut checked = 0;
    for table in all {
        let table = table.unwrap();
        for (header, column) in table.info.headers.iter().zip(&table.columns) {
            if header.contains("姓名") {
                for cell in column.iter().flatten().filter(|c| c.chars().count() >= 3) {
                    checked += 1;
                    assert!(!text.contains(cell), "{header}: {cell}");
                }
            }
        }
    }
    assert!(checked > 100);
}

#[test]
fn what_is_not_a_file_is_refused() {
    assert!(profile(&[]).unwrap_err().hint_text().is_some());
    let folder = tempfile::tempdir().unwrap();
    assert!(profile(&[folder.path().to_owned()]).unwrap_err().message().contains("文件夹"));
    assert!(profile(&[folder.path().join("没有.csv")]).is_err());
    let empty = folder.path().join("空.csv");
    std::fs::write(&empty, b"").unwrap();
    assert!(profile(&[empty]).unwrap_err().message().contains("空"));
}
