//! The staging folder and the two renames that make a publication the current one.
//!
//! A run is written aside, synced, renamed into its period's folder, and last named by the link
//! `latest`, which is replaced in one step. A kill before that leaves the old publication current;
//! what it left is removed by the next run. What others left, or what cannot be removed, stays where it is and is told.

use std::fs::{self, DirBuilder, File};
use std::os::unix::fs::{DirBuilderExt as _, symlink};
use std::path::{Path, PathBuf};

use super::folder_lock::{FolderLock, not_writable};
use super::layout::{self, LATEST, MANIFEST, RunName};
use super::manifest::Completeness;
use super::output_files::digest_output_file;
use super::snapshot::Snapshot;
use crate::model::period::Period;
use crate::table::unfinished::{UnfinishedPath, publish_in_one_step};
use crate::{Error, Result};

const STAGING: &str = ".staging-";
/// Begins the name of what is left of a run that was refused.
pub(crate) const REFUSED: &str = "refused-";
/// What ids of publications from before there were keys were made under.
pub(crate) const NO_SECRET: &str = "none";
/// Begins the name of a ledger of ids, followed by the names of two keys.
pub(crate) const MIGRATION_FOLDER: &str = "identity-migration-";
/// Where the link is made before it takes the place of [`LATEST`].
const NEXT_LINK: &str = ".latest-next";
/// Where versions before moved a publication aside while they replaced it.
const RETIRED: &str = ".retired-";
/// Names that are tried where what stands under the first cannot be removed.
const MOST_NAMES: u32 = 50;

/// A publication being written. Dropping it without [`Staging::commit`] removes what was
/// written; a killed process leaves it for the next run to remove.
#[derive(Debug)]
pub(crate) struct Staging {
    out: PathBuf,
    folder: PathBuf,
    _unfinished: UnfinishedPath,
    /// Where the runs of the period are.
    runs: PathBuf,
    current: Option<RunName>,
    /// The link of the period before, and where it led: what the run goes on from.
    before: Option<(PathBuf, Option<PathBuf>)>,
    lock: FolderLock,
    /// What was left lying, Chinese.
    warnings: Vec<String>,
}

/// A publication that is the current one.
#[derive(Debug)]
pub(crate) struct Committed {
    /// Folder of its run.
    pub(crate) folder: PathBuf,
    /// What could not be tidied up, Chinese.
    pub(crate) warnings: Vec<String>,
}

/// An output folder that this process has locked, to write beside the publications: none comes or goes meanwhile.
#[derive(Debug)]
pub(crate) struct LockedFolder {
    out: PathBuf,
    _lock: FolderLock,
}

impl LockedFolder {
    /// Locks `out` and removes what killed runs left; `command` is what others are told who come meanwhile.
    ///
    /// # Errors
    /// Another process writes to `out`, or it cannot be written.
    pub(crate) fn take(out: &Path, command: &str) -> Result<Self> {
        let lock = FolderLock::take(out, command)?;
        clean_staging_folders(out)?;
        Ok(Self { out: out.to_owned(), _lock: lock })
    }

    /// Writes something as `name` in the folder, whole or not at all; what an earlier run left under the name goes.
    /// `write` is given the folder to write in.
    ///
    /// # Errors
    /// The folder cannot be written; what `write` says.
    pub(crate) fn place(&self, name: &str, write: impl FnOnce(&Path) -> Result<()>) -> Result<PathBuf> {
        place_in_locked(&self.out, name, write)
    }

    /// Removes a run of a period: aside in one step, so that nobody sees half of it, and under a name that whoever locks the
    /// folder next cleans up.
    ///
    /// # Errors
    /// It cannot be moved or deleted.
    pub(crate) fn remove_run(&self, period: Period, run: &Path) -> Result<()> {
        let name = run.file_name().unwrap_or_default().to_string_lossy();
        let digest = name.rsplit('-').next().unwrap_or_default();
        let aside = self.out.join(format!("{STAGING}{period}-{digest}"));
        fs::rename(run, &aside).map_err(|e| Error::io("删除", run, e))?;
        fs::remove_dir_all(&aside)
            .map_err(|e| Error::io("删除", &aside, e).hint("检查权限，再执行一次：它接着删"))
    }
}

