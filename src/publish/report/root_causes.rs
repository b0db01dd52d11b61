//! Root causes: the rules whose findings explain others, and the reasons that officers gave.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::publish::PublicationInputs;
use crate::publish::quarter_totals::{PublicationTotals, grouped_text, is_answered, percent_text};

/// What findings of one rule explain.
#[derive(Default)]
struct RuleCauses<'a> {
    findings: u64,
    /// Those that explain them: subject and key.
    causes: BTreeSet<(&'a str, &'a str)>,
}

/// What the page says of causes, those that explain most first.
pub(super) fn cause_section(inputs: &PublicationInputs<'_>, totals: &PublicationTotals) -> Value {
    let mut causes: BTreeMap<&str, RuleCauses<'_>> = BTreeMap::new();
    let mut reasons: BTreeMap<&str, u64> = BTreeMap::new();
    for t in inputs.tracked.iter().filter(|t| !t.is_history(inputs.period)) {
        if let Some(cause) = t.exception.cause.as_deref().filter(|_| t.is_open() && !t.in_review()) {
            let entry = causes.entry(&cause.rule_code).or_default();
            entry.findings += 1;
            entry.causes.insert((&cause.subject_id, &cause.rule_key));
        }
        if let Some(answer) = t.answer.as_deref().filter(|answer| is_answered(t) && !answer.reason.is_empty())
        {
            *reasons.entry(&answer.reason).or_default() += 1;
        }
    }
    let mut causes: Vec<_> = causes.into_iter().collect();
    causes.sort_by(|a, b| b.1.findings.cmp(&a.1.findings).then_with(|| a.0.cmp(b.0)));
    let mut reasons: Vec<_> = reasons.into_iter().collect();
    reasons.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
    let cause = |(code, by): (&str, RuleCauses<'_>)| {
        let rule = inputs.catalogue.rule(code);
        json!({
            "code": code, "title": rule.map_or("", |r| r.title.as_str()),
            "owner": rule.map_or("", |r| r.owner.as_str()),
            "causes": grouped_text(by.causes.len() as u64), "explained": grouped_text(by.findings),
            "share": percent_text(by.findings as i64, totals.explained as i64),
        })
    };
    json!({
        "explained": grouped_text(totals.explained),
        "share": percent_text(totals.explained as i64, totals.all.open as i64),
        "any": totals.explained > 0,
        "causes": causes.into_iter().map(cause).collect::<Vec<_>>(),
        "reasons": reasons.into_iter().map(|(reason, count)| json!({"reason": reason, "count": grouped_text(count)})).collect::<Vec<_>>(),
    })
}
