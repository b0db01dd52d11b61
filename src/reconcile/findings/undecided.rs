//! What certain and possible answers leave open: subjects that are undecided, and rules that are held for a county.

use std::collections::{BTreeMap, BTreeSet};

use super::exceptions::place_exceptions;
use super::lacking_lists::{LackingLists, county_title};
use super::select_outcome::{FindingSubject, RuleFinding};
use crate::Result;
use crate::model::exception::{Exception, SubjectKind};
use crate::model::indicator::Indicator;
use crate::model::period::Period;
use crate::model::undecided::{ANY_KEY, HeldRule, UndecidedSubject, are_many_unknown};
use crate::reconcile::QuarterViews;
use crate::reconcile::views::unknown_columns::{UnknownColumn, unknown_by_county, unknown_records};
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
/// cells on which they rest are unknown: those of whoever has such a cell, and all of a county where many are.
pub(crate) fn place_undecided(
    answering: &AnsweringRules<'_>,
    plain: &RuleSet,
    views: &QuarterViews<'_>,
    period: Period,
    mut open: FoundByRule,
    (lacking, ran): (&LackingLists, &[usize]),
    exceptions: &mut Vec<Exception>,
) -> Result<(Vec<UndecidedSubject>, Vec<HeldRule>)> {
    if answering.companions.is_empty() && answering.unanswered.is_empty() && lacking.held.is_empty() {
        return Ok((Vec::new(), Vec::new()));
    }
    let unknown = unknown_by_county(&views.inputs);
    let lineages = plain.lineages();
    let rests_on = |code: &str| -> ColumnsInCounties<'_> {
        let deciding = lineages.get(code).map(|lineage| &lineage.deciding);
        unknown.iter().filter(|(column, _)| deciding.is_some_and(|d| d.contains(*column))).collect()
    };
    let mut untold: BTreeSet<(&str, &str)> = BTreeSet::new();
    for &at in answering.unanswered.keys().filter(|at| ran.contains(at)) {
        let header = &answering.rules.rules[at].header;
        let code = header.code.as_str();
        for ((source, _), unknown) in rests_on(code) {
            let much =
                unknown.counties.iter().filter(|(_, cells)| are_many_unknown(cells.unknown, cells.records));
            untold.extend(much.map(|(county, _)| (code, county.as_str())));
            open.extend(
                possible_subjects(views, source, &unknown.column, header.subject).map(|one| (at, one)),
            );
        }
    }
    let mut undecided: Vec<UndecidedSubject> =
        place_exceptions(&answering.rules, views, period, open)?.iter().map(undecided_subject).collect();
    let mut concerned: BTreeSet<(&str, &str)> = BTreeSet::new();
    for one in &undecided {
        let people = [Some(&one.subject_id), one.person_id.as_ref(), one.household_id.as_ref()];
        concerned.extend(people.into_iter().flatten().map(|id| (&*one.rule_code, &**id)));
    }
    let unanswered: BTreeSet<&str> =
        answering.unanswered.keys().map(|&at| answering.rules.rules[at].header.code.as_str()).collect();
    let (left_open, kept) = std::mem::take(exceptions).into_iter().partition::<Vec<_>, _>(|e| {
        let people = [Some(&e.subject_id), e.person_id.as_ref(), e.household_id.as_ref()];
        let is_concerned =
            || people.into_iter().flatten().any(|id| concerned.contains(&(&*e.rule_code, &**id)));
        untold.contains(&(&*e.rule_code, &*e.county_code))
            || unanswered.contains(&*e.rule_code) && is_concerned()
    });
    *exceptions = kept;
    undecided.extend(left_open.iter().map(undecided_subject));
    undecided.sort_by(|a, b| {
        (&a.rule_code, &a.subject_id, &a.rule_key).cmp(&(&b.rule_code, &b.subject_id, &b.rule_key))
    });
    undecided.dedup();
    let mut held = held_rules(&undecided, &untold, rests_on);
    held.extend(lacking.held.iter().map(|one| {
        let rule_code = plain.rules[one.rule].header.code.clone();
        let of_rule = undecided.iter().filter(|subject| *subject.rule_code == *rule_code);
        HeldRule {
            county_code: one.county.clone(),
            source: one.source.clone(),
            column: String::new(),
            unknown: 0,
            records: one.records,
            undecided: of_rule.filter(|subject| *subject.county_code == *one.county).count() as u64,
            rule_code,
        }
    }));
    held.sort();
    held.dedup();
    Ok((undecided, held))
}

/// Whoever has an unknown cell in a column that decides a rule, as the rule's subject: he may be one of its findings.
fn possible_subjects<'v>(
    views: &'v QuarterViews<'_>,
    source: &str,
    column: &str,
    subject: SubjectKind,
) -> impl Iterator<Item = RuleFinding> + 'v {
    let inputs = &views.inputs;
    let position = inputs.position(source);
    let rows = position.map_or_else(Vec::new, |at| unknown_records(&inputs.loaded[at].records, column));
    rows.into_iter().filter_map(move |row| {
        let at = position?;
        let node = inputs.node(at, row);
        let record = views.record_number(at, row)?;
        let subject = match subject {
            SubjectKind::Person => inputs.person_number(node),
            SubjectKind::Household => inputs.household_number(node),
            SubjectKind::Record => record,
            SubjectKind::Unit => return None,
        };
        Some(RuleFinding {
            subject: FindingSubject::Id(subject),
            rule_key: ANY_KEY.into(),
            evidence: Box::new([record]),
            message: "".into(),
            missing_from: None,
            near: None,
        })
    })
}

/// Marks the counts of indicators that rest on unknown cells: how many there are, and where so many that the count says
/// nothing.
pub(crate) fn hold_indicators(plain: &RuleSet, views: &QuarterViews<'_>, all: &mut [Indicator]) {
    let unknown = unknown_by_county(&views.inputs);
    if unknown.is_empty() {
        return;
    }
    let lineages = plain.lineages();
    for indicator in all {
        let Some(lineage) = lineages.get(&indicator.rule_code) else { continue };
        let mut told: BTreeSet<(&str, &str, String)> = BTreeSet::new();
        let mut columns: BTreeSet<(&str, &str)> = BTreeSet::new();
        for ((source, name), unknown) in &unknown {
            if !lineage.deciding.contains(&(source.clone(), name.clone()))
                || !columns.insert((source, &unknown.column))
            {
                continue;
            }
            let of_unit = unknown.counties.iter().filter(|(county, _)| {
                indicator.unit_code == plain.root_code
                    || !county.is_empty() && indicator.unit_code.starts_with(county.as_str())
            });
            for (county, cells) in of_unit {
                indicator.unknown += cells.unknown;
                if are_many_unknown(cells.unknown, cells.records) {
                    let label = plain.column_label(&format!("{source}.{}", unknown.column));
                    let county_name = county_title(views, county);
                    let text = format!("{county_name}{label}有{}/{}条看不出", cells.unknown, cells.records);
                    told.insert((county, source, text));
                }
            }
        }
        if !told.is_empty() {
            let texts: Vec<String> = told.into_iter().map(|(.., text)| text).collect();
            indicator.held = Some(texts.join("、"));
        }
    }
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
