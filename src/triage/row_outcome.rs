//! What became of the rows that came back.

use serde::Serialize;

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RowFate {
    /// Nothing was answered.
    Blank,
    /// Its answer was taken; nothing stood before.
    Accepted,
    /// Its answer takes the place of another that stood.
    Updated,
    /// It says what stands already, or what another row of this import says.
    Unchanged,
    /// What stood is withdrawn.
    Withdrawn,
    /// Two rows of this import answer one exception differently: neither is taken.
    Conflict,
    /// It is about what is not so any more.
    Stale,
    /// Nobody knows what it is about.
    Unknown,
    /// Its key and its number name two exceptions.
    Disagreeing,
    /// Its answer cannot be read, lacks something, or contradicts itself.
    Faulty,
}

impl RowFate {
    /// All of them, in the order in which they are told.
    pub const ALL: [Self; 10] = [
        Self::Accepted,
        Self::Updated,
        Self::Unchanged,
        Self::Withdrawn,
        Self::Conflict,
        Self::Stale,
        Self::Unknown,
        Self::Disagreeing,
        Self::Faulty,
        Self::Blank,
    ];

    /// What it is called, Chinese.
    pub fn title(self) -> &'static str {
        match self {
            Self::Accepted => "采用",
            Self::Updated => "更新",
            Self::Unchanged => "未变",
            Self::Withdrawn => "撤回",
            Self::Conflict => "冲突",
            Self::Stale => "过时",
            Self::Unknown => "编号不认识",
            Self::Disagreeing => "编号对不上",
            Self::Faulty => "填写有误",
            Self::Blank => "未填",
        }
    }
    /// True of a row that somebody answered and whose answer was not taken.
    pub fn is_refused(self) -> bool {
        matches!(self, Self::Conflict | Self::Stale | Self::Unknown | Self::Disagreeing | Self::Faulty)
    }
    /// True if an event is appended for it.
    pub fn is_appended(self) -> bool {
        matches!(self, Self::Accepted | Self::Updated | Self::Withdrawn)
    }
}

/// A row of which something is to be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ToldRow {
    /// Worksheet; empty where the format has none.
    pub sheet: String,
    /// Row as a spreadsheet numbers it.
    pub row: u32,
    /// What became of it.
    pub fate: RowFate,
    /// Titles of cells that are not the officer's and that say something else than on the list that was handed out.
    pub changed_cells: Vec<String>,
    /// Why, and what to do, Chinese.
    pub told: String,
}

/// How many rows of a file became what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct OutcomeCounts {
    /// Rows with an exception's number or key, or an answer without either.
    pub rows: u64,
    /// By [`RowFate`].
    pub accepted: u64,
    /// Another answer stood before.
    pub updated: u64,
    /// The same stood before.
    pub unchanged: u64,
    /// What stood is withdrawn.
    pub withdrawn: u64,
    /// Answered differently within the import.
    pub conflict: u64,
    /// About what is not so any more.
    pub stale: u64,
    /// Nobody knows what they are about.
    pub unknown_key: u64,
    /// Key and number name two exceptions.
    pub disagreeing: u64,
    /// Unreadable, incomplete or contradictory.
    pub faulty: u64,
    /// Not answered.
    pub blank: u64,
    /// Rows with a changed cell that is not the officer's; they are counted above as well.
    pub changed_protected_cell: u64,
}

impl OutcomeCounts {
    /// How many became this.
    pub fn of(&self, fate: RowFate) -> u64 {
        match fate {
            RowFate::Blank => self.blank,
            RowFate::Accepted => self.accepted,
            RowFate::Updated => self.updated,
            RowFate::Unchanged => self.unchanged,
            RowFate::Withdrawn => self.withdrawn,
            RowFate::Conflict => self.conflict,
            RowFate::Stale => self.stale,
            RowFate::Unknown => self.unknown_key,
            RowFate::Disagreeing => self.disagreeing,
            RowFate::Faulty => self.faulty,
        }
    }
    pub(super) fn count(&mut self, fate: RowFate, changed_cells: bool) {
        self.rows += 1;
        self.changed_protected_cell += u64::from(changed_cells);
        *match fate {
            RowFate::Blank => &mut self.blank,
            RowFate::Accepted => &mut self.accepted,
            RowFate::Updated => &mut self.updated,
            RowFate::Unchanged => &mut self.unchanged,
            RowFate::Withdrawn => &mut self.withdrawn,
            RowFate::Conflict => &mut self.conflict,
            RowFate::Stale => &mut self.stale,
            RowFate::Unknown => &mut self.unknown_key,
            RowFate::Disagreeing => &mut self.disagreeing,
            RowFate::Faulty => &mut self.faulty,
        } += 1;
    }
    /// Rows whose answers were not taken.
    pub fn refused(&self) -> u64 {
        RowFate::ALL.into_iter().filter(|fate| fate.is_refused()).map(|fate| self.of(fate)).sum()
    }
}

/// What became of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileOutcome {
    /// Its name as given; within an archive, the archive's before it.
    pub file: String,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// Rows by what became of them.
    pub counts: OutcomeCounts,
    /// Rows that a filter or somebody hid, read like the others; `None`: the format does not say.
    pub hidden_rows: Option<u64>,
    /// What is to be told of the file besides, Chinese.
    pub notes: Vec<String>,
    /// Rows whose answers were not taken, and those with changed cells that are not the officer's.
    pub told: Vec<ToldRow>,
    /// The marked-up copy; `None` of a dry run that asked for none.
    pub copy: Option<String>,
}
