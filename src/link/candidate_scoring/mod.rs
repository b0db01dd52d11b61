//! Scored candidates, and the rounds in which accepted pairs speak for others.

use rayon::prelude::*;

use super::block;
use super::block::unpack_pair;
use super::compare::{HanNameLevel, IdLevel};
use super::decide::PairDecider;
use super::household_ties::HouseholdTies;
use super::list_marks::ListMarks;
use super::nodes::LinkNodes;
use super::pair_weights::{self, ComparisonParts, MOST, PairLevels, PairScorer};
use super::{ScoredPair, pair_context};
use crate::Result;
use crate::link::settings::{BlockingPass, ComparisonKind, LinkSettings};
use crate::model::division::DivisionTree;
use crate::model::links::PassReport;
use crate::model::links::{Decision, Tier};

/// Accepted pairs connect households, which lets further members in; what they add connects
/// more. Three rounds settle all but chains of guesses.
const ROUNDS: usize = 3;
/// Pairs that are scored together: what they compare fits the processor's cache.
const BATCH: usize = 1024;

/// Candidates with what is known of them so far.
pub(super) struct CandidateScoring<'a> {
    settings: &'a LinkSettings,
    nodes: &'a LinkNodes<'a>,
    tree: &'a DivisionTree,
    decider: PairDecider,
    parts: ComparisonParts<'a>,
    households: HouseholdTies,
    /// Records whose ID number is probably somebody else's.
    doubtful: Vec<bool>,
    /// Those whose number was copied from somebody of like name.
    copied: Vec<bool>,
    /// Records whose namesakes may be asked about.
    asked: Vec<bool>,
    /// By source: at most one record a person.
    single: Vec<bool>,
    /// Candidates, ascending.
    pairs: Vec<u64>,
    /// Pairs that connected households brought in, ascending.
    further: Vec<u64>,
    /// Pairs that can matter: most candidates are namesakes, too light to link and in nobody's way.
    scored: Vec<ScoredPair>,
}

impl<'a> CandidateScoring<'a> {
    /// Scores every pair by itself. Whose number is doubtful is found out first.
    pub(super) fn new(
        settings: &'a LinkSettings,
        nodes: &'a LinkNodes<'a>,
        tree: &'a DivisionTree,
        pairs: Vec<u64>,
    ) -> Result<Self> {
        let mut this = Self {
            settings,
            nodes,
            tree,
            decider: PairDecider::new(settings),
            parts: pair_weights::comparison_parts(settings, nodes)?,
            households: HouseholdTies::default(),
            doubtful: Vec::new(),
            copied: Vec::new(),
            asked: vec![false; nodes.len()],
            single: settings.single_sources(&nodes.names),
            pairs,
            further: Vec::new(),
            scored: Vec::new(),
        };
        let numbered = this.of_one_number();
        this.doubtful =
            pair_context::find_doubtful_numbers(&numbered, nodes, &settings.systems(&nodes.names));
        this.copied = pair_context::find_copied_numbers(&numbered, nodes);
        this.doubtful.iter_mut().zip(&this.copied).for_each(|(doubtful, copied)| *doubtful |= copied);
        this.households = HouseholdTies::new(nodes, &settings.resolve.household_anchor, &this.doubtful);
        let far: Vec<u64> =
            numbered.into_iter().filter(|one| one.1 >= HanNameLevel::Dropped).map(|one| one.0).collect();
        this.ask(&this.pairs, &far).into_iter().for_each(|node| this.asked[node as usize] = true);
        this.scored = this.score(&this.pairs);
        Ok(this)
    }

    /// Lets accepted pairs bring in members of their households, until nothing changes.
    pub(super) fn rounds(&mut self, pass: &BlockingPass, settled: &[bool]) -> PassReport {
        let mut report = PassReport { name: pass.name.clone(), ..PassReport::default() };
        let mut more = self.households.within(self.nodes, settled);
        for _ in 0..ROUNDS {
            self.decide();
            let accepted = self.scored.par_iter().filter(|one| one.accepted());
            self.households.connect(accepted.map(|one| one.pair));
            more = block::union_pairs(&more, &self.households.across(self.nodes, settled));
            report.pairs += more.len() as u64;
            let known = |pair: &u64| {
                self.pairs.binary_search(pair).is_ok() || self.further.binary_search(pair).is_ok()
            };
            more.retain(|pair| !known(pair));
            report.new_pairs += more.len() as u64;
            let changed = self.score_again();
            if !changed && more.is_empty() {
                // Nothing new, so the decisions stand.
                return report;
            }
            self.add(std::mem::take(&mut more));
        }
        self.decide();
        report
    }

