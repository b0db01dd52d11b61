//! CSV as people write it: no row is lost, shifted or invented without a word.

use std::fmt::Write as _;
use std::path::Path;

use bidui::testing::config::Pipeline;
use bidui::testing::config::read_options::ReadOptions;
use bidui::testing::error::render_error;
use bidui::testing::extract::{RawTable, open_file};
use bidui::testing::load::{LoadedSource, load_source};
use encoding_rs::GB18030;

use crate::departments::root;

const HEADER: &str =
    "学校,姓名,身份证号,学期,受助项目,受助金额,资助类别,监护人姓名,监护人身份证号,监护人关系";

/// A line of one of forty students, with its end.
fn student(number: usize) -> String {
    format!(
        "小河镇第一中学,生{number},41062120010203{:04},2018秋,寄宿生生活补助,625,建档立卡,,,\n",
        number * 7
    )
}

fn students() -> String {
    (2..42).fold(format!("{HEADER}\n"), |text, row| text + &student(row))
}

/// The same with something in place of a text in one row.
fn with(text: &str, row: usize, from: &str, to: &str) -> String {
    let mut out = String::new();
    for (at, line) in text.split_inclusive('\n').enumerate() {
        let line = if at + 1 == row { line.replacen(from, to, 1) } else { line.to_owned() };
        out.push_str(&line);
    }
    assert_ne!(out, text);
    out
}

fn load(bytes: &[u8]) -> bidui::Result<LoadedSource> {
    let pipeline = Pipeline::open(&root().join("pipelines/hebi")).unwrap();
    let data = tempfile::tempdir().unwrap();
    std::fs::write(data.path().join("学生资助.csv"), bytes).unwrap();
    let index = pipeline.source_index("student_aid").unwrap();
    load_source(&pipeline, index, data.path(), None).map(Option::unwrap)
}

fn loaded(bytes: &[u8]) -> LoadedSource {
    load(bytes).unwrap_or_else(|error| panic!("{}", render_error(&error, false)))
}

fn notice<'a>(loaded: &'a LoadedSource, audit: &str) -> Option<&'a str> {
    loaded.audits.iter().find(|a| a.audit == audit).map(|a| a.message.as_str())
}

fn tables(bytes: &[u8]) -> Vec<RawTable> {
    let data = tempfile::tempdir().unwrap();
    std::fs::write(data.path().join("甲.csv"), bytes).unwrap();
    let options = ReadOptions {
        known_headers: HEADER.split(',').map(str::to_owned).collect(),
        minimum_headers: 4,
        ..ReadOptions::default()
    };
    open_file(data.path(), Path::new("甲.csv"), &options, &|_| true).unwrap().map(Result::unwrap).collect()
}

#[test]
fn a_quote_inside_a_cell_is_a_character() {
    let text = with(&with(&students(), 6, "第一中学", "第一中学\"东校区"), 31, "小河镇", "善堂\"");
    let loaded = loaded(text.as_bytes());
    assert_eq!((loaded.totals.accepted(), loaded.totals.rejected()), (40, 0));
    assert_eq!(notice(&loaded, "stray_quotes"), None);
}

#[test]
fn a_quote_that_opens_a_cell_and_is_never_closed_is_a_character_and_named() {
    let text = with(&with(&students(), 6, "寄宿", "\"两免一补"), 31, "寄宿", "\"雨露计划");
    let loaded = loaded(text.as_bytes());
    assert_eq!((loaded.totals.accepted(), loaded.totals.rejected()), (40, 0));
    let notice = notice(&loaded, "stray_quotes").unwrap();
    assert!(notice.contains("有2行") && notice.contains("第6、31行"), "{notice}");
}

#[test]
fn two_quotes_that_could_enclose_good_rows_swallow_none() {
    // The second closes what the first opens, and the record has as many cells as the header.
    for last in [7, 9, 31] {
        let text = with(&with(&students(), 6, ",寄宿生生活补助", ",\"寄宿生"), last, "补助,", "补助\",");
        let loaded = loaded(text.as_bytes());
        assert_eq!((loaded.totals.accepted(), loaded.totals.rejected()), (40, 0), "{last}");
        assert!(notice(&loaded, "stray_quotes").unwrap().contains("第6行"), "{last}");
    }
}

#[test]
fn an_unclosed_quote_whose_row_has_other_cells_spoils_that_row_only() {
    let text = with(&students(), 6, "寄宿生", "\"寄宿,生");
    let loaded = loaded(text.as_bytes());
    assert_eq!((loaded.totals.accepted(), loaded.totals.rejected()), (39, 1));
    assert_eq!(loaded.rejects[0].row, 6);
    assert!(loaded.rejects[0].reason.contains("引号没有配对"), "{}", loaded.rejects[0].reason);
}

