//! How a department writes a person down: the true name and number with its own slips.
//!
//! Rates are per record at quality 1; each source multiplies them by its own quality. A slip
//! stays from quarter to quarter until somebody corrects the entry.

use super::calendar::{SynthQuarter, date_to_days, day_from_epoch_days, is_calendar_date};
use super::identity::{IdBytes, id_text};
use super::linkage_errors::LinkageErrorRates;
use super::names::{self, NameSlip};
use super::random::Rng;
use super::world::{InventedPerson, VillageWorld};

/// The sources, in the order of their names in the pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum SourceKind {
    /// 建档立卡户
    RegistryHousehold,
    /// 建档立卡人口
    RegistryPerson,
    /// 农村低保
    Dibao,
    /// 特困供养
    Tekun,
    /// 医保参保
    Insurance,
    /// 危房改造台账
    Housing,
    /// 学籍
    Student,
    /// 学生资助
    StudentAid,
    /// 死亡人员, written where events are.
    Deceased,
    /// 易地扶贫搬迁, written where events are.
    Relocation,
    /// 残疾人证, written where lists are hard to link.
    DisabilityCertificate,
}

impl SourceKind {
    /// All sources.
    pub(super) const ALL: [Self; 8] = [
        Self::RegistryHousehold,
        Self::RegistryPerson,
        Self::Dibao,
        Self::Tekun,
        Self::Insurance,
        Self::Housing,
        Self::Student,
        Self::StudentAid,
    ];
    /// The lists of a world: with those of what happens to people, and those that are hard to link.
    pub(super) fn of_world(events: bool, hard: bool) -> impl Iterator<Item = Self> {
        let happens = events.then_some([Self::Deceased, Self::Relocation]).into_iter().flatten();
        Self::ALL.into_iter().chain(happens).chain(hard.then_some(Self::DisabilityCertificate))
    }
    /// Name of its plain file, without suffix.
    pub(super) fn file_stem(self) -> &'static str {
        match self {
            Self::Deceased => "死亡人员",
            Self::Relocation => "易地扶贫搬迁",
            Self::DisabilityCertificate => "残疾人证",
            other => other.name(),
        }
    }
    /// Name in the pipeline.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::RegistryHousehold => "registry_household",
            Self::RegistryPerson => "registry_person",
            Self::Dibao => "dibao",
            Self::Tekun => "tekun",
            Self::Insurance => "insurance",
            Self::Housing => "housing",
            Self::Student => "student",
            Self::StudentAid => "student_aid",
            Self::Deceased => "deceased",
            Self::Relocation => "relocation",
            Self::DisabilityCertificate => "disability_certificate",
        }
    }
    /// Multiplier of all error rates: how carelessly the department types.
    pub(super) fn quality(self) -> f64 {
        match self {
            Self::RegistryHousehold | Self::RegistryPerson => 0.6,
            Self::Dibao => 1.0,
            Self::Tekun => 1.2,
            Self::Insurance => 0.8,
            Self::Housing => 2.0,
            Self::Student => 0.4,
            Self::StudentAid => 1.6,
            Self::Deceased => 0.8,
            Self::Relocation | Self::DisabilityCertificate => 1.0,
        }
    }
    /// Both registry lists come out of one system and show one entry.
    fn system(self) -> u64 {
        match self {
            Self::RegistryHousehold => 1,
            other => other as u64,
        }
    }
}

/// A person as one source writes them.
#[derive(Debug, Clone)]
pub(super) struct DeliveredPerson {
    /// Name cell.
    pub name: String,
    /// ID cell.
    pub id: String,
    /// True where the ID cell holds a number instead of text in workbooks.
    pub id_is_number: bool,
    /// The ID cell's usable 18-character form, if it has one.
    pub full: Option<IdBytes>,
    /// Birth date cell.
    pub birth: u32,
    /// Sex cell.
    pub sex: u8,
    /// The name if officers would call it another name than the true one.
    pub other_name: bool,
    /// True where the village cell names another village.
    pub moved: bool,
    /// True where it names one elsewhere in the prefecture.
    pub far: bool,
    /// Kinds of slip, for the truth file.
    pub kinds: Vec<&'static str>,
}

/// What the slips depend on.
#[derive(Debug, Clone, Copy)]
pub(super) struct SlipRates {
    /// Seed of the run.
    pub seed: u64,
    /// Multiplier of all rates.
    pub multiplier: f64,
    /// Quarters since the first.
    pub step: u64,
    /// The quarter.
    pub quarter: SynthQuarter,
    /// Errors that make lists hard to link, where they are wanted.
    pub hard: Option<&'static LinkageErrorRates>,
}

/// The usable 18-character form of a text of 18 characters, as officers see it.
pub(super) fn usable_id(id: IdBytes) -> Option<IdBytes> {
    let number = |from: usize, to: usize| id[from..to].iter().fold(0u32, |n, b| n * 10 + u32::from(b - b'0'));
    if !id[..17].iter().all(u8::is_ascii_digit) {
        return None;
    }
    let (birth, sequence) = (number(6, 14), number(14, 17));
    let known = is_calendar_date(birth) && (18_900_101..=20_991_231).contains(&birth);
    (known && sequence != 0 && sequence != 999).then_some(id)
}

