//! Wrongs in the lists of the registry and of civil affairs.

use super::stage::{Happened, Happening, Stage};

pub(super) const HAPPENINGS: &[(&str, Happening)] = &[
    ("tekun_forgotten", tekun_forgotten),
    ("no_labour_forgotten", no_labour_forgotten),
    ("poor_forgotten", poor_forgotten),
    ("never_registered", never_registered),
    ("member_left_out", member_left_out),
    ("dibao_lost_attribute_stays", dibao_lost_attribute_stays),
    ("dibao_but_ordinary_attribute", dibao_but_ordinary_attribute),
    ("flag_wrong", flag_wrong),
    ("paid_in_two_cases", paid_in_two_cases),
    ("dibao_and_tekun", dibao_and_tekun),
    ("dead_still_paid", dead_still_paid),
    ("dead_for_years_still_registered", dead_for_years_still_registered),
    ("removed_but_paid", removed_but_paid),
    ("protected_below_line", protected_below_line),
    ("no_care_agreement", no_care_agreement),
    ("helpless_left_at_home", helpless_left_at_home),
    ("unsafe_water", unsafe_water),
    ("left_poverty_without_water", left_poverty_without_water),
    ("stranger_in_case", stranger_in_case),
    ("cause_without_patient", cause_without_patient),
    ("no_helper", no_helper),
];

/// An old person alone, without labour, whom nobody proposed; the attribute was never changed either.
fn tekun_forgotten(s: &mut Stage<'_>, person: usize) -> Option<Happened> {
    let family = s.person(person).family;
    if !s.registered(person) || !s.on_tekun(person) || s.world.present(family).len() != 1 {
        return None;
    }
    s.person_mut(person).tekun = None;
    let start = s.months_ago(20);
    s.open_case(vec![person], "整户", start);
    s.change_registry(family, |r| r.attribute = "低保贫困户");
    s.insure(person);
    s.told(s.months_ago(20) * 100 + 1, person)
}

/// Nobody in the family can work; the case was closed long ago and nobody came again.
fn no_labour_forgotten(s: &mut Stage<'_>, family: usize) -> Option<Happened> {
    let members = s.dibao_family(family)?;
    if s.can_work(family) || s.registry(family)?.exit_status != "未脱贫" {
        return None;
    }
    let case = s.case_of(members[0])?;
    s.forget_case(case);
    s.change_registry(family, |r| r.attribute = "一般贫困户");
    let head = s.world.families[family].head;
    let adults: Vec<usize> = std::iter::once(head)
        .chain(members.iter().copied().filter(|&m| m != head))
        .filter(|&m| s.age(m) >= 16 && s.person(m).studying == "非在校生")
        .collect();
    members.iter().for_each(|&m| s.insure(m));
    Some(Happened { since: s.months_ago(20) * 100 + 1, persons: adults })
}

fn poor_forgotten(s: &mut Stage<'_>, family: usize) -> Option<Happened> {
    s.plain_family(family)?;
    if !s.can_work(family) || s.registry(family)?.exit_status != "未脱贫" {
        return None;
    }
    let income = s.between(1_600, 3_000) * 100;
    s.change_registry(family, |r| r.income_fen = income);
    s.told_of(s.days_ago(270), family)
}

fn never_registered(s: &mut Stage<'_>, family: usize) -> Option<Happened> {
    let members = s.outside_family(family)?;
    let start = s.months_ago_between(12, 48);
    s.open_case(members.clone(), "整户", start);
    members.iter().for_each(|&m| s.insure(m));
    s.told(start * 100 + 1, members[0])
}

fn member_left_out(s: &mut Stage<'_>, family: usize) -> Option<Happened> {
    let members = s.dibao_family(family)?;
    let head = s.world.families[family].head;
    let case = s.case_of(head)?;
    let forgotten = members
        .iter()
        .copied()
        .find(|&m| m != head && s.world.cases[case].members[0] != m && s.age(m) >= 3)?;
    s.world.cases[case].members.retain(|&m| m != forgotten);
    s.world.refresh_dibao();
    s.insure(forgotten);
    s.told(s.world.cases[case].start_month * 100 + 1, forgotten)
}

