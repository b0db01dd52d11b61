//! Audits that ask file by file and place by place: periods in every form, lists twice, numbers that are nobody's.

use std::path::Path;

use arrow::array::{Array as _, AsArray as _};
use arrow::datatypes::Int32Type;
use bidui::testing::config::Pipeline;
use bidui::testing::load::{LoadedSource, load_source};

use crate::end_to_end::{bidui, root, text};
use crate::mutated_inputs::invented::with_check_character;

/// Loads files of a source of the pipeline.
fn load(source: &str, files: &[(&str, String)]) -> LoadedSource {
    try_load(source, files).unwrap_or_else(|error| panic!("{error}"))
}

/// Files of a source of the pipeline as they are loaded, or why they are refused.
pub(crate) fn try_load(source: &str, files: &[(&str, impl AsRef<[u8]>)]) -> Result<LoadedSource, String> {
    let pipeline = Pipeline::open(&root().join("pipelines/hebi")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let index = pipeline.source_index(source).unwrap();
    load_source(&pipeline, index, folder.path(), None)
        .map(|loaded| loaded.expect("a list"))
        .map_err(|error| bidui::testing::error::render_error(&error, false))
}

/// An ID number of an invented person: `at` tells them apart, the check character agrees.
pub(crate) fn id(at: u32) -> String {
    let front = format!("4106221960{:02}{:02}{:03}", at / 28 % 12 + 1, at % 28 + 1, at * 7 % 1000);
    with_check_character(&front)
}

pub(crate) fn name(at: u32) -> String {
    let given = "建国红军秀英志强玉兰海燕春生".chars().collect::<Vec<_>>();
    let one = given[(at / 14 % 14) as usize];
    format!("{}{one}{}", ["张", "王", "李"][(at / 196 % 3) as usize], given[(at % 14) as usize])
}

/// What the audits say, the blocking ones marked.
fn told(loaded: &LoadedSource) -> Vec<String> {
    let mark = |blocking| if blocking { "!" } else { "" };
    loaded.audits.iter().map(|a| format!("{}{}：{}", mark(a.blocking), a.audit, a.message)).collect()
}

fn says(loaded: &LoadedSource, parts: &[&str]) {
    let all = told(loaded);
    assert!(all.iter().any(|one| parts.iter().all(|part| one.contains(part))), "no {parts:?} in {all:#?}");
}

fn silent(loaded: &LoadedSource, audit: &str) {
    let all = told(loaded);
    assert!(all.iter().all(|one| !one.trim_start_matches('!').starts_with(audit)), "{all:#?}");
}

fn aid(terms: impl Fn(u32) -> String, people: std::ops::Range<u32>) -> String {
    let rows =
        people.map(|at| format!("第一中学,{},{},{},补助,{},建档立卡", name(at), id(at), terms(at), 500 + at));
    let rows: Vec<String> = rows.collect();
    format!("学校,姓名,身份证号,学期,受助项目,受助金额,资助类别\n{}\n", rows.join("\n"))
}

pub(crate) const INSURED: &str = "参保年度,姓名,身份证号,县(区),乡镇,参保状态";

pub(crate) fn insured(year: impl Fn(u32) -> String, people: std::ops::Range<u32>, township: &str) -> String {
    people.map(|at| format!("{},{},{},淇县,{township},正常参保\n", year(at), name(at), id(at))).collect()
}

const DIBAO: &str = "县区,乡镇,村,家庭编号,户主姓名,户主身份证号,类别,起保年月,停保年月";

fn dibao(number: impl Fn(u32) -> String, months: (&str, &str), people: std::ops::Range<u32>) -> String {
    let row = |at| {
        let (start, stop) = months;
        format!("淇县,高村镇,高村,{},{},{},农村,{start},{stop}\n", number(at), name(at), id(at))
    };
    format!("{DIBAO}\n{}", people.map(row).collect::<String>())
}

#[test]
fn a_term_comes_out_as_rules_compare_it() {
    for written in ["2018年秋季学期", "2018-2019学年第一学期", "18秋", "201809", "二〇一八年秋季"]
    {
        let loaded = load("student_aid", &[("学生资助.csv", aid(|_| written.to_owned(), 0..3))]);
        let batch = loaded.records.rows.batch().unwrap();
        let terms = batch.column_by_name("term").unwrap();
        let terms: Vec<Option<&str>> = terms.as_string::<i32>().iter().collect();
        assert_eq!(terms, [Some("2018秋"); 3], "{written}");
    }
    let loaded = load("student_aid", &[("学生资助.csv", aid(|_| "2018".to_owned(), 0..3))]);
    assert_eq!((loaded.totals.accepted(), loaded.totals.rejected()), (0, 3));
    assert_eq!(loaded.rejects[0].reason_code, "bad_period");
    says(&loaded, &["!reject_share", "看不出是哪一个学期：3条"]);
}

#[test]
fn a_year_is_four_digits_of_this_time() {
    let written = ["2018", "2018年", "二〇一八年度", "20180101", "2018-01-01", "18", "0", "2934"];
    let rows = insured(|at| written[at as usize].to_owned(), 0..8, "高村镇");
    let loaded = load("insurance", &[("医保参保_淇县.csv", format!("{INSURED}\n{rows}"))]);
    let batch = loaded.records.rows.batch().unwrap();
    let years = batch.column_by_name("year").unwrap().as_primitive::<Int32Type>();
    assert_eq!(years.values().to_vec(), [2018; 5]);
    assert_eq!(loaded.rejects.iter().map(|r| r.original.as_str()).collect::<Vec<_>>(), ["18", "0", "2934"]);
}

#[test]
fn rows_pasted_twice_are_one_list() {
    let once = aid(|_| "2018秋".to_owned(), 0..40);
    let rows = once.split_once('\n').unwrap().1.to_owned();
    let loaded = load("student_aid", &[("学生资助.csv", format!("{once}{rows}"))]);
    says(&loaded, &["!duplicate_rows", "有40条记录与前面的完全相同（占50%"]);
    // Two terms of the same students are two rows each.
    let spring = aid(|_| "2018春".to_owned(), 0..40);
    let spring = spring.split_once('\n').unwrap().1.to_owned();
    silent(&load("student_aid", &[("学生资助.csv", format!("{once}{spring}"))]), "duplicate");
}

#[test]
fn two_files_of_the_same_people_are_told_with_their_share() {
    let new = dibao(|at| format!("4106220020{at:04}"), ("201504", ""), 0..40);
    let old = dibao(|at| format!("41062200200{at:04}0"), ("201504", ""), 10..50);
    let loaded = load("dibao", &[("农村低保_淇县.csv", new.clone()), ("农村低保_淇县_旧.csv", old)]);
    says(&loaded, &["!duplicate_file", "农村低保_淇县_旧.csv", "有30人两份都有", "75%"]);
    let others = dibao(|at| format!("41062200200{at:04}0"), ("201504", ""), 30..70);
    silent(&load("dibao", &[("农村低保_淇县.csv", new), ("农村低保_淇县_补.csv", others)]), "duplicate");
    // Files that each hold one kind of aid rightly name the same students.
    let one = aid(|_| "2018秋".to_owned(), 0..40);
    let loaded = load(
        "student_aid",
        &[("学生资助_甲.csv", one.clone()), ("学生资助_乙.csv", one.replace(",补助,", ",免学费,"))],
    );
    silent(&loaded, "duplicate");
}

#[test]
fn household_numbers_in_scientific_notation_are_no_numbers() {
    let loaded =
        load("dibao", &[("农村低保_淇县.csv", dibao(|_| "4.1E+13".to_owned(), ("201504", ""), 0..30))]);
    assert_eq!((loaded.totals.accepted(), loaded.totals.rejected()), (0, 30));
    says(&loaded, &["!reject_share", "“家庭编号”成了科学计数法", "30条"]);
}

#[test]
fn an_end_before_the_start_is_not_known() {
    let rows = dibao(|at| format!("4106220020{at:04}"), ("201504", "201001"), 0..3);
    let loaded = load("dibao", &[("农村低保_淇县.csv", rows)]);
    let batch = loaded.records.rows.batch().unwrap();
    assert_eq!(batch.column_by_name("stop_month").unwrap().null_count(), 3);
    assert_eq!(loaded.records.unknown.records("stop_month"), [0, 1, 2]);
    let warned: Vec<&str> = loaded.cell_warnings.iter().map(|w| w.reason_code.as_str()).collect();
    assert_eq!(warned, ["end_before_start"; 3]);
}

#[test]
fn numbers_that_are_nobodys_stop() {
    let try_list = |number: &dyn Fn(u32) -> String, name: &dyn Fn(u32) -> String| {
        let rows = (0..40).map(|at| format!("2018,{},{},淇县,高村镇,正常参保\n", name(at), number(at)));
        try_load("insurance", &[("医保参保_淇县.csv", format!("{INSURED}\n{}", rows.collect::<String>()))])
    };
    let list = |number: &dyn Fn(u32) -> String, name: &dyn Fn(u32) -> String| try_list(number, name).unwrap();
    let good = list(&id, &name);
    assert!(told(&good).iter().all(|one| !one.contains("unusable")), "{:#?}", told(&good));
    let dragged = list(&|at| (410_622_196_807_173_557_u64 + u64::from(at)).to_string(), &name);
    says(&dragged, &["!unusable_numbers", "有40格依次递增"]);
    let copied = list(&|_| id(1), &name);
    says(&copied, &["!unusable_numbers", "有40行是不同的人用同一个“身份证号”"]);
    let phones = list(&|at| format!("138{:08}", at * 977), &name);
    says(&phones, &["!unusable_numbers", "有40格不能作证件号码用（占100%）：像电话号码40格"]);
    let floats = list(&|at| format!("4.106219350{at:03}E+17"), &name);
    says(&floats, &["!unusable_numbers", "被表格软件截断"]);
    let masked = list(&|at| format!("{}********{}", &id(at)[..6], &id(at)[14..]), &name);
    says(&masked, &["unusable_numbers", "部分数字被星号遮盖40格"]);
    assert!(masked.audits.iter().all(|audit| !audit.blocking), "{:#?}", told(&masked));
    let some = list(&|at| if at % 3 == 0 { "无法提供".to_owned() } else { id(at) }, &name);
    silent(&some, "!unusable_numbers");
    let damaged = list(&id, &|at| if at % 3 == 0 { "张\u{FFFD}军".to_owned() } else { name(at) });
    says(&damaged, &["unusable_names", "有14格含有丢失的字"]);
    let swapped = try_list(&name, &id).unwrap_err();
    assert!(swapped.contains("40格（100%）是姓名") && swapped.contains("两列写反"), "{swapped}");
    let words = list(&|at| format!("待补办证件甲乙{}", ["丙", "丁"][(at % 2) as usize]), &name);
    says(&words, &["!unusable_numbers", "没有数字40格"]);
}

#[test]
fn rejects_of_one_file_are_not_lost_among_many() {
    let people = insured(|_| "2018".to_owned(), 0..400, "高村镇");
    let mut few = insured(|_| "2018".to_owned(), 400..440, "朝歌街道办事处");
    for at in 400..412 {
        few = few.replace(&format!(",{},", name(at)), ",,");
    }
    let files = [
        ("医保参保_甲.csv", format!("{INSURED}\n{people}")),
        ("医保参保_乙.csv", format!("{INSURED}\n{few}")),
    ];
    let loaded = load("insurance", &files);
    says(&loaded, &["!reject_share", "文件“医保参保_乙.csv”读入40条，退回12条（30%", "“姓名”为空：12条"]);
}

pub(crate) fn check(files: &[(&str, String)]) -> (String, Option<i32>) {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::create_dir_all(folder.path().join(name).parent().unwrap_or(Path::new(""))).unwrap();
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let data = folder.path();
    let checked = bidui(&["check", "pipelines/hebi", "--data", text(data), "--quarter", "2018Q3"]);
    (String::from_utf8(checked.stdout).unwrap(), checked.status.code())
}

#[test]
fn a_township_of_another_year_and_places_that_nobody_knows_are_told() {
    let good = insured(|_| "2018".to_owned(), 0..60, "高村镇");
    let old = insured(|_| "2017".to_owned(), 60..90, "朝歌街道办事处");
    let (said, _) = check(&[("医保参保_淇县.csv", format!("{INSURED}\n{good}{old}"))]);
    assert!(
        said.contains("阻断：文件“医保参保_淇县.csv”里淇县朝歌街道办事处没有2018年第3季度的行"),
        "{said}"
    );
    let wrong = insured(|_| "2018".to_owned(), 0..60, "高村镇").replace("淇县", "城乡一体化示范区");
    let (said, _) = check(&[("医保参保_淇县.csv", format!("{INSURED}\n{wrong}"))]);
    assert!(said.contains("有60行的县（区）或乡镇在区划表里查不到"), "{said}");
    assert!(said.contains("“城乡一体化示范区 高村镇”60行"), "{said}");
    let years = insured(|at| if at < 30 { "2060" } else { "2018" }.to_owned(), 0..60, "高村镇");
    let (said, _) = check(&[("医保参保_淇县.csv", format!("{INSURED}\n{years}"))]);
    assert!(said.contains("有30行是不可能的年份（占50%；2060：30行）"), "{said}");
}

#[test]
fn a_quarter_without_its_year_is_seen_in_names_and_titles() {
    let list = dibao(|at| format!("4106220020{at:04}"), ("201504", ""), 0..5);
    for file in ["第二季度/农村低保_淇县.csv", "农村低保_淇县_截至6月底.csv"] {
        let (said, code) = check(&[(file, list.clone())]);
        assert!(said.contains("阻断：文件“") && said.contains("的名称写的是“"), "{file}: {said}");
        assert_eq!(code, Some(2));
    }
    for file in ["第三季度/农村低保_淇县.csv", "农村低保_淇县_10月.csv", "农村低保_淇县_9月.csv"]
    {
        let (said, _) = check(&[(file, list.clone())]);
        assert!(!said.contains("的名称写的是"), "{file}: {said}");
    }
    let (said, _) = check(&[("农村低保_淇县.csv", format!("淇县低保名单（二〇一八年第二季度）\n{list}"))]);
    assert!(said.contains("没有2018年第3季度的行（文件名或标题写的是2018年第二季度）"), "{said}");
}

#[test]
fn a_column_that_a_county_hardly_fills_is_not_delivered_there() {
    let full = insured(|_| "2018".to_owned(), 0..60, "高村镇");
    let bare = insured(|_| "2018".to_owned(), 60..120, "高村镇");
    let bare: String = bare
        .lines()
        .enumerate()
        .map(|(at, row)| if at < 5 { format!("{row}\n") } else { row.replace("正常参保", "") + "\n" })
        .collect();
    let files = [
        ("医保参保_甲.csv", format!("{INSURED}\n{full}")),
        ("医保参保_乙.csv", format!("{INSURED}\n{bare}")),
    ];
    let (said, _) = check(&files);
    assert!(said.contains("医保参保_乙.csv（60行只填了5行）"), "{said}");
    let bare = bare.replace("淇县", "浚县").replace("高村镇", "善堂镇");
    let (said, _) = check(&[("医保参保.csv", format!("{INSURED}\n{full}{bare}"))]);
    assert!(said.contains("浚县（60行只填了5行）"), "{said}");
}

#[test]
fn the_few_values_of_a_column_that_a_file_hardly_fills_stay_known() {
    let full = insured(|_| "2018".to_owned(), 0..60, "高村镇");
    let few = insured(|_| "2018".to_owned(), 60..120, "高村镇").replacen("正常参保", "", 55);
    let none = insured(|_| "2018".to_owned(), 120..180, "高村镇").replace("正常参保", "");
    let list = |rows: &str| format!("{INSURED}\n{rows}");
    let files =
        [("医保参保_1.csv", list(&full)), ("医保参保_2.csv", list(&few)), ("医保参保_3.csv", list(&none))];
    let loaded = load("insurance", &files);
    assert_eq!(loaded.totals.tables.iter().map(|t| t.accepted).collect::<Vec<_>>(), [60; 3]);
    assert_eq!(loaded.records.unknown.absent("status").to_vec(), std::slice::from_ref(&(120..180)));
    let batch = loaded.records.rows.batch().unwrap();
    assert_eq!(batch.column_by_name("status").unwrap().null_count(), 115);
}

#[test]
fn numbers_that_slid_by_a_row_are_told_by_birth_date_and_sex() {
    let list = |slid: u32| {
        let row = |at: u32| {
            let own = id(at);
            let sex = if own.as_bytes()[16] % 2 == 1 { "男" } else { "女" };
            let born = format!("{}-{}-{}", &own[6..10], &own[10..12], &own[12..14]);
            format!("2018,{},{},{sex},{born},淇县,高村镇,正常参保\n", name(at), id(at + slid))
        };
        let rows: String = (0..60).map(row).collect();
        let header = "参保年度,姓名,身份证号,性别,出生日期,县(区),乡镇,参保状态";
        load("insurance", &[("医保参保_淇县.csv", format!("{header}\n{rows}"))])
    };
    silent(&list(0), "slid_column");
    says(&list(1), &["!slid_column", "文件“医保参保_淇县.csv”", "“出生日期”有57行（占95%）"]);
}

#[test]
fn files_that_overlap_are_named_together() {
    let one = dibao(|at| format!("4106220020{at:04}"), ("201504", ""), 0..60);
    let two = dibao(|at| format!("4106220020{at:04}"), ("201504", ""), 50..110);
    let loaded = load("dibao", &[("农村低保_淇县_1.csv", one), ("农村低保_淇县_2.csv", two)]);
    says(&loaded, &["overlapping_files", "农村低保_淇县_2.csv", "农村低保_淇县_1.csv", "有10行两份都有"]);
    silent(&loaded, "!");
}

#[test]
fn starts_after_the_period_are_counted_by_file() {
    let list = |start: &str| dibao(|at| format!("4106220020{at:04}"), (start, ""), 0..10);
    let (said, _) = check(&[("农村低保_淇县.csv", list("201811"))]);
    assert!(
        said.contains("有10行的“起保年月”比2018年第3季度晚一个月以上（例如第2行；最晚2018-11）"),
        "{said}"
    );
    let (said, _) = check(&[("农村低保_淇县.csv", list("201810"))]);
    assert!(!said.contains("晚一个月以上"), "{said}");
}

#[test]
fn amounts_of_a_county_in_another_unit_are_not_known_there() {
    let header = "县,乡镇,行政村,户编号,户主姓名,户主证件号码,人均纯收入";
    let list = |of: &dyn Fn(u32) -> &'static str| {
        let row = |at: u32| {
            let county = ["淇县", "浚县", "鹤山区"][(at % 3) as usize];
            format!("{county},甲镇,乙村,41002{at:05},{},{},{}\n", name(at), id(at), of(at % 3))
        };
        let rows: String = (0..90).map(row).collect();
        load("registry_household", &[("建档立卡户信息.csv", format!("{header}\n{rows}"))])
    };
    // Of a size that is usual somewhere, but not among these.
    let loaded = list(&|county| if county == 0 { "680" } else { "7646" });
    says(&loaded, &["deviating_amounts", "“人均纯收入”在淇县", "多半是6"]);
    let said = told(&loaded).into_iter().find(|one| one.contains("deviating_amounts")).unwrap();
    assert!(
        said.contains("元到") && said.contains("元之间：多半是换了单位") && !said.contains("  "),
        "{said}"
    );
    assert_eq!(loaded.records.unknown.records("per_capita_income_fen").len(), 30);
    let batch = loaded.records.rows.batch().unwrap();
    assert_eq!(batch.column_by_name("per_capita_income_fen").unwrap().null_count(), 30);
    let loaded = list(&|county| if county == 0 { "3200" } else { "7646" });
    silent(&loaded, "deviating_amounts");
    assert!(loaded.records.unknown.records("per_capita_income_fen").is_empty());
}

