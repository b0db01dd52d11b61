//! Record linkage alone, by configuration: one table deduplicated, two tables linked, many both.
//!
//! In: a file that names tables and columns with their kinds. Out: links with weight and
//! probability, clusters, and a report of what was trained. Nothing here knows a domain: columns
//! are compared by kind, blocks are chosen by what they cost, m and u are estimated by EM without
//! labels or come from a pinned file (Fellegi & Sunter 1969; Winkler 1988), term frequencies
//! sharpen equal values.

use std::collections::BTreeMap;
use std::path::Path;

use crate::Result;
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::pair_weights::PairLevels;
use crate::normalize::{self, ComparableColumn, ComparableSource};
use crate::worker::Worker;

mod assign;
mod block;
mod compare;
mod config;
mod generic_model;
mod list_reader;
mod pinned_weights;
pub(crate) mod result_files;
mod result_writer;
mod train;

pub(crate) use block::PlannedPass;
pub(crate) use config::{GenericColumn, GenericSettings};
pub(crate) use generic_model::GenericModel;
pub use result_writer::LinkageSummary;
pub(crate) use result_writer::write_result_table;

/// A scored pair; nodes number the records of all tables one after the other.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ScoredPair {
    pub left: u32,
    pub right: u32,
    /// Match weight in 1/1000 bit.
    pub weight: i32,
    /// Level reached in every comparison.
    pub levels: PairLevels,
}

/// Everything the steps share: the tables as one row of nodes.
pub(crate) struct GenericNodes<'a> {
    pub tables: &'a [ComparableSource],
    /// First node of each table, and the number of nodes.
    pub offsets: Vec<u32>,
}

impl<'a> GenericNodes<'a> {
    fn new(tables: &'a [ComparableSource]) -> Self {
        let mut offsets = vec![0];
        for table in tables {
            offsets.push(offsets[offsets.len() - 1] + table.rows as u32);
        }
        Self { tables, offsets }
    }
    pub(crate) fn len(&self) -> u32 {
        self.offsets[self.offsets.len() - 1]
    }
    /// Nodes table by table in the order of what they hold, so that nothing drawn by position
    /// depends on the order of rows. Records that hold the same are alike wherever they stand.
    pub(crate) fn by_content(&self) -> Vec<u32> {
        let contents = self.contents().into_iter().zip(0..);
        let mut order: Vec<(usize, u64, u32)> =
            contents.map(|(hash, node)| (self.table_of(node), hash, node)).collect();
        order.sort_unstable();
        order.into_iter().map(|(.., node)| node).collect()
    }
    /// Hash of what each record holds.
    pub(crate) fn contents(&self) -> Vec<u64> {
        let mut out = Vec::with_capacity(self.len() as usize);
        for table in self.tables {
            let of = |row| table.columns.values().fold(0, |hash, column| hash_list_cell(column, row, hash));
            out.extend((0..table.rows).map(of));
        }
        out
    }
    pub(crate) fn table_of(&self, node: u32) -> usize {
        self.offsets.partition_point(|&o| o <= node) - 1
    }
}

/// Continues `hash` with the value of one cell.
fn hash_list_cell(column: &ComparableColumn, row: usize, hash: u64) -> u64 {
    let number = |value: u64| xxh3_64_with_seed(&value.to_le_bytes(), hash);
    match column {
        ComparableColumn::IdNumber(ids) => number(ids[row].key),
        ComparableColumn::Name(ids, pool) => xxh3_64_with_seed(pool.get(ids[row]).clean_bytes(), hash),
        ComparableColumn::Text(ids, pool) => xxh3_64_with_seed(pool.get(ids[row]).as_bytes(), hash),
        ComparableColumn::Date(values) | ComparableColumn::Division(values) => number(u64::from(values[row])),
        ComparableColumn::Code(codes) => number(u64::from(codes[row])),
    }
}

/// A task read and ready: tables, comparisons' input, and where its files are.
struct LinkageTask {
    settings: GenericSettings,
    read: list_reader::ReadTables,
    comparables: Vec<ComparableSource>,
    inputs: String,
}

fn open(config: &Path, data: Option<&Path>, worker: Option<&Worker>) -> Result<LinkageTask> {
    let settings = GenericSettings::open(config)?;
    let folder = data.or(config.parent()).unwrap_or(Path::new("."));
    let read = list_reader::read_tables(&settings, config, folder, worker)?;
    let comparables = normalize::normalize_tables(&read.texts)?;
    let inputs = list_reader::digest_lists(&settings, folder)?;
    Ok(LinkageTask { settings, read, comparables, inputs })
}

