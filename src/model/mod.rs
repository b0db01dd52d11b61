//! The words of the domain: each is written, read, printed and parsed in one file here.
//!
//! The ground floor: every folder may see it, it sees none but [`crate::error`].

pub mod column_type;
pub mod day;
pub mod decimal;
pub mod division;
pub mod exception;
pub mod han;
pub mod id_number;
pub mod indicator;
pub mod links;
pub mod officer_text;
pub mod period;
pub mod published_id;
pub mod record_id;
pub mod resolution;
pub mod source_row;
pub mod source_table;
pub mod unit;
