//! The one integration-test binary.

#![allow(clippy::unwrap_used)]

mod broken;
mod config;
mod extract;
mod folder;
mod load;
mod normalize;
mod publish;
mod rules;
mod synth;
