//! What is wrong with a file is called by its name: hidden names, two-digit years, the form of another file, a part that is
//! missing, swapped accounts, a second table.

use crate::inputs_audits::{check, id, name, try_load};

const INSURED: &str = "参保年度,姓名,身份证号,县(区),乡镇,出生日期,参保状态";

/// Thirty people of a township, each with a name and a birth date as they are written.
fn insured(name: impl Fn(u32) -> String, born: impl Fn(u32) -> String) -> String {
    let row = |at: u32| format!("2018,{},{},淇县,高村镇,{},正常参保\n", name(at), id(at), born(at));
    format!("{INSURED}\n{}", (0..30).map(row).collect::<String>())
}

fn born(at: u32) -> String {
    let id = id(at);
    format!("{}-{}-{}", &id[6..10], &id[10..12], &id[12..14])
}

const DIBAO: &str =
    "县区,乡镇,村,家庭编号,低保证号,户主姓名,户主身份证号,保障人口数,月保障金,起保年月,银行账号";

fn dibao(people: std::ops::Range<u32>) -> Vec<String> {
    let row = |at: u32| {
        format!(
            "浚县,善堂镇,东善堂,4106210{at:05},浚低保证字第{at:08}号,{},{},1,215,201603,62284812345{at:08}",
            name(at),
            id(at)
        )
    };
    std::iter::once(DIBAO.to_owned()).chain(people.map(row)).collect()
}

fn text(lines: &[String]) -> String {
    lines.join("\n") + "\n"
}

#[test]
fn hidden_names_are_told_as_hidden() {
    let hidden = |mask: &str, at: u32| {
        let chars: Vec<char> = name(at).chars().collect();
        format!("{}{mask}{}", chars[0], chars[chars.len() - 1])
    };
    for mask in ["*", "**", "××", "×", "某", "某某", "○", "XX", "＊"] {
        let loaded = try_load("insurance", &[("医保参保_淇县.csv", insured(|at| hidden(mask, at), born))]);
        let loaded = loaded.unwrap_or_else(|error| panic!("{mask}: {error}"));
        assert_eq!((loaded.totals.accepted(), loaded.totals.rejected()), (30, 0), "{mask}");
        let told: Vec<_> = loaded.audits.iter().filter(|audit| audit.audit == "unusable_names").collect();
        assert!(
            told.iter().any(|audit| audit.message.contains("有30格遮住了字") && !audit.blocking),
            "{mask}: {told:?}"
        );
    }
    // Of whom nothing but the surname is seen nobody can be told from others.
    let surnames = insured(|at| format!("{}××", name(at).chars().next().unwrap()), born);
    let loaded = try_load("insurance", &[("医保参保_淇县.csv", surnames)]).unwrap();
    let told = loaded.audits.iter().find(|audit| audit.message.contains("有30格遮住了字"));
    assert!(
        told.is_some_and(|told| told.blocking && told.message.contains("后重新运行")),
        "{:?}",
        loaded.audits
    );
    let loaded = try_load("insurance", &[("医保参保_淇县.csv", insured(name, born))]).unwrap();
    assert!(loaded.audits.iter().all(|audit| !audit.message.contains("遮住了字")));
}

#[test]
fn years_of_two_digits_are_told_as_unreadable_dates() {
    let short = |form: fn(&str, &str, &str) -> String| {
        move |at: u32| {
            let id = id(at);
            form(&id[8..10], id[10..12].trim_start_matches('0'), id[12..14].trim_start_matches('0'))
        }
    };
    for form in [
        |y: &str, m: &str, d: &str| format!("{y}-{m}-{d}"),
        |y: &str, m: &str, d: &str| format!("{y}.{m}.{d}"),
        |y: &str, m: &str, d: &str| format!("{y}/{m}/{d}"),
        |y: &str, m: &str, d: &str| format!("{y}年{m}月{d}日"),
        |y: &str, m: &str, d: &str| format!("{y}{m:0>2}{d:0>2}"),
    ] {
        let error = try_load("insurance", &[("医保参保_淇县.csv", insured(name, short(form)))]).unwrap_err();
        assert!(error.contains("年份只写了两位") && error.contains("只是写法读不出来"), "{error}");
        assert!(!error.contains("写反"), "{error}");
    }
}

