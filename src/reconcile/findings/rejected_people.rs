//! Who stands in rejected rows of a list, among the people whom the lists know.

use hashbrown::{HashMap, HashSet};

use crate::load::RejectedPerson;
use crate::model::division::COUNTY;
use crate::model::id_number::IdNumber;
use crate::normalize::NameForm;
use crate::reconcile::views::ViewInputs;

/// Numbers of persons (`true`) and of their households.
pub(super) type People = HashSet<(bool, i64)>;

/// Finds the people who stand in rejected rows of a source: by number; where the row or the record has no number that
/// holds, by name in the same county, in any county where one of the two does not say.
pub(super) fn people_in_rejected_rows(inputs: &ViewInputs<'_>, source: usize) -> People {
    let rejected = &inputs.loaded[source].rejected_people;
    let mut found = People::new();
    if rejected.is_empty() {
        return found;
    }
    let numbers: HashSet<u64> = rejected.iter().filter_map(|one| one.id.id18_key()).collect();
    let mut namesakes: HashMap<String, Vec<(&RejectedPerson, &str)>> = HashMap::new();
    for one in rejected.iter().filter(|one| !one.name.is_empty()) {
        let name = NameForm::analyse(&one.name).clean().to_owned();
        if name.is_empty() {
            continue;
        }
        let county = inputs.tree().find_county(&one.county).unwrap_or_default();
        namesakes.entry(name).or_default().push((one, county));
    }
    for other in 0..inputs.loaded.len() {
        let fields = &inputs.comparables[other];
        let ids = fields.id_numbers("id_number").unwrap_or(&[]);
        let names = fields.names("name");
        let divisions = inputs.divisions(other);
        for row in 0..inputs.rows(other) {
            let id = ids.get(row).copied().unwrap_or_default();
            let county = || inputs.tree().code_at(divisions.get(row).copied().unwrap_or(0), COUNTY);
            let is_meant = id.id18_key().is_some_and(|key| numbers.contains(&key))
                || !namesakes.is_empty()
                    && names.is_some_and(|(names, pool)| {
                        let same = namesakes.get(pool.get(names[row]).clean()).into_iter().flatten();
                        same.into_iter().any(|(one, place)| is_namesake_meant(one.id, id, place, county()))
                    });
            if is_meant {
                let node = inputs.node(other, row);
                found.extend([(true, inputs.person_number(node)), (false, inputs.household_number(node))]);
            }
        }
    }
    found
}

/// May two of one name, with these numbers and counties (`""`: unknown), be one?
fn is_namesake_meant(one: IdNumber, other: IdNumber, here: &str, there: &str) -> bool {
    (!one.trusted() || !other.trusted()) && (here == there || here.is_empty() || there.is_empty())
}
