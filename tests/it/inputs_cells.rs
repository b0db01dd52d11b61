//! Cells that would be read as something else than they say: a number behind a code, units that only a number format
//! shows, words behind amounts, names that are none, decorated numbers, errors in other languages.

use std::io::Write as _;

use arrow::array::AsArray as _;
use arrow::datatypes::Int64Type;
use bidui::testing::config::Pipeline;
use bidui::testing::load::{LoadedSource, load_source};

use crate::end_to_end::root;
use crate::inputs_audits::{id, name, try_load};
use crate::inputs_rows::counts;

const AID: [&str; 7] = ["学校", "姓名", "身份证号", "学期", "受助项目", "受助金额", "资助类别"];

fn person(at: u32) -> [String; 7] {
    let cells = ["小河镇第一中学", &name(at), &id(at), "2018秋", "寄宿生生活补助", "625", "建档立卡"];
    cells.map(str::to_owned)
}

/// Forty pupils, the cells of a column of the first written otherwise.
fn aid(column: usize, cells: &[&str]) -> LoadedSource {
    let mut text = AID.join(",") + "\n";
    for at in 0..40 {
        let mut row = person(at);
        if let Some(cell) = cells.get(at as usize) {
            row[column] = format!("\"{cell}\"");
        }
        text += &(row.join(",") + "\n");
    }
    try_load("student_aid", &[("学生资助.csv", text)]).unwrap()
}

fn texts(loaded: &LoadedSource, column: &str) -> Vec<Option<String>> {
    let batch = loaded.records.rows.batch().unwrap();
    batch.column_by_name(column).unwrap().as_string::<i32>().iter().map(|t| t.map(str::to_owned)).collect()
}

fn amounts(loaded: &LoadedSource, column: &str) -> Vec<Option<i64>> {
    let batch = loaded.records.rows.batch().unwrap();
    batch.column_by_name(column).unwrap().as_primitive::<Int64Type>().iter().collect()
}

#[test]
fn a_status_code_with_a_decimal_is_that_code_and_a_number_behind_a_code_is_none() {
    let header = "参保年度,姓名,公民身份号码,性别,出生日期,县(区),个人缴费金额,资助金额,参保状态\n";
    let written = ["1.0", "2.0", "4.0", "01", "1-2", "2.1", "1_0", "1:0", "4、0", "1 0", "0"];
    let mut text = header.to_owned();
    for at in 0..40 {
        let status = written.get(at as usize).copied().unwrap_or("1");
        text += &format!("2018,{},{},男,,淇县,180,0,{status}\n", name(at), id(at));
    }
    let loaded = try_load("insurance", &[("医保参保_淇县.csv", text)]).unwrap();
    let read = texts(&loaded, "status");
    let plain = try_load(
        "insurance",
        &[(
            "医保参保_淇县.csv",
            header.to_owned()
                + &["1", "2", "4", "0"]
                    .iter()
                    .enumerate()
                    .map(|(at, status)| {
                        format!("2018,{},{},男,,淇县,180,0,{status}\n", name(at as u32), id(at as u32))
                    })
                    .collect::<String>(),
        )],
    )
    .unwrap();
    let plain = texts(&plain, "status");
    assert!(plain.iter().all(Option::is_some));
    assert_eq!(read[..4], [plain[0].clone(), plain[1].clone(), plain[2].clone(), plain[0].clone()]);
    assert_eq!(read[4..10], [None, None, None, None, None, None]);
    assert_eq!(read[10], plain[3]);
    let codes: Vec<&str> = loaded.cell_warnings.iter().map(|warning| warning.reason_code.as_str()).collect();
    assert_eq!(codes, ["unknown_code"; 6]);
}

#[test]
fn a_unit_that_only_the_number_format_shows_is_heeded_in_a_workbook() {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (column, text) in AID.iter().enumerate() {
        sheet.write(0, column as u16, *text).unwrap();
    }
    let formats =
        ["0.0000\"万元\"", "0\"元\"", "General", "0!.0,\"千\"", "#,##0.00\"元\"_);(#,##0.00\"元\")"];
    for at in 0..40u32 {
        let mut row = person(at).map(Some);
        row[5] = None;
        for (column, cell) in row.iter().enumerate() {
            sheet.write(at + 1, column as u16, cell.as_deref().unwrap_or("")).unwrap();
        }
        let number = if at == 0 { 0.0625 } else { 625.0 };
        let format = rust_xlsxwriter::Format::new()
            .set_num_format(formats[at as usize % formats.len() * usize::from(at < 5)]);
        let format = if at < 5 { format } else { rust_xlsxwriter::Format::new() };
        sheet.write_number_with_format(at + 1, 5, number, &format).unwrap();
    }
    let loaded = try_load("student_aid", &[("学生资助.xlsx", book.save_to_buffer().unwrap())]).unwrap();
    assert_eq!(amounts(&loaded, "amount_fen"), vec![Some(62_500); 40]);
}

