//! Who every record is.

use super::links::Tier;
use super::published_id::{HouseholdId, PersonId};

/// Who every record is. Vectors indexed by node are as long as all records together.
#[derive(Debug, Clone, Default)]
pub struct Resolution {
    /// First node of each source, by source position; one more entry than sources.
    pub offsets: Vec<u32>,
    /// Dense person number of each record.
    pub person: Vec<u32>,
    /// Dense household number of each record (resolved household).
    pub household: Vec<u32>,
    /// Weakest tier that binds each record to its person; `T1` for a person of one record.
    pub tier: Vec<Tier>,
    /// True where a review-tier pair touches the record and is unresolved.
    pub in_review: Vec<bool>,
    /// Published id by dense person number, stable across quarters.
    pub person_ids: Vec<PersonId>,
    /// Published id by dense household number, stable across quarters.
    pub household_ids: Vec<HouseholdId>,
    /// Merges and splits against the previous quarter.
    pub ledger: Vec<IdentityChange>,
}

/// One line of the merge/split ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityChange {
    /// `merge` or `split`.
    pub kind: String,
    /// Id in the previous quarter.
    pub previous_id: String,
    /// Id in this quarter.
    pub current_id: String,
}
