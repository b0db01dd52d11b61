//! What was read otherwise than it is written, or not read, is told: by `run`, `check`, `profile`, `link` and `train`.

use std::fs;
use std::path::Path;

use crate::end_to_end::{bidui, key, ok, root, text, with_notices};
use crate::inputs_folder::copy_folder;

/// ID numbers of invented people.
const IDS: [&str; 4] =
    ["410621197309164170", "410621198408140603", "410621199704116004", "410621195212034549"];

/// A supplement to the dibao list in which hardly a cell is written as it should be.
fn odd_dibao() -> String {
    let cells = [
        ("农村", "5400元/年", "1900-01-01"),
        ("不详", "450元每人每年", "20183"),
        ("农业户", "450", "1900-01-01"),
        ("农村", "450", "2017.1"),
    ];
    let row = |(at, (category, amount, stop)): (usize, &(&str, &str, &str))| {
        let id = if at == 0 { format!("身份证:{}", IDS[at]) } else { IDS[at].to_owned() };
        format!("浚县,伾山街道办事处,大高村,4106219900{at:04},褚建{at},{id},{category},{amount},{stop}\n")
    };
    let rows: String = cells.iter().enumerate().map(row).collect();
    format!("县区,乡镇,村,家庭编号,户主姓名,户主身份证号,类别,月保障金,停保年月\n{rows}")
}

/// A supplement of few rows to the insurance list, without the status.
fn short_insurance(rows: usize) -> String {
    let row = |at: usize| format!("2018,褚桂{at},{},浚县,伾山街道办事处,大高村,普通居民\n", IDS[at % 4]);
    format!("参保年度,姓名,身份证号,县区,乡镇,村,参保人员类别\n{}", (0..rows).map(row).collect::<String>())
}

