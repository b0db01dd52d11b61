//! What officers write into cells (E8, E13 to E15, E18).

use std::collections::{BTreeMap, BTreeSet};

use bidui::Snapshot;
use jiff::civil::date;

use super::Office;

#[test]
fn e08_free_text_is_read_as_the_choice_it_means_or_told_the_nearest() {
    let office = Office::new();
    let mut book = office.book();
    book.only_list()
        .fill(1, &[("核查结果", " 不属 实。"), ("原因代码", "“死亡”")])
        .fill(2, &[("核查结果", "属实！"), ("处理措施", "１．退出")])
        .fill(3, &[("核查结果", "基本属实"), ("处理措施", "退出")])
        .fill(4, &[("核查结果", "属实"), ("处理措施", "已退出低保")])
        .fill(5, &[("核查结果", "√")]);
    let told = office.import(&[&book.save(&office.path("手写.xlsx"))], &[]);
    assert_eq!((told.code, told.total("accepted"), told.total("faulty")), (1, 2, 3), "{}", told.told());
    for part in [
        "没有“基本属实”这个选项，最接近的是“属实”",
        "最接近的是“退出”",
        "没有“√”这个选项，可选：属实、部分属实",
    ] {
        assert!(told.told().contains(part), "{part}: {}", told.told());
    }
    let answers = [1, 2].map(|row| office.answer(&book.key(row)).unwrap());
    assert_eq!((&*answers[0].verdict, &*answers[0].reason), ("不属实", "死亡"));
    assert_eq!((&*answers[1].verdict, &*answers[1].measure), ("属实", "退出"));
    assert_eq!(office.answer(&book.key(3)), None);
}

#[test]
fn e13_answers_in_cells_that_are_not_the_officers_are_told_and_not_taken() {
    let office = Office::new();
    let mut book = office.book();
    // Into the text of the finding, beside it with a proper answer, and with the keys of another row.
    book.only_list()
        .fill(1, &[("说明", "属实，已退出")])
        .answer(2, "不属实")
        .fill(2, &[("姓名", "改过的")])
        .answer(3, "不属实");
    let (key, number) = (book.key(3), book.number(4));
    book.fill(3, &[("疑点编号", &number)]);
    let told = office.import(&[&book.save(&office.path("改了.xlsx"))], &[]);
    let totals = ["accepted", "blank", "disagreeing", "changed_protected_cell"].map(|what| told.total(what));
    let rows = told.total("rows");
    assert_eq!((told.code, totals), (1, [1, rows - 2, 1, 2]), "{}", told.told());
    for part in ["下发时不是这样的格：说明", "下发时不是这样的格：姓名", "两者不是同一条"]
    {
        assert!(told.told().contains(part), "{part}: {}", told.told());
    }
    assert_eq!(office.answer(&book.key(1)), None, "it was not written where answers are");
    assert_eq!(office.answer(&book.key(2)).unwrap().verdict, "不属实", "the answer is the officer's");
    assert_eq!((office.answer(&key), office.answer(&book.key(4))), (None, None));
    assert_eq!(office.standing().len(), 1);
}

#[test]
fn e14_days_in_every_form_none_without_a_year_in_the_future_or_before_the_list() {
    let office = Office::new();
    let mut book = office.book();
    book.only_list();
    let good = [
        "2018.10.8",
        "2018/10/8",
        "20181008",
        "2018年10月8日",
        "43381",
        "２０１８-１０-０８",
        "2018-10-08 00:00:00",
    ];
    let bad = ["10月8日", "10.8", "2099-01-01", "2018-09-29", "2018年10月", "8/10/2018", "昨天"];
    let rows = book.list().rows.len() - 1;
    assert!(rows > good.len() + bad.len(), "{rows}");
    for (row, day) in (1..).zip(good.iter().chain(&bad)) {
        book.answer(row, "不属实").fill(row, &[("核查日期", day)]);
    }
    let real = good.len() + bad.len() + 1;
    book.answer(real, "不属实").fill(real, &[("核查日期", "2018-10-08")]);
    book.days = vec![(real, book.column("核查日期"))];
    let told = office.import(&[&book.save(&office.path("日期.xlsx"))], &[]);
    assert_eq!((told.total("accepted"), told.total("faulty")), (8, 7), "{}", told.told());
    for row in (1..=good.len()).chain([real]) {
        assert_eq!(office.answer(&book.key(row)).unwrap().answered_on, Some(date(2018, 10, 8)), "row {row}");
    }
    for part in
        ["没有写年份", "晚于今天", "早于这条疑点的下发（2018-09-30）", "没有写哪一日", "看不出是哪一天"]
    {
        assert!(told.told().contains(part), "{part}: {}", told.told());
    }
}

