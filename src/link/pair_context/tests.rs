//! What other pairs do to a pair: each scene is enough but for what one condition looks at.

use super::*;
use crate::link::compare::DateLevel;
use crate::link::household_ties::HouseholdLevel;
use crate::link::test_lists::{
    ListRow, NOTHING, comparable_sources, id_number_for, placed_sources, scored_pair, shipped_settings,
};

const ACCEPT: i32 = 20_000;
const UNIQUE: i32 = 6_000;

/// What became of a pair.
type Outcome = Option<(Tier, Decision)>;
/// Pairs of rows, with what they say, their weight and outcome.
type Pairs = &'static [(u32, u32, PairEvidence, i32, Outcome)];

const REVIEWED: Outcome = Some((Tier::T6, Decision::Review));

fn accepted(tier: Tier) -> Outcome {
    Some((tier, Decision::Accept))
}

const NOBODY: ListRow<'static> =
    ListRow { name: "", id: "", birth: "", sex: "", household: "", relation: "", division: 0 };

/// The same name near by.
const NAMESAKES: PairEvidence = PairEvidence { name: HanNameLevel::Exact, near: true, ..NOTHING };
/// One number, one name.
const SAME: PairEvidence = PairEvidence { id: IdLevel::Equal, ..NAMESAKES };

/// Which of four records carry a doubtful number, of pairs of one number; record 0 contradicts itself
/// where `contradicted`.
fn doubtful_of(pairs: &[(u32, u32, HanNameLevel)], contradicted: bool) -> [bool; 4] {
    let id = id_number_for(19_650_312, 451);
    let birth = if contradicted { "1990-08-15" } else { "" };
    let mut rows = [ListRow { id: &id, ..NOBODY }; 4];
    rows[0].birth = birth;
    let lists = comparable_sources(&[("a", &rows[..2]), ("b", &rows[2..])]);
    let numbered: Vec<(u64, HanNameLevel)> =
        pairs.iter().map(|&(a, b, name)| (pack_pair(a, b), name)).collect();
    find_doubtful_numbers(&numbered, &LinkNodes::build(&lists).unwrap(), &[0, 1]).try_into().unwrap()
}

#[test]
fn a_number_under_two_names_belongs_to_the_name_with_more_records() {
    use HanNameLevel::*;
    assert_eq!(doubtful_of(&[(0, 1, OneCharacter), (0, 2, Exact)], false), [false, true, false, false]);
    assert_eq!(doubtful_of(&[(0, 1, OneCharacter), (1, 2, Exact)], false), [true, false, false, false]);
    assert_eq!(doubtful_of(&[(0, 1, OneCharacter)], false), [true, true, false, false], "nobody knows whose");
    let even = [(0, 1, Different), (0, 2, Exact), (1, 3, Swapped)];
    assert_eq!(doubtful_of(&even, false), [true, true, false, false]);
    // A character fewer is neither another name nor the same.
    assert_eq!(doubtful_of(&[(0, 1, Dropped), (0, 2, Exact)], false), [false; 4]);
    assert_eq!(doubtful_of(&[(0, 1, Different), (0, 2, Dropped)], false), [true, true, false, false]);
    // Who agrees with others only is no witness.
    assert_eq!(doubtful_of(&[(0, 1, Different), (2, 3, Exact)], false), [true, true, false, false]);
}

/// Which records carry a copied number: 褚桂荣 (row 0, list a) under the number of 褚桂英 (rows 1 and 2), and rows of whoever
/// is called 褚桂荣 and has a number of her own (rows 3 and 4).
fn copied(sources: [u8; 5], village: u32) -> Vec<bool> {
    let (hers, own) = (id_number_for(19_720_506, 482), id_number_for(19_750_918, 226));
    let row = |name: &'static str, id, division| ListRow { name, id, division, ..NOBODY };
    let rows = [
        (sources[0], row("褚桂荣", hers.as_str(), 7)),
        (sources[1], row("褚桂英", hers.as_str(), 7)),
        (sources[2], row("褚桂英", hers.as_str(), 7)),
        (sources[3], row("褚桂荣", own.as_str(), village)),
        (sources[4], row("褚桂荣", own.as_str(), village)),
    ];
    let (lists, node) = placed_sources(&rows);
    let at = |row: usize| node[row];
    let pairs = [
        (pack_pair(at(0), at(1)), HanNameLevel::SimilarShape),
        (pack_pair(at(0), at(2)), HanNameLevel::SimilarShape),
        (pack_pair(at(1), at(2)), HanNameLevel::Exact),
    ];
    let found = find_copied_numbers(&pairs, &LinkNodes::build(&lists).unwrap());
    (0..5).map(|row| found[at(row) as usize]).collect()
}

