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

use super::{KeyPass, PassReport, pack};
use crate::link::compare::{HanNameLevel, han_name_level};
use crate::link::nodes::Nodes;
use crate::normalize::id_number::IdClass;

/// Largest group that can be settled; more records of one number want a second look.
const MOST_SETTLED: usize = 12;

/// Numbers and the records that carry them.
#[derive(Debug, Default)]
pub(super) struct Carriers {
    /// (number, record), ascending; numbers without a real birth date included.
    pub sorted: Vec<(u64, u32)>,
}

impl Carriers {
    pub(super) fn new(nodes: &Nodes) -> Self {
        let mut sorted: Vec<(u64, u32)> =
            nodes.all().filter_map(|node| Some((nodes.id(node).edit_key()?, node))).collect();
        sorted.par_sort_unstable();
        Self { sorted }
    }

    /// Records whose first 17 digits are `body`.
    pub(super) fn of_body(&self, body: u64) -> &[(u64, u32)] {
        let start = self.sorted.partition_point(|&(key, _)| key < body * 11);
        let rest = &self.sorted[start..];
        &rest[..rest.iter().take_while(|(key, _)| key / 11 == body).count()]
    }
}

/// Pairs of the pass, and which records it settles. `single`: by source, at most one record per
/// person; without it nothing is settled.
pub(super) fn pairs(
    pass: &KeyPass<'_>,
    carriers: &Carriers,
    single: Option<&[bool]>,
    report: &mut PassReport,
) -> (Vec<u64>, Option<Vec<bool>>) {
    let nodes = pass.nodes;
    let mut settled = vec![false; nodes.len()];
    let sorted = &carriers.sorted;
    report.records = sorted.len() as u64;
    let parts: Vec<(Vec<u64>, Vec<u32>, PassReport)> = pieces(sorted)
        .into_par_iter()
        .map(|range| {
            let (mut found, mut done, mut small) = (Vec::new(), Vec::new(), PassReport::default());
            for group in sorted[range].chunk_by(|a, b| a.0 == b.0) {
                if group.len() < 2 {
                    continue;
                }
                let usable = |&(_, node): &(u64, u32)| nodes.id(node).class != IdClass::BadDate18;
                if !group.iter().all(usable) {
                    let some: Vec<(u64, u32)> = group.iter().copied().filter(usable).collect();
                    pass.block(&some, &[], &mut found, &mut small);
                } else if single.is_some_and(|single| settles(nodes, group, single)) {
                    done.extend(group.iter().map(|&(_, node)| node));
                    for (i, &(_, a)) in group.iter().enumerate() {
                        found.extend(group[i + 1..].iter().map(|&(_, b)| pack(a, b)));
                    }
                } else {
                    pass.block(group, &[], &mut found, &mut small);
                }
            }
            (found, done, small)
        })
        .collect();
    let mut all = Vec::with_capacity(parts.iter().map(|p| p.0.len()).sum());
    for (found, done, small) in parts {
        all.extend(found);
        report.take(&small);
        done.into_iter().for_each(|node| settled[node as usize] = true);
    }
    (all, single.map(|_| settled))
}

/// Do all records of the group agree on who carries the number?
fn settles(nodes: &Nodes, group: &[(u64, u32)], single: &[bool]) -> bool {
    let first = group[0].1;
    let Some(name) = nodes.name(first).filter(|_| group.len() <= MOST_SETTLED) else { return false };
    group.iter().any(|&(_, node)| nodes.id(node).trusted())
        && group[1..].iter().all(|&(_, node)| {
            nodes.name(node).is_some_and(|other| {
                let level = han_name_level(name, other);
                level != HanNameLevel::Missing && level <= HanNameLevel::Note
            })
        })
        && group.iter().enumerate().all(|(i, &(_, a))| {
            let source = nodes.source[a as usize];
            !single[usize::from(source)]
                || group[i + 1..].iter().all(|&(_, b)| nodes.source[b as usize] != source)
        })
}

/// Cuts sorted entries into pieces for parallel work that keep equal keys together.
pub(super) fn pieces(sorted: &[(u64, u32)]) -> Vec<Range<usize>> {
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
