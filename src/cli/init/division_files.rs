//! The division tables of a new pipeline: from a table of codes, or from what the lists name.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use arrow::array::Array as _;

use crate::config::read_options::ReadOptions;
use crate::profile::{DivisionRow, FoundDivisions, find_divisions};
use crate::worker::{self, Worker};
use crate::{Error, Result, load};

/// Townships and villages of a county, and what must be said of them.
#[derive(Default)]
pub(super) struct CountyDivisions {
    pub(super) townships: Vec<DivisionRow>,
    pub(super) villages: Vec<DivisionRow>,
    /// Name of the prefecture, if the lists have one.
    pub(super) prefecture: Option<String>,
    pub(super) notices: Vec<String>,
}

/// Reads a table of codes and names in any format; rows of other counties are left out and counted.
///
/// # Errors
/// A file that cannot be read, without the two columns, or with one code for two names.
pub(super) fn read_division_table(
    worker: Option<&Worker>,
    path: &Path,
    county: &str,
) -> Result<CountyDivisions> {
    const CODES: [&str; 6] = ["code", "代码", "区划代码", "行政区划代码", "统计用区划代码", "编码"];
    const NAMES: [&str; 5] = ["name", "名称", "区划名称", "单位名称", "行政区划名称"];
    let folder = path.parent().unwrap_or(Path::new(""));
    let name = path.file_name().ok_or_else(|| Error::usage("这不是文件").in_file(path))?;
    let known_headers = CODES.iter().chain(&NAMES).map(|word| (*word).to_owned()).collect();
    let options = ReadOptions { known_headers, minimum_headers: 2, ..ReadOptions::default() };
    let mut units: BTreeMap<String, String> = BTreeMap::new();
    let mut elsewhere = 0u64;
    for piece in worker::open_file(worker, folder, Path::new(name), &options, &|_| true)? {
        let piece = piece?;
        let find = |words: &[&str]| piece.info.headers.iter().position(|h| words.contains(&h.as_str()));
        let (Some(code_at), Some(name_at)) = (find(&CODES), find(&NAMES)) else {
            return Err(Error::input("区划代码表缺少“代码”或“名称”列")
                .in_file(path)
                .hint("第一行写 代码,名称，以下每行一个乡镇（9位）或村（12位）"));
        };
        let (codes, names) = (&piece.columns[code_at], &piece.columns[name_at]);
        for row in (0..piece.rows.len()).filter(|&row| !codes.is_null(row) && !names.is_null(row)) {
            let full: String = codes.value(row).chars().filter(char::is_ascii_digit).collect();
            // The statistics office writes every code with twelve digits.
            let code = match full.len() {
                12 if full.ends_with("000000") => &full[..6],
                12 if full.ends_with("000") => &full[..9],
                6 | 9 | 12 => full.as_str(),
                _ => {
                    return Err(Error::input("区划代码应是6、9或12位数字")
                        .in_file(path)
                        .at_row(u64::from(piece.rows[row])));
                }
            };
            if !code.starts_with(county) {
                elsewhere += 1;
                continue;
            }
            let name = names.value(row).trim().to_owned();
            if let Some(other) = units.insert(code.to_owned(), name.clone()).filter(|other| *other != name) {
                return Err(Error::input(format!("区划代码 {code} 有两个名称：{other}、{name}"))
                    .in_file(path)
                    .at_row(u64::from(piece.rows[row])));
            }
        }
    }
    let of = |length: usize| -> Vec<DivisionRow> {
        let rows = units.iter().filter(|(code, _)| code.len() == length);
        rows.map(|(code, name)| DivisionRow {
            code: code.clone(),
            name: name.clone(),
            aliases: Vec::new(),
            provisional: false,
        })
        .collect()
    };
    let mut read = CountyDivisions { townships: of(9), villages: of(12), ..CountyDivisions::default() };
    if elsewhere > 0 {
        read.notices.push(format!("代码表里有{elsewhere}行不属于 {county}，没有采用"));
    }
    Ok(read)
}

/// Takes the places that the lists in `data` name.
///
/// # Errors
/// A folder or lists that cannot be read.
pub(super) fn divisions_of_lists(
    worker: Option<&Worker>,
    data: &Path,
    code: &str,
    name: &str,
) -> Result<CountyDivisions> {
    let files = load::list_data_files(data)?;
    if files.is_empty() {
        return Err(Error::input("数据文件夹是空的")
            .in_file(data)
            .hint("把各部门的名单放进去，或去掉 --data"));
    }
    let found = find_divisions(worker, &files, code, name)?;
    let (townships, villages) = found.tables(code)?;
    let mut notices = list_notices(&found, code);
    let provisional = townships.iter().chain(&villages).filter(|row| row.provisional).count();
    if provisional > 0 {
        notices.push(format!(
            "名单里没有区划代码，{provisional}个乡镇和村用了临时代码（从 {code}901 起）；有了正式代码表，换掉 codes/ 里的两个表"
        ));
    }
    let prefecture = found.prefectures.iter().max_by_key(|(_, rows)| **rows).map(|(name, _)| name.clone());
    Ok(CountyDivisions { townships, villages, prefecture, notices })
}

fn list_notices(found: &FoundDivisions, code: &str) -> Vec<String> {
    let mut notices = Vec::new();
    for (file, why) in &found.unread {
        notices.push(format!("没有读 {}：{why}", file.display()));
    }
    for (file, rows) in &found.malformed {
        notices.push(format!(
            "{}有{rows}行读不出（表头认不出，或行里多了分隔符），它们的乡镇没有收入",
            file.display()
        ));
    }
    if found.rows_without_township > 0 {
        notices.push(format!("{}行里有{}行没有写乡镇", found.rows, found.rows_without_township));
    }
    if !found.other_counties.is_empty() {
        let rows: u64 = found.other_counties.values().sum();
        let names: Vec<&str> = found.other_counties.keys().take(5).map(String::as_str).collect();
        notices.push(format!("{rows}行写的是别的县区（{}），它们的乡镇没有收入", names.join("、")));
    }
    let most = found.prefixes.iter().max_by_key(|(_, rows)| **rows);
    if let Some((prefix, rows)) = most.filter(|(prefix, _)| *prefix != code) {
        let own = found.prefixes.get(code).copied().unwrap_or(0);
        notices.push(format!(
            "证件号码前六位最多的是 {prefix}（{rows}行），{code} 只有{own}行：请核对 --code 是否写对"
        ));
    }
    notices
}

/// The text of a division table.
pub(super) fn division_csv(rows: &[DivisionRow], title: &str) -> String {
    let mut text = format!("# {title}。aliases：名单里的其他写法，用 ; 隔开。\ncode,name,aliases,note\n");
    for row in rows {
        let aliases: Vec<String> = row.aliases.iter().map(|a| plain_cell(a)).collect();
        let note = if row.provisional { "临时代码" } else { "" };
        let _ = writeln!(text, "{},{},{},{note}", row.code, plain_cell(&row.name), aliases.join(";"));
    }
    text
}

/// A name without what would end its cell.
fn plain_cell(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, ',' | ';' | '|' | '"' | '\n' | '\r')).collect()
}
