//! Rows and cells as departments deliver them: what is a person, what is none, what is not known.

use std::path::{Path, PathBuf};

use arrow::array::{Array as _, AsArray as _};
use arrow::datatypes::{Date32Type, Int32Type, Int64Type};
use bidui::testing::config::Pipeline;
use bidui::testing::extract::{RawTable, open_file};
use bidui::testing::load::{LoadedSource, load_source, load_tables};
use bidui::testing::model::file_account::{CellFault, FaultyCell};

use crate::inputs_audits::try_load;

fn pipeline() -> Pipeline {
    Pipeline::open(&PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("pipelines/hebi")).unwrap()
}

fn load_file(source: &str, name: &str, bytes: &[u8]) -> LoadedSource {
    try_load(source, &[(name, bytes)]).unwrap_or_else(|error| panic!("{error}"))
}

fn load(source: &str, name: &str, lines: &[&str]) -> LoadedSource {
    load_file(source, name, lines.join("\n").as_bytes())
}

/// (accepted, rejected).
pub(crate) fn counts(loaded: &LoadedSource) -> (u64, u64) {
    (loaded.totals.accepted(), loaded.totals.rejected())
}

fn skipped(loaded: &LoadedSource) -> Vec<(u32, &'static str)> {
    loaded.skipped.iter().map(|(_, row)| (row.row, row.reason.key())).collect()
}

fn codes(loaded: &LoadedSource) -> Vec<&str> {
    loaded.rejects.iter().map(|r| r.reason_code.as_str()).collect()
}

fn warned(loaded: &LoadedSource) -> Vec<&str> {
    loaded.cell_warnings.iter().map(|r| r.reason_code.as_str()).collect()
}

fn texts(loaded: &LoadedSource, column: &str) -> Vec<String> {
    let batch = loaded.records.rows.batch().unwrap();
    let column = batch.column_by_name(column).unwrap();
    column.as_string::<i32>().iter().map(|t| t.unwrap_or("").to_owned()).collect()
}

/// ID numbers of invented people.
pub(crate) const IDS: [&str; 6] = [
    "410621197309164170",
    "410621198408140603",
    "410621199704116004",
    "410621195212034549",
    "410621194011052877",
    "41062119500425140X",
];

const AID: &str = "学校,姓名,身份证号,学期,受助项目,受助金额,资助类别";

fn aid(name: &str, id: &str) -> String {
    format!("小河镇第一中学,{name},{id},2018秋,寄宿生生活补助,625,建档立卡")
}

fn aid_list(before: &[&str], rows: &[String], after: &[&str]) -> LoadedSource {
    let mut lines: Vec<&str> = before.to_vec();
    lines.extend(rows.iter().map(String::as_str));
    lines.extend(after);
    load("student_aid", "学生资助.csv", &lines)
}

fn good(count: usize) -> Vec<String> {
    (0..count).map(|at| aid("张三", IDS[at % IDS.len()])).collect()
}

#[test]
fn a_status_in_the_first_column_does_not_make_a_household_a_footer() {
    let header = "审核状态,县区,乡镇,村,家庭编号,户主姓名,户主身份证号,类别,成员姓名1,成员身份证号1,成员关系1,成员姓名2,成员身份证号2,成员关系2,月保障金,停保年月,停保原因,银行账号,低保证号";
    let rows: Vec<String> = (0..4)
        .map(|at| format!("审核通过,浚县,善堂镇,大高村,4106210000000{at},阎根丽,{},,,,,,,,,,,,", IDS[at]))
        .collect();
    let mut lines = vec![header];
    lines.extend(rows.iter().map(String::as_str));
    let loaded = load("dibao", "农村低保_浚县.csv", &lines);
    assert_eq!(counts(&loaded), (4, 0));
    assert_eq!(skipped(&loaded), [(1, "header")]);
}

