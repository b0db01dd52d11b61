//! Persons never contain what one person cannot.

use super::*;
use crate::link::test_lists::{ListRow, comparable_sources, id_number_for, shipped_settings};

const NOBODY: ListRow<'static> =
    ListRow { name: "", id: "", birth: "", sex: "", household: "", relation: "", division: 0 };

const fn holds(sources: u64, id: u64) -> HeldFacts {
    HeldFacts { sources, id }
}

#[test]
fn two_confirmed_numbers_are_never_one_person() {
    assert!(!holds(0, 5).fits(holds(0, 6), 0) && !holds(0, 5).fits(holds(0, 6), EVERY_SOURCE));
    for (one, other) in [(5, 5), (5, 0), (0, 5), (0, 0)] {
        assert!(holds(0, one).fits(holds(0, other), 0), "{one} {other}");
    }
}

#[test]
fn a_list_of_single_records_gives_a_person_one_unless_the_row_is_doubled() {
    assert!(holds(0b01, 0).fits(holds(0b10, 0), 0));
    assert!(!holds(0b11, 0).fits(holds(0b10, 0), 0));
    assert!(holds(0b11, 0).fits(holds(0b10, 0), EVERY_SOURCE));
    assert!(!holds(0b11, 5).fits(holds(0b10, 6), EVERY_SOURCE), "a doubled row has one number");
    assert!(!holds(0b11, 5).fits(holds(0b10, 5), 0), "one number is no excuse");
}

#[test]
fn a_person_holds_what_its_records_hold() {
    let mut person = holds(0b01, 0);
    person.take(holds(0b10, 7));
    assert_eq!((person.sources, person.id), (0b11, 7));
    person.take(holds(0b10, 0));
    assert_eq!((person.sources, person.id), (0b11, 7));
}

/// Pairs of a small world, and what became of its records.
struct World {
    lists: Vec<crate::normalize::ComparableSource>,
    links: Links,
}

