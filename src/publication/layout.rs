//! Where a publication lies below the output folder.

/// Name of a quarter's folder.
pub fn folder_name(quarter: &str) -> String {
    format!("quarter={quarter}")
}
