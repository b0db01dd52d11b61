//! A newcomer's way: two lists of a county that nobody has met, from nothing to the right findings in four commands,
//! without a line of TOML by hand. README.zh-CN.md tells the same.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use arrow::array::AsArray as _;
use arrow::datatypes::Int64Type;
use bidui::testing::config::Pipeline;
use bidui::testing::load::load_source;
use bidui::testing::publication::table_reader;
use rust_xlsxwriter::{Format, Workbook};

use crate::end_to_end::key;
use crate::mutated_inputs::invented::with_check_character;

const SURNAMES: [&str; 12] = ["王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙"];
const GIVEN: [&str; 10] = ["建国", "秀兰", "小军", "桂英", "志强", "玉梅", "海涛", "春花", "长河", "文静"];
const PLACES: [(&str, &str); 3] = [("城关镇", "东街村"), ("白道口镇", "民寨村"), ("留固镇", "程新庄村")];

/// An invented ID number.
fn id_number(day: &str, number: usize) -> String {
    with_check_character(&format!("410526{day}{number:03}"))
}

/// One of a household: name, number, relation, birth date.
type Member = (String, String, &'static str, &'static str);

fn household(number: usize) -> Vec<Member> {
    let name = |surname: usize, given: usize| format!("{}{}", SURNAMES[surname % 12], GIVEN[given % 10]);
    vec![
        (name(number, number), id_number("19600301", 2 * number + 1), "户主", "1960-03-01"),
        (name(number + 3, number + 1), id_number("19620517", 2 * number + 2), "配偶", "1962-05-17"),
        (name(number, number + 5), id_number("19901120", 2 * number + 1), "之子", "1990-11-20"),
    ]
}

/// A provincial export: titles, a header of two rows, merged households, a total and a footer.
fn registry(path: &Path) {
    let plain = Format::new();
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name("人口").unwrap();
    sheet.merge_range(0, 0, 0, 9, "滑县建档立卡贫困人口信息表", &plain).unwrap();
    sheet.merge_range(1, 0, 1, 9, "填报单位：滑县扶贫办  2018年10月8日", &plain).unwrap();
    let upper = ["序号", "县(市区)", "所属乡镇(街道)", "所在村(居)委会", "贫困户编码"];
    for (column, header) in upper.iter().enumerate() {
        sheet.merge_range(2, column as u16, 3, column as u16, header, &plain).unwrap();
    }
    sheet.merge_range(2, 5, 2, 8, "家庭成员", &plain).unwrap();
    for (column, header) in ["成员姓名", "成员证件号码", "与户主之关系", "出生年月日"].iter().enumerate()
    {
        sheet.write_string(3, 5 + column as u16, *header).unwrap();
    }
    sheet.merge_range(2, 9, 3, 9, "备注", &plain).unwrap();
    let mut row = 4;
    for number in 0..12 {
        let (township, village) = PLACES[number % 3];
        let code = format!("41052600{number:04}");
        for (column, text) in [(2, township), (3, village), (4, code.as_str())] {
            sheet.merge_range(row, column, row + 2, column, text, &plain).unwrap();
        }
        for (name, id, relation, birth) in household(number) {
            sheet.write_number(row, 0, f64::from(row - 3)).unwrap();
            for (column, text) in [(1, "滑县"), (5, &name), (6, &id), (7, relation), (8, birth)] {
                sheet.write_string(row, column, text).unwrap();
            }
            row += 1;
        }
    }
    sheet.write_string(row, 0, "合计").unwrap();
    sheet.write_string(row, 5, "36人").unwrap();
    sheet.write_string(row + 1, 0, "制表人：赵某  审核人：钱某").unwrap();
    // Prose beside the list decides over nothing.
    let notes = book.add_worksheet().set_name("填表说明").unwrap();
    notes.write_string(0, 0, "本表由省级系统导出，数据截至2018年9月30日").unwrap();
    book.save(path).unwrap();
}

