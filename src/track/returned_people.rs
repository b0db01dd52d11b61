//! Whose rows were returned to the departments: what was found of them is neither there any more nor put right.

use std::collections::{BTreeMap, BTreeSet};

use hashbrown::{HashMap, HashSet};

use super::PreviousExceptions;
use crate::Result;
use crate::load::{LoadedSource, RejectedPerson};
use crate::model::division::DivisionTree;
use crate::model::exception::Exception;
use crate::model::id_number::IdNumber;
use crate::model::published_id::{HouseholdId, PersonId};
use crate::model::resolution::IdentityChange;
use crate::normalize::NameForm;
use crate::publication::snapshot::Snapshot;
use crate::resolve::previous_records::PreviousParts;
use crate::rules::rule_set::RuleSet;

/// Digits of a division's code that name the county.
const COUNTY_DIGITS: usize = 6;

/// Subjects of earlier findings who stand in a returned row, and the lists that rules read.
#[derive(Debug, Clone, Default)]
pub struct ReturnedPeople {
    /// By id of a person or household, the lists of which a row was returned.
    lists: HashMap<String, BTreeSet<String>>,
    /// By rule.
    read: BTreeMap<String, BTreeSet<String>>,
}

/// The returned rows of all lists.
struct ReturnedRows<'a> {
    numbers: HashMap<u64, BTreeSet<&'a str>>,
    names: HashMap<String, Vec<(&'a str, &'a RejectedPerson, &'a str)>>,
}

impl ReturnedPeople {
    /// Looks for whoever open findings of the previous publication are about, as its records name them, in the rows that
    /// were returned this time: by number; where one of the two has none that holds, by name in the same county.
    ///
    /// # Errors
    /// A previous publication that is damaged.
    pub(crate) fn of(
        (previous, before): (&Snapshot, &PreviousExceptions),
        loaded: &[LoadedSource],
        (rules, tree): (&RuleSet, &DivisionTree),
        ledger: &[IdentityChange],
    ) -> Result<Self> {
        let mut all = Self::default();
        let rows = ReturnedRows::of(loaded, tree);
        if rows.numbers.is_empty() && rows.names.is_empty() {
            return Ok(all);
        }
        let open = before.exceptions.iter().filter(|old| old.resolved_in.is_none());
        let ids: HashSet<&str> = open.flat_map(|old| subjects(&old.exception)).collect();
        let persons: HashSet<PersonId> = ids.iter().filter_map(|id| PersonId::parse(id)).collect();
        let households: HashSet<HouseholdId> = ids.iter().filter_map(|id| HouseholdId::parse(id)).collect();
        let parts = PreviousParts::open(previous)?;
        for part in 0..parts.count() {
            for records in parts.read(part)? {
                let records = records?;
                for row in 0..records.len() {
                    let record = records.get(row);
                    let (person, household) =
                        (persons.contains(&record.person), households.contains(&record.household));
                    if !person && !household {
                        continue;
                    }
                    let id = IdNumber::parse(record.id_number.unwrap_or(""));
                    let county = record.village_code.get(..COUNTY_DIGITS).unwrap_or("");
                    let lists = rows.lists(id, record.name.unwrap_or(""), county);
                    if lists.is_empty() {
                        continue;
                    }
                    let named = [
                        person.then(|| record.person.to_string()),
                        household.then(|| record.household.to_string()),
                    ];
                    for id in named.into_iter().flatten() {
                        all.lists.entry(id).or_default().extend(lists.iter().map(|list| (*list).to_owned()));
                    }
                }
            }
        }
        for change in ledger.iter().filter(|change| change.kind == "merge") {
            if let Some(lists) = all.lists.get(&change.previous_id).cloned() {
                all.lists.entry(change.current_id.clone()).or_default().extend(lists);
            }
        }
        if !all.lists.is_empty() {
            let read =
                rules.rules.iter().map(|rule| (rule.header.code.clone(), rules.source_views(&rule.file)));
            all.read = read.collect();
        }
        Ok(all)
    }

    /// Was a row of the finding's subject returned, of a list that its rule reads?
    pub(super) fn leaves_open(&self, old: &Exception) -> bool {
        let Some(read) = self.read.get(&*old.rule_code) else { return false };
        let mut lists = subjects(old).filter_map(|id| self.lists.get(id));
        lists.any(|lists| !lists.is_disjoint(read))
    }
}

/// Whom a finding is about: its subject, and the person or household that it is shown under.
fn subjects(one: &Exception) -> impl Iterator<Item = &str> {
    let ids = [Some(&one.subject_id), one.person_id.as_ref(), one.household_id.as_ref()];
    ids.into_iter().flatten().map(|id| &**id)
}

impl<'a> ReturnedRows<'a> {
    fn of(loaded: &'a [LoadedSource], tree: &'a DivisionTree) -> Self {
        let mut all = Self { numbers: HashMap::new(), names: HashMap::new() };
        for one in loaded {
            let list = one.records.source.as_str();
            for person in &one.rejected_people {
                if let Some(number) = person.id.id18_key() {
                    all.numbers.entry(number).or_default().insert(list);
                }
                let name = NameForm::analyse(&person.name).clean().to_owned();
                if !name.is_empty() {
                    let county = tree.find_county(&person.county).unwrap_or_default();
                    all.names.entry(name).or_default().push((list, person, county));
                }
            }
        }
        all
    }

    /// Lists of which a row of somebody with this number, name and county (`""`: unknown) was returned.
    fn lists(&self, id: IdNumber, name: &str, county: &str) -> BTreeSet<&'a str> {
        let mut lists = BTreeSet::new();
        lists.extend(id.id18_key().and_then(|key| self.numbers.get(&key)).into_iter().flatten());
        for (list, one, place) in self.names.get(name).into_iter().flatten() {
            let same_place = *place == county || place.is_empty() || county.is_empty();
            if same_place && (!id.trusted() || !one.id.trusted()) {
                lists.insert(*list);
            }
        }
        lists
    }
}
