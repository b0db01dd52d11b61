//! Near misses: before it is said that somebody stands in no record of a list, the nearest records of
//! that list are looked at, whatever their village.
//!
//! Linking asks which pairs are one person, and holds a namesake in another village for somebody else: most
//! are. A claim of absence asks the other way round. Of somebody who is said to be missing from a list, the
//! one record there that has his name and sex, and no number that speaks against it, is more probably he
//! than not: whoever moved, whose village was written wrongly, or whose number is lost.
//!
//! Candidates are records of the list whose person the subject's own list does not know (who has a record
//! there is nobody else's), with the same reading of the name, or the same birth date or village and a
//! name of which half agrees, and the pairs that linking left to review. Two persons who both stand in a list of one
//! record a person, whose good numbers differ by more than a slip, whose sexes differ or whose birth dates
//! are far apart, are two. What is left is weighed by the comparisons of linking. The score is what the nearest
//! pair of records of the two weighs, less what chance brings among so many candidates: 1/1000 bit of
//! evidence beyond the one in N that any of N free records is he.

use std::cmp::Reverse;
use std::hash::Hash;

use hashbrown::HashMap;
use rayon::prelude::*;

use super::block::pack_pair;
use super::compare::{DateLevel, IdLevel, date_level, id_level};
use super::decide::{PairDecider, names_half_alike};
use super::household_ties::HouseholdTies;
use super::nodes::LinkNodes;
use super::pair_weights::{PairScorer, is_id_slip_level};
use crate::Result;
use crate::link::settings::LinkSettings;
use crate::model::division::{COUNTY, DivisionTree, VILLAGE};
use crate::model::id_number::IdNumber;
use crate::model::links::{Decision, Links, Node};

/// Most namesakes of one subject that are weighed: of a name that so many have, none is near.
const MOST_CANDIDATES: usize = 400;
/// Candidates of one subject that are kept, the nearest first.
const KEPT: usize = 3;

/// A record of a list that may be the one somebody is missing from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NearMiss {
    /// Record of the subject.
    pub record: Node,
    /// Record of the list.
    pub candidate: Node,
    /// Match weight of the two, less what chance brings, in 1/1000 bit.
    pub score: i32,
    /// Is it probably he?
    pub likely: bool,
    /// 0 for the nearest of this subject in this list.
    pub order: u8,
}

/// A claim of absence: the list has no record of the person whom a record is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct AbsenceClaim {
    /// Position of the list.
    pub list: u8,
    /// Record of the subject, of another source.
    pub record: Node,
}

/// What the nearest records of a list are looked for with.
#[derive(Debug, Clone, Copy)]
pub struct NearMissLinker<'a> {
    /// How pairs are weighed.
    pub settings: &'a LinkSettings,
    /// All records.
    pub nodes: &'a LinkNodes<'a>,
    /// Divisions.
    pub tree: &'a DivisionTree,
    /// What linking found.
    pub links: &'a Links,
    /// Dense person of every record.
    pub person: &'a [u32],
}

impl NearMissLinker<'_> {
    /// Finds the nearest candidates of the subjects of these claims; of persons whom the list knows, none.
    /// `foreign`: records that carry somebody else's number. In the order of source, list, record and nearness.
    ///
    /// # Errors
    /// Comparisons that cannot be prepared.
    pub(crate) fn find(&self, foreign: &[bool], claims: &[AbsenceClaim]) -> Result<Vec<NearMiss>> {
        let Self { settings, nodes, tree, links, .. } = *self;
        if claims.is_empty() {
            return Ok(Vec::new());
        }
        let mut households = HouseholdTies::new(nodes, &settings.resolve.household_anchor, foreign);
        let accepted =
            (0..links.left.len()).into_par_iter().filter(|&at| links.decision[at] == Decision::Accept);
        households.connect(accepted.map(|at| pack_pair(links.left[at], links.right[at])));
        let search = NearMissSearch {
            linker: *self,
            foreign,
            persons: self.person.iter().max().map_or(0, |most| *most as usize + 1),
            single: self.single_sources(),
            decider: PairDecider::new(settings),
            scorer: PairScorer::new(settings, nodes, tree, &households, foreign)?,
        };
        let of = |claim: &AbsenceClaim| (nodes.source[claim.record as usize], claim.list);
        let mut claims = claims.to_vec();
        claims.sort_unstable_by_key(|claim| (of(claim), claim.record));
        claims.dedup();
        let same = claims.chunk_by(|a, b| of(a) == of(b)).filter(|claims| of(&claims[0]).0 != claims[0].list);
        Ok(same.flat_map(|claims| search.of_claims(claims)).collect())
    }

    /// Bits of the sources with at most one record a person.
    fn single_sources(&self) -> u64 {
        let single = self.settings.single_sources(&self.nodes.names);
        (0..64).zip(single).fold(0, |bits, (at, one)| bits | u64::from(one) << at)
    }
}

