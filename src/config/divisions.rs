//! The division tables of a pipeline as one tree of the base year.

use std::collections::BTreeMap;
use std::path::Path;

use super::Settings;
use crate::normalize::division::{DivisionTree, Unit};
use crate::{Error, Result};

/// Reads prefecture, counties, townships and villages; columns are found by the base year.
pub(super) fn load(codes: &Path, settings: &Settings) -> Result<DivisionTree> {
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    names.insert(settings.prefecture.code.clone(), settings.prefecture.name.clone());
    let year = settings.divisions.base_year.to_string();
    for (file, code, name) in [
        (&settings.divisions.counties, "code".to_owned(), "name".to_owned()),
        (&settings.divisions.townships, "code".to_owned(), format!("name_{year}")),
        (&settings.divisions.villages, format!("code_{year}"), format!("name_{year}")),
    ] {
        read(&codes.join(file), &code, &name, &mut names)?;
    }
    let mut tree = DivisionTree::default();
    let mut places: BTreeMap<&str, u32> = BTreeMap::new();
    // Parents have shorter codes, and a prefix sorts before what it begins.
    let mut ordered: Vec<(&String, &String)> = names.iter().collect();
    ordered.sort_by_key(|(code, _)| (code.len(), *code == &settings.prefecture.code, code.as_str()));
    if let Some(place) = ordered.iter().position(|(code, _)| *code == &settings.prefecture.code) {
        let prefecture = ordered.remove(place);
        ordered.insert(0, prefecture);
    }
    for (code, name) in ordered {
        let parent = match code.len() {
            6 if *code == settings.prefecture.code => None,
            6 => Some(settings.prefecture.code.as_str()),
            length => code.get(..length - 3),
        };
        let parent = parent.and_then(|p| places.get(p).copied());
        let level = match code.len() {
            6 if parent.is_none() => 1,
            6 => 2,
            9 => 3,
            _ => 4,
        };
        places.insert(code, tree.units.len() as u32);
        tree.units.push(Unit { code: code.clone(), name: name.clone(), parent, level });
    }
    Ok(tree)
}

fn read(path: &Path, code: &str, name: &str, names: &mut BTreeMap<String, String>) -> Result<()> {
    let bytes = std::fs::read(path).map_err(|e| Error::io("读取区划文件", path, e))?;
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).flexible(true).from_reader(&bytes[..]);
    let bad = |e: csv::Error| Error::configuration("区划文件不是合法的 CSV").in_file(path).caused_by(e);
    let headers = reader.headers().map_err(bad)?.clone();
    let find = |wanted: &str| {
        headers.iter().position(|h| h == wanted).ok_or_else(|| {
            Error::configuration(format!("区划文件缺少列“{wanted}”"))
                .in_file(path)
                .hint("列名里的年份要与 pipeline.toml 的 base_year 一致")
        })
    };
    let (code, name) = (find(code)?, find(name)?);
    for record in reader.records() {
        let record = record.map_err(bad)?;
        let line = record.position().map_or(0, csv::Position::line);
        let (code, name) = (record.get(code).unwrap_or(""), record.get(name).unwrap_or(""));
        if code.is_empty() || name.is_empty() {
            continue;
        }
        if !matches!(code.len(), 6 | 9 | 12) || !code.bytes().all(|b| b.is_ascii_digit()) {
            return Err(Error::configuration(format!("区划代码“{code}”不是6、9或12位数字"))
                .in_file(path)
                .at_row(line));
        }
        names.insert(code.to_owned(), name.to_owned());
    }
    Ok(())
}
