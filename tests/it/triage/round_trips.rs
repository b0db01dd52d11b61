//! What programs and people make of a file before it comes back (E1 to E5, E9 to E12, E17).

use std::io::{Cursor, Read as _, Write as _};

use bidui::Snapshot;

use super::books::shown_by_excel;
use super::{Office, saved_by_libreoffice};

#[test]
fn e01_keys_are_no_numbers_and_survive_a_save_as_csv() {
    let office = Office::with(&["2018Q3", "2018Q4"]);
    for quarter in ["2018Q3", "2018Q4"] {
        let snapshot = Snapshot::open(&office.out().join(quarter)).unwrap();
        let rows = snapshot.rows("restricted/exception.parquet", |_| true).unwrap();
        assert!(rows.len() > 1000);
        for row in rows {
            let version = row.get("version");
            assert!(version.starts_with('V') && version.len() == 9, "{version}");
            for key in [row.get("listed_id"), version] {
                assert_eq!(shown_by_excel(key), key);
            }
        }
    }
    let office = Office::new();
    let mut book = office.book();
    book.only_list()
        .answer(1, "不属实")
        .answer(2, "属实")
        .fill(2, &[("追缴金额（元）", "1200.50"), ("停发月份", "201810")]);
    let file = office.path("另存.csv");
    // Excel damages what only looks like a number: household numbers, a version of digits and one E.
    assert_eq!(
        (&*shown_by_excel("410621197001011234"), &*shown_by_excel("12345E67")),
        ("4.10621E+17", "123450000000000000000000000000000000000000000000000000000000000000000000")
    );
    std::fs::write(&file, format!("\u{FEFF}{}", book.csv(shown_by_excel))).unwrap();
    let told = office.import(&[&file], &[]).ok();
    assert_eq!((told.total("accepted"), told.total("changed_protected_cell")), (2, 0), "{}", told.told());
    let answer = office.answer(&book.key(2)).unwrap();
    assert_eq!((answer.recovered, answer.stopped_month), (Some(120_050), Some(201_810)));
    assert_eq!(answer.answered_on, Some(jiff::civil::date(2018, 10, 20)));
}

#[test]
fn e02_csv_in_gbk_with_days_of_excel() {
    let office = Office::new();
    let mut book = office.book();
    book.only_list().answer(1, "不属实").answer(3, "政策允许").fill(1, &[("备注", "入户，见到本人")]);
    let file = office.path("另存.csv");
    let csv = book.csv(shown_by_excel);
    let (bytes, _, lost) = encoding_rs::GB18030.encode(&csv);
    assert!(!lost);
    std::fs::write(&file, bytes).unwrap();
    let told = office.import(&[&file], &[]).ok();
    assert_eq!((told.total("accepted"), told.total("changed_protected_cell")), (2, 0), "{}", told.told());
    let answer = office.answer(&book.key(1)).unwrap();
    assert_eq!((&*answer.verdict, &*answer.note, &*answer.reason), ("不属实", "入户，见到本人", "政策允许"));
}

#[test]
fn e03_sorted_and_copied_into_another_book() {
    let office = Office::new();
    let mut book = office.book();
    book.only_list().answer(1, "不属实").answer(2, "属实");
    let keys = [book.key(1), book.key(2)];
    let list = book.list();
    list.rows[1..].reverse();
    let copy = list.clone();
    book.sheets = vec![copy];
    let told = office.import(&[&book.save(&office.path("排过序.xlsx"))], &[]).ok();
    assert_eq!((told.total("accepted"), told.total("changed_protected_cell")), (2, 0));
    let verdicts = keys.map(|key| office.answer(&key).unwrap().verdict);
    assert_eq!(verdicts, ["不属实", "属实"]);
}

