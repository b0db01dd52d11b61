//! What the shipped rule set needs.

use super::super::*;
use crate::config::Pipeline;

#[test]
fn a_definition_over_all_rows_is_shared_to_its_readers() {
    let rules = shipped();
    let scopes = RuleScopes::of(&rules);
    assert!(matches!(scopes.definitions["household_filled"], RuleScope::Whole(_)));
    assert!(matches!(scopes.rules["Q36"], RuleScope::Local { .. }));
    assert_eq!(scopes.definitions.len(), rules.definitions.len());
    assert_eq!(scopes.rules.len(), rules.rules.len());
}

fn shipped() -> RuleSet {
    RuleSet::load(&Pipeline::open("pipelines/hebi".as_ref()).unwrap()).unwrap()
}

/// What of the shipped rule set needs all rows, and why: whoever changes a rule sees here
/// whether a run in buckets has to hold its tables whole.
#[test]
fn shipped_rules_that_need_all_rows() {
    let scopes = RuleScopes::of(&shipped());
    let shown = |scopes: &BTreeMap<String, RuleScope>| -> Vec<String> {
        (scopes.iter())
            .filter_map(|(name, scope)| match scope {
                RuleScope::Local { .. } => None,
                RuleScope::Shared => Some(format!("{name}: shared")),
                RuleScope::Whole(reason) => Some(format!("{name}: {reason}")),
            })
            .collect()
    };
    let all = [("definitions", shown(&scopes.definitions)), ("rules", shown(&scopes.rules))];
    insta::assert_snapshot!(all.map(|(kind, names)| format!("{kind}\n  {}", names.join("\n  "))).join("\n"), @r"
    definitions
      household_filled: GROUP BY without a key
      likely_aided: DISTINCT of rows without a key
      likely_insured: DISTINCT of rows without a key
      likely_subsidised: DISTINCT of rows without a key
      person_filled: GROUP BY without a key
    rules
      Q69: p is joined by no key
      R16: DISTINCT of rows without a key
      R17: shared
      R17b: shared
      R18: GROUP BY without a key
      R29: k is joined by no key
      R53: DISTINCT of rows without a key
      R77: k is joined by no key
      R80: y is joined by no key
    ");
}

/// A rule's rows on one subject are folded into one finding: they must be in one bucket.
#[test]
fn subjects_of_shipped_local_rules_are_keys() {
    let rules = shipped();
    let scopes = RuleScopes::of(&rules);
    for rule in rules.rules.iter().filter(|r| !r.header.indicator) {
        if let RuleScope::Local { keys } = &scopes.rules[&rule.header.code] {
            assert!(keys.contains("subject_id"), "{}", rule.header.code);
        }
    }
}
