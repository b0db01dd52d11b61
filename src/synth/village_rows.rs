//! One village's rows for every source: cells in the department's own forms, each with the true
//! people it stands for.

use super::calendar::age_on;
use super::department_records::{DeliveredPerson, SlipRates, SourceKind};
use super::identity::id_text;
use super::names;
use super::places::VillagePlace;
use super::random::Rng;
use super::world::VillageWorld;

/// One cell.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum InventedCell {
    /// Nothing.
    Empty,
    /// Text.
    Text(String),
    /// A number where the format knows numbers.
    Number(f64),
    /// A `yyyymmdd` date where the format knows dates.
    Date(u32),
}

impl InventedCell {
    /// The cell in a text format.
    pub(super) fn text(&self) -> std::borrow::Cow<'_, str> {
        match self {
            Self::Empty => "".into(),
            Self::Text(t) => t.as_str().into(),
            Self::Number(n) => n.to_string().into(),
            Self::Date(d) => format!("{}-{:02}-{:02}", d / 10_000, d / 100 % 100, d % 100).into(),
        }
    }
}

fn text_cell(text: impl Into<String>) -> InventedCell {
    let text = text.into();
    if text.is_empty() { InventedCell::Empty } else { InventedCell::Text(text) }
}

fn number_cell(number: impl Into<f64>) -> InventedCell {
    InventedCell::Number(number.into())
}

/// The true entity of a record made from a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RowEntity {
    /// Member number of an unpivoted row, 0 otherwise.
    pub member: u8,
    /// Person, household and error kinds as the truth file writes them.
    pub truth: String,
}

/// One row of a source.
#[derive(Debug, Clone)]
pub(super) struct InventedRow {
    /// Cells in the order of [`super::layout::source_headers`].
    pub cells: Vec<InventedCell>,
    /// Who the records of the row are; empty for a row that must be rejected.
    pub tags: Vec<RowEntity>,
    /// Why it must be rejected.
    pub reject: Option<&'static str>,
}

/// Forms in which cells are written.
#[derive(Debug, Clone, Copy)]
pub(super) struct CellStyle {
    /// Chooses among the forms; 0 is the plain one.
    pub form: usize,
    /// True if rows are now and then doubled, spoilt or written in mixed forms.
    pub messy: bool,
}

/// Writes the rows of one village.
pub(super) struct VillageRowWriter<'a> {
    pub world: &'a VillageWorld,
    pub slips: SlipRates,
    pub style: CellStyle,
    /// A neighbouring village, for entries that name the wrong one.
    pub neighbour: &'a VillagePlace,
    /// A village elsewhere in the prefecture, for entries of people who moved.
    pub far: &'a VillagePlace,
    /// What every person looks like in the records written so far, for rule R14.
    pub seen: Vec<DeliveredIdentities>,
}

/// Identities under which a person was delivered this quarter.
#[derive(Debug, Clone, Default)]
pub(super) struct DeliveredIdentities {
    /// Different usable numbers.
    pub numbers: Vec<[u8; 18]>,
    /// Different names; the true one and its allowed variants count as the empty text.
    pub names: Vec<String>,
    /// A record carries the number of another person (position).
    pub lent: Vec<usize>,
    /// A record carries a number that a spreadsheet has rounded.
    pub damaged: bool,
    /// Records written.
    pub records: u32,
}

impl<'a> VillageRowWriter<'a> {
    /// A writer for one village and quarter.
    pub(super) fn new(
        world: &'a VillageWorld,
        slips: SlipRates,
        style: CellStyle,
        neighbour: &'a VillagePlace,
    ) -> Self {
        Self {
            world,
            slips,
            style,
            neighbour,
            far: neighbour,
            seen: vec![DeliveredIdentities::default(); world.people.len()],
        }
    }

