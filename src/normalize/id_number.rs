//! Citizen ID numbers (GB 11643) and what stands in their column instead.

/// Verdict on the text of an ID column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[repr(u8)]
pub enum IdClass {
    /// Nothing usable in the cell.
    #[default]
    Empty = 0,
    /// 18 characters, known form, real birth date, check character agrees.
    Valid18 = 1,
    /// 18 characters, real birth date, check character disagrees.
    BadCheck18 = 2,
    /// 18 characters, no such birth date.
    BadDate18 = 3,
    /// 15 digits, upgraded; check character computed.
    Up15 = 4,
    /// Disability certificate, 20 characters; its first 18 are the ID.
    Cert20 = 5,
    /// Re-issued disability certificate, 22 characters; its first 18 are the ID.
    Cert22 = 6,
    /// Student number `G` + ID.
    GStudent = 7,
    /// Student number `J`/`L`: birth date only, never an ID.
    JlStudent = 8,
    /// Ruined by a spreadsheet: only the first 15 digits can be trusted.
    Trunc15 = 9,
    /// Partly hidden (`4106**********12`).
    Mask = 10,
    /// Temporary number: valid form but not real.
    Temporary = 11,
    /// Anything else; kept as original text only.
    Other = 12,
}

/// An ID number as compared: 9 bytes of key and verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct IdNumber {
    /// For 18-character classes: the first 17 digits × 11 + check value (0-10, X = 10).
    /// `Trunc15`: the first 15 digits. `Mask`: owner-defined packing of known prefix and
    /// suffix. Otherwise 0.
    pub key: u64,
    /// Verdict.
    pub class: IdClass,
}
