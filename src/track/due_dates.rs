//! By when findings are to be answered: in working days from the day on which the lists are handed out.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use jiff::civil::Date;

use crate::Result;
use crate::model::period::Period;
use crate::model::work_calendar::WorkCalendar;

/// The day that a number of days after the lists are handed out is.
type DayAfter<'a> = dyn Fn(u32) -> Result<Date> + 'a;

/// Due dates by the days that an officer has.
pub struct DueDates<'a> {
    day_after: Box<DayAfter<'a>>,
    known: BTreeMap<u32, (Date, Arc<str>)>,
    /// The day of issue was told: findings of the period that an earlier run of it had get their day anew.
    pub(super) anew: bool,
}

impl fmt::Debug for DueDates<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DueDates").field("known", &self.known).finish_non_exhaustive()
    }
}

impl<'a> DueDates<'a> {
    /// In days of the calendar from the period's end.
    pub fn from_end_of(period: Period) -> Self {
        Self { day_after: Box::new(move |days| period.days_after(days)), known: BTreeMap::new(), anew: false }
    }

    /// In working days from the day of issue; `told`: somebody told that day for this run.
    pub(crate) fn in_working_days(issued: Date, calendar: &'a WorkCalendar, told: bool) -> Self {
        let day_after = move |days| calendar.working_days_after(issued, days);
        Self { day_after: Box::new(day_after), known: BTreeMap::new(), anew: told }
    }

    /// The due date of whoever has so many days.
    pub(super) fn due(&mut self, days: u32) -> Result<Arc<str>> {
        if let Some((_, text)) = self.known.get(&days) {
            return Ok(text.clone());
        }
        let day = (self.day_after)(days)?;
        let text: Arc<str> = day.to_string().into();
        self.known.insert(days, (day, text.clone()));
        Ok(text)
    }

    /// The latest day that was given.
    pub(crate) fn latest(&self) -> Option<Date> {
        self.known.values().map(|(day, _)| *day).max()
    }
}