    /// All rows of a source.
    pub(super) fn rows(&mut self, source: SourceKind) -> Vec<InventedRow> {
        let mut out: Vec<InventedRow> = Vec::new();
        let mut rng = self.draws(source);
        self.each_row(source, &mut rng, &mut |row| out.push(row));
        if self.style.messy { self.mess_up(&mut rng, source, out) } else { out }
    }

    /// Hands over the rows of a tidy source one by one: a row that is written out and dropped at
    /// once costs half of one that waits for its village.
    pub(super) fn stream(&mut self, source: SourceKind, to: &mut dyn FnMut(InventedRow)) {
        self.each_row(source, &mut self.draws(source), to);
    }

    fn draws(&self, source: SourceKind) -> Rng {
        Rng::keyed(&[self.slips.seed, self.world.index as u64, 5, self.slips.step, source as u64])
    }

    fn each_row(&mut self, source: SourceKind, rng: &mut Rng, to: &mut dyn FnMut(InventedRow)) {
        let w = self.world;
        let (people, families) = (0..w.people.len(), 0..w.families.len());
        let mut some: Vec<InventedRow> = Vec::new();
        match source {
            SourceKind::RegistryHousehold => {
                families.for_each(|f| {
                    let row = self.registry_household(rng, f);
                    self.hand_over(w.families[f].head, source, row, to);
                });
            }
            SourceKind::RegistryPerson => {
                for &person in families.flat_map(|f| &w.families[f].members) {
                    let row = self.registry_person(rng, person);
                    self.hand_over(person, source, row, to);
                }
            }
            SourceKind::Dibao => {
                (0..w.cases.len()).for_each(|c| self.dibao(rng, c).into_iter().for_each(&mut *to));
            }
            SourceKind::Housing => families.for_each(|f| {
                let row = self.housing(rng, f);
                self.hand_over(w.families[f].head, source, row, to);
            }),
            SourceKind::Tekun => people.for_each(|p| {
                let row = self.tekun(rng, p);
                self.hand_over(p, source, row, to);
            }),
            SourceKind::Student => people.for_each(|p| {
                let row = self.student(rng, p);
                self.hand_over(p, source, row, to);
            }),
            SourceKind::DisabilityCertificate => people.for_each(|p| {
                let row = self.disability_certificate(p);
                self.hand_over(p, source, row, to);
            }),
            SourceKind::Insurance => people.for_each(|p| {
                self.insurance(rng, p, &mut some);
                some.drain(..).for_each(&mut *to);
            }),
            SourceKind::StudentAid => people.for_each(|p| {
                self.student_aid(rng, p, &mut some);
                some.drain(..).for_each(&mut *to);
            }),
            SourceKind::Deceased => people.for_each(|p| self.deceased(rng, p).into_iter().for_each(&mut *to)),
            SourceKind::Relocation => {
                families.for_each(|f| self.relocation(rng, f).into_iter().for_each(&mut *to));
            }
        }
    }

    /// Doubles a few rows and adds a few that must be rejected.
    fn mess_up(&self, rng: &mut Rng, source: SourceKind, rows: Vec<InventedRow>) -> Vec<InventedRow> {
        let mut out = Vec::with_capacity(rows.len() + 4);
        for row in rows {
            let twice = matches!(source, SourceKind::Insurance | SourceKind::StudentAid) && rng.chance(0.002);
            if rng.chance(0.003) {
                let mut spoilt = row.clone();
                spoilt.tags.clear();
                spoilt.cells[super::layout::name_column(source)] = InventedCell::Empty;
                spoilt.reject = Some("missing_required");
                if source != SourceKind::Dibao && source != SourceKind::Tekun {
                    out.push(spoilt);
                }
            }
            if twice {
                out.push(row.clone());
            }
            out.push(row);
        }
        out
    }

    /// Writes a person down and remembers under which identity.
    fn person(&mut self, person: usize, source: SourceKind) -> DeliveredPerson {
        let d = self.slips.write(self.world, person, source);
        self.remember(person, source, &d);
        d
    }

