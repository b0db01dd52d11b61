//! Records that carry the same usable ID number.
//!
//! Most records of good lists find their partners here and are done: a number that its check
//! character confirms, carried by two or three records whose names agree, is *settled*. Two
//! settled records with different numbers are two people each of whom somebody else confirms, so
//! the later passes, which look for partners in spite of the number, pass such pairs over. That
//! takes away most of the work and none of the doubtful cases: a number that stands beside two
//! names settles nothing.

use std::ops::Range;

use rayon::prelude::*;

use super::{KeyPass, pack_pair};
use crate::link::compare::{HanNameLevel, han_name_level};
use crate::link::nodes::LinkNodes;
use crate::model::id_number::IdClass;
use crate::model::links::PassReport;
use crate::normalize::NameForm;
use crate::table::key_index::KeyGroups;

/// Largest group that can be settled; more records of one number want a second look.
const MOST_SETTLED: usize = 12;

/// Numbers and the records that carry them; numbers without a real birth date included.
#[derive(Debug)]
pub(super) struct NumberCarriers(KeyGroups);

impl NumberCarriers {
    pub(super) fn new(nodes: &LinkNodes<'_>) -> Self {
        let parts = equal_ranges(nodes.len()).into_par_iter();
        let numbered = |node| Some((nodes.id(node).edit_key()?, node));
        Self(KeyGroups::new(parts.map(|nodes| nodes.filter_map(numbered).collect()).collect(), |key| {
            key / 11
        }))
    }

    /// All of them, those of a number together.
    pub(super) fn all(&self) -> &[(u64, u32)] {
        self.0.entries()
    }

    /// Records whose first 17 digits are `body`.
    pub(super) fn of_body(&self, body: u64) -> &[(u64, u32)] {
        self.0.of(body * 11..=body * 11 + 10)
    }
}

/// Pairs of the pass, and which records it settles. `single`: by source, at most one record per
/// person, and which system fills it; without it nothing is settled.
pub(super) fn block_same_id(
    pass: &KeyPass<'_>,
    carriers: &NumberCarriers,
    single: Option<(&[bool], &[u8])>,
    report: &mut PassReport,
) -> (Vec<u64>, Option<Vec<bool>>) {
    let nodes = pass.nodes;
    let mut settled = vec![false; nodes.len()];
    let sorted = carriers.all();
    report.records = sorted.len() as u64;
    let parts: Vec<(Vec<u64>, Vec<u32>, PassReport)> = sorted_pieces(sorted)
        .into_par_iter()
        .map(|range| {
            let (mut found, mut done, mut small) = (Vec::new(), Vec::new(), PassReport::default());
            for group in shared(nodes, &sorted[range]).chunk_by(|a, b| a.number == b.number) {
                if single.is_some_and(|(single, systems)| settles(group, single, systems)) {
                    done.extend(group.iter().map(|member| member.node));
                    for (i, a) in group.iter().enumerate() {
                        found.extend(group[i + 1..].iter().map(|b| pack_pair(a.node, b.node)));
                    }
                } else {
                    let usable = group.iter().filter(|member| member.usable);
                    let usable: Vec<(u64, u32)> = usable.map(|one| (one.number, one.node)).collect();
                    pass.block(&usable, &[], &mut found, &mut small);
                }
            }
            (found, done, small)
        })
        .collect();
    let mut all = Vec::with_capacity(parts.iter().map(|p| p.0.len()).sum());
    for (found, done, small) in parts {
        all.extend(found);
        report.add(&small);
        done.into_iter().for_each(|node| settled[node as usize] = true);
    }
    (all, single.map(|_| settled))
}

/// One of several records that carry a number.
struct CarrierRecord<'a> {
    number: u64,
    node: u32,
    source: u8,
    /// May the number join records?
    usable: bool,
    trusted: bool,
    name: Option<&'a NameForm>,
}

/// The records that share their number with another: looked up before any of them is judged, so
/// that the look-ups wait for memory side by side.
fn shared<'a>(nodes: &LinkNodes<'a>, entries: &[(u64, u32)]) -> Vec<CarrierRecord<'a>> {
    let several = entries.chunk_by(|a, b| a.0 == b.0).filter(|group| group.len() > 1).flatten();
    several
        .map(|&(number, node)| {
            let id = nodes.id(node);
            let (usable, trusted) = (id.class != IdClass::BadDate18, id.trusted());
            let source = nodes.source[node as usize];
            CarrierRecord { number, node, source, usable, trusted, name: nodes.name(node) }
        })
        .collect()
}

/// Do all records of the group agree on who carries the number?
fn settles(group: &[CarrierRecord<'_>], single: &[bool], systems: &[u8]) -> bool {
    // Lists of one system repeat each other's mistakes: together they are one witness.
    let system = |source: u8| systems[usize::from(source)];
    let echo = group.iter().any(|member| member.source != group[0].source)
        && group.iter().all(|member| system(member.source) == system(group[0].source));
    if echo {
        return false;
    }
    let Some(name) = group[0].name.filter(|_| group.len() <= MOST_SETTLED) else { return false };
    group.iter().all(|member| member.usable)
        && group.iter().any(|member| member.trusted)
        && group[1..].iter().all(|member| {
            member.name.is_some_and(|other| {
                let level = han_name_level(name, other);
                level != HanNameLevel::Missing && level <= HanNameLevel::Note
            })
        })
        && group.iter().enumerate().all(|(i, a)| {
            !single[usize::from(a.source)] || group[i + 1..].iter().all(|b| b.source != a.source)
        })
}

/// Cuts the records into ranges for parallel work.
pub(super) fn equal_ranges(count: usize) -> Vec<Range<u32>> {
    const RANGE: usize = 1 << 15;
    (0..count).step_by(RANGE).map(|from| from as u32..count.min(from + RANGE) as u32).collect()
}

/// Cuts grouped entries into pieces for parallel work that keep equal keys together.
pub(super) fn sorted_pieces(sorted: &[(u64, u32)]) -> Vec<Range<usize>> {
    const PIECE: usize = 1 << 16;
    let mut out = Vec::new();
    let mut start = 0;
    while start < sorted.len() {
        let mut end = (start + PIECE).min(sorted.len());
        while end < sorted.len() && sorted[end].0 == sorted[end - 1].0 {
            end += 1;
        }
        out.push(start..end);
        start = end;
    }
    out
}
