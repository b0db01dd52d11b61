//! TODO

pub mod causes;
pub mod exceptions;
pub mod outcome;
pub mod quality_score;
