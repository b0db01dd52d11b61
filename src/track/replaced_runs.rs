//! Numbers on sheets that an earlier run of the same period handed out: its exceptions go on, whatever secret it was made under.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{PreviousExceptions, exception_fingerprint, settle_former_numbers};
use crate::model::exception::TrackedException;

/// Writes down for this run's exceptions the numbers under which a run that it replaces handed them out. `called`: what
/// persons and households of that run are called now, where it is by another id. `tracked` ascends by fingerprint.
pub(crate) fn take_over_numbers(
    tracked: &mut [TrackedException],
    replaced: PreviousExceptions,
    called: &BTreeMap<String, Arc<str>>,
) {
    for mut old in replaced.exceptions {
        let exception = &mut old.exception;
        let mut renamed = false;
        for id in [&mut exception.subject_id, &mut exception.rule_key] {
            if let Some(now) = called.get(&**id) {
                *id = now.clone();
                renamed = true;
            }
        }
        let id = if renamed { exception_fingerprint(exception) } else { old.exception_id };
        if let Ok(at) = tracked.binary_search_by(|one| one.exception_id.cmp(&id)) {
            tracked[at].former_numbers.extend(old.former_numbers);
        }
    }
    settle_former_numbers(tracked);
}
