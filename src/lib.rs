//! bidui reconciles the lists that departments keep of the same people.
//!
//! The folders follow the data: [`extract`] → [`load`] → [`normalize`] → [`link`] →
//! [`resolve`] → [`reconcile`] → [`track`] → [`publish`]. Each stage takes the tables of its
//! neighbour and hands on its own; [`engine`] runs them in order. Domain facts live in
//! `pipelines/`, never here. The library does not print, exit or read the clock.

pub mod across;
pub mod cli;
pub mod config;
pub mod engine;
pub mod error;
pub mod evaluate;
pub mod extract;
pub mod link;
pub mod load;
pub mod model;
pub mod normalize;
pub mod privacy;
pub mod profile;
pub mod progress;
pub mod publication;
pub mod publish;
pub mod reconcile;
pub mod resolve;
pub mod rules;
pub mod synth;
pub mod table;
pub mod track;

pub use error::{Error, ErrorKind, Result};