impl World {
    fn new(lists: &[(&str, &[ListRow<'_>])]) -> Self {
        Self { lists: comparable_sources(lists), links: Links::default() }
    }
    fn pair(mut self, (left, right): (u32, u32), weight: i32, tier: Tier, decision: Decision) -> Self {
        self.links.left.push(left);
        self.links.right.push(right);
        self.links.weight.push(weight);
        self.links.tier.push(tier);
        self.links.decision.push(decision);
        self
    }
    fn accept(self, pair: (u32, u32), weight: i32, tier: Tier) -> Self {
        self.pair(pair, weight, tier, Decision::Accept)
    }
    fn review(self, pair: (u32, u32), weight: i32) -> Self {
        self.pair(pair, weight, Tier::T6, Decision::Review)
    }
    fn clusters(&self) -> PersonClusters {
        cluster(&shipped_settings(), &LinkNodes::build(&self.lists).unwrap(), &self.links)
    }
    fn persons(&self) -> Vec<u32> {
        self.clusters().person
    }
}

fn two_numbers() -> [String; 2] {
    [id_number_for(19_650_312, 451), id_number_for(19_900_815, 573)]
}

#[test]
fn a_record_between_two_numbers_goes_with_the_heavier() {
    let [a, b] = two_numbers();
    let world = || {
        World::new(&[
            ("a", &[ListRow { id: &a, ..NOBODY }]),
            ("b", &[NOBODY]),
            ("c", &[ListRow { id: &b, ..NOBODY }]),
        ])
    };
    let first = world().accept((0, 1), 30_000, Tier::T4).accept((1, 2), 29_999, Tier::T3);
    let clusters = first.clusters();
    assert_eq!((clusters.person, clusters.count), (vec![0, 0, 1], 2));
    assert_eq!(clusters.in_review, [false, true, true], "the refused pair is for a human");
    assert_eq!(clusters.tier, [Tier::T4, Tier::T4, Tier::T1]);
    let second = world().accept((0, 1), 29_999, Tier::T4).accept((1, 2), 30_000, Tier::T3);
    let clusters = second.clusters();
    assert_eq!((clusters.person, clusters.in_review), (vec![0, 1, 1], vec![true, true, false]));
    assert_eq!(clusters.tier, [Tier::T1, Tier::T3, Tier::T3]);
    // A second number is kept out however long the way to it is.
    let long = World::new(&[
        ("a", &[ListRow { id: &a, ..NOBODY }, NOBODY, NOBODY]),
        ("b", &[ListRow { id: &b, ..NOBODY }]),
    ]);
    let long = long.accept((0, 1), 30_000, Tier::T5).accept((1, 2), 28_000, Tier::T5);
    assert_eq!(long.accept((2, 3), 29_000, Tier::T5).persons(), [0, 0, 1, 1]);
}

#[test]
fn a_record_without_a_number_goes_with_the_heavier_even_if_it_stands_first() {
    let [a, b] = two_numbers();
    let rows = [NOBODY, ListRow { id: &a, ..NOBODY }, ListRow { id: &b, ..NOBODY }];
    let world = World::new(&[("a", &rows)]).accept((0, 2), 30_000, Tier::T5);
    assert_eq!(world.accept((0, 1), 25_000, Tier::T5).persons(), [0, 1, 0]);
}

#[test]
fn a_number_that_does_not_check_keeps_nobody_apart() {
    let [a, _] = two_numbers();
    let wrong = format!("{}{}", &a[..17], if a.ends_with('0') { '1' } else { '0' });
    for id in [wrong.as_str(), "4.10621196503124E+17", "410621********4514"] {
        let world = World::new(&[("a", &[ListRow { id: &a, ..NOBODY }]), ("b", &[ListRow { id, ..NOBODY }])]);
        assert_eq!(world.accept((0, 1), 25_000, Tier::T3).persons(), [0, 0], "{id}");
    }
}

#[test]
fn of_equally_heavy_pairs_what_the_records_say_decides_not_where_they_stand() {
    let [a, b] = two_numbers();
    let (one, middle) = (ListRow { id: &a, ..NOBODY }, ListRow { name: "张建国", ..NOBODY });
    let other = ListRow { id: &b, ..NOBODY };
    let goes_with = |first: ListRow<'_>, last: ListRow<'_>| {
        let world = World::new(&[("a", &[first, middle, last])]);
        let persons = world.accept((0, 1), 30_000, Tier::T5).accept((1, 2), 30_000, Tier::T5).persons();
        if persons[0] == persons[1] { first.id.to_owned() } else { last.id.to_owned() }
    };
    assert_eq!(goes_with(one, other), goes_with(other, one));
}

#[test]
fn a_list_of_single_records_gives_its_person_the_heavier_record() {
    let of = |source: &'static str, tier: Tier| {
        let world = World::new(&[(source, &[NOBODY, NOBODY]), ("b", &[NOBODY])]);
        world.accept((0, 2), 25_000, tier).accept((1, 2), 26_000, tier).persons()
    };
    assert_eq!(of("single", Tier::T1), [0, 1, 1]);
    assert_eq!(of("a", Tier::T1), [0, 0, 0]);
    // A row that stands there twice is one.
    let doubled = |tier: Tier| {
        let world = World::new(&[("single", &[NOBODY, NOBODY]), ("b", &[NOBODY])]);
        world.accept((0, 1), 30_000, tier).accept((1, 2), 26_000, Tier::T1).clusters()
    };
    assert_eq!((doubled(Tier::T1).person, doubled(Tier::T1).count), (vec![0, 0, 0], 1));
    assert_eq!((doubled(Tier::T2).person, doubled(Tier::T2).count), (vec![0, 1, 1], 2));
    assert_eq!(doubled(Tier::T2).in_review, [true, true, false]);
}

#[test]
fn only_lists_named_as_such_are_of_single_records_whatever_their_place() {
    let lists: Vec<String> = (0..66).map(|at| format!("list{at}")).collect();
    let mut lists: Vec<(&str, &[ListRow<'_>])> = lists.iter().map(|name| (name.as_str(), &[][..])).collect();
    let rows = [NOBODY, NOBODY, NOBODY];
    lists.push(("single", &rows));
    // Beyond the 64th list the guard is left to the assignment.
    assert_eq!(World::new(&lists).accept((0, 1), 25_000, Tier::T5).persons(), [0, 0, 1]);
    lists.swap(63, 66);
    assert_eq!(World::new(&lists).accept((0, 1), 25_000, Tier::T5).persons(), [0, 1, 2]);
}

#[test]
fn the_strongest_accepted_tier_binds_a_record() {
    let world = World::new(&[("a", &[NOBODY, NOBODY, NOBODY, NOBODY])]);
    let world = world.accept((0, 1), 25_000, Tier::T5).accept((0, 2), 25_000, Tier::T3);
    let clusters = world.review((1, 2), 15_000).clusters();
    assert_eq!(clusters.tier, [Tier::T3, Tier::T5, Tier::T3, Tier::T1]);
    assert_eq!(clusters.in_review, [false; 4], "a pair within a person is settled");
    assert_eq!((clusters.person, clusters.count), (vec![0, 0, 0, 1], 2));
}

#[test]
fn a_review_pair_that_could_be_one_person_keeps_both_in_review() {
    let [a, b] = two_numbers();
    let numbered = |id| ListRow { id, ..NOBODY };
    let of = |weight, lists: &[(&str, &[ListRow<'_>])]| {
        World::new(lists).review((0, 1), weight).clusters().in_review
    };
    assert_eq!(of(15_000, &[("a", &[numbered(&a), NOBODY, NOBODY])]), [true, true, false]);
    // Two numbers are two people: nothing is left to look at, however heavy.
    assert_eq!(of(25_000, &[("a", &[numbered(&a), numbered(&b)])]), [false; 2]);
    // So are two records of a list of single records, unless the pair was heavy enough to be accepted.
    assert_eq!(of(19_999, &[("single", &[NOBODY, NOBODY])]), [false; 2]);
    assert_eq!(of(20_000, &[("single", &[NOBODY, NOBODY])]), [true; 2]);
}

/// Whose number is somebody else's, of three records: 0 and 1 are one person with two numbers.
fn foreign_of(rows: [ListRow<'_>; 3], shared: Option<(u32, u32)>) -> Vec<bool> {
    let world = World::new(&[("a", &rows[..1]), ("b", &rows[1..])]).accept((0, 1), 25_000, Tier::T3);
    let world = match shared {
        Some(pair) => world.review(pair, 15_000),
        None => world,
    };
    world.clusters().foreign
}

#[test]
fn of_two_numbers_of_a_person_the_one_that_contradicts_its_row_is_foreign() {
    let [a, b] = two_numbers();
    let (one, other) = (ListRow { id: &a, ..NOBODY }, ListRow { id: &b, ..NOBODY });
    let wrong = |row| ListRow { birth: "1950-01-07", ..row };
    assert_eq!(foreign_of([wrong(one), other, NOBODY], None), [true, false, false]);
    assert_eq!(foreign_of([one, wrong(other), NOBODY], None), [false, true, false]);
    assert_eq!(foreign_of([one, other, NOBODY], None), [true, true, false], "nobody knows which");
    assert_eq!(foreign_of([wrong(one), wrong(other), NOBODY], None), [true, true, false]);
    // Without two confirmed numbers there is none.
    assert_eq!(foreign_of([wrong(one), NOBODY, NOBODY], None), [false; 3]);
    assert_eq!(foreign_of([wrong(one), one, NOBODY], None), [false; 3]);
}

#[test]
fn of_two_numbers_of_a_person_the_one_that_another_name_shares_is_foreign() {
    let [a, b] = two_numbers();
    let (one, other) = (ListRow { id: &a, ..NOBODY }, ListRow { id: &b, ..NOBODY });
    assert_eq!(foreign_of([one, other, one], Some((0, 2))), [true, false, false]);
    assert_eq!(foreign_of([one, other, other], Some((1, 2))), [false, true, false]);
    // Another number under review shares nothing.
    assert_eq!(foreign_of([one, other, other], Some((0, 2))), [true, true, false]);
    // That the row contradicts its number comes first.
    let wrong = ListRow { birth: "1950-01-07", ..other };
    assert_eq!(foreign_of([one, wrong, one], Some((0, 2))), [false, true, false]);
    // Both contradict themselves: then what is shared decides.
    let both = ListRow { birth: "1950-01-07", ..one };
    assert_eq!(foreign_of([both, wrong, one], Some((0, 2))), [true, false, false]);
}

#[test]
fn a_foreign_number_keeps_nobody_apart() {
    let [a, b] = two_numbers();
    let (one, other) = (ListRow { id: &a, ..NOBODY }, ListRow { id: &b, birth: "1950-01-07", ..NOBODY });
    let world = World::new(&[("a", &[one]), ("b", &[other])]).accept((0, 1), 25_000, Tier::T3);
    assert_eq!(world.persons(), [0, 0]);
}

#[test]
fn a_row_with_a_damaged_number_is_a_doubled_one_where_all_else_is_the_same() {
    let row = |name: &'static str, household: &'static str, division: u32| ListRow {
        name,
        household,
        division,
        ..NOBODY
    };
    let persons = |second: ListRow<'_>, tier: Tier| {
        let world = World::new(&[("single", &[row("张建国", "1", 7), second]), ("b", &[NOBODY])]);
        world.accept((0, 2), 30_000, Tier::T1).accept((0, 1), 26_000, tier).persons()
    };
    for tier in [Tier::T3, Tier::T4, Tier::T5] {
        assert_eq!(persons(row("张建国", "1", 7), tier), [0, 0, 0], "{tier:?}");
        assert_eq!(persons(row("张建國(户主)", "1", 7), tier), [0, 0, 0], "{tier:?}");
        assert_eq!(persons(row("张建国", "2", 7), tier), [0, 1, 0], "another household");
        assert_eq!(persons(row("张建军", "1", 7), tier), [0, 1, 0], "another name");
    }
    assert_eq!(persons(row("张建国", "1", 7), Tier::T2), [0, 1, 0]);
    // A list without households is asked for the village.
    let of_villages = |one: u32, other: u32| {
        let rows = [row("张建国", "", one), row("张建国", "", other)];
        let world = World::new(&[("single", &rows), ("b", &[NOBODY])]);
        world.accept((0, 2), 30_000, Tier::T1).accept((0, 1), 26_000, Tier::T3).persons()
    };
    assert_eq!([of_villages(7, 7), of_villages(7, 8), of_villages(0, 0)], [[0, 0, 0], [0, 1, 0], [0, 1, 0]]);
    // In its own list a doubled row excuses a second record, in others it does not.
    let two = [row("张建国", "1", 7); 2];
    let world = World::new(&[("single", &two), ("b", &[NOBODY; 2])]);
    let joined = world.accept((0, 2), 30_000, Tier::T1).accept((1, 3), 29_000, Tier::T1).accept(
        (0, 1),
        26_000,
        Tier::T5,
    );
    assert_eq!(joined.persons(), [0; 4]);
    let mut settings = shipped_settings();
    settings.resolve.one_per_person.push("b".to_owned());
    let persons = cluster(&settings, &LinkNodes::build(&joined.lists).unwrap(), &joined.links).person;
    assert_eq!(persons, [0, 1, 0, 1]);
}

#[test]
fn two_members_of_one_household_are_two_though_a_third_record_is_like_both() {
    let row = |name: &'static str| ListRow { name, household: "1", ..NOBODY };
    let persons = |second: &'static str| {
        let world = World::new(&[("a", &[row("褚建国"), row(second)]), ("b", &[NOBODY])]);
        world.accept((0, 2), 30_000, Tier::T1).accept((1, 2), 29_000, Tier::T1).clusters()
    };
    assert_eq!(persons("褚建").person, [0, 1, 0]);
    assert_eq!(persons("褚建").in_review, [false, true, true]);
    assert_eq!(persons("褚建国").person, [0, 0, 0], "a row that stands there twice");
}
