//! What a list says of whoever is visited, beside what was found: `[lists]` of `rules/rules.toml`.

use serde::Deserialize;

/// `[lists]`: by what is said the columns that may say it, `source.column`; the first that is filled counts. What no
/// column says has no column in the lists.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ListSettings {
    /// Part of the village where the household lives.
    pub group: Vec<String>,
    /// Telephone; lists that are masked do not show it.
    pub phone: Vec<String>,
    /// Name of the helper.
    pub helper: Vec<String>,
    /// Where the household lives.
    pub address: Vec<String>,
}

impl ListSettings {
    /// Keys and columns.
    pub fn all(&self) -> [(&'static str, &[String]); 4] {
        [("group", &self.group), ("phone", &self.phone), ("helper", &self.helper), ("address", &self.address)]
    }

    /// The settings of both, `self` first.
    pub(super) fn over(mut self, base: Self) -> Self {
        for (own, base) in [
            (&mut self.group, base.group),
            (&mut self.phone, base.phone),
            (&mut self.helper, base.helper),
            (&mut self.address, base.address),
        ] {
            if own.is_empty() {
                *own = base;
            }
        }
        self
    }
}
