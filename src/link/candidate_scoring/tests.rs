//! Which pairs are scored, who is asked about, and what households bring in.

use super::*;
use crate::link::block::pack_pair;
use crate::link::test_lists::{
    ListRow, NOTHING, comparable_sources, id_number_for, pair_levels, scored_pair, shipped_settings,
};
use crate::normalize::ComparableSource;

const NOBODY: ListRow<'static> =
    ListRow { name: "", id: "", birth: "", sex: "", household: "", relation: "", division: 0 };

/// Value of the only village of [`scoring`]'s divisions.
const VILLAGE: u32 = 3;

/// Scores these pairs and looks at what came of it. An equal number outweighs everything else.
fn scoring<T>(
    lists: &[ComparableSource],
    pairs: &[(u32, u32)],
    look: impl FnOnce(&mut CandidateScoring<'_>) -> T,
) -> T {
    let divisions = "code,name\n410621,甲县\n410621101,乙镇\n410621101201,丙村\n";
    let tree = DivisionTree::parse(divisions, std::path::Path::new("divisions.csv")).unwrap();
    let (mut settings, nodes) = (shipped_settings(), LinkNodes::build(lists).unwrap());
    settings.comparisons[0].weights.insert("equal".to_owned(), 60_000);
    let mut pairs: Vec<u64> = pairs.iter().map(|&(a, b)| pack_pair(a, b)).collect();
    pairs.sort_unstable();
    look(&mut CandidateScoring::new(&settings, &nodes, &tree, pairs).unwrap())
}

fn two_numbers() -> [String; 2] {
    [id_number_for(19_650_312, 451), id_number_for(19_900_815, 573)]
}

#[test]
fn further_pairs_go_where_they_belong() {
    let of = |pairs: &[u32]| -> Vec<ScoredPair> {
        pairs.iter().map(|&b| scored_pair((0, b), 0, NOTHING, None)).collect()
    };
    for (old, new) in [
        (&[][..], &[][..]),
        (&[], &[2, 5]),
        (&[2, 5], &[]),
        (&[1, 4, 6], &[2, 5, 9]),
        (&[3, 4], &[1, 2]),
        (&[1, 2], &[3, 4]),
        (&[2, 9], &[1, 3, 4, 10]),
    ] {
        let mut all = of(old);
        merge_scored_candidates(&mut all, &of(new));
        let mut expected = [old, new].concat();
        expected.sort_unstable();
        assert_eq!(
            all.iter().map(|one| unpack_pair(one.pair).1).collect::<Vec<_>>(),
            expected,
            "{old:?} {new:?}"
        );
    }
}

#[test]
fn pairs_of_one_number_are_found_with_how_alike_their_names_are() {
    let [a, b] = two_numbers();
    let row = |name, id| ListRow { name, id, ..NOBODY };
    let wrong = format!("{}{}", &a[..17], if a.ends_with('0') { '1' } else { '0' });
    let rows =
        [row("张建国", &a), row("张建国", &b), row("李秀英", &a), row("张建国", &wrong), row("张建国", "")];
    let found = scoring(&comparable_sources(&[("a", &rows)]), &[(0, 1), (0, 2), (0, 3), (0, 4)], |scoring| {
        scoring.of_one_number().into_iter().map(|(pair, name)| (unpack_pair(pair), name)).collect::<Vec<_>>()
    });
    assert_eq!(found, [((0, 2), HanNameLevel::Different)]);
}

#[test]
fn a_pair_matters_that_can_be_linked_or_is_in_somebodys_way() {
    let lists = comparable_sources(&[("a", &[NOBODY, NOBODY, NOBODY])]);
    scoring(&lists, &[], |scoring| {
        scoring.asked = vec![false, true, false];
        let review = scoring.settings.decision.review;
        let of = |scoring: &CandidateScoring<'_>, pair: (u32, u32), said, most| {
            scoring.matters(pack_pair(pair.0, pair.1), &pair_levels(said), most)
        };
        assert!(of(scoring, (0, 2), NOTHING, review) && !of(scoring, (0, 2), NOTHING, review - 1));
        let numbered = super::super::decide::PairEvidence { id: IdLevel::Equal, ..NOTHING };
        assert!(of(scoring, (0, 2), numbered, i32::MIN), "one number is always looked at");
        for asked in [(0, 1), (1, 2)] {
            assert!(of(scoring, asked, NOTHING, pair_context::RIVAL));
            assert!(!of(scoring, asked, NOTHING, pair_context::RIVAL - 1));
        }
        assert!(!of(scoring, (0, 2), NOTHING, pair_context::RIVAL));
    });
}

