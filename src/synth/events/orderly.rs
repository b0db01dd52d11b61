//! A village whose lists all agree: nobody is forgotten, nothing is paid twice, every house is safe.
//!
//! What every family is and gets follows from draws of its own, so that it is the same in every quarter; only ages,
//! school years and the year of enrolment move on.

use super::super::benefits::{boarding_share, open_case, roll_entry, studying_label};
use super::super::calendar::{SynthQuarter, add_months, age_on, date_to_days, day_from_epoch_days};
use super::super::names;
use super::super::random::Rng;
use super::super::world::{
    ExtremeHardshipEntry, HousingFile, InsuranceEnrolment, InventedPerson, RegistryHousehold,
    SchoolEnrolment, StudentAid, VillageWorld,
};
use super::{EventNotes, VillageChronicle};

/// Fills all lists without a contradiction.
pub(super) fn settle_orderly(
    world: &mut VillageWorld,
    seed: u64,
    (first, quarter): (SynthQuarter, SynthQuarter),
    registry_share: f64,
) {
    let notes = vec![EventNotes::default(); world.people.len()];
    world.chronicle = Some(VillageChronicle { notes, ..VillageChronicle::default() });
    for family in 0..world.families.len() {
        let mut rng = Rng::keyed(&[seed, world.index as u64, family as u64, 41]);
        if rng.chance(registry_share) {
            register(world, &mut rng, family, first);
        } else if rng.chance(0.2) {
            support_lone_elder(world, &mut rng, family, first);
        }
        if rng.chance(0.1) {
            renovate(world, &mut rng, family, first);
        }
    }
    world.refresh_dibao();
    for person in 0..world.people.len() {
        let mut rng = Rng::keyed(&[seed, world.index as u64, person as u64, 42]);
        employ(world, &mut rng, person, quarter);
        enrol(world, &mut rng, person, quarter);
        insure(world, person, quarter);
        aid(world, person, quarter);
    }
}

/// True if somebody can work.
pub(super) fn is_able(person: &InventedPerson) -> bool {
    matches!(person.labour, "普通劳动力" | "技能劳动力")
}

/// What is noted of a person.
pub(super) fn note(world: &mut VillageWorld, person: usize) -> &mut EventNotes {
    let notes = &mut world.chronicle.get_or_insert_default().notes;
    if notes.len() <= person {
        notes.resize_with(person + 1, EventNotes::default);
    }
    &mut notes[person]
}

fn register(world: &mut VillageWorld, rng: &mut Rng, family: usize, first: SynthQuarter) {
    let members = world.present(family);
    let head = world.families[family].head;
    let able = members.iter().any(|&m| is_able(&world.people[m]));
    let lone_elder = members.len() == 1 && age_on(world.people[head].birth, first.end()) >= 60;
    let protected = !lone_elder && (!able || rng.chance(0.35));
    let exited = !lone_elder && rng.chance(if protected { 0.25 } else { 0.55 });
    let attribute = match (lone_elder, protected) {
        (true, _) => "特困供养贫困户",
        (_, true) => "低保贫困户",
        _ => "一般贫困户",
    };
    let disabled = members.iter().any(|&m| world.people[m].disability.is_some());
    let ill = members.iter().any(|&m| !matches!(world.people[m].health, "健康" | "残疾"));
    let cause = match (disabled, ill) {
        (true, _) => "因残",
        (_, true) => "因病",
        _ => *rng.pick(&["缺劳力", "缺资金", "自身发展力不足"]),
    };
    let income = if exited { rng.between(5_200, 11_000) } else { rng.between(4_900, 6_500) };
    world.families[family].registry = Some(RegistryHousehold {
        number: world.registry_number(family),
        attribute,
        exit_status: if exited { "已脱贫(享受政策)" } else { "未脱贫" },
        exit_year: exited.then(|| rng.between(2015, i64::from(first.year) - 1) as u32),
        cause,
        cause_other: if rng.chance(0.5) { "缺技术" } else { "" },
        income_fen: income * 100,
        dangerous: false,
        level: rng.pick::<&str>(&["A级", "B级"]),
        water_difficult: false,
        area_centi: rng.between(5_000, 16_000),
        helper: names::draw_helper(rng),
    });
    for &m in &members {
        world.people[m].registered = Some("正常");
    }
    if lone_elder {
        support(world, rng, head, first);
    } else if protected {
        let start = add_months(first.last_month(), -(rng.between(8, 50) as i32));
        open_poor_case(world, rng, members, "整户", start);
    }
}

