//! Cells that say more, or less, than their texts: struck through, with notes above the line, merged over several people,
//! with digits that only a number format shows, days typed as digits.

use std::io::{Cursor, Write as _};

use arrow::array::{Array as _, AsArray as _};
use arrow::datatypes::{Date32Type, Int32Type, Int64Type};
use bidui::testing::load::LoadedSource;
use rust_xlsxwriter::{Format, FormatScript, Workbook, Worksheet};

use crate::inputs_audits::{id, name, try_load};
use crate::inputs_rows::counts;

const AID: [&str; 7] = ["学校", "姓名", "身份证号", "学期", "受助项目", "受助金额", "资助类别"];
/// The column of the amount.
const AMOUNT: u16 = 5;
const PEOPLE: u32 = 80;

fn person(at: u32) -> [String; 7] {
    let cells = ["小河镇第一中学", &name(at), &id(at), "2018秋", "寄宿生生活补助", "625", "建档立卡"];
    cells.map(str::to_owned)
}

/// A list of pupils, changed by hand afterwards; the first stands in row 2.
fn book(change: impl FnOnce(&mut Worksheet)) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name("名单").unwrap();
    for (at, header) in AID.iter().enumerate() {
        sheet.write(0, at as u16, *header).unwrap();
    }
    for row in 0..PEOPLE {
        for (column, text) in person(row).iter().enumerate() {
            if column == usize::from(AMOUNT) {
                sheet.write(row + 1, AMOUNT, 625).unwrap();
            } else {
                sheet.write(row + 1, column as u16, text).unwrap();
            }
        }
    }
    change(sheet);
    book.save_to_buffer().unwrap()
}

fn load(file: &str, bytes: &[u8]) -> LoadedSource {
    try_load("student_aid", &[(file, bytes)]).unwrap_or_else(|error| panic!("{error}"))
}

fn amounts(loaded: &LoadedSource) -> Vec<Option<i64>> {
    let batch = loaded.records.rows.batch().unwrap();
    batch.column_by_name("amount_fen").unwrap().as_primitive::<Int64Type>().iter().collect()
}

fn texts(loaded: &LoadedSource, column: &str) -> Vec<Option<String>> {
    let batch = loaded.records.rows.batch().unwrap();
    batch.column_by_name(column).unwrap().as_string::<i32>().iter().map(|t| t.map(str::to_owned)).collect()
}

/// Cells that are told: row, reason, what they said.
fn told(loaded: &LoadedSource) -> Vec<(u32, &str, &str)> {
    let warnings = loaded.cell_warnings.iter();
    warnings.map(|cell| (cell.row, cell.reason_code.as_str(), cell.original.as_str())).collect()
}

fn says(loaded: &LoadedSource, parts: &[&str]) {
    let all: Vec<&str> = loaded.audits.iter().map(|audit| audit.message.as_str()).collect();
    assert!(all.iter().any(|one| parts.iter().all(|part| one.contains(part))), "no {parts:?} in {all:#?}");
}

/// What every format of the same list must come to: 500 struck through beside 625, 625 with a note, one amount struck
/// through as a whole, and a person whose row is crossed out.
fn struck_list(loaded: &LoadedSource) {
    let read = amounts(loaded);
    assert_eq!(counts(loaded), (u64::from(PEOPLE) - 1, 1));
    assert_eq!(read[..4], [Some(62_500), Some(62_500), None, Some(62_500)]);
    assert!(read[3..].iter().all(|amount| *amount == Some(62_500)));
    let expected = [
        (2, "struck_part", "【划掉：500】625"),
        (3, "raised_part", "625【上下标：1】"),
        (4, "struck_out", "700"),
    ];
    assert_eq!(told(loaded), expected);
    // Who is crossed out is neither in the list nor not in it.
    let rejected: Vec<(u32, &str)> = loaded.rejects.iter().map(|r| (r.row, r.reason_code.as_str())).collect();
    assert_eq!(rejected, [(6, "struck_out")]);
    assert_eq!(loaded.rejected_people.len(), 1);
    assert_eq!(loaded.rejected_people[0].name, name(4));
    assert!(!loaded.rejected_people[0].id.is_missing());
    says(loaded, &["有1行整行划了删除线（第6行）"]);
    says(loaded, &["“受助金额”有1格有一部分划了删除线（第2行），只读入没有划掉的部分"]);
    says(loaded, &["“受助金额”有1格有上标或下标（第3行）"]);
    says(loaded, &["“受助金额”有1格整格划了删除线（第4行），不知道还算不算数"]);
    let totals = &loaded.totals.tables[0].cells["amount_fen"];
    assert_eq!((totals.doubtful, totals.unreadable), (2, 1));
}

