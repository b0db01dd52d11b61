//! Lines of a list that stand in place of a name: sub-totals, headings of villages, ends, signatures, titles that come
//! again. Nobody is made of them, nobody is accused of standing in them, and nobody who may be a person is lost.

use bidui::testing::load::LoadedSource;

use crate::inputs_audits::{id, name, try_load};
use crate::inputs_rows::counts;

const DIBAO: &str = "县区,乡镇街,村社区,家庭编号,户主姓名,户主身份证号,成员姓名1,成员身份证号1,成员关系1,保障人口数,月保障金,起保年月,停保年月,银行账号";
const INSURANCE: &str = "年度,姓名,身份证号,性别,出生日期,县区,乡镇,村,参保人员类别,参保状态,停保原因,险种,个人缴费,财政补贴,资助参保标识,大病保险标识,大病补充标识,商业补充标识,医疗救助对象标识";

fn household(at: u32) -> String {
    format!("淇县,北阳镇,常屯,41062200{at:06},{},{},,,,1,215,201603,,", name(at), id(at))
}

fn insured(at: u32) -> String {
    format!(
        "2018,{},{},男,1960-01-01,山城区,石林镇,军王庄,普通居民,正常参保,,城乡居民,180,0,0,1,0,0,0",
        name(at),
        id(at)
    )
}

/// Thirty rows of a list, and these lines below the tenth.
fn with(header: &str, row: fn(u32) -> String, lines: &[String]) -> String {
    let rows = (0..10).map(row).chain(lines.iter().cloned()).chain((10..30).map(row));
    std::iter::once(header.to_owned()).chain(rows).collect::<Vec<_>>().join("\n") + "\n"
}

fn dibao(lines: &[String]) -> LoadedSource {
    let files = [("农村低保_淇县.csv", with(DIBAO, household, lines))];
    try_load("dibao", &files).unwrap_or_else(|error| panic!("{error}"))
}

fn insurance(lines: &[String]) -> LoadedSource {
    let files = [("医保参保_山城区.csv", with(INSURANCE, insured, lines))];
    try_load("insurance", &files).unwrap_or_else(|error| panic!("{error}"))
}

fn says(loaded: &LoadedSource, audit: &str) -> Option<String> {
    loaded.audits.iter().find(|finding| finding.audit == audit).map(|finding| finding.message.clone())
}

fn reasons(loaded: &LoadedSource) -> Vec<&'static str> {
    let below = loaded.skipped.iter().map(|(_, row)| row.reason.key());
    below.filter(|key| !matches!(*key, "header" | "title")).collect()
}

#[test]
fn lines_in_place_of_a_name_are_nobody_where_a_household_number_was_dragged_down() {
    for line in [
        "北阳镇小计（5户12人）",
        "北阳镇共5户12人",
        "常屯5户",
        "户数合计：29",
        "其中：农村27户",
        "平均",
        "常屯村",
        "常屯（共181人）",
        "灵山街道办事处",
        "（完）",
        "本表结束",
        "End",
        "——以下无正文——",
        "审核：李四",
        "村委会（盖章）",
        "同意上报",
        "以上情况属实",
        "详见附件",
        "（以下空白）",
        "【以下空白】",
    ] {
        let row = format!("淇县,北阳镇,常屯,41062200999999,{line},,,,,,1775,,,");
        let loaded = dibao(&[row]);
        assert_eq!((counts(&loaded), reasons(&loaded)), ((30, 0), vec!["line"]), "{line}");
        let told = says(&loaded, "line_row").unwrap_or_default();
        assert!(told.contains("第12行") && told.contains("没有当作人读入"), "{line}: {told}");
        assert_eq!(says(&loaded, "rejected_people"), None, "{line}");
    }
}

#[test]
fn a_list_of_persons_has_such_lines_too() {
    for line in ["军王庄村", "黑家岗村", "石林镇合计：182人", "（完）", "本表结束", "——————"]
    {
        let loaded = insurance(&[format!("2018,{line},,,,,,,,,,,,,,,,,")]);
        assert_eq!(counts(&loaded), (30, 0), "{line}");
        assert!(says(&loaded, "line_row").is_some() || reasons(&loaded) == ["total"], "{line}");
    }
}

