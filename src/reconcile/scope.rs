//! stub
use super::rule_set::RuleSet;
use std::collections::{BTreeMap, BTreeSet};
pub enum Scope {
    Local { keys: BTreeSet<String> },
    Shared,
    Whole(String),
}
pub struct Scopes {
    pub definitions: BTreeMap<String, Scope>,
    pub rules: BTreeMap<String, Scope>,
}
impl Scopes {
    pub fn of(_: &RuleSet) -> Self {
        Self { definitions: BTreeMap::new(), rules: BTreeMap::new() }
    }
}
