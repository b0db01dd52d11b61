//! Reads the division table of a pipeline.

use std::collections::BTreeMap;
use std::path::Path;

use super::{COUNTY, DivisionTree, PREFECTURE, TOWNSHIP, Unit, UnitHistory, VILLAGE};
use crate::{Error, Result};

/// Level that a code of so many digits stands for; the prefecture's ends in `00`.
fn level_of(code: &str) -> Option<u8> {
    if !code.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    match code.len() {
        6 if code.ends_with("00") => Some(PREFECTURE),
        6 => Some(COUNTY),
        9 => Some(TOWNSHIP),
        12 => Some(VILLAGE),
        _ => None,
    }
}

impl DivisionTree {
    /// Reads a CSV with the columns `code_YYYY`, `name_YYYY` (once per year, the first is the
    /// base year) and perhaps `aliases` (separated by `|`); other columns are notes. A unit
    /// without a code in the base year (founded later) keeps its later code.
    pub fn load(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).map_err(|e| Error::io("读取行政区划表", path, e))?;
        Self::parse(&text, path)
    }

    /// Like [`Self::load`], from text; `path` is named in errors.
    pub fn parse(text: &str, path: &Path) -> Result<Self> {
        let mut reader =
            csv::ReaderBuilder::new().from_reader(text.trim_start_matches('\u{FEFF}').as_bytes());
        let broken = |e: csv::Error| {
            let row = e.position().map_or(0, csv::Position::line);
            Error::configuration("行政区划表不是合格的CSV").in_file(path).at_row(row).caused_by(e)
        };
        let headers = reader.headers().map_err(broken)?.clone();
        let columns = |prefix: &str| -> Vec<usize> {
            headers.iter().enumerate().filter(|(_, h)| h.starts_with(prefix)).map(|(i, _)| i).collect()
        };
        let (codes, names) = (columns("code_"), columns("name_"));
        let aliases = headers.iter().position(|h| h == "aliases");
        if codes.is_empty() || codes.len() != names.len() {
            return Err(Error::configuration("行政区划表缺少代码列或名称列")
                .in_file(path)
                .at_row(1)
                .hint("表头应为 code_年份,name_年份(每个年份一对,第一对为基准年)"));
        }
        let mut rows: Vec<(Unit, UnitHistory)> = Vec::new();
        for (index, record) in reader.records().enumerate() {
            let record = record.map_err(broken)?;
            let row = index as u64 + 2;
            let cell = |column: usize| record.get(column).unwrap_or("").trim();
            let dated: Vec<(&str, &str)> = codes
                .iter()
                .zip(&names)
                .map(|(&c, &n)| (cell(c), cell(n)))
                .filter(|(c, _)| !c.is_empty())
                .collect();
            let Some(&(code, name)) = dated.first() else { continue };
            for (code, name) in &dated {
                if level_of(code).is_none() || name.is_empty() {
                    return Err(Error::configuration(format!("区划代码“{code}”或其名称不合格"))
                        .in_file(path)
                        .at_row(row)
                        .hint("代码应为6、9或12位数字,名称不能为空"));
                }
            }
            let mut past = UnitHistory::default();
            for (later_code, later_name) in dated.iter().skip(1) {
                past.codes.push((*later_code).to_owned());
                past.names.push((*later_name).to_owned());
            }
            if let Some(column) = aliases {
                past.aliases = cell(column).split('|').filter(|a| !a.is_empty()).map(str::to_owned).collect();
            }
            let level = level_of(code).unwrap_or(VILLAGE);
            rows.push((Unit { code: code.to_owned(), name: name.to_owned(), parent: None, level }, past));
        }
        rows.sort_by(|(a, _), (b, _)| (a.level, &a.code).cmp(&(b.level, &b.code)));
        if let Some(pair) = rows.windows(2).find(|pair| pair[0].0.code == pair[1].0.code) {
            return Err(Error::configuration(format!("区划代码“{}”重复", pair[0].0.code))
                .in_file(path)
                .hint("每个单位只占一行"));
        }
        Self::assemble(rows, path)
    }

    /// Finds every unit's parent: by its base code, or for a unit known only later by the later
    /// code of its parent.
    fn assemble(mut rows: Vec<(Unit, UnitHistory)>, path: &Path) -> Result<Self> {
        let mut positions: BTreeMap<String, u32> = BTreeMap::new();
        for (position, (unit, _)) in rows.iter().enumerate() {
            positions.insert(unit.code.clone(), position as u32);
        }
        for (position, (_, past)) in rows.iter().enumerate() {
            for code in &past.codes {
                positions.entry(code.clone()).or_insert(position as u32);
            }
        }
        let prefecture = rows.iter().position(|(unit, _)| unit.level == PREFECTURE).map(|p| p as u32);
        for (unit, _) in &mut rows {
            unit.parent = match unit.level {
                PREFECTURE => None,
                COUNTY => prefecture,
                TOWNSHIP => positions.get(&unit.code[..6]).copied(),
                _ => positions.get(&unit.code[..9]).copied(),
            };
            if unit.level > COUNTY && unit.parent.is_none() {
                return Err(Error::configuration(format!("区划代码“{}”没有上级单位", unit.code))
                    .in_file(path)
                    .hint("请补上它所属的县区(6位)和乡镇(9位)"));
            }
        }
        let (units, history): (Vec<_>, Vec<_>) = rows.into_iter().unzip();
        Ok(Self::new(units, &history))
    }
}