#[test]
fn more_months_than_a_year_has_are_not_known() {
    let header = "县,乡镇,行政村,户编号,人编号,姓名,性别,证件号码,与户主关系,务工时间(月)";
    let row = |at: u32| {
        let months = [240, 12, 0, 13][at as usize];
        format!("淇县,甲镇,乙村,41002{at:05},1{at},{},男,{},户主,{months}\n", name(at), id(at))
    };
    let rows: String = (0..4).map(row).collect();
    let loaded = load("registry_person", &[("建档立卡人口信息.csv", format!("{header}\n{rows}"))]);
    assert_eq!(loaded.records.unknown.records("work_months"), [0, 3]);
    let warned: Vec<&str> = loaded.cell_warnings.iter().map(|w| w.reason_code.as_str()).collect();
    assert_eq!(warned, ["out_of_range"; 2]);
    assert!(loaded.cell_warnings[0].reason.contains("不在0到12之间"));
}

#[test]
fn a_copy_with_hidden_numbers_is_the_same_list_twice() {
    let number = |at: u32| format!("4106220020{at:04}");
    let whole = dibao(number, ("201504", ""), 0..60);
    let hidden: String = whole
        .lines()
        .map(|line| {
            let mut cells: Vec<String> = line.split(',').map(str::to_owned).collect();
            if cells[5].is_ascii() {
                cells[5].replace_range(6..14, "********");
                cells[3].replace_range(4..10, "******");
            }
            format!("{}\n", cells.join(","))
        })
        .collect();
    let loaded =
        load("dibao", &[("农村低保_淇县.csv", whole.clone()), ("农村低保_淇县_公示.csv", hidden.clone())]);
    says(
        &loaded,
        &["!duplicate_file", "文件“农村低保_淇县_公示.csv”是文件“农村低保_淇县.csv”的脱敏副本", "60行"],
    );
    // A few names that were hidden before, as in every list, change nothing.
    let one_less = |list: &str| list.replace(&name(5), "张*").replace(&name(9), "李*");
    let two = [("农村低保_淇县.csv", one_less(&whole)), ("农村低保_淇县_公示.csv", one_less(&hidden))];
    says(&load("dibao", &two), &["!duplicate_file", "脱敏副本"]);
    // Of other people it is a list of its own.
    let others = dibao(number, ("201504", ""), 100..160);
    let loaded = load("dibao", &[("农村低保_淇县.csv", others), ("农村低保_淇县_公示.csv", hidden)]);
    silent(&loaded, "duplicate_file");
}

