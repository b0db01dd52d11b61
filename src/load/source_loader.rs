//! The files of one source, or of all: opened one after the other, loaded, and what is wrong gathered.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use super::source_loading::SourceLoading;
use super::{LoadedSource, data_folder};
use crate::config::{Pipeline, SourceContract};
use crate::extract::RawTable;
use crate::table::rows::RowStore;
use crate::worker::{self, Worker};
use crate::{Error, Result};

/// Loads tables already opened. `tables` yields pieces of tables in file order; pieces of
/// one table follow one another.
///
/// # Errors
/// The first error of `tables`; a header that is missing, stands for two columns or is not known; an internal error where rows are lost.
pub fn load_tables(
    contract: &SourceContract,
    source_index: usize,
    tables: impl Iterator<Item = Result<RawTable>>,
    previous_rows: Option<u64>,
) -> Result<LoadedSource> {
    let mut loading = SourceLoading::new(contract, source_index, Vec::new(), &RowStore::Memory)?;
    for table in tables {
        loading.add(table?)?;
    }
    loading.finish(previous_rows)
}

/// What came of one source: what could be loaded, and everything that stands in the way of the rest.
pub(crate) struct LoadAttempt {
    /// Its records; none if nothing of it was delivered or could be opened. With problems they are not complete.
    pub(crate) loaded: Option<LoadedSource>,
    /// What is wrong with its files, in their order.
    pub(crate) problems: Vec<Error>,
}

impl LoadAttempt {
    fn into_result(self) -> Result<Option<LoadedSource>> {
        Error::together(self.problems).map_or(Ok(self.loaded), Err)
    }
}

/// Loads some columns (by position; empty: all) of one source from its files, which `open` turns into raw
/// tables, into a store. A file that cannot be read does not keep the others from being looked at.
fn load_columns<T>(
    contract: &SourceContract,
    source_index: usize,
    (data_dir, files): (&Path, &[PathBuf]),
    previous_rows: Option<u64>,
    (wanted, store, reject_room): (Vec<bool>, &RowStore, u64),
    open: impl Fn(&Path) -> Result<T>,
) -> Result<LoadAttempt>
where
    T: Iterator<Item = Result<RawTable>>,
{
    if files.is_empty() {
        let missing = || {
            Error::input(format!("缺少“{}”的提取文件", contract.title)).in_file(data_dir).hint(format!(
                "向{}索取；文件名应符合：{}",
                contract.owner,
                contract.files.patterns.join("、")
            ))
        };
        let problems = contract.required.then(missing).into_iter().collect();
        return Ok(LoadAttempt { loaded: None, problems });
    }
    let mut loading =
        SourceLoading::new(contract, source_index, wanted, store)?.with_reject_room(reject_room);
    let mut problems = Vec::new();
    for file in files {
        let read = open(file).and_then(|mut tables| tables.try_for_each(|table| loading.add(table?)));
        problems.extend(read.err());
    }
    let whole = problems.is_empty();
    match loading.finish(previous_rows.filter(|_| whole)) {
        Ok(mut loaded) => {
            // What is left of a source whose files cannot all be read says nothing about how much it holds.
            loaded.audits.retain(|audit| whole || audit.audit != "empty_source");
            let loaded = (!loaded.records.tables.is_empty()).then_some(loaded);
            Ok(LoadAttempt { loaded, problems })
        }
        Err(error) => {
            problems.push(error);
            Ok(LoadAttempt { loaded: None, problems })
        }
    }
}

/// Loads one source of a quarter from the files its contract claims; `None` if it has none.
///
/// `previous_rows`: rows read from this source in the previous quarter, for the audit. The rows
/// lie in memory.
///
/// # Errors
/// A required source without files, a file that cannot be read, headers that do not fit: all of them together.
pub fn load_source(
    pipeline: &Pipeline,
    source_index: usize,
    data_dir: &Path,
    previous_rows: Option<u64>,
) -> Result<Option<LoadedSource>> {
    let (contract, files) = files_of_source(pipeline, source_index, data_dir)?;
    let place = (&RowStore::Memory, u64::MAX);
    load_attempt(None, place, contract, source_index, (data_dir, &files), previous_rows)?.into_result()
}

