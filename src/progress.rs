//! How the library says what it is doing: it has no other way to speak.

/// How a stage tells what it is doing. The library has no other way to speak.
pub trait Progress: Sync {
    /// A stage begins; `units` is its size where known.
    fn stage(&self, title: &str, units: Option<u64>);
    /// `units` more of the running stage are done.
    fn advance(&self, units: u64);
}

impl Progress for Silent {
    fn stage(&self, _title: &str, _units: Option<u64>) {}
    fn advance(&self, _units: u64) {}
}

/// Says nothing.
pub struct Silent;