#[test]
fn e15_blank_says_nothing_and_a_word_withdraws() {
    let office = Office::new();
    let mut book = office.book();
    book.only_list().answer(1, "不属实").answer(2, "属实");
    let file = book.save(&office.path("一.xlsx"));
    assert_eq!(office.import(&[&file], &[]).ok().total("accepted"), 2);
    let mut later = office.book();
    later.only_list().fill(2, &[("核查人", "罗德合")]).fill(3, &[("核查结果", "撤回。")]);
    let told = office.import(&[&later.save(&office.path("二.xlsx"))], &[]).ok();
    assert_eq!((told.total("withdrawn"), told.total("unchanged")), (0, 1), "there is nothing to withdraw");
    assert_eq!(office.standing().len(), 2, "blank deletes nothing");
    later.fill(1, &[("核查结果", "撤回"), ("核查人", "罗德合")]).fill(3, &[("核查结果", "")]);
    let told = office.import(&[&later.save(&office.path("三.xlsx"))], &[]).ok();
    assert_eq!(told.total("withdrawn"), 1, "{}", told.told());
    assert_eq!((office.answer(&book.key(1)), office.standing().len()), (None, 1));
    // Half an answer is none, and no blank.
    later.fill(4, &[("备注", "已走访")]);
    let told = office.import(&[&later.save(&office.path("四.xlsx"))], &[]);
    assert_eq!((told.code, told.total("faulty")), (1, 1));
    assert!(told.told().contains("填了备注，没有填“核查结果”"), "{}", told.told());
}

#[test]
fn e18_an_answer_that_contradicts_itself_or_lacks_a_part_is_not_taken() {
    let office = Office::new();
    let mut book = office.book();
    book.only_list()
        .fill(1, &[("核查结果", "不属实"), ("原因代码", "死亡"), ("处理措施", "追缴")])
        .fill(2, &[("核查结果", "不属实"), ("原因代码", "死亡"), ("追缴金额（元）", "1200")])
        .fill(3, &[("核查结果", "属实"), ("处理措施", "无需处理")])
        .fill(4, &[("核查结果", "属实")])
        .fill(5, &[("核查结果", "符合实际")])
        .fill(6, &[("核查结果", "属实"), ("处理措施", "追缴"), ("追缴金额（元）", "一千二")])
        .fill(
            7,
            &[
                ("核查结果", "属实"),
                ("处理措施", "追缴"),
                ("追缴金额（元）", "1,200元"),
                ("停发月份", "2018年11月"),
            ],
        )
        .fill(8, &[("核查结果", "符合实际"), ("佐证材料", "档案盒3-12")]);
    let told = office.import(&[&book.save(&office.path("矛盾.xlsx"))], &[]);
    assert_eq!((told.code, told.total("accepted"), told.total("faulty")), (1, 2, 6), "{}", told.told());
    for part in [
        "“不属实”与处理措施“追缴”矛盾；与它相配的：无需处理",
        "“不属实”与填了“追缴金额（元）”矛盾",
        "“属实”与处理措施“无需处理”矛盾",
        "是“属实”，要填“处理措施”",
        "是“符合实际”，要填“佐证材料”",
        "写的是“一千二”，不是金额",
    ] {
        assert!(told.told().contains(part), "{part}: {}", told.told());
    }
    let told = {
        let mut other = office.book();
        let other_reason = [("核查结果", "不属实"), ("原因代码", "其他")];
        other.only_list().fill(1, &other_reason).fill(2, &other_reason).fill(2, &[("备注", "已搬走")]);
        office.import(&[&other.save(&office.path("其他.xlsx"))], &[])
    };
    assert_eq!((told.total("accepted"), told.total("faulty")), (1, 1), "{}", told.told());
    assert!(told.told().contains("原因代码是“其他”，要填“备注”"), "{}", told.told());
    let answer = office.answer(&book.key(7)).unwrap();
    assert_eq!((answer.recovered, answer.stopped_month), (Some(120_000), Some(201_811)));
    assert_eq!(office.answer(&book.key(8)).unwrap().paper, "档案盒3-12");
}

