//! Examples in rule headers, run as tests, and the proof that they protect every condition.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use polars::prelude::DataFrame;

use super::example_rows::{
    ExampleRow, GivenRows, example_table, ids_of, parameters_as_text, read_given, unknown_columns,
};
use super::numbered_ids::{IdKind, NumberedIds};
use super::planner::SqlSession;
use super::polars_bridge::{empty_frame, to_frame};
use super::rule_runner::{RuleOutcome, listed_persons, run_rule};
use crate::config::Pipeline;
use crate::model::column_type::ColumnTypes;
use crate::model::period::Period;
use crate::reconcile::findings::select_outcome::FindingSubject;
use crate::reconcile::near_misses::{ListedPersons, NearMissIndex, NearMissRow};
use crate::reconcile::views::rule_view::ViewRows;
use crate::rules::rule_file::{AbsentFrom, Rule, RuleDefinition};
use crate::rules::rule_set::RuleSet;
use crate::rules::sql::RuleMutant;
use crate::rules::view_catalogue::{NEAR_MISS, PARAMETER};
use crate::table::rows::Rows;
use crate::{Error, Result};

/// How the examples of a rule set came out.
#[derive(Debug, Default)]
pub struct ExampleReport {
    /// Rules looked at.
    pub rules: usize,
    /// Examples run.
    pub examples: usize,
    /// Examples whose findings are not the expected ones, or that could not be run.
    pub failures: Vec<Error>,
}

/// What mutation showed for one rule.
#[derive(Debug, Clone)]
pub struct MutationReport {
    /// Rule.
    pub code: String,
    /// Broken variants tried.
    pub tried: usize,
    /// Changes that no example noticed.
    pub unnoticed: Vec<String>,
}

/// Runs all examples.
///
/// # Errors
/// An example that is not in order, at its line; a rule that cannot be run.
pub fn run_examples(pipeline: &Pipeline, rules: &RuleSet) -> Result<ExampleReport> {
    let bench = ExampleBench::new(pipeline, rules)?;
    let mut report = ExampleReport { rules: rules.rules.len(), ..ExampleReport::default() };
    for rule in &rules.rules {
        if rule.header.example.len() < 2 {
            let count = rule.header.example.len();
            report.failures.push(
                rule.file
                    .complain_key("example", format!("规则{}只有{count}个例子", rule.header.code))
                    .hint("至少两个：一个应发现疑点，每种排除情形各一个不应发现的"),
            );
        }
        for index in 0..rule.header.example.len() {
            report.examples += 1;
            report.failures.extend(bench.compare(rule, index).err());
        }
    }
    Ok(report)
}

/// Breaks each condition of each rule and definition (or of the one with `code`) and runs the
/// examples that read it.
///
/// # Errors
/// As for [`run_examples`]; a code that no rule has.
pub fn run_mutations(
    pipeline: &Pipeline,
    rules: &RuleSet,
    code: Option<&str>,
) -> Result<Vec<MutationReport>> {
    let bench = ExampleBench::new(pipeline, rules)?;
    let mut reports = Vec::new();
    for rule in rules.rules.iter().filter(|r| code.is_none_or(|c| c == r.header.code)) {
        let mut report = MutationReport { code: rule.header.code.clone(), tried: 0, unnoticed: Vec::new() };
        for RuleMutant { change, sql } in rule.file.select.mutants() {
            report.tried += 1;
            let mut broken = rule.clone();
            broken.file = rule.file.with_sql(&sql)?;
            if (0..rule.header.example.len()).all(|index| bench.compare(&broken, index).is_ok()) {
                report.unnoticed.push(change);
            }
        }
        reports.push(report);
    }
    for position in 0..rules.definitions.len() {
        let name = &rules.definitions[position].header.name;
        if code.is_none_or(|c| c == name) {
            reports.push(mutate_definition(&bench, rules, position)?);
        }
    }
    Ok(reports)
}

