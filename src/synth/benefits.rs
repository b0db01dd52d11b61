//! Who gets what at the start, and the deliberate contradictions between the lists.
//!
//! Every contradiction a rule looks for is put in here at a rate that officers would call
//! usual; [`super::truth`] then reads the finished state, so truth never depends on these rates.

use super::calendar::{SynthQuarter, add_months, age_on, date_to_days, day_from_epoch_days};
use super::names;
use super::random::Rng;
use super::world::{
    DibaoCase, ExtremeHardshipEntry, HousingFile, InsuranceEnrolment, RegistryHousehold, SchoolEnrolment,
    StudentAid, VillageWorld, WayOfLeaving,
};

/// Share of families in the registry and the seed of the run.
#[derive(Debug, Clone, Copy)]
pub(super) struct PopulationShares {
    /// Families in the registry.
    pub registry: f64,
    /// Unregistered families on dibao.
    pub other_dibao: f64,
}

/// Fills every list for the first quarter.
pub(super) fn assign_benefits(
    world: &mut VillageWorld,
    seed: u64,
    quarter: SynthQuarter,
    shares: PopulationShares,
) {
    let mut rng = Rng::keyed(&[seed, world.index as u64, 2]);
    for family in 0..world.families.len() {
        if is_drawn_for_registry(world, &mut rng, family, shares.registry) {
            register_poor_family(world, &mut rng, family, quarter);
        }
        leave_benefits_earlier(world, &mut rng, family);
    }
    for family in 0..world.families.len() {
        grant_family_support(world, &mut rng, family, quarter, shares);
    }
    list_dibao_twice(world, &mut rng, quarter);
    world.refresh_dibao();
    for person in 0..world.people.len() {
        enrol_school(world, &mut rng, person, quarter);
        enrol_medical_insurance(world, &mut rng, person, quarter);
        grant_student_aid(world, &mut rng, person, quarter);
    }
    for family in 0..world.families.len() {
        grant_housing_renovation(world, &mut rng, family, quarter);
    }
}

fn is_drawn_for_registry(world: &VillageWorld, rng: &mut Rng, family: usize, share: f64) -> bool {
    let f = &world.families[family];
    let burden = f.members.iter().any(|&m| world.people[m].disability.is_some());
    let small = f.members.len() <= 2;
    rng.chance((share * if burden { 1.9 } else { 0.8 } * if small { 1.15 } else { 0.95 }).min(1.0))
}

/// Enters a family into the registry.
pub(super) fn register_poor_family(
    world: &mut VillageWorld,
    rng: &mut Rng,
    family: usize,
    quarter: SynthQuarter,
) {
    let members = world.present(family);
    if members.is_empty() {
        return;
    }
    let head = world.families[family].head;
    let lone_elder = members.len() == 1 && age_on(world.people[head].birth, quarter.end()) >= 60;
    let able = members
        .iter()
        .any(|&m| world.people[m].labour.ends_with("普通劳动力") || world.people[m].labour == "技能劳动力");
    let exit_status = *rng.weighted(&[
        ("未脱贫", 34.0),
        ("已脱贫(享受政策)", 50.0),
        ("预脱贫", 4.0),
        ("返贫", 3.0),
        ("已脱贫(不再享受政策)", 9.0),
    ]);
    let poor = matches!(exit_status, "未脱贫" | "返贫");
    let needy = poor && (!able || rng.chance(0.25));
    // Incomes keep away from any year's dibao standard, so that a changed parameter changes no truth.
    let income = if needy && rng.chance(0.8) {
        rng.between(1_600, 3_000)
    } else if poor {
        rng.between(4_900, 6_500)
    } else {
        rng.between(5_200, 11_000)
    };
    let attribute = if lone_elder && rng.chance(0.6) {
        "特困供养贫困户"
    } else if (needy && rng.chance(0.93)) || rng.chance(0.2) {
        "低保贫困户"
    } else {
        "一般贫困户"
    };
    let mut aside = rng.aside(1);
    // A lone old person without labour is what the support for extreme hardship is for.
    let attribute =
        if lone_elder && !able && aside.chance(0.9) { "特困供养贫困户" } else { attribute };
    if attribute == "特困供养贫困户" {
        for &m in members.iter().filter(|_| aside.chance(0.97)) {
            world.people[m].labour = "无劳动力";
        }
    }
    let exited = exit_status.starts_with("已脱贫");
    let disabled = members.iter().any(|&m| world.people[m].disability.is_some());
    let cause = if disabled {
        "因残"
    } else {
        *rng.weighted(&[
            ("因病", 5.0),
            ("缺劳力", 1.5),
            ("缺技术", 1.5),
            ("因学", 0.8),
            ("缺资金", 0.6),
            ("自身发展力不足", 0.4),
            ("因灾", 0.2),
        ])
    };
    let cause = likely_cause(world, &mut aside, &members, cause, quarter);
    let dangerous = rng.chance(0.15);
    let level = if dangerous {
        if rng.chance(0.6) { "C级" } else { "D级" }
    } else if rng.chance(0.4) {
        "A级"
    } else if rng.chance(0.3) {
        "B级"
    } else {
        ""
    };
    // Nobody leaves poverty while the house is dangerous, but for a few.
    let rebuilt = dangerous && exited && aside.chance(0.9);
    world.families[family].registry = Some(RegistryHousehold {
        number: world.registry_number(family),
        attribute,
        exit_status,
        exit_year: exited.then(|| rng.between(2014, i64::from(quarter.year) - 1) as u32),
        cause,
        cause_other: match rng.chance(0.4) {
            true if cause != "缺技术" || aside.chance(0.02) => "缺技术",
            true => "缺资金",
            false => "",
        },
        income_fen: income * 100 + rng.between(0, 99),
        dangerous: dangerous && !rebuilt,
        level: if rebuilt { "A级" } else { level },
        water_difficult: rng.chance(if exited { 0.004 } else { 0.02 }),
        area_centi: rng.between(3_000, 16_000),
        helper: names::draw_helper(rng),
    });
    for &m in &members {
        let child = age_on(world.people[m].birth, quarter.end()) < 18;
        // A few children were never entered: they are known only through their guardian.
        let missed = m != head && rng.chance(if child { 0.04 } else { 0.01 });
        world.people[m].registered = (!missed).then_some("正常");
    }
}

