//! What leaves the restricted folder: masks for numbers and names, pseudonyms for tables,
//! and cells that no spreadsheet can mistake for a formula.
//!
//! Three degrees of openness exist. `restricted/` holds everything. Lists for officers show the
//! name and a number without its birth date. Public notices show neither the full name nor any
//! digit beyond division and the last two. BI tables show no name and no number at all, only a
//! keyed pseudonym: a plain hash of an ID number falls to trying all numbers of a county.

pub(crate) mod formula_cells;
pub(crate) mod key_file;
pub(crate) mod mask;
mod number_glyphs;
pub(crate) mod pseudonym;
mod sm3;
pub(crate) mod told_error;
pub(crate) mod told_text;
mod written_numbers;

pub(crate) use formula_cells::neutralize_formula_cell;
pub(crate) use pseudonym::{Pseudonym, Pseudonymizer};