/// Ten households on dibao, of which three are not registered: other words, GB18030.
fn dibao(path: &Path) {
    let mut text = String::from(
        "序号,县区名称,乡镇办事处,村居委会名称,低保家庭代码,申请人,申请人公民身份号码,共同生活成员1,共同生活成员1公民身份号码,\
         共同生活成员1与申请人关系,月救助金额(元),救助开始月,经办人\r\n",
    );
    for number in 0..10 {
        let (township, village) = PLACES[number % 3];
        let [(head, id, ..), (spouse, other, ..), ..] = &household(number)[..] else { unreachable!() };
        let (head, id, spouse, other) = match number {
            0..7 => (head.clone(), id.clone(), spouse.clone(), other.clone()),
            _ => (
                format!("{}{}", ["郑", "马", "宋"][number - 7], GIVEN[number]),
                id_number("19710909", number + 4),
                format!("{}{}", ["何", "唐", "韩"][number - 7], GIVEN[number - 4]),
                id_number("19720102", number + 5),
            ),
        };
        text += &format!(
            "{},滑县,{township},{village},DB{:04},{head},{id},{spouse},{other},妻,{}.00,201701,周某\r\n",
            number + 1,
            number + 1,
            300 + number
        );
    }
    std::fs::write(path, encoding_rs::GB18030.encode(&text).0).unwrap();
}

/// The same households, a person per row.
fn dibao_by_person(path: &Path) {
    let mut text = String::from(
        "序号,乡镇办事处,村居委会名称,低保家庭代码,姓名,公民身份号码,与申请人关系,救助开始月\r\n",
    );
    for number in 0..10 {
        let (township, village) = PLACES[number % 3];
        for (name, id, relation, _) in household(number) {
            text += &format!("{number},{township},{village},DB{number:04},{name},{id},{relation},201701\r\n");
        }
    }
    std::fs::write(path, text).unwrap();
}

fn bidui(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_bidui")).current_dir(folder).args(arguments).output().unwrap()
}

/// What a command says, results and words.
fn ok(folder: &Path, arguments: &[&str]) -> String {
    let output = bidui(folder, arguments);
    let said =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "bidui {}\n{said}", arguments.join(" "));
    names_nobody(&said);
    said
}

/// No number of fifteen or more digits, and no name.
fn names_nobody(said: &str) {
    let longest = said.split(|c: char| !c.is_ascii_digit() && c != 'X').map(str::len).max();
    assert!(longest < Some(15), "{said}");
    for (name, ..) in (0..12).flat_map(household) {
        assert!(!said.contains(&name), "{name} in\n{said}");
    }
}

fn lists(folder: &Path) -> [PathBuf; 2] {
    let data = folder.join("data");
    std::fs::create_dir_all(&data).unwrap();
    let files = [data.join("建档立卡贫困人口信息_20181008.xlsx"), data.join("农村低保发放名册2018年9月.csv")];
    registry(&files[0]);
    dibao(&files[1]);
    files
}

const INIT: [&str; 9] = ["init", "huaxian", "--from", "hebi", "--code", "410526", "--name", "滑县", "--data"];

/// A list whose place names stand below one title, and whose upper row reaches further than the lower one.
fn registry_with_places_below_a_title(path: &Path) {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name("人口").unwrap();
    sheet.write_string(0, 0, "滑县建档立卡贫困人口信息表").unwrap();
    for (column, header) in
        [(0, "序号"), (1, "所在地"), (4, "户编号"), (5, "家庭成员情况"), (8, "脱贫属性"), (9, "备注")]
    {
        sheet.write_string(1, column, header).unwrap();
    }
    let lower = [(1, "县"), (2, "乡镇"), (3, "村"), (5, "姓名"), (6, "身份证号码"), (7, "与户主关系")];
    for (column, header) in lower {
        sheet.write_string(2, column, header).unwrap();
    }
    let mut row = 3;
    for number in 0..12 {
        let (township, village) = PLACES[number % 3];
        for (name, id, relation, _) in household(number) {
            sheet.write_number(row, 0, f64::from(row - 2)).unwrap();
            let code = format!("41052600{number:04}");
            let cells = [(1, "滑县"), (2, township), (3, village), (4, &code), (5, &name), (6, &id)];
            for (column, text) in cells.into_iter().chain([(7, relation), (8, "未脱贫"), (9, "因病")]) {
                sheet.write_string(row, column, text).unwrap();
            }
            row += 1;
        }
    }
    book.save(path).unwrap();
}

