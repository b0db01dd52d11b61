//! What departments were asked to mend, as the manifest keeps it: the next run tells what was mended since.

use serde::{Deserialize, Serialize};

use crate::model::period::Period;

/// What a publication asked the departments to mend, and what they had mended of what was asked before.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReturnedPoints {
    /// The publication it was compared with, Chinese; `None`: there was none that tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compared_with: Option<String>,
    /// What is to be mended.
    #[serde(default)]
    pub points: Vec<ReturnedPoint>,
    /// What that publication asked for and is mended.
    #[serde(default)]
    pub mended: Vec<ReturnedPoint>,
}

/// One kind of fault of one supplier's list.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ReturnedPoint {
    /// List.
    pub source: String,
    /// County whose file it is, as the letter names it; `""`: the list is one for all.
    pub county: String,
    /// What is wrong.
    pub kind: PointKind,
    /// Reason of a row or cell, spelling of a code, code of a rule.
    pub code: String,
    /// Column, as the list or its contract calls it; `""`: no column alone is to blame.
    pub column: String,
    /// In words, Chinese, without numbers of persons.
    pub text: String,
    /// Rows, cells or subjects.
    pub count: u64,
    /// How many there were when it was last told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<u64>,
    /// Since when it is told.
    pub since: Period,
    /// False: the list, or the rule, was not there to tell whether it is mended.
    pub checked: bool,
}

/// What is wrong with a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PointKind {
    /// Rows that were not accepted.
    Row,
    /// Cells that were not read, or are to be looked at.
    Cell,
    /// A value that no code table knows.
    UnknownCode,
    /// A rule that is held for want of a column or a list.
    HeldRule,
}

impl PointKind {
    /// Chinese title.
    pub fn title(self) -> &'static str {
        match self {
            Self::Row => "整行退回",
            Self::Cell => "格未读入或请核对",
            Self::UnknownCode => "认不出的代码",
            Self::HeldRule => "没有判断的规则",
        }
    }

    /// What is counted.
    pub fn unit(self) -> &'static str {
        match self {
            Self::Row => "行",
            Self::Cell | Self::UnknownCode => "格",
            Self::HeldRule => "个对象",
        }
    }
}

impl ReturnedPoint {
    /// What makes it the same point in another run.
    pub(crate) fn key(&self) -> (&str, &str, PointKind, &str, &str) {
        (&self.source, &self.county, self.kind, &self.code, &self.column)
    }
}
