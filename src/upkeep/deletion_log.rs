//! What was deleted, when and by which rule: a line for each, appended beside the publications and never changed.

use std::fs::OpenOptions;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use serde::Serialize;

use crate::{Error, Result};

/// The file in the output folder.
pub(super) const LOG: &str = "deletions.jsonl";

/// What is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DeletedKind {
    /// `restricted/` of a publication.
    Restricted,
    /// `lists/` of a publication.
    Lists,
    /// A run that another replaced.
    Run,
    /// Who answered and what he noted.
    AnswerDetails,
    /// A copy of files that came back.
    Returned,
}

impl DeletedKind {
    /// As an operator reads it, Chinese.
    pub fn title(self) -> &'static str {
        match self {
            Self::Restricted => "名单明细（restricted/）",
            Self::Lists => "清单（lists/）",
            Self::Run => "被取代的运行",
            Self::AnswerDetails => "核查结果里的姓名和备注",
            Self::Returned => "交回的清单副本",
        }
    }
}

/// One deletion. It says nothing of any person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeletionEntry {
    /// The day that counted, `2020-12-31`.
    pub on: String,
    /// What.
    pub kind: DeletedKind,
    /// Where, within the output folder.
    pub place: String,
    /// The rule, as `pipeline.toml` has it: `restricted = "2 years"`.
    pub rule: String,
    /// The day from which on it was to be deleted; `None`: the rule counts runs.
    pub due: Option<String>,
    /// Files, or answers.
    pub count: u64,
    /// Their length.
    pub bytes: u64,
    /// When it was done, by the clock.
    pub recorded_at: String,
    /// By whom.
    pub recorded_by: String,
}

/// Appends a line, which is on the disk once this returns.
///
/// # Errors
/// The file cannot be written.
pub(super) fn log_deletion(out: &Path, entry: &DeletionEntry) -> Result<()> {
    let path = out.join(LOG);
    let failed = |e| Error::io("写删除日志", &path, e).hint("没有日志就不删除；检查是否可写、磁盘是否已满");
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(true).mode(0o644).custom_flags(libc::O_NOFOLLOW);
    let mut file = options.open(&path).map_err(failed)?;
    let mut line = serde_json::to_string(entry).map_err(|e| Error::internal(e.to_string()))?;
    line.push('\n');
    // A line that a crash cut off stays as it is.
    let length = file.metadata().map_err(failed)?.len();
    let mut last = [b'\n'];
    if length > 0 {
        file.seek(SeekFrom::End(-1)).and_then(|_| file.read_exact(&mut last)).map_err(failed)?;
    }
    if last != *b"\n" {
        line.insert(0, '\n');
    }
    file.write_all(line.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)
}
