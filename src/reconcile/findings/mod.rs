//! What rules yield becomes findings: exceptions with their causes, indicators, quality scores.

pub(crate) mod exceptions;
pub(crate) mod finding_causes;
pub(crate) mod lacking_lists;
pub(crate) mod quality_score;
mod rejected_people;
pub(crate) mod select_outcome;
pub(crate) mod undecided;
