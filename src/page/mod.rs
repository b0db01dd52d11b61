//! The page that officers work on: findings in a queue with facets, one case at a time with the records of all departments
//! side by side, answers with undo, how far everybody is. Served by this program on this machine alone.
//!
//! In: the newest publication of an output folder and the store of answers beside it. Out: answers in the store, as events.
//! Pages are made by the server; the script beside them is for keys and for choosing several rows. The library reads no
//! clock: [`PagePlan::now`] does.

mod answer_form;
mod case_view;
mod changes;
mod draw_list;
mod facets;
mod finding_index;
mod findings;
mod guard;
mod link_review;
mod newer_run;
mod page_answers;
mod progress_board;
mod queue;
mod rendering;
mod seat;
mod server;
mod state;
mod told;
mod views;

pub use case_view::PageColumn;
pub(crate) use draw_list::{DrawRequest, DrawnRow, draw_answers};
pub use seat::{PageSeat, SeatRole};
pub use server::{PagePlan, PageServer};
pub use state::PageMoment;
