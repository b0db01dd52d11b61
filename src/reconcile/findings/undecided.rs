//! What certain and possible answers leave open: subjects that are undecided, and rules that are held for a county.

use std::collections::{BTreeMap, BTreeSet};

use super::exceptions::place_exceptions;
use super::lacking_lists::{LackingLists, place_title};
use super::select_outcome::{FindingSubject, RuleFinding};
use crate::Result;
use crate::model::exception::{Exception, SubjectKind};
use crate::model::indicator::Indicator;
use crate::model::period::Period;
use crate::model::undecided::{ANY_KEY, HeldRule, UndecidedSubject, are_many_unknown};
use crate::reconcile::near_misses::RecordNumbering;
use crate::reconcile::views::unknown_columns::{
    UnknownByCounty, UnknownColumn, unknown_by_county, unknown_records,
};
use crate::reconcile::{QuarterViews, RuleFindings};
use crate::rules::rule_set::RuleSet;
use crate::rules::sql::Lineage;
use crate::rules::unknown_answers::AnsweringRules;
use crate::rules::view_catalogue::IDENTITIES;

/// Findings by position of their rule.
pub(crate) type FoundByRule = Vec<(usize, RuleFinding)>;

/// The unknown cells of a quarter, and which columns decide which rule.
pub(crate) struct DecidingUnknown {
    unknown: UnknownByCounty,
    /// By code of a rule; empty where nothing is unknown.
    lineages: BTreeMap<String, Lineage>,
}

impl DecidingUnknown {
    pub(crate) fn of(plain: &RuleSet, views: &QuarterViews<'_>) -> Self {
        let unknown = unknown_by_county(&views.inputs);
        let lineages = if unknown.is_empty() { BTreeMap::new() } else { plain.lineages() };
        Self { unknown, lineages }
    }