    /// Remembers under which identity a person was delivered.
    fn remember(&mut self, person: usize, source: SourceKind, d: &DeliveredPerson) {
        // A pupil's number that stands beside it as the guardian's is told as such, and not taken for the pupil's. The roll
        // of the schools has made a number of its own of it, which says it again.
        let of_guardian =
            source == SourceKind::StudentAid && d.full.is_some() && d.full == self.guardian_number(person);
        let seen = &mut self.seen[person];
        seen.records += 1;
        seen.damaged |= d.kinds.contains(&"id_damaged");
        if let Some(full) = d.full.filter(|_| !of_guardian)
            && !seen.numbers.contains(&full)
        {
            seen.numbers.push(full);
        }
        let name = if d.other_name { d.name.clone() } else { String::new() };
        if !seen.names.contains(&name) {
            seen.names.push(name);
        }
        if d.kinds.contains(&"id_relative") && !of_guardian {
            let owner = self.world.families[self.world.people[person].family]
                .members
                .iter()
                .copied()
                .find(|&m| m != person && Some(self.world.people[m].id) == d.full);
            seen.lent.extend(owner);
        }
        if d.kinds.contains(&"id_alike") {
            let owner = self.world.people.iter().position(|p| Some(p.id) == d.full);
            self.seen[person].lent.extend(owner);
        }
    }

    /// The second row of a person in a list, where there is one: the number alone is typed again.
    fn doubled(&mut self, person: usize, source: SourceKind, row: &InventedRow) -> Option<InventedRow> {
        let column = super::layout::number_column(source)?;
        let mut d = self.slips.write(self.world, person, source);
        if !self.slips.doubled(self.world, person, source, &mut d) {
            return None;
        }
        self.remember(person, source, &d);
        let mut row = row.clone();
        row.cells[column] = self.id(&d, source != SourceKind::Tekun);
        row.tags = vec![self.tag(0, person, &d.kinds)];
        Some(row)
    }

    /// Hands over a row of a person and, where it stands in the list twice, the second one.
    fn hand_over(
        &mut self,
        person: usize,
        source: SourceKind,
        row: Option<InventedRow>,
        to: &mut dyn FnMut(InventedRow),
    ) {
        let Some(row) = row else { return };
        let second = self.doubled(person, source, &row);
        to(row);
        second.into_iter().for_each(to);
    }

    fn tag(&self, member: u8, person: usize, kinds: &[&str]) -> RowEntity {
        let truth = format!(
            "{},{},{}",
            self.world.person_id(person),
            self.world.household_id(person),
            kinds.join(";")
        );
        RowEntity { member, truth }
    }

    fn place(&self, d: &DeliveredPerson, source: SourceKind, style: usize) -> [InventedCell; 3] {
        let v = match (d.far, d.moved) {
            (true, _) => self.far,
            (_, true) => self.neighbour,
            _ => &self.world.place,
        };
        if let Some(later) =
            v.later.as_ref().filter(|_| self.slips.writes_later_places(self.world.index as u64, source))
        {
            return [text_cell(&*v.county), text_cell(&*later.township), text_cell(&*later.name)];
        }
        let village = if style == 0 { v.name.as_str() } else { v.short_name() };
        [text_cell(&*v.county), text_cell(&*v.township), text_cell(village)]
    }

    fn flag(&self, value: bool) -> InventedCell {
        match (self.style.form % 3, value) {
            (1, true) => text_cell("1"),
            (1, false) => text_cell("0"),
            (2, true) => text_cell("√"),
            (2, false) => InventedCell::Empty,
            (_, true) => text_cell("是"),
            (_, false) => text_cell("否"),
        }
    }