#[test]
fn a_row_with_fewer_cells_than_the_others_is_named() {
    let text = with(&students(), 6, ",寄宿生生活补助", "");
    let loaded = loaded(text.as_bytes());
    assert_eq!(loaded.totals.accepted() + loaded.totals.rejected(), 40);
    let told = notice(&loaded, "short_rows").unwrap();
    assert!(told.contains("有1行") && told.contains("第6行"), "{told}");
    // A signature below the list is no row of it, and lines may all end at their last filled cell.
    let signed = format!("{}制表人：王五\n", students());
    let trimmed: String =
        students().lines().map(|line| format!("{}\n", line.trim_end_matches(','))).collect();
    for text in [students(), signed, trimmed] {
        assert_eq!(notice(&self::loaded(text.as_bytes()), "short_rows"), None);
    }
}

#[test]
fn a_cell_of_several_lines_is_one_record_and_listed() {
    let text = with(&students(), 6, "寄宿生生活补助", "\"第一行\n第二行,\"\"丙\"\"\"");
    let all = tables(text.as_bytes());
    let account = all.last().unwrap().account.clone().unwrap();
    assert_eq!((account.counted, &account.several_lines[..], account.several_lines_count), (42, &[6][..], 1));
    assert_eq!(all[0].rows, (2..42).collect::<Vec<u32>>());
    assert_eq!(all[0].columns[4].value(4), "第一行\n第二行,\"丙\"");
}

#[test]
fn a_quote_in_the_insurance_list_costs_no_row() {
    let bytes = std::fs::read(root().join("fixtures/hebi/2018Q3/医保参保_淇县.csv")).unwrap();
    let text = GB18030.decode(&bytes).0.into_owned();
    let pipeline = Pipeline::open(&root().join("pipelines/hebi")).unwrap();
    let index = pipeline.source_index("insurance").unwrap();
    let read = |text: &str| {
        let data = tempfile::tempdir().unwrap();
        std::fs::write(data.path().join("医保参保_淇县.csv"), GB18030.encode(text).0).unwrap();
        load_source(&pipeline, index, data.path(), None).unwrap().unwrap()
    };
    let stray = |text: &str, row| with(text, row, "正常参保,", "停止参保,\"外地参保");
    let rows = read(&text).totals.accepted();
    let found = read(&stray(&stray(&text, 121), 861));
    assert_eq!(found.totals.accepted(), rows);
    assert!(notice(&found, "stray_quotes").unwrap().contains("第121、861行"));
}

#[test]
fn lines_may_end_with_returns_alone_or_in_any_mixture() {
    let text = students();
    let mixed = text.replacen('\n', "\r", 20).replacen('\n', "\r\n", 10);
    for text in [text.replace('\n', "\r"), text.replace('\n', "\r\n"), text.replace('\n', "\r\r\n"), mixed] {
        assert_eq!(loaded(text.as_bytes()).totals.accepted(), 40);
    }
    // A return inside a cell that no quotes enclose.
    let inside = with(&text, 6, "寄宿生", "寄宿\r生").replace('\n', "\r\n");
    let all = tables(inside.as_bytes());
    assert_eq!(all[0].rows.len(), 40);
    assert_eq!(all[0].account.as_ref().unwrap().several_lines, [6]);
}

#[test]
fn cells_may_be_told_apart_by_other_separators() {
    for separator in ["\t", ";", "|", "^", "，"] {
        let text = students().replace(',', separator);
        for bytes in [text.clone().into_bytes(), GB18030.encode(&text).0.into_owned()] {
            let loaded = loaded(&bytes);
            assert_eq!((loaded.totals.accepted(), loaded.totals.rejected()), (40, 0), "{separator}");
        }
    }
    let text = with(&students().replace(',', "，"), 6, "寄宿生生活补助", "\"寄宿，生\"");
    assert_eq!(tables(text.as_bytes())[0].columns[4].value(4), "寄宿，生");
}

#[test]
fn errors_show_no_number_and_no_row_of_a_person() {
    let no_separator = students().replace(',', "~");
    let no_header = (2..42).map(student).collect::<String>();
    let all_in_one = students().replace('\n', ",");
    let escapes = format!("\u{1b}[2J\u{1b}]0;pwn\u{7}\n{}", no_header.replace("小河", "\u{1b}[31m小河"));
    for text in [no_separator, no_header, all_in_one, escapes] {
        let error = render_error(&load(text.as_bytes()).unwrap_err(), false);
        let runs = error.split(|c: char| !c.is_ascii_digit()).map(str::len).max();
        assert!(runs < Some(11) && !error.contains("生5") && !error.contains('\u{1b}'), "{error}");
    }
}