#[test]
fn a_number_is_copied_where_the_bearer_of_the_name_has_one_of_her_own() {
    let hers = [true, false, false, false, false];
    assert_eq!(copied([0, 1, 2, 1, 2], 7), hers);
    assert_eq!(copied([0, 1, 2, 1, 2], 8), [false; 5], "in another village she is somebody else");
    assert_eq!(copied([0, 1, 2, 0, 2], 7), [false; 5], "she has a row of her own in the list");
    assert_eq!(copied([0, 0, 2, 1, 2], 7), hers, "the owner stands in the list, too");
}

#[test]
fn lists_of_one_system_are_one_witness() {
    let id = id_number_for(19_650_312, 451);
    let rows = [ListRow { id: &id, ..NOBODY }; 2];
    let lists = comparable_sources(&[("a", &rows), ("b", &rows[..1])]);
    let nodes = LinkNodes::build(&lists).unwrap();
    let (apart, same) = ((pack_pair(0, 1), HanNameLevel::Different), (pack_pair(0, 2), HanNameLevel::Exact));
    assert_eq!(find_doubtful_numbers(&[apart, same], &nodes, &[0, 1]), [false, true, false]);
    assert_eq!(find_doubtful_numbers(&[apart, same], &nodes, &[0, 0]), [true, true, false]);
}

#[test]
fn a_record_that_contradicts_itself_needs_two_witnesses_more() {
    use HanNameLevel::*;
    assert_eq!(doubtful_of(&[(0, 1, Different)], true), [true, false, false, false]);
    assert_eq!(doubtful_of(&[(0, 1, Different), (0, 2, Exact)], true), [true, false, false, false]);
    let two = [(0, 1, Different), (0, 2, Exact), (0, 3, Exact)];
    assert_eq!(doubtful_of(&two, true), [true, true, false, false], "as many as the other has");
    assert_eq!(doubtful_of(&two, false), [false, true, false, false]);
}

/// 张晓明 (row 0, list a) carries 张建国's number (row 1, list b); in list b there is a 张晓明 with a number
/// of his own (row 2), and in list a perhaps his record (row 3).
struct Borrowed {
    birth: &'static str,
    number: (HanNameLevel, Outcome),
    namesake: (PairEvidence, i32),
    /// List of the namesake.
    list: u8,
    /// What makes row 3 a partner of row 2, and of row 1; its list.
    own: Option<(PairEvidence, Tier)>,
    own_list: u8,
    owners: Option<(PairEvidence, Tier)>,
}

const BORROWED: Borrowed = Borrowed {
    birth: "",
    number: (HanNameLevel::Different, Some((Tier::T2, Decision::Accept))),
    namesake: (PairEvidence { id: IdLevel::Disagree, ..NAMESAKES }, RIVAL),
    list: 1,
    own: None,
    own_list: 0,
    owners: None,
};

impl Borrowed {
    /// What becomes of the pair of the number.
    fn outcome(&self) -> Outcome {
        self.outcomes()[0]
    }

