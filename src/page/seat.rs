//! Who sits before the page: what he may see, and whether he may answer.

use crate::model::answer::ReviewLevel;

/// What a seat is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SeatRole {
    /// Sees and answers all.
    City,
    /// Sees and answers a county.
    County,
    /// Sees and answers a township.
    Township,
    /// Sees, and answers nothing.
    Reader,
}

impl SeatRole {
    /// Word on the page.
    pub fn title(self) -> &'static str {
        match self {
            Self::City => "市级",
            Self::County => "县级",
            Self::Township => "乡级",
            Self::Reader => "只读",
        }
    }
}

/// A seat before the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageSeat {
    /// What it is for.
    pub role: SeatRole,
    /// Code of the county or township that it sees; empty: all.
    pub area: String,
    /// Name of the officer, which his answers bear.
    pub name: String,
    /// What he has to know to sit there.
    pub token: String,
}

impl PageSeat {
    /// May it see what stands in these divisions?
    pub(super) fn sees(&self, county: &str, township: &str) -> bool {
        self.area.is_empty() || self.area == county || self.area == township
    }

    /// May it answer?
    pub(super) fn may_answer(&self) -> bool {
        self.role != SeatRole::Reader
    }

    /// May it see what was drawn for checking again? Whose answers may be checked is not told before.
    pub(super) fn sees_draws(&self) -> bool {
        self.role != SeatRole::Township
    }

    /// The level that its answers are of.
    pub(super) fn level(&self) -> ReviewLevel {
        match self.role {
            SeatRole::City | SeatRole::Reader => ReviewLevel::City,
            SeatRole::County => ReviewLevel::County,
            SeatRole::Township => ReviewLevel::Township,
        }
    }
}
