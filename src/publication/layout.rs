//! Where a publication lies below the output folder.

use crate::model::period::Period;

/// Name of a quarter's folder.
pub fn folder_name(period: Period) -> String {
    format!("quarter={period}")
}
