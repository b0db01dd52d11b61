//! TODO

pub mod bucket_runner;
pub mod example_runner;
pub mod numbered_ids;
pub mod planner;
pub mod polars_bridge;
pub mod rule_runner;
pub mod workers;
