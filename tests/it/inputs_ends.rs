//! Columns of ends: what programs and officers write where nothing has ended, and what one county's cells say of the
//! others.

use arrow::array::{Array as _, AsArray as _};
use arrow::datatypes::Int32Type;
use bidui::testing::load::LoadedSource;

use crate::inputs_audits::{INSURED, check, id, name, try_load};

const DIBAO: &str = "县区,乡镇,村,家庭编号,户主姓名,户主身份证号,保障人口数,月保障金,起保年月,停保年月";

/// A list of a county with months of begin and end.
fn dibao(
    county: &str,
    people: std::ops::Range<u32>,
    months: impl Fn(u32) -> (String, String),
) -> (String, String) {
    let (township, village) = match county {
        "淇县" => ("北阳镇", "衡门村"),
        _ => ("善堂镇", "东善堂"),
    };
    let row = |at: u32| {
        let (start, stop) = months(at);
        format!("{county},{township},{village},4106210{at:05},{},{},1,215,{start},{stop}\n", name(at), id(at))
    };
    (format!("农村低保_{county}.csv"), format!("{DIBAO}\n{}", people.map(row).collect::<String>()))
}

/// A list whose ends are written so, all since April 2015.
fn with_ends(county: &str, people: std::ops::Range<u32>, stop: impl Fn(u32) -> String) -> (String, String) {
    dibao(county, people, |at| ("201504".to_owned(), stop(at)))
}

fn load(files: &[(String, String)]) -> LoadedSource {
    let files: Vec<(&str, &String)> = files.iter().map(|(file, text)| (file.as_str(), text)).collect();
    try_load("dibao", &files).unwrap_or_else(|error| panic!("{error}"))
}

fn said(files: &[(String, String)]) -> String {
    let files: Vec<(&str, String)> = files.iter().map(|(file, text)| (file.as_str(), text.clone())).collect();
    check(&files).0
}

/// Ends that are known, those that are not, and cells counted as no end.
fn ends(loaded: &LoadedSource) -> (usize, usize, u64) {
    let batch = loaded.records.rows.batch().unwrap();
    let known = batch.column_by_name("stop_month").unwrap().as_primitive::<Int32Type>();
    let cells = loaded.totals.tables[0].cells.get("stop_month").copied().unwrap_or_default();
    (known.len() - known.null_count(), loaded.records.unknown.records("stop_month").len(), cells.no_end)
}

#[test]
fn a_state_and_a_nought_say_that_nothing_has_ended() {
    for word in ["0", "0.0", "000000", "N", "否", "在保", "未停", "正常", "未终止", "（未停保）"]
    {
        let stop = |at: u32| if at < 2 { "201808".to_owned() } else { word.to_owned() };
        assert_eq!(ends(&load(&[with_ends("淇县", 0..30, stop)])), (2, 0, 28), "{word}");
    }
    // A state of those who have gone, without its month, is none of these.
    let loaded = load(&[with_ends("淇县", 0..30, |_| "停保".to_owned())]);
    assert_eq!(ends(&loaded), (0, 30, 0));
}

#[test]
fn null_in_a_column_of_ends_is_a_blank_where_it_stands_for_all_of_them() {
    for word in ["NULL", "null", "(null)", "[NULL]", "<null>", "None", "nan", "NaT", "nil"] {
        let stop = |at: u32| if at < 2 { "201808".to_owned() } else { word.to_owned() };
        assert_eq!(ends(&load(&[with_ends("淇县", 0..30, stop)])), (2, 0, 28), "{word}");
    }
    // Where others are blank, it says something else than these; and of few nobody knows.
    let some = |at: u32| if at < 8 { "NULL" } else { "" }.to_owned();
    assert_eq!(ends(&load(&[with_ends("淇县", 0..30, some)])), (0, 8, 0));
    let few = |at: u32| if at < 27 { "201808" } else { "NULL" }.to_owned();
    assert_eq!(ends(&load(&[with_ends("淇县", 0..30, few)])), (27, 3, 0));
    // What nobody knows is not known, and begins are no ends.
    let stop = |at: u32| if at < 15 { "不详" } else { "NULL" }.to_owned();
    assert_eq!(ends(&load(&[with_ends("淇县", 0..30, stop)])), (0, 30, 0));
    let begins = load(&[dibao("淇县", 0..30, |_| ("NULL".to_owned(), String::new()))]);
    assert_eq!(begins.records.unknown.records("start_month").len(), 30);
}

#[test]
fn cells_that_nobody_can_read_say_nothing_of_other_counties() {
    let unread = with_ends("淇县", 0..30, |_| "已审".to_owned());
    let blank = with_ends("浚县", 30..90, |at| if at < 33 { "201808" } else { "" }.to_owned());
    let files = [unread, blank];
    let said = said(&files);
    assert!(said.contains("“停保年月”有内容而读不出：文件“农村低保_淇县.csv”30格"), "{said}");
    assert!(!said.contains("只有部分文件有"), "{said}");
    let unknown = load(&files).records.unknown.records("stop_month").to_vec();
    // Files come in the order of their names.
    assert_eq!((unknown.len(), unknown[0]), (30, 60));
    // In one file of both counties likewise.
    let rows = files[1].1.split_once('\n').unwrap().1;
    let whole = ("农村低保.csv".to_owned(), format!("{}{rows}", files[0].1));
    let said = self::said(std::slice::from_ref(&whole));
    assert!(!said.contains("只有部分文件有"), "{said}");
    assert_eq!(load(&[whole]).records.unknown.records("stop_month").len(), 30);
}