fn dibao_lost_attribute_stays(s: &mut Stage<'_>, family: usize) -> Option<Happened> {
    let members = s.dibao_family(family)?;
    if !s.can_work(family) {
        return None;
    }
    let case = s.case_of(members[0])?;
    s.forget_case(case);
    members.iter().for_each(|&m| s.insure(m));
    s.told_of(s.months_ago(20) * 100 + 1, family)
}

fn dibao_but_ordinary_attribute(s: &mut Stage<'_>, family: usize) -> Option<Happened> {
    let members = s.dibao_family(family)?;
    let case = s.case_of(members[0])?;
    let start = s.months_ago(26);
    s.world.cases[case].start_month = start;
    s.change_registry(family, |r| r.attribute = "一般贫困户");
    s.told_of(start * 100 + 1, family)
}

fn flag_wrong(s: &mut Stage<'_>, person: usize) -> Option<Happened> {
    if !s.registered(person) || s.on_tekun(person) {
        return None;
    }
    let flag = !s.on_dibao(person);
    s.note(person).dibao_flag = Some(flag);
    s.told(s.days_ago(270), person)
}

/// A grown-up child in the parents' case and in one of their own.
fn paid_in_two_cases(s: &mut Stage<'_>, person: usize) -> Option<Happened> {
    let first = s.case_of(person)?;
    if s.is_head(person) || s.age(person) < 18 || s.world.cases[first].members[0] == person {
        return None;
    }
    let start = s.months_ago_between(6, 30).max(s.world.cases[first].start_month);
    s.open_case(vec![person], "单人", start);
    s.told(start * 100 + 1, person)
}

fn dibao_and_tekun(s: &mut Stage<'_>, person: usize) -> Option<Happened> {
    if !s.registered(person) || !s.on_tekun(person) {
        return None;
    }
    let start = s.months_ago_between(5, 30);
    s.open_case(vec![person], "单人", start);
    s.told(start.max(s.person(person).tekun.as_ref()?.start_month) * 100 + 1, person)
}

/// Dead for months, struck off everywhere but in the list that pays.
fn dead_still_paid(s: &mut Stage<'_>, person: usize) -> Option<Happened> {
    s.case_of(person)?;
    if s.age(person) < 45 || s.is_head(person) || !s.gets_on_without(s.person(person).family, &[person]) {
        return None;
    }
    let died = s.days_ago_between(200, 500);
    die(s, person, died, 6);
    s.told(died, person)
}

fn dead_for_years_still_registered(s: &mut Stage<'_>, person: usize) -> Option<Happened> {
    if !s.plainly_registered(person) || s.age(person) < 45 || s.is_head(person) {
        return None;
    }
    if !s.gets_on_without(s.person(person).family, &[person]) {
        return None;
    }
    let died = s.days_ago_between(640, 900);
    s.note(person).death = Some(died);
    s.person_mut(person).insurance.clear();
    s.note(person).work_months = Some(0);
    s.note(person).work_place = "";
    s.told(died, person)
}

/// Police and crematorium know at once, the insurer after three months, the registry after `registry_months`.
pub(super) fn die(s: &mut Stage<'_>, person: usize, died: u32, registry_months: i32) {
    s.note(person).death = Some(died);
    s.note(person).dibao_flag = None;
    if s.shown(died, 12) {
        s.person_mut(person).insurance.clear();
    } else if s.shown(died, 3) {
        s.end_cover(person, "死亡");
    }
    let p = s.person_mut(person);
    p.gone = Some(super::super::world::WayOfLeaving::Dead);
    p.student = None;
    p.aid.clear();
    if p.registered.is_some() && s.shown(died, registry_months) {
        s.person_mut(person).registered = Some("死亡");
    }
}

