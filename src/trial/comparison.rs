//! A rule's results now beside those that were published.

use std::collections::BTreeMap;

use super::published_results::{FindingsByKey, PublishedResults};
use super::{CountChange, CountyChange, IndicatorCount, RuleTrial, ShownFinding, TrialPlan};
use crate::reconcile::RuleFindings;
use crate::rules::rule_file::Rule;

/// Compares the results of one rule. Nobody is named yet.
pub(super) fn compare_rule(
    plan: &TrialPlan,
    rule: &Rule,
    results: &RuleFindings,
    published: &PublishedResults,
) -> RuleTrial {
    let code = rule.header.code.as_str();
    let mut trial = RuleTrial {
        code: code.to_owned(),
        title: rule.header.title.clone(),
        is_new: !published.rules.contains(code),
        not_run: results.not_run.iter().find(|one| one.rule_code == code).map(|one| one.reason.clone()),
        published: published.findings.keys().filter(|(rule, ..)| rule == code).count(),
        undecided_published: published.undecided.keys().filter(|(rule, ..)| rule == code).count(),
        ..RuleTrial::default()
    };
    if trial.not_run.is_some() {
        return trial;
    }
    compare_findings(&mut trial, rule, results, published);
    let undecided = results.undecided.iter().filter(|one| &*one.rule_code == code);
    let undecided: FindingsByKey = undecided
        .map(|one| (finding_key(code, &one.subject_id, &one.rule_key), ShownFinding::of_undecided(one)))
        .collect();
    trial.undecided_found = undecided.len();
    trial.undecided_gained = beyond(code, &undecided, &published.undecided);
    trial.undecided_lost = beyond(code, &published.undecided, &undecided);
    trial.counties = count_by_county(plan, &trial);
    trial.counts = compare_counts(plan, code, results, published);
    let held = results.held.iter().filter(|held| held.rule_code == code);
    trial.held = held
        .map(|held| {
            let county = plan.pipeline.divisions.name_of(&held.county_code).unwrap_or(&held.county_code);
            match held.is_of_list() {
                true => format!("{county}缺本期的{}", plan.rules.catalogue.title(&held.source)),
                false => {
                    let label = plan.rules.column_label(&format!("{}.{}", held.source, held.column));
                    format!("{county}{label}有{}/{}条看不出", held.unknown, held.records)
                }
            }
        })
        .collect();
    trial
}

impl RuleTrial {
    /// Everybody who is shown.
    pub(super) fn shown_mut(&mut self) -> impl Iterator<Item = &mut ShownFinding> {
        let lists = [
            &mut self.gained,
            &mut self.lost,
            &mut self.now_to_confirm,
            &mut self.now_certain,
            &mut self.told_otherwise,
            &mut self.undecided_gained,
            &mut self.undecided_lost,
        ];
        lists.into_iter().flatten()
    }
}

fn finding_key(code: &str, subject: &str, key: &str) -> (String, String, String) {
    (code.to_owned(), subject.to_owned(), key.to_owned())
}

/// What is among the one and not among the others.
fn beyond(code: &str, all: &FindingsByKey, known: &FindingsByKey) -> Vec<ShownFinding> {
    let own = all.iter().filter(|(key, _)| key.0 == code && !known.contains_key(*key));
    let mut own: Vec<ShownFinding> = own.map(|(_, finding)| finding.clone()).collect();
    own.sort_by(|a, b| place(a).cmp(&place(b)));
    own
}

/// By county and village, those to be confirmed last.
fn place(one: &ShownFinding) -> (bool, [&str; 5]) {
    let at = [&one.county_code, &one.township_code, &one.village_code, &one.subject_id, &one.rule_key];
    (one.to_confirm, at.map(String::as_str))
}

fn compare_findings(
    trial: &mut RuleTrial,
    rule: &Rule,
    results: &RuleFindings,
    published: &PublishedResults,
) {
    let code = rule.header.code.as_str();
    let own = results.exceptions.iter().filter(|one| &*one.rule_code == code);
    let found: FindingsByKey = own
        .map(|one| (finding_key(code, &one.subject_id, &one.rule_key), ShownFinding::of_exception(one)))
        .collect();
    trial.found = found.len();
    trial.gained = beyond(code, &found, &published.findings);
    trial.lost = beyond(code, &published.findings, &found);
    for (key, now) in &found {
        let Some(then) = published.findings.get(key) else { continue };
        let list = match (then.to_confirm, now.to_confirm) {
            (false, true) => &mut trial.now_to_confirm,
            (true, false) => &mut trial.now_certain,
            _ if then.message != now.message || then.evidence != now.evidence => &mut trial.told_otherwise,
            _ => continue,
        };
        list.push(now.clone());
    }
    if !rule.header.absent_from.is_empty() {
        let known = |one: &ShownFinding| one.evidence.iter().any(|id| published.near.contains(id));
        trial.near_unknown = trial.gained.iter().filter(|one| !one.to_confirm && !known(one)).count();
    }
}

fn count_by_county(plan: &TrialPlan, trial: &RuleTrial) -> Vec<CountyChange> {
    let mut counties: BTreeMap<&str, CountyChange> = BTreeMap::new();
    for (is_gain, one) in
        trial.gained.iter().map(|one| (true, one)).chain(trial.lost.iter().map(|one| (false, one)))
    {
        let county = counties.entry(&one.county_code).or_default();
        *match (is_gain, one.to_confirm) {
            (true, false) => &mut county.gained,
            (true, true) => &mut county.gained_to_confirm,
            (false, false) => &mut county.lost,
            (false, true) => &mut county.lost_to_confirm,
        } += 1;
    }
    let named = |(code, mut county): (&str, CountyChange)| {
        county.county_code = code.to_owned();
        county.county = plan.pipeline.divisions.name_of(code).unwrap_or(code).to_owned();
        county
    };
    counties.into_iter().map(named).collect()
}

fn compare_counts(
    plan: &TrialPlan,
    code: &str,
    results: &RuleFindings,
    published: &PublishedResults,
) -> Vec<CountChange> {
    type Both = (Option<IndicatorCount>, Option<IndicatorCount>);
    let mut counts: BTreeMap<(&str, &str), Both> = BTreeMap::new();
    for ((_, indicator, unit), count) in published.counts.iter().filter(|((rule, ..), _)| rule == code) {
        counts.entry((indicator, unit)).or_default().0 = Some(*count);
    }
    for one in results.indicators.iter().filter(|one| one.rule_code == code && one.held.is_none()) {
        let at = (one.indicator.as_str(), one.unit_code.as_str());
        counts.entry(at).or_default().1 = Some((one.numerator, one.denominator));
    }
    let differing = counts.into_iter().filter(|(_, (then, now))| then != now);
    let change = |((indicator, unit), (published, found)): ((&str, &str), Both)| CountChange {
        indicator: indicator.to_owned(),
        unit_code: unit.to_owned(),
        unit: plan.pipeline.divisions.name_of(unit).unwrap_or(unit).to_owned(),
        published,
        found,
    };
    differing.map(change).collect()
}
