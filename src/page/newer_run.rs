//! A run that was published while the page is served: what it says of the findings that are answered here.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use hashbrown::HashMap;

use super::findings::PageFinding;
use crate::Result;
use crate::model::exception::{number_key, row_key};
use crate::publication::snapshot::Snapshot;
use crate::track::previous_exceptions::EXCEPTIONS;

/// Looks for a newer run.
#[derive(Debug)]
pub(super) struct NewerRuns {
    out: PathBuf,
    /// The run that the page shows.
    shown: PathBuf,
    read: Mutex<Option<Arc<NewerRun>>>,
}

/// What a newer run rests its findings on.
#[derive(Debug)]
struct NewerRun {
    folder: PathBuf,
    /// By every key that sheets ever bore.
    facts: HashMap<String, String>,
}

impl NewerRuns {
    pub(super) fn new(out: &Path, shown: &Snapshot) -> Self {
        Self { out: out.to_owned(), shown: shown.folder().to_owned(), read: Mutex::default() }
    }

    /// Folder of the newest run, if it is not the one that the page shows.
    ///
    /// # Errors
    /// The folders cannot be read.
    pub(super) fn folder(&self) -> Result<Option<PathBuf>> {
        let newest = Snapshot::newest_folder(&self.out)?;
        Ok((newest != self.shown).then_some(newest))
    }

    /// What is told of a newer run on every page; `None`: there is none.
    pub(super) fn banner(&self) -> Option<String> {
        match self.folder() {
            Ok(None) => None,
            Ok(Some(folder)) => {
                let period = folder.parent().and_then(Path::file_name).unwrap_or_default();
                Some(format!(
                    "服务开始后有了新的一次运行（{}）：这里显示的还是原来的。请结束服务后重新打开",
                    period.to_string_lossy()
                ))
            }
            Err(error) => Some(format!("看不出服务开始后有没有新的运行：{}", error.message())),
        }
    }

    /// Why an answer to a finding is out of date, Chinese; `None`: it rests on the same in the newest run, or that is the one
    /// that is shown.
    ///
    /// # Errors
    /// The newer run cannot be read.
    pub(super) fn why_stale(&self, one: &PageFinding) -> Result<Option<String>> {
        let Some(folder) = self.folder()? else { return Ok(None) };
        let newer = self.newer(folder)?;
        let mut keys = std::iter::once(&one.key).chain(&one.former_keys);
        let facts = keys.find_map(|key| newer.facts.get(key));
        let number = &one.number;
        Ok(match facts {
            None => Some(format!("{number}过时：新的一次运行里已没有这条疑点，不用再核查")),
            Some(facts) if one.facts.is_empty() || *facts != one.facts => {
                Some(format!("{number}过时：来源数据变了，重新打开后按现在的核查"))
            }
            Some(_) => None,
        })
    }

    fn newer(&self, folder: PathBuf) -> Result<Arc<NewerRun>> {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        match &*read {
            Some(newer) if newer.folder == folder => Ok(newer.clone()),
            _ => {
                let newer = Arc::new(NewerRun::read(folder)?);
                *read = Some(newer.clone());
                Ok(newer)
            }
        }
    }
}

impl NewerRun {
    fn read(folder: PathBuf) -> Result<Self> {
        let snapshot = Snapshot::open(&folder)?;
        let (mut facts, mut former) = (HashMap::new(), Vec::new());
        let columns = ["listed_id", "exception_id", "former_numbers", "facts"];
        snapshot.scan(EXCEPTIONS, columns, |_, [listed, fingerprint, numbers, of]| {
            let old = numbers.split(';').filter_map(number_key);
            former.extend(old.map(|key| (key.to_owned(), of.to_owned())));
            facts.insert(row_key(listed, fingerprint).to_owned(), of.to_owned());
        })?;
        for (key, of) in former {
            facts.entry(key).or_insert(of);
        }
        Ok(Self { folder, facts })
    }
}
