//! One case as everybody sees it: what all departments' lists say of a person and of the household side by side, why the
//! records are one person, who is nearest where somebody is missing, the clause, what was answered before.
//!
//! In: a publication alone, whatever became of the pipeline's folder; it holds the weights and the titles of columns that
//! its run had ([`archive`]). Out: a [`Case`], which the page, `bidui explain` and its file show, each in its way. In it
//! numbers of persons are masked and codes are words.

mod archive;
mod case_model;
mod columns;
mod finding;
mod history;
mod line_up;
mod matching_words;
mod near_records;
mod numbers;
mod pair_account;
mod pair_groups;
mod search;
mod templates;
mod titles;

pub(crate) use archive::CaseArchive;
pub(crate) use case_model::{Case, CaseSubject};
pub use columns::CaseColumn;
pub(crate) use finding::{CaseFinding, household_number, period_words};
pub(crate) use history::{AnswerLine, former_answers};
pub(crate) use line_up::{HOW_MATCHED, RecordTable};
pub(crate) use near_records::NearRecord;
pub(crate) use numbers::NumbersShown;
pub(crate) use pair_account::{LinkWeights, PairAccount};
pub(crate) use pair_groups::PairGroup;
pub(crate) use search::{FoundSubjects, Meaning, search};
pub(crate) use templates::{CASE_PARTS, case_page};
pub(crate) use titles::CaseTitles;