    /// Of the number's pair, of the namesakes', and of another pair of the one who carries the number.
    fn outcomes(&self) -> Vec<Outcome> {
        let (father, son) = (id_number_for(19_650_312, 451), id_number_for(19_900_815, 573));
        let row = |name, id, birth| ListRow { name, id, birth, ..NOBODY };
        let namesake = row("张晓明", &son, "");
        let borrower = row("张晓明", &father, self.birth);
        let rows = [
            (0, borrower),
            (1, row("张建国", &father, "")),
            (self.list, namesake),
            (self.own_list, namesake),
        ];
        let (lists, node) = placed_sources(&rows);
        let pair = |a: usize, b: usize| (node[a], node[b]);
        let (name, outcome) = self.number;
        let mut all = vec![
            scored_pair(pair(0, 1), ACCEPT, PairEvidence { name, ..SAME }, outcome),
            scored_pair(pair(0, 2), self.namesake.1, self.namesake.0, None),
            scored_pair(
                pair(0, 3),
                ACCEPT,
                PairEvidence { birth: DateLevel::Equal, ..NAMESAKES },
                accepted(Tier::T5),
            ),
        ];
        all.extend(self.own.map(|(said, tier)| scored_pair(pair(2, 3), ACCEPT, said, accepted(tier))));
        all.extend(self.owners.map(|(said, tier)| scored_pair(pair(1, 3), ACCEPT, said, accepted(tier))));
        find_rivals(&mut all, &LinkNodes::build(&lists).unwrap(), &PairDecider::new(&shipped_settings()));
        all.iter().map(|one| one.outcome).collect()
    }
}

#[test]
fn a_number_gives_way_to_a_namesake_near_by_with_a_number_of_his_own() {
    let stays = accepted(Tier::T2);
    assert_eq!(BORROWED.outcomes(), [REVIEWED, None, accepted(Tier::T5)], "nothing else gives way");
    let heavy = |weight| Borrowed { namesake: (BORROWED.namesake.0, weight), ..BORROWED };
    assert_eq!(heavy(RIVAL - 1).outcome(), stays);
    let said = |said| Borrowed { namesake: (said, RIVAL), ..BORROWED }.outcome();
    let of = BORROWED.namesake.0;
    let far = PairEvidence { near: false, ..of };
    assert_eq!(said(far), stays);
    assert_eq!(said(PairEvidence { birth: DateLevel::OneDigit, ..far }), REVIEWED);
    assert_eq!(said(PairEvidence { household: HouseholdLevel::MembersLinked, ..far }), REVIEWED);
    use HanNameLevel::{Missing, SameReadingTone, Wildcard};
    let named = |name| said(PairEvidence { name, ..of });
    assert_eq!([named(Wildcard), named(SameReadingTone), named(Missing)], [REVIEWED, stays, stays]);
    let numbered = |id| said(PairEvidence { id, ..of });
    assert_eq!([numbered(IdLevel::TwoEdits), numbered(IdLevel::Compatible)], [REVIEWED, stays]);
    assert_eq!(numbered(IdLevel::Missing), stays, "he has no number of his own");
    assert_eq!(Borrowed { list: 2, ..BORROWED }.outcome(), REVIEWED);
    assert_eq!(Borrowed { list: 0, ..BORROWED }.outcome(), stays, "in its own list, somebody else");
}

#[test]
fn only_an_accepted_number_with_names_apart_gives_way() {
    use HanNameLevel::{Dropped, OneCharacter, Swapped};
    let of = |name, outcome| Borrowed { number: (name, outcome), ..BORROWED }.outcome();
    for kept in [accepted(Tier::T3), accepted(Tier::T5), Some((Tier::T2, Decision::Review)), None] {
        assert_eq!(of(OneCharacter, kept), kept);
    }
    assert_eq!(of(OneCharacter, accepted(Tier::T1)), REVIEWED);
    assert_eq!(of(Swapped, accepted(Tier::T1)), accepted(Tier::T1));
    // A character fewer is a slip, unless the number's owner has a record in both lists.
    let slip = Borrowed { number: (Dropped, accepted(Tier::T1)), ..BORROWED };
    assert_eq!(slip.outcome(), accepted(Tier::T1));
    assert_eq!(Borrowed { owners: Some((SAME, Tier::T1)), ..slip }.outcome(), REVIEWED);
}

#[test]
fn a_stated_birth_that_fits_the_number_says_whose_it_is() {
    assert_eq!(Borrowed { birth: "1965-03-12", ..BORROWED }.outcome(), accepted(Tier::T2));
    assert_eq!(Borrowed { birth: "1990-08-15", ..BORROWED }.outcome(), REVIEWED);
}

