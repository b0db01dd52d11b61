//! Raw tables become typed records; what cannot be read is named, counted and never lost.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{Array, AsArray as _, StringArray};
use arrow::datatypes::{Date32Type, Int32Type, Int64Type};
use bidui::Result;
use bidui::testing::config::Pipeline;
use bidui::testing::extract::{MalformedRow, RawTable, SkipReason, SkippedRow};
use bidui::testing::load::{LoadedSource, load_source, load_tables};
use bidui::testing::model::source_row::Reject;
use bidui::testing::model::source_table::{FileFormat, RawTableInfo};
use proptest::prelude::*;

use crate::folder;

/// A table as the extract stage hands it over; empty cells are null.
fn table(file: &str, headers: &[&str], rows: &[&[&str]]) -> RawTable {
    let column = |index: usize| -> StringArray {
        rows.iter().map(|row| row.get(index).copied().filter(|cell| !cell.is_empty())).collect()
    };
    let digest = rows.len() * 31 + file.len();
    RawTable {
        info: Arc::new(RawTableInfo {
            file: PathBuf::from(file),
            sha256: format!("{digest:064x}"),
            sheet: None,
            sheet_index: 0,
            format: FileFormat::Csv,
            encoding: None,
            headers: headers.iter().map(|h| (*h).to_owned()).collect(),
            header_row: 2,
            notes: Vec::new(),
            around: Vec::new(),
        }),
        columns: (0..headers.len()).map(column).collect(),
        rows: (0..rows.len() as u32).map(|row| row + 3).collect(),
        skipped: [SkipReason::Title, SkipReason::Header]
            .into_iter()
            .zip(1..)
            .map(|(reason, row)| SkippedRow { row, reason, text: String::new() })
            .collect(),
        malformed: Vec::new(),
        faults: Vec::new(),
        account: None,
    }
}

fn load_with(
    edits: &[(&str, &str, &str)],
    source: &str,
    tables: Vec<RawTable>,
    previous: Option<u64>,
) -> Result<LoadedSource> {
    let folder = folder::write(edits);
    let pipeline = folder::open(folder.path());
    let index = pipeline.source_index(source).unwrap();
    load_tables(&pipeline.sources[index], index, tables.into_iter().map(Ok), previous)
}

fn load(source: &str, tables: Vec<RawTable>) -> LoadedSource {
    load_with(&[], source, tables, None)
        .unwrap_or_else(|e| panic!("{}", bidui::testing::error::render_error(&e, false)))
}

fn refused(source: &str, tables: Vec<RawTable>) -> String {
    bidui::testing::error::render_error(&load_with(&[], source, tables, None).expect_err("accepted"), false)
}

fn texts(loaded: &LoadedSource, column: &str) -> Vec<Option<String>> {
    let batch = loaded.records.rows.batch().unwrap();
    let array = batch.column_by_name(column).unwrap();
    array.as_string::<i32>().iter().map(|t| t.map(str::to_owned)).collect()
}

fn some(texts: &[&str]) -> Vec<Option<String>> {
    texts.iter().map(|t| (!t.is_empty()).then(|| (*t).to_owned())).collect()
}

fn int32(loaded: &LoadedSource, column: &str) -> Vec<Option<i32>> {
    loaded
        .records
        .rows
        .batch()
        .unwrap()
        .column_by_name(column)
        .unwrap()
        .as_primitive::<Int32Type>()
        .iter()
        .collect()
}

fn int64(loaded: &LoadedSource, column: &str) -> Vec<Option<i64>> {
    loaded
        .records
        .rows
        .batch()
        .unwrap()
        .column_by_name(column)
        .unwrap()
        .as_primitive::<Int64Type>()
        .iter()
        .collect()
}

fn brief(reject: &Reject) -> (u32, u8, Option<&str>, &str, &str) {
    (reject.row, reject.member, reject.column.as_deref(), &reject.reason_code, &reject.original)
}

