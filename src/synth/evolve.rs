//! From one quarter to the next: births, deaths, new cases, corrections.

use super::benefits::{
    enrol_medical_insurance, enrol_school, finish_housing_renovation, grant_student_aid, open_case,
    register_poor_family,
};
use super::calendar::{SynthQuarter, add_months, age_on, date_to_days, day_from_epoch_days};
use super::random::Rng;
use super::world::{VillageWorld, WayOfLeaving};

/// Moves the village on to `quarter`.
pub(super) fn evolve(world: &mut VillageWorld, seed: u64, quarter: SynthQuarter) {
    let mut rng =
        Rng::keyed(&[seed, world.index as u64, 3, u64::from(quarter.year), u64::from(quarter.number)]);
    evolve_departures(world, &mut rng, quarter);
    evolve_births(world, &mut rng, quarter);
    review_cases(world, &mut rng, quarter);
    world.refresh_dibao();
    review_registry(world, &mut rng, quarter);
    if quarter.number == 3 {
        for person in 0..world.people.len() {
            enrol_school(world, &mut rng, person, quarter);
        }
    }
    review_people(world, &mut rng, quarter);
    for family in 0..world.families.len() {
        let Some(mut h) = world.families[family].housing.take() else { continue };
        finish_housing_renovation(&mut h, &mut rng, quarter, 0.6);
        let late = h.accept_result == "合格" && h.ledger_status == "在账" && rng.chance(0.45);
        if late {
            h.ledger_status = "销档";
            h.delisted = Some(day_from_epoch_days(date_to_days(quarter.start()) + rng.below(80) as i32));
        }
        if h.accept_result == "合格"
            && rng.chance(0.5)
            && let Some(r) = world.families[family].registry.as_mut()
        {
            r.dangerous = false;
            r.level = "A级";
        }
        world.families[family].housing = Some(h);
    }
}

fn evolve_departures(world: &mut VillageWorld, rng: &mut Rng, quarter: SynthQuarter) {
    for person in 0..world.people.len() {
        if world.people[person].gone.is_some() {
            continue;
        }
        let years = age_on(world.people[person].birth, quarter.end());
        let dies = rng.chance(match years {
            0..50 => 0.000_3,
            50..70 => 0.002,
            70..80 => 0.01,
            _ => 0.03,
        });
        let moves = !dies && (19..40).contains(&years) && rng.chance(0.002);
        if !dies && !moves {
            continue;
        }
        let p = &mut world.people[person];
        p.gone = Some(if dies { WayOfLeaving::Dead } else { WayOfLeaving::Left });
        if p.registered.is_some() && rng.chance(0.85) {
            p.registered = Some(if dies { "死亡" } else { "转出" });
        }
        if dies && rng.chance(0.7) {
            for row in p.insurance.iter_mut().filter(|r| r.year == quarter.year) {
                row.status = "终止";
                row.stop_reason = "死亡";
            }
        }
        if rng.chance(0.75) {
            p.tekun = None;
        }
        p.student = None;
        p.aid.clear();
        for case in &mut world.cases {
            // The applicant stays on the paper until the case is reviewed.
            if case.members.len() > 1 && case.members[0] != person && rng.chance(0.7) {
                case.members.retain(|&m| m != person);
            }
        }
    }
}

fn evolve_births(world: &mut VillageWorld, rng: &mut Rng, quarter: SynthQuarter) {
    for family in 0..world.families.len() {
        let mother = world.present(family).into_iter().any(|m| {
            let p = &world.people[m];
            p.sex == 2 && (21..38).contains(&age_on(p.birth, quarter.end()))
        });
        if !mother || !rng.chance(0.012) {
            continue;
        }
        let birth = day_from_epoch_days(date_to_days(quarter.start()) + rng.below(90) as i32);
        let child = world.add_newborn(rng, family, birth.min(quarter.end()));
        if world.families[family].registry.is_some() && rng.chance(0.6) {
            world.people[child].registered = Some("正常");
        }
        if rng.chance(0.6) {
            enrol_medical_insurance(world, rng, child, quarter);
        }
    }
}

