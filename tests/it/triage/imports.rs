//! Several files and imports beside each other, and what an import leaves (E6, E7, E16).

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use bidui::{AnswerStore, Snapshot};

use super::Office;
use super::books::ReturnedBook;
use crate::end_to_end::{bidui, book_parts, ok, text};

#[test]
fn e06_copies_that_say_the_same_count_once_and_those_that_differ_not_at_all() {
    let office = Office::new();
    let mut book = office.book();
    book.only_list().answer(1, "不属实").answer(2, "属实");
    let first = book.save(&office.path("北阳镇.xlsx"));
    let second = book.save(&office.path("北阳镇最终版(2).xlsx"));
    let told = office.import(&[&first, &second], &[]).ok();
    assert_eq!((told.total("accepted"), told.total("unchanged")), (2, 2));
    // Again, in any order: nothing is new.
    for files in [[&*second, &*first], [&*first, &*second]] {
        let told = office.import(&files, &[]).ok();
        assert_eq!((told.total("unchanged"), told.json["import"].is_null()), (4, true));
    }
    // Another answer to the second row, in one of two copies.
    let mut other = book.clone();
    other.answer(1, "属实").fill(1, &[("原因代码", "")]).answer(3, "不属实");
    let other = other.save(&office.path("北阳镇最终版(3).xlsx"));
    let told = office.import(&[&first, &other], &[]);
    assert_eq!((told.code, told.total("conflict"), told.total("accepted")), (1, 2, 1), "{}", told.told());
    assert!(
        told.told().contains("《北阳镇最终版(3).xlsx》") && told.told().contains("都没有采用"),
        "{}",
        told.told()
    );
    assert_eq!(office.answer(&book.key(1)).unwrap().verdict, "不属实", "what stood stands");
    // By itself it takes the place of what stood, and says so.
    let told = office.import(&[&other], &[]).ok();
    assert_eq!((told.total("updated"), told.total("unchanged")), (1, 2));
    assert_eq!(office.answer(&book.key(1)).unwrap().verdict, "属实");
    // One sheet twice in one book.
    let mut twice = book.clone();
    let mut again = twice.list().clone();
    again.name = "副本".to_owned();
    twice.sheets.push(again);
    let told = office.import(&[&twice.save(&office.path("重复.xlsx"))], &["--dry-run"]).ok();
    assert_eq!((told.total("updated"), told.total("unchanged")), (1, 3));
}

#[test]
fn e07_rows_that_a_filter_hides_are_read_and_counted() {
    let office = Office::new();
    let mut book = office.book();
    book.only_list().answer(1, "不属实").answer(2, "不属实");
    book.hidden = vec![2, 3, 4];
    let file = book.save(&office.path("筛选.xlsx"));
    let told = office.import(&[&file], &[]).ok();
    assert_eq!((told.total("accepted"), &told.json["files"][0]["hidden_rows"]), (2, &3.into()));
    let csv = office.path("筛选.csv");
    std::fs::write(&csv, book.csv(str::to_owned)).unwrap();
    let told = office.import(&[&csv], &[]).ok();
    assert!(told.json["files"][0]["hidden_rows"].is_null(), "a text does not say");
    let out = office.out();
    let words = ["triage", "import", text(&file), text(&csv), "--out", text(&out), "--dry-run"];
    let said = ok(&words);
    assert!(said.contains("隐藏（筛选掉）的行3行，照样读了") && said.contains("这种格式看不出"), "{said}");
    assert!(said.contains("试导入：什么也没有记下"), "{said}");
}

