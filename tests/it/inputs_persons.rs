//! Cells that do not say who somebody is, when born, how many, or whether somebody has left.

use arrow::array::{Array as _, AsArray as _};
use bidui::testing::load::LoadedSource;

use crate::inputs_audits::{INSURED, check, id, insured, name, try_load};

const DIBAO: &str =
    "县区,乡镇,村,家庭编号,户主姓名,户主身份证号,类别,保障人口数,月保障金,起保年月,停保年月,停保原因";

/// A list of forty pupils; some are called otherwise.
fn pupils(called: &[(u32, &str)]) -> LoadedSource {
    let mut rows = String::from("学校,姓名,身份证号,学期,受助项目,受助金额\n");
    for at in 0..40 {
        let other = called.iter().find(|(of, _)| *of == at).map(|(_, name)| (*name).to_owned());
        rows += &format!("第一中学,{},{},2018秋,补助,625\n", other.unwrap_or_else(|| name(at)), id(at));
    }
    try_load("student_aid", &[("学生资助.csv", rows)]).unwrap()
}

fn said(loaded: &LoadedSource, audit: &str) -> Vec<String> {
    let found = loaded.audits.iter().filter(|one| one.audit == audit);
    found.map(|one| one.message.clone()).collect()
}

#[test]
fn names_in_bytes_of_another_encoding_and_words_for_nobody_are_no_names() {
    let broken = ["鐜嬪織寮\u{FFFD}", "鐜嬪己", "锟斤拷锟斤拷", "ÍõÖ¾Ç¿"];
    let nobody = ["空挂户", "集体户", "无名氏", "待定", "户主不详", "集体户1"];
    let called: Vec<(u32, &str)> = (5..).zip(broken.into_iter().chain(nobody)).collect();
    let loaded = pupils(&called);
    let reasons: Vec<&str> = loaded.rejects.iter().map(|reject| reject.reason_code.as_str()).collect();
    assert_eq!(reasons, [["broken_name"; 4].as_slice(), &["unknown_required"; 6]].concat());
    assert!(loaded.rejects[0].reason.contains("乱码"), "{}", loaded.rejects[0].reason);
    // One character that is lost leaves a name; it is told, be it one.
    let loaded = pupils(&[(7, "张\u{FFFD}军")]);
    assert_eq!(loaded.rejects.len(), 0);
    assert!(said(&loaded, "few_unusable_names")[0].contains("有1格含有丢失的字"), "{:?}", loaded.audits);
    assert!(said(&pupils(&[(7, "王锟"), (8, "濮阳集")]), "few_unusable_names").is_empty());
}

#[test]
fn names_with_a_lost_character_or_of_somebody_who_has_left_are_told() {
    let loaded = pupils(&[
        (3, "张?"),
        (4, "李？？"),
        (5, "王□明"),
        (6, "王志强（已死亡）"),
        (7, "李四已迁出"),
        (8, "买买提…"),
        (9, "王志.."),
    ]);
    assert_eq!(loaded.rejects.len(), 0);
    let told = [said(&loaded, "unusable_names"), said(&loaded, "few_unusable_names")].concat().join("\n");
    assert!(told.contains("有5格含有丢失的字"), "{told}");
    assert!(told.contains("有2格写着死亡、停发、迁出一类的话"), "{told}");
    let nobody = [(3, "已故"), (4, "烫烫烫"), (5, "陈â€™"), (6, "长子"), (7, "同上"), (8, "（注销）")];
    assert_eq!(pupils(&nobody).rejects.len(), nobody.len(), "{:?}", pupils(&nobody).rejects);
}

#[test]
fn remarks_that_somebody_has_left_are_told() {
    let list = |remarks: &[(u32, &str)]| {
        let mut text = "学校,姓名,身份证号,学期,受助项目,受助金额,备注\n".to_owned();
        for at in 0..40 {
            let remark = remarks.iter().find(|(of, _)| *of == at).map_or("", |(_, remark)| remark);
            text += &format!("第一中学,{},{},2018秋,补助,625,{remark}\n", name(at), id(at));
        }
        said(&try_load("student_aid", &[("学生资助.csv", text)]).unwrap(), "ignored_state")
    };
    let told = list(&[(2, "2018年8月死亡"), (3, "已停发"), (4, "父亲死亡"), (5, "单亲")]);
    assert!(told[0].contains("“备注”2格"), "{told:?}");
    assert!(list(&[(4, "丈夫去世"), (5, "单亲")]).is_empty());
}

