//! Lists that are not what they stand among: people who have left, rows of templates, totals, end marks, empty files.

use bidui::testing::load::LoadedSource;

use crate::inputs_audits::{id, name, try_load};
use crate::inputs_rows::counts;

const DIBAO: &str = "县区,乡镇,村,家庭编号,户主姓名,户主身份证号,保障人口数,月保障金,起保年月,停保年月";
const AID: &str = "学校,姓名,身份证号,学期,受助项目,受助金额";

fn dibao(stop: &str) -> Vec<String> {
    let row =
        |at: u32| format!("浚县,善堂镇,东善堂,41062100{at:04},{},{},1,215,201603,{stop}", name(at), id(at));
    std::iter::once(DIBAO.to_owned()).chain((0..20).map(row)).collect()
}

fn aid(rows: std::ops::Range<u32>) -> Vec<String> {
    let row = |at: u32| format!("善堂镇中心小学,{},{},2018秋,生活补助,625", name(at), id(at));
    std::iter::once(AID.to_owned()).chain(rows.map(row)).collect()
}

fn load(source: &str, files: &[(&str, String)]) -> LoadedSource {
    try_load(source, files).unwrap_or_else(|error| panic!("{error}"))
}

fn told(loaded: &LoadedSource, audit: &str) -> Vec<(String, bool)> {
    let found = loaded.audits.iter().filter(|finding| finding.audit == audit);
    found.map(|finding| (finding.message.clone(), finding.blocking)).collect()
}

/// What `check` says of the fixtures with a further list of dibao.
fn check_with(file: &str, lines: &[String]) -> String {
    use crate::end_to_end::{bidui, root, text};
    let folder = tempfile::tempdir().unwrap();
    crate::inputs_folder::copy_folder(&root().join("fixtures/hebi/2018Q3"), folder.path());
    std::fs::write(folder.path().join(file), lines.join("\n") + "\n").unwrap();
    let asked = bidui(&["check", "pipelines/hebi", "--data", text(folder.path()), "--quarter", "2018Q3"]);
    String::from_utf8(asked.stdout).unwrap() + &String::from_utf8(asked.stderr).unwrap()
}

#[test]
fn a_list_of_those_who_left_is_refused_unless_its_rows_say_when() {
    let titled = |title: &str, lines: Vec<String>| [vec![title.to_owned()], lines].concat();
    for (file, lines) in [
        ("农村低保_停保名单.csv", dibao("")),
        ("农村低保_补.csv", titled("浚县2018年三季度农村低保停发（退出）人员名单", dibao(""))),
    ] {
        let said = check_with(file, &lines);
        assert!(said.contains("条没有写明已经停止") && said.contains("people_who_left"), "{said}");
    }
    for (file, lines) in [
        ("农村低保_停保名单.csv", dibao("201808")),
        ("农村低保_补.csv", titled("说明：停保、死亡的不填，另报", dibao(""))),
        ("农村低保_不含停保.csv", dibao("")),
    ] {
        let said = check_with(file, &lines);
        assert!(!said.contains("条没有写明已经停止"), "{file}: {said}");
    }
}

/// A list with lines put in front of its rows; 0 is the header.
fn with_lines(mut lines: Vec<String>, put: &[(usize, &str)]) -> Vec<String> {
    for (at, line) in put.iter().rev() {
        lines.insert(*at, format!("{line},,,,,,,,,"));
    }
    lines
}

#[test]
fn a_line_among_the_rows_says_of_those_below_that_they_have_left() {
    for (line, word) in [
        ("以下为本季度停发人员：", "停发"),
        ("二、停保人员", "停保"),
        ("停保人员（12户）", "停保"),
        ("已注销人员", "注销"),
    ] {
        let said = check_with("农村低保_补.csv", &with_lines(dibao(""), &[(15, line)]));
        let told = format!("第16行写着“{word}”，它下面的人；里面有6条没有写明已经停止");
        assert!(said.contains(&told) && said.contains("从这张表里移出这些人"), "{line}: {said}");
    }
    // Up to the next part, with the header once more; those above a line are meant by it, too.
    let parts = [(9, "二、停保人员"), (9, DIBAO.trim_end_matches(',')), (12, "三、新增人员")];
    let said = check_with("农村低保_补.csv", &with_lines(dibao(""), &parts));
    assert!(said.contains("第10行写着“停保”，它下面的人；里面有3条没有写明已经停止"), "{said}");
    let above = [(5, "一、在保人员"), (9, "以上人员已停保")];
    let said = check_with("农村低保_补.csv", &with_lines(dibao(""), &above));
    assert!(said.contains("第11行写着“停保”，它上面的人；里面有4条没有写明已经停止"), "{said}");
    for (lines, put) in [
        (dibao("201808"), (15, "二、停保人员")),
        (dibao(""), (15, "说明：停保、死亡的不填")),
        (dibao(""), (21, "停保人员")),
        (dibao(""), (15, "停保人员另附表")),
        (dibao(""), (15, "未停保人员")),
    ] {
        let said = check_with("农村低保_补.csv", &with_lines(lines, &[put]));
        assert!(!said.contains("条没有写明已经停止"), "{put:?}: {said}");
    }
}