/// As [`LockedFolder::place`].
fn place_in_locked(out: &Path, name: &str, write: impl FnOnce(&Path) -> Result<()>) -> Result<PathBuf> {
    let failed = |e| Error::io("写入发布文件夹", out, e).hint("检查发布文件夹是否可写、磁盘是否已满");
    let (staging, _unfinished) = make_staging_folder(out, name)?;
    let written = write(&staging).and_then(|()| {
        // What cannot be removed stays, and the new one has another name.
        let free = |to: &PathBuf| to.symlink_metadata().is_err() || remove_any(to).is_ok();
        let to = names_to_try(out, name).find(free).ok_or_else(|| too_many_left(out))?;
        fs::rename(&staging, &to).map_err(failed)?;
        Ok(to)
    });
    if written.is_err() {
        // The next run removes what cannot be removed now.
        let _ = fs::remove_dir_all(&staging);
    }
    written
}

impl Staging {
    /// Locks `out`, removes what killed runs left in it, and makes an empty staging folder: whoever cannot publish there
    /// knows it before any work. `command` is what others are told who come meanwhile. A run that no link names stays
    /// until [`Staging::remove_unfinished`]: it may be the last that tells which key there was.
    ///
    /// # Errors
    /// Another process writes there, the folder cannot be written, or it is not clear which run of
    /// the period is the current one.
    pub(crate) fn begin(out: &Path, period: Period, command: &str) -> Result<Self> {
        let lock = FolderLock::take(out, command)?;
        let warnings = clean_staging_folders(out)?;
        let runs = layout::period_folder(out, period);
        let current = latest_run(&runs)?;
        unfinished_run(&runs, current.as_ref())?;
        let before = period.previous().ok().map(|before| layout::period_folder(out, before).join(LATEST));
        let before = before.map(|link| (link.clone(), fs::read_link(link).ok()));
        let (folder, unfinished) = make_staging_folder(out, &period.to_string())?;
        let out = out.to_owned();
        Ok(Self { out, folder, _unfinished: unfinished, runs, current, before, lock, warnings })
    }

    /// Removes the run that a kill left without a link to it, unless it is one of `kept`; what cannot be removed stays, and
    /// is told.
    ///
    /// # Errors
    /// The folder cannot be read, or it is not clear which run is the current one.
    pub(crate) fn remove_unfinished(&mut self, kept: &[&Path]) -> Result<()> {
        remove_unfinished(&self.runs, self.current.as_ref(), kept, &mut self.warnings)
    }

    /// Where files are written.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Writes something beside the publications, what is left of a refused run for one, as `name` in the output folder.
    ///
    /// # Errors
    /// As for [`LockedFolder::place`].
    pub(crate) fn place_folder(
        &self,
        name: &str,
        write: impl FnOnce(&Path) -> Result<()>,
    ) -> Result<PathBuf> {
        place_in_locked(&self.out, name, write)
    }

