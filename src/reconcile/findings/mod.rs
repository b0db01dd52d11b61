//! What rules yield becomes findings: exceptions with their causes, indicators, quality scores.

pub mod causes;
pub mod exceptions;
pub mod outcome;
pub mod quality_score;