#[test]
fn a_truth_is_no_amount() {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (column, text) in AID.iter().enumerate() {
        sheet.write(0, column as u16, *text).unwrap();
    }
    for at in 0..40u32 {
        for (column, cell) in person(at).iter().enumerate() {
            match (at, column) {
                (0, 5) => sheet.write_boolean(1, 5, true).unwrap(),
                (_, 5) => sheet.write_number(at + 1, 5, 625.0).unwrap(),
                _ => sheet.write(at + 1, column as u16, cell).unwrap(),
            };
        }
    }
    let loaded = try_load("student_aid", &[("学生资助.xlsx", book.save_to_buffer().unwrap())]).unwrap();
    assert_eq!(amounts(&loaded, "amount_fen")[..2], [None, Some(62_500)]);
    assert_eq!(loaded.cell_warnings[0].reason_code, "bad_number");
}

#[test]
fn units_that_formats_show_are_heeded_in_xml_and_in_open_document() {
    let rows: String = (0..40)
        .map(|at| {
            let cells = person(at);
            let cell = |(column, text): (usize, &String)| match column {
                5 => "<Cell ss:StyleID=\"s1\"><Data ss:Type=\"Number\">0.0625</Data></Cell>".to_owned(),
                _ => format!("<Cell><Data ss:Type=\"String\">{text}</Data></Cell>"),
            };
            format!("<Row>{}</Row>", cells.iter().enumerate().map(cell).collect::<String>())
        })
        .collect();
    let header: String =
        AID.iter().map(|text| format!("<Cell><Data ss:Type=\"String\">{text}</Data></Cell>")).collect();
    let xml = format!(
        "<?xml version=\"1.0\"?><Workbook xmlns:ss=\"urn:schemas-microsoft-com:office:spreadsheet\"><Styles>\
         <Style ss:ID=\"s1\"><NumberFormat ss:Format=\"0.0000&quot;万元&quot;\"/></Style></Styles>\
         <Worksheet ss:Name=\"名单\"><Table><Row>{header}</Row>{rows}</Table></Worksheet></Workbook>"
    );
    let loaded = try_load("student_aid", &[("学生资助.xls", xml)]).unwrap();
    assert_eq!(amounts(&loaded, "amount_fen"), vec![Some(62_500); 40]);
    let cell = |value: &str, text: &str| match value {
        "" => format!(
            "<table:table-cell office:value-type=\"string\"><text:p>{text}</text:p></table:table-cell>"
        ),
        _ => format!(
            "<table:table-cell office:value-type=\"float\" office:value=\"{value}\"><text:p>{text}</text:p></table:table-cell>"
        ),
    };
    let row = |cells: String| format!("<table:table-row>{cells}</table:table-row>");
    let mut table = row(AID.iter().map(|text| cell("", text)).collect());
    for at in 0..40 {
        let shown = [("0.0625", "0.0625万元"), ("625", "625元"), ("625", "0.6千"), ("625", "625.00")]
            [at as usize % 4];
        let cells = person(at);
        table += &row(cells
            .iter()
            .enumerate()
            .map(|(column, text)| if column == 5 { cell(shown.0, shown.1) } else { cell("", text) })
            .collect());
    }
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    zip.start_file("mimetype", options).unwrap();
    zip.write_all(b"application/vnd.oasis.opendocument.spreadsheet").unwrap();
    zip.start_file("content.xml", options).unwrap();
    let content = format!(
        "<office:document-content><office:body><office:spreadsheet><table:table table:name=\"名单\">{table}</table:table>\
         </office:spreadsheet></office:body></office:document-content>"
    );
    zip.write_all(content.as_bytes()).unwrap();
    let bytes = zip.finish().unwrap().into_inner();
    let loaded = try_load("student_aid", &[("学生资助.ods", bytes)]).unwrap();
    assert_eq!(amounts(&loaded, "amount_fen"), vec![Some(62_500); 40]);
}

#[test]
fn words_in_brackets_behind_an_amount_are_heeded_or_told() {
    let loaded =
        aid(5, &["0.0625（万元）", "0.0625(万)", "625(元)", "625(含电费)", "625(约)", "1/2", "#ССЫЛКА!"]);
    let read = amounts(&loaded, "amount_fen");
    assert_eq!(read[..4], [Some(62_500), Some(62_500), Some(62_500), None]);
    assert_eq!(read[4..8], [None, None, None, Some(62_500)]);
    assert_eq!(loaded.cell_warnings.len(), 3, "{:?}", loaded.cell_warnings);
}

