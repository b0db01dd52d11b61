//! Guards, one by one: each pair is enough but for what the guard looks at.

use super::*;
use crate::link::test_lists::{
    ListRow, NOTHING, comparable_sources, id_number_for, pair_levels, scored_pair, shipped_settings,
};
use crate::normalize::ComparableSource;

const ACCEPT: i32 = 20_000;
const REVIEW: i32 = 10_000;
const WITHIN: i32 = 5_000;

const REVIEWED: Option<(Tier, Decision)> = Some((Tier::T6, Decision::Review));

fn accepted(tier: Tier) -> Option<(Tier, Decision)> {
    Some((tier, Decision::Accept))
}

/// Decides the pair of nodes 0 and 1; `doubtful`: which of them carry a doubtful number.
fn decided(
    lists: &[ComparableSource],
    weight: i32,
    said: PairEvidence,
    doubtful: [bool; 2],
) -> Option<(Tier, Decision)> {
    let nodes = LinkNodes::build(lists).unwrap();
    PairDecider::new(&shipped_settings()).decide(
        &nodes,
        &scored_pair((0, 1), weight, said, None),
        &doubtful,
        &[false; 2],
    )
}

fn two_lists(one: ListRow<'_>, other: ListRow<'_>) -> Vec<ComparableSource> {
    comparable_sources(&[("a", &[one]), ("b", &[other])])
}

fn one_list(one: ListRow<'_>, other: ListRow<'_>) -> Vec<ComparableSource> {
    comparable_sources(&[("a", &[one, other])])
}

const NOBODY: ListRow<'static> =
    ListRow { name: "", id: "", birth: "", sex: "", household: "", relation: "", division: 0 };

/// Names and births agree, and no number is there.
const NAMESAKES: PairEvidence =
    PairEvidence { name: HanNameLevel::Exact, birth: DateLevel::Equal, ..NOTHING };

#[test]
fn from_the_threshold_on_a_pair_is_one_person() {
    let lists = two_lists(NOBODY, NOBODY);
    let at = |weight| decided(&lists, weight, NAMESAKES, [false; 2]);
    assert_eq!([at(ACCEPT), at(ACCEPT - 1)], [accepted(Tier::T5), REVIEWED]);
    assert_eq!([at(REVIEW), at(REVIEW - 1)], [REVIEWED, None]);
}

#[test]
fn the_name_alone_is_never_enough() {
    let lists = two_lists(NOBODY, NOBODY);
    let of = |said| decided(&lists, i32::MAX / 2, said, [false; 2]);
    let name = PairEvidence { birth: DateLevel::Missing, ..NAMESAKES };
    assert_eq!(of(name), REVIEWED);
    assert_eq!(of(PairEvidence { near: true, ..name }), REVIEWED);
    assert_eq!(of(PairEvidence { household: HouseholdLevel::SameNumber, ..name }), accepted(Tier::T5));
}

#[test]
fn two_records_of_one_list_need_more_unless_their_numbers_are_equal() {
    let lists = one_list(NOBODY, NOBODY);
    let at = |weight| decided(&lists, weight, NAMESAKES, [false; 2]);
    assert_eq!([at(ACCEPT + WITHIN), at(ACCEPT + WITHIN - 1)], [accepted(Tier::T5), REVIEWED]);
    let numbered = PairEvidence { id: IdLevel::Equal, ..NAMESAKES };
    assert_eq!(decided(&lists, ACCEPT, numbered, [false; 2]), accepted(Tier::T1));
}

#[test]
fn a_number_that_two_names_carry_is_never_passed_over() {
    let lists = two_lists(NOBODY, NOBODY);
    let said = PairEvidence { id: IdLevel::Equal, name: HanNameLevel::Different, ..NOTHING };
    let at = |weight, said| decided(&lists, weight, said, [false; 2]);
    assert_eq!([at(0, said), at(REVIEW - 1, said), at(-1, said)], [REVIEWED, REVIEWED, None]);
    let other = PairEvidence { id: IdLevel::OneSubstitution, ..said };
    assert_eq!(at(REVIEW - 1, other), None);
}