#[test]
fn e04_without_hidden_columns_the_number_brings_it_back() {
    let office = Office::new();
    let mut book = office.book();
    book.only_list().answer(1, "不属实");
    let key = book.key(1);
    book.drop_column("行键").drop_column("行版本");
    let told = office.import(&[&book.save(&office.path("没有隐藏列.xlsx"))], &[]).ok();
    assert_eq!(told.total("accepted"), 1, "{}", told.told());
    assert!(told.notes().contains("没有这些列：行键、行版本"), "{}", told.notes());
    assert_eq!(office.answer(&key).unwrap().verdict, "不属实");
    // Where the facts changed since one of the runs, nobody knows which run the sheet is of.
    let both = Office::with(&["2018Q3", "2018Q4"]);
    let told = both.import(&[&both.path("none")], &[]);
    assert_eq!(told.code, 2, "a file that is not there: {}", told.err);
    let (changed, same) = rows_of_changed_and_same_facts(&both);
    let mut book = both.book_of("2018Q4");
    book.sheets.truncate(0);
    let header = ["疑点编号", "核查结果", "原因代码"].map(str::to_owned).to_vec();
    let row = |number: &str| vec![number.to_owned(), "不属实".to_owned(), "死亡".to_owned()];
    let rows = vec![header, row(&changed), row(&same), row("R37-2018Q3-00000000")];
    book.sheets.push(super::books::ReturnedSheet { name: "手工抄的".to_owned(), rows });
    let told = both.import(&[&book.save(&both.path("手工.xlsx"))], &[]);
    assert_eq!(
        (told.code, told.total("accepted"), told.total("stale"), told.total("unknown_key")),
        (1, 1, 1, 1)
    );
    assert!(
        told.told().contains("看不出清单是哪一次下发的")
            && told.told().contains("没有疑点“R37-2018Q3-00000000”")
    );
}

/// Numbers of two exceptions of both quarters: one whose facts changed, one whose did not.
fn rows_of_changed_and_same_facts(office: &Office) -> (String, String) {
    let exceptions = |quarter: &str| {
        let snapshot = Snapshot::open(&office.out().join(quarter)).unwrap();
        snapshot.rows("restricted/exception.parquet", |row| row.get("resolved_in").is_empty()).unwrap()
    };
    let (before, after) = (exceptions("2018Q3"), exceptions("2018Q4"));
    let number = |row: &bidui::TableRow| {
        format!("{}-{}-{}", row.get("rule_code"), row.get("first_seen"), &row.get("listed_id")[..8])
    };
    let find = |same: bool| {
        let fits = |row: &&bidui::TableRow| {
            row.get("status") == "persisting"
                && before.iter().any(|old| {
                    old.get("exception_id") == row.get("exception_id")
                        && (old.get("facts") == row.get("facts")) == same
                })
        };
        number(after.iter().find(fits).unwrap())
    };
    (find(false), find(true))
}

#[test]
fn e05_columns_in_any_order_with_other_titles_and_some_gone() {
    let office = Office::new();
    let mut book = office.book();
    book.only_list().answer(1, "不属实");
    let key = book.key(1);
    for title in ["说明", "姓名", "责任部门"] {
        book.drop_column(title);
    }
    for row in &mut book.list().rows {
        row.reverse();
    }
    book.drop_column("行键");
    let (at, number, verdict) = (book.at(), book.column("疑点编号"), book.column("核查结果"));
    book.sheets.swap(0, at);
    book.sheets.truncate(1);
    let header = |book: &mut super::books::ReturnedBook, column: usize, title: &str| {
        title.clone_into(&mut book.sheets[0].rows[0][column]);
    };
    header(&mut book, number, "编  号");
    header(&mut book, verdict, " 核查\n结果 *");
    let told = office.import(&[&book.save(&office.path("改过列.xlsx"))], &[]).ok();
    assert_eq!((told.total("accepted"), told.total("changed_protected_cell")), (1, 0), "{}", told.told());
    assert_eq!(office.answer(&key).unwrap().verdict, "不属实");
    // A title that nobody can guess is named.
    header(&mut book, verdict, "核实情况");
    let told = office.import(&[&book.save(&office.path("改过列2.xlsx"))], &[]);
    assert_eq!(told.code, 2);
    for part in ["没有“核查结果”列", "核实情况", "改过列2.xlsx", "第1行", "改回“核查结果”"]
    {
        assert!(told.err.contains(part), "{part}: {}", told.err);
    }
}