struct NearMissSearch<'a> {
    linker: NearMissLinker<'a>,
    /// By record; shorter where nothing is known.
    foreign: &'a [bool],
    /// How many persons there are.
    persons: usize,
    /// Bits of the sources with at most one record a person.
    single: u64,
    decider: PairDecider,
    scorer: PairScorer<'a>,
}

impl NearMissSearch<'_> {
    fn person(&self, node: Node) -> u32 {
        self.linker.person[node as usize]
    }

    fn records(&self, source: u8) -> std::ops::Range<Node> {
        let at = usize::from(source);
        self.linker.nodes.offsets[at]..self.linker.nodes.offsets[at + 1]
    }

    /// Marks the persons who have a record in a source.
    fn persons(&self, source: u8) -> Vec<bool> {
        let mut marks = vec![false; self.persons];
        self.records(source).for_each(|node| marks[self.person(node) as usize] = true);
        marks
    }

    /// All records of some persons.
    fn members(&self, wanted: impl Iterator<Item = u32>) -> HashMap<u32, Vec<Node>> {
        // There are few of them among all records: a mark is asked faster than a set.
        let mut marks = vec![false; self.persons];
        wanted.for_each(|person| marks[person as usize] = true);
        let mut members: HashMap<u32, Vec<Node>> = HashMap::new();
        for (node, person) in (0..).zip(self.linker.person).filter(|(_, person)| marks[**person as usize]) {
            members.entry(*person).or_default().push(node);
        }
        members
    }

    /// Claims about one list on records of one source.
    fn of_claims(&self, claims: &[AbsenceClaim]) -> Vec<NearMiss> {
        let (nodes, list) = (self.linker.nodes, claims[0].list);
        let known = self.persons(nodes.source[claims[0].record as usize]);
        let listed = self.persons(list);
        let subjects: Vec<Node> = { claims.iter().map(|claim| claim.record) }
            .filter(|&node| !listed[self.person(node) as usize])
            .collect();
        let free: Vec<Node> = self.records(list).filter(|&node| !known[self.person(node) as usize]).collect();
        if subjects.is_empty() || free.is_empty() {
            return Vec::new();
        }
        let mut asked = vec![false; self.persons];
        subjects.iter().for_each(|&node| asked[self.person(node) as usize] = true);
        let near = self.candidates(&asked, &free, list, &known);
        let members = self.members(near.keys().copied());
        let others = self.members(near.values().flatten().map(|&node| self.person(node)));
        let chance = ((free.len() as f64).log2() * 1000.0).round() as i32;
        (subjects.par_iter())
            .filter_map(|&subject| Some((subject, self.person(subject), near.get(&self.person(subject))?)))
            .flat_map_iter(|(subject, person, near)| {
                self.nearest(subject, &members[&person], near, &others, chance)
            })
            .collect()
    }

    /// Free records of a list that may be one of the persons `asked` for, by person; who has none is left out.
    fn candidates(&self, asked: &[bool], free: &[Node], list: u8, known: &[bool]) -> HashMap<u32, Vec<Node>> {
        let nodes = self.linker.nodes;
        let is_asked = |node: &Node| asked[self.person(*node) as usize];
        let all = 0..self.linker.person.len() as Node;
        let mut records = FreeRecords::empty(self.linker.tree);
        // The smaller side says which keys are kept at all.
        let few = asked.iter().filter(|is| **is).count() < free.len();
        if few {
            all.clone().filter(is_asked).for_each(|subject| records.add(nodes, subject, KeyUse::AskedFor));
        }
        let kept = if few { KeyUse::IfAskedFor } else { KeyUse::Kept };
        free.iter().for_each(|&node| records.add(nodes, node, kept));
        let found: Vec<(u32, Vec<Node>)> = all
            .into_par_iter()
            .filter(is_asked)
            .filter_map(|node| {
                let near = records.of(nodes, node);
                (!near.is_empty()).then(|| (self.person(node), near))
            })
            .collect();
        let mut near = self.reviewed_partners(asked, list, known);
        for (person, of_record) in found {
            near.entry(person).or_default().extend(of_record);
        }
        for of_person in near.values_mut() {
            of_person.sort_unstable();
            of_person.dedup();
        }
        near
    }

    /// The nearest of some candidates, those left out that are somebody else.
    fn nearest(
        &self,
        subject: Node,
        own: &[Node],
        candidates: &[Node],
        others: &HashMap<u32, Vec<Node>>,
        chance: i32,
    ) -> Vec<NearMiss> {
        let nodes = self.linker.nodes;
        let mut by_person: Vec<(u32, Node)> =
            candidates.iter().map(|&node| (self.person(node), node)).collect();
        by_person.sort_unstable();
        let facts = PersonFacts::of(nodes, self.foreign, own, self.single);
        let mut found: Vec<(i32, Node)> = Vec::new();
        for same in by_person.chunk_by(|a, b| a.0 == b.0) {
            let theirs = PersonFacts::of(nodes, self.foreign, &others[&same[0].0], self.single);
            if facts.are_two_people(&theirs) {
                continue;
            }
            let weighed = own.iter().flat_map(|&a| same.iter().filter_map(move |&(_, b)| self.weigh(a, b)));
            found
                .extend(weighed.max_by_key(|&(weight, node)| (weight, Reverse((nodes.content(node), node)))));
        }
        // What the records say, not where they stand, breaks ties.
        found.sort_by_cached_key(|&(weight, node)| (Reverse(weight), nodes.content(node), node));
        let near = |(order, (weight, candidate))| {
            let score = weight - chance;
            let likely = score >= self.linker.settings.decision.near_miss;
            NearMiss { record: subject, candidate, score, likely, order }
        };
        (0u8..).zip(found).take(KEPT).map(near).collect()
    }

    /// What a record of the subject and one of a candidate weigh; `None` if the names are two people's.
    fn weigh(&self, own: Node, candidate: Node) -> Option<(i32, Node)> {
        let pair = (own.min(candidate), own.max(candidate));
        let levels = self.scorer.levels(pair.0, pair.1);
        let said = self.decider.said(&levels)?;
        let far = said.name_far() && !said.birth_agrees();
        (!far).then(|| (self.scorer.weight(pair.0, pair.1, &levels), candidate))
    }

    /// Records of a list that linking left to review with records of some persons.
    fn reviewed_partners(&self, asked: &[bool], list: u8, known: &[bool]) -> HashMap<u32, Vec<Node>> {
        let (links, records) = (self.linker.links, self.records(list));
        let mut partners: HashMap<u32, Vec<Node>> = HashMap::new();
        for at in (0..links.left.len()).filter(|&at| links.decision[at] == Decision::Review) {
            let (left, right) = (links.left[at], links.right[at]);
            for (a, b) in [(left, right), (right, left)] {
                let free = records.contains(&b) && !known[self.person(b) as usize];
                if free && asked[self.person(a) as usize] {
                    partners.entry(self.person(a)).or_default().push(b);
                }
            }
        }
        partners
    }
}

