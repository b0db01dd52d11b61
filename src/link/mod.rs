//! Stage 4: which records are the same person: block → compare → weigh → decide.
//!
//! In: one [`crate::normalize::ComparableSource`] per source. Out: [`Links`], accepted and review
//! pairs with weight, tier and the level reached in every comparison (the evidence).

use crate::Result;
use crate::link::settings::{LinkSettings, PassKind};
use crate::model::division::DivisionTree;
use crate::model::links::Decision;
use crate::model::links::{Links, RuledPairs};
use crate::model::links::{Node, Tier};
use crate::normalize::ComparableSource;

pub(crate) mod assignment;
pub mod block;
mod candidate_scoring;
pub(crate) mod compare;
mod decide;
pub(crate) mod disjoint_sets;
pub(crate) mod generic;
pub(crate) mod household_ties;
pub(crate) mod level_words;
mod list_marks;
pub(crate) mod near_miss;
pub(crate) mod nodes;
pub(crate) mod one_to_one;
mod pair_context;
pub(crate) mod pair_weights;
pub(crate) mod rulings;
mod seeded_random;
pub(crate) mod settings;
mod sole_namesakes;
#[cfg(test)]
pub(crate) mod test_lists;
pub(crate) mod train;

use candidate_scoring::CandidateScoring;
pub(crate) use decide::contradicts_own_id;
use list_marks::ListMarks;
use nodes::LinkNodes;
use pair_weights::PairLevels;
pub use rulings::{SaidOfPair, find_ruled_pairs};
use sole_namesakes::{ListTie, SoleNamesakes};

/// A scored pair before it is written down.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ScoredPair {
    pub(crate) pair: u64,
    pub(crate) weight: i32,
    pub(crate) levels: PairLevels,
    /// Decided by itself.
    pub(crate) own: Option<(Tier, Decision)>,
    /// Decided in the light of the other pairs.
    pub(crate) outcome: Option<(Tier, Decision)>,
}

impl ScoredPair {
    /// Is the pair one person, as decided so far?
    pub(crate) fn accepted(&self) -> bool {
        matches!(self.outcome, Some((_, Decision::Accept)))
    }
}

/// Links the records of all sources, across sources and within each.
///
/// # Errors
/// More records than can be numbered (2^32).
pub fn link(settings: &LinkSettings, comparables: &[ComparableSource], tree: &DivisionTree) -> Result<Links> {
    link_nodes(settings, &LinkNodes::build(comparables)?, tree)
}

/// [`link`] over records already laid side by side.
///
/// # Errors
/// Candidates that cannot be made; an internal error where levels and comparisons differ.
pub fn link_nodes(settings: &LinkSettings, nodes: &LinkNodes, tree: &DivisionTree) -> Result<Links> {
    link_as_ruled(settings, nodes, tree, RuledPairs::default())
}

/// [`link_nodes`], obeying what officers ruled: pairs that are one person are accepted, whatever they weigh; pairs that are
/// not are neither linked nor shown for review.
///
/// # Errors
/// As for [`link_nodes`].
pub fn link_as_ruled(
    settings: &LinkSettings,
    nodes: &LinkNodes,
    tree: &DivisionTree,
    ruled: RuledPairs,
) -> Result<Links> {
    let single = settings.single_sources(&nodes.names);
    let mut candidates = block::block_pairs(settings, nodes, tree, Some(&single))?;
    let mut scoring = CandidateScoring::new(settings, nodes, tree, std::mem::take(&mut candidates.pairs))?;
    match settings.passes.iter().find(|pass| pass.kind == PassKind::Household) {
        Some(pass) => candidates.reports.push(scoring.rounds(pass, &candidates.settled)),
        None => scoring.decide(),
    }
    let told_same: Vec<ScoredPair> = scoring.weigh(&ruled.same);
    let mut scored = scoring.take_decided();
    scored.iter_mut().filter(|one| ruled.are_apart(one.pair)).for_each(|one| one.outcome = None);
    one_to_one::settle_one_to_one(&mut scored, nodes, &single);
    if settings.decision.sole > 0 && settings.links_numbered_people() {
        let systems = settings.systems(&nodes.names);
        let marks = ListMarks::new(nodes, &systems);
        let ties = |a: Node, b: Node| match () {
            () if marks.share_system(a, b) => ListTie::OneSystem,
            () if marks.names(a, b) || marks.names(b, a) => ListTie::Named,
            () => ListTie::None,
        };
        let namesakes = SoleNamesakes::new(nodes, scoring.doubtful(), &scored, &ties);
        let enough = settings.decision.accept - settings.decision.sole;
        let report = namesakes.accept(&mut scored, &ruled, enough, |pairs| scoring.weigh(pairs));
        candidates.reports.push(report);
    }
    accept_as_ruled(&mut scored, told_same);
    let kept = scored.iter().filter(|one| one.outcome.is_some()).count();
    let mut links = Links {
        comparisons: settings.comparisons.iter().map(|c| c.name.clone()).collect(),
        left: Vec::with_capacity(kept),
        right: Vec::with_capacity(kept),
        weight: Vec::with_capacity(kept),
        tier: Vec::with_capacity(kept),
        decision: Vec::with_capacity(kept),
        levels: settings.comparisons.iter().map(|_| Vec::with_capacity(kept)).collect(),
        passes: candidates.reports,
        ruled,
    };
    for one in &scored {
        let Some((tier, decision)) = one.outcome else { continue };
        let (left, right) = block::unpack_pair(one.pair);
        links.left.push(left);
        links.right.push(right);
        links.weight.push(one.weight);
        links.tier.push(tier);
        links.decision.push(decision);
        for (column, level) in links.levels.iter_mut().zip(one.levels) {
            column.push(level);
        }
    }
    Ok(links)
}

/// Accepts pairs that are one person; those that the linker would have shown or not even looked at are as sure as a link
/// without a number.
fn accept_as_ruled(scored: &mut Vec<ScoredPair>, same: Vec<ScoredPair>) {
    for mut one in same {
        let found = scored.binary_search_by_key(&one.pair, |other| other.pair);
        let tier = match found.ok().and_then(|at| scored[at].outcome).or(one.own) {
            Some((tier, Decision::Accept)) => tier,
            _ => Tier::T5,
        };
        one.outcome = Some((tier, Decision::Accept));
        match found {
            Ok(at) => scored[at].outcome = one.outcome,
            Err(at) => scored.insert(at, one),
        }
    }
}
