//! Copies of the file of answers: out of it while others write, and back into it in one step.

use std::fs::{self, OpenOptions};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags, OptionalExtension as _};
use serde::{Deserialize, Serialize};

use super::answer_store::{APPLICATION, IDENTITY, MIGRATIONS, PATIENCE, check_whole, unreadable};
use crate::{Error, Result};

/// Stands in the output folder while answers and keys are brought back. Who would read or write there meanwhile sees
/// neither what was nor what will be, and is refused.
pub(crate) const RESTORING: &str = ".bidui-restoring";
/// All pages at once: what is copied is of one moment.
const ALL_PAGES: i32 = -1;
/// Between two tries while somebody writes.
const PAUSE: Duration = Duration::from_millis(50);
/// What is compared of two files: all that tidying leaves as it is.
const COMPARED: &str = "SELECT b.batch, b.recorded_at, b.source, b.file_sha256, coalesce(b.undoes, 0), \
                        coalesce(e.event, 0), coalesce(e.exception_id, ''), coalesce(e.facts, ''), coalesce(e.verdict, '') \
                        FROM answer_batch b LEFT JOIN answer_event e ON e.batch = b.batch ORDER BY b.batch, e.event";

/// What a file of answers holds, as a backup says it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoreFacts {
    /// Name of the identity secret under which its exceptions are called.
    pub identity: Option<String>,
    /// Batches: imports by file, savings on the page, undoings.
    pub batches: u64,
    /// Answers and withdrawals.
    pub events: u64,
    /// When the last batch was recorded; empty without any.
    pub last_recorded_at: String,
}

/// How a file of answers stands to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum StoreAge {
    /// All that it has the other has too.
    Contained,
    /// It has batches that the other lacks.
    Newer {
        /// How many.
        batches: u64,
        /// When the last of them was recorded.
        last_recorded_at: String,
    },
    /// What both have differs: they do not come of one another.
    Foreign,
}

/// Refuses an output folder into which answers and keys are being brought back.
///
/// # Errors
/// They are, or the restoring was ended before it was done.
pub(crate) fn check_not_restoring(out: &Path) -> Result<()> {
    let mark = out.join(RESTORING);
    match mark.symlink_metadata() {
        Err(_) => Ok(()),
        Ok(_) => Err(Error::usage("这里的密钥和核查结果正在恢复，或上次恢复没有做完")
            .in_file(mark)
            .hint("等它做完；上次中断了的，用同一个备份再执行一次 bidui restore")),
    }
}

/// Copies the file of answers at `from` as it is at one moment, whoever writes meanwhile; what `to` held goes. `None`: there is
/// no file.
///
/// # Errors
/// The file is damaged, or no file of answers, or of a later version; the copy cannot be written.
pub(crate) fn copy_store(from: &Path, to: &Path) -> Result<Option<StoreFacts>> {
    if from.symlink_metadata().is_err_and(|e| e.kind() == std::io::ErrorKind::NotFound) {
        return Ok(None);
    }
    let source = open_store(from)?;
    let begun = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(to);
    begun.map_err(|e| Error::io("写核查结果的副本", to, e))?;
    copy_pages(&source, from, to)?;
    read_store_facts(to).map(Some)
}

/// What a file of answers holds, once it was looked through for damage.
///
/// # Errors
/// It is damaged, no file of answers, or of a later version.
pub(crate) fn read_store_facts(path: &Path) -> Result<StoreFacts> {
    let failed = |e| unreadable(path, e);
    let store = open_store(path)?;
    check_whole(&store, path)?;
    let count = |sql: &str| -> Result<u64> {
        let counted: i64 = store.query_row(sql, [], |row| row.get(0)).map_err(failed)?;
        Ok(u64::try_from(counted).unwrap_or_default())
    };
    let identity = "SELECT value FROM store_fact WHERE name = ?1";
    Ok(StoreFacts {
        identity: store.query_row(identity, [IDENTITY], |row| row.get(0)).optional().map_err(failed)?,
        batches: count("SELECT count(*) FROM answer_batch")?,
        events: count("SELECT count(*) FROM answer_event")?,
        last_recorded_at: store
            .query_row(
                "SELECT coalesce((SELECT recorded_at FROM answer_batch ORDER BY batch DESC LIMIT 1), '')",
                [],
                |row| row.get(0),
            )
            .map_err(failed)?,
    })
}

