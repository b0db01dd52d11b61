//! Rows in which the person's own ID number is the guardian's too: whose is it?

use std::collections::BTreeSet;

use arrow::array::{Array as _, StringArray};

use crate::model::id_number::IdNumber;

/// Years by which a guardian is older than most of those of whom the list is.
const YEARS_OLDER: u32 = 12;
/// Numbers of others from which their middle year says how old those of the list are.
const LEAST_OTHERS: usize = 3;

/// Units whose two cells hold one number, by the cell in which it is not to be believed.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct SharedWithGuardians {
    /// The cells of the person's own number.
    pub own: BTreeSet<usize>,
    /// The cells of the guardian's number.
    pub guardians: BTreeSet<usize>,
}

/// Finds the units with one number in both cells. It is the guardian's where it states a birth long before those of
/// the others, and the person's own where it does not; where the list does not tell, neither cell is to be believed.
pub(super) fn shared_with_guardians(ids: &StringArray, guardians: &StringArray) -> SharedWithGuardians {
    let same = |&unit: &usize| {
        ids.is_valid(unit) && guardians.is_valid(unit) && ids.value(unit) == guardians.value(unit)
    };
    let rows = 0..ids.len().min(guardians.len());
    let shared: BTreeSet<usize> = rows.clone().filter(same).collect();
    let mut found = SharedWithGuardians::default();
    if shared.is_empty() {
        return found;
    }
    let year = |unit: usize| IdNumber::parse(ids.value(unit)).birth().map(|day| day / 10_000);
    let others = rows.filter(|unit| !shared.contains(unit) && ids.is_valid(*unit));
    let mut years: Vec<u32> = others.filter_map(year).collect();
    years.sort_unstable();
    let middle = years.get(years.len() / 2).copied().filter(|_| years.len() >= LEAST_OTHERS);
    for unit in shared {
        let older = middle.zip(year(unit)).map(|(middle, year)| year + YEARS_OLDER <= middle);
        if older != Some(false) {
            found.own.insert(unit);
        }
        if older != Some(true) {
            found.guardians.insert(unit);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_the_guardians_where_it_is_too_old_for_a_pupil() {
        let pupils = ["410621200810012365", "410621200901013517", "410621200712282341"];
        let grown = "410621197503063019";
        let ids = StringArray::from([&pupils[..], &[grown, pupils[0]]].concat());
        let guardians = StringArray::from(vec![None, None, None, Some(grown), Some(pupils[0])]);
        let found = shared_with_guardians(&ids, &guardians);
        let sets = (BTreeSet::from([3]), BTreeSet::from([4]));
        assert_eq!((found.own, found.guardians), sets);
        // Nobody else says how old those of the list are.
        let one = StringArray::from(vec![grown]);
        let found = shared_with_guardians(&one, &one);
        assert_eq!((found.own.len(), found.guardians.len()), (1, 1));
    }
}
