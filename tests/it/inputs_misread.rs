//! Lists that could be read without a word and wrongly: columns in another order below, headers over the wrong
//! column, files that break off, totals that say otherwise, units in headers, marks for “as above”.

use arrow::array::{Array as _, AsArray as _};
use arrow::datatypes::Int64Type;
use bidui::testing::load::LoadedSource;

use crate::inputs_audits::try_load;
use crate::inputs_rows::{IDS, counts};

const NAMES: [&str; 6] = ["张红军", "马霞利", "王秀英", "李建国", "赵文静", "陈大山"];

const INSURANCE: &str = "参保年度,姓名,公民身份号码,性别,出生日期,县(区),个人缴费金额,资助金额";
const DIBAO: &str = "县区,乡镇街,村社区,家庭编号,低保证号,地址,户主姓名,户主身份证号,类别,成员姓名1,成员身份证号1,成员关系1,成员姓名2,成员身份证号2,成员关系2,月保障金,停保原因";
const AID: &str = "学校,姓名,身份证号,学期,受助项目,受助金额,资助类别";

fn insured(at: usize) -> String {
    format!("2018,{},{},男,1973/9/16,淇县,180,0", NAMES[at % 6], IDS[at % 6])
}

fn insurance(lines: &[String]) -> Result<LoadedSource, String> {
    try_load("insurance", &[("医保参保_淇县.csv", lines.join("\n") + "\n")])
}

fn insured_list(header: &str, rows: usize) -> Vec<String> {
    let mut lines = vec![header.to_owned()];
    lines.extend((0..rows).map(insured));
    lines
}

fn household(at: usize, middle: &str, amount: &str) -> String {
    format!(
        "淇县,朝歌街道,中山街,4106220020000{at},淇低保字第{at}号,中山街{at}号,{},{},农村,{middle},{amount},",
        NAMES[at % 6],
        IDS[at % 6]
    )
}

fn dibao(header: &str, rows: &[String]) -> Result<LoadedSource, String> {
    let mut lines = vec![header.to_owned()];
    lines.extend_from_slice(rows);
    try_load("dibao", &[("农村低保_淇县.csv", lines.join("\n") + "\n")])
}

fn aid(lines: &[&str]) -> LoadedSource {
    let mut all = vec![AID];
    all.extend(lines);
    try_load("student_aid", &[("学生资助.csv", all.join("\n") + "\n")]).unwrap()
}

fn told(loaded: &LoadedSource, audit: &str) -> Option<(String, bool)> {
    let found = loaded.audits.iter().find(|finding| finding.audit == audit)?;
    Some((found.message.clone(), found.blocking))
}

fn amounts(loaded: &LoadedSource, column: &str) -> Vec<Option<i64>> {
    let batch = loaded.records.rows.batch().unwrap();
    batch.column_by_name(column).unwrap().as_primitive::<Int64Type>().iter().collect()
}

/// The refusal holds all of these words.
fn refused<T>(outcome: Result<T, String>, words: &[&str]) {
    let Err(error) = outcome else { panic!("not refused") };
    for word in words {
        assert!(error.contains(word), "{word} in {error}");
    }
}

#[test]
fn a_header_that_stands_again_in_another_order_is_refused_and_the_same_is_skipped() {
    let mut lines = insured_list(INSURANCE, 6);
    lines.push(INSURANCE.replace("个人缴费金额,资助金额", "资助金额,个人缴费金额"));
    lines.extend((0..3).map(insured));
    refused(insurance(&lines), &["又是表头", "资助金额", "个人缴费金额", "医保参保_淇县.csv，第8行"]);
    // Another word for the same column in the same place is the same header.
    for again in [INSURANCE.to_owned(), INSURANCE.replace("公民身份号码", "身份证号")] {
        lines[7] = again;
        assert_eq!(counts(&insurance(&lines).unwrap()), (9, 0));
    }
    // Other columns, or the same column in another unit.
    for other in [INSURANCE.replace("资助金额", "扣款"), INSURANCE.replace("资助金额", "资助金额(万元)")]
    {
        lines[7] = other;
        refused(insurance(&lines), &["又是表头"]);
    }
}

