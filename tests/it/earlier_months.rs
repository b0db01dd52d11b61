//! Lists that hold their own month alone: what rules ask of the months before comes from the publications before.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use bidui::testing::config::Pipeline;
use bidui::testing::publication::snapshot::Snapshot;
use bidui::testing::publication::table_reader::{TableRow, read_rows};
use bidui::testing::rules::rule_set::RuleSet;
use bidui::testing::trial::{TrialPlan, try_rules};

use crate::departments::copy;
use crate::end_to_end::{bidui, book_parts, key, ok, root, text, with_notices};
use crate::inputs_folder::copy_folder;
use crate::mutated_inputs::invented::with_check_character;

const PIPELINE: &str = "pipelines/longan-2025";
const EAST: (&str, &str) = ("云梯县,云梯镇,青岩村", "529721");
const WEST: (&str, &str) = ("石桥县,石桥镇,石桥村", "529722");

/// What somebody paid in a month, or that he worked then.
#[derive(Clone, Copy)]
struct Entry {
    place: (&'static str, &'static str),
    name: &'static str,
    month: i32,
    paid: u32,
}

fn number((_, county): (&str, &str), name: &str) -> String {
    let order = name.chars().map(|c| c as u32).sum::<u32>() % 900;
    with_check_character(&format!("{county}19700101{:03}", 100 + order))
}

/// The months from one to another, both counted.
fn months(first: i32, last: i32) -> Vec<i32> {
    let index = |month: i32| month / 100 * 12 + month % 100 - 1;
    (index(first)..=index(last)).map(|at| at / 12 * 100 + at % 12 + 1).collect()
}

/// All bills there ever were: a small one of each county every month, and those that count.
fn bills() -> Vec<Entry> {
    let mut all = Vec::new();
    for month in months(202_402, 202_503) {
        all.push(Entry { place: EAST, name: "钱二", month, paid: 10 });
        all.push(Entry { place: WEST, name: "孙三", month, paid: 20 });
    }
    for (place, name, month, paid) in [
        (EAST, "马东", 202_404, 3000),
        (EAST, "马东", 202_502, 1500),
        (EAST, "马东", 202_503, 1000),
        (WEST, "孙三", 202_406, 9000),
        // In no list but this one, and in this one never again.
        (EAST, "赵六", 202_502, 30_000),
        // Twice as much would be a finding.
        (EAST, "李四", 202_502, 3000),
    ] {
        all.push(Entry { place, name, month, paid });
    }
    all
}

fn work() -> Vec<Entry> {
    let mut all = Vec::new();
    for month in months(202_408, 202_503) {
        all.push(Entry { place: EAST, name: "钱二", month, paid: 2800 });
        all.push(Entry { place: WEST, name: "周五", month, paid: 2800 });
    }
    all.push(Entry { place: EAST, name: "李四", month: 202_411, paid: 2800 });
    all
}

