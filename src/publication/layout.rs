//! Where publications lie below the output folder; see docs/adr/0009.
//!
//! `OUT/2018Q3/run-0001-1a2b3c4d/` is one run's publication, never changed once it is there;
//! the link `OUT/2018Q3/latest` names the current one. Versions before wrote `OUT/quarter=2018Q3/`.

use std::ffi::OsString;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use crate::model::period::Period;
use crate::{Error, Result};

/// Link in a period's folder that names its current run.
pub(crate) const LATEST: &str = "latest";
/// File whose presence makes a folder a publication.
pub(crate) const MANIFEST: &str = "manifest.json";

/// Name of a run's folder: `run-0001-1a2b3c4d`. It is also what a sheet's issue is called.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RunName {
    number: u32,
    digest: String,
}

impl RunName {
    /// Run `number` of its period whose manifest has this SHA-256 (hexadecimal).
    pub(crate) fn new(number: u32, manifest_sha256: &str) -> Self {
        Self { number, digest: manifest_sha256.chars().take(8).collect() }
    }
    /// Counts the runs of a period, from 1.
    pub(crate) fn number(&self) -> u32 {
        self.number
    }
}

impl fmt::Display for RunName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "run-{:04}-{}", self.number, self.digest)
    }
}

impl FromStr for RunName {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        let parts = || {
            let (number, digest) = text.strip_prefix("run-")?.split_once('-')?;
            let name = Self { number: number.parse().ok()?, digest: digest.to_owned() };
            let hexadecimal = |b: u8| matches!(b, b'0'..=b'9' | b'a'..=b'f');
            let whole = digest.len() == 8 && digest.bytes().all(hexadecimal) && name.to_string() == text;
            whole.then_some(name)
        };
        parts().ok_or_else(|| Error::input(format!("“{text}”不是一次发布的文件夹名")))
    }
}

/// Folder that holds the runs of a period.
pub(crate) fn period_folder(out: &Path, period: Period) -> PathBuf {
    out.join(period.to_string())
}

/// Folder of a period's publication as versions before wrote it.
pub(crate) fn old_folder(out: &Path, period: impl fmt::Display) -> PathBuf {
    out.join(format!("quarter={period}"))
}

/// The folder that publications are written to, of the folder of one.
pub(crate) fn output_folder(run: &Path) -> &Path {
    let old = run.file_name().is_some_and(|name| name.to_string_lossy().starts_with("quarter="));
    let above = if old { run.parent() } else { run.parent().and_then(Path::parent) };
    above.filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Runs in a period's folder, the oldest first; none if there is no such folder.
///
/// # Errors
/// The folder cannot be read.
pub(crate) fn list_runs(period_folder: &Path) -> Result<Vec<RunName>> {
    let mut runs: Vec<RunName> =
        list_folder_names(period_folder)?.iter().filter_map(|name| name.parse().ok()).collect();
    runs.sort();
    Ok(runs)
}

/// Whether a period's folder has something that says which run is current, wherever it leads.
pub(crate) fn names_current_run(period_folder: &Path) -> bool {
    period_folder.join(LATEST).symlink_metadata().is_ok()
}

/// Periods that have a publication below `out`, the earliest first, with the folder to open: one whose `latest` leads
/// nowhere had one, which whoever opens it is told.
///
/// # Errors
/// The folder cannot be read.
pub(crate) fn list_periods(out: &Path) -> Result<Vec<(Period, PathBuf)>> {
    let current = list_period_folders(out)?.into_iter().filter(|one| one.current);
    Ok(current.map(|one| (one.period, one.folder)).collect())
}

/// A folder that has, or had, publications of a period.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct PeriodFolder {
    pub(crate) period: Period,
    pub(crate) folder: PathBuf,
    /// It says which publication is the period's current one, wherever that leads.
    pub(crate) current: bool,
    /// Folders of runs, the oldest first; none in the layout before.
    pub(crate) runs: Vec<PathBuf>,
}