#[test]
fn who_has_no_number_of_his_own_is_asked_about_in_other_lists_only() {
    let [a, b] = two_numbers();
    let row = |id| ListRow { id, ..NOBODY };
    let lists = comparable_sources(&[("a", &[row(&a), row("")]), ("b", &[row(&b), row("")])]);
    scoring(&lists, &[], |scoring| {
        let asked = |scoring: &CandidateScoring<'_>, pairs: &[(u32, u32)], far: &[(u32, u32)]| {
            let packed = |pairs: &[(u32, u32)]| pairs.iter().map(|p| pack_pair(p.0, p.1)).collect::<Vec<_>>();
            scoring.ask(&packed(pairs), &packed(far))
        };
        assert_eq!(asked(scoring, &[(0, 2)], &[]), [0; 0], "both have a number");
        assert_eq!(asked(scoring, &[(0, 3)], &[]), [0, 3]);
        assert_eq!(asked(scoring, &[(1, 2)], &[]), [1, 2]);
        assert_eq!(asked(scoring, &[(0, 1)], &[]), [0; 0], "one list");
        assert_eq!(asked(scoring, &[], &[(0, 1)]), [0, 1], "one number under two names");
        // Whose number is doubtful has none.
        scoring.doubtful[2] = true;
        assert_eq!(asked(scoring, &[(0, 2)], &[]), [0, 2]);
        scoring.asked[0] = true;
        assert_eq!(asked(scoring, &[(0, 2)], &[]), [2], "not again");
    });
}

#[test]
fn only_households_that_may_yet_be_connected_leave_room() {
    let home = |household| ListRow { household, ..NOBODY };
    let rows = [home("1"), home("1"), home("2"), home("")];
    scoring(&comparable_sources(&[("a", &rows)]), &[], |scoring| {
        let scorer = scoring.scorer();
        let said = super::super::decide::PairEvidence {
            household: super::super::household_ties::HouseholdLevel::Apart,
            ..NOTHING
        };
        let room = |pair| scoring.room(&scorer, &scored_pair(pair, 0, said, None));
        assert_eq!([room((0, 1)), room((0, 3)), room((2, 3))], [0; 3]);
        // The best level weighs 10 bits, the fourth 1.
        assert_eq!(room((0, 2)), 9_000);
    });
}

/// Father and son in two lists; the son's row of the second list has no number.
fn families() -> ([String; 2], [&'static str; 2]) {
    (two_numbers(), ["张建国", "张晓明"])
}

#[test]
fn accepted_pairs_bring_in_further_members_of_their_households() {
    let ([father, son], [f, s]) = families();
    let row = |name, id, household| ListRow { name, id, household, ..NOBODY };
    let first = [row(f, &father, "R1"), row(s, &son, "R1")];
    // Name and sex are not enough for the son's row.
    let second = [row(f, &father, "D9"), ListRow { sex: "男", ..row("张曉明", "", "D9") }];
    let first = [first[0], ListRow { sex: "男", ..first[1] }];
    let lists = comparable_sources(&[("a", &first), ("b", &second)]);
    let pass: BlockingPass = toml::from_str("name = 'household'\nkind = 'household'").unwrap();
    scoring(&lists, &[(0, 2)], |scoring| {
        let report = scoring.rounds(&pass, &[false; 4]);
        assert_eq!((report.name.as_str(), report.new_pairs), ("household", 1));
        assert_eq!(scoring.further, [pack_pair(1, 3)]);
        // The fathers are one by their number; that joins the sons, whom nothing else had brought together,
        // and then the sons speak for the fathers.
        let linked = super::super::household_ties::HouseholdLevel::MembersLinked.number();
        let outcomes: Vec<_> =
            scoring.scored.iter().map(|one| (unpack_pair(one.pair), one.levels[5], one.accepted())).collect();
        assert_eq!(outcomes, [((0, 2), linked, true), ((1, 3), linked, true)]);
        for one in &scoring.scored {
            let (a, b) = unpack_pair(one.pair);
            assert_eq!(one.weight, scoring.scorer().weight(a, b, &one.levels), "weighed again");
        }
    });
    // Nothing is brought in between records that are settled, nor what is a candidate already.
    scoring(&lists, &[(0, 2)], |scoring| assert_eq!(scoring.rounds(&pass, &[true; 4]).new_pairs, 0));
    scoring(&lists, &[(0, 2), (1, 3)], |scoring| {
        assert_eq!(scoring.rounds(&pass, &[false; 4]).new_pairs, 0);
        assert!(scoring.further.is_empty() && scoring.scored.len() == 2);
        // Decided again with the households connected, the sons' pair by itself.
        assert_eq!(scoring.scored[1].own, Some((Tier::T5, Decision::Accept)));
        assert!(scoring.scored.iter().all(ScoredPair::accepted));
    });
}

#[test]
fn namesakes_of_who_is_brought_in_are_asked_about() {
    let ([father, son], [f, s]) = families();
    let row = |name, id, household| ListRow { name, id, household, division: VILLAGE, ..NOBODY };
    // A namesake with another number (node 2) was in nobody's way, until the son's row without a number
    // (node 4) came in.
    let other = id_number_for(19_700_101, 331);
    let first = [row(f, &father, "R1"), row(s, &son, "R1")];
    let third = [row(f, &father, "D9"), row(s, "", "D9")];
    let lists = comparable_sources(&[("a", &first), ("b", &[row(s, &other, "")]), ("c", &third)]);
    let pass: BlockingPass = toml::from_str("name = 'household'\nkind = 'household'").unwrap();
    scoring(&lists, &[(0, 3), (1, 2)], |scoring| {
        let scored = |scoring: &CandidateScoring<'_>| -> Vec<(u32, u32)> {
            scoring.scored.iter().map(|one| unpack_pair(one.pair)).collect()
        };
        assert_eq!(scored(scoring), [(0, 3)]);
        scoring.rounds(&pass, &[false; 5]);
        assert_eq!(scored(scoring), [(0, 3), (1, 2), (1, 4)]);
    });
}

