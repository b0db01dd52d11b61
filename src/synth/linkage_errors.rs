//! Errors that make lists hard to link, made only where they are asked for: `data/linkage_errors.toml`.
//!
//! They draw from generators of their own, so that lists without them stay as they are to the last byte.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::calendar::{date_to_days, day_from_epoch_days};
use super::department_records::{
    DeliveredPerson, SlipRates, SourceKind, set_id, transpose_id_digits, usable_id,
};
use super::identity::{compose_synthetic_id, id_text};
use super::random::Rng;
use super::world::VillageWorld;

const RATES: &str = include_str!("data/linkage_errors.toml");

/// How often each error happens.
static HARD: LazyLock<LinkageErrorRates> =
    LazyLock::new(|| toml::from_str(RATES).unwrap_or_else(|_| LinkageErrorRates::default()));

/// Shares of rows, persons or villages that have an error; the data file says which.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LinkageErrorRates {
    nickname: f64,
    birth_differs: f64,
    birth_unstated: f64,
    birth_placeholder: f64,
    placeholders: Vec<u32>,
    moved_unnumbered: f64,
    alike_number: f64,
    copied_entry: f64,
    village_recoded: f64,
    recoded_lists: Vec<String>,
    doubled: BTreeMap<String, f64>,
    doubled_number: DoubledNumberShares,
}

/// What the second of two rows has for a number.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct DoubledNumberShares {
    one_digit: f64,
    transposed: f64,
    missing: f64,
    temporary: f64,
    same: f64,
}

/// What the number of a doubled row became.
#[derive(Debug, Clone, Copy)]
enum DoubledNumber {
    OneDigit,
    Transposed,
    Missing,
    Temporary,
    Same,
}

impl LinkageErrorRates {
    /// The rates of the data file.
    pub(super) fn hard() -> &'static Self {
        &HARD
    }
}

impl SlipRates {
    /// The list that an entry was copied from, where it was.
    pub(super) fn copied_from(
        &self,
        world: &VillageWorld,
        person: usize,
        source: SourceKind,
    ) -> Option<SourceKind> {
        let hard = self.hard.filter(|_| source == SourceKind::StudentAid)?;
        let enrolled = world.people[person].student.is_some();
        let copied =
            Rng::keyed(&[self.seed, world.index as u64, person as u64, 81]).chance(hard.copied_entry);
        (enrolled && copied).then_some(SourceKind::Student)
    }

    /// Does the registry state birth dates in a village, where it does at all?
    pub(super) fn states_births(&self, village: u64) -> bool {
        self.hard.is_some_and(|hard| !Rng::keyed(&[self.seed, village, 84]).chance(hard.birth_unstated))
    }

    /// Does the list write the village as it was named and placed later?
    pub(super) fn writes_later_places(&self, village: u64, source: SourceKind) -> bool {
        self.hard.is_some_and(|hard| {
            hard.recoded_lists.iter().any(|list| list == source.name())
                && Rng::keyed(&[self.seed, village, source as u64, 83]).chance(hard.village_recoded)
        })
    }

    /// Adds the errors of a record; none where they are not asked for. `entry`: what the entry's slips are drawn with.
    pub(super) fn make_hard(
        &self,
        entry: &Rng,
        world: &VillageWorld,
        person: usize,
        rate: f64,
        out: &mut DeliveredPerson,
    ) {
        let Some(hard) = self.hard else { return };
        let p = &world.people[person];
        let mut own = Rng::keyed(&[self.seed, world.index as u64, person as u64, 79]);
        if own.chance(hard.birth_differs) && !out.kinds.contains(&"birth_wrong") {
            out.birth = other_birth(&mut own, p.birth);
            out.kinds.push("birth_stated");
        }
        let mut rng = entry.aside(80);
        if rng.chance(hard.nickname * rate)
            && out.name == p.name
            && let Some(name) = nickname(&p.name)
        {
            out.name = name;
            out.other_name = true;
            out.kinds.push("name_nickname");
        }
        if rng.chance(hard.birth_placeholder * rate) && !hard.placeholders.is_empty() {
            out.birth = *rng.pick(&hard.placeholders);
            out.kinds.push("birth_placeholder");
        }
        let numbered = out.full == Some(p.id);
        if rng.chance(hard.moved_unnumbered * rate) && numbered {
            set_id(out, String::new(), None, "moved_unnumbered");
            out.moved = false;
            out.far = true;
        } else if rng.chance(hard.alike_number * rate)
            && numbered
            && let Some(other) = namesake_but_one(&mut rng, world, person)
        {
            let id = world.people[other].id;
            set_id(out, id_text(&id), Some(id), "id_alike");
        }
    }

