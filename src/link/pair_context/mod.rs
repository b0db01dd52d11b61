//! What a pair means in the light of the other pairs of its two records.

use hashbrown::{HashMap, HashSet};
use rayon::prelude::*;

use super::block::{pack_pair, unpack_pair};
use super::compare::{HanNameLevel, IdLevel};
use super::decide::{PairDecider, PairEvidence};
use super::list_marks::ListMarks;
use super::nodes::LinkNodes;
use super::{ScoredPair, contradicts_own_id};
use crate::link::settings::DecisionThresholds;
use crate::model::links::{Decision, Tier};

/// From here on a namesake is a rival.
pub(super) const RIVAL: i32 = 5000;
/// A namesake this much lighter is none.
const FAR_BEHIND: i32 = 8000;

/// Records whose ID number is probably somebody else's: it is shared with another name, and the
/// other side has more records (or does not contradict itself). `numbered`: pairs of one number. `systems`: by source, which
/// system fills it; records of one system are one witness.
pub(super) fn find_doubtful_numbers(
    numbered: &[(u64, HanNameLevel)],
    nodes: &LinkNodes<'_>,
    systems: &[u8],
) -> Vec<bool> {
    let pairs = || numbered.par_iter().with_min_len(4096);
    let far: Vec<(u32, u32)> = pairs()
        .filter(|(_, name)| *name > HanNameLevel::Dropped)
        .map(|(pair, _)| unpack_pair(*pair))
        .collect();
    let mut out = vec![false; nodes.len()];
    if far.is_empty() {
        return out;
    }
    // Records that agree with those in question by number and name.
    let asked = mark_records_in_pairs(nodes, far.par_iter().map(|&(a, b)| pack_pair(a, b)));
    let agreeing: Vec<u64> = pairs()
        .filter(|(pair, name)| {
            let (a, b) = unpack_pair(*pair);
            (asked[a as usize] || asked[b as usize]) && *name < HanNameLevel::Dropped
        })
        .map(|(pair, _)| *pair)
        .collect();
    let system = |node: u32| systems[usize::from(nodes.source[node as usize])];
    let mut agree = vec![0i32; nodes.len()];
    for (a, b) in agreeing.into_iter().map(unpack_pair) {
        if system(a) == system(b) {
            continue;
        }
        agree[a as usize] += 1;
        agree[b as usize] += 1;
    }
    for (a, b) in far {
        // A record that contradicts itself needs two more that agree with it.
        let [p, q] = [a, b].map(|n| agree[n as usize] - 2 * i32::from(contradicts_own_id(nodes, n)));
        let mut blame = [p < q, q < p];
        if blame[0] == blame[1] {
            blame = [true, true];
        }
        out[a as usize] |= blame[0];
        out[b as usize] |= blame[1];
    }
    out
}

