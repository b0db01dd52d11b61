//! What the outputs need to know about records, persons and households, gathered once.

use std::borrow::Cow;

use arrow::array::ArrayRef;
use arrow::record_batch::RecordBatch;
use hashbrown::HashMap;
use rayon::prelude::*;

use super::PublicationInputs;
use super::restricted::{ByFinding, by_finding};
use crate::load::push_record_id;
use crate::normalize::{Comparable, ComparableColumn, IdClass, IdNumber};
use crate::privacy::{Pseudonym, Pseudonymizer};
use crate::resolve::id::CHARACTERS;
use crate::{Error, Result};

/// Codes of a division's lineage; `""` below its own level.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place<'a> {
    pub(super) county: &'a str,
    pub(super) township: &'a str,
    pub(super) village: &'a str,
}

/// A person as the outputs show it.
#[derive(Debug, Clone, Default)]
pub(super) struct Person {
    pub(super) id: IdNumber,
    /// Node whose name is shown.
    pub(super) name_node: Option<u32>,
    /// `yyyymmdd`, 0 unknown.
    pub(super) birth: u32,
    /// 1 male, 2 female, 0 unknown.
    pub(super) sex: u8,
    /// As in [`ComparableColumn::Division`].
    pub(super) division: u32,
    pub(super) household: u32,
    pub(super) records: u32,
    pub(super) sources: u64,
    pub(super) in_review: bool,
}

/// A household as the outputs show it.
#[derive(Debug, Clone, Default)]
pub(super) struct Household {
    pub(super) division: u32,
    pub(super) persons: u32,
    pub(super) records: u32,
    pub(super) sources: u64,
}

/// Records by node, persons and households by dense number.
pub(super) struct People<'a> {
    pub(super) inputs: PublicationInputs<'a>,
    /// Lineage by [`ComparableColumn::Division`] value.
    pub(super) places: Vec<Place<'a>>,
    /// Rank of each place in ascending order; equal places share one.
    place_ranks: Vec<u32>,
    pub(super) persons: Vec<Person>,
    pub(super) households: Vec<Household>,
    /// Source and row of the records that exceptions rest on.
    evidence: HashMap<String, (usize, usize)>,
    /// Of these records, by source: their rows, ascending, and what they say.
    said: Vec<(Vec<usize>, RecordBatch)>,
    /// Exceptions by what they are about.
    pub(super) by_finding: ByFinding<'a>,
}

/// Pseudonyms by dense number.
pub(super) struct Keys {
    pub(super) person: Vec<Pseudonym>,
    pub(super) household: Vec<Pseudonym>,
}

impl Keys {
    pub(super) fn build(inputs: &PublicationInputs<'_>, pseudonyms: &Pseudonymizer) -> Self {
        let r = inputs.resolution;
        Self {
            person: r
                .person_ids
                .par_iter()
                .map(|id| pseudonyms.person(id.text(&mut [0; CHARACTERS])))
                .collect(),
            household: r
                .household_ids
                .par_iter()
                .map(|id| pseudonyms.household(id.text(&mut [0; CHARACTERS])))
                .collect(),
        }
    }
}

impl<'a> People<'a> {
    pub(super) fn build(inputs: &PublicationInputs<'a>) -> Result<Self> {
        let places = places(inputs);
        let mut distinct = places.clone();
        distinct.sort_unstable();
        distinct.dedup();
        let place_ranks = places.iter().map(|place| distinct.partition_point(|p| p < place) as u32).collect();
        let mut people = Self {
            inputs: *inputs,
            places,
            place_ranks,
            persons: vec![Person::default(); inputs.resolution.person_ids.len()],
            households: vec![Household::default(); inputs.resolution.household_ids.len()],
            evidence: HashMap::new(),
            said: Vec::new(),
            by_finding: by_finding(inputs.tracked),
        };
        people.gather()?;
        people.find_evidence()?;
        Ok(people)
    }

    /// Sources from the most trusted to the least: the first to know a fact decides it.
    pub(super) fn ranked(inputs: &PublicationInputs<'_>) -> Vec<usize> {
        let rank = |i: &usize| {
            let name = &inputs.loaded[*i].records.source;
            let facts = inputs.catalogue.sources.iter().find(|s| &s.name == name);
            (facts.map_or(u32::MAX, |s| s.rank), *i)
        };
        let mut order: Vec<usize> = (0..inputs.loaded.len()).collect();
        order.sort_by_key(rank);
        order
    }