    /// Makes the publication the current one. One that equals the current
    /// one byte for byte is dropped: the current one stays. One that tells less of the period than the current one, as where
    /// only some rules were asked for, is set aside: it stands beside the others, and no link names it.
    ///
    /// # Errors
    /// The folder cannot be written, or another program wrote there meanwhile; the current publication stays.
    pub(crate) fn commit(mut self) -> Result<Committed> {
        self.lock.check()?;
        if latest_run(&self.runs)? != self.current {
            return Err(Error::usage("运行期间另一个程序发布了这一期，没有发布")
                .in_file(self.runs.join(LATEST))
                .hint("这次结果是在它之前的数据上算的；重新运行"));
        }
        if let Some((link, led)) = &self.before
            && fs::read_link(link).ok() != *led
        {
            return Err(Error::usage("运行期间另一个程序发布了上一期，没有发布")
                .in_file(link)
                .hint("这次结果是接着它之前的发布算的；重新运行"));
        }
        let sha256 = digest_output_file(&self.folder.join(MANIFEST))?.sha256;
        let mut warnings = std::mem::take(&mut self.warnings);
        if let Some(current) = &self.current {
            let folder = self.runs.join(current.to_string());
            if is_run_intact(&folder, &sha256) {
                return Ok(Committed { folder, warnings });
            }
        }
        let own = Snapshot::open(&self.folder)?.completeness();
        let current = self.current.as_ref().filter(|current| tells_less(own, &self.runs, current));
        if let Some(current) = current {
            let folder = self.set_aside(&sha256)?;
            warnings.push(told_set_aside(own, &self.runs, current, &folder));
            return Ok(Committed { folder, warnings });
        }
        // A run that could not be removed keeps its number.
        let name = self.next_name(&sha256)?;
        let (target, _unpublished) = self.place(&name)?;
        self.point_to(&name)?;
        // From here on it is published, whatever happens.
        if let Err(error) = sync_staging_folder(&self.runs) {
            warnings.push(format!("已发布，但没能确认写到磁盘：{error}；断电前请再运行一次"));
        }
        Ok(Committed { folder: target, warnings })
    }

    fn next_name(&self, manifest_sha256: &str) -> Result<RunName> {
        let newest = layout::list_runs(&self.runs)?.last().map_or(0, RunName::number);
        let number = newest.max(self.current.as_ref().map_or(0, RunName::number)) + 1;
        Ok(RunName::new(number, manifest_sha256))
    }

    /// Puts the run beside the others without a link to it; an equal one that is set aside already is enough.
    fn set_aside(&self, manifest_sha256: &str) -> Result<PathBuf> {
        let equal = |run: &RunName| *run == RunName::new(run.number(), manifest_sha256);
        let there = layout::list_runs(&self.runs)?.into_iter().filter(equal);
        let there = there.map(|run| self.runs.join(run.to_string()));
        match there.into_iter().find(|folder| is_run_intact(folder, manifest_sha256)) {
            Some(folder) => Ok(folder),
            None => self.place(&self.next_name(manifest_sha256)?).map(|(folder, _)| folder),
        }
    }

    /// Moves the run to where it stays, on the disk with all its names; until it is published it goes if the program is told
    /// to end.
    fn place(&self, name: &RunName) -> Result<(PathBuf, UnfinishedPath)> {
        let target = self.runs.join(name.to_string());
        sync_staging_folders(&self.folder)?;
        let failed = |e| Error::io("启用新的发布", &target, e);
        DirBuilder::new().recursive(true).mode(0o755).create(&self.runs).map_err(failed)?;
        sync_staging_folder(&self.out)?;
        let placed = UnfinishedPath::begin(|| fs::rename(&self.folder, &target), |()| target.clone());
        let ((), unpublished) = placed.map_err(failed)?;
        sync_staging_folder(&self.runs)?;
        Ok((target, unpublished))
    }