/// Marks records that carry the number of somebody whose name is one slip away, while whoever is called by their own name
/// has a number of his own in the village: a number copied from a sister's or brother's row.
///
/// The name alone would make it a slip of the pen. That it is none is seen where the bearer of the name stands under his
/// own number in two records, or where the owner of the number has a row of his own in the list; and where the bearer
/// has none there.
pub(super) fn find_copied_numbers(numbered: &[(u64, HanNameLevel)], nodes: &LinkNodes<'_>) -> Vec<bool> {
    use HanNameLevel::{Dropped, Missing, Note, Wildcard};
    let mut copied = vec![false; nodes.len()];
    let slips: Vec<(u32, u32)> = numbered
        .par_iter()
        .with_min_len(4096)
        .filter(|(_, name)| *name > Wildcard && *name <= Dropped)
        .map(|(pair, _)| unpack_pair(*pair))
        .collect();
    if slips.is_empty() {
        return copied;
    }
    let asked = mark_records_in_pairs(nodes, slips.par_iter().map(|&(a, b)| pack_pair(a, b)));
    let mut mates: HashMap<u32, Vec<u32>> = HashMap::new();
    let same = |(_, name): &&(u64, HanNameLevel)| *name != Missing && *name <= Note;
    for &(pair, _) in numbered.iter().filter(same) {
        let (a, b) = unpack_pair(pair);
        for (node, mate) in [(a, b), (b, a)].into_iter().filter(|(node, _)| asked[*node as usize]) {
            mates.entry(node).or_default().push(mate);
        }
    }
    let of = |node: u32| mates.get(&node).map_or(&[][..], Vec::as_slice);
    let called = |node: u32| Some((nodes.name(node)?.fold_key, nodes.division(node)));
    let carriers = slips.iter().flat_map(|&(a, b)| [(a, b), (b, a)]);
    let carriers: Vec<(u32, u32)> = carriers
        .filter(|&(carrier, owner)| nodes.division(carrier) != 0 && of(carrier).len() <= of(owner).len())
        .collect();
    let names: HashSet<u64> = carriers.iter().filter_map(|&(carrier, _)| Some(called(carrier)?.0)).collect();
    let bearers: Vec<((u64, u32), u32)> = nodes
        .all()
        .filter_map(|node| {
            let called = called(node).filter(|(name, place)| *place != 0 && names.contains(name))?;
            nodes.id(node).trusted().then_some((called, node))
        })
        .collect();
    let mut of_name: HashMap<(u64, u32), Vec<u32>> = HashMap::new();
    bearers.into_iter().for_each(|(called, node)| of_name.entry(called).or_default().push(node));
    let source = |node: u32| nodes.source[node as usize];
    for (carrier, owner) in carriers {
        let number = nodes.id(carrier).id18_key();
        let Some(bearers) = called(carrier).and_then(|called| of_name.get(&called)) else { continue };
        let others: Vec<u32> =
            bearers.iter().copied().filter(|&node| nodes.id(node).id18_key() != number).collect();
        let twice = |&node: &u32| {
            let same = others.iter().filter(|&&other| nodes.id(other).key == nodes.id(node).key);
            same.count() > 1
        };
        let listed = [owner].iter().chain(of(owner)).any(|&node| source(node) == source(carrier));
        let known = !others.is_empty() && (listed || others.iter().any(twice));
        if known && others.iter().all(|&node| source(node) != source(carrier)) {
            copied[carrier as usize] = true;
        }
    }
    copied
}

/// Who has found whom by number and name already.
///
/// A namesake who has a record of his own in a list is no candidate for another record of it:
/// that leaves the one who has none.
struct NamesakePartners {
    /// (record, partner), ascending; of the records asked for.
    sorted: Vec<(u32, u32)>,
}

impl NamesakePartners {
    /// Partners of the records that `asked` marks.
    fn of(scored: &[ScoredPair], decider: &PairDecider, asked: &[bool]) -> Self {
        let mut sorted: Vec<(u32, u32)> = scored
            .par_iter()
            .with_min_len(4096)
            .filter(|one| matches!(one.outcome, Some((Tier::T1 | Tier::T3 | Tier::T4, Decision::Accept))))
            .filter(|one| decider.said(&one.levels).is_some_and(|said| said.name < HanNameLevel::Dropped))
            .flat_map_iter(|one| {
                let (a, b) = unpack_pair(one.pair);
                [(a, b), (b, a)]
            })
            .filter(|&(node, _)| asked[node as usize])
            .collect();
        sorted.par_sort_unstable();
        Self { sorted }
    }

    /// Has `node` a partner of its own in the list of `other`, and not `other` itself?
    fn taken(&self, nodes: &LinkNodes, node: u32, other: u32) -> bool {
        let start = self.sorted.partition_point(|&(n, _)| n < node);
        let mut own = self.sorted[start..].iter().take_while(|&&(n, _)| n == node);
        own.any(|&(_, p)| p != other && nodes.source[p as usize] == nodes.source[other as usize])
    }
}

/// Which records the pairs touch.
fn mark_records_in_pairs(nodes: &LinkNodes, pairs: impl ParallelIterator<Item = u64>) -> Vec<bool> {
    let mut out = vec![false; nodes.len()];
    for pair in pairs.collect::<Vec<u64>>() {
        let (a, b) = unpack_pair(pair);
        (out[a as usize], out[b as usize]) = (true, true);
    }
    out
}