#[test]
fn a_namesake_who_has_found_his_own_record_is_no_rival() {
    let of = |own| Borrowed { own: Some(own), ..BORROWED }.outcome();
    for tier in [Tier::T1, Tier::T3, Tier::T4] {
        assert_eq!(of((SAME, tier)), accepted(Tier::T2), "{tier:?}");
    }
    // By the name alone, or under another name, it is not his own for certain.
    for tier in [Tier::T2, Tier::T5] {
        assert_eq!(of((SAME, tier)), REVIEWED, "{tier:?}");
    }
    assert_eq!(of((PairEvidence { name: HanNameLevel::Dropped, ..SAME }, Tier::T1)), REVIEWED);
    // Nor is it one in the list where he stands beside the number's owner, or in a third one.
    for own_list in [1, 2] {
        assert_eq!(Borrowed { own: Some((SAME, Tier::T1)), own_list, ..BORROWED }.outcome(), REVIEWED);
    }
}

/// 赵琴娥 without a number (row 0, list a) and with one (row 1, list b); perhaps others (rows 2 and 3).
struct Alone {
    said: PairEvidence,
    weight: i32,
    outcome: Outcome,
    /// Lists of the four rows.
    sources: [u8; 4],
    /// Numbers of the rows: 0 none, else which.
    numbers: [u8; 4],
    doubtful: [bool; 4],
    /// Pairs besides.
    others: Pairs,
    unique: i32,
    /// Which lists have a record a person.
    single: [bool; 3],
}

const WEIGHT: i32 = ACCEPT - UNIQUE;
const NAMED: Outcome = Some((Tier::T5, Decision::Accept));

const ALONE: Alone = Alone {
    said: NAMESAKES,
    weight: WEIGHT,
    outcome: REVIEWED,
    sources: [0, 1, 1, 0],
    numbers: [0, 1, 2, 2],
    doubtful: [false; 4],
    others: &[],
    unique: UNIQUE,
    single: [false; 3],
};

impl Alone {
    fn outcome(&self) -> Outcome {
        let numbers = ["".to_owned(), id_number_for(19_650_312, 452), id_number_for(19_900_815, 574)];
        let row =
            |at: usize| ListRow { name: "赵琴娥", id: &numbers[usize::from(self.numbers[at])], ..NOBODY };
        let (lists, node) = placed_sources(&[0, 1, 2, 3].map(|at| (self.sources[at], row(at))));
        let pair = |a: u32, b: u32| (node[a as usize], node[b as usize]);
        let mut all = vec![scored_pair(pair(0, 1), self.weight, self.said, self.outcome)];
        for &(a, b, said, weight, outcome) in self.others {
            all.push(scored_pair(pair(a, b), weight, said, outcome));
        }
        let mut doubtful = [false; 4];
        (0..4).for_each(|at| doubtful[node[at] as usize] = self.doubtful[at]);
        let nodes = LinkNodes::build(&lists).unwrap();
        let thresholds = DecisionThresholds { unique: self.unique, ..shipped_settings().decision };
        let decider = PairDecider::new(&shipped_settings());
        let systems: Vec<u8> = (0..nodes.names.len() as u8).collect();
        let marks = ListMarks::new(&nodes, &systems);
        accept_unique_pairs(&mut all, &nodes, &decider, &thresholds, &doubtful, &self.single, &marks);
        all[0].outcome
    }
}

#[test]
fn the_only_namesake_of_a_village_is_the_one_without_a_number() {
    assert_eq!(ALONE.outcome(), NAMED);
    assert_eq!(Alone { weight: WEIGHT - 1, ..ALONE }.outcome(), REVIEWED);
    assert_eq!(Alone { unique: 0, weight: ACCEPT, ..ALONE }.outcome(), REVIEWED, "switched off");
    assert_eq!(Alone { unique: -1, weight: ACCEPT + 1, ..ALONE }.outcome(), REVIEWED);
    assert_eq!(Alone { sources: [0; 4], ..ALONE }.outcome(), REVIEWED, "one list");
    for outcome in [None, accepted(Tier::T4)] {
        assert_eq!(Alone { outcome, ..ALONE }.outcome(), outcome, "only what a human would look at");
    }
    assert_eq!(Alone { outcome: Some((Tier::T3, Decision::Review)), ..ALONE }.outcome(), NAMED);
}