    /// Lets the link name the run, in one step.
    fn point_to(&self, name: &RunName) -> Result<()> {
        let latest = self.runs.join(LATEST);
        let failed = |e| {
            Error::io("启用新的发布", &latest, e)
                .hint("发布文件夹所在的文件系统须支持符号链接；换一个 --out 文件夹")
        };
        for next in names_to_try(&self.runs, NEXT_LINK) {
            match symlink(name.to_string(), &next) {
                Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => {}
                other => {
                    let publish = || publish_in_one_step(|| fs::rename(&next, &latest));
                    return other.and_then(|()| publish()).map_err(failed);
                }
            }
        }
        Err(too_many_left(&self.runs))
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        // After a commit the folder no longer exists; without the lock it may be another's. Errors here only leave
        // work for the next run.
        if self.lock.check().is_ok() {
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}

/// Makes an empty folder to write `name` in; where what stands there cannot be removed, under another name.
fn make_staging_folder(out: &Path, name: &str) -> Result<(PathBuf, UnfinishedPath)> {
    let failed = |e: std::io::Error| match e.kind() {
        std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => not_writable(out, e),
        _ => Error::io("准备发布文件夹", out, e).hint("检查该文件夹是否存在、是否可写、磁盘是否已满"),
    };
    for folder in names_to_try(out, &format!("{STAGING}{name}")) {
        let make = || DirBuilder::new().mode(0o755).create(&folder);
        match UnfinishedPath::begin(make, |()| folder.clone()) {
            Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => {}
            other => return other.map_err(failed).map(|((), unfinished)| (folder.clone(), unfinished)),
        }
    }
    Err(too_many_left(out))
}

/// A name, and those to take where what stands under the one before cannot be removed.
fn names_to_try(folder: &Path, name: &str) -> impl Iterator<Item = PathBuf> {
    let others = (2..=MOST_NAMES).map(move |number| folder.join(format!("{name}-{number}")));
    std::iter::once(folder.join(name)).chain(others)
}

fn too_many_left(folder: &Path) -> Error {
    Error::input("发布文件夹里有太多没有清理的临时文件夹或链接")
        .in_file(folder)
        .hint("移走名字以 .staging- 开头的文件夹、以 .latest-next 开头的链接和不再需要的 refused-… 文件夹")
}

/// Removes a folder with what is in it, a file or a link.
fn remove_any(path: &Path) -> std::io::Result<()> {
    if path.symlink_metadata()?.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }
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

/// Does a publication tell less of its period than the current run? One that cannot be read tells nothing.
fn tells_less(own: Completeness, runs: &Path, current: &RunName) -> bool {
    Snapshot::open(&runs.join(current.to_string())).is_ok_and(|current| own < current.completeness())
}

fn told_set_aside(own: Completeness, runs: &Path, current: &RunName, folder: &Path) -> String {
    let why = match own {
        Completeness::SomeRules => "这次只运行了部分规则",
        Completeness::SomeLists | Completeness::Whole => "这次有县（区）的名单没有报来或不能用",
    };
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    format!(
        "{why}，不如当前的发布{current}完整，没有取代它，放在旁边：{}；确实要以这次的为准，在 {} 中运行 ln -sfn {name} latest",
        folder.display(),
        runs.display()
    )
}

/// The run that a kill left without a link to it. A kill leaves one at most, the next after the current one and those that
/// are set aside: anything else was done by hand, and is for a hand to mend.
fn unfinished_run(runs: &Path, current: Option<&RunName>) -> Result<Option<PathBuf>> {
    let begin = current.map_or(0, RunName::number);
    let mut number = begin;
    let is_set_aside = |run: &RunName| {
        let own = Snapshot::open(&runs.join(run.to_string())).map(|run| run.completeness());
        own.is_ok_and(|own| current.is_some_and(|current| tells_less(own, runs, current)))
    };
    let mut newer: Vec<RunName> = Vec::new();
    for run in layout::list_runs(runs)?.into_iter().filter(|run| run.number() > begin) {
        match is_set_aside(&run) {
            true if newer.is_empty() => number = run.number(),
            true => {}
            false => newer.push(run),
        }
    }
    match &newer[..] {
        [] => Ok(None),
        [one] if one.number() == number + 1 => Ok(Some(runs.join(one.to_string()))),
        [.., newest] => {
            Err(Error::input("有几次运行比 latest 所指的更新，不像是中断留下的").in_file(runs).hint(format!(
                "在该文件夹中用 ln -sfn {newest} latest 指定当前的一次运行，移走比它更新的，再重新运行"
            )))
        }
    }
}

/// Removes what a kill left in a period's folder; what cannot be removed stays.
fn remove_unfinished(
    runs: &Path,
    current: Option<&RunName>,
    kept: &[&Path],
    warnings: &mut Vec<String>,
) -> Result<()> {
    if let Some(folder) = unfinished_run(runs, current)?.filter(|folder| !kept.contains(&folder.as_path()))
        && let Err(error) = fs::remove_dir_all(&folder)
    {
        warnings.push(left_lying(&folder, &error));
    }
    for next in names_to_try(runs, NEXT_LINK) {
        // Under its other names it is known by what it is.
        let own = || {
            fs::read_link(&next).is_ok_and(|to| to.to_str().is_some_and(|to| to.parse::<RunName>().is_ok()))
        };
        if !next.ends_with(NEXT_LINK) && !own() {
            continue;
        }
        match remove_any(&next) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                warnings.push(left_lying(&next, &error))
            }
            _ => {}
        }
    }
    Ok(())
}

