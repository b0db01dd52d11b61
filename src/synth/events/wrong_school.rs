//! Wrongs in the lists of the schools.

use super::super::world::StudentAid;
use super::orderly;
use super::stage::{Happened, Happening, Stage};

pub(super) const HAPPENINGS: &[(&str, Happening)] = &[
    ("dropped_out", dropped_out),
    ("dropped_out_on_the_roll", dropped_out_on_the_roll),
    ("suspended_for_years", suspended_for_years),
    ("pupil_not_aided", pupil_not_aided),
    ("aided_as_poor", aided_as_poor),
    ("aided_by_two_schools", aided_by_two_schools),
    ("aided_without_roll", aided_without_roll),
    ("disabled_child_forgotten", disabled_child_forgotten),
    ("registry_stage_wrong", registry_stage_wrong),
];

/// A registered child in compulsory schooling, able to go to school.
pub(super) fn pupil(s: &Stage<'_>, person: usize) -> Option<()> {
    let healthy = s.person(person).disability.is_none();
    (s.registered(person) && healthy && (6..15).contains(&s.school_age(person))).then_some(())
}

/// Takes a child off the roll and from aid.
pub(super) fn leave_school(s: &mut Stage<'_>, person: usize) {
    let p = s.person_mut(person);
    p.student = None;
    p.aid.clear();
    p.studying = "非在校生";
}

fn dropped_out(s: &mut Stage<'_>, person: usize) -> Option<Happened> {
    pupil(s, person)?;
    leave_school(s, person);
    s.person_mut(person).education = if s.school_age(person) < 7 { "学龄前儿童" } else { "小学" };
    let since = s.days_ago_between(40, 400);
    s.told(since, person)
}

fn dropped_out_on_the_roll(s: &mut Stage<'_>, person: usize) -> Option<Happened> {
    pupil(s, person)?;
    let since = s.days_ago_between(40, 200);
    let p = s.person_mut(person);
    p.student.as_mut()?.status = "辍学";
    p.aid.clear();
    p.studying = "非在校生";
    p.education = "小学";
    let note = s.note(person);
    (note.status_date, note.status_reason) = (Some(since), "外出务工");
    s.told(since, person)
}

fn suspended_for_years(s: &mut Stage<'_>, person: usize) -> Option<Happened> {
    pupil(s, person)?;
    if s.school_age(person) < 9 {
        return None;
    }
    let since = s.days_ago_between(500, 900);
    let p = s.person_mut(person);
    p.student.as_mut()?.status = "休学";
    p.aid.clear();
    let note = s.note(person);
    (note.status_date, note.status_reason) = (Some(since), "其他");
    s.told(since, person)
}

fn pupil_not_aided(s: &mut Stage<'_>, person: usize) -> Option<Happened> {
    // Whoever entered this summer could not be assessed in time.
    let settled = s.person(person).student.as_ref().is_some_and(|p| p.grade > 1);
    if !s.registered(person) || !settled || s.person(person).aid.is_empty() {
        return None;
    }
    s.person_mut(person).aid.clear();
    s.told(s.days_ago(200), person)
}

fn aided_as_poor(s: &mut Stage<'_>, person: usize) -> Option<Happened> {
    let family = s.person(person).family;
    s.outside_family(family)?;
    let quarter = s.quarter;
    let item = orderly::aid_item(s.person(person).student.as_ref()?, quarter)?;
    let aid =
        StudentAid { term: quarter.term(), item, amount_fen: 62_500, category: "建档立卡", school: None };
    s.person_mut(person).aid.push(aid);
    s.told(s.days_ago(60), person)
}

fn aided_by_two_schools(s: &mut Stage<'_>, person: usize) -> Option<Happened> {
    if !s.registered(person) {
        return None;
    }
    let mut second = s.person(person).aid.last()?.clone();
    second.school = Some("鹤壁市实验学校".to_owned());
    s.person_mut(person).aid.push(second);
    s.told(s.days_ago(60), person)
}

/// Grown up and out of school, in a list of aid nevertheless.
fn aided_without_roll(s: &mut Stage<'_>, person: usize) -> Option<Happened> {
    if !s.registered(person) || !(18..24).contains(&s.age(person)) || s.person(person).studying != "非在校生"
    {
        return None;
    }
    let term = s.quarter.term();
    s.person_mut(person).aid.push(StudentAid {
        term,
        item: "中职助学金",
        amount_fen: 100_000,
        category: "建档立卡",
        school: Some("鹤壁市机电信息工程学校".to_owned()),
    });
    s.told(s.days_ago(60), person)
}

/// Has a certificate, and no school ever came.
fn disabled_child_forgotten(s: &mut Stage<'_>, person: usize) -> Option<Happened> {
    if !s.registered(person) || !(7..15).contains(&s.school_age(person)) {
        return None;
    }
    leave_school(s, person);
    let p = s.person_mut(person);
    p.disability = Some((6, 2));
    p.health = "残疾";
    p.education = "文盲";
    s.told(s.days_ago(400), person)
}

/// The clerk left the stage of years ago in the registry.
fn registry_stage_wrong(s: &mut Stage<'_>, person: usize) -> Option<Happened> {
    let stage = s.person(person).student.as_ref().filter(|p| p.status == "在读")?.stage;
    if !s.registered(person) || !matches!(stage, "普通高中" | "初中") {
        return None;
    }
    s.person_mut(person).studying = if stage == "初中" { "学前教育" } else { "小学" };
    s.told(s.days_ago(400), person)
}