#[test]
fn struck_through_and_raised_text_of_a_workbook_is_not_joined_to_the_value() {
    let plain = Format::new();
    let struck = Format::new().set_font_strikethrough();
    let raised = Format::new().set_font_script(FormatScript::Superscript);
    let loaded = load(
        "学生资助.xlsx",
        &book(|sheet| {
            sheet.write_rich_string(1, AMOUNT, &[(&struck, "500"), (&plain, "625")]).unwrap();
            sheet.write_rich_string(2, AMOUNT, &[(&plain, "625"), (&raised, "1")]).unwrap();
            sheet.write_with_format(3, AMOUNT, 700, &struck).unwrap();
            for (column, text) in person(4).iter().enumerate() {
                sheet.write_with_format(5, column as u16, text, &struck).unwrap();
            }
        }),
    );
    struck_list(&loaded);
}

#[test]
fn shared_texts_are_known_by_their_runs() {
    let struck = Format::new().set_font_strikethrough();
    let plain = Format::new();
    let loaded = load(
        "学生资助.xlsx",
        &book(|sheet| {
            // The same words for several people; a name mended within its cell; a name whose correction is nothing.
            for row in 1..4 {
                sheet.write_rich_string(row, 4, &[(&struck, "免费午餐"), (&plain, "寄宿补助")]).unwrap();
            }
            sheet.write_rich_string(5, 1, &[(&struck, "王小"), (&plain, "李晓明")]).unwrap();
            sheet.write_rich_string(6, 1, &[(&plain, "王小明"), (&struck, " ")]).unwrap();
        }),
    );
    assert_eq!(counts(&loaded), (u64::from(PEOPLE), 0));
    let items = texts(&loaded, "item");
    assert!(items[..3].iter().all(|item| item.as_deref() == Some("寄宿补助")), "{:?}", &items[..4]);
    assert_eq!(texts(&loaded, "name")[4].as_deref(), Some("李晓明"));
    assert_eq!(told(&loaded).len(), 4);
    assert_eq!(told(&loaded)[3], (6, "struck_part", "【划掉：王小】李晓明"));
    says(&loaded, &["“受助项目”有3格有一部分划了删除线（第2、3、4行）"]);
}

fn page(cells: impl Fn(u32) -> Option<[String; 7]>, row_of: impl Fn(u32) -> String) -> String {
    let mut page =
        "<html><head><style>.gone td{color:red}\n.font5{text-decoration:line-through}</style></head><table>"
            .to_owned();
    page += &format!("<tr>{}</tr>", AID.map(|header| format!("<th>{header}</th>")).concat());
    for at in 0..PEOPLE {
        let cells = cells(at).unwrap_or_else(|| person(at));
        page +=
            &format!("<tr{}>{}</tr>\n", row_of(at), cells.map(|cell| format!("<td>{cell}</td>")).concat());
    }
    page + "</table></html>"
}

