//! The one integration-test binary.

// Tests may unwrap, and say on request what they saw.
#![allow(clippy::unwrap_used, clippy::print_stderr)]

use std::path::{Path, PathBuf};

/// Where the truth of a data folder lies.
fn truth_of(data: &Path) -> PathBuf {
    data.parent().unwrap().join("truth").join(data.file_name().unwrap())
}

mod across;
mod after_the_run;
mod answered_runs;
mod around_runs;
mod arrows;
mod backup;
mod bi;
mod broken;
mod commands;
mod compat;
mod config;
mod damaged;
mod departments;
mod documents;
mod earlier_months;
mod end_to_end;
mod ending;
mod events;
mod examples;
mod explained;
mod extract;
mod five_runs;
mod fixture_world;
mod folder;
mod generic_link;
mod handed_out;
mod hard_lists;
mod hostile;
mod hostile_formats;
mod inclusion;
mod init;
mod inputs_across;
mod inputs_audits;
mod inputs_books;
mod inputs_cells;
mod inputs_csv;
mod inputs_dates;
mod inputs_dbf;
mod inputs_delivery;
mod inputs_ends;
mod inputs_folder;
mod inputs_kinds;
mod inputs_lines;
mod inputs_lists;
mod inputs_marks;
mod inputs_misread;
mod inputs_other_lists;
mod inputs_parquet;
mod inputs_persons;
mod inputs_reasons;
mod inputs_rows;
mod inputs_shapes;
mod inputs_told;
mod inputs_unseen;
mod keys;
mod leaders_report;
mod leaks;
mod lifecycle;
mod limits;
mod link;
mod lists;
mod load;
mod memory;
mod month_words;
mod months;
mod mutated_inputs;
mod newcomer;
mod normalize;
mod page;
mod plan_orders;
mod profile;
mod progress;
mod publish;
mod readers;
mod refilled_columns;
mod rule_cases;
mod rules;
mod rules_that_wait;
mod rules_truth;
mod second_engine;
mod second_prefecture;
mod situations;
mod strangers_prefecture;
mod synth;
mod taken_away;
mod told_counts;
mod train;
mod triage;
mod trial;
mod types_by_file;
mod unknown_columns;
mod unknown_words;
mod unread_keys;
mod what_is_not_judged;
mod what_officers_read;
mod worker;
