//! bidui reconciles the lists that departments keep of the same people.
//!
//! The folders follow the data: [`extract`] → [`load`] → [`normalize`] → [`link`] →
//! [`resolve`] → [`reconcile`] → [`track`] → [`publish`]. Each stage takes the tables of its
//! neighbour and hands on its own; [`engine`] runs them in order. Domain facts live in
//! `pipelines/`, never here. The library does not print, exit or read the clock.

pub mod across;
pub mod cli;
pub mod config;
mod decimal;
pub mod digest;
pub mod engine;
pub mod error;
pub mod evaluate;
pub mod extract;
mod hash;
pub mod link;
pub mod load;
mod memory;
pub mod normalize;
pub mod privacy;
pub mod publish;
pub mod reconcile;
pub mod resolve;
pub mod rows;
pub mod synth;
mod table;
pub mod track;

pub use error::{Error, ErrorKind, Result};
