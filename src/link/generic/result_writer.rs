//! Writes links, clusters and the report.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{ArrayRef, Int32Array, StringArray};
use arrow::datatypes::{DataType, Field, Schema};
use arrow::record_batch::RecordBatch;

use super::assign::LinksAndClusters;
use super::block::{PlannedPass, PlannedPasses};
use super::compare::PlannedComparisons;
use super::generic_model::PairWeigher;
use super::list_reader::ReadTables;
use super::result_files::{REPORT, ResultFile, WrittenResult, finish_result};
use super::{GenericModel, GenericNodes, GenericSettings};
use crate::table::whole_file::make_folder;
use crate::{Error, Result};

/// What a linkage task yielded.
#[derive(Debug, Clone, serde::Serialize)]
pub struct LinkageSummary {
    /// Title of the task.
    pub title: String,
    /// Records by table.
    pub records: Vec<(String, u64)>,
    /// Pairs compared.
    pub candidates: u64,
    /// Pairs accepted.
    pub accepted: u64,
    /// Pairs for review.
    pub review: u64,
    /// Clusters of two or more records.
    pub clusters: u64,
    /// Components too large for the exact assignment.
    pub greedy_components: u64,
    /// Heavy enough pairs that were refused because their clusters do not agree.
    pub refused: u64,
    /// Blocks too large to be compared, by pass: (keys, blocks, records).
    pub skipped: Vec<(String, u64, u64)>,
    /// Files written.
    pub files: Vec<PathBuf>,
}

#[derive(serde::Serialize)]
struct LinkageReport<'a> {
    summary: &'a LinkageSummary,
    model: &'a GenericModel,
    passes: &'a [PlannedPass],
    outputs: Vec<ResultFile>,
}

#[expect(
    clippy::too_many_arguments,
    reason = "one call at the end of one function; a struct would only rename them"
)]
pub(super) fn write_link_results(
    settings: &GenericSettings,
    read: &ReadTables,
    nodes: &GenericNodes<'_>,
    comparisons: &PlannedComparisons<'_>,
    weigher: &PairWeigher<'_>,
    blocking: &PlannedPasses,
    decided: &LinksAndClusters,
    out: &Path,
) -> Result<LinkageSummary> {
    make_folder(out)?;
    let (links, clusters, report) = (out.join("link.parquet"), out.join("cluster.parquet"), out.join(REPORT));
    let written = vec![
        WrittenResult::table(&links, &link_batch(settings, read, nodes, comparisons, weigher, decided)?)?,
        WrittenResult::table(&clusters, &cluster_batch(settings, read, nodes, decided)?)?,
    ];
    let accepted = decided.accepted.iter().filter(|a| **a).count() as u64;
    let mut sizes = std::collections::BTreeMap::new();
    decided.clusters.iter().for_each(|c| *sizes.entry(c).or_insert(0u64) += 1);
    let summary = LinkageSummary {
        title: settings.title.clone(),
        records: settings
            .table
            .iter()
            .zip(&read.ids)
            .map(|(t, ids)| (t.name.clone(), ids.len() as u64))
            .collect(),
        candidates: blocking.passes.iter().map(|p| p.new_pairs).sum(),
        accepted,
        review: decided.pairs.len() as u64 - accepted,
        clusters: sizes.values().filter(|n| **n > 1).count() as u64,
        greedy_components: decided.greedy_components as u64,
        refused: decided.refused,
        skipped: blocking
            .used
            .iter()
            .map(|&at| &blocking.passes[at])
            .filter(|p| p.skipped_blocks > 0)
            .map(|p| (p.keys.clone(), p.skipped_blocks, p.skipped_records))
            .collect(),
        files: vec![links, clusters, report],
    };
    let text = serde_json::to_string_pretty(&LinkageReport {
        summary: &summary,
        model: weigher.model,
        passes: &blocking.passes,
        outputs: written.iter().map(WrittenResult::listed).collect(),
    })
    .map_err(|e| Error::internal(format!("报告无法写成 JSON:{e}")))?;
    finish_result(written, out, &(text + "\n"))?;
    Ok(summary)
}

fn result_record_id<'a>(read: &'a ReadTables, nodes: &GenericNodes<'_>, node: u32) -> &'a str {
    let table = nodes.table_of(node);
    &read.ids[table][(node - nodes.offsets[table]) as usize]
}

