//! What a publication says of the lists that it hands out.

use serde::{Deserialize, Serialize};

/// The lists of a run, as the next run of the period has to know them: sheets of it are out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListIssue {
    /// Day on which they are handed out, `2018-12-31`.
    pub issued: String,
    /// Digest of which findings stand on which sheet, and by what.
    pub rows: String,
    /// The run of the period whose sheets were out before and whose rows were others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub follows: Option<String>,
}
