//! Many situations as one set of views, so that each rule runs once for all of them.
//!
//! Ids of each situation carry its number, and so do the departments' own household numbers; each county
//! of a situation stands in for one that no other has. So no row of one situation meets a row of another
//! but by a text that both wrote (an account, say); whatever does not come out as expected is therefore
//! run again alone before it is told.

use std::collections::{BTreeMap, BTreeSet};

use super::example_rows::{ExampleRow, example_table, ids_of};
use super::numbered_ids::{IdKind, NumberedIds};
use super::planner::SqlSession;
use super::polars_bridge::{empty_frame, to_frame};
use super::rule_runner::RuleOutcome;
use super::workers::{PendingReaders, run_rule_workers};
use crate::Result;
use crate::reconcile::findings::select_outcome::{FindingSubject, RuleFinding};
use crate::reconcile::views::rule_view::ViewRows;
use crate::rules::rule_file::{Rule, SqlFile};
use crate::rules::rule_set::RuleSet;
use crate::rules::view_catalogue::PARAMETER;
use crate::table::rows::Rows;

/// Findings of a situation as its file writes them (`CODE subject/key`), with what officers are told.
pub(crate) type TextFindings = BTreeMap<String, String>;

/// Stands between a situation's number and an id.
const BEHIND_NUMBER: char = '§';

/// Rows of a situation by view, and the positions of the rules that can be run on them.
#[derive(Debug)]
pub(crate) struct BatchedSituation {
    /// Rows.
    pub tables: BTreeMap<String, Vec<ExampleRow>>,
    /// Rules.
    pub runnable: BTreeSet<usize>,
}

/// Runs these rules on all situations at once.
///
/// # Errors
/// A rule that cannot be run, at its line.
pub(crate) fn run_together(
    rules: &RuleSet,
    parameters: &ExampleRow,
    situations: &[&BatchedSituation],
    wanted: impl Fn(usize) -> bool,
) -> Result<Vec<TextFindings>> {
    let mut counties = CountyStandIns::default();
    let mut tables: BTreeMap<String, Vec<ExampleRow>> = BTreeMap::new();
    for (number, situation) in situations.iter().enumerate() {
        for (view, rows) in &situation.tables {
            let moved = rows.iter().map(|row| apart(rules, row, number, &mut counties));
            tables.entry(view.clone()).or_default().extend(moved);
        }
    }
    let runnable: BTreeSet<usize> = situations.iter().flat_map(|s| s.runnable.iter().copied()).collect();
    let positions: Vec<usize> = runnable.into_iter().filter(|&at| wanted(at)).collect();
    let mut found = vec![TextFindings::new(); situations.len()];
    let (outcomes, ids) = run_on_tables(rules, parameters, tables, &positions)?;
    for (at, outcome) in outcomes {
        for finding in &outcome.findings {
            let rule = &rules.rules[at];
            let (number, text) = match &finding.subject {
                FindingSubject::Id(id) => split_number(&subject_text(rule, *id, &ids)),
                FindingSubject::Unit(code) => counties.of(code),
            };
            if situations[number].runnable.contains(&at) {
                let key = finding.rule_key.replace(&number_prefix(number), "");
                let message = finding.message.replace(&number_prefix(number), "");
                found[number].insert(finding_text(rule, &text, &key), message);
            }
        }
    }
    Ok(found)
}

/// Runs these rules on one situation, just as it is written.
///
/// # Errors
/// As for [`run_together`].
pub(crate) fn run_alone(
    rules: &RuleSet,
    parameters: &ExampleRow,
    situation: &BatchedSituation,
    wanted: impl Fn(usize) -> bool,
) -> Result<TextFindings> {
    let positions: Vec<usize> = situation.runnable.iter().copied().filter(|&at| wanted(at)).collect();
    if positions.is_empty() {
        return Ok(TextFindings::new());
    }
    let (outcomes, ids) = run_on_tables(rules, parameters, situation.tables.clone(), &positions)?;
    let text = |rule: &Rule, finding: &RuleFinding| {
        let subject = match &finding.subject {
            FindingSubject::Id(id) => subject_text(rule, *id, &ids),
            FindingSubject::Unit(code) => code.to_string(),
        };
        (finding_text(rule, &subject, &finding.rule_key), finding.message.to_string())
    };
    let findings = outcomes.iter().flat_map(|(at, outcome)| {
        let rule = &rules.rules[*at];
        outcome.findings.iter().map(move |finding| text(rule, finding))
    });
    Ok(findings.collect())
}

/// Whether a rule, or what it is defined by, names a division by its code: it must see the codes that
/// the situation writes.
pub(crate) fn names_divisions(rules: &RuleSet, rule: &Rule) -> bool {
    let in_text = |file: &SqlFile| {
        file.sql().split('\'').any(|part| part.len() >= 6 && part.bytes().all(|byte| byte.is_ascii_digit()))
    };
    in_text(&rule.file) || rules.definitions_of(&rule.file).iter().any(|d| in_text(&d.file))
}