#[test]
fn places_below_a_title_are_found() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    std::fs::create_dir(here.join("data")).unwrap();
    registry_with_places_below_a_title(&here.join("data/建档立卡贫困人口信息_20181008.xlsx"));
    let said = ok(here, &[&INIT[..], &["data"]].concat());
    assert!(said.contains("3个乡镇，3个村"), "{said}");
}

#[test]
fn from_two_lists_to_findings_in_four_commands() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let files = lists(here);
    let key = key(here);

    let said = ok(here, &[&INIT[..], &["data"]].concat());
    for words in ["必须有的名单：农村低保、建档立卡人口；", "3个乡镇，3个村", "临时代码", "--prefecture"]
    {
        assert!(said.contains(words), "{words} in\n{said}");
    }
    let relative = |file: &PathBuf| format!("data/{}", file.file_name().unwrap().to_str().unwrap());
    let [first, second] = files.each_ref().map(relative);
    let said = ok(here, &["profile", &first, &second, "--like", "huaxian", "--write"]);
    for words in [
        "建档立卡人口（registry_person），把握高",
        "农村低保（dibao），把握高",
        "“与户主之关系”是与户主关系（内容：100%是与户主关系）",
        "“贫困户编码”是户编号（表头；每个编号有一个户主）",
        "读入36 = 接受36 + 退回0",
        "读入20 = 接受20 + 退回0",
        "一律当作“农村”（文件名这样说）",
    ] {
        assert!(said.contains(words), "{words} in\n{said}");
    }
    let said = ok(here, &["check", "huaxian", "--data", "data"]);
    assert!(said.contains("36") && said.contains("引用"), "{said}");
    let said = ok(
        here,
        &[
            "run",
            "huaxian",
            "--quarter",
            "2018Q3",
            "--data",
            "data",
            "--out",
            "out",
            "--key-file",
            key.to_str().unwrap(),
        ],
    );
    assert!(said.contains("条规则没有运行，不等于没有疑点") && said.contains("缺少数据来源"), "{said}");

    let publication = here.join("out/2018Q3/latest");
    let exceptions =
        table_reader::read_rows(&publication.join("restricted/exception.parquet"), |_| true).unwrap();
    let found = |code: &str| exceptions.iter().filter(|e| e.get("rule_code") == code).count();
    assert_eq!(found("R01"), 3, "three households on dibao are not registered: {said}");
    for township in ["城关镇", "白道口镇", "留固镇"] {
        assert!(publication.join(format!("lists/滑县/{township}.xlsx")).is_file(), "{township}");
    }

    // What was written once is not written again, and next quarter's file is found.
    let said = ok(here, &["profile", &first, &second, "--like", "huaxian", "--write"]);
    assert!(said.contains("已经合适，不用改") && said.contains("没有要写的"), "{said}");
    std::fs::rename(&files[0], here.join("data/建档立卡贫困人口信息_20190105.xlsx")).unwrap();
    assert!(ok(here, &["check", "huaxian", "--data", "data"]).contains("建档立卡贫困人口信息_20190105.xlsx"));
}

#[test]
fn a_list_by_person_takes_the_place_of_one_by_household() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let files = lists(here);
    std::fs::remove_file(&files[1]).unwrap();
    dibao_by_person(&here.join("data/农村低保人员.csv"));
    ok(here, &[&INIT[..], &["data"]].concat());
    let said = ok(here, &["profile", "data/农村低保人员.csv", "--like", "huaxian", "--write"]);
    for words in
        ["农村低保（dibao）", "一人一行", "读入30 = 接受30 + 退回0", "已新建 huaxian/sources/dibao.toml"]
    {
        assert!(said.contains(words), "{words} in\n{said}");
    }
    ok(here, &["check", "huaxian"]);
}