#[test]
fn whoever_may_be_a_person_is_read_or_rejected_aloud() {
    for (line, accepted) in [
        // A number, a sex, an account: there is somebody.
        (format!("淇县,北阳镇,常屯,41062200999999,常屯村,{},,,,1,215,201603,,", id(77)), 31),
        ("淇县,北阳镇,常屯,41062200999999,常屯村,,,,,1,215,201603,,6228606863501635879".into(), 31),
        (format!("淇县,北阳镇,常屯,41062200999999,常屯村,,{},{},之子,2,215,201603,,", name(78), id(78)), 32),
        // Names, however odd.
        ("淇县,北阳镇,常屯,41062200999999,高镇,,,,,1,215,201603,,".into(), 31),
        ("淇县,北阳镇,常屯,41062200999999,王庄,,,,,1,215,201603,,".into(), 31),
        ("淇县,北阳镇,常屯,41062200999999,李新村,,,,,1,215,201603,,".into(), 31),
        ("淇县,北阳镇,常屯,41062200999999,买买提·艾力,,,,,1,215,201603,,".into(), 31),
        ("淇县,北阳镇,常屯,41062200999999,迪丽热巴迪力木拉提,,,,,1,215,201603,,".into(), 31),
        ("淇县,北阳镇,常屯,41062200999999,欧阳建国,,,,,1,215,201603,,".into(), 31),
        ("淇县,北阳镇,常屯,41062200999999,何合计,,,,,1,215,201603,,".into(), 31),
    ] {
        let loaded = dibao(std::slice::from_ref(&line));
        let (read, rejected) = counts(&loaded);
        assert_eq!((read + rejected, says(&loaded, "line_row")), (accepted, None), "{line}");
    }
    let row = |facts: &str| {
        format!("2018,军王庄村,,{facts},山城区,石林镇,军王庄,普通居民,正常参保,,城乡居民,180,0,0,1,0,0,0")
    };
    for facts in ["男,1960-01-01", "女,", ",1960-01-01"] {
        let loaded = insurance(&[row(facts)]);
        let (read, rejected) = counts(&loaded);
        assert_eq!((read + rejected, says(&loaded, "line_row")), (31, None), "{facts}");
    }
}

#[test]
fn a_title_on_every_page_is_none_of_the_rows_of_a_list_with_members() {
    let title = "淇县农村低保对象花名册".to_owned() + &",".repeat(13);
    let loaded = dibao(&[title.clone(), DIBAO.to_owned()]);
    assert_eq!((counts(&loaded), reasons(&loaded)), ((30, 0), vec!["note"]));
    let again = dibao(&["第1页，共4页".to_owned() + &",".repeat(13), title, DIBAO.to_owned()]);
    assert_eq!(counts(&again), (30, 0));
}

#[test]
fn headings_of_villages_in_the_first_column_are_no_rows() {
    for line in ["军王庄（共181人）", "军王庄村", "黑家岗（1人）", "石林镇", "三、军王庄村（181人）"]
    {
        let cells = |commas: usize| line.to_owned() + &",".repeat(commas);
        let loaded = insurance(&[cells(18)]);
        assert_eq!((counts(&loaded), reasons(&loaded)), ((30, 0), vec!["note"]), "{line}");
        let loaded = dibao(&[cells(13)]);
        assert_eq!((counts(&loaded), reasons(&loaded)), ((30, 0), vec!["note"]), "{line}");
    }
}

#[test]
fn what_is_left_of_a_row_in_the_column_of_its_place_is_rejected_aloud() {
    for row in ["淇县,,,,,,,,,,,,,", ",北阳镇,,,,,,,,,,,,", ",,常屯村,,,,,,,,,,,"] {
        let loaded = dibao(&[row.to_owned()]);
        assert_eq!(counts(&loaded), (30, 1), "{row}");
    }
}

#[test]
fn an_end_mark_ends_a_list_in_whatever_cell_and_bracket() {
    for mark in ["以下空白", "（以下空白）", "【以下空白】", "***以下空白***", "--以下无正文--"]
    {
        for row in [
            format!("淇县,北阳镇,{mark},,,,,,,,,,,"),
            format!("淇县,北阳镇,常屯,,{mark},,,,,,,,,"),
            format!("淇县,北阳镇,常屯,,,,{mark},,,,,,,"),
            format!("{mark},,,,,,,,,,,,,"),
        ] {
            let loaded = dibao(std::slice::from_ref(&row));
            assert_eq!((counts(&loaded), says(&loaded, "rejected_people")), ((30, 0), None), "{row}");
        }
    }
}
