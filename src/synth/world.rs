//! The invented people of one village: families with their ages, names and numbers.

use super::calendar::{age_on, date_to_days, day_from_epoch_days};
use super::events::{EventNotes, VillageChronicle};
use super::identity::{IdBytes, NumberIssuer};
use super::names;
use super::places::VillagePlace;
use super::random::Rng;

/// The day ages refer to when a village is first made.
pub(super) const ORIGIN: u32 = 20_180_930;

/// How somebody left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WayOfLeaving {
    /// Died.
    Dead,
    /// Moved out of the prefecture.
    Left,
}

/// One invented person and what every department knows.
#[derive(Debug, Clone)]
pub(super) struct InventedPerson {
    /// The one true number.
    pub id: IdBytes,
    /// The one true name.
    pub name: String,
    /// 1 male, 2 female.
    pub sex: u8,
    /// `yyyymmdd`.
    pub birth: u32,
    /// Position of the family in the village.
    pub family: usize,
    /// Relation to the head of the family, as the registry words it.
    pub relation: &'static str,
    /// Position of the parent or grandparent who signs for a child.
    pub guardian: Option<usize>,
    /// Disability category 1-7 and grade 1-4.
    pub disability: Option<(u8, u8)>,
    /// Registry's health label.
    pub health: &'static str,
    /// Registry's labour label.
    pub labour: &'static str,
    /// Registry's education label.
    pub education: &'static str,
    /// Registry's study label.
    pub studying: &'static str,
    /// Died or left.
    pub gone: Option<WayOfLeaving>,
    /// Status in the registry (正常, 死亡, …), if registered.
    pub registered: Option<&'static str>,
    /// Insurance rows.
    pub insurance: Vec<InsuranceEnrolment>,
    /// School roll entry.
    pub student: Option<SchoolEnrolment>,
    /// Aid rows.
    pub aid: Vec<StudentAid>,
    /// Entry in the list of people in extreme hardship.
    pub tekun: Option<ExtremeHardshipEntry>,
}

/// One enrolment.
#[derive(Debug, Clone)]
pub(super) struct InsuranceEnrolment {
    pub year: u32,
    pub category: &'static str,
    pub status: &'static str,
    pub stop_reason: &'static str,
    pub scheme: &'static str,
    pub serious: bool,
    pub supplementary: bool,
    pub commercial: bool,
    pub aid_target: bool,
    pub payment_fen: i64,
    pub subsidy_fen: i64,
}

/// One school roll entry.
#[derive(Debug, Clone)]
pub(super) struct SchoolEnrolment {
    pub school: String,
    pub stage: &'static str,
    pub grade: u32,
    pub class: u32,
    pub mode: &'static str,
    pub status: &'static str,
    pub enrolled: u32,
}

/// One aid payment.
#[derive(Debug, Clone)]
pub(super) struct StudentAid {
    pub term: String,
    pub item: &'static str,
    pub amount_fen: i64,
    pub category: &'static str,
    /// The school that asked for it, if it is not the one whose roll the pupil is on.
    pub school: Option<String>,
}

/// One entry of the list of people in extreme hardship.
#[derive(Debug, Clone)]
pub(super) struct ExtremeHardshipEntry {
    pub support_mode: &'static str,
    pub self_care: &'static str,
    pub agreement: bool,
    pub annual_fen: i64,
    pub start_month: u32,
}

/// What the registry says about a household.
#[derive(Debug, Clone)]
pub(super) struct RegistryHousehold {
    pub number: String,
    pub attribute: &'static str,
    pub exit_status: &'static str,
    pub exit_year: Option<u32>,
    pub cause: &'static str,
    pub cause_other: &'static str,
    pub income_fen: i64,
    pub dangerous: bool,
    pub level: &'static str,
    pub water_difficult: bool,
    pub area_centi: i64,
    pub helper: String,
}

/// One file in the ledger of dangerous houses.
#[derive(Debug, Clone)]
pub(super) struct HousingFile {
    pub archive_no: String,
    pub poverty_type: &'static str,
    pub level: &'static str,
    pub mode: &'static str,
    pub plan_year: u32,
    /// How many lived there when it was planned; `None`: as many as now.
    pub family_size: Option<u32>,
    pub start: Option<u32>,
    pub finish: Option<u32>,
    pub accepted: Option<u32>,
    pub accept_result: &'static str,
    pub ledger_status: &'static str,
    pub delisted: Option<u32>,
    pub area_centi: i64,
    pub approved_fen: i64,
}

