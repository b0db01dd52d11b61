//! The one integration-test binary.

// Tests may unwrap, and say on request what they saw.
#![allow(clippy::unwrap_used, clippy::print_stderr)]

mod across;
mod arrows;
mod broken;
mod commands;
mod compat;
mod config;
mod departments;
mod documents;
mod end_to_end;
mod examples;
mod extract;
mod folder;
mod generic_link;
mod hostile;
mod inclusion;
mod init;
mod link;
mod load;
mod memory;
mod normalize;
mod profile;
mod progress;
mod publish;
mod readers;
mod rules;
mod rules_truth;
mod second_engine;
mod second_prefecture;
mod synth;
mod train;
mod unread_keys;
mod what_officers_read;
mod worker;