fn left_lying(path: &Path, error: &std::io::Error) -> String {
    format!("上次中断的发布没能清理（{error}），不影响这次发布：{}", path.display())
}

/// Removes staging folders that killed runs left, of whatever period. One that a version before
/// moved aside comes back if its successor did not arrive. Folders that only begin alike are somebody else's; of what
/// cannot be removed it says so.
fn clean_staging_folders(out: &Path) -> Result<Vec<String>> {
    let failed = |e| Error::io("清理上次中断的发布", out, e).hint("检查发布文件夹是否可读");
    let mut names = Vec::new();
    for entry in fs::read_dir(out).map_err(failed)? {
        names.push(entry.map_err(failed)?.file_name());
    }
    names.sort();
    let mut warnings = Vec::new();
    for name in names.iter().filter_map(|n| n.to_str()) {
        let path = out.join(name);
        let done = if let Some(period) = name.strip_prefix(RETIRED).and_then(|p| p.parse::<Period>().ok()) {
            let target = layout::old_folder(out, period);
            if target.exists() { remove_any(&path) } else { fs::rename(&path, &target) }
        } else if name.strip_prefix(STAGING).is_some_and(is_own_staging) {
            remove_any(&path)
        } else {
            Ok(())
        };
        if let Err(error) = done {
            warnings.push(left_lying(&path, &error));
        }
    }
    Ok(warnings)
}

