//! Administrative divisions: dated codes, aliases, lineage after renaming.
//!
//! A unit keeps one position whatever it was called and coded in which year, so two lists that
//! name one village differently meet in one number. Names that fit several units resolve to
//! the unit above them: a village is never guessed.

mod load;
mod lookup;
mod names;

pub(crate) use lookup::DivisionVerdict;
pub(crate) use names::division_name_root;

use std::collections::{BTreeMap, BTreeSet};

/// One county, township or village.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DivisionUnit {
    /// Code as of the pipeline's base year (6, 9 or 12 digits).
    pub code: String,
    /// Name as of the base year, with suffix.
    pub name: String,
    /// Position of the parent unit, `None` for the prefecture.
    pub parent: Option<u32>,
    /// 1 prefecture, 2 county, 3 township, 4 village.
    pub level: u8,
}

/// The divisions of the prefecture.
#[derive(Debug, Clone, Default)]
pub struct DivisionTree {
    /// Units, parents before children, by code.
    pub units: Vec<DivisionUnit>,
    /// Codes of every year.
    codes: BTreeMap<String, u32>,
    /// Units under a parent by every way their names are written.
    names: BTreeMap<(u32, names::NameKey), Vec<names::UnitCandidate>>,
    /// First unit that ends in the same later unit (merged units share it).
    lineage: Vec<u32>,
    /// Positions by level, each with its name as texts are compared.
    by_level: BTreeMap<u8, Vec<(u32, String)>>,
}

/// Other names and codes of a unit, besides those of the base year.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UnitHistory {
    /// Codes of later years.
    pub codes: Vec<String>,
    /// Names of later years.
    pub names: Vec<String>,
    /// Names in use that no table lists.
    pub aliases: Vec<String>,
}

impl DivisionTree {
    /// Builds the indexes. `units`: parents before children; `history` runs alongside.
    pub fn new(units: Vec<DivisionUnit>, history: &[UnitHistory]) -> Self {
        let mut tree = Self { lineage: (0..units.len() as u32).collect(), ..Self::default() };
        let none = UnitHistory::default();
        let mut ends: BTreeMap<&str, u32> = BTreeMap::new();
        for (position, unit) in units.iter().enumerate() {
            let at = position as u32;
            let past = history.get(position).unwrap_or(&none);
            tree.codes.entry(unit.code.clone()).or_insert(at);
            if let Some(end) = past.codes.last() {
                tree.lineage[position] = *ends.entry(end).or_insert(at);
            }
            let parent = unit.parent.unwrap_or(u32::MAX);
            let mut add = |text: &str, how| {
                for key in names::division_name_keys(text, unit.level) {
                    let list = tree.names.entry((parent, key)).or_default();
                    if !list.iter().any(|c| c.unit == at) {
                        list.push(names::UnitCandidate { unit: at, how });
                    }
                }
            };
            add(&unit.name, names::NameOrigin::Base);
            past.names.iter().for_each(|name| add(name, names::NameOrigin::Later));
            past.aliases.iter().for_each(|name| add(name, names::NameOrigin::Alias));
        }
        // A code of a later year never takes over a code of the base year.
        for (position, past) in history.iter().enumerate() {
            for code in &past.codes {
                tree.codes.entry(code.clone()).or_insert(position as u32);
            }
        }
        tree.add_later_places(&units, history);
        for (position, unit) in units.iter().enumerate() {
            tree.by_level
                .entry(unit.level)
                .or_default()
                .push((position as u32, names::tidy_division_name(&unit.name)));
        }
        tree.units = units;
        tree
    }

    /// Enters units that came under another parent later under that one, too, by all their names: of a village whose
    /// township was divided, lists of later years know the later township alone. What is already there comes first.
    fn add_later_places(&mut self, units: &[DivisionUnit], history: &[UnitHistory]) {
        let mut later: Vec<(u32, names::NameKey, u32)> = Vec::new();
        for ((at, unit), past) in (0..).zip(units).zip(history) {
            for code in &past.codes {
                let above = match unit.level {
                    VILLAGE => code.get(..9),
                    TOWNSHIP => code.get(..6),
                    _ => None,
                };
                let parent = above.and_then(|above| self.codes.get(above)).copied();
                let Some(parent) = parent.filter(|&parent| unit.parent != Some(parent)) else { continue };
                if units[parent as usize].level + 1 != unit.level {
                    continue;
                }
                let all = [&unit.name].into_iter().chain(&past.names).chain(&past.aliases);
                let keys = all.flat_map(|name| names::division_name_keys(name, unit.level));
                later.extend(
                    keys.filter(|key| !self.names.contains_key(&(parent, key.clone())))
                        .map(|key| (parent, key, at)),
                );
            }
        }
        for (parent, key, unit) in later {
            let list = self.names.entry((parent, key)).or_default();
            if !list.iter().any(|candidate| candidate.unit == unit) {
                list.push(names::UnitCandidate { unit, how: names::NameOrigin::Later });
            }
        }
    }

    /// Units of a level, in order, with their names as texts are compared.
    fn of_level(&self, level: u8) -> impl Iterator<Item = (u32, &str)> {
        self.by_level.get(&level).into_iter().flatten().map(|(position, name)| (*position, name.as_str()))
    }

    /// Unit of a division column's value (one plus its position; 0 is missing).
    pub fn unit(&self, value: u32) -> Option<&DivisionUnit> {
        self.units.get((value as usize).checked_sub(1)?)
    }

    /// Name of the unit that had a code in the base year.
    pub(crate) fn name_of(&self, code: &str) -> Option<&str> {
        let unit = self.codes.get(code).and_then(|&at| self.units.get(at as usize));
        unit.filter(|unit| unit.code == code).map(|unit| unit.name.as_str())
    }

    /// The names of all units, as the base year has them and without what such names end with.
    pub(crate) fn names(&self) -> BTreeSet<String> {
        let both = |unit: &DivisionUnit| [unit.name.clone(), names::bare_name(&unit.name, unit.level)];
        self.units.iter().flat_map(both).collect()
    }

    /// The ancestor of `value` (or itself) at `level`, as a column value; 0 if it is above that.
    pub fn at_level(&self, value: u32, level: u8) -> u32 {
        let mut at = value;
        while let Some(unit) = self.unit(at) {
            if unit.level == level {
                return at;
            }
            match unit.parent {
                Some(parent) if unit.level > level => at = parent + 1,
                _ => return 0,
            }
        }
        0
    }

    /// Base-year code of the ancestor at `level`, `""` if unknown.
    pub fn code_at(&self, value: u32, level: u8) -> &str {
        self.unit(self.at_level(value, level)).map_or("", |unit| unit.code.as_str())
    }

    /// Column value of the first unit that ends in the same later unit; equal for two villages
    /// that were merged.
    pub fn lineage(&self, value: u32) -> u32 {
        match (value as usize).checked_sub(1).and_then(|at| self.lineage.get(at)) {
            Some(first) => first + 1,
            None => 0,
        }
    }
}

/// Level of the prefecture.
pub(crate) const PREFECTURE: u8 = 1;
/// Level of counties and districts.
pub const COUNTY: u8 = 2;
/// Level of townships and streets.
pub(crate) const TOWNSHIP: u8 = 3;
/// Level of villages and communities.
pub const VILLAGE: u8 = 4;

#[cfg(test)]
mod tests;