/// Enters a family that is on dibao into the registry.
pub(super) fn register_protected(world: &mut VillageWorld, rng: &mut Rng, family: usize) {
    let helper = names::draw_helper(rng);
    world.families[family].registry = Some(RegistryHousehold {
        number: world.registry_number(family),
        attribute: "低保贫困户",
        exit_status: "未脱贫",
        exit_year: None,
        cause: "缺资金",
        cause_other: "",
        income_fen: rng.between(4_900, 6_500) * 100,
        dangerous: false,
        level: "A级",
        water_difficult: false,
        area_centi: rng.between(5_000, 16_000),
        helper,
    });
    for m in world.present(family) {
        world.people[m].registered = Some("正常");
    }
}

/// A rural case of people who are poor: the applicant first, seven at most, as the list has room for.
pub(super) fn open_poor_case(
    world: &mut VillageWorld,
    rng: &mut Rng,
    mut members: Vec<usize>,
    mode: &'static str,
    start: u32,
) -> usize {
    members.truncate(7);
    let persons = members.len() as i64;
    open_case(world, rng, members, mode, start, false);
    let at = world.cases.len() - 1;
    // Far below the poverty line, a month and head.
    world.cases[at].income_fen = persons * rng.between(40, 180) * 100;
    at
}

/// An old person alone, outside the registry, supported as such people are.
fn support_lone_elder(world: &mut VillageWorld, rng: &mut Rng, family: usize, first: SynthQuarter) {
    let members = world.present(family);
    let head = world.families[family].head;
    if members.len() == 1 && age_on(world.people[head].birth, first.end()) >= 60 {
        support(world, rng, head, first);
    }
}

/// Support for people in extreme hardship, as the plan asks: the helpless in a home, the others with an agreement.
pub(super) fn support(world: &mut VillageWorld, rng: &mut Rng, person: usize, first: SynthQuarter) {
    let self_care: &str = rng.weighted::<&str>(&[("全自理", 6.0), ("半护理", 2.5), ("全护理", 1.5)]);
    world.people[person].labour = "无劳动力";
    world.people[person].tekun = Some(ExtremeHardshipEntry {
        support_mode: if self_care == "全自理" { "分散" } else { "集中" },
        self_care,
        agreement: true,
        annual_fen: rng.between(4_500, 9_000) * 100,
        start_month: add_months(first.last_month(), -(rng.between(8, 90) as i32)),
    });
}

/// A dangerous house of former years, rebuilt within the limits, accepted and struck off.
pub(super) fn renovate(world: &mut VillageWorld, rng: &mut Rng, family: usize, first: SynthQuarter) {
    let persons = world.present(family).len() as i64;
    let registered = world.families[family].registry.is_some();
    if persons == 0 || !registered {
        return;
    }
    let plan_year = first.year - 1;
    let start = date_to_days(plan_year * 10_000 + 301) + rng.below(90) as i32;
    let finish = start + rng.between(50, 110) as i32;
    let accepted = finish + rng.between(10, 35) as i32;
    let repaired = rng.chance(0.5);
    world.families[family].housing = Some(HousingFile {
        archive_no: world.archive_number(family, plan_year),
        poverty_type: "建档立卡贫困户",
        level: if repaired { "C级" } else { "D级" },
        mode: if repaired { "修缮加固" } else { "原址翻建" },
        plan_year,
        family_size: Some(persons as u32),
        start: Some(day_from_epoch_days(start)),
        finish: Some(day_from_epoch_days(finish)),
        accepted: Some(day_from_epoch_days(accepted)),
        accept_result: "合格",
        ledger_status: "销档",
        delisted: Some(day_from_epoch_days(accepted + rng.between(3, 28) as i32)),
        area_centi: if persons <= 3 {
            rng.between(4_000, 6_000)
        } else {
            persons * rng.between(1_300, 1_800)
        },
        approved_fen: if repaired { rng.between(50, 100) } else { rng.between(120, 250) } * 10_000,
    });
}

/// Work near home, if any.
fn employ(world: &mut VillageWorld, rng: &mut Rng, person: usize, quarter: SynthQuarter) {
    let works = is_able(&world.people[person]) && age_on(world.people[person].birth, quarter.end()) >= 18;
    let months = if works && rng.chance(0.8) { rng.between(3, 11) as u32 } else { 0 };
    let notes = note(world, person);
    notes.work_months = Some(months);
    notes.work_place = if months > 0 { "县内" } else { "" };
}

