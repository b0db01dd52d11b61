//! Stage 3: typed records become comparable fields.
//!
//! In: [`crate::load::Records`]. Out: [`Comparable`], one typed column per *link column*
//! (`id_number`, `name`, `birth_date`, `sex`, `village`, `household`, …). Every distinct text is
//! analysed once, in a pool shared by all sources, so later stages compare small integers.

use std::collections::BTreeMap;
use std::sync::Arc;

pub mod date;
pub mod division;
pub mod han;
pub mod id_number;
pub mod name;
pub mod pool;

pub use division::DivisionTree;
pub use id_number::{IdClass, IdNumber, Sex};
pub use name::{NameFlags, NameForm};
pub use pool::{Pool, PoolId};

/// One comparable column; all columns of a [`Comparable`] have the same number of rows.
#[derive(Debug, Clone)]
pub enum ComparableColumn {
    /// Citizen ID numbers with their verdicts.
    IdNumber(Vec<IdNumber>),
    /// Han person names: positions in a pool of analysed names; 0 is missing.
    Name(Vec<PoolId>, Arc<Pool<NameForm>>),
    /// Other text (address, Western name, phone, code, household number): positions in a pool of normalized strings; 0 is missing.
    Text(Vec<PoolId>, Arc<Pool<String>>),
    /// Calendar dates packed as `yyyymmdd`; 0 is missing; day or month 0 where unknown.
    Date(Vec<u32>),
    /// Divisions: one plus the position in [`division::DivisionTree::units`]; 0 is missing.
    Division(Vec<u32>),
    /// Small closed code (sex: 1 male, 2 female); 0 is missing.
    Code(Vec<u8>),
}

/// Comparable fields of one source, row for row with its `Records`.
#[derive(Debug, Clone)]
pub struct Comparable {
    /// Source name.
    pub source: String,
    /// Number of rows.
    pub rows: usize,
    /// Columns by link column name.
    pub columns: BTreeMap<String, ComparableColumn>,
}