#[test]
fn a_copy_with_hidden_numbers_and_names_is_the_same_list_twice() {
    let people = insured(|_| "2018".to_owned(), 0..60, "高村镇");
    let rows = (0..60).zip(people.lines()).map(|(at, row)| format!("{row},{}\n", &id(at)[6..14]));
    let whole = format!("{INSURED},出生日期\n{}", rows.collect::<String>());
    let header: Vec<&str> = INSURED.split(',').collect();
    let named = header.iter().position(|title| *title == "姓名").unwrap();
    let hide = |line: &str| {
        let mut cells: Vec<String> = line.split(',').map(str::to_owned).collect();
        for (at, cell) in cells.iter_mut().enumerate() {
            if cell.len() == 18 && cell.is_ascii() {
                cell.replace_range(6..14, "********");
            } else if at == named && cell != "姓名" {
                *cell = format!("{}**", cell.chars().next().unwrap());
            }
        }
        format!("{}\n", cells.join(","))
    };
    let hidden: String = whole.lines().map(hide).collect();
    let loaded = load("insurance", &[("医保参保_淇县.csv", whole), ("医保参保_淇县_公示.csv", hidden)]);
    says(&loaded, &["!duplicate_file", "脱敏副本", "60行"]);
    assert_eq!(told(&loaded).iter().filter(|one| one.contains("duplicate_file")).count(), 1);
}

