//! Villages of the prefecture, from the pipeline's division table.

use std::collections::BTreeMap;
use std::path::Path;

use crate::{Error, Result};

/// One village with its parents' names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct VillagePlace {
    /// 12-digit code.
    pub code: String,
    /// Name with suffix.
    pub name: String,
    /// Township name.
    pub township: String,
    /// County name.
    pub county: String,
    /// Six-digit code of the county as the division table has it.
    pub county_code: String,
    /// Six digits that ID numbers of people registered here carry.
    pub id_prefix: u32,
    /// What it was called and where it was put later, if in another township.
    pub later: Option<LaterPlace>,
    /// Position among the villages of the same ID prefix, and how many there are.
    pub slot: usize,
    /// See `slot`.
    pub slots: usize,
}

/// A village after its township was divided or merged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LaterPlace {
    /// Name with suffix.
    pub name: String,
    /// Township name.
    pub township: String,
}

impl VillagePlace {
    /// Name without 村委会/居委会, as most lists print it.
    pub(super) fn short_name(&self) -> &str {
        ["村委会", "居委会"].iter().find_map(|s| self.name.strip_suffix(s)).unwrap_or(&self.name)
    }
    /// Code of the township.
    pub(super) fn township_code(&self) -> &str {
        &self.code[..9]
    }
}

/// Reads the division tables of a pipeline's `codes` folder: rural villages of the base year.
pub(super) fn read_village_places(codes: &Path) -> Result<Vec<VillagePlace>> {
    let whole = codes.join("divisions.csv");
    let files = if whole.is_file() {
        vec![whole]
    } else {
        ["counties.csv", "townships.csv", "villages.csv"].iter().map(|f| codes.join(f)).collect()
    };
    let mut units = DatedUnits::default();
    for path in files {
        let text = std::fs::read_to_string(&path).map_err(|e| Error::io("读取区划表", &path, e))?;
        read_units(&text, &mut units).map_err(|e| e.in_file(&path))?;
    }
    villages(&units).map_err(|e| e.in_file(codes))
}

/// Names of the units of the base year by code, and what became of them.
#[derive(Default)]
struct DatedUnits {
    names: BTreeMap<String, String>,
    /// Later code and name by the code of the base year.
    later: BTreeMap<String, (String, String)>,
    /// Names of later years by their codes.
    later_names: BTreeMap<String, String>,
}

fn read_units(text: &str, units: &mut DatedUnits) -> Result<()> {
    let bad = |e: csv::Error| Error::configuration(format!("区划表不是合格的 CSV:{e}"));
    let mut reader = csv::ReaderBuilder::new()
        .comment(Some(b'#'))
        .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let headers = reader.headers().map_err(bad)?.clone();
    let column = |names: &[&str]| headers.iter().position(|h| names.contains(&h));
    let missing = |name: &str| {
        Error::configuration(format!("区划表缺少列“{name}”")).hint("需要 code（12位）、name 两列")
    };
    let code_at = column(&["code", "code_2017"]).ok_or_else(|| missing("code"))?;
    let name_at = column(&["name", "name_2017"]).ok_or_else(|| missing("name"))?;
    let year_at = column(&["year", "base_year"]);
    let later_at = column(&["code_2023"]).zip(column(&["name_2023"]));
    let to_at = column(&["to", "valid_to", "until"]);
    for row in reader.records() {
        let row = row.map_err(bad)?;
        let cell = |at: usize| row.get(at).unwrap_or("").trim();
        let (code, name) = (cell(code_at), cell(name_at));
        if let Some((later, later_name)) = later_at.map(|(code, name)| (cell(code), cell(name)))
            && !later.is_empty()
            && !later_name.is_empty()
        {
            units.later_names.entry(later.to_owned()).or_insert_with(|| later_name.to_owned());
            if !code.is_empty() {
                units.later.insert(code.to_owned(), (later.to_owned(), later_name.to_owned()));
            }
        }
        let other_year = year_at.is_some_and(|at| cell(at) != "2017");
        let ended = to_at
            .is_some_and(|at| cell(at).get(..4).and_then(|y| y.parse().ok()).is_some_and(|y: u32| y < 2018));
        if code.is_empty() || name.is_empty() || other_year || ended {
            continue;
        }
        units.names.entry(code.to_owned()).or_insert_with(|| name.to_owned());
    }
    Ok(())
}

fn villages(units: &DatedUnits) -> Result<Vec<VillagePlace>> {
    let name_of = |code: &str| units.names.get(code).cloned();
    let later_place = |code: &str| {
        let (later, name) = units.later.get(code)?;
        let moved = later.get(..9)? != &code[..9];
        let township = units.later_names.get(later.get(..9)?).filter(|_| moved)?;
        Some(LaterPlace { name: name.clone(), township: township.clone() })
    };
    let mut villages: Vec<VillagePlace> = Vec::new();
    for (code, name) in &units.names {
        // Codes ending 200-399 are village committees, below that town neighbourhoods.
        let rural = code.len() == 12 && code[9..].parse::<u32>().is_ok_and(|n| n >= 200);
        let (Some(township), Some(county)) =
            (code.get(..9).and_then(name_of), code.get(..6).and_then(name_of))
        else {
            continue;
        };
        if !rural {
            continue;
        }
        // The development zone is a statistical unit: its people carry the district's prefix.
        let id_prefix = if &code[..6] == "410671" { 410_611 } else { code[..6].parse().unwrap_or(0) };
        villages.push(VillagePlace {
            code: code.clone(),
            name: name.clone(),
            township,
            county,
            county_code: code[..6].to_owned(),
            id_prefix,
            later: later_place(code),
            slot: 0,
            slots: 0,
        });
    }
    if villages.is_empty() {
        return Err(Error::configuration("区划表里没有一个村").hint("村级代码应为12位，并列出其乡、县"));
    }
    let mut counts: BTreeMap<u32, usize> = BTreeMap::new();
    for v in &mut villages {
        let n = counts.entry(v.id_prefix).or_default();
        v.slot = *n;
        *n += 1;
    }
    for v in &mut villages {
        v.slots = counts[&v.id_prefix];
    }
    Ok(villages)
}