#[test]
fn two_members_of_a_household_are_two_people_unless_the_row_is_doubled() {
    use HanNameLevel::*;
    let member = ListRow { household: "7", ..NOBODY };
    let said =
        |name| PairEvidence { id: IdLevel::Equal, name, household: HouseholdLevel::SameNumber, ..NOTHING };
    let of = |lists: &[ComparableSource], name| decided(lists, ACCEPT + WITHIN, said(name), [false; 2]);
    let lists = one_list(member, member);
    for name in [Exact, Variant, Note, Wildcard] {
        assert_eq!(of(&lists, name), accepted(Tier::T1), "{name:?}");
    }
    for name in [Missing, SameReadingTone, Dropped, Different] {
        // Not even one number for the two is worth a look: the row above says it.
        assert_eq!(of(&lists, name), None, "{name:?}");
    }
    // In two lists, in two households, or where no household is known, they may be one.
    assert_eq!(of(&two_lists(member, member), SameReadingTone), accepted(Tier::T1));
    assert_eq!(
        of(&one_list(member, ListRow { household: "8", ..NOBODY }), SameReadingTone),
        accepted(Tier::T1)
    );
    assert_eq!(of(&one_list(NOBODY, NOBODY), SameReadingTone), accepted(Tier::T1));
}

#[test]
fn tiers_say_what_a_pair_rests_on() {
    use HanNameLevel::{Different, Dropped, Exact, Missing, OneCharacter};
    let of =
        |id, name, birth, household| decide_tier(&PairEvidence { id, name, birth, household, ..NOTHING });
    let (no_birth, no_household) = (DateLevel::Missing, HouseholdLevel::Missing);
    assert_eq!(of(IdLevel::Equal, Dropped, no_birth, no_household), Tier::T1);
    for name in [Missing, OneCharacter, Different] {
        assert_eq!(of(IdLevel::Equal, name, no_birth, no_household), Tier::T2, "{name:?}");
    }
    for slip in [IdLevel::Transposition, IdLevel::OneSubstitution, IdLevel::OneInsertDelete] {
        assert_eq!(of(slip, Exact, no_birth, no_household), Tier::T3, "{slip:?}");
        assert_eq!(of(slip, OneCharacter, DateLevel::Equal, no_household), Tier::T6, "{slip:?}");
    }
    assert_eq!(of(IdLevel::Compatible, Exact, no_birth, no_household), Tier::T4);
    assert_eq!(of(IdLevel::Compatible, OneCharacter, DateLevel::Equal, no_household), Tier::T6);
    for id in [IdLevel::Missing, IdLevel::TwoEdits, IdLevel::SameBirthRegion, IdLevel::Disagree] {
        assert_eq!(of(id, Exact, DateLevel::Equal, no_household), Tier::T5, "{id:?}");
        assert_eq!(of(id, Exact, no_birth, HouseholdLevel::Guardian), Tier::T5, "{id:?}");
        assert_eq!(of(id, Exact, no_birth, no_household), Tier::T6, "{id:?}: never by the name alone");
        assert_eq!(of(id, OneCharacter, DateLevel::Equal, HouseholdLevel::SameNumber), Tier::T6, "{id:?}");
    }
}

#[test]
fn tables_without_numbers_and_han_names_go_by_the_weight_alone() {
    for missing in ["id_number", "name"] {
        let mut settings = shipped_settings();
        settings.comparisons.retain(|comparison| comparison.name != missing);
        let decider = PairDecider::new(&settings);
        assert!(!decider.guarded() && decider.said(&pair_levels(NAMESAKES)).is_none());
        let lists = one_list(NOBODY, NOBODY);
        let nodes = LinkNodes::build(&lists).unwrap();
        let at = |weight| {
            decider.decide(&nodes, &scored_pair((0, 1), weight, NOTHING, None), &[false; 2], &[false; 2])
        };
        assert_eq!([at(ACCEPT), at(ACCEPT - 1)], [accepted(Tier::T5), REVIEWED]);
        assert_eq!([at(REVIEW), at(REVIEW - 1)], [REVIEWED, None]);
    }
}

#[test]
fn what_levels_say_is_read_by_the_kind_of_comparison() {
    let decider = PairDecider::new(&shipped_settings());
    assert_eq!(decider.number_and_name(), Some((0, 1)));
    let said = |at: usize, level| {
        let mut levels = pair_levels(NOTHING);
        levels[at] = level;
        decider.said(&levels).unwrap()
    };
    assert_eq!(said(0, IdLevel::TwoEdits.number()).id, IdLevel::TwoEdits);
    assert_eq!(said(1, HanNameLevel::Dropped.number()).name, HanNameLevel::Dropped);
    assert_eq!(said(2, DateLevel::LunarLike.number()).birth, DateLevel::LunarLike);
    assert_eq!([0, 1, 2].map(|level| said(3, level).sexes_differ), [false, false, true]);
    assert_eq!([0, 1, 2, 3, 4, 5].map(|level| said(4, level).near), [false, true, true, false, false, false]);
    assert_eq!(said(5, HouseholdLevel::Apart.number()).household, HouseholdLevel::Apart);
}

