//! `bidui explain`: one exception, person or pair: records side by side, why they match, the
//! clause it rests on.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;

use super::Console;
use crate::privacy::mask;
use crate::publish::reader;
use crate::{Error, Result};

/// Arguments of `bidui explain`.
#[derive(Debug, Args)]
pub struct ExplainArguments {
    /// 疑点编号、人员编号、记录编号,或用逗号分开的两个记录编号
    id: String,
    /// 发布(quarter=… 文件夹;给发布的上级文件夹则取最新季度)
    #[arg(long, default_value = "out")]
    publication: PathBuf,
    /// 显示完整证件号(默认只显示掩码)
    #[arg(long)]
    show_numbers: bool,
}

/// A published row, kept as text so that numbers in it can be masked.
#[derive(Debug, Clone, Default)]
struct Row(Vec<(String, String)>);

impl Row {
    fn get(&self, column: &str) -> &str {
        self.0.iter().find(|(name, _)| name == column).map_or("", |(_, text)| text.as_str())
    }
}

impl Serialize for Row {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, text)| (name, text)))
    }
}

fn rows(file: &Path, wanted: impl Fn(&reader::Row) -> bool) -> Result<Vec<Row>> {
    let text = |value: Option<&str>| value.unwrap_or("").to_owned();
    Ok(reader::rows(file, wanted)?
        .iter()
        .map(|row| Row(row.iter().map(|(name, value)| (name.to_owned(), text(value))).collect()))
        .collect())
}

fn rows_where(file: &Path, column: &str, values: &BTreeSet<String>) -> Result<Vec<Row>> {
    rows(file, |row| values.contains(row.get(column)))
}

/// Everything known about what was asked.
#[derive(Debug, Default, Serialize)]
struct Explanation {
    exceptions: Vec<Row>,
    rules: Vec<Row>,
    persons: Vec<String>,
    records: Vec<Row>,
    links: Vec<Row>,
}

pub fn execute(arguments: &ExplainArguments, console: &mut Console<'_>) -> Result<u8> {
    let folder = publication(&arguments.publication)?;
    let mut explanation = collect(&folder, &arguments.id)?;
    if !arguments.show_numbers {
        explanation.records.iter_mut().for_each(hide_numbers);
    }
    if console.json {
        console.json(&explanation)?;
    } else {
        print(&explanation, console)?;
    }
    Ok(0)
}

/// The folder itself if it is a publication, else its latest `quarter=…`.
pub(super) fn publication(folder: &Path) -> Result<PathBuf> {
    if folder.join("manifest.json").is_file() {
        return Ok(folder.to_owned());
    }
    let mut quarters: Vec<PathBuf> = std::fs::read_dir(folder)
        .map_err(|e| Error::io("打开发布文件夹", folder, e))?
        .filter_map(std::result::Result::ok)
        .map(|entry| entry.path())
        .filter(|path| {
            path.file_name().is_some_and(|n| n.to_string_lossy().starts_with("quarter="))
                && path.join("manifest.json").is_file()
        })
        .collect();
    quarters.sort();
    quarters.pop().ok_or_else(|| {
        Error::usage("这里没有发布")
            .in_file(folder)
            .hint("用 --publication 指向 bidui run 写出的 quarter=… 文件夹")
    })
}

fn collect(folder: &Path, id: &str) -> Result<Explanation> {
    let restricted = folder.join("restricted");
    let one = |text: &str| BTreeSet::from([text.to_owned()]);
    // Lists carry a short number: rule, quarter first seen, start of the fingerprint.
    let short: Vec<&str> = id.splitn(3, '-').collect();
    let named = |row: &reader::Row| match short[..] {
        [rule, quarter, start] => {
            row.get("rule_code") == rule
                && row.get("first_seen") == quarter
                && start.len() >= 4
                && row.get("exception_id").starts_with(start)
        }
        _ => row.get("exception_id") == id,
    };
    let mut found = Explanation {
        exceptions: rows(&restricted.join("exception.parquet"), named)?,
        ..Explanation::default()
    };
    let mut wanted: BTreeSet<String> = BTreeSet::new();
    for exception in &found.exceptions {
        let codes = one(exception.get("rule_code"));
        found.rules.extend(rows_where(&folder.join("tables/dim_rule.parquet"), "rule_code", &codes)?);
        wanted.extend(exception.get("evidence_record_ids").split(';').map(str::to_owned));
    }
    wanted.extend(id.split(',').map(|part| part.trim().to_owned()));
    let record_file = restricted.join("record.parquet");
    let people: BTreeSet<String> =
        rows(&record_file, |r| wanted.contains(r.get("record_id")) || r.get("person_id") == id)?
            .iter()
            .map(|r| r.get("person_id").to_owned())
            .collect();
    if people.is_empty() && found.exceptions.is_empty() {
        return Err(Error::usage(format!("没有找到“{id}”"))
            .in_file(folder)
            .hint("可用疑点编号(清单第一列)、人员编号(P 开头)或记录编号;确认 --publication 是同一季度"));
    }
    found.records = rows_where(&record_file, "person_id", &people)?;
    let ids: BTreeSet<&str> = found.records.iter().map(|r| r.get("record_id")).collect();
    found.links = rows(&restricted.join("link.parquet"), |l| {
        ids.contains(l.get("left_record_id")) || ids.contains(l.get("right_record_id"))
    })?;
    found.persons = people.into_iter().collect();
    Ok(found)
}

