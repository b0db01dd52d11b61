//! The staging folder, the lock, and the two renames that make a publication the current one.
//!
//! A run is written aside, synced, renamed into its period's folder, and last named by the link
//! `latest`, which is replaced in one step. A kill before that leaves the old publication current;
//! what it left is removed by the next run.

use std::fs::{self, File, TryLockError};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use super::layout::{self, LATEST, MANIFEST, RunName};
use super::output_files::digest_output_file;
use super::snapshot::Snapshot;
use crate::model::period::Period;
use crate::{Error, Result};

const LOCK: &str = ".bidui.lock";
const STAGING: &str = ".staging-";
/// Where the link is made before it takes the place of [`LATEST`].
const NEXT_LINK: &str = ".latest-next";
/// Where versions before moved a publication aside while they replaced it.
const RETIRED: &str = ".retired-";

/// A publication being written. Dropping it without [`Staging::commit`] removes what was
/// written; a killed process leaves it for the next run to remove.
#[derive(Debug)]
pub(crate) struct Staging {
    out: PathBuf,
    folder: PathBuf,
    /// Where the runs of the period are.
    runs: PathBuf,
    current: Option<RunName>,
    /// Held until dropped: the operating system releases it even if the process is killed.
    _lock: File,
}

/// Writes something beside the publications, what is left of a refused run for one, as `out/name`, whole or not at all;
/// what stood under the name before goes. `write` is given the folder to write in.
///
/// # Errors
/// Another process writes to `out`, or it cannot be written.
pub(crate) fn place_folder(
    out: &Path,
    name: &str,
    write: impl FnOnce(&Path) -> Result<()>,
) -> Result<PathBuf> {
    let failed = |e| Error::io("写入发布文件夹", out, e).hint("检查发布文件夹是否可写、磁盘是否已满");
    fs::create_dir_all(out).map_err(failed)?;
    let _lock = lock_publication_folder(out)?;
    clean_staging_folders(out)?;
    let (staging, to) = (out.join(format!("{STAGING}{name}")), out.join(name));
    fs::create_dir(&staging).map_err(failed)?;
    if let Err(error) = write(&staging) {
        // The next run removes what cannot be removed now.
        let _ = fs::remove_dir_all(&staging);
        return Err(error);
    }
    if to.symlink_metadata().is_ok() {
        fs::remove_dir_all(&to).map_err(failed)?;
    }
    fs::rename(&staging, &to).map_err(failed)?;
    Ok(to)
}

impl Staging {
    /// Locks `out`, removes what killed runs left, and makes an empty staging folder.
    ///
    /// # Errors
    /// Another process writes there, the folder cannot be written, or it is not clear which run of
    /// the period is the current one.
    pub(crate) fn begin(out: &Path, period: Period) -> Result<Self> {
        let failed =
            |e| Error::io("准备发布文件夹", out, e).hint("检查该文件夹是否存在、是否可写、磁盘是否已满");
        fs::create_dir_all(out).map_err(failed)?;
        let lock = lock_publication_folder(out)?;
        clean_staging_folders(out)?;
        let runs = layout::period_folder(out, period);
        let current = latest_run(&runs)?;
        remove_unfinished(&runs, current.as_ref())?;
        let folder = out.join(format!("{STAGING}{period}"));
        fs::create_dir(&folder).map_err(failed)?;
        Ok(Self { out: out.to_owned(), folder, runs, current, _lock: lock })
    }

    /// Where files are written.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Makes the publication the current one and returns its folder. One that equals the current
    /// one byte for byte is dropped: the current one stays.
    ///
    /// # Errors
    /// The folder cannot be written; the current publication stays.
    pub(crate) fn commit(self) -> Result<PathBuf> {
        let sha256 = digest_output_file(&self.folder.join(MANIFEST))?.sha256;
        if let Some(current) = &self.current {
            let folder = self.runs.join(current.to_string());
            if is_run_intact(&folder, &sha256) {
                return Ok(folder);
            }
        }
        let name = RunName::new(self.current.as_ref().map_or(0, RunName::number) + 1, &sha256);
        let target = self.place(&name)?;
        self.point_to(&name)?;
        Ok(target)
    }

