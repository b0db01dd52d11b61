//! Lists that are not what they stand among: people who have left, rows of templates, totals, end marks, empty files.

use bidui::testing::load::LoadedSource;

use crate::inputs_audits::{id, name, try_load};
use crate::inputs_rows::counts;

const DIBAO: &str = "县区,乡镇,村,家庭编号,户主姓名,户主身份证号,保障人口数,月保障金,起保年月,停保年月";
const AID: &str = "学校,姓名,身份证号,学期,受助项目,受助金额";

fn dibao(stop: &str) -> Vec<String> {
    dibao_of(0, stop)
}

/// A list of twenty people, other ones for every number.
fn dibao_of(number: u32, stop: &str) -> Vec<String> {
    let row =
        |at: u32| format!("浚县,善堂镇,东善堂,41062100{at:04},{},{},1,215,201603,{stop}", name(at), id(at));
    std::iter::once(DIBAO.to_owned()).chain((number * 20..number * 20 + 20).map(row)).collect()
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
    check_with_all(&[(file.to_owned(), lines.to_vec())])
}

/// What it says of several at once.
fn check_with_all(files: &[(String, Vec<String>)]) -> String {
    use crate::end_to_end::{bidui, root, text};
    let folder = tempfile::tempdir().unwrap();
    crate::inputs_folder::copy_folder(&root().join("fixtures/hebi/2018Q3"), folder.path());
    for (file, lines) in files {
        std::fs::write(folder.path().join(file), lines.join("\n") + "\n").unwrap();
    }
    let asked = bidui(&["check", "pipelines/hebi", "--data", text(folder.path()), "--quarter", "2018Q3"]);
    String::from_utf8(asked.stdout).unwrap() + &String::from_utf8(asked.stderr).unwrap()
}

/// The text of a list, whichever of the two encodings it is in.
fn text_of(list: &std::path::Path) -> String {
    let bytes = std::fs::read(list).unwrap();
    String::from_utf8(bytes)
        .unwrap_or_else(|error| encoding_rs::GB18030.decode(error.as_bytes()).0.into_owned())
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
        let blanks = if line.contains(',') { "" } else { ",,,,,,,,," };
        lines.insert(*at, format!("{line}{blanks}"));
    }
    lines
}

/// A file, the lines put into it, and what is said of them.
type HeardLines<'a> = (&'a str, &'a [(usize, &'a str)], &'a str);

/// The lines of what was said that name a file.
fn said_of<'a>(said: &'a str, file: &str) -> Vec<&'a str> {
    said.lines().filter(|line| line.contains(file)).collect()
}

#[test]
fn a_line_among_the_rows_says_of_those_below_that_they_have_left() {
    let heard: [(&[(usize, &str)], &str); 6] = [
        (&[(15, "以下为本季度停发人员：")], "第16行写着“停发”，它下面的人；里面有6条"),
        (&[(15, "二、停保人员")], "第16行写着“停保”，它下面的人；里面有6条"),
        (&[(15, "停保人员（12户）")], "第16行写着“停保”，它下面的人；里面有6条"),
        (&[(15, "已注销人员")], "第16行写着“注销”，它下面的人；里面有6条"),
        // Up to the next part, with the header once more.
        (&[(9, "二、停保人员"), (9, DIBAO), (12, "三、新增人员")], "第10行写着“停保”，它下面的人；里面有3条"),
        (&[(5, "一、在保人员"), (9, "以上人员已停保")], "第11行写着“停保”，它上面的人；里面有4条"),
    ];
    let unheard: [(&str, (usize, &str)); 5] = [
        ("201808", (15, "二、停保人员")),
        ("", (15, "说明：停保、死亡的不填")),
        ("", (21, "停保人员")),
        ("", (15, "停保人员另附表")),
        ("", (15, "未停保人员")),
    ];
    let mut files = Vec::new();
    for (at, (put, _)) in (0..).zip(&heard) {
        files.push((format!("农村低保_补{at}.csv"), with_lines(dibao_of(at, ""), put)));
    }
    for (at, (stop, put)) in (6..).zip(unheard) {
        files.push((format!("农村低保_补{at}.csv"), with_lines(dibao_of(at, stop), &[put])));
    }
    let said = check_with_all(&files);
    for (at, (_, told)) in heard.iter().enumerate() {
        let lines = said_of(&said, &format!("农村低保_补{at}.csv"));
        let whole = format!("{told}没有写明已经停止");
        assert!(lines.iter().any(|line| line.contains(&whole)), "{told}: {lines:?}");
    }
    for (at, (_, put)) in (6..).zip(unheard) {
        let lines = said_of(&said, &format!("农村低保_补{at}.csv"));
        assert!(!lines.iter().any(|line| line.contains("没有写明已经停止")), "{put:?}: {lines:?}");
    }
}

