//! A ZIP archive on its way to a file, that keeps still when it fails.
//!
//! The library's writer completes an archive that is dropped unfinished and prints to standard
//! error what hinders it. On a full disk everything is told once, by the error of the run: what is
//! dropped here unfinished is let go of instead, and what fails stops writing.

use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;

use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{ZipWriter, result::ZipResult};

/// An archive that is written part by part to `W` and is whole only once it is finished.
pub(crate) struct ArchiveOutput<W: Write> {
    /// There until the archive is finished or dropped.
    zip: Option<ZipWriter<StreamWriter<Sink<W>>>>,
    place: Rc<RefCell<Place<W>>>,
}

/// Where an archive goes, and what first hindered it.
struct Place<W> {
    output: Option<W>,
    failure: Option<io::Error>,
}

/// Passes bytes on until the first failure, which is returned once; takes the rest in silence.
struct Sink<W>(Rc<RefCell<Place<W>>>);

impl<W: Write> ArchiveOutput<W> {
    pub(crate) fn new(output: W) -> Self {
        let place = Rc::new(RefCell::new(Place { output: Some(output), failure: None }));
        let zip = ZipWriter::new_stream(Sink(Rc::clone(&place)));
        ArchiveOutput { zip: Some(zip), place }
    }

    /// Begins a part; what is written from now on is its content.
    ///
    /// # Errors
    /// What was begun before cannot be written, or the name cannot stand in an archive.
    pub(crate) fn start_file(&mut self, name: &str, options: SimpleFileOptions) -> io::Result<()> {
        let begun = self.open()?.start_file(name, options);
        begun.map_err(io::Error::from)
    }

    /// Completes the archive and gives back what it was written to.
    ///
    /// # Errors
    /// Anything of the archive, now or before, could not be written.
    pub(crate) fn finish(mut self) -> io::Result<W> {
        let zip = self.zip.take().ok_or_else(finished)?;
        let done: ZipResult<_> = zip.finish();
        let mut place = self.place.borrow_mut();
        if let Some(failure) = place.failure.take() {
            return Err(failure);
        }
        done?;
        place.output.take().ok_or_else(finished)
    }

    fn open(&mut self) -> io::Result<&mut ZipWriter<StreamWriter<Sink<W>>>> {
        self.zip.as_mut().ok_or_else(finished)
    }
}

impl<W: Write> Write for ArchiveOutput<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.open()?.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.open()?.flush()
    }
}

impl<W: Write> Drop for ArchiveOutput<W> {
    /// Lets go of an archive that is not finished: its output is dropped, its writer is not
    /// completed. The writer's buffers are left; that happens once, where a run ends.
    fn drop(&mut self) {
        if let Some(zip) = self.zip.take() {
            std::mem::forget(zip);
            self.place.borrow_mut().output = None;
        }
    }
}

impl<W: Write> Sink<W> {
    fn pass<T>(&self, nothing: T, through: impl FnOnce(&mut W) -> io::Result<T>) -> io::Result<T> {
        let mut place = self.0.borrow_mut();
        if place.failure.is_some() {
            return Ok(nothing);
        }
        let Some(output) = place.output.as_mut() else { return Ok(nothing) };
        match through(output) {
            Err(e) if e.kind() != io::ErrorKind::Interrupted => {
                place.failure = Some(same_failure(&e));
                Err(e)
            }
            passed => passed,
        }
    }
}

impl<W: Write> Write for Sink<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.pass(bytes.len(), |output| output.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.pass((), Write::flush)
    }
}

/// The failure once more: the system's, or one of its kind.
fn same_failure(error: &io::Error) -> io::Error {
    error
        .raw_os_error()
        .map_or_else(|| io::Error::new(error.kind(), error.to_string()), io::Error::from_raw_os_error)
}

fn finished() -> io::Error {
    io::Error::other("the archive is finished")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes so many bytes, then is full.
    struct SmallDisk(usize);

    impl Write for SmallDisk {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if self.0 == 0 {
                return Err(io::Error::from(io::ErrorKind::StorageFull));
            }
            let taken = bytes.len().min(self.0);
            self.0 -= taken;
            Ok(taken)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// Contents that do not compress.
    fn noise() -> Vec<u8> {
        let mut state = 7_u64;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            state.to_be_bytes()[0]
        };
        (0..60_000).map(|_| next()).collect()
    }

    fn write_archive<W: Write>(output: W, noise: &[u8]) -> io::Result<W> {
        let mut archive = ArchiveOutput::new(output);
        for part in ["one", "two"] {
            archive.start_file(part, SimpleFileOptions::default())?;
            archive.write_all(noise)?;
        }
        archive.finish()
    }

    #[test]
    fn an_archive_is_whole_once_it_is_finished() {
        let bytes = write_archive(Vec::new(), &noise()).unwrap();
        let mut read = zip::ZipArchive::new(io::Cursor::new(bytes)).unwrap();
        let mut found = Vec::new();
        io::copy(&mut read.by_name("two").unwrap(), &mut found).unwrap();
        assert_eq!(found, noise());
    }

    /// Has disks of many sizes run full; standard error is read by the test below.
    #[test]
    fn full_disks_are_told_by_the_error() {
        let noise = noise();
        let whole = write_archive(Vec::new(), &noise).unwrap().len();
        for size in (0..whole).step_by(1_999).chain(whole - 120..whole) {
            let error = write_archive(SmallDisk(size), &noise).map(drop).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::StorageFull, "{size} of {whole} bytes");
        }
    }

    #[test]
    fn nothing_is_printed_by_an_archive_that_fails() {
        let run = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["full_disks_are_told_by_the_error", "--nocapture"])
            .output()
            .unwrap();
        assert!(String::from_utf8_lossy(&run.stdout).contains("1 passed"), "{run:?}");
        assert_eq!(String::from_utf8_lossy(&run.stderr), "");
    }
}
