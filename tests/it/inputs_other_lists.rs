//! Lists that are there twice within one file, lists of another scheme, and those who are new alone.

use std::fs;

use bidui::testing::load::LoadedSource;

use crate::end_to_end::{key, ok, root, text, with_notices};
use crate::inputs_audits::{check, id, name, try_load};
use crate::inputs_folder::copy_folder;

const DIBAO: &str = "县区,乡镇,村,家庭编号,户主姓名,户主身份证号,类别,月保障金,起保年月,停保年月";
const AID: [&str; 6] = ["学校", "姓名", "身份证号", "学期", "受助项目", "受助金额"];
const INSURED: &str = "年度,姓名,身份证号,县区,乡镇,参保状态";

fn row(at: u32, amount: u32) -> String {
    format!("浚县,善堂镇,东善堂,41062100{at:04},{},{},农村,{amount},201603,\n", name(at), id(at))
}

/// A list of sixty households and further rows: which, and with what amount.
fn dibao(again: &[(u32, u32)]) -> LoadedSource {
    let rows: String = (0..60).map(|at| row(at, 215)).collect();
    let more: String = again.iter().map(|&(at, amount)| row(at, amount)).collect();
    try_load("dibao", &[("农村低保_浚县.csv", format!("{DIBAO}\n{rows}{more}"))]).unwrap()
}

fn pasted(loaded: &LoadedSource) -> Vec<(&str, bool)> {
    let found = loaded.audits.iter().filter(|one| one.audit == "duplicate_rows");
    found.map(|one| (one.message.as_str(), one.blocking)).collect()
}

#[test]
fn rows_pasted_again_are_told_and_a_list_twice_stops() {
    let again = |people: std::ops::Range<u32>, amount| people.map(|at| (at, amount)).collect::<Vec<_>>();
    let loaded = dibao(&again(20..25, 430));
    let [(few, false)] = pasted(&loaded)[..] else { panic!("{:?}", pasted(&loaded)) };
    let told =
        "有5条按原来的次序又列了一遍（占7.7%）：第62至66行与第22至26行是同样的人、同样的户，有的金额不一样";
    assert!(few.contains(told), "{few}");
    for amount in [215, 430] {
        let loaded = dibao(&again(0..40, amount));
        let [(all, true)] = pasted(&loaded)[..] else { panic!("{:?}", pasted(&loaded)) };
        assert!(all.contains("粘贴了两遍"), "{all}");
    }
    // Some may rightly stand twice, one here and one there.
    for few in [vec![(3, 430)], vec![(3, 430), (40, 430), (17, 430), (29, 215)], again(60..65, 430)] {
        assert_eq!(pasted(&dibao(&few)), [], "{few:?}");
    }
}

#[test]
fn one_household_that_stands_twice_is_no_pasted_list() {
    let header = DIBAO.to_owned() + ",成员姓名1,成员身份证号1,成员姓名2,成员身份证号2";
    let home = |at: u32| {
        let [one, two] = [at + 100, at + 200].map(|at| format!("{},{}", name(at), id(at)));
        row(at, 215).trim_end().to_owned() + &format!(",{one},{two}\n")
    };
    let rows: String = (0..20).chain([4, 9]).map(home).collect();
    let loaded = try_load("dibao", &[("农村低保_浚县.csv", format!("{header}\n{rows}"))]).unwrap();
    assert_eq!((pasted(&loaded), loaded.records.rows.count()), (Vec::new(), 66));
}

/// A workbook of pupils with a second sheet that has no header.
fn two_sheets(second: impl Iterator<Item = (u32, u32)>) -> LoadedSource {
    let mut book = rust_xlsxwriter::Workbook::new();
    let cells = |at: u32, amount: u32| {
        ["第一中学".to_owned(), name(at), id(at), "2018秋".into(), "补助".into(), amount.to_string()]
    };
    let first = std::iter::once(AID.map(str::to_owned)).chain((0..40).map(|at| cells(at, 625)));
    let second = second.map(|(at, amount)| cells(at, amount));
    for (name, rows) in [("名单", first.collect::<Vec<_>>()), ("Sheet2", second.collect())] {
        let sheet = book.add_worksheet().set_name(name).unwrap();
        for (row, cells) in (0..).zip(rows) {
            for (column, cell) in (0..).zip(cells) {
                sheet.write_string(row, column, cell).unwrap();
            }
        }
    }
    try_load("student_aid", &[("学生资助.xlsx", book.save_to_buffer().unwrap())]).unwrap()
}

