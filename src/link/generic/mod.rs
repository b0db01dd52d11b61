//! Record linkage alone, by configuration: one table deduplicated, two tables linked, many both.
//!
//! In: a file that names tables and columns with their kinds. Out: links with weight and
//! probability, clusters, and a report of what was trained. Nothing here knows a domain: columns
//! are compared by kind, blocks are chosen by what they cost, m is estimated by EM without labels
//! and u from random pairs (Fellegi & Sunter 1969; Winkler 1988), term frequencies sharpen equal
//! values.

use std::path::Path;

use crate::Result;
use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::normalize::{self, Comparable, ComparableColumn};

mod assign;
mod block;
mod compare;
mod config;
mod read;
mod train;
mod write;

pub use config::{GenericColumn, GenericSettings, GenericTable};
pub use train::{Model, TrainedComparison};
pub use write::{Summary, write_table};

/// A scored pair; nodes number the records of all tables one after the other.
#[derive(Debug, Clone)]
pub(crate) struct ScoredPair {
    pub left: u32,
    pub right: u32,
    /// Match weight in 1/1000 bit.
    pub weight: i32,
    /// Level reached in every comparison.
    pub levels: Vec<u8>,
}

/// Everything the steps share: the tables as one row of nodes.
pub(crate) struct Nodes<'a> {
    pub tables: &'a [Comparable],
    /// First node of each table, and the number of nodes.
    pub offsets: Vec<u32>,
}

impl<'a> Nodes<'a> {
    fn new(tables: &'a [Comparable]) -> Self {
        let mut offsets = vec![0];
        for table in tables {
            offsets.push(offsets[offsets.len() - 1] + table.rows as u32);
        }
        Self { tables, offsets }
    }
    pub fn len(&self) -> u32 {
        self.offsets[self.offsets.len() - 1]
    }
    /// Nodes table by table in the order of what they hold, so that nothing drawn by position
    /// depends on the order of rows. Records that hold the same are alike wherever they stand.
    pub fn by_content(&self) -> Vec<u32> {
        let mut order: Vec<(usize, u64, u32)> = Vec::with_capacity(self.len() as usize);
        for (index, table) in self.tables.iter().enumerate() {
            for row in 0..table.rows {
                let hash = table.columns.values().fold(0, |hash, column| content(column, row, hash));
                order.push((index, hash, self.offsets[index] + row as u32));
            }
        }
        order.sort_unstable();
        order.into_iter().map(|(.., node)| node).collect()
    }
    pub fn table_of(&self, node: u32) -> usize {
        self.offsets.partition_point(|&o| o <= node) - 1
    }
}

/// Continues `hash` with the value of one cell.
fn content(column: &ComparableColumn, row: usize, hash: u64) -> u64 {
    let number = |value: u64| xxh3_64_with_seed(&value.to_le_bytes(), hash);
    match column {
        ComparableColumn::IdNumber(ids) => number(ids[row].key),
        ComparableColumn::Name(ids, pool) => xxh3_64_with_seed(pool.get(ids[row]).clean.as_bytes(), hash),
        ComparableColumn::Text(ids, pool) => xxh3_64_with_seed(pool.get(ids[row]).as_bytes(), hash),
        ComparableColumn::Date(values) | ComparableColumn::Division(values) => number(u64::from(values[row])),
        ComparableColumn::Code(codes) => number(u64::from(codes[row])),
    }
}

/// Links the tables that `config` names and writes `link.parquet`, `cluster.parquet` and
/// `report.json` to `out`. Relative files are looked up in `data`, else beside the configuration.
pub fn run(config: &Path, data: Option<&Path>, out: &Path) -> Result<Summary> {
    let settings = GenericSettings::open(config)?;
    let folder = data.or(config.parent()).unwrap_or(Path::new("."));
    let read = read::tables(&settings, config, folder)?;
    let comparables = normalize::normalize_tables(&read.texts)?;
    let nodes = Nodes::new(&comparables);
    let comparisons = compare::Comparisons::new(&settings, &nodes);
    let blocks = block::candidates(&settings, &nodes);
    let model = train::train(&settings, &nodes, &comparisons, &blocks.pairs);
    let mut scored = train::score(&model, &comparisons, &blocks.pairs, settings.review_weight());
    let decided = assign::decide(&settings, &nodes, &mut scored);
    write::write(&settings, &read, &nodes, &comparisons, &model, &blocks, &decided, out)
}