#[test]
fn e09_a_book_of_wps_whose_dimension_lies() {
    let office = Office::new();
    let mut book = office.book();
    book.only_list().answer(1, "不属实");
    let saved = std::fs::read(book.save(&office.path("原.xlsx"))).unwrap();
    let mut from = zip::ZipArchive::new(Cursor::new(saved)).unwrap();
    let mut to = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for at in 0..from.len() {
        let mut part = from.by_index(at).unwrap();
        let name = part.name().unwrap().into_owned();
        let mut text = String::new();
        part.read_to_string(&mut text).unwrap();
        if let Some(at) = text.find("<dimension ref=\"") {
            let end = at + text[at..].find("/>").unwrap();
            text.replace_range(at..end, "<dimension ref=\"A1:A1\"");
        }
        to.start_file(name.as_str(), zip::write::SimpleFileOptions::default()).unwrap();
        to.write_all(text.as_bytes()).unwrap();
    }
    let file = office.path("WPS.xlsx");
    std::fs::write(&file, to.finish().unwrap().into_inner()).unwrap();
    let told = office.import(&[&file], &[]).ok();
    assert_eq!(told.total("accepted"), 1);
    assert_eq!(told.total("rows"), book.sheets[book.at()].rows.len() as u64 - 1);
}

#[test]
fn e10_an_xls_of_wps_with_a_class_in_its_root() {
    let office = Office::new();
    let mut book = office.book();
    book.only_list().answer(1, "不属实");
    let mut bytes = book.xls();
    let name: Vec<u8> = "Root Entry".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let root = bytes.windows(name.len()).position(|window| window == name).unwrap();
    // {00020820-0000-0000-C000-000000000046}, the class of a worksheet.
    let class = [0x20, 0x08, 0x02, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46];
    assert_eq!(bytes[root + 0x50..root + 0x60], [0; 16]);
    bytes[root + 0x50..root + 0x60].copy_from_slice(&class);
    let file = office.path("WPS.xls");
    std::fs::write(&file, &bytes).unwrap();
    let told = office.import(&[&file], &[]).ok();
    assert_eq!((told.total("accepted"), told.total("changed_protected_cell")), (1, 0), "{}", told.told());
    assert_eq!(office.answer(&book.key(1)).unwrap().verdict, "不属实");
}

#[test]
fn e11_any_format_a_county_in_an_archive_and_what_cannot_be_opened() {
    let office = Office::new();
    let mut book = office.book();
    book.only_list().answer(1, "不属实");
    let et = office.path("乡.et");
    std::fs::write(&et, book.xls()).unwrap();
    assert_eq!(office.import(&[&et], &["--dry-run"]).ok().total("accepted"), 1);
    // An archive of Windows: names in GBK, evidence beside the lists, a lock file.
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    let list = std::fs::read(book.save(&office.path("甲.xlsx"))).unwrap();
    book.answer(2, "属实");
    let other = book.csv(str::to_owned);
    let entries: [(&str, &[u8]); 4] = [
        ("qi/a.xlsx", &list),
        ("qi/b.csv", other.as_bytes()),
        ("qi/证明.jpg", b"\xFF\xD8"),
        ("qi/~$a.xlsx", b"x"),
    ];
    for (name, bytes) in entries {
        archive.start_file(name, options).unwrap();
        archive.write_all(bytes).unwrap();
    }
    let mut archive = archive.finish().unwrap().into_inner();
    // In place: `qi` as the first character of a county's name in GBK.
    let gbk = encoding_rs::GB18030.encode("淇").0.into_owned();
    for at in 0..archive.len() - 3 {
        if &archive[at..at + 3] == b"qi/" && archive[at + 3] != 0xE8 {
            archive[at..at + 2].copy_from_slice(&gbk);
        }
    }
    let zip = office.path("淇县.zip");
    std::fs::write(&zip, archive).unwrap();
    let told = office.import(&[&zip], &[]).ok();
    let files = told.json["files"].as_array().unwrap();
    assert_eq!((files.len(), told.total("accepted"), told.total("unchanged")), (2, 2, 1), "{:#}", told.json);
    assert!(files[0]["file"].as_str().unwrap().ends_with("淇县.zip/淇/a.xlsx"), "{}", files[0]["file"]);
    assert_eq!(told.json["passed_over"].as_array().unwrap().len(), 2);
    // A folder with a book under a password and one that is none: the others are imported, these are named.
    let folder = office.path("交回");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("好.xlsx"), &list).unwrap();
    let encrypted = office_document_with_password();
    std::fs::write(folder.join("有密码.xlsx"), encrypted).unwrap();
    std::fs::write(folder.join("断.xlsx"), &list[..list.len() / 2]).unwrap();
    std::fs::write(folder.join("别的.csv"), "姓名,年龄\n甲,3\n").unwrap();
    let told = office.import(&[&folder], &[]);
    assert_eq!((told.code, told.total("unchanged")), (2, 1), "{}", told.err);
    for part in ["有密码.xlsx", "密码", "断.xlsx", "别的.csv", "没有找到清单"] {
        assert!(told.err.contains(part), "{part}: {}", told.err);
    }
}

