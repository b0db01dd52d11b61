//! What only several lists together show: keys that do not meet, names beside other numbers.

use crate::end_to_end::{key, ok, root, text, with_notices};
use crate::inputs_audits::{INSURED, check, id, insured, name};
use crate::inputs_folder::copy_folder;

const HOUSEHOLDS: &str = "县,乡镇,行政村,户编号,户主姓名,户主证件号码,贫困户属性,脱贫标志,人数";
const PERSONS: &str = "县,乡镇,行政村,户编号,人编号,姓名,性别,证件号码,与户主关系";

fn sex(at: u32) -> &'static str {
    let id = id(at);
    if id.as_bytes()[16] % 2 == 1 { "男" } else { "女" }
}

/// The households and the persons of a register, one person a household; `written` writes the numbers of the first.
fn registers(written: impl Fn(u32) -> String, people: std::ops::Range<u32>) -> [(&'static str, String); 2] {
    let number = |at: u32| format!("41002{at:05}");
    let household =
        |at| format!("淇县,高村镇,高村,{},{},{},一般贫困户,未脱贫,1\n", written(at), name(at), id(at));
    let person = |at| {
        let (name, sex, id, number) = (name(at), sex(at), id(at), number(at));
        format!("淇县,高村镇,高村,{number},{number}1,{name},{sex},{id},户主\n")
    };
    [
        (
            "建档立卡户信息.csv",
            format!("{HOUSEHOLDS}\n{}", people.clone().map(household).collect::<String>()),
        ),
        ("建档立卡人口信息.csv", format!("{PERSONS}\n{}", people.map(person).collect::<String>())),
    ]
}

#[test]
fn household_numbers_written_otherwise_are_the_same_numbers() {
    let wide = |at: u32| {
        let digits = format!("41002{at:05}");
        digits.chars().map(|c| char::from_u32(u32::from(c) + 0xFEE0).unwrap()).collect::<String>()
    };
    let forms: [&dyn Fn(u32) -> String; 3] =
        [&|at| format!("41002{at:05}"), &wide, &|at| format!("‘41002{at:05}.0’")];
    for form in forms {
        let (said, _) = check(&registers(form, 0..40));
        assert!(!said.contains("对不上"), "{}: {said}", form(1));
    }
}

#[test]
fn a_county_whose_households_have_no_persons_stops() {
    let (said, code) = check(&registers(|at| format!("户41002{at:05}"), 0..40));
    for part in
        ["阻断：“建档立卡人口”与“建档立卡户”的“户编号”在淇县有许多对不上", "“建档立卡户”40个里有40个", "100%"]
    {
        assert!(said.contains(part), "no {part} in {said}");
    }
    assert_eq!(code, Some(2));
    let some = |at: u32| if at < 4 { format!("户41002{at:05}") } else { format!("41002{at:05}") };
    let (said, _) = check(&registers(some, 0..400));
    assert!(!said.contains("对不上"), "{said}");
}

#[test]
fn names_that_slid_by_a_row_are_told_by_the_other_lists() {
    let people = insured(|_| "2018".to_owned(), 0..60, "高村镇");
    let mut files = registers(|at| format!("41002{at:05}"), 0..60).to_vec();
    files.push(("医保参保_淇县.csv", format!("{INSURED}\n{people}")));
    let aid = |slid: u32| {
        let row = |at| format!("第一中学,{},{},2018秋,补助,500,建档立卡\n", name(at + slid), id(at));
        let rows: String = (0..60).map(row).collect();
        ("学生资助.csv", format!("学校,姓名,身份证号,学期,受助项目,受助金额,资助类别\n{rows}"))
    };
    let (said, _) = check(&[files.clone(), vec![aid(0)]].concat());
    assert!(!said.contains("错了行"), "{said}");
    let (said, code) = check(&[files, vec![aid(1)]].concat());
    let told: Vec<&str> = said.lines().filter(|line| line.contains("错了行")).collect();
    let [told] = told[..] else { panic!("once, of the list that slid: {said}") };
    assert!(told.contains("阻断：“学生资助”的文件“学生资助.csv”"), "{told}");
    assert!(told.contains("59个“身份证号”，别的名单里都是另一个“姓名”"), "{told}");
    assert_eq!(code, Some(2));
}

#[test]
fn a_county_whose_numbers_do_not_meet_is_told_so_where_rules_are_held() {
    let folder = tempfile::tempdir().unwrap();
    let (data, out) = (folder.path().join("data"), folder.path().join("out"));
    copy_folder(&root().join("fixtures/hebi/2018Q3"), &data);
    for list in std::fs::read_dir(&data).unwrap().map(|entry| entry.unwrap().path()) {
        if ["建档立卡户信息", "建档立卡人口信息"].contains(&list.file_stem().unwrap().to_str().unwrap())
        {
            std::fs::remove_file(list).unwrap();
        }
    }
    for (name, list) in registers(|at| format!("户41002{at:05}"), 0..40) {
        std::fs::write(data.join(name), list).unwrap();
    }
    let key = key(folder.path());
    let mut line = vec!["run", "pipelines/hebi", "--quarter", "2018Q3", "--allow-partial"];
    line.extend(["--data", text(&data), "--out", text(&out), "--key-file", text(&key)]);
    let said = ok(&line);
    let told = "淇县报来的建档立卡户与另一份名单的编号对不上（现有40条）";
    let said = with_notices(&said);
    assert!(said.contains(told) && said.contains("核对编号的写法后重报"), "{said}");
    let report = std::fs::read_to_string(out.join("2018Q3/latest/report.html")).unwrap();
    assert!(report.contains(told), "the report says it, too");
}

const VILLAGES: [(&str, &str); 4] =
    [("高村镇", "高村"), ("北阳镇", "北阳村"), ("西岗镇", "西岗"), ("庙口镇", "庙口")];

/// A list of forty insured people; `place` gives each a township and a village.
fn placed(place: impl Fn(u32) -> (&'static str, &'static str)) -> String {
    let row = |at| {
        let (township, village) = place(at);
        format!("2018,{},{},淇县,{township},{village},正常参保\n", name(at), id(at))
    };
    let rows: String = (0..80).map(row).collect();
    format!("参保年度,姓名,身份证号,县(区),乡镇,村,参保状态\n{rows}")
}

#[test]
fn places_that_were_sorted_apart_from_people_are_told() {
    let at_home = |at: u32| VILLAGES[(at % 4) as usize];
    let register = |at: u32| {
        let ((township, village), number) = (at_home(at), format!("41002{at:05}"));
        format!("淇县,{township},{village},{number},{number}1,{},{},{},户主\n", name(at), sex(at), id(at))
    };
    let rows: String = (0..80).map(register).collect();
    let register = ("建档立卡人口信息.csv", format!("{PERSONS}\n{rows}"));
    let told = "“医保参保_淇县.csv”有60人的“乡(镇)”，别的名单里都是另一个（占别的名单也有的79人的75.9%）";
    let (said, _) = check(&[register.clone(), ("医保参保_淇县.csv", placed(at_home))]);
    assert!(!said.contains("别的名单里都是另一个"), "{said}");
    let apart = placed(|at| VILLAGES[(at / 20) as usize]);
    let (said, _) = check(&[register, ("医保参保_淇县.csv", apart)]);
    assert!(said.contains(told), "{said}");
}

#[test]
fn villages_of_other_townships_are_told() {
    let list = |apart: u32| {
        let row = |at: u32| {
            let (township, village) = match at < apart {
                true => ("善堂镇", "北关村"),
                false => ("浚州街道", "北关村"),
            };
            format!("2018,{},{},浚县,{township},{village},正常参保\n", name(at), id(at))
        };
        let rows: String = (0..80).map(row).collect();
        format!("参保年度,姓名,身份证号,县(区),乡镇,村,参保状态\n{rows}")
    };
    let (said, _) = check(&[("医保参保_浚县.csv", list(20))]);
    assert!(said.contains("有20行的村不在它写的乡镇里（占25%，例如医保参保_浚县.csv第2行；"), "{said}");
    let (said, _) = check(&[("医保参保_浚县.csv", list(5))]);
    assert!(!said.contains("的村不在它写的乡镇里"), "{said}");
}

#[test]
fn a_county_that_is_none_and_townships_in_first_rows_alone_are_told() {
    let good = insured(|_| "2018".to_owned(), 0..100, "高村镇");
    let wrong = good.replacen("淇县", "溆县", 2);
    let (said, _) = check(&[("医保参保_淇县.csv", format!("{INSURED}\n{wrong}"))]);
    assert!(
        said.contains("有2行的县（区）或乡镇在区划表里查不到") && said.contains("“溆县 高村镇”2行"),
        "{said}"
    );
    let heads: String = (good.lines().enumerate())
        .map(|(at, row)| if at % 20 == 0 { format!("{row}\n") } else { row.replace("高村镇", "") + "\n" })
        .collect();
    let told = "“乡(镇)”95行空白、5行有：没有写的人归不到那里";
    let (said, _) = check(&[("医保参保_淇县.csv", format!("{INSURED}\n{heads}"))]);
    assert!(said.contains(told) && said.contains("fill_down = true"), "{said}");
    let (said, _) = check(&[("医保参保_淇县.csv", format!("{INSURED}\n{good}"))]);
    assert!(!said.contains("行空白") && !said.contains("区划表里查不到"), "{said}");
}
