//! What happens to people and households: wrongs that a rule must say, and ordinary life that no rule may flag.
//!
//! Without events, [`super::truth`] reads the truth off the finished lists by the rules' own definitions. With events
//! all lists agree at first ([`orderly`]); then things happen, each written in the lists it touches with the delay they
//! have, and the truth is the list of the wrongs that were put in. What happens, how often, and which rule must say it
//! stands in `data/events.toml`, written from the rules' titles.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use xxhash_rust::xxh3::xxh3_64;

use super::calendar::SynthQuarter;
use super::random::Rng;
use super::village_rows::VillageRowWriter;
use super::world::VillageWorld;
use crate::Result;
use crate::evaluate::events::{IDENTITY_DIFFERS, NUMBER_DAMAGED};

mod catalogue;
mod orderly;
mod ordinary_benefits;
mod ordinary_houses;
mod ordinary_life;
mod ordinary_school;
mod stage;
mod wrong_benefits;
mod wrong_cover;
mod wrong_houses;
mod wrong_school;

pub(super) use catalogue::EventCatalogue;
use catalogue::{EventKind, EventSubject};
use stage::{Happened, Stage};

/// How often events happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventRates {
    /// As often as `data/events.toml` says they do.
    Usual,
    /// So often that every rule and every kind of ordinary life has enough cases among 100,000 persons to be measured.
    Oversampled,
}

/// What events left behind in a person's rows.
#[derive(Debug, Clone, Default)]
pub(super) struct EventNotes {
    /// The registry's mark of dibao, if it is not what the list of dibao says.
    pub dibao_flag: Option<bool>,
    /// Months of work, if drawn by an event.
    pub work_months: Option<u32>,
    pub work_place: &'static str,
    /// Why a child of school age is not in a school of this prefecture.
    pub absence_reason: &'static str,
    /// When the registry entered the person.
    pub identified: Option<u32>,
    /// Last change on the school roll.
    pub status_date: Option<u32>,
    pub status_reason: &'static str,
    /// When the person died, as police and crematoria know.
    pub death: Option<u32>,
    /// Where a person in extreme hardship wishes to live.
    pub wish: &'static str,
}

/// One event that happened to somebody.
#[derive(Debug, Clone)]
pub(super) struct InjectedEvent {
    /// Position in the catalogue.
    pub event: usize,
    /// Whom the rules on persons must name, the one it happened to first.
    pub persons: Vec<usize>,
    /// `yyyymmdd`.
    pub since: u32,
}

/// What happened in one village.
#[derive(Debug, Clone, Default)]
pub(super) struct VillageChronicle {
    /// By person.
    pub notes: Vec<EventNotes>,
    /// Relocated families and when they moved in.
    pub relocated: BTreeMap<usize, u32>,
    pub injected: Vec<InjectedEvent>,
}

/// What is to happen in the whole prefecture.
#[derive(Debug)]
pub(super) struct EventPlan {
    pub catalogue: EventCatalogue,
    rates: EventRates,
    /// Multipliers by event.
    factors: Vec<f64>,
}

impl EventPlan {
    /// Reads the catalogue; `factors` multiply the rates of events by name.
    ///
    /// # Errors
    /// A factor for an event that the catalogue lacks.
    pub(super) fn read(rates: EventRates, factors: &[(String, f64)]) -> Result<Self> {
        let catalogue = EventCatalogue::read()?;
        let mut by_event = vec![1.0; catalogue.events.len()];
        for (name, factor) in factors {
            by_event[catalogue.position(name)?] *= factor;
        }
        Ok(Self { catalogue, rates, factors: by_event })
    }

    /// Lets events happen in a village that [`orderly::settle_orderly`] has filled.
    pub(super) fn happen(
        &self,
        world: &mut VillageWorld,
        seed: u64,
        (first, quarter): (SynthQuarter, SynthQuarter),
        registry_share: f64,
    ) {
        orderly::settle_orderly(world, seed, (first, quarter), registry_share);
        let people = world.people.len();
        let mut free = FreeSubjects::of(world);
        // Households first: they need a family in which nothing has happened. Ordinary life asks for the rarer people.
        let mut order: Vec<usize> = (0..self.catalogue.events.len()).collect();
        let events = &self.catalogue.events;
        order.sort_by_key(|&at| {
            (events[at].subject == EventSubject::Person, events[at].kind == EventKind::Wrong)
        });
        for at in order {
            let event = &self.catalogue.events[at];
            let Some(happening) = event.happening else { continue };
            let topic = xxh3_64(event.name.as_bytes());
            let subjects = match event.subject {
                EventSubject::Person => people,
                EventSubject::Household => free.families.len(),
            };
            let key = [seed, world.index as u64, topic];
            let (candidates, mut most) = self.candidates(at, key, subjects, people);
            for subject in candidates {
                if most == 0 {
                    break;
                }
                if !free.is_free(world, event.subject, subject) {
                    continue;
                }
                let rng = Rng::keyed(&[seed, world.index as u64, topic, subject as u64, 1]);
                let mut stage = Stage { world, rng, first, quarter };
                let Some(Happened { since, persons }) = happening(&mut stage, subject) else { continue };
                most -= 1;
                free.take(world, event.subject, subject, &persons);
                if let Some(chronicle) = &mut world.chronicle {
                    chronicle.injected.push(InjectedEvent { event: at, persons, since });
                }
            }
        }
        world.refresh_dibao();
        // Every row of a person has the cells for notes, also of those who were born meanwhile.
        let people = world.people.len();
        if let Some(chronicle) = &mut world.chronicle {
            chronicle.notes.resize_with(people, EventNotes::default);
        }
    }

