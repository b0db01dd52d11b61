//! What a perfect linker would find: the fifteen rules read straight off the world.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::calendar::{SynthQuarter, age_on, date_to_days, day_from_epoch_days};
use super::village_rows::{DeliveredIdentities, VillageRowWriter};
use super::world::{DibaoCase, InsuranceEnrolment, VillageWorld};

/// One expected exception.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ExpectedException {
    /// Rule code.
    pub rule: &'static str,
    /// `person` or `household`.
    pub subject: &'static str,
    /// True entity id.
    pub entity: String,
    /// Rule key, empty if none.
    pub key: Cow<'static, str>,
}

/// Covered and due households of rule R35 by division code.
pub(super) type HouseholdCoverage = BTreeMap<String, (u64, u64)>;

/// Age from which somebody may have finished ninth grade.
const NINTH_GRADE_AGE: i32 = 14;
/// Days before the quarter's end by which a pupil must have entered to be due for aid.
const AID_ENROLLED_DAYS: i32 = 92;

/// Days after acceptance until a renovated house must be off the lists.
const GRACE_DAYS: i32 = 30;

/// Dibao standard in fen a year. Incomes of the world keep far away from it on both sides.
const DIBAO_STANDARD_FEN: i64 = 345_000;
/// The poverty line, and how many people a family has of which one alone is on dibao (base.toml).
const POVERTY_LINE_FEN: i64 = 320_800;
const SINGLE_CASE_FAMILY: i64 = 4;

struct IncomeFacts<'a> {
    w: &'a VillageWorld,
    /// Cases by listed person.
    cases_of: Vec<Vec<u32>>,
    q: SynthQuarter,
    /// Registered with status 正常.
    poor: Vec<bool>,
    /// In a running case of any category / of category 农村.
    dibao: Vec<bool>,
    rural: Vec<bool>,
    tekun: Vec<bool>,
}

/// Expected exceptions of one village, sorted. `writer` must have written every source.
pub(super) fn expected_exceptions(
    writer: &VillageRowWriter<'_>,
    quarter: SynthQuarter,
) -> Vec<ExpectedException> {
    let w = writer.world;
    let mut cases_of = vec![Vec::new(); w.people.len()];
    for (at, case) in w.cases.iter().enumerate() {
        case.members.iter().for_each(|&m| cases_of[m].push(at as u32));
    }
    let mut facts = IncomeFacts {
        w,
        cases_of,
        q: quarter,
        poor: w.people.iter().map(|p| p.registered == Some("正常")).collect(),
        dibao: vec![false; w.people.len()],
        rural: vec![false; w.people.len()],
        tekun: w
            .people
            .iter()
            .map(|p| p.tekun.as_ref().is_some_and(|t| t.start_month <= quarter.last_month()))
            .collect(),
    };
    for case in w.cases.iter().filter(|c| is_true_case_active(c, quarter)) {
        for &m in &case.members {
            facts.dibao[m] = true;
            facts.rural[m] |= case.category == "农村";
        }
    }
    let mut found = BTreeSet::new();
    facts.cases(&mut found);
    for family in 0..w.families.len() {
        facts.household(family, &mut found);
    }
    for person in 0..w.people.len() {
        facts.person(person, writer, &mut found);
        if has_contradictory_identity(&writer.seen, person) {
            found.insert(facts.on_person("R14", person, ""));
        }
    }
    found.into_iter().collect()
}

fn is_true_case_active(case: &DibaoCase, q: SynthQuarter) -> bool {
    case.start_month <= q.last_month() && case.stop_month.is_none_or(|m| m > q.last_month())
}

/// Rule R14: two numbers, two names, or the number of somebody who has records too.
pub(super) fn has_contradictory_identity(seen: &[DeliveredIdentities], person: usize) -> bool {
    let s = &seen[person];
    s.numbers.len() > 1 || s.names.len() > 1 || s.lent.iter().any(|&owner| seen[owner].records > 0)
}