    fn money(&self, rng: &mut Rng, fen: i64, unit: &str) -> InventedCell {
        let yuan = fen as f64 / 100.0;
        if !self.style.messy || rng.chance(0.8) {
            return number_cell(yuan);
        }
        match rng.below(3) {
            0 => text_cell(format!("{yuan}{unit}")),
            1 => text_cell(format!("{yuan:.2}")),
            _ if fen >= 100_000 => {
                text_cell(format!("{},{:03}.{:02}", fen / 100_000, fen / 100 % 1_000, fen % 100))
            }
            _ => text_cell(format!("{yuan}元")),
        }
    }

    fn date(&self, rng: &mut Rng, date: Option<u32>) -> InventedCell {
        let Some(d) = date else { return InventedCell::Empty };
        let (y, m, day) = (d / 10_000, d / 100 % 100, d % 100);
        match if self.style.messy { rng.below(6) } else { 0 } {
            1 => text_cell(d.to_string()),
            2 => text_cell(format!("{y}.{m}.{day}")),
            3 => text_cell(format!("{y}年{m}月{day}日")),
            4 => text_cell(format!("{y}/{m}/{day}")),
            5 => InventedCell::Date(d),
            _ => text_cell(format!("{y}-{m:02}-{day:02}")),
        }
    }

    fn month(&self, rng: &mut Rng, month: Option<u32>) -> InventedCell {
        let Some(m) = month else { return InventedCell::Empty };
        let (y, m) = (m / 100, m % 100);
        match if self.style.messy { rng.below(5) } else { 0 } {
            1 => text_cell(format!("{y}-{m:02}")),
            2 => text_cell(format!("{y}.{m:02}")),
            3 => text_cell(format!("{y}年{m}月")),
            _ => text_cell(format!("{y}{m:02}")),
        }
    }

    fn id(&self, d: &DeliveredPerson, workbook: bool) -> InventedCell {
        match d.id.parse::<f64>() {
            Ok(number) if d.id_is_number && workbook => InventedCell::Number(number),
            _ => text_cell(&*d.id),
        }
    }

    fn sex(&self, sex: u8) -> InventedCell {
        match (self.style.form % 4, sex) {
            (3, 1) => text_cell("男性"),
            (3, _) => text_cell("女性"),
            (_, 1) => text_cell("男"),
            _ => text_cell("女"),
        }
    }

    fn account(&self, rng: &mut Rng) -> InventedCell {
        text_cell(format!("6228{:015}", rng.next_u64() % 1_000_000_000_000_000))
    }

    fn registry_household(&mut self, rng: &mut Rng, family: usize) -> Option<InventedRow> {
        let w = self.world;
        let f = &w.families[family];
        let r = f.registry.as_ref()?;
        let d = self.person(f.head, SourceKind::RegistryHousehold);
        let persons = f.members.iter().filter(|&&m| w.people[m].registered == Some("正常")).count();
        // The printed label changed in 2018; some rows still show the old one.
        let attribute = match r.attribute {
            "特困供养贫困户" if self.style.messy && rng.chance(0.3) => "五保贫困户",
            other => other,
        };
        let [county, township, village] = self.place(&d, SourceKind::RegistryHousehold, 0);
        let cells = vec![
            county,
            township,
            village,
            text_cell(&*r.number),
            text_cell(&*d.name),
            self.id(&d, true),
            text_cell(attribute),
            text_cell(r.exit_status),
            r.exit_year.map_or(InventedCell::Empty, number_cell),
            text_cell(r.cause),
            text_cell(r.cause_other),
            number_cell(persons as u32),
            self.money(rng, r.income_fen, "元"),
            self.flag(r.dangerous),
            text_cell(r.level),
            self.flag(r.water_difficult),
            self.flag(!r.water_difficult),
            if self.style.messy && rng.chance(0.1) {
                text_cell(format!("{}平方米", r.area_centi as f64 / 100.0))
            } else {
                number_cell(r.area_centi as f64 / 100.0)
            },
            text_cell(&*r.helper),
            text_cell(&*f.phone),
            self.account(rng),
        ];
        Some(InventedRow { cells, tags: vec![self.tag(0, f.head, &d.kinds)], reject: None })
    }

