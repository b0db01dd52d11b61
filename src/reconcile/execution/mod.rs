//! Runs rules over views: plans their SQL, feeds the engine, whole or bucket by bucket.

pub(crate) mod bucket_runner;
pub(crate) mod example_rows;
pub(crate) mod example_runner;
pub(crate) mod numbered_ids;
pub(crate) mod planner;
pub(crate) mod polars_bridge;
pub(crate) mod rule_check;
pub(crate) mod rule_runner;
mod situation_answers;
mod situation_batch;
pub(crate) mod situation_runner;
pub(crate) mod workers;

#[cfg(test)]
mod answer_tests;

#[cfg(test)]
mod decides;

#[cfg(test)]
mod split_tests;
