//! The one error type of the library: what went wrong, where, and how to cure it.
//!
//! Every message an operator can meet names a place (file, then line or row, then column)
//! and carries a hint. The library never prints: the binary renders [`Error`] and turns
//! [`ErrorKind`] into the exit code.

pub(crate) mod caught_panic;
mod system_words;

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

pub(crate) use system_words::system_words;

/// Result of every fallible function of the library.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What class of thing failed; decides the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum ErrorKind {
    /// The command line asks for something impossible (exit 2).
    Usage,
    /// A file of the pipeline folder is wrong (exit 2).
    Configuration,
    /// An extract, truth file or earlier publication cannot be accepted (exit 2).
    Input,
    /// The operating system refused: permission, disk full, vanished file (exit 3).
    Io,
    /// A broken invariant of the program itself (exit 3).
    Internal,
}

impl ErrorKind {
    /// Exit code promised by the command line contract.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Usage | Self::Configuration | Self::Input => 2,
            Self::Io | Self::Internal => 3,
        }
    }
}

/// Where an error sits. Fields are filled as far as they are known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ErrorLocation {
    /// File, as the operator named it (relative paths stay relative).
    pub file: Option<PathBuf>,
    /// Worksheet of a workbook.
    pub sheet: Option<String>,
    /// One-based row of a table, as a spreadsheet numbers it.
    pub row: Option<u64>,
    /// Column header, or column name of a contract.
    pub column: Option<String>,
    /// Byte range in the text of `file` (configuration, SQL): rendered as a snippet.
    pub span: Option<Range<usize>>,
    /// Text of `file`, kept only when `span` is set.
    pub text: Option<String>,
}

/// A failure with its place and its cure. Messages are in Chinese: the operator reads them.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    message: String,
    location: Box<ErrorLocation>,
    hint: Option<String>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
    further: Vec<Error>,
}

impl Error {
    /// A failure of `kind`; `message` says what is wrong in one sentence.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            location: Box::default(),
            hint: None,
            source: None,
            further: Vec::new(),
        }
    }
    /// Tells several failures in one report, in their order; `None` of none. The exit code is the highest of them.
    pub fn together(failures: impl IntoIterator<Item = Self>) -> Option<Self> {
        let mut all = Vec::new();
        for mut failure in failures {
            let further = std::mem::take(&mut failure.further);
            all.push(failure);
            all.extend(further);
        }
        let kind = all.iter().map(|one| one.kind).max_by_key(|kind| kind.exit_code());
        let mut all = all.into_iter();
        let mut first = all.next()?;
        first.further = all.collect();
        // The first of the worst class decides.
        first.kind = kind.filter(|kind| kind.exit_code() > first.kind.exit_code()).unwrap_or(first.kind);
        Some(first)
    }
    /// Failures told together with this one, see [`Error::together`].
    pub fn further(&self) -> &[Self] {
        &self.further
    }
    /// Shorthand for [`ErrorKind::Usage`].
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Usage, message)
    }
    /// Shorthand for [`ErrorKind::Configuration`].
    pub fn configuration(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Configuration, message)
    }
    /// Shorthand for [`ErrorKind::Input`].
    pub fn input(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Input, message)
    }
    /// Shorthand for [`ErrorKind::Internal`].
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Internal, message)
    }
    /// An operating system failure while doing `what` (a Chinese verb phrase) on `file`.
    pub fn io(what: &str, file: &Path, source: std::io::Error) -> Self {
        let why = system_words::words_of_io(&source);
        Self::new(ErrorKind::Io, format!("{what}失败：{why}")).in_file(file).caused_by(source)
    }
    /// The system gives no further thread.
    pub(crate) fn no_thread(source: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::internal("系统不给新线程")
            .hint("关掉别的程序，或放宽用户的进程数上限（ulimit -u），或减少线程（run 用 --threads），再重新运行")
            .caused_by(source)
    }
    /// Names the file.
    #[must_use]
    pub fn in_file(mut self, file: impl Into<PathBuf>) -> Self {
        self.location.file = Some(file.into());
        self
    }
    /// Names the worksheet.
    #[must_use]
    pub fn in_sheet(mut self, sheet: impl Into<String>) -> Self {
        self.location.sheet = Some(sheet.into());
        self
    }
    /// Names the one-based row.
    #[must_use]
    pub fn at_row(mut self, row: u64) -> Self {
        self.location.row = Some(row);
        self
    }
    /// Names the column.
    #[must_use]
    pub fn in_column(mut self, column: impl Into<String>) -> Self {
        self.location.column = Some(column.into());
        self
    }
    /// Points at bytes of a text file; the renderer shows the line.
    #[must_use]
    pub fn at_span(mut self, file: impl Into<PathBuf>, text: &str, span: Range<usize>) -> Self {
        self.location.file = Some(file.into());
        self.location.text = Some(text.to_owned());
        self.location.span = Some(span);
        self
    }
    /// Begins the message with whom it is about, e.g. one of several rules written in one place.
    #[must_use]
    pub fn about(mut self, whom: &str) -> Self {
        self.message = format!("{whom}:{}", self.message);
        self
    }
    /// Says what to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
    /// Keeps the underlying error for `--verbose` and logs.
    #[must_use]
    pub fn caused_by(mut self, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        self.source = Some(Box::new(source));
        self
    }
    /// Class of the failure.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }
    /// One-sentence message, without place and hint.
    pub fn message(&self) -> &str {
        &self.message
    }
    /// Where it happened, as far as known.
    pub fn location(&self) -> &ErrorLocation {
        &self.location
    }
    /// The cure.
    pub fn hint_text(&self) -> Option<&str> {
        self.hint.as_deref()
    }
    /// One-based line and character column of the span, if there is one.
    pub fn line_column(&self) -> Option<(usize, usize)> {
        let text = self.location.text.as_deref()?;
        let start = self.location.span.as_ref()?.start.min(text.len());
        let before = text.get(..start)?;
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
        Some((line, column))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        let place = &self.location;
        let mut parts = Vec::new();
        if let Some(file) = &place.file {
            match self.line_column() {
                Some((line, column)) => parts.push(format!("{}:{line}:{column}", file.display())),
                None => parts.push(file.display().to_string()),
            }
        }
        if let Some(sheet) = &place.sheet {
            parts.push(format!("工作表“{sheet}”"));
        }
        if let Some(row) = place.row {
            parts.push(format!("第{row}行"));
        }
        if let Some(column) = &place.column {
            parts.push(format!("列“{column}”"));
        }
        if !parts.is_empty() {
            write!(f, "({})", parts.join(","))?;
        }
        if !self.further.is_empty() {
            write!(f, "（另有{}项）", self.further.len())?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|e| e as &(dyn std::error::Error + 'static))
    }
}
