//! Files of every foreign format that ask for too much, say what is not so, or go round in circles. Each ends in
//! one message that names the file and a cure, or is read as far as it is honest: in a child with its usual
//! limits, and in this process, as library users read.

use std::io::{Cursor, Write};
use std::path::Path;

use bidui::testing::config::read_options::ReadOptions;
use bidui::testing::error::ErrorKind;
use bidui::testing::extract::{RawTable, open_file};
use bidui::testing::worker::{Worker, read_tables};

/// What becomes of a file.
enum Outcome {
    /// It is refused with these words.
    Refused(&'static str),
    /// So many rows of data are read.
    Rows(usize),
}

use Outcome::{Refused, Rows};

fn check(name: &str, bytes: &[u8], expected: &Outcome) {
    check_beside(name, bytes, None, expected);
}

/// `beside`: another file of the folder.
fn check_beside(name: &str, bytes: &[u8], beside: Option<(&str, &[u8])>, expected: &Outcome) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(name), bytes).unwrap();
    if let Some((name, bytes)) = beside {
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }
    let (path, options) = (Path::new(name), ReadOptions::default());
    let worker = Worker::new(env!("CARGO_BIN_EXE_bidui"));
    let of_child = read_tables(&worker, folder.path(), path, &options, &|_| true);
    assert_outcome("in a child", name, of_child, expected);
    let here = open_file(folder.path(), path, &options, &|_| true).and_then(Iterator::collect);
    assert_outcome("in this process", name, here, expected);
}

fn assert_outcome(place: &str, name: &str, tables: bidui::Result<Vec<RawTable>>, expected: &Outcome) {
    match (tables, expected) {
        (Ok(tables), Rows(rows)) => {
            assert_eq!(tables.iter().map(|t| t.rows.len()).sum::<usize>(), *rows, "{place}");
        }
        (Err(error), Refused(words)) => {
            assert_eq!(error.kind(), ErrorKind::Input, "{place}: {error}");
            assert!(error.message().contains(words), "{place}: {error}");
            assert!(
                error.location().file.as_ref().is_some_and(|file| file.ends_with(name)),
                "{place}: {error}"
            );
            assert!(error.hint_text().is_some(), "{place}: {error}");
        }
        (Ok(tables), Refused(words)) => panic!("{place}: {words}: read, {} tables", tables.len()),
        (Err(error), Rows(_)) => panic!("{place}: {error}: {:?}", std::error::Error::source(&error)),
    }
}

// Packages.