fn hide_numbers(row: &mut Row) {
    for (name, text) in &mut row.0 {
        if (name.ends_with("id_number") || name == "phone") && !text.is_empty() {
            *text = mask::id_for_list(text);
        }
    }
}

fn print(found: &Explanation, console: &mut Console<'_>) -> Result<()> {
    for exception in &found.exceptions {
        console.line(&format!("疑点 {}", exception.get("exception_id")))?;
        for (label, column) in [
            ("说明", "message"),
            ("规则", "rule_code"),
            ("严重程度", "severity"),
            ("责任部门", "owner"),
            ("首次发现", "first_seen"),
            ("状态", "status"),
            ("反馈期限", "due_date"),
        ] {
            console.line(&format!("  {label}  {}", exception.get(column)))?;
        }
    }
    for rule in &found.rules {
        for (label, column) in
            [("疑点类型", "title"), ("依据", "policy"), ("为何重要", "why"), ("核查建议", "advice")]
        {
            if !rule.get(column).is_empty() {
                console.line(&format!("  {label}  {}", rule.get(column)))?;
            }
        }
    }
    for person in &found.persons {
        console.line(&format!("\n人员 {person}"))?;
        let records: Vec<&Row> = found.records.iter().filter(|r| r.get("person_id") == person).collect();
        side_by_side(&records, console)?;
    }
    console.line("\n匹配(权重单位:比特;每向上 1 比特,是同一人的可能翻一倍)")?;
    if found.links.is_empty() {
        console.line("  没有与其他记录比较后接受或待确认的记录对")?;
    }
    for link in &found.links {
        link_line(link, console)?;
    }
    Ok(())
}

/// Columns that tell records apart, in the order an officer reads them.
const SHOWN: [(&str, &str); 12] = [
    ("record_id", "记录"),
    ("file", "文件"),
    ("row", "行"),
    ("name", "姓名"),
    ("id_number", "证件号"),
    ("id_number_class", "证件号判定"),
    ("birth_date", "出生日期"),
    ("sex", "性别"),
    ("village_code", "村代码"),
    ("household", "户编号"),
    ("relation", "与户主关系"),
    ("link_tier", "匹配等级"),
];

fn side_by_side(records: &[&Row], console: &mut Console<'_>) -> Result<()> {
    for (column, label) in SHOWN {
        let cells: Vec<&str> = records.iter().map(|r| r.get(column)).collect();
        if cells.iter().all(|c| c.is_empty()) {
            continue;
        }
        console.line(&format!("  {label}\t{}", cells.join("\t")))?;
    }
    Ok(())
}

fn link_line(link: &Row, console: &mut Console<'_>) -> Result<()> {
    let bits = link.get("weight").parse::<f64>().unwrap_or(0.0) / 1000.0;
    let decision = if link.get("decision") == "accept" { "接受" } else { "待人工确认" };
    console.line(&format!(
        "  {} ⇄ {}\n    {bits:.3} 比特,T{},{decision}",
        link.get("left_record_id"),
        link.get("right_record_id"),
        link.get("tier")
    ))?;
    for (name, level) in &link.0 {
        if let Some(field) = name.strip_prefix("level_") {
            let meaning = match level.as_str() {
                "0" | "" => "缺失".to_owned(),
                other => format!("第{other}级"),
            };
            console.line(&format!("      {field}\t{meaning}"))?;
        }
    }
    Ok(())
}
