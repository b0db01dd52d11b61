//! Scored candidates, and the rounds in which accepted pairs speak for others.

use rayon::prelude::*;

use super::block::{self, PassReport, unpack};
use super::decide::Decider;
use super::household::Households;
use super::nodes::Nodes;
use super::weigh::{self, Parts, Scorer};
use super::{Scored, context};
use crate::Result;
use crate::config::link::{ComparisonKind, LinkSettings, Pass};
use crate::normalize::DivisionTree;

/// Accepted pairs connect households, which lets further members in; what they add connects
/// more. Three rounds settle all but chains of guesses.
const ROUNDS: usize = 3;

/// Candidates with what is known of them so far.
pub(super) struct Scoring<'a> {
    settings: &'a LinkSettings,
    nodes: &'a Nodes<'a>,
    tree: &'a DivisionTree,
    decider: Decider,
    parts: Parts<'a>,
    households: Households,
    /// Records whose ID number is probably somebody else's.
    doubtful: Vec<bool>,
    scored: Vec<Scored>,
}

impl<'a> Scoring<'a> {
    /// Scores every pair by itself, then once more those of records whose number turned out to
    /// be doubtful.
    pub(super) fn new(
        settings: &'a LinkSettings,
        nodes: &'a Nodes<'a>,
        tree: &'a DivisionTree,
        pairs: &[u64],
    ) -> Result<Self> {
        let anchors = &settings.resolve.household_anchor;
        let mut this = Self {
            settings,
            nodes,
            tree,
            decider: Decider::new(settings),
            parts: weigh::parts(settings, nodes)?,
            households: Households::new(nodes, anchors, &[]),
            doubtful: vec![false; nodes.len()],
            scored: Vec::new(),
        };
        this.scored = this.score(pairs);
        this.doubtful = context::doubtful(&this.scored, nodes, &this.decider);
        if this.doubtful.contains(&true) {
            this.households = Households::new(nodes, anchors, &this.doubtful);
            this.score_again(true);
        }
        Ok(this)
    }

    /// Lets accepted pairs bring in members of their households, until nothing changes.
    pub(super) fn rounds(&mut self, pass: &Pass, settled: &[bool]) -> PassReport {
        let mut report = PassReport { name: pass.name.clone(), ..PassReport::default() };
        let mut more = self.households.within(self.nodes, settled);
        for _ in 0..ROUNDS {
            self.decide();
            let accepted = self.scored.par_iter().filter(|one| one.accepted());
            self.households.connect(accepted.map(|one| one.pair));
            more = block::union(&more, &self.households.across(self.nodes, settled));
            report.pairs += more.len() as u64;
            let known = |pair: &u64| self.scored.binary_search_by_key(pair, |s| s.pair).is_ok();
            more.retain(|pair| !known(pair));
            report.new_pairs += more.len() as u64;
            let changed = self.score_again(false);
            if !changed && more.is_empty() {
                // Nothing new, so the decisions stand.
                return report;
            }
            let new = self.score(&more);
            more.clear();
            self.scored.extend(new);
            self.scored.par_sort_unstable_by_key(|s| s.pair);
        }
        self.decide();
        report
    }

    /// The pairs with their decisions, one-to-one not yet considered.
    pub(super) fn decided(self) -> Vec<Scored> {
        self.scored
    }

    fn scorer(&self) -> Scorer<'_> {
        Scorer::with(self.parts.clone(), self.nodes, self.tree, &self.households, &self.doubtful)
    }

    fn score(&self, pairs: &[u64]) -> Vec<Scored> {
        let scorer = self.scorer();
        pairs
            .par_iter()
            .with_min_len(1024)
            .map(|&pair| {
                let (a, b) = unpack(pair);
                let levels = scorer.levels(a, b);
                Scored { pair, weight: scorer.weight(a, b, &levels), levels, outcome: None }
            })
            .collect()
    }

    /// Scores again what households (and, at first, doubtful numbers) changed; did anything?
    fn score_again(&mut self, numbers: bool) -> bool {
        let mut scored = std::mem::take(&mut self.scored);
        let scorer = self.scorer();
        let place = self.settings.comparison_of(ComparisonKind::Household);
        let changed = scored
            .par_iter_mut()
            .with_min_len(1024)
            .map(|one| {
                let (a, b) = unpack(one.pair);
                let before = one.levels;
                if numbers && (self.doubtful[a as usize] || self.doubtful[b as usize]) {
                    one.levels = scorer.levels(a, b);
                } else if let Some(place) = place {
                    one.levels[place] = self.households.level(a, b).number();
                    if one.levels == before {
                        return false;
                    }
                } else {
                    return false;
                }
                one.weight = scorer.weight(a, b, &one.levels);
                one.levels != before
            })
            .reduce(|| false, |x, y| x | y);
        self.scored = scored;
        changed
    }

    /// Decides every pair: by itself, then in the light of the others.
    pub(super) fn decide(&mut self) {
        let (nodes, decider, doubtful) = (self.nodes, &self.decider, &self.doubtful);
        self.scored
            .par_iter_mut()
            .with_min_len(1024)
            .for_each(|one| one.outcome = decider.decide(nodes, one, doubtful));
        context::rivals(&mut self.scored, nodes, decider);
        context::unique(&mut self.scored, nodes, decider, &self.settings.decision, doubtful);
    }
}
