//! Answers that come back: lists that officers filled in are read, judged row by row, and appended to the store.
//!
//! In: files as Excel, WPS and LibreOffice save them, the publications of an output folder, the pipeline's words. Out:
//! [`TriageImport`], what became of every row, and a marked-up copy of every file to send back.
//!
//! A row is brought back by its key, else by its number; never by its place. Nothing of a file but the columns of
//! answers is believed: what the exception is about is read from the publications. Where it cannot be told what an officer
//! meant, or what he looked at, nothing is taken and the row says why.

mod answer_cells;
mod check_answer;
mod import;
mod issued_lists;
mod judge_rows;
mod known_exceptions;
mod marked_copies;
mod returned_files;
mod returned_sheet;
mod row_outcome;
mod ruled_pairs;
mod saved_answers;

pub(crate) use answer_cells::{fen_of, month_of};
pub(crate) use check_answer::{check_meaning, inseparable_fault};
pub(crate) use import::identity_of;
pub use import::{TriageImport, TriagePlan, import_answers};
pub use row_outcome::{FileOutcome, OutcomeCounts, RowFate, ToldRow};
pub(crate) use ruled_pairs::note_ruled_pairs;