#[test]
fn a_list_of_no_source_gets_a_draft_and_several_of_one_shape_share_it() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    lists(here);
    ok(here, &[&INIT[..], &["data"]].concat());
    for town in ["甲", "乙"] {
        let mut text = String::from("序号,养殖户,证件编号,羊存栏(只),圈舍面积(平方米)\n");
        for number in 0..8 {
            let (name, id, ..) = &household(number)[0];
            text += &format!("{number},{name},{id},{},{}\n", 10 + number, 60 + number);
        }
        std::fs::write(here.join(format!("{town}地羊场2018.csv")), text).unwrap();
    }
    let said = ok(here, &["profile", "甲地羊场2018.csv", "乙地羊场2018.csv", "--like", "huaxian", "--write"]);
    for words in [
        "不像这条流水线里的任何一份名单",
        "读入16 = 接受16 + 退回0",
        "role = \"id_number\"",
        "role = \"name\"",
    ] {
        assert!(said.contains(words), "{words} in\n{said}");
    }
    assert_eq!(said.matches("title = ").count(), 1, "{said}");
    ok(here, &["check", "huaxian"]);
}

#[test]
fn nothing_is_overwritten_and_what_is_missing_is_shouted() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let said = ok(here, &INIT[..8]);
    assert!(said.contains("一个乡镇也没有"), "{said}");
    let own = "title = \"我的\"\n";
    std::fs::write(here.join("base/base.toml"), own).unwrap();
    let mut second = INIT;
    second[1] = "second";
    let said = ok(here, &second[..8]);
    assert!(said.contains("没有改动"), "{said}");
    assert_eq!(std::fs::read_to_string(here.join("base/base.toml")).unwrap(), own);
    for (arguments, words) in [
        (&["init", "x", "--from", "hebi", "--code", "410500", "--name", "安阳市"][..], "不是县（区）"),
        (&["init", "x", "--from", "nowhere", "--code", "410526", "--name", "滑县"], "没有规则集“nowhere”"),
    ] {
        let output = bidui(here, arguments);
        assert_eq!(output.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&output.stderr).contains(words), "{arguments:?}");
    }
    assert!(!here.join("x").exists());
}

#[test]
fn a_list_without_a_header_is_refused_and_not_shown() {
    let folder = tempfile::tempdir().unwrap();
    let (name, id, ..) = &household(0)[0];
    let text = format!("城关镇,{name},{id}X,户主\n").repeat(3);
    std::fs::write(folder.path().join("低保.csv"), text).unwrap();
    let output = bidui(folder.path(), &["profile", "低保.csv"]);
    let said =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(!output.status.success() && said.contains("没有表头"), "{said}");
    names_nobody(&said);
}

#[test]
fn a_table_of_codes_is_read_as_the_statistics_office_writes_it() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    std::fs::write(
        here.join("codes.csv"),
        "统计用区划代码,名称\n410526000000,滑县\n410526100000,道口镇\n410526100201,顺北村委会\n410527100000,别处镇\n",
    )
    .unwrap();
    let said = ok(here, &[&INIT[..8], &["--divisions", "codes.csv", "--prefecture", "安阳市"]].concat());
    assert!(said.contains("1个乡镇，1个村") && said.contains("1行不属于 410526"), "{said}");
    let villages = std::fs::read_to_string(here.join("huaxian/codes/villages.csv")).unwrap();
    assert!(villages.contains("410526100201,顺北村委会"), "{villages}");
}

/// Sixty households of a list as a county office keeps it; `cells` tells the cells behind the first four.
fn office_list(folder: &Path, header: &str, cells: impl Fn(usize) -> String) -> String {
    std::fs::create_dir_all(folder.join("data")).unwrap();
    let mut text = format!("序号,镇,村,家庭编号,{header}\n");
    for number in 0..60 {
        let (township, village) = PLACES[number % 3];
        text += &format!("{},{township},{village},4105260{number:05},{}\n", number + 1, cells(number));
    }
    let file = folder.join("data/滑县农村低保发放表2018年三季度.csv");
    std::fs::write(file, encoding_rs::GB18030.encode(&text).0).unwrap();
    ok(folder, &INIT[..8]);
    ok_or_refused(
        folder,
        &["profile", "data/滑县农村低保发放表2018年三季度.csv", "--like", "huaxian", "--write"],
    )
}

/// What a command says, be its trial refused or not.
fn ok_or_refused(folder: &Path, arguments: &[&str]) -> String {
    let output = bidui(folder, arguments);
    let said =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    names_nobody(&said);
    said
}

fn head(number: usize) -> (String, String) {
    let name = format!("{}{}", SURNAMES[number % 12], GIVEN[(number / 6) % 10]);
    (name, id_number("19600301", number + 1))
}

