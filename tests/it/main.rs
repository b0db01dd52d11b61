//! The one integration-test binary.

mod config;
mod folder;
mod load;
mod rules;
mod synth;
