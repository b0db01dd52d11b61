use super::*;
use crate::link::decide::are_half_alike;
use crate::link::test_lists::{ListRow, comparable_sources, id_number_for, shipped_settings};
use crate::model::division::DivisionUnit;

/// Lists, the person of each row in their order, and the records that carry somebody else's number.
struct Asked<'a> {
    lists: Vec<(&'a str, Vec<ListRow<'a>>)>,
    person: Vec<u32>,
    foreign: Vec<bool>,
    tree: DivisionTree,
}

impl<'a> Asked<'a> {
    /// Everybody is somebody else.
    fn of(lists: &[(&'a str, &[ListRow<'a>])]) -> Self {
        let count = lists.iter().map(|(_, rows)| rows.len() as u32).sum();
        let lists = lists.iter().map(|(name, rows)| (*name, rows.to_vec())).collect();
        Self { lists, person: (0..count).collect(), foreign: Vec::new(), tree: DivisionTree::default() }
    }

    /// Near misses of the first list's records in the second: record, row of the second list and order.
    fn near(&self) -> Vec<(u32, u32, u8)> {
        let lists: Vec<_> = self.lists.iter().map(|(name, rows)| (*name, rows.as_slice())).collect();
        let sources = comparable_sources(&lists);
        let nodes = LinkNodes::build(&sources).unwrap();
        let (settings, links) = (shipped_settings(), Links::default());
        let linker = NearMissLinker {
            settings: &settings,
            nodes: &nodes,
            tree: &self.tree,
            links: &links,
            person: &self.person,
        };
        let first = lists[0].1.len() as u32;
        let claims: Vec<AbsenceClaim> = (0..first).map(|record| AbsenceClaim { list: 1, record }).collect();
        let found = linker.find(&self.foreign, &claims).unwrap();
        found.iter().map(|one| (one.record, one.candidate - first, one.order)).collect()
    }
}

fn near(first: &[ListRow<'_>], second: &[ListRow<'_>]) -> Vec<(u32, u32, u8)> {
    Asked::of(&[("a", first), ("b", second)]).near()
}

fn named(name: &str) -> ListRow<'_> {
    ListRow { name, ..ListRow::default() }
}

#[test]
fn a_namesake_is_near_unless_something_makes_two_people() {
    let number = id_number_for(19_700_101, 123);
    let other = id_number_for(19_700_101, 456);
    let subject =
        ListRow { name: "褚建国", id: &number, birth: "1970-01-01", sex: "男", ..ListRow::default() };
    assert_eq!(near(&[subject], &[named("褚建国")]), [(0, 0, 0)]);
    assert_eq!(near(&[subject], &[named("王建国")]), []);
    let with = |id, birth, sex| ListRow { name: "褚建国", id, birth, sex, ..ListRow::default() };
    for (two_people, row) in [
        (true, with(other.as_str(), "", "")),
        (true, with("", "1950-06-07", "")),
        (true, with("", "", "女")),
        (false, with("", "1970-01-01", "男")),
        (false, with("4106", "1970-01-10", "")),
    ] {
        assert_eq!(near(&[subject], &[row]).is_empty(), two_people, "{row:?}");
    }
}

#[test]
fn a_number_that_a_spreadsheet_cut_and_that_passes_its_check_is_no_second_person() {
    // Of the last three digits only zeros are left: nobody's sex, and no number of its own.
    let mut born =
        (19_700_101..19_700_129).flat_map(|birth| (0..10).map(move |hundreds| (birth, hundreds * 100)));
    let (birth, hundreds) = born.find(|(birth, at)| id_number_for(*birth, *at).ends_with("000")).unwrap();
    let (cut, whole) = (id_number_for(birth, hundreds), id_number_for(birth, hundreds + 13));
    let row = |id| ListRow { name: "褚建国", id, ..ListRow::default() };
    assert_eq!(near(&[row(&whole)], &[row(&cut)]), [(0, 0, 0)]);
    assert_eq!(near(&[row(&cut)], &[row(&whole)]), [(0, 0, 0)]);
}

#[test]
fn somebody_elses_number_speaks_against_nobody() {
    let (number, other) = (id_number_for(19_700_101, 123), id_number_for(19_810_202, 456));
    let row = |id| ListRow { name: "褚建国", id, ..ListRow::default() };
    let mut asked = Asked::of(&[("a", &[row(&number)]), ("b", &[row(&other)])]);
    assert_eq!(asked.near(), []);
    asked.foreign = vec![true, false];
    assert_eq!(asked.near(), [(0, 0, 0)]);
}