#[test]
fn people_who_are_not_yet_on_a_list_or_get_nothing_are_told() {
    for title in [
        "拟纳入低保对象公示名单",
        "低保待审批人员名单",
        "低保金发放失败人员名单",
        "低保动态调整减少人员名单",
        "低保外出失联人员名单",
        "低保劝退人员花名册",
    ] {
        let lines = [vec![title.to_owned()], dibao("")].concat();
        let said = check_with("农村低保_补.csv", &lines);
        assert!(
            said.contains("第1行的标题写着") && said.contains("有20条没有写明已经停止"),
            "{title}: {said}"
        );
    }
    let insured = |title: &str| {
        let row = |at: u32| format!("浚县,善堂镇,东善堂,{},{},2018", name(at), id(at));
        let head = ["县,乡镇,村,姓名,身份证号,参保年度".to_owned()];
        [vec![format!("{title},,,,,")], head.to_vec(), (0..20).map(row).collect()].concat()
    };
    let said = check_with("医保参保_补.csv", &insured("以下人员未缴费（未参保）"));
    assert!(said.contains("标题写着“未缴费”"), "{said}");
    let said = check_with("医保参保_补.csv", &insured("参保人员"));
    assert!(!said.contains("条没有写明已经停止"), "{said}");
}

#[test]
fn a_term_that_is_two_is_none() {
    let mut lines = aid(0..20);
    for (at, term) in [(3, "2018春、2018秋"), (7, "2017秋-2018春"), (11, "2018秋转2019春")] {
        lines[at] = lines[at].replace("2018秋", term);
    }
    let loaded = load("student_aid", &[("学生资助.csv", lines.join("\n") + "\n")]);
    let rows = |records: &[u32]| records.len();
    let unknown: usize = loaded.records.unknown.columns().map(|(_, records)| rows(records)).sum();
    let rejected = loaded.rejects.len();
    assert_eq!(
        unknown.max(loaded.cell_warnings.len()) + rejected,
        3,
        "{:?} {:?}",
        loaded.rejects,
        loaded.cell_warnings
    );
}

#[test]
fn a_total_in_the_column_for_names_is_nobody() {
    let mut lines = dibao("");
    lines.push("浚县,,,410621000001,户小计,,1,215,,".to_owned());
    lines.push(",,,,过次页,,,4300,,".to_owned());
    lines.push("善堂镇 汇总,,,,,,20,4300,,".to_owned());
    lines.push("Grand Total,,,,,,20,4300,,".to_owned());
    lines.push("合,,计,,,,20,4300,,".to_owned());
    let loaded = load("dibao", &[("农村低保.csv", lines.join("\n") + "\n")]);
    let totals = loaded.skipped.iter().filter(|(_, row)| row.reason.key() == "total").count();
    assert_eq!((counts(&loaded), totals), ((20, 0), 5));
    // Somebody may be called so: he has a number of his own.
    let mut lines = aid(0..20);
    lines[3] = format!("合计中学,何合计,{},2018秋,生活补助,625", id(2));
    assert_eq!(counts(&load("student_aid", &[("学生资助.csv", lines.join("\n") + "\n")])), (20, 0));
}

#[test]
fn the_example_of_a_template_is_nobody() {
    for example in [
        "例：某小学,张三,{},2018秋,补助,625",
        "示例,张三,{},2018秋,补助,625",
        "某小学,（例）张三,{},2018秋,补助,625",
    ] {
        let mut lines = aid(0..20);
        lines.insert(1, example.replace("{}", &id(90)));
        let loaded = load("student_aid", &[("学生资助.csv", lines.join("\n") + "\n")]);
        assert_eq!(counts(&loaded), (20, 0), "{example}");
        let [(message, false)] = &told(&loaded, "example_row")[..] else { panic!("{example}") };
        assert!(message.contains("第2行是模板的示例"), "{message}");
    }
    // Marked elsewhere it may be somebody.
    let mut lines = aid(0..20);
    lines.insert(1, format!("某小学,张三,{},2018秋,示例,625", id(90)));
    let loaded = load("student_aid", &[("学生资助.csv", lines.join("\n") + "\n")]);
    assert_eq!(counts(&loaded), (20, 1));
    assert!(loaded.rejects[0].reason.contains("分不清是模板的示例"), "{:?}", loaded.rejects);
}