const WIDE: &[&str] = &[
    "序号",
    "行政村",
    "家庭编号",
    "户主姓名",
    "户主身份证号",
    "成员姓名1",
    "成员身份证号1",
    "成员关系1",
    "成员姓名2",
    "成员身份证号2",
    "类别",
    "月保障金",
    "起保年月",
    "是否在保",
];

#[test]
fn wide_households_become_members() {
    let rows: &[&[&str]] = &[
        &[
            "1",
            "东村",
            "H1",
            "张三",
            "410621197001011234",
            "李四",
            "410621197203042345",
            "妻",
            "",
            "",
            "1",
            "450元/月",
            "2018年3月",
            "是",
        ],
        &["2", "", "H2", "王五", "", "/", "无", "", "赵六", "4106212010", "城市", "1,200", "201710", "√"],
    ];
    let per_month =
        ("sources/dibao.toml", "name = \"amount_fen\"", "name = \"amount_fen\"\nrate = \"month\"");
    let loaded = load_with(&[per_month], "dibao", vec![table("民政/低保.xls", WIDE, rows)], None).unwrap();
    assert_eq!(texts(&loaded, "name"), some(&["张三", "李四", "王五", "赵六"]));
    assert_eq!(texts(&loaded, "household_no"), some(&["H1", "H1", "H2", "H2"]));
    assert_eq!(texts(&loaded, "village"), some(&["东村"; 4]), "merged cell filled down");
    assert_eq!(texts(&loaded, "relation"), some(&["本人或户主", "配偶", "本人或户主", ""]));
    assert_eq!(texts(&loaded, "category"), some(&["农村", "农村", "城市", "城市"]));
    assert_eq!(
        texts(&loaded, "id_number"),
        some(&["410621197001011234", "410621197203042345", "", "4106212010"])
    );
    assert_eq!(int64(&loaded, "amount_fen"), [Some(45_000), Some(45_000), Some(120_000), Some(120_000)]);
    assert_eq!(int32(&loaded, "start_month"), [Some(201_803), Some(201_803), Some(201_710), Some(201_710)]);
    assert_eq!(int32(&loaded, "active"), [Some(1); 4]);
    let places: Vec<(u32, u8)> = loaded.records.keys.iter().map(|k| (k.row(), k.member())).collect();
    assert_eq!(places, [(3, 1), (3, 2), (4, 1), (4, 3)], "members keep their column's number");
    assert!(loaded.records.record_id(3).ends_with(".r4.m3"));
    let totals = &loaded.totals.tables[0];
    assert_eq!((totals.data_rows, totals.read, totals.accepted, totals.rejected), (2, 4, 4, 0));
    assert_eq!(totals.skipped["title"], 1);
    assert!(loaded.rejects.is_empty() && loaded.cell_warnings.is_empty());
}

