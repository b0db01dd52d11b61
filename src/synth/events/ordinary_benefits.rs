//! Benefits that begin, end and change, and the identities people are insured under: nothing that a rule may flag.

use super::super::world::{ExtremeHardshipEntry, InsuranceEnrolment};
use super::orderly;
use super::ordinary_school::study_away;
use super::stage::{Happened, Happening, Stage};

pub(super) const HAPPENINGS: &[(&str, Happening)] = &[
    ("dibao_began_unregistered", dibao_began_unregistered),
    ("dibao_began_registered", dibao_began_registered),
    ("dibao_starts_next_month", dibao_starts_next_month),
    ("dibao_ended", dibao_ended),
    ("converted_to_tekun", converted_to_tekun),
    ("case_moved_with_him", case_moved_with_him),
    ("urban_dibao", urban_dibao),
    ("dibao_above_poverty_line", dibao_above_poverty_line),
    ("single_person_dibao", single_person_dibao),
    ("student_not_in_case", student_not_in_case),
    ("identified_this_quarter", identified_this_quarter),
    ("left_poverty_long_ago", left_poverty_long_ago),
    ("insured_as_dibao", insured_as_dibao),
    ("insured_as_severely_disabled", insured_as_severely_disabled),
    ("stays_home_by_choice", stays_home_by_choice),
];

fn dibao_began_unregistered(s: &mut Stage<'_>, family: usize) -> Option<Happened> {
    let members = s.outside_family(family)?;
    if !s.can_work(family) {
        return None;
    }
    let start = s.months_ago_between(0, 2);
    s.open_case(members.clone(), "整户", start);
    if s.is_later() {
        // Identified in the quarter after.
        orderly::register_protected(s.world, &mut s.rng, family);
        let identified = s.quarter.start();
        for &m in &members {
            s.note(m).identified = Some(identified);
            s.insure(m);
        }
    }
    s.told(start * 100 + 1, members[0])
}

/// The registry's mark and attribute wait for the yearly window.
fn dibao_began_registered(s: &mut Stage<'_>, family: usize) -> Option<Happened> {
    let members = s.plain_family(family)?;
    if s.registry(family)?.exit_status != "未脱贫" {
        return None;
    }
    let start = s.months_ago_between(0, 2);
    s.open_case(members.clone(), "整户", start);
    if s.is_later() {
        s.change_registry(family, |r| r.attribute = "低保贫困户");
    } else {
        members.iter().for_each(|&m| s.note(m).dibao_flag = Some(false));
    }
    s.told_of(start * 100 + 1, family)
}

fn dibao_starts_next_month(s: &mut Stage<'_>, family: usize) -> Option<Happened> {
    let members = s.dibao_family(family)?;
    let case = s.case_of(members[0])?;
    let start = s.months_ago(-1);
    s.world.cases[case].start_month = start;
    if !s.is_later() {
        members.iter().for_each(|&m| s.note(m).dibao_flag = Some(false));
    }
    s.told_of(start * 100 + 1, family)
}

/// The registry still has the old attribute and mark.
fn dibao_ended(s: &mut Stage<'_>, family: usize) -> Option<Happened> {
    let members = s.dibao_family(family)?;
    if !s.can_work(family) {
        return None;
    }
    let case = s.case_of(members[0])?;
    let stop = s.months_ago_between(0, 2);
    s.world.cases[case].stop_month = Some(stop);
    s.world.cases[case].stop_reason = "收入超标已核";
    s.world.refresh_dibao();
    if s.is_later() {
        s.change_registry(family, |r| r.attribute = "一般贫困户");
    } else {
        members.iter().for_each(|&m| s.note(m).dibao_flag = Some(true));
    }
    s.told_of(stop * 100 + 1, family)
}

/// One old person: dibao paid to the end of a month of this quarter, then the other support.
fn converted_to_tekun(s: &mut Stage<'_>, person: usize) -> Option<Happened> {
    if !s.registered(person) || !s.on_tekun(person) || s.world.present(s.person(person).family).len() != 1 {
        return None;
    }
    let month = s.months_ago(1);
    let start = s.months_ago(30);
    let case = s.open_case(vec![person], "整户", start);
    s.world.cases[case].stop_month = Some(month);
    s.world.cases[case].stop_reason = "转特困";
    s.world.refresh_dibao();
    let support = s.person(person).tekun.clone()?;
    s.person_mut(person).tekun = Some(ExtremeHardshipEntry { start_month: month, ..support });
    s.told(month * 100 + 1, person)
}

/// Moved to another village of the county: the old case is closed in the month in which the new one begins.
fn case_moved_with_him(s: &mut Stage<'_>, family: usize) -> Option<Happened> {
    let members = s.dibao_family(family)?;
    let case = s.case_of(members[0])?;
    let month = s.months_ago_between(0, 2);
    let listed = s.world.cases[case].members.clone();
    s.world.cases[case].stop_month = Some(month);
    s.world.cases[case].stop_reason = "迁移";
    s.open_case(listed, "整户", month);
    s.told_of(month * 100 + 1, family)
}

