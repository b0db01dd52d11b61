//! How good links and exceptions are against known truth.

pub(crate) mod calibration;
pub(crate) mod events;
pub(crate) mod exceptions;
pub(crate) mod links;
pub(crate) mod review_sample;
