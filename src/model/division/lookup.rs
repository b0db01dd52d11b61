//! From what a list writes to a unit.

use super::names::{self, NameKey, NameOrigin, UnitCandidate};
use super::{COUNTY, DivisionTree, PREFECTURE, TOWNSHIP, VILLAGE};

/// How a division was found, or why it was not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[repr(u8)]
pub enum DivisionVerdict {
    /// No cell says anything.
    #[default]
    Missing = 0,
    /// By code.
    Code = 1,
    /// By the name of the base year.
    Name = 2,
    /// By a name of a later year.
    Renamed = 3,
    /// By an alias.
    Alias = 4,
    /// By sound: the written name is no unit's, one unit's sounds the same. Worth a look.
    Homophone = 5,
    /// Several units fit; the unit is the one above them.
    Ambiguous = 6,
    /// No unit fits the lowest cell; the unit is the one above it, if that is known.
    Unknown = 7,
}

impl DivisionVerdict {
    /// Explanation for reports, in Chinese.
    pub fn label(self) -> &'static str {
        match self {
            Self::Missing => "未填写",
            Self::Code => "按代码",
            Self::Name => "按名称",
            Self::Renamed => "按更名后名称",
            Self::Alias => "按别名",
            Self::Homophone => "按同音名称（须核对）",
            Self::Ambiguous => "重名，归上级",
            Self::Unknown => "查无此名，归上级",
        }
    }
}

/// A unit and how it was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FoundUnit {
    /// One plus the position of the unit; 0 if none.
    pub unit: u32,
    /// How, or why not.
    pub verdict: DivisionVerdict,
}

impl From<NameOrigin> for DivisionVerdict {
    fn from(how: NameOrigin) -> Self {
        match how {
            NameOrigin::Base => Self::Name,
            NameOrigin::Later => Self::Renamed,
            NameOrigin::Alias => Self::Alias,
        }
    }
}

/// Outcome of looking for one name among some units.
enum NameSearch {
    One(UnitCandidate, bool),
    Many,
    None,
}

impl DivisionTree {
    /// Unit of a code of any year: 6, 9 or 12 digits, or 12 with zeros for the levels below.
    pub fn lookup_code(&self, code: &str) -> Option<u32> {
        let code = code.trim();
        let exact = |code: &str| self.codes.get(code).map(|at| at + 1);
        if let Some(found) = exact(code) {
            return Some(found);
        }
        let shorter = match code.len() {
            12 if code.ends_with("000000") => &code[..6],
            12 if code.ends_with("000") => &code[..9],
            9 if code.ends_with("000") => &code[..6],
            _ => return None,
        };
        exact(shorter)
    }

    /// Unit that the cells of county, township and village mean together. Each cell may hold a
    /// name, a code, or names of the levels above in front (`浚县善堂镇…`).
    pub fn lookup(&self, county: &str, township: &str, village: &str) -> FoundUnit {
        let cells = [(COUNTY, county), (TOWNSHIP, township), (VILLAGE, village)];
        let mut at = 0;
        let mut verdict = DivisionVerdict::Missing;
        for (level, cell) in cells {
            let text = names::tidy_division_name(cell);
            if text.is_empty() {
                continue;
            }
            if text.len() >= 6 && text.bytes().all(|b| b.is_ascii_digit()) {
                match self.lookup_code(&text) {
                    // A code decides, unless it contradicts what stands in the cells above.
                    Some(found) if at == 0 || self.at_level(found, self.level(at)) == at => {
                        (at, verdict) = (found, DivisionVerdict::Code);
                    }
                    _ => return FoundUnit { unit: at, verdict: DivisionVerdict::Unknown },
                }
                continue;
            }
            let (above, rest) = self.descend(at, &text, level);
            if above != at {
                (at, verdict) = (above, DivisionVerdict::Name);
            }
            if rest.is_empty() || (at != 0 && self.level(at) >= level) {
                continue;
            }
            match self.search(at, rest, level) {
                NameSearch::One(candidate, by_sound) => {
                    let this = if by_sound { DivisionVerdict::Homophone } else { candidate.how.into() };
                    at = candidate.unit + 1;
                    // The least certain step names the result.
                    verdict = verdict.max(this);
                }
                NameSearch::Many => return FoundUnit { unit: at, verdict: DivisionVerdict::Ambiguous },
                NameSearch::None => return FoundUnit { unit: at, verdict: DivisionVerdict::Unknown },
            }
        }
        FoundUnit { unit: at, verdict }
    }

    /// Code of the county that a cell means, by name or code.
    pub fn find_county(&self, cell: &str) -> Option<&str> {
        let code = self.code_at(self.lookup(cell, "", "").unit, COUNTY);
        (!code.is_empty()).then_some(code)
    }

    fn level(&self, value: u32) -> u8 {
        self.unit(value).map_or(0, |unit| unit.level)
    }

    /// Names of upper levels in front of the text: walks down as far as full names go.
    fn descend<'a>(&self, mut at: u32, text: &'a str, level: u8) -> (u32, &'a str) {
        let mut rest = text;
        // A province and the prefecture say nothing new.
        for (_, name) in self.of_level(PREFECTURE) {
            if let Some(place) = rest.find(name) {
                let after = &rest[place + name.len()..];
                if !after.is_empty() || level < TOWNSHIP {
                    rest = after;
                }
            }
        }
        for upper in [COUNTY, TOWNSHIP] {
            if upper >= level {
                break;
            }
            let fits = |(position, name): (u32, &str)| {
                let after = rest.strip_prefix(name).filter(|after| after.chars().nth(1).is_some())?;
                let inside = at == 0 || self.at_level(position + 1, self.level(at)) == at;
                inside.then_some((position + 1, after))
            };
            let mut found = self.of_level(upper).filter_map(fits);
            if let (Some((unit, after)), None) = (found.next(), found.next()) {
                rest = after;
                at = unit;
            }
        }
        (at, rest)
    }

    /// Looks for a name of `level` under `at`, from the most telling way of writing to sound.
    fn search(&self, at: u32, text: &str, level: u8) -> NameSearch {
        for key in names::division_name_keys(text, level) {
            let by_sound = matches!(key, NameKey::Sound(_));
            // Sound alone decides only among the units of one parent.
            if by_sound && level == VILLAGE && self.level(at) < TOWNSHIP {
                break;
            }
            let found = self.candidates(at, &key, level);
            match found[..] {
                [] => {}
                [one] => return NameSearch::One(one, by_sound),
                _ => return NameSearch::Many,
            }
        }
        NameSearch::None
    }

    fn candidates(&self, at: u32, key: &NameKey, level: u8) -> Vec<UnitCandidate> {
        let own = self.level(at);
        if own + 1 == level {
            return self.names.get(&(at - 1, key.clone())).cloned().unwrap_or_default();
        }
        // A village without a known county is nowhere; counties and townships may be unique.
        if at == 0 && level == VILLAGE {
            return Vec::new();
        }
        let mut found: Vec<UnitCandidate> = Vec::new();
        for (position, _) in self.of_level(level - 1) {
            let parent_fits = at == 0 || self.at_level(position + 1, own) == at;
            if parent_fits && let Some(list) = self.names.get(&(position, key.clone())) {
                found.extend(
                    list.iter()
                        .filter(|c| !found.iter().any(|f| f.unit == c.unit))
                        .copied()
                        .collect::<Vec<_>>(),
                );
            }
        }
        found
    }
}
