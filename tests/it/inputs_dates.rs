//! Dates as programs export them: moments of Greenwich, digits that can be two things.

use std::path::Path;

use arrow::array::AsArray;
use arrow::datatypes::{Date32Type, Int32Type};
use bidui::testing::config::Pipeline;
use bidui::testing::load::{LoadedSource, load_source};

/// What a source of the prefecture makes of one file.
fn loaded(source: &str, file: &str, bytes: &[u8]) -> LoadedSource {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(file), bytes).unwrap();
    let pipeline = Pipeline::open(&Path::new(env!("CARGO_MANIFEST_DIR")).join("pipelines/hebi")).unwrap();
    let index = pipeline.source_index(source).unwrap();
    load_source(&pipeline, index, folder.path(), None).unwrap_or_else(|e| panic!("{e}")).unwrap()
}

/// Row, reason and text of every cell that was complained about.
fn warnings(loaded: &LoadedSource) -> Vec<(u32, &str, &str)> {
    loaded.cell_warnings.iter().map(|w| (w.row, &*w.reason_code, &*w.original)).collect()
}

#[test]
fn a_birth_date_of_greenwich_is_the_day_in_beijing() {
    let dates = [
        "1973-09-15T16:00:00.000Z",
        "1973-09-16T00:00:00+08:00",
        "1973-09-16 00:00:00",
        "1973-09-16T09:30:00",
        "1973-09-16T00:00:00火星",
    ];
    let rows: String = (dates.iter().zip("甲乙丙丁戊".chars()))
        .map(|(date, name)| {
            format!("2018,王{name},,男,{date},浚县,伾山街道办事处,大高村,普通居民,正常参保,城乡居民\n")
        })
        .collect();
    let text =
        format!("参保年度,姓名,身份证号,性别,出生日期,县区,乡镇,村,参保人员类别,参保状态,险种\n{rows}");
    let loaded = loaded("insurance", "医保参保.csv", text.as_bytes());
    let batch = loaded.records.rows.batch().unwrap();
    let days = batch.column_by_name("birth_date").unwrap().as_primitive::<Date32Type>();
    // 16 September 1973, 1354 days after the beginning of 1970.
    assert_eq!(days.iter().collect::<Vec<_>>(), [Some(1354), Some(1354), Some(1354), Some(1354), None]);
    assert_eq!(warnings(&loaded), [(6, "bad_date", "1973-09-16T00:00:00火星")]);
}

#[test]
fn a_month_that_can_be_two_things_is_not_guessed() {
    let months = ["201710", "201710.0", "20171", "20173", "43009", "2017.1", "2017.10", "2017-1", "20171001"];
    let rows: String = months
        .iter()
        .zip("甲乙丙丁戊己庚辛壬".chars())
        .map(|(m, name)| format!("王{name},,浚县,{m}\n"))
        .collect();
    let text = format!("姓名,身份证号,县,起始年月\n{rows}");
    let loaded = loaded("tekun", "特困供养.csv", text.as_bytes());
    let batch = loaded.records.rows.batch().unwrap();
    let read = batch.column_by_name("start_month").unwrap().as_primitive::<Int32Type>();
    let some = |month| Some(month);
    assert_eq!(
        read.iter().collect::<Vec<_>>(),
        [
            some(201_710),
            some(201_710),
            None,
            None,
            None,
            some(201_701),
            some(201_710),
            some(201_701),
            some(201_710)
        ]
    );
    assert_eq!(
        warnings(&loaded),
        [
            (4, "bad_month", "20171"),
            (5, "bad_month", "20173"),
            (6, "bad_month", "43009"),
            (7, "month_doubtful", "2017.1")
        ]
    );
    assert!(loaded.cell_warnings[3].reason.contains("也可能是10月"));
}

#[test]
fn what_is_told_of_a_file_stands_among_the_findings_of_its_source() {
    // A carer in a memo file that was not sent.
    let mut bytes = vec![0x83, 118, 9, 30, 1, 0, 0, 0, 129, 0, 28, 0];
    bytes.resize(32, 0);
    for (name, kind, width) in [("姓名", b'C', 8), ("县", b'C', 9), ("照料人", b'M', 10)] {
        let mut field = [0; 32];
        let name = encoding_rs::GBK.encode(name).0;
        field[..name.len()].copy_from_slice(&name);
        (field[11], field[16]) = (kind, width);
        bytes.extend(field);
    }
    bytes.push(0x0D);
    bytes.extend(encoding_rs::GBK.encode(" 张三    浚县              1\x1A").0.iter());
    let loaded = loaded("tekun", "特困供养.dbf", &bytes);
    let note = loaded.audits.iter().find(|a| a.audit == "file_note").unwrap();
    assert!(note.message.contains("特困供养.dbt") && !note.blocking, "{}", note.message);
    let batch = loaded.records.rows.batch().unwrap();
    assert!(arrow::array::Array::is_null(batch.column_by_name("carer_name").unwrap(), 0));
}
