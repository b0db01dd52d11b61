//! The parent's side: a child is started, listened to, and ended whatever happens.

use std::io::{Read as _, Write as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use super::Worker;
use super::frames::{FrameFault, FrameKind, FrameReader, MAGIC, VERSION, write_frame};
use super::sent_error::SentError;
use super::sent_table::receive_table;
use crate::config::read_options::ReadOptions;
use crate::error::system_words;
use crate::extract::{RawTable, RawTables};
use crate::model::source_table::RawTableInfo;
use crate::{Error, Result};

/// Bytes that a child may send for each byte of its file, and beyond the limit that stands in the settings.
const ANSWER_PER_BYTE: u64 = 1_000;
/// Of what the child says on standard error this much is looked at.
const MOST_WORDS: usize = 8 << 10;
const SAVED_ANEW: &str = "文件可能损坏或被改动过：用 Excel 或 WPS 打开，核对内容后另存为 .xlsx（或 CSV），再放回原处；打不开就向提供部门重新索取";

/// Opens one file in a child process; see [`super::open_file`].
pub(super) fn open_in_child(
    worker: &Worker,
    data_dir: &Path,
    relative: &Path,
    options: &ReadOptions,
    wants_sheet: &dyn Fn(&str) -> bool,
) -> Result<RawTables> {
    let mut reading = ChildReading::start(worker, data_dir, relative, options)?;
    loop {
        match reading.receive()? {
            Sent::Sheet(name) => reading.answer(wants_sheet(&name))?,
            Sent::Opened => return Ok(Box::new(reading)),
            _ => return Err(reading.refuse(&Ending::Unfit("frame out of turn"))),
        }
    }
}

/// What reads a file cannot be started: that is nothing about the file, which is named for whoever asks how far it came.
fn not_started(program: &Path, error: std::io::Error, file: &Path) -> Error {
    let told = match error.kind() {
        std::io::ErrorKind::WouldBlock => Error::no_thread(error),
        _ => Error::internal(format!(
            "启动读取文件的子程序失败（{}）：{}",
            program.display(),
            system_words(&error)
        ))
        .hint("检查程序文件是否还在、内存和可打开的文件数（ulimit -n）是否够用，再重新运行")
        .caused_by(error),
    };
    told.in_file(file)
}

/// What the thread that listens to a child hands on.
enum Sent {
    /// The request was written; answers go the same way.
    Ready(ChildStdin),
    Hello {
        confined: bool,
    },
    Sheet(String),
    Opened,
    Table(Box<RawTable>),
    Failure(Box<Error>),
    End,
    Fault(FrameFault),
}

/// How a child ended that did not get done.
enum Ending {
    /// It kept the run waiting.
    Late,
    /// It closed its output before the end.
    Gone,
    /// It sent what cannot be, in this way.
    Unfit(&'static str),
    /// It sent more than the file can hold.
    TooMuch,
}

/// A file that a child process reads.
struct ChildReading {
    child: Child,
    answers: Option<ChildStdin>,
    sent: Receiver<Sent>,
    worker: Worker,
    path: PathBuf,
    /// How long the child may still keep the run waiting.
    left: Duration,
    finished: bool,
}

impl ChildReading {
    fn start(worker: &Worker, data_dir: &Path, relative: &Path, options: &ReadOptions) -> Result<Self> {
        let path = data_dir.join(relative);
        let request =
            serde_json::to_vec(options).map_err(|e| Error::internal("无法写出读取要求").caused_by(e))?;
        let limits = worker.limits;
        let mut child = Command::new(&worker.program)
            .arg("__read")
            .args(["--memory", &limits.memory.to_string()])
            .args(["--seconds", &limits.time.as_secs().max(1).to_string()])
            .args(["--parent", &std::process::id().to_string(), "--"])
            .args([data_dir, relative])
            .env_clear()
            // Ctrl-C at a terminal is for the program, which ends its children: a child that is ended by it would
            // look like a file that cannot be read.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|e| not_started(&worker.program, e, &path))?;
        let length = std::fs::metadata(&path).map_or(0, |m| m.len());
        let (sender, sent) = sync_channel(0);
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(Error::internal("子程序没有输入输出"));
        };
        let listener = Listener {
            frames: FrameReader::new(
                output,
                limits.answer.saturating_add(length.saturating_mul(ANSWER_PER_BYTE)),
            ),
            sender,
            file: relative.to_owned(),
        };
        // Made before the thread is: whatever fails from here on ends the child.
        let reading = Self {
            child,
            answers: None,
            sent,
            worker: worker.clone(),
            path,
            left: limits.time,
            finished: false,
        };
        std::thread::Builder::new()
            .name("read".to_owned())
            .spawn(move || listener.listen(input, &request))
            .map_err(|e| not_started(&worker.program, e, &reading.path))?;
        Ok(reading)
    }

    /// What the child sends next, but for what only this type needs to know.
    fn receive(&mut self) -> Result<Sent> {
        loop {
            let began = Instant::now();
            let sent = self.sent.recv_timeout(self.left);
            self.left = self.left.saturating_sub(began.elapsed());
            match sent {
                Ok(Sent::Ready(input)) => self.answers = Some(without_waiting(input)),
                Ok(Sent::Hello { confined }) => self.worker.note_confinement(confined),
                Ok(Sent::Failure(error)) => {
                    self.end();
                    return Err(error.in_file(&self.path));
                }
                Ok(Sent::Fault(FrameFault::Closed)) | Err(RecvTimeoutError::Disconnected) => {
                    return Err(self.refuse(&Ending::Gone));
                }
                Ok(Sent::Fault(FrameFault::Unfit(why))) => return Err(self.refuse(&Ending::Unfit(why))),
                Ok(Sent::Fault(FrameFault::TooMuch)) => return Err(self.refuse(&Ending::TooMuch)),
                Err(RecvTimeoutError::Timeout) => return Err(self.refuse(&Ending::Late)),
                Ok(other) => return Ok(other),
            }
        }
    }

    /// Says whether a worksheet is to be read.
    fn answer(&mut self, wanted: bool) -> Result<()> {
        let answered = self.answers.as_mut().map(|input| input.write_all(&[u8::from(wanted)]));
        match answered {
            Some(Ok(())) => Ok(()),
            // A child that asks and does not listen is of no use; one that is gone says why by its end.
            Some(Err(e)) if e.kind() == std::io::ErrorKind::BrokenPipe => Err(self.refuse(&Ending::Gone)),
            _ => Err(self.refuse(&Ending::Unfit("answers are not taken"))),
        }
    }

    /// Ends the child, if it has not ended; how it ended, and what it said.
    fn end(&mut self) -> (Option<ExitStatus>, String) {
        self.finished = true;
        // One that is ending has its status already: killing it does not change that.
        let _ = self.child.kill();
        let status = self.child.wait().ok();
        let words = self.child.stderr.take().map(read_words).unwrap_or_default();
        (status, words)
    }

    /// The error that tells how the child ended.
    fn refuse(&mut self, ending: &Ending) -> Error {
        let (status, words) = self.end();
        let what = if is_workbook(&self.path) { "工作簿读不出来" } else { "文件读不出来" };
        let (memory, seconds) = (self.worker.limits.memory >> 20, self.worker.limits.time.as_secs_f64());
        let late = || (format!("读取时间超过{seconds}秒"), "；文件确实很大时，用 --read-seconds 放宽时间");
        let (reason, more) = match ending {
            Ending::Late => late(),
            Ending::Unfit(_) => ("读取程序的回答不合约定".to_owned(), ""),
            Ending::TooMuch => ("读出的内容远多于文件本身".to_owned(), ""),
            Ending::Gone => match Death::of(status, &words) {
                Death::OutOfMemory => (
                    format!("读取所需的内存超过上限（{memory}MB，另加文件内容的3倍）"),
                    "；文件确实很大时，用 --read-memory 放宽内存",
                ),
                Death::OutOfTime => late(),
                Death::Killed => ("读取程序被中止（可能是内存不足）".to_owned(), ""),
                Death::Other(how) => (format!("读取程序中止（{how}）"), ""),
            },
        };
        let error = Error::input(format!("{what}：{reason}"));
        let error = error.in_file(&self.path).hint(format!("{SAVED_ANEW}{more}"));
        match ending {
            Ending::Unfit(why) => error.caused_by(std::io::Error::other(*why)),
            _ => error,
        }
    }
}

impl Iterator for ChildReading {
    type Item = Result<RawTable>;

    fn next(&mut self) -> Option<Result<RawTable>> {
        if self.finished {
            return None;
        }
        match self.receive() {
            Ok(Sent::Table(table)) => Some(Ok(*table)),
            Ok(Sent::End) => {
                self.end();
                None
            }
            Ok(_) => Some(Err(self.refuse(&Ending::Unfit("frame out of turn")))),
            Err(error) => Some(Err(error)),
        }
    }
}

impl Drop for ChildReading {
    fn drop(&mut self) {
        if !self.finished {
            self.end();
        }
    }
}

/// The thread that listens to one child: a pipe alone cannot be waited for with a limit everywhere.
struct Listener {
    frames: FrameReader<ChildStdout>,
    sender: SyncSender<Sent>,
    file: PathBuf,
}

impl Listener {
    fn listen(mut self, mut input: ChildStdin, request: &[u8]) {
        // A child that does not take the request says why by its end.
        let _ = write_frame(&mut input, FrameKind::Request, &[request]).and_then(|()| input.flush());
        if self.sender.send(Sent::Ready(input)).is_ok()
            && let Err(fault) = self.hand_on()
        {
            let _ = self.sender.send(Sent::Fault(fault));
        }
    }

    /// Hands on what comes, until the end or until nobody wants it.
    fn hand_on(&mut self) -> Result<(), FrameFault> {
        const OUT_OF_TURN: FrameFault = FrameFault::Unfit("frame out of turn");
        let hello = self.frames.expect(FrameKind::Hello)?;
        let known = hello.strip_prefix(&MAGIC).and_then(|rest| rest.strip_prefix(&VERSION.to_le_bytes()));
        let [confined @ (0 | 1)] = known.unwrap_or_default() else { return Err(OUT_OF_TURN) };
        let mut next = Sent::Hello { confined: *confined == 1 };
        let mut open = false;
        let mut before: Option<Arc<RawTableInfo>> = None;
        loop {
            let last = matches!(next, Sent::Failure(_) | Sent::End);
            if self.sender.send(next).is_err() || last {
                return Ok(());
            }
            next = match self.frames.read()? {
                (FrameKind::Sheet, name) if !open => {
                    Sent::Sheet(String::from_utf8(name).map_err(|_| FrameFault::Unfit("no name"))?)
                }
                (FrameKind::Opened, _) if !open => {
                    open = true;
                    Sent::Opened
                }
                (FrameKind::Table, head) if open => {
                    let table = receive_table(&head, &mut self.frames, &self.file, before.as_ref())?;
                    before = Some(table.info.clone());
                    Sent::Table(Box::new(table))
                }
                (FrameKind::Failure, json) => {
                    let error: SentError =
                        serde_json::from_slice(&json).map_err(|_| FrameFault::Unfit("no failure"))?;
                    Sent::Failure(Box::new(error.into_error()))
                }
                (FrameKind::End, _) if open => Sent::End,
                _ => return Err(OUT_OF_TURN),
            };
        }
    }
}

/// What ended a process.
enum Death {
    OutOfMemory,
    OutOfTime,
    Killed,
    Other(String),
}

impl Death {
    fn of(status: Option<ExitStatus>, words: &str) -> Self {
        // What the language's runtime says before it gives up.
        if words.contains("memory allocation of") || words.contains("out of memory") {
            return Self::OutOfMemory;
        }
        let Some(status) = status else { return Self::Other("原因不明".to_owned()) };
        #[cfg(unix)]
        if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
            return match signal {
                libc::SIGXCPU => Self::OutOfTime,
                libc::SIGKILL => Self::Killed,
                other => Self::Other(format!("信号{other}")),
            };
        }
        Self::Other(match status.code() {
            Some(0) => "没有读完".to_owned(),
            Some(code) => format!("退出码{code}"),
            None => "原因不明".to_owned(),
        })
    }
}

/// An answer is one byte to a child that waits for it; where the pipe is full nobody does.
#[cfg(unix)]
fn without_waiting(input: ChildStdin) -> ChildStdin {
    let _ = rustix::fs::fcntl_setfl(&input, rustix::fs::OFlags::NONBLOCK);
    input
}

#[cfg(not(unix))]
fn without_waiting(input: ChildStdin) -> ChildStdin {
    input
}

/// What the child said on standard error. It is never shown: a library may quote the file.
fn read_words(errors: std::process::ChildStderr) -> String {
    // Whatever the child has started may hold the pipe open for ever.
    #[cfg(unix)]
    let _ = rustix::fs::fcntl_setfl(&errors, rustix::fs::OFlags::NONBLOCK);
    #[cfg(not(unix))]
    return String::new();
    let mut words = Vec::new();
    let _ = errors.take(MOST_WORDS as u64).read_to_end(&mut words);
    String::from_utf8_lossy(&words).into_owned()
}

fn is_workbook(path: &Path) -> bool {
    let mut start = [0; 2];
    let read = std::fs::File::open(path).and_then(|mut file| file.read_exact(&mut start));
    read.is_ok() && (start == *b"PK" || start == [0xD0, 0xCF])
}