#[test]
fn the_form_of_a_county_is_known_by_its_folder_and_named_where_the_name_is_another() {
    let header =
        "区划名称,镇办,村委会,低保家庭代码,申请人,申请人公民身份号码,保障人数(人),月救助金额,救助开始月";
    let row = |at: u32| format!("浚县,善堂镇,东善堂,4106210{at:05},{},{},1,215,201603", name(at), id(at));
    let list = || {
        let lines: Vec<String> = std::iter::once(header.to_owned()).chain((0..20).map(row)).collect();
        text(&lines)
    };
    let loaded = try_load("dibao", &[("农村低保_浚县.csv", list())]).unwrap();
    assert_eq!(loaded.totals.accepted(), 20);
    let error = try_load("dibao", &[("农村低保_民政局上报.csv", list())]).unwrap_err();
    assert!(error.contains("是 [[variant]] 给文件“*浚县*”写的"), "{error}");
    let (said, _) = check(&[("浚县/农村低保.csv", list())]);
    assert!(!said.contains("缺少必需的列") && said.contains("20"), "{said}");
    // Headers that are nobody's are told as before.
    let error = try_load("dibao", &[("农村低保_民政局上报.csv", list().replace("区划名称,镇办,村委会,低保家庭代码,申请人,申请人公民身份号码,保障人数(人),月救助金额,救助开始月", "甲,乙,丙,丁,戊,己,庚,辛,壬"))]).unwrap_err();
    assert!(!error.contains("[[variant]] 给文件"), "{error}");
}

#[test]
fn a_missing_part_is_told_and_who_is_not_on_the_list_is_not_known() {
    let whole = dibao(0..40);
    let part = |from: usize, to: usize| [vec![DIBAO.to_owned()], whole[1 + from..1 + to].to_vec()].concat();
    let cases: [(&[&str], Option<&str>); 10] = [
        (&["农村低保_浚县_1.csv", "农村低保_浚县_3.csv"], Some("缺第2份")),
        (&["农村低保_浚县_2.csv", "农村低保_浚县_3.csv"], Some("缺第1份")),
        (&["农村低保_浚县(1of3).csv"], Some("缺第2、3份")),
        (&["农村低保_浚县(1-2).csv"], Some("缺第2份")),
        (&["农村低保_浚县第2部分.csv"], Some("缺第1份")),
        (&["农村低保_浚县_part1.csv", "农村低保_浚县_part3.csv"], Some("缺第2份")),
        (&["农村低保_浚县_1.csv", "农村低保_浚县_2.csv"], None),
        (&["农村低保_浚县.csv", "农村低保_浚县(2).csv"], None),
        (&["农村低保_浚县_3.csv"], None),
        (&["农村低保_浚县第1部分.csv", "农村低保_浚县第2部分.csv"], None),
    ];
    for (names, told) in cases {
        let size = 40 / names.len();
        let files: Vec<(&str, String)> = names
            .iter()
            .enumerate()
            .map(|(at, file)| (*file, text(&part(at * size, (at + 1) * size))))
            .collect();
        let (said, _) = check(&files);
        match told {
            Some(words) => assert!(said.contains("分成几份") && said.contains(words), "{names:?}: {said}"),
            None => assert!(!said.contains("分成几份"), "{names:?}: {said}"),
        }
    }
}

#[test]
fn accounts_that_are_numbers_of_certificates_are_told() {
    let mut lines = dibao(0..20);
    let loaded = try_load("dibao", &[("农村低保_浚县.csv", text(&lines))]).unwrap();
    assert!(loaded.audits.iter().all(|audit| audit.audit != "swapped_headers"));
    lines[0] = DIBAO.replace("低保证号", "甲").replace("银行账号", "低保证号").replace('甲', "银行账号");
    let loaded = try_load("dibao", &[("农村低保_浚县.csv", text(&lines))]).unwrap();
    let told = loaded.audits.iter().find(|audit| audit.audit == "swapped_headers").unwrap();
    assert!(
        told.message.contains("“银行账号”下面多数不是账号")
            && told.message.contains("“低保证号”下面却是长号码")
    );
}

#[test]
fn a_second_table_below_the_list_is_told_as_one() {
    let mut lines = dibao(0..40);
    lines.push("序号,姓名,身份证号,停发原因,,,,,,,".to_owned());
    lines.push(format!("1,{},{},死亡,,,,,,,", name(50), id(50)));
    let loaded = try_load("dibao", &[("农村低保_浚县.csv", text(&lines))]).unwrap();
    assert_eq!((loaded.totals.accepted(), loaded.totals.rejected()), (40, 2));
    let told = loaded.audits.iter().find(|audit| audit.audit == "table_below").unwrap();
    assert!(
        told.message.contains("第42行起像是另一张表（它的表头：序号、姓名、身份证号、停发原因），下面有1行"),
        "{}",
        told.message
    );
}
