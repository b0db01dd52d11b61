//! What certain and possible answers leave open: subjects that are undecided, and rules that are held for a county.

use std::collections::{BTreeMap, BTreeSet};

use super::exceptions::place_exceptions;
use super::select_outcome::{FindingSubject, RuleFinding};
use crate::Result;
use crate::model::exception::Exception;
use crate::model::period::Period;
use crate::model::undecided::{ANY_KEY, HeldRule, UndecidedSubject, are_many_unknown};
use crate::reconcile::QuarterViews;
use crate::reconcile::views::unknown_columns::{UnknownColumn, unknown_by_county};
use crate::rules::rule_set::RuleSet;
use crate::rules::unknown_answers::AnsweringRules;

/// Findings by position of their rule.
pub(crate) type FoundByRule = Vec<(usize, RuleFinding)>;

/// Columns with unknown cells, and the counties where.
type ColumnsInCounties<'u> = Vec<(&'u (String, String), &'u UnknownColumn)>;

/// Takes the possible answers out of what was found: what they have beyond the certain ones, under the positions of the
/// rules themselves.
pub(crate) fn take_possible(answering: &AnsweringRules<'_>, found: &mut FoundByRule) -> FoundByRule {
    if answering.companions.is_empty() {
        return Vec::new();
    }
    let (possible, certain): (FoundByRule, FoundByRule) =
        std::mem::take(found).into_iter().partition(|(at, _)| answering.companions.contains_key(at));
    let known: BTreeSet<(usize, &FindingSubject, &str)> =
        certain.iter().map(|(at, f)| (*at, &f.subject, &*f.rule_key)).collect();
    let open = possible
        .into_iter()
        .map(|(at, finding)| (answering.companions[&at], finding))
        .filter(|(at, f)| &*f.rule_key == ANY_KEY || !known.contains(&(*at, &f.subject, &*f.rule_key)))
        .collect();
    *found = certain;
    open
}

/// What is left open, put in its place. Exceptions of rules whose answers cannot be told apart are taken out where
/// cells on which they rest are unknown.
pub(crate) fn place_undecided(
    answering: &AnsweringRules<'_>,
    plain: &RuleSet,
    views: &QuarterViews<'_>,
    period: Period,
    open: FoundByRule,
    exceptions: &mut Vec<Exception>,
) -> Result<(Vec<UndecidedSubject>, Vec<HeldRule>)> {
    if answering.companions.is_empty() && answering.unanswered.is_empty() {
        return Ok((Vec::new(), Vec::new()));
    }
    let unknown = unknown_by_county(&views.inputs);
    let lineages = plain.lineages();
    let rests_on = |code: &str| -> ColumnsInCounties<'_> {
        let deciding = lineages.get(code).map(|lineage| &lineage.deciding);
        unknown.iter().filter(|(column, _)| deciding.is_some_and(|d| d.contains(*column))).collect()
    };
    let mut undecided: Vec<UndecidedSubject> =
        place_exceptions(&answering.rules, views, period, open)?.iter().map(undecided_subject).collect();
    let mut untold: BTreeSet<(&str, &str)> = BTreeSet::new();
    for &at in answering.unanswered.keys() {
        let code = answering.rules.rules[at].header.code.as_str();
        for (_, unknown) in rests_on(code) {
            let much =
                unknown.counties.iter().filter(|(_, cells)| are_many_unknown(cells.unknown, cells.records));
            untold.extend(much.map(|(county, _)| (code, county.as_str())));
        }
    }
    let (left_open, kept) = std::mem::take(exceptions)
        .into_iter()
        .partition::<Vec<_>, _>(|e| untold.contains(&(&*e.rule_code, &*e.county_code)));
    *exceptions = kept;
    undecided.extend(left_open.iter().map(undecided_subject));
    undecided.sort_by(|a, b| {
        (&a.rule_code, &a.subject_id, &a.rule_key).cmp(&(&b.rule_code, &b.subject_id, &b.rule_key))
    });
    undecided.dedup();
    let held = held_rules(&undecided, &untold, rests_on);
    Ok((undecided, held))
}

fn undecided_subject(exception: &Exception) -> UndecidedSubject {
    UndecidedSubject {
        rule_code: exception.rule_code.clone(),
        subject_kind: exception.subject_kind,
        subject_id: exception.subject_id.clone(),
        rule_key: exception.rule_key.clone(),
        person_id: exception.person_id.clone(),
        household_id: exception.household_id.clone(),
        county_code: exception.county_code.clone(),
        township_code: exception.township_code.clone(),
        village_code: exception.village_code.clone(),
    }
}

/// Rules and counties in which so much is unknown that what is not found says nothing.
fn held_rules<'u>(
    undecided: &[UndecidedSubject],
    untold: &BTreeSet<(&str, &str)>,
    rests_on: impl Fn(&str) -> ColumnsInCounties<'u>,
) -> Vec<HeldRule> {
    let mut open: BTreeMap<(&str, &str), u64> = untold.iter().map(|&place| (place, 0)).collect();
    for subject in undecided {
        *open.entry((&*subject.rule_code, &*subject.county_code)).or_default() += 1;
    }
    let mut held = Vec::new();
    for ((code, county), subjects) in open {
        for ((source, _), unknown) in rests_on(code) {
            let Some(cells) = unknown.counties.get(county) else { continue };
            if are_many_unknown(cells.unknown, cells.records) {
                held.push(HeldRule {
                    rule_code: code.to_owned(),
                    county_code: county.to_owned(),
                    source: source.clone(),
                    column: unknown.column.clone(),
                    unknown: cells.unknown,
                    records: cells.records,
                    undecided: subjects,
                });
            }
        }
    }
    held.sort();
    // Several columns of a view may be made of one of the contract's.
    held.dedup();
    held
}
