//! Lesson 1: link two CSV files that tell of the same people.
//!
//! One is a county's list of families on dibao (low-income aid), the other its list of people with
//! health insurance; all people in them are invented. They share no key: numbers have slips, names
//! have variants. Nothing is trained by hand: the weights are estimated from the two files.
//!
//! `cargo run --example link_two_files`, from the root of the repository.
#![allow(clippy::print_stdout)] // A lesson shows what it found.

use std::path::Path;

use bidui::{Error, LinkageSummary, Result, TableRow, link_lists, read_rows};

/// What to link: the files, which of their headers mean the same, and how each column is compared.
/// `headers` gives a file's own words (left) the name of a link column (right); other columns are not read.
pub(crate) const CONFIG: &str = r#"
title = "低保与医保"
[[table]]
name = "dibao"
file = "农村低保_淇县.csv"
deduplicated = true # Nobody stands in it twice.
headers = { "户主姓名" = "name", "户主身份证号" = "id_number", "村社区" = "village" }
[[table]]
name = "insurance"
file = "医保参保_淇县.csv"
deduplicated = true
headers = { "姓名" = "name", "公民身份号码" = "id_number", "村(社区)" = "village" }
[columns]
name.kind = "han_name"       # Knows variants, readings and similar shapes of characters.
id_number.kind = "id_number" # Knows check digits, slips, and what a spreadsheet ruins.
village.kind = "text"
"#;

fn main() -> Result<()> {
    let folder = tempfile::tempdir().map_err(|e| Error::io("新建文件夹", &std::env::temp_dir(), e))?;
    let (summary, links) = link(Path::new("fixtures/hebi/2018Q3"), folder.path())?;
    for (table, records) in &summary.records {
        println!("{table}: {records} records");
    }
    println!("{} pairs compared, {} linked", summary.candidates, summary.accepted);
    // One number and two names: either a family whose head has changed, or one person's number in
    // the other's record. A link is a reason to look, no proof.
    let weakest = &links[0];
    println!(
        "the weakest: {} and {}, the same with a probability of {} in 10000",
        weakest.get("left_record_id"),
        weakest.get("right_record_id"),
        weakest.get("probability")
    );
    Ok(())
}

/// Links the two files in `data` and returns what was done and the links, the weakest first.
pub(crate) fn link(data: &Path, folder: &Path) -> Result<(LinkageSummary, Vec<TableRow>)> {
    let config = folder.join("link.toml");
    std::fs::write(&config, CONFIG).map_err(|e| Error::io("写文件", &config, e))?;
    // Writes `link.parquet` (pairs), `cluster.parquet` (who is who) and `report.json` (the weights).
    let out = folder.join("out");
    let summary = link_lists(&config, Some(data), &out)?;
    // Any table can be read as rows of text. A weight is in thousandths of a bit.
    let mut links = read_rows(&out.join("link.parquet"), |row| row.get("decision") == "accept")?;
    links.sort_by_key(|row| row.get("weight").parse::<i32>().unwrap_or(0));
    Ok((summary, links))
}