#[test]
fn rejects_name_the_cell() {
    let rows: &[&[&str]] = &[
        &["1", "东村", "", "张三", "41", "李四", "42", "", "", "", "1", "450", "201803", "1"],
        &["2", "东村", "H2", "", "43", "赵六", "44", "", "", "", "1", "450", "201803", "1"],
        &["3", "东村", "H3", "", "", "", "", "", "", "", "1", "450", "201803", "1"],
        &["4", "东村", "H4", "孙七", "45", "周八", "46", "", "", "", "9", "四百", "2018年", "也许"],
    ];
    let loaded = load("dibao", vec![table("低保.csv", WIDE, rows)]);
    assert_eq!(texts(&loaded, "name"), some(&["赵六", "孙七", "周八"]));
    let first_row = rows[0].join("\t");
    let rejects: Vec<_> = loaded.rejects.iter().map(brief).collect();
    assert_eq!(
        rejects,
        [
            (3, 1, Some("家庭编号"), "missing_required", first_row.as_str()),
            (3, 2, Some("家庭编号"), "missing_required", first_row.as_str()),
            (4, 1, Some("户主姓名"), "missing_required", rows[1].join("\t").as_str()),
            (5, 0, None, "no_member", rows[2].join("\t").as_str()),
        ]
    );
    assert_eq!(loaded.rejects[0].reason, "“家庭编号”为空；补填后重报");
    let warnings: Vec<_> = loaded.cell_warnings.iter().map(brief).collect();
    assert_eq!(
        warnings,
        [
            (6, 0, Some("类别"), "unknown_code", "9"),
            (6, 0, Some("月保障金"), "bad_number", "四百"),
            (6, 0, Some("起保年月"), "bad_month", "2018年"),
            (6, 0, Some("是否在保"), "bad_flag", "也许"),
        ],
        "a household's cell is told once, not for every member"
    );
    assert_eq!((loaded.totals.read(), loaded.totals.accepted(), loaded.totals.rejected()), (7, 3, 4));
    let share = loaded.audits.iter().find(|a| a.audit == "reject_share").unwrap();
    assert!(share.blocking);
    assert_eq!(
        share.message,
        "“农村低保”读入7条，退回4条（57.1%，原因：“家庭编号”为空：2条，“姓名”为空：1条等），超过上限5%；按退回清单改正后重报"
    );
}

