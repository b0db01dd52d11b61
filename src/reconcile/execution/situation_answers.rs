//! Situations in which something is not known: cells that cannot be read, lists that did not come from a county or are of
//! the last period. What all rules find for certain, whom they leave undecided, and which are held.

use std::collections::{BTreeMap, BTreeSet};

use super::example_rows::{ExampleRow, unknown_columns};
use super::numbered_ids::NumberedIds;
use super::situation_batch::{BatchedSituation, TextFindings, finding_text, run_on_tables, subject_text};
use crate::Result;
use crate::model::exception::SubjectKind;
use crate::model::undecided::ANY_KEY;
use crate::reconcile::findings::select_outcome::{FindingSubject, RuleFinding};
use crate::rules::row_uses::RowUse;
use crate::rules::rule_file::Rule;
use crate::rules::rule_set::RuleSet;
use crate::rules::situation_file::LackedPart;
use crate::rules::sql::certainty::UNKNOWN_SUFFIX;

/// What rules say of a situation.
#[derive(Debug, Default)]
pub(crate) struct JudgedSituation {
    /// Findings that are certain.
    pub(crate) found: TextFindings,
    /// `CODE subject` of whom is undecided, with the counties of the subject.
    pub(crate) undecided: BTreeMap<String, BTreeSet<String>>,
    /// `CODE county` of rules that are held.
    pub(crate) held: BTreeSet<String>,
}

/// Runs all rules that can be run on a situation, telling certain from possible answers.
///
/// # Errors
/// A rule that cannot be run, at its line.
pub(crate) fn judge_situation(
    rules: &RuleSet,
    parameters: &ExampleRow,
    situation: &BatchedSituation,
    lacked: &[LackedPart],
) -> Result<JudgedSituation> {
    let unknown = unknown_columns(&situation.tables);
    let answering = rules.with_unknown_cells(&unknown)?;
    let companions = answering.companions.iter().filter(|(_, at)| situation.runnable.contains(at));
    let positions: Vec<usize> =
        situation.runnable.iter().copied().chain(companions.map(|(&companion, _)| companion)).collect();
    let (outcomes, ids) = run_on_tables(&answering.rules, parameters, situation.tables.clone(), &positions)?;
    let people = SituationPeople { situation, ids: &ids };
    let lineages = rules.lineages();
    let unknown_of = |code: &str| -> Vec<(&str, &str)> {
        let deciding = lineages.get(code).into_iter().flat_map(|lineage| &lineage.deciding);
        let is_unknown = |view, column| unknown.get(view).is_some_and(|own| own.contains(column));
        let deciding = deciding.map(|(view, column)| (view.as_str(), column.as_str()));
        deciding.filter(|(view, column)| is_unknown(*view, *column)).collect()
    };
    let uses: Vec<BTreeMap<usize, RowUse>> = lacked.iter().map(|part| rules.row_uses(&part.list)).collect();
    let mut judged = JudgedSituation::default();
    let mut possible: Vec<(usize, &RuleFinding)> = Vec::new();
    for (at, outcome) in &outcomes {
        if let Some(&of) = answering.companions.get(at) {
            possible.extend(outcome.findings.iter().map(|finding| (of, finding)));
            continue;
        }
        let rule = &rules.rules[*at];
        let concerned: BTreeSet<String> = match answering.unanswered.contains_key(at) {
            true => people.with_unknown_cells(rule, &unknown_of(&rule.header.code)),
            false => BTreeSet::new(),
        };
        for subject in &concerned {
            people.leave_open(&mut judged, rule, subject);
        }
        for finding in &outcome.findings {
            let subject = people.subject(rule, finding);
            let counties = people.counties(&subject);
            let refuted = lacked.iter().zip(&uses).any(|(part, uses)| {
                let county = part.county.as_ref();
                uses.get(at).is_some_and(|use_| part.stale || *use_ == RowUse::MayRefute)
                    && county.is_none_or(|county| counties.contains(county))
            });
            if refuted || concerned.contains(&subject) {
                people.leave_open(&mut judged, rule, &subject);
            } else {
                let text = finding_text(rule, &subject, &finding.rule_key);
                judged.found.insert(text, finding.message.to_string());
            }
        }
    }
    for (at, finding) in possible {
        let rule = &rules.rules[at];
        let subject = people.subject(rule, finding);
        let certain = finding_text(rule, &subject, &finding.rule_key);
        if &*finding.rule_key == ANY_KEY || !judged.found.contains_key(&certain) {
            people.leave_open(&mut judged, rule, &subject);
        }
    }
    // A county of which all cells of a deciding column are unknown, and the lists that are not there.
    for (entry, counties) in &judged.undecided {
        let code = entry.split(' ').next().unwrap_or_default();
        for (view, column) in unknown_of(code) {
            let whole = |county: &&String| people.all_unknown(view, column, county);
            judged.held.extend(counties.iter().filter(whole).map(|county| format!("{code} {county}")));
        }
    }
    for (part, uses) in lacked.iter().zip(&uses) {
        let counties = match &part.county {
            Some(county) => BTreeSet::from([county.clone()]),
            None => people.all_counties(),
        };
        for at in uses.keys().filter(|at| situation.runnable.contains(at)) {
            let code = &rules.rules[*at].header.code;
            judged.held.extend(counties.iter().map(|county| format!("{code} {county}")));
        }
    }
    Ok(judged)
}