/// An ID number that agrees while the names are apart gives way where a record's name is that
/// of somebody near by with another number: then it is a relative's number.
pub(super) fn find_rivals(scored: &mut [ScoredPair], nodes: &LinkNodes, decider: &PairDecider) {
    if !decider.guarded() {
        return;
    }
    let apart = |one: &&ScoredPair| {
        matches!(one.outcome, Some((Tier::T1 | Tier::T2, Decision::Accept)))
            && decider.said(&one.levels).is_some_and(|said| said.name >= HanNameLevel::Dropped)
    };
    let asked =
        mark_records_in_pairs(nodes, scored.par_iter().with_min_len(4096).filter(apart).map(|one| one.pair));
    let of_asked = |one: &&ScoredPair| {
        let (a, b) = unpack_pair(one.pair);
        one.weight >= RIVAL && (asked[a as usize] || asked[b as usize])
    };
    let close: Vec<&ScoredPair> = scored.par_iter().with_min_len(4096).filter(of_asked).collect();
    let mut namesakes = Vec::new();
    for one in close {
        let (a, b) = unpack_pair(one.pair);
        let Some(said) = decider.said(&one.levels) else { return };
        let near = said.near || said.birth_agrees() || said.household_agrees();
        let namesake = said.name != HanNameLevel::Missing && said.name <= HanNameLevel::Wildcard;
        // In its own list a namesake is somebody else.
        let elsewhere = nodes.source[a as usize] != nodes.source[b as usize];
        if said.id > IdLevel::Compatible && namesake && near && elsewhere {
            namesakes.extend([(a, b), (b, a)].into_iter().filter(|&(node, _)| asked[node as usize]));
        }
    }
    let mut met = vec![false; nodes.len()];
    namesakes.iter().for_each(|&(_, other)| met[other as usize] = true);
    (0..).zip(&asked).for_each(|(node, asked): (usize, _)| met[node] |= asked);
    let partners = NamesakePartners::of(scored, decider, &met);
    let mut named = vec![false; nodes.len()];
    for (node, other) in namesakes {
        // A stated birth date that fits the number says whose number it is.
        let birth = nodes.stated_birth(node);
        let open = birth == 0 || nodes.id(node).birth() != Some(birth);
        named[node as usize] |= open && !partners.taken(nodes, other, node);
    }
    let gives_way: Vec<bool> = scored
        .par_iter()
        .with_min_len(4096)
        .map(|one| {
            let (a, b) = unpack_pair(one.pair);
            if !(named[a as usize] || named[b as usize]) || !apart(&one) {
                return false;
            }
            // A character fewer is a slip, unless the number's owner has a record in both lists.
            let dropped = |said: PairEvidence| said.name == HanNameLevel::Dropped;
            let slip = decider.said(&one.levels).is_some_and(dropped);
            let to =
                |node: u32, other: u32| named[node as usize] && (!slip || partners.taken(nodes, other, node));
            to(a, b) || to(b, a)
        })
        .collect();
    scored.par_iter_mut().zip(gives_way).with_min_len(4096).filter(|(_, gives_way)| *gives_way).for_each(
        |(one, _)| {
            one.outcome = Some((Tier::T6, Decision::Review));
        },
    );
}

