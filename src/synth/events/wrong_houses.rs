//! Wrongs in the ledger of dangerous houses and in what the registry says of houses.

use super::super::calendar::{date_to_days, day_from_epoch_days};
use super::super::world::HousingFile;
use super::orderly;
use super::stage::{Happened, Happening, Stage};

pub(super) const HAPPENINGS: &[(&str, Happening)] = &[
    ("renovated_still_on_ledger", renovated_still_on_ledger),
    ("renovated_still_dangerous_in_registry", renovated_still_dangerous_in_registry),
    ("dangerous_house_forgotten", dangerous_house_forgotten),
    ("left_poverty_in_dangerous_house", left_poverty_in_dangerous_house),
    ("struck_off_before_acceptance", struck_off_before_acceptance),
    ("area_over_limit", area_over_limit),
    ("subsidy_over_cap", subsidy_over_cap),
    ("renovated_under_false_name", renovated_under_false_name),
    ("renovated_and_relocated", renovated_and_relocated),
    ("finished_before_begun", finished_before_begun),
    ("relocated_and_forgotten", relocated_and_forgotten),
];

/// The file of a registered family's house, rebuilt properly; made where there is none.
pub(super) fn rebuilt<'w>(s: &'w mut Stage<'_>, family: usize) -> Option<&'w mut HousingFile> {
    s.registry(family)?;
    if s.world.families[family].housing.is_none() {
        let first = s.first;
        orderly::renovate(s.world, &mut s.rng, family, first);
    }
    s.world.families[family].housing.as_mut()
}

fn renovated_still_on_ledger(s: &mut Stage<'_>, family: usize) -> Option<Happened> {
    let file = rebuilt(s, family)?;
    file.ledger_status = "在账";
    file.delisted = None;
    let since = day_from_epoch_days(date_to_days(file.accepted?) + 31);
    s.told_of(since, family)
}

fn renovated_still_dangerous_in_registry(s: &mut Stage<'_>, family: usize) -> Option<Happened> {
    if s.registry(family)?.exit_status != "未脱贫" {
        return None;
    }
    let file = rebuilt(s, family)?;
    let (level, since) = (file.level, day_from_epoch_days(date_to_days(file.accepted?) + 31));
    s.mark_dangerous(family, level);
    s.told_of(since, family)
}

fn dangerous(s: &mut Stage<'_>, family: usize, exited: bool) -> Option<Happened> {
    let r = s.registry(family)?;
    let plain = s.world.families[family].housing.is_none();
    if (r.exit_status != "未脱贫") != exited || !plain || r.attribute == "特困供养贫困户" {
        return None;
    }
    let level = *s.rng.pick(&["C级", "D级"]);
    s.mark_dangerous(family, level);
    s.told_of(s.days_ago(400), family)
}

fn dangerous_house_forgotten(s: &mut Stage<'_>, family: usize) -> Option<Happened> {
    dangerous(s, family, false)
}

fn left_poverty_in_dangerous_house(s: &mut Stage<'_>, family: usize) -> Option<Happened> {
    dangerous(s, family, true)
}

fn struck_off_before_acceptance(s: &mut Stage<'_>, family: usize) -> Option<Happened> {
    let file = rebuilt(s, family)?;
    file.accepted = None;
    file.accept_result = "";
    let since = file.delisted?;
    s.told_of(since, family)
}

fn area_over_limit(s: &mut Stage<'_>, family: usize) -> Option<Happened> {
    let persons = s.world.present(family).len() as i64;
    let more = s.between(300, 3_000);
    let file = rebuilt(s, family)?;
    (file.level, file.mode) = ("D级", "原址翻建");
    file.area_centi = if persons <= 3 { 6_000 } else { persons * 1_800 } + more;
    let since = file.accepted?;
    s.told_of(since, family)
}

fn subsidy_over_cap(s: &mut Stage<'_>, family: usize) -> Option<Happened> {
    let more = s.between(1_000, 9_000) * 100;
    let file = rebuilt(s, family)?;
    file.approved_fen = if file.level == "C级" { 1_000_000 } else { 2_500_000 } + more;
    let since = file.accepted?;
    s.told_of(since, family)
}

/// Renovated this year as a registered family, which it never was.
fn renovated_under_false_name(s: &mut Stage<'_>, family: usize) -> Option<Happened> {
    s.outside_family(family)?;
    let head = s.world.families[family].head;
    // Only for the draw of a proper file: the registry's entry is lent for it.
    let lent = s.world.families.iter().find_map(|f| f.registry.clone())?;
    s.world.families[family].registry = Some(lent);
    let first = s.first;
    orderly::renovate(s.world, &mut s.rng, family, first);
    s.world.families[family].registry = None;
    let since = s.world.families[family].housing.as_ref()?.plan_year * 10_000 + 101;
    s.told(since, head)
}

/// Subsidised for the old house, and moved to a new one built with another subsidy.
fn renovated_and_relocated(s: &mut Stage<'_>, family: usize) -> Option<Happened> {
    if s.world.present(family).len() < 2 {
        return None;
    }
    rebuilt(s, family)?;
    let since = s.days_ago_between(100, 300);
    s.relocate(family, since);
    s.told_of(since, family)
}

fn finished_before_begun(s: &mut Stage<'_>, family: usize) -> Option<Happened> {
    let file = rebuilt(s, family)?;
    let since = file.accepted?;
    std::mem::swap(&mut file.start, &mut file.finish);
    s.told_of(since, family)
}

/// Moved to another township, where nobody insured one of them.
fn relocated_and_forgotten(s: &mut Stage<'_>, family: usize) -> Option<Happened> {
    let members = s.plain_family(family)?;
    if s.registry(family)?.exit_status != "未脱贫" || members.len() < 2 {
        return None;
    }
    if s.world.families[family].housing.is_some() {
        return None;
    }
    let forgotten = members.into_iter().find(|&m| s.age(m) >= 1 && s.person(m).student.is_none())?;
    let since = s.days_ago_between(100, 300);
    s.relocate(family, since);
    s.person_mut(forgotten).insurance.clear();
    s.told(since, forgotten)
}