    fn gather(&mut self) -> Result<()> {
        let resolution = self.inputs.resolution;
        let outside = || Error::internal("归并结果中的人员或户编号越界");
        let mut best_id = vec![u8::MAX; self.persons.len()];
        let mut settled = vec![false; self.persons.len()];
        for source in Self::ranked(&self.inputs) {
            let fields = Fields::of(&self.inputs.comparables[source]);
            for row in 0..self.inputs.comparables[source].rows {
                let node = resolution.offsets[source] + row as u32;
                let number = resolution.person[node as usize] as usize;
                let person = self.persons.get_mut(number).ok_or_else(outside)?;
                let id = fields.id(row);
                if id_rank(id.class) < best_id[number] {
                    best_id[number] = id_rank(id.class);
                    person.id = id;
                }
                if person.name_node.is_none() && fields.name(row).is_some() {
                    person.name_node = Some(node);
                }
                if person.birth == 0 {
                    person.birth = fields.date("birth_date", row);
                }
                if person.sex == 0 {
                    person.sex = fields.code("sex", row);
                }
                if person.division == 0 {
                    person.division = fields.division(row);
                }
                if !settled[number] {
                    settled[number] = true;
                    person.household = resolution.household[node as usize];
                }
                person.records += 1;
                person.sources |= 1 << source.min(63);
                person.in_review |= resolution.in_review[node as usize];
                let household = self
                    .households
                    .get_mut(resolution.household[node as usize] as usize)
                    .ok_or_else(outside)?;
                household.records += 1;
                household.sources |= 1 << source.min(63);
                if household.division == 0 {
                    household.division = fields.division(row);
                }
            }
        }
        for person in &mut self.persons {
            person.fill_from_id();
            if person.records > 0
                && let Some(household) = self.households.get_mut(person.household as usize)
            {
                household.persons += 1;
            }
        }
        Ok(())
    }

    /// Only records that exceptions name are indexed; that keeps the map small.
    fn find_evidence(&mut self) -> Result<()> {
        for tracked in self.inputs.tracked {
            for id in &tracked.exception.evidence {
                self.evidence.insert(id.clone(), (usize::MAX, 0));
            }
        }
        let named = &self.evidence;
        let found: Vec<(String, (usize, usize))> = (self.inputs.loaded.par_iter().enumerate())
            .flat_map(|(source, loaded)| {
                let records = &loaded.records;
                records.keys.par_iter().enumerate().with_min_len(4096).map_init(
                    String::new,
                    move |id, (row, key)| {
                        id.clear();
                        push_record_id(&records.source, &records.tables, *key, id);
                        named.contains_key(id.as_str()).then(|| (id.clone(), (source, row)))
                    },
                )
            })
            .flatten_iter()
            .collect();
        self.evidence.extend(found);
        let mut rows: Vec<Vec<usize>> = vec![Vec::new(); self.inputs.loaded.len()];
        for &(source, row) in self.evidence.values().filter(|place| place.0 != usize::MAX) {
            rows[source].push(row);
        }
        for (loaded, mut rows) in self.inputs.loaded.iter().zip(rows) {
            rows.sort_unstable();
            rows.dedup();
            let said = loaded.records.rows.pick(&rows)?;
            self.said.push((rows, said));
        }
        Ok(())
    }

    /// What a record that an exception names says in a column of its contract.
    pub(super) fn said(&self, source: usize, row: usize, column: &str) -> Option<(&ArrayRef, usize)> {
        let (rows, said) = &self.said[source];
        Some((said.column_by_name(column)?, rows.binary_search(&row).ok()?))
    }

    /// Source and row of a record that an exception names; `None` for records of an earlier
    /// quarter.
    pub(super) fn find(&self, record_id: &str) -> Option<(usize, usize)> {
        self.evidence.get(record_id).copied().filter(|&(source, _)| source != usize::MAX)
    }

    pub(super) fn node(&self, source: usize, row: usize) -> usize {
        self.inputs.resolution.offsets[source] as usize + row
    }