#[test]
fn e16_a_sheet_of_an_earlier_quarter_counts_where_its_facts_are_those_of_today() {
    let office = Office::with(&["2018Q3", "2018Q4"]);
    let exceptions = |quarter: &str| {
        let snapshot = Snapshot::open(&office.out().join(quarter)).unwrap();
        snapshot.rows("restricted/exception.parquet", |_| true).unwrap()
    };
    let (before, after) = (exceptions("2018Q3"), exceptions("2018Q4"));
    // All lists of the third quarter, every row answered, when the fourth is published already.
    let snapshot = Snapshot::open(&office.out().join("2018Q3")).unwrap();
    let lists = snapshot
        .outputs()
        .iter()
        .filter(|o| o.path.starts_with("lists/") && o.path.ends_with(".xlsx"))
        .filter(|o| !["退回", "台账", "责任部门"].iter().any(|name| o.path.contains(name)));
    let (mut same, mut changed, mut closed, mut files) = (0, 0, 0, Vec::new());
    for (at, output) in lists.enumerate() {
        let mut book = ReturnedBook::read(&snapshot.path(&output.path));
        for sheet in &mut book.sheets {
            let Some(key) = sheet.rows.first().and_then(|row| row.iter().position(|title| title == "行键"))
            else {
                continue;
            };
            let find = |title: &str| sheet.rows[0].iter().position(|own| own == title).unwrap();
            let (verdict, reason) = (find("核查结果"), find("原因代码"));
            for row in &mut sheet.rows[1..] {
                "不属实".clone_into(&mut row[verdict]);
                "死亡".clone_into(&mut row[reason]);
                let listed = &row[key][row[key].len() - 26..];
                let old = before.iter().find(|one| one.get("listed_id") == listed).unwrap();
                let now =
                    after.iter().find(|one| one.get("exception_id") == old.get("exception_id")).unwrap();
                let equal = now.get("facts") == old.get("facts");
                (same, changed) = (same + u64::from(equal), changed + u64::from(!equal));
                closed += u64::from(!now.get("resolved_in").is_empty());
            }
        }
        files.push(book.save(&office.path(&format!("{at}.xlsx"))));
    }
    assert!(same > 500 && changed > 20 && closed > 100, "{same} {changed} {closed}");
    let files: Vec<&Path> = files.iter().map(|file| &**file).collect();
    let told = office.import(&files, &[]);
    assert_eq!(
        (told.code, told.total("accepted"), told.total("stale")),
        (1, same, changed),
        "{}",
        told.told()
    );
    assert_eq!(
        told.total("changed_protected_cell"),
        0,
        "they are compared with the lists that they were: {}",
        told.told()
    );
    let all = told.json["files"].to_string();
    assert!(all.contains("清单是2018Q3的，下发以后来源数据变了"), "{}", told.told());
    // The copy says of those that are closed meanwhile that they are.
    let copies = told.json["copies"].as_str().unwrap();
    let copy = ReturnedBook::read(&Path::new(copies).join("0.xlsx"));
    let said: String = copy
        .sheets
        .iter()
        .flat_map(|sheet| &sheet.rows)
        .filter_map(|row| row.iter().find(|cell| cell.starts_with("采用")))
        .cloned()
        .collect();
    assert!(said.contains("已不再是疑点"), "{said}");
    // A sheet of today's, with the versions of nobody.
    let mut book = office.book_of("2018Q4");
    book.only_list().answer(1, "不属实").fill(1, &[("行版本", "V0000000")]);
    let told = office.import(&[&book.save(&office.path("版本.xlsx"))], &[]);
    assert_eq!((told.code, told.total("stale")), (1, 1));
}

#[test]
fn ledgers_among_what_comes_back_are_told_and_no_fault() {
    let office = Office::new();
    let snapshot = Snapshot::open(&office.out().join("2018Q3")).unwrap();
    let county = snapshot.outputs().iter().find(|o| o.path.contains("/台账/") && o.path.ends_with(".xlsx"));
    let folder = snapshot.path(&county.unwrap().path).parent().unwrap().parent().unwrap().to_owned();
    // The whole folder of a county, as it was handed out.
    let told = office.import(&[&folder], &["--dry-run"]).ok();
    let ledgers = told.json["files"].to_string().matches("台账、补报清单没有填报的列").count();
    assert!(ledgers >= 2 && told.total("rows") > 20, "{ledgers} {:#}", told.json);
    assert_eq!(told.total("blank"), told.total("rows"));
    // Pages that browsers fill in are told, each with what to send instead, and no row of theirs is counted.
    let pages = told.json["files"].as_array().unwrap().iter();
    let pages: Vec<_> = pages.filter(|file| file["file"].as_str().unwrap().ends_with(".html")).collect();
    assert!(!pages.is_empty(), "{:#}", told.json);
    for page in pages {
        assert!(page["notes"].to_string().contains("保存答复") && page["counts"]["rows"] == 0, "{page:#}");
    }
}