/// Runs these rules on some tables.
///
/// # Errors
/// A rule that cannot be run, at its line.
pub(super) fn run_on_tables(
    rules: &RuleSet,
    parameters: &ExampleRow,
    mut tables: BTreeMap<String, Vec<ExampleRow>>,
    positions: &[usize],
) -> Result<(Vec<(usize, RuleOutcome)>, NumberedIds)> {
    let ids = ids_of(tables.values().flatten());
    tables.insert(PARAMETER.to_owned(), vec![parameters.clone()]);
    let needed = rules.definitions_needed(positions);
    let definitions: Vec<_> = rules.definitions.iter().filter(|d| needed.contains(&d.header.name)).collect();
    let selects = positions.iter().map(|&at| &rules.rules[at].file);
    let mut readers = PendingReaders::of(selects.chain(definitions.iter().map(|d| &d.file)));
    let mut session = SqlSession::new();
    let mut columns = rules.columns_of(positions);
    for (name, view) in &rules.catalogue.views {
        let Some(read) = columns.remove(name) else { continue };
        match tables.get(name) {
            Some(rows) => {
                let rows = ViewRows::Stored(Rows::of(example_table(&view.columns, rows)?));
                session.register(name, to_frame(&rows, &ids, |column| read.contains(column))?);
            }
            None => session.register(name, empty_frame(&view.columns)),
        }
    }
    for definition in definitions {
        let frame = session.select(&definition.file.select)?;
        session.register(&definition.header.name, frame);
        readers.done(&definition.file, &mut session);
    }
    let outcomes = run_rule_workers(rules, positions, &ids, session, readers, &mut || ())?;
    Ok((outcomes, ids))
}

pub(super) fn finding_text(rule: &Rule, subject: &str, key: &str) -> String {
    let key = if key.is_empty() { String::new() } else { format!("/{key}") };
    format!("{} {subject}{key}", rule.header.code)
}

pub(super) fn subject_text(rule: &Rule, id: i64, ids: &NumberedIds) -> String {
    use crate::model::exception::SubjectKind;
    let kind = match rule.header.subject {
        SubjectKind::Person => IdKind::Person,
        SubjectKind::Household => IdKind::Household,
        _ => IdKind::Record,
    };
    ids.text(kind, id)
}

fn number_prefix(number: usize) -> String {
    format!("{number:04}{BEHIND_NUMBER}")
}

fn split_number(id: &str) -> (usize, String) {
    match id.split_once(BEHIND_NUMBER) {
        Some((number, id)) => (number.parse().unwrap_or_default(), id.to_owned()),
        None => (0, id.to_owned()),
    }
}

/// A row among those of other situations.
fn apart(rules: &RuleSet, row: &ExampleRow, number: usize, counties: &mut CountyStandIns) -> ExampleRow {
    let moved = |(column, value): (&String, &String)| {
        let value = match column.as_str() {
            "county_code" | "township_code" | "village_code" | "code" | "parent_code" => {
                counties.stand_in(number, value)
            }
            column
                if IdKind::of(column).is_some()
                    || column == "source_household_id"
                    || rules.household_columns.contains_key(column) =>
            {
                format!("{}{value}", number_prefix(number))
            }
            _ => value.clone(),
        };
        (column.clone(), value)
    };
    row.iter().map(moved).collect()
}

/// CountyStandIns that stand in for those of situations.
#[derive(Debug, Default)]
struct CountyStandIns {
    numbers: BTreeMap<(usize, String), usize>,
    given: Vec<(usize, String)>,
}

impl CountyStandIns {
    /// Digits of a code that name the county.
    const DIGITS: usize = 6;

    /// The code of a division in the county that stands in for the one that it names.
    fn stand_in(&mut self, situation: usize, code: &str) -> String {
        let (Some(county), Some(rest)) = (code.get(..Self::DIGITS), code.get(Self::DIGITS..)) else {
            return code.to_owned();
        };
        let next = self.given.len();
        let number = *self.numbers.entry((situation, county.to_owned())).or_insert(next);
        if number == next {
            self.given.push((situation, county.to_owned()));
        }
        format!("{:06}{rest}", 100_000 + number)
    }
    /// The situation and the code for which another stands in.
    fn of(&self, code: &str) -> (usize, String) {
        let number = code.get(..Self::DIGITS).and_then(|county| county.parse::<usize>().ok());
        let given = number.and_then(|number| self.given.get(number.checked_sub(100_000)?));
        match given {
            Some((situation, county)) => (*situation, format!("{county}{}", &code[Self::DIGITS..])),
            None => (0, code.to_owned()),
        }
    }
}
