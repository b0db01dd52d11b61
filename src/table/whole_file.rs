//! A file that is there whole or not at all: written beside its place, synced, renamed.

use std::fs::{self, File, Permissions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::unfinished::UnfinishedPath;
use crate::{Error, Result};

/// A file being written. Dropped without [`WholeFile::finish`] it leaves what was there before.
#[derive(Debug)]
pub(crate) struct WholeFile {
    target: PathBuf,
    writing: Writing,
}

/// A file under another name, which goes if the program is told to end.
#[derive(Debug)]
struct AsideFile {
    file: NamedTempFile,
    _unfinished: UnfinishedPath,
}

#[derive(Debug)]
enum Writing {
    /// Beside its place.
    Aside(Box<AsideFile>),
    /// A terminal, a pipe, a device: nothing can take its place.
    Straight(File),
}

impl WholeFile {
    /// Begins a file with these permissions, less what the umask takes; a link to a file is followed.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub(crate) fn create(path: &Path, mode: u32) -> Result<Self> {
        let failed = |e| Error::io("写文件", path, e).hint("检查文件夹是否存在、是否可写、磁盘是否已满");
        let there = fs::metadata(path).ok();
        if there.is_some_and(|there| !there.is_file() && !there.is_dir()) {
            let file = fs::OpenOptions::new().write(true).open(path).map_err(failed)?;
            return Ok(Self { target: path.to_owned(), writing: Writing::Straight(file) });
        }
        let target = match fs::symlink_metadata(path) {
            Ok(link) if link.is_symlink() => fs::canonicalize(path).map_err(failed)?,
            _ => path.to_owned(),
        };
        let folder =
            target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut builder = tempfile::Builder::new();
        builder.prefix(".bidui-writing-").permissions(Permissions::from_mode(mode));
        let begun = UnfinishedPath::begin(|| builder.tempfile_in(folder), |aside| aside.path().to_owned());
        let (file, unfinished) = begun.map_err(failed)?;
        let aside = AsideFile { file, _unfinished: unfinished };
        Ok(Self { target, writing: Writing::Aside(Box::new(aside)) })
    }

    /// Syncs it and puts it where it belongs, in one step.
    ///
    /// # Errors
    /// The disk is full, or the file cannot be replaced; what was there before stays.
    pub(crate) fn finish(self) -> Result<()> {
        let failed = |e| Error::io("写文件", &self.target, e).hint("检查磁盘是否已满");
        let Writing::Aside(aside) = self.writing else { return Ok(()) };
        // Known as unfinished until it has its name.
        let AsideFile { file: aside, _unfinished } = *aside;
        aside.as_file().sync_all().map_err(failed)?;
        let folder = aside.path().parent().map(Path::to_owned);
        aside.persist(&self.target).map_err(|e| failed(e.error))?;
        if let Some(folder) = folder {
            File::open(&folder).and_then(|folder| folder.sync_all()).map_err(failed)?;
        }
        Ok(())
    }
}

impl Write for WholeFile {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match &mut self.writing {
            Writing::Aside(aside) => aside.file.write(bytes),
            Writing::Straight(file) => file.write(bytes),
        }
    }
    fn flush(&mut self) -> std::io::Result<()> {
        match &mut self.writing {
            Writing::Aside(aside) => aside.file.flush(),
            Writing::Straight(file) => file.flush(),
        }
    }
}

/// Makes a folder, and those above it, that its owner alone may write in, whatever the umask grants.
///
/// # Errors
/// The folder cannot be made.
pub(crate) fn make_folder(path: &Path) -> Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o755).create(path).map_err(|e| {
        Error::io("新建文件夹", path, e).hint("检查上一级文件夹是否存在、是否可写、磁盘是否已满")
    })
}

/// Writes a file whole or not at all, see [`WholeFile`].
///
/// # Errors
/// The folder cannot be written, the disk is full; what was there before stays.
pub(crate) fn write_whole_file(path: &Path, mode: u32, bytes: &[u8]) -> Result<()> {
    let mut file = WholeFile::create(path, mode)?;
    file.write_all(bytes).map_err(|e| Error::io("写文件", path, e).hint("检查磁盘是否已满"))?;
    file.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::unfinished::is_unfinished;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_is_replaced_whole_or_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.html");
        write_whole_file(&path, 0o600, b"one").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let mut begun = WholeFile::create(&path, 0o600).unwrap();
        begun.write_all(b"tw").unwrap();
        let beside = names(folder.path()).into_iter().find(|name| name != "a.html").unwrap();
        assert!(is_unfinished(&folder.path().join(&beside)), "{beside}");
        drop(begun);
        assert_eq!(fs::read(&path).unwrap(), b"one");
        write_whole_file(&path, 0o600, b"two").unwrap();
        assert_eq!(
            (fs::read(&path).unwrap(), names(folder.path())),
            (b"two".to_vec(), vec!["a.html".to_owned()])
        );
        assert!(write_whole_file(&folder.path().join("no/a"), 0o600, b"").is_err());
        assert!(write_whole_file(folder.path(), 0o600, b"").is_err());
        assert_eq!(names(folder.path()), ["a.html"]);
    }

    #[test]
    fn links_are_followed_and_devices_written_straight() {
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("a"), folder.path().join("b"));
        fs::write(&path, "one").unwrap();
        std::os::unix::fs::symlink(&path, &link).unwrap();
        write_whole_file(&link, 0o644, b"two").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read(&path).unwrap(), b"two");
        write_whole_file(Path::new("/dev/null"), 0o600, b"three").unwrap();
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
    }
}
