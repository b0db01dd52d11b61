//! Last of all: two persons who alone bear a name, each missing from every list of the other.
//!
//! Whoever moved and has no number on a row shares nothing with his other records but name and sex, and of two namesakes
//! of two villages nearly all are two people: no pass makes the pair. When everybody else is linked, it is another
//! question. Of a name that nobody else bears in any list, the one person who has a number and the one row that has none
//! are the same, unless two who share a rare name each lack in the lists the record that the other has.
//!
//! What must hold: the row's person has no usable number in any record, the other one has; a list that has the one says that
//! he stands in a list that has the other (whoever is insured as poor is registered; whoever is aided is a pupil: lists of
//! one system), for else a slip in the name of his true record would leave him the name of a stranger; no list has both;
//! both sexes are known and equal (between lists of one system, do not differ); no two known birth dates differ; nobody
//! else, of either sex, bears the name. The pair must weigh `accept` with `sole` added, so that
//! in a table of few people, where a name that stands twice is no rarity, nobody is joined.

use hashbrown::{HashMap, HashSet};
use rayon::prelude::*;

use super::ScoredPair;
use super::block::{pack_pair, unpack_pair};
use super::compare::{DateLevel, date_level};
use super::disjoint_sets::DisjointSets;
use super::nodes::LinkNodes;
use crate::model::links::{Decision, Node, PassReport, RuledPairs, Tier};

/// Most records of two persons that are weighed against each other; who has more is an institution.
const MOST_RECORDS: usize = 40;

/// What two lists say of each other's people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ListTie {
    /// Nothing.
    None,
    /// The row of one says that the person stands in the other.
    Named,
    /// One system fills both.
    OneSystem,
}

/// Persons as accepted pairs make them, and what is known of their records.
pub(super) struct SoleNamesakes<'a> {
    nodes: &'a LinkNodes<'a>,
    /// Records whose number is probably somebody else's.
    doubtful: &'a [bool],
    /// What the lists of two records say of each other.
    ties: &'a (dyn Fn(Node, Node) -> ListTie + Sync),
    /// By record, the first record of its person.
    roots: Vec<Node>,
}

impl<'a> SoleNamesakes<'a> {
    /// The persons that the accepted pairs make. `ties`: what the lists of two records say of each other.
    pub(super) fn new(
        nodes: &'a LinkNodes<'a>,
        doubtful: &'a [bool],
        scored: &[ScoredPair],
        ties: &'a (dyn Fn(Node, Node) -> ListTie + Sync),
    ) -> Self {
        let mut sets = DisjointSets::new(nodes.len());
        for (a, b) in scored.iter().filter(|one| one.accepted()).map(|one| unpack_pair(one.pair)) {
            sets.join(a, b);
        }
        let roots = (0..nodes.len() as Node).map(|node| sets.find(node)).collect();
        Self { nodes, doubtful, ties, roots }
    }

    /// Accepts the best pair of every two such persons, and of those that were not known adds them. `weigh` scores pairs,
    /// whatever they weigh; `enough`: from which weight on they are one person. In the report `records` are the rows
    /// without a number whose name one other person bears, `pairs` those that could be compared, `new_pairs` those accepted.
    pub(super) fn accept(
        &self,
        scored: &mut Vec<ScoredPair>,
        ruled: &RuledPairs,
        enough: i32,
        weigh: impl Fn(&[u64]) -> Vec<ScoredPair>,
    ) -> PassReport {
        let mut report = PassReport { name: "sole_namesake".to_owned(), ..PassReport::default() };
        let mut found: Vec<ScoredPair> = Vec::new();
        let candidates = self.candidates();
        report.records = candidates.len() as u64;
        for (own, others) in candidates.iter().filter(|(own, others)| self.may_be_one(own, others)) {
            report.pairs += 1;
            let mut pairs: Vec<u64> =
                own.iter().flat_map(|&a| others.iter().map(move |&b| pack_pair(a, b))).collect();
            pairs.sort_unstable();
            let told_apart = pairs.iter().any(|&pair| ruled.are_apart(pair));
            // What the records say, not where they stand, breaks ties.
            let content = |one: &ScoredPair| {
                let (a, b) = unpack_pair(one.pair);
                let (x, y) = (self.nodes.content(a), self.nodes.content(b));
                std::cmp::Reverse((x.min(y), x.max(y)))
            };
            let best = weigh(&pairs).into_iter().max_by_key(|one| (one.weight, content(one)));
            found.extend(best.filter(|one| !told_apart && one.weight >= enough));
        }
        report.new_pairs = found.len() as u64;
        for mut one in found {
            one.outcome = Some((Tier::T5, Decision::Accept));
            match scored.binary_search_by_key(&one.pair, |other| other.pair) {
                Ok(at) => scored[at].outcome = one.outcome,
                Err(at) => scored.insert(at, one),
            }
        }
        report
    }

