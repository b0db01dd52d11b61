//! What lists say of other lists: who is insured as poor stands in the registry.

use super::nodes::{LinkNodes, SourceValues};
use crate::model::links::Node;
use crate::normalize::{LISTED_IN, PoolId};

/// By record, the source in which its list says that the person stands.
pub(super) struct ListMarks<'a> {
    nodes: &'a LinkNodes<'a>,
    values: Option<&'a SourceValues<'a, PoolId>>,
    /// By value, the system of the source that it names; `None` of a value that names none of the run.
    named: Vec<Option<u8>>,
    /// By source, which system fills it.
    systems: &'a [u8],
}

impl<'a> ListMarks<'a> {
    /// Reads the marks. `systems`: by source, which system fills it; who stands in one list of a system stands in the others.
    pub(super) fn new(nodes: &'a LinkNodes<'a>, systems: &'a [u8]) -> Self {
        let column = nodes.texts(LISTED_IN);
        let system = |name: &str| nodes.names.iter().position(|source| source == name).map(|at| systems[at]);
        let named = column.map(|(_, pool)| pool.iter().map(system).collect()).unwrap_or_default();
        Self { nodes, values: column.map(|(values, _)| values), named, systems }
    }

    fn value(&self, node: Node) -> PoolId {
        self.values.map_or(0, |values| values.at(self.nodes.place(node)))
    }

    /// Does the list of `node` say that whoever it is stands in the list of `other`?
    pub(super) fn names(&self, node: Node, other: Node) -> bool {
        let named = self.named.get(self.value(node) as usize).copied().flatten();
        named == Some(self.systems[usize::from(self.nodes.source[other as usize])])
    }

    /// Are the lists of the two filled by one system, which has in each only whom it has in the others?
    pub(super) fn share_system(&self, a: Node, b: Node) -> bool {
        let system = |node: Node| self.systems[usize::from(self.nodes.source[node as usize])];
        system(a) == system(b)
    }

    /// Does the list of `node` say who it is, and not that he stands in the list of `other`?
    pub(super) fn denies(&self, node: Node, other: Node) -> bool {
        self.value(node) != 0 && !self.names(node, other)
    }
}
