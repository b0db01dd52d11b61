//! Kinds of error that make lists hard to link, one by one: who is joined, and beside it who must not be.

use crate::link::{FATHER, Row, SISTER, SON, Small, WOMAN};

/// People of other names, each in the third village and with a birth date, so that the names of a test are rare.
struct Crowd(Vec<(String, String)>);

impl Crowd {
    fn of(count: usize) -> Self {
        let chars: Vec<char> = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚".chars().collect();
        let surnames: Vec<char> = "李王刘陈杨黄周吴徐孙".chars().collect();
        let of = |i: usize| {
            let name = [surnames[i % 10], chars[i / 10 % 20], chars[i / 200 % 20]].iter().collect();
            (name, format!("{}-{:02}-{:02}", 1930 + i % 60, 1 + i / 60 % 12, 1 + i / 720 % 28))
        };
        Self((0..count).map(of).collect())
    }

    fn rows(&self) -> Vec<Row<'_>> {
        self.0.iter().map(|(name, day)| (name.as_str(), "", day.as_str(), "", 2, "")).collect()
    }
}

#[test]
fn who_moved_and_has_no_number_is_the_only_one_of_the_name() {
    let crowd = Crowd::of(12_000);
    let crowd = crowd.rows();
    let insured = [("赵琴娥", WOMAN, "1972-05-06", "女", 0, "")];
    let marked = |registry: &[Row<'_>], insured: &[Row<'_>], mark: &'static str| {
        let lists = [("insurance", insured), ("registry_person", registry), ("pension", &crowd[..])];
        Small::marked(&lists, &|list, _| if list == "insurance" { mark } else { "" })
    };
    let with = |registry: &[Row<'_>], insured: &[Row<'_>]| marked(registry, insured, "registry_person");
    let moved = ("赵琴娥", "", "", "女", 1, "1");
    let s = with(&[moved], &insured);
    assert!(s.together(0, 1), "{:?}", s.pair(0, 1));
    assert_eq!(s.pair(0, 1).map(|pair| pair.0), Some(5));
    // Who is not insured as poor is a stranger, the name of whose own row is misspelt.
    for mark in ["", "-", "dibao"] {
        assert!(!marked(&[moved], &insured, mark).together(0, 1), "{mark}");
    }
    // In a village of another county, a namesake of the other sex, or one born on another day.
    for other in [
        ("赵琴娥", "", "", "男", 1, "1"),
        ("赵琴娥", "", "", "", 1, "1"),
        ("赵琴娥", "", "1990-01-02", "女", 1, "1"),
    ] {
        assert!(!with(&[other], &insured).together(0, 1), "{other:?}");
    }
    // Two namesakes in other villages: which one moved is not known.
    let s = with(&[moved, ("赵琴娥", "", "", "女", 2, "2")], &insured);
    assert!(!s.together(0, 1) && !s.together(0, 2));
    let twice = [insured[0], ("赵琴娥", SON, "1990-08-15", "男", 2, "")];
    let s = with(&[moved], &twice);
    assert!(!s.together(0, 2) && !s.together(1, 2), "a child who was named after her");
    // Who has a record of her own in the list did not move from it.
    let s = with(&[moved, ("赵琴娥", WOMAN, "", "女", 0, "2")], &insured);
    assert!(s.together(0, 2) && !s.together(0, 1));
    // A number of her own says that she is somebody else.
    let s = with(&[("赵琴娥", FATHER, "", "女", 1, "1")], &insured);
    assert!(!s.together(0, 1));
    // Of a handful of people nobody's name is rare.
    let s = Small::marked(&[("insurance", &insured), ("registry_person", &[moved])], &|list, _| {
        if list == "insurance" { "registry_person" } else { "" }
    });
    assert!(!s.together(0, 1));
}