#[test]
fn all_records_of_a_person_are_heard() {
    let number = id_number_for(19_700_101, 123);
    let other = id_number_for(19_810_202, 456);
    let row = |id| ListRow { name: "褚建国", id, ..ListRow::default() };
    // The subject has no number in the first list, but one in the third that is not the candidate's.
    let mut asked = Asked::of(&[("a", &[row("")]), ("b", &[row(&number)]), ("c", &[row(&other)])]);
    assert_eq!(asked.near(), [(0, 0, 0)]);
    asked.person = vec![0, 1, 0];
    assert_eq!(asked.near(), []);
}

#[test]
fn who_stands_in_both_lists_is_asked_for_nowhere_and_is_no_candidate() {
    let rows = [named("褚建国"), named("褚建国")];
    let mut asked = Asked::of(&[("a", &rows), ("b", &rows)]);
    assert_eq!(asked.near().len(), 4);
    asked.person = vec![0, 1, 0, 3];
    assert_eq!(asked.near(), [(1, 1, 0)]);
}

#[test]
fn two_persons_of_a_list_of_one_record_a_person_are_two() {
    let one = [named("褚建国")];
    let mut asked = Asked::of(&[("a", &one), ("b", &one), ("single", &[named("褚建国"), named("褚建国")])]);
    asked.person = vec![0, 1, 0, 1];
    assert_eq!(asked.near(), []);
    asked.lists[2].0 = "c";
    assert_eq!(asked.near(), [(0, 0, 0)]);
}

#[test]
fn half_a_name_is_near_where_the_birth_date_is_the_same() {
    let subject = ListRow { name: "褚建国", birth: "1970-01-01", ..ListRow::default() };
    let slip = ListRow { name: "褚健国", birth: "1970-01-01", ..ListRow::default() };
    let stranger = ListRow { name: "马德胜", birth: "1970-01-01", ..ListRow::default() };
    assert_eq!(near(&[subject], &[stranger, slip]), [(0, 1, 0)]);
}

#[test]
fn half_a_name_is_near_in_the_same_village() {
    let unit =
        |code: &str, parent, level| DivisionUnit { code: code.into(), name: code.into(), parent, level };
    let units = vec![
        unit("410600", None, 1),
        unit("410621", Some(0), 2),
        unit("410621100", Some(1), 3),
        unit("410621100200", Some(2), 4),
        unit("410621100201", Some(2), 4),
    ];
    let at = |name, division| ListRow { name, division, ..ListRow::default() };
    let rows = [at("褚建*", 5), at("褚建*", 4), at("马德胜", 4)];
    let mut asked = Asked::of(&[("a", &[at("褚建国", 4)]), ("b", &rows)]);
    assert_eq!(asked.near(), []);
    asked.tree = DivisionTree::new(units, &[]);
    assert_eq!(asked.near(), [(0, 1, 0)]);
}

#[test]
fn the_nearest_comes_first_and_rows_in_another_order_change_nothing() {
    let subject = ListRow { name: "褚建国", birth: "1970-01-01", sex: "男", ..ListRow::default() };
    let nearer = ListRow { name: "褚建国", birth: "1970-01-01", ..ListRow::default() };
    assert_eq!(near(&[subject], &[named("褚建国"), nearer]), [(0, 1, 0), (0, 0, 1)]);
    assert_eq!(near(&[subject], &[nearer, named("褚建国")]), [(0, 0, 0), (0, 1, 1)]);
}

#[test]
fn among_more_free_records_the_same_pair_scores_less() {
    let subject = [ListRow { name: "褚建国", birth: "1970-01-01", ..ListRow::default() }];
    let score = |others: usize| {
        let mut rows = vec![ListRow { name: "褚建国", birth: "1970-01-01", ..ListRow::default() }];
        rows.extend(vec![named("马德胜"); others]);
        let sources = comparable_sources(&[("a", &subject[..]), ("b", &rows)]);
        let nodes = LinkNodes::build(&sources).unwrap();
        let person: Vec<u32> = (0..nodes.len() as u32).collect();
        let (settings, tree, links) = (shipped_settings(), DivisionTree::default(), Links::default());
        let linker = NearMissLinker {
            settings: &settings,
            nodes: &nodes,
            tree: &tree,
            links: &links,
            person: &person,
        };
        linker.find(&[], &[AbsenceClaim { list: 1, record: 0 }]).unwrap()[0].score
    };
    assert_eq!(score(0) - score(7), 3000);
}

proptest::proptest! {
    /// Who is looked for by the characters of a village is found: whatever is half alike has one of them in common.
    #[test]
    fn names_half_alike_have_a_telling_character_in_common(p in "[甲乙丙]{1,5}", q in "[甲乙丙]{1,5}") {
        let (p, q): (Vec<char>, Vec<char>) = (p.chars().collect(), q.chars().collect());
        let common = telling_characters(&p).any(|one| telling_characters(&q).any(|other| one == other));
        proptest::prop_assert!(common || !are_half_alike(&p, &q), "{:?} {:?}", p, q);
    }
}
