//! Administrative divisions: dated codes, aliases, lineage after renaming.

/// One county, township or village.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// Code as of the pipeline's base year (6, 9 or 12 digits).
    pub code: String,
    /// Name as of the base year, with suffix.
    pub name: String,
    /// Position of the parent unit, `None` for the prefecture.
    pub parent: Option<u32>,
    /// 1 prefecture, 2 county, 3 township, 4 village.
    pub level: u8,
}

/// The divisions of the prefecture.
#[derive(Debug, Clone, Default)]
pub struct DivisionTree {
    /// Units, parents before children, by code.
    pub units: Vec<Unit>,
}