/// Breaks a definition and runs the examples of every rule that reads it.
fn mutate_definition(bench: &ExampleBench<'_>, rules: &RuleSet, position: usize) -> Result<MutationReport> {
    let definition = &rules.definitions[position];
    let name = &definition.header.name;
    let readers: Vec<&Rule> = rules
        .rules
        .iter()
        .filter(|rule| rules.definitions_for(rule).iter().any(|d| d.header.name == *name))
        .collect();
    let mut report = MutationReport { code: name.clone(), tried: 0, unnoticed: Vec::new() };
    for RuleMutant { change, sql } in definition.file.select.mutants() {
        report.tried += 1;
        let mut broken = rules.clone();
        broken.definitions[position].file = definition.file.with_sql(&sql)?;
        let bench = ExampleBench::with_parameters(&broken, bench.period, bench.parameters.clone());
        let noticed = readers
            .iter()
            .any(|rule| (0..rule.header.example.len()).any(|i| bench.compare(rule, i).is_err()));
        if !noticed {
            report.unnoticed.push(change);
        }
    }
    Ok(report)
}

/// Tables and outcome of one example, for another engine to compare with.
#[derive(Debug, serde::Serialize)]
pub struct ExampleCase {
    /// Rule.
    pub code: String,
    /// What the case shows.
    pub case: String,
    /// The SELECT.
    pub sql: String,
    /// Definitions it needs, in order: name and SELECT.
    pub definitions: Vec<(String, String)>,
    /// Tables: columns and rows as text.
    pub tables: BTreeMap<String, ExampleTable>,
    /// Expected findings: subject and key, or indicator, unit, numerator and denominator.
    pub expect: Vec<String>,
    /// Lists that a finding says its subject is missing from.
    pub absent_from: Vec<AbsentFrom>,
    /// Sources of the rule.
    pub sources: Vec<String>,
}

/// A table of an example as text.
#[derive(Debug, serde::Serialize)]
pub struct ExampleTable {
    /// Columns and kinds.
    pub columns: ColumnTypes,
    /// Rows by column name; columns that are absent are null.
    pub rows: Vec<BTreeMap<String, String>>,
}

/// All examples as data.
///
/// # Errors
/// An example that is not in order, at its line.
pub fn all_cases(pipeline: &Pipeline, rules: &RuleSet) -> Result<Vec<ExampleCase>> {
    let bench = ExampleBench::new(pipeline, rules)?;
    let mut cases = Vec::new();
    for rule in &rules.rules {
        for (index, example) in rule.header.example.iter().enumerate() {
            let rows = bench.rows(rule, index)?;
            let mut tables = BTreeMap::new();
            for name in tables_of(rules, rule) {
                let Some(columns) = rules.catalogue.columns(&name) else { continue };
                let rows = rows.get(&name).cloned().unwrap_or_default();
                tables.insert(name, ExampleTable { columns: columns.clone(), rows });
            }
            let definitions = rules.definitions_for(rule);
            cases.push(ExampleCase {
                code: rule.header.code.clone(),
                case: example.case.clone(),
                sql: rule.file.sql().to_owned(),
                definitions: definitions
                    .iter()
                    .map(|d| (d.header.name.clone(), d.file.sql().to_owned()))
                    .collect(),
                tables,
                expect: example.expect.clone(),
                absent_from: rule.header.absent_from.clone(),
                sources: rule.header.sources.clone(),
            });
        }
    }
    Ok(cases)
}

/// Quarter for which examples and situations are written unless they say otherwise.
pub(super) fn example_period(rules: &RuleSet) -> Result<Period> {
    match rules.settings.example_quarter {
        Some(period) => Ok(period),
        None => Period::quarter(2018, 3),
    }
}

/// What definitions yield over no rows, by name and parameters.
type DefinedOverNothing = RefCell<BTreeMap<String, Vec<(ExampleRow, DataFrame)>>>;

/// What all examples share.
struct ExampleBench<'a> {
    rules: &'a RuleSet,
    period: Period,
    /// The row of the view `parameter`, by folder that rules are from.
    parameters: Vec<ExampleRow>,
    /// What definitions yield where no view that they read has a row, by name and parameters. Most examples
    /// leave most views empty, and planning a SELECT costs far more than running it over a few rows.
    of_nothing: DefinedOverNothing,
}