impl SlipRates {
    /// Writes `person` down in `source`.
    pub(super) fn write(&self, world: &VillageWorld, person: usize, source: SourceKind) -> DeliveredPerson {
        if let Some(other) = self.copied_from(world, person, source) {
            let mut copied = self.write(world, person, other);
            if !copied.kinds.is_empty() {
                copied.kinds.push("entry_copied");
            }
            return copied;
        }
        let key = |step: u64| [self.seed, world.index as u64, person as u64, source.system(), 77, step];
        // The entry was typed anew in the last quarter in which somebody corrected it.
        let typed = (1..=self.step).rev().find(|&s| Rng::keyed(&key(s)).chance(0.12)).unwrap_or(0);
        let mut rng = Rng::keyed(&key(typed + 1_000));
        let p = &world.people[person];
        let rate = source.quality() * self.multiplier;
        let mut out = DeliveredPerson {
            name: p.name.clone(),
            id: id_text(&p.id),
            id_is_number: false,
            full: Some(p.id),
            birth: p.birth,
            sex: p.sex,
            other_name: false,
            moved: false,
            far: false,
            kinds: Vec::new(),
        };
        self.slip_id(&mut rng, world, person, source, rate, &mut out);
        if let Some(slip) = slip_name(&mut rng, source, &p.name, rate) {
            out.kinds.push(slip.kind);
            out.other_name = !slip.allowed;
            out.name = slip.text;
        }
        if rng.chance(0.009 * rate) {
            out.birth = wrong_birth(&mut rng, p.birth);
            out.kinds.push("birth_wrong");
        }
        if rng.chance(0.002 * rate) {
            out.sex = 3 - out.sex;
            out.kinds.push("sex_wrong");
        }
        if rng.chance(0.02 * rate) {
            out.moved = true;
            out.kinds.push("village_moved");
        }
        self.make_hard(&rng, world, person, rate, &mut out);
        out
    }

    fn slip_id(
        &self,
        rng: &mut Rng,
        world: &VillageWorld,
        person: usize,
        source: SourceKind,
        rate: f64,
        out: &mut DeliveredPerson,
    ) {
        let p = &world.people[person];
        let infant = p.birth / 10_000 + 1 >= self.quarter.year && p.birth >= 20_170_601;
        if infant && rng.chance(0.3) && source != SourceKind::Insurance {
            if rng.chance(0.5) {
                set_id(out, String::new(), None, "id_missing");
            } else {
                let temporary = super::identity::compose_synthetic_id(world.place.id_prefix, p.birth, 0);
                set_id(out, id_text(&temporary), None, "id_temporary");
            }
            return;
        }
        let kind = rng.unit() / rate.max(1e-9);
        let mut edge = 0.0;
        let mut within = |share: f64| {
            edge += share;
            kind < edge
        };
        if within(0.012) {
            let cell = *rng.pick(&["", "", "", "", "无", "不详"]);
            set_id(out, cell.to_owned(), None, "id_missing");
        } else if within(0.006) {
            let mut id = p.id;
            let at = rng.below(17);
            id[at] = b'0' + (id[at] - b'0' + 1 + rng.below(9) as u8) % 10;
            set_id(out, id_text(&id), usable_id(id), "id_typo");
        } else if within(0.0025) {
            if let Some(id) = transpose_id_digits(rng, p.id) {
                set_id(out, id_text(&id), usable_id(id), "id_transposed");
            }
        } else if within(0.003) {
            if p.birth < 20_000_101 && p.birth >= 19_000_101 {
                let short = format!("{}{}", &id_text(&p.id)[..6], &id_text(&p.id)[8..17]);
                set_id(out, short, Some(p.id), "id_fifteen");
            }
        } else if within(0.004) {
            self.relative(rng, world, person, out);
        } else if within(0.003) {
            damage_delivered_id(rng, p, out);
        } else {
            self.disguise(rng, p, source, rate, out);
        }
    }

    /// Another member's number on this row, most often the head's.
    fn relative(&self, rng: &mut Rng, world: &VillageWorld, person: usize, out: &mut DeliveredPerson) {
        let family = &world.families[world.people[person].family];
        let others: Vec<usize> = family.members.iter().copied().filter(|&m| m != person).collect();
        if others.is_empty() {
            return;
        }
        let other =
            if others.contains(&family.head) && rng.chance(0.6) { family.head } else { *rng.pick(&others) };
        let id = world.people[other].id;
        set_id(out, id_text(&id), Some(id), "id_relative");
    }

