//! The one integration-test binary.

mod config;
mod extract;
mod folder;
mod load;
mod normalize;
mod publish;
mod rules;
mod synth;
