//! Messages must name nobody: they stand in `tables/`, which everyone may read.

use std::collections::BTreeSet;

use super::{TracedTables, ViewColumn, query};
use crate::Error;
use crate::config::{ColumnRole, SourceContract};
use crate::rules::rule_file::Rule;
use crate::rules::rule_set::RuleSet;
use crate::rules::view_catalogue::{EARLIER, PREVIOUS};

/// Columns of views, those of earlier periods too, that say who somebody is in words: names and addresses. Numbers are
/// masked wherever they are shown.
pub(crate) fn naming_columns(contracts: &[SourceContract]) -> BTreeSet<ViewColumn> {
    let of = |contract: &SourceContract| {
        let naming = contract.columns.iter().filter(|column| match column.role {
            Some(role) => matches!(role, ColumnRole::Name | ColumnRole::GuardianName | ColumnRole::Address),
            // Others than the record's own person: a helper, a carer.
            None => column.name.ends_with("_name"),
        });
        naming.map(|column| column.name.clone()).collect::<Vec<_>>()
    };
    let views = |name: &str| ["", PREVIOUS, EARLIER].map(|suffix| format!("{name}{suffix}"));
    contracts
        .iter()
        .flat_map(|contract| views(&contract.name).into_iter().map(move |view| (view, of(contract))))
        .flat_map(|(view, columns)| columns.into_iter().map(move |column| (view.clone(), column)))
        .collect()
}

/// A message that shows a value made of a naming column.
pub(super) fn complain_of_names(rules: &RuleSet, rule: &Rule, tables: &TracedTables) -> Option<Error> {
    if rule.header.indicator {
        return None;
    }
    // What cannot be followed is told as such by those who need the columns that decide.
    let outcome = query::trace_statement(&*rule.file.select.query().ok()?, tables).ok()?;
    let shown =
        |name: &&str| outcome.column(name).is_some_and(|feeds| !feeds.values.is_disjoint(&rules.naming));
    let name = rule.message_columns().into_iter().find(shown)?;
    let complaint = rule.file.complain_key("message", format!("说明里的“{{{name}}}”写出了姓名或住址"));
    Some(complaint.hint("说明也在 tables/ 里，人人可读；是谁、住哪里，清单另有列"))
}