#[test]
fn characters_that_changed_places_are_found_by_the_birth_date() {
    let crowd = Crowd::of(400);
    let crowd = crowd.rows();
    let joined = |other: Row<'_>| {
        let s = Small::new(&[
            ("insurance", &[("王小明", SON, "1990-08-15", "男", 0, "")]),
            ("student", &[other]),
            ("pension", &crowd),
        ]);
        (s.together(0, 1), s.pair(0, 1))
    };
    // No number, and a village that says nothing: only the birth date brings the two together.
    let found = joined(("王明小", "", "1990-08-15", "男", 0, ""));
    assert!(found.0, "{found:?}");
    for other in [
        ("王明小", "", "1990-08-16", "男", 2, ""),
        ("王明小", "", "1990-08-15", "女", 0, ""),
        ("王明晓", "", "1990-08-15", "男", 2, ""),
    ] {
        assert!(!joined(other).0, "{other:?} {:?}", joined(other));
    }
}

#[test]
fn another_surname_is_one_person_where_birth_village_and_household_agree() {
    let joined = |name, birth, village, household| {
        let s = Small::new(&[
            (
                "registry_person",
                &[("张建国", FATHER, "", "男", 0, "R1"), ("张晓明", SON, "1990-08-15", "男", 0, "R1")],
            ),
            ("dibao", &[("张建国", FATHER, "", "", 0, "D9"), (name, "", birth, "男", village, household)]),
        ]);
        (s.together(1, 3), s.pair(1, 3))
    };
    let found = joined("李晓明", "1990-08-15", 0, "D9");
    assert!(found.0, "{found:?}");
    assert_eq!(found.1.map(|pair| pair.0), Some(5));
    // A cousin of another day, of another household, or a brother.
    for (name, birth, village, household) in [
        ("李晓明", "1991-03-02", 0, "D9"),
        ("李晓明", "1990-08-15", 0, "D8"),
        ("李晓明", "1990-08-15", 1, "D8"),
        ("李晓光", "1990-08-15", 0, "D9"),
    ] {
        let found = joined(name, birth, village, household);
        assert!(!found.0, "{name} {birth} {village} {household}: {found:?}");
    }
}

#[test]
fn of_two_namesakes_of_a_village_it_is_the_one_who_is_insured_as_poor() {
    let crowd = Crowd::of(400);
    let crowd = crowd.rows();
    let insured =
        [("赵琴娥", WOMAN, "1972-05-06", "女", 0, ""), ("赵琴娥", SISTER, "1975-09-18", "女", 0, "")];
    let joined = |mark: &dyn Fn(&str) -> &'static str| {
        let lists: [(&str, &[Row<'_>]); 3] = [
            ("insurance", &insured),
            ("registry_person", &[("赵琴娥", "", "", "女", 0, "1")]),
            ("pension", &crowd),
        ];
        let s = Small::marked(&lists, &|list, row| if list == "insurance" { mark(row.1) } else { "" });
        [s.together(0, 2), s.together(1, 2)]
    };
    assert_eq!(joined(&|id| if id == WOMAN { "registry_person" } else { "-" }), [true, false]);
    assert_eq!(joined(&|id| if id == SISTER { "registry_person" } else { "-" }), [false, true]);
    // Both are, neither is, or of one nothing is said.
    assert_eq!(joined(&|_| "registry_person"), [false, false]);
    assert_eq!(joined(&|_| "-"), [false, false]);
    assert_eq!(joined(&|id| if id == WOMAN { "registry_person" } else { "" }), [false, false]);
}

#[test]
fn a_row_that_stands_twice_takes_no_partner_from_itself() {
    // The son's number on the roll, a slip of it in the second row, the father's number in the other list.
    let insured: &[Row<'_>] =
        &[("张建国", FATHER, "1965-03-12", "男", 0, ""), ("张晓明", FATHER, "1990-08-15", "男", 0, "")];
    let own = ("张晓明", SON, "1990-08-15", "男", 0, "");
    let again = ("张晓明", "410621199008151739", "1990-08-15", "男", 0, "");
    let s = Small::new(&[("insurance", insured), ("student", &[own, again])]);
    assert!(s.together(1, 2) && s.together(1, 3), "{:?} {:?}", s.pair(1, 2), s.pair(1, 3));
    assert!(!s.together(0, 1));
    // A namesake born on another day is no second row.
    let other = ("张晓明", "410621199511034176", "1995-11-03", "男", 0, "");
    let s = Small::new(&[("insurance", insured), ("student", &[own, other])]);
    assert!(s.together(1, 2) && !s.together(1, 3) && !s.together(2, 3), "{:?}", s.links);
}
