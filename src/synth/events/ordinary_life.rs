//! Births, deaths, marriages, work and moves: nothing that a rule may flag.

use super::super::world::{InventedFamily, WayOfLeaving};
use super::stage::{Happened, Happening, Stage};
use super::wrong_benefits::die;

pub(super) const HAPPENINGS: &[(&str, Happening)] = &[
    ("died_and_told", died_and_told),
    ("died_registry_waits", died_registry_waits),
    ("died_this_month", died_this_month),
    ("died_within_the_year_insured", died_within_the_year_insured),
    ("newborn_not_insured_yet", newborn_not_insured_yet),
    ("newborn_registry_waits", newborn_registry_waits),
    ("married_out", married_out),
    ("married_in", married_in),
    ("household_split", household_split),
    ("moved_away", moved_away),
    ("insured_elsewhere", insured_elsewhere),
    ("employed_insurance", employed_insurance),
    ("in_the_army", in_the_army),
];

/// Somebody registered of middle age or old, not the head, whose death leaves a family, dies so many days ago; the case
/// goes on without the dead from the month after. The day, and what is told.
fn member_dies(
    s: &mut Stage<'_>,
    person: usize,
    (least, most): (i64, i64),
    registry_months: i32,
) -> Option<(u32, Option<Happened>)> {
    let others = s.gets_on_without(s.person(person).family, &[person]);
    let mortal =
        s.registered(person) && !s.on_tekun(person) && s.age(person) >= 50 && !s.is_head(person) && others;
    if !mortal {
        return None;
    }
    let died = s.days_ago_between(least, most);
    if s.shown(died, 1) {
        s.leave_cases(person);
    }
    die(s, person, died, registry_months);
    Some((died, s.told(died, person)))
}

fn died_and_told(s: &mut Stage<'_>, person: usize) -> Option<Happened> {
    member_dies(s, person, (170, 260), 5)?.1
}

fn died_registry_waits(s: &mut Stage<'_>, person: usize) -> Option<Happened> {
    member_dies(s, person, (100, 200), 12)?.1
}

fn died_this_month(s: &mut Stage<'_>, person: usize) -> Option<Happened> {
    member_dies(s, person, (1, 25), 1)?.1
}

fn died_within_the_year_insured(s: &mut Stage<'_>, person: usize) -> Option<Happened> {
    let (died, told) = member_dies(s, person, (60, 150), 1)?;
    if !s.shown(died, 9) {
        // The insurer waits for the next collection.
        let row = s.cover(person)?;
        (row.status, row.stop_reason) = ("正常参保", "");
    }
    told
}

/// A mother of the family has a child.
fn birth(s: &mut Stage<'_>, family: usize, registered: bool) -> Option<(usize, u32)> {
    let mother =
        s.world.present(family).into_iter().any(|m| s.person(m).sex == 2 && (20..40).contains(&s.age(m)));
    if !mother {
        return None;
    }
    let born = s.days_ago_between(5, 80);
    let mut rng = s.rng.clone();
    let child = s.world.add_newborn(&mut rng, family, born);
    let p = s.person_mut(child);
    p.registered = registered.then_some("正常");
    (p.studying, p.labour, p.education) = ("非在校生", "无劳动力", "学龄前儿童");
    let note = s.note(child);
    note.work_months = Some(0);
    if registered {
        note.identified = Some(born);
    }
    Some((child, born))
}

fn newborn_not_insured_yet(s: &mut Stage<'_>, family: usize) -> Option<Happened> {
    s.plain_family(family)?;
    let (child, born) = birth(s, family, true)?;
    if s.shown(born, 3) {
        s.insure(child);
    }
    s.told(born, child)
}

fn newborn_registry_waits(s: &mut Stage<'_>, family: usize) -> Option<Happened> {
    let members = s.dibao_family(family)?;
    let case = s.case_of(members[0])?;
    if s.world.cases[case].members.len() > 6 {
        return None;
    }
    let (child, born) = birth(s, family, false)?;
    s.world.cases[case].members.push(child);
    s.world.refresh_dibao();
    if s.window_passed(born) {
        s.person_mut(child).registered = Some("正常");
    }
    s.insure(child);
    s.told(born, child)
}

/// The registry and civil affairs struck her off; she is insured where she lives now.
fn leave(s: &mut Stage<'_>, person: usize, since: u32) -> Option<Happened> {
    s.leave_cases(person);
    let p = s.person_mut(person);
    p.gone = Some(WayOfLeaving::Left);
    p.registered = Some("转出");
    p.student = None;
    p.aid.clear();
    p.insurance.clear();
    s.told(since, person)
}

fn married_out(s: &mut Stage<'_>, person: usize) -> Option<Happened> {
    let p = s.person(person);
    if !s.registered(person) || p.sex != 2 || p.relation != "之女" || !(19..35).contains(&s.age(person)) {
        return None;
    }
    if !s.gets_on_without(s.person(person).family, &[person]) {
        return None;
    }
    let since = s.days_ago_between(20, 300);
    leave(s, person, since)
}