    /// What the registry says of dibao: the truth, but for a few.
    pub(super) fn dibao_flag(&self, person: usize) -> bool {
        if let Some(notes) = self.world.notes(person) {
            return notes.dibao_flag.unwrap_or(self.world.on_dibao(person));
        }
        let slip = Rng::keyed(&[self.slips.seed, self.world.index as u64, person as u64, 21]).chance(0.004);
        self.world.on_dibao(person) != slip
    }

    fn registry_person(&mut self, rng: &mut Rng, person: usize) -> Option<InventedRow> {
        let w = self.world;
        let p = &w.people[person];
        let status = p.registered?;
        let f = &w.families[p.family];
        let number = f.registry.as_ref()?.number.clone();
        let d = self.person(person, SourceKind::RegistryPerson);
        let insured = p.insurance.iter().any(|i| i.year == self.slips.quarter.year && i.status == "正常参保");
        let works = p.labour.contains("普通") || p.labour.contains("技能");
        let [county, township, village] = self.place(&d, SourceKind::RegistryPerson, 0);
        let member = f.members.iter().position(|&m| m == person).unwrap_or(0);
        let notes = w.notes(person);
        let mut cells = vec![
            county,
            township,
            village,
            text_cell(&*number),
            text_cell(format!("{number}{member:02}")),
            text_cell(&*d.name),
            self.sex(d.sex),
            self.id(&d, true),
            text_cell(p.relation),
            text_cell(if rng.chance(0.01) { "回族" } else { "汉族" }),
            text_cell(if p.studying == "非在校生" { p.education } else { "" }),
            text_cell(p.studying),
            text_cell(p.health),
            text_cell(p.labour),
            number_cell({
                let usual = if works { rng.between(0, 11) as u32 } else { 0 };
                notes.and_then(|n| n.work_months).unwrap_or(usual)
            }),
            self.flag(insured),
            self.flag(insured),
            self.flag(rng.chance(0.9)),
            self.flag(self.dibao_flag(person)),
            text_cell(status),
            if person == f.head { text_cell(&*f.phone) } else { InventedCell::Empty },
        ];
        if let Some(notes) = notes {
            cells.extend([
                text_cell(notes.work_place),
                text_cell(notes.absence_reason),
                self.date(rng, notes.identified),
            ]);
        }
        if self.slips.hard.is_some() {
            let stated = self.slips.states_births(self.world.index as u64);
            cells.push(if stated { InventedCell::Date(d.birth) } else { InventedCell::Empty });
        }
        Some(InventedRow { cells, tags: vec![self.tag(0, person, &d.kinds)], reject: None })
    }

    fn dibao(&mut self, rng: &mut Rng, case: usize) -> Option<InventedRow> {
        let w = self.world;
        let c = &w.cases[case];
        let last = self.slips.quarter.last_month();
        // Cases stopped long ago have left the list.
        if c.stop_month.is_some_and(|m| m + 100 <= last)
            || c.start_month > super::calendar::add_months(last, 1)
        {
            return None;
        }
        let head = c.members[0];
        let d = self.person(head, SourceKind::Dibao);
        let [county, township, village] = self.place(&d, SourceKind::Dibao, 1);
        let mut tags = vec![self.tag(1, head, &d.kinds)];
        let aid = if self.style.messy && rng.chance(0.1) {
            c.aid_type.trim_end_matches("救助")
        } else {
            c.aid_type
        };
        let mut cells = vec![
            county,
            township,
            village,
            text_cell(&*c.number),
            text_cell(&*c.certificate),
            text_cell(&*w.families[w.people[head].family].address),
            text_cell(&*d.name),
            self.id(&d, true),
            text_cell(c.category),
            text_cell(aid),
            text_cell(c.mode),
        ];
        for slot in 1..=6 {
            match c.members.get(slot) {
                Some(&m) => {
                    let d = self.person(m, SourceKind::Dibao);
                    tags.push(self.tag(slot as u8 + 1, m, &d.kinds));
                    cells.extend([text_cell(&*d.name), self.id(&d, true), text_cell(w.people[m].relation)]);
                }
                None => cells.extend([InventedCell::Empty, InventedCell::Empty, InventedCell::Empty]),
            }
        }
        cells.extend([
            number_cell(c.members.len() as u32),
            self.money(rng, c.income_fen, "元"),
            self.money(rng, c.monthly_fen, "元/月"),
            self.month(rng, Some(c.start_month)),
            self.month(rng, c.stop_month),
            text_cell(c.stop_reason),
            self.account(rng),
        ]);
        Some(InventedRow { cells, tags, reject: None })
    }