    /// Moves the run to where it stays, on the disk with all its names.
    fn place(&self, name: &RunName) -> Result<PathBuf> {
        let target = self.runs.join(name.to_string());
        sync_staging_folders(&self.folder)?;
        let failed = |e| Error::io("启用新的发布", &target, e);
        fs::create_dir_all(&self.runs).map_err(failed)?;
        sync_staging_folder(&self.out)?;
        fs::rename(&self.folder, &target).map_err(failed)?;
        sync_staging_folder(&self.runs)?;
        Ok(target)
    }

    /// Lets the link name the run, in one step.
    fn point_to(&self, name: &RunName) -> Result<()> {
        let (next, latest) = (self.runs.join(NEXT_LINK), self.runs.join(LATEST));
        let failed = |e| {
            Error::io("启用新的发布", &latest, e)
                .hint("发布文件夹所在的文件系统须支持符号链接；换一个 --out 文件夹")
        };
        symlink(name.to_string(), &next).map_err(failed)?;
        fs::rename(&next, &latest).map_err(failed)?;
        sync_staging_folder(&self.runs)
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        // After a commit the folder no longer exists. Errors here only leave work for `recover`.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn lock_publication_folder(out: &Path) -> Result<File> {
    let path = out.join(LOCK);
    let file = fs::OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(|e| Error::io("锁定发布文件夹", &path, e).hint("检查发布文件夹是否可写"))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::usage("另一个程序正在写这个发布文件夹")
            .in_file(out)
            .hint("等它结束后再运行，或换一个 --out 文件夹")),
        Err(TryLockError::Error(e)) => Err(Error::io("锁定发布文件夹", &path, e)),
    }
}

/// Whether a run's folder is the publication with this manifest, and undamaged: one that is not
/// must be written anew, for that is the cure that readers name.
fn is_run_intact(folder: &Path, manifest_sha256: &str) -> bool {
    digest_output_file(&folder.join(MANIFEST)).is_ok_and(|manifest| manifest.sha256 == manifest_sha256)
        && Snapshot::open(folder).and_then(|run| run.verify()).is_ok()
}

/// The run that the link in a period's folder names; `None` if there is no link.
fn latest_run(runs: &Path) -> Result<Option<RunName>> {
    let latest = runs.join(LATEST);
    let unclear = || {
        Error::input("latest 不是指向一次运行的链接")
            .in_file(&latest)
            .hint("移走它，再在该文件夹中用 ln -s run-… latest 指定当前的一次运行，或换一个 --out 文件夹")
    };
    match fs::read_link(&latest) {
        Ok(target) => {
            let name = target.to_str().and_then(|name| name.parse().ok());
            name.map(Some).ok_or_else(unclear)
        }
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(_) => Err(unclear()),
    }
}

/// Removes the run that a kill left without a link to it. A kill leaves one at most, the next
/// after the current one: anything else was done by hand, and is for a hand to mend.
fn remove_unfinished(runs: &Path, current: Option<&RunName>) -> Result<()> {
    let failed = |e| Error::io("清理上次中断的发布", runs, e).hint("检查发布文件夹是否可写");
    let number = current.map_or(0, RunName::number);
    let newer: Vec<RunName> =
        layout::list_runs(runs)?.into_iter().filter(|run| run.number() > number).collect();
    match &newer[..] {
        [] => {}
        [one] if one.number() == number + 1 => {
            fs::remove_dir_all(runs.join(one.to_string())).map_err(failed)?;
        }
        [.., newest] => {
            return Err(Error::input("有几次运行比 latest 所指的更新，不像是中断留下的").in_file(runs).hint(
                format!(
                    "在该文件夹中用 ln -sfn {newest} latest 指定当前的一次运行，移走比它更新的，再重新运行"
                ),
            ));
        }
    }
    match fs::remove_file(runs.join(NEXT_LINK)) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(failed(e)),
        _ => Ok(()),
    }
}

/// Removes staging folders that killed runs left, of whatever period. One that a version before
/// moved aside comes back if its successor did not arrive.
fn clean_staging_folders(out: &Path) -> Result<()> {
    let failed = |e| Error::io("清理上次中断的发布", out, e).hint("检查发布文件夹是否可写");
    let mut names = Vec::new();
    for entry in fs::read_dir(out).map_err(failed)? {
        names.push(entry.map_err(failed)?.file_name());
    }
    names.sort();
    for name in names.iter().filter_map(|n| n.to_str()) {
        let path = out.join(name);
        if let Some(period) = name.strip_prefix(RETIRED) {
            let target = layout::old_folder(out, period);
            if target.exists() {
                fs::remove_dir_all(&path).map_err(failed)?;
            } else {
                fs::rename(&path, &target).map_err(failed)?;
            }
        } else if name.starts_with(STAGING) {
            fs::remove_dir_all(&path).map_err(failed)?;
        }
    }
    Ok(())
}

