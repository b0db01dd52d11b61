//! From levels and weight to tier and decision: thresholds, and guards that know how lists of
//! people go wrong.

use super::ScoredPair;
use super::block::unpack_pair;
use super::compare::{DateLevel, HanNameLevel, IdLevel};
use super::household_ties::HouseholdLevel;
use super::nodes::LinkNodes;
use super::pair_weights::{PairLevels, is_id_slip_level};
use crate::link::settings::{ComparisonKind, LinkSettings};
use crate::model::links::{Decision, Tier};

/// Positions of the comparisons that guards look at.
#[derive(Debug, Clone, Copy)]
pub(super) struct PairDecider {
    accept: i32,
    review: i32,
    within_source: i32,
    id: Option<usize>,
    name: Option<usize>,
    birth: Option<usize>,
    sex: Option<usize>,
    division: Option<usize>,
    household: Option<usize>,
}

impl PairDecider {
    /// Finds the comparisons by kind.
    pub(super) fn new(settings: &LinkSettings) -> Self {
        Self {
            accept: settings.decision.accept,
            review: settings.decision.review,
            within_source: settings.decision.within_source,
            id: settings.comparison_of(ComparisonKind::IdNumber),
            name: settings.comparison_of(ComparisonKind::HanName),
            birth: settings.comparison_of(ComparisonKind::Birth),
            sex: settings.comparison_of(ComparisonKind::Sex),
            division: settings.comparison_of(ComparisonKind::Division),
            household: settings.comparison_of(ComparisonKind::Household),
        }
    }

    /// Do guards apply: are these people with ID numbers and Han names?
    pub(super) fn guarded(&self) -> bool {
        self.number_and_name().is_some()
    }

    /// The comparisons of ID numbers and of Han names, where guards apply.
    pub(super) fn number_and_name(&self) -> Option<(usize, usize)> {
        Some((self.id?, self.name?))
    }

    /// What the levels of a pair say; `None` where guards do not apply.
    pub(super) fn said(&self, levels: &PairLevels) -> Option<PairEvidence> {
        let at = |position: Option<usize>| position.map_or(0, |p| levels[p]);
        self.guarded().then(|| PairEvidence {
            id: IdLevel::from_number(at(self.id)),
            name: HanNameLevel::from_number(at(self.name)),
            birth: DateLevel::from_number(at(self.birth)),
            sexes_differ: at(self.sex) == 2,
            near: matches!(at(self.division), 1 | 2),
            household: HouseholdLevel::from_number(at(self.household)),
        })
    }

    /// Tier and decision; `None` if the pair is neither. `doubtful`: records whose ID number is
    /// probably somebody else's; `copied`: those of them whose number is that of somebody of like name.
    pub(super) fn decide(
        &self,
        nodes: &LinkNodes,
        one: &ScoredPair,
        doubtful: &[bool],
        copied: &[bool],
    ) -> Option<(Tier, Decision)> {
        let (a, b) = unpack_pair(one.pair);
        let review = Some((Tier::T6, Decision::Review));
        let Some(said) = self.said(&one.levels) else {
            let accepted = Some((Tier::T5, Decision::Accept));
            return (one.weight >= self.review)
                .then_some(if one.weight >= self.accept { accepted } else { review })
                .flatten();
        };
        let twice = same_household_twice(nodes, a, b, &said);
        if one.weight < self.review || twice {
            // An ID that two names carry is never passed over in silence.
            return if said.id == IdLevel::Equal && one.weight >= 0 && !twice { review } else { None };
        }
        let tier = decide_tier(&said);
        let same_source = nodes.source[a as usize] == nodes.source[b as usize];
        // Most people have a record in another source, few have two in one.
        let more = if same_source && said.id != IdLevel::Equal { self.within_source } else { 0 };
        let either = |marks: &[bool]| marks[a as usize] || marks[b as usize];
        if one.weight < self.accept + more
            || tier == Tier::T6
            || same_source && said.sexes_differ && said.id != IdLevel::Equal
            || looks_like_two_people(nodes, a, b, &said, either(doubtful))
            || said.id == IdLevel::Equal && said.name > HanNameLevel::Wildcard && either(copied)
        {
            return review;
        }
        Some((tier, Decision::Accept))
    }
}

/// What the levels of a pair say, named.
#[derive(Debug, Clone, Copy)]
pub(super) struct PairEvidence {
    pub id: IdLevel,
    pub name: HanNameLevel,
    pub birth: DateLevel,
    pub sexes_differ: bool,
    /// The same village.
    pub near: bool,
    pub household: HouseholdLevel,
}

impl PairEvidence {
    /// The names are the same but for a slip of the pen.
    pub(super) fn name_agrees(&self) -> bool {
        self.name.agrees()
    }

    /// The names are those of two people.
    pub(super) fn name_far(&self) -> bool {
        self.name > HanNameLevel::Dropped
    }

    /// The surname alone is another: day of birth, village and household are those of one person.
    pub(super) fn surname_changed(&self) -> bool {
        self.name == HanNameLevel::OtherSurname
            && self.birth == DateLevel::Equal
            && self.near
            && self.household_agrees()
            && !self.sexes_differ
    }

    /// The birth dates are the same but for a slip.
    pub(super) fn birth_agrees(&self) -> bool {
        self.birth != DateLevel::Missing && self.birth <= DateLevel::OneDigit
    }

