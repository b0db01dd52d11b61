//! Lists whose shape is wrong: rows that lack a cell, lists that end where a format ends, texts filled up with zero bytes,
//! files whose encoding or kind nobody reads.

use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray as _, StringArray};
use arrow::datatypes::Int64Type;
use arrow::record_batch::RecordBatch;
use bidui::testing::load::LoadedSource;

use crate::inputs_audits::{id, name, try_load};
use crate::inputs_rows::counts;

const AID: &str = "学校,姓名,身份证号,学期,受助项目,受助金额,资助类别,监护人姓名,监护人身份证号,监护人关系";

fn person(at: u32) -> Vec<String> {
    let (guardian, number) = (name(at + 500), id(at + 500));
    let cells = [
        "小河镇第一中学",
        &name(at),
        &id(at),
        "2018秋",
        "寄宿生生活补助",
        "625",
        "建档立卡",
        &guardian,
        &number,
        "父子",
    ];
    cells.iter().map(|cell| (*cell).to_owned()).collect()
}

/// A hundred pupils; of every tenth the cell of a column is missing, and one more comma stands at the end.
fn slid(column: usize) -> LoadedSource {
    let mut text = AID.to_owned() + "\n";
    for at in 0..100 {
        let mut cells = person(at);
        if at % 25 == 10 {
            cells.remove(column);
            cells.push(String::new());
        }
        text += &(cells.join(",") + "\n");
    }
    try_load("student_aid", &[("学生资助.csv", text)]).unwrap()
}

#[test]
fn a_row_without_a_cell_in_the_middle_is_not_read_shifted() {
    for column in [5, 6, 7] {
        let loaded = slid(column);
        assert_eq!(counts(&loaded), (96, 4), "{column}");
        for reject in &loaded.rejects {
            assert_eq!((reject.reason_code.as_str(), reject.row % 25), ("slid_row", 12), "{column}");
            assert!(reject.reason.contains("起少了一格，后面的各格都往前错了一列"), "{}", reject.reason);
            let header = AID.split(',').nth(column).unwrap();
            assert_eq!(reject.column.as_deref(), Some(header));
            assert!(reject.original.contains("小河镇第一中学"), "{}", reject.original);
        }
        // They stand in the list, with their guardians.
        assert!(loaded.rejected_people.iter().any(|person| person.id.id18_key().is_some()));
        assert!(loaded.audits.iter().any(|audit| audit.message.contains("只是那一行被退回")));
    }
}

#[test]
fn many_rows_that_lack_a_cell_are_told_from_many_written_otherwise() {
    let list = |change: &dyn Fn(u32, &mut Vec<String>)| -> LoadedSource {
        let mut text = AID.to_owned() + "\n";
        for at in 0..400 {
            let mut cells = person(at);
            change(at, &mut cells);
            text += &(cells.join(",") + "\n");
        }
        try_load("student_aid", &[("学生资助.csv", text)]).unwrap()
    };
    let third = list(&|at, cells| {
        if at % 3 == 0 {
            cells.remove(6);
            cells.push(String::new());
        }
    });
    assert_eq!(counts(&third), (266, 134));
    let other = list(&|_, cells| {
        cells[6] = "看情况".to_owned();
        cells[8] = "无".to_owned();
        cells[9].clear();
    });
    assert_eq!(counts(&other), (400, 0));
}

#[test]
fn a_row_with_a_cell_too_many_is_not_read_shifted() {
    // The last column is blank in all rows, so that no row has more cells than there are headers.
    let mut text =
        "参保年度,姓名,身份证号,性别,出生日期,县(区),个人缴费金额,资助金额,参保状态,备注\n".to_owned();
    for at in 0..100 {
        let more = if at % 25 == 10 { "汉族," } else { "" };
        let end = if at % 25 == 10 { "" } else { "," };
        let number = id(at);
        let born = format!("{}-{}-{}", &number[6..10], &number[10..12], &number[12..14]);
        text += &format!("2018,{},{number},{more}男,{born},淇县,180,0,正常参保{end}\n", name(at));
    }
    let loaded = try_load("insurance", &[("医保参保_淇县.csv", text)]).unwrap();
    assert_eq!(counts(&loaded), (96, 4));
    for reject in &loaded.rejects {
        assert_eq!((reject.reason_code.as_str(), reject.row % 25), ("extra_cell", 12));
        assert!(reject.reason.contains("在“性别”多了一格"), "{}", reject.reason);
    }
}

#[test]
fn a_row_whose_cells_fit_or_fit_nowhere_is_read() {
    let mut text = AID.to_owned() + "\n";
    for at in 0..100 {
        let mut cells = person(at);
        match at {
            // Nothing at the end, as it should be.
            3 => cells[9].clear(),
            // A category that nobody knows, and nothing moved.
            4 => {
                cells[6] = "看情况".to_owned();
                cells[9].clear();
            }
            // A word that belongs into the next column.
            6 => {
                cells[6] = "父子".to_owned();
                (7..10).for_each(|at| cells[at].clear());
            }
            // No guardian at all.
            5 => (6..10).for_each(|at| cells[at].clear()),
            _ => {}
        }
        text += &(cells.join(",") + "\n");
    }
    let loaded = try_load("student_aid", &[("学生资助.csv", text)]).unwrap();
    assert_eq!(counts(&loaded), (100, 0));
    let batch = loaded.records.rows.batch().unwrap();
    let amounts = batch.column_by_name("amount_fen").unwrap().as_primitive::<Int64Type>();
    assert!(amounts.iter().all(|amount| amount == Some(62_500)));
}