/// Syncs every folder below `folder`, so that the names of the files survive a power cut too.
fn sync_staging_folders(folder: &Path) -> Result<()> {
    let failed = |e| Error::io("同步发布文件夹", folder, e);
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if entry.file_type().map_err(failed)?.is_dir() {
            sync_staging_folders(&entry.path())?;
        }
    }
    sync_staging_folder(folder)
}

fn sync_staging_folder(folder: &Path) -> Result<()> {
    File::open(folder).and_then(|f| f.sync_all()).map_err(|e| Error::io("同步发布文件夹", folder, e))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn q3() -> Period {
        "2018Q3".parse().unwrap()
    }

    fn begin(out: &Path) -> Staging {
        Staging::begin(out, q3()).unwrap()
    }

    /// Writes a publication that differs by its pipeline's title.
    fn put(staging: &Staging, title: &str) {
        let manifest =
            format!(r#"{{"format":2,"period":"2018Q3","pipeline":"{title}","sources":[],"outputs":[]}}"#);
        fs::write(staging.folder().join(MANIFEST), manifest).unwrap();
    }

    fn publish(out: &Path, title: &str) -> PathBuf {
        let staging = begin(out);
        put(&staging, title);
        staging.commit().unwrap()
    }

    /// Title of the publication that readers see.
    fn current_title(out: &Path) -> Option<String> {
        Snapshot::find(out, q3()).unwrap().map(|found| found.pipeline().to_owned())
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// As a kill would: neither commit nor drop runs, but the lock is released.
    fn kill(staging: Staging) {
        staging._lock.unlock().unwrap();
        std::mem::forget(staging);
    }

    fn name_of(staging: &Staging, number: u32) -> RunName {
        RunName::new(number, &digest_output_file(&staging.folder().join(MANIFEST)).unwrap().sha256)
    }

    #[test]
    fn runs_are_counted_and_stay_as_they_are() {
        let out = tempfile::tempdir().unwrap();
        let first = publish(out.path(), "one");
        let before = fs::read(first.join(MANIFEST)).unwrap();
        let second = publish(out.path(), "two");
        let run = |folder: &Path| folder.file_name().unwrap().to_str().unwrap().to_owned();
        assert!(run(&first).starts_with("run-0001-") && run(&second).starts_with("run-0002-"));
        assert_eq!(fs::read(first.join(MANIFEST)).unwrap(), before);
        assert_eq!(names(out.path()), [LOCK, "2018Q3"]);
        assert_eq!(names(&out.path().join("2018Q3")), [LATEST, &run(&first), &run(&second)]);
        assert_eq!(fs::read_link(out.path().join("2018Q3/latest")).unwrap(), Path::new(&run(&second)));
        assert_eq!(current_title(out.path()).unwrap(), "two");
    }

    #[test]
    fn an_equal_publication_is_not_kept_twice() {
        let out = tempfile::tempdir().unwrap();
        let first = publish(out.path(), "one");
        assert_eq!(publish(out.path(), "one"), first);
        assert_eq!(names(&out.path().join("2018Q3")).len(), 2);
        assert_eq!(names(out.path()), [LOCK, "2018Q3"]);
        // Only the current one counts: who ran it again in between wants it current again.
        publish(out.path(), "two");
        let third = publish(out.path(), "one");
        assert!(third.ends_with(first.file_name().unwrap().to_str().unwrap().replace("0001", "0003")));
    }

    #[test]
    fn a_damaged_publication_is_written_anew() {
        let out = tempfile::tempdir().unwrap();
        let publish = || {
            let staging = begin(out.path());
            fs::write(staging.folder().join("report.html"), "report").unwrap();
            let sha256 = digest_output_file(&staging.folder().join("report.html")).unwrap().sha256;
            let manifest = format!(
                r#"{{"format":2,"period":"2018Q3","pipeline":"one","sources":[],"outputs":[
                   {{"path":"report.html","sha256":"{sha256}","bytes":6,"rows":null}}]}}"#
            );
            fs::write(staging.folder().join(MANIFEST), manifest).unwrap();
            staging.commit().unwrap()
        };
        let first = publish();
        assert_eq!(publish(), first);
        fs::write(first.join("report.html"), "forged").unwrap();
        let second = publish();
        assert_ne!(second, first);
        Snapshot::open(&second).unwrap().verify().unwrap();
        fs::remove_file(second.join("report.html")).unwrap();
        assert_ne!(publish(), second);
    }

    #[test]
    fn a_kill_at_each_step_leaves_the_old_publication_and_the_next_run_succeeds() {
        for steps in 0..4 {
            for old in [false, true] {
                let out = tempfile::tempdir().unwrap();
                if old {
                    publish(out.path(), "one");
                }
                let staging = begin(out.path());
                put(&staging, "two");
                let name = name_of(&staging, if old { 2 } else { 1 });
                if steps >= 1 {
                    staging.place(&name).unwrap();
                }
                let runs = out.path().join("2018Q3");
                if steps >= 2 {
                    symlink(name.to_string(), runs.join(NEXT_LINK)).unwrap();
                }
                if steps >= 3 {
                    fs::rename(runs.join(NEXT_LINK), runs.join(LATEST)).unwrap();
                }
                kill(staging);
                let current = current_title(out.path());
                match (steps, old) {
                    (3, _) => assert_eq!(current.unwrap(), "two"),
                    (_, true) => assert_eq!(current.unwrap(), "one"),
                    (_, false) => assert_eq!(current, None),
                }
                let again = begin(out.path());
                assert_eq!(names(again.folder()), [""; 0], "no remains of the killed run");
                put(&again, "three");
                again.commit().unwrap();
                assert_eq!(current_title(out.path()).unwrap(), "three");
                let numbers: Vec<u32> =
                    layout::list_runs(&runs).unwrap().iter().map(RunName::number).collect();
                let expected = 1 + u32::from(old) + u32::from(steps == 3);
                assert_eq!(numbers, (1..=expected).collect::<Vec<_>>(), "{steps} steps");
                assert_eq!(names(&runs).len(), numbers.len() + 1);
                assert_eq!(names(out.path()), [LOCK, "2018Q3"]);
            }
        }
    }

    #[test]
    fn runs_that_no_kill_leaves_are_not_touched() {
        let out = tempfile::tempdir().unwrap();
        publish(out.path(), "one");
        let second = publish(out.path(), "two");
        let runs = out.path().join("2018Q3");
        let before = names(&runs);
        // Somebody lost the link, as copying to a share does.
        fs::remove_file(runs.join(LATEST)).unwrap();
        let error = Staging::begin(out.path(), q3()).unwrap_err();
        assert_eq!(error.kind(), crate::ErrorKind::Input);
        let newest = second.file_name().unwrap().to_str().unwrap();
        assert!(error.hint_text().unwrap().contains(newest), "{error:?}");
        assert_eq!(names(&runs), before[1..]);
        // The cure it names is one.
        symlink(newest, runs.join(LATEST)).unwrap();
        drop(begin(out.path()));
        assert_eq!(names(&runs), before);
        // A folder in the link's place is what copying with links followed leaves.
        fs::remove_file(runs.join(LATEST)).unwrap();
        fs::create_dir(runs.join(LATEST)).unwrap();
        assert!(Staging::begin(out.path(), q3()).unwrap_err().hint_text().is_some());
    }

    #[test]
    fn what_a_version_before_moved_aside_comes_back() {
        let out = tempfile::tempdir().unwrap();
        let retired = out.path().join(".retired-2018Q3");
        fs::create_dir(&retired).unwrap();
        fs::write(retired.join(MANIFEST), "old").unwrap();
        drop(Staging::begin(out.path(), "2018Q4".parse().unwrap()).unwrap());
        assert_eq!(fs::read_to_string(out.path().join("quarter=2018Q3/manifest.json")).unwrap(), "old");
    }

    #[test]
    fn two_runs_cannot_meet() {
        let out = tempfile::tempdir().unwrap();
        let _first = begin(out.path());
        let error = Staging::begin(out.path(), "2018Q4".parse().unwrap()).unwrap_err();
        assert_eq!(error.kind(), crate::ErrorKind::Usage);
    }
}