    /// Whom an event may happen to, in the order in which they are asked, and to how many it happens at most.
    fn candidates(&self, at: usize, key: [u64; 3], subjects: usize, people: usize) -> (Vec<usize>, usize) {
        let event = &self.catalogue.events[at];
        let own = |subject: usize| Rng::keyed(&[key[0], key[1], key[2], subject as u64]);
        match self.rates {
            EventRates::Usual => {
                let rate = event.rate * self.factors[at];
                ((0..subjects).filter(|&s| own(s).chance(rate)).collect(), usize::MAX)
            }
            EventRates::Oversampled => {
                let due = f64::from(event.oversampled) * self.factors[at] * people as f64 / 100_000.0;
                let whole = due.floor();
                let extra = usize::from(Rng::keyed(&key).chance(due - whole));
                let mut order: Vec<usize> = (0..subjects).collect();
                order.sort_by_cached_key(|&s| (own(s).next_u64(), s));
                (order, whole as usize + extra)
            }
        }
    }
}

/// To whom nothing has happened yet. What happens to a household leaves its members alone afterwards, and whose family
/// something has happened to is spared what happens to households: events must not explain each other away.
struct FreeSubjects {
    /// Families in which nothing has happened.
    families: Vec<bool>,
    /// Families as a whole of which something has happened.
    whole: Vec<bool>,
    persons: Vec<bool>,
}

impl FreeSubjects {
    fn of(world: &VillageWorld) -> Self {
        Self {
            families: vec![true; world.families.len()],
            whole: vec![false; world.families.len()],
            persons: vec![true; world.people.len()],
        }
    }
    fn is_free(&self, world: &VillageWorld, subject: EventSubject, at: usize) -> bool {
        match subject {
            EventSubject::Household => self.families[at],
            EventSubject::Person => {
                self.persons[at] && !self.whole.get(world.people[at].family).copied().unwrap_or(true)
            }
        }
    }
    /// Takes the subject and everybody else whom the event touched.
    fn take(&mut self, world: &VillageWorld, subject: EventSubject, at: usize, touched: &[usize]) {
        for &person in touched {
            if let Some(free) = self.persons.get_mut(person) {
                *free = false;
            }
            if let Some(free) = self.families.get_mut(world.people[person].family) {
                *free = false;
            }
        }
        let family = match subject {
            EventSubject::Household => at,
            EventSubject::Person => {
                self.persons[at] = false;
                world.people[at].family
            }
        };
        if let Some(free) = self.families.get_mut(family) {
            *free = false;
            self.whole[family] |= subject == EventSubject::Household;
        }
    }
}

/// Head of the truth file of events. `happened_to`: the event's own subject; `subject_kind`: that of the rule of the line.
pub(super) const EVENTS_HEAD: &str =
    "event,label,kind,happened_to,subject_kind,person,household,since,rule_code,role\n";

/// The village's lines of the truth files of events and of exceptions, and how many of the latter there are. `writer` must
/// have written every source.
///
/// # Errors
/// Internal: the catalogue lacks an event of the slips.
pub(super) fn told_events(plan: &EventPlan, writer: &VillageRowWriter<'_>) -> Result<(String, String, u64)> {
    let world = writer.world;
    let (mut events, mut exceptions, mut expected) = (String::new(), String::new(), 0);
    let mut tell = |at: usize, persons: &[usize], since: u32| {
        let event = &plan.catalogue.events[at];
        let Some(&first) = persons.first() else { return };
        let mut line = |person: usize, household: bool, rule: &str, role: &str| {
            let subject = if household { "household" } else { "person" };
            let (person, home) = (world.person_id(person), world.household_id(person));
            let (name, label) = (&event.name, &event.label);
            let (kind, to) = (event.kind.code(), event.subject.code());
            let _ = writeln!(
                events,
                "{name},{label},{kind},{to},{subject},{person},{home},{since},{rule},{role}"
            );
            if role == "raises" {
                let entity = if household { home } else { person };
                let _ = writeln!(exceptions, "{rule},{subject},{entity},");
                expected += 1;
            }
        };
        let of_household = event.subject == EventSubject::Household;
        if event.raises.is_empty() && event.may_raise.is_empty() {
            line(first, of_household, "", "");
        }
        // Others whom it touched, such as the other half of a household.
        if event.raises.is_empty() {
            persons[1..].iter().for_each(|&p| line(p, of_household, "", "also"));
        }
        for (rules, role) in [(&event.raises, "raises"), (&event.may_raise, "may_raise")] {
            for rule in rules {
                if plan.catalogue.asks_for_households(rule) {
                    line(first, true, rule, role);
                } else {
                    persons.iter().for_each(|&p| line(p, false, rule, role));
                }
            }
        }
    };
    for one in world.chronicle.iter().flat_map(|c| &c.injected) {
        tell(one.event, &one.persons, one.since);
    }
    let since = writer.slips.quarter.start();
    let differs = plan.catalogue.position(IDENTITY_DIFFERS)?;
    for person in
        (0..world.people.len()).filter(|&p| super::truth::has_contradictory_identity(&writer.seen, p))
    {
        tell(differs, &[person], since);
    }
    let damaged = plan.catalogue.position(NUMBER_DAMAGED)?;
    for person in (0..world.people.len()).filter(|&p| writer.seen[p].damaged) {
        tell(damaged, &[person], since);
    }
    Ok((events, exceptions, expected))
}
