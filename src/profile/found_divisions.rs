//! Townships and villages that lists name, for a place that has no table of them yet.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{Array as _, StringArray};

use super::content_roles::find_roles;
use super::header_search::search_headers;
use crate::config::ColumnRole;
use crate::extract::RawTable;
use crate::model::division::{TOWNSHIP, VILLAGE, division_name_root};
use crate::model::id_number::IdNumber;
use crate::worker::{self, Worker};
use crate::{Error, Result};

/// A unit by the names lists give it.
#[derive(Debug, Clone, Default)]
struct NamedUnit {
    /// Rows by name.
    names: BTreeMap<String, u64>,
    /// Rows by the code that stands beside it.
    codes: BTreeMap<String, u64>,
}

impl NamedUnit {
    /// The name of most rows (the longer of equals), and the others.
    fn name_and_aliases(&self) -> (String, Vec<String>) {
        let best = self.names.iter().max_by_key(|(name, rows)| (**rows, name.chars().count()));
        let name = best.map(|(name, _)| name.clone()).unwrap_or_default();
        let others = self.names.keys().filter(|other| **other != name).cloned().collect();
        (name, others)
    }
}

/// What lists say of the divisions of one county.
#[derive(Debug, Clone, Default)]
pub(crate) struct FoundDivisions {
    townships: BTreeMap<String, (NamedUnit, BTreeMap<String, NamedUnit>)>,
    /// Data rows looked at.
    pub(crate) rows: u64,
    /// Rows that name no township.
    pub(crate) rows_without_township: u64,
    /// Rows that name another county, by its name.
    pub(crate) other_counties: BTreeMap<String, u64>,
    /// Six-digit prefixes of ID numbers and how many rows have them.
    pub(crate) prefixes: BTreeMap<String, u64>,
    /// Files that could not be read, and why.
    pub(crate) unread: Vec<(PathBuf, String)>,
    /// Files with rows that could not be cut into cells, and how many.
    pub(crate) malformed: Vec<(PathBuf, usize)>,
    /// Values of a column of prefectures.
    pub(crate) prefectures: BTreeMap<String, u64>,
}

/// One row of a division table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DivisionRow {
    /// Nine or twelve digits.
    pub(crate) code: String,
    /// Name of most rows.
    pub(crate) name: String,
    /// Other ways it is written.
    pub(crate) aliases: Vec<String>,
    /// No list has its code: it was numbered here.
    pub(crate) provisional: bool,
}

/// Reads the files and collects the places they name in the county of this code and name.
///
/// # Errors
/// None of the files can be read.
pub(crate) fn find_divisions(
    worker: Option<&Worker>,
    files: &[PathBuf],
    code: &str,
    name: &str,
) -> Result<FoundDivisions> {
    let mut found = FoundDivisions::default();
    for file in files {
        if let Err(error) = read_places(worker, file, code, name, &mut found) {
            found.unread.push((file.clone(), error.message().to_owned()));
        }
    }
    match found.unread.first() {
        Some((file, why)) if found.unread.len() == files.len() => {
            Err(Error::input(format!("数据文件夹里没有一个文件能读：{why}")).in_file(file))
        }
        _ => Ok(found),
    }
}

/// Columns of one table that say where.
#[derive(Default)]
struct PlaceColumns {
    prefecture: Option<usize>,
    county: Option<usize>,
    township: Option<usize>,
    village: Option<usize>,
    code: Option<usize>,
    id: Option<usize>,
}

fn read_places(
    worker: Option<&Worker>,
    path: &Path,
    code: &str,
    name: &str,
    found: &mut FoundDivisions,
) -> Result<()> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let file = Path::new(path.file_name().unwrap_or_default());
    let options = search_headers(worker, folder, file, &[])?;
    let mut info = None;
    let mut columns = PlaceColumns::default();
    let mut malformed = 0;
    for piece in worker::open_file(worker, folder, file, &options, &|_| true)? {
        let piece = piece?;
        if info.as_ref().is_none_or(|known| !Arc::ptr_eq(known, &piece.info)) {
            info = Some(Arc::clone(&piece.info));
            columns = place_columns(&piece);
        }
        for row in 0..piece.rows.len() {
            add_row(&piece, row, &columns, code, name, found);
        }
        malformed += piece.malformed.len();
    }
    if malformed > 0 {
        found.malformed.push((path.to_owned(), malformed));
    }
    Ok(())
}