/// Who is in a situation, and where.
struct SituationPeople<'a> {
    situation: &'a BatchedSituation,
    ids: &'a NumberedIds,
}

impl SituationPeople<'_> {
    fn rows(&self) -> impl Iterator<Item = &ExampleRow> {
        self.situation.tables.values().flatten()
    }

    fn subject(&self, rule: &Rule, finding: &RuleFinding) -> String {
        match &finding.subject {
            FindingSubject::Id(id) => subject_text(rule, *id, self.ids),
            FindingSubject::Unit(code) => code.to_string(),
        }
    }

    /// Counties of whoever a subject is; of a division its own.
    fn counties(&self, subject: &str) -> BTreeSet<String> {
        let is_of = |row: &&ExampleRow| {
            ["person_id", "household_id", "record_id"]
                .iter()
                .any(|name| row.get(*name).is_some_and(|id| id == subject))
        };
        let codes = self.rows().filter(is_of).filter_map(|row| row.get("county_code").cloned());
        let mut counties: BTreeSet<String> = codes.collect();
        if counties.is_empty() {
            counties.extend(subject.get(..6).map(str::to_owned));
        }
        counties
    }

    fn all_counties(&self) -> BTreeSet<String> {
        self.rows().filter_map(|row| row.get("county_code").cloned()).collect()
    }

    /// Are there cells of a column in a county, and are all unknown?
    fn all_unknown(&self, view: &str, column: &str, county: &str) -> bool {
        let rows = self.situation.tables.get(view).into_iter().flatten();
        let mut here =
            rows.filter(|row| row.get("county_code").is_some_and(|code| code == county)).peekable();
        let companion = format!("{column}{UNKNOWN_SUFFIX}");
        here.peek().is_some() && here.all(|row| row.contains_key(&companion))
    }

    /// Subjects of a rule with unknown cells in some columns.
    fn with_unknown_cells(&self, rule: &Rule, columns: &[(&str, &str)]) -> BTreeSet<String> {
        let id = match rule.header.subject {
            SubjectKind::Person => "person_id",
            SubjectKind::Household => "household_id",
            SubjectKind::Record => "record_id",
            SubjectKind::Unit => return BTreeSet::new(),
        };
        let mut subjects = BTreeSet::new();
        for (view, column) in columns {
            let companion = format!("{column}{UNKNOWN_SUFFIX}");
            let rows = self.situation.tables.get(*view).into_iter().flatten();
            let unknown = rows.filter(|row| row.contains_key(&companion));
            subjects.extend(unknown.filter_map(|row| row.get(id).cloned()));
        }
        subjects
    }

    fn leave_open(&self, judged: &mut JudgedSituation, rule: &Rule, subject: &str) {
        let entry = format!("{} {subject}", rule.header.code);
        judged.undecided.entry(entry).or_default().extend(self.counties(subject));
    }
}