/// The cause of poverty that was drawn, if the family bears it out: illness needs a patient,
/// schooling a pupil. A few are written down nevertheless.
fn likely_cause(
    world: &VillageWorld,
    rng: &mut Rng,
    members: &[usize],
    drawn: &'static str,
    quarter: SynthQuarter,
) -> &'static str {
    let any = |fits: &dyn Fn(&super::world::InventedPerson) -> bool| {
        members.iter().any(|&m| fits(&world.people[m]))
    };
    let ill = any(&|p| p.health != "健康");
    let pupil = any(&|p| (6..15).contains(&age_on(p.birth, quarter.school_cutoff())));
    let fits = match drawn {
        "因病" => ill,
        "因学" => pupil,
        _ => true,
    };
    if fits || rng.chance(0.03) {
        drawn
    } else if drawn == "因学" && ill {
        "因病"
    } else {
        rng.weighted::<&str>(&[("缺劳力", 1.5), ("缺技术", 1.5), ("缺资金", 0.6), ("自身发展力不足", 0.4)])
    }
}

/// Some people had died or left before the first quarter; the registry keeps their rows.
fn leave_benefits_earlier(world: &mut VillageWorld, rng: &mut Rng, family: usize) {
    for m in world.present(family) {
        let old = age_on(world.people[m].birth, super::world::ORIGIN) > 68;
        if world.people[m].registered.is_some() && rng.chance(if old { 0.07 } else { 0.012 }) {
            let dead = old || rng.chance(0.3);
            world.people[m].gone = Some(if dead { WayOfLeaving::Dead } else { WayOfLeaving::Left });
            let status = if dead { "死亡" } else { *rng.pick(&["转出", "减少", "人员清退"]) };
            world.people[m].registered = Some(status);
        }
    }
}

fn benefit_start_month(rng: &mut Rng, quarter: SynthQuarter) -> u32 {
    let last = quarter.last_month();
    match rng.below(100) {
        0..4 => add_months(last, -(rng.below(3) as i32)),
        4..6 => add_months(last, 1),
        _ => add_months(last, -(rng.between(4, 60) as i32)),
    }
}

