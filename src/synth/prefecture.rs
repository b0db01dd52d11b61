//! Several prefectures of one province, for comparing publications: each gives out ID numbers of
//! its own, and some people of one are listed in the next as well, because they moved and nobody
//! took them off the old lists.
//!
//! All have the divisions of the pipeline; only numbers and people differ.

use super::places::VillagePlace;
use super::random::Rng;
use super::world::VillageWorld;

/// First four digits of the numbers that a prefecture gives out, the pipeline's own left out.
const PREFIXES: [u32; 9] = [4101, 4102, 4103, 4104, 4108, 4112, 4114, 4116, 4117];
/// Most prefectures that differ.
pub(super) const MOST: u32 = PREFIXES.len() as u32 + 1;
/// Of this many people in a village of the prefecture before, one may have moved.
const OF: usize = 50;
/// How likely.
const MOVES: f64 = 0.1;

/// Villages as they are in prefecture number `prefecture`; 0 is the pipeline's own.
pub(super) fn spread_villages(mut villages: Vec<VillagePlace>, prefecture: u32) -> Vec<VillagePlace> {
    if let Some(prefix) = (prefecture as usize).checked_sub(1).and_then(|at| PREFIXES.get(at)) {
        villages.iter_mut().for_each(|village| village.id_prefix = prefix * 100 + village.id_prefix % 100);
    }
    villages
}

/// Lists some of the people of `before`, the same village of the prefecture before, in `here`, too.
/// Returns who they are here and there.
pub(super) fn move_people_between_prefectures(
    here: &mut VillageWorld,
    before: &VillageWorld,
    seed: u64,
) -> Vec<(String, String)> {
    let mut rng = Rng::keyed(&[seed, here.index as u64, 11]);
    let own = u64::from(before.place.id_prefix);
    let mut moved = Vec::new();
    for (at, person) in before.people.iter().enumerate() {
        // Married-in people carry numbers that any prefecture's may: they would prove nothing.
        let local = std::str::from_utf8(&person.id[..6]).is_ok_and(|prefix| prefix.parse() == Ok(own));
        let adult = (19_500_000..20_000_000).contains(&person.birth);
        if local && adult && rng.chance(MOVES) {
            let now = here.adopt(&mut rng, person.clone());
            moved.push((here.person_id(now), before.person_id(at)));
        }
    }
    moved
}

/// The truth file `moved.csv`.
pub(super) fn moved_text(moved: &[(String, String)]) -> String {
    let lines = moved.iter().map(|(here, before)| format!("{here},{before}\n"));
    std::iter::once("person,person_before\n".to_owned()).chain(lines).collect()
}

/// People of a village of `people` to look at for [`move_people_between_prefectures`].
pub(super) fn count_possible_movers(people: usize) -> usize {
    people.div_ceil(OF)
}