/// One family living together.
#[derive(Debug, Clone)]
pub(super) struct InventedFamily {
    pub members: Vec<usize>,
    pub head: usize,
    pub address: String,
    pub phone: String,
    pub registry: Option<RegistryHousehold>,
    pub housing: Option<HousingFile>,
}

/// One dibao case: a row of civil affairs' list.
#[derive(Debug, Clone)]
pub(super) struct DibaoCase {
    pub number: String,
    pub certificate: String,
    /// Listed people, the applicant first.
    pub members: Vec<usize>,
    pub category: &'static str,
    pub aid_type: &'static str,
    pub mode: &'static str,
    pub start_month: u32,
    pub stop_month: Option<u32>,
    pub stop_reason: &'static str,
    pub monthly_fen: i64,
    pub income_fen: i64,
}

/// Everything about one village.
pub(super) struct VillageWorld {
    /// Position among the villages of the run.
    pub index: usize,
    pub place: VillagePlace,
    pub people: Vec<InventedPerson>,
    pub families: Vec<InventedFamily>,
    pub cases: Vec<DibaoCase>,
    /// Who stands in a case that was not stopped, by person.
    pub(super) on_dibao: Vec<bool>,
    /// The same of rural cases.
    pub(super) on_rural_dibao: Vec<bool>,
    pub(super) issuer: NumberIssuer,
    /// What events did here; `None` without events.
    pub(super) chronicle: Option<VillageChronicle>,
}

impl VillageWorld {
    /// What events left behind in a person's rows; `None` without events.
    pub(super) fn notes(&self, person: usize) -> Option<&EventNotes> {
        self.chronicle.as_ref().and_then(|c| c.notes.get(person))
    }

    /// True person id in the truth files.
    pub(super) fn person_id(&self, person: usize) -> String {
        format!("p{:04}-{person:05}", self.index)
    }
    /// True household id in the truth files.
    pub(super) fn household_id(&self, person: usize) -> String {
        format!("h{:04}-{:05}", self.index, self.people[person].family)
    }

    /// Number under which the registry has a family.
    pub(super) fn registry_number(&self, family: usize) -> String {
        (4_100_000_000u64 + self.index as u64 * 10_000 + family as u64).to_string()
    }
    /// Number of a family's file in the ledger of dangerous houses.
    pub(super) fn archive_number(&self, family: usize, plan_year: u32) -> String {
        let township: String = self.place.township.chars().take(2).collect();
        format!("{township}危改字[{plan_year}]{:04}{family:04}号", self.index)
    }

    /// Notes who stands in a running case; call after cases changed.
    pub(super) fn refresh_dibao(&mut self) {
        self.on_dibao = vec![false; self.people.len()];
        self.on_rural_dibao = vec![false; self.people.len()];
        for case in self.cases.iter().filter(|c| c.stop_month.is_none()) {
            for &m in &case.members {
                self.on_dibao[m] = true;
                self.on_rural_dibao[m] |= case.category == "农村";
            }
        }
    }
    /// True if the person stood in a running case at the last [`Self::refresh_dibao`].
    pub(super) fn on_dibao(&self, person: usize) -> bool {
        self.on_dibao.get(person).copied().unwrap_or(false)
    }
    /// The same of rural cases.
    pub(super) fn on_rural_dibao(&self, person: usize) -> bool {
        self.on_rural_dibao.get(person).copied().unwrap_or(false)
    }

    /// Families until about `target` people live here. `index` numbers the villages of the run.
    pub(super) fn settle(seed: u64, index: usize, place: VillagePlace, target: usize) -> Self {
        let mut rng = Rng::keyed(&[seed, index as u64, 1]);
        let issuer = NumberIssuer::new(place.id_prefix, place.slot, place.slots, index);
        let mut world = Self {
            index,
            place,
            people: Vec::new(),
            families: Vec::new(),
            cases: Vec::new(),
            on_dibao: Vec::new(),
            on_rural_dibao: Vec::new(),
            issuer,
            chronicle: None,
        };
        let clans: Vec<&'static str> = (0..3).map(|_| names::draw_surname(&mut rng)).collect();
        while world.people.len() < target {
            world.add_family(&mut rng, &clans);
        }
        world
    }