fn place_columns(piece: &RawTable) -> PlaceColumns {
    let roles = find_roles(&piece.info.headers, &piece.columns);
    let of = |role| roles.iter().position(|found| found.as_ref().is_some_and(|f| f.role == role));
    PlaceColumns {
        prefecture: piece
            .info
            .headers
            .iter()
            .position(|h| matches!(h.as_str(), "市" | "地市" | "市(地、州、盟)")),
        county: of(ColumnRole::County),
        township: of(ColumnRole::Township),
        village: of(ColumnRole::Village),
        code: of(ColumnRole::DivisionCode),
        id: of(ColumnRole::IdNumber),
    }
}

fn add_row(
    piece: &RawTable,
    row: usize,
    columns: &PlaceColumns,
    code: &str,
    name: &str,
    found: &mut FoundDivisions,
) {
    let cell = |column: Option<usize>| -> String {
        let value = |cells: &StringArray| (!cells.is_null(row)).then(|| cells.value(row).to_owned());
        let text = column.and_then(|at| piece.columns.get(at)).and_then(value).unwrap_or_default();
        text.chars().filter(|c| !c.is_whitespace()).collect()
    };
    found.rows += 1;
    if let Some(prefix) = IdNumber::parse(&cell(columns.id)).region6() {
        *found.prefixes.entry(format!("{prefix:06}")).or_default() += 1;
    }
    let prefecture = cell(columns.prefecture);
    if prefecture.ends_with('市') {
        *found.prefectures.entry(prefecture).or_default() += 1;
    }
    let county = cell(columns.county);
    let here =
        county.is_empty() || county.contains(name) || name.contains(&county) || county.starts_with(code);
    if !here {
        *found.other_counties.entry(county).or_default() += 1;
        return;
    }
    // A cell may name what is above it, too.
    let below = |text: String, above: &str| {
        text.rsplit_once(above)
            .map(|(_, rest)| rest.to_owned())
            .filter(|rest| !rest.is_empty())
            .unwrap_or(text)
    };
    let township = below(cell(columns.township), name);
    if township.is_empty() || township.chars().any(|c| c.is_ascii_digit()) {
        found.rows_without_township += 1;
        return;
    }
    let number =
        Some(cell(columns.code)).filter(|c| c.starts_with(code) && c.bytes().all(|b| b.is_ascii_digit()));
    let unit = found.townships.entry(division_name_root(&township, TOWNSHIP)).or_default();
    *unit.0.names.entry(township.clone()).or_default() += 1;
    if let Some(number) = number.as_ref().filter(|n| n.len() >= 9) {
        *unit.0.codes.entry(number[..9].to_owned()).or_default() += 1;
    }
    let village = below(cell(columns.village), &township);
    if village.is_empty() {
        return;
    }
    let village_unit = unit.1.entry(division_name_root(&village, VILLAGE)).or_default();
    *village_unit.names.entry(village).or_default() += 1;
    if let Some(number) = number.filter(|n| n.len() == 12 && !n.ends_with("000")) {
        *village_unit.codes.entry(number).or_default() += 1;
    }
}

impl FoundDivisions {
    /// Townships and villages as rows of division tables. Those that no list gives a code are numbered from 901
    /// (villages from 001) in the order of their names, and marked.
    ///
    /// # Errors
    /// More units than there are numbers.
    pub(crate) fn tables(&self, county: &str) -> Result<(Vec<DivisionRow>, Vec<DivisionRow>)> {
        let units: Vec<&NamedUnit> = self.townships.values().map(|(unit, _)| unit).collect();
        let townships = numbered(&units, county, 901)?;
        let mut villages = Vec::new();
        for (township, (_, below)) in townships.iter().zip(self.townships.values()) {
            let units: Vec<&NamedUnit> = below.values().collect();
            villages.extend(numbered(&units, &township.code, 1)?);
        }
        Ok((townships, villages))
    }
}

fn numbered(units: &[&NamedUnit], above: &str, first: usize) -> Result<Vec<DivisionRow>> {
    let mut taken = BTreeSet::new();
    let known: Vec<Option<String>> = units
        .iter()
        .map(|unit| {
            let code = unit.codes.iter().max_by_key(|(_, rows)| **rows).map(|(code, _)| code.clone())?;
            (code.starts_with(above) && taken.insert(code.clone())).then_some(code)
        })
        .collect();
    let mut free = (first..1000).map(|n| format!("{above}{n:03}")).filter(|code| !taken.contains(code));
    let mut rows = Vec::new();
    for (unit, known) in units.iter().zip(known) {
        let provisional = known.is_none();
        let code = match known.or_else(|| free.next()) {
            Some(code) => code,
            None => {
                return Err(Error::input(format!("{above} 下面的单位太多，编不出临时代码"))
                    .hint("用 --divisions 给出正式的区划代码表"));
            }
        };
        let (name, aliases) = unit.name_and_aliases();
        rows.push(DivisionRow { code, name, aliases, provisional });
    }
    Ok(rows)
}
