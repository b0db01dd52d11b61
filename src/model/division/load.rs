//! Reads the division table of a pipeline.

use std::collections::BTreeMap;
use std::path::Path;

use super::{COUNTY, DivisionTree, DivisionUnit, PREFECTURE, TOWNSHIP, UnitHistory, VILLAGE};
use crate::{Error, Result};

/// Level that a code of so many digits stands for; the prefecture's ends in `00`.
fn division_code_level(code: &str) -> Option<u8> {
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

/// A table being read, for complaints.
struct DivisionTable<'a> {
    path: &'a Path,
}

impl DivisionTable<'_> {
    fn complain(&self, message: impl Into<String>, row: u64) -> Error {
        Error::configuration(message).in_file(self.path).at_row(row)
    }

    /// Columns of codes and names, the base year's first. A column without a year (`code`,
    /// `name`) holds for all years.
    fn columns(&self, headers: &csv::StringRecord, base_year: Option<i16>) -> Result<Vec<(usize, usize)>> {
        let dated = |prefix: &str| -> Vec<(usize, Option<i16>)> {
            let year = |header: &str| -> Option<Option<i16>> {
                match header.strip_prefix(prefix)? {
                    "" => Some(None),
                    rest => rest.strip_prefix('_')?.parse().ok().map(Some),
                }
            };
            headers.iter().enumerate().filter_map(|(at, header)| Some((at, year(header.trim())?))).collect()
        };
        let (codes, names) = (dated("code"), dated("name"));
        let mut pairs: Vec<(Option<i16>, usize, usize)> = Vec::new();
        for &(name, year) in &names {
            let code = codes.iter().find(|(_, y)| *y == year).or(codes.iter().find(|(_, y)| y.is_none()));
            if let Some(&(code, _)) = code {
                pairs.push((year, code, name));
            }
        }
        if let Some(base) = base_year {
            if !pairs.iter().any(|(year, ..)| year.is_none_or(|year| year == base)) {
                return Err(self
                    .complain(format!("行政区划表没有基准年{base}的代码和名称"), 1)
                    .hint("表头的年份要与 pipeline.toml 的 base_year 一致"));
            }
            pairs.sort_by_key(|(year, ..)| (*year != Some(base), *year));
        }
        if pairs.is_empty() {
            return Err(self
                .complain("行政区划表缺少代码列或名称列", 1)
                .hint("表头应为 code_年份,name_年份（每个年份一对），不分年份的写 code,name"));
        }
        Ok(pairs.into_iter().map(|(_, code, name)| (code, name)).collect())
    }

    fn read(
        &self,
        text: &str,
        base_year: Option<i16>,
        rows: &mut Vec<(DivisionUnit, UnitHistory)>,
    ) -> Result<()> {
        let bytes = text.trim_start_matches('\u{FEFF}').as_bytes();
        let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).flexible(true).from_reader(bytes);
        let broken = |e: csv::Error| {
            let row = e.position().map_or(0, csv::Position::line);
            self.complain("行政区划表不是合格的CSV", row).caused_by(e)
        };
        let headers = reader.headers().map_err(broken)?.clone();
        let pairs = self.columns(&headers, base_year)?;
        let aliases = headers.iter().position(|h| h == "aliases");
        for record in reader.records() {
            let record = record.map_err(broken)?;
            let row = record.position().map_or(0, csv::Position::line);
            let cell = |column: usize| record.get(column).unwrap_or("").trim();
            let mut dated = pairs
                .iter()
                .map(|&(code, name)| (cell(code), cell(name)))
                .filter(|(code, name)| !code.is_empty() && !name.is_empty());
            let Some((code, name)) = dated.next() else { continue };
            let mut past = UnitHistory::default();
            for (later_code, later_name) in dated {
                past.codes.push(later_code.to_owned());
                past.names.push(later_name.to_owned());
            }
            for code in past.codes.iter().map(String::as_str).chain([code]) {
                if division_code_level(code).is_none() {
                    return Err(self.complain(format!("区划代码“{code}”不是6、9或12位数字"), row));
                }
            }
            if let Some(column) = aliases {
                let names = cell(column).split(['|', ';']).map(str::trim);
                past.aliases = names.filter(|alias| !alias.is_empty()).map(str::to_owned).collect();
            }
            let level = division_code_level(code).unwrap_or(VILLAGE);
            rows.push((
                DivisionUnit { code: code.to_owned(), name: name.to_owned(), parent: None, level },
                past,
            ));
        }
        Ok(())
    }
}

impl DivisionTree {
    /// Reads CSV tables with the columns `code_YYYY`, `name_YYYY` (once per year; without the
    /// year where it never changed) and perhaps `aliases` (separated by `;`); other columns are
    /// notes. One row is one unit through time. A unit that is not there in the base year
    /// (founded later) keeps its later code. Without a base year the first pair of columns
    /// counts. `prefecture`: code and name of the root, if no table has it.
    pub fn load(paths: &[&Path], base_year: Option<i16>, prefecture: Option<(&str, &str)>) -> Result<Self> {
        let mut rows = Vec::new();
        for path in paths {
            let text = std::fs::read_to_string(path).map_err(|e| Error::io("读取行政区划表", path, e))?;
            DivisionTable { path }.read(&text, base_year, &mut rows)?;
        }
        let last = paths.last().copied().unwrap_or(Path::new(""));
        Self::from_rows(rows, prefecture, last)
    }

    /// Like [`Self::load`] for one table, from text; `path` is named in errors.
    pub fn parse(text: &str, path: &Path) -> Result<Self> {
        let mut rows = Vec::new();
        DivisionTable { path }.read(text, None, &mut rows)?;
        Self::from_rows(rows, None, path)
    }

    fn from_rows(
        mut rows: Vec<(DivisionUnit, UnitHistory)>,
        prefecture: Option<(&str, &str)>,
        path: &Path,
    ) -> Result<Self> {
        if let Some((code, name)) = prefecture
            && !rows.iter().any(|(unit, _)| unit.code == code)
        {
            let root = DivisionUnit {
                code: code.to_owned(),
                name: name.to_owned(),
                parent: None,
                level: PREFECTURE,
            };
            rows.push((root, UnitHistory::default()));
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
    fn assemble(mut rows: Vec<(DivisionUnit, UnitHistory)>, path: &Path) -> Result<Self> {
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
                    .hint("请补上它所属的县区（6位）和乡镇（9位）"));
            }
        }
        let (units, history): (Vec<_>, Vec<_>) = rows.into_iter().unzip();
        Ok(Self::new(units, &history))
    }
}
