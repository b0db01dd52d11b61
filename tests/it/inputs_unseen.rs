//! What a file shows otherwise than it says, or says where nobody reads: text that a page hides, cells over several
//! columns, comments, marks before names, strikes that a condition makes, a header below its list.

use arrow::array::AsArray as _;
use bidui::testing::load::LoadedSource;
use rust_xlsxwriter::{ConditionalFormatFormula, Format, Note, Workbook, Worksheet};

use crate::inputs_audits::{id, name, try_load};
use crate::inputs_rows::counts;

const HEADERS: [&str; 10] = [
    "县区",
    "乡镇街",
    "村社区",
    "家庭编号",
    "户主姓名",
    "户主身份证号",
    "保障人口数",
    "月保障金",
    "起保年月",
    "停保年月",
];

fn cells(at: u32) -> [String; 10] {
    let plain = |text: &str| text.to_owned();
    [
        plain("淇县"),
        plain("北阳镇"),
        plain("北阳"),
        format!("41062200{at:06}"),
        name(at),
        id(at),
        plain("1"),
        plain("215"),
        plain("201603"),
        String::new(),
    ]
}

/// A page of twenty rows, each cell as it is to stand in it.
fn page(head: &str, cell: impl Fn(u32, usize, &str) -> String) -> String {
    let row = |cells: Vec<String>| format!("<tr>{}</tr>", cells.concat());
    let header = row(HEADERS.iter().map(|header| format!("<th>{header}</th>")).collect());
    let body = (0..20).map(|at| row((0..10).map(|column| cell(at, column, &cells(at)[column])).collect()));
    format!("<html>{head}<table>{header}{}</table></html>", body.collect::<String>())
}

fn load(file: &str, bytes: &[u8]) -> LoadedSource {
    try_load("dibao", &[(file, bytes)]).unwrap_or_else(|error| panic!("{error}"))
}

/// Everything that is told of what was loaded.
fn told(loaded: &LoadedSource) -> String {
    let audits = loaded.audits.iter().map(|finding| finding.message.clone());
    let notes = loaded.records.tables.iter().flat_map(|info| info.notes.clone());
    audits.chain(notes).collect::<Vec<_>>().join("\n")
}

fn column(loaded: &LoadedSource, name: &str) -> Vec<String> {
    let batch = loaded.records.rows.batch().unwrap();
    let texts = batch.column_by_name(name).unwrap().as_string::<i32>();
    texts.iter().map(|text| text.unwrap_or_default().to_owned()).collect()
}

fn book(change: impl FnOnce(&mut Worksheet)) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name("名单").unwrap();
    HEADERS.iter().enumerate().for_each(|(at, header)| {
        sheet.write(0, at as u16, *header).unwrap();
    });
    for at in 0..20 {
        for (column, text) in cells(at).iter().enumerate().filter(|(_, text)| !text.is_empty()) {
            sheet.write(at + 1, column as u16, text).unwrap();
        }
    }
    change(sheet);
    book.save_to_buffer().unwrap()
}

#[test]
fn text_that_a_page_hides_is_no_content_and_is_told() {
    for (head, hidden) in [
        ("", "<span style='display:none'>00001</span>"),
        ("", "<span style=\"visibility: hidden\">00001</span>"),
        ("", "<i hidden>00001</i>"),
        ("<style>.k{display:none}</style>", "<b class='x k'>00001</b>"),
    ] {
        let text = page(head, |_, column, text| match column {
            4 | 7 => format!("<td>{hidden}{text}</td>"),
            _ => format!("<td>{text}</td>"),
        });
        let loaded = load("农村低保_淇县.xls", text.as_bytes());
        assert_eq!(counts(&loaded), (20, 0), "{hidden}");
        assert_eq!(column(&loaded, "name")[0], name(0), "{hidden}");
        assert!(told(&loaded).contains("网页里有40格含有不显示的文字"), "{hidden}: {}", told(&loaded));
    }
    let text = page("", |_, _, text| format!("<td><span aria-hidden=true>{text}</span></td>"));
    let loaded = load("农村低保_淇县.xls", text.as_bytes());
    assert_eq!((counts(&loaded), told(&loaded).contains("不显示")), ((20, 0), false));
}

#[test]
fn a_cell_over_township_and_village_is_parted_by_known_places_or_told() {
    let wide = |place: &'static str| {
        page("", move |at, column, text| match (at, column) {
            (3, 1) => format!("<td colspan=2>{place}</td>"),
            (3, 2) => String::new(),
            _ => format!("<td>{text}</td>"),
        })
    };
    let loaded = load("农村低保_淇县.xls", wide("朝歌街道办事处中山街").as_bytes());
    assert_eq!(counts(&loaded), (20, 0));
    let (townships, villages) = (column(&loaded, "township"), column(&loaded, "village"));
    assert_eq!((townships[3].as_str(), villages[3].as_str()), ("朝歌街道办事处", "中山街"));
    assert!(told(&loaded).contains("第5行") && told(&loaded).contains("拆开读入"), "{}", told(&loaded));
    let loaded = load("农村低保_淇县.xls", wide("某某镇某某").as_bytes());
    assert!(told(&loaded).contains("“乡镇街”到“村社区”有1格横跨这几列（第5行）"), "{}", told(&loaded));
}

