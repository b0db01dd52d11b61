//! Checks a rule set without data: every definition and rule is planned against empty views.

use super::planner::{self, SqlSession};
use crate::Error;
use crate::rules::rule_file::Rule;
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
        complaints.extend(check_absences(&session, rule));
        let planned = planner::plan_select(&session, &rule.file);
        complaints.extend(planned.and_then(|columns| planner::check_output(rule, &columns)).err());
    }
    if complaints.is_empty() {
        complaints.extend(rules.check_messages());
    }
    complaints
}

/// Tables that `absent_from` names and that say of nobody whether he is in them.
fn check_absences(session: &SqlSession, rule: &Rule) -> Vec<Error> {
    let absences = rule.header.absent_from.iter().enumerate();
    let tables = absences.filter_map(|(at, absence)| Some((at, absence.rows.as_deref()?)));
    let bad = tables.filter(|(_, table)| session.has(table) && !session.has_column(table, "person_id"));
    let complaint = |(at, table): (usize, &str)| {
        let place = ["absent_from".into(), at.into(), "rows".into()];
        rule.file.complain_at(&place, format!("“{table}”没有 person_id 列")).hint("名单上的人按 person_id 找")
    };
    bad.map(complaint).collect()
}