#[test]
fn what_nothing_understands_is_shown_and_ordinary_words_are_not() {
    let of = |at: u32, put: &[(usize, &str)]| with_lines(dibao_of(at, ""), put);
    let shown: [HeardLines<'_>; 5] = [
        ("农村低保_0.csv", &[(0, "淇县农村低保历年累计名单")], "第1行“淇县农村低保历年累计名单”"),
        ("农村低保_1.csv", &[(21, "注：标红的另有处理")], "第22行“注：标红的另有处理”"),
        ("农村低保_2.csv", &[(21, "★另有处理")], "第22行“★另有处理”"),
        ("农村低保_信访.csv", &[], "文件名“农村低保_信访”"),
        ("农村低保_4.csv", &[(21, "Some rows were not fetched")], "第22行“Some rows were not fetched”"),
    ];
    let usual: [&[(usize, &str)]; 3] = [
        &[(0, "浚县2018年第三季度农村低保对象花名册"), (1, "填报单位（盖章）：善堂镇人民政府 2018年9月30日")],
        &[(21, "制表人：罗德合  审核人：李四"), (21, "以下空白")],
        &[(21, "合计：20人"), (21, "第1页 共1页")],
    ];
    let mut files: Vec<(String, Vec<String>)> =
        (0..).zip(&shown).map(|(at, (file, put, _))| ((*file).to_owned(), of(at, put))).collect();
    files.extend((5..).zip(usual).map(|(at, put)| (format!("农村低保_{at}.csv"), of(at, put))));
    let said = check_with_all(&files);
    for (file, _, told) in shown {
        let lines = said_of(&said, file);
        assert!(
            lines.iter().any(|line| line.contains("没有理会的话") && line.contains(told)),
            "{told}: {lines:?}"
        );
    }
    for at in 5..8 {
        let lines = said_of(&said, &format!("农村低保_{at}.csv"));
        assert!(!lines.iter().any(|line| line.contains("没有理会的话")), "{at}: {lines:?}");
    }
}

#[test]
fn a_list_of_heads_alone_is_told_by_what_its_rows_say_of_their_people() {
    use crate::end_to_end::root;
    let list = root().join("fixtures/hebi/2018Q3/农村低保_淇县.csv");
    let whole = text_of(&list);
    // Columns of members are emptied but for the heads', and in another copy nothing is.
    let header = whole.lines().find(|line| line.contains("成员姓名1")).unwrap();
    let of_members: Vec<bool> = header.split(',').map(|cell| cell.starts_with("成员")).collect();
    let emptied = |line: &str| {
        let cells = line.split(',').zip(of_members.iter().chain(std::iter::repeat(&false)));
        cells.map(|(cell, member)| if *member { "" } else { cell }).collect::<Vec<_>>().join(",")
    };
    let heads = |line: &str| if line == header { line.to_owned() } else { emptied(line) };
    let lines = |of: &dyn Fn(&str) -> String| whole.lines().map(of).collect::<Vec<_>>();
    let told = |lines: Vec<String>| {
        let said = check_with_all(&[("农村低保_淇县.csv".to_owned(), lines)]);
        said.lines().any(|line| line.contains("名单没有列出全部的人") && line.contains("农村低保_淇县.csv"))
    };
    assert!(told(lines(&heads)), "heads alone");
    assert!(!told(lines(&str::to_owned)), "everybody");
}

#[test]
fn headers_of_two_amounts_that_are_swapped_in_one_county_are_told() {
    use crate::end_to_end::root;
    let list = root().join("fixtures/hebi/2018Q3/医保参保_淇县.csv");
    let whole = text_of(&list);
    let swapped =
        whole.replace("个人缴费金额", "甲").replace("资助金额", "个人缴费金额").replace("甲", "资助金额");
    assert_ne!(whole, swapped);
    let told = |text: &str| {
        let lines = text.lines().map(str::to_owned).collect();
        check_with_all(&[("医保参保_淇县.csv".to_owned(), lines)]).contains("在淇县多半写反了")
    };
    assert!(told(&swapped));
    assert!(!told(&whole));
}