#[test]
fn a_name_that_names_nobody_is_rejected_in_a_required_column() {
    for cell in ["0", "1", "(空白)", "[]", "NaT", "略", "测试", "户主：", "#N/D", "□"] {
        let loaded = aid(1, &[cell]);
        assert_eq!(counts(&loaded), (39, 1), "{cell}");
        assert!(
            ["missing_required", "unknown_required"].contains(&loaded.rejects[0].reason_code.as_str()),
            "{cell}: {}",
            loaded.rejects[0].reason_code
        );
    }
    for cell in ["户主：马志强", "略晓", "马志强/志强"] {
        assert_eq!(counts(&aid(1, &[cell])), (40, 0), "{cell}");
    }
    for cell in ["马志强/李春梅", "马志强及妻李春梅", "马志强 李春梅", "马志强等2人"]
    {
        let loaded = aid(1, &[cell]);
        assert_eq!(counts(&loaded), (39, 1), "{cell}");
        assert_eq!(loaded.rejects[0].reason_code, "two_people", "{cell}");
    }
}

#[test]
fn a_decorated_id_number_is_read_and_what_else_stands_there_is_told() {
    let number = id(0);
    let cells = [
        format!("({number})"),
        format!("{}-{}-{}", &number[..6], &number[6..14], &number[14..]),
        format!("{number}.0"),
        format!("{number}(已注销)"),
        format!("{number}/13812345678"),
    ];
    let loaded = aid(2, &cells.each_ref().map(String::as_str));
    let read = texts(&loaded, "id_number");
    assert!(read[..4].iter().all(|text| text.as_ref() == Some(&number)), "{read:?}");
    assert_eq!(read[4].as_deref(), Some(&cells[4][..]));
    let codes: Vec<&str> = loaded.cell_warnings.iter().map(|warning| warning.reason_code.as_str()).collect();
    assert_eq!(codes, ["beside_number"]);
    assert!(loaded.cell_warnings[0].reason.contains("已注销"));
}

#[test]
fn a_unit_set_apart_in_any_way_is_the_unit_of_the_column() {
    for (header, written) in [
        ("受助金额【万元】", "0.0625"),
        ("受助金额[万元]", "0.0625"),
        ("受助金额/万元", "0.0625"),
        ("受助金额-万元", "0.0625"),
        ("受助金额—万元", "0.0625"),
        ("受助金额：万元", "0.0625"),
        ("受助金额 万元", "0.0625"),
        ("受助金额（单位：万元）", "0.0625"),
        ("受助情况（万元）/受助金额", "0.0625"),
        ("受助金额【元】", "625"),
        ("受助金额", "625"),
    ] {
        // As the contract says it, and as somebody adds it to the contract.
        for listed in [false, true] {
            let mut pipeline = Pipeline::open(&root().join("pipelines/hebi")).unwrap();
            let index = pipeline.source_index("student_aid").unwrap();
            if listed {
                let at = pipeline.sources[index].position("amount_fen").unwrap();
                pipeline.sources[index].columns[at].headers.push(header.to_owned());
            }
            let mut text = AID.join(",").replace("受助金额", header) + "\n";
            for at in 0..40 {
                let mut row = person(at);
                written.clone_into(&mut row[5]);
                text += &(row.join(",") + "\n");
            }
            let folder = tempfile::tempdir().unwrap();
            std::fs::write(folder.path().join("学生资助.csv"), text).unwrap();
            let loaded = load_source(&pipeline, index, folder.path(), None).unwrap().unwrap();
            let read = amounts(&loaded, "amount_fen");
            let right = read.iter().all(|amount| *amount == Some(62_500));
            assert!(right, "{header}, listed {listed}: {read:?}");
        }
    }
}

#[test]
fn a_time_that_the_words_of_a_header_say_is_converted_also_where_the_header_is_listed() {
    let read = |header: &str| {
        let mut pipeline = Pipeline::open(&root().join("pipelines/hebi")).unwrap();
        let index = pipeline.source_index("dibao").unwrap();
        let at = pipeline.sources[index].position("household_income_fen").unwrap();
        pipeline.sources[index].columns[at].headers.push(header.to_owned());
        let mut text =
            format!("县区,乡镇,村,家庭编号,户主姓名,户主身份证号,类别,{header},月保障金,起保年月\n");
        for at in 0..40 {
            text +=
                &format!("浚县,善堂镇,大高村,4106210{at:05},{},{},农村,2400,215,201601\n", name(at), id(at));
        }
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("农村低保_浚县.csv"), text).unwrap();
        load_source(&pipeline, index, folder.path(), None)
            .map(|loaded| amounts(&loaded.unwrap(), "household_income_fen"))
    };
    for (header, fen) in [
        ("家庭年收入(元)", 20_000),
        ("家庭年收入", 20_000),
        ("家庭年收入【元】", 20_000),
        ("季度收入", 80_000),
        ("家庭总收入", 240_000),
        ("2018年收入(元/月)", 240_000),
    ] {
        let amounts = read(header).unwrap();
        assert!(amounts.iter().all(|amount| *amount == Some(fen)), "{header}: {:?}", amounts.first());
    }
    for header in ["本年累计收入", "家庭收入(千万元)", "家庭收入【百万】"] {
        let error = read(header).unwrap_err();
        assert!(error.message().contains("不知道怎样折算"), "{header}: {}", error.message());
    }
}