impl<'a> ExampleBench<'a> {
    fn new(pipeline: &Pipeline, rules: &'a RuleSet) -> Result<Self> {
        let period = example_period(rules)?;
        let parameters = rules.example_parameters(pipeline, period)?;
        let parameters = parameters.into_iter().map(parameters_as_text).collect();
        Ok(Self::with_parameters(rules, period, parameters))
    }
    fn with_parameters(rules: &'a RuleSet, period: Period, parameters: Vec<ExampleRow>) -> Self {
        Self { rules, period, parameters, of_nothing: RefCell::default() }
    }
    /// Rows given by an example, by view.
    fn rows(&self, rule: &Rule, index: usize) -> Result<BTreeMap<String, Vec<ExampleRow>>> {
        let complain = |_: &str, message: String| {
            rule.file.complain_at(&["example".into(), index.into(), "given".into()], message)
        };
        let given = &rule.header.example[index].given;
        let GivenRows { mut tables, parameters: changed } = read_given(self.rules, given, None, &complain)?;
        let mut parameters = self.parameters.get(self.rules.layer_of(rule)).cloned().unwrap_or_default();
        parameters.extend(changed);
        parameters.retain(|_, value| value != "NULL");
        tables.insert("parameter".to_owned(), vec![parameters]);
        fill_near_misses(&mut tables);
        Ok(tables)
    }
    fn outcome(&self, rule: &Rule, index: usize) -> Result<ExampleOutcome> {
        let rows = self.rows(rule, index)?;
        outcome_of_rows(self.rules, rule, &rows, &self.of_nothing)
    }
    /// Runs one example and compares.
    fn compare(&self, rule: &Rule, index: usize) -> Result<()> {
        let example = &rule.header.example[index];
        let ExampleOutcome { outcome, undecided, ids } = self.outcome(rule, index)?;
        let mut undecided: Vec<String> =
            undecided.iter().map(|(subject, key)| subject_text(&ids, subject, key)).collect();
        undecided.sort();
        let mut undecided_expected = example.undecided.clone();
        undecided_expected.sort();
        let with_evidence = example.expect.iter().any(|e| e.contains(" <- "));
        let mut found: Vec<String> = outcome
            .findings
            .iter()
            .map(|f| {
                let nearest = f.near.iter().map(|near| &near.candidate);
                let records: Vec<String> =
                    f.evidence.iter().chain(nearest).map(|id| ids.text(IdKind::Record, *id)).collect();
                let confirm = if f.must_be_confirmed() { " 待确认" } else { "" };
                let evidence =
                    if with_evidence { format!(" <- {}", records.join(" ")) } else { String::new() };
                format!("{}{confirm}{evidence}", subject_text(&ids, &f.subject, &f.rule_key))
            })
            .chain(outcome.indicators.iter().map(|i| {
                let name = if i.indicator.is_empty() { "-" } else { &i.indicator };
                let denominator = i.denominator.map_or_else(String::new, |d| format!("/{d}"));
                format!("{name} {} {}{denominator}", i.unit_code, i.numerator)
            }))
            .collect();
        found.sort();
        let mut expected = example.expect.clone();
        expected.sort();
        let list = |items: &[String]| if items.is_empty() { "无".to_owned() } else { items.join("、") };
        if found == expected && undecided == undecided_expected {
            return Ok(());
        }
        if found == expected {
            return Err(rule
                .file
                .complain_at(
                    &["example".into(), index.into(), "undecided".into()],
                    format!(
                        "规则{}的例子“{}”不符：未判断的应为{}，实得{}",
                        rule.header.code,
                        example.case,
                        list(&undecided_expected),
                        list(&undecided)
                    ),
                )
                .hint("改语句，或改例子的 undecided"));
        }
        Err(rule
            .file
            .complain_at(
                &["example".into(), index.into(), "expect".into()],
                format!(
                    "规则{}的例子“{}”不符：应为{}，实得{}",
                    rule.header.code,
                    example.case,
                    list(&expected),
                    list(&found)
                ),
            )
            .hint("改语句，或改例子的 expect"))
    }
}