#[test]
fn a_header_over_the_wrong_column_stops_the_file() {
    let swapped = INSURANCE.replace("姓名,公民身份号码", "公民身份号码,姓名");
    refused(insurance(&insured_list(&swapped, 8)), &["公民身份号码", "100%", "姓名", "表头写错或两列写反"]);
    let lines: Vec<String> =
        insured_list(&INSURANCE.replace("出生日期,县(区),个人缴费金额", "个人缴费金额,县(区),出生日期"), 8);
    refused(insurance(&lines), &["出生日期", "数字"]);
    let joined: Vec<String> = (0..8)
        .map(|at| insured(at).replacen(NAMES[at % 6], &format!("{}{}", NAMES[at % 6], IDS[at % 6]), 1))
        .collect();
    let joined = [vec![INSURANCE.to_owned()], joined].concat();
    refused(insurance(&joined), &["连在一起的姓名和证件号码", "分成两列"]);
    let members =
        DIBAO.replace("成员姓名1", "甲").replace("成员关系1", "成员姓名1").replace("甲", "成员关系1");
    let rows: Vec<String> = (0..6)
        .map(|at| household(at, &format!("{},{},之子,,,", NAMES[(at + 1) % 6], IDS[(at + 1) % 6]), "300"))
        .collect();
    refused(dibao(&members, &rows), &["成员姓名1", "与户主关系"]);
    // As it should be, and with one name that holds a number.
    let mut lines = insured_list(INSURANCE, 8);
    lines[3] = lines[3].replacen(NAMES[2], &format!("{}{}", NAMES[2], IDS[2]), 1);
    let loaded = insurance(&lines).unwrap();
    assert_eq!(counts(&loaded), (7, 1));
    assert_eq!(loaded.rejects[0].reason_code, "number_in_name");
    assert_eq!(dibao(DIBAO, &rows).unwrap().totals.rejected(), 0);
}

#[test]
fn a_file_that_breaks_off_is_refused() {
    let mut text = insured_list(INSURANCE, 8).join("\n");
    text.push_str("\n2018,李天浩,4106222014");
    refused(
        try_load("insurance", &[("医保参保_淇县.csv", text)]),
        &["中断", "医保参保_淇县.csv，第10行", "重新导出"],
    );
    // With all its cells, a last row without a line end is whole; words below a table are no row.
    for end in [insured(2), "制表人：王五".to_owned()] {
        let text = insured_list(INSURANCE, 8).join("\n") + "\n" + &end;
        assert!(try_load("insurance", &[("医保参保_淇县.csv", text)]).is_ok(), "{end}");
    }
    let mut bytes = (insured_list(INSURANCE, 60).join("\n") + "\n2018,李天浩,41").into_bytes();
    bytes.resize(bytes.len() + 100, 0);
    refused(try_load("insurance", &[("医保参保_淇县.csv", bytes)]), &["空字节", "医保参保_淇县.csv，第62行"]);
    // In the middle one short row is one rejected row.
    let mut lines = insured_list(INSURANCE, 8);
    lines[4] = format!("2018,{},{},男", NAMES[3], IDS[3]);
    let loaded = insurance(&lines).unwrap();
    assert_eq!(counts(&loaded), (7, 1));
    assert!(loaded.rejects[0].reason.contains("只有4格"));
}

#[test]
fn a_row_whose_cells_have_moved_is_rejected() {
    let none = ",,,,,";
    let mut rows: Vec<String> = (0..6).map(|at| household(at, none, "300")).collect();
    rows[2] = rows[2].replace("中山街2号", "中山街11组,2号").trim_end_matches(',').to_owned();
    let loaded = dibao(DIBAO, &rows).unwrap();
    assert_eq!(counts(&loaded), (5, 1));
    assert!(loaded.rejects[0].reason.contains("错了位"), "{}", loaded.rejects[0].reason);
    assert_eq!(loaded.rejects[0].row, 4);
}

#[test]
fn a_total_that_says_otherwise_is_told() {
    let with = |total: &str| {
        let mut lines = insured_list(INSURANCE, 40);
        lines.push(total.to_owned());
        insurance(&lines).unwrap()
    };
    let (message, blocking) = told(&with("合计,60人,,,,,,"), "stated_total").unwrap();
    assert!(message.contains("60人") && message.contains("40人") && blocking, "{message}");
    let (_, blocking) = told(&with("合计,41人,,,,,,"), "stated_total").unwrap();
    assert!(!blocking);
    for total in ["合计,40人,,,,,,", "本页小计,12人,,,,,,", "合计,,,,,,7200,0"] {
        assert_eq!(told(&with(total), "stated_total"), None, "{total}");
    }
    let rows: Vec<String> = (0..6).map(|at| household(at, ",,,,,", "300")).collect();
    let rows = [rows, vec!["共9户,,,,,,,,,,,,,,,,".to_owned()]].concat();
    let (message, blocking) = told(&dibao(DIBAO, &rows).unwrap(), "stated_total").unwrap();
    assert!(message.contains("9户") && message.contains("6户") && blocking, "{message}");
}

