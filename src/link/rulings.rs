//! What officers ruled about pairs of records: the linker obeys.
//!
//! A ruling names each record by a mark, which is made of what the record says of who it is. It is found again in later
//! lists as long as the list says the same; where it says something else, nothing was ruled about it.

use std::collections::BTreeMap;

use hashbrown::HashSet;
use rayon::prelude::*;
use sha2::{Digest as _, Sha256};

use super::block::pack_pair;
use super::nodes::{LinkNodes, NodeColumn};
use crate::model::links::{Node, RuledPairs};
use crate::privacy::IdentitySecret;
use crate::privacy::pseudonym::base32_text;

/// Two records by their marks, and whether they are one person's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SaidOfPair {
    /// Mark of each.
    pub marks: [String; 2],
    /// One person's (`true`) or several persons'.
    pub same: bool,
}

/// Finds the records that were ruled about; of several rulings about a pair the last one holds.
pub fn find_ruled_pairs(nodes: &LinkNodes<'_>, secret: &IdentitySecret, said: &[SaidOfPair]) -> RuledPairs {
    if said.is_empty() {
        return RuledPairs::default();
    }
    let asked: HashSet<&str> = said.iter().flat_map(|one| &one.marks).map(String::as_str).collect();
    let digests: Vec<String> = nodes.all().map(|node| MarkedRecord::of(nodes, node).digest()).collect();
    let mut found: BTreeMap<String, Vec<Node>> = BTreeMap::new();
    for (node, mark) in secret.record_marks(&digests).into_iter().enumerate() {
        if asked.contains(mark.as_str()) {
            found.entry(mark).or_default().push(node as Node);
        }
    }
    let mut ruled: BTreeMap<u64, bool> = BTreeMap::new();
    for SaidOfPair { marks: [left, right], same } in said {
        let (Some(left), Some(right)) = (found.get(left), found.get(right)) else { continue };
        for &a in left {
            for &b in right.iter().filter(|&&b| b != a) {
                ruled.insert(pack_pair(a, b), *same);
            }
        }
    }
    let of = |wanted: bool| ruled.iter().filter(|one| *one.1 == wanted).map(|(pair, _)| *pair).collect();
    RuledPairs { same: of(true), apart: of(false) }
}

/// What a record says of who it is, in normal form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct MarkedRecord {
    /// Name of its source.
    pub(crate) source: String,
    /// ID number; empty if none can be written.
    pub(crate) id_number: String,
    /// Name.
    pub(crate) name: String,
    /// Stated birth date, `yyyymmdd`; 0 if none.
    pub(crate) birth: i64,
    /// Number of the household; empty if none.
    pub(crate) household: String,
}

impl MarkedRecord {
    fn of(nodes: &LinkNodes<'_>, node: Node) -> Self {
        let place = nodes.place(node);
        let household = match nodes.column("household") {
            Some(NodeColumn::Text(values, pool)) if values.at(place) != 0 => {
                pool.get(values.at(place)).to_owned()
            }
            _ => String::new(),
        };
        Self {
            source: nodes.names[place.source].clone(),
            id_number: nodes.id(node).text().unwrap_or_default(),
            name: nodes.name(node).map_or_else(String::new, |name| name.clean().to_owned()),
            birth: nodes.stated_birth(node).into(),
            household,
        }
    }

    /// What is named under the secret. Where there is a number, it and the name say who it is; else whatever else there is.
    pub(crate) fn digest(&self) -> String {
        let birth = self.birth.to_string();
        let more = match self.id_number.is_empty() {
            true => [birth.as_str(), self.household.as_str()],
            false => ["", ""],
        };
        let mut hash = Sha256::new();
        for part in [self.source.as_str(), &self.id_number, &self.name].into_iter().chain(more) {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part.as_bytes());
        }
        base32_text(&hash.finalize(), 26)
    }
}
