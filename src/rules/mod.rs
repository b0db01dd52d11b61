//! A rule as text: its file, the set of a pipeline, its SQL, and what can be told of it without data.
//!
//! Running rules over data is the matter of `reconcile/`.

pub mod documentation;
pub mod family;
pub mod included_rules;
pub mod officer_words;
pub mod parameter_constants;
pub mod quality_settings;
pub mod rule_file;
pub mod rule_set;
pub mod rule_settings;
pub mod scope;
pub mod sql;
pub mod targets;
pub mod view_catalogue;