/// What Excel writes under a password: a compound file with the package encrypted.
fn office_document_with_password() -> Vec<u8> {
    let mut file = cfb::CompoundFile::create_with_version(cfb::Version::V3, Cursor::new(Vec::new())).unwrap();
    for stream in ["/EncryptionInfo", "/EncryptedPackage"] {
        file.create_stream(stream).unwrap().write_all(&[4, 0, 4, 0, 0x40, 0, 0, 0]).unwrap();
    }
    file.flush().unwrap();
    file.into_inner().into_inner()
}

#[test]
fn e12_beautified_with_a_title_other_sheet_names_and_merged_cells() {
    let office = Office::new();
    let mut book = office.book();
    book.only_list().answer(1, "不属实").answer(2, "不属实").answer(3, "不属实");
    let keys = [book.key(1), book.key(2), book.key(3)];
    let by = book.column("核查人");
    let width = book.list().rows[0].len();
    let number = book.column("疑点编号");
    let list = book.list();
    list.rows[2][by] = String::new();
    list.rows[3][by] = String::new();
    list.name = "核查完成".to_owned();
    let blank = vec![String::new(); width];
    let mut title = blank.clone();
    "淇县2018年三季度疑点核查情况表".clone_into(&mut title[0]);
    list.rows.insert(0, title);
    let mut note = blank.clone();
    "填表时间：10月20日".clone_into(&mut note[0]);
    list.rows.insert(1, note);
    let mut total = blank;
    total[number.saturating_sub(1)] = "合计".to_owned();
    list.rows.push(total);
    let mut other = book.clone();
    other.sheets.iter_mut().for_each(|sheet| sheet.name = format!("{}（终）", sheet.name));
    let at = other.sheets.iter().position(|sheet| sheet.name.starts_with("核查完成")).unwrap();
    // The list is found by its header, which stands in the third row now.
    other.merged = Vec::new();
    let list = other.sheets.swap_remove(at);
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let page = workbook.add_worksheet();
    page.set_name(&list.name).unwrap();
    for (r, row) in list.rows.iter().enumerate() {
        for (c, cell) in row.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
            page.write_string(r as u32, c as u16, cell).unwrap();
        }
    }
    let format = rust_xlsxwriter::Format::new();
    page.merge_range(3, by as u16, 5, by as u16, "罗德合", &format).unwrap();
    page.merge_range(0, 0, 0, width as u16 - 1, &list.rows[0][0], &format).unwrap();
    let file = office.path("美化.xlsx");
    workbook.save(&file).unwrap();
    let told = office.import(&[&file], &[]).ok();
    assert_eq!(told.total("accepted"), 3, "{}", told.told());
    assert!(told.notes().contains("合并的单元格"), "{}", told.notes());
    for key in keys {
        assert_eq!(office.answer(&key).unwrap().answered_by, "罗德合");
    }
}

#[test]
fn e17_no_list_of_choices_is_longer_than_a_spreadsheet_opens() {
    let office = Office::new();
    let parts = crate::end_to_end::book_parts(&office.list("2018Q3"));
    let mut lists = 0;
    for part in &parts {
        for formula in part.split("<formula1>\"").skip(1) {
            let choices = &formula[..formula.find('"').unwrap()];
            assert!(choices.encode_utf16().count() <= 255, "{choices}");
            lists += 1;
        }
    }
    assert!(lists >= 3, "{lists}");
}

