//! A prefecture of another province, set up from the base of 2025 in a folder of its own: its codes, its headers and a
//! line for each of its counties. Nothing outside the folder is written, and nothing of the base is copied.

use std::path::Path;

use bidui::testing::config::Pipeline;
use bidui::testing::publication::table_reader;
use bidui::testing::reconcile::run_examples;
use bidui::testing::rules::rule_set::RuleSet;

use crate::departments::{bidui as command, root};
use crate::mutated_inputs::invented::with_check_character;

const PIPELINE: &str = r#"title = "沙原市动态监测比对"

[prefecture]
code = "629700"
name = "沙原市"

[divisions]
base_year = 2023
counties = "counties.csv"
townships = "townships.csv"
villages = "villages.csv"

[rules]
from = ["../base-2025"]

[rules.off]
M26 = "城乡低保标准已统一，不再转换"

[county_parameters."629721".default]
dibao_month_fen = 60000

[county_parameters."629722".default]
dibao_month_fen = 50000

# The east raised its line in the second month.
[county_parameters."629721".2025M02]
dibao_month_fen = 70000
"#;

/// The province's system writes other headers and words.
const LOW_INCOME: &str = r#"[headers]
household_no = ["家庭档案号"]
name = ["成员名称"]
category = ["困难类型"]
monthly_income_fen = ["人均月收入(元)"]

[codes.category]
"低收入边缘" = "低保边缘"
"#;

const DIVISIONS: [(&str, &str); 3] = [
    ("counties.csv", "code,name,aliases\n629721,东原县,\n629722,西原县,\n"),
    (
        "townships.csv",
        "code_2017,name_2017,code_2023,name_2023\n629721101,甲镇,629721101,甲镇\n629722101,乙镇,629722101,乙镇\n",
    ),
    (
        "villages.csv",
        "code_2017,name_2017,code_2023,name_2023,change\n629721101201,一村,629721101201,一村,same\n\
         629722101201,二村,629722101201,二村,same\n",
    ),
];

fn id_number(county: u32, number: u32) -> String {
    with_check_character(&format!("{county}19700101{:03}", number * 10 + 1))
}

/// A month's lists: one household of each county with the same income, which grows by a yuan a month.
fn write_lists(data: &Path, month: u32) {
    std::fs::create_dir_all(data).unwrap();
    let (income, yearly) = (950 + month, 9000 + month);
    let (east, west) = (id_number(629_721, 1), id_number(629_722, 2));
    let low_income = format!(
        "县,乡镇,村,家庭档案号,成员名称,身份证号,与户主关系,困难类型,城乡类别,纳入年月,家庭人口数,人均月收入(元),月救助金额\n\
         东原县,甲镇,一村,D1,马东,{east},户主,低收入边缘,农村,202401,1,{income},\n\
         西原县,乙镇,二村,D2,牛西,{west},户主,低收入边缘,农村,202401,1,{income},\n"
    );
    let household = "县,乡镇,村,户编号,户主姓名,户主证件号码,户类型,监测对象识别时间,主要返贫致贫风险,风险是否已消除,风险消除时间,\
                     风险消除方式,是否整户无劳动力,家庭人口,人均纯收入,帮扶措施,首次落实帮扶措施时间,饮水是否安全,帮扶责任人,联系电话\n";
    let household = format!(
        "{household}东原县,甲镇,一村,1,马东,{east},边缘易致贫户,202410,因病,未消除,,,否,1,{yearly},医疗救助,202411,是,丁,13900000000\n\
         西原县,乙镇,二村,2,牛西,{west},边缘易致贫户,202410,因病,未消除,,,否,1,{yearly},医疗救助,202411,是,丁,13900000000\n"
    );
    let person = format!(
        "县,乡镇,村,户编号,人编号,姓名,性别,证件号码,与户主关系,健康状况,劳动技能,务工时间,人员状态\n\
         东原县,甲镇,一村,1,11,马东,男,{east},户主,健康,弱劳动力,{month},正常\n\
         西原县,乙镇,二村,2,21,牛西,男,{west},户主,健康,弱劳动力,{month},正常\n"
    );
    for (file, text) in
        [("低收入人口.csv", &low_income), ("监测系统户.csv", &household), ("监测系统人口.csv", &person)]
    {
        std::fs::write(data.join(file), text).unwrap();
    }
}

#[test]
fn a_strangers_prefecture_is_a_folder_beside_the_base() {
    // Bases lie beside the pipelines that include them; the folder goes with the test.
    let own = tempfile::Builder::new().prefix("stranger-").tempdir_in(root().join("pipelines")).unwrap();
    let folder = own.path();
    std::fs::write(folder.join("pipeline.toml"), PIPELINE).unwrap();
    for inner in ["codes", "sources"] {
        std::fs::create_dir_all(folder.join(inner)).unwrap();
    }
    for (file, text) in DIVISIONS {
        std::fs::write(folder.join("codes").join(file), text).unwrap();
    }
    std::fs::write(folder.join("sources/low_income.extra.toml"), LOW_INCOME).unwrap();
    let here = tempfile::tempdir().unwrap();
    let path = folder.to_str().unwrap();

    let said = command(&["check", path], here.path());
    assert!(said.contains("base-2025") && !said.contains("dibao_month_fen"), "{said}");
    let found = |period: &str| {
        let run = ["run", path, "--period", period, "--data", period, "--out", "out"];
        write_lists(&here.path().join(period), period[5..].parse().unwrap());
        command(&run, here.path());
        let publication = here.path().join(format!("out/{period}/latest"));
        let rows =
            table_reader::read_rows(&publication.join("restricted/exception.parquet"), |_| true).unwrap();
        let mut found: Vec<(String, String)> = rows
            .iter()
            .filter(|row| row.get("resolved_in").is_empty())
            .map(|row| (row.get("rule_code").to_owned(), row.get("county_code").to_owned()))
            .collect();
        found.sort();
        found
    };
    // 950 a month: 1.5 times 600 is 900, 1.5 times 500 is 750.
    let both = [("M03", "629721"), ("M03", "629722")].map(|(a, b)| (a.to_owned(), b.to_owned()));
    assert_eq!(found("2025M01"), both);
    // 1.5 times 700 is 1050: the east's household is below its line now.
    assert_eq!(found("2025M02"), both[1..]);

    // A county without a line of its own has the prefecture's, and that is said.
    let without = PIPELINE.replace("[county_parameters.\"629722\".default]\ndibao_month_fen = 50000\n", "");
    assert_ne!(without, PIPELINE);
    std::fs::write(folder.join("pipeline.toml"), without).unwrap();
    let said = command(&["check", path], here.path());
    assert!(said.contains("参数“dibao_month_fen”：西原县没有另定，用全市的值"), "{said}");
    std::fs::write(folder.join("pipeline.toml"), PIPELINE).unwrap();

    // What the base's examples say holds with the stranger's lines, too.
    let pipeline = Pipeline::open(folder).unwrap();
    let rules = RuleSet::load(&pipeline).unwrap();
    let report = run_examples(&pipeline, &rules).unwrap();
    let failures: Vec<String> = report.failures.iter().map(ToString::to_string).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