#[test]
fn ctrl_z_ends_a_text_and_is_told() {
    let text = aid(0..20).join("\r\n");
    for end in ["\r\n\x1a", "\r\n\x1a\x1a\x1a", "\r\n\x1a\0\0\0\0", "\x1a", "\r\n\x1a\r\n"] {
        let loaded = load("student_aid", &[("学生资助.csv", format!("{text}{end}"))]);
        assert_eq!(counts(&loaded), (20, 0), "{end:?}");
        assert!(told(&loaded, "file_note").iter().any(|(message, _)| message.contains("Ctrl-Z")), "{end:?}");
        let last = loaded.totals.tables[0].skipped.get("blank");
        assert_eq!(last, None, "{end:?}");
    }
    let broken = try_load("student_aid", &[("学生资助.csv", format!("{text}\r\n善堂\x1a"))]).unwrap_err();
    assert!(broken.contains("文件在这一行中断"), "{broken}");
}

#[test]
fn utf16_without_its_mark_is_read() {
    let text = aid(0..20).join("\r\n").replace(',', "\t");
    let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let loaded =
        try_load("student_aid", &[("学生资助.txt", bytes)]).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!((counts(&loaded), loaded.totals.tables[0].encoding), ((20, 0), Some("UTF-16LE")));
}

#[test]
fn a_file_without_rows_beside_full_ones_stops() {
    let full = aid(0..20).join("\n") + "\n";
    let loaded = load("student_aid", &[("学生资助_1.csv", full), ("学生资助_2.csv", AID.to_owned() + "\n")]);
    let [(message, true)] = &told(&loaded, "empty_source")[..] else { panic!("{:?}", loaded.audits) };
    assert!(message.contains("学生资助_2.csv") && message.contains("只有表头"), "{message}");
}

#[test]
fn a_stated_total_is_held_against_people_not_against_rejected_rows() {
    let mut lines = aid(0..20);
    // Nobody stands in it, and it is no total that is known.
    lines.push("全校,,,,生活补助,625".to_owned());
    lines.push("合计,20人,,,,12500".to_owned());
    let loaded = load("student_aid", &[("学生资助.csv", lines.join("\n") + "\n")]);
    assert_eq!((counts(&loaded), told(&loaded, "stated_total")), ((20, 1), Vec::new()));
    // Somebody stands in a rejected row: he counts.
    lines[20] = format!("善堂镇中心小学,,{},2018秋,生活补助,625", id(19));
    let loaded = load("student_aid", &[("学生资助.csv", lines.join("\n") + "\n")]);
    assert_eq!((counts(&loaded), told(&loaded, "stated_total")), ((19, 2), Vec::new()));
    lines.remove(20);
    let loaded = load("student_aid", &[("学生资助.csv", lines.join("\n") + "\n")]);
    assert!(told(&loaded, "stated_total")[0].0.contains("读到的是19人"), "{:?}", loaded.audits);
}

#[test]
fn what_parts_the_columns_or_encodes_them_is_named() {
    let lines = aid(0..20);
    let parted = |by: &str| lines.join("\n").replace(',', by) + "\n";
    for (text, said) in [
        (parted("@@"), "各列之间用“@@”分隔"),
        (parted("~"), "各列之间用“~”分隔"),
        (parted("|+|"), "各列之间用“|+|”分隔"),
        (lines.iter().map(|line| format!("\"{line}\"\n")).collect(), "整个包在一对引号里"),
    ] {
        let error = try_load("student_aid", &[("学生资助.txt", text)]).unwrap_err();
        assert!(error.contains(said), "{error}");
        assert!(!error.contains(&id(0)), "{error}");
    }
    let traditional =
        "學校,姓名,身份證號,學期,受助項目,受助金額\n第一中學,陳寶山,410621200405045088,2018秋,補助,625\n";
    let big5 = encoding_rs::BIG5.encode(traditional).0.into_owned();
    let error = try_load("student_aid", &[("学生资助.csv", big5)]).unwrap_err();
    assert!(error.contains("Big5"), "{error}");
    let tabs = format!("{}\n{}\n", AID, lines[1..].join("\n").replace(',', "\t"));
    let loaded = load("student_aid", &[("学生资助.csv", tabs)]);
    assert!(
        loaded.rejects.iter().all(|row| row.reason.contains("这一行用制表符分隔")),
        "{:?}",
        loaded.rejects
    );
    let page = "<html><body><table><tr><td>用户名</td><td><input></td></tr><tr><td>密码</td></tr></table></body></html>";
    let error = try_load("student_aid", &[("学生资助.xls", page)]).unwrap_err();
    assert!(error.contains("像是登录页面"), "{error}");
}
