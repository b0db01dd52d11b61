//! Workbooks as offices deliver them: every sheet is accounted for, and no cell is read for another.

use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};

use bidui::Error;
use bidui::testing::config::Pipeline;
use bidui::testing::extract::{RawTable, open_file};
use bidui::testing::model::file_account::{CellFault, SheetFate};
use bidui::testing::model::source_table::FileFormat;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Reads a file as a source of the pipeline would.
fn read_in(folder: &Path, name: &str, source: &str) -> bidui::Result<Vec<RawTable>> {
    let pipeline = Pipeline::open(&root().join("pipelines/hebi")).unwrap();
    let contract = &pipeline.sources[pipeline.source_index(source).unwrap()];
    let mut contract = contract.clone();
    // As the tests below ask for them.
    contract.files.skip_sheets = vec!["不读*".to_owned()];
    let options = contract.read_options();
    open_file(folder, Path::new(name), &options, &|sheet| contract.wants_sheet(sheet))?.collect()
}

fn read_case(case: &str, name: &str, source: &str) -> bidui::Result<Vec<RawTable>> {
    read_in(&root().join("tests/data/inputs").join(case), name, source)
}

fn read_aid(bytes: &[u8]) -> bidui::Result<Vec<RawTable>> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("学生资助.xls"), bytes).unwrap();
    read_in(folder.path(), "学生资助.xls", "student_aid")
}

fn refused(read: bidui::Result<Vec<RawTable>>) -> Error {
    let error = read.expect_err("accepted");
    assert!(error.hint_text().is_some() && error.location().file.is_some(), "{error}");
    error
}

fn column<'a>(table: &'a RawTable, header: &str) -> Vec<Option<&'a str>> {
    let at = table.info.headers.iter().position(|h| h == header).unwrap();
    table.columns[at].iter().collect()
}

fn rows(tables: &[RawTable]) -> usize {
    tables.iter().map(|t| t.rows.len()).sum()
}

fn fates(tables: &[RawTable]) -> Vec<(String, SheetFate, u64)> {
    let account = tables.last().unwrap().account.as_ref().unwrap();
    account.sheets.iter().map(|s| (s.name.clone(), s.fate, s.rows)).collect()
}

const HEADER: [&str; 5] = ["学校", "姓名", "身份证号", "学期", "受助金额"];

fn person(at: usize) -> [String; 5] {
    let name = ["张三丰", "李四", "王五", "赵六"][at % 4];
    let id = format!("41062119700101{:04}", 1000 + at);
    ["善堂镇中心小学校".to_owned(), name.to_owned(), id, "2018秋".to_owned(), (500 + at).to_string()]
}

type Sheet = rust_xlsxwriter::Worksheet;

fn write_header(sheet: &mut Sheet) {
    for (at, header) in HEADER.iter().enumerate() {
        sheet.write(0, at as u16, *header).unwrap();
    }
}

fn write_people(sheet: &mut Sheet, first_row: u32, first_column: u16, people: std::ops::Range<usize>) {
    for (row, at) in people.enumerate() {
        for (column, text) in person(at).iter().enumerate() {
            sheet.write(first_row + row as u32, first_column + column as u16, text).unwrap();
        }
    }
}

/// A workbook of one list, changed by hand afterwards.
fn list(people: usize) -> rust_xlsxwriter::Workbook {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet().set_name("名单").unwrap();
    write_header(sheet);
    write_people(sheet, 1, 0, 0..people);
    book
}

/// The archive with each part renamed and rewritten.
fn rewritten(bytes: &[u8], change: impl Fn(&str, String) -> (String, String)) -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut out = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for at in 0..archive.len() {
        let mut part = archive.by_index(at).unwrap();
        let name = String::from_utf8(part.name_raw().to_vec()).unwrap();
        let mut text = String::new();
        std::io::Read::read_to_string(&mut part, &mut text).unwrap();
        let (name, text) = change(&name, text);
        out.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        out.write_all(text.as_bytes()).unwrap();
    }
    out.finish().unwrap().into_inner()
}

// Web pages.

#[test]
fn a_web_page_of_utf16_is_known_as_one() {
    let error = refused(read_case("html-utf16-named-xls", "学生资助.xls", "student_aid"));
    assert!(error.message().contains("网页"), "{error}");
}