    pub(super) fn fields(&self, source: usize) -> Fields<'a> {
        Fields::of(&self.inputs.comparables[source])
    }

    /// Source and row of a node.
    pub(super) fn locate(&self, node: u32) -> (usize, usize) {
        let offsets = &self.inputs.resolution.offsets;
        let source = offsets.partition_point(|&o| o <= node).saturating_sub(1);
        // Sources without records share an offset with their successor; the last one owns it.
        let source = source.min(self.inputs.loaded.len().saturating_sub(1));
        (source, (node - offsets[source]) as usize)
    }

    pub(super) fn person_name(&self, person: usize) -> Option<&'a str> {
        let (source, row) = self.locate(self.persons[person].name_node?);
        self.fields(source).name(row)
    }

    /// Lineage of a division value.
    pub(super) fn place(&self, division: u32) -> Place<'a> {
        self.places.get(division as usize).copied().unwrap_or_default()
    }

    /// Rows 0 to `rows` in order of their places, those of a place by `key` and then as they
    /// were; `division` leaves out rows by `None`.
    ///
    /// Rows are dealt out to their places first, so that no more keys than those of one place
    /// are at hand at a time.
    pub(super) fn sorted<K: Ord>(
        &self,
        rows: usize,
        division: impl Fn(usize) -> Option<u32>,
        key: impl Fn(usize) -> K + Sync,
    ) -> Vec<u32> {
        let ranks = &self.place_ranks;
        let rank = |row| division(row).map(|d| ranks.get(d as usize).copied().unwrap_or(ranks[0]) as usize);
        let mut ends = vec![0usize; ranks.len() + 1];
        (0..rows).filter_map(rank).for_each(|rank| ends[rank + 1] += 1);
        for place in 1..ends.len() {
            ends[place] += ends[place - 1];
        }
        let mut order = vec![0u32; ends[ranks.len()]];
        for row in 0..rows {
            if let Some(rank) = rank(row) {
                order[ends[rank]] = row as u32;
                ends[rank] += 1;
            }
        }
        let mut places = Vec::new();
        let (mut rest, mut from) = (order.as_mut_slice(), 0);
        for &end in &ends[..ranks.len()] {
            let (place, others) = std::mem::take(&mut rest).split_at_mut(end - from);
            places.push(place);
            (rest, from) = (others, end);
        }
        places.into_par_iter().for_each(|place| place.sort_by_cached_key(|&row| key(row as usize)));
        order
    }

    /// Name of a division by code.
    pub(super) fn division_name(&self, code: &str) -> Option<&'a str> {
        let units = &self.inputs.catalogue.divisions.units;
        let at = units.binary_search_by(|u| u.code.as_str().cmp(code)).ok();
        at.or_else(|| units.iter().position(|u| u.code == code)).map(|i| units[i].name.as_str())
    }
}

impl Person {
    /// What a trusted number says where no list says it.
    fn fill_from_id(&mut self) {
        if !matches!(
            self.id.class,
            IdClass::Valid18 | IdClass::Up15 | IdClass::Cert20 | IdClass::Cert22 | IdClass::GStudent
        ) {
            return;
        }
        if self.birth == 0 {
            self.birth = self.id.birth().unwrap_or(0);
        }
        if self.sex == 0 {
            self.sex = self.id.sex().map_or(0, |sex| sex as u8);
        }
    }
}

fn places<'a>(inputs: &PublicationInputs<'a>) -> Vec<Place<'a>> {
    let units = &inputs.catalogue.divisions.units;
    let mut places: Vec<Place<'a>> = vec![Place::default()];
    for unit in units {
        let parent = unit.parent.and_then(|p| places.get(p as usize + 1)).copied().unwrap_or_default();
        let code = unit.code.as_str();
        places.push(match unit.level {
            2 => Place { county: code, ..parent },
            3 => Place { township: code, ..parent },
            4 => Place { village: code, ..parent },
            _ => parent,
        });
    }
    places
}

/// Columns of one source that outputs use.
#[derive(Clone, Copy)]
pub(super) struct Fields<'a> {
    comparable: &'a Comparable,
    ids: Option<&'a [IdNumber]>,
    name: Option<&'a ComparableColumn>,
    division: Option<&'a [u32]>,
}