impl IncomeFacts<'_> {
    fn on_person(&self, rule: &'static str, person: usize, key: &'static str) -> ExpectedException {
        ExpectedException { rule, subject: "person", entity: self.w.person_id(person), key: key.into() }
    }
    fn on_household(
        &self,
        rule: &'static str,
        person: usize,
        key: impl Into<Cow<'static, str>>,
    ) -> ExpectedException {
        ExpectedException { rule, subject: "household", entity: self.w.household_id(person), key: key.into() }
    }

    /// Cases that list a person.
    fn listed(&self, person: usize) -> impl Iterator<Item = &DibaoCase> {
        self.cases_of[person].iter().map(|&c| &self.w.cases[c as usize])
    }

    fn cases(&self, found: &mut BTreeSet<ExpectedException>) {
        for case in self.w.cases.iter().filter(|c| is_true_case_active(c, self.q) && c.category == "农村") {
            let registered = case
                .members
                .iter()
                .any(|&m| self.w.people[m].registered.is_some() && self.in_registry_list(m));
            let sharing = if case.mode == "单人" { SINGLE_CASE_FAMILY } else { case.members.len() as i64 };
            let above_line = case.income_fen * 12 >= sharing * POVERTY_LINE_FEN;
            if case.start_month < self.q.first_month() && !registered && !above_line {
                found.insert(self.on_household("R01", case.members[0], ""));
            }
        }
        for person in 0..self.w.people.len() {
            let cases: Vec<&DibaoCase> = self.listed(person).collect();
            let twice = cases
                .iter()
                .enumerate()
                .any(|(at, a)| cases[at + 1..].iter().any(|b| self.months_together(a, b) > 1));
            if twice {
                found.insert(self.on_person("R07", person, ""));
            }
        }
    }

    /// Months up to the quarter's end for which both cases were paid.
    fn months_together(&self, a: &DibaoCase, b: &DibaoCase) -> i64 {
        let number = |month: u32| i64::from(month / 100) * 12 + i64::from(month % 100);
        let end = |case: &DibaoCase| {
            let after = number(self.q.last_month()) + 1;
            case.stop_month.map_or(after, |m| number(m).min(after))
        };
        end(a).min(end(b)) - number(a.start_month).max(number(b.start_month))
    }

    /// A registered person is listed only with a registered family.
    fn in_registry_list(&self, person: usize) -> bool {
        self.w.families[self.w.people[person].family].registry.is_some()
    }

    fn household(&self, family: usize, found: &mut BTreeSet<ExpectedException>) {
        let (w, q) = (self.w, self.q);
        let f = &w.families[family];
        let Some(r) = &f.registry else { return };
        let members: Vec<usize> = f.members.iter().copied().filter(|&m| self.poor[m]).collect();
        let served = |m: &usize| self.dibao[*m] || self.tekun[*m];
        let mut add = |rule, key| {
            found.insert(self.on_household(rule, f.head, key));
        };
        if !members.is_empty() {
            let able = members.iter().any(|&m| matches!(w.people[m].labour, "普通劳动力" | "技能劳动力"));
            let poor = matches!(r.exit_status, "未脱贫" | "预脱贫" | "返贫");
            if poor && (r.income_fen < DIBAO_STANDARD_FEN || !able) && !members.iter().any(served) {
                add("R02", "");
            }
            self.partly_listed(&members, &mut add);
        }
        let enjoys = r.exit_status != "已脱贫(不再享受政策)";
        if enjoys && r.cause_other == r.cause {
            add("Q50", "");
        }
        let healthy = members.iter().all(|&m| w.people[m].health == "健康");
        if matches!(r.exit_status, "未脱贫" | "预脱贫" | "返贫")
            && r.cause == "因病"
            && !members.is_empty()
            && healthy
        {
            add("Q47", "");
        }
        if enjoys && !members.is_empty() {
            let approved = |m: usize| {
                w.cases
                    .iter()
                    .any(|c| c.members.contains(&m) && c.stop_month.is_none_or(|s| s > q.last_month()))
            };
            if r.attribute == "低保贫困户" && !members.iter().any(|&m| approved(m)) {
                add("R04", "dibao");
            }
            if r.attribute == "特困供养贫困户" && !members.iter().any(|&m| w.people[m].tekun.is_some())
            {
                add("R04", "tekun");
            }
        }
        let dangerous = r.dangerous || matches!(r.level, "C级" | "D级");
        // A family that lives in a home for the elderly altogether needs no house.
        let in_home = !members.is_empty()
            && members.iter().all(|&m| {
                self.tekun[m] && w.people[m].tekun.as_ref().is_some_and(|t| t.support_mode == "集中")
            });
        if dangerous && enjoys && f.housing.is_none() && !in_home {
            add("R73", "");
        }
        let renovated = self.renovated(family);
        if renovated && dangerous {
            add("R75", "registry");
        }
    }

    fn renovated(&self, family: usize) -> bool {
        let due = day_from_epoch_days(date_to_days(self.q.end()) - GRACE_DAYS);
        self.w.families[family]
            .housing
            .as_ref()
            .is_some_and(|h| h.accept_result == "合格" && h.accepted.is_some_and(|d| d <= due))
    }

    fn partly_listed(&self, members: &[usize], add: &mut impl FnMut(&'static str, &'static str)) {
        let linked: Vec<&DibaoCase> =
            members.iter().flat_map(|&m| self.listed(m)).filter(|c| is_true_case_active(c, self.q)).collect();
        if linked.iter().any(|c| c.mode == "单人") {
            return;
        }
        let whole = linked.iter().any(|c| {
            c.category == "农村" && c.mode == "整户" && c.members.iter().any(|m| members.contains(m))
        });
        let left_out = members
            .iter()
            .any(|&m| !self.dibao[m] && !self.tekun[m] && self.w.people[m].studying != "大专及以上");
        if whole && left_out {
            add("R03", "");
        }
    }

    /// Whether the family still enjoys the policies.
    fn enjoys(&self, person: usize) -> bool {
        let registry = &self.w.families[self.w.people[person].family].registry;
        registry.as_ref().is_some_and(|r| r.exit_status != "已脱贫(不再享受政策)")
    }

    fn insured(&self, person: usize) -> bool {
        self.w.people[person].insurance.iter().any(|i| i.year == self.q.year && i.status == "正常参保")
    }

    /// Excluded from rules R30 and R35.
    fn excused(&self, person: usize) -> bool {
        let p = &self.w.people[person];
        // The insurer itself says why: in the army, insured elsewhere, dead.
        let elsewhere = p.insurance.iter().any(|i| {
            i.year == self.q.year
                && i.status != "正常参保"
                && matches!(i.stop_reason, "应征入伍" | "外地参保" | "死亡")
        });
        elsewhere || p.studying == "大专及以上" || date_to_days(self.q.end()) - date_to_days(p.birth) < 90
    }

    fn person(&self, person: usize, writer: &VillageRowWriter<'_>, found: &mut BTreeSet<ExpectedException>) {
        let (w, q) = (self.w, self.q);
        let p = &w.people[person];
        let poor = self.poor[person];
        let unserved = !poor && !self.rural[person] && !self.tekun[person];
        let mut add = |rule: &'static str| {
            found.insert(self.on_person(rule, person, ""));
        };
        let started = p.tekun.as_ref().is_some_and(|t| t.start_month < q.last_month());
        if self.dibao[person] && started {
            add("R08");
        }
        if poor && !self.excused(person) && !self.insured(person) {
            add("R30");
        }
        let poor_rate = p.insurance.iter().any(|i| {
            i.year == q.year
                && i.status == "正常参保"
                && (i.category == "建档立卡贫困人口" || (i.category == "普通居民" && i.subsidy_fen > 0))
        });
        if poor_rate && unserved && !self.dibao[person] && p.registered != Some("死亡") {
            add("R37");
        }
        let years = age_on(p.birth, q.school_cutoff());
        let at_school = p.student.as_ref().is_some_and(|s| {
            matches!(s.status, "在读" | "休学") || (s.stage == "初中" && s.status == "毕业")
        });
        // Ninth grade is behind them, and the roll drops whoever left.
        let finished = p.studying == "非在校生"
            && matches!(p.education, "初中" | "高中")
            && age_on(p.birth, q.end()) >= NINTH_GRADE_AGE;
        if poor && (6..=15).contains(&years) && !at_school && !finished {
            add("R50");
        }
        let due = p.student.as_ref().is_some_and(|s| {
            // Whoever entered after the summer was not there when the last term's aid was assessed.
            s.status == "在读"
                && date_to_days(s.enrolled) <= date_to_days(q.end()) - AID_ENROLLED_DAYS
                && (matches!(s.stage, "学前" | "普通高中" | "中职" | "高校") || s.mode == "寄宿")
        });
        let term = q.term();
        if poor && self.enjoys(person) && due && !p.aid.iter().any(|a| a.term == term) {
            add("R52");
        }
        // By number, or by name in the village where the list has no number.
        let guarded = p.guardian.is_some_and(|g| self.poor[g]);
        if unserved
            && !guarded
            && p.student.is_some()
            && p.aid.iter().any(|a| a.term == term && a.category == "建档立卡")
        {
            add("R53");
        }
        self.covers(person, &mut add);
        let moving = |c: &&DibaoCase| {
            c.start_month >= q.first_month() || c.stop_month.is_some_and(|m| m >= q.first_month())
        };
        if poor && !self.listed(person).any(|c| moving(&c)) && writer.dibao_flag(person) != self.dibao[person]
        {
            add("R06");
        }
        let f = &w.families[p.family];
        if f.head == person {
            self.house(p.family, found);
            let on_ledger = f.housing.as_ref().is_some_and(|h| h.ledger_status == "在账");
            if on_ledger && self.renovated(p.family) {
                found.insert(self.on_household("R75", person, "ledger"));
            }
        }
    }
}