#[test]
fn t22_an_import_is_undone_whole_whatever_came_after_it_and_told_in_the_log() {
    let office = Office::new();
    let out = office.out();
    let log = || bidui(&["triage", "log", "--out", text(&out)]);
    let refused = log();
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("没有导入过"), "{refused:?}");
    let mut book = office.book();
    book.only_list().answer(1, "不属实");
    let first = book.save(&office.path("甲.xlsx"));
    let told = office.import(&[&first], &["--dry-run"]).ok();
    assert_eq!(
        (told.total("accepted"), told.json["import"].is_null(), out.join("answers").exists()),
        (1, true, false)
    );
    assert_eq!(office.import(&[&first], &[]).ok().json["import"], 1);
    book.fill(1, &[("核查结果", "属实"), ("原因代码", ""), ("处理措施", "退出")]);
    let second = book.save(&office.path("乙.xlsx"));
    let mut more = office.book();
    more.only_list().answer(2, "不属实");
    let third = more.save(&office.path("丙.xlsx"));
    let told = office.import(&[&second, &third], &["--level", "county"]).ok();
    assert_eq!((told.total("updated"), told.total("accepted"), &told.json["import"]), (1, 1, &2.into()));
    assert_eq!(office.answer(&book.key(1)).unwrap().verdict, "属实");
    let said = ok(&["triage", "undo", "2", "--out", text(&out), "--by", "李科长"]);
    assert!(said.contains("已撤销第2批"), "{said}");
    assert_eq!(office.answer(&book.key(1)).unwrap().verdict, "不属实");
    assert_eq!((office.answer(&more.key(2)), office.standing().len()), (None, 1));
    let again = bidui(&["triage", "undo", "2", "--out", text(&out)]);
    assert_eq!(again.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&again.stderr).contains("已经撤销过了"));
    let said = String::from_utf8(log().stdout).unwrap();
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines.len(), 4, "{said}");
    assert!(
        lines[1].starts_with("1\t")
            && lines[1].contains("操作员\t清单\t1\t\t")
            && lines[1].contains("甲.xlsx"),
        "{said}"
    );
    assert!(lines[2].contains("清单\t2\t已撤销\t") && lines[2].contains("丙.xlsx"), "{said}");
    assert!(lines[3].contains("李科长\t撤销第2批"), "{said}");
    // What was undone can be imported again.
    let told = office.import(&[&second, &third], &["--level", "county"]).ok();
    assert_eq!(told.total("accepted"), 1);
    // An earlier one is undone beneath it: what the later one says stands, and when that goes, too, nothing does.
    ok(&["triage", "undo", "1", "--out", text(&out)]);
    assert_eq!(office.answer(&book.key(1)).unwrap().verdict, "属实");
    ok(&["triage", "undo", &told.json["import"].to_string(), "--out", text(&out)]);
    assert_eq!((office.answer(&book.key(1)), office.standing().len()), (None, 0));
}