fn review_cases(world: &mut VillageWorld, rng: &mut Rng, quarter: SynthQuarter) {
    for i in 0..world.cases.len() {
        let applicant_gone = world.people[world.cases[i].members[0]].gone.is_some();
        let stops = rng.chance(if applicant_gone { 0.6 } else { 0.012 });
        let month = add_months(quarter.first_month(), rng.below(3) as i32);
        let case = &mut world.cases[i];
        if stops && case.stop_month.is_none() && case.start_month < month {
            case.stop_month = Some(month);
            case.stop_reason = if applicant_gone { "家庭成员死亡" } else { "收入超标" };
        }
    }
    world.refresh_dibao();
    for family in 0..world.families.len() {
        let waiting = world.families[family].registry.as_ref().is_some_and(|r| r.attribute == "低保贫困户");
        let present = world.present(family);
        let has_case = present.iter().any(|&m| world.on_dibao(m));
        if waiting && !has_case && !present.is_empty() && rng.chance(0.35) {
            let start = add_months(quarter.first_month(), rng.below(4) as i32);
            open_case(world, rng, present.into_iter().take(7).collect(), "整户", start, false);
        }
    }
}

fn review_registry(world: &mut VillageWorld, rng: &mut Rng, quarter: SynthQuarter) {
    for family in 0..world.families.len() {
        let present = world.present(family);
        if world.families[family].registry.is_none() {
            let on_dibao = present.iter().any(|&m| world.on_dibao(m));
            if on_dibao && rng.chance(0.2) {
                register_poor_family(world, rng, family, quarter);
                if let Some(r) = world.families[family].registry.as_mut() {
                    r.attribute = "低保贫困户";
                    r.exit_status = "未脱贫";
                    r.exit_year = None;
                }
            }
            continue;
        }
        for &m in &present {
            if world.people[m].registered.is_none() && rng.chance(0.1) {
                world.people[m].registered = Some("正常");
            }
        }
        let Some(r) = world.families[family].registry.as_mut() else { continue };
        // Exit is decided once a year, in October.
        if quarter.number == 4 && r.exit_status == "未脱贫" && r.income_fen > 450_000 && rng.chance(0.4) {
            r.exit_status = "已脱贫(享受政策)";
            r.exit_year = Some(quarter.year);
        } else if r.exit_status == "已脱贫(享受政策)" && rng.chance(0.003) {
            r.exit_status = "返贫";
            r.exit_year = None;
            r.income_fen = 260_000;
        }
    }
}

fn review_people(world: &mut VillageWorld, rng: &mut Rng, quarter: SynthQuarter) {
    let newly = quarter.number == 1;
    for person in 0..world.people.len() {
        if newly {
            // Enrolment runs by calendar year: everyone pays anew.
            world.people[person].insurance.clear();
            enrol_medical_insurance(world, rng, person, quarter);
        } else {
            let p = &world.people[person];
            let insured = p.insurance.iter().any(|r| r.year == quarter.year && r.status == "正常参保");
            if !insured && p.gone.is_none() && p.registered == Some("正常") && rng.chance(0.35) {
                world.people[person].insurance.clear();
                enrol_medical_insurance(world, rng, person, quarter);
            }
            let p = &mut world.people[person];
            let stays = p.registered == Some("正常");
            for row in p.insurance.iter_mut().filter(|r| r.category == "建档立卡贫困人口" && !stays) {
                if rng.chance(0.3) {
                    row.category = "普通居民";
                }
            }
        }
        if quarter.number % 2 == 1 {
            world.people[person].aid.clear();
        }
        let term = quarter.term();
        let helped = world.people[person].aid.iter().any(|a| a.term == term);
        if !helped && (quarter.number % 2 == 1 || rng.chance(0.3)) {
            grant_student_aid(world, rng, person, quarter);
        } else if helped && world.people[person].registered.is_none() && rng.chance(0.2) {
            world.people[person].aid.retain(|a| a.category != "建档立卡");
        }
    }
}
