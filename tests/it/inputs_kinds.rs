//! Lists whose form says something else than their words: rows that were rejected, units and zones, sheets of another
//! quarter, values outside open code tables.

use std::fs;

use arrow::array::AsArray as _;
use arrow::datatypes::{Date32Type, Int32Type};
use bidui::testing::load::LoadedSource;

use crate::end_to_end::{bidui, key, ok, root, text, with_notices};
use crate::inputs_audits::try_load;
use crate::inputs_folder::copy_folder;
use crate::inputs_rows::{IDS, counts};

fn load(source: &str, name: &str, lines: &[String]) -> LoadedSource {
    try_load(source, &[(name, lines.join("\n") + "\n")]).unwrap_or_else(|error| panic!("{error}"))
}

fn told(loaded: &LoadedSource, audit: &str) -> Option<(String, bool)> {
    let found = loaded.audits.iter().find(|finding| finding.audit == audit)?;
    Some((found.message.clone(), found.blocking))
}

fn insured(at: usize, birth: &str) -> String {
    format!("2018,张红军,{},男,{birth},淇县,180,0", IDS[at % 6])
}

const INSURANCE: &str = "参保年度,姓名,公民身份号码,性别,出生日期,县(区),个人缴费金额,资助金额";

/// Findings of R30 by a run over the fixtures in which some lines of a county's insurance list were rewritten.
fn uninsured(rewrite: impl Fn(usize, &str) -> String) -> (u64, String) {
    let folder = tempfile::tempdir().unwrap();
    let (data, out) = (folder.path().join("data"), folder.path().join("out"));
    copy_folder(&root().join("fixtures/hebi/2018Q3"), &data);
    let list = data.join("医保参保_淇县.csv");
    let bytes = fs::read(&list).unwrap();
    let (old, _, _) = encoding_rs::GB18030.decode(&bytes);
    let new: String = old.lines().enumerate().map(|(at, line)| rewrite(at, line) + "\n").collect();
    fs::write(&list, new).unwrap();
    let key = key(folder.path());
    let mut line = vec!["run", "pipelines/hebi", "--quarter", "2018Q3", "--select", "R30"];
    line.extend(["--data", text(&data), "--out", text(&out), "--key-file", text(&key)]);
    let summary = with_notices(&ok(&line));
    let manifest = fs::read_to_string(out.join("2018Q3/latest/manifest.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_str(&manifest).unwrap();
    let rules = manifest["rules"].as_array().unwrap();
    let rule = rules.iter().find(|rule| rule["code"] == "R30").unwrap();
    (rule["exceptions"].as_u64().unwrap(), summary)
}

#[test]
fn whoever_stands_in_a_rejected_row_is_not_missing_from_the_list() {
    let (base, _) = uninsured(|_, line| line.to_owned());
    // Without the year, which is required, and with a cell too many.
    let yearless = |at: usize, line: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        match line.contains("建档立卡") && at.is_multiple_of(10) {
            true => [&[""], &cells[1..]].concat().join(","),
            false => line.to_owned(),
        }
    };
    let (found, summary) = uninsured(yearless);
    assert!(found <= base, "{found} > {base}");
    assert!(summary.contains("那一行被退回") && summary.contains("不下结论"), "{summary}");
    let broken = |at: usize, line: &str| match line.contains("建档立卡") && at.is_multiple_of(11) {
        true => format!("{line},另见通知"),
        false => line.to_owned(),
    };
    let (found, summary) = uninsured(broken);
    assert!(found <= base, "{found} > {base}");
    assert!(summary.contains("那一行被退回"), "{summary}");
}

#[test]
fn remarks_behind_the_last_header_reject_no_row_and_are_kept() {
    let list =
        |remarks: &dyn Fn(usize) -> bool| {
            let mut lines = vec![format!("{INSURANCE},")];
            lines.extend((0..400).map(|at| {
                format!("{},{}", insured(at, "1973/9/16"), if remarks(at) { "已死亡" } else { "" })
            }));
            load("insurance", "医保参保_淇县.csv", &lines)
        };
    let some = list(&|at| at % 150 == 7);
    assert_eq!((some.rejects.len(), counts(&some).1), (0, 0));
    let kept: Vec<&str> = { some.cell_warnings.iter() }
        .filter(|cell| cell.reason_code == "no_header")
        .map(|cell| cell.original.as_str())
        .collect();
    assert_eq!(kept, ["已死亡"; 3]);
    let (message, blocking) = told(&some, "cells_without_header").unwrap();
    assert!(message.contains("第9列") && message.contains("3格") && !blocking, "{message}");
    // A whole column of them is one that lacks its header.
    assert!(told(&list(&|_| true), "cells_without_header").unwrap().1);
}

fn loans(unit: &str, term: &str) -> Result<LoadedSource, String> {
    let row = |at: usize| format!("H{at},淇县,张红军,{},2018-03-01,50000,{term}", IDS[at % 6]);
    let header = format!("合同编号,县区,姓名,身份证号,放款日期,贷款金额(元),贷款期限{unit}");
    let lines: Vec<String> = [header].into_iter().chain((0..3).map(row)).collect();
    try_load("micro_loan", &[("小额信贷.csv", lines.join("\n") + "\n")])
}

fn terms(loaded: &LoadedSource) -> Vec<Option<i32>> {
    let batch = loaded.records.rows.batch().unwrap();
    batch.column_by_name("term_months").unwrap().as_primitive::<Int32Type>().iter().collect()
}

#[test]
fn a_unit_of_time_in_a_header_is_converted_where_that_is_exact() {
    assert_eq!(terms(&loans("(月)", "36").unwrap()), [Some(36); 3]);
    let years = loans("(年)", "3").unwrap();
    assert_eq!(terms(&years), [Some(36); 3]);
    assert_eq!(years.totals.tables[0].cells["term_months"].converted, 3);
    assert_eq!(terms(&loans("(季度)", "4").unwrap()), [Some(12); 3]);
    for unit in ["(天)", "(周)"] {
        let error = loans(unit, "90").err().unwrap_or_else(|| panic!("{unit} is read"));
        assert!(error.contains("贷款期限"), "{error}");
    }
}

fn births(loaded: &LoadedSource) -> Vec<Option<i32>> {
    let batch = loaded.records.rows.batch().unwrap();
    batch.column_by_name("birth_date").unwrap().as_primitive::<Date32Type>().iter().collect()
}

#[test]
fn days_written_as_a_moment_at_greenwich_are_days_of_beijing() {
    let list = |birth: &dyn Fn(usize) -> &'static str| {
        let mut lines = vec![INSURANCE.to_owned()];
        lines.extend((0..6).map(|at| insured(at, birth(at))));
        load("insurance", "医保参保_淇县.csv", &lines)
    };
    let plain = births(&list(&|_| "1973-09-16"));
    assert!(plain.iter().all(Option::is_some));
    let moved = list(&|_| "1973-09-15 16:00:00");
    assert_eq!(births(&moved), plain);
    assert_eq!(moved.totals.tables[0].cells["birth_date"].beijing_days, 6);
    // In the summers with summer time midnight was an hour earlier.
    let summer = list(&|at| if at == 0 { "1973-09-15 15:00:00" } else { "1973-09-15 16:00:00" });
    assert_eq!(births(&summer), plain);
    // Other times say nothing of a zone: the day is taken, and they are told.
    let timed = list(&|at| if at == 0 { "1973-09-16 16:00:00" } else { "1973-09-16 09:30:00" });
    assert_eq!(births(&timed), plain);
    assert_eq!(timed.totals.tables[0].cells["birth_date"].with_times, 6);
    let midnight = list(&|_| "1973-09-16 00:00:00");
    assert!(births(&midnight) == plain && !midnight.totals.tables[0].cells.contains_key("birth_date"));
}