#[test]
fn a_list_of_a_record_a_person_has_its_only_namesake_twice() {
    let twice =
        Alone { sources: [0, 0, 1, 1], single: [true, false, false], weight: WEIGHT + 5_000, ..ALONE };
    assert_eq!(twice.outcome(), NAMED);
    assert_eq!(Alone { weight: WEIGHT + 4_999, ..twice }.outcome(), REVIEWED);
    assert_eq!(Alone { single: [false; 3], ..twice }.outcome(), REVIEWED);
    let slip = PairEvidence { name: HanNameLevel::SameReadingTone, ..NAMESAKES };
    assert_eq!(Alone { said: slip, ..twice }.outcome(), REVIEWED);
    // A third of the name, there or elsewhere, leaves it open whose the second row is.
    let of = |sources, others| Alone { sources, others, ..twice }.outcome();
    assert_eq!(of([0, 0, 0, 1], &[(0, 2, NAMESAKES, WEIGHT, None)]), REVIEWED);
    assert_eq!(of([0, 0, 1, 1], &[(0, 2, NAMESAKES, WEIGHT, None)]), REVIEWED);
    const HIS: Pairs =
        &[(0, 2, NAMESAKES, WEIGHT, None), (1, 2, SAME, WEIGHT, Some((Tier::T1, Decision::Accept)))];
    assert_eq!(of([0, 0, 1, 1], HIS), NAMED, "his own in another list is none");
}

#[test]
fn a_namesake_must_agree_in_all_that_is_known() {
    let of = |said| Alone { said, ..ALONE }.outcome();
    let far = PairEvidence { near: false, ..NAMESAKES };
    assert_eq!(of(far), REVIEWED);
    assert_eq!(of(PairEvidence { household: HouseholdLevel::MembersLinked, ..far }), NAMED);
    assert_eq!(of(PairEvidence { household: HouseholdLevel::Apart, ..far }), REVIEWED);
    use HanNameLevel::{Missing, SameReading, SimilarShape};
    let named = |name| of(PairEvidence { name, ..NAMESAKES });
    assert_eq!([named(SimilarShape), named(SameReading), named(Missing)], [NAMED, REVIEWED, REVIEWED]);
    assert_eq!(of(PairEvidence { sexes_differ: true, ..NAMESAKES }), REVIEWED);
    assert_eq!(of(PairEvidence { birth: DateLevel::Disagree, ..NAMESAKES }), REVIEWED);
    assert_eq!(of(PairEvidence { birth: DateLevel::LunarLike, ..NAMESAKES }), NAMED);
}

#[test]
fn a_number_speaks_against_unless_it_is_doubtful() {
    let of = |id, doubtful| Alone { said: PairEvidence { id, ..NAMESAKES }, doubtful, ..ALONE }.outcome();
    let none = [false; 4];
    for id in [IdLevel::TwoEdits, IdLevel::Disagree] {
        assert_eq!(of(id, none), REVIEWED, "{id:?}");
        assert_eq!(of(id, [true, false, false, false]), NAMED, "{id:?}");
        assert_eq!(of(id, [false, true, false, false]), NAMED, "{id:?}");
    }
    for id in [IdLevel::Equal, IdLevel::OneSubstitution, IdLevel::Compatible, IdLevel::SameBirthRegion] {
        assert_eq!(of(id, [true, true, false, false]), REVIEWED, "{id:?}");
    }
}

