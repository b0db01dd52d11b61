//! `[publicity]`: who is to be made public, and what of him.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::toml_file::TomlFile;
use crate::Result;

/// `[publicity]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PublicitySettings {
    /// What those who are made public are called, `农村低保对象`.
    pub title: String,
    /// The list whose records they are.
    pub source: String,
    /// Only those whose record an open finding of this rule rests on.
    pub rule: Option<String>,
    /// Only those with one of these values, by column.
    #[serde(default)]
    pub only: BTreeMap<String, Vec<String>>,
    /// Not those with anything in one of these columns, `["stop_month"]`.
    #[serde(default)]
    pub without: Vec<String>,
    /// What a line is of.
    #[serde(default)]
    pub line: PublicLine,
    /// What a file is of.
    #[serde(default)]
    pub sheet: PublicSheet,
    /// Columns of the list that are shown, in their order; no others are.
    pub columns: Vec<String>,
    /// What stands below the title: for how long, whom to call.
    #[serde(default)]
    pub note: String,
}

/// What a line of a public list is of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PublicLine {
    /// A household, by its head.
    #[default]
    Household,
    /// A person.
    Person,
}

/// What a file of public lists is of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PublicSheet {
    /// A township, village after village.
    #[default]
    Township,
    /// A village.
    Village,
}

impl PublicitySettings {
    /// Complaints that the form alone cannot express.
    pub(super) fn check(&self, file: &TomlFile) -> Result<()> {
        if self.columns.is_empty() {
            return Err(file
                .complain(&["publicity".into(), "columns".into()], "没有写公示哪些列")
                .hint("例如 columns = [\"village\", \"name\", \"members_protected\"]"));
        }
        Ok(())
    }
}
