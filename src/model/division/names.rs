//! The ways a unit's name is written, from most to least telling.

use crate::model::han;

/// How a candidate got its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum NameOrigin {
    /// Name of the base year.
    Base,
    /// Name of a later year.
    Later,
    /// Name that no table lists.
    Alias,
}

/// A unit that a key may mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct UnitCandidate {
    pub unit: u32,
    pub how: NameOrigin,
}

/// One way a name is written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum NameKey {
    /// As written, folded to standard characters.
    Full(String),
    /// Without the office: 善堂村村委会, 善堂村民委员会 and 善堂村 are the village 善堂; a
    /// community of that name is another unit.
    Kind(String, VillageKind),
    /// The bare name.
    Bare(String),
    /// Toneless readings of the bare name.
    Sound(String),
}

/// What a village-level unit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum VillageKind {
    Village,
    Community,
}

/// Offices and kinds of village-level units. Longer ones first.
const VILLAGE_SUFFIXES: [(&str, Option<VillageKind>); 12] = [
    ("社区居民委员会", Some(VillageKind::Community)),
    ("社区居委会", Some(VillageKind::Community)),
    ("居民委员会", Some(VillageKind::Community)),
    ("社区村民委员会", None),
    ("村民委员会", Some(VillageKind::Village)),
    ("社区村委会", None),
    ("居委会", Some(VillageKind::Community)),
    ("村委会", Some(VillageKind::Village)),
    ("行政村", Some(VillageKind::Village)),
    ("村委", Some(VillageKind::Village)),
    ("社区", Some(VillageKind::Community)),
    ("村", Some(VillageKind::Village)),
];
const TOWNSHIP_SUFFIXES: [&str; 8] =
    ["街道办事处", "镇人民政府", "乡人民政府", "街道办", "办事处", "街道", "镇", "乡"];
const COUNTY_SUFFIXES: [&str; 5] = ["自治县", "人民政府", "县", "区", "市"];

/// Folds characters, drops spaces and signs.
pub(crate) fn tidy_division_name(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\u{FF01}'..='\u{FF5E}' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
            c => han::fold_han(c),
        })
        .filter(|c| c.is_alphanumeric())
        .collect()
}

/// Removes `suffix` if two characters stay: 新村 and 浚县 keep theirs.
fn strip_division_suffix<'a>(text: &'a str, suffix: &str) -> Option<&'a str> {
    text.strip_suffix(suffix).filter(|rest| rest.chars().nth(1).is_some())
}

/// Bare name and kind. Also removes a 村 or 社区 that stood before the office.
fn bare_division_name(tidied: &str, level: u8) -> (&str, Option<VillageKind>) {
    if level < super::VILLAGE {
        let suffixes: &[&str] = if level == super::TOWNSHIP { &TOWNSHIP_SUFFIXES } else { &COUNTY_SUFFIXES };
        let found = suffixes.iter().find_map(|suffix| strip_division_suffix(tidied, suffix));
        return (found.unwrap_or(tidied), None);
    }
    let (mut name, mut kind) = (tidied, None);
    if let Some((rest, found)) = VILLAGE_SUFFIXES
        .iter()
        .find_map(|(suffix, kind)| strip_division_suffix(tidied, suffix).map(|rest| (rest, *kind)))
    {
        (name, kind) = (rest, found);
    }
    for inner in ["社区", "村"] {
        name = strip_division_suffix(name, inner).unwrap_or(name);
    }
    (name, kind)
}

/// A name without what such names end with: 军王庄 of 军王庄村村民委员会.
pub(crate) fn bare_name(text: &str, level: u8) -> String {
    bare_division_name(&tidy_division_name(text), level).0.to_owned()
}

/// What all ways of writing one unit's name share: the name without the office, of a village with its kind.
pub(crate) fn division_name_root(text: &str, level: u8) -> String {
    let tidied = tidy_division_name(text);
    let (name, kind) = bare_division_name(&tidied, level);
    match kind {
        Some(VillageKind::Community) => format!("{name}社区"),
        Some(VillageKind::Village) | None => name.to_owned(),
    }
}

/// Every key of a name, most telling first.
pub(crate) fn division_name_keys(text: &str, level: u8) -> Vec<NameKey> {
    let tidied = tidy_division_name(text);
    if tidied.is_empty() {
        return Vec::new();
    }
    let (name, kind) = bare_division_name(&tidied, level);
    let sound: Vec<&str> = name.chars().map(|c| han::syllable_of(han::look_up_han(c).readings[0])).collect();
    let mut keys = vec![NameKey::Full(tidied.clone())];
    keys.extend(kind.map(|kind| NameKey::Kind(name.to_owned(), kind)));
    keys.push(NameKey::Bare(name.to_owned()));
    // Digits and letters have no reading; they are compared as written.
    if sound.iter().all(|syllable| !syllable.is_empty()) {
        keys.push(NameKey::Sound(sound.join(" ")));
    }
    keys
}