#[test]
fn struck_through_and_raised_text_of_a_web_page_is_not_joined_to_the_value() {
    for old in [
        "<del>500</del>",
        "<s>500</s>",
        "<strike>5</strike><STRIKE>00</STRIKE>",
        "<span style=\"text-decoration: line-through\">500</span>",
        "<font class=font5>500</font>",
        "<b><s>5<i>0</i>0</s></b>",
    ] {
        let cells = |at: u32| {
            let mut cells = person(at);
            cells[5] = match at {
                0 => format!("{old}625"),
                1 => "625<sup>1</sup>".to_owned(),
                2 => "<s>700</s>".to_owned(),
                _ => return None,
            };
            Some(cells)
        };
        let row_of = |at: u32| match at {
            4 => " style=\"text-decoration:line-through\"".to_owned(),
            _ => String::new(),
        };
        let loaded = load("学生资助.xls", page(cells, row_of).as_bytes());
        let mut seen = told(&loaded);
        if old.contains("STRIKE") {
            assert_eq!(seen[0].2, "【划掉：5】【划掉：00】625");
            continue;
        }
        if old.contains("<i>") {
            assert_eq!(seen.remove(0).2, "【划掉：5】【划掉：0】【划掉：0】625");
            assert_eq!(amounts(&loaded)[0], Some(62_500));
            continue;
        }
        struck_list(&loaded);
    }
}

