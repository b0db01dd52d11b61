//! What a leader reads: the report's first screen, its appendix, the screenful after a run; and that all of them say the same.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use bidui::testing::publication::table_reader::{TableRow, read_rows};
use calamine::Reader as _;

use crate::end_to_end::{key, ok, published, root, run, text, with_notices};
use crate::inputs_folder::copy_folder;

/// Lines and columns of a terminal.
const SCREEN: (usize, usize) = (40, 120);

fn read(quarter: &str, page: &str) -> String {
    fs::read_to_string(published().join("out").join(quarter).join("latest").join(page)).unwrap()
}

fn summary() -> String {
    fs::read_to_string(published().join("summary.txt")).unwrap()
}

fn exceptions(quarter: &str) -> Vec<TableRow> {
    let table = published().join("out").join(quarter).join("latest/tables/fact_exception.parquet");
    read_rows(&table, |_| true).unwrap()
}

fn is_open(row: &TableRow) -> bool {
    ["new", "persisting", "reopened"].contains(&row.get("status")) && row.get("in_review") == "0"
}

/// The number between two texts.
fn number(text: &str, before: &str, after: &str) -> u64 {
    let (_, rest) = text.split_once(before).unwrap_or_else(|| panic!("no {before:?} in\n{text}"));
    let (number, _) = rest.split_once(after).unwrap_or_else(|| panic!("no {after:?} behind {before:?}"));
    let number = number.trim().replace(',', "");
    number.parse().unwrap_or_else(|_| panic!("{number:?} between {before:?} and {after:?}"))
}

fn columns(line: &str) -> usize {
    line.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum()
}

fn assert_fits(summary: &str) {
    let lines: Vec<&str> = summary.lines().collect();
    assert!(lines.len() <= SCREEN.0, "{} lines\n{summary}", lines.len());
    for line in lines {
        assert!(columns(line) <= SCREEN.1, "{} columns: {line}", columns(line));
    }
}