    /// The second row of a person in a list: what its number became; `None` for most, who have one row. The delivered
    /// person is changed to what the second row says.
    pub(super) fn doubled(
        &self,
        world: &VillageWorld,
        person: usize,
        source: SourceKind,
        out: &mut DeliveredPerson,
    ) -> bool {
        let Some(hard) = self.hard else { return false };
        let mut rng = Rng::keyed(&[self.seed, world.index as u64, person as u64, 82, source as u64]);
        if !rng.chance(hard.doubled.get(source.name()).copied().unwrap_or(0.0)) {
            return false;
        }
        out.kinds.push("doubled_row");
        let shares = &hard.doubled_number;
        let became = *rng.weighted(&[
            (DoubledNumber::OneDigit, shares.one_digit),
            (DoubledNumber::Transposed, shares.transposed),
            (DoubledNumber::Missing, shares.missing),
            (DoubledNumber::Temporary, shares.temporary),
            (DoubledNumber::Same, shares.same),
        ]);
        let Some(mut id) = out.full else { return true };
        out.id_is_number = false;
        match became {
            DoubledNumber::Same => {}
            DoubledNumber::Missing => set_id(out, String::new(), None, "id_missing"),
            DoubledNumber::Temporary => {
                let temporary = compose_synthetic_id(world.place.id_prefix, world.people[person].birth, 0);
                set_id(out, id_text(&temporary), None, "id_temporary");
            }
            DoubledNumber::Transposed => {
                if let Some(id) = transpose_id_digits(&mut rng, id) {
                    set_id(out, id_text(&id), usable_id(id), "id_transposed");
                }
            }
            DoubledNumber::OneDigit => {
                let at = 8 + rng.below(9);
                id[at] = b'0' + (id[at] - b'0' + 1 + rng.below(9) as u8) % 10;
                set_id(out, id_text(&id), usable_id(id), "id_typo");
            }
        }
        true
    }
}

/// The name as the family says it: the last character doubled.
fn nickname(name: &str) -> Option<String> {
    let [surname, first, last] = name.chars().collect::<Vec<_>>()[..] else { return None };
    (first != last && last != '·' && first != '·').then(|| [surname, last, last].iter().collect())
}

/// The person's own birth date where the number has another: some weeks later by the lunar calendar, or another year.
fn other_birth(rng: &mut Rng, birth: u32) -> u32 {
    let days = match rng.below(3) {
        0 => rng.between(-50, -15),
        1 => -365 * rng.between(1, 3),
        _ => 365 * rng.between(1, 2) + rng.between(0, 200),
    };
    day_from_epoch_days(date_to_days(birth) + days as i32)
}

/// Somebody of the village whose name is the same but for its last character, if there is one.
fn namesake_but_one(rng: &mut Rng, world: &VillageWorld, person: usize) -> Option<usize> {
    let front = |name: &str| name.char_indices().last().map(|(at, _)| name[..at].to_owned());
    let own = &world.people[person].name;
    let wanted = front(own).filter(|front| front.chars().count() >= 2)?;
    let alike: Vec<usize> = (0..world.people.len())
        .filter(|&at| at != person && world.people[at].name != *own)
        .filter(|&at| front(&world.people[at].name).as_deref() == Some(wanted.as_str()))
        .collect();
    (!alike.is_empty()).then(|| *rng.pick(&alike))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_of_rates_is_in_order() {
        let hard: LinkageErrorRates = toml::from_str(RATES).expect("in order");
        let shares = &hard.doubled_number;
        let sum = shares.one_digit + shares.transposed + shares.missing + shares.temporary + shares.same;
        assert!((sum - 1.0).abs() < 1e-9, "{sum}");
        let known: Vec<&str> =
            SourceKind::ALL.iter().chain([&SourceKind::DisabilityCertificate]).map(|s| s.name()).collect();
        for list in hard.doubled.keys().chain(&hard.recoded_lists) {
            assert!(known.contains(&list.as_str()), "{list}");
        }
    }

    #[test]
    fn a_nickname_doubles_the_last_character() {
        assert_eq!(nickname("张元佳").as_deref(), Some("张佳佳"));
        assert_eq!(nickname("张佳佳"), None);
        assert_eq!(nickname("张佳"), None);
    }
}