#[test]
fn values_outside_an_open_code_table_are_told_and_relations_in_other_words_are_known() {
    let row = |relation: &str| {
        format!(
            "淇县,朝歌街道,中山街,4106220020000001,中山街1号,张红军,{},农村,马霞利,{},{relation},450",
            IDS[0], IDS[1]
        )
    };
    let header = "县区,乡镇街,村社区,家庭编号,地址,户主姓名,户主身份证号,类别,成员姓名1,成员身份证号1,成员关系1,月保障金";
    let load = |words: &[&str]| {
        let lines: Vec<String> =
            [header.to_owned()].into_iter().chain(words.iter().map(|w| row(w))).collect();
        load("dibao", "农村低保_淇县.csv", &lines)
    };
    let known = load(&["老伴", "儿媳妇", "小儿子", "三儿", "大女儿", "大孙子"]);
    assert_eq!(told(&known, "open_codes"), None);
    let (message, blocking) = told(&load(&["干儿", "干儿", "房客"]), "open_codes").unwrap();
    assert!(message.contains("3格") && message.contains("“干儿”2格、“房客”1格") && !blocking, "{message}");
}

/// Runs `check` over the fixtures with the dibao list of a county as a workbook made of `sheet` and `titles`.
fn check_of_sheet(sheet: &str, titles: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    copy_folder(&root().join("fixtures/hebi/2018Q3"), folder.path());
    let list = folder.path().join("农村低保_淇县.csv");
    let bytes = fs::read(&list).unwrap();
    let list_text = match std::str::from_utf8(&bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => encoding_rs::GB18030.decode(&bytes).0.into_owned(),
    };
    fs::remove_file(&list).unwrap();
    let mut book = rust_xlsxwriter::Workbook::new();
    let page = book.add_worksheet().set_name(sheet).unwrap();
    for (row, title) in titles.iter().enumerate() {
        page.write_string(row as u32, 0, *title).unwrap();
    }
    for (row, line) in list_text.trim_start_matches('\u{feff}').lines().enumerate() {
        for (column, cell) in line.split(',').enumerate() {
            page.write_string((row + titles.len()) as u32, column as u16, cell).unwrap();
        }
    }
    book.save(folder.path().join("农村低保_淇县.xlsx")).unwrap();
    let asked = bidui(&["check", "pipelines/hebi", "--data", text(folder.path()), "--quarter", "2018Q3"]);
    String::from_utf8(asked.stdout).unwrap() + &String::from_utf8(asked.stderr).unwrap()
}