/// Every notice of the manifest stands in full in `notices.txt`, and the summary says how many there are.
fn assert_nothing_is_silent(summary: &str) {
    let told = with_notices(summary);
    let folder = summary.lines().find_map(|line| line.strip_prefix("  发布  ")).unwrap();
    let manifest = fs::read_to_string(Path::new(folder).join("manifest.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_str(&manifest).unwrap();
    let audits = manifest["audits"].as_array().unwrap();
    for audit in audits {
        let message = audit["message"].as_str().unwrap();
        assert!(told.contains(message), "{message} nowhere");
    }
    assert_eq!(number(summary, "全部提醒（", "条）"), audits.len() as u64);
    let rules = manifest["rules"].as_array().unwrap();
    let not_run: Vec<_> = rules.iter().filter(|rule| rule["ran"] == false).collect();
    for rule in &not_run {
        assert!(told.contains(&format!("  {} ", rule["code"].as_str().unwrap())), "{rule}");
    }
    if !not_run.is_empty() {
        assert_eq!(number(summary, "  未运行  ", "条规则没有运行"), not_run.len() as u64);
    }
}

#[test]
fn the_summary_of_a_run_fits_a_screen_and_counts_what_it_leaves_out() {
    let summary = summary();
    assert_fits(&summary);
    assert_nothing_is_silent(&summary);
    let all: u64 = exceptions("2018Q4").iter().filter(|row| is_open(row)).count() as u64;
    let named = summary.lines().skip_while(|line| *line != "  按规则").skip(1).take(10);
    let named: u64 = named.map(|line| number(&line[13..], "", "条")).sum();
    assert_eq!(number(&summary, "  疑点  ", "条（"), all);
    let (_, others) = summary.split_once("        其余").unwrap();
    assert_eq!(number(others, "条规则", "条，见"), all - named, "rules that are not named are counted");
}

/// A quarter with all that the audits complain of: lists that did not come, files that nobody knows, cells that nobody reads.
#[test]
fn the_summary_of_a_damaged_quarter_fits_a_screen() {
    let folder = tempfile::tempdir().unwrap();
    let (data, out) = (folder.path().join("data"), folder.path().join("out"));
    copy_folder(&root().join("fixtures/hebi/2018Q3"), &data);
    fs::remove_file(data.join("农村低保_浚县.xlsx")).unwrap();
    fs::remove_file(data.join("医保参保_山城区.csv")).unwrap();
    for number in 0..30 {
        fs::write(data.join(format!("关于报送数据的第{number}号通知.pdf")), "%PDF-1.4").unwrap();
        fs::write(data.join(format!("来历不明的名单{number}.csv")), "姓名,身份证号\n张三,1\n").unwrap();
    }
    let list = data.join("医保参保_淇县.csv");
    let bytes = fs::read(&list).unwrap();
    let (old, _, _) = encoding_rs::GB18030.decode(&bytes);
    let spoilt = |(at, line): (usize, &str)| match at % 7 {
        3 => line.replace("正常参保", "参保有效") + "\n",
        5 => line.replacen("41", "4l", 1) + "\n",
        6 => line.replacen("19", "??", 1) + "\n",
        _ => line.to_owned() + "\n",
    };
    fs::write(&list, old.lines().enumerate().map(spoilt).collect::<String>()).unwrap();
    let keys = key(folder.path());
    let arguments = ["run", "pipelines/hebi", "--quarter", "2018Q3", "--allow-partial", "--allow-unclaimed"];
    let places = ["--data", text(&data), "--out", text(&out), "--key-file", text(&keys)];
    let summary = ok(&[&arguments[..], &places].concat());
    assert_fits(&summary);
    assert_nothing_is_silent(&summary);
    let told = with_notices(&summary);
    for words in ["浚县没有报来本期的农村低保", "来历不明的名单29.csv", "第29号通知.pdf", "山城区没有报来"]
    {
        assert!(told.contains(words), "{words} in\n{told}");
    }
    assert!(number(&summary, "没有读入的共", "处") > 30, "{summary}");
    let report = fs::read_to_string(out.join("2018Q3/latest/report.html")).unwrap();
    let (first, _) = report.split_once("</nav>").unwrap();
    assert!(first.contains("没有报来") && first.contains("没有查到不等于没有疑点"), "{first}");
}

/// What a township's workbook says that it has.
fn in_workbook(county: &str, township: &str) -> (u64, u64) {
    let book = published().join("out/2018Q4/latest/lists").join(county).join(format!("{township}.xlsx"));
    let mut book: calamine::Xlsx<_> = calamine::open_workbook(book).unwrap();
    let sheet = book.worksheet_range("交办单").unwrap();
    let cover: Vec<String> = sheet.rows().map(|row| row.iter().map(ToString::to_string).collect()).collect();
    let totals = cover.iter().find(|line| line.starts_with('共')).unwrap();
    let review = totals.contains("待确认匹配").then(|| number(totals, "待确认匹配", "条另表"));
    (number(totals, "共", "条疑点") + number(totals, "另有", "条由本表疑点引起"), review.unwrap_or(0))
}

/// Cells of the row of a table on a page that has a text.
fn table_row(page: &str, with: &str) -> Vec<String> {
    let (before, after) = page.split_once(with).unwrap_or_else(|| panic!("no {with} on the page"));
    let row =
        format!("{}{with}{}", before.rsplit("<tr").next().unwrap(), after.split("</tr>").next().unwrap());
    let cells = row.split("<td").skip(1).map(|cell| {
        let mut text = String::new();
        for piece in cell.split('<') {
            text += piece.split_once('>').map_or("", |(_, words)| words);
        }
        text.trim().to_owned()
    });
    cells.collect()
}

#[test]
fn terminal_report_appendix_workbook_and_tables_say_the_same_of_a_township() {
    let (report, appendix, summary) =
        (read("2018Q4", "report.html"), read("2018Q4", "appendix.html"), summary());
    let line = summary.lines().find(|line| line.starts_with("  乡镇  疑点最多")).unwrap();
    let (_, named) = line.split_once("）：").unwrap();
    let divisions = published().join("out/2018Q4/latest/tables/dim_division.parquet");
    let divisions = read_rows(&divisions, |_| true).unwrap();
    let rows = exceptions("2018Q4");
    let mut compared = 0;
    for told in named.split('、') {
        let name = told.split(|c: char| c.is_ascii_digit()).next().unwrap();
        let open = number(told, name, "条");
        let unit =
            divisions.iter().find(|unit| unit.get("name") == name && unit.get("level") == "3").unwrap();
        let county = divisions.iter().find(|one| one.get("code") == unit.get("parent_code")).unwrap();
        let code = unit.get("code");
        let of_township = rows.iter().filter(|row| row.get("township_code") == code);
        let (mut in_tables, mut review, mut persisting) = (0, 0, 0);
        for row in of_township {
            in_tables += u64::from(is_open(row));
            persisting += u64::from(is_open(row) && row.get("status") != "new");
            review +=
                u64::from(["new", "persisting", "reopened"].contains(&row.get("status")) && !is_open(row));
        }
        assert_eq!(open, in_tables, "terminal and tables: {name}");
        assert_eq!(number(&report, &format!("title=\"{name}：未消除"), "条"), open, "tile: {name}");
        let ranked = table_row(report.split_once("id=\"ranking\"").unwrap().1, name);
        assert_eq!(ranked[2].replace(',', "").parse(), Ok(open), "first screen: {ranked:?}");
        let listed = table_row(&appendix, &format!("<td class=\"strong\">{name}</td>"));
        assert_eq!(listed[3].replace(',', "").parse(), Ok(open), "appendix: {listed:?}");
        assert_eq!(in_workbook(county.get("name"), name), (open, review), "workbook: {name}");
        // What was open before in the report of the quarter before.
        let before = number(&read("2018Q3", "report.html"), &format!("title=\"{name}：未消除"), "条");
        assert_eq!(listed[4].replace(',', "").parse(), Ok(before), "{listed:?}");
        assert!(persisting <= before, "{name}");
        compared += 1;
    }
    assert_eq!(compared, 3);
}

#[test]
fn what_was_open_before_is_what_its_report_said_and_all_of_it_is_accounted_for() {
    let (before, now) = (read("2018Q3", "report.html"), read("2018Q4", "report.html"));
    let open = |page: &str| number(page, "<span>未消除疑点</span><b>", "条");
    assert_eq!(number(&now, "</b><small>上期", "条"), open(&before));
    let rows = exceptions("2018Q4");
    let status = |one: &str| rows.iter().filter(|row| row.get("status") == one).count() as u64;
    assert_eq!(number(&now, "新增", "条，复现"), status("new"));
    assert_eq!(number(&now, "；消除", "条，"), status("resolved"));
    assert_eq!(number(&summary(), "（上期", "条，"), open(&before));
    assert!(before.contains("首次比对，没有上期可比") && !before.contains("</b><small>上期"));
    // Counties add up to all.
    let (_, counties) = now.split_once("id=\"counties\"").unwrap();
    let (counties, _) = counties.split_once("</table>").unwrap();
    let sum: u64 = counties
        .split("<td class=\"strong\">")
        .skip(1)
        .map(|row| number(row, "<td class=\"n strong\">", "</td>"))
        .sum();
    assert_eq!(sum, open(&now));
}

#[test]
fn who_is_late_is_who_has_findings_past_their_due_date_without_an_answer() {
    let report = read("2018Q4", "report.html");
    let rows = exceptions("2018Q4");
    let mut late: BTreeMap<&str, u64> = BTreeMap::new();
    for row in rows.iter().filter(|row| is_open(row) && row.get("due_date") < "2018-12-31") {
        *late.entry(row.get("owner")).or_default() += 1;
    }
    let all: u64 = late.values().sum();
    assert!(all > 100);
    assert_eq!(number(&report, "<span>超过反馈期限</span><b>", "条"), all);
    let (_, section) = report.split_once("id=\"late\"").unwrap();
    let (owner, count) = late.iter().max_by_key(|(_, count)| **count).unwrap();
    let row = table_row(section, &format!("<td class=\"strong\">{owner}</td>"));
    assert_eq!((row[1].parse(), row[2].parse()), (Ok(*count), Ok(*count)), "nobody has answered: {row:?}");
    assert!(row[3].parse::<u32>().unwrap() > 0, "{row:?}");
    assert!(read("2018Q3", "report.html").contains("没有超过反馈期限的疑点"));
}

#[test]
fn money_that_nobody_knows_is_counted_and_not_nothing() {
    let report = read("2018Q4", "report.html");
    let restricted = published().join("out/2018Q4/latest/restricted/exception.parquet");
    let rows = read_rows(&restricted, |row| row.get("message").contains("追回") && is_open(row)).unwrap();
    let unknown = rows.iter().filter(|row| row.get("message").contains("追回：（未填）")).count() as u64;
    assert!(unknown > 0);
    let (_, card) = report.split_once("<span>按名单应追回</span>").unwrap();
    assert!(number(card, "；另", "条金额不清楚") <= unknown);
    assert!(number(card, "<b>", "元") > 0);
    let (_, section) = report.split_once("id=\"money\"").unwrap();
    let dead = table_row(section, "R09</td>");
    assert_eq!((dead[1].as_str(), dead[2].as_str()), ("金额不清楚", "0"), "{dead:?}");
    assert!(section.contains("不等于没有追回"));
}

#[test]
fn the_appendix_has_a_page_for_every_rule_with_findings_and_rows_for_the_others() {
    let appendix = read("2018Q4", "appendix.html");
    let manifest: serde_json::Value = serde_json::from_str(&read("2018Q4", "manifest.json")).unwrap();
    let mut found: BTreeMap<String, u64> = BTreeMap::new();
    for row in exceptions("2018Q4").iter().filter(|row| row.get("status") != "retired") {
        *found.entry(row.get("rule_code").to_owned()).or_default() += u64::from(is_open(row));
    }
    for (code, open) in &found {
        let (_, page) = appendix.split_once(&format!("id=\"rule-{code}\"")).unwrap();
        assert_eq!(number(page, "未消除 <b>", "</b>"), *open, "{code}");
    }
    assert_eq!(appendix.matches("class=\"rule-page\"").count(), found.len());
    // The others ran without a finding, or did not run: each stands there once.
    let (_, silent) = appendix.split_once("id=\"silent\"").unwrap();
    let (_, unrun) = appendix.split_once("id=\"unrun\"").unwrap();
    for rule in manifest["rules"].as_array().unwrap() {
        let code = rule["code"].as_str().unwrap();
        if found.contains_key(code) || rule["indicators"].as_u64() > Some(0) {
            continue;
        }
        let section = if rule["ran"] == true { silent } else { unrun };
        assert!(section.contains(&format!("<td>{code}</td>")), "{code}");
    }
}

#[test]
fn pages_load_nothing_and_run_nothing() {
    for quarter in ["2018Q3", "2018Q4"] {
        for page in ["report.html", "appendix.html"] {
            let page = read(quarter, page);
            for foreign in [
                "<script", "<link", "<img", "<iframe", "http://", "https://", "url(", "@import", " src=",
                "onload",
            ] {
                assert!(!page.contains(foreign), "{foreign}");
            }
            assert!(page.contains("default-src 'none'"));
        }
    }
}

#[test]
fn files_for_a_leader_are_listed_in_the_manifest_and_a_change_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let (out, keys) = (folder.path().join("out"), key(folder.path()));
    run("2018Q3", &out, &keys, &["--select", "R37"]);
    let publication = fs::canonicalize(out.join("2018Q3/latest")).unwrap();
    let verify = || crate::end_to_end::bidui(&["verify", text(&publication)]);
    assert!(verify().status.success());
    for name in ["report.html", "appendix.html", "notices.txt"] {
        let file: PathBuf = publication.join(name);
        let before = fs::read_to_string(&file).unwrap();
        fs::write(&file, before.clone() + " ").unwrap();
        let said = verify();
        let told =
            String::from_utf8_lossy(&said.stdout).into_owned() + &String::from_utf8_lossy(&said.stderr);
        assert!(!said.status.success() && told.contains(name), "{name}: {told}");
        fs::write(&file, before).unwrap();
    }
    assert!(verify().status.success());
}