#[test]
fn a_list_that_broke_off_holds_what_rests_on_who_is_missing() {
    use crate::end_to_end::{bidui, root, text};
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    crate::inputs_folder::copy_folder(&root().join("fixtures/hebi/2018Q3"), &data);
    let list = data.join("农村低保_淇县.csv");
    let whole = text_of(&list);
    let mut lines: Vec<&str> = whole.lines().take_while(|line| !line.contains("合 计")).collect();
    lines.pop();
    lines.push("导出异常：ORA-01555: 快照过旧");
    std::fs::write(&list, lines.join("\n") + "\n").unwrap();
    let out = folder.path().join("out");
    let run = bidui(&[
        "run",
        "pipelines/hebi",
        "--quarter",
        "2018Q3",
        "--data",
        text(&data),
        "--out",
        text(&out),
        "--no-progress",
    ]);
    let said = String::from_utf8(run.stdout).unwrap() + &String::from_utf8(run.stderr).unwrap();
    let said = crate::end_to_end::with_notices(&said);
    let held = said.lines().find(|line| line.contains("淇县的农村低保自己写着没有导完"));
    assert!(held.is_some_and(|line| line.contains("R06")), "{said}");
}

#[test]
fn people_who_are_not_yet_on_a_list_or_get_nothing_are_told() {
    let titles = [
        "拟纳入低保对象公示名单",
        "低保待审批人员名单",
        "低保金发放失败人员名单",
        "低保动态调整减少人员名单",
        "低保外出失联人员名单",
        "低保劝退人员花名册",
    ];
    let titled = |(at, title): (u32, &&str)| {
        let lines = with_lines(dibao_of(at, ""), &[(0, title)]);
        (format!("农村低保_补{at}.csv"), lines)
    };
    let mut files: Vec<(String, Vec<String>)> = (0..).zip(&titles).map(titled).collect();
    let insured = |from: u32, title: &str| {
        let row = |at: u32| format!("浚县,善堂镇,东善堂,{},{},2018", name(at), id(at));
        let head = "县,乡镇,村,姓名,身份证号,参保年度".to_owned();
        [vec![format!("{title},,,,,"), head], (from..from + 20).map(row).collect()].concat()
    };
    files.push(("医保参保_补0.csv".to_owned(), insured(0, "以下人员未缴费（未参保）")));
    files.push(("医保参保_补1.csv".to_owned(), insured(20, "参保人员")));
    let said = check_with_all(&files);
    for (at, title) in titles.iter().enumerate() {
        let lines = said_of(&said, &format!("农村低保_补{at}.csv"));
        let told = |line: &&str| line.contains("的标题写着") && line.contains("有20条没有写明已经停止");
        assert!(lines.iter().any(told), "{title}: {lines:?}");
    }
    let (unpaid, paid) = (said_of(&said, "医保参保_补0.csv"), said_of(&said, "医保参保_补1.csv"));
    assert!(unpaid.iter().any(|line| line.contains("标题写着“未缴费”")), "{unpaid:?}");
    assert!(!paid.iter().any(|line| line.contains("没有写明已经停止")), "{paid:?}");
}

