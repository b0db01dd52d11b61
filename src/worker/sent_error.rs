//! A failure on its way from the child to its parent.

use serde::{Deserialize, Serialize};

use crate::{Error, ErrorKind};

/// Characters of each text that are kept.
const MOST: usize = 4_000;

/// What the child says of a failure. The parent knows the file already.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct SentError {
    kind: ErrorKind,
    message: String,
    sheet: Option<String>,
    row: Option<u64>,
    column: Option<String>,
    hint: Option<String>,
    cause: Option<String>,
}

/// The cause of a failure in another process, of which only its words are known.
#[derive(Debug)]
struct ToldCause(String);

impl std::fmt::Display for ToldCause {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ToldCause {}

impl SentError {
    pub(super) fn of(error: &Error) -> Self {
        let place = error.location();
        Self {
            kind: error.kind(),
            message: error.message().to_owned(),
            sheet: place.sheet.clone(),
            row: place.row,
            column: place.column.clone(),
            hint: error.hint_text().map(str::to_owned),
            cause: std::error::Error::source(error).map(ToString::to_string),
        }
    }
    /// The failure as if it had happened here, without its file.
    pub(super) fn into_error(self) -> Error {
        let mut error = Error::new(self.kind, shown(&self.message));
        if let Some(sheet) = self.sheet {
            error = error.in_sheet(shown(&sheet));
        }
        if let Some(row) = self.row {
            error = error.at_row(row);
        }
        if let Some(column) = self.column {
            error = error.in_column(shown(&column));
        }
        if let Some(hint) = self.hint {
            error = error.hint(shown(&hint));
        }
        match self.cause {
            Some(cause) => error.caused_by(ToldCause(shown(&cause))),
            None => error,
        }
    }
}

/// The text without what a terminal would obey, and not without end.
fn shown(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() || *c == '\n').take(MOST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_the_file_is_lost_on_the_way() {
        let error = Error::input("表头\u{1b}[31m不对")
            .in_file("a.xls")
            .in_sheet("浚县")
            .at_row(7)
            .in_column("姓名")
            .hint("改正")
            .caused_by(std::io::Error::other("cause"));
        let json = serde_json::to_vec(&SentError::of(&error)).unwrap();
        let again = serde_json::from_slice::<SentError>(&json).unwrap().into_error();
        assert_eq!((again.kind(), again.message()), (ErrorKind::Input, "表头[31m不对"));
        let place = again.location();
        assert_eq!(
            (place.sheet.as_deref(), place.row, place.column.as_deref()),
            (Some("浚县"), Some(7), Some("姓名"))
        );
        assert!(place.file.is_none());
        assert_eq!(again.hint_text(), Some("改正"));
        assert_eq!(std::error::Error::source(&again).map(ToString::to_string).as_deref(), Some("cause"));
    }
}