#[test]
fn a_web_page_without_html_tag_is_read() {
    let tables = read_case("html-without-html-tag", "学生资助.xls", "student_aid").unwrap();
    assert_eq!((rows(&tables), tables[0].info.format), (40, FileFormat::Html));
    assert!(column(&tables[0], "身份证号").iter().flatten().all(|id| id.len() == 18));
    assert_eq!(column(&tables[0], "受助金额")[0], Some("625"));
    assert_eq!((tables[0].rows[0], tables[0].info.sheet.as_deref()), (2, None));
}

fn page_row(cells: &[String]) -> String {
    format!("<tr><td>{}</td></tr>", cells.join("</td><td>"))
}

fn page_header() -> String {
    format!("<tr><th>{}", HEADER.join("<th>"))
}

#[test]
fn a_web_page_in_any_encoding_with_pages_and_a_title() {
    let people = |range: std::ops::Range<usize>| range.map(|at| page_row(&person(at))).collect::<String>();
    // A title in a table of its own, the list on two printed pages, the second without a header.
    let page = format!(
        "<HTML xmlns:x=\"urn:schemas-microsoft-com:office:excel\"><head><meta charset=gb2312></head><body>\
         <table><tr><td colspan=5>某县学生资助名单</td></tr></table><table border>{}{}</table>\
         <table>{}</table></body></HTML>",
        page_header(),
        people(0..10),
        people(10..15)
    );
    let utf16: Vec<u8> = page.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for bytes in [page.clone().into_bytes(), encoding_rs::GB18030.encode(&page).0.into_owned(), utf16] {
        let tables = read_aid(&bytes).unwrap();
        assert_eq!(rows(&tables), 15);
        let kinds: Vec<SheetFate> = fates(&tables).into_iter().map(|(_, fate, _)| fate).collect();
        assert_eq!(kinds, [SheetFate::Notes, SheetFate::Read, SheetFate::Continued]);
        assert_eq!(column(&tables[1], "姓名")[0], Some("王五"));
    }
}

#[test]
fn a_cell_over_several_rows_of_a_web_page_holds_for_all_of_them() {
    let page = format!(
        "<table>{}<tr><td rowspan=3>善堂镇中心小学校<td>张三<td>1<td>2018秋<td>500\
         <tr><td>李四<td>2<td>2018秋<td>&#53;01<tr style='display:none'><td>王五<td>3<td>2018秋<td>502</table>",
        page_header()
    );
    let tables = read_aid(page.as_bytes()).unwrap();
    assert_eq!(column(&tables[0], "学校"), [Some("善堂镇中心小学校"); 3]);
    assert_eq!(column(&tables[0], "受助金额"), [Some("500"), Some("501"), Some("502")]);
    assert_eq!(tables[0].account.as_ref().unwrap().sheets[0].hidden_rows, 1);
}

#[test]
fn bytes_that_are_no_text_reject_their_row() {
    let mut page =
        format!("<table>{}{}{}</table>", page_header(), page_row(&person(0)), page_row(&person(1)));
    page.insert(0, '\u{feff}');
    let mut bytes = page.into_bytes();
    let at = bytes.windows(4).rposition(|w| w == b"2018").unwrap();
    bytes[at] = 0xFF;
    let tables = read_aid(&bytes).unwrap();
    assert_eq!((rows(&tables), tables[0].malformed.len()), (1, 1));
}

// Formats.

#[test]
fn an_xml_spreadsheet_is_read() {
    let row = |cells: &[String]| {
        let cell = |text: &String| format!("<Cell><Data ss:Type=\"String\">{text}</Data></Cell>");
        format!("<Row>{}</Row>", cells.iter().map(cell).collect::<String>())
    };
    let header = HEADER.map(str::to_owned);
    let xml = format!(
        "<?xml version=\"1.0\"?><?mso-application progid=\"Excel.Sheet\"?><Workbook xmlns=\"urn:schemas-microsoft-com:\
         office:spreadsheet\" xmlns:ss=\"urn:schemas-microsoft-com:office:spreadsheet\"><Worksheet ss:Name=\"名单\"><Table>\
         {}{}</Table></Worksheet><Worksheet ss:Name=\"Sheet2\"><Table/></Worksheet></Workbook>",
        row(&header),
        (0..7).map(|at| row(&person(at))).collect::<String>()
    );
    let tables = read_aid(xml.as_bytes()).unwrap();
    assert_eq!((rows(&tables), tables[0].info.format), (7, FileFormat::SpreadsheetMl));
    assert_eq!(tables[0].info.sheet.as_deref(), Some("名单"));
    assert_eq!(fates(&tables)[1].1, SheetFate::Empty);
    let cut = refused(read_aid(&xml.as_bytes()[..xml.len() * 3 / 4]));
    assert!(cut.message().contains("损坏"), "{cut}");
}

