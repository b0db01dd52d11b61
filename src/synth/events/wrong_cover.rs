//! Wrongs in the insurer's list.

use super::stage::{Happened, Happening, Stage};

pub(super) const HAPPENINGS: &[(&str, Happening)] = &[
    ("forgotten_by_insurer", forgotten_by_insurer),
    ("insured_last_year_only", insured_last_year_only),
    ("insurance_lapsed", insurance_lapsed),
    ("no_serious_cover", |s, p| lacks(s, p, |row| row.serious = false)),
    ("no_supplementary_cover", |s, p| lacks(s, p, |row| row.supplementary = false)),
    ("no_commercial_cover", |s, p| lacks(s, p, |row| row.commercial = false)),
    ("no_aid_mark", |s, p| lacks(s, p, |row| row.aid_target = false)),
    ("premium_not_subsidised", |s, p| lacks(s, p, |row| (row.payment_fen, row.subsidy_fen) = (18_000, 0))),
    ("wrong_category", |s, p| lacks(s, p, |row| row.category = "普通居民")),
    ("insured_as_poor", insured_as_poor),
    ("resident_with_poor_subsidy", resident_with_poor_subsidy),
    ("struck_off_still_subsidised", struck_off_still_subsidised),
    ("insured_twice", insured_twice),
];

type Row = super::super::world::InsuranceEnrolment;

/// A registered person's enrolment, with something wrong in it.
fn lacks(s: &mut Stage<'_>, person: usize, spoil: fn(&mut Row)) -> Option<Happened> {
    if !s.registered(person) || s.on_tekun(person) {
        return None;
    }
    spoil(s.cover(person)?);
    s.told(s.quarter.year * 10_000 + 101, person)
}

fn forgotten_by_insurer(s: &mut Stage<'_>, person: usize) -> Option<Happened> {
    if !s.registered(person) {
        return None;
    }
    s.person_mut(person).insurance.clear();
    s.told(s.quarter.year * 10_000 + 101, person)
}

fn insured_last_year_only(s: &mut Stage<'_>, person: usize) -> Option<Happened> {
    if !s.registered(person) {
        return None;
    }
    s.cover(person)?.year -= 1;
    s.told(s.quarter.year * 10_000 + 101, person)
}

fn insurance_lapsed(s: &mut Stage<'_>, person: usize) -> Option<Happened> {
    if !s.registered(person) {
        return None;
    }
    let row = s.cover(person)?;
    row.status = "暂停";
    row.stop_reason = "欠费";
    s.told(s.quarter.year * 10_000 + 101, person)
}

/// Nobody of the family is in the registry, none is supported.
fn outsider(s: &Stage<'_>, person: usize) -> Option<()> {
    s.outside_family(s.person(person).family).filter(|_| s.person(person).gone.is_none()).map(|_| ())
}

fn insured_as_poor(s: &mut Stage<'_>, person: usize) -> Option<Happened> {
    outsider(s, person)?;
    let row = s.cover(person)?;
    row.category = "建档立卡贫困人口";
    (row.payment_fen, row.subsidy_fen) = (6_000, 12_000);
    (row.supplementary, row.commercial, row.aid_target) = (true, true, true);
    s.told(s.quarter.year * 10_000 + 101, person)
}

fn resident_with_poor_subsidy(s: &mut Stage<'_>, person: usize) -> Option<Happened> {
    outsider(s, person)?;
    let row = s.cover(person)?;
    (row.payment_fen, row.subsidy_fen) = (6_000, 12_000);
    s.told(s.quarter.year * 10_000 + 101, person)
}

/// Entered by mistake, struck off two years ago; the insurer never heard of it.
fn struck_off_still_subsidised(s: &mut Stage<'_>, person: usize) -> Option<Happened> {
    if !s.plainly_registered(person) || s.is_head(person) || s.person(person).student.is_some() {
        return None;
    }
    if !s.gets_on_without(s.person(person).family, &[person]) {
        return None;
    }
    s.person_mut(person).registered = Some("人员清退");
    let since = s.days_ago(700);
    s.told(since, person)
}

fn insured_twice(s: &mut Stage<'_>, person: usize) -> Option<Happened> {
    if !s.plainly_registered(person) || !(22..55).contains(&s.age(person)) {
        return None;
    }
    let mut second = s.cover(person)?.clone();
    second.scheme = "职工";
    second.category = "普通居民";
    (second.payment_fen, second.subsidy_fen) = (0, 0);
    (second.serious, second.supplementary, second.commercial, second.aid_target) =
        (false, false, false, false);
    s.person_mut(person).insurance.push(second);
    s.told(s.quarter.year * 10_000 + 101, person)
}
