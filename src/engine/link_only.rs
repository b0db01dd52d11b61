//! `bidui link` over a pipeline: load, normalize, link, resolve; no rules, no publication.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{ArrayRef, Int32Array, StringArray};
use arrow::record_batch::RecordBatch;
use serde::Serialize;

use crate::config::Pipeline;
use crate::link::generic::result_files::WrittenResult;
use crate::link::generic::write_result_table;
use crate::link::nodes::LinkNodes;
use crate::link::settings::LinkSettings;
use crate::load::LoadedSource;
use crate::model::links::{Decision, Links};
use crate::model::resolution::Resolution;
use crate::progress::Progress;
use crate::publication::manifest::DeliveredFile;
use crate::table::rows::Rows;
use crate::table::whole_file::make_folder;
use crate::worker::Worker;
use crate::{Error, Result, link, load, normalize, publish, resolve, table};

/// What was linked.
#[derive(Debug, Clone, Serialize)]
pub struct LinkOnlySummary {
    /// Title of the pipeline.
    pub title: String,
    /// Records by source.
    pub records: Vec<(String, u64)>,
    /// Pairs accepted.
    pub accepted: u64,
    /// Pairs for review.
    pub review: u64,
    /// Persons the records resolve to.
    pub persons: u64,
    /// What each blocking pass brought.
    pub passes: Vec<crate::model::links::PassReport>,
    /// Lines that name what lies in the data folder and was not read, Chinese.
    pub unread: Vec<String>,
    /// Files written.
    pub files: Vec<PathBuf>,
}

/// Links the sources of the pipeline in `root` that have files in `data` (`only`: these sources),
/// read by `worker` if there is one, and writes `link.parquet` and `cluster.parquet` to `out`.
///
/// # Errors
/// As for [`Pipeline::open`] and [`LinkSettings::open`]; an extract that cannot be read or lacks a required column; `out` that cannot be written.
pub fn link_only(
    root: &Path,
    data: &Path,
    out: &Path,
    only: &[String],
    worker: Option<&Worker>,
    progress: &dyn Progress,
) -> Result<LinkOnlySummary> {
    let pipeline = Pipeline::open(root)?;
    let settings = LinkSettings::of_pipeline(&pipeline)?;
    if let Some(unknown) = only.iter().find(|name| pipeline.source(name).is_none()) {
        let names: Vec<&str> = pipeline.sources.iter().map(|s| s.name.as_str()).collect();
        return Err(
            Error::usage(format!("没有数据来源“{unknown}”")).hint(format!("可选：{}", names.join("、")))
        );
    }
    progress.stage("读取并装载", None);
    let (mut loaded, unread) = load_listed(&pipeline, data, only, worker)?;
    progress.stage("规范", None);
    let comparables = normalize::normalize_for(&pipeline, &loaded, &|column| settings.uses(column))?;
    // From here on only the places of the records are asked for.
    for one in &mut loaded {
        one.records.rows = Rows::of(RecordBatch::new_empty(one.records.rows.schema().clone()));
    }
    progress.stage("匹配", None);
    let nodes = LinkNodes::build(&comparables)?;
    let links = link::link_nodes(&settings, &nodes, &pipeline.divisions)?;
    progress.stage("写出", None);
    make_folder(out)?;
    let files = vec![out.join("link.parquet"), out.join("cluster.parquet")];
    // The links are final: they are written while the persons are made of them.
    let write_links = || write_result_table(&files[0], link_columns(&loaded, &links, &nodes.offsets)?);
    let write_persons = || -> Result<(WrittenResult, u64)> {
        let resolution = resolve::resolve_nodes(&settings, &pipeline, &loaded, &nodes, &links, None, None)?;
        let written = write_result_table(&files[1], cluster_columns(&loaded, &resolution)?)?;
        Ok((written, resolution.person_ids.len() as u64))
    };
    let (links_written, persons) = rayon::join(write_links, write_persons);
    let (links_written, (persons_written, persons)) = (links_written?, persons?);
    // Both are written: a run that is broken off before this leaves the earlier result, and not half of each.
    links_written.finish()?;
    persons_written.finish()?;
    let accepted = links.decision.iter().filter(|d| **d == Decision::Accept).count() as u64;
    Ok(LinkOnlySummary {
        title: pipeline.settings.title.clone(),
        records: loaded.iter().map(|l| (l.records.source.clone(), l.records.keys.len() as u64)).collect(),
        accepted,
        review: links.decision.len() as u64 - accepted,
        persons,
        passes: links.passes.clone(),
        unread,
        files,
    })
}