    /// Columns of contracts that decide a rule and have unknown cells, each once with its source: several columns of a
    /// view may be made of one of the contract's.
    fn columns(&self, code: &str) -> Vec<(&str, &UnknownColumn)> {
        let Some(lineage) = self.lineages.get(code) else { return Vec::new() };
        let mut seen = BTreeSet::new();
        let of_identities = lineage.deciding.iter().any(|(view, _)| view == IDENTITIES);
        let all = self.unknown.iter().flat_map(|(key, all)| all.iter().map(move |one| (key, one)));
        let deciding =
            all.filter(|(key, one)| lineage.deciding.contains(*key) || of_identities && one.identifies);
        let columns = deciding.map(|((source, _), unknown)| (source.as_str(), unknown));
        columns.filter(|(source, unknown)| seen.insert((*source, unknown.column.as_str()))).collect()
    }
}

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
    unknown: &DecidingUnknown,
    views: &QuarterViews<'_>,
    period: Period,
    mut open: FoundByRule,
    (lacking, ran): (&LackingLists, &[usize]),
    exceptions: &mut Vec<Exception>,
) -> Result<(Vec<UndecidedSubject>, Vec<HeldRule>)> {
    if answering.companions.is_empty()
        && answering.unanswered.is_empty()
        && lacking.held.is_empty()
        && open.is_empty()
    {
        return Ok((Vec::new(), Vec::new()));
    }
    let numbers = RecordNumbering::of(views)?;
    let mut untold: BTreeSet<(&str, &str)> = BTreeSet::new();
    for &at in answering.unanswered.keys().filter(|at| ran.contains(at)) {
        let header = &answering.rules.rules[at].header;
        let code = header.code.as_str();
        for (source, column) in unknown.columns(code) {
            let much =
                column.counties.iter().filter(|(_, cells)| are_many_unknown(cells.unknown, cells.records));
            untold.extend(much.map(|(county, _)| (code, county.as_str())));
            let possible = possible_subjects(views, &numbers, (source, &column.column), header.subject)?;
            open.extend(possible.into_iter().map(|one| (at, one)));
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
    sort_undecided(&mut undecided);
    undecided.dedup();
    let mut subjects: OpenSubjects<'_> = untold.iter().map(|&place| (place, 0)).collect();
    for subject in &undecided {
        *subjects.entry((&*subject.rule_code, &*subject.county_code)).or_default() += 1;
    }
    let mut held = held_rules(&subjects, unknown);
    held.extend(lacking.held.iter().map(|one| {
        let code = answering.rules.rules[one.rule].header.code.as_str();
        HeldRule {
            rule_code: code.to_owned(),
            county_code: one.county().to_owned(),
            source: one.source.clone(),
            column: String::new(),
            unknown: 0,
            records: one.records,
            undecided: subjects.get(&(code, one.county())).copied().unwrap_or(0),
            why: Some(one.why_of_county()),
        }
    }));
    held.sort();
    // A list may lack several townships of a county, for one reason or another.
    held.dedup_by(|later, first| {
        (&later.rule_code, &later.county_code, &later.source, &later.column)
            == (&first.rule_code, &first.county_code, &first.source, &first.column)
    });
    Ok((undecided, held))
}

/// Whoever has an unknown cell in a column that decides a rule, as the rule's subject: he may be one of its findings.
fn possible_subjects(
    views: &QuarterViews<'_>,
    numbers: &RecordNumbering<'_, '_>,
    (source, column): (&str, &str),
    kind: SubjectKind,
) -> Result<Vec<RuleFinding>> {
    let inputs = &views.inputs;
    let mut possible = Vec::new();
    let Some(at) = inputs.position(source) else { return Ok(possible) };
    for row in unknown_records(inputs, at, column) {
        let node = inputs.node(at, row);
        let (_, record) = numbers.number(node as u32)?;
        let subject = match kind {
            SubjectKind::Person => inputs.person_number(node),
            SubjectKind::Household => inputs.household_number(node),
            SubjectKind::Record => record,
            SubjectKind::Unit => break,
        };
        possible.push(RuleFinding {
            subject: FindingSubject::Id(subject),
            rule_key: ANY_KEY.into(),
            evidence: Box::new([record]),
            message: "".into(),
            missing_from: None,
            to_confirm: false,
            near: None,
        });
    }
    Ok(possible)
}

/// Marks the counts of indicators that rest on unknown cells: how many there are, and where so many that the count says
/// nothing.
pub(crate) fn hold_indicators(
    plain: &RuleSet,
    unknown: &DecidingUnknown,
    views: &QuarterViews<'_>,
    all: &mut [Indicator],
) {
    if unknown.unknown.is_empty() {
        return;
    }
    let tree = views.inputs.tree();
    for indicator in all {
        let mut told: BTreeSet<(&str, &str, String)> = BTreeSet::new();
        for (source, column) in unknown.columns(&indicator.rule_code) {
            let of_unit = column.counties.iter().filter(|(county, _)| {
                indicator.unit_code == plain.root_code
                    || !county.is_empty() && indicator.unit_code.starts_with(county.as_str())
            });
            for (county, cells) in of_unit {
                indicator.unknown += cells.unknown;
                if are_many_unknown(cells.unknown, cells.records) {
                    let label = plain.column_label(&format!("{source}.{}", column.column));
                    let county_name = place_title(tree, county);
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

impl RuleFindings {
    /// Leaves findings open instead of telling them.
    pub(crate) fn leave_open(&mut self, is_open: impl Fn(&Exception) -> bool) {
        let all = std::mem::take(&mut self.exceptions);
        let (open, kept) = all.into_iter().partition::<Vec<_>, _>(|exception| is_open(exception));
        self.exceptions = kept;
        self.undecided.extend(open.iter().map(undecided_subject));
        sort_undecided(&mut self.undecided);
    }
}

/// In the order in which they are published.
fn sort_undecided(subjects: &mut [UndecidedSubject]) {
    subjects.sort_by(|a, b| {
        (&a.rule_code, &a.subject_id, &a.rule_key).cmp(&(&b.rule_code, &b.subject_id, &b.rule_key))
    });
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

/// By code of a rule and county, how many subjects are left open.
type OpenSubjects<'s> = BTreeMap<(&'s str, &'s str), u64>;

/// Rules and counties in which so much is unknown that what is not found says nothing.
fn held_rules(subjects: &OpenSubjects<'_>, unknown: &DecidingUnknown) -> Vec<HeldRule> {
    let mut held = Vec::new();
    for (&(code, county), &undecided) in subjects {
        for (source, column) in unknown.columns(code) {
            let Some(cells) = column.counties.get(county) else { continue };
            if are_many_unknown(cells.unknown, cells.records) {
                held.push(HeldRule {
                    rule_code: code.to_owned(),
                    county_code: county.to_owned(),
                    source: source.to_owned(),
                    column: column.column.clone(),
                    unknown: cells.unknown,
                    records: cells.records,
                    undecided,
                    why: None,
                });
            }
        }
    }
    held
}