/// School by age on 31 August: every child of school age is on the roll and attends.
fn enrol(world: &mut VillageWorld, rng: &mut Rng, person: usize, quarter: SynthQuarter) {
    let cutoff = quarter.school_cutoff();
    let years = age_on(world.people[person].birth, cutoff);
    let vocational = rng.chance(0.35);
    let (stage, grade) = match years {
        3..6 => ("学前", years - 2),
        6..12 => ("小学", years - 5),
        12..15 => ("初中", years - 11),
        15..18 if vocational => ("中职", years - 14),
        15..18 => ("普通高中", years - 14),
        _ => return,
    };
    let severe = world.people[person].disability.is_some_and(|(_, g)| g <= 2);
    let mode = if severe && (6..15).contains(&years) {
        "随班就读"
    } else if rng.chance(boarding_share(stage)) {
        "寄宿"
    } else {
        "走读"
    };
    let entry = roll_entry(rng, &world.place.township, stage, grade as u32, mode, "在读", cutoff);
    let p = &mut world.people[person];
    p.studying = studying_label(stage, grade);
    p.student = Some(entry);
    if years >= 15 {
        p.labour = "普通劳动力";
        p.education = "初中";
        note(world, person).work_months = Some(0);
        note(world, person).work_place = "";
    }
}

/// True for a registered person whose family still has a claim to the policies.
fn is_entitled(world: &VillageWorld, person: usize) -> bool {
    let p = &world.people[person];
    let registry = world.families[p.family].registry.as_ref();
    registry.is_some_and(|r| r.exit_status != "已脱贫(不再享受政策)") && p.registered == Some("正常")
}

/// The year's enrolment under the identity that the lists give a person.
pub(super) fn insure(world: &mut VillageWorld, person: usize, quarter: SynthQuarter) {
    let registered = is_entitled(world, person);
    let urban = world.on_dibao(person) && !world.on_rural_dibao(person);
    let rural = world.on_rural_dibao(person);
    let p = &mut world.people[person];
    let (category, payment, subsidy) = if p.tekun.is_some() {
        ("特困供养", 0, 18_000)
    } else if registered {
        ("建档立卡贫困人口", 6_000, 12_000)
    } else if rural {
        ("农村低保", 6_000, 12_000)
    } else if urban {
        ("城市低保", 6_000, 12_000)
    } else {
        ("普通居民", 18_000, 0)
    };
    let needy = registered || rural || p.tekun.is_some();
    p.insurance = vec![InsuranceEnrolment {
        year: quarter.year,
        category,
        status: "正常参保",
        stop_reason: "",
        scheme: "城乡居民",
        serious: true,
        supplementary: needy,
        commercial: registered,
        aid_target: needy || urban,
        payment_fen: payment,
        subsidy_fen: subsidy,
    }];
}

/// Aid for a pupil, this term and the one before: whoever is due under the identity that the lists give.
pub(super) fn aid(world: &mut VillageWorld, person: usize, quarter: SynthQuarter) {
    let registered = is_entitled(world, person);
    let p = &mut world.people[person];
    p.aid.clear();
    let Some(s) = p.student.as_ref().filter(|s| s.status == "在读" && registered) else { return };
    let Some(item) = aid_item(s, quarter) else { return };
    let term =
        |term: String| StudentAid { term, item, amount_fen: 62_500, category: "建档立卡", school: None };
    // Whoever entered this summer was aided elsewhere before, or nowhere.
    if s.grade > 1 || quarter.number < 3 {
        p.aid.push(term(quarter.previous_term()));
    }
    p.aid.push(term(quarter.term()));
}

/// What a pupil of this stage is due for; day pupils of compulsory schooling from autumn 2019 on.
pub(super) fn aid_item(s: &SchoolEnrolment, quarter: SynthQuarter) -> Option<&'static str> {
    match s.stage {
        "学前" => Some("学前幼儿生活补助"),
        "普通高中" => Some("普通高中助学金"),
        "中职" => Some("中职助学金"),
        "高校" => Some("高校贫困生资助"),
        _ if s.mode == "寄宿" => Some("义务教育寄宿生生活补助"),
        _ => ((quarter.year, quarter.number) >= (2019, 3)).then_some("义务教育非寄宿生生活补助"),
    }
}