#[test]
fn a_header_in_three_rows_is_read() {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    let plain = rust_xlsxwriter::Format::new();
    sheet.merge_range(0, 0, 2, 0, "学校", &plain).unwrap();
    sheet.merge_range(0, 1, 0, 2, "学生", &plain).unwrap();
    sheet.merge_range(0, 3, 1, 5, "资助", &plain).unwrap();
    sheet.merge_range(1, 1, 1, 2, "基本信息", &plain).unwrap();
    for (column, text) in ["姓名", "身份证号", "学期", "受助项目", "受助金额"].iter().enumerate()
    {
        sheet.write(2, column as u16 + 1, *text).unwrap();
    }
    for (row, id) in IDS.iter().enumerate() {
        let cells = ["小河镇第一中学", "张三", id, "2018秋", "补助", "625"];
        cells.iter().enumerate().for_each(|(at, cell)| {
            sheet.write(row as u32 + 3, at as u16, *cell).unwrap();
        });
    }
    let loaded = load_file("student_aid", "学生资助.xlsx", &book.save_to_buffer().unwrap());
    assert_eq!(counts(&loaded), (6, 0));
    assert_eq!(texts(&loaded, "school")[0], "小河镇第一中学");
    assert_eq!(skipped(&loaded), [(1, "header"), (2, "header"), (3, "header")]);
}

#[test]
fn column_numbers_and_column_codes_below_the_header_are_no_persons() {
    for second in [
        "1,2,3,4,5,6,7",
        "(1),(2),(3),(4),(5),(6),(7)",
        "栏次,1,2,3,4,5,6",
        "甲,1,2,3,4,5,6",
        "XX,XM,SFZH,XQ,XM2,JE,LB",
    ] {
        let loaded = aid_list(&[AID, second], &good(6), &[]);
        assert_eq!(
            (counts(&loaded), skipped(&loaded)),
            ((6, 0), vec![(1, "header"), (2, "header")]),
            "{second}"
        );
    }
    let loaded = load(
        "registry_person",
        "建档立卡人口信息.csv",
        &[
            "县,乡镇,村,户编号,人编号,姓名,性别,证件号码,与户主关系",
            "AAR005,AAR004,AAR003,AAC001,AAB001,AAB002,AAB003,AAB004,AAB006",
            &format!("浚县,善堂镇,大高村,4100000000,410000000001,阎根丽,男,{},本人或户主", IDS[0]),
        ],
    );
    assert_eq!(counts(&loaded), (1, 0));
    assert_eq!(texts(&loaded, "name"), ["阎根丽"]);
}

#[test]
fn totals_and_signatures_are_no_persons_wherever_they_stand_and_their_text_is_kept() {
    let person =
        |at: usize| format!("{},浚县,善堂镇,大高村,410000000{at},4100000000{at}1,阎根丽,{}", at + 1, IDS[at]);
    let lines: Vec<String> = (0..3).map(person).collect();
    let mut all = vec!["序号,县,乡镇,村,户编号,人编号,姓名,证件号码"];
    all.extend(lines.iter().map(String::as_str));
    all.extend([
        "4,合计,,,3户,,3人,",
        "制表人:王五,,,审核人:赵六,,,分管领导:李四,",
        "截止日期,,,,2018-09-30,,,",
    ]);
    let loaded = load("registry_person", "建档立卡人口信息.csv", &all);
    assert_eq!(counts(&loaded), (3, 0));
    assert_eq!(skipped(&loaded), [(1, "header"), (5, "total"), (6, "footer"), (7, "footer")]);
    assert_eq!(loaded.skipped[1].1.text, "4\t合计\t\t\t3户\t\t3人");
    assert_eq!(loaded.totals.tables[0].skipped["footer"], 2);
}

#[test]
fn ten_footers_below_forty_people_stop_nobody() {
    let footers = [
        "合计:40人,,,,,,",
        "总计40人,,,,,,",
        "本页小计,,,,,,",
        "以下空白,,,,,,",
        "制表日期:2018年9月30日,,,,,,",
        "联系人:张三  联系电话:0392-0000000,,,,,,",
        "第1页 共3页,,,,,,",
        "(盖章),,,,,,",
        "分管领导:,,,,,,",
        "经办人:李四,,,,,,",
    ];
    // No two rows alike: a list pasted again stops.
    let rows: Vec<String> =
        (0..40).map(|at| aid(&crate::inputs_audits::name(at), &crate::inputs_audits::id(at))).collect();
    let loaded = aid_list(&[AID], &rows, &footers);
    assert_eq!(counts(&loaded), (40, 0));
    assert_eq!(loaded.skipped.len(), 11);
    assert!(loaded.audits.iter().all(|a| !a.blocking), "{:?}", loaded.audits);
}