#[test]
fn what_libreoffice_saves_comes_back() {
    let office = Office::new();
    let issued = office.path("下发.xlsx");
    std::fs::copy(office.list("2018Q3"), &issued).unwrap();
    // As it was handed out, drop-downs, protection and hidden columns with it: nothing of it is changed by a save.
    for (to, ending) in [("xlsx:Calc MS Excel 2007 XML", "xlsx"), ("xls:MS Excel 97", "xls"), ("ods", "ods")]
    {
        let Some(saved) = saved_by_libreoffice(&issued, to, ending) else { return };
        let told = office.import(&[&saved], &["--dry-run"]).ok();
        let (rows, changed) = (told.total("rows"), told.total("changed_protected_cell"));
        assert!(rows > 10 && told.total("blank") == rows && changed == 0, "{ending}: {}", told.told());
    }
    let mut book = office.book();
    book.only_list().answer(1, "不属实").answer(2, "属实");
    let on = book.column("核查日期");
    book.days = vec![(1, on), (2, on)];
    let filled = book.save(&office.path("填好.xlsx"));
    for (to, ending) in [
        ("xlsx:Calc MS Excel 2007 XML", "xlsx"),
        ("xls:MS Excel 97", "xls"),
        ("ods", "ods"),
        ("fods", "fods"),
        ("html", "html"),
    ] {
        let Some(saved) = saved_by_libreoffice(&filled, to, ending) else { return };
        let told = office.import(&[&saved], &["--dry-run"]).ok();
        assert_eq!(
            (told.total("accepted"), told.total("changed_protected_cell")),
            (2, 0),
            "{ending}: {}",
            told.told()
        );
    }
}

#[test]
fn a_township_prints_on_a_dozen_pages() {
    let office = Office::new();
    let issued = office.path("下发.xlsx");
    std::fs::copy(office.list("2018Q3"), &issued).unwrap();
    let Some(printed) = saved_by_libreoffice(&issued, "pdf", "pdf") else { return };
    let bytes = std::fs::read(printed).unwrap();
    let told = String::from_utf8_lossy(&bytes);
    let pages = ["/Type/Page", "/Type /Page"].map(|word| {
        told.match_indices(word).filter(|(at, _)| !told[at + word.len()..].starts_with('s')).count()
    });
    let pages: usize = pages.iter().sum();
    eprintln!("the largest list of the fixtures prints on {pages} pages");
    assert!((2..=12).contains(&pages), "{pages}");
}

#[test]
fn the_first_screen_shows_eight_findings_with_all_answers() {
    // Pixels of a screen of 1366×768 that are left for rows: what the program takes above and below, letters of the columns.
    const ROOM: f64 = 768.0 - 189.0 - 62.0 - 20.0;
    let office = Office::new();
    let snapshot = Snapshot::open(&office.out().join("2018Q3")).unwrap();
    let (mut whole, mut lists) = (Vec::new(), 0);
    for output in snapshot.outputs() {
        let folders = output.path.matches('/').count();
        if !output.path.ends_with(".xlsx")
            || folders != 2
            || output.path.contains("退回")
            || output.rows < Some(20)
        {
            continue;
        }
        let parts = crate::end_to_end::book_parts(&snapshot.path(&output.path));
        let sheet =
            parts.iter().find(|part| part.contains("customHeight") && part.contains("frozen")).unwrap();
        let heights = sheet.split("<row ").skip(1).map(|row| -> f64 {
            row.split_once("ht=\"").unwrap().1.split_once('"').unwrap().0.parse().unwrap()
        });
        let mut below = 0.0;
        let rows = heights.take_while(|points| {
            below += points * 4.0 / 3.0;
            below <= ROOM
        });
        whole.push(rows.count() - 1);
        lists += 1;
    }
    whole.sort_unstable();
    eprintln!("whole rows of {lists} lists on the first screen: {whole:?}");
    assert!(whole[0] >= 7 && whole[whole.len() / 4] >= 8, "{whole:?}");
}