#[test]
fn amounts_that_are_not_of_the_usual_size_are_not_known() {
    let header = "县,乡镇,行政村,户编号,户主姓名,户主证件号码,人均纯收入";
    let list = |county: &str, rows: u32, income: &str| {
        let row = |at: u32| format!("{county},甲镇,乙村,41002{at:05},{},{},{income}\n", name(at), id(at));
        let rows: String = (0..rows).map(row).collect();
        load("registry_household", &[("建档立卡户信息.csv", format!("{header}\n{rows}"))])
    };
    // One county alone, the whole list in 万元, few rows: nobody else is there to be compared with.
    for (county, told) in [("淇县", "在淇县多半是0.7"), ("", "没有写明县的各行多半是0.7")]
    {
        let loaded = list(county, 5, "0.7646");
        says(&loaded, &["deviating_amounts", told, "usual"]);
        assert_eq!(loaded.records.unknown.records("per_capita_income_fen").len(), 5, "{county}");
    }
    for loaded in [list("淇县", 5, "7646"), list("淇县", 4, "0.7646"), list("淇县", 5, "")] {
        silent(&loaded, "deviating_amounts");
    }
}

/// Sixty households of two townships, the head alone: number of the household by position.
fn households(number: impl Fn(u32) -> String) -> LoadedSource {
    let mut text = "县区,乡镇,村,家庭编号,户主姓名,户主身份证号,类别,起保年月,停保年月\n".to_owned();
    for at in 0..60 {
        let (township, village) = [("善堂镇", "大高村"), ("小河镇", "前高村")][(at / 30) as usize];
        text += &format!("浚县,{township},{village},{},{},{},农村,201601,\n", number(at), name(at), id(at));
    }
    load("dibao", &[("农村低保_浚县.csv", text)])
}