/// Folders below `out` with a publication, or with a run that no link names, the earliest period first.
///
/// # Errors
/// A folder cannot be read.
pub(crate) fn list_period_folders(out: &Path) -> Result<Vec<PeriodFolder>> {
    let mut found: Vec<PeriodFolder> = Vec::new();
    for name in list_folder_names(out)? {
        let old = name.strip_prefix("quarter=");
        let Ok(period) = old.unwrap_or(&name).parse::<Period>() else { continue };
        let folder = out.join(&name);
        let (current, runs) = match old {
            Some(_) if !folder.join(MANIFEST).is_file() => continue,
            Some(_) => (!names_current_run(&period_folder(out, period)), Vec::new()),
            // A file of that name holds none.
            None if !folder.is_dir() => continue,
            None => {
                let runs = list_runs(&folder)?.iter().map(|run| folder.join(run.to_string())).collect();
                (names_current_run(&folder), runs)
            }
        };
        if current || old.is_some() || !runs.is_empty() {
            found.push(PeriodFolder { period, folder, current, runs });
        }
    }
    found.sort();
    Ok(found)
}

/// Names in a folder, sorted; none if there is no such folder. One that is not UTF-8 is of nothing that this program wrote, and
/// is passed over.
pub(crate) fn list_folder_names(folder: &Path) -> Result<Vec<String>> {
    let names = read_folder_names("打开发布文件夹", folder)?;
    Ok(names.into_iter().filter_map(|name| name.into_string().ok()).collect())
}

/// All names in a folder, sorted; none if there is no such folder. `doing`: what fails where it cannot be read.
pub(crate) fn read_folder_names(doing: &'static str, folder: &Path) -> Result<Vec<OsString>> {
    let failed = |e| Error::io(doing, folder, e);
    let entries = match fs::read_dir(folder) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        other => other.map_err(failed)?,
    };
    let mut names = Vec::new();
    for entry in entries {
        names.push(entry.map_err(failed)?.file_name());
    }
    names.sort();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_named_by_number_and_digest() {
        let name = RunName::new(1, "1a2b3c4d5e6f");
        assert_eq!(name.to_string(), "run-0001-1a2b3c4d");
        for text in ["run-0001-1a2b3c4d", "run-9999-00000000", "run-10000-00000000"] {
            assert_eq!(text.parse::<RunName>().unwrap().to_string(), text);
        }
        for text in ["run-1-1a2b3c4d", "run-0001-1A2B3C4D", "run-0001-1a2b3c4", "run-0001", "latest", ""] {
            assert!(text.parse::<RunName>().is_err(), "{text}");
        }
        let order = ["run-0002-ffffffff", "run-9999-eeeeeeee", "run-10000-00000000"];
        assert!(order.map(|text| text.parse::<RunName>().unwrap()).is_sorted());
    }

    #[test]
    fn periods_of_both_layouts_are_found() {
        let out = tempfile::tempdir().unwrap();
        let publication = |folder: &Path| {
            fs::create_dir_all(folder).unwrap();
            fs::write(folder.join(MANIFEST), "{}").unwrap();
        };
        for old in ["2018Q2", "2018Q3"] {
            publication(&old_folder(out.path(), old));
        }
        for new in ["2018Q3", "2018Q4"] {
            let folder = out.path().join(new);
            publication(&folder.join("run-0001-00000000"));
            std::os::unix::fs::symlink("run-0001-00000000", folder.join(LATEST)).unwrap();
        }
        // Neither a folder that a kill left without a link nor one of another name counts.
        publication(&out.path().join("2019Q1/run-0001-00000000"));
        publication(&out.path().join("links"));
        let found: Vec<String> = list_periods(out.path())
            .unwrap()
            .into_iter()
            .map(|(period, folder)| format!("{period} {}", folder.file_name().unwrap().display()))
            .collect();
        assert_eq!(found, ["2018Q2 quarter=2018Q2", "2018Q3 2018Q3", "2018Q4 2018Q4"]);
        assert!(list_periods(&out.path().join("nowhere")).unwrap().is_empty());
    }
}