fn written(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

#[test]
fn cells_not_taken_as_written_and_columns_of_a_supplement_are_told_and_stop_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (data, out) = (folder.path().join("data"), folder.path().join("out"));
    copy_folder(&root().join("fixtures/hebi/2018Q3"), &data);
    fs::write(data.join("农村低保_补.csv"), odd_dibao()).unwrap();
    fs::write(data.join("医保参保_补.csv"), short_insurance(3)).unwrap();
    let key = key(folder.path());
    let mut line = vec!["run", "pipelines/hebi", "--quarter", "2018Q3", "--select", "R07,R30"];
    line.extend(["--data", text(&data), "--out", text(&out), "--key-file", text(&key)]);
    let summary = ok(&line);
    let cells = summary.lines().find(|line| line.starts_with("  存疑  ")).unwrap();
    assert!(cells.contains("农村低保") && cells.contains("没有照写的读入"), "{cells}");
    let summary = with_notices(&summary);
    let cells = |line: &&str| line.starts_with("  农村低保：") && line.contains("没有照写的读入");
    let told: Vec<&str> = summary.lines().filter(cells).collect();
    let [told] = told[..] else { panic!("a line for each source: {summary}") };
    for part in [
        "“停保年月”读不出1格",
        "按没有结束读2格",
        "有疑问但已读入1格",
        "“类别”不在代码表内1格、写着不详1格",
        "“月保障金”读不出1格、按年、按季折算1格",
        "“身份证号”去掉了标注",
    ] {
        assert!(told.contains(part), "no “{part}” in {told}");
    }
    let few = "  医保参保：补充的医保参保_补.csv（共3条）没有列";
    assert!(summary.contains(few) && summary.contains("不清楚，不等于没有"), "{summary}");
    let manifest = fs::read_to_string(out.join("2018Q3/latest/manifest.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_str(&manifest).unwrap();
    let sources = manifest["sources"].as_array().unwrap();
    let table = |source: &str, file: &str| {
        let source = sources.iter().find(|s| s["source"] == source).unwrap();
        source["tables"].as_array().unwrap().iter().find(|t| t["file"] == file).unwrap().clone()
    };
    let cells = &table("dibao", "农村低保_补.csv")["cells"];
    assert_eq!(cells["stop_month"], serde_json::json!({"unreadable": 1, "doubtful": 1, "no_end": 2}));
    assert_eq!(cells["monthly_amount_fen"], serde_json::json!({"unreadable": 1, "converted": 1}));
    assert_eq!(cells["category"], serde_json::json!({"unknown_codes": 1, "not_stated": 1}));
    let report = fs::read_to_string(out.join("2018Q3/latest/appendix.html")).unwrap();
    assert!(report.contains("没有照写的读入的格") && report.contains("按没有结束读2格"));
    // What would be read is told the same way, and what was not asked.
    let checked = ok(&["check", "pipelines/hebi", "--data", text(&data)]);
    assert!(checked.contains(told.trim_start().trim_start_matches("农村低保：")), "{checked}");
    assert!(checked.contains("没有给出 --quarter，没有核对期别、缺县、部分文件缺列"), "{checked}");
    // A county's only list is no supplement, however short.
    let list = data.join("医保参保_鹤山区.csv");
    fs::write(&list, short_insurance(12).replace("浚县,伾山街道办事处", "鹤山区,鹤壁集镇")).unwrap();
    let asked = bidui(&["check", "pipelines/hebi", "--data", text(&data), "--quarter", "2018Q3"]);
    let (said, refused) = (written(asked.stdout), written(asked.stderr));
    assert_eq!(asked.status.code(), Some(0), "{refused}");
    assert!(said.contains("的列“出生日期”“参保状态”“停保原因”"), "{said}");
    assert!(said.contains("这些文件或县没有，或大多没有填：医保参保_鹤山区.csv；"), "{said}");
    assert!(said.contains("补充的医保参保_补.csv（共3条）"), "{said}");
    assert!(!said.contains("没有给出 --quarter"), "{said}");
}

#[test]
fn files_of_no_source_are_named_by_link_and_train() {
    let data = tempfile::tempdir().unwrap();
    let from = root().join("fixtures/hebi/2018Q3");
    for file in ["农村低保_淇县.csv", "医保参保_淇县.csv"] {
        fs::copy(from.join(file), data.path().join(file)).unwrap();
    }
    fs::copy(from.join("农村低保_浚县.xlsx"), data.path().join("浚县救助台账.xlsx")).unwrap();
    fs::write(data.path().join("通知.pdf"), b"%PDF-1.4").unwrap();
    let out = tempfile::tempdir().unwrap();
    let link = |more: &[&str]| {
        let line =
            ["link", "pipelines/hebi/link.toml", "--sources", "dibao,insurance", "--data", text(data.path())];
        ok(&[&line[..], &["--out", text(out.path())], more].concat())
    };
    let said = link(&[]);
    for part in ["不属于任何来源，没有读入：浚县救助台账.xlsx（", "公文或说明：通知.pdf"]
    {
        assert!(said.contains(part), "no “{part}” in {said}");
    }
    let told: serde_json::Value = serde_json::from_str(&link(&["--format", "json"])).unwrap();
    assert_eq!(told["unread"].as_array().unwrap().len(), 2, "{told}");
    let weights = out.path().join("weights.toml");
    let line = ["train", "pipelines/hebi", "--sources", "dibao,insurance", "--data", text(data.path())];
    let trained = bidui(&[&line[..], &["--out", text(&weights)]].concat());
    let told = written(trained.stderr);
    assert!(trained.status.success() && told.contains("没有读入：浚县救助台账.xlsx（"), "{told}");
}

fn profiled(folder: &Path, name: &str) -> String {
    ok(&["profile", text(&folder.join(name))])
}

#[test]
fn a_profile_tells_what_the_reader_told() {
    let folder = tempfile::tempdir().unwrap();
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    sheet.set_name("名单").unwrap();
    for (column, header) in ["姓名", "身份证号", "金额"].iter().enumerate() {
        sheet.write(0, column as u16, *header).unwrap();
    }
    for (row, id) in (1..).zip(IDS) {
        sheet.write(row, 0, "张三").unwrap();
        sheet.write(row, 1, id).unwrap();
        sheet.write(row, 2, 450).unwrap();
    }
    let formula = rust_xlsxwriter::Formula::new("=NA()").set_result("#N/A");
    sheet.write_formula(1, 2, formula).unwrap();
    let hidden = book.add_worksheet();
    hidden.set_name("旧名单").unwrap().set_hidden(true);
    hidden.write(0, 0, "姓名").unwrap();
    hidden.write(1, 0, "李四").unwrap();
    book.save(folder.path().join("名单.xlsx")).unwrap();
    let told = profiled(folder.path(), "名单.xlsx");
    for part in ["注意：工作表“名单”：列“金额”有1格是公式的错误值", "注意：工作表“旧名单”没有读入（隐藏的"]
    {
        assert!(told.contains(part), "no “{part}” in {told}");
    }
    // A missing memo file looks like an empty column unless it is told.
    let dbf = crate::inputs_dbf::with_memo_column();
    fs::write(folder.path().join("名单.dbf"), dbf).unwrap();
    let told = profiled(folder.path(), "名单.dbf");
    assert!(told.contains("注意：缺少备注文件“名单.dbt”：备注列“备注”"), "{told}");
    assert!(told.contains("注意：列“备注”有2格的内容在备注文件里，备注文件没有交来"), "{told}");
    // Quotes that enclose nothing, and rows that are none.
    let list = format!(
        "救助名单\n姓名,身份证号,备注\n张三,{},\"没有\"配对\n李四,{},好\n合计,2人,\n",
        IDS[0], IDS[1]
    );
    fs::write(folder.path().join("名单.csv"), list).unwrap();
    let told = profiled(folder.path(), "名单.csv");
    for part in ["1行的引号没有配对", "标题或说明行1", "合计行1"] {
        assert!(told.contains(part), "no “{part}” in {told}");
    }
    // Where only a draft is wanted, it is told beside it; what cannot be read is told with all others.
    let drafted = bidui(&["profile", "--draft", text(&folder.path().join("名单.xlsx"))]);
    assert!(!written(drafted.stdout).contains("注意") && written(drafted.stderr).contains("旧名单"));
    for name in ["空.csv", "坏.xlsx"] {
        fs::write(folder.path().join(name), if name == "空.csv" { &b""[..] } else { b"PK\x03\x04" }).unwrap();
    }
    let refused =
        bidui(&["profile", text(&folder.path().join("空.csv")), text(&folder.path().join("坏.xlsx"))]);
    let told = written(refused.stderr);
    assert_eq!((refused.status.code(), told.matches("错误：").count()), (Some(2), 2), "{told}");
}