#[test]
fn households_with_the_number_of_another_are_told() {
    silent(&households(|at| format!("4106210{at:05}")), "shared_households");
    // Serials that begin again; ends that became zeros.
    says(
        &households(|at| (at % 30 + 1).to_string()),
        &["!shared_households", "有60户（占100%）", "共30个编号"],
    );
    let cut = households(|at| format!("41062100008{:04}000", at / 20));
    says(&cut, &["!shared_households", "共3个编号", "第2行与", "索取编号不重复的名单后重新运行"]);
    // A few dragged down are told; two are a slip.
    let few = |count: u32| households(move |at| format!("4106210{:05}", if at < count { 0 } else { at }));
    says(&few(4), &["shared_households", "有4户（占6.7%）", "核对"]);
    assert!(told(&few(4)).iter().all(|one| !one.starts_with("!shared_households")));
    silent(&few(2), "shared_households");
}

#[test]
fn a_household_listed_twice_is_one_household() {
    let mut text = "县区,乡镇,村,家庭编号,户主姓名,户主身份证号,成员姓名1,成员身份证号1,成员关系1,类别,起保年月,停保年月\n".to_owned();
    for at in 0..40 {
        let who = format!("{},{},{},{},之子", name(at), id(at), name(at + 40), id(at + 40));
        text += &format!("浚县,善堂镇,大高村,4106210{at:05},{who},农村,201601,\n");
        text += &format!("浚县,,,4106210{at:05},{},{},,,,农村,201601,\n", name(at), id(at));
    }
    silent(&load("dibao", &[("农村低保_浚县.csv", text)]), "shared_households");
}

