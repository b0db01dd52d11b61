//! The one integration-test binary.

mod config;
mod extract;
mod folder;
mod load;
mod publish;
mod normalize;
mod rules;
mod synth;