/// How the file `own` stands to the file `other`.
///
/// # Errors
/// One of them is damaged.
pub(crate) fn compare_stores(own: &Path, other: &Path) -> Result<StoreAge> {
    let (mine, others) = (compared_rows(own)?, compared_rows(other)?);
    let common = mine.iter().zip(&others).take_while(|(a, b)| a == b).count();
    if common == mine.len() {
        return Ok(StoreAge::Contained);
    }
    if common < others.len() {
        return Ok(StoreAge::Foreign);
    }
    let known = others.last().map_or(0, |row| row.0);
    let mut newer: Vec<i64> = mine[common..].iter().map(|row| row.0).filter(|batch| *batch > known).collect();
    newer.dedup();
    Ok(StoreAge::Newer {
        batches: newer.len() as u64,
        last_recorded_at: mine.last().map(|row| row.1[0].clone()).unwrap_or_default(),
    })
}

/// Puts what `from` holds into the file of answers at `to`, in one step: who has it open sees all of it or nothing, and what a kill
/// interrupts is taken back by whoever opens it next.
///
/// # Errors
/// The file cannot be written; it stays as it was.
pub(crate) fn put_into_store(from: &Path, to: &Path) -> Result<()> {
    let source = open_store(from)?;
    copy_pages(&source, from, to)
}

fn copy_pages(source: &Connection, from: &Path, to: &Path) -> Result<()> {
    let written = |e| unreadable(to, e);
    let mut target =
        Connection::open_with_flags(to, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)
            .map_err(written)?;
    target
        .busy_timeout(PATIENCE)
        .and_then(|()| target.execute_batch("PRAGMA journal_mode = DELETE; PRAGMA synchronous = EXTRA;"))
        .map_err(written)?;
    let copy = Backup::new(source, &mut target).map_err(written)?;
    let begun = Instant::now();
    loop {
        match copy.step(ALL_PAGES).map_err(|e| unreadable(from, e))? {
            StepResult::Done => return Ok(()),
            _ if begun.elapsed() > PATIENCE => {
                return Err(Error::input("另一个程序一直在写核查结果").in_file(to).hint("等它结束后再试"));
            }
            _ => std::thread::sleep(PAUSE),
        }
    }
}

/// Opens a file of answers that must be there, whatever secret it is of.
fn open_store(path: &Path) -> Result<Connection> {
    let failed = |e| unreadable(path, e);
    // A journal that a crash left behind is played back, which writes.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let store = Connection::open_with_flags(path, flags).map_err(failed)?;
    store.busy_timeout(PATIENCE).map_err(failed)?;
    let number = |pragma: &str| store.query_row(pragma, [], |row| row.get::<_, i32>(0));
    let (application, version) =
        (number("PRAGMA application_id").map_err(failed)?, number("PRAGMA user_version").map_err(failed)?);
    if application != APPLICATION {
        return Err(Error::input("这个文件不是核查结果文件").in_file(path).hint("换用 bidui 做的备份"));
    }
    if version > MIGRATIONS.len() as i32 {
        return Err(Error::input("核查结果文件是较新的程序写的")
            .in_file(path)
            .hint("换用写它的那一版程序，或更新的"));
    }
    Ok(store)
}

/// A batch with one of its events, as two files are compared.
type ComparedRow = (i64, [String; 6], [i64; 2]);

fn compared_rows(path: &Path) -> Result<Vec<ComparedRow>> {
    let store = open_store(path)?;
    let read = || {
        let mut asked = store.prepare(COMPARED)?;
        let rows = asked.query_map([], |row| {
            let text = [row.get(1)?, row.get(2)?, row.get(3)?, row.get(6)?, row.get(7)?, row.get(8)?];
            Ok((row.get(0)?, text, [row.get(4)?, row.get(5)?]))
        })?;
        rows.collect::<rusqlite::Result<Vec<_>>>()
    };
    read().map_err(|e| unreadable(path, e))
}

/// Moves a file of answers that cannot be read to `aside`, so that another can take its place.
///
/// # Errors
/// The folder cannot be written.
pub(crate) fn move_store_aside(path: &Path, aside: &Path) -> Result<()> {
    // A journal of the damaged file must not be played into the new one.
    for ending in ["-journal", "-wal", "-shm"] {
        let with = |path: &Path| PathBuf::from(format!("{}{ending}", path.display()));
        if with(path).exists() {
            fs::rename(with(path), with(aside)).map_err(|e| Error::io("移开核查结果", path, e))?;
        }
    }
    fs::rename(path, aside).map_err(|e| Error::io("移开核查结果", path, e))
}
