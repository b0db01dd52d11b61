//! Runs rules over views: plans their SQL, feeds the engine, whole or bucket by bucket.

pub mod bucket_runner;
pub mod example_runner;
pub mod numbered_ids;
pub mod planner;
pub mod polars_bridge;
pub mod rule_check;
pub mod rule_runner;
pub mod workers;

#[cfg(test)]
mod decides;

#[cfg(test)]
mod split_tests;
