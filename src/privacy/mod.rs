//! What leaves the restricted folder: masks for numbers and names, pseudonyms for tables,
//! and cells that no spreadsheet can mistake for a formula.
//!
//! Three degrees of openness exist. `restricted/` holds everything. Lists for officers show the
//! name and a number without its birth date. Public notices show neither the full name nor any
//! digit beyond division and the last two. BI tables show no name and no number at all, only a
//! keyed pseudonym: a plain hash of an ID number falls to trying all numbers of a county. For the same reason
//! persons and households are named under a secret of their own (`secrets`, ADR 0015).

pub(crate) mod formula_cells;
pub(crate) mod key_file;
mod key_strength;
mod look_alikes;
pub(crate) mod mask;
pub(crate) mod number_glyphs;
pub(crate) mod officers_csv;
pub(crate) mod pseudonym;
pub(crate) mod secrets;
mod sm3;
pub(crate) mod told_error;
pub(crate) mod told_text;
mod written_numbers;

pub(crate) use pseudonym::{Pseudonym, Pseudonymizer};
pub use secrets::IdentitySecret;
pub use secrets::Secrets;
