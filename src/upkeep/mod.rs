//! What is done beside the runs: a copy of what cannot be made anew, bringing it back, and deleting what has had its time.
//!
//! In: an output folder and, from the command line, the bytes of the keys. Out: one file, or the folder as it was. The library
//! reads no clock and no key files: whoever calls says when, and hands the keys over.

mod backup;
mod backup_archive;
mod deletion_log;
mod restore;
mod tidy;

pub use backup::{BackupPlan, BackupSummary, write_backup};
pub use deletion_log::{DeletedKind, DeletionEntry};
pub use restore::{RestorePlan, RestoreSummary, RestoredKey, restore_backup};
pub use tidy::{KeptItem, TidyPlan, TidySummary, tidy};
