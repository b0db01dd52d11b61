//! The words of the domain: each is written, read, printed and parsed in one file here.
//!
//! The ground floor: every folder may see it, it sees none but [`crate::error`].

pub(crate) mod answer;
pub(crate) mod answer_column;
pub(crate) mod broken_names;
pub(crate) mod cell_tally;
pub(crate) mod cell_words;
pub(crate) mod column_type;
pub(crate) mod data_file;
pub(crate) mod day;
pub(crate) mod decimal;
pub(crate) mod division;
pub(crate) mod exception;
pub(crate) mod file_account;
pub(crate) mod han;
pub(crate) mod id_number;
pub(crate) mod indicator;
pub(crate) mod leaving_words;
pub(crate) mod links;
pub(crate) mod list_lines;
pub(crate) mod list_months;
pub(crate) mod name_words;
pub(crate) mod officer_text;
pub(crate) mod period;
pub(crate) mod placeholder_day;
pub(crate) mod published_id;
pub(crate) mod record_id;
pub(crate) mod resolution;
pub(crate) mod scheme_words;
pub(crate) mod source_row;
pub(crate) mod source_table;
pub(crate) mod state_headers;
pub(crate) mod title_words;
pub(crate) mod undecided;
pub(crate) mod unit;
pub(crate) mod work_calendar;
pub(crate) mod written_date;
pub(crate) mod written_period;