/// Chance that a pair of this weight matches.
pub(super) fn match_probability(weight: i32) -> f64 {
    1.0 / (1.0 + (-f64::from(weight) / 1000.0).exp2())
}

/// The same in 1/10000.
fn probability_ten_thousandths(weight: i32) -> i32 {
    (10_000.0 * match_probability(weight)).round() as i32
}

fn link_batch(
    settings: &GenericSettings,
    read: &ReadTables,
    nodes: &GenericNodes<'_>,
    comparisons: &PlannedComparisons<'_>,
    weigher: &PairWeigher<'_>,
    decided: &LinksAndClusters,
) -> Result<RecordBatch> {
    let pairs = &decided.pairs;
    let parts: Vec<super::generic_model::WeightParts> =
        pairs.iter().map(|p| weigher.parts(p.left, p.right, &p.levels)).collect();
    let name = |node: u32| settings.table[nodes.table_of(node)].name.as_str();
    let text = |f: &dyn Fn(usize) -> String| -> ArrayRef {
        Arc::new((0..pairs.len()).map(|i| Some(f(i))).collect::<StringArray>())
    };
    let number =
        |f: &dyn Fn(usize) -> i32| -> ArrayRef { Arc::new((0..pairs.len()).map(f).collect::<Int32Array>()) };
    // Certain, probable, doubtful: the tiers of a task without ID numbers.
    let tier = |i: usize| match (decided.accepted[i], probability_ten_thousandths(pairs[i].weight)) {
        (true, 9_999..) => 1,
        (true, _) => 5,
        (false, _) => 6,
    };
    let mut columns: Vec<(String, ArrayRef)> = vec![
        ("left_record_id".into(), text(&|i| result_record_id(read, nodes, pairs[i].left).to_owned())),
        ("right_record_id".into(), text(&|i| result_record_id(read, nodes, pairs[i].right).to_owned())),
        ("left_source".into(), text(&|i| name(pairs[i].left).to_owned())),
        ("right_source".into(), text(&|i| name(pairs[i].right).to_owned())),
        ("weight".into(), number(&|i| pairs[i].weight)),
        ("tier".into(), number(&tier)),
        ("decision".into(), text(&|i| if decided.accepted[i] { "accept" } else { "review" }.to_owned())),
        ("probability".into(), number(&|i| probability_ten_thousandths(pairs[i].weight))),
    ];
    for (c, comparison) in comparisons.columns.iter().enumerate() {
        columns.push((format!("level_{}", comparison.name), number(&|i| i32::from(pairs[i].levels[c]))));
    }
    // What the weight is made of: their sum is the weight.
    columns.push(("bits_prior".into(), number(&|i| parts[i].prior)));
    for (c, comparison) in comparisons.columns.iter().enumerate() {
        columns.push((format!("bits_{}", comparison.name), number(&|i| parts[i].fields[c])));
    }
    columns.push(("bits_related".into(), number(&|i| parts[i].related)));
    result_batch(columns)
}

fn cluster_batch(
    settings: &GenericSettings,
    read: &ReadTables,
    nodes: &GenericNodes<'_>,
    decided: &LinksAndClusters,
) -> Result<RecordBatch> {
    let all = 0..nodes.len();
    let text = |f: &dyn Fn(u32) -> String| -> ArrayRef {
        Arc::new(all.clone().map(|node| Some(f(node))).collect::<StringArray>())
    };
    result_batch(vec![
        ("record_id".into(), text(&|node| result_record_id(read, nodes, node).to_owned())),
        ("source".into(), text(&|node| settings.table[nodes.table_of(node)].name.clone())),
        (
            "cluster_id".into(),
            text(&|node| result_record_id(read, nodes, decided.clusters[node as usize]).to_owned()),
        ),
    ])
}

/// Writes named columns as one Parquet table beside its place.
pub(crate) fn write_result_table(path: &Path, columns: Vec<(String, ArrayRef)>) -> Result<WrittenResult> {
    WrittenResult::table(path, &result_batch(columns)?)
}

fn result_batch(columns: Vec<(String, ArrayRef)>) -> Result<RecordBatch> {
    let fields: Vec<Field> = columns
        .iter()
        .map(|(name, array)| {
            Field::new(name, array.data_type().clone(), *array.data_type() == DataType::Utf8)
        })
        .collect();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns.into_iter().map(|(_, array)| array).collect())
        .map_err(|e| Error::internal("输出列不一致").caused_by(e))
}