#[test]
fn a_row_that_names_somebody_is_data_whatever_else_it_says() {
    let rows =
        [aid("合计", IDS[0]), "制表人:王五,欧阳建国,,2018秋,,,".to_owned(), ",,,,以下空白,,".to_owned()];
    let loaded = aid_list(&[AID], &rows, &[]);
    assert_eq!((loaded.totals.read(), counts(&loaded)), (2, (2, 0)), "{:?}", loaded.rejects);
}

#[test]
fn words_for_nothing_and_for_not_known_are_no_names_and_no_household_numbers() {
    let words = ["无", "/", "-", "不详", "NULL", "暂无", "—", "待核实"];
    let rows: Vec<String> = words.iter().zip(IDS.iter().cycle()).map(|(word, id)| aid(word, id)).collect();
    let loaded = aid_list(&[AID], &rows, &[]);
    assert_eq!(counts(&loaded), (0, 8));
    let blank = "missing_required";
    let unknown = "unknown_required";
    assert_eq!(codes(&loaded), [blank, blank, blank, unknown, unknown, blank, blank, unknown]);

    let header = "县区,乡镇,村,家庭编号,户主姓名,户主身份证号,类别";
    let row = |number: &str, at: usize| format!("浚县,善堂镇,大高村,{number},阎根丽,{},农村", IDS[at]);
    let rows =
        ["无", "/", "0", "-", "41062100000002"].iter().zip(0..).map(|(n, at)| row(n, at)).collect::<Vec<_>>();
    let mut lines = vec![header];
    lines.extend(rows.iter().map(String::as_str));
    let loaded = load("dibao", "农村低保_淇滨区.csv", &lines);
    assert_eq!((counts(&loaded), codes(&loaded)), ((1, 4), vec![blank; 4]));
}

#[test]
fn cells_are_known_blank_or_unknown() {
    let rows = [
        aid("张三", IDS[0]),
        "小河镇第一中学,李四,不详,2018秋,/,无,***".to_owned(),
        "小河镇第一中学,王五,,2018秋,补助,六百,建档".to_owned(),
    ];
    let loaded = aid_list(&[AID], &rows, &[]);
    assert_eq!(counts(&loaded), (3, 0));
    let unknown = &loaded.records.unknown;
    assert_eq!(unknown.records("id_number"), [1]);
    assert_eq!((unknown.records("item"), unknown.records("amount_fen")), (&[][..], &[2][..]));
    assert_eq!(unknown.records("category"), [1, 2], "what the code table does not know is unknown");
    assert!(unknown.is_unknown("category", 2) && !unknown.is_unknown("category", 0));
    let totals = &loaded.totals.tables[0].unknown_cells;
    assert_eq!((totals["category"], totals["amount_fen"], totals.get("item")), (2, 1, None));
    assert_eq!(warned(&loaded), ["bad_number", "unknown_code"]);
}

#[test]
fn unknown_cells_follow_their_records_when_rows_are_rejected() {
    let mut rows = good(3);
    rows.insert(1, aid("无", IDS[0]));
    rows.push("小河镇第一中学,王五,不详,2018秋,补助,625,".to_owned());
    let loaded = aid_list(&[AID], &rows, &[]);
    assert_eq!((counts(&loaded), loaded.records.unknown.records("id_number")), ((4, 1), &[3][..]));
}

#[test]
fn two_people_in_one_cell_are_rejected_with_a_cure() {
    let both = format!("{}、{}", IDS[0], IDS[1]);
    let rows = [
        aid("张三", IDS[2]),
        aid("\"张三\n李四\"", &format!("\"{}\n{}\"", IDS[0], IDS[1])),
        aid("王五", &both),
        aid("\"欧阳\n建国\"", IDS[3]),
    ];
    let loaded = aid_list(&[AID], &rows, &[]);
    assert_eq!((counts(&loaded), codes(&loaded)), ((2, 2), vec!["two_people"; 2]));
    assert!(loaded.rejects[0].reason.contains("拆成两行"));
}

const DIBAO: &str = "县区,乡镇,村,家庭编号,户主姓名,户主身份证号,类别,月保障金,停保年月";

fn dibao(cells: &[(&str, &str)]) -> LoadedSource {
    let rows: Vec<String> = (cells.iter().zip(0..))
        .map(|((amount, stop), at)| {
            format!("浚县,善堂镇,大高村,4106210000{at:04},阎根丽,{},农村,{amount},{stop}", IDS[at % 6])
        })
        .collect();
    let mut lines = vec![DIBAO];
    lines.extend(rows.iter().map(String::as_str));
    load("dibao", "农村低保_淇县.csv", &lines)
}