fn urban_dibao(s: &mut Stage<'_>, family: usize) -> Option<Happened> {
    let members = s.outside_family(family)?;
    let start = s.months_ago(30);
    let case = s.open_case(members.clone(), "整户", start);
    s.world.cases[case].category = "城市";
    s.world.refresh_dibao();
    members.iter().for_each(|&m| s.insure(m));
    s.told(start * 100 + 1, members[0])
}

fn dibao_above_poverty_line(s: &mut Stage<'_>, family: usize) -> Option<Happened> {
    let members = s.outside_family(family)?;
    let start = s.months_ago(30);
    let case = s.open_case(members.clone(), "整户", start);
    let persons = s.world.cases[case].members.len() as i64;
    // Per head and year between the poverty line and the dibao standard.
    s.world.cases[case].income_fen = persons * 27_900;
    members.iter().for_each(|&m| s.insure(m));
    s.told(start * 100 + 1, members[0])
}

fn single_person_dibao(s: &mut Stage<'_>, family: usize) -> Option<Happened> {
    let members = s.plain_family(family)?;
    let one =
        members.iter().copied().find(|&m| s.person(m).disability.is_some_and(|(_, grade)| grade <= 2))?;
    if members.len() < 2 {
        return None;
    }
    let start = s.months_ago(30);
    s.open_case(vec![one], "单人", start);
    s.insure(one);
    s.told(start * 100 + 1, one)
}

/// Civil affairs does not count the student among those who live together.
fn student_not_in_case(s: &mut Stage<'_>, family: usize) -> Option<Happened> {
    let members = s.dibao_family(family)?;
    let case = s.case_of(members[0])?;
    let first = s.world.cases[case].members[0];
    let person = members.into_iter().find(|&m| {
        let free = s.person(m).studying == "非在校生" && s.person(m).disability.is_none();
        let child = matches!(s.person(m).relation, "之子" | "之女" | "之孙子" | "之孙女");
        m != first && free && child && !s.is_head(m) && (18..24).contains(&s.age(m))
    })?;
    s.leave_cases(person);
    study_away(s, person, "大专及以上");
    s.told(s.quarter.school_start(), person)
}

/// Premiums and aid went by what they were before.
fn identified_this_quarter(s: &mut Stage<'_>, family: usize) -> Option<Happened> {
    let members = s.plain_family(family)?;
    let r = s.registry(family)?;
    if r.exit_status != "未脱贫" || s.world.families[family].housing.is_some() {
        return None;
    }
    let since = s.days_ago_between(3, 70);
    let later = s.is_later();
    for &m in &members {
        s.note(m).identified = Some(since);
        if !later {
            s.person_mut(m).aid.clear();
        }
        if since / 10_000 == s.quarter.year
            && let Some(row) = s.cover(m)
        {
            as_ordinary_resident(row, later);
        }
    }
    s.told_of(since, family)
}

/// Category and premium stay for the year; the further layers follow `later`.
fn as_ordinary_resident(row: &mut InsuranceEnrolment, later: bool) {
    row.category = "普通居民";
    (row.payment_fen, row.subsidy_fen) = (18_000, 0);
    (row.supplementary, row.commercial, row.aid_target) = (later, later, later);
}

fn left_poverty_long_ago(s: &mut Stage<'_>, family: usize) -> Option<Happened> {
    let members = s.plain_family(family)?;
    if s.registry(family)?.exit_status == "未脱贫" || s.world.families[family].housing.is_some() {
        return None;
    }
    s.change_registry(family, |r| {
        r.exit_status = "已脱贫(不再享受政策)";
        r.exit_year = Some(2014);
    });
    for &m in &members {
        s.insure(m);
        s.aid(m);
    }
    s.told_of(20_141_231, family)
}

/// A registered family on dibao that chose the other identity.
fn insured_as_dibao(s: &mut Stage<'_>, family: usize) -> Option<Happened> {
    let members = s.dibao_family(family)?;
    for &m in &members {
        s.cover(m)?.category = "农村低保";
    }
    s.told_of(s.quarter.year * 10_000 + 101, family)
}

fn insured_as_severely_disabled(s: &mut Stage<'_>, person: usize) -> Option<Happened> {
    let severe = s.person(person).disability.is_some_and(|(_, grade)| grade <= 2);
    s.outside_family(s.person(person).family).filter(|_| severe)?;
    let row = s.cover(person)?;
    row.category = "重度残疾";
    (row.payment_fen, row.subsidy_fen) = (0, 18_000);
    row.aid_target = true;
    s.told(s.quarter.year * 10_000 + 101, person)
}

fn stays_home_by_choice(s: &mut Stage<'_>, person: usize) -> Option<Happened> {
    let support = s.person_mut(person).tekun.as_mut()?;
    if support.self_care == "全自理" {
        return None;
    }
    support.support_mode = "分散";
    let since = support.start_month * 100 + 1;
    s.note(person).wish = "自愿分散供养";
    s.told(since, person)
}
