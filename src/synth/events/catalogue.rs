//! `data/events.toml`: what happens, how often, and which rules must say it.

use serde::Deserialize;

use super::stage::Happening;
use super::{
    ordinary_benefits, ordinary_houses, ordinary_life, ordinary_school, wrong_benefits, wrong_cover,
    wrong_houses, wrong_school,
};
use crate::{Error, Result};

const CATALOGUE: &str = include_str!("../data/events.toml");

/// Harm or life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::synth) enum EventKind {
    /// Harm or money: a rule must say it.
    Wrong,
    /// No rule may say it.
    Ordinary,
}

impl EventKind {
    /// The word in the truth file.
    pub(in crate::synth) fn code(self) -> &'static str {
        match self {
            Self::Wrong => "wrong",
            Self::Ordinary => "ordinary",
        }
    }
}

/// To whom an event happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::synth) enum EventSubject {
    /// One person; others of the household may have events of their own.
    Person,
    /// The household; nothing else happens in it.
    Household,
}

impl EventSubject {
    /// The word in the truth file.
    pub(in crate::synth) fn code(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Household => "household",
        }
    }
}

/// One kind of event.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::synth) struct LifeEvent {
    pub name: String,
    /// What officers would call it.
    pub label: String,
    pub kind: EventKind,
    pub subject: EventSubject,
    /// Share of those it can happen to.
    pub rate: f64,
    /// How many among 100,000 persons, oversampled.
    pub oversampled: u32,
    #[allow(dead_code, reason = "read by people")]
    pub source: String,
    #[serde(default)]
    pub raises: Vec<String>,
    #[serde(default)]
    pub may_raise: Vec<String>,
    /// Months until a list shows it.
    #[allow(dead_code, reason = "read by people; the code keeps to it")]
    pub lists: std::collections::BTreeMap<String, u32>,
    /// What the code does; none for what the clerks' slips come to.
    #[serde(skip)]
    pub happening: Option<Happening>,
}

/// All events.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::synth) struct EventCatalogue {
    household_rules: Vec<String>,
    #[serde(rename = "event")]
    pub events: Vec<LifeEvent>,
}

impl EventCatalogue {
    /// Reads the catalogue that is built in.
    ///
    /// # Errors
    /// Internal: the file and the code do not fit together.
    pub(in crate::synth) fn read() -> Result<Self> {
        let mut catalogue: Self =
            toml::from_str(CATALOGUE).map_err(|e| Error::internal(format!("events.toml: {e}")))?;
        for event in &mut catalogue.events {
            event.happening = happenings().find(|(name, _)| *name == event.name).map(|(_, what)| what);
        }
        Ok(catalogue)
    }

    /// Position of an event.
    ///
    /// # Errors
    /// A name that the catalogue lacks.
    pub(in crate::synth) fn position(&self, name: &str) -> Result<usize> {
        self.events.iter().position(|e| e.name == name).ok_or_else(|| {
            let names: Vec<&str> = self.events.iter().map(|e| e.name.as_str()).collect();
            Error::usage(format!("没有“{name}”这种事件")).hint(format!("可用的事件：{}", names.join("、")))
        })
    }

    /// True if a rule's subject is the household.
    pub(in crate::synth) fn asks_for_households(&self, rule: &str) -> bool {
        self.household_rules.iter().any(|r| r == rule)
    }
}

/// What the code can let happen, by name.
fn happenings() -> impl Iterator<Item = (&'static str, Happening)> {
    [
        wrong_benefits::HAPPENINGS,
        wrong_cover::HAPPENINGS,
        wrong_school::HAPPENINGS,
        wrong_houses::HAPPENINGS,
        ordinary_life::HAPPENINGS,
        ordinary_school::HAPPENINGS,
        ordinary_benefits::HAPPENINGS,
        ordinary_houses::HAPPENINGS,
    ]
    .into_iter()
    .flatten()
    .copied()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::evaluate::events::SLIP_EVENTS;

    #[test]
    fn the_catalogue_and_the_code_name_the_same_events() -> Result<()> {
        let catalogue = EventCatalogue::read()?;
        let told: BTreeSet<&str> = catalogue.events.iter().map(|e| e.name.as_str()).collect();
        assert_eq!(told.len(), catalogue.events.len(), "a name twice");
        let known: BTreeSet<&str> = happenings().map(|(name, _)| name).chain(SLIP_EVENTS).collect();
        assert_eq!(told, known);
        for event in &catalogue.events {
            let wrong = event.kind == EventKind::Wrong;
            assert_eq!(wrong, !event.raises.is_empty(), "{}", event.name);
            assert!(!event.source.is_empty() && !event.label.is_empty(), "{}", event.name);
            assert!((0.0..=1.0).contains(&event.rate), "{}", event.name);
            let drawn = event.happening.is_some();
            assert!(wrong || !drawn || event.oversampled >= 300, "{}", event.name);
            assert!(!event.label.contains(','), "{}", event.name);
        }
        Ok(())
    }
}
