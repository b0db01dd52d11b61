//! What rules yield becomes findings: exceptions with their causes, indicators, quality scores.

pub mod exceptions;
pub mod finding_causes;
pub mod quality_score;
pub mod select_outcome;
