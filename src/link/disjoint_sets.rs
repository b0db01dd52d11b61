//! Disjoint sets of small integers, named by their smallest member.

/// Union-find with path halving. The smallest member names its set, so names do not depend on
/// the order of joins.
#[derive(Debug, Clone)]
pub(crate) struct DisjointSets {
    parent: Vec<u32>,
}

impl DisjointSets {
    /// `count` sets of one member each.
    pub(crate) fn new(count: usize) -> Self {
        Self { parent: (0..count as u32).collect() }
    }
    /// Smallest member of the set of `at`.
    pub(crate) fn find(&mut self, mut at: u32) -> u32 {
        while self.parent[at as usize] != at {
            let up = self.parent[self.parent[at as usize] as usize];
            self.parent[at as usize] = up;
            at = up;
        }
        at
    }
    /// Makes a member a set of its own again; all members of its set must be.
    pub(crate) fn separate(&mut self, member: u32) {
        self.parent[member as usize] = member;
    }
    /// Joins the sets of `a` and `b`.
    pub(crate) fn join(&mut self, a: u32, b: u32) {
        let (a, b) = (self.find(a), self.find(b));
        self.parent[a.max(b) as usize] = a.min(b);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_member_names_the_set() {
        let mut sets = DisjointSets::new(6);
        for (a, b) in [(5, 4), (4, 2), (3, 1), (2, 5)] {
            sets.join(a, b);
        }
        assert_eq!((0..6).map(|n| sets.find(n)).collect::<Vec<_>>(), [0, 1, 2, 1, 2, 2]);
    }
}
