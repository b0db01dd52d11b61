//! The one integration-test binary.

// Tests may unwrap, and say on request what they saw.
#![allow(clippy::unwrap_used, clippy::print_stderr)]

mod across;
mod broken;
mod config;
mod departments;
mod end_to_end;
mod extract;
mod folder;
mod generic_link;
mod init;
mod link;
mod load;
mod memory;
mod normalize;
mod profile;
mod progress;
mod publish;
mod rules;
mod rules_truth;
mod second_engine;
mod synth;
mod train;
mod unread_keys;