#[test]
fn a_header_below_its_list_is_said_to_be_there() {
    let mut lines: Vec<String> = (0..20).map(|at| cells(at).join(",")).collect();
    lines.push(HEADERS.join(","));
    let error = try_load("dibao", &[("农村低保_淇县.csv", lines.join("\n"))]).err().unwrap();
    assert!(error.contains("表头不在最上面：表头在第21行，它上面有20行写着身份证号码"), "{error}");
}

#[test]
fn ranges_that_a_condition_strikes_through_are_named() {
    let strikes = |format: Format| {
        book(|sheet| {
            let condition = ConditionalFormatFormula::new().set_rule("=$J2<>\"\"").set_format(format);
            sheet.add_conditional_format(1, 0, 20, 9, &condition).unwrap();
        })
    };
    let loaded = load("农村低保_淇县.xlsx", &strikes(Format::new().set_font_strikethrough()));
    assert_eq!(counts(&loaded), (20, 0));
    assert!(told(&loaded).contains("A2:J21有条件格式会给一部分内容划删除线"), "{}", told(&loaded));
    let loaded = load("农村低保_淇县.xlsx", &strikes(Format::new().set_bold()));
    assert!(!told(&loaded).contains("条件格式"), "{}", told(&loaded));
}

#[test]
fn comments_that_speak_of_leaving_are_told_with_their_cells() {
    let bytes = book(|sheet| {
        sheet.insert_note(2, 4, &Note::new("该户主2018年8月已死亡，9月起停发")).unwrap();
        sheet.insert_note(5, 7, &Note::new("已核对")).unwrap();
    });
    let loaded = load("农村低保_淇县.xlsx", &bytes);
    assert_eq!(counts(&loaded), (20, 0));
    let said = told(&loaded);
    assert!(said.contains("有2格带批注") && said.contains("E3“") && !said.contains("该户主"), "{said}");
    let loaded = load(
        "农村低保_淇县.xlsx",
        &book(|sheet| {
            sheet.insert_note(5, 7, &Note::new("已核对")).unwrap();
        }),
    );
    assert!(told(&loaded).contains("有1格带批注，批注没有读"), "{}", told(&loaded));
    assert!(!told(&load("农村低保_淇县.xlsx", &book(|_| ()))).contains("批注"));
}

#[test]
fn texts_for_print_and_text_boxes_are_told() {
    let bytes = book(|sheet| {
        sheet.set_header("&C2018年8月以后新增的，原有人员另表");
        sheet.set_footer("&C第 &P 页 共 &N 页");
    });
    let loaded = load("农村低保_淇县.xlsx", &bytes);
    assert_eq!(counts(&loaded), (20, 0));
    let said = told(&loaded);
    assert!(said.contains("页眉页脚里写着“2018年8月以后新增的，原有人员另表"), "{said}");
    let bytes = book(|sheet| {
        sheet.insert_shape(2, 12, &rust_xlsxwriter::Shape::textbox().set_text("北阳镇未报，待补")).unwrap();
    });
    let said = told(&load("农村低保_淇县.xlsx", &bytes));
    assert!(said.contains("文本框里写着“北阳镇未报，待补”"), "{said}");
    let bytes = book(|sheet| {
        sheet.set_footer("&L内部资料 注意保密&C第 &P 页 共 &N 页&R&D");
    });
    let said = told(&load("农村低保_淇县.xlsx", &bytes));
    assert!(!said.contains("页眉页脚"), "{said}");
}

#[test]
fn signs_beside_names_are_taken_off_and_counted() {
    let mut lines = vec![HEADERS.join(",")];
    lines.extend((0..20).map(|at| {
        let mut cells = cells(at);
        match at {
            3 => cells[4].insert(0, '★'),
            4 => cells[4].push('▲'),
            _ => {}
        }
        cells.join(",")
    }));
    let loaded = load("农村低保_淇县.csv", lines.join("\n").as_bytes());
    assert_eq!(counts(&loaded), (20, 0));
    let names = column(&loaded, "name");
    assert_eq!((&names[3], &names[4]), (&name(3), &name(4)));
    let tallies = loaded.totals.tables.iter().flat_map(|table| table.cells.values());
    let tally: u64 = tallies.map(|tally| tally.marked_names).sum();
    assert_eq!(tally, 2);
}
