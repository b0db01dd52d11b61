//! Puts finished files on the disk while others are still being written.

use std::fs::File;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use crate::{Error, Result};

/// Files that are synced at a time: their waits for the disk fall together.
const THREADS: usize = 4;

/// A finished file, and how errors name it.
type FinishedFile = (PathBuf, Arc<File>);

/// Syncs files in threads of its own, which wait most of the time.
#[derive(Debug)]
pub(crate) struct DiskSync {
    threads: Vec<JoinHandle<Result<()>>>,
}

/// Takes finished files.
#[derive(Debug, Clone)]
pub(crate) struct ToDisk(Sender<FinishedFile>);

impl DiskSync {
    /// Starts the threads; where the system gives only some, those do.
    ///
    /// # Errors
    /// It gives none.
    pub(crate) fn new() -> Result<(Self, ToDisk)> {
        let (sender, receiver) = channel();
        let receiver = Arc::new(Mutex::new(receiver));
        let begin = |_| {
            let receiver = receiver.clone();
            std::thread::Builder::new().name("disk".to_owned()).spawn(move || sync(&receiver))
        };
        let (mut threads, mut refused) = (Vec::new(), None);
        for begun in (0..THREADS).map(begin) {
            match begun {
                Ok(thread) => threads.push(thread),
                Err(error) => refused = Some(error),
            }
        }
        match refused {
            Some(error) if threads.is_empty() => Err(Error::no_thread(error)),
            _ => Ok((Self { threads }, ToDisk(sender))),
        }
    }

    /// Waits for all files; every [`ToDisk`] must be gone.
    pub(crate) fn finish(self) -> Result<()> {
        let results: Vec<_> = self.threads.into_iter().map(JoinHandle::join).collect();
        results.into_iter().try_for_each(|one| one.map_err(|_| Error::internal("同步文件的线程中断"))?)
    }
}

impl ToDisk {
    pub(crate) fn send(&self, path: PathBuf, file: Arc<File>) -> Result<()> {
        self.0.send((path, file)).map_err(|_| Error::internal("同步文件的线程已经结束"))
    }
}

/// Syncs until nobody can send any more; goes on after an error, so that nobody waits.
fn sync(receiver: &Mutex<Receiver<FinishedFile>>) -> Result<()> {
    let mut result = Ok(());
    loop {
        let next = receiver.lock().map(|receiver| receiver.recv());
        let Ok(Ok((path, file))) = next else { return result };
        if let Err(error) = file.sync_all() {
            result = Err(Error::io("写入文件", &path, error).hint("检查磁盘是否已满"));
        }
    }
}