#[test]
fn a_term_that_is_two_is_none() {
    let mut lines = aid(0..20);
    for (at, term) in [(3, "2018春、2018秋"), (7, "2017秋-2018春"), (11, "2018秋转2019春")] {
        lines[at] = lines[at].replace("2018秋", term);
    }
    let loaded = load("student_aid", &[("学生资助.csv", lines.join("\n") + "\n")]);
    let rows: Vec<u32> = loaded.rejects.iter().map(|reject| reject.row).collect();
    assert_eq!(rows, [4, 8, 12], "{:?}", loaded.rejects);
    assert_eq!(loaded.records.keys.len(), 17);
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

#[test]
fn what_a_note_says_of_the_amounts_is_heard_like_a_title() {
    let try_with = |file: &str, put: &[(usize, &str)]| {
        let text = with_lines(dibao(""), put).join("\n") + "\n";
        try_load("dibao", &[(file, text)]).map_err(|error| error.to_string())
    };
    for (file, put, said) in [
        ("农村低保_补.csv", Some("注：以上金额单位为万元"), "表里的说明写着“单位：万元”"),
        ("农村低保_补.csv", Some("金额单位：万元"), "表里的说明写着“单位：万元”"),
        ("农村低保_补.csv", Some("说明：保障金为全年金额"), "写着“全年金额”，“月保障金”却是一个月的"),
        ("农村低保_浚县(金额单位万元).csv", None, "文件名写着“单位：万元”"),
    ] {
        let put: Vec<(usize, &str)> = put.map(|line| (21, line)).into_iter().collect();
        let told = try_with(file, &put).err().unwrap_or_default();
        assert!(told.contains(said), "{said}: {told}");
    }
    assert!(try_with("农村低保_补.csv", &[(21, "注：以上金额单位为元")]).is_ok());
}

#[test]
fn a_list_that_says_that_it_is_cut_is_told() {
    let with = |line: &str| {
        let mut lines = aid(0..40);
        lines.push(format!("{line},,,,,"));
        told(&load("student_aid", &[("学生资助.csv", lines.join("\n") + "\n")]), "stated_total")
    };
    for (line, said, stops) in [
        ("数据量过大，仅导出前300条", "写着“仅导出”：这份名单可能不全", false),
        ("第1页 共40页", "写着第1页、共40页，后面没有别的页", false),
        ("共12000条记录", "写着共12000条，读到的是40条", true),
        ("总记录数：12000", "写着共12000条，读到的是40条", true),
        ("当前显示1-300条，共12000条", "写着共12000条，读到的是40条", true),
        ("注：本表仅列出部分人员，其余见附件2", "这份名单可能不全", false),
        ("未完待续", "写着“待续”", false),
    ] {
        let found = with(line);
        let heard = |(message, blocking): &(String, bool)| message.contains(said) && *blocking == stops;
        assert!(found.iter().any(heard), "{line}: {found:?}");
    }
    for line in ["共40条记录", "第1页 共1页", "总记录数：40"] {
        assert!(with(line).is_empty(), "{line}: {:?}", with(line));
    }
}

#[test]
fn lists_of_later_or_mixed_periods_are_told() {
    let heard: [HeardLines; 6] = [
        ("a", &[(0, "浚县2018年第四季度农村低保对象花名册")], "第1行的标题写的是2018年第四季度，晚于本期"),
        ("b", &[(0, "2019年第一季度农村低保")], "第1行的标题写的是2019年第一季度，晚于本期"),
        ("c", &[(0, "浚县2018年12月农村低保对象花名册")], "第1行的标题写的是2018年12月，晚于本次运行的"),
        ("d_2018年12月", &[], "的文件名写的是2018年12月，晚于本次运行的"),
        ("e", &[(11, "淇县2018年第二季度农村低保对象花名册")], "第12行写着它下面是2018年第二季度的名单"),
        (
            "f",
            &[(21, "填报日期：2018年10月2日 数据截止2018年3月31日")],
            "第22行写着导出或截止的日期是2018年3月31日，早于本期",
        ),
    ];
    let unheard: [(&str, &[(usize, &str)]); 4] = [
        ("g_20181008", &[]),
        ("h", &[(0, "浚县2018年9月农村低保对象花名册 制表日期：2018-12-31")]),
        ("i", &[(21, "制表日期：2018年10月8日")]),
        ("j", &[(11, "2017年新增对象名单")]),
    ];
    let all =
        heard.iter().map(|(name, put, _)| (name, put)).chain(unheard.iter().map(|(name, put)| (name, put)));
    let files: Vec<(String, Vec<String>)> = (0..)
        .zip(all)
        .map(|(at, (name, put))| (format!("农村低保_{name}.csv"), with_lines(dibao_of(at, ""), put)))
        .collect();
    let said = check_with_all(&files);
    for (name, _, told) in heard {
        let lines = said_of(&said, &format!("农村低保_{name}.csv"));
        assert!(lines.iter().any(|line| line.contains(told)), "{told}: {lines:?}");
    }
    for (name, _) in unheard {
        let lines = said_of(&said, &format!("农村低保_{name}.csv"));
        let others = ["晚于本", "早于本期", "写着它下面是"];
        assert!(!lines.iter().any(|line| others.iter().any(|words| line.contains(words))), "{lines:?}");
    }
}

#[test]
fn reasons_without_a_day_and_impossible_days_are_told() {
    let mut lines: Vec<String> = dibao("").iter().map(|line| format!("{line},")).collect();
    lines[0] += "停保原因";
    lines[4] += "死亡";
    lines[8] += "户籍迁出";
    lines[12] += "无";
    lines[16] = lines[16].replace("201603,,", "201603,201808,死亡");
    let day = |at: u32| match at {
        3 => "2018-12-05",
        7 => "1950-01-01",
        _ => "2018-08-01",
    };
    let row = |at: u32| format!("{},{},{},浚县", name(at), id(at), day(at));
    let head = std::iter::once("姓名,身份证号,死亡日期,县区".to_owned());
    let deaths = head.chain((0..20).map(row)).collect();
    let said =
        check_with_all(&[("农村低保_补.csv".to_owned(), lines), ("死亡人员_补.csv".to_owned(), deaths)]);
    assert!(said.contains("有2条写了“停保原因”（") && said.contains("却没有写明已经停止"), "{said}");
    let told = "有2条的“死亡日期”不可能（晚于2018年第3季度一个月以上1条，不晚于出生1条；例如第5行）";
    assert!(said.contains(told), "{said}");
}

#[test]
fn what_a_page_says_around_its_table_is_heard_like_titles_and_notes() {
    let page = |number: u32, (above, below): (&str, &str)| {
        let cells = |line: &str| format!("<tr><td>{}</td></tr>", line.replace(',', "</td><td>"));
        let rows: String = dibao_of(number, "").iter().map(|line| cells(line)).collect();
        format!("<html><body><div>{above}</div><table>{rows}</table><div>{below}</div></body></html>")
    };
    let files = |number: u32, around| (format!("农村低保_补{number}.xls"), vec![page(number, around)]);
    let pager = "共 <b>3</b> 页 到第 <input value='1'/> 页 每页 10 条 <a>下一页</a>";
    let said = check_with_all(&[
        files(1, ("低保查询", pager)),
        files(2, ("2018年第3季度停发人员名单", "")),
        files(3, ("浚县农村低保名单", "以上人员已停保")),
        files(4, ("浚县农村低保名单", "<p hidden>停发人员</p><select><option>停发人员</select>")),
    ]);
    let about = |file: &str, words: &str| said_of(&said, file).iter().any(|line| line.contains(words));
    assert!(about("农村低保_补1.xls", "写着第1页、共3页，后面没有别的页：这份名单可能不全"), "{said}");
    assert!(about("农村低保_补2.xls", "停发"), "{said}");
    assert!(about("农村低保_补3.xls", "停保"), "{said}");
    assert!(!about("农村低保_补4.xls", "停发"), "{said}");
}

#[test]
fn the_caption_of_a_table_in_a_page_is_heard_like_a_title() {
    let page = |number: u32, caption: &str| {
        let lines = dibao_of(number, "");
        let rows: Vec<String> = lines
            .iter()
            .map(|line| format!("<tr><td>{}</td></tr>", line.replace(',', "</td><td>")))
            .collect();
        format!("<html><body><table><caption>{caption}</caption>{}</table></body></html>", rows.concat())
    };
    let files =
        |number: u32, caption: &str| (format!("农村低保_补{number}.xls"), vec![page(number, caption)]);
    let said = check_with_all(&[
        files(1, "2018年第3季度<b>停发人员</b>名单"),
        files(2, "浚县农村低保名单(单位：万元)"),
        files(3, "浚县农村低保名单"),
    ]);
    let about = |file: &str, words: &str| said_of(&said, file).iter().any(|line| line.contains(words));
    assert!(about("农村低保_补1.xls", "的工作表名写着“停发”"), "{said}");
    assert!(said.contains("工作表名写着“单位：万元”"), "{said}");
    assert!(!about("农村低保_补3.xls", "写着"), "{said}");
}

#[test]
fn a_list_that_broke_off_or_lacks_rows_is_told_however_its_end_says_it() {
    let with = |line: &str| {
        let mut lines = aid(0..40);
        lines.push(format!("{line},,,,,"));
        told(&load("student_aid", &[("学生资助.csv", lines.join("\n") + "\n")]), "stated_total")
    };
    for line in
        ["导出异常：ORA-01555", "查询超时", "java.lang.OutOfMemoryError: Java heap space", "导出失败，请重试"]
    {
        assert!(
            with(line).iter().any(|(said, _)| said.contains("这份名单可能不全")),
            "{line}: {:?}",
            with(line)
        );
    }
    for line in [
        "已选择2900行。",
        "2900 rows selected.",
        "(2900 rows)",
        "总数：2900",
        "共 2900 项",
        "本次导出2900条数据",
    ] {
        assert!(with(line).iter().any(|(said, _)| said.contains("2900条")), "{line}: {:?}", with(line));
    }
    for line in ["已选择40行。", "40 rows selected.", "(40 rows)", "总数：40"] {
        assert!(with(line).is_empty(), "{line}: {:?}", with(line));
    }
}
