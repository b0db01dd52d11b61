//! Houses that are being rebuilt or that nobody lives in: nothing that a rule may flag.

use super::super::calendar::{date_to_days, day_from_epoch_days};
use super::stage::{Happened, Happening, Stage};
use super::wrong_houses::rebuilt;

pub(super) const HAPPENINGS: &[(&str, Happening)] = &[
    ("accepted_last_week", accepted_last_week),
    ("being_rebuilt", being_rebuilt),
    ("lives_in_the_home", lives_in_the_home),
    ("relocated", relocated),
    ("renovated_and_left", renovated_and_left),
];

/// A family that has not left poverty yet, whose house may still be dangerous.
fn still_poor(s: &Stage<'_>, family: usize) -> Option<()> {
    (s.registry(family)?.exit_status == "未脱贫").then_some(())
}

/// Accepted some days ago: ledger and registry follow within the month.
fn accepted_last_week(s: &mut Stage<'_>, family: usize) -> Option<Happened> {
    still_poor(s, family)?;
    let accepted = s.days_ago_between(3, 25);
    let year = s.first.year;
    let shown = s.shown(accepted, 1);
    let file = rebuilt(s, family)?;
    let level = file.level;
    file.plan_year = year;
    file.start = Some(day_from_epoch_days(date_to_days(accepted) - 120));
    file.finish = Some(day_from_epoch_days(date_to_days(accepted) - 15));
    file.accepted = Some(accepted);
    file.ledger_status = if shown { "销档" } else { "在账" };
    file.delisted = shown.then(|| day_from_epoch_days(date_to_days(accepted) + 20));
    if !shown {
        s.mark_dangerous(family, level);
    }
    s.told_of(accepted, family)
}

fn being_rebuilt(s: &mut Stage<'_>, family: usize) -> Option<Happened> {
    still_poor(s, family)?;
    let started = s.days_ago_between(20, 80);
    let year = s.first.year;
    let file = rebuilt(s, family)?;
    let level = file.level;
    file.plan_year = year;
    (file.start, file.finish, file.accepted, file.delisted) = (Some(started), None, None, None);
    (file.accept_result, file.ledger_status) = ("", "在账");
    s.mark_dangerous(family, level);
    s.told_of(started, family)
}

/// The old house of somebody who lives in a home for the elderly.
fn lives_in_the_home(s: &mut Stage<'_>, person: usize) -> Option<Happened> {
    let family = s.person(person).family;
    let alone = s.world.present(family).len() == 1 && s.registered(person);
    let housed = s.world.families[family].housing.is_some();
    let support = s.person_mut(person).tekun.as_mut().filter(|_| alone && !housed)?;
    support.support_mode = "集中";
    let since = support.start_month * 100 + 1;
    s.mark_dangerous(family, "D级");
    s.told(since, person)
}

fn relocated(s: &mut Stage<'_>, family: usize) -> Option<Happened> {
    still_poor(s, family)?;
    if s.world.families[family].housing.is_some() || s.world.present(family).len() < 2 {
        return None;
    }
    let moved_in = s.days_ago_between(100, 300);
    s.mark_dangerous(family, "D级");
    s.relocate(family, moved_in);
    s.told_of(moved_in, family)
}

/// The house was renovated as a registered family's; the family has left poverty since.
fn renovated_and_left(s: &mut Stage<'_>, family: usize) -> Option<Happened> {
    let members = s.plain_family(family)?;
    if s.registry(family)?.exit_status == "未脱贫" {
        return None;
    }
    let since = rebuilt(s, family)?.accepted?;
    s.change_registry(family, |r| {
        r.exit_status = "已脱贫(不再享受政策)";
        r.exit_year = Some(since / 10_000);
    });
    for &m in &members {
        s.insure(m);
        s.aid(m);
    }
    s.told_of(since, family)
}
