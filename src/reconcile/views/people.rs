//! What all records of a person together say: birth, sex, home, and which sources list them.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use arrow::array::{ArrayRef, Date32Array, Int32Array, StringArray};
use jiff::civil::Date;

use super::super::View;
use super::super::catalogue::Catalogue;
use super::identity::Numbers;
use super::sink::Target;
use super::{Inputs, assemble};
use crate::Result;
use crate::config::{Quarter, date32, from_date32};
use crate::normalize::{IdNumber, Sex};
use crate::resolve::id;
use crate::rows::CHUNK_ROWS;

/// Facts by dense person.
pub(super) struct People {
    /// Birth date as days since 1970, `i32::MIN` if unknown.
    birth: Vec<i32>,
    /// How well it is known; smaller is better.
    birth_rank: Vec<u8>,
    /// 1 male, 2 female, 0 unknown.
    sex: Vec<u8>,
    /// (source, row) of the record whose household and division count.
    home: Vec<(u32, u32)>,
    /// By source, then person: listed there.
    listed: Vec<Vec<bool>>,
}

pub(super) const UNKNOWN: i32 = i32::MIN;

/// Calendar date packed as `yyyymmdd` as days since 1970; `UNKNOWN` unless complete.
pub(super) fn packed_days(packed: u32) -> i32 {
    let (year, month, day) = ((packed / 10_000) as i16, (packed / 100 % 100) as i8, (packed % 100) as i8);
    Date::new(year, month, day).map_or(UNKNOWN, date32)
}

/// Full years from birth to the quarter's last day.
pub(super) fn age(birth: i32, quarter: Quarter) -> Option<i32> {
    let born = (birth != UNKNOWN).then(|| from_date32(birth)).flatten()?;
    let end = quarter.last_day();
    let had_birthday = (end.month(), end.day()) >= (born.month(), born.day());
    let years = i32::from(end.year()) - i32::from(born.year()) - i32::from(!had_birthday);
    (0..=150).contains(&years).then_some(years)
}

/// What one record says of the birth: stated, by its ID number, and how far that is trusted.
/// 0 stated, 1 trusted ID, 3 an ID whose check fails or that is only partly there. `id` is the
/// record's number unless it is somebody else's.
pub(super) fn stated_birth(dates: Option<&[u32]>, id: Option<IdNumber>, row: usize) -> Option<(u8, i32)> {
    let stated = dates.map_or(UNKNOWN, |d| packed_days(d[row]));
    if stated != UNKNOWN {
        return Some((0, stated));
    }
    let id = id?;
    let days = packed_days(id.birth()?);
    (days != UNKNOWN).then_some((if id.trusted() { 1 } else { 3 }, days))
}

impl People {
    /// Looks at every record once, sources in the order in which their address counts.
    pub(super) fn gather(inputs: &Inputs<'_>, order: &[usize], numbers: &Numbers<'_>) -> Self {
        let persons = inputs.resolution.person_ids.len();
        let mut people = Self {
            birth: vec![UNKNOWN; persons],
            birth_rank: vec![u8::MAX; persons],
            sex: vec![0; persons],
            home: vec![(u32::MAX, u32::MAX); persons],
            listed: vec![vec![false; persons]; inputs.comparables.len()],
        };
        for &source in order {
            let fields = &inputs.comparables[source];
            let (dates, sexes) = (fields.dates("birth_date"), fields.codes("sex"));
            let divisions = inputs.divisions(source);
            for row in 0..inputs.rows(source) {
                let person = inputs.person(source, row);
                people.listed[source][person] = true;
                let known = divisions.get(row).is_some_and(|&d| d != 0);
                let home = &mut people.home[person];
                if home.0 == u32::MAX {
                    *home = (source as u32, row as u32);
                } else if known {
                    let there =
                        inputs.divisions(home.0 as usize).get(home.1 as usize).is_some_and(|&d| d != 0);
                    if !there {
                        *home = (source as u32, row as u32);
                    }
                }
                let id = numbers.own(inputs.node(source, row));
                if let Some((rank, days)) = stated_birth(dates, id, row) {
                    // For the person as a whole a trusted number is worth more than a stated date.
                    let rank = match rank {
                        0 => 2,
                        other => other,
                    };
                    if rank < people.birth_rank[person] {
                        people.birth_rank[person] = rank;
                        people.birth[person] = days;
                    }
                }
                if people.sex[person] == 0 {
                    people.sex[person] = own_sex(sexes, id, row);
                }
            }
        }
        people
    }
    /// Birth date of the person, `UNKNOWN` if no record tells; with how well it is known.
    pub(super) fn birth(&self, person: usize) -> (u8, i32) {
        (self.birth_rank[person], self.birth[person])
    }
    /// 1 male, 2 female, 0 unknown.
    pub(super) fn sex(&self, person: usize) -> u8 {
        self.sex[person]
    }
}

/// Sex that a record states or its trusted number tells; 0 unknown.
pub(super) fn own_sex(sexes: Option<&[u8]>, id: Option<IdNumber>, row: usize) -> u8 {
    match sexes.map_or(0, |s| s[row]) {
        0 => match id.filter(|id| id.trusted()).and_then(IdNumber::sex) {
            Some(Sex::Male) => 1,
            Some(Sex::Female) => 2,
            None => 0,
        },
        stated => stated,
    }
}

/// Label of a sex code.
pub(super) fn sex_label(code: u8) -> Option<&'static str> {
    match code {
        1 => Some("男"),
        2 => Some("女"),
        _ => None,
    }
}