/// Links the tables that `config` names and writes `link.parquet`, `cluster.parquet` and
/// `report.json` to `out`. Relative files are looked up in `data`, else beside the configuration.
/// With `weights` in the configuration nothing is trained.
///
/// # Errors
/// A configuration that is not in order, at its line; a table that cannot be read or lacks a column; `out` that cannot be written.
pub fn link_lists(config: &Path, data: Option<&Path>, out: &Path) -> Result<LinkageSummary> {
    link_lists_read_by(None, config, data, out)
}

/// [`link_lists`] with tables that a worker reads.
pub(crate) fn link_lists_read_by(
    worker: Option<&Worker>,
    config: &Path,
    data: Option<&Path>,
    out: &Path,
) -> Result<LinkageSummary> {
    let task = open(config, data, worker)?;
    let settings = &task.settings;
    let nodes = GenericNodes::new(&task.comparables);
    let comparisons = compare::PlannedComparisons::new(settings, &nodes);
    let mut blocking = block::PlannedPasses::plan(settings, &nodes);
    let model = match &settings.weights {
        Some(file) => pinned_weights::read_pinned_weights(&config.with_file_name(file), &comparisons)?,
        None => train::train_generic_model(settings, &nodes, &comparisons, &blocking, task.inputs.clone()),
    };
    let weigher = generic_model::PairWeigher::new(&model, &comparisons, nodes.len());
    let scored = score_list_pairs(settings, &nodes, &comparisons, &weigher, &mut blocking);
    let decided = assign::decide_generic_links(settings, &nodes, &comparisons, &weigher, scored);
    result_writer::write_link_results(
        settings,
        &task.read,
        &nodes,
        &comparisons,
        &weigher,
        &blocking,
        &decided,
        out,
    )
}

/// Trains the weights of the task in `config` and writes them to `out`.
///
/// # Errors
/// As for [`link_lists`]; too few records to train on.
pub fn train_on_lists(
    config: &Path,
    data: Option<&Path>,
    out: &Path,
    worker: Option<&Worker>,
) -> Result<GenericModel> {
    let task = open(config, data, worker)?;
    let nodes = GenericNodes::new(&task.comparables);
    let comparisons = compare::PlannedComparisons::new(&task.settings, &nodes);
    let blocking = block::PlannedPasses::plan(&task.settings, &nodes);
    let model = train::train_generic_model(&task.settings, &nodes, &comparisons, &blocking, task.inputs);
    pinned_weights::write_pinned_weights(&model, &task.settings.title, out)?;
    Ok(model)
}

/// What each blocking pass would cost, without comparing anything.
///
/// # Errors
/// As for [`link_lists`], before anything is compared.
pub fn plan_passes(config: &Path, data: Option<&Path>, worker: Option<&Worker>) -> Result<Vec<PlannedPass>> {
    let task = open(config, data, worker)?;
    let nodes = GenericNodes::new(&task.comparables);
    Ok(block::PlannedPasses::plan(&task.settings, &nodes).passes)
}

/// Scores the candidates as the passes yield them and keeps those for review, in pair order.
fn score_list_pairs(
    settings: &GenericSettings,
    nodes: &GenericNodes<'_>,
    comparisons: &compare::PlannedComparisons<'_>,
    weigher: &generic_model::PairWeigher<'_>,
    blocking: &mut block::PlannedPasses,
) -> Vec<ScoredPair> {
    let least = settings.review_weight();
    let gathered = blocking.each(
        settings,
        nodes,
        || (Vec::new(), BTreeMap::<usize, u64>::new()),
        |(kept, fresh), left, right, pass| {
            *fresh.entry(pass).or_default() += 1;
            let levels = comparisons.levels(left, right);
            let weight = weigher.weight(left, right, &levels);
            if weight >= least {
                kept.push(ScoredPair { left, right, weight, levels });
            }
        },
    );
    let mut scored = Vec::new();
    for (kept, fresh) in gathered {
        scored.extend(kept);
        for (pass, count) in fresh {
            let at = blocking.used[pass];
            blocking.passes[at].new_pairs += count;
        }
    }
    scored.sort_unstable_by_key(|p: &ScoredPair| (p.left, p.right));
    let found: Vec<(u64, f64)> = scored
        .iter()
        .map(|p| (blocking.mask(p.left, p.right), result_writer::match_probability(p.weight)))
        .collect();
    blocking.estimate_recall(&found);
    scored
}