#[test]
fn ends_of_nearly_everybody_in_one_county_are_not_known_there() {
    let ended = with_ends("淇县", 0..30, |at| format!("2018{:02}", 1 + at % 8));
    let blank = with_ends("浚县", 30..90, |at| if at < 33 { "201808" } else { "" }.to_owned());
    let files = [ended, blank];
    let said = said(&files);
    assert!(!said.contains("只有部分文件有"), "{said}");
    assert!(said.contains("在淇县（30行填了30行）几乎每行都填了，别的县60行只填了3行"), "{said}");
    let loaded = load(&files);
    assert_eq!((ends(&loaded).0, ends(&loaded).1), (3, 30));
    // Who alone came says nothing of others, and a list of those who left beside the one of those who did not is right.
    let alone = load(&files[..1]);
    assert_eq!((ends(&alone).0, ends(&alone).1), (30, 0));
    let left = with_ends("浚县", 0..30, |_| "201808".to_owned());
    let left = ("农村低保_浚县_停保.csv".to_owned(), left.1);
    let loaded = load(&[left, files[1].clone()]);
    assert_eq!((ends(&loaded).0, ends(&loaded).1), (33, 0));
}

#[test]
fn swapped_headers_of_begin_and_end_are_told_and_hold_that_county_alone() {
    let months = |at: u32| format!("20{:02}{:02}", 8 + at % 9, 1 + at % 12);
    // The month in which they began stands under the end; a few have stopped.
    let few = |at: u32| (if at < 3 { "201808".to_owned() } else { String::new() }, months(at));
    let none = |at: u32| (String::new(), months(at));
    let all = |at: u32| ("201808".to_owned(), months(at));
    let right = |at: u32| (months(at), if at < 35 { "201808".to_owned() } else { String::new() });
    for swapped in [&few as &dyn Fn(u32) -> (String, String), &none, &all] {
        let files = [dibao("淇县", 0..30, swapped), dibao("浚县", 30..90, right)];
        let loaded = load(&files);
        let told: Vec<&str> =
            loaded.audits.iter().filter(|a| a.audit == "swapped_ends").map(|a| a.message.as_str()).collect();
        assert!(
            matches!(told[..], [one] if one.contains("农村低保_淇县.csv里“起保年月”和“停保年月”的表头多半写反了")),
            "{told:?}"
        );
        let unknown = &loaded.records.unknown;
        for column in ["start_month", "stop_month"] {
            assert_eq!(unknown.records(column), (60..90).collect::<Vec<u32>>(), "{column}");
        }
        let said = said(&files);
        assert!(said.contains("多半写反了") && !said.contains("只有部分文件有"), "{said}");
    }
    // As it should be; and a list of those who left, which does not say since when.
    let left = |_: u32| (String::new(), "201808".to_owned());
    for files in [dibao("浚县", 30..90, right), dibao("淇县", 0..30, left)] {
        assert!(load(&[files]).audits.iter().all(|audit| audit.audit != "swapped_ends"));
    }
}

#[test]
fn a_state_in_place_of_a_reason_is_no_reason_and_blames_nobody() {
    let row = |(county, township): (&str, &str), at: u32, why: &str| {
        format!("2018,{},{},{county},{township},正常参保,{why}\n", name(at), id(at))
    };
    let qi = |at: u32| row(("淇县", "北阳镇"), at, ["正常参保", "正常", "在保", "未停"][at as usize % 4]);
    let xun = |at: u32| row(("浚县", "善堂镇"), at, "");
    let files = [
        (
            "医保参保_淇县.csv".to_owned(),
            format!("{INSURED},停保原因\n{}", (0..40).map(qi).collect::<String>()),
        ),
        (
            "医保参保_浚县.csv".to_owned(),
            format!("{INSURED},停保原因\n{}", (40..90).map(xun).collect::<String>()),
        ),
    ];
    let files: Vec<(&str, &String)> = files.iter().map(|(file, text)| (file.as_str(), text)).collect();
    let loaded = try_load("insurance", &files).unwrap();
    let counted =
        |at: usize| loaded.totals.tables[at].cells.get("stop_reason").map_or(0, |cells| cells.no_end);
    assert_eq!((loaded.totals.tables.len(), counted(0) + counted(1)), (2, 40));
    assert_eq!(loaded.records.unknown.records("stop_reason").len(), 0);
}

#[test]
fn months_of_which_most_lie_before_the_births_are_not_known() {
    // All are born in 1960.
    let of = |months: &dyn Fn(u32) -> &'static str| {
        said(&[dibao("淇县", 0..30, |at| (months(at).to_owned(), String::new()))])
    };
    let told = of(&|at| if at < 16 { "194501" } else { "201504" });
    assert!(told.contains("有16条的“起保年月”早于本人出生（占30条的一半以上；例如第2行）"), "{told}");
    let few = of(&|at| if at < 14 { "194501" } else { "201504" });
    assert!(!few.contains("早于本人出生"), "{few}");
}
