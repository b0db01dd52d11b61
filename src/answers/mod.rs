//! What officers answered, kept beside the publications and never in them: `OUT/answers/answers.sqlite`, one file to
//! back up. Events are appended and nothing is ever changed; what stands is computed from them.
//!
//! In: [`Answer`]s from sheets and the page, a batch at a time. Out: [`StandingAnswers`], which tracking, lists and
//! the linker ask. The library reads no clock: whoever appends says when.

mod answer_events;
mod answer_imports;
mod answer_store;
mod draws;
mod pair_answers;
mod standing_answers;

pub use crate::model::answer::{Answer, AnswerAct, AnswerSource, ReviewLevel};
pub use answer_events::{AppendedBatch, BatchOrigin};
pub use answer_imports::{LoggedFile, LoggedImport};
pub use answer_store::AnswerStore;
pub(crate) use draws::{DrawCandidate, draw};
pub use draws::{DrawPer, DrawPlan, DrawResult, DrawnAnswer, StoredDraw};
pub(crate) use pair_answers::{SAME_PERSON, SEVERAL_PERSONS, UNDECIDED_PAIR, pair_subject, said_of_pair};
pub use standing_answers::{ReturnedAnswer, StandingAnswer, StandingAnswers};
