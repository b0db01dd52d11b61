//! Files of other programs' formats are read in a child process.
//!
//! A workbook, a DBF or a Parquet file is read by libraries that a few bytes can make ask for gigabytes, run for
//! ever or end the process. So the program starts itself once more for every such file (`bidui __read`), with
//! little memory, little time and no right to write or to open any other file, and takes the [`crate::extract::RawTable`]s that
//! come back over a pipe. Whatever becomes of the child, the run goes on with an error that names the file.
//!
//! Delimited text is read by our own code in pieces of bounded size and stays in the process.
//! The child is trusted until it opens the file, and never again: what it sends is checked and bounded.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use crate::Result;
use crate::config::read_options::ReadOptions;
use crate::extract::{self, RawTables};

mod child_reading;
mod confinement;
mod frames;
mod reader_process;
mod sent_error;
mod sent_table;

pub(crate) use reader_process::{ReadOrder, read_for_parent};

/// The program that reads files of other programs' formats, and what it may take for each.
#[derive(Debug, Clone)]
pub struct Worker {
    /// The `bidui` program.
    pub program: PathBuf,
    /// What the reading of one file may take.
    pub limits: WorkerLimits,
    confinement: Arc<AtomicU8>,
}

/// What the reading of one file in a child process may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WorkerLimits {
    /// Bytes of memory beyond the program's own; three times what the file honestly holds is added.
    pub memory: u64,
    /// How long the child may keep the run waiting, and how long it may compute.
    pub time: Duration,
    /// Bytes that it may send; a thousand for every byte of the file are added.
    pub answer: u64,
}

impl Default for WorkerLimits {
    fn default() -> Self {
        Self { memory: 512 << 20, time: Duration::from_secs(60), answer: 4 << 30 }
    }
}

/// How far the system keeps a child within what it needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confinement {
    /// Limits of memory, time and files, and the kernel refuses every file but the one that is read.
    LimitsAndFiles,
    /// Limits alone: the kernel knows nothing stronger.
    LimitsAlone,
}

impl Worker {
    /// A worker with the usual limits.
    pub fn new(program: impl Into<PathBuf>) -> Self {
        Self::with_limits(program, WorkerLimits::default())
    }
    /// A worker with other limits.
    pub fn with_limits(program: impl Into<PathBuf>, limits: WorkerLimits) -> Self {
        Self { program: program.into(), limits, confinement: Arc::default() }
    }
    /// How far the children were confined so far; `None` before the first.
    pub fn confinement(&self) -> Option<Confinement> {
        match self.confinement.load(Ordering::Relaxed) {
            0 => None,
            1 => Some(Confinement::LimitsAndFiles),
            _ => Some(Confinement::LimitsAlone),
        }
    }
    fn note_confinement(&self, files_too: bool) {
        self.confinement.fetch_max(if files_too { 1 } else { 2 }, Ordering::Relaxed);
    }
}

/// Opens one file as [`extract::open_file`] does, in a child process if there is a worker and the file needs it.
///
/// # Errors
/// As for [`extract::open_file`]; a child that is ended by its limits or otherwise, or sends what cannot be.
pub(crate) fn open_file(
    worker: Option<&Worker>,
    data_dir: &Path,
    relative: &Path,
    options: &ReadOptions,
    wants_sheet: &dyn Fn(&str) -> bool,
) -> Result<RawTables> {
    match worker {
        Some(worker) if extract::is_foreign_format(&data_dir.join(relative)) => {
            child_reading::open_in_child(worker, data_dir, relative, options, wants_sheet)
        }
        _ => extract::open_file(data_dir, relative, options, wants_sheet),
    }
}