fn written(folder: &Path) -> String {
    std::fs::read_to_string(folder.join("huaxian/sources/dibao.extra.toml")).unwrap()
}

#[test]
fn a_header_that_says_who_left_is_never_ignored_in_silence() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let said = office_list(
        here,
        "户主姓名,户主身份证号,城乡,月保障金,起始时间,是否在保,取消时间,状态,颜色",
        |number| {
            let (name, id) = head(number);
            let left = number % 10 == 3;
            let state = if left { "否,2018年6月,停发" } else { "是,,正常" };
            format!("{name},{id},农村,215,2016年1月,{state},红")
        },
    );
    let text = written(here);
    assert!(text.contains("stop_month = [\"取消时间\"]"), "{text}\n{said}");
    assert!(text.contains("ignore_headers = [\"颜色\"]"), "{text}\n{said}");
    assert!(said.contains("!!!! 没有写进 ignore_headers：是否在保、状态"), "{said}");
    let output = bidui(here, &["check", "huaxian", "--data", "data"]);
    let checked =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(!output.status.success() && checked.contains("是否在保"), "{checked}");
}

#[test]
fn who_fetches_the_money_is_not_the_head() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let said = office_list(
        here,
        "领款人,领款人身份证号,低保户主,低保户主身份证号,享受人数,城乡,月保障金,起始时间",
        |number| {
            let ((name, id), (other, second)) = (head(number), head(number + 60));
            format!("{other},{second},{name},{id},2,农村,215,2016年1月")
        },
    );
    let text = written(here);
    assert!(text.contains("\"户主.name\" = [\"低保户主\"]"), "{text}\n{said}");
    assert!(text.contains("\"户主.id_number\" = [\"低保户主身份证号\"]"), "{text}\n{said}");
}

#[test]
fn codes_that_the_header_explains_beat_the_name_of_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let said = office_list(
        here,
        "户主姓名,户主身份证号,城乡(1农村2城市),月低保金(角),起始时间",
        |number| {
            let (name, id) = head(number);
            format!("{name},{id},{},2150,2016年1月", if number % 5 == 0 { 2 } else { 1 })
        },
    );
    let text = written(here);
    assert!(text.contains("category = [\"城乡(1农村2城市)\"]"), "{text}\n{said}");
    assert!(text.contains("\"1\" = \"农村\"") && text.contains("\"2\" = \"城市\""), "{text}\n{said}");
    assert!(!said.contains("没有“类别”列"), "{said}");
    assert!(said.contains("读入60 = 接受60 + 退回0"), "{said}");
}

#[test]
fn codes_that_nobody_explains_leave_the_category_unsaid() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let said = office_list(
        here,
        "户主姓名,户主身份证号,农村还是城市,月低保金,起始时间",
        |number| {
            let (name, id) = head(number);
            format!("{name},{id},{},215,2016年1月", if number % 5 == 0 { 2 } else { 1 })
        },
    );
    assert!(!said.contains("没有“类别”列，一律当作"), "{said}");
    assert!(
        said.contains("!!!! 没有写进 ignore_headers：农村还是城市") || said.contains("“农村还是城市”是类别"),
        "{said}"
    );
}

#[test]
fn a_unit_in_any_bracket_that_the_profile_lists_is_heeded() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    office_list(
        here,
        "户主姓名,户主身份证号,城乡,月低保金【万元】,起始时间",
        |number| {
            let (name, id) = head(number);
            format!("{name},{id},农村,0.0215,2016年1月")
        },
    );
    let text = written(here);
    assert!(text.contains("monthly_amount_fen = [\"月低保金【万元】\"]"), "{text}");
    let pipeline = Pipeline::open(&here.join("huaxian")).unwrap();
    let source = pipeline.source_index("dibao").unwrap();
    let loaded = load_source(&pipeline, source, &here.join("data"), None).unwrap().unwrap();
    let batch = loaded.records.rows.batch().unwrap();
    let amounts = batch.column_by_name("monthly_amount_fen").unwrap().as_primitive::<Int64Type>().clone();
    assert!(amounts.iter().all(|amount| amount == Some(21_500)), "{amounts:?}");
}