    /// Records of persons without a usable number, and of the one other person who bears the name of each.
    fn candidates(&self) -> Vec<(Vec<Node>, Vec<Node>)> {
        let nodes = self.nodes;
        let full = |&node: &Node| nodes.id(node).edit_key().is_some() && !self.doubtful[node as usize];
        let mut numbered = vec![false; nodes.len()];
        for node in nodes.all().filter(full).collect::<Vec<Node>>() {
            numbered[self.roots[node as usize] as usize] = true;
        }
        let numbered = |person: Node| numbered[person as usize];
        let name =
            |node: Node| nodes.name(node).filter(|name| !name.has_wildcard()).map(|name| name.fold_key);
        let unnumbered = |node: &Node| !numbered(self.roots[*node as usize]);
        let wanted: Vec<u64> = nodes.all().filter(unnumbered).filter_map(name).collect();
        let wanted: HashSet<u64> = wanted.into_iter().collect();
        let bearer = |node: Node| {
            let name = name(node).filter(|name| wanted.contains(name))?;
            Some((name, self.roots[node as usize]))
        };
        let mut bearers: Vec<(u64, Node)> = nodes.all().filter_map(bearer).collect();
        bearers.par_sort_unstable();
        bearers.dedup();
        let mut pairs: Vec<(Node, Node)> = bearers
            .chunk_by(|a, b| a.0 == b.0)
            .filter_map(|same| match *same {
                [(_, a), (_, b)] if numbered(a) != numbered(b) => {
                    Some(if numbered(b) { (a, b) } else { (b, a) })
                }
                _ => None,
            })
            .collect();
        drop(bearers);
        pairs.sort_unstable();
        pairs.dedup();
        // Whose names lead to two persons is of neither.
        let mut met: HashMap<Node, u32> = HashMap::new();
        pairs.iter().flat_map(|&(a, b)| [a, b]).for_each(|person| *met.entry(person).or_default() += 1);
        pairs.retain(|(a, b)| met[a] == 1 && met[b] == 1);
        let mut records: HashMap<Node, Vec<Node>> = HashMap::new();
        for node in (0..nodes.len() as Node).filter(|&node| met.contains_key(&self.roots[node as usize])) {
            records.entry(self.roots[node as usize]).or_default().push(node);
        }
        pairs.iter().map(|(a, b)| (records[a].clone(), records[b].clone())).collect()
    }

    /// May the two be one person: nothing says that they are two, their sex is known, and a list says that the one
    /// stands where the other does?
    fn may_be_one(&self, own: &[Node], others: &[Node]) -> bool {
        let nodes = self.nodes;
        let source = |node: &Node| nodes.source[*node as usize];
        let of_both = own.iter().any(|a| others.iter().any(|b| source(a) == source(b)));
        let sexes = |records: &[Node]| -> HashSet<u8> {
            let sex = |&node: &Node| match self.doubtful[node as usize] {
                true => nodes.stated_sex(node),
                false => nodes.sex(node),
            };
            records.iter().map(sex).filter(|sex| *sex != 0).collect()
        };
        let births = |records: &[Node]| -> Vec<u32> {
            let birth = |&node: &Node| match self.doubtful[node as usize] {
                true => nodes.stated_birth(node),
                false => nodes.birth(node),
            };
            records.iter().map(birth).filter(|birth| *birth != 0).collect()
        };
        let (mine, theirs) = (sexes(own), sexes(others));
        let differ = |a: u32, b: u32| date_level(a, b) > DateLevel::LunarLike;
        let (my_births, their_births) = (births(own), births(others));
        let apart = my_births.iter().any(|&a| their_births.iter().any(|&b| differ(a, b)));
        let tie = own.iter().flat_map(|&a| others.iter().map(move |&b| (self.ties)(a, b))).max();
        let sexes_fit = match tie {
            Some(ListTie::OneSystem) => mine.is_empty() || theirs.is_empty() || mine == theirs,
            _ => mine.len() == 1 && mine == theirs,
        };
        let named = tie.is_some_and(|tie| tie > ListTie::None);
        own.len() * others.len() <= MOST_RECORDS && !of_both && named && sexes_fit && !apart
    }
}

#[cfg(test)]
mod tests;