#[test]
fn a_web_archive_is_read() {
    let list = format!("<table>{}{}</table>", page_header(), page_row(&person(3)));
    let archive = format!(
        "MIME-Version: 1.0\r\nX-Document-Type: Workbook\r\nContent-Type: multipart/related; boundary=\"----=_B\"\r\n\r\n\
         ------=_B\r\nContent-Location: file:///C:/a.files/sheet001.htm\r\nContent-Transfer-Encoding: 8bit\r\n\
         Content-Type: text/html; charset=\"utf-8\"\r\n\r\n{list}\r\n------=_B--\r\n"
    );
    let tables = read_aid(archive.as_bytes()).unwrap();
    assert_eq!((rows(&tables), tables[0].info.format), (1, FileFormat::Mhtml));
    assert_eq!(column(&tables[0], "姓名"), [Some("赵六")]);
}

/// A record of a binary workbook.
pub(crate) fn record(kind: u32, data: &[u8]) -> Vec<u8> {
    let number = |mut value: u32| {
        let mut out = Vec::new();
        while value >= 0x80 {
            out.push((value & 0x7F) as u8 | 0x80);
            value >>= 7;
        }
        out.push(value as u8);
        out
    };
    [number(kind), number(data.len() as u32), data.to_vec()].concat()
}

pub(crate) fn wide(text: &str) -> Vec<u8> {
    let units: Vec<u16> = text.encode_utf16().collect();
    let bytes = units.iter().flat_map(|unit| unit.to_le_bytes());
    (units.len() as u32).to_le_bytes().into_iter().chain(bytes).collect()
}