#[test]
fn an_ignored_column_that_says_who_left_is_told() {
    let mut pipeline = Pipeline::open(&root().join("pipelines/hebi")).unwrap();
    let index = pipeline.source_index("dibao").unwrap();
    for header in ["停发时间", "是否在保", "颜色"] {
        pipeline.sources[index].ignore_headers.push(header.to_owned());
    }
    let read = |state: &str| {
        let mut text =
            "县区,乡镇,村,家庭编号,户主姓名,户主身份证号,类别,起保年月,停发时间,是否在保,颜色\n".to_owned();
        for at in 0..40 {
            let state = if at < 3 { state } else { "," };
            text += &format!(
                "浚县,善堂镇,大高村,4106210{at:05},{},{},农村,201601,{state},红\n",
                name(at),
                id(at)
            );
        }
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("农村低保_浚县.csv"), text).unwrap();
        load_source(&pipeline, index, folder.path(), None).unwrap().unwrap()
    };
    says(&read("201806,否"), &["ignored_state", "“停发时间”3格、“是否在保”3格", "照约定没有读"]);
    silent(&read(","), "ignored_state");
}

#[test]
fn a_guardian_with_the_number_of_the_pupil_is_not_known() {
    let header = "学校,姓名,身份证号,学期,受助项目,受助金额,资助类别,监护人姓名,监护人身份证号\n";
    let rows: String = (0..40)
        .map(|at| {
            let guardian = if at < 6 { at } else { at + 100 };
            let (name, own, other) = (name(at), id(at), name(at + 100));
            format!("第一中学,{name},{own},2018秋,补助,625,建档立卡,{other},{}\n", id(guardian))
        })
        .collect();
    let loaded = load("student_aid", &[("学生资助.csv", header.to_owned() + &rows)]);
    let batch = loaded.records.rows.batch().unwrap();
    let guardians = batch.column_by_name("guardian_id_number").unwrap();
    assert_eq!((guardians.null_count(), loaded.records.rows.count()), (6, 40));
    let warned: Vec<&str> = loaded.cell_warnings.iter().map(|r| r.reason_code.as_str()).collect();
    assert_eq!(warned, ["guardian_self"; 6]);
}
