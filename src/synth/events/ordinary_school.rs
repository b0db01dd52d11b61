//! Study and aid: nothing that a rule may flag.

use super::super::world::StudentAid;
use super::orderly;
use super::stage::{Happened, Happening, Stage};
use super::wrong_school::{leave_school, pupil};

pub(super) const HAPPENINGS: &[(&str, Happening)] = &[
    ("college_elsewhere", |s, p| college(s, p, "大专及以上")),
    ("vocational_college", |s, p| college(s, p, "高职一年级")),
    ("school_in_another_province", school_in_another_province),
    ("taught_at_home", taught_at_home),
    ("finished_ninth_grade", finished_ninth_grade),
    ("ill_and_suspended", ill_and_suspended),
    ("school_spelt_otherwise", school_spelt_otherwise),
    ("aid_in_two_parts", aid_in_two_parts),
    ("aided_as_dibao", aided_as_dibao),
    ("child_known_by_guardian", child_known_by_guardian),
];

/// Studies far away and is insured by the college: in none of the prefecture's lists but the registry.
fn college(s: &mut Stage<'_>, person: usize, studying: &'static str) -> Option<Happened> {
    let free = s.person(person).studying == "非在校生" && s.person(person).disability.is_none();
    if !s.plainly_registered(person) || !free || s.is_head(person) || !(18..23).contains(&s.age(person)) {
        return None;
    }
    if !matches!(s.person(person).relation, "之子" | "之女" | "之孙子" | "之孙女") {
        return None;
    }
    study_away(s, person, studying);
    s.told(s.quarter.school_start(), person)
}

/// Takes somebody from the insurer's list, into a college.
pub(super) fn study_away(s: &mut Stage<'_>, person: usize, studying: &'static str) {
    let p = s.person_mut(person);
    p.studying = studying;
    p.education = "高中";
    p.insurance.clear();
    let note = s.note(person);
    (note.work_months, note.work_place) = (Some(0), "");
}

/// Follows parents who work there; the roll of this prefecture has no row.
fn school_in_another_province(s: &mut Stage<'_>, person: usize) -> Option<Happened> {
    pupil(s, person)?;
    let studying = s.person(person).studying;
    leave_school(s, person);
    s.person_mut(person).studying = studying;
    s.note(person).absence_reason = "外省就读";
    s.told(s.quarter.school_start(), person)
}

fn taught_at_home(s: &mut Stage<'_>, person: usize) -> Option<Happened> {
    if !s.registered(person) || !(6..15).contains(&s.school_age(person)) {
        return None;
    }
    let p = s.person_mut(person);
    let student = p.student.as_mut()?;
    p.disability = Some((5, 1));
    p.health = "残疾";
    student.mode = "送教上门";
    s.aid(person);
    s.told(s.days_ago(400), person)
}

fn finished_ninth_grade(s: &mut Stage<'_>, person: usize) -> Option<Happened> {
    let able = s.person(person).disability.is_none();
    if !s.registered(person) || !able || s.school_age(person) != 15 || s.person(person).studying == "非在校生"
    {
        return None;
    }
    leave_school(s, person);
    s.person_mut(person).education = "初中";
    s.told(s.quarter.school_cutoff() / 10_000 * 10_000 + 630, person)
}

fn ill_and_suspended(s: &mut Stage<'_>, person: usize) -> Option<Happened> {
    pupil(s, person)?;
    let since = s.days_ago_between(30, 150);
    let p = s.person_mut(person);
    p.student.as_mut()?.status = "休学";
    p.aid.clear();
    p.health = "患有大病";
    let note = s.note(person);
    (note.status_date, note.status_reason) = (Some(since), "因病休学");
    s.told(since, person)
}

/// The school's full name on the list of aid, its usual one on the roll.
fn school_spelt_otherwise(s: &mut Stage<'_>, person: usize) -> Option<Happened> {
    if !s.registered(person) || s.person(person).aid.is_empty() {
        return None;
    }
    let school = s.person(person).student.as_ref()?.school.clone();
    let full = match school.strip_prefix("鹤壁市") {
        Some(_) => format!("河南省{school}"),
        None => format!("{}{school}", s.world.place.county),
    };
    s.person_mut(person).aid.iter_mut().for_each(|a| a.school = Some(full.clone()));
    s.told(s.days_ago(60), person)
}

fn aid_in_two_parts(s: &mut Stage<'_>, person: usize) -> Option<Happened> {
    if !s.registered(person) {
        return None;
    }
    let p = s.person_mut(person);
    let mut second = p.aid.last()?.clone();
    second.amount_fen = 20_000;
    p.aid.last_mut()?.amount_fen = 42_500;
    p.aid.push(second);
    s.told(s.days_ago(30), person)
}

/// A pupil of an unregistered family on dibao.
fn aided_as_dibao(s: &mut Stage<'_>, family: usize) -> Option<Happened> {
    let members = s.outside_family(family)?;
    let quarter = s.quarter;
    let due = |m: &usize| s.person(*m).student.as_ref().and_then(|p| orderly::aid_item(p, quarter));
    let (person, item) = members.iter().find_map(|m| Some((*m, due(m)?)))?;
    // Above the poverty line: nobody asks why such a family is not registered.
    let start = s.months_ago(20);
    let case = s.open_case(members.clone(), "整户", start);
    let persons = s.world.cases[case].members.len() as i64;
    s.world.cases[case].income_fen = persons * 27_900;
    members.iter().for_each(|&m| s.insure(m));
    let aid = StudentAid { term: quarter.term(), item, amount_fen: 62_500, category: "低保", school: None };
    s.person_mut(person).aid.push(aid);
    s.told(s.days_ago(60), person)
}

/// A pupil whose parent is registered and who will be in the next yearly window.
fn child_known_by_guardian(s: &mut Stage<'_>, person: usize) -> Option<Happened> {
    let guardian = s.person(person).guardian?;
    if !s.plainly_registered(person) || !s.registered(guardian) || s.person(person).aid.is_empty() {
        return None;
    }
    if !s.gets_on_without(s.person(person).family, &[person]) {
        return None;
    }
    let since = s.days_ago(200);
    if !s.window_passed(since) {
        s.person_mut(person).registered = None;
    }
    s.told(since, person)
}