/// Says of stated near misses whose the records are, where the example does not.
fn fill_near_misses(tables: &mut BTreeMap<String, Vec<ExampleRow>>) {
    let records = tables.iter().filter(|(view, _)| *view != NEAR_MISS).flat_map(|(_, rows)| rows);
    let person = |row: &ExampleRow| Some((row.get("record_id")?.clone(), row.get("person_id")?.clone()));
    let persons: BTreeMap<String, String> = records.filter_map(person).collect();
    for row in tables.get_mut(NEAR_MISS).into_iter().flatten() {
        for (record, person) in [("record_id", "person_id"), ("candidate", "candidate_person_id")] {
            if let Some(known) = row.get(record).and_then(|record| persons.get(record)).cloned() {
                row.entry(person.to_owned()).or_insert(known);
            }
        }
    }
}

/// A near miss that an example states.
fn near_miss_row(ids: &NumberedIds, row: &ExampleRow) -> Option<NearMissRow> {
    let id = |kind, column: &str| ids.number(kind, row.get(column)?);
    let number = |column: &str| row.get(column).and_then(|text| text.parse().ok()).unwrap_or(0);
    Some(NearMissRow {
        record: id(IdKind::Record, "record_id")?,
        source: row.get("source")?.as_str().into(),
        order: number("near_order"),
        candidate: id(IdKind::Record, "candidate")?,
        person: id(IdKind::Person, "person_id")?,
        candidate_person: id(IdKind::Person, "candidate_person_id")?,
        score: number("score"),
        likely: number("likely") == 1,
    })
}

/// What an example yields.
struct ExampleOutcome {
    outcome: RuleOutcome,
    /// Subjects and keys that unknown cells leave open.
    undecided: Vec<(FindingSubject, Arc<str>)>,
    ids: NumberedIds,
}

/// A finding as examples write it, without its evidence.
fn subject_text(ids: &NumberedIds, subject: &FindingSubject, key: &str) -> String {
    let key = if key.is_empty() { String::new() } else { format!("/{key}") };
    match subject {
        FindingSubject::Id(id) => format!("{}{key}", ids.text(IdKind::Record, *id)),
        FindingSubject::Unit(code) => format!("{code}{key}"),
    }
}

/// Runs a rule over rows of text.
fn outcome_of_rows(
    rules: &RuleSet,
    rule: &Rule,
    rows: &BTreeMap<String, Vec<ExampleRow>>,
    of_nothing: &DefinedOverNothing,
) -> Result<ExampleOutcome> {
    let unknown = unknown_columns(rows);
    // Over other unknown columns a definition has other companions.
    let own = DefinedOverNothing::default();
    let of_nothing = if unknown.is_empty() { of_nothing } else { &own };
    let (certain, rules) = match unknown.is_empty() {
        true => (Cow::Borrowed(rule), Cow::Borrowed(rules)),
        false => {
            let alone = rules.with_only(rule);
            let answering = alone.with_unknown_cells(&unknown)?;
            if let Some(reason) = answering.unanswered.get(&0) {
                return Err(rule.file.complain_sql(
                    0..0,
                    format!("规则{}用到看不出的值，不能分开判断：{reason}", rule.header.code),
                ));
            }
            (Cow::Owned(answering.rules.rules[0].clone()), Cow::Owned(answering.rules.into_owned()))
        }
    };
    let ids = ids_of(rows.values().flatten());
    let run = |rule: &Rule| {
        let session = example_session(&rules, rule, rows, &ids, of_nothing)?;
        let mut outcome = run_rule(&session, rule, &ids, rules.example_root(rule))?;
        find_nearest(rule, rows, &ids, &session, &mut outcome)?;
        Ok::<_, Error>(outcome)
    };
    let outcome = run(&certain)?;
    let mut undecided = Vec::new();
    if let Some(possible) = rules.rules.get(1).filter(|_| !unknown.is_empty()) {
        let known: BTreeSet<_> = outcome.findings.iter().map(|f| (&f.subject, &f.rule_key)).collect();
        let possible = run(possible)?.findings.into_iter().map(|f| (f.subject, f.rule_key));
        undecided = possible.filter(|(subject, key)| !known.contains(&(subject, key))).collect();
    }
    Ok(ExampleOutcome { outcome, undecided, ids })
}