/// [`load_source`] from given files, with the rows in a store and in so many bytes of memory what is rejected, telling
/// what could be loaded besides the problems.
pub(crate) fn load_attempt(
    worker: Option<&Worker>,
    (store, reject_room): (&RowStore, u64),
    contract: &SourceContract,
    source_index: usize,
    (data_dir, files): (&Path, &[PathBuf]),
    previous_rows: Option<u64>,
) -> Result<LoadAttempt> {
    let (options, how) = (contract.read_options(), (Vec::new(), store, reject_room));
    load_columns(contract, source_index, (data_dir, files), previous_rows, how, |file| {
        worker::open_file(worker, data_dir, file, &options, &|sheet| contract.wants_sheet(sheet))
    })
}

/// [`load_source`] for linking alone: columns that linking does not need are left out, and cells
/// in them are not judged. Accepted and rejected rows are the same.
///
/// # Errors
/// As for loading all columns.
pub fn load_for_linking(
    pipeline: &Pipeline,
    source_index: usize,
    data_dir: &Path,
    worker: Option<&Worker>,
) -> Result<Option<LoadedSource>> {
    let (_, files) = files_of_source(pipeline, source_index, data_dir)?;
    load_files_for_linking(pipeline, source_index, (data_dir, &files), worker)
}

/// [`load_for_linking`] from given files.
pub(crate) fn load_files_for_linking(
    pipeline: &Pipeline,
    source_index: usize,
    (data_dir, files): (&Path, &[PathBuf]),
    worker: Option<&Worker>,
) -> Result<Option<LoadedSource>> {
    let contract = pipeline.sources.get(source_index).ok_or_else(|| Error::internal("没有这个数据来源"))?;
    let wanted = contract.columns_for_linking();
    let mut options = contract.read_options();
    options.leave_out = contract.headers_without(&wanted);
    let how = (wanted, &RowStore::Memory, u64::MAX);
    let attempt = load_columns(contract, source_index, (data_dir, files), None, how, |file| {
        worker::open_file(worker, data_dir, file, &options, &|sheet| contract.wants_sheet(sheet))
    })?;
    attempt.into_result()
}

/// The contract of a source and its files.
fn files_of_source<'p>(
    pipeline: &'p Pipeline,
    source_index: usize,
    data_dir: &Path,
) -> Result<(&'p SourceContract, Vec<PathBuf>)> {
    let contract = pipeline.sources.get(source_index).ok_or_else(|| Error::internal("没有这个数据来源"))?;
    Ok((contract, data_folder::files_of_source(pipeline, contract, data_dir)?))
}

/// Loads sources `0..count`, two at a time, see `load_all`.
///
/// # Errors
/// The errors of all sources together, in their order.
pub fn load_several(
    count: usize,
    load: impl Fn(usize) -> Result<Option<LoadedSource>> + Sync,
) -> Result<Vec<LoadedSource>> {
    let (loaded, problems) =
        load_all(count, |index| load(index).map(|loaded| LoadAttempt { loaded, problems: Vec::new() }));
    Error::together(problems).map_or(Ok(loaded), Err)
}

/// Loads sources `0..count`, two at a time: while one file is read and checked from end to end,
/// the rows of another keep the remaining cores busy, and no more than two files are in memory.
/// What was loaded and what is wrong come in the order of the sources; a failure of the program or the
/// operating system ends the loading, whatever is wrong with a file does not.
pub(crate) fn load_all(
    count: usize,
    load: impl Fn(usize) -> Result<LoadAttempt> + Sync,
) -> (Vec<LoadedSource>, Vec<Error>) {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= count {
                return done;
            }
            let one = load(index).unwrap_or_else(|error| LoadAttempt { loaded: None, problems: vec![error] });
            if one.problems.iter().any(|problem| problem.kind().exit_code() > 2) {
                next.store(count, Ordering::Relaxed);
            }
            done.push((index, one));
        }
    };
    let (mut all, others) = rayon::join(work, work);
    all.extend(others);
    all.sort_by_key(|(index, _)| *index);
    let (mut loaded, mut problems) = (Vec::new(), Vec::new());
    for (_, one) in all {
        loaded.extend(one.loaded);
        problems.extend(one.problems);
    }
    (loaded, problems)
}