#[test]
fn names_births_and_households_agree_but_for_slips() {
    use HanNameLevel::*;
    let of_name =
        |name| (PairEvidence { name, ..NOTHING }.name_agrees(), PairEvidence { name, ..NOTHING }.name_far());
    assert_eq!([Missing, Exact, Dropped].map(of_name), [(false, false), (true, false), (true, false)]);
    assert_eq!([OneCharacter, SurnameOnly, Different].map(of_name), [(false, true); 3]);
    for &birth in DateLevel::ALL {
        use DateLevel::*;
        let said = PairEvidence { birth, ..NOTHING };
        let agrees = matches!(birth, Equal | DayMonthSwapped | YearOffByOne | OneDigit);
        assert_eq!(said.birth_agrees(), agrees, "{birth:?}");
        assert_eq!(said.birth_against(), matches!(birth, SameYear | Disagree), "{birth:?}");
    }
    for &household in HouseholdLevel::ALL {
        use HouseholdLevel::*;
        let agrees = matches!(household, SameNumber | MembersLinked | Guardian);
        assert_eq!(PairEvidence { household, ..NOTHING }.household_agrees(), agrees, "{household:?}");
    }
}

/// One number under two names: 张建国 and another.
fn borrowed(name: &str, births: [&str; 2], said: PairEvidence) -> Option<(Tier, Decision)> {
    let id = id_number_for(19_650_312, 451);
    let one = ListRow { name: "张建国", id: &id, birth: births[0], ..NOBODY };
    let other = ListRow { name, id: &id, birth: births[1], ..NOBODY };
    let said = PairEvidence { id: IdLevel::Equal, ..said };
    decided(&two_lists(one, other), ACCEPT, said, [false; 2])
}

#[test]
fn a_number_under_two_names_is_one_persons_only_if_both_state_the_birth() {
    let both = ["1965-03-12", "1965-03-12"];
    let said = PairEvidence { name: HanNameLevel::Different, birth: DateLevel::Equal, ..NOTHING };
    assert_eq!(borrowed("李秀英", both, said), accepted(Tier::T2));
    assert_eq!(borrowed("李秀英", ["1965-03-12", ""], said), REVIEWED, "the date may be the number's own");
    assert_eq!(borrowed("李秀英", ["", "1965-03-12"], said), REVIEWED, "the date may be the number's own");
    assert_eq!(borrowed("李秀英", both, PairEvidence { sexes_differ: true, ..said }), REVIEWED);
    assert_eq!(borrowed("李秀英", both, PairEvidence { birth: DateLevel::OneDigit, ..said }), REVIEWED);
}

#[test]
fn a_number_under_names_half_alike_is_a_slip_of_the_pen_near_by() {
    let said = PairEvidence { name: HanNameLevel::OneCharacter, near: true, ..NOTHING };
    let no_births = ["", ""];
    assert_eq!(borrowed("张建华", no_births, said), accepted(Tier::T2));
    assert_eq!(borrowed("张建华", no_births, PairEvidence { near: false, ..said }), REVIEWED);
    let household = HouseholdLevel::MembersLinked;
    assert_eq!(
        borrowed("张建华", no_births, PairEvidence { near: false, household, ..said }),
        accepted(Tier::T2)
    );
    for birth in [DateLevel::Disagree, DateLevel::SameYear] {
        assert_eq!(borrowed("张建华", no_births, PairEvidence { birth, ..said }), REVIEWED);
    }
    assert_eq!(borrowed("张建华", no_births, PairEvidence { sexes_differ: true, ..said }), REVIEWED);
    // One of three is less than half, and another length is another name.
    for other in ["张小明", "李小明", "张建", "张建国强", ""] {
        assert_eq!(borrowed(other, no_births, said), REVIEWED, "{other}");
    }
    let id = id_number_for(19_650_312, 451);
    let row = |name| ListRow { name, id: &id, ..NOBODY };
    let of = |names: [&'static str; 2]| {
        let said = PairEvidence { id: IdLevel::Equal, ..said };
        decided(&two_lists(row(names[0]), row(names[1])), ACCEPT, said, [false; 2])
    };
    assert_eq!(of(["张建", "张国"]), accepted(Tier::T2), "one of two is half");
    assert_eq!(of(["张建", "李国"]), REVIEWED);
}

#[test]
fn a_character_fewer_is_a_slip_unless_birth_or_sex_speaks_against() {
    let said = PairEvidence { name: HanNameLevel::Dropped, ..NOTHING };
    assert_eq!(borrowed("张国", ["", ""], said), accepted(Tier::T1));
    assert_eq!(borrowed("张国", ["", ""], PairEvidence { birth: DateLevel::Disagree, ..said }), REVIEWED);
    assert_eq!(borrowed("张国", ["", ""], PairEvidence { sexes_differ: true, ..said }), REVIEWED);
    assert_eq!(
        borrowed("张国", ["", ""], PairEvidence { birth: DateLevel::LunarLike, ..said }),
        accepted(Tier::T1)
    );
}