/// Writes the lists of a month; without bills or work the list does not come.
fn write_lists(folder: &Path, period: &str, bills: &[Entry], work: &[Entry]) -> PathBuf {
    let data = folder.join(period);
    // A list of the very bytes of the month before is refused.
    let number_of_month: u32 = period[5..].parse().unwrap();
    std::fs::create_dir_all(&data).unwrap();
    let mut household = "县,乡镇,村,户编号,户主姓名,户主证件号码,户类型,监测对象识别时间,主要返贫致贫风险,风险是否已消除,\
                         风险消除时间,风险消除方式,是否整户无劳动力,家庭人口,人均纯收入,帮扶措施,首次落实帮扶措施时间,饮水是否安全,\
                         帮扶责任人,联系电话\n"
        .to_owned();
    let mut person =
        "县,乡镇,村,户编号,人编号,姓名,性别,证件号码,与户主关系,健康状况,劳动技能,务工时间,人员状态\n"
            .to_owned();
    let mut low =
        "县,乡镇,村,家庭编号,姓名,身份证号,与户主关系,低收入人口类别,城乡类别,纳入年月,家庭人口数,月人均收入,月救助金额\n".to_owned();
    let registered = [
        (EAST, "马东", 0),
        (EAST, "钱二", number_of_month),
        (EAST, "李四", 6),
        (WEST, "孙三", 6),
        (WEST, "吴九", 0),
    ];
    for (at, (place, name, worked)) in (1..).zip(registered) {
        let (of, id) = (place.0, number(place, name));
        let income = 20_000 + number_of_month;
        household += &format!("{of},{at},{name},{id},脱贫户,,,,,,否,1,{income},,,是,丁一,13900000000\n");
        person += &format!("{of},{at},{at}1,{name},男,{id},户主,健康,普通劳动力,{worked},正常\n");
    }
    for (place, name) in [(EAST, "郑七"), (WEST, "冯八")] {
        let id = number(place, name);
        low += &format!(
            "{},{name},{name},{id},户主,低保,农村,202401,1,{},300\n",
            place.0,
            400 + number_of_month
        );
    }
    let mut burden = "县,乡镇,村,姓名,身份证号,结算年月,就医类别,医疗总费用(元),个人自付(元)\n".to_owned();
    for one in bills {
        let id = number(one.place, one.name);
        burden +=
            &format!("{},{},{id},{},住院,{},{}\n", one.place.0, one.name, one.month, one.paid * 3, one.paid);
    }
    let mut working = "县,乡镇,村,姓名,身份证号,就业年月,就业形式,用工单位,月工资(元)\n".to_owned();
    for one in work {
        let id = number(one.place, one.name);
        working += &format!("{},{},{id},{},务工,县工业园,{}\n", one.place.0, one.name, one.month, one.paid);
    }
    for (file, text, comes) in [
        ("监测系统户信息.csv", &household, true),
        ("监测系统人口信息.csv", &person, true),
        ("低收入人口.csv", &low, true),
        ("医疗费用负担.csv", &burden, !bills.is_empty()),
        ("就业监测.csv", &working, !work.is_empty()),
    ] {
        if comes {
            std::fs::write(data.join(file), text).unwrap();
        }
    }
    data
}

/// The entries of these months.
fn of(all: &[Entry], months: &[i32]) -> Vec<Entry> {
    all.iter().copied().filter(|one| months.contains(&one.month)).collect()
}

/// A folder for runs that share their keys.
struct Runs {
    folder: tempfile::TempDir,
    key: PathBuf,
}

impl Runs {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let key = key(folder.path());
        Self { folder, key }
    }

    fn out(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs a month with the entries of these months, bills and work.
    fn run(&self, out: &str, period: &str, lists: [&[i32]; 2], more: &[&str]) -> String {
        let data = self.folder.path().join(format!("{out}-data"));
        let data = write_lists(&data, period, &of(&bills(), lists[0]), &of(&work(), lists[1]));
        self.run_over(out, period, &data, more)
    }

    fn run_over(&self, out: &str, period: &str, data: &Path, more: &[&str]) -> String {
        let out = self.out(out);
        let words = ["run", PIPELINE, "--period", period, "--data", text(data), "--out", text(&out)];
        ok(&[&words[..], &["--key-file", text(&self.key)], more].concat())
    }

    fn publication(&self, out: &str, period: &str) -> PathBuf {
        self.out(out).join(period).join("latest")
    }

    fn exceptions(&self, out: &str, period: &str) -> Vec<TableRow> {
        read_rows(&self.publication(out, period).join("restricted/exception.parquet"), |_| true).unwrap()
    }

    /// Rule, subject and first sentence of what is open and was found this period.
    fn found(&self, out: &str, period: &str) -> BTreeSet<[String; 3]> {
        let rows = self.exceptions(out, period).into_iter();
        let open = rows.filter(|row| row.get("resolved_in").is_empty() && row.get("checked") == "1");
        let sentence = |text: &str| text.split('。').next().unwrap_or_default().to_owned();
        open.map(|row| ["rule_code", "subject_id", "message"].map(|name| sentence(row.get(name)))).collect()
    }

    fn manifest(&self, out: &str, period: &str) -> serde_json::Value {
        let file = self.publication(out, period).join("manifest.json");
        serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap()
    }

    /// Why places lack a part of a list, by code.
    fn lacked(&self, out: &str, period: &str, source: &str) -> Vec<(String, String)> {
        let manifest = self.manifest(out, period);
        let sources = manifest["sources"].as_array().unwrap();
        let one = sources.iter().find(|one| one["source"] == source).unwrap();
        let places = one["lacked"].as_array().into_iter().flatten();
        let word = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        places.map(|place| (word(&place["code"]), word(&place["why"]))).collect()
    }

    /// Whether a publication has rows of earlier ones.
    fn has_earlier(&self, out: &str, period: &str, source: &str) -> bool {
        self.publication(out, period).join(format!("restricted/view/{source}_earlier.parquet")).is_file()
    }
}

