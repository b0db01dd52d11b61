//! By when findings are to be answered: in working days from the day on which the lists are handed out.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use jiff::civil::Date;

use crate::Result;
use crate::model::exception::{Status, TrackedException};
use crate::model::period::Period;
use crate::model::work_calendar::WorkCalendar;

/// Gives findings that are new or back in `period` their due dates; whatever was found before keeps its own. Comes back with
/// the years of which the calendar knows weekends alone, where that matters.
///
/// # Errors
/// The calendar ends before.
pub(crate) fn set_due_dates(
    tracked: &mut [TrackedException],
    period: Period,
    issued: Date,
    calendar: &WorkCalendar,
) -> Result<Vec<i16>> {
    let mut dates: BTreeMap<u32, Arc<str>> = BTreeMap::new();
    let mut latest = issued;
    for one in tracked.iter_mut() {
        if one.last_seen != period || !matches!(one.status, Status::New | Status::Reopened) {
            continue;
        }
        one.due_date = match dates.entry(one.exception.due_days) {
            Entry::Occupied(known) => known.get().clone(),
            Entry::Vacant(slot) => {
                let day = calendar.working_days_after(issued, *slot.key())?;
                latest = latest.max(day);
                slot.insert(day.to_string().into()).clone()
            }
        };
    }
    Ok(if dates.is_empty() { Vec::new() } else { calendar.unknown_years(issued, latest) })
}
