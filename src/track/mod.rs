//! Stage 7: this quarter's exceptions against the previous quarter's: new, persisting,
//! resolved, reopened.

use crate::reconcile::Exception;

/// Where an exception stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// First seen this quarter.
    New,
    /// Seen in the previous quarter too.
    Persisting,
    /// Seen in the previous quarter, not any more.
    Resolved,
    /// Was resolved, is back.
    Reopened,
}

/// An exception with its history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrackedException {
    /// Fingerprint: 26 base-32 characters of a hash of rule, subject and rule key.
    pub exception_id: String,
    /// The finding. For resolved ones, as it was last seen.
    pub exception: Exception,
    /// Quarter it was first seen in.
    pub first_seen: String,
    /// Status.
    pub status: Status,
    /// Due date, ISO `yyyy-mm-dd`; counted from the quarter's end.
    pub due_date: String,
}