    /// The birth dates are those of two people.
    pub(super) fn birth_against(&self) -> bool {
        matches!(self.birth, DateLevel::Disagree | DateLevel::SameYear)
    }

    /// Something connects the households.
    pub(super) fn household_agrees(&self) -> bool {
        use HouseholdLevel::*;
        matches!(self.household, SameNumber | MembersLinked | Guardian)
    }
}

/// The tier whose words describe the pair.
fn decide_tier(said: &PairEvidence) -> Tier {
    match said.id {
        IdLevel::Equal if said.name_agrees() => Tier::T1,
        IdLevel::Equal => Tier::T2,
        level if is_id_slip_level(level.number()) && said.name_agrees() => Tier::T3,
        IdLevel::Compatible if said.name_agrees() => Tier::T4,
        _ if said.name_agrees() && (said.household_agrees() || said.birth_agrees()) => Tier::T5,
        _ if said.surname_changed() => Tier::T5,
        _ => Tier::T6,
    }
}

/// Two members of one list's household are two people, unless the row is doubled. That it is doubled must be seen: a row
/// without a name is not joined to the one beside it. (That two must stay apart though a third record is like both must be
/// seen, too: there, in `resolve::cluster`, a missing name says nothing.)
fn same_household_twice(nodes: &LinkNodes, a: u32, b: u32, said: &PairEvidence) -> bool {
    nodes.source[a as usize] == nodes.source[b as usize]
        && nodes.household(a) != 0
        && nodes.household(a) == nodes.household(b)
        && !(said.name != HanNameLevel::Missing && said.name <= HanNameLevel::Wildcard)
}

/// Pairs that weigh enough but have the marks of two people.
fn looks_like_two_people(nodes: &LinkNodes, a: u32, b: u32, said: &PairEvidence, doubtful: bool) -> bool {
    let both_state = || nodes.stated_birth(a) != 0 && nodes.stated_birth(b) != 0;
    // A relative's number on the row: the number agrees, the person does not.
    if said.id == IdLevel::Equal && said.name_far() {
        // Two people born on one day share a number that a spreadsheet cut: the day confirms nothing then.
        let cut = nodes.id(a).may_be_truncated() || nodes.id(b).may_be_truncated();
        let confirmed = said.birth == DateLevel::Equal && !said.sexes_differ && !cut;
        // The household of whoever the number is of follows from the number.
        let household = said.household_agrees() && said.household != HouseholdLevel::Guardian;
        let slip_of_pen = (household || said.near)
            && !said.birth_against()
            && !said.sexes_differ
            && names_half_alike(nodes, a, b);
        return !(confirmed && both_state() || slip_of_pen);
    }
    // One number, names that are a slip apart, and two dates that are not: a slip seldom comes with another.
    if said.id == IdLevel::Equal
        && said.name > HanNameLevel::Wildcard
        && said.birth == DateLevel::Disagree
        && both_state()
    {
        return true;
    }
    // A character fewer is a slip, or another member of a family that shares one.
    if said.id == IdLevel::Equal && said.name == HanNameLevel::Dropped {
        return said.birth_against() || said.sexes_differ;
    }
    // Two numbers that both check are two people, unless something else shows that one of the
    // numbers belongs to somebody else.
    let (p, q) = (nodes.id(a), nodes.id(b));
    let differ = said.id != IdLevel::Equal && said.id != IdLevel::Compatible;
    if p.trusted() && q.trusted() && differ {
        let shown = doubtful || contradicts_own_id(nodes, a) || contradicts_own_id(nodes, b);
        let twins = said.id == IdLevel::SameBirthRegion;
        // Within one list two good numbers are two rows for two people.
        let same_list = nodes.source[a as usize] == nodes.source[b as usize] && !shown;
        return twins
            || same_list
            || !(shown || said.household_agrees() && said.name <= HanNameLevel::Variant);
    }
    // Names apart, births apart, and only a slip between the numbers.
    (said.name_far() || said.sexes_differ) && said.birth_against()
}

/// Are at least half of the characters the same, place by place?
pub(super) fn names_half_alike(nodes: &LinkNodes, a: u32, b: u32) -> bool {
    let (Some(p), Some(q)) = (nodes.name(a), nodes.name(b)) else { return false };
    are_half_alike(p.chars(), q.chars())
}

/// As [`names_half_alike`], of the characters.
pub(super) fn are_half_alike(p: &[char], q: &[char]) -> bool {
    let same = p.iter().zip(q).filter(|(x, y)| x == y).count();
    p.len() == q.len() && same * 2 >= p.len()
}

/// Does the record's stated birth date or sex contradict its own ID number?
pub(crate) fn contradicts_own_id(nodes: &LinkNodes, node: u32) -> bool {
    let id = nodes.id(node);
    let (stated, own) = (nodes.stated_birth(node), id.birth().unwrap_or(0));
    if stated != 0 && own != 0 {
        return super::compare::date_level(stated, own) > DateLevel::LunarLike;
    }
    let (stated, own) = (nodes.stated_sex(node), id.sex().map_or(0, |sex| sex as u8));
    stated != 0 && own != 0 && stated != own
}

#[cfg(test)]
mod tests;