/// The sources (`only`: these) that have files in the data folder, which is listed once; and lines that name the files of
/// it that belong to no source, and the sheets that hold something and were not read, as a run tells them.
///
/// # Errors
/// A folder that cannot be listed, a file that two sources claim or that changed while it was read, and as for loading.
pub(super) fn load_listed(
    pipeline: &Pipeline,
    data: &Path,
    only: &[String],
    worker: Option<&Worker>,
) -> Result<(Vec<LoadedSource>, Vec<String>)> {
    let mut folder = load::survey_data_folder(pipeline, data)?;
    let refused = |complaints: Vec<Error>| Error::together(complaints).map_or(Ok(()), Err);
    refused(folder.complaints(pipeline, true))?;
    let wanted = |name: &String| only.is_empty() || only.contains(name);
    let loaded = load::load_several(pipeline.sources.len(), |index| match &pipeline.sources[index] {
        source if wanted(&source.name) => {
            let files = folder.of_source(&source.name);
            load::load_files_for_linking(pipeline, index, (data, &files), worker)
        }
        _ => Ok(None),
    })?;
    refused(folder.changes(pipeline, data)?)?;
    folder.take_accounts(&loaded);
    let delivered: Vec<DeliveredFile> = folder.files.iter().map(DeliveredFile::of).collect();
    Ok((loaded, publish::unread_notices(&delivered)))
}

/// Source and row; `offsets`: first node of each source.
fn locate_linked_record(offsets: &[u32], node: u32) -> (usize, usize) {
    let source = offsets.partition_point(|&offset| offset <= node) - 1;
    (source, (node - offsets[source]) as usize)
}

fn linked_record_ids(
    loaded: &[LoadedSource],
    offsets: &[u32],
    count: usize,
    node: &(dyn Fn(usize) -> u32 + Sync),
) -> Result<ArrayRef> {
    table::build_text_array(count, &|row, text| {
        let (source, row) = locate_linked_record(offsets, node(row));
        let records = &loaded[source].records;
        crate::model::record_id::push_record_id(&records.source, &records.tables, records.keys[row], text);
    })
}

fn linked_record_sources(
    loaded: &[LoadedSource],
    offsets: &[u32],
    count: usize,
    node: &(dyn Fn(usize) -> u32 + Sync),
) -> Result<ArrayRef> {
    table::build_text_array(count, &|row, text| {
        text.push_str(&loaded[locate_linked_record(offsets, node(row)).0].records.source)
    })
}

fn link_columns(loaded: &[LoadedSource], links: &Links, offsets: &[u32]) -> Result<Vec<(String, ArrayRef)>> {
    let count = links.left.len();
    let (left, right) = (|i: usize| links.left[i], |i: usize| links.right[i]);
    let decision = |d: &Decision| match d {
        Decision::Accept => "accept",
        Decision::Review => "review",
    };
    let mut columns: Vec<(String, ArrayRef)> = vec![
        ("left_record_id".into(), linked_record_ids(loaded, offsets, count, &left)?),
        ("right_record_id".into(), linked_record_ids(loaded, offsets, count, &right)?),
        ("left_source".into(), linked_record_sources(loaded, offsets, count, &left)?),
        ("right_source".into(), linked_record_sources(loaded, offsets, count, &right)?),
        ("weight".into(), Arc::new(Int32Array::from_iter_values(links.weight.iter().copied()))),
        ("tier".into(), Arc::new(Int32Array::from_iter_values(links.tier.iter().map(|t| *t as i32)))),
        ("decision".into(), Arc::new(StringArray::from_iter_values(links.decision.iter().map(decision)))),
    ];
    for (name, levels) in links.comparisons.iter().zip(&links.levels) {
        let numbers = levels.iter().map(|&level| i32::from(level));
        columns.push((format!("level_{name}"), Arc::new(Int32Array::from_iter_values(numbers))));
    }
    Ok(columns)
}

fn cluster_columns(loaded: &[LoadedSource], resolution: &Resolution) -> Result<Vec<(String, ArrayRef)>> {
    let count = resolution.person.len();
    let node = |row: usize| row as u32;
    let person = |row: usize, text: &mut String| {
        resolution.person_ids[resolution.person[row] as usize].push_to(text);
    };
    Ok(vec![
        ("record_id".into(), linked_record_ids(loaded, &resolution.offsets, count, &node)?),
        ("source".into(), linked_record_sources(loaded, &resolution.offsets, count, &node)?),
        ("cluster_id".into(), table::build_text_array(count, &person)?),
    ])
}