/// Accepts namesakes of one village (or of connected households) where one of the records has
/// no number of its own, and neither has another namesake near by in the other's source. Of one source that has a record a
/// person (`single`, by source) they are a row that stands there twice; they must weigh what such a pair must, and be the
/// only two of the name. Of several namesakes in a list it is the one whom `marks` name, where they name one and say another
/// thing of the others.
pub(super) fn accept_unique_pairs(
    scored: &mut [ScoredPair],
    nodes: &LinkNodes,
    decider: &PairDecider,
    thresholds: &DecisionThresholds,
    doubtful: &[bool],
    single: &[bool],
    marks: &ListMarks<'_>,
) {
    if thresholds.unique <= 0 || !decider.guarded() {
        return;
    }
    let hopeful = |one: &ScoredPair, said: &PairEvidence| {
        let (a, b) = unpack_pair(one.pair);
        let no_number = said.id == IdLevel::Missing
            || matches!(said.id, IdLevel::TwoEdits | IdLevel::Disagree)
                && (doubtful[a as usize] || doubtful[b as usize]);
        let source = usize::from(nodes.source[a as usize]);
        let twice = source == usize::from(nodes.source[b as usize]);
        let (more, slips) = if twice {
            (thresholds.within_source, HanNameLevel::Note)
        } else {
            (0, HanNameLevel::SimilarShape)
        };
        one.weight + thresholds.unique >= thresholds.accept + more
            && (!twice || single[source])
            && no_number
            && said.name <= slips
            && said.name != HanNameLevel::Missing
            && (said.near || said.household_agrees())
            && !said.sexes_differ
            && !said.birth_against()
    };
    let hopes: Vec<usize> = scored
        .par_iter()
        .enumerate()
        .with_min_len(4096)
        .filter(|(_, one)| matches!(one.outcome, Some((_, Decision::Review))))
        .filter(|(_, one)| decider.said(&one.levels).is_some_and(|said| hopeful(one, &said)))
        .map(|(at, _)| at)
        .collect();
    let mut asked = vec![false; nodes.len()];
    let mut namesakes: HashMap<u32, Vec<(u32, i32)>> = HashMap::new();
    for &at in &hopes {
        let (a, b) = unpack_pair(scored[at].pair);
        for node in [a, b] {
            namesakes.entry(node).or_default();
            asked[node as usize] = true;
        }
    }
    let of_asked = |one: &&ScoredPair| {
        let (a, b) = unpack_pair(one.pair);
        asked[a as usize] || asked[b as usize]
    };
    let close: Vec<&ScoredPair> = scored.par_iter().with_min_len(4096).filter(of_asked).collect();
    for one in &close {
        let (a, b) = unpack_pair(one.pair);
        let Some(said) = decider.said(&one.levels) else { continue };
        // A namesake of another sex, or born at another time, is somebody else whatever else agrees.
        let other_person = said.sexes_differ || said.birth_against();
        if !said.name_agrees() || other_person || one.weight < RIVAL {
            continue;
        }
        for (node, other) in [(a, b), (b, a)] {
            if let Some(list) = namesakes.get_mut(&node) {
                list.push((other, one.weight));
            }
        }
    }
    let joined: HashSet<u64> = (close.iter()).filter(|one| one.accepted()).map(|one| one.pair).collect();
    drop(close);
    let mut met = vec![false; nodes.len()];
    namesakes.values().flatten().for_each(|&(other, _)| met[other as usize] = true);
    let partners = NamesakePartners::of(scored, decider, &met);
    let same_number = |a: u32, b: u32| {
        let (p, q) = (nodes.id(a).id18_key(), nodes.id(b).id18_key());
        p.is_some() && p == q
    };
    // Of two namesakes a list names one: he is insured as poor, the other one is not.
    let is_named = |a: u32, b: u32| marks.names(a, b) || marks.names(b, a);
    let alone = |node: u32, partner: u32, weight: i32| {
        namesakes[&node].iter().all(|&(other, of_other)| {
            // The same person again, or somebody who weighs much less.
            let harmless = other == partner
                || same_number(other, partner)
                || joined.contains(&pack_pair(other, partner))
                || of_other < weight - FAR_BEHIND
                || partners.taken(nodes, other, node)
                || is_named(partner, node) && !is_named(other, node) && marks.denies(other, node);
            // In another source only somebody with another number counts, in its own list nobody.
            let of = |n: u32| nodes.source[n as usize];
            let elsewhere = of(other) != of(partner);
            let numbered = |n: u32| nodes.id(n).trusted() && !doubtful[n as usize];
            let own_list = of(other) == of(node) && of(partner) != of(node);
            harmless || own_list || elsewhere && !(numbered(other) && numbered(partner))
        })
    };
    let accepted: Vec<usize> = hopes
        .into_iter()
        .filter(|&at| {
            let (a, b) = unpack_pair(scored[at].pair);
            // Who has a record of his own in the list rarely has a second one there.
            !partners.taken(nodes, a, b)
                && !partners.taken(nodes, b, a)
                && alone(a, b, scored[at].weight)
                && alone(b, a, scored[at].weight)
        })
        .collect();
    for at in accepted {
        scored[at].outcome = Some((Tier::T5, Decision::Accept));
    }
}

#[cfg(test)]
mod tests;