#[test]
fn the_marked_up_copy_says_of_every_row_what_became_of_it_and_can_come_back() {
    let office = Office::new();
    let mut book = office.book();
    book.only_list().answer(1, "不属实").fill(2, &[("核查结果", "属实")]);
    let key = book.key(2);
    let told = office.import(&[&book.save(&office.path("北阳镇.xlsx"))], &[]);
    assert_eq!(told.code, 1);
    let copies = Path::new(told.json["copies"].as_str().unwrap()).to_owned();
    assert!(copies.starts_with(office.out().join("answers/returned")), "{}", copies.display());
    let copy = copies.join("北阳镇.xlsx");
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&copies), mode(&copy)), (0o700, 0o600));
    let parts = book_parts(&copy);
    let sheet = parts.iter().find(|part| part.contains("<dataValidation ")).unwrap();
    for part in ["<pane xSplit=\"4\" ySplit=\"1\"", "属实,部分属实", "promptTitle=\"核查结果\""] {
        assert!(sheet.contains(part), "no {part}");
    }
    let mut copy = ReturnedBook::read(&copy);
    let result = copy.column("导入结果");
    assert_eq!(result + 1, copy.column("核查结果"), "it stands beside what is to be put right");
    let shown: f64 = copy_widths(sheet).iter().take(result + 5).sum();
    assert!(shown * 7.0 <= 1316.0, "{shown} characters are more than a screen");
    let mut rows = copy.list().rows.clone();
    let told: Vec<String> = rows.iter_mut().map(|row| row.remove(result)).collect();
    assert_eq!(rows.len(), book.list().rows.len());
    assert!(rows.iter().zip(&book.list().rows).all(|(copy, row)| copy == row), "the rows are as they came");
    assert_eq!((&*told[1], &*told[3]), ("采用", "未填"));
    assert_eq!(told[2], "填写有误：核查结果是“属实”，要填“处理措施”");
    // Put right in the copy and sent back.
    copy.fill(2, &[("处理措施", "退出")]);
    let told = office.import(&[&copy.save(&office.path("改好.xlsx"))], &[]).ok();
    assert_eq!(
        (told.total("accepted"), told.total("unchanged"), told.total("changed_protected_cell")),
        (1, 1, 0)
    );
    assert_eq!(office.answer(&key).unwrap().measure, "退出");
    // Its copy has one such column, not two.
    let again = Path::new(told.json["copies"].as_str().unwrap()).join("改好.xlsx");
    let titles = ReturnedBook::read(&again).list().rows[0].clone();
    assert_eq!(titles.iter().filter(|title| *title == "导入结果").count(), 1);
    // Elsewhere if it is asked for, in a dry run as well.
    let report = office.path("批注");
    let told = office.import(&[&office.path("改好.xlsx")], &["--dry-run", "--report", text(&report)]).ok();
    assert_eq!((told.total("unchanged"), report.join("改好.xlsx").is_file()), (2, true));
}

/// Widths of a sheet's columns, in characters, from the left.
fn copy_widths(sheet: &str) -> Vec<f64> {
    let value = |part: &str, name: &str| -> f64 {
        let (_, rest) = part.split_once(&format!(" {name}=\"")).unwrap();
        rest.split('"').next().unwrap().parse().unwrap()
    };
    let mut widths = Vec::new();
    for part in sheet.split("<col ").skip(1) {
        let part = format!(" {}", part.split('>').next().unwrap());
        let many = value(&part, "max") - value(&part, "min") + 1.0;
        widths.extend(std::iter::repeat_n(value(&part, "width"), many as usize));
    }
    widths
}

#[test]
fn no_number_of_a_person_is_told() {
    let office = Office::new();
    let mut book = office.book();
    book.only_list().fill(1, &[("核查结果", "410621197001011234"), ("核查日期", "410621197001011234")]);
    let file = book.save(&office.path("410621197001011234.xlsx"));
    let out = office.out();
    for format in ["text", "json"] {
        let output =
            bidui(&["triage", "import", text(&file), "--out", text(&out), "--dry-run", "--format", format]);
        let said =
            format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(said.contains("填写有误") || said.contains("faulty"), "{said}");
        assert!(!said.contains("19700101"), "{said}");
    }
}

#[test]
fn the_store_of_another_secret_is_refused() {
    let office = Office::new();
    drop(AnswerStore::open(&office.out(), "ID-OTHER").unwrap());
    let mut book = office.book();
    book.only_list().answer(1, "不属实");
    let told = office.import(&[&book.save(&office.path("甲.xlsx"))], &[]);
    assert_eq!(told.code, 2);
    assert!(told.err.contains("另一个身份密钥"), "{}", told.err);
}