/// What a house may measure and cost by the year's parameters (1/100 m², fen).
const SMALL_HOUSE_CENTI: i64 = 6_000;
const AREA_PER_PERSON_CENTI: (i64, i64) = (1_300, 1_800);
const CAP_FEN: (i64, i64) = (1_000_000, 2_500_000);
/// Part of the premium that the budget pays.
const SUBSIDY_FEN: i64 = 12_000;

impl IncomeFacts<'_> {
    /// Rules on the insurer's entries of one person.
    fn covers(&self, person: usize, add: &mut impl FnMut(&'static str)) {
        let (poor, tekun) = (self.poor[person], self.tekun[person]);
        let rows: Vec<_> = self.w.people[person]
            .insurance
            .iter()
            .filter(|i| i.year == self.q.year && i.status == "正常参保")
            .collect();
        if rows.is_empty() {
            return;
        }
        // Only who is entitled, and was before the quarter began; employees have their own layers.
        let entitled = poor && self.enjoys(person);
        let old_case = self.listed(person).any(|c| {
            is_true_case_active(c, self.q) && c.category == "农村" && c.start_month < self.q.first_month()
        });
        let old_tekun =
            self.w.people[person].tekun.as_ref().is_some_and(|t| t.start_month < self.q.first_month());
        let employed = rows.iter().any(|i| i.scheme == "职工");
        let needy = (entitled || old_case || old_tekun) && !employed;
        if needy && rows.iter().all(|i| !i.supplementary) {
            add("R32");
        }
        if entitled && !employed && rows.iter().all(|i| !i.commercial) {
            add("R33");
        }
        if needy && rows.iter().all(|i| !i.aid_target) {
            add("R34");
        }
        let mut resident = rows.iter().filter(|i| i.scheme == "城乡居民");
        let other =
            |category| matches!(category, "农村低保" | "城市低保" | "特困供养" | "重度残疾" | "计生特扶");
        let short = |i: &InsuranceEnrolment| {
            entitled && (i.subsidy_fen == 0 || (i.subsidy_fen < SUBSIDY_FEN && !other(i.category)))
        };
        if resident.clone().any(|i| short(i)) {
            add("R36");
        }
        // The category was set when the premium was collected, at the end of the year before.
        let collected = self.q.year * 100;
        let on_dibao = |category| {
            self.listed(person).any(|c| {
                is_true_case_active(c, self.q) && c.category == category && c.start_month <= collected
            })
        };
        let of_year = |category| {
            self.listed(person).any(|c| {
                c.category == category
                    && c.start_month <= self.q.last_month()
                    && c.stop_month.is_none_or(|m| m > collected)
            })
        };
        let supported = self.w.people[person].tekun.as_ref().is_some_and(|t| t.start_month <= collected);
        let protected = on_dibao("农村") || on_dibao("城市") || supported;
        let wrong = resident.any(|i| match i.category {
            "普通居民" => protected || (poor && self.enjoys(person)),
            "重度残疾" => protected,
            "农村低保" => !of_year("农村") || supported,
            "城市低保" => !of_year("城市") || supported,
            "特困供养" => !tekun,
            "建档立卡贫困人口" => !poor && (self.dibao[person] || tekun),
            _ => false,
        });
        if wrong && self.w.people[person].registered != Some("死亡") {
            add("R38");
        }
    }

    /// Rules on the floor space and the subsidy of a rebuilt house.
    fn house(&self, family: usize, found: &mut BTreeSet<ExpectedException>) {
        let Some(h) = &self.w.families[family].housing else { return };
        let persons = self.w.present(family).len() as i64;
        let mut add = |rule| {
            let head = self.w.families[family].head;
            found.insert(self.on_household(rule, head, h.archive_no.clone()));
        };
        let most = if persons <= 3 { SMALL_HOUSE_CENTI } else { persons * AREA_PER_PERSON_CENTI.1 };
        let least = match persons {
            1..=3 => (persons + 1) * 1_000,
            _ => persons * AREA_PER_PERSON_CENTI.0,
        };
        let fits = (least..=most).contains(&h.area_centi);
        if persons > 0 && h.mode != "修缮加固" && !fits {
            add("R78");
        }
        let paid = if h.accept_result == "合格" { h.approved_fen } else { 0 };
        let cap = if h.level == "C级" { CAP_FEN.0 } else { CAP_FEN.1 };
        let rebuilt_c = h.level == "C级" && h.mode != "修缮加固" && paid > 0;
        if paid > cap || rebuilt_c || (h.level == "D级" && h.mode == "修缮加固") {
            add("R79");
        }
    }
}

