//! Who is joined last of all: each scene is enough but for what one condition looks at.

use super::*;
use crate::link::pair_weights::MOST;
use crate::link::test_lists::{ListRow, NOTHING, id_number_for, placed_sources, scored_pair};

const NOBODY: ListRow<'static> =
    ListRow { name: "", id: "", birth: "", sex: "", household: "", relation: "", division: 0 };

/// Rows of the lists 0, 1 and 2, the first two of whom may be one person.
type Rows<'a> = Vec<(u8, ListRow<'a>)>;

/// 赵琴娥 without a number in list 0, and with one in list 1.
fn scene(id: &str) -> Rows<'_> {
    vec![
        (0, ListRow { name: "赵琴娥", sex: "女", division: 7, ..NOBODY }),
        (1, ListRow { name: "赵琴娥", id, division: 9, ..NOBODY }),
    ]
}

/// Is the first row joined to another one, where every pair weighs 9, the lists 0 and 1 have this tie, and some
/// pairs of rows are accepted before?
fn joined_as(
    rows: &Rows<'_>,
    before: &[(usize, usize)],
    ruled: &RuledPairs,
    enough: i32,
    tie: ListTie,
) -> bool {
    let (lists, node) = placed_sources(rows);
    let nodes = LinkNodes::build(&lists).unwrap();
    let accepted = Some((Tier::T1, Decision::Accept));
    let mut scored: Vec<ScoredPair> =
        before.iter().map(|&(a, b)| scored_pair((node[a], node[b]), 30, NOTHING, accepted)).collect();
    scored.sort_unstable_by_key(|one| one.pair);
    let doubtful = vec![false; nodes.len()];
    let weigh = |pairs: &[u64]| {
        let one = |&pair: &u64| ScoredPair { pair, weight: 9, levels: [0; MOST], own: None, outcome: None };
        pairs.iter().map(one).collect()
    };
    let ties = |a: Node, b: Node| match [nodes.source[a as usize], nodes.source[b as usize]] {
        [0, 1] | [1, 0] => tie,
        _ => ListTie::None,
    };
    let namesakes = SoleNamesakes::new(&nodes, &doubtful, &scored, &ties);
    let report = namesakes.accept(&mut scored, ruled, enough, weigh);
    let of_first =
        |one: &ScoredPair| unpack_pair(one.pair).0 == node[0] || unpack_pair(one.pair).1 == node[0];
    let last = Some((Tier::T5, Decision::Accept));
    let found = scored.iter().any(|one| of_first(one) && one.outcome == last);
    assert_eq!(report.new_pairs == 1, found);
    assert!(scored.is_sorted_by_key(|one| one.pair));
    found
}

fn joined_by(rows: &Rows<'_>, before: &[(usize, usize)], ruled: &RuledPairs, enough: i32) -> bool {
    joined_as(rows, before, ruled, enough, ListTie::Named)
}

fn joined(rows: &Rows<'_>) -> bool {
    joined_by(rows, &[], &RuledPairs::default(), 9)
}

#[test]
fn the_only_two_of_a_name_are_one_where_each_lacks_what_the_other_has() {
    let id = id_number_for(19_720_506, 482);
    assert!(joined(&scene(&id)));
    assert!(!joined_by(&scene(&id), &[], &RuledPairs::default(), 10), "too light");
    let told = RuledPairs { apart: vec![pack_pair(0, 1)], ..RuledPairs::default() };
    assert!(!joined_by(&scene(&id), &[], &told, 9), "told apart");
}

#[test]
fn who_has_a_namesake_anywhere_is_left_alone() {
    let id = id_number_for(19_720_506, 482);
    let third = |sex, name| {
        let mut rows = scene(&id);
        rows.push((2, ListRow { name, sex, division: 12, ..NOBODY }));
        joined(&rows)
    };
    assert!(!third("女", "赵琴娥"));
    assert!(!third("男", "赵琴娥"), "a name that a man bears, too, is less rare than it seems");
    assert!(third("女", "赵琴芳"));
    // A third record of one of the two is no namesake.
    let mut rows = scene(&id);
    rows.push((2, ListRow { name: "赵琴娥", id: &id, division: 9, ..NOBODY }));
    assert!(joined_by(&rows, &[(1, 2)], &RuledPairs::default(), 9));
    assert!(!joined(&rows));
}

#[test]
fn what_speaks_against_one_person_is_heard() {
    let id = id_number_for(19_720_506, 482);
    let with = |change: &dyn Fn(&mut ListRow<'_>)| {
        let mut rows = scene(&id);
        change(&mut rows[0].1);
        joined(&rows)
    };
    let other = id_number_for(19_720_507, 482);
    assert!(!with(&|row| row.sex = "男"));
    assert!(!with(&|row| row.sex = ""), "nobody knows the sex");
    assert!(!with(&|row| row.birth = "1990-08-15"));
    assert!(with(&|row| row.birth = "1972-05-06"));
    let mut rows = scene(&id);
    rows[0].1.id = &other;
    assert!(!joined(&rows), "a number of her own");
    let mut rows = scene(&id);
    rows[1].1.id = "";
    rows[1].1.sex = "女";
    assert!(!joined(&rows), "of two who have no number nobody knows who they are");
}

#[test]
fn a_list_must_say_that_the_one_stands_where_the_other_does() {
    let id = id_number_for(19_720_506, 482);
    let mut rows = scene(&id);
    rows[1].0 = 2;
    assert!(!joined(&rows));
    // Another record of hers says it.
    rows.push((1, ListRow { name: "赵琴娥", id: &id, division: 9, ..NOBODY }));
    assert!(joined_by(&rows, &[(1, 2)], &RuledPairs::default(), 9));
}

#[test]
fn lists_of_one_system_need_no_sex() {
    let id = id_number_for(19_720_506, 482);
    let with = |sex| {
        let mut rows = scene(&id);
        rows[0].1.sex = sex;
        [ListTie::None, ListTie::Named, ListTie::OneSystem]
            .map(|tie| joined_as(&rows, &[], &RuledPairs::default(), 9, tie))
    };
    assert_eq!(with("女"), [false, true, true]);
    assert_eq!(with(""), [false, false, true]);
    assert_eq!(with("男"), [false; 3]);
}

#[test]
fn one_list_does_not_have_a_person_twice() {
    let id = id_number_for(19_720_506, 482);
    let mut rows = scene(&id);
    rows[1].0 = 0;
    assert!(!joined(&rows));
    // Nor through another record of hers.
    let mut rows = scene(&id);
    rows.push((0, ListRow { name: "赵琴", id: &id, division: 9, ..NOBODY }));
    assert!(!joined_by(&rows, &[(1, 2)], &RuledPairs::default(), 9));
}

#[test]
fn a_name_of_which_a_character_is_unknown_is_nobodys() {
    let id = id_number_for(19_720_506, 482);
    let mut rows = scene(&id);
    rows[0].1.name = "赵□娥";
    rows[1].1.name = "赵□娥";
    assert!(!joined(&rows));
}
