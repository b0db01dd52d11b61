//! Records of several lists under one numbering.

use super::*;
use crate::link::test_lists::{ListRow, comparable_sources, id_number_for};

const NOBODY: ListRow<'static> =
    ListRow { name: "", id: "", birth: "", sex: "", household: "", relation: "", division: 0 };

#[test]
fn records_are_numbered_list_by_list() {
    let lists = comparable_sources(&[("a", &[NOBODY; 2]), ("b", &[]), ("c", &[NOBODY; 3])]);
    let nodes = LinkNodes::build(&lists).unwrap();
    assert_eq!((nodes.len(), nodes.is_empty()), (5, false));
    assert_eq!(nodes.offsets, [0, 2, 2, 5]);
    assert_eq!(nodes.source, [0, 0, 2, 2, 2]);
    let places: Vec<_> = (0..5).map(|node| (nodes.place(node).source, nodes.place(node).row)).collect();
    assert_eq!(places, [(0, 0), (0, 1), (2, 0), (2, 1), (2, 2)]);
    assert!(LinkNodes::build(&[]).unwrap().is_empty());
}

#[test]
fn what_a_record_does_not_state_its_number_or_relation_tells() {
    let (man, woman) = (id_number_for(19_650_312, 451), id_number_for(19_900_815, 572));
    let rows = [
        NOBODY,
        ListRow { id: &man, ..NOBODY },
        ListRow { id: &woman, birth: "1990-08-16", sex: "男", ..NOBODY },
        ListRow { relation: "儿媳", ..NOBODY },
        ListRow { relation: "儿媳", sex: "男", id: &man, ..NOBODY },
        ListRow { relation: "户主", id: &woman, ..NOBODY },
    ];
    let lists = comparable_sources(&[("a", &rows)]);
    let nodes = LinkNodes::build(&lists).unwrap();
    let births: Vec<_> = (0..6).map(|node| (nodes.stated_birth(node), nodes.birth(node))).collect();
    let (of_man, of_woman) = (19_650_312, 19_900_815);
    let expected = [(0, 0), (0, of_man), (19_900_816, 19_900_816), (0, 0), (0, of_man), (0, of_woman)];
    assert_eq!(births, expected);
    let sexes: Vec<_> = (0..6).map(|node| (nodes.stated_sex(node), nodes.sex(node))).collect();
    assert_eq!(sexes, [(0, 0), (0, 1), (1, 1), (2, 2), (1, 1), (0, 2)]);
    assert_eq!(nodes.relation(0), Relation::Unknown);
    assert_eq!(nodes.relation(3), Relation::DaughterInLaw);
}

#[test]
fn what_no_list_has_is_missing() {
    let row = ListRow { name: "张建国", household: "7", division: 3, ..NOBODY };
    let mut lists = comparable_sources(&[("a", &[row]), ("b", &[row])]);
    let nodes = LinkNodes::build(&lists).unwrap();
    assert_eq!((nodes.division(1), nodes.household(0)), (3, nodes.household(1)));
    assert_eq!(nodes.name(1).map(|name| name.clean()), Some("张建国"));
    assert!(nodes.ids("id_number").is_some() && nodes.ids("name").is_none() && nodes.ids("x").is_none());
    assert!(nodes.texts("household").is_some() && nodes.texts("name").is_none());
    // A list without the column says nothing; the others still do.
    lists[0].columns.clear();
    let nodes = LinkNodes::build(&lists).unwrap();
    assert_eq!((nodes.division(0), nodes.household(0), nodes.name(0)), (0, 0, None));
    assert_eq!((nodes.division(1), nodes.name(1).is_some()), (3, true));
    lists[1].columns.clear();
    let nodes = LinkNodes::build(&lists).unwrap();
    assert_eq!((nodes.id(1), nodes.birth(1), nodes.sex(1)), (IdNumber::default(), 0, 0));
    assert_eq!((nodes.relation(1), nodes.name(1), nodes.division(1)), (Relation::Unknown, None, 0));
}

#[test]
fn columns_of_one_name_and_two_kinds_are_refused() {
    let mut lists = comparable_sources(&[("a", &[NOBODY]), ("b", &[NOBODY])]);
    lists[1].columns.insert("name".to_owned(), ComparableColumn::Code(vec![0]));
    assert!(LinkNodes::build(&lists).unwrap_err().to_string().contains("name"));
    let other = comparable_sources(&[("b", &[ListRow { name: "李四", ..NOBODY }])]);
    let column = other[0].columns["name"].clone();
    lists[1].columns.insert("name".to_owned(), column);
    assert!(LinkNodes::build(&lists).is_err(), "another pool numbers its names otherwise");
}

#[test]
fn content_is_what_a_record_says_wherever_it_stands() {
    let id = id_number_for(19_650_312, 451);
    let (one, two) = (ListRow { name: "张建国", id: &id, ..NOBODY }, ListRow { household: "7", ..NOBODY });
    let contents = |lists: &[(&str, &[ListRow<'_>])]| {
        let lists = comparable_sources(lists);
        let nodes = LinkNodes::build(&lists).unwrap();
        (0..nodes.len() as Node).map(|node| nodes.content(node)).collect::<Vec<_>>()
    };
    let (straight, turned) = (contents(&[("a", &[one, two])]), contents(&[("a", &[two, one])]));
    assert_eq!(straight, [turned[1], turned[0]]);
    assert_ne!(straight[0], straight[1]);
    // Of another list it is another record.
    assert_ne!(contents(&[("b", &[one])])[0], straight[0]);
    let changed = [
        ListRow { name: "张建", ..one },
        ListRow { id: "", ..one },
        ListRow { birth: "1965-03-12", ..one },
        ListRow { sex: "男", ..one },
        ListRow { household: "7", ..one },
        ListRow { division: 1, ..one },
        ListRow { relation: "户主", ..one },
    ];
    for other in contents(&[("a", &changed)]) {
        assert_ne!(other, straight[0]);
    }
}

#[test]
fn a_day_written_for_an_unknown_one_is_no_birth_date_unless_the_number_states_it() {
    let number = id_number_for(19_500_101, 451);
    let stated = |birth: &'static str, id: &str| {
        let lists = comparable_sources(&[("a", &[ListRow { birth, id, ..ListRow::default() }])]);
        LinkNodes::build(&lists).unwrap().stated_birth(0)
    };
    for day in ["1900-01-01", "1950-01-01", "1990-01-01", "1899-12-30"] {
        assert_eq!(stated(day, ""), 0, "{day}");
    }
    assert_eq!(stated("1950-01-01", &number), 19_500_101);
    assert_eq!(stated("1960-01-01", &number), 0);
    assert_eq!(
        [stated("1951-01-01", ""), stated("1950-01-02", ""), stated("", "")],
        [19_510_101, 19_500_102, 0]
    );
}
