//! Compound surnames, and how characters are read when they are a surname.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::model::han;
use crate::model::han::{Reading, WILDCARD};

static COMPOUND: LazyLock<Vec<[char; 2]>> = LazyLock::new(|| {
    let mut all: Vec<[char; 2]> = include_str!("../../../data/compound_surnames.txt")
        .split_whitespace()
        .filter_map(|name| {
            let mut chars = name.chars().map(han::fold_han);
            Some([chars.next()?, chars.next()?])
        })
        .collect();
    all.sort_unstable();
    all
});

/// Readings of each character of a compound surname, by its folded characters.
static READINGS: LazyLock<BTreeMap<Vec<char>, Vec<Vec<Reading>>>> = LazyLock::new(|| {
    let mut map: BTreeMap<Vec<char>, Vec<Vec<Reading>>> = BTreeMap::new();
    for line in han::SURNAMES.lines().skip(1) {
        if let Some((surname, readings)) =
            line.split_once(',').filter(|(name, _)| name.chars().nth(1).is_some())
        {
            let chars: Vec<char> = surname.chars().map(han::fold_han).collect();
            let places = map.entry(chars.clone()).or_insert_with(|| vec![Vec::new(); chars.len()]);
            for (place, text) in places.iter_mut().zip(readings.split(' ')) {
                place.extend(han::parse_reading(text));
            }
        }
    }
    map
});

/// Number of characters of the surname at the start of folded characters. A name of two
/// characters has a surname of one, whatever the two are.
pub(crate) fn surname_length(folded: &[char]) -> usize {
    match folded {
        [] => 0,
        [a, b, _, ..] if COMPOUND.binary_search(&[*a, *b]).is_ok() => 2,
        [first, ..] if *first == WILDCARD => 1,
        _ => 1,
    }
}

/// Readings of the character at `index` of `surname` as a surname, where they differ from its
/// usual ones.
pub(crate) fn surname_readings(surname: &[char], index: usize) -> &'static [Reading] {
    if let [single] = surname {
        return &han::look_up_han(*single).surname;
    }
    READINGS.get(surname).and_then(|places| places.get(index)).map_or(&[], Vec::as_slice)
}