/// What the records of a person say that another person's would contradict.
#[derive(Default)]
struct PersonFacts {
    single_sources: u64,
    numbers: Vec<IdNumber>,
    births: Vec<u32>,
    sexes: Vec<u8>,
}

impl PersonFacts {
    fn of(nodes: &LinkNodes<'_>, foreign: &[bool], records: &[Node], single: u64) -> Self {
        let mut this = Self::default();
        for &node in records {
            let source = nodes.source[node as usize];
            if source < 64 {
                this.single_sources |= single & 1 << source;
            }
            // Somebody else's number tells nothing of this person.
            let own = !foreign.get(node as usize).copied().unwrap_or(false);
            let (birth, sex) = match own {
                true => (nodes.birth(node), nodes.sex(node)),
                false => (nodes.stated_birth(node), nodes.stated_sex(node)),
            };
            this.numbers.extend(Some(nodes.id(node)).filter(|id| own && id.trusted()));
            this.births.extend(Some(birth).filter(|birth| *birth != 0));
            this.sexes.extend(Some(sex).filter(|sex| *sex != 0));
        }
        this.births.sort_unstable();
        this.births.dedup();
        this.sexes.sort_unstable();
        this.sexes.dedup();
        this.numbers.sort_unstable_by_key(|id| id.key);
        this.numbers.dedup_by_key(|id| id.key);
        this
    }

    /// Does something speak against one person that no other village explains?
    fn are_two_people(&self, other: &Self) -> bool {
        let far = |a: IdNumber, b: IdNumber| {
            let level = id_level(a, b);
            level > IdLevel::Equal && level != IdLevel::Compatible && !is_id_slip_level(level.number())
        };
        let apart = |a, b| matches!(date_level(a, b), DateLevel::Disagree | DateLevel::SameYear);
        let any = |a: &[u32], b: &[u32]| a.iter().any(|&a| b.iter().any(|&b| apart(a, b)));
        self.single_sources & other.single_sources != 0
            || self.numbers.iter().any(|&a| other.numbers.iter().any(|&b| far(a, b)))
            || any(&self.births, &other.births)
            || self.sexes.iter().any(|a| other.sexes.iter().any(|b| a != b))
    }
}