#[test]
fn a_sheet_of_rows_of_the_other_sheet_is_a_scratch() {
    let loaded = two_sheets((4..7).map(|at| (at, 625)));
    let [(scratch, true)] = pasted(&loaded)[..] else { panic!("{:?}", loaded.audits) };
    for part in ["工作表“Sheet2”有3条", "工作表“名单”的第1至3行与第6至8行", "skip_sheets"]
    {
        assert!(scratch.contains(part), "no {part} in {scratch}");
    }
    // Other amounts may be paid besides: told, and it goes on.
    let loaded = two_sheets((4..7).map(|at| (at, 100)));
    let [(besides, false)] = pasted(&loaded)[..] else { panic!("{:?}", loaded.audits) };
    assert!(besides.contains("有的金额不一样"), "{besides}");
    assert_eq!(pasted(&two_sheets((50..53).map(|at| (at, 625)))), []);
}

#[test]
fn a_list_of_another_scheme_is_not_read_as_the_one_of_its_form() {
    let rows: String = (0..30).map(|at| row(at, 215)).collect();
    let insured: String =
        (0..30).map(|at| format!("2018,{},{},浚县,善堂镇,正常参保\n", name(at), id(at))).collect();
    let of_kind = insured.replace("正常参保\n", "正常参保,职工\n");
    let titled = |title: &str, header: &str, rows: &str| format!("{title}\n{header}\n{rows}");
    for (file, list, word) in [
        ("农村低保_浚县.csv", titled("浚县2018年三季度特困人员救助供养花名册", DIBAO, &rows), "特困人员"),
        ("农村低保_浚县.csv", titled("浚县低保边缘家庭花名册", DIBAO, &rows), "低保边缘"),
        ("参保人员名单.csv", titled("城乡居民基本养老保险参保人员名单", INSURED, &insured), "养老保险"),
        ("参保人员名单.csv", titled("城镇职工基本医疗保险参保人员", INSURED, &insured), "职工基本医疗保险"),
        ("农业保险参保农户.csv", format!("{INSURED}\n{insured}"), "农业保险"),
    ] {
        let (said, code) = check(&[(file, list)]);
        assert!(said.contains("阻断：") && said.contains(&format!("写的是“{word}”，不是")), "{word}: {said}");
        assert_eq!(code, Some(2), "{word}");
    }
    for (file, list) in [
        ("农村低保_浚县.csv", titled("浚县低保、特困人员花名册", DIBAO, &rows)),
        ("农村低保_浚县.csv", titled("填报单位：浚县特困人员供养服务中心", DIBAO, &rows)),
        ("农村低保_浚县.csv", titled("农村最低生活保障（不含特困人员）花名册", DIBAO, &rows)),
        ("参保人员名单.csv", titled("城镇职工医疗保险参保人员", &format!("{INSURED},险种"), &of_kind)),
    ] {
        let (said, _) = check(&[(file, list.clone())]);
        assert!(!said.contains("写的是“"), "{said}\n{}", list.lines().next().unwrap_or_default());
    }
}

#[test]
fn new_ones_alone_are_not_a_countys_list() {
    let new: String = (0..12).map(|at| row(at, 215)).collect();
    let new = format!("浚县2018年第三季度新增低保对象花名册\n{DIBAO}\n{new}");
    let others: String = (20..60).map(|at| row(at, 215)).collect();
    let told = "写着“新增”：只有12条，而浚县的全部在册的人没有别的名单";
    let (said, code) = check(&[("农村低保_浚县.csv", new.clone())]);
    assert!(said.contains("阻断：") && said.contains(told), "{said}");
    assert_eq!(code, Some(2));
    // Those of another county do not make it whole, those of its own do.
    let qi = others.replace("浚县,善堂镇,东善堂", "淇县,高村镇,高村");
    let (said, _) =
        check(&[("农村低保_浚县.csv", new.clone()), ("农村低保_淇县.csv", format!("{DIBAO}\n{qi}"))]);
    assert!(said.contains(told), "{said}");
    let whole = ("农村低保_浚县.csv", format!("{DIBAO}\n{others}"));
    let (said, _) = check(&[("农村低保_浚县_新增.csv", new), whole]);
    assert!(!said.contains("没有别的名单"), "{said}");
}

#[test]
fn where_new_ones_alone_came_rules_are_held() {
    let data = tempfile::tempdir().unwrap();
    copy_folder(&root().join("fixtures/hebi/2018Q3"), data.path());
    fs::remove_file(data.path().join("农村低保_浚县.xlsx")).unwrap();
    let new: String = (0..6).map(|at| row(at, 215)).collect();
    fs::write(data.path().join("农村低保_补.csv"), format!("浚县新增低保对象花名册\n{DIBAO}\n{new}"))
        .unwrap();
    let (out, keys) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let arguments = ["run", "pipelines/hebi", "--quarter", "2018Q3", "--select", "R02", "--allow-partial"];
    let places = ["--data", text(data.path()), "--out", text(out.path())];
    let key = key(keys.path());
    let summary = with_notices(&ok(&[&arguments[..], &places, &["--key-file", text(&key)]].concat()));
    assert!(summary.contains("浚县只报来了农村低保里新增、变更的人"), "{summary}");
}