#[test]
fn a_quarter_in_the_name_of_a_sheet_and_an_old_day_of_export_are_told() {
    let said = check_of_sheet("2018年二季度", &[]);
    assert!(said.contains("工作表名写的是2018年第2季度"), "{said}");
    let said = check_of_sheet("淇县", &["淇县农村低保名单", "导出日期:2018-03-31"]);
    assert!(said.contains("第2行写着导出或截止的日期是2018-03-31"), "{said}");
    let said = check_of_sheet("2018年三季度", &["淇县农村低保名单", "导出日期:2018-10-12"]);
    assert!(!said.contains("工作表名写的是") && !said.contains("导出或截止的日期"), "{said}");
}

#[test]
fn one_bad_row_of_a_short_list_stops_nothing_and_several_do() {
    let list = |bad: usize| {
        let mut lines = vec![INSURANCE.to_owned()];
        lines.extend((0..7).map(|at| match at < bad {
            true => insured(at, "1973-09-16").replace("张红军", ""),
            false => insured(at, "1973-09-16"),
        }));
        load("insurance", "医保参保_淇县.csv", &lines)
    };
    assert_eq!((told(&list(1), "reject_share"), counts(&list(1))), (None, (6, 1)));
    assert!(told(&list(3), "reject_share").unwrap().1);
}