#[test]
fn tags_of_a_page_are_taken_from_names_and_counted() {
    let loaded = pupils(&[(3, "<b>王小明</b>"), (9, "李四<br/>"), (11, "张三<br>李四")]);
    let batch = loaded.records.rows.batch().unwrap();
    let names = batch.column_by_name("name").unwrap().as_string::<i32>();
    assert_eq!((names.value(3), names.value(9)), ("王小明", "李四"));
    let cells = &loaded.totals.tables[0].cells["name"];
    assert_eq!((cells.cleaned_ids, loaded.rejects[0].reason_code.as_str()), (2, "two_people"));
}

/// A list of forty households with what stands in the last four columns but one of some of them.
fn households(written: &[(u32, &str)]) -> String {
    let mut text = DIBAO.to_owned() + "\n";
    for at in 0..40 {
        let other = written.iter().find(|(of, _)| *of == at).map(|(_, cells)| *cells);
        let cells = other.unwrap_or("1,215,201603,,");
        text += &format!("浚县,善堂镇,东善堂,41062100{at:04},{},{},农村,{cells}\n", name(at), id(at));
    }
    text
}

fn dibao(written: &[(u32, &str)]) -> LoadedSource {
    try_load("dibao", &[("农村低保_浚县.csv", households(written))]).unwrap()
}

#[test]
fn an_account_number_is_no_end_and_there_are_no_fewer_people_than_none() {
    let account = "1,215,201603,6228601000000000017,";
    let loaded = dibao(&[(3, account), (5, "-1,215,201603,,"), (7, "1,215,201603,9999-12-31 00:00:00,")]);
    let warned: Vec<(u32, &str)> =
        loaded.cell_warnings.iter().map(|one| (one.row, one.reason_code.as_str())).collect();
    assert_eq!(warned, [(5, "bad_month"), (7, "negative_amount")]);
    assert_eq!(loaded.records.unknown.records("stop_month"), [3]);
    assert_eq!(loaded.records.unknown.records("members_protected"), [5]);
    assert_eq!(loaded.totals.tables[0].cells["stop_month"].no_end, 1);
}

#[test]
fn a_reason_without_an_end_leaves_open_whether_somebody_has_left() {
    let reasons = [(3, "1,215,201603,,死亡"), (9, "1,215,201603,201808,死亡"), (11, "1,215,201603,,无")];
    let (said, _) = check(&[("农村低保_浚县.csv", households(&reasons))]);
    assert!(said.contains("有1条写了“停保原因”（死亡：1条；例如第5行）"), "{said}");
    assert!(said.contains("停没停按不清楚处理"), "{said}");
    let rows = insured(|_| "2018".to_owned(), 0..30, "高村镇");
    let rows = rows.lines().enumerate().map(|(at, row)| format!("{row},{}\n", ["", "死亡"][at / 28]));
    let list = format!("{INSURED},停保原因\n{}", rows.collect::<String>());
    let (said, _) = check(&[("医保参保_淇县.csv", list)]);
    assert!(said.contains("有2条写了“停保原因”（死亡：2条；例如第30行），“参保状态”却没有"), "{said}");
}

#[test]
fn the_guardians_number_is_not_the_pupils() {
    let grown = |at: u32| id(at + 400);
    let born = |at: u32| {
        let front =
            format!("41062220{:02}{:02}{:02}{:03}", at % 10 + 4, at % 12 + 1, at % 28 + 1, at * 7 % 1000);
        crate::mutated_inputs::invented::with_check_character(&front)
    };
    let mut rows = String::from("学校,姓名,身份证号,学期,受助项目,受助金额,监护人姓名,监护人身份证号\n");
    for at in 0..40 {
        let own = if at < 3 { grown(at) } else { born(at) };
        let guardian = if at == 9 { born(at) } else { grown(at) };
        rows += &format!("第一中学,{},{own},2018秋,补助,625,{},{guardian}\n", name(at), name(at + 100));
    }
    let loaded = try_load("student_aid", &[("学生资助.csv", rows)]).unwrap();
    assert_eq!(loaded.records.unknown.records("id_number"), [0, 1, 2]);
    assert_eq!(loaded.records.unknown.records("guardian_id_number"), [9]);
    let batch = loaded.records.rows.batch().unwrap();
    let nulls = |column: &str| batch.column_by_name(column).unwrap().null_count();
    assert_eq!((nulls("id_number"), nulls("guardian_id_number")), (3, 1));
    assert_eq!(loaded.totals.tables[0].cells["id_number"].unreadable, 3);
}