fn moved_away(s: &mut Stage<'_>, person: usize) -> Option<Happened> {
    let alone = !s.gets_on_without(s.person(person).family, &[person]);
    if !s.registered(person) || s.is_head(person) || alone || !(22..60).contains(&s.age(person)) {
        return None;
    }
    if s.person(person).relation == "配偶" {
        return None;
    }
    let since = s.days_ago_between(20, 300);
    leave(s, person, since)
}

/// A bride in the family, insured where she lives; the registry adds her in its yearly window.
fn married_in(s: &mut Stage<'_>, person: usize) -> Option<Happened> {
    let p = s.person(person);
    let bride = matches!(p.relation, "之儿媳") || (p.relation == "配偶" && p.sex == 2);
    if !bride || !s.plainly_registered(person) || !(20..36).contains(&s.age(person)) {
        return None;
    }
    let childless = !s.world.people.iter().any(|c| c.guardian == Some(person));
    if !childless || !s.gets_on_without(s.person(person).family, &[person]) {
        return None;
    }
    let since = s.days_ago_between(20, 200);
    if !s.window_passed(since) {
        s.person_mut(person).registered = None;
    }
    s.insure(person);
    s.told(since, person)
}

/// A married son, his wife and children become a household of their own in the registry.
fn household_split(s: &mut Stage<'_>, family: usize) -> Option<Happened> {
    let members = s.plain_family(family)?;
    if s.has_aided(family) || s.world.families[family].housing.is_some() {
        return None;
    }
    let son = members.iter().copied().find(|&m| s.person(m).relation == "之子" && s.age(m) >= 24)?;
    let wife = members.iter().copied().find(|&m| s.person(m).relation == "之儿媳")?;
    let children: Vec<usize> = members
        .iter()
        .copied()
        .filter(|&m| matches!(s.person(m).relation, "之孙子" | "之孙女") && s.person(m).guardian == Some(son))
        .collect();
    let grandchildren = members.iter().filter(|&&m| s.person(m).relation.starts_with("之孙")).count();
    let all_theirs = grandchildren == children.len();
    let moved: Vec<usize> = [son, wife].into_iter().chain(children).collect();
    if !all_theirs || !s.gets_on_without(family, &moved) {
        return None;
    }
    let since = s.days_ago_between(20, 300);
    let (at, old) = (s.world.families.len(), s.world.families[family].clone());
    let mut registry = old.registry.clone()?;
    // Each half is told of its own cause, which nobody's illness bears out or contradicts.
    registry.cause = "缺资金";
    s.change_registry(family, |r| r.cause = "缺劳力");
    registry.number = s.world.registry_number(at);
    s.world.families.push(InventedFamily {
        members: moved.clone(),
        head: son,
        address: format!("{}东", old.address),
        phone: old.phone,
        registry: Some(registry),
        housing: None,
    });
    s.world.families[family].members.retain(|m| !moved.contains(m));
    for &m in &moved {
        let p = s.person_mut(m);
        p.family = at;
        p.relation = match p.relation {
            "之子" => "本人或户主",
            "之儿媳" => "配偶",
            "之孙子" => "之子",
            _ => "之女",
        };
    }
    Some(Happened { since, persons: vec![old.head, son] })
}

/// Works in another province and is insured there; the county's list says so.
fn insured_elsewhere(s: &mut Stage<'_>, person: usize) -> Option<Happened> {
    if !s.plainly_registered(person) || !(20..55).contains(&s.age(person)) || !works(s, person) {
        return None;
    }
    s.end_cover(person, "外地参保")?;
    let months = s.between(7, 11) as u32;
    let note = s.note(person);
    (note.work_months, note.work_place) = (Some(months), "省外");
    s.told(s.days_ago(240), person)
}

fn works(s: &Stage<'_>, person: usize) -> bool {
    super::orderly::is_able(s.person(person)) && s.person(person).studying == "非在校生"
}

fn employed_insurance(s: &mut Stage<'_>, person: usize) -> Option<Happened> {
    if !s.plainly_registered(person) || !(20..55).contains(&s.age(person)) || !works(s, person) {
        return None;
    }
    let row = s.cover(person)?;
    (row.scheme, row.category) = ("职工", "普通居民");
    (row.serious, row.supplementary, row.commercial, row.aid_target) = (false, false, false, false);
    (row.payment_fen, row.subsidy_fen) = (0, 0);
    let months = s.between(7, 11) as u32;
    let note = s.note(person);
    (note.work_months, note.work_place) = (Some(months), "县内");
    s.told(s.days_ago(240), person)
}

fn in_the_army(s: &mut Stage<'_>, person: usize) -> Option<Happened> {
    if !s.plainly_registered(person) || s.is_head(person) || !(18..25).contains(&s.age(person)) {
        return None;
    }
    if s.person(person).sex != 1 || s.person(person).studying != "非在校生" {
        return None;
    }
    s.end_cover(person, "应征入伍")?;
    let note = s.note(person);
    (note.work_months, note.work_place) = (Some(0), "");
    s.told((s.first.year - 1) * 10_000 + 910, person)
}