#[test]
fn amounts_for_another_time_are_converted_where_the_contract_says_for_which() {
    let loaded = dibao(&[
        ("450", ""),
        ("5400元/年", ""),
        ("1350元/季", ""),
        ("450/月", ""),
        ("450/年", ""),
        ("450元每人每年", ""),
        ("-450", ""),
    ]);
    let batch = loaded.records.rows.batch().unwrap();
    let amounts = batch.column_by_name("monthly_amount_fen").unwrap();
    let amounts: Vec<Option<i64>> = amounts.as_primitive::<Int64Type>().iter().collect();
    let full = Some(45_000);
    assert_eq!(amounts, [full, full, full, full, Some(3_750), None, None]);
    assert_eq!(warned(&loaded), ["bad_rate", "negative_amount"]);
    // The amount of student aid is for no time that its contract names.
    let rows = [aid("张三", IDS[0]).replace("625", "1250元/年"), aid("李四", IDS[1]).replace("625", "625元")];
    let loaded = aid_list(&[AID], &rows, &[]);
    assert_eq!((warned(&loaded), loaded.records.unknown.records("amount_fen")), (vec!["bad_rate"], &[0][..]));
}

#[test]
fn an_empty_date_of_a_database_in_an_end_column_is_no_end() {
    let ends = ["1900-01-01", "9999-12-31", "190001", "2999-12-31", "201806", "至今", "", "1899-12-30"];
    let loaded = dibao(&ends.map(|end| ("450", end)));
    let batch = loaded.records.rows.batch().unwrap();
    let ends: Vec<Option<i32>> =
        batch.column_by_name("stop_month").unwrap().as_primitive::<Int32Type>().iter().collect();
    assert_eq!(ends, [None, None, None, None, Some(201_806), None, None, None]);
    assert_eq!((warned(&loaded).len(), loaded.totals.tables[0].cells["stop_month"].no_end), (0, 5));
    assert!(loaded.records.unknown.records("stop_month").is_empty());
}

#[test]
fn a_birth_date_that_many_share_and_no_number_states_is_not_known() {
    let header = "参保年度,姓名,身份证号,性别,出生日期,县区,乡镇,村,参保人员类别";
    let row = |id: &str, born: &str| format!("2018,张三,{id},男,{born},浚县,善堂镇,大高村,普通居民");
    let mut rows: Vec<String> = (0..25).map(|_| row("", "1950-01-01")).collect();
    rows.push(row("410621195001014170", "1950-01-01"));
    rows.push(row("", "1973-09-16"));
    rows.push(row("", "1900-01-01"));
    let mut lines = vec![header];
    lines.extend(rows.iter().map(String::as_str));
    let loaded = load("insurance", "医保参保.csv", &lines);
    let batch = loaded.records.rows.batch().unwrap();
    let born = batch.column_by_name("birth_date").unwrap().as_primitive::<Date32Type>().clone();
    let known: Vec<usize> = (0..born.len()).filter(|&row| !born.is_null(row)).collect();
    assert_eq!(known, [25, 26], "stated by a number, and shared by nobody");
    assert_eq!(loaded.records.unknown.records("birth_date").len(), 26);
    assert_eq!(loaded.totals.tables[0].cells["birth_date"].placeholder_days, 26);
}

#[test]
fn values_outside_a_code_table_are_told_by_county_first() {
    let header = "县区,乡镇,村,家庭编号,户主姓名,户主身份证号,类别";
    let row = |at: usize| {
        let (county, category) = if at < 20 { ("浚县", "农业户") } else { ("淇县", "农村") };
        format!("{county},善堂镇,大高村,4106210000{at:04},阎根丽,{},{category}", IDS[at % 6])
    };
    let rows: Vec<String> = (0..60).map(row).collect();
    let mut lines = vec![header];
    lines.extend(rows.iter().map(String::as_str));
    let loaded = load("dibao", "农村低保_各县.csv", &lines);
    let first = &loaded.audits[0];
    assert_eq!((first.audit.as_str(), first.blocking), ("unknown_codes", false));
    for part in ["“浚县”的列“类别”有20格", "占100%", "“农业户”20格"] {
        assert!(first.message.contains(part), "{part}: {}", first.message);
    }
    let [counted] = &loaded.totals.tables[0].unknown_codes[..] else { panic!("one county") };
    assert_eq!((counted.county.as_str(), counted.cells, counted.filled), ("浚县", 20, 20));
    assert_eq!(loaded.records.unknown.records("category").len(), 20);
    assert!(!loaded.audits.iter().any(|a| a.audit == "unknown_codes" && a.message.contains("淇县")));
}