fn package(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// Bytes that do not shrink, so that the ratio of a package does not decide.
fn noise(length: u32) -> Vec<u8> {
    (0..length).map(|at| (at.wrapping_mul(2_654_435_761) >> 21) as u8 ^ at as u8).collect()
}

fn relations(count: usize, target: impl Fn(usize) -> String) -> String {
    let each = (0..count).map(|at| {
        format!(
            "<Relationship Id=\"rId{at}\" Type=\"http://x/relationships/worksheet\" Target=\"{}\"/>",
            target(at)
        )
    });
    format!("<Relationships>{}</Relationships>", each.collect::<String>())
}

/// A workbook whose sheets lie where `target` says; `parts`: more of it.
fn xlsx_of(sheets: usize, target: impl Fn(usize) -> String, parts: &[(&str, &[u8])]) -> Vec<u8> {
    let each =
        (0..sheets).map(|at| format!("<sheet name=\"S{at}\" sheetId=\"{}\" r:id=\"rId{at}\"/>", at + 1));
    let workbook = format!("<workbook><sheets>{}</sheets></workbook>", each.collect::<String>());
    let main = "<Relationships><Relationship Id=\"r\" Type=\"http://x/relationships/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>";
    let relations = relations(sheets, target);
    let mut all: Vec<(&str, &[u8])> = vec![
        ("[Content_Types].xml", b"<Types/>"),
        ("_rels/.rels", main.as_bytes()),
        ("xl/workbook.xml", workbook.as_bytes()),
        ("xl/_rels/workbook.xml.rels", relations.as_bytes()),
    ];
    all.extend_from_slice(parts);
    package(&all)
}

fn xlsx(sheet: &str) -> Vec<u8> {
    let noise = noise(100_000);
    let parts = [("xl/worksheets/sheet1.xml", sheet.as_bytes()), ("xl/media/a.png", &noise[..])];
    xlsx_of(1, |_| "worksheets/sheet1.xml".to_owned(), &parts)
}

/// A worksheet with a header and two persons; `before` stands before its cells, `behind` behind them.
fn sheet(before: &str, rows: &str, behind: &str) -> String {
    let text =
        |place: &str, text: &str| format!("<c r=\"{place}\" t=\"inlineStr\"><is><t>{text}</t></is></c>");
    let row = |number: u32, texts: [&str; 2]| {
        format!(
            "<row r=\"{number}\">{}{}</row>",
            text(&format!("A{number}"), texts[0]),
            text(&format!("B{number}"), texts[1])
        )
    };
    let list = [row(1, ["乡镇", "姓名"]), row(2, ["善堂镇", "张三"]), row(3, ["善堂镇", "李四"])].concat();
    format!("<worksheet>{before}<sheetData>{list}{rows}</sheetData>{behind}</worksheet>")
}

#[test]
fn packages_that_unpack_to_too_much() {
    let spaces = " ".repeat(64 << 20);
    let bomb = xlsx_of(
        1,
        |_| "worksheets/sheet1.xml".to_owned(),
        &[("xl/worksheets/sheet1.xml", sheet("", "", &spaces).as_bytes())],
    );
    check("炸弹.xlsx", &bomb, &Refused("压缩炸弹"));
    let bomb = package(&[
        ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"),
        ("content.xml", spaces.as_bytes()),
    ]);
    check("炸弹.ods", &bomb, &Refused("压缩炸弹"));
    // Packages in packages are never opened.
    let inner = package(&[("a.txt", spaces.as_bytes())]);
    let nested = (0..20).fold(inner, |inner, _| package(&[("inner.zip", &inner)]));
    check("套娃.xlsx", &nested, &Refused("不是 XLSX 工作簿"));
    let page = sheet("", "", "");
    let parts = [("xl/worksheets/sheet1.xml", page.as_bytes()), ("xl/embeddings/a.zip", &nested[..])];
    check("内嵌.xlsx", &xlsx_of(1, |_| "worksheets/sheet1.xml".to_owned(), &parts), &Rows(2));
    check("空.xlsx", b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", &Refused("压缩包"));
}

#[test]
fn sheets_that_say_more_than_they_hold() {
    check("范围.xlsx", &xlsx(&sheet("<dimension ref=\"A1:XFD1048576\"/>", "", "")), &Rows(2));
    check(
        "范围.xlsx",
        &xlsx(&sheet("<dimension ref=\"A1:ZZZZZZ99999999999\"/>", "", "")),
        &Refused("工作簿"),
    );
    let merged =
        "<mergeCells><mergeCell ref=\"A1:XFD1048576\"/><mergeCell ref=\"A2:XFD1048576\"/></mergeCells>";
    check("合并.xlsx", &xlsx(&sheet("", "", merged)), &Rows(2));
    let many = format!("<mergeCells>{}</mergeCells>", "<mergeCell ref=\"A2:A1048576\"/>".repeat(200_000));
    check(
        "合并多.xlsx",
        &xlsx(&sheet("", "<row r=\"1048576\"><c r=\"A1048576\"><v>1</v></c></row>", &many)),
        &Refused("单元格超过"),
    );
    let wide = format!("<row r=\"4\">{}</row>", "<c><v>1</v></c>".repeat(1_000_000));
    check("百万列.xlsx", &xlsx(&sheet("", &wide, "")), &Refused("位置超出"));
    let far = "<row r=\"4\"><c r=\"BDWGN4\"><v>1</v></c></row>";
    check("远列.xlsx", &xlsx(&sheet("", far, "")), &Refused("位置超出"));
    // Their lower 32 bits are places of a sheet.
    for (row, cell) in [
        ("99999999999", "A99999999999"),
        ("4294967300", "A4294967300"),
        ("4", "A4294967300"),
        ("4", "AAAAAAAAAAA4"),
    ] {
        let far = format!("<row r=\"{row}\"><c r=\"{cell}\"><v>1</v></c></row>");
        check("远行.xlsx", &xlsx(&sheet("", &far, "")), &Refused("位置超出"));
    }
    check(
        "远行.xlsx",
        &xlsx(&sheet("", "<row r = '4294967300'><c><v>1</v></c></row>", "")),
        &Refused("位置超出"),
    );
    let twice = "<row r=\"3\"><c r=\"A3\"><v>1</v></c></row>";
    check("重复.xlsx", &xlsx(&sheet("", twice, "")), &Refused("写了两次"));
    let lost = "<row r=\"4\"><c r=\"A4\" t=\"s\"><v>4000000000</v></c></row>";
    check("没有的字符串.xlsx", &xlsx(&sheet("", lost, "")), &Refused("工作簿"));
    let shared =
        "<row r=\"4\"><c r=\"A4\"><f t=\"shared\" si=\"4000000000\" ref=\"A4\">1</f><v>1</v></c></row>";
    check("公式.xlsx", &xlsx(&sheet("", shared, "")), &Refused("共享公式"));
    let comment = format!("<!--{}-->", "x".repeat(17 << 20));
    check("注释.xlsx", &xlsx(&sheet(&comment, "", "")), &Refused("文字超过"));
}

#[test]
fn sheets_without_number() {
    let page = sheet("", "", "");
    let one = |_| "worksheets/sheet1.xml".to_owned();
    let parts = [("xl/worksheets/sheet1.xml", page.as_bytes()), ("xl/media/a.png", &noise(300_000)[..])];
    check("同一张.xlsx", &xlsx_of(5_000, one, &parts), &Refused("同一个部件"));
    // A worksheet that the workbook does not list would vanish; one without cells may.
    let empty = b"<worksheet><sheetData><row r=\"1\"/></sheetData></worksheet>";
    for (folder, second, wanted) in [
        ("worksheets", page.as_bytes(), Refused("没有列出部件“xl/worksheets/sheet2.xml”，里面有3行")),
        ("worksheets", &empty[..], Rows(2)),
        ("externallinks", page.as_bytes(), Rows(2)),
    ] {
        let other = format!("xl/{folder}/sheet2.xml");
        let parts = [("xl/worksheets/sheet1.xml", page.as_bytes()), (&other[..], second)];
        check("没列出.xlsx", &xlsx_of(1, one, &parts), &wanted);
    }
    // Of sheets that are nowhere, nothing is passed over.
    check("没有的表.xlsx", &xlsx_of(3, |at| format!("worksheets/x{at}.xml"), &parts), &Refused("工作簿"));
}

const LAUGHS: &str = "<!DOCTYPE a [<!ENTITY a '哈'><!ENTITY b '&a;&a;&a;&a;&c;'><!ENTITY c '&b;&b;&b;&b;'>]>";

#[test]
fn entities_in_circles() {
    check(
        "实体.xlsx",
        &xlsx(
            &(LAUGHS.to_owned() + &sheet("", "<row r=\"4\"><c r=\"A4\" t=\"str\"><v>&c;</v></c></row>", "")),
        ),
        &Refused("实体"),
    );
    let table = "<table:table table:name=\"a\"><table:table-row><table:table-cell><text:p>&c;</text:p></table:table-cell></table:table-row></table:table>";
    check("实体.ods", &ods_of(LAUGHS, table), &Refused("实体"));
    let text = spreadsheet_ml("<Row><Cell><Data ss:Type=\"String\">&c;</Data></Cell></Row>");
    check("实体.xml", text.replace("?>", &format!("?>{LAUGHS}")).as_bytes(), &Refused("实体"));
}

// OpenDocument.

fn ods_of(before: &str, tables: &str) -> Vec<u8> {
    let content = format!(
        "{before}<office:document-content><office:spreadsheet>{tables}</office:spreadsheet></office:document-content>"
    );
    package(&[
        ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"),
        ("content.xml", content.as_bytes()),
        ("Pictures/a.png", &noise(300_000)),
    ])
}

#[test]
fn cells_and_rows_repeated_without_end() {
    let cell = |rows: u64, columns: u64, text: &str| {
        format!(
            "<table:table table:name=\"a\"><table:table-row table:number-rows-repeated=\"{rows}\"><table:table-cell \
             table:number-columns-repeated=\"{columns}\" office:value-type=\"string\"><text:p>{text}</text:p>\
             </table:table-cell></table:table-row></table:table>"
        )
    };
    for (rows, columns, words) in [
        (1_048_576, 16_384, "单元格超过"),
        (u64::from(u32::MAX), 1, "单元格超过"),
        (1, u64::from(u32::MAX), "单元格超过"),
        (2_000_000, 1, "位置超出"),
    ] {
        check("重复.ods", &ods_of("", &cell(rows, columns, "张")), &Refused(words));
    }
    check("长.ods", &ods_of("", &cell(1_000_000, 1, &"善".repeat(300_000))), &Refused("文字超过"));
    // Each with a cell in its last row.
    let far = format!(
        "<table:table table:name=\"T\"><table:table-row table:number-rows-repeated=\"1048575\"><table:table-cell/>\
         </table:table-row>{}",
        "<table:table-row><table:table-cell office:value-type=\"float\" office:value=\"1\"/></table:table-row></table:table>"
    );
    let tables: String = (0..2_000).map(|at| far.replace("\"T\"", &format!("\"T{at}\""))).collect();
    check("远.ods", &ods_of("", &tables), &Refused("单元格超过"));
    let spaces = "<table:table table:name=\"a\"><table:table-row><table:table-cell office:value-type=\"string\"><text:p>张<text:s text:c=\"4000000000\"/>三</text:p></table:table-cell></table:table-row></table:table>";
    check("空格.ods", &ods_of("", spaces), &Rows(0));
}

// Pages and what is like them.

#[test]
fn pages_with_absurd_tables() {
    let list = "<table><tr><td>乡镇<td>姓名<tr><td>善堂镇<td>张三</table>";
    let deep = "<table><tr><td>".repeat(10_000) + list + &"</table>".repeat(10_000);
    check("深.html", deep.as_bytes(), &Rows(1));
    check("没完.html", "<table><tr><td>".repeat(10_000).as_bytes(), &Refused("不完整"));
    let span =
        "<table><tr><td>乡镇<td>姓名<tr><td rowspan=100000000 colspan=100000000>善堂镇<td>张三</table>";
    // What stands behind it is not below the header: a row to be rejected.
    check("跨.html", span.as_bytes(), &Rows(0));
    // Sixteen thousand columns that every row goes over.
    let spanned = "<table><tr>".to_owned()
        + &"<td rowspan=65534 colspan=1000>x".repeat(16)
        + &"<tr><td>".repeat(60_000);
    check("盖.html", (spanned + "</table>").as_bytes(), &Refused("单元格超过"));
    let quotes = format!("{list}<table><tr><td a= {}{}>x</table>", " ".repeat(1 << 16), "\"".repeat(2 << 20));
    check("引号.html", quotes.as_bytes(), &Rows(1));
    let rows = "<table>".to_owned() + &"<tr><td>x".repeat(1_048_577) + "</table>";
    check("行.html", rows.as_bytes(), &Refused("超"));
    let attributes: String = (0..200_000).map(|at| format!(" a{at}=1")).collect();
    check("属性.html", format!("{list}<p{attributes}>").as_bytes(), &Rows(1));
}

fn mhtml(parts: &str) -> String {
    format!("MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=\"X\"\r\n\r\n{parts}")
}

#[test]
fn archives_of_pages_that_do_not_end() {
    let head = "--X\r\nContent-Type: text/html\r\nContent-Location: a.htm\r\nContent-Transfer-Encoding: base64\r\n\r\n";
    let endless = mhtml(&(head.to_owned() + &"QUFB".repeat(4 << 20)));
    check("没完.mht", endless.as_bytes(), &Refused("不完整"));
    let deep: String =
        (0..1000).map(|_| "--X\r\nContent-Type: multipart/related; boundary=\"X\"\r\n\r\n").collect();
    check("深.mht", mhtml(&(deep + "--X--")).as_bytes(), &Refused("网页档案"));
    let page = "--X\r\nContent-Type: text/html\r\nContent-Location: a.htm\r\n\r\n<table><tr><td>乡镇<td>姓名<tr><td>善堂镇<td>张三</table>\r\n";
    check("同名.mht", mhtml(&(page.repeat(3_000) + "--X--")).as_bytes(), &Rows(3_000));
}

fn spreadsheet_ml(rows: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?><Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\"><Worksheet \
         ss:Name=\"a\"><Table>{rows}</Table></Worksheet></Workbook>"
    )
}

#[test]
fn xml_spreadsheets_with_absurd_places() {
    let data = "<Data ss:Type=\"String\">张三</Data></Cell></Row>";
    for place in [
        format!("<Row ss:Index=\"4294967295\"><Cell>{data}"),
        format!("<Row><Cell ss:Index=\"4294967295\">{data}"),
        format!("<Row><Cell ss:Index=\"16385\">{data}"),
        format!("<Row ss:Index=\"1048577\"><Cell>{data}"),
    ] {
        check("远.xml", spreadsheet_ml(&place).as_bytes(), &Refused("位置超出"));
    }
    let list = "<Row><Cell><Data>乡镇</Data></Cell><Cell><Data>姓名</Data></Cell></Row>";
    let merged = format!("{list}<Row><Cell ss:MergeAcross=\"4294967295\" ss:MergeDown=\"4294967295\">{data}");
    check("合并.xml", spreadsheet_ml(&merged).as_bytes(), &Rows(1));
    check("没完.xml", &spreadsheet_ml(list).as_bytes()[..150], &Refused("不完整"));
    let far = "<Row ss:Index=\"1048576\"><Cell><Data>x</Data></Cell></Row></Table></Worksheet><Worksheet ss:Name=\"b\"><Table>";
    check("远行.xml", spreadsheet_ml(&far.repeat(100)).as_bytes(), &Refused("单元格超过"));
}

// Binary workbooks.

fn xlsb_record(kind: u16, data: &[u8]) -> Vec<u8> {
    let mut out = match kind {
        0..128 => vec![kind as u8],
        _ => vec![kind as u8 & 0x7F | 0x80, (kind >> 7) as u8],
    };
    let mut length = data.len();
    loop {
        out.push(length as u8 & 0x7F | if length > 127 { 0x80 } else { 0 });
        length >>= 7;
        if length == 0 {
            break;
        }
    }
    out.extend_from_slice(data);
    out
}

fn wide(text: &str) -> Vec<u8> {
    let units: Vec<u16> = text.encode_utf16().collect();
    [(units.len() as u32).to_le_bytes().to_vec(), units.iter().flat_map(|unit| unit.to_le_bytes()).collect()]
        .concat()
}

/// A workbook of sheets that all are the part `sheet`; `strings`: the part of shared ones.
fn xlsb(sheets: usize, sheet: &[u8], strings: &[u8]) -> Vec<u8> {
    let bundle = |at: usize| {
        let head = [0u32.to_le_bytes(), 1u32.to_le_bytes()].concat();
        xlsb_record(0x9C, &[head, wide("rId0"), wide(&format!("S{at}"))].concat())
    };
    let bundles: Vec<u8> = (0..sheets).flat_map(bundle).collect();
    let workbook = [
        xlsb_record(0x83, &[]),
        xlsb_record(0x99, &[0; 8]),
        xlsb_record(0x8F, &[]),
        bundles,
        xlsb_record(0x90, &[]),
        xlsb_record(0x9D, &[0; 16]),
        xlsb_record(0x84, &[]),
    ];
    package(&[
        ("xl/workbook.bin", &workbook.concat()),
        ("xl/_rels/workbook.bin.rels", relations(1, |_| "worksheets/sheet1.bin".to_owned()).as_bytes()),
        ("xl/worksheets/sheet1.bin", sheet),
        ("xl/sharedStrings.bin", strings),
        ("xl/media/a.png", &noise(100_000)),
    ])
}

fn xlsb_sheet(cells: &[Vec<u8>]) -> Vec<u8> {
    let head = [xlsb_record(0x81, &[]), xlsb_record(0x94, &[0xFF; 16]), xlsb_record(0x91, &[])];
    [head.concat(), cells.concat(), xlsb_record(0x92, &[]), xlsb_record(0x82, &[])].concat()
}

fn xlsb_text(column: u32, text: &str) -> Vec<u8> {
    xlsb_record(6, &[column.to_le_bytes().to_vec(), vec![0; 4], wide(text)].concat())
}

fn xlsb_row(row: u32) -> Vec<u8> {
    xlsb_record(0, &[row.to_le_bytes().to_vec(), vec![0; 13]].concat())
}

#[test]
fn xlsb_records_that_lie() {
    let list = || {
        vec![
            xlsb_row(0),
            xlsb_text(0, "乡镇"),
            xlsb_text(1, "姓名"),
            xlsb_row(1),
            xlsb_text(0, "善堂镇"),
            xlsb_text(1, "张三"),
        ]
    };
    let strings = [xlsb_record(0x9F, &[0; 8]), xlsb_record(0xA0, &[])].concat();
    check("好.xlsb", &xlsb(1, &xlsb_sheet(&list()), &strings), &Rows(1));
    check("同一张.xlsb", &xlsb(3_000, &xlsb_sheet(&list()), &strings), &Refused("同一个部件"));
    check("没列出.xlsb", &xlsb(0, &xlsb_sheet(&list()), &strings), &Refused("没有列出部件"));
    let with = |more: Vec<u8>| xlsb(1, &xlsb_sheet(&[list(), vec![more]].concat()), &strings);
    // Longer than what is left, with all of four bytes.
    check("长.xlsb", &with(vec![6, 0xFF, 0xFF, 0xFF, 0x7F]), &Refused("工作簿"));
    let long = [&[2u32.to_le_bytes(), [0; 4], [0xFF; 4]].concat()[..], b"x\0"].concat();
    check("长文字.xlsb", &with(xlsb_record(6, &long)), &Refused("记录不完整"));
    // Too short for what they are: the rest would be that of the record before.
    for (kind, length) in [(2, 11), (4, 8), (5, 8), (6, 11), (7, 8), (9, 15), (0, 3)] {
        let mut data = vec![0; length];
        data[0] = 2;
        check("短.xlsb", &with(xlsb_record(kind, &data)), &Refused("记录不完整"));
    }
    check("远.xlsb", &with([xlsb_row(u32::MAX), xlsb_text(0, "x")].concat()), &Refused("两次数到"));
    check("远列.xlsb", &with(xlsb_text(u32::MAX, "x")), &Refused("位置超出"));
    check(
        "没有的字符串.xlsb",
        &with(xlsb_record(7, &[[2, 0, 0, 0], [0; 4], [0xFF; 4]].concat())),
        &Refused("工作簿"),
    );
    let short =
        [xlsb_record(0x9F, &[1, 0, 0, 0, 1, 0, 0, 0]), xlsb_record(0x13, &[0, 200, 0, 0, 0, b'x', 0])]
            .concat();
    check("短字符串.xlsb", &xlsb(1, &xlsb_sheet(&list()), &short), &Refused("记录不完整"));
    let many = [xlsb_record(0x9F, &[0xFF; 8]), xlsb_record(0x13, &[&[0][..], &wide("x")].concat())].concat();
    check("字符串.xlsb", &xlsb(1, &xlsb_sheet(&list()), &many), &Refused("工作簿"));
}

fn biff_record(kind: u16, data: &[u8]) -> Vec<u8> {
    [&kind.to_le_bytes()[..], &(data.len() as u16).to_le_bytes(), data].concat()
}

fn words(values: &[u16]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

pub(crate) fn label(row: u16, column: u16, text: &str) -> Vec<u8> {
    let units: Vec<u16> = text.encode_utf16().collect();
    let head = [words(&[row, column, 0, units.len() as u16]), vec![1]].concat();
    biff_record(0x0204, &[head, words(&units)].concat())
}

/// A workbook of one sheet with a header, one person, and these records.
fn xls(more: &[Vec<u8>]) -> Vec<u8> {
    let list =
        [label(0, 0, "乡镇"), label(0, 1, "姓名"), label(1, 0, "善堂镇"), label(1, 1, "张三")].concat();
    xls_of_cells(&[list, more.concat()].concat())
}

/// A workbook of one sheet with these records.
pub(crate) fn xls_of_cells(cells: &[u8]) -> Vec<u8> {
    let begin = |kind: u16| biff_record(0x0809, &words(&[0x0600, kind, 0, 0, 0, 0, 6, 0]));
    let bound = biff_record(0x0085, &[0, 0, 0, 0, 0, 0, 1, 0, b'A']);
    let globals = [begin(5), bound, biff_record(0x000A, &[])].concat();
    let page = [&begin(0x10)[..], cells, &biff_record(0x000A, &[])].concat();
    let at = globals.len() as u32;
    let mut stream = [globals, page].concat();
    let place = begin(5).len() + 4;
    stream[place..place + 4].copy_from_slice(&at.to_le_bytes());
    let mut file = cfb::CompoundFile::create_with_version(cfb::Version::V3, Cursor::new(Vec::new())).unwrap();
    file.create_stream("/Workbook").unwrap().write_all(&stream).unwrap();
    file.flush().unwrap();
    file.into_inner().into_inner()
}

#[test]
fn xls_cells_far_apart_are_read() {
    // A rectangle of seventeen million cells.
    // It stands below no header: a row to be rejected.
    check("远.xls", &xls(&[label(u16::MAX, 255, "角")]), &Rows(1));
    check("远行.xls", &xls(&[label(u16::MAX, 1, "李四")]), &Rows(2));
    check("远列.xls", &xls(&[label(2, u16::MAX, "李四")]), &Refused("位置超出"));
    check("重复.xls", &xls(&[label(1, 1, "李四")]), &Refused("写了两次"));
    let sparse: Vec<Vec<u8>> = (2..60_000).map(|row| label(row, row % 2, "李四")).collect();
    check("稀.xls", &xls(&sparse), &Rows(59_999));
    check("断.xls", &xls(&[vec![4, 2, 0xFF, 0x7F]]), &Refused("损坏"));
}

#[test]
fn compound_files_in_circles() {
    let rows: Vec<Vec<u8>> = (2..400).map(|row| label(row, 1, "李四")).collect();
    let sound = xls(&rows);
    check("好.xls", &sound, &Rows(399));
    let int = |at: usize| u32::from_le_bytes(sound[at..at + 4].try_into().unwrap()) as usize;
    let (fat, folder) = ((int(76) + 1) * 512, (int(48) + 1) * 512);
    // Every sector leads to itself, or all to the first; every entry of the folder is its own neighbour or child.
    let entries: Vec<usize> = (0..128).map(|at| fat + 4 * at).filter(|&at| int(at) < 0xFFFF_FFFB).collect();
    assert!(!entries.is_empty());
    type Circle<'a> = &'a dyn Fn(&mut [u8]);
    let circles: [Circle<'_>; 5] = [
        &|bytes| {
            entries
                .iter()
                .for_each(|&at| bytes[at..at + 4].copy_from_slice(&(((at - fat) / 4) as u32).to_le_bytes()))
        },
        &|bytes| entries.iter().for_each(|&at| bytes[at..at + 4].copy_from_slice(&0u32.to_le_bytes())),
        &|bytes| {
            (0..4).for_each(|entry| {
                bytes[folder + 128 * entry + 68..][..4].copy_from_slice(&1u32.to_le_bytes())
            })
        },
        &|bytes| bytes[folder + 76..folder + 80].copy_from_slice(&0u32.to_le_bytes()),
        // The list of the table's own sectors goes on in itself.
        &|bytes| bytes[68..76].copy_from_slice(&[0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0]),
    ];
    for circle in circles {
        let mut bytes = sound.clone();
        circle(&mut bytes);
        check("圈.xls", &bytes, &Refused("XLS"));
    }
}

// DBF.

fn dbf(version: u8, fields: &[(u8, u8)], count: u32, body: &[u8]) -> Vec<u8> {
    let width = 1 + fields.iter().map(|field| u16::from(field.1)).sum::<u16>();
    let mut out = vec![version, 118, 9, 30];
    out.extend(count.to_le_bytes());
    out.extend((33 + 32 * fields.len() as u16).to_le_bytes());
    out.extend(width.to_le_bytes());
    out.resize(32, 0);
    for (at, (kind, width)) in fields.iter().enumerate() {
        let mut field = [0u8; 32];
        let name = format!("F{at}");
        field[..name.len()].copy_from_slice(name.as_bytes());
        (field[11], field[16]) = (*kind, *width);
        out.extend(field);
    }
    out.push(0x0D);
    out.extend_from_slice(body);
    out
}

#[test]
fn dbf_headers_and_memos_that_lie() {
    let record = b" zhang    99999999";
    let sound = dbf(0x83, &[(b'C', 9), (b'M', 8)], 2, &record.repeat(2));
    let patched = |at: usize, value: u16| {
        let mut bytes = sound.clone();
        bytes[at..at + 2].copy_from_slice(&value.to_le_bytes());
        bytes
    };
    for (at, value) in
        [(8, u16::MAX), (8, 65), (8, 0), (10, u16::MAX), (10, 0), (10, 17), (4, u16::MAX), (6, u16::MAX)]
    {
        check("表.dbf", &patched(at, value), &Refused("文件"));
    }
    // Memos outside their file, of any length, in blocks of nothing.
    let memos: [Vec<u8>; 4] = [
        Vec::new(),
        vec![0xFF; 4096],
        vec![0; 4096],
        [vec![0; 512], vec![0xFF, 0xFF, 8, 0, 0xFF, 0xFF, 0xFF, 0xFF]].concat(),
    ];
    for memo in memos {
        for suffix in ["dbt", "fpt"] {
            for block in [*b"99999999", *b"       1"] {
                let body = [&b" zhang    "[..], &block].concat().repeat(2);
                let bytes = dbf(if suffix == "dbt" { 0x83 } else { 0xF5 }, &[(b'C', 9), (b'M', 8)], 2, &body);
                check_beside("表.dbf", &bytes, Some((&format!("表.{suffix}"), &memo)), &Rows(2));
            }
        }
    }
    // A memo in every byte, all of them missing.
    let fields: Vec<(u8, u8)> = (0..2_046).map(|_| (b'M', 1)).collect();
    let body = [&b" "[..], &b"7".repeat(2_046)].concat().repeat(3_000);
    check("缺.dbf", &dbf(0x83, &fields, 3_000, &body), &Refused("文字超过"));
}

// Parquet.

#[test]
fn parquet_files_with_any_byte_of_their_directory_changed() {
    use std::sync::Arc;

    use arrow::array::{ArrayRef, StringArray};
    use arrow::record_batch::RecordBatch;

    let names: ArrayRef = Arc::new(StringArray::from_iter_values((0..300).map(|at| format!("张{at}"))));
    let batch = RecordBatch::try_from_iter([("姓名", names)]).unwrap();
    let mut writer = parquet::arrow::ArrowWriter::try_new(Vec::new(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    let sound = writer.into_inner().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = Path::new("名单.parquet");
    let mut refused = 0;
    // Sizes, counts, places and kinds, among them those of the first page.
    let places = (4..60).chain(sound.len() - 400..sound.len());
    for (at, value) in places.flat_map(|at| [0x00, 0x7F, 0xFF].map(|value| (at, value))) {
        let mut bytes = sound.clone();
        bytes[at] = value;
        std::fs::write(folder.path().join(path), &bytes).unwrap();
        let tables: bidui::Result<Vec<RawTable>> =
            open_file(folder.path(), path, &ReadOptions::default(), &|_| true).and_then(Iterator::collect);
        if let Err(error) = tables {
            refused += 1;
            assert_eq!(error.kind(), ErrorKind::Input, "{at} {value}: {error}");
            assert!(error.hint_text().is_some() && error.location().file.is_some(), "{at} {value}: {error}");
        }
    }
    assert!(refused > 200, "{refused}");
}

// What is said of them.

#[test]
fn names_and_cells_give_no_orders_to_a_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let text = "\u{1b}[2J姓名,证件号码\n\u{1b}[31m张三,410602190001011234\n";
    for (name, text, code) in [("名\u{1b}[31m单.csv", text, 0), ("名\u{1b}[31m单.xls", "PK\u{3}\u{4}", 2)]
    {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        let output = crate::end_to_end::bidui(&["profile", path.to_str().unwrap()]);
        assert_eq!(output.status.code(), Some(code));
        assert!(!output.stdout.contains(&0x1B) && !output.stderr.contains(&0x1B), "{name:?}");
    }
}
