//! What officers answered, kept beside the publications and never in them: `OUT/answers/answers.sqlite`, one file to
//! back up. Events are appended and what they say is never changed; what stands is computed from them. A migration to another
//! identity secret calls what they are about by its new name.
//!
//! In: [`Answer`]s from sheets and the page, a batch at a time. Out: [`StandingAnswers`], which tracking, lists and
//! the linker ask. The library reads no clock: whoever appends says when.

mod answer_events;
mod answer_imports;
mod answer_store;
mod carried_answers;
mod draws;
mod forgotten_details;
mod pair_answers;
mod standing_answers;
mod store_copies;

pub use crate::model::answer::{Answer, AnswerAct, AnswerSource, ReviewLevel};
pub use answer_events::{AppendedBatch, BatchOrigin};
pub use answer_imports::{LoggedFile, LoggedImport};
pub use answer_store::AnswerStore;
pub(crate) use answer_store::{RETURNED, store_path};
pub(crate) use carried_answers::{CarriedAnswers, ForeignFacts, NewNames};
pub(crate) use draws::{DrawCandidate, draw};
pub use draws::{DrawPer, DrawPlan, DrawResult, DrawnAnswer, StoredDraw};
pub(crate) use forgotten_details::DetailedAnswer;
pub(crate) use pair_answers::{
    SAME_PERSON, SEVERAL_PERSONS, UNDECIDED_PAIR, is_pair_subject, pair_subject, said_of_pair,
};
pub use standing_answers::{ReturnedAnswer, StandingAnswer, StandingAnswers};
pub use store_copies::StoreFacts;
pub(crate) use store_copies::{
    RESTORING, StoreAge, check_not_restoring, compare_stores, copy_store, move_store_aside, put_into_store,
    read_store_facts,
};