#[test]
fn the_beginning_of_time_is_no_birth_date() {
    let list = |days: &[(u32, &str, bool)]| {
        let mut rows = String::from("参保年度,姓名,身份证号,出生日期,县(区),参保状态\n");
        for at in 0..200 {
            let own = id(at);
            let of_id = format!("{}-{}-{}", &own[6..10], &own[10..12], &own[12..14]);
            let (day, number) = match days.iter().find(|(of, ..)| *of == at) {
                Some((_, day, with_number)) => {
                    ((*day).to_owned(), if *with_number { own } else { String::new() })
                }
                None => (of_id, own),
            };
            rows += &format!("2018,{},{number},{day},淇县,正常参保\n", name(at));
        }
        try_load("insurance", &[("医保参保_淇县.csv", rows)]).unwrap()
    };
    let loaded = list(&[
        (3, "1970-01-01", true),
        (5, "1970-01-01", false),
        (7, "2000-01-01", true),
        // Many are really said to be born on it.
        (9, "2000-01-01", false),
        (11, "1971-01-01", true),
    ]);
    assert_eq!(loaded.records.unknown.records("birth_date"), [3, 5, 7]);
    assert_eq!(loaded.totals.tables[0].cells["birth_date"].placeholder_days, 3);
    // Whose number says the day was born on it.
    let born = crate::mutated_inputs::invented::with_check_character("41062219700101123");
    let row = format!("参保年度,姓名,身份证号,出生日期,县(区)\n2018,张三,{born},1970-01-01,淇县\n");
    let loaded = try_load("insurance", &[("医保参保_淇县.csv", row)]).unwrap();
    assert!(loaded.records.unknown.records("birth_date").is_empty());
}

#[test]
fn few_numbers_that_say_nobody_are_told() {
    let list = |damaged: u32| {
        let mut rows = insured(|_| "2018".to_owned(), 0..200, "高村镇");
        for at in 0..damaged {
            rows = rows.replacen(&id(at * 9), "13812345678", 1);
        }
        try_load("insurance", &[("医保参保_淇县.csv", format!("{INSURED}\n{rows}"))]).unwrap()
    };
    let told = said(&list(6), "few_unusable_numbers");
    assert!(told.len() == 1 && told[0].contains("有6格不能作证件号码用（占3%）：像电话号码6格"), "{told:?}");
    assert!(said(&list(3), "few_unusable_numbers").is_empty());
}

#[test]
fn few_rows_that_contradict_their_numbers_are_told() {
    let list = |others: u32| {
        let mut text = format!("{INSURED},出生日期\n");
        for at in 0..100 {
            let stated = format!("{}-{}-{}", &id(at)[6..10], &id(at)[10..12], &id(at)[12..14]);
            let day = if at < others { "1961-02-03" } else { &stated };
            text += &format!("2018,{},{},淇县,高村镇,正常参保,{day}\n", name(at), id(at));
        }
        let loaded = try_load("insurance", &[("医保参保_浚县.csv", text)]).unwrap();
        said(&loaded, "few_contradictions")
    };
    let told = list(6);
    assert!(told.len() == 1 && told[0].contains("“出生日期”有5行"), "{told:?}");
    assert!(list(1).is_empty());
}

#[test]
fn lines_of_the_list_in_the_column_of_names_are_nobody() {
    let lines = [
        "北阳镇小计（5户12人）",
        "——以下无正文——",
        "（完）",
        "审核：李四",
        "村委会（盖章）",
        "同意上报",
        "公示无异议",
        "本表结束",
        "其中：农村27户",
    ];
    for (at, line) in lines.iter().enumerate() {
        let loaded = pupils(&[(3, line)]);
        // Rejected, or left out as what it is; never somebody.
        assert_eq!(loaded.records.keys.len(), 39, "{at}: {line}");
        let told = loaded
            .rejects
            .iter()
            .map(|reject| reject.row)
            .chain(loaded.skipped.iter().map(|(_, row)| row.row));
        assert!(told.collect::<Vec<_>>().contains(&5), "{at}: {line}");
    }
}

#[test]
fn years_in_a_column_of_months_are_twelve_each() {
    let column = |cell: &str| {
        let text = format!(
            "县(市、区、旗),乡(镇),行政村,户编号,人编号,姓名,证件号码,与户主关系,务工时间(月)\n\
             浚县,善堂镇,东善堂村委会,4106210001,410621000101,{},{},户主,{cell}\n",
            name(1),
            id(1)
        );
        let loaded = try_load("registry_person", &[("建档立卡人口信息.csv", text)]).unwrap();
        let batch = loaded.records.rows.batch().unwrap();
        let months = batch.column_by_name("work_months").unwrap().clone();
        months.as_primitive::<arrow::datatypes::Int32Type>().iter().next().flatten()
    };
    assert_eq!((column("8"), column("8个月"), column("1年")), (Some(8), Some(8), Some(12)));
}
