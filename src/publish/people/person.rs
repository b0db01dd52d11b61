//! What all records of a person together say, and all of a household.

use super::SourceFields;
use crate::model::id_number::{IdClass, IdNumber};
use crate::publish::PublicationInputs;
use crate::{Error, Result};

/// A person as the outputs show it; millions of them are held at once.
#[derive(Debug, Clone, Copy)]
pub(in crate::publish) struct PublishedPerson {
    /// Node whose number is shown.
    pub(in crate::publish) id_node: u32,
    /// Name that is shown, see [`super::PooledNames`].
    pub(in crate::publish) name: u32,
    /// `yyyymmdd`, 0 unknown.
    pub(in crate::publish) birth: u32,
    /// As in [`crate::normalize::ComparableColumn::Division`].
    pub(in crate::publish) division: u32,
    pub(in crate::publish) household: u32,
    pub(in crate::publish) records: u32,
    /// Which sources, see [`SourceSets`].
    pub(in crate::publish) sources: u32,
    /// 1 male, 2 female, 0 unknown.
    pub(in crate::publish) sex: u8,
    pub(in crate::publish) in_review: bool,
}

/// No node.
pub(in crate::publish) const NOBODY: u32 = u32::MAX;

const UNKNOWN: PublishedPerson = PublishedPerson {
    id_node: NOBODY,
    name: 0,
    birth: 0,
    division: 0,
    household: NOBODY,
    records: 0,
    sources: 0,
    sex: 0,
    in_review: false,
};

/// A household as the outputs show it.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::publish) struct PublishedHousehold {
    pub(in crate::publish) division: u32,
    pub(in crate::publish) persons: u32,
    pub(in crate::publish) records: u32,
    /// Which sources, see [`SourceSets`].
    pub(in crate::publish) sources: u32,
}

/// Persons by dense number.
pub(in crate::publish) struct PublishedPersons {
    pub(in crate::publish) persons: Vec<PublishedPerson>,
    pub(in crate::publish) sets: SourceSets,
}

/// Households by dense number.
pub(in crate::publish) struct PublishedHouseholds {
    pub(in crate::publish) households: Vec<PublishedHousehold>,
    pub(in crate::publish) sets: SourceSets,
}

impl PublishedPersons {
    /// Looks at every record once, the most trusted sources first: the first to know a fact
    /// decides it.
    pub(super) fn gather(inputs: &PublicationInputs<'_>, fields: &[SourceFields<'_>]) -> Result<Self> {
        let resolution = inputs.resolution;
        let mut persons = vec![UNKNOWN; resolution.person_ids.len()];
        let mut sets = SourceSets::new(inputs.loaded.len());
        let mut best_id = vec![u8::MAX; persons.len()];
        for source in rank_person_sources(inputs) {
            let fields = &fields[source];
            for row in 0..inputs.comparables[source].rows {
                let node = resolution.offsets[source] + row as u32;
                let number = resolution.person[node as usize] as usize;
                let person = persons.get_mut(number).ok_or_else(person_out_of_range)?;
                let rank = id_rank(fields.id(row).class);
                if rank < best_id[number] {
                    best_id[number] = rank;
                    person.id_node = node;
                }
                if person.name == 0 {
                    person.name = fields.name_number(row);
                }
                if person.birth == 0 {
                    person.birth = fields.birth(row);
                }
                if person.sex == 0 {
                    person.sex = fields.sex(row);
                }
                if person.division == 0 {
                    person.division = fields.division(row);
                }
                let home = resolution.household[node as usize];
                if person.household == NOBODY {
                    person.household = home;
                }
                person.records += 1;
                person.sources = sets.add(person.sources, source);
                person.in_review |= resolution.in_review[node as usize];
            }
        }
        Ok(Self { persons, sets })
    }
}

impl PublishedHouseholds {
    /// Looks at every record once, the most trusted sources first: a person counts in the
    /// household of the first.
    pub(super) fn gather(inputs: &PublicationInputs<'_>, fields: &[SourceFields<'_>]) -> Result<Self> {
        let resolution = inputs.resolution;
        let mut households = vec![PublishedHousehold::default(); resolution.household_ids.len()];
        let mut sets = SourceSets::new(inputs.loaded.len());
        let mut counted = vec![false; resolution.person_ids.len()];
        for source in rank_person_sources(inputs) {
            let fields = &fields[source];
            for row in 0..inputs.comparables[source].rows {
                let node = resolution.offsets[source] as usize + row;
                let home = resolution.household[node] as usize;
                let household = households.get_mut(home).ok_or_else(person_out_of_range)?;
                household.records += 1;
                household.sources = sets.add(household.sources, source);
                if household.division == 0 {
                    household.division = fields.division(row);
                }
                let counted =
                    counted.get_mut(resolution.person[node] as usize).ok_or_else(person_out_of_range)?;
                household.persons += u32::from(!std::mem::replace(counted, true));
            }
        }
        Ok(Self { households, sets })
    }
}

fn person_out_of_range() -> Error {
    Error::internal("归并结果中的人员或户编号越界")
}

/// Sources from the most trusted to the least.
fn rank_person_sources(inputs: &PublicationInputs<'_>) -> Vec<usize> {
    let rank = |i: &usize| {
        let name = &inputs.loaded[*i].records.source;
        let facts = inputs.catalogue.sources.iter().find(|s| &s.name == name);
        (facts.map_or(u32::MAX, |s| s.rank), *i)
    };
    let mut order: Vec<usize> = (0..inputs.loaded.len()).collect();
    order.sort_by_key(rank);
    order
}

impl PublishedPerson {
    /// What a trusted number says where no list says it.
    pub(super) fn fill_from(&mut self, id: IdNumber) {
        if !matches!(
            id.class,
            IdClass::Valid18 | IdClass::Up15 | IdClass::Cert20 | IdClass::Cert22 | IdClass::GStudent
        ) {
            return;
        }
        if self.birth == 0 {
            self.birth = id.birth().unwrap_or(0);
        }
        if self.sex == 0 {
            self.sex = id.sex().map_or(0, |sex| sex as u8);
        }
    }
}

/// The different sets of sources in which people stand, few in practice, by number.
pub(in crate::publish) struct SourceSets {
    /// A bit for each source of the set; number 0 is the empty set.
    pub(in crate::publish) masks: Vec<u64>,
    /// By set and source: the set with the source, [`NOBODY`] until somebody asks for it.
    with: Vec<Vec<u32>>,
}

impl SourceSets {
    fn new(sources: usize) -> Self {
        Self { masks: vec![0], with: vec![vec![NOBODY; sources]] }
    }

    fn add(&mut self, set: u32, source: usize) -> u32 {
        let known = self.with[set as usize][source];
        if known != NOBODY {
            return known;
        }
        let mask = self.masks[set as usize] | person_source_bit(source);
        let number = self.masks.iter().position(|&m| m == mask).unwrap_or(self.masks.len());
        if number == self.masks.len() {
            self.masks.push(mask);
            self.with.push(vec![NOBODY; self.with[0].len()]);
        }
        self.with[set as usize][source] = number as u32;
        number as u32
    }

    /// By number: is the source in the set?
    pub(in crate::publish) fn with(&self, source: usize) -> Vec<bool> {
        self.masks.iter().map(|mask| mask & person_source_bit(source) != 0).collect()
    }
}

fn person_source_bit(source: usize) -> u64 {
    1 << source.min(63)
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
