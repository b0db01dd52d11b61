//! The pages of the appendix, one a rule that has findings: clause, counts by county and township, trend, what to do.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::report_model::{count_text, has_run, rule_before_text, severity_css_class};
use crate::publish::PublicationInputs;
use crate::publish::quarter_totals::{OpenCount, PublicationTotals, grouped_text};

/// Counts of a rule by place code.
type ByPlace<'a> = BTreeMap<&'a str, OpenCount>;

/// One page a rule with something to tell, in the order of the rules.
pub(super) fn rule_pages(
    inputs: &PublicationInputs<'_>,
    totals: &PublicationTotals,
    names: &BTreeMap<&str, &str>,
) -> Value {
    let issued = inputs.issued.to_string();
    let mut places: BTreeMap<&str, (ByPlace<'_>, ByPlace<'_>)> = BTreeMap::new();
    for t in inputs.tracked.iter().filter(|t| !t.is_history(inputs.period)) {
        let e = &t.exception;
        let (counties, townships) = places.entry(&e.rule_code).or_default();
        counties.entry(&e.county_code).or_default().add(t, &issued);
        townships.entry(&e.township_code).or_default().add(t, &issued);
    }
    let zero = OpenCount::default();
    let mut rules: Vec<_> = inputs.catalogue.rules.iter().filter(|rule| !rule.indicator).collect();
    rules.sort_by_key(|rule| (rule.severity, &rule.code));
    let mut pages = Vec::new();
    for rule in rules {
        let count = totals.by_rule.get(&rule.code).unwrap_or(&zero);
        let Some((counties, townships)) = places.get(rule.code.as_str()) else { continue };
        if count.open + count.review + count.answered + count.resolved == 0 {
            continue;
        }
        let named = |code: &str, none: &'static str| names.get(code).copied().unwrap_or(none).to_owned();
        let county = |(code, c): (&&str, &OpenCount)| {
            json!({
                "name": named(code, "未定县区"), "open": grouped_text(c.open), "new": grouped_text(c.new),
                "persisting": grouped_text(c.persisting + c.reopened), "resolved": grouped_text(c.resolved),
                "answered": grouped_text(c.answered), "review": grouped_text(c.review),
                "overdue": grouped_text(c.overdue),
            })
        };
        let mut open: Vec<_> = townships.iter().filter(|(_, c)| c.open > 0).collect();
        open.sort_by(|(na, a), (nb, b)| b.open.cmp(&a.open).then_with(|| na.cmp(nb)));
        let townships: Vec<Value> = open
            .into_iter()
            .map(|(code, c)| json!({"name": named(code, "未定乡镇"), "open": grouped_text(c.open)}))
            .collect();
        pages.push(json!({
            "code": rule.code, "title": rule.title, "severity": severity_css_class(rule.severity),
            "owner": rule.owner, "policy": rule.policy, "why": rule.why, "advice": rule.advice,
            "due_days": rule.due_days, "before": rule_before_text(totals, &rule.code, count.open),
            "open": grouped_text(count.open), "new": grouped_text(count.new),
            "persisting": grouped_text(count.persisting + count.reopened),
            "resolved": grouped_text(count.resolved), "answered": grouped_text(count.answered),
            "review": grouped_text(count.review), "overdue": grouped_text(count.overdue),
            "undecided": count_text(&totals.undecided_by_rule, &rule.code),
            "ran": has_run(totals, &rule.code),
            "counties": counties.iter().map(county).collect::<Vec<_>>(),
            "townships": townships,
        }));
    }
    Value::Array(pages)
}