    /// Scores pairs, whether they can matter or not.
    pub(super) fn weigh(&self, pairs: &[u64]) -> Vec<ScoredPair> {
        let scorer = self.scorer();
        let mut levels = vec![[0; MOST]; pairs.len()];
        scorer.levels_of(pairs, &mut levels, |_| true);
        let weigh = |(&pair, levels)| {
            let (a, b) = unpack_pair(pair);
            let one =
                ScoredPair { pair, weight: scorer.weight(a, b, &levels), levels, own: None, outcome: None };
            ScoredPair { own: self.own(&one), ..one }
        };
        pairs.iter().zip(levels).map(weigh).collect()
    }

    /// The pairs with their decisions, one-to-one not yet considered.
    pub(super) fn take_decided(&mut self) -> Vec<ScoredPair> {
        std::mem::take(&mut self.scored)
    }

    /// Records whose number is probably somebody else's.
    pub(super) fn doubtful(&self) -> &[bool] {
        &self.doubtful
    }

    fn scorer(&self) -> PairScorer<'_> {
        PairScorer::with(self.parts.clone(), self.nodes, self.tree, &self.households, &self.doubtful)
    }

    /// Candidates with equal numbers, and how alike their names are.
    fn of_one_number(&self) -> Vec<(u64, HanNameLevel)> {
        let Some((id, name)) = self.decider.number_and_name() else { return Vec::new() };
        let scorer = self.scorer();
        let of_batch = |pairs: &[u64]| {
            let mut pairs: Vec<u64> =
                pairs.iter().copied().filter(|&pair| scorer.may_be_equal(id, pair)).collect();
            let mut levels = vec![0; pairs.len()];
            scorer.level_of(id, &pairs, |at, level| levels[at] = level);
            let mut level = levels.iter();
            pairs.retain(|_| level.next() == Some(&IdLevel::Equal.number()));
            scorer.level_of(name, &pairs, |at, level| levels[at] = level);
            pairs.into_iter().zip(levels.into_iter().map(HanNameLevel::from_number)).collect::<Vec<_>>()
        };
        self.pairs.par_chunks(BATCH).flat_map_iter(of_batch).collect()
    }

    /// Records whose namesakes may be asked about and were not before: those of `far`, which have
    /// one number and two names ([`pair_context::find_rivals`]), and of pairs across sources, one of the two
    /// without a number of its own ([`pair_context::accept_unique_pairs`]).
    fn ask(&self, pairs: &[u64], far: &[u64]) -> Vec<u32> {
        let Some((id, _)) = self.decider.number_and_name() else { return Vec::new() };
        let scorer = self.scorer();
        let weak: Vec<bool> = (self.nodes.all())
            .map(|node| self.doubtful[node as usize] || !scorer.has_full_number(id, node))
            .collect();
        let source = |node: u32| self.nodes.source[node as usize];
        pairs
            .par_iter()
            .map(|&pair| unpack_pair(pair))
            .filter(|&(a, b)| (weak[a as usize] || weak[b as usize]) && source(a) != source(b))
            .chain(far.par_iter().map(|&pair| unpack_pair(pair)))
            .flat_map_iter(|(a, b)| [a, b])
            .filter(|&node| !self.asked[node as usize])
            .collect()
    }

    /// Those of the pairs that can matter, scored.
    fn score(&self, pairs: &[u64]) -> Vec<ScoredPair> {
        let scorer = self.scorer();
        // Numbers and dates tell most people apart.
        let first = |kind| matches!(kind, ComparisonKind::IdNumber | ComparisonKind::Birth);
        let of_batch = |pairs: &[u64]| {
            let mut levels = vec![[0; MOST]; pairs.len()];
            scorer.levels_of(pairs, &mut levels, first);
            let hopeful = |(pair, levels): &(u64, PairLevels)| {
                scorer.bounds(*pair, levels, first).all(|most| self.matters(*pair, levels, most))
            };
            let (pairs, mut levels): (Vec<u64>, Vec<PairLevels>) =
                pairs.iter().copied().zip(levels).filter(hopeful).unzip();
            scorer.levels_of(&pairs, &mut levels, |kind| !first(kind));
            let score = |(pair, levels)| {
                let (a, b) = unpack_pair(pair);
                ScoredPair { pair, weight: scorer.weight(a, b, &levels), levels, own: None, outcome: None }
            };
            let matters =
                |one: &ScoredPair| self.matters(one.pair, &one.levels, one.weight + self.room(&scorer, one));
            let scored = pairs.into_iter().zip(levels).map(score).filter(matters);
            scored.map(|one| ScoredPair { own: self.own(&one), ..one }).collect::<Vec<_>>()
        };
        // Some at a time, so that what matters of them is not held twice.
        let mut scored = Vec::new();
        for some in pairs.chunks(BATCH * 512) {
            scored.extend(some.par_chunks(BATCH).flat_map_iter(of_batch).collect::<Vec<_>>());
        }
        scored
    }

    /// How much heavier a pair can become: only the evidence of households grows.
    fn room(&self, scorer: &PairScorer<'_>, one: &ScoredPair) -> i32 {
        let Some(place) = self.settings.comparison_of(ComparisonKind::Household) else { return 0 };
        let (a, b) = unpack_pair(one.pair);
        match (self.households.of(a), self.households.of(b)) {
            (0, _) | (_, 0) => 0,
            (p, q) if p == q => 0,
            _ => scorer.most(place) - scorer.plain_weight(place, one.levels[place]),
        }
    }

    /// Can a pair that weighs `most` at most be linked or looked at, or be a rival of one that can?
    fn matters(&self, pair: u64, levels: &PairLevels, most: i32) -> bool {
        let (a, b) = unpack_pair(pair);
        most >= self.settings.decision.review
            || self.decider.number_and_name().is_some_and(|(id, _)| {
                let asked = || self.asked[a as usize] || self.asked[b as usize];
                levels[id] == IdLevel::Equal.number() || most >= pair_context::RIVAL && asked()
            })
    }

    fn own(&self, one: &ScoredPair) -> Option<(Tier, Decision)> {
        self.decider.decide(self.nodes, one, &self.doubtful, &self.copied)
    }

    /// Takes in further pairs, none of which is known.
    fn add(&mut self, more: Vec<u64>) {
        let mut new = self.score(&more);
        self.further = block::union_pairs(&self.further, &more);
        let id = self.decider.number_and_name();
        let scorer = self.scorer();
        let numbered = |pair: &u64| id.is_some_and(|(id, _)| scorer.may_be_equal(id, *pair));
        let far: Vec<u64> = more.iter().copied().filter(numbered).collect();
        let asked = self.ask(&more, &far);
        if !asked.is_empty() {
            // Their namesakes among the candidates had been in nobody's way.
            let mut fresh = vec![false; self.nodes.len()];
            asked.iter().for_each(|&node| fresh[node as usize] = true);
            asked.into_iter().for_each(|node| self.asked[node as usize] = true);
            let touched = |pair: &u64| {
                let (a, b) = unpack_pair(*pair);
                fresh[a as usize] || fresh[b as usize]
            };
            let pairs = self.pairs.par_iter().chain(&self.further).with_min_len(4096).copied();
            let mut again: Vec<u64> = pairs.filter(touched).collect();
            again.sort_unstable();
            new.sort_unstable_by_key(|one| one.pair);
            let is_in = |all: &[ScoredPair], pair: u64| all.binary_search_by_key(&pair, |s| s.pair).is_ok();
            again.retain(|&pair| !is_in(&self.scored, pair) && !is_in(&new, pair));
            new.extend(self.score(&again));
        }
        new.sort_unstable_by_key(|one| one.pair);
        merge_scored_candidates(&mut self.scored, &new);
    }

    /// Scores again what connections of households changed; did anything?
    fn score_again(&mut self) -> bool {
        let Some(place) = self.settings.comparison_of(ComparisonKind::Household) else { return false };
        let mut scored = std::mem::take(&mut self.scored);
        let scorer = self.scorer();
        let changed = scored
            .par_iter_mut()
            .with_min_len(1024)
            .map(|one| {
                let (a, b) = unpack_pair(one.pair);
                let level = self.households.level(a, b).number();
                if one.levels[place] == level {
                    return false;
                }
                one.levels[place] = level;
                one.weight = scorer.weight(a, b, &one.levels);
                one.own = self.own(one);
                true
            })
            .reduce(|| false, |x, y| x | y);
        self.scored = scored;
        changed
    }

    /// Decides every pair: by itself, then in the light of the others.
    pub(super) fn decide(&mut self) {
        let (nodes, decider, doubtful) = (self.nodes, &self.decider, &self.doubtful);
        let systems = self.settings.systems(&nodes.names);
        self.scored.par_iter_mut().with_min_len(4096).for_each(|one| one.outcome = one.own);
        pair_context::find_rivals(&mut self.scored, nodes, decider);
        pair_context::accept_unique_pairs(
            &mut self.scored,
            nodes,
            decider,
            &self.settings.decision,
            doubtful,
            &self.single,
            &ListMarks::new(nodes, &systems),
        );
    }
}

/// Puts some more pairs where they belong; both ascend and have none in common.
fn merge_scored_candidates(scored: &mut Vec<ScoredPair>, new: &[ScoredPair]) {
    let (mut old, mut rest) = (scored.len(), new.len());
    scored.extend_from_slice(new);
    while rest > 0 {
        let place = old + rest - 1;
        if old > 0 && scored[old - 1].pair > new[rest - 1].pair {
            old -= 1;
            scored[place] = scored[old];
        } else {
            rest -= 1;
            scored[place] = new[rest];
        }
    }
}

#[cfg(test)]
mod tests;
