//! Passes by key: records that share every part of it.

use rayon::prelude::*;
use xxhash_rust::xxh3::xxh3_64;

use super::{PassReport, pack};
use crate::config::link::{KeyBy, KeyPart, LinkSettings, Pass};
use crate::link::nodes::{Column, Nodes};
use crate::normalize::DivisionTree;
use crate::normalize::division::{TOWNSHIP, VILLAGE};
use crate::{Error, Result};

/// Most keys of one record in one pass; more combinations than that say nothing.
const MOST_KEYS: usize = 64;

/// Pairs of a pass.
pub(super) fn pairs(
    settings: &LinkSettings,
    pass: &Pass,
    nodes: &Nodes,
    tree: &DivisionTree,
    wanted: &(dyn Fn(u32, u32) -> bool + Sync),
    report: &mut PassReport,
) -> Result<Vec<u64>> {
    for part in pass.keys.iter().chain(&pass.split) {
        if !fits(nodes, part) {
            return Err(Error::configuration(format!(
                "比对轮次“{}”的键 {} 不能按 {:?} 取",
                pass.name, part.column, part.by
            ))
            .in_file(&settings.path)
            .hint("检查列名,以及 by 是否适合这一列"));
        }
    }
    let mut entries = entries(nodes, tree, &pass.keys);
    entries.par_sort_unstable();
    entries.dedup();
    let mut seen: Vec<u32> = entries.iter().map(|e| e.1).collect();
    seen.par_sort_unstable();
    seen.dedup();
    report.records = seen.len() as u64;
    let mut out = Vec::new();
    for block in entries.chunk_by(|a, b| a.0 == b.0) {
        if block.len() < 2 {
            continue;
        }
        if block.len() <= pass.max_block as usize {
            all_pairs(block, wanted, &mut out);
            continue;
        }
        report.split_blocks += 1;
        let mut smaller = Vec::new();
        match &pass.split {
            Some(part) => {
                for &(_, node) in block {
                    keys_of(nodes, tree, node, part, &mut |key| smaller.push((key, node)));
                }
            }
            None => smaller.extend_from_slice(block),
        }
        smaller.sort_unstable();
        for block in smaller.chunk_by(|a, b| a.0 == b.0) {
            if block.len() <= pass.max_block as usize {
                all_pairs(block, wanted, &mut out);
            } else {
                report.skipped_blocks += 1;
                report.skipped_records += block.len() as u64;
            }
        }
    }
    Ok(out)
}

fn all_pairs(block: &[(u64, u32)], wanted: &(dyn Fn(u32, u32) -> bool + Sync), out: &mut Vec<u64>) {
    for (i, &(_, a)) in block.iter().enumerate() {
        for &(_, b) in &block[i + 1..] {
            if a != b && wanted(a, b) {
                out.push(pack(a, b));
            }
        }
    }
}

/// (key, node) of every record that has all parts.
fn entries(nodes: &Nodes, tree: &DivisionTree, parts: &[KeyPart]) -> Vec<(u64, u32)> {
    (0..nodes.len() as u32)
        .into_par_iter()
        .with_min_len(4096)
        .flat_map_iter(|node| {
            let mut keys = vec![0x9E37_79B9_7F4A_7C15u64];
            for part in parts {
                let mut longer = Vec::with_capacity(keys.len());
                keys_of(nodes, tree, node, part, &mut |key| {
                    for &base in &keys {
                        if longer.len() < MOST_KEYS {
                            longer.push(mix(base, key));
                        }
                    }
                });
                keys = longer;
            }
            keys.into_iter().map(move |key| (key, node))
        })
        .collect()
}

fn mix(hash: u64, value: u64) -> u64 {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&hash.to_le_bytes());
    bytes[8..].copy_from_slice(&value.to_le_bytes());
    xxh3_64(&bytes)
}

/// Does the part suit the column? Absent columns suit: no record has the key.
fn fits(nodes: &Nodes, part: &KeyPart) -> bool {
    use KeyBy::*;
    match nodes.column(&part.column) {
        None => true,
        Some(Column::Id(_)) => matches!(part.by, Value | Prefix15 | Ends),
        Some(Column::Name(..)) => matches!(part.by, Value | Reading | Surname),
        Some(Column::Text(..)) => matches!(part.by, Value | Start3),
        Some(Column::Date(_)) => matches!(part.by, Value | Year | DayMonth),
        Some(Column::Division(_)) => matches!(part.by, Value | Township),
        Some(Column::Code(_)) => part.by == Value,
    }
}

/// Keys of one record for one part: none if it lacks the value. The column `birth` is the
/// stated birth date, or the one in the ID number; both where they contradict.
pub fn keys_of(nodes: &Nodes, tree: &DivisionTree, node: u32, part: &KeyPart, found: &mut dyn FnMut(u64)) {
    let at = node as usize;
    if part.column == "birth" && nodes.column("birth").is_none() {
        let (stated, own) = (nodes.stated_birth(node), nodes.id(node).birth().unwrap_or(0));
        if stated != 0 {
            date_keys(stated, part.by, found);
        }
        if own != 0 && own != stated {
            date_keys(own, part.by, found);
        }
        return;
    }
    match nodes.column(&part.column) {
        None => {}
        Some(Column::Id(ids)) => match part.by {
            KeyBy::Ends => ids[at].ends().into_iter().for_each(found),
            KeyBy::Prefix15 => ids[at].prefix15().into_iter().for_each(found),
            _ => ids[at].id18_key().into_iter().for_each(found),
        },
        Some(Column::Name(ids, pool)) if ids[at] != 0 => {
            let name = pool.get(ids[at]);
            match part.by {
                KeyBy::Reading => name.reading_keys().for_each(found),
                KeyBy::Surname => found(u64::from(name.surname_char() as u32)),
                _ => found(name.fold_key),
            }
        }
        Some(Column::Text(ids, pool)) if ids[at] != 0 => {
            text_keys(ids[at], pool.get(ids[at]), part.by, found)
        }
        Some(Column::Date(dates)) if dates[at] != 0 => date_keys(dates[at], part.by, found),
        Some(Column::Division(units)) if units[at] != 0 => division_keys(tree, units[at], part.by, found),
        Some(Column::Code(codes)) if codes[at] != 0 => found(u64::from(codes[at])),
        Some(_) => {}
    }
}

/// A village as merged with others later; nothing for a record that knows less than asked.
fn division_keys(tree: &DivisionTree, unit: u32, by: KeyBy, found: &mut dyn FnMut(u64)) {
    let key = match by {
        KeyBy::Township => tree.at_level(unit, TOWNSHIP),
        _ if tree.at_level(unit, VILLAGE) == 0 => 0,
        _ => tree.lineage(unit),
    };
    if key != 0 {
        found(u64::from(key));
    }
}

fn date_keys(date: u32, by: KeyBy, found: &mut dyn FnMut(u64)) {
    let (month, day) = (date / 100 % 100, date % 100);
    match by {
        KeyBy::Year => found(u64::from(date / 10_000)),
        KeyBy::DayMonth if month != 0 && day != 0 => found(u64::from(month.min(day) * 100 + month.max(day))),
        KeyBy::DayMonth => {}
        _ => found(u64::from(date)),
    }
}

fn text_keys(id: u32, text: &str, by: KeyBy, found: &mut dyn FnMut(u64)) {
    match by {
        KeyBy::Start3 => {
            let end = text.char_indices().nth(3).map_or(text.len(), |(i, _)| i);
            found(xxh3_64(&text.as_bytes()[..end]));
        }
        _ => found(u64::from(id)),
    }
}
