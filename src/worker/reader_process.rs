//! The child's side: one file is read and its tables are sent.

use std::cell::RefCell;
use std::io::{BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::confinement::{self, MemoryLimit};
use super::frames::{FrameKind, FrameReader, MAGIC, VERSION, write_frame};
use super::sent_error::SentError;
use super::sent_table::send_table;
use crate::config::read_options::ReadOptions;
use crate::{Error, Result, extract};

/// Bytes that are written together.
const BUFFER: usize = 256 << 10;

/// What a child is started for; how it is to read comes over its standard input.
#[derive(Debug)]
pub(crate) struct ReadOrder {
    /// Data folder.
    pub(crate) folder: PathBuf,
    /// The file, relative to it.
    pub(crate) file: PathBuf,
    /// Bytes of memory whatever the file holds.
    pub(crate) memory: u64,
    /// Computing time.
    pub(crate) time: Duration,
    /// Process that waits for the tables.
    pub(crate) parent: u32,
}

/// Reads the file and writes frames to `out`; `input` brings the request, and answers about worksheets.
/// A file that cannot be read is no error here: the frames say so.
///
/// # Errors
/// A parent that is gone or does not say what it wants.
pub(crate) fn read_for_parent(order: &ReadOrder, input: &mut dyn Read, out: &mut dyn Write) -> Result<()> {
    let gone = |e: std::io::Error| Error::io("写标准输出", Path::new("-"), e);
    if !confinement::end_with_parent(order.parent) {
        return Err(gone(std::io::ErrorKind::BrokenPipe.into()));
    }
    let path = order.folder.join(&order.file);
    confinement::limit_process(order.time);
    let memory = MemoryLimit::new(order.memory, std::fs::metadata(&path).map_or(0, |m| m.len()));
    memory.set();
    // What is read side by side elsewhere is read by this thread: there are to be no others.
    let _ = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build_global();
    let request = FrameReader::new(&mut *input, u64::MAX).expect(FrameKind::Request);
    let options: Option<ReadOptions> = request.ok().and_then(|json| serde_json::from_slice(&json).ok());
    let mut options = options.ok_or_else(|| Error::usage("没有说明怎样读取"))?;
    // Behind this the folder cannot be listed any more, and no memo of a DBF opened.
    options.memo_files = extract::find_companion_files(&path).ok();
    let memo_files = options.memo_files.iter().flatten().map(PathBuf::as_path);
    let files: Vec<&Path> = std::iter::once(path.as_path()).chain(memo_files).collect();
    let confined = confinement::refuse_other_files(&files);
    memory.raise(&path, options.memo_files.as_deref().unwrap_or_default());

    let mut out = BufWriter::with_capacity(BUFFER, out);
    write_frame(&mut out, FrameKind::Hello, &[&MAGIC, &VERSION.to_le_bytes(), &[u8::from(confined)]])
        .map_err(gone)?;
    let talk = RefCell::new((input, out));
    let asked = extract::open_file(&order.folder, &order.file, &options, &|sheet| {
        let (input, out) = &mut *talk.borrow_mut();
        let mut answer = [0];
        let answered = write_frame(out, FrameKind::Sheet, &[sheet.as_bytes()])
            .and_then(|()| out.flush())
            .and_then(|()| input.read_exact(&mut answer));
        // A parent that does not answer is gone; the next frame that is written says so.
        answered.is_ok() && answer == [1]
    });
    let (_, mut out) = talk.into_inner();
    let failed = |out: &mut dyn Write, error: &Error| {
        write_frame(out, FrameKind::Failure, &[&serde_json::to_vec(&SentError::of(error))?])
    };
    let sent = match asked {
        Err(error) => failed(&mut out, &error),
        Ok(mut tables) => write_frame(&mut out, FrameKind::Opened, &[]).and_then(|()| {
            loop {
                match tables.next() {
                    None => return write_frame(&mut out, FrameKind::End, &[]),
                    Some(Ok(table)) => send_table(&mut out, &table).and_then(|()| out.flush())?,
                    Some(Err(error)) => return failed(&mut out, &error),
                }
            }
        }),
    };
    sent.and_then(|()| out.flush()).map_err(gone)
}
