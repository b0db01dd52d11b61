//! Stage 4: which records are the same person: block → compare → weigh → decide.
//!
//! In: one [`crate::normalize::Comparable`] per source. Out: [`Links`], accepted and review
//! pairs with weight, tier and the level reached in every comparison (the evidence).

use rayon::prelude::*;

use crate::Result;
use crate::config::link::{LinkSettings, PassKind};
use crate::normalize::{Comparable, DivisionTree};

pub mod assignment;
pub mod block;
pub mod compare;
mod context;
mod decide;
pub mod generic;
pub mod household;
pub mod nodes;
pub mod one_to_one;
mod random;
pub mod sets;
pub mod train;
pub mod weigh;

use block::PassReport;
pub(crate) use decide::contradicts_own_id;
use household::Households;
use nodes::Nodes;
use weigh::{Levels, Scorer};

/// Position of a record among all records of the run: source offset + row.
pub type Node = u32;

/// What is done with a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Decision {
    /// The pair is the same person.
    Accept = 1,
    /// A human must look.
    Review = 2,
}

/// Match tier an officer understands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Tier {
    /// ID and name agree.
    T1 = 1,
    /// ID agrees, name differs.
    T2 = 2,
    /// One slip in the ID, name agrees.
    T3 = 3,
    /// Damaged or 15-digit ID and name.
    T4 = 4,
    /// Name, birth and village or household, without ID.
    T5 = 5,
    /// Review.
    T6 = 6,
}

/// Scored pairs, sorted by (left, right); parallel vectors.
#[derive(Debug, Clone, Default)]
pub struct Links {
    /// Names of the comparisons, in the order of `levels`.
    pub comparisons: Vec<String>,
    /// Lower node.
    pub left: Vec<Node>,
    /// Higher node.
    pub right: Vec<Node>,
    /// Total match weight in 1/1000 bit.
    pub weight: Vec<i32>,
    /// Tier.
    pub tier: Vec<Tier>,
    /// Decision.
    pub decision: Vec<Decision>,
    /// `levels[c][i]`: level of pair `i` in comparison `c` (0 = missing, then from best 1 downward).
    pub levels: Vec<Vec<u8>>,
    /// What each pass brought.
    pub passes: Vec<PassReport>,
}

/// A scored pair before it is written down.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scored {
    pub(crate) pair: u64,
    pub(crate) weight: i32,
    pub(crate) levels: Levels,
    pub(crate) outcome: Option<(Tier, Decision)>,
}

/// Links the records of all sources, across sources and within each.
pub fn link(settings: &LinkSettings, comparables: &[Comparable], tree: &DivisionTree) -> Result<Links> {
    let nodes = Nodes::build(comparables)?;
    let wanted = |_: u32, _: u32| true;
    let mut candidates = block::candidates(settings, &nodes, tree, &wanted)?;
    let mut households = Households::new(&nodes, &settings.resolve.household_anchor, &[]);
    let decider = decide::Decider::new(settings);
    let contents: Vec<u64> = (0..nodes.len() as u32).into_par_iter().map(|n| nodes.content(n)).collect();
    let mut doubtful = vec![false; nodes.len()];
    let mut scored = score(settings, &nodes, tree, &households, &doubtful, &candidates.pairs)?;
    doubtful = context::doubtful(&scored, &nodes, &decider);
    households = Households::new(&nodes, &settings.resolve.household_anchor, &doubtful);
    let household_pass = settings.passes.iter().find(|pass| pass.kind == PassKind::Household);
    // Accepted pairs connect households, which lets further members in; what they add connects
    // more. Three rounds settle all but chains of guesses.
    for round in 0..if household_pass.is_some() { 3 } else { 1 } {
        if let Some(pass) = household_pass {
            decide(settings, &nodes, &decider, &doubtful, &mut scored);
            households.connect(strong(&scored));
            let more = households.candidates(&nodes, &wanted);
            let before = candidates.pairs.len();
            candidates.pairs = block::union(&candidates.pairs, &more);
            if round == 0 {
                candidates.reports.push(PassReport { name: pass.name.clone(), ..PassReport::default() });
            }
            if let Some(report) = candidates.reports.last_mut() {
                report.pairs = more.len() as u64;
                report.new_pairs += (candidates.pairs.len() - before) as u64;
            }
        }
        scored = score(settings, &nodes, tree, &households, &doubtful, &candidates.pairs)?;
    }
    decide(settings, &nodes, &decider, &doubtful, &mut scored);
    let single: Vec<bool> =
        nodes.names.iter().map(|name| settings.resolve.one_per_person.contains(name)).collect();
    one_to_one::settle(&mut scored, &nodes, &single, &contents);
    let mut links = Links {
        comparisons: settings.comparisons.iter().map(|c| c.name.clone()).collect(),
        levels: vec![Vec::new(); settings.comparisons.len()],
        passes: candidates.reports,
        ..Links::default()
    };
    for one in &scored {
        let Some((tier, decision)) = one.outcome else { continue };
        let (left, right) = block::unpack(one.pair);
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

/// Scores every candidate, in order.
fn score(
    settings: &LinkSettings,
    nodes: &Nodes,
    tree: &DivisionTree,
    households: &Households,
    doubtful: &[bool],
    pairs: &[u64],
) -> Result<Vec<Scored>> {
    let scorer = Scorer::new(settings, nodes, tree, households, doubtful)?;
    Ok(pairs
        .par_iter()
        .with_min_len(1024)
        .map(|&pair| {
            let (a, b) = block::unpack(pair);
            let levels = scorer.levels(a, b);
            Scored { pair, weight: scorer.weight(a, b, &levels), levels, outcome: None }
        })
        .collect())
}

/// Decides every pair: by itself, then in the light of the others.
fn decide(
    settings: &LinkSettings,
    nodes: &Nodes,
    decider: &decide::Decider,
    doubtful: &[bool],
    scored: &mut [Scored],
) {
    scored
        .par_iter_mut()
        .with_min_len(1024)
        .for_each(|one| one.outcome = decider.decide(nodes, one, doubtful));
    context::rivals(scored, nodes, decider);
    context::unique(scored, nodes, decider, &settings.decision, doubtful);
}

/// Accepted pairs, which may speak for others of their households.
fn strong(scored: &[Scored]) -> impl Iterator<Item = u64> + '_ {
    scored.iter().filter(|s| matches!(s.outcome, Some((_, Decision::Accept)))).map(|s| s.pair)
}