#[test]
fn a_pair_that_its_households_may_yet_lift_is_kept() {
    let of = |households: [&'static str; 4]| {
        let rows = households.map(|household| ListRow { household, ..NOBODY });
        let [mut a, b, mut c, d] = rows;
        // Too light without the households.
        (a.name, c.name) = ("张建国", "张建□");
        scoring(&comparable_sources(&[("a", &[a, b]), ("b", &[c, d])]), &[(0, 2)], |scoring| {
            scoring.scored.len()
        })
    };
    assert_eq!(of(["R1", "R1", "D9", "D9"]), 1);
    assert_eq!(of(["", "", "D9", "D9"]), 0);
}

#[test]
fn a_decision_looks_at_the_other_pairs_of_both_records() {
    let ([father, son], [_, s]) = families();
    let row = |name, id| ListRow { name, id, division: VILLAGE, ..NOBODY };
    // The number agrees and so do half of the names; but a namesake near by has a number of his own.
    let lists =
        comparable_sources(&[("a", &[row(s, &father)]), ("b", &[row("张晓红", &father), row(s, &son)])]);
    let outcome = |pairs: &[(u32, u32)]| {
        scoring(&lists, pairs, |scoring| {
            scoring.decide();
            scoring.scored[0].outcome
        })
    };
    assert_eq!(outcome(&[(0, 1)]), Some((Tier::T2, Decision::Accept)));
    assert_eq!(outcome(&[(0, 1), (0, 2)]), Some((Tier::T6, Decision::Review)));
    // Of the only two of a name in a village, one without a number is the other.
    let lists = comparable_sources(&[("a", &[row(s, "")]), ("b", &[row(s, &son)])]);
    scoring(&lists, &[(0, 1)], |scoring| {
        assert_eq!(scoring.scored[0].own, Some((Tier::T6, Decision::Review)));
        scoring.decide();
        assert_eq!(scoring.scored[0].outcome, Some((Tier::T5, Decision::Accept)));
    });
}

#[test]
fn a_doubtful_number_is_found_out_before_anything_is_scored() {
    let ([father, _], [f, s]) = families();
    let row = |name, birth| ListRow { name, id: &father, birth, ..NOBODY };
    let lists = comparable_sources(&[("a", &[row(f, "")]), ("b", &[row(f, ""), row(s, "1990-08-15")])]);
    scoring(&lists, &[(0, 1), (0, 2), (1, 2)], |scoring| {
        assert_eq!(scoring.doubtful, [false, false, true]);
        assert_eq!(scoring.asked, [true; 3], "namesakes of all who share the number");
        assert_eq!(scoring.scored.len(), 3, "one number is never passed over");
        assert!(scoring.scored.is_sorted_by_key(|one| one.pair));
    });
    // Who shares a number and the name is not asked about; a character fewer is enough.
    let row = |name| ListRow { name, id: &father, ..NOBODY };
    let lists = comparable_sources(&[("a", &[row(f)]), ("b", &[row(f), row("张国")])]);
    scoring(&lists, &[(0, 1)], |scoring| assert_eq!(scoring.asked, [false; 3]));
    scoring(&lists, &[(0, 1), (0, 2)], |scoring| assert_eq!(scoring.asked, [true, false, true]));
}