    /// The right number in another dress.
    fn disguise(
        &self,
        rng: &mut Rng,
        p: &InventedPerson,
        source: SourceKind,
        rate: f64,
        out: &mut DeliveredPerson,
    ) {
        let certificate = match source {
            SourceKind::RegistryHousehold | SourceKind::RegistryPerson => 0.93,
            SourceKind::Dibao => 0.05,
            _ => 0.01,
        };
        if let Some((category, grade)) = p.disability
            && rng.chance(certificate)
        {
            let again = if rng.chance(0.12) { format!("1{}", rng.below(10)) } else { String::new() };
            let kind = if again.is_empty() { "id_cert20" } else { "id_cert22" };
            set_id(out, format!("{}{category}{grade}{again}", id_text(&p.id)), Some(p.id), kind);
            return;
        }
        if source == SourceKind::StudentAid && rng.chance(0.04) {
            let id = id_text(&p.id);
            set_id(out, format!("{}********{}", &id[..6], &id[14..]), None, "id_masked");
            return;
        }
        if source == SourceKind::Student && rng.chance(0.006) {
            set_id(out, format!("G{}", id_text(&p.id)), Some(p.id), "id_student_number");
            return;
        }
        let id = id_text(&p.id);
        let ends_x = id.ends_with('X');
        let dressed = if ends_x && rng.chance(0.15) {
            let last = *rng.pick(&["x", "x", "x", "×", "X"]);
            format!("{}{last}", &id[..17])
        } else if rng.chance(0.016 * rate) {
            match rng.below(6) {
                0 => {
                    id.chars()
                        .map(|c| {
                            if c.is_ascii_digit() {
                                char::from_u32(c as u32 + 0xFEE0).unwrap_or(c)
                            } else {
                                c
                            }
                        })
                        .collect()
                }
                1 => format!("{} {} {}", &id[..6], &id[6..14], &id[14..]),
                2 => format!("\t{id}"),
                3 => format!("'{id}"),
                4 => format!("{id} "),
                _ => format!("\u{a0}{id}"),
            }
        } else {
            return;
        };
        set_id(out, dressed, Some(p.id), "id_format");
    }
}

pub(super) fn set_id(out: &mut DeliveredPerson, cell: String, full: Option<IdBytes>, kind: &'static str) {
    out.id = cell;
    out.full = full;
    out.kinds.push(kind);
}

pub(super) fn transpose_id_digits(rng: &mut Rng, id: IdBytes) -> Option<IdBytes> {
    let places: Vec<usize> = (0..16).filter(|&i| id[i] != id[i + 1]).collect();
    if places.is_empty() {
        return None;
    }
    let at = *rng.pick(&places);
    let mut out = id;
    out.swap(at, at + 1);
    Some(out)
}

/// What a spreadsheet leaves of a number; those ending in X stay text and escape.
fn damage_delivered_id(rng: &mut Rng, p: &InventedPerson, out: &mut DeliveredPerson) {
    let id = id_text(&p.id);
    if id.ends_with('X') {
        return;
    }
    let cell = match rng.below(10) {
        0..7 => format!("{}000", &id[..15]),
        7..9 => format!("{}.{}E+17", &id[..1], &id[1..15]),
        _ => format!("{}.{}E+17", &id[..1], &id[1..6]),
    };
    out.id_is_number = true;
    set_id(out, cell, None, "id_damaged");
}

fn wrong_birth(rng: &mut Rng, birth: u32) -> u32 {
    let (year, month, day) = (birth / 10_000, birth / 100 % 100, birth % 100);
    let candidate = match rng.below(4) {
        0 => year * 10_000 + day * 100 + month,
        1 => birth + 10_000,
        2 => birth - 10_000,
        _ => day_from_epoch_days(date_to_days(birth) + rng.between(1, 40) as i32),
    };
    if is_calendar_date(candidate) && candidate != birth && candidate <= 20_180_630 {
        candidate
    } else {
        day_from_epoch_days(date_to_days(birth) - 9)
    }
}

fn slip_name(rng: &mut Rng, source: SourceKind, name: &str, rate: f64) -> Option<NameSlip> {
    // Characters that the old code page lacks leave a box.
    if source == SourceKind::Tekun && encoding_rs::GBK.encode(name).2 {
        let text = name
            .chars()
            .map(|c| if encoding_rs::GBK.encode(c.encode_utf8(&mut [0; 4])).2 { '□' } else { c })
            .collect();
        return Some(NameSlip { text, kind: "name_wildcard", allowed: true });
    }
    if rng.chance((0.3 * rate).min(0.8))
        && let Some(slip) = names::slip_private_use(name).or_else(|| names::slip_interpunct(rng, name))
    {
        return Some(slip);
    }
    // A slip that the name's characters do not allow does not happen, hence rates above the
    // ones wanted over all names.
    let kind = rng.unit() / rate.max(1e-9);
    let mut edge = 0.0;
    let mut within = |share: f64| {
        edge += share;
        kind < edge
    };
    if within(0.012) {
        names::slip_homophone(rng, name)
    } else if within(0.008) {
        names::slip_look_alike(rng, name)
    } else if within(0.006) {
        names::slip_variant(name)
    } else if within(0.0027) {
        names::slip_dropped(rng, name)
    } else if within(0.002) {
        names::slip_swapped(name)
    } else if within(0.001) {
        names::slip_wildcard(rng, name)
    } else if within(0.012) {
        names::slip_spaced(rng, name)
    } else if within(0.001) {
        Some(names::slip_noted(rng, name))
    } else {
        None
    }
}