#[test]
fn units_in_headers_are_converted_or_refused() {
    let rows: Vec<String> = (0..6).map(|at| household(at, ",,,,,", "1200")).collect();
    let with = |header: &str| dibao(&DIBAO.replace("月保障金", header), &rows);
    for (header, fen) in [
        ("低保金(元/年)", 10_000),
        ("低保金（元/季度）", 40_000),
        ("低保金(年)", 10_000),
        ("低保金(元/半年)", 20_000),
        ("低保金(元/月)", 120_000),
        ("低保金(元/户)", 120_000),
        ("低保金", 120_000),
    ] {
        assert_eq!(amounts(&with(header).unwrap(), "monthly_amount_fen")[0], Some(fen), "{header}");
    }
    for header in ["月保障金(元/人)", "低保金(每人每月)", "低保金(元/人·月)"] {
        refused(with(header), &["不知道怎样折算", "ignore_headers"]);
    }
    // A column that the contract has no rate for.
    let lines = insured_list(&INSURANCE.replace("资助金额", "资助金额(元/年)"), 6);
    refused(insurance(&lines), &["元/年", "rate"]);
    // A unit above the table, or in a row below the header.
    let titled = |title: &str, header: &str| {
        let text = format!("{title},,\n{}\n{}\n", DIBAO.replace("月保障金", header), rows.join("\n"));
        try_load("dibao", &[("农村低保_淇县.csv", text)])
    };
    refused(titled("单位：万元", "月保障金"), &["万元", "月保障金", "units"]);
    assert!(titled("填报单位：民政局", "月保障金").is_ok());
    assert!(titled("单位：元", "月保障金").is_ok());
    assert!(titled("单位：万元", "月保障金(元)").is_ok());
    let below = [vec![",,,,,,,,,,,,,,,(万元),".to_owned()], rows.clone()].concat();
    refused(dibao(DIBAO, &below), &["万元"]);
}

#[test]
fn as_above_is_no_value() {
    let row = |school: &str, at: usize| {
        format!("{school},{},{},2018秋,寄宿生生活补助,625,建档立卡", NAMES[at], IDS[at])
    };
    let lines = [row("鹤壁集初级中学", 0), row("同上", 1), row("〃", 2)];
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let loaded = aid(&lines);
    assert_eq!(counts(&loaded), (1, 2));
    assert!(loaded.rejects.iter().all(|reject| reject.reason_code == "unknown_required"));
    let mut rows: Vec<String> = (0..6).map(|at| household(at, ",,,,,", "300")).collect();
    rows[1] = rows[1].replace("朝歌街道,中山街", "〃,同上");
    let loaded = dibao(DIBAO, &rows).unwrap();
    let batch = loaded.records.rows.batch().unwrap();
    let villages = batch.column_by_name("village").unwrap().as_string::<i32>();
    assert!(villages.is_null(1) && !villages.is_null(0));
    assert_eq!(loaded.totals.tables[0].unknown_cells["village"], 1);
    assert_eq!(loaded.totals.tables[0].unknown_cells["township"], 1);
}

#[test]
fn people_and_schools_called_like_totals_are_records() {
    let loaded = aid(&[
        "鹤壁集初级中学,何小计,,2018秋,寄宿生生活补助,625,建档立卡",
        "合计中学,合计,,2018秋,寄宿生生活补助,625,建档立卡",
        "合计,,,,,1250,",
        "鹤壁集初级中学,小计,,,,1250,",
    ]);
    assert_eq!(counts(&loaded), (2, 0));
    assert_eq!(loaded.totals.tables[0].skipped["total"], 2);
}

#[test]
fn a_head_who_is_listed_again_is_one_person() {
    let rows: Vec<String> = (0..6)
        .map(|at| {
            let child = format!("{},{},之子", NAMES[(at + 1) % 6], IDS[(at + 1) % 6]);
            household(at, &format!("{},{},户主,{child}", NAMES[at], IDS[at]), "300")
        })
        .collect();
    let loaded = dibao(DIBAO, &rows).unwrap();
    assert_eq!(counts(&loaded), (12, 0));
    assert!(told(&loaded, "repeated_member").unwrap().0.contains("6人"));
}