#[test]
fn another_namesake_of_the_other_list_leaves_it_open_whose_record_it_is() {
    const HEAVY: PairEvidence = NAMESAKES;
    let of = |others| Alone { others, ..ALONE }.outcome();
    assert_eq!(of(&[(0, 2, HEAVY, WEIGHT, None)]), REVIEWED);
    // Too light to be a rival at all, or much lighter than this one.
    assert_eq!(of(&[(0, 2, HEAVY, WEIGHT - FAR_BEHIND, None)]), REVIEWED);
    assert_eq!(of(&[(0, 2, HEAVY, WEIGHT - FAR_BEHIND - 1, None)]), NAMED);
    let light = Alone { unique: ACCEPT / 2, weight: ACCEPT / 2, ..ALONE };
    assert_eq!(Alone { others: &[(0, 2, HEAVY, RIVAL, None)], ..light }.outcome(), REVIEWED);
    assert_eq!(Alone { others: &[(0, 2, HEAVY, RIVAL - 1, None)], ..light }.outcome(), NAMED);
    const OTHER_NAME: PairEvidence = PairEvidence { name: HanNameLevel::OneCharacter, ..NAMESAKES };
    assert_eq!(of(&[(0, 2, OTHER_NAME, WEIGHT, None)]), NAMED);
    // The same person again: by number, or because the two are joined.
    let again = Alone { numbers: [0, 1, 1, 2], others: &[(0, 2, HEAVY, WEIGHT, None)], ..ALONE };
    assert_eq!(again.outcome(), NAMED);
    const JOINED: Pairs =
        &[(0, 2, HEAVY, WEIGHT, None), (1, 2, NAMESAKES, WEIGHT, Some((Tier::T5, Decision::Accept)))];
    assert_eq!(of(JOINED), NAMED);
    const UNDECIDED: Pairs = &[(0, 2, HEAVY, WEIGHT, None), (1, 2, NAMESAKES, RIVAL - 1, REVIEWED)];
    assert_eq!(of(UNDECIDED), REVIEWED);
    // He has found his own record in the first list.
    const FOUND: Pairs =
        &[(0, 2, HEAVY, WEIGHT, None), (2, 3, SAME, WEIGHT, Some((Tier::T1, Decision::Accept)))];
    assert_eq!(of(FOUND), NAMED);
}

#[test]
fn namesakes_without_numbers_are_not_one_for_that() {
    let others = &[(0, 2, NAMESAKES, WEIGHT, None)];
    assert_eq!(Alone { numbers: [0, 0, 0, 2], others, ..ALONE }.outcome(), REVIEWED);
}

#[test]
fn another_namesake_of_the_own_list_leaves_it_open_whose_number_it_is() {
    let others = &[(1, 3, NAMESAKES, WEIGHT, None)];
    assert_eq!(Alone { others, ..ALONE }.outcome(), REVIEWED);
}

#[test]
fn a_namesake_of_a_third_list_counts_only_with_another_number() {
    const THIRD: Alone = Alone { sources: [0, 1, 2, 0], others: &[(0, 2, NAMESAKES, WEIGHT, None)], ..ALONE };
    assert_eq!(THIRD.outcome(), REVIEWED);
    assert_eq!(Alone { numbers: [0, 1, 0, 2], ..THIRD }.outcome(), NAMED);
    assert_eq!(Alone { numbers: [0, 0, 1, 2], ..THIRD }.outcome(), NAMED);
    assert_eq!(Alone { doubtful: [false, false, true, false], ..THIRD }.outcome(), NAMED);
    assert_eq!(Alone { sources: [0, 1, 0, 0], ..THIRD }.outcome(), NAMED, "in its own list, somebody else");
    // That he has found this very record does not speak for another one.
    const FOUND: Pairs = &[(0, 2, SAME, WEIGHT, Some((Tier::T4, Decision::Accept)))];
    assert_eq!(Alone { others: FOUND, ..THIRD }.outcome(), REVIEWED);
}

#[test]
fn who_has_a_record_of_his_own_in_the_list_has_no_second_one_there() {
    // Row 0's own record in list b is row 2; row 1's own in list a is row 3.
    const OF_0: Pairs = &[(0, 2, SAME, RIVAL - 1, Some((Tier::T4, Decision::Accept)))];
    const OF_1: Pairs = &[(1, 3, SAME, RIVAL - 1, Some((Tier::T4, Decision::Accept)))];
    assert_eq!(Alone { others: OF_0, ..ALONE }.outcome(), REVIEWED);
    assert_eq!(Alone { others: OF_1, ..ALONE }.outcome(), REVIEWED);
}