/// Workbooks in a folder and those below it.
fn books(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let of = |path: PathBuf| match path.is_dir() {
        true => books(&path),
        false => Vec::from_iter(path.extension().is_some_and(|end| end == "xlsx").then_some(path)),
    };
    entries.flat_map(of).collect()
}

/// The months up to this one that the bills and the work of a whole list are of.
fn whole(last: i32) -> [Vec<i32>; 2] {
    let all = months(202_402, last);
    [all[all.len() - 12..].to_vec(), all[all.len() - 6..].to_vec()]
}

fn both(months: &[Vec<i32>; 2]) -> [&[i32]; 2] {
    [&months[0], &months[1]]
}

#[test]
fn lists_of_one_month_each_find_what_a_list_of_all_months_finds() {
    let runs = Runs::new();
    for (period, last) in [("2025M01", 202_501), ("2025M02", 202_502), ("2025M03", 202_503)] {
        runs.run("whole", period, both(&whole(last)), &[]);
        assert!(
            !runs.has_earlier("whole", period, "medical_burden"),
            "{period}: nothing is asked of earlier ones"
        );
        assert!(runs.lacked("whole", period, "medical_burden").is_empty(), "{period}");
    }
    let found = runs.found("whole", "2025M03");
    let of_rule = |code: &str| found.iter().filter(|one| one[0] == code).count();
    assert_eq!([of_rule("M01"), of_rule("M02"), of_rule("M35")], [2, 1, 1], "{found:?}");

    runs.run("single", "2025M01", both(&whole(202_501)), &[]);
    runs.run("single", "2025M02", [&[202_502], &[202_502]], &[]);
    copy_folder(&runs.out("single"), &runs.out("twice"));
    copy_folder(&runs.out("single"), &runs.out("buckets"));
    runs.run("single", "2025M03", [&[202_503], &[202_503]], &[]);
    assert_eq!(runs.found("single", "2025M03"), found);
    assert!(runs.lacked("single", "2025M03", "medical_burden").is_empty());
    assert!(runs.lacked("single", "2025M03", "employment").is_empty());
    // The evidence of what is in no list of the month says so.
    let rows = runs.exceptions("single", "2025M03");
    let farmer = rows.iter().find(|row| row.get("rule_code") == "M02").unwrap();
    assert!(farmer.get("evidence_record_ids").starts_with("medical_burden:"));
    assert_eq!(farmer.get("county_code"), "529721");
    // Nobody asked now whether the registry has him under another number.
    assert_eq!(farmer.get("in_review"), "1");
    let lists = books(&runs.publication("single", "2025M03").join("lists"));
    assert!(lists.iter().any(|list| book_parts(list).concat().contains("赵六")), "whom the list is about");

    // A month that comes a second time is counted once.
    runs.run("twice", "2025M03", [&[202_502, 202_503], &[202_502, 202_503]], &[]);
    assert_eq!(runs.found("twice", "2025M03"), found);

    // In buckets the same bytes.
    runs.run("buckets", "2025M03", [&[202_503], &[202_503]], &["--memory", "1GB"]);
    for file in [
        "restricted/exception.parquet",
        "restricted/view/medical_burden_earlier.parquet",
        "tables/fact_exception.parquet",
    ] {
        let bytes = |out: &str| std::fs::read(runs.publication(out, "2025M03").join(file)).unwrap();
        assert!(bytes("single") == bytes("buckets"), "{file}");
    }

    // Another engine over what was published finds the same.
    let python = root().join(".venv/bin/python");
    assert!(
        python.is_file(),
        "run the tests through scripts/test.sh: it installs the second reader into .venv"
    );
    let mut command = Command::new(python);
    command.arg(root().join("scripts/rules_in_duckdb.py")).arg("publication").arg(root().join(PIPELINE));
    command.arg(runs.publication("single", "2025M03")).arg("--previous");
    let output = command.arg(runs.publication("single", "2025M02")).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));

    // Rules that are tried over the publication read what it kept.
    let pipeline = Pipeline::open(&root().join(PIPELINE)).unwrap();
    let rules = RuleSet::load(&pipeline).unwrap();
    let codes = ["M01", "M02", "M34", "M35"].map(str::to_owned).to_vec();
    let publication = Snapshot::open(&runs.publication("single", "2025M03")).unwrap();
    let tried = try_rules(&TrialPlan { pipeline, rules, codes, publication, previous: None }).unwrap();
    assert_eq!(tried.len(), 4);
    for one in tried {
        assert!(one.not_run.is_none() && one.gained.is_empty() && one.lost.is_empty(), "{one:?}");
    }
}