/// The tables that a rule reads, filled with rows of text.
fn example_session(
    rules: &RuleSet,
    rule: &Rule,
    rows: &BTreeMap<String, Vec<ExampleRow>>,
    ids: &NumberedIds,
    of_nothing: &DefinedOverNothing,
) -> Result<SqlSession> {
    let parameters = rows.get(PARAMETER).and_then(|rows| rows.first());
    let mut session = SqlSession::new();
    for name in tables_of(rules, rule) {
        let Some(columns) = rules.catalogue.columns(&name) else { continue };
        match rows.get(&name) {
            Some(rows) => {
                let rows = ViewRows::Stored(Rows::of(example_table(columns, rows)?));
                session.register(&name, to_frame(&rows, ids, |_| true)?);
            }
            None => session.register(&name, empty_frame(columns)),
        }
    }
    for definition in rules.definitions_for(rule) {
        let frame = defined(&session, definition, parameters, of_nothing)?;
        session.register(&definition.header.name, frame);
    }
    Ok(session)
}

/// Gives findings the nearest of the near misses that the example states.
fn find_nearest(
    rule: &Rule,
    rows: &BTreeMap<String, Vec<ExampleRow>>,
    ids: &NumberedIds,
    session: &SqlSession,
    outcome: &mut RuleOutcome,
) -> Result<()> {
    let mut listed = ListedPersons::new();
    for absence in &rule.header.absent_from {
        if let Some(table) = &absence.rows {
            listed.insert(table.clone(), listed_persons(session, table)?);
        }
    }
    let mut near: Vec<NearMissRow> =
        rows.get(NEAR_MISS).into_iter().flatten().filter_map(|row| near_miss_row(ids, row)).collect();
    near.sort_unstable();
    let mut sources: BTreeMap<i64, &str> = BTreeMap::new();
    for (view, row) in
        rows.iter().filter(|(view, _)| *view != NEAR_MISS).flat_map(|(v, r)| r.iter().map(move |r| (v, r)))
    {
        let record = row.get("record_id").and_then(|text| ids.number(IdKind::Record, text));
        record.into_iter().for_each(|record| {
            sources.entry(record).or_insert(view);
        });
    }
    let index = NearMissIndex::of(&near, &listed);
    for finding in &mut outcome.findings {
        finding.near = index.nearest(&rule.header, finding, |record| sources.get(&record).copied());
    }
    Ok(())
}

/// What a definition yields over the tables of a session.
fn defined(
    session: &SqlSession,
    definition: &RuleDefinition,
    parameters: Option<&ExampleRow>,
    of_nothing: &DefinedOverNothing,
) -> Result<DataFrame> {
    let select = &definition.file.select;
    let empty = select.table_names().all(|name| name == PARAMETER || session.rows(name) == Some(0));
    let Some(parameters) = parameters.filter(|_| empty) else { return session.select(select) };
    let mut known = of_nothing.borrow_mut();
    let known = known.entry(definition.header.name.clone()).or_default();
    if let Some((_, frame)) = known.iter().find(|(row, _)| row == parameters) {
        return Ok(frame.clone());
    }
    let frame = session.select(select)?;
    known.push((parameters.clone(), frame.clone()));
    Ok(frame)
}

/// Views a rule reads, through definitions too.
fn tables_of(rules: &RuleSet, rule: &Rule) -> BTreeSet<String> {
    let definitions = rules.definitions_for(rule);
    let files = std::iter::once(&rule.file).chain(definitions.into_iter().map(|d| &d.file));
    let mut tables: BTreeSet<String> =
        files.flat_map(|file| file.select.table_names()).map(str::to_owned).collect();
    let absences = &rule.header.absent_from;
    tables.extend(absences.iter().filter_map(|absence| absence.rows.clone()));
    tables.extend((!absences.is_empty()).then(|| NEAR_MISS.to_owned()));
    tables.retain(|t| rules.catalogue.columns(t).is_some());
    tables
}

#[cfg(test)]
mod possible_worlds;
