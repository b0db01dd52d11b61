//! What the outputs need to know about records, persons and households, gathered once.

use hashbrown::HashMap;
use rayon::prelude::*;

use super::PublicationInputs;
use crate::Result;
use crate::model::id_number::IdNumber;
use crate::model::record_id::{push_record_place_part, record_table_part};
use crate::privacy::Pseudonym;

mod person;
mod pseudonym_keys;
mod shown_fields;

use person::NOBODY;
pub(super) use person::{
    PublishedHousehold, PublishedHouseholds, PublishedPerson, PublishedPersons, SourceSets,
};
pub(super) use pseudonym_keys::PseudonymKeys;
use shown_fields::PooledNames;
pub(super) use shown_fields::SourceFields;

/// Codes of a division's lineage; `""` below its own level.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct DivisionPlace<'a> {
    pub(super) county: &'a str,
    pub(super) township: &'a str,
    pub(super) village: &'a str,
}

/// Records by node, and where they belong.
pub(super) struct RecordOwners<'a> {
    pub(super) inputs: PublicationInputs<'a>,
    /// Lineage by [`crate::normalize::ComparableColumn::Division`] value.
    pub(super) places: Vec<DivisionPlace<'a>>,
    /// Rank of each place in ascending order; equal places share one.
    place_ranks: Vec<u32>,
    /// Names of divisions by code.
    division_names: HashMap<&'a str, &'a str>,
    /// Names of all pools.
    pub(super) names: PooledNames,
    /// By source and table: what ids of its records begin with.
    id_begins: Vec<Vec<String>>,
}

impl<'a> RecordOwners<'a> {
    pub(super) fn new(inputs: &PublicationInputs<'a>) -> Self {
        let places = places(inputs);
        let mut distinct = places.clone();
        distinct.sort_unstable();
        distinct.dedup();
        let place_ranks = places.iter().map(|place| distinct.partition_point(|p| p < place) as u32).collect();
        let units = inputs.catalogue.divisions.units.iter();
        Self {
            inputs: *inputs,
            places,
            place_ranks,
            // Of units with one code the first counts.
            division_names: units.rev().map(|unit| (unit.code.as_str(), unit.name.as_str())).collect(),
            names: PooledNames::gather(inputs.comparables),
            id_begins: inputs.loaded.iter().map(|loaded| record_id_prefixes(&loaded.records)).collect(),
        }
    }

    /// Households.
    pub(super) fn households(&self) -> Result<PublishedHouseholds> {
        PublishedHouseholds::gather(&self.inputs, &self.fields())
    }

    /// Persons.
    pub(super) fn persons(&self) -> Result<PublishedPersons> {
        let fields = self.fields();
        let mut all = PublishedPersons::gather(&self.inputs, &fields)?;
        let fill = |person: &mut PublishedPerson| person.fill_from(self.id(&fields, person));
        all.persons.par_iter_mut().with_min_len(4096).for_each(fill);
        Ok(all)
    }

    pub(super) fn node(&self, source: usize, row: usize) -> usize {
        self.inputs.resolution.offsets[source] as usize + row
    }

    /// Fields by source.
    pub(super) fn fields(&self) -> Vec<SourceFields<'_>> {
        self.inputs.comparables.iter().map(|one| SourceFields::of(one, &self.names)).collect()
    }

    /// Source and row of a node.
    pub(super) fn locate(&self, node: u32) -> (usize, usize) {
        let offsets = &self.inputs.resolution.offsets;
        let source = offsets.partition_point(|&o| o <= node).saturating_sub(1);
        // Sources without records share an offset with their successor; the last one owns it.
        let source = source.min(self.inputs.loaded.len().saturating_sub(1));
        (source, (node - offsets[source]) as usize)
    }

    /// The number a person is known by.
    pub(super) fn id(&self, fields: &[SourceFields<'_>], person: &PublishedPerson) -> IdNumber {
        if person.id_node == NOBODY {
            return IdNumber::default();
        }
        let (source, row) = self.locate(person.id_node);
        fields[source].id(row)
    }

    /// Appends the id of a record.
    pub(super) fn push_record_id(&self, node: u32, out: &mut Vec<u8>) {
        let (source, row) = self.locate(node);
        let key = self.inputs.loaded[source].records.keys[row];
        out.extend_from_slice(self.id_begins[source][key.table()].as_bytes());
        push_record_place_part(key.row(), key.member(), |text| out.extend_from_slice(text.as_bytes()));
    }

    /// Source and table by what ids of its records begin with.
    pub(super) fn tables(&self) -> HashMap<&str, (usize, usize)> {
        let begins = self.id_begins.iter().enumerate();
        begins
            .flat_map(|(source, tables)| {
                tables.iter().enumerate().map(move |(table, begin)| (begin.as_str(), (source, table)))
            })
            .collect()
    }

    /// Lineage of a division value.
    pub(super) fn place(&self, division: u32) -> DivisionPlace<'a> {
        self.places.get(division as usize).copied().unwrap_or_default()
    }

    /// Rows 0 to `rows` in order of their places, those of a place by the pseudonyms of their
    /// households and then as they were; `division` leaves out rows by `None`.
    ///
    /// Rows are dealt out to their places first, so that no more numbers to sort by than those
    /// of one place are at hand at a time.
    pub(super) fn sorted(
        &self,
        rows: usize,
        division: impl Fn(usize) -> Option<u32>,
        household: impl Fn(usize) -> Pseudonym + Sync,
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
        places.into_par_iter().for_each(|place| {
            let begin = |row| household(row as usize).begin();
            let mut rows: Vec<(u64, u32)> = place.iter().map(|&row| (begin(row), row)).collect();
            let key = |row| household(row as usize);
            rows.sort_unstable_by(|&(x, a), &(y, b)| {
                x.cmp(&y).then_with(|| key(a).cmp(&key(b))).then(a.cmp(&b))
            });
            place.iter_mut().zip(rows).for_each(|(place, (_, row))| *place = row);
        });
        order
    }

    /// Name of a division by code.
    pub(super) fn division_name(&self, code: &str) -> Option<&'a str> {
        self.division_names.get(code).copied()
    }
}

fn places<'a>(inputs: &PublicationInputs<'a>) -> Vec<DivisionPlace<'a>> {
    let units = &inputs.catalogue.divisions.units;
    let mut places: Vec<DivisionPlace<'a>> = vec![DivisionPlace::default()];
    for unit in units {
        let parent = unit.parent.and_then(|p| places.get(p as usize + 1)).copied().unwrap_or_default();
        let code = unit.code.as_str();
        places.push(match unit.level {
            2 => DivisionPlace { county: code, ..parent },
            3 => DivisionPlace { township: code, ..parent },
            4 => DivisionPlace { village: code, ..parent },
            _ => parent,
        });
    }
    places
}

/// The part of record ids that all records of a table share, for each table.
fn record_id_prefixes(records: &crate::load::SourceRecords) -> Vec<String> {
    records.tables.iter().map(|table| record_table_part(&records.source, table)).collect()
}
