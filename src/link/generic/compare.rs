//! Compares two records column by column, by the kind of each column.

use super::{GenericNodes, GenericSettings};
use crate::link::compare::{
    DateLevel, HanNameLevel, IdLevel, TextLevel, code_level, date_level, han_name_level, id_level,
    text_level, western_name_level,
};
use crate::link::pair_weights::{MOST, PairLevels};
use crate::normalize::{ComparableColumn, LinkColumnKind};

/// One comparison per link column.
pub(crate) struct PlannedComparisons<'a> {
    nodes: &'a GenericNodes<'a>,
    pub columns: Vec<PlannedComparison<'a>>,
    /// Columns that may have changed places: two name columns, two address lines.
    swaps: Vec<(usize, usize)>,
}

/// Comparison of one column.
pub(crate) struct PlannedComparison<'a> {
    pub name: String,
    pub kind: LinkColumnKind,
    /// The column in every table.
    tables: Vec<Option<&'a ComparableColumn>>,
    /// Number of levels, missing included.
    pub levels: usize,
    /// Occurrences of every pooled value, where equal values of different frequency tell differently much.
    counts: Vec<u32>,
    filled: u64,
}

/// Level of a value that stands in the other column of a swap.
pub(super) fn swapped_level(levels: usize) -> u8 {
    (levels - 1) as u8
}

impl<'a> PlannedComparisons<'a> {
    pub(super) fn new(settings: &GenericSettings, nodes: &'a GenericNodes<'a>) -> Self {
        let columns: Vec<PlannedComparison<'a>> = settings
            .columns
            .iter()
            .map(|(name, column)| PlannedComparison::new(name, column.kind(), nodes))
            .collect();
        let mut swaps = Vec::new();
        for first in 0..columns.len() {
            for second in first + 1..columns.len() {
                let kind = columns[first].kind;
                if kind == columns[second].kind
                    && matches!(kind, LinkColumnKind::WesternName | LinkColumnKind::Text)
                {
                    swaps.push((first, second));
                }
            }
        }
        Self { nodes, columns, swaps }
    }
    /// Levels of a pair, one per column.
    pub(super) fn levels(&self, left: u32, right: u32) -> PairLevels {
        let mut out = [0; MOST];
        for (level, column) in out.iter_mut().zip(&self.columns) {
            *level = column.level(self.nodes, left, right, column);
        }
        for &(first, second) in &self.swaps {
            if out[first] <= 1 || out[second] <= 1 {
                continue;
            }
            let (a, b) = (&self.columns[first], &self.columns[second]);
            let cross = [a.level(self.nodes, left, right, b), b.level(self.nodes, left, right, a)];
            let near = TextLevel::Near.number();
            if cross.iter().all(|&level| level >= 1 && level <= near) {
                out[first] = swapped_level(a.levels);
                out[second] = swapped_level(b.levels);
            }
        }
        out
    }
    /// Shares of records that carry each pooled value (by pool id), as the linker sees them: an
    /// entity that stands in the tables `repeated` times counts once. Empty for other columns.
    pub(super) fn shares(&self, column: usize, repeated: f64) -> Vec<f64> {
        let comparison = &self.columns[column];
        if comparison.filled < 2 {
            return Vec::new();
        }
        let filled = comparison.filled as f64;
        let share = |count: u32| (f64::from(count) / repeated - 0.5).max(0.5) / filled;
        comparison.counts.iter().map(|&count| share(count)).collect()
    }
    /// Pool id of the value of a column.
    pub(super) fn value(&self, column: usize, node: u32) -> Option<u32> {
        self.columns[column].pool_id(self.nodes, node)
    }
    /// Code of a level, for published columns and reports.
    pub(super) fn level_code(&self, column: usize, level: u8) -> &'static str {
        let comparison = &self.columns[column];
        if level == swapped_level(comparison.levels) {
            return "swapped";
        }
        match comparison.kind {
            LinkColumnKind::IdNumber => IdLevel::from_number(level).code(),
            LinkColumnKind::HanName => HanNameLevel::from_number(level).code(),
            LinkColumnKind::Date => DateLevel::from_number(level).code(),
            LinkColumnKind::Sex => ["missing", "equal", "different"][usize::from(level.min(2))],
            _ => TextLevel::from_number(level).code(),
        }
    }
}

impl<'a> PlannedComparison<'a> {
    fn new(name: &str, kind: LinkColumnKind, nodes: &GenericNodes<'a>) -> Self {
        let tables: Vec<Option<&ComparableColumn>> =
            nodes.tables.iter().map(|t| t.columns.get(name)).collect();
        let levels = 1 + match kind {
            LinkColumnKind::IdNumber => IdLevel::COUNT,
            LinkColumnKind::HanName => HanNameLevel::COUNT,
            LinkColumnKind::Date => DateLevel::COUNT,
            LinkColumnKind::Sex => 3,
            _ => TextLevel::COUNT,
        };
        let mut counts = Vec::new();
        let mut filled = 0;
        for table in tables.iter().flatten() {
            if let ComparableColumn::Name(ids, _) | ComparableColumn::Text(ids, _) = table {
                for &id in ids.iter().filter(|&&id| id != 0) {
                    if counts.len() <= id as usize {
                        counts.resize(id as usize + 1, 0);
                    }
                    counts[id as usize] += 1;
                    filled += 1;
                }
            }
        }
        Self { name: name.to_owned(), kind, tables, levels, counts, filled }
    }
    fn pool_id(&self, nodes: &GenericNodes<'_>, node: u32) -> Option<u32> {
        let table = nodes.table_of(node);
        let row = (node - nodes.offsets[table]) as usize;
        match self.tables[table]? {
            ComparableColumn::Name(ids, _) | ComparableColumn::Text(ids, _) => Some(ids[row]),
            _ => None,
        }
    }
    /// Level of this column of `left` against the column `other` of `right`.
    fn level(&self, nodes: &GenericNodes<'_>, left: u32, right: u32, other: &Self) -> u8 {
        let (lt, rt) = (nodes.table_of(left), nodes.table_of(right));
        let (l, r) = ((left - nodes.offsets[lt]) as usize, (right - nodes.offsets[rt]) as usize);
        let (Some(a), Some(b)) = (self.tables[lt], other.tables[rt]) else { return 0 };
        match (a, b) {
            (ComparableColumn::IdNumber(a), ComparableColumn::IdNumber(b)) => id_level(a[l], b[r]).number(),
            (ComparableColumn::Name(a, pool), ComparableColumn::Name(b, _)) => {
                if a[l] == 0 || b[r] == 0 {
                    return 0;
                }
                han_name_level(pool.get(a[l]), pool.get(b[r])).number()
            }
            (ComparableColumn::Text(a, left_pool), ComparableColumn::Text(b, right_pool)) => {
                if a[l] == 0 || b[r] == 0 {
                    return 0;
                }
                let (a, b) = (left_pool.get(a[l]), right_pool.get(b[r]));
                match self.kind {
                    LinkColumnKind::WesternName => western_name_level(a, b).number(),
                    LinkColumnKind::Text => text_level(a, b).number(),
                    LinkColumnKind::Exact | LinkColumnKind::Relation if a != b => {
                        TextLevel::Different.number()
                    }
                    _ => code_level(a, b).number(),
                }
            }
            (ComparableColumn::Date(a), ComparableColumn::Date(b)) => date_level(a[l], b[r]).number(),
            (ComparableColumn::Code(a), ComparableColumn::Code(b)) => match (a[l], b[r]) {
                (0, _) | (_, 0) => 0,
                (a, b) if a == b => 1,
                _ => 2,
            },
            _ => 0,
        }
    }
}