pub(super) fn date_array(days: impl Iterator<Item = i32>) -> ArrayRef {
    Arc::new(days.map(|d| (d != UNKNOWN).then_some(d)).collect::<Date32Array>())
}

fn codes(inputs: &Inputs<'_>, homes: &[(u32, u32)], level: u8) -> ArrayRef {
    let code = |&(source, row): &(u32, u32)| {
        let value = inputs.divisions(source as usize).get(row as usize).copied().unwrap_or(0);
        inputs.tree().code_at(value, level)
    };
    Arc::new(
        homes
            .iter()
            .map(|home| Some(if home.0 == u32::MAX { "" } else { code(home) }))
            .collect::<StringArray>(),
    )
}

/// Who is listed in the source that a column `in_<source>` is about; nobody if it is absent.
fn listed_in<'p>(
    inputs: &Inputs<'_>,
    people: &'p People,
    column: &str,
) -> Option<std::borrow::Cow<'p, [bool]>> {
    let name = column.strip_prefix("in_")?;
    inputs.pipeline.source(name)?;
    Some(match inputs.position(name) {
        Some(source) => people.listed[source].as_slice().into(),
        None => vec![false; people.home.len()].into(),
    })
}

fn household_of(inputs: &Inputs<'_>, home: (u32, u32)) -> Option<usize> {
    (home.0 != u32::MAX)
        .then(|| inputs.resolution.household[inputs.node(home.0 as usize, home.1 as usize)] as usize)
}

/// Ranges of rows that views are built in.
fn chunks(count: usize) -> impl Iterator<Item = Range<usize>> {
    (0..count).step_by(CHUNK_ROWS).map(move |from| from..(from + CHUNK_ROWS).min(count))
}

/// The view `person`.
pub(super) fn person_view(
    inputs: &Inputs<'_>,
    catalogue: &Catalogue,
    people: &People,
    to: &Target<'_>,
) -> Result<View> {
    let ids = &inputs.resolution.person_ids;
    let households = &inputs.resolution.household_ids;
    let mut sink = to.begin(catalogue, "person")?;
    for rows in chunks(ids.len()) {
        let homes = &people.home[rows.clone()];
        let births = &people.birth[rows.clone()];
        let view = assemble(catalogue, "person", |name| {
            Some(match name {
                "person_id" => Arc::new(id::texts(ids[rows.clone()].iter().copied().map(Some))) as ArrayRef,
                "household_id" => {
                    let of = |&home: &(u32, u32)| household_of(inputs, home).map(|h| households[h]);
                    Arc::new(id::texts(homes.iter().map(of)))
                }
                "birth_date" => date_array(births.iter().copied()),
                "age" => Arc::new(births.iter().map(|&b| age(b, inputs.quarter)).collect::<Int32Array>()),
                "sex" => {
                    Arc::new(people.sex[rows.clone()].iter().map(|&s| sex_label(s)).collect::<StringArray>())
                }
                "county_code" => codes(inputs, homes, 2),
                "township_code" => codes(inputs, homes, 3),
                "village_code" => codes(inputs, homes, 4),
                flag => {
                    let listed = listed_in(inputs, people, flag)?;
                    Arc::new(listed[rows.clone()].iter().map(|l| Some(i32::from(*l))).collect::<Int32Array>())
                }
            })
        })?;
        sink.push(view, |row| rows.start + row)?;
    }
    sink.finish()
}

/// The view `household`.
pub(super) fn household_view(
    inputs: &Inputs<'_>,
    catalogue: &Catalogue,
    people: &People,
    to: &Target<'_>,
) -> Result<View> {
    let ids = &inputs.resolution.household_ids;
    let mut persons = vec![0i32; ids.len()];
    let mut homes = vec![(u32::MAX, u32::MAX); ids.len()];
    for &home in &people.home {
        let Some(household) = household_of(inputs, home) else { continue };
        persons[household] += 1;
        if homes[household].0 == u32::MAX {
            homes[household] = home;
        }
    }
    let columns = catalogue.columns("household").into_iter().flatten();
    let mut listed: BTreeMap<&str, Vec<bool>> = BTreeMap::new();
    for (flag, _) in columns {
        let Some(persons) = listed_in(inputs, people, flag) else { continue };
        let mut here = vec![false; ids.len()];
        for (&home, _) in people.home.iter().zip(persons.iter()).filter(|(_, listed)| **listed) {
            if let Some(household) = household_of(inputs, home) {
                here[household] = true;
            }
        }
        listed.insert(flag, here);
    }
    let mut sink = to.begin(catalogue, "household")?;
    for rows in chunks(ids.len()) {
        let homes = &homes[rows.clone()];
        let view = assemble(catalogue, "household", |name| {
            Some(match name {
                "household_id" => {
                    Arc::new(id::texts(ids[rows.clone()].iter().copied().map(Some))) as ArrayRef
                }
                "persons" => Arc::new(Int32Array::from(persons[rows.clone()].to_vec())),
                "county_code" => codes(inputs, homes, 2),
                "township_code" => codes(inputs, homes, 3),
                "village_code" => codes(inputs, homes, 4),
                flag => Arc::new(
                    listed.get(flag)?[rows.clone()].iter().map(|l| i32::from(*l)).collect::<Int32Array>(),
                ),
            })
        })?;
        sink.push_households(view, rows.start)?;
    }
    sink.finish()
}