/// Records of the list that are nobody's of the subjects' list, by what may be looked for.
struct FreeRecords<'a> {
    tree: &'a DivisionTree,
    by_reading: HashMap<u64, Vec<Node>>,
    by_birth: HashMap<u32, Vec<Node>>,
    /// By village, place in the name and character there: what is half the same has one of them in common.
    by_village: HashMap<u64, Vec<Node>>,
}

/// Places and characters of which two names that are half alike have at least one in common: of the two of a short
/// name one, of longer ones one behind the first.
fn telling_characters(characters: &[char]) -> impl Iterator<Item = (u64, u64)> {
    let first = usize::from(characters.len() > 2);
    (0..).zip(characters).skip(first).map(|(place, character)| (place, u64::from(u32::from(*character))))
}

/// Where a record stands in a list by villages, for each of its telling characters.
fn village_keys(nodes: &LinkNodes<'_>, node: Node, village: u32) -> impl Iterator<Item = u64> {
    const CHARACTER_BITS: u64 = 21;
    let characters = nodes.name(node).map_or(&[][..], |name| name.chars());
    let known = telling_characters(characters).filter(move |_| village != 0);
    // A village has 32 bits, a place the 11 left: no name is that long.
    known.map(move |(place, character)| {
        u64::from(village) << 32 | (place << CHARACTER_BITS | character) & 0xFFFF_FFFF
    })
}

/// What to do with the keys of a record.
#[derive(Debug, Clone, Copy)]
enum KeyUse {
    /// They are looked for.
    AskedFor,
    /// The record is kept under those that are looked for.
    IfAskedFor,
    /// The record is kept under all of them.
    Kept,
}

impl<'a> FreeRecords<'a> {
    fn empty(tree: &'a DivisionTree) -> Self {
        Self { tree, by_reading: HashMap::new(), by_birth: HashMap::new(), by_village: HashMap::new() }
    }

    /// Does with the keys of a record what `how` says.
    fn add(&mut self, nodes: &LinkNodes<'_>, node: Node, how: KeyUse) {
        fn add<K: Eq + Hash>(map: &mut HashMap<K, Vec<Node>>, key: K, node: Node, how: KeyUse) {
            match how {
                KeyUse::AskedFor => drop(map.entry(key).or_default()),
                KeyUse::Kept => map.entry(key).or_default().push(node),
                KeyUse::IfAskedFor => {
                    if let Some(records) = map.get_mut(&key) {
                        records.push(node);
                    }
                }
            }
        }
        // No reading and no birth date are not the same as somebody's.
        let reading = nodes.name(node).map_or(0, |name| name.reading_key);
        if reading != 0 {
            add(&mut self.by_reading, reading, node, how);
        }
        let birth = nodes.birth(node);
        if birth != 0 {
            add(&mut self.by_birth, birth, node, how);
        }
        for key in village_keys(nodes, node, self.village(nodes, node)) {
            add(&mut self.by_village, key, node, how);
        }
    }

    fn village(&self, nodes: &LinkNodes<'_>, node: Node) -> u32 {
        self.tree.at_level(nodes.division(node), VILLAGE)
    }

    /// Candidates of a subject: all of the same name, or where too many have it, those of the same county;
    /// and those born on the same day or of the same village whose name is half the same.
    fn of(&self, nodes: &LinkNodes<'_>, subject: Node) -> Vec<Node> {
        let reading = nodes.name(subject).map_or(0, |name| name.reading_key);
        let mut found: Vec<Node> = self.by_reading.get(&reading).cloned().unwrap_or_default();
        if found.len() > MOST_CANDIDATES {
            let county = |node| self.tree.at_level(nodes.division(node), COUNTY);
            let home = county(subject);
            found.retain(|&node| home != 0 && county(node) == home);
            if found.len() > MOST_CANDIDATES {
                found.clear();
            }
        }
        let of_village = village_keys(nodes, subject, self.village(nodes, subject))
            .filter_map(|key| self.by_village.get(&key));
        let near = self.by_birth.get(&nodes.birth(subject)).into_iter().chain(of_village).flatten().copied();
        found.extend(near.filter(|&node| names_half_alike(nodes, subject, node)));
        found
    }
}

#[cfg(test)]
mod tests;