fn removed_but_paid(s: &mut Stage<'_>, family: usize) -> Option<Happened> {
    let members = s.dibao_family(family)?;
    if s.has_aided(family) {
        return None;
    }
    let left = s.first.year - 3;
    s.change_registry(family, |r| {
        r.attribute = "一般贫困户";
        r.exit_status = "已脱贫(不再享受政策)";
        r.exit_year = Some(left);
        r.income_fen = 900_000;
    });
    members.iter().for_each(|&m| s.insure(m));
    s.told_of(left * 10_000 + 1231, family)
}

fn protected_below_line(s: &mut Stage<'_>, family: usize) -> Option<Happened> {
    let members = s.dibao_family(family)?;
    if s.registry(family)?.exit_status != "未脱贫" {
        return None;
    }
    // Long enough for last year's income to hold a whole year of it.
    let case = s.case_of(members[0])?;
    let start = s.months_ago(30);
    s.world.cases[case].start_month = start;
    let income = s.between(2_200, 3_000) * 100;
    s.change_registry(family, |r| r.income_fen = income);
    s.told_of(s.days_ago(270), family)
}

fn no_care_agreement(s: &mut Stage<'_>, person: usize) -> Option<Happened> {
    let support = s.person_mut(person).tekun.as_mut()?;
    if support.support_mode != "分散" {
        return None;
    }
    support.agreement = false;
    let since = support.start_month * 100 + 1;
    s.told(since, person)
}

fn helpless_left_at_home(s: &mut Stage<'_>, person: usize) -> Option<Happened> {
    let support = s.person_mut(person).tekun.as_mut()?;
    if support.support_mode != "集中" {
        return None;
    }
    support.support_mode = "分散";
    let since = support.start_month * 100 + 1;
    s.told(since, person)
}

fn unsafe_water(s: &mut Stage<'_>, family: usize) -> Option<Happened> {
    if s.registry(family)?.exit_status != "未脱贫" {
        return None;
    }
    without_water(s, family)
}

fn left_poverty_without_water(s: &mut Stage<'_>, family: usize) -> Option<Happened> {
    if s.registry(family)?.exit_status == "未脱贫" {
        return None;
    }
    without_water(s, family)
}

fn without_water(s: &mut Stage<'_>, family: usize) -> Option<Happened> {
    // Whoever lives in a home drinks there.
    let at_home = |m: &usize| s.person(*m).tekun.as_ref().is_none_or(|t| t.support_mode == "分散");
    s.world.present(family).iter().find(|m| at_home(m))?;
    s.change_registry(family, |r| r.water_difficult = true);
    s.told_of(s.days_ago(500), family)
}

fn no_helper(s: &mut Stage<'_>, family: usize) -> Option<Happened> {
    s.registry(family)?;
    s.change_registry(family, |r| r.helper.clear());
    s.told_of(s.days_ago(400), family)
}

/// Somebody of another family of the village draws dibao in this household's case.
fn stranger_in_case(s: &mut Stage<'_>, family: usize) -> Option<Happened> {
    let members = s.dibao_family(family)?;
    let case = s.case_of(members[0])?;
    if s.world.cases[case].members.len() > 6 {
        return None;
    }
    let stranger = (0..s.world.families.len()).find_map(|other| {
        let outside = s.outside_family(other)?;
        let head = s.world.families[other].head;
        // A wife or daughter-in-law would look as if she had married in.
        outside.into_iter().find(|&m| {
            m != head
                && s.age(m) >= 18
                && s.person(m).relation.starts_with("之")
                && s.person(m).relation != "之儿媳"
        })
    })?;
    s.world.cases[case].members.push(stranger);
    s.world.refresh_dibao();
    s.insure(stranger);
    let head = s.world.families[family].head;
    Some(Happened { since: s.world.cases[case].start_month * 100 + 1, persons: vec![head, stranger] })
}

fn cause_without_patient(s: &mut Stage<'_>, family: usize) -> Option<Happened> {
    let members = s.plain_family(family)?;
    let healthy = members.iter().all(|&m| s.person(m).health == "健康");
    if !healthy || s.registry(family)?.exit_status != "未脱贫" {
        return None;
    }
    s.change_registry(family, |r| r.cause = "因病");
    s.told_of(s.days_ago(500), family)
}
