//! What this process is writing and has not finished: it goes if the program is told to end.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Times that a folder is tried in which others may still be writing.
const TRIES: u32 = 20;

/// Files and folders that are being written.
#[derive(Debug, Default)]
struct UnfinishedPaths(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    paths: Vec<PathBuf>,
    end: Option<ProgramEnd>,
}

/// How a program that was told to end does so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ProgramEnd {
    /// What was not finished is gone.
    Tidied,
    /// What it was to publish is published already.
    Published,
}

static OWN: UnfinishedPaths = UnfinishedPaths(Mutex::new(State { paths: Vec::new(), end: None }));

/// A path that goes if the program is told to end; dropped, it stays.
#[derive(Debug)]
pub(crate) struct UnfinishedPath(PathBuf);

impl UnfinishedPath {
    /// Makes a file or folder and notes its path, in one step. Where the program is ending this does not return.
    pub(crate) fn begin<T>(
        make: impl FnOnce() -> io::Result<T>,
        path: impl FnOnce(&T) -> PathBuf,
    ) -> io::Result<(T, Self)> {
        let mut state = OWN.lock_unless_ending();
        let made = make()?;
        let path = path(&made);
        state.paths.push(path.clone());
        Ok((made, Self(path)))
    }
}

impl Drop for UnfinishedPath {
    fn drop(&mut self) {
        OWN.lock().paths.retain(|path| *path != self.0);
    }
}

/// The step that publishes: a signal comes before it or after it. Where the program is ending this does not return.
pub(crate) fn publish_in_one_step(step: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
    let mut state = OWN.lock_unless_ending();
    step()?;
    state.end = Some(ProgramEnd::Published);
    Ok(())
}

/// Removes what is not finished, for a program that is told to end: nothing is begun or published from here on. What is
/// published already stays, and what is left to say of it can be said.
pub(crate) fn abandon_unfinished() -> ProgramEnd {
    OWN.abandon()
}

/// Does not return where the program is ending: what it does meanwhile is not what decides how it ends.
pub(crate) fn wait_if_ending() {
    drop(OWN.lock_unless_ending());
}

impl UnfinishedPaths {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock_unless_ending(&self) -> MutexGuard<'_, State> {
        loop {
            let state = self.lock();
            if state.end != Some(ProgramEnd::Tidied) {
                return state;
            }
            drop(state);
            // Whoever ends the program does so soon.
            std::thread::park();
        }
    }

    fn abandon(&self) -> ProgramEnd {
        let mut state = self.lock();
        if state.end == Some(ProgramEnd::Published) {
            return ProgramEnd::Published;
        }
        state.end = Some(ProgramEnd::Tidied);
        let paths = std::mem::take(&mut state.paths);
        drop(state);
        paths.iter().for_each(|path| remove(path));
        ProgramEnd::Tidied
    }
}

fn remove(path: &Path) {
    for _ in 0..TRIES {
        let removed = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
        match removed {
            // Others may still be writing in it.
            Err(e) if e.kind() != io::ErrorKind::NotFound => {}
            _ => return,
        }
    }
}

/// True while `path` would go.
#[cfg(test)]
pub(crate) fn is_unfinished(path: &Path) -> bool {
    OWN.lock().paths.iter().any(|one| one == path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_finished_goes_and_what_is_published_stays() {
        let folder = tempfile::tempdir().unwrap();
        let (file, within) = (folder.path().join("file"), folder.path().join("within"));
        let make = || {
            fs::write(&file, "").unwrap();
            fs::create_dir_all(within.join("deep")).unwrap();
        };
        make();
        let paths = || vec![file.clone(), within.clone(), folder.path().join("gone")];
        let published =
            UnfinishedPaths(Mutex::new(State { paths: paths(), end: Some(ProgramEnd::Published) }));
        assert_eq!(published.abandon(), ProgramEnd::Published);
        assert!(file.exists() && within.exists());
        let unfinished = UnfinishedPaths(Mutex::new(State { paths: paths(), end: None }));
        assert_eq!(unfinished.abandon(), ProgramEnd::Tidied);
        assert!(!file.exists() && !within.exists());
    }

    #[test]
    fn what_is_being_written_is_known_until_it_is_let_go() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let (_, guard) = UnfinishedPath::begin(|| fs::write(&path, ""), |()| path.clone()).unwrap();
        assert!(is_unfinished(&path));
        drop(guard);
        assert!(!is_unfinished(&path));
        assert!(UnfinishedPath::begin(|| fs::create_dir(&path), |()| path.clone()).is_err());
        assert!(!is_unfinished(&path));
    }
}
