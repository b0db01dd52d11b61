//! What an event may look at and change.

use super::super::calendar::{SynthQuarter, add_months, age_on, date_to_days, day_from_epoch_days};
use super::super::random::Rng;
use super::super::world::{InventedPerson, RegistryHousehold, VillageWorld};
use super::{EventNotes, orderly};

/// What an event does to a person or a family (positions in the village), if it can happen to them.
pub(in crate::synth) type Happening = fn(&mut Stage<'_>, usize) -> Option<Happened>;

/// Something that happened.
#[derive(Debug)]
pub(in crate::synth) struct Happened {
    /// `yyyymmdd`.
    pub since: u32,
    /// Whom rules on persons must name, the one it happened to first.
    pub persons: Vec<usize>,
}

/// A village in which something is about to happen.
pub(in crate::synth) struct Stage<'a> {
    pub world: &'a mut VillageWorld,
    pub rng: Rng,
    /// The quarter that dates are told from: an event keeps its date in later quarters.
    pub first: SynthQuarter,
    /// The quarter of the lists.
    pub quarter: SynthQuarter,
}

impl Stage<'_> {
    /// What happened to one person.
    pub(super) fn told(&self, since: u32, person: usize) -> Option<Happened> {
        Some(Happened { since, persons: vec![person] })
    }
    /// What happened to a family, told of its head.
    pub(super) fn told_of(&self, since: u32, family: usize) -> Option<Happened> {
        self.told(since, self.world.families[family].head)
    }
    /// A day so many days before the end of the first quarter.
    pub(super) fn days_ago(&self, days: i64) -> u32 {
        day_from_epoch_days(date_to_days(self.first.end()) - days as i32)
    }
    /// A month so many months before the last one of the first quarter.
    pub(super) fn months_ago(&self, months: i64) -> u32 {
        add_months(self.first.last_month(), -(months as i32))
    }
    /// [`Self::days_ago`] of a number of days drawn in `least..=most`.
    pub(super) fn days_ago_between(&mut self, least: i64, most: i64) -> u32 {
        let back = self.between(least, most);
        self.days_ago(back)
    }
    /// [`Self::months_ago`] of a number of months drawn in `least..=most`.
    pub(super) fn months_ago_between(&mut self, least: i64, most: i64) -> u32 {
        let back = self.between(least, most);
        self.months_ago(back)
    }
    /// True if a list that is `months` late shows at the quarter's end what happened on `date`.
    pub(super) fn shown(&self, date: u32, months: i32) -> bool {
        add_months(date / 100, months) <= self.quarter.last_month()
    }
    /// True in the quarters after the one in which events are told: what waited for a review has been settled.
    pub(super) fn is_later(&self) -> bool {
        self.quarter > self.first
    }
    /// True if the registry's yearly window of changes, in the fourth quarter, has passed since `date`.
    pub(super) fn window_passed(&self, date: u32) -> bool {
        self.quarter >= SynthQuarter { year: date / 10_000, number: 4 }
    }
    /// Age at the quarter's end.
    pub(super) fn age(&self, person: usize) -> i32 {
        age_on(self.world.people[person].birth, self.quarter.end())
    }
    /// Age on 31 August of the school year.
    pub(super) fn school_age(&self, person: usize) -> i32 {
        age_on(self.world.people[person].birth, self.quarter.school_cutoff())
    }
    pub(super) fn person(&self, person: usize) -> &InventedPerson {
        &self.world.people[person]
    }
    pub(super) fn person_mut(&mut self, person: usize) -> &mut InventedPerson {
        &mut self.world.people[person]
    }
    pub(super) fn registry(&self, family: usize) -> Option<&RegistryHousehold> {
        self.world.families[family].registry.as_ref()
    }
    /// Changes the registry's entry of a family, if it has one.
    pub(super) fn change_registry(&mut self, family: usize, change: impl FnOnce(&mut RegistryHousehold)) {
        if let Some(registry) = self.world.families[family].registry.as_mut() {
            change(registry);
        }
    }
    /// The registry says that the family's house is dangerous.
    pub(super) fn mark_dangerous(&mut self, family: usize, level: &'static str) {
        self.change_registry(family, |r| {
            r.dangerous = true;
            r.level = level;
        });
    }
    /// True for a registered person.
    pub(super) fn registered(&self, person: usize) -> bool {
        let p = self.person(person);
        p.registered == Some("正常") && p.gone.is_none()
    }
    pub(super) fn on_dibao(&self, person: usize) -> bool {
        self.world.on_dibao(person)
    }
    pub(super) fn on_tekun(&self, person: usize) -> bool {
        self.person(person).tekun.is_some()
    }
    pub(super) fn is_head(&self, person: usize) -> bool {
        self.world.families[self.person(person).family].head == person
    }
    /// True for a registered person in no list of support but the registry's.
    pub(super) fn plainly_registered(&self, person: usize) -> bool {
        self.registered(person) && !self.on_dibao(person) && !self.on_tekun(person)
    }
    /// Members of a registered family without dibao and tekun; none for others.
    pub(super) fn plain_family(&self, family: usize) -> Option<Vec<usize>> {
        let members = self.world.present(family);
        (self.registry(family).is_some()
            && !members.is_empty()
            && members.iter().all(|&m| self.plainly_registered(m)))
        .then_some(members)
    }
    /// Members of a registered family of which all are on dibao together; none for others.
    pub(super) fn dibao_family(&self, family: usize) -> Option<Vec<usize>> {
        let members = self.world.present(family);
        (self.registry(family).is_some()
            && !members.is_empty()
            && members.iter().all(|&m| self.registered(m) && self.on_dibao(m) && !self.on_tekun(m)))
        .then_some(members)
    }
    /// Members of an unregistered family without any support; none for others.
    pub(super) fn outside_family(&self, family: usize) -> Option<Vec<usize>> {
        let members = self.world.present(family);
        (self.registry(family).is_none()
            && !members.is_empty()
            && members.iter().all(|&m| !self.on_dibao(m) && !self.on_tekun(m)))
        .then_some(members)
    }
    /// True if somebody of the family can work.
    pub(super) fn can_work(&self, family: usize) -> bool {
        self.world.present(family).iter().any(|&m| orderly::is_able(&self.world.people[m]))
    }
    /// True if a family gets on without some of its members: somebody else can work. Whom a death or a parting leaves
    /// without a worker has a claim, which a rule may well say.
    pub(super) fn gets_on_without(&self, family: usize, gone: &[usize]) -> bool {
        let rest = self.world.present(family);
        rest.iter().any(|m| !gone.contains(m) && orderly::is_able(&self.world.people[*m]))
    }
    /// The running case that a person stands in.
    pub(super) fn case_of(&self, person: usize) -> Option<usize> {
        self.world.cases.iter().position(|c| c.stop_month.is_none() && c.members.contains(&person))
    }
    /// Opens a rural case whose family lives below the poverty line; returns its position.
    pub(super) fn open_case(&mut self, members: Vec<usize>, mode: &'static str, start: u32) -> usize {
        let at = orderly::open_poor_case(self.world, &mut self.rng, members, mode, start);
        self.world.refresh_dibao();
        at
    }
    /// Stops a case so long ago that the list has dropped it.
    pub(super) fn forget_case(&mut self, case: usize) {
        let long_ago = add_months(self.first.last_month(), -20);
        let case = &mut self.world.cases[case];
        case.start_month = case.start_month.min(long_ago);
        case.stop_month = Some(long_ago);
        case.stop_reason = "收入超标已核";
        self.world.refresh_dibao();
    }
    /// Takes a person out of every case that has others.
    pub(super) fn leave_cases(&mut self, person: usize) {
        for case in &mut self.world.cases {
            if case.members.len() > 1 {
                case.members.retain(|&m| m != person);
            }
        }
        self.world.refresh_dibao();
    }
    /// Insures a person as the lists now have it.
    pub(super) fn insure(&mut self, person: usize) {
        orderly::insure(self.world, person, self.quarter);
    }
    /// The person's enrolment of the year.
    pub(super) fn cover(&mut self, person: usize) -> Option<&mut super::super::world::InsuranceEnrolment> {
        let year = self.quarter.year;
        self.world.people[person].insurance.iter_mut().find(|i| i.year == year)
    }
    /// Gives the pupil the aid that the lists now call for.
    pub(super) fn aid(&mut self, person: usize) {
        orderly::aid(self.world, person, self.quarter);
    }
    /// What is noted of a person.
    pub(super) fn note(&mut self, person: usize) -> &mut EventNotes {
        orderly::note(self.world, person)
    }
    /// Uniform in `low..=high`.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        self.rng.between(low, high)
    }
    /// Ends the person's enrolment for a reason.
    pub(super) fn end_cover(&mut self, person: usize, reason: &'static str) -> Option<()> {
        let row = self.cover(person)?;
        row.status = "终止";
        row.stop_reason = reason;
        Some(())
    }
    /// True if somebody of the family is a pupil who is due for aid, whom an event of the household would have to mind.
    pub(super) fn has_aided(&self, family: usize) -> bool {
        self.world.present(family).iter().any(|&m| !self.world.people[m].aid.is_empty())
    }
    /// The family lives in a new house elsewhere since a day.
    pub(super) fn relocate(&mut self, family: usize, moved_in: u32) {
        if let Some(chronicle) = &mut self.world.chronicle {
            chronicle.relocated.insert(family, moved_in);
        }
    }
}