#[test]
fn a_month_that_nobody_tells_holds_what_rests_on_it_and_closes_nothing() {
    let runs = Runs::new();
    runs.run("out", "2025M01", both(&whole(202_501)), &[]);
    // In February the lists do not come.
    runs.run("out", "2025M02", [&[], &[]], &[]);
    assert!(runs.has_earlier("out", "2025M02", "medical_burden"), "what is known goes on");
    let summary = runs.run("out", "2025M03", [&[202_503], &[202_503]], &[]);
    let said = with_notices(&summary);
    for words in [
        "“医疗费用负担”要看近12个月，云梯县、石桥县缺2025年2月",
        "“就业监测”要看近6个月，云梯县、石桥县缺2025年2月",
    ] {
        assert!(said.contains(words), "{words}\n{said}");
    }
    let absent = |county: &str| (county.to_owned(), "months_absent".to_owned());
    for source in ["medical_burden", "employment"] {
        assert_eq!(runs.lacked("out", "2025M03", source), [absent("529721"), absent("529722")], "{source}");
    }
    // A sum that is reached without the month stands; who worked in it may not be told not to have worked.
    let of_windows = ["M01", "M02", "M34", "M35"];
    let rules = |period: &str| -> Vec<String> {
        let rules = runs.found("out", period).into_iter().map(|[rule, ..]| rule);
        rules.filter(|rule| of_windows.contains(&rule.as_str())).collect()
    };
    assert_eq!(rules("2025M01"), ["M01", "M35"]);
    assert_eq!(rules("2025M03"), ["M01"]);
    let rows = runs.exceptions("out", "2025M03");
    let idle = rows.iter().find(|row| row.get("rule_code") == "M35").unwrap();
    assert_eq!([idle.get("status"), idle.get("checked"), idle.get("resolved_in")], ["persisting", "0", ""]);
    let manifest = runs.manifest("out", "2025M03");
    let is_held = |rule: &&serde_json::Value| {
        rule["held"].as_array().into_iter().flatten().any(|held| held["why"] == "months_absent")
    };
    let held = manifest["rules"].as_array().unwrap().iter().filter(is_held);
    // This month's posts (M32) are judged by this month's list.
    assert_eq!(held.map(|rule| rule["code"].as_str().unwrap()).collect::<Vec<_>>(), of_windows);
}

