//! Checks a rule set without data: every definition and rule is planned against empty views.

use super::planner::{self, SqlSession};
use crate::Error;
use crate::rules::rule_set::RuleSet;

/// Plans every definition and rule against empty views. All complaints, in file order.
pub fn check_rules(rules: &RuleSet) -> Vec<Error> {
    let mut session = SqlSession::empty(&rules.catalogue);
    let mut complaints = Vec::new();
    for definition in &rules.definitions {
        match planner::plan_select(&session, &definition.file) {
            Ok(columns) => session.define(&definition.header.name, &columns),
            Err(error) => complaints.push(error),
        }
    }
    if !complaints.is_empty() {
        return complaints;
    }
    complaints.extend(rules.check_settings());
    for rule in &rules.rules {
        complaints.extend(rules.check_header(rule).err());
        let planned = planner::plan_select(&session, &rule.file);
        complaints.extend(planned.and_then(|columns| planner::check_output(rule, &columns)).err());
    }
    complaints
}
