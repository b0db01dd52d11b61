//! From levels and weight to tier and decision: thresholds, and guards that know how lists of
//! people go wrong.

use super::compare::{DateLevel, HanNameLevel, IdLevel};
use super::household::HouseholdLevel;
use super::nodes::Nodes;
use super::weigh::{Levels, is_slip};
use super::{Decision, Tier};
use crate::config::link::{ComparisonKind, LinkSettings};

/// Positions of the comparisons that guards look at.
#[derive(Debug, Clone, Copy)]
pub struct Decider {
    accept: i32,
    review: i32,
    id: Option<usize>,
    name: Option<usize>,
    birth: Option<usize>,
    sex: Option<usize>,
    division: Option<usize>,
    household: Option<usize>,
}

/// What the levels of a pair say, named.
struct Said {
    id: IdLevel,
    name: HanNameLevel,
    birth: DateLevel,
    sexes_differ: bool,
    near: bool,
    household: HouseholdLevel,
}

impl Decider {
    /// Finds the comparisons by kind.
    pub fn new(settings: &LinkSettings) -> Self {
        Self {
            accept: settings.decision.accept,
            review: settings.decision.review,
            id: settings.comparison_of(ComparisonKind::IdNumber),
            name: settings.comparison_of(ComparisonKind::HanName),
            birth: settings.comparison_of(ComparisonKind::Birth),
            sex: settings.comparison_of(ComparisonKind::Sex),
            division: settings.comparison_of(ComparisonKind::Division),
            household: settings.comparison_of(ComparisonKind::Household),
        }
    }

    /// Do guards apply: are these people with ID numbers and Han names?
    pub fn guarded(&self) -> bool {
        self.id.is_some() && self.name.is_some()
    }

    /// Level of names, for callers that weigh rivals.
    pub fn name_level(&self, levels: &Levels) -> HanNameLevel {
        HanNameLevel::from_number(self.name.map_or(0, |at| levels[at]))
    }

    /// Level of ID numbers.
    pub fn id_level(&self, levels: &Levels) -> IdLevel {
        IdLevel::from_number(self.id.map_or(0, |at| levels[at]))
    }

    /// Tier and decision; `None` if the pair is neither.
    pub fn decide(
        &self,
        nodes: &Nodes,
        a: u32,
        b: u32,
        levels: &Levels,
        weight: i32,
    ) -> Option<(Tier, Decision)> {
        if !self.guarded() {
            return (weight >= self.review).then(|| {
                if weight >= self.accept {
                    (Tier::T5, Decision::Accept)
                } else {
                    (Tier::T6, Decision::Review)
                }
            });
        }
        let at = |position: Option<usize>| position.map_or(0, |p| levels[p]);
        let said = Said {
            id: IdLevel::from_number(at(self.id)),
            name: HanNameLevel::from_number(at(self.name)),
            birth: DateLevel::from_number(at(self.birth)),
            sexes_differ: at(self.sex) == 2,
            near: matches!(at(self.division), 1 | 2),
            household: HouseholdLevel::from_number(at(self.household)),
        };
        let tier = tier(&said);
        if weight < self.review || same_household_twice(nodes, a, b, &said) {
            // An ID that two names carry is never passed over in silence.
            let contradiction =
                said.id == IdLevel::Equal && weight >= 0 && !same_household_twice(nodes, a, b, &said);
            return contradiction.then_some((Tier::T6, Decision::Review));
        }
        if weight < self.accept || tier == Tier::T6 || doubtful(nodes, a, b, &said) {
            return Some((Tier::T6, Decision::Review));
        }
        Some((tier, Decision::Accept))
    }
}

/// The tier whose words describe the pair.
fn tier(said: &Said) -> Tier {
    let name_agrees = said.name != HanNameLevel::Missing && said.name <= HanNameLevel::Dropped;
    let household = matches!(
        said.household,
        HouseholdLevel::SameNumber | HouseholdLevel::MembersLinked | HouseholdLevel::Guardian
    );
    match said.id {
        IdLevel::Equal if name_agrees => Tier::T1,
        IdLevel::Equal => Tier::T2,
        level if is_slip(level.number()) && name_agrees => Tier::T3,
        IdLevel::Compatible if name_agrees => Tier::T4,
        _ if name_agrees
            && (good_birth(said.birth) && (said.near || household)
                || household
                || good_birth(said.birth)) =>
        {
            Tier::T5
        }
        _ => Tier::T6,
    }
}

fn good_birth(level: DateLevel) -> bool {
    level != DateLevel::Missing && level <= DateLevel::OneDigit
}

/// Two members of one list's household are two people, unless the row is doubled.
fn same_household_twice(nodes: &Nodes, a: u32, b: u32, said: &Said) -> bool {
    nodes.source[a as usize] == nodes.source[b as usize]
        && nodes.household(a) != 0
        && nodes.household(a) == nodes.household(b)
        && !(said.name != HanNameLevel::Missing && said.name <= HanNameLevel::Wildcard)
}

/// Pairs that look accepted but have the marks of two people.
fn doubtful(nodes: &Nodes, a: u32, b: u32, said: &Said) -> bool {
    let name_far = said.name > HanNameLevel::Dropped;
    let birth_against = said.birth == DateLevel::Disagree || said.birth == DateLevel::SameYear;
    // A relative's number on the row: the number agrees, the person does not.
    if said.id == IdLevel::Equal && name_far {
        let confirmed = said.birth == DateLevel::Equal && !said.sexes_differ;
        return !confirmed || said.name > HanNameLevel::OneCharacter;
    }
    // Two numbers that both check are two people, unless something else shows that one of the
    // numbers belongs to somebody else.
    let (p, q) = (nodes.id(a), nodes.id(b));
    let two_valid = p.trusted() && q.trusted() && said.id != IdLevel::Equal && said.id != IdLevel::Compatible;
    if two_valid {
        let shown = contradicts_own_id(nodes, a) || contradicts_own_id(nodes, b);
        let twins = said.id == IdLevel::SameBirthRegion;
        let by_household =
            matches!(said.household, HouseholdLevel::SameNumber | HouseholdLevel::MembersLinked);
        return twins || !(shown || by_household && said.name <= HanNameLevel::Variant);
    }
    // Names apart, births apart, and only a slip between the numbers.
    name_far && birth_against || said.sexes_differ && birth_against
}

/// Does the record's stated birth date or sex contradict its own ID number?
pub fn contradicts_own_id(nodes: &Nodes, node: u32) -> bool {
    let id = nodes.id(node);
    let (stated, own) = (nodes.stated_birth(node), id.birth().unwrap_or(0));
    if stated != 0 && own != 0 {
        return super::compare::date_level(stated, own) > DateLevel::LunarLike;
    }
    let (stated, own) = (nodes.stated_sex(node), id.sex().map_or(0, |sex| sex as u8));
    stated != 0 && own != 0 && stated != own
}