#[test]
fn faults_of_cells_are_listed_and_their_cells_unknown() {
    let pipeline = pipeline();
    let folder = tempfile::tempdir().unwrap();
    let text = [AID.to_owned(), aid("张三", IDS[0]), aid("李四", IDS[1]), aid("王五", IDS[2])].join("\n");
    std::fs::write(folder.path().join("学生资助.csv"), text).unwrap();
    let index = pipeline.source_index("student_aid").unwrap();
    let contract = &pipeline.sources[index];
    let tables =
        open_file(folder.path(), Path::new("学生资助.csv"), &contract.read_options(), &|_| true).unwrap();
    let with_faults = tables.map(|table| {
        table.map(|mut table: RawTable| {
            let fault = |row, column, fault| FaultyCell { row, column, fault, original: "#N/A".to_owned() };
            table.faults = vec![
                fault(2, 5, CellFault::ErrorValue),
                fault(3, 1, CellFault::FormulaWithoutValue),
                fault(4, 4, CellFault::HalfCharacter),
            ];
            table
        })
    });
    let loaded = load_tables(contract, index, with_faults, None).unwrap();
    assert_eq!((counts(&loaded), codes(&loaded)), ((2, 1), vec!["formula_without_value"]));
    assert_eq!(warned(&loaded), ["error_value", "half_character"]);
    assert_eq!(loaded.cell_warnings[0].original, "#N/A");
    assert_eq!(loaded.records.unknown.records("amount_fen"), [0]);
    assert_eq!(
        texts(&loaded, "item")[1],
        "寄宿生生活补助",
        "what stands before half a character is its value"
    );
}

#[test]
fn decorations_of_id_numbers_are_taken_off_and_counted() {
    let rows = [
        aid("张三", &format!("'{}", IDS[0])),
        aid("李四", &format!("身份证:{}", IDS[1])),
        aid("王五", IDS[2]),
    ];
    let loaded = aid_list(&[AID], &rows, &[]);
    assert_eq!(texts(&loaded, "id_number"), [IDS[0], IDS[1], IDS[2]]);
    assert_eq!(loaded.totals.tables[0].cells["id_number"].cleaned_ids, 2);
}

#[test]
fn a_column_that_a_file_lacks_is_unknown_for_all_its_records() {
    let pipeline = pipeline();
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, header: &str, rows: &[String]| {
        let lines = [&[header.to_owned()][..], rows].concat().join("\n");
        std::fs::write(folder.path().join(name), lines).unwrap();
    };
    write("学生资助_一.csv", AID, &good(4));
    // A rejected row is no record.
    let without: Vec<String> =
        [good(3), vec![aid("无", IDS[0])]].concat().iter().map(|row| row.replace(",625,", ",")).collect();
    write("学生资助_二.csv", &AID.replace("受助金额,", ""), &without);
    write("学生资助_三.csv", AID, &good(2));
    let index = pipeline.source_index("student_aid").unwrap();
    let loaded = load_source(&pipeline, index, folder.path(), None).unwrap().unwrap();
    let unknown = &loaded.records.unknown;
    let lacking = loaded.totals.tables.iter().position(|t| t.file == Path::new("学生资助_二.csv")).unwrap();
    let of_table = |at: &usize| loaded.records.keys[*at].table() == lacking;
    let expected: Vec<usize> = (0..9).filter(of_table).collect();
    assert_eq!((counts(&loaded), expected.len()), ((9, 1), 3));
    let range = expected[0] as u32..expected[2] as u32 + 1;
    assert_eq!(unknown.absent("amount_fen"), [range]);
    let told: Vec<usize> = (0..9).filter(|at| unknown.is_unknown("amount_fen", *at)).collect();
    assert_eq!(told, expected);
    assert!(unknown.records("amount_fen").is_empty(), "not one by one");
    assert!(
        loaded.totals.tables[lacking].unknown_cells.is_empty(),
        "what is absent is told once, as a column"
    );
    // What no file has is unknown for all.
    assert_eq!(unknown.absent("guardian_name").first(), Some(&(0..9)));
}