#[test]
fn only_records_that_were_taken_for_one_persons_can_be_said_to_be_several_persons() {
    let office = Office::new();
    let mut book = office.book();
    book.only_list();
    let snapshot = Snapshot::newest(&office.out()).unwrap();
    let rows = snapshot.rows("restricted/exception.parquet", |_| true).unwrap();
    let records = snapshot.rows("restricted/record.parquet", |_| true).unwrap();
    let who: BTreeMap<&str, [&str; 4]> = records
        .iter()
        .map(|row| {
            let said = ["person_id", "source", "id_number", "name"].map(|column| row.get(column));
            (row.get("record_id"), said)
        })
        .collect();
    let links = snapshot.rows("restricted/link.parquet", |row| row.get("decision") == "review").unwrap();
    let doubtful: BTreeSet<[&str; 2]> = links
        .iter()
        .flat_map(|row| {
            let [left, right] = ["left_record_id", "right_record_id"].map(|column| row.get(column));
            [[left, right], [right, left]]
        })
        .collect();
    let may_be_apart = |a: &str, b: &str| {
        let (Some([person, source, number, name]), Some(other)) = (who.get(a), who.get(b)) else {
            return false;
        };
        let differ = *source != other[1] || (*number, *name) != (other[2], other[3]);
        *person == other[0] && differ || doubtful.contains(&[a, b])
    };
    let separable = |key: &str| {
        let row = rows.iter().find(|row| row.get("listed_id") == &key[1..]).unwrap();
        let ids: Vec<&str> = row.get("evidence_record_ids").split(';').filter(|id| !id.is_empty()).collect();
        (0..ids.len()).any(|at| ids[at + 1..].iter().any(|other| may_be_apart(ids[at], other)))
    };
    let all: Vec<usize> = (1..book.list().rows.len()).collect();
    let (may, may_not): (Vec<usize>, Vec<usize>) =
        all.into_iter().partition(|&row| separable(&book.key(row)));
    assert!(!may.is_empty() && !may_not.is_empty(), "{} and {}", may.len(), may_not.len());
    for &row in may.iter().chain(&may_not) {
        book.fill(row, &[("核查结果", "不是同一人"), ("原因代码", "重名或串号")]);
    }
    let told = office.import(&[&book.save(&office.path("不是同一人.xlsx"))], &[]);
    let totals = ["accepted", "faulty"].map(|what| told.total(what));
    assert_eq!(totals, [may.len() as u64, may_not.len() as u64], "{}", told.told());
    assert!(told.told().contains("没有把几条记录认作一个人"), "{}", told.told());
    assert!(office.answer(&book.key(may[0])).is_some() && office.answer(&book.key(may_not[0])).is_none());
    // The page of the township says the same of each row.
    let page = std::fs::read_to_string(office.list("2018Q3").with_extension("html")).unwrap();
    for (rows, one) in [(&may, false), (&may_not, true)] {
        for &row in rows {
            let at = page.find(&format!("data-k=\"{}\"", book.key(row))).unwrap();
            let begin = page[..at].rfind("<tr").unwrap();
            assert_eq!(page[begin..at].contains("data-one"), one, "row {row}");
        }
    }
    let without = office.import(
        &[&{
            let mut book = office.book();
            book.only_list().fill(may[0], &[("核查结果", "不是同一人")]);
            book.save(&office.path("没有原因.xlsx"))
        }],
        &[],
    );
    assert!(without.told().contains("要填“原因代码”"), "{}", without.told());
}