impl<'a> Fields<'a> {
    fn of(comparable: &'a Comparable) -> Self {
        let column = |name: &str| comparable.columns.get(name);
        Self {
            comparable,
            ids: match column("id_number") {
                Some(ComparableColumn::IdNumber(ids)) => Some(ids),
                _ => None,
            },
            name: column("name"),
            division: match column("division") {
                Some(ComparableColumn::Division(d)) => Some(d),
                _ => None,
            },
        }
    }
    pub(super) fn id(&self, row: usize) -> IdNumber {
        self.ids.map_or(IdNumber::default(), |ids| ids[row])
    }
    pub(super) fn name(&self, row: usize) -> Option<&'a str> {
        self.name.and_then(|column| text_at(column, row))
    }
    pub(super) fn division(&self, row: usize) -> u32 {
        self.division.map_or(0, |d| d[row])
    }
    pub(super) fn text(&self, column: &str, row: usize) -> Option<&'a str> {
        self.comparable.columns.get(column).and_then(|c| text_at(c, row))
    }
    pub(super) fn date(&self, column: &str, row: usize) -> u32 {
        match self.comparable.columns.get(column) {
            Some(ComparableColumn::Date(d)) => d[row],
            _ => 0,
        }
    }
    pub(super) fn code(&self, column: &str, row: usize) -> u8 {
        match self.comparable.columns.get(column) {
            Some(ComparableColumn::Code(c)) => c[row],
            _ => 0,
        }
    }
}

/// Text of a name or text column; `None` where missing.
pub(super) fn text_at(column: &ComparableColumn, row: usize) -> Option<&str> {
    match column {
        ComparableColumn::Name(ids, pool) if ids[row] != 0 => Some(pool.get(ids[row]).clean()),
        ComparableColumn::Text(ids, pool) if ids[row] != 0 => Some(pool.get(ids[row])),
        _ => None,
    }
}

/// How much an ID column's verdict is worth; lower is better.
fn id_rank(class: IdClass) -> u8 {
    match class {
        IdClass::Valid18 => 0,
        IdClass::Cert20 | IdClass::Cert22 => 1,
        IdClass::GStudent => 2,
        IdClass::Up15 => 3,
        IdClass::BadCheck18 => 4,
        IdClass::BadDate18 => 5,
        IdClass::Trunc15 => 6,
        IdClass::Temporary => 7,
        IdClass::Mask => 8,
        IdClass::JlStudent => 9,
        IdClass::Other => 10,
        IdClass::Empty => 11,
    }
}

/// The number a key stands for: 18 characters, or the digits that survived a spreadsheet.
pub(super) fn id_text(id: IdNumber) -> Option<String> {
    let mut text = String::new();
    push_id(id, &mut text).then_some(text)
}

/// Appends what [`id_text`] gives; false where it gives nothing.
pub(super) fn push_id(id: IdNumber, out: &mut String) -> bool {
    if id.class == IdClass::Trunc15 {
        let survived = usize::from(id.detail);
        if survived == 0 || survived > 15 || id.key >= 10u64.pow(15) {
            return false;
        }
        push_digits(id.key / 10u64.pow(15 - u32::from(id.detail)), survived, out);
        return true;
    }
    let key = id.edit_key().or((id.class == IdClass::Temporary).then_some(id.key));
    let Some(key) = key.filter(|&k| k != 0) else { return false };
    push_digits(key / 11, 17, out);
    out.push(match (key % 11) as u8 {
        10 => 'X',
        digit => char::from(b'0' + digit),
    });
    true
}

/// Appends the last `width` decimal digits, zeros in front; `width` is at most 17.
fn push_digits(mut number: u64, width: usize, out: &mut String) {
    let mut digits = ['0'; 17];
    for digit in digits[..width].iter_mut().rev() {
        *digit = char::from(b'0' + (number % 10) as u8);
        number /= 10;
    }
    out.extend(&digits[..width]);
}

/// As [`id_text`], masked for officers' lists.
pub(super) fn id_masked(id: IdNumber) -> Cow<'static, str> {
    match id_text(id) {
        Some(text) if id.class == IdClass::Trunc15 => {
            format!("{}*********(损坏)", text.get(..6).unwrap_or_default()).into()
        }
        Some(text) => crate::privacy::mask::id_for_list(&text).into(),
        None => match id.class {
            IdClass::Empty => "".into(),
            class => format!("({})", class.label()).into(),
        },
    }
}