pub(crate) fn numbers(values: &[u32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

#[test]
fn a_binary_workbook_is_read() {
    let text = |column: u32, text: &str| record(6, &[numbers(&[column, 0]), wide(text)].concat());
    let row = |row: u32| record(0, &numbers(&[row, 0, 0, 0]));
    let mut sheet =
        [record(0x81, &[]), record(0x94, &numbers(&[0, 2, 0, 4])), record(0x91, &[]), row(0)].concat();
    HEADER.iter().enumerate().for_each(|(at, header)| sheet.extend(text(at as u32, header)));
    for at in 0..2 {
        sheet.extend(row(1 + at));
        let person = person(at as usize);
        (0..4).for_each(|column| sheet.extend(text(column, &person[column as usize])));
        // The first amount in a format that the workbook calls 50, the second a formula that yields an error.
        match at {
            0 => sheet.extend(record(5, &[numbers(&[4, 1]), 500f64.to_le_bytes().to_vec()].concat())),
            _ => sheet.extend(record(11, &[numbers(&[4, 0]), vec![0x2A]].concat())),
        }
    }
    sheet.extend(record(0x92, &[]));
    let bundled = [numbers(&[0, 1]), wide("rId1"), wide("名单")].concat();
    let workbook = [record(0x9C, &bundled), record(0x90, &[]), record(0x84, &[])].concat();
    let format = |number: u16| record(0x2F, &[&[0, 0][..], &number.to_le_bytes(), &[0; 12]].concat());
    let styles = [
        record(0x267, &numbers(&[1])),
        record(0x2C, &[&50u16.to_le_bytes()[..], &wide("0\"元\"")].concat()),
        record(0x269, &numbers(&[2])),
        format(0),
        format(50),
        record(0x26A, &[]),
    ];
    let relations =
        b"<Relationships><Relationship Id=\"rId1\" Target=\"worksheets/sheet1.bin\"/></Relationships>";
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in [
        ("xl/workbook.bin", &workbook[..]),
        ("xl/_rels/workbook.bin.rels", relations),
        ("xl/worksheets/sheet1.bin", &sheet),
        ("xl/styles.bin", &styles.concat()),
    ] {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(content).unwrap();
    }
    let tables = read_aid(&zip.finish().unwrap().into_inner()).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!((rows(&tables), tables[0].info.format), (2, FileFormat::Xlsb));
    assert_eq!(column(&tables[0], "受助金额"), [Some("500"), None]);
    assert_eq!((tables[0].faults.len(), &tables[0].faults[0].original[..]), (1, "#N/A"));
}

#[test]
fn packages_with_other_names_of_parts_are_read() {
    for case in ["xlsx-backslashes-in-zip", "xlsx-workbook2"] {
        let tables = read_case(case, "学生资助.xlsx", "student_aid").unwrap();
        assert_eq!(rows(&tables), 40, "{case}");
        assert!(column(&tables[0], "身份证号").iter().flatten().all(|id| id.len() == 18));
    }
    let bytes = list(6).save_to_buffer().unwrap();
    // Other case, and the strict namespaces.
    let strict = rewritten(&bytes, |name, text| {
        let text = text
            .replace(
                "http://schemas.openxmlformats.org/officeDocument/2006",
                "http://purl.oclc.org/ooxml/officeDocument",
            )
            .replace(
                "http://schemas.openxmlformats.org/spreadsheetml/2006",
                "http://purl.oclc.org/ooxml/spreadsheetml",
            );
        (name.replace("sheet1", "Sheet1").replace("xl/", "XL/"), text)
    });
    assert_eq!(rows(&read_aid(&strict).unwrap()), 6);
}

/// A workbook with texts and a date whose texts and styles lie under the names that `rename` gives, with what else is in it.
fn moved_parts(rename: impl Fn(&str) -> String, more: &[(&str, &str)]) -> Vec<u8> {
    let mut book = list(3);
    let sheet = &mut book.worksheets_mut()[0];
    sheet.write(0, 5, "发放日期").unwrap();
    let day = rust_xlsxwriter::Format::new().set_num_format("yyyy-mm-dd");
    for row in 1..4 {
        let date = rust_xlsxwriter::ExcelDateTime::from_ymd(2018, 9, row as u8).unwrap();
        sheet.write_with_format(row, 5, date, &day).unwrap();
    }
    let bytes = book.save_to_buffer().unwrap();
    let bytes = rewritten(&bytes, |name, text| {
        let text = match name {
            "xl/_rels/workbook.xml.rels" | "[Content_Types].xml" => rename(&text),
            _ => text,
        };
        (rename(name), text)
    });
    let mut zip = zip::ZipWriter::new_append(Cursor::new(bytes)).unwrap();
    for (name, text) in more {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn texts_and_styles_are_found_by_relationships() {
    let renamed = |name: &str| {
        name.replace("sharedStrings.xml", "shared/texts2.xml").replace("styles.xml", "formats.xml")
    };
    // What lies where they usually do is of nobody.
    let decoy =
        "<sst xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><si><t>假</t></si></sst>";
    for more in [&[][..], &[("xl/sharedStrings.xml", decoy)]] {
        let tables = read_aid(&moved_parts(renamed, more)).unwrap_or_else(|e| panic!("{e}"));
        let days: Vec<String> = (1..4).map(|day| format!("2018-09-0{day}")).collect();
        assert_eq!(column(&tables[0], "发放日期"), days.iter().map(|d| Some(&d[..])).collect::<Vec<_>>());
        assert_eq!(column(&tables[0], "姓名")[0], Some("张三丰"));
    }
    // Texts that are nowhere are not blanks.
    let lost = |name: &str| match name.starts_with("xl/shared") {
        true => "xl/nowhere.xml".to_owned(),
        false => name.to_owned(),
    };
    refused(read_aid(&moved_parts(lost, &[])));
}

#[test]
fn a_flat_open_document_is_read() {
    let cell = |text: &str| {
        format!("<table:table-cell office:value-type=\"string\"><text:p>{text}</text:p></table:table-cell>")
    };
    let row = |cells: &[String]| format!("<table:table-row>{}</table:table-row>", cells.concat());
    let header = row(&HEADER.map(&cell));
    let people: Vec<String> = (0..3).map(|at| row(&person(at).map(|text| cell(&text)))).collect();
    let chart = "<table:shapes><draw:frame><draw:object><office:document><table:table table:name=\"local-table\">\
        <table:table-row><table:table-cell office:value-type=\"float\" office:value=\"1\"/></table:table-row></table:table>\
        </office:document></draw:object></draw:frame></table:shapes>";
    let document = |mimetype: &str| {
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<office:document xmlns:office=\"urn:oasis:names:tc:opendocument:\
             xmlns:office:1.0\" office:mimetype=\"application/vnd.oasis.opendocument.{mimetype}\"><office:body>\
             <office:spreadsheet><table:table table:name=\"名单\">{chart}{header}{}</table:table></office:spreadsheet>\
             </office:body></office:document>",
            people.concat()
        )
    };
    let tables = read_aid(document("spreadsheet").as_bytes()).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!((rows(&tables), tables[0].info.format), (3, FileFormat::Ods));
    assert_eq!(column(&tables[0], "姓名")[0], Some("张三丰"));
    assert_eq!(fates(&tables), [("名单".to_owned(), SheetFate::Read, 4)]);
    refused(read_aid(document("text").as_bytes()));
    let cut = document("spreadsheet").replace("</office:document>", "");
    refused(read_aid(cut.as_bytes()));
}

#[test]
fn archives_that_are_no_workbooks_say_what_they_are() {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("word/document.xml", zip::write::SimpleFileOptions::default()).unwrap();
    zip.write_all(b"<w/>").unwrap();
    let error = refused(read_aid(&zip.finish().unwrap().into_inner()));
    assert!(error.message().contains("Word"), "{error}");
}

#[test]
fn a_password_is_no_damage() {
    let error = refused(read_case("xls-with-password", "学生资助.xls", "student_aid"));
    assert!(error.message().contains("打开密码") && !error.message().contains("损坏"), "{error}");
}

// Values.

#[test]
fn formats_that_a_workbook_defines_anew_hold() {
    let tables = read_case("xls-own-number-format-50", "学生资助.xls", "student_aid").unwrap();
    let ids = column(&tables[0], "身份证号");
    assert!(ids.contains(&Some("410621700101101")), "{ids:?}");
    assert!(ids.iter().flatten().all(|id| !id.contains('-')), "{ids:?}");
    assert_eq!(column(&tables[0], "受助金额")[0], Some("625"));
    // The same of XLSX.
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    write_header(sheet);
    write_people(sheet, 1, 0, 0..1);
    let format = rust_xlsxwriter::Format::new().set_num_format("000000000000000");
    sheet.write_with_format(1, 2, 410_621_700_101_101_f64, &format).unwrap();
    let bytes = rewritten(&book.save_to_buffer().unwrap(), |name, text| {
        (name.to_owned(), text.replace("numFmtId=\"164\"", "numFmtId=\"50\""))
    });
    assert_eq!(column(&read_aid(&bytes).unwrap()[0], "身份证号"), [Some("410621700101101")]);
}

#[test]
fn days_counted_from_1904_are_days() {
    let tables = read_case("xlsx-1904-serial", "死亡人员.xlsx", "deceased").unwrap();
    let days = column(&tables[0], "死亡日期");
    assert_eq!(days.len(), 40);
    assert!(days.iter().flatten().all(|day| day.starts_with("2018-0")), "{days:?}");
}

#[test]
fn errors_are_no_values_and_no_blanks() {
    let tables = read_case("xlsx-error-cells", "学生资助.xlsx", "student_aid").unwrap();
    let table = &tables[0];
    let errors = table.faults.iter().filter(|f| f.fault == CellFault::ErrorValue);
    let said: std::collections::BTreeSet<&str> = errors.map(|f| f.original.as_str()).collect();
    assert_eq!(said.into_iter().collect::<Vec<_>>(), ["#N/A", "#REF!", "#VALUE!"]);
    assert_eq!(rows(&tables), 40);
    for fault in &table.faults {
        let at = table.rows.binary_search(&fault.row).unwrap();
        assert!(arrow::array::Array::is_null(&table.columns[fault.column as usize], at));
    }
}

#[test]
fn errors_that_no_reader_knows_spoil_their_cell_only() {
    let bytes = rewritten(&list(6).save_to_buffer().unwrap(), |name, mut text| {
        for (place, error) in [("E3", "#SPILL!"), ("E5", "#BLOCKED!"), ("E6", "错")] {
            let Some(at) = text.find(&format!("<c r=\"{place}\"")).filter(|_| name.ends_with("sheet1.xml"))
            else {
                continue;
            };
            let end = at + text[at..].find("</c>").unwrap();
            text.replace_range(at..end, &format!("<c r=\"{place}\" t=\"e\"><v>{error}</v>"));
        }
        (name.to_owned(), text)
    });
    let tables = read_aid(&bytes).unwrap_or_else(|e| panic!("{e}"));
    let amounts = column(&tables[0], "受助金额");
    assert_eq!(amounts, [Some("500"), None, Some("502"), None, None, Some("505")]);
    let faults: Vec<&str> = tables[0].faults.iter().map(|fault| fault.original.as_str()).collect();
    assert_eq!(faults, ["#SPILL!", "#BLOCKED!", "#VALUE!"]);
}

#[test]
fn a_package_whose_check_sums_do_not_agree_is_refused() {
    let bytes = list(6).save_to_buffer().unwrap();
    let mut archive = zip::ZipArchive::new(Cursor::new(&bytes)).unwrap();
    let mut out = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for at in 0..archive.len() {
        let mut part = archive.by_index(at).unwrap();
        let name = String::from_utf8(part.name_raw().to_vec()).unwrap();
        out.start_file(name, stored).unwrap();
        std::io::copy(&mut part, &mut out).unwrap();
    }
    let mut bytes = out.finish().unwrap().into_inner();
    assert_eq!(rows(&read_aid(&bytes).unwrap()), 6);
    let id = person(3)[2].clone();
    let at = bytes.windows(18).position(|window| window == id.as_bytes()).unwrap();
    bytes[at + 5] = b'2';
    assert!(refused(read_aid(&bytes)).message().contains("损坏"));
}

#[test]
fn a_bad_byte_in_a_web_archive_spoils_its_row_and_not_the_page() {
    let rows: String = (0..5).map(|at| page_row(&person(at)) + "\r\n").collect();
    let archive = format!(
        "MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=\"----=_B\"\r\n\r\n------=_B\r\n\
         Content-Type: text/html; charset=\"utf-8\"\r\n\r\n<table>{}\r\n{rows}</table>\r\n------=_B--\r\n",
        page_header()
    );
    let mut bytes = archive.into_bytes();
    let at = bytes.windows(6).position(|window| window == "李四".as_bytes()).unwrap();
    bytes[at] = b'x';
    let tables = read_aid(&bytes).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!((tables[0].rows.len(), tables[0].malformed.len()), (4, 1));
    assert!(column(&tables[0], "姓名").contains(&Some("王五")));
}

#[test]
fn a_row_of_nothing_but_errors_is_a_row() {
    let mut book = list(3);
    let sheet = book.worksheet_from_name("名单").unwrap();
    for column in 0..5 {
        sheet.write_formula(4, column, rust_xlsxwriter::Formula::new("=NA()").set_result("#N/A")).unwrap();
    }
    let bytes = rewritten(&book.save_to_buffer().unwrap(), |name, text| {
        (name.to_owned(), text.replace(" t=\"str\"><f>NA()</f>", " t=\"e\"><f>NA()</f>"))
    });
    let tables = read_aid(&bytes).unwrap();
    assert_eq!((tables[0].rows.last(), tables[0].faults.len()), (Some(&5), 5));
}

#[test]
fn formulas_that_nobody_calculated_are_refused_with_the_cure() {
    let error = refused(read_case("xlsx-formulas-without-values", "学生资助.xlsx", "student_aid"));
    assert!(error.hint_text().unwrap().contains("重新计算后保存"), "{error}");
    assert!(error.location().column.is_some() && error.location().row.is_some());
    // One of many, in a column that a record may lack, is told and the rest is read.
    let mut book = list(30);
    let sheet = book.worksheet_from_name("名单").unwrap();
    sheet.write_formula(7, 4, rust_xlsxwriter::Formula::new("=500+1").set_result("")).unwrap();
    let bytes = rewritten(&book.save_to_buffer().unwrap(), |name, text| {
        let text = text
            .replace("<f>500+1</f><v>0</v>", "<f>500+1</f>")
            .replace("<f>500+1</f><v></v>", "<f>500+1</f>");
        (name.to_owned(), text.replace(" t=\"str\"><f>", "><f>"))
    });
    let tables = read_aid(&bytes).unwrap();
    let fault = &tables[0].faults[0];
    assert_eq!((fault.fault, fault.row, &fault.original[..]), (CellFault::FormulaWithoutValue, 8, "=500+1"));
    assert_eq!((rows(&tables), column(&tables[0], "受助金额")[6]), (30, None));
}

#[test]
fn formulas_that_all_say_zero_were_not_calculated() {
    let mut book = list(4);
    let sheet = book.worksheet_from_name("名单").unwrap();
    // As its writer does unless it is told a result.
    (1..5).for_each(|row| {
        sheet.write_formula(row, 4, "=250*2").unwrap();
    });
    let error = refused(read_aid(&book.save_to_buffer().unwrap()));
    assert!(error.message().contains("没有算出结果的公式"), "{error}");
}

// Sheets.

#[test]
fn hidden_sheets_are_named_and_not_read() {
    let tables = read_case("xlsx-hidden-sheet", "学生资助.xlsx", "student_aid").unwrap();
    assert_eq!(rows(&tables), 40);
    let fates = fates(&tables);
    assert_eq!(fates.iter().filter(|f| f.1 == SheetFate::Hidden).count(), 2);
    assert_eq!(fates.iter().map(|f| f.2).collect::<Vec<_>>(), [41, 46, 8]);
    // Unless the contract asks for them: for all, or for one by its name.
    let folder = root().join("tests/data/inputs/xlsx-hidden-sheet");
    let pipeline = Pipeline::open(&root().join("pipelines/hebi")).unwrap();
    let contract = &pipeline.sources[pipeline.source_index("student_aid").unwrap()];
    let read = |change: &dyn Fn(&mut Vec<String>, &mut bool)| {
        let mut contract = contract.clone();
        change(&mut contract.files.sheets, &mut contract.files.hidden_sheets);
        let tables = open_file(&folder, Path::new("学生资助.xlsx"), &contract.read_options(), &|s| {
            contract.wants_sheet(s)
        });
        rows(&tables.unwrap().collect::<bidui::Result<Vec<_>>>().unwrap())
    };
    assert_eq!(read(&|_, hidden| *hidden = true), 92);
    assert_eq!(read(&|sheets, _| *sheets = vec!["2018*".to_owned(), "旧".to_owned()]), 47);
    assert_eq!(read(&|sheets, _| *sheets = vec!["*".to_owned()]), 40);
}

#[test]
fn a_workbook_whose_list_is_hidden_says_so() {
    let mut book = rust_xlsxwriter::Workbook::new();
    book.add_worksheet().set_name("封面").unwrap();
    let sheet = book.add_worksheet().set_name("名单").unwrap();
    write_header(sheet);
    write_people(sheet, 1, 0, 0..3);
    sheet.set_hidden(true);
    let error = refused(read_aid(&book.save_to_buffer().unwrap()));
    assert!(
        error.message().contains("名单") && error.hint_text().unwrap().contains("hidden_sheets"),
        "{error}"
    );
}

#[test]
fn a_list_goes_on_over_sheets_without_a_header() {
    let tables = read_case("xlsx-second-sheet-without-header", "学生资助.xlsx", "student_aid").unwrap();
    assert_eq!(rows(&tables), 70);
    assert_eq!(fates(&tables)[1], ("名单(续)".to_owned(), SheetFate::Continued, 30));
    assert_eq!((tables[1].rows[0], tables[1].info.header_row), (1, 0));
    assert_eq!(tables[0].info.headers, tables[1].info.headers);
    // Its first column may be blank.
    let mut book = list(8);
    let sheet = book.add_worksheet().set_name("续").unwrap();
    write_people(sheet, 0, 0, 8..12);
    (0..4).for_each(|row| {
        sheet.clear_cell(row, 0);
    });
    let tables = read_aid(&book.save_to_buffer().unwrap()).unwrap();
    assert_eq!((rows(&tables), column(&tables[1], "姓名")[0]), (12, Some("张三丰")));
}

#[test]
fn a_sheet_that_fits_nowhere_is_refused_by_name() {
    for (first_column, name) in [(1, "移了一列"), (0, "别的")] {
        let mut book = list(8);
        let sheet = book.add_worksheet().set_name(name).unwrap();
        write_people(sheet, 0, first_column, 8..12);
        if first_column == 0 {
            // Names and numbers the other way round.
            for (row, at) in (8..12).enumerate() {
                sheet.write(row as u32, 1, &person(at)[2]).unwrap();
                sheet.write(row as u32, 2, &person(at)[1]).unwrap();
            }
        }
        let error = refused(read_aid(&book.save_to_buffer().unwrap()));
        assert_eq!(error.location().sheet.as_deref(), Some(name), "{error}");
    }
}

#[test]
fn notes_charts_macros_and_unwanted_sheets_are_named() {
    let mut book = list(2);
    book.add_worksheet().set_name("填表说明").unwrap().write(0, 0, "一、本表由学校填写").unwrap();
    book.add_worksheet().set_name("空").unwrap();
    let sheet = book.add_worksheet().set_name("不读的").unwrap();
    write_people(sheet, 0, 0, 0..3);
    book.add_worksheet().set_name("宏").unwrap();
    let bytes = rewritten(&book.save_to_buffer().unwrap(), |name, text| {
        let kind = "relationships/worksheet\" Target=\"worksheets/sheet5.xml\"";
        let macros = "relationships/xlMacrosheet\" Target=\"worksheets/sheet5.xml\"";
        (name.to_owned(), text.replace(kind, macros))
    });
    let tables = read_aid(&bytes).unwrap();
    use SheetFate::{Empty, NoTable, NotWanted, Notes, Read};
    let expected = [
        ("名单", Read, 3),
        ("填表说明", Notes, 1),
        ("空", Empty, 0),
        ("不读的", NotWanted, 3),
        ("宏", NoTable, 0),
    ];
    assert_eq!(fates(&tables), expected.map(|(name, fate, rows)| (name.to_owned(), fate, rows)));
    // A column of names with ID numbers is no note.
    let mut book = list(2);
    let sheet = book.add_worksheet().set_name("补").unwrap();
    sheet.write(0, 0, "张三").unwrap();
    sheet.write(0, 1, "410621197001011234").unwrap();
    assert_eq!(refused(read_aid(&book.save_to_buffer().unwrap())).location().sheet.as_deref(), Some("补"));
}

#[test]
fn hidden_rows_are_read_and_counted() {
    let mut book = list(5);
    book.worksheet_from_name("名单").unwrap().set_row_hidden(3).unwrap();
    let tables = read_aid(&book.save_to_buffer().unwrap()).unwrap();
    let account = tables[0].account.as_ref().unwrap();
    assert_eq!((rows(&tables), account.counted, account.sheets[0].hidden_rows), (5, 6, 1));
}

// The second count.

#[test]
fn rows_that_the_reader_would_lay_over_each_other_are_refused() {
    let bytes = rewritten(&list(5).save_to_buffer().unwrap(), |name, text| {
        // The last row says that it is the one before it, in a cell that that one does not have.
        let text = text.replace("<row r=\"6\"", "<row r=\"5\"");
        let cut = text.find("<c r=\"A6\"").filter(|_| name.ends_with("sheet1.xml"));
        let text = match cut {
            Some(at) => {
                let end = at + text[at..].find("</row>").unwrap();
                format!("{}<c r=\"F5\"><v>1</v></c>{}", &text[..at], &text[end..])
            }
            None => text,
        };
        (name.to_owned(), text)
    });
    let error = refused(read_aid(&bytes));
    assert!(error.message().contains("两次数到的行数不一样"), "{error}");
    assert_eq!(error.location().sheet.as_deref(), Some("名单"));
}

#[test]
fn a_merged_number_is_not_the_number_of_somebody_else() {
    use rust_xlsxwriter::{Format, Workbook};
    let plain = Format::new();
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (column, header) in HEADER.iter().enumerate() {
        sheet.write_string(0, column as u16, *header).unwrap();
    }
    for at in 0..6 {
        for (column, cell) in person(at as usize).iter().enumerate() {
            sheet.write_string(at + 1, column as u16, cell).unwrap();
        }
    }
    let [school, name, id, ..] = person(0);
    // The first number lies over the second person; the third name and number over two items of one person.
    sheet.write_blank(2, 2, &plain).unwrap();
    sheet.merge_range(1, 2, 2, 2, &id, &plain).unwrap();
    sheet.merge_range(1, 0, 6, 0, &school, &plain).unwrap();
    sheet.merge_range(3, 1, 4, 1, &name, &plain).unwrap();
    sheet.merge_range(3, 2, 4, 2, &id, &plain).unwrap();
    // A name over two people with numbers of their own.
    sheet.merge_range(5, 1, 6, 1, &name, &plain).unwrap();
    let tables = read_aid(&book.save_to_buffer().unwrap()).unwrap();
    let (names, numbers) = (column(&tables[0], "姓名"), column(&tables[0], "身份证号"));
    let filled = |cells: &[Option<&str>]| -> Vec<bool> {
        cells.iter().map(|cell| cell.is_some_and(|text| !text.is_empty())).collect()
    };
    assert_eq!(filled(&numbers), [true, false, true, true, true, true], "{numbers:?}");
    assert_eq!(filled(&names), [true, true, true, true, true, false], "{names:?}");
    assert_eq!(column(&tables[0], "学校"), [Some(school.as_str()); 6]);
}