#[test]
fn one_county_deviates() {
    let headers = &[
        "家庭代码",
        "户主姓名",
        "户主身份证号",
        "共同生活成员1",
        "成员身份证号1",
        "月保障金",
        "审核状态",
        "成员姓名2",
    ];
    let rows: &[&[&str]] = &[&["H1", "张三", "41", "李四", "42", "0.045", "通过", "赵六"]];
    let loaded = load("dibao", vec![table("民政/低保_浚县.xlsx", headers, rows)]);
    assert_eq!(texts(&loaded, "name"), some(&["张三", "李四", "赵六"]));
    assert_eq!(int64(&loaded, "amount_fen")[0], Some(45_000), "浚县 writes 万元");
    insta::assert_snapshot!(refused("dibao", vec![table("民政/低保_淇县.xlsx", headers, rows)]), @r#"
    错误：缺少必需的列“家庭编号”
      --> 民政/低保_淇县.xlsx，第2行，列“家庭编号”
      = 提示：不认识的3个表头里有3个是 [[variant]] 给文件“*浚县*”写的：文件改成合这个写法的名称（或放进合这个写法的文件夹）后重新运行，或在 [[variant]] 的 files 里照这个文件的名称再写一份；可用的表头：家庭编号、家庭编码
    "#);
}

#[test]
fn headers_are_forgiving_about_form_only() {
    let headers = &["* 姓 名", "身份证号\n", "面积(平方米)", "基本情况/年级"];
    let loaded = load("student", vec![table("学籍.csv", headers, &[&["张三", "41", "60", "3.0"]])]);
    assert_eq!(texts(&loaded, "name"), some(&["张三"]));
    assert_eq!(int64(&loaded, "area_centi"), [Some(6000)]);
    assert_eq!(int32(&loaded, "grade"), [Some(3)]);
    let missing = loaded.audits.iter().find(|a| a.audit == "missing_column").unwrap();
    assert_eq!(missing.message, "学籍.csv没有这些列（按不清楚处理，不等于没有）：出生日期、学籍号");
    let area = load("student", vec![table("学籍.csv", &["姓名", "面积(亩)"], &[&["张三", "0.1"]])]);
    assert_eq!(int64(&area, "area_centi"), [Some(6667)], "the header's unit counts");
}

#[test]
fn unknown_header_stops() {
    let headers = &["家庭编号", "户主姓名", "户主身份证号", "成员性名1", "XYZ"];
    insta::assert_snapshot!(refused("dibao", vec![table("低保.csv", headers, &[])]), @r#"
    错误：不认识的表头：“成员性名1”（最接近“成员姓名1”）、“XYZ”
      --> 低保.csv，第2行，列“成员性名1”
      = 提示：在 sources/dibao.toml 里把它加进某列的 headers（个别县用 [[variant]]），不需要的加进 ignore_headers
    "#);
}

#[test]
fn required_header_missing() {
    insta::assert_snapshot!(refused("dibao", vec![table("低保.csv", &["户主姓名", "户主身份证号", "类别"], &[])]), @r#"
    错误：缺少必需的列“家庭编号”
      --> 低保.csv，第2行，列“家庭编号”
      = 提示：可用的表头：家庭编号、家庭编码
    "#);
}

#[test]
fn two_headers_for_one_column() {
    insta::assert_snapshot!(refused("dibao", vec![table("低保.csv", &["家庭编号", "家庭编码", "户主姓名"], &[])]), @r#"
    错误：表头“家庭编号”和“家庭编码”都是列“家庭编号”
      --> 低保.csv，第2行，列“家庭编码”
      = 提示：一列只能来自一个表头；把多余的写进 [[variant]] 的 ignore_headers
    "#);
}

#[test]
fn content_without_a_header() {
    let raw = table("低保.csv", &["家庭编号", "户主姓名", "户主身份证号", ""], &[&["H1", "张三", "41", "x"]]);
    insta::assert_snapshot!(refused("dibao", vec![raw]), @r#"
    错误：第4列有内容但没有表头
      --> 低保.csv，第3行
      = 提示：补上表头，或删去该列
    "#);
    let empty =
        table("低保.csv", &["家庭编号", "户主姓名", "户主身份证号", ""], &[&["H1", "张三", "41", " "]]);
    assert_eq!(load("dibao", vec![empty]).totals.accepted(), 1);
}

#[test]
fn unknown_header_may_be_reported_instead() {
    let loaded = load("student", vec![table("学籍.csv", &["姓名", "爱好"], &[&["张三", "足球"]])]);
    let finding = loaded.audits.iter().find(|a| a.audit == "unknown_header").unwrap();
    assert_eq!(
        (finding.blocking, finding.message.as_str()),
        (false, "学籍.csv有不认识的表头（未读入）：爱好")
    );
}

#[test]
fn id_numbers_stay_as_they_came_but_for_what_stands_around_them() {
    let rows: &[&[&str]] = &[
        &["张三", "4.10621E+17"],
        &["李四", "\t410621197001011234 "],
        &["王五", "'41062119700101123x"],
        &["赵六", "无"],
        &["钱七", "410621********1234"],
    ];
    let loaded = load("student", vec![table("学籍.csv", &["姓名", "身份证号"], rows)]);
    let expected = ["4.10621E+17", "410621197001011234", "41062119700101123x", "", "410621********1234"];
    assert_eq!(texts(&loaded, "id_number"), some(&expected));
}

#[test]
fn dates_keep_what_is_known() {
    let rows: &[&[&str]] =
        &[&["a", "2010年3月", ""], &["b", "40238", "7"], &["c", "12-3-1", "2"], &["d", "—", ""]];
    let loaded = load("student", vec![table("学籍.csv", &["姓名", "出生日期", "状态"], rows)]);
    let days: Vec<_> = loaded
        .records
        .rows
        .batch()
        .unwrap()
        .column_by_name("birth_date")
        .unwrap()
        .as_primitive::<Date32Type>()
        .iter()
        .collect();
    assert_eq!(days, [Some(14_669), Some(14_669), None, None]);
    assert_eq!(
        texts(&loaded, "status"),
        some(&["在读", "", "休学", "在读"]),
        "empty takes the default, wrong does not"
    );
    let warnings: Vec<_> = loaded.cell_warnings.iter().map(brief).collect();
    assert_eq!(
        warnings,
        [
            (3, 0, Some("出生日期"), "day_unknown", "2010年3月"),
            (4, 0, Some("状态"), "unknown_code", "7"),
            (5, 0, Some("出生日期"), "bad_date", "12-3-1"),
        ]
    );
}

#[test]
fn repeated_keys_are_rejected_where_the_contract_says_so() {
    let rows: &[&[&str]] = &[&["a", "G1"], &["b", ""], &["c", "G1"], &["d", ""], &["e", "G2"]];
    let loaded = load("student", vec![table("学籍.csv", &["姓名", "学籍号"], rows)]);
    assert_eq!(texts(&loaded, "name"), some(&["a", "b", "d", "e"]));
    assert_eq!(loaded.records.keys.len(), 4);
    assert_eq!(brief(&loaded.rejects[0]), (5, 0, None, "duplicate_key", "G1"));
    assert_eq!(loaded.rejects[0].reason, "“学籍号”与学籍.csv第3行重复；核对后删去其中一行");
    let stop = load_with(
        &[("sources/student.toml", "\"reject\"", "\"block\"")],
        "student",
        vec![table("学籍.csv", &["姓名", "学籍号"], rows)],
        None,
    )
    .unwrap();
    assert_eq!(stop.totals.accepted(), 5);
    assert!(stop.audits.iter().any(|a| a.audit == "duplicate_key" && a.blocking));
}

#[test]
fn repeated_keys_that_are_rejected_count_as_rejected_in_their_county() {
    let of = |county: &str, numbers: std::ops::Range<usize>| -> Vec<Vec<String>> {
        let row = |at: usize| vec![format!("{county}{at}"), format!("G{}", at.min(30)), county.to_owned()];
        numbers.map(row).collect()
    };
    let rows = [of("浚县", 1..25), of("淇县", 29..42)].concat();
    let rows: Vec<Vec<&str>> = rows.iter().map(|row| row.iter().map(String::as_str).collect()).collect();
    let rows: Vec<&[&str]> = rows.iter().map(Vec::as_slice).collect();
    let grade = "name = \"grade\"\nlabel = \"年级\"\ntype = \"integer\"";
    let county = "name = \"county\"\nlabel = \"县\"\nrole = \"county\"";
    let loaded = load_with(
        &[("sources/student.toml", grade, county)],
        "student",
        vec![table("学籍.csv", &["姓名", "学籍号", "县"], &rows)],
        None,
    )
    .unwrap();
    let places = loaded.totals.places.iter();
    let places: Vec<_> = places.map(|p| (p.county.as_str(), p.accepted, p.rejected, p.filled[0])).collect();
    assert_eq!(places, [("浚县", 24, 0, 24), ("淇县", 2, 11, 2)]);
    assert_eq!((loaded.totals.accepted(), loaded.totals.rejected()), (26, 11));
    let told = loaded.audits.iter().find(|a| a.audit == "reject_share").unwrap();
    assert!(told.blocking && told.message.contains("“淇县”读入13条，退回11条"), "{}", told.message);
}

#[test]
fn audits_of_the_whole_source() {
    let make = |file: &str| table(file, &["姓名"], &[&["a"], &["b"]]);
    let mut second = make("学籍2.csv");
    Arc::get_mut(&mut second.info).unwrap().sha256 = make("学籍.csv").info.sha256.clone();
    let loaded = load_with(&[], "student", vec![make("学籍.csv"), second], Some(2)).unwrap();
    let messages: Vec<(&str, bool, &str)> = loaded
        .audits
        .iter()
        .filter(|a| a.audit != "missing_column")
        .map(|a| (a.audit.as_str(), a.blocking, a.message.as_str()))
        .collect();
    assert_eq!(
        messages,
        [
            ("duplicate_file", true, "文件“学籍2.csv”与“学籍.csv”内容完全相同；删去其中一个"),
            ("row_count_change", false, "“学籍”本期4条，上期2条，变化100%超过10%；核对是否漏报或重复报送"),
        ]
    );
    assert_eq!(loaded.records.tables.len(), 2);
    let empty = load("student", vec![table("学籍.csv", &["姓名"], &[])]);
    assert!(empty.audits.iter().any(|a| a.audit == "empty_source" && a.blocking));
}

#[test]
fn files_are_found_by_pattern() {
    let folder = folder::write(&[]);
    let pipeline = folder::open(folder.path());
    let data = tempfile::tempdir().unwrap();
    for file in
        ["民政/低保b.xls", "低保a.csv", "学籍.csv", "民政/学籍.csv", "说明.txt", ".低保.csv", "~$低保a.csv"]
    {
        let path = data.path().join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, file).unwrap();
    }
    let survey = bidui::testing::load::survey_data_folder(&pipeline, data.path()).unwrap();
    let names =
        |paths: &[PathBuf]| paths.iter().map(|p| p.to_string_lossy().into_owned()).collect::<Vec<_>>();
    assert_eq!(names(&survey.of_source("dibao")), ["低保a.csv", "民政/低保b.xls"]);
    assert_eq!(names(&survey.of_source("student")), ["学籍.csv"]);
    let unclaimed: Vec<PathBuf> = survey.unclaimed().map(|f| f.file.clone()).collect();
    assert_eq!(names(&unclaimed), ["民政/学籍.csv"]);
    std::fs::write(data.path().join("学籍_低保.csv"), "").unwrap();
    let edits = [("sources/student.toml", "\"学籍*\"", "\"学籍*\", \"低保*\"")];
    let both = folder::write(&edits);
    let both = folder::open(both.path());
    let survey = bidui::testing::load::survey_data_folder(&both, data.path()).unwrap();
    let error = survey.complaints(&both, true).remove(0);
    insta::assert_snapshot!(bidui::testing::error::render_error(&error, false), @r#"
    错误：文件同时符合“农村低保”和“学籍”的文件模式
      --> 低保a.csv
      = 提示：改文件名，或改 sources/dibao.toml、sources/student.toml 的 [files] patterns
    "#);
    let error =
        bidui::testing::load::survey_data_folder(&pipeline, Path::new("/no/such")).expect_err("accepted");
    insta::assert_snapshot!(bidui::testing::error::render_error(&error, false), @r#"
    错误：数据文件夹不存在
      --> /no/such
      = 提示：用 --data 指定本期各部门提取文件所在的文件夹
    "#);
}

/// Every row of every kind of damage is accounted for, in any piece size and order of threads.
fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        Just("/".to_owned()),
        "[0-9]{0,20}",
        "20[0-9]{2}[-./年][0-9]{1,2}",
        "[0-9,.]{1,6}(元|万元|元/月)?",
        "\\PC{0,6}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn totals_balance(rows in proptest::collection::vec(proptest::collection::vec(cell(), WIDE.len()), 0..40)) {
        let borrowed: Vec<Vec<&str>> = rows.iter().map(|r| r.iter().map(String::as_str).collect()).collect();
        let rows: Vec<&[&str]> = borrowed.iter().map(Vec::as_slice).collect();
        let folder = folder::write(&[]);
        let pipeline = Pipeline::open(folder.path()).unwrap();
        let index = pipeline.source_index("dibao").unwrap();
        let raw = table("低保.csv", WIDE, &rows);
        let loaded = match load_tables(&pipeline.sources[index], index, [Ok(raw)].into_iter(), None) {
            Ok(loaded) => loaded,
            // By chance most names look like numbers: the whole file is sent back, by name, and no row is lost.
            Err(e) => {
                let said = bidui::testing::error::render_error(&e, false);
                prop_assert!(said.contains("低保.csv") && said.contains("下面多数不是"), "{}", said);
                return Ok(());
            }
        };
        loaded.totals.check().unwrap();
        prop_assert_eq!(loaded.totals.accepted() as usize, loaded.records.rows.count());
        prop_assert_eq!(loaded.records.keys.len(), loaded.records.rows.count());
        prop_assert_eq!(loaded.totals.rejected() as usize, loaded.rejects.len());
        prop_assert!(loaded.records.keys.is_sorted());
        // Each data row shows up at least once, as a record or as a reject.
        let mut seen: std::collections::BTreeSet<u32> = loaded.records.keys.iter().map(|k| k.row()).collect();
        seen.extend(loaded.rejects.iter().map(|r| r.row));
        prop_assert_eq!(seen.len(), rows.len());
        for name in ["household_no", "name"] {
            prop_assert_eq!(loaded.records.rows.batch().unwrap().column_by_name(name).unwrap().null_count(), 0);
        }
    }
}

#[test]
fn malformed_rows_are_rejects() {
    let mut raw = table("学籍.csv", &["姓名"], &[&["a"]]);
    raw.malformed
        .push(MalformedRow { row: 9, original: "a,b,c".into(), reason: "多出2格;检查逗号".into() });
    let loaded = load("student", vec![raw]);
    assert_eq!(brief(&loaded.rejects[0]), (9, 0, None, "malformed_row", "a,b,c"));
    assert_eq!((loaded.totals.read(), loaded.totals.accepted(), loaded.totals.rejected()), (2, 1, 1));
    assert_eq!(loaded.totals.tables[0].data_rows, 2);
}

#[test]
fn files_are_read_from_the_folder() {
    let folder = folder::write(&[]);
    let pipeline = folder::open(folder.path());
    let data = tempfile::tempdir().unwrap();
    let text = "浚县农村低保花名册,,,,\n家庭编号,户主姓名,户主身份证号,类别,月保障金\nH1,张三,41,农村,450\n合计,,,,450\n";
    let (bytes, _, _) = encoding_rs::GB18030.encode(text);
    std::fs::write(data.path().join("低保.csv"), &bytes).unwrap();
    let load = |name| load_source(&pipeline, pipeline.source_index(name).unwrap(), data.path(), None);
    let loaded = load("dibao")
        .unwrap_or_else(|e| panic!("{}", bidui::testing::error::render_error(&e, false)))
        .unwrap();
    assert_eq!(texts(&loaded, "name"), some(&["张三"]));
    assert_eq!(loaded.records.keys[0].row(), 3);
    assert_eq!(loaded.totals.tables[0].skipped["total"], 1);
    let said = serde_json::to_value(&loaded.totals.tables[0]).unwrap();
    assert_eq!((&said["encoding"], &said["encoding_evidence"]), (&"gb18030".into(), &"validity".into()));
    assert!(load("student").unwrap().is_none(), "absent this quarter");
    let required = folder::write(&[("sources/student.toml", "letter =", "required = true\nletter =")]);
    let pipeline = folder::open(required.path());
    let index = pipeline.source_index("student").unwrap();
    let error = load_source(&pipeline, index, data.path(), None).expect_err("accepted");
    assert_eq!(error.message(), "缺少“学籍”的提取文件");
}

/// The committed extracts load, and what is refused is exactly what the generator spoilt.
#[test]
fn fixtures_load() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let pipeline = Pipeline::open(&root.join("pipelines/hebi")).unwrap();
    for quarter in ["2018Q3", "2018Q4"] {
        let data = root.join("fixtures/hebi").join(quarter);
        let mut found = Vec::new();
        for (index, contract) in pipeline.sources.iter().enumerate() {
            let loaded = load_source(&pipeline, index, &data, None)
                .unwrap_or_else(|e| panic!("{}", bidui::testing::error::render_error(&e, false)))
                .unwrap();
            let least = if contract.required { 30 } else { 0 };
            assert!(loaded.records.rows.count() > least, "{}", contract.name);
            assert!(loaded.audits.iter().all(|a| !a.blocking), "{:?}", loaded.audits);
            found.extend(loaded.rejects.iter().map(|r| {
                let sheet = r.sheet.as_deref().unwrap_or("");
                format!("{},{},{sheet},{},{}", r.source, r.file.display(), r.row, r.reason_code)
            }));
        }
        let truth = std::fs::read_to_string(crate::truth_of(&data).join("rejects.csv")).unwrap();
        let mut expected: Vec<String> = truth.lines().skip(1).map(str::to_owned).collect();
        expected.sort();
        found.sort();
        assert_eq!(found, expected, "{quarter}");
    }
}

/// Columns of fuller editions of the registry: kilometres keep their decimals, mu become square
/// metres, and an edition without them is not remarked on.
#[test]
fn fuller_editions_of_the_registry() {
    let pipeline = Pipeline::open(&Path::new(env!("CARGO_MANIFEST_DIR")).join("pipelines/hebi")).unwrap();
    let index = pipeline.source_index("registry_household").unwrap();
    let contract = &pipeline.sources[index];
    let load = |headers: &[&str], row: &[&str]| {
        let tables = [Ok(table("建档立卡户.csv", headers, &[row]))];
        load_tables(contract, index, tables.into_iter(), None)
            .unwrap_or_else(|e| panic!("{}", bidui::testing::error::render_error(&e, false)))
    };
    let numbers = |loaded: &LoadedSource, column: &str| int64(loaded, column)[0].unwrap();
    let headers = [
        "户编号",
        "户主姓名",
        "与村主干路距离(公里)",
        "耕地面积(亩)",
        "林地面积",
        "工资性收入(元)",
        "有无卫生厕所",
    ];
    let full = load(&headers, &["1", "甲", "0.5", "50", "1.5亩", "1200.5", "有"]);
    assert_eq!(numbers(&full, "road_distance_centi"), 50);
    assert_eq!(numbers(&full, "land_area_centi"), 50 * 66_667);
    assert_eq!(numbers(&full, "forest_area_centi"), 100_001);
    assert_eq!(numbers(&full, "wage_income_fen"), 120_050);
    assert!(full.cell_warnings.is_empty(), "{:?}", full.cell_warnings);
    let missing =
        |loaded: &LoadedSource, label: &str| loaded.audits.iter().any(|a| a.message.contains(label));
    assert!(missing(&full, "饮水是否安全"), "{:?}", full.audits);
    let short = load(&headers[..2], &["1", "甲"]);
    assert!(!missing(&short, "有无卫生厕所") && !missing(&short, "耕地面积"), "{:?}", short.audits);
}

/// Many pieces, one and two threads: the same records in the same order.
#[test]
fn threads_do_not_show() {
    let pieces = || {
        (0..40u32).map(|piece| {
            let cells: Vec<Vec<String>> = (0..1000u32)
                .map(|row| {
                    vec![
                        format!("人{}", piece * 1000 + row),
                        if row % 97 == 0 { "某日" } else { "2010.3.1" }.to_owned(),
                    ]
                })
                .collect();
            let borrowed: Vec<Vec<&str>> =
                cells.iter().map(|r| r.iter().map(String::as_str).collect()).collect();
            let rows: Vec<&[&str]> = borrowed.iter().map(Vec::as_slice).collect();
            let mut raw = table("学籍.csv", &["姓名", "出生日期"], &rows);
            raw.rows = (0..1000).map(|row| piece * 1000 + row + 3).collect();
            raw
        })
    };
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| load("student", pieces().collect()))
    };
    let (one, two) = (run(1), run(2));
    assert_eq!(one.records.tables.len(), 1, "pieces of one table");
    assert_eq!(one.records.rows.batch().unwrap(), two.records.rows.batch().unwrap());
    assert_eq!(one.records.keys, two.records.keys);
    assert_eq!(one.cell_warnings, two.cell_warnings);
    assert_eq!(one.cell_warnings.len(), 40 * 11);
    assert!(one.records.keys.is_sorted());
}