/// Opens a dibao case for some members of a family, the applicant first.
pub(super) fn open_case(
    world: &mut VillageWorld,
    rng: &mut Rng,
    members: Vec<usize>,
    mode: &'static str,
    start: u32,
    urban: bool,
) {
    let number = world.cases.len() + 1;
    let persons = members.len() as i64;
    let full = rng.chance(0.12);
    world.cases.push(DibaoCase {
        number: format!("{}{:04}{number:04}", world.place.county_code, world.index),
        certificate: format!(
            "{}低保字第{:04}{number:04}号",
            world.place.county.chars().take(1).collect::<String>(),
            world.index
        ),
        members,
        category: if urban { "城市" } else { "农村" },
        aid_type: if full { "全额救助" } else { "差额救助" },
        mode,
        start_month: start,
        stop_month: None,
        stop_reason: "",
        monthly_fen: persons * if full { 28_800 } else { rng.between(110, 220) * 100 },
        income_fen: rng.between(0, 900) * 100,
    });
}

fn grant_family_support(
    world: &mut VillageWorld,
    rng: &mut Rng,
    family: usize,
    quarter: SynthQuarter,
    shares: PopulationShares,
) {
    let present = world.present(family);
    if present.is_empty() {
        return;
    }
    let head =
        if present.contains(&world.families[family].head) { world.families[family].head } else { present[0] };
    let registry = world.families[family].registry.as_ref();
    // Whoever no longer enjoys the policies has mostly left the other lists, too.
    let ended = registry.is_some_and(|r| r.exit_status == "已脱贫(不再享受政策)");
    let attribute = registry.map_or("", |r| r.attribute);
    match attribute {
        _ if ended && rng.chance(0.95) => {}
        "低保贫困户" if rng.chance(0.955) => listed_case(world, rng, family, head, quarter),
        "特困供养贫困户" => {
            for &m in &present {
                if rng.chance(0.94) {
                    grant_hardship_support(world, rng, m, quarter);
                }
            }
        }
        "一般贫困户" if rng.chance(0.03) => listed_case(world, rng, family, head, quarter),
        "" if rng.chance(shares.other_dibao) => {
            let urban = rng.chance(0.15);
            let start = benefit_start_month(rng, quarter);
            open_case(world, rng, present.iter().copied().take(7).collect(), "整户", start, urban);
        }
        "" if present.len() == 1
            && age_on(world.people[head].birth, quarter.end()) >= 60
            && rng.chance(0.08) =>
        {
            grant_hardship_support(world, rng, head, quarter);
        }
        _ => {}
    }
    if let Some(&elder) = present.iter().find(|&&m| world.people[m].tekun.is_some())
        && rng.chance(0.1)
    {
        let start = add_months(quarter.last_month(), -(rng.between(4, 30) as i32));
        open_case(world, rng, vec![elder], "单人", start, false);
    }
}

/// The case of a registered family: usually all of them, sometimes one forgotten, sometimes one alone.
fn listed_case(world: &mut VillageWorld, rng: &mut Rng, family: usize, head: usize, quarter: SynthQuarter) {
    let present = world.present(family);
    let start = benefit_start_month(rng, quarter);
    let weakest = present.iter().copied().find(|&m| world.people[m].disability.is_some());
    if rng.chance(0.14) || present.len() == 1 {
        let one = if present.len() == 1 { head } else { weakest.unwrap_or(head) };
        let mode = if present.len() == 1 && rng.chance(0.7) { "整户" } else { "单人" };
        open_case(world, rng, vec![one], mode, start, false);
    } else {
        let mut listed = vec![head];
        listed.extend(present.iter().copied().filter(|&m| m != head));
        if rng.chance(0.08) {
            listed.pop();
        }
        listed.truncate(7);
        open_case(world, rng, listed, "整户", start, false);
    }
    lift_benefit_income(world, rng, family, &present);
    if rng.chance(0.04)
        && let Some(case) = world.cases.last_mut()
    {
        case.stop_month =
            Some(add_months(quarter.last_month(), -(rng.between(1, 9) as i32)).max(case.start_month));
        case.stop_reason = *rng.pick(&["收入超标", "家庭成员死亡", "主动放弃"]);
    }
}

/// What a whole family receives counts as income: few stay below the line with it.
fn lift_benefit_income(world: &mut VillageWorld, rng: &mut Rng, family: usize, present: &[usize]) {
    let covered = world.cases.last().is_some_and(|c| present.iter().all(|m| c.members.contains(m)));
    if let Some(r) = world.families[family].registry.as_mut()
        && covered
        && r.income_fen < 400_000
        && rng.chance(0.94)
    {
        r.income_fen = rng.between(4_900, 6_500) * 100;
    }
}

