//! A rule as text: its file, the set of a pipeline, its SQL, and what can be told of it without data.
//!
//! Running rules over data is the matter of `reconcile/`.

pub(crate) mod bucket_scope;
pub(crate) mod county_settings;
pub(crate) mod documentation;
pub(crate) mod family;
mod former_codes;
pub(crate) mod list_settings;
pub(crate) mod officer_words;
pub(crate) mod parameter_constants;
pub(crate) mod quality_settings;
pub(crate) mod row_uses;
pub(crate) mod rule_file;
pub(crate) mod rule_set;
pub(crate) mod rule_settings;
pub(crate) mod rules_of_included_folders;
pub(crate) mod situation_document;
pub(crate) mod situation_file;
pub(crate) mod sql;
pub(crate) mod targets;
pub(crate) mod unknown_answers;
pub(crate) mod verdict_meaning;
pub(crate) mod view_catalogue;
pub(crate) mod waiver;