    fn disability_certificate(&mut self, person: usize) -> Option<InventedRow> {
        let (category, grade) = self.world.people[person].disability?;
        let source = SourceKind::DisabilityCertificate;
        let d = self.person(person, source);
        let [county, township, village] = self.place(&d, source, 1);
        let certificate = d.full.map_or(String::new(), |id| format!("{}{category}{grade}", id_text(&id)));
        let cells = vec![
            text_cell(&*d.name),
            self.id(&d, true),
            self.sex(d.sex),
            InventedCell::Date(d.birth),
            text_cell(certificate),
            text_cell(category.to_string()),
            text_cell(grade.to_string()),
            text_cell("有效"),
            county,
            township,
            village,
        ];
        Some(InventedRow { cells, tags: vec![self.tag(0, person, &d.kinds)], reject: None })
    }

    fn tekun(&mut self, rng: &mut Rng, person: usize) -> Option<InventedRow> {
        let w = self.world;
        let k = w.people[person].tekun.as_ref()?;
        let d = self.person(person, SourceKind::Tekun);
        let [county, township, village] = self.place(&d, SourceKind::Tekun, 1);
        let central = k.support_mode == "集中";
        let carer = if central {
            String::new()
        } else {
            format!("{}{}", names::draw_surname(rng), names::given_name(rng, 2, 19_700_101, None))
        };
        let home = if central { format!("{}敬老院", w.place.township) } else { String::new() };
        let mut cells = vec![
            text_cell(&*d.name),
            text_cell(&*d.id),
            county,
            township,
            village,
            text_cell(k.support_mode),
            text_cell(home),
            text_cell(k.self_care),
            text_cell(carer),
            self.flag(k.agreement),
            number_cell(k.annual_fen as f64 / 100.0),
            text_cell(k.start_month.to_string()),
        ];
        if let Some(notes) = w.notes(person) {
            cells.push(text_cell(notes.wish));
        }
        Some(InventedRow { cells, tags: vec![self.tag(0, person, &d.kinds)], reject: None })
    }

    fn insurance(&mut self, rng: &mut Rng, person: usize, out: &mut Vec<InventedRow>) {
        let w = self.world;
        for i in &w.people[person].insurance {
            let mut d = self.person(person, SourceKind::Insurance);
            let mut born = self.date(rng, Some(d.birth));
            // An impossible birth date is a cell that cannot be read, not a row to send back.
            if self.style.messy && rng.chance(0.001) {
                born = text_cell("2018-02-30");
                d.kinds.push("birth_unreadable");
            }
            let [county, township, village] = self.place(&d, SourceKind::Insurance, 1);
            let cells = vec![
                number_cell(i.year),
                text_cell(&*d.name),
                text_cell(&*d.id),
                self.sex(d.sex),
                born,
                county,
                township,
                village,
                text_cell(i.category),
                text_cell(i.status),
                text_cell(i.stop_reason),
                text_cell(i.scheme),
                self.money(rng, i.payment_fen, "元"),
                self.money(rng, i.subsidy_fen, "元"),
                self.flag(i.subsidy_fen > 0),
                self.flag(i.serious),
                self.flag(i.supplementary),
                self.flag(i.commercial),
                self.flag(i.aid_target),
            ];
            out.push(InventedRow { cells, tags: vec![self.tag(0, person, &d.kinds)], reject: None });
        }
    }