fn grant_hardship_support(world: &mut VillageWorld, rng: &mut Rng, person: usize, quarter: SynthQuarter) {
    let self_care: &str = rng.weighted::<&str>(&[("全自理", 6.0), ("半护理", 2.5), ("全护理", 1.5)]);
    let central = if self_care == "全自理" { 0.15 } else { 0.93 };
    world.people[person].tekun = Some(ExtremeHardshipEntry {
        support_mode: if rng.chance(central) { "集中" } else { "分散" },
        self_care,
        agreement: rng.chance(0.96),
        annual_fen: rng.between(4_500, 9_000) * 100,
        start_month: add_months(quarter.last_month(), -(rng.between(3, 90) as i32)),
    });
}

/// A few people stand in a second case: a daughter in her parents' and her own, a town case beside a rural one.
fn list_dibao_twice(world: &mut VillageWorld, rng: &mut Rng, quarter: SynthQuarter) {
    let listed: Vec<usize> = world.cases.iter().flat_map(|c| c.members.iter().copied().skip(1)).collect();
    for person in listed {
        if age_on(world.people[person].birth, quarter.end()) >= 18 && rng.chance(0.014) {
            let start = add_months(quarter.last_month(), -(rng.between(2, 40) as i32));
            let urban = rng.chance(0.4);
            open_case(world, rng, vec![person], "单人", start, urban);
        }
    }
}

/// School by age on 31 August.
pub(super) fn enrol_school(world: &mut VillageWorld, rng: &mut Rng, person: usize, quarter: SynthQuarter) {
    let cutoff = quarter.school_cutoff();
    let p = &mut world.people[person];
    p.student = None;
    p.studying = "非在校生";
    let years = age_on(p.birth, cutoff);
    let (stage, grade, share) = match years {
        3..6 => ("学前", years - 2, 0.82),
        6..12 => ("小学", years - 5, 0.982),
        12..15 => ("初中", years - 11, 0.975),
        15..18 if rng.chance(0.35) => ("中职", years - 14, 0.86),
        15..18 => ("普通高中", years - 14, 0.86),
        18..22 => ("高校", years - 17, 0.3),
        _ => return,
    };
    if p.gone.is_some() || !rng.chance(share) {
        if p.gone.is_none() && years == 15 && rng.chance(0.6) {
            // Finished middle school and went to work: still on the roll as a leaver.
            p.student = Some(roll_entry(rng, &world.place.township, "初中", 3, "走读", "毕业", cutoff));
        }
        return;
    }
    p.studying = studying_label(stage, grade);
    let severe = p.disability.is_some_and(|(_, g)| g <= 2);
    let mode = if severe && years < 16 {
        rng.pick(&["送教上门", "随班就读"])
    } else if rng.chance(boarding_share(stage)) {
        "寄宿"
    } else {
        "走读"
    };
    let status = *rng.weighted(&[("在读", 96.5), ("休学", 0.8), ("辍学", 1.0), ("转出", 0.7)]);
    p.student = Some(roll_entry(rng, &world.place.township, stage, grade as u32, mode, status, cutoff));
}

/// Share of the pupils of a stage of school who board.
pub(super) fn boarding_share(stage: &str) -> f64 {
    match stage {
        "小学" => 0.09,
        "初中" => 0.5,
        "学前" => 0.0,
        _ => 0.85,
    }
}

/// What the registry calls a grade of a stage of school.
pub(super) fn studying_label(stage: &str, grade: i32) -> &'static str {
    match (stage, grade) {
        ("学前", _) => "学前教育",
        ("小学", _) => "小学",
        ("初中", 1) => "七年级",
        ("初中", 2) => "八年级",
        ("初中", _) => "九年级",
        ("普通高中", 1) => "高中一年级",
        ("普通高中", 2) => "高中二年级",
        ("普通高中", _) => "高中三年级",
        ("中职", 1) => "中职一年级",
        ("中职", 2) => "中职二年级",
        ("中职", _) => "中职三年级",
        _ => "大专及以上",
    }
}

/// An entry of the school roll, in a school near by.
pub(super) fn roll_entry(
    rng: &mut Rng,
    township: &str,
    stage: &'static str,
    grade: u32,
    mode: &'static str,
    status: &'static str,
    cutoff: u32,
) -> SchoolEnrolment {
    let base =
        township.trim_end_matches("街道办事处").trim_end_matches("街道").trim_end_matches(['镇', '乡']);
    let school = match stage {
        "学前" => format!("{base}中心幼儿园"),
        "小学" => format!("{base}第{}小学", rng.pick(&["一", "二", "三"])),
        "初中" => format!("{base}初级中学"),
        "普通高中" => format!("鹤壁市第{}高级中学", rng.pick(&["一", "二", "三"])),
        "中职" => "鹤壁市机电信息工程学校".to_owned(),
        _ => "鹤壁职业技术学院".to_owned(),
    };
    let year = cutoff / 10_000 - grade.saturating_sub(1);
    SchoolEnrolment {
        school,
        stage,
        grade,
        class: rng.between(1, 6) as u32,
        mode,
        status,
        enrolled: year * 10_000 + 901,
    }
}

