//! ID numbers one slip apart, in linear time.
//!
//! The check character excludes one slip between two numbers that it confirms, so only the few
//! numbers that it does not confirm (and those with a digit lost or doubled) have their
//! neighbours looked up among all numbers.

use rayon::prelude::*;

use super::pack_pair;
use super::same_id::NumberCarriers;
use crate::link::nodes::LinkNodes;
use crate::model::id_number::{Digits, IdClass, IdNumber};
use crate::model::links::PassReport;
use crate::table::key_index::KeySieve;

/// Records of one number that are compared with a neighbour; more than this many share a
/// placeholder.
const MOST_OWNERS: usize = 40;

pub(super) fn block_id_slips(
    nodes: &LinkNodes,
    carriers: &NumberCarriers,
    settled: &[bool],
    report: &mut PassReport,
) -> Vec<u64> {
    let doubtful: Vec<u32> = nodes
        .all()
        .filter(|&node| {
            let id = nodes.id(node);
            let full = id.edit_key().is_some() && !id.trusted();
            !settled[node as usize] && (full || id.class == IdClass::Other && id.detail > 0)
        })
        .collect();
    report.records = doubtful.len() as u64;
    if doubtful.is_empty() {
        return Vec::new();
    }
    // Nearly all neighbours are nobody's number: a bit says so before the list is searched.
    let sieve = KeySieve::new(carriers.all().len());
    carriers.all().par_chunks(1 << 15).for_each(|some| sieve.add(some.iter().map(|entry| entry.0 / 11)));
    let near = |bodies: &mut Vec<u64>, &node: &u32| {
        bodies.clear();
        id_slip_neighbours(nodes.id(node), bodies);
        bodies.retain(|&body| sieve.may_hold(body));
        let owners = bodies.iter().flat_map(|&body| carriers.of_body(body).iter().take(MOST_OWNERS));
        owners.filter(|owner| owner.1 != node).map(|owner| pack_pair(node, owner.1)).collect::<Vec<_>>()
    };
    doubtful.par_iter().map_init(Vec::new, near).flatten_iter().collect()
}

/// First 17 digits of every number one slip away (and of the number itself: a slip in the check
/// character).
fn id_slip_neighbours(id: IdNumber, found: &mut Vec<u64>) {
    let body_of = |values: &[u8]| values[..17].iter().fold(0u64, |n, &v| n * 10 + u64::from(v));
    let valid = |values: &[u8]| values[..17].iter().all(|&v| v < 10);
    if let Some(key) = id.edit_key() {
        let body = key / 11;
        let digits = Digits::from_key(key).0;
        found.push(body);
        for (place, &own) in (0..17).zip(&digits) {
            let one = 10u64.pow(16 - place);
            let without = body - u64::from(own) * one;
            found.extend((0..10).filter(|&digit| digit != own).map(|digit| without + u64::from(digit) * one));
        }
        for place in 0..17 {
            let mut values = digits;
            values.swap(place, place + 1);
            if digits[place] != digits[place + 1] && valid(&values) {
                found.push(body_of(&values));
            }
        }
        return;
    }
    let count = usize::from(id.detail);
    let given = crate::model::id_number::unpack_id_digits(id.key, count);
    let given = &given[..count];
    if count == 17 {
        for place in 0..=17 {
            for digit in 0..10 {
                let mut values = given.to_vec();
                values.insert(place, digit);
                if valid(&values) {
                    found.push(body_of(&values));
                }
            }
        }
    } else if count == 19 {
        for place in 0..19 {
            let mut values = given.to_vec();
            values.remove(place);
            if valid(&values) {
                found.push(body_of(&values));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reaches(from: &str, to: &str) -> bool {
        let target = IdNumber::parse(to).edit_key().expect("usable") / 11;
        let mut found = Vec::new();
        id_slip_neighbours(IdNumber::parse(from), &mut found);
        found.contains(&target)
    }

    #[test]
    fn every_kind_of_slip_reaches_the_number() {
        let right = "410621196503124517";
        for wrong in [
            "410621196503124518",
            "410621195503124517",
            "410621196530124517",
            "41062119650312451",
            "4106211965503124517",
        ] {
            assert!(reaches(wrong, right), "{wrong}");
        }
        assert!(!reaches("410621195503124571", right));
    }
}
