//! Citizen ID numbers of invented people: every one valid, no two alike.
//!
//! A village owns some sequence numbers of its county's prefix, as real police stations do. So
//! villages can be made independently and in any order, and no number is given out twice.

use std::collections::HashSet;

use super::calendar::{date_to_days, day_from_epoch_days};
use super::random::Rng;

/// An 18-character ID number as ASCII bytes.
pub(super) type IdBytes = [u8; 18];

const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/// Check character of the first 17 digits (MOD 11-2).
pub(super) fn id_check_character(digits: &[u8]) -> u8 {
    let sum: u32 = digits.iter().zip(WEIGHTS).map(|(d, w)| u32::from(d.wrapping_sub(b'0')) * w).sum();
    b"10X98765432"[(sum % 11) as usize]
}

/// True if the check character agrees.
pub(super) fn is_valid_id(id: &IdBytes) -> bool {
    id[..17].iter().all(u8::is_ascii_digit) && id_check_character(&id[..17]) == id[17]
}

/// Puts a number together.
pub(super) fn compose_synthetic_id(prefix: u32, birth: u32, sequence: u32) -> IdBytes {
    let mut id = [b'0'; 18];
    let mut put = |from: usize, width: usize, mut value: u32| {
        for place in (from..from + width).rev() {
            id[place] = b'0' + (value % 10) as u8;
            value /= 10;
        }
    };
    put(0, 6, prefix);
    put(6, 8, birth);
    put(14, 3, sequence);
    id[17] = id_check_character(&id[..17]);
    id
}

/// The number as text.
pub(super) fn id_text(id: &IdBytes) -> String {
    id.iter().map(|&b| char::from(b)).collect()
}

/// Prefixes of other places that married-in and moved-in people carry (any real ones do).
const FOREIGN: [u32; 48] = [
    410_502, 410_503, 410_505, 410_506, 410_522, 410_523, 410_526, 410_527, 410_581, 410_702, 410_711,
    410_721, 410_724, 410_725, 410_726, 410_727, 410_728, 410_781, 410_782, 410_922, 410_923, 410_926,
    410_927, 410_928, 130_402, 130_421, 130_423, 130_424, 130_434, 140_424, 140_425, 370_725, 371_722,
    371_725, 411_024, 411_222, 411_323, 411_422, 411_521, 412_724, 413_026, 420_321, 510_322, 512_223,
    513_021, 522_128, 532_128, 622_723,
];

/// Gives out the numbers of one village.
pub(super) struct NumberIssuer {
    county: u32,
    /// Position of the village among its county's and how many there are.
    slot: usize,
    slots: usize,
    /// Position among all villages.
    village: usize,
    taken: HashSet<(u32, u32, u32)>,
}

impl NumberIssuer {
    /// `county`: the six digits its people carry today.
    pub(super) fn new(county: u32, slot: usize, slots: usize, village: usize) -> Self {
        Self { county, slot, slots: slots.max(1), village, taken: HashSet::new() }
    }

    /// A number for someone born about `birth`; the birth date gives way if it is used up.
    pub(super) fn issue(&mut self, rng: &mut Rng, birth: u32, sex: u8, foreign: bool) -> (u32, IdBytes) {
        let per_village = (499 / self.slots).max(1);
        let mut birth = birth;
        loop {
            let (prefix, place) = if foreign {
                let half = FOREIGN.len() / 2;
                (FOREIGN[rng.below(half) * 2 + self.village % 2], self.village / 2)
            } else {
                (self.prefix_at(birth, rng), self.slot * per_village + rng.below(per_village))
            };
            // Every day deals the places anew: neighbours share no digits, and still never meet.
            let turn = Rng::keyed(&[u64::from(prefix), u64::from(birth)]).below(499);
            let spread = ((place + turn) % 499) as u32;
            let sequence = if sex == 1 { spread * 2 + 1 } else { spread * 2 + 2 };
            if self.taken.insert((prefix, birth, sequence)) {
                return (birth, compose_synthetic_id(prefix, birth, sequence));
            }
            birth = day_from_epoch_days(date_to_days(birth) + if rng.chance(0.5) { 1 } else { -1 });
        }
    }

    /// Prefix used for people registered at birth: the county's code of that time. Numbers were
    /// first given out in 1984, to everyone then alive, under the codes of that year.
    fn prefix_at(&self, birth: u32, rng: &mut Rng) -> u32 {
        let old = birth < 19_860_101 && rng.chance(0.12);
        match (self.county, old) {
            (410_621, true) => *rng.pick(&[410_525, 412_125]),
            (410_622, true) => *rng.pick(&[410_524, 412_124]),
            (410_602 | 410_603, true) => 410_601,
            (county, _) => county,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_character_is_the_published_one() {
        // The example of the standard itself.
        assert_eq!(id_check_character(b"11010519491231002"), b'X');
        assert_eq!(id_check_character(b"44052418800101001"), b'4');
    }

    #[test]
    fn villages_never_give_out_the_same_number() {
        let mut seen = HashSet::new();
        for village in 0..40 {
            let mut issuer = NumberIssuer::new(410_621, village, 464, village);
            let mut rng = Rng::keyed(&[village as u64]);
            for n in 0..500 {
                let (birth, id) = issuer.issue(&mut rng, 19_800_101 + n % 28, 1 + (n % 2) as u8, n % 10 == 0);
                assert!(is_valid_id(&id));
                assert_eq!(id_text(&id)[6..14], birth.to_string());
                assert_eq!((id[16] - b'0') % 2 == 1, n % 2 == 0);
                assert!(seen.insert(id));
            }
        }
    }
}