#[test]
fn two_numbers_that_check_are_two_people_unless_something_else_shows_a_slip() {
    let (a, b) = (id_number_for(19_650_312, 451), id_number_for(19_650_312, 457));
    let one = ListRow { name: "张建国", id: &a, ..NOBODY };
    let other = ListRow { name: "张建国", id: &b, ..NOBODY };
    let two = two_lists(one, other);
    let said = PairEvidence { id: IdLevel::OneSubstitution, name: HanNameLevel::Exact, ..NOTHING };
    let home = PairEvidence { household: HouseholdLevel::SameNumber, ..said };
    assert_eq!(decided(&two, ACCEPT, said, [false; 2]), REVIEWED);
    assert_eq!(decided(&two, ACCEPT, home, [false; 2]), accepted(Tier::T3));
    let variant = PairEvidence { name: HanNameLevel::Variant, ..home };
    assert_eq!(decided(&two, ACCEPT, variant, [false; 2]), accepted(Tier::T3));
    let note = PairEvidence { name: HanNameLevel::Note, ..home };
    assert_eq!(decided(&two, ACCEPT, note, [false; 2]), REVIEWED);
    // A number that is probably somebody else's speaks against nobody.
    for doubtful in [[true, false], [false, true]] {
        assert_eq!(decided(&two, ACCEPT, said, doubtful), accepted(Tier::T3));
    }
    // Nor does one that its own row contradicts.
    let contradicted = |row| ListRow { birth: "1990-08-15", ..row };
    for two in [two_lists(contradicted(one), other), two_lists(one, contradicted(other))] {
        assert_eq!(decided(&two, ACCEPT, said, [false; 2]), accepted(Tier::T3));
    }
    // Twins agree in all but the last digits, and live together.
    let twins = PairEvidence { id: IdLevel::SameBirthRegion, ..home };
    assert_eq!(decided(&two, ACCEPT, twins, [true; 2]), REVIEWED);
    // A number cut by a spreadsheet contradicts none.
    let cut = PairEvidence { id: IdLevel::Compatible, ..said };
    assert_eq!(decided(&two, ACCEPT, cut, [false; 2]), accepted(Tier::T4));
    // In one list, two good numbers are two rows for two people, household or not.
    let list = one_list(one, other);
    assert_eq!(decided(&list, ACCEPT + WITHIN, home, [false; 2]), REVIEWED);
    assert_eq!(decided(&list, ACCEPT + WITHIN, home, [true, false]), accepted(Tier::T3));
}

#[test]
fn a_slip_in_a_number_that_does_not_check_is_one_unless_birth_and_sex_speak_against() {
    let a = id_number_for(19_650_312, 451);
    let wrong = format!("{}{}", &a[..17], if a.ends_with('0') { '1' } else { '0' });
    let one = ListRow { name: "张建国", id: &a, ..NOBODY };
    let other = ListRow { id: &wrong, ..one };
    let said = PairEvidence { id: IdLevel::OneSubstitution, name: HanNameLevel::Exact, ..NOTHING };
    for two in [two_lists(one, other), two_lists(other, one)] {
        let of = |said| decided(&two, ACCEPT, said, [false; 2]);
        let (birth, sexes_differ) = (DateLevel::Disagree, true);
        assert_eq!(of(said), accepted(Tier::T3));
        assert_eq!(of(PairEvidence { birth, ..said }), accepted(Tier::T3));
        assert_eq!(of(PairEvidence { sexes_differ, ..said }), accepted(Tier::T3));
        assert_eq!(of(PairEvidence { birth, sexes_differ, ..said }), REVIEWED);
    }
}

#[test]
fn a_row_contradicts_its_number_by_birth_or_where_that_is_silent_by_sex() {
    let id = id_number_for(19_650_312, 451);
    let of = |birth, sex| {
        let lists = comparable_sources(&[("a", &[ListRow { id: &id, birth, sex, ..NOBODY }])]);
        contradicts_own_id(&LinkNodes::build(&lists).unwrap(), 0)
    };
    assert!(!of("", "") && !of("1965-03-12", "") && !of("", "男"));
    assert!(!of("1965-04-01", ""), "a date of the lunar calendar");
    assert!(of("1965-03-25", "") && of("1990-08-15", "") && of("", "女"));
    assert!(!of("1965-03-12", "女"), "the birth says whose number it is");
    let unnumbered = comparable_sources(&[("a", &[ListRow { birth: "1990-08-15", sex: "女", ..NOBODY }])]);
    assert!(!contradicts_own_id(&LinkNodes::build(&unnumbered).unwrap(), 0));
}