#[test]
fn numbers_written_as_formulas_are_the_texts_inside() {
    let plain = tables(students().as_bytes());
    for form in ["\"=\"\"{}\"\"\"", "=\"{}\""] {
        let mut text = format!("{HEADER}\n");
        for row in 2..42 {
            let line = student(row);
            let number = line.split(',').nth(2).unwrap();
            let _ = write!(text, "{}", line.replace(number, &form.replace("{}", number)));
        }
        let found = tables(text.as_bytes());
        assert_eq!(found[0].columns, plain[0].columns);
        assert_eq!(found[0].account.as_ref().unwrap().text.as_ref().unwrap().formula_texts, 40);
        assert!(notice(&loaded(text.as_bytes()), "formula_texts").unwrap().contains("40格"));
    }
}

#[test]
fn a_bad_byte_spoils_its_row_and_not_the_file() {
    for bytes in [students().into_bytes(), GB18030.encode(&students()).0.into_owned()] {
        for lost in 1..3 {
            let mut bytes = bytes.clone();
            let lines: Vec<usize> =
                bytes.iter().enumerate().filter(|(_, b)| **b == b'\n').map(|(at, _)| at).collect();
            // In the school of row 6; in GB18030 an odd number of bytes, or nothing is wrong.
            let at = lines[4] + 1;
            let utf8 = std::str::from_utf8(&bytes).is_ok();
            bytes.drain(at + 3..at + 3 + if utf8 { lost } else { 1 });
            if !utf8 {
                bytes[at] = 0xFF;
            }
            let loaded = loaded(&bytes);
            assert_eq!((loaded.totals.accepted(), loaded.totals.rejected()), (39, 1));
            assert_eq!(loaded.rejects[0].row, 6);
        }
    }
}

#[test]
fn a_file_put_together_of_two_encodings_is_read_in_both() {
    let text = students();
    let (first, second) = text.split_at(text.len() / 3);
    let at = first.rfind('\n').unwrap() + 1;
    let (first, second) = (&text[..at], format!("{}{second}", &first[at..]));
    let gbk = |text: &str| GB18030.encode(text).0.into_owned();
    let mark = "\u{FEFF}".as_bytes();
    for bytes in [
        [first.as_bytes(), &gbk(&second)].concat(),
        [&gbk(first), second.as_bytes()].concat(),
        [&gbk(first), mark, second.as_bytes()].concat(),
    ] {
        let found = loaded(&bytes);
        assert_eq!((found.totals.accepted(), found.totals.rejected()), (40, 0));
        assert!(notice(&found, "mixed_encodings").is_some());
    }
    // Marks in the middle, before a quote too; a mark before what is no UTF-8.
    let marked = format!(
        "\u{FEFF}{first}\u{FEFF}\"小河镇第一中学\"{}",
        second.strip_prefix("小河镇第一中学").unwrap()
    );
    assert_eq!(loaded(marked.as_bytes()).totals.accepted(), 40);
    assert_eq!(loaded(&[mark, &gbk(&text)].concat()).totals.accepted(), 40);
}

#[test]
fn what_exporters_write_for_nothing_and_for_characters() {
    let text = with(&students(), 6, "寄宿生生活补助,625,", "\\N,\\N,");
    let text = with(&text, 7, "小河镇", "艾山&middot;买买提&amp;&#14214;");
    let all = tables(text.as_bytes());
    let column = |at: usize| all[0].columns[at].iter().nth(4).unwrap();
    assert_eq!((column(4), column(5)), (None, None));
    assert_eq!(all[0].columns[0].value(5), "艾山·买买提&㞆第一中学");
    // A NUL spoils its row.
    let loaded = loaded(with(&students(), 6, "生6", "生\0").as_bytes());
    assert_eq!((loaded.totals.accepted(), loaded.rejects[0].row), (39, 6));
}

#[test]
fn utf16_with_a_byte_missing_or_too_much_spoils_one_row() {
    let unit = |c: u16| c.to_le_bytes();
    let bytes: Vec<u8> = students().encode_utf16().flat_map(unit).collect();
    let marked = |bytes: &[u8]| [&[0xFF, 0xFE], bytes].concat();
    assert_eq!(loaded(&marked(&bytes)).totals.accepted(), 40);
    let missing = [&bytes[..800], &bytes[801..]].concat();
    let missing = loaded(&marked(&missing));
    assert_eq!((missing.totals.accepted(), missing.totals.rejected()), (39, 1));
    let more = loaded(&marked(&[&bytes[..], b"x"].concat()));
    assert_eq!((more.totals.accepted(), more.rejects[0].row), (40, 42));
}

#[test]
fn lines_are_counted_twice() {
    let text = format!("某县名单\n\n{}\n合计,,,,,1\n", students());
    let all = tables(text.as_bytes());
    let account = all[0].account.clone().unwrap();
    let skipped = all[0].skipped.len() as u64;
    assert_eq!((account.counted, skipped, all[0].rows.len()), (45, 5, 40));
    assert_eq!(account.text.as_ref().unwrap().stray_quotes_count, 0);
}