/// One year's enrolment in medical insurance.
pub(super) fn enrol_medical_insurance(
    world: &mut VillageWorld,
    rng: &mut Rng,
    person: usize,
    quarter: SynthQuarter,
) {
    let on_dibao = world.on_rural_dibao(person);
    let p = &mut world.people[person];
    let in_registry = p.registered == Some("正常");
    let gone = p.gone.is_some();
    // Most who died or left were struck off; some are still being paid for.
    if gone && !rng.chance(0.22) {
        return;
    }
    let true_category = if in_registry {
        "建档立卡贫困人口"
    } else if p.tekun.is_some() {
        "特困供养"
    } else if on_dibao {
        "农村低保"
    } else if p.disability.is_some_and(|(_, g)| g <= 2) {
        "重度残疾"
    } else {
        "普通居民"
    };
    let category = match true_category {
        "建档立卡贫困人口" if rng.chance(0.02) => "普通居民",
        "普通居民" | "重度残疾" if rng.chance(0.006) => "建档立卡贫困人口",
        _ if gone && p.registered.is_some() => "建档立卡贫困人口",
        other => other,
    };
    let draw = rng.unit();
    if !gone && draw < if in_registry { 0.016 } else { 0.04 } {
        return;
    }
    let years = age_on(p.birth, quarter.end());
    let stopped = rng.chance(0.012);
    let employed = (22..56).contains(&years) && rng.chance(if in_registry { 0.012 } else { 0.06 });
    let status = if stopped { *rng.pick(&["暂停", "终止"]) } else { "正常参保" };
    let poor = category == "建档立卡贫困人口";
    // What the insurer does not know of somebody, it does not pay for either.
    let needy = matches!(category, "建档立卡贫困人口" | "特困供养" | "农村低保");
    let mut row = InsuranceEnrolment {
        year: quarter.year,
        category: if employed && !poor { "普通居民" } else { category },
        status,
        stop_reason: if stopped {
            rng.pick::<&str>(&["死亡", "外地参保", "应征入伍", "其他"])
        } else {
            ""
        },
        scheme: if employed { "职工" } else { "城乡居民" },
        serious: !employed && rng.chance(0.995),
        supplementary: needy && rng.chance(0.985),
        commercial: poor && rng.chance(0.98),
        aid_target: category != "普通居民" && rng.chance(0.985),
        payment_fen: if poor { 6_000 } else { 18_000 },
        subsidy_fen: if poor { 12_000 } else { 0 },
    };
    let last_year_only = draw > 0.996;
    if last_year_only || rng.chance(0.01) {
        let mut old = row.clone();
        old.year -= 1;
        p.insurance.push(old);
    }
    if last_year_only {
        return;
    }
    if gone {
        row.status = "正常参保";
        row.stop_reason = "";
    }
    p.insurance.push(row);
}

/// Aid of the running term for those who are due, and a few who are not.
pub(super) fn grant_student_aid(
    world: &mut VillageWorld,
    rng: &mut Rng,
    person: usize,
    quarter: SynthQuarter,
) {
    let on_dibao = world.on_dibao(person);
    let p = &mut world.people[person];
    let Some(s) = &p.student else { return };
    if s.status != "在读" {
        return;
    }
    let item = match s.stage {
        "学前" => "学前幼儿生活补助",
        "普通高中" => "普通高中助学金",
        "中职" => "中职助学金",
        "高校" => "高校贫困生资助",
        _ if s.mode == "寄宿" => "义务教育寄宿生生活补助",
        _ => "营养改善计划",
    };
    let in_registry = p.registered == Some("正常");
    let due = item != "营养改善计划";
    let category = if in_registry {
        if !due || rng.chance(0.06) {
            return;
        }
        "建档立卡"
    } else if on_dibao && due && rng.chance(0.7) {
        "低保"
    } else if p.disability.is_some() && due && rng.chance(0.6) {
        "残疾"
    } else if rng.chance(0.012) {
        "建档立卡"
    } else if due && rng.chance(0.05) {
        "其他"
    } else {
        return;
    };
    let amount_fen = *rng.pick(&[50_000, 62_500, 75_000, 100_000, 150_000]);
    if rng.chance(0.25) {
        let term = quarter.previous_term();
        p.aid.push(StudentAid { term, item, amount_fen, category, school: None });
    }
    p.aid.push(StudentAid { term: quarter.term(), item, amount_fen, category, school: None });
}