/// Adds the village's households to the indicator of rule R35.
pub(super) fn count_coverage(world: &VillageWorld, quarter: SynthQuarter, into: &mut HouseholdCoverage) {
    let facts = IncomeFacts {
        w: world,
        cases_of: vec![],
        q: quarter,
        poor: vec![],
        dibao: vec![],
        rural: vec![],
        tekun: vec![],
    };
    for f in &world.families {
        let Some(r) = &f.registry else { continue };
        let members: Vec<usize> =
            f.members.iter().copied().filter(|&m| world.people[m].registered == Some("正常")).collect();
        if members.is_empty() || r.exit_status == "已脱贫(不再享受政策)" {
            continue;
        }
        let covered = members.iter().filter(|&&m| !facts.excused(m)).all(|&m| {
            let rows =
                world.people[m].insurance.iter().filter(|i| i.year == quarter.year && i.status == "正常参保");
            let mut all = [false; 4];
            let mut any = false;
            for i in rows {
                any = true;
                all[0] |= i.serious || i.scheme == "职工";
                all[1] |= i.supplementary || i.scheme == "职工";
                all[2] |= i.commercial || i.scheme == "职工";
                all[3] |= i.aid_target || i.scheme == "职工";
            }
            any && all.iter().all(|x| *x)
        });
        for digits in [4, 6, 9, 12] {
            let mut code = world.place.code[..digits].to_owned();
            if digits == 4 {
                code.push_str("00");
            }
            let entry = into.entry(code).or_default();
            entry.0 += u64::from(covered);
            entry.1 += 1;
        }
    }
}