#[test]
fn numbers_without_any_letter_beside_many_blanks_are_told() {
    let list = |with: &dyn Fn(usize) -> String| {
        let mut lines = vec![INSURANCE.to_owned()];
        lines.extend((0..120).map(|at| format!("2018,张红军,{},男,,淇县,180,0", with(at))));
        load("insurance", "医保参保_淇县.csv", &lines)
    };
    let plain = |at: usize| format!("41062119730916{at:04}");
    let lost = list(&|at| if at % 11 == 0 { String::new() } else { plain(at) });
    let (message, blocking) = told(&lost, "lost_letters").unwrap();
    assert!(message.contains("11格空白") && message.contains("109个") && !blocking, "{message}");
    let whole = list(&|at| match at % 11 {
        0 => String::new(),
        1 => format!("41062119730916{at:03}X"),
        _ => plain(at),
    });
    assert_eq!(told(&whole, "lost_letters"), None);
    assert_eq!(told(&list(&plain), "lost_letters"), None);
}

/// Why a file of the insurance list is refused.
fn refusal(name: &str, bytes: &[u8]) -> String {
    try_load("insurance", &[(name, bytes)]).expect_err("a refusal")
}

#[test]
fn refusals_say_what_the_file_is() {
    let gz = refusal("医保参保_淇县.csv", b"\x1F\x8B\x08\x00\x00\x00\x00\x00\x00\x03abcdefgh");
    assert!(gz.contains("压缩文件") && gz.contains("解开后"), "{gz}");
    for birth in ["116956800000", "16.9.1973"] {
        let mut lines = vec![INSURANCE.to_owned()];
        lines.extend((0..6).map(|at| insured(at, birth)));
        let said = refusal("医保参保_淇县.csv", lines.join("\n").as_bytes());
        assert!(said.contains("写法") && said.contains("2018-03-01"), "{said}");
    }
    let folder = tempfile::tempdir().unwrap();
    let mut book = rust_xlsxwriter::Workbook::new();
    book.add_worksheet().set_name("说明").unwrap().write_string(0, 0, "请在启用宏后查看名单").unwrap();
    let page = book.add_worksheet().set_name("名单").unwrap().set_hidden(true);
    for (column, header) in INSURANCE.split(',').enumerate() {
        page.write_string(0, column as u16, header).unwrap();
    }
    let path = folder.path().join("a.xlsx");
    book.save(&path).unwrap();
    let said = refusal("医保参保_淇县.xlsx", &fs::read(&path).unwrap());
    assert!(said.contains("隐藏的工作表有内容") && said.contains("名单"), "{said}");
}

#[test]
fn rows_pasted_with_tabs_and_words_between_rows_are_told_from_broken_ones() {
    let mut lines = vec![INSURANCE.to_owned()];
    lines.extend((0..300).map(|at| insured(at, "1973-09-16")));
    lines[5] = lines[5].replace(',', "\t");
    lines[9] = "补报：,,,,,,,".to_owned();
    lines[300] = "共299人 第1/1页,,,,,,,".to_owned();
    let loaded = load("insurance", "医保参保_淇县.csv", &lines);
    let reasons: Vec<&str> = loaded.rejects.iter().map(|reject| reject.reason.as_str()).collect();
    let [reason] = reasons[..] else { panic!("{reasons:?}") };
    assert!(reason.contains("制表符"), "{reason}");
}

#[test]
fn a_workbook_taken_apart_into_a_folder_is_known() {
    let data = tempfile::tempdir().unwrap();
    copy_folder(&root().join("fixtures/hebi/2018Q3"), data.path());
    let parts = data.path().join("农村低保");
    fs::create_dir_all(parts.join("xl")).unwrap();
    for part in ["[Content_Types].xml", "xl/workbook.xml", "xl/styles.xml"] {
        fs::write(parts.join(part), "<?xml version=\"1.0\"?><a/>").unwrap();
    }
    let asked = bidui(&["check", "pipelines/hebi", "--data", text(data.path()), "--quarter", "2018Q3"]);
    let said = String::from_utf8(asked.stderr).unwrap();
    assert!(said.contains("解开了的 XLSX 工作簿"), "{said}");
    assert!(!said.contains("styles.xml"), "{said}");
}