fn grant_housing_renovation(world: &mut VillageWorld, rng: &mut Rng, family: usize, quarter: SynthQuarter) {
    let (due, registered) = match &world.families[family].registry {
        Some(r) => (if r.dangerous { 0.9 } else { 0.1 }, true),
        None => (0.008, false),
    };
    if !rng.chance(due) || world.present(family).is_empty() {
        return;
    }
    let head = world.families[family].head;
    let on_dibao = world.on_dibao(head);
    let poverty_type = if registered {
        "建档立卡贫困户"
    } else if on_dibao {
        "低保户"
    } else if world.people[head].tekun.is_some() {
        "分散供养特困人员"
    } else if world.people[head].disability.is_some() {
        "贫困残疾人家庭"
    } else {
        "其他"
    };
    let plan_year = quarter.year - *rng.weighted(&[(0u32, 4.0), (1, 3.5), (2, 2.0)]);
    let mut h = HousingFile {
        archive_no: world.archive_number(family, plan_year),
        poverty_type,
        level: if rng.chance(0.5) { "C级" } else { "D级" },
        mode: rng.pick::<&str>(&["修缮加固", "原址翻建", "异地集中", "异地非集中"]),
        plan_year,
        family_size: None,
        start: None,
        finish: None,
        accepted: None,
        accept_result: "",
        ledger_status: "在账",
        delisted: None,
        area_centi: rng.between(3_500, 9_000),
        approved_fen: rng.between(60, 300) * 10_000,
    };
    keep_to_limits(&mut h, &mut rng.aside(2), world.present(family).len() as i64);
    if rng.chance(0.92) {
        h.start = Some(day_from_epoch_days(date_to_days(plan_year * 10_000 + 301) + rng.below(90) as i32));
    }
    finish_housing_renovation(&mut h, rng, quarter, if plan_year < quarter.year { 0.95 } else { 0.75 });
    let done = h.accept_result == "合格";
    if let Some(r) = world.families[family].registry.as_mut()
        && done
        && !rng.chance(0.28)
    {
        r.dangerous = false;
        r.level = "A级";
    }
    world.families[family].housing = Some(h);
}

/// Way of rebuilding, floor space and subsidy as the rules have them, but for a few.
fn keep_to_limits(h: &mut HousingFile, rng: &mut Rng, persons: i64) {
    if h.level == "D级" && h.mode == "修缮加固" && rng.chance(0.98) {
        h.mode = "原址翻建";
    }
    h.approved_fen = if h.level == "C级" { rng.between(50, 100) } else { rng.between(120, 250) } * 10_000;
    if rng.chance(0.02) {
        h.approved_fen += h.approved_fen / 2;
    }
    let most = if persons <= 3 { 6_000 } else { persons * 1_800 };
    h.area_centi = rng.between((persons * 1_300).max(3_500).min(most), most);
    if rng.chance(0.03) {
        h.area_centi = most + rng.between(200, 3_000);
    }
}

/// Builds on: finished and accepted with probability `p`, then usually struck from the ledger.
pub(super) fn finish_housing_renovation(h: &mut HousingFile, rng: &mut Rng, quarter: SynthQuarter, p: f64) {
    let Some(start) = h.start else { return };
    if h.accepted.is_some() || !rng.chance(p) {
        return;
    }
    let finish = date_to_days(start) + rng.between(50, 110) as i32;
    let accepted = finish + rng.between(10, 35) as i32;
    if day_from_epoch_days(accepted) > quarter.end() {
        return;
    }
    h.finish = Some(day_from_epoch_days(finish));
    h.accepted = Some(day_from_epoch_days(accepted));
    h.accept_result = if rng.chance(0.96) { "合格" } else { "不合格" };
    if h.accept_result == "合格" && rng.chance(0.89) {
        h.ledger_status = "销档";
        h.delisted = Some(day_from_epoch_days(
            (accepted + rng.between(3, 28) as i32).min(date_to_days(quarter.end())),
        ));
    }
}