#[test]
fn struck_through_and_raised_text_of_an_open_document_is_not_joined_to_the_value() {
    let styles = "<style:style style:name=\"T1\" style:family=\"text\"><style:text-properties \
        style:text-line-through-style=\"solid\"/></style:style><style:style style:name=\"T2\"><style:text-properties \
        style:text-position=\"super 58%\"/></style:style><style:style style:name=\"ce1\" style:family=\"table-cell\">\
        <style:text-properties style:text-line-through-type=\"single\"/></style:style>\
        <style:style style:name=\"ce2\" style:parent-style-name=\"ce1\"/>\
        <style:style style:name=\"ce3\" style:parent-style-name=\"ce1\"><style:text-properties \
        style:text-line-through-style=\"none\"/></style:style>";
    let row = |cells: &[String], style: &str| {
        let cells: Vec<String> = { cells.iter() }
            .map(|cell| {
                format!("<table:table-cell{style} office:value-type=\"string\"><text:p>{cell}</text:p></table:table-cell>")
            })
            .collect();
        format!("<table:table-row>{}</table:table-row>", cells.concat())
    };
    let mut table = row(&AID.map(str::to_owned), "");
    for at in 0..PEOPLE {
        let mut cells = person(at);
        let span =
            |style: &str, text: &str| format!("<text:span text:style-name=\"{style}\">{text}</text:span>");
        match at {
            0 => cells[5] = span("T1", "500") + "625",
            1 => cells[5] = "625".to_owned() + &span("T2", "1"),
            2 => cells[5] = span("T1", "700"),
            _ => {}
        }
        let style = match at {
            4 => " table:style-name=\"ce2\"",
            5 => " table:style-name=\"ce3\"",
            _ => "",
        };
        table += &row(&cells, style);
    }
    let content = format!(
        "<office:document-content><office:automatic-styles>{styles}</office:automatic-styles><office:body>\
         <office:spreadsheet><table:table table:name=\"名单\">{table}</table:table></office:spreadsheet></office:body>\
         </office:document-content>"
    );
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (part, text) in
        [("mimetype", "application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", &content)]
    {
        zip.start_file(part, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    struck_list(&load("学生资助.ods", &zip.finish().unwrap().into_inner()));
}

#[test]
fn struck_through_and_raised_text_of_an_xml_spreadsheet_is_not_joined_to_the_value() {
    let mut table = format!(
        "<Row>{}</Row>",
        AID.map(|h| format!("<Cell><Data ss:Type=\"String\">{h}</Data></Cell>")).concat()
    );
    for at in 0..PEOPLE {
        let mut cells = person(at);
        match at {
            0 => cells[5] = "<S>500</S>625".to_owned(),
            1 => cells[5] = "625<Sup>1</Sup>".to_owned(),
            2 => cells[5] = "<B><S>700</S></B>".to_owned(),
            _ => {}
        }
        let style = if at == 4 { " ss:StyleID=\"s2\"" } else { "" };
        let cells = cells.map(|cell| {
            format!("<Cell{style}><ss:Data ss:Type=\"String\" xmlns=\"http://www.w3.org/TR/REC-html40\">{cell}</ss:Data></Cell>")
        });
        table += &format!("<Row>{}</Row>", cells.concat());
    }
    let text = format!(
        "<?xml version=\"1.0\"?><Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\" \
         xmlns:ss=\"urn:schemas-microsoft-com:office:spreadsheet\"><Styles><Style ss:ID=\"s1\"><Font \
         ss:StrikeThrough=\"1\"/></Style><Style ss:ID=\"s2\" ss:Parent=\"s1\"/></Styles><Worksheet ss:Name=\"名单\">\
         <Table>{table}</Table></Worksheet></Workbook>"
    );
    struck_list(&load("学生资助.xls", text.as_bytes()));
}

#[test]
fn notes_typed_beside_a_number_are_no_digits_of_it() {
    let mut text = AID.join(",") + "\n";
    let written = ["625¹", "625①", "６２５", "625.00"];
    for at in 0..PEOPLE {
        let mut cells = person(at);
        cells[5] = written.get(at as usize).map_or("625", |cell| *cell).to_owned();
        text += &(cells.join(",") + "\n");
    }
    let loaded = load("学生资助.csv", text.as_bytes());
    assert_eq!(amounts(&loaded)[..4], [None, None, Some(62_500), Some(62_500)]);
    assert_eq!(told(&loaded), [(2, "bad_number", "625¹"), (3, "bad_number", "625①")]);
}

#[test]
fn a_number_merged_over_two_people_is_that_of_the_first() {
    let loaded = load(
        "学生资助.xlsx",
        &book(|sheet| {
            sheet.write_blank(6, 2, &Format::new()).unwrap();
            sheet.merge_range(5, 2, 6, 2, &id(4), &Format::new()).unwrap();
            // A school over its pupils holds for both.
            sheet.merge_range(5, 0, 6, 0, "小河镇第一中学", &Format::new()).unwrap();
        }),
    );
    assert_eq!(counts(&loaded), (u64::from(PEOPLE), 0));
    let numbers = texts(&loaded, "id_number");
    assert_eq!((numbers[4].as_deref(), &numbers[5]), (Some(id(4).as_str()), &None));
    assert_eq!(told(&loaded), [(7, "merged_number", id(4).as_str())]);
    says(&loaded, &["“身份证号”有1格与上面另一个人的合并成一格（第7行），只算第一行的人的"]);
    assert_eq!(loaded.totals.tables[0].unknown_cells["id_number"], 1);
}

const DIBAO: [&str; 9] =
    ["县区", "乡镇", "村", "家庭编号", "户主姓名", "户主身份证号", "类别", "月保障金", "起保年月"];

/// Households whose numbers and months are numbers of a workbook, with the formats given.
fn dibao(number: &str, amount: &str, month: (f64, &str)) -> LoadedSource {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name("名单").unwrap();
    for (at, header) in DIBAO.iter().enumerate() {
        sheet.write(0, at as u16, *header).unwrap();
    }
    for row in 0..PEOPLE {
        let texts = ["淇县", "高村镇", "高村", "", &name(row), &id(row), "农村"];
        for (column, text) in texts.iter().enumerate().filter(|(_, text)| !text.is_empty()) {
            sheet.write(row + 1, column as u16, *text).unwrap();
        }
        let numbers = [(3, f64::from(row + 1), number), (7, 215.0, amount), (8, month.0, month.1)];
        for (column, value, format) in numbers {
            let format = Format::new().set_num_format(format);
            sheet.write_with_format(row + 1, column, value, &format).unwrap();
        }
    }
    let bytes = book.save_to_buffer().unwrap();
    try_load("dibao", &[("农村低保_淇县.xlsx", bytes)]).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn numbers_of_households_are_what_their_format_shows() {
    let loaded = dibao("\"410622\"00000000", "000000.00", (201_603.0, "0"));
    let numbers = texts(&loaded, "household_no");
    assert_eq!(numbers[0].as_deref(), Some("41062200000001"));
    assert_eq!(numbers[79].as_deref(), Some("41062200000080"));
    says(&loaded, &["“家庭编号”有80格的数字格式添了数字", "第2行，格里的数是1，显示成", "按显示的读入"]);
    let loaded = dibao("000000", "0000", (201_603.0, "General"));
    assert_eq!(texts(&loaded, "household_no")[0].as_deref(), Some("000001"));
    // To an amount zeros add nothing.
    let batch = loaded.records.rows.batch().unwrap();
    let amounts = batch.column_by_name("monthly_amount_fen").unwrap().as_primitive::<Int64Type>();
    assert_eq!(amounts.value(0), 21_500);
    assert!(loaded.audits.iter().all(|audit| !audit.message.contains("“月保障金”有")));
    let loaded = dibao("0", "0", (201_603.0, "General"));
    assert_eq!(texts(&loaded, "household_no")[0].as_deref(), Some("1"));
    assert!(loaded.audits.iter().all(|audit| !audit.message.contains("添了数字")));
}

#[test]
fn a_month_typed_as_digits_into_a_cell_of_dates_is_that_month() {
    let loaded = dibao("0", "0", (201_603.0, "yyyy-mm"));
    let batch = loaded.records.rows.batch().unwrap();
    let months = batch.column_by_name("start_month").unwrap().as_primitive::<Int32Type>();
    assert!(months.iter().all(|month| month == Some(201_603)));
    says(
        &loaded,
        &["“起保年月”有80格的格式是日期，格里却是直接打进去的数字", "如201603", "按数字的写法读入"],
    );
    // A day that is one stays one.
    let loaded = dibao("0", "0", (42_430.0, "yyyy-mm"));
    let batch = loaded.records.rows.batch().unwrap();
    let months = batch.column_by_name("start_month").unwrap().as_primitive::<Int32Type>();
    assert_eq!((months.value(0), months.null_count()), (201_603, 0));
    assert!(loaded.audits.iter().all(|audit| !audit.message.contains("直接打进去")));
}

#[test]
fn a_birth_date_typed_as_digits_into_a_cell_of_dates_is_that_day() {
    let headers = ["参保年度", "姓名", "身份证号", "出生日期", "县(区)", "参保状态"];
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let dates = Format::new().set_num_format("yyyy-mm-dd");
    for (at, header) in headers.iter().enumerate() {
        sheet.write(0, at as u16, *header).unwrap();
    }
    for row in 0..PEOPLE {
        for (column, text) in ["2018", &name(row), &id(row), "", "淇县", "正常参保"].iter().enumerate()
        {
            sheet.write(row + 1, column as u16, *text).unwrap();
        }
        let born: f64 = id(row)[6..14].parse().unwrap();
        sheet.write_with_format(row + 1, 3, born, &dates).unwrap();
    }
    let loaded = try_load("insurance", &[("医保参保_淇县.xlsx", book.save_to_buffer().unwrap())]).unwrap();
    assert_eq!(counts(&loaded), (u64::from(PEOPLE), 0));
    let batch = loaded.records.rows.batch().unwrap();
    let days = batch.column_by_name("birth_date").unwrap().as_primitive::<Date32Type>();
    assert_eq!(days.null_count(), 0);
    // 1960-01-01 is the first.
    assert_eq!(days.value(0), -3_653);
    says(&loaded, &["“出生日期”有80格的格式是日期", "19600101", "写成 2018-03-01 这样的日期"]);
}