    fn housing(&mut self, rng: &mut Rng, family: usize) -> Option<InventedRow> {
        let w = self.world;
        let f = &w.families[family];
        let h = f.housing.as_ref()?;
        let d = self.person(f.head, SourceKind::Housing);
        let [county, township, village] = self.place(&d, SourceKind::Housing, 1);
        let paid = if h.accept_result == "合格" { h.approved_fen } else { 0 };
        let cells = vec![
            text_cell(&*h.archive_no),
            text_cell(&*d.name),
            self.id(&d, true),
            county,
            township,
            village,
            number_cell(h.family_size.unwrap_or_else(|| w.present(family).len() as u32)),
            text_cell(h.poverty_type),
            text_cell(h.level),
            text_cell(if h.level == "D级" { "整栋危险" } else { "局部危险" }),
            text_cell(h.mode),
            number_cell(h.plan_year),
            self.date(rng, h.start),
            self.date(rng, h.finish),
            self.date(rng, h.accepted),
            text_cell(h.accept_result),
            number_cell(h.area_centi as f64 / 100.0),
            self.money(rng, h.approved_fen, "元"),
            self.money(rng, paid, "元"),
            text_cell(h.ledger_status),
            self.date(rng, h.delisted),
            InventedCell::Empty,
        ];
        Some(InventedRow { cells, tags: vec![self.tag(0, f.head, &d.kinds)], reject: None })
    }

    /// Guardian cells: name, number, relation to the child.
    fn guardian(&self, person: usize) -> [InventedCell; 3] {
        let p = &self.world.people[person];
        let Some(g) = p.guardian else {
            return [InventedCell::Empty, InventedCell::Empty, InventedCell::Empty];
        };
        let g = &self.world.people[g];
        let old = age_on(g.birth, p.birth) > 42;
        let relation = match (old, g.sex) {
            (false, 1) => "父亲",
            (false, _) => "母亲",
            (true, 1) => "祖父",
            (true, _) => "祖母",
        };
        let id = self.guardian_number(person).map_or(String::new(), |id| id_text(&id));
        [text_cell(&*g.name), text_cell(id), text_cell(relation)]
    }

    /// The guardian's number as the lists of schools write it; of a few it is not written.
    fn guardian_number(&self, person: usize) -> Option<[u8; 18]> {
        let guardian = self.world.people[person].guardian?;
        let mut rng = Rng::keyed(&[self.slips.seed, self.world.index as u64, person as u64, 6]);
        (!rng.chance(0.03)).then(|| self.world.people[guardian].id)
    }

    fn student(&mut self, rng: &mut Rng, person: usize) -> Option<InventedRow> {
        let w = self.world;
        let p = &w.people[person];
        let s = p.student.as_ref()?;
        let d = self.person(person, SourceKind::Student);
        let [county, township, village] = self.place(&d, SourceKind::Student, 1);
        // The roll makes its own number from the ID it was given; without one it makes a
        // temporary one from area and birth date.
        let number = match d.full {
            Some(full) if super::identity::is_valid_id(&full) => format!("G{}", id_text(&full)),
            _ if rng.chance(0.5) => format!("L{}{}{:04}", w.place.id_prefix, d.birth, rng.below(10_000)),
            _ => format!("J{}{}{:04}", w.place.id_prefix, d.birth, rng.below(10_000)),
        };
        let [g_name, g_id, g_relation] = self.guardian(person);
        let mut cells = vec![
            text_cell(&*s.school),
            text_cell(s.stage),
            text_cell(format!(
                "{}年级",
                ["一", "二", "三", "四", "五", "六"][(s.grade as usize).clamp(1, 6) - 1]
            )),
            text_cell(format!("{}班", s.class)),
            text_cell(&*d.name),
            self.sex(d.sex),
            InventedCell::Date(d.birth),
            text_cell(&*d.id),
            text_cell(number),
            county,
            township,
            village,
            text_cell(&*w.families[p.family].address),
            g_name,
            g_id,
            g_relation,
            text_cell(if p.disability.is_some() { "是" } else { "否" }),
            text_cell(s.mode),
            text_cell(s.status),
            InventedCell::Date(s.enrolled),
        ];
        if let Some(notes) = w.notes(person) {
            cells.extend([self.date(rng, notes.status_date), text_cell(notes.status_reason)]);
        }
        Some(InventedRow { cells, tags: vec![self.tag(0, person, &d.kinds)], reject: None })
    }