    fn add_family(&mut self, rng: &mut Rng, clans: &[&'static str]) {
        let surname = if rng.chance(0.62) {
            clans[rng.below(10).saturating_sub(7).min(2)]
        } else {
            names::draw_surname(rng)
        };
        self.open_family(rng);
        let kind = *rng.weighted(&[
            ("elder", 12.0),
            ("elders", 12.0),
            ("nuclear", 40.0),
            ("three", 26.0),
            ("skip", 3.0),
            ("single", 4.0),
            ("bachelor", 4.0),
        ]);
        match kind {
            "elder" => {
                let sex = if rng.chance(0.62) { 1 } else { 2 };
                let years = rng.between(62, 88);
                self.add_person(rng, surname, sex, years, "本人或户主", None, sex == 2, None);
            }
            "bachelor" => {
                let years = rng.between(34, 61);
                self.add_person(rng, surname, 1, years, "本人或户主", None, false, None);
            }
            "elders" | "skip" => {
                let years = rng.between(58, 82);
                let head = self.add_person(rng, surname, 1, years, "本人或户主", None, false, None);
                let wife = years + rng.between(-6, 3);
                self.add_person(rng, surname, 2, wife, "配偶", None, true, None);
                if kind == "skip" {
                    let parent = years - rng.between(22, 30);
                    self.add_children(rng, surname, parent, head, ["之孙子", "之孙女"], 2);
                }
            }
            "single" => {
                let years = rng.between(27, 50);
                let sex = if rng.chance(0.5) { 1 } else { 2 };
                let head = self.add_person(rng, surname, sex, years, "本人或户主", None, sex == 2, None);
                self.add_children(rng, surname, years, head, ["之子", "之女"], 2);
            }
            "nuclear" => {
                let years = rng.between(25, 58);
                let head = self.add_person(rng, surname, 1, years, "本人或户主", None, false, None);
                let wife = years + rng.between(-5, 2);
                self.add_person(rng, surname, 2, wife, "配偶", None, true, None);
                self.add_children(rng, surname, wife, head, ["之子", "之女"], 3);
                if rng.chance(0.14) {
                    let (sex, relation) = if rng.chance(0.35) { (1, "之父") } else { (2, "之母") };
                    let old = (years + rng.between(21, 32)).min(94);
                    self.add_person(rng, surname, sex, old, relation, None, sex == 2, None);
                }
            }
            _ => {
                let years = rng.between(47, 68);
                let head = self.add_person(rng, surname, 1, years, "本人或户主", None, false, None);
                let wife = years + rng.between(-5, 2);
                self.add_person(rng, surname, 2, wife, "配偶", None, true, None);
                let son = (years - rng.between(21, 27)).max(20);
                let father = self.add_person(rng, surname, 1, son, "之子", None, false, None);
                let wife = (son + rng.between(-4, 2)).max(20);
                self.add_person(rng, surname, 2, wife, "之儿媳", None, true, None);
                let signer = if rng.chance(0.4) { head } else { father };
                self.add_children(rng, surname, wife, signer, ["之孙子", "之孙女"], 2);
            }
        }
    }

    /// A family without members yet.
    fn open_family(&mut self, rng: &mut Rng) {
        let number = self.families.len();
        let group = rng.between(1, 12);
        self.families.push(InventedFamily {
            members: Vec::new(),
            head: self.people.len(),
            address: format!("{}{group}组{}号", self.place.short_name(), number + 1),
            phone: format!(
                "1{}{:08}",
                rng.pick(&["39", "37", "58", "83", "50", "31"]),
                rng.below(100_000_000)
            ),
            registry: None,
            housing: None,
        });
    }

    /// Somebody of another prefecture who lives here now, alone. Returns the position.
    pub(super) fn adopt(&mut self, rng: &mut Rng, person: InventedPerson) -> usize {
        self.open_family(rng);
        let (family, index) = (self.families.len() - 1, self.people.len());
        self.people.push(InventedPerson { family, relation: "本人或户主", guardian: None, ..person });
        self.families[family].members.push(index);
        index
    }

    /// Children of a parent of `parent` years: siblings with a shared character, some twins.
    fn add_children(
        &mut self,
        rng: &mut Rng,
        surname: &str,
        parent: i64,
        signer: usize,
        relations: [&'static str; 2],
        most: i64,
    ) {
        let mut years = parent - rng.between(20, 27);
        let shared = names::generation_char(rng, ORIGIN - (years.max(0) as u32) * 10_000);
        let mut children = rng.between(1, most);
        let mut twin_of: Option<u32> = None;
        while children > 0 && years >= 0 {
            let sex = if rng.chance(0.53) { 1 } else { 2 };
            let stays = years < 22 || (sex == 1 && rng.chance(0.55)) || rng.chance(0.15);
            if stays {
                let generation = if rng.chance(if sex == 1 { 0.5 } else { 0.3 }) || twin_of.is_some() {
                    shared
                } else {
                    None
                };
                let relation = relations[usize::from(sex == 2)];
                let child = self.add_person(rng, surname, sex, years, relation, generation, false, twin_of);
                if years < 20 {
                    self.people[child].guardian = Some(signer);
                }
                twin_of = if twin_of.is_none() && rng.chance(0.018) {
                    Some(self.people[child].birth)
                } else {
                    None
                };
            }
            if twin_of.is_none() {
                years -= rng.between(1, 6);
                children -= 1;
            }
        }
    }

    #[allow(clippy::too_many_arguments)]
    fn add_person(
        &mut self,
        rng: &mut Rng,
        surname: &str,
        sex: u8,
        years: i64,
        relation: &'static str,
        generation: Option<char>,
        outside: bool,
        born: Option<u32>,
    ) -> usize {
        let years = years.clamp(0, 96);
        let base = date_to_days(ORIGIN) - (years as f64 * 365.2425) as i32;
        let drawn = born.unwrap_or_else(|| day_from_epoch_days(base - rng.below(364) as i32));
        let foreign = outside && rng.chance(0.45);
        let (birth, id) = self.issuer.issue(rng, drawn, sex, foreign);
        let own = if outside { names::draw_surname(rng) } else { surname };
        let name = if outside && years > 82 && rng.chance(0.3) {
            format!("{surname}{own}氏")
        } else if outside && foreign && rng.chance(0.004) {
            names::interpunct_name(rng)
        } else {
            format!("{own}{}", names::given_name(rng, sex, birth, generation))
        };
        let family = self.families.len() - 1;
        let index = self.people.len();
        let p_disabled = if years > 60 {
            0.11
        } else if years > 30 {
            0.06
        } else {
            0.02
        };
        let disability = rng.chance(p_disabled).then(|| {
            let category =
                *rng.weighted(&[(1u8, 1.2), (2, 1.0), (3, 0.3), (4, 5.0), (5, 1.2), (6, 1.0), (7, 0.5)]);
            (category, *rng.weighted(&[(1u8, 1.0), (2, 2.0), (3, 3.0), (4, 3.0)]))
        });
        let health = match disability {
            Some(_) => "残疾",
            None if rng.chance(if years > 55 { 0.35 } else { 0.05 }) => "长期慢性病",
            None if rng.chance(0.02) => "患有大病",
            None => "健康",
        };
        let labour = match years {
            16..60 if disability.is_some_and(|(_, g)| g <= 2) => "丧失劳动力",
            18..60 if rng.chance(0.12) => "技能劳动力",
            18..66 => "普通劳动力",
            _ => "无劳动力",
        };
        let education = match years {
            0..6 => "学龄前儿童",
            6..12 => "小学",
            12..16 => "初中",
            16..30 => *rng.weighted(&[("初中", 4.0), ("高中", 3.0), ("大专及以上", 2.0)]),
            30..60 => *rng.weighted(&[("小学", 3.0), ("初中", 6.0), ("高中", 1.0)]),
            _ => *rng.weighted(&[("文盲", 4.0), ("小学", 4.0), ("初中", 1.5)]),
        };
        self.people.push(InventedPerson {
            id,
            name,
            sex,
            birth,
            family,
            relation,
            guardian: None,
            disability,
            health,
            labour,
            education,
            studying: "非在校生",
            gone: None,
            registered: None,
            insurance: Vec::new(),
            student: None,
            aid: Vec::new(),
            tekun: None,
        });
        self.families[family].members.push(index);
        index
    }

    /// A child born in `family` at `birth`.
    pub(super) fn add_newborn(&mut self, rng: &mut Rng, family: usize, birth: u32) -> usize {
        let sex = if rng.chance(0.53) { 1 } else { 2 };
        let head = self.families[family].head;
        let surname: String = self.people[head].name.chars().take(1).collect();
        let relation = match (age_on(self.people[head].birth, birth) > 45, sex) {
            (true, 1) => "之孙子",
            (true, _) => "之孙女",
            (false, 1) => "之子",
            (false, _) => "之女",
        };
        // New people are filed under the last family while they are made, then moved.
        let child = self.add_person(rng, &surname, sex, 0, relation, None, false, Some(birth));
        if let Some(last) = self.families.last_mut() {
            last.members.retain(|&m| m != child);
        }
        self.families[family].members.push(child);
        let person = &mut self.people[child];
        person.family = family;
        person.guardian = Some(head);
        person.disability = None;
        person.health = "健康";
        child
    }

    /// Members of a family who are still there.
    pub(super) fn present(&self, family: usize) -> Vec<usize> {
        self.families[family].members.iter().copied().filter(|&p| self.people[p].gone.is_none()).collect()
    }
}
