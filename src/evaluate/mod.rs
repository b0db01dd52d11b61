//! How good links and exceptions are against known truth.

pub mod calibration;
pub mod exceptions;
pub mod links;
pub mod review_sample;