#[test]
fn the_first_months_of_use_find_what_they_reach_and_close_nothing() {
    let runs = Runs::new();
    let folder = runs.folder.path().join("data");
    let heavy = Entry { place: EAST, name: "马东", month: 202_502, paid: 6000 };
    let of_february = of(&bills(), &[202_502]);
    let with_heavy: Vec<Entry> = of_february.iter().copied().chain([heavy]).collect();
    let data = write_lists(&folder, "2025M02", &with_heavy, &of(&work(), &[202_502]));
    let said = with_notices(&runs.run_over("out", "2025M02", &data, &[]));
    assert!(said.contains("缺2024年3月至2025年1月"), "{said}");
    assert!(runs.found("out", "2025M02").iter().any(|one| one[0] == "M01" && one[2].contains("7500元")));
    // The bill was withdrawn; but what other months hold nobody knows.
    let now = of(&bills(), &[202_502, 202_503]);
    let data = write_lists(&folder, "2025M03", &now, &of(&work(), &[202_503]));
    runs.run_over("out", "2025M03", &data, &[]);
    let rows = runs.exceptions("out", "2025M03");
    let bill = rows.iter().find(|row| row.get("rule_code") == "M01").unwrap();
    assert_eq!([bill.get("status"), bill.get("checked"), bill.get("resolved_in")], ["persisting", "0", ""]);
}

#[test]
fn a_few_late_rows_of_a_month_take_nothing_away() {
    let runs = Runs::new();
    runs.run("out", "2025M01", both(&whole(202_501)), &[]);
    let mut february = of(&bills(), &[202_502]);
    // So many that a single row more is a late one.
    for at in 0..20 {
        let name = ["甲一", "乙二", "丙三", "丁四"][at % 4];
        february.push(Entry { place: EAST, name, month: 202_502, paid: 5 + at as u32 });
    }
    let folder = runs.folder.path().join("data");
    let data = write_lists(&folder, "2025M02", &february, &of(&work(), &[202_502]));
    runs.run_over("out", "2025M02", &data, &[]);
    let mut march: Vec<Entry> =
        february.iter().map(|one| Entry { month: 202_503, paid: 1, ..*one }).collect();
    march.push(Entry { place: EAST, name: "李四", month: 202_502, paid: 2500 });
    let data = write_lists(&folder, "2025M03", &march, &of(&work(), &[202_503]));
    let said = with_notices(&runs.run_over("out", "2025M03", &data, &[]));
    assert!(said.contains("“医疗费用负担”里云梯县2025年2月的只有1行，以前发布的有"), "{said}");
    // 3000 before and 2500 now.
    let found = runs.found("out", "2025M03");
    assert!(found.iter().any(|one| one[0] == "M01" && one[2].contains("5501元")), "{found:?}");
    assert!(runs.lacked("out", "2025M03", "medical_burden").is_empty());
}

#[test]
fn a_window_that_makes_no_sense_is_refused() {
    let folder = tempfile::Builder::new().prefix("window-").tempdir_in(root().join("pipelines")).unwrap();
    let pipeline = folder.path();
    copy(&root().join(PIPELINE), pipeline, "");
    std::fs::create_dir_all(pipeline.join("sources")).unwrap();
    let contract =
        std::fs::read_to_string(root().join("pipelines/base-2025/sources/medical_burden.toml")).unwrap();
    for (from, to, told) in [
        ("window = 12", "window = 1", "只能是2至36个月"),
        ("window = 12", "window = 37", "只能是2至36个月"),
        ("column = \"month\"\nwindow", "window", "没有写哪一列是年月"),
        ("column = \"month\"\nwindow", "column = \"kind\"\nwindow", "“就医类别”不是年月"),
        ("column = \"month\"\nwindow", "column = \"mouth\"\nwindow", "没有列“mouth”"),
    ] {
        let changed = contract.replace(from, to);
        assert_ne!(changed, contract);
        std::fs::write(pipeline.join("sources/medical_burden.toml"), changed).unwrap();
        let output = bidui(&["check", text(pipeline)]);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{to}: {said}");
        assert!(said.contains(told) && said.contains("提示"), "{to}: {said}");
    }
}
