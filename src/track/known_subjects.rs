//! Whom the lists of the period know, and where: what closes a finding that is not there any more.

use std::collections::BTreeSet;

use hashbrown::{HashMap, HashSet};

use crate::model::division::{COUNTY, DivisionTree, TOWNSHIP};
use crate::model::exception::{Exception, ResolvedBy, SubjectKind, TrackedException};
use crate::model::published_id::{HouseholdId, PersonId, PublishedId};
use crate::model::resolution::Resolution;
use crate::normalize::ComparableSource;

/// Codes of county and township, `""`: unknown.
type Place = [Box<str>; 2];

/// The subjects of earlier findings as the lists of the period know them.
#[derive(Debug, Clone, Default)]
pub struct KnownSubjects {
    persons: HashMap<PersonId, BTreeSet<Place>>,
    households: HashMap<HouseholdId, BTreeSet<Place>>,
}

impl KnownSubjects {
    /// Looks for whoever earlier findings that are still open are about; records of several sources stand in the order of
    /// `resolution`.
    pub(crate) fn of<'e>(
        before: impl Iterator<Item = &'e TrackedException>,
        tree: &DivisionTree,
        comparables: &[ComparableSource],
        resolution: &Resolution,
    ) -> Self {
        let open = before.filter(|old| old.resolved_in.is_none());
        let mut wanted: HashSet<&str> = open
            .flat_map(|old| {
                let one = &old.exception;
                [Some(&one.subject_id), one.person_id.as_ref(), one.household_id.as_ref()]
            })
            .flatten()
            .map(|id| &**id)
            .collect();
        let renamed = resolution.ledger.iter().filter(|change| wanted.contains(change.previous_id.as_str()));
        let renamed: Vec<&str> = renamed.map(|change| change.current_id.as_str()).collect();
        wanted.extend(renamed);
        let (persons, households) = (wanted_ids(&wanted), wanted_ids(&wanted));
        let mut known = Self::default();
        let mut places: HashMap<u32, Place> = HashMap::new();
        for (source, one) in comparables.iter().enumerate() {
            let divisions = one.divisions("division").unwrap_or(&[]);
            for row in 0..one.rows {
                let node = resolution.offsets[source] as usize + row;
                let person = resolution.person_ids[resolution.person[node] as usize];
                let household = resolution.household_ids[resolution.household[node] as usize];
                let (of_person, of_household) = (persons.contains(&person), households.contains(&household));
                if !of_person && !of_household {
                    continue;
                }
                let division = divisions.get(row).copied().unwrap_or(0);
                let place = places
                    .entry(division)
                    .or_insert_with(|| [COUNTY, TOWNSHIP].map(|level| tree.code_at(division, level).into()));
                if of_person {
                    known.persons.entry(person).or_default().insert(place.clone());
                }
                if of_household {
                    known.households.entry(household).or_default().insert(place.clone());
                }
            }
        }
        known
    }

    /// What closes a finding that its rule makes no more.
    pub(super) fn resolved_by(&self, old: &Exception) -> ResolvedBy {
        let id = match old.subject_kind {
            SubjectKind::Person | SubjectKind::Household => Some(&*old.subject_id),
            // A record is named by its file: whether its person is there tells whether the list goes on.
            SubjectKind::Record => old.person_id.as_deref(),
            SubjectKind::Unit => None,
        };
        let Some(id) = id else { return ResolvedBy::Data };
        let person = PersonId::parse(id).map(|id| self.persons.get(&id));
        let household = || HouseholdId::parse(id).map(|id| self.households.get(&id));
        match person.or_else(household) {
            None => ResolvedBy::Data,
            Some(None) => ResolvedBy::SubjectGone,
            Some(Some(places)) if has_left(places, old) => ResolvedBy::Moved,
            Some(Some(_)) => ResolvedBy::Data,
        }
    }
}

/// True if every place that is known of the subject is another than where the finding stood.
fn has_left(places: &BTreeSet<Place>, old: &Exception) -> bool {
    let is_known = |place: &&Place| !place[0].is_empty();
    let may_be_there = |[county, township]: &Place| {
        **county == *old.county_code
            && (township.is_empty() || old.township_code.is_empty() || **township == *old.township_code)
    };
    !old.county_code.is_empty()
        && places.iter().any(|place| is_known(&place))
        && !places.iter().filter(is_known).any(may_be_there)
}

fn wanted_ids<const LETTER: char>(texts: &HashSet<&str>) -> HashSet<PublishedId<LETTER>> {
    texts.iter().filter_map(|text| PublishedId::parse(text)).collect()
}