/// A short list of so many insured people.
fn insured(rows: u32) -> LoadedSource {
    let mut text = "参保年度,姓名,身份证号,县(区)\n".to_owned();
    for at in 0..rows {
        text += &format!("2018,{},{},淇县\n", name(at), id(at));
    }
    try_load("insurance", &[("医保参保_淇县.csv", text)]).unwrap()
}

#[test]
fn lists_that_end_where_a_format_or_a_program_ends_them_are_told() {
    let told = |rows: u32| -> Vec<String> {
        let loaded = insured(rows);
        assert_eq!(counts(&loaded), (u64::from(rows), 0));
        let limits =
            loaded.audits.iter().filter(|a| ["cut_at_limit", "round_row_count"].contains(&a.audit.as_str()));
        limits.map(|audit| audit.message.clone()).collect()
    };
    let of_format = told(65_535);
    assert!(
        of_format[0].contains("有65535行，读到第65536行为止，正好是XLS一张表最多的65536行"),
        "{of_format:?}"
    );
    assert!(told(10_000)[0].contains("正好有10000行，像是系统一次最多导出的行数"));
    assert!(told(10_001).is_empty() && told(65_534).is_empty() && told(100).is_empty());
}

#[test]
fn zero_bytes_that_fill_a_column_up_are_taken_off_and_told() {
    let column = |text: &dyn Fn(u32) -> String| -> ArrayRef {
        Arc::new(StringArray::from((0..60).map(text).collect::<Vec<_>>()))
    };
    let write = |damage: bool| -> Vec<u8> {
        let batch = RecordBatch::try_from_iter([
            ("参保年度", column(&|_| "2018".to_owned())),
            ("姓名", column(&|at| name(at) + "\0\0\0")),
            (
                "身份证号",
                column(&|at| match at {
                    7 if damage => id(at)[..6].to_owned() + "\0" + &id(at)[6..],
                    _ => id(at) + " \0\0",
                }),
            ),
            ("县(区)", column(&|_| "淇县".to_owned())),
        ])
        .unwrap();
        let mut bytes = Vec::new();
        let mut writer = parquet::arrow::ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        bytes
    };
    let loaded = try_load("insurance", &[("医保参保_淇县.parquet", write(false))]).unwrap();
    assert_eq!(counts(&loaded), (60, 0));
    let batch = loaded.records.rows.batch().unwrap();
    assert_eq!(batch.column_by_name("name").unwrap().as_string::<i32>().value(3), name(3));
    assert_eq!(batch.column_by_name("id_number").unwrap().as_string::<i32>().value(3), id(3));
    let told: Vec<&str> = loaded.audits.iter().map(|audit| audit.message.as_str()).collect();
    assert!(told.iter().any(|one| one.contains("有120格的末尾用空字符(NUL)补足长度")), "{told:?}");
    // Within a text it is damage.
    let loaded = try_load("insurance", &[("医保参保_淇县.parquet", write(true))]).unwrap();
    assert_eq!(counts(&loaded), (59, 1));
}

#[test]
fn files_of_another_encoding_or_kind_are_refused_with_the_cure() {
    let text = AID.to_owned() + "\n" + &person(1).join(",") + "\n";
    let units = |bytes: fn(u32) -> [u8; 4], mark: bool| -> Vec<u8> {
        let mark = mark.then_some('\u{FEFF}');
        mark.into_iter().chain(text.chars()).flat_map(|c| bytes(u32::from(c))).collect()
    };
    for bytes in [
        units(u32::to_le_bytes, true),
        units(u32::to_be_bytes, true),
        units(u32::to_le_bytes, false),
        units(u32::to_be_bytes, false),
    ] {
        let error = try_load("student_aid", &[("学生资助.csv", bytes)]).unwrap_err();
        assert!(error.contains("UTF-32") && error.contains("编码选 UTF-8 另存"), "{error}");
    }
    let mail = |part: &str| {
        format!(
            "Received: from a by b\r\nFrom: a@example.cn\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; \
             boundary=\"b\"\r\n\r\n--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>您好，名单见附件。</p><table><tr>\
             <td>电话</td></tr></table>\r\n--b\r\n{part}\r\n\r\nUEsDBA==\r\n--b--\r\n"
        )
    };
    let name = "=?UTF-8?B?5a2m55Sf6LWE5YqpLnhsc3g=?=";
    for part in [
        format!(
            "Content-Type: application/octet-stream; name=\"{name}\"\r\nContent-Transfer-Encoding: base64"
        ),
        format!(
            "Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment;\r\n \
             filename=\"{name}\""
        ),
    ] {
        let error = try_load("student_aid", &[("学生资助.eml", mail(&part))]).unwrap_err();
        assert!(error.contains("这是一封邮件，名单多半在附件里：学生资助.xlsx"), "{error}");
        assert!(error.contains("把附件里的名单另存到数据文件夹"), "{error}");
    }
}