    fn student_aid(&mut self, rng: &mut Rng, person: usize, out: &mut Vec<InventedRow>) {
        let w = self.world;
        let p = &w.people[person];
        for a in &p.aid {
            let of_roll = p.student.as_ref().map(|s| s.school.as_str());
            let Some(school) = a.school.as_deref().or(of_roll) else { continue };
            let d = self.person(person, SourceKind::StudentAid);
            let [g_name, g_id, g_relation] = self.guardian(person);
            let cells = vec![
                text_cell(school),
                text_cell(&*d.name),
                text_cell(&*d.id),
                text_cell(&*a.term),
                text_cell(a.item),
                self.money(rng, a.amount_fen, "元"),
                text_cell(a.category),
                g_name,
                g_id,
                g_relation,
            ];
            out.push(InventedRow { cells, tags: vec![self.tag(0, person, &d.kinds)], reject: None });
        }
    }

    fn deceased(&mut self, rng: &mut Rng, person: usize) -> Option<InventedRow> {
        let death = self.world.notes(person)?.death?;
        let d = self.person(person, SourceKind::Deceased);
        let [county, township, village] = self.place(&d, SourceKind::Deceased, 1);
        let cremated = rng.chance(0.6);
        let cells = vec![
            text_cell(&*d.name),
            text_cell(&*d.id),
            self.sex(d.sex),
            self.date(rng, Some(death)),
            // When the household register was closed, nobody writes down.
            InventedCell::Empty,
            text_cell(if cremated { "火化" } else { "户口注销" }),
            county,
            township,
            village,
        ];
        Some(InventedRow { cells, tags: vec![self.tag(0, person, &d.kinds)], reject: None })
    }

    fn relocation(&mut self, rng: &mut Rng, family: usize) -> Option<InventedRow> {
        let w = self.world;
        let moved_in = w.chronicle.as_ref()?.relocated.get(&family).copied()?;
        let head = w.families[family].head;
        let d = self.person(head, SourceKind::Relocation);
        let [county, township, village] = self.place(&d, SourceKind::Relocation, 1);
        let mut tags = vec![self.tag(1, head, &d.kinds)];
        let mut cells = vec![
            text_cell(format!("搬{:04}{family:05}", w.index)),
            county,
            township,
            village,
            text_cell("集中安置"),
            text_cell(format!("{}安置点", w.place.township)),
            self.date(rng, Some(moved_in)),
            self.flag(true),
            number_cell(w.present(family).len() as u32 * 25),
            number_cell(57_000.0),
            number_cell(3_000.0),
            text_cell(&*d.name),
            self.id(&d, true),
        ];
        let mut others = w.present(family).into_iter().filter(|&m| m != head);
        for slot in 1..=super::layout::RELOCATED_MEMBERS {
            match others.next() {
                Some(m) => {
                    let d = self.person(m, SourceKind::Relocation);
                    tags.push(self.tag(slot as u8 + 1, m, &d.kinds));
                    cells.extend([text_cell(&*d.name), self.id(&d, true), text_cell(w.people[m].relation)]);
                }
                None => cells.extend([InventedCell::Empty, InventedCell::Empty, InventedCell::Empty]),
            }
        }
        Some(InventedRow { cells, tags, reject: None })
    }
}