/// True of what follows [`STAGING`] in the names that this program gives: `2018Q3`, `2018Q3-2`, `refused-2018Q3-1a2b3c4d`,
/// `identity-migration-none-7K3M0QXV2A5R8T1C`.
fn is_own_staging(name: &str) -> bool {
    if let Some(keys) = name.strip_prefix(MIGRATION_FOLDER) {
        let is_name = |key: &str| key.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase());
        return keys
            .split('-')
            .all(|key| key == NO_SECRET || !key.is_empty() && key.len() <= 16 && is_name(key));
    }
    let name = name.strip_prefix(REFUSED).unwrap_or(name);
    let (period, more) = name.split_once('-').unwrap_or((name, ""));
    let known = more.split('-').all(|part| part.len() <= 8 && part.bytes().all(|b| b.is_ascii_hexdigit()));
    known && period.parse::<Period>().is_ok_and(|parsed| parsed.to_string() == period)
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
    use crate::publication::folder_lock::LOCK;
    use crate::table::unfinished::is_unfinished;

    fn q3() -> Period {
        "2018Q3".parse().unwrap()
    }

    fn begin(out: &Path) -> Staging {
        let mut staging = Staging::begin(out, q3(), "run").unwrap();
        staging.remove_unfinished(&[]).unwrap();
        staging
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
        staging.commit().unwrap().folder
    }

    /// Title of the publication that readers see.
    fn current_title(out: &Path) -> Option<String> {
        // A run without a link to it is no publication, and whoever would go on from it is told.
        match Snapshot::find(out, q3()) {
            Ok(found) => found.map(|found| found.pipeline().to_owned()),
            Err(error) if error.hint_text().is_some_and(|hint| hint.contains("没有完成")) => None,
            Err(error) => panic!("{error}"),
        }
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// As a kill would: neither commit nor drop runs, but the lock is released.
    fn kill(staging: Staging) {
        staging.lock.release();
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
    fn t2_a_partial_run_takes_no_whole_one_s_place() {
        let out = tempfile::tempdir().unwrap();
        let run = |title: &str, partial: &str| {
            let staging = begin(out.path());
            let manifest = format!(
                r#"{{"format":3,"period":"2018Q3","pipeline":"{title}","partial":[{partial}],"sources":[],"outputs":[]}}"#
            );
            fs::write(staging.folder().join(MANIFEST), manifest).unwrap();
            let done = staging.commit().unwrap();
            (done.folder, done.warnings.concat())
        };
        let current = || current_title(out.path()).unwrap();
        assert_eq!(run("some rules", "\"rules\"").1, "", "there is nothing else");
        run("some lists", "\"lists\"");
        assert_eq!(current(), "some lists");
        let (aside, told) = run("rules again", "\"rules\"");
        assert!(told.contains("ln -sfn run-0003-") && aside.join(MANIFEST).is_file(), "{told}");
        assert_eq!(current(), "some lists");
        // It is no leftover of a kill, an equal one is enough, and a kill after it is told from it.
        assert_eq!(run("rules again", "\"rules\"").0, aside);
        let staging = begin(out.path());
        put(&staging, "killed");
        let unfinished = out.path().join("2018Q3").join(name_of(&staging, 4).to_string());
        fs::rename(staging.folder(), &unfinished).unwrap();
        kill(staging);
        run("whole", "");
        assert!(!unfinished.exists() && aside.exists());
        assert_eq!(current(), "whole");
        assert!(run("more lists", "\"lists\"").1.contains("不如当前的发布run-0004-"));
        assert_eq!(current(), "whole");
        // Whoever wants it all the same lets the link name it.
        let newest = layout::list_runs(&out.path().join("2018Q3")).unwrap().pop().unwrap();
        fs::remove_file(out.path().join("2018Q3/latest")).unwrap();
        symlink(newest.to_string(), out.path().join("2018Q3/latest")).unwrap();
        drop(begin(out.path()));
        assert_eq!(current(), "more lists");
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
            staging.commit().unwrap().folder
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
                    drop(staging.place(&name).unwrap());
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
                drop(again.commit().unwrap());
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
        let error = Staging::begin(out.path(), q3(), "run").unwrap_err();
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
        assert!(Staging::begin(out.path(), q3(), "run").unwrap_err().hint_text().is_some());
    }

    #[test]
    fn what_a_version_before_moved_aside_comes_back() {
        let out = tempfile::tempdir().unwrap();
        let retired = out.path().join(".retired-2018Q3");
        fs::create_dir(&retired).unwrap();
        fs::write(retired.join(MANIFEST), "old").unwrap();
        drop(Staging::begin(out.path(), "2018Q4".parse().unwrap(), "run").unwrap());
        assert_eq!(fs::read_to_string(out.path().join("quarter=2018Q3/manifest.json")).unwrap(), "old");
    }

    #[test]
    fn two_runs_cannot_meet() {
        let out = tempfile::tempdir().unwrap();
        let _first = begin(out.path());
        let error = Staging::begin(out.path(), "2018Q4".parse().unwrap(), "run").unwrap_err();
        assert_eq!(error.kind(), crate::ErrorKind::Usage);
    }

    #[test]
    fn a_writer_that_another_overtook_publishes_nothing() {
        let out = tempfile::tempdir().unwrap();
        publish(out.path(), "one");
        let stale = begin(out.path());
        put(&stale, "stale");
        // On a share without locks, or after somebody removed the lock.
        fs::remove_file(out.path().join(LOCK)).unwrap();
        let other = begin(out.path());
        put(&other, "two");
        drop(other.commit().unwrap());
        assert_eq!(stale.commit().unwrap_err().kind(), crate::ErrorKind::Usage);
        assert_eq!(current_title(out.path()).unwrap(), "two");
        // With its lock in place, too, it must not follow a run that it has not seen.
        let stale = begin(out.path());
        put(&stale, "stale");
        let latest = out.path().join("2018Q3/latest");
        fs::remove_file(&latest).unwrap();
        symlink("run-0001-00000000", &latest).unwrap();
        assert_eq!(stale.commit().unwrap_err().kind(), crate::ErrorKind::Usage);
    }

    #[test]
    fn a_writer_whose_quarter_before_was_replaced_publishes_nothing() {
        let out = tempfile::tempdir().unwrap();
        let next: Period = "2018Q4".parse().unwrap();
        for replaced in [false, true] {
            publish(out.path(), "one");
            let staging = Staging::begin(out.path(), next, "run").unwrap();
            put(&staging, "next");
            if replaced {
                // On a share without locks, or after somebody removed the lock.
                let latest = out.path().join("2018Q3/latest");
                fs::remove_file(&latest).unwrap();
                symlink("run-0002-00000000", &latest).unwrap();
            }
            let committed = staging.commit();
            assert_eq!(committed.is_err(), replaced, "{committed:?}");
        }
        assert_eq!(layout::list_runs(&out.path().join("2018Q4")).unwrap().len(), 1);
    }

    #[test]
    fn folders_of_others_stay_and_leftovers_of_any_kind_go() {
        let out = tempfile::tempdir().unwrap();
        let at = |name: &str| out.path().join(name);
        for name in [".staging-mine", ".retired-x", ".staging-2018Q3x", ".staging-refused-me", ".staging-"] {
            fs::create_dir(at(name)).unwrap();
            fs::write(at(name).join("thesis"), "kept").unwrap();
        }
        for name in [".staging-2018Q4", ".staging-2018Q3-2", ".staging-refused-2018Q3-1a2b3c4d"] {
            fs::create_dir(at(name)).unwrap();
        }
        fs::write(at(".staging-2018Q3"), "a file").unwrap();
        symlink("nowhere", at(".staging-2019Q1")).unwrap();
        fs::create_dir(at("2018Q3")).unwrap();
        fs::create_dir(at("2018Q3").join(NEXT_LINK)).unwrap();
        symlink("run-0001-00000000", at("2018Q3/.latest-next-2")).unwrap();
        fs::write(at("2018Q3/.latest-next-3"), "somebody's").unwrap();
        publish(out.path(), "one");
        assert!(at("2018Q3/.latest-next-2").symlink_metadata().is_err());
        assert!(at("2018Q3/.latest-next-3").exists());
        let left = names(out.path());
        assert_eq!(
            left,
            [
                ".bidui.lock",
                ".retired-x",
                ".staging-",
                ".staging-2018Q3x",
                ".staging-mine",
                ".staging-refused-me",
                "2018Q3"
            ]
        );
        assert_eq!(fs::read(at(".staging-mine/thesis")).unwrap(), b"kept");
    }

    #[test]
    fn a_refusal_takes_the_place_of_an_equal_one() {
        let out = tempfile::tempdir().unwrap();
        for text in ["one", "two"] {
            let staging = begin(out.path());
            let write = |folder: &Path| {
                fs::write(folder.join("refused.json"), text).map_err(|e| Error::io("写", folder, e))
            };
            let to = staging.place_folder("refused-2018Q3-1a2b3c4d", write).unwrap();
            assert_eq!(to, out.path().join("refused-2018Q3-1a2b3c4d"));
            assert_eq!(fs::read_to_string(to.join("refused.json")).unwrap(), text);
        }
        let staging = begin(out.path());
        let fail = |_: &Path| Err(Error::internal("broken"));
        assert!(staging.place_folder("refused-2018Q3-1a2b3c4d", fail).is_err());
        drop(staging);
        assert_eq!(names(out.path()), [".bidui.lock", "refused-2018Q3-1a2b3c4d"]);
    }

    #[test]
    fn what_is_begun_goes_when_the_program_is_told_to_end() {
        let out = tempfile::tempdir().unwrap();
        let staging = begin(out.path());
        put(&staging, "one");
        assert!(is_unfinished(&staging.folder));
        let folder = staging.folder.clone();
        drop(staging);
        assert!(!is_unfinished(&folder));
    }
}
